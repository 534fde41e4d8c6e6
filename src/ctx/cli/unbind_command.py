"""`ctx unbind`: take a directory's binding back."""

from __future__ import annotations

from ctx.cli import bindings
from ctx.cli.invocation import Invocation
from ctx.cli.spec import OPTIONAL, Param
from ctx.discover import PROJECT_FILE, written_path
from ctx.edit import Document, edit
from ctx.errors import CtxError, typed
from ctx.model import Config
from ctx.packages import ensure
from ctx.visible import visible

HELP = """Take the binding of a directory out of profiles.toml. The directory itself need not exist any more."""

PARAMS = (Param(OPTIONAL, "path", "The directory; without it the working directory."),)


def run(invocation: Invocation, path: str | None) -> int:
    """Remove the binding. The exit code."""
    ensure("tomlkit")
    directory = bindings.meant(invocation, path)
    place = bindings.written(directory, invocation.home)

    def change(document: Document, config: Config) -> None:
        found = bindings.matching(config, directory, invocation.home)
        if not found:
            raise _not_bound(config, directory, invocation.home)
        bindings.drop(document, found)

    edit(invocation.config, change)
    invocation.say(f"{visible(place)} is not bound any more")
    return 0


def _not_bound(config: Config, directory: str, home: str) -> CtxError:
    place = bindings.written(directory, home)
    above = bindings.nearest_above(config, directory, home)
    also = f"a {PROJECT_FILE} in it may bind it too"
    if above is None:
        return CtxError(f"{place} is not bound", where=config.file, fix=f"ctx list shows what is; {also}")
    what = f"{place} is not bound itself; {above.path}, above it, is bound to {above.profile}"
    return CtxError(what, where=config.file, fix=f"{typed('ctx', 'unbind', written_path(above, home))}; {also}")
