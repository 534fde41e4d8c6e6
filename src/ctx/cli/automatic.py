"""What is due in a directory, by the same rules as the shells' own: the last event wins.

`shells/README.md`, "Directories", states them. A shell decides alone where everything it needs is on disk; this is for the
rest, for `--auto`, and to put on disk what the next shell needs.
"""

from __future__ import annotations

import os

from ctx import trust
from ctx.cli import plans
from ctx.cli.invocation import Invocation
from ctx.compiled_directories import Index, load_index, no_index, stamp_alone, store_index
from ctx.discover import Found, bound_directories, only_profile, walk, working_directory
from ctx.errors import ConfigError, CtxError, RefusedError, UnknownProfileError, typed
from ctx.files import PROFILES, Source, config_status
from ctx.model import Config, Plan
from ctx.state import BY_DEFAULT, BY_DIRECTORY, BY_HAND, NO_PROFILE
from ctx.trust_store import ALLOWED
from ctx.visible import visible


class NotTrustedError(RefusedError):
    """A project's file that nobody has approved as it is."""


class Due:
    """What is due in a directory.

    `plan` is None where no profile is; `by` says who chose; `prepared` is the plan of a profile of `profiles.toml`, which
    may be kept on disk under its name; `project` the approved file that was used.
    """

    __slots__ = ("by", "plan", "prepared", "project", "verdict")

    def __init__(
        self,
        by: str,
        prepared: plans.Prepared | None = None,
        *,
        plan: Plan | None = None,
        project: trust.ProjectFile | None = None,
        verdict: trust.Verdict | None = None,
    ) -> None:
        self.by = by
        self.prepared = prepared
        self.plan = prepared.plan if prepared else plan
        self.project = project
        self.verdict = verdict


class Profiles:
    """`profiles.toml` of one run: read when something asks for its content, and not at all where plans on disk will do."""

    def __init__(self, invocation: Invocation, *, for_exec: bool = False) -> None:
        self._invocation = invocation
        self.for_exec = for_exec
        self._loaded: tuple[Config, Source] | None = None
        self.path = os.path.join(invocation.config, PROFILES)
        self.status = config_status(self.path)
        self.exists = os.path.lexists(self.path)

    def load(self) -> tuple[Config, Source | None]:
        """The content, empty where there is no such file.

        Raises ConfigError.
        """
        from ctx.config import load

        if not self.exists:
            return Config(self.path), None
        self._loaded = self._loaded or load(self._invocation.config)
        return self._loaded

    def index(self) -> Index:
        """The index, made anew if the one on disk is not about this file.

        Raises ConfigError for a file that cannot be used.
        """
        invocation = self._invocation
        ready = load_index(invocation.cache, plans.settings(invocation, self.status)) if self.status else None
        if ready is not None:
            return ready
        config, source = self.load()
        if source is None:
            return no_index()
        bound = bound_directories(config, invocation.home)
        shown = {directory: shown_place(directory, invocation.home) for directory in bound}
        made_from = plans.settings(invocation, source.stat)
        return store_index(invocation.cache, bound, shown, config.default or "", made_from)

    def unusable(self) -> Index:
        """The index while the file cannot be used."""
        if self.status is None:
            return no_index("")
        return stamp_alone(self._invocation.cache, plans.settings(self._invocation, self.status))

    def prepare(self, name: str, *, asked_for: bool, place: str = "") -> plans.Prepared:
        """The plan of a profile, which nobody is asked about.

        `asked_for`: a person chose it in this shell, for this directory. `place` is the project's file that names it. Raises
        what loading and resolving do, RefusedError for a protected profile that nobody asked for.
        """
        prepared = plans.ready(self._invocation, name)
        if prepared is not None:
            return prepared
        config, source = self.load()
        self.check(config, name, asked_for=asked_for, place=place)
        if source is None:
            raise ConfigError("is gone", where=self.path, fix="ctx reload")
        return plans.resolved(self._invocation, config, source, name, for_exec=self.for_exec)

    def check(self, config: Config, name: str, *, asked_for: bool, place: str) -> None:
        """Raise RefusedError for a profile that only a person may activate, UnknownProfileError for none."""
        from ctx.config import find
        from ctx.resolve import merged

        if place and name not in config.aliases:
            raise UnknownProfileError(
                f"names the profile {name!r}, which you do not have",
                where=place,
                fix=f"{typed('ctx', 'new', name)}, or add it to the aliases of one of yours",
            )
        profile = find(config, name)
        if merged(config, profile).protect and not asked_for:
            raise RefusedError(
                f"{profile.name} is protected: a directory never activates it", fix=f"ctx use {profile.name}"
            )


