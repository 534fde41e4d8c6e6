"""Changing `profiles.toml` without touching what the change is not about: comments, order, line ends, mode, link.

Commands say what is to change; the rest is the same for all of them. A file that would not load is never written.
"""

from __future__ import annotations

import os
import re
import stat
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ctx.config import load, parse
from ctx.errors import ConfigError, CtxError, typed
from ctx.files import CONFIG_LIMIT, PROFILES, check_private, read_bounded, write_atomically
from ctx.model import Config

LOCK_SECONDS = 10
"""How long a change waits for that of another process, which holds the lock for milliseconds."""

# What brackets and line ends do not count in: strings, which may span lines, and comments.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})'
    r'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]|\n',
    re.DOTALL,
)
_BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(r"[ \t]*\r?\n")
_BLANK_AT_END = re.compile(r"(?<![^\n])[ \t]*\r?\n\Z")


class Block:
    """One table as it is written: `header` is its name by parts, () for what stands above the first table.

    `array` is True for `[[…]]`. `text` reaches to the end of its last key; `tail` holds the blank lines and comments
    behind that, which as a rule are about the next table.
    """

    __slots__ = ("array", "header", "tail", "text")

    def __init__(self, header: tuple[str, ...], text: str, tail: str, *, array: bool) -> None:
        self.header = header
        self.text = text
        self.tail = tail
        self.array = array

    def edit(self, change: Callable[[Any], object]) -> None:
        """Let `change` alter the table's keys, given as a tomlkit table; comments and the other keys stay.

        Raises CtxError where tomlkit would not write the rest as it was.
        """
        import tomlkit

        carriage = "\r" if self.text.count("\r\n") == self.text.count("\n") > 0 else ""
        whole = self.text.endswith("\n")
        text = (self.text if whole else f"{self.text}\n").replace(f"{carriage}\n", "\n")
        document = tomlkit.parse(text)
        if tomlkit.dumps(document) != text:
            name = ".".join(self.header)
            raise CtxError(f"[{name}] cannot be edited without changing how it is laid out", fix="edit it by hand")
        table: Any = document
        for part in self.header:
            table = table[part]
        change(table[0] if self.array else table)
        text = tomlkit.dumps(document)
        self.text = (text if whole else text.removesuffix("\n")).replace("\n", f"{carriage}\n")


class Document:
    """The text of a `profiles.toml` that loads, table by table; `str()` gives it back."""

    def __init__(self, text: str) -> None:
        self.blocks = list(_blocks(text))
        crlf = text.count("\r\n")
        self.newline = "\r\n" if crlf > text.count("\n") - crlf else "\n"

    def __str__(self) -> str:
        return "".join(block.text + block.tail for block in self.blocks)

    def tables(self, *header: str) -> list[Block]:
        """The blocks with that header: one for a table, any number for an array of tables."""
        return [block for block in self.blocks if block.header == header]

    def append(self, header: str, values: dict[str, object]) -> None:
        """Put a table at the end, behind a blank line; `header` with its brackets."""
        import tomlkit

        lines = [header, *(f"{key} = {tomlkit.item(value).as_string()}" for key, value in values.items())]
        self.append_text("\n".join(lines))

    def append_text(self, text: str) -> None:
        """Put tables at the end, as they are written, comments included; behind a blank line where something is above."""
        before = str(self)
        whole = not before or before.endswith("\n")
        last = self.blocks[-1]
        if before:
            last.tail += self.newline if whole else self.newline * 2
        first, *rest = _blocks(self.newline.join(text.split("\n")) + (self.newline if whole else ""))
        last.tail += first.text + first.tail
        self.blocks += rest

    def remove(self, block: Block) -> None:
        """Take a table out, and one of the blank lines around it. Comments above and behind it stay."""
        at = self.blocks.index(block)
        del self.blocks[at]
        before = self.blocks[at - 1]
        behind = block.tail + "".join(other.text + other.tail for other in self.blocks[at:])
        if not behind or _BLANK.match(behind):
            before.tail = _BLANK_AT_END.sub("", before.tail)
        if not block.text.endswith("\n") and not behind:
            before.text, before.tail = _without_line_end(before.text, before.tail)
        before.tail += block.tail


