"""`ctx claude helper`: what it writes is run as the client runs it, and the rest of the file stays."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ctx.claude import helper, traces
from ctx.errors import EXIT_CONFIG, EXIT_REFUSED, EXIT_SECRET, EXIT_USAGE, ConfigError, CtxError, UsageError
from tests.support.home import PROGRAM, Home
from tests.support.hostile import NOT_UTF8
from tests.support.pty import Terminal
from tests.support.standins import Standins

KEY = "sk-ant-api03-" + "k" * 20

PROFILES = """\
[profiles.acme]
auth = "api-key-helper"
env = { CLAUDE_CONFIG_DIR = "~/.claude acme" }
[profiles.leaky.env]
CLAUDE_CONFIG_DIR = "~/.claude acme"
ANTHROPIC_API_KEY = { secret = "acme-key" }
[profiles.shared]
auth = "console"
env = { ANTHROPIC_API_KEY = { secret = "acme-key" } }
[profiles.same]
env = { CLAUDE_CONFIG_DIR = "~/.claude/", ANTHROPIC_API_KEY = { secret = "acme-key" } }
[profiles.relative]
env = { CLAUDE_CONFIG_DIR = "here" }
[profiles.max]
auth = "subscription"
env = { CLAUDE_CONFIG_DIR = "~/.claude-max" }
[profiles.aws]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1, CLAUDE_CONFIG_DIR = "~/.claude-aws", AWS_REGION = "eu-west-1" }
[profiles.aws-keys]
extends = "aws"
env = { AWS_PROFILE = "it's acme", AWS_BEARER_TOKEN_BEDROCK = { secret = "bearer" } }
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.profiles(PROFILES)
    return home


def settings(home: Home, folder: str = ".claude acme") -> Path:
    return home.path / folder / "settings.json"


