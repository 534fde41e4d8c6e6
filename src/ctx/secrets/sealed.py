"""The format of the encrypted store: JSON, names in the clear, every value encrypted by itself.

    {"v": 1, "id": …, "wrap": {"kdf": "keyfile", "path": …, "key": …}, "items": {NAME: …}, "seal": …}

AES-256-GCM throughout. A random data key encrypts the items; `wrap.key` is that data key, encrypted under the key file
(for another `kdf` only the wrap would change). Each ciphertext is bound to what it stands for, to the store's `id` and,
for an item, to its name: none can be moved, copied or taken from another store. `seal` encrypts nothing and is bound to
all the rest, so that no entry can be taken out either. Only `wrap.path`, the key file's place, is not bound: a key that
was moved is found again by editing it. Ciphertexts stand as base64, the nonce first.
"""

from __future__ import annotations

import binascii
import os

from ctx.packages import ensure
from ctx.secrets.base import StoreAbsentError, StoreDamagedError, StoreLockedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = 1
EXTRA = "ctx-profiles[file]"
"""What to install where `cryptography` does not come along with keyring: macOS, Windows."""

_NONCE = 12
"""Bytes, as NIST SP 800-38D recommends for GCM."""

_KEYFILE, _SCRYPT = "keyfile", "scrypt"
_ID = "0123456789abcdef"
_UPDATE = "update ctx"

# Below these bounds a passphrase is soon guessed; above them memory runs out, for scrypt takes 128 * n * r bytes.
_SCRYPT_BOUNDS = {"n": (1 << 15, 1 << 20), "r": (8, 8), "p": (1, 4)}


class Sealed:
    """A store as it lies on disk, its shape checked and nothing opened. `path` is where its key file is."""

    __slots__ = ("identity", "items", "path", "seal", "wrapped")

    def __init__(self, identity: str, path: str, wrapped: str, items: dict[str, str], seal: str) -> None:
        self.identity = identity
        self.path = path
        self.wrapped = wrapped
        self.items = items
        self.seal = seal

    def bound(self, kind: str, what: str) -> bytes:
        """What a ciphertext of this store is bound to: its kind and what it stands for."""
        # Only the last part can hold a NUL, so no two of these are alike.
        return "\0".join((f"ctx secrets {FORMAT}", self.identity, kind, what)).encode("utf-8", "surrogatepass")

    def bound_seal(self) -> bytes:
        """What the seal is bound to: everything but the place of the key file."""
        import json

        return self.bound("seal", json.dumps([_KEYFILE, self.wrapped, self.items], sort_keys=True))

    def dumps(self) -> bytes:
        """The text of the file."""
        import json

        wrap = {"kdf": _KEYFILE, "path": self.path, "key": self.wrapped}
        content = {"v": FORMAT, "id": self.identity, "wrap": wrap, "items": self.items, "seal": self.seal}
        return json.dumps(content, indent=1).encode() + b"\n"


