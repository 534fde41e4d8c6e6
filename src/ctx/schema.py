"""What the tables of `profiles.toml` and `.ctx.toml` may hold: one definition for the loader and for editors.

`config` checks files against these tables; `json_schema` turns the same tables into the schema that editors read.
"""

from __future__ import annotations

PROFILE_NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
VARIABLE_NAME = "[A-Za-z_][A-Za-z0-9_]*"
COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

TEXT = "text"
FLAG = "flag"
NAMES = "names"
VARIABLE_NAMES = "variable names"
VARIABLES = "variables"
LISTS = "lists"
METHOD = "method"
COLOR = "color"
PROFILE = "profile"


class Field:
    """One key of a table: what it holds and what it is for."""

    __slots__ = ("help", "kind")

    def __init__(self, kind: str, help: str) -> None:  # noqa: A002 - the word every such table uses
        self.kind = kind
        self.help = help


ENV = Field(VARIABLES, "Variables to set. false unsets; a leading ~/ and ${NAME} expand; $${ is a literal ${.")
UNSET = Field(VARIABLE_NAMES, "Variables to take away while the profile is active.")
PATH = Field(LISTS, "List variables such as PATH: entries added in front and behind, and removed again one by one.")

PROFILE_FIELDS = {
    "description": Field(TEXT, "One line for people."),
    "auth": Field(METHOD, "How Claude Code signs in here. Required for a subscription, which has no variable."),
    "payer": Field(TEXT, "Who pays; shown wherever ctx says so."),
    "aliases": Field(NAMES, "Other names this profile answers to."),
    "extends": Field(NAMES, "Profiles whose content comes first; later ones and this one win."),
    "color": Field(COLOR, "Colour of the prompt segment."),
    "protect": Field(FLAG, "Ask before `ctx use`, and never activate by directory."),
    "login": Field(TEXT, "The command that signs in here."),
    "unset": UNSET,
    "env": ENV,
    "path": PATH,
}

LIST_FIELDS = {
    "prepend": Field(NAMES, "Entries put in front, in this order."),
    "append": Field(NAMES, "Entries put behind, in this order."),
}

DIRECTORY_FIELDS = {
    "path": Field(TEXT, "The directory, absolute or beginning with ~/."),
    "profile": Field(PROFILE, "The profile that is active in it."),
}

FILE_FIELDS = {
    "default": Field(PROFILE, "The profile of a new shell outside every bound directory."),
    "profiles": Field("profiles", "The profiles, by name."),
    "groups": Field("groups", "Exclusive families: a profile that sets one member clears the others."),
    "directories": Field("directories", "Directory trees with a profile of their own."),
}

PROJECT_FIELDS = {
    "profile": Field(PROFILE, "The profile that is active in this project."),
    "env": ENV,
    "unset": UNSET,
    "path": PATH,
}

VALUE_FORMS = ("secret", "keyring", "command", "file", "format")
"""Table-shaped values, by the key that tells them apart."""

EXEC_ONLY = "exec_only"
"""The key that keeps any of them for `ctx exec`."""

PROJECT_FORMS = ("secret", "file", "format")
"""Those that a project's file may use."""


def json_schema(title: str, fields: dict[str, Field], methods: tuple[str, ...]) -> dict[str, object]:
    """The JSON schema (draft 2020-12) of a file whose top-level keys are `fields`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_table(fields, methods),
        "$defs": {"value": _value()},
    }


def _table(fields: dict[str, Field], methods: tuple[str, ...]) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"description": f.help, **_kind(f.kind, methods)} for name, f in fields.items()},
    }


def _named(pattern: str, content: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "additionalProperties": False, "patternProperties": {f"^{pattern}$": content}}


def _kind(kind: str, methods: tuple[str, ...]) -> dict[str, object]:
    names: dict[str, object] = {"type": "array", "items": {"type": "string"}}
    simple: dict[str, dict[str, object]] = {
        TEXT: {"type": "string"},
        FLAG: {"type": "boolean"},
        NAMES: {"anyOf": [{"type": "string"}, names]},
        VARIABLE_NAMES: {"type": "array", "items": {"type": "string", "pattern": f"^{VARIABLE_NAME}$"}},
        VARIABLES: _named(VARIABLE_NAME, {"$ref": "#/$defs/value"}),
        METHOD: {"type": "string", "enum": list(methods)},
        COLOR: {"type": "string", "enum": list(COLORS)},
        PROFILE: {"type": "string", "pattern": f"^{PROFILE_NAME}$"},
    }
    if kind in simple:
        return simple[kind]
    if kind == LISTS:
        return _named(VARIABLE_NAME, _table(LIST_FIELDS, methods))
    if kind == "profiles":
        return _named(PROFILE_NAME, _table(PROFILE_FIELDS, methods))
    if kind == "groups":
        member = {"type": "string", "pattern": rf"^{VARIABLE_NAME}\*?$"}
        return _named(PROFILE_NAME, {"type": "array", "items": member})
    return {"type": "array", "items": {**_table(DIRECTORY_FIELDS, methods), "required": list(DIRECTORY_FIELDS)}}


def _value() -> dict[str, object]:
    text: dict[str, object] = {"type": ["string", "integer", "number", "boolean"]}
    words: dict[str, object] = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    item = {"service": {"type": "string"}, "username": {"type": "string"}}
    simple: dict[str, dict[str, object]] = {
        "secret": {"type": "string", "pattern": f"^{PROFILE_NAME}$"},
        "keyring": {"type": "object", "additionalProperties": False, "required": list(item), "properties": item},
        "command": words,
        "file": {"type": "string"},
    }
    forms: list[dict[str, object]] = [
        {
            "type": "object",
            "additionalProperties": False,
            "required": [form],
            "properties": {form: content, EXEC_ONLY: {"type": "boolean"}},
        }
        for form, content in simple.items()
    ]
    template: dict[str, object] = {
        "type": "object",
        "required": ["format"],
        "properties": {"format": {"type": "string"}, EXEC_ONLY: {"type": "boolean"}},
        "additionalProperties": {"anyOf": [text, *forms]},
    }
    return {"anyOf": [text, *forms, template]}
