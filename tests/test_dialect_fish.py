"""The fish dialect: its text as data, and what the real fish makes of it.

Values travel in batches, for starting fish costs more than evaluating a hundred of them. A child process of fish says
what arrived, byte for byte.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ctx.dialects.fish import READ_ONLY, Fish
from ctx.errors import CtxError
from ctx.model import ASSIGN, PREPEND, PRESENT, SET, STYLE, UNSET, WATCH, ListEdit, Op, Plan, Transition
from ctx.names_special import SPECIAL
from tests.support.shells import clean_command, require_shell

LANGUAGE = Fish()

DUMP_ENVIRONMENT = "import os,sys;sys.stdout.buffer.write(b'\\0'.join(k+b'='+v for k,v in os.environb.items()))"
DUMP_ARGUMENTS = "import os,sys;sys.stdout.buffer.write(b'\\0'.join(map(os.fsencode,sys.argv[1:])))"

LOCALES = ("C.UTF-8", "C")


def dump(program: str) -> str:
    """A fish command that runs a Python program."""
    return f"command {LANGUAGE.quote(sys.executable)} -I -S -c {LANGUAGE.quote(program)}"


def run(
    script: str,
    *,
    text: str = "",
    locale: str = "C.UTF-8",
    variables: dict[str, str] | None = None,
    command: list[str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a fish script that has `text` on its standard input."""
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LC_ALL": locale, **(variables or {})}
    return subprocess.run(
        [*(command or clean_command("fish")), "-c", script],
        input=text.encode("utf-8", "surrogateescape"),
        capture_output=True,
        env=environ,
        timeout=60,
        check=False,
    )


def environment(result: subprocess.CompletedProcess[bytes]) -> dict[str, bytes]:
    """What `dump(DUMP_ENVIRONMENT)` printed."""
    pairs = [entry.partition(b"=") for entry in result.stdout.split(b"\0") if entry]
    return {os.fsdecode(name): value for name, _, value in pairs}


def raw(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


# Single characters that something on the way treats specially: fish's own markers, what ends a string or a line, bytes
# that are no UTF-8, the four characters of a POSIX escape.
HOSTILE = (
    "'\"\\`$()[]{}<>|&;!?*~#%^=, -\n\r\t\b\x1b\x01\x7f\x85\xa0\u2028\u200b\ufeff\ufffd\uffff😀\U0010ffff中é"
    "\uf600\uf6ff\uf700\uf73f\uf740\uf8ff\ufdd0\ufddf\ufdef\ufdf0\udc80\udcc3\udca9\udcef\udcb7\udc90\udcff"
)
CHARACTERS = st.one_of(st.sampled_from(HOSTILE), st.characters(codec="utf-8", exclude_characters="\0"))
TEXT = st.text(CHARACTERS, max_size=30)
BYTES = st.binary(max_size=20).map(lambda data: os.fsdecode(data.replace(b"\0", b"")))
# An environment is bytes: pieces that decode separately may be one character together.
VALUES = st.one_of(TEXT, BYTES).map(lambda value: os.fsdecode(raw(value)))

# --- text -------------------------------------------------------------------------------------------------------------

GOLDEN = {
    "": "''",
    "plain text": "'plain text'",
    "it's": "'it\\'s'",
    "x\\": "'x\\\\'",
    "\\'": "'\\\\\\''",
    "$HOME (pwd) {a,b} *": "'$HOME (pwd) {a,b} *'",
    "é中😀": "'é中😀'",
    "line\nnext\n": "'line'\\n'next'\\n''",
    "\r\n": "''\\x0d''\\n''",
    "\x01\x7f\x1b[31m": "''\\x01''\\x7f''\\x1b'[31m'",
    "a\x85": "'a'\\Xc2''\\X85''",
    "\udcff": "''\\Xff''",
    "\ufdd0": "''\\Xef''\\Xb7''\\X90''",
    "\uf6ff'": "''\\Xef''\\X9b''\\Xbf'\\''",
}


@pytest.mark.parametrize("value, text", GOLDEN.items(), ids=ascii)
def test_quoted_text(value: str, text: str) -> None:
    assert LANGUAGE.quote(value) == text


@given(VALUES)
def test_quoted_text_is_one_printable_line(value: str) -> None:
    text = LANGUAGE.quote(value)

    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text)
    assert len(text.split("\n")) == 1
    text.encode()


