"""The encrypted file: the contract of all stores, and what only files meet: damage, other people, links, no room."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctx.errors import SecretError
from ctx.model import Secret
from ctx.secrets import file, sealed
from ctx.secrets.base import (
    Places,
    SecretStore,
    StoreAbsentError,
    StoreDamagedError,
    StoreLockedError,
    StoreSilentError,
)
from ctx.secrets.file import FileStore
from tests.secrets.contract import Opening, SecretStoreContract, value_of
from tests.support.hostile import DIRECTORY
from tests.support.shells import require_shell

SECRETS = {"one": "value of one", "two": "value of two", "three": "value of three"}

AS_ROOT = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files to others")

EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Disk:
    """A file store in folders of its own, with the names of its files."""

    def __init__(self, base: Path, name: str = DIRECTORY) -> None:
        self.data = base / name / "data"
        self.state = base / name / "state"
        self.folder = self.data / "secrets"
        self.file = self.folder / "secrets.json"
        self.backup = self.folder / "secrets.json.bak"
        self.lock = self.folder / "secrets.json.lock"
        self.temporary = self.folder / "secrets.json.tmp"
        self.key = self.state / "key"
        self.store = FileStore(Places(str(self.data), str(self.state), {}, patience=60.0))
        self.program = f"""
from ctx.secrets.base import Places
from ctx.secrets.file import FileStore
store = FileStore(Places({str(self.data)!r}, {str(self.state)!r}, {{}}, patience=60.0))
"""

    @property
    def opening(self) -> Opening:
        return Opening(self.store, self.program)

    def fill(self) -> None:
        for name, value in SECRETS.items():
            self.store.write(name, Secret(value))

    def values(self) -> dict[str, str]:
        return {name: secret.reveal() for name, secret in self.store.read(tuple(SECRETS)).items()}

    def content(self) -> Any:
        return json.loads(self.file.read_text())

    def change(self, content: Any) -> None:
        self.file.write_text(json.dumps(content))

    def refuses(self, error: type[SecretError], match: str) -> str:
        """Reading, writing and removing are refused, and nothing is changed by that; the fix."""
        before = {path: path.read_bytes() for path in (self.file, self.backup, self.key) if path.is_file()}
        fixes = set()
        for ask in (
            lambda: self.store.read(("one",)),
            lambda: self.store.read(("not-there",)),
            lambda: self.store.write("one", Secret("s3cr3t")),
            lambda: self.store.write("new", Secret("s3cr3t")),
            lambda: self.store.remove("one"),
        ):
            with pytest.raises(error, match=match) as caught:
                ask()
            assert type(caught.value) is error
            assert caught.value.where
            assert caught.value.fix
            assert "s3cr3t" not in str(caught.value)
            fixes.add(caught.value.fix)
        assert {path: path.read_bytes() for path in before} == before
        assert len(fixes) == 1
        return fixes.pop()


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


@pytest.fixture
def filled(disk: Disk) -> Disk:
    disk.fill()
    return disk


def do(fix: str) -> None:
    """Type the command that an error ends with, up to where it says in words what that does."""
    command = re.split(r" (?:takes back|begins with)|, and |, if ", fix)[0]
    subprocess.run(["sh", "-ec", command], check=True)


class TestFileStore(SecretStoreContract):
    """The contract, below a directory whose name holds everything that breaks."""

    durable = True

    @pytest.fixture
    def opening(self, disk: Disk) -> Opening:
        return disk.opening

    def check_litter(self, opening: Opening) -> None:
        assert isinstance(opening.store, FileStore)
        names = set(os.listdir(os.path.dirname(opening.store.path)))
        assert names <= {f"secrets.json{end}" for end in ("", ".bak", ".lock", ".tmp")}


def test_no_value_lies_on_disk(filled: Disk, tmp_path: Path) -> None:
    filled.store.write("one", Secret("another value of one"))
    filled.store.remove("two")

    text = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"value of" not in text
    assert b"one" in text


def test_nothing_is_made_before_the_first_write(disk: Disk) -> None:
    assert disk.store.read(("one",)) == {}
    assert not disk.store.remove("one")

    assert not disk.data.exists()
    assert not disk.state.exists()


def test_encrypting_the_same_twice_is_never_the_same(filled: Disk) -> None:
    texts = set()
    for _ in range(3):
        filled.store.write("one", Secret("value"))
        texts |= {filled.content()["items"]["one"], filled.content()["seal"]}

    assert len(texts) == 6


# The key file.


def test_the_key_is_made_once(filled: Disk) -> None:
    key = filled.key.read_bytes()
    filled.store.write("one", Secret("another"))
    filled.store.remove("one")
    shutil.rmtree(filled.folder)
    filled.store.write("one", Secret("value"))

    assert filled.key.read_bytes() == key
    assert len(key) == 32
    assert value_of(filled.store, "one") == "value"


def test_the_key_is_found_where_it_was_made(filled: Disk, tmp_path: Path) -> None:
    """Another state directory, as a parent's XDG_STATE_HOME may say, neither hides the key nor makes another."""
    moved = FileStore(Places(str(filled.data), str(tmp_path / "elsewhere"), {}))

    moved.write("one", Secret("another"))

    assert value_of(moved, "one") == value_of(filled.store, "one") == "another"
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_that_was_moved_is_found_again_by_editing_its_place(filled: Disk, tmp_path: Path) -> None:
    filled.key.rename(tmp_path / "moved")
    text = filled.file.read_text()
    filled.file.write_text(text.replace(json.dumps(str(filled.key)), json.dumps(str(tmp_path / "moved"))))

    assert filled.values() == SECRETS


