"""`ctx allow`, `deny` and `trust` as processes: what a person sees, is asked, and gets recorded."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx import trust
from ctx.cli.review import RED, review
from ctx.errors import EXIT_CONFIG, EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_REFUSED, EXIT_USAGE
from ctx.model import Literal, Origin, PathList, Profile, Project, SecretRef, Template, Unset
from ctx.project import parse
from ctx.visible import visible
from tests.support.home import PROGRAM, Home
from tests.support.hostile import DIRECTORIES, VALUES, toml
from tests.support.pty import Terminal

PLAIN = '[env]\nAPP_ENV = "test"\n'
RUNS_CODE = '[env]\nAPP_ENV = "test"\nEDITOR = "vi -c evil"\n'

PROFILES = """
[profiles.work]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1 }
[profiles.prod]
protect = true
env = { STAGE = "prod" }
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.profiles(PROFILES)
    return home


def project(home: Home, text: str | bytes = PLAIN, name: str = "project") -> Path:
    folder = home.path / name
    folder.mkdir(exist_ok=True)
    (folder / ".ctx.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def ctx(home: Home, *words: str | Path, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        cwd=cwd or home.path,
        env=home.environ(**environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=60,
        check=False,
    )


def state(home: Home, folder: Path) -> str:
    return trust.verdict(str(home.data), trust.read(str(folder / ".ctx.toml"))).state


def terminal(home: Home, *words: str | Path, **environ: str) -> Terminal:
    """ctx at a terminal; `code=` and the exit code follow what it prints."""
    # The trap is for this shell, which goes on after Ctrl-C; programs that it starts do not inherit it.
    line = f"trap : INT; {shlex.join([*PROGRAM, *map(str, words)])}; echo code=$?"
    return Terminal(["/bin/sh", "-c", line], home.environ(**{"TERM": "xterm", **environ}), str(home.path))


def ended(session: Terminal) -> tuple[str, int]:
    text = session.expect("code=")
    return text, int(session.expect("\n"))


# What is shown, and recorded


def test_the_first_time_everything_is_shown(home: Home) -> None:
    text = """
    profile = "work"
    unset = ["GONE"]
    [env]
    NUMBER = 3.10
    EMPTY = ""
    OFF = false
    [path]
    MANPATH = { prepend = ["./man", "/opt/man"], append = ["~/man"] }
    """
    folder = project(home, text)

    done = ctx(home, "allow", folder)

    assert done.returncode == 0
    assert done.stdout == ""
    shown = [line.replace(visible(str(folder)), "…") for line in done.stderr.splitlines()]
    assert shown == [
        "ctx: ~/project/.ctx.toml would set:",
        "  profile work",
        "  unset GONE",
        '  NUMBER = "3.10"',
        '  EMPTY = ""',
        "  unset OFF",
        '  MANPATH: in front "…/man", "/opt/man"',
        '  MANPATH: behind "~/man"',
        "ctx: ~/project/.ctx.toml is allowed",
    ]
    assert state(home, folder) == trust.ALLOWED


def test_then_what_changed_is_shown(home: Home) -> None:
    folder = project(home, '[env]\nA = "1"\nB = "2"\nC = "3"\n[path]\nMANPATH.prepend = ["/a", "/b"]\n')
    ctx(home, "allow", folder)
    project(home, '# new\n[env]\nA = "1"\nC = "4"\nD = "5"\n[path]\nMANPATH.prepend = ["/b", "/a"]\n')

    done = ctx(home, "allow", folder)

    assert done.stderr.splitlines() == [
        "ctx: ~/project/.ctx.toml changed since it was approved:",
        '- C = "3"',
        '+ C = "4"',
        '+ D = "5"',
        '- MANPATH: in front "/a", "/b"',
        '+ MANPATH: in front "/b", "/a"',
        '- B = "2"',
        "ctx: ~/project/.ctx.toml is allowed",
    ]


def test_a_comment_is_a_change_that_sets_nothing_new(home: Home) -> None:
    folder = project(home)
    ctx(home, "allow", folder)
    project(home, f"# more\n{PLAIN}")
    assert state(home, folder) == trust.UNKNOWN

    done = ctx(home, "allow", folder)

    assert "sets nothing new" in done.stderr
    assert state(home, folder) == trust.ALLOWED


def test_allowing_twice_changes_nothing(home: Home) -> None:
    folder = project(home, RUNS_CODE)
    ctx(home, "allow", "--yes", folder)
    before = trust.records(str(home.data))

    done = ctx(home, "allow", folder)

    assert (done.returncode, "was allowed already" in done.stderr) == (0, True)
    assert [record.file for record in trust.records(str(home.data))] == [record.file for record in before]


def test_quiet_hides_the_outcome_and_not_what_is_approved(home: Home) -> None:
    done = ctx(home, "allow", project(home), CTX_QUIET="1")

    assert 'APP_ENV = "test"' in done.stderr
    assert "is allowed" not in done.stderr


def test_a_profile_that_is_missing_or_protected_is_said(home: Home) -> None:
    missing = ctx(home, "allow", project(home, 'profile = "acme"\n', "a"))
    protected = ctx(home, "allow", project(home, 'profile = "prod"\n', "b"))

    assert (missing.returncode, protected.returncode) == (0, 0)
    assert "you have no profile acme yet: ctx new acme" in missing.stderr
    assert "prod is protected, and a directory never activates it" in protected.stderr


@pytest.mark.parametrize("profiles", [None, "broken"])
def test_the_users_own_file_is_not_what_is_asked_about(home: Home, profiles: str | None) -> None:
    if profiles is None:
        (home.config / "profiles.toml").unlink()
    else:
        home.profiles(profiles)

    assert ctx(home, "allow", project(home)).returncode == 0


# Which file is meant


def test_the_nearest_file_upward_is_meant(home: Home) -> None:
    outer = project(home)
    inner = project(home, PLAIN, "project/inner")
    below = inner / "a" / "b"
    below.mkdir(parents=True)

    assert ctx(home, "allow", cwd=below).returncode == 0
    assert (state(home, inner), state(home, outer)) == (trust.ALLOWED, trust.UNKNOWN)


def test_the_working_directory_is_the_one_that_the_shell_names(home: Home) -> None:
    """Behind a link `..` is what the name says, as it is for the hook; a wrong PWD does not count."""
    logical, physical = project(home, PLAIN, "logical"), project(home, PLAIN, "physical")
    (physical / "sub").mkdir()
    (logical / "link").symlink_to(physical / "sub")
    inside = logical / "link"

    ctx(home, "allow", cwd=inside, PWD=str(inside))
    assert (state(home, logical), state(home, physical)) == (trust.ALLOWED, trust.UNKNOWN)
    ctx(home, "deny", cwd=inside, PWD=str(home.path))
    assert (state(home, logical), state(home, physical)) == (trust.ALLOWED, trust.DENIED)


@pytest.mark.parametrize("form", ["directory", "file", "relative", "link to the file", "link to the directory"])
def test_a_directory_a_file_and_links_to_them_mean_the_same(home: Home, form: str) -> None:
    folder = project(home)
    (home.path / "linked").symlink_to(folder)
    (home.path / "other.toml").symlink_to(folder / ".ctx.toml")
    words: dict[str, str | Path] = {
        "directory": folder,
        "file": folder / ".ctx.toml",
        "relative": "project/.ctx.toml",
        "link to the file": home.path / "other.toml",
        "link to the directory": home.path / "linked",
    }

    assert ctx(home, "allow", words[form]).returncode == 0
    assert state(home, folder) == trust.ALLOWED
    assert ctx(home, "deny", words[form]).returncode == 0
    assert state(home, home.path / "linked") == trust.DENIED


@pytest.mark.parametrize(
    ("command", "path"),
    [
        *((command, path) for command in ("allow", "deny") for path in (None, "nowhere", "empty")),
        ("allow", "dangling"),  # deny works by path alone
    ],
)
def test_where_there_is_no_file_nothing_is_recorded(home: Home, command: str, path: str | None) -> None:
    (home.path / "empty").mkdir()
    words = [] if path is None else [home.path / path]
    (home.path / "dangling").symlink_to("gone")

    done = ctx(home, command, *words)

    assert done.returncode == EXIT_USAGE
    assert done.stderr.startswith("ctx: ")
    assert trust.records(str(home.data)) == ()


@pytest.mark.parametrize("command", ["allow", "deny"])
def test_an_empty_path_is_not_the_working_directory(home: Home, command: str) -> None:
    """`ctx allow "$UNSET"` was meant for something else."""
    done = ctx(home, command, "", cwd=project(home))

    assert done.returncode == EXIT_USAGE
    assert trust.records(str(home.data)) == ()


@pytest.mark.parametrize("name", [*DIRECTORIES, "\x1b]0;title\x07", os.fsdecode(b"\xff")], ids=ascii)
def test_any_directory_can_be_allowed_and_none_reaches_the_terminal_raw(home: Home, name: str) -> None:
    folder = project(home, RUNS_CODE, name)
    words: list[str | Path] = ["--", folder]

    refused = ctx(home, "allow", *words)
    assert refused.returncode == EXIT_REFUSED
    assert ctx(home, "allow", "--yes", *words).returncode == 0
    assert state(home, folder) == trust.ALLOWED
    listed = ctx(home, "trust", "list")
    denied = ctx(home, "deny", *words)
    for text in (refused.stderr, listed.stdout, denied.stderr):
        assert all(char.isprintable() or char == "\n" for char in text)
    assert len(listed.stdout.splitlines()) == 2


def test_the_command_that_is_suggested_works(tmp_path: Path) -> None:
    """It is for a person to type: a line break in a path would be shown as \\x0a, so this home has none."""
    home = Home(tmp_path, "-it's \"$(touch ran)")
    folder = project(home, RUNS_CODE)
    command = ctx(home, "allow", folder).stderr.splitlines()[-1].strip()
    assert command.startswith("ctx allow --yes ")

    script = f'ctx() {{ {shlex.join(PROGRAM)} "$@"; }}\n{command}\n'
    subprocess.run(["/bin/sh", "-c", script], env=home.environ(), check=True, capture_output=True)
    assert state(home, folder) == trust.ALLOWED


# What is never allowed

REFUSED = {
    "broken TOML": b"env = {",
    "an unknown key": b"login = 'rm -rf ~'\n",
    "a protected name": b"env.PROMPT_COMMAND = 'evil'\n",
    "ctx's own name": b"env.CTX_QUIET = '1'\n",
    "not UTF-8": b"env.A = '\xff'\n",
    "NUL": b"env.A = '\0'\n",
    "an escaped NUL": b'env.A = "\\u0000"\n',
    "a reference": b"env.A = '${HOME}'\n",
    "a command": b"env.A = { command = ['evil'] }\n",
    "out of the directory": b"path.PATH.prepend = './../bin'\n",
    "a host for the user's credential": b"profile = 'work'\nenv.ANTHROPIC_BASE_URL = 'https://evil.example'\n",
    "ten megabytes": b"#" * 10_000_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_project_may_not_do_is_an_error_and_nothing_is_recorded(home: Home, name: str) -> None:
    folder = project(home, REFUSED[name])

    done = ctx(home, "allow", "--yes", folder)

    assert done.returncode == EXIT_CONFIG
    assert ".ctx.toml" in done.stderr
    assert all(char.isprintable() or char == "\n" for char in done.stderr)
    assert trust.records(str(home.data)) == ()


@pytest.mark.parametrize("kind", ["fifo", "directory", "foreign"])
def test_what_is_no_file_of_the_users_is_refused_and_can_be_denied(home: Home, kind: str) -> None:
    folder = project(home)
    file = folder / ".ctx.toml"
    if kind == "foreign":
        if os.geteuid() != 0:
            pytest.skip("only root can give a file away")
        os.chown(file, 12345, 12345)
    else:
        file.unlink()
        os.mkfifo(file) if kind == "fifo" else file.mkdir()

    done = ctx(home, "allow", "--yes", file)

    assert done.returncode == EXIT_CONFIG
    assert trust.records(str(home.data)) == ()
    assert ctx(home, "deny", file).returncode == 0
    assert trust.is_denied(str(home.data), str(file))


@pytest.mark.parametrize("value", ["1", ""])
def test_inside_claude_code_nothing_can_be_allowed(home: Home, value: str) -> None:
    folder = project(home)

    done = ctx(home, "allow", "--yes", folder, CLAUDECODE=value)

    assert done.returncode == EXIT_REFUSED
    assert "for a person to say" in done.stderr
    assert "APP_ENV" not in done.stderr
    assert trust.records(str(home.data)) == ()
    assert ctx(home, "deny", folder, CLAUDECODE=value).returncode == 0


@pytest.mark.parametrize("words", [["allow", "--yes"], ["deny"]])
def test_without_a_place_for_records_it_says_so(home: Home, words: list[str]) -> None:
    folder = project(home)
    home.data.rmdir()
    home.data.write_text("")

    done = ctx(home, *words, folder)

    assert done.returncode == EXIT_FAILURE
    assert "nobody else, can write" in done.stderr
    assert "ls -ld" in done.stderr


# Red

DANGEROUS = {
    "runs code": (
        "LD_PRELOAD DYLD_INSERT_LIBRARIES SOME_COMMAND NODE_OPTIONS PYTHONPATH PYTHONSTARTUP BASH_ENV ENV PS1 PS4 "
        "GIT_SSH_COMMAND GIT_CONFIG_GLOBAL EDITOR VISUAL PAGER MANPAGER BROWSER SHELL LESSOPEN JAVA_OPTS PATH"
    ),
    "redirects traffic": (
        "HTTP_PROXY https_proxy OPENAI_BASE_URL AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 DOCKER_HOST SSL_CERT_FILE "
        "SSL_CERT_DIR NODE_TLS_REJECT_UNAUTHORIZED"
    ),
    "moves configuration": (
        "HOME XDG_CONFIG_HOME ZDOTDIR FPATH CLAUDE_CONFIG_DIR AWS_CONFIG_FILE KUBECONFIG GOOGLE_APPLICATION_CREDENTIALS"
    ),
}
CASES = [(danger, name) for danger, names in DANGEROUS.items() for name in names.split()]


@pytest.mark.parametrize("form", ["{name} = 'x'", "{name} = {{ format = '{{p}}', p = 'x' }}", "{name} = false"])
@pytest.mark.parametrize(("danger", "name"), CASES)
def test_every_red_class_is_named_with_its_variable(danger: str, name: str, form: str) -> None:
    shown = review(parse(f"[env]\nA = 'b'\n{form.format(name=name)}\n", "/p/.ctx.toml"), None)

    assert [item.subject for item in shown.red] == [name]
    assert shown.dangers() == f"{danger} ({name})"
    assert f"  [{danger}] " in shown.text(color=False)
    assert f"{RED}  [{danger}] " in shown.text(color=True)


@pytest.mark.parametrize(("danger", "name"), CASES)
def test_entries_of_lists_are_red_too(danger: str, name: str) -> None:
    for side in ("prepend", "append"):
        shown = review(parse(f"path.{name}.{side} = '/x'\n", "/p/.ctx.toml"), None)
        assert shown.dangers() == f"{danger} ({name})"


def test_every_secret_is_named() -> None:
    text = """
    [env]
    TOKEN = { secret = "gh" }
    URL = { format = "{u}:{p}", u = "me", p = { secret = "db" } }
    HTTPS_PROXY = { format = "http://{p}", p = { secret = "gh" } }
    """
    shown = review(parse(text, "/p/.ctx.toml"), None)

    assert shown.dangers() == "reads the secret gh, reads the secret db, redirects traffic (HTTPS_PROXY)"
    assert "[redirects traffic, reads the secret gh] HTTPS_PROXY" in shown.text(color=False)


def test_red_needs_a_yes(home: Home) -> None:
    folder = project(home, RUNS_CODE)

    done = ctx(home, "allow", folder)

    assert done.returncode == EXIT_REFUSED
    assert '  [runs code] EDITOR = "vi -c evil"' in done.stderr
    assert "it runs code (EDITOR), and there is no terminal to ask at: nothing was recorded" in done.stderr
    assert "[y/N]" not in done.stderr
    assert state(home, folder) == trust.UNKNOWN
    assert ctx(home, "allow", "-y", folder).returncode == 0
    assert state(home, folder) == trust.ALLOWED


def test_what_was_consented_to_is_not_asked_again(home: Home) -> None:
    folder = project(home, RUNS_CODE)
    ctx(home, "allow", "--yes", folder)
    project(home, RUNS_CODE.replace("test", "other"))

    done = ctx(home, "allow", folder)
    assert done.returncode == 0
    assert "EDITOR" not in done.stderr

    project(home, RUNS_CODE.replace("evil", "worse"))
    assert ctx(home, "allow", folder).returncode == EXIT_REFUSED


def test_taking_red_away_asks_nothing(home: Home) -> None:
    folder = project(home, RUNS_CODE)
    ctx(home, "allow", "--yes", folder)
    project(home, PLAIN)

    done = ctx(home, "allow", folder)

    assert done.returncode == 0
    assert '- [runs code] EDITOR = "vi -c evil"' in done.stderr


def test_after_a_denial_everything_is_shown_and_asked_again(home: Home) -> None:
    folder = project(home, RUNS_CODE)
    ctx(home, "allow", "--yes", folder)
    ctx(home, "deny", folder)

    done = ctx(home, "allow", folder)

    assert done.returncode == EXIT_REFUSED
    assert "would set" in done.stderr
    assert state(home, folder) == trust.DENIED


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("YES", 0), ("n", 6), ("", 6), ("yeah", 6)])
def test_a_person_is_asked_at_a_terminal(home: Home, answer: str, code: int) -> None:
    folder = project(home, RUNS_CODE)
    with terminal(home, "allow", folder) as session:
        shown = session.expect("it runs code (EDITOR). Allow it? [y/N] ")
        assert f'{RED}  [runs code] EDITOR = "vi -c evil"\x1b[0m\n' in shown
        assert '\n  APP_ENV = "test"\n' in shown
        session.send(f"{answer}\n")
        assert ended(session)[1] == code

    assert state(home, folder) == (trust.UNKNOWN if code else trust.ALLOWED)


