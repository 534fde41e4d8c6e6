"""The verdict where a provider's switch is on: whose cloud account pays, and what else its requests carry.

Orders of credentials, regions and projects are those of client 2.1.330, measured.
"""

from __future__ import annotations

from ctx import signin
from ctx.claude import aws, google
from ctx.claude.model import ACCOUNT, CREDENTIAL, ENDPOINT, METHOD, REGION, Machine, Reason, Verdict
from ctx.claude.verdict_words import shown
from ctx.errors import ConfigError
from ctx.signin_precedence import CLOUD_CREDENTIALS, EXPORT
from ctx.signin_providers import ADDRESSES, HOSTS, REGIONS, SKIP_SWITCHES
from ctx.signin_values import host

_SIGNED = {
    "AWS_BEARER_TOKEN_BEDROCK": ("with a Bedrock API key", "the AWS account of that key"),
    "ANTHROPIC_AWS_API_KEY": ("with an API key", "the AWS account of that key"),
    EXPORT: (f"with {EXPORT}", f"the AWS account that {EXPORT} signs in to"),
    "AWS_ACCESS_KEY_ID": ("with static AWS keys", "the AWS account of the keys in AWS_ACCESS_KEY_ID"),
    "": ("with this machine's role", "the AWS account of this machine's role"),
}
"""How a credential of AWS is called, and who pays under it."""


def provider(machine: Machine) -> str:
    """The method whose switch is on and counts, "" for none."""
    return next((name for name in signin.PROVIDER_ORDER if is_on(machine, signin.METHODS[name].switch or "")), "")


def is_on(machine: Machine, switch: str) -> bool:
    """Whether a switch is on. One whose value is not known is taken for on: nobody keeps one secret that is off."""
    given = machine.given(switch)
    return given is not None and (given.text is None or signin.flag_is_on(given.text))


def judge(machine: Machine, name: str) -> Verdict:
    """What comes of this provider."""
    method = signin.METHODS[name]
    verdict = Verdict(name, method.label, method.pays)
    _because(verdict, machine, method.switch or "", METHOD)
    if name == "vertex":
        _vertex(verdict, machine)
    elif name == "foundry":
        _foundry(verdict, machine)
    elif name == "anthropic-google-cloud":
        _google_platform(verdict, machine)
    else:
        _aws(verdict, machine)
    moved = host(machine.text(ADDRESSES[name]))
    if moved:
        verdict.endpoint = moved
        _because(verdict, machine, ADDRESSES[name], ENDPOINT)
    if skipped(machine, name):
        where = moved or verdict.endpoint or "the endpoint"
        verdict.label = f"{method.label} without its own sign-in, at {where}"
        verdict.billed_to = f"the owner of {where}"
        _because(verdict, machine, SKIP_SWITCHES[name], CREDENTIAL)
    return verdict


def skipped(machine: Machine, name: str) -> bool:
    """Whether the provider's own sign-in is left out. Foundry's is not beside a key or a token."""
    if name == "foundry" and (
        machine.given("ANTHROPIC_FOUNDRY_AUTH_TOKEN") or machine.given("ANTHROPIC_FOUNDRY_API_KEY")
    ):
        return False
    return is_on(machine, SKIP_SWITCHES[name])


def _because(verdict: Verdict, machine: Machine, name: str, what: str) -> None:
    given = machine.given(name)
    if given is not None:
        verdict.decided_by.append(Reason(name, given.place, what, given.layer))


def _named(machine: Machine, name: str) -> str:
    """What a variable names, as it may be shown; "" where it is not set or its value not known."""
    return shown(machine.text(name))


def _texts(machine: Machine) -> dict[str, str]:
    """The variables whose values are known."""
    return {name: given.text for name, given in machine.variables.items() if given.text}


def _aws(verdict: Verdict, machine: Machine) -> None:
    variables = _texts(machine)
    try:
        files = aws.files(variables, machine.home)
        profile = files.profiles.get(aws.active(variables))
        region = profile.region if profile is not None else ""
    except ConfigError as error:
        profile, region, files = None, "", None
        verdict.unknown = f"{error.where} {error.what}, and it may name region and account"
    _aws_credential(verdict, machine, profile)
    if _region(verdict, machine, region) and region and files is not None:
        verdict.decided_by.append(Reason("region", f"{files.config}: [{aws.active(variables)}]", REGION))
    workspace = _named(machine, "ANTHROPIC_AWS_WORKSPACE_ID")
    if verdict.method == "anthropic-aws":
        _because(verdict, machine, "ANTHROPIC_AWS_WORKSPACE_ID", ACCOUNT)
        verdict.billed_to = f"workspace {workspace}, through AWS Marketplace" if workspace else verdict.billed_to


def _region(verdict: Verdict, machine: Machine, otherwise: str = "") -> bool:
    """Fill in the region and the host that follows from it; say whether no variable names one."""
    names, default = REGIONS[verdict.method]
    named = next((name for name in names if machine.given(name)), "")
    _because(verdict, machine, named, REGION)
    verdict.region = _named(machine, named) if named else otherwise or default
    if verdict.region:
        verdict.label = f"{verdict.label}, {verdict.region}"
        verdict.endpoint = HOSTS.get(verdict.method, "").format(verdict.region)
    return not named


