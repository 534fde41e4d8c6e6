"""What ctx wrote into settings files of Claude Code, so that taking ctx away can list it and take it back.

Each entry names file and key and has a hash of the value: only what is still ctx's own is ever taken away.
"""

from __future__ import annotations

import hashlib
import json
import os

from ctx.claude.json_edit import edit, read
from ctx.edit import locked
from ctx.errors import ConfigError, CtxError, typed
from ctx.files import check_private, decode, private_directory, read_bounded, write_atomically
from ctx.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.claude.helper import Settings
    from ctx.claude.json_text import Document

FILE = "claude-settings.json"
"""The name of the record in ctx's data directory."""

LIMIT = 1024 * 1024
"""Bytes of the record that are read: some thousand entries."""

VERSION = 1

THERE = "there"
CHANGED = "changed"
GONE = "gone"
UNKNOWN = "unknown"


class Trace:
    """One key that ctx wrote: the settings file, the key's path in it, the profile it was for, the value's hash."""

    __slots__ = ("digest", "file", "keys", "profile")

    def __init__(self, file: str, keys: tuple[str, ...], profile: str, digest: str) -> None:
        self.file = file
        self.keys = keys
        self.profile = profile
        self.digest = digest

    @property
    def key(self) -> str:
        """The key as people write it: `env.NAME`."""
        return ".".join(self.keys)

    def state(self) -> str:
        """What became of it: THERE as ctx wrote it, CHANGED, GONE, or UNKNOWN where the file cannot be read."""
        try:
            value = read(self.file).get(*self.keys)
        except FileNotFoundError:
            return GONE
        except CtxError:
            return UNKNOWN
        if value is None:
            return GONE
        return THERE if digest(value) == self.digest else CHANGED


def digest(value: object) -> str:
    """The hash of a setting's value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def load(data: str) -> list[Trace]:
    """What is on record in ctx's data directory. Raises ConfigError for a record that is damaged."""
    path = os.path.join(data, FILE)
    try:
        content, _ = read_bounded(path, LIMIT, check_private)
    except FileNotFoundError:
        return []
    try:
        return _parsed(decode(path, content))
    except (ValueError, KeyError, TypeError, RecursionError):
        what = "is not a record that this ctx understands"
        fix = f"{typed('mv', path, f'{path}.old')} forgets what ctx wrote into settings files"
        raise ConfigError(what, where=path, fix=fix) from None


def _parsed(text: str) -> list[Trace]:
    found = json.loads(text)
    if found["version"] != VERSION:
        raise ValueError
    return [_trace(entry) for entry in found["entries"]]


def _trace(entry: dict[str, object]) -> Trace:
    file, keys, profile, value = (entry[name] for name in ("file", "keys", "profile", "sha256"))
    texts = isinstance(file, str) and isinstance(profile, str) and isinstance(value, str)
    if not texts or not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
        raise ValueError
    return Trace(str(file), tuple(keys), str(profile), str(value))


def _save(data: str, traces: list[Trace]) -> None:
    """Write the record. An empty one is taken away. Raises CtxError."""
    path = os.path.join(data, FILE)
    entries = [
        {"file": trace.file, "keys": list(trace.keys), "profile": trace.profile, "sha256": trace.digest}
        for trace in traces
    ]
    try:
        if entries:
            write_atomically(path, (json.dumps({"version": VERSION, "entries": entries}, indent=2) + "\n").encode())
        elif os.path.lexists(path):
            os.unlink(path)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise CtxError(f"cannot be written: {reason}", where=path, fix=typed("ls", "-ld", data)) from None


def note(data: str, file: str, profile: str, values: Settings) -> None:
    """Put on record what is about to be written into `file`. Raises CtxError."""
    private_directory(data)
    with locked(data):
        others = [trace for trace in load(data) if trace.file != file or trace.keys not in values]
        _save(data, [*others, *(Trace(file, keys, profile, digest(value)) for keys, value in values.items())])


def forget(data: str, file: str, keys: tuple[tuple[str, ...], ...]) -> None:
    """Take keys of a file off the record. Raises CtxError."""
    with locked(data):
        _save(data, [trace for trace in load(data) if trace.file != file or trace.keys not in keys])


def is_ours(data: str, file: str, keys: tuple[str, ...], value: object) -> bool:
    """Whether ctx wrote this value there. Raises ConfigError."""
    return any((t.file, t.keys, t.digest) == (file, keys, digest(value)) for t in load(data))


def listed(data: str) -> list[str]:
    """What ctx wrote and is still there, a line each, for people. Raises ConfigError."""
    lines = []
    for trace in load(data):
        state = trace.state()
        if state != GONE:
            note = {THERE: "", CHANGED: "  (changed since: not ctx's any more)", UNKNOWN: "  (the file cannot be read)"}
            lines.append(visible(f"{trace.file}: {trace.key}{note[state]}"))
    return lines


def undo(data: str) -> list[str]:
    """Take everything back that is still as ctx wrote it; what was done, a line each. Raises CtxError."""
    lines = []
    for file in dict.fromkeys(trace.file for trace in load(data)):
        here = [trace for trace in load(data) if trace.file == file]
        own = [trace for trace in here if trace.state() == THERE]
        if own:
            take_out(file, tuple(trace.keys for trace in own))
        if all(trace.state() != UNKNOWN for trace in here):
            forget(data, file, tuple(trace.keys for trace in here))
        lines += [visible(f"{file}: {trace.key} is taken out") for trace in own]
    return lines


def take_out(file: str, keys: tuple[tuple[str, ...], ...]) -> str:
    """Remove keys from a settings file, if they are there; the backup's path. Raises CtxError."""

    def change(document: Document) -> None:
        for path in keys:
            document.remove(path)

    return edit(file, change)