def test_stores_in_two_places_may_share_a_key(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    stores = [FileStore(Places(str(tmp_path / name), state, {})) for name in ("a", "b")]
    for store in stores:
        store.write("one", Secret(store.path))

    assert [value_of(store, "one") for store in stores] == [store.path for store in stores]


def test_a_missing_key_is_not_made_again(filled: Disk) -> None:
    filled.key.unlink()

    fix = filled.refuses(StoreLockedError, "key: is missing")

    assert not filled.key.exists()
    do(fix.removeprefix("put it back from a backup; "))
    filled.store.write("one", Secret("anew"))
    assert value_of(filled.store, "one") == "anew"


@pytest.mark.parametrize("size", [0, 31, 33, 4096])
def test_a_key_of_another_size_is_refused(filled: Disk, size: int) -> None:
    filled.key.write_bytes(b"k" * size)

    filled.refuses(StoreLockedError, "it has .* bytes instead of 32")


def test_a_wrong_key_opens_nothing_and_overwrites_nothing(filled: Disk) -> None:
    right = filled.key.read_bytes()
    filled.key.write_bytes(bytes(32))

    filled.refuses(StoreDamagedError, "does not open with")

    filled.key.write_bytes(right)
    assert filled.values() == SECRETS


@pytest.mark.parametrize("which", ["key", "file"])
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o777], ids=oct)
def test_a_file_that_others_may_read_or_write_is_refused(filled: Disk, which: str, mode: int) -> None:
    path = getattr(filled, which)
    path.chmod(mode)

    fix = filled.refuses(StoreLockedError, f"mode {mode:04o}")

    do(fix)
    assert filled.values() == SECRETS


@AS_ROOT
@pytest.mark.parametrize("which", ["key", "file"])
def test_a_file_of_somebody_else_is_refused(filled: Disk, which: str) -> None:
    os.chown(getattr(filled, which), 12345, 12345)

    fix = filled.refuses(StoreLockedError, "another user \\(uid 12345\\)")

    do(fix.rpartition("or: ")[2])
    assert filled.values() == SECRETS


@pytest.mark.parametrize("which", ["key", "file"])
def test_a_link_is_refused_even_to_a_good_file(filled: Disk, which: str, tmp_path: Path) -> None:
    path: Path = getattr(filled, which)
    path.rename(tmp_path / "real")
    path.symlink_to(tmp_path / "real")

    filled.refuses(StoreLockedError, "it is a symbolic link")


