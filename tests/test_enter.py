"""What ctx answers when a shell cannot decide about a directory alone, and what it puts on disk for the next time."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx import trust
from ctx.compiled_directories import invalidate
from ctx.discover import only_profile, upward, walk
from ctx.names import is_profile_name
from tests.support.home import Home
from tests.support.hostile import ONE_LINE
from tests.support.shells import require_shell

PROFILES = """
default = "max"
[profiles.max]
auth = "subscription"
[profiles.work]
auth = "bedrock"
aliases = ["acme"]
payer = "Acme"
color = "yellow"
env = { CLAUDE_CODE_USE_BEDROCK = 1, AWS_REGION = "us-west-2" }
[profiles.plain.env]
STAGE = "test"
[profiles.prod]
protect = true
env = { STAGE = "prod" }
[profiles.secret.env]
TOKEN = { secret = "not-there" }
[[directories]]
path = "~/bound"
profile = "work"
[[directories]]
path = "~/guarded"
profile = "prod"
"""


@dataclass
class Answer:
    """An answer as a shell reads it."""

    profile: str
    summary: str
    triples: list[tuple[str, str, str]] = field(default_factory=list)

    def one(self, kind: str) -> tuple[str, str]:
        """Name and value of the only triple of this kind."""
        found = [triple[1:] for triple in self.triples if triple[0] == kind]
        assert len(found) == 1, (kind, self.triples)
        return found[0][0], found[0][1]

    def all(self, kind: str) -> list[str]:
        """Names of all triples of this kind."""
        return [name for found, name, _ in self.triples if found == kind]


class World:
    """A home in which questions are asked as a shell's hook does."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.file = home.profiles(PROFILES)

    def ask(
        self,
        directory: Path | str,
        *,
        by: str = "",
        binding: str = "",
        active: str = "",
        manual: str = "",
        shell: str = "bash",
    ) -> Answer:
        """Ask what is due in a directory."""
        return read(self.text(directory, by=by, binding=binding, active=active, manual=manual, shell=shell))

    def text(
        self, directory: Path | str, *, by: str = "", binding: str = "", active: str = "", manual: str = "", shell: str
    ) -> bytes:
        """The answer's text."""
        home = self.home
        question = ("@enter", os.fspath(directory), by, binding, "")
        command = [*home.program, *home.header(shell, active, "", manual), *question]
        done = subprocess.run(command, env=home.environ(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        return done.stdout

    def project(self, name: str, text: str, *, allowed: bool = True) -> Path:
        """A directory with a project's file in it."""
        folder = self.home.path / name
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / ".ctx.toml"
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        if allowed:
            trust.allow(str(self.home.data), trust.read(str(file)))
        return folder

    def kept(self, shell: str, folder: Path) -> Path:
        """Where the answer for a project lies."""
        return Path(f"{self.home.cache}/projects/{shell}{folder}/.ctx.toml")


def read(text: bytes, before: str = "") -> Answer:
    """The words that the text hands to a shell's runtime."""
    script = f"{before}\n__ctx_apply() {{ printf '%s\\0' \"$@\"; }}\n".encode() + text
    done = subprocess.run([require_shell("bash"), "--norc"], input=script, capture_output=True, check=True)
    words = done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
    steps: list[tuple[str, str, str]] = []
    at = 2
    while at < len(words):
        if words[at] == "export":
            end = at + 3 + int(words[at + 2])
            pairs = [word.partition("=") for word in words[at + 3 : end]]
            assert words[at + 1].split(" ") == [name for name, _, _ in pairs]
            steps += [("set", name, value) for name, _, value in pairs]
            at = end
        else:
            steps.append((words[at], words[at + 1], words[at + 2]))
            at += 3
    return Answer(words[0], words[1], steps)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(Home(tmp_path, ONE_LINE))


def test_the_default_is_due_outside_every_binding(world: World) -> None:
    answer = world.ask(world.home.path)

    assert (answer.profile, answer.one("by")[0], answer.one("binding")) == ("max", "default", ("", ""))
    assert f"{world.home.path}/.ctx.toml" in answer.all("absent")
    assert "/.ctx.toml" in answer.all("absent")


def test_a_manual_choice_comes_before_the_default_and_none_is_a_choice(world: World) -> None:
    chosen = world.ask(world.home.path, manual="plain")
    none = world.ask(world.home.path, manual="-")

    assert (chosen.profile, chosen.one("by")[0]) == ("plain", "manual")
    assert (none.profile, none.one("by")[0]) == ("", "manual")


def test_a_directory_is_bound_by_its_components_and_not_by_its_beginning(world: World) -> None:
    inside = world.ask(world.home.path / "bound" / "deep")
    beside = world.ask(world.home.path / "bound-evil")

    assert (inside.profile, inside.one("by")[0]) == ("work", "directory")
    assert inside.one("binding") == (f"{world.home.path}/bound", "~/bound")
    assert beside.profile == "max"


def test_a_binding_counts_through_links_too(world: World) -> None:
    real = world.home.path / "real"
    real.mkdir()
    (world.home.path / "bound").symlink_to(real)

    assert world.ask(real).profile == "work"
    assert world.ask(world.home.path / "bound").profile == "work"


def test_the_deepest_binding_wins_and_at_the_same_depth_the_users_own(world: World) -> None:
    inner = world.project("bound/inner", 'profile = "plain"\n')
    world.project("bound", 'profile = "plain"\n')

    assert world.ask(inner).profile == "plain"
    assert world.ask(world.home.path / "bound").profile == "work"


def test_a_project_is_blocked_until_it_is_allowed_and_names_what_to_wait_for(world: World) -> None:
    folder = world.project("p", 'profile = "plain"\n', allowed=False)
    blocked = world.ask(folder)

    assert blocked.profile == ""
    assert blocked.one("refuse") == ("blocked", "~/p/.ctx.toml is not trusted · ctx allow shows what it sets")
    assert blocked.one("text") == ("text", 'profile = "plain"\n')
    assert not any(os.path.exists(path) for path in blocked.all("absent"))

    trust.allow(str(world.home.data), trust.read(str(folder / ".ctx.toml")))
    assert any(os.path.exists(path) for path in blocked.all("absent"))
    allowed = world.ask(folder)
    assert (allowed.profile, allowed.one("by")[0]) == ("plain", "directory")
    assert all(os.path.exists(path) for path in allowed.all("present"))


def test_blocked_and_failed_say_what_claude_uses_instead(world: World) -> None:
    (world.home.path / ".claude").mkdir()
    for text, fix in (('profile = "plain"\n', "ctx allow"), ("profile = ", "ctx allow")):
        line = world.ask(world.project("p", text, allowed=False)).one("refuse")[1]
        assert fix in line
        assert line.endswith(" · claude is not signed in then")
    world.home.profiles("[profiles.")
    assert world.ask(world.home.path / "p").one("refuse")[1].endswith(" · claude is not signed in then")
    assert not world.ask(world.home.path, active="work").one("keep")[1].endswith(" · claude is not signed in then")


def test_one_changed_byte_blocks_again_and_says_so(world: World) -> None:
    folder = world.project("p", 'profile = "plain"\n')
    (folder / ".ctx.toml").write_text('profile = "work"\n')

    assert "changed since it was approved" in world.ask(folder).one("refuse")[1]


def test_a_denied_file_counts_as_absent_and_the_search_goes_on(world: World) -> None:
    world.project("outer", 'profile = "plain"\n')
    inner = world.project("outer/inner", 'profile = "work"\n')
    trust.deny(str(world.home.data), str(inner / ".ctx.toml"))
    answer = world.ask(inner)

    assert answer.profile == "plain"
    assert answer.one("binding")[0] == f"{world.home.path}/outer"
    denied = read(world.kept("bash", inner).read_bytes(), "__ctx_guard() { :; }")
    assert [kind for kind, _, _ in denied.triples] == ["source", "present", "denied"]


def test_what_a_project_sets_itself_is_added_to_its_profile(world: World) -> None:
    folder = world.project(
        "p", 'profile = "plain"\nunset = ["GONE"]\nenv = { LEVEL = 3 }\npath = { PATH = { prepend = ["./bin"] } }\n'
    )
    answer = world.ask(folder)

    assert ("set", "STAGE", "test") in answer.triples
    assert ("set", "LEVEL", "3") in answer.triples
    assert ("prepend", "PATH", f"{os.path.realpath(folder)}/bin") in answer.triples
    assert "GONE" in answer.all("unset")[0].split()


def test_a_project_without_a_profile_goes_by_its_directory(world: World) -> None:
    assert world.ask(world.project("my project (x)", "env = { A = 1 }\n")).profile == "my-project--x"


def test_an_alias_is_as_good_as_the_name(world: World) -> None:
    assert world.ask(world.project("p", 'profile = "acme"\n')).profile == "work"


@pytest.mark.parametrize(
    ("text", "status", "line"),
    [
        ('profile = "nobody"\n', "error", "names the profile 'nobody', which you do not have · ctx new nobody"),
        ('profile = "nobody"\nenv = { A = 1 }\n', "error", "which you do not have · ctx new nobody"),
        ('profile = "prod"\n', "blocked", "prod is protected: a directory never activates it · ctx use prod"),
        ('profile = "prod"\nenv = { A = 1 }\n', "blocked", "prod is protected"),
        ('profile = "secret"\n', "error", "not-there"),
        ("profile = \n", "error", ".ctx.toml:1:"),
        ("env = { PWD = 1 }\n", "error", "PWD cannot be changed"),
        ('profile = "work"\nenv = { ANTHROPIC_BEDROCK_BASE_URL = "https://x" }\n', "error", "may not touch"),
    ],
)
def test_what_cannot_be_activated_is_refused_on_one_line(world: World, text: str, status: str, line: str) -> None:
    folder = world.project("p", text)
    answer = world.ask(folder)

    assert answer.profile == ""
    found, shown = answer.one("refuse")
    assert (found, "\n" in shown) == (status, False)
    assert line in shown
    assert answer.one("binding")[0] == str(folder)
    assert not world.kept("bash", folder).exists()


def test_a_directory_that_profiles_toml_binds_to_a_protected_profile_is_blocked(world: World) -> None:
    assert world.ask(world.home.path / "guarded").one("refuse")[0] == "blocked"


def test_leaving_does_not_take_a_protected_choice_up_again(world: World) -> None:
    left = world.ask(world.home.path, by="directory", binding=str(world.home.path / "bound"), manual="prod")

    assert left.one("refuse") == ("blocked", "prod is protected: a directory never activates it · ctx use prod")


def test_a_protected_choice_stays_where_nothing_was_left(world: World) -> None:
    assert world.ask(world.home.path, by="manual", active="prod", manual="prod").profile == "prod"
    assert world.ask(world.home.path, by="manual", manual="prod").profile == "prod"
    assert world.ask(world.home.path, by="manual", manual="-").profile == ""


def test_a_choice_made_inside_a_binding_stays_there(world: World) -> None:
    bound = str(world.home.path / "bound")
    stays = world.ask(bound, by="manual", binding=bound, active="plain", manual="plain")

    assert (stays.profile, stays.one("by")[0]) == ("plain", "manual")


def test_a_pinned_shell_has_no_binding(world: World) -> None:
    pinned = world.ask("", by="manual", active="plain", manual="plain")

    assert (pinned.profile, pinned.one("binding")[0]) == ("plain", "")


def test_broken_profiles_leave_what_is_active_and_refuse_what_is_entered(world: World) -> None:
    world.home.profiles("[profiles.work\n")
    bound = str(world.home.path / "bound")
    stays = world.ask(bound, by="directory", binding=bound, active="work")
    entered = world.ask(world.project("p", "env = { A = 1 }\n"), by="directory", binding=bound, active="work")

    assert stays.one("keep")[0] == "error"
    assert stays.one("binding")[0] == bound
    assert "profiles.toml" in stays.one("keep")[1]
    assert entered.one("refuse")[0] == "error"
    tree, stamp = stays.one("index")
    assert os.stat(stamp).st_mtime_ns == world.file.stat().st_mtime_ns
    assert not os.path.exists(tree)


def test_without_profiles_nothing_is_bound_and_a_project_may_still_set(world: World) -> None:
    world.file.unlink()

    assert world.ask(world.home.path).one("index") == ("", "-")
    assert world.ask(world.project("p", "env = { A = 1 }\n")).profile == "p"
    assert "ctx new work" in world.ask(world.project("q", 'profile = "work"\n')).one("refuse")[1]


def test_a_file_changed_a_moment_ago_is_not_stamped(world: World) -> None:
    now = time.time_ns()
    os.utime(world.file, ns=(now, now))
    answer = world.ask(world.project("p", 'profile = "plain"\n'))

    assert answer.one("index") == ("", "?")
    assert not world.kept("bash", world.home.path / "p").exists()


def test_a_date_in_the_future_does_not_keep_shells_asking(world: World) -> None:
    later = time.time_ns() + 3600 * 1_000_000_000
    os.utime(world.file, ns=(later, later))

    assert os.path.exists(world.ask(world.home.path).one("index")[1])


def test_the_index_is_made_once_and_again_when_profiles_change(world: World) -> None:
    first = world.ask(world.home.path).one("index")
    again = world.ask(world.home.path).one("index")
    world.home.profiles(PROFILES.replace("~/bound", "~/elsewhere"), age=20)
    after = world.ask(world.home.path / "elsewhere")

    assert first == again != after.one("index")
    assert after.profile == "work"
    assert not os.path.exists(first[0])
    assert not os.path.exists(first[1])
    lines = (world.home.cache / "bindings" / "current").read_text().split("\n")
    assert lines[3:] == ["max", "end", ""]
    entry = Path(f"{after.one('index')[0]}{world.home.path}/elsewhere/.ctx.toml")
    assert entry.read_text() == "work\n~/elsewhere\n"


@pytest.mark.parametrize("text", ['profile = "plain"\n', 'profile = "plain"\nenv = { A = 1 }\n'])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "pwsh"])
def test_a_plain_project_is_put_on_disk_for_the_shell_that_asked(world: World, shell: str, text: str) -> None:
    folder = world.project("p", text)
    world.text(folder, shell=shell)
    kept = world.kept(shell, folder)

    assert "__ctx_guard" in kept.read_text()
    assert kept.stat().st_mtime_ns == world.file.stat().st_mtime_ns
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (world.home.cache / "projects" / shell).stat().st_mode & 0o777 == 0o700


