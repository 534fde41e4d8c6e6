"""What `ctx doctor` works with: findings, what a check may look at, and the one way a check is run."""

from __future__ import annotations

from ctx.claude.model import ERROR, INFO, SEVERITIES, WARNING
from ctx.cli.automatic import shown_place
from ctx.cli.claude_view import View, of_shell
from ctx.cli.invocation import Invocation
from ctx.config import load
from ctx.errors import ConfigError, CtxError, typed
from ctx.files import PROFILES
from ctx.model import Config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SIGN_IN = "sign-in"
CLOUDS = "clouds"
SHELL = "shell"
CLIENT = "client"
FILES = "files"
SECRETS = "secrets"
START_UP = "start-up files"
SWITCHERS = "other switchers"

GROUPS = (SIGN_IN, CLOUDS, SHELL, CLIENT, FILES, SECRETS, START_UP, SWITCHERS)
"""What is looked at, in the order in which it is told."""

CANNOT_TELL = "cannot-tell"
"""The code of a check that did not come to an end."""


class Finding:
    """Something worth saying. `code` is stable, `severity` one of SEVERITIES, `fix` what to type or do.

    `group` is that of the check.
    """

    __slots__ = ("code", "fix", "group", "message", "severity", "where")

    def __init__(self, code: str, severity: str, message: str, where: str = "", fix: str = "") -> None:
        self.group = ""
        self.code = code
        self.severity = severity
        self.message = message
        self.where = where
        self.fix = fix

    def data(self) -> dict[str, str]:
        """The finding for `--json`."""
        names = ("code", "severity", "message", "where", "fix")
        return {name: str(getattr(self, name)) for name in names}


class Patient:
    """What checks may look at, each thing read when the first check asks for it, and once."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation
        self.home = invocation.home
        self._config: Config | None = None
        self._view: View | None = None

    def config(self) -> Config:
        """The profiles, none where there is no such file. Raises ConfigError."""
        if self._config is None:
            import os

            path = os.path.join(self.invocation.config, PROFILES)
            self._config = load(self.invocation.config)[0] if os.path.lexists(path) else Config(path)
        return self._config

    def readable_config(self) -> Config:
        """The profiles, none where the file does not load: one check tells that, and the others go on without."""
        try:
            return self.config()
        except ConfigError:
            return Config("")

    def view(self) -> View:
        """The shell as it is."""
        if self._view is None:
            self._view = of_shell(self.invocation)
        return self._view

    def in_use(self) -> set[str]:
        """Profiles that something chooses: this shell, the default, a binding. The others wait for their first use."""
        config = self.readable_config()
        chosen = {config.default, self.view().profile, self.invocation.manual}
        chosen.update(binding.profile for binding in config.directories)
        return {config.aliases[name] for name in chosen if name and name in config.aliases}

    def shown(self, path: str) -> str:
        """A path for people."""
        return shown_place(path, self.home)


Check = tuple[str, "Callable[[Patient], Iterable[Finding]]"]


def examine(patient: Patient, checks: Iterable[Check]) -> list[Finding]:
    """Run every check. One that fails says so in its place, and the others go on."""
    found: list[Finding] = []
    for group, check in checks:
        of_check = _examined(patient, check)
        for finding in of_check:
            finding.group = group
        found += of_check
    return sorted(found, key=lambda f: (GROUPS.index(f.group), SEVERITIES.index(f.severity)))


def _examined(patient: Patient, check: Callable[[Patient], Iterable[Finding]]) -> list[Finding]:
    """What one check finds, up to where it fails."""
    found: list[Finding] = []
    try:
        found.extend(check(patient))
    except CtxError as error:
        found.append(failed(error))
    except Exception as error:
        if patient.invocation.environ.get("CTX_DEBUG"):
            import traceback

            traceback.print_exc()
        what = f"cannot tell, because of an unexpected {type(error).__name__}"
        found.append(Finding(CANNOT_TELL, WARNING, what, "", "CTX_DEBUG=1 ctx doctor shows where"))
    return found


def failed(error: CtxError) -> Finding:
    """A check that could not do its work."""
    return Finding(CANNOT_TELL, WARNING, f"cannot tell, because {_it(error)}", error.where, error.fix)


def of_error(code: str, error: CtxError) -> Finding:
    """An error that a user would meet, as a finding."""
    return Finding(code, ERROR, error.what, error.where, error.fix)


def _it(error: CtxError) -> str:
    """The sentence of an error behind its place: `it is not UTF-8`."""
    return f"it {error.what}" if error.where else error.what


def note(code: str, message: str, where: str = "", fix: str = "") -> Finding:
    """Something that is no fault."""
    return Finding(code, INFO, message, where, fix)


def look(path: str) -> str:
    """The command that shows a file's owner and mode."""
    return typed("ls", "-ld", path)
