"""The hook in fish: the contract of all shells, and what only fish has."""

from __future__ import annotations

import os
import pwd
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctx.dialects.fish import Fish
from ctx.model import Op, Plan
from tests.shells.contract import PROFILES as CONTRACT_PROFILES
from tests.shells.contract import UNSET, HookContract, RuntimeContract
from tests.shells.contract.directories import ACME
from tests.shells.contract.language import alone
from tests.shells.contract.session import PLAIN, said
from tests.support.home import FILE, Home, Result
from tests.support.hostile import VALUES
from tests.support.pty import PROMPT, Terminal
from tests.support.shells import require_shell
from tests.support.strace import Strace

LANGUAGE = Fish()


@pytest.fixture(autouse=True)
def a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """fish gives USER its right value where it is missing or somebody else's."""
    environ = Home.environ
    name = pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(Home, "environ", lambda home, **extra: environ(home, **{"USER": name, **extra}))


class TestFish(RuntimeContract, HookContract):
    """fish as it is installed. It has no strict mode, no readonly variables, no subshells."""

    shell = "fish"
    status = "$status"
    failing = "sh -c 'exit 3'"
    hooks = '"$(functions --handlers-type generic)"'
    idle = ("__ctx_prompt",)
    trace = "set -g fish_trace 1"
    allexport = "true"
    names = "set --names; functions --all --names"
    lonely = (
        "for f in (functions --all --names | string match '__ctx_*'); functions --erase $f; end\n"
        "for v in (set --names --global | string match '__ctx_*'); set --erase --global $v; end"
    )
    keep = (
        "set -g IFS :; trap 'echo int' INT; trap true USR1; umask 027; set -g fish_greeting mine; set -g status_line kept\n"
        "function mine --on-event fish_prompt; end; function later --on-variable OLD; end"
    )
    kept = "\"$IFS|$(trap)|$(umask)|$fish_greeting|$(functions --handlers | string match --invert '*__ctx_*')\""
    hostile = "\n".join(
        f"function {name}; builtin echo HIJACKED {name}; return 7; end"
        for name in (
            *(
                "cd",
                "count",
                "contains",
                "echo",
                "emit",
                "exec_",
                "false",
                "functions",
                "math",
                "path",
                "printf",
                "random",
            ),
            *(
                "source",
                "true",
                "type",
                "set_color",
                "export",
                "alias",
                "unset",
                "env",
                "seq",
                "fish_command_not_found",
                ":",
            ),
        )
    )
    settings = (
        "set -g IFS ''",
        "set -g IFS 'a:_'",
        "set -g IFS",
        "set -g fish_features all",
        "set -g fish_trace ''",
        "set -g __fish_config_dir /nowhere",
        "set -g CDPATH . /",
        "umask 0077",
    )
    declarations = (
        ("set -gx --path {name} 7 8", "7:8"),
        ("set -gx {name} 7 8", "7 8"),
        ("set -gx {name} 7 '' 8", "7  8"),
        ("set -gx {name}", ""),
        ("set -g {name} 7 8", None),
    )
    failed = "false\n"
    """fish does not tell a function that its output goes to a pipe, only that it does not go to a terminal."""

    def source(self, path: Path) -> str:
        return f"builtin source {self.quote(str(path))}"

    def export(self, name: str, value: str) -> str:
        return f"set -gx {name} {self.quote(value)}"

    def assign(self, name: str, value: str) -> str:
        return f"set -gu {name} {self.quote(value)}"

    def unset(self, name: str) -> str:
        return f"set -eg {name}"

    def expand(self, name: str) -> str:
        return f"\"$(set -q {name}; and builtin echo ${name}; or builtin echo '{UNSET}')\""

    def surround(self, name: str, before: str, after: str) -> str:
        return f'set -gx {name} {self.quote(before)}"${name}"{self.quote(after)}'

    def evaluate(self, command: str) -> str:
        return f"{command} | source"

    def pipe(self, command: str) -> str:
        return f"{command} | command cat"

    def both(self, first: str, second: str) -> str:
        return f"{first}; and {second}"

    def otherwise(self, first: str, second: str) -> str:
        return f"{first}; or {second}"

    def prompt(self, text: str) -> str:
        # On standard error, for fish draws the prompt itself again at every key.
        return f"function fish_prompt; builtin echo -n {self.quote(text)} >&2; end"

    def start(self, rc: Path) -> tuple[list[str], dict[str, str]]:
        return [require_shell("fish"), "-i", "-C", self.source(rc)], {"fish_greeting": ""}

    def startup(
        self, home: Home, lines: Path, *, first: tuple[str, ...] = (), rc: tuple[str, ...] = (), hook: str | None = None
    ) -> tuple[list[str], dict[str, str]]:
        # Where it is missing, fish fills it from all manual pages, with processes in the background.
        (home.path / ".local" / "share" / "fish" / "generated_completions").mkdir(parents=True, exist_ok=True)
        return super().startup(home, lines, first=first, rc=rc, hook=hook)

    def user_rc(self, home: Home) -> Path:
        return home.path / ".config" / "fish" / "config.fish"

    @pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "nowhere.UTF-8"])
    def test_any_locale(self, compiled: Home, locale: str) -> None:
        """fish looks at exported locale variables only."""
        environ = compiled.environ(LC_ALL=locale)
        result = self.run(compiled, "ctx use work", self.probe(compiled, "in"), "ctx off", environ=environ)
        env = result.env("in")
        assert {name: env[name] for name in VALUES} == VALUES
        assert alone(result.stderr) == "ctx: work · Acme pays\nctx: off · was work\n"

    # --- Directories, where fish is different -------------------------------------------------------------------------

    def test_commands_that_succeed_say_so(self, user: Home) -> None:
        """Where `set` erases what is not there, it fails."""
        folder = user.project(ACME, trusted=False)
        with self.started(user) as session:
            session.enter(folder)
            for command in ("allow --yes", "use max --pin", "auto", "reload", "off", "off", "auto", "use --pin max"):
                session.do(f"ctx {command}", self.probe(user, "now", self.status))
                assert session.last().words == ["0"], command

    def test_a_substitution_that_changes_directory_changes_the_shell(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user) as session:
            inside = f"({self.change_directory(folder)}; builtin echo $WHO)"
            assert session.look(inside).words == ["acme"]
            assert session.active() == "acme"

    def test_text_behind_a_nul_is_a_change(self, user: Home) -> None:
        """fish reads up to a NUL and does not say whether there was one."""
        folder = user.project(ACME)
        with self.started(user) as session:
            session.enter(folder)
            (folder / FILE).write_bytes(ACME.encode() + b"\0more")
            assert len(said(session.prompt())) == 1
            assert session.active() is None
            assert session.prompt() == ""

    def test_the_limit_on_reading_is_the_users_again(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user, "set -g fish_read_limit 200000") as session:
            session.enter(folder)
            session.prompt()
            count = "(string repeat -n 150000 x | string length)"
            assert session.look("$fish_read_limit", count).words == ["200000", "150000"]

    def test_a_watched_path_variable(self, user: Home) -> None:
        """fish splits it at colons; what counts is what a program sees."""
        user.profiles(
            PLAIN + '[groups]\ntool = ["TOOL_PATH", "TOOL"]\n[profiles.tool.env]\nWHO = "tool"\nTOOL_PATH = "/a:/b"\n'
        )
        folder = user.project('profile = "tool"\n')
        with self.started(user) as session:
            session.enter(folder)
            assert session.prompt() == ""
            assert session.values("CTX_STATUS", "TOOL_PATH") == ["active", "/a:/b"]
            assert said(session.do("set -a TOOL_PATH /c")) == [
                "ctx: tool drifted · TOOL_PATH was changed in this shell · ctx reload takes it back"
            ]

    def test_a_directory_named_by_way_of_another(self, user: Home) -> None:
        """Such a name in PWD, which a parent may give, would lead out of ctx's own folders."""
        folder = user.project(ACME)
        roundabout = f"{folder}/../{folder.name}"
        with self.session(user, at=folder, environ=user.environ(PWD=roundabout)) as session:
            session.terminal.expect()
            assert session.look().env.get("CTX_PROFILE") in {None, "acme"}
            assert not list((user.cache / "projects").glob("**/[.][.]"))
            session.enter(folder)
            assert session.active() == "acme"

    # --- What fish does not have, and what it has instead -------------------------------------------------------------

    @pytest.mark.parametrize("name", ["PWD", "SHLVL", "status", "hostname", "argv", "umask"])
    def test_a_readonly_variable_stops_everything(self, home: Home, name: str) -> None:
        """Only fish itself has such variables."""
        for kind in ("set", "unset", "prepend"):
            plan = Plan("work", (Op("set", "NEW", "1"), Op(kind, name, "x")), "", plain=True)
            home.standin(f"print({LANGUAGE.call(plan)!r})")
            result = self.run(home, "ctx use work", self.probe(home, "after", self.status))
            assert result.words("after") == ["1"]
            assert result.stderr == f"ctx: {name} is readonly in this shell: nothing was changed\n"
            self.assert_before(home, result, "after")
            assert result.own("after") == {}

    def test_what_became_readonly_stops_a_switch_and_outlives_off(self, compiled: Home) -> None:
        """Nothing becomes readonly."""

    @pytest.mark.parametrize("name", ["NEW", "GONE", "LISTED"])
    def test_an_array_stops_everything(self, compiled: Home, name: str) -> None:
        """Every variable is a list, and comes back as the one that it was."""
        show = f"set --show {name} | string match --invert '*originally*'"
        lines = (f"set -gx {name} one '' two", show, "builtin echo ====", "ctx use lean", self.probe(compiled, "in"))
        result = self.run(compiled, *lines, "ctx off", show)
        assert result.own("in")["CTX_PROFILE"] == "lean"
        was, _, now = result.stdout.partition("====\n")
        assert now == was
        assert "with 3 elements" in now

    def test_a_pipe_gets_the_text(self, home: Home) -> None:
        """A pipe's functions run in the shell itself, which has switched before there is anything to evaluate."""
        result = self.run(home, self.pipe("ctx use work"), self.probe(home, "in"), self.pipe("ctx use typo"))
        assert result.stdout == "false\n"
        self.assert_work(home, result, "in")

    def test_a_subshell_is_switched_alone(self, compiled: Home) -> None:
        """There are no subshells: a substitution and a block switch the shell."""
        lines = ("set text (ctx use work)", self.probe(compiled, "in", "$text"), "begin; ctx off; end | command cat")
        result = self.run(compiled, *lines, self.probe(compiled, "out"))
        self.assert_work(compiled, result, "in")
        assert result.words("in") == []
        self.assert_before(compiled, result, "out")


