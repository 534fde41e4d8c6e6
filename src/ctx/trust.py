"""Which project files the user has approved or denied: a record binds the resolved path and the exact text.

Nothing in a project's file is looked at before its verdict is ALLOWED; only `ctx allow` parses one to show it.
"""

from __future__ import annotations

import os

from ctx.errors import ConfigError, typed
from ctx.files import PROJECT_LIMIT, check_owner, decode, read_bounded
from ctx.trust_store import (
    ALLOWED,
    DENIED,
    allowed_record,
    approvals,
    content,
    denied_record,
    files,
    folder,
    holds,
    lock,
    modified,
    remove,
    write,
)

__all__ = [
    "ALLOWED",
    "CHANGED",
    "DAMAGED",
    "DENIED",
    "GONE",
    "SAME",
    "UNKNOWN",
    "ProjectFile",
    "Record",
    "Verdict",
    "allow",
    "approved",
    "denied_record",
    "deny",
    "is_denied",
    "prune",
    "read",
    "records",
    "verdict",
]

UNKNOWN = "unknown"
"""The verdict on a file that was neither approved (ALLOWED) nor denied (DENIED)."""

DAMAGED = "damaged"
"""The state of a record that is not what its name says."""

SAME = "same"
CHANGED = "changed"
GONE = "gone"
"""What has become of the file that a record is about."""


class ProjectFile:
    """A project's file as it was read once: the path that named it, its resolved path, its bytes and its state."""

    __slots__ = ("data", "file", "real", "status")

    def __init__(self, file: str, real: str, data: bytes, status: os.stat_result) -> None:
        self.file = file
        self.real = real
        self.data = data
        self.status = status

    def text(self) -> str:
        """What it holds.

        Raises ConfigError where that is not UTF-8.
        """
        return decode(self.real, self.data)


class Verdict:
    """What was decided about a file, and the records that this rests on.

    It holds as long as every path in `present` exists and none in `absent` does.
    """

    __slots__ = ("absent", "present", "state")

    def __init__(self, state: str, present: tuple[str, ...], absent: tuple[str, ...]) -> None:
        self.state = state
        self.present = present
        self.absent = absent


class Record:
    """A record on disk.

    `state` is ALLOWED, DENIED or DAMAGED; `found` SAME, CHANGED or GONE; `path` the file it is about ("" if damaged);
    `file` the record's own path; `time` when it was made, in seconds since the epoch.
    """

    __slots__ = ("file", "found", "path", "state", "time")

    def __init__(self, state: str, path: str, file: str, found: str) -> None:
        self.state = state
        self.path = path
        self.file = file
        self.found = found
        self.time = modified(file)


def read(file: str) -> ProjectFile:
    """Read a project's file for a verdict, whatever it holds, without waiting for anything.

    Raises FileNotFoundError where there is none, ConfigError where it is no regular file, cannot be read, is longer than
    PROJECT_LIMIT or belongs to another user: the file itself, or the link that is found in its place.
    """
    real = os.path.realpath(file)
    if os.name != "nt" and os.path.islink(file) and os.lstat(file).st_uid not in (os.geteuid(), 0):
        raise ConfigError("is a link that belongs to another user", where=file, fix=typed("ls", "-l", file))
    data, status = read_bounded(real, PROJECT_LIMIT, check_owner)
    if len(data) > PROJECT_LIMIT:
        raise ConfigError(
            f"is {status.st_size:,} bytes long; of a project's file ctx reads at most {PROJECT_LIMIT:,}",
            where=real,
            fix="move what is long into a profile in profiles.toml, and name that in the project",
        )
    return ProjectFile(file, real, data, status)


def is_denied(data_dir: str, real: str) -> bool:
    """Whether the file at this resolved path is denied, whatever it holds. A damaged record denies too."""
    return os.path.lexists(denied_record(data_dir, real))