@pytest.mark.parametrize(
    ("key", "code"), [("\x03", EXIT_INTERRUPTED), ("\x04", EXIT_REFUSED)], ids=["Ctrl-C", "Ctrl-D"]
)
def test_no_answer_is_no(home: Home, key: str, code: int) -> None:
    folder = project(home, RUNS_CODE)
    with terminal(home, "allow", folder) as session:
        session.expect("[y/N] ")
        session.send(key)
        assert ended(session)[1] == code

    assert state(home, folder) == trust.UNKNOWN


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_without_colour_the_words_remain(home: Home, environ: dict[str, str]) -> None:
    folder = project(home, RUNS_CODE)
    with terminal(home, "allow", folder, **environ) as session:
        shown = session.expect("[y/N] ")

    assert "\x1b" not in shown
    assert "[runs code] EDITOR" in shown


def test_nothing_red_asks_nothing_at_a_terminal(home: Home) -> None:
    folder = project(home)
    with terminal(home, "allow", folder) as session:
        text, code = ended(session)

    assert (code, "[y/N]" in text, "\x1b" in text) == (0, False, False)
    assert state(home, folder) == trust.ALLOWED


def test_a_file_that_changes_while_the_question_stands_is_not_trusted(home: Home) -> None:
    folder = project(home, RUNS_CODE)
    with terminal(home, "allow", folder) as session:
        session.expect("[y/N] ")
        project(home, RUNS_CODE.replace("evil", "worse"))
        session.send("y\n")
        assert ended(session)[1] == 0

    assert state(home, folder) == trust.UNKNOWN
    project(home, RUNS_CODE)
    assert state(home, folder) == trust.ALLOWED


