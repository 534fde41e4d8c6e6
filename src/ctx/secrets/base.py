"""What every place that holds secrets can do, and how it says that it cannot."""

from __future__ import annotations

from ctx.errors import SecretError
from ctx.model import Secret

KEYRING = "keyring"
FILE = "file"
ENVIRONMENT = "environment"

HOOK_PATIENCE = 2.0
PERSON_PATIENCE = 60.0
"""Seconds that a store may take to answer: while a prompt waits, and while a person is being asked by the desktop."""


class StoreAbsentError(SecretError):
    """There is no such store on this machine."""


class StoreLockedError(SecretError):
    """The store is there and locked. It must never be unlocked from a prompt."""


class StoreSilentError(SecretError):
    """The store did not answer in time."""


class StoreDamagedError(SecretError):
    """What the store keeps is not what it wrote: changed, cut off, swapped, or from another store."""


class Places:
    """Where stores lie, and how long they may take.

    `data` is ctx's data directory, `state` the folder of the file store's key, which lies elsewhere on purpose; `environ`
    the user's environment; `patience` the seconds a call may take; `interactive` whether a person may be asked.
    """

    __slots__ = ("data", "environ", "interactive", "patience", "state")

    def __init__(
        self,
        data: str,
        state: str,
        environ: dict[str, str],
        *,
        patience: float = HOOK_PATIENCE,
        interactive: bool = False,
    ) -> None:
        self.data = data
        self.state = state
        self.environ = environ
        self.patience = patience
        self.interactive = interactive


class SecretStore:
    """A place that holds secrets by name. Subclasses say what it is called and how it is read."""

    label = ""

    def describe(self) -> str:
        """What it is and where, for people. Asks nobody, and raises nothing."""
        return self.label

    def read(self, names: tuple[str, ...]) -> dict[str, Secret]:
        """The secrets that exist under these names, in one go; absent ones are left out.

        Raises StoreAbsentError, StoreLockedError, StoreSilentError, StoreDamagedError where the store cannot tell.
        """
        raise NotImplementedError

    def write(self, name: str, secret: Secret) -> None:
        """Keep a secret under this name, in place of what was there, and read it back.

        Raises what `read` does, SecretError for a value that the store cannot hold.
        """
        raise NotImplementedError

    def remove(self, name: str) -> bool:
        """Forget the secret; whether there was one. Raises what `read` does."""
        raise NotImplementedError
