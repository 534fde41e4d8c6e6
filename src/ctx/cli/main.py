"""The boundary: every error ends here as one message and an exit code; no traceback reaches a user."""

from __future__ import annotations

import os
import sys

from ctx.cli.invocation import Invocation, complain, environment
from ctx.errors import EXIT_FAILURE, EXIT_INTERRUPTED, CtxError

QUICK = ("use", "off", "exec", "status")
"""Commands that run without click: it alone costs more than four bare interpreters."""

SWITCHING = ("use", "off")
"""Commands whose standard output a shell evaluates: a failure must be code too."""

ENTER = "@enter"
"""What the hook asks where it cannot decide about a directory alone."""

UTF8_MODE = ["-X", "utf8"]


def main() -> None:
    """Run the command line of this process and exit."""
    _insist_on_utf8()
    words = sys.argv[1:]
    environ = environment()
    try:
        invocation = Invocation(words, environ)
    except CtxError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    try:
        code = run(invocation, words)
    except CtxError as error:
        complain(str(error))
        code = error.exit_code
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        # Standard output is gone; a flush at exit would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = EXIT_FAILURE
    except Exception as error:
        if environ.get("CTX_DEBUG"):
            import traceback

            traceback.print_exc()
        complain(f"something went wrong inside ctx: {type(error).__name__}\n  CTX_DEBUG=1 shows where")
        code = EXIT_FAILURE
    if code != 0 and words[:1] and words[0] in SWITCHING:
        _emit_failure(invocation, words)
    sys.stdout.flush()
    os._exit(code)


def _insist_on_utf8() -> None:
    """Start again in UTF-8 mode where the locale says something else (de_DE.ISO-8859-1).

    ctx passes bytes through as they are, and paths must be the same bytes to it and to Python's file functions.
    """
    if sys.getfilesystemencoding() == "utf-8" or sys.orig_argv[1:3] == UTF8_MODE:
        return
    os.execv(sys.executable, [sys.executable, *UTF8_MODE, *sys.orig_argv[1:]])


def run(invocation: Invocation, words: list[str]) -> int:
    """Run one command; the exit code."""
    if words and words[0] == ENTER and invocation.hook:
        from ctx.cli.enter_command import run as enter

        return enter(invocation, *(words[1:4] + [""] * 3)[:3])
    if words and words[0] in QUICK:
        from ctx.cli.spec import quick_parse

        module = command_module(words[0])
        values = quick_parse(module.PARAMS, words[1:])
        if values is not None:
            return int(module.run(invocation, **values))
    from ctx.packages import ensure

    ensure("click")
    from ctx.cli.app import run_click

    return run_click(invocation, words)


def command_module(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - modules have no common type
    """The module of a command; `-` in its name is `_` in the module's."""
    return __import__(f"ctx.cli.{name.replace('-', '_')}_command", fromlist=["run"])


def _emit_failure(invocation: Invocation, words: list[str]) -> None:
    """What makes `eval "$(ctx use typo)"` fail. The hook's function does this itself; a person needs no code."""
    if invocation.hook or invocation.is_terminal(1) or "--json" in words:
        return
    from ctx.cli.detect import shell_for
    from ctx.dialects import dialect

    try:
        named = words[words.index("--shell") + 1] if "--shell" in words[:-1] else None
        text = dialect(shell_for(invocation, named)).failure("ctx did not switch")
    except Exception:
        text = "false\n"
    try:
        invocation.emit(text)
    except OSError:
        pass