def test_what_is_secret_is_never_put_on_disk(world: World) -> None:
    folder = world.project("p", 'env = { API_TOKEN = "hunter2hunter2" }\n')

    assert ("set", "API_TOKEN", "hunter2hunter2") in world.ask(folder).triples
    assert not world.kept("bash", folder).exists()


@pytest.mark.parametrize("kind", ["fifo", "directory", "long", "nul", "latin1", "unreadable", "foreign"])
def test_odd_files_are_refused_at_once_and_recognised_again(world: World, kind: str) -> None:
    folder = world.project("p", "", allowed=False)
    file = folder / ".ctx.toml"
    if kind in ("fifo", "directory"):
        file.unlink()
        os.mkfifo(file) if kind == "fifo" else file.mkdir()
    elif kind == "long":
        file.write_bytes(b"# \xc3\xa9\n" * 3_000_000)
    elif kind == "nul":
        file.write_bytes(b"a = 1\n\0b")
    elif kind == "latin1":
        file.write_bytes(b"# \xe9\n")
    elif kind == "unreadable":
        file.chmod(0)
        if os.access(file, os.R_OK):
            pytest.skip("root reads everything")
    else:
        if os.geteuid() != 0:
            pytest.skip("only root can give a file away")
        os.chown(file, 12345, 12345)
    mode, text = world.ask(folder).one("text")

    expected = {"fifo": "odd", "directory": "odd", "unreadable": "odd", "long": "prefix", "nul": "prefix"}
    assert mode == expected.get(kind, "text")
    assert len(text) <= 1024
    data = file.read_bytes() if mode != "odd" else b""
    assert data.startswith(text.encode("utf-8", "surrogateescape"))
    world.text(folder, shell="pwsh")
    world.text(folder, shell="fish")