@pytest.mark.parametrize("value", ["\0", "a\0b"])
def test_nul_is_refused(value: str) -> None:
    with pytest.raises(CtxError, match="NUL"):
        LANGUAGE.quote(value)


PLAN = Plan(
    "work",
    (
        Op(UNSET, "HTTP_PROXY"),
        Op(UNSET, "ANTHROPIC_API_KEY", WATCH),
        Op(UNSET, "VERTEX_REGION_CLAUDE_*"),
        Op(UNSET, "T_*"),
        Op(SET, "AWS_REGION", "us-west-2"),
        Op(ASSIGN, "PATH", "/bin"),
        Op(PREPEND, "MANPATH", "/home/o'neil/man"),
    ),
    "Bedrock · Acme pays",
    plain=True,
    head=(Op(STYLE, "yellow"), Op(PRESENT, "/one"), Op(PRESENT, "/two")),
)


def test_a_call() -> None:
    assert LANGUAGE.call(PLAN) == (
        "begin\n"
        "set -g __ctx_head_style 'yellow' ''\n"
        "set -g __ctx_head_present '/one' '/two'\n"
        "set -g __ctx_plan_clears 'HTTP_PROXY'\n"
        "set -g __ctx_plan_gone 'ANTHROPIC_API_KEY'\n"
        "set -g __ctx_plan_edits 'prepend' 'MANPATH' '/home/o\\'neil/man'\n"
        "set -g __ctx_plan_names 'AWS_REGION' 'PATH'\n"
        "set -g __ctx_plan_values 'us-west-2' '/bin'\n"
        "set -g __ctx_plan_patterns 'VERTEX_REGION_CLAUDE_.*|T_.*'\n"
        "set -g __ctx_plan_counts '5' '2'\n"
        "__ctx_apply 'work' 'Bedrock · Acme pays'\n"
        "end\n"
    )


def test_a_compiled_plan() -> None:
    assert LANGUAGE.compiled(Plan("work", (), "", plain=True), "1.2", "/home/o'neil") == (
        "begin\n"
        "__ctx_guard '1.2' '/home/o\\'neil'\n"
        "and set -g __ctx_plan_counts '1' '0'\n"
        "and __ctx_apply 'work' ''\n"
        "end\n"
    )


TRANSITION = Transition(
    unset=("A", "B"),
    assign=(("B", "it's"), ("CTX_PROFILE", "work")),
    lists=(ListEdit("PATH", ("/one", "/two"), ("/last",)),),
    undo=("B", "CTX_PROFILE"),
)


def test_a_script() -> None:
    assert LANGUAGE.script(TRANSITION) == (
        "begin\n"
        "not set --names --universal --export | string replace --filter --regex '^(?:A)$'"
        " 'ctx: $0 is a universal variable: nothing was changed' >&2\n"
        "and begin\n"
        "    begin; set --erase --global A B; builtin true; end\n"
        "    and set --global --export B 'it\\'s'\n"
        "    and set --global --export CTX_PROFILE 'work'\n"
        "    and set --global --export PATH \"$(string join --no-empty : -- '/one:/two' \"$PATH\" '/last'; or true)\"\n"
        "    or begin\n"
        "        set --erase --global B CTX_PROFILE\n"
        "        builtin false\n"
        "    end\n"
        "end\n"
        "end\n"
    )


@pytest.mark.parametrize("name", ["PWD", "SHLVL", "status", "argv"])
def test_what_fish_keeps_for_itself_is_refused(name: str) -> None:
    with pytest.raises(CtxError, match=name):
        LANGUAGE.script(Transition((), ((name, "x"),), (), ()))


def test_read_only_names_are_protected_in_profiles_too() -> None:
    known = SPECIAL["fish"] | {"PWD", "SHLVL", "_"}

    assert {name for name in READ_ONLY if not name.startswith("fish_")} <= known


# --- values in the real fish ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(values=st.lists(VALUES, min_size=20, max_size=60))
@example(values=list(GOLDEN))
@example(values=[chr(code) for code in range(1, 256)])
@example(values=[os.fsdecode(bytes([byte])) for byte in range(1, 256)])
@example(
    values=[
        "x" * 65536,
        "\\" * 4096,
        "'" * 4096,
        "\ufdd0" * 1000,
        "-n",
        "-gx",
        "--",
        "=ls",
        "!!",
        "p$$w",
        "a\n\n",
        " b ",
    ]
)
def test_values_arrive_byte_for_byte(values: list[str], locale: str) -> None:
    expected = {f"T_{index}": raw(value) for index, value in enumerate(values)}
    assign = tuple((f"T_{index}", value) for index, value in enumerate(values))

    result = run(
        f"source; and {dump(DUMP_ENVIRONMENT)}", text=LANGUAGE.script(Transition((), assign, (), ())), locale=locale
    )

    assert result.stderr == b""
    found = environment(result)
    assert {name: value for name, value in found.items() if name.startswith("T_")} == expected


