"""The programs that Claude Code asks for credentials: what to write into its settings.json, and where that file is.

Measured on client 2.1.330: `apiKeyHelper` runs as `/bin/sh -c STRING` (Windows: cmd) with the whole environment of the
session, its output is trimmed and must be one word. `awsCredentialExport` runs at each start and beats every credential
but AWS_BEARER_TOKEN_BEDROCK; where it fails, the client goes on with the next AWS credential and says so in one line only.
"""

from __future__ import annotations

import os

from ctx.dialects import dialect
from ctx.errors import CtxError, UsageError

Settings = dict[tuple[str, ...], object]
"""Values of a settings file by their paths of keys."""

API_KEY_HELPER = ("apiKeyHelper",)
TTL = ("env", "CLAUDE_CODE_API_KEY_HELPER_TTL_MS")
AWS_EXPORT = ("awsCredentialExport",)
AWS_REFRESH = ("awsAuthRefresh",)
ALL = (API_KEY_HELPER, TTL, AWS_EXPORT, AWS_REFRESH)
"""Every key that `ctx claude helper` writes."""

SETTINGS = "settings.json"
LONGEST_TTL = 24 * 60 * 60 * 1000
"""Milliseconds: a day. A longer time is a mistake in the unit."""

CREDENTIALS = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY")
"""Variables that come before the helper and are sent beside its key; each may name the secret to use."""

EXPORT = ("configure", "export-credentials")
AWS_METHOD = "bedrock"
"""The method beside which the export and the refresh are known to be run."""


def command_line(
    words: tuple[str, ...], assignments: tuple[tuple[str, str], ...] = (), *, windows: bool = False
) -> str:
    """One line that starts these words, for /bin/sh or, on Windows, cmd.

    Raises CtxError for what the line cannot hold.
    """
    if windows:
        if any(char in word for word in words for char in '"%\n'):
            raise CtxError("a path holds a character that cmd changes", where=words[0], fix="install ctx elsewhere")
        return " ".join(f'"{word}"' for word in words)
    quote = dialect("sh").quote
    line = " ".join((*(f"{name}={quote(value)}" for name, value in assignments), *map(quote, words)))
    try:
        line.encode()
    except UnicodeEncodeError:
        raise CtxError("is not UTF-8, and JSON cannot hold it", where=words[0], fix="install ctx elsewhere") from None
    return line


def for_key(program: str, ttl: int | None) -> Settings:
    """The settings that make `program` the source of the key. `ttl` is in milliseconds, None leaves the client's five minutes."""
    settings: Settings = {API_KEY_HELPER: program}
    if ttl is not None:
        settings[TTL] = str(ttl)
    return settings


def for_aws(aws: str, profile: str, *, windows: bool = False) -> Settings:
    """The settings that make a profile of the AWS CLI the source of the credentials, whatever AWS_PROFILE says.

    The client runs `awsAuthRefresh` whenever the credentials of its environment fail at a start, which without any there
    is every start: the login begins only where the export fails too. Raises CtxError.
    """
    export = command_line((aws, *EXPORT, "--profile", profile, "--format", "process"), windows=windows)
    login = command_line((aws, "sso", "login", "--profile", profile), windows=windows)
    return {AWS_EXPORT: export, AWS_REFRESH: f"{export} >{'nul' if windows else '/dev/null'} 2>&1 || {login}"}


def checked_ttl(text: str | None) -> int | None:
    """Milliseconds as typed. Raises UsageError."""
    if text is None:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 12 and int(text) <= LONGEST_TTL:
        return int(text)
    raise UsageError(
        f"--ttl {text!r} is no time in milliseconds", fix=f"--ttl 60000 is a minute; at most {LONGEST_TTL}"
    )


def shared_directory(home: str) -> str:
    """The directory that the client uses where no CLAUDE_CONFIG_DIR is set."""
    return os.path.join(home, ".claude")


def is_shared(directory: str, home: str) -> bool:
    """Whether a configuration directory is the one that every profile without its own uses."""
    return os.path.realpath(directory) == os.path.realpath(shared_directory(home))
