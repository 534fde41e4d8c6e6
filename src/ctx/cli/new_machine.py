"""What this machine has that a new profile could use. Whatever cannot be read offers nothing, and is said."""

from __future__ import annotations

import os

from ctx.claude import aws, google, stored
from ctx.cli.bindings import written
from ctx.cli.invocation import Invocation, complain
from ctx.cli.new_answers import Row
from ctx.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.claude.aws import AwsProfile
    from ctx.claude.model import Stored


def aws_profiles(invocation: Invocation) -> dict[str, AwsProfile]:
    """The profiles of the AWS files, by name."""
    try:
        return {profile.name: profile for profile in aws.profiles(invocation.own, invocation.home)}
    except ConfigError as error:
        complain(str(error))
        return {}


def google_projects(invocation: Invocation) -> list[Row]:
    """The projects of gcloud's configurations, the active one first, and that of the application default login."""
    found: dict[str, str] = {}
    for configuration in google.configurations(invocation.own, invocation.home):
        if configuration.project:
            account = f"{configuration.account}, " if configuration.account else ""
            found.setdefault(configuration.project, f"{account}gcloud configuration {configuration.name}")
    try:
        project = google.project(invocation.own, invocation.home)
    except (FileNotFoundError, ConfigError):
        project = ""
    if project:
        found.setdefault(project, "application default login")
    return [Row(project, detail=detail) for project, detail in found.items()]


def usual_login(invocation: Invocation) -> Stored:
    """What is stored where Claude Code looks without CLAUDE_CONFIG_DIR."""
    return stored.look(*stored.places({}, invocation.home, invocation.home))[0]


def whose(found: Stored) -> str:
    """Whose login lies there, as far as that can be told; "" for none."""
    if found.email:
        return f"signed in as {found.email}"
    if found.console_key:
        return "signed in at the Console"
    return "signed in" if found.login else ""


def config_directories(invocation: Invocation) -> list[Row]:
    """Directories that Claude Code has been started with, besides the usual one, as they are written in a profile."""
    try:
        names = sorted(name for name in os.listdir(invocation.home) if name.startswith(".claude") and name != ".claude")
    except OSError:
        return []
    rows = []
    for name in names:
        folder = os.path.join(invocation.home, name)
        state = os.path.join(folder, ".claude.json")
        if name.isprintable() and os.path.isfile(state):
            rows.append(Row(written(folder, invocation.home), detail=whose(stored.look(folder, state)[0])))
    return rows
