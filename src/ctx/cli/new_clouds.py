"""What `ctx new` asks about accounts at Amazon, Google and Microsoft."""

from __future__ import annotations

from ctx.claude import aws, google
from ctx.cli import new_machine
from ctx.cli.new_answers import Row
from ctx.cli.new_anthropic import BEARER, KEY, Making
from ctx.errors import typed

PROFILE = "profile"
KEYS = "keys"
ROLE = "role"
LOGIN = "login"
OWN_LOGIN = "own-login"
FILE = "file"

AWS_REGION = "us-east-1"
GOOGLE_REGION = "global"
"""What is proposed where nothing on the machine names a region."""

_AWS_GROUPS = {"eu": "eu", "ap": "apac", "us": "us"}
_LOGINS = {aws.SSO: ("aws", "sso", "login"), aws.LEGACY_SSO: ("aws", "sso", "login"), aws.LOGIN: ("aws", "login")}

_UNPINNED = (
    "Name your models: without this Claude Code tries out at each start which ones there are, up to 15 calls, and some "
    "are billed."
)
_MODELS = {
    "bedrock": ("{0}.anthropic.claude-opus-4-6-v1", "{0}.anthropic.claude-sonnet-4-6",
                "{0}.anthropic.claude-haiku-4-5-20251001-v1:0"),
    "vertex": ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5@20251001"),
    "mantle": ("anthropic.claude-opus-4-6", "anthropic.claude-sonnet-4-6", "anthropic.claude-haiku-4-5"),
}  # fmt: skip
_TIERS = ("OPUS", "SONNET", "HAIKU")


def bedrock(new: Making) -> None:
    """Bedrock with an AWS profile, a Bedrock API key, static keys or the machine's role."""
    region = _aws_credentials(new, ("AWS_BEARER_TOKEN_BEDROCK", "a Bedrock API key", "the Bedrock API key"))
    _suggest_models(new, "bedrock", _AWS_GROUPS.get(region.partition("-")[0], "us"))


def mantle(new: Making) -> None:
    """Bedrock's endpoint in Anthropic's format."""
    _aws_credentials(new, None)
    _suggest_models(new, "mantle")


def anthropic_aws(new: Making) -> None:
    """Claude Platform on AWS: a workspace, with its key or signed."""
    workspace = new.answers.text("workspace", "Workspace id", check=_word)
    new.draft.set("ANTHROPIC_AWS_WORKSPACE_ID", workspace, "The workspace that is billed.")
    _aws_credentials(new, ("ANTHROPIC_AWS_API_KEY", "a key of the workspace", "the workspace's API key"))


def _aws_credentials(new: Making, key: tuple[str, str, str] | None) -> str:
    """Whose credentials, and where; the region."""
    found = new_machine.aws_profiles(new.answers.invocation)
    rows = [Row(PROFILE, "an AWS profile", ", ".join(list(found)[:4]) or "none in ~/.aws yet")]
    if key:
        rows.append(Row(KEY, key[1], "kept in the secret store"))
    rows += [
        Row(KEYS, "static AWS keys", "kept in the secret store"),
        Row(ROLE, "this machine's role", "no credential at all"),
    ]
    default = PROFILE if new.answers.asks or new.answers.given("profile") else ""
    if key and new.keys.any_given:
        default = KEY
    chosen = new.answers.choice("credential", "Whose AWS credentials?", rows, default=default)
    region = ""
    if chosen == PROFILE:
        region = _aws_profile(new, found)
    elif chosen == KEY and key:
        new.keys.add(key[0], "key", key[2], "Beats every other AWS credential.")
    elif chosen == KEYS:
        new.keys.add("AWS_ACCESS_KEY_ID", "key-id", "the AWS access key id", "The account of these keys pays.")
        new.keys.add("AWS_SECRET_ACCESS_KEY", "secret-key", "the AWS secret access key", "")
        new.draft.hints.append(
            f'Temporary keys have a third part:\nAWS_SESSION_TOKEN = {{ secret = "{new.draft.name}-session" }}'
        )
    region = new.answers.text("region", "AWS region", default=region or AWS_REGION, check=_region)
    new.draft.set("AWS_REGION", region, "Beats AWS_DEFAULT_REGION and the region of the AWS profile.")
    return region


