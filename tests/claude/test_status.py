"""`ctx status`, run as a person runs it: real files, a real shell, and the program as a process of its own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.home import FILE, PROGRAM, Home
from tests.support.strace import Counts, Strace

KEY = "sk-ant-api03-0123456789abcdefghijklmnop-KEY4"
EMAIL = "ada@acme.example"

PROFILES = """\
default = "max"

[profiles.max]
description = "My own subscription"
auth = "subscription"

[profiles.work]
description = "Acme, through Amazon Bedrock"
auth = "bedrock"
payer = "Acme"
aliases = ["acme"]
[profiles.work.env]
CLAUDE_CODE_USE_BEDROCK = 1
AWS_PROFILE = "acme"
AWS_REGION = "us-west-2"
EDITOR = "vi"

[profiles.gateway]
auth = "gateway"
payer = "Globex"
[profiles.gateway.env]
ANTHROPIC_BASE_URL = "https://llm.globex.example"
ANTHROPIC_AUTH_TOKEN = { command = ["touch", "COMMAND_RAN"] }

[profiles.key]
auth = "console"
[profiles.key.env]
ANTHROPIC_API_KEY = { secret = "nobody-stored-it" }

[profiles.usual]
unset = ["CLAUDE_CONFIG_DIR"]

[profiles.guarded]
protect = true
[profiles.guarded.env]
APP_ENV = "production"
"""

WORK = ["CLAUDE_CODE_USE_BEDROCK", "AWS_PROFILE", "AWS_REGION", "EDITOR"]
"""What the profile of that name sets."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A user who is signed in with a subscription, at a machine without an administrator."""
    user = Home(tmp_path)
    user.profiles(PROFILES)
    (user.path / ".claude").mkdir()
    (user.path / ".claude" / ".credentials.json").write_text("a token that is not to be parsed")
    (user.path / ".aws").mkdir()
    (user.path / ".aws" / "config").write_text("[profile acme]\naws_access_key_id = a\naws_secret_access_key = b\n")
    state(user)
    return user


def state(home: Home, **more: object) -> None:
    account = {"emailAddress": EMAIL, "organizationName": "Acme"}
    (home.path / ".claude.json").write_text(json.dumps({"oauthAccount": account, **more}))


def status(home: Home, *words: str, **environ: str) -> Any:
    """The data of a run in a shell without the hook."""
    return json.loads(run(home, *words, "--json", environ=environ).stdout)


