"""`ctx init`: the hook for a shell's start-up file."""

from __future__ import annotations

from ctx.cli.detect import shell_for
from ctx.cli.installed import running
from ctx.cli.invocation import Invocation
from ctx.cli.plans import plan_version
from ctx.cli.spec import FLAG, OPTION, OPTIONAL, Param
from ctx.dialects import SHELLS, Dialect, dialect
from ctx.dialects.runtime import Settings, runtime
from ctx.errors import UsageError
from ctx.names import is_profile_name

HELP = """Print the hook for a shell's start-up file.

\b
  bash, zsh:   eval "$(ctx init bash)"
  fish:        ctx init fish | source
  PowerShell:  ctx init pwsh | Out-String | Invoke-Expression"""

PARAMS = (
    Param(OPTIONAL, "shell", "bash, zsh, fish or pwsh."),
    Param(OPTION, "cmd", "Give the command another name than ctx."),
    Param(FLAG, "cd", "bash: switch at once after cd, pushd and popd, not at the next prompt."),
)

WRAP_CD = "__ctx_wrap_cd\n"


def run(invocation: Invocation, shell: str | None, cmd: str | None, cd: bool) -> int:
    """Print the hook. The exit code."""
    name = shell_for(invocation, shell)
    if name not in SHELLS:
        raise UsageError(
            "there is no hook for a plain POSIX shell", fix='eval "$(ctx use NAME)" works in every one of them'
        )
    if cmd is not None and not is_profile_name(cmd):
        raise UsageError(f"{cmd!r} cannot be a command's name", fix="letters, digits, . _ -")
    if cd and name != "bash":
        raise UsageError(f"--cd is for bash: {name} switches at once anyway", fix=f"ctx init {name}")
    invocation.emit(hook_text(invocation, dialect(name), cmd or "ctx") + (WRAP_CD if cd else ""))
    return 0


def hook_text(invocation: Invocation, language: Dialect, name: str) -> str:
    """The shell's runtime, bound to this installation and to the directories in force now."""
    settings = Settings(
        name=name,
        program=running(),
        config=invocation.config,
        data=invocation.data,
        cache=invocation.cache,
        version=plan_version(invocation),
    )
    return runtime(language, settings)
