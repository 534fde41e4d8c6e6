"""The command line as a process: output, exit codes, errors for people."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx import __version__, compiled
from ctx.cli import app, spec
from ctx.cli.invocation import Invocation
from ctx.cli.main import QUICK, command_module
from ctx.visible import visible
from tests.support.home import PROGRAM
from tests.support.pty import wait_for_rest
from tests.support.shells import require_shell

MAIN = Path(__file__).resolve().parent.parent / "src" / "ctx" / "__main__.py"

PROFILES = """
default = "work"
[profiles.base]
payer = "Acme"
[profiles.work]
description = "Acme \\u001b[31mred\\u202e"
aliases = ["acme"]
extends = "base"
login = "aws sso login"
[profiles.work.env]
CLAUDE_CODE_USE_BEDROCK = 1
AWS_PROFILE = "acme"
API_TOKEN = "hunter2hunter2"
KEY = { secret = "acme-key" }
[profiles.plain]
unset = ["GONE"]
[profiles.plain.env]
NUMBER = 3.10
[profiles.plain.path]
PATH = { prepend = ["~/bin"] }
[profiles.prod]
protect = true
[profiles.prod.env]
STAGE = "prod"
[[directories]]
path = "~/work"
profile = "work"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "ho'me $(x)"
    (path / ".config" / "ctx").mkdir(parents=True)
    file = path / ".config" / "ctx" / "profiles.toml"
    file.write_text(PROFILES)
    file.chmod(0o600)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    return path


def environ(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], **more}


def ctx(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words],
        env=environ(home, **more),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def at_terminal(home: Path, *words: str, typed: str = "", stdout: bool = True) -> tuple[int, str, str]:
    """Run ctx with stdin and stderr (and stdout) on a terminal: exit code, what the terminal shows, stdout's pipe."""
    parent, child = pty.openpty()
    done = subprocess.Popen(
        [*PROGRAM, *words],
        env=environ(home, TERM="dumb"),
        stdin=child,
        stderr=child,
        stdout=child if stdout else subprocess.PIPE,
    )
    os.close(child)
    if typed:
        os.write(parent, typed.encode())
    out = done.stdout.read().decode() if done.stdout else ""
    shown = b""
    while True:
        try:
            data = os.read(parent, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(parent)
    code = done.wait(timeout=20)
    if done.stdout:
        done.stdout.close()
    assert code >= 0
    return code, shown.decode().replace("\r\n", "\n"), out


def test_list_shows_method_payer_and_place(home: Path) -> None:
    done = ctx(home, "list", CTX_PROFILE="plain")

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "   PROFILE           METHOD   WHO PAYS  WHERE",
        "   base              -        Acme      -",
        "   work              Bedrock  Acme      default, ~/work",
        "*  plain             -        -         -",
        "   prod (protected)  -        -         -",
    ]


def test_list_as_json(home: Path) -> None:
    rows = json.loads(ctx(home, "list", "--json", CTX_PROFILE="work").stdout)

    work = next(row for row in rows if row["name"] == "work")
    assert (work["active"], work["default"], work["method"], work["payer"]) == (True, True, "bedrock", "Acme")
    assert work["directories"] == ["~/work"]


def test_show_masks_what_is_secret_and_names_every_origin(home: Path) -> None:
    done = ctx(home, "show", "acme", CTX_SECRET_ACME_KEY="s3cr3t")

    assert done.returncode == 0
    assert "hunter2" not in done.stdout
    assert "s3cr3t" not in done.stdout
    assert "KEY=*** (secret acme-key)" in done.stdout
    assert "AWS_PROFILE=acme" in done.stdout
    assert "[profiles.work.env] AWS_PROFILE" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout


def test_show_as_json_masks_too(home: Path) -> None:
    text = ctx(home, "show", "work", "--json", CTX_SECRET_ACME_KEY="s3cr3t").stdout

    data = json.loads(text)
    assert "hunter2" not in text
    assert "s3cr3t" not in text
    assert data["payer"] == "Acme"
    assert {"name": "ANTHROPIC_API_KEY", "family": "claude"} in data["clears"]


def test_show_works_without_the_secret_and_reveals_on_a_terminal_only(home: Path) -> None:
    assert ctx(home, "show", "work").returncode == 0
    refused = ctx(home, "show", "work", "--reveal")
    code, shown, _ = at_terminal(home, "show", "work", "--reveal")

    assert refused.returncode == 6
    assert "terminal only" in refused.stderr
    assert code == 5
    assert "CTX_SECRET_ACME_KEY" in shown


