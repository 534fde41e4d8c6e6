"""`ctx allow`: show what a project's file would do, and approve exactly that text."""

from __future__ import annotations

import os

from ctx import trust
from ctx.cli.automatic import shown_place
from ctx.cli.choose import agreed
from ctx.cli.invocation import Invocation
from ctx.cli.project_file import PATH, locate
from ctx.cli.review import Review, review
from ctx.cli.spec import YES
from ctx.config import load
from ctx.errors import ConfigError, RefusedError, UsageError, typed
from ctx.families import check_project
from ctx.files import decode
from ctx.model import Config, Project
from ctx.project import parse
from ctx.resolve import merged, method_of

HELP = """Show what a project's .ctx.toml would set, and approve it.

Shown is everything, or what changed since the text approved last. What runs code, redirects traffic, moves configuration
or reads a secret is in red and needs a yes. PATH is a directory or a file; without it, the nearest one upward."""

PARAMS = (PATH, YES)


def run(invocation: Invocation, path: str | None, yes: bool) -> int:
    """Show the file, ask where that is needed, and record the approval. The exit code."""
    if "CLAUDECODE" in invocation.environ:
        raise RefusedError(
            "whether to trust a project's file is for a person to say, and this is a Claude Code session",
            fix=f"in a terminal of your own: {typed('ctx', 'allow', path) if path else 'ctx allow'}",
        )
    file = locate(invocation, path)
    try:
        read = trust.read(file)
    except FileNotFoundError:
        raise UsageError("is a link that leads nowhere", where=file, fix=typed("ls", "-l", file)) from None
    project = parse(read.text(), read.real)
    note = _check(invocation, project)
    text_before = trust.approved(invocation.data, read.real)
    before = _parsed(text_before, read.real)
    shown = review(project, before)
    _show(invocation, shown_place(read.real, invocation.home), shown, first=before is None)
    if note:
        invocation.say(note)
    if shown.red and not yes:
        _confirm(invocation, shown.dangers(), read.real)
    known = text_before == read.data and not trust.is_denied(invocation.data, read.real)
    trust.allow(invocation.data, read)
    invocation.say(f"{shown_place(read.real, invocation.home)} {'was allowed already' if known else 'is allowed'}")
    return 0


def _check(invocation: Invocation, project: Project) -> str:
    """A sentence about what will keep the project from being activated, "" for nothing.

    Raises ConfigError for what a project may never do beside the profile that it names.
    """
    try:
        config, _ = load(invocation.config)
    except ConfigError:
        # That file is not what is asked about; entering the directory says what is wrong with it.
        config = Config(invocation.config)
    known = config.aliases.get(project.profile)
    base = merged(config, config.profiles[known]) if known else None
    check_project(config, base, project.content, method_of(base) if base else None)
    if project.profile and base is None:
        return f"you have no profile {project.profile} yet: {typed('ctx', 'new', project.profile)}, or make it an alias"
    if base is not None and base.protect:
        return f"{base.name} is protected, and a directory never activates it: ctx use {base.name}"
    return ""


def _parsed(text: bytes | None, real: str) -> Project | None:
    """What was approved before; None too where this version of ctx would not take it any more."""
    try:
        return None if text is None else parse(decode(real, text), real)
    except ConfigError:
        return None


def _show(invocation: Invocation, place: str, shown: Review, *, first: bool) -> None:
    environ = invocation.environ
    color = invocation.is_terminal(2) and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    if shown.lines:
        head = f"{place} would set" if first else f"{place} changed since it was approved"
        _write(f"ctx: {head}:\n{shown.text(color=color)}")
    else:
        _write(f"ctx: {place} {'sets nothing' if first else 'sets nothing new'}\n")


def _confirm(invocation: Invocation, dangers: str, real: str) -> None:
    """Ask a person at a terminal.

    Raises RefusedError without a yes.
    """
    if not invocation.is_terminal(0, 2):
        fix = typed("ctx", "allow", "--yes", real)
        raise RefusedError(
            f"it {dangers}, and there is no terminal to ask at: nothing was recorded", where=real, fix=fix
        )
    if not agreed(f"it {dangers}. Allow it?"):
        raise RefusedError("not allowed: nothing was recorded", where=real)


def _write(text: str) -> None:
    """What a consent rests on is shown whatever `CTX_QUIET` says."""
    data = text.encode("utf-8", "replace")
    while data:
        data = data[os.write(2, data) :]