class Opened:
    """A store with its data key: values can be read and changed, and the whole written again."""

    __slots__ = ("_cipher", "_sealed")

    def __init__(self, sealed: Sealed, data_key: bytes) -> None:
        self._sealed = sealed
        self._cipher = _aes(data_key)

    def get(self, name: str) -> str | None:
        """The value under a name, None if there is none. Raises StoreDamagedError."""
        text = self._sealed.items.get(name)
        if text is None:
            return None
        value = _decrypt(self._cipher, text, self._sealed.bound("item", name))
        if value is None:
            raise StoreDamagedError(f"holds an entry {name!r} that ctx has not written there")
        return value.decode()

    def put(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        self._sealed.items[name] = _encrypt(self._cipher, value.encode(), self._sealed.bound("item", name))

    def drop(self, name: str) -> bool:
        """Forget the value under a name; whether there was one."""
        return self._sealed.items.pop(name, None) is not None

    def is_whole(self) -> bool:
        """Whether names and values are those that ctx wrote together."""
        return _decrypt(self._cipher, self._sealed.seal, self._sealed.bound_seal()) is not None

    def dumps(self) -> bytes:
        """The text of the file, sealed anew."""
        self._sealed.seal = _encrypt(self._cipher, b"", self._sealed.bound_seal())
        return self._sealed.dumps()


def check() -> None:
    """Whether anything can be encrypted here. Raises StoreAbsentError."""
    _aes(bytes(32))


def new(path: str, key: bytes) -> Opened:
    """A store without secrets that opens with the key in the file at `path`. Raises StoreAbsentError."""
    sealed = Sealed(os.urandom(16).hex(), path, "", {}, "")
    data_key = os.urandom(32)
    sealed.wrapped = _encrypt(_aes(key), data_key, sealed.bound("wrap", _KEYFILE))
    return Opened(sealed, data_key)


def unseal(sealed: Sealed, key: bytes) -> Opened:
    """Open a store with the content of its key file.

    Raises StoreDamagedError where that does not fit or anything was changed, StoreAbsentError.
    """
    data_key = _decrypt(_aes(key), sealed.wrapped, sealed.bound("wrap", _KEYFILE))
    if data_key is None:
        raise StoreDamagedError(f"does not open with {sealed.path}: the key is another store's, or one was changed")
    opened = Opened(sealed, data_key)
    if not opened.is_whole():
        raise StoreDamagedError("was changed by something else than ctx: its seal is broken")
    return opened


def loads(data: bytes) -> Sealed:
    """A store from the text of its file.

    Raises StoreDamagedError for what ctx has not written, or a newer one has; StoreLockedError for a passphrase.
    """
    content = _content(data)
    items, wrap = content["items"], content["wrap"]
    identity, seal = content["id"], content["seal"]
    shape = type(items) is type(wrap) is dict and all(map(_is_ascii, (identity, seal, *items.values())))
    if not shape or len(identity) != 32 or identity.strip(_ID):
        raise _foreign()
    if wrap.get("kdf") == _SCRYPT:
        _refuse_passphrase(wrap)
    if wrap.get("kdf") != _KEYFILE:
        raise StoreLockedError("opens in a way that this version of ctx does not know", fix=_UPDATE)
    if wrap.keys() != {"kdf", "path", "key"} or not _is_ascii(wrap["key"]) or not _is_path(wrap["path"]):
        raise _foreign()
    return Sealed(identity, wrap["path"], wrap["key"], items, seal)


def _content(data: bytes) -> dict[str, Any]:
    import json

    if not data.strip():
        raise StoreDamagedError("is empty")
    try:
        content = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise StoreDamagedError("was cut off or changed: it cannot be parsed") from None
    version = content.get("v") if type(content) is dict else None
    if type(version) is int and version > FORMAT:
        raise StoreDamagedError(f"was written by a newer ctx; this one knows format {FORMAT}", fix=_UPDATE)
    if type(version) is not int or version != FORMAT or content.keys() != {"v", "id", "wrap", "items", "seal"}:
        raise _foreign()
    return dict(content)


def _refuse_passphrase(wrap: dict[str, Any]) -> None:
    for name, (least, most) in _SCRYPT_BOUNDS.items():
        value = wrap.get(name)
        if type(value) is not int or not least <= value <= most:
            raise StoreDamagedError(f"asks for scrypt with {name} outside {least:,} to {most:,}")
    raise StoreLockedError("opens with a passphrase, which this version of ctx does not ask for", fix=_UPDATE)


def _foreign() -> StoreDamagedError:
    return StoreDamagedError("is not what ctx writes: it was changed, or is another program's")


def _is_ascii(value: object) -> bool:
    return isinstance(value, str) and value.isascii()


def _is_path(value: object) -> bool:
    try:
        return isinstance(value, str) and os.path.isabs(value) and b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:
        return False


def _aes(key: bytes) -> AESGCM:
    """What encrypts and decrypts under this key. Raises StoreAbsentError."""
    try:
        AESGCM = _aesgcm()  # noqa: N806 - a class
    except Exception as error:
        cause = "is not installed" if isinstance(error, ModuleNotFoundError) else f"cannot be loaded ({error})"
        raise StoreAbsentError(
            f"the encrypted file needs the Python package cryptography, which {cause}",
            fix=f"install ctx with it: uv tool install '{EXTRA}' (with pipx or pip: the same name)",
        ) from None
    return AESGCM(key)


def _aesgcm() -> type[AESGCM]:
    ensure("cryptography")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM


def _encrypt(cipher: AESGCM, value: bytes, bound: bytes) -> str:
    nonce = os.urandom(_NONCE)
    return binascii.b2a_base64(nonce + cipher.encrypt(nonce, value, bound), newline=False).decode()


def _decrypt(cipher: AESGCM, text: str, bound: bytes) -> bytes | None:
    """The value, None where any bit of ciphertext, key or binding is not what it was."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
        return cipher.decrypt(data[:_NONCE], data[_NONCE:], bound)
    except Exception:
        # InvalidTag, and ValueError for what is too short; neither says more than that it does not fit.
        return None
