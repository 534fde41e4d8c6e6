"""Running a program that talks with the person at the terminal."""

from __future__ import annotations

import sys

from ctx.cli.exec_command import CannotRunError
from ctx.errors import EXIT_CANNOT_EXECUTE

SIGNALLED = 128
"""What shells add to the number of a signal."""


def run_here(command: list[str], environ: dict[str, str]) -> int:
    """Run `command` with exactly `environ` at this terminal; its exit code as a shell would give it.

    Raises CannotRunError; KeyboardInterrupt once the program has ended too.
    """
    import subprocess

    sys.stdout.flush()
    try:
        process = subprocess.Popen(command, env=environ)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise CannotRunError(f"{command[0]} cannot be started: {reason}", EXIT_CANNOT_EXECUTE) from None
    try:
        code = process.wait()
    except KeyboardInterrupt:
        # The terminal has told the program too; it may have something to put in order.
        process.wait()
        raise
    return code if code >= 0 else SIGNALLED - code
