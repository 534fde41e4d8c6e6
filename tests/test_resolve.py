"""From profiles to plans: inheritance, expansion, families, secrets."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx import signin
from ctx.config import parse
from ctx.errors import ConfigError, CtxError, SecretError
from ctx.expand import expand, references
from ctx.model import Environment, Op, Plan, Secret
from ctx.plan import make_plan
from ctx.resolve import resolve
from ctx.values import Surroundings


def environment(text: str, name: str = "a", **environ: str) -> Environment:
    return resolve(parse(text, "p.toml"), name, Surroundings(environ, "/home/u", "/data"))


def values(text: str, name: str = "a", **environ: str) -> dict[str, str | None]:
    found = environment(text, name, **environ).variables
    return {key: v.value.reveal() if isinstance(v.value, Secret) else v.value for key, v in found.items()}


def plan(text: str, name: str = "a", **environ: str) -> Plan:
    return make_plan(environment(text, name, **environ))


ENV = "[profiles.a.env]\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("~/x", "/home/u/x"),
        ("~", "~"),
        ("~u/x", "~u/x"),
        ("a~/x", "a~/x"),
        ("${TOKEN}", "s3"),
        ("a${TOKEN}b${TOKEN}", "as3bs3"),
        ("$TOKEN", "$TOKEN"),
        ("$${TOKEN}", "${TOKEN}"),
        ("$$${TOKEN}", "$${TOKEN}"),
        ("$(id)`id`", "$(id)`id`"),
        ("~/${TOKEN}", "/home/u/s3"),
        ("p$$w", "p$$w"),
        ("%TOKEN%", "%TOKEN%"),
    ],
)
def test_only_the_home_directory_and_braced_names_expand(written: str, expected: str) -> None:
    assert values(f"{ENV}X = '{written}'\n", TOKEN="s3")["X"] == expected


def test_what_is_put_in_is_not_expanded_again() -> None:
    assert values(ENV + 'X = "${A}"\n', A="${B}~/$${")["X"] == "${B}~/$${"


def test_a_name_that_is_not_set_is_an_error_with_its_place() -> None:
    with pytest.raises(ConfigError, match="NOPE") as caught:
        environment(ENV + 'X = "${NOPE}"\n')
    assert "[profiles.a.env] X" in caught.value.where


plain_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(plain_text)
def test_escaping_every_brace_gives_the_text_back(text: str) -> None:
    escaped = text.replace("${", "$${")

    if not text.startswith("~/"):
        assert expand(escaped, "/h", {}) == text
    assert references(escaped) == ()


def test_later_parents_and_the_profile_itself_win() -> None:
    text = """
[profiles.one.env]
A = "1"
B = "1"
C = "1"
[profiles.two.env]
B = "2"
C = false
[profiles.a]
extends = ["one", "two"]
[profiles.a.env]
D = "a"
"""
    assert values(text) == {"A": "1", "B": "2", "C": None, "D": "a"}


def test_lists_of_a_child_surround_those_of_its_parent() -> None:
    text = """
