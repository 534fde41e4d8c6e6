"""Every text of the client that was measured or is documented is recognised, and by the row that says most."""

from __future__ import annotations

import string

import pytest

from ctx import signin, signin_messages
from ctx.signin_message import FIELDS, WARNING, Message
from ctx.signin_messages import MESSAGES, recognise, warnings

AWS = (
    "AWS authentication failed · refresh your AWS credentials (SSO sign-in, access keys, API key or proxy token) and retry · "
    "if credentials are current, check AWS permissions and model access · API Error: 403 "
)
GOOGLE = (
    "Google Cloud authentication failed · refresh your Google Cloud credentials (application default sign-in, or the key file "
    "in GOOGLE_APPLICATION_CREDENTIALS) and retry · if credentials are current, check GCP IAM permissions and Vertex AI model "
    "access · API Error: 403 "
)
FOUNDRY = (
    "Microsoft Foundry authentication failed · refresh your Foundry credential (ANTHROPIC_FOUNDRY_AUTH_TOKEN, "
    "ANTHROPIC_FOUNDRY_API_KEY, Azure sign-in for Entra, or your proxy token) and retry · if credentials are current, check "
    "access to the Foundry resource · API Error: "
)
ISSUE = (
    "There's an issue with the selected model (claude-x). It may not exist or you may not have access to it. Run --model to "
    "pick a different model."
)
NO_AWS = "API Error: Could not load AWS credentials · {}. Check or refresh your AWS credentials and try again."
NO_GOOGLE = "API Error: Could not load Google Cloud credentials · {}."

