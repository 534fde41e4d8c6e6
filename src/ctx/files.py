"""Reading the user's own files, and writing files that another process may read at the same moment."""

from __future__ import annotations

import os
import stat

from ctx.errors import ConfigError, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PROFILES = "profiles.toml"
"""The name of the user's own file in the configuration directory."""

CONFIG_LIMIT = 512 * 1024
"""Bytes of `profiles.toml` that are read: four times what 1,000 profiles need."""

PROJECT_LIMIT = 64 * 1024
"""Bytes of a project's `.ctx.toml` that are read. A longer one is refused."""


class Source:
    """A file as it was read: path, text and the `os.stat_result` of that very file."""

    __slots__ = ("path", "stat", "text")

    def __init__(self, path: str, text: str, status: os.stat_result) -> None:
        self.path = path
        self.text = text
        self.stat = status


def read_config(path: str) -> Source:
    """Read a file that decides what is set in a shell, refusing what somebody else could have written.

    Raises FileNotFoundError where there is none, ConfigError for everything else that is wrong with it.
    """
    data, status = read_bounded(path, CONFIG_LIMIT, check_private)
    if len(data) > CONFIG_LIMIT:
        raise ConfigError(
            f"is {status.st_size:,} bytes long; ctx reads at most {CONFIG_LIMIT:,}",
            where=path,
            fix="split it, or remove profiles that nobody uses",
        )
    return Source(path, decode(path, data), status)


def read_bounded(path: str, limit: int, check: Callable[[str, os.stat_result], None]) -> tuple[bytes, os.stat_result]:
    """At most `limit` bytes and one more of a file, and its state; `check` sees path and state before anything is read.

    Raises FileNotFoundError where there is none, ConfigError where it cannot be opened or read, what `check` raises.
    """
    try:
        # O_NONBLOCK: opening a FIFO would otherwise wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            status = os.fstat(descriptor)
            check(path, status)
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(limit + 1), status
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = error.strerror.lower() if error.strerror else "not readable"
        raise ConfigError(f"cannot be read: {reason}", where=path, fix=typed("ls", "-ld", path)) from None


def config_status(path: str) -> os.stat_result | None:
    """The state of a file that `read_config` would read, without reading it; None where it would refuse."""
    try:
        status = os.stat(path)
        check_private(path, status)
    except (OSError, ConfigError):
        return None
    return status


def check_owner(path: str, status: os.stat_result) -> None:
    """Insist on a regular file of the user's own or of root's.

    Raises ConfigError.
    """
    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise ConfigError(f"is {kind}; ctx expects a file there", where=path, fix=typed("mv", path, f"{path}.old"))
    if os.name != "nt" and status.st_uid not in (os.geteuid(), 0):
        raise ConfigError(
            "belongs to another user, who could change what your shells get",
            where=path,
            fix=f"{typed('cp', path, f'{path}.mine')} && {typed('mv', f'{path}.mine', path)}",
        )


def check_private(path: str, status: os.stat_result) -> None:
    """Insist on a file as `check_owner` does that nobody else may write.

    Raises ConfigError.
    """
    check_owner(path, status)
    if os.name == "nt":
        return
    if status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not _is_private_group(status)):
        who = "everybody" if status.st_mode & stat.S_IWOTH else "its group"
        raise ConfigError(f"may be written by {who}", where=path, fix=typed("chmod", "go-w", path))


def _is_private_group(status: os.stat_result) -> bool:
    """Whether the file's group is the user's own: named like the user and without other members."""
    import grp
    import pwd

    try:
        user = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(status.st_gid)
    except KeyError:
        return False
    return group.gr_gid == user.pw_gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def decode(path: str, data: bytes) -> str:
    """The text of a file that ctx read.

    Raises ConfigError naming the line that is not UTF-8.
    """
    try:
        # A byte order mark is what Windows editors leave; TOML does not know it.
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"is not UTF-8: byte 0x{data[error.start]:02x}",
            where=f"{path}:{line}",
            fix=f"{typed('iconv', '-f', 'latin1', '-t', 'utf-8', path)} shows what it may have been",
        ) from None


def private_directory(path: str) -> bool:
    """Make `path` and what is missing above it with mode 0700; say whether it is ours alone to write."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        status = os.stat(path, follow_symlinks=False)
    except OSError:
        return False
    if os.name == "nt":
        return stat.S_ISDIR(status.st_mode)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def free_name(path: str) -> str:
    """The path, or with -2, -3 … behind it the first that is not taken."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = f"{path}-{number}"
    return free


def write_atomically(
    path: str,
    data: bytes,
    *,
    mtime_ns: int | None = None,
    durable: bool = True,
    like: os.stat_result | None = None,
    last: Callable[[], None] | None = None,
) -> None:
    """Put `data` at `path` with mode 0600, whole or not at all; `mtime_ns` gives it that modification time.

    `durable=False` leaves out the fsync, for files that may be lost. `like` gives it the mode and group of that file.
    `last` is called when only the file's taking its place is left, and what it raises stops that. Raises OSError.
    """
    temporary = f"{path}.{os.getpid()}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(descriptor)
        if like is not None:
            _make_like(temporary, like)
        if mtime_ns is not None:
            os.utime(temporary, ns=(mtime_ns, mtime_ns))
        if last is not None:
            last()
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _make_like(path: str, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if os.name != "nt" and os.stat(path).st_gid != status.st_gid:
        try:
            os.chown(path, -1, status.st_gid)
        except OSError:
            # Another group must not get what the file's own group may do.
            mode &= ~stat.S_IRWXG
    os.chmod(path, mode)
