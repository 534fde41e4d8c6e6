"""How Claude Code signs in, as data: the methods, who pays, what an activation clears.

The table of variables lies in `signin_variables`, that of the cloud providers in
`signin_providers`, the judgement of names and values in `signin_secrets`; all are offered here too. Nothing outside these leaf modules is imported,
because the shell hook's fast path loads them.
"""

from __future__ import annotations

from ctx.signin_providers import PROVIDER_ORDER, SWITCHES, flag_is_on, provider_of
from ctx.signin_secrets import is_public, looks_secret, shown, value_looks_secret
from ctx.signin_variables import (
    CLIENT_VERSION,
    CLOUD_AWS,
    CLOUD_AZURE,
    CLOUD_GOOGLE,
    CLOUD_ROLES,
    DECIDER,
    OTHER,
    ROLES,
    TUNING,
    VARIABLES,
    Variable,
    variable,
)

__all__ = [
    "CLIENT_VERSION",
    "CLOUD_AWS",
    "CLOUD_AZURE",
    "CLOUD_GOOGLE",
    "CLOUD_ROLES",
    "DECIDER",
    "METHODS",
    "OTHER",
    "PROVIDER_ORDER",
    "ROLES",
    "TUNING",
    "VARIABLES",
    "Method",
    "Variable",
    "deciders",
    "flag_is_on",
    "is_decider",
    "is_public",
    "looks_secret",
    "members",
    "method_of",
    "paid_by",
    "shown",
    "value_looks_secret",
    "variable",
    "watched",
]


