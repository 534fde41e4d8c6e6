"""`ctx new` without a terminal: every method by options, what is written, what is refused, what is left behind."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from ctx import signin
from ctx.cli.new_command import BUILDERS, PARAMS
from ctx.config import parse
from ctx.errors import EXIT_CONFIG, EXIT_SECRET, EXIT_USAGE
from ctx.resolve import EMPTY_ANT_DIRECTORY
from ctx.signin_guide import GENERAL, GUIDES
from tests.support.home import PROGRAM, Home
from tests.support.hostile import ONE_LINE, VALUES, toml
from tests.support.shells import require_shell

KEY = "sk-ant-api03-" + "x" * 24


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def new(home: Home, *words: str, stdin: str = "", code: int = 0, **environ: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, "new", *words],
        cwd=home.path,
        env=home.environ(CTX_SECRETS_STORE="file", **environ),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def file(home: Home) -> Path:
    return home.config / "profiles.toml"


def text(home: Home) -> str:
    return file(home).read_text()


def kept(home: Home) -> dict[str, list[str]]:
    """The secrets that are stored, with the profiles that use them."""
    return {row["name"]: row["profiles"] for row in json.loads(home.ctx("secret", "list", "--json").stdout)}


AWS = {"AWS_REGION": "eu-west-1"}
GCLOUD = "{home}/.config/gcloud-acme"

CASES: dict[str, tuple[str, str, dict[str, str]]] = {
    # Options; keys on standard input; the environment, `{home}` being the home directory.
    "subscription": ("--auth subscription", "", {}),
    "second subscription": (
        "--auth subscription --config-dir ~/.claude-two",
        "",
        {"CLAUDE_CONFIG_DIR": "{home}/.claude-two"},
    ),
    "SSO": ("--auth subscription --sso --email me@acme.example --config-dir usual", "", {}),
    "oauth-token": (
        "--auth oauth-token --key-stdin --model opus",
        "sk-ant-oat01-x",
        {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x", "ANTHROPIC_MODEL": "opus"},
    ),
    "console": ("--auth console --key-stdin", KEY, {"ANTHROPIC_API_KEY": KEY}),
    "console apart": (
        "--auth console --key-stdin --config-dir ~/.claude-acme",
        KEY,
        {"ANTHROPIC_API_KEY": KEY, "CLAUDE_CONFIG_DIR": "{home}/.claude-acme"},
    ),
    "console by browser": (
        "--auth console --credential browser",
        "",
        {"CLAUDE_CONFIG_DIR": "{home}/.claude-acme"},
    ),
    "bedrock": (
        "--auth bedrock --profile acme --region eu-west-1 --sonnet eu.anthropic.claude-sonnet-4-6",
        "",
        {
            "CLAUDE_CODE_USE_BEDROCK": "1",
            "AWS_PROFILE": "acme",
            "ANTHROPIC_DEFAULT_SONNET_MODEL": "eu.anthropic.claude-sonnet-4-6",
            **AWS,
        },
    ),
    "bedrock key": (
        "--auth bedrock --key-stdin --region eu-west-1",
        "ABSKx",
        {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_BEARER_TOKEN_BEDROCK": "ABSKx", **AWS},
    ),
    "bedrock static keys": (
        "--auth bedrock --credential keys --key-stdin --region eu-west-1",
        "AKIAx\ns3cr3t",
        {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_ACCESS_KEY_ID": "AKIAx", "AWS_SECRET_ACCESS_KEY": "s3cr3t", **AWS},
    ),
    "bedrock role": (
        "--auth bedrock --credential role --region eu-west-1",
        "",
        {"CLAUDE_CODE_USE_BEDROCK": "1", **AWS},
    ),
    "mantle": (
        "--auth mantle --profile acme --region eu-west-1",
        "",
        {"CLAUDE_CODE_USE_MANTLE": "1", "AWS_PROFILE": "acme", **AWS},
    ),
    "anthropic-aws": (
        "--auth anthropic-aws --workspace w1 --key-stdin --region eu-west-1",
        KEY,
        {
            "CLAUDE_CODE_USE_ANTHROPIC_AWS": "1",
            "ANTHROPIC_AWS_WORKSPACE_ID": "w1",
            "ANTHROPIC_AWS_API_KEY": KEY,
            **AWS,
        },
    ),
    "vertex": (
        "--auth vertex --project p1",
        "",
        {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "p1", "CLOUD_ML_REGION": "global"},
    ),
    "vertex, own login": (
        "--auth vertex --project p1 --region eu --credential own-login",
        "",
        {
            "CLAUDE_CODE_USE_VERTEX": "1",
            "ANTHROPIC_VERTEX_PROJECT_ID": "p1",
            "CLOUD_ML_REGION": "eu",
            "CLOUDSDK_CONFIG": GCLOUD,
            "GOOGLE_APPLICATION_CREDENTIALS": f"{GCLOUD}/application_default_credentials.json",
        },
    ),
    "vertex, file": (
        "--auth vertex --project p1 --key-file key.json",
        "",
        {
            "CLAUDE_CODE_USE_VERTEX": "1",
            "ANTHROPIC_VERTEX_PROJECT_ID": "p1",
            "CLOUD_ML_REGION": "global",
            "GOOGLE_APPLICATION_CREDENTIALS": "{home}/key.json",
        },
    ),
    "anthropic-google-cloud": (
        "--auth anthropic-google-cloud --project p1 --workspace w1",
        "",
        {
            "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": "1",
            "ANTHROPIC_GOOGLE_CLOUD_PROJECT": "p1",
            "ANTHROPIC_GOOGLE_CLOUD_LOCATION": "global",
            "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID": "w1",
        },
    ),
    "foundry": (
        "--auth foundry --resource r1 --key-stdin --opus my-opus",
        "k3y",
        {
            "CLAUDE_CODE_USE_FOUNDRY": "1",
            "ANTHROPIC_FOUNDRY_RESOURCE": "r1",
            "ANTHROPIC_FOUNDRY_API_KEY": "k3y",
            "ANTHROPIC_DEFAULT_OPUS_MODEL": "my-opus",
        },
    ),
    "foundry, own login": (
        "--auth foundry --base-url https://r1.services.ai.azure.com/anthropic --credential own-login",
        "",
        {
            "CLAUDE_CODE_USE_FOUNDRY": "1",
            "ANTHROPIC_FOUNDRY_BASE_URL": "https://r1.services.ai.azure.com/anthropic",
            "AZURE_CONFIG_DIR": "{home}/.azure-acme",
        },
    ),
    "foundry, token": (
        "--auth foundry --resource r1 --credential token --key-stdin",
        "eyJ0",
        {
            "CLAUDE_CODE_USE_FOUNDRY": "1",
            "ANTHROPIC_FOUNDRY_RESOURCE": "r1",
            "ANTHROPIC_FOUNDRY_AUTH_TOKEN": "eyJ0",
        },
    ),
    "gateway": (
        "--auth gateway --base-url https://llm.example --key-stdin",
        "t0ken",
        {"ANTHROPIC_BASE_URL": "https://llm.example", "ANTHROPIC_AUTH_TOKEN": "t0ken"},
    ),
    "gateway, key": (
        "--auth gateway --base-url https://llm.example --credential key --key-stdin",
        "k3y",
        {"ANTHROPIC_BASE_URL": "https://llm.example", "ANTHROPIC_API_KEY": "k3y"},
    ),
    "api-key-helper": (
        "--auth api-key-helper --key-stdin",
        KEY,
        {"CLAUDE_CONFIG_DIR": "{home}/.claude-acme"},
    ),
    "anthropic-profile": ("--auth anthropic-profile --profile team", "", {"ANTHROPIC_PROFILE": "team"}),
}


def test_every_method_is_offered_explained_and_tried() -> None:
    tried = {words.split()[1] for words, _, _ in CASES.values()}

    assert tried == set(signin.METHODS)
    assert set(BUILDERS) == {guide.method for guide in GUIDES} == {*signin.METHODS, GENERAL}


@pytest.mark.parametrize("case", CASES)
def test_the_profile_gives_a_shell_what_its_method_takes_and_no_key_lies_anywhere_else(home: Home, case: str) -> None:
    words, keys, expected = CASES[case]
    method = words.split()[1]
    options = shlex.split(words.replace("~", shlex.quote(str(home.path))))
    shown = new(home, "acme", *options, "--print", stdin=keys).stdout
    assert not file(home).exists()
    assert not (home.data / "secrets").exists()

    done = new(home, "acme", *options, stdin=keys)
    seen = activated(home, "acme")

    assert text(home).endswith(shown)

    own = {name.replace("{home}", str(home.path)): v.replace("{home}", str(home.path)) for name, v in expected.items()}
    if method == "subscription":
        own["ANTHROPIC_CONFIG_DIR"] = str(home.data / EMPTY_ANT_DIRECTORY)
    roles = (signin.DECIDER, signin.TUNING, *signin.METHODS[method].clouds)
    rows = {name: signin.variable(name) for name in seen}
    assert {name: seen[name] for name, row in rows.items() if name in own or (row and row.role in roles)} == own
    profile = parse(text(home), "p.toml").profiles["acme"]
    assert profile.auth == method
    assert f"ctx: acme · {signin.METHODS[method].label}" in done.stderr
    assert re.search(r" pays( per token)?\n", done.stderr)
    assert done.stdout == ""
    lines = keys.split("\n") if keys else []
    assert not any(line in text(home) for line in lines)
    assert list(kept(home).values()) == [[] if method == "api-key-helper" else ["acme"]] * len(lines)


def activated(home: Home, name: str) -> dict[str, str]:
    """The environment of a bash that had something in every variable of the family, and then switched."""
    left_over = {
        row.name: "/left/over" for row in signin.VARIABLES if row.role != signin.OTHER and not row.name.endswith("*")
    }
    ctx = shlex.join(PROGRAM)
    script = f'eval "$({ctx} use {name})" && exec env -0'
    done = subprocess.run(
        [require_shell("bash"), "--noprofile", "--norc", "-c", script],
        env=home.environ(CTX_SECRETS_STORE="file", **left_over),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    pairs = (entry.partition("=") for entry in done.stdout.decode().split("\0") if entry)
    return {key: value for key, _, value in pairs}


def test_every_line_says_what_it_is_for(home: Home) -> None:
    new(home, "acme", "--auth", "bedrock", "--profile", "acme", "--payer", "Acme", "--alias", "a,b", "--color", "yellow",
        "--protect", "--description", "Acme's", "--login", "sign-in now")  # fmt: skip

    assert text(home) == (
        "# Your profiles. `ctx list` shows them, `ctx use NAME` switches this shell, `ctx off` goes back.\n"
        "\n"
        "# Bedrock as acme.\n"
        "[profiles.acme]\n"
        'description = "Acme\'s"\n'
        'auth = "bedrock"\n'
        'payer = "Acme"\n'
        'aliases = ["a", "b"]\n'
        'color = "yellow"\n'
        "protect = true\n"
        'login = "sign-in now"\n'
        "\n"
        "[profiles.acme.env]\n"
        "# Turns Bedrock on.\n"
        "CLAUDE_CODE_USE_BEDROCK = 1\n"
        "# Signs the requests; its account pays. In Claude Code it beats static keys.\n"
        'AWS_PROFILE = "acme"\n'
        "# Beats AWS_DEFAULT_REGION and the region of the AWS profile.\n"
        'AWS_REGION = "us-east-1"\n'
        "# Name your models: without this Claude Code tries out at each start which ones there are, up to\n"
        "# 15 calls, and some are billed.\n"
        '# ANTHROPIC_DEFAULT_OPUS_MODEL = "us.anthropic.claude-opus-4-6-v1"\n'
        '# ANTHROPIC_DEFAULT_SONNET_MODEL = "us.anthropic.claude-sonnet-4-6"\n'
        '# ANTHROPIC_DEFAULT_HAIKU_MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"\n'
    )


def test_a_first_profile_makes_a_file_that_only_its_owner_reads(home: Home) -> None:
    home.config.rmdir()
    new(home, "max", "--auth", "subscription")

    assert stat.S_IMODE(home.config.stat().st_mode) == 0o700
    assert stat.S_IMODE(file(home).stat().st_mode) == 0o600
    assert home.ctx("list").stdout.splitlines()[1].split()[0] == "max"


MINE = '# mine\r\n[profiles.max]  # the plan\r\nauth = "subscription"\r\n\r\n# bound\r\n[[directories]]\r\npath = "~/x"\r\nprofile = "max"'


def test_what_was_in_the_file_stays_as_it_was(home: Home) -> None:
    home.profiles("")
    file(home).write_bytes(MINE.encode())
    file(home).chmod(0o640)
    new(home, "team.two", "--auth", "subscription", "--config-dir", "/srv/claude")

    data = file(home).read_bytes().decode()
    assert data.startswith(f"{MINE}\r\n\r\n# ")
    assert "\n" not in data.replace("\r\n", "")
    assert stat.S_IMODE(file(home).stat().st_mode) == 0o640
    config = parse(data, "p.toml")
    assert list(config.profiles) == ["max", "team.two"]
    assert len(config.directories) == 1


def test_a_link_to_the_file_stays_a_link(home: Home) -> None:
    real = home.path / "dotfiles.toml"
    real.write_text("")
    real.chmod(0o600)
    file(home).symlink_to(real)
    new(home, "max", "--auth", "subscription")

    assert file(home).is_symlink()
    assert "[profiles.max]" in real.read_text()


@pytest.mark.parametrize(
    ("name", "word"), [("work", "there is a profile work"), ("acme", "another name of the profile work")]
)
def test_a_name_that_is_taken_is_refused_before_anything_is_asked(home: Home, name: str, word: str) -> None:
    home.profiles('[profiles.work]\naliases = ["acme"]\n')
    done = new(home, name, code=EXIT_USAGE)

    assert word in done.stderr
    assert f"ctx show {name}" in done.stderr


@pytest.mark.parametrize("name", ["", ".x", "a b", "é", "a" * 65, "$(touch ran)", "\x1b[31m", ONE_LINE])
def test_a_name_that_no_profile_can_have_is_refused(home: Home, name: str) -> None:
    done = new(home, "--auth", "subscription", "--", name, code=EXIT_USAGE)

    assert "cannot be a profile's name" in done.stderr
    assert "\x1b" not in done.stderr
    assert not file(home).exists()


WRONG: list[tuple[str, str]] = [
    # Options, and a word of the error, which names the option.
    ("", "--auth METHOD"),
    ("--auth bedrok", "did you mean bedrock?"),
    ("--auth ''", "--auth is empty"),
    ("--auth bedrock", "--credential says it: profile, key, keys, role"),
    ("--auth bedrock --credential profile", "--profile says it"),
    ("--auth anthropic-profile", "--profile says it"),
    ("--auth bedrock --credential sso", "--credential is none of these"),
    ("--auth bedrock --profile x --region 'us east'", "--region is no region"),
    ("--auth bedrock --credential key", "--key-stdin, --key-from-env VARIABLE, or --secret NAME"),
    ("--auth bedrock --profile x --project p", "--project means nothing here"),
    ("--auth bedrock --profile x --key-stdin --credential profile", "this profile takes no key"),
    ("--auth bedrock --credential keys --key-stdin", "standard input has 1 lines, and 2"),
    ("--auth bedrock --credential keys --key-from-env HOME", "names 1 variables, and 2"),
    ("--auth vertex", "--project says it"),
    ("--auth vertex --project 'a b'", "--project holds a blank"),
    ("--auth foundry --credential login", "--resource says it"),
    ("--auth foundry --resource a/b --credential login", "--resource is neither a name nor an address"),
    ("--auth foundry --resource https://u:p@h --credential login", "--resource holds a user name"),
    ("--auth gateway", "--base-url says it"),
    ("--auth gateway --base-url https://h/v1 --key-stdin", "--base-url ends in /v1"),
    ("--auth gateway --base-url h --key-stdin", "--base-url is no address"),
    ("--auth anthropic-aws --credential role", "--workspace says it"),
    ("--auth anthropic-profile --profile a/b", "--profile cannot be a profile of the ant CLI"),
    ("--auth subscription --config-dir x", "--config-dir is no directory's path"),
    ("--auth api-key-helper --config-dir ~/.claude --key-stdin", "--config-dir is the usual place"),
    ("--auth subscription --color pink", "--color is none of: black"),
    ("--auth subscription --alias 'a b'", "'a b' cannot be a profile's name"),
    ("--auth console --key-stdin --key-from-env HOME", "the key comes from one place"),
    ("--auth console --key-from-env NOWHERE", "NOWHERE is not set"),
    ("--auth console --key-stdin --to cloud", "there is no store 'cloud'"),
    ("--auth console --secret 'a b'", "cannot be the name of a secret"),
    ("--auth none APP", "'APP' is no variable with a value"),
    ("--auth none 1A=x", "'1A' is no variable with a value"),
    ("--auth none A=1 A=2", "A is set twice"),
    ("PWD=/x", "'PWD' cannot be changed by a profile"),
    ("MY_TOKEN=abc", "belongs into the secret store"),
    ("URL=postgres://u:pw@h/db", "belongs into the secret store"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_what_is_missing_or_wrong_is_said_with_its_option(home: Home, words: str, said: str) -> None:
    done = new(home, "x", *shlex.split(words.replace("~", shlex.quote(str(home.path)))), stdin="k3y", code=EXIT_USAGE)

    assert said in done.stderr
    assert not file(home).exists()
    assert not kept(home)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        # Says on which key of the profile that would be written.
        (("--auth", "mantle", "--profile", "p", "--sonnet", "us.anthropic.x"), EXIT_CONFIG),
        (("--auth", "bedrock", "--profile", "p", "CLAUDE_CODE_USE_VERTEX=1"), EXIT_CONFIG),
    ],
)
def test_a_profile_that_could_not_sign_in_is_not_written(home: Home, words: tuple[str, ...], code: int) -> None:
    done = new(home, "x", *words, code=code)

    assert "[profiles.x.env]" in done.stderr
    assert not file(home).exists()


def test_options_are_what_the_errors_call_them() -> None:
    named = {word.rstrip(",") for _, said in WRONG for word in said.split() if word.startswith("--")}

    assert named <= {param.option for param in PARAMS}


def test_a_key_from_a_variable(home: Home) -> None:
    new(home, "c", "--auth", "console", "--key-from-env", "OLD_KEY", OLD_KEY=KEY)

    assert home.ctx("secret", "get", "c-key").stdout == f"{KEY}\n"


def test_a_secret_that_is_kept_already_serves_the_profile(home: Home) -> None:
    new(home, "one", "--auth", "console", "--key-stdin", "--secret", "shared", stdin=KEY)
    new(home, "two", "--auth", "console", "--secret", "shared")

    assert kept(home) == {"shared": ["one", "two"]}


def test_a_kept_secret_is_never_replaced(home: Home) -> None:
    new(home, "one", "--auth", "console", "--key-stdin", "--secret", "shared", stdin=KEY)
    done = new(home, "two", "--auth", "console", "--key-stdin", "--secret", "shared", stdin="other", code=EXIT_USAGE)

    assert "there is a secret shared already" in done.stderr
    home.ctx("secret", "set", "c-key", "--from-env", "HOME")
    new(home, "c", "--auth", "console", "--key-stdin", stdin=KEY)
    assert home.ctx("secret", "get", "c-key").stdout == f"{home.path}\n"
    assert home.ctx("secret", "get", "c-key-2").stdout == f"{KEY}\n"


def test_a_secret_that_nobody_kept_is_an_error(home: Home) -> None:
    done = new(home, "c", "--auth", "console", "--secret", "nowhere", code=EXIT_SECRET)

    assert "ctx secret set nowhere" in done.stderr


def test_a_stand_in_in_the_environment_needs_no_store(home: Home) -> None:
    new(home, "c", "--auth", "console", CTX_SECRET_C_KEY=KEY)

    assert 'ANTHROPIC_API_KEY = { secret = "c-key" }' in text(home)
    assert not (home.data / "secrets").exists()


@pytest.mark.parametrize("value", ["sk-ant-oat01-x", "Bearer x", "a\u200bb", ""])
def test_a_key_that_cannot_be_right_is_refused_and_not_shown(home: Home, value: str) -> None:
    done = new(
        home, "g", "--auth", "console", "--key-stdin", stdin=value, code=EXIT_USAGE if value != "Bearer x" else 0
    )

    assert not value or value not in done.stderr
    assert bool(kept(home)) == (value == "Bearer x")


def test_the_word_bearer_in_a_token_is_refused(home: Home) -> None:
    done = new(
        home, "g", "--auth", "gateway", "--base-url", "https://h", "--key-stdin", stdin="Bearer x", code=EXIT_USAGE
    )

    assert "begins with the word Bearer" in done.stderr
    assert not kept(home)


def test_variables_alone_make_a_general_profile(home: Home) -> None:
    done = new(home, "staging", "APP_ENV=staging", "KUBECONFIG=~/.kube/x", "EMPTY=")

    assert "auth" not in text(home)
    assert activated(home, "staging")["KUBECONFIG"] == f"{home.path}/.kube/x"
    assert activated(home, "staging")["EMPTY"] == ""
    assert "ctx use staging" in done.stderr
    assert "verify" not in done.stderr


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_any_value_survives(home: Home, value: str) -> None:
    written = value.replace("${", "$${")
    new(home, "v", f"V={written}")

    assert activated(home, "v")["V"] == value


@pytest.mark.parametrize("value", [*VALUES.values(), "[profiles.evil]", "\n[profiles.evil]\n"])
def test_no_answer_can_write_another_table(home: Home, value: str) -> None:
    done = subprocess.run(
        [*PROGRAM, "new", "x", "--auth", "bedrock", "--credential", "profile", "--profile", value, "--payer", value,
         "--description", value],
        env=home.environ(),
        input="",
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert "Traceback" not in done.stderr
    if file(home).exists():
        config = parse(text(home), "p.toml")
        assert list(config.profiles) == ["x"]
        assert config.profiles["x"].payer == value.strip()


def test_a_directory_in_the_place_of_the_file_keeps_no_key(home: Home) -> None:
    file(home).mkdir()
    new(home, "c", "--auth", "console", "--key-stdin", stdin=KEY, code=EXIT_CONFIG)

    assert not kept(home)


def test_a_file_that_cannot_be_written_leaves_no_key_behind(home: Home) -> None:
    home.profiles("")
    file(home).chmod(0o400)
    done = new(home, "c", "--auth", "console", "--key-stdin", stdin=KEY, code=1)

    assert "c-key was taken out of the store again" in done.stderr
    assert not kept(home)


def test_an_interrupt_while_the_file_is_locked_leaves_no_key_behind(home: Home) -> None:
    import fcntl

    home.profiles("")
    folder = os.open(home.config, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        process = subprocess.Popen(
            [*PROGRAM, "new", "c", "--auth", "console", "--key-stdin"],
            env=home.environ(CTX_SECRETS_STORE="file"),
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(KEY)
        process.stdin.close()
        while "c-key is in the" not in (line := process.stderr.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        code = process.wait(timeout=60)
        process.stderr.close()
    finally:
        os.close(folder)

    assert code == 130
    assert "c-key was taken out of the store again" in rest
    assert not kept(home)
    assert text(home) == ""


def test_a_broken_file_is_named_before_anything_is_asked(home: Home) -> None:
    home.profiles("[profiles.x\n")
    done = new(home, "c", "--auth", "subscription", code=EXIT_CONFIG)

    assert "is not valid TOML" in done.stderr
    assert text(home) == "[profiles.x\n"


def test_profiles_that_are_written_inline_are_left_alone(home: Home) -> None:
    home.profiles("profiles = { a = { env = { A = 1 } } }\n")
    done = new(home, "c", "--auth", "subscription", code=EXIT_CONFIG)

    assert "is not valid TOML" in done.stderr
    assert text(home) == "profiles = { a = { env = { A = 1 } } }\n"


def test_what_a_project_asks_for_can_be_typed(home: Home) -> None:
    home.profiles("")
    project = home.project('profile = "acme"\n')
    refused = subprocess.run(
        [*PROGRAM, "exec", "--auto", "--", "true"],
        cwd=project,
        env=home.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    line = refused.stderr.splitlines()[-1].strip().partition(",")[0]

    assert line == "ctx new acme"
    new(home, *line.split()[2:], "--auth", "subscription")
    done = subprocess.run([*PROGRAM, "exec", "--auto", "--", "true"], cwd=project, env=home.environ(), check=False)
    assert done.returncode == 0


def test_a_new_key_of_the_console_says_that_it_must_be_allowed(home: Home) -> None:
    done = new(home, "c", "--auth", "console", "--key-stdin", stdin=KEY)

    assert "proposes No" in done.stderr
    assert "ctx exec c -- claude" in done.stderr


def test_a_second_account_says_what_does_not_come_along(home: Home) -> None:
    done = new(home, "two", "--auth", "subscription", "--config-dir", "/srv/two")

    assert all(word in done.stderr for word in ("settings", "MCP servers", "plugins", "history"))


def test_two_profiles_with_one_login_are_said_to_share_it(home: Home) -> None:
    new(home, "max", "--auth", "subscription")
    done = new(home, "max2", "--auth", "subscription")

    assert "max uses the same login" in done.stderr
    assert "its own CLAUDE_CONFIG_DIR, such as ~/.claude-max2" in done.stderr


def test_settings_that_overrule_the_profile_are_said_at_the_end(home: Home) -> None:
    (home.path / ".claude").mkdir()
    (home.path / ".claude" / "settings.json").write_text(json.dumps({"env": {"ANTHROPIC_API_KEY": KEY}}))
    done = new(home, "max", "--auth", "subscription")

    assert "Claude Code would use something else: Anthropic Console" in done.stderr
    assert "settings.json:1: env.ANTHROPIC_API_KEY" in done.stderr
    assert KEY not in done.stderr
    assert "[profiles.max]" in text(home)


def test_a_stored_console_key_is_said_where_it_would_win(home: Home) -> None:
    (home.path / ".claude.json").write_text(json.dumps({"primaryApiKey": KEY}))
    ant = new(home, "ant", "--auth", "anthropic-profile", "--profile", "team")
    gateway = new(home, "g", "--auth", "gateway", "--base-url", "https://h", "--key-stdin", stdin="t")

    assert "which wins over the profile" in ant.stderr
    assert "which is sent to the gateway as well" in gateway.stderr
    assert KEY not in ant.stderr + gateway.stderr


def test_the_login_command_is_that_of_the_account(home: Home) -> None:
    new(home, "team", "--auth", "subscription", "--sso", "--email", "a b@acme.example")
    new(home, "key", "--auth", "console", "--credential", "browser")

    profiles = parse(text(home), "p.toml").profiles
    assert profiles["team"].login == "claude auth login --sso --email 'a b@acme.example'"
    assert profiles["key"].login == "claude auth login --console"


def test_no_aws_profile_is_taken_that_nobody_named(home: Home) -> None:
    (home.path / ".aws").mkdir()
    (home.path / ".aws" / "config").write_text("[default]\nregion = eu-north-1\n")
    done = new(home, "x", "--auth", "bedrock", "--credential", "profile", code=EXIT_USAGE)

    assert "--profile says it" in done.stderr


def test_the_login_command_is_that_of_the_aws_profile(home: Home) -> None:
    (home.path / ".aws").mkdir()
    (home.path / ".aws" / "config").write_text(
        "[profile s so]\nsso_session = x\nregion = eu-north-1\n[profile keys]\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    new(home, "sso", "--auth", "bedrock", "--profile", "s so")
    new(home, "keys", "--auth", "bedrock", "--profile", "keys")
    absent = new(home, "absent", "--auth", "bedrock", "--profile", "nowhere")

    profiles = parse(text(home), "p.toml").profiles
    assert profiles["sso"].login == "aws sso login --profile 's so'"
    assert f"AWS_REGION = {toml('eu-north-1')}" in text(home)
    assert profiles["keys"].login == ""
    assert "there is no AWS profile nowhere here yet" in absent.stderr
    assert "aws configure sso --profile nowhere" in absent.stderr


def test_two_that_are_made_at_once_are_both_there(home: Home) -> None:
    home.config.rmdir()
    names = [f"p{number}" for number in range(6)]
    running = [
        subprocess.Popen(
            [*PROGRAM, "new", name, "--auth", "subscription"], env=home.environ(), stderr=subprocess.DEVNULL
        )
        for name in names
    ]

    assert [process.wait(timeout=60) for process in running] == [0] * len(names)
    assert sorted(parse(text(home), "p.toml").profiles) == names
