"""`$env:NAME = '…'` in PowerShell's profile files."""

from __future__ import annotations

import re

from ctx.cli.adopt_found import Assignment, usage_elsewhere, whole_line

_TOKEN = re.compile(
    r"<#.*?#>"
    r"|@'[ \t]*\r?\n.*?\n'@|@\"[ \t]*\r?\n.*?\n\"@"
    r"|'(?:[^']|'')*'|\"(?:[^\"`]|`.|\"\")*\""
    r"|(?<![^\s;{}()|])\#[^\n]*|`.|[{}()\[\]]",
    re.DOTALL,
)
_ASSIGNMENT = re.compile(
    r"^[ \t\ufeff]*(\$(?:\{env:([A-Za-z_]\w*)\}|env:([A-Za-z_]\w*))[ \t]*(\+?=)[ \t]*([^\r\n]*))",
    re.MULTILINE | re.IGNORECASE,
)
_SINGLE = re.compile(r"'((?:[^']|'')*)'(?=\s*(?:;|#|$))")
_DOUBLE = re.compile(r'"((?:[^"`$]|"")*)"(?=\s*(?:;|#|$))')
_CURLY = frozenset("\u2018\u2019\u201a\u201b\u201c\u201d\u201e")
"""Quotes to PowerShell, letters to most other programs."""


def assignments(text: str) -> list[Assignment]:
    """Every assignment to the environment at the beginning of a line, those that are not taken with the reason."""
    nesting = _Nesting(text)
    found = []
    for match in _ASSIGNMENT.finditer(text):
        depth = nesting.depth(match.start(1))
        if depth is not None:
            found.append(_assignment(match, text, depth))
    return found


def _assignment(match: re.Match[str], text: str, depth: int) -> Assignment:
    variable = match[2] or match[3]
    written = match[5]
    plain = _SINGLE.match(written) or _DOUBLE.match(written)
    start = match.start(1)
    end = match.start(5) + (plain.end() if plain else len(written.rstrip()))
    line = usage_elsewhere(text, variable, start, end, ("$env:", "${env:"))
    before = text[:start].rstrip(" \t\r\n\ufeff")
    if depth:
        reason = "it stands inside a block"
    elif before.endswith(("`", "|", ",", "=", "+", "&", "-and", "-or")):
        reason = "it is part of a longer command"
    elif plain is None or match[4] != "=" or _CURLY.intersection(written):
        reason = "the value is not written out plainly"
    elif line:
        reason = f"line {line} refers to it"
    elif whole_line(text, start, end) is None:
        reason = "it shares its line with other commands"
    else:
        quote = written[0]
        return Assignment(variable, plain[1].replace(quote * 2, quote), (start, end), text)
    return Assignment(variable, None, (start, end), text, reason)


class _Nesting:
    """Where in a text a statement can begin: how deep in brackets, and not inside a string or comment."""

    def __init__(self, text: str) -> None:
        self._spans: list[tuple[int, int]] = []
        self._steps: list[tuple[int, int]] = []
        for token in _TOKEN.finditer(text):
            if token[0] in "{([":
                self._steps.append((token.start(), 1))
            elif token[0] in "})]":
                self._steps.append((token.start(), -1))
            else:
                self._spans.append(token.span())

    def depth(self, at: int) -> int | None:
        """How many brackets are open there, None inside a string or comment."""
        if any(start < at < end for start, end in self._spans):
            return None
        return sum(step for place, step in self._steps if place < at)
