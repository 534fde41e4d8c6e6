"""Starting an interactive shell that reads the user's start-up files and then the hook, whether or not they load it.

The hook applies an inherited profile again at its first prompt; that is what gives the profile the last word.
"""

from __future__ import annotations

import os

from ctx.cli.init_command import hook_text
from ctx.cli.invocation import Invocation
from ctx.dialects import dialect
from ctx.errors import CtxError
from ctx.files import private_directory, write_atomically

_BASH = "[ -r ~/.bashrc ] && . ~/.bashrc\n. {hook}\n"

# zsh reads its files from ZDOTDIR: ours, which hands over to the user's own and stays in charge until .zshrc is done.
_ZSH = {
    ".zshenv": (
        'ZDOTDIR="${{__ctx_zdotdir-$HOME}}"\n[[ -r "$ZDOTDIR/.zshenv" ]] && . "$ZDOTDIR/.zshenv"\n'
        '__ctx_zdotdir="$ZDOTDIR"\nZDOTDIR={folder}\n'
    ),
    ".zprofile": '[[ -r "$__ctx_zdotdir/.zprofile" ]] && . "$__ctx_zdotdir/.zprofile"\n',
    ".zlogin": '[[ -r "$__ctx_zdotdir/.zlogin" ]] && . "$__ctx_zdotdir/.zlogin"\n',
    ".zshrc": (
        'ZDOTDIR="$__ctx_zdotdir"\nunset __ctx_zdotdir\n[[ -r "$ZDOTDIR/.zshrc" ]] && . "$ZDOTDIR/.zshrc"\n'
        '[[ "$ZDOTDIR" == "$HOME" ]] && unset ZDOTDIR\n. {hook}\n'
    ),
}


def start_line(invocation: Invocation, shell: str, program: str) -> tuple[list[str], dict[str, str]]:
    """The command that starts `program` as an interactive shell with the hook, and variables it needs.

    Raises CtxError where ctx's cache directory cannot be written.
    """
    if shell == "sh":
        return [program, "-i"], {}
    folder = os.path.join(invocation.cache, "start", shell)
    if not private_directory(folder):
        raise CtxError("its cache directory cannot be written", where=folder, fix="ctx exec works without it")
    language = dialect(shell)
    hook = os.path.join(folder, f"hook.{language.suffix}")
    _write(hook, hook_text(invocation, language, "ctx"))
    if shell == "fish":
        return [program, "-i", "-C", f"source {language.quote(hook)}"], {}
    if shell == "pwsh":
        return [program, "-NoLogo", "-NoExit", "-Command", f". {language.quote(hook)}"], {}
    if shell == "bash":
        rc = os.path.join(folder, "rc")
        _write(rc, _BASH.format(hook=language.quote(hook)))
        return [program, "--rcfile", rc, "-i"], {}
    for name, text in _ZSH.items():
        _write(os.path.join(folder, name), text.format(hook=language.quote(hook), folder=language.quote(folder)))
    extra = {"ZDOTDIR": folder}
    if "ZDOTDIR" in invocation.own:
        extra["__ctx_zdotdir"] = invocation.own["ZDOTDIR"]
    return [program, "-i"], extra


def _write(path: str, text: str) -> None:
    try:
        write_atomically(path, text.encode("utf-8", "surrogateescape"), durable=False)
    except OSError as error:
        raise CtxError(f"cannot be written: {error.strerror}", where=path, fix="ctx exec works without it") from None
