"""Which command signs in to what a profile uses, where that keeps the login, and what to do where there is none to run."""

from __future__ import annotations

import os
import stat

from ctx.claude import foreign
from ctx.claude.client import CLIENT, INSTALL
from ctx.claude.login_clouds import aws_login, azure_login, google_login
from ctx.claude.login_model import Ask, Login
from ctx.claude.stored import look, places
from ctx.errors import typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CLAUDE_OPTIONS = ("sso", "console", "claudeai", "email")
"""Options of `claude auth login` that `ctx login` passes on (client 2.1.330)."""

GET = {
    CLIENT: INSTALL,
    "aws": "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html says how to install it",
    "gcloud": "https://cloud.google.com/sdk/docs/install says how to install it",
    "az": "https://learn.microsoft.com/cli/azure/install-azure-cli says how to install it",
    "ant": "https://platform.claude.com/docs/en/cli-sdks-libraries/cli/quickstart says how to install it",
}
"""How to get the programs that sign in."""

_SETUP_TOKEN = "claude setup-token prints a new one, on a machine with a browser"  # noqa: S105 - a command


def usual(ask: Ask) -> Login:
    """The sign-in of a method with these variables.

    Raises ConfigError where something must be put right before a login can help.
    """
    return _WAYS[ask.method](ask)


def _claude(ask: Ask) -> Login:
    """The browser login of the client, which prints an address by itself where it can open no browser."""
    words = [CLIENT, "auth", "login"]
    words += [f"--{name}" for name in ("claudeai", "sso", "console") if ask.options.get(name)]
    email = ask.options.get("email")
    words += ["--email", str(email)] if email else []
    config_dir, state = places(ask.variables, ask.home, ask.home)
    found, _ = look(config_dir, state)
    login = Login(tuple(words))
    login.store = f"claude {os.path.realpath(config_dir)}"
    login.label = f"the Claude login in {foreign.shown(config_dir, ask.home)}"
    login.apart = "each account needs a CLAUDE_CONFIG_DIR of its own"
    console = bool(ask.options.get("console"))
    login.present = found.login is not False or bool(found.console_key)
    login.problem = "" if console or found.login is not False else f"there is no login in {config_dir}"
    if ask.no_browser:
        login.hint = (
            "it prints an address: open it in any browser, and paste the code that you get; or claude setup-token"
        )
    return login


def _console(ask: Ask) -> Login:
    if ask.has("ANTHROPIC_API_KEY"):
        return _key(ask, "an API key", "ANTHROPIC_API_KEY")
    options = {**ask.options}
    if not any(options.get(name) for name in ("sso", "claudeai", "console")):
        options["console"] = True
    return _claude(Ask(ask.method, ask.variables, ask.home, options=options, no_browser=ask.no_browser, now=ask.now))


def _key(ask: Ask, what: str, variable: str) -> Login:
    login = Login(())
    login.instead = f"it signs in with {what}: there is nothing to log in to"
    login.hint = ask.replace.get(variable, f"set {variable}")
    return login


def _token(ask: Ask) -> Login:
    login = _key(ask, "a token of claude setup-token", "CLAUDE_CODE_OAUTH_TOKEN")
    login.hint = f"{_SETUP_TOKEN}; then {login.hint}"
    return login


def _gateway(ask: Ask) -> Login:
    if ask.has("ANTHROPIC_AUTH_TOKEN"):
        return _key(ask, "the gateway's token", "ANTHROPIC_AUTH_TOKEN")
    return _key(ask, "the gateway's key", "ANTHROPIC_API_KEY")


def _helper(_ask: Ask) -> Login:
    login = Login(())
    login.instead = "its apiKeyHelper gets the key: there is nothing to log in to"
    login.hint = "where the helper is ctx's own, ctx secret set NAME gives it another key"
    return login


def _ant(ask: Ask) -> Login:
    if ask.has("ANTHROPIC_FEDERATION_RULE_ID"):
        return _key(ask, "workload identity federation", "ANTHROPIC_IDENTITY_TOKEN_FILE")
    from ctx.claude.ant import folder

    name = ask.text("ANTHROPIC_PROFILE") or "default"
    config = folder(ask.known, ask.home, ask.home)
    words = ("ant", "auth", "login", *(("--profile", name) if ask.has("ANTHROPIC_PROFILE") else ()))
    login = Login((*words, *(("--no-browser",) if ask.no_browser else ())))
    file = os.path.join(config, "credentials", f"{name}.json")
    login.store = f"ant {os.path.realpath(file)}"
    login.label = f"the login of the ant profile {name}"
    login.apart = "each account needs an ANTHROPIC_PROFILE of its own"
    login.present = _holds_something(file)
    login.problem = "" if login.present else f"there is no {foreign.shown(file, ask.home)}"
    return login


def _holds_something(path: str) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size > 0


def _bedrock(ask: Ask) -> Login:
    return _key(ask, "a Bedrock key", key) if ask.has(key := "AWS_BEARER_TOKEN_BEDROCK") else aws_login(ask)


def _anthropic_aws(ask: Ask) -> Login:
    return _key(ask, "a workspace key", key) if ask.has(key := "ANTHROPIC_AWS_API_KEY") else aws_login(ask)


def _foundry(ask: Ask) -> Login:
    for variable, what in (("ANTHROPIC_FOUNDRY_AUTH_TOKEN", "an Entra token"), ("ANTHROPIC_FOUNDRY_API_KEY", "a key")):
        if ask.has(variable):
            return _key(ask, what, variable)
    return azure_login(ask)


_WAYS: dict[str, Callable[[Ask], Login]] = {
    "subscription": _claude,
    "oauth-token": _token,
    "console": _console,
    "bedrock": _bedrock,
    "mantle": _bedrock,
    "anthropic-aws": _anthropic_aws,
    "vertex": google_login,
    "anthropic-google-cloud": google_login,
    "foundry": _foundry,
    "gateway": _gateway,
    "api-key-helper": _helper,
    "anthropic-profile": _ant,
}


def command_line(login: Login) -> str:
    """The command as a person would type it."""
    return typed(*login.command)
