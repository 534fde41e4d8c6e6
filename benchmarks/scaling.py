"""How ctx's cost grows: with the number of profiles and bindings, of directories, of variables, with a file's length."""

from __future__ import annotations

import os
from collections.abc import Callable

from benchmarks.directories import Cell, Event, Stage, Stages, cell
from benchmarks.terminals import DRIVERS
from benchmarks.tools import Ctx, env_table
from benchmarks.world import PLAIN, World, settings

BOUND = "bound"
DEEP = "deep"

PROFILES = (1, 100, 1000)
LEVELS = (1, 10, 50)
VARIABLES = (10, 200)
KILOBYTES = (1, 60)

IDLE = "idle"
ENTER = "enter"


def profiles_text(count: int) -> str:
    """So many profiles, each bound to a directory of its own; the last is the one that is measured."""
    lines: list[str] = []
    for number in range(count - 1):
        name = f"other-{number:04}"
        lines += [f"[profiles.{name}]", f'description = "Another client, number {number}"', f"[profiles.{name}.env]"]
        lines += [f'CLIENT = "{name}"', 'REGION = "eu-central-1"', ""]
    lines += [f"[profiles.{PLAIN}]", f"[profiles.{PLAIN}.env]"]
    lines += [f'{variable} = "{value}"' for variable, value in settings().items()]
    for number in range(count - 1):
        lines += ["", "[[directories]]", f'path = "~/{BOUND}/other-{number:04}"', f'profile = "other-{number:04}"']
    lines += ["", "[[directories]]", f'path = "~/{BOUND}/{PLAIN}"', f'profile = "{PLAIN}"', ""]
    return "\n".join(lines)


def padded(text: str, length: int) -> str:
    """The text with a comment behind it that makes it exactly so long."""
    line = "# " + "a remark that nobody needs to read. " * 2 + "\n"
    rest = length - len(text.encode())
    return text + (line * (rest // len(line) + 1))[: rest - 1] + "\n"


class _Grown(Ctx):
    """ctx with so many profiles."""

    def __init__(self, world: World, shell: str, count: int) -> None:
        super().__init__(world, "", shell, profiles_text(count))
        self._has(os.path.join(BOUND, PLAIN))

    def add_projects(self) -> _Grown:
        """Projects for everything else that grows."""
        self.project(self.place(DEEP), self.text(settings()))
        for levels in LEVELS:
            self._has(deep(levels))
        for count in VARIABLES:
            self._project(f"variables-{count}", env_table(settings(count=count)))
        for size in KILOBYTES:
            self._project(f"kilobytes-{size}", padded(env_table(settings()), size * 1024))
        return self

    def _project(self, name: str, text: str) -> None:
        self.project(self.place(name), text)
        self._has(name)

    def _has(self, name: str) -> None:
        os.makedirs(self.place(name), exist_ok=True)
        self.seen.append(name)


def deep(levels: int) -> str:
    """A directory so many levels below the one that is bound."""
    return os.path.join(DEEP, *(["d"] * levels))


def sizes() -> dict[str, str]:
    """Every row: what is said of it, and the directory that is entered."""
    rows = {f"{count:,} profiles" if count > 1 else "1 profile": os.path.join(BOUND, PLAIN) for count in PROFILES}
    rows |= {f"{levels} levels" if levels > 1 else "1 level": deep(levels) for levels in LEVELS}
    rows |= {f"{count} variables": f"variables-{count}" for count in VARIABLES}
    return rows | {f"a file of {size} KB": f"kilobytes-{size}" for size in KILOBYTES}


def cells(shell: str, world: World, stages: Stages) -> list[Cell]:
    """An idle prompt and entering unchanged, for every size. Raises LeftOutError where the shell is missing."""
    driver = DRIVERS[shell]
    driver.words("")

    def make(count: int) -> Callable[[], Ctx]:
        def tool() -> Ctx:
            grown = _Grown(world.another(f"{shell}-{count}-profiles"), shell, count)
            return grown if count > 1 else grown.add_projects()

        return tool

    by_count = [stages.add(driver, make(count), sealed=True) for count in PROFILES]
    found: list[Cell] = []
    for number, (size, place) in enumerate(sizes().items()):
        stage = by_count[number] if number < len(by_count) else by_count[0]
        for event in (_idle(size, place), _enter(size, place)):
            found.append(cell(shell, "ctx", event, stage, size))
    return found


def _idle(size: str, place: str) -> Event:
    def happen(stage: Stage) -> list[float]:
        return stage.idle(place)

    return Event(IDLE, f"prompt, {size}", happen)


def _enter(size: str, place: str) -> Event:
    def happen(stage: Stage) -> list[float]:
        return stage.enter(place)

    return Event(ENTER, f"cd in, {size}", happen)
