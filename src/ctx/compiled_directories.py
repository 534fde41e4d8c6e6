"""What lets a shell decide about directories without any process: the index of bindings, and answers for projects.

The trees below the folders repeat the directories they speak of, so that a shell finds an entry by its own path, whatever
the number of bindings is. `shells/README.md` describes the files.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from ctx.compiled import Settings, datable, private_folder, settled, write
from ctx.dialects.base import Dialect
from ctx.discover import PROJECT_FILE
from ctx.model import Plan

CURRENT = "current"
"""The file that names the index in use."""

NO_FILE = "-"
UNSETTLED = "?"
"""What stands for a stamp where there is no `profiles.toml`, and where it was changed a moment ago."""

LEAF = PROJECT_FILE
"""What an entry is called in its directory's place: the one name there that is hardly ever a directory's."""


class Index:
    """Which directories `profiles.toml` binds, and the default profile.

    `tree` and `stamp` are what a shell needs to look up the same without asking: "" or one of the special stamps where it
    cannot.
    """

    __slots__ = ("_bound", "default", "stamp", "tree")

    def __init__(self, tree: str, stamp: str, default: str, bound: dict[str, str] | None) -> None:
        self.tree = tree
        self.stamp = stamp
        self.default = default
        self._bound = bound

    def profile(self, directory: str) -> str:
        """The profile bound to exactly this directory, or ""."""
        if self._bound is not None:
            return self._bound.get(directory, "")
        found = _own_text(os.path.join(mirrored(self.tree, directory), LEAF))
        return found[0].partition("\n")[0] if found else ""


def no_index(stamp: str = NO_FILE) -> Index:
    """The index where there is no `profiles.toml`, or none that can be used."""
    return Index("", stamp, "", {})


def load_index(cache: str, settings: Settings) -> Index | None:
    """The index on disk, if it was made from `profiles.toml` as it is now."""
    folder = os.path.join(cache, "bindings")
    found = _own_text(os.path.join(folder, CURRENT))
    if found is None:
        return None
    text, mtime_ns = found
    lines = [*text.split("\n"), "", "", ""]
    name = lines[2]
    if not name.startswith(_state(settings)) or os.sep in name:
        return None
    try:
        stamped = os.stat(os.path.join(folder, f"{name}.stamp")).st_mtime_ns
    except OSError:
        return None
    times = {stamped, mtime_ns, settings.source.st_mtime_ns}
    if len(times) > 1 or lines[:2] != [settings.version, settings.home] or lines[4:5] != ["end"]:
        return None
    return Index(os.path.join(folder, name), os.path.join(folder, f"{name}.stamp"), lines[3], None)


def _own_text(path: str) -> tuple[str, int] | None:
    """The text of a regular file of the user's, and its modification time. Never waits for a FIFO."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode) or not (os.name == "nt" or status.st_uid == os.geteuid()):
            return None
        return os.read(descriptor, 65536).decode("utf-8", "surrogateescape"), status.st_mtime_ns
    except OSError:
        return None
    finally:
        os.close(descriptor)


def store_index(cache: str, bound: dict[str, str], shown: dict[str, str], default: str, settings: Settings) -> Index:
    """Put the index on disk: `bound` gives the profile by directory, `shown` how to show that directory to people.

    A cache that cannot be used is not an error: then the index tells shells nothing.
    """
    if not settled(settings.source):
        return Index("", UNSETTLED, default, bound)
    folder = private_folder(cache, "bindings") if datable(settings.source) else None
    if folder is None or "\n" in settings.version + settings.home:
        return Index("", "", default, bound)
    name = _new_generation(settings)
    tree, stamp = os.path.join(folder, name), os.path.join(folder, f"{name}.stamp")
    try:
        os.makedirs(tree, mode=0o700, exist_ok=True)
        for directory, profile in bound.items():
            place = mirrored(tree, directory)
            os.makedirs(place, mode=0o700, exist_ok=True)
            if not write(os.path.join(place, LEAF), f"{profile}\n{shown[directory]}\n", settings.source):
                return Index("", "", default, bound)
    except OSError:
        return Index("", "", default, bound)
    text = f"{settings.version}\n{settings.home}\n{name}\n{default}\nend\n"
    if not (write(stamp, "", settings.source) and write(os.path.join(folder, CURRENT), text, settings.source)):
        return Index("", "", default, bound)
    _forget_others(folder, name)
    return Index(tree, stamp, default, bound)


