"""`ctx claude helper`: have Claude Code ask a program for its credentials, so that they are in no environment."""

from __future__ import annotations

import os

from ctx import signin
from ctx.claude import helper, traces
from ctx.claude.json_edit import edit, read
from ctx.cli.automatic import shown_place
from ctx.cli.choose import agreed
from ctx.cli.helper_target import Target, advice
from ctx.cli.installed import places, program
from ctx.cli.invocation import Invocation, complain
from ctx.cli.secret_use import checked_name, uses
from ctx.cli.spec import FLAG, OPTION, OPTIONAL, YES, Param
from ctx.errors import RefusedError, UsageError, typed
from ctx.model import SecretRef
from ctx.resolve import method_of
from ctx.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.claude.helper import Settings
    from ctx.claude.json_text import Document

HELP = """Have Claude Code ask ctx for the key, so that it is in no environment.

Writes apiKeyHelper into the settings.json of the profile's CLAUDE_CONFIG_DIR; for Bedrock awsCredentialExport and
awsAuthRefresh, which get the credentials of an AWS profile. Everything else in the file stays."""

PARAMS = (
    Param(OPTIONAL, "name", "A profile's name or alias."),
    Param(
        OPTION,
        "secret",
        "The secret that is the key; else the one that the profile names for a key or token, else NAME-key.",
    ),
    Param(OPTION, "aws_profile", "Bedrock: the AWS profile; else the one that the profile sets as AWS_PROFILE."),
    Param(OPTION, "ttl", "Milliseconds until Claude Code asks again; else its own five minutes."),
    Param(FLAG, "remove", "Take the settings out again; without NAME all that ctx wrote."),
    Param(FLAG, "print", "Print the settings and write nothing."),
    Param(FLAG, "list", "Show what ctx wrote into settings files."),
    Param(FLAG, "shared", "Write into ~/.claude, which every profile without a CLAUDE_CONFIG_DIR uses."),
    YES,
)

KEY_METHODS = (None, "api-key-helper", "console", "gateway")
"""Methods beside which a helper is asked and does not overrule what the profile means."""


def run(
    invocation: Invocation,
    name: str | None,
    *,
    secret: str | None,
    aws_profile: str | None,
    ttl: str | None,
    remove: bool,
    print: bool,  # noqa: A002 - the option's name
    list: bool,  # noqa: A002 - the option's name
    shared: bool,
    yes: bool,
) -> int:
    """Write, remove, print or list. The exit code."""
    if list:
        return _list(invocation)
    if name is None and remove:
        return _remove_all(invocation, yes=yes)
    if name is None:
        raise UsageError("say which profile", fix="ctx list shows them; ctx claude helper NAME")
    if remove:
        return _remove(invocation, Target(invocation, name, shared=True), yes=yes)
    target = Target(invocation, name, shared=shared or print)
    settings = _settings(invocation, target, secret, aws_profile, helper.checked_ttl(ttl))
    if print:
        invocation.emit_json(_nested(settings))
        return 0
    _write(invocation, target, settings, yes=yes)
    return 0


def _list(invocation: Invocation) -> int:
    lines = traces.listed(invocation.data)
    if not lines:
        invocation.say("ctx has nothing in settings files of Claude Code")
    invocation.emit("".join(f"{line}\n" for line in lines))
    return 0


def _remove_all(invocation: Invocation, *, yes: bool) -> int:
    """Take out everything that is on record, whichever profiles there still are. Raises RefusedError."""
    lines = traces.listed(invocation.data)
    if not lines:
        return _list(invocation)
    for line in lines:
        complain(line)
    if not yes and not invocation.is_terminal(0, 2):
        raise RefusedError(
            "there is no terminal to ask at: nothing was removed", fix="ctx claude helper --remove --yes"
        )
    if not yes and not agreed("take out what is still ctx's?"):
        raise RefusedError("it stays: nothing was removed")
    for line in traces.undo(invocation.data):
        invocation.say(line)
    return 0


def _settings(
    invocation: Invocation, target: Target, secret: str | None, aws_profile: str | None, ttl: int | None
) -> Settings:
    method = method_of(target.profile)
    name = target.profile.name
    if method == helper.AWS_METHOD:
        if secret is not None or ttl is not None:
            raise UsageError(f"{name} signs in through Bedrock, which takes no key", fix="--aws-profile NAME")
        return _of_aws(invocation, target, aws_profile)
    if method not in KEY_METHODS:
        label = signin.METHODS[method].label if method else ""
        raise UsageError(
            f"{name} signs in by {label}, which a helper would not serve or would overrule",
            fix=f'a profile with auth = "api-key-helper" and a CLAUDE_CONFIG_DIR of its own: {typed("ctx", "new")}',
        )
    if aws_profile is not None:
        raise UsageError(f"--aws-profile is for Bedrock, and {name} is not", fix="--secret NAME")
    words = (*program(invocation), "secret", "get", _secret(invocation, target, secret))
    line = helper.command_line(words, places(invocation), windows=os.name == "nt")
    return helper.for_key(line, ttl)