def test_diff(home: Path) -> None:
    done = ctx(home, "diff", "plain", "prod")

    assert done.stdout.splitlines() == [
        "- GONE unset",
        "- NUMBER = 3.10",
        "- PATH (list) prepend ['~/bin'] append []",
        "+ STAGE = prod",
    ]
    assert json.loads(ctx(home, "diff", "plain", "prod", "--json").stdout)[0]["name"] == "GONE"
    assert "do the same" in ctx(home, "diff", "prod", "prod").stderr


def test_exec_becomes_the_command(home: Path) -> None:
    done = ctx(home, "exec", "plain", "--", "sh", "-c", 'echo "$NUMBER ${GONE-unset} $PATH"; exit 42', GONE="1")

    assert done.returncode == 42
    assert done.stdout == f"3.10 unset {home}/bin:{os.environ['PATH']}\n"


@pytest.mark.parametrize(
    ("command", "code"), [(["no-such-command"], 127), (["/etc/passwd"], 126), (["/"], 126), (["./nowhere"], 127)]
)
def test_exec_says_why_a_command_cannot_run(home: Path, command: list[str], code: int) -> None:
    done = ctx(home, "exec", "plain", *command)

    assert done.returncode == code
    assert command[0] in done.stderr


def test_exec_finds_the_command_on_the_profiles_own_path(home: Path) -> None:
    (home / "bin").mkdir()
    tool = home / "bin" / "own-tool"
    tool.write_text("#!/bin/sh\necho own\n")
    tool.chmod(0o755)

    assert ctx(home, "exec", "plain", "own-tool").stdout == "own\n"


def test_exec_leaves_one_process_that_gets_the_signals(home: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "exec", "plain", "sh", "-c", 'trap "exit 7" TERM; echo $$; while :; do sleep 0.05; done'],
        env=environ(home), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    assert int(process.stdout.readline()) == process.pid
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=10) == 7
    process.stdout.close()


def test_exec_passes_a_signal_death_on(home: Path) -> None:
    assert ctx(home, "exec", "plain", "sh", "-c", "kill -KILL $$").returncode == -signal.SIGKILL


def test_exec_gives_options_behind_the_name_to_the_command(home: Path) -> None:
    assert ctx(home, "exec", "plain", "echo", "--help", "--", "-x").stdout == "--help -- -x\n"
    assert ctx(home, "exec", "plain", "--", "--", "x").returncode == 127
    assert ctx(home, "exec", "plain").returncode == 2


def test_exec_with_a_missing_secret_runs_nothing(home: Path) -> None:
    done = ctx(home, "exec", "work", "echo", "RAN")

    assert done.returncode == 5
    assert done.stdout == ""
    assert "CTX_SECRET_ACME_KEY" in done.stderr


def test_exec_inside_a_profile_starts_from_the_users_own_environment(home: Path) -> None:
    done = ctx(home, "exec", "plain", *PROGRAM, "exec", "base", "env")

    assert "NUMBER" not in done.stdout
    assert f"{home}/bin" not in done.stdout
    assert "CTX_PROFILE=base" in done.stdout


def test_use_on_a_terminal_without_the_hook_says_what_to_type(home: Path) -> None:
    code, shown, _ = at_terminal(home, "use", "plain")

    assert code == 1
    assert 'eval "$(ctx use plain)"' in shown or "use plain" in shown
    assert "NUMBER" not in shown


def test_a_protected_profile_asks(home: Path) -> None:
    no = at_terminal(home, "use", "prod", "--shell", "sh", typed="n\n", stdout=False)
    yes = at_terminal(home, "use", "prod", "--shell", "sh", typed="y\n", stdout=False)

    assert (no[0], "STAGE" in no[2]) == (6, False)
    assert (yes[0], "STAGE" in yes[2]) == (0, True)
    assert ctx(home, "use", "prod", "--shell", "sh").returncode == 6
    assert ctx(home, "use", "prod", "--shell", "sh", "--yes").returncode == 0


def test_a_unique_beginning_is_enough_at_a_terminal_unless_protected(home: Path) -> None:
    assert "NUMBER" in at_terminal(home, "use", "pl", "--shell", "sh", stdout=False)[2]
    assert at_terminal(home, "use", "pro", "--shell", "sh", stdout=False)[0] == 4
    assert at_terminal(home, "use", "p", "--shell", "sh", stdout=False)[0] == 4
    assert ctx(home, "use", "pl", "--shell", "sh").returncode == 4


