"""What credentials look like, as far as their issuers say so, and which variables each is for.

A value that is known to be something else than its variable wants is a mistake that a client reports badly: Claude Code
sends an OAuth token in ANTHROPIC_API_KEY as a key, and is told that the key is invalid.
"""

from __future__ import annotations


class Shape:
    """A kind of credential by the beginnings of its values, and the variables it belongs into."""

    __slots__ = ("beginnings", "kind", "variables")

    def __init__(self, kind: str, beginnings: tuple[str, ...], variables: tuple[str, ...]) -> None:
        self.kind = kind
        self.beginnings = beginnings
        self.variables = variables


SHAPES = (
    Shape("OAuth token of Claude", ("sk-ant-oat",), ("CLAUDE_CODE_OAUTH_TOKEN",)),
    Shape("OAuth refresh token of Claude", ("sk-ant-ort",), ("CLAUDE_CODE_OAUTH_REFRESH_TOKEN",)),
    Shape("admin key of the Claude Console", ("sk-ant-admin",), ("ANTHROPIC_ADMIN_KEY", "ANTHROPIC_ADMIN_API_KEY")),
    Shape("session key of claude.ai", ("sk-ant-sid",), ()),
    Shape("API key of the Claude Console", ("sk-ant-api",), ("ANTHROPIC_API_KEY", "ANTHROPIC_AWS_API_KEY")),
    Shape("Bedrock API key", ("ABSK", "bedrock-api-key-"), ("AWS_BEARER_TOKEN_BEDROCK",)),
    Shape("AWS access key id", ("AKIA", "ASIA"), ("AWS_ACCESS_KEY_ID",)),
    Shape(
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "github_pat_"),
        ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_PAT", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"),
    ),
    Shape("GitLab token", ("glpat-", "glrt-", "gldt-"), ("GITLAB_TOKEN", "GL_TOKEN")),
    Shape("Slack token", ("xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "xapp-"), ("SLACK_TOKEN",)),
    Shape("Google API key", ("AIza",), ("GOOGLE_API_KEY", "GEMINI_API_KEY")),
    Shape("Google access token", ("ya29.",), ()),
    Shape("npm token", ("npm_",), ("NPM_TOKEN",)),
    Shape("PyPI token", ("pypi-",), ()),
    Shape("Hugging Face token", ("hf_",), ("HF_TOKEN",)),
    Shape("Stripe key", ("sk_live_", "sk_test_", "rk_live_", "rk_test_"), ("STRIPE_API_KEY", "STRIPE_SECRET_KEY")),
    Shape("private key", ("-----BEGIN",), ()),
)
"""The first that fits counts."""

# Variables that want one shape and are seldom given anything else. The others, such as ANTHROPIC_AUTH_TOKEN, which holds
# whatever a gateway hands out, may have a shape of their own and take all others.
STRICT = frozenset(
    (
        "ANTHROPIC_API_KEY", "ANTHROPIC_AWS_API_KEY", "AWS_ACCESS_KEY_ID", "AWS_BEARER_TOKEN_BEDROCK",
        "CLAUDE_CODE_OAUTH_REFRESH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN",
    )
)  # fmt: skip


def shape_of(value: str) -> Shape | None:
    """What a value is known to be, None where nothing is known."""
    text = value.strip()
    for shape in SHAPES:
        if text.startswith(shape.beginnings):
            return shape
    return None


def contradiction(variable: str, value: str) -> str:
    """What a value is that does not belong into this variable, "" where nothing speaks against it."""
    shape = shape_of(value)
    if shape is None or variable not in STRICT or variable in shape.variables:
        return ""
    return shape.kind


def wanted(variable: str) -> str:
    """What belongs into a variable, "" where nothing is known."""
    for shape in SHAPES:
        if variable in shape.variables:
            return shape.kind
    return ""
