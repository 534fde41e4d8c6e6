"""`ctx export`: a profile as text for another program to read, without any of ctx's own state."""

from __future__ import annotations

from ctx.cli import plans
from ctx.cli.invocation import Invocation
from ctx.cli.spec import AUTO, OPTION, OPTIONAL, PROFILE, Param
from ctx.dialects.posix import Posix
from ctx.errors import UsageError
from ctx.model import Plan
from ctx.state import exported

HELP = """Print a profile's variables for another program, secrets included.

\b
  ctx export work                    POSIX shell text: unset and export
  ctx export --auto --format json    what is due in this directory, as JSON

Nothing of ctx's own is in it, so that a shell which reads it does not look switched."""

SHELL_TEXT = "shell"
JSON_TEXT = "json"
FORMATS = (SHELL_TEXT, JSON_TEXT)

PARAMS = (
    Param(OPTIONAL, "name", PROFILE.help),
    AUTO,
    Param(OPTION, "format", f"One of {', '.join(FORMATS)}; {SHELL_TEXT} if not given."),
)


def run(invocation: Invocation, name: str | None, auto: bool, format: str | None) -> int:  # noqa: A002 - the option's name
    """Print the text. The exit code."""
    if (name is None) != auto:
        raise UsageError("say which profile: its name or --auto", fix="ctx export NAME, or ctx export --auto")
    if format not in (None, *FORMATS):
        raise UsageError(f"there is no format {format!r}", fix=f"one of: {', '.join(FORMATS)}")
    plan = _plan(invocation, name)
    if format == JSON_TEXT:
        from ctx.dialects.json import Json

        invocation.emit(Json().call(plan))
    else:
        invocation.emit(
            "".join(f"{line}\n" for line in Posix().statements(exported(plan, invocation.environ, leaving=auto)))
        )
    return 0


def _plan(invocation: Invocation, name: str | None) -> Plan:
    if name is not None:
        return plans.prepare(invocation, name).plan
    from ctx.cli.automatic import plan_for_directory

    return plan_for_directory(invocation) or Plan("", (), "", plain=True)
