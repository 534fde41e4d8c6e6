"""An environment to a plan."""

from __future__ import annotations

from ctx import names, signin
from ctx.model import APPEND, ASSIGN, PREPEND, SET, UNSET, Environment, Op, Plan, Secret
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
    return Plan(environment.profile.name, tuple(ops), summary(environment), plain=plain)


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
    names_shown = [name for name in method.detail if shown.get(name)]
    link = (
        {"CLAUDE_CONFIG_DIR": "in", "AWS_PROFILE": "as", "ANTHROPIC_PROFILE": "as"}.get(names_shown[0], "at")
        if names_shown
        else ""
    )
    label = f"{method.label} {link} {', '.join(shown[name] for name in names_shown)}".rstrip()
    payer = environment.profile.payer or method.pays
    return visible(f"{label} · {payer} pays")
