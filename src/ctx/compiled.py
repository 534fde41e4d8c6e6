"""Plans on disk: what lets a shell switch to a plain, unchanged profile without starting any process."""

from __future__ import annotations

import os
import time

from ctx.dialects import Dialect
from ctx.files import private_directory, write_atomically
from ctx.model import Plan

FORMAT = 1
"""Raised whenever the text of a plan or what a runtime expects of it changes."""

SETTLED_NS = 2_000_000_000
"""A file changed less than two seconds ago may change again within the same time stamp: nothing is compiled from it."""


def version(release: str) -> str:
    """What a plan on disk and the runtime that may use it must agree on."""
    return f"{release}-{FORMAT}"


def store(directory: str, name: str, plan: Plan, dialect: Dialect, release: str, home: str, source_mtime_ns: int) -> bool:
    """Write the plan of the profile asked for as `name` below the cache `directory`; say whether that was done.

    The file's own modification time is that of `profiles.toml`: equal times are what the shell tests. Secrets and
    values that depend on the live environment are never written. A cache that cannot be used is not an error.
    """
    if not plan.plain or not dialect.suffix or time.time_ns() - source_mtime_ns < SETTLED_NS:
        return False
    folder = os.path.join(directory, "plans", dialect.name)
    try:
        if not all(private_directory(path) for path in (directory, os.path.dirname(folder), folder)):
            return False
        path = os.path.join(folder, name)
        text = dialect.compiled(plan, version(release), home)
        write_atomically(path, text.encode("utf-8", "surrogateescape"), mtime_ns=source_mtime_ns, durable=False)
        if os.stat(path).st_mtime_ns != source_mtime_ns:
            # A file system with coarse times: the shell could not tell an older profiles.toml from this one.
            os.unlink(path)
            return False
    except OSError:
        return False
    return True
