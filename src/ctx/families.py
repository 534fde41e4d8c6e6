"""Exclusive families: what a profile that signs in one way clears, and what a project may not put beside a credential."""

from __future__ import annotations

from ctx import names, signin
from ctx.errors import ConfigError
from ctx.model import Config, Profile, SecretRef, Template, Unset, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

CLAUDE = "claude"
"""The built-in family: every variable that takes part in Claude Code's sign-in."""


def concerned(config: Config, profile: Profile, auth: str | None) -> dict[str, tuple[str, ...]]:
    """The families that a merged profile takes part in, with their members (names, or patterns ending in `*`).

    The built-in family is concerned where the profile has a method (`auth`) or sets a decider; a group of the user's
    where the profile sets a member.
    """
    given = [key for key, value in profile.env.items() if not isinstance(value, Unset)]
    found: dict[str, tuple[str, ...]] = {}
    if auth is not None or any(signin.is_decider(name) for name in given):
        found[CLAUDE] = signin.members(auth)
    for group, members in config.groups.items():
        if any(names.matches(member, name) for member in members for name in given):
            found[group] = members
    return found


def clears(families: dict[str, tuple[str, ...]], variables: Iterable[str]) -> dict[str, str]:
    """What is taken away for these families: name or pattern, and the family. What the profile sets itself is not."""
    found: dict[str, str] = {}
    given = set(variables)
    for family, members in families.items():
        for member in members:
            if member not in given:
                found.setdefault(member, family)
    return found


def withheld(families: dict[str, tuple[str, ...]], profile: Profile) -> tuple[tuple[str, ...], set[str]]:
    """What a shell does not get because it is for `ctx exec` only: families or variables, and all their variables.

    A family with one such member is left out as a whole: an address without its token would send another credential there.
    """
    found: dict[str, None] = {}
    variables: set[str] = set()
    for key in [key for key, value in profile.env.items() if value.exec_only]:
        mine = [family for family, members in families.items() if any(names.matches(m, key) for m in members)]
        found.update(dict.fromkeys(mine or [key]))
        variables.add(key)
        for family in mine:
            variables |= {name for name in profile.env if any(names.matches(m, name) for m in families[family])}
    return tuple(found), variables


def check_project(config: Config, base: Profile | None, content: Profile, auth: str | None) -> None:
    """Refuse a project's `content` that would pair a credential of the user's with a host of the project's choice.

    Only profiles.toml may do that. `base` is the merged profile the project names, `auth` its method. Where that profile
    signs in, or the project refers to a secret, the project may set neither what decides the sign-in nor what redirects
    traffic. Raises ConfigError naming the variable.
    """
    mine = set(concerned(config, base, auth)) if base else set()
    whose = f"profile {base.name!r} signs in by" if base else ""
    secrets = {key for key, value in content.env.items() if isinstance(value, (SecretRef, Template))}
    theirs = {family for family in (CLAUDE, *config.groups) if any(_belongs(config, family, key) for key in secrets)}
    for key, value in content.env.items():
        families = {family for family in mine | theirs if _belongs(config, family, key)}
        if families & mine:
            raise _refused(value, key, f"{whose} the family {min(families & mine)!r}, which it belongs to")
        if families and key not in secrets:
            raise _refused(value, key, "a secret of the same family is given to this project")
        if (mine or secrets) and names.danger(key) == names.REDIRECTS_TRAFFIC:
            reason = f"{whose} a credential" if mine else "a secret is given to this project"
            raise _refused(value, key, f"it redirects traffic, and {reason}")


def _belongs(config: Config, family: str, name: str) -> bool:
    if family == CLAUDE:
        return signin.watched(name)
    return any(names.matches(member, name) for member in config.groups[family])


def _refused(value: Value, name: str, reason: str) -> ConfigError:
    return ConfigError(
        f"a project's file may not touch {name}: {reason}",
        where=str(value.origin),
        fix="only profiles.toml pairs a credential with a host: move both into a profile there, and name that here",
    )
