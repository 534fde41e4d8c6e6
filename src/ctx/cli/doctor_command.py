"""`ctx doctor`: everything that stands in the way, and what to type about it."""

from __future__ import annotations

import os
import textwrap

from ctx.claude.model import ERROR, INFO, WARNING
from ctx.cli import doctor_client, doctor_files, doctor_shell, doctor_signin
from ctx.cli.doctor_findings import GROUPS, SIGN_IN, Finding, Patient, examine
from ctx.cli.invocation import Invocation
from ctx.cli.review import PLAIN, RED
from ctx.cli.spec import JSON
from ctx.errors import EXIT_FAILURE
from ctx.visible import visible

HELP = """Look for everything that stands in the way: conflicts of sign-ins, sessions that ended, the hook, ctx's files.

Also secrets that are missing, credentials in start-up files, and other tools that decide for Claude Code. Starts no program
and changes nothing. The exit code is 1 if there are errors."""

PARAMS = (JSON,)

CHECKS = (*doctor_signin.CHECKS, *doctor_shell.CHECKS, *doctor_files.CHECKS, *doctor_client.CHECKS)

YELLOW = "\x1b[33m"
WIDEST = 100
NARROWEST = 40
_INDENT = 10


def run(invocation: Invocation, json: bool) -> int:
    """Examine, and print what was found. The exit code."""
    patient = Patient(invocation)
    found = examine(patient, CHECKS)
    if json:
        invocation.emit_json({group: [f.data() for f in found if f.group == group] for group in GROUPS})
    elif any(finding.severity != INFO for finding in found):
        invocation.emit(_page(invocation, patient, found))
    else:
        invocation.emit(f"all is well: {_looked_at(patient)}{_notes(found)}\n")
    return EXIT_FAILURE if any(finding.severity == ERROR for finding in found) else 0


def _looked_at(patient: Patient) -> str:
    """What was looked at."""
    count = len(patient.readable_config().profiles)
    of_profiles = f"{SIGN_IN} here and in {count} profile{'s' if count != 1 else ''}"
    return ", ".join(of_profiles if group == SIGN_IN else group for group in GROUPS)


def _notes(found: list[Finding]) -> str:
    return f" · {_count(len(found), 'note')}: ctx doctor --json" if found else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _page(invocation: Invocation, patient: Patient, found: list[Finding]) -> str:
    """The findings by group, the gravest first, and a count."""
    lines: list[str] = []
    width = _width(invocation)
    for group in GROUPS:
        of_group = [finding for finding in found if finding.group == group]
        if not of_group:
            continue
        lines.append(group)
        for finding, after in zip(of_group, [*of_group[1:], None], strict=True):
            # Two things that one line is to blame for are told together.
            last = after is None or (after.where, after.fix) != (finding.where, finding.fix)
            lines += _told(invocation, patient, finding, width, last=last)
    counts = [(ERROR, "error"), (WARNING, "warning"), (INFO, "note")]
    numbers = [(sum(f.severity == severity for f in found), what) for severity, what in counts]
    lines.append(", ".join(_count(number, what) for number, what in numbers if number))
    return "\n".join(lines) + "\n"


def _told(invocation: Invocation, patient: Patient, finding: Finding, width: int, *, last: bool) -> list[str]:
    """One finding: what, and unless the next one says it, where and what to type, as one line that can be copied."""
    word = "note" if finding.severity == INFO else finding.severity
    color = {ERROR: RED, WARNING: YELLOW}.get(finding.severity, "")
    shown = f"{color}{word}{PLAIN}" if color and _is_colorful(invocation) else word
    lead = f"  {shown}{' ' * (_INDENT - 2 - len(word))}"
    message = textwrap.wrap(visible(finding.message), max(width - _INDENT, NARROWEST), break_on_hyphens=False)
    indent = " " * _INDENT
    lines = [lead + message[0], *(indent + line for line in message[1:])]
    if finding.where and last:
        lines.append(indent + patient.shown(finding.where))
    if finding.fix and last:
        lines.append(f"{indent}-> {visible(finding.fix)}")
    return lines


def _width(invocation: Invocation) -> int:
    if not invocation.is_terminal(1):
        return WIDEST
    try:
        return min(os.get_terminal_size(1).columns or WIDEST, WIDEST)
    except OSError:
        return WIDEST


def _is_colorful(invocation: Invocation) -> bool:
    environ = invocation.environ
    return invocation.is_terminal(1) and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
