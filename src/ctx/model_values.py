"""The right-hand sides of profiles as written, and secrets, which print as `***`."""

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
    """One right-hand side of a profile, as written. Subclasses say how it is resolved.

    `exec_only`: it is for `ctx exec` alone, and never exported into a shell.
    """

    __slots__ = ("exec_only", "origin")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.exec_only = False


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


class KeyringItem(Value):
    """`{ keyring = { service = …, username = … } }`: an item of the OS keyring that another tool made."""

    __slots__ = ("service", "username")

    def __init__(self, origin: Origin, service: str, username: str) -> None:
        super().__init__(origin)
        self.service = service
        self.username = username


class CommandOutput(Value):
    """`{ command = ["gh", "auth", "token"] }`: what a program prints, less one line end."""

    __slots__ = ("words",)

    def __init__(self, origin: Origin, words: tuple[str, ...]) -> None:
        super().__init__(origin)
        self.words = words


class FileText(Value):
    """`{ file = "~/certs/key.pem" }`: what a file holds, less one line end. `inside`: a directory it must not leave."""

    __slots__ = ("inside", "path")

    def __init__(self, origin: Origin, path: str, inside: str = "") -> None:
        super().__init__(origin)
        self.path = path
        self.inside = inside


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
