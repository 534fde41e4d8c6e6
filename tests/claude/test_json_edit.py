"""Editing a JSON file: what changes means what was asked for, and every other byte stays."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.claude.foreign import LIMIT
from ctx.claude.json_edit import BACKUP, edit, read
from ctx.claude.json_text import Document, masked
from ctx.errors import ConfigError, CtxError
from tests.support.hostile import DIRECTORY, VALUES

KEY = "sk-ant-api03-" + "k" * 20

BLANKS = st.text(" \t\n\r", max_size=3)
NAMES = st.text(max_size=4) | st.sampled_from(["env", "a", "apiKeyHelper", *VALUES.values()])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES


@st.composite
def texts(draw: st.DrawFn, depth: int = 3) -> str:
    """A JSON object written by hand: blanks anywhere, escapes or none, no key twice."""

    def blank() -> str:
        return draw(BLANKS)

    def value(depth: int) -> str:
        kind = draw(st.sampled_from(["scalar", "scalar", "array", "object"])) if depth else "scalar"
        if kind == "object":
            return tree(depth - 1)
        if kind == "array":
            parts = [f"{blank()}{value(depth - 1)}{blank()}" for _ in range(draw(st.integers(0, 2)))]
            return f"[{','.join(parts) or blank()}]"
        return json.dumps(draw(SCALARS), ensure_ascii=draw(st.booleans()))

    def tree(depth: int) -> str:
        keys = draw(st.lists(NAMES, max_size=4, unique=True))
        escaped = draw(st.booleans())
        parts = [
            f"{blank()}{json.dumps(key, ensure_ascii=escaped)}{blank()}:{blank()}{value(depth)}{blank()}"
            for key in keys
        ]
        return f"{{{','.join(parts) or blank()}}}"

    return f"{blank()}{tree(depth)}{blank()}"


PATHS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)


def document(text: str) -> Document:
    return Document(text.encode(), "settings.json")


def put_plainly(tree: dict[str, Any], keys: tuple[str, ...], value: object) -> bool:
    """What `put` means; False where something else than an object is in the way."""
    for key in keys[:-1]:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            return False
    tree[keys[-1]] = value
    return True


def remove_plainly(tree: dict[str, Any], keys: tuple[str, ...]) -> bool:
    """What `remove` means."""
    if keys[0] not in tree:
        return False
    if len(keys) > 1:
        below = tree[keys[0]]
        if not isinstance(below, dict) or not remove_plainly(below, keys[1:]):
            return False
        if below:
            return True
    del tree[keys[0]]
    return True


@given(texts(), PATHS, st.text() | st.dictionaries(st.text(), st.text(), max_size=2))
def test_putting_changes_what_it_should_and_leaves_every_other_byte(
    text: str, keys: tuple[str, ...], value: Any
) -> None:
    file = document(text)
    expected = json.loads(text)
    if not put_plainly(expected, keys, value):
        with pytest.raises(ConfigError):
            file.put(keys, value)
        assert file.text == text
        return

    there = file.get(*keys) is not None or file.line(*keys) > 0
    file.put(keys, value)

    assert json.loads(file.text) == expected
    assert file.value == expected
    assert list(json.loads(file.text)) == list(expected)
    before, after = common(text, file.text)
    if not there:
        cut = text[before : len(text) - after]
        assert cut.strip() == "", "adding a key takes nothing away but the blanks of an empty object"


def common(one: str, other: str) -> tuple[int, int]:
    """How many characters two texts share at their beginning and at their end."""
    front = shared(one, other)
    return front, shared(one[front:][::-1], other[front:][::-1])


def shared(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@given(texts(), st.data())
def test_removing_changes_what_it_should_and_adds_nothing(text: str, data: st.DataObject) -> None:
    tree = json.loads(text)
    keys = data.draw(PATHS | st.sampled_from(list(paths(tree)) or [("none",)]))
    file = document(text)
    there = remove_plainly(tree, keys)

    assert file.remove(keys) is there
    assert json.loads(file.text) == tree
    front, back = common(text, file.text)
    assert front + back == len(file.text), "one piece is cut out, and nothing is written"


def paths(tree: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key, value in tree.items():
        found.append((*above, key))
        if isinstance(value, dict):
            found += paths(value, (*above, key))
    return found


@given(texts(), PATHS, st.text())
def test_a_key_that_was_added_is_taken_away_without_a_trace(text: str, keys: tuple[str, ...], value: str) -> None:
    tree = json.loads(text)
    if not tree or keys[0] in tree:
        return
    file = document(text)
    file.put(keys, value)
    assert file.remove(keys)

    assert file.text == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{\n  "a": 1\n}'),
        ("{}\r\n", '{\r\n  "a": 1\r\n}\r\n'),
        ('{"b": 2}', '{"b": 2, "a": 1}'),
        ('{"b":2}', '{"b":2,"a":1}'),
        ('{\n\t"b": 2\n}\n', '{\n\t"b": 2,\n\t"a": 1\n}\n'),
        ('{\r\n    "b": 2\r\n}', '{\r\n    "b": 2,\r\n    "a": 1\r\n}'),
        ('{ "b" : 2 , "c" : 3 }', '{ "b" : 2 , "c" : 3, "a" : 1 }'),
        ('{\n  "a": "old", "b": 2\n}', '{\n  "a": 1, "b": 2\n}'),
    ],
)
def test_a_new_key_is_laid_out_as_its_neighbours(before: str, after: str) -> None:
    file = document(before)
    file.put(("a",), 1)

    assert file.text == after


def test_a_block_that_is_made_is_laid_out_as_the_rest() -> None:
    file = document('{\n    "b": 2\n}\n')
    file.put(("env", "A"), "x")

    assert file.text == '{\n    "b": 2,\n    "env": {\n        "A": "x"\n    }\n}\n'


@pytest.mark.parametrize(
    "text",
    ["", " ", "nonsense", "[]", "null", '{"a": 1,}', '{"a": 1} x', '{"a": NaN}', '{"a": "\n"}', "{'a': 1}",
     '// note\n{"a": 1}', '{"a":' + "[" * 100_000, '{"a": ' + "1" * 5000 + "}"],
)  # fmt: skip
def test_what_is_not_one_json_object_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="JSON"):
        document(text)


def test_a_key_that_is_there_twice_is_refused_where_it_matters() -> None:
    file = document('{"env": {"A": 1, "A": 2}, "b": 1, "b": 2}')

    with pytest.raises(ConfigError, match="twice"):
        file.put(("env", "A"), 3)
    with pytest.raises(ConfigError, match="twice"):
        file.remove(("env", "A"))
    with pytest.raises(ConfigError, match="twice") as raised:
        file.get("b")
    assert raised.value.where == "settings.json:1"
    file.put(("c",), 1)
    assert file.text.endswith(', "c": 1}')


def test_a_byte_order_mark_stays() -> None:
    file = Document(b'\xef\xbb\xbf{"a": 1}', "p")
    file.put(("a",), 2)

    assert file.data == b'\xef\xbb\xbf{"a": 2}'


def test_lines_are_counted_from_one() -> None:
    file = document('{\n  "env": {\n    "A": "x"\n  }\n}')

    assert (file.line("env"), file.line("env", "A"), file.line("B")) == (2, 3, 0)
    assert (file.get("env", "A"), file.get("env", "A", "deeper"), file.get("B")) == ("x", None, None)


# --- masking ----------------------------------------------------------------------------------------------------------


def test_a_masked_text_is_the_same_json_without_its_credentials() -> None:
    text = (
        '{\n  "apiKeyHelper": "echo ' + KEY + '",\n  "env": {"ANTHROPIC_API_KEY": "plain", "AWS_REGION": "eu-west-1",'
        ' "X": "sk\\u002dant-api03-' + "k" * 20 + '", "E": ""},\n  "other": ["odd-value"], "model": "odd-value"\n}'
    )
    shown = masked(text, ("odd-value",))

    assert json.loads(shown) == {
        "apiKeyHelper": "***",
        "env": {"ANTHROPIC_API_KEY": "***", "AWS_REGION": "eu-west-1", "X": "***", "E": ""},
        "other": ["***"],
        "model": "***",
    }
    assert "\n  " in shown


@given(texts())
def test_masking_keeps_everything_that_is_no_string(text: str) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return [shape(one) for one in value.values()]
        return [shape(one) for one in value] if isinstance(value, list) else None if isinstance(value, str) else value

    assert shape(json.loads(masked(text))) == shape(json.loads(text))


# --- files ------------------------------------------------------------------------------------------------------------


def put(keys: tuple[str, ...], value: object) -> Any:
    return lambda file: file.put(keys, value)


def test_a_file_keeps_mode_and_link_and_gets_a_backup_without_credentials(tmp_path: Path) -> None:
    folder = tmp_path / DIRECTORY
    folder.mkdir()
    real = folder / "real.json"
    real.write_text(f'{{"env": {{"ANTHROPIC_API_KEY": "{KEY}"}}}}\n')
    real.chmod(0o640)
    link = tmp_path / "settings.json"
    link.symlink_to(real)
    backup = edit(str(link), put(("b",), 1))

    assert link.is_symlink()
    assert json.loads(real.read_text()) == {"env": {"ANTHROPIC_API_KEY": KEY}, "b": 1}
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert backup == str(real) + BACKUP
    assert json.loads(Path(backup).read_text()) == {"env": {"ANTHROPIC_API_KEY": "***"}}
    assert stat.S_IMODE(os.stat(backup).st_mode) == 0o600
    assert edit(str(link), put(("b",), 2)) == backup + "-2"


def test_nothing_is_written_where_nothing_changes(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"a":1}')
    before = file.stat()

    assert edit(str(file), lambda document: None) == ""
    assert edit(str(file), lambda document: document.remove(("b",))) == ""
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert os.listdir(tmp_path) == ["settings.json"]
    assert edit(str(tmp_path / "new" / "settings.json"), lambda document: None) == ""
    assert not (tmp_path / "new" / "settings.json").exists()


def test_a_new_file_and_its_folder_are_for_their_owner(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"

    assert edit(str(path), put(("env", "A"), "x")) == ""
    assert path.read_text() == '{\n  "env": {\n    "A": "x"\n  }\n}\n'
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def test_what_another_program_writes_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"a": 1}')

    def change(file: Document) -> None:
        file.put(("a",), 2)
        path.write_text('{"a": 3}')

    with pytest.raises(CtxError, match="changed by another program"):
        edit(str(path), change)
    assert path.read_text() == '{"a": 3}'


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"

    def change(file: Document) -> None:
        file.put(("a",), 2)
        path.write_text('{"a": 3}')

    with pytest.raises(CtxError, match="changed by another program"):
        edit(str(path), change)
    assert path.read_text() == '{"a": 3}'


def test_what_cannot_be_read_is_named_and_left(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.mkdir()
    with pytest.raises(ConfigError, match="is a directory"):
        edit(str(path), put(("a",), 1))
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="not a regular file"):
        edit(str(path), put(("a",), 1))
    path.unlink()
    path.write_text('{"a": "' + "x" * LIMIT + '"}')
    with pytest.raises(ConfigError, match="bytes long"):
        edit(str(path), put(("a",), 1))
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(ConfigError, match="not UTF-8"):
        read(str(path))


def test_a_file_that_is_read_only_is_left(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{}")
    path.chmod(0o400)

    with pytest.raises(CtxError, match="read-only"):
        edit(str(path), put(("a",), 1))
    assert os.listdir(tmp_path) == ["settings.json"]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("")

    with pytest.raises(CtxError, match="cannot be made"):
        edit(str(tmp_path / "config" / "settings.json"), put(("a",), 1))
