"""`ctx verify` with a stand-in for the client: what it is given, and what is made of what it says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from ctx.claude.client import SHIMS
from ctx.claude.explain import WORD
from ctx.cli.verify_client import LIMIT
from ctx.errors import (
    EXIT_CANNOT_EXECUTE,
    EXIT_COMMAND_NOT_FOUND,
    EXIT_FAILURE,
    EXIT_INTERRUPTED,
    EXIT_SECRET,
    EXIT_UNKNOWN_PROFILE,
    EXIT_USAGE,
)
from tests.support.home import PROGRAM, Home
from tests.support.hostile import VALUES, toml
from tests.support.standins import Standins

TOKEN = "tok-" + "q7" * 20

PROFILES = """
[profiles.work]
auth = "bedrock"
payer = "Acme"
[profiles.work.env]
CLAUDE_CODE_USE_BEDROCK = 1
AWS_PROFILE = "acme"
AWS_REGION = "us-west-2"
[profiles.pinned]
extends = "work"
[profiles.pinned.env]
ANTHROPIC_DEFAULT_OPUS_MODEL = "a"
ANTHROPIC_DEFAULT_SONNET_MODEL = "b"
ANTHROPIC_DEFAULT_HAIKU_MODEL = "c"
[profiles.gateway]
auth = "gateway"
env = { ANTHROPIC_BASE_URL = "https://llm.acme.example", ANTHROPIC_AUTH_TOKEN = { secret = "gate way" } }
[profiles.key]
auth = "console"
env = { ANTHROPIC_API_KEY = { secret = "key", exec_only = true } }
[profiles.ant]
auth = "anthropic-profile"
env = { ANTHROPIC_PROFILE = "missing" }
[profiles.max]
auth = "subscription"
""".replace("gate way", "gateway-token")

NO_AWS = "API Error: Could not load AWS credentials · Could not load credentials from any providers. Check or refresh."
ISSUE = "There's an issue with the selected model (claude-x). It may not exist or you may not have access to it."


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.profiles(PROFILES)
    return home


@pytest.fixture
def standins(tmp_path: Path) -> Standins:
    return Standins(tmp_path / "bin")


def environ(home: Home, standins: Standins, **extra: str) -> dict[str, str]:
    given = {"PATH": standins.path(), "CTX_SECRET_GATEWAY_TOKEN": TOKEN, "CTX_SECRET_KEY": f"sk-ant-api03-{TOKEN}"}
    return home.environ(**{**given, **extra})


def verify(
    home: Home, standins: Standins, *words: str, code: int | None = 0, cwd: Path | None = None, **extra: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, "verify", *words],
        cwd=cwd or home.path,
        env=environ(home, standins, **extra),
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert code in {None, done.returncode}, done
    return done


def lives_on(pid: int) -> bool:
    """Whether a process still runs after five seconds: one that was killed a moment ago may need one to end."""
    end = time.monotonic() + 5
    while (alive := _is_alive(pid)) and time.monotonic() < end:
        time.sleep(0.01)
    return alive


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody asked about does not."""
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_answer_is_reported_with_the_method_and_who_pays(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=f"{WORD}\n")

    done = verify(home, standins, "work")

    assert done.stdout.startswith("work: answered in ")
    assert done.stdout.endswith(" s · Bedrock as acme, us-west-2 · Acme pays\n")


def test_it_says_before_what_it_does_and_that_it_may_cost_something(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)

    lines = verify(home, standins, "work", "--timeout", "12").stderr.splitlines()

    assert lines[0] == "ctx: work: Bedrock as acme, us-west-2 · Acme pays"
    assert "for one word, at most 12 s; it may cost a fraction of a cent" in lines[1]
    assert "up to 15 small availability calls" in lines[2]


def test_calls_for_the_models_are_not_announced_where_all_are_pinned(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)

    assert "availability calls" not in verify(home, standins, "pinned").stderr


