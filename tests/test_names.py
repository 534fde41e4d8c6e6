"""names.py against the shells themselves.

The tables claim what no page documents in full: which assignments a shell evaluates, refuses or changes. So the running
shells are asked for their parameters, and payloads that would leave a mark are exported under every name.
"""

from __future__ import annotations

import ast
import json
import os
import pty
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctx import names, names_special
from tests.support.shells import clean_command, require_shell

POSIX_SHELLS = ("bash", "zsh", "dash", "ksh93", "mksh", "yash")
TYPED_SHELLS = ("bash", "zsh", "ksh93", "mksh")

# Everyday names, and those whose values the shells read: each must survive unless it is protected.
EVERYDAY = sorted(
    names_special.words(
        "ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL AWS_PROFILE AWS_REGION BROWSER CDPATH CLAUDE_CODE_USE_BEDROCK "
        "CLAUDE_CONFIG_DIR DATABASE_URL EDITOR ENV FCEDIT FIGNORE FPATH GITHUB_TOKEN GIT_AUTHOR_NAME HISTCONTROL HISTEDIT HISTFILE "
        "HISTIGNORE HISTTIMEFORMAT HOME HOST HOSTNAME HTTPS_PROXY INPUTRC KUBECONFIG LANG LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES "
        "LC_NUMERIC LC_TIME LD_LIBRARY_PATH LESS LISTPROMPT LOGNAME LS_COLORS MACHTYPE MAIL MAILPATH MANPATH NODE_OPTIONS NULLCMD "
        "OSTYPE PAGER PATH PERL5LIB PREFIX PROMPT PROMPT_EOL_MARK PS0 PS1 PS2 PS3 PS4 PSVAR PYTHONPATH READNULLCMD RPROMPT SHELL "
        "SPROMPT STTY SUFFIX TERM TERMINFO TIMEFMT TIMEFORMAT TMPDIR TMPPREFIX TZ USER VISUAL WATCH WATCHFMT WORDCHARS "
        "XDG_CONFIG_HOME ZBEEP ZDOTDIR ZLS_COLORS a foo http_proxy x"
    )
)

# Modules that interactive zsh set-ups load; each brings parameters.
ZSH_MODULES = (
    "zmodload zsh/parameter\n"
    "for m in complete complist datetime langinfo mapfile sched system termcap terminfo watch zle zleparameter zutil; do\n"
    "  zmodload zsh/$m 2>/dev/null\ndone; unset m\n"
)

PRELUDES = {
    "bash": ("", "set -euo pipefail", "set -aCf; IFS=:", "set -o posix", "shopt -s extglob nullglob failglob"),
    "zsh": (
        "",
        "setopt errexit nounset pipefail",
        "setopt allexport noclobber shwordsplit ksharrays globsubst",
        "setopt extendedglob nullglob rcquotes promptsubst magicequalsubst warncreateglobal kshglob globassign",
        "emulate ksh",
    ),
    "dash": ("", "set -eu", "set -aCf"),
    "ksh93": ("", "set -euo pipefail", "set -aCf"),
    "mksh": ("", "set -euo pipefail", "set -aCf"),
    "yash": ("", "set -eu", "set -aCf"),
}

# What makes a shell *use* its variables: some evaluate late. Each in a subshell, where a failure ends nothing.
EXERCISES = {
    "zsh": "( : $((1 + 1)); cd .; f() { :; }; f; getopts a opt; pushd .; popd; print -P x; time /bin/true; : | :; eval : )",
    "bash": "( : $((1 + 1)); cd .; f() { :; }; f; getopts a opt; pushd .; popd; time :; : | :; eval : )",
}
EXERCISE = "( : $((1 + 1)); cd .; f() { :; }; f; getopts a opt; : | :; eval : )"

# ksh93 gives a locale variable only the name of a locale that is installed; any other value it drops with a message.
KSH93_LOCALE = names_special.words("LANG LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_NUMERIC LC_TIME")

# Prints the environment it was given. Not Python: where the locale is C it adds an LC_CTYPE of its own (PEP 538).
DUMP = [shutil.which("env") or "/usr/bin/env", "-0"]

