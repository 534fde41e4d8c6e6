"""Changing a key in JSON text and nothing else in it: indentation, order, line ends, byte order mark.

Small and strict: text that is not one JSON object to its last byte is refused, for the client would not read it either.
"""

from __future__ import annotations

import json
import re

from ctx import signin
from ctx.errors import ConfigError, typed
from ctx.files import decode
from ctx.visible import MASK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn


_BOM = b"\xef\xbb\xbf"
_BLANKS = re.compile(r"[ \t\n\r]*")
_INDENTED = re.compile(r'\n([ \t]+)"')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_DECODER = json.JSONDecoder()


class Member:
    """One member of an object by its places in the text: the blanks before it, key, value, end."""

    __slots__ = ("end", "gap", "key", "key_end", "start", "value")

    def __init__(self, text: str, gap: int) -> None:
        self.gap = gap
        self.start = _skip(text, gap)
        self.key, self.key_end = _DECODER.raw_decode(text, self.start)
        self.value = _skip(text, _skip(text, self.key_end) + 1)
        self.end = _DECODER.raw_decode(text, self.value)[1]


class Document:
    """The text of a JSON file that holds an object; `value` is what it means, `data` its bytes.

    A key is named by its path: `("env", "AWS_REGION")`. A key that an object holds twice on such a path is an error,
    because readers disagree about which of the two counts.
    """

    def __init__(self, data: bytes, path: str) -> None:
        """Raises ConfigError with line and column."""
        self.path = path
        self._bom = _BOM if data.startswith(_BOM) else b""
        self.text = decode(path, data)
        self.value: dict[str, Any] = {}
        self._load()

    def _load(self) -> None:
        try:
            value = json.loads(self.text, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            place = f"{self.path}:{error.lineno}:{error.colno}"
            fix = f"${{EDITOR:-vi}} +{error.lineno} {typed(self.path)}"
            raise ConfigError(f"is not valid JSON: {error.msg}", where=place, fix=fix) from None
        except (ValueError, RecursionError):
            raise self._error("is not valid JSON", f"${{EDITOR:-vi}} {typed(self.path)}") from None
        if not isinstance(value, dict):
            raise self._error("is JSON, but not an object", f"${{EDITOR:-vi}} {typed(self.path)}")
        self.value = value

    def _error(self, what: str, fix: str, line: int = 0) -> ConfigError:
        return ConfigError(what, where=f"{self.path}:{line}" if line else self.path, fix=fix)

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self._bom + self.text.encode()

    def get(self, *keys: str) -> object:
        """The value under a path of keys, None where there is none. Raises ConfigError."""
        found = self._find(keys)
        return _DECODER.raw_decode(self.text, found[-1][1].value)[0] if found else None

    def line(self, *keys: str) -> int:
        """The line of a key, 0 where there is none. Raises ConfigError."""
        found = self._find(keys)
        return self.text.count("\n", 0, found[-1][1].start) + 1 if found else 0

    def put(self, keys: tuple[str, ...], value: object) -> None:
        """Give a key this value, in its old place or behind the last member; objects on the way are made.

        Raises ConfigError where something else than an object is in the way.
        """
        at = _skip(self.text, 0)
        for depth, key in enumerate(keys):
            member = self._member(at, key)
            rest = keys[depth + 1 :]
            if member is None:
                for name in reversed(rest):
                    value = {name: value}
                self._insert(at, key, value)
                return
            if not rest:
                shown = self._written(value, self._indentation(member.start), lines="\n" in self.text)
                self._replace(member.value, member.end, shown)
            elif self.text[member.value] != "{":
                line = self.text.count("\n", 0, member.start) + 1
                raise self._error(f"{key} is not an object", f"${{EDITOR:-vi}} +{line} {typed(self.path)}", line)
            at = member.value

    def remove(self, keys: tuple[str, ...]) -> bool:
        """Take a key away, with the objects above it that hold nothing else then; whether it was there.

        Raises ConfigError.
        """
        found = self._find(keys)
        if not found:
            return False
        while len(found) > 1 and len(self._members(found[-1][0])) == 1:
            found.pop()
        at, member = found[-1]
        starts = self._members(at)
        index = [other.start for other in starts].index(member.start)
        if len(starts) == 1:
            self._replace(at + 1, self._end(at) - 1, "")
        elif index + 1 < len(starts):
            self._replace(member.start, starts[index + 1].start, "")
        else:
            self._replace(starts[index - 1].end, member.end, "")
        return True

    def _find(self, keys: tuple[str, ...]) -> list[tuple[int, Member]]:
        """For each key the place of its object, and the member; empty where one is missing."""
        found = []
        at = _skip(self.text, 0)
        for key in keys:
            member = self._member(at, key) if self.text[at] == "{" else None
            if member is None:
                return []
            found.append((at, member))
            at = member.value
        return found

    def _members(self, at: int) -> list[Member]:
        """The members of the object that begins at `at`, in order."""
        found: list[Member] = []
        gap = at + 1
        while self.text[_skip(self.text, gap)] != "}":
            found.append(Member(self.text, gap))
            gap = _skip(self.text, found[-1].end)
            if self.text[gap] == "}":
                break
            gap += 1
        return found

    def _member(self, at: int, key: str) -> Member | None:
        found = [member for member in self._members(at) if member.key == key]
        if len(found) > 1:
            line = self.text.count("\n", 0, found[1].start) + 1
            fix = f"${{EDITOR:-vi}} +{line} {typed(self.path)}: keep one of the two"
            raise self._error(f"{key} is there twice", fix, line)
        return found[0] if found else None

    def _end(self, at: int) -> int:
        return int(_DECODER.raw_decode(self.text, at)[1])

    def _insert(self, at: int, key: str, value: object) -> None:
        """Put a member at the end of the object at `at`, laid out as the one before it."""
        members = self._members(at)
        name = json.dumps(key, ensure_ascii=False)
        if members:
            last = members[-1]
            gap, colon = self.text[last.gap : last.start], self.text[last.key_end : last.value]
            if len(members) == 1 and "\n" not in gap:
                gap = " " if colon.endswith(" ") else ""
            colon = ": " if "\n" in colon else colon
            lines = "\n" in gap
            shown = self._written(value, gap.rpartition("\n")[2] if lines else "", lines=lines)
            self._replace(last.end, last.end, f",{gap}{name}{colon}{shown}")
            return
        start, end = at + 1, self._end(at) - 1
        if self.text.strip() != "{}" and "\n" not in self.text.strip():
            self._replace(start, end, f"{name}: {self._written(value, '', lines=False)}")
            return
        outer = self._indentation(at)
        inner = outer + self._unit()
        line = self._line_end()
        self._replace(start, end, f"{line}{inner}{name}: {self._written(value, inner, lines=True)}{line}{outer}")

    def _written(self, value: object, indentation: str, *, lines: bool) -> str:
        if not lines:
            return json.dumps(value, ensure_ascii=False)
        text = json.dumps(value, ensure_ascii=False, indent=self._unit())
        return text.replace("\n", self._line_end() + indentation)

    def _indentation(self, at: int) -> str:
        """The blanks that the line around a place begins with."""
        line = self.text[self.text.rfind("\n", 0, at) + 1 :]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def _unit(self) -> str:
        found = _INDENTED.search(self.text)
        return found[1] if found else "  "

    def _line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _replace(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]
        self._load()


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def masked(text: str, values: Iterable[str] = ()) -> str:
    """JSON text in which every string that is a credential, by its key or its look, or is one of `values`, reads `***`."""
    given = {value for value in values if value}
    pieces: list[str] = []
    key, last = "", 0
    for found in _STRING.finditer(text):
        pieces.append(text[last : found.start()])
        last = found.end()
        string = json.loads(found[0])
        is_key = text[_skip(text, last) : _skip(text, last) + 1] == ":"
        hidden = not is_key and string and (signin.looks_secret(key) or signin.value_looks_secret(string))
        hidden = hidden or any(value in string for value in given)
        pieces.append(json.dumps(MASK) if hidden else found[0])
        key = string if is_key else key
    return "".join((*pieces, text[last:]))
