"""Which project's file `allow` and `deny` are about."""

from __future__ import annotations

import os

from ctx.cli.invocation import Invocation
from ctx.cli.spec import OPTIONAL, Param
from ctx.discover import PROJECT_FILE, upward, working_directory
from ctx.errors import UsageError, typed

PATH = Param(OPTIONAL, "path", "A project's directory, or its file.")


def locate(invocation: Invocation, path: str | None) -> str:
    """The file that is meant, as the user's shell would name it: `path` or the one in it, else the nearest one upward.

    Raises UsageError where there is none.
    """
    directory = working_directory(invocation.environ)
    if path is None:
        candidates = (os.path.join(place, PROJECT_FILE) for place in upward(directory))
        found = next((file for file in candidates if os.path.lexists(file)), None)
        if found is None:
            raise UsageError(f"there is no {PROJECT_FILE} here or above", where=directory)
        return found
    if not path:
        raise UsageError("the path is empty", fix=f"leave it out for the nearest {PROJECT_FILE}")
    # Not normalised: behind a link, `..` is not what the name says.
    file = os.path.join(directory, path)
    if os.path.basename(file) != PROJECT_FILE and os.path.isdir(file):
        file = os.path.join(file, PROJECT_FILE)
    if not os.path.lexists(file):
        raise UsageError("does not exist", where=file, fix=typed("ls", "-la", os.path.dirname(file)))
    return file
