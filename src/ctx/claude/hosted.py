"""Whether this machine belongs to a cloud: there a role of the machine's own may sign in, and no file shows it."""

from __future__ import annotations

import os
import sys

AWS = "aws"
GOOGLE = "google"
AZURE = "azure"

FIRMWARE = "/sys/class/dmi/id"
"""Where Linux shows what the firmware says of the machine."""

_AZURE_TAG = "7783-7084-3265-9085-8269-3286-77"
"""The chassis tag that every virtual machine of Azure carries; `Microsoft Corporation` alone is any Hyper-V."""

_ON_MACS = frozenset((AWS,))
"""The clouds that rent Macs."""


def may_be(cloud: str) -> bool:
    """Whether the machine is one of this cloud's, or that cannot be told.

    The clouds document these firmware fields for the purpose; reading them asks nobody, where the metadata service would be
    asked over the network.
    """
    if sys.platform == "darwin":
        return cloud in _ON_MACS
    vendor = _field("sys_vendor")
    if vendor is None:
        return not _is_wsl()
    if cloud == AWS:
        # The older generation runs on Xen, and says so elsewhere.
        return vendor.startswith("Amazon") or "amazon" in (_field("bios_version") or "")
    if cloud == GOOGLE:
        return vendor.startswith("Google")
    return _field("chassis_asset_tag") == _AZURE_TAG


def _is_wsl() -> bool:
    """Whether this is Linux on somebody's Windows, which shows no firmware."""
    try:
        return "microsoft" in os.uname().release.lower()
    except AttributeError:
        return False


def _field(name: str) -> str | None:
    try:
        with open(os.path.join(FIRMWARE, name), encoding="ascii", errors="replace") as file:
            return file.read(256).strip()
    except OSError:
        return None
