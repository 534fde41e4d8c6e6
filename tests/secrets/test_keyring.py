"""The OS keyring: the contract of all stores on a real GNOME Keyring, its every broken state, and services that misbehave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctx.errors import SecretError
from ctx.model import Secret
from ctx.secrets import deadline, service
from ctx.secrets.base import Places, StoreAbsentError, StoreDamagedError, StoreLockedError, StoreSilentError
from ctx.secrets.dbus import Bus
from ctx.secrets.os_keyring import KeyringStore
from tests.secrets.contract import VALUES, Opening, SecretStoreContract, value_of
from tests.support import keyring_backends, secret_service
from tests.support.secret_service import (
    DEAD_BUS,
    LOCKED,
    MUTE_BUS,
    NEVER_SET_UP,
    NO_BUS,
    NO_SERVICE,
    STALE_BUS,
    STOPPED,
    UNLOCKED,
    WRONG_PASSWORD,
    Desktop,
    FakeService,
    Prompter,
    desktop,
)
from tests.support.shells import require_shell

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Secret Service is Linux's")

PATIENT = 60.0
"""Seconds, where the answer comes: a slow machine is no failure."""

BRIEF = 0.5
"""Seconds, where none comes."""

SECRET = "s3cr3t-value"
"""Written down here only: tracebacks show lines of this file."""

SEARCHED = [path for path in sys.path if path]

PROGRAM = f"""
import os
from ctx.secrets.base import Places
from ctx.secrets.os_keyring import KeyringStore
store = KeyringStore(Places({{data!r}}, "", dict(os.environ), patience={PATIENT}))
"""


def places(session: Desktop, *, patience: float = PATIENT, interactive: bool = False, **more: str) -> Places:
    data = str(session.folder / "ctx")
    return Places(data, data, session.environ | more, patience=patience, interactive=interactive)


def store_of(session: Desktop, **options: Any) -> KeyringStore:
    return KeyringStore(places(session, **options))


@pytest.fixture(scope="module")
def shared() -> Iterator[Desktop]:
    """One unlocked keyring for all that leave it as it was."""
    with desktop() as session:
        yield session


@pytest.fixture
def empty() -> Iterator[Desktop]:
    """A session on whose bus a test puts a service."""
    with desktop(NO_SERVICE) as session:
        yield session


class TestKeyring(SecretStoreContract):
    """The contract."""

    @pytest.fixture
    def opening(self, shared: Desktop) -> Opening:
        data = str(shared.folder / "ctx")
        return Opening(store_of(shared), PROGRAM.format(data=data), shared.environ)


def test_the_store_is_one_of_the_protocols(shared: Desktop) -> None:
    store = store_of(shared)

    assert store.label == "keyring"
    assert store.describe() == "OS keyring (Secret Service)"


def test_a_probe_leaves_nothing_behind(shared: Desktop) -> None:
    before = shared.items()

    store_of(shared).probe()

    assert shared.items() == before


def test_a_second_item_of_the_same_name_is_removed_too(shared: Desktop) -> None:
    store = store_of(shared)
    for attributes in ({"application": "another"}, {"application": "a third"}):
        create(shared, {"service": "ctx:twice", "username": "twice"} | attributes, b"value")
    store.write("twice-not", Secret("value"))

    assert store.remove("twice")
    assert store.read(("twice",)) == {}
    assert value_of(store, "twice-not") == "value"


# Agreement with `keyring`.


ASK_KEYRING = """
import json, sys
from keyring.backends.SecretService import Keyring
backend = Keyring()
for service, username, value in json.load(sys.stdin):
    if value is not None:
        backend.set_password(service, username, value)
    print(json.dumps(backend.get_password(service, username)))
