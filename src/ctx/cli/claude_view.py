"""The environment Claude Code would be started in, seen four ways: this shell, a profile, a directory, no profile at all."""

from __future__ import annotations

import os

from ctx import signin
from ctx.claude import machine as machines
from ctx.claude import verdict as verdicts
from ctx.claude.model import Claim, Machine, Verdict
from ctx.cli.automatic import Profiles
from ctx.cli.claude_profile import UNREAD, by_name, due, of_directory, over, sketch
from ctx.cli.invocation import Invocation
from ctx.discover import working_directory
from ctx.errors import CtxError
from ctx.families import withheld
from ctx.model import Config, Environment, Profile, Variable
from ctx.state import BY_DEFAULT, BY_DIRECTORY, BY_HAND, LIST_PREFIX, STATE, listed

ACTIVE = "active"
DRIFTED = "drifted"
INACTIVE = "inactive"
NONE = "none"
BLOCKED = "blocked"
ERROR = "error"
PINNED = "pinned"
NAMED = "named"

CHANGED = "changed in this shell since"
"""What is said behind a variable's origin where its value is no longer the profile's."""


class View:
    """One environment and what is known of it.

    `profile` is "" where there is none; `by` says who chose it (manual, pinned, directory, default, named, or ""), `status`
    what CTX_STATUS says, brought up to date; `binding` the directory whose binding counts, or "". `environment` is the
    profile's, with UNREAD for what is not read. `changed` holds the variables that this shell changed since it was applied,
    None for those of which that cannot be told. `trouble` is why the profile could not be looked at.
    """

    def __init__(self, profile: str, by: str, status: str) -> None:
        self.profile = profile
        self.by = by
        self.status = status
        self.binding = ""
        self.whole: Profile | None = None
        self.environment: Environment | None = None
        self.changed: dict[str, bool | None] = {}
        self.trouble: CtxError | None = None
        self.machine: Machine
        self.claim: Claim | None = None

    @property
    def exec_only(self) -> tuple[str, ...]:
        """Families and variables of the profile that a shell does not get, but `ctx exec` does."""
        given = self.environment
        return withheld(given.families, given.profile)[0] if given is not None else ()

    def verdict(self, *, interactive: bool) -> Verdict:
        """What a session comes to, or a `claude -p`."""
        return verdicts.judge(self.machine, interactive=interactive, claim=self.claim)


def of_shell(invocation: Invocation) -> View:
    """The environment of this shell as it is: what was changed by hand is seen."""
    environ = invocation.environ
    by = environ.get("__CTX_BY", "")
    by = PINNED if environ.get("__CTX_PIN") else by if by in (BY_HAND, BY_DIRECTORY, BY_DEFAULT) else ""
    status = environ.get("CTX_STATUS", "")
    view = View(invocation.active, by if invocation.active else "", status if status in (BLOCKED, ERROR) else "")
    binding = environ.get("__CTX_BINDING", "")
    view.binding = binding if os.path.isabs(binding) else ""
    if view.profile or view.status:
        try:
            _activated(invocation, view)
        except CtxError as error:
            view.trouble = error
    places = _places(invocation, view)
    _look(invocation, view, {name: text for name, text in environ.items() if not _is_own(name)}, places)
    if not view.status:
        view.status = DRIFTED if _has_drifted(view) else ACTIVE if view.profile else NONE
    return view


def _activated(invocation: Invocation, view: View) -> None:
    """The active profile as it is written now, or why a directory has none."""
    profiles = Profiles(invocation)
    config, _ = profiles.load()
    if view.by == BY_DIRECTORY or not view.profile:
        _look_around(invocation, view, profiles, config)
    if view.profile:
        view.whole = view.whole or by_name(config, view.profile)
        view.environment = sketch(config, view.whole, invocation.around())


def _look_around(invocation: Invocation, view: View, profiles: Profiles, config: Config) -> None:
    """Find out what the directory says now: the active profile with a project's additions, or why there is none."""
    try:
        choice = of_directory(invocation, profiles, config)
    except CtxError as error:
        view.trouble = error
        return
    if choice.whole is not None and choice.whole.name == view.profile:
        view.whole = choice.whole


