"""`ctx reload`: read everything again. The shell hook does it; this is what answers without one."""

from __future__ import annotations

from ctx.cli.auto_command import no_hook
from ctx.cli.invocation import Invocation

HELP = """Read profiles, project file and secrets again, and apply what is due in this directory again.

It also takes back what was changed by hand in this shell. Needs the shell hook."""

PARAMS = ()


def run(invocation: Invocation) -> int:
    """Say what is missing. The exit code."""
    raise no_hook(invocation)
