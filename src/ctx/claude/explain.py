"""What one run of the client means: an answer, or which error of the table, with the cause where the client hides it."""

from __future__ import annotations

import shlex

from ctx import signin, signin_messages
from ctx.claude.model import ENDPOINT
from ctx.errors import typed
from ctx.signin_message import FIELDS, Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctx.claude.model import Machine, Verdict

WORD = "CTX-WORKS"
"""What the client is asked to answer with: anything else on its output is no answer."""

ANSWERED = "answered"

_CLOUD_CAUSES = frozenset(
    ("aws-none", "aws-sso-missing", "aws-sso-expired", "aws-expired", "aws-refused", "aws-timeout", "google-none",
     "google-expired", "google-file", "foundry-none")
)  # fmt: skip
"""Messages behind which the cloud's own files may show the cause."""

# A Console login may be kept as a profile of the ant CLI; with both switches on the model's name picks.
_ALIKE = (("console", "anthropic-profile"), ("bedrock", "mantle"), ("mantle", "bedrock"))

_REAL = "is it the real claude? type -a claude"

_FIRST_PARTY = "api.anthropic.com"


class Ended:
    """How a run of the client ended.

    `code` is the exit code, negative for the number of the signal it died of, None for one that was stopped at the deadline.
    `output` and `errors` are what it printed, as bytes, their beginning only if it `flooded`.
    """

    __slots__ = ("code", "errors", "flooded", "output", "seconds")

    def __init__(
        self, code: int | None, output: bytes, errors: bytes, seconds: float, *, flooded: bool = False
    ) -> None:
        self.code = code
        self.output = output
        self.errors = errors
        self.seconds = seconds
        self.flooded = flooded

    @property
    def text(self) -> str:
        """All that it said, for the table and for people; undecodable bytes survive as lone surrogates."""
        both = (self.output.decode("utf-8", "surrogateescape"), self.errors.decode("utf-8", "surrogateescape"))
        return "\n".join(part.strip() for part in both if part.strip())


class Finding:
    """What a run means: `code` is ANSWERED or stable for programs; `meaning` and `fix` are for people."""

    __slots__ = ("code", "fix", "meaning")

    def __init__(self, code: str, meaning: str = "", fix: str = "") -> None:
        self.code = code
        self.meaning = meaning
        self.fix = fix

    @property
    def passed(self) -> bool:
        """Whether the client answered."""
        return self.code == ANSWERED


class Case:
    """What was run: the profile's name and method, everything that decides there, what that comes to.

    `auth` is the method that the profile means, or "". `replace` says for variables how to give them another value; `now` is
    the time in seconds since 1970.
    """

    __slots__ = ("auth", "machine", "now", "profile", "replace", "verdict")

    def __init__(
        self, profile: str, auth: str, machine: Machine, verdict: Verdict, *, replace: Mapping[str, str], now: float
    ) -> None:
        self.profile = profile
        self.auth = auth
        self.machine = machine
        self.verdict = verdict
        self.replace = replace
        self.now = now

    @property
    def method(self) -> str:
        """The method as the table means it: what is sent to a host that is not Anthropic's is sent to a gateway."""
        method = signin.METHODS.get(self.verdict.method)
        if method is None:
            # A profile of the ant CLI that does not exist signs in no way at all.
            return self.auth
        endpoint = self.verdict.endpoint
        return method.name if method.switch or endpoint in ("", _FIRST_PARTY) else "gateway"


def finding(ended: Ended, case: Case, seconds: float) -> Finding:
    """What a run under a deadline of so many seconds came to."""
    if ended.code == 0 and not ended.flooded and WORD.encode() in ended.output:
        return Finding(ANSWERED)
    return explained(ended.text, case) or _unexplained(ended, case, seconds)


def overruled(case: Case) -> Finding | None:
    """What is said of a profile whose way to sign in would not be used: an answer would be another account's.

    None where it would be, and where that cannot be told.
    """
    verdict = case.verdict
    if verdict.unknown or verdict.method in ("", case.auth) or (case.auth, verdict.method) in _ALIKE or not case.auth:
        return None
    meant = signin.METHODS[case.auth].label
    decided = "; ".join(f"{reason.name} ({reason.place})" for reason in verdict.decided_by[:1])
    what = f"it means {meant}, but the client would use {verdict.label}, because of {decided}: nothing was asked"
    return Finding("overruled", what, f"{typed('ctx', 'status', case.profile)} shows what decides")


