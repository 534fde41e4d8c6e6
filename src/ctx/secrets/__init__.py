"""Where secrets come from. A store answers for names; `resolve` asks for all of a profile's secrets at once."""

from __future__ import annotations

from ctx.errors import SecretError
from ctx.model import Secret

PREFIX = "CTX_SECRET_"


class SecretStore:
    """A place that holds secrets by name. Subclasses say what it is called and how it is read."""

    label = ""

    def read(self, names: tuple[str, ...]) -> dict[str, Secret]:
        """The secrets that exist under these names; absent ones are left out.

        Raises SecretError where the store cannot tell.
        """
        raise NotImplementedError


class EnvironmentStore(SecretStore):
    """`CTX_SECRET_<NAME>` in the environment, for CI and containers: read-only, nothing on disk."""

    label = "environment"

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ

    def read(self, names: tuple[str, ...]) -> dict[str, Secret]:
        found = {name: self._environ.get(variable(name)) for name in names}
        return {name: Secret(value) for name, value in found.items() if value}


def variable(name: str) -> str:
    """The environment variable that stands in for the secret `name`: upper case, other characters as `_`."""
    return PREFIX + "".join(char.upper() if char.isalnum() else "_" for char in name)


def read_all(stores: tuple[SecretStore, ...], names: tuple[str, ...], places: dict[str, str]) -> dict[str, Secret]:
    """Every one of `names`, asked of the stores in turn; `places` says where each was asked for.

    Raises SecretError for the first that no store has.
    """
    found: dict[str, Secret] = {}
    for store in stores:
        missing = tuple(name for name in names if name not in found)
        if missing:
            found.update(store.read(missing))
    for name in names:
        if name not in found:
            raise SecretError(
                f"the secret {name!r} is not there",
                where=places[name],
                fix=f"export {variable(name)}=… (this version of ctx reads secrets from the environment only)",
            )
    return found
