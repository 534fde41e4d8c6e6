"""Google Cloud from here: the application default credentials (ADC), and gcloud's configurations and projects.

Claude Code finds ADC as Google's library does, with one exception that was measured: it ignores CLOUDSDK_CONFIG, which
moves gcloud's folder and ADC with it for everybody else.
"""

from __future__ import annotations

import os

from ctx.claude import foreign, hosted
from ctx.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"
ADC = "application_default_credentials.json"
LOGIN = "gcloud auth application-default login"

_ON_GOOGLE = ("K_SERVICE", "CLOUD_RUN_JOB", "FUNCTION_NAME", "GAE_SERVICE", "GCE_METADATA_HOST", "GCE_METADATA_IP")
"""Variables with which Google's platforms say that a metadata service signs in."""

_NAMES = {
    "authorized_user": "a person's login",
    "service_account": "a service account's key",
    "external_account": "workload identity federation",
    "external_account_authorized_user": "a person's login of another organization",
    "impersonated_service_account": "an impersonated service account",
}


class Credentials:
    """The ADC file, without what is secret in it.

    `kind` is its `type`; `project` the project that it names and `quota_project` the one that pays for requests, "" for none.
    """

    __slots__ = ("kind", "path", "project", "quota_project")

    def __init__(self, path: str, content: dict[str, str]) -> None:
        self.path = path
        self.kind = content.get("type", "")
        self.project = content.get("project_id", "")
        self.quota_project = content.get("quota_project_id", "")

    @property
    def label(self) -> str:
        """What it is, for people."""
        return _NAMES.get(self.kind, self.kind)


class Configuration:
    """One of gcloud's configurations; `account`, `project` and `region` are "" where it names none."""

    __slots__ = ("account", "active", "name", "project", "region")

    def __init__(self, name: str, settings: dict[str, dict[str, str]], *, active: bool) -> None:
        core = settings.get("core", {})
        self.name = name
        self.active = active
        self.account = core.get("account", "")
        self.project = core.get("project", "")
        self.region = settings.get("compute", {}).get("region", "")


def gcloud_folder(variables: Mapping[str, str], home: str) -> str:
    """Where gcloud keeps what is its own."""
    given = variables.get("CLOUDSDK_CONFIG")
    return foreign.below(given, home) if given else _usual_folder(variables, home)


def _usual_folder(variables: Mapping[str, str], home: str) -> str:
    if os.name == "nt":
        return os.path.join(variables.get("APPDATA") or os.path.join(home, "AppData", "Roaming"), "gcloud")
    return os.path.join(home, ".config", "gcloud")


def path(variables: Mapping[str, str], home: str) -> str:
    """Where Claude Code looks for ADC."""
    return variables.get(CREDENTIALS) or os.path.join(_usual_folder(variables, home), ADC)


def credentials(variables: Mapping[str, str], home: str) -> Credentials:
    """What the ADC file says.

    Raises FileNotFoundError where there is none, ConfigError for one that cannot be used.
    """
    file = path(variables, home)
    found = Credentials(file, foreign.strings(file))
    if not found.kind:
        raise ConfigError("names no type, so that it is no credential of Google's", where=file, fix=LOGIN)
    return found


def project(variables: Mapping[str, str], home: str) -> str:
    """The project that Vertex AI takes where ANTHROPIC_VERTEX_PROJECT_ID is not set, "" where the ADC file names none.

    Raises what `credentials` does.
    """
    found = credentials(variables, home)
    return found.project or found.quota_project


def configurations(variables: Mapping[str, str], home: str) -> tuple[Configuration, ...]:
    """The configurations of gcloud, the active one first; those that cannot be read are left out."""
    folder = gcloud_folder(variables, home)
    chosen = variables.get("CLOUDSDK_ACTIVE_CONFIG_NAME") or _line(os.path.join(folder, "active_config")) or "default"
    try:
        entries = sorted(os.listdir(os.path.join(folder, "configurations")))
    except OSError:
        return ()
    found = []
    for entry in entries:
        if not entry.startswith("config_"):
            continue
        try:
            settings = foreign.sections(foreign.read(os.path.join(folder, "configurations", entry)))
        except (OSError, ConfigError):
            continue
        name = entry.removeprefix("config_")
        found.append(Configuration(name, settings, active=name == chosen))
    return tuple(sorted(found, key=lambda configuration: not configuration.active))


def _line(file: str) -> str:
    try:
        return foreign.read(file, 1024).strip()
    except (OSError, ConfigError):
        return ""


def session_problem(variables: Mapping[str, str], home: str, now: float) -> str:  # noqa: ARG001 - one signature for all clouds
    """What keeps Google Cloud from accepting a request, with what to type; "" where all is well or that cannot be told.

    Nothing on disk says when a login ends: only a file that is absent or unusable is noticed.
    """
    try:
        found = credentials(variables, home)
    except FileNotFoundError:
        return _absent(variables, home)
    except ConfigError as error:
        return f"{foreign.shown(error.where, home)}: {error.what}: {_login(variables, home)}"
    return "" if found.kind in _NAMES else f"{foreign.shown(found.path, home)}: unknown type {found.kind}: {LOGIN}"


def _absent(variables: Mapping[str, str], home: str) -> str:
    given = variables.get(CREDENTIALS)
    if given:
        return f"{CREDENTIALS} names {foreign.shown(given, home)}, which is not there: {_login(variables, home)}"
    if any(variables.get(name) for name in _ON_GOOGLE):
        return ""
    moved = variables.get("CLOUDSDK_CONFIG")
    if moved and os.path.isfile(os.path.join(foreign.below(moved, home), ADC)):
        file = os.path.join(foreign.below(moved, home), ADC)
        return f"Claude Code ignores CLOUDSDK_CONFIG, so it does not find {foreign.shown(file, home)}: set {CREDENTIALS} to it"
    if hosted.may_be(hosted.GOOGLE):
        return ""
    usual = foreign.shown(path(variables, home), home)
    return f"there is no Google Cloud login for programs, {usual}: {LOGIN}"


def _login(variables: Mapping[str, str], home: str) -> str:
    """The sign-in, or what else gives a file where gcloud would not write it."""
    if variables.get(CREDENTIALS) in (None, "", os.path.join(gcloud_folder(variables, home), ADC)):
        return LOGIN
    return f"put the key file there, or unset {CREDENTIALS}"
