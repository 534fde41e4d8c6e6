"""The D-Bus wire format: values to bytes and back, as far as the Secret Service needs it.

Written out by hand because a library's import would cost more than the whole conversation does. What comes in is not
trusted: every length, alignment, text and nesting is checked, and nothing is set aside because a length says so.
Source: the D-Bus specification, sections "Type System" and "Marshaling (Wire Format)".
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

ARRAY_LIMIT = 1 << 26
DEPTH_LIMIT = 64
"""What the specification allows: bytes of an array, and arrays, structures and variants inside each other."""

_NUMBERS = {
    "y": (1, False), "b": (4, False), "n": (2, True), "q": (2, False),
    "i": (4, True), "u": (4, False), "x": (8, True), "t": (8, False),
}  # fmt: skip
"""Size in bytes, which is the alignment too, and whether it has a sign."""

_ALIGNMENT = {kind: size for kind, (size, _) in _NUMBERS.items()} | {
    "s": 4, "o": 4, "g": 1, "v": 1, "a": 4, "(": 8, "{": 8,
}  # fmt: skip
_PATH = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")


class WireError(Exception):
    """Bytes that are not what the specification says, or values that it cannot carry."""


def types(signature: str) -> list[str]:
    """The complete types that a signature is made of: `a{sv}u` is `a{sv}` and `u`. Raises WireError."""
    found = []
    position = 0
    while position < len(signature):
        end = _end(signature, position, 0)
        found.append(signature[position:end])
        position = end
    return found


def _end(signature: str, position: int, depth: int) -> int:
    """Where the type that begins at `position` ends."""
    before_is_array = position > 0 and signature[position - 1] == "a"
    kind = signature[position : position + 1]
    if kind not in _ALIGNMENT or depth > DEPTH_LIMIT:
        raise WireError(f"signature {signature!r}")
    if kind == "a":
        return _end(signature, position + 1, depth + 1)
    if kind not in ("(", "{"):
        return position + 1
    close = ")" if kind == "(" else "}"
    start = position = position + 1
    members = 0
    while signature[position : position + 1] != close:
        position = _end(signature, position, depth + 1)
        members += 1
    if members == 0 or (kind == "{" and (members != 2 or not before_is_array or signature[start] in "av({")):
        raise WireError(f"signature {signature!r}")
    return position + 1


def is_path(text: str) -> bool:
    """Whether `text` is an object path."""
    return text == "/" or (
        text.startswith("/") and all(part and _PATH.issuperset(part) for part in text[1:].split("/"))
    )


def marshal(signature: str, values: tuple[Any, ...]) -> bytes:
    """Values of these types as bytes, in little-endian order, for a place that is aligned to eight bytes.

    Raises WireError for what D-Bus cannot carry.
    """
    kinds = types(signature)
    if len(kinds) != len(values):
        raise WireError(f"{len(values)} values for {signature!r}")
    out = bytearray()
    for kind, value in zip(kinds, values, strict=True):
        _put(out, kind, value)
    return bytes(out)


def _put(out: bytearray, kind: str, value: Any) -> None:
    code = kind[0]
    out += bytes(-len(out) % _ALIGNMENT[code])
    if code in _NUMBERS:
        size, signed = _NUMBERS[code]
        try:
            out += int(value).to_bytes(size, "little", signed=signed)
        except OverflowError:
            raise WireError(f"a number that {kind!r} does not hold") from None
    elif code in "sog":
        _put_text(out, code, value)
    elif code == "v":
        inner, content = value
        if len(types(inner)) != 1:
            raise WireError(f"a variant of {inner!r}")
        _put_text(out, "g", inner)
        _put(out, inner, content)
    elif code == "a":
        _put_array(out, kind[1:], value)
    else:
        for member, content in zip(types(kind[1:-1]), value, strict=True):
            _put(out, member, content)


def _put_text(out: bytearray, code: str, value: str) -> None:
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise WireError("text that is not UTF-8") from None
    if b"\0" in data or (code == "o" and not is_path(value)) or (code == "g" and len(data) > 255):
        raise WireError(f"text that {code!r} does not hold")
    out += len(data).to_bytes(1 if code == "g" else 4, "little") + data + b"\0"


def _put_array(out: bytearray, kind: str, value: Any) -> None:
    place = len(out)
    out += bytes(4)
    out += bytes(-len(out) % _ALIGNMENT[kind[0]])
    start = len(out)
    for item in value.items() if isinstance(value, dict) else value:
        _put(out, kind, item)
    size = len(out) - start
    if size > ARRAY_LIMIT:
        raise WireError("an array that is too long")
    out[place : place + 4] = size.to_bytes(4, "little")


def unmarshal(signature: str, data: bytes, order: Literal["little", "big"]) -> tuple[Any, ...]:
    """The values of these types that `data`, and nothing behind them, holds; bytes are bytes, entries make a dict.

    Raises WireError.
    """
    cursor = Cursor(data, order)
    values = tuple(cursor.value(kind) for kind in types(signature))
    if cursor.position != len(data):
        raise WireError("more than the signature says")
    return values


class Cursor:
    """Reads values out of `data`, one after another, never beyond its end."""

    __slots__ = ("_data", "_end", "_order", "position")

    def __init__(self, data: bytes, order: Literal["little", "big"]) -> None:
        self._data = data
        self._end = len(data)
        self._order = order
        self.position = 0

    def value(self, kind: str, depth: int = 0) -> Any:
        """The value of one complete type that comes next. Raises WireError."""
        if depth > DEPTH_LIMIT:
            raise WireError("too many values inside each other")
        code = kind[0]
        self.align(_ALIGNMENT[code])
        if code in _NUMBERS:
            size, signed = _NUMBERS[code]
            number = int.from_bytes(self._take(size), self._order, signed=signed)
            return number if code != "b" else self._boolean(number)
        if code in "sog":
            return self._text(code)
        if code == "v":
            inner = self._text("g")
            if len(types(inner)) != 1:
                raise WireError(f"a variant of {inner!r}")
            return inner, self.value(inner, depth + 1)
        if code == "a":
            return self._array(kind[1:], depth)
        return tuple(self.value(member, depth + 1) for member in types(kind[1:-1]))

    def align(self, size: int) -> None:
        """Go on to the next multiple of `size`. Raises WireError."""
        if self._take(-self.position % size).strip(b"\0"):
            raise WireError("padding that is not zero")

    def _take(self, size: int) -> bytes:
        start = self.position
        if size > self._end - start:
            raise WireError("cut off")
        self.position = start + size
        return self._data[start : self.position]

    @staticmethod
    def _boolean(number: int) -> bool:
        if number > 1:
            raise WireError("a boolean that is neither")
        return bool(number)

    def _text(self, code: str) -> str:
        size = int.from_bytes(self._take(1 if code == "g" else 4), self._order)
        data = self._take(size)
        if self._take(1) != b"\0" or b"\0" in data:
            raise WireError("text that does not end where it says")
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise WireError("text that is not UTF-8") from None
        if code == "o" and not is_path(text):
            raise WireError("an object path that is none")
        return text

    def _array(self, kind: str, depth: int) -> Any:
        size = int.from_bytes(self._take(4), self._order)
        self.align(_ALIGNMENT[kind[0]])
        whole = self._end
        end = self.position + size
        if size > ARRAY_LIMIT or end > whole:
            raise WireError("an array that is longer than what holds it")
        if kind == "y":
            return self._take(size)
        self._end = end
        found = []
        while self.position < end:
            found.append(self.value(kind, depth + 1))
        self._end = whole
        return dict(found) if kind[0] == "{" else found
