"""Shells at a terminal that stay alive from the first round to the last, so that only prompts are measured."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from collections.abc import Mapping

from benchmarks.terminals import END, REPORT, Driver
from benchmarks.timing import COLOR, LIMIT_SECONDS
from benchmarks.world import write


class Step:
    """One prompt, with the way to it: how long it took, and the value of the variable that is looked at."""

    __slots__ = ("milliseconds", "value")

    def __init__(self, milliseconds: float, value: str) -> None:
        self.milliseconds = milliseconds
        self.value = value


class Session:
    """An interactive shell that has loaded a tool and shown its first prompt.

    `first` is what loading and that prompt took. Raises RuntimeError where it does not come as far.
    """

    _count = 0

    def __init__(self, driver: Driver, folder: str, load: str, directory: str, environ: Mapping[str, str]) -> None:
        Session._count += 1
        self.driver = driver
        self._folder = os.path.join(folder, f"session-{Session._count}")
        os.makedirs(self._folder)
        requests, answers, self._log = (os.path.join(self._folder, name) for name in ("requests", "answers", "log"))
        script = os.path.join(self._folder, ".zshrc" if driver.name == "zsh" else f"script.{driver.suffix}")
        write(script, driver.text(load, requests, answers))
        write(self._log, "")
        os.mkfifo(requests, 0o600)
        os.mkfifo(answers, 0o600)
        # Open at both ends, so that neither side waits for the other to open.
        self._requests = os.open(requests, os.O_RDWR)
        self._answers = os.open(answers, os.O_RDWR)
        self._buffer = b""
        self._reported = 0
        self._terminal, inner = pty.openpty()
        given = {**environ, **driver.environ(self._folder), "PWD": directory}
        self._pid = self._start(driver.words(script), given, directory, os.ttyname(inner))
        os.close(inner)
        try:
            self.first = self._answer()[0]
        except RuntimeError:
            self.close()
            raise

    def _start(self, words: tuple[str, ...], environ: Mapping[str, str], directory: str, terminal: str) -> int:
        os.chdir(directory)
        # The leader of a new session that opens a terminal gets it as its own.
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_RDWR, 0),
            (os.POSIX_SPAWN_OPEN, 2, self._log, os.O_WRONLY | os.O_APPEND, 0),
        ]
        return os.posix_spawn(words[0], words, environ, file_actions=actions, setsid=True, setsigdef=[signal.SIGPIPE])

    def go(self, *places: str, turns: int = 1) -> list[Step]:
        """Go to these places one after the other, with a prompt at each, `turns` times. Raises RuntimeError."""
        os.write(self._requests, ("\t".join((str(turns), *places)) + "\n").encode())
        steps = self._answer()
        if len(steps) != turns * len(places):
            raise RuntimeError(f"{self.driver.name} answered with {len(steps)} prompts, not {turns * len(places)}")
        return steps

    def _answer(self) -> list[Step]:
        lines = self._lines()
        reports = list(REPORT.finditer(self._log_text())) if self.driver.name == "fish" else []
        if self.driver.name == "fish" and len(reports) != len(lines):
            raise RuntimeError(f"fish said how long {len(reports)} of {len(lines)} prompts took")
        steps: list[Step] = []
        for number, line in enumerate(lines):
            stamps, _, value = line.partition("|")
            steps.append(Step(self.driver.milliseconds(stamps, reports[number] if reports else None), value))
        return steps

    def _lines(self) -> list[str]:
        end = time.monotonic() + LIMIT_SECONDS
        while not (self._buffer == b".\n" or self._buffer.endswith(b"\n.\n")):
            if select.select([self._answers], [], [], 0.5)[0]:
                self._buffer += os.read(self._answers, 65536)
            elif time.monotonic() > end or os.waitpid(self._pid, os.WNOHANG)[0]:
                said = COLOR.sub("", self._log_text(everything=True)).strip().splitlines()
                reason = f": {said[-1]}" if said else ""
                raise RuntimeError(f"{self.driver.name} {'hung' if time.monotonic() > end else 'ended'}{reason}")
        lines = self._buffer.decode("utf-8", "replace").split("\n")[:-2]
        self._buffer = b""
        return lines

    def _log_text(self, *, everything: bool = False) -> str:
        """What came to its standard error since the last time."""
        with open(self._log, "rb") as file:
            file.seek(0 if everything else self._reported)
            data = file.read()
            self._reported = file.tell()
        return data.decode("utf-8", "replace")

    def close(self) -> None:
        """End the shell."""
        if self._pid == 0:
            return
        os.write(self._requests, f"{END}\n".encode())
        pid, self._pid = self._pid, 0
        try:
            _wait(pid)
        finally:
            for descriptor in (self._requests, self._answers, self._terminal):
                os.close(descriptor)


def _wait(pid: int) -> None:
    """Wait for a shell that was told to end; one that does not is killed."""
    end = time.monotonic() + 5
    try:
        while os.waitpid(pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                return
            time.sleep(0.005)
    except ChildProcessError:
        return
