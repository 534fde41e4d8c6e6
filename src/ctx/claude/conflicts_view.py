"""What the search for conflicts knows: the machine, the profile, and what follows from both at once."""

from __future__ import annotations

from ctx import signin
from ctx.claude import ant
from ctx.claude.machine import HOST as HOST_MANAGED
from ctx.claude.model import LEGACY, MANAGED, PROCESS, Conflict, Given, Layer, Machine
from ctx.claude.sources import BARE_MODE, HELPER_KEY, VARIABLES, Sources
from ctx.errors import typed
from ctx.signin_conflicts import RULES
from ctx.signin_precedence import (
    ACTIVE_OAUTH,
    ACTIVE_OIDC,
    CONSOLE,
    FIRST_PARTY,
    HELPER,
    LOGIN,
    PROFILE,
    winner,
)
from ctx.signin_values import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.model import Environment

_UNSET = {"fish": "set -e {}", "pwsh": "Remove-Item Env:{}"}


class View:
    """One machine under one profile, or under none.

    `providers` are the methods whose switch is on, the winner first. `sources` are the first-party credentials that are
    there, `used` the one that wins among them; all are "" or empty where a provider is on. `login` is None where nobody can
    tell. `shell` is the one whose commands fixes are written in.
    """

    def __init__(self, machine: Machine, environment: Environment | None, shell: str) -> None:
        self.machine = machine
        self.environment = environment
        self.shell = shell
        self.providers = tuple(name for name in signin.PROVIDER_ORDER if self.on(signin.METHODS[name].switch or ""))
        self.provider = self.providers[0] if self.providers else ""
        self.host_managed = signin.flag_is_on(machine.process_text(HOST_MANAGED))
        self.bare = self.on(BARE_MODE)
        helper = None if self.host_managed or self.bare else machine.setting(HELPER_KEY)
        self.helper = helper if helper is not None and helper[1] else None
        self.login = False if self.host_managed or self.bare else machine.stored.login
        self.sources = set() if self.provider else set(Sources(machine, interactive=False).present)
        self.used = winner(self.sources)

    def on(self, name: str) -> bool:
        """Whether a switch is on. One whose value is not known counts as on: nobody hides one that is off."""
        given = self.machine.given(name)
        return given is not None and (given.text is None or signin.flag_is_on(given.text))

    @property
    def auth(self) -> str:
        """The profile's method, "" for none."""
        return (self.environment.auth or "") if self.environment is not None else ""

    def sets(self, name: str) -> bool:
        """Whether the profile itself sets this variable."""
        variable = self.environment.variables.get(name) if self.environment is not None else None
        return variable is not None and variable.value is not None

    @property
    def host(self) -> str:
        """The host that first-party requests go to."""
        address = self.machine.text("ANTHROPIC_BASE_URL")
        return host(address) or address if address else FIRST_PARTY

    @property
    def ant_folder(self) -> str:
        """Where the ant CLI's profiles lie."""
        machine = self.machine
        texts = {name: given.text or "" for name, given in machine.variables.items()}
        return ant.folder(texts, machine.home, machine.cwd)

    def label(self, source: str) -> str:
        """What a source is called in a sentence."""
        stored = self.machine.stored
        name = stored.ant.name if stored.ant is not None else ""
        account = f"the login of {stored.email}" if stored.email else "your login"
        others = {HELPER: HELPER_KEY, LOGIN: account, CONSOLE: "the stored Console key"}
        others.update(dict.fromkeys((PROFILE, ACTIVE_OIDC, ACTIVE_OAUTH), f"the ant profile {name}"))
        return others[source] if source in others else VARIABLES[source]

    def where(self, source: str) -> str:
        """The place of a source."""
        stored = self.machine.stored
        given = self.machine.given(VARIABLES.get(source, ""))
        if given is not None:
            return given.place
        if source == HELPER and self.helper is not None:
            return self.helper[0].place(HELPER_KEY)
        if source == LOGIN:
            return stored.config_dir
        return stored.ant.path if stored.ant is not None and source != CONSOLE else stored.state

    def remove(self, name: str) -> str:
        """What to type so that a variable, or a key of a settings file, is gone."""
        given = self.machine.variables.get(name)
        if given is not None:
            return self.remove_given(given)
        found = self.machine.setting(name)
        return remove_key(found[0], name) if found is not None else ""

    def remove_given(self, given: Given) -> str:
        """What to type so that this variable is gone."""
        if given.layer != PROCESS:
            layer = next((at for at in self.machine.layers if at.kind == given.layer and given.name in at.env), None)
            return remove_key(layer, given.name) if layer is not None else ""
        if self.sets(given.name) and self.environment is not None:
            file = self.environment.variables[given.name].origin.file
            return f"${{EDITOR:-vi}} {typed(file)}, and take {given.name} out of {self.environment.profile.name}"
        return _UNSET.get(self.shell, "unset {}").format(given.name)

    def conflict(self, code: str, where: str, **words: str) -> Conflict:
        """One finding of a kind."""
        rule = RULES[code]
        return Conflict(code, rule.severity, rule.message.format(**words), where, rule.fix.format(**words))

    def about(self, code: str, name: str, **words: str) -> Conflict:
        """One finding about a variable, or a key of the settings files, at its place."""
        given = self.machine.variables.get(name)
        found = self.machine.setting(name)
        where = given.place if given is not None else found[0].place(name) if found is not None else name
        return self.conflict(code, where, name=name, remove=self.remove(name), **words)


def remove_key(layer: Layer, key: str) -> str:
    """What to type so that a line of a settings file can be taken out."""
    if layer.kind == MANAGED:
        return "ask whoever manages this machine"
    words = (f"+{layer.lines[key]}", layer.path) if key in layer.lines else (layer.path,)
    what = f"env.{key}" if key in layer.env else key
    much = "its env block" if layer.kind == LEGACY else what
    return f"${{EDITOR:-vi}} {typed(*words)}, and take {much} out"
