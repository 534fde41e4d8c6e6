"""The bare interpreter, and ctx as a process."""

from __future__ import annotations

import os
import shutil
import sys

from benchmarks.timing import EXEC, SWITCH, Case, LeftOutError, Process
from benchmarks.world import CLAUDE, PLAIN, SECRETS, VARIABLES, WITH_SECRETS, World

BARE = "python -I -S -c pass"
"""The row that everything is held against: the least that a program written in Python costs."""


def python_cases(world: World) -> list[Case]:
    """What the machine costs: a process, an interpreter, an interpreter that can read TOML."""
    environ = world.environ()
    true = shutil.which("true", path=environ["PATH"]) or "/bin/true"
    programs = {
        "true": (true,),
        BARE: (sys.executable, "-I", "-S", "-c", "pass"),
        "python -I -S -c 'import tomllib'": (sys.executable, "-I", "-S", "-c", "import tomllib"),
    }
    cases: list[Case] = []
    for label, words in programs.items():
        process = Process(words, environ, world.empty)
        cases.append(Case("python", label, process.sample, check=process.check))
    return cases


def ctx_cases(world: World) -> list[Case]:
    """`ctx` started as an installed launcher starts it."""
    values = tuple(VARIABLES.values())
    cold_cache = world.cache("cold")
    secret = {variable: f"not a secret: {name}" for name, variable in SECRETS.items()}
    use = (*world.ctx, "use")
    bash = ("--shell", "bash")
    run = (*world.ctx, "exec", PLAIN, "--")
    plain = Process((*use, PLAIN, *bash), world.environ(), world.empty, expect=values)
    cold = Process(
        plain.words,
        world.environ(XDG_CACHE_HOME=os.path.dirname(cold_cache)),
        world.empty,
        expect=values,
        before=lambda: shutil.rmtree(cold_cache, ignore_errors=True),
    )
    secrets = Process(
        (*use, WITH_SECRETS, *bash), world.environ(**secret), world.empty, expect=tuple(secret.values()) + values[2:]
    )
    execute = Process((*run, "true"), world.environ(), world.empty, proof=(*run, "env"), expect=values)
    listing = Process((*world.ctx, "list"), world.environ(), world.empty, expect=(PLAIN, WITH_SECRETS))
    status = Process((*world.ctx, "status", CLAUDE[0]), world.environ(), world.empty, expect=("Bedrock",))
    help_page = Process((*world.ctx, "--help"), world.environ(), world.empty, expect=("Usage: ctx",))

    def warm() -> None:
        plain.check()
        if not os.path.isfile(os.path.join(world.cache(), "plans", "ops", PLAIN)):
            raise LeftOutError("ctx did not put its plan on disk")

    def with_click(process: Process) -> None:
        if not world.has_click:
            raise LeftOutError(f"this Python has no click: {os.path.basename(sys.executable)} -m pip install click")
        process.check()

    return [
        Case("ctx", "ctx use, plain profile, unchanged", plain.sample, SWITCH, warm),
        Case("ctx", "ctx use, plain profile, first time after a change", cold.sample, SWITCH, cold.check),
        Case("ctx", "ctx use, profile with secrets", secrets.sample, SWITCH, secrets.check),
        Case("ctx", "ctx exec NAME -- true", execute.sample, EXEC, execute.check),
        Case("ctx", "ctx status NAME", status.sample, check=status.check),
        Case("ctx", "ctx list", listing.sample, check=lambda: with_click(listing)),
        Case("ctx", "ctx --help", help_page.sample, check=lambda: with_click(help_page)),
    ]
