"""The table for people and the record for plots."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence

from benchmarks.programs import BARE
from benchmarks.timing import Case, median, p10

OURS = ("ctx", "bash", "zsh", "fish", "pwsh")
"""Groups whose rows are ctx's own; `python` is neither ours nor a peer."""

NEUTRAL = "python"

BUSY = 1.3
"""A median this many times the tenth percentile tells of a machine that had other things to do."""

HEADER = ("", "median", "p10", "/ python", "/ best peer")


def ratio(value: float, base: float) -> str:
    """How many times the base; below it as a fraction, so that one decimal is enough on both sides."""
    return f"{value / base:.1f}" if value >= base else f"1/{base / value:.1f}"


def best_peers(cases: Sequence[Case]) -> dict[str, Case]:
    """For every task the peer that does it fastest."""
    best: dict[str, Case] = {}
    for case in cases:
        if case.task and case.group not in (*OURS, NEUTRAL):
            known = best.get(case.task)
            if known is None or median(case.samples) < median(known.samples):
                best[case.task] = case
    return best


def rows(cases: Sequence[Case]) -> list[tuple[str, ...]]:
    """The cells of the table, without its header: an empty row between groups."""
    bare = next((median(case.samples) for case in cases if case.label == BARE), None)
    best = best_peers(cases)
    cells: list[tuple[str, ...]] = []
    group = ""
    for case in cases:
        if cells and case.group != group:
            cells.append(("",) * len(HEADER))
        group = case.group
        middle = median(case.samples)
        peer = best.get(case.task) if case.group in OURS else None
        cells.append(
            (
                case.label,
                f"{middle:.2f}",
                f"{p10(case.samples):.2f}",
                ratio(middle, bare) if bare else "",
                ratio(middle, median(peer.samples)) if peer else "",
            )
        )
    return cells


def table(cases: Sequence[Case]) -> str:
    """Everything measured as a table."""
    return aligned([HEADER, *rows(cases)])


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """A table, its header first: labels to the left, numbers to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "".join(
        "  ".join((line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True)))).rstrip()
        + "\n"
        for line in lines
    )


def notes(cases: Sequence[Case], left_out: Mapping[str, str]) -> list[str]:
    """What a reader has to know beside the table."""
    lines = [
        f"best peer to {task}: {case.label} ({median(case.samples):.2f} ms)" for task, case in best_peers(cases).items()
    ]
    bare = next((case.samples for case in cases if case.label == BARE), None)
    if bare and median(bare) > BUSY * p10(bare):
        lines.append(
            f"noise: the bare interpreter's median is {median(bare) / p10(bare):.1f} times its p10. The machine was "
            "busy: trust the ratios more than the times, and run it again when it is quiet"
        )
    lines += [f"left out: {label}: {reason}" for label, reason in left_out.items()]
    return lines


def machine() -> dict[str, object]:
    """What the figures depend on, and nothing that names the machine."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "")
    except OSError:
        return platform.processor()


def record(
    cases: Sequence[Case], about: Mapping[str, object], versions: Mapping[str, str], left_out: Mapping[str, str]
) -> dict[str, object]:
    """All of it, samples included, for a plot or a comparison."""
    return {
        "machine": dict(about),
        "versions": dict(versions),
        "unit": "ms",
        "cases": [
            {
                "group": case.group,
                "label": case.label,
                "task": case.task,
                "median": round(median(case.samples), 4),
                "p10": round(p10(case.samples), 4),
                "samples": [round(sample, 4) for sample in case.samples],
            }
            for case in cases
        ],
        "left_out": dict(left_out),
    }
