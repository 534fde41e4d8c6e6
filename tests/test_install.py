"""install.sh: run in fresh homes by real shells, and looked at afterwards."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pty
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.shells import require_shell

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "install.sh"
BEGIN = b"# >>> ctx >>>\n"
END = b"# <<< ctx <<<\n"
HOSTILE = "ho me's é$(x)`"
TOOLS = (
    "sh awk basename cat chmod cp dirname env find grep head id ln ls mkdir mktemp mv rm rmdir sed sleep tail tr uname"
).split()
PASSED_ON = re.compile("(?:PIP_|UV_|SSL_CERT_|REQUESTS_CA|CURL_CA|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|LANG$)")


def program(name: str) -> str:
    """The absolute path of a program beside the tests' Python or on PATH; missing, it is treated like a shell."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else require_shell(name)


def link(folder: Path, name: str, target: str | None = None) -> None:
    found = target or shutil.which(name)
    assert found, f"{name} is missing on this machine"
    (folder / name).symlink_to(found)


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PATH with what POSIX systems have, and neither Python nor its tools."""
    folder = tmp_path_factory.mktemp("bare")
    for name in TOOLS:
        link(folder, name)
    return folder


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every run may share without being told: downloads."""
    folder = tmp_path_factory.mktemp("caches")
    shared = {key: value for key, value in os.environ.items() if PASSED_ON.match(key)}
    shared |= {"UV_CACHE_DIR": str(folder / "uv"), "PIP_CACHE_DIR": str(folder / "pip")}
    # The homes are fresh; the way to the package index is this machine's.
    for variable, file in (("PIP_CONFIG_FILE", "pip/pip.conf"), ("UV_CONFIG_FILE", "uv/uv.toml")):
        path = Path.home() / ".config" / file
        if path.is_file():
            shared.setdefault(variable, str(path))
    return shared


class Home:
    """A user's home directory, and what that user types in it."""

    def __init__(self, path: Path, search: list[Path], env: dict[str, str]) -> None:
        path.mkdir(parents=True)
        self.path = path
        self.env = env | {
            "HOME": str(path),
            "PATH": os.pathsep.join(map(str, search)),
            "SHELL": "/bin/bash",
            "TERM": "dumb",
            "TMPDIR": str(path.parent),
        }

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @property
    def data(self) -> Path:
        return self / ".local/share/ctx"

    @property
    def config(self) -> Path:
        return self / ".config/ctx"

    @property
    def launcher(self) -> Path:
        return self / ".local/bin/ctx"

    def command(self, *words: str, shell: str = "dash", script: Path = SCRIPT) -> list[str]:
        return [require_shell(shell), str(script), *words]

    def install(
        self, *words: str, shell: str = "dash", script: Path = SCRIPT, code: int = 0, **env: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*words, shell=shell, script=script),
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=240,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert not list(self.path.parent.glob("ctx-install.*")), "a temporary directory was left"
        return done

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, env=self.env | env, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False, timeout=60
        )

    def snapshot(self) -> dict[str, tuple[int, bytes | str]]:
        """Every file of the home: mode and content; what uv and pipx keep for themselves is not ours."""
        seen: dict[str, tuple[int, bytes | str]] = {}
        for folder, names, files in os.walk(self.path):
            names[:] = [n for n in names if os.path.relpath(os.path.join(folder, n), self.path) not in FOREIGN]
            for name in files:
                path = os.path.join(folder, name)
                mode = os.lstat(path).st_mode
                content = os.readlink(path) if stat.S_ISLNK(mode) else Path(path).read_bytes()
                seen[os.path.relpath(path, self.path)] = (mode, content)
        return seen


FOREIGN = {".local/share/uv", ".local/share/pipx", ".local/state", ".cache/fish", ".cache/powershell", ".local/share/fish"}
NewHome = Callable[..., Home]


@pytest.fixture(scope="session")
def uv_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uv")
    link(folder, "uv", program("uv"))
    link(folder, "python3", sys.executable)
    return folder


