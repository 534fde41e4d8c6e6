"""Another program's text, without the credentials that it was given or shows by itself."""

from __future__ import annotations

from ctx import signin
from ctx.visible import MASK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHORTEST = 4
"""Characters that a value must have to be masked: a `1` would take every digit out of a text."""

_QUOTES = "\"'`()[]{}<>,;"


def masked(text: str, environ: Mapping[str, str], given: Iterable[str]) -> str:
    """`text` with every credential written as `***`.

    Credentials are the values in `environ` whose name or look says so; those of the names in `given`, which a profile set,
    unless the table of variables knows them to be public; and every word that looks like one.
    """
    for value in sorted(_values(environ, set(given)), key=len, reverse=True):
        text = text.replace(value, MASK)
    return "\n".join(_line(line) for line in text.split("\n"))


def _values(environ: Mapping[str, str], given: set[str]) -> set[str]:
    found: set[str] = set()
    for name, value in environ.items():
        public = signin.is_public(name) or name not in given
        if not public or signin.looks_secret(name) or signin.value_looks_secret(value):
            # A key file is quoted line by line, a header as name and value.
            pieces = (value, *value.splitlines(), *(line.partition(": ")[2] for line in value.splitlines()))
            found.update(piece.strip() for piece in pieces)
    return {value for value in found if len(value) >= _SHORTEST}


def _line(line: str) -> str:
    return " ".join(_word(word) for word in line.split(" "))


def _word(word: str) -> str:
    core = word.strip(_QUOTES)
    if not core or not signin.value_looks_secret(core):
        return word
    at = word.index(core)
    return f"{word[:at]}{MASK}{word[at + len(core) :]}"
