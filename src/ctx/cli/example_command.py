"""`ctx example`: a commented profiles.toml to start from."""

from __future__ import annotations

import os

from ctx.cli.invocation import Invocation
from ctx.cli.spec import OPTION, Param
from ctx.errors import CtxError, UsageError

HELP = """Print a commented example of profiles.toml: one profile for each way to sign in."""

PARAMS = (Param(OPTION, "schema", "Print a JSON schema for editors instead: profiles or project."),)


def run(invocation: Invocation, schema: str | None) -> int:
    """Print the example or a schema. The exit code."""
    invocation.emit(example_text() if schema is None else schema_text(schema))
    return 0


def example_text() -> str:
    """The example, from the package or, in a checkout, from the project's root."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (package, os.path.dirname(os.path.dirname(package))):
        path = os.path.join(folder, "profiles.example.toml")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                return file.read()
    raise CtxError("profiles.example.toml is not part of this installation", fix="install ctx again")


def schema_text(kind: str) -> str:
    """The JSON schema of `profiles.toml` or of a project's `.ctx.toml`, generated from the loader's own tables.

    Raises UsageError for another kind.
    """
    import json

    from ctx import signin
    from ctx.schema import FILE_FIELDS, PROJECT_FIELDS, json_schema

    files = {"profiles": ("profiles.toml", FILE_FIELDS), "project": (".ctx.toml", PROJECT_FIELDS)}
    if kind not in files:
        raise UsageError(f"there is no schema {kind!r}", fix="ctx example --schema profiles (or project)")
    title, fields = files[kind]
    return json.dumps(json_schema(f"ctx: {title}", fields, tuple(signin.METHODS)), indent=2) + "\n"
