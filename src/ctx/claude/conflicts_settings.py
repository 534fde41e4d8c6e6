"""Conflicts that the client's settings files make: they beat the shell, and a project's are obeyed without asking."""

from __future__ import annotations

import os

from ctx import names, signin
from ctx.claude.conflicts_credentials import open_credentials
from ctx.claude.conflicts_view import View, remove_key
from ctx.claude.machine import HOST
from ctx.claude.model import LOCAL, MANAGED, PROCESS, PROJECT, USER
from ctx.claude.sources import BARE_MODE, HELPER_KEY, VARIABLES
from ctx.errors import typed
from ctx.signin_precedence import API_KEY, AUTH_TOKEN, HELPER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctx.claude.model import Conflict, Given

_PROGRAMS = (HELPER_KEY, "awsCredentialExport", "awsAuthRefresh", "gcpAuthRefresh")
"""Settings that name a program to run."""


def _unusable(view: View) -> Iterator[Conflict]:
    """Files that say nobody knows what."""
    for layer in view.machine.layers:
        if layer.problem:
            edit = (
                "ask whoever manages this machine" if layer.kind == MANAGED else f"${{EDITOR:-vi}} {typed(layer.path)}"
            )
            yield view.conflict("settings-unusable", layer.path, problem=layer.problem, edit=edit)
    stored = view.machine.stored
    told = [layer.path for layer in view.machine.layers if layer.problem] + open_credentials(view)
    places = (stored.state, os.path.join(stored.config_dir, ".credentials.json"), view.ant_folder)
    for problem in dict.fromkeys(stored.doubts.values()):
        # What has no path is the Keychain: not to look there is no fault of the machine's.
        where = next((path for path in places if os.path.isabs(path) and problem.startswith(path)), "")
        if where and not any(problem.startswith(path) for path in told):
            rest = problem.removeprefix(where)
            what = f"it{rest}" if rest.startswith(" ") else problem
            yield view.conflict("state-unusable", where, problem=what, path=typed(where))


def _overruled(view: View) -> Iterator[Conflict]:
    """Variables that a settings file takes out of the shell's and the profile's hands."""
    environment = view.environment
    for name, given in view.machine.variables.items():
        if given.layer == PROCESS or not signin.watched(name):
            continue
        before = view.machine.process.get(name)
        same = before is not None and before.text is not None and before.text == given.text
        if same:
            continue
        cleared = environment is not None and any(names.matches(pattern, name) for pattern in environment.clears)
        if view.sets(name) or (cleared and given.text != ""):
            yield _overrules(view, given)
        elif before is not None and before.text != "":
            yield view.about("settings-overrule-shell", name)


def _overrules(view: View, given: Given) -> Conflict:
    profile = view.environment.profile.name if view.environment is not None else ""
    # What is the user's own can become a profile; what an administrator or a project set cannot.
    remove = "ctx import claude-settings" if given.layer == USER else view.remove_given(given)
    return view.conflict("settings-overrule-profile", given.place, name=given.name, profile=profile, remove=remove)


def _project(view: View) -> Iterator[Conflict]:
    """What a repository brings along: `claude -p` takes it from there without a question."""
    for layer in view.machine.layers:
        mine = os.path.dirname(layer.path) == os.path.join(view.machine.home, ".claude")
        if mine or layer.kind not in (PROJECT, LOCAL):
            continue
        found = [name for name, text in layer.env.items() if text and signin.is_decider(name)]
        found += [key for key in _PROGRAMS if layer.keys.get(key)]
        for key in found:
            yield view.conflict("project-settings", layer.place(key), key=key, remove=remove_key(layer, key))


def _forced(view: View) -> Iterator[Conflict]:
    """An administrator's wish for a login, which a key or token does not meet: measured with both."""
    for layer in view.machine.layers:
        method = layer.keys.get("forceLoginMethod")
        if layer.kind != MANAGED or not (method or layer.keys.get("forceLoginOrgUUID")):
            continue
        for source in (AUTH_TOKEN, API_KEY, HELPER):
            if source in view.sources:
                name = VARIABLES.get(source, HELPER_KEY)
                where = layer.place("forceLoginMethod" if method else "forceLoginOrgUUID")
                words = {"method": str(method or "of one organization"), "name": name, "remove": view.remove(name)}
                yield view.conflict("forced-login", where, **words)
                return


def _modes(view: View) -> Iterator[Conflict]:
    if view.host_managed:
        yield view.about("host-managed", HOST)
    if view.bare:
        yield view.about("bare-mode", BARE_MODE)


FINDERS = (_unusable, _overruled, _project, _forced, _modes)
