"""Changing profiles.toml: what the change is not about stays, byte for byte, and nothing broken is ever written."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ctx.cli import bindings
from ctx.config import parse
from ctx.edit import Document, edit
from ctx.errors import ConfigError, CtxError
from ctx.files import CONFIG_LIMIT
from ctx.model import Config
from tests.support.hostile import DIRECTORIES, VALUES

ROOT = Path(__file__).resolve().parent.parent

ENTRIES = (
    '[[directories]]\npath = "~/kept" # why\nprofile = "base"',
    "[[ directories ]]\n# inside\nprofile = 'base'\n\npath = '/other'",
    "[['directories']] # quoted\n\tprofile = '''base'''\n\tpath = \"\"\"~/a\\\n  b\"\"\" # multi\n# adjacent",
)

PROFILES = (
    '[profiles.NAME]\ndescription = """\n[[directories]]\npath = "no"\n""" # not a table',
    "[profiles.NAME.env]\nX = '''\n[profiles.fake]\n''''",
    '[profiles.NAME]\nenv = { A = "[", B = \'#\' }\nunset = [ "C" ]',
    "[profiles.NAME.path]\nPATH = { prepend = [\n  '~/x',\n  ] }",
)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A valid profiles.toml, laid out in one of the many ways that TOML allows."""
    lines = ["[profiles.base]"]
    top = draw(st.sampled_from(["", "# top\n\n", "default = 'base'\n", "\n\n\n", "profiles.dotted.env.X = 1\n"]))
    for number in range(draw(st.integers(0, 4))):
        lines += draw(st.lists(st.sampled_from(["", "# c", "  ", "\t# d # e"]), max_size=3))
        name = f"p{number}" if draw(st.booleans()) else f'"p{number}"'
        lines.append(draw(st.sampled_from(PROFILES)).replace("NAME", name))
    for entry in draw(st.lists(st.sampled_from(ENTRIES), unique=True)):
        at = draw(st.integers(1, len(lines)))
        lines.insert(at, draw(st.sampled_from(["", "\n", "# about this one\n"])) + entry)
    lines += draw(st.lists(st.sampled_from(["", "# end", "   "]), max_size=2))
    text = top + "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))
    ends = draw(st.sampled_from(["\n", "\r\n", "mixed"]))
    if ends == "mixed":
        return "".join(line + draw(st.sampled_from(["\n", "\r\n"])) for line in text.split("\n"))
    return text.replace("\n", ends)


def changed(text: str, change: str, path: str = "/new") -> str:
    config = parse(text, "p.toml")
    document = Document(text)
    found = [at for at, binding in enumerate(config.directories) if binding.path == path]
    if change == "bind":
        bindings.put(document, config, found[0] if found else None, path, "base")
    else:
        bindings.drop(document, found)
    return str(document)


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


@given(files())
def test_a_file_is_the_sum_of_its_tables(text: str) -> None:
    document = Document(text)

    assert str(document) == text
    assert len(document.tables("directories")) == len(parse(text, "p.toml").directories)
    for block in document.blocks:
        tomllib.loads(block.text)
        assert all(not line.strip() or line.strip().startswith("#") for line in block.tail.splitlines())


@given(files(), st.sampled_from([*DIRECTORIES, *VALUES.values()]))
def test_bind_and_unbind_leave_the_same_bytes(text: str, name: str) -> None:
    path = f"/new/{name}"
    bound = changed(text, "bind", path)

    before, after = parse(text, "p.toml"), parse(bound, "p.toml")
    assert [b.path for b in after.directories] == [*(b.path for b in before.directories), path]
    assert after.directories[-1].profile == "base"
    assert bound.startswith(text)
    assert changed(bound, "unbind", path) == text


@given(files(), st.integers(0, 2))
def test_removing_any_entry_keeps_every_other_line(text: str, which: int) -> None:
    entries = parse(text, "p.toml").directories
    assume(which < len(entries))
    result = changed(text, "unbind", entries[which].path)

    left = [binding.path for at, binding in enumerate(entries) if at != which]
    assert [binding.path for binding in parse(result, "p.toml").directories] == left
    lost = [line for line in comments(text) if comments(text).count(line) > comments(result).count(line)]
    assert set(lost) <= {"# inside"}, "only a comment between the entry's own lines goes with it"
    assert set(tomllib.loads(result)["profiles"]) == set(tomllib.loads(text)["profiles"])


@given(files(), st.integers(0, 2))
def test_rebinding_changes_two_values_and_nothing_else(text: str, which: int) -> None:
    text += "" if text.endswith("\n") else "\n"
    text += "[profiles.other]\n"
    config = parse(text, "p.toml")
    assume(which < len(config.directories))
    document = Document(text)
    bindings.put(document, config, which, "/moved", "other")
    result = str(document)

    entries = parse(result, "p.toml").directories
    assert (entries[which].path, entries[which].profile) == ("/moved", "other")
    assert comments(result) == comments(text)
    assert "# why" in result or "# why" not in text
    rest = [binding.path for at, binding in enumerate(entries) if at != which]
    assert rest == [binding.path for at, binding in enumerate(config.directories) if at != which]


