"""macOS gives a keychain item to the program that a person allowed to have it: another Python has to be allowed again.

So after an upgrade each secret asks once, and behind a prompt that would look like a keychain that does not answer. Which
Python read last is remembered, and a change is said before the first question. Never run on macOS: keyring#619 and #512
describe it.
"""

from __future__ import annotations

import os
import sys

from ctx.errors import ConfigError
from ctx.files import check_private, private_directory, read_bounded, write_atomically
from ctx.secrets.base import StoreLockedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ctx.secrets.base import Places

_ASKS = "Python changed since it last read the keychain: macOS asks once for each secret"


def prepare(places: Places, notify: Callable[[str], None] | None) -> None:
    """Say that the keychain will ask, where a person can answer.

    Raises StoreLockedError where nobody can.
    """
    known = _known(places)
    if known in ("", _this_python()):
        return
    if not places.interactive:
        raise StoreLockedError(_ASKS, fix="ctx secret list --verify in a terminal, and choose Always Allow")
    if notify is not None:
        notify(f"{_ASKS}; choose Always Allow")


def remember(places: Places) -> None:
    """Keep in mind that this Python was given what it asked for. What cannot be written down is asked about again."""
    if _known(places) == _this_python():
        return
    try:
        if private_directory(os.path.dirname(_file(places))):
            write_atomically(_file(places), os.fsencode(_this_python()), durable=False)
    except OSError:
        pass


def _file(places: Places) -> str:
    return os.path.join(places.data, "secrets", "keychain-python")


def _known(places: Places) -> str:
    try:
        return os.fsdecode(read_bounded(_file(places), 4096, check_private)[0])
    except (OSError, ConfigError):
        return ""


def _this_python() -> str:
    return f"{os.path.realpath(sys.executable)} {sys.version.partition(' ')[0]}"
