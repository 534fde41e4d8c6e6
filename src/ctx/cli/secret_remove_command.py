"""`ctx secret remove`: forget a secret."""

from __future__ import annotations

from ctx.cli.choose import agreed
from ctx.cli.invocation import Invocation
from ctx.cli.secret_use import changed, checked_name, keeper, say_stand_in, uses
from ctx.cli.spec import ARGUMENT, YES, Param
from ctx.errors import RefusedError, typed
from ctx.secrets import index
from ctx.secrets.keeping import unknown

HELP = """Forget a secret. If a profile uses it, a person is asked first."""

PARAMS = (Param(ARGUMENT, "name", "A secret's name."), YES)


def run(invocation: Invocation, name: str, *, yes: bool) -> int:
    """Remove it from its store and from the index. The exit code."""
    checked_name(name)
    used = uses(invocation)
    profiles = used.profiles(name)
    known = tuple(index.load(invocation.places(interactive=False)).entries)
    doubt = f"used by {', '.join(profiles)}" if profiles else used.problem
    if doubt and name in known and not yes:
        if not invocation.is_terminal(0, 2):
            fix = typed("ctx", "secret", "remove", "--yes", name)
            raise RefusedError(f"{name}: {doubt}, and there is no terminal to ask at: nothing was removed", fix=fix)
        if not agreed(f"{name}: {doubt}. Remove it?"):
            raise RefusedError(f"{name} stays: nothing was removed")
    if not keeper(invocation).drop(name):
        raise unknown(name, known)
    changed(invocation)
    invocation.say(f"{name} is removed" + (f" · {', '.join(profiles)} cannot be used without it" if profiles else ""))
    say_stand_in(invocation, name)
    return 0
