"""Which binding covers a directory: the walk upward, and what is seen of the file that it ends at."""

from __future__ import annotations

import os
import stat

from ctx.files import PROJECT_LIMIT
from ctx.model import Binding, Config
from ctx.names import is_profile_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT_FILE = ".ctx.toml"
"""What the file is called in a project's directory."""

WHOLE = "text"
BEGINNING = "prefix"
ODD = "odd"

BEGINNING_LENGTH = 1024
"""So many bytes of a longer one are remembered, to notice that it was replaced."""


class Found:
    """Where the walk from a directory ended.

    `directory` is the one that is bound, "" for none; `profile` the profile that `profiles.toml` binds there, or "";
    `file` the project's file there, or "". `absent` are candidates nearer than that, which do not exist; `denied` those
    that exist and do not count.
    """

    __slots__ = ("absent", "denied", "directory", "file", "profile")

    def __init__(
        self, directory: str, profile: str, file: str, absent: tuple[str, ...] = (), denied: tuple[str, ...] = ()
    ) -> None:
        self.directory = directory
        self.profile = profile
        self.file = file
        self.absent = absent
        self.denied = denied


def working_directory(environ: dict[str, str]) -> str:
    """The directory as the user's shell names it, links not resolved: `PWD` where it is right, else what the system says.

    A directory that was deleted keeps its name; where nothing is known it is the root.
    """
    named = environ.get("PWD", "")
    try:
        here = os.getcwd()
    except OSError:
        return named if os.path.isabs(named) else os.path.abspath(os.sep)
    try:
        return named if os.path.isabs(named) and os.path.samefile(named, here) else here
    except OSError:
        return here


def upward(directory: str) -> tuple[str, ...]:
    """`directory` and everything above it, nearest first, by its name alone."""
    above = [directory if len(directory) == 1 else directory.rstrip(os.sep) or os.sep]
    while (parent := os.path.dirname(above[-1])) != above[-1]:
        above.append(parent)
    return tuple(above)


def walk(directory: str, bound: Callable[[str], str], denied: Callable[[str], bool]) -> Found:
    """The nearest binding at or above `directory`; at the same depth that of `profiles.toml`.

    `bound` gives the profile bound to exactly that directory, or ""; `denied` says whether a project's file is denied.
    """
    absent: list[str] = []
    skipped: list[str] = []
    for place in upward(directory):
        profile = bound(place)
        if profile:
            return Found(place, profile, "", tuple(absent), tuple(skipped))
        file = os.path.join(place, PROJECT_FILE)
        if not os.path.exists(file):
            absent.append(file)
        elif denied(file):
            skipped.append(file)
        else:
            return Found(place, "", file, tuple(absent), tuple(skipped))
    return Found("", "", "", tuple(absent), tuple(skipped))


def bound_directories(config: Config, home: str) -> dict[str, str]:
    """Profile by directory, for every `[[directories]]` entry: as written, and with links resolved."""
    found: dict[str, str] = {}
    for binding in config.directories:
        written = written_path(binding, home)
        found.setdefault(os.path.realpath(written), binding.profile)
        found[written] = binding.profile
    return found


def written_path(binding: Binding, home: str) -> str:
    """A binding's directory with `~` expanded, normalised by its components."""
    path = binding.path
    if path == "~" or path.startswith("~/"):
        path = home + path[1:]
    path = os.path.normpath(path)
    # POSIX lets two leading slashes mean something else; no shell names a directory so.
    return path[1:] if path.startswith("//") else path


def only_profile(data: bytes) -> str:
    """The profile that a project's file names if it says nothing else, as most do; "" where it has to be parsed.

    TOML is not loaded for it: that alone takes twice as long as a bare interpreter.
    """
    lines = [line.strip(b" \t\r") for line in data.split(b"\n")]
    said = [line for line in lines if line and not line.startswith(b"#")]
    if len(said) != 1 or not data.isascii() or any(byte < 32 and byte not in b"\t\r\n" for byte in data):
        return ""
    key, _, value = (part.strip(b" \t") for part in said[0].partition(b"="))
    name = value[1:-1].decode("ascii")
    quoted = value[:1] == value[-1:] == b'"' and len(value) > 2
    return name if key == b"profile" and quoted and is_profile_name(name) and b"\r" not in data else ""


def snapshot(file: str) -> tuple[str, bytes]:
    """How a shell may recognise a project's file as it is now, and the text to compare: one of WHOLE, BEGINNING, ODD.

    BEGINNING is for files that are too long or hold a NUL, at which shells stop reading; ODD for what is no readable
    regular file. Never waits for a FIFO.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return ODD, b""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ODD, b""
        with open(descriptor, "rb", closefd=False) as stream:
            data = stream.read(PROJECT_LIMIT + 1)
    except OSError:
        return ODD, b""
    finally:
        os.close(descriptor)
    return comparable(data)


def comparable(data: bytes) -> tuple[str, bytes]:
    """The same for bytes already read; more than PROJECT_LIMIT of them stand for a file that is too long."""
    if len(data) <= PROJECT_LIMIT and b"\0" not in data:
        return WHOLE, data
    beginning = data.partition(b"\0")[0][:BEGINNING_LENGTH]
    # Not in the middle of a character: shells compare characters.
    return BEGINNING, beginning.decode("utf-8", "ignore").encode() if len(beginning) == BEGINNING_LENGTH else beginning