@pytest.mark.parametrize("which", ["key", "file"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "directory"])
def test_what_is_no_file_is_refused(filled: Disk, which: str, make: Callable[[Path], None]) -> None:
    path: Path = getattr(filled, which)
    path.unlink()
    make(path)

    filled.refuses(StoreLockedError, "ctx expects a file there")


@pytest.mark.parametrize("which", ["folder", "state"])
@pytest.mark.parametrize("how", ["writable", "link", "file"])
def test_folders_that_are_not_the_users_alone_are_refused(disk: Disk, which: str, how: str, tmp_path: Path) -> None:
    folder: Path = getattr(disk, which)
    folder.parent.mkdir(parents=True)
    if how == "writable":
        folder.mkdir()
        folder.chmod(0o777)
    elif how == "link":
        folder.symlink_to(tmp_path, target_is_directory=True)
    else:
        folder.write_text("")

    with pytest.raises(SecretError, match="must be a directory that this user") as caught:
        disk.store.write("one", Secret("value"))

    assert not disk.file.exists()
    assert not disk.key.exists()
    if how == "writable":
        do(caught.value.fix)
        disk.fill()
        assert disk.values() == SECRETS


# Damage.


def test_an_empty_file_is_not_an_empty_store(filled: Disk) -> None:
    filled.file.write_bytes(b"")

    fix = filled.refuses(StoreDamagedError, "is empty")

    do(fix)
    assert filled.values() == {name: SECRETS[name] for name in ("one", "two")}


def test_a_file_that_is_gone_is_not_an_empty_store(filled: Disk) -> None:
    filled.file.unlink()

    fix = filled.refuses(StoreDamagedError, "is gone, and its backup is there")

    do(fix.partition("; ")[2])
    assert filled.values() == {}
    filled.fill()
    assert filled.values() == SECRETS


def test_where_the_backup_is_damaged_too_no_error_sends_there(filled: Disk) -> None:
    filled.file.write_bytes(b"")
    filled.backup.write_bytes(b"{}")

    fix = filled.refuses(StoreDamagedError, "is empty")

    assert "its backup does not open either" in fix
    do(fix.partition("; ")[2])
    filled.fill()
    assert filled.values() == SECRETS


def unharmed(disk: Disk) -> None:
    """A change either altered nothing that is kept, or everything is refused and nothing overwritten."""
    damaged = disk.file.read_bytes()
    values, fix = {}, ""
    try:
        values = disk.values()
    except SecretError as error:
        fix = error.fix
    if values:
        assert values == SECRETS
        return
    assert fix
    with pytest.raises(SecretError):
        disk.store.write("one", Secret("s3cr3t"))
    assert disk.file.read_bytes() == damaged


