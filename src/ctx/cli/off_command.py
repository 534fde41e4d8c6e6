"""`ctx off`: take the active profile off."""

from __future__ import annotations

from ctx.cli.detect import evaluation, likely_shell, shell_for
from ctx.cli.invocation import Invocation
from ctx.cli.spec import SHELL
from ctx.dialects import dialect
from ctx.state import off
from ctx.visible import visible

HELP = """Take the active profile off, and say what claude uses without one.

With the shell hook everything comes back as it was. Without it (eval "$(ctx off)") the profile's variables are unset,
for nobody remembers what they were before."""

PARAMS = (SHELL,)

PATIENCE = 1.0
"""Seconds after which the line does without what claude falls back to: a home directory on a slow file server."""


def run(invocation: Invocation, shell: str | None) -> int:
    """Print what the shell evaluates, or for the hook, which does that itself, what claude falls back to. The exit code."""
    if invocation.hook and shell is None:
        invocation.emit(fallback(invocation) + "\n")
        return 0
    change = off(invocation.environ)
    if invocation.is_terminal(1) and not (invocation.hook or shell):
        line = evaluation(likely_shell(invocation), "off")
        invocation.say(f"this shell has no ctx hook yet. To take the profile off now:\n  {line}")
        return 1
    invocation.emit(dialect(shell_for(invocation, shell)).script(change))
    if not invocation.active:
        invocation.say(behind("no profile is active", fallback(invocation)))
    else:
        count = sum(name in invocation.environ and "CTX_" not in name for name in change.unset)
        line = f"off · was {invocation.active} · {count} unset; what they were before is not known without the hook"
        invocation.say(behind(line, fallback(invocation)))
    return 0


def fallback(invocation: Invocation) -> str:
    """What claude uses with no profile, as one sentence; "" if that is not known, or inside Claude Code.

    It stands behind a line that has to be said in any case, so whatever goes wrong with it is left out.
    """
    if invocation.environ.get("CLAUDECODE"):
        return ""
    from ctx.secrets.deadline import Deadline, OutOfTime

    try:
        with Deadline(PATIENCE):
            from ctx.cli.claude_view import fallback as sentence

            return visible(sentence(invocation))
    except (OutOfTime, Exception):
        return ""


def behind(line: str, sentence: str) -> str:
    """A line for people with a sentence behind it, if there is one."""
    return f"{line} · {sentence}" if sentence else line
