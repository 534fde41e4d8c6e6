"""What looking for credentials in files comes upon. Each syntax has a parser of its own, `adopt_posix.py` and so on.

A parser gives every assignment that it sees; here those are picked that hold a credential. What it does not understand to
the last character it leaves alone, and says why.
"""

from __future__ import annotations

from ctx import signin
from ctx.signin_shapes import shape_of

_SWITCHES = frozenset(("true", "false", "yes", "no", "on", "off", "none", "null"))


class Assignment:
    """A variable that a file sets.

    `value` is None where `reason` says why the line is not to be touched. `start` and `end` are where the statement
    stands in the text, `line` is its first line, from 1.
    """

    __slots__ = ("end", "line", "reason", "start", "value", "variable")

    def __init__(self, variable: str, value: str | None, span: tuple[int, int], text: str, reason: str = "") -> None:
        self.variable = variable
        self.value = value
        self.start, self.end = span
        self.line = text.count("\n", 0, self.start) + 1
        self.reason = reason

    def is_credential(self, text: str) -> bool:
        """Whether it holds one, by its name or by its value. `text` is that of the file."""
        if self.value is None:
            written = text[self.start : self.end]
            return signin.looks_secret(self.variable) or signin.value_looks_secret(written)
        if not self.value.strip() or self.value.lower() in _SWITCHES or _is_small_number(self.value):
            return False
        if signin.value_looks_secret(self.value):
            return True
        return signin.looks_secret(self.variable) and not _is_path(self.value)


def _is_small_number(value: str) -> bool:
    return len(value) < 6 and value.isdigit()


def _is_path(value: str) -> bool:
    """A key's place is no key: `SSH_KEY=/home/ada/.ssh/id`."""
    return value.startswith(("/", "~/", "./", "../", "$")) or value[1:3] in (":\\", ":/")


def described(value: str) -> str:
    """What may be shown of a value: what it is, and how long."""
    shape = shape_of(value)
    kind = shape.kind if shape else "value"
    return f"{kind}, {len(value)} character{'s' if len(value) != 1 else ''}"


def whole_line(text: str, start: int, end: int, comment: str = "#") -> tuple[int, int] | None:
    """The lines that a statement from `start` to `end` fills, line break included; None where it shares them.

    A `;` and a comment behind it belong to it.
    """
    first = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop + 1
    before = text[first:start].removeprefix("\ufeff" if first == 0 else "")
    behind = text[end:stop].strip().removeprefix(";").lstrip()
    if before.strip(" \t") or (behind and not behind.startswith(comment)):
        return None
    # A byte order mark stays.
    return start - len(before), stop


def usage_elsewhere(text: str, variable: str, start: int, end: int, sigils: tuple[str, ...]) -> int:
    """The line in which the rest of the text refers to the variable, 0 for none."""
    import re

    beginning = "|".join(map(re.escape, sigils))
    for match in re.finditer(rf"(?:{beginning}){re.escape(variable)}(?![A-Za-z0-9_])", text, re.IGNORECASE):
        if not start <= match.start() < end:
            return text.count("\n", 0, match.start()) + 1
    return 0
