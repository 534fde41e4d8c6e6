"""Every value, byte for byte: from profiles.toml through `ctx use` and the real shell into a child process."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.home import PROGRAM
from tests.support.shells import clean_command

VALUES_PER_EXAMPLE = 125
EXAMPLES = 25

NASTY = [
    "", " ", "  lead and trail  ", "\n", "a\n", "a\n\n", "\n\na", "\r\n", "\t", "'", "''", "'''", '"', "\\", "\\\\", "\\n",
    "\\'", "'\\''", "$'\\n'", "`id`", "$(id)", "$HOME", "${HOME", "p$$w", "$$", "!!", "!$", "=ls", "~", "~root", "*", "?",
    "[a]", "{a,b}", "-n", "-e", "--", "#x", "a#b", ";", "&", "|", "<(x)", ">x", "\x01", "\x1b[31m", "\x7f", "\x80",
    "\u2018a\u2019", "\u201a", "\u201b", "é", "e\u0301", "中文", "😀", "\u200b", "\u202e", "\ufeff", "\ufffd", "\ufffe",
    "\uf600", "\uf6ff", "\uf8ff", "\ufdd0", "\U0010ffff", "\U0001f468\u200d\U0001f469", "a[$(id)]", "x[$(id)]=1", "1+1",
    "08", "0x10", "%s", "%(x)s", "a b\tc\nd", "^x^y", "C:\\Users\\x", "x\\", "end\\\n",
]  # fmt: skip

unicode_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
quotes = st.text("'\"\\$`!\n\r\t =~*#&;|<>(){}[]?-%^\u2018\u2019\u201a\u201b", max_size=10)
raw_bytes = st.binary(max_size=8).map(lambda data: data.replace(b"\0", b"\1").decode("utf-8", "surrogateescape"))
texts = st.one_of(unicode_text, quotes, st.sampled_from(NASTY))


class Case:
    """How one shell is told to switch, and what makes its life hard."""

    shell = ""
    values = st.one_of(texts, raw_bytes)
    use = 'eval "$("$@" use p)"'
    settings: tuple[str, ...] = ("",)
    """Lines that run first, one of them each time."""

    declare = ""
    child = "env -0"
    locale = ""

    def script(self, setting: str) -> str:
        return f"{setting}\n{self.declare}\n{self.use}\n{self.child}\n"

    def command(self, script: str) -> list[str]:
        return [*clean_command(self.shell), "-c", script, "x", *PROGRAM]


class Dash(Case):
    shell = "dash"
    settings: tuple[str, ...] = (
        "",
        "set -eu",
        "set -a",
        "IFS=/:0",
        "set -C",
        "LC_ALL=C; export LC_ALL",
        "set -euaC; IFS='\n'",
    )


class Ksh(Dash):
    shell = "ksh93"
    settings = (*Dash.settings, "set -o pipefail")
    declare = "typeset -i V0; typeset -u V1; typeset -l V2; typeset -F V3"


class Mksh(Dash):
    shell = "mksh"
    declare = "typeset -i V0; typeset -u V1; typeset -l V2; typeset -Z8 V3"


class Busybox(Dash):
    shell = "busybox"


class Bash(Case):
    shell = "bash"
    settings = (
        *Dash.settings, "set -euo pipefail", "set -o posix", "set -euaCo pipefail; IFS=abc; LC_ALL=C", "shopt -s extglob nullglob failglob nocasematch",
    )  # fmt: skip
    declare = "declare -i V0; declare -u V1; declare -l V2; declare V3=shell"


class Zsh(Case):
    shell = "zsh"
    settings = (
        "", "set -euo pipefail", "setopt rc_quotes csh_junkie_quotes csh_junkie_history", "setopt ksh_arrays sh_word_split glob_subst",
        "setopt all_export no_clobber; IFS=/:0", "export LC_ALL=C", "setopt extended_glob null_glob magic_equal_subst rc_expand_param",
        "setopt ignore_braces posix_builtins posix_identifiers warn_create_global ksh_typeset", "emulate sh", "emulate ksh",
        "setopt no_multibyte bsd_echo csh_null_glob interactive_comments",
    )  # fmt: skip
    declare = "typeset -i V0; typeset -u V1; typeset -l V2; typeset -F V3"


class Fish(Case):
    """fish in a C locale re-codes every byte above 127 that it inherits, before anybody else sees it: not there."""

    shell = "fish"
    locale = "C.UTF-8"
    use = "$argv use p | source"
    settings = ("", "set -gx LC_ALL C", "set -g IFS x")
    declare = "set -g V0 1 2; set -gx V1 a; set -U V2 u; set -g V3"

    def command(self, script: str) -> list[str]:
        return [*clean_command(self.shell), "-c", script, *PROGRAM]


class Pwsh(Case):
    """PowerShell holds text: bytes that are no UTF-8 are refused, which has a test of its own."""

    shell = "pwsh"
    values = texts
    use = "$p = $env:CTX_TEST_PROGRAM -split '\\n'; & $p[0] $p[1] $p[2] $p[3] use p | Out-String | Invoke-Expression"
    settings = ("", "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'")
    child = "& env -0"

    def command(self, script: str) -> list[str]:
        return [*clean_command(self.shell), "-Command", script]


CASES = [Dash(), Ksh(), Mksh(), Busybox(), Bash(), Zsh(), Fish(), Pwsh()]


def as_literal(value: str) -> str:
    """The text that stands for `value` in a profile: nothing in it expands."""
    escaped = value.replace("${", "$${")
    return "${TILDE}" + escaped[1:] if value.startswith("~/") else escaped


def carried(case: Case, values: list[str], setting: str, home: Path) -> list[str | None]:
    """What a child process of the shell sees after `ctx use`, in the values' order."""
    config = home / ".config" / "ctx"
    config.mkdir(parents=True, exist_ok=True)
    environ = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "CTX_TEST_PROGRAM": "\n".join(PROGRAM),
        "TERM": "dumb",
        "TILDE": "~",
    }
    if case.locale:
        environ["LC_ALL"] = case.locale
    written = {}
    for number, value in enumerate(values):
        try:
            value.encode()
            written[f"V{number}"] = as_literal(value)
        except UnicodeEncodeError:
            # Not UTF-8, so no TOML: it comes from the user's own environment.
            environ[f"RAW{number}"] = value
            written[f"V{number}"] = f"${{RAW{number}}}"
    file = config / "profiles.toml"
    file.write_text(tomli_w.dumps({"profiles": {"p": {"env": written}}}))
    file.chmod(0o600)
    encoded = {os.fsencode(k): v.encode("utf-8", "surrogateescape") for k, v in environ.items()}
    done = subprocess.run(case.command(case.script(setting)), env=encoded, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    seen = dict(entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if b"=" in entry)
    found = (seen.get(f"V{number}".encode()) for number in range(len(values)))
    return [None if value is None else value.decode("utf-8", "surrogateescape") for value in found]


def differences(sent: list[str], seen: list[str | None]) -> list[tuple[int, str, str | None]]:
    """Which values changed on the way: the number of the variable, what was written, what came out."""
    pairs = enumerate(zip(sent, seen, strict=True))
    return [(number, before[:200], after and after[:200]) for number, (before, after) in pairs if before != after]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.shell)
def test_values_arrive_byte_for_byte(case: Case) -> None:
    """3,125 generated values per shell, each list under one of the shell's odd settings."""
    clean_command(case.shell)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(case.values, min_size=VALUES_PER_EXAMPLE, max_size=VALUES_PER_EXAMPLE),
        st.sampled_from(case.settings),
    )
    def check(values: list[str], setting: str) -> None:
        with tempfile.TemporaryDirectory(prefix="ctx 'v\"$(x)") as home:
            assert not differences(values, carried(case, values, setting, Path(home)))

    check()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.shell)
def test_known_troublemakers_arrive_under_every_setting(case: Case, tmp_path: Path) -> None:
    text = [value for value in NASTY if not (case.shell == "pwsh" and value == "\x80")]
    every_byte = "".join(map(chr, range(1, 256)))
    values = [*text, every_byte, "x" * 65_536, "'" * 10_000, "\n" * 5_000]
    if case.values is not texts:
        values.append(bytes(range(1, 256)).decode("utf-8", "surrogateescape"))

    for setting in case.settings:
        assert not differences(values, carried(case, values, setting, tmp_path)), setting
