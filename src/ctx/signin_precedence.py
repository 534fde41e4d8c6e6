"""Which of several sign-ins Claude Code uses, and what goes along with it: answers for pairs, as one table.

It is no ranking, for it is a cycle: a stored Console key beats a profile, a profile beats a login, and a login beats the
stored Console key. Provider switches come before all of it, in the order of `signin.PROVIDER_ORDER`. Measured on the
client of `signin.CLIENT_VERSION` unless a row says otherwise. Nothing is imported.
"""

from __future__ import annotations

AUTH_TOKEN = "auth-token"  # noqa: S105 - a name
API_KEY = "api-key"
HELPER = "helper"
OAUTH_TOKEN = "oauth-token"  # noqa: S105 - a name
PROFILE = "profile"
FEDERATION = "federation"
ACTIVE_OIDC = "active-oidc"
ACTIVE_OAUTH = "active-oauth"
LOGIN = "login"
CONSOLE = "console"

SOURCES = {
    AUTH_TOKEN: "gateway",
    API_KEY: "console",
    HELPER: "api-key-helper",
    OAUTH_TOKEN: "oauth-token",
    PROFILE: "anthropic-profile",
    FEDERATION: "anthropic-profile",
    ACTIVE_OIDC: "anthropic-profile",
    ACTIVE_OAUTH: "anthropic-profile",
    LOGIN: "subscription",
    CONSOLE: "console",
}
"""Where a credential for Anthropic's own interface may come from, and the method that it amounts to.

`profile` is a profile of the `ant` CLI named by ANTHROPIC_PROFILE; `active-…` one that is active without any variable;
`federation` the variables of workload identity federation; `login` and `console` are what `claude auth login` stored.
"""

MEASURED = "measured"
DOCUMENTED = "documented"
INFERRED = "inferred"
EVIDENCE = (MEASURED, DOCUMENTED, INFERRED)
"""How a row is known: seen on the wire; said by the client's documentation; concluded from rows of the same kind."""


class Pair:
    """What happens where both sources are there: `winner` decides, and `sent` says whether the loser's goes along."""

    __slots__ = ("evidence", "loser", "sent", "winner")

    def __init__(self, winner: str, loser: str, *, sent: bool = False, evidence: str = MEASURED) -> None:
        self.winner = winner
        self.loser = loser
        self.sent = sent
        self.evidence = evidence

    def __repr__(self) -> str:
        return f"Pair({self.winner!r}, {self.loser!r}, sent={self.sent})"


# fmt: off
PAIRS = (
    # Two headers have room for two credentials: Authorization and x-api-key.
    Pair(AUTH_TOKEN, API_KEY, sent=True),
    Pair(AUTH_TOKEN, HELPER, sent=True),
    Pair(AUTH_TOKEN, CONSOLE, sent=True),
    Pair(API_KEY, HELPER, sent=True),

    Pair(AUTH_TOKEN, OAUTH_TOKEN),
    Pair(AUTH_TOKEN, PROFILE, evidence=DOCUMENTED),
    Pair(AUTH_TOKEN, FEDERATION, evidence=DOCUMENTED),
    Pair(AUTH_TOKEN, ACTIVE_OIDC),
    Pair(AUTH_TOKEN, ACTIVE_OAUTH),
    Pair(AUTH_TOKEN, LOGIN),

    Pair(API_KEY, OAUTH_TOKEN),
    Pair(API_KEY, PROFILE),
    Pair(API_KEY, FEDERATION),
    Pair(API_KEY, ACTIVE_OIDC),
    Pair(API_KEY, ACTIVE_OAUTH),
    Pair(API_KEY, LOGIN),
    Pair(API_KEY, CONSOLE),

    Pair(HELPER, OAUTH_TOKEN),
    Pair(HELPER, PROFILE, evidence=DOCUMENTED),
    Pair(HELPER, FEDERATION, evidence=DOCUMENTED),
    Pair(HELPER, ACTIVE_OIDC),
    Pair(HELPER, ACTIVE_OAUTH),
    Pair(HELPER, LOGIN),
    Pair(HELPER, CONSOLE, evidence=DOCUMENTED),

    Pair(OAUTH_TOKEN, PROFILE),
    Pair(OAUTH_TOKEN, FEDERATION),
    Pair(OAUTH_TOKEN, ACTIVE_OIDC),
    Pair(OAUTH_TOKEN, ACTIVE_OAUTH),
    Pair(OAUTH_TOKEN, LOGIN),
    Pair(OAUTH_TOKEN, CONSOLE),

    Pair(PROFILE, FEDERATION, evidence=DOCUMENTED),
    # A named profile takes the place of the active one, so that the two never meet.
    Pair(PROFILE, ACTIVE_OIDC, evidence=INFERRED),
    Pair(PROFILE, ACTIVE_OAUTH, evidence=INFERRED),
    Pair(PROFILE, LOGIN),
    Pair(FEDERATION, ACTIVE_OIDC, evidence=DOCUMENTED),
    Pair(FEDERATION, ACTIVE_OAUTH),
    Pair(FEDERATION, LOGIN),
    Pair(ACTIVE_OIDC, LOGIN),

    # Only one profile is active.
    Pair(ACTIVE_OIDC, ACTIVE_OAUTH, evidence=INFERRED),

    Pair(CONSOLE, PROFILE),
    Pair(CONSOLE, FEDERATION),
    Pair(CONSOLE, ACTIVE_OIDC),
    Pair(CONSOLE, ACTIVE_OAUTH),

    Pair(LOGIN, CONSOLE),
    Pair(LOGIN, ACTIVE_OAUTH),
)
# fmt: on

