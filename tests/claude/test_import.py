"""`ctx import claude-settings`: what a settings.json sets is given by a profile afterwards, and nothing is lost on the way."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from ctx.errors import EXIT_CONFIG, EXIT_REFUSED, EXIT_USAGE
from tests.support.home import PROGRAM, Home
from tests.support.hostile import VALUES
from tests.support.pty import Terminal

TOKEN = "tok-" + "0123456789abcdef" * 2
KEY = "sk-ant-api03-" + "k" * 20

SETTINGS = f"""\
{{
\t"model": "opus",
\t"env": {{
\t\t"ANTHROPIC_BASE_URL": "https://llm.acme.example",
\t\t"ANTHROPIC_AUTH_TOKEN": "{TOKEN}",
\t\t"DISABLE_TELEMETRY": "1"
\t}},
\t"permissions": {{ "allow": [ ] }}
}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    (home.path / ".claude").mkdir()
    return home


def settings(home: Home, text: str | dict[str, object] = SETTINGS, folder: str = ".claude") -> Path:
    path = home.path / folder / "settings.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return path


def lift(home: Home, *words: str, code: int = 0, cwd: Path | None = None, **extra: str) -> str:
    done = subprocess.run(
        [*PROGRAM, "import", "claude-settings", *words],
        env=home.environ(CTX_SECRETS_STORE="file", **extra),
        cwd=cwd or home.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code, done
    assert done.stdout == ""
    assert TOKEN not in done.stderr
    assert KEY not in done.stderr
    return done.stderr


def given(home: Home, name: str) -> dict[str, str]:
    """What one command gets in the profile, less what it has anyway."""
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    words = [*PROGRAM, "exec", name, "--", PROGRAM[0], "-c", script]
    done = subprocess.run(words, env=home.environ(), capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, str] = json.loads(done.stdout)
    return {key: value for key, value in found.items() if key not in home.environ() and "CTX_" not in key}


def everything_written(home: Home) -> str:
    """All that lies in the home directory, but for the encrypted file."""
    found = []
    for folder, _, files in os.walk(home.path):
        for name in files:
            found.append((Path(folder) / name).read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


# --- lifting ----------------------------------------------------------------------------------------------------------


def test_the_profile_gives_what_the_file_gave(home: Home) -> None:
    path = settings(home)
    path.chmod(0o640)
    said = lift(home, "--yes")

    assert given(home, "gateway") == {
        "ANTHROPIC_BASE_URL": "https://llm.acme.example",
        "ANTHROPIC_AUTH_TOKEN": TOKEN,
        "DISABLE_TELEMETRY": "1",
    }
    assert path.read_text() == '{\n\t"model": "opus",\n\t"permissions": { "allow": [ ] }\n}\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "ANTHROPIC_AUTH_TOKEN: value, 36 characters, kept as the secret gateway-anthropic-auth-token" in said
    assert "ANTHROPIC_BASE_URL = https://llm.acme.example" in said
    assert 'default = "gateway"' in said
    assert "restart running Claude Code sessions" in said
    listed = json.loads(home.ctx("list", "--json").stdout)
    assert "gateway" in json.dumps(listed)


def test_no_copy_of_a_credential_remains(home: Home) -> None:
    settings(home)
    lift(home, "--yes")
    backup = json.loads((home.path / ".claude" / "settings.json.ctx-backup").read_text())

    assert backup["env"]["ANTHROPIC_AUTH_TOKEN"] == "***"
    assert backup["env"]["DISABLE_TELEMETRY"] == "1"
    assert TOKEN not in everything_written(home)


def test_a_copy_elsewhere_in_the_file_is_pointed_at(home: Home) -> None:
    settings(home, {"env": {"ANTHROPIC_API_KEY": KEY}, "permissions": {"allow": [f"Bash(curl {KEY})"]}})
    said = lift(home, "--yes")

    assert "settings.json:1: holds one of the values too" in said
    assert KEY not in (home.path / ".claude" / "settings.json.ctx-backup").read_text()


def test_a_copy_that_does_not_look_like_one_is_masked_too(home: Home) -> None:
    settings(home, {"env": {"DB_PASSWORD": "hunter two"}, "note": "the word is hunter two"})
    lift(home, "--yes")

    assert given(home, "imported") == {"DB_PASSWORD": "hunter two"}
    assert "hunter two" not in (home.path / ".claude" / "settings.json.ctx-backup").read_text()


def test_hostile_values_arrive_byte_for_byte(home: Home) -> None:
    plain = {name: value for name, value in VALUES.items() if value and not value.startswith("~/")}
    plain["H_EXPANSION"] = "${HOME} $${HOME} $$${A"
    settings(home, {"env": plain})
    lift(home, "--yes", "--name", "odd.name")

    assert given(home, "odd.name") == plain


def test_an_empty_value_takes_the_variable_away(home: Home) -> None:
    settings(home, {"env": {"ANTHROPIC_API_KEY": "", "CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-" + "t" * 30}})
    lift(home, "--yes")

    assert "ANTHROPIC_API_KEY = false" in (home.config / "profiles.toml").read_text()
    assert set(given(home, "oauth-token")) == {"CLAUDE_CODE_OAUTH_TOKEN"}


@pytest.mark.parametrize(
    ("env", "auth"),
    [
        ({"ANTHROPIC_API_KEY": KEY}, "console"),
        ({"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "acme"}, "bedrock"),
        ({"CLAUDE_CODE_USE_BEDROCK": "0", "ANTHROPIC_API_KEY": KEY}, "console"),
        ({"CLAUDE_CODE_USE_VERTEX": "true", "ANTHROPIC_VERTEX_PROJECT_ID": "p-1"}, "vertex"),
        (
            {"CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_RESOURCE": "r", "ANTHROPIC_FOUNDRY_API_KEY": "f" * 32},
            "foundry",
        ),
        ({"DISABLE_TELEMETRY": "1"}, None),
    ],
)
def test_the_way_to_sign_in_is_recognised(env: dict[str, object], auth: str | None, home: Home) -> None:
    settings(home, {"env": env})
    lift(home, "--yes")
    text = (home.config / "profiles.toml").read_text()

    assert f"[profiles.{auth or 'imported'}]" in text
    assert ("auth = " in text) is (auth is not None)
    assert auth is None or f'auth = "{auth}"' in text
    assert given(home, auth or "imported").items() >= {k: v for k, v in env.items() if v}.items()


def test_profiles_that_are_there_stay_as_they_are(home: Home) -> None:
    before = "# mine\r\n[profiles.gateway]\r\n[profiles.other]\r\naliases = ['gateway-2']\r\n"
    home.config.joinpath("profiles.toml").write_bytes(before.encode())
    settings(home)
    lift(home, "--yes")
    after = home.config.joinpath("profiles.toml").read_bytes().decode()

    assert after.startswith(before)
    assert "[profiles.gateway-3]\r\n" in after
    assert "gateway" not in lift(home, "--yes", "--name", "gateway")


def test_a_file_of_another_configuration_directory_brings_it_along(home: Home) -> None:
    other = home.path / ".claude two"
    other.mkdir()
    (other / ".claude.json").write_text("{}")
    path = settings(home, {"env": {"ANTHROPIC_API_KEY": KEY}}, ".claude two")
    lift(home, "--yes", CLAUDE_CONFIG_DIR=str(other))

    assert json.loads(path.read_text()) == {}
    assert given(home, "console") == {"ANTHROPIC_API_KEY": KEY, "CLAUDE_CONFIG_DIR": str(other)}


def test_a_project_file_is_named_by_its_path(home: Home) -> None:
    project = home.path / "project"
    (project / ".claude").mkdir(parents=True)
    settings(home, {"env": {"ANTHROPIC_API_KEY": KEY}}, "project/.claude")
    lift(home, "--yes", ".claude/settings.json", "--name", "there", cwd=project)

    assert given(home, "there") == {"ANTHROPIC_API_KEY": KEY}
    assert lift(home, "--yes", "missing.json", code=EXIT_USAGE).startswith("ctx: ")


def test_keeping_the_file_is_said_to_keep_overruling(home: Home) -> None:
    path = settings(home)
    said = lift(home, "--yes", "--keep")

    assert path.read_text() == SETTINGS
    assert "goes on overruling the shell" in said
    assert given(home, "gateway")["ANTHROPIC_AUTH_TOKEN"] == TOKEN
    assert os.listdir(path.parent) == ["settings.json"]


# --- what stays -------------------------------------------------------------------------------------------------------


def test_what_a_profile_cannot_hold_stays_and_is_said(home: Home) -> None:
    stays = {"PATH": "/x", "HOME": "/y", "NUMBER": 3, "a-b": "x", "CTX_PROFILE": "x", "PWD": "/", "SURROGATE": "\ud800"}
    path = settings(home, {"env": {**stays, "A": "1"}})
    said = lift(home, "--yes")

    assert json.loads(path.read_text()) == {"env": stays}
    assert given(home, "imported") == {"A": "1"}
    for name in stays:
        assert f"{name} stays: " in said


def test_a_helper_is_named_and_keeps_its_lifetime(home: Home) -> None:
    env = {"CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "1000", "ANTHROPIC_MODEL": "opus"}
    path = settings(home, {"apiKeyHelper": "vault read", "env": env})
    said = lift(home, "--yes")

    assert "apiKeyHelper in line 1 stays" in said
    assert json.loads(path.read_text()) == {
        "apiKeyHelper": "vault read",
        "env": {"CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "1000"},
    }


def test_a_helper_of_another_directory_is_the_way_to_sign_in(home: Home) -> None:
    other = home.path / ".claude-two"
    other.mkdir()
    (other / ".claude.json").write_text("{}")
    path = settings(
        home, {"apiKeyHelper": "x", "env": {"ANTHROPIC_BASE_URL": "https://llm.acme.example"}}, ".claude-two"
    )
    lift(home, str(path), "--yes")

    assert 'auth = "api-key-helper"' in (home.config / "profiles.toml").read_text()
    assert given(home, "api-key-helper")["CLAUDE_CONFIG_DIR"] == str(other)


@pytest.mark.parametrize("content", ["{}", '{"env": {}}', '{"env": {"PATH": "/x"}}'])
def test_where_nothing_can_be_lifted_nothing_happens(content: str, home: Home) -> None:
    path = settings(home, content)

    assert "sets no variable that could be lifted" in lift(home, "--yes")
    assert path.read_text() == content
    assert not (home.config / "profiles.toml").exists()


# --- asking, and what goes wrong ----------------------------------------------------------------------------------------


def test_without_a_terminal_it_shows_and_does_nothing(home: Home) -> None:
    path = settings(home)
    said = lift(home, code=EXIT_REFUSED)

    assert "3 variables for the new profile gateway" in said
    assert "ctx import claude-settings --yes" in said
    assert path.read_text() == SETTINGS
    assert not (home.config / "profiles.toml").exists()
    assert os.listdir(home.data) == []


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_person_is_asked(answer: str, home: Home) -> None:
    path = settings(home)
    words = [*PROGRAM, "import", "claude-settings"]
    with Terminal(words, home.environ(CTX_SECRETS_STORE="file"), str(home.path)) as terminal:
        shown = terminal.expect("do that? [y/N] ")
        terminal.send(f"{answer}\n")
        terminal.expect("restart running" if answer == "y" else "nothing was lifted")

    assert TOKEN not in shown
    assert (path.read_text() == SETTINGS) is (answer == "n")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"env": []}', '{"env": {"A": "1", "A": "2"}}'])
def test_a_file_that_cannot_be_used_is_named_and_left(content: str, home: Home) -> None:
    path = settings(home, content)

    assert "settings.json" in lift(home, "--yes", code=EXIT_CONFIG)
    assert path.read_text() == content
    assert not (home.config / "profiles.toml").exists()


@pytest.mark.parametrize(
    "env",
    [
        {"ANTHROPIC_BASE_URL": "https://llm.acme.example"},
        {
            "CLAUDE_CODE_USE_FOUNDRY": "1",
            "ANTHROPIC_FOUNDRY_RESOURCE": "r",
            "ANTHROPIC_FOUNDRY_BASE_URL": "https://x.example",
        },
        {"CLAUDE_CONFIG_DIR": "relative"},
    ],
)
def test_what_no_profile_could_use_is_refused_before_anything_is_written(env: dict[str, object], home: Home) -> None:
    path = settings(home, {"env": env})

    assert "nothing was lifted" in lift(home, "--yes", code=EXIT_CONFIG)
    assert json.loads(path.read_text()) == {"env": env}
    assert not (home.config / "profiles.toml").exists()


def test_names_are_checked_before_anything_is_written(home: Home) -> None:
    home.profiles("[profiles.mine]\naliases = ['other']\n")
    path = settings(home)
    for name in ("a b", "", "mine", "other"):
        lift(home, "--yes", "--name", name, code=EXIT_USAGE)

    assert path.read_text() == SETTINGS
    assert os.listdir(home.data) == []


def test_a_read_only_file_is_said_before_anything_is_written(home: Home) -> None:
    path = settings(home)
    path.chmod(0o444)

    assert "read-only" in lift(home, "--yes", code=1)
    assert os.listdir(home.data) == []
    assert "goes on overruling" in lift(home, "--yes", "--keep")


def test_profiles_that_do_not_load_are_left_and_so_is_the_rest(home: Home) -> None:
    home.profiles("[profiles.work\n")
    path = settings(home)
    lift(home, "--yes", code=EXIT_CONFIG)

    assert path.read_text() == SETTINGS
    assert os.listdir(home.data) == []


def keep(home: Home, name: str, value: str) -> None:
    words = [*PROGRAM, "secret", "set", name, "--stdin"]
    environ = home.environ(CTX_SECRETS_STORE="file")
    subprocess.run(words, env=environ, input=value, text=True, capture_output=True, check=True)


def test_the_file_is_left_until_a_profile_has_it_all(home: Home) -> None:
    path = settings(home)
    (home.path / "file").write_text("")
    said = lift(home, "--yes", code=EXIT_CONFIG, CTX_CONFIG=str(home.path / "file" / "ctx"))

    assert "cannot be read: not a directory" in said
    assert path.read_text() == SETTINGS
    assert home.ctx("secret", "get", "gateway-anthropic-auth-token").stdout == f"{TOKEN}\n"
    # The next run takes the same secret again.
    lift(home, "--yes")
    assert 'secret = "gateway-anthropic-auth-token"' in (home.config / "profiles.toml").read_text()


def test_another_secret_of_that_name_stays(home: Home) -> None:
    keep(home, "gateway-anthropic-auth-token", "other")
    settings(home)
    lift(home, "--yes")

    assert home.ctx("secret", "get", "gateway-anthropic-auth-token").stdout == "other\n"
    assert given(home, "gateway")["ANTHROPIC_AUTH_TOKEN"] == TOKEN
