"""macOS asks again after an upgrade of Python: that is said before it happens, and never asked behind a prompt."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ctx.secrets import keychain
from ctx.secrets.base import Places, StoreLockedError


def places(tmp_path: Path, *, interactive: bool = False) -> Places:
    return Places(str(tmp_path / "data"), str(tmp_path / "state"), {}, interactive=interactive)


def test_the_same_python_and_the_first_one_are_not_remarked_upon(tmp_path: Path) -> None:
    keychain.prepare(places(tmp_path), None)
    keychain.remember(places(tmp_path))
    keychain.prepare(places(tmp_path), None)

    file = tmp_path / "data" / "secrets" / "keychain-python"
    assert file.stat().st_mode & 0o777 == 0o600


def test_another_python_is_refused_behind_a_prompt_and_announced_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keychain.remember(places(tmp_path))
    monkeypatch.setattr(sys, "executable", "/opt/another/bin/python")
    said: list[str] = []

    with pytest.raises(StoreLockedError) as error:
        keychain.prepare(places(tmp_path), said.append)
    assert "ctx secret list --verify" in error.value.fix
    assert said == []
    keychain.prepare(places(tmp_path, interactive=True), said.append)
    assert ["Always Allow" in line for line in said] == [True]
    keychain.remember(places(tmp_path))
    keychain.prepare(places(tmp_path), None)


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    keychain.remember(places(tmp_path))
    keychain.prepare(places(tmp_path), None)
