"""Every error a user can meet, and the exit codes they carry.

An error says what is wrong, where (file, table, key) and the next command to type; `str()` gives all three.
"""

from __future__ import annotations

from ctx.visible import visible

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_CONFIG = 3
EXIT_UNKNOWN_PROFILE = 4
EXIT_SECRET = 5
EXIT_REFUSED = 6
EXIT_CANNOT_EXECUTE = 126
EXIT_COMMAND_NOT_FOUND = 127
EXIT_INTERRUPTED = 130


def typed(*words: str) -> str:
    """A command for the user to type, its words quoted where a POSIX shell needs that."""
    import shlex

    return " ".join(shlex.quote(word) for word in words)


class CtxError(Exception):
    """A failure with a sentence for the user.

    `what` is the sentence; `where` names the file, table and key; `fix` is the next thing to type or do.
    """

    exit_code = EXIT_FAILURE

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        """Two lines for a terminal; what comes from files and paths can neither break them nor send an escape."""
        what = f"{self.where}: {self.what}" if self.where else self.what
        return f"{visible(what)}\n  {visible(self.fix)}" if self.fix else visible(what)


class UsageError(CtxError):
    """The command line does not say what to do."""

    exit_code = EXIT_USAGE


class ConfigError(CtxError):
    """A file of the user's cannot be used as it is."""

    exit_code = EXIT_CONFIG


class UnknownProfileError(CtxError):
    """No profile answers to the name."""

    exit_code = EXIT_UNKNOWN_PROFILE


class SecretError(CtxError):
    """A secret is missing or its store does not give it."""

    exit_code = EXIT_SECRET


class RefusedError(CtxError):
    """ctx will not do this without a consent that it did not get."""

    exit_code = EXIT_REFUSED
