"""Checkouts of one git repository share trust where path and text are the same; what only claims to be one does not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ctx import trust
from ctx.trust_store import denied_record, write
from ctx.trust_worktrees import LONGEST, MOST, counterparts

TEXT = b'profile = "work"\n'

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(where: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example", "-c", "protocol.file.allow=always")
    environ = {"PATH": os.environ["PATH"], "HOME": str(where), "GIT_CONFIG_GLOBAL": os.devnull}
    environ["GIT_CONFIG_SYSTEM"] = os.devnull
    subprocess.run(["git", *identity, "-C", str(where), *words], env=environ, check=True, capture_output=True)


def repository(root: Path) -> Path:
    (root / "below").mkdir(parents=True)
    for directory in (root, root / "below"):
        (directory / ".ctx.toml").write_bytes(TEXT)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


def worktree(main: Path, root: Path) -> Path:
    git(main, "worktree", "add", "-q", "--detach", str(root))
    return root


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(tmp_path / "data")


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return repository(tmp_path / "it's $(main)\n")


@pytest.fixture
def linked(main: Path, tmp_path: Path) -> Path:
    return worktree(main, tmp_path / 'linked "one"')


def allow(data: str, directory: Path) -> None:
    trust.allow(data, trust.read(str(directory / ".ctx.toml")))


def deny(data: str, directory: Path) -> None:
    trust.deny(data, str(directory / ".ctx.toml"))


def verdict(data: str, directory: Path) -> trust.Verdict:
    return trust.verdict(data, trust.read(str(directory / ".ctx.toml")))


def state(data: str, directory: Path) -> str:
    return verdict(data, directory).state


def claim(root: Path) -> Path:
    """The folder in the repository that a linked worktree's `.git` names."""
    return Path((root / ".git").read_text().removeprefix("gitdir: ").rstrip("\n"))


def test_a_worktree_shares_the_main_checkouts_trust(data: str, main: Path, linked: Path) -> None:
    allow(data, main)

    assert state(data, linked) == trust.ALLOWED


def test_the_main_checkout_shares_a_worktrees_trust(data: str, main: Path, linked: Path) -> None:
    allow(data, linked)

    assert state(data, main) == trust.ALLOWED


def test_worktrees_share_among_each_other(data: str, main: Path, linked: Path, tmp_path: Path) -> None:
    other = worktree(main, tmp_path / "other")
    allow(data, linked)

    assert state(data, other) == trust.ALLOWED