def _without_line_end(text: str, tail: str) -> tuple[str, str]:
    """The file did not end in a line break, and what comes last now shall not either."""
    if tail:
        return text, tail.removesuffix("\n").removesuffix("\r")
    return text.removesuffix("\n").removesuffix("\r"), tail


def _blocks(text: str) -> Iterator[Block]:
    """Cut in front of each header; a block's `text` ends with its last line that is neither blank nor a comment."""
    start = content_end = line = last = depth = 0
    content = table = False
    for token in _TOKEN.finditer(text):
        kind = token[0][0]
        if kind == "[" and not depth and not text[line : token.start()].strip():
            yield _block(text[start:content_end], text[content_end:line], table=table)
            start, content_end, table = line, line, True
        content = content or kind not in "#\n" or bool(text[last : token.start()].strip())
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(kind, 0)
        last = token.end()
        if kind == "\n":
            content_end = last if content else content_end
            line, content = last, depth > 0
    if content or text[last:].strip():
        content_end = len(text)
    yield _block(text[start:content_end], text[content_end:], table=table)


def _block(text: str, tail: str, *, table: bool) -> Block:
    header: list[str] = []
    array = False
    inside: Any = tomllib.loads(text.partition("\n")[0].removesuffix("\r")) if table else {}
    while inside:
        ((part, inside),) = inside.items()
        header.append(part)
        if isinstance(inside, list):
            array, inside = True, inside[0]
    return Block(tuple(header), text, tail, array=array)


def edit(directory: str, change: Callable[[Document, Config], None], *, create: bool = False) -> Config:
    """Change `profiles.toml` in `directory`; what it then holds.

    `change` gets the text and what it means. Written only if something changed, atomically, where the file really lies
    (it may be a link into a folder of dotfiles), under a lock that other processes of ctx respect. `create`: where there is
    no file yet, begin with an empty one; the directory must be there.
    Raises ConfigError where the file does not load, or would not load afterwards; CtxError where it cannot be written
    or was changed meanwhile; whatever `change` raises.
    """
    path = os.path.join(directory, PROFILES)
    real = os.path.realpath(path)
    with locked(os.path.dirname(real)):
        fresh = create and not os.path.exists(real)
        config, source = (Config(path), None) if fresh else load(directory)
        before = source.text if source else ""
        data = _bytes(path)
        document = Document(before)
        change(document, config)
        text = str(document)
        if text == before:
            return config
        result = _loaded(text, path)
        bom = _BOM if data.startswith(_BOM) else b""
        if source and not (source.stat.st_mode & stat.S_IWUSR and os.access(real, os.W_OK)):
            raise CtxError("is read-only: nothing was written", where=path, fix=typed("chmod", "u+w", real))

        def unchanged() -> None:
            now = _bytes(path)
            if now != data or os.path.realpath(path) != real or data.removeprefix(bom) != before.encode():
                raise CtxError(
                    "was changed by another program just now: nothing was written", where=path, fix="try again"
                )

        try:
            like = source.stat if source else None
            write_atomically(real, bom + text.encode(), like=like, last=unchanged)
        except OSError as error:
            reason = (error.strerror or "").lower()
            fix = typed("ls", "-ld", os.path.dirname(real))
            raise CtxError(f"cannot be written: {reason}", where=real, fix=fix) from None
        return result


def _bytes(path: str) -> bytes:
    """What the file holds, byte order mark included; nothing where it is gone."""
    try:
        return read_bounded(path, CONFIG_LIMIT, check_private)[0]
    except FileNotFoundError:
        return b""


def _loaded(text: str, path: str) -> Config:
    if len(text.encode()) > CONFIG_LIMIT:
        raise ConfigError(f"would be longer than {CONFIG_LIMIT:,} bytes: it was left as it is", where=path)
    try:
        return parse(text, path)
    except ConfigError as error:
        what = f"{error.what}. The file was left as it is, for it would not load"
        raise ConfigError(what, where=error.where, fix=error.fix) from None


@contextmanager
def locked(folder: str) -> Iterator[None]:
    """Hold a folder for this process alone: locking the folder leaves no file behind, and the file is replaced."""
    if os.name == "nt" or not os.path.isdir(folder):
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise CtxError("another ctx is writing there", where=folder, fix="try again") from None
                time.sleep(0.01)
            except OSError:
                # Some network file systems lock no folders; the comparison before writing remains.
                break
        yield
    finally:
        os.close(descriptor)
