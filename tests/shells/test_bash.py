"""The contract in bash, and what only bash has: PROMPT_COMMAND as a string and as an array, versions before 4.4."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.shells.contract import HookContract
from tests.shells.contract.directories import ACME, OTHER
from tests.shells.contract.session import said
from tests.shells.posixlike import PosixlikeContract
from tests.support.home import FILE, Home
from tests.support.hostile import VALUES
from tests.support.shells import clean_command
from tests.support.strace import Strace


class TestBash(PosixlikeContract, HookContract):
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
        quiet = compiled.environ(CTX_QUIET="1")
        self.run(compiled, hook, "ctx use work", "ctx off", load=False, prefix=strace.prefix, environ=quiet)
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

    @pytest.mark.parametrize("start", ["outside", "other"])
    def test_ctrl_c_at_the_steps_of_entering_a_directory(self, user: Home, start: str) -> None:
        """Interrupted anywhere, the next prompts give the profile from before, the directory's, or none; and go on."""
        places = {"outside": user.path, "other": user.project('profile = "other"\n', "other")}
        places["folder"] = user.project(ACME)
        goes = {name: self.change_directory(path) for name, path in places.items()}
        count, entered, outside, before = self.dumps(
            user,
            *(goes["folder"], goes["outside"], goes[start]),
            *(f"{self.arm(0)}; {goes['folder']}", f"{self.disarm()}; test_count"),
            *("test_dump", goes["outside"], "test_dump", goes[start], "test_dump"),
        )
        steps = int(count) - 1
        assert steps > 300
        lines = [goes["folder"], goes[start], goes["outside"]]
        sampled = range(1, steps + 1, 7)
        for step in sampled:
            lines += [goes[start], f"{self.arm(step)}; {goes['folder']}", f"{self.disarm()}; test_dump"]
            lines += [goes["outside"], "test_dump", goes["folder"], "test_dump"]
        found = [settled(dump) for dump in self.dumps(user, *lines)]
        assert len(found) == 3 * len(sampled)
        for number, step in enumerate(sampled):
            after, left, again = found[3 * number : 3 * number + 3]
            assert after in (settled(entered), settled(outside), settled(before)), f"command {step} of {steps}"
            assert left == settled(outside), f"command {step} of {steps}, then out"
            assert again == settled(entered), f"command {step} of {steps}, then in again"

    @pytest.mark.parametrize("taken", ['cd() { builtin cd "$@"; }', "alias pushd=cd"])
    def test_wrapping_cd_leaves_the_users_own_alone(self, user: Home, taken: str) -> None:
        folder = user.project(ACME)
        with self.session(user, taken, "__ctx_wrap_cd") as session:
            (line,) = said(session.terminal.expect())
            assert "is a function or an alias of yours" in line
            look = self.both(self.change_directory(folder), self.probe(user, "now"))
            session.do(look)
            assert session.last().env["WHO"] == "mine"
            assert session.active() == "acme"

    def test_wrapping_cd_twice_in_scripts_and_subshells(self, user: Home) -> None:
        folder = user.project(ACME)
        target = self.quote(str(folder))
        with self.started(user, "__ctx_wrap_cd", "__ctx_wrap_cd") as session:
            session.enter(folder)
            session.enter(user.path)
            look = self.probe(user, "now")
            assert said(session.do(f"(cd {target} && {look})")) == []
            assert session.last().env["WHO"] == "acme"
            assert session.active() is None
            session.do(f"cd {target}/nowhere; {self.probe(user, 'now', self.status)}")
            assert session.last().words == ["1"]
            # Agents copy functions, but not those whose names begin with _.
            session.do(
                f"( unset -f $(compgen -A function __ctx_); cd {target}; {self.probe(user, 'now', self.status)} )"
            )
            assert session.last().words == ["0"]

    def test_project_files_are_compared_byte_by_byte(self, user: Home) -> None:
        """What reads as it stands is not asked about again."""
        texts = [ACME + "# " + text for text in (*VALUES.values(), "é" * 700, "\t  ", "\r\n", "\x7f", "\u2028")]
        raw = [text.encode().replace(b"\x01", b"") for text in texts]
        raw += [b"\xff\xfe\n", b"# \x01\x02\x7f\n", b"# caf\xe9\n", b"", b"\n\n", b"#\n" * 600, b"# \xe2\x82"]
        folder = user.project(None)
        strace = Strace(user.base / "strace")
        for locale in ("C.UTF-8", "C"):
            with self.session(user, prefix=strace.prefix, environ=user.environ(LC_ALL=locale)) as session:
                session.terminal.expect()
                session.enter(folder)
                for text in raw:
                    (folder / FILE).write_bytes(text)
                    session.prompt()
                    before = strace.counts()
                    session.prompt()
                    assert strace.counts() == before, text

    def test_moves_of_every_kind_are_followed(self, user: Home) -> None:
        """What the shell remembers of the way up is right after any sequence of moves: a new file is noticed at once."""
        top = user.project(ACME, "top")
        folders = [top, *(top / name for name in ("a", "a/b", "a/b/c", "a/b/d", "a/e", "f/g/h"))]
        folders[-1].mkdir(parents=True)
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        denied = user.project(OTHER, "top/a/b", trusted=False)
        user.ctx("deny", str(denied))
        chance = random.Random(1)
        with self.started(user) as session:
            for _ in range(40):
                there = chance.choice([*folders, user.path, top.parent])
                session.enter(there)
                above = [place for place in (there, *there.parents) if user.path in place.parents]
                expected = "acme" if there in folders else None
                assert session.values("CTX_PROFILE") == [expected], there
                place = chance.choice([place for place in above if not (place / FILE).exists()] or [there])
                if not (place / FILE).exists():
                    (place / FILE).write_text("untrusted\n")
                    session.prompt()
                    covered = expected and place not in (top, *top.parents)
                    blocked = covered or not expected
                    assert session.values("CTX_PROFILE", "CTX_STATUS") == (
                        [None, "blocked"] if blocked else ["acme", "active"]
                    ), (there, place)
                    (place / FILE).unlink()
                    session.prompt()
                    assert session.values("CTX_PROFILE") == [expected], (there, place)

    def test_directories_and_drift_before_4_4(self, user: Home) -> None:
        text = user.runtime("bash").replace(">= 404", ">= 999")
        folder = user.project('profile = "signed"\n')
        with self.session(user, hook=text) as session:
            session.terminal.expect()
            session.enter(folder)
            assert session.values("CTX_PROFILE", "CTX_STATUS") == ["signed", "active"]
            assert "ANTHROPIC_API_KEY was changed" in session.do(self.export("ANTHROPIC_API_KEY", "x"))
            assert session.values("CTX_STATUS") == ["drifted"]
            session.do(self.unset("ANTHROPIC_API_KEY"))
            assert session.values("CTX_STATUS") == ["active"]
            session.enter(user.path)
            assert session.active() is None

    def test_a_working_directory_that_the_shell_does_not_know(self, user: Home) -> None:
        """`PWD` is the user's to spoil: nothing is looked up outside ctx's own folders."""
        folder = user.project(ACME)
        with self.started(user) as session:
            session.enter(folder)
            for odd in ("", "relative", f"{folder}/../{folder.name}", "/../../../../tmp"):
                assert session.do(self.assign("PWD", odd)) in ("", "ctx: off · was acme\n")
                assert session.values("CTX_PROFILE") == [None]
            session.do("unset PWD")
            session.enter(folder)
            assert session.active() == "acme"


def settled(dump: str) -> str:
    """A dump without what the test and the shell count, and what does not count as a profile's."""
    strange = r"\b(?:test_n|PWD|OLDPWD|_)=|declare -x OLDPWD$|__CTX_(?:PREVIOUS|BINDING)|\b__ctx_"
    return "\n".join(line for line in dump.splitlines() if not re.search(strange, line))
