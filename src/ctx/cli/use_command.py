"""`ctx use`: switch this shell to a profile."""

from __future__ import annotations

from ctx.cli import cloud_session, plans
from ctx.cli.detect import evaluation, likely_shell, shell_for
from ctx.cli.invocation import Invocation
from ctx.cli.spec import JSON, OPTIONAL, PIN, SHELL, YES, Param
from ctx.dialects import SHELLS, dialect
from ctx.errors import UnknownProfileError
from ctx.model import UNSET, Plan
from ctx.names import matches
from ctx.state import own_environment, transition

HELP = """Switch this shell to a profile.

With the shell hook: ctx use NAME. Without it: eval "$(ctx use NAME)".
`-` is the profile active before; without a name you choose from a list."""

PARAMS = (Param(OPTIONAL, "name", "A profile's name or alias."), SHELL, PIN, YES, JSON)


def run(invocation: Invocation, name: str | None, *, shell: str | None, pin: bool, yes: bool, json: bool) -> int:
    """Print what the shell evaluates. The exit code."""
    if name == "-":
        if not invocation.previous:
            raise UnknownProfileError("no profile was active before", fix="ctx list shows what there is")
        name = invocation.previous
    elif name is None:
        from ctx.cli.choose import from_list

        name = from_list(invocation)
    if invocation.is_terminal(1) and not (invocation.hook or shell or json):
        return _explain(invocation, plans.prepare(invocation, name).plan.profile)
    prepared = plans.ready(invocation, name) or plans.make(invocation, name, consent=yes)
    plan = prepared.plan
    if json:
        from ctx.dialects.json import Json

        invocation.emit(Json().call(plan))
    elif invocation.hook and shell is None:
        language = dialect(invocation.hook)
        plans.keep(invocation, prepared, language)
        invocation.emit(language.call(plan))
        cloud_session.warn(invocation, plan)
    else:
        invocation.emit(dialect(shell_for(invocation, shell)).script(transition(plan, invocation.environ, pin=pin)))
        invocation.say(f"{plan.profile} · {plan.summary or _count(plan, invocation.environ)}")
        cloud_session.warn(invocation, plan)
    return 0


def _count(plan: Plan, environ: dict[str, str]) -> str:
    """How many variables change: cleared are those of the user's own that the profile takes away."""
    own = own_environment(environ)
    assigned = {op.name for op in plan.ops if op.kind != UNSET}
    cleared = {name for op in plan.ops if op.kind == UNSET for name in own if matches(op.name, name)}
    return f"{len(assigned)} set, {len(cleared - assigned)} cleared"


def _explain(invocation: Invocation, name: str) -> int:
    """A process cannot change the shell that started it: say what can."""
    shell = likely_shell(invocation)
    invocation.say(f"this shell has no ctx hook yet. To switch it now:\n  {evaluation(shell, f'use {name}')}")
    if shell in SHELLS:
        hook = evaluation(shell, f"init {shell}")
        invocation.say(f"to make `ctx use {name}` enough, put this into the shell's start-up file:\n  {hook}")
    return 1
