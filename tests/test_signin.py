"""The table of sign-in facts agrees with itself and with the list of what must be cleared."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from ctx import signin
from ctx.signin import METHODS, VARIABLES, members
from ctx.signin_precedence import (
    BARE,
    CLOUD_CREDENTIALS,
    CYCLES,
    EVIDENCE,
    EXPORT,
    IGNORED_UNDER_HOST,
    PAIRS,
    SOURCES,
    WHEN_SKIPPED,
    also_sent,
    winner,
)
from ctx.signin_providers import ADDRESSES, HOSTS, REGIONS, SKIP_SWITCHES

SOURCE = Path(signin.__file__).parents[1]


def words(text: str) -> list[str]:
    """The words of a block, so that long lists of names stay readable."""
    return text.split()


# Written out by hand, not derived from the table: what every activation has to clear.
ALWAYS_CLEARED = words("""
CLAUDE_CODE_USE_BEDROCK CLAUDE_CODE_USE_VERTEX CLAUDE_CODE_USE_FOUNDRY CLAUDE_CODE_USE_ANTHROPIC_AWS
CLAUDE_CODE_USE_MANTLE CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD CLAUDE_CODE_USE_GATEWAY
ANTHROPIC_GOOGLE_CLOUD_PROJECT ANTHROPIC_GOOGLE_CLOUD_LOCATION ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID
ANTHROPIC_GOOGLE_CLOUD_BASE_URL CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH
CLAUDE_CODE_SKIP_BEDROCK_AUTH CLAUDE_CODE_SKIP_VERTEX_AUTH CLAUDE_CODE_SKIP_FOUNDRY_AUTH
CLAUDE_CODE_SKIP_ANTHROPIC_AWS_AUTH CLAUDE_CODE_SKIP_MANTLE_AUTH
ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN
CLAUDE_CODE_OAUTH_TOKEN CLAUDE_CODE_OAUTH_REFRESH_TOKEN CLAUDE_CODE_OAUTH_SCOPES
ANTHROPIC_PROFILE ANTHROPIC_CONFIG_DIR ANTHROPIC_FEDERATION_RULE_ID ANTHROPIC_ORGANIZATION_ID
ANTHROPIC_SERVICE_ACCOUNT_ID ANTHROPIC_IDENTITY_TOKEN ANTHROPIC_IDENTITY_TOKEN_FILE ANTHROPIC_WORKSPACE_ID
ANTHROPIC_BASE_URL ANTHROPIC_BEDROCK_BASE_URL ANTHROPIC_BEDROCK_MANTLE_BASE_URL ANTHROPIC_VERTEX_BASE_URL
ANTHROPIC_FOUNDRY_BASE_URL ANTHROPIC_AWS_BASE_URL ANTHROPIC_CUSTOM_HEADERS
AWS_BEARER_TOKEN_BEDROCK ANTHROPIC_FOUNDRY_API_KEY ANTHROPIC_FOUNDRY_AUTH_TOKEN ANTHROPIC_FOUNDRY_RESOURCE
ANTHROPIC_AWS_API_KEY ANTHROPIC_AWS_WORKSPACE_ID ANTHROPIC_VERTEX_PROJECT_ID CLOUD_ML_REGION
CLAUDE_CONFIG_DIR ANTHROPIC_MODEL ANTHROPIC_DEFAULT_OPUS_MODEL ANTHROPIC_DEFAULT_SONNET_MODEL
ANTHROPIC_DEFAULT_HAIKU_MODEL ANTHROPIC_DEFAULT_FABLE_MODEL ANTHROPIC_DEFAULT_MODEL ANTHROPIC_SMALL_FAST_MODEL
CLAUDE_CODE_SUBAGENT_MODEL CLAUDE_CODE_API_KEY_HELPER_TTL_MS
""")

TUNING_AMONG_THEM = words("""
ANTHROPIC_GOOGLE_CLOUD_LOCATION CLAUDE_CODE_OAUTH_SCOPES CLOUD_ML_REGION ANTHROPIC_MODEL
ANTHROPIC_DEFAULT_OPUS_MODEL ANTHROPIC_DEFAULT_SONNET_MODEL ANTHROPIC_DEFAULT_HAIKU_MODEL
ANTHROPIC_DEFAULT_FABLE_MODEL ANTHROPIC_DEFAULT_MODEL ANTHROPIC_SMALL_FAST_MODEL
CLAUDE_CODE_SUBAGENT_MODEL CLAUDE_CODE_API_KEY_HELPER_TTL_MS
""")

AWS = words("""
AWS_PROFILE AWS_DEFAULT_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ACCESS_KEY_ID
AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION
""")
GOOGLE = words("GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CLOUD_PROJECT GCLOUD_PROJECT GOOGLE_CLOUD_QUOTA_PROJECT")
AZURE = words("""
AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_CLIENT_CERTIFICATE_PATH
AZURE_CLIENT_CERTIFICATE_PASSWORD AZURE_USERNAME AZURE_PASSWORD AZURE_CONFIG_DIR
""")

CLOUD_OF = {
    "bedrock": AWS,
    "mantle": AWS,
    "anthropic-aws": AWS,
    "vertex": GOOGLE,
    "anthropic-google-cloud": GOOGLE,
    "foundry": AZURE,
}

NEVER_CLEARED = words("""
AWS_REGION AWS_DEFAULT_REGION AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN
HTTPS_PROXY HTTP_PROXY NO_PROXY NODE_EXTRA_CA_CERTS API_TIMEOUT_MS CLAUDE_CODE_SUBPROCESS_ENV_SCRUB
CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST CLAUDECODE CLOUDSDK_CONFIG
""")

SECRETS = words("""
ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN CLAUDE_CODE_OAUTH_TOKEN CLAUDE_CODE_OAUTH_REFRESH_TOKEN
ANTHROPIC_IDENTITY_TOKEN AWS_BEARER_TOKEN_BEDROCK AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
ANTHROPIC_AWS_API_KEY ANTHROPIC_FOUNDRY_API_KEY ANTHROPIC_FOUNDRY_AUTH_TOKEN AZURE_CLIENT_SECRET
ANTHROPIC_CUSTOM_HEADERS CLAUDE_CODE_CLIENT_KEY_PASSPHRASE
""")

ALL_METHODS = {
    "subscription", "oauth-token", "console", "bedrock", "vertex", "foundry", "gateway", "api-key-helper",
    "anthropic-aws", "anthropic-google-cloud", "mantle", "anthropic-profile",
}  # fmt: skip


def test_no_variable_has_two_rows() -> None:
    names = [row.name for row in VARIABLES]

    assert sorted(set(names)) == sorted(names)


def test_no_name_is_hidden_behind_a_pattern() -> None:
    """A name that a pattern matches too would be two facts about one variable."""
    for pattern in [row for row in VARIABLES if row.name.endswith("*")]:
        assert [row.name for row in VARIABLES if row is not pattern and pattern.matches(row.name)] == []


@pytest.mark.parametrize("row", VARIABLES, ids=lambda row: row.name)
def test_each_row_is_well_formed(row: signin.Variable) -> None:
    bare = row.name.removesuffix("*")

    assert bare.isidentifier()
    assert bare.isascii()
    assert row.role in signin.ROLES
    assert set(row.methods) <= set(METHODS)
    assert row.meaning
    assert row.meaning == row.meaning.strip()
    assert signin.variable(bare + "X" * row.name.endswith("*")) is row


def test_methods_are_the_twelve_that_a_profile_may_name() -> None:
    assert set(METHODS) == ALL_METHODS
    assert [name for name, method in METHODS.items() if method.name != name] == []


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_each_method_speaks_of_known_variables(method: signin.Method) -> None:
    needed = {name for alternative in method.needs for name in alternative}

    assert method.label
    assert method.pays
    assert set(method.clouds) <= signin.CLOUD_ROLES
    for name in needed | set(method.detail) | ({method.switch} if method.switch else set()):
        row = signin.variable(name)
        assert row is not None, name
        assert not row.methods or method.name in row.methods, name
    assert [name for name in method.detail if not signin.is_public(name)] == []
    if method.switch:
        assert all(method.switch in alternative for alternative in method.needs)


def test_every_provider_has_a_switch_and_a_place_in_the_order() -> None:
    with_switch = {name for name, method in METHODS.items() if method.switch}

    assert set(signin.PROVIDER_ORDER) == with_switch
    assert len(signin.PROVIDER_ORDER) == len(with_switch)


@pytest.mark.parametrize("auth", [None, *sorted(ALL_METHODS)])
def test_activation_clears_what_it_must(auth: str | None) -> None:
    cleared = members(auth)

    assert set(ALWAYS_CLEARED) - set(cleared) == set()
    assert list(cleared) == sorted(set(cleared))
    assert "VERTEX_REGION_CLAUDE_*" in cleared


@pytest.mark.parametrize("auth", [None, *sorted(ALL_METHODS)])
def test_activation_clears_one_clouds_credentials_and_no_others(auth: str | None) -> None:
    expected = set(CLOUD_OF.get(auth or "", ()))

    assert set(members(auth)) & {*AWS, *GOOGLE, *AZURE} == expected


@pytest.mark.parametrize("auth", [None, *sorted(ALL_METHODS)])
def test_activation_leaves_the_rest_alone(auth: str | None) -> None:
    assert set(members(auth)) & set(NEVER_CLEARED) == set()
    assert [name for name in NEVER_CLEARED if signin.variable(name) is None] == []


def test_unknown_method_is_not_silently_nothing() -> None:
    with pytest.raises(KeyError):
        members("bedrok")


def test_every_decider_is_a_member() -> None:
    assert signin.deciders() - set(members(None)) == set()
    assert [name for name in signin.deciders() if not signin.is_decider(name)] == []
    assert [name for name in signin.deciders() if name.endswith("*")] == []


def test_models_regions_and_lifetimes_decide_nothing() -> None:
    assert set(ALWAYS_CLEARED) - signin.deciders() == set(TUNING_AMONG_THEM)
    assert [name for name in [*AWS, *GOOGLE, *AZURE, *NEVER_CLEARED] if signin.is_decider(name)] == []


@pytest.mark.parametrize("name", SECRETS)
def test_credentials_are_marked(name: str) -> None:
    row = signin.variable(name)

    assert row is not None
    assert row.secret
    assert signin.looks_secret(name)
    assert not signin.is_public(name)


def test_only_known_names_are_public() -> None:
    assert signin.is_public("CLAUDE_CONFIG_DIR")
    assert signin.is_public("VERTEX_REGION_CLAUDE_HAIKU_4_5")
    assert not signin.is_public("EDITOR")
    assert not signin.is_public("anthropic_base_url")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("", None),
        ("EDITOR AWS_PROFILE", None),
        ("CLAUDE_CONFIG_DIR", None),
        ("ANTHROPIC_API_KEY", "console"),
        ("ANTHROPIC_API_KEY CLAUDE_CODE_OAUTH_TOKEN", "console"),
        ("CLAUDE_CODE_OAUTH_TOKEN ANTHROPIC_PROFILE", "oauth-token"),
        ("ANTHROPIC_PROFILE", "anthropic-profile"),
        ("ANTHROPIC_FEDERATION_RULE_ID ANTHROPIC_ORGANIZATION_ID", "anthropic-profile"),
        ("ANTHROPIC_BASE_URL ANTHROPIC_API_KEY", "gateway"),
        ("ANTHROPIC_BASE_URL", "gateway"),
        ("ANTHROPIC_AUTH_TOKEN ANTHROPIC_API_KEY", "gateway"),
        ("CLAUDE_CODE_USE_VERTEX ANTHROPIC_AUTH_TOKEN", "vertex"),
        ("CLAUDE_CODE_USE_VERTEX CLAUDE_CODE_USE_MANTLE", "mantle"),
        ("CLAUDE_CODE_USE_MANTLE CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD", "anthropic-google-cloud"),
        ("CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD CLAUDE_CODE_USE_ANTHROPIC_AWS", "anthropic-aws"),
        ("CLAUDE_CODE_USE_ANTHROPIC_AWS CLAUDE_CODE_USE_FOUNDRY", "foundry"),
        ("CLAUDE_CODE_USE_FOUNDRY CLAUDE_CODE_USE_BEDROCK", "bedrock"),
        ("CLAUDE_CODE_USE_GATEWAY ANTHROPIC_API_KEY", None),
    ],
)
def test_method_is_guessed_in_the_measured_order(names: str, expected: str | None) -> None:
    assert signin.method_of(set(names.split())) == expected


@pytest.mark.parametrize("auth", sorted(ALL_METHODS))
def test_needs_are_alternatives(auth: str) -> None:
    method = METHODS[auth]

    assert method.met_by(set()) == (not method.needs)
    for alternative in method.needs:
        assert method.met_by({*alternative, "EDITOR"})
        for name in alternative:
            rest = set(alternative) - {name}
            assert method.met_by(rest) == any(set(other) <= rest for other in method.needs)


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "yes", "On"])
def test_switch_is_on(value: str) -> None:
    assert signin.flag_is_on(value)


@pytest.mark.parametrize("value", ["", "0", "2", "false", "no", "off"])
def test_switch_is_off(value: str) -> None:
    assert not signin.flag_is_on(value)


@pytest.mark.parametrize(
    "name",
    words("""
    OPENAI_API_KEY GITHUB_TOKEN GITHUB_TOKEN_2 gh_token GithubToken NPM_TOKEN_RO STRIPE_KEY_LIVE APIKEY SSHKEY
    MY_SECRET SECRET_NAME_2 CLIENT_SECRET_VALUE DB_PASSWORD PGPASSWORD PGPASSWORD_RO LDAP_PASSWD MYSQL_PWD DB_PASS
    SENTRY_DSN DATABASE_URL MY_DATABASE_URL REDIS_URL MONGODB_URI CELERY_BROKER_URL AZURE_STORAGE_CONNECTION_STRING
    MY_CREDENTIALS CREDENTIALS_JSON REDISCLI_AUTH NPM_CONFIG__AUTH OAUTH AZURE_DEVOPS_EXT_PAT SESSION_COOKIE
    OTEL_EXPORTER_OTLP_HEADERS SLACK_WEBHOOK_URL JWT AGE_PASSPHRASE HTTPS_PROXY https_proxy ALL_PROXY
    ANTHROPIC_CUSTOM_HEADERS AWS_CONTAINER_CREDENTIALS_FULL_URI DOCKER_AUTH_CONFIG TF_VAR_db_password
    """),
)
def test_names_of_credentials_are_recognised(name: str) -> None:
    assert signin.looks_secret(name)


@pytest.mark.parametrize(
    "name",
    words("""
    CLAUDE_CODE_API_KEY_HELPER_TTL_MS GOOGLE_APPLICATION_CREDENTIALS ANTHROPIC_IDENTITY_TOKEN_FILE
    AWS_WEB_IDENTITY_TOKEN_FILE CLAUDE_CODE_SKIP_BEDROCK_AUTH CLAUDE_CODE_MAX_CONTEXT_TOKENS
    AWS_SHARED_CREDENTIALS_FILE CLAUDE_CODE_CLIENT_KEY CLAUDE_CODE_ATTRIBUTION_HEADER NO_PROXY no_proxy
    CLAUDE_CONFIG_DIR AWS_PROFILE AWS_REGION ANTHROPIC_BASE_URL PATH EDITOR PWD OLDPWD KUBECONFIG NODE_ENV
    MAX_THINKING_TOKENS SSH_AUTH_SOCK AUTHOR KEYBOARD_LAYOUT PASSENGER_COUNT TOKENIZERS_PARALLELISM APP_URL
    DOCKER_HOST CGO_ENABLED SPINNER PATTERN
    """),
)
def test_names_of_settings_are_not(name: str) -> None:
    assert not signin.looks_secret(name)


# Assembled, so that no scanner takes this file for a leak.
TOKEN = "Ab3dE5gH7jK9"


@pytest.mark.parametrize(
    "value",
    [
        "sk-" + "ant-api03-" + TOKEN,
        "x sk-" + "ant-oat01-" + TOKEN,
        "sk-" + "proj-" + TOKEN * 2,
        "AK" + "IA" + "IOSFODNN7EXAMPLE",
        "gh" + "p_" + TOKEN * 3,
        "github" + "_pat_" + TOKEN,
        "gl" + "pat-" + TOKEN,
        "xo" + "xb-1-2",
        "AI" + "za" + TOKEN * 3,
        "AB" + "SK" + TOKEN * 3,
        "ey" + "J" + TOKEN + "." + TOKEN + "." + TOKEN,
        "-----BEGIN RSA " + "PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----",
        '{"type": "service_account", "private_key": "x"}',
        '{"client_secret" :          "x"}',
        '{\\"token\\":\\"x\\"}',
        "postgres://app:pw@db/x",
        "postgres://app:p/w@db/x",
        "redis://:pw@cache:6379/0",
        "https://user:pw@proxy.example:3128",
        "https://0123abc@github.example/x/y.git",
        "app:pw@tcp(db:3306)/x",
        "mongodb://h1 redis://u:p@h2",
        "http://u:p@h1,http://h2",
        "http://h1,http://u:p@h2",
        "host=db user=app password=x",
        "jdbc:postgresql://db/x?user=a&password=b",
        "AccountName=a;AccountKey=b;EndpointSuffix=c",
        "https://a.blob.example/c?sv=1&sig=abc",
        "//registry.example/:_authToken=abc",
        "Authorization: Bearer x",
        "x-api-key: abc",
        "bearer abc",
        "Basic YTpi",
        "0123456789abcdef" * 2,
        "wJalrXUtnFEMI/K7MDENG/bPxRfi" + "CYEXAMPLEKEY" + TOKEN,
    ],
)
def test_values_of_credentials_are_recognised(value: str) -> None:
    assert signin.value_looks_secret(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "300000",
        "123456789012345678901234567890123456",
        "us-west-2",
        "us.anthropic.claude-sonnet-4-6",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "claude-haiku-4-5@20251001",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghij12",
        "wrkspc_" + "01JwQvzr7rXLA5AGx3HKfFUJ",
        "00000000-1111-2222-3333-444444444444",
        "AdministratorAccess-123456789012",
        "https://llm.acme.example:8443/anthropic",
        "https://registry.example/@scope/package",
        "git@github.com:org/repo.git",
        "ssh://git@github.com/org/repo.git",
        "/usr/bin:/opt/node@20/bin:/home/u/.local/bin",
        "task-antelope",
        "/home/u/work/my_very_long_directory_name_number_2",
        "{home}/.config/app.toml",
        "Ünïcode wörds, a sentence with: a colon",
        "-Xmx512m -Dfile.encoding=UTF-8",
    ],
)
def test_values_of_settings_are_not(value: str) -> None:
    assert not signin.value_looks_secret(value)


@pytest.mark.parametrize("unit", ["a", "A1", "@", "://", "sk-", "eyJ", "token", "_", "a:@ "])
def test_a_long_value_is_judged_quickly(unit: str) -> None:
    """64 KB is the longest value that other tests carry; a quadratic search would take minutes."""
    script = f"from ctx.signin import value_looks_secret as f; f({unit!r} * (65536 // {len(unit)}))"

    subprocess.run([sys.executable, "-c", script], cwd=SOURCE, timeout=10, check=True)


def test_the_tables_load_nothing_else() -> None:
    """The hook's fast path pays for every module."""
    script = (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r}); before = set(sys.modules); import ctx;"
        "package = set(sys.modules); import ctx.signin; print(*sorted(set(sys.modules) - package))"
    )
    command = [sys.executable, "-I", "-S", "-c", script]
    loaded = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()

    assert loaded == [
        "__future__",
        "ctx.signin",
        "ctx.signin_providers",
        "ctx.signin_secrets",
        "ctx.signin_variables",
        "ctx.visible",
    ]


