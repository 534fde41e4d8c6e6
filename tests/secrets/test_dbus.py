"""The D-Bus client: jeepney, which `keyring` uses, is the oracle; then everything that a bus may answer and must not."""

from __future__ import annotations

import itertools
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jeepney import HeaderFields, Message, MessageType, Parser
from jeepney.bus import get_bus
from jeepney.low_level import Endianness, Header, Struct, parse_signature

from ctx.secrets import dbus, dbus_wire
from ctx.secrets.dbus import AnswerError, BrokenError, Bus, BusError, SilentError, UnreachableError
from ctx.secrets.dbus_wire import WireError, marshal, types, unmarshal

EXAMPLES = settings(max_examples=200, deadline=None)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NUMBERS = {"y": 8, "q": 16, "u": 32, "t": 64, "n": -16, "i": -32, "x": -64}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
PATHS = st.just("/") | st.lists(st.text("aZ0_", min_size=1, max_size=4), min_size=1, max_size=3).map(
    lambda parts: "/" + "/".join(parts)
)
SIGNATURES = ("", "s", "a{o(oayays)}", "vo", "ao", "a{sv}", "(yv)", "aaay")

BASIC = st.sampled_from([*NUMBERS, "b", "s", "o", "g"])
KINDS = st.recursive(
    BASIC | st.just("v"),
    lambda inner: (
        inner.map("a{}".format)
        | st.lists(inner, min_size=1, max_size=3).map(lambda kinds: f"({''.join(kinds)})")
        | st.tuples(BASIC, inner).map(lambda pair: f"a{{{pair[0]}{pair[1]}}}")
    ),
    max_leaves=5,
)


def values(kind: str) -> st.SearchStrategy[Any]:
    """Whatever a type can hold."""
    code = kind[0]
    if code in NUMBERS:
        bits = NUMBERS[code]
        return st.integers(-(1 << -bits - 1), (1 << -bits - 1) - 1) if bits < 0 else st.integers(0, (1 << bits) - 1)
    if kind == "ay":
        return st.binary(max_size=20)
    if kind.startswith("a{"):
        key, content = types(kind[2:-1])
        return st.dictionaries(values(key), values(content), max_size=3)
    if code == "a":
        return st.lists(values(kind[1:]), max_size=3)
    if code == "(":
        return st.tuples(*map(values, types(kind[1:-1])))
    if code == "v":
        return st.sampled_from(["s", "ay", "u", "b", "ao", "a{sv}", "(qs)"]).flatmap(
            lambda inner: st.tuples(st.just(inner), values(inner))
        )
    return {"b": st.booleans(), "s": TEXT, "o": PATHS, "g": st.sampled_from(SIGNATURES)}[code]


BODIES = st.lists(KINDS, max_size=4).flatmap(
    lambda kinds: st.tuples(st.just("".join(kinds)), st.tuples(*map(values, kinds)))
)


def oracle(signature: str) -> Struct:
    return Struct([parse_signature(list(kind)) for kind in types(signature)])


def theirs(signature: str, content: tuple[Any, ...], order: Endianness) -> bytes:
    return bytes(oracle(signature).serialise(content, 0, order))


# The wire format.


@EXAMPLES
@given(BODIES)
def test_what_is_sent_is_what_jeepney_would_send(body: tuple[str, tuple[Any, ...]]) -> None:
    assert marshal(*body) == theirs(*body, Endianness.little)


@EXAMPLES
@given(BODIES, st.sampled_from(["little", "big"]))
def test_what_jeepney_sends_is_understood_in_both_orders(
    body: tuple[str, tuple[Any, ...]], order: Literal["little", "big"]
) -> None:
    assert unmarshal(body[0], theirs(*body, Endianness[order]), order) == body[1]


@EXAMPLES
@given(BODIES, st.data())
def test_changed_bytes_are_refused_or_mean_what_they_mean_to_jeepney(
    body: tuple[str, tuple[Any, ...]], data: st.DataObject
) -> None:
    changed = bytearray(marshal(*body))
    assume(changed)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    agrees_with_jeepney(body[0], bytes(changed))


@EXAMPLES
@given(BODIES, st.binary(max_size=64))
def test_any_bytes_are_refused_or_mean_what_they_mean_to_jeepney(
    body: tuple[str, tuple[Any, ...]], data: bytes
) -> None:
    agrees_with_jeepney(body[0], data)


def agrees_with_jeepney(signature: str, data: bytes) -> None:
    try:
        found = unmarshal(signature, data, "little")
    except WireError:
        return
    expected, end = oracle(signature).parse_data(data, 0, Endianness.little)
    assert (found, len(data)) == (expected, end)


