"""What the client says when a sign-in fails, and what it means: the client's own words often hide the cause.

Texts of the client version in `signin_variables.CLIENT_VERSION`, measured with answers in the services' formats; those that
its documentation alone gives are among them.
"""

from __future__ import annotations

ERROR = "error"
WARNING = "warning"

FIELDS = ("profile", "credential", "replace", "aws", "region", "endpoint", "model", "project")
"""What may stand in `{}` in a meaning or fix.

`profile`: ctx's profile. `credential`: the variable, setting or file that decided. `replace`: what to type to give it
another value. `aws`: the AWS profile. `endpoint`: host or address. `project`: the Google Cloud project.
"""

_AWS = ("bedrock", "mantle", "anthropic-aws")
_GOOGLE = ("vertex", "anthropic-google-cloud")
_KEY = ("console", "api-key-helper")


class Message:
    """One text of the client.

    `parts` all stand in it, in this order; `methods` limits it to these ways of signing in, empty means any. `severity` is
    WARNING for what the client says and goes on. `meaning` and `fix` are for people and may name FIELDS.
    """

    __slots__ = ("code", "fix", "meaning", "methods", "parts", "severity")

    def __init__(
        self,
        code: str,
        parts: tuple[str, ...],
        meaning: str,
        fix: str,
        *,
        methods: tuple[str, ...] = (),
        severity: str = ERROR,
    ) -> None:
        self.code = code
        self.parts = parts
        self.meaning = meaning
        self.fix = fix
        self.methods = methods
        self.severity = severity

    def __repr__(self) -> str:
        return f"Message({self.code!r}, {self.parts!r})"

    def fits(self, text: str, method: str) -> bool:
        """Whether a text that `flat` made speaks of this, under this method ("" where it is not known)."""
        if self.methods and method not in self.methods:
            return False
        at = 0
        for part in self.parts:
            found = text.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return True


