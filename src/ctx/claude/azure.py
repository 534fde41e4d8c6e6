"""Azure from here: whether `az` is signed in, and to which subscriptions. Tokens are never opened."""

from __future__ import annotations

import os

from ctx.claude import foreign, hosted
from ctx.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LOGIN = "az login"

TOKENS = ("msal_token_cache.json", "msal_token_cache.bin", "service_principal_entries.json",
          "service_principal_entries.bin")  # fmt: skip
"""Where `az` keeps what it signed in with: persons and service principals, in plain text or encrypted."""

_ENVIRONMENT = (
    ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"),
    ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"),
    ("AZURE_CLIENT_ID", "AZURE_USERNAME", "AZURE_PASSWORD"),
    ("IDENTITY_ENDPOINT",),
    ("MSI_ENDPOINT",),
)
"""Sets of variables of which one is enough for Azure's default chain to sign in without `az`."""


class Subscription:
    """One subscription that `az` knows, with the account it was signed in with; `active` is the one `az` would use."""

    __slots__ = ("active", "identifier", "name", "tenant", "user")

    def __init__(self, content: dict[str, object]) -> None:
        user = content.get("user")
        self.identifier = str(content.get("id", ""))
        self.name = str(content.get("name", ""))
        self.tenant = str(content.get("tenantId", ""))
        self.user = str(user.get("name", "")) if isinstance(user, dict) else ""
        self.active = content.get("isDefault") is True


def folder(variables: Mapping[str, str], home: str) -> str:
    """Where `az` keeps its login."""
    return variables.get("AZURE_CONFIG_DIR") or os.path.join(home, ".azure")


def subscriptions(variables: Mapping[str, str], home: str) -> tuple[Subscription, ...]:
    """What `az` is signed in to, the active one first; nothing where it never was.

    Raises ConfigError for a file that cannot be read.
    """
    try:
        content = foreign.json_object(os.path.join(folder(variables, home), "azureProfile.json"))
    except FileNotFoundError:
        return ()
    entries = content.get("subscriptions")
    found = [Subscription(entry) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return tuple(sorted(found, key=lambda subscription: not subscription.active))


def is_signed_in(variables: Mapping[str, str], home: str) -> bool:
    """Whether `az` has something to sign in with. Only looks whether the files are there and hold anything."""
    return any(_size(os.path.join(folder(variables, home), name)) > 2 for name in TOKENS)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def session_problem(variables: Mapping[str, str], home: str, now: float) -> str:  # noqa: ARG001 - one signature for all clouds
    """What keeps Azure from accepting a request, with what to type; "" where all is well or that cannot be told.

    The token cache is not opened, so a login that ended is not noticed: `az` renews it for up to 90 days.
    """
    if any(all(variables.get(name) for name in names) for names in _ENVIRONMENT):
        return ""
    if is_signed_in(variables, home):
        try:
            known = subscriptions(variables, home)
        except ConfigError as error:
            return f"{foreign.shown(error.where, home)}: {error.what}: {LOGIN}"
        return "" if known else f"az is signed in to no Azure subscription: {LOGIN}"
    others = (os.path.join(home, ".azd", "auth.json"), os.path.join(home, ".Azure", "AzureRmContext.json"))
    if any(_size(path) for path in others) or hosted.may_be(hosted.AZURE):
        return ""
    return f"az is not signed in ({foreign.shown(folder(variables, home), home)}): {LOGIN}"
