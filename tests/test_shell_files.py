"""Every shell file is checked by its own shell's checker, and bash files for what bash 3.2 does not know."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.shells import clean_command, require_shell

ROOT = Path(__file__).resolve().parent.parent
SHELLCHECKED = ["install.sh", "tests/run", ".ci/run", "shells/ctx.bash"]
FOR_BASH_3 = ["install.sh", "shells/ctx.bash"]


def check(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("file", SHELLCHECKED)
def test_shellcheck(file: str) -> None:
    require_shell("shellcheck")
    check("shellcheck", "--severity=style", file)


@pytest.mark.parametrize("shell", ["dash", "bash", "mksh", "zsh", "busybox"])
@pytest.mark.parametrize("file", ["install.sh", "tests/run"])
def test_posix_files_parse_everywhere(file: str, shell: str) -> None:
    check(*clean_command(shell), "-n", file)


def test_bash_parses_its_runtime() -> None:
    check(require_shell("bash"), "-n", "shells/ctx.bash")


def test_zsh_parses_its_runtime() -> None:
    check(require_shell("zsh"), "-n", "shells/ctx.zsh")


def test_fish_parses_and_formats_its_runtime() -> None:
    require_shell("fish")
    check("fish", "--no-execute", "shells/ctx.fish")
    assert shutil.which("fish_indent")
    check("fish_indent", "--check", "shells/ctx.fish")


# What came after bash 3.2, the version of macOS. Left: what to look for; right: a sample that must be found.
NEWER = {
    r"\b(?:declare|local|typeset)\s+-\w*[Ang]": "declare -gA x",
    r"\b(?:mapfile|readarray|coproc)\b": "mapfile -t x",
    r";;?&": "a) b ;;&",
    r"\|&": "a |& b",
    r"&>>": "a &>> b",
    r"\$\{!?\w+(?:\[[^]]*\])?(?:\^|,)": "${x^^}",
    r"\$\{!?\w+@[A-Za-z]\}": "${x@Q}",
    r"\[\[?\s+-v\s": "[[ -v x ]]",
    r"printf\s+-v\s+\"?\w+\[": "printf -v x[1] %s y",
    r"printf\s+'[^']*%\([^)]*\)T": "printf '%(%s)T'",
    r"\$\{\w+\[-\d+\]": "${x[-1]}",
    r"\bEPOCHREALTIME\b|\bEPOCHSECONDS\b|\bBASHPID\b|\bSRANDOM\b": "$EPOCHREALTIME",
    r"\blocal\s+-(?:\s|;|$)": "local -",
    r"\bexec\s+\{\w+\}": "exec {fd}<x",
    r"\{\d+\.\.\d+\.\.\d+\}": "{1..9..2}",
    r"\bwait\s+-n\b": "wait -n",
    r"\bread\s+.*-[Ni]\b": "read -N 1 x",
    r"\bglobstar\b|\blastpipe\b": "shopt -s lastpipe",
}


def newer_than_bash_3(text: str) -> list[str]:
    """Lines that bash 3.2 does not understand, outside a block that asks for the version first."""
    found = []
    guarded = False
    for line in text.splitlines():
        code = re.sub(r"(^|\s)#.*", "", line)
        if re.match(r"if \(\(BASH_VERSINFO", code):
            guarded = True
        elif re.match(r"(else|fi)\b", code):
            guarded = False
        if not guarded:
            found += [code for pattern in NEWER if re.search(pattern, code)]
    return found


@pytest.mark.parametrize("file", FOR_BASH_3)
def test_nothing_newer_than_bash_3_2(file: str) -> None:
    assert newer_than_bash_3((ROOT / file).read_text()) == []


@pytest.mark.parametrize("sample", NEWER.values())
def test_the_check_for_bash_3_2_finds_what_it_looks_for(sample: str) -> None:
    assert newer_than_bash_3(f"x=1\n{sample}\n")
