"""Backends of `keyring` that a user may have named, each with a fault of its own. They keep what they keep in `ITEMS`."""

from __future__ import annotations

from typing import Any

from keyring.backend import KeyringBackend
from keyring.backends import null

ITEMS: dict[tuple[str, str], str] = {}


class Remembering(KeyringBackend):
    """No fault."""

    priority: Any = 0

    def get_password(self, service: str, username: str) -> str | None:
        return ITEMS.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        ITEMS[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del ITEMS[service, username]


class FirstLine(Remembering):
    """Keeps the first line, as `keyring-pass` does."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password.partition("\n")[0])


class Talkative(Remembering):
    """Fails, and shows what it could not keep."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(f"cannot keep {password!r}")


class DeleteThenAdd(Remembering):
    """Takes the old value away before it fails, as the macOS Keychain may; without a fault for values that begin so."""

    def set_password(self, service: str, username: str, password: str) -> None:
        ITEMS.pop((service, username), None)
        if not password.startswith("fine"):
            raise RuntimeError("(-25308, 'Unknown Error')")
        super().set_password(service, username, password)


class Sticky(Remembering):
    """Says that it removed, and does not."""

    def delete_password(self, service: str, username: str) -> None:
        pass


class Waiting(Remembering):
    """Never answers, and takes no exception for an answer."""

    def get_password(self, service: str, username: str) -> str | None:
        import time

        while True:
            try:
                time.sleep(60)
            except Exception:
                continue


class _Raises:
    def __get__(self, instance: object, owner: type) -> float:
        raise RuntimeError("needs another desktop")


class Unable(Remembering):
    """Cannot work here."""

    priority = _Raises()


class Renamed(null.Keyring):
    """The one that keeps nothing, under another name."""