# fmt: off
_CLOUDS = (
    # Amazon. A missing profile, a failing credential_process and no credentials at all have one text.
    Message("aws-model-access", ("AWS authentication failed", "enable this model for your account and region"),
            "AWS knows you, but this account has no access to the model in {region}",
            "enable the model in the Amazon Bedrock console, or set ANTHROPIC_MODEL to one that you have"),
    Message("aws-expired", ("AWS authentication failed", "oken included in the request is expired"),
            "the temporary AWS credentials have expired", "ctx login {profile}"),
    Message("aws-unknown-key", ("AWS authentication failed", "oken included in the request is invalid"),
            "AWS does not know the access key: it was deleted, or belongs to another partition", "{replace}"),
    Message("aws-signature", ("AWS authentication failed", "signature we calculated does not match"),
            "the AWS secret access key does not belong to the access key id, or this machine's clock is wrong",
            "{replace}; date -u shows the clock"),
    Message("bedrock-key", ("AWS authentication failed", "make sure your API Key is valid"),
            "Bedrock refuses the API key: it has expired, was deleted, or is not a Bedrock key", "{replace}"),
    Message("aws-not-allowed", ("AWS authentication failed", "is not authorized to perform"),
            "AWS knows you, but your role or user lacks a permission",
            "have bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream and bedrock:ListInferenceProfiles allowed"),
    Message("aws-refresh", ("AWS authentication failed", "run `", "` and retry"),
            "AWS refuses the credentials, also after the client's awsAuthRefresh command",
            "ctx login {profile}, or run the command it names yourself: the client hides its output"),
    Message("aws-refused", ("AWS authentication failed",),
            "AWS refuses the credentials, or they lack a permission", "ctx login {profile}; aws sts get-caller-identity"),
    Message("aws-sso-missing", ("Could not load AWS credentials", "not found or is invalid"),
            "nobody has signed in to the AWS SSO session of the profile {aws} on this machine", "ctx login {profile}"),
    Message("aws-sso-expired", ("Could not load AWS credentials", "Token is expired"),
            "the AWS SSO session of the profile {aws} has expired", "ctx login {profile}"),
    Message("aws-sso-expired", ("Could not load AWS credentials", "Cannot refresh"),
            "the AWS SSO session of the profile {aws} has expired and cannot renew itself", "ctx login {profile}"),
    Message("aws-sso-expired", ("Could not load AWS credentials", "SSO session associated with this profile"),
            "the AWS SSO session of the profile {aws} has expired, or was never signed in to", "ctx login {profile}"),
    Message("aws-sso-expired", ("Could not load AWS credentials", "UnauthorizedException"),
            "the AWS SSO session of the profile {aws} was ended by your organization", "ctx login {profile}"),
    Message("aws-sso-role", ("Could not load AWS credentials", "ForbiddenException"),
            "the AWS SSO session is good, but you have no access to the account or role of the profile {aws}",
            "ask for it, or correct sso_account_id and sso_role_name: aws configure sso --profile {aws}"),
    Message("aws-none", ("Could not load AWS credentials",),
            "no AWS credentials were found, and the client does not say which it looked for: the profile {aws} is missing, "
            "its credential_process fails, or nothing is set",
            "aws sts get-caller-identity --profile {aws}"),
    Message("aws-timeout", ("default-chain credential resolve timed out",),
            "looking for AWS credentials took longer than a minute: a credential_process hangs, or the machine's role does "
            "not answer", "aws sts get-caller-identity --profile {aws}"),
    Message("bedrock-on-demand", ("on-demand throughput isn't supported",),
            "this model answers under an inference profile only", "write {region}'s prefix before it, as in us.anthropic.…, "
            "or its ARN, in ANTHROPIC_MODEL"),
    Message("bedrock-model-id", ("provided model identifier is invalid",),
            "Bedrock has no model of this id in {region}",
            "correct ANTHROPIC_MODEL: aws bedrock list-inference-profiles shows the ids"),
    Message("bedrock-model-id", ("Could not resolve the foundation model",),
            "Bedrock has no model of this id in {region}",
            "correct ANTHROPIC_MODEL: aws bedrock list-inference-profiles shows the ids"),
    Message("bedrock-use-case", ("is not available on your bedrock deployment",),
            "mostly this hides that the account has not sent Amazon the use case form for Anthropic's models; else the model "
            "is not offered in {region}",
            "fill in the form in the Amazon Bedrock console (Model catalog, any Claude model); it takes effect in minutes"),
    Message("aws-busy", ("Request rejected (429)",), "the AWS account's quota for this model is used up for the moment",
            "wait a minute, or raise the quota in the Service Quotas console", methods=_AWS),

    # Google.
    Message("google-api-off", ("Google Cloud authentication failed", "has not been used in project"),
            "the Vertex AI API is switched off in the project {project}",
            "gcloud services enable aiplatform.googleapis.com --project {project}"),
    Message("google-api-off", ("Google Cloud authentication failed", "SERVICE_DISABLED"),
            "the Vertex AI API is switched off in the project {project}",
            "gcloud services enable aiplatform.googleapis.com --project {project}"),
    Message("google-refused", ("Google Cloud authentication failed",),
            "Google knows you, but this account may not use the model in the project {project}",
            "have the role roles/aiplatform.user granted there, and the model enabled in its Model Garden"),
    Message("google-expired", ("Google Cloud credentials expired or invalid",),
            "the Google Cloud login has expired or was withdrawn", "ctx login {profile}"),
    Message("google-expired", ("Could not load Google Cloud credentials", "invalid_rapt"),
            "your organization wants you to sign in to Google Cloud again", "ctx login {profile}"),
    Message("google-file", ("Could not load Google Cloud credentials", "does not exist, or it is not a file"),
            "GOOGLE_APPLICATION_CREDENTIALS names a file that is not there",
            "correct the path, or ctx login {profile} where it is a login's file"),
    Message("google-none", ("Could not load Google Cloud credentials",),
            "there is no application default login of Google's (that of gcloud itself is another, and CLOUDSDK_CONFIG is "
            "ignored)", "ctx login {profile}"),
    Message("google-project", ("No projectId was given",),
            "nothing says which Google Cloud project pays", "set ANTHROPIC_VERTEX_PROJECT_ID"),
    Message("vertex-model", ("is not available on your vertex deployment",),
            "the project {project} has no access to the model, or {region} does not offer it",
            "enable it in the project's Model Garden, or change CLOUD_ML_REGION or ANTHROPIC_MODEL"),
    Message("google-busy", ("Request rejected (429)",), "the project's quota for this model is used up for the moment",
            "wait a minute, or raise the quota in the Google Cloud console", methods=_GOOGLE),

    # Microsoft.
    Message("foundry-deployment", ("There's an issue with the selected model",),
            "the Foundry resource has no deployment called {model}: the client calls a missing deployment a wrong model",
            "set ANTHROPIC_DEFAULT_OPUS_MODEL, …_SONNET_MODEL and …_HAIKU_MODEL to the names of your deployments",
            methods=("foundry",)),
    Message("foundry-denied", ("Microsoft Foundry authentication failed", "API Error: 403"),
            "Azure knows you, but you may not use the resource {endpoint}",
            "have the role Azure AI User (or Cognitive Services User) on it granted"),
    Message("foundry-refused", ("Microsoft Foundry authentication failed",),
            "the Foundry resource {endpoint} refuses the credential", "{replace}"),
    Message("foundry-none", ("Could not load Azure credentials",),
            "there is neither a Foundry key nor an Azure login", "ctx login {profile}, or set ANTHROPIC_FOUNDRY_API_KEY"),
    Message("foundry-both", ("baseURL and resource are mutually exclusive",),
            "both ANTHROPIC_FOUNDRY_RESOURCE and ANTHROPIC_FOUNDRY_BASE_URL are set", "set one of them only"),
    Message("foundry-neither", ("Must provide one of", "resource"),
            "neither ANTHROPIC_FOUNDRY_RESOURCE nor ANTHROPIC_FOUNDRY_BASE_URL is set", "set one of them"),
)

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

MESSAGES = (*_CLOUDS, *_FIRST_PARTY, *_TRANSPORT, *_WARNINGS)
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
