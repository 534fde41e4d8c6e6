"""Which of `keyring`'s backends is the OS keyring here.

`keyring` itself tries all that it knows and takes the one that rates itself highest: that costs more than the whole
read, starts a compiler on Linux, and ends at a plain-text file where a package with one is installed. So the system's own
is taken by name, unless the user named another where `keyring` would look: PYTHON_KEYRING_BACKEND or keyringrc.cfg.
"""

from __future__ import annotations

import os
import sys

from ctx.errors import SecretError, typed
from ctx.packages import ensure
from ctx.secrets.base import StoreAbsentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "keyring.backends.SecretService.Keyring"
MACOS = "keyring.backends.macOS.Keyring"
WINDOWS = "keyring.backends.Windows.WinVaultKeyring"

_TITLES = {SERVICE: "Secret Service", MACOS: "macOS Keychain", WINDOWS: "Windows Credential Manager"}

_KEEP_NOTHING = ("keyring.backends.null", "keyring.backends.fail")
_VARIABLE = "PYTHON_KEYRING_BACKEND"
_FILE = "keyringrc.cfg"


class Choice:
    """A backend by the name of its class. `named` is where the user named it, "" for the system's own."""

    __slots__ = ("folder", "name", "named")

    def __init__(self, name: str, named: str = "", folder: str = "") -> None:
        self.name = name
        self.named = named
        self.folder = folder
        """Where `keyringrc.cfg` says that its module lies, "" for where all modules lie."""

    @property
    def title(self) -> str:
        """What it is, for people."""
        return _TITLES.get(self.name, self.name)

    @property
    def is_service(self) -> bool:
        """Whether it is the Secret Service, to which there are shorter ways than `keyring`'s."""
        return self.name == SERVICE


def choose(environ: dict[str, str]) -> Choice:
    """The backend that is used here. Loads nothing unless there is a `keyringrc.cfg`.

    Raises SecretError for one that cannot be read.
    """
    name = environ.get(_VARIABLE)
    if name:
        return Choice(name, _VARIABLE)
    path = _config_path(environ)
    found = _configured(path) if os.path.lexists(path) else None
    return found or Choice({"darwin": MACOS, "win32": WINDOWS}.get(sys.platform, SERVICE))


def _config_path(environ: dict[str, str]) -> str:
    """Where `keyring.util.platform_` says that it lies."""
    if sys.platform == "win32":
        root = environ.get("LOCALAPPDATA") or environ.get("ProgramData") or "."
        return os.path.join(root, "Python Keyring", _FILE)
    home = environ.get("HOME") or os.path.expanduser("~")
    return os.path.join(environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "python_keyring", _FILE)


def _configured(path: str) -> Choice | None:
    import configparser

    config = configparser.RawConfigParser()
    try:
        config.read(path, encoding="utf-8")
        name = config.get("backend", "default-keyring", fallback="").strip()
        folder = config.get("backend", "keyring-path", fallback="").strip()
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SecretError(f"cannot be read: {reason}", where=path, fix=typed("mv", path, f"{path}.old")) from None
    return Choice(name, path, os.path.expanduser(folder)) if name else None


def load(choice: Choice) -> KeyringBackend:
    """The backend itself.

    Raises StoreAbsentError where the system has none, or the user's choice keeps nothing; SecretError where the user's
    choice cannot be loaded.
    """
    if choice.name.startswith(_KEEP_NOTHING):
        raise _switched_off(choice)
    if choice.folder and choice.folder not in sys.path:
        sys.path.insert(0, choice.folder)
    module, _, name = choice.name.rpartition(".")
    try:
        ensure("keyring")
        __import__(module)
        backend: type[KeyringBackend] = getattr(sys.modules[module], name)
        # Raises where it cannot work here.
        _ = backend.priority
        loaded = backend()
    except Exception as error:
        if choice.named:
            raise SecretError(
                f"{choice.named} names the keyring backend {choice.name}, which does not work here: {error}",
                fix=_unname(choice),
            ) from None
        raise StoreAbsentError(f"there is no OS keyring here: {choice.title}: {error}") from None
    if any(base.__module__ in _KEEP_NOTHING for base in backend.__mro__):
        raise _switched_off(choice)
    return loaded


def _switched_off(choice: Choice) -> SecretError:
    return StoreAbsentError(
        f"there is no OS keyring here: {choice.named} names {choice.name}, which keeps nothing", fix=_unname(choice)
    )


def _unname(choice: Choice) -> str:
    if choice.named == _VARIABLE:
        return typed("unset", _VARIABLE)
    return typed("mv", choice.named, f"{choice.named}.old")
