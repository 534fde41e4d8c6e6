"""The verdict: how Claude Code would sign in on a machine as it is, who pays, and what decided that."""

from __future__ import annotations

from ctx import signin, signin_precedence
from ctx.claude import stored, verdict_cloud
from ctx.claude.machine import HOST
from ctx.claude.model import (
    ACCOUNT,
    CREDENTIAL,
    ENDPOINT,
    MANAGED,
    MODEL,
    PROCESS,
    REGION,
    USER,
    Claim,
    Machine,
    Reason,
    Verdict,
)
from ctx.claude.sources import TOKENS, VARIABLES, Sources
from ctx.claude.verdict_words import describe, shown
from ctx.signin_precedence import (
    ACTIVE_OAUTH,
    ACTIVE_OIDC,
    API_KEY,
    AUTH_TOKEN,
    CONSOLE,
    FIRST_PARTY,
    HELPER,
    LOGIN,
    OAUTH_TOKEN,
    PROFILE,
    WHEN_SKIPPED,
)
from ctx.signin_values import host, value_problem
from ctx.visible import visible

NOT_SIGNED_IN = "not signed in"
"""The label where nothing signs in; the client says `Not logged in · Please run /login`."""


def judge(machine: Machine, *, interactive: bool, claim: Claim | None = None) -> Verdict:
    """What a session comes to, or with `interactive=False` a `claude -p`.

    `claim` is what the profile behind the environment says of itself: its payer is named where the profile decides.
    """
    sources = Sources(machine, interactive=interactive)
    provider = verdict_cloud.provider(machine)
    if provider:
        verdict = verdict_cloud.judge(machine, provider)
        if verdict_cloud.skipped(machine, provider):
            going = [source for source in WHEN_SKIPPED.get(provider, ()) if source in sources.present]
            verdict.also_sent = tuple(sources.present[source].name for source in going[:2])
    else:
        verdict = _first_party(machine, sources)
    _model(verdict, machine)
    _payer(verdict, machine, claim)
    verdict.ignored = "" if provider else sources.ignored
    verdict.blocked = verdict.blocked or _blocked(machine, verdict, sources)
    verdict.unknown = _untold(machine, verdict, sources) or verdict.unknown
    return verdict


def sentence(verdict: Verdict) -> str:
    """The verdict in one line, safe for a terminal."""
    if not verdict.method:
        text = f"cannot tell, because {verdict.unknown}" if verdict.unknown else NOT_SIGNED_IN
        return visible(text)
    text = f"{verdict.label} · {signin.paid_by(verdict.billed_to)}"
    if verdict.blocked:
        return visible(f"{verdict.label} · does not start: {verdict.blocked}")
    return visible(f"cannot tell, because {verdict.unknown}; else {text}" if verdict.unknown else text)


def _first_party(machine: Machine, sources: Sources) -> Verdict:
    used = sources.winner()
    if not used:
        verdict = Verdict("", NOT_SIGNED_IN, "")
        _directory(verdict, machine)
        return verdict
    address = machine.given("ANTHROPIC_BASE_URL")
    moved = host(machine.text("ANTHROPIC_BASE_URL"))
    if not address and machine.stored.ant is not None and used in (PROFILE, ACTIVE_OIDC, ACTIVE_OAUTH):
        moved = host(machine.stored.ant.base_url)
    verdict = describe(machine, used, "" if moved == FIRST_PARTY else moved)
    verdict.endpoint = moved or FIRST_PARTY
    verdict.decided_by.append(sources.present[used])
    if sources.present[used].layer == USER:
        _directory(verdict, machine)
    if address:
        verdict.decided_by.append(Reason(address.name, address.place, ENDPOINT, address.layer))
    sent = signin_precedence.also_sent(used, set(sources.present))
    verdict.also_sent = tuple(sources.present[source].name for source in sent)
    headers = machine.given("ANTHROPIC_CUSTOM_HEADERS")
    if headers is not None and _names_authorization(headers.text):
        verdict.decided_by.append(Reason(headers.name, headers.place, CREDENTIAL, headers.layer))
        verdict.unknown = "an Authorization header in ANTHROPIC_CUSTOM_HEADERS replaces the credential"
    return verdict