def _unexplained(ended: Ended, case: Case, seconds: float) -> Finding:
    """What can be said of a run whose text the table does not know."""
    itself = typed("ctx", "exec", case.profile, "--", "claude", "-p", "hello")
    if ended.flooded:
        return Finding("floods", "the client printed without end and was stopped", _REAL)
    if ended.code is None:
        again = typed("ctx", "verify", case.profile, "--timeout", f"{seconds * 4:g}")
        what = f"the client did not end within {seconds:g} s and was stopped"
        return Finding("hangs", what, f"{again} waits longer; a proxy or a helper may hang")
    if ended.code < 0:
        return Finding("killed", f"the client died of {_signal(-ended.code)}", f"{itself} may say more")
    if ended.text and not _is_text(ended.text):
        return Finding("binary", "what it printed is no text", _REAL)
    if ended.code and ended.text:
        what = f"the client failed with exit code {ended.code}, for a reason that ctx does not know"
        return Finding("unknown", what, "see its own words; ctx doctor looks for conflicts")
    if ended.code:
        what = f"the client ended with exit code {ended.code} and said nothing"
        return Finding("silent", what, f"{itself} may say more")
    if not ended.text:
        return Finding("silent", "the client ended well, but said nothing", _REAL)
    what = f"what it says is not the word it was asked for, {WORD}"
    return Finding("nonsense", what, f"{_REAL}; a hook or a gateway may answer for it")


def _is_text(text: str) -> bool:
    return not any((char < " " and char not in "\t\n\r\x1b") or "\ud800" <= char <= "\udfff" for char in text)


def _signal(number: int) -> str:
    import signal

    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"


def explained(text: str, case: Case) -> Finding | None:
    """What a failed client's text means here; None for a text that the table does not know."""
    message = signin_messages.recognise(text, case.method)
    if message is None:
        return None
    cause = _cloud_cause(case) if message.code in _CLOUD_CAUSES else None
    if cause is not None:
        return Finding(message.code, *cause)
    return filled(message, text, case)


def filled(message: Message, text: str, case: Case) -> Finding:
    """A row of the table with what is known here in its places."""
    known = _known(text, case)
    shown = {name: known.get(name) or _UNKNOWN[name] for name in FIELDS}
    given = {name: shlex.quote(known[name]) if known.get(name) else _TO_TYPE[name] for name in FIELDS}
    given["replace"] = _replace(shown["credential"], case)
    # `{replace}` alone is a sentence or a command; what stands beside it in the table is written for both.
    return Finding(message.code, message.meaning.format_map(shown), message.fix.format_map(given))


_UNKNOWN = {
    "profile": "NAME", "credential": "the credential", "replace": "", "aws": "default", "region": "this region",
    "endpoint": "the server", "model": "that was asked for", "project": "that is billed",
}  # fmt: skip
_TO_TYPE = {**_UNKNOWN, "region": "the region", "project": "PROJECT", "model": "MODEL"}


def _known(text: str, case: Case) -> dict[str, str]:
    verdict, machine = case.verdict, case.machine
    secret = [reason.name for reason in verdict.decided_by if signin.looks_secret(reason.name)]
    deciding = [*secret, *(reason.name for reason in verdict.decided_by)]
    return {
        "profile": case.profile,
        "credential": deciding[0] if deciding else "",
        "aws": machine.text("AWS_PROFILE"),
        "region": verdict.region,
        "endpoint": _address(case),
        "model": _between(signin_messages.flat(text), "selected model (", ")") or verdict.model,
        "project": machine.text("ANTHROPIC_VERTEX_PROJECT_ID"),
    }


def _address(case: Case) -> str:
    """The address as it was set, for a wrong path or port is in it; the host alone where it may hold a password."""
    names = [reason.name for reason in case.verdict.decided_by if reason.what == ENDPOINT]
    address = case.machine.text(names[0]) if names else ""
    return address if address and not signin.value_looks_secret(address) else case.verdict.endpoint


def _between(text: str, start: str, end: str) -> str:
    _, found, rest = text.partition(start)
    return rest.partition(end)[0] if found else ""


def _replace(credential: str, case: Case) -> str:
    """What to type to give a credential another value."""
    if credential in case.replace:
        return case.replace[credential]
    given = case.machine.given(credential)
    return f"replace {credential}: {given.place}" if given is not None else f"replace {credential}"


def _cloud_cause(case: Case) -> tuple[str, str] | None:
    """Meaning and fix as the cloud's own files show them; None where they show nothing wrong."""
    from ctx.claude import azure, google, sessions

    variables = {name: given.text or "" for name, given in case.machine.variables.items()}
    method, home = case.verdict.method, case.machine.home
    meaning, found, fix = sessions.problem(method, variables, home, case.now).rpartition(": ")
    if not found:
        return None
    if sessions.cloud(method) == "aws":
        meaning += _alike(variables, home)
    logs_in = fix.startswith(("aws sso login", "aws login", google.LOGIN, azure.LOGIN))
    return meaning, typed("ctx", "login", case.profile) if logs_in else fix


def _alike(variables: dict[str, str], home: str) -> str:
    """The AWS profile that was perhaps meant by one that does not exist."""
    from ctx.claude import aws
    from ctx.config import nearest

    known = [profile.name for profile in aws.profiles(variables, home)]
    wanted = aws.active(variables)
    close = nearest(wanted, known) if wanted not in known else ()
    return f"; did you mean {close[0]}?" if close else ""
