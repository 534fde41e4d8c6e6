"""Running a program once, under a deadline, with bounded output and nothing to ask anybody."""

from __future__ import annotations

import os
import signal
import time

from ctx.claude.explain import Ended
from ctx.cli.exec_command import CannotRunError
from ctx.errors import EXIT_CANNOT_EXECUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from types import FrameType
    from typing import IO

LIMIT = 256 * 1024
"""Bytes of each output that are kept. A program that prints more loses its reader, and mostly dies of that."""

_GRACE = 2.0
"""Seconds that a program has to end in good order once it is told to, before it is killed."""

_DRAIN = 0.5
"""Seconds to wait for the rest of the output of a program that has ended: a child of its own may keep it open."""


def run_once(command: list[str], environ: dict[str, str], cwd: str, seconds: float) -> Ended:
    """Run `command` with exactly `environ`, at most so many seconds, and stop all it started if it has not ended by then.

    It has a session of its own, so that it cannot ask at the terminal. Raises CannotRunError; KeyboardInterrupt where ctx
    itself is told to end, once the program has been stopped.
    """
    import subprocess

    begin = time.monotonic()
    # Before the program starts: a signal that comes in between would leave it running.
    with _Interruptible():
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise CannotRunError(f"{command[0]} cannot be started: {reason}", EXIT_CANNOT_EXECUTE) from None
        outputs: list[_Output] = []
        try:
            outputs += [_Output(stream) for stream in (process.stdout, process.stderr) if stream is not None]
            code: int | None = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if process.returncode is None:
                _stop(process)
    for output in outputs:
        output.finish(_DRAIN)
    out, errors = (bytes(output.data[:LIMIT]) for output in outputs)
    return Ended(code, out, errors, time.monotonic() - begin, flooded=any(output.flooded for output in outputs))


class _Output:
    """One output of a running program, read in a thread of its own: on Windows pipes can be waited for in no other way."""

    def __init__(self, stream: IO[bytes]) -> None:
        import threading

        self.data = bytearray()
        self.flooded = False
        self._stream = stream
        # A daemon: a grandchild that keeps the pipe open must not keep ctx.
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        descriptor = self._stream.fileno()
        while piece := os.read(descriptor, 65536):
            self.data += piece
            if len(self.data) > LIMIT:
                self.flooded = True
                break
        self._stream.close()

    def finish(self, seconds: float) -> None:
        """Wait so long for the rest."""
        self._thread.join(seconds)


class _Interruptible:
    """Ending ctx ends the program too: SIGTERM and SIGHUP act like Ctrl-C meanwhile, which its own session does not get."""

    def __enter__(self) -> None:
        self._before = {
            number: signal.signal(number, self._raise)
            for name in ("SIGTERM", "SIGHUP")
            if (number := getattr(signal, name, None)) is not None
        }

    def _raise(self, _number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started."""
    import subprocess

    if os.name == "nt":
        # A process here has no group; /T ends its children with it.
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        process.wait()
        return
    for number, seconds in ((signal.SIGTERM, _GRACE), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue
        # The program has ended; what it started may not have.
        if number == signal.SIGTERM and not _group_lives(process.pid):
            break
    process.wait()


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
