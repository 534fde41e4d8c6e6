"""How things are written in one shell, and how the contract runs them."""

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
from tests.support.home import PROGRAM, Home, Result
from tests.support.hostile import VALUES, toml
from tests.support.shells import clean_command

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


class Language:
    """The contract. Subclasses give the syntax; a feature that a language does not have is None or empty."""

    shell = ""
    strict = ""
    """Statements that switch the language's strictest modes on."""
    status = ""
    """A word: the exit status of the last command."""
    failing = ""
    """A statement whose exit status is 3."""
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
    hook_variables: frozenset[str] = frozenset()
    """Variables of the shell's own that appear once there is a prompt hook."""
    idle: tuple[str, ...] = ()
    """Statements that do what the shell does before a prompt."""
    failure = "false"
    """What `ctx use` gives to be evaluated where it failed."""
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

    def change_directory(self, path: Path) -> str:
        """Go to a directory."""
        return f"cd {self.quote(str(path))}"

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
        """Run statements in a subshell; None where there is no such thing."""

    def prompt(self, text: str) -> str:
        """A start-up file's line that sets the prompt."""
        raise NotImplementedError

    def start(self, rc: Path) -> tuple[list[str], dict[str, str]]:
        """The command, and variables, that start an interactive shell which reads this start-up file."""
        raise NotImplementedError

    def user_rc(self, home: Home) -> Path:
        """The start-up file that the shell reads on its own."""
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
        command = [*PROGRAM, *home.header(self.shell), "use", "work"]
        plan = subprocess.run(command, env=home.environ(), check=True, capture_output=True)
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
            "__CTX_BY": "manual",
            "__CTX_MANUAL": "work",
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
        assert set(result.own(label)) <= {"__CTX_PREVIOUS", "__CTX_MANUAL"}


def alone(text: str) -> str:
    """What was printed, without what `ctx off` says behind its own words about claude: that depends on files and logins."""
    return re.sub(r"(?m)^(ctx: (?:off · was \S+|no profile is active)) · .*$", r"\1", text)


def reveals(value: str) -> bool:
    """Whether a credential stands in the text, plainly or encoded."""
    for secret in (SECRET_OLD, SECRET_NEW):
        data = secret.encode()
        forms = (secret, secret[::-1], data.hex(), base64.b64encode(data).decode().rstrip("="))
        if any(form in value for form in forms):
            return True
    return False