def _aws_profile(new: Making, found: dict[str, aws.AwsProfile]) -> str:
    """The profile, with its login command; its region."""
    rows = [Row(p.name, p.name, " · ".join(part for part in (p.region, p.kind) if part)) for p in found.values()]
    if rows and new.answers.asks:
        name = new.answers.choice(
            "profile", "Which AWS profile?", rows, default=rows[0].value, free="the name of a new one", check=_plain
        )
    else:
        name = new.answers.text("profile", "AWS profile", proposal=new.draft.name, check=_plain)
    new.draft.set("AWS_PROFILE", name, "Signs the requests; its account pays. In Claude Code it beats static keys.")
    new.draft.detail = f" as {name}"
    profile = found.get(name)
    if profile is None:
        new.draft.notes.append(f"there is no AWS profile {name} here yet")
        new.draft.steps.append(typed("aws", "configure", "sso", "--profile", name))
    words = _LOGINS.get(profile.kind if profile else aws.SSO)
    if words:
        new.draft.login = typed(*words, "--profile", name)
    return profile.region if profile else ""


def vertex(new: Making) -> None:
    """Vertex AI: the project, its region, and whose login."""
    project = _google_project(new)
    new.draft.set("ANTHROPIC_VERTEX_PROJECT_ID", project, "The project that pays; beats that of the credential file.")
    region = new.answers.text("region", "Region", default=GOOGLE_REGION, check=_region)
    new.draft.set("CLOUD_ML_REGION", region, "Without it Claude Code takes us-east5.")
    _google_login(new)
    _suggest_models(new, "vertex")


def anthropic_google_cloud(new: Making) -> None:
    """Claude Platform on Google Cloud. Which of its variables are indispensable is not measured."""
    project = _google_project(new)
    new.draft.set("ANTHROPIC_GOOGLE_CLOUD_PROJECT", project, "The project that pays.")
    region = new.answers.text("region", "Location", default=GOOGLE_REGION, check=_region)
    new.draft.set("ANTHROPIC_GOOGLE_CLOUD_LOCATION", region, "")
    workspace = new.answers.optional("workspace", "Workspace id", check=_word)
    if workspace:
        new.draft.set("ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID", workspace, "The workspace that is billed.")
    _google_login(new)


def _google_project(new: Making) -> str:
    rows = new_machine.google_projects(new.answers.invocation)
    if not (rows and new.answers.asks):
        project = new.answers.text("project", "Google Cloud project", check=_word)
    else:
        project = new.answers.choice(
            "project",
            "Which Google Cloud project?",
            rows,
            default=rows[0].value,
            free="another project's id",
            check=_word,
        )
    new.draft.detail = f" in {project}"
    return project


def _google_login(new: Making) -> None:
    folder = f"~/.config/gcloud-{new.draft.name}"
    rows = [
        Row(LOGIN, "this machine's gcloud login", "one for all profiles that use it"),
        Row(OWN_LOGIN, "a login of its own", f"kept in {folder}"),
        Row(FILE, "a credential file", "of a service account, for example"),
    ]
    given = new.answers.given("key_file")
    chosen = new.answers.choice("credential", "Whose Google login?", rows, default=FILE if given else LOGIN)
    if chosen == FILE:
        file = new.path(new.answers.text("key_file", "Path of the credential file"))
        new.draft.set(google.CREDENTIALS, file, "The credential that signs in.")
        return
    new.draft.login = google.LOGIN
    if chosen == OWN_LOGIN:
        new.draft.set("CLOUDSDK_CONFIG", folder, "gcloud keeps this profile's login here, apart from the machine's.")
        why = "Claude Code ignores CLOUDSDK_CONFIG, so it has to be told where that login lies."
        new.draft.set(google.CREDENTIALS, f"{folder}/{google.ADC}", why)
        new.draft.notes.append(f"gcloud has its settings and logins for this profile in {folder}: nothing there yet")
    else:
        new.draft.notes.append(
            "this machine has one such login for all profiles: --credential own-login keeps one apart"
        )


