"""The Secret Service on Linux (GNOME Keyring, KWallet, KeePassXC), read directly: all secrets of a profile in one go.

It finds what `keyring` finds: the same default collection, of several items that match the first. Nothing here changes
anything or makes a dialog appear. What it cannot do as safely as `keyring` is a Miss, and left to that.
Source: the Secret Service API draft, https://specifications.freedesktop.org/secret-service/.
"""

from __future__ import annotations

import os
import stat

from ctx.errors import typed
from ctx.secrets.base import StoreAbsentError, StoreDamagedError, StoreLockedError, StoreSilentError
from ctx.secrets.dbus import AnswerError, BrokenError, Bus, SilentError, UnreachableError, escape
from ctx.secrets.dbus_wire import WireError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ctx.errors import SecretError

Pair = tuple[str, str]
"""Service and username of an item, as `keyring` calls the two attributes by which it looks for one."""

_ADDRESS = "DBUS_SESSION_BUS_ADDRESS"
_RUNTIME = "XDG_RUNTIME_DIR"

_NAME = "org.freedesktop.secrets"
_PATH = "/org/freedesktop/secrets"
_COLLECTION = "org.freedesktop.Secret.Collection"
_ITEM = "org.freedesktop.Secret.Item"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_TO_SERVICE = (_NAME, _PATH, "org.freedesktop.Secret.Service")

_DBUS_ERROR = "org.freedesktop.DBus.Error."
_NO_SERVICE = (f"{_DBUS_ERROR}ServiceUnknown", f"{_DBUS_ERROR}NameHasNoOwner", f"{_DBUS_ERROR}Spawn.")
_NO_COLLECTION = (
    "org.freedesktop.Secret.Error.NoSuchObject",
    f"{_DBUS_ERROR}UnknownMethod",
    f"{_DBUS_ERROR}UnknownObject",
    f"{_DBUS_ERROR}UnknownInterface",
)
_IS_LOCKED = "org.freedesktop.Secret.Error.IsLocked"
_TIMED_OUT = (f"{_DBUS_ERROR}TimedOut", f"{_DBUS_ERROR}Timeout")


class Miss(Exception):
    """A question for `keyring` to answer."""


class NoCollectionError(StoreAbsentError):
    """The service is there and was never set up, which a dialog could do."""


def read_many(pairs: tuple[Pair, ...], environ: dict[str, str], patience: float) -> dict[Pair, str]:
    """The values of the items that exist, asked for within `patience` seconds.

    Raises Miss, StoreAbsentError, StoreLockedError, StoreSilentError, StoreDamagedError.
    """
    return _talk(pairs, environ, patience)


def check(environ: dict[str, str], patience: float) -> None:
    """Whether the default collection is there and open. Raises what `read_many` does."""
    _talk((), environ, patience)


def _talk(pairs: tuple[Pair, ...], environ: dict[str, str], patience: float) -> dict[Pair, str]:
    if any(name.startswith("KEYRING_PROPERTY_") for name in environ):
        # Another collection, or other attributes to look for.
        raise Miss
    address = bus_address(environ)
    try:
        bus = Bus(address, patience)
    except UnreachableError as error:
        raise unreachable(environ, address, error.reason) from None
    except SilentError:
        raise silent(patience, "the D-Bus session bus") from None
    try:
        try:
            found = _Conversation(bus).read(pairs)
        except Exception:
            # Not for Ctrl-C, which is not made to wait.
            bus.drain()
            raise
        bus.drain()
    except SilentError as error:
        raise silent(patience, "the Secret Service" if error.connected else "the D-Bus session bus") from None
    except AnswerError as error:
        raise refused(error.name, patience) from None
    except (BrokenError, WireError):
        raise Miss from None
    else:
        return found
    finally:
        bus.close()


