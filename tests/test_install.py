"""install.sh: run in fresh homes by real shells, and looked at afterwards."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import pty
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
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
            "LANG": "C.UTF-8",
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
        self, *words: str, shell: str = "dash", script: Path = SCRIPT, code: int = 0, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*words, shell=shell, script=script),
            env=self.env | (env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=240,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert not list(self.path.parent.glob("ctx-install.*")), "a temporary directory was left"
        return done

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        # In a session of its own an interactive shell finds no terminal to stop at.
        return subprocess.run(
            words,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
            start_new_session=True,
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


FOREIGN = {
    ".local/share/uv",
    ".local/share/pipx",
    ".local/state",
    ".local/share/fish",
    ".cache/fish",
    ".cache/pipx",
    ".cache/powershell",
}
NewHome = Callable[..., Home]


STAND_IN = """#!/bin/sh
# Stands in for uv where a test is about something else: its environment is a copy of one that was really installed.
folder=${{UV_TOOL_DIR:-$HOME/.local/share/uv/tools}}
case " $* " in
    " --version ") echo uv 0 ;;
    " tool dir ") echo "$folder" ;;
    *" tool install "*) rm -rf "$folder" && mkdir -p "$folder" && cp -R -p {environment} "$folder/ctx-profiles" ;;
    *" tool uninstall "*) rm -rf "$folder/ctx-profiles" ;;
    *) exit 2 ;;
esac
"""


@pytest.fixture(scope="session")
def quick(bare: Path, caches: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH whose uv installs in no time, and a python3."""
    folder = tmp_path_factory.mktemp("quick")
    real = folder / "real"
    real.mkdir()
    link(real, "python3", sys.executable)
    uv = Path(sys.executable).parent / "uv"
    if uv.is_file():
        link(real, "uv", str(uv))
    home = Home(folder / "home", [real, bare], caches)
    home.install("--yes", "--no-modify-rc")
    recorded = re.search("^environment=(.*)$", (home / ".local/share/ctx-program/record").read_text(), re.MULTILINE)
    assert recorded
    write_program(folder / "uv", STAND_IN.format(environment=recorded.group(1)))
    link(folder, "python3", sys.executable)
    return folder


@pytest.fixture
def new_home(tmp_path: Path, quick: Path, bare: Path) -> NewHome:
    """Makes homes in which installing is quick."""

    def make(name: str = HOSTILE, search: list[Path] | None = None, **env: str) -> Home:
        return Home(tmp_path / name, search or [quick, bare], env)

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
    files = [home.config / name for name in ("profiles.toml", "profiles.schema.json", "project.schema.json")]
    files += [home.data / f"hook.{name}" for name in ("bash", "zsh", "fish", "ps1")]
    for file in files:
        assert mode(file) == 0o600
        assert file.stat().st_size > 200


# ── The three ways, from nothing to nothing ───────────────────────────────────────────────────

WITHOUT_VENV = """#!/bin/sh
# A Python as Debian ships it without python3-venv.
case $* in
    *_base_executable*) echo "$0" ;;
    *ensurepip*) exit 1 ;;
    *) exec {python} "$@" ;;
esac
"""

COPIES_VENV = """#!/bin/sh
case $* in
    *_base_executable*) echo "$0" ;;
    "-I -m venv "*) cp -R -p "$HOME/.local/share/ctx-program/venv" "$4" ;;
    *) exec {python} "$@" ;;
esac
"""


