"""The runtimes of `shells/`, each in its own shell, against one contract."""

import pytest

pytest.register_assert_rewrite(
    "tests.shells.contract",
    "tests.shells.contract.approval",
    "tests.shells.contract.bad_input",
    "tests.shells.contract.changes",
    "tests.shells.contract.choices",
    "tests.shells.contract.command",
    "tests.shells.contract.directories",
    "tests.shells.contract.failures",
    "tests.shells.contract.hygiene",
    "tests.shells.contract.inherited",
    "tests.shells.contract.interrupt",
    "tests.shells.contract.language",
    "tests.shells.contract.ondisk",
    "tests.shells.contract.processes",
    "tests.shells.contract.prompting",
    "tests.shells.contract.session",
    "tests.shells.contract.switching",
    "tests.shells.posixlike",
)
