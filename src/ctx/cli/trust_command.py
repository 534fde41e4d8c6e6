"""`ctx trust`: the records of what was allowed and denied."""

from __future__ import annotations

from ctx import trust
from ctx.cli.automatic import shown_place
from ctx.cli.invocation import Invocation
from ctx.cli.spec import ARGUMENT, JSON, Param
from ctx.errors import UsageError

HELP = """List the project files that were allowed and denied, or forget those that cannot count any more.

list: every record. prune: forget approvals of files that changed or are gone, and denials in directories that are gone."""

PARAMS = (Param(ARGUMENT, "action", "list or prune."), JSON)

FATES = {trust.SAME: "", trust.CHANGED: "changed since: to be allowed again", trust.GONE: "gone"}


def run(invocation: Invocation, action: str, json: bool) -> int:
    """List or prune. The exit code."""
    if action not in ("list", "prune"):
        raise UsageError(f"there is no ctx trust {action}", fix="ctx trust list, or ctx trust prune")
    found = trust.prune(invocation.data) if action == "prune" else trust.records(invocation.data)
    if json:
        invocation.emit_json([_row(record) for record in found])
    elif action == "list":
        invocation.emit(_table(found, invocation.home))
    else:
        for record in found:
            invocation.say(f"forgotten: {_name(record, invocation.home)} ({record.state})")
        if not found:
            invocation.say("nothing to forget")
    return 0


def _row(record: trust.Record) -> dict[str, object]:
    return {
        "state": record.state,
        "path": record.path or None,
        "file": record.found if record.path else None,
        "date": _date(record),
        "record": record.file,
    }


def _table(found: tuple[trust.Record, ...], home: str) -> str:
    if not found:
        return "nothing was allowed or denied yet\n"
    lines = [("STATE", "SINCE", "FILE")]
    for record in found:
        fate = FATES[record.found] if record.path else "not what its name says: never trusted"
        name = _name(record, home)
        lines.append((record.state, _date(record)[:10], f"{name}  ({fate})" if fate else name))
    widths = [max(len(line[column]) for line in lines) for column in (0, 1)]
    return "".join(f"{state:<{widths[0]}}  {since:<{widths[1]}}  {name}\n" for state, since, name in lines)


def _name(record: trust.Record, home: str) -> str:
    return shown_place(record.path or record.file, home)


def _date(record: trust.Record) -> str:
    """When it was recorded, in UTC (ISO 8601)."""
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.time))
