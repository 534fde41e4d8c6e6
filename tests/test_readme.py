"""The README's session is a real one: it is typed into an interactive shell, and what comes out must be what stands there."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.support.home import PROGRAM
from tests.support.pty import PROMPT, Terminal
from tests.support.shells import clean_command

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()

SHELLS = {"bash": "PS1='@''ready@ '", "zsh": "PROMPT='@''ready@ '; unsetopt zle prompt_cr prompt_sp"}


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found.group(1)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_session_replays(tmp_path: Path, shell: str) -> None:
    config = tmp_path / ".config" / "ctx"
    config.mkdir(parents=True)
    (config / "profiles.toml").write_text(block("toml"))
    (config / "profiles.toml").chmod(0o600)
    os.utime(config / "profiles.toml", (1_700_000_000, 1_700_000_000))
    for folder in ("bin", "work/acme", "src/from-the-internet", ".aws", ".claude"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".aws/config").write_text("[profile acme]\ncredential_process = keys-of-acme\n")
    (tmp_path / ".claude/.credentials.json").write_text("a login")
    (tmp_path / ".claude.json").write_text('{"oauthAccount": {"emailAddress": "you@example.com"}}')
    (tmp_path / "src/from-the-internet/.ctx.toml").write_text('[env]\nPATH = "/tmp"\n')
    for name, text in {"claude": "echo STARTED", "ctx": f'exec {shlex.join(PROGRAM)} "$@"'}.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    session = block("console")
    commands = [line[2:] for line in session.splitlines() if line.startswith("$ ")]
    environ = {"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"}
    shown = ""

    with Terminal([*clean_command(shell), "-i"], environ, str(tmp_path)) as terminal:
        terminal.send(f'stty -echo; eval "$(ctx init {shell})"; {SHELLS[shell]}\n')
        terminal.expect(PROMPT)
        for command in commands:
            terminal.send(f"{command}\n")
            shown += f"$ {command}\n{terminal.expect(PROMPT)}"

    assert shown.replace(str(tmp_path), "/home/you") == session


def test_the_first_screen_has_a_sentence_a_session_and_two_commands() -> None:
    first = README.split("\n## ")[0]

    assert first.index("**") < first.index("```console") < first.index("```sh")
    assert [line for line in first.splitlines() if line.startswith("./")] == [
        './install.sh --yes && eval "$("$HOME/.local/bin/ctx" use max)" && "$HOME/.local/bin/ctx" list',
        "./tests/run",
    ]


def test_ci_runs_the_readmes_test_command() -> None:
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec ./tests/run")
