"""The files in which `ctx secret adopt` looks, and how a line is taken out of one."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable

from ctx import signin
from ctx.cli import adopt_dotenv, adopt_fish, adopt_posix, adopt_powershell
from ctx.cli.adopt_found import Assignment, whole_line
from ctx.errors import CtxError, typed
from ctx.files import check_owner, free_name, read_bounded, write_atomically
from ctx.visible import MASK

LIMIT = 1024 * 1024
"""Bytes of a file that are read."""

BACKUP = ".ctx-backup"

_POSIX = (".zshenv", ".zprofile", ".zshrc", ".zlogin", ".bashrc", ".bash_profile", ".bash_login", ".profile")
_PROFILES = ("profile.ps1", "Microsoft.PowerShell_profile.ps1", "Microsoft.VSCode_profile.ps1")
_EXAMPLES = (".example", ".sample", ".template", ".dist", ".defaults", BACKUP)


class Source:
    """A file as it was read. `credentials` are the assignments in it that hold one, those not to be touched included."""

    def __init__(self, path: str) -> None:
        """Raises FileNotFoundError, ConfigError, CtxError."""
        self.path = path
        self.real = os.path.realpath(path)
        self._data, self._status = read_bounded(path, LIMIT, check_owner)
        if len(self._data) > LIMIT:
            raise CtxError(f"is longer than {LIMIT:,} bytes", where=path, fix="look through it by hand")
        try:
            self.text = self._data.decode()
        except UnicodeDecodeError:
            raise CtxError("is not UTF-8", where=path, fix="look through it by hand") from None
        found = _parser(path)(self.text)
        self.credentials = [assignment for assignment in found if assignment.is_credential(self.text)]

    def check_writable(self) -> None:
        """Raises CtxError before anything was done, where the file could not be written afterwards."""
        writable = self._status.st_mode & stat.S_IWUSR and os.access(self.real, os.W_OK)
        if not writable or not os.access(os.path.dirname(self.real), os.W_OK):
            raise CtxError("is read-only: nothing of it was moved", where=self.path, fix=typed("ls", "-l", self.real))

    def without(self, taken: Iterable[Assignment]) -> str:
        """The text without these assignments' lines."""
        text = self.text
        for assignment in sorted(taken, key=lambda a: a.start, reverse=True):
            start, end = whole_line(self.text, assignment.start, assignment.end) or (0, 0)
            text = text[:start] + text[end:]
        return text

    def masked(self) -> str:
        """The text with every credential replaced, whether it is taken or not, and lines that look like one blanked."""
        text = self.text
        for assignment in sorted(self.credentials, key=lambda a: a.start, reverse=True):
            text = text[: assignment.start] + f"{assignment.variable}={MASK}" + text[assignment.end :]
        for value in {a.value for a in self.credentials if a.value}:
            text = text.replace(value, MASK)
        return "".join(map(_blanked, text.splitlines(keepends=True)))

    def rewrite(self, taken: list[Assignment]) -> str:
        """Take the lines out and leave a backup that holds no credential; that backup's path. Raises CtxError."""
        backup = free_name(f"{self.real}{BACKUP}")

        def unchanged() -> None:
            if read_bounded(self.path, LIMIT, check_owner)[0] != self._data or os.path.realpath(self.path) != self.real:
                what = "was changed by another program just now: it was left as it is"
                raise CtxError(what, where=self.path, fix="ctx secret adopt")

        try:
            write_atomically(backup, self.masked().encode())
            write_atomically(self.real, self.without(taken).encode(), like=self._status, last=unchanged)
        except OSError as error:
            reason = (error.strerror or "").lower()
            fix = typed("ls", "-ld", os.path.dirname(self.real))
            raise CtxError(f"cannot be written: {reason}", where=self.path, fix=fix) from None
        return backup

    def remnants(self, taken: list[Assignment]) -> list[int]:
        """Lines, as they are numbered afterwards, that still hold a value that was taken: comments, for example."""
        lines = self.without(taken).split("\n")
        values = [a.value for a in taken if a.value]
        return [number for number, line in enumerate(lines, 1) if any(value in line for value in values)]


def _blanked(line: str) -> str:
    """The line, or a mask where more in it looks like a credential than what was masked already."""
    rest = " ".join(word for word in line.split() if not word.endswith(f"={MASK}"))
    return f"# {MASK}{line[len(line.rstrip()) :]}" if signin.value_looks_secret(rest) else line


def _parser(path: str) -> Callable[[str], list[Assignment]]:
    name = os.path.basename(path).lower()
    if name.endswith(".fish"):
        return adopt_fish.assignments
    if name.endswith((".ps1", ".psm1")):
        return adopt_powershell.assignments
    if name == ".env" or name.startswith(".env.") or name.endswith(".env"):
        return adopt_dotenv.assignments
    return adopt_posix.assignments


def usual(home: str, environ: dict[str, str], directory: str) -> list[str]:
    """The start-up files of all shells, and the `.env` files from `directory` up to the home directory: those there are."""
    folders = dict.fromkeys((home, environ.get("ZDOTDIR") or home))
    found = [os.path.join(folder, name) for folder in folders for name in _POSIX]
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    fish = os.path.join(config, "fish")
    found += [os.path.join(fish, "config.fish"), *_listed(os.path.join(fish, "conf.d"), ".fish")]
    documents = os.path.join(home, "Documents")
    for folder in (os.path.join(config, "powershell"), *(os.path.join(documents, n) for n in _WINDOWS)):
        found += [os.path.join(folder, name) for name in _PROFILES]
    for folder in _upward(directory, home):
        found += [path for path in _listed(folder) if _is_dotenv(os.path.basename(path))]
    # Two names of one file, as of a start-up file that is a link to another, count once.
    existing = {os.path.realpath(path): path for path in reversed(found) if os.path.isfile(path)}
    return list(reversed(existing.values()))


_WINDOWS = ("PowerShell", "WindowsPowerShell")


def _listed(folder: str, ending: str = "") -> list[str]:
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(ending)]
    except OSError:
        return []


def _is_dotenv(name: str) -> bool:
    return (name == ".env" or name.startswith(".env.")) and not name.endswith(_EXAMPLES)


def _upward(directory: str, home: str) -> list[str]:
    """`directory` and what is above it up to `home`; outside of that `directory` alone."""
    if not os.path.join(directory, "").startswith(os.path.join(home, "")):
        return [directory]
    found = [directory]
    while found[-1] != home and os.path.dirname(found[-1]) != found[-1]:
        found.append(os.path.dirname(found[-1]))
    return found
