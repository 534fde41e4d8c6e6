"""Ctrl-C at every command."""

from __future__ import annotations

import re

import pytest

from tests.shells.contract.language import Language
from tests.support.home import Home


class InterruptContract:
    """Ctrl-C at every single command of a switch, for shells with a trap that runs before each command.

    The shell is interactive and reads lines from a pipe: after an interrupt it goes on with the next line, after its
    prompt hook, as it does at a terminal.
    """

    shell = ""
    dump = ""
    """A definition of `test_dump`, which prints every exported variable, HIDDEN, GONE_PLAIN, and the options."""

    def arm(self, at: int, again: int = 0) -> str:
        """From here on count commands in `test_n`, and interrupt the shell at these numbers; 0 is none."""
        raise NotImplementedError

    def disarm(self) -> str:
        """Neither count nor interrupt any more."""
        raise NotImplementedError

    def dumps(self, home: Home, *lines: str) -> list[str]:
        """The dumps that the lines asked for, in order."""
        contract = self
        assert isinstance(contract, Language)
        first = (contract.before(), self.dump, contract.source(home.hook(self.shell)), contract.allexport)
        script = "\n".join((*first, *lines, ""))
        result = home.run(
            self.shell, script, options=contract.interactive, stdin=True, environ=home.environ(CTX_QUIET="1")
        )
        return result.stdout.split("@@@@\n")[1:]

    @pytest.mark.parametrize(
        ("start", "command", "end"),
        [
            ("ctx off", "ctx use lean", "ctx use lean"),
            ("ctx use lean", "ctx off", "ctx off"),
            ("ctx use lean", "ctx use other", "ctx use other"),
        ],
        ids=["use", "off", "switch"],
    )
    def test_at_every_step(self, compiled: Home, start: str, command: str, end: str) -> None:
        """The next prompt gives the environment from before, or the one after, or the user's own: never a mixture."""
        count, *whole = self.dumps(
            compiled,
            *("ctx use other", "ctx use lean", "ctx off", start),
            *(f"{self.arm(0)}; {command}", f"{self.disarm()}; test_count; ctx off"),
            *(start, "test_dump", end, "test_dump", "ctx off", "test_dump"),
        )
        steps = int(count) - 1  # the last command is the one that ends the counting
        assert steps > 50
        lines = ["ctx use other", "ctx use lean", "ctx off"]
        for step in range(1, steps + 1):
            lines += [start, f"{self.arm(step)}; {command}", f"{self.disarm()}; test_dump", "ctx off; test_dump"]
        found = self.dumps(compiled, *lines)
        assert len(found) == 2 * steps
        settled = [forget(text) for text in whole]
        for step in range(1, steps + 1):
            after, undone = (forget(text) for text in found[2 * step - 2 : 2 * step])
            assert after in settled, f"command {step} of {steps}:\n{after}"
            assert undone == settled[2], f"command {step} of {steps}, then off"
        assert re.findall(r"^(?:declare -\w*x\w* |export )?__ctx_.*", "".join(found), re.MULTILINE) == []

    def test_at_every_step_of_the_recovery(self, compiled: Home) -> None:
        """Interrupted half way, and again at every command of the prompt hook that cleans up."""
        (count,) = self.dumps(compiled, f"{self.arm(0)}; ctx use lean", f"{self.disarm()}; test_count")
        (base,) = self.dumps(compiled, "ctx use lean", "ctx off", "test_dump")
        half = int(count) * 9 // 10
        lines = ["ctx use lean", "ctx off"]
        for step in range(1, int(count), 3):
            lines += [f"{self.arm(half, half + step)}; ctx use lean", f"{self.disarm()}; ctx off; test_dump"]
        for dump in self.dumps(compiled, *lines):
            assert forget(dump) == forget(base)


def forget(dump: str) -> str:
    """A dump without the test's own variables, what `use -` remembers, and state that only ctx reads."""
    return "\n".join(
        line for line in dump.splitlines() if not re.search(r"\btest_n=|__CTX_(?:PREVIOUS|MANUAL)|\b__ctx_", line)
    )