INLINE = (
    "directories = []\n",
    'directories = [{ path = "~/a", profile = "base" }] # c\n',
    'directories = [ # open\n  { path = "~/a", profile = "base" }, # first\n  # own line\n  { profile = "base", path = "~/b" },\n]\n',
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("written", INLINE)
def test_entries_in_an_inline_array_are_edited_there(written: str, newline: str) -> None:
    text = f"# top\n{written}\n[profiles.base]\n# end".replace("\n", newline)
    bound = changed(text, "bind")

    assert parse(bound, "p.toml").directories[-1].path == "/new"
    assert bound.count("\n") == bound.count(newline)
    assert changed(bound, "unbind") == text


def test_a_removed_entry_leaves_what_is_written_about_the_next_table() -> None:
    text = '[profiles.a]\n\n# mine\n[[directories]]\npath = "~/x" # gone\nprofile = "a"\n\n# about b\n[profiles.b]\n'

    assert changed(text, "unbind", "~/x") == "[profiles.a]\n\n# mine\n\n# about b\n[profiles.b]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "ctx"
    path.mkdir(mode=0o700)
    write(path, b"# mine\n[profiles.a]\n")
    return path


def write(folder: Path, data: bytes) -> Path:
    path = folder / "profiles.toml"
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def add(document: Document, config: Config) -> None:
    bindings.put(document, config, None, "/new", "a")


def test_what_would_not_load_is_not_written(folder: Path) -> None:
    before = (folder / "profiles.toml").read_bytes()

    with pytest.raises(ConfigError, match="left as it is") as caught:
        edit(str(folder), lambda document, config: bindings.put(document, config, None, "/new", "typo"))

    assert "'typo' does not exist" in str(caught.value)
    assert (folder / "profiles.toml").read_bytes() == before
    assert os.listdir(folder) == ["profiles.toml"]


def test_a_file_that_does_not_load_is_not_edited(folder: Path) -> None:
    write(folder, b"[profiles.a\n")

    with pytest.raises(ConfigError, match="is not valid TOML"):
        edit(str(folder), add)
    assert (folder / "profiles.toml").read_bytes() == b"[profiles.a\n"


def test_without_a_file_it_says_how_to_begin(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ConfigError, match="no profiles yet"):
            edit(str(place), add)


def test_nothing_changed_is_nothing_written(folder: Path) -> None:
    before = (folder / "profiles.toml").stat()
    edit(str(folder), lambda document, config: None)

    assert (folder / "profiles.toml").stat() == before


def test_mode_mark_and_line_ends_are_kept(folder: Path) -> None:
    file = write(folder, b"\xef\xbb\xbf# mine\r\n[profiles.a]\r\n")
    file.chmod(0o640)
    edit(str(folder), add)

    expected = b'\xef\xbb\xbf# mine\r\n[profiles.a]\r\n\r\n[[directories]]\r\npath = "/new"\r\nprofile = "a"\r\n'
    assert file.read_bytes() == expected
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.parametrize("relative", [True, False])
def test_a_linked_file_stays_a_link(folder: Path, tmp_path: Path, relative: bool) -> None:
    store = tmp_path / "dotfiles"
    store.mkdir()
    link, real = folder / "profiles.toml", store / "ctx.toml"
    link.rename(real)
    link.symlink_to("../dotfiles/ctx.toml" if relative else real)
    edit(str(folder), add)

    assert link.is_symlink()
    assert not real.is_symlink()
    assert parse(real.read_text(), "p.toml").directories[0].path == "/new"
    assert os.listdir(store) == ["ctx.toml"]


def test_what_a_switch_would_refuse_is_not_edited(folder: Path) -> None:
    file = folder / "profiles.toml"
    file.chmod(0o666)

    with pytest.raises(ConfigError, match="may be written by everybody"):
        edit(str(folder), add)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(ConfigError, match="not a regular file"):
        edit(str(folder), add)


def test_a_read_only_file_stays_as_it_is(folder: Path) -> None:
    (folder / "profiles.toml").chmod(0o400)

    with pytest.raises(CtxError, match="read-only"):
        edit(str(folder), add)
    assert (folder / "profiles.toml").read_bytes() == b"# mine\n[profiles.a]\n"


def test_a_file_that_grows_too_long_is_not_written(folder: Path) -> None:
    start = b"# mine\n[profiles.a]\n"
    write(folder, start + b"#" * (CONFIG_LIMIT - len(start) - 1) + b"\n")

    with pytest.raises(ConfigError, match="would be longer"):
        edit(str(folder), add)
    assert len((folder / "profiles.toml").read_bytes()) == CONFIG_LIMIT


def test_a_file_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    def meanwhile(document: Document, config: Config) -> None:
        add(document, config)
        write(folder, b"# from an editor\n[profiles.a]\n")

    with pytest.raises(CtxError, match="changed by another program"):
        edit(str(folder), meanwhile)
    assert (folder / "profiles.toml").read_bytes() == b"# from an editor\n[profiles.a]\n"
    assert os.listdir(folder) == ["profiles.toml"]


def test_a_file_removed_meanwhile_stays_removed(folder: Path) -> None:
    def meanwhile(document: Document, config: Config) -> None:
        add(document, config)
        (folder / "profiles.toml").unlink()

    with pytest.raises(CtxError):
        edit(str(folder), meanwhile)
    assert os.listdir(folder) == []


def test_a_link_moved_meanwhile_is_not_followed(folder: Path, tmp_path: Path) -> None:
    link = folder / "profiles.toml"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, b"[profiles.a]\n")
    link.unlink()
    link.symlink_to(tmp_path / "one" / "profiles.toml")

    def meanwhile(document: Document, config: Config) -> None:
        add(document, config)
        link.unlink()
        link.symlink_to(tmp_path / "two" / "profiles.toml")

    with pytest.raises(CtxError, match="changed by another program"):
        edit(str(folder), meanwhile)
    assert (tmp_path / "one" / "profiles.toml").read_bytes() == b"[profiles.a]\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_said(folder: Path) -> None:
    folder.chmod(0o500)
    with pytest.raises(CtxError, match="cannot be written"):
        edit(str(folder), add)