def _aws_credential(verdict: Verdict, machine: Machine, profile: aws.AwsProfile | None) -> None:
    """Which credential signs, and whose account that is."""
    used = next((name for name in CLOUD_CREDENTIALS[verdict.method] if _signs(machine, name)), "")
    export = machine.setting(EXPORT)
    if used == EXPORT and export is not None:
        verdict.decided_by.append(Reason(EXPORT, export[0].place(EXPORT), CREDENTIAL, export[0].kind))
    _because(verdict, machine, used, CREDENTIAL)
    if used == "AWS_PROFILE":
        _as_profile(verdict, _named(machine, used), profile)
    elif not used and profile is not None and profile.kind != aws.NOTHING:
        _as_profile(verdict, aws.DEFAULT, profile)
    else:
        how, verdict.billed_to = _SIGNED[used]
        verdict.label = f"{verdict.label} {how}"


def _signs(machine: Machine, name: str) -> bool:
    """Whether a credential of AWS is there. A key without its second half is none."""
    if name == EXPORT:
        return machine.setting(EXPORT) is not None
    whole = name != "AWS_ACCESS_KEY_ID" or machine.given("AWS_SECRET_ACCESS_KEY") is not None
    return whole and machine.given(name) is not None


def _as_profile(verdict: Verdict, name: str, profile: aws.AwsProfile | None) -> None:
    verdict.label = f"{verdict.label} as {name}" if name else verdict.label
    account = profile.account if profile is not None else ""
    if name:
        verdict.billed_to = (
            f"AWS account {account} (profile {name})" if account else f"the AWS account of profile {name}"
        )


def _vertex(verdict: Verdict, machine: Machine) -> None:
    project = _named(machine, "ANTHROPIC_VERTEX_PROJECT_ID")
    if machine.given("ANTHROPIC_VERTEX_PROJECT_ID"):
        _because(verdict, machine, "ANTHROPIC_VERTEX_PROJECT_ID", ACCOUNT)
    else:
        project = _credential_project(verdict, machine)
    verdict.label = f"{verdict.label} at {project}" if project else verdict.label
    verdict.billed_to = f"Google Cloud project {project}" if project else verdict.billed_to
    _region(verdict, machine)
    if verdict.region == "global":
        verdict.endpoint = HOSTS["vertex"].removeprefix("{}-")
    elif verdict.region in ("us", "eu"):
        verdict.endpoint = ""
    for name in CLOUD_CREDENTIALS["vertex"]:
        _because(verdict, machine, name, CREDENTIAL)


def _credential_project(verdict: Verdict, machine: Machine) -> str:
    """The project that the credential file names."""
    variables = _texts(machine)
    try:
        project = google.project(variables, machine.home)
    except FileNotFoundError:
        verdict.unknown = "no project is named: neither ANTHROPIC_VERTEX_PROJECT_ID nor a credential file is there"
        return ""
    except ConfigError as error:
        verdict.unknown = f"{error.where} {error.what}, and ANTHROPIC_VERTEX_PROJECT_ID is not set"
        return ""
    if project:
        verdict.decided_by.append(Reason("project", google.path(variables, machine.home), ACCOUNT))
    else:
        verdict.unknown = "neither ANTHROPIC_VERTEX_PROJECT_ID nor the credential file names a project"
    return project


def _foundry(verdict: Verdict, machine: Machine) -> None:
    resource = _named(machine, "ANTHROPIC_FOUNDRY_RESOURCE")
    address = machine.text("ANTHROPIC_FOUNDRY_BASE_URL")
    named = [name for name in ("ANTHROPIC_FOUNDRY_RESOURCE", "ANTHROPIC_FOUNDRY_BASE_URL") if machine.given(name)]
    if len(named) == 2:
        verdict.blocked = f"{' and '.join(named)} are both set: baseURL and resource are mutually exclusive"
    elif not named:
        verdict.blocked = "neither ANTHROPIC_FOUNDRY_RESOURCE nor ANTHROPIC_FOUNDRY_BASE_URL is set"
    account = resource or host(address)
    if account:
        verdict.label = f"{verdict.label} at {account}"
        verdict.billed_to = f"the Azure subscription of {account}"
    _because(verdict, machine, "ANTHROPIC_FOUNDRY_RESOURCE", ACCOUNT)
    verdict.endpoint = HOSTS["foundry"].format(resource) if resource else ""
    used = next((name for name in CLOUD_CREDENTIALS["foundry"] if machine.given(name)), "")
    _because(verdict, machine, used, CREDENTIAL)


def _google_platform(verdict: Verdict, machine: Machine) -> None:
    project = _named(machine, "ANTHROPIC_GOOGLE_CLOUD_PROJECT")
    workspace = _named(machine, "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID")
    for name in ("ANTHROPIC_GOOGLE_CLOUD_PROJECT", "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID"):
        _because(verdict, machine, name, ACCOUNT)
    verdict.label = f"{verdict.label} at {project}" if project else verdict.label
    _region(verdict, machine)
    if workspace or project:
        payer = f"workspace {workspace}" if workspace else "the workspace"
        verdict.billed_to = f"{payer}, through Google Cloud{f' project {project}' if project else ''}"