CYCLES = (
    (frozenset((LOGIN, CONSOLE, PROFILE)), CONSOLE, MEASURED),
    (frozenset((LOGIN, CONSOLE, ACTIVE_OIDC)), CONSOLE, MEASURED),
    (frozenset((LOGIN, CONSOLE, FEDERATION)), CONSOLE, INFERRED),
)
"""Three sources of which each beats another: which one is used."""

WHEN_SKIPPED = {
    "bedrock": (AUTH_TOKEN,),
    "vertex": (AUTH_TOKEN, API_KEY, HELPER),
    "anthropic-google-cloud": (AUTH_TOKEN,),
}
"""First-party credentials that a provider's requests carry once its own sign-in is skipped (CLAUDE_CODE_SKIP_…_AUTH).

Without that no provider is sent any. For the providers that are not here it was not measured.
"""

FIRST_PARTY = "api.anthropic.com"
"""Where requests go that nothing moves elsewhere."""

EXPORT = "awsCredentialExport"
"""A setting, no variable: a program that prints AWS credentials."""

CLOUD_CREDENTIALS = {
    "bedrock": ("AWS_BEARER_TOKEN_BEDROCK", EXPORT, "AWS_PROFILE", "AWS_ACCESS_KEY_ID"),
    "mantle": ("AWS_BEARER_TOKEN_BEDROCK", EXPORT, "AWS_PROFILE", "AWS_ACCESS_KEY_ID"),
    "anthropic-aws": ("ANTHROPIC_AWS_API_KEY", EXPORT, "AWS_PROFILE", "AWS_ACCESS_KEY_ID"),
    "vertex": ("GOOGLE_APPLICATION_CREDENTIALS",),
    "foundry": ("ANTHROPIC_FOUNDRY_AUTH_TOKEN", "ANTHROPIC_FOUNDRY_API_KEY", "AZURE_CLIENT_ID"),
}
"""What a provider's requests are signed with, strongest first, by method; measured for Bedrock and Foundry.

Without any of them it is what the cloud's own files and machines offer.
"""

BARE = frozenset((AUTH_TOKEN, API_KEY))
"""What counts in bare mode (CLAUDE_CODE_SIMPLE, --bare)."""

IGNORED_UNDER_HOST = frozenset((HELPER, LOGIN))
"""What counts for nothing under CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST."""

_ANSWERS = {frozenset((pair.winner, pair.loser)): pair for pair in PAIRS}


def between(one: str, other: str) -> Pair:
    """The row for two different sources."""
    return _ANSWERS[frozenset((one, other))]


def winner(present: frozenset[str] | set[str]) -> str:
    """The source that is used where all of these are there; "" for none."""
    for source in SOURCES:
        if source in present and all(between(source, other).winner == source for other in present if other != source):
            return source
    for members, used, _ in CYCLES:
        if members <= present:
            return used
    return ""


def also_sent(used: str, present: frozenset[str] | set[str]) -> tuple[str, ...]:
    """Sources of which the credential goes to the same host as the one that is used.

    There are two headers: of two that could go along the stronger one does.
    """
    going = {source for source in present if source != used and between(used, source).sent}
    return (winner(going),) if going else ()
