"""The sign-ins of the clouds: which command, with which profile or folder, and what it would replace."""

from __future__ import annotations

import os

from ctx.claude import aws, azure, foreign, google
from ctx.claude.login_model import Ask, Login
from ctx.errors import ConfigError, typed

_SERVICE = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")


def nothing(why: str, fix: str) -> Login:
    """What is said where there is nothing to log in to."""
    login = Login(())
    login.instead = f"{why}: there is nothing to log in to"
    login.hint = fix
    return login


def aws_login(ask: Ask) -> Login:
    """`aws sso login` or `aws login`, with the profile that holds the session.

    Options as of AWS CLI 2.32; `--use-device-code` came with 2.22. Raises ConfigError for a profile that does not exist.
    """
    named = ask.text("AWS_PROFILE")
    if not named and ask.has("AWS_ACCESS_KEY_ID"):
        return nothing("it signs in with AWS keys", ask.replace.get("AWS_ACCESS_KEY_ID", "set AWS_ACCESS_KEY_ID"))
    files = aws.files(ask.known, ask.home)
    profile = _source(files, aws.active(ask.known))
    if profile is None:
        wanted = aws.active(ask.known)
        if not named:
            return nothing("no AWS profile is named", "set AWS_PROFILE; aws configure sso makes one")
        where = foreign.shown(files.config, ask.home)
        raise ConfigError(
            f"there is no AWS profile {wanted}", where=where, fix=typed("aws", "configure", "sso", "--profile", wanted)
        )
    if profile.kind in (aws.SSO, aws.LEGACY_SSO):
        return _sso(ask, profile)
    if profile.kind == aws.LOGIN:
        login = Login(("aws", "login", "--profile", profile.name, *(("--remote",) if ask.no_browser else ())))
        login.store = f"aws login {profile.settings['login_session']}"
        return _judged(ask, login, f"the AWS sign-in of the profile {profile.name}")
    return _nothing_at_aws(profile)


def _source(files: aws.AwsFiles, name: str) -> aws.AwsProfile | None:
    """The profile whose credentials another one uses in the end; None if one of them does not exist."""
    seen: set[str] = set()
    profile = files.profiles.get(name)
    while profile is not None and profile.kind == aws.ROLE and "source_profile" in profile.settings:
        if profile.name in seen:
            return profile
        seen.add(profile.name)
        profile = files.profiles.get(profile.settings["source_profile"])
    return profile


def _sso(ask: Ask, profile: aws.AwsProfile) -> Login:
    # A code to type works anywhere; the newer way waits for a browser on this very machine.
    options = ("--no-browser", "--use-device-code") if ask.no_browser else ()
    login = Login(("aws", "sso", "login", "--profile", profile.name, *options))
    session = profile.settings.get("sso_session") or profile.settings.get("sso_start_url", "")
    login.store = f"aws sso {session}"
    return _judged(ask, login, f"the AWS SSO session {session}")


def _judged(ask: Ask, login: Login, label: str) -> Login:
    login.label = label
    login.apart = "profiles of one session share its login by design: each organization needs a session of its own"
    login.problem = aws.session_problem(ask.known, ask.home, ask.now)
    login.present = not login.problem
    return login


def _nothing_at_aws(profile: aws.AwsProfile) -> Login:
    name = profile.name
    if profile.kind == aws.STATIC:
        return nothing(f"the AWS profile {name} holds keys", typed("aws", "configure", "--profile", name))
    if profile.kind == aws.PROCESS:
        what = f"the AWS profile {name} gets its keys from its credential_process"
        return nothing(what, typed("aws", "sts", "get-caller-identity", "--profile", name))
    if profile.kind == aws.NOTHING:
        fix = typed("aws", "configure", "sso", "--profile", name)
        return nothing(f"the AWS profile {name} names no credentials", fix)
    return nothing(
        f"the AWS profile {name} uses a role of this machine", "write login = … into the profile if it has one"
    )


def google_login(ask: Ask) -> Login:
    """`gcloud auth application-default login`, made to write where Claude Code looks.

    Raises ConfigError where gcloud cannot write the file that the profile names.
    """
    file = google.path(ask.known, ask.home)
    named = ask.has(google.CREDENTIALS)
    try:
        kind = google.credentials(ask.known, ask.home).kind
    except (FileNotFoundError, ConfigError):
        kind = ""
    if kind not in ("", "authorized_user", "external_account_authorized_user", "impersonated_service_account"):
        return nothing(f"{foreign.shown(file, ask.home)} is a key file", "the Google Cloud console makes another")
    if named and os.path.basename(file) != google.ADC:
        raise ConfigError(
            f"is not a name that gcloud writes a login to: that is always {google.ADC}",
            where=f"{google.CREDENTIALS} = {foreign.shown(file, ask.home)}",
            fix=f"name {google.ADC} in a folder of its own, or put a key file there",
        )
    words = (*google.LOGIN.split(), *(("--no-launch-browser",) if ask.no_browser else ()))
    login = Login(words)
    # The client ignores CLOUDSDK_CONFIG, which moves the file for gcloud; and gcloud asks before it
    # signs in beside GOOGLE_APPLICATION_CREDENTIALS.
    login.changes = {"CLOUDSDK_CONFIG": os.path.dirname(file) if named else None, google.CREDENTIALS: None}
    login.store = f"google {os.path.realpath(file)}"
    login.label = f"the Google Cloud login in {foreign.shown(file, ask.home)}"
    login.apart = f"each account needs a {google.CREDENTIALS} of its own, called {google.ADC}"
    login.present = os.path.exists(file)
    login.problem = google.session_problem(ask.known, ask.home, ask.now)
    return login


def azure_login(ask: Ask) -> Login:
    """`az login`."""
    if any(ask.has(name) for name in _SERVICE):
        found = next(name for name in _SERVICE if ask.has(name))
        return nothing("it signs in as an application of Entra", ask.replace.get(found, f"set {found}"))
    tenant = ask.text("AZURE_TENANT_ID")
    words = ("az", "login", *(("--tenant", tenant) if tenant else ()))
    login = Login((*words, *(("--use-device-code",) if ask.no_browser else ())))
    folder = azure.folder(ask.known, ask.home)
    login.store = f"azure {os.path.realpath(folder)}"
    login.label = f"the Azure login in {foreign.shown(folder, ask.home)}"
    login.apart = "each account needs an AZURE_CONFIG_DIR of its own"
    login.present = azure.is_signed_in(ask.known, ask.home)
    login.problem = azure.session_problem(ask.known, ask.home, ask.now)
    return login
