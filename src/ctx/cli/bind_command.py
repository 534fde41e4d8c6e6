"""`ctx bind`: have a directory tree activate a profile."""

from __future__ import annotations

import os

from ctx.cli import bindings
from ctx.cli.invocation import Invocation
from ctx.cli.spec import OPTIONAL, PROFILE, Param
from ctx.config import find
from ctx.edit import Document, edit
from ctx.errors import CtxError, typed
from ctx.model import Config
from ctx.packages import ensure
from ctx.resolve import merged
from ctx.visible import visible

HELP = """Bind a directory, and everything below it, to a profile: entering it activates the profile.

Writes [[directories]] in profiles.toml and leaves the rest of the file as it is."""

PARAMS = (PROFILE, Param(OPTIONAL, "path", "The directory; without it the working directory."))


def run(invocation: Invocation, name: str, path: str | None) -> int:
    """Write the binding. The exit code."""
    ensure("tomlkit")
    directory = bindings.meant(invocation, path)
    if not os.path.isdir(directory):
        raise _no_directory(directory, name)
    place = bindings.written(directory, invocation.home)
    before = ""

    def change(document: Document, config: Config) -> None:
        nonlocal before
        profile = find(config, name).name
        found = bindings.matching(config, directory, invocation.home)
        before = config.directories[found[0]].profile if found else profile
        bindings.drop(document, found[1:])
        bindings.put(document, config, found[0] if found else None, place, profile)

    config = edit(invocation.config, change)
    profile = find(config, name)
    line = f"{visible(place)} is bound to {profile.name}"
    if before != profile.name:
        line += f" · was bound to {before}"
    if merged(config, profile).protect:
        line += f" · it is protected, so a directory never activates it: ctx use {profile.name}"
    invocation.say(line)
    return 0


def _no_directory(directory: str, name: str) -> CtxError:
    if os.path.lexists(directory):
        return CtxError("is no directory", where=directory, fix=typed("ctx", "bind", name, os.path.dirname(directory)))
    make = f"{typed('mkdir', '-p', directory)} && {typed('ctx', 'bind', name, directory)}"
    return CtxError("there is no such directory", where=directory, fix=make)
