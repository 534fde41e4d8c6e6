"""The data everything else passes along: profiles with their values, environments, plans.

Plain classes with `__slots__`: `dataclasses` alone would triple the start of the process (see `benchmarks/`).
"""

from __future__ import annotations

from ctx.model_values import (
    CommandOutput,
    FileText,
    KeyringItem,
    Literal,
    Origin,
    PathList,
    Secret,
    SecretRef,
    Template,
    Unset,
    Value,
)

__all__ = [
    "Binding",
    "CommandOutput",
    "Config",
    "Environment",
    "FileText",
    "KeyringItem",
    "ListEdit",
    "Literal",
    "Op",
    "Origin",
    "PathList",
    "Plan",
    "Profile",
    "Project",
    "Secret",
    "SecretRef",
    "Template",
    "Transition",
    "Unset",
    "Value",
    "Variable",
]


class Profile:
    """One `[profiles.NAME]` table as written; `extends` is not yet followed."""

    __slots__ = (
        "aliases", "auth", "color", "description", "env", "extends", "login",
        "name", "origin", "path", "payer", "protect",
    )  # fmt: skip

    def __init__(self, name: str, origin: Origin) -> None:
        self.name = name
        self.origin = origin
        self.description = ""
        self.auth: str | None = None
        self.payer = ""
        self.aliases: tuple[str, ...] = ()
        self.extends: tuple[str, ...] = ()
        self.color = ""
        self.protect: bool | None = None
        self.login = ""
        self.env: dict[str, Value] = {}
        self.path: dict[str, PathList] = {}


class Binding:
    """One `[[directories]]` entry: a directory tree and the profile it activates."""

    __slots__ = ("origin", "path", "profile")

    def __init__(self, origin: Origin, path: str, profile: str) -> None:
        self.origin = origin
        self.path = path
        self.profile = profile


class Config:
    """All of `profiles.toml`: profiles by name, names by alias, groups and directory bindings."""

    __slots__ = ("aliases", "default", "directories", "file", "groups", "profiles")

    def __init__(self, file: str) -> None:
        self.file = file
        self.default: str | None = None
        self.profiles: dict[str, Profile] = {}
        self.aliases: dict[str, str] = {}
        self.groups: dict[str, tuple[str, ...]] = {}
        self.directories: tuple[Binding, ...] = ()


class Project:
    """A `.ctx.toml` as written: the profile it names, or "", and what it sets itself.

    `content` holds the project's own variables and lists, under the name that is shown where it names no profile.
    """

    __slots__ = ("content", "file", "profile")

    def __init__(self, file: str, profile: str, content: Profile) -> None:
        self.file = file
        self.profile = profile
        self.content = content


class Variable:
    """What a resolved profile does to one variable. `value` is None where it is taken away."""

    __slots__ = ("name", "origin", "plain", "value")

    def __init__(self, name: str, value: str | Secret | None, origin: Origin, *, plain: bool) -> None:
        self.name = name
        self.value = value
        self.origin = origin
        self.plain = plain
        """True if the value is the same for every shell of this user, so that it may be compiled."""


class Environment:
    """A profile with everything resolved: what it sets, clears and adds to lists, each with its origin.

    `clears` holds names and patterns (`AZURE_OPENAI_*`) that the profile's families take away, with the reason;
    `families` the families concerned and their members; `withheld` those families, and variables of none, that are left
    out because something in them is for `ctx exec` only.
    """

    __slots__ = ("auth", "clears", "families", "lists", "profile", "variables", "withheld")

    def __init__(self, profile: Profile, auth: str | None) -> None:
        self.profile = profile
        self.auth = auth
        self.variables: dict[str, Variable] = {}
        self.lists: dict[str, PathList] = {}
        self.clears: dict[str, str] = {}
        self.families: dict[str, tuple[str, ...]] = {}
        self.withheld: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """True if nothing in it is secret, withheld or depends on the live environment."""
        if self.withheld:
            return False
        variables = all(variable.plain for variable in self.variables.values())
        return variables and all(entries.plain for entries in self.lists.values())


SET = "set"
ASSIGN = "assign"
UNSET = "unset"
PREPEND = "prepend"
APPEND = "append"

STYLE = "style"
WATCH = "watch"
BINDING = "binding"
BY = "by"
SOURCE = "source"
TEXT = "text"
PRESENT = "present"
ABSENT = "absent"
INDEX = "index"
DEFAULT = "default"
REFUSE = "refuse"
KEEP = "keep"
DENIED = "denied"


class Op:
    """One step of a plan.

    `set` unsets the name first, `assign` does not (see `names.assign_only`); `unset` takes a name or a pattern
    ending in `*`; `prepend` and `append` add one entry to a list variable. `value` is "" for `unset`, or `watch` where the
    variable decides how a family signs in.

    The head of a plan is made of these too: what it is about, as `shells/README.md` lists it.
    """

    __slots__ = ("kind", "name", "value")

    def __init__(self, kind: str, name: str, value: str = "") -> None:
        self.kind = kind
        self.name = name
        self.value = value

    def __repr__(self) -> str:
        return f"Op({self.kind!r}, {self.name!r}, ***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Op) and self.triple() == other.triple()

    def __hash__(self) -> int:
        return hash(self.triple())

    def triple(self) -> tuple[str, str, str]:
        """Kind, name and value, as a shell runtime takes them."""
        return self.kind, self.name, self.value


class Plan:
    """What one profile does to any shell, as ordered steps: unsets, sets, list edits.

    `summary` is what the one-line message says behind the profile's name; "" lets the shell count instead.
    `head` says what the plan is about: the profile's colour, which variables to watch, the directory it answers for.
    `profile` is "" in an answer that no profile is due.
    """

    __slots__ = ("head", "ops", "plain", "profile", "summary")

    def __init__(
        self, profile: str, ops: tuple[Op, ...], summary: str, *, plain: bool, head: tuple[Op, ...] = ()
    ) -> None:
        self.profile = profile
        self.head = head
        self.ops = ops
        self.summary = summary
        self.plain = plain


class ListEdit:
    """Entries to put in front of and behind one list variable, in their final order."""

    __slots__ = ("append", "name", "prepend")

    def __init__(self, name: str, prepend: tuple[str, ...], append: tuple[str, ...]) -> None:
        self.name = name
        self.prepend = prepend
        self.append = append


class Transition:
    """What a self-contained script does to one particular shell, for use without the hook.

    `probe`: every name touched, tested for being readonly before anything changes. `unset`: exact names taken
    away first. `assign`: values exported in order. `lists`: edits made after that. `undo`: names a failure unsets.
    """

    __slots__ = ("assign", "lists", "probe", "undo", "unset")

    def __init__(
        self,
        unset: tuple[str, ...],
        assign: tuple[tuple[str, str], ...],
        lists: tuple[ListEdit, ...],
        undo: tuple[str, ...],
    ) -> None:
        self.unset = unset
        self.assign = assign
        self.lists = lists
        self.undo = undo
        names = {*unset, *(name for name, _ in assign), *(edit.name for edit in lists)}
        self.probe = tuple(sorted(names))