def test_an_unusable_cache_costs_a_question_and_nothing_else(world: World) -> None:
    folder = world.project("p", 'profile = "plain"\n')
    shutil.rmtree(world.home.cache)
    world.home.cache.parent.mkdir(exist_ok=True)
    world.home.cache.write_text("")
    answer = world.ask(folder)

    assert answer.profile == "plain"
    assert answer.one("index") == ("", "")


@given(
    st.lists(
        st.sampled_from(
            (
                *("# a\n", "\n", " ", "\t", 'profile = "work"\n', 'profile="a.b"', "profile = 'x'\n", 'profile = ""\n'),
                *('profile = "\\u0041"\n', "[env]\n", "A = 1\n", '"profile" = "x"\n', "\r\n", "\r", "\x01", "é\n"),
                'profile = "work" # c\n',
            )
        ),
        max_size=4,
    ).map("".join)
)
def test_a_file_that_only_names_a_profile_is_read_as_toml_reads_it(text: str) -> None:
    named = only_profile(text.encode())

    if named:
        assert tomllib.loads(text) == {"profile": named}
        assert is_profile_name(named)


def test_most_files_need_no_toml() -> None:
    assert only_profile(b'# Acme\n\nprofile = "work"\n') == "work"
    assert only_profile(b'profile="acme.eu-1"') == "acme.eu-1"


def test_the_walk_ends_at_the_root() -> None:
    assert upward("/a//b/") == ("/a//b", "/a", "/")
    assert upward("/") == ("/",)
    assert walk("/nowhere/at/all", lambda _: "", lambda _: False).absent[-1] == "/.ctx.toml"


def test_every_shell_is_made_to_look_again_when_something_unseen_changes(world: World) -> None:
    first = world.ask(world.home.path).one("index")
    invalidate(str(world.home.cache))
    assert not os.path.exists(first[1])
    again = world.ask(world.home.path).one("index")

    assert again != first
    assert os.path.exists(again[1])


def test_shells_do_not_take_each_others_stamp_away(world: World) -> None:
    stamps = [world.ask(world.home.path).one("index") for _ in range(3)]
    world.home.profiles("[profiles.work\n")
    broken = [world.ask(world.home.path).one("index") for _ in range(3)]

    assert len(set(stamps)) == 1
    assert len(set(broken)) == 1
    assert os.path.exists(broken[0][1])
