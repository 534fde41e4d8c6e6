"""What speaks against a profile's way to sign in, as data: every entry impossible for Claude Code, or dangerous.

What a method needs at least stands in `signin.METHODS`; here is what it must not have beside that, and what its values
may not be. The facts are those of the client in `signin.CLIENT_VERSION`. What is legal and only doubtful is no error
here: `ctx status` and `ctx doctor` say it. A value is never repeated in a sentence, for it may be a credential.
"""

from __future__ import annotations

import os

from ctx.signin import METHODS, PROVIDER_ORDER, flag_is_on, method_of
from ctx.signin_providers import ADDRESSES, SKIP_SWITCHES
from ctx.signin_values import LOOPBACK, Problem, host, value_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


MODELS = (
    "ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_MODEL", "ANTHROPIC_DEFAULT_OPUS_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL", "ANTHROPIC_DEFAULT_FABLE_MODEL", "ANTHROPIC_SMALL_FAST_MODEL",
    "CLAUDE_CODE_SUBAGENT_MODEL",
)  # fmt: skip
"""Variables that hold a model's id, or one of the client's short words for a model."""

SIGNS = {
    **{METHODS[provider].switch or "": provider for provider in PROVIDER_ORDER},
    "ANTHROPIC_AUTH_TOKEN": "gateway",
    "ANTHROPIC_API_KEY": "console",
    "CLAUDE_CODE_OAUTH_TOKEN": "oauth-token",
    "ANTHROPIC_PROFILE": "anthropic-profile",
    "ANTHROPIC_FEDERATION_RULE_ID": "anthropic-profile",
    "ANTHROPIC_BASE_URL": "gateway",
}
"""Variables that one is enough of to sign in another way, or to send a credential elsewhere, with the method they mean."""

# Of these, what a method may set besides its own. With Bedrock and Mantle both on, the model's id picks between them.
_ALSO = {
    "gateway": ("ANTHROPIC_API_KEY",),
    "api-key-helper": ("ANTHROPIC_BASE_URL",),
    "bedrock": ("CLAUDE_CODE_USE_MANTLE",),
    "mantle": ("CLAUDE_CODE_USE_BEDROCK",),
}

SKIPS = {provider: (SKIP_SWITCHES[provider], ADDRESSES[provider]) for provider in PROVIDER_ORDER}
"""By provider: the switch that leaves its sign-in out, for a gateway that signs, and the variable of that gateway.

A first-party credential goes along then, so that beside such a switch one is no contradiction.
"""

_MEASURED_SKIPS = ("bedrock", "vertex", "anthropic-google-cloud")
_AWS = ("bedrock", "mantle", "anthropic-aws")
_HARMLESS_HOSTS = (*LOOPBACK, "api.anthropic.com")
_CREDENTIALS = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS",
                "ANTHROPIC_PROFILE", "ANTHROPIC_FEDERATION_RULE_ID", "CLAUDE_CONFIG_DIR")  # fmt: skip


def problem(auth: str | None, given: Mapping[str, str | None], home: str) -> Problem | None:
    """The first thing that speaks against a profile with this `auth`, None where nothing does.

    `given` are the variables it sets, expanded; None is a value that is not known, such as a secret's. `home` is the
    user's home directory, against which directories are judged.
    """
    present = {name for name, text in given.items() if text != "" and not _is_off(name, text)}
    method = auth or method_of(present)
    rules = (_switch_off, _needs, _contradiction) if auth else (_two_switches, _bare_address)
    for rule in (*rules, _two_credentials, _foundry, _half_a_key, _unsigned, _models, _names):
        against: Problem | None = rule(method or "", given, present)
        if against is not None:
            return against
    for name, text in given.items():
        against = value_problem(name, text, home) if text is not None else None
        if against is not None:
            return against
    return None