def test_each_pair_of_sources_is_answered_once() -> None:
    answered = [frozenset((pair.winner, pair.loser)) for pair in PAIRS]

    assert sorted(map(sorted, answered)) == sorted(map(sorted, combinations(SOURCES, 2)))
    assert {pair.evidence for pair in PAIRS} <= set(EVIDENCE)


def test_each_source_is_a_way_to_sign_in() -> None:
    assert set(SOURCES.values()) <= set(METHODS)
    assert {method for method in METHODS if METHODS[method].switch is None} == set(SOURCES.values())


def test_precedence_is_a_cycle_where_it_was_measured_and_nowhere_else() -> None:
    """Of any three sources one beats both others, but for these."""
    beaten = {(pair.winner, pair.loser) for pair in PAIRS}
    cycles = {
        frozenset(three)
        for three in combinations(SOURCES, 3)
        if not any(all((one, other) in beaten for other in three if other != one) for one in three)
    }

    assert cycles == {
        frozenset(("login", "console", "profile")),
        frozenset(("login", "console", "federation")),
        frozenset(("login", "console", "active-oidc")),
    }
    assert cycles == {members for members, _, _ in CYCLES}
    assert {used for _, used, _ in CYCLES} == {"console"}


def test_any_set_of_sources_has_one_winner() -> None:
    for size in range(1, len(SOURCES) + 1):
        for present in combinations(SOURCES, size):
            assert winner(set(present)) in present
    assert winner(set()) == ""


