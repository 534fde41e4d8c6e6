"""The profile that `ctx verify` and `ctx login` are about: what it does to an environment, and what it says of itself."""

from __future__ import annotations

from ctx.claude.login_model import Ask
from ctx.cli import choose, claude_profile, plans
from ctx.cli.automatic import Profiles, covering, due_on_entering, plan_for_directory
from ctx.cli.claude_profile import by_name, of_directory, over, sketch
from ctx.cli.invocation import Invocation
from ctx.config import load
from ctx.discover import working_directory
from ctx.errors import CtxError, UsageError, typed
from ctx.model import ASSIGN, SET, Config, Plan, Profile, SecretRef
from ctx.resolve import merged, method_of
from ctx.state import applied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ctx.claude.login_model import Login


class Subject:
    """A profile, with what it extends and what a project's file adds, and the environment it makes of the user's own.

    Secrets are read when `environ` or `given` is asked for, and not before.
    """

    def __init__(self, invocation: Invocation, config: Config, whole: Profile, plan: Callable[[], Plan | None]) -> None:
        self.config = config
        self.whole = whole
        self.name = whole.name
        self.auth = method_of(whole)
        self._own = invocation.own
        self._sketch = sketch(config, whole, invocation.around())
        self._make = plan
        self._plan: Plan | None = None

    def _resolved(self) -> Plan:
        self._plan = self._plan or self._make()
        if self._plan is None:
            raise UsageError("no profile is active here", fix="ctx list shows the profiles")
        return self._plan

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a program in the profile. Raises what resolving does."""
        return applied(self._resolved(), self._own)

    @property
    def given(self) -> tuple[str, ...]:
        """The variables that the profile sets. Raises what resolving does."""
        return tuple(op.name for op in self._resolved().ops if op.kind in (SET, ASSIGN))

    @property
    def variables(self) -> dict[str, str | None]:
        """The environment as far as it is written out; None for a value that has to be fetched."""
        return over(self._own, self._sketch)

    @property
    def places(self) -> dict[str, str]:
        """Where the profile's variables are written."""
        return {name: str(variable.origin) for name, variable in self._sketch.variables.items()}

    @property
    def replace(self) -> dict[str, str]:
        """What to type to give the profile's variables another value."""
        return {
            name: typed("ctx", "secret", "set", value.name)
            if isinstance(value, SecretRef)
            else f"replace {name} in {value.origin.file}: [{value.origin.table}]"
            for name, value in self.whole.env.items()
        }


def subject(invocation: Invocation, name: str | None, command: str) -> Subject:
    """The profile called `name`; without a name the active one, else what is due here. `command` is the user's.

    Raises UsageError where there is none, and what loading does.
    """
    if name is not None:
        config, _ = load(invocation.config)
        return _named(invocation, config, choose.on_terminal(invocation, config, name).name)
    profiles = Profiles(invocation, for_exec=True)
    config, _ = profiles.load()
    if invocation.active:
        here = _of_directory(invocation, profiles, config)
        return here or _named(invocation, config, invocation.active)
    whole = claude_profile.due(invocation, profiles).whole
    if whole is None:
        raise UsageError("no profile is active here", fix=f"ctx {command} NAME; ctx list shows the profiles")
    return Subject(invocation, config, whole, lambda: plan_for_directory(invocation, for_exec=True))


def _named(invocation: Invocation, config: Config, name: str) -> Subject:
    return Subject(
        invocation, config, by_name(config, name), lambda: plans.prepare(invocation, name, for_exec=True).plan
    )


def _of_directory(invocation: Invocation, profiles: Profiles, config: Config) -> Subject | None:
    """The profile of this directory if that is the active one, with what the project's file adds."""

    def plan() -> Plan | None:
        found = covering(invocation, profiles.index(), working_directory(invocation.environ))
        return due_on_entering(invocation, profiles, profiles.index(), found).plan

    try:
        choice = of_directory(invocation, profiles, config)
    except CtxError:
        return None
    covered = choice.found is not None and bool(choice.found.profile or choice.found.file)
    if not covered or choice.whole is None or choice.whole.name != invocation.active:
        return None
    return Subject(invocation, config, choice.whole, plan)


def sharers(invocation: Invocation, about: Subject, ask: Ask, login: Login) -> tuple[str, ...]:
    """The other profiles whose login lies in the same place. No secret is read for that."""
    return tuple(
        profile.name
        for profile in about.config.profiles.values()
        if profile.name != about.name and _store(invocation, about.config, profile, ask) == login.store
    )


def _store(invocation: Invocation, config: Config, profile: Profile, ask: Ask) -> str:
    """Where the login of a profile lies, "" where it has none or that cannot be told."""
    from ctx.claude.login_commands import usual

    try:
        environment = sketch(config, merged(config, profile), invocation.around())
        method = method_for(environment.auth, over({}, environment))
        variables = over(invocation.own, environment)
        return usual(Ask(method, variables, ask.home, now=ask.now)).store if method else ""
    except CtxError:
        return ""


def method_for(auth: str | None, given: Mapping[str, str | None]) -> str:
    """The method that a login is for: a profile that has nothing but a directory of the client's is for a browser login."""
    return auth or ("subscription" if "CLAUDE_CONFIG_DIR" in given else "")
