"""What `shells/README.md` promises, tested the same way in every shell.

A shell's test class says how things are written in its language; it holds no test that another shell could have too.
"""

from __future__ import annotations

from tests.shells.contract.approval import ApprovalContract
from tests.shells.contract.bad_input import BadInputContract
from tests.shells.contract.changes import ChangeContract
from tests.shells.contract.choices import ChoiceContract
from tests.shells.contract.command import CommandContract
from tests.shells.contract.directories import DirectoryContract
from tests.shells.contract.failures import FailureContract
from tests.shells.contract.hygiene import HygieneContract
from tests.shells.contract.inherited import InheritedContract
from tests.shells.contract.interrupt import InterruptContract
from tests.shells.contract.language import BEFORE, PROFILES, UNSET
from tests.shells.contract.ondisk import OnDiskContract
from tests.shells.contract.processes import ProcessContract
from tests.shells.contract.prompting import PromptContract
from tests.shells.contract.stored import StoredContract
from tests.shells.contract.switching import SwitchingContract

__all__ = ["BEFORE", "PROFILES", "UNSET", "HookContract", "InterruptContract", "RuntimeContract"]


class RuntimeContract(SwitchingContract, CommandContract, FailureContract, HygieneContract):
    """The contract. Subclasses give the syntax; a feature that a language does not have is None or empty."""


class HookContract(
    DirectoryContract,
    ChoiceContract,
    ApprovalContract,
    ChangeContract,
    OnDiskContract,
    InheritedContract,
    BadInputContract,
    PromptContract,
    ProcessContract,
    StoredContract,
):
    """The hook at a terminal, with directories."""


_TESTS = [name for one in (RuntimeContract, HookContract) for part in one.__bases__ for name in vars(part)]
_TWICE = {name for name in _TESTS if name.startswith("test_") and _TESTS.count(name) > 1}
assert not _TWICE, "one contract would hide another's test"
