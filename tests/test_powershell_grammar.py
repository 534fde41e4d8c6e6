"""Every PowerShell file of the project: sound for the engine's own parser, and within what Windows PowerShell 5.1 reads.

5.1 runs on Windows only. The parser of PowerShell 7 stands in for it: its syntax tree names everything that came later.
"""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.support.shells import clean_command

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIPPED = {".git", ".venv", "build", "dist", "node_modules"}

# Reads paths from standard input, one a line, and prints for each the list of what is wrong: [line, what, text].
WALKER = r"""
$ErrorActionPreference = 'Stop'
$late = @{
    QuestionQuestion = '??'; QuestionQuestionEquals = '??='; QuestionDot = '?.'; QuestionLBracket = '?['
    AndAnd = '&&'; OrOr = '||'; QuestionMark = '? :'
}
$variables = 'IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSStyle', 'EnabledExperimentalFeatures'
function found($extent, $what) { , @($extent.StartLineNumber, $what, $extent.Text) }
function walk($path) {
    $tokens = $null; $bad = $null
    $tree = [Management.Automation.Language.Parser]::ParseFile($path, [ref] $tokens, [ref] $bad)
    foreach ($problem in $bad) { found $problem.Extent "does not parse: $($problem.Message)" }
    foreach ($ast in $tree.FindAll({ $true }, $true)) {
        switch ($ast.GetType().Name) {
            TernaryExpressionAst { found $ast.Extent '? :' }
            PipelineChainAst { found $ast.Extent '&& or ||' }
            PipelineAst { if ($ast.Background) { found $ast.Extent 'background &' } }
            ScriptBlockAst { if ($ast.CleanBlock) { found $ast.CleanBlock.Extent 'clean block' } }
            InvokeMemberExpressionAst { if ($ast.GenericTypeArguments.Count) { found $ast.Extent 'generic method' } }
            VariableExpressionAst {
                if ($variables -contains $ast.VariablePath.UserPath) { found $ast.Extent 'variable of PowerShell 6' }
            }
        }
        $property = $ast.PSObject.Properties['NullConditional']
        if ($property -and $property.Value) { found $ast.Extent '?. or ?[' }
    }
    $all = [Collections.Generic.List[object]]::new()
    $queue = [Collections.Generic.Queue[object]]::new()
    foreach ($token in $tokens) { $queue.Enqueue($token) }
    while ($queue.Count) {
        $token = $queue.Dequeue()
        $all.Add($token)
        if ($token.PSObject.Properties['NestedTokens']) { foreach ($inner in $token.NestedTokens) { $queue.Enqueue($inner) } }
    }
    $line = 0
    foreach ($token in $all) {
        $kind = [string] $token.Kind
        if ($late.ContainsKey($kind)) { found $token.Extent $late[$kind] }
        if ($kind -eq 'Number' -and $token.Text -match '^[-+]?(0b|(0x[0-9a-f]+|[0-9.]+(e[-+]?[0-9]+)?)(u|y|s|n|uy|us|ul)(kb|mb|gb|tb|pb)?$)') {
            found $token.Extent 'number of PowerShell 6 or 7'
        }
        if ($kind -match 'Expandable|Generic' -and $token.Text -cmatch '(?<!`)(``)*`(e|u\{)') { found $token.Extent 'escape of PowerShell 6' }
        if ($kind -eq 'Pipe' -and $token.Extent.StartLineNumber -ne $line) { found $token.Extent 'line that begins with |' }
        if ($kind -notmatch 'NewLine|Comment') { $line = $token.Extent.EndLineNumber }
    }
    foreach ($byte in [IO.File]::ReadAllBytes($path)) { if ($byte -gt 126) { , @(0, 'not ASCII', "$byte"); break } }
}
while ($null -ne ($path = [Console]::In.ReadLine())) {
    $wrong = @(walk $path)
    [Console]::Out.WriteLine((ConvertTo-Json -Compress -Depth 4 -InputObject $wrong))
}
"""

# What each check must find. The last ones are harmless neighbours, which it must not.
SAMPLES = {
    "ternary": "$a = $true ? 1 : 2",
    "and": "f && g",
    "or": "f || g",
    "coalesce": "$a = $b ?? 1",
    "coalesce-assign": "$b ??= 1",
    "conditional-member": "${a}?.Length",
    "conditional-index": "${a}?[0]",
    "clean": "function f { process { } clean { } }",
    "background": "f &",
    "unsigned": "$a = 1u",
    "signed-byte": "$a = 1y",
    "unsigned-short": "$a = 0x10us",
    "big": "$a = 12n",
    "binary": "$a = 0b101",
    "escape-u": '$a = "`u{1F600}"',
    "escape-e": '$a = "x`e[0m"',
    "nested": '$a = "x $(f && g)"',
    "pipe-first": "f\n| g",
    "generic": "[Linq.Enumerable]::Empty[int]()",
    "iswindows": "if ($IsWindows) { }",
    "unicode": "$a = '\u2019'",
    "cut": "if ($a) {",
}
HARMLESS = {
    "where": "f | ? { $_ }",
    "call": "& f; $a = 1kb, 0x10, 1.5e3, 10l, 2d, 1gb",
    "escape": '$a = "``e ``u{41} `n`t"',
    "literal": "$a = 'a ? b : c && d `e'",
    "pipe-last": "f |\n g",
    "call-block": "& { f }",
    "comment": "# ?? && || a ? b : c",
}


def walk(paths: list[str]) -> list[list[list[object]]]:
    done = subprocess.run(
        [*clean_command("pwsh"), "-Command", WALKER],
        input="".join(f"{path}\n" for path in paths),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stderr == ""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(paths)
    return answers


def project_files() -> list[str]:
    found: list[str] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED]
        found.extend(os.path.join(folder, name) for name in files if name.endswith((".ps1", ".psm1", ".psd1")))
    return sorted(found)


def test_every_file_is_within_windows_powershell_5_1() -> None:
    paths = project_files()
    assert os.path.join(ROOT, "shells", "ctx.ps1") in paths

    wrong = {os.path.relpath(path, ROOT): found for path, found in zip(paths, walk(paths), strict=True) if found}

    assert wrong == {}


@pytest.mark.parametrize("samples, caught", [(SAMPLES, True), (HARMLESS, False)], ids=["late", "harmless"])
def test_the_check_itself(tmp_path: os.PathLike[str], samples: dict[str, str], caught: bool) -> None:
    paths = []
    for name, text in samples.items():
        paths.append(os.path.join(tmp_path, f"{name}.ps1"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.write(text + "\n")

    results = dict(zip(samples, walk(paths), strict=True))

    assert {name for name, found in results.items() if bool(found) is not caught} == set(), results
