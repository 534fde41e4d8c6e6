"""The picture for the README: bars on a logarithmic scale, one group per event, written as SVG without any library."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from benchmarks.directories import EVENTS
from benchmarks.tables import figure
from benchmarks.tools import TOOLS, Ctx, Tool

COLORS = {"ctx": "#2f81f7", "direnv": "#d98e04", "mise": "#1a9c75", "fnox": "#c2629b"}
"""Told apart by eyes that see colours differently, and on white as well as on black."""

WIDTH = 860
LEFT = 250
RIGHT = 70
TOP = 92
BAR = 11
STEP = 13
GAP = 16
BOTTOM = 44

_STYLE = """\
text { font: 12px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: #57606a; }
.title { font-size: 16px; font-weight: 600; fill: #1f2328; }
.event, .ctx { font-weight: 600; fill: #1f2328; }
.figure { font-size: 11px; }
line { stroke: #8b949e; stroke-opacity: .35; }
@media (prefers-color-scheme: dark) {
  text { fill: #9da7b3; }
  .title, .event, .ctx { fill: #e6edf3; }
}"""


class _Scale:
    """Where a time lies between the left and the right edge."""

    def __init__(self, times: list[float]) -> None:
        self.low = math.floor(math.log10(min(times)))
        # Bars begin at the left edge: the shortest has to have some length.
        if math.log10(min(times)) - self.low < 0.1:
            self.low -= 1
        self.high = max(math.log10(max(times)), self.low + 1.0)

    def x(self, milliseconds: float) -> float:
        """In the picture's own units."""
        part = (math.log10(milliseconds) - self.low) / (self.high - self.low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def ticks(self) -> list[float]:
        """Where the lines are."""
        return [10.0**power for power in range(self.low, math.floor(self.high) + 1)]


def svg(shell: str, figures: Mapping[tuple[str, str], float], about: str) -> str:
    """The picture of one shell's figures by event and tool; `about` says on what they were measured.

    Raises ValueError where there is nothing to show.
    """
    tools = [name for name in TOOLS if name != Tool.name and any(tool == name for _, tool in figures)]
    shown = {key: max(value, 0.001) for key, value in figures.items() if key[1] in tools}
    if not shown:
        raise ValueError(f"nothing was measured in {shell}")
    scale = _Scale(list(shown.values()))
    events = [event for event in EVENTS if any(key == event.key for key, _ in shown)]
    group = STEP * len(tools) + GAP
    bottom = TOP + group * len(events)
    height = bottom + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(_title(shell))}</title>',
        f'<desc id="desc">{escape(_description(shell, tools, shown))}</desc>',
        f"<style>\n{_STYLE}\n</style>",
        f'<text class="title" x="16" y="28">{escape(_title(shell))}</text>',
        f'<text x="16" y="48">{escape(about)}</text>',
        *_legend(tools),
        *_axis(scale, bottom),
    ]
    for number, event in enumerate(events):
        top = TOP + group * number + GAP // 2
        middle = top + STEP * len(tools) / 2 + 4
        parts.append(
            f'<text class="event" x="{LEFT - 14}" y="{middle:g}" text-anchor="end">{escape(event.label)}</text>'
        )
        for row, tool in enumerate(tools):
            parts += _bar(scale, top + STEP * row, tool, event.label, shown.get((event.key, tool)))
    return "\n".join([*parts, "</svg>", ""])


def _title(shell: str) -> str:
    return f"What {shell} waits for, in milliseconds: shorter is better"


def _description(shell: str, tools: list[str], figures: Mapping[tuple[str, str], float]) -> str:
    """The same for those who do not see it."""
    sentences = [f"A bar chart with a logarithmic scale. Median times in {shell}, in milliseconds."]
    for event in EVENTS:
        known = [f"{tool} {figure(figures[event.key, tool])}" for tool in tools if (event.key, tool) in figures]
        if known:
            sentences.append(f"{event.label.capitalize()}: {', '.join(known)}.")
    return " ".join(sentences)


def _legend(tools: list[str]) -> list[str]:
    parts: list[str] = []
    for number, tool in enumerate(tools):
        x = LEFT + 90 * number
        parts.append(f'<rect x="{x}" y="62" width="{BAR}" height="{BAR}" rx="2" fill="{COLORS[tool]}"/>')
        parts.append(f'<text{_class(tool)} x="{x + 17}" y="72">{escape(tool)}</text>')
    return parts


def _axis(scale: _Scale, bottom: int) -> list[str]:
    parts: list[str] = []
    for tick in scale.ticks():
        x = f"{scale.x(tick):.1f}"
        parts.append(f'<line x1="{x}" y1="{TOP - 4}" x2="{x}" y2="{bottom}"/>')
        parts.append(f'<text class="figure" x="{x}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text class="figure" x="{middle:g}" y="{bottom + 34}" text-anchor="middle">'
        "milliseconds, logarithmic: each line is ten times the one before</text>"
    )
    return parts


def _bar(scale: _Scale, top: float, tool: str, label: str, milliseconds: float | None) -> list[str]:
    y = f"{top + BAR - 1:g}"
    if milliseconds is None:
        return [f'<text class="figure" x="{LEFT + 5}" y="{y}">{escape(tool)} has none</text>']
    end = scale.x(milliseconds)
    text = figure(milliseconds)
    name = f"<title>{escape(f'{label}: {tool} {text} ms')}</title>"
    return [
        f'<rect x="{LEFT}" y="{top:g}" width="{end - LEFT:.1f}" height="{BAR}" rx="2" fill="{COLORS[tool]}">{name}</rect>',
        f'<text class="{"figure ctx" if tool == Ctx.name else "figure"}" x="{end + 5:.1f}" y="{y}">{text}</text>',
    ]


def _class(tool: str) -> str:
    return ' class="ctx"' if tool == Ctx.name else ""