def test_two_headers_carry_two_credentials_at_most() -> None:
    assert also_sent("auth-token", set(SOURCES)) == ("api-key",)
    assert also_sent("auth-token", {"auth-token", "console", "login"}) == ("console",)
    assert also_sent("login", {"login", "console"}) == ()


def test_what_providers_carry_and_where_they_are_moved_is_known_for_all() -> None:
    providers = set(signin.PROVIDER_ORDER)

    assert set(SKIP_SWITCHES) == set(ADDRESSES) == providers
    assert set(WHEN_SKIPPED) <= providers
    for name in (*SKIP_SWITCHES.values(), *ADDRESSES.values()):
        assert signin.is_decider(name), name
    for sources in (*WHEN_SKIPPED.values(), BARE, IGNORED_UNDER_HOST):
        assert set(sources) <= set(SOURCES)


def test_regions_hosts_and_credentials_of_providers_are_known_variables() -> None:
    names = {name for listed in CLOUD_CREDENTIALS.values() for name in listed} - {EXPORT}
    names |= {name for listed, _ in REGIONS.values() for name in listed}
    providers = set(signin.PROVIDER_ORDER)

    assert set(HOSTS) | set(REGIONS) | set(CLOUD_CREDENTIALS) <= providers
    for name in names:
        row = signin.variable(name)
        assert row is not None, name
        assert set(row.methods) <= providers, name


def test_a_payer_is_said_in_a_sentence() -> None:
    assert signin.paid_by("Acme") == "Acme pays"
    assert signin.paid_by("the organization, per token") == "the organization pays per token"
