"""Every environment variable that takes part in Claude Code's sign-in, as one table.

The facts were measured on the client version in `CLIENT_VERSION`; a newer client is an edit
of this table. Nothing is imported, because the shell hook's fast path loads this module.
"""

from __future__ import annotations

CLIENT_VERSION = "2.1.330"
"""The Claude Code version that every statement in the sign-in tables was measured on."""

DECIDER = "decider"
TUNING = "tuning"
CLOUD_AWS = "cloud-aws"
CLOUD_GOOGLE = "cloud-google"
CLOUD_AZURE = "cloud-azure"
OTHER = "other"

ROLES = (DECIDER, TUNING, CLOUD_AWS, CLOUD_GOOGLE, CLOUD_AZURE, OTHER)
"""What a variable means to an activation.

`decider`: chooses the account, the credential or the host; a profile that sets one clears
the rest of the family. `tuning`: models, regions, lifetimes; cleared with the family, starts
nothing. `cloud-*`: a cloud's own credentials, which other tools use too; cleared only for a
method that spends them. `other`: known, never cleared.
"""

CLOUD_ROLES = frozenset((CLOUD_AWS, CLOUD_GOOGLE, CLOUD_AZURE))

SECRET = True
PUBLIC = False


class Variable:
    """One row of the table: a variable name, or a prefix pattern that ends in `*`.

    `methods` names the sign-in methods that read it; empty means any of them. `secret` is
    about the value: the path of a key file is public, a proxy URL may hold a password.
    """

    __slots__ = ("meaning", "methods", "name", "role", "secret")

    def __init__(self, name: str, role: str, secret: bool, methods: tuple[str, ...], meaning: str) -> None:
        self.name = name
        self.role = role
        self.secret = secret
        self.methods = methods
        self.meaning = meaning

    def __repr__(self) -> str:
        return f"Variable({self.name!r}, {self.role!r}, secret={self.secret})"

    def matches(self, name: str) -> bool:
        """Whether this row speaks of the variable called `name`."""
        if self.name.endswith("*"):
            return name.startswith(self.name[:-1])
        return name == self.name


_AWS = ("bedrock", "mantle", "anthropic-aws")
_GOOGLE = ("vertex", "anthropic-google-cloud")
_AZURE = ("foundry",)
_ANT = ("anthropic-profile",)