def covering(invocation: Invocation, index: Index, directory: str) -> Found:
    """The binding that covers `directory`."""
    return walk(directory, index.profile, lambda file: trust.is_denied(invocation.data, os.path.realpath(file)))


def due_on_entering(invocation: Invocation, profiles: Profiles, index: Index, found: Found) -> Due:
    """What is due where `found` was just entered: the binding's choice, else the manual choice, else the default.

    Raises NotTrustedError, RefusedError, and what loading and resolving do.
    """
    if found.profile:
        return Due(BY_DIRECTORY, profiles.prepare(found.profile, asked_for=False))
    if found.file:
        return _of_project(invocation, profiles, found)
    if invocation.manual == NO_PROFILE:
        return Due(BY_HAND)
    if invocation.manual:
        return Due(BY_HAND, profiles.prepare(invocation.manual, asked_for=False))
    if index.default:
        return Due(BY_DEFAULT, profiles.prepare(index.default, asked_for=False))
    return Due("")


def due_by_hand(invocation: Invocation, profiles: Profiles) -> Due:
    """What is due where a person's choice stands and only its sources changed.

    Raises what loading and resolving do.
    """
    chosen = invocation.manual or invocation.active
    return Due(BY_HAND, profiles.prepare(chosen, asked_for=True) if chosen not in ("", NO_PROFILE) else None)


def _of_project(invocation: Invocation, profiles: Profiles, found: Found) -> Due:
    try:
        file = trust.read(found.file)
    except FileNotFoundError:
        raise ConfigError("is gone", where=found.file, fix="ctx reload") from None
    verdict = trust.verdict(invocation.data, file)
    if verdict.state != ALLOWED:
        changed = ": it changed since it was approved" if trust.approved(invocation.data, file.real) is not None else ""
        raise NotTrustedError(f"{file.file} is not trusted{changed}", fix="ctx allow shows what it sets")
    name = only_profile(file.data)
    if name:
        prepared = profiles.prepare(name, asked_for=False, place=file.file)
        return Due(BY_DIRECTORY, prepared, project=file, verdict=verdict)
    from ctx.plan import make_plan
    from ctx.project import parse
    from ctx.resolve import resolve_project

    project = parse(file.text(), file.real)
    config, _ = profiles.load()
    if project.profile:
        profiles.check(config, project.profile, asked_for=False, place=file.file)
    plan = make_plan(resolve_project(config, project, invocation.around(), for_exec=profiles.for_exec))
    return Due(BY_DIRECTORY, plan=plan, project=file, verdict=verdict)


def one_line(error: CtxError, home: str) -> str:
    """An error as the hook says it: where, what and the next command on one line, paths below home with `~`."""
    where = f"{error.where}: " if error.where else ""
    fix = f" · {error.fix}" if error.fix else ""
    return visible(shown_place(where + error.what, home) + fix)


def shown_place(path: str, home: str) -> str:
    """A path for people: below the home directory it begins with `~`, and nothing in it can reach the terminal."""
    if path == home or path.startswith(home.rstrip("/") + "/"):
        path = "~" + path[len(home.rstrip("/")) :]
    return visible(path)


def plan_for_directory(invocation: Invocation, *, for_exec: bool = False) -> Plan | None:
    """What `--auto` means: the shell's manual choice if there is one, else the directory's, else the default.

    `for_exec`: with what only one command may get. None where no profile is due. Raises what entering the directory would be refused for.
    """
    profiles = Profiles(invocation, for_exec=for_exec)
    if invocation.manual == NO_PROFILE:
        return None
    if invocation.manual:
        return profiles.prepare(invocation.manual, asked_for=True).plan
    index = profiles.index()
    found = covering(invocation, index, working_directory(invocation.environ))
    return due_on_entering(invocation, profiles, index, found).plan