# The first is the sharpest. zsh evaluates a subscript only of a parameter that exists, which SHLVL does everywhere.
PAYLOADS = (
    "SHLVL[$(echo >MARK)1]",
    "a[$(echo >MARK)0]",
    "x[$(echo >MARK)]=1",
    "a[`echo >MARK`0]",
    "$(echo >MARK)",
    "`echo >MARK`",
    "(echo >MARK)",
)


def payload(pattern: str, marks: Path, name: str) -> str:
    """A value that leaves a file named after its variable if anything evaluates it."""
    return pattern.replace("MARK", f"{marks}/{name}")


def quoted(shell: str, value: str) -> str:
    if shell == "pwsh":
        return "'" + value.replace("'", "''") + "'"
    if shell == "fish":
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return shlex.quote(value)


def run(
    shell: str, script: str, cwd: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a script from a file in a clean shell: as an argument it would be too long."""
    suffix = ".ps1" if shell == "pwsh" else ""
    path = cwd / f"script{suffix}"
    path.write_text(script)
    base = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "TERM": "xterm", "LANG": "C.UTF-8"}
    file = ["-File", str(path)] if shell == "pwsh" else [str(path)]
    return subprocess.run(
        [*clean_command(shell), *file],
        cwd=cwd,
        env=base | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def dumped(output: bytes) -> dict[str, str]:
    """The environment that DUMP printed."""
    pairs = (entry.partition(b"=") for entry in output.split(b"\0") if entry)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def parameters(shell: str, cwd: Path) -> dict[str, str]:
    """Every parameter of a freshly started shell, with what it says of its type."""
    if shell == "zsh":
        listing = ZSH_MODULES + 'for k in "${(@k)parameters}"; do print -r -- $k $parameters[$k]; done'
        lines = run(shell, listing, cwd).stdout.decode().splitlines()
        found = {name: kind for name, _, kind in (line.partition(" ") for line in lines)}
    elif shell == "fish":
        found = dict.fromkeys(run(shell, "set --names", cwd).stdout.decode().split(), "")
    elif shell == "dash":
        lines = run(shell, "set", cwd).stdout.decode().splitlines()
        found = {line.partition("=")[0]: "" for line in lines if "=" in line}
    else:
        listing = "declare -p; compgen -v" if shell == "bash" else "typeset -p"
        found = {}
        for line in run(shell, listing, cwd).stdout.decode().splitlines():
            words = line.split()
            if words[:1] in (["typeset"], ["declare"]):
                flags = "".join(word for word in words[1:-1] if word.startswith("-"))
                rest = [word for word in words[1:] if not word.startswith("-") and not word.isdigit()]
                name = rest[0].partition("=")[0] if rest else words[-1]
                found[name] = flags
            elif len(words) == 1 and "=" not in line:
                found.setdefault(words[0], "")
            elif "=" in line:
                found.setdefault(line.partition("=")[0], "")
    return {name: kind for name, kind in found.items() if names.is_variable_name(name)}


def candidates(shell: str, cwd: Path) -> list[str]:
    """All names worth trying in a shell: its own parameters, every table, everyday ones."""
    tables = set().union(*names_special.SPECIAL.values())
    return sorted({*parameters(shell, cwd), *tables, *EVERYDAY, *names_special.HARMFUL, *names_special.WINDOWS})


def allowed(shell: str, cwd: Path) -> list[str]:
    return [name for name in candidates(shell, cwd) if names.protected(name) is None]


def before(name: str) -> str:
    """What a POSIX dialect writes before an assignment."""
    return "" if names.assign_only(name) else f"unset -v {name}; "


# --- what the shells say of themselves ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", TYPED_SHELLS)
def test_typed_parameters_are_protected(shell: str, tmp_path: Path) -> None:
    """Whatever a fresh shell declares integer, readonly, array or hidden may not be set by a profile."""
    found = parameters(shell, tmp_path)
    if shell == "zsh":
        words = ("integer", "float", "readonly", "array", "association", "hideval")
        typed = {name for name, kind in found.items() if any(word in kind for word in words)}
    else:
        typed = {name for name, flags in found.items() if set(flags) & set("airAnFEU")}

    assert len(typed) > 5, "the listing was not understood"
    assert {"RANDOM", "OPTIND", "PPID"} <= typed
    assert {name for name in typed if names.protected(name) is None} == set()


def test_fish_readonly_variables_are_protected(tmp_path: Path) -> None:
    found = parameters("fish", tmp_path)
    script = "".join(f"set -gx {name} x 2>/dev/null; or echo {name}\n" for name in sorted(found))
    refused = run("fish", script, tmp_path).stdout.decode().split()

    assert {"status", "history", "fish_pid"} <= set(refused)
    assert [name for name in refused if names.protected(name) is None] == []


@pytest.mark.parametrize("shell", POSIX_SHELLS)
def test_what_a_plain_export_does_not_survive_is_protected(shell: str, tmp_path: Path) -> None:
    """A name whose export is evaluated, refused or changed is in the tables: this finds what the types do not tell."""
    marks = tmp_path / "marks"
    marks.mkdir()
    tried = sorted({*parameters(shell, tmp_path), *EVERYDAY})
    script = [ZSH_MODULES if shell == "zsh" else ""]
    for name in tried:
        value = payload(PAYLOADS[0], marks, name)
        # `echo` is built in everywhere: a child for each name would be slow, and PATH is one of them.
        script.append(
            f"( PATH=/usr/bin:/bin; export {name}={quoted(shell, value)}; "
            f'case "${{{name}-}}" in ({quoted(shell, value)}) echo {name};; esac ) 2>/dev/null\n'
        )
    survived = set(run(shell, "".join(script), tmp_path).stdout.decode().split())
    survived -= {mark.name for mark in marks.iterdir()}
    suffered = set(tried) - survived - (KSH93_LOCALE if shell == "ksh93" else set())

    assert {"ANTHROPIC_API_KEY", "HOME", "PATH", "TERM"} <= survived
    assert {name for name in suffered if names.protected(name) is None} == set()


@pytest.mark.parametrize(
    ("shell", "name"),
    [("bash", "RANDOM"), ("bash", "OPTIND"), ("zsh", "SECONDS"), ("zsh", "HISTSIZE"), ("mksh", "COLUMNS")],
)
def test_control_an_integer_parameter_executes_its_value(shell: str, name: str, tmp_path: Path) -> None:
    """The detector of all these tests sees what it looks for, and protecting these names is not superstition."""
    value = payload(PAYLOADS[0], tmp_path, "mark")
    run(shell, f"export {name}={quoted(shell, value)}", tmp_path)

    assert (tmp_path / "mark").exists()
    assert names.protected(name) is not None


def test_zsh_line_editor_parameters_are_protected(tmp_path: Path) -> None:
    """Inside a widget zsh has more integers and readonly names: a key bound to `cd` runs hooks right there."""
    listing = 'for k in "${(@k)parameters}"; do print -r -- $k $parameters[$k]; done'
    setup = (
        "zmodload zsh/parameter zsh/complete\n"
        f"dump() {{ {listing} }}\n"
        "edit() { dump > edit.new; mv edit.new edit }; zle -N edit; bindkey '^G' edit\n"
        "comp() { dump > comp.new; mv comp.new comp }; zle -C comp complete-word comp; bindkey '^T' comp\n"
    )
    (tmp_path / "setup").write_text(setup)
    with Terminal([*clean_command("zsh"), "-i"], tmp_path) as terminal:
        terminal.type(". ./setup; : > ready\n")
        terminal.wait_for(tmp_path / "ready")
        terminal.type("ls \x07")
        terminal.wait_for(tmp_path / "edit")
        terminal.type("\x14")
        terminal.wait_for(tmp_path / "comp")
    lines = (tmp_path / "edit").read_text().splitlines() + (tmp_path / "comp").read_text().splitlines()
    found = {
        name
        for name, _, kind in (line.partition(" ") for line in lines)
        if "special" in kind and any(word in kind for word in ("integer", "readonly", "array", "association"))
    }

    assert {"CURSOR", "HISTNO", "CURRENT"} <= found
    assert {name for name in found if names.is_variable_name(name) and names.protected(name) is None} == set()


# --- what a profile may set is only ever data --------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PAYLOADS)
@pytest.mark.parametrize("shell", POSIX_SHELLS)
def test_allowed_names_never_execute_and_arrive_exactly(shell: str, pattern: str, tmp_path: Path) -> None:
    """Every allowed name at once, under every set of options: a child sees the bytes, and nothing ran."""
    marks = tmp_path / "marks"
    marks.mkdir()
    tried = allowed(shell, tmp_path)
    expected = {name: payload(pattern, marks, name) for name in tried}
    assignments = "".join(f"{before(name)}export {name}={quoted(shell, value)}\n" for name, value in expected.items())
    for prelude in PRELUDES[shell]:
        modules = ZSH_MODULES if shell == "zsh" else ""
        exercise = EXERCISES.get(shell, EXERCISE) + " >/dev/null 2>&1 || :\n"
        result = run(shell, f"{modules}{prelude}\n{assignments}{exercise}{shlex.join(DUMP)}\n", tmp_path)
        seen = dumped(result.stdout)
        unchecked = KSH93_LOCALE if shell == "ksh93" else frozenset()
        wrong = {name for name, value in expected.items() if name not in unchecked and seen.get(name) != value}

        assert wrong == set(), (prelude, result.stderr[-500:])
        assert [mark.name for mark in marks.iterdir()] == [], prelude


@pytest.mark.parametrize("shell", TYPED_SHELLS)
def test_a_name_that_the_user_declared_otherwise(shell: str, tmp_path: Path) -> None:
    """Integer, upper-case and lower-case declarations neither run nor change what is assigned after `unset`."""
    marks = tmp_path / "marks"
    marks.mkdir()
    tried = [name for name in allowed(shell, tmp_path) if not names.assign_only(name)]
    if shell == "ksh93":
        tried = [name for name in tried if name not in KSH93_LOCALE]
    if shell == "zsh":
        tried = [name for name in tried if name not in zsh_special_strings(tmp_path)]
    for flag in ("-i", "-u", "-l"):
        for value in ("a[$(echo >MARK)0]", "MixedCase 08 1+1", ""):
            expected = {name: payload(value, marks, name) for name in tried}
            script = [ZSH_MODULES if shell == "zsh" else ""]
            script += [f"{name}=0; typeset {flag} {name}\n" for name in tried]
            script += [f"{before(name)}export {name}={quoted(shell, text)}\n" for name, text in expected.items()]
            result = run(shell, "".join(script) + shlex.join(DUMP), tmp_path)
            seen = dumped(result.stdout)

            assert {name for name, text in expected.items() if seen.get(name) != text} == set(), result.stderr[-500:]
            assert list(marks.iterdir()) == []


def zsh_special_strings(cwd: Path) -> set[str]:
    """The allowed names that zsh itself gives a meaning: known by their type once they are set."""
    tried = allowed("zsh", cwd)
    script = ZSH_MODULES + "".join(
        f"export {name}=C; print -r -- {name} ${{(t){name}}}\n" for name in tried if name != "PATH"
    )
    lines = [line.split() for line in run("zsh", script, cwd).stdout.decode().splitlines()]
    return {name for name, kind in lines if "special" in kind}


def test_zsh_special_strings_cannot_be_integers_but_stay_upper_case(tmp_path: Path) -> None:
    """zsh refuses the declaration that could execute; the other ones outlive `unset`, and only `typeset +u +l` ends them."""
    special = sorted(zsh_special_strings(tmp_path))
    assert {"CDPATH", "HOME", "LC_ALL", "PS1", "TERM"} <= set(special)
    retype = "".join(f"( {name}=0; typeset -i {name}; print -r -- {name} ) 2>/dev/null\n" for name in special)
    dump = shlex.join(DUMP)
    upper = "".join(f"typeset -u {name}; unset -v {name}; export {name}=Mixed\n" for name in special)
    mended = "".join(f"typeset -u {name}; typeset +u +l {name}; export {name}=Mixed\n" for name in special)

    assert run("zsh", retype, tmp_path).stdout == b""
    assert dumped(run("zsh", upper + dump, tmp_path).stdout)["CDPATH"] == "MIXED"
    environment = dumped(run("zsh", mended + dump, tmp_path).stdout)
    assert {name for name in special if environment.get(name) != "Mixed"} == set()


@pytest.mark.parametrize("shell", TYPED_SHELLS)
def test_control_without_unset_a_declared_integer_executes(shell: str, tmp_path: Path) -> None:
    """Why the unset is there. ksh93 refuses the value instead, and sets nothing."""
    value = payload(PAYLOADS[0], tmp_path, "mark")
    script = f"FOO=0; typeset -i FOO; export FOO={quoted(shell, value)}\n{shlex.join(DUMP)}\n"
    seen = dumped(run(shell, script, tmp_path).stdout)

    assert seen.get("FOO") != value
    assert (tmp_path / "mark").exists() == (shell != "ksh93")


def test_fish_takes_every_allowed_name_exactly(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    tried = allowed("fish", tmp_path)
    for pattern in PAYLOADS:
        expected = {name: payload(pattern, marks, name) for name in tried}
        script = "".join(f"set -e {name}; set -gx {name} {quoted('fish', value)}\n" for name, value in expected.items())
        exercise = "begin; cd .; math 1 + 1; true | true; eval true; end >/dev/null 2>&1\n"
        result = run("fish", script + exercise + " ".join(quoted("fish", word) for word in DUMP), tmp_path)
        seen = dumped(result.stdout)

        assert {name for name, value in expected.items() if seen.get(name) != value} == set(), result.stderr[-500:]
        assert list(marks.iterdir()) == []


def test_powershell_takes_every_allowed_name_exactly(tmp_path: Path) -> None:
    """In PowerShell the environment has names of its own; `ProgramFiles(x86)` is among them on Windows."""
    tried = [*allowed("bash", tmp_path), "ProgramFiles(x86)", "a.b-c"]
    assert all(names.is_windows_variable_name(name) for name in tried)
    expected = {name: payload("$(New-Item MARK)`$x[$(1)]", tmp_path, name) for name in tried}
    script = "".join(f"${{env:{name}}} = {quoted('pwsh', value)}\n" for name, value in expected.items())
    script += "[Environment]::GetEnvironmentVariables() | ConvertTo-Json -Compress\n"
    result = run("pwsh", script, tmp_path)
    seen = json.loads(result.stdout)

    assert {name for name, value in expected.items() if seen.get(name) != value} == set(), result.stderr[-500:]


@pytest.mark.parametrize("shell", [*POSIX_SHELLS, "fish"])
def test_a_shell_that_inherits_allowed_names_runs_nothing(shell: str, tmp_path: Path) -> None:
    """Child shells import the environment before their first command, special parameters included."""
    marks = tmp_path / "marks"
    marks.mkdir()
    tried = [name for name in allowed(shell, tmp_path) if names.danger(name) != names.RUNS_CODE]
    for pattern in PAYLOADS:
        run(shell, "exit 0", tmp_path, {name: payload(pattern, marks, name) for name in tried})

        assert list(marks.iterdir()) == []


@pytest.mark.parametrize("shell", POSIX_SHELLS)
def test_an_interactive_shell_runs_nothing_either(shell: str, tmp_path: Path) -> None:
    """Key time-outs, prompts, mail checks and history look at variables that a script never touches."""
    marks = tmp_path / "marks"
    marks.mkdir()
    # What runs code by its nature (a prompt, an editor) is for `allow` to ask about.
    tried = [name for name in allowed(shell, tmp_path) if names.danger(name) != names.RUNS_CODE]
    tried = [name for name in tried if name not in ("TERM", "TERMINFO", "LC_ALL", "LC_CTYPE", "LANG")]
    assignments = "".join(
        f"{before(name)}export {name}={quoted(shell, payload(PAYLOADS[0], marks, name))}\n" for name in tried
    )
    (tmp_path / "assign").write_text(assignments)
    interact(shell, tmp_path)

    assert (tmp_path / "done").exists()
    assert list(marks.iterdir()) == []


def test_control_zsh_evaluates_some_plain_strings_at_a_key_press(tmp_path: Path) -> None:
    """`unset` first does not help KEYTIMEOUT: zsh computes it again whenever it waits for a key."""
    value = payload(PAYLOADS[0], tmp_path, "mark")
    (tmp_path / "assign").write_text(f"unset -v KEYTIMEOUT; export KEYTIMEOUT={quoted('zsh', value)}\n")
    interact("zsh", tmp_path)

    assert (tmp_path / "mark").exists()
    assert names.protected("KEYTIMEOUT") is not None


@pytest.mark.parametrize(
    ("shell", "name", "use"),
    [
        ("zsh", "DIRSTACKSIZE", "pushd ."),
        ("zsh", "REPORTTIME", "/bin/true"),
        ("yash", "YASH_AFTER_CD", "cd /"),
        ("yash", "COMMAND_NOT_FOUND_HANDLER", "nonesuch"),
    ],
)
def test_control_a_plain_string_is_evaluated_later(shell: str, name: str, use: str, tmp_path: Path) -> None:
    value = payload("$(echo >MARK)" if shell == "yash" else PAYLOADS[0], tmp_path, "mark")
    run(shell, f"unset -v {name}; export {name}={quoted(shell, value)}; {use}\n", tmp_path)

    assert (tmp_path / "mark").exists()
    assert names.protected(name) is not None


def interact(shell: str, cwd: Path) -> None:
    """Source `assign` in an interactive shell, then press keys, complete, change directory, list history."""
    with Terminal([*clean_command(shell), "-i"], cwd) as terminal:
        terminal.type(". ./assign; : > sourced\n")
        terminal.wait_for(cwd / "sourced")
        terminal.type("ls as\t\t\x1b")
        terminal.read(0.2)
        terminal.type("x\x15\x03")
        terminal.read(0.2)
        terminal.type("\ncd .\n(exit 3)\n: | :\nfc -l\n: > done\n")
        terminal.wait_for(cwd / "done")
        terminal.type("\n")
        terminal.read(0.1)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, command: list[str], cwd: Path) -> None:
        self._command = command
        self._cwd = cwd

    def __enter__(self) -> Self:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self._cwd), "TERM": "xterm", "LANG": "C.UTF-8"}
        self._terminal, end = pty.openpty()
        self._process = subprocess.Popen(
            # A session of its own, whose controlling terminal is this one.
            [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *self._command],
            cwd=self._cwd,
            env=environment,
            stdin=end,
            stdout=end,
            stderr=end,
            start_new_session=True,
        )
        os.close(end)
        return self

    def __exit__(self, *exception: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._terminal)

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def read(self, seconds: float) -> bytes:
        """What the program writes meanwhile: unread, it would block."""
        end = time.monotonic() + seconds
        output = b""
        while (left := end - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                try:
                    output += os.read(self._terminal, 65536)
                except OSError:
                    break
        return output

    def wait_for(self, path: Path, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        output = b""
        while not path.exists():
            output += self.read(0.02)
            assert time.monotonic() < end, f"{path.name} never came; the terminal shows {output[-500:]!r}"


_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


# --- unset first, and the exception ------------------------------------------------------------------------------------


def test_unset_takes_nothing_from_zsh_special_strings(tmp_path: Path) -> None:
    """Ties, uniqueness and specialness are there again after `unset` and `export`: no list of exceptions is needed."""
    special = [name for name in (*EVERYDAY, "RPS1", "TERMINFO_DIRS") if names.protected(name) is None]
    script = ZSH_MODULES + "typeset -U CDPATH cdpath FPATH fpath\n"
    script += "".join(
        f"export {name}=C; before=${{(t){name}}}; unset -v {name}; export {name}=C; "
        f'print -r -- {name} "$before" "${{(t){name}}}"\n'
        for name in special
        if name != "PATH"
    )
    lines = [line.split() for line in run("zsh", script, tmp_path).stdout.decode().splitlines()]
    kinds = {name: (was, now) for name, was, now in lines}

    assert kinds["CDPATH"][0] == "scalar-tied-export-unique-special"
    assert "special" in kinds["TERM"][0]
    assert {name: kind for name, kind in kinds.items() if kind[0] != kind[1]} == {}


@pytest.mark.parametrize("shell", POSIX_SHELLS)
def test_unset_takes_nothing_from_path_home_and_cdpath(shell: str, tmp_path: Path) -> None:
    (tmp_path / "there" / "sub").mkdir(parents=True)
    (tmp_path / "there" / "tool").write_text("#!/bin/sh\necho found\n")
    (tmp_path / "there" / "tool").chmod(0o755)
    there = quoted(shell, str(tmp_path / "there"))
    script = "".join(f"unset -v {name}; export {name}={there}\n" for name in ("PATH", "HOME", "CDPATH"))
    script += "tool; echo ~; cd sub >/dev/null && pwd\n"
    lines = run(shell, script, tmp_path).stdout.decode().splitlines()

    assert lines == ["found", str(tmp_path / "there"), str(tmp_path / "there" / "sub")]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_path_is_never_absent_for_the_users_traps(shell: str, tmp_path: Path) -> None:
    """The reason why PATH is assigned only: a DEBUG trap runs between two statements, and starts programs."""
    unset_first = run(shell, "trap 'env true' DEBUG\nunset -v PATH; export PATH=/usr/bin:/bin\n", tmp_path)
    assigned = run(shell, "trap 'env true' DEBUG\nexport PATH=/usr/bin:/bin\n", tmp_path)

    assert b"env" in unset_first.stderr
    assert assigned.stderr == b""
    assert names.assign_only("PATH")


@pytest.mark.parametrize("shell", ["bash", "mksh"])
def test_an_integer_path_is_mended_by_typeset(shell: str, tmp_path: Path) -> None:
    """What `assign_only` says of PATH: a shell that has one can still be given a PATH without evaluating it."""
    value = payload(PAYLOADS[0], tmp_path, "mark")
    declare = f"PATH=0; typeset -i PATH; {{}} export PATH={quoted(shell, value)}\n{shlex.join(DUMP)}\n"
    mended = dumped(run(shell, declare.format("typeset +i PATH;"), tmp_path).stdout)

    assert mended["PATH"] == value
    assert not (tmp_path / "mark").exists()

    run(shell, declare.format(""), tmp_path)

    assert (tmp_path / "mark").exists()


def test_the_harmful_names_do_what_is_said_of_them(tmp_path: Path) -> None:
    (tmp_path / "history").write_text("one\ntwo\nthree\n")
    script = (
        "export POSIXLY_CORRECT=1; shopt -oq posix && echo posix; unset POSIXLY_CORRECT\n"
        "shopt -s dotglob; export GLOBIGNORE=x; unset GLOBIGNORE; shopt -q dotglob || echo dotglob\n"
        "HISTFILE=history; unset HISTFILESIZE; export HISTFILESIZE=1; cat history\n"
    )

    assert run("bash", script, tmp_path).stdout.decode().split() == ["posix", "dotglob", "three"]
    assert all(names.protected(name) for name in ("POSIXLY_CORRECT", "GLOBIGNORE", "HISTFILESIZE"))


# --- the functions themselves ------------------------------------------------------------------------------------------

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
variable_names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)


@given(st.text(max_size=8) | st.text(alphabet=LETTERS + DIGITS + "_.-()* \n\0é²Ａ", max_size=8))
@example("A\n")
@example("²")
@example("Ａ")
@example("")
@example("(x86)")
def test_names_follow_their_grammars(name: str) -> None:
    """Written out a second time, character by character, for a regular expression's `$` or isalnum would be wrong here."""
    first, rest = name[:1], name[1:]
    plain = LETTERS + DIGITS + "_"
    variable = first != "" and first in LETTERS + "_" and all(c in plain for c in rest)
    windows = first != "" and first in LETTERS + "_" and all(c in plain + "().-" for c in rest)
    profile = first != "" and first in LETTERS + DIGITS and all(c in plain + ".-" for c in rest)

    assert names.is_variable_name(name) == variable
    assert names.is_windows_variable_name(name) == windows
    assert names.is_profile_name(name) == profile
    assert names.is_pattern(name) == (name.endswith("*") and names.is_variable_name(name[:-1]))


@pytest.mark.parametrize("length", [1, 63, 64, 65])
def test_profile_names_end_at_64_characters(length: int) -> None:
    assert names.is_profile_name("a" * length) == (length <= 64)


@given(variable_names, variable_names)
def test_patterns_match_by_prefix_and_names_exactly(one: str, other: str) -> None:
    assert names.matches(one, one)
    assert names.matches(one + "*", one + other)
    assert names.matches(one + "*", one)
    assert names.matches(one, other) == (one == other)
    assert names.matches(one + "*", other) == other.startswith(one)
    assert not names.matches("*", one)


@given(variable_names)
def test_the_answers_do_not_contradict_each_other(name: str) -> None:
    reason = names.protected(name)
    assert reason is None or reason.strip() != ""
    assert not (reason and names.assign_only(name))
    assert names.danger(name) == names.danger(name.swapcase())
    assert names.protected("CTX_" + name) == names.protected("__cTx_" + name) == "belongs to ctx"
    assert names.danger(name + "_PROXY") is not None
    assert names.danger("LD_" + name) == names.RUNS_CODE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("RANDOM", "special in bash, zsh, ksh93, mksh and yash"),
        ("status", "special in zsh and fish"),
        ("path", "special in zsh"),
        ("PROMPT_COMMAND", "special in bash and yash"),
        ("fish_greeting", "special in fish"),
        ("ctx_profile", "belongs to ctx"),
        ("SystemRoot", "Windows programs do not start without it"),
    ],
)
def test_a_reason_names_the_shells(name: str, reason: str) -> None:
    assert names.protected(name) == reason


