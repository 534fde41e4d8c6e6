r"""A small `claude` in front of the real one, which starts it in the profile that is due.

It lies in a folder of ctx's own, because replacing what the client's installer wrote stops the client's updates (client
2.1.330, measured). It is plain POSIX sh: inside a session it starts no Python, and it can still say so when Python is gone.
"""

from __future__ import annotations

import os

from ctx.claude.client import CLIENT, INSTALL, SHIMS, USUAL_PLACES
from ctx.dialects import dialect
from ctx.errors import CtxError, RefusedError, typed
from ctx.files import private_directory

SIGN = "# ctx: claude in the profile that is due. `ctx shim claude --remove` takes it away."
"""The second line of a shim: what tells it from what somebody else put there."""

LONGEST = 64 * 1024
"""Bytes of a file that are read to tell whether it is a shim."""

GUARD = "__CTX_SHIM"
"""The variable with which a shim tells one that it starts by mistake what was tried: `PID PATH:PATH…`.

Each replaces itself by the next, so the process stays the same; what a session inherits is of another process, and void.
"""

# The rule of `client.real_client` and `client.elsewhere`, in sh.
_SCRIPT = """\
#!/bin/sh
{sign}
self={self}
program={program}

fail() {{
    printf 'ctx: %s\\n  %s\\n' "$1" "$2" >&2
    exit 127
}}

tried=
case ${{{guard}-}} in
    "$$ "*) tried=${{{guard}#* }} ;;
esac

real=
take() {{
    [ -z "$real" ] && [ -f "$1" ] && [ -x "$1" ] && ! [ "$1" -ef "$self" ] && ! [ "$1" -ef "$0" ] || return 0
    case ":$tried:" in
        *":$1:"*) ;;
        *) real=$1 ;;
    esac
}}

rest=${{PATH-}}:
while [ -n "$rest" ] && [ -z "$real" ]; do
    folder=${{rest%%:*}}
    rest=${{rest#*:}}
    case $folder in
        /*) take "${{folder%/}}/{client}" ;;
    esac
done
for place in {usual}; do take "${{HOME-}}/$place"; done
[ -n "$real" ] || fail 'there is no Claude Code on PATH behind this shim' {install}
{guard}="$$ ${{tried:+$tried:}}$real"
export {guard}

# What a session starts keeps the account of that session.
[ -z "${{CLAUDECODE-}}" ] || exec "$real" "$@"

[ -x "$program" ] || fail "ctx is gone: $program" "install it again, or: rm '$self'"
{exports}exec {command} exec --auto -- "$real" "$@"
"""


def path(data: str) -> str:
    """Where the shim lies, below ctx's data directory."""
    return os.path.join(data, SHIMS, CLIENT)


def script(data: str, program: tuple[str, ...], places: tuple[tuple[str, str], ...]) -> str:
    """The shim's text. `program` starts ctx; `places` are variables that it needs to find its files."""
    quote = dialect("sh").quote
    exports = "".join(f"export {name}={quote(value)}\n" for name, value in places)
    return _SCRIPT.format(
        sign=SIGN,
        guard=GUARD,
        self=quote(path(data)),
        program=quote(program[0]),
        client=CLIENT,
        usual=" ".join(map(quote, USUAL_PLACES)),
        install=quote(INSTALL),
        exports=exports,
        command=" ".join(('"$program"', *map(quote, program[1:]))),
    )


def is_shim(file: str) -> bool:
    """Whether a file is a shim that ctx wrote."""
    try:
        if not os.path.isfile(file):
            return False
        with open(file, "rb") as content:
            lines = content.read(LONGEST).split(b"\n", 2)
    except OSError:
        return False
    return lines[:2] == [b"#!/bin/sh", SIGN.encode()]


def write(data: str, text: str) -> bool:
    """Put the shim in its place; whether anything changed.

    Raises RefusedError where something else is there, CtxError where it cannot be written.
    """
    file = path(data)
    folder = os.path.dirname(file)
    if os.path.lexists(file) and not is_shim(file):
        raise RefusedError("is not from ctx: it was left as it is", where=file, fix=typed("mv", file, f"{file}.old"))
    content = os.fsencode(text)
    if not (private_directory(data) and private_directory(folder)):
        what = "must be a directory that this user, and nobody else, can write"
        raise CtxError(what, where=folder, fix=typed("ls", "-ld", data, folder))
    if os.path.lexists(file) and _same(file, content):
        return False
    temporary = f"{file}.{os.getpid()}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
        with open(descriptor, "wb") as output:
            output.write(content)
        os.replace(temporary, file)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise CtxError(f"cannot be written: {reason}", where=file, fix=typed("ls", "-ld", folder)) from None
    return True


def _same(file: str, content: bytes) -> bool:
    try:
        with open(file, "rb") as there:
            return there.read(LONGEST) == content and os.access(file, os.X_OK) and not os.path.islink(file)
    except OSError:
        return False


def remove(data: str) -> bool:
    """Take the shim away, and its folder if nothing else is in it; whether it was there.

    Raises RefusedError where something else is in its place, CtxError where it cannot be removed.
    """
    file = path(data)
    if not os.path.lexists(file):
        return False
    if not is_shim(file):
        raise RefusedError("is not from ctx: it was left as it is", where=file, fix=typed("ls", "-l", file))
    try:
        os.unlink(file)
        if not os.listdir(os.path.dirname(file)):
            os.rmdir(os.path.dirname(file))
    except OSError as error:
        reason = (error.strerror or "").lower()
        fix = typed("ls", "-ld", os.path.dirname(file))
        raise CtxError(f"cannot be removed: {reason}", where=file, fix=fix) from None
    return True
