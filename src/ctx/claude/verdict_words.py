"""How a first-party sign-in is called, and who pays for it."""

from __future__ import annotations

from ctx import signin
from ctx.claude.model import Machine, Stored, Verdict
from ctx.signin_precedence import (
    ACTIVE_OAUTH,
    ACTIVE_OIDC,
    API_KEY,
    AUTH_TOKEN,
    CONSOLE,
    FEDERATION,
    HELPER,
    LOGIN,
    OAUTH_TOKEN,
    PROFILE,
    SOURCES,
)
from ctx.visible import MASK


def describe(machine: Machine, source: str, moved: str) -> Verdict:
    """The verdict for a source of credentials; `moved` is the host that requests go to in place of Anthropic's, or ""."""
    method = signin.METHODS[SOURCES[source]]
    verdict = Verdict(method.name, method.label, method.pays)
    if source == AUTH_TOKEN:
        verdict.label, verdict.billed_to = "the token in ANTHROPIC_AUTH_TOKEN", "the organization behind that token"
    elif source == API_KEY:
        _api_key(verdict, machine)
    elif source == HELPER:
        pass
    elif source == LOGIN:
        verdict.billed_to = _plan(machine.stored)
    elif source == CONSOLE:
        verdict.label = f"{method.label}, stored key …{machine.stored.console_key}"
        organization = machine.stored.organization
        verdict.billed_to = f"{organization}, per token" if organization else verdict.billed_to
    elif source in (PROFILE, FEDERATION, ACTIVE_OAUTH, ACTIVE_OIDC):
        _ant(verdict, machine, source)
    if moved:
        _elsewhere(verdict, source, moved)
    return verdict


def shown(text: str) -> str:
    """A name that a variable holds, as it may be shown: a credential that was put there by mistake is not."""
    return MASK if signin.value_looks_secret(text) else text


def _elsewhere(verdict: Verdict, source: str, moved: str) -> None:
    """Whoever owns the host decides what it costs. A credential that was not made for it is named."""
    if source in (AUTH_TOKEN, API_KEY):
        verdict.method = "gateway"
        verdict.label = f"{signin.METHODS['gateway'].label} at {moved}"
    elif source == HELPER:
        verdict.label = f"{verdict.label} at {moved}"
    else:
        kind = {LOGIN: "login token", OAUTH_TOKEN: "token", CONSOLE: "key"}.get(source, "token")
        verdict.label = f"{verdict.label}, its {kind} sent to {moved}"
    verdict.billed_to = f"the owner of {moved}"


def _api_key(verdict: Verdict, machine: Machine) -> None:
    key = machine.text("ANTHROPIC_API_KEY").strip()
    # Of a short text four characters would be too many.
    if len(key) > 20:
        verdict.label = f"{verdict.label}, key …{key[-4:]}"


def _plan(stored: Stored) -> str:
    plan = f"the {stored.plan} plan" if stored.plan else "the plan"
    if stored.organization and stored.email and stored.email not in stored.organization:
        return f"{plan} of {stored.organization} ({stored.email})"
    whose = stored.email or stored.organization
    return f"{plan} of {whose}" if whose else f"{plan} of the signed-in Claude account"


def _ant(verdict: Verdict, machine: Machine, source: str) -> None:
    profile = machine.stored.ant
    workspace = machine.text("ANTHROPIC_WORKSPACE_ID")
    organization = machine.text("ANTHROPIC_ORGANIZATION_ID")
    if source == FEDERATION:
        verdict.label = "Anthropic workload identity federation"
    elif profile is not None:
        verdict.label = f"{verdict.label} {profile.name}"
        workspace = profile.workspace or workspace
        organization = profile.organization or organization
    if workspace:
        verdict.billed_to = f"the Console workspace {shown(workspace)}"
    elif organization:
        verdict.billed_to = f"the Console organization {shown(organization)}"
