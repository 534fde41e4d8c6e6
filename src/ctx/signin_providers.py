"""The cloud providers behind which Claude Code can be put: their switches, endpoints and regions, by method.

Measured on the client of `signin.CLIENT_VERSION` unless it says otherwise. Nothing is imported: a start through the shim
loads this.
"""

from __future__ import annotations

PROVIDER_ORDER = (
    "bedrock",
    "foundry",
    "anthropic-aws",
    "anthropic-google-cloud",
    "mantle",
    "vertex",
)
"""Which provider wins when several switches are on, strongest first; measured.

With Bedrock and Mantle both on, the form of the model id picks between the two.
"""

SWITCHES = {
    "bedrock": "CLAUDE_CODE_USE_BEDROCK",
    "foundry": "CLAUDE_CODE_USE_FOUNDRY",
    "anthropic-aws": "CLAUDE_CODE_USE_ANTHROPIC_AWS",
    "anthropic-google-cloud": "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
    "mantle": "CLAUDE_CODE_USE_MANTLE",
    "vertex": "CLAUDE_CODE_USE_VERTEX",
}
"""The switch that turns a provider on."""

SKIP_SWITCHES = {
    "bedrock": "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
    "foundry": "CLAUDE_CODE_SKIP_FOUNDRY_AUTH",
    "anthropic-aws": "CLAUDE_CODE_SKIP_ANTHROPIC_AWS_AUTH",
    "anthropic-google-cloud": "CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH",
    "mantle": "CLAUDE_CODE_SKIP_MANTLE_AUTH",
    "vertex": "CLAUDE_CODE_SKIP_VERTEX_AUTH",
}
"""The switch that leaves out a provider's own sign-in, by method."""

ADDRESSES = {
    "bedrock": "ANTHROPIC_BEDROCK_BASE_URL",
    "foundry": "ANTHROPIC_FOUNDRY_BASE_URL",
    "anthropic-aws": "ANTHROPIC_AWS_BASE_URL",
    "anthropic-google-cloud": "ANTHROPIC_GOOGLE_CLOUD_BASE_URL",
    "mantle": "ANTHROPIC_BEDROCK_MANTLE_BASE_URL",
    "vertex": "ANTHROPIC_VERTEX_BASE_URL",
}
"""The variable that moves a provider's endpoint, by method; for everything else it is ANTHROPIC_BASE_URL."""

HOSTS = {
    "bedrock": "bedrock-runtime.{}.amazonaws.com",
    "mantle": "bedrock-mantle.{}.api.aws",
    "anthropic-aws": "aws-external-anthropic.{}.api.aws",
    "vertex": "{}-aiplatform.googleapis.com",
    "foundry": "{}.services.ai.azure.com",
}
"""A provider's own host, by method; in `{}` the region, for Foundry the resource. Documented by the providers.

That of Claude Platform on Google Cloud is not known.
"""

REGIONS = {
    "bedrock": (("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1"),
    "mantle": (("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1"),
    "anthropic-aws": (("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1"),
    "vertex": (("CLOUD_ML_REGION",), "us-east5"),
    "anthropic-google-cloud": (("ANTHROPIC_GOOGLE_CLOUD_LOCATION",), ""),
}
"""The variables that name a provider's region, strongest first, and the region without them, by method.

In front of that last one an AWS profile's own region counts.
"""


def provider_of(names: set[str] | frozenset[str]) -> str:
    """The provider that wins among the switches in `names`, all of which are on; "" where there is none."""
    return next((provider for provider in PROVIDER_ORDER if SWITCHES[provider] in names), "")


def flag_is_on(value: str) -> bool:
    """Whether the client takes this value of a switch as on; any other text, 2 too, is off."""
    return value.lower() in ("1", "true", "yes", "on")
