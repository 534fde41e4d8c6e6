"""What the `ctx secret` commands share: names, who uses a secret, and what a change leads to."""

from __future__ import annotations

import os

from ctx import secrets
from ctx.cli.invocation import Invocation, complain
from ctx.compiled_directories import invalidate
from ctx.config import load
from ctx.errors import ConfigError, UsageError
from ctx.files import PROFILES
from ctx.model import Config, SecretRef, Template, Value
from ctx.names import is_profile_name
from ctx.resolve import merged
from ctx.secrets.base import FILE, KEYRING
from ctx.secrets.keeping import Keeper


class Uses:
    """Which profiles use which secrets, and directly as which variables.

    `problem` says why that is not known, where `profiles.toml` does not load.
    """

    def __init__(self, config: Config | None, problem: str = "") -> None:
        self.problem = problem
        self._profiles: dict[str, list[str]] = {}
        self._variables: dict[str, list[str]] = {}
        for profile in config.profiles.values() if config else ():
            for variable, value in merged(config, profile).env.items() if config else ():
                for name in references(value):
                    _add(self._profiles, name, profile.name)
                    if isinstance(value, SecretRef):
                        _add(self._variables, name, variable)

    @property
    def names(self) -> tuple[str, ...]:
        """All secrets that some profile uses."""
        return tuple(self._profiles)

    def profiles(self, name: str) -> tuple[str, ...]:
        """The profiles that use a secret."""
        return tuple(self._profiles.get(name, ()))

    def variables(self, name: str) -> tuple[str, ...]:
        """The variables that hold a secret as it is, in whatever profile."""
        return tuple(self._variables.get(name, ()))


def _add(table: dict[str, list[str]], key: str, item: str) -> None:
    known = table.setdefault(key, [])
    if item not in known:
        known.append(item)


def references(value: Value) -> tuple[str, ...]:
    """The secrets that a value needs."""
    if isinstance(value, SecretRef):
        return (value.name,)
    if isinstance(value, Template):
        return tuple(name for part in value.parts.values() for name in references(part))
    return ()


def uses(invocation: Invocation) -> Uses:
    """Who uses which secret, by `profiles.toml` as it is now."""
    path = os.path.join(invocation.config, PROFILES)
    if not os.path.lexists(path):
        return Uses(None)
    try:
        return Uses(load(invocation.config)[0])
    except ConfigError:
        return Uses(None, f"which profiles use it is not known: {path} does not load (ctx list says why)")


def checked_name(name: str) -> str:
    """`name`, if a secret may be called so. Raises UsageError."""
    if is_profile_name(name):
        return name
    fix = "names begin with a letter or digit, then letters, digits, . _ - (64 at most)"
    # A value that was typed where the name belongs must not be repeated.
    raise UsageError("this cannot be the name of a secret; values are never given on the command line", fix=fix)


def checked_store(to: str | None) -> str | None:
    """`to`, if there is such a store. Raises UsageError."""
    if to in (None, KEYRING, FILE):
        return to
    raise UsageError(f"there is no store {to!r}", fix=f"--to {KEYRING}, or --to {FILE}")


def keeper(invocation: Invocation) -> Keeper:
    """What changes secrets on behalf of the person who called. What it has to say is said whatever CTX_QUIET says."""
    return Keeper(invocation.places(invocation.is_terminal(0, 2)), complain)


def changed(invocation: Invocation) -> None:
    """Let every open shell look again: a profile's plan may hold another value now."""
    invalidate(invocation.cache)


def say_stand_in(invocation: Invocation, name: str) -> None:
    """Say that a variable of this environment comes before what is stored."""
    if invocation.own.get(secrets.variable(name)):
        invocation.say(f"{secrets.variable(name)} is set here, and comes first in this shell")
