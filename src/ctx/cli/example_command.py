"""`ctx example`: a commented profiles.toml to start from."""

from __future__ import annotations

from ctx.cli.invocation import Invocation
from ctx.cli.spec import OPTION, Param
from ctx.errors import UsageError
from ctx.shipped import shipped

HELP = """Print a commented example of profiles.toml: one profile for each way to sign in."""

PARAMS = (Param(OPTION, "schema", "Print a JSON schema for editors instead: profiles or project."),)


def run(invocation: Invocation, schema: str | None) -> int:
    """Print the example or a schema. The exit code."""
    invocation.emit(shipped("profiles.example.toml") if schema is None else schema_text(schema))
    return 0


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
