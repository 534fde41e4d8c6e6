"""Changing what is kept: stores and index together, under one lock, in an order in which a crash loses nothing.

A value is in its store before the index says so, and leaves the old store only after that.
"""

from __future__ import annotations

import os

from ctx import secrets
from ctx.errors import SecretError, typed
from ctx.model import Secret
from ctx.secrets import index as records
from ctx.secrets.base import FILE, KEYRING, StoreAbsentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ctx.secrets.base import Places, SecretStore
    from ctx.secrets.index import Index


class Keeper:
    """What a person's commands do with secrets. `say` tells them what they should know before it happens."""

    def __init__(self, places: Places, say: Callable[[str], None]) -> None:
        self._places = places
        self._say = say

    def put(self, name: str, secret: Secret, to: str | None = None) -> str:
        """Keep a secret in the store `to`, else where it is already, else where new ones go; that store.

        Raises SecretError.
        """
        with records.lock(self._places):
            index = records.load(self._places)
            before = index.entries.get(name)
            kind = to or (before.store if before else "") or self._decide(index)
            self._store(kind).write(name, secret)
            index.put(name, kind)
            records.save(self._places, index)
            if before and before.store != kind:
                self._leave(before.store, name)
        return kind

    def drop(self, name: str) -> bool:
        """Forget a secret; whether there was one. Raises SecretError."""
        with records.lock(self._places):
            index = records.load(self._places)
            entry = index.entries.get(name)
            kind = entry.store if entry else secrets.chosen(self._places, index)
            if not kind:
                return False
            gone = self._store(kind).remove(name)
            if entry:
                del index.entries[name]
                records.save(self._places, index)
        return gone or entry is not None

    def move(self, name: str, to: str) -> str:
        """Take a secret to another store; the one it was in, "" where no store has it. Raises SecretError."""
        with records.lock(self._places):
            index = records.load(self._places)
            entry = index.entries.get(name)
            kind = entry.store if entry else secrets.chosen(self._places, index)
            if not kind or (entry and kind == to):
                return kind
            asked = {name: f"ctx secret move {name}"}
            found = secrets.read_stored(kind, (name,), self._places, asked, self._say)
            if name not in found:
                return ""
            if kind == to:
                return kind
            self._store(to).write(name, found[name])
            index.put(name, to)
            records.save(self._places, index)
            self._leave(kind, name)
        return kind

    def _store(self, kind: str) -> SecretStore:
        return secrets.open_store(kind, self._places, self._say)

    def _leave(self, kind: str, name: str) -> None:
        """Take away the copy in a store that was left. What is told is true either way: the new one counts."""
        try:
            self._store(kind).remove(name)
        except SecretError as error:
            self._say(f"an earlier value of {name} is still in the {title(kind)}: {error.what}")

    def _decide(self, index: Index) -> str:
        """The store for new secrets. Found out once, and noted in `index`, where nothing says it. Raises SecretError."""
        named = secrets.chosen(self._places, index)
        if named:
            return named
        from ctx.secrets.os_keyring import KeyringStore

        try:
            KeyringStore(self._places, self._say).probe()
            index.store = KEYRING
        except StoreAbsentError as error:
            if self._places.environ.get("PYTHON_KEYRING_BACKEND"):
                raise
            self._announce(error)
            index.store = FILE
        return index.store

    def _announce(self, error: StoreAbsentError) -> None:
        """Say where secrets will be, before the first one is there."""
        from ctx.secrets.file import FileStore

        file = FileStore(self._places)
        file.check()
        home = self._places.environ.get("HOME", "")
        self._say(f"{error.what}. Using an encrypted file: {_short(file.path, home)}")
        self._say(
            f"its key is {_short(file.key, home)} (0600). That protects backups and dotfile repositories, "
            "not against someone who can read your home"
        )
        self._say(f"to wait for a keyring instead: export {secrets.STORE}={KEYRING}")


def title(kind: str) -> str:
    """A store's name in a sentence, behind "the"."""
    return {KEYRING: "OS keyring", FILE: "encrypted file"}.get(kind, kind)


def unknown(name: str, known: tuple[str, ...]) -> SecretError:
    """The error for a secret that nobody has heard of, with the nearest names."""
    import difflib

    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    fix = f"did you mean {' or '.join(close)}?" if close else f"ctx secret list; {typed('ctx', 'secret', 'set', name)}"
    return SecretError(f"there is no secret {name!r}", fix=fix)


def _short(path: str, home: str) -> str:
    inside = home and path.startswith(os.path.join(home, ""))
    return f"~{path[len(home.rstrip(os.sep)) :]}" if inside else path