class Method:
    """One way to sign in, called `name` in a profile's `auth`.

    - `label` is its name for people; `pays` completes the sentence "… pays" when the profile
      has no `payer` of its own.
    - `switch` is the provider flag that turns it on, or None.
    - `clouds` holds the `cloud-*` roles that an activation clears as well.
    - `needs` lists alternatives: the method can work once every name of at least one of them
      is set. Empty means that nothing has to be set.
    - `detail` names the variables to show after the label, in this order, those that are set.
      None is secret by name, but an address may still hold a password.
    """

    __slots__ = ("clouds", "detail", "label", "name", "needs", "pays", "switch")

    def __init__(
        self,
        name: str,
        label: str,
        pays: str,
        *,
        switch: str | None = None,
        clouds: tuple[str, ...] = (),
        needs: tuple[tuple[str, ...], ...] = (),
        detail: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.label = label
        self.pays = pays
        self.switch = switch
        self.clouds = clouds
        self.needs = needs
        self.detail = detail

    def __repr__(self) -> str:
        return f"Method({self.name!r})"

    def met_by(self, names: frozenset[str] | set[str]) -> bool:
        """Whether a profile that sets `names` has what the method needs."""
        return not self.needs or any(names.issuperset(needed) for needed in self.needs)


_AWS = (CLOUD_AWS,)
_GOOGLE = (CLOUD_GOOGLE,)
_AZURE = (CLOUD_AZURE,)

_METHODS = (
    Method(
        "subscription",
        "Claude subscription",
        "the plan of the signed-in Claude account",
        detail=("CLAUDE_CONFIG_DIR",),
    ),
    Method(
        "oauth-token",
        "Claude subscription token",
        "the subscription that made the token",
        needs=(("CLAUDE_CODE_OAUTH_TOKEN",),),
    ),
    # A browser sign-in at the Console leaves its key in the configuration directory, where a
    # subscription login would beat it: without a key it needs a directory of its own.
    Method(
        "console",
        "Anthropic Console",
        "the Console organization, per token",
        needs=(("ANTHROPIC_API_KEY",), ("CLAUDE_CONFIG_DIR",)),
        detail=("CLAUDE_CONFIG_DIR",),
    ),
    # AWS credentials may come from the machine's role, so only the switch is indispensable.
    Method(
        "bedrock",
        "Bedrock",
        "the AWS account of the profile, key or role",
        switch=SWITCHES["bedrock"],
        clouds=_AWS,
        needs=(("CLAUDE_CODE_USE_BEDROCK",),),
        detail=("AWS_PROFILE", "AWS_REGION"),
    ),
    # A credential file names a project too; the variable beats it.
    Method(
        "vertex",
        "Vertex AI",
        "the Google Cloud project",
        switch=SWITCHES["vertex"],
        clouds=_GOOGLE,
        needs=(
            ("CLAUDE_CODE_USE_VERTEX", "ANTHROPIC_VERTEX_PROJECT_ID"),
            ("CLAUDE_CODE_USE_VERTEX", "GOOGLE_APPLICATION_CREDENTIALS"),
        ),
        detail=("ANTHROPIC_VERTEX_PROJECT_ID", "CLOUD_ML_REGION"),
    ),
    Method(
        "foundry",
        "Microsoft Foundry",
        "the Azure subscription of the Foundry resource",
        switch=SWITCHES["foundry"],
        clouds=_AZURE,
        needs=(
            ("CLAUDE_CODE_USE_FOUNDRY", "ANTHROPIC_FOUNDRY_RESOURCE"),
            ("CLAUDE_CODE_USE_FOUNDRY", "ANTHROPIC_FOUNDRY_BASE_URL"),
        ),
        detail=("ANTHROPIC_FOUNDRY_RESOURCE", "ANTHROPIC_FOUNDRY_BASE_URL"),
    ),
    # An address without a credential would receive the stored login's token.
    Method(
        "gateway",
        "LLM gateway",
        "the owner of the gateway",
        needs=(
            ("ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"),
            ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
        ),
        detail=("ANTHROPIC_BASE_URL",),
    ),
    # The helper is a line of settings.json; in the shared directory it would overrule the
    # logins of all other profiles.
    Method(
        "api-key-helper",
        "API key helper",
        "the organization of the helper's key, per token",
        needs=(("CLAUDE_CONFIG_DIR",),),
        detail=("ANTHROPIC_BASE_URL", "CLAUDE_CONFIG_DIR"),
    ),
    Method(
        "anthropic-aws",
        "Claude Platform on AWS",
        "the workspace, through AWS Marketplace",
        switch=SWITCHES["anthropic-aws"],
        clouds=_AWS,
        needs=(("CLAUDE_CODE_USE_ANTHROPIC_AWS", "ANTHROPIC_AWS_WORKSPACE_ID"),),
        detail=("ANTHROPIC_AWS_WORKSPACE_ID", "AWS_PROFILE", "AWS_REGION"),
    ),
    # Which of its variables are indispensable is not measured.
    Method(
        "anthropic-google-cloud",
        "Claude Platform on Google Cloud",
        "the workspace, through Google Cloud",
        switch=SWITCHES["anthropic-google-cloud"],
        clouds=_GOOGLE,
        needs=(("CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",),),
        detail=("ANTHROPIC_GOOGLE_CLOUD_PROJECT", "ANTHROPIC_GOOGLE_CLOUD_LOCATION"),
    ),
    Method(
        "mantle",
        "Bedrock Mantle",
        "the AWS account of the profile, key or role",
        switch=SWITCHES["mantle"],
        clouds=_AWS,
        needs=(("CLAUDE_CODE_USE_MANTLE",),),
        detail=("AWS_PROFILE", "AWS_REGION"),
    ),
    # The client turns to federation once it has both the rule and the organization.
    Method(
        "anthropic-profile",
        "Anthropic profile",
        "the Console workspace of the profile",
        needs=(
            ("ANTHROPIC_PROFILE",),
            ("ANTHROPIC_CONFIG_DIR",),
            ("ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_ORGANIZATION_ID"),
        ),
        detail=("ANTHROPIC_PROFILE", "ANTHROPIC_ORGANIZATION_ID", "ANTHROPIC_WORKSPACE_ID"),
    ),
)

METHODS: dict[str, Method] = {method.name: method for method in _METHODS}
"""The sign-in methods by the name that a profile's `auth` takes."""

# What wins among credentials once no provider switch is on, strongest first; measured. An
# address stands first, because whatever credential there is goes to that host.
_CREDENTIAL_ORDER = (
    ("ANTHROPIC_BASE_URL", "gateway"),
    ("ANTHROPIC_AUTH_TOKEN", "gateway"),
    ("ANTHROPIC_API_KEY", "console"),
    ("CLAUDE_CODE_OAUTH_TOKEN", "oauth-token"),
    ("ANTHROPIC_PROFILE", "anthropic-profile"),
    ("ANTHROPIC_FEDERATION_RULE_ID", "anthropic-profile"),
)

_DECIDERS = frozenset(row.name for row in VARIABLES if row.role == DECIDER)


def deciders() -> frozenset[str]:
    """The variables of which one is enough to make an activation clear the whole family."""
    return _DECIDERS


def is_decider(name: str) -> bool:
    """Whether setting `name` makes an activation clear the family. Letter case counts."""
    return name in _DECIDERS


def watched(name: str) -> bool:
    """Whether a change of `name` by hand changes who signs in or pays, so that a prompt should tell."""
    row = variable(name)
    return row is not None and row.role not in (TUNING, OTHER)


def members(auth: str | None) -> tuple[str, ...]:
    """What an activation with this `auth` clears before it sets its own variables, sorted.

    An entry is a name, or a prefix followed by `*`. A method that spends a cloud's
    credentials clears those of that cloud too; None is a profile without `auth`. Another
    method than those in `METHODS` raises KeyError.
    """
    roles = {DECIDER, TUNING}
    if auth is not None:
        roles.update(METHODS[auth].clouds)
    return tuple(sorted(row.name for row in VARIABLES if row.role in roles))


def method_of(names: frozenset[str] | set[str]) -> str | None:
    """The method that a profile without `auth` amounts to, judged by the names it sets.

    Leave out names whose value is empty, and switches that are off (`flag_is_on`): to the
    client both are absent. None means that the names do not tell: a configuration directory
    may hold any login, and the gateway switch is not measured.
    """
    if "CLAUDE_CODE_USE_GATEWAY" in names:
        return None
    provider = provider_of(names)
    if provider:
        return provider
    for name, method in _CREDENTIAL_ORDER:
        if name in names:
            return method
    return None


def paid_by(payer: str) -> str:
    """The sentence "… pays" for a payer, of whom a table may say `the organization, per token`."""
    who, comma, how = payer.partition(", per ")
    return f"{who} pays per {how}" if comma else f"{payer} pays"
