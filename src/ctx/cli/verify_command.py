"""`ctx verify`: have the real client answer once in a profile, and explain why it does not."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager

from ctx import signin_messages
from ctx.claude.client import INSTALL, elsewhere, real_client
from ctx.claude.explain import WORD, Case, Ended, Finding, filled, finding, overruled
from ctx.claude.machine import look
from ctx.claude.masked import masked
from ctx.claude.model import Claim
from ctx.claude.verdict import judge, sentence
from ctx.cli.automatic import shown_place
from ctx.cli.exec_command import CannotRunError
from ctx.cli.invocation import Invocation, complain
from ctx.cli.login_profile import Subject, subject
from ctx.cli.spec import FLAG, JSON, OPTION, OPTIONAL, PROFILE, Param
from ctx.cli.verify_client import run_once
from ctx.discover import working_directory
from ctx.errors import EXIT_COMMAND_NOT_FOUND, EXIT_FAILURE, CtxError, UsageError
from ctx.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HELP = """Ask Claude Code for one word in a profile, and explain what is wrong if it does not answer.

Without NAME it is the active profile, else the one that is due here. The real client is started once, without its
retries, in an empty directory, so that a project's settings do not count. That is a real request: it may cost a fraction
of a cent."""

PATIENCE = 90
"""Seconds that a run gets: the client alone looks for AWS credentials up to 60 (client 2.1.330)."""

LONGEST_PATIENCE = 3600

PARAMS = (
    Param(OPTIONAL, "name", PROFILE.help),
    Param(FLAG, "here", "Start the client in this directory, with what the project's own settings say."),
    Param(OPTION, "timeout", f"Seconds until the client is stopped; {PATIENCE} if absent."),
    JSON,
)

PROMPT = f"Reply with exactly one word and use no tools: {WORD}"

ADDED = {"CLAUDE_CODE_MAX_RETRIES": "0", "CLAUDE_CODE_SKIP_PROMPT_HISTORY": "1"}
"""What the run gets on top: with retries a bad key is silent for three minutes (client 2.1.330); a test is no history."""

SESSION = ("CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION")
"""Marks of a session that ctx runs in: the client that is asked is none of its children."""

PINS = ("ANTHROPIC_DEFAULT_OPUS_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL")
UNPINNED = ("bedrock", "vertex")
"""Methods under which the client asks for each model it might use, unless all of PINS are set (client 2.1.330)."""

SHOWN_LINES = 12
SHOWN_WIDTH = 500


def run(invocation: Invocation, name: str | None, here: bool, timeout: str | None, json: bool) -> int:
    """Ask once; the exit code."""
    seconds = _seconds(timeout)
    about = subject(invocation, name, "verify")
    environ = {key: value for key, value in about.environ.items() if key not in SESSION} | ADDED
    client = _client(invocation, environ)
    with _directory(invocation, here=here) as cwd:
        environ["PWD"] = cwd
        case = _case(invocation, about, environ, cwd)
        found = overruled(case)
        if found is None:
            _announce(invocation, about, case, client, seconds)
            ended = run_once([client, "-p", PROMPT], environ, cwd, seconds)
            found = finding(ended, case, seconds)
        else:
            ended = Ended(None, b"", b"", 0)
    result = _result(about, case, ended, found)
    if json:
        invocation.emit_json(_data(result, client))
    else:
        _report(invocation, result)
    return 0 if result.found.passed else EXIT_FAILURE


class Result:
    """A run for people and programs, without a credential in it. `beside` are the client's warnings, `said` its text."""

    __slots__ = ("about", "beside", "case", "ended", "found", "said")

    def __init__(
        self, about: Subject, case: Case, ended: Ended, found: Finding, *, beside: list[Finding], said: str
    ) -> None:
        self.about = about
        self.case = case
        self.ended = ended
        self.found = found
        self.beside = beside
        self.said = said


def _result(about: Subject, case: Case, ended: Ended, found: Finding) -> Result:
    # What settings files set is no less a credential than what the profile sets.
    settings = {name: given.text or "" for name, given in case.machine.variables.items()}

    def clean(text: str, given: tuple[str, ...] = ()) -> str:
        return masked(masked(text, settings, ()), about.environ, given)

    def cleaned(one: Finding) -> Finding:
        return Finding(one.code, clean(one.meaning), clean(one.fix))

    beside = [filled(message, ended.text, case) for message in signin_messages.warnings(ended.text)]
    beside = [cleaned(one) for one in beside if one.code != found.code]
    said = clean(ended.text, about.given).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Result(about, case, ended, cleaned(found), beside=beside, said=said)


