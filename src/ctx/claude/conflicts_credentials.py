"""Conflicts among credentials: two that are sent together, one that outranks the one that was meant, one sent elsewhere."""

from __future__ import annotations

import os
import stat

from ctx import signin
from ctx.claude.conflicts_view import View
from ctx.claude.sources import HELPER_KEY, VARIABLES
from ctx.claude.stored import ANT, KEYS
from ctx.errors import typed
from ctx.signin_precedence import (
    ACTIVE_OIDC,
    API_KEY,
    AUTH_TOKEN,
    CONSOLE,
    FEDERATION,
    FIRST_PARTY,
    HELPER,
    LOGIN,
    OAUTH_TOKEN,
    PROFILE,
    WHEN_SKIPPED,
    also_sent,
)
from ctx.signin_providers import ADDRESSES, SKIP_SWITCHES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctx.claude.model import Conflict

_WITHOUT_HELPER = ("subscription", "oauth-token", "anthropic-profile", "console", "gateway")
"""Methods that mean another credential than the helper's."""

_LONE = frozenset((LOGIN, OAUTH_TOKEN, ACTIVE_OIDC, PROFILE, FEDERATION))
"""Credentials that are meant for Anthropic, so that no other host should see them."""

_ANSWER = 20
"""So many of a key's last characters the client keeps of those that it asked about."""


def _together(view: View) -> Iterator[Conflict]:
    """Two credentials in one request."""
    for other in also_sent(view.used, view.sources) if view.used else ():
        first, second = view.label(view.used), view.label(other)
        if other == CONSOLE:
            stored = view.machine.stored
            words = {"state": stored.state, "key": stored.console_key}
            yield view.conflict("stored-key-sent", view.where(other), first=first, host=view.host, **words)
            continue
        # What the profile means stays; of two that nobody chose, the stronger one.
        keeps_first = view.sets(VARIABLES.get(view.used, "")) or not view.sets(VARIABLES.get(other, ""))
        gone = other if keeps_first else view.used
        remove = view.remove(VARIABLES.get(gone, HELPER_KEY))
        yield view.conflict(
            "two-credentials", view.where(gone), first=first, second=second, host=view.host, remove=remove
        )


def _helper(view: View) -> Iterator[Conflict]:
    """A helper that decides where the profile, or a token, was meant to."""
    if view.helper is None or view.provider or AUTH_TOKEN in view.sources or API_KEY in view.sources:
        return
    what = VARIABLES[OAUTH_TOKEN] if OAUTH_TOKEN in view.sources else ""
    if view.auth in _WITHOUT_HELPER and view.environment is not None:
        what = f"the profile {view.environment.profile.name} ({signin.METHODS[view.auth].label})"
    if what:
        yield view.conflict("helper-outranks", view.where(HELPER), what=what, remove=view.remove(HELPER_KEY))


def _key(view: View) -> Iterator[Conflict]:
    """An API key that interactive sessions and `claude -p` treat differently, or that bills what a login would cover."""
    given = view.machine.given(VARIABLES[API_KEY])
    if given is None or API_KEY not in view.sources or AUTH_TOKEN in view.sources or HELPER in view.sources:
        return
    stored = view.machine.stored
    answered = given.text.strip()[-_ANSWER:] if given.text else None
    # A key or an answer that is not known is not judged.
    approved = answered is None or answered in stored.approved or KEYS in stored.doubts
    login = LOGIN in view.sources
    if login and not view.sets(given.name):
        both = "and interactive sessions bill it too" if approved else f"interactive sessions use {view.label(LOGIN)}"
        yield view.about("key-beside-login", given.name, interactive=both)
    elif not approved and not view.bare:
        rejected = answered in stored.rejected
        instead = f"use {view.label(LOGIN)}" if login else "are not signed in"
        yield view.conflict(
            "key-not-approved",
            given.place,
            key=(answered or "")[-4:],
            answer="was rejected" if rejected else "has not been approved",
            instead=instead,
            approve='claude, and there "Use custom API key" in /config' if rejected else "claude, and there Yes once",
        )


