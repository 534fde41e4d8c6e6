"""profiles.toml: everything it may hold, and one clear error for everything it may not."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import jsonschema
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from ctx import schema, signin
from ctx.config import find, load, parse
from ctx.errors import ConfigError, UnknownProfileError
from ctx.model import Literal, SecretRef, Template, Unset

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = schema.json_schema("profiles", schema.FILE_FIELDS, tuple(signin.METHODS))


def text_of(profile: str, key: str) -> str:
    value = parse(profile, "p.toml").profiles["a"].env[key]
    assert isinstance(value, Literal)
    return value.text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"text"', "text"),
        ('""', ""),
        ("1", "1"),
        ("-7", "-7"),
        ("1_000", "1000"),
        ("0x10", "16"),
        ("3.10", "3.10"),
        ("1e3", "1e3"),
        ("true", "1"),
        ('"""\ntwo\nlines"""', "two\nlines"),
        ("'$HOME `x` \\'", "$HOME `x` \\"),
        ('"$${X}"', "$${X}"),
    ],
)
def test_value_forms(written: str, expected: str) -> None:
    assert text_of(f"[profiles.a.env]\nX = {written}\n", "X") == expected


def test_false_and_unset_take_a_variable_away() -> None:
    env = parse('[profiles.a]\nunset = ["Y"]\n[profiles.a.env]\nX = false\n', "p.toml").profiles["a"].env

    assert isinstance(env["X"], Unset)
    assert isinstance(env["Y"], Unset)


def test_table_forms() -> None:
    env = (
        parse('[profiles.a.env]\nX = { secret = "k" }\nU = { format = "u:{p}@h", p = { secret = "k" } }\n', "p.toml")
        .profiles["a"]
        .env
    )

    assert isinstance(env["X"], SecretRef)
    assert isinstance(env["U"], Template)


def test_a_value_knows_where_it_was_written() -> None:
    value = parse("[profiles.a.env]\nX = 1\n", "/c/profiles.toml").profiles["a"].env["X"]

    assert (value.origin.file, value.origin.table, value.origin.key) == ("/c/profiles.toml", "profiles.a.env", "X")


def test_the_whole_format_loads() -> None:
    config = parse(
        """
