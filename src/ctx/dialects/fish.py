r"""fish, from 3.6 on.

fish is not POSIX: inside `'…'` it reads `\\` and `\'`, so that a POSIX quoter would let a value end the string
and run commands. Its variables are lists, and those that it knows as path variables are split and joined at `:`.
"""

from __future__ import annotations

from ctx.dialects.base import Dialect
from ctx.errors import CtxError
from ctx.model import (
    ABSENT,
    APPEND,
    ASSIGN,
    BINDING,
    BY,
    DEFAULT,
    DENIED,
    INDEX,
    KEEP,
    PREPEND,
    PRESENT,
    REFUSE,
    SET,
    SOURCE,
    STYLE,
    TEXT,
    UNSET,
    WATCH,
    ListEdit,
    Op,
    Plan,
    Transition,
)

READ_ONLY = frozenset(
    (
        "FISH_VERSION", "PWD", "SHLVL", "_", "argv", "fish_kill_signal", "fish_killring", "fish_pid",
        "fish_terminal_color_theme", "history", "hostname", "pipestatus", "status", "status_generation", "umask", "version",
    )
)  # fmt: skip
"""Variables that fish computes, does not let anybody set, or gives every function anew. Users cannot add to them."""

HEAD = frozenset((STYLE, WATCH, BINDING, BY, SOURCE, TEXT, INDEX, DEFAULT, REFUSE, KEEP, DENIED))
"""Kinds that say something about a plan, at most once."""

MOST = 250
"""Up to so many variables `set -q` can count: an exit status goes to 255."""


class _Escapes:
    """For `str.translate`: what leaves the quotes, and how it is written there."""

    def __getitem__(self, code: int) -> str:
        character = chr(code)
        if character in "\\'":
            return "\\" + character
        if character == "\n":
            return "'\\n'"
        if code < 0x20 or code == 0x7F:
            return f"'\\x{code:02x}'"
        if 0x80 <= code < 0xA0 or 0xDC80 <= code <= 0xDCFF or _is_reserved(code):
            # Each byte as a word piece of its own: fish decodes a run of \X escapes together, and where the run is
            # one of its own markers, fish before 3.6.2 would act on the marker.
            return "".join(f"'\\X{byte:02x}'" for byte in character.encode("utf-8", "surrogateescape"))
        raise LookupError


def _is_reserved(code: int) -> bool:
    """Whether fish gives this code point a meaning of its own.

    U+F600 to U+F6FF stand for undecodable bytes, U+F700 to U+F73F for keys, U+FDD0 to U+FDEF for expansions.
    """
    return 0xF600 <= code < 0xF740 or 0xFDD0 <= code < 0xFDF0


_ESCAPES = _Escapes()


class Fish(Dialect):
    """fish text: `begin … end`, lists, and `and` where POSIX has `&&`."""

    name = "fish"
    suffix = "fish"

    def quote(self, value: str) -> str:
        """`'…'` on one line. Control characters, and what fish would not hand on byte for byte, stand outside as escapes.

        See fish's "Quotes" and "Escaping Characters", https://fishshell.com/docs/current/language.html#quotes
        """
        if "\0" in value:
            raise CtxError("a value holds a NUL character, which no environment can carry")
        if value.isascii() and value.isprintable():
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + value.translate(_ESCAPES) + "'"

    def call(self, plan: Plan) -> str:
        return "\n".join(("begin", *self._statements(plan), "end", ""))

    def compiled(self, plan: Plan, version: str, home: str) -> str:
        guard = f"__ctx_guard {self.quote(version)} {self.quote(home)}"
        return "\nand ".join((f"begin\n{guard}", *self._statements(plan))) + "\nend\n"

    def _statements(self, plan: Plan) -> list[str]:
        """What the plan says, as variables, and the call of the runtime, whose words are read one by one.

        A hundred words of a call take fish 2 ms. What the runtime does not know is left in the call, to be refused there.
        """
        lists: dict[str, list[str]] = {}
        patterns: list[str] = []
        unknown: list[Op] = []
        for op in (*plan.head, *plan.ops):
            if op.kind in (PRESENT, ABSENT):
                lists.setdefault(f"head_{op.kind}", []).append(op.name)
            elif op.kind == WATCH:
                lists[f"head_{op.kind}"] = [op.name, op.value] if op.value else [op.name]
            elif op.kind in HEAD:
                lists[f"head_{op.kind}"] = [op.name, op.value]
            elif op.kind == UNSET and op.name.endswith("*"):
                patterns.append(f"{op.name[:-1]}.*")
            elif op.kind == UNSET:
                lists.setdefault("plan_gone" if op.value else "plan_clears", []).append(op.name)
            elif op.kind in (PREPEND, APPEND):
                lists.setdefault("plan_edits", []).extend(op.triple())
            elif op.kind not in (SET, ASSIGN):
                unknown.append(op)
        given = {op.name: op.value for op in plan.ops if op.kind in (SET, ASSIGN)}
        if given:
            lists["plan_names"], lists["plan_values"] = list(given), list(given.values())
        if patterns:
            lists["plan_patterns"] = ["|".join(patterns)]
        none = 1 + len(given) + len(lists.get("plan_clears", ())) + len(lists.get("plan_gone", ()))
        if plan.profile and none <= MOST:
            lists["plan_counts"] = [str(none), str(len(given))]
        lines = [f"set -g __ctx_{name} {' '.join(map(self.quote, words))}" for name, words in lists.items()]
        call = " ".join(["__ctx_apply", *map(self.quote, (plan.profile, plan.summary, *(op.kind for op in unknown)))])
        return [*lines, call]

    def script(self, transition: Transition) -> str:
        for name in transition.probe:
            if name in READ_ONLY:
                raise CtxError(f"fish does not let anybody set {name}")
        # Erasing what is not there is no failure. Where it succeeds, `set` leaves the status alone: the chain starts at 0.
        unset = " ".join(transition.unset)
        steps = [f"begin; set --erase --global {unset}; builtin true; end" if unset else "builtin true"]
        steps.extend(f"set --global --export {name} {self.quote(value)}" for name, value in transition.assign)
        steps.extend(self._edit(edit) for edit in transition.lists)
        undo = f"        set --erase --global {' '.join(transition.undo)}\n" if transition.undo else ""
        chain = "\n    and ".join(steps)
        return f"begin\n{self._probe(transition)}    {chain}\n    or begin\n{undo}        builtin false\n    end\nend\nend\n"

    def _probe(self, transition: Transition) -> str:
        """Whether everything that is to go can go; ends with the `begin` that the steps stand in.

        fish hands an exported universal variable to every program, whatever a session erases or sets unexported.
        """
        assigned = {name for name, _ in transition.assign}
        hidden = "|".join(name for name in transition.unset if name not in assigned)
        if not hidden:
            return "begin\n"
        return (
            "not set --names --universal --export | string replace --filter --regex"
            f" '^(?:{hidden})$' 'ctx: $0 is a universal variable: nothing was changed' >&2\nand begin\n"
        )

    def _edit(self, edit: ListEdit) -> str:
        # "$NAME" is the list as programs see it, and a path variable splits it again. An empty one must leave no empty
        # entry. `string join` fails where it had one word and so nothing to join.
        words = [self.quote(":".join(edit.prepend))] if edit.prepend else []
        words.append(f'"${edit.name}"')
        words.extend([self.quote(":".join(edit.append))] if edit.append else [])
        return f'set --global --export {edit.name} "$(string join --no-empty : -- {" ".join(words)}; or true)"'

    def failure(self, message: str) -> str:  # noqa: ARG002
        return "false\n"
