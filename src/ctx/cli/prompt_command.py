"""`ctx prompt`: the active profile in the prompt."""

from __future__ import annotations

from ctx.cli.detect import shell_for
from ctx.cli.invocation import Invocation
from ctx.cli.prompt_snippets import ALIASES, SNIPPETS
from ctx.cli.spec import OPTIONAL, Param
from ctx.errors import UsageError

HELP = """Print what shows the active profile in a prompt.

Names: bash, zsh, fish, pwsh, starship, p10k, oh-my-posh, tide, claude-code. Without one it is the shell that runs ctx."""

PARAMS = (Param(OPTIONAL, "name", "The prompt or shell."),)


def run(invocation: Invocation, name: str | None) -> int:
    """Print the snippet, and say where it goes. The exit code."""
    wanted = name or shell_for(invocation, None)
    snippet = SNIPPETS.get(ALIASES.get(wanted, wanted))
    if snippet is None:
        raise UsageError(f"there is no snippet for {wanted!r}", fix=f"ctx prompt NAME, one of: {', '.join(SNIPPETS)}")
    invocation.emit(snippet.text)
    invocation.say(f"this goes into {snippet.place}")
    return 0
