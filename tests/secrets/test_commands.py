"""`ctx secret set`, `get`, `list`, `remove` and `move` as processes: what a person types, sees and gets."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctx.cli.secret_values import LONGEST_LINE
from ctx.errors import EXIT_INTERRUPTED, EXIT_REFUSED, EXIT_SECRET, EXIT_USAGE
from ctx.signin_shapes import SHAPES, STRICT, contradiction
from tests.secrets.contract import VALUES
from tests.support.home import PROGRAM, Home
from tests.support.pty import Terminal
from tests.support.secret_service import LOCKED, UNLOCKED, Desktop, desktop
from tests.support.shells import require_shell

PROFILES = """
[profiles.console.env]
ANTHROPIC_API_KEY = { secret = "acme-key" }
[profiles.child]
extends = "console"
[profiles.db.env]
DATABASE_URL = { format = "postgres://app:{pw}@db/x", pw = { secret = "acme-db" } }
"""

SECRET = "sk-ant-api03-" + "x" * 24
OAUTH = "sk-ant-oat01-" + "x" * 24


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.profiles(PROFILES)
    return home


def ctx(home: Home, *words: str, stdin: str | bytes = b"", **environ: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, "secret", *words],
        cwd=home.path,
        env=home.environ(**environ),
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode()
    )


def kept(home: Home, name: str, **environ: str) -> str:
    done = ctx(home, "get", name, **environ)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def rows(home: Home, *words: str, **environ: str) -> dict[str, dict[str, object]]:
    listed = json.loads(ctx(home, "list", "--json", *words, **environ).stdout)
    return {row["name"] or row["environment"]: row for row in listed}


def terminal(home: Home, *words: str, **environ: str) -> Terminal:
    """ctx at a terminal; `code=` and the exit code follow what it prints."""
    line = f"trap : INT; {shlex.join([*PROGRAM, 'secret', *words])}; echo code=$?"
    return Terminal(["/bin/sh", "-c", line], home.environ(**environ), str(home.path))


def ended(session: Terminal) -> int:
    session.expect("code=")
    return int(session.expect("\n"))


# set and get.


def test_a_value_from_standard_input_comes_back(home: Home) -> None:
    done = ctx(home, "set", "acme-key", "--stdin", stdin=f"{SECRET}\n")

    assert done.returncode == 0
    assert done.stdout == ""
    assert "acme-key is in the encrypted file · used by console, child" in done.stderr
    assert kept(home, "acme-key") == f"{SECRET}\n"


def test_where_it_goes_is_said_before_the_first_write_only(home: Home) -> None:
    first = ctx(home, "set", "a", "--stdin", stdin="v", CTX_QUIET="1").stderr
    second = ctx(home, "set", "b", "--stdin", stdin="v", CTX_QUIET="1").stderr

    assert "Using an encrypted file" in first
    assert "(0600)" in first
    assert second == ""


@pytest.mark.parametrize("value", [v for v in VALUES.values() if v], ids=[k for k, v in VALUES.items() if v])
def test_every_value_survives(home: Home, value: str) -> None:
    # What follows a carriage return would make a line end of it.
    done = ctx(home, "set", "v", "--stdin", "--force", stdin=value if value.endswith("\r") else f"{value}\n")

    assert done.returncode == 0, done.stderr
    assert kept(home, "v") == f"{value}\n"


@pytest.mark.parametrize(
    ("given", "expected"),
    [("a\n", "a"), ("a\r\n", "a"), ("a", "a"), ("a\n\n", "a\n"), ("a\r\nb\r\n", "a\r\nb"), (" a ", " a ")],
)
def test_one_line_break_at_the_end_does_not_count(home: Home, given: str, expected: str) -> None:
    done = ctx(home, "set", "v", "--stdin", stdin=given)

    assert done.returncode == 0
    assert kept(home, "v") == f"{expected}\n"
    assert ("blank" in done.stderr) == (expected != expected.strip())


def test_a_value_from_a_variable_comes_back(home: Home) -> None:
    assert ctx(home, "set", "v", "--from-env", "TOKEN", TOKEN="it's\n").returncode == 0
    assert kept(home, "v") == "it's\n\n"

    done = ctx(home, "set", "v", "--from-env", "NOT_SET")
    assert done.returncode == EXIT_USAGE
    assert "NOT_SET is not set" in done.stderr
    assert kept(home, "v") == "it's\n\n"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "empty"),
        ("\n", "empty"),
        ("a\0b", "NUL"),
        (b"caf\xe9", "not UTF-8: byte 0xe9 at position 4"),
        ("tok\u200ben", "U+200B, number 4 of 6"),
        ("\ufefftoken", "U+FEFF"),
        ("token\u00a0", "U+00A0"),
        ("to\x1bken", "U+001B"),
        ("to\rken", "U+000D"),
        ("tok\u202een", "U+202E"),
    ],
    ids=ascii,
)
def test_what_is_no_value_is_refused_and_the_old_one_stays(home: Home, given: str | bytes, said: str) -> None:
    ctx(home, "set", "v", "--stdin", stdin="before")
    done = ctx(home, "set", "v", "--stdin", stdin=given)

    assert done.returncode in (EXIT_USAGE, EXIT_SECRET)
    assert said in done.stderr
    assert "token" not in done.stderr
    assert kept(home, "v") == "before\n"


@pytest.mark.parametrize("given", ["a\u00a0b", "line\nline\tx", "käse 日本"], ids=ascii)
def test_what_can_be_seen_is_taken(home: Home, given: str) -> None:
    assert ctx(home, "set", "v", "--stdin", stdin=given).returncode == 0


def test_force_keeps_what_cannot_be_seen_but_nothing_impossible(home: Home) -> None:
    assert ctx(home, "set", "v", "--stdin", "--force", stdin="tok\u200ben").returncode == 0
    assert ctx(home, "set", "v", "--stdin", "--force", stdin="tok\0en").returncode == EXIT_SECRET
    assert ctx(home, "set", "v", "--stdin", "--force").returncode == EXIT_USAGE
    assert kept(home, "v") == "tok\u200ben\n"


def test_a_value_that_contradicts_its_variable_is_refused(home: Home) -> None:
    done = ctx(home, "set", "acme-key", "--stdin", stdin=OAUTH)

    assert done.returncode == EXIT_USAGE
    assert "OAuth token of Claude" in done.stderr
    assert "ANTHROPIC_API_KEY wants another credential: an API key of the Claude Console" in done.stderr
    assert OAUTH not in done.stderr
    assert "acme-key" not in rows(home) or rows(home)["acme-key"]["state"] == "missing"
    assert ctx(home, "set", "acme-key", "--stdin", "--force", stdin=OAUTH).returncode == 0
    assert ctx(home, "set", "acme-db", "--stdin", stdin=OAUTH).returncode == 0, "inside a format nothing is known"


def test_shapes_and_variables_fit_each_other() -> None:
    for shape in SHAPES:
        for variable in shape.variables:
            assert not contradiction(variable, f"{shape.beginnings[0]}x")
    known = {variable for shape in SHAPES for variable in shape.variables}
    assert known >= STRICT
    assert contradiction("CLAUDE_CODE_OAUTH_TOKEN", SECRET)
    assert contradiction("ANTHROPIC_API_KEY", OAUTH)
    assert not contradiction("ANTHROPIC_AUTH_TOKEN", SECRET), "a gateway hands out what it likes"
    assert not contradiction("ANTHROPIC_API_KEY", "key-of-a-gateway")


@pytest.mark.parametrize("name", ["", "a b", "-x", "a/b", "../x", ".x", "x" * 65, "käse", "a\nb"])
@pytest.mark.parametrize(
    "words", [("set", "--stdin"), ("get",), ("remove", "--yes"), ("move", "--to", "file")], ids=lambda w: w[0]
)
def test_odd_names_are_refused_and_not_repeated(home: Home, words: tuple[str, ...], name: str) -> None:
    done = ctx(home, *words, "--", name, stdin="v")

    assert done.returncode == EXIT_USAGE
    assert "cannot be the name of a secret" in done.stderr
    assert len(name) < 3 or name not in done.stderr


def test_without_terminal_it_says_how(home: Home) -> None:
    done = ctx(home, "set", "v")

    assert done.returncode == EXIT_USAGE
    assert "ctx secret set v --stdin" in done.stderr
    assert "--from-env" in done.stderr


def test_a_value_cannot_be_given_on_the_command_line(home: Home) -> None:
    assert ctx(home, "set", "v", "value").returncode == EXIT_USAGE
    assert ctx(home, "set", "v", "--stdin", "--from-env", "HOME").returncode == EXIT_USAGE


def test_a_person_types_it_twice_and_sees_nothing(home: Home) -> None:
    with terminal(home, "set", "v") as screen:
        screen.expect("value of v (not shown): ")
        screen.send("pässword $x\n")
        screen.expect("again: ")
        screen.send("pässword $x\n")
        screen.expect("v is in the encrypted file")
        assert ended(screen) == 0
        assert "pässword" not in screen.screen
    assert kept(home, "v") == "pässword $x\n"


def test_two_that_differ_are_refused(home: Home) -> None:
    with terminal(home, "set", "v") as screen:
        screen.expect("(not shown): ")
        screen.send("one\n")
        screen.expect("again: ")
        screen.send("two\n")
        screen.expect("the two differ: nothing was kept")
        assert ended(screen) == EXIT_REFUSED
    assert ctx(home, "get", "v").returncode == EXIT_SECRET


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [("\n", EXIT_USAGE, "empty"), ("\x04", EXIT_REFUSED, "nothing was typed"), ("\x03", EXIT_INTERRUPTED, "")],
)
def test_a_person_may_think_again(home: Home, typed: str, code: int, said: str) -> None:
    with terminal(home, "set", "v") as screen:
        screen.expect("(not shown): ")
        screen.send(typed)
        screen.expect(said or "\n")
        assert ended(screen) == code


def test_a_terminal_is_not_read_as_standard_input(home: Home) -> None:
    with terminal(home, "set", "v", "--stdin") as screen:
        screen.expect("would show the value")
        assert ended(screen) == EXIT_USAGE


def test_a_line_that_the_terminal_cut_off_is_refused(home: Home) -> None:
    with terminal(home, "set", "v") as screen:
        screen.expect("(not shown): ")
        screen.send("x" * (LONGEST_LINE + 100) + "\n")
        screen.expect("--stdin")
        assert ended(screen) == EXIT_USAGE


def test_an_unknown_name_says_which_it_may_have_been(home: Home) -> None:
    ctx(home, "set", "acme-token", "--stdin", stdin="v")

    done = ctx(home, "get", "acme-tokn")
    assert done.returncode == EXIT_SECRET
    assert done.stdout == ""
    assert "did you mean acme-token" in done.stderr
    assert "acme-key is not" in (text := ctx(home, "get", "acme-key").stderr) or "'acme-key' is not" in text
    assert "ctx secret set acme-key" in text


def test_a_variable_stands_in_and_that_is_said(home: Home) -> None:
    done = ctx(home, "set", "v", "--stdin", stdin="stored", CTX_SECRET_V="other")

    assert "CTX_SECRET_V is set here" in done.stderr
    assert kept(home, "v", CTX_SECRET_V="other") == "other\n"
    assert kept(home, "v") == "stored\n"
    assert kept(home, "never-stored", CTX_SECRET_NEVER_STORED="x") == "x\n"


def test_a_broken_profiles_file_keeps_nobody_from_their_secrets(home: Home) -> None:
    home.profiles("[profiles")
    done = ctx(home, "set", "v", "--stdin", stdin="value")

    assert done.returncode == 0
    assert "which profiles use it is not known" in done.stderr
    assert kept(home, "v") == "value\n"
    (home.config / "profiles.toml").unlink()
    assert kept(home, "v") == "value\n"


def test_open_shells_look_again(home: Home) -> None:
    home.bindings(PROFILES, {})
    home.ctx("use", "console", "--shell", "bash", code=None)
    stamps = home.cache / "bindings"
    stamps.mkdir(parents=True, exist_ok=True, mode=0o700)
    for words in (("set", "v", "--stdin"), ("move", "v", "--to", "file"), ("remove", "v")):
        (stamps / "current").write_text("x")
        (stamps / "g.stamp").write_text("")
        assert ctx(home, *words, stdin="v").returncode == 0
        assert not list(stamps.glob("*.stamp"))


# list.


def test_the_list_shows_where_each_is_and_who_uses_it(home: Home) -> None:
    ctx(home, "set", "acme-key", "--stdin", stdin=SECRET)
    ctx(home, "set", "spare", "--stdin", stdin="s3cret-spare")
    done = ctx(home, "list", CTX_SECRET_SPARE="s3cret-x", CTX_SECRET_ELSEWHERE="s3cret-y")

    lines = done.stdout.splitlines()
    assert lines[0].split() == ["SECRET", "STORE", "CREATED", "USED", "BY"]
    assert [line.split()[0] for line in lines[1:]] == ["acme-db", "acme-key", "spare", "-"]
    assert "nobody stored it: ctx secret set acme-db" in lines[1]
    assert "file" in lines[2]
    assert "console, child" in lines[2]
    assert "CTX_SECRET_SPARE comes first here" in lines[3]
    assert "CTX_SECRET_ELSEWHERE" in lines[4]
    assert "encrypted file" in done.stderr
    assert "new secrets go there" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_the_list_as_json(home: Home) -> None:
    assert rows(home)["acme-db"] == {
        "name": "acme-db",
        "state": "missing",
        "store": None,
        "environment": None,
        "profiles": ["db"],
        "created": None,
        "updated": None,
    }
    ctx(home, "set", "acme-db", "--stdin", stdin="s3cret")
    row = rows(home, CTX_SECRET_ACME_DB="s3cret")["acme-db"]
    assert (row["state"], row["store"], row["environment"]) == ("stored", "file", "CTX_SECRET_ACME_DB")
    assert rows(home, CTX_SECRET_X="s3cret")["CTX_SECRET_X"]["state"] == "environment"
    assert "s3cret" not in ctx(home, "list", "--json", CTX_SECRET_ACME_DB="s3cret").stdout


def test_an_empty_list_is_none(home: Home) -> None:
    home.profiles("")

    done = ctx(home, "list")
    assert done.returncode == 0
    assert "no secrets yet" in done.stdout


def test_verifying_asks_the_stores(home: Home) -> None:
    home.profiles("")
    for name in ("a", "b"):
        ctx(home, "set", name, "--stdin", stdin="v")
    assert ctx(home, "list", "--verify").returncode == 0
    (home.data / "secrets" / "secrets.json").unlink()
    (home.data / "secrets" / "secrets.json.bak").unlink()

    done = ctx(home, "list", "--verify")
    assert done.returncode == EXIT_SECRET
    assert "gone from there: ctx secret set a" in done.stdout
    assert rows(home, "--verify")["b"]["state"] == "gone"


def test_a_damaged_store_and_a_damaged_index_say_so(home: Home) -> None:
    ctx(home, "set", "a", "--stdin", stdin="v")
    (home.data / "secrets" / "secrets.json").write_text("{}")
    done = ctx(home, "list", "--verify")
    assert done.returncode == EXIT_SECRET
    assert "its store cannot tell" in done.stdout
    assert ctx(home, "set", "b", "--stdin", stdin="v").returncode == EXIT_SECRET
    assert "b" not in rows(home)

    (home.data / "secrets" / "index.json").write_text("{}")
    for words in (("list",), ("get", "a"), ("set", "a", "--stdin"), ("remove", "a"), ("move", "a", "--to", "file")):
        done = ctx(home, *words, stdin="v")
        assert done.returncode == EXIT_SECRET
        assert "index.json" in done.stderr
        assert "Traceback" not in done.stderr


# remove and move.


def test_a_secret_that_no_profile_uses_is_removed_unasked(home: Home) -> None:
    ctx(home, "set", "v", "--stdin", stdin="value")

    assert ctx(home, "remove", "v").returncode == 0
    assert ctx(home, "get", "v").returncode == EXIT_SECRET
    assert "v" not in rows(home)
    done = ctx(home, "remove", "v")
    assert done.returncode == EXIT_SECRET
    assert "no secret 'v'" in done.stderr


def test_a_secret_in_use_needs_a_yes(home: Home) -> None:
    ctx(home, "set", "acme-key", "--stdin", stdin="value")
    done = ctx(home, "remove", "acme-key")
    assert done.returncode == EXIT_REFUSED
    assert "used by console, child" in done.stderr
    assert "ctx secret remove --yes acme-key" in done.stderr

    with terminal(home, "remove", "acme-key") as screen:
        screen.expect("Remove it? [y/N] ")
        screen.send("n\n")
        screen.expect("acme-key stays")
        assert ended(screen) == EXIT_REFUSED
    assert kept(home, "acme-key") == "value\n"
    with terminal(home, "remove", "acme-key") as screen:
        screen.expect("Remove it? [y/N] ")
        screen.send("y\n")
        screen.expect("acme-key is removed")
        assert ended(screen) == 0
    ctx(home, "set", "acme-key", "--stdin", stdin="value")
    assert ctx(home, "remove", "-y", "acme-key").returncode == 0


def test_moving_to_where_nothing_is_changes_nothing(home: Home) -> None:
    ctx(home, "set", "v", "--stdin", stdin="value")

    done = ctx(home, "move", "v", "--to", "keyring")
    assert done.returncode == EXIT_SECRET
    assert "no OS keyring here" in done.stderr
    assert kept(home, "v") == "value\n"
    assert rows(home)["v"]["store"] == "file"
    assert "already" in ctx(home, "move", "v", "--to", "file").stderr
    assert ctx(home, "move", "v").returncode == EXIT_USAGE
    assert ctx(home, "move", "--to", "file").returncode == EXIT_USAGE
    assert ctx(home, "move", "v", "--to", "plaintext").returncode == EXIT_USAGE
    assert ctx(home, "move", "nothing", "--to", "file").returncode == EXIT_SECRET


# With a keyring.


@pytest.fixture(scope="module")
def session() -> Iterator[Desktop]:
    with desktop(UNLOCKED) as session:
        yield session


def bus(session: Desktop) -> dict[str, str]:
    return {name: session.environ[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}


def test_the_keyring_is_where_secrets_go(home: Home, session: Desktop) -> None:
    done = ctx(home, "set", "acme-key", "--stdin", stdin=SECRET, **bus(session))

    assert done.returncode == 0, done.stderr
    assert done.stderr == "ctx: acme-key is in the OS keyring · used by console, child\n"
    assert kept(home, "acme-key", **bus(session)) == f"{SECRET}\n"
    assert not (home.data / "secrets" / "secrets.json").exists()
    text = ctx(home, "list", "--verify", **bus(session))
    assert "keyring" in text.stdout
    assert "Secret Service" in text.stderr


def test_moving_there_and_back(home: Home, session: Desktop) -> None:
    for name in ("one", "two"):
        ctx(home, "set", name, "--stdin", "--to", "file", stdin=f"value of {name}")
    done = ctx(home, "move", "one", "two", "--to", "keyring", **bus(session))

    assert done.returncode == 0, done.stderr
    assert {row["store"] for name, row in rows(home).items() if name in ("one", "two")} == {"keyring"}
    assert kept(home, "one", **bus(session)) == "value of one\n"
    unreachable = ctx(home, "get", "one")
    assert unreachable.returncode == EXIT_SECRET
    assert "no OS keyring here" in unreachable.stderr
    assert ctx(home, "move", "--to", "file", "one", **bus(session)).returncode == 0
    assert kept(home, "one") == "value of one\n"


def test_a_locked_keyring_is_an_error_with_the_fix_and_no_other_store(home: Home) -> None:
    with desktop(LOCKED) as session:
        done = ctx(home, "set", "v", "--stdin", stdin="value", **bus(session))

    assert done.returncode == EXIT_SECRET
    assert "locked" in done.stderr
    assert "unlock it" in done.stderr
    assert not (home.data / "secrets" / "secrets.json").exists()
    assert "v" not in rows(home)


def test_a_profile_reads_what_was_set(home: Home) -> None:
    ctx(home, "set", "acme-key", "--stdin", stdin=SECRET)

    assert home.ctx("exec", "child", "--", "printenv", "ANTHROPIC_API_KEY").stdout == f"{SECRET}\n"
    assert "ctx secret set acme-db" in home.ctx("exec", "db", "--", "true", code=EXIT_SECRET).stderr


def test_a_value_is_on_no_command_line_and_in_no_environment(home: Home, session: Desktop, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [require_shell("strace"), "-f", "-v", "-s", "100000", "-e", "trace=execve", "-o", str(log)]
    for words in (("set", "v", "--stdin"), ("get", "v"), ("move", "v", "--to", "file"), ("remove", "v")):
        subprocess.run(
            [*command, *PROGRAM, "secret", *words],
            env=home.environ(**bus(session)), input=b"s3cret-value", capture_output=True, check=True, cwd=home.path,
        )  # fmt: skip
        assert "execve" in log.read_text()
        assert "s3cret" not in log.read_text()


def test_help_of_the_commands_below(home: Home) -> None:
    text = ctx(home, "--help").stdout
    assert all(f"\n  {word} " in text for word in ("set", "get", "list", "remove", "move", "adopt"))
    assert "--from-env" in ctx(home, "set", "--help").stdout
    done = ctx(home, "lisst")
    assert done.returncode == EXIT_USAGE
    assert "Did you mean 'list'?" in done.stderr
    assert ctx(home).returncode == EXIT_USAGE
