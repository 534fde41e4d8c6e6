"""`ctx use`: switch this shell to a profile."""

from __future__ import annotations

from ctx.cli import plans
from ctx.cli.detect import shell_for
from ctx.cli.invocation import Invocation
from ctx.cli.spec import JSON, OPTIONAL, SHELL, YES, Param
from ctx.dialects import dialect
from ctx.errors import UnknownProfileError
from ctx.model import Plan
from ctx.state import transition

HELP = """Switch this shell to a profile.

With the shell hook: ctx use NAME. Without it: eval "$(ctx use NAME)".
`-` is the profile active before; without a name you choose from a list."""

PARAMS = (Param(OPTIONAL, "name", "A profile's name or alias."), SHELL, YES, JSON)


def run(invocation: Invocation, name: str | None, shell: str | None, yes: bool, json: bool) -> int:
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
    else:
        invocation.emit(dialect(shell_for(invocation, shell)).script(transition(plan, invocation.environ)))
        invocation.say(f"{plan.profile} · {plan.summary or _count(plan, invocation.environ)}")
    return 0


def _count(plan: Plan, environ: dict[str, str]) -> str:
    assigned = {op.name for op in plan.ops if op.kind != "unset"}
    cleared = [name for name in transition(plan, environ).unset if name in environ and name not in assigned]
    return f"{len(assigned)} set, {len(cleared)} cleared"


def _explain(invocation: Invocation, name: str) -> int:
    """A process cannot change the shell that started it: say what can."""
    shell = shell_for(invocation, None)
    lines = {
        "fish": (f"ctx use {name} | source", "ctx init fish | source"),
        "pwsh": (f"ctx use {name} | Out-String | Invoke-Expression", "ctx init pwsh | Out-String | Invoke-Expression"),
    }
    now, hook = lines.get(shell, (f'eval "$(ctx use {name})"', f'eval "$(ctx init {shell})"'))
    invocation.say(f"this shell has no ctx hook yet. To switch it now:\n  {now}")
    if shell != "sh":
        invocation.say(f"to make `ctx use {name}` enough, put this into the shell's start-up file:\n  {hook}")
    return 1