[profiles.base.path]
PATH = { prepend = ["/base"], append = ["/base-end"] }
[profiles.a]
extends = "base"
[profiles.a.path]
PATH = { prepend = ["/own", "~/second"], append = ["/own-end"] }
"""
    steps = [(op.kind, op.value) for op in plan(text).ops]

    assert steps == [
        ("prepend", "/base"),
        ("prepend", "/home/u/second"),
        ("prepend", "/own"),
        ("append", "/base-end"),
        ("append", "/own-end"),
    ]


def test_protection_is_inherited() -> None:
    text = '[profiles.base]\nprotect = true\n[profiles.a]\nextends = "base"\n'

    assert environment(text).profile.protect is True
    assert not plan(text).plain


def test_a_secret_comes_from_the_environment() -> None:
    text = (
        ENV + 'TOKEN = { secret = "acme.key-1" }\nURL = { format = "u:{p}@{p}/{q}", p = { secret = "acme.key-1" } }\n'
    )

    found = values(text, CTX_SECRET_ACME_KEY_1="s{p}3")

    assert found == {"TOKEN": "s{p}3", "URL": "u:s{p}3@s{p}3/{q}"}
    assert not plan(text, CTX_SECRET_ACME_KEY_1="s").plain


def test_a_missing_secret_stops_everything() -> None:
    with pytest.raises(SecretError, match="acme") as caught:
        environment(ENV + 'A = "1"\nTOKEN = { secret = "acme" }\n')
    assert "[profiles.a.env] TOKEN" in caught.value.where


def test_secrets_do_not_show() -> None:
    secret = Secret("s3cr3t")

    shown = (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{[secret]}",
        pickle.dumps(secret),
        repr(Op("set", "A", "s3cr3t")),
    )

    assert not any("s3cr3t" in str(text) for text in shown)


@pytest.mark.parametrize("auth", sorted(signin.METHODS))
def test_a_method_clears_the_family_and_nothing_that_the_profile_sets(auth: str) -> None:
    values = {"ANTHROPIC_BASE_URL": "https://h", "CLAUDE_CONFIG_DIR": "/c"}
    needs = (signin.METHODS[auth].needs or ((),))[0]
    needed = "".join(f'{name} = "{values.get(name, "1")}"\n' for name in needs)
    found = environment(f'[profiles.a]\nauth = "{auth}"\n[profiles.a.env]\nANTHROPIC_MODEL = "m"\n{needed}')

    expected = set(signin.members(auth)) - {"ANTHROPIC_MODEL", *found.variables}
    assert set(found.clears) == expected


def test_a_decider_alone_clears_the_family_and_tuning_alone_does_not() -> None:
    assert "ANTHROPIC_AUTH_TOKEN" in environment(ENV + 'ANTHROPIC_API_KEY = "k"\n').clears
    assert "AWS_PROFILE" in environment(ENV + "CLAUDE_CODE_USE_BEDROCK = 1\n").clears
    assert environment(ENV + 'ANTHROPIC_MODEL = "m"\n').clears == {}
    assert environment(ENV + 'AWS_PROFILE = "p"\n').clears == {}


@pytest.mark.parametrize("off", ['""', "false", '"0"', "0", '"no"', "2"])
def test_a_switch_that_is_off_is_no_method(off: str) -> None:
    assert environment(f"{ENV}CLAUDE_CODE_USE_BEDROCK = {off}\n").auth is None


def test_a_subscription_neutralises_a_stored_ant_profile() -> None:
    found = values('[profiles.a]\nauth = "subscription"\n')

    assert found == {"ANTHROPIC_CONFIG_DIR": "/data/no-anthropic-profile"}


def test_groups_are_exclusive_families() -> None:
    text = '[groups]\nai = ["OPENAI_API_KEY", "AZURE_OPENAI_*"]\n' + ENV + 'AZURE_OPENAI_KEY = "k"\n'

    assert environment(text).clears == {"OPENAI_API_KEY": "ai", "AZURE_OPENAI_*": "ai"}
    assert environment('[groups]\nai = ["OPENAI_API_KEY"]\n' + ENV + 'X = "k"\n').clears == {}
    assert environment('[groups]\nai = ["OPENAI_API_KEY", "B"]\n' + ENV + "OPENAI_API_KEY = false\n").clears == {}


@pytest.mark.parametrize(
    ("written", "compiled"),
    [
        ('A = "1"', True),
        ('A = "~/x"', True),
        ('A = "${HOME}"', False),
        ('A = "$${HOME}"', True),
        ('GITHUB_TOKEN = "x"', False),
        ('A = "sk-ant-api03-abc"', False),
        ('A = "postgres://u:pw@h/db"', False),
        ('A = { secret = "k" }', False),
    ],
)
def test_only_plain_values_may_be_compiled(written: str, compiled: bool) -> None:
    assert plan(f"{ENV}{written}\n", HOME="/h", CTX_SECRET_K="v").plain is compiled


@pytest.mark.parametrize(
    ("entry", "compiled"),
    [
        ("~/bin", True),
        ("${GOPATH}/bin", False),
        ("$${GOPATH}", True),
        ("/ghp_0123456789abcdefghijklmnopqrstuvwxyz", False),
    ],
)
def test_a_list_that_depends_on_the_live_environment_is_not_compiled(entry: str, compiled: bool) -> None:
    text = f'[profiles.a.path]\nPATH = {{ append = ["{entry}"] }}\n'

    assert plan(text, GOPATH="/go").plain is compiled


def test_the_summary_names_method_account_and_payer() -> None:
    text = (
        '[profiles.a]\npayer = "Acme"\n'
        + ENV
        + 'CLAUDE_CODE_USE_BEDROCK = 1\nAWS_PROFILE = "acme"\nAWS_REGION = "us-west-2"\n'
    )

    assert plan(text).summary == "Bedrock as acme, us-west-2 · Acme pays"
    assert plan(ENV + 'X = "1"\n').summary == ""


def test_the_summary_shows_no_credential_and_sends_no_escape() -> None:
    text = (
        '[profiles.a]\npayer = "\\u001b[31mA\\u202e"\n'
        + ENV
        + 'CLAUDE_CODE_USE_BEDROCK = 1\nAWS_PROFILE = "https://u:s3cr3t@host"\nAWS_BEARER_TOKEN_BEDROCK = "s3cr3t"\n'
    )

    assert "s3cr3t" not in plan(text).summary
    assert "\x1b" not in plan(text).summary
    assert "\u202e" not in plan(text).summary


def test_a_value_grown_too_long_by_expansion_is_refused() -> None:
    with pytest.raises(CtxError, match="longer than"):
        environment(ENV + 'X = "${A}${A}"\n', A="x" * 70_000)


def test_the_order_of_steps_is_stable() -> None:
    text = '[profiles.a]\nunset = ["Z", "Y"]\n[profiles.a.env]\nB = "1"\nA = "2"\n[profiles.a.path]\nPATH = { prepend = ["/x"] }\n'

    assert [(op.kind, op.name) for op in plan(text).ops] == [
        ("unset", "Y"),
        ("unset", "Z"),
        ("set", "B"),
        ("set", "A"),
        ("prepend", "PATH"),
    ]


@pytest.mark.parametrize("auth", [name for name, method in signin.METHODS.items() if method.needs])
def test_a_method_without_what_it_needs_is_refused(auth: str) -> None:
    with pytest.raises(ConfigError, match=signin.METHODS[auth].needs[0][0]):
        environment(f'[profiles.a]\nauth = "{auth}"\n')


def test_a_switch_that_is_off_does_not_make_a_method() -> None:
    with pytest.raises(ConfigError, match="CLAUDE_CODE_USE_BEDROCK"):
        environment(f'[profiles.a]\nauth = "bedrock"\n{ENV}CLAUDE_CODE_USE_BEDROCK = 0\n')


def test_a_grandparent_that_two_parents_share_adds_its_entries_once() -> None:
    text = """
[profiles.base.path]
PATH = { prepend = ["/b"], append = ["/e"] }
[profiles.one]
extends = "base"
[profiles.two]
extends = "base"
[profiles.a]
extends = ["one", "two"]
"""
    assert [op.value for op in plan(text).ops] == ["/b", "/e"]