def test_worktrees_of_a_bare_repository_share(data: str, main: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(main, "clone", "-q", "--bare", str(main), str(bare))
    one, two = worktree(bare, tmp_path / "one"), worktree(bare, tmp_path / "two")
    allow(data, one)

    assert state(data, two) == trust.ALLOWED
    assert state(data, main) == trust.UNKNOWN


def test_only_the_same_text_is_shared(data: str, main: Path, linked: Path) -> None:
    allow(data, main)
    (linked / ".ctx.toml").write_bytes(TEXT + b" ")

    assert state(data, linked) == trust.UNKNOWN


def test_only_the_same_place_is_shared(data: str, main: Path, linked: Path) -> None:
    allow(data, main / "below")

    assert state(data, linked / "below") == trust.ALLOWED
    assert state(data, linked) == trust.UNKNOWN


def test_the_text_must_have_been_approved_not_only_lie_there(data: str, main: Path, linked: Path) -> None:
    allow(data, main)
    for root in (main, linked):
        (root / ".ctx.toml").write_bytes(b"evil")

    assert state(data, linked) == trust.UNKNOWN


def test_a_denied_worktree_stays_denied(data: str, main: Path, linked: Path) -> None:
    deny(data, linked)
    allow(data, main)

    assert state(data, linked) == trust.DENIED
    assert state(data, main) == trust.ALLOWED


def test_a_shared_verdict_ends_with_what_it_rests_on(data: str, main: Path, linked: Path) -> None:
    unknown = verdict(data, linked)
    allow(data, main)
    assert any(map(os.path.exists, unknown.absent))

    shared = verdict(data, linked)
    assert all(map(os.path.exists, shared.present))
    assert not any(map(os.path.exists, shared.absent))
    deny(data, main)
    assert not all(map(os.path.exists, shared.present))
    assert state(data, linked) == trust.UNKNOWN


def test_a_denial_that_was_cut_short_ends_the_sharing(data: str, main: Path, linked: Path) -> None:
    allow(data, main)
    shared = verdict(data, linked)
    real = str(main / ".ctx.toml")
    write(denied_record(data, real), real)

    assert any(map(os.path.exists, shared.absent))
    assert state(data, linked) == trust.UNKNOWN


def test_denying_the_worktree_ends_what_it_shares(data: str, main: Path, linked: Path) -> None:
    allow(data, main)
    shared = verdict(data, linked)
    deny(data, linked)

    assert any(map(os.path.exists, shared.absent))


def test_pointers_may_be_relative(data: str, main: Path, linked: Path) -> None:
    """`git worktree add --relative-paths` (git 2.48) writes them so."""
    place = claim(linked)
    (linked / ".git").write_text(f"gitdir: {os.path.relpath(place, linked)}\n")
    (place / "gitdir").write_text(f"{os.path.relpath(linked / '.git', place)}\n")
    allow(data, main)

    assert state(data, linked) == trust.ALLOWED
    allow(data, linked)
    deny(data, main)
    assert state(data, linked) == trust.ALLOWED


def test_a_moved_worktree_shares_once_git_knows_where_it_is(
    data: str, main: Path, linked: Path, tmp_path: Path
) -> None:
    allow(data, main)
    moved = linked.rename(tmp_path / "moved")
    assert state(data, moved) == trust.UNKNOWN

    git(moved, "worktree", "repair")
    assert state(data, moved) == trust.ALLOWED


def test_a_removed_worktree_is_no_counterpart(data: str, main: Path, linked: Path) -> None:
    allow(data, linked)
    shutil.rmtree(linked)

    assert counterparts(str(main / ".ctx.toml")) == ()
    assert state(data, main) == trust.UNKNOWN


def test_a_clone_is_another_repository(data: str, main: Path, tmp_path: Path) -> None:
    allow(data, main)
    git(main, "clone", "-q", str(main), str(tmp_path / "clone"))

    assert state(data, tmp_path / "clone") == trust.UNKNOWN


def test_a_submodule_does_not_share_with_what_holds_it(data: str, main: Path, tmp_path: Path) -> None:
    outer = repository(tmp_path / "outer")
    git(outer, "submodule", "add", "-q", str(main), "below/inner")
    allow(data, outer)
    allow(data, outer / "below")

    assert counterparts(str(outer / "below" / "inner" / ".ctx.toml")) == ()
    assert state(data, outer / "below" / "inner") == trust.UNKNOWN


# Trees that lie


def foreign(path: Path) -> Path:
    """A tree from elsewhere with the same file in it."""
    path.mkdir()
    (path / ".ctx.toml").write_bytes(TEXT)
    return path


def test_a_tree_with_the_worktrees_own_claim_is_not_believed(
    data: str, main: Path, linked: Path, tmp_path: Path
) -> None:
    liar = foreign(tmp_path / "liar")
    shutil.copy(linked / ".git", liar / ".git")
    allow(data, main)

    assert state(data, liar) == trust.UNKNOWN


def test_a_tree_with_a_link_to_a_repository_is_not_believed(
    data: str, main: Path, linked: Path, tmp_path: Path
) -> None:
    for number, target in enumerate((main / ".git", linked / ".git")):
        liar = foreign(tmp_path / f"liar {number}")
        (liar / ".git").symlink_to(target)
        allow(data, main)
        allow(data, linked)

        assert state(data, liar) == trust.UNKNOWN


def test_a_tree_that_points_at_the_main_repository_is_not_believed(data: str, main: Path, tmp_path: Path) -> None:
    liar = foreign(tmp_path / "liar")
    (liar / ".git").write_text(f"gitdir: {main / '.git'}\n")
    allow(data, main)

    assert state(data, liar) == trust.UNKNOWN


@pytest.mark.usefixtures("linked")
def test_a_tree_with_a_made_up_folder_for_a_real_repository_is_not_believed(
    data: str, main: Path, tmp_path: Path
) -> None:
    """Both pointers agree, but the folder is not one of the repository's."""
    liar = foreign(tmp_path / "liar")
    place = liar / "made" / "worktrees" / "x"
    place.mkdir(parents=True)
    (place / "gitdir").write_text(f"{liar / '.git'}\n")
    (place / "commondir").write_text(f"{main / '.git'}\n")
    (liar / ".git").write_text(f"gitdir: {place}\n")
    allow(data, main)

    assert state(data, liar) == trust.UNKNOWN


def test_a_repository_that_claims_the_users_checkout_is_not_believed(data: str, main: Path, tmp_path: Path) -> None:
    """The user approved the file in `main`; a foreign repository says that `main` is one of its worktrees."""
    liar = repository(tmp_path / "liar")
    place = liar / ".git" / "worktrees" / "x"
    place.mkdir(parents=True)
    (place / "gitdir").write_text(f"{main / '.git'}\n")
    (place / "commondir").write_text("../..\n")
    allow(data, main)

    assert state(data, liar) == trust.UNKNOWN


def test_a_repository_that_claims_the_users_worktree_is_not_believed(
    data: str, main: Path, linked: Path, tmp_path: Path
) -> None:
    liar = repository(tmp_path / "liar")
    shutil.copytree(main / ".git" / "worktrees", liar / ".git" / "worktrees")
    allow(data, linked)

    assert state(data, liar) == trust.UNKNOWN


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("part", ["claim", "back", "common", "folder", "worktrees", "repository"])
def test_everything_belongs_to_the_user(data: str, main: Path, linked: Path, part: str) -> None:
    place = claim(linked)
    parts = {
        "claim": linked / ".git",
        "back": place / "gitdir",
        "common": place / "commondir",
        "folder": place,
        "worktrees": place.parent,
        "repository": main / ".git",
    }
    allow(data, main)
    assert state(data, linked) == trust.ALLOWED
    os.chown(parts[part], 12345, 12345)

    assert state(data, linked) == trust.UNKNOWN


HOSTILE = {
    "empty": b"",
    "no path": b"gitdir: ",
    "NUL": b"gitdir: /a\0b\n",
    "two lines": b"gitdir: /a\ngitdir: /b\n",
    "long": b"gitdir: /" + b"a" * LONGEST,
    "not UTF-8": b"gitdir: /\xff\n",
    "itself": b"gitdir: .git\n",
    "root": b"gitdir: /\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_claims_share_nothing(data: str, main: Path, tmp_path: Path, name: str) -> None:
    liar = foreign(tmp_path / "liar")
    (liar / ".git").write_bytes(HOSTILE[name])
    allow(data, main)

    assert state(data, liar) == trust.UNKNOWN


@pytest.mark.parametrize("part", ["claim", "back", "common"])
@pytest.mark.parametrize("kind", ["fifo", "loop", "directory", "device"])
def test_pointers_that_are_no_files_share_nothing_and_wait_for_nothing(
    data: str, main: Path, linked: Path, part: str, kind: str
) -> None:
    place = claim(linked)
    file = {"claim": linked / ".git", "back": place / "gitdir", "common": place / "commondir"}[part]
    file.unlink()
    if kind == "fifo":
        os.mkfifo(file)
    elif kind == "directory":
        file.mkdir()
    else:
        file.symlink_to(file if kind == "loop" else "/dev/zero")
    allow(data, main)

    assert state(data, linked) == trust.UNKNOWN


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_entries_of_the_repository_do_not_hide_the_others(
    data: str, main: Path, linked: Path, name: str
) -> None:
    place = main / ".git" / "worktrees" / "0"
    place.mkdir()
    (place / "gitdir").write_bytes(HOSTILE[name].removeprefix(b"gitdir: "))
    allow(data, linked)

    assert state(data, main) == trust.ALLOWED


def test_so_many_worktrees_are_looked_at_and_no_more(main: Path, tmp_path: Path) -> None:
    folder = main / ".git" / "worktrees"
    for number in range(MOST + 5):
        root, place = tmp_path / f"w{number}", folder / f"{number:03}"
        root.mkdir()
        place.mkdir(parents=True)
        (root / ".git").write_text(f"gitdir: {place}\n")
        (place / "gitdir").write_text(f"{root / '.git'}\n")
        (place / "commondir").write_text("../..\n")

    assert len(counterparts(str(main / ".ctx.toml"))) == MOST


def test_without_a_repository_there_are_no_counterparts(tmp_path: Path) -> None:
    assert counterparts(str(tmp_path / ".ctx.toml")) == ()
    assert counterparts("/.ctx.toml") == ()