def _is_off(name: str, text: str | None) -> bool:
    return name in SIGNS and SIGNS[name] in PROVIDER_ORDER and text is not None and not flag_is_on(text)


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _switch_off(method: str, given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    """A switch that is there and off; what is not there at all is `_needs`' business."""
    switch = METHODS[method].switch
    if switch is None or switch in present or switch not in given:
        return None
    what = f'is off, and auth = "{method}" needs it: 1, true, yes and on turn it on'
    return Problem(switch, what, f"{switch} = 1")


def _needs(method: str, _given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    needs = METHODS[method]
    if needs.met_by(present):
        return None
    ways = " or ".join(_listed(names) for names in needs.needs)
    return Problem("auth", f'auth = "{method}" needs {ways}', "")


def _contradiction(method: str, given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    skip = SKIPS.get(method, ("", ""))[0]
    skipped = skip in given and (given[skip] is None or flag_is_on(given[skip] or ""))
    for name, other in SIGNS.items():
        if name not in present or other == method or name in _ALSO.get(method, ()):
            continue
        if skipped and name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"):
            continue
        if name == "ANTHROPIC_BASE_URL" and method not in PROVIDER_ORDER and _is_harmless(given[name]):
            continue
        fix = f'take {name} out, or write auth = "{other}"'
        if name == "ANTHROPIC_BASE_URL" and method in SKIPS:
            fix = f"the address of {METHODS[method].label} is {SKIPS[method][1]}"
        return Problem(name, f'contradicts auth = "{method}": {_effect(method, name, other)}', fix)
    return None


def _effect(method: str, name: str, other: str) -> str:
    if other in PROVIDER_ORDER:
        winner = other
        if method in PROVIDER_ORDER:
            winner = min(method, other, key=PROVIDER_ORDER.index)
        return f"with it Claude Code would use {METHODS[winner].label}"
    if method in PROVIDER_ORDER:
        return f"Claude Code ignores it while {METHODS[method].switch} is on"
    if name == "ANTHROPIC_BASE_URL":
        return "the credential would be sent to that host"
    return "Claude Code would sign in with it, or send it along"


def _is_harmless(address: str | None) -> bool:
    """An address at which a credential stays with its owner: this machine, or the one it is for anyway."""
    return address is not None and host(address) in _HARMLESS_HOSTS


def _two_switches(_method: str, _given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    on = [provider for provider in PROVIDER_ORDER if METHODS[provider].switch in present]
    if len(on) < 2 or set(on) == {"bedrock", "mantle"}:
        return None
    first, second = (METHODS[provider].switch or "" for provider in on[:2])
    what = f"is on beside {first}, so that Claude Code would use {METHODS[on[0]].label}"
    return Problem(second, what, "keep one of the two")


def _bare_address(_method: str, given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    name = "ANTHROPIC_BASE_URL"
    if name not in present or not present.isdisjoint(_CREDENTIALS) or _is_harmless(given[name]):
        return None
    if any(METHODS[provider].switch in present for provider in PROVIDER_ORDER):
        return None
    what = "stands alone: without a credential the stored login of Claude Code would be sent to that host"
    return Problem(name, what, 'set ANTHROPIC_AUTH_TOKEN = { secret = "…" } beside it')


def _two_credentials(method: str, _given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    both = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY")
    if method in PROVIDER_ORDER or not present.issuperset(both):
        return None
    return Problem(both[1], f"would be sent beside {both[0]}, to the same host", "keep the one it wants")


def _foundry(method: str, given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    name, address = "ANTHROPIC_FOUNDRY_RESOURCE", "ANTHROPIC_FOUNDRY_BASE_URL"
    if method != "foundry" or name not in present:
        return None
    if address in present:
        return Problem(address, f"and {name} exclude each other", "keep one of the two")
    if any(char in "/:" for char in given[name] or ""):
        return Problem(name, "is the resource's name, and no address", f"an address belongs into {address}")
    return None


def _half_a_key(method: str, _given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    halves = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    if method not in _AWS or not present.isdisjoint(("AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK")):
        return None
    for own, other in (halves, halves[::-1]):
        if own in present and other not in present:
            return Problem(own, f"is of no use without {other}", f'{other} = {{ secret = "…" }}')
    return None


def _unsigned(method: str, given: Mapping[str, str | None], present: set[str]) -> Problem | None:
    skip, address = SKIPS.get(method, ("", ""))
    if method not in _MEASURED_SKIPS or address in present or not flag_is_on(given.get(skip) or ""):
        return None
    what = f"without {address} sends unsigned requests to the provider, and any ANTHROPIC_AUTH_TOKEN with them"
    return Problem(skip, what, f"set {address}, or take {skip} out")


def _models(method: str, given: Mapping[str, str | None], _present: set[str]) -> Problem | None:
    """Mantle takes ids that begin with `anthropic.`; the client's own short words have no punctuation."""
    for name in MODELS if method == "mantle" and "CLAUDE_CODE_USE_BEDROCK" not in given else ():
        text = given.get(name) or ""
        if any(char in text for char in "-.:/") and not text.startswith("anthropic."):
            return Problem(name, "names no model of Mantle: their ids begin with anthropic.", f'{name} = "anthropic.…"')
    return None


def _names(method: str, given: Mapping[str, str | None], _present: set[str]) -> Problem | None:
    if method != "anthropic-profile":
        return None
    name = given.get("ANTHROPIC_PROFILE") or ""
    if not (name.isascii() and all(char.isalnum() or char in "_.-" for char in name)):
        what = "cannot be a profile of the ant CLI, and Claude Code ignores one that is missing"
        return Problem("ANTHROPIC_PROFILE", what, "letters, digits, _ . -")
    folder = given.get("ANTHROPIC_CONFIG_DIR") or ""
    if folder and not os.path.isabs(folder):
        what = "is no absolute path: Claude Code would find no profile there, and not say so"
        return Problem("ANTHROPIC_CONFIG_DIR", what, 'ANTHROPIC_CONFIG_DIR = "~/…"')
    return None
