"""`ctx shim claude`: started by a bare environment, as cron and editors do it, in front of a stand-in for the client."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from ctx.claude import shim
from ctx.claude.client import elsewhere, real_client
from ctx.errors import EXIT_COMMAND_NOT_FOUND, EXIT_REFUSED, EXIT_SECRET
from tests.support.home import PROGRAM, Home
from tests.support.hostile import NOT_UTF8
from tests.support.shells import clean_command, require_shell
from tests.support.standins import Call, Standins

PROFILES = """\
default = "max"
[profiles.max]
auth = "subscription"
[profiles.acme.env]
AWS_REGION = "eu-west-1"
TOKEN = { secret = "acme-token", exec_only = true }
[profiles.broken.env]
A = { secret = "nobody-kept-it" }
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.profiles(PROFILES)
    return home


@pytest.fixture
def client(tmp_path: Path) -> Standins:
    standins = Standins(tmp_path / "real")
    standins.program("claude", stdout="answer\n", code=7)
    return standins


@pytest.fixture
def folder(home: Home, client: Standins) -> Path:
    """The folder that the shim was put into."""
    make(home, PATH=client.path())
    return home.data / "shims"


def make(home: Home, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "shim", "claude", *words]
    return run(command, home.environ(**extra))


def run(command: list[str], environ: dict[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=environ,
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        timeout=60,
    )


def start(
    home: Home,
    path: str,
    *words: str,
    cwd: Path | None = None,
    file: str = "claude",
    more: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """What a program does that starts `claude` and was told of nothing but HOME and PATH."""
    found = shutil.which(file, path=path) or file
    return run([found, *words], {"HOME": str(home.path), "PATH": path, **(more or {})}, cwd or home.path)


def only_call(client: Standins) -> Call:
    (call,) = client.calls("claude")
    client.forget("claude")
    return call


def search(*folders: object, rest: str = "/usr/bin:/bin") -> str:
    return ":".join((*map(str, folders), rest))


# --- starting ---------------------------------------------------------------------------------------------------------


def test_the_client_starts_in_the_profile_that_is_due(home: Home, client: Standins, folder: Path) -> None:
    words = ("-p", "it's $HOME `x`", "", "--", "-x\n")
    done = start(home, search(folder, client.folder), *words)
    call = only_call(client)

    assert (done.returncode, done.stdout, done.stderr) == (7, "answer\n", "")
    assert call.argv == words
    assert call.env["CTX_PROFILE"] == "max"
    assert call.cwd == str(home.path)


def test_a_directory_and_a_manual_choice_count_as_in_a_shell(home: Home, client: Standins, folder: Path) -> None:
    project = home.project('profile = "acme"')
    path = search(folder, client.folder)
    secret = {"CTX_SECRET_ACME_TOKEN": "t0ken"}
    start(home, path, cwd=project, more=secret)
    bound = only_call(client)
    start(home, path, more={"__CTX_MANUAL": "acme", **secret})
    chosen = only_call(client)
    start(home, path, cwd=project, more={"__CTX_MANUAL": "-"})
    off = only_call(client)

    assert [call.env.get("CTX_PROFILE") for call in (bound, chosen, off)] == ["acme", "acme", None]
    assert bound.env["TOKEN"] == "t0ken", "what is for ctx exec alone is there"
    assert bound.env["AWS_REGION"] == "eu-west-1"


def test_it_refuses_where_a_shell_would_be_blocked(home: Home, client: Standins, folder: Path) -> None:
    project = home.project('profile = "acme"', trusted=False)
    done = start(home, search(folder, client.folder), cwd=project)

    assert done.returncode == EXIT_REFUSED
    assert "ctx allow" in done.stderr
    assert client.calls("claude") == []


def test_it_refuses_where_a_profile_fails(home: Home, client: Standins, folder: Path) -> None:
    project = home.project('profile = "broken"')
    done = start(home, search(folder, client.folder), cwd=project)

    assert done.returncode == EXIT_SECRET
    assert "ctx secret set nobody-kept-it" in done.stderr
    assert client.calls("claude") == []


def test_what_a_session_starts_keeps_its_account(home: Home, client: Standins, folder: Path) -> None:
    project = home.project('profile = "acme"', trusted=False)
    session = {"CLAUDECODE": "1", "ANTHROPIC_API_KEY": "of-session"}
    done = start(home, search(folder, client.folder), "x", cwd=project, more=session)
    call = only_call(client)

    assert done.returncode == 7
    assert call.argv == ("x",)
    assert call.env["ANTHROPIC_API_KEY"] == "of-session"
    assert "CTX_PROFILE" not in call.env


@pytest.mark.parametrize("shell", ["dash", "bash", "zsh", "busybox"])
def test_every_sh_runs_it(shell: str, home: Home, client: Standins, folder: Path) -> None:
    command = [require_shell("busybox"), "sh"] if shell == "busybox" else clean_command(shell)
    environ = {"HOME": str(home.path), "PATH": search(folder, client.folder)}
    words = [*command, "-eu", str(folder / "claude"), "a b"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False, cwd=home.path)

    assert (done.returncode, done.stderr) == (7, "")
    assert only_call(client).argv == ("a b",)


def test_folders_named_by_variables_are_found_without_them(home: Home, client: Standins, tmp_path: Path) -> None:
    moved = {"CTX_CONFIG": str(tmp_path / "it's mine"), "XDG_DATA_HOME": str(tmp_path / "da ta")}
    (tmp_path / "it's mine").mkdir(mode=0o700)
    file = shutil.copy(home.config / "profiles.toml", tmp_path / "it's mine")
    os.chmod(file, 0o600)
    home.profiles("")
    make(home, PATH=client.path(), **moved)
    folder = tmp_path / "da ta" / "ctx" / "shims"
    start(home, search(folder, client.folder))

    assert only_call(client).env["CTX_PROFILE"] == "max"


def test_a_pipe_and_signals_reach_the_client_itself(home: Home, client: Standins, folder: Path) -> None:
    client.program("claude", killed=15)
    done = start(home, search(folder, client.folder))

    assert done.returncode == -15, "the client has taken the place of the shim"


# --- the real client --------------------------------------------------------------------------------------------------


def layouts(tmp_path: Path, folder: Path, real: Path) -> dict[str, str]:
    """Values of PATH in which ctx's own shim is on the way to the client."""
    link, other, single = tmp_path / "link", tmp_path / "other", tmp_path / "single"
    link.symlink_to(folder)
    single.mkdir()
    (single / "claude").symlink_to(folder / "claude")
    for name in ("directory", "not-executable"):
        (other / name).mkdir(parents=True)
    (other / "directory" / "claude").mkdir()
    (other / "not-executable" / "claude").write_text("#!/bin/sh\nexit 9\n")
    return {
        "once": search(folder, real),
        "twice": search(folder, folder, f"{folder}/", real, folder),
        "folder linked": search(link, folder, real),
        "file linked": search(single, folder, link, real),
        "relative entries": search("", ".", "real", folder, "", real),
        "other things of that name": search(folder, other / "directory", other / "not-executable", real),
        "missing folders": search(tmp_path / "none", folder, "/", real),
        "behind the client": search(real, folder),
    }


LAYOUTS = ("once", "twice", "folder linked", "file linked", "relative entries", "other things of that name",
           "missing folders", "behind the client")  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("session", [{}, {"CLAUDECODE": "1"}])
def test_the_real_client_is_found_by_the_same_rule_as_python_has(
    layout: str, session: dict[str, str], home: Home, client: Standins, folder: Path
) -> None:
    tmp_path = home.base
    path = layouts(tmp_path, folder, client.folder)[layout]
    # A `claude` in the working directory must not be what an entry without a slash leads to.
    trap = home.path / "real"
    trap.mkdir()
    for place in (trap, home.path):
        (place / "claude").write_text("#!/bin/sh\nexit 9\n")
        (place / "claude").chmod(0o755)
    done = start(home, path, "x", file=str(folder / "claude"), more=session)

    assert (done.returncode, done.stderr) == (7, "")
    assert only_call(client).argv == ("x",)
    assert real_client(path, str(home.data)) == str(client.folder / "claude")


def test_all_layouts_are_tried(tmp_path: Path) -> None:
    assert tuple(layouts(tmp_path, tmp_path / "shims", tmp_path / "real")) == LAYOUTS


@pytest.mark.parametrize("session", [{}, {"CLAUDECODE": "1"}])
def test_shims_of_other_installations_and_copies_never_go_in_circles(
    session: dict[str, str], home: Home, client: Standins, folder: Path, tmp_path: Path
) -> None:
    make(home, PATH=client.path(), XDG_DATA_HOME=str(tmp_path / "second"))
    second = tmp_path / "second" / "ctx" / "shims"
    copies = [tmp_path / "copy one", tmp_path / "copy two"]
    for copy in copies:
        copy.mkdir()
        shutil.copy(folder / "claude", copy)
    links = [tmp_path / "link one", tmp_path / "link two"]
    for link, target in zip(links, (folder, second), strict=True):
        link.mkdir()
        (link / "claude").symlink_to(target / "claude")
    everything = (*links, *copies, folder, second, *copies, *links)
    for first in (*links, *copies, folder, second):
        done = start(home, search(first, *everything, client.folder), "x", more=session)
        assert (done.returncode, done.stderr) == (7, "")
        assert only_call(client).argv == ("x",)
        alone = start(home, search(first, *everything), "x", more=session)
        assert alone.returncode == EXIT_COMMAND_NOT_FOUND


def test_a_wrapper_that_looks_on_path_again_gets_the_client(
    home: Home, client: Standins, folder: Path, tmp_path: Path
) -> None:
    wrapper = tmp_path / "wrapper"
    wrapper.mkdir()
    (wrapper / "claude").write_text('#!/bin/sh\nexec claude wrapped "$@"\n')
    (wrapper / "claude").chmod(0o755)
    done = start(home, search(folder, wrapper, client.folder), "x")

    assert done.returncode == 7
    assert only_call(client).argv == ("wrapped", "x")


def test_what_a_session_inherits_hides_no_client(home: Home, client: Standins, folder: Path) -> None:
    for value in (f"1 {client.folder}/claude", "nonsense", f"{client.folder}/claude", "$$ x"):
        done = start(home, search(folder, client.folder), more={shim.GUARD: value})
        assert done.returncode == 7
        assert shim.GUARD in only_call(client).env


def test_a_client_that_path_does_not_lead_to_is_found_where_installers_put_it(home: Home, folder: Path) -> None:
    client = Standins(home.path / ".local" / "bin")
    client.program("claude", code=7)
    done = start(home, "/usr/bin:/bin", "-p", file=str(folder / "claude"))

    assert done.returncode == 7
    assert only_call(client).argv == ("-p",)
    assert elsewhere(str(home.path)) == str(client.folder / "claude")


def test_without_a_client_it_says_so(home: Home, folder: Path) -> None:
    for path in (str(folder), f"{folder}:/usr/bin:/bin", ""):
        done = start(home, path, file=str(folder / "claude"))
        assert done.returncode == EXIT_COMMAND_NOT_FOUND
        assert "there is no Claude Code on PATH behind this shim" in done.stderr
        assert "how to install it" in done.stderr


def test_without_ctx_it_does_not_start_the_client(home: Home, client: Standins, folder: Path) -> None:
    file = folder / "claude"
    text = shim.script(str(home.data), (f"{home.path}/gone/python", "-I"), ())
    file.write_text(text)
    done = start(home, search(folder, client.folder))

    assert done.returncode == EXIT_COMMAND_NOT_FOUND
    assert "ctx is gone" in done.stderr
    assert client.calls("claude") == []


# --- the command ------------------------------------------------------------------------------------------------------


def test_it_is_made_once_and_for_its_owner(home: Home, client: Standins) -> None:
    done = make(home, PATH=client.path())
    file = home.data / "shims" / "claude"

    assert done.returncode == 0
    assert "shims/claude is there" in done.stderr
    assert [stat.S_IMODE(one.stat().st_mode) for one in (file, file.parent)] == [0o700, 0o700]
    before = file.stat()
    assert "was there already" in make(home, PATH=client.path()).stderr
    assert file.stat().st_ino == before.st_ino
    file.write_text(file.read_text().replace("exec --auto", "exec other"))
    assert "is there" in make(home, PATH=client.path()).stderr
    assert "exec --auto" in file.read_text()


def test_the_line_for_path_puts_it_in_front(home: Home, client: Standins) -> None:
    done = make(home, PATH=client.path())
    script = f"PATH={client.path()}\n{done.stdout}command -v claude\n"
    shown = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout

    assert shown == f"{home.data}/shims/claude\n"
    assert f"PATH finds {client.folder}/claude first" in done.stderr
    after = make(home, PATH=f"{home.data}/shims:{client.path()}")
    assert (after.stdout, "PATH finds it first" in after.stderr) == ("", True)
    without = make(home, PATH="/usr/bin:/bin")
    assert "no Claude Code on PATH yet" in without.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "pwsh"])
