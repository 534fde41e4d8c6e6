"""The quick reader of profiles agrees with tomllib wherever it says anything at all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctx.config_values import FloatText
from ctx.plain_toml import loads
from tests.support.hostile import VALUES, toml

ROOT = Path(__file__).resolve().parent.parent

KEYS = st.sampled_from(["a", "b", "A_1", "a-b", "7", "é", '"q"', "'q'", "a.b", "", " a", "a b", "profile"])
SCALARS = st.sampled_from(
    (
        *('"x"', "'x'", '""', "''", '"a\\nb"', '"é 🚒"', '"#"', '"]"', '"}"', '","', '"""x"""', "'''x'''"),
        *('"\t"', '"\x01"', "'\x7f'", '"x" "y"', "", "x", "1 2", "2026-11-22", "07:32:00", "inf", "nan"),
        *(
            "1",
            "0",
            "01",
            "-1",
            "+1",
            "1_0",
            "0x1f",
            "3.10",
            "3.",
            ".5",
            "1e3",
            "1.2.3",
            "true",
            "false",
            "truex",
            "True",
        ),
    )
)
VALUES_OF = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
        | st.lists(inner, max_size=2).map(lambda items: "[ " + "".join(f"{item} , " for item in items) + "]")
        | st.lists(st.tuples(KEYS, inner), max_size=3).map(
            lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"
        )
    ),
    max_leaves=4,
)
HEADERS = st.lists(KEYS, min_size=1, max_size=3).map(".".join)
LINES = st.one_of(
    HEADERS.map(lambda name: f"[{name}]"),
    HEADERS.map(lambda name: f"[[{name}]]"),
    st.tuples(KEYS, VALUES_OF).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    st.tuples(KEYS, VALUES_OF).map(lambda pair: f"  {pair[0]}={pair[1]}\t# c"),
    st.sampled_from(
        ["", "# c", "#\x01", "  ", "[", "]", "[]", "[[]]", "[a] # c", "[a] b", "=", "a", "{", "[ a . b ]", "\r"]
    ),
)


def reference(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text, parse_float=FloatText)
    except tomllib.TOMLDecodeError:
        return None


def same(found: object, expected: object) -> bool:
    """Equal, and of the same types all the way down."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return list(found) == list(expected) and all(same(found[key], expected[key]) for key in found)
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return type(found) is type(expected) and found == expected


@given(st.lists(LINES, max_size=8), st.sampled_from(["\n", "\r\n"]))
@example(["[a]", "b = 1", "[a.b]"], "\n")
@example(["[a.b]", "[a]", "[a]"], "\n")
@example(["[[a]]", "[a.b]", "[[a]]"], "\n")
@example(["[a]", "[[a]]"], "\n")
@example(["a = [ { b = 1 } ]", "[[a]]"], "\n")
@example(["a = {}", "[a]"], "\n")
@example(["a = {}", "[a.b]"], "\n")
@example(["[a.b]", "[a]", "b = 1"], "\n")
def test_what_is_read_is_what_tomllib_reads(lines: list[str], end: str) -> None:
    text = end.join(lines)
    found = loads(text, FloatText)

    if found is not None:
        expected = reference(text)
        assert expected is not None, text
        assert same(found, expected), text


@given(st.text(alphabet="ab=[]{}\"'#.,\\ \t\n\r1-_\x00é", max_size=40))
def test_any_text_at_all(text: str) -> None:
    found = loads(text, FloatText)

    assert found is None or same(found, reference(text))


def test_what_users_write_is_read_here() -> None:
    """Otherwise the module would be of no use."""
    example_file = (ROOT / "profiles.example.toml").read_text()
    blocks = [text for page in (ROOT / "docs").glob("*.md") for text in page.read_text().split("```toml\n")[1:]]
    usual = [example_file, *(block.partition("```")[0] for block in blocks)]
    read = [text for text in usual if loads(text, FloatText) is not None]

    assert example_file in read
    assert len(read) >= len(usual) - 2


@pytest.mark.parametrize("value", VALUES.values())
def test_odd_values_are_right_or_left_alone(value: str) -> None:
    text = f"[profiles.a.env]\nV = {toml(value)}\n"
    found = loads(text, FloatText)

    assert found is None or same(found, reference(text))
