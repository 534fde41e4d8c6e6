"""The client's settings files: which there are, in which order they count, on which line each thing stands."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from ctx.claude.model import LEGACY, LOCAL, MANAGED, PROJECT, USER, Layer
from ctx.claude.settings import LIMIT, ManagedPlaces, managed_places, read_layers
from tests.claude.box import HELPER, Box

ALL = {MANAGED: "managed", LOCAL: "local", PROJECT: "project", USER: "user", LEGACY: "legacy"}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def layers(box: Box, *, config: Path | None = None, places: ManagedPlaces | None = None) -> tuple[Layer, ...]:
    managed = places or ManagedPlaces(str(box.managed))
    return read_layers(str(box.home), str(config or box.config), str(box.cwd), managed=managed)


def test_files_come_strongest_first(box: Box) -> None:
    for kind, layer in ALL.items():
        box.settings(layer, {"env": {"NAME": kind}})

    found = layers(box)

    assert [layer.kind for layer in found] == list(ALL)
    assert [layer.env["NAME"] for layer in found] == list(ALL)
    assert [layer.path for layer in found] == [str(box.path(layer)) for layer in ALL.values()]


def test_there_are_none(box: Box) -> None:
    assert layers(box) == ()


def test_everything_has_its_line(box: Box) -> None:
    text = """\
{
  // "env": never here
  "model": "opus",
  "permissions": {"allow": ["}", "{\\"env\\":"], "apiKeyHelper": "no"},
  "env": {"A": "1",
    "B": "two\\nlines",

    "ANTHROPIC_\\u0041PI_KEY": "x"
  },
  "apiKeyHelper": "key"
}
""".replace('  // "env": never here\n', "\n")
    path = box.settings("user", text)

    (layer,) = layers(box)

    assert layer.env == {"A": "1", "B": "two\nlines", "ANTHROPIC_API_KEY": "x"}
    assert layer.keys == {"model": "opus", "apiKeyHelper": "key"}
    assert layer.place("A") == f"{path}:5: env.A"
    assert layer.place("B") == f"{path}:6: env.B"
    assert layer.place("ANTHROPIC_API_KEY") == f"{path}:8: env.ANTHROPIC_API_KEY"
    assert layer.place("model") == f"{path}:3: model"
    assert layer.place("apiKeyHelper") == f"{path}:10: apiKeyHelper"


def test_of_two_equal_keys_the_last_counts(box: Box) -> None:
    path = box.settings("user", '{"env": {"A": "1",\n"B": "2"},\n"env": {\n"A": "3", "A": "4"}}')

    (layer,) = layers(box)

    assert layer.env == {"A": "4"}
    assert layer.lines == {"A": 4}
    assert layer.place("A") == f"{path}:4: env.A"


def test_a_name_that_is_a_variable_and_a_key_is_shown_as_the_variable(box: Box) -> None:
    path = box.settings("user", '{\n"model": "m",\n"env": {\n"model": "v"}}')

    (layer,) = layers(box)

    assert layer.place("model") == f"{path}:4: env.model"


def test_the_projects_file_counts_in_the_working_directory_only(box: Box) -> None:
    above = box.cwd.parent / ".claude" / "settings.json"
    box.write(above, {"env": {"A": "above"}})

    assert layers(box) == ()


def test_the_local_file_counts_at_the_root_of_the_repository(box: Box) -> None:
    root = box.cwd.parent
    (root / ".git").mkdir()
    box.settings("local", {"env": {"A": "here"}})
    assert layers(box)[0].env == {"A": "here"}

    box.write(root / ".claude" / "settings.local.json", {"env": {"A": "root"}})

    (layer,) = layers(box)
    assert (layer.kind, layer.env) == (LOCAL, {"A": "root"})


def test_a_worktree_is_a_root_too(box: Box) -> None:
    (box.cwd / ".git").write_text("gitdir: elsewhere\n")
    (box.cwd.parent / ".git").mkdir()
    box.write(box.cwd.parent / ".claude" / "settings.local.json", {"env": {"A": "main"}})
    box.settings("local", {"env": {"A": "worktree"}})

    assert layers(box)[0].env == {"A": "worktree"}


def test_in_the_home_directory_the_users_file_counts_once(box: Box) -> None:
    box.settings("user", {"env": {"A": "1"}})

    found = read_layers(str(box.home), str(box.config), str(box.home), managed=ManagedPlaces(str(box.managed)))

    assert [layer.kind for layer in found] == [USER]


def test_the_users_file_lies_in_the_clients_directory(box: Box) -> None:
    box.settings("user", {"env": {"A": "usual"}})
    other = box.home / "other"
    box.write(other / "settings.json", {"env": {"A": "other"}})

    assert layers(box, config=other)[0].env == {"A": "other"}


def test_pieces_of_the_managed_settings_count_by_name_the_last_most(box: Box) -> None:
    pieces = box.managed / "managed-settings.d"
    box.settings("managed", {"env": {"A": "base", "B": "base", "C": "base"}})
    box.write(pieces / "10-first.json", {"env": {"A": "first", "B": "first"}})
    box.write(pieces / "20-second.json", {"env": {"A": "second"}})
    box.write(pieces / ".hidden.json", {"env": {"A": "hidden"}})
    box.write(pieces / "note.txt", {"env": {"A": "no"}})

    found = layers(box)
    machine = box.look()

    assert [Path(layer.path).name for layer in found] == ["20-second.json", "10-first.json", "managed-settings.json"]
    assert [machine.text(name) for name in "ABC"] == ["second", "first", "base"]


def test_what_a_server_manages_counts_alone(box: Box) -> None:
    box.settings("managed", {"env": {"A": "machine"}})
    remote = box.config / "remote-settings.json"
    box.write(remote, {})
    assert layers(box)[0].env == {"A": "machine"}

    box.write(remote, {"permissions": {}})

    (layer,) = layers(box)
    assert (layer.kind, layer.path, layer.env) == (MANAGED, str(remote), {})


def test_a_property_list_of_a_mac_cannot_be_read(box: Box) -> None:
    path = box.write(box.managed / "com.anthropic.claudecode.plist", "bplist00")
    box.settings("managed", {"env": {"A": "1"}})

    (layer,) = layers(box, places=ManagedPlaces(str(box.managed), (str(path), str(box.managed / "none"))))

    assert layer.problem == "is a property list, which ctx does not read"


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", "/etc/claude-code"),
        ("darwin", "/Library/Application Support/ClaudeCode"),
        ("win32", r"C:\Program Files\ClaudeCode"),
    ],
)
def test_each_system_has_its_place_for_managed_settings(platform: str, folder: str) -> None:
    places = managed_places(platform)

    assert places.folder == folder
    assert bool(places.lists) == (platform == "darwin")
    assert places.registry == (platform == "win32")


BROKEN = {
    "": "is not JSON: line 1, column 1",
    '{"env": {}': "is not JSON: line 1, column 11",
    '{\n"a": 1,\n}': "is not JSON: line 3, column 1",
    '{"a": NaN}': "is not JSON: NaN is no number there",
    "[]": "holds a list, not an object",
    '"text"': "holds text, not an object",
    "null": "holds null, not an object",
    "1": "holds a number, not an object",
    '{"env": []}': "env holds a list, not an object",
    '{"env": {"A": 1}}': "env.A holds a number, not text",
    '{"env": {"A": null}}': "env.A holds null, not text",
    '{"env": {"A": true}}': "env.A holds true or false, not text",
    '{"apiKeyHelper": ["x"]}': "apiKeyHelper holds a list, not text",
    '{"forceLoginOrgUUID": {}}': "forceLoginOrgUUID holds an object, not text",
    "[" * 100_000: "is nested too deeply",
    '{"a": ' + "1" * 10_000 + "}": "is not JSON",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:20])
def test_a_file_that_cannot_be_used_says_why(box: Box, text: str) -> None:
    box.settings("project", text)

    (layer,) = layers(box)

    assert layer.problem.startswith(BROKEN[text])
    assert (layer.env, layer.keys, layer.lines) == ({}, {}, {})


def test_what_a_broken_file_holds_is_not_repeated(box: Box) -> None:
    box.settings("user", '{"env": {"ANTHROPIC_API_KEY": "sk-ant-secret"')

    assert "secret" not in layers(box)[0].problem


def test_odd_files_are_not_waited_for(box: Box) -> None:
    box.write(box.path("local"), " " * (LIMIT + 1))
    os.mkfifo(box.path("project"))
    box.path("user").mkdir(parents=True)
    box.path("managed").write_bytes(b'{"a": "\xff"}')
    os.symlink("settings.local.json", box.path("legacy"))

    problems = {layer.kind: layer.problem for layer in layers(box)}

    assert problems == {
        MANAGED: "is not UTF-8: byte 0xff in line 1",
        LOCAL: "is 1,048,577 bytes long; ctx reads at most 1,048,576",
        PROJECT: "is not a regular file",
        USER: "is a directory",
    }


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_says_so(box: Box) -> None:
    box.settings("user", {}).chmod(0)

    assert layers(box)[0].problem == "cannot be read: permission denied"


@pytest.mark.parametrize("folder", ["project", "managed"])
def test_a_file_in_place_of_a_folder_is_no_settings(box: Box, folder: str) -> None:
    path = box.path(folder).parent
    if path.exists():
        path.rmdir()
    path.write_text("a file")

    assert layers(box) == ()


def test_a_byte_order_mark_does_not_matter(box: Box) -> None:
    box.path("user").parent.mkdir(parents=True)
    box.path("user").write_bytes(b"\xef\xbb\xbf" + json.dumps({"apiKeyHelper": HELPER}).encode())

    assert layers(box)[0].keys == {"apiKeyHelper": HELPER}


def test_half_a_character_becomes_one_that_can_be_printed(box: Box) -> None:
    box.settings("user", '{"env": {"A\\ud800": "\\udfff"}, "model": "\\ud800"}')

    (layer,) = layers(box)

    assert layer.env == {"A?": "?"}
    assert layer.keys == {"model": "?"}
    assert layer.place("A?").endswith(":1: env.A?")


def test_the_old_block_counts_only_if_there_is_one(box: Box) -> None:
    box.state(oauthAccount={}, model="not a setting there")
    assert layers(box) == ()

    box.state(env={"A": "1"})

    assert [(layer.kind, layer.env, layer.keys) for layer in layers(box)] == [(LEGACY, {"A": "1"}, {})]
