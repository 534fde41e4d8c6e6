"""`ctx login` with stand-ins for the programs that sign in: how they are called, what is asked before, what is said after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ctx import signin
from ctx.cli.login_command import has_browser
from ctx.errors import (
    EXIT_CANNOT_EXECUTE,
    EXIT_COMMAND_NOT_FOUND,
    EXIT_CONFIG,
    EXIT_FAILURE,
    EXIT_INTERRUPTED,
    EXIT_REFUSED,
    EXIT_USAGE,
)
from tests.support.home import PROGRAM, Home
from tests.support.pty import Terminal
from tests.support.standins import Call, Standins

PROFILES = """
[profiles.max]
auth = "subscription"
[profiles.other]
auth = "subscription"
env = { CLAUDE_CONFIG_DIR = "~/.claude-other" }
[profiles.console]
auth = "console"
env = { CLAUDE_CONFIG_DIR = "~/.claude-console" }
[profiles.key]
auth = "console"
env = { ANTHROPIC_API_KEY = { secret = "acme-key" } }
[profiles.token]
auth = "oauth-token"
env = { CLAUDE_CODE_OAUTH_TOKEN = { secret = "acme-token" } }
[profiles.gateway]
auth = "gateway"
env = { ANTHROPIC_BASE_URL = "https://g.example", ANTHROPIC_AUTH_TOKEN = { secret = "acme-gw" } }
[profiles.helper]
auth = "api-key-helper"
env = { CLAUDE_CONFIG_DIR = "~/.claude-helper" }
[profiles.work]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "acme dev" }
[profiles.role]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "role" }
[profiles.signed]
auth = "mantle"
env = { CLAUDE_CODE_USE_MANTLE = 1, AWS_PROFILE = "console" }
[profiles.static]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "static" }
[profiles.process]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "process" }
[profiles.lost]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "gone" }
[profiles.keys]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_ACCESS_KEY_ID = { secret = "aws-id" }, AWS_SECRET_ACCESS_KEY = { secret = "aws-key" } }
[profiles.bearer]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_BEARER_TOKEN_BEDROCK = { secret = "bedrock-key" } }
[profiles.nobody]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1 }
[profiles.vertex]
auth = "vertex"
env = { CLAUDE_CODE_USE_VERTEX = 1, ANTHROPIC_VERTEX_PROJECT_ID = "p" }
[profiles.google]
auth = "vertex"
[profiles.google.env]
CLAUDE_CODE_USE_VERTEX = 1
ANTHROPIC_VERTEX_PROJECT_ID = "p"
CLOUDSDK_CONFIG = "~/google"
GOOGLE_APPLICATION_CREDENTIALS = "~/google/application_default_credentials.json"
[profiles.keyfile]
auth = "vertex"
env = { CLAUDE_CODE_USE_VERTEX = 1, GOOGLE_APPLICATION_CREDENTIALS = "~/google/key.json" }
[profiles.foundry]
auth = "foundry"
env = { CLAUDE_CODE_USE_FOUNDRY = 1, ANTHROPIC_FOUNDRY_RESOURCE = "r", AZURE_CONFIG_DIR = "~/azure", AZURE_TENANT_ID = "t" }
[profiles.foundry-key]
auth = "foundry"
env = { CLAUDE_CODE_USE_FOUNDRY = 1, ANTHROPIC_FOUNDRY_RESOURCE = "r", ANTHROPIC_FOUNDRY_API_KEY = { secret = "azure-key" } }
[profiles.application]
auth = "foundry"
[profiles.application.env]
CLAUDE_CODE_USE_FOUNDRY = 1
ANTHROPIC_FOUNDRY_RESOURCE = "r"
AZURE_TENANT_ID = "t"
AZURE_CLIENT_ID = "c"
AZURE_CLIENT_SECRET = { secret = "azure-secret" }
[profiles.ant]
auth = "anthropic-profile"
env = { ANTHROPIC_PROFILE = "team" }
[profiles.own]
login = "corp-login --as 'it''s me' \\"$WHO\\""
env = { WHO = "a b" }
[profiles.nothing]
env = { A = "b" }
"""

AWS = """
[profile acme dev]
sso_session = corp
[profile role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = acme dev
[profile console]
login_session = arn:aws:iam::123456789012:user/me
[profile static]
aws_access_key_id = x
aws_secret_access_key = x
[profile process]
credential_process = /bin/false
[sso-session corp]
sso_start_url = https://corp.example
sso_region = us-east-1
"""

SECRETS = {
    f"CTX_SECRET_{name}": "x" * 24
    for name in (
        *("ACME_KEY", "ACME_TOKEN", "ACME_GW", "AWS_ID", "AWS_KEY", "BEDROCK_KEY", "AZURE_KEY", "AZURE_SECRET"),
    )
}

ADC = '{"type": "authorized_user", "client_id": "x"}'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.profiles(PROFILES)
    (home.path / ".aws").mkdir()
    (home.path / ".aws" / "config").write_text(AWS)
    return home


@pytest.fixture
def standins(tmp_path: Path) -> Standins:
    return Standins(tmp_path / "bin")


def corp_cache(home: Home) -> Path:
    """Where the AWS CLI keeps the token of the session `corp`: below the SHA-1 of its name."""
    import hashlib

    return home.path / ".aws" / "sso" / "cache" / f"{hashlib.sha1(b'corp', usedforsecurity=False).hexdigest()}.json"


def login(
    home: Home, standins: Standins, *words: str, code: int | None = 0, display: str = ":0", **extra: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, "login", *words],
        cwd=home.path,
        env=home.environ(**{"PATH": standins.path(), "DISPLAY": display, **SECRETS, **extra}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert code in {None, done.returncode}, done
    return done


def only(standins: Standins, name: str) -> Call:
    (call,) = standins.calls(name)
    return call


SIGNED_IN = '{"accessToken": "x", "expiresAt": "2999-01-01T00:00:00Z"}'


# --- which command


def test_the_clients_own_login_gets_the_profiles_directory(home: Home, standins: Standins) -> None:
    folder = home.path / ".claude-other"
    standins.program("claude", writes={folder / ".credentials.json": "token"})

    done = login(home, standins, "other", CLAUDE_CONFIG_DIR="/somewhere/else", ANTHROPIC_API_KEY="left over")

    call = only(standins, "claude")
    assert call.argv == ("auth", "login")
    assert call.env["CLAUDE_CONFIG_DIR"] == str(folder)
    assert "ANTHROPIC_API_KEY" not in call.env
    assert done.stderr.splitlines() == [
        "ctx: other: claude auth login",
        "ctx: other: signed in; ctx verify other asks Claude Code itself",
        "ctx: restart running Claude Code sessions: they keep the login that they began with",
    ]


def test_a_subscription_without_a_directory_leaves_it_unset(home: Home, standins: Standins) -> None:
    """Set to ~/.claude it would be another place."""
    standins.program("claude", writes={home.path / ".claude" / ".credentials.json": "token"})

    login(home, standins, "max", CLAUDE_CONFIG_DIR="/somewhere/else")

    assert "CLAUDE_CONFIG_DIR" not in only(standins, "claude").env


@pytest.mark.parametrize(
    ("profile", "words", "expected"),
    [
        ("max", ("--sso",), ("--sso",)),
        ("max", ("--claudeai", "--email", "a@b.example"), ("--claudeai", "--email", "a@b.example")),
        ("max", ("--console",), ("--console",)),
        ("console", (), ("--console",)),
        ("console", ("--sso", "--email=-x y"), ("--sso", "--email", "-x y")),
    ],
)
def test_options_of_the_clients_login_are_passed_on(
    home: Home, standins: Standins, profile: str, words: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    standins.program("claude")

    login(home, standins, profile, *words, code=None)

    assert only(standins, "claude").argv == ("auth", "login", *expected)


@pytest.mark.parametrize("words", [("work", "--sso"), ("own", "--console"), ("vertex", "--email", "a@b.example")])
def test_such_an_option_for_another_login_is_refused(home: Home, standins: Standins, words: tuple[str, ...]) -> None:
    done = login(home, standins, *words, code=EXIT_USAGE)

    assert f"{words[1]}: only for claude auth login" in done.stderr


@pytest.mark.parametrize(
    ("profile", "local", "remote"),
    [
        ("work", ("aws", "sso", "login", "--profile", "acme dev"), ("--no-browser", "--use-device-code")),
        ("role", ("aws", "sso", "login", "--profile", "acme dev"), ("--no-browser", "--use-device-code")),
        ("signed", ("aws", "login", "--profile", "console"), ("--remote",)),
        ("vertex", ("gcloud", "auth", "application-default", "login"), ("--no-launch-browser",)),
        ("foundry", ("az", "login", "--tenant", "t"), ("--use-device-code",)),
        ("ant", ("ant", "auth", "login", "--profile", "team"), ("--no-browser",)),
        ("max", ("claude", "auth", "login"), ()),
    ],
)
def test_each_method_has_its_usual_command_and_a_form_without_a_browser(
    home: Home, standins: Standins, profile: str, local: tuple[str, ...], remote: tuple[str, ...]
) -> None:
    standins.program(local[0])

    login(home, standins, profile, code=None)
    login(home, standins, profile, code=None, display="")
    login(home, standins, profile, code=None, SSH_CONNECTION="1 2 3 4")
    login(home, standins, profile, "--no-browser", code=None)

    assert [call.argv for call in standins.calls(local[0])] == [local[1:], *[(*local[1:], *remote)] * 3]


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", True),
        ({"BROWSER": "/usr/bin/w3m"}, "linux", True),
        ({"DISPLAY": ""}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
        ({"SSH_CONNECTION": "x", "DISPLAY": "localhost:10.0"}, "linux", False),
    ],
)
def test_a_browser_is_here_where_a_person_sees_it(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], platform: str, expected: bool
) -> None:
    monkeypatch.setattr(sys, "platform", platform)

    assert has_browser(environ) is expected


def test_a_google_login_of_its_own_is_written_where_claude_code_looks(home: Home, standins: Standins) -> None:
    file = home.path / "google" / "application_default_credentials.json"
    standins.program("gcloud", writes={file: ADC})

    login(home, standins, "google")

    call = only(standins, "gcloud")
    assert call.env["CLOUDSDK_CONFIG"] == str(file.parent)
    # gcloud asks before it signs in beside this one.
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in call.env


def test_a_shared_google_login_is_not_written_where_claude_code_does_not_look(home: Home, standins: Standins) -> None:
    standins.program("gcloud")

    login(home, standins, "vertex", code=None, CLOUDSDK_CONFIG=str(home.path / "moved"))

    assert "CLOUDSDK_CONFIG" not in only(standins, "gcloud").env


def test_a_file_that_gcloud_cannot_write_is_an_error_with_the_fix(home: Home, standins: Standins) -> None:
    standins.program("gcloud")

    done = login(home, standins, "keyfile", code=EXIT_CONFIG)

    assert "is not a name that gcloud writes a login to" in done.stderr
    assert standins.calls("gcloud") == []


def test_the_profiles_own_command_is_run_by_the_shell_as_it_is_written(home: Home, standins: Standins) -> None:
    standins.program("corp-login")

    done = login(home, standins, "own")

    assert only(standins, "corp-login").argv == ("--as", "its me", "a b")
    assert "own: the login command ended well; ctx verify own asks Claude Code itself" in done.stderr


def test_the_profiles_own_command_is_told_of_a_missing_browser(home: Home, standins: Standins) -> None:
    home.profiles(PROFILES + '[profiles.both]\nextends = "work"\nlogin = "corp-login"\n')
    standins.program("corp-login", writes={corp_cache(home): SIGNED_IN})

    done = login(home, standins, "both", display="")

    assert "if it waits for one, aws sso login --profile 'acme dev' --no-browser --use-device-code" in done.stderr


# --- nothing to log in to


@pytest.mark.parametrize(
    ("profile", "why", "fix"),
    [
        ("key", "an API key", "ctx secret set acme-key"),
        ("token", "a token of claude setup-token", "ctx secret set acme-token"),
        ("gateway", "the gateway's token", "ctx secret set acme-gw"),
        ("helper", "its apiKeyHelper gets the key", "ctx secret set NAME"),
        ("keys", "AWS keys", "ctx secret set aws-id"),
        ("bearer", "a Bedrock key", "ctx secret set bedrock-key"),
        ("static", "the AWS profile static holds keys", "aws configure --profile static"),
        ("process", "credential_process", "aws sts get-caller-identity --profile process"),
        ("nobody", "no AWS profile is named", "aws configure sso"),
        ("foundry-key", "a key", "ctx secret set azure-key"),
        ("application", "an application of Entra", "ctx secret set azure-secret"),
    ],
)
def test_where_there_is_nothing_to_log_in_to_it_says_what_to_do(
    home: Home, standins: Standins, profile: str, why: str, fix: str
) -> None:
    """And no secret is read for it: that may be the very one that is missing."""
    done = login(home, standins, profile, code=EXIT_FAILURE, **dict.fromkeys(SECRETS, ""))

    assert why in done.stderr
    assert "there is nothing to log in to" in done.stderr
    assert fix in done.stderr


def test_a_key_file_of_google_is_nothing_to_log_in_to(home: Home, standins: Standins) -> None:
    file = home.path / "google" / "key.json"
    file.parent.mkdir()
    file.write_text('{"type": "service_account", "private_key": "x"}')

    assert "~/google/key.json is a key file" in login(home, standins, "keyfile", code=EXIT_FAILURE).stderr


def test_an_aws_profile_that_does_not_exist_is_named(home: Home, standins: Standins) -> None:
    done = login(home, standins, "lost", code=EXIT_CONFIG)

    assert "there is no AWS profile gone\n  aws configure sso --profile gone" in done.stderr


def test_a_profile_that_signs_in_to_nothing_says_so(home: Home, standins: Standins) -> None:
    done = login(home, standins, "nothing", code=EXIT_CONFIG)

    assert "login = " in done.stderr


def test_every_method_is_known(home: Home, standins: Standins) -> None:
    from ctx.claude.login_commands import usual
    from ctx.claude.login_model import Ask

    for method in signin.METHODS:
        found = usual(Ask(method, {}, str(home.path)))
        assert bool(found.command) != bool(found.instead), method
    assert standins.calls("claude") == []


# --- a login that others share


def stored(home: Home, folder: str = ".claude") -> None:
    file = home.path / folder / ".credentials.json"
    file.parent.mkdir()
    file.write_text("token")


SHARED = '[profiles.second]\nauth = "subscription"\n'


def test_a_login_that_another_profile_shares_is_not_replaced_unasked(home: Home, standins: Standins) -> None:
    home.profiles(PROFILES + SHARED)
    standins.program("claude")
    stored(home)

    done = login(home, standins, "max", code=EXIT_REFUSED)

    assert done.stderr.startswith(
        "ctx: the Claude login in ~/.claude is also that of second: signing in replaces it there"
    )
    assert "ctx login max --yes" in done.stderr
    assert standins.calls("claude") == []


def test_with_yes_a_shared_login_is_replaced(home: Home, standins: Standins) -> None:
    home.profiles(PROFILES + SHARED)
    standins.program("claude")
    stored(home)

    done = login(home, standins, "max", "--yes")

    assert "is also that of second" in done.stderr
    assert len(standins.calls("claude")) == 1


@pytest.mark.parametrize(("answer", "called"), [("y", 1), ("n", 0), ("", 0)])
def test_at_a_terminal_a_person_is_asked(home: Home, standins: Standins, answer: str, called: int) -> None:
    home.profiles(PROFILES + SHARED)
    standins.program("claude")
    stored(home)
    environ = home.environ(PATH=standins.path(), DISPLAY=":0")

    with Terminal([*PROGRAM, "login", "max"], environ, str(home.path)) as terminal:
        terminal.expect("Sign in and replace it? [y/N] ")
        terminal.send(f"{answer}\n")
        terminal.expect("restart running Claude Code sessions" if called else "stays: nothing changed")

    assert [call.stdin for call in standins.calls("claude")] == ["terminal"] * called


def test_where_no_login_is_there_yet_nobody_is_asked(home: Home, standins: Standins) -> None:
    home.profiles(PROFILES + SHARED)
    standins.program("claude", writes={home.path / ".claude" / ".credentials.json": "token"})

    login(home, standins, "max")

    assert len(standins.calls("claude")) == 1


def test_a_login_in_a_directory_of_its_own_is_nobody_elses(home: Home, standins: Standins) -> None:
    home.profiles(PROFILES + SHARED)
    standins.program("claude")
    stored(home, ".claude-other")

    login(home, standins, "other")

    assert len(standins.calls("claude")) == 1


def test_directories_that_are_one_by_a_link_are_shared(home: Home, standins: Standins) -> None:
    home.profiles(PROFILES + '[profiles.linked]\nauth = "subscription"\nenv = { CLAUDE_CONFIG_DIR = "~/link" }\n')
    standins.program("claude")
    stored(home, ".claude-other")
    (home.path / "link").symlink_to(home.path / ".claude-other")

    assert "is also that of linked" in login(home, standins, "other", code=EXIT_REFUSED).stderr


def test_an_aws_session_that_still_works_is_shared_by_its_profiles(home: Home, standins: Standins) -> None:
    standins.program("aws")
    corp_cache(home).parent.mkdir(parents=True)
    corp_cache(home).write_text(SIGNED_IN)

    done = login(home, standins, "work", code=EXIT_REFUSED)

    assert "the AWS SSO session corp is also that of role:" in done.stderr


def test_an_aws_session_that_has_expired_is_no_loss(home: Home, standins: Standins) -> None:
    standins.program("aws", writes={corp_cache(home): SIGNED_IN})
    corp_cache(home).parent.mkdir(parents=True)
    corp_cache(home).write_text(SIGNED_IN.replace("2999", "2001"))

    login(home, standins, "work")

    assert len(standins.calls("aws")) == 1


def test_a_google_and_an_azure_login_are_shared_by_their_place(home: Home, standins: Standins) -> None:
    more = """
[profiles.vertex-too]
auth = "vertex"
env = { CLAUDE_CODE_USE_VERTEX = 1, ANTHROPIC_VERTEX_PROJECT_ID = "q" }
[profiles.foundry-too]
auth = "foundry"
env = { CLAUDE_CODE_USE_FOUNDRY = 1, ANTHROPIC_FOUNDRY_RESOURCE = "s", AZURE_CONFIG_DIR = "~/azure" }
"""
    home.profiles(PROFILES + more)
    standins.program("gcloud")
    standins.program("az")
    for name, text in (
        (".config/gcloud/application_default_credentials.json", ADC),
        ("azure/msal_token_cache.json", "{ }"),
    ):
        file = home.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    google = login(home, standins, "vertex", code=EXIT_REFUSED)
    azure = login(home, standins, "foundry", code=EXIT_REFUSED)

    assert "is also that of vertex-too:" in google.stderr
    assert "is also that of foundry-too:" in azure.stderr


# --- afterwards


def test_a_login_that_did_not_help_is_said(home: Home, standins: Standins) -> None:
    standins.program("aws")

    done = login(home, standins, "work", code=EXIT_FAILURE)

    assert (
        "the login command ended well, but still: the AWS SSO session of profile acme dev was never signed in"
        in done.stderr
    )
    assert "restart" not in done.stderr


@pytest.mark.parametrize(("answer", "code"), [({"code": 7}, 7), ({"killed": signal.SIGKILL}, 128 + 9)])
def test_a_login_that_fails_gives_its_exit_code(
    home: Home, standins: Standins, answer: dict[str, int], code: int
) -> None:
    standins.program("claude", code=answer.get("code", 0), killed=answer.get("killed", 0))

    done = login(home, standins, "max", code=code)

    assert f"ctx: max: claude auth login failed with exit code {code}" in done.stderr


def test_what_the_program_prints_is_passed_through(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout="open https://claude.ai/x\n", stderr="waiting\n", code=1)

    done = login(home, standins, "max", code=1)

    assert done.stdout == "open https://claude.ai/x\n"
    assert "waiting\n" in done.stderr


@pytest.mark.parametrize(
    ("profile", "program"),
    [("max", "claude"), ("work", "aws"), ("vertex", "gcloud"), ("foundry", "az"), ("ant", "ant")],
)
def test_a_program_that_is_missing_is_named_with_how_to_get_it(
    home: Home, standins: Standins, profile: str, program: str
) -> None:
    done = login(home, standins, profile, code=EXIT_COMMAND_NOT_FOUND)

    assert f"{profile} needs {program}, which is not on the PATH\n  https://" in done.stderr


def test_a_program_that_cannot_be_started_is_said(home: Home, standins: Standins) -> None:
    standins.program("aws").write_bytes(b"\x00")

    assert "cannot be started" in login(home, standins, "work", code=EXIT_CANNOT_EXECUTE).stderr


def test_ctrl_c_ends_both(home: Home, standins: Standins) -> None:
    standins.program("claude", hangs=True)
    process = subprocess.Popen(
        [*PROGRAM, "login", "max"],
        cwd=home.path,
        env=home.environ(PATH=standins.path()),
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while not standins.calls("claude") and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == EXIT_INTERRUPTED


def test_no_secret_is_read_to_find_out_who_shares_a_login(home: Home, standins: Standins) -> None:
    home.profiles(
        PROFILES + SHARED + '[profiles.fetch]\nauth = "subscription"\n'
        'env = { CLAUDE_CONFIG_DIR = { command = ["fetch"] } }\n'
    )
    standins.program("claude")
    standins.program("fetch", stdout="/x")
    stored(home)

    login(home, standins, "max", "--yes")

    assert standins.calls("fetch") == []