def foundry(new: Making) -> None:
    """Foundry: the resource or its address, whose login, the names of the deployments."""
    _foundry_resource(new)
    folder = f"~/.azure-{new.draft.name}"
    rows = [
        Row(KEY, "the resource's API key", "kept in the secret store"),
        Row(LOGIN, "this machine's az login", "one for all profiles that use it"),
        Row(OWN_LOGIN, "a login of its own", f"kept in {folder}"),
        Row(BEARER, "an Entra token", "kept in the secret store; beats the key"),
    ]
    default = KEY if new.answers.asks or new.keys.any_given else ""
    chosen = new.answers.choice("credential", "Whose Azure credentials?", rows, default=default)
    if chosen == KEY:
        new.keys.add("ANTHROPIC_FOUNDRY_API_KEY", "key", "the resource's API key", "")
    elif chosen == BEARER:
        new.keys.add("ANTHROPIC_FOUNDRY_AUTH_TOKEN", "token", "the Entra token", "Beats the resource's key.")
    else:
        new.draft.login = "az login"
        if chosen == OWN_LOGIN:
            new.draft.set("AZURE_CONFIG_DIR", folder, "az keeps this profile's login here, apart from the machine's.")
        else:
            new.draft.notes.append(
                "this machine has one az login for all profiles: --credential own-login keeps one apart"
            )
    names = [new.answers.optional(tier.lower(), f"Deployment to use as {tier.lower()}", check=_word) for tier in _TIERS]
    _pin(new, names, "Deployments of your resource.")
    if not any(names):
        new.draft.notes.append(
            "without the names of your deployments (--opus, --sonnet, --haiku) Claude Code takes its own guess"
        )


def _foundry_resource(new: Making) -> None:
    if not new.answers.given("base_url"):
        resource = new.answers.text(
            "resource", "Foundry resource (its name, or its address)", check=lambda t: _resource(new, t)
        )
        if "://" not in resource:
            new.draft.set("ANTHROPIC_FOUNDRY_RESOURCE", resource, "The resource whose Azure subscription pays.")
            new.draft.detail = f" at {resource}"
            return
    else:
        resource = new.address("ANTHROPIC_FOUNDRY_BASE_URL", "The resource's address", "")
    new.draft.set("ANTHROPIC_FOUNDRY_BASE_URL", resource, "In place of the resource's name; never both.")


def _resource(new: Making, text: str) -> str:
    if "://" in text:
        return new.wrong("ANTHROPIC_FOUNDRY_BASE_URL", text)
    return _word(text) or ("is neither a name nor an address" if any(char in text for char in "/:") else "")


def _suggest_models(new: Making, method: str, group: str = "") -> None:
    """Pin the models that were named, and show how to pin the others."""
    given = [new.answers.optional(tier.lower(), check=_word) for tier in _TIERS]
    _pin(new, given, _UNPINNED)
    if not any(given):
        models = zip(_TIERS, _MODELS[method], strict=True)
        lines = [f'ANTHROPIC_DEFAULT_{tier}_MODEL = "{model.format(group)}"' for tier, model in models]
        new.draft.hints.append("\n".join((_UNPINNED, *lines)))


def _pin(new: Making, models: list[str], why: str) -> None:
    for tier, model in zip(_TIERS, models, strict=True):
        if model:
            new.draft.set(f"ANTHROPIC_DEFAULT_{tier}_MODEL", model, why)
            why = ""


def _plain(text: str) -> str:
    return "" if text.isprintable() else "holds a control character"


def _word(text: str) -> str:
    return "" if text.isprintable() and " " not in text else "holds a blank or a control character"


def _region(text: str) -> str:
    plain = text.isascii() and text.replace("-", "").isalnum() and text == text.lower()
    return "" if plain else "is no region: lower-case letters, digits and dashes"
