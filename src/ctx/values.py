"""What one right-hand side of a profile comes to: text expanded, secrets and the output of programs fetched."""

from __future__ import annotations

import os
import stat

from ctx import signin
from ctx.config_values import LONGEST_VALUE, check_length
from ctx.errors import ConfigError, SecretError, typed
from ctx.expand import expand, references
from ctx.files import read_bounded
from ctx.model import (
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
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ctx.secrets.base import Places

COMMAND_PATIENCE = 10.0
"""Seconds that a program may take to print a value: a prompt may be waiting for it."""


class Surroundings:
    """What a profile may depend on: home directory, the user's own environment, and where secrets lie.

    `places` is asked only if there are secrets; `notify` tells a person that a dialog of the keyring is being waited for.
    """

    __slots__ = ("data", "environ", "home", "notify", "places")

    def __init__(
        self,
        environ: dict[str, str],
        home: str,
        data: str,
        places: Callable[[], Places] | None = None,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.data = data
        self.environ = environ
        self.home = home
        self.notify = notify
        self.places = places or self._usual_places

    def _usual_places(self) -> Places:
        from ctx.secrets.base import Places

        return Places(self.data, os.path.join(self.home, ".local", "state", "ctx"), self.environ)


class Fetched:
    """What was asked of stores, in one go for a whole profile."""

    __slots__ = ("items", "named")

    def __init__(self, named: dict[str, Secret], items: dict[tuple[str, str], Secret]) -> None:
        self.named = named
        self.items = items


def fetch(values: Iterable[Value], around: Surroundings) -> Fetched:
    """Read every secret and keyring item that these values refer to.

    Raises SecretError naming the first that is not there, or the store that does not answer.
    """
    places: dict[str, str] = {}
    items: dict[tuple[str, str], str] = {}
    for value in values:
        for part in value.parts.values() if isinstance(value, Template) else (value,):
            if isinstance(part, SecretRef):
                places.setdefault(part.name, str(part.origin))
            elif isinstance(part, KeyringItem):
                items.setdefault((part.service, part.username), str(part.origin))
    if not (places or items):
        return Fetched({}, {})
    from ctx import secrets

    stores = around.places()
    named = secrets.read_named(tuple(places), stores, places, around.notify) if places else {}
    return Fetched(named, secrets.read_items(items, stores) if items else {})


def variable(key: str, value: Value, around: Surroundings, found: Fetched) -> Variable:
    """What the profile does to one variable.

    Raises ConfigError, and SecretError for a program or file that does not give the value.
    """
    if isinstance(value, Unset):
        return Variable(key, None, value.origin, plain=True)
    if isinstance(value, Literal):
        text = expanded(value, around)
        check_length(key, text, value.origin)
        safe = not (references(value.text) or signin.looks_secret(key) or signin.value_looks_secret(text))
        return Variable(key, text, value.origin, plain=safe and not value.exec_only)
    text = _fill(value, around, found) if isinstance(value, Template) else _text(value, around, found)
    check_length(key, text, value.origin)
    if "\0" in text:
        raise SecretError("holds a NUL character, which no environment can carry", where=str(value.origin))
    return Variable(key, Secret(text), value.origin, plain=False)


def expanded(value: Literal, around: Surroundings) -> str:
    """The literal's text with `~/` and `${NAME}` expanded.

    Raises ConfigError for a variable that is not set.
    """
    return _expand(value.text, value.origin, around)


def expand_list(lists: PathList, around: Surroundings) -> PathList:
    """A list's entries with `~/` and `${NAME}` expanded.

    Raises ConfigError for what cannot be an entry.
    """

    def entries(raw: tuple[str, ...]) -> tuple[str, ...]:
        done = tuple(_expand(entry, lists.origin, around) for entry in raw)
        for entry in done:
            if not entry or os.pathsep in entry:
                raise ConfigError(f"{entry!r} cannot be one entry of a list", where=str(lists.origin))
        return done

    front, back = entries(lists.prepend), entries(lists.append)
    plain = not any(references(entry) for entry in (*lists.prepend, *lists.append))
    plain = plain and not any(signin.value_looks_secret(entry) for entry in (*front, *back))
    return PathList(lists.origin, front, back, plain=plain)


def _text(value: Value, around: Surroundings, found: Fetched) -> str:
    if isinstance(value, SecretRef):
        return found.named[value.name].reveal()
    if isinstance(value, KeyringItem):
        return found.items[value.service, value.username].reveal()
    if isinstance(value, Literal):
        return expanded(value, around)
    if isinstance(value, CommandOutput):
        return _output(value, around)
    if isinstance(value, FileText):
        return _content(value, around)
    raise TypeError(f"no rule for {type(value).__name__}")


def _fill(template: Template, around: Surroundings, found: Fetched) -> str:
    """The template with every part put in once: text that a part brings along is not looked at again."""
    values = {key: _text(part, around, found) for key, part in template.parts.items()}
    pieces: list[str] = []
    rest = _expand(template.text, template.origin, around)
    while rest:
        before, brace, rest = rest.partition("{")
        pieces.append(before)
        name, closed, after = rest.partition("}")
        if brace and closed and name in values:
            pieces.append(values[name])
            rest = after
        else:
            pieces.append(brace)
    return "".join(pieces)


def _expand(text: str, origin: Origin, around: Surroundings) -> str:
    try:
        return expand(text, around.home, around.environ)
    except KeyError as error:
        name = error.args[0]
        raise ConfigError(
            f"refers to ${{{name}}}, which is not set", where=str(origin), fix=f"export {name}=…, or write $${{{name}}}"
        ) from None


def _output(value: CommandOutput, around: Surroundings) -> str:
    import subprocess

    words = [_expand(word, value.origin, around) for word in value.words]
    shown = typed(*value.words)

    def failed(why: str) -> SecretError:
        return SecretError(f"{shown} {why}", where=str(value.origin), fix=f"{shown} shows what is wrong")

    try:
        # A session of its own: the program can neither ask at the terminal nor leave a child behind at the deadline.
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=around.environ,
            start_new_session=True,
        )
    except OSError as error:
        raise failed(f"cannot be run: {(error.strerror or 'unknown reason').lower()}") from None
    with process:
        try:
            out, complaint = process.communicate(timeout=COMMAND_PATIENCE)
        except subprocess.TimeoutExpired:
            raise failed(f"printed nothing for {COMMAND_PATIENCE:g} seconds") from None
        finally:
            if process.returncode is None:
                _kill(process.pid)
    if process.returncode:
        lines = complaint.decode("utf-8", "replace").strip().splitlines()
        raise failed(f"failed with exit code {process.returncode}{f': {lines[-1][:200]}' if lines else ''}")
    return _one_value(out, shown, value.origin)


def _kill(pid: int) -> None:
    import signal

    try:
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass


def _content(value: FileText, around: Surroundings) -> str:
    path = _expand(value.path, value.origin, around)
    if value.inside:
        path = os.path.realpath(os.path.join(value.inside, path))
        if not path.startswith(os.path.join(value.inside, "")):
            raise ConfigError("leads out of the project's directory", where=str(value.origin))
    elif not os.path.isabs(path):
        raise ConfigError(f"{value.path!r} is neither absolute nor begins with ~/", where=str(value.origin))
    try:
        data, _ = read_bounded(path, LONGEST_VALUE, _check_regular)
    except FileNotFoundError:
        raise SecretError(
            "there is no such file", where=f"{value.origin}: {path}", fix=typed("ls", "-l", path)
        ) from None
    if len(data) > LONGEST_VALUE:
        raise SecretError(f"{path} is longer than a variable can be", where=str(value.origin))
    return _one_value(data, path, value.origin)


def _check_regular(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SecretError("is no regular file", where=path, fix=typed("ls", "-ld", path))


def _one_value(data: bytes, shown: str, origin: Origin) -> str:
    """One value from a program or a file: UTF-8, not empty, less one line end."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise SecretError(f"{shown} gives nothing", where=str(origin))
    if "\0" in text:
        raise SecretError(f"{shown} gives binary data, which no variable can hold", where=str(origin))
    return text
