"""What the values of Claude Code's variables may not be, as data: each entry is impossible for the client, or dangerous.

Measured with the client in `signin.CLIENT_VERSION`. A value is never repeated in a sentence, for it may be a credential.
"""

from __future__ import annotations

import os

from ctx.signin_shapes import contradiction, wanted


class Problem:
    """What is wrong: `name` is the variable it is about, or "auth"; `what` is said of that; `fix` is what to write or do."""

    __slots__ = ("fix", "name", "what")

    def __init__(self, name: str, what: str, fix: str) -> None:
        self.name = name
        self.what = what
        self.fix = fix


BEARERS = frozenset(
    ("ANTHROPIC_AUTH_TOKEN", "AWS_BEARER_TOKEN_BEDROCK", "ANTHROPIC_FOUNDRY_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")
)
"""Sent behind the word Bearer, which the client writes itself."""

HEADERS = BEARERS | {"ANTHROPIC_API_KEY", "ANTHROPIC_AWS_API_KEY", "ANTHROPIC_FOUNDRY_API_KEY"}
"""Sent as a header, so that they must be printable ASCII: the client refuses anything else before it asks."""

ADDRESSES = {
    "ANTHROPIC_BASE_URL": "/v1/messages",
    "ANTHROPIC_GOOGLE_CLOUD_BASE_URL": "/v1/messages",
    "ANTHROPIC_AWS_BASE_URL": "",
    "ANTHROPIC_BEDROCK_BASE_URL": "",
    "ANTHROPIC_BEDROCK_MANTLE_BASE_URL": "",
    "ANTHROPIC_FOUNDRY_BASE_URL": "",
    "ANTHROPIC_VERTEX_BASE_URL": "",
}
"""Endpoints, with the path that the client appends where that was measured."""


LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""Hosts with which a credential does not leave the machine."""


def value_problem(name: str, text: str, home: str, *, shape: bool = True) -> Problem | None:
    """What is wrong with one value, whatever the method; None where nothing is known against it.

    `shape`: look at which kind of credential it is too. Values of the store were looked at when they were kept.
    """
    if name == "CLAUDE_CONFIG_DIR":
        return _directory(name, text, home)
    if not text:
        return None
    if name in ADDRESSES:
        return _address(name, text)
    if name in HEADERS:
        found = _header(name, text)
        if found is not None:
            return found
    kind = contradiction(name, text) if shape else ""
    if not kind:
        return None
    want = f"; this variable wants: {wanted(name)}" if wanted(name) else ""
    return Problem(name, f"looks like another credential: {kind}{want}", "look which one was copied")


def _directory(name: str, text: str, home: str) -> Problem | None:
    if not text:
        what = "is empty, which Claude Code takes for a directory without a name: no login is found there"
        return Problem(name, what, f"{name} = false unsets it")
    usual = os.path.join(home, ".claude")
    if os.path.normpath(text) == os.path.normpath(usual):
        what = "is the usual place: set to it, Claude Code takes its account from another file than without it"
        return Problem(name, what, f'leave it out; another account has another directory: {name} = "~/.claude-…"')
    if not os.path.isabs(text):
        what = "is no absolute path: Claude Code would make such a directory wherever it is started"
        return Problem(name, what, f'{name} = "~/.claude-…"; ~/ and ${{NAME}} expand, nothing else does')
    return None


def _address(name: str, text: str) -> Problem | None:
    path = ADDRESSES[name]
    rest = text.partition("://")[2]
    write = f'{name} = "https://…"'
    if not text.lower().startswith(("http://", "https://")) or not host(text):
        return Problem(name, "is no address: that begins with https:// and a host", write)
    if any(char <= " " or char == "\x7f" for char in text):
        return Problem(name, "holds a blank or a control character", write)
    if "@" in _authority(text):
        what = "holds a user name or password, with which no request can be made"
        return Problem(name, what, "a credential belongs into a variable of its own, as { secret = … }")
    if "?" in rest or "#" in rest:
        return Problem(name, "holds ? or #, behind which Claude Code's path would be lost", write)
    end = rest.rstrip("/").lower()
    if path and end.endswith(("/v1", path)):
        return Problem(name, "ends in /v1, which Claude Code appends itself", "leave /v1 out")
    return None


def _header(name: str, text: str) -> Problem | None:
    for at, char in enumerate(text, 1):
        if not " " <= char <= "~":
            what = f"holds a character that no credential has: U+{ord(char):04X}, number {at:,} of {len(text):,}"
            return Problem(name, what, "copy it again without that")
    if name in BEARERS and text.lstrip().lower().startswith("bearer "):
        return Problem(name, "begins with the word Bearer, which Claude Code writes itself", "keep what follows it")
    return None


def host(address: str) -> str:
    """The host that an address leads to, in lower case, without user and port; "" where it names none."""
    rest = _authority(address).rpartition("@")[2]
    name, colon, port = rest.rpartition(":")
    return (name if colon and port.isdecimal() else rest).lower()


def _authority(address: str) -> str:
    return address.partition("://")[2].replace("?", "/").replace("#", "/").replace("\\", "/").partition("/")[0]
