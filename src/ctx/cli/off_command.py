"""`ctx off`: take the active profile off."""

from __future__ import annotations

from ctx.cli.detect import evaluation, shell_for
from ctx.cli.invocation import Invocation
from ctx.cli.spec import SHELL
from ctx.dialects import dialect
from ctx.state import off

HELP = """Take the active profile off.

With the shell hook everything comes back as it was. Without it (eval "$(ctx off)") the profile's variables are unset,
for nobody remembers what they were before."""

PARAMS = (SHELL,)


def run(invocation: Invocation, shell: str | None) -> int:
    """Print what the shell evaluates. The exit code."""
    change = off(invocation.environ)
    if invocation.is_terminal(1) and not (invocation.hook or shell):
        line = evaluation(shell_for(invocation, None), "off")
        invocation.say(f"this shell has no ctx hook yet. To take the profile off now:\n  {line}")
        return 1
    invocation.emit(dialect(shell_for(invocation, shell)).script(change))
    if not invocation.active:
        invocation.say("no profile is active")
    else:
        count = sum(name in invocation.environ and "CTX_" not in name for name in change.unset)
        invocation.say(
            f"off · was {invocation.active} · {count} unset; what they were before is not known without the hook"
        )
    return 0