def test_the_client_is_started_once_in_the_profiles_environment(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)

    verify(home, standins, "work", AWS_BEARER_TOKEN_BEDROCK="left over", ANTHROPIC_API_KEY="left over", KEPT="kept")

    (call,) = standins.calls("claude")
    assert call.argv[0] == "-p"
    assert len(call.argv) == 2
    assert WORD in call.argv[1]
    assert call.stdin == "nothing"
    assert call.group == call.pid
    assert {name: call.env.get(name) for name in ("AWS_PROFILE", "CLAUDE_CODE_USE_BEDROCK", "KEPT")} == {
        "AWS_PROFILE": "acme",
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "KEPT": "kept",
    }
    assert call.env["CLAUDE_CODE_MAX_RETRIES"] == "0"
    assert "AWS_BEARER_TOKEN_BEDROCK" not in call.env
    assert "ANTHROPIC_API_KEY" not in call.env


def test_it_runs_in_an_empty_directory_that_is_gone_afterwards(home: Home, standins: Standins, tmp_path: Path) -> None:
    standins.program("claude", stdout=WORD)

    verify(home, standins, "work", TMPDIR=str(tmp_path))

    (call,) = standins.calls("claude")
    assert Path(call.cwd).parent == tmp_path
    assert call.env["PWD"] == call.cwd
    assert not Path(call.cwd).exists()


def test_with_here_it_runs_in_the_working_directory(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)
    project = home.project(None)

    verify(home, standins, "work", "--here", cwd=project)

    assert standins.calls("claude")[0].cwd == str(project)


def test_a_working_directory_that_is_gone_is_named(home: Home, standins: Standins, tmp_path: Path) -> None:
    standins.program("claude", stdout=WORD)
    gone = tmp_path / "gone"
    gone.mkdir()
    command = [
        "/bin/sh",
        "-c",
        '/bin/rmdir "$1"; shift; exec "$@"',
        "sh",
        str(gone),
        *PROGRAM,
        "verify",
        "work",
        "--here",
    ]
    done = subprocess.run(
        command, cwd=gone, env=environ(home, standins, PWD=str(gone)), capture_output=True, text=True, check=False
    )

    assert done.returncode == EXIT_FAILURE
    assert f"{gone}: the working directory is gone" in done.stderr
    assert standins.calls("claude") == []


