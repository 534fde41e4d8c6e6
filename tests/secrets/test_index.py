"""What ctx knows about its secrets without holding them, and reading them by what it knows."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx import secrets
from ctx.errors import SecretError
from ctx.model import Secret
from ctx.secrets import index as records
from ctx.secrets.base import FILE, KEYRING, Places, StoreAbsentError, StoreDamagedError, StoreLockedError
from ctx.secrets.index import Entry, Index
from ctx.secrets.keeping import Keeper
from tests.support.secret_service import desktop
from tests.support.shells import require_shell

PROCESSES, WRITES = 8, 10

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
TIMES = st.datetimes().map(lambda time: time.strftime("%4Y-%m-%dT%H:%M:%SZ").rjust(20, "0"))


@st.composite
def indexes(draw: st.DrawFn) -> Index:
    index = Index()
    index.store = draw(st.sampled_from(["", KEYRING, FILE]))
    index.entries = draw(
        st.dictionaries(NAMES, st.builds(Entry, st.sampled_from([KEYRING, FILE]), TIMES, TIMES), max_size=5)
    )
    return index


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(str(tmp_path / "data"), str(tmp_path / "state"), {})


@pytest.fixture
def keeper(places: Places) -> Keeper:
    return Keeper(places, lambda _: None)


def write(places: Places, data: bytes | str, mode: int = 0o600) -> Path:
    path = Path(records.path(places))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    path.chmod(mode)
    return path


def saved(places: Places) -> str:
    index = Index()
    index.store = FILE
    index.put("acme-db", FILE)
    index.put("b", KEYRING)
    write(places, index.dumps())
    return index.dumps()


def content(index: Index) -> object:
    return index.store, {name: (e.store, e.created, e.updated) for name, e in sorted(index.entries.items())}


def value_of(places: Places, name: str) -> str:
    return secrets.read_named((name,), places, {name: "here"})[name].reveal()


@given(indexes())
def test_the_quick_reader_agrees_with_a_json_parser(index: Index) -> None:
    text = index.dumps()
    quick = records._as_written(text)

    assert quick is not None
    assert content(quick) == content(records._parsed(text, "f")) == content(index)
    assert json.loads(text)["secrets"].keys() == index.entries.keys()


@given(indexes(), st.sampled_from([None, 1, 4, "\t"]))
def test_what_a_person_laid_out_anew_is_read(index: Index, indent: int | str | None) -> None:
    text = json.dumps(json.loads(index.dumps()), indent=indent)

    assert content(records._parsed(text, "f")) == content(index)


def test_reading_loads_no_json_parser(places: Places) -> None:
    saved(places)
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from ctx.secrets import index\nfrom ctx.secrets.base import Places\n"
        f"assert len(index.load(Places({places.data!r}, '', {{}})).entries) == 2\n"
        "assert not {'json', 're', 'keyring', 'cryptography', 'typing'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True)


def test_nobody_else_may_look(places: Places, keeper: Keeper) -> None:
    before = os.umask(0)
    try:
        keeper.put("a", Secret("s3cret"), FILE)
    finally:
        os.umask(before)

    path = Path(records.path(places))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_value_is_in_no_file(tmp_path: Path, keeper: Keeper) -> None:
    keeper.put("a", Secret("s3cret-value"), FILE)
    keeper.put("a", Secret("s3cret-value-2"), FILE)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert not [path for path in files if b"s3cret" in path.read_bytes()]


def test_a_file_that_was_cut_off_is_never_taken_for_empty(places: Places, keeper: Keeper) -> None:
    text = saved(places)
    for length in range(len(text) - 1):
        if text[:length].rstrip() == text.rstrip():
            continue
        write(places, text[:length])
        with pytest.raises(StoreDamagedError):
            records.load(places)
    with pytest.raises(StoreDamagedError):
        keeper.put("c", Secret("v"), FILE)
    assert not (Path(places.data) / "secrets" / "secrets.json").exists()


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "null", "\xff", "[" * 100_000, '{"v": 1}', '{"v": 1, "store": "", "secrets": []}',
        '{"v": 1, "store": "plain", "secrets": {}}', '{"v": true, "store": "", "secrets": {}}',
        '{"v": 1, "store": "", "secrets": {"a b": ["file", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]}}',
        '{"v": 1, "store": "", "secrets": {"a": ["file", "today", "2026-01-01T00:00:00Z"]}}',
        '{"v": 1, "store": "", "secrets": {"a": ["file"]}}', '{"v": 1, "store": "", "secrets": {"a": "file"}}',
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_what_ctx_has_not_written_is_refused_with_the_way_out(places: Places, text: str) -> None:
    path = write(places, text.encode("latin-1"))

    with pytest.raises(StoreDamagedError) as caught:
        records.load(places)

    assert caught.value.where == str(path)
    assert f"mv {path} {path}.old" in caught.value.fix


def test_a_newer_format_says_so(places: Places) -> None:
    write(places, '{"v": 2}')

    with pytest.raises(StoreDamagedError, match="newer ctx"):
        records.load(places)


def test_a_file_that_others_can_read_or_a_link_is_refused(places: Places) -> None:
    text = saved(places)
    path = write(places, text, 0o644)
    with pytest.raises(StoreLockedError) as caught:
        records.load(places)
    assert f"chmod 600 {path}" in caught.value.fix

    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))
    with pytest.raises(StoreLockedError, match="link"):
        records.load(places)


def test_several_processes_lose_nothing(places: Places) -> None:
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from ctx.model import Secret\nfrom ctx.secrets.base import Places\nfrom ctx.secrets.keeping import Keeper\n"
        f"keeper = Keeper(Places({places.data!r}, {places.state!r}, {{}}, patience=60), lambda _: None)\n"
        f"for turn in range({WRITES}):\n"
        "    keeper.put(f'own-{sys.argv[1]}-{turn}', Secret(f'{sys.argv[1]} {turn}'))\n"
        "    keeper.put('shared', Secret(sys.argv[1]))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(own)]) for own in range(PROCESSES)]
    assert [process.wait() for process in running] == [0] * PROCESSES

    names = [f"own-{own}-{turn}" for own in range(PROCESSES) for turn in range(WRITES)]
    found = secrets.read_named((*names, "shared"), places, dict.fromkeys((*names, "shared"), ""))
    assert [found[name].reveal() for name in names] == [name[4:].replace("-", " ") for name in names]
    assert set(records.load(places).entries) == {*names, "shared"}


def test_a_process_that_is_killed_loses_nothing_it_acknowledged(places: Places) -> None:
    program = (
        f"import os, sys; sys.path[:0] = {sys.path!r}\n"
        "from ctx.model import Secret\nfrom ctx.secrets.base import Places\nfrom ctx.secrets.keeping import Keeper\n"
        f"keeper = Keeper(Places({places.data!r}, {places.state!r}, {{}}, patience=60), lambda _: None)\n"
        "for turn in range(1000000):\n"
        "    keeper.put(f'{sys.argv[1]}-{turn % 3}', Secret(f'{sys.argv[2]}{turn:09}'))\n"
        "    os.write(1, f'{sys.argv[1]}-{turn % 3} {sys.argv[2]}{turn:09}\\n'.encode())\n"
    )
    acknowledged: dict[str, str] = {}
    for turn in range(10):
        running = [
            subprocess.Popen([sys.executable, "-c", program, f"p{own}", str(turn)], stdout=subprocess.PIPE)
            for own in range(2)
        ]
        lines = [process.stdout.readline() for process in running if process.stdout for _ in range(turn + 1)]
        for process in running:
            process.kill()
        for process in running:
            lines += process.communicate()[0].splitlines()
        for line in lines:
            name, _, value = line.decode().strip().partition(" ")
            acknowledged[name] = max(value, acknowledged.get(name, ""))

    found = secrets.read_named(tuple(acknowledged), places, dict.fromkeys(acknowledged, ""))
    assert {name: secret.reveal() for name, secret in found.items() if secret.reveal() < acknowledged[name]} == {}
    assert set(acknowledged) <= set(records.load(places).entries)
    left = {path.name for path in Path(places.data, "secrets").iterdir()}
    assert left <= {
        "index.json",
        "index.json.lock",
        "index.json.tmp",
        "secrets.json",
        "secrets.json.bak",
        "secrets.json.lock",
        "secrets.json.tmp",
        "keyring.lock",
    }


def test_dates_are_those_of_making_and_of_the_last_change(keeper: Keeper, places: Places) -> None:
    write(places, '{"v":1,"store":"file","secrets":{"a":["file","2020-01-01T00:00:00Z","2021-01-01T00:00:00Z"]}}')
    keeper.put("a", Secret("v"))

    entry = records.load(places).entries["a"]
    assert entry.created == "2020-01-01T00:00:00Z"
    assert entry.updated > "2026"


# Reading.


def test_the_environment_comes_first_and_nothing_else_is_touched(places: Places) -> None:
    write(places, "damaged")
    places.environ["CTX_SECRET_ACME_DB"] = "from the environment"

    assert value_of(places, "acme-db") == "from the environment"


def test_no_names_touch_nothing(places: Places) -> None:
    write(places, "damaged")

    assert secrets.read_named((), places, {}) == {}
    assert secrets.read_items({}, places) == {}


def test_each_store_is_asked_once(places: Places, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        keeper.put(name, Secret(name), FILE)
    asked = []
    opened = secrets.open_store

    def counted(kind: str, *rest: object) -> object:
        asked.append(kind)
        return opened(kind, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(secrets, "open_store", counted)
    found = secrets.read_named(("a", "b", "c"), places, {})

    assert {name: secret.reveal() for name, secret in found.items()} == {"a": "a", "b": "b", "c": "c"}
    assert asked == [FILE]


def test_an_absent_secret_names_place_secret_store_and_what_to_type(places: Places, keeper: Keeper) -> None:
    keeper.put("a", Secret("v"))
    with pytest.raises(SecretError) as caught:
        secrets.read_named(("a", "not-there"), places, {"a": "", "not-there": "p.toml: [profiles.x.env] KEY"})

    assert caught.value.where == "p.toml: [profiles.x.env] KEY"
    assert "'not-there' is not in the encrypted file" in caught.value.what
    assert "ctx secret set not-there" in caught.value.fix
    assert "CTX_SECRET_NOT_THERE" in caught.value.fix


def test_a_store_that_cannot_tell_is_not_an_absent_secret(places: Places) -> None:
    saved(places)
    with pytest.raises(StoreAbsentError) as caught:
        secrets.read_named(("b",), places, {"b": "p.toml: KEY"})

    assert caught.value.where == "p.toml: KEY"
    assert "no OS keyring here" in caught.value.what
    assert "'b'" in caught.value.what or "b cannot be read" in caught.value.what
    assert "ctx secret set --to file b" in caught.value.fix


def test_what_the_index_does_not_know_is_found_in_the_default_store(places: Places, keeper: Keeper) -> None:
    keeper.put("a", Secret("kept"))
    index = records.load(places)
    del index.entries["a"]
    records.save(places, index)
    assert value_of(places, "a") == "kept"

    Path(records.path(places)).unlink()
    assert value_of(places, "a") == "kept"


def test_a_crash_between_store_and_index_loses_nothing(
    places: Places, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(records, "save", dies)
        with pytest.raises(KeyboardInterrupt):
            keeper.put("a", Secret("kept"))

    assert value_of(places, "a") == "kept"


# Which store.


def test_the_absence_of_a_keyring_is_said_before_the_first_write_and_remembered(places: Places) -> None:
    said: list[str] = []
    file = Path(places.data) / "secrets" / "secrets.json"

    def say(text: str) -> None:
        assert not file.exists()
        said.append(text)

    keeper = Keeper(places, say)
    assert keeper.put("a", Secret("v")) == FILE
    assert keeper.put("b", Secret("v")) == FILE

    assert len(said) == 3
    assert "no OS keyring here" in said[0]
    assert str(file) in said[0]
    assert str(Path(places.state) / "key") in said[1]
    assert records.load(places).store == FILE


def test_a_store_named_for_one_secret_decides_nothing(places: Places, keeper: Keeper) -> None:
    keeper.put("a", Secret("v"), FILE)
    assert records.load(places).store == ""

    places.environ["CTX_SECRETS_STORE"] = "file"
    assert keeper.put("b", Secret("v")) == FILE
    assert records.load(places).store == ""


def test_a_store_that_does_not_exist_is_refused(places: Places, keeper: Keeper) -> None:
    places.environ["CTX_SECRETS_STORE"] = "plaintext"

    with pytest.raises(SecretError, match="names no store"):
        keeper.put("a", Secret("v"))


def test_a_keyring_that_was_asked_for_is_never_replaced_by_the_file(places: Places, keeper: Keeper) -> None:
    for name, value in (("CTX_SECRETS_STORE", "keyring"), ("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")):
        places.environ.clear()
        places.environ[name] = value
        with pytest.raises(SecretError):
            keeper.put("a", Secret("v"))
    assert not (Path(places.data) / "secrets" / "secrets.json").exists()


@pytest.fixture
def on_desktop(tmp_path: Path) -> Places:
    return Places(str(tmp_path / "data"), str(tmp_path / "state"), {}, patience=10)


def test_a_keyring_that_works_is_used_and_remembered(on_desktop: Places) -> None:
    with desktop("unlocked") as session:
        on_desktop.environ.update(session.environ)
        keeper = Keeper(on_desktop, lambda _: None)

        assert keeper.put("a", Secret("v")) == KEYRING
        assert records.load(on_desktop).store == KEYRING
        assert value_of(on_desktop, "a") == "v"

        assert keeper.move("a", FILE) == KEYRING
        assert records.load(on_desktop).entries["a"].store == FILE
        assert secrets.open_store(KEYRING, on_desktop).read(("a",)) == {}
        assert value_of(on_desktop, "a") == "v"

        assert keeper.put("a", Secret("w"), KEYRING) == KEYRING
        assert secrets.open_store(FILE, on_desktop).read(("a",)) == {}
        assert value_of(on_desktop, "a") == "w"
        assert keeper.drop("a")
        assert not keeper.drop("a")


@pytest.mark.parametrize("state", ["locked", "stopped", "mute bus"])
def test_a_keyring_that_is_locked_or_silent_is_never_replaced_by_the_file(on_desktop: Places, state: str) -> None:
    on_desktop.patience = 0.5
    with desktop(state) as session:
        on_desktop.environ.update(session.environ)
        with pytest.raises(SecretError) as caught:
            Keeper(on_desktop, lambda _: None).put("a", Secret("v"))

    assert not isinstance(caught.value, StoreAbsentError)
    assert caught.value.fix
    assert not (Path(on_desktop.data) / "secrets" / "secrets.json").exists()


def test_items_of_other_tools_are_read_together(on_desktop: Places) -> None:
    with desktop("unlocked") as session:
        on_desktop.environ.update(session.environ)
        subprocess.run(
            [require_shell("secret-tool"), "store", "--label=x", "service", "gh:github.com", "username", "ada"],
            env=session.environ, input=b"token", check=True,
        )  # fmt: skip
        found = secrets.read_items({("gh:github.com", "ada"): "p.toml: A"}, on_desktop)
        assert found["gh:github.com", "ada"].reveal() == "token"

        with pytest.raises(SecretError) as caught:
            secrets.read_items({("gh:github.com", "ada"): "p.toml: A", ("x", "y"): "p.toml: B"}, on_desktop)
    assert caught.value.where == "p.toml: B"
    assert "'x'" in caught.value.what
