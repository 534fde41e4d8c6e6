"""The ant CLI's profiles: which one Claude Code would take."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctx.claude import ant, stored
from ctx.claude.model import AntProfile
from ctx.claude.settings_json import UnusableError
from tests.claude.box import Box

KINDS = ("user_oauth", "oidc_federation")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def look(box: Box, **variables: str) -> AntProfile | None:
    return ant.look(variables, str(box.home), str(box.cwd))


@pytest.mark.parametrize("kind", KINDS)
def test_the_default_needs_no_marker(box: Box, kind: str) -> None:
    box.ant("default", kind, base_url="https://x.example")

    profile = look(box)

    assert profile is not None
    assert (profile.name, profile.kind, profile.base_url) == ("default", kind, "https://x.example")
    assert (profile.organization, profile.workspace) == ("org_1", "wrkspc_1")
    assert profile.path == str(box.ant_folder / "configs" / "default.json")


@pytest.mark.parametrize("kind", KINDS)
def test_another_one_needs_a_marker(box: Box, kind: str) -> None:
    box.ant("work", kind)
    assert look(box) is None

    box.ant("work", kind, active="work")

    profile = look(box)
    assert profile is not None
    assert profile.chosen == str(box.ant_folder / "active_config")


@pytest.mark.parametrize("marker", ["", "  \n"])
def test_a_blank_marker_means_the_default(box: Box, marker: str) -> None:
    box.ant("default", "oidc_federation")
    box.write(box.ant_folder / "active_config", marker)

    assert look(box) is not None


def test_a_variable_names_one_and_puts_the_active_one_out_of_use(box: Box) -> None:
    box.ant("default", "oidc_federation")
    box.ant("work", "oidc_federation")

    named = look(box, ANTHROPIC_PROFILE="work")

    assert named is not None
    assert (named.name, named.chosen) == ("work", "ANTHROPIC_PROFILE")
    assert look(box, ANTHROPIC_PROFILE="gone") is None


def test_a_login_without_its_token_does_not_exist(box: Box) -> None:
    box.ant("default", "user_oauth", credentials=False)

    assert look(box) is None


@pytest.mark.parametrize("name", ["../x", "a/b", "", "..", "a b", "é"])
def test_a_name_that_is_none_leads_nowhere(box: Box, name: str) -> None:
    (box.ant_folder / "configs").mkdir(parents=True)
    box.write(box.ant_folder / "x.json", {"authentication": {"type": "oidc_federation"}})
    box.write(box.ant_folder / "active_config", name or "..")

    assert look(box) is None
    assert name == "" or look(box, ANTHROPIC_PROFILE=name) is None


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({}, ".config/anthropic"),
        ({"XDG_CONFIG_HOME": "/xdg"}, "/xdg/anthropic"),
        ({"XDG_CONFIG_HOME": ""}, ".config/anthropic"),
        ({"ANTHROPIC_CONFIG_DIR": "/a", "XDG_CONFIG_HOME": "/xdg"}, "/a"),
        ({"ANTHROPIC_CONFIG_DIR": " /a "}, "/a"),
        ({"ANTHROPIC_CONFIG_DIR": " "}, ".config/anthropic"),
    ],
)
def test_folders(box: Box, variables: dict[str, str], place: str) -> None:
    assert ant.folder(variables, str(box.home), str(box.cwd)) == os.path.join(box.home, place)


def test_a_tilde_is_a_name_like_any_other(box: Box) -> None:
    found = ant.folder({"ANTHROPIC_CONFIG_DIR": "~/x"}, str(box.home), str(box.cwd))

    assert found == os.path.join(box.cwd, "~/x")


@pytest.mark.parametrize("content", ["{", "[]", {}, {"authentication": []}, {"authentication": {"type": "new_kind"}}])
def test_what_it_is_cannot_be_told(box: Box, content: object) -> None:
    path = box.write(box.ant_folder / "configs" / "default.json", content)

    with pytest.raises(UnusableError, match=r".*default\.json "):
        look(box)
    assert box.look().stored.doubts[stored.ANT].startswith(str(path))


@pytest.mark.parametrize("odd", ["configs/default.json", "active_config"])
def test_nothing_is_waited_for(box: Box, odd: str) -> None:
    (box.ant_folder / "configs").mkdir(parents=True)
    os.mkfifo(box.ant_folder / odd)

    with pytest.raises(UnusableError, match="is not a regular file"):
        look(box)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_token_that_others_may_read_is_refused_by_the_client(box: Box) -> None:
    box.ant("default", "user_oauth")
    (box.ant_folder / "credentials" / "default.json").chmod(0o644)

    with pytest.raises(UnusableError, match="may be read by others"):
        look(box)
