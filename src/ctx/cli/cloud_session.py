"""What is said of an expired cloud session when a profile is activated, and ctx runs anyway."""

from __future__ import annotations

import time

from ctx.cli.invocation import Invocation
from ctx.model import ASSIGN, SET, Plan
from ctx.state import applied

SWITCHES = "CLAUDE_CODE_USE_"
"""How the name of every provider's switch begins: a plan without any is told by that alone."""


def warn(invocation: Invocation, plan: Plan) -> None:
    """Say on standard error that the cloud behind the plan would refuse a request now. Quiet inside Claude Code.

    A cloud's method is known by its switch, so a plan from disk will do. Whatever goes wrong here must not keep a profile
    from being used.
    """
    if invocation.environ.get("CLAUDECODE"):
        return
    given = {op.name: op.value for op in plan.ops if op.kind in (SET, ASSIGN) and op.name.startswith(SWITCHES)}
    if not given:
        return
    from ctx.signin_providers import flag_is_on, provider_of

    method = provider_of({name for name, value in given.items() if flag_is_on(value)})
    if not method:
        return
    from ctx.claude import sessions

    try:
        found = sessions.problem(method, applied(plan, invocation.own), invocation.home, time.time())
    except Exception:
        found = ""
    if found:
        invocation.say(f"{plan.profile}: {found}")
