"""Every row that was measured on the client, as real files and variables, against the verdict.

Each row reads: what is there, then who signs in for `claude -p` and what else is sent. `=` stands before a variable's value.
"""

from __future__ import annotations

import itertools
import shlex
from pathlib import Path

import pytest

from ctx import signin
from ctx.claude.model import Verdict
from ctx.claude.verdict import judge
from tests.claude.box import CONSOLE_KEY, HELPER, KEY, Box

VALUES = {
    "AUTH_TOKEN": ("ANTHROPIC_AUTH_TOKEN", "gateway-token"),
    "API_KEY": ("ANTHROPIC_API_KEY", KEY),
    "OAUTH_TOKEN": ("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-x"),
    "BASE_URL": ("ANTHROPIC_BASE_URL", "https://user:pw@gw.acme.example:8443/x?y"),
    "FEDERATION": ("ANTHROPIC_FEDERATION_RULE_ID", "fdrl_1"),
    "BARE": ("CLAUDE_CODE_SIMPLE", "1"),
    "HOST": ("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "1"),
    "BEDROCK": ("CLAUDE_CODE_USE_BEDROCK", "1"),
    "FOUNDRY": ("CLAUDE_CODE_USE_FOUNDRY", "1"),
    "ANTHROPIC_AWS": ("CLAUDE_CODE_USE_ANTHROPIC_AWS", "1"),
    "GOOGLE_CLOUD": ("CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD", "1"),
    "MANTLE": ("CLAUDE_CODE_USE_MANTLE", "1"),
    "VERTEX": ("CLAUDE_CODE_USE_VERTEX", "1"),
    "SKIP_BEDROCK": ("CLAUDE_CODE_SKIP_BEDROCK_AUTH", "1"),
    "SKIP_VERTEX": ("CLAUDE_CODE_SKIP_VERTEX_AUTH", "1"),
    "SKIP_GOOGLE_CLOUD": ("CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH", "1"),
    "FOUNDRY_TOKEN": ("ANTHROPIC_FOUNDRY_AUTH_TOKEN", "entra"),
    "FOUNDRY_KEY": ("ANTHROPIC_FOUNDRY_API_KEY", "key"),
    "BEARER": ("AWS_BEARER_TOKEN_BEDROCK", "ABSK-x"),
    "AWS_PROFILE": ("AWS_PROFILE", "acme"),
    "MODEL": ("ANTHROPIC_MODEL", "from-variable"),
}
"""Short names of the rows for variables that are set."""

NAMES = {
    "token": "ANTHROPIC_AUTH_TOKEN",
    "key": "ANTHROPIC_API_KEY",
    "helper": "apiKeyHelper",
    "oauth": "CLAUDE_CODE_OAUTH_TOKEN",
    "login": "claude auth login",
    "console": "stored Console key",
    "PROFILE": "ANTHROPIC_PROFILE",
    "FEDERATION": "ANTHROPIC_FEDERATION_RULE_ID",
    "default": "profile default",
    "work": "profile work",
    "bearer": "AWS_BEARER_TOKEN_BEDROCK",
    "export": "awsCredentialExport",
    "aws-profile": "AWS_PROFILE",
    "static": "AWS_ACCESS_KEY_ID",
    "foundry-token": "ANTHROPIC_FOUNDRY_AUTH_TOKEN",
    "skip-bedrock": "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
    "skip-vertex": "CLAUDE_CODE_SKIP_VERTEX_AUTH",
    "skip-google": "CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH",
}
"""Short names of the rows for what decides: `nobody`, a provider's method, or one of these."""

CREDENTIALS = """
API_KEY                                  key
AUTH_TOKEN                               token
helper                                   helper
OAUTH_TOKEN                              oauth
LOGIN                                    login
CONSOLE                                  console
AUTH_TOKEN API_KEY                       token + key
AUTH_TOKEN helper                        token + helper
AUTH_TOKEN CONSOLE                       token + console
AUTH_TOKEN OAUTH_TOKEN                   token
AUTH_TOKEN LOGIN                         token
API_KEY helper                           key + helper
API_KEY OAUTH_TOKEN                      key
API_KEY LOGIN                            key
API_KEY CONSOLE                          key
API_KEY oauth:work PROFILE=work          key
API_KEY oidc:work PROFILE=work           key
API_KEY FEDERATION                       key
helper OAUTH_TOKEN                       helper
helper LOGIN                             helper
helper CONSOLE                           helper
OAUTH_TOKEN LOGIN                        oauth
OAUTH_TOKEN CONSOLE                      oauth
OAUTH_TOKEN oauth:work PROFILE=work      oauth
OAUTH_TOKEN oidc:work PROFILE=work       oauth
OAUTH_TOKEN FEDERATION                   oauth
oauth:work PROFILE=work LOGIN            PROFILE
oidc:work PROFILE=work LOGIN             PROFILE
FEDERATION LOGIN                         FEDERATION
LOGIN CONSOLE                            login
AUTH_TOKEN API_KEY helper LOGIN CONSOLE  token + key
"" nobody
"""
"""Credentials by pairs, no provider among them."""

PROFILES = """
oauth:default                            default
oidc:default                             default
oauth:work active                        work
oidc:work active                         work
oauth:work                               nobody
oidc:work                                nobody
oauth:default LOGIN                      login
oidc:default LOGIN                       default
oauth:default CONSOLE                    console
oidc:default CONSOLE                     console
oauth:default LOGIN CONSOLE              login
oidc:default LOGIN CONSOLE               console
oauth:default API_KEY                    key
oidc:default API_KEY                     key
oauth:default AUTH_TOKEN                 token
oidc:default AUTH_TOKEN                  token
oauth:default OAUTH_TOKEN                oauth
oidc:default OAUTH_TOKEN                 oauth
oauth:default helper                     helper
oidc:default helper                      helper
oauth:default BASE_URL                   default
oidc:default BASE_URL                    default
oauth:default BEDROCK                    bedrock
oidc:default VERTEX                      vertex
oauth:default CONFIG_DIR=empty           default
oidc:default CONFIG_DIR=empty            default
oauth:default CONFIG_DIR=login           login
oidc:default CONFIG_DIR=login            default
oauth:work active=gone LOGIN             login
oidc:work active=gone LOGIN              login
oauth:default BARE                       nobody
oidc:default BARE                        nobody
CONSOLE BARE                             nobody
oauth:work PROFILE=work CONSOLE          console
oidc:work PROFILE=work CONSOLE           console
oauth:work PROFILE=work LOGIN            PROFILE
oauth:work PROFILE=work LOGIN CONSOLE    console
oidc:work PROFILE=work LOGIN CONSOLE     console
FEDERATION CONSOLE                       console
FEDERATION LOGIN                         FEDERATION
FEDERATION oauth:default                 FEDERATION
PROFILE=gone                             nobody
PROFILE=gone oauth:default               nobody
PROFILE=gone oidc:default                nobody
PROFILE=gone LOGIN                       login
PROFILE= oauth:default                   default
user:PROFILE=work oauth:work             PROFILE
user:PROFILE=gone oauth:default          nobody
user:ANT_DIR=empty oidc:default LOGIN    login
ANT_DIR=empty oidc:default LOGIN         login
ANT_DIR=missing oidc:default LOGIN       login
ANT_DIR=/dev/null oidc:default LOGIN     login
ANT_DIR=~/x oidc:default LOGIN           login
ANT_DIR= oidc:default LOGIN              default
"ANT_DIR= " oidc:default LOGIN           default
"""
"""Profiles of the ant CLI, active and named, beside everything else."""

PROVIDERS = """
BEDROCK AUTH_TOKEN API_KEY helper LOGIN    bedrock
VERTEX AUTH_TOKEN API_KEY helper LOGIN     vertex
FOUNDRY AUTH_TOKEN API_KEY helper LOGIN    foundry
MANTLE AUTH_TOKEN API_KEY helper LOGIN     mantle
ANTHROPIC_AWS AUTH_TOKEN API_KEY LOGIN     anthropic-aws
GOOGLE_CLOUD AUTH_TOKEN API_KEY LOGIN      anthropic-google-cloud
BEDROCK BASE_URL LOGIN                     bedrock
BEDROCK SKIP_BEDROCK AUTH_TOKEN            skip-bedrock + token
BEDROCK SKIP_BEDROCK API_KEY               skip-bedrock
VERTEX SKIP_VERTEX AUTH_TOKEN              skip-vertex + token
VERTEX SKIP_VERTEX API_KEY                 skip-vertex + key
VERTEX SKIP_VERTEX helper                  skip-vertex + helper
GOOGLE_CLOUD SKIP_GOOGLE_CLOUD AUTH_TOKEN  skip-google + token
FOUNDRY FOUNDRY_TOKEN FOUNDRY_KEY          foundry-token
BEDROCK BEARER export                      bearer
BEDROCK BEARER AWS_PROFILE                 bearer
BEDROCK BEARER static                      bearer
BEDROCK export AWS_PROFILE                 export
BEDROCK export static                      export
BEDROCK export AWS_PROFILE static          export
BEDROCK export                             export
BEDROCK project:export static              export
BEDROCK AWS_PROFILE static                 aws-profile
BEDROCK static                             static
VERTEX export                              vertex
API_KEY BARE                               key
AUTH_TOKEN BARE                            token
OAUTH_TOKEN BARE                           nobody
LOGIN BARE                                 nobody
LOGIN BASE_URL                             login
HOST user:API_KEY                          nobody
HOST managed:API_KEY AUTH_TOKEN            token
HOST helper API_KEY                        key
HOST LOGIN                                 nobody
HOST user:BEDROCK API_KEY                  key
"""
"""Providers, their credentials, the order of the settings files, and everything else that was measured."""

SETTINGS = {"helper": {"apiKeyHelper": HELPER}, "export": {"awsCredentialExport": "/bin/export"}}
"""Short names of the rows for keys of settings files."""

LAYERS = ("managed", "local", "project", "user", "legacy")


class Row:
    """What is there, in words, and what is expected."""

    def __init__(self, line: str) -> None:
        left, right = line.rsplit("  ", 1) if "  " in line else line.rsplit(" ", 1)
        self.text = " ".join(line.split())
        self.words = [word for word in shlex.split(left) if word]
        self.decider, *self.sent = (word.strip() for word in right.split("+"))

    def __repr__(self) -> str:
        return self.text


def rows(table: str) -> list[Row]:
    return [Row(line.rstrip()) for line in table.strip().splitlines()]


def build(box: Box, words: list[str]) -> dict[str, str]:
    """Put on disk what the words say; the environment."""
    environ: dict[str, str] = {}
    blocks: dict[str, dict[str, str]] = {}
    keys: dict[str, dict[str, str]] = {}
    for entry in words:
        layer, _, word = entry.partition(":") if entry.partition(":")[0] in LAYERS else ("", "", entry)
        kind, _, name = word.partition(":")
        if kind in ("oauth", "oidc"):
            box.ant(name, {"oauth": "user_oauth", "oidc": "oidc_federation"}[kind])
        elif kind.startswith("active"):
            box.write(box.ant_folder / "active_config", kind.partition("=")[2] or "work")
        elif kind == "LOGIN":
            box.login()
        elif kind == "CONSOLE":
            box.console()
        elif kind in SETTINGS:
            keys.setdefault(layer or "user", {}).update(SETTINGS[kind])
        else:
            (blocks.setdefault(layer, {}) if layer else environ).update(variables(box, word))
    for layer in {*blocks, *keys}:
        box.settings(layer, {"env": blocks.get(layer, {}), **keys.get(layer, {})})
    return environ


def variables(box: Box, word: str) -> dict[str, str]:
    """What one word puts into an environment."""
    kind, equals, value = word.partition("=")
    if kind == "static":
        return {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "secret"}
    if equals:
        place = _directory(box, value) if kind != "PROFILE" else value
        names = {"PROFILE": "ANTHROPIC_PROFILE", "ANT_DIR": "ANTHROPIC_CONFIG_DIR", "CONFIG_DIR": "CLAUDE_CONFIG_DIR"}
        return {names[kind]: place}
    more = {"FEDERATION": {"ANTHROPIC_ORGANIZATION_ID": "org_1"}, "FOUNDRY": {"ANTHROPIC_FOUNDRY_RESOURCE": "acme"}}
    return dict((VALUES[kind], *more.get(kind, {}).items()))


def _directory(box: Box, word: str) -> str:
    """A folder by what is in it, or a text as it is."""
    folder = box.home / "elsewhere"
    if word in ("empty", "login"):
        folder.mkdir()
    if word == "login":
        box.login(folder)
    return str(folder) if word in ("empty", "login", "missing") else word


def decider(verdict: Verdict) -> str:
    """What signs in: the name of the credential that decided, else the method."""
    named = [reason.name for reason in verdict.decided_by if reason.what == "credential"]
    return named[-1] if named else verdict.method or "nobody"


@pytest.mark.parametrize("row", [*rows(CREDENTIALS), *rows(PROFILES), *rows(PROVIDERS)], ids=repr)
def test_the_verdict_is_what_was_measured(tmp_path: Path, row: Row) -> None:
    box = Box(tmp_path)

    verdict = judge(box.look(**build(box, row.words)), interactive=False)

    assert decider(verdict) == NAMES.get(row.decider, row.decider)
    assert list(verdict.also_sent) == [NAMES[sent] for sent in row.sent]
    assert not (row.decider == "nobody" and verdict.billed_to)
    assert not verdict.blocked


FLAGS = ("BEDROCK", "FOUNDRY", "ANTHROPIC_AWS", "GOOGLE_CLOUD", "MANTLE", "VERTEX")


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.combinations(FLAGS, 2)))
def test_of_two_provider_switches_one_counts(tmp_path: Path, stronger: str, weaker: str) -> None:
    box = Box(tmp_path)
    switch = VALUES[stronger][0]

    verdict = judge(box.look(**build(box, [stronger, weaker])), interactive=False)

    assert signin.METHODS[verdict.method].switch == switch


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.combinations((*LAYERS, "process"), 2)))
def test_of_two_places_for_a_variable_one_counts(tmp_path: Path, stronger: str, weaker: str) -> None:
    box = Box(tmp_path)
    environ: dict[str, str] = {}
    for place in (stronger, weaker):
        if place == "process":
            environ["ANTHROPIC_BASE_URL"] = f"https://{place}.example"
        else:
            box.settings(place, {"env": {"ANTHROPIC_BASE_URL": f"https://{place}.example"}})

    verdict = judge(box.look(ANTHROPIC_AUTH_TOKEN="t", **environ), interactive=False)

    assert verdict.endpoint == f"{stronger}.example"
    (reason,) = [reason for reason in verdict.decided_by if reason.what == "endpoint"]
    assert reason.layer == stronger
    assert reason.place.startswith(str(box.path(stronger)))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    ("name", "value", "without"),
    [("ANTHROPIC_API_KEY", KEY, ""), ("CLAUDE_CODE_USE_BEDROCK", "1", "")],
    ids=["a key", "a switch"],
)
def test_an_empty_value_in_a_file_takes_the_shells_away(
    tmp_path: Path, layer: str, name: str, value: str, without: str
) -> None:
    box = Box(tmp_path)
    assert judge(box.look(**{name: value}), interactive=False).method != without

    box.settings(layer, {"env": {name: ""}})

    assert judge(box.look(**{name: value}), interactive=False).method == without


