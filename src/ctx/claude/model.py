"""What is known of a machine before Claude Code starts there, and what is concluded from it."""

from __future__ import annotations

PROCESS = "process"
MANAGED = "managed"
LOCAL = "local"
PROJECT = "project"
USER = "user"
LEGACY = "legacy"
LAYERS = (MANAGED, LOCAL, PROJECT, USER, LEGACY, PROCESS)
"""Where the client takes a variable from, strongest first; measured (client 2.1.330)."""

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)


class Given:
    """One variable as the client will see it.

    `text` is its value, or None for one whose value ctx has not read (a secret of a profile that is not active). `place`
    says for people where it was set: a file with table and key or line, or "set by your shell, not by ctx".
    """

    __slots__ = ("layer", "name", "place", "text")

    def __init__(self, name: str, text: str | None, place: str, layer: str = PROCESS) -> None:
        self.name = name
        self.text = text
        self.place = place
        self.layer = layer

    def __repr__(self) -> str:
        return f"Given({self.name!r}, ***, {self.place!r}, {self.layer!r})"


class Layer:
    """One settings file of the client.

    `env` holds the strings of its `env` block, `lines` the line of each variable and of each key in `keys`, which are the
    other settings that matter for signing in (apiKeyHelper, awsCredentialExport, awsAuthRefresh, gcpAuthRefresh,
    forceLoginMethod, forceLoginOrgUUID, model). `problem` says why the file could not be used, "" if it could; a layer
    with a problem is empty, and what it would have said is not known.
    """

    __slots__ = ("env", "keys", "kind", "lines", "path", "problem")

    def __init__(self, kind: str, path: str) -> None:
        self.kind = kind
        self.path = path
        self.env: dict[str, str] = {}
        self.keys: dict[str, object] = {}
        self.lines: dict[str, int] = {}
        self.problem = ""

    def place(self, key: str) -> str:
        """Where a variable or key stands, for people: `path:line: env.NAME` or `path:line: key`."""
        line = self.lines.get(key)
        name = f"env.{key}" if key in self.env else key
        return f"{self.path}:{line}: {name}" if line else f"{self.path}: {name}"


class AntProfile:
    """A profile of the `ant` CLI: `kind` is "user_oauth" or "oidc_federation"; `chosen` says what made it the active one."""

    __slots__ = ("base_url", "chosen", "kind", "name", "organization", "path", "workspace")

    def __init__(self, name: str, kind: str, path: str) -> None:
        self.name = name
        self.kind = kind
        self.path = path
        self.chosen = ""
        self.base_url = ""
        self.organization = ""
        self.workspace = ""


class Stored:
    """What lies on disk without any variable.

    `config_dir` is the client's directory, `state` its `.claude.json`. `login`: whether a login token is there (True, False,
    None where that cannot be told, as in the macOS Keychain). `email`, `organization`, `plan`: whose it is, as far as
    `.claude.json` says, without opening the token. `console_key`: the last four characters of a stored Console key, "" for
    none. `approved` and `rejected` hold the last 20 characters of the API keys that a person answered for. `doubts` says
    what cannot be told, and why: "login", "console" (the key), "keys" (the answers), "ant"; `problems` are these sentences.
    """

    __slots__ = ("ant", "approved", "config_dir", "console_key", "doubts", "email", "login", "organization", "plan",
                 "rejected", "state")  # fmt: skip

    def __init__(self, config_dir: str, state: str) -> None:
        self.config_dir = config_dir
        self.state = state
        self.login: bool | None = False
        self.email = ""
        self.organization = ""
        self.plan = ""
        self.console_key = ""
        self.approved: tuple[str, ...] = ()
        self.rejected: tuple[str, ...] = ()
        self.ant: AntProfile | None = None
        self.doubts: dict[str, str] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """Which files could not be read, and why; each once."""
        return tuple(dict.fromkeys(self.doubts.values()))


