"""The example file that new users start from says nothing that the sign-in table does not know."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ctx import signin

EXAMPLE = Path(__file__).parents[1] / "profiles.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
DATA: dict[str, Any] = tomllib.loads(TEXT)
PROFILES: dict[str, dict[str, Any]] = DATA["profiles"]
CLAUDE = {name: profile for name, profile in PROFILES.items() if "auth" in profile}

# The profile that has nothing to do with Claude Code, and the names in it.
OTHER_NAMES = {"KUBECONFIG", "APP_ENV", "APP_DEBUG", "PATH"}

PROFILE_KEYS = {
    "description", "auth", "payer", "aliases", "extends", "color", "protect", "login", "unset", "env", "path",
}  # fmt: skip
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def has(auth: str, *names: str, login: str = "") -> list[str]:
    """The example profiles of a method that set these names and sign in with such a command."""
    return [
        key
        for key, profile in CLAUDE.items()
        if profile["auth"] == auth and {*names} <= {*profile.get("env", {})} and login in profile.get("login", "")
    ]


def test_the_first_line_names_the_schema() -> None:
    assert TEXT.splitlines()[0] == "#:schema ./profiles.schema.json"


def test_no_profile_is_active_by_itself() -> None:
    assert set(DATA) == {"profiles", "groups"}


def test_every_way_to_sign_in_is_shown() -> None:
    ways = {
        "subscription": [name for name in has("subscription") if "env" not in PROFILES[name]],
        "second subscription": has("subscription", "CLAUDE_CONFIG_DIR"),
        "team SSO": has("subscription", login="--sso"),
        "token": has("oauth-token"),
        "Console key": has("console", "ANTHROPIC_API_KEY"),
        "Console by browser": has("console", login="--console"),
        "Bedrock, SSO profile": has("bedrock", "AWS_PROFILE", login="aws sso login"),
        "Bedrock, static keys": has("bedrock", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        "Bedrock, API key": has("bedrock", "AWS_BEARER_TOKEN_BEDROCK"),
        "Bedrock, role": [
            name for name in has("bedrock") if set(PROFILES[name]["env"]) == {"CLAUDE_CODE_USE_BEDROCK", "AWS_REGION"}
        ],
        "Vertex": has("vertex"),
        "Foundry": has("foundry"),
        "gateway": has("gateway"),
        "helper": has("api-key-helper"),
    }

    assert [way for way, found in ways.items() if not found] == []
    assert ways["subscription"] == ["max"]


def test_one_profile_has_nothing_to_do_with_claude() -> None:
    (other,) = [profile for profile in PROFILES.values() if "auth" not in profile]

    assert other["path"]
    assert other["unset"]
    assert signin.deciders().isdisjoint(other["env"])


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_is_well_formed(name: str) -> None:
    profile = PROFILES[name]

    assert NAME.fullmatch(name)
    assert set(profile) <= PROFILE_KEYS
    assert profile["description"]
    assert profile.get("auth", "bedrock") in signin.METHODS


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_is_introduced_by_a_comment(name: str) -> None:
    before = TEXT.partition(f"\n[profiles.{name}]\n")[0]

    assert before.splitlines()[-1].startswith("# ")


@pytest.mark.parametrize("name", CLAUDE)
def test_each_method_gets_what_it_needs(name: str) -> None:
    profile = CLAUDE[name]
    env = profile.get("env", {})

    assert signin.METHODS[profile["auth"]].met_by(set(env))
    assert signin.method_of(set(env)) in (None, profile["auth"])


@pytest.mark.parametrize("name", PROFILES)
def test_every_variable_is_in_the_table(name: str) -> None:
    profile = PROFILES[name]
    names = [*profile.get("env", {}), *profile.get("unset", []), *profile.get("path", {})]
    allowed = set() if "auth" in profile else OTHER_NAMES

    assert [variable for variable in names if signin.variable(variable) is None and variable not in allowed] == []


def test_the_variables_in_comments_are_in_the_table() -> None:
    comments = "\n".join(line for line in TEXT.splitlines() if line.startswith("#"))
    names = re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", comments)

    assert names
    known = [name for name in names if name != "OTHER_VARIABLE" and not name.startswith("CTX_SECRET_")]
    assert [name for name in known if signin.variable(name) is None] == []


@pytest.mark.parametrize("name", CLAUDE)
def test_each_variable_belongs_to_the_profiles_method(name: str) -> None:
    auth = CLAUDE[name]["auth"]
    rows = [signin.variable(variable) for variable in CLAUDE[name].get("env", {})]

    assert [row for row in rows if row is None or (row.methods and auth not in row.methods)] == []


@pytest.mark.parametrize("name", PROFILES)
def test_credentials_come_from_the_secret_store_and_nothing_else_does(name: str) -> None:
    for variable, value in PROFILES[name].get("env", {}).items():
        if isinstance(value, dict):
            assert set(value) == {"secret"}, variable
            assert NAME.fullmatch(value["secret"]), variable
        else:
            assert not signin.value_looks_secret(str(value)), variable
        assert isinstance(value, dict) == signin.looks_secret(variable), variable


@pytest.mark.parametrize("name", PROFILES)
def test_no_profile_names_the_usual_configuration_directory(name: str) -> None:
    """`~/.claude`, written out, is not the place that Claude Code uses when the variable is absent."""
    assert PROFILES[name].get("env", {}).get("CLAUDE_CONFIG_DIR", "").rstrip("/") != "~/.claude"


def test_each_account_has_its_own_configuration_directory() -> None:
    directories = [profile.get("env", {}).get("CLAUDE_CONFIG_DIR") for profile in PROFILES.values()]
    named = [directory for directory in directories if directory]

    assert len(named) == len(set(named))


def test_a_gateways_address_is_as_the_client_wants_it() -> None:
    for name in has("gateway"):
        assert not PROFILES[name]["env"]["ANTHROPIC_BASE_URL"].rstrip("/").endswith("/v1")


def test_commented_out_parts_load_as_well() -> None:
    """A user who removes the `#` of an example line gets a file that still parses."""
    lines = [re.sub(r"^# (?=\[\[|[A-Za-z_]+ = )", "", line) for line in TEXT.splitlines()]
    data = tomllib.loads("\n".join(lines))

    assert data["default"] in data["profiles"]
    assert [entry["profile"] in data["profiles"] for entry in data["directories"]] == [True]
