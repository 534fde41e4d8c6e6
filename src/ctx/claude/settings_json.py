"""Reading the client's JSON files: bounded, never waiting, and with the line of every key that matters."""

from __future__ import annotations

import os

from ctx.claude.foreign import read
from ctx.errors import ConfigError


class UnusableError(Exception):
    """A file that is there and cannot be used; the text says why, without the path."""


def read_object(path: str, limit: int) -> tuple[dict[str, object], str]:
    """The JSON object in a file of at most `limit` bytes, and its text.

    Raises FileNotFoundError where there is no file, UnusableError for everything else. What the file holds is never part
    of the message.
    """
    try:
        text = read(path, limit)
    except ConfigError as error:
        if not os.path.isdir(os.path.dirname(path)):
            raise FileNotFoundError(path) from None
        line = error.where.removeprefix(path)
        raise UnusableError(f"{error.what}{f' in line {line[1:]}' if line else ''}") from None
    except ValueError:
        # A NUL in the path, which a variable of a settings file can hold.
        raise UnusableError("has a path that no file can have") from None
    return parsed(text), text


def parsed(text: str) -> dict[str, object]:
    """The object that a JSON text is.

    Raises UnusableError. Of two equal keys the last counts, as for the client.
    """
    import json

    try:
        content = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise UnusableError(f"is not JSON: line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise UnusableError("is nested too deeply") from None
    except ValueError as error:
        raise UnusableError(f"is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise UnusableError(f"holds {kind(content)}, not an object")
    return content


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number there")


def kind(content: object) -> str:
    """What a JSON value is, for people."""
    if content is None:
        return "null"
    if isinstance(content, bool):
        return "true or false"
    if isinstance(content, (int, float)):
        return "a number"
    if isinstance(content, str):
        return "text"
    return "a list" if isinstance(content, list) else "an object"


def key_lines(text: str, inside: str) -> tuple[dict[str, int], dict[str, int]]:
    """The lines of the keys of a valid JSON object: those at its top, and those of the object under the key `inside`."""
    import json
    import re

    top: dict[str, int] = {}
    below: dict[str, int] = {}
    depth, above, line, at = 0, "", 1, 0
    for token in re.finditer(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}\[\]]', text):
        mark = text[token.start()]
        if mark in "}]":
            depth -= 1
        elif mark in "{[":
            depth += 1
            if depth == 2 and above == inside:
                # Of two equal keys the last counts.
                below = {}
        elif token.group(2) and (depth == 1 or (depth == 2 and above == inside)):
            line += text.count("\n", at, token.start())
            at = token.start()
            key = json.loads(token.group(1))
            if depth == 1:
                above = key
            (top if depth == 1 else below)[key] = line
    return top, below


def well_formed(text: str) -> str:
    """The text without half characters, which JSON can write and no environment can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
