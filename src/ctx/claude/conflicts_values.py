"""Conflicts in single values: what the client refuses, misunderstands or does not heed; and what a profile did not mean."""

from __future__ import annotations

import os

from ctx import names, signin
from ctx.claude.conflicts_view import View
from ctx.claude.model import PROCESS
from ctx.model import Secret
from ctx.signin_values import ADDRESSES, value_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctx.claude.model import Conflict, Given

CONFIG_DIR = "CLAUDE_CONFIG_DIR"
_GATEWAY = "CLAUDE_CODE_USE_GATEWAY"


def _values(view: View) -> Iterator[Conflict]:
    """Values with which the client cannot do anything good."""
    for name, given in view.machine.variables.items():
        row = signin.variable(name)
        if given.text is None or row is None or name == CONFIG_DIR or row.role == signin.OTHER:
            continue
        problem = value_problem(name, given.text, view.machine.home)
        if problem is not None:
            code = "address-unusable" if name in ADDRESSES else "credential-unusable"
            yield view.conflict(code, given.place, name=name, problem=problem.what, fix=_fix(view, given, problem.fix))


def _fix(view: View, given: Given, advice: str) -> str:
    """How a value is mended: where it was set, and what is to stand there."""
    if given.layer == PROCESS and not view.sets(given.name):
        return f"{view.remove_given(given)}, or set it anew: {advice}"
    return f"{view.remove_given(given)}: {advice}"


def _config_dir(view: View) -> Iterator[Conflict]:
    """The client's directory, which only the process names."""
    given = view.machine.process.get(CONFIG_DIR)
    if given is None or given.text is None:
        return
    home = view.machine.home
    problem = value_problem(CONFIG_DIR, given.text, home)
    if problem is not None:
        usual = given.text and os.path.normpath(given.text) == os.path.join(home, ".claude")
        code = "config-dir-usual" if usual else "config-dir"
        yield view.conflict(code, given.place, name=CONFIG_DIR, problem=problem.what, fix=view.remove_given(given))
    elif os.path.lexists(given.text) and not os.path.isdir(given.text):
        yield view.conflict("config-dir-no-folder", given.place, path=_quoted(given.text))


def _quoted(path: str) -> str:
    from ctx.errors import typed

    return typed(path)


def _switches(view: View) -> Iterator[Conflict]:
    """Provider switches: several that are on, and one that is not on though it looks like it."""
    switches = {signin.METHODS[name].switch or "": name for name in signin.PROVIDER_ORDER}
    for name in switches:
        given = view.machine.given(name)
        if given is not None and not view.on(name):
            yield view.about("switch-not-on", name)
    if view.on(_GATEWAY):
        yield view.about("gateway-switch", _GATEWAY)
    # With Bedrock and Mantle both on, the model's id picks between them, which can be meant.
    if len(view.providers) > 1 and set(view.providers) != {"bedrock", "mantle"}:
        methods = [signin.METHODS[name] for name in view.providers]
        mine = [m.switch or "" for m in methods if not view.sets(m.switch or "")]
        gone = mine[0] if mine and len(mine) < len(methods) else methods[1].switch or ""
        listed = " and ".join(method.switch or "" for method in methods)
        yield view.about("two-providers", gone, names=listed, winner=methods[0].label)


def _profile(view: View) -> Iterator[Conflict]:
    """Where this shell is not what the profile made it."""
    environment = view.environment
    if environment is None:
        return
    profile = environment.profile.name
    cleared = {
        name for name in view.machine.process if any(names.matches(pattern, name) for pattern in environment.clears)
    }
    for name, given in view.machine.process.items():
        variable = environment.variables.get(name)
        if name in cleared and given.text != "" and signin.watched(name):
            yield view.conflict("left-over", given.place, name=name, profile=profile, remove=view.remove_given(given))
        if variable is None or given.text is None or not signin.watched(name):
            continue
        meant = variable.value.reveal() if isinstance(variable.value, Secret) else variable.value
        if meant and meant != given.text:
            yield view.conflict("changed-since", given.place, name=name, profile=profile)


FINDERS = (_values, _config_dir, _switches, _profile)