@pytest.mark.parametrize("locale", LOCALES)
@settings(max_examples=15, deadline=None)
@given(values=st.lists(VALUES, min_size=1, max_size=20), summary=TEXT)
def test_a_call_hands_its_words_over(values: list[str], summary: str, locale: str) -> None:
    sets = [Op(SET, f"T_{index}", value) for index, value in enumerate(values)]
    ops = (Op(UNSET, "GONE"), Op(UNSET, "GONE_*"), *sets, Op(PREPEND, "LIST", values[0]))
    read = " ".join(f"$__ctx_plan_{name}" for name in ("clears", "patterns", "names", "values", "edits", "counts"))
    runtime = f"function __ctx_apply; {dump(DUMP_ARGUMENTS)} {read} $argv; end; source"

    result = run(runtime, text=LANGUAGE.call(Plan("work", ops, summary, plain=True)), locale=locale)

    assert result.stderr == b""
    names = [op.name.encode() for op in sets]
    edits = (b"prepend", b"LIST", raw(values[0]))
    counts = (str(2 + len(sets)).encode(), str(len(sets)).encode())
    told = [b"GONE", b"GONE_.*", *names, *map(raw, values), *edits, *counts, b"work", raw(summary)]
    assert result.stdout.split(b"\0") == told


@pytest.mark.parametrize("ok", [True, False])
def test_a_compiled_plan_asks_its_guard_first(ok: bool) -> None:
    runtime = f"function __ctx_guard; echo guard $argv; builtin {str(ok).lower()}; end; function __ctx_apply; echo apply $argv; end; source"

    result = run(runtime, text=LANGUAGE.compiled(Plan("work", (), "", plain=True), "1", "/home"))

    assert result.stdout == b"guard 1 /home\n" + (b"apply work \n" if ok else b"")
    assert result.returncode == (0 if ok else 1)


# --- scripts ----------------------------------------------------------------------------------------------------------


def test_a_script_works_after_a_failed_command() -> None:
    result = run(
        f"builtin false; source; and {dump(DUMP_ENVIRONMENT)}",
        text=LANGUAGE.script(Transition((), (("T_A", "1"),), (), ())),
    )

    assert environment(result)["T_A"] == b"1"


def test_a_script_replaces_whatever_the_name_was() -> None:
    before = "set -g T_A one two; set -gx --path T_B /x /y; set -g T_C old; set -gx T_D inherited; "
    script = LANGUAGE.script(Transition(("T_A", "T_C", "T_D"), (("T_A", "a b"), ("T_B", "1:2")), (), ()))

    found = environment(run(f"{before} source; and {dump(DUMP_ENVIRONMENT)}", text=script))

    assert (found["T_A"], found["T_B"]) == (b"a b", b"1:2")
    assert "T_C" not in found
    assert "T_D" not in found


def test_a_script_reaches_the_shell_from_inside_a_function() -> None:
    script = LANGUAGE.script(Transition((), (("T_A", "new"),), (), ()))

    result = run(f"function f; set -l T_A hidden; source; end; f; and {dump(DUMP_ENVIRONMENT)}", text=script)

    assert environment(result)["T_A"] == b"new"


@pytest.mark.parametrize(
    "before, after",
    [
        ("set -gx PATH /usr/bin /bin", b"/one:/two:/usr/bin:/bin:/last"),
        ("set -gx T_PATH", b"/one:/two:/last"),
        ("set -gx T_PATH ''", b"/one:/two:/last"),
        ("set -gx T_PATH a '' b", b"/one:/two:a::b:/last"),
        ("set -gx T_DIRS a:b", b"/one:/two:a:b:/last"),
        ("set -g T_DIRS a", b"/one:/two:a:/last"),
        ("set -e T_DIRS", b"/one:/two:/last"),
    ],
)
def test_list_edits(before: str, after: bytes) -> None:
    name = next(word for word in before.split() if word.isupper() or word.startswith("T_"))
    script = LANGUAGE.script(Transition((), (), (ListEdit(name, ("/one", "/two"), ("/last",)),), ()))

    result = run(f"{before}; source; and {dump(DUMP_ENVIRONMENT)}", text=script)

    assert environment(result)[name] == after


