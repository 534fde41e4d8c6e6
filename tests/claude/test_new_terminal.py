"""`ctx new` at a terminal: what a person is asked, what is offered, and what wrong answers lead to."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctx import signin
from ctx.config import parse
from ctx.errors import EXIT_INTERRUPTED, EXIT_REFUSED, EXIT_SECRET
from ctx.model import Literal, Profile
from ctx.signin_guide import GUIDES
from tests.support.home import PROGRAM, Home
from tests.support.pty import Terminal

KEY = "sk-ant-api03-" + "x" * 24
OAUTH = "sk-ant-oat01-" + "x" * 24

WHICH = "which one (? explains them all)? "
AGAIN = f"which one (1-{len(GUIDES)}, or a name)? "

Opened = Callable[..., Terminal]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, "home")


@pytest.fixture
def new(home: Home) -> Iterator[Opened]:
    """Starts `ctx new` at a terminal; its exit code follows what it prints."""
    opened: list[Terminal] = []

    def start(*words: str, **environ: str) -> Terminal:
        line = f"trap : INT; {shlex.join([*PROGRAM, 'new', *words])}; echo code=$?"
        environ = home.environ(CTX_SECRETS_STORE="file", **environ)
        opened.append(Terminal(["/bin/sh", "-c", line], environ, str(home.path)))
        return opened[-1]

    yield start
    for session in opened:
        session.close()


def ended(session: Terminal) -> tuple[int, str]:
    said = session.expect("code=")
    return int(session.expect("\n")), said


def type_key(session: Terminal) -> None:
    for question in ("(not shown): ", "again: "):
        session.expect(question)
        session.send(f"{KEY}\n")


def written(home: Home, name: str = "acme") -> tuple[Profile, dict[str, str]]:
    """The profile, and its variables that are written out."""
    profile = parse((home.config / "profiles.toml").read_text(), "p.toml").profiles[name]
    return profile, {key: value.text for key, value in profile.env.items() if isinstance(value, Literal)}


def number(method: str) -> str:
    return str([guide.method for guide in GUIDES].index(method) + 1)


def test_the_list_explains_the_methods_and_fits_a_small_terminal(home: Home, new: Opened) -> None:
    session = new("acme")
    common = session.expect(WHICH)
    session.send("?\n")
    full = session.expect(AGAIN)

    assert all(guide.method in common for guide in GUIDES)
    assert len(common.splitlines()) < 24
    for guide in GUIDES:
        assert all(word in full for word in (guide.method, guide.best, guide.bills, guide.needs))
    assert max(len(line) for line in (common + full).splitlines()) < 80


def test_a_method_is_chosen_by_number_or_name_and_nothing_else(home: Home, new: Opened) -> None:
    session = new("acme")
    session.expect(WHICH)
    for wrong in ("bedroc", "0", "99", "-1", "\x1b[31m", ""):
        session.send(f"{wrong}\n")
        said = session.expect(AGAIN)
        assert "\x1b" not in said.partition("\n")[2]
        assert not wrong or "is none of these" in said
    session.send("subscription\n")
    session.expect("Which Claude account?")
    session.send("1\n")

    code, said = ended(session)
    assert code == 0
    assert "ctx: acme · Claude subscription · the plan of the signed-in Claude account pays" in said
    assert written(home)[0].auth == "subscription"


AWS = [("Whose AWS credentials?", ""), ("[1]? ", ""), ("AWS profile [acme]: ", ""), ("AWS region [us-east-1]: ", "")]
WALKS: dict[str, list[tuple[str, str]]] = {
    "subscription": [("Which Claude account?", ""), ("[1]? ", "")],
    "console": [("[1]? ", ""), ("(not shown): ", KEY), ("again: ", KEY)],
    "bedrock": AWS,
    "mantle": AWS,
    "anthropic-aws": [("Workspace id: ", "w1"), *AWS],
    "vertex": [("Google Cloud project: ", "p1"), ("Region [global]: ", ""), ("[1]? ", "")],
    "anthropic-google-cloud": [
        ("Google Cloud project: ", "p1"), ("Location [global]: ", ""), ("Workspace id (Enter: none): ", ""), ("[1]? ", "")
    ],
    "foundry": [
        ("Foundry resource (its name, or its address): ", "r1"), ("[1]? ", ""), ("as opus (Enter: none): ", "my-opus"),
        ("as sonnet (Enter: none): ", ""), ("as haiku (Enter: none): ", ""), ("(not shown): ", KEY), ("again: ", KEY),
    ],
    "gateway": [("llm.acme.example: ", "https://h"), ("[1]? ", ""), ("(not shown): ", KEY), ("again: ", KEY)],
    "oauth-token": [("(not shown): ", OAUTH), ("again: ", OAUTH)],
    "api-key-helper": [("directory [~/.claude-acme]: ", ""), ("(not shown): ", KEY), ("again: ", KEY)],
    "anthropic-profile": [("Profile of the ant CLI [acme]: ", "")],
}  # fmt: skip
"""By method, each question and an answer; "" takes the proposal. A question without an answer has more lines to come."""


@pytest.mark.parametrize("method", signin.METHODS)
def test_only_what_the_method_needs_is_asked(home: Home, new: Opened, method: str) -> None:
    session = new("acme")
    session.expect(WHICH)
    session.send(f"{number(method)}\n")
    for question, answer in WALKS[method]:
        session.expect(question)
        if not question.endswith("?"):
            session.send(f"{answer}\n")

    assert ended(session)[0] == 0
    assert written(home)[0].auth == method
    assert KEY not in session.screen
    assert OAUTH not in session.screen
    home.ctx("show", "acme")


def test_aws_profiles_are_offered_with_their_regions(home: Home, new: Opened) -> None:
    (home.path / ".aws").mkdir()
    (home.path / ".aws" / "config").write_text(
        "[profile acme]\nregion = eu-north-1\nsso_session = s\n[profile other\x1b]\nregion = us-west-2\n"
    )
    session = new("acme", "--auth", "bedrock")
    session.expect("Whose AWS credentials?")
    session.send("1\n")
    session.expect("Which AWS profile?")
    offered = session.expect("which one, or the name of a new one [1]? ")
    session.send("1\n")
    session.expect("AWS region [eu-north-1]: ")
    session.send("EU West\n")
    assert "that is no region" in session.expect("AWS region [eu-north-1]: ")
    session.send("\n")

    assert ended(session)[0] == 0
    assert "eu-north-1 · sso-session" in offered
    assert "\x1b" not in offered
    profile, variables = written(home)
    assert variables == {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "acme", "AWS_REGION": "eu-north-1"}
    assert profile.login == "aws sso login --profile acme"


def test_google_projects_are_offered(home: Home, new: Opened) -> None:
    folder = home.path / ".config" / "gcloud"
    (folder / "configurations").mkdir(parents=True)
    (folder / "active_config").write_text("acme\n")
    (folder / "configurations" / "config_acme").write_text("[core]\nproject = acme-claude\naccount = me@acme.example\n")
    (folder / "configurations" / "config_default").write_text("[core]\nproject = mine\n")
    session = new("acme", "--auth", "vertex", "--region", "global")
    session.expect("Which Google Cloud project?")
    offered = session.expect("which one, or another project's id [1]? ")
    session.send("2\n")
    session.expect("Whose Google login?")
    session.send("own-login\n")

    assert ended(session)[0] == 0
    assert offered.index("acme-claude  me@acme.example") < offered.index("mine")
    _, variables = written(home)
    assert variables["ANTHROPIC_VERTEX_PROJECT_ID"] == "mine"
    assert variables["CLOUDSDK_CONFIG"] == "~/.config/gcloud-acme"
    assert variables["GOOGLE_APPLICATION_CREDENTIALS"].startswith("~/.config/gcloud-acme/")


def test_claude_directories_are_offered_with_whose_they_are(home: Home, new: Opened) -> None:
    for name, email in ((".claude-old", "old@acme.example"), (".claude", "")):
        (home.path / name).mkdir()
        (home.path / name / ".claude.json").write_text(json.dumps({"oauthAccount": {"emailAddress": email}}))
    (home.path / ".claude.json").write_text(json.dumps({"oauthAccount": {"emailAddress": "me@home.example"}}))
    (home.path / ".claude-not").mkdir()
    session = new("acme", "--auth", "subscription")
    session.expect("Which Claude account?")
    offered = session.expect("which one, or a directory [1]? ")
    for wrong in ("x", "~other/x", "9"):
        session.send(f"{wrong}\n")
        assert "is no directory's path" in session.expect("which one, or a directory [1]? ")
    session.send("3\n")

    assert ended(session)[0] == 0
    assert "signed in as me@home.example" in offered
    assert "~/.claude-old  signed in as old@acme.example" in offered
    assert ".claude-not" not in offered
    assert written(home)[1] == {"CLAUDE_CONFIG_DIR": "~/.claude-old"}


def test_a_second_subscription_is_proposed_a_directory_of_its_own(home: Home, new: Opened) -> None:
    home.profiles('[profiles.max]\nauth = "subscription"\n')
    session = new("acme", "--auth", "subscription")
    session.expect("which one, or a directory [2]? ")
    session.send("\n")

    code, said = ended(session)
    assert code == 0
    assert "MCP servers, plugins" in said
    assert written(home)[1] == {"CLAUDE_CONFIG_DIR": "~/.claude-acme"}


def test_the_usual_place_written_out_is_the_usual_place(home: Home, new: Opened) -> None:
    session = new("acme", "--auth", "subscription")
    session.expect("which one, or a directory [1]? ")
    session.send("~/.claude/\n")

    assert ended(session)[0] == 0
    assert written(home)[1] == {}


def test_a_console_key_is_kept_apart_from_a_login_if_that_is_wanted(home: Home, new: Opened) -> None:
    (home.path / ".claude.json").write_text(json.dumps({"oauthAccount": {"emailAddress": "me@home.example"}}))
    session = new("acme", "--auth", "console", "--credential", "key")
    asked = session.expect("which one, or a directory [1]? ")
    session.send("2\n")
    type_key(session)

    assert ended(session)[0] == 0
    assert "signed in as me@home.example, which is used until you allow the key" in asked
    assert written(home)[1] == {"CLAUDE_CONFIG_DIR": "~/.claude-acme"}


def test_a_wrong_key_is_asked_for_again_and_no_other_answer_is_lost(home: Home, new: Opened) -> None:
    session = new("acme", "--auth", "gateway", "--credential", "key")
    session.expect("https://llm.acme.example: ")
    session.send("llm.acme.example\n")
    assert "that is no address" in session.expect("https://llm.acme.example: ")
    session.send("https://llm.acme.example\n")
    session.expect("(not shown): ")
    for first, second, said in (
        ("a", "b", "the two differ"),
        (OAUTH, OAUTH, "looks like an OAuth token"),
        (KEY, KEY, ""),
    ):
        session.send(f"{first}\n")
        session.expect("again: ")
        session.send(f"{second}\n")
        assert said in (session.expect("(not shown): ") if said else "")

    assert ended(session)[0] == 0
    assert home.ctx("secret", "get", "acme-key").stdout == f"{KEY}\n"
    assert OAUTH not in session.screen


def test_after_three_wrong_keys_nothing_is_written(home: Home, new: Opened) -> None:
    session = new("acme", "--auth", "console", "--credential", "key")
    for _ in range(3):
        session.expect("(not shown): ")
        session.send("a\n")
        session.expect("again: ")
        session.send("b\n")

    assert ended(session)[0] == EXIT_REFUSED
    nothing_is_left(home)


def nothing_is_left(home: Home) -> None:
    assert not (home.config / "profiles.toml").exists()
    assert json.loads(home.ctx("secret", "list", "--json").stdout) == []


@pytest.mark.parametrize("until", [WHICH, "How does it sign in?", "(not shown): ", "again: "])
@pytest.mark.parametrize(("key", "expected"), [("\x03", EXIT_INTERRUPTED), ("\x04", EXIT_REFUSED)])
def test_leaving_half_way_leaves_nothing(home: Home, new: Opened, until: str, key: str, expected: int) -> None:
    steps = {WHICH: f"{number('console')}\n", "How does it sign in?": "1\n", "(not shown): ": f"{KEY}\n"}
    session = new("acme")
    for question, typed in steps.items():
        session.expect(question)
        if question == until:
            break
        session.send(typed)
    else:
        session.expect(until)
    if until == "How does it sign in?":
        session.expect("[1]? ")
    session.send(key)

    assert ended(session)[0] == expected
    nothing_is_left(home)


def test_a_secret_that_is_kept_can_be_named(home: Home, new: Opened) -> None:
    first = new("one", "--auth", "console", "--credential", "key")
    type_key(first)
    assert ended(first)[0] == 0

    session = new("two", "--auth", "console", "--credential", "key")
    offered = session.expect("(Enter: none): ")
    session.send("nothing\n")
    assert "that is no secret that is kept" in session.expect("(Enter: none): ")
    session.send("one-key\n")

    assert ended(session)[0] == 0
    assert "one-key" in offered
    assert {row["name"] for row in json.loads(home.ctx("secret", "list", "--json").stdout)} == {"one-key"}


def test_variables_of_a_general_profile_are_typed_one_by_one(home: Home, new: Opened) -> None:
    session = new("staging")
    session.expect(WHICH)
    session.send("none\n")
    for line, before in (
        ("APP_ENV=staging", ""),
        ("nonsense", ""),
        ("MY_TOKEN=abc", "that is no variable with a value"),
        ("RANDOM=1", "that looks like a credential"),
        ("APP_PORT=8080", "that cannot be changed by a profile"),
        ("", ""),
    ):
        assert before in session.expect("(Enter: none): ")
        session.send(f"{line}\n")

    assert ended(session)[0] == 0
    assert written(home, "staging")[1] == {"APP_ENV": "staging", "APP_PORT": "8080"}


def test_a_secret_that_appears_while_a_person_types_is_not_replaced(home: Home, new: Opened) -> None:
    session = new("acme", "--auth", "console", "--credential", "key")
    session.expect("(not shown): ")
    home.ctx("secret", "set", "acme-key", "--from-env", "HOME")
    session.send(f"{KEY}\n")
    session.expect("again: ")
    session.send(f"{KEY}\n")

    assert ended(session)[0] == EXIT_SECRET
    assert home.ctx("secret", "get", "acme-key").stdout == f"{home.path}\n"
    assert not (home.config / "profiles.toml").exists()
