"""The house: which room may import which, how heavy the hook path is, how large a room may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "ctx"

# Lower imports nothing from higher. Rooms on one floor may not import each other unless listed in NEIGHBOURS.
FLOORS = [
    {"finder", "visible"},
    {
        "errors",
        "names",
        "names_special",
        "schema",
        "signin",
        "signin_conflicts",
        "signin_guide",
        "signin_message",
        "signin_messages",
        "signin_messages_clouds",
        "signin_precedence",
        "signin_providers",
        "signin_requirements",
        "signin_secrets",
        "signin_shapes",
        "signin_values",
        "signin_variables",
    },
    {"model", "model_values"},
    {"files", "expand", "packages", "plain_toml", "shipped"},
    {
        "config",
        "config_values",
        "discover",
        "families",
        "project",
        "secrets",
        "trust",
        "trust_store",
        "trust_worktrees",
    },
    {"values"},
    {"edit", "resolve"},
    {"plan", "state"},
    {"dialects"},
    {"compiled", "compiled_directories"},
    {"claude"},
    {"cli", "__main__"},
]
NEIGHBOURS = {
    ("names", "names_special"),
    ("signin", "signin_providers"),
    ("signin_messages", "signin_message"),
    ("signin_messages", "signin_messages_clouds"),
    ("signin_messages_clouds", "signin_message"),
    ("signin", "signin_secrets"),
    ("signin", "signin_variables"),
    ("signin_requirements", "signin"),
    ("signin_requirements", "signin_providers"),
    ("signin_requirements", "signin_values"),
    ("signin_secrets", "signin_variables"),
    ("signin_values", "signin_shapes"),
    ("model", "model_values"),
    ("config", "config_values"),
    ("project", "config"),
    ("project", "config_values"),
    ("trust", "trust_store"),
    ("trust", "trust_worktrees"),
    ("compiled_directories", "compiled"),
    ("__main__", "cli"),
}

HEAVY = {"asyncio", "click", "dataclasses", "email", "importlib.metadata", "keyring", "logging", "urllib", "ctypes"}
PARSING = {"tomllib", "typing", "re", "datetime", "collections"}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def floor(name: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ctx":
            if node.module == "ctx":
                found |= {f"ctx.{alias.name}" for alias in node.names if alias.name != "__version__"}
            else:
                found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("ctx.")}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own == "__init__":
        assert not imported(path)
        return
    for module in imported(path):
        other = room(module)
        allowed = other == own or floor(other) < floor(own) or (own, other) in NEIGHBOURS
        assert allowed, f"{own} must not import {other}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_touches_the_process(path: Path) -> None:
    """Reading the environment, printing and exiting happen in one room."""
    if path.relative_to(PACKAGE).parts[0] in ("cli", "__main__.py"):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            assert (
                node.attr not in ("environ", "environb", "_exit", "stdout", "stderr")
                or not isinstance(node.value, ast.Name)
                or node.value.id not in ("os", "sys")
            ), f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "input", "exit"), f"line {node.lineno}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_stay_small(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert len(path.read_text().splitlines()) <= 320
    assert path.stem not in ("utils", "util", "helpers", "common", "misc")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 45, f"{node.name} is too long"


def test_every_room_is_on_a_floor() -> None:
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules()} - {"__init__"}
    assert rooms <= set().union(*FLOORS)


def loaded(home: Path, *words: str) -> set[str]:
    """Modules loaded by one run of ctx, isolated as the hook starts it."""
    # -v lists imports on stderr; `import x # …` lines name what was loaded.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-v", str(PACKAGE / "__main__.py"), *words],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "_command" in done.stderr
    lines = (line for line in done.stderr.splitlines() if line.startswith("import "))
    return {line.split()[1].strip("'") for line in lines}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / ".config" / "ctx"
    folder.mkdir(parents=True)
    (folder / "profiles.toml").write_text('[profiles.work]\nauth = "bedrock"\nenv = { CLAUDE_CODE_USE_BEDROCK = 1 }\n')
    (folder / "profiles.toml").chmod(0o600)
    return tmp_path


def is_loaded(module: str, found: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for name in found)


@pytest.mark.parametrize(
    "words", [("use", "work", "--shell", "bash"), ("off", "--shell", "bash"), ("exec", "work", "true")], ids=" ".join
)
def test_the_hook_path_is_light(home: Path, words: tuple[str, ...]) -> None:
    found = loaded(home, *words)

    assert not [module for module in HEAVY if is_loaded(module, found)]


def test_an_unchanged_profile_is_not_even_parsed(home: Path) -> None:
    import os

    file = home / ".config" / "ctx" / "profiles.toml"
    os.utime(file, (1_700_000_000, 1_700_000_000))
    first = loaded(home, "use", "work", "--shell", "bash")
    second = loaded(home, "use", "work", "--shell", "bash")

    assert is_loaded("ctx.config", first)
    assert not is_loaded("tomllib", first)
    assert not [module for module in PARSING | {"ctx.config", "ctx.resolve"} if is_loaded(module, second)]
