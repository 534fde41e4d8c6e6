"""`ctx use` through the hook: the time of one switch, measured by the shell itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from benchmarks.timing import LIMIT_SECONDS, SWITCH, Case, LeftOutError, run
from benchmarks.world import CLAUDE, TEN, World, write

SWITCHES = 40
"""Switches in one measurement, between two profiles in turn."""

WARM_UP = 2


@dataclass(frozen=True)
class Work:
    """What one row measures: switching between two profiles in turn, `warm_up` times unmeasured, then `timed` times."""

    label: str
    profiles: tuple[str, str]
    warm_up: int
    timed: int

    def names(self) -> tuple[str, str]:
        """The profiles in the order of the switches, as words: before the measurement, in it."""
        words = [self.profiles[number % 2] for number in range(self.warm_up + self.timed)]
        return " ".join(words[: self.warm_up]), " ".join(words[self.warm_up :])


class ShellCases:
    """How one shell is started and how it takes the time. Subclasses say it for their shell.

    `template` is a script that loads `$hook`, switches to every profile in `$warm_up`, then to those in `$timed`, and
    says how long the second part took. It ends with 90 or 91 where a switch did not happen.
    """

    name = ""
    options: tuple[str, ...] = ()
    suffix = ""
    template = ""
    warm_up = WARM_UP

    def works(self) -> tuple[Work, ...]:
        """The rows of this shell."""
        return (
            Work("3 variables and a family", CLAUDE, self.warm_up, SWITCHES),
            Work("10 variables", TEN, self.warm_up, SWITCHES),
            Work("10 variables, first time in a new shell", TEN, 0, 1),
        )

    def milliseconds(self, output: str, errors: str) -> float:
        """The time that the script printed. Raises ValueError where it printed anything else."""
        if errors:
            raise ValueError(errors)
        first, second = output.split()
        return (float(second) - float(first)) * 1000

    def script(self, hook: str, work: Work) -> str:
        """The text that measures. The paths come from the benchmark itself and need no quoting beyond '…'."""
        warm_up, timed = work.names()
        return Template(self.template).substitute(hook=hook, warm_up=warm_up, timed=timed)


class BashCases(ShellCases):
    """bash, from 5.0 on, for EPOCHREALTIME."""

    name = "bash"
    options = ("--noprofile", "--norc")
    suffix = "bash"
    template = """\
. '$hook'
for name in $warm_up; do
  ctx use $$name && [[ $${CTX_PROFILE-} == $$name ]] || exit 90
done
start=$$EPOCHREALTIME
for name in $timed; do
  ctx use $$name || exit 91
done
end=$$EPOCHREALTIME
[[ $${CTX_PROFILE-} == $$name ]] || exit 91
printf '%s %s\\n' "$$start" "$$end"
"""


class ZshCases(ShellCases):
    """zsh, with its module for the time."""

    name = "zsh"
    options = ("-f",)
    suffix = "zsh"
    template = "zmodload zsh/datetime\n" + BashCases.template


_FISH_UNITS = {"secs": 1000.0, "millis": 1.0, "micros": 0.001}
_FISH_REPORT = re.compile(r"\s*_*\s*Executed in\s+([0-9.]+) (\w+).*\n\s+usr time.*\n\s+sys time.*\s*")


class FishCases(ShellCases):
    """fish, whose `time` keyword measures a block from inside the shell."""

    name = "fish"
    options = ("--no-config",)
    suffix = "fish"
    template = """\
source '$hook'
for name in $warm_up
    ctx use $$name; and test "$$CTX_PROFILE" = $$name; or exit 90
end
set names $timed
time for name in $$names
    ctx use $$name; or exit 91
end
test "$$CTX_PROFILE" = $$names[-1]; or exit 91
"""

    def milliseconds(self, output: str, errors: str) -> float:
        report = _FISH_REPORT.fullmatch(errors)
        if output or report is None or report[2] not in _FISH_UNITS:
            raise ValueError(errors or output)
        return float(report[1]) * _FISH_UNITS[report[2]]


class PowerShellCases(ShellCases):
    """PowerShell, which translates what it has run often enough: it needs a longer warm-up."""

    name = "pwsh"
    options = ("-NoLogo", "-NoProfile", "-NonInteractive", "-File")
    suffix = "ps1"
    template = """\
