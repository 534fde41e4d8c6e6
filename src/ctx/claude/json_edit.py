"""Changing a key of a JSON file: where it really lies, atomically, under a lock, with a backup that holds no credential."""

from __future__ import annotations

import os
import stat

from ctx.claude.foreign import LIMIT
from ctx.claude.json_text import Document, masked
from ctx.edit import locked
from ctx.errors import ConfigError, CtxError, typed
from ctx.files import check_owner, free_name, private_directory, read_bounded, write_atomically

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BACKUP = ".ctx-backup"
"""What the name of a backup ends in. It lies beside the file, and every credential in it is masked."""


def read(path: str) -> Document:
    """The file, read and checked.

    Raises FileNotFoundError where there is none, ConfigError for everything else that is wrong with it.
    """
    return Document(_bytes(path)[0], path)


def _bytes(path: str) -> tuple[bytes, os.stat_result]:
    data, status = read_bounded(path, LIMIT, check_owner)
    if len(data) > LIMIT:
        what = f"is {status.st_size:,} bytes long; ctx reads at most {LIMIT:,}"
        raise ConfigError(what, where=path, fix=typed("ls", "-l", path))
    return data, status


def check_writable(path: str) -> None:
    """Raise CtxError where a file that is there could not be written."""
    real = os.path.realpath(path)
    try:
        writable = os.stat(real).st_mode & stat.S_IWUSR and os.access(real, os.W_OK)
    except FileNotFoundError:
        return
    if not writable or not os.access(os.path.dirname(real), os.W_OK):
        raise CtxError("is read-only: nothing was written", where=path, fix=typed("ls", "-l", real))


def edit(path: str, change: Callable[[Document], object], values: tuple[str, ...] = ()) -> str:
    """Let `change` alter a file where it really lies, atomically; the backup's path, "" where there is none.

    A file that is not there is made (0600), its folder too (0700). Nothing is written where nothing changed. The backup
    is the text as it was with every credential masked, `values` among them: it may never be a new copy of one.
    Raises CtxError, and whatever `change` raises.
    """
    real = os.path.realpath(path)
    folder = os.path.dirname(real)
    private_directory(folder)
    if not os.path.isdir(folder):
        raise CtxError("cannot be made", where=folder, fix=typed("ls", "-ld", os.path.dirname(folder)))
    with locked(folder):
        try:
            before, status = _bytes(path)
        except FileNotFoundError:
            before, status = b"", None
        document = Document(before if status else b"{}\n", path)
        original = document.text
        change(document)
        if document.text == original:
            return ""
        check_writable(path)

        def unchanged() -> None:
            try:
                now: bytes | None = _bytes(path)[0]
            except FileNotFoundError:
                now = None
            if now != (before if status else None) or os.path.realpath(path) != real:
                what = "was changed by another program just now: it was left as it is"
                raise CtxError(what, where=path, fix="try again")

        backup = free_name(f"{real}{BACKUP}") if status else ""
        try:
            if backup:
                write_atomically(backup, masked(original, values).encode())
            write_atomically(real, document.data, like=status, last=unchanged)
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise CtxError(f"cannot be written: {reason}", where=path, fix=typed("ls", "-ld", folder)) from None
    return backup
