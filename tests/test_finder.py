"""Importing through `ctx.finder` gives what Python's own finder gives, whatever state the compiled modules are in."""

from __future__ import annotations

import json
import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import PROGRAM, Home

FINDER = Path(PROGRAM[-1]).with_name("finder.py")

SHOW = """
import json, sys
sys.path.insert(0, sys.argv[1])
if sys.argv[2]:
    import ctx.finder
    ctx.finder.install()
import ctx.sample, ctx.below.sample
print(json.dumps([
    [m.VALUE, m.__name__, m.__package__, m.__file__, m.__cached__, m.__spec__.origin, m.__doc__, m.where()]
    for m in (ctx.sample, ctx.below.sample)
]))
print(type(ctx.sample.__loader__).__name__, type(ctx.below.__loader__).__name__, type(ctx.below.sample.__loader__).__name__)
"""

SAMPLE = '''"""A module."""
import sys, traceback
VALUE = {!r}
def where():
    try:
        raise LookupError
    except LookupError:
        return traceback.format_exc()
'''

OWN, PYTHONS = "OwnModules", "SourceFileLoader"


class Package:
    """A package called ctx with a module of its own and one in a package below."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.below = folder / "ctx" / "below"
        self.below.mkdir(parents=True)
        for init in (self.below, self.below.parent):
            (init / "__init__.py").write_text("")
        shutil.copy(FINDER, folder / "ctx")
        self.files = [place / "sample.py" for place in (self.below.parent, self.below)]
        self.write("first")

    def write(self, value: str) -> None:
        for file in self.files:
            file.write_text(SAMPLE.format(value))

    def compiled(self) -> list[Path]:
        return [Path(str(py_compile.compile(str(file), doraise=True))) for file in self.files]

    def run(self, *options: str, finder: bool = True) -> tuple[list[list[str]], str]:
        words = [sys.executable, "-I", "-S", *options, "-c", SHOW, str(self.folder), "yes" if finder else ""]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        modules, loaders = done.stdout.splitlines()
        return json.loads(modules), loaders


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(tmp_path / "a b")


def same(package: Package, loader: str, value: str = "first", *options: str) -> None:
    found, loaders = package.run(*options)
    assert loaders.split() == [loader, PYTHONS, loader]
    assert [module[0] for module in found] == [value, value]
    assert found == package.run(*options, finder=False)[0]
    assert "raise LookupError" in found[0][-1]


def test_a_compiled_module_is_found_and_is_as_python_makes_it(package: Package) -> None:
    package.compiled()
    same(package, OWN)


def test_what_is_not_compiled_is_compiled_and_found_the_next_time(package: Package) -> None:
    assert package.run()[1].split() == [PYTHONS, PYTHONS, PYTHONS]
    same(package, OWN)


@pytest.mark.parametrize("change", ["longer", "another time"])
def test_a_module_that_was_changed_is_compiled_again(package: Package, change: str) -> None:
    package.compiled()
    times = [file.stat().st_mtime_ns for file in package.files]
    package.write("second" if change == "longer" else "other")
    for file, time in zip(package.files, times, strict=True):
        os.utime(file, ns=(time, time if change == "longer" else time + 2_000_000_000))
    found, loaders = package.run()
    assert loaders.split() == [PYTHONS, PYTHONS, PYTHONS]
    assert [module[0] for module in found] == ["second" if change == "longer" else "other"] * 2


@pytest.mark.parametrize("length", [0, 3, 15, 16, 17, 100])
def test_one_that_was_cut_off_is_as_good_as_for_python(package: Package, length: int) -> None:
    for file in package.compiled():
        file.write_bytes(file.read_bytes()[:length])
    words = [sys.executable, "-I", "-S", "-c", SHOW, str(package.folder)]
    ours, pythons = (subprocess.run([*words, yes], capture_output=True, text=True, check=False) for yes in ("yes", ""))
    assert ours.returncode == pythons.returncode == (0 if length < 16 else 1)
    assert ours.stderr.splitlines()[-1:] == pythons.stderr.splitlines()[-1:]


def test_one_of_another_python_is_not_used(package: Package) -> None:
    for file in package.compiled():
        file.write_bytes(b"\0\0" + file.read_bytes()[2:])
    assert package.run()[1].split() == [PYTHONS, PYTHONS, PYTHONS]


def test_one_that_is_compared_by_hash_is_left_to_python(package: Package) -> None:
    for file in package.files:
        py_compile.compile(str(file), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    same(package, PYTHONS)


def test_one_that_is_longer_than_is_read_at_once_is_left_to_python(package: Package) -> None:
    for file in package.files:
        file.write_text(file.read_text() + f"LONG = {'x' * 70_000!r}\n")
    package.compiled()
    same(package, PYTHONS)


@pytest.mark.parametrize("option", ["-O", "-OO"])
def test_optimized_code_is_left_to_python(package: Package, option: str) -> None:
    package.compiled()
    found, loaders = package.run(option)
    assert loaders.split() == [PYTHONS, PYTHONS, PYTHONS]
    assert found == package.run(option, finder=False)[0]


def test_ctx_starts_through_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.profiles('[profiles.work.env]\nA = "1"\n')
    words = [*PROGRAM[:-1], "-v", PROGRAM[-1], "use", "work", "--shell", "sh"]
    # The first run may have to compile.
    _, done = (
        subprocess.run(words, env=home.environ(), cwd=home.path, capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert "import 'ctx.model' # <ctx.finder.OwnModules object" in done.stderr
    assert "export A='1'" in done.stdout


def test_a_module_that_is_not_there_is_the_usual_error(package: Package) -> None:
    (package.below / "sample.py").unlink()
    words = [sys.executable, "-I", "-S", "-c", SHOW, str(package.folder), "yes"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'ctx.below.sample'"
