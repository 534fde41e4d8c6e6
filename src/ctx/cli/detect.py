"""Which shell to write for: what was said, the hook's, or the one that runs ctx."""

from __future__ import annotations

import os

from ctx.cli.invocation import Invocation
from ctx.dialects import ALIASES, SHELLS, canonical
from ctx.errors import UsageError


def shell_for(invocation: Invocation, named: str | None) -> str:
    """The dialect's name.

    Raises UsageError where nothing tells, or the shell is one that ctx cannot write for.
    """
    if named:
        return canonical(named.rpartition("/")[2])
    if invocation.hook:
        return canonical(invocation.hook)
    return canonical(_parent() or _search())


def likely_shell(invocation: Invocation) -> str:
    """The shell that runs ctx, for what is only said to people; "" where nothing tells."""
    try:
        return shell_for(invocation, None)
    except UsageError:
        return ""


def evaluation(shell: str, words: str) -> str:
    """How a person makes a shell evaluate what `ctx WORDS` prints."""
    pipes = {"fish": " | source", "pwsh": " | Out-String | Invoke-Expression"}
    return f"ctx {words}{pipes[shell]}" if shell in pipes else f'eval "$(ctx {words})"'


def _parent() -> str:
    """The parent process if it is a shell we know, read from /proc: a hundred times cheaper than a search."""
    try:
        name = os.path.basename(os.readlink(f"/proc/{os.getppid()}/exe"))
    except OSError:
        return ""
    return name if name in SHELLS or name in ALIASES else ""


def _search() -> str:
    from ctx.packages import ensure

    ensure("shellingham")
    import shellingham

    try:
        return str(shellingham.detect_shell()[0])
    except (shellingham.ShellDetectionFailure, OSError):
        raise UsageError(
            "cannot tell which shell this is", fix="say it: --shell bash (or zsh, fish, pwsh, sh)"
        ) from None