def test_two_people_at_two_terminals_leave_one_approval(home: Home) -> None:
    folder = project(home, RUNS_CODE)
    with terminal(home, "allow", folder) as one, terminal(home, "allow", folder) as two:
        for session in (one, two):
            session.expect("[y/N] ")
        for session in (one, two):
            session.send("y\n")
        assert [ended(session)[1] for session in (one, two)] == [0, 0]

    assert len(trust.records(str(home.data))) == 1
    assert state(home, folder) == trust.ALLOWED


# Hostile content


def test_no_value_reaches_the_terminal_raw(home: Home) -> None:
    values = {**VALUES, "H_ESCAPE": "\x1b]0;t\x07\x1b[2J\u202e\u200b\x9b31m", "H_FAKE": "x\nctx: it is harmless"}
    text = "[env]\n" + "".join(f"{name} = {toml(value)}\n" for name, value in values.items())
    folder = project(home, text)

    done = ctx(home, "allow", folder)

    assert done.returncode == 0
    assert all(char.isprintable() or char == "\n" for char in done.stderr)
    assert len(done.stderr.splitlines()) == len(values) + 2


ANY_TEXT = st.text(st.characters(exclude_characters="\0"), max_size=40)


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT, st.booleans())
def test_whatever_a_file_holds_each_item_is_one_visible_line(value: str, entry: str, color: bool) -> None:
    origin = Origin("p", "env", "A")
    content = Profile("p", origin)
    content.env = {
        "A": Literal(origin, value),
        "EDITOR": Template(origin, value, {"p": SecretRef(origin, "s"), "q": Literal(origin, entry)}),
        "GONE": Unset(origin),
    }
    content.path = {"PATH": PathList(origin, (entry,), (value,))}

    lines = review(Project("p", "work", content), None).text(color=color).split("\n")

    assert len(lines) == 7
    assert all(line.replace(RED, "").replace("\x1b[0m", "").isprintable() for line in map(without_nbsp, lines))
    assert [line.replace(RED, "")[:13] for line in lines[2:6]] == [
        "  [runs code,",
        "  unset GONE",
        *["  [runs code]"] * 2,
    ]