default = "mine"
[profiles.max]
aliases = ["mine"]
[profiles.base.env]
A = "1"
[profiles.work]
description = "d"
auth = "bedrock"
payer = "Acme"
aliases = ["acme", "short"]
extends = "base"
color = "yellow"
protect = true
login = "aws sso login"
unset = ["HTTP_PROXY"]
[profiles.work.path]
PATH = { prepend = ["~/bin"], append = [] }
[groups]
openai = ["OPENAI_API_KEY", "AZURE_OPENAI_*"]
[[directories]]
path = "~/work/acme"
profile = "acme"
""",
        "p.toml",
    )

    assert config.default == "max"
    assert config.profiles["work"].extends == ("base",)
    assert config.directories[0].profile == "work"
    assert config.groups == {"openai": ("OPENAI_API_KEY", "AZURE_OPENAI_*")}
    assert find(config, "acme").name == "work"


A = "[profiles.a]\n"
ENV = "[profiles.a.env]\n"
BAD = [
    # text, what the error must name, what the fix must say
    ("a = ]", "p.toml:1:5", "EDITOR"),
    ("a = [", "p.toml: at its end", "EDITOR"),
    ("[profiles.a\n", "p.toml:1:", "EDITOR"),
    ("x = 1\nx = 2\n", "p.toml:2:", "EDITOR"),
    ("profile = 1\n", "profile", "'profiles'"),
    (A + 'descripton = "x"\n', "[profiles.a] descripton", "'description'"),
    (A + "description = 1\n", "[profiles.a] description", "description ="),
    (A + 'protect = "yes"\n', "[profiles.a] protect", ""),
    (A + 'auth = "bedrok"\n', "[profiles.a] auth", "'bedrock'"),
    (A + 'color = "yelow"\n', "[profiles.a] color", "'yellow'"),
    (A + "aliases = [1]\n", "[profiles.a] aliases", ""),
    (A + 'extends = "b"\n', "[profiles.a] extends", "[profiles.b]"),
    (A + 'extends = "a"\n', "a -> a is a cycle", "[profiles.a]"),
    (A + 'extends = "b"\n[profiles.b]\nextends = "a"\n', "cycle", "[profiles.a] and [profiles.b]"),
    (A + 'aliases = ["b"]\n[profiles.b]\n', "'b' is already a name of", ""),
    ('[profiles."-x"]\n', "'-x' cannot be a name", "begin with a letter"),
    ('[profiles."a b"]\n', "'a b' cannot be a name", ""),
    ('[profiles."\\u001b[31m"]\n', "cannot be a name", ""),
    ("profiles = 1\n", "must be a table", ""),
    (ENV + "X = 2026-11-22\n", "[profiles.a.env] X", 'X = "2026-11-22"'),
    (ENV + "X = 07:32:00\n", "a date or time", "in quotes"),
    (ENV + "X = inf\n", "inf is no number", 'X = "inf"'),
    (ENV + "X = -nan\n", "nan is no number", ""),
    (ENV + "X = [1]\n", "cannot be an array", ""),
    (ENV + 'X = "a\\u0000b"\n', "NUL", ""),
    (ENV + 'X = "' + "x" * 131_072 + '"\n', "longer than", "file"),
    (ENV + 'X = "${"\n', "is not closed", ""),
    (ENV + 'X = "${A B}"\n', "a literal ${ is written $${", ""),
    (ENV + 'X = "${A-b}"\n', "does not hold a variable's name", ""),
    (ENV + 'X = { secrt = "k" }\n', "no known form", "secret"),
    (ENV + 'X = { secret = "a b" }\n', "not a reference to a secret", ""),
    (ENV + 'X = { secret = "k", more = 1 }\n', "'more' does not belong beside 'secret'", "{ secret"),
    (ENV + 'X = { secret = "k", exec_only = 1 }\n', "exec_only must be true or false", ""),
    (ENV + "X = { exec_only = true }\n", "no known form", "secret"),
    (ENV + 'X = { command = "gh" }\n', "is not a command", '["program"'),
    (ENV + "X = { command = [] }\n", "is not a command", ""),
    (ENV + 'X = { command = ["a", 1] }\n', "is not a command", ""),
    (ENV + 'X = { command = ["a\\u0000"] }\n', "is not a command", ""),
    (ENV + 'X = { keyring = { service = "s" } }\n', "does not name an item", "username"),
    (ENV + 'X = { keyring = "s" }\n', "does not name an item", "username"),
    (ENV + 'X = { file = "" }\n', "does not name a file", ""),
    (ENV + 'X = { format = "{a}", a = { secret = "k", exec_only = true } }\n', "part 'a' must be", ""),
    (ENV + 'X = { format = "{a}", b = "1" }\n', "part 'b' is not used", "{b}"),
    (ENV + "X = { format = 1 }\n", "must be a string", ""),
    (ENV + '"1X" = "v"\n', "'1X' cannot be a variable's name", ""),
    (ENV + '"X; touch y" = "v"\n', "cannot be a variable's name", ""),
    (ENV + '"É" = "v"\n', "cannot be a variable's name", ""),
    (ENV + 'PWD = "v"\n', "PWD cannot be changed", ""),
    (ENV + 'RANDOM = "v"\n', "RANDOM cannot be changed", ""),
    (ENV + 'CTX_PROFILE = "v"\n', "belongs to ctx", ""),
    (ENV + '__CTX_SET = "v"\n', "belongs to ctx", ""),
    (A + 'unset = ["IFS"]\n', "IFS cannot be changed", ""),
    (A + 'unset = "X"\n', "must be a list", '["…"]'),
    (A + 'unset = ["X"]\n[profiles.a.env]\nX = 1\n', "is also in unset", "keep one"),
    (A + '[profiles.a.path]\nPATH = ["x"]\n', "must be a table", ""),
    (A + "[profiles.a.path]\nPATH = { prepnd = [] }\n", "[profiles.a.path.PATH] prepnd", "'prepend'"),
    (A + '[profiles.a.path]\nPATH = { prepend = ["a:b"] }\n', "cannot be one entry", ""),
    (A + '[profiles.a.path]\nPATH = { prepend = [""] }\n', "cannot be one entry", ""),
    (A + '[profiles.a.path]\nSECONDS = { prepend = ["x"] }\n', "SECONDS cannot be changed", ""),
    ('[groups]\nclaude = ["X"]\n', "is built in", ""),
    ('[groups]\ng = ["*"]\n', "cannot be a variable's name", ""),
    ('[groups]\ng = ["A*B"]\n', "cannot be a variable's name", ""),
    ('[groups]\ng = "A"\n', "must be a list", ""),
    ("[directories]\n", "array of tables", "[[directories]]"),
    ('[[directories]]\npath = "~/x"\n', "needs profile", ""),
    ('[[directories]]\npath = "x"\nprofile = "a"\n', "neither absolute nor", ""),
    ('[[directories]]\npath = "~/x"\nprofile = "a"\n', "'a' does not exist", ""),
    ('default = "x"\n[profiles.xy]\n', "'x' does not exist", "'xy'"),
]


@pytest.mark.parametrize(("text", "names", "fix"), BAD, ids=range(len(BAD)))
def test_bad_input_is_one_clear_error(text: str, names: str, fix: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "p.toml")

    assert names in str(caught.value)
    assert fix in caught.value.fix
    assert "p.toml" in str(caught.value)


def test_names_that_cannot_be_profiles_never_load() -> None:
    with pytest.raises(ConfigError):
        parse(f"[profiles.{'x' * 65}]\n", "p.toml")


def test_an_unknown_profile_names_the_near_ones() -> None:
    config = parse('[profiles.work]\naliases = ["acme"]\n[profiles.max]\n', "p.toml")

    with pytest.raises(UnknownProfileError, match="wrk") as caught:
        find(config, "wrk")
    assert "work" in caught.value.fix
    with pytest.raises(UnknownProfileError) as caught:
        find(config, "zzz")
    assert "work, max" in caught.value.fix
    many = parse("".join(f"[profiles.p{number}]\n" for number in range(1000)), "p.toml")
    with pytest.raises(UnknownProfileError) as caught:
        find(many, "zzz")
    assert caught.value.fix == "ctx list shows all 1000 profiles"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "profiles.toml").write_text("[profiles.a]\n")
    (tmp_path / "profiles.toml").chmod(0o600)
    return tmp_path


def refused(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(str(folder))
    assert str(folder) in str(caught.value)
    return str(caught.value)


def test_no_file_says_how_to_make_one(tmp_path: Path) -> None:
    assert "ctx new NAME" in refused(tmp_path)


def test_an_empty_file_is_an_empty_set_of_profiles(folder: Path) -> None:
    (folder / "profiles.toml").write_text("")

    assert load(str(folder))[0].profiles == {}


def test_a_file_that_others_may_write_is_refused(folder: Path) -> None:
    (folder / "profiles.toml").chmod(0o606)

    assert "chmod go-w" in refused(folder)


def test_a_file_of_another_user_is_refused(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(folder / "profiles.toml", 12345, 0)

    assert "belongs to another user" in refused(folder)


def test_a_group_that_is_not_private_is_refused(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can choose any group")
    os.chown(folder / "profiles.toml", 0, 12345)
    (folder / "profiles.toml").chmod(0o660)

    assert "its group" in refused(folder)


def test_a_directory_in_its_place(folder: Path) -> None:
    (folder / "profiles.toml").unlink()
    (folder / "profiles.toml").mkdir()

    assert "directory" in refused(folder)


def test_a_fifo_in_its_place_does_not_hang(folder: Path) -> None:
    (folder / "profiles.toml").unlink()
    os.mkfifo(folder / "profiles.toml")

    assert "not a regular file" in refused(folder)


def test_one_megabyte_is_too_much(folder: Path) -> None:
    (folder / "profiles.toml").write_text("#" * (1 << 20))

    assert "1,048,576 bytes" in refused(folder)


def test_an_unreadable_file(folder: Path) -> None:
    loop = folder / "profiles.toml"
    loop.unlink()
    loop.symlink_to(loop)

    assert "cannot be read" in refused(folder)


def test_bytes_that_are_not_utf_8(folder: Path) -> None:
    (folder / "profiles.toml").write_bytes(b"# fine\n# caf\xe9\n")

    assert "profiles.toml:2: is not UTF-8: byte 0xe9" in refused(folder)


def test_a_byte_order_mark_is_skipped(folder: Path) -> None:
    (folder / "profiles.toml").write_bytes(b"\xef\xbb\xbf[profiles.b]\n")

    assert list(load(str(folder))[0].profiles) == ["b"]


def test_a_symbolic_link_is_followed(folder: Path) -> None:
    (folder / "profiles.toml").rename(folder / "dotfiles.toml")
    (folder / "profiles.toml").symlink_to("dotfiles.toml")

    assert stat.S_ISREG(load(str(folder))[1].stat.st_mode)


def test_the_example_fits_the_schema_and_loads() -> None:
    import tomllib

    text = (ROOT / "profiles.example.toml").read_text()

    jsonschema.validate(tomllib.loads(text), SCHEMA)
    assert len(parse(text, "example").profiles) >= 14


@pytest.mark.parametrize(("text", "names", "fix"), BAD, ids=range(len(BAD)))
def test_the_schema_refuses_what_the_loader_refuses_by_shape(text: str, names: str, fix: str) -> None:
    """The schema cannot follow references; wrong keys, types and choices it must catch as the loader does."""
    import tomllib

    by_shape = any(f"'{word}'" in fix for word in ("profiles", "description", "bedrock", "yellow", "prepend"))
    if not by_shape:
        return
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)


values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(values)
def test_every_text_survives_writing_and_loading(value: str) -> None:
    text = tomli_w.dumps({"profiles": {"a": {"env": {"X": value.replace("${", "$${")}}}})

    assert text_of(text, "X") == value.replace("${", "$${")


def test_the_schema_is_valid_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(SCHEMA)))
