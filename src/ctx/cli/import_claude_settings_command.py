"""`ctx import claude-settings`: the `env` block of a settings.json becomes a profile, so that the shell decides again."""

from __future__ import annotations

import os

from ctx import names, secrets, signin
from ctx.claude import helper, json_edit
from ctx.cli.adopt_found import Assignment, described
from ctx.cli.automatic import shown_place
from ctx.cli.choose import agreed
from ctx.cli.invocation import Invocation, complain
from ctx.cli.secret_use import changed, keeper
from ctx.cli.spec import FLAG, OPTION, OPTIONAL, YES, Param
from ctx.config import load
from ctx.discover import working_directory
from ctx.edit import Document, edit
from ctx.errors import ConfigError, CtxError, RefusedError, UsageError, typed
from ctx.files import PROFILES, private_directory
from ctx.model import Config, Secret
from ctx.packages import ensure
from ctx.secrets import index as records
from ctx.secrets.keeping import title
from ctx.secrets.values import is_text
from ctx.signin_requirements import problem
from ctx.state import ESSENTIAL
from ctx.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.claude import json_text

HELP = """Lift the variables of a settings.json of Claude Code into a profile.

There they overrule every shell. Credentials go into the secret store, the rest into the profile, and both are taken out
of the file. FILE is your own ~/.claude/settings.json, unless you name another. Shows first what it will do, and asks."""

PARAMS = (
    Param(OPTIONAL, "file", "A settings.json; else your own."),
    Param(OPTION, "name", "What to call the profile; else it is called after the way it signs in."),
    Param(FLAG, "keep", "Leave the file as it is: it goes on overruling the shell."),
    YES,
)


class Lifted:
    """What becomes of a settings file: variables of a profile, those of them that are secrets, and what stays, and why."""

    def __init__(self, document: json_text.Document) -> None:
        self.document = document
        self.variables: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        """Names of secrets by variable."""
        self.stays: dict[str, str] = {}
        self.directory = ""
        """The CLAUDE_CONFIG_DIR that the file belongs to, "" for the usual one."""
        self.auth: str | None = None
        self.name = ""

    @property
    def values(self) -> tuple[str, ...]:
        """The credentials themselves."""
        return tuple(self.variables[variable] for variable in self.secrets)


def run(invocation: Invocation, file: str | None, *, name: str | None, keep: bool, yes: bool) -> int:
    """Show, ask, lift. The exit code."""
    path = _path(invocation, file)
    shown = shown_place(path, invocation.home)
    try:
        lifted = Lifted(json_edit.read(path))
    except FileNotFoundError:
        raise UsageError("there is no such file", where=path, fix="ctx import claude-settings FILE") from None
    if not keep:
        json_edit.check_writable(path)
    _sort(invocation, lifted, path)
    if not lifted.variables:
        for line in _left(lifted):
            complain(f"{shown}: {line}")
        invocation.say(f"{shown} sets no variable that could be lifted")
        return 0
    ensure("tomlkit")
    _decide(invocation, lifted, name)
    _show(lifted, shown)
    _ask(invocation, file, yes=yes)
    _keep(invocation, lifted)
    private_directory(invocation.config)
    edit(invocation.config, lambda document, config: _append(document, config, lifted), create=True)
    complain(f"{lifted.name} is in {shown_place(os.path.join(invocation.config, PROFILES), invocation.home)}")
    if keep:
        complain(f"{shown} was left as it is, and goes on overruling the shell")
    else:
        _take_out(invocation, lifted, path)
    changed(invocation)
    return 0


def _path(invocation: Invocation, file: str | None) -> str:
    if file is not None:
        return os.path.normpath(os.path.join(working_directory(invocation.environ), file))
    own = invocation.own.get("CLAUDE_CONFIG_DIR", "")
    directory = own if os.path.isabs(own) else helper.shared_directory(invocation.home)
    return os.path.join(directory, helper.SETTINGS)


