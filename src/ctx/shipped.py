"""Files that travel with ctx: the shell runtimes and the example profiles."""

from __future__ import annotations

import os

from ctx.errors import CtxError


def shipped(*path: str) -> str:
    """The text of a shipped file: beside this package in an installed ctx, at the project's root in a checkout.

    Raises CtxError where it is in neither place.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    for folder in (package, os.path.dirname(os.path.dirname(package))):
        file = os.path.join(folder, *path)
        if os.path.isfile(file):
            with open(file, encoding="utf-8") as stream:
                return stream.read()
    raise CtxError(f"{'/'.join(path)} is not part of this installation", fix="install ctx again")
