"""Which project files count: records of a real path and the exact text, and nothing that only looks like one."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx import trust
from ctx.errors import ConfigError, CtxError
from ctx.files import PROJECT_LIMIT
from ctx.trust_store import allowed_record, denied_record, write
from tests.support.hostile import DIRECTORIES

TEXT = b'profile = "work"\n'

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(tmp_path / "data")


def project(directory: Path, text: bytes = TEXT) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / ".ctx.toml"
    file.write_bytes(text)
    return file


def allow(data: str, file: Path) -> None:
    trust.allow(data, trust.read(str(file)))


def verdict(data: str, file: Path) -> trust.Verdict:
    return trust.verdict(data, trust.read(str(file)))


def state(data: str, file: Path) -> str:
    return verdict(data, file).state


def stored(data: str, kind: str) -> list[Path]:
    return sorted((Path(data) / "trust" / kind).iterdir())


def stands(given: trust.Verdict) -> bool:
    """What a shell tests to see whether a verdict still stands."""
    return all(map(os.path.exists, given.present)) and not any(map(os.path.exists, given.absent))


def test_nothing_is_trusted_before_it_is_allowed(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")

    assert state(data, file) == trust.UNKNOWN
    assert not os.path.exists(data)


@pytest.mark.parametrize("name", [*DIRECTORIES, "\x1b[31m", os.fsdecode(b"\xff\xfe")], ids=ascii)
def test_what_is_allowed_is_trusted_below_any_name(data: str, tmp_path: Path, name: str) -> None:
    file = project(tmp_path / name)
    allow(data, file)

    assert state(data, file) == trust.ALLOWED
    assert [(r.state, r.path, r.found) for r in trust.records(data)] == [(trust.ALLOWED, str(file), trust.SAME)]


@settings(deadline=None)
@given(st.binary(max_size=300), st.data())
def test_one_changed_byte_is_another_text(text: bytes, draw: st.DataObject) -> None:
    other = draw.draw(st.binary(max_size=300).filter(lambda b: b != text))
    with TemporaryDirectory() as folder:
        base = Path(folder).resolve()
        file = project(base / "p", text)
        allow(str(base / "data"), file)

        assert state(str(base / "data"), file) == trust.ALLOWED
        file.write_bytes(other)
        assert state(str(base / "data"), file) == trust.UNKNOWN
        file.write_bytes(text)
        assert state(str(base / "data"), file) == trust.ALLOWED


def test_project_a_does_not_make_project_a_evil_trusted(data: str, tmp_path: Path) -> None:
    """direnv's whitelist compares the beginnings of paths."""
    allow(data, project(tmp_path / "project-a"))

    assert state(data, project(tmp_path / "project-a-evil")) == trust.UNKNOWN
    assert state(data, project(tmp_path / "project-a" / "below")) == trust.UNKNOWN


def test_a_directory_that_moved_asks_again(data: str, tmp_path: Path) -> None:
    allow(data, project(tmp_path / "a"))
    (tmp_path / "a").rename(tmp_path / "b")

    assert state(data, tmp_path / "b" / ".ctx.toml") == trust.UNKNOWN


def test_a_copy_in_another_place_asks_for_itself(data: str, tmp_path: Path) -> None:
    allow(data, project(tmp_path / "a"))

    assert state(data, project(tmp_path / "b")) == trust.UNKNOWN


def test_a_link_and_its_target_are_the_same_file(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / ".ctx.toml").symlink_to(file)
    (tmp_path / "c").symlink_to(tmp_path / "a")
    names = [file, tmp_path / "b" / ".ctx.toml", tmp_path / "c" / ".ctx.toml"]

    for name in names:
        allow(data, name)
        assert [state(data, other) for other in names] == [trust.ALLOWED] * 3
        trust.deny(data, os.path.realpath(name))
        assert [state(data, other) for other in names] == [trust.DENIED] * 3


