"""Where a new secret's value comes from, and what is wrong with it before it is kept. Never from the command line."""

from __future__ import annotations

import os
import sys

from ctx.cli.invocation import Invocation
from ctx.errors import RefusedError, UsageError, typed
from ctx.model import Secret
from ctx.secrets.values import checked
from ctx.signin_shapes import contradiction, wanted
from ctx.visible import visible

LONGEST_LINE = 1023 if sys.platform == "darwin" else 4095
"""Bytes of a line that a terminal passes on at most (macOS: MAX_CANON; Linux: N_TTY_BUF_SIZE); the rest it drops."""

LONGEST = 16 * 1024 * 1024
"""Bytes of standard input that are read."""


def from_stdin(invocation: Invocation, name: str) -> Secret:
    """All of standard input, without one line break at its end. Raises UsageError."""
    if invocation.is_terminal(0):
        what = "standard input is a terminal, which would show the value"
        raise UsageError(what, fix=f"{typed('ctx', 'secret', 'set', name)} asks without showing it")
    data = b""
    while len(data) <= LONGEST and (piece := os.read(0, 1 << 16)):
        data += piece
    if len(data) > LONGEST:
        raise UsageError(f"standard input is longer than {LONGEST:,} bytes", fix="keep it in a file of its own")
    try:
        return Secret(without_line_end(data.decode()))
    except UnicodeDecodeError as error:
        at = error.start
    raise UsageError(
        f"standard input is not UTF-8: byte 0x{data[at]:02x} at position {at + 1:,}",
        fix=f"keep it encoded: base64 FILE | {typed('ctx', 'secret', 'set', name, '--stdin')}",
    )


def without_line_end(text: str) -> str:
    """`text` without one line break at its end: what `echo` and every editor put there, and PowerShell's pipe."""
    return text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")


def from_variable(invocation: Invocation, variable: str) -> Secret:
    """What a variable of the environment holds. Raises UsageError where it is not set."""
    value = invocation.own.get(variable)
    if value is None:
        raise UsageError(f"{variable} is not set", fix=f"export {visible(variable)}, or leave --from-env out")
    return Secret(value)


def from_person(invocation: Invocation, name: str) -> Secret:
    """What a person types twice without seeing it.

    Raises UsageError where there is no terminal, RefusedError where the two differ or nothing was typed.
    """
    if not invocation.is_terminal(0, 2):
        fix = f"… | {typed('ctx', 'secret', 'set', name, '--stdin')}, or --from-env VARIABLE"
        raise UsageError("there is no terminal to ask for the value at", fix=fix)
    first = _asked(f"value of {name} (not shown): ")
    if len(first.encode("utf-8", "surrogateescape")) >= LONGEST_LINE:
        fix = f"… | {typed('ctx', 'secret', 'set', name, '--stdin')}"
        raise UsageError(
            f"a terminal passes on {LONGEST_LINE:,} bytes of a line at most, and this may be more", fix=fix
        )
    if first and first != _asked("again: "):
        raise RefusedError("the two differ: nothing was kept", fix="a value of several lines is read by --stdin")
    return Secret(first)


def _asked(prompt: str) -> str:
    """One line from the terminal, which shows nothing of it."""
    import getpass
    import warnings

    try:
        with warnings.catch_warnings():
            # It would otherwise go on with a terminal that shows what is typed.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(f"ctx: {prompt}", sys.stderr)
    except getpass.GetPassWarning:
        raise UsageError("this terminal cannot hide what is typed", fix="use --stdin or --from-env") from None
    except EOFError:
        raise RefusedError("nothing was typed: nothing was kept") from None
    except UnicodeDecodeError:
        raise UsageError("what was typed is not UTF-8", fix="use --stdin") from None


def check(name: str, secret: Secret, variables: tuple[str, ...], *, force: bool) -> None:
    """Refuse what no variable can hold, and without `force` what is hardly meant.

    `variables` are those that get the value as it is. Raises SecretError, UsageError.
    """
    value = secret.reveal()
    again = typed("ctx", "secret", "set", name)
    if not value:
        raise UsageError(f"the value of {name} is empty: nothing was kept", fix=f"{again} asks for it")
    checked(name, secret)
    if not force:
        _check_characters(name, value)
        _check_shape(name, value, variables)


def _check_characters(name: str, value: str) -> None:
    for at, char in enumerate(value):
        plain = char in "\n\t\u00a0" or (char == "\r" and value[at + 1 : at + 2] == "\n")
        shown = char if plain else visible(char)
        if shown != char or (char == "\u00a0" and at in (0, len(value) - 1)):
            what = f"the value of {name} holds a character that cannot be seen: U+{ord(char):04X}, number {at + 1:,} of {len(value):,}"
            raise UsageError(what, fix="copy it again without that, or --force keeps it as it is")


def _check_shape(name: str, value: str, variables: tuple[str, ...]) -> None:
    for variable in variables:
        kind = contradiction(variable, value)
        if kind:
            want = wanted(variable)
            wants = f"{variable} wants another credential" + (f": {_article(want)}" if want else "")
            raise UsageError(
                f"the value of {name} looks like {_article(kind)}, and {wants}",
                fix="look which one was copied, or --force keeps it as it is",
            )


def _article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'AEIOaeio' else 'a'} {kind}"


def outer_blanks(value: str) -> bool:
    """Whether the value begins or ends with blanks, which is seldom meant and sometimes is."""
    return value != value.strip()
