"""What lies on disk and signs Claude Code in without any variable.

Login tokens are not opened: of `.credentials.json` only its being there counts. In the macOS Keychain even that cannot be
seen without asking the person, so it is told from `.claude.json`, or not at all.
"""

from __future__ import annotations

import os
import stat
import sys

from ctx.claude.model import LEGACY, Layer, Stored
from ctx.claude.settings import STATE_LIMIT, fill
from ctx.claude.settings_json import UnusableError, read_object, well_formed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LOGIN = "login"
CONSOLE = "console"
KEYS = "keys"
ANT = "ant"

_EMPTY = 2
"""Bytes of a credentials file that holds no token: nothing, or `{}`."""

_PLANS = {
    "claude_pro": "Claude Pro",
    "claude_max": "Claude Max",
    "claude_team": "Claude Team",
    "claude_enterprise": "Claude Enterprise",
}
"""What `.claude.json` calls the kind of an organization."""


def places(environ: Mapping[str, str | None], home: str, cwd: str) -> tuple[str, str]:
    """The client's directory and its `.claude.json`, by the process's own CLAUDE_CONFIG_DIR; ("", "") if it is not known.

    An empty variable is not an absent one: the directory is the working directory then. `~` and relative paths are taken
    from there too.
    """
    if "CLAUDE_CONFIG_DIR" not in environ:
        return os.path.join(home, ".claude"), os.path.join(home, ".claude.json")
    named = environ["CLAUDE_CONFIG_DIR"]
    if named is None:
        return "", ""
    config_dir = os.path.normpath(os.path.join(cwd, named))
    return config_dir, os.path.join(config_dir, ".claude.json")


def look(config_dir: str, state: str, *, platform: str = sys.platform) -> tuple[Stored, Layer | None]:
    """What is stored for the client in that directory, and the old `env` block of `.claude.json` as a layer.

    `doubts` of the result says what cannot be told, and why. The `ant` CLI's profile is not looked for here.
    """
    found = Stored(config_dir, state)
    if not config_dir:
        found.login = None
        found.doubts[LOGIN] = "the value of CLAUDE_CONFIG_DIR is not known"
        return found, None
    legacy: Layer | None = Layer(LEGACY, state)
    try:
        content, text = read_object(state, STATE_LIMIT)
    except FileNotFoundError:
        content, legacy = {}, None
    except UnusableError as error:
        content = {}
        found.doubts.update(dict.fromkeys((CONSOLE, KEYS), f"{state} {error}"))
        if legacy is not None:
            legacy.problem = str(error)
    else:
        if legacy is not None:
            fill(legacy, content, text)
    if os.path.lexists(config_dir) and not os.path.isdir(config_dir):
        found.doubts[LOGIN] = f"{config_dir} is no directory"
    _account(found, content)
    _keys(found, content)
    _login(found, platform)
    return found, legacy


def _account(found: Stored, content: dict[str, object]) -> None:
    account = content.get("oauthAccount")
    if isinstance(account, dict):
        found.email = _text(account, "emailAddress")
        found.organization = _text(account, "organizationName")
        found.plan = _PLANS.get(_text(account, "organizationType"), "")


def _keys(found: Stored, content: dict[str, object]) -> None:
    key = content.get("primaryApiKey")
    found.console_key = well_formed(key.strip())[-4:] if isinstance(key, str) else ""
    answers = content.get("customApiKeyResponses")
    if isinstance(answers, dict):
        found.approved = _texts(answers.get("approved"))
        found.rejected = _texts(answers.get("rejected"))


def _login(found: Stored, platform: str) -> None:
    path = os.path.join(found.config_dir, ".credentials.json")
    if LOGIN in found.doubts:
        found.login = None
        return
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        status = None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such path"
        found.login, found.doubts[LOGIN] = None, f"{path} cannot be read: {reason.lower()}"
        return
    if status is not None and not stat.S_ISREG(status.st_mode):
        found.login, found.doubts[LOGIN] = None, f"{path} is not a regular file"
    elif status is not None and status.st_size > _EMPTY:
        found.login = True
        if not os.access(path, os.R_OK):
            found.login, found.doubts[LOGIN] = None, f"{path} cannot be read"
    elif platform == "darwin":
        found.login = True if found.email else None
        if not found.email:
            found.doubts[LOGIN] = "a login may lie in the Keychain, where ctx does not look"
            found.doubts.setdefault(CONSOLE, "a Console key may lie in the Keychain, where ctx does not look")
    else:
        found.login = False


def _text(table: dict[str, object], key: str) -> str:
    value = table.get(key)
    return well_formed(value) if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()
