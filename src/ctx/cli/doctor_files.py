"""`ctx doctor`: ctx's own files, the secrets, and credentials that lie about in start-up files."""

from __future__ import annotations

import os
import stat

from ctx import secrets, signin
from ctx.claude.model import ERROR, WARNING
from ctx.cli import adopt_profiles, start_files
from ctx.cli.adopt_files import Source, usual
from ctx.cli.doctor_findings import FILES, SECRETS, START_UP, Finding, Patient, failed, look, note, of_error
from ctx.cli.secret_use import Uses
from ctx.config import load
from ctx.discover import working_directory
from ctx.errors import ConfigError, CtxError, SecretError, typed
from ctx.files import PROFILES, read_config
from ctx.packages import ensure
from ctx.secrets import index as records
from ctx.secrets import key
from ctx.secrets.base import StoreAbsentError, StoreDamagedError, StoreLockedError, StoreSilentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctx.secrets.base import Places

_OPEN = 0o077
_WRITABLE = 0o022


def profiles(patient: Patient) -> Iterator[Finding]:
    """Whether `profiles.toml` loads."""
    path = os.path.join(patient.invocation.config, PROFILES)
    if not os.path.lexists(path):
        yield Finding("no-profiles", WARNING, "there are no profiles yet", path, "ctx new NAME")
        return
    try:
        load(patient.invocation.config)
    except ConfigError as error:
        yield of_error("profiles-file-unusable", error)


def modes(patient: Patient) -> Iterator[Finding]:
    """Owner and mode of what ctx reads, writes and has shells read."""
    invocation = patient.invocation
    if os.name == "nt":
        return
    folders = [invocation.config, invocation.data, invocation.cache]
    for folder in folders:
        yield from _judge(folder, _WRITABLE, "could change what your shells get", directory=True)
    for name in _listed(invocation.data):
        if name.startswith("hook."):
            yield from _judge(os.path.join(invocation.data, name), _WRITABLE, "could change what your shells run")
    places = invocation.places(interactive=False)
    inside = os.path.join(invocation.data, records.FOLDER)
    yield from _judge(inside, _WRITABLE, "could replace secrets", directory=True)
    private = [os.path.join(inside, name) for name in _listed(inside) if not name.endswith(".lock")]
    for path in (*private, os.path.join(os.path.abspath(places.state), key.NAME)):
        yield from _judge(path, _OPEN, "could read it")


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _judge(path: str, forbidden: int, could: str, *, directory: bool = False) -> Iterator[Finding]:
    """One file or folder, if it is there: whose it is, and what others may do with it."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        what = f"cannot tell, because it cannot be looked at: {(error.strerror or '').lower()}"
        yield Finding("cannot-tell", WARNING, what, path, look(path))
        return
    if stat.S_ISDIR(status.st_mode) != directory:
        kind = "a directory" if directory else "a file"
        yield Finding("wrong-kind", ERROR, f"is not {kind}", path, typed("mv", path, f"{path}.old"))
    elif status.st_uid not in (os.geteuid(), 0):
        fix = f"sudo {typed('chown', '-R', str(os.geteuid()), path)}"
        yield Finding("owner", ERROR, f"belongs to another user, who {could}", path, fix)
    elif status.st_mode & forbidden:
        mode = "go-rwx" if forbidden == _OPEN else "go-w"
        what = f"has mode {stat.S_IMODE(status.st_mode):04o}: others {could}"
        yield Finding("mode", ERROR, what, path, typed("chmod", mode, path))


def stores(patient: Patient) -> Iterator[Finding]:
    """The stores that are in use: reachable, unlocked, and complete. Without any secret none is asked."""
    places = patient.invocation.places(interactive=False)
    index = records.load(places)
    try:
        secrets.chosen(places, index)
    except SecretError as error:
        yield of_error("store-unusable", error)
    used = Uses(patient.readable_config())
    environ = patient.invocation.own
    in_use = patient.in_use()
    later = []
    for name in sorted(used.names):
        if name in index.entries or environ.get(secrets.variable(name)):
            continue
        if in_use.intersection(used.profiles(name)):
            yield _missing(used, name, "nobody stored it")
        else:
            later.append(f"{name} ({', '.join(used.profiles(name))})")
    if later:
        what = f"nobody stored what profiles need that are not in use yet: {', '.join(later)}"
        yield note("secret-not-stored", what, "", "ctx secret set NAME, before the first use")
    for kind in records.KINDS:
        names = tuple(name for name, entry in index.entries.items() if entry.store == kind)
        if names:
            yield from _asked(kind, names, used, places)


def _asked(kind: str, names: tuple[str, ...], used: Uses, places: Places) -> Iterator[Finding]:
    """What one store says, asked once for all its secrets and without bothering anybody."""
    try:
        found = secrets.open_store(kind, places).read(names)
    except SecretError as error:
        codes: dict[type[SecretError], str] = {
            StoreAbsentError: "absent",
            StoreLockedError: "locked",
            StoreSilentError: "silent",
            StoreDamagedError: "damaged",
        }
        code = codes.get(type(error), "unusable")
        yield of_error(f"store-{code}", error)
        return
    for name in names:
        if name not in found:
            yield _missing(used, name, f"its store ({kind}) does not have it any more")


def _missing(used: Uses, name: str, why: str) -> Finding:
    of = used.profiles(name)
    who = f", which {', '.join(of)} need{'s' if len(of) == 1 else ''}" if of else ""
    severity = ERROR if of else WARNING
    return Finding(
        "secret-missing", severity, f"the secret {name}{who}: {why}", "", typed("ctx", "secret", "set", name)
    )


def credentials(patient: Patient) -> Iterator[Finding]:
    """Credentials in plain text, and whatever else start-up files say about the sign-in, behind every profile's back."""
    invocation = patient.invocation
    here = working_directory(invocation.environ)
    for path in usual(invocation.home, invocation.own, here):
        # A project's .env is the project's business; `secret adopt` asks about it.
        if not os.path.basename(path).startswith(".env"):
            try:
                yield from _in_file(path)
            except FileNotFoundError:
                continue
            except CtxError as error:
                yield failed(error)
    yield from _in_profiles(patient)


def _in_file(path: str) -> Iterator[Finding]:
    source = Source(path)
    for assignment in source.credentials:
        what = f"{assignment.variable} stands here in plain text"
        yield Finding("plaintext", WARNING, what, f"{path}:{assignment.line}", typed("ctx", "secret", "adopt", path))
    told = {assignment.line for assignment in source.credentials}
    for line in start_files.lines([path]):
        variable = start_files.exported(line)
        if line.number not in told and signin.is_decider(variable):
            what = f"{variable} is set here for every shell, whichever profile is meant"
            fix = f"${{EDITOR:-vi}} {typed(f'+{line.number}', path)}, and put it into a profile"
            yield Finding("sign-in-in-start-up", WARNING, what, f"{path}:{line.number}", fix)


def _in_profiles(patient: Patient) -> Iterator[Finding]:
    path = os.path.join(patient.invocation.config, PROFILES)
    config = patient.readable_config()
    if not config.profiles:
        return
    ensure("tomlkit")
    for (profile, variable), assignment in adopt_profiles.findings(config, read_config(path).text).items():
        what = f"{variable} of {profile} stands here in plain text"
        yield Finding("plaintext", WARNING, what, f"{path}:{assignment.line}", "ctx secret adopt")


CHECKS = ((FILES, profiles), (FILES, modes), (SECRETS, stores), (START_UP, credentials))
