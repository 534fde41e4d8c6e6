"""Events by tools, sizes by shells, and whether what ctx promises holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.directories import EVENTS, Cell
from benchmarks.report import aligned, ratio
from benchmarks.scaling import ENTER, IDLE, PROFILES, sizes
from benchmarks.terminals import DRIVERS
from benchmarks.timing import median
from benchmarks.tools import TOOLS, Ctx, Direnv, Tool

CHEAPER = {"idle": 10, "enter": 3}
"""How many times cheaper than the best peer ctx has to be."""

BOUNDS = {
    "idle": {"bash": 0.2, "zsh": 0.2, "fish": 0.5, "pwsh": 0.2},
    "inside": {"bash": 0.2, "zsh": 0.2, "fish": 0.5, "pwsh": 0.2},
    "outside": {"bash": 0.2, "zsh": 0.2, "fish": 0.5, "pwsh": 0.2},
    "leave": dict.fromkeys(DRIVERS, 1.0),
    "enter": dict.fromkeys(DRIVERS, 2.0),
}
"""Milliseconds that it should not take longer than, beside what the shell takes without any tool."""

GROWTH = 1.5
"""How many times longer it may take with the most profiles than with one."""

PEERS = tuple(name for name in TOOLS if name not in (Ctx.name, Tool.name))


def medians(cells: Sequence[Cell], shell: str) -> dict[tuple[str, str], float]:
    """The figures of one shell by event and tool."""
    return {(cell.event, cell.tool): median(cell.samples) for cell in cells if cell.group == shell}


def best(figures: Mapping[tuple[str, str], float], event: str) -> str:
    """The peer that is fastest there, "" for none."""
    known = [name for name in PEERS if (event, name) in figures]
    return min(known, key=lambda name: figures[event, name]) if known else ""


def shells(cells: Sequence[Cell]) -> list[str]:
    """Those that were measured, in their order."""
    return [name for name in DRIVERS if any(cell.group == name for cell in cells)]


def figure(milliseconds: float) -> str:
    """Three digits that count, more or less."""
    return f"{milliseconds:.{3 if milliseconds < 1 else 2 if milliseconds < 10 else 1}f}"


def events_table(cells: Sequence[Cell], shell: str) -> str:
    """What each event takes in one shell."""
    figures = medians(cells, shell)
    columns = [name for name in TOOLS if any(tool == name for _, tool in figures)]
    heads = ["no tool" if name == Tool.name else name for name in columns]
    lines = [(shell, *heads, *(("ctx / best peer",) if Ctx.name in columns else ()))]
    for event in EVENTS:
        row = [
            event.label,
            *(figure(figures[event.key, name]) if (event.key, name) in figures else "" for name in columns),
        ]
        peer = best(figures, event.key)
        if Ctx.name in columns:
            both = peer and (event.key, Ctx.name) in figures
            row.append(ratio(figures[event.key, Ctx.name], figures[event.key, peer]) if both else "")
        lines.append(tuple(row))
    return aligned(lines)


def sizes_table(cells: Sequence[Cell]) -> str:
    """How ctx's cost grows, in every shell: an idle prompt, entering unchanged."""
    names = shells(cells)
    figures = {(cell.group, cell.size, cell.event): median(cell.samples) for cell in cells}
    lines = [("", *(f"{shell} {event}" for shell in names for event in (IDLE, ENTER)))]
    for size in sizes():
        row = [figures.get((shell, size, event)) for shell in names for event in (IDLE, ENTER)]
        lines.append((size, *("" if value is None else figure(value) for value in row)))
    return aligned(lines)


def acceptance(events: Sequence[Cell], growth: Sequence[Cell]) -> list[str]:
    """What ctx promises, with the figures that decide it."""
    lines: list[str] = []
    for shell in shells(events):
        figures = medians(events, shell)
        for event, times in CHEAPER.items():
            peer = best(figures, event)
            if peer and (event, Ctx.name) in figures:
                ours, theirs = figures[event, Ctx.name], figures[event, peer]
                text = f"{label(event)}: {figure(ours)} ms is {theirs / ours:.1f} times cheaper than {peer}'s {figure(theirs)}"
                lines.append(_line(times <= theirs / ours, shell, f"{text} (at least {times})"))
        for changed in (event.key for event in EVENTS if event.process):
            if (changed, Ctx.name) in figures and (changed, Direnv.name) in figures:
                ours, theirs = figures[changed, Ctx.name], figures[changed, Direnv.name]
                text = f"{label(changed)}: {figure(ours)} ms, direnv {figure(theirs)} (not slower than direnv)"
                lines.append(_line(ours <= theirs, shell, text))
        for event, limits in BOUNDS.items():
            if (event, Ctx.name) in figures:
                own = figures[event, Ctx.name] - figures.get((event, Tool.name), 0.0)
                text = f"{label(event)}: {figure(max(own, 0.0))} ms more than the shell alone"
                lines.append(_line(own <= limits[shell], shell, f"{text} (at most {limits[shell]:g})"))
    one, *_, most = list(sizes())[: len(PROFILES)]
    for shell in shells(growth):
        for event in (IDLE, ENTER):
            found = {cell.size: median(cell.samples) for cell in growth if (cell.group, cell.event) == (shell, event)}
            if one in found and most in found:
                text = f"{label(event)}: {found[most] / found[one]:.2f} times as long with {most} as with {one}"
                lines.append(_line(found[most] <= GROWTH * found[one], shell, f"{text} (at most {GROWTH:g})"))
    return lines


def label(key: str) -> str:
    """What an event is called in tables."""
    return next(event.label for event in EVENTS if event.key == key)


def _line(holds: bool, shell: str, text: str) -> str:
    return f"{'pass' if holds else 'FAIL'}  {shell}: {text}"


def left_out(reasons: Mapping[str, str]) -> dict[str, str]:
    """Cells that could not be measured; where a tool fails in the same way at several events, once."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for name, reason in reasons.items():
        who, _, event = name.partition(": ")
        grouped.setdefault((who, reason), []).append(event)
    return {
        f"{who}: {', '.join(events)}" if len(events) < len(EVENTS) // 2 else who: reason
        for (who, reason), events in grouped.items()
    }


def record(cells: Sequence[Cell]) -> list[dict[str, object]]:
    """Everything measured, samples included."""
    return [
        {
            "shell": cell.group,
            "tool": cell.tool,
            "event": cell.event,
            **({"size": cell.size} if cell.size else {}),
            "median": median(cell.samples),
            "samples": cell.samples,
        }
        for cell in cells
    ]