@EXAMPLES
@given(BODIES)
def test_nothing_that_is_cut_off_is_understood(body: tuple[str, tuple[Any, ...]]) -> None:
    data = marshal(*body)
    for end in range(len(data)):
        with pytest.raises(WireError):
            unmarshal(body[0], data[:end], "little")


@EXAMPLES
@given(st.text("ybnqiuxtsogva(){}dhz", max_size=8))
def test_signatures_are_what_jeepney_takes_or_refused(signature: str) -> None:
    try:
        found = types(signature)
    except WireError:
        return
    assert "".join(found) == signature
    assert len(oracle(signature).fields) == len(found)


@pytest.mark.parametrize(
    "signature",
    ["a", "(", "()", "(s", "s)", "a{s}", "a{sss}", "{ss}", "({ss})", "a{vs}", "a{ays}", "d", "h", "é", "a" * 66],
)
def test_signatures_that_are_none_are_refused(signature: str) -> None:
    with pytest.raises(WireError):
        types(signature)


@pytest.mark.parametrize(
    ("signature", "values_"),
    [
        *(("s", (text,)) for text in ("a\0b", "\ud800")),
        *(("o", (path,)) for path in ("", "a", "//", "/a/", "/é", "/a-b")),
        *(("g", (text,)) for text in ("s" * 256, "é\0")),
        *((kind, (number,)) for kind, number in (("y", 256), ("y", -1), ("i", 1 << 31), ("u", 1 << 32))),
        ("v", (("ss", "x"),)),
        ("v", (("", "x"),)),
        ("s", ()),
        ("s", ("a", "b")),
    ],
)
def test_what_the_bus_cannot_carry_is_not_sent(signature: str, values_: tuple[Any, ...]) -> None:
    with pytest.raises(WireError):
        marshal(signature, values_)


@pytest.mark.parametrize(
    ("signature", "data"),
    [
        ("b", b"\2\0\0\0"),
        ("s", b"\1\0\0\0aX"),
        ("s", b"\2\0\0\0a\0\0"),
        ("s", b"\1\0\0\0\xff\0"),
        ("o", b"\1\0\0\0a\0"),
        ("yu", b"\1\1\0\0\1\0\0\0"),
        ("ay", b"\xff\xff\xff\xffab"),
        ("as", b"\6\0\0\0\2\0\0\0ab\0"),
        ("v", b"\2ss\0\0\0\0\0\0"),
        ("v", b"\0\0"),
        ("y", b"\1\1"),
    ],
    ids=repr,
)
def test_bytes_that_are_none_are_refused(signature: str, data: bytes) -> None:
    with pytest.raises(WireError):
        unmarshal(signature, data, "little")


def test_values_inside_each_other_have_an_end() -> None:
    with pytest.raises(WireError, match="inside each other"):
        unmarshal("v", b"\1v\0" * 1000 + b"\1y\0\0", "little")


# Addresses.


@EXAMPLES
@given(st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name))
def test_any_path_can_stand_in_an_address(name: bytes) -> None:
    assert dbus.socket_name(f"unix:path={dbus.escape(os.fsdecode(name))}") == name


@pytest.mark.parametrize(
    "address",
    [
        "unix:path=/run/user/1000/bus",
        "unix:path=/tmp/a%20b%2cc,guid=0123",
        "unix:guid=0123,path=/x",
        "unix:abstract=/tmp/dbus-XyZ,guid=0123",
        "tcp:host=localhost,port=1;unix:path=/y",
        "unix:path=/first;unix:path=/second",
        "unix:tmpdir=/tmp;unix:path=/z",
    ],
)
def test_an_address_is_what_it_is_to_jeepney(address: str) -> None:
    assert dbus.socket_name(address) == os.fsencode(get_bus(address))


