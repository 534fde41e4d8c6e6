"""The hook in PowerShell: the contract of all shells, and what only PowerShell has."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shells.contract import BEFORE, UNSET, HookContract, RuntimeContract
from tests.shells.contract.language import PROFILES as PROFILES_OF_THE_CONTRACT
from tests.support.home import Home, Result
from tests.support.hostile import VALUES
from tests.support.pty import PROMPT, Terminal
from tests.support.shells import require_shell


class TestPwsh(RuntimeContract, HookContract):
    """PowerShell as it is installed. Every environment variable is exported there, none is an array or readonly."""

    shell = "pwsh"
    strict = "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'; $PSNativeCommandUseErrorActionPreference = $true"
    status = '"$LASTEXITCODE"'
    hooks = '"$function:prompt"'
    hook_variables = frozenset({"LASTEXITCODE"})
    idle = ("$null = prompt",)
    interactive = ("-Interactive",)
    names = "(Get-Variable).Name; (Get-ChildItem Function:).Name"
    lonely = "Remove-Item Function:__ctx_*; Remove-Variable __ctx_* -Scope Global"
    keep = (
        "Get-Item /nowhere -ErrorAction SilentlyContinue; $OFS = '+'; $ErrorActionPreference = 'SilentlyContinue'; "
        "$VerbosePreference = 'Ignore'; $PSNativeCommandArgumentPassing = 'Windows'; trap { 'mine' }; Set-Alias mine echo"
    )
    kept = (
        '"$ErrorActionPreference|$OFS|$VerbosePreference|$PSNativeCommandArgumentPassing|$($Error.Count) $Error|'
        '$PSNativeCommandUseErrorActionPreference|$((Get-Alias).Count)|$PWD|$([Environment]::CurrentDirectory)"'
    )
    trace = "Set-PSDebug -Trace 2"
    hostile = "\n".join(
        f"function {name} {{ 'HIJACKED {name}' }}"
        for name in "Write-Error Get-Item Write-Output Out-Null New-Object Set-Item Test-Path Where-Object % ?".split()
    )
    settings = (
        strict,
        "Set-StrictMode -Version 1.0",
        "$ErrorActionPreference = 'Ignore'",
        "$VerbosePreference = 'Continue'; $DebugPreference = 'Continue'; $InformationPreference = 'Continue'",
        "$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop'; '*:Verbose' = $true }",
        "$OFS = '-'",
        "$PSNativeCommandArgumentPassing = 'Legacy'",
        "$OutputEncoding = [Text.Encoding]::Unicode; [Console]::OutputEncoding = [Text.Encoding]::ASCII",
        "Set-Location Env:",
        "Set-PSDebug -Strict",
    )
    arrays = False
    unexported = False
    failing = "sh -c 'exit 3'"
    failure = "throw 'ctx: nothing was changed'"

    def call(self, *words: str) -> str:
        return "& " + super().call(*words)

    def source(self, path: Path) -> str:
        return f". {self.quote(str(path))}"

    def change_directory(self, path: Path) -> str:
        return f"Microsoft.PowerShell.Management\\Set-Location -LiteralPath {self.quote(str(path))}"

    def export(self, name: str, value: str) -> str:
        return f"$env:{name} = {self.quote(value)}"

    def unset(self, name: str) -> str:
        return f"$env:{name} = $null"

    def expand(self, name: str) -> str:
        return f"$(if ($null -eq $env:{name}) {{ '{UNSET}' }} else {{ $env:{name} }})"

    def surround(self, name: str, before: str, after: str) -> str:
        return f"$env:{name} = {self.quote(before)} + $env:{name} + {self.quote(after)}"

    def evaluate(self, command: str) -> str:
        return f"{command} | Out-String | Invoke-Expression"

    def pipe(self, command: str) -> str:
        return f"{command} | ForEach-Object {{ $_ }}"

    def both(self, first: str, second: str) -> str:
        return f"try {{ {first}; {second} }} catch {{ }}"

    def otherwise(self, first: str, second: str) -> str:
        return f"{first} || {second}"

    def prompt(self, text: str) -> str:
        return f"function prompt {{ {self.quote(text)} }}"

    def start(self, rc: Path) -> tuple[list[str], dict[str, str]]:
        command = [require_shell("pwsh"), "-NoLogo", "-NoProfile", "-NoExit", "-Command", f". {self.quote(str(rc))}"]
        return command, {}

    def user_rc(self, home: Home) -> Path:
        return home.path / ".config" / "powershell" / "profile.ps1"

    # No variable of the environment can be unexported, readonly or an array, and a script block is no subshell.
    test_what_was_not_exported_comes_back_unexported = None  # type: ignore[assignment]
    test_a_list_that_was_not_exported = None  # type: ignore[assignment]
    test_an_array_stops_everything = None  # type: ignore[assignment]
    test_a_subshell_is_switched_alone = None  # type: ignore[assignment]
    test_what_became_readonly_stops_a_switch_and_outlives_off = None  # type: ignore[assignment]

    @pytest.mark.parametrize("name", ["OLD", "GONE", "LISTED", "CTX_PROFILE"])
    def test_a_readonly_variable_stops_everything(self, compiled: Home, name: str) -> None:
        """What comes nearest: the system refuses a change half way."""
        refuse = (
            "$write = ${function:__ctx_write}; function global:__ctx_write { param($Values) "
            "foreach ($key in $Values.get_Keys()) { [Environment]::SetEnvironmentVariable($key, 'half'); "
            f"if ($key -ceq '{name}') {{ ${{function:global:__ctx_write}} = $write; throw 'refused' }} }} }}"
        )
        lines = ("ctx use other", refuse, "ctx use lean", self.probe(compiled, "after", self.status))
        result = self.run(compiled, "ctx use work", *lines, "ctx use -", self.probe(compiled, "in"))
        assert result.words("after") == ["1"]
        assert "ctx: refused: nothing was changed\n" in result.stderr
        path = f"/other/bin:{compiled.environ()['PATH']}"
        expected = {**compiled.environ(), **BEFORE, "OLD": "of other", "ONLY_OTHER": "1", "PATH": path}
        assert result.env("after") == expected
        self.assert_work(compiled, result, "in")

    @pytest.mark.parametrize("shift", [100, -100, 2_000_000_000, -2_000_000_000])
    def test_a_plan_from_another_moment_is_not_used(self, compiled: Home, shift: int) -> None:
        """.NET counts time in units of 100 ns."""
        super().test_a_plan_from_another_moment_is_not_used(compiled, shift)

    def test_the_prompt_says_nothing_and_keeps_the_status(self, compiled: Home) -> None:
        lines = (self.prompt("#"), self.source(compiled.hook("pwsh")), "ctx use work", self.failing)
        last = self.probe(compiled, "after", self.status)
        environ = compiled.environ(CTX_QUIET="1")
        result = self.run(compiled, *lines, last, options=self.interactive, stdin=True, environ=environ)
        assert result.stdout.endswith("> #####")
        assert result.stderr == ""
        assert result.words("after") == ["3"]

    @pytest.mark.parametrize(
        ("start", "command", "step"),
        [
            ("ctx off", "ctx use lean", 1),
            ("ctx use lean", "ctx off", 1),
            ("ctx use lean", "ctx use other", 1),
            ("cd -LiteralPath $env:AWAY; ctx use lean; $null = prompt", "cd -LiteralPath $env:BOUND", 7),
            ("cd -LiteralPath $env:AWAY; cd -LiteralPath $env:BOUND", "cd -LiteralPath $env:AWAY; $null = prompt", 7),
        ],
        ids=["use", "off", "switch", "enter", "leave"],
    )
    def test_interrupted_at_every_statement(self, compiled: Home, start: str, command: str, step: int) -> None:
        """The next prompt gives the environment from before, or the one after, or the user's own: never a mixture."""
        bound = compiled.base / "bound"
        bound.mkdir()
        compiled.bindings(PROFILES_OF_THE_CONTRACT, {bound: "other"})
        compiled.compile("pwsh", "other", "lean")
        driver = INTERRUPTER.replace("@START@", self.quote(start)).replace("@COMMAND@", self.quote(command))
        driver = driver.replace("@HOOK@", self.quote(str(compiled.hook("pwsh")))).replace("@STEP@", str(step))
        environ = compiled.environ(CTX_QUIET="1", AWAY=str(compiled.base), BOUND=str(bound))
        result = self.run(compiled, driver, load=False, environ=environ)
        assert result.stdout.startswith("statements "), result.stdout + result.stderr
        assert 40 < int(result.stdout.split()[1]) < 2000


