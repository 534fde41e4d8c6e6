"""What a project's file would do, for a person to read and consent to: everything, or what is new since the last time."""

from __future__ import annotations

from ctx import names
from ctx.model import Literal, PathList, Project, SecretRef, Template, Unset, Value
from ctx.visible import visible

RED = "\x1b[31m"
PLAIN = "\x1b[0m"

READS = "reads the secret"
"""The class of danger that names the secret instead of the variable."""


class Item:
    """One thing that a file does.

    `subject` is the variable or key; `text` all of it, for people; `dangers` what speaks for asking: a class of
    `names.danger`, or READS and a name.
    """

    __slots__ = ("dangers", "subject", "text")

    def __init__(self, subject: str, text: str, dangers: tuple[str, ...] = ()) -> None:
        self.subject = subject
        self.text = text
        self.dangers = dangers


class Review:
    """The lines to show, and the items among them that need a yes.

    `red` are those that come new or changed; what was consented to before is not asked again.
    """

    __slots__ = ("lines", "red")

    def __init__(self, lines: tuple[tuple[str, Item], ...]) -> None:
        self.lines = lines
        self.red = tuple(item for mark, item in lines if item.dangers and mark != "-")

    def text(self, *, color: bool) -> str:
        """One line for each item, its dangers first, where no value can push them out of sight."""
        return "".join(f"{_line(mark, item, color=color)}\n" for mark, item in self.lines)

    def dangers(self) -> str:
        """What the red items do, each class with its variables. Nothing but checked names gets into it."""
        found: dict[str, list[str]] = {}
        for item in self.red:
            for danger in item.dangers:
                found.setdefault(danger, []).append(item.subject)
        # A secret is named by its class already.
        return ", ".join(
            danger if danger.startswith(READS) else f"{danger} ({', '.join(dict.fromkeys(subjects))})"
            for danger, subjects in found.items()
        )


def review(project: Project, before: Project | None) -> Review:
    """Everything that `project` does, or with what was approved `before` what differs: `-` was, `+` will be."""
    new = _items(project)
    if before is None:
        return Review(tuple((" ", item) for item in new.values()))
    old = _items(before)
    lines: list[tuple[str, Item]] = []
    for key in (*new, *(key for key in old if key not in new)):
        was, will = old.get(key), new.get(key)
        if was and will and was.text == will.text:
            continue
        lines += [(mark, item) for mark, item in (("-", was), ("+", will)) if item]
    return Review(tuple(lines))


def _items(project: Project) -> dict[tuple[str, ...], Item]:
    """What a file does, by what it is done to."""
    found: dict[tuple[str, ...], Item] = {}
    if project.profile:
        found["profile",] = Item("profile", f"profile {project.profile}")
    for name, value in project.content.env.items():
        dangers = tuple(filter(None, (names.danger(name),)))
        found["env", name] = Item(name, _assignment(name, value), (*dangers, *_secrets(value)))
    for name, lists in project.content.path.items():
        dangers = tuple(filter(None, (names.danger(name),)))
        for side, entries in _sides(lists):
            shown = ", ".join(map(_quoted, entries))
            found["path", name, side] = Item(name, f"{name}: {side} {shown}", dangers)
    return found


def _sides(lists: PathList) -> list[tuple[str, tuple[str, ...]]]:
    sides = (("in front", lists.prepend), ("behind", lists.append))
    return [(side, entries) for side, entries in sides if entries]


def _assignment(name: str, value: Value) -> str:
    return f"unset {name}" if isinstance(value, Unset) else f"{name} = {_right_side(value)}"


def _right_side(value: Value) -> str:
    if isinstance(value, Literal):
        return _quoted(value.text)
    if isinstance(value, SecretRef):
        return f"the secret {value.name}"
    if isinstance(value, Template):
        parts = "; ".join(f"{{{key}}} is {_right_side(part)}" for key, part in value.parts.items())
        return f"{_quoted(value.text)}{f', where {parts}' if parts else ''}"
    raise TypeError(f"no rule for {type(value).__name__}")


def _secrets(value: Value) -> tuple[str, ...]:
    parts = value.parts.values() if isinstance(value, Template) else (value,)
    return tuple(f"{READS} {part.name}" for part in parts if isinstance(part, SecretRef))


def _quoted(text: str) -> str:
    return f'"{text}"'


def _line(mark: str, item: Item, *, color: bool) -> str:
    dangers = f"[{', '.join(item.dangers)}] " if item.dangers else ""
    line = f"{mark} {dangers}{visible(item.text)}"
    return f"{RED}{line}{PLAIN}" if color and item.dangers and mark != "-" else line
