"""What signs in without a variable: logins, keys and answers that lie on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctx.claude import stored
from tests.claude.box import CONSOLE_KEY, EMAIL, KEY, Box


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_nothing_is_stored(box: Box) -> None:
    found = box.look().stored

    assert (found.login, found.email, found.console_key, found.approved, found.rejected) == (False, "", "", (), ())
    assert (found.config_dir, found.state) == (str(box.config), str(box.state_file))
    assert found.problems == ()


def test_a_login_is_there_and_whose(box: Box) -> None:
    box.login()
    box.state(oauthAccount={"emailAddress": EMAIL, "organizationName": "Acme", "organizationType": "claude_max"})

    found = box.look().stored

    assert (found.login, found.email, found.organization, found.plan) == (True, EMAIL, "Acme", "Claude Max")


def test_a_token_is_not_even_opened(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.login()
    box.ant("default", "user_oauth")
    opened: list[str] = []
    real = os.open

    def recording(path: str, *rest: int) -> int:
        opened.append(path)
        return real(path, *rest)

    monkeypatch.setattr(os, "open", recording)

    found = box.look().stored

    assert found.login is True
    assert found.ant is not None
    assert str(box.state_file) in opened
    assert [path for path in opened if "credentials" in path] == []


@pytest.mark.parametrize("text", ["", "{}"])
def test_an_emptied_file_is_no_login(box: Box, text: str) -> None:
    box.write(box.config / ".credentials.json", text)

    assert box.look().stored.login is False


def test_a_console_key_shows_its_end_only(box: Box) -> None:
    box.console()

    assert box.look().stored.console_key == CONSOLE_KEY[-4:]


def test_answers_about_keys(box: Box) -> None:
    box.state(customApiKeyResponses={"approved": [KEY[-20:], 7], "rejected": "text"})

    found = box.look().stored

    assert (found.approved, found.rejected) == ((KEY[-20:],), ())


@pytest.mark.parametrize("content", [{"oauthAccount": 1, "primaryApiKey": 2, "customApiKeyResponses": 3}, {}])
def test_odd_contents_are_none(box: Box, content: dict[str, object]) -> None:
    box.state(**content)

    found = box.look().stored

    assert (found.login, found.email, found.console_key, found.approved) == (False, "", "", ())


def test_a_moved_directory_takes_everything_along(box: Box) -> None:
    box.login()
    other = box.home / "other"
    box.write(other / ".claude.json", {"primaryApiKey": CONSOLE_KEY})

    found = box.look(CLAUDE_CONFIG_DIR=str(other)).stored

    assert (found.config_dir, found.state) == (str(other), str(other / ".claude.json"))
    assert (found.login, found.console_key) == (False, CONSOLE_KEY[-4:])


@pytest.mark.parametrize(("value", "place"), [("", "."), ("sub", "sub"), ("~/x", "~/x"), ("/", "/")])
def test_a_directory_is_taken_as_the_client_takes_it(box: Box, value: str, place: str) -> None:
    """An empty one is the working directory, and `~` is a name like any other."""
    found = box.look(CLAUDE_CONFIG_DIR=value).stored

    assert found.config_dir == os.path.normpath(box.cwd / place)


def test_a_directory_that_is_not_known_tells_nothing(box: Box) -> None:
    box.login()

    found = box.look(CLAUDE_CONFIG_DIR=None).stored

    assert (found.login, found.config_dir) == (None, "")
    assert found.problems == ("the value of CLAUDE_CONFIG_DIR is not known",)


def test_a_directory_that_is_a_file_tells_nothing(box: Box) -> None:
    box.config.write_text("a file")

    found = box.look().stored

    assert (found.login, found.problems) == (None, (f"{box.config} is no directory",))


def test_a_broken_state_file_leaves_the_key_in_doubt(box: Box) -> None:
    box.login()
    box.state_file.write_text("{broken")

    found = box.look().stored

    assert found.login is True
    assert found.problems == (f"{box.state_file} is not JSON: line 1, column 2",)
    assert set(found.doubts) == {stored.CONSOLE, stored.KEYS}


@pytest.mark.parametrize("kind", ["fifo", "directory", "loop"])
def test_odd_credentials_leave_the_login_in_doubt(box: Box, kind: str) -> None:
    path = box.config / ".credentials.json"
    path.parent.mkdir()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to(path.name)

    found = box.look().stored

    assert found.login is None
    assert found.doubts[stored.LOGIN].startswith(str(path))


def test_on_a_mac_a_login_is_told_by_its_account(box: Box) -> None:
    assert box.look_on("darwin").stored.login is None

    box.state(oauthAccount={"emailAddress": EMAIL})

    assert box.look_on("darwin").stored.login is True


def test_a_mac_may_have_the_file_too(box: Box) -> None:
    box.write(box.config / ".credentials.json", "a token")

    assert box.look_on("darwin").stored.login is True


def test_a_large_state_file_is_read(box: Box) -> None:
    box.state(projects={f"/p{number}": {"history": ["x" * 1000] * 10} for number in range(300)})
    box.console()

    assert box.look().stored.console_key == CONSOLE_KEY[-4:]