def test_a_file_replaced_by_a_link_to_the_same_text_is_another_file(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    elsewhere = project(tmp_path / "b")
    file.unlink()
    file.symlink_to(elsewhere)

    assert state(data, file) == trust.UNKNOWN


def test_denied_is_the_path_whatever_it_holds(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    trust.deny(data, str(file))
    file.write_bytes(b"other")

    assert state(data, file) == trust.DENIED
    file.unlink()
    assert trust.is_denied(data, str(file))


def test_allow_and_deny_take_each_other_back(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    for _ in range(2):
        allow(data, file)
        assert (len(stored(data, "allowed")), len(stored(data, "denied"))) == (1, 0)
        trust.deny(data, str(file))
        assert (len(stored(data, "allowed")), len(stored(data, "denied"))) == (0, 1)
        assert trust.approved(data, str(file)) is None


def test_a_new_approval_replaces_the_old_one(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    other = project(tmp_path / "b")
    allow(data, file)
    allow(data, other)
    file.write_bytes(b"second")
    assert trust.approved(data, str(file)) == TEXT
    allow(data, file)
    file.write_bytes(TEXT)

    assert state(data, file) == trust.UNKNOWN
    assert trust.approved(data, str(file)) == b"second"
    assert state(data, other) == trust.ALLOWED


def test_what_was_shown_is_recorded_not_what_the_file_holds_by_then(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    shown = trust.read(str(file))
    file.write_bytes(b"evil")
    trust.allow(data, shown)

    assert state(data, file) == trust.UNKNOWN
    file.write_bytes(TEXT)
    assert state(data, file) == trust.ALLOWED


def test_a_verdict_stands_until_a_decision_changes_it(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    unknown = verdict(data, file)
    assert stands(unknown)

    allow(data, file)
    assert not stands(unknown)
    allowed = verdict(data, file)
    assert stands(allowed)

    trust.deny(data, str(file))
    assert not stands(allowed)
    assert not stands(unknown)
    denied = verdict(data, file)
    assert stands(denied)

    allow(data, file)
    assert not stands(denied)


def test_a_denial_counts_even_if_it_was_cut_short_before_the_approval_was_gone(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    allowed = verdict(data, file)
    write(denied_record(data, str(file)), str(file))

    assert not stands(allowed)
    assert state(data, file) == trust.DENIED


def test_approving_another_text_ends_the_verdict_on_the_first(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    first = verdict(data, file)
    file.write_bytes(b"second")
    second = verdict(data, file)
    allow(data, file)

    assert not stands(first)
    assert not stands(second)


STEPS = st.lists(st.tuples(st.sampled_from(("allow", "deny", "edit", "prune")), st.integers(0, 2)), max_size=25)


@settings(deadline=None)
@given(STEPS)
def test_whatever_happens_in_whatever_order(steps: list[tuple[str, int]]) -> None:
    """Held against what a decision means: the last one for the path counts, an approval for its text only."""
    with TemporaryDirectory() as folder:
        base = Path(folder).resolve()
        data = str(base / "data")
        files = [project(base / str(number), b"0") for number in range(3)]
        decided: dict[int, bytes | None] = {}
        for count, (step, number) in enumerate(steps, 1):
            if step == "allow":
                allow(data, files[number])
                decided[number] = files[number].read_bytes()
            elif step == "deny":
                trust.deny(data, str(files[number]))
                decided[number] = None
            elif step == "edit":
                # Texts come back, as they do when a branch is checked out again.
                files[number].write_bytes(str(count % 3).encode())
            else:
                trust.prune(data)
                decided = {n: text for n, text in decided.items() if text is None or text == files[n].read_bytes()}
            for n, file in enumerate(files):
                expected = trust.UNKNOWN
                if n in decided:
                    text = decided[n]
                    expected = (
                        trust.DENIED if text is None else trust.ALLOWED if text == file.read_bytes() else expected
                    )
                found = verdict(data, file)
                assert found.state == expected
                assert stands(found)
            assert len(trust.records(data)) == len(decided)


# Damage, and what others could have written


@settings(deadline=None)
@given(st.data())
def test_a_damaged_record_is_never_trusted_and_never_hidden(draw: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        base = Path(folder).resolve()
        data = str(base / "data")
        file = project(base / "p")
        allow(data, file)
        record = stored(data, "allowed")[0]
        whole = record.read_bytes()
        at = draw.draw(st.integers(0, len(whole) - 1))
        cut = draw.draw(st.booleans())
        record.write_bytes(whole[:at] if cut else whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])

        assert state(data, file) == trust.UNKNOWN
        assert [r.state for r in trust.records(data)] == [trust.DAMAGED]
        assert stands(verdict(data, file))
        allow(data, file)
        assert state(data, file) == trust.ALLOWED


def test_a_record_under_another_name_is_damaged(data: str, tmp_path: Path) -> None:
    """Nobody can make one file's approval another's by renaming or copying the record."""
    file, other = project(tmp_path / "a"), project(tmp_path / "b")
    allow(data, file)
    record = stored(data, "allowed")[0]
    forged = Path(allowed_record(data, str(other), TEXT))
    forged.write_bytes(record.read_bytes())
    forged.chmod(0o600)

    assert state(data, other) == trust.UNKNOWN
    assert sorted(r.state for r in trust.records(data)) == [trust.ALLOWED, trust.DAMAGED]


def test_a_damaged_denial_denies_all_the_same(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    trust.deny(data, str(file))
    stored(data, "denied")[0].write_bytes(b"")

    assert state(data, file) == trust.DENIED
    assert [r.state for r in trust.records(data)] == [trust.DAMAGED]
    assert trust.prune(data) == ()
    assert state(data, file) == trust.DENIED


@pytest.mark.parametrize("kind", ["fifo", "directory", "loop", "dangling"])
def test_a_record_that_is_no_file_is_damaged(data: str, tmp_path: Path, kind: str) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    record = stored(data, "allowed")[0]
    record.unlink()
    if kind == "fifo":
        os.mkfifo(record)
    elif kind == "directory":
        record.mkdir()
    else:
        record.symlink_to(record if kind == "loop" else "nowhere")

    assert state(data, file) == trust.UNKNOWN
    assert [r.state for r in trust.records(data)] == [trust.DAMAGED]


def test_a_record_that_others_may_write_does_not_count(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    stored(data, "allowed")[0].chmod(0o666)

    assert state(data, file) == trust.UNKNOWN


@pytest.mark.parametrize("folder", ["trust", "trust/allowed"])
def test_records_in_a_folder_that_others_may_write_do_not_count(data: str, tmp_path: Path, folder: str) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    (Path(data) / folder).chmod(0o777)

    assert state(data, file) == trust.UNKNOWN
    with pytest.raises(CtxError, match="nobody else, can write"):
        allow(data, file)


@as_root
@pytest.mark.parametrize("folder", ["trust", "trust/allowed"])
def test_records_in_a_folder_of_somebody_else_do_not_count(data: str, tmp_path: Path, folder: str) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    os.chown(Path(data) / folder, 12345, 12345)

    assert state(data, file) == trust.UNKNOWN


@as_root
def test_a_record_of_somebody_else_does_not_count(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    os.chown(stored(data, "allowed")[0], 12345, 12345)

    assert state(data, file) == trust.UNKNOWN


def test_records_are_private(data: str, tmp_path: Path) -> None:
    allow(data, project(tmp_path / "a"))
    trust.deny(data, str(project(tmp_path / "b")))

    for path in Path(data).rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


def test_a_data_directory_that_cannot_be_made_is_an_error_and_records_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    data = str(tmp_path / "file" / "ctx")
    file = project(tmp_path / "a")

    with pytest.raises(CtxError, match="nobody else, can write"):
        allow(data, file)
    with pytest.raises(CtxError):
        trust.deny(data, str(file))
    assert state(data, file) == trust.UNKNOWN
    assert trust.records(data) == trust.prune(data) == ()


def test_a_linked_folder_of_records_is_refused(data: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    Path(data).mkdir(mode=0o700)
    (Path(data) / "trust").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CtxError):
        allow(data, project(tmp_path / "a"))


# Several at the same moment


def test_approvals_at_the_same_moment_leave_one_whole_record(data: str, tmp_path: Path) -> None:
    files = [trust.read(str(project(tmp_path / "a", str(number).encode()))) for number in range(24)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda file: trust.allow(data, file), files))

    (record,) = trust.records(data)
    assert record.state == trust.ALLOWED
    assert trust.approved(data, record.path) in [file.data for file in files]


def test_an_approval_and_a_denial_at_the_same_moment_leave_one_of_the_two(data: str, tmp_path: Path) -> None:
    file = trust.read(str(project(tmp_path / "a")))

    with ThreadPoolExecutor(8) as pool:
        for done in [
            pool.submit(trust.deny, data, file.real) if number % 2 else pool.submit(trust.allow, data, file)
            for number in range(40)
        ]:
            done.result()

    assert len(trust.records(data)) == 1


# What is read


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".ctx.toml")
    with pytest.raises(ConfigError, match="not a regular file"):
        trust.read(str(tmp_path / ".ctx.toml"))


def test_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".ctx.toml").mkdir()
    with pytest.raises(ConfigError, match="is a directory"):
        trust.read(str(tmp_path / ".ctx.toml"))


def test_a_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".ctx.toml").symlink_to("/dev/zero")
    with pytest.raises(ConfigError, match="not a regular file"):
        trust.read(str(tmp_path / ".ctx.toml"))


def test_a_long_file_is_refused_and_not_read_to_its_end(tmp_path: Path) -> None:
    file = project(tmp_path, b"#" * PROJECT_LIMIT)
    assert len(trust.read(str(file)).data) == PROJECT_LIMIT
    with file.open("ab") as opened:
        opened.write(b"#")
    with pytest.raises(ConfigError, match="65,537 bytes long"):
        trust.read(str(file))
    os.truncate(file, 1 << 40)
    with pytest.raises(ConfigError, match="1,099,511,627,776 bytes long"):
        trust.read(str(file))


def test_the_longest_file_can_be_allowed(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a", b"#" * PROJECT_LIMIT)
    allow(data, file)

    assert state(data, file) == trust.ALLOWED


@as_root
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    os.chown(file, 12345, 12345)
    with pytest.raises(ConfigError, match="belongs to another user"):
        trust.read(str(file))


@as_root
def test_a_link_of_somebody_else_is_refused(tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    link = tmp_path / ".ctx.toml"
    link.symlink_to(file)
    os.chown(link, 12345, 12345, follow_symlinks=False)
    with pytest.raises(ConfigError, match="link that belongs to another user"):
        trust.read(str(link))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    file = project(tmp_path)
    file.chmod(0)
    with pytest.raises(ConfigError, match="permission denied"):
        trust.read(str(file))


def test_links_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / ".ctx.toml").symlink_to(tmp_path / ".ctx.toml")
    with pytest.raises(ConfigError, match="symbolic links"):
        trust.read(str(tmp_path / ".ctx.toml"))


def test_what_is_not_there_is_not_there(tmp_path: Path) -> None:
    (tmp_path / ".ctx.toml").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError):
        trust.read(str(tmp_path / ".ctx.toml"))


def test_bytes_that_are_not_utf8_are_trusted_as_bytes_and_refused_as_text(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a", b'env.A = "\xff"\n')
    allow(data, file)

    assert state(data, file) == trust.ALLOWED
    with pytest.raises(ConfigError, match="not UTF-8: byte 0xff"):
        trust.read(str(file)).text()


# The list


def test_the_list_says_what_became_of_each_file(data: str, tmp_path: Path) -> None:
    names = ("same", "changed", "gone", "replaced", "fifo", "denied", "denied-gone")
    files = {name: project(tmp_path / name) for name in names}
    for name, file in files.items():
        if name.startswith("denied"):
            trust.deny(data, str(file))
        else:
            allow(data, file)
    files["changed"].write_bytes(b"other")
    files["gone"].unlink()
    files["replaced"].unlink()
    files["replaced"].symlink_to(files["same"])
    files["fifo"].unlink()
    os.mkfifo(files["fifo"])
    files["denied"].unlink()
    files["denied-gone"].unlink()
    files["denied-gone"].parent.rmdir()

    found = {Path(record.path).parent.name: (record.state, record.found) for record in trust.records(data)}
    assert found == {
        "same": (trust.ALLOWED, trust.SAME),
        "changed": (trust.ALLOWED, trust.CHANGED),
        "gone": (trust.ALLOWED, trust.GONE),
        "replaced": (trust.ALLOWED, trust.CHANGED),
        "fifo": (trust.ALLOWED, trust.CHANGED),
        "denied": (trust.DENIED, trust.SAME),
        "denied-gone": (trust.DENIED, trust.GONE),
    }

    forgotten = {Path(record.path).parent.name for record in trust.prune(data)}
    assert forgotten == {"changed", "gone", "replaced", "fifo", "denied-gone"}
    assert {Path(record.path).parent.name for record in trust.records(data)} == {"same", "denied"}
    assert trust.prune(data) == ()


def test_what_a_killed_process_left_is_no_record_and_is_pruned(data: str, tmp_path: Path) -> None:
    file = project(tmp_path / "a")
    allow(data, file)
    leftover = Path(f"{stored(data, 'allowed')[0]}.1.tmp")
    leftover.write_bytes(b"half")

    assert len(trust.records(data)) == 1
    trust.prune(data)
    assert not leftover.exists()
    assert state(data, file) == trust.ALLOWED


def test_a_damaged_approval_is_pruned(data: str, tmp_path: Path) -> None:
    allow(data, project(tmp_path / "a"))
    stored(data, "allowed")[0].write_bytes(b"")

    assert [record.state for record in trust.prune(data)] == [trust.DAMAGED]
    assert trust.records(data) == ()


def test_names_of_records_are_as_documented(data: str, tmp_path: Path) -> None:
    """Shells are handed these paths, and `sha256sum` finds them."""
    from hashlib import sha256

    file = str(tmp_path / "é" / ".ctx.toml")
    path, text = sha256(os.fsencode(file)).hexdigest(), sha256(TEXT).hexdigest()

    assert allowed_record(data, file, TEXT) == f"{data}/trust/allowed/{path}.{text}"
    assert denied_record(data, file) == f"{data}/trust/denied/{path}"
