"""`ctx exec`: run one command in a profile."""

from __future__ import annotations

import os
import sys

from ctx.cli import cloud_session, plans
from ctx.cli.invocation import Invocation
from ctx.cli.spec import AUTO, OPTIONAL, PROFILE, REST, Param
from ctx.errors import EXIT_CANNOT_EXECUTE, EXIT_COMMAND_NOT_FOUND, CtxError, UsageError
from ctx.state import applied

HELP = """Run one command in a profile, with its exit code and signals.

ctx replaces itself by the command. Options of ctx stand before NAME; a -- before the command may be left out.
With --auto the profile is this shell's manual choice, else the directory's, else the default; a directory that is not
trusted, or fails, is an error."""

PARAMS = (AUTO, Param(OPTIONAL, "name", PROFILE.help), Param(REST, "command", "The command and its arguments."))


class CannotRunError(CtxError):
    """The command is not there or cannot be started; the code is what a shell would give."""

    def __init__(self, what: str, code: int, *, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.exit_code = code


def run(invocation: Invocation, auto: bool, name: str | None, command: tuple[str, ...]) -> int:
    """Become the command. Returns only on Windows, where a process cannot: the command's exit code."""
    if auto:
        # Then there is no name, and the first word is the command's.
        command = command if name is None or name == "--" else (name, *command)
        name = "--auto"
    if command[:1] == ("--",):
        command = command[1:]
    if name is None or not command:
        raise UsageError("say what to run", fix=f"ctx exec {name or 'NAME'} -- COMMAND…; for a shell: ctx shell NAME")
    if auto:
        from ctx.cli.automatic import plan_for_directory

        plan = plan_for_directory(invocation, for_exec=True)
    else:
        plan = plans.prepare(invocation, name, for_exec=True).plan
    if plan is None:
        return replace(list(command), invocation.own)
    cloud_session.warn(invocation, plan)
    return replace(list(command), applied(plan, invocation.own))


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
