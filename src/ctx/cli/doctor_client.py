"""`ctx doctor`: the client itself, ctx's shim in front of it, and other tools that decide about its sign-in."""

from __future__ import annotations

import os

from ctx import signin
from ctx.claude import foreign, shim
from ctx.claude.client import CLIENT, INSTALL, elsewhere, is_program, real_client
from ctx.claude.model import USER, WARNING, Layer
from ctx.cli.doctor_findings import CLIENT as GROUP
from ctx.cli.doctor_findings import SWITCHERS, Finding, Patient, note
from ctx.errors import ConfigError, typed
from ctx.signin_variables import CLIENT_VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TOOLS = (
    (".cc-switch", "cc-switch"),
    (".claude-code-router", "claude-code-router"),
    (".ccs", "ccs"),
)
"""Folders below the home directory, and the tool whose they are: each writes the `env` block of the client's
settings.json, or stands in front of the client. cc-switch: https://github.com/farion1231/cc-switch/issues/1790."""

_VERSIONS = "versions"
"""The native installer keeps the client as `versions/2.1.330`, and links to it."""


def client(patient: Patient) -> Iterator[Finding]:
    """Whether there is a client, and one that ctx's facts are about."""
    invocation = patient.invocation
    path = invocation.own.get("PATH", "")
    real = real_client(path, invocation.data)
    if not real:
        other = elsewhere(patient.home)
        if other:
            message, fix = (
                f"Claude Code is not on PATH: it is {patient.shown(other)}",
                f"PATH={typed(os.path.dirname(other))}:$PATH",
            )
        else:
            message, fix = "Claude Code is not on PATH", INSTALL
        severity = WARNING if _is_wanted(patient) else "info"
        yield Finding("client-missing", severity, message, "PATH", fix)
        return
    version = _version(real)
    if version and _newer(version, CLIENT_VERSION):
        message = f"Claude Code {version} is newer than {CLIENT_VERSION}, which ctx knows: it may sign in differently"
        yield note("client-newer", message, real, "update ctx; ctx verify NAME tells for one profile")


def _is_wanted(patient: Patient) -> bool:
    """Whether some profile is about Claude Code."""
    profiles = patient.readable_config().profiles.values()
    return any(profile.auth or any(signin.is_decider(name) for name in profile.env) for profile in profiles)


def _version(real: str) -> str:
    """The client's version as its installer wrote it down, "" where it did not. The client is not started."""
    target = os.path.realpath(real)
    if os.path.basename(os.path.dirname(target)) == _VERSIONS:
        return os.path.basename(target)
    try:
        content = foreign.json_object(os.path.join(os.path.dirname(target), "package.json"))
    except (FileNotFoundError, ConfigError):
        return ""
    version = content.get("version")
    return version if isinstance(version, str) and content.get("name") == "@anthropic-ai/claude-code" else ""


def _newer(one: str, other: str) -> bool:
    """Whether a version's first two numbers are above those of another: a third changes too often to be news."""
    try:
        return [int(part) for part in one.split(".")[:2]] > [int(part) for part in other.split(".")[:2]]
    except ValueError:
        return False


def shim_in_front(patient: Patient) -> Iterator[Finding]:
    """The shim, where there is one: PATH has to lead there before it leads to the client."""
    invocation = patient.invocation
    file = shim.path(invocation.data)
    if not os.path.lexists(file):
        return
    if not shim.is_shim(file) or not is_program(file):
        message = "this is not a shim that ctx wrote, or it cannot be started"
        yield Finding("shim-damaged", WARNING, message, file, "ctx shim claude")
        return
    folder = os.path.realpath(os.path.dirname(file))
    entries = [entry for entry in invocation.own.get("PATH", "").split(os.pathsep) if os.path.isabs(entry)]
    found = next((entry for entry in entries if is_program(os.path.join(entry, CLIENT))), "")
    if not found or os.path.realpath(found) != folder:
        first = (
            f"PATH leads to {patient.shown(os.path.join(found, CLIENT))} first" if found else "PATH does not lead there"
        )
        message = f"the shim is not in front: {first}"
        yield Finding("shim-not-first", WARNING, message, file, "ctx shim claude prints the line for it")


def switchers(patient: Patient) -> Iterator[Finding]:
    """Other tools' work: a sign-in in the user's own settings file beats every shell and every profile."""
    tools = [(folder, tool) for folder, tool in TOOLS if os.path.isdir(os.path.join(patient.home, folder))]
    names = " or ".join(tool for _, tool in tools)
    written = False
    for layer in _user_layers(patient):
        deciders = [name for name, text in layer.env.items() if text and signin.is_decider(name)]
        if deciders:
            written = True
            listed = ", ".join(deciders)
            by = f" ({names} writes there)" if names else ""
            message = f"{listed}: these settings overrule every shell and profile{by}"
            yield Finding("settings-sign-in", WARNING, message, layer.place(deciders[0]), "ctx import claude-settings")
    for folder, tool in tools:
        if not written:
            message = f"{tool} is here too: what it writes into settings.json would overrule every profile"
            yield note("other-switcher", message, os.path.join(patient.home, folder), "use one of the two")


def _user_layers(patient: Patient) -> list[Layer]:
    """The user's settings files: that of this shell, and the usual one."""
    from ctx.claude.settings import read_layer

    found = [layer for layer in patient.view().machine.layers if layer.kind == USER]
    usual = os.path.join(patient.home, ".claude", "settings.json")
    if all(layer.path != usual for layer in found):
        layer = read_layer(USER, usual)
        found += [layer] if layer is not None else []
    return found


CHECKS = ((GROUP, client), (GROUP, shim_in_front), (SWITCHERS, switchers))