def _directory(verdict: Verdict, machine: Machine) -> None:
    """Name the variable that says where logins and the user's settings lie."""
    given = machine.process.get("CLAUDE_CONFIG_DIR")
    if given is not None:
        verdict.decided_by.append(Reason(given.name, given.place, ACCOUNT, given.layer))


def _names_authorization(headers: str | None) -> bool:
    lines = (headers or "").splitlines()
    return any(line.partition(":")[0].strip().lower() == "authorization" for line in lines)


def _model(verdict: Verdict, machine: Machine) -> None:
    given = machine.given("ANTHROPIC_MODEL")
    setting = machine.setting("model")
    if given is not None:
        verdict.model = shown(given.text or "")
        verdict.decided_by.append(Reason(given.name, given.place, MODEL, given.layer))
    elif setting is not None:
        layer, model = setting
        verdict.model = shown(str(model))
        verdict.decided_by.append(Reason("model", layer.place("model"), MODEL, layer.kind))


def _payer(verdict: Verdict, machine: Machine, claim: Claim | None) -> None:
    """Name the profile's payer if all that says whose money it is comes from the profile."""
    if claim is None or not claim.payer or claim.auth != verdict.method:
        return
    decisive = [reason for reason in verdict.decided_by if reason.what not in (MODEL, REGION)]
    if all(_is_the_profiles(reason, machine, claim) for reason in decisive):
        verdict.billed_to = claim.payer


def _is_the_profiles(reason: Reason, machine: Machine, claim: Claim) -> bool:
    """Whether a reason is the profile's doing: its variable, or what lies in a directory that it chose or left alone."""
    if reason.layer == PROCESS:
        return reason.name in claim.names or reason.name not in machine.process
    if reason.layer == stored.ANT:
        return "ANTHROPIC_CONFIG_DIR" in claim.names
    return reason.layer == USER


def _blocked(machine: Machine, verdict: Verdict, sources: Sources) -> str:
    """Why the client refuses to start."""
    used = sources.winner()
    if verdict.method in signin.PROVIDER_ORDER or not used:
        return ""
    forced = _forced(machine)
    if forced and used in (AUTH_TOKEN, API_KEY):
        return f"{forced} requires a first-party login"
    name = VARIABLES[used] if used in TOKENS else ""
    token = machine.text(name).strip() if name else ""
    if any(not " " <= char <= "~" for char in token):
        problem = value_problem(name, token, machine.home, shape=False)
        return f"{name} {problem.what}" if problem is not None else ""
    address = machine.text("ANTHROPIC_BASE_URL")
    if address and not address.lower().startswith(("http://", "https://")):
        return "ANTHROPIC_BASE_URL does not begin with https://"
    return ""


def _forced(machine: Machine) -> str:
    """Where an administrator wants a certain login."""
    for key in ("forceLoginMethod", "forceLoginOrgUUID"):
        for layer in machine.layers:
            if layer.kind == MANAGED and key in layer.keys:
                return layer.place(key)
    return ""


def _untold(machine: Machine, verdict: Verdict, sources: Sources) -> str:
    """Why the verdict is not sure; "" if it is."""
    hosted = signin.flag_is_on(machine.process_text(HOST))
    for layer in machine.layers:
        if layer.problem and not hosted:
            return f"{layer.path} {layer.problem}"
    if signin.flag_is_on(machine.text("CLAUDE_CODE_USE_GATEWAY")):
        return "what CLAUDE_CODE_USE_GATEWAY does is not measured"
    moved = machine.variables.get("CLAUDE_CONFIG_DIR")
    if moved is not None and moved.layer != PROCESS:
        return f"{moved.place} moves the client's directory, and whether that counts is not measured"
    both = verdict.method == "bedrock" and verdict_cloud.is_on(machine, "CLAUDE_CODE_USE_MANTLE")
    if both and verdict.model.startswith("anthropic."):
        return "with the switches of Bedrock and Mantle both on, the form of the model's name picks between them"
    if verdict.method in signin.PROVIDER_ORDER:
        return ""
    used = sources.winner()
    if _forced(machine) and used in (HELPER, OAUTH_TOKEN, LOGIN, CONSOLE):
        return f"{_forced(machine)} is checked online"
    address = machine.given("ANTHROPIC_BASE_URL")
    if address is not None and address.text is None:
        return "ctx has not read the value of ANTHROPIC_BASE_URL"
    return sources.doubt()
