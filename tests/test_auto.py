"""`exec --auto` and `export`: a directory's profile for programs that run no hook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ctx import trust
from ctx.dialects.posix import Posix
from tests.support.home import Home
from tests.support.hostile import VALUES, toml
from tests.support.shells import clean_command, require_shell

PROFILES = """
default = "base"
[profiles.base.env]
STAGE = "base"
[profiles.work]
unset = ["GONE"]
path = { PATH = { prepend = ["~/work/bin"] } }
[profiles.work.env]
STAGE = "work"
[profiles.bedrock]
auth = "bedrock"
env = { CLAUDE_CODE_USE_BEDROCK = 1 }
[profiles.prod]
protect = true
env = { STAGE = "prod" }
[[directories]]
path = "~/bound"
profile = "work"
[[directories]]
path = "~/guarded"
profile = "prod"
"""

SHOW = ("import json, os, sys; print(json.dumps({k: os.environ.get(k) for k in sys.argv[1:]}))",)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path)
    found.profiles(PROFILES)
    for name in ("bound/deep", "guarded", "project"):
        (found.path / name).mkdir(parents=True)
    return found


def ctx(home: Home, where: str, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    folder = home.path / where
    given = home.environ(PWD=str(folder), GONE="x", **environ)
    return subprocess.run([*home.program, *words], cwd=folder, env=given, capture_output=True, text=True, check=False)


def seen(home: Home, where: str, **environ: str) -> dict[str, str | None]:
    done = ctx(
        home, where, "exec", "--auto", "--", sys.executable, "-c", *SHOW, "STAGE", "GONE", "CTX_PROFILE", **environ
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


def test_the_directory_decides_then_the_default(home: Home) -> None:
    assert seen(home, "bound/deep") == {"STAGE": "work", "GONE": None, "CTX_PROFILE": "work"}
    assert seen(home, ".") == {"STAGE": "base", "GONE": "x", "CTX_PROFILE": "base"}


def test_the_shells_manual_choice_comes_first(home: Home) -> None:
    assert seen(home, "bound", __CTX_MANUAL="base")["STAGE"] == "base"
    assert seen(home, "bound", __CTX_MANUAL="prod")["STAGE"] == "prod"
    assert seen(home, "bound", __CTX_MANUAL="-") == {"STAGE": None, "GONE": "x", "CTX_PROFILE": None}


def test_a_hostile_manual_choice_is_none_at_all(home: Home) -> None:
    assert seen(home, "bound", __CTX_MANUAL="$(touch ran)")["STAGE"] == "work"


def test_what_the_shells_own_profile_set_does_not_come_along(home: Home) -> None:
    inherited = {"CTX_PROFILE": "x", "__CTX_SET": "STAGE", "__CTX_BY": "directory", "STAGE": "old"}

    assert seen(home, "bound", **inherited)["STAGE"] == "work"


@pytest.mark.parametrize("dashes", [(), ("--",)])
def test_the_command_may_follow_with_or_without_dashes(home: Home, dashes: tuple[str, ...]) -> None:
    done = ctx(home, "bound", "exec", "--auto", *dashes, "sh", "-c", 'echo "$STAGE $1"; exit 3', "x", "--auto")

    assert (done.stdout, done.returncode) == ("work --auto\n", 3)


def test_a_directory_without_trust_runs_nothing(home: Home) -> None:
    file = home.path / "project" / ".ctx.toml"
    file.write_text('profile = "work"\n')
    refused = ctx(home, "project", "exec", "--auto", "--", "touch", "ran")
    trust.allow(str(home.data), trust.read(str(file)))
    allowed = seen(home, "project")

    assert (refused.returncode, "is not trusted" in refused.stderr, "ctx allow" in refused.stderr) == (6, True, True)
    assert not (home.path / "project" / "ran").exists()
    assert allowed["STAGE"] == "work"


def test_a_protected_profile_is_not_activated_by_a_directory(home: Home) -> None:
    done = ctx(home, "guarded", "exec", "--auto", "true")

    assert done.returncode == 6
    assert "ctx use prod" in done.stderr


@pytest.mark.parametrize(
    "words", [("exec", "--auto"), ("exec",), ("exec", "work"), ("export",), ("export", "work", "--auto")]
)
def test_a_command_line_that_says_too_little_is_a_usage_error(home: Home, words: tuple[str, ...]) -> None:
    done = ctx(home, ".", *words)

    assert done.returncode == 2
    assert "ctx ex" in done.stderr


def test_a_relative_or_wrong_pwd_is_not_believed(home: Home) -> None:
    for wrong in ("bound", "/", "", str(home.path / "gone")):
        environ = home.environ(PWD=wrong)
        command = [*home.program, "exec", "--auto", "sh", "-c", 'echo "$STAGE"']
        done = subprocess.run(
            command, cwd=home.path / "bound", env=environ, capture_output=True, text=True, check=False
        )
        assert done.stdout == "work\n", wrong


def test_the_export_is_plain_statements_that_any_shell_can_read(home: Home) -> None:
    home.profiles("[profiles.odd.env]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in VALUES.items()))
    text = subprocess.run([*home.program, "export", "odd"], env=home.environ(), capture_output=True, check=True).stdout
    for shell in ("dash", "bash", "zsh"):
        file = home.base / "exported"
        file.write_bytes(text)
        show = f'. "$1"; exec {sys.executable} -c "import json, os; print(json.dumps(dict(os.environ)))"'
        command = [*clean_command(shell), "-c", show, shell, str(file)]
        done = subprocess.run(command, env=home.environ(), capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        assert {key: found.get(key) for key in VALUES} == VALUES
        assert not [key for key in found if "CTX_" in key]


def test_the_export_clears_what_this_process_does_not_even_have(home: Home) -> None:
    lines = ctx(home, ".", "export", "bedrock").stdout.splitlines()

    assert "ANTHROPIC_API_KEY" in lines[0].split()
    assert lines[0].startswith("unset -v ")
    assert lines[1:] == [f"export CLAUDE_CODE_USE_BEDROCK={Posix().quote('1')}"]


def test_the_export_adds_to_the_path_of_the_shell_that_reads_it(home: Home) -> None:
    text = ctx(home, "bound", "export", "--auto").stdout
    done = subprocess.run(
        [*clean_command("dash"), "-c", text + 'printf "%s" "$PATH"'],
        env=home.environ(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"{home.path}/work/bin:{os.environ['PATH']}"


def test_nothing_due_exports_nothing(home: Home) -> None:
    home.profiles(PROFILES.replace('default = "base"', ""))

    assert ctx(home, ".", "export", "--auto").stdout == ""


def test_the_export_as_json_says_what_to_unset_and_to_set(home: Home) -> None:
    found = json.loads(ctx(home, "bound", "export", "--auto", "--format", "json").stdout)

    assert found["profile"] == "work"
    assert found["unset"] == ["GONE"]
    assert {"kind": "set", "name": "STAGE", "value": "work"} in found["steps"]


@pytest.mark.parametrize(
    ("shell", "fix"), [("bash", 'eval "$(ctx init bash)"'), ("dash", "ctx init SHELL, in bash, zsh, fish, pwsh")]
)
@pytest.mark.parametrize("command", ["auto", "reload"])
def test_what_needs_the_hook_says_so(home: Home, command: str, shell: str, fix: str) -> None:
    words = [require_shell(shell), "-c", '"$@"; exit $?', shell, *home.program, command]
    done = subprocess.run(words, cwd=home.path, env=home.environ(), capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == (f"ctx: needs the shell hook: without it nothing follows the directory here\n  {fix}\n")


def test_what_the_calling_shells_profile_set_goes_first(home: Home) -> None:
    given = {
        "CTX_PROFILE": "old",
        "__CTX_SET": "STAGE LEFT",
        "__CTX_BY": "directory",
        "__CTX_LISTS": "PATH",
        "__CTX_LIST_PATH": "/old/bin",
        "STAGE": "old",
        "LEFT": "over",
        "PATH": f"/old/bin:{os.environ['PATH']}",
    }
    text = ctx(home, "bound", "export", "--auto", **given).stdout
    show = text + f'exec {sys.executable} -c "import json, os; print(json.dumps(dict(os.environ)))"'
    command = [*clean_command("dash"), "-c", show]
    done = subprocess.run(command, env=home.environ(**given), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)

    assert (found["STAGE"], "LEFT" in found) == ("work", False)
    assert found["PATH"] == f"{home.path}/work/bin:{os.environ['PATH']}"
    assert not [key for key in found if "CTX_" in key]
