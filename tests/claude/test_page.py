"""`docs/claude-code.md`: its recipes work as typed, and its tables say what ctx says."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from ctx import signin
from ctx.signin_messages import recognise
from tests.support.home import Home
from tests.support.hostile import ONE_LINE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "claude-code.md").read_text()
SHELL = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
NEW = [line for block in SHELL for line in block.splitlines() if line.startswith("ctx new ")]
SAID = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", PAGE.split("\n## Troubleshooting\n", 1)[1], re.MULTILINE)


def words(line: str) -> list[str]:
    return shlex.split(line, comments=True)[1:]


@pytest.mark.parametrize("line", NEW)
def test_each_recipe_makes_a_profile_that_loads(tmp_path: Path, line: str) -> None:
    home = Home(tmp_path, ONE_LINE)
    given = words(line)
    keys = "a-key-for-it-0123456789\n" * 2
    without = ("subscription", "vertex", "mantle", "anthropic-profile", "anthropic-google-cloud")
    by_key = given[given.index("--auth") + 1] not in without and "--profile" not in given and "browser" not in given
    more = ["--key-stdin", "--to", "file", "--force"] if by_key else []

    done = subprocess.run(
        [*home.program, *given, *more], env=home.environ(), input=keys, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert home.ctx("show", given[1]).returncode == 0


def test_there_is_a_recipe_for_every_method() -> None:
    given = {words(line)[words(line).index("--auth") + 1] for line in NEW}

    assert given == set(signin.METHODS)


@pytest.mark.parametrize("said", [said for said, _, _ in SAID])
def test_every_message_of_the_troubleshooting_table_is_known(said: str) -> None:
    assert any(recognise(said, method) is not None for method in ("", *signin.METHODS))


def test_the_table_is_found_and_the_version_is_the_measured_one() -> None:
    assert len(SAID) > 10
    assert f"Claude Code {signin.CLIENT_VERSION} " in PAGE