def _places(invocation: Invocation, view: View) -> dict[str, str]:
    """Where the variables that the profile set are written, or that they were changed since."""
    places: dict[str, str] = {}
    environ = invocation.environ
    given: dict[str, Variable] = {}
    if view.environment is not None:
        _, left_out = withheld(view.environment.families, view.environment.profile)
        given = {name: made for name, made in view.environment.variables.items() if name not in left_out}
    for name in dict.fromkeys((*listed(environ, "__CTX_SET"), *given)):
        variable = given.get(name)
        if variable is None or variable.value is None:
            if name in environ and variable is None:
                places[name] = f"set by ctx for {view.profile}"
                view.changed[name] = None
        elif variable.value is UNREAD:
            places[name] = str(variable.origin)
            view.changed[name] = None if name in environ else True
        else:
            view.changed[name] = environ.get(name) != variable.value
            places[name] = f"{variable.origin}, {CHANGED}" if view.changed[name] else str(variable.origin)
    return places


def _has_drifted(view: View) -> bool:
    """Whether a variable that decides is not as the profile left it."""
    if not view.profile:
        return False
    if any(changed and signin.watched(name) for name, changed in view.changed.items()):
        return True
    taken_away = view.environment.clears if view.environment is not None else {}
    return any(name in view.machine.process for name in taken_away if signin.watched(name))


def of_profile(invocation: Invocation, name: str) -> View:
    """A profile as it would be in this shell, its secrets not read.

    Raises what activating it would.
    """
    profiles = Profiles(invocation)
    config, _ = profiles.load()
    return _of_whole(invocation, config, by_name(config, name), NAMED)


def of_automatic(invocation: Invocation) -> View:
    """What `--auto` would choose here. Raises what it would be refused for."""
    profiles = Profiles(invocation)
    choice = due(invocation, profiles)
    if choice.whole is None:
        view = of_nothing(invocation)
        view.by = choice.by
        return view
    view = _of_whole(invocation, profiles.load()[0], choice.whole, choice.by)
    view.binding = choice.found.directory if choice.found is not None else ""
    return view


def _of_whole(invocation: Invocation, config: Config, whole: Profile, by: str) -> View:
    view = View(whole.name, by, ACTIVE if whole.name == invocation.active else INACTIVE)
    view.whole = whole
    view.environment = sketch(config, whole, invocation.around())
    places = {name: str(variable.origin) for name, variable in view.environment.variables.items()}
    _look(invocation, view, over(invocation.own, view.environment), places)
    return view


def of_nothing(invocation: Invocation) -> View:
    """The user's own environment, without any profile."""
    view = View("", "", NONE)
    _look(invocation, view, dict(invocation.own), {})
    return view


def _look(invocation: Invocation, view: View, environ: dict[str, str | None], places: dict[str, str]) -> None:
    home = (environ.get("HOME") or "").rstrip("/") or invocation.home
    view.machine = machines.look(environ, places, home, working_directory(invocation.environ))
    if view.environment is None or any(changed and signin.watched(name) for name, changed in view.changed.items()):
        return
    names = frozenset(name for name in view.environment.variables if name in environ)
    view.claim = Claim(view.environment.auth, view.environment.profile.payer, names)


def _is_own(name: str) -> bool:
    return name in STATE or name.startswith(LIST_PREFIX)


def session_problem(view: View, verdict: Verdict) -> str:
    """What keeps the cloud behind a verdict from accepting a request now, with what to type; "" where nothing is known."""
    import time

    from ctx.claude.sessions import problem

    known = {name: given.text for name, given in view.machine.variables.items() if given.text}
    return problem(verdict.method, known, view.machine.home, time.time())


def fallback(invocation: Invocation) -> str:
    """What claude would use with no profile at all, as a sentence; "" where nobody seems to use it here."""
    view = of_nothing(invocation)
    session, once = (view.verdict(interactive=interactive) for interactive in (True, False))
    if not (session.method or once.method or session.unknown):
        return "claude is not signed in then" if os.path.isdir(view.machine.stored.config_dir) else ""
    text, other = verdicts.sentence(session), verdicts.sentence(once)
    return f"claude would use: {text}" if text == other else f"claude would use: {text}; claude -p: {other}"
