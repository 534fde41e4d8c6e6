"""The verdict beyond who wins: who pays, what cannot be told, what keeps the client from starting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctx import signin
from ctx.claude.model import Claim, Machine, Verdict
from ctx.claude.verdict import judge, sentence
from tests.claude.box import EMAIL, HELPER, KEY, Box
from tests.support.hostile import VALUES

AWS_CONFIG = """\
[default]
region = eu-west-1
[profile acme]
region = eu-central-1
sso_session = corp
sso_account_id = 111122223333
[profile role]
role_arn = arn:aws:iam::777788889999:role/deploy
source_profile = acme
"""


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def once(machine: Machine, claim: Claim | None = None) -> Verdict:
    return judge(machine, interactive=False, claim=claim)


BEDROCK = {"CLAUDE_CODE_USE_BEDROCK": "1"}
VERTEX = {"CLAUDE_CODE_USE_VERTEX": "1"}
FOUNDRY = {"CLAUDE_CODE_USE_FOUNDRY": "1"}

SENTENCES: list[tuple[dict[str, str], str]] = [
    ({}, "not signed in"),
    ({"ANTHROPIC_API_KEY": KEY}, "Anthropic Console, key …KEY4 · the Console organization pays per token"),
    ({"ANTHROPIC_API_KEY": "short"}, "Anthropic Console · the Console organization pays per token"),
    (
        {"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": "https://u:p@gw.example/v1"},
        "LLM gateway at gw.example · the owner of gw.example pays",
    ),
    ({"ANTHROPIC_AUTH_TOKEN": "t"}, "the token in ANTHROPIC_AUTH_TOKEN · the organization behind that token pays"),
    ({"CLAUDE_CODE_OAUTH_TOKEN": "t"}, "Claude subscription token · the subscription that made the token pays"),
    (
        {**BEDROCK, "AWS_PROFILE": "acme", "AWS_REGION": "us-west-2"},
        "Bedrock as acme, us-west-2 · AWS account 111122223333 (profile acme) pays",
    ),
    ({**BEDROCK, "AWS_PROFILE": "role"}, "Bedrock as role, us-east-1 · AWS account 777788889999 (profile role) pays"),
    (
        {**BEDROCK, "AWS_PROFILE": "gone"},
        "Bedrock as gone, us-east-1 · the AWS account of profile gone pays",
    ),
    (
        {**BEDROCK, "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s"},
        "Bedrock with static AWS keys, eu-west-1 · the AWS account of the keys in AWS_ACCESS_KEY_ID pays",
    ),
    (
        {**BEDROCK, "AWS_ACCESS_KEY_ID": "AKIAX"},
        "Bedrock with this machine's role, eu-west-1 · the AWS account of this machine's role pays",
    ),
    (
        {**BEDROCK, "AWS_BEARER_TOKEN_BEDROCK": "ABSK"},
        "Bedrock with a Bedrock API key, eu-west-1 · the AWS account of that key pays",
    ),
    (
        {"CLAUDE_CODE_USE_MANTLE": "true", "AWS_PROFILE": "acme"},
        "Bedrock Mantle as acme, eu-central-1 · AWS account 111122223333 (profile acme) pays",
    ),
    (
        {"CLAUDE_CODE_USE_ANTHROPIC_AWS": "1", "ANTHROPIC_AWS_WORKSPACE_ID": "wrkspc_9", "AWS_PROFILE": "acme"},
        "Claude Platform on AWS as acme, eu-central-1 · workspace wrkspc_9, through AWS Marketplace pays",
    ),
    (
        {**VERTEX, "ANTHROPIC_VERTEX_PROJECT_ID": "acme-ai", "CLOUD_ML_REGION": "global"},
        "Vertex AI at acme-ai, global · Google Cloud project acme-ai pays",
    ),
    (
        {**FOUNDRY, "ANTHROPIC_FOUNDRY_RESOURCE": "acme"},
        "Microsoft Foundry at acme · the Azure subscription of acme pays",
    ),
    (
        {
            "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": "1",
            "ANTHROPIC_GOOGLE_CLOUD_PROJECT": "acme",
            "ANTHROPIC_GOOGLE_CLOUD_LOCATION": "eu",
            "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID": "wrkspc_9",
        },
        "Claude Platform on Google Cloud at acme, eu · workspace wrkspc_9, through Google Cloud project acme pays",
    ),
    (
        {**BEDROCK, "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1", "ANTHROPIC_BEDROCK_BASE_URL": "https://gw.example/b"},
        "Bedrock without its own sign-in, at gw.example · the owner of gw.example pays",
    ),
]


@pytest.mark.parametrize(("environ", "expected"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_one_sentence_says_who_pays(box: Box, environ: dict[str, str], expected: str) -> None:
    box.write(box.home / ".aws" / "config", AWS_CONFIG)

    assert sentence(once(box.look(**environ))) == expected


ENDPOINTS = [
    ({**BEDROCK, "AWS_REGION": "eu-west-3"}, "bedrock-runtime.eu-west-3.amazonaws.com"),
    ({**BEDROCK, "AWS_DEFAULT_REGION": "eu-west-3"}, "bedrock-runtime.eu-west-3.amazonaws.com"),
    ({**BEDROCK, "AWS_DEFAULT_REGION": "x", "AWS_REGION": "y"}, "bedrock-runtime.y.amazonaws.com"),
    ({**BEDROCK, "ANTHROPIC_BEDROCK_BASE_URL": "https://gw.example"}, "gw.example"),
    ({**VERTEX, "ANTHROPIC_VERTEX_PROJECT_ID": "p"}, "us-east5-aiplatform.googleapis.com"),
    ({**VERTEX, "ANTHROPIC_VERTEX_PROJECT_ID": "p", "CLOUD_ML_REGION": "global"}, "aiplatform.googleapis.com"),
    ({**FOUNDRY, "ANTHROPIC_FOUNDRY_RESOURCE": "acme"}, "acme.services.ai.azure.com"),
    ({**FOUNDRY, "ANTHROPIC_FOUNDRY_BASE_URL": "https://x.example/anthropic"}, "x.example"),
    ({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "https://api.anthropic.com"}, "api.anthropic.com"),
]


@pytest.mark.parametrize(("environ", "endpoint"), ENDPOINTS)
def test_where_requests_go(box: Box, environ: dict[str, str], endpoint: str) -> None:
    assert once(box.look(**environ)).endpoint == endpoint


def test_anthropics_own_address_is_no_gateway(box: Box) -> None:
    environ = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "https://api.anthropic.com/"}

    assert once(box.look(**environ)).method == "console"


def test_an_address_of_a_profile_counts_unless_a_variable_says_otherwise(box: Box) -> None:
    box.ant("default", "oidc_federation", base_url="https://profile.example")

    assert once(box.look()).endpoint == "profile.example"
    assert once(box.look(ANTHROPIC_BASE_URL="https://variable.example")).endpoint == "variable.example"


def test_a_login_names_its_owner(box: Box) -> None:
    box.login()

    assert sentence(once(box.look())) == f"Claude subscription · the plan of Acme ({EMAIL}) pays"


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_variable_that_moves_the_login_is_a_reason(box: Box, signed_in: bool) -> None:
    if signed_in:
        box.login(box.home / "other")

    reasons = once(box.look(CLAUDE_CONFIG_DIR=str(box.home / "other"))).decided_by

    assert (reasons[-1].name, reasons[-1].what) == ("CLAUDE_CONFIG_DIR", "account")
    assert "CLAUDE_CONFIG_DIR" not in [reason.name for reason in once(box.look(ANTHROPIC_API_KEY=KEY)).decided_by]


def test_a_projects_credential_file_names_the_project(box: Box) -> None:
    path = box.write(box.home / "adc.json", {"type": "service_account", "project_id": "of-file", "private_key": "x"})

    verdict = once(box.look(**VERTEX, GOOGLE_APPLICATION_CREDENTIALS=str(path)))

    assert verdict.billed_to == "Google Cloud project of-file"
    assert not verdict.unknown
    assert str(path) in [reason.place for reason in verdict.decided_by]


def test_each_reason_has_its_place(box: Box) -> None:
    path = box.settings(
        "user", '{"env": {\n"CLAUDE_CODE_USE_BEDROCK": "1"},\n"awsCredentialExport": "x",\n"model": "m"}'
    )

    reasons = {reason.name: (reason.what, reason.place) for reason in once(box.look(AWS_REGION="r")).decided_by}

    assert reasons == {
        "CLAUDE_CODE_USE_BEDROCK": ("method", f"{path}:2: env.CLAUDE_CODE_USE_BEDROCK"),
        "awsCredentialExport": ("credential", f"{path}:3: awsCredentialExport"),
        "AWS_REGION": ("region", "set by your shell, not by ctx"),
        "model": ("model", f"{path}:4: model"),
    }


PROBLEMS = {"user": "{", "project": "[]", "local": '{"env": {"A": 1}}', "managed": "no", "legacy": "{"}


@pytest.mark.parametrize("layer", PROBLEMS)
def test_a_settings_file_that_cannot_be_used_leaves_it_open(box: Box, layer: str) -> None:
    path = box.settings(layer, PROBLEMS[layer])

    verdict = once(box.look(ANTHROPIC_API_KEY=KEY))

    assert verdict.unknown.startswith(str(path))
    assert verdict.method == "console"
    assert sentence(verdict).startswith("cannot tell, because ")


def test_under_a_host_files_decide_nothing(box: Box) -> None:
    box.settings("user", "{")

    assert not once(box.look(ANTHROPIC_API_KEY=KEY, CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST="1")).unknown


UNKNOWN: list[tuple[dict[str, str | None], str]] = [
    ({"CLAUDE_CONFIG_DIR": None}, "the value of CLAUDE_CONFIG_DIR is not known"),
    ({"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": None}, "ctx has not read the value of ANTHROPIC_BASE_URL"),
    ({"CLAUDE_CODE_USE_GATEWAY": "1"}, "what CLAUDE_CODE_USE_GATEWAY does is not measured"),
    ({**VERTEX}, "no project is named"),
    ({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": None}, ""),
    ({"ANTHROPIC_API_KEY": None}, ""),
    (
        {"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_CUSTOM_HEADERS": "X-A: b\nauthorization : Bearer x"},
        "an Authorization header in ANTHROPIC_CUSTOM_HEADERS replaces the credential",
    ),
    ({"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_CUSTOM_HEADERS": "X-Authorization: b"}, ""),
    (
        {**BEDROCK, "CLAUDE_CODE_USE_MANTLE": "1", "ANTHROPIC_MODEL": "anthropic.claude-x"},
        "with the switches of Bedrock and Mantle both on",
    ),
    ({**BEDROCK, "CLAUDE_CODE_USE_MANTLE": "1", "ANTHROPIC_MODEL": "us.anthropic.claude-x"}, ""),
]


@pytest.mark.parametrize(("environ", "why"), UNKNOWN, ids=lambda value: value or "" if isinstance(value, str) else "")
def test_what_is_not_known_is_said(box: Box, environ: dict[str, str | None], why: str) -> None:
    unknown = once(box.look(**environ)).unknown

    assert unknown.startswith(why)
    assert bool(unknown) == bool(why)


def test_a_switch_whose_value_is_not_known_counts_as_on(box: Box) -> None:
    assert once(box.look(CLAUDE_CODE_USE_FOUNDRY=None, ANTHROPIC_FOUNDRY_RESOURCE="r")).method == "foundry"


def test_a_keychain_may_hold_a_login(box: Box) -> None:
    assert "Keychain" in once(box.look_on("darwin")).unknown
    assert not once(box.look_on("darwin", ANTHROPIC_API_KEY=KEY)).unknown


def test_a_doubt_that_changes_nothing_is_none(box: Box) -> None:
    box.write(box.config / ".credentials.json", "t").chmod(0o600)
    box.ant("default", "user_oauth")
    (box.ant_folder / "credentials" / "default.json").chmod(0o644)

    assert "may be read by others" in once(box.look()).unknown
    assert not once(box.look(CLAUDE_CODE_OAUTH_TOKEN="t")).unknown


def test_a_moved_directory_in_a_settings_file_is_not_measured(box: Box) -> None:
    box.settings("user", {"env": {"CLAUDE_CONFIG_DIR": "/elsewhere"}})

    assert "moves the client's directory" in once(box.look()).unknown


@pytest.mark.parametrize(("approved", "open_question"), [([], False), ([KEY[-20:]], True)])
def test_whether_an_unread_key_was_approved_is_open_only_if_any_was(
    box: Box, approved: list[str], open_question: bool
) -> None:
    box.login()
    box.state(customApiKeyResponses={"approved": approved})

    session = judge(box.look(ANTHROPIC_API_KEY=None), interactive=True)

    assert session.method == "subscription"
    assert bool(session.unknown) == open_question


BLOCKED = [
    ({**FOUNDRY}, "neither ANTHROPIC_FOUNDRY_RESOURCE nor ANTHROPIC_FOUNDRY_BASE_URL is set"),
    (
        {**FOUNDRY, "ANTHROPIC_FOUNDRY_RESOURCE": "r", "ANTHROPIC_FOUNDRY_BASE_URL": "https://x.example"},
        "ANTHROPIC_FOUNDRY_RESOURCE and ANTHROPIC_FOUNDRY_BASE_URL are both set",
    ),
    ({"ANTHROPIC_AUTH_TOKEN": "abc\u200bd"}, "ANTHROPIC_AUTH_TOKEN holds a character that no credential has: U+200B"),
    ({"ANTHROPIC_API_KEY": "a\nb"}, "ANTHROPIC_API_KEY holds a character that no credential has: U+000A"),
    ({"ANTHROPIC_API_KEY": f" {KEY}\n"}, ""),
    ({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "gw.example"}, "ANTHROPIC_BASE_URL does not begin with https://"),
]


@pytest.mark.parametrize(("environ", "why"), BLOCKED, ids=[why for _, why in BLOCKED])
def test_what_keeps_the_client_from_starting(box: Box, environ: dict[str, str], why: str) -> None:
    blocked = once(box.look(**environ)).blocked

    assert blocked.startswith(why)
    assert bool(blocked) == bool(why)


@pytest.mark.parametrize("key", ["forceLoginMethod", "forceLoginOrgUUID"])
def test_an_administrator_may_want_a_login(box: Box, key: str) -> None:
    path = box.settings("managed", {key: "claudeai"})
    box.login()

    blocked = once(box.look(ANTHROPIC_API_KEY=KEY)).blocked
    assert blocked == f"{path}:2: {key} requires a first-party login"
    assert once(box.look(ANTHROPIC_AUTH_TOKEN="t")).blocked == blocked
    assert "is checked online" in once(box.look()).unknown
    assert not once(box.look(**FOUNDRY, ANTHROPIC_FOUNDRY_RESOURCE="r")).blocked


def test_only_an_administrators_wish_counts(box: Box) -> None:
    box.settings("user", {"forceLoginMethod": "claudeai"})

    assert not once(box.look(ANTHROPIC_API_KEY=KEY)).blocked


def payer(box: Box, auth: str, names: str, **environ: str) -> bool:
    claim = Claim(auth, "Acme", frozenset(names.split()))
    return once(box.look(**environ), claim).billed_to == "Acme"


def test_the_profiles_payer_is_named_where_the_profile_decides(box: Box) -> None:
    names = "CLAUDE_CODE_USE_BEDROCK AWS_PROFILE"
    assert payer(box, "bedrock", names, **BEDROCK, AWS_PROFILE="acme", AWS_REGION="of-the-shell")
    assert not payer(box, "bedrock", "CLAUDE_CODE_USE_BEDROCK", **BEDROCK, AWS_PROFILE="of-the-shell")
    assert not payer(box, "vertex", names, **BEDROCK, AWS_PROFILE="acme")
    assert payer(box, "console", "ANTHROPIC_API_KEY", ANTHROPIC_API_KEY=KEY)
    assert not payer(box, "console", "", ANTHROPIC_API_KEY=KEY)

    box.settings("project", {"env": {"ANTHROPIC_API_KEY": KEY}})
    assert not payer(box, "console", "ANTHROPIC_API_KEY", ANTHROPIC_API_KEY=KEY)


def test_a_login_is_the_profiles_if_its_directory_is(box: Box) -> None:
    other = box.home / "other"
    box.login(other)
    box.login()

    assert payer(box, "subscription", "")
    assert payer(box, "subscription", "CLAUDE_CONFIG_DIR", CLAUDE_CONFIG_DIR=str(other))
    assert not payer(box, "subscription", "", CLAUDE_CONFIG_DIR=str(other))


def test_a_helper_is_the_profiles_if_it_is_the_users(box: Box) -> None:
    box.settings("user", {"apiKeyHelper": HELPER})
    assert payer(box, "api-key-helper", "")

    box.settings("project", {"apiKeyHelper": HELPER})
    assert not payer(box, "api-key-helper", "")


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_REGION", "ANTHROPIC_MODEL"])
def test_a_credential_in_the_wrong_place_is_not_shown(box: Box, name: str) -> None:
    secret = "gh" + "p_" + "Ab3dE5gH7jK9" * 3

    verdict = once(box.look(**BEDROCK, **{name: secret}))

    shown = (verdict.label, verdict.billed_to, verdict.region, verdict.model, verdict.endpoint, sentence(verdict))
    assert not [text for text in shown if secret in text]


NAMES = [row.name for row in signin.VARIABLES if not row.name.endswith("*")]
TEXTS = st.one_of(
    st.none(), st.sampled_from(["", "1", "0", "https://h.example", *VALUES.values()]), st.text(max_size=9)
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["env", "apiKeyHelper", "oauthAccount", "primaryApiKey", "customApiKeyResponses", *NAMES]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=9,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    environ=st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=6),
    files=st.dictionaries(st.sampled_from(list(PROBLEMS)), JSON, max_size=3),
    interactive=st.booleans(),
)
def test_there_is_always_a_verdict(
    box: Box, environ: dict[str, str | None], files: dict[str, object], interactive: bool
) -> None:
    for layer in PROBLEMS:
        box.path(layer).unlink(missing_ok=True)
    for layer, content in files.items():
        box.settings(layer, json.dumps(content))

    verdict = judge(box.look(**environ), interactive=interactive)
    text = sentence(verdict)

    assert verdict.method in {"", *signin.METHODS}
    assert bool(verdict.method) == bool(verdict.billed_to)
    assert text.isprintable()
    assert verdict.method or verdict.unknown or text == "not signed in"
