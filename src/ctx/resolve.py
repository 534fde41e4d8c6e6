"""A profile to an environment: `extends` followed, values expanded, families cleared, every value with its origin."""

from __future__ import annotations

import os

from ctx import secrets, signin
from ctx.config import find
from ctx.config_values import check_length
from ctx.errors import ConfigError
from ctx.expand import expand, references
from ctx.model import (
    Config,
    Environment,
    Literal,
    Origin,
    PathList,
    Profile,
    Secret,
    SecretRef,
    Template,
    Unset,
    Value,
    Variable,
)
from ctx.names import matches

EMPTY_ANT_DIRECTORY = "no-anthropic-profile"
"""A folder in ctx's data directory that stays empty: `ANTHROPIC_CONFIG_DIR` of a subscription profile.

An active profile of the `ant` CLI outranks a /login without any variable; an empty folder neutralises it
(client 2.1.330, measured).
"""


class Surroundings:
    """What a profile may depend on: home directory, the user's own environment, ctx's data directory."""

    __slots__ = ("data", "environ", "home")

    def __init__(self, environ: dict[str, str], home: str, data: str) -> None:
        self.environ = environ
        self.home = home
        self.data = data


def resolve(config: Config, name: str, around: Surroundings) -> Environment:
    """The environment of the profile that answers to `name`.

    Raises UnknownProfileError, ConfigError, SecretError.
    """
    profile = merged(config, find(config, name))
    _check_method(profile)
    environment = Environment(profile, method_of(profile))
    stores = (secrets.EnvironmentStore(around.environ),)
    found = secrets.read_all(stores, *_wanted(profile))
    for key, value in profile.env.items():
        environment.variables[key] = _variable(key, value, around, found)
    for key, entries in profile.path.items():
        environment.lists[key] = _expand_list(entries, around)
    clears, builtin = families(config, profile, around)
    environment.variables.update(builtin)
    environment.clears.update(clears)
    return environment


def method_of(profile: Profile) -> str | None:
    """How Claude Code signs in under a merged profile: what it says, else what its variables amount to."""
    return profile.auth or signin.method_of(_effective(profile))


def _check_method(profile: Profile) -> None:
    """Refuse a profile that says it signs in one way and lacks what that way needs: ctx would name a wrong payer."""
    needs = signin.METHODS[profile.auth] if profile.auth else None
    if needs is None or needs.met_by(_effective(profile)):
        return
    ways = " or ".join(" and ".join(names) for names in needs.needs)
    raise ConfigError(
        f'auth = "{profile.auth}" needs {ways}',
        where=f"{profile.origin.file}: [profiles.{profile.name}] auth",
        fix=f"set it in [profiles.{profile.name}.env]; ctx example shows one profile for each way to sign in",
    )


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
        for key, value in parent.env.items():
            result.env.pop(key, None)
            result.env[key] = value
        for key, own in parent.path.items():
            below = result.path.get(key, PathList(own.origin, (), ()))
            # What two parents share with a grandparent comes once.
            front = (*own.prepend, *(entry for entry in below.prepend if entry not in own.prepend))
            back = (*(entry for entry in below.append if entry not in own.append), *own.append)
            result.path[key] = PathList(own.origin, front, back)
    return result


def _wanted(profile: Profile) -> tuple[tuple[str, ...], dict[str, str]]:
    """Names of all secrets the profile needs, and where each is asked for."""
    places: dict[str, str] = {}
    for value in profile.env.values():
        for part in value.parts.values() if isinstance(value, Template) else (value,):
            if isinstance(part, SecretRef):
                places.setdefault(part.name, str(part.origin))
    return tuple(places), places