def test_the_line_for_path_is_in_the_language_of_the_shell(shell: str, home: Home, client: Standins) -> None:
    # Something behind it, for some shells replace themselves by their last command.
    program = " ".join((*PROGRAM, "shim", "claude")) + (" ; :" if shell in ("bash", "zsh") else "")
    inner = subprocess.run(
        [*clean_command(shell), "-c", program],
        env=home.environ(PATH=client.path()),
        capture_output=True,
        text=True,
        check=True,
    )
    find = {"pwsh": "(Get-Command claude).Source"}.get(shell, "command -v claude")
    done = subprocess.run(
        [*clean_command(shell), "-c", f"{inner.stdout}{find}"],
        env=home.environ(PATH=client.path()),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.rstrip("\n") == f"{home.data}/shims/claude"


@pytest.mark.parametrize("content", ["#!/bin/sh\nexec other\n", "", None])
def test_what_somebody_else_put_there_stays(content: str | None, home: Home, client: Standins) -> None:
    file = home.data / "shims" / "claude"
    file.parent.mkdir(mode=0o700)
    if content is None:
        file.mkdir()
    else:
        file.write_text(content)
    for words in ((), ("--remove",)):
        done = make(home, *words, PATH=client.path())
        assert done.returncode == EXIT_REFUSED
        assert "is not from ctx" in done.stderr
    assert file.is_dir() if content is None else file.read_text() == content


def test_a_link_in_its_place_is_replaced_and_not_followed(home: Home, client: Standins, folder: Path) -> None:
    elsewhere_ = home.path / "copy"
    shutil.copy(folder / "claude", elsewhere_)
    elsewhere_.write_text(elsewhere_.read_text() + "# mine\n")
    (folder / "claude").unlink()
    (folder / "claude").symlink_to(elsewhere_)
    make(home, PATH=client.path())

    assert not (folder / "claude").is_symlink()
    assert elsewhere_.read_text().endswith("# mine\n")


def test_it_can_be_taken_away(home: Home, client: Standins, folder: Path) -> None:
    done = make(home, "--remove", PATH=client.path())

    assert (done.returncode, folder.exists()) == (0, False)
    assert "is removed" in done.stderr
    assert make(home, "--remove").returncode == 0


def test_a_folder_that_others_may_write_is_refused(home: Home, client: Standins) -> None:
    folder = home.data / "shims"
    folder.mkdir()
    folder.chmod(0o777)
    done = make(home, PATH=client.path())

    assert done.returncode == 1
    assert not (folder / "claude").exists()


def test_a_home_that_is_not_utf8_works(tmp_path: Path) -> None:
    home = Home(tmp_path, NOT_UTF8)
    home.profiles(PROFILES)
    client = Standins(tmp_path / "real")
    client.program("claude", code=7)
    make(home, PATH=client.path())
    done = start(home, search(home.data / "shims", client.folder))

    assert done.returncode == 7
    assert only_call(client).env["CTX_PROFILE"] == "max"
