"""A desktop's keyring: GNOME Keyring, unlocked, on a D-Bus session of its own that ends with the measurement."""

from __future__ import annotations

import os
import secrets
import select
import shutil
import subprocess
import time
from collections.abc import Mapping

from benchmarks.timing import LeftOutError, run
from benchmarks.world import PATH, write

PACKAGES = {
    "dbus-run-session": "dbus",
    "dbus-send": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "secret-tool": "libsecret-tools",
}
"""Programs, and what Debian calls the packages that they are in."""

_SECONDS = 20

# The first password sets the keyring up. Later the session lasts as long as this script: until its standard input is at
# its end, be it that the measurement was killed.
_SCRIPT = """\
set -eu
IFS= read -r password
printf %s "$password" | gnome-keyring-daemon --unlock --components=secrets >/dev/null
printf '%s\\n' "$DBUS_SESSION_BUS_ADDRESS"
exec cat >/dev/null
"""

_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner")
_DEFAULT = (
    "org.freedesktop.secrets",
    "/org/freedesktop/secrets/aliases/default",
    "org.freedesktop.DBus.Properties.Get",
)
_NAME = ("string:org.freedesktop.secrets",)
_LOCKED = ("string:org.freedesktop.Secret.Collection", "string:Locked")


def program(name: str) -> str:
    """The path of one of these programs. Raises LeftOutError."""
    found = shutil.which(name, path=PATH)
    if found is None:
        raise LeftOutError(
            f"{name} is not installed: your system's package manager has it, in {PACKAGES[name]} on Debian"
        )
    return found


class Desktop:
    """The session. It is started when it is first asked for, in `folder`, which is made then."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._address = ""
        self._failure = ""

    def environ(self) -> Mapping[str, str]:
        """The variables by which programs find it. Raises LeftOutError where there cannot be one here."""
        if self._failure:
            raise LeftOutError(self._failure)
        if not self._address:
            try:
                self._address = self._start()
            except LeftOutError as error:
                self._failure = str(error)
                raise
        return {"DBUS_SESSION_BUS_ADDRESS": self._address, "XDG_RUNTIME_DIR": self._place("run")}

    def close(self) -> None:
        """End it."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            return
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _place(self, *names: str) -> str:
        return os.path.join(self._folder, *names)

    def _start(self) -> str:
        session, sender = program("dbus-run-session"), program("dbus-send")
        program("gnome-keyring-daemon")
        for name in ("run", "data"):
            os.makedirs(self._place(name), mode=0o700)
        given = {"HOME": self._folder, "XDG_RUNTIME_DIR": self._place("run"), "XDG_DATA_HOME": self._place("data")}
        given |= {"PATH": PATH, "LANG": "C.UTF-8"}
        write(self._place("script"), _SCRIPT)
        with open(self._place("log"), "wb") as log:
            # A group of its own, so that Ctrl-C does not end it before its programs.
            self._process = subprocess.Popen(
                (session, "--", "/bin/sh", self._place("script")),
                env=given,
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        address = self._told(self._process)
        environ = {**given, "DBUS_SESSION_BUS_ADDRESS": address}
        ask = (sender, "--session", "--print-reply")
        self._wait((*ask, f"--dest={_BUS[0]}", *_BUS[1:], *_NAME), environ)
        answer = run((*ask, f"--dest={_DEFAULT[0]}", *_DEFAULT[1:], *_LOCKED), environ, self._folder)
        if "boolean false" not in answer:
            raise LeftOutError("GNOME Keyring cannot be unlocked here")
        return address

    def _told(self, process: subprocess.Popen[bytes]) -> str:
        """The bus's address, which the script prints. Raises LeftOutError with what went wrong instead."""
        if process.stdin is None or process.stdout is None:
            raise LeftOutError("the D-Bus session has no pipes")
        try:
            process.stdin.write(secrets.token_hex(16).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass
        ready, _, _ = select.select([process.stdout], [], [], _SECONDS)
        address = process.stdout.readline().decode().strip() if ready else ""
        if not address:
            with open(self._place("log"), encoding="utf-8", errors="replace") as log:
                lines = log.read().strip().splitlines()
            raise LeftOutError(f"GNOME Keyring cannot be started here: {lines[-1] if lines else 'it does not answer'}")
        return address

    def _wait(self, words: tuple[str, ...], environ: Mapping[str, str]) -> None:
        """Until the keyring is on the bus: a program that came earlier would have a second one started."""
        end = time.monotonic() + _SECONDS
        while "boolean true" not in run(words, environ, self._folder):
            if time.monotonic() > end:
                raise LeftOutError("GNOME Keyring does not appear on its bus")
            time.sleep(0.01)
