"""What is asked about a sign-in, and what it takes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Ask:
    """A profile's method, and the variables that it makes of the user's: None for a value that ctx has not read.

    `options` are those for the client's own login by name. `replace` says for variables what to type to give them another
    value; `now` is the time in seconds since 1970.
    """

    __slots__ = ("home", "method", "no_browser", "now", "options", "replace", "variables")

    def __init__(
        self,
        method: str,
        variables: Mapping[str, str | None],
        home: str,
        *,
        options: Mapping[str, str | bool] | None = None,
        no_browser: bool = False,
        replace: Mapping[str, str] | None = None,
        now: float = 0.0,
    ) -> None:
        self.method = method
        self.variables = variables
        self.home = home
        self.options = options or {}
        self.no_browser = no_browser
        self.replace = replace or {}
        self.now = now

    def has(self, name: str) -> bool:
        """Whether a variable is set to something."""
        return self.variables.get(name, "") != ""

    def text(self, name: str) -> str:
        """The value of a variable, "" for none or one that is not known."""
        return self.variables.get(name) or ""

    @property
    def known(self) -> dict[str, str]:
        """The variables whose value is known."""
        return {name: text for name, text in self.variables.items() if text is not None}


class Login:
    """One way to sign in.

    `command` is what does it, empty where there is nothing to log in to: `instead` then says why. `changes` are variables
    for the command (None takes one away). `store` names the place of the login, the same for all profiles that share it, ""
    for none; `label` says it for people, `apart` how others get one of their own. `present`: whether a login is there that
    still works, so that another would replace it. `problem` says what is wrong with it, "" for nothing. `hint` is said with
    it.
    """

    __slots__ = ("apart", "changes", "command", "hint", "instead", "label", "present", "problem", "store")

    def __init__(self, command: tuple[str, ...]) -> None:
        self.command = command
        self.changes: dict[str, str | None] = {}
        self.store = ""
        self.label = ""
        self.apart = ""
        self.present = False
        self.problem = ""
        self.instead = ""
        self.hint = ""
