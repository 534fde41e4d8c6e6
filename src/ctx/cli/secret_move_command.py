"""`ctx secret move`: take secrets from one store to the other."""

from __future__ import annotations

from ctx.cli.invocation import Invocation
from ctx.cli.secret_set_command import TO
from ctx.cli.secret_use import changed, checked_name, checked_store, keeper
from ctx.cli.spec import MANY, Param
from ctx.errors import SecretError, UsageError, typed
from ctx.secrets import index
from ctx.secrets.keeping import title, unknown

HELP = """Take secrets to another store: written there, read back, and only then removed where they were."""

PARAMS = (Param(MANY, "names", "Secrets by name."), TO)


def run(invocation: Invocation, names: tuple[str, ...], *, to: str | None) -> int:
    """Move one after the other. The exit code."""
    for name in names:
        checked_name(name)
    store = checked_store(to)
    if store is None:
        raise UsageError("say where to", fix="--to keyring, or --to file")
    known = index.load(invocation.places(interactive=False)).entries
    keep = keeper(invocation)
    for name in dict.fromkeys(names):
        before = keep.move(name, store)
        if not before and name in known:
            raise SecretError(
                f"{name} is gone from the {title(known[name].store)}", fix=typed("ctx", "secret", "set", name)
            )
        if not before:
            raise unknown(name, tuple(known))
        changed(invocation)
        invocation.say(f"{name} is in the {title(store)}{' already' if before == store else ''}")
    return 0
