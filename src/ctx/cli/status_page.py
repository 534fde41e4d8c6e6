"""What `ctx status` shows on a screen: a few aligned lines, more only where something is not as it should be."""

from __future__ import annotations

from ctx.claude.model import INFO, Conflict, Reason, Verdict
from ctx.claude.verdict import NOT_SIGNED_IN
from ctx.cli.automatic import shown_place
from ctx.cli.claude_view import ACTIVE, DRIFTED, INACTIVE, NAMED, NONE, PINNED, View, session_problem
from ctx.cli.invocation import Invocation
from ctx.errors import typed
from ctx.state import BY_DEFAULT, BY_DIRECTORY, BY_HAND
from ctx.visible import visible

WIDTH = 80
_COLUMN = 14
"""Where the second column begins."""


def page(view: View, session: Verdict, once: Verdict, found: list[Conflict], invocation: Invocation) -> str:
    """The whole page, safe for a terminal. Paths below the home directory begin with `~`."""
    home = invocation.home
    serious = [conflict for conflict in found if conflict.severity != INFO]
    blocks = [_head(view, home), _block("claude", session, home)]
    if _facts(session) != _facts(once):
        blocks.append(_block("claude -p", once, home))
    blocks += [_conflicts(together, home) for together in _with_one_fix(serious)]
    expired = session_problem(view, once)
    if expired:
        blocks.append([f"warning: {visible(expired)}"])
    if not serious and not expired and view.trouble is None:
        blocks.append(_advice(view, session, once, hooked=bool(invocation.hook)))
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks if block)


def _head(view: View, home: str) -> list[str]:
    """The profile, and why it is the one."""
    binding = shown_place(view.binding, home)
    reasons = {
        BY_HAND: "chosen in this shell",
        PINNED: "pinned in this shell",
        BY_DIRECTORY: f"bound to {binding}",
        BY_DEFAULT: "the default",
    }
    parts = [visible(view.profile) or "no profile"]
    if view.whole is not None:
        parts.append(visible(view.whole.description))
    parts.append(reasons.get(view.by, "") if view.by != NAMED else "")
    if view.status == INACTIVE:
        parts.append("not active in this shell")
    elif view.status == DRIFTED:
        parts.append("changed since")
    elif view.status not in (ACTIVE, NONE):
        parts.append(f"{visible(view.status)}: {binding}")
    lines = _wrapped(" · ".join(part for part in parts if part), "", "  ")
    if view.exec_only:
        lines.append(f"  {visible(', '.join(view.exec_only))}: only through ctx exec")
    for name, changed in view.changed.items():
        if changed:
            lines.append(f"  {name} was {'changed' if name in view.machine.process else 'unset'} in this shell")
    trouble = view.trouble
    if trouble is not None:
        where = f"{trouble.where}: " if trouble.where else ""
        lines += _wrapped(shown_place(where + trouble.what, home), "  ", "  ")
        lines += [f"  {visible(trouble.fix)}"] if trouble.fix else []
    return lines


def _facts(verdict: Verdict) -> tuple[object, ...]:
    """What a reader would see of a verdict."""
    reasons = tuple((reason.name, reason.place) for reason in verdict.decided_by)
    return tuple(_rows("", verdict, "")), reasons


def _rows(title: str, verdict: Verdict, home: str) -> list[tuple[str, str]]:
    return [
        (title, verdict.label),
        ("cannot tell", f"because {shown_place(verdict.unknown, home)}" if verdict.unknown else ""),
        ("blocked", verdict.blocked),
        ("pays", verdict.billed_to),
        ("sent to", verdict.endpoint),
        ("also sent", ", ".join(verdict.also_sent)),
        ("ignored", verdict.ignored),
        ("model", verdict.model),
    ]


def _block(title: str, verdict: Verdict, home: str) -> list[str]:
    """One verdict, with its reasons, those from one place together."""
    lines: list[str] = []
    for name, text in _rows(title, verdict, home):
        if text:
            lines += _wrapped(shown_place(text, home), f"  {name:<{_COLUMN - 2}}", " " * _COLUMN)
    places: dict[str, list[Reason]] = {}
    for reason in verdict.decided_by:
        places.setdefault(reason.place.removesuffix(f" {reason.name}"), []).append(reason)
    for number, (place, reasons) in enumerate(places.items()):
        names = ", ".join(dict.fromkeys(visible(reason.name) for reason in reasons))
        lines += _wrapped(names, f"  {'' if number else 'because':<{_COLUMN - 2}}", " " * _COLUMN)
        lines.append(f"{'':<{_COLUMN + 2}}{shown_place(place, home)}")
    return lines


def _with_one_fix(found: list[Conflict]) -> list[list[Conflict]]:
    """Conflicts at one place that one command settles, together."""
    groups: dict[tuple[str, str], list[Conflict]] = {}
    for conflict in found:
        groups.setdefault((conflict.where, conflict.fix), []).append(conflict)
    return list(groups.values())


def _conflicts(together: list[Conflict], home: str) -> list[str]:
    lines: list[str] = []
    for conflict in together:
        lines += _wrapped(f"{conflict.severity}: {visible(conflict.message)}", "", "  ")
    where, fix = shown_place(together[0].where, home), visible(together[0].fix)
    return [*lines, *(f"  {line}" for line in (where, fix) if line)]


def _advice(view: View, session: Verdict, once: Verdict, *, hooked: bool) -> list[str]:
    """The next thing to type where nothing is wrong."""
    name = view.profile
    if view.status == DRIFTED:
        return [f"{'ctx reload' if hooked else typed('ctx', 'use', name)} takes the changes back"]
    if NOT_SIGNED_IN in (session.label, once.label):
        return [f"{typed('ctx', 'login', name) if name else 'claude auth login'} signs in"]
    if view.status == INACTIVE:
        return [f"{typed('ctx', 'use', name)} switches to it"]
    return [f"{typed('ctx', 'verify', name)} tries it once" if name else "ctx list shows the profiles"]


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    """The text in lines of at most WIDTH characters, as far as its words allow; `first` and `rest` stand in front."""
    lines = [first]
    empty = True
    for word in text.split(" "):
        if not empty and len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(rest)
            empty = True
        lines[-1] += word if empty else f" {word}"
        empty = False
    return lines
