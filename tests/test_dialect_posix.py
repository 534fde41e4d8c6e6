"""Plans for bash and zsh: most steps are taken together."""

from __future__ import annotations

import subprocess

import pytest

from ctx.dialects import dialect
from ctx.errors import CtxError
from ctx.model import APPEND, ASSIGN, PREPEND, SET, STYLE, UNSET, WATCH, Op, Plan
from tests.support.shells import clean_command

PLAN = Plan(
    "work",
    (
        Op(UNSET, "HTTP_PROXY"),
        Op(UNSET, "ANTHROPIC_API_KEY", WATCH),
        Op(UNSET, "ANTHROPIC_AUTH_TOKEN", WATCH),
        Op(UNSET, "VERTEX_REGION_CLAUDE_*"),
        Op(SET, "AWS_REGION", "us-west-2"),
        Op(ASSIGN, "LANG", "C"),
        Op(SET, "NAME", "it's"),
        Op(SET, "LIST", "/a"),
        Op(PREPEND, "LIST", "/b"),
    ),
    "Bedrock · Acme pays",
    plain=True,
    head=(Op(STYLE, "yellow"), Op(WATCH, "AWS_REGION", "claude")),
)


def test_a_call_in_zsh() -> None:
    assert dialect("zsh").call(PLAN) == (
        "{\n"
        "__ctx_apply 'work' 'Bedrock · Acme pays' \\\n"
        "  style 'yellow' '' \\\n"
        "  watch 'AWS_REGION' 'claude' \\\n"
        "  unset 'HTTP_PROXY' '?' \\\n"
        "  watched 'ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN' '?' \\\n"
        "  unset 'VERTEX_REGION_CLAUDE_*' '' \\\n"
        "  export 'AWS_REGION NAME' 2 'AWS_REGION=us-west-2' 'NAME=it'\\''s' \\\n"
        "  assign 'LANG' 'C' \\\n"
        "  set 'LIST' '/a' \\\n"
        "  prepend 'LIST' '/b'\n"
        "}\n"
    )


@pytest.mark.parametrize(("before", "found"), [("", ""), ("ANTHROPIC_AUTH_TOKEN=; ", "x"), ("HTTP_PROXY=1; ", "")])
def test_bash_is_told_whether_any_of_the_names_exists(before: str, found: str) -> None:
    text = dialect("bash").call(PLAN)

    script = f"{before}__ctx_apply() {{ shift 11; printf '%s|' \"$@\"; }}\n{text}"
    done = subprocess.run([*clean_command("bash"), "-uc", script], capture_output=True, text=True, check=True)

    assert "unset 'HTTP_PROXY' \"${HTTP_PROXY+x}\"" in text
    assert done.stdout.startswith(f"watched|ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN|{found}|unset|VERTEX")


def test_a_name_that_would_be_code_is_refused() -> None:
    with pytest.raises(CtxError, match="cannot be the name"):
        dialect("bash").call(Plan("work", (Op(UNSET, "A}$(touch ran)${B"),), "", plain=True))


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_steps_for_one_name_keep_their_order(shell: str) -> None:
    ops = (Op(SET, "A", "1"), Op(SET, "A", "2"), Op(SET, "a b", "3"), Op(APPEND, "P", "/x"))

    assert dialect(shell).call(Plan("work", ops, "", plain=True)) == (
        "{\n__ctx_apply 'work' '' \\\n  set 'A' '1' \\\n  set 'A' '2' \\\n  set 'a b' '3' \\\n  append 'P' '/x'\n}\n"
    )
