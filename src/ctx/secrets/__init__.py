"""Where secrets come from. `CTX_SECRET_<NAME>` counts first, then the store that each secret was put into.

A profile's secrets are read together, in one go for each store; a profile without secrets touches none of them.
"""

from __future__ import annotations

from ctx.errors import SecretError, typed
from ctx.model import Secret
from ctx.secrets.base import ENVIRONMENT, FILE, KEYRING, SecretStore, StoreAbsentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ctx.secrets.base import Places
    from ctx.secrets.index import Index

PREFIX = "CTX_SECRET_"

STORE = "CTX_SECRETS_STORE"
"""The variable that names the store for new secrets, whatever was decided before: `keyring` or `file`."""


class EnvironmentStore(SecretStore):
    """`CTX_SECRET_<NAME>` in the environment, for CI and containers: read-only, nothing on disk."""

    label = ENVIRONMENT

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ

    def read(self, names: tuple[str, ...]) -> dict[str, Secret]:
        found = {name: self._environ.get(variable(name)) for name in names}
        return {name: Secret(value) for name, value in found.items() if value}


def variable(name: str) -> str:
    """The environment variable that stands in for the secret `name`: upper case, other characters as `_`."""
    return PREFIX + "".join(char.upper() if char.isalnum() else "_" for char in name)


def open_store(kind: str, places: Places, notify: Callable[[str], None] | None = None) -> SecretStore:
    """The store of this kind; `notify` says to a person that a dialog is being waited for."""
    if kind == FILE:
        from ctx.secrets.file import FileStore

        return FileStore(places)
    from ctx.secrets.os_keyring import KeyringStore

    return KeyringStore(places, notify)


def chosen(places: Places, index: Index) -> str:
    """The store for new secrets: CTX_SECRETS_STORE, else the one decided on before, else "".

    Raises SecretError for a store that does not exist.
    """
    named = places.environ.get(STORE, "")
    if named not in (KEYRING, FILE, ""):
        raise SecretError(f"{STORE} names no store: {named!r}", fix=f"{STORE}={KEYRING}, or {STORE}={FILE}")
    return named or index.store


def read_named(
    names: tuple[str, ...],
    places: Places,
    asked_at: dict[str, str],
    notify: Callable[[str], None] | None = None,
) -> dict[str, Secret]:
    """Every one of `names`; `asked_at` says where each was asked for.

    Raises SecretError for the first that is nowhere, StoreAbsentError, StoreLockedError, StoreSilentError and
    StoreDamagedError for the store that cannot tell.
    """
    found = EnvironmentStore(places.environ).read(names)
    missing = [name for name in names if name not in found]
    if not missing:
        return found
    from ctx.secrets import index as records

    index = records.load(places)
    default = chosen(places, index)
    by_store: dict[str, list[str]] = {}
    for name in missing:
        entry = index.entries.get(name)
        by_store.setdefault(entry.store if entry else default, []).append(name)
    for kind, wanted in by_store.items():
        found.update(read_stored(kind, tuple(wanted), places, asked_at, notify))
    for name in names:
        if name not in found:
            entry = index.entries.get(name)
            raise _absent(name, asked_at[name], entry.store if entry else default)
    return found


def read_stored(
    kind: str,
    names: tuple[str, ...],
    places: Places,
    asked_at: dict[str, str],
    notify: Callable[[str], None] | None,
) -> dict[str, Secret]:
    """What one store has of these; "" asks the stores that may be here, where no secret was ever set by ctx."""
    if not kind:
        found = read_stored(FILE, names, places, asked_at, notify)
        left = tuple(name for name in names if name not in found)
        try:
            return found | (read_stored(KEYRING, left, places, asked_at, notify) if left else {})
        except StoreAbsentError:
            return found
    try:
        return open_store(kind, places, notify).read(names)
    except SecretError as error:
        what = error.what if names[0] in error.what else f"the secret {names[0]!r} cannot be read: {error.what}"
        asked = asked_at[names[0]]
        raise type(error)(f"{error.where}: {what}" if error.where else what, where=asked, fix=error.fix) from None


def _absent(name: str, asked: str, kind: str) -> SecretError:
    where = {KEYRING: "is not in the OS keyring", FILE: "is not in the encrypted file"}.get(kind, "is not there")
    fix = f"{typed('ctx', 'secret', 'set', name)}, or export {variable(name)}=…"
    return SecretError(f"the secret {name!r} {where}", where=asked, fix=fix)


def read_items(items: dict[tuple[str, str], str], places: Places) -> dict[tuple[str, str], Secret]:
    """The items of the OS keyring with these services and usernames; the values of `items` say where each is asked for.

    Raises SecretError for the first that is not there, and what `read_named` does.
    """
    if not items:
        return {}
    from ctx.secrets.os_keyring import KeyringStore

    pairs = tuple(items)
    try:
        found = KeyringStore(places).read_items(pairs)
    except SecretError as error:
        what = f"{error.where}: {error.what}" if error.where else error.what
        raise type(error)(what, where=items[pairs[0]], fix=error.fix) from None
    for pair in pairs:
        if pair not in found:
            service, username = pair
            what = f"the OS keyring has no item with service {service!r} and username {username!r}"
            raise SecretError(what, where=items[pair], fix=typed("keyring", "set", service, username))
    return found