@EXAMPLES
@given(data=st.data())
def test_one_bit_that_flipped_is_never_overlooked(filled: Disk, data: st.DataObject) -> None:
    whole = filled.file.read_bytes()
    at = data.draw(st.integers(0, len(whole) * 8 - 1))
    filled.file.write_bytes(whole[: at // 8] + bytes([whole[at // 8] ^ 1 << at % 8]) + whole[at // 8 + 1 :])
    try:
        unharmed(filled)
    finally:
        filled.file.write_bytes(whole)


@EXAMPLES
@given(data=st.data())
def test_a_file_that_was_cut_off_is_never_overlooked(filled: Disk, data: st.DataObject) -> None:
    whole = filled.file.read_bytes()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    filled.file.write_bytes(cut + data.draw(st.sampled_from([b"", b"\0" * (len(whole) - len(cut))])))
    try:
        unharmed(filled)
    finally:
        filled.file.write_bytes(whole)


@EXAMPLES
@given(data=st.data())
def test_any_one_value_that_was_replaced_is_never_overlooked(filled: Disk, data: st.DataObject) -> None:
    """Numbers, lists, nothing, other texts where ctx writes something else."""
    whole = filled.file.read_bytes()
    content = json.loads(whole)
    tables = [content, content["wrap"], content["items"]]
    table = data.draw(st.sampled_from(tables))
    key = data.draw(st.sampled_from(sorted(table)))
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    value = data.draw(scalars | st.lists(scalars) | st.dictionaries(st.text(), scalars))
    table[key] = value
    filled.file.write_text(json.dumps(content))
    try:
        unharmed(filled)
    finally:
        filled.file.write_bytes(whole)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda items: items.update(one=items["two"], two=items["one"]), "seal is broken"),
        (lambda items: items.update(four=items["one"]), "seal is broken"),
        (lambda items: items.pop("two"), "seal is broken"),
        (lambda items: items.clear(), "seal is broken"),
        (lambda items: items.update(one=""), "seal is broken"),
    ],
    ids=["swapped", "copied", "taken out", "emptied", "blanked"],
)
def test_entries_stay_where_they_were_written(
    filled: Disk, change: Callable[[dict[str, str]], None], cause: str
) -> None:
    content = filled.content()
    change(content["items"])
    filled.change(content)

    fix = filled.refuses(StoreDamagedError, cause)

    assert str(filled.backup.name) in fix


def test_an_entry_under_another_name_does_not_open_even_in_a_file_that_is_sealed(filled: Disk) -> None:
    record = sealed.loads(filled.file.read_bytes())
    opened = sealed.unseal(record, filled.key.read_bytes())
    record.items["two"] = record.items["one"]
    filled.file.write_bytes(opened.dumps())

    with pytest.raises(StoreDamagedError, match="'two' that ctx has not written there"):
        filled.store.read(("one", "two"))
    assert value_of(filled.store, "one") == SECRETS["one"]


def test_an_entry_of_another_store_is_refused(filled: Disk, tmp_path: Path) -> None:
    other = Disk(tmp_path, "other")
    other.state.parent.mkdir()
    shutil.copytree(filled.state, other.state)
    other.fill()
    content = filled.content()
    for change in (
        {"items": other.content()["items"]},
        {"items": other.content()["items"], "seal": other.content()["seal"]},
        {"wrap": other.content()["wrap"]},
        {"id": other.content()["id"]},
    ):
        filled.change(content | change)
        filled.refuses(StoreDamagedError, "does not open with|seal is broken")


SCRYPT = {"kdf": "scrypt", "n": 1 << 17, "r": 8, "p": 1, "salt": "AAAA", "key": "AAAA"}


@pytest.mark.parametrize(
    ("change", "error", "cause"),
    [
        ({"v": 2}, StoreDamagedError, "newer ctx; this one knows format 1"),
        ({"v": 0}, StoreDamagedError, "is not what ctx writes"),
        ({"v": True}, StoreDamagedError, "is not what ctx writes"),
        ({"v": "1"}, StoreDamagedError, "is not what ctx writes"),
        ({"more": 1}, StoreDamagedError, "is not what ctx writes"),
        ({"id": "x" * 32}, StoreDamagedError, "is not what ctx writes"),
        ({"wrap": SCRYPT}, StoreLockedError, "opens with a passphrase"),
        ({"wrap": SCRYPT | {"n": 1 << 40}}, StoreDamagedError, "scrypt with n outside"),
        ({"wrap": SCRYPT | {"n": 10**4000}}, StoreDamagedError, "scrypt with n outside"),
        ({"wrap": SCRYPT | {"n": 2}}, StoreDamagedError, "scrypt with n outside"),
        ({"wrap": SCRYPT | {"r": 1 << 20}}, StoreDamagedError, "scrypt with r outside"),
        ({"wrap": SCRYPT | {"p": 0}}, StoreDamagedError, "scrypt with p outside"),
        ({"wrap": {"kdf": "none"}}, StoreLockedError, "does not know"),
        ({"wrap": {}}, StoreLockedError, "does not know"),
    ],
    ids=ascii,
)
def test_files_of_other_versions_and_makers_are_refused(
    filled: Disk, change: dict[str, Any], error: type[SecretError], cause: str
) -> None:
    filled.change(filled.content() | change)

    filled.refuses(error, cause)