def test_a_numbered_list_where_there_is_no_fzf(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    code, shown, out = at_terminal(home, "use", "--shell", "sh", typed="3\n", stdout=False)
    wrong = at_terminal(home, "use", "--shell", "sh", typed="9\n", stdout=False)
    nothing = at_terminal(home, "use", "--shell", "sh", typed="\n", stdout=False)

    assert (code, "NUMBER" in out) == (0, True)
    assert "3  plain" in shown
    assert "\x1b" not in shown
    assert wrong[0] == 2
    assert nothing[0] == 6
    assert ctx(home, "use").returncode == 2


def test_fzf_chooses_where_it_is_installed(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "fzf"
    tool.write_text("#!/bin/sh\ngrep plain\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert "NUMBER" in at_terminal(home, "use", "--shell", "sh", stdout=False)[2]


def test_the_previous_profile(home: Path) -> None:
    assert "NUMBER" in ctx(home, "use", "-", "--shell", "sh", __CTX_PREVIOUS="plain").stdout
    assert ctx(home, "use", "-", "--shell", "sh").returncode == 4
    assert ctx(home, "use", "-", "--shell", "sh", __CTX_PREVIOUS="$(x)").returncode == 4


def test_use_as_json(home: Path) -> None:
    data = json.loads(ctx(home, "use", "plain", "--json").stdout)

    assert data["profile"] == "plain"
    assert data["unset"] == ["GONE"]
    assert {"kind": "set", "name": "NUMBER", "value": "3.10"} in data["steps"]


def test_quiet_keeps_errors_only(home: Path) -> None:
    assert ctx(home, "use", "plain", "--shell", "sh", CTX_QUIET="1").stderr == ""
    assert "typo" in ctx(home, "use", "typo", "--shell", "sh", CTX_QUIET="1").stderr


def test_words_that_mean_nothing(home: Path) -> None:
    assert ctx(home, "lst").returncode == 2
    assert "'list'" in ctx(home, "lst").stderr
    assert ctx(home, "use", "a", "b").returncode == 2
    assert ctx(home, "use", "plain", "--shell", "tcsh").returncode == 2
    assert ctx(home, "init", "tcsh").returncode == 2
    assert ctx(home, "init", "bash", "--cmd", "a b").returncode == 2
    assert ctx(home).returncode == 2


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["use", "--help"], ["--version"], ["exec", "--help"]])
def test_help(home: Path, words: list[str]) -> None:
    done = ctx(home, *words)

    assert done.returncode == 0
    assert "ctx" in done.stdout
    assert done.stderr == ""


def test_the_help_page_names_every_command_of_the_table(home: Path) -> None:
    text = ctx(home, "--help").stdout

    assert [name for name in app.COMMANDS if f"\n  {name} " not in text] == []


def test_an_unexpected_failure_shows_no_traceback(home: Path) -> None:
    broken = (
        f"import sys; sys.argv = ['ctx', 'use', 'plain']; sys.path.insert(0, {str(MAIN.parents[1])!r})\n"
        "import ctx.cli.use_command as command\ncommand.run = lambda *words, **options: 1 / 0\n"
        "from ctx.cli.main import main\nmain()\n"
    )
    plain = subprocess.run(
        [sys.executable, "-c", broken], env=environ(home), capture_output=True, text=True, check=False
    )
    debug = subprocess.run(
        [sys.executable, "-c", broken], env=environ(home, CTX_DEBUG="1"), capture_output=True, text=True, check=False
    )

    assert plain.returncode == 1
    assert "Traceback" not in plain.stderr
    assert "CTX_DEBUG=1" in plain.stderr
    assert "Traceback" in debug.stderr


def test_ctrl_c_ends_quietly(home: Path) -> None:
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "use", "--shell", "sh"], env=environ(home), stdin=its, stderr=its, stdout=subprocess.PIPE
    )
    os.close(its)
    assert os.read(ours, 4096)
    wait_for_rest(process.pid)
    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=10) == 130
    assert process.stdout
    assert process.stdout.read() == b"false\n"
    process.stdout.close()
    os.close(ours)


def test_configuration_lies_where_ctx_config_says(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "profiles.toml").write_text("[profiles.elsewhere]\n")
    (other / "profiles.toml").chmod(0o600)

    assert "elsewhere" in ctx(home, "list", CTX_CONFIG=str(other)).stdout
    assert str(other) in ctx(home, "use", "x", "--shell", "sh", CTX_CONFIG=str(other)).stderr
    assert "work" in ctx(home, "list", XDG_CONFIG_HOME="relative/is/ignored").stdout