def test_a_directory_that_cannot_be_made_is_said(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)
    command = [*PROGRAM, "verify", "work"]
    # Every place that Python tries for temporary files.
    script = "import sys, tempfile; tempfile._candidate_tempdir_list = lambda: ['/nonexistent']; "
    script += f"sys.argv = ['ctx', 'verify', 'work']; sys.path.insert(0, {str(Path(PROGRAM[-1]).parent.parent)!r}); "
    script += "from ctx.cli.main import main; main()"
    done = subprocess.run(
        [command[0], "-I", "-S", "-c", script],
        env=environ(home, standins),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == EXIT_FAILURE
    assert "an empty directory cannot be made" in done.stderr


def test_inside_a_claude_code_session_the_client_is_started_apart_from_it(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)

    done = verify(home, standins, "work", CLAUDECODE="1", CLAUDE_CODE_CHILD_SESSION="1")

    (call,) = standins.calls("claude")
    assert "inside a Claude Code session" in done.stderr
    assert not {"CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION"} & set(call.env)


def test_ctxs_own_shim_is_not_the_client(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)
    shims = Standins(home.data / SHIMS)
    shims.program("claude", stdout="from the shim")

    verify(home, standins, "work", PATH=shims.path(standins.path()))

    assert shims.calls("claude") == []
    assert len(standins.calls("claude")) == 1


def test_what_is_for_exec_only_is_given(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)

    verify(home, standins, "key")

    assert standins.calls("claude")[0].env["ANTHROPIC_API_KEY"] == f"sk-ant-api03-{TOKEN}"


# --- which profile


def test_without_a_name_it_is_the_active_profile(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)

    done = verify(home, standins, CTX_PROFILE="work", __CTX_MANUAL="work", __CTX_SET="AWS_PROFILE", AWS_PROFILE="acme")

    assert done.stdout.startswith("work: answered")


def test_without_a_name_it_is_the_directorys_profile_where_that_is_active(home: Home, standins: Standins) -> None:
    """Though the shell's manual choice is another one."""
    standins.program("claude", stdout=WORD)
    project = home.project('profile = "work"\n[env]\nFROM_PROJECT = "yes"\n')

    verify(home, standins, cwd=project, CTX_PROFILE="work", __CTX_MANUAL="max", __CTX_BY="directory")

    (call,) = standins.calls("claude")
    assert call.env["FROM_PROJECT"] == "yes"
    assert call.env["AWS_PROFILE"] == "acme"


def test_it_is_the_same_through_a_shells_hook(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)
    project = home.project('profile = "work"\n[env]\nFROM_PROJECT = "yes"\n')
    command = [*PROGRAM, *home.header("bash", active="work", manual="max"), "verify"]
    done = subprocess.run(
        command, cwd=project, env=environ(home, standins), capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.startswith("work: answered")
    assert standins.calls("claude")[0].env["FROM_PROJECT"] == "yes"


def test_without_a_name_and_an_active_one_it_is_what_is_due_here(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)
    project = home.project('profile = "work"\n')

    assert verify(home, standins, cwd=project).stdout.startswith("work: answered")


def test_where_no_profile_is_due_it_says_so_and_asks_nothing(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)

    done = verify(home, standins, code=EXIT_USAGE)

    assert done.stderr == "ctx: no profile is active here\n  ctx verify NAME; ctx list shows the profiles\n"
    assert standins.calls("claude") == []


def test_a_profile_that_cannot_be_had_is_an_error_as_elsewhere(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)

    verify(home, standins, "typo", code=EXIT_UNKNOWN_PROFILE)
    verify(home, standins, "gateway", code=EXIT_SECRET, CTX_SECRET_GATEWAY_TOKEN="", CTX_SECRETS_STORE="file")

    assert standins.calls("claude") == []


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf", "soon", "3601", ""])
def test_a_deadline_that_is_none_is_refused(home: Home, standins: Standins, timeout: str) -> None:
    done = verify(home, standins, "work", f"--timeout={timeout}", code=EXIT_USAGE)

    assert "--timeout" in done.stderr


# --- what the client says


def refused(home: Home, standins: Standins, profile: str) -> dict[str, object]:
    """The data of a run that fails."""
    done = verify(home, standins, profile, "--json", code=EXIT_FAILURE)
    data = json.loads(done.stdout)
    assert data["passed"] is False
    assert data["profile"] == profile
    return dict(data)


def test_a_failure_is_explained_with_the_clients_own_words(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout=f"{ISSUE}\n")

    done = verify(home, standins, "gateway", code=EXIT_FAILURE)

    assert done.stdout == ""
    said = done.stderr.splitlines()[2:]
    assert said[0].startswith(
        "ctx: gateway: mostly this is no wrong model but a wrong path: https://llm.acme.example answers 404"
    )
    assert said[1] == f"  | {ISSUE}"
    assert said[2].startswith("  correct ANTHROPIC_BASE_URL")


def test_a_credential_that_is_refused_has_the_command_that_replaces_it(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout="Not logged in · Please run /login")
    gateway = refused(home, standins, "gateway")
    standins.program("claude", code=1, stdout="Invalid API key · Fix external API key")
    console = refused(home, standins, "key")

    assert (gateway["code"], gateway["fix"]) == ("gateway-token", "ctx secret set gateway-token")
    assert (console["code"], console["fix"]) == ("key-refused", "ctx secret set key")


def test_a_missing_aws_profile_is_named_though_the_client_never_does(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout=NO_AWS)
    aws = home.path / ".aws"
    aws.mkdir()
    (aws / "config").write_text(
        "[profile acne]\nregion = us-west-2\naws_access_key_id = x\naws_secret_access_key = x\n"
    )

    data = refused(home, standins, "work")

    assert data["code"] == "aws-none"
    assert data["meaning"] == (
        "there is no AWS profile acme in ~/.aws/config or ~/.aws/credentials; did you mean acne?"
    )
    assert data["fix"] == "aws configure sso --profile acme"


def test_an_sso_session_that_nobody_signed_in_to_is_named(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout=NO_AWS)
    aws = home.path / ".aws"
    aws.mkdir()
    (aws / "config").write_text("[profile acme]\nsso_session = corp\n[sso-session corp]\nsso_start_url = https://x\n")

    data = refused(home, standins, "work")

    assert data["meaning"] == "the AWS SSO session of profile acme was never signed in here"
    assert data["fix"] == "ctx login work"


def test_an_ant_profile_that_does_not_exist_is_not_called_a_missing_login(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout="Not logged in · Please run /login")

    assert refused(home, standins, "ant")["code"] == "ant-missing"
    assert refused(home, standins, "max")["code"] == "not-logged-in"


def test_an_address_with_a_key_in_it_is_not_shown(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout=ISSUE, echo=("ANTHROPIC_BASE_URL",))
    address = f'ANTHROPIC_BASE_URL = "https://g.example/{TOKEN}"'
    home.profiles(f'[profiles.one.env]\n{address}\nANTHROPIC_AUTH_TOKEN = {{ secret = "gateway-token" }}\n')

    done = verify(home, standins, "one", code=EXIT_FAILURE)

    assert TOKEN not in done.stderr
    assert "a wrong path: g.example answers 404" in done.stderr


def test_a_helpers_key_at_another_host_is_a_gateways(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout=ISSUE)
    helper = '{ CLAUDE_CONFIG_DIR = "~/.claude-helper", ANTHROPIC_BASE_URL = "https://g.example/api" }'
    home.profiles(f'[profiles.one]\nauth = "api-key-helper"\nenv = {helper}\n')
    settings = home.path / ".claude-helper" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"apiKeyHelper": "echo key"}')

    assert refused(home, standins, "one")["code"] == "gateway-path"


def test_an_error_with_exit_code_0_is_an_error(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout="Credit balance is too low")

    assert refused(home, standins, "key")["code"] == "no-credit"


def test_the_word_in_a_failed_run_is_no_answer(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD, code=1)

    assert refused(home, standins, "work")["code"] == "unknown"


def test_a_warning_beside_an_answer_is_passed_on(home: Home, standins: Standins) -> None:
    """The client then used other credentials than it was told to: perhaps another account's."""
    standins.program("claude", stdout=WORD, stderr="Error getting AWS credentials from awsCredentialExport: exit 3")

    done = verify(home, standins, "work", "--json")

    assert [one["code"] for one in json.loads(done.stdout)["warnings"]] == ["aws-export-failed"]
    assert "went on with the next AWS credentials" in verify(home, standins, "work").stderr


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({}, "silent"),
        ({"code": 3}, "silent"),
        ({"code": 3, "stdout": "oops"}, "unknown"),
        ({"stdout": "hello there"}, "nonsense"),
        ({"stdout": "usage: claude [file]", "stderr": "x"}, "nonsense"),
        ({"stdout": b"\x7fELF\x00\x01\xff\xfe"}, "binary"),
        ({"stdout": b"\xff\xfe" * 10, "code": 1}, "binary"),
        ({"killed": signal.SIGSEGV}, "killed"),
        ({"killed": signal.SIGKILL, "stdout": "a beginning"}, "killed"),
        ({"endless": True}, "floods"),
    ],
)
def test_what_is_no_answer_is_named(home: Home, standins: Standins, answer: dict[str, object], code: str) -> None:
    standins.program("claude", **answer)  # type: ignore[arg-type]

    data = refused(home, standins, "gateway")

    assert data["code"] == code
    assert data["meaning"]
    assert data["fix"]