@pytest.mark.parametrize("path", ["", "key", "../key", "/k\0ey", "/\ud800", 1, None], ids=ascii)
def test_a_place_of_the_key_that_cannot_be_one_is_refused(filled: Disk, path: object) -> None:
    content = filled.content()
    content["wrap"]["path"] = path
    filled.change(content)

    filled.refuses(StoreDamagedError, "is not what ctx writes")


def test_a_key_that_is_named_in_the_file_does_not_make_it_ours(filled: Disk, tmp_path: Path) -> None:
    """A downgraded wrap: whoever writes the file cannot put a key of theirs in the place of the right one."""
    (tmp_path / "theirs").write_bytes(bytes(32))
    (tmp_path / "theirs").chmod(0o600)
    theirs = sealed.new(str(tmp_path / "theirs"), bytes(32))
    filled.change(filled.content() | {"wrap": json.loads(theirs.dumps())["wrap"]})

    filled.refuses(StoreDamagedError, "does not open with")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "null", "[]", '"x"', "{", '{"v": 1e999}', "\xff", "{}"], ids=lambda t: t[:9]
)
def test_other_files_are_refused(filled: Disk, text: str) -> None:
    filled.file.write_bytes(text.encode("latin-1"))

    filled.refuses(StoreDamagedError, "cannot be parsed|is not what ctx writes")


def test_a_file_that_is_too_long_is_not_read(filled: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "LIMIT", 1000)
    os.truncate(filled.file, 1001)

    filled.refuses(StoreDamagedError, "longer than")


def test_a_secret_that_is_too_long_is_refused_and_nothing_lost(filled: Disk) -> None:
    with pytest.raises(SecretError, match="would grow to"):
        filled.store.write("long", Secret("x" * file.LIMIT))

    assert filled.values() == SECRETS
    assert not filled.temporary.exists()


# The backup.


def test_the_backup_is_the_state_before(filled: Disk) -> None:
    before = filled.file.read_bytes()
    filled.store.write("one", Secret("another"))

    assert filled.backup.read_bytes() == before
    assert stat.S_IMODE(filled.backup.stat().st_mode) == 0o600


def test_what_was_removed_is_not_in_the_backup(filled: Disk) -> None:
    filled.store.write("two", Secret("another"))
    assert filled.store.remove("one")

    assert "one" not in json.loads(filled.backup.read_text())["items"]
    filled.file.write_bytes(b"")
    with pytest.raises(StoreDamagedError) as caught:
        filled.values()
    do(caught.value.fix)
    assert filled.values() == {"two": "another", "three": SECRETS["three"]}