def stamp_alone(cache: str, settings: Settings) -> Index:
    """An index that binds nothing, for a `profiles.toml` that cannot be used: shells notice when it changes."""
    if not settled(settings.source):
        return no_index(UNSETTLED)
    folder = private_folder(cache, "bindings") if datable(settings.source) else None
    if folder is None:
        return no_index("")
    # One name for all shells: making a new one each time, they would take each other's away for ever.
    tree = os.path.join(folder, f"{_state(settings)}unusable")
    stamp = f"{tree}.stamp"
    return Index(tree, stamp, "", {}) if write(stamp, "", settings.source) else no_index("")


def invalidate(cache: str) -> None:
    """Let every open shell look again at its next prompt: something that no file of the user's shows has changed."""
    folder = os.path.join(cache, "bindings")
    try:
        entries = os.listdir(folder)
    except OSError:
        return
    for entry in entries:
        if entry == CURRENT or entry.endswith(".stamp"):
            _remove(os.path.join(folder, entry))


def _state(settings: Settings) -> str:
    """One state of `profiles.toml`, in a few letters: the change time cannot be set back, as the modification time can."""
    source = settings.source
    around = 0
    # FNV-1: loading zlib for its checksum takes as long as reading a small profiles.toml.
    for byte in f"{settings.version}\0{settings.home}".encode("utf-8", "surrogateescape"):
        around = (around * 0x01000193 ^ byte) & 0xFFFFFFFF
    return f"{source.st_mtime_ns:x}-{source.st_ctime_ns:x}-{source.st_ino:x}-{source.st_size:x}-{around:x}-"


def _new_generation(settings: Settings) -> str:
    """A name never used before, so that a stamp that was removed does not come back under the same name."""
    return _state(settings) + os.urandom(6).hex()


def _forget_others(folder: str, name: str) -> None:
    """Remove what earlier states of `profiles.toml` left. Shells that still use it look again."""
    for entry in os.listdir(folder):
        if entry not in (CURRENT, name, f"{name}.stamp") and not entry.endswith(".tmp"):
            path = os.path.join(folder, entry)
            # Not shutil.rmtree: loading shutil takes as long as everything else here.
            for parent, folders, files in os.walk(path, topdown=False):
                for leaf in (*files, *folders):
                    _remove(os.path.join(parent, leaf))
            _remove(path)


def _remove(path: str) -> None:
    """Remove a file, a link, or an empty folder, if that can be done."""
    try:
        os.unlink(path)
    except OSError:
        try:
            os.rmdir(path)
        except OSError:
            pass


def mirrored(folder: str, directory: str) -> str:
    """Where below `folder` the entry of `directory` lies. On Windows the drive is one more folder."""
    drive, rest = os.path.splitdrive(directory)
    return os.path.join(
        folder, drive.replace(":", "").strip("\\/").replace("\\", "/"), rest.strip("\\/" if drive else "/")
    )


def store_answer(cache: str, directory: str, answer: Plan, language: Dialect, settings: Settings) -> bool:
    """Put the answer for the project in `directory` on disk for one kind of shell. Says whether it is there."""
    if not answer.plain or not settled(settings.source) or not datable(settings.source):
        return False
    folder = private_folder(cache, "projects", language.name)
    if folder is None:
        return False
    place = mirrored(folder, directory)
    try:
        os.makedirs(place, mode=0o700, exist_ok=True)
    except OSError:
        return False
    text = language.compiled(answer, settings.version, settings.home)
    return write(os.path.join(place, LEAF), text, settings.source)
