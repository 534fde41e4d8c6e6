"""Every way to sign in, in every shell: what it sets and takes away, from each to each other, and back."""

from __future__ import annotations

import subprocess
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from ctx.dialects import dialect
from ctx.signin import METHODS
from tests.claude.methods import LEFT_OVER, NAMES, SECRETS, SIGNINGS, Signing, expected
from tests.support.home import Home
from tests.support.hostile import ONE_LINE

SHELLS = ("bash", "zsh", "fish", "pwsh")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    user = Home(tmp_path, ONE_LINE)
    user.profiles("\n".join(signing.toml for signing in SIGNINGS))
    return user


class Run:
    """A script for one shell, which hands its environment over after each command."""

    def __init__(self, home: Home, shell: str) -> None:
        self.home = home
        self.shell = shell
        self.lines = [f". {self._quote(str(home.hook(shell)))}"]
        self.folder = home.base / "seen"
        self.folder.mkdir()

    def _quote(self, text: str) -> str:
        return dialect(self.shell).quote(text)

    def then(self, *words: str) -> None:
        """Type one more command, and look."""
        number = len(self.lines)
        self.lines.append(" ".join(words))
        look = ("/bin/sh", "-c", 'env -0 > "$1"', "sh", str(self.folder / str(number)))
        call = "& " if self.shell == "pwsh" else ""
        self.lines[-1] += "\n" + call + " ".join(map(self._quote, look))

    def seen(self) -> list[dict[str, str]]:
        """What was in the environment after each command, of the variables that take part."""
        environ = self.home.environ(**LEFT_OVER, **SECRETS, CTX_QUIET="1")
        result = self.home.run(self.shell, "\n".join((*self.lines, "")), environ=environ)
        assert (result.code, result.stderr) == (0, "")
        return [self._read(self.folder / str(number)) for number in range(1, len(self.lines))]

    @staticmethod
    def _read(path: Path) -> dict[str, str]:
        pairs = (entry.partition("=") for entry in path.read_bytes().decode().split("\0") if entry)
        return {name: value for name, _, value in pairs if name in NAMES}


def due(home: Home, signing: Signing) -> dict[str, str]:
    return expected(signing, str(home.path), str(home.data))


def test_every_method_has_a_profile() -> None:
    assert {signing.auth for signing in SIGNINGS} == set(METHODS)


@pytest.mark.parametrize("shell", SHELLS)
def test_from_each_way_to_each_other_nothing_stays_and_off_gives_all_back(home: Home, shell: str) -> None:
    run = Run(home, shell)
    turns: list[Signing] = []
    for number, signing in enumerate(SIGNINGS):
        turns += [signing, *(turn for other in SIGNINGS[number + 1 :] for turn in (other, signing))]
    assert {*permutations(SIGNINGS, 2)} <= {*pairwise(turns)}
    for signing in turns:
        run.then("ctx", "use", signing.name)
    run.then("ctx", "off")

    *seen, after = run.seen()

    assert len(seen) == len(turns)
    for before, signing, environ in zip((None, *turns), turns, seen, strict=False):
        assert environ == due(home, signing), (before and before.name, signing.name)
    assert after == LEFT_OVER


@pytest.mark.parametrize("signing", SIGNINGS, ids=lambda signing: signing.name)
def test_without_the_hook_it_is_the_same(home: Home, signing: Signing) -> None:
    script = f'eval "$({" ".join(map(dialect("sh").quote, home.program))} use {signing.name})" && env -0'
    environ = home.environ(**LEFT_OVER, **SECRETS)
    done = subprocess.run(["sh", "-c", script], env=environ, capture_output=True, text=True, check=True)

    pairs = (entry.partition("=") for entry in done.stdout.split("\0") if entry)
    assert {name: value for name, _, value in pairs if name in NAMES} == due(home, signing)


@pytest.mark.parametrize("signing", SIGNINGS, ids=lambda signing: signing.name)
def test_a_command_gets_the_same(home: Home, signing: Signing) -> None:
    command = [*home.program, "exec", signing.name, "--", "env", "-0"]
    environ = home.environ(**LEFT_OVER, **SECRETS)
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)

    pairs = (entry.partition("=") for entry in done.stdout.split("\0") if entry)
    assert {name: value for name, _, value in pairs if name in NAMES} == due(home, signing)
