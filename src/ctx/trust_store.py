"""Records of trust on disk.

`DATA/trust/allowed/PATH.TEXT` (both as SHA-256, in hex) holds the path and the text that was approved, one for each
path; `DATA/trust/denied/PATH` the path. Shells notice a decision by such a file appearing or disappearing. A record says
itself what its name must be, so one that was cut off, altered or renamed is seen to be damaged.
"""

from __future__ import annotations

import os
import stat
import sys

from ctx.errors import ConfigError, CtxError, typed
from ctx.files import check_private, private_directory, read_bounded, write_atomically

FOLDER = "trust"
ALLOWED = "allowed"
DENIED = "denied"

_HEADER = b"ctx trust 1\n"
_LONGEST = 128 * 1024
"""Bytes of a record that are read: the longest text, and more than any path."""

_TEMPORARY = ".tmp"


def folder(data_dir: str, kind: str) -> str:
    """Where the records of approvals (ALLOWED) or denials (DENIED) lie."""
    return os.path.join(data_dir, FOLDER, kind)


def allowed_record(data_dir: str, real: str, data: bytes) -> str:
    """The record that approves this text at this resolved path."""
    return os.path.join(folder(data_dir, ALLOWED), f"{_sha256(os.fsencode(real))}.{_sha256(data)}")


def denied_record(data_dir: str, real: str) -> str:
    """The record that denies this resolved path."""
    return os.path.join(folder(data_dir, DENIED), _sha256(os.fsencode(real)))


def files(data_dir: str, kind: str, *, temporary: bool = False) -> list[str]:
    """The records of one kind, or with `temporary` what was left behind where writing one was cut short."""
    place = folder(data_dir, kind)
    try:
        found = sorted(os.listdir(place))
    except OSError:
        return []
    return [os.path.join(place, name) for name in found if name.endswith(_TEMPORARY) == temporary]


def approvals(data_dir: str, real: str) -> list[str]:
    """The records that approve some text at this resolved path, damaged ones too."""
    beginning = f"{_sha256(os.fsencode(real))}."
    return [file for file in files(data_dir, ALLOWED) if os.path.basename(file).startswith(beginning)]


def content(record: str) -> tuple[str, bytes] | None:
    """The path and the text in a record; None if it is damaged or somebody else could have written it."""
    try:
        whole, _ = read_bounded(record, _LONGEST, check_private)
    except (OSError, ConfigError):
        return None
    path, _, text = whole.removeprefix(_HEADER).partition(b"\0")
    kind, name = os.path.basename(os.path.dirname(record)), os.path.basename(record)
    expected = f"{_sha256(path)}.{_sha256(text)}" if kind == ALLOWED else _sha256(path)
    if name != expected or whole != _pack(path, text):
        return None
    return os.fsdecode(path), text


def holds(data_dir: str, record: str, real: str, data: bytes) -> bool:
    """Whether an approval is there, whole, and in folders that nobody else may write."""
    return content(record) == (real, data) and all(
        map(_is_private, (os.path.join(data_dir, FOLDER), folder(data_dir, ALLOWED)))
    )


def modified(record: str) -> float:
    """When a record was written, in seconds since the epoch; 0 if it is gone."""
    try:
        return os.lstat(record).st_mtime
    except OSError:
        return 0.0


def write(record: str, real: str, data: bytes = b"") -> None:
    """Put a record in its place, whole or not at all.

    Raises CtxError.
    """
    try:
        write_atomically(record, _pack(os.fsencode(real), data))
    except OSError as error:
        raise _failed(os.path.dirname(record), error) from None


def remove(record: str) -> None:
    """Take a record away, if it is there.

    Raises CtxError.
    """
    try:
        os.unlink(record)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _failed(record, error) from None


def lock(data_dir: str) -> int:
    """A descriptor that keeps other processes from changing records until it is closed.

    Makes the folders where they are missing. Raises CtxError where they cannot be made or others may write them.
    """
    top = os.path.join(data_dir, FOLDER)
    for place in (top, folder(data_dir, ALLOWED), folder(data_dir, DENIED)):
        if not private_directory(place):
            raise CtxError(
                "records of trust need a directory that this user, and nobody else, can write",
                where=place,
                fix=typed("ls", "-ld", data_dir, top, place),
            )
    try:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(os.path.join(top, "lock"), flags, 0o600)
    except OSError as error:
        raise _failed(top, error) from None
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except (ImportError, OSError):
        # Windows, and file systems without locks: there two approvals at the same moment may both be lost, none gained.
        pass
    return descriptor


def _failed(where: str, error: OSError) -> CtxError:
    reason = (error.strerror or "not writable").lower()
    return CtxError(f"records of trust cannot be changed: {reason}", where=where, fix=typed("ls", "-ld", where))


def _pack(path: bytes, text: bytes) -> bytes:
    # NUL is the one byte that no path holds.
    return _HEADER + path + b"\0" + text


def _is_private(path: str) -> bool:
    try:
        status = os.lstat(path)
    except OSError:
        return False
    own = os.name == "nt" or (status.st_uid in (os.geteuid(), 0) and not status.st_mode & 0o022)
    return stat.S_ISDIR(status.st_mode) and own


def _sha256(data: bytes) -> str:
    # hashlib loads OpenSSL, which takes longer than all the rest here. Below it lies CPython's own implementation,
    # which an interpreter may have been built without.
    try:
        module = __import__("_sha2" if sys.version_info >= (3, 12) else "_sha256")
    except ImportError:
        module = __import__("hashlib")
    return str(module.sha256(data).hexdigest())
