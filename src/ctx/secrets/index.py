"""Which secrets there are: name, store, and when each was made and last changed. Never a value.

`DATA/secrets/index.json`. No keyring can be asked for all that it holds, so this is how secrets are listed, and how reading
one knows where to look. It also holds the store that new secrets go into. What is not as ctx wrote it is refused, and never
taken for empty.
"""

from __future__ import annotations

import os

from ctx.errors import typed
from ctx.names import is_profile_name
from ctx.secrets import private
from ctx.secrets.base import FILE, KEYRING, StoreDamagedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.secrets.base import Places

FOLDER = "secrets"
NAME = "index.json"
FORMAT = 1
KINDS = (KEYRING, FILE)
"""The stores that a secret can be put into."""

LIMIT = 4 * 1024 * 1024
"""Bytes that are read: some 25,000 secrets."""

LOCK_SECONDS = 10.0
"""How long a change waits at least for that of another process, which may itself be waiting for the keyring."""

_UPDATE = "update ctx"


class Entry:
    """One secret: the store that has it, and two times as `2026-01-31T12:00:00Z`."""

    __slots__ = ("created", "store", "updated")

    def __init__(self, store: str, created: str, updated: str) -> None:
        self.store = store
        self.created = created
        self.updated = updated


class Index:
    """The content of the file. `store` is where new secrets go, "" while nothing was decided."""

    __slots__ = ("entries", "store")

    def __init__(self) -> None:
        self.store = ""
        self.entries: dict[str, Entry] = {}

    def put(self, name: str, store: str) -> None:
        """Note that this store has the secret, as of now."""
        now = _now()
        known = self.entries.get(name)
        self.entries[name] = Entry(store, known.created if known else now, now)

    def dumps(self) -> str:
        """The text of the file: JSON, one line for each secret, so that reading it needs no JSON parser."""
        rows = (f'  "{name}": ["{e.store}", "{e.created}", "{e.updated}"]' for name, e in sorted(self.entries.items()))
        secrets = ",\n".join(rows)
        return f'{{\n "v": {FORMAT},\n "store": "{self.store}",\n "secrets": {{\n{secrets}\n }}\n}}\n'


def path(places: Places) -> str:
    """Where the file lies."""
    return os.path.join(places.data, FOLDER, NAME)


def load(places: Places) -> Index:
    """What is known; nothing where there is no such file yet.

    Raises StoreLockedError for a file that others can read or write, StoreDamagedError for one that ctx has not written.
    """
    file = path(places)
    try:
        data = private.read(file, LIMIT)
    except FileNotFoundError:
        return Index()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise _damaged(file, "is not text") from None
    return _as_written(text) or _parsed(text, file)


def save(places: Places, index: Index) -> None:
    """Put the file on disk, whole or not at all. To be called with the lock held. Raises SecretError."""
    file = path(places)
    private.rename(private.write_temporary(file, index.dumps().encode()), file)


def lock(places: Places) -> private.Lock:
    """What keeps other processes from changing secrets: for a store and the index together.

    Makes the folder. Raises SecretError where it cannot.
    """
    private.make_folder(os.path.dirname(path(places)))
    return private.Lock(f"{path(places)}.lock", max(places.patience, LOCK_SECONDS))


def _as_written(text: str) -> Index | None:
    """The index if the text is exactly what `dumps` makes of it, else None.

    The hook's way: loading `json` would take as long as starting an interpreter.
    """
    index = Index()
    for line in text.split("\n"):
        words = line.split('"')
        if len(words) == 9:
            index.entries[words[1]] = Entry(words[3], words[5], words[7])
        elif len(words) == 5 and words[1] == "store":
            index.store = words[3]
    return index if index.dumps() == text and _is_sound(index) else None


def _is_sound(index: Index) -> bool:
    return index.store in (*KINDS, "") and all(
        is_profile_name(name) and e.store in KINDS and _is_time(e.created) and _is_time(e.updated)
        for name, e in index.entries.items()
    )


def _is_time(text: str) -> bool:
    return text.isascii() and "".join("0" if char.isdigit() else char for char in text) == "0000-00-00T00:00:00Z"


def _parsed(text: str, file: str) -> Index:
    """The index from JSON that was laid out anew by hand. Raises StoreDamagedError."""
    import json

    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise _damaged(file, "was cut off or changed: it cannot be parsed") from None
    version = content.get("v") if isinstance(content, dict) else None
    if type(version) is int and version > FORMAT:
        raise StoreDamagedError(f"was written by a newer ctx; this one knows format {FORMAT}", where=file, fix=_UPDATE)
    try:
        index = Index()
        index.store = str(content["store"])
        index.entries = {name: Entry(*map(str, row)) for name, row in content["secrets"].items()}
    except (KeyError, TypeError, AttributeError):
        raise _damaged(file, "is not what ctx writes") from None
    if type(version) is not int or version != FORMAT or not _is_sound(index):
        raise _damaged(file, "is not what ctx writes")
    return index


def _damaged(file: str, what: str) -> StoreDamagedError:
    fix = (
        f"{typed('mv', file, f'{file}.old')}, then ctx secret set NAME for each; ctx secret list says which are missing"
    )
    return StoreDamagedError(f"{what} (it holds names and dates only; the secrets are elsewhere)", where=file, fix=fix)


def _now() -> str:
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
