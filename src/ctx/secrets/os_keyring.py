"""The OS keyring: the Secret Service on Linux, the Keychain on macOS, the Credential Manager on Windows.

`keyring` writes, and is what reading must agree with. On Linux reading goes past it (`service`), because that is ten times
faster. A secret is an item of its own, service `ctx:NAME`, username `NAME`: under a shared service name Windows loses
what two processes write at once. A change is made under a lock of ctx's own and read back before it counts.
"""

from __future__ import annotations

import os
import time

from ctx.errors import SecretError, typed
from ctx.model import Secret
from ctx.secrets import backends, keychain
from ctx.secrets.backends import MACOS
from ctx.secrets.base import KEYRING, SecretStore, StoreAbsentError, StoreLockedError, StoreSilentError
from ctx.secrets.keyring_client import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

    from ctx.secrets.base import Places
    from ctx.secrets.private import Lock
    from ctx.secrets.service import Pair

PREFIX = "ctx:"
WINDOWS_LIMIT = 1280
"""UTF-16 units: `CredWrite` takes CRED_MAX_CREDENTIAL_BLOB_SIZE, 2560 bytes, and fails unhelpfully with more."""

_PROBE = ("ctx probe", "ctx")
_FOLDER, _LOCK = "secrets", "keyring.lock"
_LOCK_SECONDS = 10.0
_ANSWER_SECONDS = 5.0
"""How long a service may take where no dialog can be the reason."""

_COPIES = 8
"""Items of the same name that `remove` takes away; other tools can make more than one."""

_PLAIN_TEXT = "keyrings.alt.file.PlaintextKeyring"


class KeyringStore(SecretStore):
    """Secrets in the OS keyring.

    `notify` is called with a sentence for a person before a dialog of the desktop may appear, which happens only where
    `places.interactive` is set.
    """

    label = KEYRING

    def __init__(self, places: Places, notify: Callable[[str], None] | None = None) -> None:
        self._places = places
        self._notify = notify
        self._client = Client(places, notify)

    def describe(self) -> str:
        """What it is, for people. Asks nobody, and raises nothing."""
        try:
            choice = self._client.choice
        except SecretError as error:
            return f"OS keyring ({error.where} {error.what})"
        kind = f"{choice.title}, in plain text" if choice.name == _PLAIN_TEXT else choice.title
        return f"OS keyring ({kind})" + (f", as {choice.named} says" if choice.named else "")

    def read(self, names: tuple[str, ...]) -> dict[str, Secret]:
        try:
            found = self._read(tuple(map(_pair, names)))
        except SecretError as error:
            raise _told(error, f"{', '.join(names)} cannot be read", names) from None
        return {name: Secret(found[_pair(name)]) for name in names if _pair(name) in found}

    def read_items(self, pairs: tuple[Pair, ...]) -> dict[Pair, Secret]:
        """The items that exist under these services and usernames, made by whatever tool. Raises what `read` does."""
        for pair in pairs:
            _check_pair(pair)
        return {pair: Secret(value) for pair, value in self._read(pairs).items()}

    def write(self, name: str, secret: Secret) -> None:
        from ctx.secrets.values import checked

        value = checked(name, secret)
        self._check_length(name, value)
        try:
            self._check()
            with self._lock():
                self._put(_pair(name), value)
        except SecretError as error:
            raise _told(error, f"{name} was not kept", (name,)) from None

    def remove(self, name: str) -> bool:
        pair = _pair(name)
        try:
            if not self._read((pair,)):
                return False
            with self._lock():
                return self._delete(pair)
        except SecretError as error:
            raise _told(error, f"{name} was not removed", ()) from None

    def probe(self) -> None:
        """Whether the OS keyring works here: an item is written, read back, compared and removed.

        Raises StoreAbsentError, StoreLockedError, StoreSilentError, SecretError for what does not work.
        """
        self._check()
        with self._lock():
            self._put(_PROBE, os.urandom(16).hex())
            self._delete(_PROBE)

    # Reading.

    def _read(self, pairs: tuple[Pair, ...]) -> dict[Pair, str]:
        if not pairs:
            return {}
        choice = self._client.choice
        begin = time.monotonic()
        if choice.is_service:
            from ctx.secrets import service

            try:
                return service.read_many(pairs, self._places.environ, self._answer_seconds())
            except service.Miss:
                pass
            except StoreLockedError:
                if not self._places.interactive:
                    raise
        if choice.name == MACOS:
            keychain.prepare(self._places, self._notify)
        found = self._client.ask(lambda backend: _get_many(backend, pairs), time.monotonic() - begin)
        if choice.name == MACOS:
            keychain.remember(self._places)
        return found

    def _answer_seconds(self) -> float:
        patience = self._places.patience
        return min(patience, _ANSWER_SECONDS) if self._places.interactive else patience

    # Changing.

    def _check(self) -> None:
        """Say what is wrong before `keyring` is loaded, and more exactly than that would. Raises what `read` does."""
        if self._client.choice.is_service:
            from ctx.secrets import service

            try:
                service.check(self._places.environ, self._answer_seconds())
            except service.Miss:
                pass
            except (StoreLockedError, service.NoCollectionError):
                if not self._places.interactive:
                    raise
                self._client.open()

    def _check_length(self, name: str, value: str) -> None:
        if self._client.choice.name != backends.WINDOWS:
            return
        units = len(value.encode("utf-16-le")) // 2
        if units > WINDOWS_LIMIT:
            raise SecretError(
                f"the value of {name} is {units:,} characters long; the Windows Credential Manager keeps {WINDOWS_LIMIT:,}",
                fix=f"{_set_in_file(name)} has no such limit",
            )

    def _lock(self) -> Lock:
        from ctx.secrets import private

        folder = os.path.join(self._places.data, _FOLDER)
        private.make_folder(folder)
        return private.Lock(os.path.join(folder, _LOCK), max(self._places.patience, _LOCK_SECONDS))

    def _put(self, pair: Pair, value: str) -> None:
        before = self._current(pair)
        if before == value:
            # On macOS every write is a removal and a new item, which forgets who may read it unasked.
            return
        try:
            self._client.ask(lambda backend: backend.set_password(*pair, value), secret=value)
            kept = self._current(pair)
        except SecretError:
            self._put_back(pair, before)
            raise
        if kept != value:
            self._put_back(pair, before)
            title = self._client.choice.title
            raise SecretError(
                f"the OS keyring ({title}) did not keep what was written: "
                + ("nothing was there" if kept is None else "something else was there"),
                fix="another program may have an item of this name: "
                + typed("keyring", "get", *pair)
                + " shows what is found first",
            )

    def _put_back(self, pair: Pair, before: str | None) -> None:
        """As well as it goes: what is told is why the new value was not kept."""
        try:
            if before is None:
                self._client.ask(lambda backend: backend.delete_password(*pair))
            elif self._current(pair) != before:
                self._client.ask(lambda backend: backend.set_password(*pair, before), secret=before)
        except SecretError:
            pass

    def _delete(self, pair: Pair) -> bool:
        """Whether there was anything. Raises SecretError where something stays."""
        for turn in range(_COPIES):
            if self._current(pair) is None:
                return turn > 0
            self._client.ask(lambda backend: backend.delete_password(*pair))
        if self._current(pair) is not None:
            raise SecretError("the OS keyring still has it", fix=typed("keyring", "del", *pair))
        return True

    def _current(self, pair: Pair) -> str | None:
        return self._read((pair,)).get(pair)


