"""Conflicts among a cloud's own credentials, addresses and projects, once its provider is on."""

from __future__ import annotations

import os

from ctx import signin
from ctx.claude import google
from ctx.claude.conflicts_view import View
from ctx.errors import ConfigError, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctx.claude.model import Conflict

_AWS = frozenset(("bedrock", "mantle", "anthropic-aws"))
_GOOGLE = frozenset(("vertex", "anthropic-google-cloud"))
_BEARER = "AWS_BEARER_TOKEN_BEDROCK"
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_PINS = ("ANTHROPIC_DEFAULT_OPUS_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL")
_PROBES = frozenset(("bedrock", "vertex"))
"""Providers that are asked at the start whether models are enabled; measured for these two."""


def _aws(view: View) -> Iterator[Conflict]:
    if view.provider not in _AWS:
        return
    given = view.machine.given
    profile, keys = given("AWS_PROFILE") is not None, all(given(name) is not None for name in _KEYS)
    bearer = given(_BEARER) is not None and view.provider == "bedrock"
    if bearer and profile:
        gone = "AWS_PROFILE" if view.sets(_BEARER) and not view.sets("AWS_PROFILE") else _BEARER
        yield view.about("aws-bearer-beside-profile", gone)
    elif profile and keys:
        gone = "AWS_PROFILE" if view.sets(_KEYS[0]) and not view.sets("AWS_PROFILE") else _KEYS[0]
        yield view.about("aws-profile-beside-keys", gone)
    if view.machine.setting("awsCredentialExport") is not None and not bearer and (profile or keys):
        names = [name for name, there in (("AWS_PROFILE", profile), (_KEYS[0], keys)) if there]
        yield view.about("aws-export-falls-back", names[0], names=" or ".join(names))


def _google(view: View) -> Iterator[Conflict]:
    if view.provider not in _GOOGLE:
        return
    texts = {name: given.text or "" for name, given in view.machine.variables.items()}
    home = view.machine.home
    if view.machine.given("CLOUDSDK_CONFIG") is not None and view.machine.given(google.CREDENTIALS) is None:
        path = os.path.join(google.gcloud_folder(texts, home), google.ADC)
        if path != google.path(texts, home):
            yield view.about("cloudsdk-config-ignored", "CLOUDSDK_CONFIG", path=typed(path))
    if view.provider == "vertex" and view.machine.given("ANTHROPIC_VERTEX_PROJECT_ID") is None:
        for name in ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"):
            if view.machine.text(name) and view.machine.text(name) != _project(texts, home):
                yield view.about("google-project-ignored", name)
                return


def _project(texts: dict[str, str], home: str) -> str:
    try:
        return google.project(texts, home)
    except (OSError, ConfigError):
        return ""


def _foundry(view: View) -> Iterator[Conflict]:
    first, second = "ANTHROPIC_FOUNDRY_RESOURCE", "ANTHROPIC_FOUNDRY_BASE_URL"
    if view.provider == "foundry" and all(view.machine.given(name) is not None for name in (first, second)):
        yield view.about("foundry-two-addresses", first if view.sets(second) and not view.sets(first) else second)


def _models(view: View) -> Iterator[Conflict]:
    if view.provider in _PROBES and any(view.machine.given(name) is None for name in _PINS):
        method = signin.METHODS[view.provider]
        yield view.about("models-not-pinned", method.switch or "", label=method.label)


FINDERS = (_aws, _google, _foundry, _models)
