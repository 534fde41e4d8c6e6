"""The encrypted file: where secrets are kept on machines without a keyring.

`DATA/secrets/secrets.json` holds them as `sealed` describes, and a key file in another folder opens it. What does not open
is refused on reading and on writing alike, and never taken for empty. The state before the last change stays beside it as
`.bak`; only what was removed is not kept there either.
"""

from __future__ import annotations

import os

from ctx.errors import SecretError, typed
from ctx.model import Secret
from ctx.secrets import key, private, sealed
from ctx.secrets.base import FILE, SecretStore, StoreDamagedError
from ctx.secrets.values import checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.secrets.base import Places

FOLDER = "secrets"
NAME = "secrets.json"

LIMIT = 16 * 1024 * 1024
"""Bytes of the file that are read, and to which it may grow: a hundred secrets as long as Linux lets a variable be."""

LOCK_SECONDS = 10.0
"""How long a change waits at least for those of other processes, which take milliseconds each."""


class FileStore(SecretStore):
    """Secrets in an encrypted file. `path` is that file; `key` the key file that the first write makes."""

    label = FILE

    def __init__(self, places: Places) -> None:
        self._folder = os.path.join(places.data, FOLDER)
        self._state = places.state
        self._patience = max(places.patience, LOCK_SECONDS)
        self.path = os.path.join(self._folder, NAME)
        self.key = os.path.join(os.path.abspath(places.state), key.NAME)
        self._backup = f"{self.path}.bak"
        self._lock = private.Lock(f"{self.path}.lock", self._patience)

    def describe(self) -> str:
        """What it is, for people."""
        return f"encrypted file {self.path}"

    def check(self) -> None:
        """Whether secrets could be kept here. Raises StoreAbsentError without the package that encrypts."""
        sealed.check()

    def read(self, names: tuple[str, ...]) -> dict[str, Secret]:
        opened = self._open() if names else None
        if opened is None:
            return {}
        found = {name: opened.get(name) for name in names}
        return {name: Secret(value) for name, value in found.items() if value is not None}

    def write(self, name: str, secret: Secret) -> None:
        value = checked(name, secret)
        self.check()
        private.make_folder(self._folder)
        with self._lock:
            opened = self._open()
            if opened is None:
                opened = sealed.new(*key.load_or_make(self._state, self._patience))
            opened.put(name, value)
            self._replace(opened.dumps())
            self._read_back(name, value)

    def remove(self, name: str) -> bool:
        if self._open() is None:
            return False
        with self._lock:
            opened = self._open()
            if opened is None or not opened.drop(name):
                return False
            self._replace(opened.dumps(), forget=True)
            self._read_back(name, None)
        return True

    def _open(self) -> sealed.Opened | None:
        """The store, None where there is none yet. Raises what `read` does."""
        try:
            return self._load(self.path)
        except FileNotFoundError:
            if os.path.lexists(self._backup):
                fix = (
                    f"{self._take_back()}; {typed('mv', self._backup, f'{self._backup}.old')} begins with an empty one"
                )
                raise StoreDamagedError("is gone, and its backup is there", where=self.path, fix=fix) from None
            return None
        except SecretError as error:
            # The key file's errors say themselves where it is and what to do.
            where, fix = (error.where, error.fix) if error.where else (self.path, error.fix or self._recovery())
            raise type(error)(error.what, where=where, fix=fix) from None

    def _load(self, path: str) -> sealed.Opened:
        data = private.read(path, LIMIT)
        if len(data) > LIMIT:
            raise StoreDamagedError(f"is longer than the {LIMIT:,} bytes that ctx lets it grow to")
        content = sealed.loads(data)
        return sealed.unseal(content, key.load(content.path, self._without_key))

    def _recovery(self) -> str:
        try:
            self._load(self._backup)
        except (SecretError, OSError):
            return f"its backup does not open either; {self._begin_anew()}"
        return self._take_back()

    def _without_key(self) -> str:
        return f"put it back from a backup; {self._begin_anew()}"

    def _take_back(self) -> str:
        return f"{typed('mv', self._backup, self.path)} takes back its backup, which may lack the last change"

    def _begin_anew(self) -> str:
        there = [path for path in (self.path, self._backup) if os.path.lexists(path)]
        return f"{' && '.join(typed('mv', path, f'{path}.old') for path in there)} begins with an empty one"

    def _replace(self, data: bytes, *, forget: bool = False) -> None:
        """Put `data` in the file's place, on disk when this returns. With `forget` the old state is not kept.

        Raises SecretError; the file is then as it was.
        """
        if len(data) > LIMIT:
            what = f"would grow to {len(data):,} bytes; ctx keeps at most {LIMIT:,} there. Nothing was written"
            raise SecretError(what, where=self.path, fix="keep what is so long in a file of its own")
        temporary = private.write_temporary(self.path, data)
        try:
            private.unlink(self._backup)
            if not forget:
                self._back_up()
        except OSError as error:
            raise private.failed(self.path, error) from None
        private.rename(temporary, self.path)
        if forget:
            private.rename(private.write_temporary(self._backup, data), self._backup)

    def _back_up(self) -> None:
        try:
            os.link(self.path, self._backup)
        except FileNotFoundError:
            # The first write.
            pass
        except OSError:
            # A file system without hard links.
            private.rename(private.write_temporary(self._backup, private.read(self.path, LIMIT)), self._backup)

    def _read_back(self, name: str, value: str | None) -> None:
        opened = self._open()
        if opened is None or opened.get(name) != value:
            what = f"does not hold {name} as it was written"
            raise StoreDamagedError(what, where=self.path, fix=self._recovery())
