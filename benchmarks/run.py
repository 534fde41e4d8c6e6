#!/usr/bin/env python3
"""Measure ctx and its peers, interleaved, on this machine: `python benchmarks/run.py`. README.md says how to read it."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field

if not __package__:
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from benchmarks import directories, hooks, peers, plot, programs, report, scaling, secret_stores, secret_tables, tables
from benchmarks.desktop import Desktop
from benchmarks.directories import Cell, Stages
from benchmarks.secret_stores import Amount
from benchmarks.terminals import DRIVERS
from benchmarks.timing import Case, LeftOutError, checked, measure, median, run
from benchmarks.tools import TOOLS, Ctx, Tool
from benchmarks.world import World, build

ROUNDS = 30

GROUPS = ("ctx", *hooks.NAMES, *peers.NAMES, *secret_stores.GROUPS)
"""What `--only` may name, in the order of the table. The bare interpreter is always measured."""

PARTS = ("programs", "directories", "scaling", "secrets")
"""What `--part` may name."""


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measure ctx and its peers, interleaved, and print medians and ratios."
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"measurements of each row (default {ROUNDS})")
    parser.add_argument(
        "--part", action="append", choices=PARTS, metavar="NAME", help=f"one of {', '.join(PARTS)}; may be repeated"
    )
    parser.add_argument(
        "--only", action="append", choices=GROUPS, metavar="NAME", help=f"one of {', '.join(GROUPS)}; may be repeated"
    )
    parser.add_argument("--peers", metavar="DIR", help="where peers are looked for, and installed if they are missing")
    parser.add_argument("--json", metavar="FILE", help="also write every sample to FILE")
    parser.add_argument("--plot", metavar="FILE", help="also draw the events of one shell to FILE, as SVG")
    parser.add_argument("--plot-shell", choices=tuple(DRIVERS), default="bash", help="that shell (default bash)")
    parser.add_argument("--seed", type=int, help="for the order of the rows within a round")
    given = parser.parse_args(words)
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    if given.plot and given.part and "directories" not in given.part:
        parser.error("--plot shows directories: --part directories")
    return given


@dataclass
class Collected:
    """Every row that can be measured here, and why the others cannot."""

    rows: list[Case] = field(default_factory=list)
    events: list[Cell] = field(default_factory=list)
    growth: list[Cell] = field(default_factory=list)
    secrets: list[Amount] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    cells_left_out: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> list[Case]:
        """All of them."""
        return [*self.rows, *self.events, *self.growth, *self.secrets]

    @property
    def bare(self) -> float:
        """The median of the bare interpreter, which everything is held against."""
        return median(next(case.samples for case in self.rows if case.label == programs.BARE))


class Collector:
    """Sets up what was asked for. The shells that it starts live in `stages`, a keyring for them in `desktop`."""

    def __init__(self, given: argparse.Namespace, world: World, stages: Stages, desktop: Desktop) -> None:
        self.world = world
        self.stages = stages
        self.desktop = desktop
        self.parts = given.part or PARTS
        self.groups = [group for group in GROUPS if not given.only or group in given.only]
        self.shells = [name for name in hooks.NAMES if name in self.groups]
        if not self.shells:
            self.shells = list(hooks.NAMES)
        asked = given.only and any(name in TOOLS for name in given.only)
        self.tools = [name for name in TOOLS if not asked or name in given.only or name == Tool.name]
        self.folder = os.path.abspath(given.peers or peers.default_folder())
        self.found = Collected()

    def collect(self) -> Collected:
        found, world = self.found, self.world
        if world.has_click:
            found.versions["ctx"] = run((*world.ctx, "--version"), world.environ(), world.empty).split()[-1]
        found.rows += checked(programs.python_cases(world), found.left_out)
        if "programs" in self.parts:
            for group in self.groups:
                found.rows += [] if group in secret_stores.GROUPS else self._rows(group)
        for shell in self.shells if "directories" in self.parts or "scaling" in self.parts else ():
            program = shutil.which(shell)
            if program is None:
                found.left_out[shell] = f"{shell} is not installed"
                continue
            found.versions[shell] = peers.version(program, world).partition("(")[0]
            if "directories" in self.parts:
                for tool in self.tools:
                    found.events += self._events(shell, tool)
            if "scaling" in self.parts and Ctx.name in self.tools:
                found.growth += _cells(scaling.cells(shell, world, self.stages), found.cells_left_out)
        if "secrets" in self.parts:
            place = secret_stores.Place(world, self.desktop, lambda: self._peer("fnox"))
            cells = secret_stores.cells(place, self.groups, found.left_out)
            found.secrets += [case for case in checked(cells, found.cells_left_out) if isinstance(case, Amount)]
        return found

    def _rows(self, group: str) -> list[Case]:
        try:
            return checked(self._of_group(group)(), self.found.left_out)
        except LeftOutError as error:
            self.found.left_out[group] = str(error)
            return []

    def _of_group(self, group: str) -> Callable[[], list[Case]]:
        if group == "ctx":
            return lambda: programs.ctx_cases(self.world)
        if group in hooks.NAMES:
            return lambda: hooks.cases(group, self.world)
        return lambda: peers.CASES[group](self._peer(group), self.world)

    def _events(self, shell: str, tool: str) -> list[Cell]:
        try:
            program = self._peer(tool) if tool in peers.NAMES else ""
        except LeftOutError as error:
            self.found.left_out[tool] = str(error)
            return []
        cases = directories.cells(shell, TOOLS[tool], program, self.world, self.stages)
        return _cells(cases, self.found.cells_left_out)

    def _peer(self, name: str) -> str:
        if name in self.found.left_out:
            raise LeftOutError(self.found.left_out[name])
        path = peers.program(name, self.folder, say)
        self.found.versions.setdefault(name, peers.version(path, self.world))
        return path


def _cells(cases: list[Cell], left_out: dict[str, str]) -> list[Cell]:
    return [case for case in checked(cases, left_out) if isinstance(case, Cell)]


def say(text: str) -> None:
    """A line for people; standard output is for the table."""
    print(f"benchmark: {text}", file=sys.stderr, flush=True)


def main() -> int:
    given = arguments()
    files = {name: os.path.abspath(path) for name in ("json", "plot") if (path := getattr(given, name))}
    place = tempfile.mkdtemp(prefix="ctx-benchmark-")
    stages = Stages(given.rounds)
    desktop = Desktop(os.path.join(place, "desktop"))
    about = report.machine()
    try:
        found = Collector(given, build(place), stages, desktop).collect()
        measure(found.cases, given.rounds, random.Random(given.seed), lambda number: progress(number, given.rounds))
    except (RuntimeError, LeftOutError) as error:
        say(f"stopped: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        stages.close()
        desktop.close()
        os.chdir(os.path.dirname(place))
        shutil.rmtree(place, ignore_errors=True)
    names = ", ".join(f"{name} {number}" for name, number in found.versions.items() if number)
    machine = f"{about['system']}, {about['processors']} processors, load {about['load']}, Python {about['python']}"
    print(f"{machine}; {names}")
    print(f"milliseconds, {given.rounds} rounds in random order\n")
    show(found)
    if "json" in files:
        with open(files["json"], "w", encoding="utf-8") as file:
            json.dump(record(found, about), file, indent=1)
            file.write("\n")
    if "plot" in files:
        return draw(files["plot"], given.plot_shell, found, about, given.rounds)
    return 0


def show(found: Collected) -> None:
    """Print all tables, what has to be known beside them, and whether what ctx promises holds."""
    print(report.table(found.rows))
    for shell in tables.shells(found.events):
        print(tables.events_table(found.events, shell))
    if found.growth:
        print(tables.sizes_table(found.growth))
    if found.secrets:
        print(secret_tables.table(found.secrets, found.bare))
    for line in report.notes(found.rows, found.left_out | tables.left_out(found.cells_left_out)):
        print(line)
    lines = acceptance(found)
    if lines:
        print("\n" + "\n".join(lines))


def acceptance(found: Collected) -> list[str]:
    """What ctx promises, with the figures that decide it."""
    return [*tables.acceptance(found.events, found.growth), *secret_tables.acceptance(found.secrets, found.bare)]


def record(found: Collected, about: dict[str, object]) -> dict[str, object]:
    """All of it, samples included, for a plot or a comparison."""
    data = report.record(found.rows, about, found.versions, found.left_out | found.cells_left_out)
    more = {"directories": tables.record(found.events), "scaling": tables.record(found.growth)}
    return data | more | {"secrets": secret_tables.record(found.secrets), "acceptance": acceptance(found)}


def draw(path: str, shell: str, found: Collected, about: dict[str, object], rounds: int) -> int:
    """Write the picture. The exit code."""
    names = [f"{name} {found.versions[name]}" for name in (shell, *TOOLS) if found.versions.get(name)]
    text = f"Medians of {rounds} rounds on {about['system']}: {', '.join(names)}"
    try:
        picture = plot.svg(shell, tables.medians(found.events, shell), text)
    except ValueError as error:
        say(f"no picture: {error}")
        return 1
    with open(path, "w", encoding="utf-8") as file:
        file.write(picture)
    return 0


def progress(number: int, rounds: int) -> None:
    if sys.stderr.isatty():
        print(f"\rround {number} of {rounds}" + ("\n" if number == rounds else ""), end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
