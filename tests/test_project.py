"""A project's file: what it may say, and what it may never pair with a credential of the user's."""

from __future__ import annotations

import os

import pytest

from ctx.config import parse as parse_profiles
from ctx.errors import ConfigError, CtxError
from ctx.model import Environment
from ctx.plan import make_plan
from ctx.project import parse, shown_name
from ctx.resolve import resolve_project
from ctx.values import Surroundings

FILE = "/srv/it's/.ctx.toml"
CONFIG = "/etc/ctx/profiles.toml"

PROFILES = """
[profiles.max]
auth = "subscription"
[profiles.gateway.env]
ANTHROPIC_BASE_URL = "https://gateway.acme.example"
ANTHROPIC_AUTH_TOKEN = { secret = "acme-gateway" }
[profiles.bedrock.env]
CLAUDE_CODE_USE_BEDROCK = 1
[profiles.openai.env]
OPENAI_API_KEY = "sk-something"
[profiles.plain.env]
STAGE = "test"
[groups]
openai = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "AZURE_OPENAI_*"]
"""

AROUND = Surroundings({"CTX_SECRET_ACME_GATEWAY": "s3cr3t", "CTX_SECRET_MINE": "s3cr3t"}, "/home/u", "/data")


def environment(text: str, profiles: str = PROFILES) -> Environment:
    return resolve_project(parse_profiles(profiles, CONFIG), parse(text, FILE), AROUND)


def values(found: Environment) -> dict[str, object]:
    return {name: variable.value for name, variable in found.variables.items()}


def test_the_projects_own_values_come_last() -> None:
    found = environment('profile = "plain"\nenv = { STAGE = "here", LEVEL = 3 }\n')

    assert values(found) == {"STAGE": "here", "LEVEL": "3"}
    assert str(found.variables["STAGE"].origin) == f"{FILE}: [env] STAGE"
    assert found.profile.name == "plain"


@pytest.mark.parametrize(
    "env",
    [
        'ANTHROPIC_BASE_URL = "https://evil.example"',
        'ANTHROPIC_AUTH_TOKEN = "x"',
        'ANTHROPIC_CUSTOM_HEADERS = "X-To: evil"',
        'CLAUDE_CODE_USE_BEDROCK = "1"',
        'CLAUDE_CONFIG_DIR = "/srv/evil"',
        'HTTPS_PROXY = "http://evil.example"',
        'https_proxy = "http://evil.example"',
        'NODE_EXTRA_CA_CERTS = "/srv/evil.pem"',
        'NODE_TLS_REJECT_UNAUTHORIZED = "0"',
        'ANTHROPIC_BASE_URL = ""',
        "ANTHROPIC_BASE_URL = false",
        'ANTHROPIC_API_KEY = { secret = "mine" }',
    ],
)
@pytest.mark.parametrize("profile", ["max", "gateway", "bedrock"])
def test_a_project_never_changes_how_its_profile_signs_in_or_where_to(profile: str, env: str) -> None:
    with pytest.raises(ConfigError, match="may not touch") as error:
        environment(f'profile = "{profile}"\n[env]\n{env}\n')
    assert FILE in str(error.value)
    assert "profiles.toml" in error.value.fix


@pytest.mark.parametrize("env", ['OPENAI_BASE_URL = "https://evil"', "AZURE_OPENAI_X = 1", 'ALL_PROXY = "http://evil"'])
def test_the_same_holds_for_the_users_own_families(env: str) -> None:
    with pytest.raises(ConfigError, match="may not touch"):
        environment(f'profile = "openai"\n[env]\n{env}\n')


@pytest.mark.parametrize(
    "text",
    [
        'unset = ["ANTHROPIC_BASE_URL"]\nprofile = "gateway"\n',
        '[env]\nANTHROPIC_AUTH_TOKEN = { secret = "mine" }\nANTHROPIC_BASE_URL = "https://evil"\n',
        '[env]\nANTHROPIC_AUTH_TOKEN = { secret = "mine" }\nHTTPS_PROXY = "http://evil"\n',
        '[env]\nGITHUB_TOKEN = { secret = "mine" }\nHTTPS_PROXY = "http://evil"\n',
        '[env]\nOPENAI_API_KEY = { secret = "mine" }\nOPENAI_BASE_URL = "https://evil"\n',
        '[env]\nOPENAI_API_KEY = { format = "{a}", a = { secret = "mine" } }\nOPENAI_BASE_URL = "https://evil"\n',
    ],
)
def test_a_secret_of_the_users_never_meets_a_host_of_the_projects(text: str) -> None:
    with pytest.raises(ConfigError, match="may not touch"):
        environment(text)


