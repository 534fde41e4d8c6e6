"""One run of the program: where its files are, who called it, and the only ways to print."""

from __future__ import annotations

import os
import sys

from ctx import names
from ctx.compiled import fits
from ctx.errors import CtxError, UsageError
from ctx.state import MANUAL, NO_PROFILE, PREVIOUS, own_environment
from ctx.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.secrets.base import Places
    from ctx.values import Surroundings

HOOK = "@hook"
HOOK_WORDS = 8


class Invocation:
    """What commands know of the process they run in.

    `hook` is the shell whose hook called, or "". With the hook, `environ` is the user's own environment already, but for
    `status`, `doctor` and `list`, which see it as it is; `own` always is. `previous` and `active` are names of profiles
    or ""; `manual` is the shell's manual choice: a name, NO_PROFILE or "".
    """

    __slots__ = ("active", "cache", "config", "data", "environ", "hook", "manual", "own", "previous")

    def __init__(self, words: list[str], environ: dict[str, str]) -> None:
        self.environ = environ
        self.own = own_environment(environ)
        self.hook = ""
        if words[:1] == [HOOK]:
            header, version = words[2 : 1 + HOOK_WORDS], words[1:2]
            if len(header) < HOOK_WORDS - 1 or not fits(version[0]):
                raise UsageError("this shell's hook belongs to another version of ctx", fix="start a new shell")
            self.hook, self.config, self.data, self.cache, active, previous, manual = header
            del words[: 1 + HOOK_WORDS]
        else:
            self.config, self.data, self.cache = directories(environ)
            active, previous, manual = (environ.get(name, "") for name in ("CTX_PROFILE", PREVIOUS, MANUAL))
        self.active = active if names.is_profile_name(active) else ""
        self.previous = previous if names.is_profile_name(previous) else ""
        self.manual = manual if manual == NO_PROFILE or names.is_profile_name(manual) else ""

    @property
    def home(self) -> str:
        """The user's home directory."""
        return home(self.environ)

    def around(self, *, asked_for: bool = False) -> Surroundings:
        """What profiles may depend on. `asked_for`: a person at a terminal did, and may be asked to unlock a keyring."""
        from ctx.values import Surroundings

        person = asked_for and self.is_terminal(0, 2)
        notify = complain if person else None
        return Surroundings(self.own, self.home, self.data, lambda: self.places(person), notify)

    def places(self, interactive: bool) -> Places:
        """Where secrets are kept; `interactive` where a person is there who may be asked to unlock a store."""
        from ctx.secrets.base import HOOK_PATIENCE, PERSON_PATIENCE, Places

        patience = PERSON_PATIENCE if interactive else HOOK_PATIENCE
        return Places(self.data, state(self.own), self.own, patience=patience, interactive=interactive)

    def emit(self, text: str) -> None:
        """Write code or data to standard output, at once and byte for byte."""
        sys.stdout.flush()
        data = text.encode("utf-8", "surrogateescape")
        try:
            while data:
                data = data[os.write(1, data) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CtxError(f"standard output cannot be written: {(error.strerror or '').lower()}") from None

    def emit_json(self, data: object) -> None:
        """Write data as JSON to standard output."""
        import json

        self.emit(json.dumps(data, indent=2, ensure_ascii=False) + "\n")

    def say(self, text: str) -> None:
        """One line for people, on standard error; `CTX_QUIET` keeps errors only."""
        if not self.environ.get("CTX_QUIET"):
            complain(text)

    def is_terminal(self, *streams: int) -> bool:
        """Whether all these file descriptors are terminals."""
        try:
            return all(os.isatty(stream) for stream in streams)
        except OSError:
            return False


def complain(text: str) -> None:
    """Write `text` for people to standard error, every foreign character made visible.

    Line breaks stay: they are ctx's own, for an error has made those of others visible before.
    """
    lines = [visible(line) for line in text.split("\n")]
    try:
        os.write(2, ("ctx: " + "\n".join(lines) + "\n").encode("utf-8", "replace"))
    except OSError:
        pass


COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""Values of LC_CTYPE that Python itself puts into its environment where the locale is C (PEP 538)."""


def environment() -> dict[str, str]:
    """The environment this process was given, as text in which every byte survives, whatever the locale says."""
    if os.name == "nt":
        return dict(os.environ)
    given = dict(os.environb)
    if os.environ.get("LC_CTYPE") in COERCED and _is_coerced():
        del given[b"LC_CTYPE"]
    decode = "utf-8", "surrogateescape"
    return {key.decode(*decode): value.decode(*decode) for key, value in given.items()}


def _is_coerced() -> bool:
    """Whether LC_CTYPE is Python's own addition. Linux keeps the environment as given; elsewhere nothing tells."""
    try:
        with open("/proc/self/environ", "rb") as file:
            return not any(entry.startswith(b"LC_CTYPE=") for entry in file.read().split(b"\0"))
    except OSError:
        return False


def home(environ: dict[str, str]) -> str:
    """`HOME`, else what the system says, without a slash at the end."""
    path = environ.get("USERPROFILE" if os.name == "nt" else "HOME", "")
    if not path and os.name != "nt":
        import pwd

        path = pwd.getpwuid(os.getuid()).pw_dir
    return (path or os.path.expanduser("~")).rstrip("/") or "/"


def directories(environ: dict[str, str]) -> tuple[str, str, str]:
    """Where configuration, data and cache lie: `CTX_CONFIG`, else the XDG folders (Windows: its own)."""
    if os.name == "nt":
        config = _folder(environ, "APPDATA", "AppData", "Roaming")
        local = _folder(environ, "LOCALAPPDATA", "AppData", "Local")
        data, cache = os.path.join(local, "data"), os.path.join(local, "cache")
    else:
        config = _folder(environ, "XDG_CONFIG_HOME", ".config")
        data = _folder(environ, "XDG_DATA_HOME", ".local", "share")
        cache = _folder(environ, "XDG_CACHE_HOME", ".cache")
    named = environ.get("CTX_CONFIG", "")
    return (os.path.abspath(named) if named else config), data, cache


def state(environ: dict[str, str]) -> str:
    """Where the key of the encrypted file is made: apart from configuration and data, which people copy and publish."""
    if os.name == "nt":
        return os.path.join(_folder(environ, "LOCALAPPDATA", "AppData", "Local"), "state")
    return _folder(environ, "XDG_STATE_HOME", ".local", "state")


def _folder(environ: dict[str, str], variable: str, *default: str) -> str:
    # The XDG specification: a relative path is to be ignored.
    given = environ.get(variable, "")
    return os.path.join(given if os.path.isabs(given) else os.path.join(home(environ), *default), "ctx")