"""


def ask_keyring(session: Desktop, items: list[tuple[str, str, str | None]]) -> list[str | None]:
    """What `keyring` itself finds under services and usernames, after setting the values that are given."""
    environ = session.environ | {"PYTHONPATH": os.pathsep.join(SEARCHED)}
    command = [sys.executable, "-W", "ignore", "-c", ASK_KEYRING]
    done = subprocess.run(command, env=environ, input=json.dumps(items), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def create(session: Desktop, attributes: dict[str, str], value: bytes) -> None:
    """Make an item as another tool would."""
    import secretstorage

    with closing(session.connect()) as connection:
        collection = secretstorage.Collection(connection, f"{secret_service.ROOT}/collection/login")
        collection.create_item("label", attributes, value)


def test_values_that_keyring_keeps_are_read_as_keyring_reads_them(shared: Desktop) -> None:
    items = [("https://é.example/ $x", name, value) for name, value in VALUES.items()]
    items += [("", "no service", "value"), ("big", "1 MB", "x" * 1_000_000)]
    expected = {(own, name): value for own, name, value in items}

    assert ask_keyring(shared, list(items)) == [value for _, _, value in items]
    found = store_of(shared).read_items((*expected, ("https://é.example/ $x", "none")))

    assert {pair: secret.reveal() for pair, secret in found.items()} == expected


def test_values_that_ctx_keeps_are_read_by_keyring_under_the_documented_name(shared: Desktop) -> None:
    store = store_of(shared)
    for number, value in enumerate(VALUES.values()):
        store.write(f"there-{number}", Secret(value))

    asked = [(f"ctx:there-{number}", f"there-{number}", None) for number in range(len(VALUES))]
    assert ask_keyring(shared, list(asked)) == list(VALUES.values())


def test_of_several_items_that_match_the_one_is_read_that_keyring_reads(shared: Desktop) -> None:
    pairs = [(f"several-{number}", "user") for number in range(5)]
    for number, (own, user) in enumerate(pairs):
        for turn in range(number + 1):
            create(shared, {"service": own, "username": user, "turn": str(turn)}, f"value {turn}".encode())

    found = store_of(shared).read_items(tuple(pairs))

    assert [found[pair].reveal() for pair in pairs] == ask_keyring(shared, [(*pair, None) for pair in pairs])


def test_an_item_is_found_by_part_of_its_attributes_as_keyring_finds_it(shared: Desktop) -> None:
    create(shared, {"service": "part", "username": "user", "xdg:schema": "org.example"}, b"value")

    assert store_of(shared).read_items((("part", "user"),))["part", "user"].reveal() == "value"


def test_an_item_that_is_not_text_is_refused_by_its_name(shared: Desktop) -> None:
    create(shared, {"service": "binary", "username": "user"}, SECRET.encode() + b"\xff")

    with pytest.raises(StoreDamagedError, match="'user' of 'binary' in the OS keyring is not text") as caught:
        store_of(shared).read_items((("binary", "user"),))
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("pair", [("a\0b", "user"), ("service", "\ud800")], ids=ascii)
def test_an_item_that_cannot_be_named_is_refused(shared: Desktop, pair: tuple[str, str]) -> None:
    with pytest.raises(SecretError, match="can be called"):
        store_of(shared).read_items((pair,))


def test_the_same_item_asked_for_twice_is_there_once(shared: Desktop) -> None:
    store_of(shared).write("same", Secret("value"))

    assert list(store_of(shared).read(("same", "same"))) == ["same"]


def test_properties_that_keyring_takes_from_the_environment_are_keyrings_to_follow(
    shared: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(shared, {"Title": "passxc", "UserName": "user"}, b"value")
    monkeypatch.setenv("KEYRING_PROPERTY_SCHEME", "KeePassXC")

    found = store_of(shared, KEYRING_PROPERTY_SCHEME="KeePassXC").read_items((("passxc", "user"),))

    assert [secret.reveal() for secret in found.values()] == ["value"]
    assert not store_of(shared).read_items((("another", "user"),))


# Where the bus is.


def test_a_bus_that_no_variable_names_is_found_in_the_runtime_directory(shared: Desktop) -> None:
    store_of(shared).write("found", Secret("value"))
    environ = {name: value for name, value in shared.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    store = KeyringStore(Places(str(shared.folder / "ctx"), "", environ, patience=PATIENT))

    assert value_of(store, "found") == "value"
    store.write("found", Secret("another"))
    assert value_of(store, "found") == "another"


def test_an_abstract_address_is_understood() -> None:
    with desktop(address=f"unix:abstract=/tmp/ctx-{os.getpid()}") as session:
        store = store_of(session)
        store.write("abstract", Secret("value"))

        assert value_of(store, "abstract") == "value"


def test_a_bus_of_another_user_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with desktop(MUTE_BUS) as session:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        assert not service.is_own_socket(str(session.folder / "bus"))


# Every state that is not well: what is asked of the store, the error, what it says and what to do.

QUESTIONS: dict[str, Callable[[KeyringStore], object]] = {
    "read": lambda store: store.read(("acme", "acme-db")),
    "read_items": lambda store: store.read_items((("service", "user"),)),
    "write": lambda store: store.write("acme", Secret(SECRET)),
    "remove": lambda store: store.remove("acme"),
    "probe": lambda store: store.probe(),
}

STATES: dict[str, tuple[type[SecretError], str, str]] = {
    NO_BUS: (StoreAbsentError, "no D-Bus session bus \\(DBUS_SESSION_BUS_ADDRESS is not set, and .*/bus is not there", ""),
    STALE_BUS: (StoreAbsentError, "does not answer at unix:path=.*: no such file", "unset DBUS_SESSION_BUS_ADDRESS"),
    DEAD_BUS: (StoreAbsentError, "does not answer at unix:path=.*: connection refused", "unset DBUS_SESSION_BUS_ADDRESS"),
    MUTE_BUS: (StoreSilentError, "the D-Bus session bus did not answer within 0.5 s", "log out and in again"),
    NO_SERVICE: (StoreAbsentError, "nothing on the D-Bus session bus offers the Secret Service", "GNOME Keyring"),
    NEVER_SET_UP: (StoreAbsentError, "has no default collection", "create one"),
    LOCKED: (StoreLockedError, r"the OS keyring \(Secret Service\) is locked", "unlock it in the desktop session"),
    WRONG_PASSWORD: (StoreLockedError, r"the OS keyring \(Secret Service\) is locked", "unlock it"),
    STOPPED: (StoreSilentError, "the Secret Service did not answer within 0.5 s", "look for its dialog"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_what_is_wrong_is_said_exactly_and_in_time(state: str) -> None:
    error, cause, fix = STATES[state]
    silent = error is StoreSilentError
    with desktop(state) as session:
        for name, question in QUESTIONS.items():
            with pytest.raises(error, match=cause) as caught:
                question(store_of(session, patience=BRIEF if silent else PATIENT))
            said = str(caught.value)
            assert fix in said, name
            assert SECRET not in "".join(traceback.format_exception(caught.value))
            # The advice that leads to a store in plain text.
            assert "keyrings.alt" not in said
            assert "recommended" not in said


@pytest.mark.parametrize("state", STATES)
def test_another_place_is_offered_in_words_that_can_be_typed(state: str) -> None:
    error = STATES[state][0]
    with desktop(state) as session:
        store = store_of(session, patience=BRIEF if error is StoreSilentError else PATIENT)
        with pytest.raises(error) as caught:
            store.read(("acme",))

    command = "move --to file acme" if error is StoreLockedError else "set --to file acme"
    assert f"ctx secret {command}" in caught.value.fix
    assert caught.value.what.endswith("; acme cannot be read")


def test_a_session_that_ended_is_left_for_the_one_that_is_there() -> None:
    with desktop() as session:
        with pytest.raises(StoreAbsentError) as caught:
            store_of(session, DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere/bus").read(("acme",))

        assert f"export DBUS_SESSION_BUS_ADDRESS=unix:path={session.folder}/bus" in caught.value.fix


@pytest.mark.parametrize("address", ["tcp:host=localhost,port=1", "nonsense", "unix:path="])
def test_an_address_that_is_none_is_shown(tmp_path: Path, address: str) -> None:
    store = KeyringStore(Places(str(tmp_path), "", {"DBUS_SESSION_BUS_ADDRESS": address}))

    for question in QUESTIONS.values():
        with pytest.raises(StoreAbsentError, match="names no Unix socket") as caught:
            question(store)
        assert address in caught.value.what
        assert "unset DBUS_SESSION_BUS_ADDRESS" in caught.value.fix


def test_a_bus_in_the_place_where_logins_have_theirs_is_pointed_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "is_own_socket", lambda path: path == f"/run/user/{os.geteuid()}/bus")

    with pytest.raises(StoreAbsentError) as caught:
        service.bus_address({})
    assert caught.value.fix == f"export XDG_RUNTIME_DIR=/run/user/{os.geteuid()}"


# Dialogs.


def test_a_locked_keyring_asks_nobody_from_a_prompt() -> None:
    with desktop(LOCKED) as session, Prompter(session) as prompter:
        for question in QUESTIONS.values():
            with pytest.raises(StoreLockedError):
                question(store_of(session))

    assert prompter.calls == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_dialog_that_nobody_answers_is_announced_and_given_up(name: str) -> None:
    said: list[str] = []
    with desktop(LOCKED) as session, Prompter(session) as prompter:
        store = KeyringStore(places(session, patience=2.0, interactive=True), said.append)
        with pytest.raises(StoreSilentError, match="did not answer within 2 s"):
            QUESTIONS[name](store)

    assert prompter.calls
    assert said == ["waiting for the desktop's keyring dialog (Ctrl-C gives up)"]


def test_without_a_desktop_a_locked_keyring_is_locked_even_for_a_person() -> None:
    with desktop(LOCKED) as session, pytest.raises(StoreLockedError):
        store_of(session, interactive=True).read(("acme",))


def test_a_keyring_that_was_never_set_up_stays_so_without_a_display() -> None:
    with desktop(NEVER_SET_UP) as session, pytest.raises(StoreAbsentError, match="has no default collection"):
        store_of(session, interactive=True).write("acme", Secret("value"))


# Services as no real one shows them.

ITEM = ("ctx:acme", "acme")


def faked(session: Desktop) -> FakeService:
    return FakeService(session, {ITEM: b"value", ("ctx:other", "other"): b"value of other"})


def test_a_fake_service_does_for_reading(empty: Desktop) -> None:
    with faked(empty) as fake:
        found = store_of(empty).read(("acme", "other", "third"))

    assert {name: secret.reveal() for name, secret in found.items()} == {"acme": "value", "other": "value of other"}
    assert fake.calls == ["ReadAlias", "Get", "OpenSession", *["SearchItems"] * 3, "GetSecrets"]


def test_reading_asks_three_times_however_many_the_secrets(empty: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    send = Bus._send

    def counted(bus: Bus) -> None:
        sent.append(bool(bus._outgoing))
        send(bus)

    monkeypatch.setattr(Bus, "_send", counted)
    items = {(f"ctx:s{number}", f"s{number}"): b"value" for number in range(20)}
    with FakeService(empty, items):
        assert len(store_of(empty).read(tuple(f"s{number}" for number in range(20)))) == 20

    assert sum(sent) == 3


def test_what_is_not_there_opens_nothing(empty: Desktop) -> None:
    with FakeService(empty, {}) as fake:
        assert store_of(empty).read(("acme",)) == {}

    assert "GetSecrets" not in fake.calls


def test_of_two_the_first_is_taken(empty: Desktop) -> None:
    with faked(empty) as fake:
        fake.twice = True
        assert value_of(store_of(empty), "acme") == "value"


@pytest.mark.parametrize("error", ["org.freedesktop.DBus.Error.NotSupported", "org.freedesktop.DBus.Error.InvalidArgs"])
def test_a_service_that_wants_to_encrypt_is_read_through_keyring(empty: Desktop, error: str) -> None:
    """KWallet."""
    with faked(empty) as fake:
        fake.plain = False
        found = store_of(empty).read(("acme", "other", "third"))

    assert {name: secret.reveal() for name, secret in found.items()} == {"acme": "value", "other": "value of other"}
    assert fake.calls.count("OpenSession") == 2


def test_a_locked_item_is_an_error_and_no_dialog(empty: Desktop) -> None:
    """KeePassXC, where it asks for each item."""
    with faked(empty) as fake:
        fake.locked_items = {0}
        with pytest.raises(StoreLockedError, match="an item of the OS keyring"):
            store_of(empty).read(("acme", "other"))
        assert value_of(store_of(empty), "other") == "value of other"

    assert not {"Unlock", "Prompt"} & set(fake.calls)


def test_is_locked_as_an_error_is_understood(empty: Desktop) -> None:
    with faked(empty) as fake:
        fake.errors["GetSecrets"] = "org.freedesktop.Secret.Error.IsLocked"
        with pytest.raises(StoreLockedError):
            store_of(empty).read(("acme",))


@pytest.mark.parametrize("locked", ["collection", "item"])
def test_a_dialog_that_is_closed_leaves_it_locked(empty: Desktop, locked: str) -> None:
    with faked(empty) as fake:
        fake.locked = locked == "collection"
        fake.locked_items = {0} if locked == "item" else set()
        with pytest.raises(StoreLockedError):
            store_of(empty, interactive=True).read(("acme",))

    assert {"Unlock", "Prompt"} <= set(fake.calls)


@pytest.mark.parametrize("member", ["ReadAlias", "Get", "OpenSession", "SearchItems", "GetSecrets"])
def test_a_service_that_falls_silent_anywhere_is_left_at_the_deadline(empty: Desktop, member: str) -> None:
    with faked(empty) as fake:
        fake.mute = {member}
        with pytest.raises(StoreSilentError, match="the Secret Service did not answer"):
            store_of(empty, patience=BRIEF).read(("acme",))


@pytest.mark.parametrize("member", ["ReadAlias", "Get", "OpenSession", "SearchItems", "GetSecrets"])
def test_a_service_that_dies_anywhere_is_an_error(empty: Desktop, member: str) -> None:
    with faked(empty) as fake:
        fake.dies_at = member
        with pytest.raises(SecretError) as caught:
            store_of(empty).read(("acme",))

    assert "acme" in caught.value.what


def test_an_item_that_vanishes_on_the_way_is_asked_for_again(empty: Desktop) -> None:
    with faked(empty) as fake:
        fake.answers["GetSecrets"] = ("a{o(oayays)}", ({},))
        assert value_of(store_of(empty), "acme") == "value"

    assert "GetSecret" in fake.calls


ANSWERS = st.sampled_from(
    [
        ("", ()),
        ("o", ("/",)),
        ("o", ("/org/freedesktop/secrets/collection/another",)),
        ("s", ("text",)),
        ("v", (("b", False),)),
        ("v", (("b", True),)),
        ("v", (("s", "text"),)),
        ("vo", (("s", ""), "/session")),
        ("vo", (("ay", b"x" * 128), "/session")),
        ("ao", ([],)),
        ("ao", (["/a", "/b"],)),
        ("a{o(oayays)}", ({},)),
        ("a{o(oayays)}", ({"/a": ("/session", b"", SECRET.encode(), "text/plain")},)),
        ("a{o(oayays)}", ({"/a": ("/other", b"x", SECRET.encode(), "text/plain")},)),
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.dictionaries(
        st.sampled_from(["ReadAlias", "Get", "OpenSession", "SearchItems", "GetSecrets", "GetSecret"]), ANSWERS
    )
)
def test_whatever_a_service_answers_is_a_value_or_an_error(
    empty: Desktop, answers: dict[str, tuple[str, tuple[Any, ...]]]
) -> None:
    with faked(empty) as fake:
        fake.answers = answers
        try:
            found = store_of(empty, patience=BRIEF).read(("acme",))
        except SecretError as error:
            said = "".join(traceback.format_exception(error))
            found = {}
        else:
            said = ""
    assert SECRET not in said
    assert {secret.reveal() for secret in found.values()} <= {"value", SECRET}


# What `keyring` is told to use instead.


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Callable[..., KeyringStore]]:
    """A store whose user named a backend of `tests.support.keyring_backends`."""
    keyring_backends.ITEMS.clear()

    def make(name: str, patience: float = PATIENT) -> KeyringStore:
        environ = {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": f"{keyring_backends.__name__}.{name}"}
        return KeyringStore(Places(str(tmp_path / "data"), "", environ, patience=patience))

    yield make
    keyring_backends.ITEMS.clear()


def test_a_backend_that_the_user_names_is_used_and_shown(named: Callable[..., KeyringStore]) -> None:
    store = named("Remembering")
    store.write("acme", Secret("value"))
    store.probe()

    assert keyring_backends.ITEMS == {ITEM: "value"}
    assert value_of(store, "acme") == "value"
    assert store.remove("acme")
    assert not store.remove("acme")
    name = f"{keyring_backends.__name__}.Remembering"
    assert store.describe() == f"OS keyring ({name}), as PYTHON_KEYRING_BACKEND says"


def config(home: Path, text: str) -> Path:
    path = home / ".config" / "python_keyring" / "keyringrc.cfg"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_a_backend_that_the_users_file_names_is_used_and_shown(tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "ctx_test_backend.py").write_text(
        "from tests.support.keyring_backends import Remembering\nclass Mine(Remembering): pass\n"
    )
    path = config(tmp_path, f"[backend]\ndefault-keyring = ctx_test_backend.Mine\nkeyring-path = {tmp_path}/modules\n")
    store = KeyringStore(Places(str(tmp_path / "data"), "", {"HOME": str(tmp_path)}, patience=PATIENT))
    try:
        store.write("acme", Secret("value"))
        assert value_of(store, "acme") == "value"
        assert store.describe() == f"OS keyring (ctx_test_backend.Mine), as {path} says"
    finally:
        keyring_backends.ITEMS.clear()
        sys.path.remove(str(tmp_path / "modules"))


def test_a_file_that_names_none_changes_nothing(shared: Desktop) -> None:
    store_of(shared).write("plain", Secret("value"))
    path = config(shared.folder, "[other]\nx = 1\n")
    try:
        assert value_of(store_of(shared), "plain") == "value"
    finally:
        path.unlink()


@pytest.mark.parametrize("text", ["default-keyring = x", "[backend]\n[backend]\n"])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    path = config(tmp_path, text)
    store = KeyringStore(Places(str(tmp_path / "data"), "", {"HOME": str(tmp_path)}))

    for question in QUESTIONS.values():
        with pytest.raises(SecretError) as caught:
            question(store)
        assert caught.value.where == str(path)
    assert str(path) in store.describe()


@pytest.mark.parametrize(
    "name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", f"{keyring_backends.__name__}.Renamed"]
)
@pytest.mark.parametrize("how", ["variable", "file"])
def test_a_backend_that_keeps_nothing_is_refused_always(tmp_path: Path, name: str, how: str) -> None:
    environ = {"HOME": str(tmp_path)}
    if how == "file":
        config(tmp_path, f"[backend]\ndefault-keyring={name}")
    else:
        environ["PYTHON_KEYRING_BACKEND"] = name
    store = KeyringStore(Places(str(tmp_path / "data"), "", environ, patience=PATIENT))

    for question in QUESTIONS.values():
        with pytest.raises(StoreAbsentError, match="which keeps nothing") as caught:
            question(store)
        assert name in caught.value.what
        assert "keyringrc.cfg" in caught.value.fix or "unset PYTHON_KEYRING_BACKEND" in caught.value.fix


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("no.such.module.Keyring", "No module named"),
        ("tests.support.keyring_backends.Missing", "no attribute"),
        ("nonsense", "Empty module name"),
        ("tests.support.keyring_backends.Unable", "needs another desktop"),
    ],
)
def test_a_backend_that_cannot_be_loaded_is_never_replaced(tmp_path: Path, name: str, cause: str) -> None:
    environ = {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": name}
    store = KeyringStore(Places(str(tmp_path / "data"), "", environ, patience=PATIENT))

    for question in QUESTIONS.values():
        with pytest.raises(SecretError, match=f"{name}, which does not work here: .*{cause}") as caught:
            question(store)
        assert type(caught.value) is SecretError


def test_what_is_not_kept_whole_is_not_kept_at_all(named: Callable[..., KeyringStore]) -> None:
    store = named("FirstLine")
    store.write("acme", Secret("before"))

    for name in ("acme", "new"):
        with pytest.raises(SecretError, match="did not keep what was written: something else was there"):
            store.write(name, Secret(f"{SECRET}\n{SECRET}"))

    assert value_of(store, "acme") == "before"
    assert store.read(("new",)) == {}


def test_what_a_failed_write_took_away_is_put_back(named: Callable[..., KeyringStore]) -> None:
    store = named("DeleteThenAdd")
    store.write("acme", Secret("fine before"))

    with pytest.raises(StoreLockedError):
        store.write("acme", Secret(SECRET))

    assert value_of(store, "acme") == "fine before"


def test_an_unchanged_value_is_not_written_again(
    named: Callable[..., KeyringStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = named("Remembering")
    store.write("acme", Secret("value"))
    monkeypatch.setattr(keyring_backends.Remembering, "set_password", lambda *_: pytest.fail("written"))

    store.write("acme", Secret("value"))


def test_what_a_backend_says_is_told_without_the_value(named: Callable[..., KeyringStore]) -> None:
    with pytest.raises(SecretError, match=r"failed: OSError: cannot keep '\*\*\*'") as caught:
        named("Talkative").write("acme", Secret(SECRET))

    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_what_does_not_go_away_is_an_error(named: Callable[..., KeyringStore]) -> None:
    store = named("Sticky")
    store.write("acme", Secret("value"))

    with pytest.raises(SecretError, match="still has it"):
        store.remove("acme")


def test_a_backend_that_swallows_every_exception_is_left_at_the_deadline(named: Callable[..., KeyringStore]) -> None:
    with pytest.raises(StoreSilentError, match=r"Waiting.* did not answer within 0\.1 s"):
        named("Waiting", 0.1).read(("acme",))


def test_a_store_in_plain_text_is_called_that() -> None:
    environ = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"}

    assert "in plain text" in KeyringStore(Places("", "", environ)).describe()


# Windows and macOS, as far as their backends can be told here.


@pytest.mark.parametrize(("platform", "title"), [("win32", "Windows Credential Manager"), ("darwin", "macOS Keychain")])
def test_other_systems_have_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, title: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    store = KeyringStore(Places(str(tmp_path), "", {"HOME": str(tmp_path)}, patience=PATIENT))

    assert store.describe() == f"OS keyring ({title})"
    with pytest.raises(StoreAbsentError, match=title):
        store.read(("acme",))


@pytest.mark.parametrize("value", ["x" * 1281, "🚒" * 641], ids=["letters", "pairs"])
def test_what_windows_does_not_hold_is_refused_before_anything_is_written(tmp_path: Path, value: str) -> None:
    environ = {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.Windows.WinVaultKeyring"}
    store = KeyringStore(Places(str(tmp_path / "data"), "", environ, patience=PATIENT))

    with pytest.raises(SecretError, match=r"1,28[12] characters long; .* keeps 1,280") as caught:
        store.write("acme", Secret(value))
    assert "ctx secret set --to file acme" in caught.value.fix
    with pytest.raises(SecretError, match="does not work here"):
        store.write("acme", Secret("x" * 1280))


# The deadline.


def test_a_deadline_gives_back_the_handler_and_the_alarm_that_it_found() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 1000)
        with pytest.raises(deadline.OutOfTime), deadline.Deadline(0.01):
            time.sleep(60)
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        assert 900 < left < 1000
        signal.raise_signal(signal.SIGALRM)
        assert rung == [1]

        signal.setitimer(signal.ITIMER_REAL, 0.01)
        with deadline.Deadline(60):
            time.sleep(0.05)
        signal.sigtimedwait([], 0.05)
        assert rung == [1, 1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_deadline_in_a_thread_does_nothing() -> None:
    done = []

    def work() -> None:
        with deadline.Deadline(0.001):
            time.sleep(0.01)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


# What it costs.


def run(session: Desktop, text: str, *prefix: str) -> str:
    """Run `text` as the hook would, with a `store`."""
    header = f"import sys; sys.path[:0] = {SEARCHED!r}" + PROGRAM.format(data=str(session.folder / "ctx"))
    command = [*prefix, sys.executable, "-I", "-S", "-B", "-c", header + text]
    return subprocess.run(command, env=session.environ, capture_output=True, text=True, check=True).stdout


def test_reading_starts_nothing_and_loads_nothing_heavy(shared: Desktop, tmp_path: Path) -> None:
    store_of(shared).write("light", Secret("value"))
    trace = tmp_path / "trace"
    strace = (require_shell("strace"), "-f", "-qq", "-e", "trace=execve,connect", "-o", str(trace))

    found = run(shared, "assert len(store.read(('light', 'not-there'))) == 1; print(*sys.modules)", *strace).split()

    heavy = {"keyring", "jeepney", "secretstorage", "cryptography", "socket", "signal", "enum", "re", "json", "logging"}
    assert "ctx.secrets.service" in found
    assert not heavy & set(found)
    lines = trace.read_text().splitlines()
    assert sum("execve(" in line for line in lines) == 1
    assert [line for line in lines if "connect(" in line and "AF_UNIX" in line and str(shared.folder) in line]
    assert sum("connect(" in line for line in lines) == 1


def test_reading_nothing_asks_nobody(shared: Desktop, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    strace = (require_shell("strace"), "-f", "-qq", "-e", "trace=execve,connect", "-o", str(trace))

    found = run(shared, "assert store.read(()) == {}; print(*sys.modules)", *strace).split()

    assert "connect(" not in trace.read_text()
    assert not {"ctx.secrets.service", "_socket", "keyring"} & set(found)


def test_writing_starts_no_other_program(shared: Desktop, tmp_path: Path) -> None:
    """Which `keyring.get_keyring()` does: a compiler and ldconfig, through `ctypes.util.find_library`."""
    trace = tmp_path / "trace"
    strace = (require_shell("strace"), "-f", "-qq", "-e", "trace=execve", "-o", str(trace))

    run(shared, "from ctx.model import Secret; store.write('quiet', Secret('x')); store.remove('quiet')", *strace)

    assert trace.read_text().count("execve(") == 1


def test_the_real_state_is_there(shared: Desktop) -> None:
    assert UNLOCKED == "unlocked"
    assert shared.keyring is not None
    assert shared.keyring.poll() is None