def ctx(home: Home, *words: str, code: int = 0, **extra: str) -> subprocess.CompletedProcess[str]:
    environ = home.environ(CTX_SECRET_ACME_KEY=KEY, **extra)
    done = subprocess.run([*PROGRAM, *words], env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done
    assert KEY not in done.stdout + done.stderr
    return done


def make(home: Home, *words: str, code: int = 0, **extra: str) -> str:
    return ctx(home, "claude", "helper", *words, code=code, **extra).stderr


def written(home: Home, folder: str = ".claude acme") -> dict[str, Any]:
    content: dict[str, Any] = json.loads(settings(home, folder).read_text())
    return content


def as_the_client(command: str, home: Home, **extra: str) -> subprocess.CompletedProcess[str]:
    """Client 2.1.330: `/bin/sh -c`, standard input no terminal, the whole environment of the session."""
    environ = {"HOME": str(home.path), "PATH": "/usr/bin:/bin", **extra}
    words = ["/bin/sh", "-c", command]
    return subprocess.run(words, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


# --- writing ----------------------------------------------------------------------------------------------------------


def test_the_client_gets_the_key_from_what_is_written(home: Home) -> None:
    home.path.joinpath(".claude acme").mkdir()
    before = '{\r\n\t"model": "opus",\r\n\t"env": {"A": "1"}\r\n}'
    settings(home).write_bytes(before.encode())
    settings(home).chmod(0o644)
    said = make(home, "acme", "--secret", "acme-key", "--ttl", "60000")
    done = as_the_client(written(home)["apiKeyHelper"], home, CTX_SECRET_ACME_KEY=KEY)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{KEY}\n", "")
    assert written(home)["env"] == {"A": "1", "CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "60000"}
    text = settings(home).read_bytes().decode()
    assert text.startswith('{\r\n\t"model": "opus",\r\n\t"env": {"A": "1", "CLAUDE_CODE')
    assert stat.S_IMODE(settings(home).stat().st_mode) == 0o644
    assert "apiKeyHelper is set" in said
    assert settings(home).with_name("settings.json.ctx-backup").read_bytes().decode() == before


def test_a_key_that_is_not_there_fails_and_prints_nothing(home: Home) -> None:
    make(home, "acme", "--secret", "acme-key")
    done = as_the_client(written(home)["apiKeyHelper"], home)

    assert (done.returncode, done.stdout) == (EXIT_SECRET, "")
    assert "ctx secret set acme-key" in done.stderr


def test_the_key_comes_from_the_store_whatever_the_session_has_set(home: Home, tmp_path: Path) -> None:
    """The folders are those of the shell that wrote it, and what a profile sets does not move them."""
    places = {
        "CTX_CONFIG": str(home.config),
        "XDG_DATA_HOME": str(tmp_path / "da'ta"),
        "XDG_STATE_HOME": str(tmp_path / "s"),
    }
    environ = home.environ(CTX_SECRETS_STORE="file", **places)
    kept = [*PROGRAM, "secret", "set", "kept", "--stdin"]
    subprocess.run(kept, env=environ, input=KEY, text=True, capture_output=True, check=True)
    make(home, "acme", "--secret", "kept", code=0, **places)
    done = as_the_client(written(home)["apiKeyHelper"], home, PYTHONPATH="/nonsense", XDG_CACHE_HOME="relative")

    assert (done.returncode, done.stdout) == (0, f"{KEY}\n")
    assert not (home.data / traces.FILE).exists(), "the record is in the data directory that was named"
    assert (tmp_path / "da'ta" / "ctx" / traces.FILE).exists()


def test_a_second_time_changes_nothing(home: Home) -> None:
    make(home, "acme", "--secret", "acme-key")
    before = settings(home).stat()
    make(home, "acme", "--secret", "acme-key")

    assert settings(home).stat().st_ino == before.st_ino
    assert os.listdir(settings(home).parent) == ["settings.json"]


def test_its_own_earlier_value_is_replaced_without_asking(home: Home) -> None:
    make(home, "acme", "--secret", "acme-key", "--ttl", "1000")
    make(home, "acme", "--secret", "other", "--ttl", "2000", CTX_SECRET_OTHER="x")

    assert "'other'" in written(home)["apiKeyHelper"]
    assert written(home)["env"] == {"CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "2000"}


def test_the_secret_is_that_of_the_credential_which_should_go(home: Home) -> None:
    said = make(home, "leaky")

    assert "'acme-key'" in written(home)["apiKeyHelper"]
    assert "ANTHROPIC_API_KEY comes before the helper, and both are sent" in said
    assert 'auth = "api-key-helper" in [profiles.leaky]' in said


def test_without_such_a_credential_it_is_what_ctx_new_calls_the_key(home: Home) -> None:
    home.profiles(PROFILES.replace("[profiles.acme]", "[profiles.mine]"))
    make(home, "mine", CTX_SECRET_MINE_KEY="x")

    assert "'mine-key'" in written(home)["apiKeyHelper"]


def test_a_secret_must_be_named_and_known(home: Home) -> None:
    home.profiles(PROFILES.replace("[profiles.acme]", "[profiles.mine]"))
    assert "--secret NAME" in make(home, "mine", code=EXIT_USAGE)
    assert "did you mean acme-key?" in make(home, "mine", "--secret", "acme-kye", code=EXIT_SECRET)
    assert not settings(home).exists()


def test_printing_writes_nothing(home: Home) -> None:
    done = ctx(home, "claude", "helper", "acme", "--secret", "acme-key", "--ttl", "5", "--print")
    shown = json.loads(done.stdout)

    assert as_the_client(shown["apiKeyHelper"], home, CTX_SECRET_ACME_KEY=KEY).stdout == f"{KEY}\n"
    assert shown["env"] == {"CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "5"}
    assert not settings(home).exists()
    assert not (home.data / traces.FILE).exists()


@pytest.mark.parametrize("profile", ["shared", "same"])
def test_the_shared_directory_is_left_alone_unless_it_is_asked_for(profile: str, home: Home) -> None:
    said = make(home, profile, code=EXIT_REFUSED)

    assert "would overrule every other login" in said
    assert not settings(home, ".claude").exists()
    make(home, profile, "--shared")
    assert "apiKeyHelper" in written(home, ".claude")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), EXIT_USAGE, "say which profile"),
        (("nobody",), 4, "there is no profile"),
        (("relative", "--secret", "acme-key"), EXIT_CONFIG, "absolute path"),
        (("max", "--secret", "acme-key"), EXIT_USAGE, "would overrule"),
        (("acme", "--secret", "acme-key", "--ttl", "5m"), EXIT_USAGE, "milliseconds"),
        (("acme", "--secret", "acme-key", "--ttl", "-1"), EXIT_USAGE, "milliseconds"),
        (("acme", "--secret", KEY + "!"), EXIT_USAGE, "name of a secret"),
        (("acme", "--aws-profile", "x"), EXIT_USAGE, "for Bedrock"),
        (("aws",), EXIT_USAGE, "--aws-profile NAME"),
        (("aws", "--secret", "acme-key"), EXIT_USAGE, "takes no key"),
    ],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], code: int, said: str, home: Home) -> None:
    assert said in make(home, *words, code=code)
    assert not settings(home).exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"apiKeyHelper": 1, "apiKeyHelper": 2}', '{"env": []}'])