# Method, text, the code of the row. Texts of client 2.1.330, as measured with -p; the documented ones are marked.
TEXTS = (
    # Bedrock.
    (
        "bedrock",
        ("AWS authentication failed · enable this model for your account and region in the Amazon Bedrock console, or run "
        "--model to pick another model · API Error: 403 You don't have access to the model with the specified model ID."),
        "aws-model-access",
    ),
    ("bedrock", AWS + "The security token included in the request is expired", "aws-expired"),
    ("bedrock", AWS + "The security token included in the request is invalid.", "aws-unknown-key"),
    (
        "bedrock",
        AWS + "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key",
        "aws-signature",
    ),
    (
        "bedrock",
        AWS + '{"Message":"Authentication failed: Please make sure your API Key is valid."}',
        "bedrock-key",
    ),
    (
        "bedrock",
        AWS + "User: arn:aws:iam::123456789012:user/x is not authorized to perform: bedrock:InvokeModelWithResponseStream",
        "aws-not-allowed",
    ),
    (
        "bedrock",
        ("AWS authentication failed · run `aws sso login --profile p` and retry · if credentials are current, check AWS "
        "permissions and model access · API Error: 403 something"),
        "aws-refresh",
    ),
    ("anthropic-aws", AWS + "something else", "aws-refused"),
    (
        "bedrock",
        "API Error (us.x): 400 The provided model identifier is invalid.. Try --model to switch to y.",
        "bedrock-model-id",
    ),
    (
        "bedrock",
        ("API Error (x): 400 Invocation of model ID x with on-demand throughput isn\u2019t supported. Retry your request with "
        "the ID or ARN of an inference profile that contains this model.. Try --model to switch"),
        "bedrock-on-demand",
    ),
    (
        "bedrock",
        "API Error (x): 404 Could not resolve the foundation model from the provided model identifier.. Try --model",
        "bedrock-model-id",
    ),
    (
        "bedrock",
        ("The model ID is not available on your bedrock deployment. Try --model to switch to y, or ask your admin to enable "
        "this model."),
        "bedrock-use-case",
    ),
    (
        "bedrock",
        "API Error: Request rejected (429) · Too many tokens, please wait before trying again.",
        "aws-busy",
    ),
    # Vertex.
    (
        "vertex",
        ("The model NAME is not available on your vertex deployment. Try --model to switch to y, or ask your admin to enable "
        "this model."),
        "vertex-model",
    ),
    (
        "vertex",
        GOOGLE + "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/p'",
        "google-refused",
    ),
    (
        "vertex",
        GOOGLE + "Vertex AI API has not been used in project p before or it is disabled. Enable it by visiting",
        "google-api-off",
    ),
    (
        "vertex",
        ("Google Cloud credentials expired or invalid · refresh your Google Cloud credentials (application default sign-in) and "
        "retry · API Error: 401 Request had invalid authentication credentials."),
        "google-expired",
    ),
    ("vertex", "API Error: Request rejected (429) · Quota exceeded", "google-busy"),
    ("vertex", "API Error: 400 Invalid argument", "rejected"),
    ("vertex", GOOGLE + "reason: SERVICE_DISABLED", "google-api-off"),
    # Foundry.
    ("foundry", ISSUE, "foundry-deployment"),
    ("foundry", FOUNDRY + "401 Access denied due to invalid subscription key", "foundry-refused"),
    ("foundry", FOUNDRY + "403 Public access is disabled", "foundry-denied"),
    ("foundry", "baseURL and resource are mutually exclusive", "foundry-both"),
    ("foundry", "Must provide one of the `baseURL` or `resource` arguments", "foundry-neither"),
    # A gateway.
    ("gateway", "Failed to authenticate. API Error: 401 no such token", "gateway-refused"),
    ("gateway", "Not logged in · Please run /login", "gateway-token"),
    ("gateway", "Invalid API key · Fix external API key", "gateway-key"),
    ("gateway", "Failed to authenticate. API Error: 403 team has no access", "gateway-denied"),
    ("gateway", "Failed to authenticate. API Error: 401 Sign in - Corp SSO", "gateway-sign-in-page"),
    ("gateway", "Failed to authenticate. API Error: 403 Sign in - Corp SSO", "gateway-sign-in-page"),
    ("gateway", ISSUE, "gateway-path"),
    (
        "gateway",
        ("API Error: API returned an empty or malformed response (HTTP 200) — check for a proxy or gateway intercepting the "
        "request. x"),
        "not-an-api",
    ),
    (
        "gateway",
        ("API Error: 502 Bad Gateway. This is a server-side issue, usually temporary — try again in a moment. If it persists, "
        "check your inference gateway (127.0.0.1)."),
        "gateway-down",
    ),
    (
        "gateway",
        "API Error: 503 Service Unavailable. This is a server-side issue, try again. check your inference gateway (HOST).",
        "gateway-down",
    ),
    ("gateway", "API Error: Unable to connect to API (ECONNREFUSED)", "no-connection"),
    ("gateway", "Can't reach the API server — check your internet or DNS (EAI_AGAIN)", "no-name"),
    (
        "gateway",
        ("Unable to connect to API: SSL certificate verification failed (SELF_SIGNED_CERT_IN_CHAIN). Check your proxy, or set "
        "NODE_EXTRA_CA_CERTS to a file"),
        "certificate",
    ),
    ("gateway", "API Error: Invalid URL", "address"),
    # Anthropic itself.
    ("console", "Invalid API key · Fix external API key", "key-refused"),
    ("api-key-helper", "Invalid API key · Fix external API key", "helper-key"),
    ("console", "Not logged in · Please run /login", "console-key"),
    (
        "console",
        "Your ANTHROPIC_API_KEY belongs to a disabled organization · Update or unset the environment variable",
        "key-disabled-organization",
    ),
    (
        "console",
        ("Your ANTHROPIC_API_KEY belongs to a disabled organization · Unset the environment variable to use your subscription "
        "instead"),
        "key-disabled-organization",
    ),
    (
        "console",
        ("Your organization has disabled API key authentication · Unset ANTHROPIC_API_KEY and run /login to sign in with your "
        "claude.ai account"),
        "keys-not-allowed",
    ),
    ("console", "Credit balance is too low", "no-credit"),
    (
        "console",
        "API Error: 400 You have reached your specified API usage limits. You will regain access on 2026-12-01",
        "usage-limit",
    ),
    ("console", "API Error: Request rejected (429) · This request would exceed your rate limit", "busy"),
    ("console", ISSUE, "model"),
    (
        "console",
        "API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a moment.",
        "overloaded",
    ),
    ("console", "Failed to authenticate. API Error: 403 Request not allowed", "denied"),
    ("console", "API Error: 500 Internal server error", "server"),
    ("console", "API Error: 500 Internal. This is a server-side issue, usually temporary", "server"),
    # Logins and tokens.
    ("subscription", "Claude AI usage limit reached|1780000000", "plan-limit"),
    ("subscription", "Not logged in · Please run /login", "not-logged-in"),
    ("", "Not logged in · Please run /login", "not-logged-in"),
    ("subscription", "Failed to authenticate: OAuth session expired and could not be refreshed", "login-expired"),
    ("subscription", "OAuth token revoked · Please run /login", "login-expired"),
    ("subscription", "OAuth token has expired · Please run /login", "login-expired"),
    ("subscription", "Login expired · Please run /login", "login-expired"),
    (
        "subscription",
        "Claude Code can't use your Claude subscription, usually because a payment is past due · Check your plan",
        "payment",
    ),
    ("subscription", "You've hit your limit · resets 3am (UTC)", "plan-limit"),
    (
        "subscription",
        "Your organization has disabled Claude subscription access for Claude Code · Use an API key",
        "subscription-not-allowed",
    ),
    ("oauth-token", "Failed to authenticate. API Error: 401 Invalid bearer token", "oauth-token"),
    ("oauth-token", "Not logged in · Please run /login", "oauth-token"),
    ("subscription", "Failed to authenticate. API Error: 401 Invalid bearer token", "refused"),
    (
        "anthropic-profile",
        ("Login expired · Run /login to sign in again, or re-authenticate your Anthropic profile · API Error: User OAuth "
        "refresh failed (HTTP 400): invalid_grant"),
        "ant-expired",
    ),
    ("anthropic-profile", "Not logged in · Please run /login", "ant-missing"),
    ("gateway", "Invalid auth token · Fix external auth token · zero-width character (U+200B) at character 4", "invisible-character"),
    ("gateway", "Invalid auth token · Fix external auth token", "token-malformed"),
    ("console", 'ANTHROPIC_API_KEY not used here · turn on "Use custom API key" in /config', "key-not-approved"),
    ("api-key-helper", "apiKeyHelper failed: exited 3: err\nInvalid API key · Fix external API key", "helper-failed"),
    ("api-key-helper", "Invalid API key · Fix external API key\napiKeyHelper failed: did not return a value", "helper-no-key"),
    (
        "api-key-helper",
        "apiKeyHelper failed: returned output that cannot be used as an API key: it contains a line break",
        "helper-no-key",
    ),
    ("api-key-helper", "Your apiKeyHelper script is failing", "helper-failed"),
    # Managed settings.
    ("console", "This machine's managed settings require a first-party login: run /login", "managed-login"),
    ("subscription", "Unable to verify organization for this login", "managed-organization"),
    # No cloud credentials.
    ("bedrock", NO_AWS.format("Could not load credentials from any providers"), "aws-none"),
    ("mantle", "API Error: Could not load credentials from any providers", "aws-none"),
    (
        "bedrock",
        NO_AWS.format(
            "The SSO session token associated with profile=P was not found or is invalid. To refresh this SSO session run "
            "'aws sso login' with the corresponding profile"
        ),
        "aws-sso-missing",
    ),
    (
        "bedrock",
        NO_AWS.format("Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile"),
        "aws-sso-expired",
    ),
    ("bedrock", NO_AWS.format("Value not present for 'clientId' in SSO Token. Cannot refresh"), "aws-sso-expired"),
    ("bedrock", NO_AWS.format("The SSO session associated with this profile has expired"), "aws-sso-expired"),
    ("bedrock", NO_AWS.format("The SSO session associated with this profile is invalid"), "aws-sso-expired"),
    ("bedrock", NO_AWS.format("UnauthorizedException: Session token not found or invalid"), "aws-sso-expired"),
    ("bedrock", NO_AWS.format("ForbiddenException: No access"), "aws-sso-role"),
    ("bedrock", "AWS default-chain credential resolve timed out", "aws-timeout"),
    ("vertex", NO_GOOGLE.format("Could not load the default credentials. Browse to https://cloud.google.com"), "google-none"),
    ("vertex", NO_GOOGLE.format("The file at /x does not exist, or it is not a file. ENOENT"), "google-file"),
    ("vertex", NO_GOOGLE.format("invalid_grant reauth related error (invalid_rapt)"), "google-expired"),
    (
        "vertex",
        "No projectId was given and it could not be resolved from credentials. The client should be instantiated with it",
        "google-project",
    ),
    (
        "foundry",
        ("API Error: Could not load Azure credentials · Failed to get token from azureADTokenProvider: ChainedTokenCredential "
        "authentication failed.\nEnvironmentCredential: x"),
        "foundry-none",
    ),
    # What is said and goes on.
    (
        "bedrock",
        "Error getting AWS credentials from awsCredentialExport (in settings or ~/.claude.json): exit 3",
        "aws-export-failed",
    ),
    ("bedrock", "WARNING: Multiple credential sources detected: both AWS_PROFILE and the pair", "aws-two-sources"),
    ("console", "⚠ Both claude.ai and ANTHROPIC_API_KEY set · auth may not work as expected", "two-credentials"),
    ("console", "Auth conflict: Both a token (ANTHROPIC_AUTH_TOKEN) and an API key (ANTHROPIC_API_KEY) are set", "two-credentials"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "text", "code"), TEXTS)
