"""`keyring`'s own Secret Service backend, on ctx's terms: which bus, when a dialog may appear, what each failure means."""

from __future__ import annotations

from contextlib import closing

import secretstorage
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse
from keyring.backends import SecretService
from secretstorage.exceptions import (
    ItemNotFoundException,
    LockedException,
    PromptDismissedException,
    SecretServiceNotAvailableException,
)
from secretstorage.util import add_match_rules

from ctx.errors import SecretError
from ctx.secrets import service
from ctx.secrets.base import StoreLockedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from secretstorage import Collection, Item

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


class Backend(SecretService.Keyring):
    """Queries, labels and encryption are `keyring`'s, so that either finds what the other wrote.

    With `ask`, a dialog of the desktop may unlock the keyring, and set one up; `ask` is called before each.
    """

    def __init__(self, environ: dict[str, str], ask: Callable[[], None] | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._environ = environ
        self._ask = ask

    def get_preferred_collection(self) -> Collection:
        """The collection that `keyring` would take, unlocked. Its connection is the caller's to close."""
        address = service.bus_address(self._environ)
        try:
            connection = open_dbus_connection(address)
        except RuntimeError:
            raise service.unreachable(self._environ, address, "") from None
        except ValueError:
            # jeepney's AuthenticationError.
            raise service.unreachable(self._environ, address, "it refuses this user") from None
        except TimeoutError:
            raise
        except OSError as error:
            raise service.unreachable(self._environ, address, (error.strerror or str(error)).lower()) from None
        try:
            add_match_rules(connection)
            return self._unlocked(self._find(connection))
        except BaseException:
            connection.close()
            raise

    def _find(self, connection: DBusConnection) -> Collection:
        preferred = getattr(self, "preferred_collection", None)
        if preferred:
            return secretstorage.Collection(connection, preferred)
        # As `service` does, and why: by its own path, and asked for twice.
        for _ in range(2):
            try:
                return secretstorage.get_collection_by_alias(connection, "default")
            except ItemNotFoundException:
                pass
        if self._ask is None or not any(self._environ.get(name) for name in _DISPLAYS):
            raise service.no_collection()
        self._ask()
        try:
            return secretstorage.create_collection(connection, "Default", "default")
        except PromptDismissedException:
            raise StoreLockedError(
                "the OS keyring (Secret Service) is not set up: its dialog was closed", fix="repeat the command"
            ) from None

    def _unlocked(self, collection: Collection) -> Collection:
        if collection.is_locked():
            if self._ask is None:
                raise service.locked()
            self._ask()
            collection.unlock()
            if collection.is_locked():
                raise service.locked()
        return collection

    def unlock(self, item: Item) -> None:
        """Unlock one item, where a dialog may do that."""
        if item.is_locked():
            if self._ask is None:
                raise service.item_locked()
            self._ask()
            item.unlock()
            if item.is_locked():
                raise service.item_locked()

    def get_many(self, pairs: tuple[service.Pair, ...]) -> dict[service.Pair, str]:
        """What `get_password` gives for each, over one connection and one encrypted session."""
        found = {}
        collection = self.get_preferred_collection()
        with closing(collection.connection):
            for pair in pairs:
                item = next(collection.search_items(self._query(*pair)), None)
                if item is not None:
                    self.unlock(item)
                    try:
                        found[pair] = item.get_secret().decode()
                    except UnicodeDecodeError:
                        raise service.not_text(pair) from None
                    collection.session = item.session
        return found


def explained(error: Exception, patience: float) -> SecretError | None:
    """What an exception of these libraries means, None if there is nothing to tell from it."""
    if isinstance(error, ItemNotFoundException):
        return service.no_collection()
    if isinstance(error, LockedException):
        return service.locked()
    if isinstance(error, SecretServiceNotAvailableException):
        return service.no_service()
    if isinstance(error, PromptDismissedException):
        return StoreLockedError("the dialog of the OS keyring was closed", fix="repeat the command")
    if isinstance(error, DBusErrorResponse):
        known = service.refused(error.name, patience)
        return known if isinstance(known, SecretError) else None
    return None
