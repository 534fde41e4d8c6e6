"""The files that shells read when they start: where they lie, and what in them concerns ctx."""

from __future__ import annotations

import os
import re

from ctx.errors import ConfigError
from ctx.files import check_owner, read_bounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIMIT = 1024 * 1024
"""Bytes of a file that are read."""

FILES = {
    "bash": (".bashrc", ".bash_aliases", ".bash_profile", ".bash_login", ".profile"),
    "zsh": (".zshenv", ".zprofile", ".zshrc", ".zlogin"),
}

MAIN = {"bash": ".bashrc", "zsh": ".zshrc", "fish": "config.fish", "pwsh": "Microsoft.PowerShell_profile.ps1"}
"""The file into which the hook's line goes."""

_POWERSHELL = ("profile.ps1", "Microsoft.PowerShell_profile.ps1", "Microsoft.VSCode_profile.ps1")

_HOOK = re.compile(r"""^[^#]*(?:[\\/]hook\.(?:bash|zsh|fish|ps1)\b|\bctx(?:-profiles)?['"]?[ \t]+init\b)""")

_OVERWRITES = {
    "bash": re.compile(r"^[ \t]*(?:export[ \t]+|declare[ \t]+(?:-\w+[ \t]+)*)?PROMPT_COMMAND=(?!.*PROMPT_COMMAND)"),
    "zsh": re.compile(r"^[ \t]*(?:typeset[ \t]+(?:-\w+[ \t]+)*)?(?:precmd|chpwd)_functions=(?!.*_functions)"),
    "pwsh": re.compile(r"(?i)^[ \t]*(?:function[ \t]+(?:global:)?prompt\b|\$function:(?:global:)?prompt[ \t]*=)"),
}
"""What takes the hook out of the prompt again where it stands behind it."""


_EXPORTED = re.compile(
    r"(?i)^[ \t]*(?:export[ \t]+|(?:typeset|declare)[ \t]+-\w*x\w*[ \t]+|set[ \t]+(?:-\w*x\w*|--export)[ \t]+|\$env:)"
    r"([A-Za-z_]\w*)(?:[ \t]*=[ \t]*|[ \t]+)\S"
)


class Line:
    """One line of a start-up file."""

    __slots__ = ("number", "path", "text")

    def __init__(self, path: str, number: int, text: str) -> None:
        self.path = path
        self.number = number
        self.text = text


def folders(shell: str, home: str, environ: Mapping[str, str]) -> str:
    """The folder in which a shell's files lie."""
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    if shell == "zsh":
        return environ.get("ZDOTDIR") or home
    if shell == "fish":
        return os.path.join(config, "fish")
    if shell == "pwsh":
        return os.path.join(home, "Documents", "PowerShell") if os.name == "nt" else os.path.join(config, "powershell")
    return home


def of_shell(shell: str, home: str, environ: Mapping[str, str]) -> list[str]:
    """The start-up files of a shell that exist, in the order in which they are read."""
    folder = folders(shell, home, environ)
    if shell == "fish":
        try:
            extra = sorted(name for name in os.listdir(os.path.join(folder, "conf.d")) if name.endswith(".fish"))
        except OSError:
            extra = []
        paths = [*(os.path.join(folder, "conf.d", name) for name in extra), os.path.join(folder, "config.fish")]
    else:
        names = _POWERSHELL if shell == "pwsh" else FILES.get(shell, ())
        paths = [os.path.join(folder, name) for name in names]
    return [path for path in paths if os.path.lexists(path)]


def lines(paths: list[str]) -> Iterator[Line]:
    """The lines of these files; those of a file that cannot be read are left out."""
    for path in paths:
        try:
            data, _ = read_bounded(path, LIMIT, check_owner)
        except (FileNotFoundError, ConfigError):
            continue
        for number, text in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            yield Line(path, number, text)


def is_hook(line: Line) -> bool:
    """Whether a line loads ctx's hook: from the installed file, or by `ctx init`."""
    return _HOOK.search(line.text) is not None


def hides(line: Line, name: str) -> str:
    """What a line makes of a command's name that hides the program: "alias", "function", or ""."""
    word = rf"""['"]?{re.escape(name)}['"]?"""
    alias = rf"(?i)^[ \t]*(?:builtin[ \t]+)?(?:alias[ \t]+(?:-\S+[ \t]+)*{word}[= \t]|(?:set|new)-alias[ \t]+(?:-name[ \t]+)?{word}\b)"
    function = (
        rf"(?i)^[ \t]*(?:function[ \t]+(?:-\S+[ \t]+)*(?:global:)?{word}(?![-.\w])|{re.escape(name)}[ \t]*\([ \t]*\))"
    )
    return "alias" if re.search(alias, line.text) else "function" if re.search(function, line.text) else ""


def overwrites_prompt(line: Line, shell: str) -> bool:
    """Whether a line replaces what the shell calls at the prompt, and does not keep what was there."""
    pattern = _OVERWRITES.get(shell)
    return pattern is not None and pattern.search(line.text) is not None


def exported(line: Line) -> str:
    """The variable that a line gives a value to for every program that is started, "" for none."""
    found = _EXPORTED.match(line.text)
    return found.group(1) if found else ""
