"""`set -gx NAME value` in fish's start-up files."""

from __future__ import annotations

import re

from ctx.cli.adopt_found import Assignment, usage_elsewhere, whole_line
from ctx.names import is_variable_name

_BLOCKS = ("begin", "if", "for", "while", "switch", "function")
_PREFIXES = ("and", "or", "not", "!", "builtin", "command", "else")
_ROUGHLY = re.compile(r"^[ \t]*set[ \t]+-\S*[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t].*$", re.MULTILINE)
_ENDS_WORD = " \t\n;&|<>"
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+./:@%,=")


class _NotUnderstoodError(Exception):
    """A quote or parenthesis that does not end."""


def assignments(text: str) -> list[Assignment]:
    """Every `set` that exports, those that are not taken with the reason."""
    found: list[Assignment] = []
    depth = 0
    try:
        for words, joined in _commands(text):
            head = words[0][0]
            depth += _opened(words) - (head == "end")
            if head == "set" or (head in _PREFIXES and len(words) > 1 and words[1][0] == "set"):
                found += _set(words, text, depth=depth, joined=joined or head != "set")
    except _NotUnderstoodError:
        reason = "ctx does not understand how this file goes on"
        return [Assignment(match[1], None, match.span(), text, reason) for match in _ROUGHLY.finditer(text)]
    return found


def _opened(words: list[tuple[str, int, int]]) -> int:
    """How many blocks a command opens: `if not begin` opens two, `else if` goes on with one."""
    opened = 0
    for word, _, _ in words:
        opened += word in _BLOCKS
        if word not in ("and", "or", "not", "!", "time", "if", "while"):
            break
    return opened


def _set(words: list[tuple[str, int, int]], text: str, *, depth: int, joined: bool) -> list[Assignment]:
    at = next(at for at, word in enumerate(words) if word[0] == "set")
    arguments = words[at + 1 :]
    count = next((at for at, word in enumerate(arguments) if not word[0].startswith("-")), len(arguments))
    flags, plain = [word[0] for word in arguments[:count]], arguments[count:]
    letters = "".join(flag[1:] for flag in flags if not flag.startswith("--"))
    if len(plain) < 2 or ("x" not in letters and "--export" not in flags):
        return []
    variable = plain[0][0]
    if not is_variable_name(variable):
        return []
    span = (words[0][1], words[-1][2])
    value = literal(plain[1][0])
    line = usage_elsewhere(text, variable, *span, ("$", "{$"))
    known = all(flag in ("-g", "-x", "-gx", "-xg", "--global", "--export") for flag in flags)
    if depth:
        reason = "it stands inside a block or function"
    elif "U" in letters or "--universal" in flags:
        reason = f"it is universal: fish keeps it elsewhere too, until set -Ue {variable}"
    elif joined or not known:
        reason = "the line does more than set it"
    elif len(plain) != 2:
        reason = "it is a list"
    elif value is None:
        reason = "the value is not written out plainly"
    elif line:
        reason = f"line {line} refers to it"
    elif whole_line(text, *span) is None:
        reason = "it shares its line with other commands"
    else:
        return [Assignment(variable, value, span, text)]
    return [Assignment(variable, None, span, text, reason)]


def literal(written: str) -> str | None:
    """The value that a word has by itself, None where fish would work it out."""
    pieces: list[str] = []
    at = 0
    while at < len(written):
        char = written[at]
        at += 1
        if char in "'\"":
            while written[at] != char:
                inner = written[at]
                if char == '"' and inner in "$(":
                    return None
                if inner == "\\" and written[at + 1] in (char, "\\", *("$\n" if char == '"' else "")):
                    at += 1
                    inner = "" if written[at] == "\n" else written[at]
                pieces.append(inner)
                at += 1
            at += 1
        elif char in _PLAIN:
            pieces.append(char)
        else:
            return None
    return "".join(pieces)


def _commands(text: str) -> list[tuple[list[tuple[str, int, int]], bool]]:
    """Commands as words with their places, and whether each goes on with the one before. Raises _NotUnderstoodError."""
    found: list[tuple[list[tuple[str, int, int]], bool]] = []
    words: list[tuple[str, int, int]] = []
    at, joined = 0, False

    def end() -> None:
        nonlocal words
        if words:
            found.append((words, joined))
        words = []

    while at < len(text):
        char = text[at]
        if char in " \t\r\ufeff":
            at += 1
        elif text[at : at + 2] == "\\\n":
            at += 2
        elif char == "#":
            line_end = text.find("\n", at)
            at = len(text) if line_end < 0 else line_end
        elif char in "\n;&|<>":
            end()
            joined = char in "&|<>"
            at += 1
        else:
            stop = _word_end(text, at)
            words.append((text[at:stop], at, stop))
            at = stop
    end()
    return found


def _word_end(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 2
            continue
        if char in "'\"":
            at += 1
            while at < len(text) and text[at] != char:
                at += 2 if text[at] == "\\" else 1
            if at >= len(text):
                raise _NotUnderstoodError
        depth += (char == "(") - (char == ")")
        if (char in _ENDS_WORD or char == "\r") and depth <= 0:
            return at
        at += 1
    if depth > 0:
        raise _NotUnderstoodError
    return len(text)
