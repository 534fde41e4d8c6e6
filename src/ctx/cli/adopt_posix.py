"""Assignments in the start-up files of bash, zsh and sh.

The text is cut into commands as those shells do it, far enough to know that a line is a command of its own, outside every
block, and that its value is written out. Where that fails, nothing of the file is taken.
"""

from __future__ import annotations

from ctx.cli.adopt_found import Assignment, usage_elsewhere, whole_line
from ctx.cli.adopt_shell_reader import Command, NotUnderstoodError, Reader
from ctx.names import is_variable_name

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+./:@%,=")
"""What means itself without quotes, at any place of a value, in all of these shells."""

_SIGILS = ("$", "${", "${#", "${!", "${=", "${~", "${^", "${(P)")


def assignments(text: str) -> list[Assignment]:
    """Every `NAME=value` and `export NAME=value`, those that are not taken with the reason."""
    try:
        commands = Reader(text).commands()
    except NotUnderstoodError:
        return _all_refused(text)
    found = (_assignment(command, text) for command in commands)
    return [assignment for assignment in found if assignment is not None]


def _all_refused(text: str) -> list[Assignment]:
    import re

    pattern = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=.*$", re.MULTILINE)
    reason = "ctx does not understand how this file goes on"
    return [Assignment(match[1], None, match.span(), text, reason) for match in pattern.finditer(text)]


def _assignment(command: Command, text: str) -> Assignment | None:
    words = command.words
    exports = words[0][0] in ("export", "typeset", "declare", "local", "readonly")
    at = next((at for at, (raw, _) in enumerate(words) if _variable(raw)), None)
    if at is None or (at and not exports):
        return None
    name, _, written = words[at][0].partition("=")
    variable = name.removesuffix("+")
    span = (command.start, command.end)
    value = literal(written) if name == variable else None
    line = usage_elsewhere(text, variable, *span, _SIGILS)
    if command.depth:
        reason = "it stands inside a block or function"
    elif command.joined or not command.plain:
        reason = "it is part of a longer command"
    elif len(words) != at + 1 or at > 1 or (at == 1 and words[0][0] != "export"):
        reason = "the line does more than set it"
    elif value is None:
        reason = "the value is not written out plainly"
    elif line:
        reason = f"line {line} refers to it"
    elif whole_line(text, *span) is None:
        reason = "it shares its line with other commands"
    else:
        return Assignment(variable, value, span, text)
    return Assignment(variable, None, span, text, reason)


def _variable(raw: str) -> str:
    name, equals, _ = raw.partition("=")
    return name if equals and is_variable_name(name.removesuffix("+")) else ""


def literal(written: str) -> str | None:
    """The value that a word has by itself, None where a shell would work it out."""
    if written.startswith("=") or ":=" in written:
        # zsh takes =NAME for the path of a command.
        return None
    pieces: list[str] = []
    at = 0
    quoted = False
    while at < len(written):
        char = written[at]
        if char == "'":
            end = written.index("'", at + 1)
            if quoted:
                # zsh may take '' inside quotes for one quote (rcquotes).
                return None
            pieces.append(written[at + 1 : end])
            quoted, at = True, end + 1
            continue
        quoted = False
        if char == '"':
            inner, at = _double_quoted(written, at + 1)
            if inner is None:
                return None
            pieces.append(inner)
        elif char in _PLAIN:
            pieces.append(char)
            at += 1
        else:
            return None
    return "".join(pieces)


def _double_quoted(written: str, at: int) -> tuple[str | None, int]:
    pieces: list[str] = []
    while written[at] != '"':
        char = written[at]
        if char in "$`":
            return None, at
        if char == "\\":
            at += 1
            char = written[at] if written[at] in '"\\$`' else "" if written[at] == "\n" else f"\\{written[at]}"
        pieces.append(char)
        at += 1
    return "".join(pieces), at + 1
