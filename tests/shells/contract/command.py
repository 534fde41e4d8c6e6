"""The `ctx` function: its commands, and where their output goes."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.shells.contract.language import BEFORE, PROFILES, STANDIN, Language, alone
from tests.support.home import Home, Result
from tests.support.hostile import DIRECTORIES
from tests.support.shells import clean_command
from tests.support.strace import Strace


class CommandContract(Language):
    """What the command answers, in the shell itself and in substitutions, pipes and subshells."""

    # --- The command --------------------------------------------------------------------------------------------------

    def test_the_profile_before(self, compiled: Home) -> None:
        lines: tuple[str, ...] = (
            "ctx use work",
            "ctx use other",
            "ctx use -",
            self.probe(compiled, "one"),
            "ctx use -",
        )
        lines += (self.probe(compiled, "two"), "ctx off", "ctx use -", self.probe(compiled, "three"))
        result = self.run(compiled, *lines)
        assert [result.own(label)["CTX_PROFILE"] for label in ("one", "two", "three")] == ["work", "other", "other"]
        self.assert_work(compiled, result, "one")

    def test_no_profile_before(self, home: Home) -> None:
        result = self.run(home, "ctx use -", self.probe(home, "after", self.status))
        assert result.words("after") == ["1"]
        assert result.stderr == "ctx: no profile was active before\n"

    def test_off_without_a_profile(self, home: Home) -> None:
        result = self.run(home, "ctx off", self.probe(home, "after", self.status))
        assert result.words("after") == ["0"]
        assert alone(result.stderr) == "ctx: no profile is active\n"

    @pytest.mark.parametrize(
        ("answer", "behind"),
        [
            ("print('claude would use: \\N{WARNING SIGN} it')", " · claude would use: \N{WARNING SIGN} it"),
            ("print(flush=True)", ""),
            ("print('claude would', flush=True); os._exit(3)", ""),
            ("print('claude would use: one\\ntwo')", ""),
            ("print('{ echo a plan }')", ""),
            ("print('noise', file=sys.stderr); raise ValueError", ""),
            ("os.kill(os.getpid(), 9)", ""),
            (None, ""),
        ],
        ids=["answers", "knows nothing", "fails", "says too much", "says something else", "breaks", "dies", "is gone"],
    )
    def test_off_says_what_claude_would_use_if_the_program_knows(
        self, compiled: Home, answer: str | None, behind: str
    ) -> None:
        words = compiled.header(self.shell, "", "lean", "-")
        check = f"sys.argv[1:] == {[*words, 'off']!r} and 'CTX_PROFILE' not in os.environ"
        compiled.standin(f"import os, sys\nif {check}:\n    {answer}\n")
        if answer is None:
            compiled.program = (str(compiled.base / "nowhere"),)
        result = self.run(compiled, "ctx use lean", "ctx off", self.probe(compiled, "after", self.status))
        said = f"ctx: lean · 4 set, 1 cleared\nctx: off · was lean{behind}\n"
        assert (result.stderr, result.stdout, result.words("after")) == (said, "", ["0"])
        self.assert_before(compiled, result, "after")
        once_more = self.run(compiled, "ctx off", "ctx use lean", self.evaluate("ctx off"))
        assert once_more.stderr.splitlines()[-1] == f"ctx: off · was lean{behind}"

    @pytest.mark.parametrize("name", ["CTX_QUIET", "CLAUDECODE"])
    def test_off_asks_nothing_where_it_says_nothing(self, compiled: Home, name: str) -> None:
        strace = Strace(compiled.base / "strace")
        environ = compiled.environ(**{name: "1"})
        result = self.run(compiled, "ctx use lean", "ctx off", "ctx off", environ=environ, prefix=strace.prefix)
        assert result.stderr == ""
        assert (strace.counts().forks, strace.counts().programs) == (0, 0)

    def test_a_profile_that_does_not_exist(self, compiled: Home) -> None:
        lines = ("ctx use work", "ctx use typo", self.probe(compiled, "after", self.status))
        result = self.run(compiled, *lines)
        assert result.words("after") == ["4"]
        assert "typo" in result.stderr
        self.assert_work(compiled, result, "after")

    def test_a_count_where_there_is_nothing_to_say(self, home: Home) -> None:
        result = self.run(home, "ctx use lean")
        assert result.stderr == "ctx: lean · 4 set, 1 cleared\n"

    @pytest.mark.parametrize("name", ["CTX_QUIET", "CLAUDECODE"])
    def test_quiet(self, home: Home, name: str) -> None:
        lines = ("ctx use work", "ctx off", "ctx off", "ctx use -", "ctx use typo")
        result = self.run(home, *lines, environ=home.environ(**{name: "1"}))
        assert result.stderr.startswith("ctx: ")
        assert "'typo'" in result.stderr
        assert "work ·" not in result.stderr
        assert "off" not in result.stderr

    def test_other_commands_are_the_programs(self, home: Home) -> None:
        environ = self.standin(home) | {"MISBEHAVE": "fail 42"}
        result = self.run(home, "ctx anything", self.probe(home, "after", self.status), environ=environ)
        assert result.words("after") == ["42"]
        assert "__ctx_apply" in result.stdout
        assert result.own("after") == {}

    def test_options_that_print(self, home: Home) -> None:
        result = self.run(
            home, "ctx use work --json", "ctx use --help", "ctx use work --shell sh", self.probe(home, "after")
        )
        assert result.stdout.startswith("{")
        assert "usage" in result.stdout.lower()
        assert "export NEW=" in result.stdout
        self.assert_before(home, result, "after")

    def test_the_program_sees_the_users_own_environment(self, compiled: Home) -> None:
        # Written down before the stand-in takes the program's place.
        environ = compiled.environ(MISBEHAVE="tell", PLAN=os.devnull)
        compiled.standin(STANDIN)
        lines = ("ctx use work", "ctx use other", "ctx show it", self.probe(compiled, "after"))
        result = self.run(compiled, *lines, environ=environ)
        words = [*compiled.header(self.shell, "other", "work", "other"), "show", "it"]
        assert result.stdout == f"{words!r} [] {['old', None, BEFORE['GONE'], None]}\n"
        assert result.own("after")["CTX_PROFILE"] == "other"

    @pytest.mark.parametrize("command", ["status", "doctor", "list"])
    def test_commands_that_compare_see_the_environment_as_it_is(self, compiled: Home, command: str) -> None:
        """What the profile set, what was changed by hand since, and what ctx exports about itself."""
        environ = compiled.environ(MISBEHAVE="tell", PLAN=os.devnull)
        compiled.standin(STANDIN)
        once = f"ctx {command}"
        lines = (f"{once} --json", self.pipe(once), self.subshell(once) or once)
        probe = self.probe(compiled, "after")
        result = self.run(compiled, "ctx use work", self.export("OLD", "by hand"), *lines, probe, environ=environ)
        words = [*compiled.header(self.shell, "work", "", "work"), command]
        state = sorted(result.own("after"))
        assert "CTX_PROFILE" in state
        seen = f"{state!r} {['by hand', 'new', None, 'of work']}"
        assert result.stdout.splitlines() == [
            f"{[*words, '--json']!r} {seen}",
            f"{words!r} {seen}",
            f"{words!r} {seen}",
        ]
        assert result.env("after")["OLD"] == "by hand"
        lonely = self.run(compiled, "ctx use work", self.export("OLD", "by hand"), self.lonely, once, environ=environ)
        assert lonely.stdout.startswith(f"{[command]!r} [")
        assert lonely.stdout.endswith(f" {['by hand', 'new', None, 'of work']}\n")

    def test_where_only_the_command_was_copied(self, home: Home) -> None:
        environ = self.standin(home) | {"MISBEHAVE": "tell"}
        result = self.run(home, self.lonely, "ctx use work", environ=environ)
        assert result.stdout.startswith("['use', 'work'] ")
        assert result.stderr == ""

    def test_odd_directories(self, compiled: Home) -> None:
        lines = []
        for number, name in enumerate(DIRECTORIES):
            folder = compiled.path / name
            folder.mkdir()
            plan = compiled.plan(self.shell, "work")
            lines += [self.change_directory(folder), "ctx use work", self.probe(compiled, f"plan {number}")]
            lines += ["ctx use fresh", self.probe(compiled, f"program {number}"), "ctx off"]
            assert plan.exists()
        compiled.profiles(PROFILES + '[profiles.fresh.env]\nNEW = "${MY_TOKEN}"\n', age=1)
        os.utime(
            compiled.plan(self.shell, "work"), ns=(0, compiled.config.joinpath("profiles.toml").stat().st_mtime_ns)
        )
        result = self.run(compiled, self.export("MY_TOKEN", "of the user"), *lines, self.probe(compiled, "off"))
        assert result.code == 0
        for number in range(len(DIRECTORIES)):
            assert result.env(f"plan {number}")["OLD"] == "of work"
            assert result.env(f"program {number}")["NEW"] == "of the user"
        assert result.own("off") == {"__CTX_PREVIOUS": "fresh", "__CTX_MANUAL": "-"}

    def test_a_working_directory_that_is_gone(self, compiled: Home) -> None:
        gone = compiled.path / "gone"
        gone.mkdir()
        remove = self.invoke("rm", "-rf", str(gone))
        lines = (self.change_directory(gone), remove, "ctx use work", self.probe(compiled, "in"), "ctx list")
        result = self.run(compiled, *lines, "ctx use nope", "ctx off", self.probe(compiled, "out"))
        self.assert_work(compiled, result, "in")
        assert result.env("out")["OLD"] == "old"
        assert "PROFILE" in result.stdout
        assert "nope" in result.stderr

    def test_the_users_own_settings_of_ctx_survive(self, compiled: Home) -> None:
        mine = {"CTX_CONFIG": "/mine", "CTX_DEBUG": "", "CTX_SECRET_MINE": "m", "CTX_QUIET": "1"}
        lines = [self.export(name, value) for name, value in mine.items()]
        lines += [
            "ctx use work",
            self.probe(compiled, "in"),
            "ctx exec work -- true",
            "ctx off",
            self.probe(compiled, "out"),
        ]
        result = self.run(compiled, *lines)
        for label in ("in", "out"):
            assert {name: result.probes[label].get(name) for name in mine} == mine

    # --- Substitutions, pipes, subshells ------------------------------------------------------------------------------

    def test_evaluating_what_use_prints(self, compiled: Home) -> None:
        lines = (self.both(self.evaluate("ctx use work"), self.probe(compiled, "in")), self.evaluate("ctx off"))
        result = self.run(compiled, *lines, self.probe(compiled, "out"))
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "out")
        assert result.stdout == ""

    @pytest.mark.parametrize("how", ["typo", "-", "die", "fail 3", "cut 0", "cut 3", "gone"])
    def test_a_failure_makes_the_evaluation_fail(self, home: Home, how: str) -> None:
        environ = home.environ()
        if how not in {"typo", "-"}:
            environ = self.standin(home) | {"MISBEHAVE": how}
        if how == "gone":
            home.program = (str(home.base / "nowhere" / "python"), "x")
        name = how if how in {"typo", "-"} else "work"
        lines = (self.both(self.evaluate(f"ctx use {name}"), self.call("echo", "NO")), self.probe(home, "after"))
        result = self.run(home, *lines, environ=environ)
        assert result.stdout == ""
        assert {key: value for key, value in result.env("after").items() if key not in {"PLAN", "MISBEHAVE"}} == {
            **home.environ(),
            **BEFORE,
        }
        assert result.own("after") == {}

    def test_a_pipe_gets_the_text(self, home: Home) -> None:
        result = self.run(home, self.pipe("ctx use work"), self.pipe("ctx use typo"), self.probe(home, "after"))
        assert "__ctx_apply" in result.stdout
        assert result.stdout.endswith(f"\n{self.failure}\n")
        self.assert_before(home, result, "after")

    def test_a_subshell_is_switched_alone(self, compiled: Home) -> None:
        line = self.subshell("ctx use work", self.probe(compiled, "in"))
        if line is None:
            pytest.skip("there are no subshells")
        # Not into a pipe: there the text would be passed on.
        out = compiled.base / "out"
        script = "\n".join(
            (self.before(), self.source(compiled.hook(self.shell)), line, self.probe(compiled, "after"), "")
        )
        file = compiled.base / "script"
        file.write_bytes(script.encode())
        with out.open("w") as stream:
            subprocess.run([*clean_command(self.shell), str(file)], env=compiled.environ(), stdout=stream, check=True)
        result = Result(0, out.read_text(), "")
        compiled._read(result)
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "after")
        assert result.stdout == ""
