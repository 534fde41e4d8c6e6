"""A desktop's keyring for tests: a D-Bus session and a gnome-keyring of their own, in every state that users meet.

`desktop(UNLOCKED)` and the others are context managers; `FakeService` answers on such a bus as no real keyring here does.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_call, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

from tests.support.shells import require_shell

UNLOCKED = "unlocked"
LOCKED = "locked"
WRONG_PASSWORD = "wrong password"
STOPPED = "stopped"
NEVER_SET_UP = "never set up"
NO_SERVICE = "no service"
MUTE_BUS = "mute bus"
DEAD_BUS = "dead bus"
STALE_BUS = "stale bus"
NO_BUS = "no bus"

NAME = "org.freedesktop.secrets"
ROOT = "/org/freedesktop/secrets"
DEFAULT = f"{ROOT}/aliases/default"
PREFIX = "org.freedesktop.Secret."
PROPERTIES = "org.freedesktop.DBus.Properties"

_FAKE = f"{ROOT}/collection/fake"
_PASSWORD = "test"

_CONFIG = """<busconfig><type>session</type><listen>{address}</listen><auth>EXTERNAL</auth>{services}
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"""


@dataclass
class Desktop:
    """A session: its folder (home and runtime directory in one), its environment, its keyring's process if there is one."""

    folder: Path
    environ: dict[str, str]
    state: str = UNLOCKED
    keyring: subprocess.Popen[bytes] | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def address(self) -> str:
        """The session bus's."""
        return self.environ["DBUS_SESSION_BUS_ADDRESS"]

    def connect(self) -> DBusConnection:
        """A connection of the test's own; the test closes it."""
        return open_dbus_connection(self.address)

    def call(self, path: str, interface: str, member: str, signature: str = "", *values: Any) -> Any:
        """One call to the Secret Service; the values of its answer."""
        with closing(self.connect()) as connection:
            message = new_method_call(DBusAddress(path, NAME, interface), member, signature or None, values)
            answer = connection.send_and_get_reply(message, timeout=20)
            assert answer.header.message_type is MessageType.method_return, answer.body
            return answer.body

    def lock(self) -> None:
        """Lock the default collection."""
        self.call(ROOT, f"{PREFIX}Service", "Lock", "ao", [DEFAULT])

    def items(self) -> int:
        """How many items the default collection has."""
        ((_, found),) = self.call(DEFAULT, PROPERTIES, "Get", "ss", f"{PREFIX}Collection", "Items")
        return len(found)

    def start_bus(self, *, services: bool = False, address: str | None = None) -> None:
        """Start a bus; with `services` it starts what the machine says that it may."""
        config = self.folder / "bus.conf"
        self.environ["DBUS_SESSION_BUS_ADDRESS"] = address or self.address
        folders = "<standard_session_servicedirs/>" if services else ""
        config.write_text(_CONFIG.format(address=self.address, services=folders))
        words = (
            require_shell("dbus-daemon"),
            f"--config-file={config}",
            "--nofork",
            "--nopidfile",
            "--print-address=1",
        )
        bus = self.run(words, stdout=subprocess.PIPE)
        assert bus.stdout is not None
        with bus.stdout as lines:
            assert lines.readline()

    def start_keyring(self, password: str) -> None:
        """Start gnome-keyring and try to unlock it; the first password sets it up."""
        words = (require_shell("gnome-keyring-daemon"), "--foreground", "--unlock", "--components=secrets")
        self.keyring = self.run(words, stdin=subprocess.PIPE)
        assert self.keyring.stdin is not None
        with self.keyring.stdin as pipe:
            pipe.write(password.encode())
        with closing(self.connect()) as connection:
            wait_for(lambda: Proxy(message_bus, connection).NameHasOwner(NAME)[0] == 1)

    def crash(self) -> str:
        """How the keyring ended though nothing here ended it, with what it said last; "" otherwise."""
        code = self.keyring.poll() if self.keyring is not None else None
        if code in {None, -signal.SIGKILL}:
            return ""
        said = (self.folder / "gnome-keyring-daemon.log").read_text(errors="replace")
        return f"gnome-keyring ended by itself with {code}: {said[-2000:]}"

    def revive(self) -> None:
        """Start a keyring that has crashed again, with all that it kept."""
        if self.crash() and self.state == UNLOCKED:
            self.start_keyring(_PASSWORD)

    def run(
        self, words: tuple[str, ...], *, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start a program of this session, which ends with it."""
        with (self.folder / f"{Path(words[0]).name}.log").open("ab") as log:
            process = subprocess.Popen(words, env=self.environ, stdin=stdin, stdout=stdout, stderr=log, cwd=self.folder)
        self._stack.callback(_end, process)
        return process

    def end(self) -> None:
        """End all that was started."""
        self._stack.close()


_running: list[Desktop] = []
_crashes: list[str] = []


def crashes() -> list[str]:
    """What keyrings said that crashed since this was last asked; those whose session goes on run again.

    gnome-keyring 42.1 ends by itself about once in a hundred starts on a busy machine, after values of 1 MB.
    """
    found = [*_crashes, *filter(None, (session.crash() for session in _running))]
    _crashes.clear()
    for session in _running:
        session.revive()
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds; a machine that is too slow for that is a failure."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@contextmanager
def desktop(state: str = UNLOCKED, *, address: str | None = None) -> Iterator[Desktop]:
    """A session in one of the states above. `address` is where its bus listens, if not in its runtime directory."""
    # A socket's path has at most 107 bytes, which pytest's folders may not leave.
    folder = Path(tempfile.mkdtemp(prefix="ctx-"))
    environ = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/bus",
    }
    (folder / "data").mkdir(mode=0o700)
    session = Desktop(folder, environ, state)
    _running.append(session)
    try:
        _STATES[state](session, address)
        yield session
    finally:
        _running.remove(session)
        _crashes.extend(filter(None, [session.crash()]))
        session.end()
        wait_for(lambda: _removed(folder))


def _removed(folder: Path) -> bool:
    """Remove it; not at once if a keyring that the bus has started still tidies up in it."""
    with suppress(OSError):
        shutil.rmtree(folder)
    return not folder.exists()


def _unlocked(session: Desktop, address: str | None) -> None:
    session.start_bus(address=address)
    session.start_keyring(_PASSWORD)


def _locked(session: Desktop, address: str | None) -> None:
    _unlocked(session, address)
    session.lock()


def _wrong(session: Desktop, address: str | None) -> None:
    _unlocked(session, address)
    assert session.keyring is not None
    with closing(session.connect()) as connection:
        _end(session.keyring)
        wait_for(lambda: Proxy(message_bus, connection).NameHasOwner(NAME)[0] == 0)
    session.start_keyring("another")


def _stopped(session: Desktop, address: str | None) -> None:
    _unlocked(session, address)
    assert session.keyring is not None
    session.keyring.send_signal(signal.SIGSTOP)


def _never(session: Desktop, address: str | None) -> None:
    require_shell("gnome-keyring-daemon")
    session.start_bus(services=True, address=address)


def _no_service(session: Desktop, address: str | None) -> None:
    session.start_bus(address=address)


def _mute(session: Desktop, address: str | None) -> None:
    listener = session._stack.enter_context(socket.socket(socket.AF_UNIX))
    listener.bind(str(session.folder / "bus"))
    listener.listen()


def _dead(session: Desktop, address: str | None) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(session.folder / "bus"))


def _stale(session: Desktop, address: str | None) -> None:
    pass


def _no_bus(session: Desktop, address: str | None) -> None:
    del session.environ["DBUS_SESSION_BUS_ADDRESS"]


_STATES: dict[str, Callable[[Desktop, str | None], None]] = {
    UNLOCKED: _unlocked,
    LOCKED: _locked,
    WRONG_PASSWORD: _wrong,
    STOPPED: _stopped,
    NEVER_SET_UP: _never,
    NO_SERVICE: _no_service,
    MUTE_BUS: _mute,
    DEAD_BUS: _dead,
    STALE_BUS: _stale,
    NO_BUS: _no_bus,
}


class Answerer:
    """Owns `name` on a session's bus and answers calls in a thread. Subclasses give `answer`."""

    def __init__(self, session: Desktop, name: str) -> None:
        self._connection = session.connect()
        assert Proxy(message_bus, self._connection).RequestName(name)[0] == 1
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.calls: list[str] = []

    def __enter__(self) -> Any:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._connection.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                message = self._connection.receive(timeout=0.02)
            except TimeoutError:
                continue
            except OSError:
                return
            if message.header.message_type is MessageType.method_call:
                member = message.header.fields[HeaderFields.member]
                self.calls.append(member)
                for reply in self.answer(message, member):
                    self._connection.send(reply)

    def answer(self, message: Message, member: str) -> list[Message]:
        """What to send upon a call; nothing leaves the caller waiting."""
        raise NotImplementedError


class Prompter(Answerer):
    """A desktop on which the dialog is shown and nobody answers it."""

    def __init__(self, session: Desktop) -> None:
        super().__init__(session, "org.gnome.keyring.SystemPrompter")

    def answer(self, message: Message, member: str) -> list[Message]:
        return [new_method_return(message)]


class FakeService(Answerer):
    """A Secret Service that holds `items` (value by service and username) and does what a test asks of it.

    `mute`: members that are never answered. `errors`: D-Bus errors by member. `locked`, `locked_items`: the collection,
    and the items that are locked. `plain`: whether it takes unencrypted sessions. `dismiss`: whether its dialog is
    closed at once, or stays. `dies_at`: the member upon which it leaves the bus. `twice`: whether each item has a second
    one behind it, with another value.
    """

    def __init__(self, session: Desktop, items: dict[tuple[str, str], bytes]) -> None:
        super().__init__(session, NAME)
        self.items = items
        self.mute: set[str] = set()
        self.errors: dict[str, str] = {}
        self.locked = False
        self.locked_items: set[int] = set()
        self.plain = True
        self.dismiss = True
        self.dies_at = ""
        self.twice = False
        self.answers: dict[str, tuple[str, tuple[Any, ...]]] = {}
        self._cipher: Any = None

    def answer(self, message: Message, member: str) -> list[Message]:
        if member in self.mute:
            return []
        if member == self.dies_at:
            self._over.set()
            self._connection.close()
            return []
        if member in self.errors:
            return [new_error(message, self.errors[member])]
        if member in self.answers:
            return [new_method_return(message, *self.answers[member])]
        handler = getattr(self, f"_{member.lower()}", None)
        try:
            assert handler is not None
            found: list[Message] = handler(message, message.header.fields[HeaderFields.path])
        except (AssertionError, LookupError, ValueError):
            return [new_error(message, "org.freedesktop.DBus.Error.UnknownObject")]
        return found

    def _readalias(self, message: Message, path: str) -> list[Message]:
        return [new_method_return(message, "o", (_FAKE,))]

    def _paths(self) -> list[str]:
        return [f"{_FAKE}/{number}" for number in range(len(self.items) * (2 if self.twice else 1))]

    def _get(self, message: Message, path: str) -> list[Message]:
        name = message.body[1]
        if name == "Locked":
            is_locked = self.locked if path == _FAKE else self._paths().index(path) in self.locked_items
            return [new_method_return(message, "v", (("b", is_locked),))]
        return [new_method_return(message, "v", (("s", name),))]

    def _opensession(self, message: Message, path: str) -> list[Message]:
        from secretstorage.dhcrypto import Session

        algorithm, (_, key) = message.body
        if algorithm == "plain":
            if not self.plain:
                return [new_error(message, "org.freedesktop.DBus.Error.NotSupported")]
            return [new_method_return(message, "vo", (("s", ""), f"{ROOT}/session/1"))]
        self._cipher = Session()
        self._cipher.set_server_public_key(int.from_bytes(key, "big"))
        self._cipher.object_path = f"{ROOT}/session/2"
        own = self._cipher.my_public_key.to_bytes(128, "big")
        return [new_method_return(message, "vo", (("ay", own), self._cipher.object_path))]

    def _searchitems(self, message: Message, path: str) -> list[Message]:
        wanted = message.body[0]
        found = [p for p, pair in zip(self._paths(), [*self.items] * 2, strict=False) if _matches(pair, wanted)]
        return [new_method_return(message, "ao", (found,))]

    def _secret(self, path: str, session: str) -> tuple[str, bytes, bytes, str]:
        from secretstorage.util import format_secret

        number = self._paths().index(path)
        value = [*self.items.values(), *(b"second" for _ in self.items)][number]
        return format_secret(self._cipher, value, "text/plain") if self._cipher else (session, b"", value, "text/plain")

    def _getsecrets(self, message: Message, path: str) -> list[Message]:
        paths, session = message.body
        open_paths = [path for path in paths if self._paths().index(path) not in self.locked_items]
        return [new_method_return(message, "a{o(oayays)}", ({p: self._secret(p, session) for p in open_paths},))]

    def _getsecret(self, message: Message, path: str) -> list[Message]:
        return [new_method_return(message, "(oayays)", (self._secret(path, message.body[0]),))]

    def _unlock(self, message: Message, path: str) -> list[Message]:
        return [new_method_return(message, "aoo", ([], f"{ROOT}/prompt/1"))]

    def _prompt(self, message: Message, path: str) -> list[Message]:
        from jeepney import new_signal

        answered = [new_method_return(message)]
        if self.dismiss:
            emitter = DBusAddress(path, NAME, f"{PREFIX}Prompt")
            answered.append(new_signal(emitter, "Completed", "bv", (True, ("ao", []))))
        return answered


def _matches(pair: tuple[str, str], wanted: dict[str, str]) -> bool:
    return wanted == {"service": pair[0], "username": pair[1]}