def _variable(key: str, value: Value, around: Surroundings, found: dict[str, Secret]) -> Variable:
    if isinstance(value, Unset):
        return Variable(key, None, value.origin, plain=True)
    if isinstance(value, SecretRef):
        check_length(key, found[value.name].reveal(), value.origin)
        return Variable(key, found[value.name], value.origin, plain=False)
    if isinstance(value, Template):
        text = _fill(value, around, found)
        check_length(key, text, value.origin)
        return Variable(key, Secret(text), value.origin, plain=False)
    if isinstance(value, Literal):
        text = expanded(value, around)
        check_length(key, text, value.origin)
        safe = not (references(value.text) or signin.looks_secret(key) or signin.value_looks_secret(text))
        return Variable(key, text, value.origin, plain=safe)
    raise TypeError(f"no rule for {type(value).__name__}")


def expanded(value: Literal, around: Surroundings) -> str:
    """The literal's text with `~/` and `${NAME}` expanded.

    Raises ConfigError for a variable that is not set.
    """
    return _expand(value.text, value.origin, around)


def _fill(template: Template, around: Surroundings, found: dict[str, Secret]) -> str:
    """The template with every part put in once: text that a part brings along is not looked at again."""
    values: dict[str, str] = {}
    for key, part in template.parts.items():
        if isinstance(part, SecretRef):
            values[key] = found[part.name].reveal()
        elif isinstance(part, Literal):
            values[key] = _expand(part.text, part.origin, around)
    pieces: list[str] = []
    rest = _expand(template.text, template.origin, around)
    while rest:
        before, brace, rest = rest.partition("{")
        pieces.append(before)
        name, closed, after = rest.partition("}")
        if brace and closed and name in values:
            pieces.append(values[name])
            rest = after
        else:
            pieces.append(brace)
    return "".join(pieces)


def _expand(text: str, origin: Origin, around: Surroundings) -> str:
    try:
        return expand(text, around.home, around.environ)
    except KeyError as error:
        name = error.args[0]
        raise ConfigError(
            f"refers to ${{{name}}}, which is not set", where=str(origin), fix=f"export {name}=…, or write $${{{name}}}"
        ) from None


def _expand_list(lists: PathList, around: Surroundings) -> PathList:
    def entries(raw: tuple[str, ...]) -> tuple[str, ...]:
        done = tuple(_expand(entry, lists.origin, around) for entry in raw)
        for entry in done:
            if not entry or os.pathsep in entry:
                raise ConfigError(f"{entry!r} cannot be one entry of a list", where=str(lists.origin))
        return done

    front, back = entries(lists.prepend), entries(lists.append)
    plain = not any(references(entry) for entry in (*lists.prepend, *lists.append))
    plain = plain and not any(signin.value_looks_secret(entry) for entry in (*front, *back))
    return PathList(lists.origin, front, back, plain=plain)


def families(config: Config, profile: Profile, around: Surroundings) -> tuple[dict[str, str], dict[str, Variable]]:
    """What a merged profile's families take away (name or pattern -> family), and what ctx sets by itself for it.

    The built-in family `claude` is concerned where the profile has a method or sets a decider; a group of the user's
    where the profile sets a member.
    """
    given = {key for key, value in profile.env.items() if not isinstance(value, Unset)}
    auth = method_of(profile)
    concerned: dict[str, tuple[str, ...]] = {}
    builtin: dict[str, Variable] = {}
    if auth is not None or any(signin.is_decider(name) for name in given):
        concerned["claude"] = signin.members(auth)
    if auth == "subscription" and "ANTHROPIC_CONFIG_DIR" not in profile.env:
        origin = Origin("built in", "families.claude", "ANTHROPIC_CONFIG_DIR")
        empty = os.path.join(around.data, EMPTY_ANT_DIRECTORY)
        builtin["ANTHROPIC_CONFIG_DIR"] = Variable("ANTHROPIC_CONFIG_DIR", empty, origin, plain=True)
    for group, members in config.groups.items():
        if any(matches(member, name) for member in members for name in given):
            concerned[group] = members
    clears: dict[str, str] = {}
    for family, members in concerned.items():
        for member in members:
            if member not in profile.env and member not in builtin:
                clears.setdefault(member, family)
    return clears, builtin
