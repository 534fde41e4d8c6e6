"""What the client says when a sign-in fails, and what it means: the client's own words often hide the cause.

Texts of the client version in `signin_variables.CLIENT_VERSION`, measured with answers in the services' formats; those that
its documentation alone gives are among them.
"""

from __future__ import annotations

from ctx.signin_message import WARNING, Message
from ctx.signin_messages_clouds import CLOUDS

_KEY = ("console", "api-key-helper")

# fmt: off
_FIRST_PARTY = (
    # The helper says this beside what the server thinks of an empty key.
    Message("helper-no-key", ("apiKeyHelper", "did not return a value"),
            "the apiKeyHelper command prints nothing: an empty key was sent", "run the command yourself"),
    Message("helper-no-key", ("apiKeyHelper", "cannot be used as an API key"),
            "the apiKeyHelper command prints no single key: an empty one was sent", "run the command yourself"),
    Message("helper-failed", ("apiKeyHelper failed",), "the apiKeyHelper command fails",
            "run the command yourself: it must print one key and nothing else"),
    Message("helper-failed", ("apiKeyHelper script is failing",), "the apiKeyHelper command fails",
            "run the command yourself: it must print one key and nothing else"),

    # What a machine's administrator or settings decide.
    Message("managed-login", ("managed settings require a first-party login",),
            "this machine's managed settings allow a browser login only", "use a subscription profile here, or ask who runs "
            "the machine"),
    Message("managed-organization", ("Unable to verify organization",),
            "this machine's managed settings want a login of one organization, and that could not be checked",
            "ctx login {profile} with an account of that organization"),
    Message("key-disabled-organization", ("belongs to a disabled organization",),
            "the organization that the API key belongs to is disabled", "{replace}"),
    Message("keys-not-allowed", ("has disabled API key authentication",),
            "your organization allows no API keys", "use a subscription profile: ctx new NAME --auth subscription"),
    Message("subscription-not-allowed", ("has disabled Claude subscription access",),
            "your organization allows no subscription login", "use a Console profile: ctx new NAME --auth console"),
    Message("no-credit", ("Credit balance is too low",),
            "the Console organization has no credit left", "buy credit in the Console, or use another profile: ctx list"),
    Message("usage-limit", ("reached your specified API usage limits",),
            "the spending limit that was set in the Console is reached", "raise it in the Console, or use another profile"),
    Message("payment", ("can't use your Claude subscription",),
            "the subscription may not be used, mostly because a payment is past due, or the organization does not allow it",
            "look at the plan on claude.ai, or use another profile: ctx list"),
    Message("plan-limit", ("hit your limit",), "the plan's limit is reached",
            "wait for the time it names, or use another profile: ctx list"),
    Message("plan-limit", ("usage limit reached",), "the plan's limit is reached",
            "wait for the time it names, or use another profile: ctx list"),

    # Logins.
    Message("login-expired", ("OAuth session expired and could not be refreshed",),
            "the Claude login has expired, or was withdrawn", "ctx login {profile}"),
    Message("login-expired", ("OAuth token revoked",), "the Claude login was withdrawn", "ctx login {profile}"),
    Message("login-expired", ("OAuth token has expired",), "the Claude login has expired", "ctx login {profile}"),
    Message("ant-expired", ("re-authenticate your Anthropic profile",),
            "the login of the ant CLI's profile has expired", "ctx login {profile}"),
    Message("login-expired", ("Login expired",), "the Claude login has expired", "ctx login {profile}"),
    Message("ant-missing", ("Not logged in",),
            "the ant CLI has no such profile: the client ignores a name that does not exist, and says that nobody is logged in",
            "ctx login {profile}", methods=("anthropic-profile",)),
    Message("gateway-token", ("Not logged in",),
            "{endpoint} refuses the token in {credential}; the client calls that not logged in", "{replace}",
            methods=("gateway",)),
    Message("console-key", ("Not logged in",),
            "the Console refuses the key that {credential} holds; the client calls that not logged in",
            "ctx login {profile} --console", methods=("console",)),
    Message("oauth-token", ("Not logged in",),
            "the subscription token is not accepted, or is not there", "claude setup-token makes a new one; {replace}",
            methods=("oauth-token",)),
    Message("not-logged-in", ("Not logged in",), "nobody is logged in here", "ctx login {profile}"),

    # Keys and tokens.
    Message("gateway-key", ("Invalid API key",), "{endpoint} refuses the key in {credential}", "{replace}",
            methods=("gateway",)),
    Message("helper-key", ("Invalid API key",), "the key that the apiKeyHelper prints is refused",
            "run the helper command yourself: it must print a key that is valid now", methods=("api-key-helper",)),
    Message("key-refused", ("Invalid API key",), "Anthropic refuses the API key in {credential}", "{replace}"),
    Message("key-not-approved", ("ANTHROPIC_API_KEY not used here",),
            "the interactive client was told not to use this API key", 'turn on "Use custom API key" in /config'),
    Message("invisible-character", ("Invalid auth token", "at character"),
            "the token in {credential} holds a character that no token has", "{replace}, copied without it"),
    Message("token-malformed", ("Invalid auth token",),
            "the token in {credential} cannot be sent as it is", "{replace}"),
    Message("oauth-token", ("Failed to authenticate. API Error: 401",),
            "the subscription token is not accepted any more; a login that is stored here is not used instead",
            "claude setup-token makes a new one; {replace}", methods=("oauth-token",)),
    Message("gateway-sign-in-page", ("Failed to authenticate. API Error: 40", "Sign in"),
            "a sign-in page answers instead of the gateway: {endpoint} is behind a company login",
            "sign in to the company network or VPN, and check ANTHROPIC_BASE_URL", methods=("gateway",)),
    Message("gateway-refused", ("Failed to authenticate. API Error: 401",),
            "{endpoint} refuses {credential}; see its own words", "{replace}", methods=("gateway",)),
    Message("gateway-denied", ("Failed to authenticate. API Error: 403",),
            "{endpoint} knows {credential} but does not allow the request; see its own words",
            "ask whoever runs the gateway for access", methods=("gateway",)),
    Message("refused", ("Failed to authenticate. API Error: 401",), "{endpoint} refuses {credential}", "{replace}"),
    Message("denied", ("Failed to authenticate. API Error: 403",),
            "{endpoint} knows {credential} but does not allow the request", "ask whoever runs the account for access"),
)

