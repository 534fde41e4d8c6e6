"""The status line for Claude Code: the command of the snippet, run as the client runs it, with JSON on standard input."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from ctx.cli.prompt_snippets import SNIPPETS
from tests.support.home import PROGRAM, Home
from tests.support.shells import clean_command, require_shell
from tests.support.strace import Strace

SESSION = json.dumps(
    {"session_id": "x", "cwd": "/", "model": {"display_name": "Opus"}, "note": "\\ 'y' \n $(touch ran)"}
)

SHELLS = ("dash", "bash", "zsh", "busybox")


def command() -> str:
    line = json.loads(SNIPPETS["claude-code"].text)["statusLine"]
    assert line["type"] == "command"
    return str(line["command"])


def words(shell: str) -> list[str]:
    return [require_shell("busybox"), "sh"] if shell == "busybox" else clean_command(shell)


def shown(cwd: Path, shell: str = "dash", text: str = SESSION, **environ: str) -> str:
    done = subprocess.run(
        [*words(shell), "-c", command()],
        env={"PATH": os.environ["PATH"], **environ},
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert os.listdir(cwd) == []
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_it_shows_the_profile_and_what_is_wrong(shell: str, tmp_path: Path) -> None:
    assert shown(tmp_path, shell, CTX_PROFILE="work.2", CTX_STATUS="active") == "ctx: work.2"
    assert shown(tmp_path, shell, CTX_PROFILE="work") == "ctx: work"
    assert shown(tmp_path, shell, CTX_PROFILE="work", CTX_STATUS="drifted") == "ctx: work*"
    assert shown(tmp_path, shell, CTX_PROFILE="work", CTX_STATUS="blocked") == "ctx: work!blocked"
    assert shown(tmp_path, shell, CTX_PROFILE="work", CTX_STATUS="$(touch ran)") == "ctx: work"
    assert shown(tmp_path, shell) == ""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "name", ["$(touch ran)", "`touch ran`", "a b", "-n", "%s", "a\nb", "\x1b[31m", "é", "a\u202e", "*", "a'b", ""]
)
def test_what_no_profile_can_be_called_is_not_shown(name: str, shell: str, tmp_path: Path) -> None:
    assert shown(tmp_path, shell, CTX_PROFILE=name, LC_ALL="C.UTF-8") == ""


def test_a_name_that_is_too_long_is_cut(tmp_path: Path) -> None:
    assert shown(tmp_path, CTX_PROFILE="a" * 1000) == "ctx: " + "a" * 64


@pytest.mark.parametrize("text", ["", "{}", "\n", "x" * 100_000 + "\n" * 100])
def test_everything_the_client_sends_is_read(text: str, tmp_path: Path) -> None:
    """A client that writes into a closed pipe would see an error."""
    assert shown(tmp_path, text=text, CTX_PROFILE="work") == "ctx: work"
    reading, writing = os.pipe()
    process = subprocess.Popen([*words("dash"), "-c", command()], stdin=reading, stdout=subprocess.PIPE)
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(text.encode())
    assert process.communicate()[0] == b""


def test_it_starts_no_process(tmp_path: Path) -> None:
    strace = Strace(tmp_path / "trace")
    environ = {"PATH": os.environ["PATH"], "CTX_PROFILE": "work", "CTX_STATUS": "drifted"}
    command_ = [*strace.prefix, *words("dash"), "-c", command()]
    done = subprocess.run(command_, env=environ, input=SESSION, capture_output=True, text=True, check=True)

    assert done.stdout == "ctx: work*"
    assert (strace.counts().forks, strace.counts().programs) == (0, 0)


def test_it_shows_the_profile_a_session_was_started_with(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.profiles("[profiles.work.env]\nA = 1\n")
    started = [*PROGRAM, "exec", "work", "--", "/bin/sh", "-c", command()]
    done = subprocess.run(started, env=home.environ(), input=SESSION, capture_output=True, text=True, check=True)

    assert done.stdout == "ctx: work"
