"""Counting the processes that a shell session starts, subshells included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.shells import require_shell

# A call that another one interrupted is reported twice; only its first half names the call like this.
_CALL = re.compile(r"^\d+ +(clone3?|v?fork|execve)\(", re.MULTILINE)


@dataclass
class Counts:
    """What `strace` saw: processes forked (threads are none) and programs started, the shell itself left out."""

    forks: int
    programs: int

    def __sub__(self, other: Counts) -> Counts:
        return Counts(self.forks - other.forks, self.programs - other.programs)


class Strace:
    """Put `prefix` in front of a command; afterwards `counts` tells."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.prefix = (require_shell("strace"), "-f", "-qq", "-e", "trace=process", "-o", str(file))

    def counts(self) -> Counts:
        """Counts so far. `strace` writes a call down before the process that makes it goes on."""
        calls = [line for line in self.file.read_text(errors="replace").splitlines() if "CLONE_THREAD" not in line]
        found = _CALL.findall("\n".join(calls))
        programs = sum(name == "execve" for name in found)
        return Counts(forks=len(found) - programs, programs=programs - 1)