# Runs a command in an engine of its own and stops that, as Ctrl-C does, before the first statement of the hook, then
# before the second, and so on. Every third time the prompt that follows is stopped too, somewhere in its recovery.
INTERRUPTER = """
function dump {
    $memory = '__CTX_PREVIOUS', '__CTX_MANUAL', '__CTX_BINDING', 'PWD'
    ([Environment]::GetEnvironmentVariables().GetEnumerator() | Where-Object Key -notin $memory |
        ForEach-Object { $_.Key + '=' + $_.Value } | Sort-Object) -join [char] 1
}
function stopped($left, $text) {
    $ps.Commands.Clear()
    $ps.Runspace.SessionStateProxy.SetVariable('left', $left)
    try { [void] $ps.AddScript($text).Invoke() } catch [Management.Automation.PipelineStoppedException] { }
    return $ps.InvocationStateInfo.State -eq 'Stopped'
}
function instrumented($path) {
    $tree = [Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $null)
    $places = foreach ($function in $tree.FindAll({ $args[0] -is [Management.Automation.Language.FunctionDefinitionAst] }, $true)) {
        foreach ($block in $function.FindAll({ $args[0].PSObject.Properties['Statements'] }, $true)) {
            foreach ($statement in $block.Statements) { $statement.Extent.StartOffset }
        }
    }
    $text = [Text.StringBuilder]::new($tree.Extent.Text)
    foreach ($place in $places | Sort-Object -Descending -Unique) { [void] $text.Insert($place, 'test_step; ') }
    return $text.ToString()
}
$ps = [powershell]::Create()
$ps.Runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
$ps.Runspace.Open()
$ps.Runspace.SessionStateProxy.SetVariable('engine', $ps)
[void] (stopped 0 {
    # What stands in a `finally` goes on to its end first.
    function global:test_step {
        if (--$global:left -ne 0) { return }
        [void] $engine.BeginStop($null, $null)
        $waiting = [Diagnostics.Stopwatch]::StartNew()
        while ($waiting.ElapsedMilliseconds -lt 50) { }
    }
})
[void] (stopped 0 (instrumented @HOOK@))
[void] (stopped 0 '$global:__ctx_state.Interactive = $true; $null = prompt; ctx use other; ctx off')
$own = dump
[void] (stopped 0 @START@)
$before = dump
[void] (stopped 0 @COMMAND@)
$after = dump
for ($at = 1; $at -lt 2000; $at += @STEP@) {
    [void] (stopped 0 @START@)
    if (-not (stopped $at @COMMAND@)) { break }
    if ($at % 3 -eq 0) { [void] (stopped ($at % 23 + 1) '$null = prompt') }
    [void] (stopped 0 '$null = prompt')
    if ($own, $before, $after -cnotcontains (dump)) { "a mixture after $at" }
    [void] (stopped 0 'ctx off')
    if ((dump) -cne $own) { "not off after $at" }
}
if ((dump) -cne $after) { 'another end' }
"statements $at"
"""

