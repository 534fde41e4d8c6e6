"""The credentials of Anthropic's own that are there on a machine, and which of them is used."""

from __future__ import annotations

from ctx import signin, signin_precedence
from ctx.claude import stored
from ctx.claude.ant import OIDC
from ctx.claude.machine import HOST
from ctx.claude.model import CREDENTIAL, USER, Machine, Reason
from ctx.signin_precedence import (
    ACTIVE_OAUTH,
    ACTIVE_OIDC,
    API_KEY,
    AUTH_TOKEN,
    BARE,
    CONSOLE,
    FEDERATION,
    HELPER,
    IGNORED_UNDER_HOST,
    LOGIN,
    OAUTH_TOKEN,
    PROFILE,
)

VARIABLES = {
    AUTH_TOKEN: "ANTHROPIC_AUTH_TOKEN",
    API_KEY: "ANTHROPIC_API_KEY",
    OAUTH_TOKEN: "CLAUDE_CODE_OAUTH_TOKEN",
    PROFILE: "ANTHROPIC_PROFILE",
    FEDERATION: "ANTHROPIC_FEDERATION_RULE_ID",
}
"""The variable of each source that is one."""

BARE_MODE = "CLAUDE_CODE_SIMPLE"
HELPER_KEY = "apiKeyHelper"

TOKENS = (AUTH_TOKEN, API_KEY, OAUTH_TOKEN)
"""Sources whose variable holds the credential itself."""

_ANSWERED = 20
"""So many last characters of a key are remembered with the answer for it."""


class Sources:
    """The sources of first-party credentials that are there and count.

    `doubtful` are those that may be there too, with the reason why that cannot be told. `ignored` says why the API key is
    there and does not count.
    """

    def __init__(self, machine: Machine, *, interactive: bool) -> None:
        self.present: dict[str, Reason] = {}
        self.doubtful: dict[str, str] = {}
        self.ignored = ""
        self._machine = machine
        for source in TOKENS:
            given = machine.given(VARIABLES[source])
            if given is not None:
                self.present[source] = Reason(given.name, given.place, CREDENTIAL, given.layer)
        self._helper()
        self._profiles()
        self._logins()
        if interactive and API_KEY in self.present:
            self._approval()
        hosted = signin.flag_is_on(machine.process_text(HOST))
        bare = signin.flag_is_on(machine.text(BARE_MODE))
        for source in tuple(self.present):
            if (hosted and source in IGNORED_UNDER_HOST) or (bare and source not in BARE):
                reason = self.present.pop(source)
                if bare and source == HELPER:
                    self.doubtful[HELPER] = f"whether {reason.name} counts in bare mode is not measured"
        if hosted or bare:
            for source in (LOGIN, *((CONSOLE, ACTIVE_OIDC, ACTIVE_OAUTH, PROFILE) if bare else ())):
                self.doubtful.pop(source, None)

    def _helper(self) -> None:
        found = self._machine.setting(HELPER_KEY)
        if found is not None:
            layer, command = found
            if command:
                self.present[HELPER] = Reason(HELPER_KEY, layer.place(HELPER_KEY), CREDENTIAL, layer.kind)

    def _profiles(self) -> None:
        machine = self._machine
        federation = [machine.given(name) for name in ("ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_ORGANIZATION_ID")]
        if all(federation) and federation[0] is not None:
            given = federation[0]
            self.present[FEDERATION] = Reason(given.name, given.place, CREDENTIAL, given.layer)
        named = machine.given("ANTHROPIC_PROFILE")
        profile = machine.stored.ant
        if profile is not None and named is not None:
            self.present[PROFILE] = Reason(named.name, named.place, CREDENTIAL, named.layer)
        elif profile is not None:
            active = ACTIVE_OIDC if profile.kind == OIDC else ACTIVE_OAUTH
            self.present[active] = Reason(f"profile {profile.name}", profile.path, CREDENTIAL, stored.ANT)
        elif stored.ANT in machine.stored.doubts:
            self.doubtful[PROFILE if named else ACTIVE_OIDC] = machine.stored.doubts[stored.ANT]

    def _logins(self) -> None:
        found = self._machine.stored
        if found.login:
            self.present[LOGIN] = Reason("claude auth login", found.config_dir, CREDENTIAL, USER)
        elif found.login is None:
            self.doubtful[LOGIN] = found.doubts.get(stored.LOGIN, "a login may be stored")
        if found.console_key:
            self.present[CONSOLE] = Reason("stored Console key", found.state, CREDENTIAL, USER)
        elif stored.CONSOLE in found.doubts:
            self.doubtful[CONSOLE] = found.doubts[stored.CONSOLE]

    def _approval(self) -> None:
        """In a session a key counts only once a person has said so, and the default answer is No."""
        found = self._machine.stored
        key = self._machine.variables["ANTHROPIC_API_KEY"].text
        ending = None if key is None else key.strip()[-_ANSWERED:]
        if ending is not None and ending in found.approved:
            return
        if stored.KEYS in found.doubts:
            self.doubtful[API_KEY] = found.doubts[stored.KEYS]
        elif ending is None and found.approved:
            self.doubtful[API_KEY] = "ctx has not read the key, and some keys are approved"
        rejected = ending is not None and ending in found.rejected
        self.ignored = f"ANTHROPIC_API_KEY, which {'was rejected' if rejected else 'nobody has approved'} in a session"
        del self.present[API_KEY]

    def winner(self) -> str:
        """The source that is used, "" for none."""
        return signin_precedence.winner(set(self.present))

    def doubt(self) -> str:
        """Why the winner is not sure; "" if what cannot be told changes nothing."""
        used = self.winner()
        for source, why in self.doubtful.items():
            if signin_precedence.winner({*self.present, source}) != used:
                return why
        return ""
