"""The right-hand sides of a profile: TOML values to the model, each error with file, table and key."""

from __future__ import annotations

import os

from ctx import names, schema
from ctx.errors import ConfigError
from ctx.expand import references
from ctx.model import (
    CommandOutput,
    FileText,
    KeyringItem,
    Literal,
    Origin,
    SecretRef,
    Template,
    Unset,
    Value,
)

LONGEST_VALUE = 131_071
"""Bytes of `NAME=value` that Linux passes to a program (MAX_ARG_STRLEN, less the final NUL)."""

Table = dict[str, object]


class FloatText(str):
    """A TOML float as its text, so that 3.10 stays 3.10."""

    __slots__ = ()


def parse_value(content: object, origin: Origin) -> Value:
    """What a TOML value means as a variable's value.

    Raises ConfigError.
    """
    if isinstance(content, bool):
        return parse_literal("1", origin) if content else Unset(origin)
    if isinstance(content, int):
        return parse_literal(str(content), origin)
    if isinstance(content, FloatText):
        if content.lstrip("+-") in ("inf", "nan"):
            raise _wrong(origin, f"{content} is no number a program could read", f'{origin.key} = "{content}"')
        return parse_literal(str(content), origin)
    if isinstance(content, str):
        return parse_literal(content, origin)
    if isinstance(content, dict):
        return _form(content, origin)
    fix = f'{origin.key} = "…"' if isinstance(content, list) else f'in quotes it is text: {origin.key} = "{content}"'
    raise _wrong(origin, f"cannot be {kind(content)}", fix)


def parse_literal(text: str, origin: Origin) -> Literal:
    """Text that an environment can carry and whose `${NAME}` are well formed.

    Raises ConfigError.
    """
    if "\0" in text:
        raise _wrong(origin, "holds a NUL character, which no environment can carry")
    check_length(origin.key, text, origin)
    if "${" in text:
        try:
            references(text)
        except ValueError as error:
            raise _wrong(origin, str(error)) from None
    return Literal(origin, text)


def check_length(name: str, text: str, origin: Origin) -> None:
    """Refuse a value with which no program could be started any more.

    Raises ConfigError.
    """
    if len(text.encode("utf-8", "surrogateescape")) + len(name) + 1 > LONGEST_VALUE:
        sentence = f"is longer than the {LONGEST_VALUE:,} bytes that a program can be given"
        raise _wrong(origin, sentence, "put it into a file, and the file's path here")


def check_entry(entry: str, origin: Origin) -> None:
    """Refuse what cannot be one entry of a list variable.

    Raises ConfigError.
    """
    parse_literal(entry, origin)
    if not entry or os.pathsep in entry:
        raise _wrong(origin, f"{entry!r} cannot be one entry of a list", "write entries one by one")


def kind(value: object) -> str:
    """What a TOML value is called in an error."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, FloatText):
        return "a float"
    kinds = {str: "a string", int: "an integer", list: "an array", dict: "a table"}
    return kinds.get(type(value), "a date or time")


def _wrong(origin: Origin, what: str, fix: str = "") -> ConfigError:
    return ConfigError(what, where=str(origin), fix=fix)


def _form(content: Table, origin: Origin) -> Value:
    form = next((form for form in schema.VALUE_FORMS if form in content), None)
    if form is None:
        known = ", ".join(f"{{ {form} = … }}" for form in schema.VALUE_FORMS)
        raise _wrong(origin, "is a table of no known form", f"known forms: {known}")
    exec_only = content.get(schema.EXEC_ONLY, False)
    if not isinstance(exec_only, bool):
        raise _wrong(origin, f"{schema.EXEC_ONLY} must be true or false, not {kind(exec_only)}")
    rest = {key: value for key, value in content.items() if key != schema.EXEC_ONLY}
    if form == "format":
        value: Value = _template(rest, origin)
    elif len(rest) > 1:
        other = next(key for key in rest if key != form)
        raise _wrong(origin, f"{other!r} does not belong beside {form!r}", f"{{ {form} = … }}")
    else:
        value = _FORMS[form](rest[form], origin)
    value.exec_only = exec_only
    return value


def _secret(content: object, origin: Origin) -> Value:
    if not isinstance(content, str) or not names.is_profile_name(content):
        raise _wrong(origin, "is not a reference to a secret", '{ secret = "name" }')
    return SecretRef(origin, content)


def _keyring(content: object, origin: Origin) -> Value:
    fields = ("service", "username")
    if not isinstance(content, dict) or set(content) != set(fields) or not all(_is_text(v) for v in content.values()):
        raise _wrong(origin, "does not name an item of the keyring", '{ keyring = { service = "…", username = "…" } }')
    return KeyringItem(origin, content["service"], content["username"])


def _command(content: object, origin: Origin) -> Value:
    if not isinstance(content, list) or not content or not all(_is_text(word) for word in content):
        raise _wrong(origin, "is not a command", '{ command = ["program", "argument"] }')
    return CommandOutput(origin, tuple(parse_literal(word, origin).text for word in content))


def _file(content: object, origin: Origin) -> Value:
    if not _is_text(content):
        raise _wrong(origin, "does not name a file", '{ file = "~/…" }')
    path = parse_literal(str(content), origin).text
    return FileText(origin, path)


_FORMS = {"secret": _secret, "keyring": _keyring, "command": _command, "file": _file}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, FloatText) and bool(value) and "\0" not in value


def _template(content: Table, origin: Origin) -> Template:
    text = content["format"]
    if not isinstance(text, str) or isinstance(text, FloatText):
        raise _wrong(origin, f"the format must be a string, not {kind(text)}")
    parts = {key: parse_value(value, origin) for key, value in content.items() if key != "format"}
    for key, part in parts.items():
        if isinstance(part, (Unset, Template)) or part.exec_only:
            raise _wrong(origin, f"part {key!r} must be text, a secret, a command or a file")
        if f"{{{key}}}" not in text:
            raise _wrong(origin, f"part {key!r} is not used in the format", f"write {{{key}}} where it belongs")
    return Template(origin, parse_literal(text, origin).text, parts)
