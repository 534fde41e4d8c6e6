"""Where the real client is: the `claude` that a shell would start if ctx's own shim were not there."""

from __future__ import annotations

import os

SHIMS = "shims"
"""The folder below ctx's data directory that holds its shims, `<data>/shims/claude`."""

CLIENT = "claude"
"""What the client is called."""

USUAL_PLACES = (".local/bin/claude", ".claude/local/claude", ".npm-global/bin/claude", ".bun/bin/claude")
"""Where installers put the client, below the home directory; the first is the native installer's."""

INSTALL = "https://code.claude.com/docs/en/setup says how to install it"
"""What to do where there is no client."""


def real_client(path_variable: str, data: str) -> str:
    """The absolute path of the client on a PATH, "" where there is none.

    `data` is ctx's data directory: its shims, and links to them, are left out, and so is every other file that says of itself
    that it is a shim of ctx's. Relative entries of the PATH do not count, an empty one included: which program they mean
    changes with the directory.
    """
    from ctx.claude.shim import is_shim

    shims = os.path.realpath(os.path.join(data, SHIMS))
    for folder in path_variable.split(os.pathsep):
        if not os.path.isabs(folder):
            continue
        for name in _NAMES:
            path = os.path.join(folder, name)
            if is_program(path) and os.path.dirname(os.path.realpath(path)) != shims and not is_shim(path):
                return path
    return ""


def is_program(path: str) -> bool:
    """Whether this is a file that can be started."""
    return os.path.isfile(path) and os.access(path, os.X_OK)


def elsewhere(home: str) -> str:
    """A client that an installer put where the PATH may not lead, "" for none."""
    places = (os.path.join(home, *place.split("/")) for place in USUAL_PLACES)
    return next((path for path in places if is_program(path)), "")


_NAMES = (f"{CLIENT}.exe", f"{CLIENT}.cmd", f"{CLIENT}.bat") if os.name == "nt" else (CLIENT,)