def run(
    home: Home, *words: str, code: int = 0, cwd: Path | None = None, environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A run in a shell without the hook."""
    done = subprocess.run(
        [*PROGRAM, "status", *words],
        cwd=cwd or home.path,
        env=home.environ(**(environ or {})),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done
    return done


def in_shell(home: Home, *lines: str, shell: str = "bash", **environ: str) -> Any:
    """The data of a run in a shell with the hook, behind these lines."""
    report = home.base / "status.json"
    script = "\n".join((f". {shlex.quote(str(home.hook(shell)))}", *lines, f"ctx status --json > {report}"))
    done = home.run(shell, script, environ=home.environ(**environ))
    assert done.code == 0, done
    return json.loads(report.read_text())


def test_the_data_has_the_keys_that_scripts_rely_on(home: Home) -> None:
    data = status(home, "work")

    assert {"profile", "origin", "status", "variables", "claude"} <= set(data)
    assert {"interactive", "print", "conflicts"} <= set(data["claude"])
    for way in ("interactive", "print"):
        assert {"method", "billed_to", "endpoint", "decided_by"} <= set(data["claude"][way])
    conflicts = status(home, ANTHROPIC_API_KEY=KEY)["claude"]["conflicts"]
    assert conflicts
    assert all(set(conflict) == {"code", "severity", "message", "where", "fix"} for conflict in conflicts)


def test_without_a_profile(home: Home) -> None:
    data = status(home)

    assert (data["profile"], data["origin"], data["status"]) == (None, "", "none")
    assert data["claude"]["print"]["method"] == "subscription"
    assert data["claude"]["print"]["billed_to"] == f"the plan of Acme ({EMAIL})"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_profile_chosen_by_hand(home: Home, shell: str) -> None:
    data = in_shell(home, "ctx use work", shell=shell)

    assert (data["profile"], data["origin"], data["status"]) == ("work", "manual", "active")
    verdict = data["claude"]["interactive"]
    assert (verdict["method"], verdict["billed_to"]) == ("bedrock", "Acme")
    file = home.config / "profiles.toml"
    assert verdict["decided_by"][:2] == [
        {
            "name": name,
            "where": f"{file}: [profiles.work.env] {name}",
            "decides": decides,
        }
        for name, decides in (("CLAUDE_CODE_USE_BEDROCK", "method"), ("AWS_PROFILE", "credential"))
    ]


def test_a_pinned_profile(home: Home) -> None:
    assert in_shell(home, "ctx use --pin work")["origin"] == "pinned"


def test_without_the_hook_the_environment_says_the_same(home: Home) -> None:
    script = f'eval "$({shlex.join(PROGRAM)} use work)"; {shlex.join(PROGRAM)} status --json'

    data = json.loads(home.run("bash", script).stdout)

    assert (data["profile"], data["origin"], data["status"]) == ("work", "manual", "active")


def interactive(home: Home, *lines: str, cwd: Path | None = None) -> Any:
    """The data of a run in an interactive bash, whose prompt looks at the directory."""
    report = home.base / "status.json"
    text = "\n".join(
        (
            f". {shlex.quote(str(home.hook('bash')))}",
            *((f"cd -- {shlex.quote(str(cwd))}",) if cwd else ()),
            "__ctx_prompt",
            *lines,
            f"ctx status --json > {report}",
        )
    )
    home.run("bash", text, options=("-i",))
    return json.loads(report.read_text())


def test_a_profile_by_default(home: Home) -> None:
    data = interactive(home)

    assert (data["profile"], data["origin"], data["status"]) == ("max", "default", "active")


def test_a_profile_of_the_directory(home: Home) -> None:
    project = home.project('profile = "work"\n')

    data = interactive(home, cwd=project)

    assert (data["profile"], data["origin"], data["binding"]) == ("work", "directory", str(project))


def test_a_project_that_adds_a_variable_of_its_own(home: Home) -> None:
    project = home.project('profile = "work"\n[env]\nAPP = "x"\n')

    data = interactive(home, cwd=project)

    (row,) = [row for row in data["variables"] if row["name"] == "APP"]
    assert row == {
        "name": "APP",
        "value": "x",
        "origin": f"{os.path.realpath(project / FILE)}: [env] APP",
        "changed": False,
    }
    assert data["claude"]["print"]["billed_to"] == "Acme"


def test_a_blocked_directory_says_why(home: Home) -> None:
    project = home.project('profile = "work"\n', trusted=False)

    data = interactive(home, cwd=project)

    assert (data["profile"], data["status"], data["binding"]) == (None, "blocked", str(project))
    assert "is not trusted" in data["problem"]
    assert data["claude"]["print"]["method"] == "subscription"


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [("export AWS_PROFILE=other", "AWS_PROFILE", "other"), ("unset AWS_PROFILE", "AWS_PROFILE", None)],
)
def test_what_was_changed_by_hand_is_seen(home: Home, line: str, name: str, value: str | None) -> None:
    data = in_shell(home, "ctx use work", line)

    (row,) = [row for row in data["variables"] if row["name"] == name]
    assert (row["value"], row["changed"]) == (value, True)
    assert row["origin"].endswith(f"[profiles.work.env] {name}, changed in this shell since")
    assert data["status"] == "drifted"
    assert data["claude"]["print"]["billed_to"] != "Acme"


def test_what_a_child_was_not_handed_on_is_missed(home: Home) -> None:
    data = json.loads(run(home, "--json", environ={"CTX_PROFILE": "work", "CTX_STATUS": "active"}).stdout)

    assert data["status"] == "drifted"
    assert data["claude"]["print"]["method"] == "subscription"
    assert [row["name"] for row in data["variables"] if row["changed"]] == WORK


def test_a_change_that_decides_nothing_is_no_drift(home: Home) -> None:
    data = in_shell(home, "ctx use work", "export EDITOR=emacs AWS_REGION=eu-west-1")

    assert data["status"] == "active"
    assert [row["name"] for row in data["variables"] if row["changed"]] == ["AWS_REGION", "EDITOR"]
    assert data["claude"]["print"]["billed_to"] == "Acme"


def test_a_forgotten_key_is_billed_by_print_alone(home: Home) -> None:
    data = in_shell(home, "ctx use max", f"export ANTHROPIC_API_KEY={KEY}")

    assert data["status"] == "drifted"
    assert data["claude"]["interactive"]["method"] == "subscription"
    assert "ANTHROPIC_API_KEY" in data["claude"]["interactive"]["ignored"]
    assert data["claude"]["print"]["method"] == "console"
    assert data["claude"]["print"]["decided_by"] == [
        {"name": "ANTHROPIC_API_KEY", "where": "set by your shell, not by ctx", "decides": "credential"}
    ]
    (row,) = [row for row in data["variables"] if row["name"] == "ANTHROPIC_API_KEY"]
    assert row["value"] == "***"
    assert KEY[:-4] not in json.dumps(data)


def test_a_settings_file_is_named_with_its_line(home: Home) -> None:
    path = home.path / ".claude" / "settings.json"
    path.write_text(f'{{\n  "env": {{\n    "ANTHROPIC_API_KEY": "{KEY}"\n  }}\n}}')

    verdict = status(home, "max")["claude"]["print"]

    assert verdict["method"] == "console"
    assert verdict["decided_by"][0]["where"] == f"{path}:3: env.ANTHROPIC_API_KEY"


@pytest.mark.parametrize(("name", "expected"), [("work", "active"), ("acme", "active"), ("max", "inactive")])
def test_a_named_profile_is_active_or_not(home: Home, name: str, expected: str) -> None:
    script = f'eval "$({shlex.join(PROGRAM)} use work)"; {shlex.join(PROGRAM)} status --json {name}'

    data = json.loads(home.run("bash", script).stdout)

    assert (data["origin"], data["status"]) == ("named", expected)


def test_the_active_profile_does_not_mix_into_another(home: Home) -> None:
    script = f'eval "$({shlex.join(PROGRAM)} use work)"; {shlex.join(PROGRAM)} status --json max'

    data = json.loads(home.run("bash", script).stdout)

    assert data["claude"]["print"]["method"] == "subscription"


def test_what_a_profile_takes_away_is_gone(home: Home) -> None:
    """An empty variable would be another directory, without the login."""
    for name, method in (("usual", "subscription"), ("guarded", None)):
        data = status(home, name, CLAUDE_CONFIG_DIR="/elsewhere")
        assert data["claude"]["print"]["method"] == method


def test_values_of_credentials_are_masked_by_name_and_by_shape(home: Home) -> None:
    environ = {
        "ANTHROPIC_AUTH_TOKEN": "hunter2",
        "ANTHROPIC_MODEL": KEY,
        "ANTHROPIC_BASE_URL": "https://u:pw1@x.example",
    }

    shown = run(home, "--json", environ=environ).stdout + run(home, environ=environ).stdout

    assert "hunter2" not in shown
    assert "pw1" not in shown
    assert KEY[:-4] not in shown
    assert "x.example" in shown


def test_a_profile_for_one_command_only_says_so(home: Home) -> None:
    home.profiles(
        '[profiles.once]\nauth = "console"\n[profiles.once.env]\n'
        'ANTHROPIC_API_KEY = { secret = "s", exec_only = true }\n'
    )

    named, active = status(home, "once"), in_shell(home, "ctx use once")

    assert named["exec_only"] == active["exec_only"] == ["claude"]
    assert named["claude"]["print"]["method"] == "console"
    assert (active["claude"]["print"]["method"], active["status"]) == ("subscription", "active")
    assert "\n  claude: only through ctx exec\n" in run(home, "once").stdout


def test_no_secret_is_read_for_a_profile(home: Home) -> None:
    gateway = status(home, "gateway")
    key = status(home, "key")

    assert gateway["claude"]["print"]["billed_to"] == "Globex"
    assert not (home.path / "COMMAND_RAN").exists()
    assert [row["value"] for row in gateway["variables"] if row["name"] == "ANTHROPIC_AUTH_TOKEN"] == ["***"]
    assert (key["claude"]["print"]["method"], key["claude"]["interactive"]["method"]) == ("console", "subscription")


def test_a_profile_that_activation_refuses_is_refused(home: Home) -> None:
    home.profiles('[profiles.bad]\nauth = "gateway"\nenv = { ANTHROPIC_BASE_URL = "https://x.example" }\n')

    assert "ANTHROPIC_AUTH_TOKEN" in run(home, "bad", code=3).stderr


def test_a_name_that_is_none(home: Home) -> None:
    assert "did you mean work?" in run(home, "wrok", code=4).stderr
    assert run(home, "work", "--auto", code=2).stderr


@pytest.mark.parametrize(
    ("manual", "profile", "origin"),
    [({}, "max", "default"), ({"__CTX_MANUAL": "work"}, "work", "manual"), ({"__CTX_MANUAL": "-"}, None, "manual")],
    ids=["by default", "by hand", "none by hand"],
)
def test_what_is_due(home: Home, manual: dict[str, str], profile: str | None, origin: str) -> None:
    data = status(home, "--auto", **manual)

    assert (data["profile"], data["origin"]) == (profile, origin)


def test_what_is_due_in_a_directory(home: Home) -> None:
    trusted = home.project('profile = "acme"\n')
    data = json.loads(run(home, "--auto", "--json", cwd=trusted).stdout)
    assert (data["profile"], data["origin"], data["binding"]) == ("work", "directory", str(trusted))

    unknown = home.project('profile = "work"\n', "unknown", trusted=False)
    assert "is not trusted" in run(home, "--auto", code=6, cwd=unknown).stderr

    home.bindings(PROFILES, {unknown: "guarded"})
    assert "is protected" in run(home, "--auto", code=6, cwd=unknown).stderr


def test_a_file_of_profiles_that_is_broken_does_not_keep_the_verdict_back(home: Home) -> None:
    home.profiles("[profiles\n")

    done = run(home, environ={"CTX_PROFILE": "work", "CTX_STATUS": "active", "ANTHROPIC_API_KEY": KEY})

    assert "profiles.toml" in done.stdout
    assert "key …KEY4" in done.stdout
    assert run(home, "work", code=3).stderr


def test_a_profile_that_is_gone_does_not_either(home: Home) -> None:
    environ = {"CTX_PROFILE": "gone", "__CTX_SET": "ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY": KEY}

    data = status(home, **environ)

    assert "there is no profile 'gone'" in data["problem"]
    assert data["claude"]["print"]["decided_by"][0]["where"] == "set by ctx for gone"


def test_bookkeeping_of_a_hostile_parent_is_data(home: Home) -> None:
    environ = {
        "CTX_PROFILE": "$(touch ran)\x1b[31m",
        "CTX_STATUS": "\x1b[31mred",
        "__CTX_BY": "\x1b[31mred",
        "__CTX_BINDING": "../\x1b[31m",
        "__CTX_SET": "PATH $(touch ran) A;B",
    }

    data = status(home, **environ)

    assert (data["profile"], data["origin"], data["status"], data["binding"]) == (None, "", "none", "")
    assert "\x1b" not in run(home, environ=environ).stdout


def test_foreign_text_cannot_reach_the_terminal(home: Home) -> None:
    (home.path / ".claude" / "settings.json").write_text(
        '{"model": "\\u001b[31mred\\u202e", "env": {"AWS_REGION": "\\n"}}'
    )
    home.profiles('[profiles.a]\ndescription = "\\u001b[31m"\nenv = { CLAUDE_CODE_USE_BEDROCK = 1 }\n')

    shown = run(home, "a", cwd=home.path).stdout

    assert all(char.isprintable() for char in shown.replace("\n", ""))
    assert "\\x1b[31mred\\u202e" in shown


def test_no_other_program_is_started(home: Home) -> None:
    home.project('profile = "work"\n')
    for words in ((), ("work",), ("gateway", "--json"), ("--auto",)):
        strace = Strace(home.base / "strace")
        command = [*strace.prefix, *PROGRAM, "status", *words]
        subprocess.run(command, cwd=home.path, env=home.environ(), check=True, stdout=subprocess.DEVNULL)

        assert strace.counts() == Counts(forks=0, programs=0), words


HEAVY = (
    *("click", "tomllib", "dataclasses", "typing", "subprocess", "urllib", "logging", "asyncio", "email", "keyring"),
    *("importlib.metadata", "ctypes", "hashlib", "datetime", "configparser", "pathlib", "shutil", "tempfile", "socket"),
)


@pytest.mark.parametrize("words", [(), ("work",), ("gateway", "--json"), ("--auto",)], ids=" ".join)
def test_it_is_light(home: Home, words: tuple[str, ...]) -> None:
    # -v writes a line for everything that is imported.
    python, isolated, no_site, *rest = PROGRAM
    done = subprocess.run(
        [python, isolated, no_site, "-v", *rest, "status", *words],
        cwd=home.path,
        env=home.environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.split()[1].strip("'") for line in done.stderr.splitlines() if line.startswith("import ")}

    assert "ctx.claude.verdict" in loaded
    assert [name for name in loaded if name in HEAVY or name.startswith(tuple(f"{heavy}." for heavy in HEAVY))] == []


def test_the_page_is_short_where_all_is_well(home: Home) -> None:
    shown = run(home, "work").stdout

    assert shown == (
        "work · Acme, through Amazon Bedrock · not active in this shell\n"
        "\n"
        "  claude      Bedrock as acme, us-west-2\n"
        "  pays        Acme\n"
        "  sent to     bedrock-runtime.us-west-2.amazonaws.com\n"
        "  because     CLAUDE_CODE_USE_BEDROCK, AWS_PROFILE, AWS_REGION\n"
        "                ~/.config/ctx/profiles.toml: [profiles.work.env]\n"
        "\n"
        "ctx use work switches to it\n"
    )


def test_the_page_keeps_a_session_and_print_apart_where_they_differ(home: Home) -> None:
    shown = run(home, environ={"ANTHROPIC_API_KEY": KEY}).stdout

    assert "\n  claude      Claude subscription\n" in shown
    assert "\n  claude -p   Anthropic Console, key …KEY4\n" in shown
    assert shown.endswith("\n  unset ANTHROPIC_API_KEY\n")


def test_off_says_what_claude_falls_back_to(home: Home) -> None:
    done = home.run("bash", f". {shlex.quote(str(home.hook('bash')))}\nctx use work\nctx off\n")

    assert f"claude would use: Claude subscription · the plan of Acme ({EMAIL}) pays" in done.stderr


def test_off_says_nothing_of_claude_where_nobody_uses_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.profiles(PROFILES)

    done = home.run("bash", f". {shlex.quote(str(home.hook('bash')))}\nctx use guarded --yes\nctx off\n")

    assert "claude" not in done.stderr