PROFILES = """
[profiles.work]
unset = ["GONE"]
env = { WHO = "work", COLOURS_PATH = "a:b" }
path = { PATH = { prepend = ["/w/bin", "/w/two"], append = ["/w/end"] }, DIRS = { prepend = ["/w"] } }
[profiles.max]
env = { WHO = "max" }
"""


def quoted(text: object) -> str:
    return LANGUAGE.quote(str(text))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    require_shell("fish")
    home = Home(tmp_path)
    home.profiles(PROFILES)
    return home


class Session:
    """Scripts with the hook loaded, and with `probe LABEL WORDS…`."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def source(self) -> str:
        program = " ".join(
            quoted(word) for word in (sys.executable, "-I", "-S", self.home.probe_script, self.home.report)
        )
        return f"function probe; command {program} $argv; end\nsource {quoted(self.home.hook('fish'))}\n"

    def run(self, script: str, *, prefix: tuple[str, ...] = (), variables: dict[str, str] | None = None) -> Result:
        environ = self.home.environ(**(variables or {}))
        return self.home.run("fish", self.source() + script + "\n", environ=environ, prefix=prefix)


@pytest.fixture
def session(home: Home) -> Session:
    return Session(home)


@pytest.fixture
def terminal(home: Home) -> Iterator[Terminal]:
    """An interactive fish with universal variables, the hook, and a prompt that shows `$status` and `$pipestatus`."""
    # On standard error, for fish draws the prompt itself again at every key.
    prompt = f'function fish_prompt; builtin echo -n "[$status:$pipestatus]"{quoted(PROMPT)} >&2; end'
    rc = f"{prompt}; source {quoted(home.hook('fish'))}"
    command = [require_shell("fish"), "-i", "-C", rc]
    with Terminal(command, home.environ(fish_greeting=""), str(home.path)) as terminal:
        terminal.expect()
        yield terminal


# --- pipes and substitutions ------------------------------------------------------------------------------------------

EVALUATED = ["ctx use {} | source", "eval (ctx use {})", "eval (ctx use {} | string collect)"]


@pytest.mark.parametrize("line", EVALUATED)
def test_what_works_without_the_hook_works_with_it(session: Session, line: str) -> None:
    result = session.run(f"{line.format('work')}; and probe chained; echo $status")

    assert result.env("chained")["WHO"] == "work"
    assert result.stdout == "0\n"


@pytest.mark.parametrize("line", EVALUATED)
def test_a_failure_reaches_what_evaluates(session: Session, line: str) -> None:
    result = session.run(f"{line.format('typo')}; and probe chained; echo $status; probe after")

    assert "chained" not in result.probes
    assert result.stdout == "1\n"
    assert "WHO" not in result.env("after")


@pytest.mark.parametrize(
    "standin", ["", "import os;os.kill(os.getpid(), 9)", "raise SystemExit(3)", "print('begin; set -g X')"]
)
@pytest.mark.parametrize("line", EVALUATED)
def test_whatever_the_program_does_instead_is_a_failure(home: Home, standin: str, line: str) -> None:
    home.standin(standin)

    result = Session(home).run(f"{line.format('work')}; and probe chained; echo $status")

    assert result.probes == {}
    assert result.stdout == "1\n"


def test_a_plain_call_fails_with_the_programs_code(session: Session) -> None:
    result = session.run("ctx use typo >&2; and probe chained; echo $status")

    assert result.probes == {}
    assert result.stdout == "4\n"


def test_text_that_is_cut_off_is_not_shown(home: Home) -> None:
    home.standin("print(\"begin\\n__ctx_apply 'work' '' \\\\\\n set 'TOKEN' 'sk-secret'\")")

    result = Session(home).run("ctx use work")

    assert result.code == 1
    assert "sk-secret" not in result.stdout + result.stderr


# --- variables as fish has them ---------------------------------------------------------------------------------------

SHOW = "for name in WHO GONE PATH DIRS COLOURS_PATH LIST; set --show $name | string match -v '*originally*'; end"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "set -g WHO one two",
        "set -gx WHO one two ''",
        "set -g WHO",
        "set -gx WHO ''",
        "set -gx --path WHO /a /b",
        "set -gx --path WHO /a",
        "set -gx GONE x",
        "set -g GONE x y",
        "set -gx --path GONE /a /b",
        "set -gx --path GONE /a",
        "set -gx COLOURS_PATH a '' b",
        "set -g --unpath COLOURS_PATH a b",
        "set -gx DIRS a:b",
        "set -gx DIRS ''",
        "set -g DIRS a b",
        "set -gx --path DIRS a '' b",
        "set -gx PATH $PATH . $PATH",
    ],
)
def test_a_variable_comes_back_as_it_was(session: Session, before: str) -> None:
    result = session.run(
        f"{before}\n{SHOW}\necho ====\nctx use work\nctx use max\nctx use work\nctx off\n{SHOW}\nexit 0"
    )

    was, _, now = result.stdout.partition("====\n")
    assert result.code == 0
    assert now == was


@pytest.mark.parametrize(
    "change, then",
    [
        ("set -gx WHO mine", {"WHO": "mine"}),
        ("set -e WHO", {}),
        ("set -gx GONE back", {"GONE": "back"}),
        ("set -gx DIRS $DIRS:/mine", {"DIRS": "/mine"}),
        ("set -gx DIRS /w:/w", {"DIRS": "/w"}),
        ("set -e DIRS", {}),
    ],
)
def test_the_users_change_stays(session: Session, change: str, then: dict[str, str]) -> None:
    result = session.run(f"ctx use work\n{change}\nctx off\nprobe after")

    found = result.env("after")
    assert {name: found[name] for name in ("WHO", "GONE", "DIRS", "COLOURS_PATH") if name in found} == then


def test_a_pattern_takes_away_what_is_exported_and_a_name_whatever_it_is(home: Home) -> None:
    ops = (
        Op("unset", "T_*"),
        Op("unset", "T_NAMED"),
        Op("unset", "OTHER"),
        Op("set", "T_KEPT", "1"),
        Op("prepend", "T_LIST", "/x"),
    )
    home.standin(f"print({LANGUAGE.call(Plan('work', ops, '', plain=True))!r})")
    before = "set -gx T_A a; set -g T_B b; set -g T_NAMED n; set -g T_NAMED_TOO n; set -gx T_KEPT k; set -gx T_LIST l; set -g OTHER o"
    show = "for name in T_A T_B T_NAMED T_NAMED_TOO T_KEPT T_LIST OTHER; echo -n $name=(set -q $name; and echo $$name)' '; end; echo"

    result = Session(home).run(f"{before}; ctx use work; {show}; ctx off; {show}")

    assert result.stdout == (
        "T_B=b T_NAMED_TOO=n T_KEPT=1 T_LIST=/x:l \nT_A=a T_B=b T_NAMED=n T_NAMED_TOO=n T_KEPT=k T_LIST=l OTHER=o \n"
    )


def test_a_refused_plan_leaves_nothing_behind(home: Home) -> None:
    ops = (Op("set", "TOKEN", "sk-secret"), Op("set", "PWD", "x"))
    home.standin(f"print({LANGUAGE.call(Plan('work', ops, '', plain=True))!r})")

    result = Session(home).run("ctx use work; set")

    assert "sk-secret" not in result.stdout


def test_a_plan_without_steps_reads_nothing_of_the_shells_input(home: Home) -> None:
    """Matching reads standard input where it is given no text."""
    home.standin(f"print({LANGUAGE.call(Plan('work', (Op('prepend', 'DIRS', '/w'),), '', plain=True))!r})")
    script = home.base / "lists.fish"
    script.write_text(Session(home).source() + "ctx use work\nread line\nprobe after $line\n")

    result = home.run("fish", f"echo kept | command {quoted(require_shell('fish'))} --no-config {quoted(script)}\n")

    assert result.env("after")["DIRS"] == "/w"
    assert result.words("after") == ["kept"]


def test_path_loses_only_the_entries_of_ctx(session: Session) -> None:
    result = session.run(
        "set -gx PATH /a /b\nctx use work\nset -p PATH /front\nset -a PATH /w/end /end\nctx off\necho $PATH"
    )

    assert result.stdout == "/front /a /b /w/end /end\n"


def test_path_inside_has_the_order_of_the_profile(session: Session) -> None:
    result = session.run(
        "set -gx PATH /a /b\nctx use work\necho $PATH\nset --show PATH | string match '*path variable*'"
    )

    assert result.stdout.splitlines()[0] == "/w/bin /w/two /a /b /w/end"
    assert "with 5 elements" in result.stdout


def test_a_local_variable_neither_hides_nor_stays(session: Session) -> None:
    result = session.run(
        "set -gx WHO global\nfunction f; set -lx WHO local; ctx use work; end\nf\nprobe on\nctx off\nprobe off"
    )

    assert result.env("on")["WHO"] == "work"
    assert result.env("off")["WHO"] == "global"


def test_a_variable_for_one_command_is_not_remembered(session: Session) -> None:
    result = session.run("set -gx WHO global\nWHO=once ctx use max\nprobe on\nWHO=once ctx off\nprobe off")

    assert result.env("on")["WHO"] == "max"
    assert result.env("off")["WHO"] == "global"


def test_a_plan_may_be_long(home: Home) -> None:
    sets = tuple(Op("set", f"T_{index}", f"value {index}") for index in range(700))
    home.standin(f"print({LANGUAGE.call(Plan('work', sets, '', plain=True))!r})")

    result = Session(home).run("ctx use work; probe on; ctx off; probe off; ctx use work")

    assert {name: value for name, value in result.env("on").items() if name.startswith("T_")} == {
        op.name: op.value for op in sets
    }
    assert not [name for name in result.env("off") if name.startswith("T_")]
    assert result.stderr == "ctx: work · 700 set, 0 cleared\nctx: off · was work\nctx: work · 700 set, 0 cleared\n"


@pytest.mark.parametrize("value", ["\x1f", "a \x1fb", " \x1f", "(", "!", "-n", "a\n\n", "\ufdd0\udcff"])
def test_values_that_look_like_syntax_are_recognised_on_the_way_back(home: Home, value: str) -> None:
    ops = (Op("set", "T_A", value), Op("set", "T_B", value + value))
    home.standin(f"import sys; sys.stdout.buffer.write({LANGUAGE.call(Plan('work', ops, '', plain=True)).encode()!r})")

    result = Session(home).run("set -g T_A old; ctx use work; probe on; ctx off; probe off; echo $T_A")

    assert result.env("on")["T_A"] == value
    assert result.env("on")["T_B"] == value + value
    assert "T_B" not in result.env("off")
    assert result.stdout == "old\n"


# --- universal variables ----------------------------------------------------------------------------------------------


def with_universal(home: Home, script: str) -> Result:
    """Run a script in a fish that has universal variables, which `--no-config` takes away."""
    source = home.base / "universal.fish"
    source.write_text(Session(home).source() + script)
    return home.run("fish", f"command {quoted(require_shell('fish'))} {quoted(source)}\n")


def test_a_universal_variable_shows_again(home: Home) -> None:
    result = with_universal(
        home,
        "set -Ux WHO universal\nset -Ux DIRS u\nctx use work\nprobe on\nctx off\nprobe off\nset -qg WHO DIRS; echo $status",
    )

    assert result.env("on")["WHO"] == "work"
    assert result.env("on")["DIRS"] == "/w:u"
    assert result.env("off")["WHO"] == "universal"
    assert result.env("off")["DIRS"] == "u"
    assert result.stdout == "2\n"


def test_a_universal_variable_that_hides_behind_a_global_one_stays_hidden(home: Home) -> None:
    result = with_universal(
        home, "set -Ux WHO universal\nset -gx WHO global\nctx use work\nctx off\nprobe off\nset -eg WHO\nprobe erased"
    )

    assert result.env("off")["WHO"] == "global"
    assert result.env("erased")["WHO"] == "universal"


def test_a_universal_variable_that_should_be_unset_is_an_error(home: Home) -> None:
    result = with_universal(
        home, "set -Ux GONE sk-universal\nset -gx WHO before\nctx use work\necho $status\nprobe after"
    )

    assert result.stdout.splitlines()[-1] == "1"
    assert result.stderr == "ctx: GONE is a universal variable: nothing was changed\n  set -eU GONE\n"
    assert result.env("after")["WHO"] == "before"


def test_nothing_of_ctx_is_universal(home: Home) -> None:
    result = with_universal(
        home, "ctx use work\nctx off\nset --names --universal | string match '*ctx*'\nset -nU | string match 'CTX*'"
    )

    assert result.stdout == ""


# --- what must not be seen --------------------------------------------------------------------------------------------


def test_tracing_shows_no_value(home: Home) -> None:
    home.profiles('[profiles.work]\nunset = ["GONE"]\nenv = { TOKEN = "sk-new" }\n')

    result = Session(home).run(
        "set -g fish_trace 1\nctx use work\nctx list >/dev/null\nctx off\necho seen",
        variables={"GONE": "sk-old", "TOKEN": "sk-older"},
    )

    assert "sk-" not in result.stderr
    assert "echo seen" in result.stderr


def test_no_value_is_left_in_a_variable_after_off(session: Session) -> None:
    result = session.run("set -gx WHO old-value; set -gx GONE old-value; ctx use work; ctx off; set -e WHO GONE; set")

    assert "old-value" not in result.stdout
    assert "/w/bin" not in result.stdout


def test_no_state_comes_from_the_environment(session: Session) -> None:
    hostile = {
        "__ctx_state": "applying",
        "__ctx_words": "/nowhere",
        "__ctx_erase": "HOME",
        "__ctx_clears": "HOME",
        "__ctx_reading": "1",
    }

    result = session.run("ctx use max; probe on; ctx off; probe off", variables=hostile)

    assert result.env("on")["WHO"] == "max"
    assert result.env("on")["HOME"] == result.env("off")["HOME"] == str(session.home.path)


# --- processes --------------------------------------------------------------------------------------------------------


def test_a_switch_by_plan_starts_nothing(home: Home, tmp_path: Path) -> None:
    home.compile("fish", "work", "max")
    strace = Strace(tmp_path / "trace")

    result = Session(home).run(
        "ctx use work; ctx use max; ctx use -; __ctx_prompt; set -gx CTX_QUIET 1; ctx off; __ctx_prompt",
        prefix=strace.prefix,
    )

    assert result.code == 0
    assert (strace.counts().forks, strace.counts().programs) == (0, 0)


def test_ctx_itself_is_one_process(home: Home, tmp_path: Path) -> None:
    strace = Strace(tmp_path / "trace")
    home.standin("")

    Session(home).run("ctx list", prefix=strace.prefix)

    assert (strace.counts().forks, strace.counts().programs) == (1, 1)


@pytest.mark.parametrize("broken", ["begin\n__ctx_guard", "begin; set -gx WHO cut", "set -gx X 1", ""])
def test_a_plan_on_disk_that_is_no_plan_is_made_again(home: Home, broken: str) -> None:
    home.compile("fish", "work")
    plan = home.plan("fish", "work")
    times = (plan.stat().st_atime_ns, plan.stat().st_mtime_ns)
    plan.write_text(broken)
    os.utime(plan, ns=times)

    result = Session(home).run("ctx use work; probe on")

    assert result.env("on")["WHO"] == "work"
    assert len(result.stderr.splitlines()) == 1


# --- interactive ------------------------------------------------------------------------------------------------------


def test_status_and_pipestatus_survive_the_prompt(terminal: Terminal) -> None:
    assert terminal.run("false | true | sh -c 'exit 3'").endswith("[3:1 0 3]")
    assert terminal.run("ctx use work").endswith("[0:0]")
    assert terminal.run("sh -c 'exit 4' | true").endswith("[0:4 0]")


def test_a_failed_use_on_a_terminal_prints_nothing_to_evaluate(terminal: Terminal) -> None:
    shown = terminal.run("ctx use typo")

    assert "there is no profile" in shown
    assert "false" not in shown


def test_a_failed_use_in_a_pipe_on_a_terminal_fails(terminal: Terminal) -> None:
    assert terminal.run("ctx use typo | source").endswith("[1:4 1]")
    assert terminal.run("ctx use work | source").endswith("[0:0 0]")


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


# One step in so many is tried; each one costs several prompts. 1 takes two minutes.
STRIDE = 5


def instrumented(text: str) -> str:
    """The runtime with a call of `test_step` behind every line of its functions that may have one."""
    lines = []
    inside = False
    for line in text.splitlines():
        inside = inside and line != "end"
        lines.append(line)
        if inside and not line.lstrip().startswith(("switch", "#")) and not line.endswith("\\"):
            lines.append("test_step")
        inside = inside or (line.startswith("function __ctx_") and not line.startswith("function __ctx_reach"))
    return "\n".join(lines) + "\n"


STEPS = """
set -g test_at 0
set -g test_n 0
function test_step
    set -l test_status $status
    set -g test_n (math $test_n + 1)
    if contains -- $test_n $test_at
        command kill -INT $fish_pid
    end
    return $test_status
