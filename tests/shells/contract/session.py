"""Interactive shells with the hook, in a terminal."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from ctx.dialects import dialect
from tests.shells.contract.language import SECRET_NEW, SECRET_OLD, Language
from tests.shells.contract.syntax import SYNTAX, Syntax
from tests.support.home import Home, Result
from tests.support.hostile import ONE_LINE
from tests.support.pty import PROMPT, Terminal
from tests.support.shells import clean_command

PLAIN = """
[profiles.acme]
aliases = ["client"]
[profiles.acme.env]
WHO = "acme"
ONLY_ACME = "1"
[profiles.acme.path]
PATH = { prepend = ["/acme/bin"] }

[profiles.max.env]
WHO = "max"

[profiles.other.env]
WHO = "other"
"""
"""Profiles that shells apply without any process. WHO is the name of the profile that set it."""

PROFILES = f"""{PLAIN}
[profiles.guarded]
protect = true
[profiles.guarded.env]
WHO = "guarded"

[profiles.keyed.env]
WHO = "keyed"
MY_TOKEN = "{SECRET_NEW}"

[profiles.signed]
color = "yellow"
[profiles.signed.env]
WHO = "signed"
CLAUDE_CODE_USE_BEDROCK = 1
AWS_REGION = "us-west-2"
"""
"""The same, one that asks first, one with a credential and one that signs Claude Code in."""

MINE = {"WHO": "mine", "MY_TOKEN": SECRET_OLD}
"""What a session's start-up file exports, behind the hook: over an inherited profile if there is one."""

_CONTROLS = re.compile(r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>(][B0]?|[\r\x01\x02]|⏎ *")


@dataclass
class Seen:
    """What a child of the shell was given, and words that the shell expanded for it."""

    env: dict[str, str]
    words: list[str]


class Session:
    """An interactive shell at its prompt.

    What it is told stands in a file that it reads, so that no name and no value is too odd to be typed.
    """

    def __init__(self, language: Interactive, home: Home, terminal: Terminal, lines: Path) -> None:
        self.language = language
        self.home = home
        self.terminal = terminal
        self.lines = lines

    def do(self, *lines: str) -> str:
        """Carry these lines out as one command. Gives back what was printed until the next prompt."""
        self.write(*lines)
        return self.type_line(self.language.syntax.read.format(name="T"))

    def write(self, *lines: str) -> None:
        """Have these lines ready for `do`, or for somebody else to read them."""
        self.lines.write_bytes("\n".join((*lines, "")).encode("utf-8", "surrogateescape"))

    def type_line(self, line: str) -> str:
        """Type a line of plain characters. Gives back what was printed until the next prompt."""
        return plain(self.terminal.run(line))

    def prompt(self) -> str:
        """Another prompt, nothing done in between."""
        return self.type_line("")

    def enter(self, folder: Path) -> str:
        """Go to a directory."""
        return self.do(self.language.change_directory(folder))

    def look(self, *words: str) -> Seen:
        """What a child of the shell sees now, with words in the shell's own syntax."""
        self.home.report.unlink(missing_ok=True)
        printed = self.do(self.language.probe(self.home, "now", *words))
        assert self.home.report.exists(), printed
        return self.last()

    def last(self) -> Seen:
        """What the last probe called `now` saw."""
        result = Result(0, "", "")
        self.home._read(result)
        return Seen(result.probes["now"], result.arguments["now"])

    def values(self, *names: str) -> list[str | None]:
        """What a child of the shell sees in these variables."""
        env = self.look().env
        return [env.get(name) for name in names]

    def active(self) -> str | None:
        """The active profile, whose variables must be there, or None, and then they must not."""
        env = self.look().env
        profile = env.get("CTX_PROFILE")
        assert env["WHO"] == (profile or "mine"), env
        assert ("ONLY_ACME" in env) == ("/acme/bin" in env["PATH"].split(":")) == (profile == "acme")
        assert env.get("MY_TOKEN") == (SECRET_NEW if profile == "keyed" else SECRET_OLD)
        return profile

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminal.close()


def plain(text: str) -> str:
    """What was printed, without what a line editor does to the screen."""
    return _CONTROLS.sub("", text)


def said(text: str) -> list[str]:
    """The lines of ctx in what was printed."""
    return [line for line in text.splitlines() if line.startswith("ctx: ")]


class Interactive(Language):
    """A shell at a terminal, with the hook in its start-up file."""

    @property
    def syntax(self) -> Syntax:
        return SYNTAX[self.shell]

    @pytest.fixture
    def user(self, tmp_path: Path) -> Iterator[Home]:
        """A home directory with the profiles above."""
        clean_command(self.shell)
        home = Home(tmp_path, ONE_LINE)
        home.profiles(PROFILES)
        yield home
        assert list(tmp_path.rglob("ran")) == [], "a value, a name or a path was executed"

    def session(
        self,
        home: Home,
        *rc: str,
        at: Path | None = None,
        first: tuple[str, ...] = (),
        environ: dict[str, str] | None = None,
        prefix: tuple[str, ...] = (),
        hook: str | None = None,
    ) -> Session:
        """A new interactive shell, before its first prompt.

        `first` and `rc` stand in its start-up file before and behind the hook, whose text may be given.
        """
        lines = self.new_lines(home)
        command, extra = self.startup(home, lines, first=first, rc=rc, hook=hook)
        given = home.environ() if environ is None else environ
        terminal = Terminal([*prefix, *command], given | extra, str(home.path if at is None else at))
        return Session(self, home, terminal, lines)

    def new_lines(self, home: Home) -> Path:
        """A file for the lines that one shell is told."""
        folder = Path(tempfile.mkdtemp(prefix="shell", dir=home.base))
        return folder / f"lines.{dialect(self.shell).suffix}"

    def startup(
        self,
        home: Home,
        lines: Path,
        *,
        first: tuple[str, ...] = (),
        rc: tuple[str, ...] = (),
        hook: str | None = None,
    ) -> tuple[list[str], dict[str, str]]:
        """The command and variables that start a shell with such a start-up file, which is told its lines there."""
        file = lines.with_name(f"rc.{dialect(self.shell).suffix}")
        text = (
            self.prompt(PROMPT),
            self.syntax.let.format(name="T", value=self.quote(str(lines))),
            *first,
            self.source(home.hook(self.shell, hook)),
            *(self.export(name, value) for name, value in MINE.items()),
            *rc,
        )
        file.write_bytes("\n".join((*text, "")).encode("utf-8", "surrogateescape"))
        return self.start(file)

    def started(
        self,
        home: Home,
        *rc: str,
        at: Path | None = None,
        first: tuple[str, ...] = (),
        environ: dict[str, str] | None = None,
    ) -> Session:
        """A new interactive shell at its first prompt."""
        session = self.session(home, *rc, at=at, first=first, environ=environ)
        session.terminal.expect()
        return session

    def words_starting(self, home: Home, lines: Path, *rc: str) -> tuple[str, ...]:
        """The words that start a shell of this kind from any shell."""
        command, extra = self.startup(home, lines, rc=rc)
        return ("/usr/bin/env", *(f"{name}={value}" for name, value in extra.items()), *command)

    def inside(self, outer: Session, *rc: str, replace: bool = False) -> Session:
        """A shell of this kind at its first prompt, started by a command in another, or put in its place."""
        lines = self.new_lines(outer.home)
        words = self.words_starting(outer.home, lines, *rc)
        language = outer.language
        template = language.syntax.replace if replace else "{command}"
        outer.do(template.format(command=language.invoke(*words), words=", ".join(map(language.quote, words))))
        return Session(self, outer.home, outer.terminal, lines)