def verdict(data_dir: str, project: ProjectFile) -> Verdict:
    """What the user decided about this file with this text.

    Where it has no approval of its own, one of the same text for the same file in another checkout of the git
    repository counts: see `trust_worktrees`.
    """
    denied = denied_record(data_dir, project.real)
    if is_denied(data_dir, project.real):
        return Verdict(DENIED, (denied,), ())
    record = allowed_record(data_dir, project.real, project.data)
    if holds(data_dir, record, project.real, project.data):
        return Verdict(ALLOWED, (record,), (denied,))
    missing = [denied, record]
    from ctx.trust_worktrees import counterparts

    for other in counterparts(project.real):
        shared = allowed_record(data_dir, other, project.data)
        if holds(data_dir, shared, other, project.data) and not is_denied(data_dir, other):
            return Verdict(ALLOWED, (shared,), (denied, denied_record(data_dir, other)))
        missing.append(shared)
    # A damaged record is there already: waiting for it to appear, a shell would ask again at every prompt.
    return Verdict(UNKNOWN, (), tuple(path for path in missing if not os.path.lexists(path)))


def approved(data_dir: str, real: str) -> bytes | None:
    """The text that was last approved at this resolved path, to compare the next with; None if none was."""
    found = [(modified(file), whole[1]) for file in approvals(data_dir, real) if (whole := content(file))]
    return max(found)[1] if found else None


def allow(data_dir: str, project: ProjectFile) -> None:
    """Approve exactly the text that was read, in place of what was approved or denied before at this path.

    Raises CtxError where that cannot be recorded.
    """
    record = allowed_record(data_dir, project.real, project.data)
    held = lock(data_dir)
    try:
        write(record, project.real, project.data)
        for other in approvals(data_dir, project.real):
            if other != record:
                remove(other)
        # Last: what was denied stays denied if this is cut short.
        remove(denied_record(data_dir, project.real))
    finally:
        os.close(held)


def deny(data_dir: str, real: str) -> None:
    """Deny the file at this resolved path for good, whatever it holds, and forget what was approved there.

    Raises CtxError where that cannot be recorded.
    """
    held = lock(data_dir)
    try:
        write(denied_record(data_dir, real), real)
        for record in approvals(data_dir, real):
            remove(record)
    finally:
        os.close(held)


def records(data_dir: str) -> tuple[Record, ...]:
    """Every record, by path, damaged ones first."""
    found = [_record(file, kind) for kind in (ALLOWED, DENIED) for file in files(data_dir, kind)]
    return tuple(sorted(found, key=lambda record: (record.path, record.file)))


def prune(data_dir: str) -> tuple[Record, ...]:
    """Forget what cannot count any more; what was forgotten.

    That is approvals that are damaged or of a text that the file no longer holds, and denials in a directory that is
    gone. A denial outlives its file, which may come back with the next checkout, and damage, for it denies all the
    same. Raises CtxError.
    """
    if not any(files(data_dir, kind, temporary=t) for kind in (ALLOWED, DENIED) for t in (False, True)):
        return ()
    held = lock(data_dir)
    try:
        stale = tuple(record for record in records(data_dir) if _is_stale(data_dir, record))
        for record in stale:
            remove(record.file)
        # Left by processes that were killed: while the lock is held, nobody is writing one.
        for leftover in (file for kind in (ALLOWED, DENIED) for file in files(data_dir, kind, temporary=True)):
            remove(leftover)
    finally:
        os.close(held)
    return stale


def _is_stale(data_dir: str, record: Record) -> bool:
    if os.path.dirname(record.file) == folder(data_dir, DENIED):
        return record.found == GONE
    return record.state == DAMAGED or record.found != SAME


def _record(file: str, kind: str) -> Record:
    whole = content(file)
    if whole is None:
        return Record(DAMAGED, "", file, SAME)
    path, text = whole
    if kind == DENIED:
        return Record(DENIED, path, file, SAME if os.path.isdir(os.path.dirname(path)) else GONE)
    return Record(ALLOWED, path, file, _fate(path, text))


def _fate(path: str, text: bytes) -> str:
    try:
        project = read(path)
    except (FileNotFoundError, ConfigError):
        return CHANGED if os.path.lexists(path) else GONE
    return SAME if (project.real, project.data) == (path, text) else CHANGED
