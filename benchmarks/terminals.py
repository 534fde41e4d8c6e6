"""How each shell is driven: an interactive one that walks where it is told, shows its prompts and takes the time itself."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass

from benchmarks.timing import LeftOutError
from benchmarks.world import LAST, PATH

STAY = "."
"""What stands for another prompt in the same directory."""

ALONE = "-"
"""What stands before a place where the shell goes by itself: no tool hears of it, and no prompt follows."""

END = "end"
"""What ends the script."""


@dataclass(frozen=True)
class Driver:
    """One shell: the words that start it with a script in place of its start-up file, and that script.

    The script loads a tool (`@load@`) as a start-up file does, shows a first prompt, and says how long that took. Then it
    reads lines: a number of turns and places, between tabs. In every turn it goes to each place and shows a prompt, by
    calling all that the shell calls there; for each it answers with a line: when it began and ended, or nothing where
    the time stands in its standard error, and the value of one variable. A dot is the end of an answer.
    """

    name: str
    suffix: str
    script: str
    warm_up: float
    """Seconds for which it is driven before anything counts."""
    alone: bool = False
    """It can go to a place by itself: its own share of a `cd` differs from one process to the next by more than what ctx
    adds, so it is measured in the process that ctx is measured in."""

    def words(self, script: str) -> tuple[str, ...]:
        """The command line. Raises LeftOutError where the shell is not installed."""
        program = shutil.which(self.name, path=PATH) or shutil.which(self.name)
        if program is None:
            raise LeftOutError(f"{self.name} is not installed")
        return (program, *(word.replace("%s", script) for word in _OPTIONS[self.name]))

    def environ(self, folder: str) -> dict[str, str]:
        """What it needs beside the tools' environment; the script lies in `folder`."""
        more = {"TERM": "xterm-256color", "POWERSHELL_TELEMETRY_OPTOUT": "1", "POWERSHELL_UPDATECHECK": "Off"}
        return {**more, "ZDOTDIR": folder} if self.name == "zsh" else more

    def text(self, load: str, requests: str, answers: str) -> str:
        """The script. The paths come from the benchmark itself and need no quoting beyond '…'."""
        places = {"@load@": load, "@requests@": requests, "@answers@": answers, "@value@": LAST}
        return re.sub("|".join(places), lambda found: places[str(found[0])], self.script)

    def milliseconds(self, stamps: str, report: re.Match[str] | None) -> float:
        """The time that one answer speaks of. Raises ValueError where it speaks of none."""
        if report is not None:
            return float(report[1]) * _FISH_UNITS[report[2]]
        first, last = stamps.split()
        return (float(last) - float(first)) * 1000


# The script takes the place of the start-up file: %s. zsh finds it by its name in ZDOTDIR.
_OPTIONS = {
    "bash": ("--noprofile", "--rcfile", "%s", "-i"),
    "zsh": ("-d", "-i"),
    "fish": ("--no-config", "-i", "-c", "source '%s'"),
    "pwsh": ("-NoLogo", "-NoProfile", "-NoExit", "-Command", ". '%s'"),
}

_FISH_UNITS = {"secs": 1000.0, "millis": 1.0, "micros": 0.001}

REPORT = re.compile(r"^Executed in\s+([0-9.]+) (secs|millis|micros)\b", re.MULTILINE)
"""What fish's `time` writes to standard error."""

# PROMPT_COMMAND is a string or an array; bash goes through it in this order.
_BASH = """\
bench_prompt() {
  local bench_entry
  for bench_entry in "${PROMPT_COMMAND[@]}"; do eval "$bench_entry"; done
}
bench_start=$EPOCHREALTIME
@load@
bench_prompt
printf '%s|%s\\n.\\n' "$bench_start $EPOCHREALTIME" "${@value@-}" >'@answers@'
while IFS=$'\\t' read -r -a bench_words && [[ ${bench_words[0]} != end ]]; do
  bench_told=()
  for ((bench_turn = 0; bench_turn < bench_words[0]; bench_turn++)); do
    for bench_place in "${bench_words[@]:1}"; do
      bench_start=$EPOCHREALTIME
      [[ $bench_place == . ]] || cd "$bench_place"
      bench_prompt
      bench_told+=("$bench_start $EPOCHREALTIME|${@value@-}")
    done
  done
  printf '%s\\n' "${bench_told[@]}" . >'@answers@'
done <'@requests@'
exit
"""

