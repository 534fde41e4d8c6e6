"""The environment that follows the directory: one row per event, one column per tool, one table per shell."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from benchmarks.sessions import Session, Step
from benchmarks.terminals import ALONE, DRIVERS, STAY, Driver
from benchmarks.timing import Case, LeftOutError, median
from benchmarks.tools import BELOW, ELSEWHERE, PROJECT, Ctx, Tool
from benchmarks.world import World

T = TypeVar("T")

IDLE_TURNS = 10
WAYS = 4
"""Prompts in one measurement: where nothing changed, and on each of two ways."""


@dataclass
class Cell(Case):
    """One event with one tool in one shell. `group` is the shell."""

    tool: str = ""
    event: str = ""
    size: str = ""
    """What it shows the growth of, if that is what it is for."""


class Stage:
    """One tool in one shell, set up, with the shell that follows it; both are made when they are first needed.

    Each event is a method that brings it about and gives back what it took, in milliseconds, however often it happened.
    It raises RuntimeError where the environment is not what it has to be then, LeftOutError where it cannot be brought
    about at all.
    """

    def __init__(self, driver: Driver, make: Callable[[], Tool], seconds: float, *, sealed: bool = False) -> None:
        self.driver = driver
        self._make = make
        self._seconds = min(seconds, driver.warm_up)
        self._sealed = sealed
        self._tool: Tool | None = None
        self._session: Session | None = None
        self._failure = ""
        self._editions = 0

    @property
    def tool(self) -> Tool:
        """The tool."""
        if self._tool is None:
            self._tool = self._attempt(self._set_up)
        return self._tool

    @property
    def session(self) -> Session:
        """A shell that has been there for a while, elsewhere."""
        if self._session is None:
            tool = self.tool
            self._session = self._attempt(lambda: self._open(tool, ELSEWHERE))
            until = time.monotonic() + self._seconds
            while time.monotonic() < until:
                self._go(PROJECT, STAY, ELSEWHERE, STAY)
        return self._session

    def _attempt(self, function: Callable[[], T]) -> T:
        """What goes wrong once is not tried again for every event. Raises LeftOutError."""
        if self._failure:
            raise LeftOutError(self._failure)
        try:
            return function()
        except (LeftOutError, RuntimeError) as error:
            self._failure = str(error)
            raise LeftOutError(self._failure) from None

    def _set_up(self) -> Tool:
        """A sealed ctx has seen every place once."""
        tool = self._make()
        if isinstance(tool, Ctx) and self._sealed:
            before = self._open(tool, ELSEWHERE)
            before.go(*(tool.place(name) for name in (*tool.seen, ELSEWHERE)))
            before.close()
            tool.seal()
        return tool

    def close(self) -> None:
        """End the shell."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _open(self, tool: Tool, place: str) -> Session:
        return Session(self.driver, tool.world.folder, tool.load(), tool.place(place), tool.world.environ())

    def _go(self, *places: str, turns: int = 1) -> list[Step]:
        paths = [place if place == STAY or place.startswith(ALONE) else self.tool.place(place) for place in places]
        session = self.session
        return self._attempt(lambda: session.go(*paths, turns=turns))

    def _times(self, steps: Sequence[Step], *, inside: bool) -> list[float]:
        """The times of prompts at which the environment has to be that of the project, or not."""
        expected = self.tool.value(inside=inside)
        for step in steps:
            if step.value != expected:
                raise RuntimeError(f"{self.tool.name} in {self.driver.name}: {step.value!r} where {expected!r} is due")
        if isinstance(self.tool, Ctx) and self.tool.asked():
            raise RuntimeError(f"ctx in {self.driver.name} asked for the interpreter where nothing had changed")
        return [step.milliseconds for step in steps]

    def alone(self, ways: Sequence[str]) -> list[float]:
        """What going to and fro between two places takes the shell by itself, for the first one of them."""
        first, second = (ALONE + self.tool.place(place) for place in ways)
        steps = self._go(STAY, second, *(first, second) * WAYS, ALONE + self.tool.place(ELSEWHERE), STAY)
        return [step.milliseconds for step in steps[2:-2:2]]

    def idle(self, project: str = PROJECT) -> list[float]:
        """Another prompt in a project."""
        self._go(project, STAY)
        times = self._times(self._go(STAY, turns=IDLE_TURNS), inside=True)
        self._go(ELSEWHERE, STAY)
        return times

    def inside(self) -> list[float]:
        """From one directory of a project to another."""
        self._go(PROJECT, STAY)
        times = self._times(self._go(*(os.path.join(PROJECT, b) for b in BELOW), turns=WAYS), inside=True)
        self._go(ELSEWHERE, STAY)
        return times

    def outside(self) -> list[float]:
        """From one directory outside of all projects to another."""
        self._go(ELSEWHERE, STAY)
        return self._times(self._go(*(os.path.join(ELSEWHERE, b) for b in BELOW), turns=WAYS), inside=False)

    def leave(self) -> list[float]:
        """Out of a project."""
        return self._times(self._go(PROJECT, ELSEWHERE, turns=WAYS)[1::2], inside=False)

    def enter(self, project: str = PROJECT) -> list[float]:
        """Into a project that is as it was the last time."""
        return self._times(self._go(project, ELSEWHERE, turns=WAYS)[0::2], inside=True)

    def enter_first(self) -> list[float]:
        """Into a project while nothing lies in the tool's cache."""
        self._go(ELSEWHERE)
        self.tool.forget()
        return self._once()

    def enter_changed(self) -> list[float]:
        """Into a project whose file was changed, and approved, since the last time."""
        self._go(ELSEWHERE)
        self.tool.change_project(self.tool.edition + 1)
        return self._once()

    def enter_own_changed(self) -> list[float]:
        """Into a project after the user's own file was changed."""
        self._go(ELSEWHERE)
        self._editions += 1
        self.tool.change_own(self._editions)
        times = self._once()
        self.tool.restore_own()
        self._go(STAY)
        return times

    def _once(self) -> list[float]:
        return self._times(self._go(PROJECT, ELSEWHERE)[:1], inside=True)

    def start(self) -> list[float]:
        """A new shell in a project: loading the tool, and the first prompt."""
        return self._start(PROJECT)

    def start_default(self) -> list[float]:
        """A new shell outside of all projects, where a default holds."""
        return self._start(ELSEWHERE)

    def _start(self, place: str) -> list[float]:
        session = self._open(self.tool, place)
        session.close()
        return self._times([session.first], inside=True)


