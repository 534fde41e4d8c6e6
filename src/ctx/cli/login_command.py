"""`ctx login`: sign in to what a profile uses, with the program that does it, in the profile's environment."""

from __future__ import annotations

import os
import sys
import time

from ctx.claude.client import elsewhere, real_client
from ctx.claude.login_commands import CLAUDE_OPTIONS, GET, command_line, usual
from ctx.claude.login_model import Ask, Login
from ctx.cli.choose import agreed
from ctx.cli.exec_command import CannotRunError
from ctx.cli.invocation import Invocation, complain
from ctx.cli.login_profile import Subject, method_for, sharers, subject
from ctx.cli.login_run import run_here
from ctx.cli.spec import FLAG, OPTION, OPTIONAL, PROFILE, YES, Param
from ctx.errors import EXIT_COMMAND_NOT_FOUND, EXIT_FAILURE, ConfigError, CtxError, RefusedError, UsageError, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

HELP = """Sign in to what a profile uses, then look whether that helped.

Without NAME it is the active profile, else the one that is due here. It runs the profile's own login command, else the
usual one of its method: claude auth login, aws sso login, gcloud auth application-default login, az login, ant auth login.
Over SSH and without a display it takes the form that needs no browser here."""

PARAMS = (
    Param(OPTIONAL, "name", PROFILE.help),
    Param(FLAG, "no_browser", "Take the form that needs no browser on this machine."),
    Param(FLAG, "sso", "For claude auth login: sign in through your organization."),
    Param(FLAG, "console", "For claude auth login: sign in to the Anthropic Console."),
    Param(FLAG, "claudeai", "For claude auth login: sign in to claude.ai."),
    Param(OPTION, "email", "For claude auth login: the address to sign in with."),
    YES,
)

RESTART = "restart running Claude Code sessions: they keep the login that they began with"


def run(invocation: Invocation, name: str | None, *, no_browser: bool, yes: bool, **client: str | bool | None) -> int:
    """Sign in; the exit code: that of the program if it fails. `client` are the options of the client's own login."""
    about = subject(invocation, name, "login")
    options = {option: client[option] or "" for option in CLAUDE_OPTIONS}
    ask = _ask(invocation, about, options, no_browser=no_browser or not has_browser(invocation.environ))
    login, own = _login(about, ask), about.whole.login
    if any(options.values()) and (own or login.command[:2] != ("claude", "auth")):
        given = ", ".join(f"--{option}" for option in CLAUDE_OPTIONS if options[option])
        raise UsageError(f"{given}: only for claude auth login", fix=typed("ctx", "login", about.name))
    if not own and not login.command:
        raise CtxError(f"{about.name}: {login.instead}", fix=login.hint)
    # From here on the profile's secrets count: a program is going to run in it.
    ask.variables = environ = about.environ
    login = _login(about, ask)
    command = _shell(own) if own else _found(invocation, about.name, environ.get("PATH", ""), login)
    _consent(invocation, about, ask, login, yes=yes)
    invocation.say(f"{about.name}: {own or command_line(login)}")
    if not own:
        _say(invocation, login.hint)
    elif ask.no_browser and login.command:
        _say(invocation, f"there is no browser here: if it waits for one, {command_line(login)}")
    code = run_here(command, _changed(environ, {} if own else login.changes))
    if code:
        complain(f"{about.name}: {own or command_line(login)} failed with exit code {code}")
        return code
    return _checked(invocation, about, ask)


def _say(invocation: Invocation, text: str) -> None:
    if text:
        invocation.say(text)


def has_browser(environ: dict[str, str]) -> bool:
    """Whether a browser that is opened here is one the person sees: not over SSH, nor on Linux without a display."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False
    if sys.platform != "linux" or environ.get("WSL_DISTRO_NAME") or environ.get("BROWSER"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _ask(invocation: Invocation, about: Subject, options: Mapping[str, str | bool], *, no_browser: bool) -> Ask:
    return Ask(
        method_for(about.auth, about.variables),
        about.variables,
        invocation.home,
        options=options,
        no_browser=no_browser,
        replace=about.replace,
        now=time.time(),
    )


def _login(about: Subject, ask: Ask) -> Login:
    """What the method's usual login is, and what it would replace; for a login of the profile's own only the latter."""
    own = about.whole.login
    if not ask.method and not own:
        fix = f'write auth = "METHOD" or login = "COMMAND" into [profiles.{about.name}]'
        raise ConfigError("it does not say how anything is signed in to", where=str(about.whole.origin), fix=fix)
    try:
        return usual(ask) if ask.method else Login(())
    except ConfigError:
        if own:
            return Login(())
        raise


def _shell(line: str) -> list[str]:
    """A command as it is written in the profile, for the system's own shell."""
    return ["cmd", "/d", "/s", "/c", line] if os.name == "nt" else ["/bin/sh", "-c", line]


def _found(invocation: Invocation, name: str, path: str, login: Login) -> list[str]:
    """The command with its program's path, looked for on the profile's PATH.

    Raises CannotRunError, which says how to get the program.
    """
    import shutil

    program = login.command[0]
    place = real_client(path, invocation.data) if program == "claude" else shutil.which(program, path=path)
    if place:
        return [place, *login.command[1:]]
    other = elsewhere(invocation.home) if program == "claude" else ""
    fix = f"put {os.path.dirname(other)} on your PATH: there is one" if other else GET[program]
    raise CannotRunError(f"{name} needs {program}, which is not on the PATH", EXIT_COMMAND_NOT_FOUND, fix=fix)


def _consent(invocation: Invocation, about: Subject, ask: Ask, login: Login, *, yes: bool) -> None:
    """Ask before a login is replaced that other profiles use as well.

    Raises RefusedError without a yes.
    """
    others = sharers(invocation, about, ask, login) if login.present and login.store else ()
    if not others:
        return
    shared = f"{login.label} is also that of {', '.join(others)}: signing in replaces it there too"
    if not yes and not invocation.is_terminal(0, 2):
        again = typed("ctx", "login", about.name, "--yes")
        raise RefusedError(f"{shared}, and there is no terminal to ask at", fix=f"{again}; {login.apart}")
    complain(f"{shared}; {login.apart}")
    if not yes and not agreed("Sign in and replace it?"):
        raise RefusedError(f"{login.label} stays: nothing changed")


def _changed(environ: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    result = {**environ, **{name: text for name, text in changes.items() if text is not None}}
    return {name: text for name, text in result.items() if changes.get(name, text) is not None}


def _checked(invocation: Invocation, about: Subject, ask: Ask) -> int:
    """What the files say after a login that succeeded; the exit code."""
    ask.now = time.time()
    login = _login(about, ask)
    verify = typed("ctx", "verify", about.name)
    if login.problem:
        complain(f"{about.name}: the login command ended well, but still: {login.problem}\n  {verify} asks Claude Code")
        return EXIT_FAILURE
    done = "signed in" if login.store else "the login command ended well"
    invocation.say(f"{about.name}: {done}; {verify} asks Claude Code itself")
    invocation.say(RESTART)
    return 0