end
function test_dump
    begin
        set -gx | string match -v '__CTX_PREVIOUS*' | string match -v 'PWD*'
        set -g | string match -r '^(?:HIDDEN|GONE_PLAIN) .*'
    end >$argv[1]
end
"""


class Interrupted:
    """An interactive fish whose hook is interrupted at chosen steps."""

    def __init__(self, contract: TestFish, home: Home) -> None:
        self.home = home
        hook = home.hook("fish", instrumented(home.runtime("fish")))
        self.terminal = contract.terminal(
            home, home.environ(CTX_QUIET="1"), STEPS, contract.before(), contract.source(hook)
        )
        self.terminal.expect()
        self.run("ctx use other; ctx use lean; ctx off")

    def run(self, line: str) -> None:
        self.terminal.run(line)

    def dump(self) -> str:
        file = self.home.base / "dump"
        self.run(f"test_dump {file}")
        return file.read_text()

    def steps(self, command: str) -> int:
        """How many steps a command takes."""
        file = self.home.base / "steps"
        self.run(f"set test_n 0; {command}; echo $test_n >{file}")
        return int(file.read_text())


@pytest.mark.parametrize(
    ("start", "command", "end"),
    [
        ("ctx off", "ctx use lean", "ctx use lean"),
        ("ctx use lean", "ctx off", "ctx off"),
        ("ctx use lean", "ctx use other", "ctx use other"),
    ],
    ids=["use", "off", "switch"],
)
def test_interrupted_at_every_step(tmp_path: Path, start: str, command: str, end: str) -> None:
    """The next prompt gives the environment from before, or the one after, or the user's own: never a mixture."""
    home = Home(tmp_path)
    home.profiles(CONTRACT_PROFILES)
    home.compile("fish", "lean", "other")
    session = Interrupted(TestFish(), home)
    with session.terminal:
        session.run(start)
        settled = [session.dump()]
        steps = session.steps(command)
        settled.append(session.dump())
        session.run("ctx off")
        settled.append(session.dump())
        assert steps > 50
        seen = set()
        for step in range(1, steps + 1, STRIDE):
            session.run(f"{start}; set test_n 0; set test_at {step}; {command}")
            session.run("set test_at 0")
            seen.add(session.dump())
            assert seen <= set(settled), f"step {step} of {steps}"
            session.run("ctx off")
            assert session.dump() == settled[2], f"step {step} of {steps}, then off"
        assert len(seen) == len(set(settled))