@contextmanager
def _directory(invocation: Invocation, *, here: bool) -> Iterator[str]:
    """Where the client runs: the working directory, or an empty one that is gone afterwards. Raises CtxError."""
    if here:
        cwd = working_directory(invocation.environ)
        if not os.path.isdir(cwd):
            raise CtxError("the working directory is gone", where=cwd, fix="cd to another")
        yield cwd
        return
    try:
        empty = tempfile.TemporaryDirectory(prefix="ctx-verify-", ignore_cleanup_errors=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise CtxError(f"an empty directory cannot be made: {reason}", fix="set TMPDIR, or use --here") from None
    with empty as cwd:
        yield cwd


def _seconds(timeout: str | None) -> float:
    try:
        seconds = float(PATIENCE if timeout is None else timeout)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST_PATIENCE:
        what = f"--timeout {timeout}: seconds are a number above 0 and up to {LONGEST_PATIENCE:,}"
        raise UsageError(what, fix=f"leave it out for {PATIENCE}")
    return seconds


def _client(invocation: Invocation, environ: dict[str, str]) -> str:
    client = real_client(environ.get("PATH", ""), invocation.data)
    if client:
        return client
    other = elsewhere(invocation.home)
    fix = f"put {os.path.dirname(other)} on your PATH: there is one" if other else INSTALL
    raise CannotRunError("there is no Claude Code on the PATH", EXIT_COMMAND_NOT_FOUND, fix=fix)


def _case(invocation: Invocation, about: Subject, environ: dict[str, str], cwd: str) -> Case:
    machine = look({**environ}, about.places, invocation.home, cwd)
    verdict = judge(machine, interactive=False, claim=Claim(about.auth, about.whole.payer, frozenset(about.given)))
    return Case(about.name, about.auth or "", machine, verdict, replace=about.replace, now=time.time())


def _announce(invocation: Invocation, about: Subject, case: Case, client: str, seconds: float) -> None:
    invocation.say(f"{about.name}: {sentence(case.verdict)}")
    invocation.say(
        f"asking {shown_place(client, invocation.home)} for one word, at most {seconds:g} s; it may cost a fraction of a cent"
    )
    if case.verdict.method in UNPINNED and not all(case.machine.given(name) for name in PINS):
        invocation.say(f"no model is pinned: up to 15 small availability calls may come with it ({', '.join(PINS)})")
    if any(mark in invocation.environ for mark in SESSION):
        invocation.say("you are inside a Claude Code session: this one is started apart from it")


def _report(invocation: Invocation, result: Result) -> None:
    name, found = result.about.name, result.found
    if found.passed:
        line = f"{name}: answered in {result.ended.seconds:.1f} s · {sentence(result.case.verdict)}"
        invocation.emit(f"{visible(line)}\n")
    else:
        lines = [f"{name}: {visible(found.meaning)}", *_quoted(result.said), f"  {visible(found.fix)}"]
        complain("\n".join(lines))
    for one in result.beside:
        complain(f"{name}: {visible(one.meaning)}\n  {visible(one.fix)}")


def _quoted(said: str) -> list[str]:
    """What the client said, shortened for a terminal."""
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    shown = [
        f"  | {visible(line[:SHOWN_WIDTH])}{'…' if len(line) > SHOWN_WIDTH else ''}" for line in lines[:SHOWN_LINES]
    ]
    more = len(lines) - SHOWN_LINES
    return [*shown, f"  | … {more:,} more lines"] if more > 0 else shown


def _data(result: Result, client: str) -> dict[str, object]:
    verdict, found = result.case.verdict, result.found
    return {
        "profile": result.about.name,
        "passed": found.passed,
        "code": found.code,
        "meaning": found.meaning,
        "fix": found.fix,
        "client": client,
        "exit_code": result.ended.code,
        "seconds": round(result.ended.seconds, 3),
        "text": "\n".join(line[:SHOWN_WIDTH] for line in result.said.splitlines()[:SHOWN_LINES]),
        "method": verdict.method,
        "billed_to": verdict.billed_to,
        "endpoint": verdict.endpoint,
        "model": verdict.model,
        "region": verdict.region,
        "warnings": [{"code": one.code, "meaning": one.meaning, "fix": one.fix} for one in result.beside],
    }
