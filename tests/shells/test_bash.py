"""The contract in bash, and what only bash has: PROMPT_COMMAND as a string and as an array, versions before 4.4."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shells.posixlike import PosixlikeContract
from tests.support.home import Home
from tests.support.shells import clean_command
from tests.support.strace import Strace


class TestBash(PosixlikeContract):
    """bash as it is installed."""

    shell = "bash"
    strict = "set -euo pipefail"
    hooks = '"${PROMPT_COMMAND[*]-}"'
    hook_variables = frozenset(
        {"PROMPT_COMMAND", "FUNCNAME", "BASH_LINENO", "BASH_ARGC", "BASH_ARGV", "PIPESTATUS", "_"}
    )
    idle = ('builtin eval "$PROMPT_COMMAND"',)
    interactive = ("-i",)
    names = "compgen -v; compgen -A function; :"
    lonely = 'for f in $(compgen -A function __ctx_); do unset -f "$f"; done; unset -v f "${!__ctx_@}" "${!__CTX_@}"'
    keep = (
        "IFS=:; trap 'echo int' INT; trap : DEBUG; trap : USR1; set -o noclobber; shopt -s extglob nocasematch; set +B"
    )
    kept = '"$-|$IFS|$(trap)|$(shopt)|$BASHOPTS|$SHELLOPTS|$(set +o)"'
    hostile = "\n".join(
        (
            "shopt -s expand_aliases",
            *(
                f"{name}() {{ builtin printf 'HIJACKED {name} '; builtin return 7; }}"
                for name in (
                    *("export", "cd", "eval", "test", "unset", "local", "set", "printf", "shift", "declare", "typeset"),
                    *("source", "exec", "shopt", "echo", "read", "trap", "command", "true", "false", "exit", "compgen"),
                )
            ),
            *(
                f"alias {name}='echo HIJACKED'"
                for name in ("return", "continue", "break", "cat", ":", "export", "local")
            ),
        )
    )
    settings = (
        "set -euo pipefail",
        "IFS=",
        "IFS=:_abcdefghijklmnopqrstuvwxyz",
        "unset IFS",
        "set -o posix",
        "set -C",
        "set -f",
        "set -k",
        "set -Eu; shopt -s extglob failglob",
        "shopt -s nullglob nocasematch nocaseglob dotglob",
        "set -o posix; set -e; shopt -s inherit_errexit xpg_echo",
        "set +B; shopt -s execfail compat31",
        "LC_ALL=C",
    )
    declarations = (
        ("declare -i {name}=7; export {name}", "7"),
        ("declare -u {name}=big; export {name}", "BIG"),
        ("declare -l {name}=SMALL; export {name}", "small"),
        ("declare -i {name}=7", None),
    )
    dump = (
        'test_dump() { echo "@@@@"; export -p; declare -p HIDDEN GONE_PLAIN; echo "$-"; }\n'
        'test_count() { echo "@@@@"; echo "$test_n"; }\nset -T; set +m'
    )

    def start(self, rc: Path) -> tuple[list[str], dict[str, str]]:
        return [clean_command("bash")[0], "--noprofile", "--rcfile", str(rc), "-i"], {}

    def user_rc(self, home: Home) -> Path:
        return home.path / ".bashrc"

    @pytest.mark.parametrize(
        ("before", "expected"),
        [
            ("unset PROMPT_COMMAND", "__ctx_prompt && \\builtin :"),
            ("PROMPT_COMMAND=", "__ctx_prompt && \\builtin :"),
            ("PROMPT_COMMAND='mine'", "__ctx_prompt && \\builtin :; mine"),
            ("PROMPT_COMMAND='mine;'", "__ctx_prompt && \\builtin :; mine;"),
            ("PROMPT_COMMAND=$'mine\\n'", "__ctx_prompt && \\builtin :; mine\n"),
        ],
    )
    def test_prompt_command_as_a_string(self, home: Home, before: str, expected: str) -> None:
        lines = ("set -u", "mine() { echo mine $?; }", before, self.source(home.hook("bash")))
        result = self.run(home, *lines, self.probe(home, "hook", '"$PROMPT_COMMAND"'), *self.idle, load=False)
        assert result.words("hook") == [expected]
        assert result.stdout == ("mine 0\n" if "mine" in before else "")

    def test_prompt_command_as_an_array(self, home: Home) -> None:
        lines: tuple[str, ...] = (
            "set -u",
            "PROMPT_COMMAND=('echo one $?' 'echo two $?')",
            self.source(home.hook("bash")),
        )
        lines += (self.source(home.hook("bash")), self.probe(home, "hook", '"${PROMPT_COMMAND[@]}"'), "(exit 3)")
        result = self.run(home, *lines, load=False, options=("-i",), stdin=True)
        assert result.words("hook") == ["__ctx_prompt && \\builtin :", "echo one $?", "echo two $?"]
        assert "one 3\ntwo 3\n" in result.stdout

    def test_a_readonly_prompt_command(self, home: Home) -> None:
        lines = ("readonly PROMPT_COMMAND=mine", self.source(home.hook("bash")), "ctx use work", self.probe(home, "in"))
        result = self.run(home, *lines, load=False)
        assert "PROMPT_COMMAND is readonly" in result.stderr.partition("\n")[0]
        self.assert_work(home, result, "in")

    def test_the_prompt_keeps_status_and_pipestatus(self, home: Home) -> None:
        lines: tuple[str, ...] = (
            "PROMPT_COMMAND='later=$?'",
            self.source(home.hook("bash")),
            "ctx use work",
            "(exit 4) | (exit 5)",
        )
        lines += ('echo "got $? ${PIPESTATUS[*]}, later $later"', "(exit 4) | (exit 5)", 'echo "got ${PIPESTATUS[*]}"')
        result = self.run(home, *lines, load=False, options=("-i",), stdin=True)
        assert result.stdout == "got 5 4 5, later 5\ngot 4 5\n"

    def test_an_error_trap_and_errexit_do_not_notice_the_prompt(self, home: Home) -> None:
        lines = ("trap 'echo ERR' ERR", "set -E", "(exit 3)", ":", "trap - ERR", "set -e", "! true", "echo still here")
        result = self.run(home, *lines, options=("-i",), stdin=True)
        assert result.stdout == "ERR\nstill here\n"

    def test_options_come_back_after_an_interrupt(self, compiled: Home) -> None:
        for at in (3, 20, 60):
            lines: tuple[str, ...] = (
                "set -T; set +m",
                "shopt -s nocasematch",
                "set -aEu",
                'echo "$-"',
                f"{self.arm(at)}; ctx use lean",
            )
            lines += ("trap - DEBUG", 'echo "$-"', "shopt nocasematch")
            result = self.run(compiled, *lines, options=("-i",), stdin=True)
            first, second, *_, nocasematch = result.stdout.splitlines()
            assert first == second
            assert nocasematch.split() == ["nocasematch", "on"]

    def test_before_4_4(self, compiled: Home) -> None:
        """The branch for a bash without `${name@a}`, forced upon the one that is installed: it may fork once."""
        text = compiled.runtime("bash")
        assert text.count(">= 404") == 1
        hook = self.source(compiled.hook("bash", text.replace(">= 404", ">= 999")))
        strace = Strace(compiled.base / "strace")
        result = self.run(compiled, hook, "ctx use work", "ctx off", load=False, prefix=strace.prefix)
        assert (strace.counts().forks, strace.counts().programs) == (1, 0)
        words = (self.expand("HIDDEN"), self.expand("GONE_PLAIN"))
        lines: tuple[str, ...] = (
            hook,
            "ctx use work",
            self.probe(compiled, "in"),
            "ctx off",
            self.probe(compiled, "out", *words),
        )
        lines += (self.unset("NEW"), self.array("NEW"), "ctx use lean", self.probe(compiled, "array", self.status))
        result = self.run(compiled, *lines, load=False)
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "out")
        assert result.words("out") == ["was hidden", "hidden too"]
        assert result.words("array") == ["1"]