def test_a_signal_is_named(home: Home, standins: Standins) -> None:
    standins.program("claude", killed=signal.SIGSEGV)

    data = refused(home, standins, "gateway")

    assert data["meaning"] == "the client died of signal 11 (SIGSEGV)"
    assert data["exit_code"] == -11


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_client_that_hangs_is_stopped_with_all_it_started(home: Home, standins: Standins, stubborn: bool) -> None:
    standins.program("claude", hangs=True, stubborn=stubborn, child=True, stdout="thinking")

    done = verify(home, standins, "gateway", "--timeout", "1", code=EXIT_FAILURE)

    assert "ctx: gateway: the client did not end within 1 s and was stopped\n  | thinking\n" in done.stderr
    assert "ctx verify gateway --timeout 4 waits longer" in done.stderr
    assert not lives_on(standins.calls("claude")[0].pid)
    assert not lives_on(standins.child("claude"))


def test_a_known_error_before_a_hang_is_explained(home: Home, standins: Standins) -> None:
    standins.program("claude", hangs=True, stdout=ISSUE)

    done = verify(home, standins, "gateway", "--timeout", "1", "--json", code=EXIT_FAILURE)

    assert json.loads(done.stdout)["code"] == "gateway-path"


def test_a_child_that_keeps_the_output_open_does_not_keep_ctx(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD, child=True)

    verify(home, standins, "work")

    os.kill(standins.child("claude"), signal.SIGKILL)


