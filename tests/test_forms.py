"""Values that come from somewhere: programs, files, and what only `ctx exec` may have."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from ctx import values as forms
from ctx.config import parse
from ctx.errors import ConfigError, CtxError, SecretError
from ctx.model import Environment, Secret
from ctx.plan import make_plan
from ctx.project import parse as parse_project
from ctx.resolve import resolve, resolve_project
from ctx.values import Surroundings

PYTHON = f'"{sys.executable}", "-c"'
ENV = "[profiles.a.env]\n"


def environment(text: str, home: Path, *, for_exec: bool = False, **environ: str) -> Environment:
    around = Surroundings({"PATH": os.environ["PATH"], **environ}, str(home), str(home / "data"))
    return resolve(parse(text, "p.toml"), "a", around, for_exec=for_exec)


def value(form: str, home: Path, **environ: str) -> str:
    found = environment(f"{ENV}V = {form}\n", home, for_exec=False, **environ).variables["V"].value
    assert isinstance(found, Secret)
    return found.reveal()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("print('out')", "out"),
        ("print('one\\\\ntwo\\\\n')", "one\ntwo\n"),
        ("print('  spaced  ')", "  spaced  "),
        ("import sys; sys.stdout.write('no newline')", "no newline"),
        ("import sys; sys.stdout.write('crlf\\\\r\\\\n')", "crlf"),
        ("print('é 🚒 $(touch ran)')", "é 🚒 $(touch ran)"),
        ("import os; print(os.environ['MINE'])", "mine"),
        ("import os; print(os.isatty(0) or 'no terminal')", "no terminal"),
    ],
)
def test_a_program_prints_the_value(tmp_path: Path, source: str, expected: str) -> None:
    assert value(f'{{ command = [{PYTHON}, "{source}"] }}', tmp_path, MINE="mine") == expected


def test_words_of_a_command_expand_as_values_do(tmp_path: Path) -> None:
    assert value('{ command = ["echo", "~/x", "${WHO}", "$HOME"] }', tmp_path, WHO="me") == f"{tmp_path}/x me $HOME"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import sys; sys.exit('token expired')", "failed with exit code 1: token expired"),
        ("pass", "gives nothing"),
        ("print()", "gives nothing"),
        ("import sys; sys.stdout.buffer.write(bytes([255, 1]))", "binary"),
        ("print(chr(0))", "binary"),
        ("print('x' * 200000)", "longer than"),
        ("import os; os.kill(os.getpid(), 9)", "failed with exit code -9"),
    ],
)
def test_a_program_that_gives_no_value_is_an_error_that_names_the_key(tmp_path: Path, source: str, reason: str) -> None:
    with pytest.raises(CtxError) as error:
        value(f'{{ command = [{PYTHON}, "{source}"] }}', tmp_path)
    assert reason in str(error.value)
    assert "[profiles.a.env] V" in str(error.value)


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be run: no such file"):
        value('{ command = ["no-such-program"] }', tmp_path)


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "COMMAND_PATIENCE", 0.3)
    mark = tmp_path / "child"
    script = f"sleep 600 & echo $! >{mark}; wait"

    with pytest.raises(SecretError, match="printed nothing for"):
        value(f"{{ command = ['sh', '-c', '{script}'] }}", tmp_path)
    child = int(mark.read_text())
    try:
        state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        state = "gone"
    assert state in ("gone", "Z")


def test_what_a_program_printed_is_in_no_error(tmp_path: Path) -> None:
    with pytest.raises(SecretError) as error:
        value(f"{{ command = [{PYTHON}, \"print('hunt' + 'er2'); raise SystemExit(3)\"] }}", tmp_path)
    assert "hunter2" not in str(error.value)


def test_a_file_gives_its_text(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("-----BEGIN-----\nabc\n-----END-----\n")

    assert value('{ file = "~/key" }', tmp_path) == "-----BEGIN-----\nabc\n-----END-----"
    assert value('{ format = "<{k}>", k = { file = "~/key" } }', tmp_path).startswith("<-----BEGIN")


@pytest.mark.parametrize("kind", ["missing", "fifo", "directory", "long", "empty", "binary", "relative"])
def test_a_file_that_holds_no_value_is_an_error_at_once(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "key"
    if kind == "fifo":
        os.mkfifo(file)
    elif kind == "directory":
        file.mkdir()
    elif kind != "missing":
        file.write_bytes({"long": b"x" * 200_000, "empty": b"\n", "binary": b"\xff\0"}.get(kind, b"x"))

    with pytest.raises(CtxError, match=r"key|profiles\.a\.env"):
        value('{ file = "key" }' if kind == "relative" else '{ file = "~/key" }', tmp_path)


def project(text: str, folder: Path) -> Environment:
    around = Surroundings({"PATH": os.environ["PATH"]}, str(folder), str(folder / "data"))
    return resolve_project(parse(ENV, "p.toml"), parse_project(text, str(folder / ".ctx.toml")), around)


def test_a_project_reads_files_of_its_own_only(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "outside").write_text("secret")
    (folder / "inside").write_text("text\n")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "fine").symlink_to("inside")

    for name in ("inside", "./inside", "fine"):
        found = project(f'env = {{ V = {{ file = "{name}" }} }}\n', folder).variables["V"].value
        assert isinstance(found, Secret)
        assert found.reveal() == "text"
    for name in ("../outside", "link", "~/outside", str(tmp_path / "outside"), "${HOME}/outside"):
        with pytest.raises(ConfigError):
            project(f'env = {{ V = {{ file = "{name}" }} }}\n', folder)


GATEWAY = """
[profiles.a]
payer = "Acme"
[profiles.a.env]
ANTHROPIC_BASE_URL = "https://gateway.acme.example"
ANTHROPIC_AUTH_TOKEN = { command = ["echo", "t0ken"], exec_only = true }
ANTHROPIC_MODEL = "m"
STAGE = "test"
"""


def test_a_family_with_one_member_for_exec_only_is_left_out_of_shells_as_a_whole(tmp_path: Path) -> None:
    found = environment(GATEWAY, tmp_path)
    plan = make_plan(found)

    assert set(found.variables) == {"STAGE"}
    assert {"ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_MODEL"} <= set(found.clears)
    assert plan.summary == "claude: only through ctx exec · Acme pays there"
    assert not plan.plain


def test_one_command_gets_all_of_it(tmp_path: Path) -> None:
    found = environment(GATEWAY, tmp_path, for_exec=True).variables

    assert set(found) == {"ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_MODEL", "STAGE"}
    assert isinstance(found["ANTHROPIC_AUTH_TOKEN"].value, Secret)


def test_a_value_for_exec_only_is_not_even_fetched_for_a_shell(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    text = f'{ENV}V = {{ command = ["touch", "{mark}"], exec_only = true }}\n'
    found = environment(text, tmp_path)

    assert not mark.exists()
    assert found.variables["V"].value is None
    with pytest.raises(SecretError):
        environment(text, tmp_path, for_exec=True)
    assert mark.exists()


def test_a_project_may_not_run_programs_or_ask_the_keyring(tmp_path: Path) -> None:
    for form in ('command = ["id"]', 'keyring = { service = "s", username = "u" }'):
        with pytest.raises(ConfigError, match="not for a project's file"):
            project(f"env = {{ V = {{ {form} }} }}\n", tmp_path)
        with pytest.raises(ConfigError, match="not for a project's file"):
            project(f'env = {{ V = {{ format = "{{x}}", x = {{ {form} }} }} }}\n', tmp_path)


def test_a_file_that_others_may_read_is_the_users_business(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x")
    (tmp_path / "key").chmod(0o644)

    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o644
    assert value('{ file = "~/key" }', tmp_path) == "x"