def test_interrupted_while_the_prompt_undoes(tmp_path: Path) -> None:
    """Interrupted half way, and again at every step of the prompt hook that cleans up."""
    home = Home(tmp_path)
    home.profiles(CONTRACT_PROFILES)
    home.compile("fish", "lean", "other")
    session = Interrupted(TestFish(), home)
    with session.terminal:
        session.run("ctx off")
        before = session.dump()
        steps = session.steps("ctx use lean")
        session.run("ctx off")
        half = steps * 9 // 10
        for step in range(1, steps, STRIDE):
            session.run(f"set test_n 0; set test_at {half} {half + step}; ctx use lean")
            session.run("set test_at 0")
            session.run("ctx off")
            assert session.dump() == before, f"step {half}, and {step} steps later"


@pytest.mark.parametrize(("start", "command"), [("H", "A"), ("A", "H"), ("A", "B")], ids=["enter", "leave", "switch"])
def test_interrupted_on_the_way_to_another_directory(tmp_path: Path, start: str, command: str) -> None:
    """The environment is that of one of the two directories or the user's own, and the next directory gets its own."""
    home = Home(tmp_path, "home")
    home.profiles(CONTRACT_PROFILES)
    places = {
        "A": home.project('profile = "lean"\n', "a"),
        "B": home.project('profile = "other"\n', "b"),
        "H": home.path,
    }
    session = Interrupted(TestFish(), home)

    def environment() -> frozenset[str]:
        kept = (line for line in session.dump().splitlines() if not re.match(r"__CTX_BINDING|OLDPWD|dirprev", line))
        return frozenset(kept)

    with session.terminal:
        session.run("; ".join(f"set -g {name} {quoted(place)}" for name, place in places.items()))
        settled = {}
        for name in (*places, *places):
            session.run(f"cd ${name}")
            settled[name] = environment()
        session.run(f"cd ${start}")
        steps = session.steps(f"cd ${command}")
        assert steps > 100
        for step in range(1, steps + 1, 8 * STRIDE):
            session.run(f"cd $H; cd ${start}; set test_n 0; set test_at {step}; cd ${command}")
            session.run("set test_at 0")
            assert environment() in {settled[start], settled[command], settled["H"]}, f"step {step} of {steps}"
            for name in ("H", "A", "H"):
                session.run(f"cd ${name}")
                assert environment() == settled[name], f"step {step} of {steps}, then {name}"
