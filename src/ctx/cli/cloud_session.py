"""What is said of an expired cloud session when a profile is activated, and ctx runs anyway."""

from __future__ import annotations

import time

from ctx.cli.invocation import Invocation
from ctx.model import ASSIGN, SET, Plan
from ctx.state import applied

SWITCH = "CLAUDE_CODE_USE_"
"""How the variables begin that turn a cloud on; the table of all of them is not loaded without one."""


def warn(invocation: Invocation, plan: Plan) -> None:
    """Say on standard error that the cloud behind the plan would refuse a request now. Quiet inside Claude Code.

    A cloud's method is known by its switch, so a plan from disk will do. Whatever goes wrong here must not keep a profile
    from being used.
    """
    if invocation.environ.get("CLAUDECODE"):
        return
    given = {op.name: op.value for op in plan.ops if op.kind in (SET, ASSIGN)}
    switches = [name for name in given if name.startswith(SWITCH)]
    if not switches:
        return
    from ctx.claude import sessions
    from ctx.signin import flag_is_on, method_of

    method = method_of({name for name in switches if flag_is_on(given[name])})
    if method is None:
        return

    try:
        found = sessions.problem(method, applied(plan, invocation.own), invocation.home, time.time())
    except Exception:
        found = ""
    if found:
        invocation.say(f"{plan.profile}: {found}")
