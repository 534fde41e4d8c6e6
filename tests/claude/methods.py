"""One profile for each way to sign in, with the environment that it must come to, and what a careless user left over.

Written out by hand from the client's documentation and from measurements, not derived from ctx's own tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field

KEY = "sk-ant-api03-0123456789abcdefghij"
TOKEN = "token-of-the-gateway-0123456789"
OAUTH = "sk-ant-oat01-0123456789abcdefghij"

SECRETS = {
    "CTX_SECRET_KEY": KEY,
    "CTX_SECRET_TOKEN": TOKEN,
    "CTX_SECRET_OAUTH": OAUTH,
    "CTX_SECRET_BEARER": "ABSK0123456789abcdefghij",
    "CTX_SECRET_FOUNDRY": "foundry-key-0123456789",
}
"""What the profiles refer to, as an environment hands it over."""


@dataclass(frozen=True, eq=False)
class Signing:
    """A profile called `name`: its `auth`, the lines of its `env` table, and what must be in the environment.

    `{home}` stands for the home directory, `{empty}` for ctx's empty folder.
    """

    name: str
    auth: str
    lines: str
    environment: dict[str, str]
    clouds: tuple[str, ...] = field(default=())
    """The clouds whose credentials it clears as well."""

    @property
    def toml(self) -> str:
        return f'[profiles.{self.name}]\nauth = "{self.auth}"\n[profiles.{self.name}.env]\n{self.lines}\n'


SIGNINGS = (
    Signing("plan", "subscription", "", {"ANTHROPIC_CONFIG_DIR": "{empty}"}),
    Signing(
        "second-plan",
        "subscription",
        'CLAUDE_CONFIG_DIR = "~/.claude-two"',
        {"ANTHROPIC_CONFIG_DIR": "{empty}", "CLAUDE_CONFIG_DIR": "{home}/.claude-two"},
    ),
    Signing(
        "token",
        "oauth-token",
        'CLAUDE_CODE_OAUTH_TOKEN = { secret = "oauth" }\nANTHROPIC_MODEL = "opus"',
        {"CLAUDE_CODE_OAUTH_TOKEN": OAUTH, "ANTHROPIC_MODEL": "opus"},
    ),
    Signing(
        "key",
        "console",
        'ANTHROPIC_API_KEY = { secret = "key" }\nCLAUDE_CONFIG_DIR = "~/.claude-key"',
        {"ANTHROPIC_API_KEY": KEY, "CLAUDE_CONFIG_DIR": "{home}/.claude-key"},
    ),
    Signing(
        "browser",
        "console",
        'CLAUDE_CONFIG_DIR = "~/.claude-browser"',
        {"CLAUDE_CONFIG_DIR": "{home}/.claude-browser"},
    ),
    Signing(
        "bedrock",
        "bedrock",
        'CLAUDE_CODE_USE_BEDROCK = 1\nAWS_PROFILE = "acme"\nAWS_REGION = "us-west-2"',
        {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "acme", "AWS_REGION": "us-west-2"},
        ("aws",),
    ),
    Signing(
        "bedrock-key",
        "bedrock",
        'CLAUDE_CODE_USE_BEDROCK = true\nAWS_BEARER_TOKEN_BEDROCK = { secret = "bearer" }',
        {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_BEARER_TOKEN_BEDROCK": SECRETS["CTX_SECRET_BEARER"]},
        ("aws",),
    ),
    Signing(
        "mantle",
        "mantle",
        'CLAUDE_CODE_USE_MANTLE = 1\nAWS_PROFILE = "acme"',
        {"CLAUDE_CODE_USE_MANTLE": "1", "AWS_PROFILE": "acme"},
        ("aws",),
    ),
    Signing(
        "platform-aws",
        "anthropic-aws",
        'CLAUDE_CODE_USE_ANTHROPIC_AWS = 1\nANTHROPIC_AWS_WORKSPACE_ID = "wrkspc_1"\nAWS_PROFILE = "acme"',
        {"CLAUDE_CODE_USE_ANTHROPIC_AWS": "1", "ANTHROPIC_AWS_WORKSPACE_ID": "wrkspc_1", "AWS_PROFILE": "acme"},
        ("aws",),
    ),
    Signing(
        "vertex",
        "vertex",
        'CLAUDE_CODE_USE_VERTEX = 1\nANTHROPIC_VERTEX_PROJECT_ID = "acme-claude"\nCLOUD_ML_REGION = "global"',
        {
            "CLAUDE_CODE_USE_VERTEX": "1",
            "ANTHROPIC_VERTEX_PROJECT_ID": "acme-claude",
            "CLOUD_ML_REGION": "global",
        },
        ("google",),
    ),
    Signing(
        "platform-google",
        "anthropic-google-cloud",
        'CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD = 1\nANTHROPIC_GOOGLE_CLOUD_PROJECT = "acme"\n'
        'ANTHROPIC_GOOGLE_CLOUD_LOCATION = "global"\nANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID = "wrkspc_2"',
        {
            "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": "1",
            "ANTHROPIC_GOOGLE_CLOUD_PROJECT": "acme",
            "ANTHROPIC_GOOGLE_CLOUD_LOCATION": "global",
            "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID": "wrkspc_2",
        },
        ("google",),
    ),
    Signing(
        "foundry",
        "foundry",
        'CLAUDE_CODE_USE_FOUNDRY = 1\nANTHROPIC_FOUNDRY_RESOURCE = "acme"\n'
        'ANTHROPIC_FOUNDRY_API_KEY = { secret = "foundry" }\nANTHROPIC_DEFAULT_OPUS_MODEL = "opus-of-acme"',
        {
            "CLAUDE_CODE_USE_FOUNDRY": "1",
            "ANTHROPIC_FOUNDRY_RESOURCE": "acme",
            "ANTHROPIC_FOUNDRY_API_KEY": SECRETS["CTX_SECRET_FOUNDRY"],
            "ANTHROPIC_DEFAULT_OPUS_MODEL": "opus-of-acme",
        },
        ("azure",),
    ),
    Signing(
        "gateway",
        "gateway",
        'ANTHROPIC_BASE_URL = "https://llm.acme.example"\nANTHROPIC_AUTH_TOKEN = { secret = "token" }',
        {"ANTHROPIC_BASE_URL": "https://llm.acme.example", "ANTHROPIC_AUTH_TOKEN": TOKEN},
    ),
    Signing(
        "helper",
        "api-key-helper",
        'CLAUDE_CONFIG_DIR = "~/.claude-helper"\nCLAUDE_CODE_API_KEY_HELPER_TTL_MS = 300000',
        {"CLAUDE_CONFIG_DIR": "{home}/.claude-helper", "CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "300000"},
    ),
    Signing("ant", "anthropic-profile", 'ANTHROPIC_PROFILE = "work"', {"ANTHROPIC_PROFILE": "work"}),
    Signing(
        "federation",
        "anthropic-profile",
        'ANTHROPIC_FEDERATION_RULE_ID = "fdrl_1"\nANTHROPIC_ORGANIZATION_ID = "org_1"\n'
        'ANTHROPIC_IDENTITY_TOKEN_FILE = "/run/identity"',
        {
            "ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1",
            "ANTHROPIC_ORGANIZATION_ID": "org_1",
            "ANTHROPIC_IDENTITY_TOKEN_FILE": "/run/identity",
        },
    ),
)

ALWAYS = """
CLAUDE_CODE_USE_BEDROCK CLAUDE_CODE_USE_VERTEX CLAUDE_CODE_USE_FOUNDRY CLAUDE_CODE_USE_ANTHROPIC_AWS CLAUDE_CODE_USE_MANTLE
CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD CLAUDE_CODE_USE_GATEWAY ANTHROPIC_GOOGLE_CLOUD_PROJECT ANTHROPIC_GOOGLE_CLOUD_LOCATION
ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID ANTHROPIC_GOOGLE_CLOUD_BASE_URL CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH
CLAUDE_CODE_SKIP_BEDROCK_AUTH CLAUDE_CODE_SKIP_VERTEX_AUTH CLAUDE_CODE_SKIP_FOUNDRY_AUTH CLAUDE_CODE_SKIP_ANTHROPIC_AWS_AUTH
CLAUDE_CODE_SKIP_MANTLE_AUTH ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN CLAUDE_CODE_OAUTH_TOKEN CLAUDE_CODE_OAUTH_REFRESH_TOKEN
CLAUDE_CODE_OAUTH_SCOPES ANTHROPIC_PROFILE ANTHROPIC_CONFIG_DIR ANTHROPIC_FEDERATION_RULE_ID ANTHROPIC_ORGANIZATION_ID
ANTHROPIC_SERVICE_ACCOUNT_ID ANTHROPIC_IDENTITY_TOKEN ANTHROPIC_IDENTITY_TOKEN_FILE ANTHROPIC_WORKSPACE_ID ANTHROPIC_BASE_URL
ANTHROPIC_BEDROCK_BASE_URL ANTHROPIC_BEDROCK_MANTLE_BASE_URL ANTHROPIC_VERTEX_BASE_URL ANTHROPIC_FOUNDRY_BASE_URL
ANTHROPIC_AWS_BASE_URL ANTHROPIC_CUSTOM_HEADERS AWS_BEARER_TOKEN_BEDROCK ANTHROPIC_FOUNDRY_API_KEY ANTHROPIC_FOUNDRY_AUTH_TOKEN
ANTHROPIC_FOUNDRY_RESOURCE ANTHROPIC_AWS_API_KEY ANTHROPIC_AWS_WORKSPACE_ID ANTHROPIC_VERTEX_PROJECT_ID CLOUD_ML_REGION
CLAUDE_CONFIG_DIR ANTHROPIC_MODEL ANTHROPIC_DEFAULT_MODEL ANTHROPIC_DEFAULT_OPUS_MODEL ANTHROPIC_DEFAULT_SONNET_MODEL
ANTHROPIC_DEFAULT_HAIKU_MODEL ANTHROPIC_DEFAULT_FABLE_MODEL ANTHROPIC_SMALL_FAST_MODEL CLAUDE_CODE_SUBAGENT_MODEL
CLAUDE_CODE_API_KEY_HELPER_TTL_MS VERTEX_REGION_CLAUDE_HAIKU_4_5
""".split()
"""What every way to sign in takes away unless it sets it."""

CLOUDS = {
    "aws": "AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE",
    "google": "GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CLOUD_PROJECT GCLOUD_PROJECT",
    "azure": "AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_CONFIG_DIR",
}
"""What a way that spends a cloud's credentials takes away as well."""

BYSTANDERS = ("AWS_REGION", "HTTPS_PROXY", "NODE_EXTRA_CA_CERTS", "KUBECONFIG")
"""What no way may touch, but for a region that a profile names."""

NAMES = (*ALWAYS, *(name for names in CLOUDS.values() for name in names.split()), *BYSTANDERS)
LEFT_OVER = {name: f"of the user's own, {name.lower()}" for name in NAMES}
"""A shell in which everything is set that could be."""


def expected(signing: Signing, home: str, data: str) -> dict[str, str]:
    """What of `NAMES` is set, and to what, in a shell that had all of them set before."""
    cleared = {*ALWAYS, *(name for cloud in signing.clouds for name in CLOUDS[cloud].split())}
    found = {name: value for name, value in LEFT_OVER.items() if name not in cleared}
    empty = f"{data}/no-anthropic-profile"
    return found | {name: value.format(home=home, empty=empty) for name, value in signing.environment.items()}
