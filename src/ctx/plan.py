"""An environment to a plan."""

from __future__ import annotations

from ctx import names, signin
from ctx.families import CLAUDE
from ctx.model import APPEND, ASSIGN, PREPEND, SET, STYLE, UNSET, WATCH, Environment, Op, Plan, Secret
from ctx.visible import visible


def make_plan(environment: Environment) -> Plan:
    """The steps of a resolved profile: what it clears, sorted; what it sets, as written; list edits last."""
    unset = {name for name, variable in environment.variables.items() if variable.value is None}
    watched = _watched(environment)
    ops = [Op(UNSET, name, WATCH if name in watched else "") for name in sorted({*unset, *environment.clears})]
    for name, variable in environment.variables.items():
        if variable.value is not None:
            ops.append(Op(ASSIGN if names.assign_only(name) else SET, name, _text(variable.value)))
    for name, lists in environment.lists.items():
        ops.extend(Op(PREPEND, name, entry) for entry in reversed(lists.prepend))
        ops.extend(Op(APPEND, name, entry) for entry in lists.append)
    plain = environment.plain and not environment.profile.protect
    given = sorted(op.name for op in ops if op.kind in (SET, ASSIGN) and op.name in watched)
    return Plan(
        environment.profile.name,
        tuple(ops),
        summary(environment),
        plain=plain,
        head=(
            Op(STYLE, environment.profile.color, "protected" if environment.profile.protect else ""),
            Op(WATCH, " ".join(given), CLAUDE if CLAUDE in environment.families else ""),
        ),
    )


def _watched(environment: Environment) -> set[str]:
    """Variables that must stay as the plan leaves them for the prompt to be true.

    Patterns are left out: at every prompt a shell would have to search all variables there are. So are lists, to which
    others may add.
    """
    cleared = {name for name, family in environment.clears.items() if family != CLAUDE or signin.watched(name)}
    groups = [members for family, members in environment.families.items() if family != CLAUDE]
    given = {
        name
        for name in environment.variables
        if signin.watched(name) or any(names.matches(member, name) for members in groups for member in members)
    }
    return {name for name in cleared | given if not name.endswith("*") and name not in environment.lists}


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
        return visible(f"{CLAUDE}: only through ctx exec · {signin.paid_by(payer)} there")
    names_shown = [name for name in method.detail if shown.get(name)]
    link = (
        {"CLAUDE_CONFIG_DIR": "in", "AWS_PROFILE": "as", "ANTHROPIC_PROFILE": "as"}.get(names_shown[0], "at")
        if names_shown
        else ""
    )
    label = f"{method.label} {link} {', '.join(shown[name] for name in names_shown)}".rstrip()
    return visible(f"{label} · {signin.paid_by(payer)}")
