"""Plans on disk: what lets a shell switch to a plain, unchanged profile without starting any process."""

from __future__ import annotations

import os
import time
from stat import S_ISREG

from ctx.dialects.base import Dialect
from ctx.files import private_directory, write_atomically
from ctx.model import STYLE, WATCH, Op, Plan

FORMAT = 4
"""Raised whenever the text of a plan or what a runtime expects of it changes."""

SETTLED_NS = 2_000_000_000
"""A file changed less than two seconds ago may change again within the same time stamp: nothing is compiled from it."""

OPS = "ops"
"""The folder of plans for ctx itself: fields between NUL characters, for which nothing has to be imported."""

END = "end"
"""The last field of such a file: what was cut off is not used."""


OLDEST_NS = 400_000_000 * 1_000_000_000
"""Modification times before September 1982 say nothing: stores that make every file alike (Nix: 1, zip: 1980) reset
them, so that a changed file looks unchanged to a shell, which sees no more than this time."""


class Settings:
    """What plans on disk depend on: ctx's version, the directories, and the state of `profiles.toml`."""

    __slots__ = ("home", "source", "version")

    def __init__(self, version: str, home: str, source: os.stat_result) -> None:
        self.version = version
        self.home = home
        self.source = source


def version(release: str, config: str, data: str) -> str:
    """What a plan on disk and the runtime that may use it must agree on: ctx itself and the directories it uses."""
    return f"{release}-{FORMAT}:{config}:{data}"


def fits(version: str) -> bool:
    """Whether a runtime that says `version` speaks of plans as this release does."""
    return version.partition(":")[0].rpartition("-")[2] == str(FORMAT)


def store(cache: str, name: str, plan: Plan, language: Dialect | None, settings: Settings) -> bool:
    """Write the plan of the profile asked for as `name` below `cache`: for a shell, or with None for ctx itself.

    A file's own modification time is that of `profiles.toml`: equal times are what is tested before use. Secrets and
    values that depend on the live environment are never written. A cache that cannot be used is not an error. Says
    whether it was written.
    """
    if not plan.plain or not settled(settings.source):
        return False
    if language is None:
        kind, text = OPS, _ops_text(plan, settings)
    elif datable(settings.source):
        kind, text = language.name, language.compiled(plan, settings.version, settings.home)
    else:
        return False
    folder = private_folder(cache, "plans", kind)
    return folder is not None and write(os.path.join(folder, name), text, settings.source)


def settled(source: os.stat_result) -> bool:
    """Whether a change from now on would show in the file's modification time. One that lies ahead would too."""
    return abs(time.time_ns() - source.st_mtime_ns) >= SETTLED_NS


def datable(source: os.stat_result) -> bool:
    """Whether the file's modification time says anything."""
    return source.st_mtime_ns >= OLDEST_NS


def private_folder(cache: str, *names: str) -> str | None:
    """The folder below the cache directory, made where it is missing; None unless all of them are ours alone."""
    folder = cache
    if not private_directory(folder):
        return None
    for name in names:
        folder = os.path.join(folder, name)
        if not private_directory(folder):
            return None
    return folder


def write(path: str, text: str, source: os.stat_result) -> bool:
    """Put `text` at `path` with exactly the modification time of `source`. Says whether that was possible."""
    try:
        write_atomically(path, text.encode("utf-8", "surrogateescape"), mtime_ns=source.st_mtime_ns, durable=False)
        if os.stat(path).st_mtime_ns != source.st_mtime_ns:
            # A file system with coarse times: an older profiles.toml could not be told from this one.
            os.unlink(path)
            return False
    except OSError:
        return False
    return True


def load(cache: str, name: str, settings: Settings) -> Plan | None:
    """The plan that `store` wrote for `name`, if `profiles.toml` and everything else it depends on are unchanged.

    Reading it costs a tenth of reading TOML.
    """
    folder = os.path.join(cache, "plans", OPS)
    try:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(os.path.join(folder, name), flags)
        with open(descriptor, "rb", buffering=0) as file:
            status = os.fstat(descriptor)
            owners = {status.st_uid, os.stat(folder, follow_symlinks=False).st_uid}
            mine = os.name == "nt" or owners == {os.geteuid()}
            if not mine or not S_ISREG(status.st_mode) or status.st_mtime_ns != settings.source.st_mtime_ns:
                return None
            fields = file.read().decode("utf-8", "surrogateescape").split("\0")
    except OSError:
        return None
    head = _head(settings)
    if fields[: len(head)] != head or fields[-1:] != [END]:
        return None
    profile, summary, *steps = fields[len(head) : -1]
    if len(steps) % 3:
        return None
    ops = [Op(*steps[index : index + 3]) for index in range(0, len(steps), 3)]
    about = tuple(op for op in ops if op.kind in (STYLE, WATCH))
    return Plan(profile, tuple(ops[len(about) :]), summary, plain=True, head=about)


def _head(settings: Settings) -> list[str]:
    """What a plan depends on. The change time cannot be set back, as the modification time can."""
    source = settings.source
    return [settings.version, settings.home, f"{source.st_dev} {source.st_ino} {source.st_size} {source.st_ctime_ns}"]


def _ops_text(plan: Plan, settings: Settings) -> str:
    steps = (field for op in (*plan.head, *plan.ops) for field in op.triple())
    return "\0".join((*_head(settings), plan.profile, plan.summary, *steps, END))
