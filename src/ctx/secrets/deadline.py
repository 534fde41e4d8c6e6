"""A limit for calls that know none: `keyring` waits for ever for a dialog nobody answers, and for a stopped service."""

from __future__ import annotations

import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_AGAIN = 0.5
"""Seconds after which the alarm is raised again, for what swallows the first one."""


class OutOfTime(BaseException):
    """The deadline passed. Not an Exception: libraries on the way catch those and go on waiting."""


class Deadline:
    """Raises OutOfTime in what stands in its `with`, so many seconds from its beginning.

    It interrupts Python and its waiting for files and sockets (PEP 475), not a C library that waits by itself. Where
    there is no SIGALRM (Windows), and in threads, which get no signals, it does nothing.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._armed = False

    def __enter__(self) -> None:
        if not hasattr(signal, "setitimer"):
            return
        try:
            self._handler = signal.signal(signal.SIGALRM, self._expire)
        except ValueError:
            return
        self._armed = True
        self._begin = time.monotonic()
        self._timer = signal.setitimer(signal.ITIMER_REAL, max(self._seconds, 0.001), _AGAIN)

    def _expire(self, _number: int, _frame: FrameType | None) -> None:
        if self._armed:
            raise OutOfTime

    def __exit__(self, *_: object) -> None:
        if not self._armed:
            return
        self._armed = False
        delay, interval = self._timer
        if delay:
            # Whoever had set an alarm gets it when it was due, or at once.
            delay = max(delay - (time.monotonic() - self._begin), 0.001)
        signal.setitimer(signal.ITIMER_REAL, 0)
        # None: a handler that was not set from Python, and cannot be given back.
        signal.signal(signal.SIGALRM, signal.SIG_DFL if self._handler is None else self._handler)
        signal.setitimer(signal.ITIMER_REAL, delay, interval)