def test_settings_that_cannot_be_edited_are_left_and_named(content: str, home: Home) -> None:
    settings(home).parent.mkdir()
    settings(home).write_text(content)
    said = make(home, "acme", "--secret", "acme-key", "--ttl", "1", code=EXIT_CONFIG)

    assert "settings.json" in said
    assert settings(home).read_text() == content


# --- what somebody else wrote -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("--secret", "acme-key"), ("--remove",)])
def test_a_foreign_helper_is_shown_and_left_without_a_yes(words: tuple[str, ...], home: Home) -> None:
    settings(home).parent.mkdir()
    settings(home).write_text('{\n  "apiKeyHelper": "vault read \\u001b[31m key"\n}')
    before = settings(home).read_text()
    said = make(home, "acme", *words, code=EXIT_REFUSED)

    assert "settings.json:2: apiKeyHelper is not from ctx: vault read \\x1b[31m key" in said
    assert settings(home).read_text() == before
    make(home, "acme", *words, "--yes")
    assert "vault" not in settings(home).read_text()


def test_a_credential_in_a_foreign_helper_is_not_shown(home: Home) -> None:
    settings(home).parent.mkdir()
    settings(home).write_text(json.dumps({"apiKeyHelper": f"echo {KEY}"}))
    said = make(home, "acme", "--secret", "acme-key", "--yes")

    assert "not shown" in said
    backup = settings(home).with_name("settings.json.ctx-backup")
    assert KEY not in backup.read_text()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_person_is_asked_about_a_foreign_helper(answer: str, home: Home) -> None:
    settings(home).parent.mkdir()
    settings(home).write_text('{"apiKeyHelper": "mine"}')
    words = [*PROGRAM, "claude", "helper", "acme", "--secret", "acme-key"]
    with Terminal(words, home.environ(CTX_SECRET_ACME_KEY=KEY), str(home.path)) as terminal:
        terminal.expect("replace it? [y/N] ")
        terminal.send(f"{answer}\n")
        terminal.expect("apiKeyHelper is set" if answer == "y" else "nothing was written")

    assert (written(home)["apiKeyHelper"] == "mine") is (answer == "n")


# --- taking it back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ['{\n  "model": "opus"\n}\n', '{"env":{"A":"1"},"b":[]}'])
def test_removing_gives_the_file_back_byte_for_byte(content: str, home: Home) -> None:
    settings(home).parent.mkdir()
    settings(home).write_text(content)
    make(home, "acme", "--secret", "acme-key", "--ttl", "1000")
    said = make(home, "acme", "--remove")

    assert settings(home).read_text() == content
    assert "apiKeyHelper is taken out" in said
    assert not (home.data / traces.FILE).exists()
    assert "has no helper" in make(home, "acme", "--remove")


def test_removing_where_nothing_is(home: Home) -> None:
    assert "has no helper" in make(home, "acme", "--remove")
    assert not settings(home).parent.exists()


def test_a_lifetime_of_the_users_own_stays(home: Home) -> None:
    settings(home).parent.mkdir()
    settings(home).write_text('{"env": {"CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "7"}}')
    make(home, "acme", "--secret", "acme-key")
    make(home, "acme", "--remove")

    assert written(home) == {"env": {"CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "7"}}


def test_the_list_names_what_is_there_and_what_was_changed(home: Home) -> None:
    assert "has nothing in settings files" in make(home, "--list")
    make(home, "acme", "--secret", "acme-key", "--ttl", "1")
    make(home, "aws", "--aws-profile", "acme")
    content = written(home, ".claude-aws")
    settings(home, ".claude-aws").write_text(json.dumps({**content, "awsAuthRefresh": "mine"}))
    shown = ctx(home, "claude", "helper", "--list").stdout.splitlines()

    assert [line.rpartition("settings.json: ")[2] for line in shown] == [
        "apiKeyHelper",
        "env.CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
        "awsCredentialExport",
        "awsAuthRefresh  (changed since: not ctx's any more)",
    ]


def test_all_of_it_can_be_taken_back(home: Home) -> None:
    make(home, "acme", "--secret", "acme-key", "--ttl", "1")
    make(home, "aws", "--aws-profile", "acme")
    content = written(home, ".claude-aws")
    settings(home, ".claude-aws").write_text(json.dumps({**content, "awsAuthRefresh": "mine"}))
    done = traces.undo(str(home.data))

    assert written(home) == {}
    assert written(home, ".claude-aws") == {"awsAuthRefresh": "mine"}
    assert len(done) == 3
    assert not (home.data / traces.FILE).exists()


def test_without_a_profile_all_of_it_is_removed_after_a_yes(home: Home) -> None:
    make(home, "acme", "--secret", "acme-key")
    make(home, "aws", "--aws-profile", "acme")
    home.profiles("")
    assert "ctx claude helper --remove --yes" in make(home, "--remove", code=EXIT_REFUSED)
    assert "apiKeyHelper" in written(home)
    said = make(home, "--remove", "--yes")

    assert said.count("is taken out") == 3
    assert written(home) == written(home, ".claude-aws") == {}
    assert "has nothing in settings files" in make(home, "--remove")


def test_what_cannot_be_read_stays_on_record(home: Home) -> None:
    make(home, "acme", "--secret", "acme-key")
    settings(home).write_text("{")

    assert traces.undo(str(home.data)) == []
    assert "cannot be read" in traces.listed(str(home.data))[0]
    settings(home).unlink()
    assert traces.listed(str(home.data)) == []


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"version": 9, "entries": []}', '{"version": 1, "entries": [{"file": 1}]}', "\xff"]
)
def test_a_damaged_record_is_never_an_empty_one(content: str, home: Home) -> None:
    (home.data / traces.FILE).write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigError):
        traces.load(str(home.data))

    assert traces.FILE in make(home, "acme", "--secret", "acme-key", code=EXIT_CONFIG)
    assert not settings(home).exists()


