"""A profile's plan: from disk where nothing changed, else from `profiles.toml`."""

from __future__ import annotations

import os

from ctx import __version__, compiled
from ctx.cli.invocation import Invocation
from ctx.dialects.base import Dialect
from ctx.files import PROFILES, Source, config_status
from ctx.model import Config, Plan
from ctx.names import is_profile_name


class Prepared:
    """A plan, and the state of `profiles.toml` that it was made from. `asked` is the name the user gave."""

    __slots__ = ("asked", "plan", "source")

    def __init__(self, asked: str, plan: Plan, source: os.stat_result) -> None:
        self.asked = asked
        self.plan = plan
        self.source = source


def prepare(invocation: Invocation, name: str, *, for_exec: bool = False) -> Prepared:
    """The plan of the profile that answers to `name`; `for_exec`: with what only one command may get.

    Raises what loading and resolving do.
    """
    return ready(invocation, name) or make(invocation, name, for_exec=for_exec)


def ready(invocation: Invocation, name: str) -> Prepared | None:
    """The plan on disk for exactly this name; None where the profiles have to be read."""
    source = config_status(os.path.join(invocation.config, PROFILES)) if is_profile_name(name) else None
    if source is None:
        return None
    plan = compiled.load(invocation.cache, name, settings(invocation, source))
    return None if plan is None else Prepared(name, plan, source)


def make(invocation: Invocation, name: str, *, consent: bool = True, for_exec: bool = False) -> Prepared:
    """The plan made anew. Without `consent` a person is asked before a protected profile is used.

    Raises what loading and resolving do, RefusedError without a yes.
    """
    from ctx.cli import choose
    from ctx.config import load
    from ctx.resolve import merged

    config, source = load(invocation.config)
    profile = choose.on_terminal(invocation, config, name)
    if merged(config, profile).protect and not consent:
        choose.confirm(invocation, profile.name)
    asked = name if name in config.aliases else profile.name
    return resolved(invocation, config, source, asked, for_exec=for_exec, asked_for=True)


def resolved(
    invocation: Invocation,
    config: Config,
    source: Source,
    name: str,
    *,
    for_exec: bool = False,
    asked_for: bool = False,
) -> Prepared:
    """The plan of the profile that answers to exactly `name` in a loaded `profiles.toml`.

    `asked_for`: a person typed the name, and may be asked to unlock a keyring.

    Raises what resolving does.
    """
    from ctx.plan import make_plan
    from ctx.resolve import resolve

    around = invocation.around(asked_for=asked_for)
    environment = resolve(config, name, around, for_exec=for_exec)
    prepared = Prepared(name, make_plan(environment), source.stat)
    keep(invocation, prepared, None)
    return prepared


def keep(invocation: Invocation, prepared: Prepared, language: Dialect | None) -> None:
    """Put a plain plan on disk, for the shell that asked or with None for ctx, so that it need not be made again."""
    made_from = settings(invocation, prepared.source)
    compiled.store(invocation.cache, prepared.asked, prepared.plan, language, made_from)


def plan_version(invocation: Invocation) -> str:
    """What plans on disk and runtimes of this installation agree on."""
    return compiled.version(__version__, invocation.config, invocation.data)


def settings(invocation: Invocation, source: os.stat_result) -> compiled.Settings:
    """What everything made from `profiles.toml` in this state depends on."""
    return compiled.Settings(plan_version(invocation), invocation.home, source)