_TRANSPORT = (
    Message("gateway-path", ("There's an issue with the selected model",),
            "mostly this is no wrong model but a wrong path: {endpoint} answers 404 where the client appends /v1/messages",
            "correct ANTHROPIC_BASE_URL (without /v1 at its end); if it is right, correct ANTHROPIC_MODEL",
            methods=("gateway",)),
    Message("model", ("There's an issue with the selected model",),
            "the model {model} does not exist, or this account has no access to it", "correct or remove ANTHROPIC_MODEL"),
    Message("not-an-api", ("empty or malformed response (HTTP 200)",),
            "what answers at {endpoint} is no Claude API: a proxy, a login page, or a wrong address",
            "check ANTHROPIC_BASE_URL and HTTPS_PROXY"),
    Message("gateway-down", ("check your inference gateway",),
            "{endpoint} answers, but what stands behind it does not", "try again later, or ask whoever runs the gateway"),
    Message("overloaded", ("529 Overloaded",), "Anthropic's servers are overloaded for the moment", "try again in a minute"),
    Message("server", ("This is a server-side issue",), "the server has a problem of its own", "try again in a minute"),
    Message("busy", ("Request rejected (429)",), "too many requests, or a limit of the account is reached",
            "wait a minute, or use another profile: ctx list"),
    Message("no-connection", ("ECONNREFUSED",), "nothing listens at {endpoint}",
            "start it, or correct the address; HTTPS_PROXY counts too"),
    Message("no-name", ("check your internet or DNS",), "the name {endpoint} is not known, or there is no network",
            "check the spelling of the address, the network, the VPN"),
    Message("certificate", ("SSL certificate verification failed",),
            "the certificate of {endpoint} is not trusted here, as behind a company's proxy",
            "set NODE_EXTRA_CA_CERTS to the file with your company's root certificate"),
    Message("address", ("API Error: Invalid URL",), "the address {endpoint} is none: it lacks https://",
            "correct ANTHROPIC_BASE_URL"),
    Message("rejected", ("API Error: 400",), "the request was refused as it is; see its own words",
            "behind a gateway, CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS = 1 may help"),
    Message("server", ("API Error: 5",), "the server has a problem of its own", "try again in a minute"),
)

_WARNINGS = (
    Message("aws-export-failed", ("Error getting AWS credentials from awsCredentialExport",),
            "awsCredentialExport failed, and the client went on with the next AWS credentials it found: perhaps of another "
            "account", "run the command of awsCredentialExport yourself", severity=WARNING),
    Message("aws-two-sources", ("Multiple credential sources detected",),
            "AWS_PROFILE and AWS keys are both set: Claude Code uses the profile, the AWS CLI the keys", "unset one of them",
            severity=WARNING),
    Message("two-credentials", ("auth may not work as expected",),
            "two credentials are set, and both are sent", "ctx doctor names them", severity=WARNING),
    Message("two-credentials", ("Auth conflict",),
            "two credentials are set, and both are sent", "ctx doctor names them", severity=WARNING),
)
# fmt: on

MESSAGES = (*CLOUDS, *_FIRST_PARTY, *_TRANSPORT, *_WARNINGS)
"""Of those that fit a text, the first counts: the more exact stand before the more general."""


def flat(text: str) -> str:
    """A text on one line, with plain apostrophes, as `Message.parts` are written."""
    return " ".join(text.replace("\u2019", "'").split())


def recognise(text: str, method: str) -> Message | None:
    """What a failed client's text means under a method ("" where it is not known); None for a text that is not known."""
    line = flat(text)
    return next((message for message in MESSAGES if message.fits(line, method)), None)


def warnings(text: str) -> tuple[Message, ...]:
    """What a client said beside an answer that a person should know, each once."""
    line = flat(text)
    found = {m.code: m for m in reversed(MESSAGES) if m.severity == WARNING and m.fits(line, "")}
    return tuple(m for m in MESSAGES if found.get(m.code) is m)
