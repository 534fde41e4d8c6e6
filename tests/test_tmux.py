"""A real tmux: what a pane starts with is the environment of the pane it was opened from, wherever it opens."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.home import Home
from tests.support.hostile import ONE_LINE
from tests.support.shells import require_shell

PROFILES = """
[profiles.client.env]
ANTHROPIC_API_KEY = "sk-ant-client"
[profiles.mine.env]
STAGE = "mine"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path, ONE_LINE)
    for name in ("client", "elsewhere"):
        (found.path / name).mkdir()
    found.bindings(PROFILES, {found.path / "client": "client"})
    # The start-up file exports over what a shell inherits, as people's do.
    (found.path / ".bashrc").write_text(f"export ANTHROPIC_API_KEY=from-bashrc\n. '{found.hook('bash')}'\nPS1='> '\n")
    return found


@pytest.fixture
def tmux(home: Home) -> Iterator[Callable[..., str]]:
    program = require_shell("tmux")
    bash = require_shell("bash")

    def run(*words: str) -> str:
        command = [program, "-S", str(home.base / "socket"), "-f", "/dev/null", *words]
        done = subprocess.run(command, env=home.environ(SHELL=bash), capture_output=True, text=True, check=True)
        return done.stdout

    run("new-session", "-d", "-x", "200", "-y", "50", "-c", str(home.path / "client"), f"exec {bash}")
    yield run
    run("kill-server")


def show(tmux: Callable[..., str], home: Home, pane: str) -> str:
    """What a shell in that pane says about its environment."""
    file = home.base / f"seen{pane.lstrip('%')}"
    line = f'printf "%s|%s|%s\\n" "${{CTX_PROFILE-none}}" "${{ANTHROPIC_API_KEY-none}}" "${{STAGE-none}}" >{file}'
    tmux("send-keys", "-t", pane, line, "Enter")
    end = time.monotonic() + 20
    while not (file.exists() and file.read_text().endswith("\n")):
        assert time.monotonic() < end, tmux("capture-pane", "-p", "-t", pane)
        time.sleep(0.05)
    text = file.read_text().strip()
    file.unlink()
    return text


def opened(tmux: Callable[..., str], directory: Path) -> str:
    """A new pane there, started from a shell as `tmux split-window` typed in it would."""
    return tmux("split-window", "-P", "-F", "#{pane_id}", "-c", str(directory), "exec bash").strip()


def test_panes_follow_their_own_directory_and_start_up_files_do_not_have_the_last_word(
    tmux: Callable[..., str], home: Home
) -> None:
    first = tmux("list-panes", "-F", "#{pane_id}").split()[0]
    assert show(tmux, home, first) == "client|sk-ant-client|none"

    same = opened(tmux, home.path / "client")
    assert show(tmux, home, same) == "client|sk-ant-client|none"
    other = opened(tmux, home.path / "elsewhere")
    assert show(tmux, home, other) == "none|from-bashrc|none"


def test_no_pane_keeps_a_clients_token_that_the_server_was_started_with(home: Home) -> None:
    """The server's environment is that of the shell which started it: here one in which the client's profile was active."""
    program, bash = require_shell("tmux"), require_shell("bash")
    given = home.environ(SHELL=bash, ANTHROPIC_API_KEY="sk-ant-client", CTX_PROFILE="client", CTX_STATUS="active")
    given |= {"__CTX_SET": "ANTHROPIC_API_KEY", "__CTX_BY": "directory", "__CTX_BINDING": str(home.path / "client")}
    (home.path / ".bashrc").write_text(f". '{home.hook('bash')}'\nPS1='> '\n")
    base = [program, "-S", str(home.base / "other"), "-f", "/dev/null"]

    def run(*words: str) -> str:
        return subprocess.run([*base, *words], env=given, capture_output=True, text=True, check=True).stdout

    run("new-session", "-d", "-x", "200", "-y", "50", "-c", str(home.path / "elsewhere"), f"exec {bash}")
    try:
        pane = run("list-panes", "-F", "#{pane_id}").split()[0]
        assert show(run, home, pane) == "none|none|none"
    finally:
        run("kill-server")