_WRITER = """
import sys
from ctx.cli import bindings
from ctx.edit import edit
for number in range(10):
    edit(sys.argv[1], lambda document, config: bindings.put(document, config, None, f"/{sys.argv[2]}/{number}", "a"))
"""


def test_changes_of_several_processes_all_survive(folder: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    running = [subprocess.Popen([*command, name], env=env) for name in "xyz"]

    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    found = {binding.path for binding in parse((folder / "profiles.toml").read_text(), "p.toml").directories}
    assert found == {f"/{name}/{number}" for name in "xyz" for number in range(10)}
    assert os.listdir(folder) == ["profiles.toml"]


@given(st.sampled_from(list(VALUES.values())))
def test_a_table_is_edited_in_place(value: str) -> None:
    text = '[profiles.a] # one\n\n[profiles.a.env] # two\r\nX = "old" # three\n  Y = 1\n\n# four\n[profiles.b]'
    document = Document(text)
    (block,) = document.tables("profiles", "a", "env")
    block.edit(lambda table: table.update({"X": value}))

    before, _, after = text.partition('"old"')
    assert str(document).startswith(before)
    assert str(document).endswith(after)
    assert tomllib.loads(str(document))["profiles"]["a"]["env"] == {"X": value, "Y": 1}


@given(files())
def test_tables_that_are_put_behind_leave_the_rest_as_it_was(text: str) -> None:
    document = Document(text)
    document.append_text('# about it\n[profiles.new]\nauth = "subscription"\n\n[profiles.new.env]\n# why\nX = 1\n# end')

    after = str(document)
    assert after.startswith(text)
    assert after.endswith("\n") == text.endswith("\n")
    assert comments(after) == [*comments(text), "# about it", "# why", "# end"]
    assert parse(after, "p.toml").profiles["new"].auth == "subscription"
    assert len(document.tables("profiles", "new")) == len(document.tables("profiles", "new", "env")) == 1


def test_a_table_on_the_first_line_is_found() -> None:
    text = '[[directories]]\npath = "/x"\nprofile = "a"\n[profiles.a]\n'
    document = Document(text)
    document.remove(document.tables("directories")[0])

    assert str(document) == "[profiles.a]\n"


def test_a_file_is_made_only_where_that_is_wanted(folder: Path) -> None:
    (folder / "profiles.toml").unlink()
    with pytest.raises(ConfigError, match="no profiles yet"):
        edit(str(folder), lambda document, _config: document.append_text("[profiles.a]"))
    edit(str(folder), lambda document, _config: document.append_text("[profiles.a]"), create=True)

    assert (folder / "profiles.toml").read_text() == "[profiles.a]\n"
    assert stat.S_IMODE((folder / "profiles.toml").stat().st_mode) == 0o600


def test_a_file_that_appears_meanwhile_is_not_overwritten(folder: Path) -> None:
    (folder / "profiles.toml").unlink()

    def meanwhile(document: Document, _config: Config) -> None:
        document.append_text("[profiles.mine]")
        write(folder, b"[profiles.theirs]\n")

    with pytest.raises(CtxError, match="changed by another program"):
        edit(str(folder), meanwhile, create=True)
    assert (folder / "profiles.toml").read_text() == "[profiles.theirs]\n"