def _secret(invocation: Invocation, target: Target, named: str | None) -> str:
    """The secret that is meant, if there is one of that name. Raises UsageError, SecretError."""
    from ctx import secrets
    from ctx.secrets import index
    from ctx.secrets.keeping import unknown

    kept = index.load(invocation.places(interactive=False)).entries
    values = (target.profile.env.get(variable) for variable in helper.CREDENTIALS)
    name = named or next((value.name for value in values if isinstance(value, SecretRef)), None)
    # What `ctx new` calls the key of a profile that has no variable for it.
    usual = f"{target.profile.name[:50]}-key"
    if name is None and (usual in kept or invocation.own.get(secrets.variable(usual))):
        name = usual
    if name is None:
        what = f"{target.profile.name} names no secret for its key"
        fix = f"{typed('ctx', 'claude', 'helper', target.profile.name)} --secret NAME"
        raise UsageError(what, fix=fix)
    checked_name(name)
    if name not in kept and not invocation.own.get(secrets.variable(name)):
        raise unknown(name, tuple(dict.fromkeys((*kept, *uses(invocation).names))))
    return name


def _of_aws(invocation: Invocation, target: Target, named: str | None) -> Settings:
    import shutil

    profile = named or target.text("AWS_PROFILE")
    if not profile or "$" in profile:
        fix = f"{typed('ctx', 'claude', 'helper', target.profile.name)} --aws-profile NAME"
        raise UsageError(f"{target.profile.name} does not say which AWS profile", fix=fix)
    aws = shutil.which("aws", path=invocation.own.get("PATH", ""))
    if aws is None or not os.path.isabs(aws):
        complain("the AWS CLI (aws) is not on PATH: without it Claude Code gets no credentials this way")
    return helper.for_aws(aws if aws and os.path.isabs(aws) else "aws", profile, windows=os.name == "nt")


def _nested(settings: Settings) -> dict[str, object]:
    found: dict[str, object] = {}
    for keys, value in settings.items():
        table = found
        for key in keys[:-1]:
            below = table.setdefault(key, {})
            assert isinstance(below, dict)
            table = below
        table[keys[-1]] = value
    return found


def _write(invocation: Invocation, target: Target, settings: Settings, *, yes: bool) -> None:
    foreign = _foreign(invocation, target, settings)
    again = typed("ctx", "claude", "helper", target.profile.name, "--yes")
    _consent(invocation, target, foreign, "replace", again, yes=yes)
    # Noted first: a note of what was never written does no harm, a setting that nobody knows of does.
    traces.note(invocation.data, target.file, target.profile.name, settings)

    def change(document: Document) -> None:
        for keys, value in settings.items():
            document.put(keys, value)

    backup = edit(target.file, change)
    for keys in settings:
        invocation.say(f"{target.shown}: {'.'.join(keys)} is set")
    if backup:
        invocation.say(f"before, without credentials: {shown_place(backup, invocation.home)}")
    for line in advice(target):
        complain(line)


def _foreign(invocation: Invocation, target: Target, settings: Settings) -> dict[tuple[str, ...], tuple[int, object]]:
    """What stands in the places of these settings, is something else, and is not from ctx: line and value."""
    try:
        document = read(target.file)
    except FileNotFoundError:
        return {}
    found = {}
    for keys, value in settings.items():
        old = document.get(*keys)
        if old not in (None, value) and not traces.is_ours(invocation.data, target.file, keys, old):
            found[keys] = (document.line(*keys), old)
    return found


def _consent(
    invocation: Invocation,
    target: Target,
    foreign: dict[tuple[str, ...], tuple[int, object]],
    verb: str,
    again: str,
    *,
    yes: bool,
) -> None:
    """Show what is not ctx's own and let a person decide. Raises RefusedError."""
    for keys, (line, old) in foreign.items():
        hidden = signin.value_looks_secret(str(old))
        what = "not shown, for it looks like a credential" if hidden else visible(str(old))
        complain(f"{target.shown}:{line}: {'.'.join(keys)} is not from ctx: {what}")
    if not foreign or yes:
        return
    if not invocation.is_terminal(0, 2):
        raise RefusedError("there is no terminal to ask at: nothing was written", fix=again)
    if not agreed(f"{verb} {'it' if len(foreign) == 1 else 'them'}?"):
        raise RefusedError("it stays: nothing was written")


def _remove(invocation: Invocation, target: Target, *, yes: bool) -> int:
    try:
        document = read(target.file)
        there = {keys: old for keys in helper.ALL if (old := document.get(*keys)) is not None}
    except FileNotFoundError:
        there = {}
    foreign = _foreign(invocation, target, dict.fromkeys(there, ""))
    # Without the helper a lifetime means nothing, but it may be the user's.
    foreign.pop(helper.TTL, None)
    again = typed("ctx", "claude", "helper", target.profile.name, "--remove", "--yes")
    _consent(invocation, target, foreign, "remove", again, yes=yes)
    ours = traces.is_ours
    keys = tuple(key for key, old in there.items() if key in foreign or ours(invocation.data, target.file, key, old))
    backup = traces.take_out(target.file, keys) if keys else ""
    traces.forget(invocation.data, target.file, helper.ALL)
    for one in keys:
        invocation.say(f"{target.shown}: {'.'.join(one)} is taken out")
    if backup:
        invocation.say(f"before, without credentials: {shown_place(backup, invocation.home)}")
    if not keys:
        invocation.say(f"{target.shown} has no helper")
    return 0
