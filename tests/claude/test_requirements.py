"""What speaks against a profile's way to sign in: refused with file, table, key and the fix; what is legal is not."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx import signin
from ctx.config import parse
from ctx.errors import ConfigError
from ctx.resolve import check_method, merged, resolve
from ctx.signin_requirements import MODELS, SIGNS, SKIPS, problem
from ctx.signin_values import ADDRESSES, HEADERS, value_problem
from ctx.values import Surroundings
from tests.support.hostile import toml

ROOT = Path(__file__).resolve().parent.parent.parent

HOME = "/home/u"

SOUND = {
    "subscription": {},
    "oauth-token": {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x"},
    "console": {"ANTHROPIC_API_KEY": "sk-ant-api03-x"},
    "bedrock": {"CLAUDE_CODE_USE_BEDROCK": "1"},
    "vertex": {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "p"},
    "foundry": {"CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_RESOURCE": "r"},
    "gateway": {"ANTHROPIC_BASE_URL": "https://llm.example", "ANTHROPIC_AUTH_TOKEN": "t"},
    "api-key-helper": {"CLAUDE_CONFIG_DIR": "/home/u/.claude-helper"},
    "anthropic-aws": {"CLAUDE_CODE_USE_ANTHROPIC_AWS": "1", "ANTHROPIC_AWS_WORKSPACE_ID": "w"},
    "anthropic-google-cloud": {"CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": "1"},
    "mantle": {"CLAUDE_CODE_USE_MANTLE": "1"},
    "anthropic-profile": {"ANTHROPIC_PROFILE": "work"},
}
"""By method, the least that it works with."""


def profile(auth: str | None, variables: dict[str, str]) -> str:
    lines = ["[profiles.a]", *([f'auth = "{auth}"'] if auth else []), "[profiles.a.env]"]
    return "\n".join((*lines, *(f"{name} = {toml(value)}" for name, value in variables.items())))


def refused(text: str, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        resolve(parse(text, "p.toml"), "a", Surroundings(environ, HOME, "/data"))
    return caught.value


def accepted(text: str, **environ: str) -> None:
    resolve(parse(text, "p.toml"), "a", Surroundings(environ, HOME, "/data"))


def test_every_method_has_a_sound_profile() -> None:
    assert set(SOUND) == set(signin.METHODS)


@pytest.mark.parametrize("auth", SOUND)
def test_the_least_that_a_method_needs_is_enough(auth: str) -> None:
    accepted(profile(auth, SOUND[auth]))


def test_names_in_the_tables_are_variables_of_the_client() -> None:
    skips = {name for pair in SKIPS.values() for name in pair}

    assert all(signin.variable(name) for name in {*ADDRESSES, *HEADERS, *MODELS, *SIGNS, *skips})
    assert all(name.endswith("_BASE_URL") for name in ADDRESSES)
    assert {row.name for row in signin.VARIABLES if row.name.endswith("_BASE_URL")} == set(ADDRESSES)
    assert {method.switch for method in signin.METHODS.values() if method.switch} <= set(SIGNS)


# Two methods in one profile. What the first may hold of the second, as the facts have it.
TOGETHER = {
    # The model's id picks between the two.
    ("bedrock", "mantle"),
    ("mantle", "bedrock"),
    # A directory of its own is right for every method.
    *((auth, "api-key-helper") for auth in SOUND if auth != "api-key-helper"),
    # A subscription is a login without variables: what else is there belongs to the method.
    *((auth, "subscription") for auth in SOUND if auth != "subscription"),
}


@pytest.mark.parametrize(("auth", "other"), list(permutations(SOUND, 2)))
def test_variables_of_another_method_contradict_the_one_that_is_named(auth: str, other: str) -> None:
    text = profile(auth, {**SOUND[other], **SOUND[auth]})

    if (auth, other) in TOGETHER:
        accepted(text)
    else:
        error = refused(text)
        signs = [name for name in SOUND[other] if name in SIGNS and name not in SOUND[auth]]
        assert any(name in error.where for name in signs)
        assert error.fix


@pytest.mark.parametrize(("auth", "other"), list(permutations(signin.PROVIDER_ORDER, 2)))
def test_two_switches_without_auth_are_refused(auth: str, other: str) -> None:
    text = profile(None, {**SOUND[other], **SOUND[auth]})

    if {auth, other} == {"bedrock", "mantle"}:
        accepted(text)
    else:
        strongest = min(auth, other, key=signin.PROVIDER_ORDER.index)
        assert f"would use {signin.METHODS[strongest].label}" in refused(text).what


GATEWAY = {"ANTHROPIC_AUTH_TOKEN": "t"}
VERTEX = {"CLAUDE_CODE_USE_VERTEX": "1"}
BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1"}
FOUNDRY = {"CLAUDE_CODE_USE_FOUNDRY": "1"}
MANTLE = {"CLAUDE_CODE_USE_MANTLE": "1"}
ACCESS = {"AWS_ACCESS_KEY_ID": "AKIAX"}

REFUSED: list[tuple[str | None, dict[str, str], str, str]] = [
    # Method, variables, the key that the error names, a word of its sentence.
    ("vertex", VERTEX, "auth", "ANTHROPIC_VERTEX_PROJECT_ID"),
    ("foundry", FOUNDRY, "auth", "ANTHROPIC_FOUNDRY_RESOURCE"),
    ("gateway", {"ANTHROPIC_BASE_URL": "https://h"}, "auth", "ANTHROPIC_AUTH_TOKEN"),
    ("anthropic-aws", {"CLAUDE_CODE_USE_ANTHROPIC_AWS": "1"}, "auth", "ANTHROPIC_AWS_WORKSPACE_ID"),
    ("oauth-token", {"CLAUDE_CODE_OAUTH_TOKEN": ""}, "auth", "CLAUDE_CODE_OAUTH_TOKEN"),
    *(
        ("bedrock", {"CLAUDE_CODE_USE_BEDROCK": off}, "CLAUDE_CODE_USE_BEDROCK", "is off")
        for off in ("2", "0", "", "no")
    ),
    (
        "foundry",
        {**FOUNDRY, "ANTHROPIC_FOUNDRY_RESOURCE": "r", "ANTHROPIC_FOUNDRY_BASE_URL": "https://r.example"},
        "ANTHROPIC_FOUNDRY_BASE_URL",
        "exclude each other",
    ),
    ("foundry", {**FOUNDRY, "ANTHROPIC_FOUNDRY_RESOURCE": "https://r.x"}, "ANTHROPIC_FOUNDRY_RESOURCE", "no address"),
    (None, {"ANTHROPIC_BASE_URL": "https://llm.example"}, "ANTHROPIC_BASE_URL", "stored login"),
    (None, {"ANTHROPIC_BASE_URL": "https://localhost@evil.example"}, "ANTHROPIC_BASE_URL", "stored login"),
    (None, {"ANTHROPIC_BASE_URL": "https://localhost.evil.example"}, "ANTHROPIC_BASE_URL", "stored login"),
    (None, {"ANTHROPIC_BASE_URL": "https://evil.example\\@localhost"}, "ANTHROPIC_BASE_URL", "stored login"),
    ("subscription", {"ANTHROPIC_BASE_URL": "https://llm.example"}, "ANTHROPIC_BASE_URL", "sent to that host"),
    ("bedrock", {**BEDROCK, "ANTHROPIC_BASE_URL": "http://localhost"}, "ANTHROPIC_BASE_URL", "ignores it"),
    ("gateway", {**SOUND["gateway"], "ANTHROPIC_API_KEY": "k"}, "ANTHROPIC_API_KEY", "same host"),
    (None, {**SOUND["gateway"], "ANTHROPIC_API_KEY": "k"}, "ANTHROPIC_API_KEY", "same host"),
    *(
        ("gateway", {**GATEWAY, "ANTHROPIC_BASE_URL": address}, "ANTHROPIC_BASE_URL", word)
        for address, word in (
            ("https://h/v1", "/v1"),
            ("https://h/v1/", "/v1"),
            ("https://h/api/V1", "/v1"),
            ("https://h/v1/messages", "/v1"),
            ("llm.example", "https://"),
            ("ftp://llm.example", "https://"),
            ("https://", "https://"),
            ("https:///v1", "https://"),
            ("https://user:pw@h", "user name"),
            ("https://token@h/x", "user name"),
            ("https://h/a b", "blank"),
            ("https://h\n", "blank"),
            ("https://h?x=1", "? or #"),
        )
    ),
    *(
        ("subscription", {"CLAUDE_CONFIG_DIR": place}, "CLAUDE_CONFIG_DIR", word)
        for place, word in (
            ("", "empty"),
            ("claude", "absolute"),
            ("./claude", "absolute"),
            ("~", "absolute"),
            ("~other/.claude", "absolute"),
            ("$HOME/.claude-x", "absolute"),
            ("~/.claude", "usual place"),
            ("~/.claude/", "usual place"),
            ("${HOME}/x/../.claude", "usual place"),
            ("/home/u/.claude", "usual place"),
        )
    ),
    *(
        ("gateway", {"ANTHROPIC_BASE_URL": "https://h", "ANTHROPIC_AUTH_TOKEN": token}, "ANTHROPIC_AUTH_TOKEN", word)
        for token, word in (
            ("Bearer abc", "Bearer"),
            ("bearer abc", "Bearer"),
            ("ab\u200bc", "U+200B, number 3 of 4"),
            ("abc\n", "U+000A"),
            ("clé", "U+00E9"),
        )
    ),
    ("console", {"ANTHROPIC_API_KEY": "sk-ant-oat01-x"}, "ANTHROPIC_API_KEY", "OAuth token of Claude"),
    ("oauth-token", {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-api03-x"}, "CLAUDE_CODE_OAUTH_TOKEN", "API key"),
    ("bedrock", {**BEDROCK, **ACCESS}, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("bedrock", {**BEDROCK, "AWS_SECRET_ACCESS_KEY": "s"}, "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
    ("bedrock", {**BEDROCK, "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1"}, "CLAUDE_CODE_SKIP_BEDROCK_AUTH", "unsigned"),
    ("mantle", {**MANTLE, "ANTHROPIC_MODEL": "us.anthropic.claude-x"}, "ANTHROPIC_MODEL", "Mantle"),
    ("mantle", {**MANTLE, "ANTHROPIC_DEFAULT_OPUS_MODEL": "claude-opus-4-6"}, "ANTHROPIC_DEFAULT_OPUS_MODEL", "Mantle"),
    ("anthropic-profile", {"ANTHROPIC_PROFILE": "a/b"}, "ANTHROPIC_PROFILE", "ant CLI"),
    ("anthropic-profile", {"ANTHROPIC_PROFILE": "a", "ANTHROPIC_CONFIG_DIR": "x"}, "ANTHROPIC_CONFIG_DIR", "absolute"),
]


@pytest.mark.parametrize(("auth", "variables", "key", "word"), REFUSED)
def test_what_cannot_work_is_refused_where_it_is_written(
    auth: str | None, variables: dict[str, str], key: str, word: str
) -> None:
    error = refused(profile(auth, variables), HOME=HOME)

    table = "profiles.a" if key == "auth" else "profiles.a.env"
    assert error.where == f"p.toml: [{table}] {key}"
    assert word in error.what
    assert error.fix


ACCEPTED: list[tuple[str | None, dict[str, str]]] = [
    ("gateway", {**GATEWAY, "ANTHROPIC_BASE_URL": "https://h/"}),
    ("gateway", {**GATEWAY, "ANTHROPIC_BASE_URL": "HTTPS://h:8443/proxy/v1beta"}),
    ("gateway", {**GATEWAY, "ANTHROPIC_BASE_URL": "http://[::1]:8080"}),
    ("vertex", {**SOUND["vertex"], "ANTHROPIC_VERTEX_BASE_URL": "https://h/v1"}),
    # A proxy on this machine, or the client's own host: nobody else gets the login.
    ("subscription", {"ANTHROPIC_BASE_URL": "http://localhost:8080"}),
    ("subscription", {"ANTHROPIC_BASE_URL": "https://api.anthropic.com"}),
    (None, {"ANTHROPIC_BASE_URL": "http://127.0.0.1:4000"}),
    # A gateway that signs: first-party credentials go along on purpose.
    (
        "bedrock",
        {**BEDROCK, "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1", "ANTHROPIC_BEDROCK_BASE_URL": "https://h",
         "ANTHROPIC_AUTH_TOKEN": "t"},
    ),
    # Doubtful, and said elsewhere: the AWS profile wins over static keys in the client, the bearer over the profile.
    ("bedrock", {**BEDROCK, **ACCESS, "AWS_PROFILE": "acme"}),
    ("bedrock", {**BEDROCK, "AWS_PROFILE": "acme", "AWS_BEARER_TOKEN_BEDROCK": "ABSKx"}),
    ("bedrock", {"CLAUDE_CODE_USE_BEDROCK": "True"}),
    ("mantle", {**MANTLE, "ANTHROPIC_MODEL": "opus", "ANTHROPIC_DEFAULT_OPUS_MODEL": "anthropic.claude-opus-4-6"}),
    ("subscription", {"CLAUDE_CONFIG_DIR": "~/.claude-two"}),
    ("subscription", {"CLAUDE_CONFIG_DIR": "${HOME}/.claude-two"}),
    ("console", {"CLAUDE_CONFIG_DIR": "~/.claude-console"}),
    ("foundry", {**FOUNDRY, "ANTHROPIC_FOUNDRY_BASE_URL": "https://r.services.ai.azure.com/anthropic"}),
    # Without `auth` a profile promises nothing about Claude Code.
    (None, {**BEDROCK, "ANTHROPIC_API_KEY": "k"}),
    (None, {"CLAUDE_CODE_USE_BEDROCK": "2"}),
    (None, {"AWS_ACCESS_KEY_ID": "AKIAX"}),
]  # fmt: skip


@pytest.mark.parametrize(("auth", "variables"), ACCEPTED)
def test_what_is_legal_or_only_doubtful_is_no_error(auth: str | None, variables: dict[str, str]) -> None:
    accepted(profile(auth, variables), HOME=HOME)


def test_an_inherited_value_is_named_where_it_was_written() -> None:
    error = refused(
        '[profiles.base.env]\nANTHROPIC_BASE_URL = "https://h/v1"\nANTHROPIC_AUTH_TOKEN = "t"\n'
        '[profiles.a]\nauth = "gateway"\nextends = "base"\n'
    )

    assert error.where == "p.toml: [profiles.base.env] ANTHROPIC_BASE_URL"


@pytest.mark.parametrize("value", ["Bearer s3cr3t-value", "s3cr3t\u200bvalue", "s3cr3t\nvalue"])
def test_a_stored_token_that_cannot_be_sent_is_refused_without_showing_it(value: str) -> None:
    text = '[profiles.a]\nauth = "gateway"\n[profiles.a.env]\nANTHROPIC_BASE_URL = "https://h"\n'
    error = refused(f'{text}ANTHROPIC_AUTH_TOKEN = {{ secret = "k" }}\n', CTX_SECRET_K=value)

    assert error.where == "p.toml: [profiles.a.env] ANTHROPIC_AUTH_TOKEN"
    assert "s3cr3t" not in str(error)


def test_a_key_that_was_kept_by_force_is_left_alone() -> None:
    accepted(
        '[profiles.a]\nauth = "console"\n[profiles.a.env]\nANTHROPIC_API_KEY = { secret = "k" }\n',
        CTX_SECRET_K="sk-ant-oat01-x",
    )


def test_no_secret_is_read_for_a_profile_that_is_wrong_anyway() -> None:
    text = profile("gateway", {"ANTHROPIC_BASE_URL": "https://h/v1"})

    assert "/v1" in refused(f'{text}\nANTHROPIC_AUTH_TOKEN = {{ secret = "nowhere" }}\n').what


def test_every_example_is_sound() -> None:
    config = parse((ROOT / "profiles.example.toml").read_text(), "p.toml")

    for found in config.profiles.values():
        check_method(merged(config, found), Surroundings({}, HOME, "/data"))


MARK = "x-unmistakable-x"


@given(st.sampled_from(sorted({*ADDRESSES, *HEADERS, "CLAUDE_CONFIG_DIR"})), st.text(), st.text())
def test_a_sentence_never_repeats_the_value(name: str, before: str, behind: str) -> None:
    found = value_problem(name, f"{before}{MARK}{behind}", HOME)

    if found is not None:
        assert found.name == name
        assert MARK not in found.what + found.fix


variables = st.dictionaries(
    st.sampled_from(sorted({*SIGNS, *ADDRESSES, *HEADERS, *MODELS, "CLAUDE_CONFIG_DIR", "AWS_PROFILE"})),
    st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["1", "0", "https://h"])),
)


@given(st.one_of(st.none(), st.sampled_from(sorted(signin.METHODS))), variables)
def test_whatever_a_profile_sets_the_answer_is_a_sentence_about_one_of_its_keys(
    auth: str | None, given_variables: dict[str, str | None]
) -> None:
    found = problem(auth, given_variables, HOME)

    if found is not None:
        assert found.name in given_variables or found.name == "auth"
        assert found.what