def test_a_failing_statement_stops_a_script_and_takes_back_what_it_set() -> None:
    script = LANGUAGE.script(Transition((), (("T_A", "1"), ("T_B", "2"), ("T_C", "3")), (), ("T_A", "T_B", "T_C")))
    broken = script.replace("--export T_B", "--export PWD")
    assert broken != script

    result = run(f"source; echo $status; {dump(DUMP_ENVIRONMENT)}", text=broken)

    status, _, rest = result.stdout.partition(b"\n")
    assert status == b"1"
    assert b"T_" not in rest


@pytest.mark.parametrize("functions", ["true", "false", "echo", "count", "contains", "source"])
def test_functions_of_the_user_do_not_matter(functions: str) -> None:
    script = f"function {functions}; builtin echo HIJACKED; builtin {'true' if functions == 'false' else 'false'}; end; builtin source"

    result = run(f"{script}; and {dump(DUMP_ENVIRONMENT)}", text=LANGUAGE.script(TRANSITION))

    assert environment(result)["B"] == b"it's"
    assert b"HIJACKED" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "text",
    [LANGUAGE.script(TRANSITION), LANGUAGE.call(PLAN), LANGUAGE.compiled(PLAN, "1", "/home/someone")],
    ids=["script", "call", "compiled"],
)
def test_text_that_was_cut_off_does_nothing(tmp_path: Path, text: str) -> None:
    whole = text.rstrip("\n")
    files = [str(tmp_path / f"{end:05d}") for end in range(1, len(whole) + 1)]
    for end, file in enumerate(files, 1):
        Path(file).write_text(whole[:end], encoding="utf-8")
    script = (
        "function __ctx_guard; builtin true; end; function __ctx_apply; set -g B applied; builtin true; end; "
        "for file in $argv; source $file 2>/dev/null; and echo success $file; set -q B; and echo set $file; end"
    )

    result = subprocess.run(
        [*clean_command("fish"), "-c", script, *files],
        capture_output=True,
        timeout=60,
        check=False,
        env={"PATH": "/bin"},
    )

    assert result.stdout.decode() == f"success {files[-1]}\nset {files[-1]}\n"


@pytest.mark.parametrize("evaluate", ["source", "eval (cat | string collect)", "eval (cat)"])
def test_the_failing_statement_fails_however_it_is_evaluated(evaluate: str) -> None:
    result = run(f"{evaluate}; and echo went on; echo $status", text=LANGUAGE.failure("no such profile"))

    assert result.stdout == b"1\n"


# --- universal variables ----------------------------------------------------------------------------------------------


@pytest.fixture
def with_universal(tmp_path: Path) -> Callable[[str, str], subprocess.CompletedProcess[bytes]]:
    """Run a fish that has universal variables, in a home of its own."""
    fish = require_shell("fish")

    def run_there(script: str, text: str) -> subprocess.CompletedProcess[bytes]:
        variables = {
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
        }
        return run(script, text=text, variables=variables, command=[fish])

    return run_there


def test_a_universal_variable_is_outdone_by_a_value(
    with_universal: Callable[[str, str], subprocess.CompletedProcess[bytes]],
) -> None:
    script = LANGUAGE.script(Transition(("T_A",), (("T_A", "new"),), (), ()))

    result = with_universal(f"set -Ux T_A old; set -gx T_A shadow; source; and {dump(DUMP_ENVIRONMENT)}", script)

    assert environment(result)["T_A"] == b"new"


def test_a_universal_variable_that_cannot_be_taken_away_is_a_failure(
    with_universal: Callable[[str, str], subprocess.CompletedProcess[bytes]],
) -> None:
    script = LANGUAGE.script(Transition(("T_A", "T_B"), (("T_C", "new"),), (), ("T_C",)))

    result = with_universal(
        "set -Ux T_A sk-old; set -gx T_B kept; set -gx T_C kept; source; echo $status $T_A $T_B $T_C", script
    )

    assert result.stdout == b"1 sk-old kept kept\n"
    assert result.stderr == b"ctx: T_A is a universal variable: nothing was changed\n"