def test_a_line_break_in_a_path_does_not_break_the_message(home: Path, tmp_path: Path) -> None:
    done = ctx(home, "use", "x", "--shell", "sh", CTX_CONFIG=str(tmp_path / "a\nctx: all is well\x1b[2J"))

    assert len(done.stderr.splitlines()) == 2
    assert "\\x0actx: all is well\\x1b[2J" in done.stderr


def test_the_cache_is_private_and_may_be_deleted(home: Path) -> None:
    ctx(home, "use", "plain", "--shell", "sh")
    plan = home / ".cache" / "ctx" / "plans" / "ops" / "plain"

    assert plan.stat().st_mode & 0o777 == 0o600
    assert plan.parent.stat().st_mode & 0o777 == 0o700
    assert plan.stat().st_mtime_ns == (home / ".config/ctx/profiles.toml").stat().st_mtime_ns
    plan.unlink()
    assert "NUMBER" in ctx(home, "use", "plain", "--shell", "sh").stdout


def test_no_credential_reaches_the_cache(home: Path) -> None:
    ctx(home, "use", "work", "--shell", "sh", CTX_SECRET_ACME_KEY="s3cr3t")
    files = [file for file in (home / ".cache").rglob("*") if file.is_file()] if (home / ".cache").exists() else []

    assert not [file for file in files if "s3cr3t" in file.read_text() or "hunter2" in file.read_text()]


def test_a_plan_on_disk_is_used_only_while_everything_is_unchanged(home: Path) -> None:
    file = home / ".config" / "ctx" / "profiles.toml"
    plan = home / ".cache" / "ctx" / "plans" / "ops" / "plain"
    ctx(home, "use", "plain", "--shell", "sh")
    text = plan.read_text()

    def forged(content: str, *, age: int = 0) -> str:
        plan.write_text(content)
        when = file.stat().st_mtime_ns + age
        os.utime(plan, ns=(when, when))
        return ctx(home, "use", "plain", "--shell", "sh").stdout

    assert "9.99" in forged(text.replace("3.10", "9.99")), "the control: an untouched plan is believed"
    assert "9.99" not in forged(text.replace("3.10", "9.99"), age=1)
    assert "9.99" not in forged(text.replace("3.10", "9.99"), age=-1)
    assert "9.99" not in forged(text.replace("3.10", "9.99")[:-4])
    assert "9.99" not in forged(text.replace("3.10", "9.99").replace("\0end", "\0more\0end"))
    assert "9.99" not in forged(text.replace("3.10", "9.99").replace(str(home), "/elsewhere"))
    plan.unlink()
    os.mkfifo(plan)
    assert "3.10" in ctx(home, "use", "plain", "--shell", "sh").stdout
    file.write_text(PROFILES.replace("3.10", "4.20"))
    assert "4.20" in ctx(home, "use", "plain", "--shell", "sh").stdout


words = st.lists(
    st.sampled_from(
        ["work", "plain", "-", "--", "--shell", "bash", "--yes", "-y", "--json", "--help", "--nope", "-x", "", "a b"]
    ),
    max_size=5,
)


@given(st.sampled_from(QUICK), words)
def test_the_quick_parser_agrees_with_click(command: str, line: list[str]) -> None:
    """Where it answers at all, it answers what click would."""
    module = command_module(command)
    quick = spec.quick_parse(module.PARAMS, line)
    if quick is None:
        return
    built = app.build((command,), Invocation([], {}))
    context = built.make_context(command, list(line), resilient_parsing=False)

    assert {key: value or None for key, value in quick.items()} == {k: v or None for k, v in context.params.items()}


@given(st.sampled_from(QUICK), words)
def test_what_click_refuses_the_quick_parser_leaves_to_it(command: str, line: list[str]) -> None:
    module = command_module(command)
    try:
        app.build((command,), Invocation([], {})).make_context(command, list(line))
    except (click.ClickException, click.exceptions.Exit):
        assert spec.quick_parse(module.PARAMS, line) is None


