"""A connection to a D-Bus message bus, for method calls, whose every step ends at one deadline.

Calls are posted first and sent together, authentication and all, when the first answer is asked for: a conversation
takes as many waits as it has questions that depend on answers. systemd's client sends its authentication like this, and
zbus the first call along with it; what a server that cannot take that answers is a BrokenError.
Source: the D-Bus specification, sections "Message Protocol", "Authentication Protocol" and "Server Addresses".
"""

from __future__ import annotations

# `socket` would bring enum and selectors along, at ten times the cost; CPython and PyPy have both.
import _socket
import os
import time

from ctx.secrets.dbus_wire import Cursor, WireError, marshal, unmarshal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

MESSAGE_LIMIT = 16 * 1024 * 1024
"""Bytes of an answer that are read; a hundred secrets as long as a variable may be."""

_CALL, _RETURN, _ERROR = 1, 2, 3
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL, _DESTINATION, _SIGNATURE = 1, 2, 3, 4, 5, 6, 8
_FIELDS = {_ERROR_NAME: "s", _REPLY_SERIAL: "u", _SIGNATURE: "g"}
Target = tuple[str, str, str]
"""Who is called: bus name, object path, interface."""

_HEX = frozenset(b"0123456789abcdefABCDEF")
_LINE_LIMIT = 512
_PIECE = 1 << 16


class BusError(Exception):
    """A conversation over D-Bus that came to nothing."""


class UnreachableError(BusError):
    """Nobody listens at the bus's address. `reason` is the system's, "" where the address is none."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SilentError(BusError):
    """No answer came before the deadline. `connected` says whether the bus itself had answered anything."""

    def __init__(self, *, connected: bool) -> None:
        super().__init__("no answer in time")
        self.connected = connected


class BrokenError(BusError):
    """The other side hung up, refused the authentication, or sent what is not D-Bus."""


class AnswerError(BusError):
    """An error as the answer to a call: its D-Bus name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def socket_name(address: str) -> bytes:
    """The Unix socket that an address such as `unix:path=/run/user/1000/bus` names, an abstract one with a leading NUL.

    Of several addresses the first that this can connect to counts, as for the library that `keyring` uses. Raises
    UnreachableError where there is none.
    """
    for choice in address.split(";"):
        transport, _, rest = choice.partition(":")
        if transport != "unix":
            continue
        keys = dict(part.partition("=")[::2] for part in rest.split(","))
        if "abstract" in keys:
            return b"\0" + _unescape(keys["abstract"])
        name = _unescape(keys.get("path", ""))
        if name and b"\0" not in name:
            return name
    raise UnreachableError("")


def _unescape(text: str) -> bytes:
    first, *rest = os.fsencode(text).split(b"%")
    if any(len(piece) < 2 or not _HEX.issuperset(piece[:2]) for piece in rest):
        raise UnreachableError("")
    return first + b"".join(bytes([int(piece[:2], 16)]) + piece[2:] for piece in rest)


def escape(path: str) -> str:
    """`path` as it stands in an address."""
    plain = b"-_/.\\*abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(chr(byte) if byte in plain else f"%{byte:02x}" for byte in os.fsencode(path))


