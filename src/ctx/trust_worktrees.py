"""Where the same file lies in the other checkouts of one git repository, found without running git.

gitrepository-layout(5): a linked worktree's `.git` is a file `gitdir: REPOSITORY/worktrees/NAME`; that folder's
`commondir` leads to REPOSITORY and its `gitdir` back to the file. Any tree can claim to belong to a repository; only
the repository can confirm it, so that nothing counts but what is written at both ends, by this user.
"""

from __future__ import annotations

import os
import stat

from ctx.errors import ConfigError
from ctx.files import check_owner, read_bounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 64
"""So many worktrees are looked at: this runs where a shell waits."""

LONGEST = 4096
"""Bytes of a file that holds one path (PATH_MAX on Linux)."""


def counterparts(real: str) -> tuple[str, ...]:
    """Resolved paths at which the other checkouts of the repository around `real`, a resolved path, hold this file.

    Empty where there is no repository, no other checkout, or a claim that its other end does not confirm.
    """
    root = os.path.dirname(real)
    while not os.path.lexists(os.path.join(root, ".git")):
        root, below = os.path.dirname(root), root
        if root == below:
            return ()
    repository = _repository(root)
    if not repository:
        return ()
    relative = os.path.relpath(real, root)
    checkouts = [other for other in _worktrees(repository) if _repository(other) == repository]
    if os.path.basename(repository) == ".git":
        checkouts.insert(0, os.path.dirname(repository))
    return tuple(os.path.join(other, relative) for other in dict.fromkeys(checkouts) if other != root)


def _repository(root: str) -> str:
    """The repository that `root`, a resolved path, is a checkout of by its own word and the repository's; else ""."""
    claim = os.path.join(root, ".git")
    if _is_own(claim, stat.S_ISDIR):
        return claim
    place = _path(claim, root, "gitdir: ")
    if not place or not _is_own(place, stat.S_ISDIR) or _path(os.path.join(place, "gitdir"), place) != claim:
        return ""
    repository = _path(os.path.join(place, "commondir"), place)
    worktrees = os.path.join(repository, "worktrees")
    if os.path.dirname(place) != worktrees or not all(_is_own(x, stat.S_ISDIR) for x in (repository, worktrees)):
        return ""
    return repository


def _worktrees(repository: str) -> list[str]:
    """Resolved directories that the repository names as its linked worktrees."""
    folder = os.path.join(repository, "worktrees")
    try:
        names = sorted(os.listdir(folder))[:MOST]
    except OSError:
        return []
    places = (os.path.join(folder, name) for name in names)
    claims = (_path(os.path.join(place, "gitdir"), place) for place in places)
    return [os.path.dirname(claim) for claim in claims if os.path.basename(claim) == ".git"]


def _path(file: str, base: str, prefix: str = "") -> str:
    """The path that a file holds behind `prefix`, relative to `base`, resolved; "" for anything else."""
    if not _is_own(file, stat.S_ISREG):
        return ""
    try:
        data, _ = read_bounded(file, LONGEST, check_owner)
    except (FileNotFoundError, ConfigError):
        return ""
    # As git reads it: line ends come off the end, and belong to the path elsewhere.
    line = os.fsdecode(data).rstrip("\r\n")
    if len(line) > LONGEST or "\0" in line or not line.startswith(prefix) or line == prefix:
        return ""
    return os.path.realpath(os.path.join(base, line[len(prefix) :]))


def _is_own(path: str, is_kind: Callable[[int], bool]) -> bool:
    """Whether `path` is such a file itself, no link to one, and the user's own or root's."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return is_kind(status.st_mode) and (os.name == "nt" or status.st_uid in (os.geteuid(), 0))
