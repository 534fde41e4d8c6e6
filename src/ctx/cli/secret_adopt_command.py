"""`ctx secret adopt`: find credentials that lie in files as plain text, and move them into the store."""

from __future__ import annotations

import os

from ctx import secrets
from ctx.cli import adopt_profiles
from ctx.cli.adopt_files import Source, usual
from ctx.cli.adopt_found import Assignment, described
from ctx.cli.adopt_profiles import Place
from ctx.cli.automatic import shown_place
from ctx.cli.choose import agreed
from ctx.cli.invocation import Invocation, complain
from ctx.cli.secret_use import changed, keeper
from ctx.cli.spec import ANY, YES, Param
from ctx.config import load
from ctx.discover import working_directory
from ctx.errors import ConfigError, CtxError, RefusedError, UsageError, typed
from ctx.files import PROFILES
from ctx.model import Secret
from ctx.packages import ensure
from ctx.secrets import index as records
from ctx.secrets.keeping import title
from ctx.visible import visible

HELP = """Find credentials that lie in plain text, and move them into the store.

It looks through the start-up files of bash, zsh, fish and PowerShell, the .env files from here up to the home directory,
and profiles.toml; or through FILES. Each is shown with its value masked, and asked about. A line is then taken out, in
profiles.toml replaced by { secret = "NAME" }. What is not a plain assignment is left alone, and said."""

PARAMS = (Param(ANY, "files", "Files to look through instead of the usual ones."), YES)


class Finding:
    """One credential to be moved: where it is shown to be, and the name it gets."""

    __slots__ = ("assignment", "name", "place", "where")

    def __init__(self, assignment: Assignment, where: str, place: Place | None = None) -> None:
        self.assignment = assignment
        self.where = f"{where}:{assignment.line}"
        self.place = place
        self.name = ""

    @property
    def value(self) -> str:
        """The credential itself."""
        return self.assignment.value or ""

    def line(self) -> str:
        """What a person is shown."""
        profile = f"{self.place[0]}: " if self.place else ""
        return f"{self.where}: {profile}{self.assignment.variable} ({described(self.value)})"


def run(invocation: Invocation, files: tuple[str, ...], *, yes: bool) -> int:
    """Show, ask, move. The exit code."""
    sources, toml = _read(invocation, files)
    of_files = [(source, _findings(invocation, source)) for source in sources]
    of_profiles = _profile_findings(invocation) if toml else []
    total = sum(len(found) for _, found in of_files) + len(of_profiles)
    if not total:
        invocation.say(f"no credential in plain text that could be moved, in {len(sources) + toml} files")
        return 0
    if not yes and not invocation.is_terminal(0, 2):
        for finding in (*(f for _, found in of_files for f in found), *of_profiles):
            complain(finding.line())
        fix = typed("ctx", "secret", "adopt", "--yes", *files)
        raise RefusedError(f"{total} found, and there is no terminal to ask at: nothing was moved", fix=fix)
    mover = _Mover(invocation, yes=yes)
    for source, found in of_files:
        mover.file(source, found)
    mover.profiles(of_profiles)
    mover.finish()
    return 0


def _read(invocation: Invocation, files: tuple[str, ...]) -> tuple[list[Source], bool]:
    """The files, and whether `profiles.toml` is one of them. Raises CtxError for a file that was named."""
    own = os.path.join(invocation.config, PROFILES)
    here = working_directory(invocation.environ)
    paths = [os.path.join(here, file) for file in files] or usual(invocation.home, invocation.own, here)
    toml = os.path.lexists(own) if not files else any(os.path.realpath(p) == os.path.realpath(own) for p in paths)
    sources = []
    for path in paths:
        if os.path.realpath(path) == os.path.realpath(own):
            continue
        if path.endswith((".toml", ".json", ".yaml", ".yml")):
            raise UsageError("is not a kind of file that ctx takes lines out of", where=path, fix="edit it by hand")
        try:
            sources.append(Source(path))
        except FileNotFoundError:
            raise UsageError("there is no such file", where=path, fix=typed("ls", "-l", path)) from None
        except CtxError as error:
            if files:
                raise
            complain(f"skipped: {error}")
    return sources, toml


def _findings(invocation: Invocation, source: Source) -> list[Finding]:
    """What can be moved out of a file; the rest is said."""
    shown = shown_place(source.path, invocation.home)
    for assignment in source.credentials:
        if assignment.value is None:
            _say_skipped(f"{shown}:{assignment.line}: {assignment.variable}", assignment)
    return [Finding(assignment, shown) for assignment in source.credentials if assignment.value is not None]


