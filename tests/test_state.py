"""A plan and one environment: children, bookkeeping, switching without the hook."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ctx.model import Op, Plan
from ctx.state import applied, bookkeeping, off, own_environment, transition

SAMPLE = Plan(
    "work",
    (
        Op("unset", "GONE"),
        Op("unset", "PRE_*"),
        Op("set", "A", "1"),
        Op("assign", "PATH", "/only"),
        Op("prepend", "PATH", "/second"),
        Op("prepend", "PATH", "/first"),
        Op("append", "MANPATH", "/man"),
    ),
    "",
    plain=True,
)


def test_a_child_gets_the_plan_and_names_but_no_old_values() -> None:
    child = applied(SAMPLE, {"GONE": "old", "PRE_X": "old", "PREY": "kept", "A": "old", "PATH": "/bin"})

    assert child == {
        "PREY": "kept",
        "A": "1",
        "PATH": "/first:/second:/only",
        "MANPATH": "/man",
        "CTX_PROFILE": "work",
        "CTX_STATUS": "active",
        "__CTX_MANUAL": "work",
        "__CTX_BY": "manual",
        "__CTX_SET": "A PATH",
        "__CTX_LISTS": "PATH MANPATH",
        "__CTX_LIST_PATH": "/first:/second",
        "__CTX_LIST_MANPATH": "/man",
    }


def test_what_a_profile_added_is_not_the_users_own() -> None:
    child = applied(SAMPLE, {"PATH": "/bin", "X": "1"})

    assert own_environment(child) == {"PATH": "/only", "X": "1"}


def test_hostile_bookkeeping_takes_nothing_of_value_away() -> None:
    environ = {
        "__CTX_SET": "PWD RANDOM $(x) a;b IFS HOME",
        "__CTX_LISTS": "PATH $(y)",
        "__CTX_LIST_PATH": "/nowhere",
        "PATH": "/bin",
        "HOME": "/h",
        "PWD": "/w",
    }

    assert own_environment(environ) == {"PATH": "/bin", "HOME": "/h", "PWD": "/w"}


def test_off_unsets_and_keeps_what_a_shell_cannot_do_without() -> None:
    change = off(applied(SAMPLE, {"PATH": "/bin"}))

    assert "A" in change.unset
    assert "PATH" not in change.unset
    assert ("PATH", "/only") in change.assign
    assert "MANPATH" in change.unset


def test_switching_takes_the_previous_profile_off() -> None:
    before = applied(SAMPLE, {"PATH": "/bin"})
    change = transition(Plan("next", (Op("set", "B", "2"),), "", plain=True), before)

    assert {"A", "B", "MANPATH", "__CTX_LISTS", "__CTX_LIST_PATH"} <= set(change.unset)
    assert dict(change.assign)["CTX_PROFILE"] == "next"
    assert dict(change.assign)["__CTX_PREVIOUS"] == "work"
    assert "PATH" not in change.undo


names = st.sampled_from(["A", "B", "C", "D", "PATH", "MANPATH"])
texts = st.text("ab/\n'", max_size=4)
ops = st.one_of(
    st.builds(Op, st.just("set"), names, texts),
    st.builds(Op, st.just("unset"), names),
    st.builds(
        Op, st.sampled_from(["prepend", "append"]), st.sampled_from(["PATH", "MANPATH"]), st.text("ab/", min_size=1)
    ),
)


@given(st.lists(ops, max_size=8, unique_by=lambda op: (op.name, op.kind)), st.dictionaries(names, texts))
def test_names_in_the_bookkeeping_are_all_a_child_learns(steps: list[Op], environ: dict[str, str]) -> None:
    plan = Plan("p", tuple(steps), "", plain=True)
    secret = {name: f"old-{value}" for name, value in environ.items()}

    state = bookkeeping(plan, "")

    assert not any("old-" in value for value in state.values())
    assert set(state) <= set(applied(plan, secret))


@given(st.lists(ops, max_size=8, unique_by=lambda op: (op.name, op.kind)), st.dictionaries(names, texts))
def test_taking_off_leaves_no_variable_of_the_profile(steps: list[Op], environ: dict[str, str]) -> None:
    plan = Plan("p", tuple(steps), "", plain=True)
    sets = {op.name for op in steps if op.kind == "set"} - {"PATH"}
    lists = {op.name for op in steps if op.kind in ("prepend", "append")}

    own = own_environment(applied(plan, environ))

    assert not (sets - lists) & set(own)
    assert not any(name.startswith(("CTX_", "__CTX_")) for name in own)