def _profiles(view: View) -> Iterator[Conflict]:
    """The ant CLI's profiles: beaten by a stored key, in the way of a login, missing, readable by others."""
    stored = view.machine.stored
    named = next((source for source in (PROFILE, FEDERATION) if source in view.sources), "")
    if view.used == CONSOLE and (named or ACTIVE_OIDC in view.sources):
        what = view.label(named or ACTIVE_OIDC) if named != FEDERATION else "the federation of ANTHROPIC_…_ID"
        words = {"state": stored.state, "key": stored.console_key}
        yield view.conflict("console-key-beats-profile", stored.state, what=what, **words)
    if view.used == ACTIVE_OIDC and LOGIN in view.sources and stored.ant is not None:
        yield view.conflict("ant-profile-outranks-login", stored.ant.path, name=stored.ant.name)
    given = view.machine.given(VARIABLES[PROFILE])
    if given is not None and given.text and stored.ant is None and not view.provider and ANT not in stored.doubts:
        login = typed("ant", "auth", "login", "--profile", given.text)
        words = {"name": given.text, "folder": view.ant_folder, "login": login}
        yield view.conflict("ant-profile-missing", given.place, **words)
    for path in open_credentials(view):
        yield view.conflict("ant-credentials-open", path, path=typed(path))


def open_credentials(view: View) -> list[str]:
    """Credentials files of the ant CLI that others may read."""
    if os.name == "nt":
        return []
    folder = os.path.join(view.ant_folder, "credentials")
    try:
        with os.scandir(folder) as entries:
            found = [e.path for e in entries if e.name.endswith(".json") and e.stat().st_mode & 0o077 and _regular(e)]
    except OSError:
        return []
    return sorted(found)


def _regular(entry: os.DirEntry[str]) -> bool:
    return stat.S_ISREG(entry.stat().st_mode)


def _token(view: View) -> Iterator[Conflict]:
    if view.used == OAUTH_TOKEN and LOGIN in view.sources and not view.sets(VARIABLES[OAUTH_TOKEN]):
        account = view.machine.stored.email or "this machine"
        yield view.about("oauth-token-beside-login", VARIABLES[OAUTH_TOKEN], account=account)


def _host(view: View) -> Iterator[Conflict]:
    """Credentials that go where they were not meant to go."""
    name = "ANTHROPIC_BASE_URL"
    if view.machine.given(name) is not None and not view.provider and view.host != FIRST_PARTY:
        if view.used in _LONE:
            yield view.about("login-sent-to-host", name, credential=view.label(view.used), host=view.host)
        elif not view.used and view.login is None and not view.host_managed:
            yield view.about("login-may-be-sent", name, host=view.host)
    if view.machine.given(name) is not None and view.provider:
        method = signin.METHODS[view.provider]
        words = {"switch": method.switch or "", "label": method.label, "address": ADDRESSES[view.provider]}
        yield view.about("address-ignored", name, **words)
    headers = view.machine.text("ANTHROPIC_CUSTOM_HEADERS").lower().splitlines()
    if any(line.partition(":")[0].strip() == "authorization" for line in headers):
        yield view.about("headers-outrank", "ANTHROPIC_CUSTOM_HEADERS")


def _skipped(view: View) -> Iterator[Conflict]:
    """A provider's sign-in left out, though its own host is asked: it gets a credential that is not for it."""
    skip, address = SKIP_SWITCHES.get(view.provider, ""), ADDRESSES.get(view.provider, "")
    if not skip or not view.on(skip) or view.machine.given(address) is not None:
        return
    for source in WHEN_SKIPPED.get(view.provider, ()):
        there = view.helper is not None if source == HELPER else view.machine.given(VARIABLES[source]) is not None
        if there:
            words = {"skip": skip, "address": address, "label": signin.METHODS[view.provider].label}
            yield view.about("skip-sends-credential", skip, credential=view.label(source), **words)
            return


FINDERS = (_together, _helper, _key, _profiles, _token, _host, _skipped)
