"""Reading what other programs keep: their files, the two formats they write, the times in them.

Nothing heavy is loaded for the usual case: a switch reads an AWS session this way, and `configparser`, `json` and
`datetime` take longer to load than a Python interpreter takes to start.
"""

from __future__ import annotations

import os
import stat

from ctx.errors import ConfigError, typed
from ctx.files import decode, read_bounded

LIMIT = 4 * 1024 * 1024
"""Bytes of a file that are read: client states grow with every project, and 4 MB hold thousands of them."""

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def read(path: str, limit: int = LIMIT) -> str:
    """The text of a regular file, whoever it belongs to.

    Raises FileNotFoundError where there is none, ConfigError for everything else that is wrong with it.
    """
    data, status = read_bounded(path, limit, _check_regular)
    if len(data) > limit:
        what = f"is {status.st_size:,} bytes long; ctx reads at most {limit:,}"
        raise ConfigError(what, where=path, fix=typed("ls", "-l", path))
    return decode(path, data)


def _check_regular(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise ConfigError(f"is {kind}", where=path, fix=typed("ls", "-ld", path))


def json_object(path: str) -> dict[str, object]:
    """The object that a JSON file holds.

    Raises FileNotFoundError, ConfigError for everything else that is wrong with it.
    """
    from ctx.claude.settings_json import UnusableError, read_object

    try:
        return read_object(path, LIMIT)[0]
    except UnusableError as error:
        raise ConfigError(str(error), where=path, fix=f"${{EDITOR:-vi}} {typed(path)}") from None


def strings(path: str) -> dict[str, str]:
    """The strings of a JSON object, its other members left out.

    Raises what `json_object` does.
    """
    text = read(path)
    found = _flat(text)
    if found is None:
        found = {key: value for key, value in json_object(path).items() if isinstance(value, str)}
    return found


def _flat(text: str) -> dict[str, str] | None:
    r"""The strings of an object without nested members and without `\`; None for any other text."""
    body = text.strip()
    inner = body[1:-1]
    if not (body.startswith("{") and body.endswith("}")) or any(char in inner for char in "\\{}[]"):
        return None
    pieces = inner.split('"')
    found: dict[str, str] = {}
    key: str | None = None
    for index in range(1, len(pieces), 2):
        before = pieces[index - 1].strip()
        if key is not None and before == ":":
            found[key] = pieces[index]
            key = None
        elif before == ("," if index > 1 else "") if key is None else before[:1] == ":" and before[-1:] == ",":
            key = pieces[index]
        else:
            return None
    rest = pieces[-1].strip()
    whole = len(pieces) % 2 and (not rest if key is None else rest[:1] == ":" and len(rest) > 1)
    return found if whole else None


def sections(text: str) -> dict[str, dict[str, str]]:
    """The sections of an INI file as the AWS SDK reads it, keys in lower case; gcloud writes a subset of that.

    An indented line belongs to the setting above it, if that has no value of its own, and is left out.
    """
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    nested = False
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            name = line[1:].partition("]")[0].strip()
            current = found.setdefault(name, {})
            nested = False
            continue
        key, equals, value = line.partition("=")
        if current is None or not equals or (nested and raw[0].isspace()):
            continue
        value = _without_comment(value)
        nested = not value
        if value:
            current[key.strip().lower()] = value
    return found


def _without_comment(value: str) -> str:
    """A value less a comment, which begins with `#` or `;` behind a space."""
    for mark in (" #", " ;", "\t#", "\t;"):
        value = value.partition(mark)[0]
    return value.strip()


def timestamp(text: str) -> float | None:
    """Seconds since 1970 of a time as the clouds write it, `2026-01-31T12:00:00Z`; None for anything else.

    The AWS CLI has also written `…UTC` and `…+00:00`; fractions of a second are left out.
    """
    digits = "".join("0" if char.isdigit() else char for char in text[:19])
    if not text.isascii() or digits.replace(" ", "T") != "0000-00-00T00:00:00":
        return None
    zone = text[19:].lstrip(".0123456789").strip()
    if zone not in ("", "Z", "UTC", "+00:00", "+0000"):
        return None
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    # Days of the proleptic Gregorian calendar, the year taken to begin in March.
    shifted = year - (month < 3)
    days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400
    days += (153 * ((month - 3) % 12) + 2) // 5 + day - 1 - 719_468
    return float(days * DAY + int(text[11:13]) * HOUR + int(text[14:16]) * MINUTE + int(text[17:19]))


def ago(seconds: float) -> str:
    """A span of time that has passed, in the unit that says enough: `3 h ago`."""
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < 2 * DAY:
        return f"{int(seconds // HOUR)} h ago"
    return f"{int(seconds // DAY)} days ago"


def below(path: str, home: str) -> str:
    """A path with a leading `~/` taken as the home directory."""
    return os.path.join(home, path[2:]) if path.startswith("~/") else path


def shown(path: str, home: str) -> str:
    """A path for people, `~` for the home directory."""
    return f"~{path[len(home) :]}" if home != "/" and path.startswith(f"{home}/") else path
