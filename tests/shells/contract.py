"""What `shells/README.md` promises, tested the same way in every shell.

A shell's test class says how things are written in its language; it holds no test that another shell could have too.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctx.dialects import dialect
from ctx.model import Op, Plan
from tests.support.home import PROGRAM, Home, Result
from tests.support.hostile import VALUES, toml
from tests.support.pty import PROMPT, Terminal
from tests.support.shells import clean_command
from tests.support.strace import Strace

UNSET = "<unset>"

PROFILES = f"""
[groups]
tool = ["TOOL_A", "TOOL_*"]

[profiles.work]
payer = "Acme"
unset = ["GONE", "GONE_EMPTY", "GONE_PLAIN", "NEVER_THERE"]
[profiles.work.env]
NEW = "new"
OLD = "of work"
SAME = "same"
HIDDEN = "of work"
EMPTY = ""
WAS_EMPTY = "no longer"
TOOL_A = "a"
{os.linesep.join(f"{name} = {toml(value)}" for name, value in VALUES.items())}
[profiles.work.path]
PATH = {{ prepend = ["/work/bin", "/work/front"], append = ["/work/end"] }}
FRESH_LIST = {{ append = ["/only"] }}

[profiles.other.env]
OLD = "of other"
ONLY_OTHER = "1"
[profiles.other.path]
PATH = {{ prepend = ["/other/bin"] }}

[profiles.lean]
unset = ["GONE"]
[profiles.lean.env]
OLD = "of lean"
HIDDEN = "of lean"
NEW = "new"
[profiles.lean.path]
LISTED = {{ prepend = ["/lean"] }}
"""

BEFORE = {
    "OLD": "old",
    "SAME": "same",
    "WAS_EMPTY": "",
    "GONE": "it's gone",
    "GONE_EMPTY": "",
    "TOOL_B": "b",
    "TOOL_C": "$(touch ran)",
    "BYSTANDER": "stays",
    "LISTED": "/a:/b",
}
"""What the user exports before ctx comes."""

SECRET_OLD = "s3cr3t-old-0123456789"
SECRET_NEW = "s3cr3t-new-0123456789"

# Where what a program prints is cut off: at the end of a line or, if there is only one, behind every fourth comma.
PIECES = """\
import re
def pieces(text):
    return re.findall(rb"[^\\n]*\\n" if text.count(b"\\n") > 1 else rb"(?:[^,]*,){4}|[^,].*\\Z", text, re.DOTALL)
"""

# A program that does what the variable MISBEHAVE says, and else prints the plan in the file PLAN.
STANDIN = (
    PIECES
    + """\
