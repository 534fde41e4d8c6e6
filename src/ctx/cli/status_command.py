"""`ctx status`: which profile is active and why, how Claude Code signs in here, who pays, and what goes against it."""

from __future__ import annotations

from ctx import signin
from ctx.claude import conflicts
from ctx.claude.model import Conflict, Verdict
from ctx.cli import claude_view
from ctx.cli.claude_view import View
from ctx.cli.invocation import Invocation
from ctx.cli.spec import AUTO, JSON, OPTIONAL, Param
from ctx.cli.status_page import page
from ctx.errors import UsageError
from ctx.model import Variable
from ctx.visible import MASK

HELP = """Show which profile is active and why, how Claude Code signs in here, and who pays.

With NAME or --auto: what it would be in that profile, or in the one that is due here. No secret is read for it and no
program started, so a credential that is wrong is not noticed: ctx verify NAME tries it."""

PARAMS = (Param(OPTIONAL, "name", "A profile's name or alias."), AUTO, JSON)


def run(invocation: Invocation, name: str | None, auto: bool, json: bool) -> int:
    """Print the page or the data. The exit code: 0 also where something is wrong."""
    if name is not None and auto:
        raise UsageError("a profile is named, and --auto chooses one", fix="ctx status --auto, or ctx status NAME")
    if name is not None:
        view = claude_view.of_profile(invocation, name)
    elif auto:
        view = claude_view.of_automatic(invocation)
    else:
        view = claude_view.of_shell(invocation)
    session, once = view.verdict(interactive=True), view.verdict(interactive=False)
    found = conflicts.find(view.machine, view.environment, invocation.hook)
    if json:
        invocation.emit_json(_data(view, session, once, found))
    else:
        invocation.emit(page(view, session, once, found, invocation))
    return 0


def _data(view: View, session: Verdict, once: Verdict, found: list[Conflict]) -> dict[str, object]:
    trouble = view.trouble
    return {
        "profile": view.profile or None,
        "origin": view.by,
        "binding": view.binding,
        "status": view.status,
        "exec_only": list(view.exec_only),
        "problem": str(trouble) if trouble is not None else "",
        "variables": _variables(view),
        "claude": {
            "interactive": _verdict(session),
            "print": _verdict(once),
            "session": claude_view.session_problem(view, once),
            "conflicts": [
                {"code": c.code, "severity": c.severity, "message": c.message, "where": c.where, "fix": c.fix}
                for c in found
            ],
        },
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "method": verdict.method or None,
        "label": verdict.label,
        "billed_to": verdict.billed_to,
        "endpoint": verdict.endpoint,
        "model": verdict.model,
        "region": verdict.region,
        "decided_by": [
            {"name": reason.name, "where": reason.place, "decides": reason.what} for reason in verdict.decided_by
        ],
        "also_sent": list(verdict.also_sent),
        "ignored": verdict.ignored,
        "unknown": verdict.unknown,
        "blocked": verdict.blocked,
    }


def _variables(view: View) -> list[dict[str, object]]:
    """What the profile sets, and whatever else takes part in signing in and is there, as the client would see it."""
    given = view.machine.variables
    mine = view.environment.variables if view.environment is not None else {}
    names = dict.fromkeys(
        (*(name for name, variable in mine.items() if variable.value is not None), *view.changed, *sorted(given))
    )
    rows: list[dict[str, object]] = []
    for name in names:
        if name not in mine and name not in view.changed and not signin.watched(name):
            continue
        found = given.get(name)
        rows.append(
            {
                "name": name,
                "value": _shown(name, found.text) if found is not None else None,
                "origin": found.place if found is not None else _gone(name, mine),
                "changed": view.changed.get(name, False),
            }
        )
    return rows


def _gone(name: str, mine: dict[str, Variable]) -> str:
    """The place of a variable that the profile set and that is no more."""
    return f"{mine[name].origin}, {claude_view.CHANGED}" if name in mine else claude_view.CHANGED


def _shown(name: str, text: str | None) -> str:
    """A value as a person may see it; one that ctx has not read is a secret."""
    return MASK if text is None else signin.shown(name, text)
