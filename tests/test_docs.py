"""The pages for people: links lead somewhere, everything is documented, and what they show is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ctx import errors, schema, signin
from ctx.cli.app import COMMANDS, SUBCOMMANDS
from ctx.config import parse
from ctx.model import Secret
from ctx.resolve import resolve
from ctx.secrets import PREFIX
from ctx.values import Surroundings
from tests.support.shells import require_shell

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "shells" / "README.md",
    *sorted(DOCS.glob("*.md")),
]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
# A command's place: at the start, or behind what separates commands.
COMMAND = re.compile(r"(?:^|[(;&|] ?)\s*(?:\$ )?ctx ([a-z][\w-]*)", re.MULTILINE)
CELLS = re.compile(r"^\| (.+?) \| (.+?) \|$", re.MULTILINE)


def identity(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    return [text for name, text in FENCE.findall(page.read_text()) if name == language]


def section(page: Path, heading: str) -> str:
    """What stands below a heading, up to the next of any level."""
    after = page.read_text().split(f"\n{heading}\n", 1)[1]
    return re.split(r"^#+ ", after, maxsplit=1, flags=re.MULTILINE)[0]


def anchors(page: Path) -> set[str]:
    """What `#…` may name: headings as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_commands_that_are_mentioned_exist(page: Path) -> None:
    text = page.read_text()
    code = [content for _, content in FENCE.findall(text)] + SPAN.findall(FENCE.sub("", text))
    mentioned = {word for piece in code for word in COMMAND.findall(piece)}

    assert mentioned <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_with_its_options(command: str) -> None:
    from ctx.cli.main import command_module

    text = section(DOCS / "commands.md", f"## ctx {command}")

    for param in command_module(command).PARAMS:
        if param.kind in ("flag", "option"):
            assert param.option in text


@pytest.mark.parametrize(
    "words", [(command, below) for command, table in SUBCOMMANDS.items() for below in table], ids=" ".join
)
def test_every_command_below_another_is_documented_with_its_options(words: tuple[str, str]) -> None:
    from ctx.cli.main import command_module

    text = section(DOCS / "commands.md", f"### ctx {' '.join(words)}")

    for param in command_module("-".join(words)).PARAMS:
        if param.kind in ("flag", "option"):
            assert param.option in text


def test_every_key_is_documented() -> None:
    rows = {key for cell, _ in CELLS.findall((DOCS / "profiles.md").read_text()) for key in SPAN.findall(cell)}
    tables = (schema.FILE_FIELDS, schema.PROFILE_FIELDS, schema.LIST_FIELDS, schema.DIRECTORY_FIELDS)

    assert {key for table in tables for key in table} <= rows
    assert all(f"{{ {form} = " in (DOCS / "profiles.md").read_text() for form in schema.VALUE_FORMS)


def test_every_way_to_sign_in_is_documented() -> None:
    text = section(DOCS / "profiles.md", "## The family claude")

    assert {name for name in signin.METHODS if f"| `{name}` |" not in text} == set()
    assert f"Claude Code {signin.CLIENT_VERSION}." in text


def test_every_exit_code_has_its_row() -> None:
    rows = dict(re.findall(r"^\| (\d+) \| `(EXIT_\w+)` \|", (DOCS / "commands.md").read_text(), re.MULTILINE))

    assert {str(code): name for name, code in vars(errors).items() if name.startswith("EXIT_")} == rows


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_profiles_that_are_shown_load(page: Path) -> None:
    for text in blocks(page, "toml"):
        if text.startswith("# profiles.toml\n"):
            parse(text, "profiles.toml")


def test_limits_are_as_written() -> None:
    from ctx.config_values import LONGEST_VALUE
    from ctx.files import CONFIG_LIMIT

    text = section(DOCS / "profiles.md", "## Limits")

    assert f"{CONFIG_LIMIT // 1024} KiB" in text
    assert f"{LONGEST_VALUE:,} bytes" in text


def values() -> list[tuple[str, str]]:
    """The rows of the table of values: what is written, what the shell gets."""
    rows = CELLS.findall(section(DOCS / "profiles.md", "## Values"))
    return [(written.strip("`"), got) for written, got in rows if written.startswith("`")]


@pytest.mark.parametrize(("written", "shown"), values())
def test_values_become_what_the_table_says(written: str, shown: str) -> None:
    expected = {"no variable": None, "an empty variable": ""}.get(shown, shown.strip("`"))
    around = Surroundings({"USER": "ada", f"{PREFIX}DB": "s3cret"}, "/home/ada", "/data")
    found = resolve(parse(f"[profiles.a.env]\nV = {written}\n", "p.toml"), "a", around).variables["V"].value

    assert (found.reveal() if isinstance(found, Secret) else found) == expected


def test_the_table_of_values_is_found() -> None:
    assert len(values()) > 15


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory with the profiles of commands.md, and ctx on PATH."""
    profiles = next(text for text in blocks(DOCS / "commands.md", "toml") if text.startswith("# profiles.toml"))
    folder = tmp_path / "home" / ".config" / "ctx"
    folder.mkdir(parents=True)
    (folder / "profiles.toml").write_text(profiles)
    (folder / "profiles.toml").chmod(0o600)
    (tmp_path / "home" / ".aws").mkdir()
    (tmp_path / "home" / ".aws" / "config").write_text("[profile acme]\ncredential_process = keys-of-acme\n")
    program = shlex.join([sys.executable, "-I", "-S", str(ROOT / "src" / "ctx" / "__main__.py")])
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ctx").write_text(f'#!/bin/sh\nexec {program} "$@"\n')
    (tmp_path / "bin" / "ctx").chmod(0o755)
    return tmp_path / "home"


def replay(home: Path, commands: list[str]) -> str:
    """What bash shows for these commands, one after the other, each behind its prompt."""
    script = home.parent / "script"
    # `echo $?` is to see the status of the command before it, not that of the printed prompt.
    script.write_text(
        "".join(
            f"code=$?; printf '%s\\n' {shlex.quote('$ ' + line)}; (exit $code)\neval {shlex.quote(line)}\n"
            for line in commands
        )
    )
    done = subprocess.run(
        [require_shell("bash"), "--noprofile", "--norc", str(script)],
        env={"HOME": str(home), "PATH": f"{home.parent / 'bin'}{os.pathsep}/usr/bin:/bin", "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("block", blocks(DOCS / "commands.md", "console"))
def test_examples_show_what_happens(home: Path, block: str) -> None:
    """`~` stands for the home directory, whose real name would differ everywhere."""
    shown = replay(home, re.findall(r"^\$ (.*)$", block, re.MULTILINE))

    assert shown.replace(str(home), "~") == block
