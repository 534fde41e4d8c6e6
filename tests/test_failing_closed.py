"""Without the hook: what `ctx use` prints is carried out whole, or the evaluation fails and nothing is set."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.home import PROGRAM
from tests.support.shells import clean_command

POSIX = ["dash", "ksh93", "mksh", "busybox", "bash", "zsh"]
SHELLS = [*POSIX, "fish", "pwsh"]

PROFILES = """
[profiles.p]
unset = ["GONE"]
[profiles.p.env]
A = "one"
B = '''it's
two lines'''
C = "three"
[profiles.p.path]
PATH = { prepend = ["/opt/p/bin"], append = ["/opt/p/sbin"] }
LISTED = { append = ["/only"] }
[profiles.q.env]
C = "q"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "it's \"$(home)"
    (path / ".config" / "ctx").mkdir(parents=True)
    profiles(path, PROFILES)
    return path


def profiles(home: Path, text: str) -> Path:
    file = home / ".config" / "ctx" / "profiles.toml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def environ(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "GONE": "still here",
        "PROGRAM": "\n".join(PROGRAM),
        "TERM": "dumb",
    }


def run(home: Path, shell: str, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script with `words` as its arguments; the shell's own start-up files stay out."""
    flag = "-Command" if shell == "pwsh" else "-c"
    name = [] if shell in ("fish", "pwsh") else ["x"]
    tail = [] if shell == "pwsh" else [*name, *words]
    return subprocess.run(
        [*clean_command(shell), flag, script, *tail],
        env=environ(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def switching(shell: str, name: str, then: str) -> str:
    """A script that switches and runs `then` only if that succeeded; it ends with status 0 only then."""
    if shell == "fish":
        return f"$argv use {name} | source; and {then}"
    if shell == "pwsh":
        return (
            "$ErrorActionPreference = 'Continue'; $p = $env:PROGRAM -split '\\n'; try { "
            f"& $p[0] $p[1] $p[2] $p[3] use {name} | Out-String | Invoke-Expression; {then} }} catch {{ exit 1 }}"
        )
    return f'eval "$("$@" use {name})" && {then}'


def exported(output: str) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in output.split("\0") if "=" in entry)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_switch_is_whole(home: Path, shell: str) -> None:
    done = run(home, shell, switching(shell, "p", "env -0"), *PROGRAM)
    seen = exported(done.stdout)

    assert done.returncode == 0, done.stderr
    assert (seen["A"], seen["B"], seen["C"]) == ("one", "it's\ntwo lines", "three")
    assert "GONE" not in seen
    assert seen["PATH"] == f"/opt/p/bin:{os.environ['PATH']}:/opt/p/sbin"
    assert seen["LISTED"] == "/only"
    assert (seen["CTX_PROFILE"], seen["CTX_STATUS"]) == ("p", "active")
    assert done.stderr == "ctx: p · 5 set, 1 cleared\n"


def after(home: Path, shell: str, *commands: str) -> dict[str, str]:
    """What a child sees after several commands of ctx, each evaluated."""
    if shell == "fish":
        script = "; and ".join((*(f"$argv {words} | source" for words in commands), "env -0"))
    elif shell == "pwsh":
        each = (f"& $p[0] $p[1] $p[2] $p[3] {words} | Out-String | Invoke-Expression" for words in commands)
        script = "; ".join(("$p = $env:PROGRAM -split '\\n'", *each, "env -0"))
    else:
        script = " && ".join((*(f'eval "$("$@" {words})"' for words in commands), "env -0"))
    done = run(home, shell, script, *PROGRAM)
    assert done.returncode == 0, done.stderr
    if commands[-1] == "off":
        assert "what they were before is not known without the hook" in done.stderr
    return exported(done.stdout)


@pytest.mark.parametrize("shell", SHELLS)
def test_switching_on_and_off_leaves_nothing_of_a_profile(home: Path, shell: str) -> None:
    second = after(home, shell, "use p", "use q")
    last = after(home, shell, "use p", "use q", "off")
    at_once = after(home, shell, "use p", "off")

    assert second["C"] == "q"
    assert second["__CTX_PREVIOUS"] == "p"
    for seen in (second, last, at_once):
        assert not {"A", "B", "LISTED"} & set(seen)
        assert seen["PATH"] == os.environ["PATH"]
    for seen in (last, at_once):
        assert not [name for name in seen if "CTX_" in name]


BROKEN = {
    "unknown": (PROFILES, "typo"),
    "syntax": ("[profiles.p\n", "p"),
    "type": ("profiles = 1\n", "p"),
    "name": ("[profiles.p.env]\n'X; touch y' = '1'\n", "p"),
    "special": ("[profiles.p.env]\nRANDOM = '1'\n", "p"),
    "protected": ("[profiles.p.env]\nPWD = '1'\n", "p"),
    "nul": ('[profiles.p.env]\nX = "a\\u0000"\n', "p"),
    "date": ("[profiles.p.env]\nX = 2026-11-22\n", "p"),
    "cycle": ('[profiles.p]\nextends = "p"\n', "p"),
    "empty": ("", "p"),
    "megabyte": ("#" * (1 << 20), "p"),
    "secret": ('[profiles.p.env]\nX = { secret = "k" }\n', "p"),
    "unset reference": ('[profiles.p.env]\nX = "${NOPE}"\n', "p"),
    "protected profile": ("[profiles.p]\nprotect = true\n", "p"),
    "odd name": (PROFILES, "'a\x1b[31m$(touch y)'"),
    "option": (PROFILES, "--nope"),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_bad_input_makes_the_evaluation_fail(home: Path, shell: str) -> None:
    for kind, (text, name) in BROKEN.items():
        profiles(home, text)
        done = run(home, shell, switching(shell, name, "echo SWITCHED"), *PROGRAM)

        assert "SWITCHED" not in done.stdout, kind
        assert done.returncode == 1, (kind, done)
        assert "ctx: " in done.stderr, kind
        assert "\x1b" not in done.stderr.replace("\x1b[0m", "").split("ctx: ")[1].split("\n")[0], kind
        assert "Traceback" not in done.stderr, kind


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("kind", ["missing", "directory", "writable", "no config"])
def test_a_bad_file_makes_the_evaluation_fail(home: Path, shell: str, kind: str) -> None:
    file = home / ".config" / "ctx" / "profiles.toml"
    if kind == "writable":
        file.chmod(0o666)
    else:
        file.unlink()
        if kind == "directory":
            file.mkdir()
        elif kind == "no config":
            file.parent.rmdir()

    done = run(home, shell, switching(shell, "p", "echo SWITCHED"), *PROGRAM)

    assert "SWITCHED" not in done.stdout
    assert done.returncode == 1
    assert str(file)[-20:] in done.stderr


def printed(home: Path, shell: str) -> str:
    done = subprocess.run(
        [*PROGRAM, "use", "p", "--shell", shell], env=environ(home), capture_output=True, text=True, check=True
    )
    return done.stdout


# Runs every file it is given as a text to evaluate, each in a shell of its own state, and says what is set after it.
EVALUATE = {
    "posix": 'for f; do ( eval "$(cat "$f")"; echo "$f ${A-} ${B-} ${C-} ${GONE-gone}" ) 2>/dev/null; done; :',
    "fish": "for f in $argv; fish --no-config -c 'source $argv[1] 2>/dev/null; echo \"$argv[1] $A $B $C $GONE\"' $f; end",
    "pwsh": (
        "foreach ($f in [IO.File]::ReadAllLines($env:FILES)) { foreach ($n in 'A','B','C') "
        "{ [Environment]::SetEnvironmentVariable($n, $null) }; $env:GONE = 'still here'; "
        'try { [IO.File]::ReadAllText($f) | Invoke-Expression } catch { }; "$f $env:A $env:B $env:C $env:GONE" }'
    ),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_text_that_was_cut_off_sets_nothing(home: Path, tmp_path: Path, shell: str) -> None:
    text = printed(home, shell)
    places = {position for position, char in enumerate(text) if char == "\n"} | set(range(1, len(text), 23))
    places |= {position for position, char in enumerate(text) if char in "{};&|"}
    cuts = [text[:place] for place in sorted(places) if text[:place].rstrip() != text.rstrip()]
    files = []
    for number, cut in enumerate(cuts):
        files.append(tmp_path / f"cut-{number}")
        files[-1].write_text(cut)
    (tmp_path / "files").write_text("".join(f"{file}\n" for file in files))

    script = EVALUATE.get(shell, EVALUATE["posix"]).replace("$env:FILES", f"'{tmp_path}/files'")
    done = run(home, shell, script, *map(str, files))

    lines = [line for line in done.stdout.splitlines() if "cut-" in line]
    set_by = [line for line in lines if "one" in line or "two" in line or "three" in line or "still here" not in line]
    assert not set_by
    assert lines or shell in POSIX
    # A syntax error may end the subshell before it speaks; the whole text must not.
    whole = tmp_path / "cut-whole"
    whole.write_text(text)
    (tmp_path / "files").write_text(f"{whole}\n")
    assert "one it's" in run(home, shell, script, str(whole)).stdout


@pytest.mark.parametrize("shell", POSIX)
@pytest.mark.parametrize("name", ["A", "C", "GONE", "CTX_PROFILE", "PATH", "LISTED", "__CTX_SET"])
def test_a_readonly_variable_stops_everything(home: Path, shell: str, name: str) -> None:
    script = (
        f'readonly {name}; before=$(env | sort); eval "$("$@" use p)" && echo SWITCHED; '
        '[ "$before" = "$(env | sort)" ] && echo SAME'
    )
    done = run(home, shell, script, *PROGRAM)

    assert done.stdout == "SAME\n", done.stderr
    assert name in done.stderr


@pytest.mark.parametrize("shell", POSIX)
def test_a_failure_half_way_unsets_what_was_set(home: Path, shell: str) -> None:
    """No check can foresee a full memory or a discipline function: the text itself goes back."""
    text = printed(home, shell).replace("export C=", "false && export C=")
    script = f"{{ {text} }} && echo SWITCHED; echo ${{A-unset}} ${{B-unset}} ${{C-unset}} ${{CTX_PROFILE-unset}}"
    done = run(home, shell, script)

    assert done.stdout == "unset unset unset unset\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_an_interpreter_that_is_gone_sets_nothing(home: Path, shell: str) -> None:
    script = switching(shell, "p", "env -0").replace("$env:PROGRAM", "$env:PROGRAM.Replace('python', 'nowhere')")
    done = run(home, shell, script, "/nowhere/python", *PROGRAM[1:])

    assert "A" not in exported(done.stdout)