def _pair(name: str) -> Pair:
    return PREFIX + name, name


def _check_pair(pair: Pair) -> None:
    from ctx.secrets.values import is_text

    if not all(is_text(part) and "\0" not in part for part in pair):
        # A NUL in it makes the bus hang up.
        service, username = pair
        raise SecretError(
            f"no item of the OS keyring can be called {username!r} of {service!r}",
            fix="take out the NUL, or what is not UTF-8",
        )


def _get_many(backend: KeyringBackend, pairs: tuple[Pair, ...]) -> dict[Pair, str]:
    together = getattr(backend, "get_many", None)
    if together is not None:
        found: dict[Pair, str] = together(pairs)
        return found
    each = {pair: backend.get_password(*pair) for pair in pairs}
    return {pair: value for pair, value in each.items() if value is not None}


def _told(error: SecretError, outcome: str, names: tuple[str, ...]) -> SecretError:
    """`error` with what it led to, and another place for these secrets as a way out."""
    fixes = [error.fix] if error.fix else []
    name = names[0] if len(names) == 1 else "NAME"
    if names and isinstance(error, StoreLockedError):
        fixes.append(f"copy what is needed here: {typed('ctx', 'secret', 'move', '--to', 'file', *names)}")
    elif names and isinstance(error, (StoreAbsentError, StoreSilentError)):
        fixes.append(f"keep it in the encrypted file: {_set_in_file(name)}")
    return type(error)(f"{error.what}; {outcome}", where=error.where, fix="; or ".join(fixes))


def _set_in_file(name: str) -> str:
    return typed("ctx", "secret", "set", "--to", "file", name)
