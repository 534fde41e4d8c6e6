"""What `ctx new` asks about accounts at Anthropic and about gateways."""

from __future__ import annotations

import os
import sys

from ctx import signin_values
from ctx.cli import bindings, new_machine
from ctx.cli.new_answers import Answers, Row
from ctx.cli.new_draft import Draft
from ctx.cli.new_keys import Keys
from ctx.errors import typed
from ctx.expand import expand

USUAL = "usual"
KEY = "key"
BEARER = "token"
BROWSER = "browser"

LEFT_BEHIND = "settings, MCP servers, plugins and history of ~/.claude do not come along"


class Making:
    """A profile being made: what is known, who can be asked, and where credentials go."""

    def __init__(self, answers: Answers, draft: Draft, keys: Keys, subscriptions: list[str]) -> None:
        self.answers = answers
        self.draft = draft
        self.keys = keys
        self.home = answers.invocation.home
        self.subscriptions = subscriptions
        """Profiles that use the login in the usual place."""

    def wrong(self, variable: str, text: str) -> str:
        """What is wrong with a value for this variable, as `new_answers.Check` says it."""
        found = signin_values.value_problem(variable, text, self.home)
        return "" if found is None else f"{found.what}\n  {found.fix}"

    def path(self, text: str) -> str:
        """How a path that was typed is written in the profile."""
        if text.startswith("~/") or "${" in text:
            return text
        return bindings.written(bindings.meant(self.answers.invocation, text), self.home)

    def address(self, variable: str, question: str, example: str) -> str:
        """The value of `--base-url`."""
        return self.answers.text("base_url", f"{question}, such as {example}", check=lambda t: self.wrong(variable, t))

    def directory(self, text: str) -> str:
        """What is wrong with a directory for CLAUDE_CONFIG_DIR."""
        if text.startswith("${"):
            return ""
        if not (text.startswith("~/") or os.path.isabs(text)):
            return "is no directory's path\n  such a path begins with ~/ or /"
        place = self._real(text)
        return "is no directory" if os.path.isfile(place) else self.wrong("CLAUDE_CONFIG_DIR", place)

    def place(self, text: str) -> str:
        """As `directory`, where the usual place will do as well."""
        return "" if self.is_usual(text) else self.directory(text)

    def is_usual(self, text: str) -> bool:
        """Whether this is where Claude Code looks without CLAUDE_CONFIG_DIR."""
        return text == USUAL or os.path.normpath(self._real(text)) == os.path.join(self.home, ".claude")

    def _real(self, text: str) -> str:
        return expand(text, self.home, {}) if text.startswith("~/") and "${" not in text else text

    def own_directory(self, why: str) -> None:
        """A `CLAUDE_CONFIG_DIR` that the method cannot do without."""
        default = f"~/.claude-{self.draft.name}"
        typed_in = self.answers.text("config_dir", "Claude Code's directory", default=default, check=self.directory)
        self.move(self.path(typed_in), why)

    def move(self, directory: str, why: str) -> None:
        """Have Claude Code keep its things in `directory`, as it is written in a profile; "" leaves them where they are."""
        if directory:
            self.draft.set("CLAUDE_CONFIG_DIR", directory, why)
            self.draft.notes.append(f"{directory} is another place for Claude Code: {LEFT_BEHIND}")


def subscription(new: Making) -> None:
    """A plan behind a browser login: in the usual place, or in a directory for another account."""
    new.draft.login = _login(new)
    directory = _account(new)
    if not directory:
        if new.subscriptions:
            own = f"~/.claude-{new.draft.name}"
            new.draft.notes.append(
                f"{new.subscriptions[0]} uses the same login; another account needs its own CLAUDE_CONFIG_DIR, such as {own}"
            )
        return
    new.move(directory, "This account's own login, settings and history.")
    new.draft.detail = f" in {directory}"
    if sys.platform == "darwin":
        new.draft.notes.append("its login is an item of its own in the Keychain")


def _login(new: Making) -> str:
    words = ["claude", "auth", "login"]
    if new.answers.flag("sso"):
        words.append("--sso")
    email = new.answers.optional("email")
    return typed(*words, "--email", email) if email else typed(*words)


def _account(new: Making) -> str:
    """The directory of the account, "" for the usual place."""
    own = f"~/.claude-{new.draft.name}"
    usual = new_machine.usual_login(new.answers.invocation)
    others = [row for row in new_machine.config_directories(new.answers.invocation) if row.value != own]
    rows = [
        Row(USUAL, "the usual one", new_machine.whose(usual) or "no login yet"),
        Row(own, "another one", f"in a directory of its own, {own}"),
        *(Row(row.value, row.value, row.detail) for row in others),
    ]
    chosen = new.answers.choice(
        "config_dir",
        "Which Claude account?",
        rows,
        default=own if new.subscriptions and new.answers.asks else USUAL,
        free="a directory",
        check=new.place,
    )
    return "" if new.is_usual(chosen) else new.path(chosen)


