"""`ctx doctor`: who signs in, and whether their clouds would let them."""

from __future__ import annotations

import time

from ctx import signin
from ctx.claude import machine as machines
from ctx.claude import sessions
from ctx.claude.conflicts import find
from ctx.claude.model import ERROR, INFO, WARNING, Conflict, Machine
from ctx.cli.claude_profile import by_name, over, sketch
from ctx.cli.doctor_findings import CLOUDS, SIGN_IN, Finding, Patient
from ctx.discover import working_directory
from ctx.errors import CtxError
from ctx.families import CLAUDE
from ctx.model import Environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = 3
"""So many profiles are named; of more it is said how many."""

_UNKNOWN = "(not read)"
"""What stands for a secret where only its being there matters."""


def shell_conflicts(patient: Patient) -> Iterator[Finding]:
    """The whole catalogue, for this shell."""
    view = patient.view()
    if view.trouble is not None and view.profile:
        what = f"the active profile {view.profile} can no longer be used: {view.trouble.what}"
        yield Finding("profile-unusable", ERROR, what, view.trouble.where, view.trouble.fix)
    for conflict in _of_shell(patient):
        yield _finding(conflict)


def _of_shell(patient: Patient) -> list[Conflict]:
    view = patient.view()
    return find(view.machine, view.environment, patient.invocation.hook)


def _finding(conflict: Conflict, of: str = "") -> Finding:
    message = f"{of}{conflict.message}"
    return Finding(conflict.code, conflict.severity, message, conflict.where, conflict.fix)


def profile_conflicts(patient: Patient) -> Iterator[Finding]:
    """What `ctx status NAME` would find wrong with each profile, and this shell does not show already."""
    told = {(conflict.code, conflict.where) for conflict in _of_shell(patient)}
    found: dict[tuple[str, str], tuple[Conflict, list[str]]] = {}
    for name, environment, machine, error in _profiles(patient):
        if error is not None:
            what = f"the profile {name} cannot be used: {error.what}"
            yield Finding("profile-unusable", ERROR, what, error.where, error.fix)
        if environment is None or machine is None or name == patient.view().profile:
            continue
        for conflict in find(machine, environment, patient.invocation.hook):
            key = conflict.code, conflict.where
            if key not in told and conflict.severity != INFO:
                found.setdefault(key, (conflict, []))[1].append(name)
    for conflict, of in found.values():
        conflict.message = conflict.message.replace(f"the profile {of[0]}", "the profile")
        if conflict.severity == ERROR and not patient.in_use().intersection(of):
            conflict.severity = WARNING
        yield _finding(conflict, f"{_named(of)}: ")


def _profiles(patient: Patient) -> Iterator[tuple[str, Environment | None, Machine | None, CtxError | None]]:
    """Every profile with which Claude Code signs in: its sketch and machine, or why it has none."""
    invocation = patient.invocation
    config = patient.readable_config()
    for name in config.profiles:
        try:
            environment = sketch(config, by_name(config, name), invocation.around())
        except CtxError as error:
            yield name, None, None, error
            continue
        if CLAUDE in environment.families:
            places = {key: str(variable.origin) for key, variable in environment.variables.items()}
            given = over(invocation.own, environment)
            cwd = working_directory(invocation.environ)
            yield name, environment, machines.look(given, places, patient.home, cwd), None


def cloud_sessions(patient: Patient) -> Iterator[Finding]:
    """Sessions that ended, logins that are not there: an error for this shell, a warning for a profile elsewhere."""
    view = patient.view()
    machine = view.machine
    now = time.time()
    seen: set[str] = set()
    method = next((name for name in signin.PROVIDER_ORDER if _is_on(machine, name)), "")
    of_shell = _problem(method, machine, now)
    if of_shell:
        seen.add(of_shell)
        yield _session(machine, ERROR, "", of_shell)
    found: dict[str, tuple[Machine, list[str]]] = {}
    for name, environment, other, _ in _profiles(patient):
        if environment is None or other is None:
            continue
        problem = _problem(environment.auth or "", other, now)
        if problem and problem not in seen:
            found.setdefault(problem, (other, []))[1].append(name)
    for problem, (other, of) in found.items():
        yield _session(other, WARNING, f"{_named(of)}: ", problem)


def _is_on(machine: Machine, method: str) -> bool:
    return signin.flag_is_on(machine.text(signin.METHODS[method].switch or ""))


def _problem(method: str, machine: Machine, now: float) -> str:
    texts = {name: _UNKNOWN if given.text is None else given.text for name, given in machine.variables.items()}
    # Whose session it is cannot be told from a name that is not known.
    if texts.get("AWS_PROFILE") == _UNKNOWN or not sessions.cloud(method):
        return ""
    return sessions.problem(method, texts, machine.home, now)


def _session(machine: Machine, severity: str, of: str, problem: str) -> Finding:
    message, _, fix = problem.rpartition(": ")
    # Claude Code renews the session by itself, or signs with what a program gives it.
    renewing = machine.setting("awsAuthRefresh") or machine.setting("awsCredentialExport")
    if renewing and "AWS" in message:
        severity = INFO
    return Finding("session", severity, f"{of}{message}", "", fix)


def _named(profiles: list[str]) -> str:
    more = len(profiles) - FEW
    return f"{', '.join(profiles[:FEW])}{f' and {more} more' if more > 0 else ''}"


CHECKS = ((SIGN_IN, shell_conflicts), (SIGN_IN, profile_conflicts), (CLOUDS, cloud_sessions))