@pytest.mark.parametrize(
    "address", ["", "x", "unix:", "unix:path=", "unix:path", "tcp:host=x,port=1", "autolaunch:", "unix:path=/%", "unix:path=/%zz", "unix:path=/% 1", "unix:path=/a%00"]
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        Bus(address, 1.0)
    assert not caught.value.reason


# A conversation. The other side is a socket that says what a test tells it to.

HELLO, QUESTION = 1, 2
OK = b"OK 0123456789abcdef0123456789abcdef\r\n"


@contextmanager
def peer(*pieces: bytes, pause: float = 0.0, linger: bool = False) -> Iterator[tuple[str, bytearray]]:
    """An address at which somebody says these pieces and hangs up, and what was said to them."""
    with tempfile.TemporaryDirectory(prefix="ctx-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = f"{folder}/bus"
        listener.bind(path)
        listener.listen()
        heard = bytearray()
        over = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                while b"Question" not in heard:
                    piece = connection.recv(4096)
                    if not piece:
                        return
                    heard.extend(piece)
                try:
                    for piece in pieces:
                        connection.sendall(piece)
                        over.wait(pause)
                except OSError:
                    pass
                if linger:
                    over.wait(30)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"unix:path={path}", heard
        finally:
            over.set()
            thread.join()


def ask(address: str, signature: str = "s", patience: float = 20.0) -> tuple[Any, ...]:
    """What the one question is answered."""
    bus = Bus(address, patience)
    try:
        question = bus.post(("org.example", "/path", "org.example.Face"), "Question", "s", ("?",))
        assert question == QUESTION
        return bus.answer(question, signature)
    finally:
        bus.close()


def message(
    signature: str = "s",
    body: tuple[Any, ...] = ("answer",),
    *,
    kind: MessageType = MessageType.method_return,
    serial: int = QUESTION,
    order: Endianness = Endianness.little,
    error: str | None = None,
) -> bytes:
    """An answer, as jeepney would send it."""
    fields: dict[HeaderFields, Any] = {HeaderFields.reply_serial: serial, HeaderFields.sender: ":1.1"}
    if signature:
        fields[HeaderFields.signature] = signature
    if error:
        fields[HeaderFields.error_name] = error
    return bytes(Message(Header(order, kind, 0, 1, 0, 7, fields), body).serialise(serial=7))


def signal(body: str = "noise") -> bytes:
    fields: dict[HeaderFields, Any] = {
        HeaderFields.path: "/",
        HeaderFields.interface: "org.example",
        HeaderFields.member: "Noise",
        HeaderFields.signature: "s",
    }
    return bytes(
        Message(Header(Endianness.little, MessageType.signal, 0, 1, 0, 1, fields), (body,)).serialise(serial=1)
    )


def test_a_question_is_answered() -> None:
    with peer(OK, message()) as (address, heard):
        assert ask(address) == ("answer",)

    assert heard.startswith(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\nBEGIN\r\n")


def test_the_calls_are_what_jeepney_would_send() -> None:
    with peer(OK, message()) as (address, heard):
        ask(address)

    parser = Parser()
    parser.add_data(bytes(heard.partition(b"BEGIN\r\n")[2]))
    hello, question = iter(parser.get_next_message, None)
    assert hello.header.fields == {
        HeaderFields.path: "/org/freedesktop/DBus",
        HeaderFields.interface: "org.freedesktop.DBus",
        HeaderFields.member: "Hello",
        HeaderFields.destination: "org.freedesktop.DBus",
    }
    assert question.header.fields == {
        HeaderFields.path: "/path",
        HeaderFields.interface: "org.example.Face",
        HeaderFields.member: "Question",
        HeaderFields.destination: "org.example",
        HeaderFields.signature: "s",
    }
    assert question.body == ("?",)
    assert [m.header.serial for m in (hello, question)] == [HELLO, QUESTION]
    assert all(m.header.message_type is MessageType.method_call for m in (hello, question))


@pytest.mark.parametrize(
    "pieces",
    {
        "signals before it": (OK, signal() * 3, message()),
        "other answers before it": (OK, message(serial=HELLO), message(serial=77), message()),
        "big-endian": (OK, message(order=Endianness.big)),
        "all at once": (OK + signal() + message(),),
        "byte by byte": tuple(bytes([byte]) for byte in OK + signal() + message()),
    }.items(),
    ids=lambda item: item[0],
)
def test_an_answer_is_found(pieces: tuple[str, tuple[bytes, ...]]) -> None:
    with peer(*pieces[1]) as (address, _):
        assert ask(address) == ("answer",)


def test_a_long_answer_is_read_whole() -> None:
    with peer(OK, message("ay", (bytes(3_000_000),))) as (address, _):
        assert ask(address, "ay") == (bytes(3_000_000),)


def test_an_error_is_told_by_its_name() -> None:
    answer = message(kind=MessageType.error, error="org.example.Error.No")
    with peer(OK, answer) as (address, _), pytest.raises(AnswerError) as caught:
        ask(address)
    assert caught.value.name == "org.example.Error.No"


TOO_LONG = b"l\2\0\1" + dbus.MESSAGE_LIMIT.to_bytes(4, "little") + b"\1\0\0\0" + b"\x10\0\0\0"

BROKEN = {
    "hangs up": (),
    "hangs up behind the authentication": (OK,),
    "refuses": (b"REJECTED EXTERNAL\r\n",),
    "another protocol": (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
    "a line without an end": (b"OK " + b"x" * 2000,),
    "no message": (OK, b"nonsense" * 10),
    "another version": (OK, b"l\2\0\2" + bytes(12)),
    "kind 0": (OK, b"l\0\0\1" + bytes(12)),
    "too long": (OK, TOO_LONG),
    "lengths that lie": (OK, b"l\2\0\1\xff\xff\xff\xff\1\0\0\0\xff\xff\xff\xff"),
    "another type": (OK, message("u", (1,))),
    "no body": (OK, message("", ())),
    "cut off": (OK, message()[:-1]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_answer_is_an_error(name: str) -> None:
    with peer(*BROKEN[name]) as (address, _), pytest.raises(BrokenError):
        ask(address)


@FEW
@given(st.data())
def test_changed_messages_never_do_more_than_raise(data: st.DataObject) -> None:
    whole = bytearray(OK + signal() + message("vo", (("s", ""), "/session")))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with peer(bytes(whole)) as (address, _):
        try:
            found = ask(address, "vo")
        except BusError:
            return
    assert len(found) == 2


@pytest.mark.parametrize(
    "pieces",
    [(), (OK,), (OK, message()[:-1]), (OK[:5],), (OK, signal())],
    ids=["mute", "then mute", "an answer without its end", "half a line", "only signals"],
)
def test_waiting_ends_at_the_deadline(pieces: tuple[bytes, ...]) -> None:
    with peer(*pieces, linger=True) as (address, _), pytest.raises(SilentError) as caught:
        ask(address, patience=0.2)
    assert caught.value.connected is bool(pieces)


def test_signs_of_life_do_not_move_the_deadline() -> None:
    with peer(OK, *itertools.repeat(signal(), 2000), pause=0.01) as (address, _), pytest.raises(SilentError):
        ask(address, patience=0.3)


def test_a_listener_whose_queue_is_full_is_waited_for_no_longer(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="ctx-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/bus")
        listener.listen(0)
        callers = []
        try:
            for _ in range(3):
                callers.append(socket.socket(socket.AF_UNIX))
                callers[-1].setblocking(False)
                try:
                    callers[-1].connect(f"{folder}/bus")
                except BlockingIOError:
                    break
            with pytest.raises(SilentError) as caught:
                Bus(f"unix:path={folder}/bus", 0.1)
            assert not caught.value.connected
        finally:
            for caller in callers:
                caller.close()


@pytest.mark.parametrize("make", [lambda path: None, Path.touch, Path.mkdir], ids=["nothing", "file", "directory"])
def test_where_nobody_listens_the_reason_is_told(make: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="ctx-") as folder:
        make(Path(folder, "bus"))
        with pytest.raises(UnreachableError) as caught:
            Bus(f"unix:path={folder}/bus", 1.0)
    assert caught.value.reason in ("no such file or directory", "connection refused")


def test_a_path_that_is_too_long_is_told() -> None:
    with pytest.raises(UnreachableError) as caught:
        Bus(f"unix:path=/{'x' * 200}", 1.0)
    assert "too long" in caught.value.reason


def test_answers_that_nobody_asked_for_are_waited_for_before_hanging_up() -> None:
    with peer(OK, message(serial=HELLO), b"", message(), pause=0.05) as (address, _):
        bus = Bus(address, 20.0)
        question = bus.post(("org.example", "/path", "org.example.Face"), "Question", "s", ("?",))
        with pytest.raises(BrokenError):
            bus.answer(HELLO, "s" * 200)
        bus.drain()
        assert question not in bus._owed
        bus.close()


def test_hanging_up_does_not_wait_for_the_mute() -> None:
    with peer(OK, linger=True) as (address, _):
        bus = Bus(address, 0.2)
        with pytest.raises(SilentError):
            bus.answer(bus.post(("org.example", "/path", "org.example.Face"), "Question"), "s")
        bus.drain()
        bus.close()


def test_the_client_brings_nothing_heavy_along() -> None:
    import subprocess
    import sys

    text = "import sys; sys.path[:0] = sys.argv[1:]; import ctx.secrets.dbus; print(*sys.modules)"
    source = str(Path(dbus_wire.__file__).parents[2])
    done = subprocess.run([sys.executable, "-I", "-S", "-c", text, source], capture_output=True, text=True, check=True)

    assert not {"socket", "struct", "enum", "selectors", "re", "typing", "jeepney", "ctypes"} & set(done.stdout.split())
