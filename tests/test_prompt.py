"""The prompt segment: each snippet in the real shell or program, with the variables set by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ctx.cli.prompt_snippets import ALIASES, SNIPPETS
from ctx.dialects import SHELLS
from tests.support.home import PROGRAM
from tests.support.pty import PROMPT, Terminal
from tests.support.shells import clean_command, require_shell
from tests.support.strace import Strace

ROOT = Path(__file__).resolve().parent.parent
PLAIN = ("bash", "zsh", "fish", "pwsh")

HOSTILE = "$(touch ran)`touch ran`%n${HOME}\\w;"

# The segment as each hook writes it: a yellow name, then a space.
SEGMENTS = {
    "bash": "$'\\001\\e[33m\\002work\\001\\e[0m\\002 '",
    "zsh": "'%F{yellow}work%f '",
    "fish": "(set_color yellow)work(set_color normal)' '",
    "pwsh": '"`e[33mwork`e[0m "',
}
OWN_PROMPT = {
    "bash": f"PS1='[$?]{PROMPT}'",
    "zsh": f"PROMPT='[%?]{PROMPT}'",
    "fish": f'function fish_prompt; echo -n "[$status $pipestatus]{PROMPT}"; end',
    "pwsh": f'function prompt {{ "[$? $global:LASTEXITCODE]{PROMPT}" }}',
}
ASSIGN = {
    "bash": "CTX_PROMPT={}",
    "zsh": "CTX_PROMPT={}",
    "fish": "set -g CTX_PROMPT {}",
    "pwsh": "$global:CTX_PROMPT = {}",
}


def ctx(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {"HOME": "/nonexistent", "PATH": os.environ["PATH"], **more}
    return subprocess.run([*PROGRAM, *words], env=env, capture_output=True, text=True, check=False)


def quoted(shell: str, text: str) -> str:
    return "'" + text.replace("'", "''" if shell == "pwsh" else "'\\''") + "'"


def start(shell: str, folder: Path, *lines: str) -> Terminal:
    """An interactive shell whose start-up file holds its own prompt, the snippet twice, and these lines."""
    snippet = SNIPPETS[shell].text
    text = "\n".join([OWN_PROMPT[shell], snippet, snippet, *lines, ""])
    environ = {"HOME": str(folder), "PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8", "fish_greeting": ""}
    rc = folder / {"zsh": ".zshrc", "pwsh": "rc.ps1"}.get(shell, "rc")
    rc.write_text(text)
    (folder / "empty").mkdir()
    commands = {
        "bash": [require_shell("bash"), "--noprofile", "--rcfile", str(rc), "-i"],
        "zsh": [require_shell("zsh"), "-d", "-i"],
        "fish": [*clean_command("fish"), "-i", "-C", f"source {rc}"],
        "pwsh": [require_shell("pwsh"), "-NoLogo", "-NoProfile", "-NoExit", "-Command", f". '{rc}'"],
    }
    return Terminal(commands[shell], environ, str(folder / "empty"))


@pytest.mark.parametrize("shell", PLAIN)
def test_a_plain_prompt_shows_what_the_hook_keeps(shell: str, tmp_path: Path) -> None:
    with start(shell, tmp_path, ASSIGN[shell].format(SEGMENTS[shell])) as terminal:
        first = terminal.expect()
        assert "work" in first
        assert first.count("work") == 1, "twice in a start-up file is once in the prompt"
        assert "\x1b[33m" in first
        after = terminal.run(ASSIGN[shell].format("''"))
        assert "work" not in after
        assert "other" in terminal.run(ASSIGN[shell].format("'other '"))


@pytest.mark.parametrize("shell", PLAIN)
def test_what_the_variable_holds_is_shown_and_never_run(shell: str, tmp_path: Path) -> None:
    with start(shell, tmp_path, ASSIGN[shell].format(quoted(shell, HOSTILE.replace("%", "%%")))) as terminal:
        shown = terminal.expect()
        terminal.run("echo ran-nothing")

    assert "$(touch ran)`touch ran`" in shown
    assert os.listdir(tmp_path / "empty") == []


@pytest.mark.parametrize("shell", PLAIN)
def test_the_status_of_the_last_command_still_reaches_the_old_prompt(shell: str, tmp_path: Path) -> None:
    commands = {
        "bash": ("(exit 7)", "[7]"),
        "zsh": ("(exit 7)", "[7]"),
        "fish": ("sh -c 'exit 7' | true", "[0 7 0]"),
        "pwsh": ("sh -c 'exit 7'", "[False 7]"),
    }
    command, expected = commands[shell]
    with start(shell, tmp_path, ASSIGN[shell].format("'x '")) as terminal:
        terminal.expect()
        assert expected in terminal.run(command)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_segment_starts_no_process(shell: str, tmp_path: Path) -> None:
    """The prompt is drawn as the shell draws it, ten times, and nothing is forked."""
    draw = {"bash": ': "${PS1@P}"', "zsh": 'print -rP -- "$PROMPT"', "fish": "fish_prompt"}[shell]
    strace = Strace(tmp_path / "trace")
    script = tmp_path / "script"
    lines = [OWN_PROMPT[shell], SNIPPETS[shell].text, ASSIGN[shell].format("'x '"), *[draw] * 10, ""]
    script.write_text("\n".join(lines))
    subprocess.run([*strace.prefix, *clean_command(shell), str(script)], check=True, capture_output=True)

    assert (strace.counts().forks, strace.counts().programs) == (0, 0)


def test_bash_and_zsh_take_the_snippet_under_strict_options(tmp_path: Path) -> None:
    for shell, options in (("bash", "set -euo pipefail"), ("zsh", "setopt err_exit no_unset")):
        script = tmp_path / shell
        script.write_text(f"{options}\n{OWN_PROMPT[shell]}\n{SNIPPETS[shell].text}{SNIPPETS[shell].text}echo fine\n")
        done = subprocess.run([*clean_command(shell), str(script)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "fine\n", "")


# --- programs that draw prompts ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def starship(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real starship. A copy: some installers leave the program without permission to run it."""
    found = shutil.which("starship", mode=os.F_OK, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("starship is not installed", pytrace=False)
        pytest.skip("starship is not installed")
    copy = tmp_path_factory.mktemp("starship") / "starship"
    shutil.copyfile(found, copy)
    copy.chmod(0o755)
    return copy


def drawn(starship: Path, folder: Path, config: str, **variables: str) -> str:
    """What starship draws for bash, without the marks that keep escapes out of the line's length."""
    (folder / "starship.toml").write_text(config)
    environ = {
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin",
        "TERM": "xterm",
        "STARSHIP_SHELL": "bash",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        [str(starship), "prompt"],
        env={**environ, "STARSHIP_CONFIG": str(folder / "starship.toml"), "STARSHIP_CACHE": str(folder), **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.replace("\\[", "").replace("\\]", "")


MINIMAL = 'format = "${env_var.CTX_PROFILE}${env_var.CTX_STATUS}> "\nadd_newline = false\n'


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"CTX_PROFILE": "work", "CTX_STATUS": "active"}, "\x1b[1;33mwork\x1b[0m \x1b[2mactive\x1b[0m > "),
        ({"CTX_PROFILE": "work", "CTX_STATUS": "drifted"}, "\x1b[1;33mwork\x1b[0m \x1b[2mdrifted\x1b[0m > "),
        ({"CTX_STATUS": "blocked"}, "\x1b[2mblocked\x1b[0m > "),
        ({}, "> "),
    ],
)
def test_starship_shows_profile_and_status(
    starship: Path, tmp_path: Path, variables: dict[str, str], expected: str
) -> None:
    assert drawn(starship, tmp_path, MINIMAL + SNIPPETS["starship"].text, **variables) == expected