def _sort(invocation: Invocation, lifted: Lifted, path: str) -> None:
    """Which variables can be lifted. Raises ConfigError."""
    block = lifted.document.get("env")
    if block is not None and not isinstance(block, dict):
        raise ConfigError("env is not an object", where=path, fix=f"${{EDITOR:-vi}} {typed(path)}")
    has_helper = lifted.document.get(*helper.API_KEY_HELPER) is not None
    for name, value in (block or {}).items():
        lifted.document.get("env", name)
        reason = _reason(name, value)
        if has_helper and ("env", name) == helper.TTL:
            reason = "it belongs to the apiKeyHelper there"
        if reason:
            lifted.stays[name] = reason
        else:
            lifted.variables[name] = value
    directory = os.path.dirname(path)
    own = not helper.is_shared(directory, invocation.home) and os.path.isfile(os.path.join(directory, ".claude.json"))
    lifted.directory = directory if own and "CLAUDE_CONFIG_DIR" not in lifted.variables else ""


def _reason(name: str, value: object) -> str:
    """Why a variable cannot be lifted, "" if it can."""
    if not isinstance(value, str):
        return "it is not a string"
    if not names.is_variable_name(name):
        return "that is no variable's name"
    if name in ESSENTIAL:
        return "it would replace your shell's own"
    if not is_text(value) or "\0" in value:
        return "its value is not text"
    return names.protected(name) or ""


def _decide(invocation: Invocation, lifted: Lifted, asked: str | None) -> None:
    """Name, method and secrets. Raises UsageError for a name that is taken, ConfigError for what could not be used."""
    config = load(invocation.config)[0] if os.path.lexists(os.path.join(invocation.config, PROFILES)) else Config("")
    method = signin.method_of({name for name, value in lifted.variables.items() if value and not _is_off(name, value)})
    given = {name: value for name, value in lifted.variables.items() if value}
    if lifted.directory:
        given["CLAUDE_CONFIG_DIR"] = lifted.directory
    has_helper = lifted.document.get(*helper.API_KEY_HELPER) is not None
    candidates = (*(("api-key-helper",) if has_helper and lifted.directory else ()), method, None)
    against = {auth: problem(auth, given, invocation.home) for auth in candidates}
    lifted.auth = next((auth for auth in candidates if against[auth] is None), None)
    first = against[lifted.auth]
    if first is not None:
        raise ConfigError(
            f"{first.what}: nothing was lifted", where=f"{lifted.document.path}: env.{first.name}", fix=first.fix
        )
    if asked is not None and not names.is_profile_name(asked):
        raise UsageError(
            f"{visible(asked)!r} cannot be a name",
            fix="names begin with a letter or digit, then letters, digits, . _ - (64 at most)",
        )
    if asked is not None and asked in config.aliases:
        raise UsageError(f"there is a profile {asked} already", fix="--name NAME")
    lifted.name = asked or _free(lifted.auth or "imported", set(config.aliases))
    _name_secrets(invocation, lifted)


def _is_off(name: str, value: str) -> bool:
    switches = {way.switch for way in signin.METHODS.values()}
    return name in switches and not signin.flag_is_on(value)


def _free(base: str, taken: set[str]) -> str:
    numbers = (f"{base}-{number}" if number > 1 else base for number in range(1, len(taken) + 2))
    return next(name for name in numbers if name not in taken)


def _name_secrets(invocation: Invocation, lifted: Lifted) -> None:
    """A secret for each credential; under a name that is free, or holds this very value after a run that was cut off."""
    places = invocation.places(invocation.is_terminal(0, 2))
    entries = records.load(places).entries
    taken = set(entries)
    for variable, value in lifted.variables.items():
        if not Assignment(variable, value, (0, 0), "").is_credential(""):
            continue
        base = f"{lifted.name}-{variable.lower().replace('_', '-').strip('-')}"[:60]
        if base in entries:
            found = secrets.open_store(entries[base].store, places, complain).read((base,))
            if base in found and found[base].reveal() == value:
                taken.discard(base)
        lifted.secrets[variable] = _free(base, taken)
        taken.add(lifted.secrets[variable])