@pytest.mark.parametrize(("way", "shell"), [("venv", "dash"), ("uv", "bash"), ("pipx", "dash")])
def test_every_way_installs_upgrades_fails_harmlessly_and_uninstalls(  # noqa: PLR0917 - fixtures go by name
    way: str, shell: str, bare: Path, caches: dict[str, str], tmp_path: Path, broken_tree: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    if way == "venv":
        link(tools, "python3", sys.executable)
    else:
        link(tools, way, program(way))
        write_program(tools / "python3", WITHOUT_VENV.format(python=sys.executable))
    home = Home(tmp_path / HOSTILE, [tools, bare], caches)
    before = {".bashrc": b"export A=1", ".zshrc": b"# mine\n"}
    for name, text in before.items():
        (home / name).write_bytes(text)

    home.install("--yes", "--shell", "bash,zsh", shell=shell)
    check_installed(home, way)
    for word in (["list"], ["use", "--shell", "sh", "max"], ["--help"], ["init", "fish"]):
        # Everything is compiled: running writes nothing, as it could not in a read-only installation.
        seen = written(home)
        assert home.run(str(home.launcher), *word).returncode == 0
        assert written(home) == seen
    (home.config / "profiles.toml").write_text("[profiles.mine]\n")
    (home.data / "trust").mkdir()
    (home.data / "trust/record").write_text("kept")

    if way == "venv":
        # The same program once more, without the seconds that a fresh virtual environment takes.
        home.env["PATH"] = f"{only(tmp_path, 'python3', COPIES_VENV.format(python=sys.executable))}:{bare}"
    first = home.snapshot()
    failed = home.install("--yes", script=broken_tree / "install.sh", code=1)
    assert ("could not install ctx" if way == "venv" else "has no working venv module") in failed.stderr
    assert home.snapshot() == first
    assert " mine " in home.run(str(home.launcher), "list").stdout

    home.install("--yes", "--shell", "bash,zsh", shell=shell)
    again = home.snapshot()
    assert {n for n in again if "venv/" not in n} == {n for n in first if "venv/" not in n}
    assert {n: v for n, v in again.items() if "venv/" not in n} == {n: v for n, v in first.items() if "venv/" not in n}

    done = home.install("--uninstall", shell=shell)
    assert {name: (home / name).read_bytes() for name in before} == before
    assert sorted(home.snapshot()) == [
        ".bashrc",
        ".config/ctx/profiles.toml",
        ".local/share/ctx/trust/record",
        ".zshrc",
    ]
    assert f"Left: {home.config}" in done.stdout
    assert f"Left: {home.data}" in done.stdout
    if way != "venv":
        # Their own books know nothing of ctx any more.
        listed = home.run(program(way), *(("tool", "list") if way == "uv" else ("list", "--short")))
        assert "ctx-profiles" not in listed.stdout


def written(home: Home) -> set[tuple[str, int]]:
    return {
        (path, os.lstat(path).st_mtime_ns)
        for folder, _, names in os.walk(home.path)
        for path in (os.path.join(folder, name) for name in names)
        if "/.cache/" not in path
    }


def test_what_does_not_work_falls_back_to_the_next(new_home: NewHome, bare: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    # uv answers, and cannot install: as behind a proxy that it was not told about. So does pipx.
    for name in ("uv", "pipx"):
        write_program(
            tools / name, f'#!/bin/sh\ncase $1 in --version) ;; *) echo "{name}: no route" >&2; exit 2 ;; esac\n'
        )
    write_program(tools / "python3", WITHOUT_VENV.format(python=sys.executable))
    home = new_home(search=[tools, bare])
    (home / ".bashrc").write_text("x=1\n")
    before = home.snapshot()
    done = home.install("--yes", code=1)
    assert (
        done.stderr.index("uv: no route") < done.stderr.index("pipx: no route") < done.stderr.index("no working venv")
    )
    assert home.snapshot() == before
    assert not list((home / ".local").rglob("*.*"))


def test_another_way_replaces_the_earlier_one(home: Home, quick: Path, bare: Path, tmp_path: Path) -> None:
    home.install("--yes")
    record = home / ".local/share/ctx-program/record"
    uv_environment = home / ".local/share/uv/tools/ctx-profiles"
    assert uv_environment.is_dir()
    pipx = tmp_path / "pipx"
    pipx.mkdir()
    link(pipx, "python3", sys.executable)
    write_program(
        pipx / "pipx",
        '#!/bin/sh\ncase $1 in --version) ;; environment) echo "$HOME/pipx" ;; install) mkdir -p "$HOME/pipx" &&'
        ' cp -R -p "$HOME/.local/share/uv/tools/ctx-profiles" "$HOME/pipx" ;; esac\n',
    )
    home.env["PATH"] = f"{pipx}:{bare}"
    home.install("--yes")
    assert "way=pipx\n" in record.read_text()
    assert not uv_environment.exists()
    assert home.run(str(home.launcher), "list").returncode == 0
    del quick


# ── A shell that starts afterwards ────────────────────────────────────────────────────────────

INTERACTIVE = {
    "bash": ["-i", "-c"],
    "zsh": ["-i", "-c"],
    "fish": ["-i", "-c"],
    "pwsh": ["-NoLogo", "-Command"],
}


@pytest.fixture(scope="module")
def lived_in(quick: Path, bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which all four shells load ctx."""
    home = Home(tmp_path_factory.mktemp("lived") / HOSTILE, [quick, bare], {})
    home.install("--yes", "--shell", ",".join(INTERACTIVE))
    return home


@pytest.mark.parametrize("shell", INTERACTIVE)
def test_an_interactive_shell_has_the_command(shell: str, lived_in: Home) -> None:
    check = {"pwsh": "Get-Command ctx | ForEach-Object CommandType", "fish": "type -t ctx"}.get(shell, "type ctx")
    done = lived_in.run(require_shell(shell), *INTERACTIVE[shell], f"{check}; ctx list; ctx use staging; ctx off")
    assert "function" in done.stdout.lower()
    assert "bedrock" in done.stdout
    assert "ctx: staging" in done.stderr
    assert "ctx: off" in done.stderr


@pytest.mark.parametrize("shell", INTERACTIVE)
def test_the_command_is_on_path_too(shell: str, lived_in: Home) -> None:
    words = {"pwsh": "/usr/bin/env ctx --version", "fish": "env ctx --version"}.get(shell, "env ctx --version")
    assert lived_in.run(require_shell(shell), *INTERACTIVE[shell], words).stdout.startswith("ctx ")


@pytest.mark.parametrize("shell", INTERACTIVE)
def test_a_starting_shell_runs_nothing_for_ctx(shell: str, lived_in: Home, tmp_path: Path) -> None:
    strace, program_file = require_shell("strace"), require_shell(shell)

    def executed(env: dict[str, str]) -> list[str]:
        log = tmp_path / "log"
        words = [
            strace,
            "-f",
            "-qq",
            "-e",
            "trace=execve",
            "-o",
            str(log),
            program_file,
            *INTERACTIVE[shell],
            "true" if shell != "pwsh" else "1",
        ]
        subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
        return re.findall(r'execve\("([^"]*)".*\) = 0$', log.read_text(), re.MULTILINE)

    with_ctx = executed(lived_in.env)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert with_ctx == executed(lived_in.env | {"HOME": str(empty)})
    assert with_ctx[0] == program_file
    assert not [path for path in with_ctx if "python" in path]


def test_a_plain_path_starts_python_directly(new_home: NewHome) -> None:
    home = new_home("plain")
    with tempfile.TemporaryDirectory(prefix="ctx") as short:
        home.install("--yes", "--prefix", short)
        launcher = Path(short) / "bin/ctx"
        assert launcher.read_text().startswith(f"#!{short}/share/ctx-program/uv/ctx-profiles/bin/python -IS\n")
        assert home.run(str(launcher), "list").returncode == 0
        home.install("--uninstall", "--prefix", short)
    long = home / ("long" * 30)
    home.install("--yes", "--prefix", str(long))
    assert (long / "bin/ctx").read_text().startswith("#!/bin/sh\n")
    assert home.run(str(long / "bin/ctx"), "list").returncode == 0


# ── Start-up files ────────────────────────────────────────────────────────────────────────────


def helper() -> Any:
    """The Python program inside install.sh, as a module."""
    text = SCRIPT.read_text().split("<<'PYTHON'\n", 1)[1].split("\nPYTHON\n", 1)[0]
    spec = importlib.util.spec_from_loader("install_helper", loader=None)
    assert spec
    module = importlib.util.module_from_spec(spec)
    exec(compile(text, "install.sh", "exec"), module.__dict__)
    return module


HELPER = helper()
BLOCK = HELPER.block("bash", "/h/hook.bash", "/h/bin", "").encode()
PIECES = st.lists(
    st.one_of(
        st.sampled_from([b"\n", b"\r\n", b"\r", b" ", b"a", b"#", b"# >>> ctx", b"\xff", b"'", b"export A=1"]),
        st.binary(max_size=5),
    ),
    max_size=12,
).map(b"".join)


@given(st.none() | PIECES)
@settings(max_examples=1000, deadline=None)
def test_taking_the_lines_out_gives_back_every_byte(before: bytes | None) -> None:
    written_once = HELPER.with_block(before, BLOCK)
    assert HELPER.with_block(written_once, BLOCK) == written_once
    assert HELPER.without_block(written_once) == before
    other = HELPER.with_block(written_once, HELPER.block("bash", "/elsewhere", "", "").encode())
    assert HELPER.without_block(other) == before


@given(PIECES, PIECES)
@settings(max_examples=300, deadline=None)
def test_what_was_written_below_the_lines_stays_and_joins_nothing(before: bytes, after: bytes) -> None:
    left = HELPER.without_block(HELPER.with_block(before, BLOCK) + after)
    assert left.startswith(before)
    assert left.endswith(after)
    assert left[len(before) : len(left) - len(after)] in (b"", b"\n")
    if after and before and not before.endswith(b"\n"):
        assert left == before + b"\n" + after


SHAPES: dict[str, bytes | None] = {
    "absent": None,
    "empty": b"",
    "one newline": b"\n",
    "usual": b"# mine\nalias ll='ls -l'\n",
    "no final newline": b"export A=1",
    "CRLF": b"export A=1\r\nexport B=2\r\n",
    "CRLF, no final newline": b"export A=1\r\nexport B=2",
    "blank lines at the end": b"a=1\n\n\n",
    "not UTF-8": b"# caf\xe9\n",
    "only a carriage return": b"\r",
}
FILES = {
    "bash": ".bashrc",
    "zsh": ".zshrc",
    "fish": ".config/fish/conf.d/ctx.fish",
    "pwsh": ".config/powershell/Microsoft.PowerShell_profile.ps1",
}


@pytest.mark.parametrize("turn", range(5))
def test_uninstalling_leaves_start_up_files_byte_for_byte(turn: int, new_home: NewHome) -> None:
    home = new_home()
    shapes = list(SHAPES.items())
    chosen = {shell: shapes[(2 * turn + offset) % len(shapes)] for offset, shell in enumerate(FILES)}
    target = home / "dotfiles" / "rc"
    for number, (shell, (_, text)) in enumerate(chosen.items()):
        file = home / FILES[shell]
        if text is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
            file.chmod((0o600, 0o644, 0o640, 0o755)[(turn + number) % 4])
            if number == turn % 4:
                # As dotfile managers do it: the file is a link, and its target is what is edited.
                target.parent.mkdir()
                file.rename(target)
                file.symlink_to(os.path.relpath(target, file.parent))
    before = home.snapshot()
    home.install("--yes", "--shell", ",".join(FILES))
    for shell, name in FILES.items():
        text = (home / name).read_bytes()
        assert text.startswith(chosen[shell][1] or b"")
        assert BEGIN in text
        assert text.endswith(END)
    once = home.snapshot()
    if turn < 2:
        home.install("--yes", "--shell", ",".join(FILES), shell="bash")
        assert home.snapshot() == once
    assert {name: once[name][0] for name in before} == {name: value[0] for name, value in before.items()}
    home.install("--uninstall", "--purge", "--yes")
    assert home.snapshot() == before


def test_one_marker_without_the_other_is_not_touched(home: Home) -> None:
    damaged = dict(zip(FILES.values(), (BEGIN + b"x\n", END, BEGIN + END + BEGIN + END, END + BEGIN), strict=True))
    for name, text in damaged.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(text)
    done = home.install("--yes", "--shell", ",".join(FILES), code=3)
    assert done.stderr.count("one of ctx's two marker lines without the other") == len(damaged)
    assert done.stderr.count(f"    {BEGIN.decode()}") == len(damaged)
    assert "New shells" not in done.stdout
    done = home.install("--uninstall", code=3)
    assert done.stderr.count("it is left as it is") == len(damaged)
    assert {name: (home / name).read_bytes() for name in damaged} == damaged
    assert not home.launcher.exists()


def test_what_is_no_text_file_is_not_touched(home: Home) -> None:
    (home / ".bashrc").mkdir()
    (home / ".zshrc").write_bytes(b"\xff\xfea\0")
    fish = home / FILES["fish"]
    fish.parent.mkdir(parents=True)
    os.mkfifo(fish)
    done = home.install("--yes", "--shell", "bash,zsh,fish", code=3)
    assert ".bashrc is not a regular file" in done.stderr
    assert ".zshrc is not text" in done.stderr
    assert "ctx.fish is not a regular file" in done.stderr
    assert (home / ".zshrc").read_bytes() == b"\xff\xfea\0"
    assert home.run(str(home.launcher), "list").returncode == 0


def test_shells_are_the_login_shell_and_those_with_a_start_up_file(new_home: NewHome, tmp_path: Path) -> None:
    home = new_home(SHELL="/usr/bin/zsh")
    shells = tmp_path / "shells"
    shells.mkdir()
    for name in ("bash", "fish", "pwsh"):
        write_program(shells / name, "#!/bin/sh\n")
    home.env["PATH"] += f":{shells}"
    (home / ".bashrc").write_text("")
    home.install("--yes", env={"SHELL": "/usr/bin/zsh"})
    assert BEGIN in (home / ".zshrc").read_bytes()
    assert BEGIN in (home / ".bashrc").read_bytes()
    assert not (home / ".config/fish").exists()
    assert not (home / ".config/powershell").exists()


def test_zsh_says_where_its_files_are(home: Home) -> None:
    zsh = require_shell("zsh")
    (home / "dots").mkdir()
    (home / ".zshenv").write_text('echo noise\nZDOTDIR="$HOME/dots"\n')
    home.env["PATH"] += ":" + str(Path(zsh).parent)
    home.install("--yes", "--shell", "zsh")
    assert BEGIN in (home / "dots/.zshrc").read_bytes()
    assert "bedrock" in home.run(zsh, "-i", "-c", "ctx list").stdout
    home.install("--uninstall")
    assert not (home / "dots/.zshrc").exists()


def test_login_shells_of_macos(new_home: NewHome, tmp_path: Path, quick: Path, bare: Path) -> None:
    darwin = tmp_path / "darwin"
    darwin.mkdir()
    write_program(darwin / "uname", "#!/bin/sh\necho Darwin\n")
    for number, (existing, text, edited) in enumerate(
        [
            (".profile", "export A=1\n", ".profile"),
            (".bash_profile", ". ~/.bashrc\n", None),
            (None, "", ".bash_profile"),
        ]
    ):
        home = new_home(f"mac {number}", search=[darwin, quick, bare])
        if existing:
            (home / existing).write_text(text)
        before = home.snapshot()
        home.install("--yes")
        names = {".bashrc", *([edited] if edited else [])}
        assert {n for n, v in home.snapshot().items() if isinstance(v[1], bytes) and BEGIN in v[1]} == names
        if edited:
            # dash reads .profile as well.
            assert home.run(require_shell("dash"), "-c", f". ~/{edited}; echo fine").stdout == "fine\n"
            assert "function" in home.run(require_shell("bash"), "-l", "-c", "type ctx").stdout
        home.install("--uninstall", "--purge", "--yes")
        assert home.snapshot() == before


# ── Asking ────────────────────────────────────────────────────────────────────────────────────


def on_terminal(home: Home, *words: str, answers: str, **env: str) -> tuple[int, str]:
    """Run install.sh at a terminal and type `answers`; exit code and what the screen showed."""
    child, master = pty.fork()
    if child == 0:
        command = home.command(*words)
        os.execve(command[0], command, home.env | env)
    os.write(master, answers.encode())
    shown = b""
    with contextlib.suppress(OSError):
        while select.select([master], [], [], 60)[0]:
            piece = os.read(master, 65536)
            if not piece:
                break
            shown += piece
    os.close(master)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode("utf-8", "replace").replace("\r\n", "\n")


def test_without_a_terminal_it_says_what_it_would_write(home: Home) -> None:
    (home / ".bashrc").write_text("x=1\n")
    done = home.install(code=3)
    assert (home / ".bashrc").read_text() == "x=1\n"
    assert f"{home / '.bashrc'} gets at its end:" in done.stdout
    assert "    # >>> ctx >>>\n" in done.stdout
    assert "--yes" in done.stderr
    assert home.run(str(home.launcher), "list").returncode == 0


def test_at_a_terminal_it_asks_first(home: Home) -> None:
    (home / ".bashrc").write_text("x=1\n")
    code, shown = on_terminal(home, answers="n\n")
    assert code == 0, shown
    assert shown.index("# >>> ctx >>>") < shown.index("Add these lines?") < shown.index("No start-up file is changed")
    assert (home / ".bashrc").read_text() == "x=1\n"

    code, shown = on_terminal(home, answers="y\nn\n")
    assert code == 0, shown
    assert "is not on PATH" in shown
    assert b"hook.bash" in (home / ".bashrc").read_bytes()
    assert b"PATH" not in (home / ".bashrc").read_bytes()

    before = home.snapshot()
    code, shown = on_terminal(home, answers="")
    assert (code, "Add these" in shown) == (0, False)
    assert home.snapshot() == before


def test_no_modify_rc_prints_the_lines(home: Home) -> None:
    (home / ".bashrc").write_text("x=1\n")
    done = home.install("--no-modify-rc", "--yes")
    assert (home / ".bashrc").read_text() == "x=1\n"
    assert f"For bash, put into {home / '.bashrc'}:" in done.stdout
    assert "New shells" not in done.stdout


def test_the_last_line_can_be_typed(home: Home) -> None:
    done = home.install("--no-modify-rc")
    bash = require_shell("bash")
    line = done.stdout.splitlines()[-1]
    assert "bedrock" in home.run(bash, "--norc", "-i", "-c", line).stdout


def test_purge_asks(home: Home) -> None:
    home.install("--yes")
    (home.config / "mine.bak").write_text("")
    before = home.snapshot()
    assert "--yes" in home.install("--uninstall", "--purge", code=3).stderr
    assert home.snapshot() == before
    code, _ = on_terminal(home, "--uninstall", "--purge", answers="n\n")
    assert code == 0
    assert (home.config / "profiles.toml").exists()
    code, _ = on_terminal(home, "--uninstall", "--purge", answers="y\n")
    assert code == 0
    assert sorted(home.snapshot()) == [".config/ctx/mine.bak"]


# ── What lies elsewhere and calls ctx ─────────────────────────────────────────────────────────

KEY_HELPER = "[profiles.acme]\nauth = 'api-key-helper'\nenv = { CLAUDE_CONFIG_DIR = '~/.claude acme' }\n"


@pytest.fixture
def helped(home: Home) -> Home:
    """A home in which ctx is Claude Code's apiKeyHelper, and a shim is in place."""
    home.install("--yes")
    set_up_helper(home, str(home.launcher))
    return home


def set_up_helper(home: Home, *launcher: str) -> None:
    (home.config / "profiles.toml").write_text(KEY_HELPER)
    (home / ".claude acme").mkdir()
    (home / ".claude acme/settings.json").write_text('{\n  "model": "opus"\n}\n')
    words = (*launcher, "claude", "helper", "acme", "--secret", "acme-key")
    assert home.run(*words, CTX_SECRET_ACME_KEY="sk-x").returncode == 0
    assert '"apiKeyHelper"' in (home / ".claude acme/settings.json").read_text()
    if os.name != "nt":
        assert home.run(*launcher, "shim", "claude").returncode == 0


def test_the_installed_command_is_what_settings_call(helped: Home) -> None:
    value = json.loads((helped / ".claude acme/settings.json").read_text())["apiKeyHelper"]
    done = helped.run("/bin/sh", "-c", value, CTX_SECRET_ACME_KEY="sk-x")

    assert (done.returncode, done.stdout) == (0, "sk-x\n")
    assert value.startswith("'" + str(helped.launcher).replace("'", "'\\''"))


def test_uninstalling_takes_settings_that_call_ctx_back(helped: Home) -> None:
    done = helped.install("--uninstall", "--yes")

    assert (helped / ".claude acme/settings.json").read_text() == '{\n  "model": "opus"\n}\n'
    assert "apiKeyHelper is taken out" in done.stdout
    assert "shims/claude is removed" in done.stdout
    assert sorted(helped.snapshot()) == [
        ".claude acme/settings.json",
        ".claude acme/settings.json.ctx-backup",
        ".claude acme/settings.json.ctx-backup-2",
        ".config/ctx/profiles.toml",
    ]


def test_without_a_terminal_settings_are_listed_and_left(helped: Home) -> None:
    before = (helped / ".claude acme/settings.json").read_text()
    done = helped.install("--uninstall", code=3)

    assert (helped / ".claude acme/settings.json").read_text() == before
    assert "settings.json: apiKeyHelper\n" in done.stdout
    assert "./install.sh --uninstall --yes" in done.stderr
    assert not (helped.data / "shims").exists(), "the shim is ctx's own"
    # What was said works, though ctx itself is gone.
    helped.install("--uninstall", "--yes")
    assert (helped / ".claude acme/settings.json").read_text() == '{\n  "model": "opus"\n}\n'
    assert not helped.data.exists()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_at_a_terminal_a_person_is_asked_about_settings(helped: Home, answer: str) -> None:
    code, shown = on_terminal(helped, "--uninstall", answers=f"{answer}\n")

    assert code == 0
    assert "Take them out?" in shown
    assert ("apiKeyHelper" in (helped / ".claude acme/settings.json").read_text()) is (answer == "n")


def test_settings_that_were_changed_since_are_left(helped: Home) -> None:
    file = helped / ".claude acme/settings.json"
    file.write_text('{"apiKeyHelper": "mine"}')
    done = helped.install("--uninstall", "--yes")

    assert file.read_text() == '{"apiKeyHelper": "mine"}'
    assert "changed since" in done.stdout


def test_a_record_that_is_damaged_is_said_and_left(helped: Home) -> None:
    (helped.data / "claude-settings.json").write_text("{}")
    done = helped.install("--uninstall", "--yes", code=3)

    assert "cannot be looked up" in done.stderr
    assert "apiKeyHelper" in (helped / ".claude acme/settings.json").read_text()
    assert not helped.launcher.exists()


def test_a_foreign_file_in_the_place_of_the_shim_stays(helped: Home) -> None:
    (helped.data / "shims/claude").write_text("#!/bin/sh\nmine\n")
    helped.install("--uninstall", "--yes")

    assert (helped.data / "shims/claude").read_text() == "#!/bin/sh\nmine\n"


# ── What is in the way ────────────────────────────────────────────────────────────────────────


def test_what_has_the_name_already_is_said(home: Home, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_program(other / "ctx", "#!/bin/sh\n")
    home.env["PATH"] = f"{other}:{home.env['PATH']}"
    (home / ".bashrc").write_text("alias ll=ls\nalias ctx='kubectl config use-context'\n# alias ctx=x\nalias ctxs=x\n")
    (home / ".zshrc").write_text('function ctx { :; }\neval "$(ctx init zsh)"\nctx_other() { :; }\n')
    fish = home / ".config/fish/functions/ctx.fish"
    fish.parent.mkdir(parents=True)
    fish.write_text("function ctx --description x\nend\n")
    done = home.install("--no-modify-rc")
    assert f"{other / 'ctx'} is another program called ctx, and PATH finds it first" in done.stderr
    places = re.findall(r":(\d+) (has \w+ ctx|loads a ctx hook)", done.stderr)
    assert places == [
        ("2", "has alias ctx"),
        ("1", "has function ctx"),
        ("2", "loads a ctx hook"),
        ("1", "has function ctx"),
    ]
    assert done.stderr.count("--cmd NAME") == 4


def test_its_own_lines_are_not_in_the_way(home: Home) -> None:
    home.install("--yes")
    assert home.install("--yes").stderr == ""


def test_another_name(home: Home) -> None:
    home.install("--yes")
    home.install("--yes", "--cmd", "cx")
    assert not home.launcher.exists()
    assert "bedrock" in home.run(require_shell("bash"), "-i", "-c", "cx list").stdout
    home.install("--yes")
    assert (home / ".local/bin/cx").exists(), "an upgrade keeps the name"
    home.install("--uninstall", "--purge", "--yes")
    assert home.snapshot() == {}


def test_another_program_is_never_overwritten(home: Home) -> None:
    home.launcher.parent.mkdir(parents=True)
    home.launcher.write_text("#!/bin/sh\necho other\n")
    before = home.snapshot()
    assert "is another program" in home.install("--yes", code=1).stderr
    assert home.snapshot() == before
    home.install("--yes", "--cmd", "cx")
    home.install("--uninstall", "--purge", "--yes")
    assert home.snapshot() == before


MOVED = {"CTX_PROFILE": "work", "__CTX_SET": "A XDG_DATA_HOME", "XDG_DATA_HOME": "/nonexistent"}


def test_an_active_profile_that_moves_files_is_taken_off_first(home: Home) -> None:
    done = home.install("--yes", code=1, env=MOVED)
    assert "ctx off" in done.stderr
    assert home.snapshot() == {}


# ── Places ────────────────────────────────────────────────────────────────────────────────────


def test_prefix_takes_the_place_of_local(home: Home) -> None:
    home.install("--yes", "--prefix", str(home / "opt ctx"))
    assert home.run(str(home / "opt ctx/bin/ctx"), "list").returncode == 0
    assert sorted(os.listdir(home / ".local")) == ["share"]
    assert sorted(os.listdir(home / ".local/share")) == ["ctx"]
    home.install("--uninstall", "--purge", "--yes", "--prefix", str(home / "opt ctx"))
    assert home.snapshot() == {}
    assert not (home / "opt ctx").exists()


def test_xdg_directories_are_respected_and_relative_ones_ignored(home: Home) -> None:
    config, data = home / "c o", home / "d'a"
    env = {"XDG_CONFIG_HOME": str(config), "XDG_DATA_HOME": str(data), "XDG_CACHE_HOME": "relative"}
    home.install("--yes", "--shell", "fish", env=env)
    assert (config / "fish/conf.d/ctx.fish").exists()
    assert (config / "ctx/profiles.toml").exists()
    assert (data / "ctx/hook.fish").exists()
    assert (home / ".cache/ctx").is_dir()
    home.install("--uninstall", "--purge", "--yes", env=env)
    assert home.snapshot() == {}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("HOME", "/tmp/a\nb"), ("HOME", ""), ("HOME", "rel"), ("XDG_DATA_HOME", "/tmp/a\nb"), ("HOME", "/nonexistent")],
)
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_impossible_places_are_refused(variable: str, value: str, shell: str, home: Home) -> None:
    done = home.install("--yes", shell=shell, code=1, env={variable: value})
    assert done.stderr.startswith("install.sh: ")
    assert home.snapshot() == {}


# ── Python ────────────────────────────────────────────────────────────────────────────────────


def only(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / "only"
    folder.mkdir()
    write_program(folder / name, text)
    return folder


def test_no_python(new_home: NewHome, bare: Path) -> None:
    home = new_home(search=[bare])
    done = home.install("--yes", code=1)
    assert "Python 3.11 or later, and there is none on PATH" in done.stderr
    assert "--python PATH" in done.stderr
    assert home.snapshot() == {}


def test_a_python_that_is_too_old(new_home: NewHome, bare: Path, tmp_path: Path) -> None:
    home = new_home(search=[only(tmp_path, "python3", "#!/bin/sh\necho 3.9 >&2\nexit 1\n"), bare])
    assert "(python3 is 3.9)" in home.install("--yes", code=1).stderr
    assert "not a Python 3.11" in home.install("--yes", "--python", "python3", code=1).stderr
    assert home.snapshot() == {}


def test_a_newer_python_under_another_name(new_home: NewHome, bare: Path, quick: Path, tmp_path: Path) -> None:
    folder = only(tmp_path, "python3", "#!/bin/sh\necho 3.9 >&2\nexit 1\n")
    link(folder, "python3.12", sys.executable)
    link(folder, "uv", str(quick / "uv"))
    new_home(search=[folder, bare]).install("--yes")


def test_a_python_without_venv(new_home: NewHome, bare: Path, tmp_path: Path) -> None:
    home = new_home(search=[only(tmp_path, "python3", WITHOUT_VENV.format(python=sys.executable)), bare])
    done = home.install("--yes", code=1)
    assert "no working venv module" in done.stderr
    if Path("/etc/debian_version").exists():
        assert f"sudo apt install python3.{sys.version_info.minor}-venv\n" in done.stderr
    assert home.snapshot() == {}


def test_uv_brings_a_python_where_there_is_none(new_home: NewHome, bare: Path, quick: Path, tmp_path: Path) -> None:
    folder = only(
        tmp_path,
        "uv",
        f'#!/bin/sh\ncase "$1 $2" in "python find") echo {sys.executable} ;; *) exec {quick}/uv "$@" ;; esac\n',
    )
    home = new_home(search=[folder, bare])
    home.install("--yes")
    assert home.run(str(home.launcher), "list").returncode == 0


def test_python_said_by_hand(new_home: NewHome, bare: Path, quick: Path, tmp_path: Path) -> None:
    folder = tmp_path / "uv"
    folder.mkdir()
    link(folder, "uv", str(quick / "uv"))
    new_home(search=[folder, bare]).install("--yes", f"--python={sys.executable}")


# ── Options, failures ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--unistall"], "did you mean --uninstall?"),
        (["--no-modify"], "did you mean --no-modify-rc?"),
        (["--prefx=/x"], "did you mean --prefix?"),
        (["--wibbledywobble"], "there is no option '--wibbledywobble'\n"),
        (["bash"], "there is no option 'bash'"),
        (["--shell", "bsh"], "did you mean bash?"),
        (["--shell", "tcsh"], "(bash, zsh, fish, pwsh)"),
        (["--shell"], "wants a value"),
        (["--prefix="], "wants a value"),
        (["--cmd", "a b"], "cannot be a command's name"),
        (["--cmd", "-x"], "cannot be a command's name"),
        (["--purge"], "--purge goes with --uninstall"),
    ],
)
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_wrong_options(words: list[str], said: str, shell: str, home: Home) -> None:
    done = home.install(*words, shell=shell, code=2)
    assert said in done.stderr
    assert "--help" in done.stderr
    assert home.snapshot() == {}


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_help_names_every_option_and_exit_code(shell: str, home: Home) -> None:
    text = home.install("--help", shell=shell).stdout
    for option in "--shell --yes --no-modify-rc --cmd --prefix --python --uninstall --purge --help".split():
        assert f"\n  {option} " in text
    for code in (0, 1, 2, 3, 130):
        assert re.search(rf"\b{code}\b", text)


def test_a_late_failure_takes_everything_back(home: Home) -> None:
    (home / ".bashrc").write_text("x=1\n")
    home.config.parent.mkdir()
    home.config.write_text("in the way")
    before = home.snapshot()
    done = home.install("--yes", code=1)
    assert "cannot be made" in done.stderr
    assert home.snapshot() == before
    assert not home.data.exists()
    assert not (home / ".local/share/uv/tools/ctx-profiles").exists()


def test_ctrl_c_takes_everything_back(home: Home, quick: Path, bare: Path, tmp_path: Path) -> None:
    home.install("--yes")
    before = home.snapshot()
    # exec, for dash loses a signal that comes while it starts a program.
    slow = only(
        tmp_path,
        "uv",
        f'#!/bin/sh\ncase $* in *"tool install"*) : >"$TMPDIR/begun"; exec sleep 20 ;; *) exec {quick}/uv "$@" ;; esac\n',
    )
    link(slow, "python3", sys.executable)
    for shell in ("dash", "bash"):
        begun = home.path.parent / "begun"
        begun.unlink(missing_ok=True)
        child = subprocess.Popen(
            home.command("--yes", shell=shell),
            env=home.env | {"PATH": f"{slow}:{bare}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(500):
            if begun.exists():
                break
            time.sleep(0.02)
        os.killpg(child.pid, signal.SIGINT)
        assert child.wait(timeout=20) == 130
        assert home.snapshot() == before
        assert not list(home.path.parent.glob("ctx-install.*"))


def test_a_directory_in_the_place_of_a_file_fails_and_leaves_nothing(home: Home) -> None:
    (home.config / "profiles.schema.json").mkdir(parents=True)
    assert "profiles.schema.json is a directory" in home.install("--yes", code=1).stderr
    assert home.snapshot() == {}


def test_profiles_survive_an_upgrade_and_links_stay_links(home: Home) -> None:
    home.config.mkdir(parents=True, mode=0o700)
    (home / "mine.toml").write_text("[profiles.mine]\n")
    (home.config / "profiles.toml").symlink_to(home / "mine.toml")
    done = home.install("--yes")
    assert "kept as they are" in done.stdout
    assert (home.config / "profiles.toml").is_symlink()
    assert (home / "mine.toml").read_text() == "[profiles.mine]\n"


def test_the_script_is_clean() -> None:
    for shell in (["dash", "-n"], ["bash", "--posix", "-n"]):
        subprocess.run([require_shell(shell[0]), *shell[1:], str(SCRIPT)], check=True)
    subprocess.run([require_shell("shellcheck"), str(SCRIPT)], check=True)


# ── install.ps1 ───────────────────────────────────────────────────────────────────────────────

POWERSHELL = ROOT / "install.ps1"


def pwsh(home: Home, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = home.run(require_shell("pwsh"), "-NoProfile", "-File", str(POWERSHELL), *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_powershell_installs_upgrades_and_uninstalls(bare: Path, caches: dict[str, str], tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    link(tools, "python3", sys.executable)
    home = Home(tmp_path / HOSTILE, [tools, bare], caches)
    script = home / FILES["pwsh"]
    script.parent.mkdir(parents=True)
    script.write_bytes(b"$x = 'caf\xe9'\r\n$y = 1")
    before = home.snapshot()

    done = pwsh(home, code=3)
    assert home.snapshot()[FILES["pwsh"]] == before[FILES["pwsh"]]
    assert "gets at its end:" in done.stdout
    assert "-Yes" in done.stderr
    # From here on it is an upgrade, which keeps what the user wrote.
    home.config.joinpath("profiles.toml").write_text("[profiles.mine]\n[profiles.staging.env]\nA = 1\n")
    home.env["PATH"] = f"{only(tmp_path, 'python3', COPIES_VENV.format(python=sys.executable))}:{bare}"
    pwsh(home, "-Yes")
    assert script.read_bytes().startswith(b"$x = 'caf\xe9'\r\n$y = 1\r\n" + BEGIN.strip())
    assert (mode(home.config), mode(home.config / "profiles.toml"), mode(home.data / "hook.ps1")) == (
        0o700,
        0o600,
        0o600,
    )
    shell = require_shell("pwsh")
    done = home.run(shell, "-NoLogo", "-Command", "ctx list; ctx use staging; ctx off")
    assert " mine " in done.stdout
    assert "ctx: staging" in done.stderr
    launcher = home / ".local/share/ctx-program/bin/ctx.ps1"
    for words in (["--version"], ["list"]):
        assert home.run(shell, "-NoProfile", "-File", str(launcher), *words).returncode == 0
    assert home.run(shell, "-NoProfile", "-File", str(launcher), "show", "no such").returncode == 4

    home.config.joinpath("profiles.schema.json").unlink()
    home.config.joinpath("profiles.schema.json").mkdir()
    assert "profiles.schema.json" in pwsh(home, "-Yes", code=1).stderr
    home.config.joinpath("profiles.schema.json").rmdir()
    assert " mine " in home.run(shell, "-NoLogo", "-Command", "ctx list").stdout

    assert "-Yes" in pwsh(home, "-Uninstall", "-Purge", code=3).stderr
    pwsh(home, "-Uninstall")
    assert set(home.snapshot()) == {FILES["pwsh"], ".config/ctx/profiles.toml"}
    pwsh(home, "-Uninstall", "-Purge", "-Yes")
    assert home.snapshot() == before


def test_powershell_takes_settings_that_call_ctx_back(home: Home) -> None:
    home.config.mkdir(parents=True, mode=0o700)
    checkout = (sys.executable, "-I", "-S", str(ROOT / "src/ctx/__main__.py"))
    set_up_helper(home, *checkout)
    before = (home / ".claude acme/settings.json").read_text()

    done = pwsh(home, "-Uninstall", code=3)
    assert "settings.json: apiKeyHelper\n" in done.stdout
    assert "-Uninstall -Yes" in done.stderr
    assert "shims/claude is removed" in done.stdout
    assert (home / ".claude acme/settings.json").read_text() == before

    done = pwsh(home, "-Uninstall", "-Yes")
    assert "apiKeyHelper is taken out" in done.stdout
    assert (home / ".claude acme/settings.json").read_text() == '{\n  "model": "opus"\n}\n'
    home.data.mkdir()
    (home.data / "claude-settings.json").write_text("{}")
    assert "is left" in pwsh(home, "-Uninstall", "-Yes", code=3).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-Unistall"], "did you mean -Uninstall?"),
        (["-Wibbledywobble"], "there is no parameter '-Wibbledywobble'\n"),
        (["-Purge"], "-Purge goes with -Uninstall"),
        (["-Cmd", "a b"], "cannot be a command's name"),
    ],
)
def test_powershell_wrong_parameters(words: list[str], said: str, home: Home) -> None:
    assert said in pwsh(home, *words, code=2).stderr
    assert not home.config.exists()


def test_powershell_takes_its_lines_out_byte_for_byte(home: Home, tmp_path: Path) -> None:
    text = POWERSHELL.read_text()
    functions = text[text.index("# --- The profile script") : text.index("# --- PATH of the user")]
    folder = tmp_path / "shapes"
    folder.mkdir()
    shapes = [*(v for v in SHAPES.values() if v is not None), b"a\r\nb\r", b"a\nb\r\n", b"\r\n", b"\n\r"]
    for number, shape in enumerate(shapes):
        (folder / str(number)).write_bytes(shape)
    check = """
foreach ($file in [IO.Directory]::GetFiles('shapes')) {
    $old = Read-Script $file
    $once = Add-Block $old
    if ((Add-Block $once) -cne $once) { "$file grows" }
    if ((Remove-Block $once) -cne $old) { "$file differs" }
}
if ($null -ne (Remove-Block (Add-Block $null))) { 'absent differs' }
'done'
"""
    settings_ = "$Begin = '# >>> ctx >>>'; $End = '# <<< ctx <<<'; $HookFile = 'x'; $OnWindows = $false\n"
    settings_ += "$Latin1 = [Text.Encoding]::GetEncoding(28591)\n"
    (tmp_path / "check.ps1").write_text(settings_ + functions + check)
    done = subprocess.run(
        [require_shell("pwsh"), "-NoProfile", "-File", "check.ps1"],
        cwd=tmp_path,
        env=home.env,
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"done\n"


def test_powershell_5_can_parse_it(home: Home) -> None:
    assert POWERSHELL.read_bytes().isascii()
    check = """
$tokens = $errors = $null
$tree = [Management.Automation.Language.Parser]::ParseFile($args[0], [ref]$tokens, [ref]$errors)
$errors | ForEach-Object { $_.Message }
$tree.FindAll({ $args[0].GetType().Name -match 'Ternary|PipelineChain' }, $true) | ForEach-Object { $_.Extent.Text }
$tokens | Where-Object { $_.Kind -match 'Question' -and $_.Kind -ne 'QuestionMark' } | ForEach-Object { $_.Text }
"""
    script = home / "check.ps1"
    script.write_text(check)
    assert home.run(require_shell("pwsh"), "-NoProfile", "-File", str(script), str(POWERSHELL)).stdout == ""