@pytest.fixture(scope="session")
def warm(uv_path: Path, bare: Path, caches: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of installations that need no network any more: a first one has filled uv's cache."""
    home = Home(tmp_path_factory.mktemp("warm") / "home", [uv_path, bare], caches)
    home.install("--yes", "--no-modify-rc")
    return caches | {"UV_OFFLINE": "1"}


@pytest.fixture
def new_home(tmp_path: Path, uv_path: Path, bare: Path, warm: dict[str, str]) -> NewHome:
    """Makes homes in which installing is quick."""

    def make(name: str = HOSTILE, search: list[Path] | None = None, **env: str) -> Home:
        return Home(tmp_path / name, search or [uv_path, bare], warm | env)

    return make


@pytest.fixture
def home(new_home: NewHome) -> Home:
    return new_home()


@pytest.fixture
def broken_tree(tmp_path: Path) -> Path:
    """A checkout that cannot be built."""
    tree = tmp_path / "broken"
    copy_tree(tree)
    with (tree / "pyproject.toml").open("a") as file:
        file.write("this is no TOML\n")
    return tree


def copy_tree(tree: Path) -> None:
    for name in ("src", "shells"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("install.sh", "pyproject.toml", "README.md", "LICENSE", "profiles.example.toml"):
        shutil.copy(ROOT / name, tree / name)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def check_installed(home: Home, way: str) -> None:
    assert f"way={way}\n" in (home / ".local/share/ctx-program/record").read_text()
    assert mode(home.launcher) == 0o755
    assert home.run(str(home.launcher), "--version").stdout.startswith("ctx ")
    listed = home.run(str(home.launcher), "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "bedrock" in listed.stdout
    for folder in (home.data, home.config, home / ".cache/ctx"):
        assert mode(folder) == 0o700
    files = [home.config / "profiles.toml", home.config / "profiles.schema.json"]
    files += [home.data / f"hook.{name}" for name in ("bash", "zsh", "fish", "ps1")]
    for file in files:
        assert mode(file) == 0o600
        assert file.stat().st_size > 200


# ── The three ways, from nothing to nothing ───────────────────────────────────────────────────


@pytest.fixture(scope="session", params=["venv", "uv", "pipx"])
def whole(
    request: pytest.FixtureRequest, bare: Path, caches: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, str, str, dict[str, bytes]]:
    """One complete installation per way: nothing prepared, the package index asked."""
    way = str(request.param)
    folder = tmp_path_factory.mktemp(way)
    tools = folder / "tools"
    tools.mkdir()
    link(tools, "python3", sys.executable)
    if way != "venv":
        link(tools, way, program(way))
    home = Home(folder / HOSTILE, [tools, bare], caches)
    before = {".bashrc": b"export A=1", ".zshrc": b"# mine\n"}
    for name, text in before.items():
        (home / name).write_bytes(text)
    done = home.install("--yes", "--shell", "bash,zsh", shell="bash" if way == "uv" else "dash")
    return home, way, done.stdout, before


def test_every_way_installs_upgrades_fails_harmlessly_and_uninstalls(
    whole: tuple[Home, str, str, dict[str, bytes]], broken_tree: Path
) -> None:
    home, way, _, before = whole
    check_installed(home, way)

    (home.config / "profiles.toml").write_text("[profiles.mine]\n")
    (home.data / "trust").mkdir()
    (home.data / "trust/record").write_text("kept")
    (home.config / "profiles.schema.json").write_text("old")
    first = home.snapshot()
    failed = home.install("--yes", script=broken_tree / "install.sh", code=1)
    assert "could not install ctx" in failed.stderr
    assert home.snapshot() == first
    assert home.run(str(home.launcher), "list").stdout.split()[5] == "mine"

    home.install("--yes", "--shell", "bash,zsh")
    (home.config / "profiles.schema.json").unlink()
    del first[".config/ctx/profiles.schema.json"]
    again = home.snapshot()
    assert {n: again.get(n) for n in first if "venv/" not in n} == {n: v for n, v in first.items() if "venv/" not in n}

    done = home.install("--uninstall", shell="bash" if way == "uv" else "dash")
    assert {name: (home / name).read_bytes() for name in before} == before
    assert sorted(home.snapshot()) == [".bashrc", ".config/ctx/profiles.toml", ".local/share/ctx/trust/record", ".zshrc"]
    assert f"Left: {home.config}" in done.stdout
    assert f"Left: {home.data}" in done.stdout
    if way != "venv":
        word = ("tool", "list") if way == "uv" else ("list", "--short")
        assert "ctx-profiles" not in home.run(program(way), *word).stdout


def test_uv_falls_back_where_it_does_not_work(new_home: NewHome, bare: Path, tmp_path: Path, uv_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    # It answers, and cannot install: as behind a proxy that it was not told about.
    write_program(tools / "uv", '#!/bin/sh\ncase $* in --version|"tool dir") echo x;; *) echo "no route" >&2; exit 2;; esac\n')
    link(tools, "python3", sys.executable)
    # pipx stands for itself here; that it is asked, and how, is what this test is about.
    write_program(tools / "pipx", f'#!/bin/sh\necho "$@" >>"$HOME/asked"\ncase $1 in --version) exit 0;; esac\nexit 3\n')
    write_program(tools / "python3", f'#!/bin/sh\ncase $* in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n') if False else None
    home = new_home(search=[tools, bare])
    (home / ".bashrc").write_text("x=1\n")
    before = home.snapshot()
    del uv_path
    done = home.install("--yes", code=1, PIP_NO_INDEX="1", PIP_FIND_LINKS="/nonexistent")
    assert "no route" in done.stderr
    assert "install --python" in (home / "asked").read_text()
    (home / "asked").unlink()
    assert home.snapshot() == before
    assert not (home / ".local").exists()