class _Conversation:
    """What is asked over one connection."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def read(self, pairs: tuple[Pair, ...]) -> dict[Pair, str]:
        """Three waits: for the default collection, for where the items are, for what they hold.

        GNOME Keyring (42 to 50) is gone for the whole session, aborted, when a client's first call opens a session before
        the daemon has noted the client, when calls are left unanswered by a client that hung up, and when calls by the
        path `aliases/default` come while it notes another client. So: a harmless question first and alone, nothing by
        that path, and no hanging up before all answers are in.
        """
        bus = self._bus
        collection = self._default() or self._default()
        if not collection:
            raise no_collection()
        state = bus.post((_NAME, collection, _PROPERTIES), "Get", "ss", (_COLLECTION, "Locked"))
        # `plain`: the value crosses the user's own bus, on which that user may ask for it anyway. Encrypting it would
        # take longer than all the rest.
        opened = pairs and bus.post(_TO_SERVICE, "OpenSession", "sv", ("plain", ("s", "")))
        searches = {pair: self._search(collection, pair) for pair in pairs}
        if _boolean(bus.answer(state, "v")):
            raise locked()
        paths = {pair: found[0] for pair, serial in searches.items() for found in bus.answer(serial, "ao") if found}
        return self._values(paths, opened) if opened and paths else {}

    def _default(self) -> str:
        """The default collection, "" if there is none; GNOME Keyring says that too of a client it has not noted yet."""
        (path,) = self._bus.answer(self._bus.post(_TO_SERVICE, "ReadAlias", "s", ("default",)), "o")
        return "" if path == "/" else path

    def _search(self, collection: str, pair: Pair) -> int:
        service, username = pair
        wanted = {"service": service, "username": username}
        return self._bus.post((_NAME, collection, _COLLECTION), "SearchItems", "a{ss}", (wanted,))

    def _values(self, paths: dict[Pair, str], opened: int) -> dict[Pair, str]:
        try:
            _, session = self._bus.answer(opened, "vo")
        except AnswerError:
            # KWallet wants to encrypt (go-keyring#81).
            raise Miss from None
        values = self._secrets(tuple(dict.fromkeys(paths.values())), session)
        return {pair: _text(pair, values[path]) for pair, path in paths.items()}

    def _secrets(self, paths: tuple[str, ...], session: str) -> dict[str, bytes]:
        asked = self._bus.post(_TO_SERVICE, "GetSecrets", "aoo", (paths, session))
        (found,) = self._bus.answer(asked, "a{o(oayays)}")
        for path in paths:
            if path not in found:
                raise self._left_out(path)
        if any(owner != session or parameters for owner, parameters, _, _ in found.values()):
            raise WireError("a secret for another session")
        return {path: value for path, (_, _, value, _) in found.items()}

    def _left_out(self, path: str) -> Exception:
        """Why the service gave no secret for an item: it is locked by itself, or was deleted meanwhile."""
        asked = self._bus.post((_NAME, path, _PROPERTIES), "Get", "ss", (_ITEM, "Locked"))
        try:
            return AnswerError(_IS_LOCKED) if _boolean(self._bus.answer(asked, "v")) else Miss()
        except AnswerError:
            return Miss()


def _boolean(answer: tuple[Any, ...]) -> bool:
    ((kind, value),) = answer
    if kind != "b":
        raise WireError("a property that is no boolean")
    return bool(value)


def _text(pair: Pair, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise not_text(pair) from None


def bus_address(environ: dict[str, str]) -> str:
    """The session bus's address: DBUS_SESSION_BUS_ADDRESS, else the user's own bus in XDG_RUNTIME_DIR.

    The second is for cron, su and shells older than the session. Raises StoreAbsentError.
    """
    address = environ.get(_ADDRESS)
    if address:
        return address
    runtime = environ.get(_RUNTIME, "")
    path = f"{runtime}/bus"
    if runtime and is_own_socket(path):
        return f"unix:path={escape(path)}"
    cause = f"{_ADDRESS} is not set"
    if runtime:
        cause += f", and {path} is not there"
    fix = ""
    default = f"/run/user/{os.geteuid()}"
    if not runtime and is_own_socket(f"{default}/bus"):
        fix = typed("export", f"{_RUNTIME}={default}")
    raise StoreAbsentError(f"there is no OS keyring here: no D-Bus session bus ({cause})", fix=fix)


def is_own_socket(path: str) -> bool:
    """Whether a socket of this user's lies at `path`."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISSOCK(status.st_mode) and status.st_uid == os.geteuid()


# What both ways to the Secret Service, this one and `keyring`, say where it does not answer.

_UNLOCK = "unlock it in the desktop session"


def unreachable(environ: dict[str, str], address: str, reason: str) -> SecretError:
    """Nobody listens at the bus's address, which `reason` explains, "" where the address is none."""
    runtime = environ.get(_RUNTIME, "")
    fix = typed("unset", _ADDRESS)
    other = f"unix:path={escape(f'{runtime}/bus')}"
    if runtime and address != other and is_own_socket(f"{runtime}/bus"):
        fix = typed("export", f"{_ADDRESS}={other}")
    cause = f"{_ADDRESS} names no Unix socket: {address!r}"
    if reason:
        cause = f"its D-Bus session bus does not answer at {address}: {reason}"
    return StoreAbsentError(f"there is no OS keyring here: {cause}", fix=fix)


def no_service() -> SecretError:
    """Nothing on the bus keeps secrets, and nothing that does could be started."""
    return StoreAbsentError(
        "there is no OS keyring here: nothing on the D-Bus session bus offers the Secret Service",
        fix="install and start GNOME Keyring, KWallet or KeePassXC",
    )


def no_collection() -> SecretError:
    """The service is there, and was never set up."""
    return NoCollectionError(
        "there is no OS keyring here: the Secret Service has no default collection",
        fix="create one in the desktop session, in Passwords and Keys (seahorse) or KeePassXC",
    )


def locked() -> SecretError:
    """The collection is there and locked."""
    return StoreLockedError("the OS keyring (Secret Service) is locked", fix=_UNLOCK)


def item_locked() -> SecretError:
    """One item wants to be unlocked by itself."""
    return StoreLockedError("an item of the OS keyring (Secret Service) is locked", fix=f"{_UNLOCK} (KeePassXC asks)")


def silent(patience: float, who: str) -> SecretError:
    """No answer in time."""
    return StoreSilentError(
        f"{who} did not answer within {patience:g} s",
        fix="look for its dialog on the desktop; if there is none, log out and in again",
    )


def not_text(pair: Pair) -> SecretError:
    """What the item holds cannot go into a variable."""
    service, username = pair
    return StoreDamagedError(
        f"the item {username!r} of {service!r} in the OS keyring is not text",
        fix=typed("secret-tool", "lookup", "service", service, "username", username),
    )


def refused(name: str, patience: float) -> SecretError | Miss:
    """What a D-Bus error of this name means."""
    if name.startswith(_NO_SERVICE):
        return no_service()
    if name in _NO_COLLECTION:
        return no_collection()
    if name == _IS_LOCKED:
        return item_locked()
    if name in _TIMED_OUT:
        return silent(patience, "the Secret Service")
    return Miss()
