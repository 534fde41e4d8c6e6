"""Which profile is meant, where a person may be asked."""

from __future__ import annotations

import os
import sys

from ctx.cli.invocation import Invocation
from ctx.config import find, load
from ctx.errors import EXIT_INTERRUPTED, RefusedError, UnknownProfileError, UsageError
from ctx.model import Config, Profile
from ctx.resolve import merged
from ctx.visible import visible


def on_terminal(invocation: Invocation, config: Config, name: str) -> Profile:
    """The profile that answers to `name`; at a terminal also to a unique beginning of it, unless it is protected.

    Raises UnknownProfileError.
    """
    try:
        return find(config, name)
    except UnknownProfileError:
        found = {config.aliases[known] for known in config.aliases if name and known.startswith(name)}
        if len(found) != 1 or not invocation.is_terminal(0, 2):
            raise
        profile = config.profiles[found.pop()]
        if merged(config, profile).protect:
            raise
        return profile


def from_list(invocation: Invocation) -> str:
    """A profile chosen by a person: with fzf where it is installed, else by number.

    Raises UsageError where there is no terminal to ask at, RefusedError where nothing was chosen.
    """
    if not invocation.is_terminal(0, 2):
        raise UsageError("say which profile", fix="ctx list shows them; ctx use NAME switches")
    config, _ = load(invocation.config)
    if not config.profiles:
        raise UnknownProfileError("there are no profiles yet", where=config.file, fix="ctx new NAME makes the first")
    rows = [(profile.name, visible(profile.description)) for profile in config.profiles.values()]
    chosen = _with_fzf(rows, invocation) if _fzf(invocation) else _by_number(rows, invocation)
    if chosen is None:
        raise RefusedError("nothing was chosen: nothing changed")
    return chosen


def _fzf(invocation: Invocation) -> str | None:
    import shutil

    return shutil.which("fzf", path=invocation.own.get("PATH", ""))


def _with_fzf(rows: list[tuple[str, str]], invocation: Invocation) -> str | None:
    import subprocess

    width = max(len(name) for name, _ in rows)
    lines = "\n".join(f"{name:<{width}}  {description}" for name, description in rows)
    command = [_fzf(invocation) or "fzf", "--prompt=ctx use ", "--height=40%", "--reverse", "--tiebreak=begin,index"]
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=False)
    if done.returncode == EXIT_INTERRUPTED:
        return None
    words = done.stdout.decode("utf-8", "replace").split()
    return words[0] if words else None


def _by_number(rows: list[tuple[str, str]], invocation: Invocation) -> str | None:
    width = max(len(name) for name, _ in rows)
    for number, (name, description) in enumerate(rows, 1):
        mark = "*" if name == invocation.active else " "
        _ask(f"{mark}{number:>3}  {name:<{width}}  {description}\n")
    chosen = answer(f"which one (1-{len(rows)}, or a name)? ").strip()
    if chosen.isdecimal():
        if 1 <= int(chosen) <= len(rows):
            return rows[int(chosen) - 1][0]
        raise UsageError(f"there is no number {chosen} in the list")
    return chosen or None


def confirm(invocation: Invocation, name: str) -> None:
    """Ask before a protected profile becomes active.

    Raises RefusedError unless a person says yes at a terminal.
    """
    if not invocation.is_terminal(0, 2):
        raise RefusedError(f"{name} is protected, and there is no terminal to ask at", fix=f"ctx use {name} --yes")
    if not agreed(f"{name} is protected. Use it in this shell?"):
        raise RefusedError(f"{name} stays off: nothing changed")


def agreed(question: str) -> bool:
    """Whether a person at the terminal says yes."""
    return answer(f"ctx: {question} [y/N] ").strip().lower() in ("y", "yes")


def answer(question: str) -> str:
    """What a person types behind `question`, with the line end; "" once there is no more to come."""
    _ask(question)
    _wait_for_a_line()
    return sys.stdin.readline()


def _wait_for_a_line() -> None:
    """Wait until the terminal has a line to read, or Ctrl-C.

    Python only makes a note of a signal; one that comes just before a read begins would wait for the next key.
    """
    if os.name == "nt":
        return
    import select
    import signal

    wake, poke = os.pipe()
    os.set_blocking(poke, False)
    signal.set_wakeup_fd(poke)
    select.select([0, wake], [], [])
    signal.set_wakeup_fd(-1)
    os.close(wake)
    os.close(poke)


def _ask(text: str) -> None:
    os.write(2, text.encode("utf-8", "replace"))