@pytest.mark.parametrize(("words", "model"), [(["MODEL"], "from-variable"), ([], "from-settings")])
def test_the_variable_beats_the_settings_model(tmp_path: Path, words: list[str], model: str) -> None:
    box = Box(tmp_path)
    box.settings("user", {"model": "from-settings"})

    assert judge(box.look(**build(box, words)), interactive=False).model == model


SESSIONS = """
API_KEY                          nobody
API_KEY LOGIN                    login
API_KEY rejected LOGIN           login
API_KEY approved LOGIN           key
API_KEY approved                 key
AUTH_TOKEN API_KEY               token
AUTH_TOKEN API_KEY approved      token + key
API_KEY helper                   helper
API_KEY OAUTH_TOKEN              oauth
API_KEY CONSOLE                  console
user:API_KEY LOGIN               login
"""
"""What an interactive session makes of an API key."""


@pytest.mark.parametrize("row", rows(SESSIONS), ids=repr)
def test_a_session_uses_a_key_only_once_it_was_approved(tmp_path: Path, row: Row) -> None:
    box = Box(tmp_path)
    answers = {word: [KEY[-20:]] for word in row.words if word in ("approved", "rejected")}
    environ = build(box, [word for word in row.words if word not in answers])
    box.state(customApiKeyResponses=answers)

    session = judge(box.look(**environ), interactive=True)

    assert decider(session) == NAMES.get(row.decider, row.decider)
    assert list(session.also_sent) == [NAMES[sent] for sent in row.sent]
    assert bool(session.ignored) == ("approved" not in row.words)


