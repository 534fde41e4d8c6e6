"""The syntax that bash and zsh share."""

from __future__ import annotations

from pathlib import Path

from tests.shells.contract import BEFORE, UNSET, InterruptContract, RuntimeContract
from tests.support.home import Home


class PosixlikeContract(InterruptContract, RuntimeContract):
    """The contract, for a shell that follows POSIX and has a DEBUG trap."""

    status = '"$?"'
    failing = "(exit 3)"
    trace = "set -x"
    allexport = "set -a"

    def source(self, path: Path) -> str:
        return f". {self.quote(str(path))}"

    def export(self, name: str, value: str) -> str:
        return f"export {name}={self.quote(value)}"

    def assign(self, name: str, value: str) -> str:
        return f"{name}={self.quote(value)}"

    def array(self, name: str) -> str:
        return f"{name}=(one two)"

    def unset(self, name: str) -> str:
        return f"unset {name}"

    def readonly(self, name: str) -> str:
        return f"readonly {name}"

    def expand(self, name: str) -> str:
        return f'"${{{name}-{UNSET}}}"'

    def surround(self, name: str, before: str, after: str) -> str:
        return f"export {name}={self.quote(before)}${name}{self.quote(after)}"

    def evaluate(self, command: str) -> str:
        return f'eval "$({command})"'

    def pipe(self, command: str) -> str:
        return f"{command} | cat"

    def both(self, first: str, second: str) -> str:
        return f"{first} && {second}"

    def otherwise(self, first: str, second: str) -> str:
        return f"{first} || {second}"

    def subshell(self, *statements: str) -> str | None:
        return f"({'; '.join(statements)})"

    def prompt(self, text: str) -> str:
        return f"PS1={self.quote(text)}"

    def arm(self, at: int, again: int = 0) -> str:
        kill = f"(( test_n == {at} || test_n == {again or at} )) && kill -INT $$"
        return f"test_n=0; trap '(( ++test_n )); {kill}' DEBUG"

    def disarm(self) -> str:
        return "trap - DEBUG"

    def test_the_command_as_a_snapshot_tells_it(self, home: Home) -> None:
        """What the shell prints of the function is what agents keep of it."""
        environ = self.standin(home) | {"MISBEHAVE": "tell"}
        lines = ("test_text=$(typeset -f ctx)", self.lonely, "unset -f ctx", 'eval "$test_text"', "ctx use work")
        result = self.run(home, *lines, environ=environ)
        assert result.stdout.startswith("['use', 'work'] ")
        assert result.stderr == ""

    def test_what_became_readonly_among_new_variables(self, home: Home) -> None:
        home.profiles('[profiles.fresh.env]\nF_ONE = "1"\nF_TWO = "2"\nF_THREE = "3"\n')
        home.compile(self.shell, "fresh")
        lines = ("ctx use fresh", self.readonly("F_TWO"), "ctx off", self.probe(home, "out", self.status))
        result = self.run(home, *lines)
        assert "ctx: F_TWO is readonly in this shell: it keeps the value that fresh gave it\n" in result.stderr
        assert result.words("out") == ["1"]
        assert result.env("out") == {**home.environ(), **BEFORE, "F_TWO": "2"}
