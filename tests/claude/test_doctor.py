"""`ctx doctor`: a home for each thing it can find, with its place and what to type; and silence where nothing is wrong."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctx import secrets
from ctx.claude.model import SEVERITIES
from ctx.cli import doctor_command, doctor_files, start_files
from ctx.cli.doctor_findings import CANNOT_TELL, GROUPS, Finding, Patient, examine
from ctx.cli.invocation import Invocation
from ctx.cli.start_files import Line
from ctx.errors import ConfigError
from ctx.secrets.base import StoreSilentError
from ctx.signin_conflicts import RULES
from tests.support.home import PROGRAM, ROOT, Home
from tests.support.hostile import ONE_LINE
from tests.support.shells import require_shell

KEY = "sk-ant-api03-not-to-be-seen-anywhere-abcdefghijkl9876"
MAX = '[profiles.max]\nauth = "subscription"\n'
WORK = '[profiles.work]\nauth = "bedrock"\nenv = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_PROFILE = "acme" }\n'
WITH_SECRET = (
    '[profiles.gw]\nenv = { ANTHROPIC_BASE_URL = "https://g.example", ANTHROPIC_AUTH_TOKEN = { secret = "gw" } }\n'
)
SOURCES = sorted((ROOT / "src" / "ctx" / "cli").glob("doctor_*.py"))


class Case:
    """A home that is healthy as it is made: a login, a client, a program ctx, and bash with its hook."""

    def __init__(self, base: Path) -> None:
        self.home = Home(base, ONE_LINE)
        self.path = self.home.path
        self.bin = base / "bin"
        self.program("ctx", shlex.join(PROGRAM))
        self.program("claude", "true")
        self.home.profiles(MAX)
        self.write(".claude/.credentials.json", '{"claudeAiOauth": {"accessToken": "not-to-be-seen"}}')
        self.write(".bashrc", "alias ll='ls -l'\n. /somewhere/ctx/hook.bash\n__ctx_wrap_cd\n")

    def program(self, name: str, command: str, folder: Path | None = None) -> Path:
        file = (folder or self.bin) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        file.chmod(0o755)
        return file

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(text)
        file.chmod(mode)
        return file

    def environ(self, **extra: str) -> dict[str, str]:
        return self.home.environ(**{"PATH": f"{self.bin}:/usr/bin:/bin", "SHELL": "/bin/bash", **extra})

    def run(self, *words: str, hook: bool = True, **extra: str) -> subprocess.CompletedProcess[str]:
        header = self.home.header("bash") if hook else []
        command = [*PROGRAM, *header, "doctor", *words]
        if not hook:
            # The shell stays, so that it is what started ctx.
            command = [require_shell("bash"), "--norc", "-c", f"{shlex.join(command)}; exit $?"]
        return subprocess.run(
            command, cwd=self.path, env=self.environ(**extra), capture_output=True, text=True, timeout=60, check=False
        )

    def findings(self, *, hook: bool = True, **extra: str) -> list[dict[str, str]]:
        done = self.run("--json", hook=hook, **extra)
        assert "Traceback" not in done.stderr
        assert "not-to-be-seen" not in done.stdout + done.stderr
        groups = json.loads(done.stdout)
        assert list(groups) == list(GROUPS)
        found = [{**finding, "group": group} for group, of_group in groups.items() for finding in of_group]
        assert done.returncode == any(finding["severity"] == "error" for finding in found)
        return found

    def only(self, code: str, *, hook: bool = True, **extra: str) -> dict[str, str]:
        """The one finding of this code; and nothing graver than a note but for it."""
        found = self.findings(hook=hook, **extra)
        of_code = [finding for finding in found if finding["code"] == code]
        assert len(of_code) == 1, found
        assert [finding["code"] for finding in found if finding["severity"] != "info"] in ([code], []), found
        assert of_code[0]["severity"] in SEVERITIES
        assert of_code[0]["message"]
        assert of_code[0]["fix"]
        return of_code[0]

    def shown(self, path: Path) -> str:
        return str(path)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_a_healthy_home_is_one_line_and_no_finding(case: Case) -> None:
    done = case.run()

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "all is well: sign-in here and in 1 profile, clouds, shell, client, files, secrets, start-up files, other switchers\n"
    )
    assert case.findings() == []


def test_notes_alone_leave_it_at_one_line(case: Case) -> None:
    case.write(".bashrc", ". /somewhere/ctx/hook.bash\n")

    done = case.run()
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert " · 1 note: ctx doctor --json\n" in done.stdout


def test_a_forgotten_key_is_shown_with_what_to_type(case: Case) -> None:
    done = case.run(ANTHROPIC_API_KEY=KEY)

    assert done.returncode == 0
    assert "sign-in\n  warning ANTHROPIC_API_KEY is set beside a login: claude -p bills the key" in done.stdout
    assert "          set by your shell, not by ctx\n          -> unset ANTHROPIC_API_KEY\n" in done.stdout
    assert done.stdout.endswith("\n1 warning\n")
    assert "abcdefghijkl" not in done.stdout


def test_what_one_line_is_to_blame_for_is_told_together(case: Case) -> None:
    active = {"CTX_PROFILE": "max", "CTX_STATUS": "active"}
    command = [*PROGRAM, *case.home.header("bash", active="max", manual="max"), "doctor"]
    environ = case.environ(**active, ANTHROPIC_API_KEY=KEY)
    done = subprocess.run(command, cwd=case.path, env=environ, capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.count("ANTHROPIC_API_KEY is set") == 2
    assert done.stdout.count("-> unset ANTHROPIC_API_KEY") == 1


def test_errors_end_with_code_1(case: Case) -> None:
    assert case.run(ANTHROPIC_API_KEY=KEY, ANTHROPIC_AUTH_TOKEN="t").returncode == 1


def test_fixes_are_written_for_the_shell_whose_hook_called(case: Case) -> None:
    command = [*PROGRAM, *case.home.header("fish"), "doctor"]
    environ = case.environ(ANTHROPIC_API_KEY=KEY)
    done = subprocess.run(command, cwd=case.path, env=environ, capture_output=True, text=True, timeout=60, check=False)

    assert "-> set -e ANTHROPIC_API_KEY\n" in done.stdout


def test_a_conflict_of_a_profile_elsewhere_is_found(case: Case) -> None:
    profiles = MAX + '[profiles.other]\nauth = "subscription"\n'
    case.home.profiles(profiles)
    case.write(".claude/settings.json", '{\n "apiKeyHelper": "print-key"\n}')

    assert case.only("helper-outranks")["severity"] == "warning"

    case.home.profiles(f'default = "other"\n{profiles}')
    found = case.only("helper-outranks")
    assert found["message"] == (
        "max, other: apiKeyHelper outranks the profile (Claude subscription): the helper's key is used and billed"
    )
    assert found["where"] == f"{case.path}/.claude/settings.json:2: apiKeyHelper"
    assert found["severity"] == "error"


def test_the_active_profile_is_compared_with_the_shell_as_it_is(case: Case) -> None:
    case.home.profiles(WORK + MAX)
    case.write(".aws/config", "[profile acme]\ncredential_process = x\n[profile mine]\ncredential_process = y\n")
    active = {"CTX_PROFILE": "work", "CTX_STATUS": "active", "__CTX_SET": "AWS_PROFILE CLAUDE_CODE_USE_BEDROCK"}
    command = [*PROGRAM, *case.home.header("bash", active="work", manual="work"), "doctor", "--json"]
    environ = case.environ(**active, CLAUDE_CODE_USE_BEDROCK="1", AWS_PROFILE="mine")
    done = subprocess.run(command, cwd=case.path, env=environ, capture_output=True, text=True, timeout=60, check=False)

    codes = [finding["code"] for finding in json.loads(done.stdout)["sign-in"]]
    assert codes == ["changed-since", "models-not-pinned"]


def test_a_profile_that_cannot_be_used_is_an_error(case: Case) -> None:
    case.home.profiles(MAX + '[profiles.v]\nauth = "vertex"\nenv = { CLAUDE_CODE_USE_VERTEX = 1 }\n')

    found = case.only("profile-unusable")
    assert found["message"].startswith("the profile v cannot be used: ")
    assert "profiles.toml" in found["where"]


def test_an_expired_session_is_an_error_here_and_a_warning_elsewhere(case: Case) -> None:
    case.home.profiles(MAX + WORK + WORK.replace("work", "play"))

    found = case.only("session")
    assert found["severity"] == "warning"
    assert found["message"] == "work, play: there is no AWS profile acme in ~/.aws/config or ~/.aws/credentials"
    assert found["fix"] == "aws configure sso --profile acme"
    here = case.only("session", CLAUDE_CODE_USE_BEDROCK="1", AWS_PROFILE="acme")
    assert here["severity"] == "error"
    assert here["message"].startswith("there is no AWS profile")


def test_a_session_that_the_client_renews_is_a_note(case: Case) -> None:
    case.home.profiles(WORK)
    case.write(".claude/settings.json", '{"awsAuthRefresh": "aws sso login"}')

    assert case.only("session")["severity"] == "info"


def test_a_shell_without_the_hook_is_said(case: Case) -> None:
    found = case.only("hook-not-loaded", hook=False)

    assert "does not switch this bash" in found["message"]
    assert found["where"] == f"{case.path}/.bashrc"
    assert found["fix"] == "exec bash"
    case.write(".bashrc", "")
    (found,) = case.findings(hook=False)
    assert found["fix"] == f"""echo 'eval "$(ctx init bash)"' >> {shlex.quote(f"{case.path}/.bashrc")}"""


def test_a_login_shell_whose_files_do_not_load_the_hook_is_a_warning(case: Case) -> None:
    found = case.only("hook-missing", SHELL="/bin/zsh")

    assert found["severity"] == "warning"
    assert found["where"] == f"{case.path}/.zshrc"
    case.write(".zshrc", 'eval "$(ctx init zsh)"\n')
    assert case.findings(SHELL="/bin/zsh") == []


def test_a_line_that_takes_the_hook_away_is_found(case: Case) -> None:
    case.write(".bashrc", ". /x/ctx/hook.bash\n__ctx_wrap_cd\nPROMPT_COMMAND=mine\n")

    found = case.only("hook-overwritten")
    assert found["where"] == f"{case.path}/.bashrc:3"
    case.write(
        ".bashrc", 'PROMPT_COMMAND=mine\n. /x/ctx/hook.bash\n__ctx_wrap_cd\nPROMPT_COMMAND="more;$PROMPT_COMMAND"\n'
    )
    assert case.findings() == []


def test_bash_that_switches_at_its_prompt_only_is_a_note(case: Case) -> None:
    case.write(".bashrc", 'eval "$(ctx init bash)"\n')

    assert case.only("bash-without-cd")["severity"] == "info"
    case.write(".bashrc", 'eval "$(ctx init bash --cd)"\n')
    assert case.findings() == []


def test_a_hook_that_is_loaded_twice_is_a_note(case: Case) -> None:
    case.write(".bashrc", 'eval "$(ctx init bash --cd)"\n. /x/ctx/hook.bash\n')

    assert case.only("hook-twice")["where"] == f"{case.path}/.bashrc:2"


@pytest.mark.parametrize(
    "line", ["alias ctx=kubectx", "alias ctx='kubectl ctx'", "ctx() { kubectx; }", "function ctx { :; }"]
)
def test_a_name_that_the_shell_gives_to_something_else_is_an_error(case: Case, line: str) -> None:
    case.write(".bashrc", f". /x/ctx/hook.bash\n__ctx_wrap_cd\n{line}\n")

    found = case.only("command-hidden")
    assert found["where"] == f"{case.path}/.bashrc:3"
    assert found["severity"] == "error"


def test_another_program_of_the_name_is_found(case: Case) -> None:
    case.program("ctx", "kubectx")

    assert case.only("another-program")["where"] == str(case.bin / "ctx")
    (case.bin / "ctx").unlink()
    assert case.only("not-on-path")["severity"] == "info"


def test_a_launcher_of_pip_is_ours(case: Case) -> None:
    (case.bin / "ctx").write_text("#!/usr/bin/python3\nimport sys\nfrom ctx.cli.main import main\nsys.exit(main())\n")

    assert case.findings() == []


def test_a_missing_client_is_a_warning_where_a_profile_wants_it(case: Case) -> None:
    (case.bin / "claude").unlink()

    assert case.only("client-missing")["severity"] == "warning"
    case.program("claude", "true", case.path / ".local" / "bin")
    assert "~/.local/bin/claude" in case.only("client-missing")["message"]
    case.home.profiles('[profiles.plain]\nenv = { A = "b" }\n')
    assert case.only("client-missing")["severity"] == "info"


def test_a_client_that_ctx_does_not_know_is_a_note(case: Case) -> None:
    (case.bin / "claude").unlink()
    for version, known in (("9.1.0", False), ("2.1.999", True)):
        real = case.program(version, "true", case.path / "share" / "claude" / "versions")
        (case.bin / "claude").unlink(missing_ok=True)
        (case.bin / "claude").symlink_to(real)
        assert [finding["code"] for finding in case.findings()] == ([] if known else ["client-newer"])


def test_the_version_of_a_client_from_npm_is_read_from_its_package(case: Case) -> None:
    folder = case.path / "lib" / "node_modules" / "@anthropic-ai" / "claude-code"
    real = case.program("cli.js", "true", folder)
    (folder / "package.json").write_text('{"name": "@anthropic-ai/claude-code", "version": "3.0.1"}')
    (case.bin / "claude").unlink()
    (case.bin / "claude").symlink_to(real)

    assert "Claude Code 3.0.1 is newer" in case.only("client-newer")["message"]


def test_a_shim_that_path_does_not_find_first_is_a_warning(case: Case) -> None:
    case.home.ctx("shim", "claude")
    folder = case.home.data / "shims"

    found = case.only("shim-not-first")
    assert found["where"] == str(folder / "claude")
    assert case.findings(PATH=f"{folder}:{case.bin}:/usr/bin:/bin") == []


def test_a_shim_that_is_none_is_a_warning(case: Case) -> None:
    case.program("claude", "true", case.home.data / "shims")

    assert case.only("shim-damaged")["fix"] == "ctx shim claude"


def test_no_profiles_are_a_warning(case: Case) -> None:
    (case.home.config / "profiles.toml").unlink()

    assert case.only("no-profiles")["fix"] == "ctx new NAME"


def test_a_broken_file_of_profiles_is_an_error_and_the_rest_is_looked_at(case: Case) -> None:
    case.home.profiles("[profiles.\n")

    codes = {finding["code"] for finding in case.findings(ANTHROPIC_API_KEY=KEY)}
    assert codes == {"profiles-file-unusable", "key-beside-login"}


@pytest.mark.parametrize("what", ["config", "data", "cache"])
def test_a_folder_that_others_may_write_is_an_error(case: Case, what: str) -> None:
    folder = getattr(case.home, what)
    folder.chmod(0o777)

    found = case.only("mode")
    assert found["where"] == str(folder)
    subprocess.run(["/bin/sh", "-c", found["fix"]], check=True)
    assert case.findings() == []


def test_a_hook_file_that_others_may_write_is_an_error(case: Case) -> None:
    (case.home.data / "hook.bash").touch()
    (case.home.data / "hook.bash").chmod(0o666)

    assert case.only("mode")["where"] == str(case.home.data / "hook.bash")


def test_a_folder_that_is_a_file_is_an_error(case: Case) -> None:
    case.home.cache.rmdir()
    case.home.cache.touch()

    assert case.only("wrong-kind")["where"] == str(case.home.cache)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_folder_of_somebody_else_is_an_error(case: Case) -> None:
    os.chown(case.home.cache, 12345, -1)

    assert case.only("owner")["where"] == str(case.home.cache)


def test_a_secret_that_nobody_stored_is_an_error(case: Case) -> None:
    case.home.profiles(f'default = "gw"\n{WITH_SECRET}')

    found = case.only("secret-missing")
    assert found["message"] == "the secret gw, which gw needs: nobody stored it"
    assert found["fix"] == "ctx secret set gw"
    assert case.findings(CTX_SECRET_GW="not-to-be-seen") == []


def test_a_secret_of_a_profile_that_nothing_chooses_yet_is_a_note(case: Case) -> None:
    case.home.profiles(WITH_SECRET)

    found = case.only("secret-not-stored")
    assert (found["severity"], "gw (gw)" in found["message"]) == ("info", True)


def stored(case: Case) -> Path:
    """A secret in the encrypted file, and that file."""
    command = [*PROGRAM, "secret", "set", "gw", "--stdin", "--to", "file"]
    subprocess.run(command, env=case.environ(), input="not-to-be-seen", text=True, check=True, capture_output=True)
    case.home.profiles(WITH_SECRET)
    return case.home.data / "secrets" / "secrets.json"


def test_a_secret_that_its_store_has_is_fine(case: Case) -> None:
    stored(case)

    assert case.findings() == []


def test_a_secret_that_its_store_lost_is_an_error(case: Case) -> None:
    stored(case).unlink()

    assert "does not have it any more" in case.only("secret-missing")["message"]


def test_a_damaged_store_is_an_error(case: Case) -> None:
    stored(case).write_text("{")

    assert case.only("store-damaged")["where"].endswith("secrets.json")


def test_a_store_that_others_may_read_is_locked(case: Case) -> None:
    stored(case).chmod(0o644)

    assert {finding["code"] for finding in case.findings()} == {"store-locked", "mode"}


def in_keyring(case: Case) -> None:
    """A secret that the keyring is said to have."""
    row = ["keyring", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]
    case.write(".local/share/ctx/secrets/index.json", json.dumps({"v": 1, "store": "keyring", "secrets": {"gw": row}}))
    (case.home.data / "secrets").chmod(0o700)


def test_a_keyring_that_is_not_there_is_an_error(case: Case) -> None:
    in_keyring(case)

    assert case.only("store-absent")["severity"] == "error"


def test_a_keyring_that_cannot_be_used_is_an_error(case: Case) -> None:
    in_keyring(case)

    assert (
        case.only("store-unusable", PYTHON_KEYRING_BACKEND="no.such.Backend")["fix"] == "unset PYTHON_KEYRING_BACKEND"
    )


def test_a_store_that_does_not_exist_is_an_error(case: Case) -> None:
    assert "CTX_SECRETS_STORE" in str(case.only("store-unusable", CTX_SECRETS_STORE="cloud"))


def test_a_keyring_that_says_nothing_is_an_error(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(case)

    class Silent:
        def read(self, names: tuple[str, ...]) -> dict[str, object]:
            raise StoreSilentError("did not answer", fix="start it")

    monkeypatch.setattr(secrets, "open_store", lambda kind, places: Silent())
    patient = Patient(Invocation(case.home.header("bash"), case.environ()))

    assert [finding.code for finding in doctor_files.stores(patient)] == ["store-silent"]


def test_credentials_in_start_up_files_are_pointed_at_and_never_shown(case: Case) -> None:
    file = case.write(".zshenv", f"# mine\nexport SOME_TOKEN={KEY}\n")

    found = case.only("plaintext")
    assert found["where"] == f"{file}:2"
    assert found["message"] == "SOME_TOKEN stands here in plain text"
    assert shlex.split(found["fix"]) == ["ctx", "secret", "adopt", str(file)]


def test_credentials_in_profiles_are_pointed_at(case: Case) -> None:
    case.home.profiles(f'{MAX}[profiles.c.env]\nSOME_TOKEN = "{KEY}"\n')

    found = case.only("plaintext")
    assert found["where"] == f"{case.home.config}/profiles.toml:4"
    assert found["message"] == "SOME_TOKEN of c stands here in plain text"


def test_a_sign_in_that_a_start_up_file_sets_for_everybody_is_a_warning(case: Case) -> None:
    case.write(".profile", "export CLAUDE_CODE_USE_BEDROCK=1\nexport EDITOR=vi\n")

    found = case.only("sign-in-in-start-up")
    assert found["where"] == f"{case.path}/.profile:1"


def test_a_settings_file_that_signs_in_is_pointed_at_with_the_tool_that_may_have_written_it(case: Case) -> None:
    case.home.profiles('[profiles.plain]\nenv = { A = "b" }\n')
    (case.path / ".cc-switch").mkdir()
    settings = {"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:15721", "ANTHROPIC_AUTH_TOKEN": "not-to-be-seen"}}
    file = case.write(".claude/settings.json", json.dumps(settings, indent=1))

    found = case.only("settings-sign-in")
    assert found["where"] == f"{file}:3: env.ANTHROPIC_BASE_URL"
    assert "(cc-switch writes there)" in found["message"]
    assert found["fix"] == "ctx import claude-settings"


def test_another_switcher_that_did_nothing_yet_is_a_note(case: Case) -> None:
    (case.path / ".claude-code-router").mkdir()

    assert case.only("other-switcher")["severity"] == "info"


def test_a_start_up_file_that_cannot_be_read_is_said(case: Case) -> None:
    (case.path / ".zshenv").write_bytes(b"export CAF\xc9=1\n")

    found = case.only("cannot-tell")
    assert found["message"] == "cannot tell, because it is not UTF-8"
    assert found["where"] == f"{case.path}/.zshenv"


def test_a_check_that_fails_says_so_and_the_others_go_on(case: Case) -> None:
    def unexpected(patient: Patient) -> Iterator[Finding]:
        yield Finding("first", "warning", "seen before")
        raise KeyError("not-to-be-seen")

    def expected(patient: Patient) -> list[Finding]:
        raise ConfigError("is broken", where="/file", fix="mend it")

    patient = Patient(Invocation(case.home.header("bash"), case.environ()))
    found = examine(patient, (("clouds", unexpected), ("sign-in", expected), ("shell", lambda _: [])))

    assert [(f.group, f.code, f.message) for f in found] == [
        ("sign-in", CANNOT_TELL, "cannot tell, because it is broken"),
        ("clouds", "first", "seen before"),
        ("clouds", CANNOT_TELL, "cannot tell, because of an unexpected KeyError"),
    ]


def test_files_that_block_or_cannot_be_read_hold_nothing_up(case: Case) -> None:
    for name in (".zshrc", ".claude/settings.json", ".aws/config", ".claude.json"):
        (case.path / name).parent.mkdir(exist_ok=True)
        os.mkfifo(case.path / name)
    case.home.profiles(WORK)
    (case.path / ".config" / "gcloud").touch()

    found = case.findings()
    assert {finding["code"] for finding in found} >= {"settings-unusable", "session"}
    assert "Traceback" not in str(found)


def test_nothing_is_started_and_nothing_changed(case: Case) -> None:
    case.home.profiles(WORK + MAX)
    before = {path: path.lstat().st_mtime_ns for path in case.path.rglob("*")}
    for name in ("claude", "aws", "az", "gcloud"):
        case.program(name, "touch ran-it")
    case.findings()

    assert {path: path.lstat().st_mtime_ns for path in case.path.rglob("*")} == before


def test_hostile_texts_are_made_visible(case: Case) -> None:
    case.home.profiles(WORK.replace("acme", "a\\u001b[31m\\u202eb"))

    done = case.run()
    assert "a\\x1b[31m\\u202eb" in done.stdout
    assert "\x1b" not in done.stdout


def codes() -> set[str]:
    """Every code that the doctor's own checks may give."""
    text = "".join(path.read_text() for path in SOURCES)
    found = set(re.findall(r'(?:Finding|note|of_error)\(\s*"([a-z-]+)"', text)) | {CANNOT_TELL}
    return found | {f"store-{state}" for state in ("absent", "locked", "silent", "damaged", "unusable")}


