"""`ctx shim claude`: start Claude Code in the profile that is due, from scripts, cron and editors too."""

from __future__ import annotations

import os

from ctx.claude import shim
from ctx.claude.client import elsewhere, is_program, real_client
from ctx.cli.automatic import shown_place
from ctx.cli.detect import likely_shell
from ctx.cli.installed import places, program
from ctx.cli.invocation import Invocation, complain
from ctx.cli.spec import FLAG, Param
from ctx.dialects import dialect
from ctx.errors import CtxError, UsageError

HELP = """Put a small claude in front of the real one: it starts Claude Code in the profile that is due.

It works as ctx exec --auto does, where no hook runs: in scripts, cron and editors. In a directory that is not trusted or
fails it refuses. It lies in a folder of ctx's own, which goes on PATH before the real one; the line for that is printed."""

PARAMS = (Param(FLAG, "remove", "Take it away again."),)

START_UP = {
    "bash": "the end of ~/.bashrc",
    "zsh": "the end of ~/.zshrc",
    "fish": "~/.config/fish/config.fish",
    "pwsh": "the end of $PROFILE",
    "sh": "~/.profile",
}
"""Where the line for PATH goes. Last, for the client's installer puts its own folder in front there too."""


def run(invocation: Invocation, *, remove: bool) -> int:
    """Write or remove the shim. The exit code."""
    file = shim.path(invocation.data)
    shown = shown_place(file, invocation.home)
    if remove:
        done = shim.remove(invocation.data)
        invocation.say(f"{shown} is removed" if done else f"there is no {shown}")
        if done:
            invocation.say(f"the line that puts {os.path.dirname(shown)} on PATH may go too")
        return 0
    if os.name == "nt":
        raise UsageError("there is no shim for Windows", fix="ctx exec --auto -- claude does the same")
    folder = os.path.dirname(file)
    if os.pathsep in folder:
        raise CtxError(
            "a folder of this name cannot be on PATH", where=folder, fix="set XDG_DATA_HOME to another place"
        )
    changed = shim.write(invocation.data, shim.script(invocation.data, program(invocation), places(invocation)))
    path = invocation.own.get("PATH", "")
    real = real_client(path, invocation.data)
    invocation.say(f"{shown} {'is there' if changed else 'was there already'}")
    if real or elsewhere(invocation.home):
        invocation.say(
            f"it starts {shown_place(real or elsewhere(invocation.home), invocation.home)} in the profile that is due"
        )
    else:
        complain("there is no Claude Code on PATH yet: the shim says so until there is")
    _say_path(invocation, folder, path, real)
    return 0


def _say_path(invocation: Invocation, folder: str, path: str, real: str) -> None:
    """Whether the shim is found first, and the line that makes it so."""
    found = [entry for entry in path.split(os.pathsep) if is_program(os.path.join(entry, "claude"))]
    if found and os.path.realpath(found[0]) == os.path.realpath(folder):
        invocation.say("PATH finds it first")
        return
    shell = likely_shell(invocation) or "sh"
    quoted = dialect(shell).quote(folder)
    lines = {
        "fish": f"set -gx PATH {quoted} $PATH",
        "pwsh": f"$env:PATH = {quoted} + [IO.Path]::PathSeparator + $env:PATH",
    }
    invocation.emit(lines.get(shell, f'PATH={quoted}:"$PATH"') + "\n")
    why = f"PATH finds {shown_place(real, invocation.home)} first" if real else "PATH does not lead there"
    complain(f"{why}: put the line above into {START_UP[shell]}")
