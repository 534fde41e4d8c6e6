"""A profile to an environment: `extends` followed, values expanded, families cleared, every value with its origin."""

from __future__ import annotations

import os

from ctx import signin
from ctx.config import find
from ctx.errors import ConfigError
from ctx.families import CLAUDE, check_project, clears, concerned, withheld
from ctx.model import Config, Environment, Literal, Origin, PathList, Profile, Project, Secret, Unset, Value, Variable
from ctx.values import Surroundings, expand_list, expanded, fetch, variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

EMPTY_ANT_DIRECTORY = "no-anthropic-profile"
"""A folder in ctx's data directory that stays empty: `ANTHROPIC_CONFIG_DIR` of a subscription profile.

An active profile of the `ant` CLI outranks a /login without any variable; an empty folder neutralises it
(client 2.1.330, measured).
"""


def resolve(config: Config, name: str, around: Surroundings, *, for_exec: bool = False) -> Environment:
    """The environment of the profile that answers to `name`.

    `for_exec`: for one command, so that what is `exec_only` is in it too. For a shell such values are not even read.
    Raises UnknownProfileError, ConfigError, SecretError.
    """
    return _resolve(config, merged(config, find(config, name)), around, for_exec=for_exec)


def resolve_project(config: Config, project: Project, around: Surroundings, *, for_exec: bool = False) -> Environment:
    """The environment of a trusted project: its profile, and what its file adds to that.

    Raises what `resolve` does; ConfigError for what a project may never do, whatever was approved.
    """
    base = merged(config, find(config, project.profile)) if project.profile else None
    method = method_of(base) if base else None
    check_project(config, base, project.content, method)
    whole = base or Profile(project.content.name, project.content.origin)
    _overlay(whole, project.content)
    return _resolve(config, whole, around, for_exec=for_exec)


def _resolve(config: Config, profile: Profile, around: Surroundings, *, for_exec: bool) -> Environment:
    check_method(profile, around)
    environment = Environment(profile, method_of(profile))
    environment.families = concerned(config, profile, environment.auth)
    left_out: set[str] = set()
    if not for_exec:
        environment.withheld, left_out = withheld(environment.families, profile)
    given = {key: value for key, value in profile.env.items() if key not in left_out}
    found = fetch(given.values(), around)
    for key, value in given.items():
        environment.variables[key] = variable(key, value, around, found)
    _check_fetched(environment.variables.values(), around.home)
    for key in left_out.difference(*environment.families.values()):
        environment.variables[key] = Variable(key, None, profile.env[key].origin, plain=True)
    for key, entries in profile.path.items():
        environment.lists[key] = expand_list(entries, around)
    if CLAUDE not in environment.withheld:
        environment.variables.update(builtin(profile, around))
    environment.clears = clears(environment.families, environment.variables)
    return environment


def builtin(profile: Profile, around: Surroundings) -> dict[str, Variable]:
    """What ctx sets by itself for a merged profile's method."""
    if method_of(profile) != "subscription" or "ANTHROPIC_CONFIG_DIR" in profile.env:
        return {}
    origin = Origin("built in", "families.claude", "ANTHROPIC_CONFIG_DIR")
    empty = os.path.join(around.data, EMPTY_ANT_DIRECTORY)
    return {"ANTHROPIC_CONFIG_DIR": Variable("ANTHROPIC_CONFIG_DIR", empty, origin, plain=True)}


def method_of(profile: Profile) -> str | None:
    """How Claude Code signs in under a merged profile: what it says, else what its variables amount to."""
    return profile.auth or signin.method_of(_effective(profile))


def check_method(profile: Profile, around: Surroundings) -> None:
    """Refuse a merged profile that cannot sign in as it says, or with which a credential would go astray.

    Only what is written out is looked at: secrets are not read for it. Raises ConfigError naming file, table and key.
    """
    if profile.auth is None and not any(signin.is_decider(name) for name in profile.env):
        return
    from ctx.signin_requirements import problem

    given = {key: _known(value, around) for key, value in profile.env.items() if not isinstance(value, Unset)}
    found = problem(profile.auth, given, around.home)
    if found is None:
        return
    if found.name in profile.env:
        raise ConfigError(found.what, where=str(profile.env[found.name].origin), fix=found.fix)
    raise ConfigError(
        found.what,
        where=f"{profile.origin.file}: [profiles.{profile.name}] auth",
        fix=f"set it in [profiles.{profile.name}.env]; ctx example shows one profile for each way to sign in",
    )


def _known(value: Value, around: Surroundings) -> str | None:
    """The text of a value that is written out, None for one that has to be fetched or cannot be expanded."""
    try:
        return expanded(value, around) if isinstance(value, Literal) else None
    except ConfigError:
        return None


def _check_fetched(variables: Iterable[Variable], home: str) -> None:
    """Refuse what came from a store, program or file, and what Claude Code could not use. Raises ConfigError."""
    for given in variables:
        if isinstance(given.value, Secret) and signin.is_decider(given.name):
            from ctx.signin_values import value_problem

            found = value_problem(given.name, given.value.reveal(), home, shape=False)
            if found is not None:
                raise ConfigError(found.what, where=str(given.origin), fix=found.fix)


def _effective(profile: Profile) -> set[str]:
    """Names that a merged profile sets to something; to the client an empty value or a switch that is off is none."""
    switches = {way.switch for way in signin.METHODS.values()}
    given = set()
    for key, value in profile.env.items():
        if isinstance(value, Unset) or (isinstance(value, Literal) and not value.text):
            continue
        if key in switches and isinstance(value, Literal) and not signin.flag_is_on(value.text):
            continue
        given.add(key)
    return given


def merged(config: Config, profile: Profile) -> Profile:
    """`profile` with the content of everything it extends: parents first, later ones and its own content win."""
    result = Profile(profile.name, profile.origin)
    result.description, result.aliases = profile.description, profile.aliases
    for parent in (*(merged(config, config.profiles[name]) for name in profile.extends), profile):
        result.auth = parent.auth or result.auth
        result.payer = parent.payer or result.payer
        result.color = parent.color or result.color
        result.login = parent.login or result.login
        result.protect = result.protect if parent.protect is None else parent.protect
        _overlay(result, parent)
    return result


def _overlay(result: Profile, top: Profile) -> None:
    """Put the variables and list entries of `top` over those of `result`."""
    for key, value in top.env.items():
        result.env.pop(key, None)
        result.env[key] = value
    for key, own in top.path.items():
        below = result.path.get(key, PathList(own.origin, (), ()))
        # What two parents share with a grandparent comes once.
        front = (*own.prepend, *(entry for entry in below.prepend if entry not in own.prepend))
        back = (*(entry for entry in below.append if entry not in own.append), *own.append)
        result.path[key] = PathList(own.origin, front, back)
