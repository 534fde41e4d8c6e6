"""AWS as its SDK sees it from here: profiles, their regions, and whether a sign-in is still good.

Sections and precedence are those of the SDK for JavaScript, which is what Claude Code uses. Nothing of a token is kept or
returned: of the SSO cache only times are read, and which of its members are there.
"""

from __future__ import annotations

import os

from ctx.claude import foreign, hosted
from ctx.errors import ConfigError, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"

SSO = "sso-session"
LEGACY_SSO = "legacy sso"
ROLE = "role"
STATIC = "static keys"
WEB_IDENTITY = "web identity"
PROCESS = "credential_process"
LOGIN = "aws login"
NOTHING = "no credentials"

KINDS = (SSO, LEGACY_SSO, ROLE, STATIC, WEB_IDENTITY, PROCESS, LOGIN, NOTHING)
"""How a profile gets its credentials."""

LOGIN_SECONDS = 12 * foreign.HOUR
"""How long `aws login` lasts at most; each renewal writes its file anew."""

_ELSEWHERE = (
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
"""Variables with which a platform signs in for the machine."""

_ENDS = ("x_security_token_expires", "expiration", "aws_expiration", "aws_credential_expiration")
"""Where programs that write temporary keys into the credentials file note their end; the SDK reads none of them."""


class AwsProfile:
    """One profile, its settings from both files together. `kind` is one of KINDS."""

    __slots__ = ("kind", "name", "settings")

    def __init__(self, name: str, settings: dict[str, str]) -> None:
        self.name = name
        self.settings = settings
        self.kind = _kind(settings)

    @property
    def region(self) -> str:
        """The profile's region, "" for none."""
        return self.settings.get("region", "")

    @property
    def account(self) -> str:
        """The account that pays, as far as the files say: that of the SSO role or the ARN of the role; "" for unknown."""
        arn = self.settings.get("role_arn", "").split(":")
        return self.settings.get("sso_account_id") or (arn[4] if len(arn) > 5 else "")

    def __repr__(self) -> str:
        return f"AwsProfile({self.name!r}, {self.kind!r})"


class AwsFiles:
    """Both files of a user. `sessions` are the `sso-session` sections; `config` and `credentials` are the paths."""

    __slots__ = ("config", "credentials", "profiles", "sessions")

    def __init__(self, config: str, credentials: str) -> None:
        self.config = config
        self.credentials = credentials
        self.profiles: dict[str, AwsProfile] = {}
        self.sessions: dict[str, dict[str, str]] = {}


def files(variables: Mapping[str, str], home: str) -> AwsFiles:
    """What both files say; absent files say nothing.

    Raises ConfigError for one that cannot be read.
    """
    found = AwsFiles(
        _path(variables, home, "AWS_CONFIG_FILE", "config"),
        _path(variables, home, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    )
    settings: dict[str, dict[str, str]] = {}
    for section, content in _sections(found.config).items():
        kind, _, name = section.partition(" ")
        name = name.strip().strip("\"'")
        if kind == "sso-session" and name:
            found.sessions[name] = content
        elif kind == "profile" and name:
            settings.setdefault(name, {}).update(content)
        elif section == DEFAULT:
            settings.setdefault(DEFAULT, {}).update(content)
    for section, content in _sections(found.credentials).items():
        settings.setdefault(section, {}).update(content)
    found.profiles = {name: AwsProfile(name, content) for name, content in settings.items()}
    return found


def profiles(variables: Mapping[str, str], home: str) -> tuple[AwsProfile, ...]:
    """The profiles in the order of the files.

    Raises what `files` does.
    """
    return tuple(files(variables, home).profiles.values())


def active(variables: Mapping[str, str]) -> str:
    """The profile that the SDK uses where no variable holds keys. It knows no AWS_DEFAULT_PROFILE."""
    return variables.get("AWS_PROFILE") or DEFAULT


def region(variables: Mapping[str, str], home: str) -> str:
    """The region of the active profile, "" where the files name none.

    Raises what `files` does.
    """
    found = files(variables, home).profiles.get(active(variables))
    return found.region if found is not None else ""


def session_problem(variables: Mapping[str, str], home: str, now: float) -> str:
    """What keeps AWS from accepting a request now, with what to type; "" where all is well or that cannot be told.

    `now` is in seconds since 1970. Asks nobody: keys that were withdrawn are not noticed.
    """
    named = bool(variables.get("AWS_PROFILE"))
    if not named and variables.get("AWS_ACCESS_KEY_ID") and variables.get("AWS_SECRET_ACCESS_KEY"):
        ended = foreign.timestamp(variables.get("AWS_CREDENTIAL_EXPIRATION", ""))
        if ended is None or ended > now:
            return ""
        return f"the AWS keys in AWS_ACCESS_KEY_ID expired {foreign.ago(now - ended)}: export new ones, or unset them"
    try:
        found = files(variables, home)
        return _Session(found, variables, home, now).problem(active(variables), named=named)
    except ConfigError as error:
        return f"{foreign.shown(error.where, home)}: {error.what}: {error.fix}"


class _Session:
    """The sign-in behind a profile: its own, or that of the profile whose credentials it uses."""

    def __init__(self, found: AwsFiles, variables: Mapping[str, str], home: str, now: float) -> None:
        self._files = found
        self._variables = variables
        self._home = home
        self._now = now
        self._seen: list[str] = []

    def problem(self, name: str, *, named: bool) -> str:
        """The sentence for this profile. `named`: somebody asked for it, so that it has to exist."""
        profile = self._files.profiles.get(name)
        if profile is None:
            return self._missing(name) if named else self._nothing()
        if name in self._seen:
            return f"the AWS profiles {' -> '.join((*self._seen, name))} refer to each other: {self._edit()}"
        self._seen.append(name)
        if profile.kind == SSO:
            return self._sso(profile)
        if profile.kind == LEGACY_SSO:
            token = self._token(profile.settings.get("sso_start_url", ""))
            return self._judged(profile, token, renews=False)
        if profile.kind == ROLE and "source_profile" in profile.settings:
            source = profile.settings["source_profile"]
            # A role may name its own section for the keys to begin with.
            own = source == name and "aws_access_key_id" in profile.settings
            return "" if own else self.problem(source, named=True)
        if profile.kind == STATIC:
            return self._static(profile)
        if profile.kind == WEB_IDENTITY:
            file = profile.settings["web_identity_token_file"]
            what = f"the AWS profile {name} wants the token file {file}, which is not there"
            return "" if os.path.exists(foreign.below(file, self._home)) else f"{what}: {self._edit()}"
        if profile.kind == LOGIN:
            return self._login(profile)
        return self._nothing(name if named else "") if profile.kind == NOTHING else ""

    def _missing(self, name: str) -> str:
        config, credentials = (foreign.shown(p, self._home) for p in (self._files.config, self._files.credentials))
        fix = typed("aws", "configure", "sso", "--profile", name)
        return f"there is no AWS profile {name} in {config} or {credentials}: {fix}"

    def _nothing(self, name: str = "") -> str:
        """No keys, in the profile of this name or at all: what is left is the machine's own role."""
        if any(self._variables.get(variable) for variable in _ELSEWHERE) or hosted.may_be(hosted.AWS):
            return ""
        if name:
            return f"the AWS profile {name} holds no credentials: {typed('aws', 'configure', 'sso', '--profile', name)}"
        return "there are no AWS credentials here: set AWS_PROFILE, or aws configure sso"

    def _edit(self) -> str:
        return f"${{EDITOR:-vi}} {typed(self._files.config)}"

    def _sso(self, profile: AwsProfile) -> str:
        session = profile.settings["sso_session"]
        if session not in self._files.sessions:
            config = foreign.shown(self._files.config, self._home)
            fix = typed("aws", "configure", "sso", "--profile", profile.name)
            return (
                f"the AWS profile {profile.name} names the SSO session {session}, which {config} does not have: {fix}"
            )
        return self._judged(profile, self._token(session), renews=True)

    def _token(self, key: str) -> dict[str, str] | None:
        """What the SSO cache has for a session's name, or for the start address of one without a name."""
        path = os.path.join(self._home, ".aws", "sso", "cache", f"{_sha1(key)}.json")
        try:
            return foreign.strings(path)
        except FileNotFoundError:
            return None

    def _judged(self, profile: AwsProfile, token: dict[str, str] | None, *, renews: bool) -> str:
        """The sentence for what the cache holds. `renews`: whether sessions of this kind can be renewed at all."""
        ended = foreign.timestamp((token or {}).get("expiresAt", ""))
        if token is None:
            state = "was never signed in here"
        elif ended is None or not token.get("accessToken"):
            state = "has a damaged cache file"
        elif ended > self._now or (renews and self._renews(token)):
            return ""
        else:
            state = f"expired {foreign.ago(self._now - ended)}"
        login = typed("aws", "sso", "login", "--profile", profile.name)
        return f"the AWS SSO session of profile {profile.name} {state}: {login}"

    def _renews(self, token: dict[str, str]) -> bool:
        """Whether the SDK gets a new token by itself."""
        registered = foreign.timestamp(token.get("registrationExpiresAt", ""))
        whole = all(token.get(key) for key in ("refreshToken", "clientId", "clientSecret"))
        return whole and (registered is None or registered > self._now)

    def _static(self, profile: AwsProfile) -> str:
        text = next((profile.settings[key] for key in _ENDS if key in profile.settings), "")
        ended = foreign.timestamp(text)
        if "aws_session_token" not in profile.settings or ended is None or ended > self._now:
            return ""
        file = foreign.shown(self._files.credentials, self._home)
        return (
            f"the temporary AWS keys of profile {profile.name} expired {foreign.ago(self._now - ended)}: "
            f"run what writes them to {file}"
        )

    def _login(self, profile: AwsProfile) -> str:
        named = self._variables.get("AWS_LOGIN_CACHE_DIRECTORY")
        folder = foreign.below(named, self._home) if named else os.path.join(self._home, ".aws", "login", "cache")
        written = _newest(folder)
        if written is not None and written + LOGIN_SECONDS > self._now:
            return ""
        state = "was never made here"
        if written is not None:
            state = f"expired {foreign.ago(self._now - written - LOGIN_SECONDS)}"
        return f"the AWS sign-in of profile {profile.name} {state}: {typed('aws', 'login', '--profile', profile.name)}"


def _newest(folder: str) -> float | None:
    """When the latest JSON file of a folder was written, None where there is none."""
    try:
        with os.scandir(folder) as entries:
            return max((entry.stat().st_mtime for entry in entries if entry.name.endswith(".json")), default=None)
    except OSError:
        return None


def _path(variables: Mapping[str, str], home: str, variable: str, name: str) -> str:
    given = variables.get(variable)
    return foreign.below(given, home) if given else os.path.join(home, ".aws", name)


def _sections(path: str) -> dict[str, dict[str, str]]:
    try:
        return foreign.sections(foreign.read(path))
    except FileNotFoundError:
        return {}


def _kind(settings: dict[str, str]) -> str:
    """What the SDK tries first of what a profile has."""
    if "sso_session" in settings:
        return SSO
    if "sso_start_url" in settings:
        return LEGACY_SSO
    if "role_arn" in settings and ("source_profile" in settings or "credential_source" in settings):
        return ROLE
    if "aws_access_key_id" in settings and "aws_secret_access_key" in settings:
        return STATIC
    if "web_identity_token_file" in settings and "role_arn" in settings:
        return WEB_IDENTITY
    if "credential_process" in settings:
        return PROCESS
    return LOGIN if "login_session" in settings else NOTHING


def _sha1(text: str) -> str:
    # As in trust_store: hashlib loads OpenSSL. The AWS SDK names its files so; nothing rests on the hash.
    try:
        module = __import__("_sha1")
    except ImportError:
        module = __import__("hashlib")
    return str(module.sha1(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest())
