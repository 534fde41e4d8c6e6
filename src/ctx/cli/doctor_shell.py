"""`ctx doctor`: whether the hook is loaded, whether it stays, and whether `ctx` means ctx."""

from __future__ import annotations

import os
import shutil
import sys

from ctx.claude.model import ERROR, INFO, WARNING
from ctx.cli import start_files
from ctx.cli.detect import likely_shell
from ctx.cli.doctor_findings import SHELL, Finding, Patient, note
from ctx.cli.installed import program
from ctx.dialects import SHELLS
from ctx.errors import typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = "ctx"

_LINES = {
    "bash": """echo 'eval "$(ctx init bash)"' >> {file}""",
    "zsh": """echo 'eval "$(ctx init zsh)"' >> {file}""",
    "fish": """echo 'ctx init fish | source' >> {file}""",
    "pwsh": """'ctx init pwsh | Out-String | Invoke-Expression' >> {file}""",
}
"""What adds the hook's line to a start-up file, as one types it in that shell."""

_LAUNCHER = 4096
"""Bytes of a program that are looked at: a launcher in Python or sh is short."""


def hook(patient: Patient) -> Iterator[Finding]:
    """The hook in this shell."""
    invocation = patient.invocation
    if invocation.hook:
        return
    shell = likely_shell(invocation)
    if shell not in SHELLS:
        return
    place = start_file(patient, shell)
    message = f"the hook is not loaded here: ctx use does not switch this {shell}, and directories are not followed"
    # A script has no hook, and needs none.
    severity = WARNING if invocation.is_terminal(0, 2) else INFO
    there = _hook_line(patient, shell) is not None
    fix = typed("exec", shell) if there else add_line(patient, shell)
    message += "; a new one loads it" if there else ""
    yield Finding("hook-not-loaded", severity, message, place, fix)


def _hook_line(patient: Patient, shell: str) -> start_files.Line | None:
    files = start_files.of_shell(shell, patient.home, patient.invocation.own)
    return next((line for line in start_files.lines(files) if start_files.is_hook(line)), None)


def start_file(patient: Patient, shell: str) -> str:
    """The file into which a shell's hook goes."""
    folder = start_files.folders(shell, patient.home, patient.invocation.own)
    return os.path.join(folder, start_files.MAIN[shell])


def add_line(patient: Patient, shell: str) -> str:
    """What to type so that a shell loads the hook."""
    return _LINES[shell].format(file=typed(start_file(patient, shell)))


def start_up(patient: Patient) -> Iterator[Finding]:
    """The hook's line in the start-up files of the shells in use, and what undoes it."""
    current = likely_shell(patient.invocation)
    login = os.path.basename(patient.invocation.own.get("SHELL", ""))
    for shell in SHELLS:
        files = start_files.of_shell(shell, patient.home, patient.invocation.own)
        if shell not in (current, login) and not (files and shutil.which(shell, path=_path(patient))):
            continue
        loaded = [line for line in start_files.lines(files) if start_files.is_hook(line)]
        if not loaded and patient.invocation.hook != shell and (shell != current or not _is_told(patient)):
            severity = WARNING if shell == login else INFO
            message = f"no start-up file of {shell} loads the hook"
            yield Finding("hook-missing", severity, message, start_file(patient, shell), add_line(patient, shell))
        if loaded:
            yield from _behind(patient, shell, files, loaded)


def _is_told(patient: Patient) -> bool:
    """Whether `hook` says already that this shell has none."""
    return not patient.invocation.hook


def _behind(patient: Patient, shell: str, files: list[str], loaded: list[start_files.Line]) -> Iterator[Finding]:
    """What stands behind the hook's line, in the same file or one that is read later."""
    first = loaded[0]
    behind = False
    for line in start_files.lines(files):
        behind = behind or (line.path == first.path and line.number == first.number)
        if behind and start_files.overwrites_prompt(line, shell):
            message = (
                f"this line takes the hook out of the prompt again, for it stands behind {patient.shown(_at(first))}"
            )
            fix = f"${{EDITOR:-vi}} {typed(f'+{line.number}', line.path)}, and move it up"
            yield Finding("hook-overwritten", WARNING, message, _at(line), fix)
    wraps = any("--cd" in line.text or "__ctx_wrap_cd" in line.text for line in start_files.lines(files))
    if shell == "bash" and not wraps and shell in (likely_shell(patient.invocation), patient.invocation.hook):
        message = "bash follows directories at its next prompt, so that cd x && make still sees the old profile"
        yield note("bash-without-cd", message, _at(first), "ctx init bash --cd, or the line __ctx_wrap_cd behind it")
    if len(loaded) > 1:
        message = f"the hook is loaded a second time ({patient.shown(_at(first))} was the first)"
        fix = f"${{EDITOR:-vi}} {typed(f'+{loaded[1].number}', loaded[1].path)}, and take one out"
        yield note("hook-twice", message, _at(loaded[1]), fix)


def _at(line: start_files.Line) -> str:
    return f"{line.path}:{line.number}"


def command(patient: Patient) -> Iterator[Finding]:
    """Whether the command's name means this program."""
    for shell in SHELLS:
        files = start_files.of_shell(shell, patient.home, patient.invocation.own)
        for line in start_files.lines(files):
            kind = start_files.hides(line, COMMAND)
            if kind:
                message = f"this {kind} hides the command {COMMAND} in {shell}"
                fix = f"take it out, or give ctx another name: ctx init {shell} --cmd NAME"
                yield Finding("command-hidden", ERROR, message, _at(line), fix)
    found = shutil.which(COMMAND, path=_path(patient))
    if found is None:
        message = "PATH leads to no program ctx: scripts and other shells do not find it"
        words = program(patient.invocation)
        fix = f"ln -s {typed(words[0])} ~/.local/bin/ctx" if len(words) == 1 else "install.sh puts it there"
        yield note("not-on-path", message, "PATH", fix)
    elif not _is_ours(patient, found):
        message = "another program is called ctx, and PATH leads there first"
        shell = likely_shell(patient.invocation) or "bash"
        fix = f"put this ctx before it on PATH, or give it another name: ctx init {shell} --cmd NAME"
        yield Finding("another-program", WARNING, message, found, fix)


def _path(patient: Patient) -> str:
    return patient.invocation.own.get("PATH", "")


def _is_ours(patient: Patient, found: str) -> bool:
    """Whether a program on PATH starts this package: the one that runs, a launcher of the installer's, or of pip's."""
    ours = {os.path.realpath(sys.argv[0]), os.path.realpath(program(patient.invocation)[0])}
    if os.path.realpath(found) in ours:
        return True
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        with open(found, "rb") as file:
            head = file.read(_LAUNCHER)
    except OSError:
        return False
    return os.fsencode(package) in head or b"from ctx.__main__ import" in head or b"from ctx.cli.main import" in head


CHECKS = ((SHELL, hook), (SHELL, start_up), (SHELL, command))
