"""`ctx shell`: a shell in which a profile is active."""

from __future__ import annotations

import os

from ctx.cli import plans
from ctx.cli.exec_command import replace
from ctx.cli.invocation import Invocation
from ctx.cli.spec import PROFILE, SHELL
from ctx.cli.startup import start_line
from ctx.dialects import canonical
from ctx.errors import UsageError
from ctx.state import PIN, applied

HELP = """Start a shell in which a profile is active; exit leaves it.

The profile is applied after the shell's start-up files, so that nothing in them has the last word."""

PARAMS = (PROFILE, SHELL)


def run(invocation: Invocation, name: str, shell: str | None) -> int:
    """Become the shell. Returns only on Windows."""
    plan = plans.prepare(invocation, name).plan
    program = shell or _usual(invocation)
    environ = applied(plan, invocation.own)
    environ[PIN] = "1"
    invocation.say(f"{plan.profile} · {plan.summary or 'a shell of its own'} · exit leaves it")
    command, extra = start_line(invocation, canonical(os.path.basename(program).removesuffix(".exe")), program)
    return replace(command, {**environ, **extra})


def _usual(invocation: Invocation) -> str:
    """The shell whose hook called, else the user's own."""
    if invocation.hook:
        return invocation.hook
    usual = invocation.own.get("SHELL", "")
    if usual:
        return usual
    raise UsageError("cannot tell which shell to start", fix="say it: --shell bash")
