"""Shell text from plans. The only room that writes any, one module per language.

Every dialect is a total function of its data: names are checked, every value goes through the dialect's `quote`.
"""

from __future__ import annotations

from ctx.dialects.base import Dialect
from ctx.errors import UsageError

__all__ = ["ALIASES", "SHELLS", "Dialect", "canonical", "dialect"]

SHELLS = ("bash", "zsh", "fish", "pwsh")
"""Shells with a runtime of their own in `shells/`."""

ALIASES = {
    "powershell": "pwsh",
    "ash": "sh",
    "busybox": "sh",
    "dash": "sh",
    "ksh": "sh",
    "ksh93": "sh",
    "mksh": "sh",
    "pdksh": "sh",
    "lksh": "sh",
    "yash": "sh",
}


def canonical(shell: str) -> str:
    """The dialect's name for a shell's program name.

    Raises UsageError for a shell that ctx cannot write for.
    """
    name = ALIASES.get(shell, shell)
    if name in SHELLS or name == "sh":
        return name
    raise UsageError(
        f"ctx does not write for the shell {shell!r}",
        fix=f"say which one with --shell: {', '.join((*SHELLS, 'sh'))}",
    )


def dialect(shell: str) -> Dialect:
    """The dialect for a shell, loading only that one."""
    name = canonical(shell)
    if name == "fish":
        from ctx.dialects.fish import Fish

        return Fish()
    if name == "pwsh":
        from ctx.dialects.powershell import PowerShell

        return PowerShell()
    from ctx.dialects.posix import Bash, Posix, Zsh

    posix: dict[str, type[Posix]] = {"bash": Bash, "zsh": Zsh, "sh": Posix}
    return posix[name]()
