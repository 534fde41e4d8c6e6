"""The runtimes of `shells/`, each in its own shell, against one contract."""

import pytest

pytest.register_assert_rewrite(
    "tests.shells.contract",
    "tests.shells.contract.command",
    "tests.shells.contract.failures",
    "tests.shells.contract.hygiene",
    "tests.shells.contract.interrupt",
    "tests.shells.contract.language",
    "tests.shells.contract.switching",
    "tests.shells.posixlike",
)