def test_starship_shows_both_without_a_format_of_ones_own(starship: Path, tmp_path: Path) -> None:
    shown = drawn(starship, tmp_path, SNIPPETS["starship"].text, CTX_PROFILE="work", CTX_STATUS="active")

    assert "work" in shown
    assert "active" in shown
    assert "ctx" not in drawn(starship, tmp_path, SNIPPETS["starship"].text)


# A stand-in for the hook, at the place where the real one is.
_HOOKS = {
    "bash": "work_now() { export CTX_PROFILE=work; }\nPROMPT_COMMAND=work_now${PROMPT_COMMAND:+; $PROMPT_COMMAND}",
    "zsh": "work_now() { export CTX_PROFILE=work; }\nprecmd_functions=(work_now $precmd_functions)",
    "fish": "function work_now --on-event fish_prompt; set -gx CTX_PROFILE work; end",
}


def beside_starship(starship: Path, folder: Path, shell: str, *lines: str) -> Terminal:
    """An interactive shell whose start-up file holds these lines; `INIT` is what loads starship."""
    (folder / "starship.toml").write_text(MINIMAL.replace("> ", PROMPT) + SNIPPETS["starship"].text)
    init = f"{starship} init {shell} --print-full-init"
    text = "\n".join(lines).replace("INIT", f"{init} | source" if shell == "fish" else f'eval "$({init})"')
    rc = folder / (".zshrc" if shell == "zsh" else "rc")
    rc.write_text(text + "\n")
    environ = {
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin",
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "fish_greeting": "",
        "STARSHIP_CONFIG": str(folder / "starship.toml"),
        "STARSHIP_CACHE": str(folder),
    }
    commands = {
        "bash": [require_shell("bash"), "--noprofile", "--rcfile", str(rc), "-i"],
        "zsh": [require_shell("zsh"), "-d", "-i"],
        "fish": [*clean_command("fish"), "-i", "-C", f"source {rc}"],
    }
    return Terminal(commands[shell], environ, str(folder))