def test_the_secret_is_out_of_the_backup_before_it_is_removed(filled: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever a removal is cut short, no backup holds what the file has not got any more."""
    replace = os.replace

    def interrupted(old: str, new: str) -> None:
        assert not filled.backup.exists()
        replace(old, new)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        filled.store.remove("one")

    monkeypatch.undo()
    assert not filled.backup.exists()
    assert "one" not in filled.values()


# Links and litter in the way of a write.


@pytest.mark.parametrize("which", ["temporary", "backup"])
def test_a_planted_link_is_taken_away_and_what_it_leads_to_left_alone(filled: Disk, which: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    path: Path = getattr(filled, which)
    path.unlink(missing_ok=True)
    path.symlink_to(victim)

    filled.store.write("one", Secret("another"))

    assert victim.read_text() == "mine"
    assert not path.is_symlink()
    assert value_of(filled.store, "one") == "another"


def test_a_planted_link_in_the_place_of_the_lock_is_refused(filled: Disk, tmp_path: Path) -> None:
    filled.lock.unlink()
    filled.lock.symlink_to(tmp_path / "victim")

    with pytest.raises(SecretError, match="symbolic link, which could lead anywhere"):
        filled.store.write("one", Secret("another"))

    assert not (tmp_path / "victim").exists()
    assert filled.values() == SECRETS


def test_a_planted_link_in_the_place_of_the_key_is_refused(disk: Disk, tmp_path: Path) -> None:
    disk.state.mkdir(parents=True, mode=0o700)
    disk.key.symlink_to(tmp_path / "victim")

    with pytest.raises(SecretError, match="symbolic link"):
        disk.store.write("one", Secret("value"))

    assert not (tmp_path / "victim").exists()
    assert not disk.file.exists()


def test_what_a_killed_process_left_is_cleared_away(filled: Disk) -> None:
    filled.temporary.write_bytes(b"half of a f")
    (filled.state / "key.tmp").write_bytes(b"half")

    filled.store.write("one", Secret("another"))

    assert not filled.temporary.exists()
    assert filled.values() == SECRETS | {"one": "another"}


def test_a_first_write_that_was_killed_behind_the_key_can_be_repeated(disk: Disk) -> None:
    disk.state.mkdir(parents=True, mode=0o700)
    disk.key.write_bytes(b"k" * 32)
    disk.key.chmod(0o600)
    disk.folder.mkdir(parents=True, mode=0o700)
    disk.temporary.write_bytes(b'{"v": 1')

    disk.fill()

    assert disk.values() == SECRETS
    assert disk.key.read_bytes() == b"k" * 32


# How a write is made.


def traced(disk: Disk, text: str, tmp_path: Path, *, calls: str, umask: str = "0077") -> list[str]:
    """The calls that running `text` makes under a umask, each with the paths that its descriptors stand for."""
    trace = tmp_path / "trace"
    words = (require_shell("strace"), "-f", "-y", "-qq", "-e", f"trace={calls}", "-o", str(trace))
    disk.opening.run(text, "sh", "-c", f'umask {umask}; exec "$@"', "sh", *words)
    return trace.read_text(errors="replace").splitlines()


def test_every_file_is_private_from_its_first_byte(tmp_path: Path) -> None:
    disk = Disk(tmp_path, "plain")
    disk.data.parent.mkdir()
    calls = "openat,open,creat,mkdir,mkdirat,chmod,fchmod,fchmodat,link,linkat"
    lines = traced(
        disk,
        "store.write('one', Secret('x')); store.write('one', Secret('y')); store.remove('one')",
        tmp_path,
        calls=calls,
        umask="0000",
    )

    made = [line for line in lines if "O_CREAT" in line and str(disk.data.parent) in line]
    assert {os.path.basename(line.split('"')[1]) for line in made} == {
        "secrets.json.tmp",
        "secrets.json.bak.tmp",
        "secrets.json.lock",
        "key.tmp",
        "key.lock",
    }
    assert all(re.search(r"O_NOFOLLOW.*, 0600\)", line) for line in made)
    assert all("O_EXCL" in line for line in made if ".tmp" in line)
    folders = [line for line in lines if "mkdir" in line and "= 0" in line]
    assert len(folders) == 3
    assert all("0700)" in line for line in folders)
    assert not [line for line in lines if "chmod" in line]
    for path in disk.data.parent.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_write_is_on_disk_before_it_takes_its_place_and_its_name_before_it_is_acknowledged(tmp_path: Path) -> None:
    disk = Disk(tmp_path, "plain")
    disk.fill()
    lines = traced(
        disk,
        "store.write('one', Secret('x'))",
        tmp_path,
        calls="flock,fsync,fdatasync,link,linkat,rename,renameat,renameat2",
    )

    steps = [re.sub(r"^\d+ +(\w+?)(?:at2?)?\(.*", r"\1", line) for line in lines if str(disk.folder) in line]
    assert steps == ["flock", "fsync", "link", "rename", "fsync"]


def test_reading_takes_no_lock_and_starts_nothing(tmp_path: Path) -> None:
    disk = Disk(tmp_path, "plain")
    disk.fill()
    lines = traced(disk, "assert len(store.read(('one', 'two'))) == 2", tmp_path, calls="flock,process,openat")

    assert not [line for line in lines if "flock" in line or "fork" in line]
    assert sum("secrets.json" in line for line in lines) == 1
    assert sum("execve(" in line for line in lines) == 1


def test_where_there_are_no_hard_links_the_backup_is_a_copy(filled: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    before = filled.file.read_bytes()
    monkeypatch.setattr(os, "link", unsupported)
    filled.store.write("one", Secret("another"))

    assert filled.backup.read_bytes() == before
    assert value_of(filled.store, "one") == "another"


FAILING = """
try:
    store.write("one", Secret("s3cr3t"))
except Exception as error:
    print(type(error).__name__, error.what, error.fix, sep="|")
"""


def test_a_write_for_which_there_is_no_room_loses_nothing(filled: Disk) -> None:
    said = filled.opening.run(FAILING, "sh", "-c", 'ulimit -f 0; exec "$@"', "sh").stdout

    assert said.startswith("SecretError|cannot be written: file too large|ls -ld ")
    assert not filled.temporary.exists()
    assert filled.values() == SECRETS


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_says_why_and_loses_nothing(
    filled: Disk, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(SecretError, match="no space left on device") as caught:
        filled.store.write("one", Secret("s3cr3t"))

    monkeypatch.undo()
    assert caught.value.fix.startswith("df -h ")
    assert not filled.temporary.exists()
    assert filled.values() == SECRETS
    filled.store.write("one", Secret("now"))
    assert value_of(filled.store, "one") == "now"


def test_a_write_that_is_not_read_back_is_not_acknowledged(filled: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", lambda *_: None)

    with pytest.raises(StoreDamagedError, match="does not hold one as it was written"):
        filled.store.write("one", Secret("another"))
    with pytest.raises(StoreDamagedError, match="does not hold two as it was written"):
        filled.store.remove("two")

    assert filled.values() == SECRETS


def test_a_process_that_does_not_let_go_is_named_after_a_while(filled: Disk) -> None:
    import fcntl

    impatient = FileStore(Places(str(filled.data), str(filled.state), {}, patience=0.01))
    impatient._lock._patience = 0.05
    with filled.lock.open("w") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(StoreSilentError, match="another process has been changing the secrets") as caught:
            impatient.write("one", Secret("another"))
        assert caught.value.fix.startswith("lsof ")
        assert filled.values() == SECRETS

    impatient.write("one", Secret("another"))


# Without the package that encrypts.


WITHOUT = """
import sys
sys.modules["cryptography"] = None
try:
    {ask}
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_cryptography_the_store_is_absent_and_says_what_to_install(filled: Disk, tmp_path: Path) -> None:
    empty = Disk(tmp_path, "empty")
    for disk, ask in (
        (empty, "store.write('one', Secret('x'))"),
        (empty, "store.check()"),
        (filled, "store.read(('one',))"),
        (filled, "store.write('one', Secret('x'))"),
        (filled, "store.remove('one')"),
    ):
        said = disk.opening.run(WITHOUT.format(ask=ask)).stdout
        assert said.startswith(StoreAbsentError.__name__)
        assert "ctx-profiles[file]" in said

    assert not empty.state.exists()
    assert not empty.data.exists()
    assert empty.opening.run(WITHOUT.format(ask="print(store.read(('one',)))")).stdout == "{}\n"
    assert filled.values() == SECRETS


def test_opening_a_store_loads_nothing_heavy(disk: Disk) -> None:
    text = "print(*sys.modules)\nstore.read(('one',))\nprint(*sys.modules)"
    before, after = (set(line.split()) for line in disk.opening.run(text).stdout.splitlines())

    assert before == after
    assert not {"cryptography", "json", "logging", "fcntl"} & after


def test_the_store_is_one_of_the_protocols(disk: Disk) -> None:
    store: SecretStore = disk.store

    assert store.label == "file"
    assert str(disk.file) in disk.store.describe()
    assert disk.store.path == str(disk.file)
    assert disk.store.key == str(disk.key)
