"""`ctx exec`: run one command in a profile."""

from __future__ import annotations

import os
import sys

from ctx.cli import plans
from ctx.cli.invocation import Invocation
from ctx.cli.spec import PROFILE, REST, Param
from ctx.errors import EXIT_CANNOT_EXECUTE, EXIT_COMMAND_NOT_FOUND, CtxError, UsageError
from ctx.state import applied

HELP = """Run one command in a profile, with its exit code and signals.

ctx replaces itself by the command. Options of ctx stand before NAME; a -- before the command may be left out."""

PARAMS = (PROFILE, Param(REST, "command", "The command and its arguments."))


class CannotRunError(CtxError):
    """The command is not there or cannot be started; the code is what a shell would give."""

    def __init__(self, what: str, code: int, *, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.exit_code = code


def run(invocation: Invocation, name: str, command: tuple[str, ...]) -> int:
    """Become the command. Returns only on Windows, where a process cannot: the command's exit code."""
    if command[:1] == ("--",):
        command = command[1:]
    if not command:
        raise UsageError("say what to run", fix=f"ctx exec {name} -- COMMAND…; for a shell: ctx shell {name}")
    return replace(list(command), applied(plans.prepare(invocation, name).plan, invocation.own))


def replace(command: list[str], environ: dict[str, str]) -> int:
    """Start `command` with exactly `environ`, found on that environment's own PATH, in place of this process.

    Raises CannotRunError.
    """
    sys.stdout.flush()
    try:
        if os.name == "nt":
            import subprocess

            return subprocess.run(command, env=environ, check=False).returncode
        encoded = {
            key.encode("utf-8", "surrogateescape"): value.encode("utf-8", "surrogateescape")
            for key, value in environ.items()
        }
        os.execvpe(command[0], command, encoded)
    except FileNotFoundError:
        missing = "no such file" if os.sep in command[0] else "command not found"
        raise CannotRunError(f"{command[0]}: {missing}", EXIT_COMMAND_NOT_FOUND) from None
    except OSError as error:
        # A name that is a directory somewhere on PATH is reported like this too.
        raise CannotRunError(
            f"{command[0]}: {(error.strerror or 'cannot be run').lower()}", EXIT_CANNOT_EXECUTE
        ) from None
