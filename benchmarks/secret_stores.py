"""Secrets: a profile of which none, one or all ten variables are secrets, from every place that ctx and peers have."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from benchmarks.desktop import Desktop, program
from benchmarks.timing import LIMIT_SECONDS, Case, LeftOutError, Process, run, shown
from benchmarks.world import World, settings, write

COUNTS = (0, 1, 10)
"""How many of the variables are secrets."""

VARIABLES = settings(count=max(COUNTS))
NAMES = {variable: variable.lower().replace("_", "-") for variable in VARIABLES}
"""What the secret of each variable is called."""

KEYRING, FILE = "keyring", "file"
"""ctx's stores, as `ctx secret set --to` calls them."""

PACKAGES = ("keyring", "cryptography")
"""What ctx needs for them. Both come along with it on Linux."""

HOME = "secrets"

IN_ENVIRONMENT = "{name}={value}\n"
"""How `env` shows a variable."""

_NAIVE = """\
import sys

sys.path.append(sys.argv[1])

import keyring

for name in sys.argv[2:]:
    print(keyring.get_password(f"ctx:{name}", name))
"""


@dataclass
class Amount(Case):
    """One row with so many secrets. `group` is what `--only` selects."""

    row: str = ""
    count: int = 0


@dataclass(frozen=True)
class Reading:
    """Programs that run one after another. What they say, or their proofs, has to hold every value of `values`.

    `form` is how: with or without its name.
    """

    processes: tuple[Process, ...]
    values: Mapping[str, str]
    form: str = "{value}"

    def check(self) -> None:
        """Run them once and look at what they say. Raises LeftOutError, which shows no value."""
        text = "".join(map(self._run, self.processes))
        lacking = [name for name, value in self.values.items() if self.form.format(name=name, value=value) not in text]
        if lacking:
            raise LeftOutError(f"its output lacks {', '.join(lacking)}")

    def _run(self, process: Process) -> str:
        words = process.proof or process.words
        try:
            return run(words, process.environ, process.directory)
        except LeftOutError as error:
            # The row says which program it is.
            reason = str(error).removeprefix(shown(words)).lstrip(": ")
            for value in self.values.values():
                reason = reason.replace(value, "***")
            raise LeftOutError(reason) from None

    def sample(self) -> float:
        """Milliseconds for all of them."""
        return sum(process.sample() for process in self.processes)


Readings = Callable[[int], Reading]
"""What is run to read so many secrets."""


class Place:
    """Where the secrets are, the same for everybody who reads them. Every store is filled once, when it is needed.

    `fnox` gives the path of that program, or raises LeftOutError.
    """

    def __init__(self, world: World, desktop: Desktop, fnox: Callable[[], str]) -> None:
        self.world = world
        self.desktop = desktop
        self.fnox = fnox
        self.secrets = {variable: secrets.token_hex(16) for variable in VARIABLES}
        self._homes: dict[str, World | str] = {}

    def values(self, count: int) -> dict[str, str]:
        """What the variables hold when so many of them are secrets."""
        return VARIABLES | dict(list(self.secrets.items())[:count])

    def home(self, store: str) -> World:
        """A home directory whose secrets are in that store of ctx, "" for none. Raises LeftOutError."""
        if store not in self._homes:
            try:
                self._homes[store] = self._home(store)
            except LeftOutError as error:
                self._homes[store] = str(error)
        found = self._homes[store]
        if isinstance(found, str):
            raise LeftOutError(found)
        return found

    def environ(self, store: str) -> dict[str, str]:
        """The environment in which that store is found."""
        return self.home(store).environ(**(self.desktop.environ() if store == KEYRING else {}))

    def _home(self, store: str) -> World:
        more = self.desktop.environ() if store == KEYRING else {}
        if store:
            self.world.add(PACKAGES)
        world = self.world.another(f"{HOME}-{store or 'environment'}")
        for variable, value in self.secrets.items() if store else ():
            words = (*world.ctx, "secret", "set", NAMES[variable], "--stdin", "--to", store)
            tell(words, world.environ(**more), world.empty, value)
        world.profiles(profiles_text())
        return world


