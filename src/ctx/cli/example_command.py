"""`ctx example`: a commented profiles.toml to start from."""

from __future__ import annotations

import os

from ctx.cli.invocation import Invocation
from ctx.cli.spec import FLAG, Param
from ctx.errors import CtxError

HELP = """Print a commented example of profiles.toml: one profile for each way to sign in."""

PARAMS = (Param(FLAG, "schema", "Print the JSON schema that editors complete it with."),)


def run(invocation: Invocation, schema: bool) -> int:
    """Print the example or its schema. The exit code."""
    invocation.emit(schema_text() if schema else example_text())
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


def schema_text() -> str:
    """The JSON schema of `profiles.toml`, generated from the loader's own tables."""
    import json

    from ctx import signin
    from ctx.schema import FILE_FIELDS, json_schema

    return json.dumps(json_schema("ctx profiles.toml", FILE_FIELDS, tuple(signin.METHODS)), indent=2) + "\n"