@pytest.mark.parametrize(
    "name",
    sorted(
        names_special.words(
            "BAUD BASH_LOADABLES_PATH COMP_WORDBREAKS CTX_CONFIG DIRSTACKSIZE ERRNO HISTFILESIZE IFS KEYTIMEOUT LISTMAX MBEGIN "
            "MENUSCROLL OLDPWD OPTARG OPTERR PERIOD POSIXLY_CORRECT PPID PROMPT_COMMAND PWD REPORTMEMORY REPORTTIME SHLVL TMOUT "
            "UID WINDIR ZLE_RPROMPT_INDENT _ __CTX_STATE argv chpwd_functions fish_user_paths last_pid precmd_functions"
        )
    ),
)
def test_protected_names(name: str) -> None:
    """Also those that no shell reports before they are used."""
    assert names.protected(name)


@pytest.mark.parametrize("name", EVERYDAY)
def test_everyday_names_are_not_protected(name: str) -> None:
    assert names.protected(name) is None


@pytest.mark.parametrize(
    ("danger", "found"),
    [
        (
            names.RUNS_CODE,
            (
                "LD_PRELOAD DYLD_INSERT_LIBRARIES FZF_DEFAULT_COMMAND NODE_OPTIONS PYTHONPATH PYTHONSTARTUP BASH_ENV ENV PS1 PS4 "
                "GIT_SSH_COMMAND EDITOR VISUAL PAGER BROWSER SHELL LESSOPEN MAVEN_OPTS PERL5OPT RUBYOPT JAVA_TOOL_OPTIONS GCONV_PATH "
                "BASH_FUNC_x() PATH MAILPATH RPROMPT Path ComSpec npm_config_script_shell KUBE_EDITOR SSH_ASKPASS"
            ),
        ),
        (
            names.REDIRECTS_TRAFFIC,
            (
                "HTTPS_PROXY http_proxy NO_PROXY ANTHROPIC_BASE_URL OPENAI_BASE_URL AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 "
                "AZURE_OPENAI_ENDPOINT DOCKER_HOST SSL_CERT_FILE SSL_CERT_DIR NODE_TLS_REJECT_UNAUTHORIZED PIP_INDEX_URL"
            ),
        ),
        (
            names.MOVES_CONFIGURATION,
            (
                "HOME XDG_CONFIG_HOME ZDOTDIR FPATH CLAUDE_CONFIG_DIR AWS_CONFIG_FILE KUBECONFIG GOOGLE_APPLICATION_CREDENTIALS"
            ),
        ),
        (None, "AWS_REGION ANTHROPIC_MODEL CLAUDE_CODE_USE_BEDROCK DATABASE_URL RAILS_ENV LOGNAME TZ LANG OPTS PROXY"),
    ],
)
def test_dangers(danger: str | None, found: str) -> None:
    assert {name: names.danger(name) for name in found.split()} == dict.fromkeys(found.split(), danger)


def test_the_modules_import_builtins_only() -> None:
    """They are on the hook path, where every import is paid at each start."""
    for module in (names, names_special):
        tree = ast.parse(Path(str(module.__file__)).read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

        assert imported <= {"__future__", "ctx.names_special"}
        assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))


def test_the_shells_are_really_asked() -> None:
    """A table for a shell that no test starts would be a guess."""
    assert {*POSIX_SHELLS, "fish"} == set(names_special.SPECIAL)
    assert all(require_shell(shell) for shell in names_special.SPECIAL)