def tell(words: tuple[str, ...], environ: Mapping[str, str], directory: str, value: str) -> None:
    """Run a program that reads a secret from its standard input. Raises LeftOutError."""
    try:
        done = subprocess.run(
            words,
            env=environ,
            cwd=directory,
            input=value.encode(),
            capture_output=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LeftOutError(f"{shown(words)}: {error}") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").replace(value, "***").strip().splitlines()
        raise LeftOutError(f"{shown(words)} ended with {done.returncode}: {lines[0] if lines else 'no message'}")


# --- What reads them --------------------------------------------------------------------------------------------------


def profile(count: int) -> str:
    """The profile that has so many secrets."""
    return f"secrets-{count}"


def profiles_text() -> str:
    """A `profiles.toml` with a profile for each number of secrets."""
    lines: list[str] = []
    for count in COUNTS:
        lines += [f"[profiles.{profile(count)}]", "", f"[profiles.{profile(count)}.env]"]
        for number, (variable, value) in enumerate(VARIABLES.items()):
            lines.append(f"{variable} = " + (f'{{ secret = "{NAMES[variable]}" }}' if number < count else f'"{value}"'))
        lines.append("")
    return "\n".join(lines)


def _ctx(place: Place, store: str) -> tuple[Readings, Readings]:
    """`ctx use` as the hook starts it, `ctx exec`."""
    world = place.home(store)
    environ = place.environ(store)
    hook = run((*world.ctx, "init", "bash"), environ, world.empty)
    found = re.search(r"__ctx_version=(.+)", hook)
    if found is None:
        raise LeftOutError("ctx's hook does not say of which version it is")
    version = "".join(shlex.split(found.group(1)))
    # No profile is active, none was before, and none was chosen.
    words = (*world.ctx, "@hook", version, "bash", *world.directories, "", "", "", "use")

    def given(count: int) -> dict[str, str]:
        stands_in = dict(list(place.secrets.items())[:count]) if not store else {}
        return environ | {f"CTX_SECRET_{NAMES[v].upper().replace('-', '_')}": text for v, text in stands_in.items()}

    def use(count: int) -> Reading:
        return Reading((Process((*words, profile(count)), given(count), world.empty),), place.values(count))

    def execute(count: int) -> Reading:
        start = (*world.ctx, "exec", profile(count), "--")
        process = Process((*start, "true"), given(count), world.empty, proof=(*start, "env"))
        return Reading((process,), place.values(count), IN_ENVIRONMENT)

    return use, execute


def _fnox(place: Place) -> tuple[Readings, Readings]:
    """A `fnox.toml` for each number of secrets: these from its provider `keychain`, the others plain defaults."""
    path = place.fnox()
    world = place.world
    environ = world.environ(**place.desktop.environ())
    folders: dict[int, str] = {}
    for count in COUNTS:
        lines = ["[providers.keychain]", 'type = "keychain"', 'service = "fnox"', "", "[secrets]"]
        for number, (variable, value) in enumerate(VARIABLES.items()):
            form = f'provider = "keychain", value = "{NAMES[variable]}"' if number < count else f'default = "{value}"'
            lines.append(f"{variable} = {{ {form} }}")
        folders[count] = world.project(f"fnox-{profile(count)}", "fnox.toml", "\n".join((*lines, "")))
    for variable, value in place.secrets.items():
        words = (path, "set", variable, "--provider", "keychain", "--key-name", NAMES[variable])
        tell(words, environ, folders[max(COUNTS)], value)

    def export(count: int) -> Reading:
        process = Process((path, "export", "-f", "shell"), environ, folders[count])
        return Reading((process,), place.values(count))

    def execute(count: int) -> Reading:
        words = (path, "exec", "--")
        process = Process((*words, "true"), environ, folders[count], proof=(*words, "env"))
        return Reading((process,), place.values(count), IN_ENVIRONMENT)

    return export, execute


def _naive(place: Place) -> tuple[Readings]:
    """A program that asks `keyring` for one secret after the other, started as ctx is, with the same packages."""
    world, environ = place.home(KEYRING), place.environ(KEYRING)
    script = os.path.join(world.folder, "naive.py")
    write(script, _NAIVE)

    def ask(count: int) -> Reading:
        words = (sys.executable, "-I", "-S", script, world.site, *list(NAMES.values())[:count])
        return Reading((Process(words, environ, world.empty),), dict(list(place.secrets.items())[:count]))

    return (ask,)


def _secret_tool(place: Place) -> tuple[Readings]:
    """The program that libsecret brings along, started for one secret after the other."""
    path = program("secret-tool")
    world, environ = place.home(KEYRING), place.environ(KEYRING)

    def look_up(count: int) -> Reading:
        names = list(NAMES.values())[:count]
        words = [(path, "lookup", "service", f"ctx:{name}", "username", name) for name in names]
        processes = tuple(Process(each, environ, world.empty) for each in words)
        return Reading(processes, dict(list(place.secrets.items())[:count]))

    return (look_up,)


@dataclass(frozen=True)
class Source:
    """Who reads, from where. `prepare` gives what `rows` run; it raises LeftOutError."""

    group: str
    rows: tuple[str, ...]
    prepare: Callable[[Place], tuple[Readings, ...]]
    counts: tuple[int, ...] = COUNTS


USE, EXEC = "ctx use, OS keyring", "ctx exec, OS keyring"
NAIVE = "keyring.get_password"

SOURCES = (
    Source("ctx", (USE, EXEC), lambda place: _ctx(place, KEYRING)),
    Source("ctx", ("ctx use, encrypted file", "ctx exec, encrypted file"), lambda place: _ctx(place, FILE)),
    Source("ctx", ("ctx use, CTX_SECRET_…", "ctx exec, CTX_SECRET_…"), lambda place: _ctx(place, "")),
    Source("fnox", ("fnox export, keychain", "fnox exec, keychain"), _fnox),
    # Without secrets there is nothing to ask.
    Source("keyring", (NAIVE,), _naive, COUNTS[1:]),
    Source("secret-tool", ("secret-tool lookup",), _secret_tool, COUNTS[1:]),
)
"""In the order of the table."""

GROUPS = ("keyring", "secret-tool")
"""What `--only` may name besides ctx and the peers."""

ROWS = tuple(row for source in SOURCES for row in source.rows)


def said(count: int) -> str:
    """A number of secrets in words."""
    return "no secret" if not count else "1 secret" if count == 1 else f"{count} secrets"


def cells(place: Place, groups: Iterable[str], left_out: dict[str, str]) -> list[Amount]:
    """Everything to be measured for these groups. Why a row cannot be set up goes into `left_out`."""
    found: list[Amount] = []
    for source in SOURCES:
        if source.group not in groups:
            continue
        try:
            rows = source.prepare(place)
        except LeftOutError as error:
            left_out |= dict.fromkeys(source.rows, str(error))
            continue
        for row, readings in zip(source.rows, rows, strict=True):
            for count in source.counts:
                reading = readings(count)
                label = f"{row}: {said(count)}"
                found.append(Amount(source.group, label, reading.sample, "", reading.check, row=row, count=count))
    return found
