"""The one way foreign text reaches a terminal: names, descriptions, file texts, paths."""

from __future__ import annotations

MASK = "***"
"""What stands for a credential wherever people read."""

_BIDI_AND_INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2028\u2029\u3164\ufeff\uffa0"
    + "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))))
)


def visible(text: str) -> str:
    r"""`text` with every control, bidirectional, zero-width and undecodable character written as `\x1b`, `\u202e` ….

    Escape sequences are shown, never sent, and a name cannot reorder or hide the line it stands in.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code >= 0xE0000 or char in _BIDI_AND_INVISIBLE or not (char.isprintable() or char == "\u00a0"):
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return char
