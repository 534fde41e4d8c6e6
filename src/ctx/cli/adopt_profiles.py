"""Credentials written out in `profiles.toml`, which become references."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from ctx.cli.adopt_found import Assignment
from ctx.config import parse
from ctx.edit import Block, Document, edit
from ctx.errors import CtxError
from ctx.model import Config, Literal, SecretRef, Template

Place = tuple[str, str]
"""A profile and a variable."""


def findings(config: Config, text: str) -> dict[Place, Assignment]:
    """The values of profiles that are credentials, those that cannot be moved with the reason."""
    document = Document(text)
    found: dict[Place, Assignment] = {}
    for profile in config.profiles.values():
        for variable, value in profile.env.items():
            at = _position(document, profile.name, variable)
            if isinstance(value, Template) and _has_credential(value):
                reason = "it is part of a format: give that part a secret of its own"
                found[profile.name, variable] = Assignment(variable, None, (at, at), text, reason)
            if not isinstance(value, Literal) or value.text.startswith("~/"):
                continue
            assignment = Assignment(variable, value.text, (at, at), text)
            if assignment.is_credential(text):
                if "${" in value.text:
                    assignment.value, assignment.reason = None, "it is worked out from other variables"
                found[profile.name, variable] = assignment
    return found


def _has_credential(template: Template) -> bool:
    """Whether a part that is written out is a credential."""
    literals = ((key, part.text) for key, part in template.parts.items() if isinstance(part, Literal))
    return any(Assignment(key, text, (0, 0), "").is_credential("") for key, text in literals)


def _position(document: Document, profile: str, variable: str) -> int:
    """Where the key stands in the text."""
    offset = 0
    pattern = re.compile(rf"(?<![\w-])[\"']?{re.escape(variable)}[\"']?[ \t]*=")
    for block in document.blocks:
        if _holds(block, profile, variable):
            match = pattern.search(block.text)
            return offset + (match.start() if match else 0)
        offset += len(block.text) + len(block.tail)
    return 0


def _holds(block: Block, profile: str, variable: str) -> bool:
    path = ("profiles", profile, "env", variable)
    if block.array or block.header != path[: len(block.header)]:
        return False
    content: Any = tomllib.loads(block.text)
    for part in path:
        if not isinstance(content, dict) or part not in content:
            return False
        content = content[part]
    return True


def rewrite(directory: str, chosen: dict[Place, tuple[str, str]]) -> None:
    """Write a reference in the place of each value: `chosen` gives that value and the secret's name.

    Raises what `edit` does, CtxError where a value is not what it was.
    """

    def change(document: Document, config: Config) -> None:
        for (profile, variable), (value, name) in chosen.items():
            now = config.profiles[profile].env.get(variable) if profile in config.profiles else None
            if not isinstance(now, Literal) or now.text != value:
                raise CtxError("was changed by another program just now: it was left as it is", where=config.file)
            _refer(document, profile, variable, name)
        after = parse(str(document), config.file)
        for (profile, variable), (_, name) in chosen.items():
            reference = after.profiles[profile].env.get(variable)
            if not isinstance(reference, SecretRef) or reference.name != name:
                what = f"{variable} of {profile} cannot be rewritten without changing more: the file was left as it is"
                raise CtxError(what, where=config.file, fix=f'write {variable} = {{ secret = "{name}" }} by hand')

    edit(directory, change)


def _refer(document: Document, profile: str, variable: str, name: str) -> None:
    import tomlkit

    for block in document.blocks:
        if not _holds(block, profile, variable):
            continue
        rest = ("profiles", profile, "env")[len(block.header) :]

        def put(table: Any, rest: tuple[str, ...] = rest) -> None:
            for part in rest:
                table = table[part]
            table[variable] = tomlkit.parse(f'value = {{ secret = "{name}" }}')["value"]

        block.edit(put)
        return