class Bus:
    """A connection to the bus at `address`. It ends, with whatever was asked, `patience` seconds from now.

    Making one raises UnreachableError, SilentError.
    """

    __slots__ = ("_answers", "_buffer", "_deadline", "_heard", "_outgoing", "_owed", "_ready", "_serial", "_socket")

    def __init__(self, address: str, patience: float) -> None:
        self._deadline = time.monotonic() + patience
        self._answers: dict[int, _Answer] = {}
        self._owed: set[int] = set()
        self._buffer = bytearray()
        self._heard = False
        self._ready = False
        self._serial = 0
        uid = str(os.geteuid()).encode().hex()
        self._outgoing = bytearray(f"\0AUTH EXTERNAL {uid}\r\nBEGIN\r\n".encode())
        name = socket_name(address)
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            self._connect(name)
        except BaseException:
            self.close()
            raise
        self.post(("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"), "Hello")

    def _connect(self, name: bytes) -> None:
        while True:
            try:
                self._socket.settimeout(self._left())
                self._socket.connect(name)
            except BlockingIOError:
                # What a listener whose queue is full answers to a socket with a timeout.
                time.sleep(min(0.01, self._left()))
            except TimeoutError:
                raise SilentError(connected=False) from None
            except OSError as error:
                raise UnreachableError((error.strerror or str(error)).lower()) from None
            else:
                return

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise SilentError(connected=self._heard)
        return left

    def close(self) -> None:
        """Hang up. The service forgets the session that was opened here."""
        self._socket.close()

    def post(self, to: Target, member: str, signature: str = "", values: tuple[Any, ...] = ()) -> int:
        """Have a call sent with the next ones that are waited for; the number by which to ask for its answer.

        Raises WireError for what D-Bus cannot carry.
        """
        name, path, interface = to
        body = marshal(signature, values)
        fields = [(_PATH, ("o", path)), (_INTERFACE, ("s", interface)), (_MEMBER, ("s", member))]
        fields.append((_DESTINATION, ("s", name)))
        if signature:
            fields.append((_SIGNATURE, ("g", signature)))
        self._serial += 1
        head = marshal("yyyyuua(yv)", (ord("l"), _CALL, 0, 1, len(body), self._serial, fields))
        self._outgoing += head + bytes(-len(head) % 8) + body
        self._owed.add(self._serial)
        return self._serial

    def answer(self, serial: int, signature: str) -> tuple[Any, ...]:
        """The values that a call was answered with, of these types.

        Raises AnswerError, SilentError, BrokenError.
        """
        try:
            self._send()
            while serial in self._owed:
                self._receive()
            return self._answers.pop(serial).values(signature)
        except TimeoutError:
            raise SilentError(connected=self._heard) from None
        except (WireError, OSError) as error:
            raise BrokenError(str(error)) from None

    def drain(self) -> None:
        """Wait for the answers that nobody asked for: some services do not survive a caller who hangs up before."""
        try:
            while self._owed and not self._outgoing:
                self._receive()
        except (BusError, WireError, OSError):
            # What matters was said before.
            pass

    def _send(self) -> None:
        if self._outgoing:
            self._socket.settimeout(self._left())
            # Whoever started this process may have it killed by a closed pipe.
            self._socket.sendall(self._outgoing, _socket.MSG_NOSIGNAL)
            self._outgoing.clear()
        if not self._ready:
            line = self._line()
            if not line.startswith(b"OK "):
                raise WireError(f"authentication answered by {line[:40]!r}")
            self._ready = True

    def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > _LINE_LIMIT:
                raise WireError("a line without an end")
            self._more()
        line, _, rest = bytes(self._buffer).partition(b"\r\n")
        self._buffer = bytearray(rest)
        return line

    def _more(self) -> None:
        self._socket.settimeout(self._left())
        piece = self._socket.recv(_PIECE)
        if not piece:
            raise WireError("the connection was closed")
        self._heard = True
        self._buffer += piece

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _receive(self) -> None:
        """Read one message, and keep it if it answers a call."""
        head = self._take(16)
        order: Literal["little", "big"] = "little" if head[0] == ord("l") else "big"
        size = int.from_bytes(head[4:8], order)
        fields = int.from_bytes(head[12:16], order)
        if head[0] not in b"lB" or head[3] != 1 or head[1] < _CALL or fields + size > MESSAGE_LIMIT:
            raise WireError("a message that is none, or too long")
        head += self._take(fields + -fields % 8)
        body = self._take(size)
        known = _known(head, order, fields)
        serial = int(known.get(_REPLY_SERIAL, 0))
        if head[1] in (_RETURN, _ERROR) and serial in self._owed:
            self._owed.remove(serial)
            answer = _Answer(str(known.get(_SIGNATURE, "")), body, order)
            answer.error = str(known.get(_ERROR_NAME, "")) if head[1] == _ERROR else None
            self._answers[serial] = answer


def _known(head: bytes, order: Literal["little", "big"], size: int) -> dict[int, Any]:
    """The header fields that matter here, by their code."""
    cursor = Cursor(head, order)
    cursor.position = 12
    fields = cursor.value("a(yv)")
    if cursor.position != 16 + size:
        raise WireError("header fields that do not end where they say")
    cursor.align(8)
    known = {}
    for code, (kind, value) in fields:
        if code in _FIELDS:
            if kind != _FIELDS[code] or code in known:
                raise WireError(f"header field {code} of type {kind!r}")
            known[code] = value
    return known


class _Answer:
    """What came in answer to a call; `error` is the name of a D-Bus error, None where it is none."""

    __slots__ = ("_body", "_order", "_signature", "error")

    def __init__(self, signature: str, body: bytes, order: Literal["little", "big"]) -> None:
        self._signature = signature
        self._body = body
        self._order = order
        self.error: str | None = None

    def values(self, signature: str) -> tuple[Any, ...]:
        if self.error is not None:
            raise AnswerError(self.error)
        if self._signature != signature:
            raise WireError(f"{self._signature!r} where {signature!r} was expected")
        return unmarshal(signature, self._body, self._order)
