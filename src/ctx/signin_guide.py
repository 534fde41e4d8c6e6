"""Each way to sign in for somebody who has to choose one: what it is best for, who is billed, what one needs for it."""

from __future__ import annotations


class Guide:
    """What to know before choosing `method`: `best` for what, who `bills`, what it `needs`; `common` ones come first."""

    __slots__ = ("best", "bills", "common", "method", "needs")

    def __init__(self, method: str, best: str, bills: str, needs: str, *, common: bool = False) -> None:
        self.method = method
        self.best = best
        self.bills = bills
        self.needs = needs
        self.common = common


GENERAL = "none"
"""What `ctx new --auth` takes for a profile that is not about Claude Code."""

# fmt: off
GUIDES = (
    Guide("subscription", "a Pro, Max, Team or Enterprise plan, by browser",
          "the plan pays", "a browser, once", common=True),
    Guide("console", "an account at the Anthropic Console",
          "its organization pays per token", "an API key, or a browser once", common=True),
    Guide("bedrock", "Claude in an AWS account",
          "that AWS account pays", "an AWS profile, key or role", common=True),
    Guide("vertex", "Claude in a Google Cloud project",
          "that project pays", "its id and a gcloud login", common=True),
    Guide("foundry", "Claude in Microsoft Azure",
          "the resource's subscription pays", "its name; a key or az login", common=True),
    Guide("gateway", "a company's LLM gateway",
          "the gateway's owner pays", "its address and a token", common=True),
    Guide("oauth-token", "a plan where no browser is: servers, CI",
          "the plan pays", "a token of `claude setup-token`", common=True),
    Guide(GENERAL, "variables with nothing to do with Claude Code",
          "nobody pays", "nothing", common=True),
    Guide("api-key-helper", "a key that stays out of the environment",
          "the key's organization pays per token", "a key and a directory"),
    Guide("mantle", "Bedrock in Anthropic's own format",
          "that AWS account pays", "an AWS profile, keys or role"),
    Guide("anthropic-aws", "Claude Platform on AWS",
          "the workspace pays, by AWS Marketplace", "its id, and AWS or a key"),
    Guide("anthropic-google-cloud", "Claude Platform on Google Cloud",
          "the workspace pays, by Google", "a project and a gcloud login"),
    Guide("anthropic-profile", "a profile of the ant CLI",
          "its Console workspace pays", "the profile's name"),
)
# fmt: on
"""Every method and GENERAL, in the order in which they are offered."""
