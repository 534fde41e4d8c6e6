"""The key file: what opens the encrypted secrets where there is no keyring to keep it.

It lies in another folder than they do, so that a backup or a repository of dotfiles that takes the one along does not
take the other. It is made once and never overwritten.
"""

from __future__ import annotations

import os

from ctx.errors import typed
from ctx.secrets import private
from ctx.secrets.base import StoreLockedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "key"
SIZE = 32
"""Bytes of a key, for AES-256."""


def load(path: str, recovery: Callable[[], str]) -> bytes:
    """The key in the file at `path`; `recovery` says what to do where there is none.

    Raises StoreLockedError for one that is missing, of another size, or that somebody else could have read.
    """
    try:
        key = private.read(path, SIZE)
    except FileNotFoundError:
        raise StoreLockedError(
            "is missing; the encrypted secrets open with it only", where=path, fix=recovery()
        ) from None
    if len(key) != SIZE:
        size = f"{len(key)}" if len(key) < SIZE else f"more than {SIZE}"
        raise StoreLockedError(f"is not the key: it has {size} bytes instead of {SIZE}", where=path, fix=recovery())
    return key


def load_or_make(folder: str, patience: float) -> tuple[str, bytes]:
    """Path and content of the key file in `folder`, made if it is not there yet; waits `patience` seconds for others.

    Raises StoreLockedError as `load` does, StoreSilentError as `Lock` does, SecretError where it cannot be made.
    """
    path = os.path.join(os.path.abspath(folder), NAME)
    private.make_folder(folder)
    if not os.path.lexists(path):
        # Stores in several places may share a key, so their own locks do not help here.
        with private.Lock(f"{path}.lock", patience):
            if not os.path.lexists(path):
                private.rename(private.write_temporary(path, os.urandom(SIZE)), path)
    return path, load(path, lambda: typed("mv", path, f"{path}.old"))