_ZSH = """\
zmodload zsh/datetime
bench_event() {
  local bench_entry
  for bench_entry in $1 ${(P)${:-${1}_functions}}; do
    (( ! $+functions[$bench_entry] )) || $bench_entry "${@:2}"
  done
}
bench_start=$EPOCHREALTIME
@load@
bench_event precmd
print -r -- "$bench_start $EPOCHREALTIME|${@value@-}"$'\\n.' >'@answers@'
while IFS= read -r bench_line && [[ $bench_line != end ]]; do
  bench_words=("${(@ps:\\t:)bench_line}")
  bench_told=()
  for ((bench_turn = 0; bench_turn < bench_words[1]; bench_turn++)); do
    for bench_place in "${(@)bench_words[2,-1]}"; do
      bench_start=$EPOCHREALTIME
      if [[ $bench_place != . ]]; then
        bench_event preexec "cd $bench_place" "cd $bench_place" "cd $bench_place"
        cd "$bench_place"
      fi
      bench_event precmd
      bench_told+=("$bench_start $EPOCHREALTIME|${@value@-}")
    done
  done
  print -rl -- "${(@)bench_told}" . >'@answers@'
done <'@requests@'
exit
"""

# fish has no clock of its own but `time`, which reports to standard error.
_FISH = """\
time begin
  @load@
  emit fish_prompt
end
printf '%s\\n' "|$@value@" . >'@answers@'
while read --local bench_line
  test "$bench_line" = end; and exit
  set --local bench_words (string split \\t -- $bench_line)
  set --local bench_told
  for bench_turn in (seq $bench_words[1])
    for bench_place in $bench_words[2..-1]
      if test "$bench_place" = .
        time emit fish_prompt
      else
        time begin
          emit fish_preexec "cd $bench_place"
          cd "$bench_place"
          emit fish_postexec "cd $bench_place"
          emit fish_prompt
        end
      end
      set --append bench_told "|$@value@"
    end
  end
  printf '%s\\n' $bench_told . >'@answers@'
end <'@requests@'
exit
"""

_POWERSHELL = """\
$bench_clock = [Diagnostics.Stopwatch]::StartNew()
@load@
$null = prompt
$bench_ended = $bench_clock.Elapsed.TotalSeconds
$bench_requests = [IO.StreamReader]::new('@requests@')
$bench_answers = [IO.StreamWriter]::new('@answers@')
$bench_told = [Collections.Generic.List[string]]::new()
function bench_tell([double] $from, [double] $to) {
  $value = [Environment]::GetEnvironmentVariable('@value@')
  $bench_told.Add([string]::Format([cultureinfo]::InvariantCulture, '{0:R} {1:R}|{2}', $from, $to, $value))
}
$bench_commands = $ExecutionContext.SessionState.InvokeCommand
function bench_say {
  $bench_told.Add('.')
  foreach ($line in $bench_told) { $bench_answers.Write($line + "`n") }
  $bench_answers.Flush()
  $bench_told.Clear()
}
bench_tell 0 $bench_ended
bench_say
while ($true) {
  $bench_line = $bench_requests.ReadLine()
  if ($null -eq $bench_line -or $bench_line -eq 'end') { [Environment]::Exit(0) }
  $bench_words = $bench_line.Split("`t")
  for ($bench_turn = 0; $bench_turn -lt [int] $bench_words[0]; $bench_turn++) {
    for ($bench_number = 1; $bench_number -lt $bench_words.Count; $bench_number++) {
      $bench_place = $bench_words[$bench_number]
      if ($bench_place[0] -eq '-') {
        $bench_action, $bench_commands.LocationChangedAction = $bench_commands.LocationChangedAction, $null
        $bench_start = $bench_clock.Elapsed.TotalSeconds
        Set-Location -LiteralPath $bench_place.Substring(1)
        bench_tell $bench_start $bench_clock.Elapsed.TotalSeconds
        $bench_commands.LocationChangedAction = $bench_action
        continue
      }
      $bench_start = $bench_clock.Elapsed.TotalSeconds
      if ($bench_place -ne '.') { Set-Location -LiteralPath $bench_place }
      $null = prompt
      bench_tell $bench_start $bench_clock.Elapsed.TotalSeconds
    }
  }
  bench_say
}
"""

DRIVERS: dict[str, Driver] = {
    driver.name: driver
    for driver in (
        Driver("bash", "bash", _BASH, 0.2),
        Driver("zsh", "zsh", _ZSH, 0.2),
        Driver("fish", "fish", _FISH, 0.2),
        Driver("pwsh", "ps1", _POWERSHELL, 3.0, alone=True),
    )
}