def _profile_findings(invocation: Invocation) -> list[Finding]:
    try:
        config, source = load(invocation.config)
    except ConfigError as error:
        complain(f"skipped: {error}")
        return []
    ensure("tomlkit")
    shown = shown_place(config.file, invocation.home)
    found = []
    for place, assignment in adopt_profiles.findings(config, source.text).items():
        if assignment.value is None:
            _say_skipped(f"{shown}:{assignment.line}: {place[0]}: {place[1]}", assignment)
        else:
            found.append(Finding(assignment, shown, place))
    return found


def _say_skipped(what: str, assignment: Assignment) -> None:
    complain(f"{visible(what)}: left alone, {assignment.reason}")


class _Mover:
    """Asks about findings and moves those that were agreed to: into the store first, out of the file then."""

    def __init__(self, invocation: Invocation, *, yes: bool) -> None:
        self._invocation = invocation
        self._yes = yes
        self._places = invocation.places(interactive=True)
        self._keeper = keeper(invocation)
        self._names: dict[str, str] = {}
        """By value: one secret for a value, wherever it is found."""
        self._kept: set[str] = set()
        self._moved: dict[str, str] = {}

    def file(self, source: Source, found: list[Finding]) -> None:
        """Move what was agreed to out of one file. Raises CtxError."""
        chosen = [finding for finding in found if self._wanted(finding, "take the line out")]
        if not chosen:
            return
        source.check_writable()
        for finding in chosen:
            self._keep(finding)
        taken = [finding.assignment for finding in chosen]
        backup = source.rewrite(taken)
        shown = shown_place(source.path, self._invocation.home)
        lines = f"{len(taken)} line{'s' if len(taken) > 1 else ''}"
        complain(f"{shown}: {lines} taken out · before, without values: {shown_place(backup, self._invocation.home)}")
        for number in source.remnants(taken):
            complain(f"{shown}:{number}: holds one of the values too; take it out by hand")

    def profiles(self, found: list[Finding]) -> None:
        """Write references in `profiles.toml`. Raises CtxError."""
        chosen = [finding for finding in found if self._wanted(finding, "refer to it there")]
        for finding in chosen:
            self._keep(finding)
        if chosen:
            by_place = {f.place: (f.value, f.name) for f in chosen if f.place is not None}
            adopt_profiles.rewrite(self._invocation.config, by_place)
            complain(f"{PROFILES}: {len(chosen)} value{'s' if len(chosen) > 1 else ''} replaced by a reference")

    def finish(self) -> None:
        """Let open shells know, and say what is left to do."""
        if not self._kept:
            complain("nothing was moved")
            return
        changed(self._invocation)
        for variable, name in self._moved.items():
            complain(f'for a profile: {variable} = {{ secret = "{name}" }}')
        if self._moved:
            complain("shells that are open keep the values until they end")
        complain("copies may remain in backups, shell histories and repositories: replace what others could have read")

    def _wanted(self, finding: Finding, then: str) -> bool:
        finding.name = self._names[finding.value] = self._name(finding)
        complain(finding.line())
        return self._yes or agreed(f"keep it as the secret {finding.name}, and {then}?")

    def _name(self, finding: Finding) -> str:
        """A name that is free, or whose secret is this very value already."""
        if finding.value in self._names:
            return self._names[finding.value]
        base = finding.assignment.variable.lower().replace("_", "-").strip("-") or "secret"
        base = (f"{finding.place[0]}-{base}" if finding.place else base)[:60]
        entries = records.load(self._places).entries
        for number in range(1, len(entries) + len(self._names) + 2):
            name = base if number == 1 else f"{base}-{number}"
            if name in self._names.values():
                continue
            if name not in entries or self._stored(name, entries[name].store) == finding.value:
                return name
        raise CtxError(f"no name is free for {base}")

    def _stored(self, name: str, kind: str) -> str | None:
        found = secrets.open_store(kind, self._places, complain).read((name,))
        return found[name].reveal() if name in found else None

    def _keep(self, finding: Finding) -> None:
        if finding.name not in self._kept:
            kind = self._keeper.put(finding.name, Secret(finding.value))
            self._kept.add(finding.name)
            complain(f"{finding.name} is in the {title(kind)}")
        if finding.place is None:
            self._moved[finding.assignment.variable] = finding.name
