"""Which settings file a profile's helper belongs into, and what in the profile goes against one."""

from __future__ import annotations

import os

from ctx.claude import helper
from ctx.cli.automatic import shown_place
from ctx.cli.invocation import Invocation
from ctx.config import find, load
from ctx.errors import ConfigError, RefusedError
from ctx.model import Literal, Profile, Unset
from ctx.resolve import merged, method_of
from ctx.values import expanded


class Target:
    """A profile, merged, and the settings file of its configuration directory."""

    __slots__ = ("file", "profile", "shown")

    def __init__(self, invocation: Invocation, name: str, *, shared: bool) -> None:
        """Raises UnknownProfileError, ConfigError, RefusedError."""
        config, _ = load(invocation.config)
        self.profile = merged(config, find(config, name))
        directory = _directory(invocation, self.profile)
        if helper.is_shared(directory, invocation.home) and not shared:
            whose = f"{self.profile.name} has no CLAUDE_CONFIG_DIR of its own"
            raise RefusedError(
                f"{whose}, and a helper in {shown_place(directory, invocation.home)} would overrule every other login",
                fix=f'CLAUDE_CONFIG_DIR = "~/.claude-{self.profile.name}" in [profiles.{self.profile.name}.env], or --shared',
            )
        self.file = os.path.join(directory, helper.SETTINGS)
        self.shown = shown_place(self.file, invocation.home)

    def text(self, variable: str) -> str:
        """What the profile sets a variable to, "" where that is not written out."""
        value = self.profile.env.get(variable)
        return value.text if isinstance(value, Literal) else ""

    def sets(self, *variables: str) -> tuple[str, ...]:
        """Those of the variables that the profile sets to something."""
        given = self.profile.env
        return tuple(name for name in variables if name in given and not isinstance(given[name], Unset))


def _directory(invocation: Invocation, profile: Profile) -> str:
    value = profile.env.get("CLAUDE_CONFIG_DIR")
    if value is None or isinstance(value, Unset):
        return helper.shared_directory(invocation.home)
    directory = expanded(value, invocation.around()) if isinstance(value, Literal) else ""
    if not os.path.isabs(directory):
        raise ConfigError("must be an absolute path for this", where=str(value.origin), fix='"~/.claude-NAME"')
    return os.path.normpath(directory)


def advice(target: Target) -> list[str]:
    """What in the profile goes against a helper."""
    name = target.profile.name
    table = f"[profiles.{name}.env]"
    if method_of(target.profile) == helper.AWS_METHOD:
        lines = [
            f"{variable} comes before the export: take it out of {table}"
            for variable in target.sets("AWS_BEARER_TOKEN_BEDROCK")
        ]
        left = target.sets("AWS_ACCESS_KEY_ID", "AWS_PROFILE")
        then = f"goes on with {' and '.join(left)}" if left else "looks for other AWS credentials"
        lines.append(f"where the export fails, Claude Code {then}, and says so in one line only")
        if left:
            lines.append(f"with the export {name} needs no {' and no '.join(left)}: take it out of {table}")
        return lines
    lines = [
        f"{variable} comes before the helper, and both are sent: take it out of {table}"
        for variable in target.sets(*helper.CREDENTIALS)
    ]
    if target.profile.auth != "api-key-helper":
        lines.append(f'auth = "api-key-helper" in [profiles.{name}] lets ctx say so')
    return lines
