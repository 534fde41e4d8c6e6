"""What goes against the user's intention when Claude Code signs in, as data: one row for each conflict that ctx can find.

Facts of the client version in `signin_variables.CLIENT_VERSION`. Nothing is imported.
"""

from __future__ import annotations

ERROR = "error"
WARNING = "warning"
INFO = "info"


class Rule:
    """One kind of conflict.

    `code` is stable, for scripts. `message` and `fix` are for people; in `{}` stand the words of the case. `{remove}` is
    the command that takes the cause away where it was set.
    """

    __slots__ = ("code", "fix", "message", "severity")

    def __init__(self, code: str, severity: str, message: str, fix: str) -> None:
        self.code = code
        self.severity = severity
        self.message = message
        self.fix = fix

    def __repr__(self) -> str:
        return f"Rule({self.code!r}, {self.severity!r})"


# fmt: off
_RULES = (
    # What cannot be told stands first: it puts everything below in doubt.
    Rule("settings-unusable", ERROR,
         "cannot tell what this settings file decides, because it {problem}", "{edit}"),
    Rule("state-unusable", ERROR,
         "cannot tell who is signed in, because {problem}", "ls -ld {path}"),

    # Several credentials.
    Rule("two-credentials", ERROR,
         "{first} and {second} are both sent to {host}", "{remove}"),
    Rule("stored-key-sent", ERROR,
         "{first} and the Console key stored in {state} (…{key}) are both sent to {host}",
         "a CLAUDE_CONFIG_DIR of its own, or sign the key out: claude auth logout"),
    Rule("helper-outranks", ERROR,
         "apiKeyHelper outranks {what}: the helper's key is used and billed", "{remove}"),
    Rule("key-beside-login", WARNING,
         "ANTHROPIC_API_KEY is set beside a login: claude -p bills the key, {interactive}", "{remove}"),
    Rule("key-not-approved", WARNING,
         "ANTHROPIC_API_KEY (…{key}) {answer}: interactive sessions {instead}", "{approve}"),
    Rule("console-key-beats-profile", ERROR,
         "the Console key stored in {state} (…{key}) is used, not {what}",
         "a CLAUDE_CONFIG_DIR without that key, or sign it out: claude auth logout"),
    Rule("ant-profile-outranks-login", ERROR,
         "the ant profile {name} is used, not your login, though no variable says so",
         'a profile with auth = "subscription" hides it, as does ANTHROPIC_CONFIG_DIR set to an empty folder'),
    Rule("ant-profile-missing", ERROR,
         "ANTHROPIC_PROFILE names {name}, which {folder} does not have: the client does without, and says nothing",
         "{login}"),
    Rule("ant-credentials-open", ERROR,
         "others may read these credentials of the ant CLI: the client refuses them", "chmod 600 {path}"),
    Rule("oauth-token-beside-login", INFO,
         "CLAUDE_CODE_OAUTH_TOKEN is used, not the login of {account}", "{remove}"),

    # Values.
    Rule("credential-unusable", ERROR, "{name} {problem}", "{fix}"),
    Rule("address-unusable", ERROR, "{name} {problem}", "{fix}"),
    Rule("config-dir", ERROR, "{name} {problem}", "{fix}"),
    Rule("config-dir-usual", WARNING,
         "CLAUDE_CONFIG_DIR {problem}", "{fix}"),
    Rule("config-dir-no-folder", ERROR,
         "CLAUDE_CONFIG_DIR names something that is no directory", "ls -ld {path}"),
    Rule("switch-not-on", INFO,
         "{name} is set to a value that does not turn it on: only 1, true, yes and on do", "{remove}"),
    Rule("gateway-switch", INFO,
         "{name} is on; what it does was never measured, and ctx leaves it out of account", "{remove}"),

    # Where a credential goes.
    Rule("login-sent-to-host", ERROR,
         "ANTHROPIC_BASE_URL has no credential of its own: {credential} is sent to {host}",
         "{remove}, or give it a credential: ANTHROPIC_AUTH_TOKEN"),
    Rule("login-may-be-sent", WARNING,
         "ANTHROPIC_BASE_URL has no credential of its own: a login in the Keychain would be sent to {host}",
         "{remove}, or give it a credential: ANTHROPIC_AUTH_TOKEN"),
    Rule("skip-sends-credential", WARNING,
         "{skip} is on and {address} is not set: {credential} is sent to {label}", "{remove}"),
    Rule("headers-outrank", WARNING,
         "ANTHROPIC_CUSTOM_HEADERS has an Authorization of its own, which replaces that of the sign-in", "{remove}"),
    Rule("address-ignored", INFO,
         "ANTHROPIC_BASE_URL does nothing while {switch} is on; {label} has {address}", "{remove}"),

    # Providers and clouds.
    Rule("two-providers", ERROR,
         "{names} are on at once: {winner} wins", "{remove}"),
    Rule("aws-profile-beside-keys", WARNING,
         "AWS_PROFILE and AWS_ACCESS_KEY_ID are both set: Claude Code uses the profile, the AWS CLI the keys", "{remove}"),
    Rule("aws-bearer-beside-profile", WARNING,
         "AWS_BEARER_TOKEN_BEDROCK beats AWS_PROFILE: the account of the Bedrock key pays", "{remove}"),
    Rule("aws-export-falls-back", WARNING,
         "should awsCredentialExport fail, {names} would sign instead, and the exit code be 0", "{remove}"),
    Rule("foundry-two-addresses", ERROR,
         "ANTHROPIC_FOUNDRY_RESOURCE and ANTHROPIC_FOUNDRY_BASE_URL exclude each other: the client stops", "{remove}"),
    Rule("cloudsdk-config-ignored", WARNING,
         "Claude Code ignores CLOUDSDK_CONFIG: it takes the login of the usual place",
         "GOOGLE_APPLICATION_CREDENTIALS={path}"),
    Rule("google-project-ignored", WARNING,
         "{name} does not choose the project that pays; the credential's own does", "ANTHROPIC_VERTEX_PROJECT_ID=…"),
    Rule("models-not-pinned", INFO,
         "no model is pinned: where some are not enabled, each start of {label} makes up to 15 requests to find out",
         "ANTHROPIC_DEFAULT_OPUS_MODEL, …_SONNET_MODEL and …_HAIKU_MODEL pin them"),

    # Settings files.
    Rule("settings-overrule-profile", ERROR,
         "{name} of a settings file overrules the profile {profile}", "{remove}"),
    Rule("settings-overrule-shell", WARNING,
         "{name} of a settings file overrules the one of this shell", "{remove}"),
    Rule("project-settings", ERROR,
         "{key} is set by a project's settings file, and claude -p obeys without asking", "{remove}"),
    Rule("forced-login", ERROR,
         "managed settings ask for a login ({method}): with {name} claude does not start", "{remove}"),
    Rule("host-managed", INFO,
         "{name} is on: settings files, apiKeyHelper and logins count for nothing", "{remove}"),
    Rule("bare-mode", INFO,
         "{name} is on: only ANTHROPIC_AUTH_TOKEN and ANTHROPIC_API_KEY sign in", "{remove}"),

    # The shell and the profile.
    Rule("left-over", ERROR,
         "{name} is set, though the profile {profile} clears it", "{remove}"),
    Rule("changed-since", WARNING,
         "{name} is not what the profile {profile} sets it to", "ctx reload"),
)
# fmt: on

RULES: dict[str, Rule] = {rule.code: rule for rule in _RULES}
"""Every kind of conflict by its code, in the order in which they are told."""