def test_no_more_than_a_bounded_beginning_of_the_output_is_read(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout="z" * (2 * LIMIT) + WORD)

    assert refused(home, standins, "gateway")["code"] == "floods"


def test_long_output_is_shortened(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout="y" * 5000 + "\n" + "line\n" * 100)

    done = verify(home, standins, "gateway", code=EXIT_FAILURE)

    assert f"  | {'y' * 500}…\n" in done.stderr
    assert "  | … 89 more lines\n" in done.stderr
    assert len(done.stderr) < 2000


def test_what_the_client_prints_cannot_reach_the_terminal(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout="\x1b]0;owned\x07\x1b[31mred\u202e\r back")

    done = verify(home, standins, "gateway", code=EXIT_FAILURE)

    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(done.stderr)
    assert "\\x1b[31mred\\u202e" in done.stderr


# --- the client itself


def test_a_missing_client_is_said_with_how_to_get_it(home: Home, standins: Standins) -> None:
    done = verify(home, standins, "work", code=EXIT_COMMAND_NOT_FOUND)

    assert "there is no Claude Code on the PATH\n  https://" in done.stderr


def test_a_client_beside_the_path_is_pointed_at(home: Home, standins: Standins) -> None:
    Standins(home.path / ".local" / "bin").program("claude")

    done = verify(home, standins, "work", code=EXIT_COMMAND_NOT_FOUND)

    assert "on your PATH: there is one" in done.stderr


def test_a_client_that_cannot_be_started_is_said(home: Home, standins: Standins) -> None:
    standins.program("claude").write_bytes(b"\x00\x01 no program")

    done = verify(home, standins, "work", code=EXIT_CANNOT_EXECUTE)

    assert "cannot be started: exec format error" in done.stderr


# --- who would answer


def test_settings_that_overrule_the_profile_are_named_and_nothing_is_asked(home: Home, standins: Standins) -> None:
    standins.program("claude", stdout=WORD)
    settings = home.path / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(
        json.dumps({"env": {"ANTHROPIC_API_KEY": f"sk-ant-api03-{TOKEN}", "CLAUDE_CODE_USE_BEDROCK": ""}})
    )

    data = refused(home, standins, "work")

    assert data["code"] == "overruled"
    assert "it means Bedrock, but the client would use " in str(data["meaning"])
    assert "settings.json" in str(data["meaning"])
    assert data["fix"] == "ctx status work shows what decides"
    assert standins.calls("claude") == []