def _show(lifted: Lifted, shown: str) -> None:
    count = len(lifted.variables)
    how = f', auth = "{lifted.auth}"' if lifted.auth else ""
    complain(f"{shown}: {count} variable{'s' if count > 1 else ''} for the new profile {lifted.name}{how}")
    for variable, value in lifted.variables.items():
        if variable in lifted.secrets:
            complain(f"  {variable}: {described(value)}, kept as the secret {lifted.secrets[variable]}")
        else:
            complain(f"  {variable} = {visible(value)}" if value else f"  {variable}: unset")
    if lifted.directory:
        complain(f"  CLAUDE_CONFIG_DIR = {visible(lifted.directory)}, where the file belongs")
    for line in _left(lifted):
        complain(f"{shown}: {line}")


def _left(lifted: Lifted) -> list[str]:
    """What stays in the file, and what that means."""
    lines = [f"{visible(name)} stays: {reason}" for name, reason in lifted.stays.items()]
    if lifted.document.get(*helper.API_KEY_HELPER) is not None:
        line = lifted.document.line(*helper.API_KEY_HELPER)
        lines.append(f"apiKeyHelper in line {line} stays, and comes before every login and token of a subscription")
    return lines


def _ask(invocation: Invocation, file: str | None, *, yes: bool) -> None:
    """Raises RefusedError without a yes."""
    if yes:
        return
    if not invocation.is_terminal(0, 2):
        fix = typed("ctx", "import", "claude-settings", *([file] if file else []), "--yes")
        raise RefusedError("there is no terminal to ask at: nothing was lifted", fix=fix)
    if not agreed("do that?"):
        raise RefusedError("nothing was lifted")


def _keep(invocation: Invocation, lifted: Lifted) -> None:
    """Put the credentials into the store: before anything else is written, so that no crash loses one."""
    keep = keeper(invocation)
    for variable, name in lifted.secrets.items():
        kind = keep.put(name, Secret(lifted.variables[variable]))
        complain(f"{name} is in the {title(kind)}")


def _append(document: Document, config: Config, lifted: Lifted) -> None:
    if lifted.name in config.aliases:
        raise CtxError(f"there is a profile {lifted.name} now", where=config.file, fix="try again")
    document.append_text(_text(lifted))


def _text(lifted: Lifted) -> str:
    """The profile as it is written. What is empty in the settings takes a variable away, as `false` does here."""
    import tomlkit

    def quoted(text: str) -> str:
        return tomlkit.item(text.replace("${", "$${")).as_string()

    name = lifted.name if "." not in lifted.name else f'"{lifted.name}"'
    shown = lifted.document.path.replace("\n", " ")
    lines = [f"# From {visible(shown)}.", f"[profiles.{name}]"]
    lines += [f'auth = "{lifted.auth}"'] if lifted.auth else []
    lines += ["", f"[profiles.{name}.env]"]
    if lifted.directory:
        lines.append(f"CLAUDE_CONFIG_DIR = {quoted(lifted.directory)}")
    for variable, value in lifted.variables.items():
        if variable in lifted.secrets:
            lines.append(f'{variable} = {{ secret = "{lifted.secrets[variable]}" }}')
        else:
            lines.append(f"{variable} = {quoted(value) if value else 'false'}")
    return "\n".join(lines)


def _take_out(invocation: Invocation, lifted: Lifted, path: str) -> None:
    """Remove what was lifted from the settings file. Raises CtxError."""

    def change(document: json_text.Document) -> None:
        for name, value in lifted.variables.items():
            if document.get("env", name) != value:
                what = "was changed by another program just now: it was left as it is"
                raise CtxError(what, where=path, fix=f"take {name} out by hand")
            document.remove(("env", name))
        lifted.document = document

    backup = json_edit.edit(path, change, lifted.values)
    shown = shown_place(path, invocation.home)
    complain(f"{shown}: taken out · before, without credentials: {shown_place(backup, invocation.home)}")
    for number, line in enumerate(lifted.document.text.split("\n"), 1):
        if any(value in line for value in lifted.values):
            complain(f"{shown}:{number}: holds one of the values too; take it out by hand")
    invocation.say(f'to have them without a profile too: default = "{lifted.name}" at the top of {PROFILES}')
    invocation.say("restart running Claude Code sessions")
