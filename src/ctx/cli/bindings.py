"""What `ctx bind` and `ctx unbind` share: which directory is meant, how it is written, whether it is bound already."""

from __future__ import annotations

import os
from typing import Any

from ctx.cli.invocation import Invocation
from ctx.discover import working_directory, written_path
from ctx.edit import Document
from ctx.errors import UsageError
from ctx.model import Binding, Config

HEADER = "[[directories]]"


def meant(invocation: Invocation, path: str | None) -> str:
    """The directory that `path` names, as the user's shell names it: absolute, by components, links not resolved.

    Raises UsageError for an empty path, and for one that TOML cannot hold.
    """
    if path == "":
        raise UsageError("the path is empty", fix="leave it out for the working directory")
    found = os.path.normpath(os.path.join(working_directory(invocation.environ), path or ""))
    found = found[1:] if found.startswith("//") else found
    if not found.isprintable() and any(0xD800 <= ord(char) <= 0xDFFF for char in found):
        raise UsageError(f"{found} is not UTF-8, and profiles.toml cannot hold it", fix="a .ctx.toml in it can bind it")
    return found


def written(directory: str, home: str) -> str:
    """How a directory is written in `profiles.toml`, and shown: `~/…` at and below the home directory, else absolute."""
    if directory == home != os.sep:
        return "~"
    below = directory.removeprefix(home.rstrip(os.sep) + os.sep)
    if below == directory or home == os.sep:
        return directory
    return f"~/{below.replace(os.sep, '/')}"


def matching(config: Config, directory: str, home: str) -> list[int]:
    """Positions of the entries that bind this directory, by that name or by another one of the same directory."""
    real = os.path.realpath(directory)
    paths = [written_path(binding, home) for binding in config.directories]
    return [at for at, path in enumerate(paths) if path == directory or os.path.realpath(path) == real]


def nearest_above(config: Config, directory: str, home: str) -> Binding | None:
    """The deepest entry that covers a directory from above."""
    above = [(written_path(binding, home), binding) for binding in config.directories]
    covering = [(path, binding) for path, binding in above if directory.startswith(path.rstrip(os.sep) + os.sep)]
    return max(covering, key=lambda pair: len(pair[0]))[1] if covering else None


def put(document: Document, config: Config, at: int | None, path: str, profile: str) -> None:
    """Write the entry at that position, or behind the others with None."""

    def fill(table: Any) -> None:
        table["path"], table["profile"] = path, profile

    def fill_inline(top: Any) -> None:
        import tomlkit

        if at is None:
            top["directories"].append(tomlkit.inline_table())
        fill(top["directories"][-1 if at is None else at])

    tables = document.tables("directories")
    if at is not None and (config.directories[at].path, config.directories[at].profile) == (path, profile):
        return
    if tables and at is not None:
        tables[at].edit(fill)
    elif tables or not _is_inline(document):
        document.append(HEADER, {"path": path, "profile": profile})
    else:
        document.blocks[0].edit(fill_inline)


def drop(document: Document, positions: list[int]) -> None:
    """Take the entries at these positions out."""

    def shorten(top: Any) -> None:
        for at in reversed(positions):
            del top["directories"][at]

    tables = document.tables("directories")
    if not tables and positions:
        document.blocks[0].edit(shorten)
    for at in positions if tables else ():
        document.remove(tables[at])


def _is_inline(document: Document) -> bool:
    """Whether the entries are written as `directories = [{ … }]`, to which TOML lets no table be added."""
    import tomllib

    return "directories" in tomllib.loads(document.blocks[0].text)
