"""An environment to a plan."""

from __future__ import annotations

from ctx import names, signin
from ctx.families import CLAUDE
from ctx.model import APPEND, ASSIGN, PREPEND, SET, STYLE, UNSET, WATCH, Environment, Op, Plan, Secret
from ctx.visible import visible


def make_plan(environment: Environment) -> Plan:
    """The steps of a resolved profile: what it clears, sorted; what it sets, as written; list edits last."""
    unset = {name for name, variable in environment.variables.items() if variable.value is None}
    ops = [Op(UNSET, name) for name in sorted({*unset, *environment.clears})]
    for name, variable in environment.variables.items():
        if variable.value is not None:
            ops.append(Op(ASSIGN if names.assign_only(name) else SET, name, _text(variable.value)))
    for name, lists in environment.lists.items():
        ops.extend(Op(PREPEND, name, entry) for entry in reversed(lists.prepend))
        ops.extend(Op(APPEND, name, entry) for entry in lists.append)
    plain = environment.plain and not environment.profile.protect
    return Plan(environment.profile.name, tuple(ops), summary(environment), plain=plain, head=_head(environment))


def _head(environment: Environment) -> tuple[Op, ...]:
    """How the prompt shows the profile, and which variables must stay as the plan leaves them for it to be true.

    Patterns are left out: at every prompt a shell would have to search all variables there are.
    """
    profile = environment.profile
    cleared = {name for name, family in environment.clears.items() if family != CLAUDE or signin.watched(name)}
    groups = [members for family, members in environment.families.items() if family != CLAUDE]
    given = {
        name
        for name in environment.variables
        if signin.watched(name) or any(names.matches(member, name) for members in groups for member in members)
    }
    names_watched = sorted(name for name in cleared | given if not name.endswith("*"))
    return (
        Op(STYLE, profile.color, "protected" if profile.protect else ""),
        Op(WATCH, " ".join(names_watched)),
    )


def _text(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def summary(environment: Environment) -> str:
    """Method, account and payer as the one-line message shows them; "" where Claude Code is not concerned."""
    if environment.auth is None:
        return f"{visible(environment.profile.payer)} pays" if environment.profile.payer else ""
    shown = {
        name: variable.value
        for name, variable in environment.variables.items()
        if isinstance(variable.value, str) and signin.is_public(name) and not signin.value_looks_secret(variable.value)
    }
    method = signin.METHODS[environment.auth]
    payer = environment.profile.payer or method.pays
    if CLAUDE in environment.withheld:
        return visible(f"{CLAUDE}: only through ctx exec · {payer} pays there")
    names_shown = [name for name in method.detail if shown.get(name)]
    link = (
        {"CLAUDE_CONFIG_DIR": "in", "AWS_PROFILE": "as", "ANTHROPIC_PROFILE": "as"}.get(names_shown[0], "at")
        if names_shown
        else ""
    )
    label = f"{method.label} {link} {', '.join(shown[name] for name in names_shown)}".rstrip()
    return visible(f"{label} · {payer} pays")
