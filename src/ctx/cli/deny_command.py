"""`ctx deny`: a project's file that is never to be used, nor asked about."""

from __future__ import annotations

import os

from ctx import trust
from ctx.cli.automatic import shown_place
from ctx.cli.invocation import Invocation
from ctx.cli.project_file import PATH, locate

HELP = """Never use a project's .ctx.toml, whatever it holds, and say nothing about it again: as if it were not there.

PATH is a directory or a file; without it, the nearest one upward. ctx allow takes it back."""

PARAMS = (PATH,)


def run(invocation: Invocation, path: str | None) -> int:
    """Record the denial. The exit code."""
    # By its path alone: one that cannot be read, or that belongs to somebody else, can be denied as well.
    real = os.path.realpath(locate(invocation, path))
    trust.deny(invocation.data, real)
    invocation.say(f"{shown_place(real, invocation.home)} is denied")
    return 0