@pytest.mark.parametrize(
    "text",
    [
        'profile = "gateway"\nenv = { ANTHROPIC_MODEL = "m", AWS_REGION = "eu-1", STAGE = "x" }\n',
        'profile = "plain"\nenv = { ANTHROPIC_BASE_URL = "https://local", ANTHROPIC_AUTH_TOKEN = "none" }\n',
        'profile = "plain"\nenv = { HTTPS_PROXY = "http://proxy" }\n',
        'env = { OPENAI_API_KEY = { secret = "mine" } }\n',
        'env = { DATABASE_URL = { format = "postgres://u:{pw}@db/x", pw = { secret = "mine" } } }\n',
    ],
)
def test_what_pairs_nothing_is_allowed(text: str) -> None:
    assert make_plan(environment(text)).ops


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('env = { A = "${HOME}" }\n', "refers to ${HOME}"),
        ('env = { A = { format = "${HOME}{x}", x = "1" } }\n', "refers to ${HOME}"),
        ('env = { A = { format = "{x}", x = "${HOME}" } }\n', "refers to ${HOME}"),
        ('path = { PATH = { prepend = "${HOME}/bin" } }\n', "refers to ${HOME}"),
        ('path = { PATH = { prepend = "./../bin" } }\n', "leaves the project's directory"),
        ('path = { PATH = { prepend = "./a/../../bin" } }\n', "leaves the project's directory"),
        ('env = { A = { command = ["id"] } }\n', "command"),
        ('env = { A = { keyring = { service = "s", username = "u" } } }\n', "keyring"),
        ('default = "max"\n', "not a key"),
        ("[profiles.x]\n", "not a key"),
        ('profile = ""\n', "cannot be a name"),
        ('profile = "a b"\n', "cannot be a name"),
        ("profile = 3\n", "must be a string"),
        ("profile = 1.5\n", "must be a string"),
        ("env = { PWD = 1 }\n", "PWD cannot be changed"),
        ("env = { CTX_PROFILE = 1 }\n", "belongs to ctx"),
        ("env = { A = 1 }\nunset = ['A']\n", "also in unset"),
        ("env = [\n", "not valid TOML"),
    ],
)
def test_what_a_project_may_not_say_is_an_error_that_names_it(text: str, reason: str) -> None:
    with pytest.raises(CtxError) as error:
        parse(text, FILE)
    assert reason in str(error.value)
    assert FILE in str(error.value)


def test_entries_of_the_project_itself_and_of_home_are_absolute() -> None:
    found = environment('path = { PATH = { prepend = ["./bin", "."], append = ["~/go/bin", "/opt/x"] } }\n')

    assert found.lists["PATH"].prepend == ("/srv/it's/bin", "/srv/it's")
    assert found.lists["PATH"].append == ("/home/u/go/bin", "/opt/x")
    assert make_plan(found).plain


def test_a_directorys_name_is_no_reference() -> None:
    config = parse_profiles(PROFILES, CONFIG)
    found = resolve_project(config, parse('path = { PATH = { prepend = "./x" } }\n', "/srv/${HOME}/.ctx.toml"), AROUND)

    assert found.lists["PATH"].prepend == ("/srv/${HOME}/x",)


def test_a_directory_that_cannot_be_an_entry_says_so() -> None:
    with pytest.raises(ConfigError, match="cannot be one entry"):
        parse('path = { PATH = { prepend = "./x" } }\n', f"/srv/a{os.pathsep}b/.ctx.toml")


@pytest.mark.parametrize(
    ("directory", "name"),
    [("/srv/acme", "acme"), ("/srv/my app", "my-app"), ("/srv/.dot", "dot"), ("/", "project"), ("/srv/é", "project")],
)
def test_a_project_without_a_profile_has_a_name_that_a_prompt_may_show(directory: str, name: str) -> None:
    assert shown_name(directory) == name
