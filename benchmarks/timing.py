"""Measuring: cases, starting processes with little overhead, rounds in random order, statistics."""

from __future__ import annotations

import gc
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

SWITCH = "switch"
EXEC = "exec"

LIMIT_SECONDS = 60
"""How long a program may take outside the measurement before it counts as hanging."""

COLOR = re.compile("\x1b\\[[0-9;]*m")
"""What some programs put around their messages."""


class LeftOutError(Exception):
    """Something cannot be measured here. The text says why and what would help."""


@dataclass
class Case:
    """One row of the table.

    `group` is what `--only` selects. Rows with the same `task` do the same job, so they can be held against each
    other. `check` runs once before the rounds and raises LeftOutError where the program does not do that job;
    `sample` measures once, in milliseconds.
    """

    group: str
    label: str
    sample: Callable[[], float]
    task: str = ""
    check: Callable[[], None] = lambda: None
    samples: list[float] = field(default_factory=list)


def nothing() -> None:
    """What most processes need done before they are measured."""


@dataclass(frozen=True)
class Process:
    """A program to be measured from its start to its end, with nothing but `environ` in its environment.

    `proof` is the command line that shows that it works (itself, if empty); every text of `expect` has to be in its
    output. `before` runs ahead of every start and is not measured.
    """

    words: tuple[str, ...]
    environ: Mapping[str, str]
    directory: str
    proof: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    before: Callable[[], None] = nothing

    def check(self) -> None:
        """Run it once and look at what it says. Raises LeftOutError."""
        self.before()
        output = run(self.proof or self.words, self.environ, self.directory)
        for text in self.expect:
            if text not in output:
                raise LeftOutError(f"{shown(self.proof or self.words)}: its output lacks {text!r}")

    def sample(self) -> float:
        """Milliseconds from start to end. Raises RuntimeError if it fails."""
        self.before()
        os.chdir(self.directory)
        actions = [(os.POSIX_SPAWN_DUP2, _null(), stream) for stream in (0, 1, 2)]
        start = time.perf_counter_ns()
        process = os.posix_spawn(
            self.words[0], self.words, self.environ, file_actions=actions, setsigdef=[signal.SIGPIPE]
        )
        _, status, _ = os.wait4(process, 0)
        end = time.perf_counter_ns()
        if status:
            raise RuntimeError(f"{shown(self.words)} ended with {os.waitstatus_to_exitcode(status)}")
        return (end - start) / 1e6


_devices: list[int] = []


def _null() -> int:
    if not _devices:
        _devices.append(os.open(os.devnull, os.O_RDWR))
    return _devices[0]


def run(words: Sequence[str], environ: Mapping[str, str], directory: str) -> str:
    """What a program prints, outside any measurement. Raises LeftOutError if it fails or hangs."""
    try:
        done = subprocess.run(
            words,
            env=environ,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LeftOutError(f"{shown(words)}: {error}") from None
    if done.returncode:
        lines = COLOR.sub("", (done.stderr or done.stdout).decode("utf-8", "replace")).strip().splitlines()
        raise LeftOutError(f"{shown(words)} ended with {done.returncode}: {lines[0] if lines else 'no message'}")
    return done.stdout.decode("utf-8", "replace")


def shown(words: Sequence[str]) -> str:
    """A command line for messages: the program by its name alone."""
    return " ".join((os.path.basename(words[0]), *words[1:]))


def checked(cases: Iterable[Case], left_out: dict[str, str]) -> list[Case]:
    """The cases that do their job; why the others do not goes into `left_out`."""
    good: list[Case] = []
    for case in cases:
        try:
            case.check()
        except LeftOutError as error:
            left_out[case.label] = str(error)
        else:
            good.append(case)
    return good


def interleaved(cases: Sequence[Case], rounds: int, chance: random.Random) -> Iterator[tuple[int, Case]]:
    """Every case once a round, each round in an order of its own: slow minutes of the machine hit all of them."""
    for number in range(1, rounds + 1):
        order = list(cases)
        chance.shuffle(order)
        for case in order:
            yield number, case


def measure(cases: Sequence[Case], rounds: int, chance: random.Random, progress: Callable[[int], None]) -> None:
    """Fill in the samples of all cases."""
    gc.collect()
    gc.disable()
    try:
        current = 0
        for number, case in interleaved(cases, rounds, chance):
            if number != current:
                current = number
                progress(number)
            case.samples.append(case.sample())
    finally:
        gc.enable()


def median(samples: Sequence[float]) -> float:
    """The middle one, or the mean of the two in the middle."""
    ordered = sorted(samples)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def p10(samples: Sequence[float]) -> float:
    """The value that a tenth of the samples do not exceed: close to what an idle machine would show."""
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) // 10) - 1)]
