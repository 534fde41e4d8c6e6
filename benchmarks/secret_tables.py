"""What reading secrets takes, as a table, and whether what ctx promises holds."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.report import aligned, ratio
from benchmarks.secret_stores import COUNTS, EXEC, NAIVE, ROWS, USE, Amount, said
from benchmarks.timing import median, p10

LIMITS = {1: 6, 10: 7}
"""How many times a bare interpreter so many secrets from the OS keyring may take at most."""

FASTER = 5
"""How many times faster than naive use of `keyring` it has to be."""


def figures(cells: Sequence[Amount]) -> dict[tuple[str, int], float]:
    """The medians by row and number of secrets."""
    return {(cell.row, cell.count): median(cell.samples) for cell in cells}


def table(cells: Sequence[Amount], bare: float) -> str:
    """A row for everything that reads secrets, empty where it could not be measured. `bare`: the interpreter's median."""
    known = figures(cells)
    lines = [("", *(head for count in COUNTS for head in (said(count), "/ python")))]
    for row in ROWS:
        values = [known.get((row, count)) for count in COUNTS]
        pairs = [("", "") if value is None else (f"{value:.2f}", ratio(value, bare)) for value in values]
        lines.append((row, *(cell for pair in pairs for cell in pair)))
    return aligned(lines)


def acceptance(cells: Sequence[Amount], bare: float) -> list[str]:
    """What ctx promises, with the figures that decide it."""
    known = figures(cells)
    lines: list[str] = []
    for row in (USE, EXEC):
        for count, most in LIMITS.items():
            ours, theirs = known.get((row, count)), known.get((NAIVE, count))
            if ours is None:
                continue
            text = f"{row}, {said(count)}: {ours:.1f} ms is"
            lines.append(
                _line(ours <= most * bare, f"{text} {ours / bare:.1f} times bare Python's {bare:.1f} (at most {most})")
            )
            if theirs is not None:
                compared = f"{theirs / ours:.1f} times faster than {NAIVE}'s {theirs:.1f} (at least {FASTER})"
                lines.append(_line(theirs >= FASTER * ours, f"{text} {compared}"))
    return lines


def _line(holds: bool, text: str) -> str:
    return f"{'pass' if holds else 'FAIL'}  {text}"


def record(cells: Sequence[Amount]) -> list[dict[str, object]]:
    """Everything measured, samples included."""
    return [
        {
            "group": cell.group,
            "row": cell.row,
            "secrets": cell.count,
            "median": round(median(cell.samples), 4),
            "p10": round(p10(cell.samples), 4),
            "samples": [round(sample, 4) for sample in cell.samples],
        }
        for cell in cells
    ]
