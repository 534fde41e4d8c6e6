"""What a wheel, an sdist and an editable install hold, and that each of them works without the checkout."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from ctx.secrets import sealed

ROOT = Path(__file__).resolve().parents[1]
SHELLS = {"bash": "ctx.bash", "zsh": "ctx.zsh", "fish": "ctx.fish", "pwsh": "ctx.ps1"}
DATA = {"py.typed", "profiles.example.toml", *(f"shells/{name}" for name in SHELLS.values())}
DEPENDENCIES = {"click", "keyring", "shellingham", "tomli-w", "tomlkit"}
OTHERS = {".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__", "build", "dist"}


def run(*words: str | Path, cwd: Path) -> str:
    # No PYTHON* variable and no pytest setting may lend the checkout's src/ to what is tested.
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CTX_", "__CTX_"))}
    done = subprocess.run(
        words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout: what is built and installed here knows nothing of the original."""
    tree = tmp_path_factory.mktemp("tree") / "ctx"
    shutil.copytree(ROOT, tree, ignore=lambda _, names: OTHERS.intersection(names))
    return tree


@pytest.fixture(scope="session")
def built(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel, built by way of the sdist as a release is, and the sdist."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, tree, cwd=out)
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, sdist


def environment(folder: Path) -> Path:
    """A virtual environment with the tests' own copies of ctx's dependencies and of the build backend; its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin/python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    import click

    outside = Path(click.__file__).parents[1]
    ours, backend = "click keyring shellingham tomli_w tomlkit", "hatchling packaging pathspec pluggy trove_classifiers"
    for name in f"{ours} {backend}".split():
        if (outside / name).exists():
            (site / name).symlink_to(outside / name)
    return python


def install(python: Path, what: Path, *options: str) -> None:
    words = ["install", "--quiet", "--no-deps", "--disable-pip-version-check", *options]
    run(sys.executable, "-m", "pip", "--python", python, *words, what, cwd=python.parents[1])


def works(python: Path) -> None:
    """The command of an environment does what needs files beside the code."""
    folder = python.parents[1] / "elsewhere"
    folder.mkdir()
    command = python.parent / "ctx"
    version = run(python, "-c", "import ctx; print(ctx.__version__)", cwd=folder).strip()
    assert run(command, "--version", cwd=folder) == f"ctx {version}\n"
    assert run(command, "example", cwd=folder) == (ROOT / "profiles.example.toml").read_text()
    place = run(python, "-c", "import ctx; print(ctx.__path__[0])", cwd=folder).strip()
    assert not Path(place).is_relative_to(ROOT)
    for shell, name in SHELLS.items():
        text = run(command, "init", shell, cwd=folder)
        assert place in text
        longest = max((ROOT / "shells" / name).read_text().splitlines(), key=len)
        assert "__CTX_" in longest or longest in text
    # As hooks and launchers start it.
    assert run(python, "-I", "-S", f"{place}/__main__.py", "--version", cwd=folder) == f"ctx {version}\n"


def test_the_wheel_holds_the_package_and_its_data(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[0]).namelist())
    modules = {f"ctx/{path.relative_to(ROOT / 'src/ctx')}" for path in (ROOT / "src/ctx").rglob("*.py")}
    inside = {name for name in names if ".dist-info/" not in name}
    assert modules | {f"ctx/{name}" for name in DATA} <= inside
    assert inside - modules - {f"ctx/{name}" for name in DATA} <= {"ctx/shells/README.md"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_sdist_holds_what_building_and_testing_need(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert DATA - {"py.typed"} <= names
    assert {"src/ctx/py.typed", "src/ctx/__main__.py", "pyproject.toml", "LICENSE", "README.md", "install.sh"} <= names
    assert f"tests/{Path(__file__).name}" in names
    assert not [name for name in names if OTHERS.intersection(name.split("/"))]


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def test_the_metadata(built: tuple[Path, Path]) -> None:
    data = metadata(built[0])
    # On the package index the name ctx has a history.
    assert data["Name"] == "ctx-profiles"
    assert data["Requires-Python"] == ">=3.11"
    needed = [line for line in data.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert {line.split(">", 1)[0].strip() for line in needed} == DEPENDENCIES
    assert len(needed) == len(DEPENDENCIES)
    # Linux has it anyway, for keyring needs it there.
    extra = [line.replace("'", '"') for line in data.get_all("Requires-Dist", []) if line.startswith("cryptography")]
    assert [line.partition(";")[2].strip() for line in extra] == ['extra == "file"']
    assert f"{data['Name']}[file]" == sealed.EXTRA
    with zipfile.ZipFile(built[0]) as archive:
        (points,) = (archive.read(n).decode() for n in archive.namelist() if n.endswith("entry_points.txt"))
    assert points.split() == ["[console_scripts]", "ctx", "=", "ctx.cli.main:main"]


def test_the_wheel_works_where_there_is_no_source(built: tuple[Path, Path], tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    install(python, built[0], "--no-build-isolation")
    works(python)


def test_the_sdist_works(built: tuple[Path, Path], tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    install(python, built[1], "--no-build-isolation")
    works(python)


def test_an_editable_install_works(tree: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    # The build backend asks for one more package here, and pip fetches it.
    install(python, tree, "--editable")
    works(python)
