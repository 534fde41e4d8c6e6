"""`NAME=value` in `.env` files, as far as the programs that read them agree on what it means."""

from __future__ import annotations

import re

from ctx.cli.adopt_found import Assignment, usage_elsewhere

_LINE = re.compile(r"^[ \t\ufeff]*((?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*([^\r\n]*))", re.MULTILINE)
_QUOTED = re.compile(r"""(?:'([^'\\]*)'|"([^"\\$`]*)")[ \t]*(?:\#.*)?$""")
_BARE = re.compile(r"""[^\s'"\\$`#]+(?=[ \t]*$|[ \t]+\#)""")


def assignments(text: str) -> list[Assignment]:
    """Every assignment, those that are not taken with the reason."""
    found: list[Assignment] = []
    until = 0
    for match in _LINE.finditer(text):
        if match.start() < until:
            # It is a line of the value before.
            continue
        written = match[3].rstrip()
        span = (match.start(1), match.start(3) + len(written))
        if written[:1] in ("'", '"', "`") and written.count(written[0]) == 1:
            closing = text.find(written[0], span[1])
            until = len(text) if closing < 0 else closing
            span = (span[0], until + 1 if closing >= 0 else until)
        found.append(_assignment(match[2], written, span, text))
    return found


def _assignment(variable: str, written: str, span: tuple[int, int], text: str) -> Assignment:
    quoted = _QUOTED.match(written)
    bare = _BARE.match(written)
    line = usage_elsewhere(text, variable, *span, ("$", "${"))
    if quoted is None and bare is None and written:
        reason = "the value means different things to different programs"
    elif line:
        reason = f"line {line} refers to it"
    else:
        value = (quoted[1] if quoted[1] is not None else quoted[2]) if quoted else bare[0] if bare else ""
        return Assignment(variable, value, span, text)
    return Assignment(variable, None, span, text, reason)
