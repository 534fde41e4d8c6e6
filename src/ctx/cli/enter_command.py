"""`ctx @enter`: what the hook asks when it cannot decide about a directory alone. Not for people.

`shells/README.md`, "Directories", describes question and answer.
"""

from __future__ import annotations

import os

from ctx import trust
from ctx.cli import cloud_session, plans
from ctx.cli.automatic import (
    Due,
    Profiles,
    covering,
    due_by_hand,
    due_on_entering,
    one_line,
    shown_place,
)
from ctx.cli.invocation import Invocation
from ctx.compiled_directories import Index, store_answer
from ctx.dialects import Dialect, dialect
from ctx.discover import BEGINNING, WHOLE, Found, snapshot, upward
from ctx.errors import ConfigError, CtxError, RefusedError
from ctx.model import (
    ABSENT,
    BINDING,
    BY,
    DEFAULT,
    DENIED,
    INDEX,
    KEEP,
    PRESENT,
    REFUSE,
    SOURCE,
    TEXT,
    Op,
    Plan,
)
from ctx.state import BY_DIRECTORY, BY_HAND
from ctx.trust_store import denied_record

BLOCKED = "blocked"
ERROR = "error"


def run(invocation: Invocation, directory: str, by: str, binding: str) -> int:
    """Print the answer: a plan as a call. The exit code."""
    language = dialect(invocation.hook)
    profiles = Profiles(invocation)
    try:
        index, broken = profiles.index(), None
    except ConfigError as error:
        index, broken = profiles.unusable(), error
    found = covering(invocation, index, directory) if os.path.isabs(directory) else Found("", "", "")
    if broken is not None:
        head = _broken(invocation, found, broken, binding, directory)
        answer = Plan("", (), "", plain=False, head=head)
    else:
        answer = _answer(invocation, profiles, index, found, stays=by == BY_HAND and found.directory == binding)
    head = (*answer.head, *_about(index, found), *_denied(invocation, profiles, found, language))
    emitted = Plan(answer.profile, answer.ops, answer.summary, plain=False, head=head)
    invocation.emit(language.call(_holdable(emitted, language)))
    if emitted.profile:
        cloud_session.warn(invocation, emitted)
    return 0


def _answer(invocation: Invocation, profiles: Profiles, index: Index, found: Found, *, stays: bool) -> Plan:
    """The plan that is due, its head saying why; puts on disk what the next shell needs to decide alone."""
    language = dialect(invocation.hook)
    try:
        due = due_by_hand(invocation, profiles) if stays else due_on_entering(invocation, profiles, index, found)
    except CtxError as error:
        status = BLOCKED if isinstance(error, RefusedError) else ERROR
        line = _with_fallback(invocation, one_line(error, invocation.home))
        head = (Op(BY, BY_DIRECTORY), Op(REFUSE, status, line), *_file(invocation, found, None, language))
        return Plan("", (), "", plain=False, head=head)
    if due.prepared is not None:
        plans.keep(invocation, due.prepared, language)
    plan = due.plan or Plan("", (), "", plain=False)
    about = (*plan.head, _binding(invocation, found), *_file(invocation, found, due, language))
    if due.project is not None and profiles.status is not None:
        kept = Plan(plan.profile, plan.ops, plan.summary, plain=plan.plain, head=about)
        store_answer(invocation.cache, found.directory, kept, language, plans.settings(invocation, profiles.status))
    return Plan(plan.profile, plan.ops, plan.summary, plain=False, head=(*about, Op(BY, due.by)))


def _broken(invocation: Invocation, found: Found, error: ConfigError, binding: str, directory: str) -> tuple[Op, ...]:
    """While `profiles.toml` cannot be used, nothing changes where nothing was entered, and nothing is entered."""
    line = one_line(error, invocation.home)
    if found.directory == binding or (binding in upward(directory) and not found.directory):
        found.directory = binding
        verdict: tuple[Op, ...] = (Op(KEEP, ERROR, line),)
    else:
        verdict = (Op(BY, BY_DIRECTORY), Op(REFUSE, ERROR, _with_fallback(invocation, line)))
    return (*verdict, *_file(invocation, found, None, dialect(invocation.hook)))


def _with_fallback(invocation: Invocation, line: str) -> str:
    """Why nothing was entered, and what claude uses therefore."""
    from ctx.cli.off_command import behind, fallback

    return behind(line, fallback(invocation))


def _binding(invocation: Invocation, found: Found) -> Op:
    return Op(BINDING, found.directory, shown_place(found.directory, invocation.home) if found.directory else "")


def _file(invocation: Invocation, found: Found, due: Due | None, language: Dialect) -> tuple[Op, ...]:
    """The project's file as it was seen, and the records of trust that the answer rests on."""
    if not found.file:
        return () if due else (_binding(invocation, found),)
    head = [] if due else [_binding(invocation, found)]
    head.append(Op(SOURCE, found.file, os.path.realpath(found.file)))
    if due is not None and due.project is not None and due.verdict is not None:
        head.append(Op(TEXT, WHOLE, due.project.data.decode("utf-8", "surrogateescape")))
        return (*head, *_records(due.verdict))
    mode, data = snapshot(found.file)
    head.append(Op(TEXT, *_readable(mode, data, language)))
    try:
        verdict = trust.verdict(invocation.data, trust.read(found.file))
    except (CtxError, FileNotFoundError):
        return (*head, Op(ABSENT, denied_record(invocation.data, os.path.realpath(found.file))))
    return (*head, *_records(verdict))


def _records(verdict: trust.Verdict) -> tuple[Op, ...]:
    return (*(Op(PRESENT, path) for path in verdict.present), *(Op(ABSENT, path) for path in verdict.absent))


def _readable(mode: str, data: bytes, language: Dialect) -> tuple[str, str]:
    """The text in a form that the shell can hold: PowerShell has no bytes that are not UTF-8."""
    if language.name == "pwsh":
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            return BEGINNING, data[: error.start].decode("utf-8")
    return mode, data.decode("utf-8", "surrogateescape")


def _about(index: Index, found: Found) -> tuple[Op, ...]:
    """What any answer holds: the index, and nearer candidates that are not there."""
    return (
        Op(INDEX, index.tree, index.stamp),
        Op(DEFAULT, index.default),
        *(Op(ABSENT, file) for file in found.absent),
    )


def _denied(invocation: Invocation, profiles: Profiles, found: Found, language: Dialect) -> tuple[Op, ...]:
    """The records that keep files out; each is put on disk as an answer, so that shells pass over the file alone."""
    records: list[Op] = []
    for file in found.denied:
        real = os.path.realpath(file)
        record = Op(PRESENT, denied_record(invocation.data, real))
        records.append(record)
        if profiles.status is not None:
            answer = Plan("", (), "", plain=True, head=(Op(SOURCE, file, real), record, Op(DENIED, "")))
            made_from = plans.settings(invocation, profiles.status)
            store_answer(invocation.cache, os.path.dirname(file), answer, language, made_from)
    return tuple(records)


def _holdable(answer: Plan, language: Dialect) -> Plan:
    """The answer without paths that the shell cannot write down; it asks again then."""
    if language.name != "pwsh":
        return answer
    from ctx.secrets.values import is_text

    head = tuple(op for op in answer.head if is_text(op.name + op.value))
    return Plan(answer.profile, answer.ops, answer.summary, plain=answer.plain, head=head)
