"""What is said of an expired cloud session where a profile is activated."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from pathlib import Path

import pytest

from ctx.cli import cloud_session
from ctx.signin_providers import SWITCHES
from tests.support.home import Home
from tests.support.hostile import ONE_LINE

PROFILES = """
[profiles.acme]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "acme" }

[profiles.key]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "acme", AWS_BEARER_TOKEN_BEDROCK = { secret = "bearer" } }
"""
CONFIG = """
[profile acme]
sso_session = acme
sso_account_id = 123456789012
sso_role_name = dev
region = us-west-2

[sso-session acme]
sso_start_url = https://acme.awsapps.com/start
sso_region = us-east-1
"""
HOUR = 3600


def stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    user = Home(tmp_path, ONE_LINE)
    user.profiles(PROFILES)
    (user.path / ".aws" / "sso" / "cache").mkdir(parents=True)
    (user.path / ".aws" / "config").write_text(CONFIG)
    return user


def session(home: Home, *, ends: float, renewable: bool = False) -> None:
    token = {"accessToken": "secret-access-token", "expiresAt": stamp(ends), "region": "us-east-1"}
    if renewable:
        token |= {
            "refreshToken": "secret-refresh-token",
            "clientId": "id",
            "clientSecret": "secret-of-the-client",
            "registrationExpiresAt": stamp(time.time() + 24 * HOUR),
        }
    name = hashlib.sha1(b"acme").hexdigest()
    (home.path / ".aws" / "sso" / "cache" / f"{name}.json").write_text(json.dumps(token))


def said(home: Home, *words: str, **environ: str) -> str:
    done = subprocess.run(
        [*home.program, *words],
        env=home.environ(CTX_SECRET_BEARER="x", **environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "secret-" not in done.stdout + done.stderr
    return done.stderr


WAYS = {
    "use": ("use", "acme", "--shell", "bash"),
    "exec": ("exec", "acme", "--", "true"),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_expired_session_is_said_with_what_to_type(home: Home, way: str) -> None:
    session(home, ends=time.time() - 3 * HOUR)

    # The second time the plan comes from disk.
    for _ in range(2):
        assert "aws sso login --profile acme" in said(home, *WAYS[way])


@pytest.mark.parametrize("way", WAYS)
def test_a_session_that_lasts_or_renews_itself_is_not_mentioned(home: Home, way: str) -> None:
    session(home, ends=time.time() + HOUR)
    assert "sso" not in said(home, *WAYS[way])

    session(home, ends=time.time() - HOUR, renewable=True)
    assert "sso" not in said(home, *WAYS[way])


def test_a_credential_of_the_profiles_own_needs_no_session(home: Home) -> None:
    session(home, ends=time.time() - HOUR)

    assert "sso" not in said(home, "exec", "key", "--", "true")


def test_inside_claude_code_nothing_is_said(home: Home) -> None:
    session(home, ends=time.time() - HOUR)

    assert "sso" not in said(home, "exec", "acme", "--", "true", CLAUDECODE="1")


def test_files_that_nobody_can_read_keep_no_profile_from_being_used(home: Home) -> None:
    (home.path / ".aws" / "config").unlink()
    (home.path / ".aws" / "config").mkdir()
    (home.path / ".aws" / "sso").rename(home.path / ".aws" / "away")

    said(home, "exec", "acme", "--", "true")


def test_entering_a_project_says_it_once(home: Home) -> None:
    session(home, ends=time.time() - HOUR)
    folder = home.project('profile = "acme"\n')

    home.ctx("allow", "--yes", str(folder))
    command = [*home.program, *home.header("bash"), "@enter", str(folder), "", "", ""]
    done = subprocess.run(command, env=home.environ(), capture_output=True, text=True, check=True)

    assert done.stderr.count("aws sso login --profile acme") == 1


def test_every_switch_of_a_provider_is_known_by_how_it_begins() -> None:
    assert [name for name in SWITCHES.values() if not name.startswith(cloud_session.SWITCHES)] == []
