"""The data everything else passes along: profiles with their values, environments, plans.

Plain classes with `__slots__`: `dataclasses` alone would triple the start of the process (see `benchmarks/`).
"""

from __future__ import annotations


class Origin:
    """Where a value was written: file, table (`profiles.work.env`) and key."""

    __slots__ = ("file", "key", "table")

    def __init__(self, file: str, table: str, key: str) -> None:
        self.file = file
        self.table = table
        self.key = key

    def __str__(self) -> str:
        return f"{self.file}: [{self.table}] {self.key}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


class Secret:
    """A value that must never be shown: printing, formatting and pickling give `***`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that hands it to a shell or a child process."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        return (str, ("***",))


class Value:
    """One right-hand side of a profile, as written. Subclasses say how it is resolved."""

    __slots__ = ("origin",)

    def __init__(self, origin: Origin) -> None:
        self.origin = origin


class Literal(Value):
    """Text; a leading `~/` and `${NAME}` are expanded when the profile is resolved."""

    __slots__ = ("text",)

    def __init__(self, origin: Origin, text: str) -> None:
        super().__init__(origin)
        self.text = text


class Unset(Value):
    """The variable is taken away: `false`, or a name in `unset`."""

    __slots__ = ()


class SecretRef(Value):
    """`{ secret = "name" }`: the value of a secret that ctx's own store holds."""

    __slots__ = ("name",)

    def __init__(self, origin: Origin, name: str) -> None:
        super().__init__(origin)
        self.name = name


class Template(Value):
    """`{ format = "…{part}…", part = … }`: text in which each `{part}` is replaced by another value."""

    __slots__ = ("parts", "text")

    def __init__(self, origin: Origin, text: str, parts: dict[str, Value]) -> None:
        super().__init__(origin)
        self.text = text
        self.parts = parts


class PathList:
    """Entries that a profile adds in front of and behind a list variable such as `PATH`.

    `plain` is False once an entry was expanded to something that may differ from shell to shell, or is secret.
    """

    __slots__ = ("append", "origin", "plain", "prepend")

    def __init__(
        self, origin: Origin, prepend: tuple[str, ...], append: tuple[str, ...], *, plain: bool = True
    ) -> None:
        self.origin = origin
        self.plain = plain
        self.prepend = prepend
        self.append = append


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

    `clears` holds names and patterns (`AZURE_OPENAI_*`) that the profile's families take away, with the reason.
    """

    __slots__ = ("auth", "clears", "lists", "profile", "variables")

    def __init__(self, profile: Profile, auth: str | None) -> None:
        self.profile = profile
        self.auth = auth
        self.variables: dict[str, Variable] = {}
        self.lists: dict[str, PathList] = {}
        self.clears: dict[str, str] = {}

    @property
    def plain(self) -> bool:
        """True if nothing in it is secret or depends on the live environment."""
        variables = all(variable.plain for variable in self.variables.values())
        return variables and all(entries.plain for entries in self.lists.values())


SET = "set"
ASSIGN = "assign"
UNSET = "unset"
PREPEND = "prepend"
APPEND = "append"


class Op:
    """One step of a plan.

    `set` unsets the name first, `assign` does not (see `names.assign_only`); `unset` takes a name or a pattern
    ending in `*`; `prepend` and `append` add one entry to a list variable. `value` is "" for `unset`.
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
    """

    __slots__ = ("ops", "plain", "profile", "summary")

    def __init__(self, profile: str, ops: tuple[Op, ...], summary: str, *, plain: bool) -> None:
        self.profile = profile
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
