"""The catalogue of conflicts: a home for each row in which it is found, at its place, with something to type."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ctx import signin_conflicts
from ctx.claude import machine as machines
from ctx.claude.conflicts import find
from ctx.claude.model import SEVERITIES, Conflict, Machine
from ctx.claude.settings import ManagedPlaces
from ctx.config import parse
from ctx.model import Environment
from ctx.resolve import resolve
from ctx.signin_conflicts import RULES
from ctx.values import Surroundings
from tests.support.hostile import ONE_LINE

KEY = "sk-ant-api03-not-to-be-seen-anywhere-abcdefghijkl9876"
TOKEN = "gateway-token-not-to-be-seen"

LOGIN = {"~/.claude/.credentials.json": '{"claudeAiOauth": {"accessToken": "not-to-be-seen"}}'}
ACCOUNT = {"~/.claude.json": json.dumps({"oauthAccount": {"emailAddress": "me@example.com"}})}
CONSOLE = {"~/.claude.json": json.dumps({"primaryApiKey": KEY})}
OIDC = {
    "~/.config/anthropic/configs/default.json": json.dumps(
        {"organization_id": "o", "workspace_id": "w", "authentication": {"type": "oidc_federation"}}
    )
}
OAUTH = {
    "~/.config/anthropic/configs/work.json": json.dumps({"authentication": {"type": "user_oauth"}}),
    "~/.config/anthropic/credentials/work.json": '{"access_token": "not-to-be-seen"}',
}


WITH_KEY = f'auth = "console"\nenv = {{ ANTHROPIC_API_KEY = "{KEY}" }}'


def settings(**content: object) -> str:
    return json.dumps(content, indent=1)


def answers(**of: list[str]) -> dict[str, str]:
    return {"~/.claude.json": json.dumps({"customApiKeyResponses": of})}


@dataclass
class Case:
    """A machine: variables, files (`~` is the home directory, `.` the project), and the profile that is meant."""

    code: str
    variables: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    profile: str = ""
    where: str = ""
    """What the place says."""
    says: str = ""
    fix: str = ""
    set_by_profile: bool = True
    """Whether the profile's own variables are in the environment."""


SHELL = "set by your shell, not by ctx"
BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1"}
PINNED = {f"ANTHROPIC_DEFAULT_{tier}_MODEL": "m" for tier in ("OPUS", "SONNET", "HAIKU")}

