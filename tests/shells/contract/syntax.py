"""What an interactive session needs to say, in each shell's words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Syntax:
    """Templates of one shell. An empty one: the shell has no such thing."""

    let: str
    """Set the unexported variable `{name}` to the quoted word `{value}`."""
    read: str
    """Read the file that the variable `{name}` names, in the scope of whoever types it."""
    function: str
    """Define the function `{name}` with the statements `{body}`."""
    segment: str = '"${CTX_PROMPT-}"'
    """A word: the prompt segment."""
    at_once: str = ""
    """Makes a directory change count at once, where it otherwise does at the next prompt."""
    on_interrupt: str = ""
    """Prints `mine` when the shell gets an interrupt."""
    interrupt: str = "kill -INT $$"
    """Interrupts the shell itself."""
    show_interrupt: str = ""
    """A word: what stands for an interrupt."""
    ways: tuple[tuple[str, str], ...] = (
        ("pushd {path} >/dev/null", "popd >/dev/null"),
        ("cd {path}", "cd - >/dev/null"),
    )
    """To a directory and back, silently."""
    replace: str = "exec {command}"
    """Put a command in the shell's place, or its quoted words between commas."""
    later: str = ""
    """Another prompt hook of the user's, which prints `later` and the exit status that it sees."""
    statuses: str = ""
    """A word: the exit statuses of the last pipeline."""
    bytes: bool = True
    """Whether names of directories may be any bytes."""
    change: str = "\\builtin cd {path}"
    """Change directory, whatever `cd` may have been made to mean."""
    prompted: tuple[str, ...] = ()
    """Lines of a start-up file that put the segment into the prompt, in brackets."""
    colour: tuple[str, str] = ("", "")
    """What stands before and behind a coloured part of the segment."""
    pipeline: str = ""
    """A pipeline whose commands end with 4 and 5."""


_POSIX = Syntax(
    let="{name}={value}",
    read='. "${name}"',
    function="{name}() {{\n{body}\n}}",
    on_interrupt="trap 'echo mine' INT",
    show_interrupt='"$(trap)"',
    pipeline="(exit 4) | (exit 5)",
)

SYNTAX = {
    "bash": Syntax(
        let=_POSIX.let,
        read=_POSIX.read,
        function=_POSIX.function,
        at_once="__ctx_wrap_cd",
        on_interrupt=_POSIX.on_interrupt,
        show_interrupt=_POSIX.show_interrupt,
        later="test_later() { echo later $?; }; PROMPT_COMMAND='test_later'",
        statuses='"${PIPESTATUS[*]}"',
        prompted=("PS1='[${CTX_PROMPT-}]@ready@ '",),
        colour=("\x01\x1b[{code}m\x02", "\x01\x1b[0m\x02"),
        pipeline=_POSIX.pipeline,
    ),
    "zsh": Syntax(
        let=_POSIX.let,
        read=_POSIX.read,
        function="function {name} {{\n{body}\n}}",
        on_interrupt="TRAPINT() { print mine }",
        show_interrupt='"$(functions TRAPINT)"',
        later="test_later() { echo later $? }; precmd_functions+=(test_later)",
        statuses='"$pipestatus"',
        prompted=("setopt prompt_subst", "PS1='[${CTX_PROMPT-}]@ready@ '"),
        colour=("%F{{{name}}}", "%f"),
        pipeline=_POSIX.pipeline,
    ),
    "fish": Syntax(
        let="set -g {name} {value}",
        read="builtin source ${name}",
        function="function {name}\n{body}\nend",
        segment='"$CTX_PROMPT"',
        on_interrupt="function test_interrupt --on-signal INT; builtin echo mine; end",
        interrupt="kill -INT $fish_pid",
        show_interrupt='"$(functions test_interrupt)"',
        later="function test_later --on-event fish_prompt; builtin echo later $status; end",
        statuses='"$pipestatus"',
        change="builtin cd {path}",
        prompted=('function fish_prompt; builtin echo -n "[$CTX_PROMPT]@ready@ " >&2; end',),
        colour=("\x1b[{code}m", "\x1b[0m"),
        pipeline="sh -c 'exit 4' | sh -c 'exit 5'",
    ),
    "pwsh": Syntax(
        let="$global:{name} = {value}",
        read=". ${name}",
        function="function global:{name} {{\n{body}\n}}",
        segment='"$global:CTX_PROMPT"',
        replace="Switch-Process -WithCommand {words}",
        ways=(
            ("Push-Location -LiteralPath {path}", "Pop-Location"),
            ("Set-Location -LiteralPath {path}", "Set-Location -LiteralPath $HOME"),
        ),
        change="Microsoft.PowerShell.Management\\Set-Location -LiteralPath {path}",
        prompted=('function prompt { "[$global:CTX_PROMPT]@ready@ " }',),
        colour=("\x1b[{code}m", "\x1b[0m"),
        bytes=False,
    ),
}