class Machine:
    """Everything that decides: variables, settings files, what is stored.

    `process` are the variables of the environment that the client would be started in; `variables` what it sees once its
    settings files have had their say (a name that a file sets to "" is there with an empty text: it counts as absent).
    `layers` are the settings files that exist, strongest first. `cwd` and `home` are where it would run.
    """

    __slots__ = ("cwd", "home", "layers", "process", "stored", "variables")

    def __init__(
        self,
        process: dict[str, Given],
        layers: tuple[Layer, ...],
        variables: dict[str, Given],
        stored: Stored,
        *,
        home: str,
        cwd: str,
    ) -> None:
        self.process = process
        self.layers = layers
        self.variables = variables
        self.stored = stored
        self.home = home
        self.cwd = cwd

    def given(self, name: str) -> Given | None:
        """A variable that counts: there, and not empty (to the client an empty one is absent)."""
        found = self.variables.get(name)
        return found if found is not None and found.text != "" else None

    def text(self, name: str) -> str:
        """The value of a variable that counts, "" for one that does not or whose value is not known."""
        found = self.given(name)
        return found.text or "" if found is not None else ""

    def process_text(self, name: str) -> str:
        """The value that the environment itself has, "" for none."""
        found = self.process.get(name)
        return found.text or "" if found is not None else ""

    def setting(self, key: str) -> tuple[Layer, object] | None:
        """A key of the settings files, from the strongest file that has it."""
        for layer in self.layers:
            if key in layer.keys:
                return layer, layer.keys[key]
        return None


# What a reason decides. The first four say whose money it is.
METHOD = "method"
CREDENTIAL = "credential"
ACCOUNT = "account"
ENDPOINT = "endpoint"
REGION = "region"
MODEL = "model"


class Reason:
    """One thing that decided: `name` is the variable, setting or file, `place` where it was set, `what` what it decides.

    `layer` is one of LAYERS; what is stored in the client's directory counts to the user's.
    """

    __slots__ = ("layer", "name", "place", "what")

    def __init__(self, name: str, place: str, what: str, layer: str = PROCESS) -> None:
        self.name = name
        self.place = place
        self.what = what
        self.layer = layer

    def __repr__(self) -> str:
        return f"Reason({self.name!r}, {self.place!r}, {self.what!r})"


class Claim:
    """What a profile says of itself: its method, its payer or "", and the variables that are still as it set them."""

    __slots__ = ("auth", "names", "payer")

    def __init__(self, auth: str | None, payer: str, names: frozenset[str]) -> None:
        self.auth = auth
        self.payer = payer
        self.names = names


class Verdict:
    """What one way of starting the client comes to.

    `method` is a name of `signin.METHODS`, or "" where nothing signs in. `label` and `billed_to` are for people; `billed_to`
    completes "… pays". `endpoint` is a host or URL, `model` and `region` are "" where the client chooses. `also_sent` names
    credentials that go along to the same host though another one decides, `ignored` what is there and does not count, with the
    reason. `unknown` says why ctx cannot tell, "" where it
    can; the other fields are then the best guess. `blocked` says why the client will not start, "" where it will.
    """

    __slots__ = ("also_sent", "billed_to", "blocked", "decided_by", "endpoint", "ignored", "label", "method", "model",
                 "region", "unknown")  # fmt: skip

    def __init__(self, method: str, label: str, billed_to: str) -> None:
        self.method = method
        self.label = label
        self.billed_to = billed_to
        self.endpoint = ""
        self.model = ""
        self.region = ""
        self.decided_by: list[Reason] = []
        self.also_sent: tuple[str, ...] = ()
        self.ignored = ""
        self.unknown = ""
        self.blocked = ""


class Conflict:
    """Something that goes against what the user means. `code` is stable, `severity` one of SEVERITIES."""

    __slots__ = ("code", "fix", "message", "severity", "where")

    def __init__(self, code: str, severity: str, message: str, where: str, fix: str) -> None:
        self.code = code
        self.severity = severity
        self.message = message
        self.where = where
        self.fix = fix