CASES = (
    Case(
        "settings-unusable", files={"~/.claude/settings.json": "{"}, where="~/.claude/settings.json", says="is not JSON"
    ),
    Case("settings-unusable", files={"./.claude/settings.json": '{"env": 5}'}, where="./.claude", says="a number"),
    Case("state-unusable", files={"~/.claude/.credentials.json/x": ""}, where=".credentials.json", says="regular file"),
    Case("state-unusable", files={"~/.config/anthropic/configs/default.json": "{}"}, says="no known way to sign in"),
    Case(
        "two-credentials",
        {"ANTHROPIC_AUTH_TOKEN": TOKEN, "ANTHROPIC_API_KEY": KEY},
        where=SHELL,
        fix="unset ANTHROPIC_API_KEY",
    ),
    Case(
        "two-credentials",
        {"ANTHROPIC_API_KEY": KEY},
        {"~/.claude/settings.json": settings(apiKeyHelper="print-key")},
        where="~/.claude/settings.json:2: apiKeyHelper",
        says="ANTHROPIC_API_KEY and apiKeyHelper are both sent to api.anthropic.com",
        fix="${EDITOR:-vi} +2 ",
    ),
    Case(
        "two-credentials",
        {"ANTHROPIC_AUTH_TOKEN": TOKEN},
        profile=WITH_KEY,
        says="both sent",
        fix="unset ANTHROPIC_AUTH_TOKEN",
    ),
    Case("stored-key-sent", {"ANTHROPIC_AUTH_TOKEN": TOKEN}, CONSOLE, where="~/.claude.json", says="(…9876)"),
    Case(
        "helper-outranks",
        files={"~/.claude/settings.json": settings(apiKeyHelper="print-key")},
        profile='auth = "subscription"',
        where="settings.json:2",
        says="the profile it (Claude subscription)",
    ),
    Case(
        "helper-outranks",
        {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x"},
        {"~/.claude/settings.json": settings(apiKeyHelper="print-key")},
        says="CLAUDE_CODE_OAUTH_TOKEN",
    ),
    Case(
        "key-beside-login", {"ANTHROPIC_API_KEY": KEY}, LOGIN, where=SHELL, says="interactive sessions use your login"
    ),
    Case(
        "key-beside-login",
        {"ANTHROPIC_API_KEY": KEY},
        {**LOGIN, **answers(approved=[KEY[-20:]])},
        says="interactive sessions bill it too",
        fix="unset ANTHROPIC_API_KEY",
    ),
    Case(
        "key-not-approved",
        {"ANTHROPIC_API_KEY": KEY},
        says="(…9876) has not been approved: interactive sessions are not",
    ),
    Case(
        "key-not-approved",
        {"ANTHROPIC_API_KEY": KEY},
        answers(rejected=[KEY[-20:]]),
        says="was rejected",
        fix="/config",
    ),
    Case(
        "key-not-approved",
        files={**LOGIN, **ACCOUNT},
        profile=WITH_KEY,
        where="[profiles.it.env] ANTHROPIC_API_KEY",
        says="use the login of me@example.com",
    ),
    Case(
        "console-key-beats-profile",
        {"ANTHROPIC_PROFILE": "work"},
        {**OAUTH, **CONSOLE},
        where="~/.claude.json",
        says="profile work",
    ),
    Case("console-key-beats-profile", files={**OIDC, **CONSOLE, **LOGIN}, says="the ant profile default"),
    Case(
        "console-key-beats-profile",
        {"ANTHROPIC_FEDERATION_RULE_ID": "r", "ANTHROPIC_ORGANIZATION_ID": "o"},
        CONSOLE,
        says="the federation",
    ),
    Case("ant-profile-outranks-login", files={**OIDC, **LOGIN}, where="configs/default.json", says="not your login"),
    Case("ant-profile-missing", {"ANTHROPIC_PROFILE": "gone"}, where=SHELL, says="names gone", fix="--profile gone"),
    Case("ant-credentials-open", files={"~/.config/anthropic/credentials/x.json:644": "{}"}, fix="chmod 600 "),
    Case(
        "oauth-token-beside-login",
        {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x"},
        {**LOGIN, **ACCOUNT},
        says="me@example.com",
    ),
    Case(
        "credential-unusable",
        {"ANTHROPIC_AUTH_TOKEN": "Bearer x"},
        where=SHELL,
        says="the word Bearer",
        fix="unset ANTHROPIC_AUTH",
    ),
    Case("credential-unusable", {"ANTHROPIC_AUTH_TOKEN": "tok\u200ben"}, says="U+200B"),
    Case("credential-unusable", {"ANTHROPIC_API_KEY": "sk-ant-oat01-x"}, says="another credential"),
    Case("address-unusable", {"ANTHROPIC_BASE_URL": "https://g.example/v1", "ANTHROPIC_AUTH_TOKEN": "x"}, says="/v1"),
    Case("address-unusable", {"ANTHROPIC_BASE_URL": "g.example", "ANTHROPIC_AUTH_TOKEN": "x"}, says="no address"),
    Case("config-dir", {"CLAUDE_CONFIG_DIR": ""}, says="is empty", fix="unset CLAUDE_CONFIG_DIR"),
    Case("config-dir", {"CLAUDE_CONFIG_DIR": "~/.claude-work"}, says="no absolute path"),
    Case("config-dir-usual", {"CLAUDE_CONFIG_DIR": "~~/.claude"}, says="the usual place"),
    Case("config-dir-no-folder", {"CLAUDE_CONFIG_DIR": "~~/file"}, {"~/file": ""}, fix="ls -ld "),
    Case("switch-not-on", {"CLAUDE_CODE_USE_VERTEX": "2"}, where=SHELL, says="CLAUDE_CODE_USE_VERTEX"),
    Case("gateway-switch", {"CLAUDE_CODE_USE_GATEWAY": "1"}),
    Case(
        "login-sent-to-host",
        {"ANTHROPIC_BASE_URL": "https://g.example"},
        LOGIN,
        where=SHELL,
        says="your login is sent to g.example",
    ),
    Case(
        "login-sent-to-host",
        files={**LOGIN, "./.claude/settings.json": settings(env={"ANTHROPIC_BASE_URL": "https://evil.example"})},
        where="./.claude/settings.json:3: env.ANTHROPIC_BASE_URL",
        says="evil.example",
        fix="+3 ",
    ),
    Case(
        "skip-sends-credential",
        {"CLAUDE_CODE_USE_VERTEX": "1", "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1", "ANTHROPIC_API_KEY": KEY},
    ),
    Case("headers-outrank", {"ANTHROPIC_CUSTOM_HEADERS": "X-Team: a\nauthorization: Bearer x"}, where=SHELL),
    Case("address-ignored", {**BEDROCK, "ANTHROPIC_BASE_URL": "https://g.example"}, says="ANTHROPIC_BEDROCK_BASE_URL"),
    Case(
        "two-providers",
        {**BEDROCK, "CLAUDE_CODE_USE_VERTEX": "1"},
        says="Bedrock wins",
        fix="unset CLAUDE_CODE_USE_VERTEX",
    ),
    Case(
        "two-providers",
        BEDROCK,
        profile='auth = "vertex"\nenv = { CLAUDE_CODE_USE_VERTEX = 1, ANTHROPIC_VERTEX_PROJECT_ID = "p" }',
        fix="unset CLAUDE_CODE_USE_BEDROCK",
    ),
    Case(
        "aws-profile-beside-keys",
        {**BEDROCK, "AWS_PROFILE": "p", "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s"},
        fix="unset AWS_ACCESS_KEY_ID",
    ),
    Case(
        "aws-bearer-beside-profile",
        {**BEDROCK, "AWS_PROFILE": "p", "AWS_BEARER_TOKEN_BEDROCK": "ABSKx"},
        fix="unset AWS_BEARER_TOKEN_BEDROCK",
    ),
    Case(
        "aws-export-falls-back",
        {**BEDROCK, "AWS_PROFILE": "p"},
        {"~/.claude/settings.json": settings(awsCredentialExport="x")},
        says="AWS_PROFILE would sign",
    ),
    Case(
        "foundry-two-addresses",
        {
            "CLAUDE_CODE_USE_FOUNDRY": "1",
            "ANTHROPIC_FOUNDRY_RESOURCE": "r",
            "ANTHROPIC_FOUNDRY_BASE_URL": "https://r.example",
        },
        fix="unset ANTHROPIC_FOUNDRY_BASE_URL",
    ),
    Case(
        "cloudsdk-config-ignored",
        {"CLAUDE_CODE_USE_VERTEX": "1", "CLOUDSDK_CONFIG": "/acme"},
        fix="GOOGLE_APPLICATION_CREDENTIALS=/acme/",
    ),
    Case("google-project-ignored", {"CLAUDE_CODE_USE_VERTEX": "1", "GOOGLE_CLOUD_PROJECT": "acme"}, where=SHELL),
    Case("models-not-pinned", BEDROCK, where=SHELL, says="Bedrock"),
    Case(
        "settings-overrule-profile",
        files={"~/.claude/settings.json": settings(env={"AWS_PROFILE": "other"})},
        profile='auth = "bedrock"\nenv = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "mine" }',
        where="~/.claude/settings.json:3: env.AWS_PROFILE",
        says="overrules the profile it",
        fix="ctx import claude-settings",
    ),
    Case(
        "settings-overrule-profile",
        files={"./.claude/settings.local.json": settings(env={"ANTHROPIC_BASE_URL": "https://g.example"})},
        profile='auth = "subscription"',
        where="settings.local.json:3",
        fix="+3 ",
    ),
    Case(
        "settings-overrule-shell",
        {"ANTHROPIC_AUTH_TOKEN": TOKEN},
        {"~/.claude/settings.json": settings(env={"ANTHROPIC_AUTH_TOKEN": "another"})},
        where="settings.json:3",
    ),
    Case(
        "project-settings",
        files={"./.claude/settings.json": settings(apiKeyHelper="x")},
        where="./.claude/settings.json:2",
    ),
    Case(
        "forced-login",
        {"ANTHROPIC_API_KEY": KEY},
        {"managed/managed-settings.json": settings(forceLoginMethod="claudeai")},
        where="managed-settings.json:2",
        says="with ANTHROPIC_API_KEY claude does not start",
    ),
    Case("host-managed", {"CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST": "1"}),
    Case("bare-mode", {"CLAUDE_CODE_SIMPLE": "1"}),
    Case(
        "left-over",
        {"ANTHROPIC_API_KEY": KEY},
        profile='auth = "subscription"',
        where=SHELL,
        fix="unset ANTHROPIC_API_KEY",
    ),
    Case(
        "changed-since",
        {"AWS_PROFILE": "other"},
        profile='auth = "bedrock"\nenv = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "mine" }',
        says="not what the profile it sets",
    ),
)

HEALTHY = (
    Case(""),
    Case("", files={**LOGIN, **ACCOUNT}),
    Case("", files={**LOGIN, **ACCOUNT}, profile='auth = "subscription"'),
    Case("", files={**LOGIN, **OIDC}, profile='auth = "subscription"'),
    Case("", files=CONSOLE),
    Case("", {"ANTHROPIC_PROFILE": "work"}, {**OAUTH, **LOGIN}),
    Case(
        "",
        files={**LOGIN, **answers(approved=[KEY[-20:]])},
        profile=WITH_KEY,
    ),
    Case(
        "",
        files=LOGIN,
        profile='auth = "gateway"\nenv = { ANTHROPIC_BASE_URL = "https://g.example", ANTHROPIC_AUTH_TOKEN = "t" }',
    ),
    Case("", {**BEDROCK, **PINNED, "AWS_PROFILE": "p"}, LOGIN),
    Case("", {"CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_USE_MANTLE": "1", **PINNED}),
    Case(
        "",
        files={"~/.claude/settings.json": settings(env={"AWS_PROFILE": "mine"}, model="opus")},
        profile='auth = "mantle"\nenv = { CLAUDE_CODE_USE_MANTLE = 1, AWS_PROFILE = "mine" }',
    ),
    Case("", files={"~/.claude/settings.json": settings(apiKeyHelper="x")}),
    Case("", {"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": TOKEN}),
    Case("", {"ANTHROPIC_BASE_URL": "https://api.anthropic.com"}, LOGIN),
    Case(
        "", {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "p", "GOOGLE_CLOUD_PROJECT": "q", **PINNED}
    ),
    Case("", {"CLAUDE_CODE_USE_VERTEX": "1", "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1", **PINNED}),
    Case("", {"CLAUDE_CONFIG_DIR": "~~/nowhere-yet"}),
    Case("", {"ANTHROPIC_API_KEY": f" {KEY} "}, answers(approved=[KEY[-20:]])),
    Case("", {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x"}, {"~/.claude/settings.json": settings(apiKeyHelper="")}),
    Case("", {"CLAUDE_CONFIG_DIR": "~~/.claude-work"}, {"~/.claude-work/x": ""}),
    Case("", {"AWS_PROFILE": "p", "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s"}),
    Case("", {"CLOUDSDK_CONFIG": "/acme", "GOOGLE_CLOUD_PROJECT": "acme"}),
    Case(
        "",
        {
            "CLAUDE_CODE_USE_VERTEX": "1",
            "CLOUDSDK_CONFIG": "/acme",
            "GOOGLE_APPLICATION_CREDENTIALS": "/acme/adc.json",
            **PINNED,
        },
    ),
    Case("", {"CLAUDE_CODE_USE_VERTEX": "1", "CLOUDSDK_CONFIG": "~~/.config/gcloud", **PINNED}),
    Case(
        "",
        {"CLAUDE_CODE_USE_VERTEX": "1", "GOOGLE_CLOUD_PROJECT": "acme", **PINNED},
        {"~/.config/gcloud/application_default_credentials.json": '{"type": "service_account", "project_id": "acme"}'},
    ),
    Case("", files={"~/.claude/settings.json": settings(env={"ANTHROPIC_AUTH_TOKEN": "t"})}),
)


class Place:
    """Where a case lies on disk."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.home = base / ONE_LINE
        self.project = self.home / "project"
        self.project.mkdir(parents=True)

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path, _, mode = name.partition(":")
            file = Path(path.replace("~", str(self.home)).replace("./", f"{self.project}/"))
            file = self.base / file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(int(mode or "600", 8))

    def environment(self, profile: str) -> Environment | None:
        if not profile:
            return None
        config = parse(f"[profiles.it]\n{profile}\n", f"{self.home}/profiles.toml")
        return resolve(config, "it", Surroundings({}, str(self.home), f"{self.home}/data"))

    def machine(self, case: Case) -> tuple[Machine, Environment | None]:
        self.write(case.files)
        environment = self.environment(case.profile)
        given: dict[str, str | None] = {}
        places = {}
        for name, variable in (environment.variables if environment else {}).items():
            value = variable.value
            if value is not None:
                given[name] = value if isinstance(value, str) else value.reveal()
                places[name] = str(variable.origin)
        for name, text in case.variables.items():
            given[name] = text.replace("~~", str(self.home))
            places.pop(name, None)
        machine = machines.look(
            given,
            places,
            str(self.home),
            str(self.project),
            managed=ManagedPlaces(str(self.base / "managed")),
            platform="linux",
        )
        return machine, environment


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def shown(found: list[Conflict]) -> str:
    return "\n".join(f"{c.code} | {c.severity} | {c.where} | {c.message} | {c.fix}" for c in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.says[:20]}")
def test_a_conflict_is_found_at_its_place_with_what_to_type(place: Place, case: Case) -> None:
    found = find(*place.machine(case))

    of_code = [conflict for conflict in found if conflict.code == case.code]
    assert len(of_code) == 1, shown(found)
    (conflict,) = of_code
    where = case.where.replace("~", str(place.home)).replace("./", f"{place.project}/")
    assert where in conflict.where
    assert case.says in conflict.message
    assert case.fix in conflict.fix
    assert conflict.where
    assert conflict.fix
    assert conflict.severity == RULES[case.code].severity
    assert "{" not in (conflict.message + conflict.fix).replace("${", "").replace("{EDITOR", "").replace(
        str(place.home), ""
    )


@pytest.mark.parametrize("case", HEALTHY, ids=str)
def test_nothing_is_found_where_nothing_is_wrong(place: Place, case: Case) -> None:
    assert shown(find(*place.machine(case))) == ""


@pytest.mark.parametrize("text", ["", "relative", "~/.claude-work"])
def test_a_directory_that_cannot_be_is_found_once(place: Place, text: str) -> None:
    assert [c.code for c in find(*place.machine(Case("", {"CLAUDE_CONFIG_DIR": text})))] == ["config-dir"]


def test_a_value_is_mended_where_it_was_set(place: Place) -> None:
    (found,) = find(*place.machine(Case("", {"ANTHROPIC_AUTH_TOKEN": "Bearer x"})))
    assert found.fix == "unset ANTHROPIC_AUTH_TOKEN, or set it anew: keep what follows it"

    bad = {"~/.claude/settings.json": settings(env={"ANTHROPIC_AUTH_TOKEN": "Bearer x"})}
    (found,) = find(*place.machine(Case("", files=bad)))
    assert found.fix.startswith("${EDITOR:-vi} +3 ")
    assert found.fix.endswith("and take env.ANTHROPIC_AUTH_TOKEN out: keep what follows it")


def test_every_row_of_the_catalogue_is_found_somewhere() -> None:
    elsewhere = {"login-may-be-sent"}

    assert set(RULES) - {case.code for case in CASES} == elsewhere


def test_on_macos_a_login_that_nobody_can_see_is_a_warning(place: Place) -> None:
    machine = machines.look(
        {"ANTHROPIC_BASE_URL": "https://g.example"}, {}, str(place.home), str(place.project), platform="darwin"
    )

    assert [conflict.code for conflict in find(machine, None)] == ["login-may-be-sent"]


def test_severities_are_those_of_the_model() -> None:
    assert {rule.severity for rule in RULES.values()} == set(SEVERITIES)
    assert (signin_conflicts.ERROR, signin_conflicts.WARNING, signin_conflicts.INFO) == SEVERITIES
    assert all(code == rule.code and code.replace("-", "").isalnum() for code, rule in RULES.items())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.says[:20]}")
def test_no_credential_is_ever_in_a_finding(place: Place, case: Case) -> None:
    text = shown(find(*place.machine(case)))

    assert "not-to-be-seen" not in text
    assert KEY[-20:] not in text


def test_the_gravest_comes_first(place: Place) -> None:
    case = Case("", {**BEDROCK, "CLAUDE_CODE_USE_VERTEX": "2", "AWS_PROFILE": "p", "AWS_BEARER_TOKEN_BEDROCK": "ABSKx",
                     "ANTHROPIC_AUTH_TOKEN": "Bearer x"})  # fmt: skip

    assert [c.severity for c in find(*place.machine(case))] == ["error", "warning", "info", "info"]


def test_fixes_are_written_for_the_shell(place: Place) -> None:
    machine, _ = place.machine(Case("", {"CLAUDE_CODE_USE_VERTEX": "2"}))

    fixes = {shell: find(machine, None, shell)[0].fix for shell in ("bash", "fish", "pwsh", "")}
    assert fixes == {
        "bash": "unset CLAUDE_CODE_USE_VERTEX",
        "fish": "set -e CLAUDE_CODE_USE_VERTEX",
        "pwsh": "Remove-Item Env:CLAUDE_CODE_USE_VERTEX",
        "": "unset CLAUDE_CODE_USE_VERTEX",
    }


def test_values_that_are_not_known_are_not_judged(place: Place) -> None:
    machine = machines.look(
        {"ANTHROPIC_API_KEY": None, "ANTHROPIC_BASE_URL": None},
        {},
        str(place.home),
        str(place.project),
        platform="linux",
    )

    assert shown(find(machine, None)) == ""


def test_a_project_that_is_the_home_directory_is_no_project(place: Place) -> None:
    place.write({"~/.claude/settings.json": settings(apiKeyHelper="x")})
    machine = machines.look({}, {}, str(place.home), str(place.home), platform="linux")

    assert shown(find(machine, None)) == ""


def test_a_fix_that_opens_a_file_survives_any_path(place: Place) -> None:
    import shlex

    machine, _ = place.machine(Case("", files={"~/.claude/settings.json": "{"}))
    (conflict,) = find(machine, None)

    assert shlex.split(conflict.fix)[1] == os.path.join(place.home, ".claude", "settings.json")
