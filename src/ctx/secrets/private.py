"""Files that nobody but their owner may read, written so that neither a crash nor another process loses anything."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time

from ctx.errors import SecretError, typed
from ctx.files import private_directory
from ctx.secrets.base import StoreLockedError, StoreSilentError

TEMPORARY = ".tmp"

# Windows would otherwise change line ends, and stop reading at Ctrl-Z.
_PLAIN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_HAS_OWNERS = os.name != "nt"


def read(path: str, limit: int) -> bytes:
    """At most `limit` bytes and one more of a file of the user's own that nobody else may read; never through a link.

    Raises FileNotFoundError where there is none, StoreLockedError with the command that mends it for everything else.
    """
    try:
        # O_NONBLOCK: opening a FIFO would otherwise wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | _PLAIN | getattr(os, "O_NONBLOCK", 0))
        try:
            _check(path, os.fstat(descriptor))
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(limit + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreLockedError(f"cannot be read: {_reason(path, error)}", where=path, fix=_look(path, error)) from None


def _check(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise StoreLockedError(f"is {kind}; ctx expects a file there", where=path, fix=typed("mv", path, f"{path}.old"))
    if not _HAS_OWNERS:
        return
    user = os.geteuid()
    if status.st_uid != user:
        mend = f"sudo {typed('chown', str(user), path)}"
        if user == 0:
            mend = f"run ctx as that user (sudo -u '#{status.st_uid}' ctx …), or: {typed('chown', '0', path)}"
        raise StoreLockedError(f"belongs to another user (uid {status.st_uid})", where=path, fix=mend)
    if status.st_mode & 0o077:
        raise StoreLockedError(
            f"may be read or written by others (mode {stat.S_IMODE(status.st_mode):04o})",
            where=path,
            fix=f"{typed('chmod', '600', path)}, and replace the secrets if somebody may have read them",
        )


def make_folder(path: str) -> None:
    """Make a folder of mode 0700, and one above it, unless they are there.

    Raises SecretError where it cannot be made, is a link, or others may write it.
    """
    # The one above first: made along with the other, it would be as open as the user's other folders.
    above = os.path.dirname(path)
    private_directory(above)
    new = not os.path.lexists(path)
    if private_directory(path):
        try:
            if new:
                sync(above)
        except OSError:
            # The folder above may be one that this user cannot read.
            pass
        return
    fix = typed("ls", "-ld", above, path)
    if os.path.isdir(path) and not os.path.islink(path):
        fix = f"{typed('chmod', '700', path)}, if {typed('ls', '-ld', path)} says that it is yours"
    raise SecretError("must be a directory that this user, and nobody else, can write", where=path, fix=fix)


def write_temporary(path: str, data: bytes) -> str:
    """Put `data` on disk beside `path`, in a file of mode 0600 from its first byte; that file.

    Its name is fixed, so that what a killed process left behind is found and cleared away. Raises SecretError.
    """
    temporary = path + TEMPORARY
    try:
        unlink(temporary)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise failed(path, error) from None
    return temporary


def rename(temporary: str, path: str) -> None:
    """Put what `write_temporary` made in its place, and that on disk. Raises SecretError."""
    try:
        os.replace(temporary, path)
        sync(os.path.dirname(path))
    except OSError as error:
        raise failed(path, error) from None


def sync(folder: str) -> None:
    """Make names that were given or taken in a folder outlast a power cut, where the system can do that."""
    if not _HAS_OWNERS:
        return
    descriptor = os.open(folder, os.O_RDONLY | _PLAIN)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems sync no folders: they say so with EINVAL (fsync(2)), or that they do not support it.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def unlink(path: str) -> None:
    """Take a file or a link away, if it is there. Raises OSError."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def failed(path: str, error: OSError) -> SecretError:
    """What to raise where a file cannot be written. What was written of it is taken away."""
    try:
        unlink(path + TEMPORARY)
    except OSError:
        # The reason is the same, and is told.
        pass
    return SecretError(f"cannot be written: {_reason(path, error)}", where=path, fix=_look(path, error))


def _reason(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP and os.path.islink(path):
        return "it is a symbolic link, which could lead anywhere"
    return error.strerror.lower() if error.strerror else "the system does not say why"


def _look(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP and os.path.islink(path):
        return f"put the file itself there; {typed('readlink', '-f', path)} says what the link leads to"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return typed("df", "-h", os.path.dirname(path))
    return typed("ls", "-ld", os.path.dirname(path), path)


class Lock:
    """One process at a time between `with` and its end; others wait for `patience` seconds.

    `path` is a file that stays where it is: one that came and went could be locked by two at once. Entering raises
    StoreSilentError where another process does not let go, SecretError where the file cannot be locked.
    """

    def __init__(self, path: str, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._descriptor = -1

    def __enter__(self) -> None:
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | _PLAIN, 0o600)
        except OSError as error:
            raise failed(self._path, error) from None
        try:
            self._wait()
        except BaseException:
            os.close(self._descriptor)
            raise

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def _wait(self) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                if _lock(self._descriptor):
                    return
            except OSError as error:
                # A file system without locks would let two processes lose each other's secrets.
                reason = (error.strerror or "").lower()
                raise SecretError(
                    f"cannot be locked: {reason}", where=self._path, fix="put it on a local disk (XDG_DATA_HOME)"
                ) from None
            if time.monotonic() > deadline:
                raise StoreSilentError(
                    f"another process has been changing the secrets for {self._patience:g} s",
                    where=self._path,
                    fix=f"{typed('lsof', self._path)} names it",
                )
            time.sleep(0.005)


def _lock(descriptor: int) -> bool:
    """Whether this process now has the lock. Closing the file, or dying, gives it back. Raises OSError."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