@pytest.mark.parametrize("shell", _HOOKS)
@pytest.mark.parametrize("hook_first", [True, False])
def test_the_order_of_hook_and_starship_does_not_matter(
    starship: Path, tmp_path: Path, shell: str, hook_first: bool
) -> None:
    lines = [_HOOKS[shell], "INIT"] if hook_first else ["INIT", _HOOKS[shell]]
    with beside_starship(starship, tmp_path, shell, *lines) as terminal:
        assert "work" in terminal.expect()


def test_in_zsh_the_plain_segment_can_stand_beside_starship(starship: Path, tmp_path: Path) -> None:
    lines = ("INIT", SNIPPETS["zsh"].text, f"CTX_PROMPT={SEGMENTS['zsh']}")
    with beside_starship(starship, tmp_path, "zsh", *lines) as terminal:
        assert "\x1b[33mwork\x1b[39m " in terminal.expect()


# Draws a segment as powerlevel10k does: `-t` with `-e`, and the condition, are expanded once when the prompt is drawn.
_P10K = """
setopt prompt_subst
function p10k() {
  [[ $1 == segment ]] || return; shift
  local cond= text= expand=0
  while (( $# )); do
    case $1 in
      -c) cond=$2; shift 2 ;;
      -t) text=$2; shift 2 ;;
      -e) expand=1; shift ;;
      *) print -u2 "unknown: $1"; return 1 ;;
    esac
  done
  (( expand )) || return 1
  PROMPT+='${${:-"'$cond'"}:+${${:-${P9K_CONTENT::="'$text'"}}:+}<${P9K_CONTENT}>}'
}
function draw() {
  PROMPT=
  local name
  for name in $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS; do
    (( $+functions[prompt_$name] )) && prompt_$name
  done
  print -rP -- "[$PROMPT]"
}
POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(status time)
"""


