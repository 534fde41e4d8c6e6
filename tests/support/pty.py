"""Driving an interactive shell through a pseudo terminal, by what it prints and never by time."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

PROMPT = "@ready@ "
"""The prompt a test gives its shell. It is set where the terminal does not echo it."""


INTERRUPT = "\x03"
"""Ctrl-C."""


class Terminal:
    """An interactive shell. `run` sends a line and gives back what was printed until the next prompt."""

    def __init__(self, command: list[str], environ: dict[str, str], cwd: str, *, deadline: float = 20) -> None:
        self.screen = ""
        self._read = 0
        self._deadline = deadline
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(command[0], command, environ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, text: str) -> None:
        """Type something. Ctrl-C is pressed once whoever gets it waits for something."""
        if text == INTERRUPT:
            self._wait_for_rest()
        os.write(self._terminal, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.send(INTERRUPT)

    def _wait_for_rest(self) -> None:
        """Until every program in the foreground sleeps (proc(5), state S), or for two seconds.

        Python notices a signal that comes between its last look at its signals and a blocking read after that read
        only; no person is so quick after a question, a test is.
        """
        _until_resting(lambda: _all_sleep(os.tcgetpgrp(self._terminal)))

    def expect(self, marker: str = PROMPT) -> str:
        """Wait for the marker. Gives back what was printed before it since the last call."""
        end = time.monotonic() + self._deadline
        while (at := self.screen.find(marker, self._read)) < 0:
            left = end - time.monotonic()
            ready = select.select([self._terminal], [], [], max(left, 0))[0]
            try:
                data = os.read(self._terminal, 65536) if ready else b""
            except OSError:
                data = b""
            if not data:
                raise AssertionError(f"{marker!r} did not come; after:\n{self.screen[self._read :]}")
            self.screen += data.decode("utf-8", "replace").replace("\r\n", "\n")
        text = self.screen[self._read : at]
        self._read = at + len(marker)
        return text

    def run(self, line: str) -> str:
        """Send a line, wait for the next prompt, and give back what was printed in between, without the echo."""
        self.send(line + "\n")
        return self.expect().partition("\n")[2]

    def close(self) -> None:
        """End the shell, whatever it is doing."""
        os.close(self._terminal)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


def wait_for_rest(pid: int) -> None:
    """Until a process waits for something, or for two seconds. See Terminal.send."""
    _until_resting(lambda: _state(Path(f"/proc/{pid}/stat"))[0] == "S")


def _until_resting(rests: Callable[[], bool]) -> None:
    end = time.monotonic() + 2
    resting = 0
    while resting < 3 and time.monotonic() < end:
        resting = resting + 1 if rests() else 0
        time.sleep(0.01)


def _state(stat: Path) -> tuple[str, int]:
    """A process's state and group, by proc(5); nothing where there is none."""
    try:
        state, _, group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
    except OSError:
        return "", 0
    return state, int(group)


def _all_sleep(group: int) -> bool:
    found = map(_state, Path("/proc").glob("[0-9]*/stat"))
    return all(state == "S" for state, its_group in found if its_group == group)