def test_a_text_of_the_client_is_recognised_by_the_row_that_says_most(method: str, text: str, code: str) -> None:
    found = recognise(text, method)

    assert found is not None
    assert found.code == code


def test_every_row_is_what_some_text_comes_to() -> None:
    """A row behind a more general one would never be reached."""
    reached = {id(recognise(text, method)) for method, text, _ in TEXTS}
    never = [
        row
        for row in MESSAGES
        if id(row) not in reached and row.code not in ("denied", "server", "plan-limit", "google-api-off")
    ]

    assert never == []


@pytest.mark.parametrize("text", ["", "hello", "Segmentation fault", "usage: claude [-p]", "no such file or directory"])
def test_other_texts_are_not_taken_for_one_of_them(text: str) -> None:
    assert recognise(text, "gateway") is None


def test_line_breaks_and_typographic_apostrophes_make_no_difference() -> None:
    text = "There\u2019s an issue\n  with the selected\tmodel (x)."

    found = recognise(text, "console")

    assert found is not None
    assert found.code == "model"


@pytest.mark.parametrize("row", MESSAGES, ids=lambda row: row.code)
def test_a_row_is_whole_and_names_known_methods_and_fields_only(row: Message) -> None:
    fields = {name for text in (row.meaning, row.fix) for _, name, _, _ in string.Formatter().parse(text) if name}

    assert row.parts
    assert row.meaning
    assert row.fix
    assert set(row.methods) <= set(signin.METHODS)
    assert fields <= set(FIELDS)
    assert all(part == signin_messages.flat(part) for part in row.parts)


def test_a_warning_beside_an_answer_is_found_once() -> None:
    text = "Error getting AWS credentials from awsCredentialExport: x\nMultiple credential sources detected\n" * 2

    assert [row.code for row in warnings(text)] == ["aws-export-failed", "aws-two-sources"]
    assert all(row.severity == WARNING for row in warnings(text))
    assert warnings("Invalid API key · Fix external API key") == ()