@pytest.mark.parametrize(
    ("words", "method", "endpoint"),
    [
        (["LOGIN", "BASE_URL"], "subscription", "gw.acme.example"),
        (["API_KEY", "BASE_URL"], "gateway", "gw.acme.example"),
        (["AUTH_TOKEN", "BASE_URL"], "gateway", "gw.acme.example"),
        (["helper", "BASE_URL"], "api-key-helper", "gw.acme.example"),
        (["OAUTH_TOKEN", "BASE_URL"], "oauth-token", "gw.acme.example"),
        (["CONSOLE", "BASE_URL"], "console", "gw.acme.example"),
        (["oauth:default", "BASE_URL"], "anthropic-profile", "gw.acme.example"),
        (["BEDROCK", "BASE_URL"], "bedrock", "bedrock-runtime.us-east-1.amazonaws.com"),
        (["LOGIN"], "subscription", "api.anthropic.com"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_whatever_signs_in_is_sent_to_the_address(tmp_path: Path, words: list[str], method: str, endpoint: str) -> None:
    box = Box(tmp_path)

    verdict = judge(box.look(**build(box, words)), interactive=False)

    assert (verdict.method, verdict.endpoint) == (method, endpoint)
    assert ("gw.acme.example" in verdict.billed_to) == (endpoint == "gw.acme.example")


def test_no_row_shows_more_of_a_key_than_its_end(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.console()

    for environ in ({"ANTHROPIC_API_KEY": KEY}, {}):
        label = judge(box.look(**environ), interactive=False).label
        assert label.endswith((KEY[-4:], CONSOLE_KEY[-4:]))
        assert KEY[:-4] not in label
        assert CONSOLE_KEY[-8:] not in label
