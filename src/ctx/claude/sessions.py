"""Whether the cloud behind a sign-in method would accept a request now: one question for every method."""

from __future__ import annotations

from ctx.signin_providers import SKIP_SWITCHES, flag_is_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_CLOUDS = {
    "bedrock": "aws",
    "mantle": "aws",
    "anthropic-aws": "aws",
    "vertex": "google",
    "anthropic-google-cloud": "google",
    "foundry": "azure",
}

_OWN = {
    "bedrock": ("AWS_BEARER_TOKEN_BEDROCK",),
    "mantle": ("AWS_BEARER_TOKEN_BEDROCK",),
    "anthropic-aws": ("ANTHROPIC_AWS_API_KEY",),
    "foundry": ("ANTHROPIC_FOUNDRY_AUTH_TOKEN", "ANTHROPIC_FOUNDRY_API_KEY"),
}
"""Credentials that the method sends in place of the cloud's own."""


def cloud(auth: str) -> str:
    """The cloud whose sign-in a method spends: "aws", "google", "azure", or "" for none."""
    return _CLOUDS.get(auth, "")


def needs_session(auth: str, variables: Mapping[str, str]) -> bool:
    """Whether a start with this method and these variables asks a cloud's own sign-in for credentials."""
    own = any(variables.get(name) for name in _OWN.get(auth, ()))
    return auth in _CLOUDS and not own and not flag_is_on(variables.get(SKIP_SWITCHES[auth], ""))


def problem(auth: str, variables: Mapping[str, str], home: str, now: float) -> str:
    """What is wrong with the cloud session behind a method, with what to type; "" where all is well or nobody can tell.

    `variables` is the environment that the client would see, `now` in seconds since 1970. No program is started and nobody
    is asked.
    """
    if not needs_session(auth, variables):
        return ""
    if _CLOUDS[auth] == "aws":
        from ctx.claude import aws as module
    elif _CLOUDS[auth] == "google":
        from ctx.claude import google as module  # type: ignore[no-redef]
    else:
        from ctx.claude import azure as module  # type: ignore[no-redef]
    return module.session_problem(variables, home, now)