import os, signal, sys, time
words = sys.argv[1:]
plan = open(os.environ["PLAN"], "rb").read()
how, _, much = os.environ.get("MISBEHAVE", "").partition(" ")
if how == "die":
    os.write(1, plan[: len(plan) // 2])
    os.kill(os.getpid(), signal.SIGKILL)
elif how == "cut":
    os.write(1, b"".join(pieces(plan)[: int(much)]))
elif how == "fail":
    os.write(1, plan)
    sys.exit(int(much))
elif how == "hang":
    print("waiting", file=sys.stderr, flush=True)
    time.sleep(60)
elif how == "tell":
    state = sorted(name for name in os.environ if "CTX_" in name)
    print(repr(words), state, [os.environ.get(name) for name in ("OLD", "NEW", "GONE", "HIDDEN")], flush=True)
else:
    os.write(1, plan)
"""
)


def pieces(text: bytes) -> list[bytes]:
    """The pieces of a program's output, as the stand-in counts them."""
    scope: dict[str, Callable[[bytes], list[bytes]]] = {}
    exec(PIECES, scope)
    return scope["pieces"](text)


class RuntimeContract:
    """The contract. Subclasses give the syntax; a feature that a language does not have is None or empty."""

    shell = ""
    strict = ""
    """Statements that switch the language's strictest modes on."""
    status = ""
    """A word: the exit status of the last command."""
    hooks = ""
    """A word: where the prompt hook stands, with the user's own entries."""
    kept = ""
    """A word: options, traps and settings that ctx must leave alone."""
    keep = ""
    """Statements that give `kept` something to show."""
    trace = ""
    """Statements that make the shell print every command on standard error."""
    allexport = ""
    """Statements that make the shell export every variable it sets."""
    hostile = ""
    """Statements that define functions and aliases under the names of builtins."""
    settings: tuple[str, ...] = ()
    """Statements that change how the language works, each of which ctx must survive."""
    declarations: tuple[tuple[str, str | None], ...] = ()
    """Statements that declare the variable `{name}` to change what it is given, with what it is given then."""
    names = ""
    """A statement that prints the names of all variables and functions, one a line."""
    lonely = ""
    """Statements that forget every function and variable of ctx's except the command."""
    arrays = True
    unexported = True
    failed = ""
    """What a failed `ctx use` prints where its output is neither a terminal nor known to be evaluated."""
    interactive: tuple[str, ...] = ("-i",)
    """Options with which a script on standard input is read line by line, with the prompt's hooks in between."""

    # --- The language -------------------------------------------------------------------------------------------------

    def quote(self, value: str) -> str:
        """A word that is this value."""
        return dialect(self.shell).quote(value)

    def call(self, *words: str) -> str:
        """A command, every word quoted."""
        return " ".join(self.quote(word) for word in words)

    def source(self, path: Path) -> str:
        """Read the file into this shell."""
        raise NotImplementedError

    def export(self, name: str, value: str) -> str:
        """Set and export a variable."""
        raise NotImplementedError

    def assign(self, name: str, value: str) -> str:
        """Set a variable without exporting it."""
        raise NotImplementedError

    def array(self, name: str) -> str:
        """Make the variable an array of two elements."""
        raise NotImplementedError

    def unset(self, name: str) -> str:
        """Take a variable away."""
        raise NotImplementedError

    def readonly(self, name: str) -> str:
        """Make a variable readonly as it is."""
        raise NotImplementedError

    def expand(self, name: str) -> str:
        """A word: the variable's value, or UNSET."""
        raise NotImplementedError

    def surround(self, name: str, before: str, after: str) -> str:
        """Put text in front of and behind an exported variable's value."""
        raise NotImplementedError

    def evaluate(self, command: str) -> str:
        """Evaluate what the command prints: a statement that succeeds as that does."""
        raise NotImplementedError

    def pipe(self, command: str) -> str:
        """Run the command with its output in a pipe, and print what comes out there."""
        raise NotImplementedError

    def both(self, first: str, second: str) -> str:
        """Run the second command if the first succeeds."""
        raise NotImplementedError

    def otherwise(self, first: str, second: str) -> str:
        """Run the second command if the first fails."""
        raise NotImplementedError

    def subshell(self, *statements: str) -> str | None:
        """Run statements in a subshell, where there is such a thing."""
        raise NotImplementedError

    def prompt(self, text: str) -> str:
        """A start-up file's line that sets the prompt."""
        raise NotImplementedError

    def start(self, rc: Path) -> tuple[list[str], dict[str, str]]:
        """The command, and variables, that start an interactive shell which reads this start-up file."""
        raise NotImplementedError

    # --- Running ------------------------------------------------------------------------------------------------------

    @pytest.fixture
    def home(self, tmp_path: Path) -> Iterator[Home]:
        clean_command(self.shell)
        home = Home(tmp_path)
        home.profiles(PROFILES)
        yield home
        assert list(tmp_path.rglob("ran")) == [], "a value, a name or a path was executed"

    @pytest.fixture
    def compiled(self, home: Home) -> Home:
        """A home with the plans on disk."""
        home.compile(self.shell, "work", "other", "lean")
        return home

    def probe(self, home: Home, label: str, *words: str) -> str:
        """A command that notes its environment, and words (in the shell's own syntax)."""
        command = (PROGRAM[0], "-I", "-S", str(home.probe_script), str(home.report), label)
        return " ".join((self.invoke(*command), *words))

    def invoke(self, *words: str) -> str:
        """Start a program by its path."""
        return self.call(*words)

    def before(self) -> str:
        """The user's variables."""
        lines = [self.export(name, value) for name, value in BEFORE.items()]
        if self.unexported:
            lines += [self.assign("HIDDEN", "was hidden"), self.assign("GONE_PLAIN", "hidden too")]
        return "\n".join(lines)

    def run(self, home: Home, *lines: str, load: bool = True, **how: object) -> Result:
        """A script in which the hook is loaded and the user's variables are set."""
        first = [self.before(), *([self.source(home.hook(self.shell))] if load else [])]
        return home.run(self.shell, "\n".join((*first, *lines)) + "\n", **how)  # type: ignore[arg-type]

    def standin(self, home: Home) -> dict[str, str]:
        """Replace the program by one that prints the plan of `work` unless MISBEHAVE says otherwise."""
        hook = ("@hook", self.shell, str(home.config), str(home.data), str(home.cache), "", "")
        plan = subprocess.run([*PROGRAM, *hook, "use", "work"], env=home.environ(), check=True, capture_output=True)
        shutil.rmtree(home.cache / "plans", ignore_errors=True)
        (home.base / "plan").write_bytes(plan.stdout)
        home.standin(STANDIN)
        return home.environ(PLAN=str(home.base / "plan"))

    def assert_work(self, home: Home, result: Result, label: str) -> None:
        """At this probe the profile `work` was active, whole."""
        env = result.env(label)
        expected = {**VALUES, "NEW": "new", "OLD": "of work", "SAME": "same", "HIDDEN": "of work", "EMPTY": ""}
        expected |= {"WAS_EMPTY": "no longer", "TOOL_A": "a", "FRESH_LIST": "/only", "BYSTANDER": "stays"}
        expected |= {"LISTED": "/a:/b", "PATH": f"/work/bin:/work/front:{home.environ()['PATH']}:/work/end"}
        plain = {key: value for key, value in home.environ().items() if key not in expected}
        assert env == {**plain, **expected}, result.stderr
        assert result.own(label) == {
            "CTX_PROFILE": "work",
            "CTX_STATUS": "active",
            "__CTX_SET": result.own(label)["__CTX_SET"],
            "__CTX_LISTS": result.own(label)["__CTX_LISTS"],
            "__CTX_LIST_PATH": "/work/bin:/work/front:/work/end",
            "__CTX_LIST_FRESH_LIST": "/only",
        } | {key: value for key, value in result.own(label).items() if key == "__CTX_PREVIOUS"}
        named = {*VALUES, "NEW", "OLD", "SAME", "HIDDEN", "EMPTY", "WAS_EMPTY", "TOOL_A"}
        assert set(result.own(label)["__CTX_SET"].split(" ")) == named
        assert set(result.own(label)["__CTX_LISTS"].split(" ")) == {"PATH", "FRESH_LIST"}

    def assert_before(self, home: Home, result: Result, label: str) -> None:
        """At this probe the environment was the user's own."""
        assert result.env(label) == {**home.environ(), **BEFORE}, result.stderr
        assert set(result.own(label)) <= {"__CTX_PREVIOUS"}

    # --- Loading ------------------------------------------------------------------------------------------------------

    def test_loads_and_switches_in_the_strictest_mode(self, home: Home) -> None:
        lines = ("ctx use work", self.probe(home, "in"), "ctx off", self.probe(home, "out"))
        result = home.run(
            self.shell,
            "\n".join((self.strict, self.before(), self.source(home.hook(self.shell)), *lines, "")),
            environ=home.environ(CTX_QUIET="1"),
        )
        assert (result.code, result.stdout, result.stderr) == (0, "", "")
        self.assert_work(home, result, "in")
        self.assert_before(home, result, "out")

    def test_init_prints_this_runtime(self, home: Home) -> None:
        done = subprocess.run([*PROGRAM, "init", self.shell], env=home.environ(), check=True, capture_output=True)
        assert done.stdout.decode() == home.runtime(self.shell)

    def test_another_name_for_the_command(self, home: Home) -> None:
        hook = home.hook(self.shell, home.runtime(self.shell, "cx"))
        result = self.run(home, self.source(hook), "cx use work", self.probe(home, "in"), load=False)
        self.assert_work(home, result, "in")

    def test_sourced_twice_is_sourced_once(self, home: Home) -> None:
        again = self.source(home.hook(self.shell))
        result = self.run(home, again, "ctx use work", again, "ctx off", self.probe(home, "out", self.hooks))
        self.assert_before(home, result, "out")
        assert result.words("out")[0].count("__ctx_prompt") <= 1

    def test_only_names_of_its_own(self, home: Home) -> None:
        mark = self.call("echo", "@@@@")
        lines = (self.names, mark, self.source(home.hook(self.shell)), "ctx use lean", "ctx off", mark, self.names)
        result = self.run(home, *lines, load=False, environ=home.environ(CTX_QUIET="1"))
        first, _, rest = result.stdout.partition("@@@@\n")
        new = set(rest.partition("@@@@\n")[2].split()) - set(first.split())
        strange = {name for name in new if not name.startswith(("__ctx_", "__CTX_", "CTX_"))}
        assert strange - {"ctx", *self.hook_variables} == set()

    hook_variables: frozenset[str] = frozenset()
    """Variables of the shell's own that appear once there is a prompt hook."""

    # --- Applying and taking off --------------------------------------------------------------------------------------

    def test_use_and_off(self, home: Home) -> None:
        lines = ("ctx use work", self.probe(home, "in", self.status), "ctx off", self.probe(home, "out", self.status))
        result = self.run(home, *lines)
        self.assert_work(home, result, "in")
        self.assert_before(home, result, "out")
        assert result.words("in") == result.words("out") == ["0"]
        assert result.stderr == "ctx: work · Acme pays\nctx: off · was work\n"
        assert result.stdout == ""

    def test_use_and_off_from_a_plan_on_disk(self, compiled: Home) -> None:
        compiled.standin("raise SystemExit('not this time')")
        result = self.run(compiled, "ctx use work", self.probe(compiled, "in"), "ctx off", self.probe(compiled, "out"))
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "out")

    def test_what_was_not_exported_comes_back_unexported(self, home: Home) -> None:
        if not self.unexported:
            pytest.skip("the language exports every environment variable")
        words = (self.expand("HIDDEN"), self.expand("GONE_PLAIN"))
        result = self.run(
            home, "ctx use work", self.probe(home, "in", *words), "ctx off", self.probe(home, "out", *words)
        )
        assert result.words("in") == ["of work", UNSET]
        assert result.words("out") == ["was hidden", "hidden too"]
        self.assert_before(home, result, "out")

    def test_switching_from_one_to_another(self, compiled: Home) -> None:
        lines = ("ctx use work", "ctx use other", self.probe(compiled, "other"), "ctx use work")
        result = self.run(compiled, *lines, self.probe(compiled, "work"), "ctx off", self.probe(compiled, "out"))
        own = result.own("other")
        assert (own["CTX_PROFILE"], own["__CTX_PREVIOUS"]) == ("other", "work")
        assert own["__CTX_LIST_PATH"] == "/other/bin"
        path = home_path = compiled.environ()["PATH"]
        expected = {**compiled.environ(), **BEFORE, "OLD": "of other", "ONLY_OTHER": "1", "PATH": f"/other/bin:{path}"}
        assert result.env("other") == expected
        assert result.env("out")["PATH"] == home_path
        self.assert_work(compiled, result, "work")
        self.assert_before(compiled, result, "out")

    def test_the_same_profile_again(self, compiled: Home) -> None:
        result = self.run(
            compiled, "ctx use work", "ctx use work", self.probe(compiled, "in"), "ctx off", self.probe(compiled, "out")
        )
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "out")
        assert "__CTX_PREVIOUS" not in result.own("in")

    def test_what_the_user_changed_since_stays(self, compiled: Home) -> None:
        changes = (self.export("OLD", "mine"), self.unset("NEW"), self.export("GONE", "mine"), self.export("SAME", ""))
        result = self.run(compiled, "ctx use work", *changes, "ctx off", self.probe(compiled, "out"))
        assert result.env("out") == {**compiled.environ(), **BEFORE, "OLD": "mine", "GONE": "mine", "SAME": ""}

    def test_the_users_own_list_entries_stay(self, compiled: Home) -> None:
        lines = (self.surround("PATH", "/mine:", ":/mine too"), self.surround("FRESH_LIST", "/x:", ""))
        result = self.run(compiled, "ctx use work", *lines, "ctx off", self.probe(compiled, "out"))
        assert result.env("out")["PATH"] == f"/mine:{compiled.environ()['PATH']}:/mine too"
        assert result.env("out")["FRESH_LIST"] == "/x"

    def test_lists_with_duplicates_come_back_exactly(self, compiled: Home) -> None:
        path = f"/work/end:/work/bin:{compiled.environ()['PATH']}:/work/end:/work/front"
        lines = (
            self.export("PATH", path),
            "ctx use work",
            self.probe(compiled, "in"),
            "ctx off",
            self.probe(compiled, "out"),
        )
        result = self.run(compiled, *lines)
        assert result.env("in")["PATH"] == f"/work/bin:/work/front:{path}:/work/end"
        assert result.env("out")["PATH"] == path

    def test_a_list_that_the_user_took_apart(self, compiled: Home) -> None:
        lines = (self.export("PATH", "/work/front:/elsewhere"), self.unset("FRESH_LIST"))
        result = self.run(compiled, "ctx use work", *lines, "ctx off", self.probe(compiled, "out"))
        assert result.env("out")["PATH"] == "/elsewhere"
        assert "FRESH_LIST" not in result.env("out")

    def test_a_list_that_was_empty(self, compiled: Home) -> None:
        lines = (
            self.export("LISTED", ""),
            "ctx use lean",
            self.probe(compiled, "in"),
            "ctx off",
            self.probe(compiled, "out"),
        )
        result = self.run(compiled, *lines)
        assert result.env("in")["LISTED"] == "/lean"
        assert result.env("out")["LISTED"] == ""

    def test_a_list_that_was_not_exported(self, compiled: Home) -> None:
        if not self.unexported:
            pytest.skip("the language exports every environment variable")
        lines = (self.unset("LISTED"), self.assign("LISTED", "/h"), "ctx use lean", self.probe(compiled, "in"))
        result = self.run(compiled, *lines, "ctx off", self.probe(compiled, "out", self.expand("LISTED")))
        assert result.env("in")["LISTED"] == "/lean:/h"
        assert "LISTED" not in result.env("out")
        assert result.words("out") == ["/h"]

    def test_names_declared_to_change_their_values(self, compiled: Home) -> None:
        for declaration, given in self.declarations:
            lines = (self.unset("OLD"), declaration.format(name="OLD"), self.probe(compiled, "before"), "ctx use lean")
            result = self.run(compiled, *lines, self.probe(compiled, "in"), "ctx off", self.probe(compiled, "out"))
            assert result.env("before").get("OLD") == given, declaration
            assert result.env("in")["OLD"] == "of lean", declaration
            assert result.env("out").get("OLD") == given, declaration

    @pytest.mark.parametrize("name", ["OLD", "GONE", "LISTED"])
    def test_a_readonly_variable_stops_everything(self, compiled: Home, name: str) -> None:
        result = self.run(compiled, self.readonly(name), "ctx use lean", self.probe(compiled, "after", self.status))
        assert result.words("after") == ["1"]
        assert result.stderr == f"ctx: {name} is readonly in this shell: nothing was changed\n"
        self.assert_before(compiled, result, "after")
        assert result.own("after") == {}

    def test_what_became_readonly_stops_a_switch_and_outlives_off(self, compiled: Home) -> None:
        lines = ("ctx use lean", self.readonly("HIDDEN"), "ctx use other", self.probe(compiled, "refused", self.status))
        result = self.run(compiled, *lines, "ctx off", self.probe(compiled, "out", self.status))
        assert result.words("refused") == ["1"]
        assert result.own("refused")["CTX_PROFILE"] == "lean"
        assert result.env("refused")["OLD"] == "of lean"
        assert "ctx: HIDDEN is readonly in this shell: nothing was changed\n" in result.stderr
        assert "ctx: HIDDEN is readonly in this shell: it keeps the value that lean gave it\n" in result.stderr
        assert result.words("out") == ["1"]
        assert result.env("out") == {**compiled.environ(), **BEFORE, "HIDDEN": "of lean"}

    @pytest.mark.parametrize("name", ["NEW", "GONE", "LISTED"])
    def test_an_array_stops_everything(self, compiled: Home, name: str) -> None:
        if not self.arrays:
            pytest.skip("environment variables cannot be arrays here")
        lines = (self.unset(name), self.array(name), "ctx use lean", self.probe(compiled, "after", self.status))
        result = self.run(compiled, *lines)
        assert result.words("after") == ["1"]
        assert result.stderr == f"ctx: {name} is an array in this shell: nothing was changed\n"
        assert result.own("after") == {}
        assert result.env("after")["OLD"] == "old"

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
        assert result.stderr == "ctx: no profile is active\n"

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
        folders = [str(compiled.config), str(compiled.data), str(compiled.cache)]
        assert (
            result.stdout
            == f"{['@hook', self.shell, *folders, 'other', 'work', 'show', 'it']!r} [] {['old', None, BEFORE['GONE'], None]}\n"
        )
        assert result.own("after")["CTX_PROFILE"] == "other"

    def test_where_only_the_command_was_copied(self, home: Home) -> None:
        environ = self.standin(home) | {"MISBEHAVE": "tell"}
        result = self.run(home, self.lonely, "ctx use work", environ=environ)
        assert result.stdout.startswith("['use', 'work'] ")
        assert result.stderr == ""

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

    # --- A program that misbehaves ------------------------------------------------------------------------------------

    @pytest.mark.parametrize(("how", "code"), [("die", "137"), ("fail 3", "3"), ("cut 0", "1"), ("gone", "127")])
    def test_a_program_that_fails_changes_nothing(self, home: Home, how: str, code: str) -> None:
        environ = self.standin(home) | {"MISBEHAVE": how}
        if how == "gone":
            home.program = (str(home.base / "nowhere" / "python"), "x")
        result = self.run(home, "ctx use work", self.probe(home, "after", self.status), environ=environ)
        assert result.words("after") == [code]
        assert result.own("after") == {}
        assert result.env("after")["OLD"] == "old"
        assert result.stderr.count("\n") <= 1

    def test_output_cut_at_every_line_changes_nothing(self, home: Home) -> None:
        environ = self.standin(home)
        count = len(pieces((home.base / "plan").read_bytes()))
        lines = []
        for length in range(1, count + 1):
            lines += [
                self.export("MISBEHAVE", f"cut {length}"),
                "ctx use work",
                self.probe(home, str(length), self.status),
            ]
        result = self.run(home, *lines, environ=environ)
        for length in range(1, count):
            assert result.words(str(length)) == ["1"], length
            assert result.own(str(length)) == {}
            assert result.env(str(length))["OLD"] == "old"
        assert result.words(str(count)) == ["0"]
        assert result.env(str(count))["OLD"] == "of work"

    @pytest.mark.parametrize("step", [("melt", "A"), ("set", "a[$(touch ran)0]"), ("set", ""), ("set", "CTX_PROFILE")])
    def test_a_plan_that_the_shell_does_not_understand(self, home: Home, step: tuple[str, str]) -> None:
        environ = self.standin(home)
        plan = Plan("work", (Op("set", "NEW", "1"), Op(step[0], step[1], "x")), "", plain=True)
        (home.base / "plan").write_text(dialect(self.shell).call(plan))
        result = self.run(home, "ctx use work", self.probe(home, "after", self.status), environ=environ)
        assert result.words("after") == ["1"]
        assert result.own("after") == {}
        assert "NEW" not in result.env("after")
        assert result.stderr.endswith("nothing was changed\n")

    # --- Plans on disk ------------------------------------------------------------------------------------------------

    def test_no_process(self, compiled: Home) -> None:
        strace = Strace(compiled.base / "strace")
        lines = ("ctx use work", "ctx use other", "ctx use -", "ctx off", *self.idle, "ctx use lean", *self.idle)
        result = self.run(compiled, *lines, prefix=strace.prefix)
        assert "ctx: lean" in result.stderr
        counts = strace.counts()
        assert (counts.forks, counts.programs) == (0, 0)

    idle: tuple[str, ...] = ()
    """Statements that do what the shell does before a prompt."""

    def test_one_process_where_a_plan_has_to_be_made(self, home: Home) -> None:
        strace = Strace(home.base / "strace")
        self.run(home, "ctx use work", prefix=strace.prefix)
        counts = strace.counts()
        assert (counts.forks, counts.programs) == (1, 1)

    @pytest.mark.parametrize("shift", [1, -1, 2_000_000_000, -2_000_000_000])
    def test_a_plan_from_another_moment_is_not_used(self, compiled: Home, shift: int) -> None:
        file = compiled.config / "profiles.toml"
        then = file.stat().st_mtime_ns + shift
        file.write_text(PROFILES.replace("of work", "edited"))
        os.utime(file, ns=(then, then))
        result = self.run(compiled, "ctx use work", self.probe(compiled, "in"))
        assert result.env("in")["OLD"] == "edited"

    def test_a_plan_for_another_home_or_version_is_not_used(self, compiled: Home) -> None:
        file = compiled.plan(self.shell, "work")
        stamp = file.stat().st_mtime_ns
        text = file.read_text().replace("of work", "stale")
        for old in (str(compiled.path), "0."):
            quoted = self.quote(old).strip("'") if old == "0." else self.quote(old)
            assert quoted in text
            file.write_text(text.replace(quoted, quoted[:-1] + "9" + quoted[-1], 1))
            os.utime(file, ns=(stamp, stamp))
            result = self.run(compiled, "ctx use work", self.probe(compiled, "in"))
            assert result.env("in")["OLD"] == "of work"

    @pytest.mark.parametrize(
        "kind", ["cut", "garbage", "empty", "fifo", "directory", "foreign", "foreign directory", "no source"]
    )
    def test_a_plan_that_cannot_be_trusted_is_not_used(self, compiled: Home, kind: str) -> None:
        file = compiled.plan(self.shell, "work")
        stamp = file.stat().st_mtime_ns
        text = file.read_text().replace("of work", "tampered")
        file.write_text(text)
        if kind == "cut":
            file.write_text("\n".join(text.splitlines()[:-3]))
        elif kind == "garbage":
            file.write_text("}{ ) if\n")
        elif kind == "empty":
            file.write_text("")
        elif kind in {"fifo", "directory"}:
            file.unlink()
            os.mkfifo(file) if kind == "fifo" else file.mkdir()
        elif kind.startswith("foreign"):
            if os.geteuid() != 0:
                pytest.skip("only root can give a file away")
            os.chown(file if kind == "foreign" else file.parent, 65534, 65534)
        os.utime(file, ns=(stamp, stamp))
        if kind == "no source":
            (compiled.config / "profiles.toml").unlink()
        result = self.run(compiled, "ctx use work", self.probe(compiled, "after", self.status))
        if kind == "no source":
            assert result.words("after") != ["0"]
            self.assert_before(compiled, result, "after")
        else:
            self.assert_work(compiled, result, "after")
            assert result.stderr == "ctx: work · Acme pays\n"

    def test_a_cache_that_cannot_be_written(self, home: Home) -> None:
        home.cache.rmdir()
        home.cache.write_text("a file in its place")
        result = self.run(home, "ctx use work", self.probe(home, "in"), "ctx off", self.probe(home, "out"))
        self.assert_work(home, result, "in")
        self.assert_before(home, result, "out")

    # --- Hygiene ------------------------------------------------------------------------------------------------------

    def test_functions_and_aliases_named_like_builtins(self, compiled: Home) -> None:
        lines: tuple[str, ...] = (
            self.hostile,
            self.source(compiled.hook(self.shell)),
            "ctx use work",
            self.probe(compiled, "in"),
        )
        lines += ("ctx off", self.probe(compiled, "out"), "ctx use lean", *self.idle, "ctx list")
        result = self.run(compiled, *lines, load=False)
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "out")
        assert "HIJACKED" not in result.stdout + result.stderr

    def test_odd_settings(self, compiled: Home) -> None:
        for setting in self.settings:
            lines: tuple[str, ...] = (self.before(), setting, self.source(compiled.hook(self.shell)), "ctx use work")
            lines += (self.probe(compiled, "in"), *self.idle, "ctx use other", "ctx off", self.probe(compiled, "out"))
            lines += (self.otherwise("ctx use typo", self.probe(compiled, "end", self.status)),)
            result = compiled.run(self.shell, "\n".join((*lines, "")), environ=compiled.environ(CTX_QUIET="1"))
            assert result.stdout == self.failed, setting
            assert result.stderr.startswith("ctx: "), setting
            assert "'typo'" in result.stderr, setting
            self.assert_work(compiled, result, "in")
            self.assert_before(compiled, result, "out")
            assert result.words("end") == ["4"], setting

    def test_options_traps_and_settings_are_kept(self, compiled: Home) -> None:
        lines: tuple[str, ...] = (
            self.keep,
            self.probe(compiled, "first", self.kept),
            self.source(compiled.hook(self.shell)),
            *self.idle,
        )
        lines += ("ctx use work", "ctx use other", "ctx list", "ctx use typo", "ctx off", self.evaluate("ctx use lean"))
        result = self.run(compiled, *lines, self.probe(compiled, "last", self.kept), load=False)
        assert result.own("last")["CTX_PROFILE"] == "lean"
        assert result.words("first") == result.words("last")
        assert len(result.words("first")[0]) > 20

    def secretive(self, home: Home) -> tuple[str, str]:
        home.profiles(PROFILES + f'[profiles.secretive.env]\nMY_TOKEN = "{SECRET_NEW}"\nOLD = "1"\n')
        return self.export("MY_TOKEN", SECRET_OLD), self.source(home.hook(self.shell))

    def test_tracing_shows_no_credential_and_nothing_of_ctx(self, home: Home) -> None:
        export, source = self.secretive(home)
        lines = (
            source,
            self.trace,
            "ctx use secretive",
            *self.idle,
            "ctx list",
            "ctx use -",
            "ctx off",
            "ctx off",
            "ctx use lean",
        )
        result = self.run(home, export, *lines, load=False)
        assert "lean" in result.stderr
        assert SECRET_OLD not in result.stderr + result.stdout
        assert SECRET_NEW not in result.stderr + result.stdout
        assert [line for line in result.stderr.splitlines() if "__ctx_" in line and "__ctx_prompt" not in line] == []

    def test_nothing_of_ctx_itself_is_exported(self, home: Home) -> None:
        export, source = self.secretive(home)
        lines: tuple[str, ...] = (
            self.allexport,
            source,
            "ctx use secretive",
            *self.idle,
            self.probe(home, "in"),
            "ctx use lean",
        )
        lines += (self.probe(home, "other"), "ctx off", self.probe(home, "out"))
        result = self.run(home, export, *lines, load=False)
        assert result.env("in")["MY_TOKEN"] == SECRET_NEW
        assert result.env("out")["MY_TOKEN"] == SECRET_OLD
        for label in ("in", "other", "out"):
            given = result.probes[label]
            assert [name for name in given if "__ctx_" in name] == []
            for name, value in given.items():
                if name != "MY_TOKEN":
                    assert not reveals(value), name

    # --- Prompt -------------------------------------------------------------------------------------------------------

    def test_the_prompt_says_nothing_and_keeps_the_status(self, compiled: Home) -> None:
        lines = ("ctx use work", self.call("echo", "@@@@"), self.failing, self.probe(compiled, "after", self.status))
        quiet = compiled.environ(CTX_QUIET="1")
        result = self.run(compiled, *lines, options=self.interactive, stdin=True, environ=quiet)
        assert result.stdout == "@@@@\n"
        assert "ctx" not in result.stderr.partition("@@@@")[2]
        assert result.words("after") == ["3"]

    failing = ""
    """A statement whose exit status is 3."""
    failure = "false"
    """What `ctx use` gives to be evaluated where it failed."""

    def inherited(self, home: Home) -> dict[str, str]:
        """The environment of a child of a shell in which `lean` is active, PATH has an entry, and more is claimed."""
        child = {"OLD": "of lean", "HIDDEN": "of lean", "NEW": "new", "LISTED": "/lean:/a:/b", "BYSTANDER": "stays"}
        state = {"CTX_PROFILE": "lean", "CTX_STATUS": "active", "__CTX_SET": "OLD HIDDEN NEW", "__CTX_LISTS": "LISTED"}
        return home.environ(**child, **state, __CTX_LIST_LISTED="/lean")

    def test_a_child_shell_adopts_the_profile(self, compiled: Home) -> None:
        lines = (
            self.source(compiled.hook(self.shell)),
            self.probe(compiled, "in"),
            "ctx off",
            self.probe(compiled, "out"),
        )
        result = compiled.run(self.shell, "\n".join((*lines, "")), environ=self.inherited(compiled))
        assert result.env("in")["OLD"] == "of lean"
        assert result.own("out") == {"__CTX_PREVIOUS": "lean"}
        assert result.env("out") == {**compiled.environ(), "LISTED": "/a:/b", "BYSTANDER": "stays"}
        assert result.stderr == "ctx: off · was lean\n"

    def test_what_a_parent_claims_is_only_data(self, compiled: Home) -> None:
        claims = {
            "__CTX_SET": "OLD a[$(touch>ran)0] $(touch>ran) IFS __ctx_state CTX_QUIET x-y 1 * HOME PATH BYSTANDER;touch>ran",
            "__CTX_LISTS": "LISTED a[$(touch>ran)0] -p ;touch>ran",
            "__CTX_LIST_LISTED": "$(touch ran):*:/lean",
            "__CTX_PREVIOUS": "../../evil",
            "__ctx_state": "applying",
            "__ctx_again": "yes",
            "__ctx_loaded": "yes",
            "__ctx_flags": "e",
        }
        for profile in ("lean", "../x", "$(touch ran)", "a" * 65, ""):
            environ = self.inherited(compiled) | claims | {"CTX_PROFILE": profile}
            lines = (
                self.source(compiled.hook(self.shell)),
                self.probe(compiled, "in"),
                *self.idle,
                "ctx use -",
                "ctx off",
            )
            result = compiled.run(self.shell, "\n".join((*lines, self.probe(compiled, "out"), "")), environ=environ)
            env = result.env("out")
            assert result.own("in").get("CTX_PROFILE") == ("lean" if profile == "lean" else None)
            assert "no profile was active before" in result.stderr
            assert (env["BYSTANDER"], env["PATH"]) == ("stays", compiled.environ()["PATH"])
            assert env.get("OLD") == (None if profile == "lean" else "of lean")
            assert env["LISTED"] == ("/a:/b" if profile == "lean" else "/lean:/a:/b")

    def terminal(self, home: Home, environ: dict[str, str], *lines: str) -> Terminal:
        """An interactive shell whose start-up file holds these lines, at its first prompt."""
        rc = home.base / f"rc.{dialect(self.shell).suffix}"
        rc.write_bytes("\n".join((self.prompt(PROMPT), *lines, "")).encode())
        command, extra = self.start(rc)
        return Terminal(command, environ | extra, str(home.path))

    def told(self, home: Home, terminal: Terminal, label: str, *words: str) -> Result:
        """A probe in a terminal."""
        home.report.unlink(missing_ok=True)
        terminal.run(self.probe_here(home, label, *words))
        result = Result(0, "", "")
        home._read(result)
        return result

    def probe_here(self, home: Home, label: str, *words: str) -> str:
        """A probe that can be typed: the hostile path stays out of the line editor."""
        return " ".join((self.invoke(PROGRAM[0], "-I", "-S", str(home.probe_script), str(home.report), label), *words))

    def test_an_inherited_profile_is_applied_again_after_the_start_up_files(self, compiled: Home) -> None:
        rc = (self.source(compiled.hook(self.shell)), self.export("OLD", "of the rc file"))
        with self.terminal(compiled, self.inherited(compiled), *rc) as terminal:
            started = terminal.expect()
            assert "ctx:" not in started
            result = self.told(compiled, terminal, "in")
            assert result.env("in")["OLD"] == "of lean"
            assert result.env("in")["LISTED"] == "/lean:/a:/b"
            assert result.own("in")["CTX_PROFILE"] == "lean"
            assert "ctx: off · was lean" in terminal.run("ctx off")
            result = self.told(compiled, terminal, "out")
            assert result.env("out")["OLD"] == "of the rc file"
            assert result.env("out")["LISTED"] == "/a:/b"

    def test_an_inherited_profile_that_fails_is_taken_off(self, compiled: Home) -> None:
        environ = self.inherited(compiled)
        compiled.profiles("[profiles.left.env]\nA = 1\n", age=5)
        with self.terminal(compiled, environ, self.source(compiled.hook(self.shell))) as terminal:
            assert "lean" in terminal.expect()
            result = self.told(compiled, terminal, "out")
            assert "CTX_PROFILE" not in result.own("out")
            assert "OLD" not in result.env("out")

    def test_ctrl_c_while_the_program_works(self, home: Home) -> None:
        environ = self.standin(home) | {"MISBEHAVE": "hang", "OLD": "old"}
        with self.terminal(home, environ, self.source(home.hook(self.shell))) as terminal:
            terminal.expect()
            terminal.send("ctx use work\n")
            terminal.expect("waiting")
            terminal.interrupt()
            terminal.expect()
            result = self.told(home, terminal, "after")
            assert result.env("after")["OLD"] == "old"
            assert result.own("after") == {}

    def test_the_shell_of_ctx_shell(self, compiled: Home) -> None:
        rc_home = compiled.environ(SHELL=clean_command(self.shell)[0], **BEFORE)
        own_rc = self.user_rc(compiled)
        own_rc.parent.mkdir(parents=True, exist_ok=True)
        own_rc.write_text(self.prompt(PROMPT) + "\n" + self.export("OLD", "of the rc file") + "\n")
        command = [*PROGRAM, "shell", "lean", "--shell", self.shell]
        with Terminal(command, rc_home, str(compiled.base)) as terminal:
            terminal.expect()
            result = self.told(compiled, terminal, "in")
            assert result.env("in")["OLD"] == "of lean"
            assert result.own("in")["CTX_PROFILE"] == "lean"
            assert result.own("in")["__CTX_PIN"] == "1"

    def user_rc(self, home: Home) -> Path:
        """The start-up file that the shell reads on its own."""
        raise NotImplementedError


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

    def session(self, home: Home, *lines: str) -> list[str]:
        """The dumps that the lines asked for, in order."""
        contract = self
        assert isinstance(contract, RuntimeContract)
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
        count, *whole = self.session(
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
        dumps = self.session(compiled, *lines)
        assert len(dumps) == 2 * steps
        settled = [forget(text) for text in whole]
        for step in range(1, steps + 1):
            after, undone = (forget(text) for text in dumps[2 * step - 2 : 2 * step])
            assert after in settled, f"command {step} of {steps}:\n{after}"
            assert undone == settled[2], f"command {step} of {steps}, then off"
        assert re.findall(r"^(?:declare -\w*x\w* |export )?__ctx_.*", "".join(dumps), re.MULTILINE) == []

    def test_at_every_step_of_the_recovery(self, compiled: Home) -> None:
        """Interrupted half way, and again at every command of the prompt hook that cleans up."""
        (count,) = self.session(compiled, f"{self.arm(0)}; ctx use lean", f"{self.disarm()}; test_count")
        (base,) = self.session(compiled, "ctx use lean", "ctx off", "test_dump")
        half = int(count) * 9 // 10
        lines = ["ctx use lean", "ctx off"]
        for step in range(1, int(count), 3):
            lines += [f"{self.arm(half, half + step)}; ctx use lean", f"{self.disarm()}; ctx off; test_dump"]
        for dump in self.session(compiled, *lines):
            assert forget(dump) == forget(base)


def forget(dump: str) -> str:
    """A dump without the test's own variables, what `use -` remembers, and state that only ctx reads."""
    return "\n".join(line for line in dump.splitlines() if not re.search(r"\btest_n=|__CTX_PREVIOUS|\b__ctx_", line))


def reveals(value: str) -> bool:
    """Whether a credential stands in the text, plainly or encoded."""
    for secret in (SECRET_OLD, SECRET_NEW):
        data = secret.encode()
        forms = (secret, secret[::-1], data.hex(), base64.b64encode(data).decode().rstrip("="))
        if any(form in value for form in forms):
            return True
    return False
