"""`ctx bind` and `ctx unbind` as processes: what they write, what they say, what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from ctx.config import parse
from ctx.errors import ConfigError
from tests.support.home import Home
from tests.support.hostile import DIRECTORIES

PROFILES = """\
# my profiles
[profiles.work]
aliases = ["acme"]  # what the team calls it
[profiles.max]
[profiles.base]
protect = true
[profiles.prod]
extends = "base"

# bound by hand
[[directories]]
path = "~/old"
profile = "max"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.profiles(PROFILES)
    for name in ("work", "old"):
        (home.path / name / "acme" / "src").mkdir(parents=True)
    return home


def ctx(home: Home, *words: str, cwd: Path | str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*home.program, *words],
        cwd=cwd or home.path,
        env=home.environ(**more),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def text(home: Home) -> str:
    return (home.config / "profiles.toml").read_text(encoding="utf-8")


def bound(home: Home) -> list[tuple[str, str]]:
    return [(entry.path, entry.profile) for entry in parse(text(home), "profiles.toml").directories]


def says(done: subprocess.CompletedProcess[str], *lines: str, code: int = 0) -> None:
    assert done.stderr.splitlines() == list(lines)
    assert (done.returncode, done.stdout) == (code, "")


ENTRY = '\n[[directories]]\npath = "~/work/acme"\nprofile = "work"\n'


def test_bind_and_unbind_write_one_entry_and_say_one_line(home: Home) -> None:
    says(ctx(home, "bind", "work", "work/acme"), "ctx: ~/work/acme is bound to work")
    assert text(home) == PROFILES + ENTRY

    says(ctx(home, "unbind", "work/acme"), "ctx: ~/work/acme is not bound any more")
    assert text(home) == PROFILES


def test_the_working_directory_is_meant_where_no_path_is_given(home: Home) -> None:
    says(ctx(home, "bind", "work", cwd=home.path / "work" / "acme"), "ctx: ~/work/acme is bound to work")
    assert text(home) == PROFILES + ENTRY


def test_the_working_directory_has_the_name_that_the_shell_gives_it(home: Home) -> None:
    (home.path / "link").symlink_to("work/acme")
    inside = home.path / "link" / "src"

    says(ctx(home, "bind", "work", cwd=inside, PWD=str(inside)), "ctx: ~/link/src is bound to work")
    says(ctx(home, "bind", "max", "..", cwd=inside, PWD=str(inside)), "ctx: ~/link is bound to max")
    says(
        ctx(home, "bind", "work", cwd=home.path / "old", PWD=str(inside)),
        "ctx: ~/old is bound to work · was bound to max",
    )


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("work/acme/", "~/work/acme"),
        ("./work//acme/.", "~/work/acme"),
        ("work/acme/src/..", "~/work/acme"),
        (".", "~"),
        ("/", "/"),
        ("//usr//lib/", "/usr/lib"),
    ],
)
def test_paths_are_written_by_their_components(home: Home, given: str, written: str) -> None:
    assert ctx(home, "bind", "work", given).stderr == f"ctx: {written} is bound to work\n"
    assert bound(home)[-1] == (written, "work")
    assert ctx(home, "unbind", given).stderr == f"ctx: {written} is not bound any more\n"
    assert text(home) == PROFILES


@pytest.mark.parametrize("name", DIRECTORIES)
def test_a_directory_may_be_called_anything(home: Home, name: str) -> None:
    (home.path / name).mkdir(exist_ok=True)

    done = ctx(home, "bind", "work", f"./{name}")
    assert done.returncode == 0, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "\u202e" not in done.stderr
    assert bound(home)[-1] == (f"~/{name}", "work")
    assert ctx(home, "unbind", f"./{name}").returncode == 0
    assert text(home) == PROFILES


def test_a_name_that_toml_cannot_hold_is_refused(home: Home) -> None:
    raw = os.fsencode(home.path) + b"/caf\xe9"
    os.mkdir(raw)
    says(
        ctx(home, "bind", "work", os.fsdecode(b"caf\xe9"), PWD=""),
        f"ctx: {home.path!s}/caf".replace("\n", "\\x0a") + "\\xe9 is not UTF-8, and profiles.toml cannot hold it",
        "  a .ctx.toml in it can bind it",
        code=2,
    )


def test_an_alias_is_written_as_the_profile_itself(home: Home) -> None:
    says(ctx(home, "bind", "acme", "work/acme"), "ctx: ~/work/acme is bound to work")
    assert text(home) == PROFILES + ENTRY


def test_binding_again_replaces_the_entry_where_it_stands(home: Home) -> None:
    says(ctx(home, "bind", "work", "old"), "ctx: ~/old is bound to work · was bound to max")
    assert text(home) == PROFILES.replace('profile = "max"', 'profile = "work"')
    says(ctx(home, "bind", "work", "old"), "ctx: ~/old is bound to work")
    assert text(home) == PROFILES.replace('profile = "max"', 'profile = "work"')


def test_another_name_of_the_same_directory_replaces_it_too(home: Home) -> None:
    (home.path / "link").symlink_to("old")

    says(ctx(home, "bind", "work", "link"), "ctx: ~/link is bound to work · was bound to max")
    assert bound(home) == [("~/link", "work")]
    says(ctx(home, "unbind", "old"), "ctx: ~/old is not bound any more")
    assert bound(home) == []


def test_one_directory_bound_under_two_names_becomes_one_entry(home: Home) -> None:
    (home.path / "link").symlink_to("old")
    home.profiles(PROFILES + '\n[[directories]]\npath = "~/link"\nprofile = "work"\n')

    assert ctx(home, "bind", "work", "old").returncode == 0
    assert bound(home) == [("~/old", "work")]
    assert text(home) == PROFILES.replace('profile = "max"', 'profile = "work"')


