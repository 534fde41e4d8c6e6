"""`ctx auto`: hand the choice back to the directories. The shell hook does it; this is what answers without one."""

from __future__ import annotations

from ctx.cli.detect import evaluation, likely_shell
from ctx.cli.invocation import Invocation
from ctx.dialects import SHELLS
from ctx.errors import UsageError

HELP = """Hand the choice back to the directories, after ctx use or ctx off.

It forgets this shell's manual choice and its pin, and activates what is due in this directory. Needs the shell hook."""

PARAMS = ()


def run(invocation: Invocation) -> int:
    """Say what is missing. The exit code."""
    raise no_hook(invocation)


def no_hook(invocation: Invocation) -> UsageError:
    """The error for what only a shell with the hook can do."""
    shell = likely_shell(invocation)
    line = evaluation(shell, f"init {shell}") if shell in SHELLS else f"ctx init SHELL, in {', '.join(SHELLS)}"
    return UsageError("needs the shell hook: without it nothing follows the directory here", fix=line)
