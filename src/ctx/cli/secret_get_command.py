"""`ctx secret get`: a secret's value on standard output, for programs. Made to be Claude Code's `apiKeyHelper`."""

from __future__ import annotations

from ctx import secrets
from ctx.cli.invocation import Invocation, complain
from ctx.cli.secret_use import checked_name, uses
from ctx.cli.spec import ARGUMENT, Param
from ctx.errors import SecretError
from ctx.secrets import index
from ctx.secrets.keeping import unknown

HELP = """Print a secret's value and a line break, and nothing else.

Made for pipes and for programs that ask a command for their key, as Claude Code does: apiKeyHelper = "ctx secret get NAME"."""

PARAMS = (Param(ARGUMENT, "name", "A secret's name."),)


def run(invocation: Invocation, name: str) -> int:
    """Print the value. The exit code."""
    checked_name(name)
    places = invocation.places(invocation.is_terminal(0, 2))
    try:
        found = secrets.read_named((name,), places, {name: ""}, complain)
    except SecretError as error:
        if type(error) is SecretError and name not in index.load(places).entries:
            known = tuple(dict.fromkeys((*index.load(places).entries, *uses(invocation).names)))
            if name not in known:
                raise unknown(name, known) from None
        raise
    invocation.emit(f"{found[name].reveal()}\n")
    return 0
