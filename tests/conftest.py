"""What every test starts from, whatever started the tests."""

from __future__ import annotations

import signal
import sys

import pytest

# Whoever runs the tests in the background hands an ignored SIGINT down, and a shell cannot take that back.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Repeat a test, once, that failed while the machine's own keyring crashed under it, and say so.

    Every other failure stands. A test that never loaded the keyring's sessions is left to pytest.
    """
    sessions = sys.modules.get("tests.support.secret_service")
    if sessions is None:
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    try:
        pyfuncitem.obj(**arguments)
    except Exception:
        crashed = sessions.crashes()
        if not crashed:
            raise
        print(f"{pyfuncitem.nodeid} is repeated: {'; '.join(crashed)}", file=sys.__stderr__)
        pyfuncitem.obj(**arguments)
    # A keyring that crashed behind the test's back is there again for the next one.
    sessions.crashes()
    return True
