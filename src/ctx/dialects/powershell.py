"""PowerShell 7, and Windows PowerShell 5.1 by its grammar.

Everything written is one line of printable ASCII. The text travels through `Out-String | Invoke-Expression`, which
splits lines, loses carriage returns and depends on the console's encoding: one ASCII line is the same in all of them.
"""

from __future__ import annotations

from ctx.dialects.base import Dialect
from ctx.errors import CtxError
from ctx.model import UNSET, WATCH, ListEdit, Op, Plan, Transition
from ctx.names import is_variable_name, is_windows_variable_name

HIDDEN = "[Diagnostics.DebuggerHidden()]param()"
"""Keeps a script block out of `Set-PSDebug -Trace`, which would print every value in it."""

LONGEST_SUM = 64
"""Beyond this many pieces a list of numbers takes the place of the sum, which the engine reads recursively."""


class PowerShell(Dialect):
    """PowerShell's own language; nothing here depends on an alias, a cmdlet or a preference of the user's."""

    name = "pwsh"
    suffix = "ps1"

    def quote(self, value: str) -> str:
        """`'…'` with `'` doubled, and `[char]0x…` for what is not printable ASCII, in one pair of parentheses.

        The grammar ends a `'…'` string at any of five quotes: U+0027, U+2018, U+2019, U+201A and U+201B
        (PowerShell specification, 2.3.5.2). Doubling keeps the first; the others are not ASCII and never stand bare.
        """
        if "\0" in value:
            raise CtxError("a value holds a NUL character, which no environment can carry")
        try:
            units = value.encode("utf-16-be")
        except UnicodeEncodeError:
            raise CtxError(
                "a value is not valid UTF-8, and PowerShell cannot hold it: it keeps text, not bytes",
                fix="write the value as UTF-8, or use this profile in bash, zsh or fish",
            ) from None
        if value.isascii() and value.isprintable():
            return _literal(value)
        pieces: list[str] = []
        run = ""
        for high, low in zip(units[::2], units[1::2], strict=True):
            if not high and 0x20 <= low < 0x7F:
                run += chr(low)
                continue
            # A first piece that is a string makes every `+` join text: two `[char]` alone would not.
            if run or not pieces:
                pieces.append(_literal(run))
                run = ""
            pieces.append(f"[char]0x{high << 8 | low:04X}")
        if run:
            pieces.append(_literal(run))
        if len(pieces) > LONGEST_SUM:
            numbers = ",".join(f"0x{high << 8 | low:04X}" for high, low in zip(units[::2], units[1::2], strict=True))
            return f"(-join[char[]]({numbers}))"
        return f"({'+'.join(pieces)})"

    def call(self, plan: Plan) -> str:
        return f"& {{ {HIDDEN} {self._apply(plan)} }}\n"

    def compiled(self, plan: Plan, version: str, home: str) -> str:
        guard = f"__ctx_guard {self.quote(version)} {self.quote(home)}"
        return f"& {{ {HIDDEN} if ({guard}) {{ {self._apply(plan)} }} }}\n"

    def _apply(self, plan: Plan) -> str:
        exact = [op for op in plan.ops if op.kind == UNSET and not op.name.endswith("*")]
        others = [op for op in plan.ops if op.kind != UNSET or op.name.endswith("*")]
        # The engine reads a few long words faster than a hundred triples.
        groups = ((mark, " ".join(op.name for op in exact if op.value == mark)) for mark in ("", WATCH))
        ops = (*(Op(UNSET, listed, mark) for mark, listed in groups if listed), *others)
        joined = Plan(plan.profile, ops, plan.summary, plain=plan.plain, head=plan.head)
        (profile, summary), *steps = self.words(joined)
        triples = ",".join(f"'{kind}',{name},{value}" for kind, name, value in steps)
        return f"__ctx_apply {profile} {summary} @({triples})"

    def script(self, transition: Transition) -> str:
        steps = [f"{_variable(name)} = $null" for name in transition.unset]
        for name, value in transition.assign:
            steps.append(f"{_variable(name)} = {self.quote(value)}")
            if not value:
                steps.append(self._say_if_missing(name))
        steps.extend(self._edit(edit) for edit in transition.lists)
        undo = "".join(f"{_variable(name)} = $null; " for name in transition.undo)
        body = "; ".join(steps)
        return f"& {{ $ErrorActionPreference = 'Stop'; try {{ {body} }} catch {{ {undo}throw }} }}\n"

    def _say_if_missing(self, name: str) -> str:
        # Before 7.5 an empty value removes the variable, and the engine has no other way to set one.
        message = self.quote(f"ctx: this PowerShell cannot hold an empty value (7.5 and later can): {name} is not set")
        return f"if ($null -eq {_variable(name)}) {{ [Console]::Error.WriteLine({message}) }}"

    def _edit(self, edit: ListEdit) -> str:
        variable = _variable(edit.name)
        front = "".join(f"{self.quote(entry)}; " for entry in edit.prepend)
        back = "".join(f"; {self.quote(entry)}" for entry in edit.append)
        # An empty variable gives no entry: an empty one in PATH would mean the working directory.
        middle = f"if ({variable}) {{ {variable} }}"
        return f"{variable} = @({front}{middle}{back}) -join [IO.Path]::PathSeparator"

    def failure(self, message: str) -> str:
        text = message.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        return f"throw {self.quote(text)}\n"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _variable(name: str) -> str:
    """`$env:NAME`, in braces where the name holds more than letters, digits and `_` (`ProgramFiles(x86)`)."""
    if is_variable_name(name):
        return f"$env:{name}"
    if not is_windows_variable_name(name):
        raise CtxError(f"{name!r} cannot be written as the name of a variable in PowerShell")
    return f"${{env:{name}}}"