def test_every_code_is_documented_and_found_by_a_test() -> None:
    page = (ROOT / "docs" / "commands.md").read_text()
    section = page.partition("## ctx doctor")[2].partition("\n## ")[0]
    tests = Path(__file__).read_text() + (Path(__file__).parent / "test_conflicts.py").read_text()

    assert len(codes()) >= 30
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE))
    assert documented == codes() | set(RULES)
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\w+)", section, re.MULTILINE))
    assert {code: rows[code] for code in RULES} == {code: rule.severity for code, rule in RULES.items()}
    assert {code for code in codes() | set(RULES) if f'"{code}"' not in tests} == set()


@pytest.mark.parametrize(
    ("shell", "text", "overwrites"),
    [
        ("bash", "PROMPT_COMMAND=x", True),
        ("bash", "export PROMPT_COMMAND='x; y'", True),
        ("bash", 'PROMPT_COMMAND="x; $PROMPT_COMMAND"', False),
        ("bash", "PROMPT_COMMAND+=x", False),
        ("bash", "# PROMPT_COMMAND=x", False),
        ("zsh", "precmd_functions=(mine)", True),
        ("zsh", "precmd_functions=(mine $precmd_functions)", False),
        ("zsh", "precmd_functions+=(mine)", False),
        ("pwsh", "function prompt { 'PS> ' }", True),
        ("pwsh", "function prompter { }", False),
        ("fish", "PROMPT_COMMAND=x", False),
    ],
)
def test_lines_that_replace_the_prompt_are_told_from_those_that_add(shell: str, text: str, overwrites: bool) -> None:
    assert start_files.overwrites_prompt(Line("f", 1, text), shell) is overwrites


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("export A=b", "A"),
        ("  export A='b c'", "A"),
        ("set -gx A b", "A"),
        ("set --export A b", "A"),
        ("declare -x A=b", "A"),
        ("$env:A = 'b'", "A"),
        ("export A", ""),
        ("export A=", ""),
        ("A=b", ""),
        ("set -g A b", ""),
        ("# export A=b", ""),
    ],
)
def test_what_a_line_exports_is_read_in_every_shell(text: str, name: str) -> None:
    assert start_files.exported(Line("f", 1, text)) == name


def test_the_page_fits_a_narrow_terminal_except_for_what_is_copied() -> None:
    invocation = Invocation([], {"HOME": "/nowhere"})
    finding = Finding("c", "warning", "word " * 40, "/place", "a command " * 20)
    lines = doctor_command._told(invocation, Patient(invocation), finding, 80, last=True)

    assert max(len(line) for line in lines[:-1]) <= 80
    assert lines[-1].strip().startswith("-> a command")
