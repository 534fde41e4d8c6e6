"""`ctx secret set`: keep a secret, or replace it."""

from __future__ import annotations

from ctx.cli import secret_values as values
from ctx.cli.invocation import Invocation
from ctx.cli.secret_use import Uses, changed, checked_name, checked_store, keeper, say_stand_in, uses
from ctx.cli.spec import ARGUMENT, FLAG, OPTION, Param
from ctx.errors import UsageError
from ctx.secrets.keeping import title

HELP = """Keep a secret, or replace it.

It asks for the value twice, without showing it. The value is never given on the command line, where other users could
see it. Open shells whose profile uses the secret get it at their next prompt."""

TO = Param(OPTION, "to", "keyring or file; else where the secret is already, or where new ones go.")

PARAMS = (
    Param(ARGUMENT, "name", "What to call it."),
    Param(FLAG, "stdin", "Read the value from standard input; one line break at its end does not count."),
    Param(OPTION, "from_env", "Take the value of this environment variable."),
    TO,
    Param(FLAG, "force", "Keep it even if it has invisible characters, or looks like another kind of credential."),
)


def run(invocation: Invocation, name: str, *, stdin: bool, from_env: str | None, to: str | None, force: bool) -> int:
    """Read the value, check it, keep it, and say who uses it. The exit code."""
    checked_name(name)
    checked_store(to)
    if stdin and from_env is not None:
        raise UsageError("the value comes from one place", fix="either --stdin or --from-env")
    if stdin:
        secret = values.from_stdin(invocation, name)
    elif from_env is not None:
        secret = values.from_variable(invocation, from_env)
    else:
        secret = values.from_person(invocation, name)
    used = uses(invocation)
    values.check(name, secret, used.variables(name), force=force)
    kind = keeper(invocation).put(name, secret, to)
    changed(invocation)
    invocation.say(f"{name} is in the {title(kind)}{_users(used, name)}")
    if values.outer_blanks(secret.reveal()):
        invocation.say("its value begins or ends with a blank, which was kept")
    say_stand_in(invocation, name)
    return 0


def _users(used: Uses, name: str) -> str:
    if used.problem:
        return f" · {used.problem}"
    profiles = used.profiles(name)
    if profiles:
        return f" · used by {', '.join(profiles)}"
    return f' · no profile uses it yet: VARIABLE = {{ secret = "{name}" }}'
