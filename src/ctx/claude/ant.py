"""The `ant` CLI's profiles: which one Claude Code would take, without reading any token of it.

Places, names and what makes a profile the active one: measured on client 2.1.330. A profile can sign Claude Code in
although no variable is set.
"""

from __future__ import annotations

import os
import stat

from ctx.claude.model import AntProfile
from ctx.claude.settings_json import UnusableError, read_object, well_formed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

USER_OAUTH = "user_oauth"
OIDC = "oidc_federation"
KINDS = (USER_OAUTH, OIDC)

LIMIT = 256 * 1024
"""Bytes of a profile that are read."""

_ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")


def folder(variables: Mapping[str, str], home: str, cwd: str) -> str:
    """Where the profiles lie. A blank variable is as none; `~` means nothing special in it."""
    named = variables.get("ANTHROPIC_CONFIG_DIR", "").strip()
    if named:
        return os.path.join(cwd, named)
    if os.name == "nt":
        return os.path.join(variables.get("APPDATA") or os.path.join(home, "AppData", "Roaming"), "Anthropic")
    return os.path.join(cwd, variables.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "anthropic")


def look(variables: Mapping[str, str], home: str, cwd: str) -> AntProfile | None:
    """The profile that the client would take: the one that ANTHROPIC_PROFILE names, else the active one; None for none.

    A named profile that does not exist keeps the active one from being used too. Raises UnusableError, its text with the
    path, where that cannot be told.
    """
    place = folder(variables, home, cwd)
    named = variables.get("ANTHROPIC_PROFILE", "")
    name, chosen = (named, "ANTHROPIC_PROFILE") if named else _active(place)
    path = os.path.join(place, "configs", f"{name}.json")
    if not _ALLOWED.issuperset(name) or not name.strip("."):
        return None
    try:
        content, _ = read_object(path, LIMIT)
    except FileNotFoundError:
        return None
    except UnusableError as error:
        raise UnusableError(f"{path} {error}") from None
    profile = _profile(name, content, path)
    profile.chosen = chosen
    if profile.kind == USER_OAUTH and not _has_credentials(os.path.join(place, "credentials", f"{name}.json")):
        return None
    return profile


def _active(place: str) -> tuple[str, str]:
    """The name of the active profile, and what says so. `default` needs no file to say so."""
    marker = os.path.join(place, "active_config")
    try:
        descriptor = os.open(marker, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (FileNotFoundError, NotADirectoryError):
        return "default", place
    except OSError as error:
        raise UnusableError(f"{marker} cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnusableError(f"{marker} is not a regular file")
        name = file.read(1024).decode("utf-8", "replace").strip()
    return (name, marker) if name else ("default", place)


def _profile(name: str, content: dict[str, object], path: str) -> AntProfile:
    authentication = content.get("authentication")
    kind = authentication.get("type") if isinstance(authentication, dict) else None
    if kind not in KINDS:
        raise UnusableError(f"{path} names no known way to sign in")
    profile = AntProfile(name, str(kind), path)
    profile.base_url = _text(content, "base_url")
    profile.organization = _text(content, "organization_id")
    profile.workspace = _text(content, "workspace_id")
    return profile


def _text(content: dict[str, object], key: str) -> str:
    value = content.get(key)
    return well_formed(value) if isinstance(value, str) else ""


def _has_credentials(path: str) -> bool:
    """Whether a token is there. Its file is not opened; the client refuses one that others may read.

    Raises UnusableError for that.
    """
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise UnusableError(f"{path} cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    if os.name != "nt" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnusableError(f"{path} may be read by others, and the client refuses it then")
    return stat.S_ISREG(status.st_mode) and status.st_size > 0
