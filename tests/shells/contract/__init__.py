"""What `shells/README.md` promises, tested the same way in every shell.

A shell's test class says how things are written in its language; it holds no test that another shell could have too.
"""

from __future__ import annotations

from tests.shells.contract.command import CommandContract
from tests.shells.contract.failures import FailureContract
from tests.shells.contract.hygiene import HygieneContract
from tests.shells.contract.interrupt import InterruptContract
from tests.shells.contract.language import BEFORE, PROFILES, UNSET
from tests.shells.contract.switching import SwitchingContract

__all__ = ["BEFORE", "PROFILES", "UNSET", "InterruptContract", "RuntimeContract"]


class RuntimeContract(SwitchingContract, CommandContract, FailureContract, HygieneContract):
    """The contract. Subclasses give the syntax; a feature that a language does not have is None or empty."""
