"""The README's session is a real one: it is replayed, and what comes out must be what stands there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.home import PROGRAM
from tests.support.shells import clean_command

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found.group(1)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_session_replays(tmp_path: Path, shell: str) -> None:
    config = tmp_path / ".config" / "ctx"
    config.mkdir(parents=True)
    (config / "profiles.toml").write_text(block("toml"))
    (config / "profiles.toml").chmod(0o600)
    (tmp_path / "bin").mkdir()
    claude = tmp_path / "bin" / "claude"
    claude.write_text("#!/bin/sh\necho STARTED\n")
    claude.chmod(0o755)
    session = block("console")
    commands = [line[2:] for line in session.splitlines() if line.startswith("$ ")]
    echoed = "".join(f"cat <<'EOF'\n$ {command}\nEOF\n{command}\n" for command in commands)
    script = f'eval "$("$@" init {shell})"\nexec 2>&1\n{echoed}'

    done = subprocess.run(
        [*clean_command(shell), "-c", script, "x", *PROGRAM],
        env={"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.replace(str(tmp_path), "/home/you") == session


def test_the_first_screen_has_a_sentence_a_session_and_two_commands() -> None:
    first = README.split("\n## ")[0]

    assert first.index("**") < first.index("```console") < first.index("```sh")
    assert [line for line in first.splitlines() if line.startswith("./")] == [
        './install.sh --yes && eval "$("$HOME/.local/bin/ctx" use max)" && "$HOME/.local/bin/ctx" list',
        "./tests/run",
    ]


def test_ci_runs_the_readmes_test_command() -> None:
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec ./tests/run")
