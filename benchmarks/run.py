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

if not __package__:
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from benchmarks import hooks, peers, programs, report
from benchmarks.timing import Case, LeftOutError, checked, measure, run
from benchmarks.world import World, build

ROUNDS = 30

GROUPS = ("ctx", *hooks.NAMES, *peers.NAMES)
"""What `--only` may name, in the order of the table. The bare interpreter is always measured."""


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measure ctx and its peers, interleaved, and print medians and ratios."
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"measurements of each row (default {ROUNDS})")
    parser.add_argument(
        "--only", action="append", choices=GROUPS, metavar="NAME", help=f"one of {', '.join(GROUPS)}; may be repeated"
    )
    parser.add_argument("--peers", metavar="DIR", help="where peers are looked for, and installed if they are missing")
    parser.add_argument("--json", metavar="FILE", help="also write every sample to FILE")
    parser.add_argument("--seed", type=int, help="for the order of the rows within a round")
    given = parser.parse_args(words)
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    return given


def collect(
    groups: list[str], folder: str, world: World, versions: dict[str, str], left_out: dict[str, str]
) -> list[Case]:
    """Every row that can be measured here; why the others cannot goes into `left_out`."""
    cases = checked(programs.python_cases(world), left_out)
    versions["ctx"] = (
        run((*world.ctx, "--version"), world.environ(), world.empty).split()[-1] if world.has_click else ""
    )
    for group in groups:
        try:
            cases += checked(_group(group, folder, world, versions)(), left_out)
        except LeftOutError as error:
            left_out[group] = str(error)
    return cases


def _group(group: str, folder: str, world: World, versions: dict[str, str]) -> Callable[[], list[Case]]:
    if group == "ctx":
        return lambda: programs.ctx_cases(world)
    if group in hooks.NAMES:
        return lambda: hooks.cases(group, world)

    def of_peer() -> list[Case]:
        path = peers.program(group, folder, say)
        versions[group] = peers.version(path, world)
        return peers.CASES[group](path, world)

    return of_peer


def say(text: str) -> None:
    """A line for people; standard output is for the table."""
    print(f"benchmark: {text}", file=sys.stderr, flush=True)


def main() -> int:
    given = arguments()
    groups = [group for group in GROUPS if not given.only or group in given.only]
    folder = os.path.abspath(given.peers or peers.default_folder())
    result = os.path.abspath(given.json) if given.json else None
    place = tempfile.mkdtemp(prefix="ctx-benchmark-")
    versions: dict[str, str] = {}
    left_out: dict[str, str] = {}
    about = report.machine()
    try:
        world = build(place)
        cases = collect(groups, folder, world, versions, left_out)
        measure(cases, given.rounds, random.Random(given.seed), lambda number: progress(number, given.rounds))
    except (RuntimeError, LeftOutError) as error:
        say(f"stopped: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        os.chdir(os.path.dirname(place))
        shutil.rmtree(place, ignore_errors=True)
    names = ", ".join(f"{name} {number}" for name, number in versions.items() if number)
    print(
        f"{about['system']}, {about['processors']} processors, load {about['load']}, Python {about['python']}; {names}"
    )
    print(f"milliseconds, {given.rounds} rounds in random order\n")
    print(report.table(cases))
    for line in report.notes(cases, left_out):
        print(line)
    if result is not None:
        with open(result, "w", encoding="utf-8") as file:
            json.dump(report.record(cases, about, versions, left_out), file, indent=1)
            file.write("\n")
    return 0


def progress(number: int, rounds: int) -> None:
    if sys.stderr.isatty():
        print(f"\rround {number} of {rounds}" + ("\n" if number == rounds else ""), end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
