"""The PowerShell dialect: its text as data, and what the real engine makes of it.

One long-lived PowerShell evaluates line after line, as `ctx use … | Out-String | Invoke-Expression` does; a child
process says what arrived in its environment, byte for byte.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ctx.dialects.powershell import LONGEST_SUM, PowerShell
from ctx.errors import CtxError
from ctx.model import APPEND, PREPEND, SET, UNSET, ListEdit, Op, Plan, Transition
from tests.support.shells import clean_command

LANGUAGE = PowerShell()

# Answers each line of standard input with its output and one line of JSON: null, or the message of what it threw.
SERVER = """
[Console]::InputEncoding = [Text.Encoding]::ASCII
while ($null -ne ($line = [Console]::In.ReadLine())) {
    $threw = $null
    try { $line | Out-String | Invoke-Expression } catch { $threw = $_.Exception.Message }
    [Console]::Out.WriteLine('= ' + (ConvertTo-Json -Compress -InputObject $threw))
}
"""

DUMP = "import os,json;print(json.dumps({k.hex():v.hex() for k,v in os.environb.items() if k.startswith(b'T_')}))"


class Engine:
    """A running PowerShell."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*clean_command("pwsh"), "-Command", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NO_COLOR": "1"},
        )

    def run(self, text: str) -> tuple[str | None, str]:
        """Evaluate one line; what it threw, if it did, and its output."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        line = text.removesuffix("\n").encode("ascii")
        assert b"\n" not in line
        stdin.write(line + b"\n")
        stdin.flush()
        output = b""
        while not (answer := stdout.readline()).startswith(b"= "):
            assert answer, "the PowerShell session ended"
            output += answer
        threw = json.loads(answer[2:])
        assert threw is None or isinstance(threw, str)
        return threw, output.decode()

    def environment(self) -> dict[str, bytes]:
        """The variables whose names begin with T_, as a child process sees them."""
        threw, output = self.run(f"& {LANGUAGE.quote(sys.executable)} -I -S -c {LANGUAGE.quote(DUMP)}")
        assert threw is None, threw
        return {bytes.fromhex(name).decode(): bytes.fromhex(value) for name, value in json.loads(output).items()}

    def clear(self) -> None:
        """Take the variables whose names begin with T_ away."""
        threw, _ = self.run("foreach ($n in @((Get-ChildItem Env:T_*).Name)) { if ($n) { Remove-Item Env:$n } }")
        assert threw is None, threw

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(10) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def session() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def engine(session: Engine) -> Engine:
    session.clear()
    return session


def encoded(values: Mapping[str, str]) -> dict[str, bytes]:
    return {name: value.encode() for name, value in values.items()}


HOSTILE = "'\u2018\u2019\u201a\u201b\u201c\u201d`$\"{}()[];,@#%&|\\/ =-\r\n\t\x1b\x7f\x85\xa0\xe9\u2028\u200b\ufeff\ufffd\uffff😀\U0010ffff"
TEXT = st.text(st.one_of(st.sampled_from(HOSTILE), st.characters(codec="utf-8", exclude_characters="\0")), max_size=40)

# --- text -------------------------------------------------------------------------------------------------------------

GOLDEN = {
    "": "''",
    "plain text": "'plain text'",
    "it's": "'it''s'",
    "''": "''''''",
    '$(calc) `n "x"': "'$(calc) `n \"x\"'",
    "\u2018a\u2019": "(''+[char]0x2018+'a'+[char]0x2019)",
    "a\u201a\u201bb": "('a'+[char]0x201A+[char]0x201B+'b')",
    "line\nnext": "('line'+[char]0x000A+'next')",
    "a\r\n": "('a'+[char]0x000D+[char]0x000A)",
    "\t": "(''+[char]0x0009)",
    "\x7f": "(''+[char]0x007F)",
    "😀'": "(''+[char]0xD83D+[char]0xDE00+'''')",
}


@pytest.mark.parametrize("value, text", GOLDEN.items(), ids=ascii)
def test_quoted_text(value: str, text: str) -> None:
    assert LANGUAGE.quote(value) == text


@given(TEXT)
def test_quoted_text_is_one_line_of_printable_ascii(value: str) -> None:
    text = LANGUAGE.quote(value)

    assert text.isascii()
    assert text.isprintable()


@pytest.mark.parametrize("value", ["\0", "a\0b"])
def test_nul_is_refused(value: str) -> None:
    with pytest.raises(CtxError, match="NUL"):
        LANGUAGE.quote(value)


@pytest.mark.parametrize("units", [(0xDCE9,), (0x61, 0xDC80), (0xDCFF, 0x61), (0xD800,), (0xDFFF, 0xD800)], ids=ascii)
def test_what_is_not_utf8_is_refused(units: tuple[int, ...]) -> None:
    value = "".join(map(chr, units))

    with pytest.raises(CtxError, match="PowerShell cannot hold it"):
        LANGUAGE.quote(value)


PLAN = Plan(
    "work",
    (Op(UNSET, "A_*"), Op(SET, "B", "it's"), Op(PREPEND, "PATH", "/w"), Op(APPEND, "PATH", "/é")),
    "Bedrock · Acme pays",
    plain=True,
)
APPLY = (
    "__ctx_apply 'work' ('Bedrock '+[char]0x00B7+' Acme pays') "
    "@('unset','A_*','','set','B','it''s','prepend','PATH','/w','append','PATH',('/'+[char]0x00E9))"
)


def test_call() -> None:
    assert LANGUAGE.call(PLAN) == f"& {{ [Diagnostics.DebuggerHidden()]param() {APPLY} }}\n"


def test_compiled() -> None:
    text = LANGUAGE.compiled(PLAN, "1-1", "/home/o'b")

    hidden = "[Diagnostics.DebuggerHidden()]param()"
    assert text == f"& {{ {hidden} if (__ctx_guard '1-1' '/home/o''b') {{ {APPLY} }} }}\n"


def test_script() -> None:
    transition = Transition(
        unset=("OLD",),
        assign=(("A", "it's"),),
        lists=(ListEdit("PATH", ("/x", "/y"), ("/z",)),),
        undo=("A", "OLD"),
    )

    assert LANGUAGE.script(transition) == (
        "& { $ErrorActionPreference = 'Stop'; try { $env:OLD = $null; $env:A = 'it''s'; "
        "$env:PATH = @('/x'; '/y'; if ($env:PATH) { $env:PATH }; '/z') -join [IO.Path]::PathSeparator } "
        "catch { $env:A = $null; $env:OLD = $null; throw } }\n"
    )


def test_a_windows_name_stands_in_braces() -> None:
    text = LANGUAGE.script(Transition((), (("ProgramFiles(x86)", "C:\\x"),), (), ()))

    assert "${env:ProgramFiles(x86)} = 'C:\\x'" in text


@pytest.mark.parametrize("name", ["", "1A", "A B", "A}", "A`", "A:B", "A*", "A;exit", "Ä"])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(CtxError, match="name of a variable"):
        LANGUAGE.script(Transition((), ((name, "x"),), (), ()))


def test_failure_takes_any_message() -> None:
    assert LANGUAGE.failure("it's \udce9\0 é\n") == "throw ('it''s ? '+[char]0x00E9+[char]0x000A)\n"


def test_a_long_value_is_a_list_of_numbers() -> None:
    assert LANGUAGE.quote("é" * LONGEST_SUM) == "(-join[char[]](" + ",".join(["0x00E9"] * LONGEST_SUM) + "))"


# --- the engine -------------------------------------------------------------------------------------------------------

SHORT = "|'|\u2018|a\u2019b|\u201a|\u201b|\r|\n|\r\n|\t|😀|x\n\n|=ls|-n|!!|p$$w|`|\u200b|\ufeff".split("|")
LONG = ["\U0001f680'" * 4_000, "x'" * 32_000, "\n" * 65_000, "é😀" * 10_000, "'" * 65_535, "é" * LONGEST_SUM]


@settings(max_examples=110, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=30, max_size=40))
@example(SHORT)
@example(LONG)
def test_script_sets_what_a_child_then_sees(session: Engine, values: list[str]) -> None:
    wanted = {f"T_{number}": value for number, value in enumerate(values)}
    session.clear()

    threw, output = session.run(LANGUAGE.script(Transition(("T_9999",), tuple(wanted.items()), (), tuple(wanted))))

    assert (threw, output) == (None, "")
    # An empty value is left to its own test: an engine before 7.5 cannot hold it.
    assert {k: v for k, v in session.environment().items() if v} == encoded({k: v for k, v in wanted.items() if v})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT, st.lists(TEXT, min_size=30, max_size=40))
def test_call_hands_over_every_argument(session: Engine, summary: str, values: list[str]) -> None:
    session.clear()
    # The stand-in for the runtime exports what it is given; the leading x keeps an empty value visible.
    session.run(
        "function __ctx_apply { $env:T_head = 'x' + $args[0] + $args[1]; $t = $args[2]; "
        "for ($i = 0; $i -lt $t.Count; $i += 3) { [Environment]::SetEnvironmentVariable($t[$i + 1], 'x' + $t[$i + 2]) } }"
    )
    ops = tuple(Op(SET, f"T_{number}", value) for number, value in enumerate(values))

    threw, output = session.run(LANGUAGE.call(Plan("work", ops, summary, plain=True)))

    assert (threw, output) == (None, "")
    assert session.environment() == encoded(
        {"T_head": "xwork" + summary} | {op.name: "x" + op.value for op in ops},
    )


def test_an_empty_value_is_kept_or_said(engine: Engine) -> None:
    threw, _ = engine.run(LANGUAGE.script(Transition((), (("T_A", ""),), (), ())))
    _, version = engine.run("[string] ($PSVersionTable.PSVersion.Major * 100 + $PSVersionTable.PSVersion.Minor)")

    assert threw is None
    assert engine.environment() == ({"T_A": b""} if int(version) >= 705 else {})


def test_unset_takes_away_and_a_missing_name_is_no_error(engine: Engine) -> None:
    engine.run("$env:T_A = 'x'")

    threw, _ = engine.run(LANGUAGE.script(Transition(("T_A", "T_B"), (), (), ())))

    assert threw is None
    assert engine.environment() == {}


@pytest.mark.parametrize("present, wanted", [("/usr", "/a b:/b':/usr:/z"), ("", "/a b:/b':/z"), (None, "/a b:/b':/z")])
def test_list_edits_leave_no_empty_entry(engine: Engine, present: str | None, wanted: str) -> None:
    if present is not None:
        engine.run(f"$env:T_LIST = '{present}'")

    engine.run(LANGUAGE.script(Transition((), (), (ListEdit("T_LIST", ("/a b", "/b'"), ("/z",)),), ())))

    assert engine.environment() == {"T_LIST": wanted.replace(":", os.pathsep).encode()}


def test_works_under_strict_mode_and_every_preference(engine: Engine) -> None:
    text = LANGUAGE.script(Transition(("T_B",), (("T_A", "x"),), (ListEdit("T_L", ("/a",), ()),), ()))

    threw, output = engine.run(
        "& { Set-StrictMode -Version Latest; $ErrorActionPreference = 'SilentlyContinue'; $OFS = '-'; "
        f"function throw {{}}; function env {{}}; {text.strip()} }}"
    )

    assert (threw, output) == (None, "")
    assert engine.environment() == {"T_A": b"x", "T_L": b"/a"}


TRANSITION = Transition(
    unset=("T_OLD",),
    assign=(("T_A", "it's \u2019 é\n"), ("T_B", "two"), ("T_C", "")),
    lists=(ListEdit("T_LIST", ("/x",), ("/z",)),),
    undo=("T_A", "T_B", "T_C"),
)


def test_a_failure_on_the_way_unsets_what_was_set_and_throws(engine: Engine) -> None:
    text = LANGUAGE.script(TRANSITION).replace("$env:T_B = 'two'", "[IO.File]::Delete('')")

    threw, _ = engine.run(text)

    assert threw
    assert engine.environment() == {}


@pytest.mark.parametrize(
    "text",
    [
        LANGUAGE.script(TRANSITION),
        LANGUAGE.call(Plan("work", tuple(Op(SET, f"T_{n}", "it's \u2019") for n in range(4)), "é", plain=True)),
        LANGUAGE.compiled(PLAN, "1-1", "/home/u"),
        LANGUAGE.failure("é 'x'"),
    ],
    ids=["script", "call", "compiled", "failure"],
)
def test_text_cut_off_anywhere_is_no_program(engine: Engine, text: str) -> None:
    line = text.strip()
    # Every cut is parsed; those around a change of character class, and the last ones, are evaluated too.
    edges = {
        cut
        for cut in range(1, len(line))
        if cut > len(line) - 8 or (line[cut - 1].isalnum(), line[cut]) in ((False, "'"), (True, " "))
    }
    engine.run(f"$global:cut = {LANGUAGE.quote(line)}")

    _, sound = engine.run(
        "$bad = $null; foreach ($n in 1..($cut.Length - 1)) { "
        "[void] [Management.Automation.Language.Parser]::ParseInput($cut.Substring(0, $n), [ref] $null, [ref] $bad); "
        "if (-not $bad) { $n } }"
    )
    threw = {cut: engine.run(line[:cut])[0] for cut in sorted(edges)}

    if line.startswith("&"):
        assert sound == ""
        assert all(threw.values())
    else:
        assert all(message is not None for cut, message in threw.items() if cut >= len("throw"))
    assert engine.environment() == {}


def test_failure_throws_and_the_session_goes_on(engine: Engine) -> None:
    threw, _ = engine.run(LANGUAGE.failure("ctx: it's \u2019 no"))

    assert threw == "ctx: it's \u2019 no"
    assert engine.run("1 + 1") == (None, "2\n")