PROFILES = """
[profiles.work]
unset = ["GONE"]
env = { WHO = "work" }
path = { PATH = { prepend = ["/w/bin"], append = ["/w/end"] } }
[profiles.max]
env = { WHO = "max" }
[profiles.007]
env = { WHO = "bond" }
"""


def quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    require_shell("pwsh")
    home = Home(tmp_path)
    home.profiles(PROFILES)
    return home


class Session:
    """Scripts with the hook loaded under the strictest settings, and with `probe LABEL WORDS…`."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def source(self) -> str:
        program = f"& {quoted(sys.executable)} -I -S {quoted(self.home.probe_script)} {quoted(self.home.report)}"
        return (
            "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n"
            f"function probe {{ {program} @args }}\n. {quoted(self.home.hook('pwsh'))}\n"
        )

    def run(self, script: str, **extra: str) -> Result:
        return self.home.run("pwsh", self.source() + script + "\n", environ=self.home.environ(**extra))


@pytest.fixture
def session(home: Home) -> Session:
    return Session(home)


@pytest.fixture
def terminal(home: Home) -> Iterator[Terminal]:
    """An interactive shell with the hook and a prompt that shows `$?`, `$LASTEXITCODE` and the number of errors."""
    rc = home.base / "rc.ps1"
    rc.write_text(
        '$global:LASTEXITCODE = 0\nfunction prompt { "[$? $global:LASTEXITCODE $($Error.Count)]' + PROMPT + '" }\n'
        f". {quoted(home.hook('pwsh'))}\n"
    )
    command = [require_shell("pwsh"), "-NoLogo", "-NoProfile", "-NoExit", "-Command", f". {quoted(rc)}"]
    with Terminal(command, home.environ(NO_COLOR="1"), str(home.path)) as terminal:
        terminal.expect()
        yield terminal


# --- failing ----------------------------------------------------------------------------------------------------------


def test_a_failed_use_stops_the_chain_throws_nothing_and_leaves_no_error(session: Session) -> None:
    result = session.run('ctx use typo && probe chained\n"$? $LASTEXITCODE $($Error.Count)"; probe after')

    assert "chained" not in result.probes
    assert result.stdout == "False 4 0\n"
    assert "there is no profile 'typo'" in result.stderr
    assert "WHO" not in result.env("after")


def test_a_successful_use_goes_on(session: Session) -> None:
    result = session.run('ctx use work && probe chained\n"$? $LASTEXITCODE $($Error.Count)"')

    assert result.env("chained")["WHO"] == "work"
    assert result.stdout == "True 0 0\n"


def test_a_failing_command_in_exec_stops_the_chain(session: Session) -> None:
    result = session.run("ctx exec work sh -c 'exit 3' && probe chained\n\"$? $LASTEXITCODE $($Error.Count)\"")

    assert (result.stdout, result.probes) == ("False 3 0\n", {})


@pytest.mark.parametrize("command", ["ctx use typo", "ctx list"])
def test_a_vanished_interpreter_is_one_line_and_a_usable_shell(home: Home, command: str) -> None:
    home.program = ("/nowhere/python", "-I")

    result = Session(home).run(f'{command}\n"$LASTEXITCODE $($Error.Count)"; probe after')

    assert result.stdout == "127 0\n"
    assert result.stderr.startswith("ctx: /nowhere/python is gone")
    assert "WHO" not in result.env("after")


def test_plan_text_that_is_cut_off_changes_nothing(home: Home) -> None:
    home.standin("print(\"& { __ctx_apply 'work' '' @('set','WHO','x'\", end='')")

    result = Session(home).run('ctx use work; "$? $LASTEXITCODE $($Error.Count)"; probe after')

    assert result.stdout == "False 1 0\n"
    assert "WHO" not in result.env("after")


@pytest.mark.parametrize("name", ["A-B", "1A", "A B", "A=B", "A\n", ""])
def test_a_name_that_is_none_changes_nothing(session: Session, name: str) -> None:
    result = session.run(
        "ctx use max\n"
        f"try {{ __ctx_apply 'work' '' @('set','OK','x','set',{quoted(name)},'y') }} catch {{ 'threw' }}\nprobe after"
    )

    assert result.stdout == "threw\n"
    assert result.env("after")["WHO"] == "max"
    assert "OK" not in result.env("after")


# --- pipelines --------------------------------------------------------------------------------------------------------


def test_in_a_pipeline_use_switches_nothing_and_gives_one_string(session: Session) -> None:
    result = session.run(
        '$x = @(ctx use work | Where-Object { $true }); "$($x.Count) $($x[0].GetType().Name)"; probe after'
    )

    assert result.stdout == "1 String\n"
    assert "WHO" not in result.env("after")


def test_evaluating_the_text_switches_and_takes_off(session: Session) -> None:
    result = session.run(
        "ctx use work | Out-String | Invoke-Expression; probe on\nctx off | Out-String | Invoke-Expression; probe off"
    )

    assert result.env("on")["WHO"] == "work"
    assert "WHO" not in result.env("off")


@pytest.mark.parametrize(
    "standin",
    [None, "", "import os; os.kill(os.getpid(), 9)", "print('$env:WHO = 1'); raise SystemExit(5)"],
    ids=["typo", "silent", "killed", "failed"],
)
def test_evaluating_the_text_of_a_failure_throws(home: Home, standin: str | None) -> None:
    if standin is not None:
        home.standin(standin)

    result = Session(home).run(
        "try { ctx use typo | Out-String | Invoke-Expression; probe not } catch { 'threw' }; probe after"
    )

    assert result.stdout == "threw\n"
    assert "not" not in result.probes
    assert "WHO" not in result.env("after")


def test_other_commands_take_part_in_pipelines(session: Session) -> None:
    result = session.run(
        "@(ctx list --json | Out-String | ConvertFrom-Json) -ne $null | Out-Null\n"
        "$x = 'in', 'put' | ctx exec work cat; $x -join '+'; $y = ctx --version; $y"
    )

    assert result.stdout.startswith("in+put\nctx ")


# --- words ------------------------------------------------------------------------------------------------------------

WORDS = """a,b -p:x=1 -p: y 0x10 1.50 007 1kb -v '' 'it''s "q"' $list --opt=a,b -x '--' "line`nbreak" $null -- after"""


def test_a_command_gets_its_words_as_it_would_without_ctx(session: Session) -> None:
    program = f"{quoted(sys.executable)} -I -S {quoted(session.home.probe_script)} {quoted(session.home.report)}"

    result = session.run(f"$list = 'p', 'q r'\n& {program} plain {WORDS}\nctx exec work {program} through {WORDS}")

    # PowerShell itself takes an unquoted -- from a function, and only there.
    plain = result.words("plain")
    del plain[-2]
    assert result.words("through") == plain


def test_no_words_at_all(session: Session) -> None:
    assert session.run("ctx").stderr.startswith("Usage: ctx")


def test_a_bare_dash_dash_may_stand_before_the_command(session: Session) -> None:
    result = session.run(
        "ctx exec work -- sh -c 'echo \"$WHO $1\"' sh -x\nctx exec work sh -c 'echo \"$WHO $1\"' sh -x"
    )

    assert result.stdout == "work -x\n" * 2


def test_a_name_of_digits_is_text(session: Session) -> None:
    assert session.run("ctx use 007; probe on").env("on")["WHO"] == "bond"


def test_words_reach_the_program_without_an_argument_list(home: Home) -> None:
    """What Windows PowerShell 5.1 does: one command line, quoted as the C runtime takes it apart."""
    seen = home.base / "seen"
    home.standin(f"import sys, json; json.dump(sys.argv, open({str(seen)!r}, 'w'))")
    words = [value for value in VALUES.values() if value.isprintable()]
    words += ["", "a b", 'a"b', "a\\", "a b\\", 'a\\"b', "a\\\\b c\\\\", '\\\\"', "tab\there", '"']

    Session(home).run(
        "__ctx_start; $global:__ctx_state.HasArgumentList = $false\nctx use "
        + " ".join(f"({quoted(w)})" for w in words)
    )

    assert json.loads(seen.read_text())[-len(words) :] == words


# --- values and names -------------------------------------------------------------------------------------------------


def test_a_value_that_was_not_utf8_is_not_written_back(session: Session) -> None:
    result = session.run("ctx use max; probe on; ctx off; probe off", WHO="caf\udce9")

    assert result.env("on")["WHO"] == "max"
    assert "WHO" not in result.env("off")
    assert "WHO was not UTF-8" in result.stderr


def test_names_that_tables_have_for_themselves(session: Session) -> None:
    names = ("Keys", "Values", "Count", "SyncRoot", "Item", "IsReadOnly")

    result = session.run(
        "__ctx_apply 'work' '' @("
        + ",".join(f"'set','{name}','new'" for name in names)
        + ")\nprobe on\nctx off\nprobe off",
        **dict.fromkeys(names, "old"),
    )

    assert {result.env("on")[name] for name in names} == {"new"}
    assert {result.env("off")[name] for name in names} == {"old"}


@pytest.mark.skipif(os.name == "nt", reason="one name there")
def test_names_that_differ_in_case_are_two(session: Session) -> None:
    result = session.run("ctx use max; probe on; ctx off; probe off", who="lower")

    assert (result.env("on")["WHO"], result.env("on")["who"]) == ("max", "lower")
    assert result.env("off")["who"] == "lower"


def test_where_case_does_not_count_the_present_spelling_stays(session: Session) -> None:
    result = session.run(
        "__ctx_start; $s = $global:__ctx_state; $s.Windows = $true; $s.Comparer = [StringComparer]::OrdinalIgnoreCase\n"
        "__ctx_apply 'work' '' @('prepend','MYPATH','/x','set','wHO','new'); probe on; __ctx_off; probe off",
        MyPath="/y",
        WHO="old",
    )

    assert (result.env("on")["MyPath"], result.env("on")["WHO"]) == ("/x:/y", "new")
    assert (result.env("off")["MyPath"], result.env("off")["WHO"]) == ("/y", "old")
    assert not {"MYPATH", "wHO"} & {*result.env("on"), *result.env("off")}


def test_zero_width_characters_make_a_value_another_one(session: Session) -> None:
    result = session.run('ctx use max; $env:WHO = "m$([char] 0x200B)ax"; ctx off; probe off', WHO="old")

    assert result.env("off")["WHO"] == "m\u200bax"


# --- what the user has --------------------------------------------------------------------------------------------------


def test_only_names_of_its_own(session: Session) -> None:
    result = session.home.run(
        "pwsh",
        "$f = (Get-ChildItem Function:).Name; $v = (Get-Variable).Name\n"
        f". {quoted(session.home.hook('pwsh'))}\nctx use work 2>$null; ctx off 2>$null; ctx list > $null\n"
        "(Get-ChildItem Function:).Name | Where-Object { $f -notcontains $_ -and $_ -notlike '__ctx_*' }\n"
        "(Get-Variable).Name | Where-Object { $v -notcontains $_ -and $_ -notlike '__ctx_*' }",
    )

    assert set(result.stdout.split()) <= {"ctx", "f", "v", "CTX_PROMPT", "LASTEXITCODE", "StackTrace"}


def test_users_aliases_and_functions_do_not_matter(session: Session) -> None:
    result = session.run(
        "function Write-Error { 'mine' }; function Get-Item { 'mine' }; function Out-String { 'mine' }\n"
        "Set-Alias -Name Write-Output -Value Get-Item; Set-Alias -Name Get-Command -Value Get-Item\n"
        "ctx use work; probe on; ctx use -; ctx off; probe off"
    )

    assert result.stdout == ""
    assert result.env("on")["WHO"] == "work"
    assert "WHO" not in result.env("off")


def test_tracing_shows_no_value(home: Home) -> None:
    home.standin("print(\"& { [Diagnostics.DebuggerHidden()]param() __ctx_apply 'work' '' @('set','KEY','hush') }\")")

    result = Session(home).run("Set-PSDebug -Trace 2\nctx use work\nctx off\nctx use work\nSet-PSDebug -Off\nprobe on")

    assert result.env("on")["KEY"] == "hush"
    assert "ctx use work" in result.stdout + result.stderr
    assert "hush" not in result.stdout + result.stderr


def test_the_function_alone_runs_the_program(session: Session) -> None:
    result = session.run("Remove-Item Function:__ctx_*; ctx --version; ctx exec work sh -c 'echo $WHO'")

    assert result.stdout.endswith("\nwork\n")
    assert result.stdout.startswith("ctx ")


# --- the prompt ---------------------------------------------------------------------------------------------------------


def test_the_prompt_keeps_what_it_found(terminal: Terminal) -> None:
    assert terminal.run("sh -c 'exit 7'").endswith("[False 7 0]")
    assert terminal.run('"$? $LASTEXITCODE"') == "False 7\n[True 7 0]"
    assert terminal.run("Get-Item /nowhere").endswith("[False 7 1]")
    assert terminal.run("ctx use work").endswith("ctx: work · 2 set, 0 cleared\n[True 0 1]")
    assert terminal.run("ctx use typo").endswith("[False 4 1]")
    assert terminal.run("ctx use -").endswith("[False 1 1]")


def test_loaded_twice_is_once_and_a_new_prompt_is_wrapped_again(terminal: Terminal, home: Home) -> None:
    load = f". {quoted(home.hook('pwsh'))}"

    terminal.run(load)
    assert terminal.run("$global:__ctx_state.Prompts.Count") == "1\n[True 0 0]"
    terminal.run('function prompt { "new @rea" + "dy@ " }')
    terminal.run(load)
    assert terminal.run("$global:__ctx_state.Prompts.Count") == "2\nnew "


def test_a_prompt_that_another_tool_wrapped_is_not_run_in_a_circle(terminal: Terminal, home: Home) -> None:
    terminal.run('$inner = $function:prompt; function prompt { "<" + (& $inner) }')
    terminal.run(f". {quoted(home.hook('pwsh'))}")

    assert terminal.run("'x'") == "x\n<[True 0 0]"


def test_the_users_prompt_sees_the_users_variables(home: Home) -> None:
    rc = home.base / "rc.ps1"
    rc.write_text(
        "$global:ok = 'a'; $global:s = 'b'; $global:errors = 'c'\n"
        f'function prompt {{ "($ok$s$errors){PROMPT}" }}\n. {quoted(home.hook("pwsh"))}\n'
    )
    command = [require_shell("pwsh"), "-NoLogo", "-NoProfile", "-NoExit", "-Command", f". {quoted(rc)}"]

    with Terminal(command, home.environ(NO_COLOR="1"), str(home.path)) as terminal:
        assert terminal.expect().endswith("(abc)")


def test_ctrl_c_in_a_command_gives_the_profile_back(terminal: Terminal) -> None:
    terminal.run("ctx use work")
    terminal.send("ctx exec max sh -c 'echo \"is $WHO\"; exec sleep 60'\n")
    terminal.expect("is max\n")
    terminal.interrupt()
    terminal.expect()

    assert terminal.run('"$env:WHO $env:CTX_PROFILE"').startswith("work work\n")


def test_ctrl_c_while_ctx_is_asked_changes_nothing(terminal: Terminal, home: Home) -> None:
    terminal.run("ctx use work")
    slow = home.base / "slow.py"
    slow.write_text("import sys, time\nprint('as' + 'king', file=sys.stderr, flush=True)\ntime.sleep(60)\n")
    terminal.run(f"$global:__ctx_state.Program = @({quoted(sys.executable)}, {quoted(slow)})")
    terminal.send("ctx use other\n")
    terminal.expect("asking\n")
    terminal.interrupt()
    terminal.expect()

    assert terminal.run('"$env:WHO $env:CTX_PROFILE"').startswith("work work\n")


def test_ctrl_c_while_applying_takes_everything_off(terminal: Terminal) -> None:
    terminal.run("$env:WHO = 'mine'; ctx use work")
    terminal.run("$write = ${function:__ctx_write}")
    terminal.run(
        "function __ctx_write { param($Values) $n = 0; foreach ($entry in $Values.GetEnumerator()) { "
        "[Environment]::SetEnvironmentVariable($entry.Key, $entry.Value); if (++$n -eq 2) { "
        "${function:global:__ctx_write} = $write; [Console]::Error.WriteLine('half' + 'way'); Start-Sleep 60 } } }"
    )
    terminal.send("ctx use max\n")
    terminal.expect("halfway\n")
    terminal.interrupt()
    terminal.expect()

    assert terminal.run("\"$env:WHO [$env:CTX_PROFILE] $($env:PATH -like '*/w/*')\"").startswith("mine [] False\n")
    assert "ctx: work" in terminal.run("ctx use -")


# --- directories ------------------------------------------------------------------------------------------------------


@pytest.fixture
def bound(home: Home) -> Path:
    """A directory that is bound to `work`."""
    folder = home.base / "bound"
    folder.mkdir()
    home.bindings(PROFILES, {folder: "work"})
    home.compile("pwsh", "work", "max")
    return folder


def test_a_directory_change_keeps_what_it_found(terminal: Terminal, home: Home, bound: Path) -> None:
    terminal.run("sh -c 'exit 7'; Get-Item /nowhere 2>$null")
    assert terminal.run(f'Set-Location {quoted(bound)}; "$? $LASTEXITCODE $($Error.Count) $env:WHO"').endswith(
        "True 7 1 work\n[True 7 1]"
    )
    assert terminal.run('Set-Location /nowhere; "$? $env:WHO"').endswith("False work\n[True 7 2]")


def test_a_failure_in_a_directory_change_is_not_the_users(terminal: Terminal, bound: Path) -> None:
    terminal.run("function __ctx_look { throw 'oops' }")
    printed = terminal.run(f'Set-Location {quoted(bound)}; "$? $($Error.Count) $((Get-Location).Path)"')
    assert "ctx: oops" in printed
    assert f"True 0 {bound}\n" in printed


def test_other_handlers_of_directory_changes_stay(terminal: Terminal, home: Home, bound: Path) -> None:
    commands = "$ExecutionContext.SessionState.InvokeCommand"
    kind = "EventHandler[Management.Automation.LocationChangedEventArgs]"
    terminal.run(f"$old = {commands}.LocationChangedAction; $before = 0; $mine = [{kind}] {{ $global:before++ }}")
    terminal.run(f"{commands}.LocationChangedAction = [Delegate]::Combine($old, $mine)")
    terminal.run(f". {quoted(home.hook('pwsh'))}")
    terminal.run(f"Set-Location {quoted(bound)}")
    assert terminal.run(f'"$before $({commands}.LocationChangedAction.GetInvocationList().Count) $env:WHO"').startswith(
        "1 2 work\n"
    )


def test_other_drives_leave_everything_as_it_is(terminal: Terminal, bound: Path) -> None:
    terminal.run(f"Set-Location {quoted(bound)}")
    terminal.run("ctx use max")
    assert terminal.run('Set-Location Env:; "$env:WHO"') == "max\n[True 0 0]"
    assert terminal.run(f'Set-Location {quoted(bound)}; "$env:WHO"') == "max\n[True 0 0]"


def test_a_byte_order_mark_is_part_of_the_text(terminal: Terminal, home: Home) -> None:
    folder = home.base / "project"
    folder.mkdir()
    file = folder / ".ctx.toml"
    text = b'profile = "work"\n'
    file.write_bytes(text)
    home.ctx("allow", "--yes", str(folder))
    assert "work" in terminal.run(f"Set-Location {quoted(folder)}")
    file.write_bytes(b"\xef\xbb\xbf" + text)
    assert "ctx allow" in terminal.run("")
    assert terminal.run('"[$env:WHO]"').startswith("[]\n")
    file.write_bytes(text)
    terminal.run("")
    assert terminal.run('"[$env:WHO]"').startswith("[work]\n")


@pytest.mark.parametrize("verb", ["off", "auto", "reload"])
def test_what_is_no_plan_goes_through_a_pipeline_as_a_call(session: Session, verb: str) -> None:
    result = session.run(f"ctx use work; ctx {verb} | ForEach-Object {{ $_ }}; probe after")

    assert result.stdout == f"__ctx_run {verb}\n"
    assert result.env("after")["WHO"] == "work"


def test_what_pins_goes_through_a_pipeline_too(session: Session) -> None:
    result = session.run("ctx use --pin work | Out-String | Invoke-Expression; probe on")

    assert (result.env("on")["WHO"], result.own("on")["__CTX_PIN"]) == ("work", "1")