def without_nbsp(line: str) -> str:
    """`visible` leaves a no-break space, which is as visible as a space."""
    return line.replace("\u00a0", " ")


# trust list, trust prune


def test_the_list_names_state_date_and_file(home: Home) -> None:
    assert ctx(home, "trust", "list").stdout == "nothing was allowed or denied yet\n"
    for name in ("a", "b", "c"):
        folder = project(home, PLAIN, name)
        ctx(home, "deny" if name == "b" else "allow", folder)
    project(home, RUNS_CODE, "c")

    done = ctx(home, "trust", "list")

    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert [(row[0], row[2]) for row in rows] == [
        ("STATE", "FILE"),
        ("allowed", "~/a/.ctx.toml"),
        ("denied", "~/b/.ctx.toml"),
        ("allowed", "~/c/.ctx.toml  (changed since: to be allowed again)"),
    ]
    assert done.stderr == ""


def test_the_list_as_json(home: Home) -> None:
    folder = project(home)
    ctx(home, "allow", folder)
    (home.data / "trust" / "denied" / ("0" * 64)).write_text("")

    damaged, allowed = json.loads(ctx(home, "trust", "list", "--json").stdout)

    assert (damaged["state"], damaged["path"], damaged["file"]) == ("damaged", None, None)
    assert {key: allowed[key] for key in ("state", "path", "file")} == {
        "state": "allowed",
        "path": str(folder / ".ctx.toml"),
        "file": "same",
    }
    assert Path(allowed["record"]).is_file()
    assert len(allowed["date"]) == len("2026-01-31T12:00:00Z")


def test_a_damaged_record_is_listed(home: Home) -> None:
    folder = project(home)
    ctx(home, "allow", folder)
    (record,) = (home.data / "trust" / "allowed").iterdir()
    record.write_bytes(record.read_bytes()[:-1])

    assert "damaged" in ctx(home, "trust", "list").stdout
    assert state(home, folder) == trust.UNKNOWN


def test_prune_says_what_it_forgets(home: Home) -> None:
    kept, changed = project(home, PLAIN, "a"), project(home, PLAIN, "b")
    ctx(home, "allow", kept)
    ctx(home, "allow", changed)
    project(home, RUNS_CODE, "b")

    done = ctx(home, "trust", "prune")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "ctx: forgotten: ~/b/.ctx.toml (allowed)\n"
    assert ctx(home, "trust", "prune").stderr == "ctx: nothing to forget\n"
    assert state(home, kept) == trust.ALLOWED


def test_another_word_is_an_error_that_names_both(home: Home) -> None:
    done = ctx(home, "trust", "lst")

    assert done.returncode == EXIT_USAGE
    assert "ctx trust list, or ctx trust prune" in done.stderr
