"""How programs other than a shell start this ctx: an absolute command line that finds the same files."""

from __future__ import annotations

import os
import sys

from ctx.cli.invocation import Invocation, directories, state
from ctx.dialects import dialect
from ctx.visible import visible

SIGN = b"# ctx, started by the Python of its own environment."
"""The second line of a launcher that install.sh wrote."""

LONGEST_LAUNCHER = 4096
"""Bytes of a file that are looked at: a launcher has a few hundred."""


def program(invocation: Invocation) -> tuple[str, ...]:
    """The words that start ctx: the installed launcher, which outlives upgrades, else this Python with this package."""
    main = running()[-1]
    folders = (*invocation.own.get("PATH", "").split(os.pathsep), os.path.join(invocation.home, ".local", "bin"))
    for place in (sys.argv[0], *(os.path.join(folder, "ctx") for folder in folders)):
        if os.path.isabs(place) and visible(place) == place and _starts(place, main):
            return (place,)
    return running()


def running() -> tuple[str, ...]:
    """The words that start this package with this Python, isolated from the user's environment."""
    main = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "__main__.py")
    return (sys.executable, "-I", "-S", main)


def _starts(launcher: str, main: str) -> bool:
    """Whether a file is a launcher of this very package. Of Windows' nothing is known that would tell."""
    try:
        if not os.path.isfile(launcher):
            return False
        with open(launcher, "rb") as file:
            text = file.read(LONGEST_LAUNCHER)
    except OSError:
        return False
    site = os.fsencode(os.path.dirname(os.path.dirname(main)))
    named = b'"%b"' % site in text or os.fsencode(dialect("sh").quote(main)) in text
    return SIGN in text.partition(b"\n")[2].partition(b"\n")[0] and named


def places(invocation: Invocation) -> tuple[tuple[str, str], ...]:
    """The variables without which ctx, started from cron or an editor, would look for its files elsewhere."""
    plain = {"HOME": invocation.home}
    found = []
    config, data, cache = directories(plain)
    if invocation.config != config:
        found.append(("CTX_CONFIG", invocation.config))
    for name, folder, usual in (
        ("XDG_DATA_HOME", invocation.data, data),
        ("XDG_CACHE_HOME", invocation.cache, cache),
        ("XDG_STATE_HOME", state(invocation.own), state(plain)),
    ):
        if folder != usual and os.path.basename(folder) == "ctx":
            found.append((name, os.path.dirname(folder)))
    return tuple(found)
