"""A project's `.ctx.toml` to the model. Only what was approved is ever parsed: see `trust`."""

from __future__ import annotations

import os

from ctx import names, schema
from ctx.config import Loader, parse_toml
from ctx.config_values import FloatText, Table, kind
from ctx.expand import references
from ctx.model import (
    CommandOutput,
    FileText,
    KeyringItem,
    Literal,
    Origin,
    PathList,
    Profile,
    Project,
    Template,
    Value,
)

HERE = "./"
"""How an entry of a list begins that lies in the project's own directory."""


def parse(text: str, file: str) -> Project:
    """Check the text of a `.ctx.toml`; `file` is its resolved path, which errors, origins and `./` entries refer to.

    Raises ConfigError.
    """
    return _ProjectLoader(file).project(parse_toml(text.removeprefix("\ufeff"), file))


class _ProjectLoader(Loader):
    """The loader of profiles, with what a file that comes from somebody else may not do."""

    def project(self, data: Table) -> Project:
        self._known(data, schema.PROJECT_FIELDS, "")
        content = Profile(shown_name(os.path.dirname(self.path)), Origin(self.path, "", ""))
        self._variables(content, data, "")
        named = data.get("profile", "")
        if not isinstance(named, str) or isinstance(named, FloatText):
            raise self._error(f"must be a string, not {kind(named)}", "", "profile", 'profile = "…"')
        if "profile" in data:
            self._profile_name(named, "", "profile")
        for key, value in content.env.items():
            for part in (value, *value.parts.values()) if isinstance(value, Template) else (value,):
                self._form(part, key)
        for name, lists in content.path.items():
            content.path[name] = self._own(name, lists)
        return Project(self.path, named, content)

    def _form(self, value: Value, key: str) -> None:
        if isinstance(value, (CommandOutput, KeyringItem)):
            form = "command" if isinstance(value, CommandOutput) else "keyring"
            fix = f"put it into a profile in profiles.toml; here: {', '.join(schema.PROJECT_FORMS)}"
            raise self._error(f"{{ {form} = … }} is not for a project's file", "env", key, fix)
        if isinstance(value, FileText):
            value.inside = os.path.dirname(self.path)
            self._literal(value.path, "env", key)
            if value.path.startswith("~/"):
                raise self._error("leads out of the project's directory", "env", key, '{ file = "./…" }')
        elif isinstance(value, (Literal, Template)):
            self._literal(value.text, "env", key)

    def _literal(self, text: str, table: str, key: str) -> None:
        """A file from elsewhere must not copy one of the user's variables, which may hold anything, into another."""
        found = references(text)
        if found:
            fix = f"write the value itself, or $${{{found[0]}}} for these characters; profiles.toml may refer to variables"
            raise self._error(f"refers to ${{{found[0]}}}, which a project's file may not", table, key, fix)

    def _own(self, name: str, lists: PathList) -> PathList:
        here = os.path.dirname(self.path)

        def entry(text: str) -> str:
            if text != "." and not text.startswith(HERE):
                self._literal(text, "path", name)
                return text
            inside = os.path.normpath(os.path.join(here, text))
            if not (inside == here or inside.startswith(os.path.join(here, ""))):
                raise self._error(f"{text!r} leaves the project's directory", "path", name, "name it from the root: /…")
            if os.pathsep in inside:
                raise self._error(f"{inside!r} cannot be one entry of a list", "path", name)
            # What stands in the directory's own name is no reference.
            return inside.replace("${", "$${")

        return PathList(lists.origin, tuple(map(entry, lists.prepend)), tuple(map(entry, lists.append)))


def shown_name(directory: str) -> str:
    """What a project that names no profile is called: its directory's name, as far as a profile may be called so."""
    kept = "".join(char if names.is_profile_name(f"a{char}") else "-" for char in os.path.basename(directory))
    return kept.strip("-._")[:64] or "project"