# fmt: off
VARIABLES: tuple[Variable, ...] = (
    # Provider switches. On is 1, true, yes or on in any letter case; see `flag_is_on`.
    Variable("CLAUDE_CODE_USE_BEDROCK", DECIDER, PUBLIC, ("bedrock",), "switch: Amazon Bedrock"),
    Variable("CLAUDE_CODE_USE_FOUNDRY", DECIDER, PUBLIC, _AZURE, "switch: Microsoft Foundry"),
    Variable("CLAUDE_CODE_USE_ANTHROPIC_AWS", DECIDER, PUBLIC, ("anthropic-aws",),
             "switch: Claude Platform on AWS"),
    Variable("CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD", DECIDER, PUBLIC,
             ("anthropic-google-cloud",), "switch: Claude Platform on Google Cloud"),
    Variable("CLAUDE_CODE_USE_MANTLE", DECIDER, PUBLIC, ("mantle",), "switch: Bedrock Mantle"),
    Variable("CLAUDE_CODE_USE_VERTEX", DECIDER, PUBLIC, ("vertex",), "switch: Google Vertex AI"),
    Variable("CLAUDE_CODE_USE_GATEWAY", DECIDER, PUBLIC, (),
             "switch that the client knows; its effect is not measured"),

    # A skipped provider sign-in is not harmless: the first-party token is sent in its place.
    Variable("CLAUDE_CODE_SKIP_BEDROCK_AUTH", DECIDER, PUBLIC, ("bedrock",),
             "unsigned Bedrock requests; ANTHROPIC_AUTH_TOKEN goes along"),
    Variable("CLAUDE_CODE_SKIP_VERTEX_AUTH", DECIDER, PUBLIC, ("vertex",),
             "Vertex requests without Google's token; a first-party credential goes along"),
    Variable("CLAUDE_CODE_SKIP_FOUNDRY_AUTH", DECIDER, PUBLIC, _AZURE,
             "Foundry requests without Azure's token; no effect beside a key or token"),
    Variable("CLAUDE_CODE_SKIP_ANTHROPIC_AWS_AUTH", DECIDER, PUBLIC, ("anthropic-aws",),
             "leaves out the AWS sign-in; not measured"),
    Variable("CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH", DECIDER, PUBLIC,
             ("anthropic-google-cloud",), "no Google token; ANTHROPIC_AUTH_TOKEN goes along"),
    Variable("CLAUDE_CODE_SKIP_MANTLE_AUTH", DECIDER, PUBLIC, ("mantle",),
             "leaves out the AWS sign-in; not measured"),

    # Anthropic's own credentials and accounts.
    Variable("ANTHROPIC_API_KEY", DECIDER, SECRET, ("console", "gateway"),
             "API key, sent as x-api-key"),
    Variable("ANTHROPIC_AUTH_TOKEN", DECIDER, SECRET, ("gateway",),
             "gateway token, sent as Bearer; write it without the word Bearer"),
    Variable("CLAUDE_CODE_OAUTH_TOKEN", DECIDER, SECRET, ("oauth-token",),
             "one-year token of a subscription, printed by claude setup-token"),
    Variable("CLAUDE_CODE_OAUTH_REFRESH_TOKEN", DECIDER, SECRET, ("subscription",),
             "lets claude auth login work without a browser"),
    Variable("CLAUDE_CODE_OAUTH_SCOPES", TUNING, PUBLIC, ("subscription",),
             "scopes that belong to the refresh token"),
    Variable("CLAUDE_CONFIG_DIR", DECIDER, PUBLIC, (),
             "absolute path of settings, login and history; one per account"),
    Variable("ANTHROPIC_PROFILE", DECIDER, PUBLIC, _ANT, "profile of the ant CLI"),
    Variable("ANTHROPIC_CONFIG_DIR", DECIDER, PUBLIC, _ANT,
             "where the ant CLI's profiles lie; an empty folder hides them all"),
    Variable("ANTHROPIC_FEDERATION_RULE_ID", DECIDER, PUBLIC, _ANT, "federation: the rule"),
    Variable("ANTHROPIC_ORGANIZATION_ID", DECIDER, PUBLIC, _ANT, "federation: organization"),
    Variable("ANTHROPIC_SERVICE_ACCOUNT_ID", DECIDER, PUBLIC, _ANT,
             "federation: service account"),
    Variable("ANTHROPIC_IDENTITY_TOKEN", DECIDER, SECRET, _ANT,
             "federation: the identity provider's token"),
    Variable("ANTHROPIC_IDENTITY_TOKEN_FILE", DECIDER, PUBLIC, _ANT,
             "federation: file with the identity provider's token"),
    Variable("ANTHROPIC_WORKSPACE_ID", DECIDER, PUBLIC, _ANT, "Console workspace to bill"),

    # Endpoints. A login or key that is still around is sent to whatever host stands here.
    Variable("ANTHROPIC_BASE_URL", DECIDER, PUBLIC, ("gateway", "api-key-helper"),
             "gateway address, without a final /v1; no effect on cloud providers"),
    Variable("ANTHROPIC_CUSTOM_HEADERS", DECIDER, SECRET, (),
             "extra headers, one Name: Value a line; an Authorization here wins"),
    Variable("ANTHROPIC_BEDROCK_BASE_URL", DECIDER, PUBLIC, ("bedrock",), "Bedrock endpoint"),
    Variable("ANTHROPIC_BEDROCK_MANTLE_BASE_URL", DECIDER, PUBLIC, ("mantle",),
             "Mantle endpoint"),
    Variable("ANTHROPIC_VERTEX_BASE_URL", DECIDER, PUBLIC, ("vertex",),
             "Vertex endpoint, with /v1 if the host needs it"),
    Variable("ANTHROPIC_FOUNDRY_BASE_URL", DECIDER, PUBLIC, _AZURE,
             "Foundry endpoint; excludes ANTHROPIC_FOUNDRY_RESOURCE"),
    Variable("ANTHROPIC_AWS_BASE_URL", DECIDER, PUBLIC, ("anthropic-aws",),
             "endpoint of Claude Platform on AWS"),
    Variable("ANTHROPIC_GOOGLE_CLOUD_BASE_URL", DECIDER, PUBLIC, ("anthropic-google-cloud",),
             "endpoint of Claude Platform on Google Cloud"),

    # Credentials and accounts at the clouds that only Claude Code reads.
    Variable("AWS_BEARER_TOKEN_BEDROCK", DECIDER, SECRET, ("bedrock",),
             "Bedrock API key; beats every other AWS credential"),
    Variable("ANTHROPIC_AWS_API_KEY", DECIDER, SECRET, ("anthropic-aws",),
             "key of Claude Platform on AWS; without it requests are signed"),
    Variable("ANTHROPIC_AWS_WORKSPACE_ID", DECIDER, PUBLIC, ("anthropic-aws",),
             "workspace that is billed through AWS"),
    Variable("ANTHROPIC_VERTEX_PROJECT_ID", DECIDER, PUBLIC, ("vertex",),
             "Google Cloud project that pays; beats the credential file's project"),
    Variable("ANTHROPIC_FOUNDRY_RESOURCE", DECIDER, PUBLIC, _AZURE,
             "Foundry resource that pays; excludes ANTHROPIC_FOUNDRY_BASE_URL"),
    Variable("ANTHROPIC_FOUNDRY_API_KEY", DECIDER, SECRET, _AZURE, "key of the resource"),
    Variable("ANTHROPIC_FOUNDRY_AUTH_TOKEN", DECIDER, SECRET, _AZURE,
             "Entra token; beats the resource's key"),
    Variable("ANTHROPIC_GOOGLE_CLOUD_PROJECT", DECIDER, PUBLIC, ("anthropic-google-cloud",),
             "Google Cloud project that pays"),
    Variable("ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID", DECIDER, PUBLIC,
             ("anthropic-google-cloud",), "workspace that is billed through Google"),

    # Models, regions, lifetimes.
    Variable("ANTHROPIC_MODEL", TUNING, PUBLIC, (), "model; beats the settings' model"),
    Variable("ANTHROPIC_DEFAULT_MODEL", TUNING, PUBLIC, (), "model when none is chosen"),
    Variable("ANTHROPIC_DEFAULT_OPUS_MODEL", TUNING, PUBLIC, (), "what opus stands for"),
    Variable("ANTHROPIC_DEFAULT_SONNET_MODEL", TUNING, PUBLIC, (), "what sonnet stands for"),
    Variable("ANTHROPIC_DEFAULT_HAIKU_MODEL", TUNING, PUBLIC, (), "what haiku stands for"),
    Variable("ANTHROPIC_DEFAULT_FABLE_MODEL", TUNING, PUBLIC, (), "what fable stands for"),
    Variable("ANTHROPIC_SMALL_FAST_MODEL", TUNING, PUBLIC, (), "model of background work"),
    Variable("ANTHROPIC_CUSTOM_MODEL_OPTION", TUNING, PUBLIC, ("gateway",),
             "one more entry of the model menu"),
    Variable("CLAUDE_CODE_SUBAGENT_MODEL", TUNING, PUBLIC, (), "model of subagents"),
    Variable("CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY", TUNING, PUBLIC, ("gateway",),
             "asks the gateway which models it has"),
    Variable("CLAUDE_CODE_API_KEY_HELPER_TTL_MS", TUNING, PUBLIC, ("api-key-helper",),
             "milliseconds that a helper's key is kept; 300000 if absent"),
    Variable("ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION", TUNING, PUBLIC, ("bedrock", "mantle"),
             "region of the small model"),
    Variable("ANTHROPIC_BEDROCK_REGION_PREFIX", TUNING, PUBLIC, ("bedrock",),
             "us, eu, apac, jp, au or global"),
    Variable("ANTHROPIC_BEDROCK_SERVICE_TIER", TUNING, PUBLIC, ("bedrock",), "service tier"),
    Variable("CLOUD_ML_REGION", TUNING, PUBLIC, ("vertex",), "region; us-east5 if absent"),
    Variable("VERTEX_REGION_CLAUDE_*", TUNING, PUBLIC, ("vertex",), "region of one model"),
    Variable("ANTHROPIC_GOOGLE_CLOUD_LOCATION", TUNING, PUBLIC, ("anthropic-google-cloud",),
             "location"),

    # AWS: credential, profile, session token and configuration files, nothing else.
    Variable("AWS_PROFILE", CLOUD_AWS, PUBLIC, _AWS,
             "profile of the AWS files; in Claude Code it beats static keys"),
    Variable("AWS_DEFAULT_PROFILE", CLOUD_AWS, PUBLIC, _AWS,
             "older name, which the AWS CLI ranks above AWS_PROFILE"),
    Variable("AWS_CONFIG_FILE", CLOUD_AWS, PUBLIC, _AWS, "path of the AWS configuration"),
    Variable("AWS_SHARED_CREDENTIALS_FILE", CLOUD_AWS, PUBLIC, _AWS, "path of AWS keys"),
    Variable("AWS_ACCESS_KEY_ID", CLOUD_AWS, SECRET, _AWS, "static key, first half"),
    Variable("AWS_SECRET_ACCESS_KEY", CLOUD_AWS, SECRET, _AWS, "static key, second half"),
    Variable("AWS_SESSION_TOKEN", CLOUD_AWS, SECRET, _AWS, "third part of temporary keys"),
    Variable("AWS_SECURITY_TOKEN", CLOUD_AWS, SECRET, _AWS, "older name of the session token"),
    Variable("AWS_CREDENTIAL_EXPIRATION", CLOUD_AWS, PUBLIC, _AWS,
             "end of temporary keys; left over, it makes fresh keys count as expired"),

    Variable("GOOGLE_APPLICATION_CREDENTIALS", CLOUD_GOOGLE, PUBLIC, _GOOGLE,
             "path of a credential file; else the gcloud application default login"),
    # Documented as stronger than ANTHROPIC_VERTEX_PROJECT_ID, measured as weaker.
    Variable("GOOGLE_CLOUD_PROJECT", CLOUD_GOOGLE, PUBLIC, _GOOGLE, "Google Cloud project"),
    Variable("GCLOUD_PROJECT", CLOUD_GOOGLE, PUBLIC, _GOOGLE, "older name of the project"),
    Variable("GOOGLE_CLOUD_QUOTA_PROJECT", CLOUD_GOOGLE, PUBLIC, _GOOGLE,
             "project whose quota is used"),

    Variable("AZURE_TENANT_ID", CLOUD_AZURE, PUBLIC, _AZURE, "Entra tenant"),
    Variable("AZURE_CLIENT_ID", CLOUD_AZURE, PUBLIC, _AZURE, "Entra application"),
    Variable("AZURE_CLIENT_SECRET", CLOUD_AZURE, SECRET, _AZURE, "secret of the application"),
    Variable("AZURE_CLIENT_CERTIFICATE_PATH", CLOUD_AZURE, PUBLIC, _AZURE,
             "certificate of the application"),
    Variable("AZURE_CLIENT_CERTIFICATE_PASSWORD", CLOUD_AZURE, SECRET, _AZURE,
             "password of that certificate"),
    Variable("AZURE_USERNAME", CLOUD_AZURE, PUBLIC, _AZURE, "user, with AZURE_PASSWORD"),
    Variable("AZURE_PASSWORD", CLOUD_AZURE, SECRET, _AZURE, "password of that user"),
    Variable("AZURE_CONFIG_DIR", CLOUD_AZURE, PUBLIC, _AZURE, "where az keeps its login"),

    # Regions say where, not who, and other tools rely on them.
    Variable("AWS_REGION", OTHER, PUBLIC, _AWS, "region; beats AWS_DEFAULT_REGION"),
    Variable("AWS_DEFAULT_REGION", OTHER, PUBLIC, _AWS, "region when AWS_REGION is absent"),

    # The machine's own identity. The platform puts it there, and a profile that uses "the
    # role of this instance" needs exactly these; a profile with keys of its own beats them.
    Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", OTHER, SECRET, _AWS,
             "where a container fetches its role's keys"),
    Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", OTHER, SECRET, _AWS,
             "where a container fetches its role's keys"),
    Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", OTHER, SECRET, _AWS,
             "token for fetching the role's keys"),
    Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", OTHER, PUBLIC, _AWS,
             "file with that token"),
    Variable("AWS_WEB_IDENTITY_TOKEN_FILE", OTHER, PUBLIC, _AWS, "identity of a pod"),
    Variable("AWS_ROLE_ARN", OTHER, PUBLIC, _AWS, "role of a pod"),
    Variable("AWS_ROLE_SESSION_NAME", OTHER, PUBLIC, _AWS, "name of that role's session"),
    Variable("AZURE_FEDERATED_TOKEN_FILE", OTHER, PUBLIC, _AZURE, "identity of a pod"),

    Variable("CLOUDSDK_CONFIG", OTHER, PUBLIC, _GOOGLE,
             "where gcloud keeps its login; Claude Code does not look there"),
    Variable("CLAUDE_CODE_AWS_CHAIN_RESOLVE_TIMEOUT_MS", OTHER, PUBLIC, _AWS,
             "milliseconds to look for AWS credentials; 60000 if absent"),
    Variable("CLAUDE_CODE_SKIP_AWS_CRED_CACHE", OTHER, PUBLIC, _AWS,
             "reads AWS credentials anew each time"),

    # Transport: a company's proxy and certificates serve every account alike.
    Variable("HTTPS_PROXY", OTHER, SECRET, (), "proxy; its URL may hold a password"),
    Variable("HTTP_PROXY", OTHER, SECRET, (), "proxy; its URL may hold a password"),
    Variable("NO_PROXY", OTHER, PUBLIC, (), "hosts reached without the proxy"),
    Variable("NODE_EXTRA_CA_CERTS", OTHER, PUBLIC, (), "path of extra root certificates"),
    Variable("CLAUDE_CODE_CERT_STORE", OTHER, PUBLIC, (), "which root certificates count"),
    Variable("CLAUDE_CODE_CLIENT_CERT", OTHER, PUBLIC, (), "path of a client certificate"),
    Variable("CLAUDE_CODE_CLIENT_KEY", OTHER, PUBLIC, (), "path of its private key"),
    Variable("CLAUDE_CODE_CLIENT_KEY_PASSPHRASE", OTHER, SECRET, (), "passphrase of that key"),
    Variable("API_TIMEOUT_MS", OTHER, PUBLIC, (), "milliseconds before a request fails"),
    Variable("CLAUDE_CODE_MAX_RETRIES", OTHER, PUBLIC, (), "tries after a failed request"),

    Variable("CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS", OTHER, PUBLIC, (),
             "1 leaves out beta headers that some gateways refuse"),
    Variable("CLAUDE_CODE_ATTRIBUTION_HEADER", OTHER, PUBLIC, (),
             "0 leaves out the attribution header"),
    Variable("CLAUDE_CODE_MAX_CONTEXT_TOKENS", OTHER, PUBLIC, (), "size of the context"),
    Variable("ENABLE_TOOL_SEARCH", OTHER, PUBLIC, (), "tool search behind a gateway"),
    Variable("CLAUDE_CODE_SUBPROCESS_ENV_SCRUB", OTHER, PUBLIC, (),
             "1 hides credentials from the commands that Claude Code runs"),
    Variable("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", OTHER, PUBLIC, (),
             "set by embedding programs; settings files lose their say"),
    Variable("CLAUDE_CODE_SIMPLE", OTHER, PUBLIC, (), "bare mode; logins are not read"),
    Variable("CLAUDECODE", OTHER, PUBLIC, (), "1 inside a Claude Code session"),
    Variable("CLAUDE_CODE_CHILD_SESSION", OTHER, PUBLIC, (), "1 inside a session's shell"),
    Variable("CLAUDE_CODE_EXECPATH", OTHER, PUBLIC, (), "path of the running client"),
)
# fmt: on

_BY_NAME = {row.name: row for row in VARIABLES}
_PATTERNS = tuple(row for row in VARIABLES if row.name.endswith("*"))


def variable(name: str) -> Variable | None:
    """The row that speaks of the variable called `name`, or None. Letter case counts."""
    row = _BY_NAME.get(name)
    if row is not None:
        return row
    for pattern in _PATTERNS:
        if pattern.matches(name):
            return pattern
    return None