. '$hook'
foreach ($$name in @(-split '$warm_up') -ne '') {
  ctx use $$name
  if ($$env:CTX_PROFILE -ne $$name) { exit 90 }
}
$$names = -split '$timed'
$$watch = [Diagnostics.Stopwatch]::StartNew()
foreach ($$name in $$names) { ctx use $$name }
$$watch.Stop()
if ($$env:CTX_PROFILE -ne $$names[-1]) { exit 91 }
[Console]::Out.WriteLine($$watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture))
"""
    warm_up = 400

    def milliseconds(self, output: str, errors: str) -> float:
        if errors:
            raise ValueError(errors)
        return float(output)


SHELLS: dict[str, ShellCases] = {
    shell.name: shell for shell in (BashCases(), ZshCases(), FishCases(), PowerShellCases())
}

NAMES = tuple(SHELLS)


@dataclass(frozen=True)
class Script:
    """One measuring script, ready to run."""

    shell: ShellCases
    words: tuple[str, ...]
    environ: Mapping[str, str]
    directory: str
    switches: int

    def check(self) -> None:
        """Run it once. Raises LeftOutError."""
        try:
            self.sample()
        except RuntimeError as error:
            raise LeftOutError(str(error)) from None

    def sample(self) -> float:
        """Milliseconds of one switch. Raises RuntimeError if the script fails, or says anything but the time."""
        try:
            done = subprocess.run(
                self.words,
                env=self.environ,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=LIMIT_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RuntimeError(f"{self.shell.name}: {error}") from None
        output, errors = (stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
        if done.returncode:
            lines = errors.strip().splitlines()
            reason = lines[0] if lines else "a switch did not happen"
            raise RuntimeError(f"{self.shell.name} ended with {done.returncode}: {reason}")
        try:
            return self.shell.milliseconds(output, errors) / self.switches
        except ValueError:
            lines = (errors or output).strip().splitlines()
            raise RuntimeError(f"{self.shell.name} did not print the time but: {' | '.join(lines)}") from None


def cases(name: str, world: World) -> list[Case]:
    """The switches of one shell. Raises LeftOutError where the shell or its runtime is missing."""
    shell = SHELLS[name]
    program = shutil.which(name)
    if program is None:
        raise LeftOutError(f"{name} is not installed")
    environ = world.environ(CTX_QUIET="1", POWERSHELL_TELEMETRY_OPTOUT="1", POWERSHELL_UPDATECHECK="Off")
    text = run((*world.ctx, "init", name), environ, world.empty)
    hook = os.path.join(world.folder, f"hook.{shell.suffix}")

    def script(label: str, work: Work) -> Script:
        path = os.path.join(world.folder, f"{name}-{label}.{shell.suffix}")
        write(path, shell.script(hook, work))
        return Script(shell, (program, *shell.options, path), environ, world.empty, work.timed)

    write(hook, text)
    for pair in (CLAUDE, TEN):
        # The first switch to each has ctx put its plan on disk.
        script("before", Work("", pair, 1, 1)).check()
        _check_plans(world, name, pair)
    write(hook, without_program(text, shutil.which("false") or "/bin/false"))
    rows: list[Case] = []
    for number, work in enumerate(shell.works()):
        measured = script(str(number), work)
        rows.append(Case(name, f"ctx use in {name}, {work.label}", measured.sample, SWITCH, measured.check))
    return rows


def without_program(text: str, instead: str) -> str:
    """The hook with another program for the interpreter, one that fails: a switch that asked for it would not pass."""
    if sys.executable not in text:
        raise LeftOutError("the hook does not name the interpreter, so nothing shows whether it starts one")
    return text.replace(sys.executable, instead)


def _check_plans(world: World, shell: str, profiles: tuple[str, str]) -> None:
    for profile in profiles:
        if not os.path.isfile(os.path.join(world.cache(), "plans", shell, profile)):
            raise LeftOutError(f"ctx did not put a plan of {profile} on disk for {shell}")
