"""Asking one of `keyring`'s backends: loaded once, under a deadline, its exceptions made into sentences."""

from __future__ import annotations

from ctx.errors import SecretError
from ctx.packages import ensure
from ctx.secrets import backends
from ctx.secrets.base import StoreAbsentError, StoreLockedError, StoreSilentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from keyring.backend import KeyringBackend

    from ctx.secrets.base import Places

    Result = TypeVar("Result")

_DIALOG = "waiting for the desktop's keyring dialog (Ctrl-C gives up)"


class Client:
    """The backend that is used here; `notify` is called with a sentence before a dialog may appear."""

    def __init__(self, places: Places, notify: Callable[[str], None] | None) -> None:
        self._places = places
        self._notify = notify
        self._choice: backends.Choice | None = None
        self._loaded: KeyringBackend | None = None

    @property
    def choice(self) -> backends.Choice:
        """Which backend that is, found out once. Raises SecretError."""
        if self._choice is None:
            self._choice = backends.choose(self._places.environ)
        return self._choice

    def ask(self, question: Callable[[KeyringBackend], Result], spent: float = 0.0, *, secret: str = "") -> Result:
        """What a backend answers within the patience, of which so many seconds were `spent`.

        Raises StoreAbsentError, StoreLockedError, StoreSilentError, and SecretError for all else. `secret` is kept out
        of what the backend says.
        """
        from ctx.secrets.deadline import Deadline, OutOfTime

        choice = self.choice
        patience = self._places.patience
        try:
            with Deadline(patience - spent):
                return question(self._backend())
        except OutOfTime:
            raise _silent(choice, patience) from None
        except SecretError:
            raise
        except Exception as error:
            raise _explained(error, choice, patience, secret) from None

    def open(self) -> None:
        """Have the Secret Service unlocked, or set up, by a dialog of the desktop. Raises what `ask` does."""
        self.ask(_open)

    def _backend(self) -> KeyringBackend:
        if self._loaded is None:
            if self.choice.is_service:
                ensure("keyring")
                from ctx.secrets.service_backend import Backend

                self._loaded = Backend(self._places.environ, self._dialog if self._places.interactive else None)
            else:
                self._loaded = backends.load(self.choice)
        return self._loaded

    def _dialog(self) -> None:
        if self._notify is not None:
            self._notify(_DIALOG)


def _open(backend: Any) -> None:
    backend.get_preferred_collection().connection.close()


def _silent(choice: backends.Choice, patience: float) -> SecretError:
    return StoreSilentError(
        f"the OS keyring ({choice.title}) did not answer within {patience:g} s",
        fix="look for its dialog on the desktop; if there is none, log out and in again",
    )


def _explained(error: Exception, choice: backends.Choice, patience: float, secret: str) -> SecretError:
    """What a backend's exception means. Many are none of `keyring`'s own: D-Bus errors, OSError, pywintypes.error."""
    if isinstance(error, TimeoutError):
        return _silent(choice, patience)
    if choice.is_service and not isinstance(error, ImportError):
        from ctx.secrets.service_backend import explained

        known = explained(error, patience)
        if known is not None:
            return known
    # An encoding error's text shows a piece of the value.
    said = "" if isinstance(error, UnicodeError) else str(error)
    if secret:
        said = said.replace(secret, "***")
    name = type(error).__name__
    if name == "KeyringLocked" or "-25308" in said:
        # errSecInteractionNotAllowed: macOS shows no dialog over SSH (keyring#302).
        fix = "security unlock-keychain" if choice.name == backends.MACOS else "unlock it in the desktop session"
        return StoreLockedError(f"the OS keyring ({choice.title}) is locked", fix=fix)
    if name == "NoKeyringError":
        # Its own text sends people to a store in plain text.
        return StoreAbsentError(f"there is no OS keyring here: {choice.title} finds none")
    return SecretError(f"the OS keyring ({choice.title}) failed: {name}" + (f": {said}" if said else ""))