METHODS = {
    "oauth-token": {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x"},
    "console": {"ANTHROPIC_API_KEY": "sk-ant-api03-x"},
    "bedrock": {"CLAUDE_CODE_USE_BEDROCK": "1"},
    "mantle": {"CLAUDE_CODE_USE_MANTLE": "1"},
    "anthropic-aws": {"CLAUDE_CODE_USE_ANTHROPIC_AWS": "1", "ANTHROPIC_AWS_WORKSPACE_ID": "w"},
    "anthropic-google-cloud": {"CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": "1"},
    "vertex": {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "p"},
    "foundry": {"CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_RESOURCE": "r"},
    "gateway": {"ANTHROPIC_BASE_URL": "https://g.example", "ANTHROPIC_API_KEY": "x"},
    "subscription": {},
    "api-key-helper": {"CLAUDE_CONFIG_DIR": "~/.claude-helper"},
    "anthropic-profile": {"ANTHROPIC_PROFILE": "work"},
}


@pytest.mark.parametrize("method", METHODS)
def test_no_method_is_taken_for_another_one(home: Home, standins: Standins, method: str) -> None:
    standins.program("claude", stdout=WORD)
    lines = [f"{name} = {toml(text)}" for name, text in METHODS[method].items()]
    home.profiles("\n".join((f'[profiles.one]\nauth = "{method}"', "[profiles.one.env]", *lines)))
    files = {
        ".claude/.credentials.json": "not read",
        ".claude-helper/settings.json": '{"apiKeyHelper": "echo key"}',
        ".config/anthropic/configs/work.json": '{"authentication": {"type": "user_oauth"}}',
        ".config/anthropic/credentials/work.json": '{"expires_at": 1}',
    }
    for name, text in files.items():
        file = home.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)

    data = json.loads(verify(home, standins, "one", "--json").stdout)

    assert data["method"] == method
    assert data["passed"] is True


# --- secrets


def test_no_credential_is_in_what_is_shown_of_the_clients_words(home: Home, standins: Standins) -> None:
    own = "sk-ant-oat01-" + "Zz9" * 20
    standins.program("claude", code=1, stdout=f"refused: {own} and ", echo=("ANTHROPIC_AUTH_TOKEN", "MY_PASSWORD"))

    done = verify(home, standins, "gateway", code=EXIT_FAILURE, MY_PASSWORD="correct horse")
    data = verify(home, standins, "gateway", "--json", code=EXIT_FAILURE, MY_PASSWORD="correct horse")

    for text in (done.stdout, done.stderr, data.stdout, data.stderr):
        assert TOKEN not in text
        assert own not in text
        assert "correct horse" not in text
    assert "refused: ***" in done.stderr


def test_a_credential_of_the_clients_settings_is_masked(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout="key settings-key-0123 and process-key-0123 refused")
    settings = home.path / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"env": {"MY_TOKEN": "settings-key-0123"}}))

    done = verify(home, standins, "work", code=EXIT_FAILURE, MY_TOKEN="process-key-0123")

    assert "  | key *** and *** refused\n" in done.stderr


@pytest.mark.parametrize("variable", ["ANTHROPIC_CUSTOM_HEADERS", "HARMLESS_NAME"])
@pytest.mark.parametrize("name", sorted(name for name, value in VALUES.items() if len(value.strip()) > 3))
def test_a_secret_of_any_form_is_masked(home: Home, standins: Standins, variable: str, name: str) -> None:
    value = VALUES[name]
    standins.program("claude", code=1, stdout="[", echo=(variable,))
    home.profiles(
        '[profiles.one]\nauth = "bedrock"\n[profiles.one.env]\nCLAUDE_CODE_USE_BEDROCK = 1\n'
        f'{variable} = {{ secret = "one" }}\n'
    )

    done = verify(home, standins, "one", "--json", code=EXIT_FAILURE, CTX_SECRET_ONE=value)

    text = json.loads(done.stdout)["text"]
    assert standins.calls("claude")[0].env[variable] == value
    assert value.strip() not in text
    assert "***" in text


def test_a_public_value_is_left_in_the_clients_words(home: Home, standins: Standins) -> None:
    standins.program("claude", code=1, stdout="no such profile: acme in us-west-2 (request 12, exit 1)")

    assert "no such profile: acme in us-west-2 (request 12, exit 1)" in verify(home, standins, "work", code=1).stderr


# --- ending


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ending_ctx_ends_the_client(home: Home, standins: Standins, number: signal.Signals) -> None:
    standins.program("claude", hangs=True, child=True)
    process = subprocess.Popen(
        [*PROGRAM, "verify", "gateway"],
        cwd=home.path,
        env=environ(home, standins),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    child = wait_for_child(standins)
    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode == EXIT_INTERRUPTED
    assert not lives_on(standins.calls("claude")[0].pid)
    assert not lives_on(child)


def wait_for_child(standins: Standins) -> int:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return standins.child("claude")
        except (FileNotFoundError, ValueError):
            time.sleep(0.02)
    raise AssertionError("the client was not started")