def test_what_is_no_directory_is_not_bound(home: Home) -> None:
    (home.path / "file").touch()
    for given, what in (("missing", "there is no such directory"), ("file", "is no directory"), ("file/x", "there is")):
        done = ctx(home, "bind", "work", given)
        assert done.returncode == 1
        assert what in done.stderr
    assert "mkdir -p" in ctx(home, "bind", "work", "missing").stderr
    says(ctx(home, "bind", "work", ""), "ctx: the path is empty", "  leave it out for the working directory", code=2)
    assert text(home) == PROFILES


def test_the_fix_for_a_missing_directory_works(home: Home) -> None:
    (home.base / "ctx").write_text(f'#!/bin/sh\nexec {" ".join(home.program)} "$@"\n')
    (home.base / "ctx").chmod(0o755)
    environ = home.environ(PATH=f"{home.base}:{os.environ['PATH']}")
    # The home directory's own name holds a line break and a character that messages do not show as they are.
    (home.base / "plain").mkdir()
    done = ctx(home, "bind", "work", str(home.base / "plain" / "it's new"))
    fix = done.stderr.splitlines()[1].strip()
    assert subprocess.run(["sh", "-c", fix], env=environ, cwd=home.path, check=False).returncode == 0
    assert bound(home)[-1] == (str(home.base / "plain" / "it's new"), "work")


def test_a_directory_that_is_gone_can_be_unbound(home: Home) -> None:
    (home.path / "old" / "acme" / "src").rmdir()
    (home.path / "old" / "acme").rmdir()
    (home.path / "old").rmdir()

    says(ctx(home, "unbind", "old"), "ctx: ~/old is not bound any more")


def test_an_unknown_profile_is_an_error_with_the_nearest_names(home: Home) -> None:
    done = ctx(home, "bind", "wrok", "work")

    assert done.returncode == 4
    assert done.stderr.endswith("there is no profile 'wrok'\n  did you mean work or prod?\n")
    assert text(home) == PROFILES


@pytest.mark.parametrize("name", ["base", "prod"])
def test_a_protected_profile_is_bound_and_said_never_to_be_activated(home: Home, name: str) -> None:
    says(
        ctx(home, "bind", name, "work"),
        f"ctx: ~/work is bound to {name} · it is protected, so a directory never activates it: ctx use {name}",
    )


def test_unbinding_what_is_not_bound_names_what_covers_it(home: Home) -> None:
    done = ctx(home, "unbind", "old/acme/src")
    assert done.returncode == 1
    what, fix = done.stderr.splitlines()
    assert what.endswith("~/old/acme/src is not bound itself; ~/old, above it, is bound to max")
    assert fix.startswith("  ctx unbind ")
    assert fix.endswith("; a .ctx.toml in it may bind it too")

    what, fix = ctx(home, "unbind", "work").stderr.splitlines()
    assert what.endswith("~/work is not bound")
    assert fix == "  ctx list shows what is; a .ctx.toml in it may bind it too"
    (home.path / "old-times").mkdir()
    assert ctx(home, "unbind", "old-times").stderr.splitlines()[0].endswith("~/old-times is not bound")


def test_ctx_quiet_keeps_errors_only(home: Home) -> None:
    says(ctx(home, "bind", "work", "work", CTX_QUIET="1"))
    assert ctx(home, "unbind", "nowhere", CTX_QUIET="1").stderr


def test_list_shows_what_is_bound_and_the_default(home: Home) -> None:
    home.profiles('default = "max"\n' + PROFILES)
    ctx(home, "bind", "max", "work")
    ctx(home, "bind", "work", "work/acme")

    rows = {line[3:].split()[0]: line for line in ctx(home, "list").stdout.splitlines()}
    assert rows["max"].endswith("default, ~/old, ~/work")
    assert rows["work"].endswith("~/work/acme")
    assert rows["prod"].endswith("-")
    data = {row["name"]: row for row in json.loads(ctx(home, "list", "--json").stdout)}
    assert (data["max"]["default"], data["max"]["directories"]) == (True, ["~/old", "~/work"])


@pytest.mark.parametrize("again", ["~/old", "~/old/", "~//old/.", "~/x/../old"])
def test_one_directory_written_twice_does_not_load(again: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'{PROFILES}[[directories]]\npath = "{again}"\nprofile = "acme"\n', "p.toml")

    assert str(caught.value) == (
        f"p.toml: [[directories]] path: '{again}' and '~/old' are one directory, bound to work and to max\n"
        "  keep one of the two entries"
    )


def test_the_same_path_twice_does_not_load() -> None:
    entry = '[[directories]]\npath = "~"\nprofile = "max"\n'
    with pytest.raises(ConfigError, match="one directory"):
        parse(PROFILES + entry + entry, "p.toml")


@pytest.mark.parametrize("name", ["base", "prod"])
def test_a_protected_default_does_not_load(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'default = "{name}"\n{PROFILES}', "p.toml")

    assert str(caught.value) == (
        f"p.toml: default: '{name}' is protected, and a shell that starts cannot ask\n"
        f"  name another profile, or write protect = false in [profiles.{name}]"
    )


def test_a_default_that_ends_its_parents_protection_loads() -> None:
    profiles = '[profiles.open]\nextends = ["base", "more"]\n[profiles.more]\nprotect = false\n'

    assert parse(f'default = "open"\n{profiles}{PROFILES}', "p.toml").default == "open"
