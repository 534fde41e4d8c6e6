"""The part of TOML that profiles are written in, read without `tomllib`, whose import alone takes as long as two interpreters.

Everything else in the language, and everything that is not quite in order, is left to `tomllib`: `loads` says None then, and
errors are always its own. A property test holds the two against each other.
"""

from __future__ import annotations

Table = dict[str, object]

_SPACE = " \t"
_DIGITS = frozenset("0123456789")


class _OtherError(Exception):
    """`tomllib` has to be asked."""


def loads(text: str, float_text: type[str]) -> Table | None:
    """The tables of `text` as `tomllib` would give them, floats as `float_text`; None where `tomllib` has to be asked."""
    try:
        return _Reader(float_text).read(text)
    except (_OtherError, IndexError):
        return None


class _Reader:
    """One text.

    `_named` are tables that had their header, `_fixed` the identities of what was written in a value (so it cannot grow any
    more), `_arrays` those of arrays of tables (so they can).
    """

    def __init__(self, float_text: type[str]) -> None:
        self._float_text = float_text
        self._root: Table = {}
        self._named: set[tuple[str, ...]] = set()
        self._fixed: set[int] = set()
        self._arrays: set[int] = set()

    def read(self, text: str) -> Table:
        table = self._root
        for raw in text.replace("\r\n", "\n").split("\n"):
            line = raw.strip(_SPACE)
            if not line or line[0] == "#":
                _check(line)
            elif line[0] == "[":
                table = self._header(line)
            else:
                key, rest = _key(line)
                value, rest = self._value(rest)
                _end(rest)
                _put(table, key, value)
        return self._root

    def _header(self, line: str) -> Table:
        many = line.startswith("[[")
        inner, closed, rest = line[1 + many :].partition("]]" if many else "]")
        _end(rest)
        names = tuple(name.strip(_SPACE) for name in inner.split("."))
        if not closed or not all(map(_is_bare, names)):
            raise _OtherError
        place = self._root
        for name in names[:-1]:
            place = self._open(place.setdefault(name, {}))
        return self._entry(place, names[-1]) if many else self._table(place, names)

    def _open(self, value: object) -> Table:
        if not isinstance(value, dict) or id(value) in self._fixed:
            raise _OtherError
        return value

    def _table(self, place: Table, names: tuple[str, ...]) -> Table:
        """A table that has its header once, be it after tables inside it."""
        table = self._open(place.setdefault(names[-1], {}))
        if names in self._named or any(not isinstance(value, dict) for value in table.values()):
            raise _OtherError
        self._named.add(names)
        return table

    def _entry(self, place: Table, name: str) -> Table:
        """One more table of an array of tables."""
        if name not in place:
            array: list[object] = []
            place[name] = array
            self._arrays.add(id(array))
        entries = place[name]
        if not isinstance(entries, list) or id(entries) not in self._arrays:
            raise _OtherError
        entry: Table = {}
        entries.append(entry)
        return entry

    def _value(self, text: str) -> tuple[object, str]:
        """A value at the beginning of `text`, and what follows."""
        first = text[0]
        if first in "\"'":
            return _string(text, first)
        if first == "[":
            return self._array(text[1:].lstrip(_SPACE))
        if first == "{":
            return self._inline(text[1:].lstrip(_SPACE))
        for word, value in (("true", True), ("false", False)):
            if text.startswith(word):
                return value, text[len(word) :]
        return _number(text, self._float_text)

    def _array(self, text: str) -> tuple[list[object], str]:
        """What follows the `[` of an array on one line."""
        found: list[object] = []
        while text[0] != "]":
            value, text = self._value(text)
            found.append(value)
            text = text.lstrip(_SPACE)
            if text[0] == ",":
                text = text[1:].lstrip(_SPACE)
            elif text[0] != "]":
                raise _OtherError
        return found, text[1:]

    def _inline(self, text: str) -> tuple[Table, str]:
        """What follows the `{` of an inline table."""
        found: Table = {}
        self._fixed.add(id(found))
        while text[0] != "}" or found:
            key, text = _key(text)
            value, text = self._value(text)
            _put(found, key, value)
            text = text.lstrip(_SPACE)
            if text[0] == "}":
                break
            if text[0] != ",":
                raise _OtherError
            text = text[1:].lstrip(_SPACE)
        return found, text[1:]


def _put(table: Table, key: str, value: object) -> None:
    if key in table:
        raise _OtherError
    table[key] = value


def _check(text: str) -> None:
    """Control characters are errors even in comments."""
    if not text.isprintable() and any((ord(char) < 32 and char != "\t") or ord(char) == 127 for char in text):
        raise _OtherError


def _string(text: str, quote: str) -> tuple[str, str]:
    content, closed, rest = text[1:].partition(quote)
    if not closed or (not content and rest[:1] == quote) or (quote == '"' and "\\" in content):
        raise _OtherError
    _check(content)
    return content, rest


def _is_bare(key: str) -> bool:
    return key.isascii() and key.replace("-", "_").replace("_", "a").isalnum()


def _key(text: str) -> tuple[str, str]:
    """A bare key and what follows its `=`."""
    key, found, rest = text.partition("=")
    key = key.rstrip(_SPACE)
    if not found or not _is_bare(key):
        raise _OtherError
    return key, rest.lstrip(_SPACE)


def _end(rest: str) -> None:
    rest = rest.lstrip(_SPACE)
    if rest:
        if rest[0] != "#":
            raise _OtherError
        _check(rest)


def _number(text: str, float_text: type[str]) -> tuple[object, str]:
    """A decimal integer or float without signs, exponents and underscores."""
    length = next((index for index, char in enumerate(text) if char not in _DIGITS and char != "."), len(text))
    word, rest = text[:length], text[length:]
    whole, dot, fraction = word.partition(".")
    if not whole or (len(whole) > 1 and whole[0] == "0") or (dot and not fraction) or "." in fraction:
        raise _OtherError
    if rest and rest[0] not in " \t,]}#":
        raise _OtherError
    return (float_text(word) if dot else int(word)), rest
