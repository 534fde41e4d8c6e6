"""The runtimes of `shells/` with their placeholders filled in: what `ctx init` prints and the installer writes."""

from __future__ import annotations

import re

from ctx.dialects.base import Dialect
from ctx.shipped import shipped

PLACEHOLDER = re.compile("__CTX_(?:NAME|PROGRAM|CONFIG|DATA|CACHE|VERSION)__")


class Settings:
    """What a runtime must know. `program` is the command line that starts ctx, `name` the command's name."""

    __slots__ = ("cache", "config", "data", "name", "program", "version")

    def __init__(
        self, *, name: str, program: tuple[str, ...], config: str, data: str, cache: str, version: str
    ) -> None:
        self.name = name
        self.program = program
        self.config = config
        self.data = data
        self.cache = cache
        self.version = version


def runtime(dialect: Dialect, settings: Settings) -> str:
    """The runtime of a shell as text. Each placeholder is replaced once; what is put in is not looked at again."""
    glue = ", " if dialect.name == "pwsh" else " "
    words = {
        "__CTX_NAME__": settings.name,
        "__CTX_PROGRAM__": glue.join(dialect.quote(word) for word in settings.program),
        "__CTX_CONFIG__": dialect.quote(settings.config),
        "__CTX_DATA__": dialect.quote(settings.data),
        "__CTX_CACHE__": dialect.quote(settings.cache),
        "__CTX_VERSION__": dialect.quote(settings.version),
    }
    return PLACEHOLDER.sub(lambda found: words[found.group()], shipped("shells", f"ctx.{dialect.suffix}"))
