"""Finding the real client on a PATH, behind ctx's own shim."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctx.claude.client import SHIMS, elsewhere, real_client
from tests.support.hostile import DIRECTORIES


def program(folder: Path, name: str = "claude", mode: int = 0o755) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(mode)
    return file


def path(*folders: Path | str) -> str:
    return os.pathsep.join(map(str, folders))


def test_the_first_client_on_the_path_is_the_real_one(tmp_path: Path) -> None:
    first, second = program(tmp_path / "a"), program(tmp_path / "b")

    assert real_client(path(tmp_path / "none", first.parent, second.parent), str(tmp_path)) == str(first)


def test_the_shim_is_left_out_wherever_it_stands(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shim, real = program(data / SHIMS), program(tmp_path / "bin")

    assert real_client(path(shim.parent, real.parent), str(data)) == str(real)
    assert real_client(path(shim.parent, f"{shim.parent}/", f"{data}/./{SHIMS}"), str(data)) == ""


def test_a_link_to_the_shim_or_to_its_folder_is_the_shim(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shim, real = program(data / SHIMS), program(tmp_path / "real")
    (tmp_path / "folder").symlink_to(shim.parent)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "claude").symlink_to(shim)

    assert real_client(path(tmp_path / "folder", tmp_path / "links", real.parent), str(data)) == str(real)


def test_a_data_directory_behind_a_link_has_the_same_shim(tmp_path: Path) -> None:
    shim = program(tmp_path / "data" / SHIMS)
    (tmp_path / "link").symlink_to(tmp_path / "data")

    assert real_client(path(shim.parent), str(tmp_path / "link")) == ""


def test_a_link_to_the_real_client_is_one(tmp_path: Path) -> None:
    real = program(tmp_path / "versions", "2.1.330")
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "claude"
    link.symlink_to(real)

    assert real_client(path(link.parent), str(tmp_path / "data")) == str(link)


def test_what_cannot_be_started_is_no_client(tmp_path: Path) -> None:
    (tmp_path / "a" / "claude").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "claude").symlink_to("nowhere")
    plain = program(tmp_path / "b", mode=0o644)
    real = program(tmp_path / "d")

    # Root may start nothing either that nobody may.
    assert real_client(path(tmp_path / "a", plain.parent, tmp_path / "c", real.parent), "/x") == str(real)


@pytest.mark.parametrize("relative", ["", ".", "bin", "./bin"])
def test_relative_entries_of_the_path_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, relative: str
) -> None:
    program(tmp_path / "bin")
    program(tmp_path)
    monkeypatch.chdir(tmp_path)

    assert real_client(relative, "/x") == ""
    assert real_client(f"{relative}:/nowhere", "/x") == ""


@pytest.mark.parametrize("name", [name for name in DIRECTORIES if ":" not in name])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    shim, real = program(tmp_path / name / SHIMS), program(tmp_path / "bin" / name)

    assert real_client(path(shim.parent, real.parent), str(tmp_path / name)) == str(real)


def test_an_installers_place_is_found_without_a_path(tmp_path: Path) -> None:
    assert elsewhere(str(tmp_path)) == ""

    real = program(tmp_path / ".local" / "bin")

    assert elsewhere(str(tmp_path)) == str(real)