def oauth_token(new: Making) -> None:
    """A plan's token."""
    new.keys.add(
        "CLAUDE_CODE_OAUTH_TOKEN",
        "token",
        "the token that `claude setup-token` prints",
        "Made by `claude setup-token` on a machine with a browser; valid for a year.",
    )
    new.draft.hints.append(
        "The client does not learn the plan from a token, so that its default model may be a smaller one.\n"
        'ANTHROPIC_MODEL = "opus"'
    )


def console(new: Making) -> None:
    """The Console, by key or by browser."""
    how = KEY if new.keys.any_given else ""
    rows = [
        Row(KEY, "an API key", "kept in the secret store"),
        Row(BROWSER, "a browser sign-in", "no key to keep, a directory of its own"),
    ]
    if new.answers.choice("credential", "How does it sign in?", rows, default=how or KEY) == BROWSER:
        new.draft.login = "claude auth login --console"
        new.own_directory("Needed: beside a subscription's login, that one would be used.")
        return
    new.keys.add("ANTHROPIC_API_KEY", "key", "the API key of the Console", "The Console organization of this key pays.")
    new.draft.notes.append(
        "Claude Code asks once whether to use a new key, and proposes No: say Yes, or interactive sessions ignore the key"
    )
    new.draft.steps.append(f"{typed('ctx', 'exec', new.draft.name)} -- claude  # and allow the key")
    new.move(
        _apart(new), "A directory of its own: until the key is allowed, another login would be used without a word."
    )


def _apart(new: Making) -> str:
    """A directory apart from a login that lies in the usual place, "" for none."""
    whose = new_machine.whose(new_machine.usual_login(new.answers.invocation))
    own = f"~/.claude-{new.draft.name}"
    if not (new.answers.asks and whose):
        return _given_directory(new)
    rows = [
        Row(USUAL, "~/.claude", f"your settings; {whose}, which is used until you allow the key"),
        Row(own, own, "no other login there; your settings do not come along"),
    ]
    chosen = new.answers.choice(
        "config_dir",
        "Where does Claude Code keep its things?",
        rows,
        default=USUAL,
        free="a directory",
        check=new.place,
    )
    return "" if new.is_usual(chosen) else new.path(chosen)


def _given_directory(new: Making) -> str:
    """The value of `--config-dir`, "" where there is none or it is the usual place."""
    found = new.answers.optional("config_dir", check=new.place)
    return "" if not found or new.is_usual(found) else new.path(found)


def gateway(new: Making) -> None:
    """An address and its credential."""
    address = new.address("ANTHROPIC_BASE_URL", "The gateway's address", "https://llm.acme.example")
    new.draft.set(
        "ANTHROPIC_BASE_URL",
        address,
        "Without /v1 at the end: Claude Code adds it. Never without the credential below, for then the stored login of "
        "Claude Code would be sent to this address.",
    )
    host = signin_values.host(address)
    new.draft.detail = f" at {host}"
    if address.lower().startswith("http://") and host not in signin_values.LOOPBACK:
        new.draft.notes.append("http:// sends the credential unencrypted")
    rows = [
        Row(BEARER, "a token", "sent as Authorization: Bearer"),
        Row(KEY, "a key", "sent as x-api-key"),
    ]
    if new.answers.choice("credential", "What does the gateway take?", rows, default=BEARER) == BEARER:
        new.keys.add("ANTHROPIC_AUTH_TOKEN", "token", "the gateway's token", "Without the word Bearer.")
    else:
        new.keys.add("ANTHROPIC_API_KEY", "key", "the gateway's key", "Sent as x-api-key.")
    directory = _given_directory(new)
    new.move(directory, "Away from a key that a Console login stored: it would be sent along.")
    _say_console_key(new, directory, "is sent to the gateway as well")


def api_key_helper(new: Making) -> None:
    """A key that Claude Code fetches by itself, from settings in a directory of its own."""
    new.own_directory(
        "Its settings.json names the program that prints the key; elsewhere that would overrule every login."
    )
    new.keys.add("", "key", "the key that the helper prints", "")
    secret = new.draft.keys[-1].secret
    new.draft.steps.append(typed("ctx", "claude", "helper", new.draft.name, "--secret", secret))


def anthropic_profile(new: Making) -> None:
    """A profile of the `ant` CLI."""
    profile = new.answers.text("profile", "Profile of the ant CLI", proposal=new.draft.name, check=_ant_name)
    new.draft.set("ANTHROPIC_PROFILE", profile, "Claude Code ignores a profile that does not exist.")
    new.draft.detail = f" {profile}"
    new.draft.login = typed("ant", "auth", "login", "--profile", profile)
    directory = _given_directory(new)
    new.move(directory, "Away from a key that a Console login stored: it would win over the profile.")
    _say_console_key(new, directory, "wins over the profile")


def _say_console_key(new: Making, directory: str, effect: str) -> None:
    """Say what a stored Console key does, where Claude Code would find one."""
    if not directory and new_machine.usual_login(new.answers.invocation).console_key:
        new.draft.notes.append(
            f"~/.claude.json holds a Console key, which {effect}: --config-dir names a place without one"
        )


def _ant_name(text: str) -> str:
    plain = text.isascii() and all(char.isalnum() or char in "_.-" for char in text)
    return "" if plain else "cannot be a profile of the ant CLI\n  letters, digits, _ . -"