@dataclass(frozen=True)
class Event:
    """A row: what it is called in records and in the table, and how it is brought about.

    `process`: ctx starts its interpreter for it. `ways`: the place where it ends, and the one where it begins.
    """

    key: str
    label: str
    happen: Callable[[Stage], list[float]]
    process: bool = False
    default: bool = False
    ways: tuple[str, ...] = ()


INSIDE, OUTSIDE = (tuple(os.path.join(place, below) for below in BELOW) for place in (PROJECT, ELSEWHERE))

EVENTS = (
    Event("idle", "prompt, nothing changed", Stage.idle),
    Event("inside", "cd inside a project", Stage.inside, ways=INSIDE),
    Event("outside", "cd outside of all", Stage.outside, ways=OUTSIDE),
    Event("leave", "cd out of a project", Stage.leave, ways=(ELSEWHERE, PROJECT)),
    Event("enter", "cd in, unchanged", Stage.enter, ways=(PROJECT, ELSEWHERE)),
    Event("enter-first", "cd in, nothing in the cache", Stage.enter_first, process=True),
    Event("enter-changed", "cd in, its file changed", Stage.enter_changed, process=True),
    Event("enter-own-changed", "cd in, the user's file changed", Stage.enter_own_changed, process=True),
    Event("start", "new shell in a project", Stage.start),
    Event("start-default", "new shell outside, with a default", Stage.start_default, default=True),
)


class Stages:
    """Every shell that lives as long as the benchmark does. Close it at the end."""

    def __init__(self, rounds: int) -> None:
        self._all: list[Stage] = []
        self._seconds = rounds / 10

    def add(self, driver: Driver, make: Callable[[], Tool], *, sealed: bool = False) -> Stage:
        """One more; few rounds do not deserve a long warm-up."""
        stage = Stage(driver, make, self._seconds, sealed=sealed)
        self._all.append(stage)
        return stage

    def close(self) -> None:
        """End all shells."""
        for stage in self._all:
            stage.close()


def cells(shell: str, kind: type[Tool], program: str, world: World, stages: Stages) -> list[Cell]:
    """All events with one tool in one shell. Raises LeftOutError where the shell is missing."""
    driver = DRIVERS[shell]
    driver.words("")
    return list(_cells(driver, kind, program, world, stages))


def _cells(driver: Driver, kind: type[Tool], program: str, world: World, stages: Stages) -> Iterator[Cell]:
    def make(place: str) -> Callable[[], Tool]:
        return lambda: kind(world.another(f"{driver.name}-{kind.name}-{place}"), program, driver.name)

    def make_default() -> Tool:
        tool = make("default")()
        tool.set_default()
        return tool

    plain = stages.add(driver, make("plain"), sealed=True)
    live = stages.add(driver, make("live")) if kind is Ctx else plain
    default = stages.add(driver, make_default, sealed=True)
    for event in EVENTS:
        stage = default if event.default else live if event.process else plain
        by_itself = driver.alone and bool(event.ways)
        if kind.name == Tool.name and (event.process or event.default or by_itself):
            continue
        yield cell(driver.name, kind.name, event, stage)
        if kind is Ctx and by_itself:
            yield cell(driver.name, Tool.name, replace(event, happen=partial(Stage.alone, ways=event.ways)), stage)


def cell(shell: str, tool: str, event: Event, stage: Stage, size: str = "") -> Cell:
    """The case for one event on one stage."""

    def sample() -> float:
        return median(event.happen(stage))

    def check() -> None:
        try:
            sample()
        except RuntimeError as error:
            raise LeftOutError(str(error)) from None

    label = f"{tool} in {shell}: {event.label}"
    return Cell(shell, label, sample, check=check, tool=tool, event=event.key, size=size)