def test_powerlevel10k_expands_the_segment_late(tmp_path: Path) -> None:
    snippet = SNIPPETS["p10k"].text
    script = tmp_path / "script"
    (tmp_path / "empty").mkdir()
    script.write_text(
        f"{_P10K}{snippet}{snippet}print $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS\ndraw\nCTX_PROMPT={SEGMENTS['zsh']}\n"
        f"draw\nCTX_PROMPT={quoted('zsh', HOSTILE.replace('%', '%%'))}\ndraw\n"
    )
    done = subprocess.run(
        [*clean_command("zsh"), str(script)],
        cwd=tmp_path / "empty",
        env={"TERM": "xterm", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    elements, nothing, coloured, hostile = done.stdout.splitlines()
    assert elements == "ctx status time"
    assert nothing == "[]"
    assert coloured == "[<\x1b[33mwork\x1b[39m>]"
    assert hostile == f"[<{HOSTILE}>]"
    assert os.listdir(tmp_path / "empty") == []


@pytest.mark.parametrize(
    ("profile", "status", "expected"),
    [
        ("work", "active", "ctx:work"),
        ("work", "drifted", "ctx:work*"),
        ("work", "blocked", "ctx:work!blocked"),
        ("", "error", "ctx:!error"),
        ("", "", ""),
        ("work", "(touch ran)", "ctx:work"),
    ],
)
def test_tide_gets_profile_and_mark(tmp_path: Path, profile: str, status: str, expected: str) -> None:
    script = tmp_path / "script"
    script.write_text(
        "function _tide_print_item; printf '%s:' $argv[1]; printf %s $argv[2..]; end\n"
        f"{SNIPPETS['tide'].text}_tide_item_ctx\n"
    )
    given = {"CTX_PROFILE": profile, "CTX_STATUS": status}
    done = subprocess.run(
        [*clean_command("fish"), str(script)],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            **{key: value for key, value in given.items() if value},
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == (expected, "")
    assert "ran" not in os.listdir(tmp_path)


def test_the_segment_for_oh_my_posh_is_json() -> None:
    segment = json.loads(SNIPPETS["oh-my-posh"].text)

    assert segment["type"] == "text"
    assert segment["template"].count("{{") == segment["template"].count("}}")
    assert segment["template"].count("{{ if") == segment["template"].count("{{ end }}") == 1


def test_the_segment_for_starship_is_toml() -> None:
    assert set(tomllib.loads(SNIPPETS["starship"].text)["env_var"]) == {"CTX_PROFILE", "CTX_STATUS"}


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SNIPPETS, *ALIASES])
def test_the_command_prints_the_snippet_and_says_where_it_goes(name: str) -> None:
    done = ctx("prompt", name)
    snippet = SNIPPETS[ALIASES.get(name, name)]

    assert (done.returncode, done.stdout, done.stderr) == (0, snippet.text, f"ctx: this goes into {snippet.place}\n")
    assert ctx("prompt", name, CTX_QUIET="1").stderr == ""


def test_without_a_name_it_is_for_the_shell_that_runs_ctx() -> None:
    program = " ".join(PROGRAM)
    for shell in ("bash", "zsh"):
        # Something behind it, for a shell replaces itself by its last command.
        done = subprocess.run(
            [*clean_command(shell), "-c", f"{program} prompt; :"], capture_output=True, text=True, check=False
        )
        assert done.stdout == SNIPPETS[shell].text


def test_an_unknown_name_is_an_error_that_shows_the_known_ones() -> None:
    done = ctx("prompt", "tcsh")

    assert (done.returncode, done.stdout) == (2, "")
    assert all(name in done.stderr for name in SNIPPETS)


def test_every_shell_with_a_runtime_has_a_snippet() -> None:
    assert set(SHELLS) <= set(SNIPPETS)


@pytest.mark.parametrize("name", SNIPPETS)
def test_the_page_shows_exactly_what_the_command_prints(name: str) -> None:
    page = (ROOT / "docs" / "prompt.md").read_text()

    assert f"\n{SNIPPETS[name].text}```\n" in page
    assert f"`ctx prompt {name}`" in page
