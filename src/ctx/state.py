"""A plan and one environment: what is active there, and what a switch changes."""

from __future__ import annotations

import os

from ctx import names
from ctx.model import APPEND, ASSIGN, PREPEND, SET, UNSET, ListEdit, Plan, Transition

PREVIOUS = "__CTX_PREVIOUS"
MANUAL = "__CTX_MANUAL"
BY = "__CTX_BY"
BINDING = "__CTX_BINDING"
PIN = "__CTX_PIN"
STATE = ("CTX_PROFILE", "CTX_STATUS", "__CTX_SET", "__CTX_LISTS", PREVIOUS, MANUAL, BY, BINDING, PIN)

NO_PROFILE = "-"
"""A manual choice of none: what `ctx off` leaves behind. No profile can have this name."""

BY_HAND = "manual"
BY_DIRECTORY = "directory"
BY_DEFAULT = "default"
LIST_PREFIX = "__CTX_LIST_"
ESSENTIAL = frozenset(("PATH", "HOME"))
"""Never unset where the old value is not known: a shell without them is of no use to anybody."""


def own_environment(environ: dict[str, str]) -> dict[str, str]:
    """The user's environment without what an active profile put there: its variables, list entries, bookkeeping.

    What the profile displaced is not known to a child process, so it stays away.
    """
    result = dict(environ)
    for name in listed(environ, "__CTX_SET"):
        if name not in ESSENTIAL:
            result.pop(name, None)
    for name in listed(environ, "__CTX_LISTS"):
        rest = _without(environ.get(name, ""), environ.get(LIST_PREFIX + name, ""))
        if rest:
            result[name] = rest
        else:
            result.pop(name, None)
    for name in tuple(result):
        if name in STATE or name.startswith(LIST_PREFIX):
            del result[name]
    return result


def listed(environ: dict[str, str], variable: str) -> tuple[str, ...]:
    """Names in a bookkeeping variable. It may come from a hostile parent: only names of variables are taken."""
    words = environ.get(variable, "").split()
    return tuple(word for word in words if names.is_variable_name(word) and not names.protected(word))


def _without(value: str, entries: str) -> str:
    """A list variable's value less one occurrence of each entry."""
    rest = value.split(os.pathsep)
    for entry in entries.split(os.pathsep) if entries else ():
        if entry in rest:
            rest.remove(entry)
    return os.pathsep.join(rest)


def bookkeeping(plan: Plan, previous: str) -> dict[str, str]:
    """What a shell or child with this plan applied exports about it: names and list entries, never a value.

    Shells started from it take the profile for a manual choice: somebody named it.
    """
    state = {"CTX_PROFILE": plan.profile, "CTX_STATUS": "active"}
    state["__CTX_SET"] = " ".join(op.name for op in plan.ops if op.kind in (SET, ASSIGN))
    edits = list_edits(plan)
    state["__CTX_LISTS"] = " ".join(edit.name for edit in edits)
    for edit in edits:
        state[LIST_PREFIX + edit.name] = os.pathsep.join((*edit.prepend, *edit.append))
    state[MANUAL] = plan.profile
    state[BY] = BY_HAND
    state[PREVIOUS] = previous
    return {name: value for name, value in state.items() if value}


def list_edits(plan: Plan) -> tuple[ListEdit, ...]:
    """The plan's list steps, one edit per variable."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for op in plan.ops:
        if op.kind == PREPEND:
            found.setdefault(op.name, ([], []))[0].insert(0, op.value)
        elif op.kind == APPEND:
            found.setdefault(op.name, ([], []))[1].append(op.value)
    return tuple(ListEdit(name, tuple(front), tuple(back)) for name, (front, back) in found.items())


def applied(plan: Plan, environ: dict[str, str]) -> dict[str, str]:
    """`environ` (the user's own) with the plan carried out: the environment of a child process."""
    result = dict(environ)
    for op in plan.ops:
        if op.kind == UNSET:
            for name in _matching(op.name, environ):
                result.pop(name, None)
        elif op.kind in (SET, ASSIGN):
            result[op.name] = op.value
    for edit in list_edits(plan):
        present = (result[edit.name],) if result.get(edit.name) else ()
        result[edit.name] = os.pathsep.join((*edit.prepend, *present, *edit.append))
    result.update(bookkeeping(plan, ""))
    return result


def _matching(pattern: str, environ: dict[str, str]) -> tuple[str, ...]:
    if not pattern.endswith("*"):
        return (pattern,) if pattern in environ else ()
    return tuple(sorted(name for name in environ if names.matches(pattern, name)))


def transition(plan: Plan, environ: dict[str, str], *, pin: bool = False) -> Transition:
    """What a shell without the hook must do to go from `environ`, as it is exported, to the plan.

    `pin`: shells with the hook that are started from it ignore directories.
    """
    leaving = off(environ)
    own = own_environment(environ)
    active = environ.get("CTX_PROFILE", "")
    previous = environ.get(PREVIOUS, "") if active in ("", plan.profile) else active
    state = bookkeeping(plan, previous if names.is_profile_name(previous) else "")
    if pin or environ.get(PIN):
        state[PIN] = "1"
    sets = [op for op in plan.ops if op.kind in (SET, ASSIGN)]
    lists = list_edits(plan)
    unset = {name for op in plan.ops if op.kind == UNSET for name in _matching(op.name, environ)}
    unset |= {op.name for op in sets if op.kind == SET} | set(leaving.unset) - set(state)
    assign = [*leaving.assign, *((op.name, op.value) for op in sets), *state.items()]
    undo = {op.name for op in sets} | {edit.name for edit in lists if edit.name not in own}
    return Transition(_order(unset), tuple(assign), lists, _order((undo - ESSENTIAL) | set(state)))


def exported(plan: Plan, environ: dict[str, str], *, leaving: bool) -> Transition:
    """The plan alone, for a shell that is to know nothing of ctx: its variables and list entries, no bookkeeping.

    What it clears is named whether it exists here or not, for that shell may have what this one has not. `leaving`: that
    shell has this environment, so what the profile active in it set goes first.
    """
    before = off(environ) if leaving else Transition((), (), (), ())
    unset = {op.name for op in plan.ops if op.kind == UNSET and not op.name.endswith("*")}
    unset |= {name for op in plan.ops if op.kind == UNSET for name in _matching(op.name, environ)}
    sets = {op.name: op.value for op in plan.ops if op.kind in (SET, ASSIGN)}
    unset |= set(before.unset) - set(sets)
    return Transition(_order(unset), tuple({**dict(before.assign), **sets}.items()), list_edits(plan), ())


def off(environ: dict[str, str]) -> Transition:
    """What a shell without the hook must do to take the active profile off: unset, for old values are not known."""
    unset = set(listed(environ, "__CTX_SET")) - ESSENTIAL
    unset |= {name for name in environ if name in STATE or name.startswith(LIST_PREFIX)}
    unset = {name for name in unset if names.is_variable_name(name)}
    assign: list[tuple[str, str]] = []
    own = own_environment(environ)
    for name in listed(environ, "__CTX_LISTS"):
        if name in own:
            assign.append((name, own[name]))
        elif name in environ:
            unset.add(name)
    return Transition(_order(unset), tuple(assign), (), ())


def _order(found: set[str]) -> tuple[str, ...]:
    return tuple(sorted(found))