# --- Bedrock ----------------------------------------------------------------------------------------------------------


EXPORT = ("configure", "export-credentials", "--profile", "it's acme", "--format", "process")


def test_bedrock_gets_its_credentials_from_an_aws_profile(home: Home, tmp_path: Path) -> None:
    aws = Standins(tmp_path / "it's")
    aws.program("aws", stdout="credentials\n")
    said = make(home, "aws-keys", PATH=aws.path())
    done = as_the_client(written(home, ".claude-aws")["awsCredentialExport"], home, AWS_PROFILE="the users own")
    (call,) = aws.calls("aws")

    assert done.stdout == "credentials\n"
    assert call.argv == EXPORT
    assert call.env["AWS_PROFILE"] == "the users own"
    assert "AWS_BEARER_TOKEN_BEDROCK comes before the export" in said
    assert "goes on with AWS_PROFILE, and says so in one line only" in said
    make(home, "aws-keys", "--remove")
    assert written(home, ".claude-aws") == {}


@pytest.mark.parametrize("code", [0, 255])
def test_a_login_begins_only_where_the_session_is_over(code: int, home: Home, tmp_path: Path) -> None:
    aws = Standins(tmp_path / "it's")
    aws.program("aws", stdout="credentials\n", stderr="expired\n", code=code)
    aws.program("aws", when=("sso",), stdout="open this page\n")
    make(home, "aws-keys", PATH=aws.path())
    done = as_the_client(written(home, ".claude-aws")["awsAuthRefresh"], home)

    login = [("sso", "login", "--profile", "it's acme")] if code else []
    assert [call.argv for call in aws.calls("aws")] == [EXPORT, *login]
    assert (done.returncode, done.stdout, done.stderr) == (0, "open this page\n" if code else "", "")


def test_without_the_aws_cli_it_warns(home: Home, tmp_path: Path) -> None:
    said = make(home, "aws", "--aws-profile", "acme", PATH=str(tmp_path))

    assert "the AWS CLI (aws) is not on PATH" in said
    assert written(home, ".claude-aws")["awsAuthRefresh"].endswith(" || 'aws' 'sso' 'login' '--profile' 'acme'")


# --- one line -----------------------------------------------------------------------------------------------------------


def test_a_line_for_sh_gives_every_word_back() -> None:
    words = ("/bin/echo", "it's", "$HOME `x`\n", "--", 'a"b', "é")
    line = helper.command_line(words, (("A", "b'c"),))
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True)

    assert done.stdout == " ".join(words[1:]) + "\n"


def test_a_line_for_cmd_takes_no_character_that_cmd_changes() -> None:
    assert (
        helper.command_line((r"C:\Program Files\ctx.cmd", "secret"), windows=True)
        == r'"C:\Program Files\ctx.cmd" "secret"'
    )
    for word in ('a"b', "%PATH%", "a\nb"):
        with pytest.raises(CtxError):
            helper.command_line((word,), windows=True)


def test_a_path_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(CtxError, match="not UTF-8"):
        helper.command_line((f"/{NOT_UTF8}/ctx",))


@pytest.mark.parametrize("text", ["", "x", "1.5", "²", "86400001", "-1", " 1"])
def test_a_lifetime_is_a_whole_number_of_milliseconds(text: str) -> None:
    assert helper.checked_ttl("86400000") == 86_400_000
    assert helper.checked_ttl(None) is None
    with pytest.raises(UsageError):
        helper.checked_ttl(text)
