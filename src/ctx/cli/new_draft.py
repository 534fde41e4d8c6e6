"""A profile that is being made: what it will say in `profiles.toml`, each line with what it is for."""

from __future__ import annotations

import textwrap

from ctx.errors import UsageError, typed
from ctx.names import is_variable_name, protected
from ctx.signin import METHODS, looks_secret, paid_by, value_looks_secret
from ctx.signin_guide import GENERAL

COMMENT_WIDTH = 96


class Line:
    """One variable: `value` as it is written, or the name of a secret; `why` stands above it as a comment."""

    __slots__ = ("name", "secret", "value", "why")

    def __init__(self, name: str, value: str | int, why: str, *, secret: bool = False) -> None:
        self.name = name
        self.value = value
        self.why = why
        self.secret = secret


class Key:
    """A credential of the profile: the secret it is kept as, and the variable that gets it, "" for none.

    `kept`: the secret is there already. `what` is what to call it when asking.
    """

    __slots__ = ("kept", "secret", "variable", "what")

    def __init__(self, variable: str, secret: str, what: str, *, kept: bool) -> None:
        self.variable = variable
        self.secret = secret
        self.what = what
        self.kept = kept


class Draft:
    """The profile `name`. `method` is a name of `signin.METHODS` or GENERAL.

    `hints` are comments at the end of its variables, `notes` sentences and `steps` commands for the person who made it.
    """

    def __init__(self, name: str, method: str) -> None:
        self.name = name
        self.method = method
        self.top: dict[str, object] = {}
        self.login = ""
        self.detail = ""
        self.lines: list[Line] = []
        self.hints: list[str] = []
        self.keys: list[Key] = []
        self.notes: list[str] = []
        self.steps: list[str] = []
        switch = METHODS[method].switch if method != GENERAL else None
        if switch:
            self.set(switch, 1, f"Turns {METHODS[method].label} on.")

    @property
    def label(self) -> str:
        """What the profile is, in a few words."""
        label = METHODS[self.method].label if self.method != GENERAL else ""
        return f"{label}{self.detail}".strip()

    def set(self, name: str, value: str | int, why: str) -> None:
        """Set a variable. Raises UsageError for one that is set already."""
        if any(line.name == name for line in self.lines):
            raise UsageError(f"{name} is set twice", fix="give it once")
        self.lines.append(Line(name, value, why))

    def refer(self, key: Key, why: str) -> None:
        """Have a variable take its value from the secret store."""
        self.keys.append(key)
        if key.variable:
            self.lines.append(Line(key.variable, key.secret, why, secret=True))

    def text(self) -> str:
        """The tables, as they are written."""
        name = self.name if "." not in self.name else f'"{self.name}"'
        named = self.method == GENERAL or "payer" in self.top
        pays = "" if named else f" {_sentence(paid_by(METHODS[self.method].pays))}."
        lines = [*_comment(f"{self.label or 'Variables of your own'}.{pays}"), f"[profiles.{name}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in self.top.items()]
        if self.lines or self.hints:
            lines += ["", f"[profiles.{name}.env]"]
        for line in self.lines:
            value = f'{{ secret = "{line.value}" }}' if line.secret else _toml(line.value)
            lines += [*_comment(line.why), f"{line.name} = {value}"]
        for hint in self.hints:
            lines += _comment(hint)
        return "\n".join(lines)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _comment(text: str) -> list[str]:
    """`text` as comment lines; a line break in it stays one."""
    wrapped = (textwrap.wrap(part, COMMENT_WIDTH) for part in text.split("\n") if part)
    return [f"# {line}" for part in wrapped for line in part]


def _toml(value: object) -> str:
    import tomlkit

    return str(tomlkit.item(value).as_string())


def assign(draft: Draft, assignments: tuple[str, ...]) -> None:
    """Set what was given as NAME=value, the value as `profiles.toml` would have it. Raises UsageError."""
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        what, _, fix = wrong_assignment(draft, assignment).partition("\n")
        if what:
            raise UsageError(f"{name!r} {what}", fix=fix.strip())
        draft.set(name, value, "")


def wrong_assignment(draft: Draft, assignment: str) -> str:
    """What is wrong with NAME=value, as `new_answers.Check` says it."""
    name, equals, value = assignment.partition("=")
    if not equals or not is_variable_name(name):
        return "is no variable with a value\n  NAME=value, one for each variable"
    reason = protected(name)
    if reason:
        return f"cannot be changed by a profile: {reason}\n  leave it out"
    if not (looks_secret(name) or value_looks_secret(value)):
        return ""
    secret = f"{draft.name[:32]}-{name.lower().replace('_', '-')}"[:64].rstrip("-")
    return (
        "looks like a credential, which belongs into the secret store\n"
        f'  {typed("ctx", "secret", "set", secret)}; then in the file: {name} = {{ secret = "{secret}" }}'
    )