@given(st.text())
def test_what_is_shown_is_printable(text: str) -> None:
    shown = visible(text)

    assert all(char.isprintable() or char == "\u00a0" for char in shown)
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain é 中", "plain é 中"), ("\x1b[31m", "\\x1b[31m"), ("a\u202eb", "a\\u202eb"), ("a\u200bb", "a\\u200bb"),
     ("\udc80", "\\x80"), ("\U000e0041", "\\U000e0041"), ("a\nb", "a\\x0ab"), ("\ufeff", "\\ufeff")],
)  # fmt: skip
def test_foreign_characters_are_shown_not_sent(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("kind", ["profiles", "project"])
def test_both_files_have_a_schema(home: Path, kind: str) -> None:
    data = json.loads(ctx(home, "example", "--schema", kind).stdout)

    assert data["additionalProperties"] is False
    assert ("profiles" in data["properties"]) == (kind == "profiles")
    assert ctx(home, "example", "--schema", "x").returncode == 2


def test_the_example_is_a_profiles_file(home: Path) -> None:
    text = ctx(home, "example").stdout
    (home / ".config" / "ctx" / "profiles.toml").write_text(text)

    assert ctx(home, "use", "max", "--shell", "sh").returncode == 0


def test_a_file_put_back_with_its_old_date_is_noticed(home: Path) -> None:
    file = home / ".config" / "ctx" / "profiles.toml"
    before = file.stat()
    ctx(home, "use", "plain", "--shell", "sh")
    file.write_text(PROFILES.replace("3.10", "4.20"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert "4.20" in ctx(home, "use", "plain", "--shell", "sh").stdout


def test_two_configurations_never_share_a_plan(home: Path, tmp_path: Path) -> None:
    ctx(home, "use", "plain", "--shell", "sh")
    other = tmp_path / "other"
    other.mkdir()
    (other / "profiles.toml").write_text(PROFILES.replace("3.10", "4.20"))
    os.utime(other / "profiles.toml", (1_700_000_000, 1_700_000_000))

    assert "4.20" in ctx(home, "use", "plain", "--shell", "sh", CTX_CONFIG=str(other)).stdout


@pytest.mark.parametrize("mtime", [0, 1, 315_532_800])
def test_a_date_that_says_nothing_gives_no_plan_to_a_shell(home: Path, mtime: int) -> None:
    file = home / ".config" / "ctx" / "profiles.toml"
    os.utime(file, (mtime, mtime))
    folders = [str(home / part) for part in (".config/ctx", ".local/share/ctx", ".cache/ctx")]

    version = compiled.version(__version__, *folders[:2])
    done = ctx(home, "@hook", version, "bash", *folders, "", "", "", "use", "plain")

    assert "__ctx_apply 'plain'" in done.stdout
    assert not (home / ".cache/ctx/plans/bash/plain").exists()


def test_a_switched_off_method_is_not_listed(home: Path) -> None:
    file = home / ".config" / "ctx" / "profiles.toml"
    file.write_text('[profiles.a.env]\nCLAUDE_CODE_USE_BEDROCK = 0\nANTHROPIC_API_KEY = ""\n')

    assert json.loads(ctx(home, "list", "--json").stdout)[0]["method"] is None


def test_a_protected_profile_asks_before_it_reads_a_secret(home: Path) -> None:
    file = home / ".config" / "ctx" / "profiles.toml"
    file.write_text('[profiles.a]\nprotect = true\n[profiles.a.env]\nK = { secret = "k" }\n')

    assert ctx(home, "use", "a", "--shell", "sh").returncode == 6


def test_a_full_disk_behind_standard_output(home: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*PROGRAM, "use", "plain", "--shell", "sh"],
            env=environ(home),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert "standard output cannot be written" in done.stderr


def test_a_locale_that_is_not_utf_8_changes_no_byte(tmp_path: Path) -> None:
    localedef = require_shell("localedef")
    made = [localedef, "-i", "de_DE", "-f", "ISO-8859-1", str(tmp_path / "de_DE.ISO-8859-1")]
    if subprocess.run(made, capture_output=True, check=False).returncode:
        require_shell("charmaps of Debian's package locales")
    home = tmp_path / "hé 中"
    (home / ".config" / "ctx").mkdir(parents=True)
    file = home / ".config" / "ctx" / "profiles.toml"
    file.write_text('[profiles.a.env]\nX = "~/ü中"\nY = "${RAW}"\n')
    given = {os.fsencode(k): os.fsencode(v) for k, v in environ(home, LOCPATH=str(tmp_path)).items()}
    given |= {b"LC_ALL": b"de_DE.ISO-8859-1", b"RAW": b"\xe9\xff", b"NAME": b"v"}

    done = subprocess.run([*PROGRAM, "exec", "a", "env", "-0"], env=given, capture_output=True, check=False)
    seen = dict(entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if entry)

    assert done.returncode == 0, done.stderr
    assert seen[b"X"] == os.fsencode(home / "ü中")
    assert seen[b"Y"] == b"\xe9\xff"
    assert seen[b"LC_ALL"] == b"de_DE.ISO-8859-1"
    assert "LC_CTYPE" not in map(os.fsdecode, seen)
