"""Everything that decides, read from the machine: variables, settings files, what is stored."""

from __future__ import annotations

import sys

from ctx import signin
from ctx.claude import ant, stored
from ctx.claude.model import Given, Layer, Machine
from ctx.claude.settings import ManagedPlaces, read_layers
from ctx.claude.settings_json import UnusableError

SHELL = "set by your shell, not by ctx"
"""Where a variable is from that no profile set."""

HOST = "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"
"""Set by programs that embed the client: then what signs in comes from the process alone, whatever files say."""


def look(
    environ: dict[str, str | None],
    places: dict[str, str],
    home: str,
    cwd: str,
    *,
    managed: ManagedPlaces | None = None,
    platform: str = sys.platform,
) -> Machine:
    """What the client would find if it were started with this environment.

    None stands for a variable that is set to a value ctx does not know. `places` says where variables were set, for the
    names known; all others come from the shell. `managed` moves the administrator's settings, for tests.
    """
    process = {name: Given(name, text, places.get(name, SHELL)) for name, text in environ.items()}
    found, legacy = stored.look(*stored.places(environ, home, cwd), platform=platform)
    layers = read_layers(home, found.config_dir, cwd, managed=managed, legacy=legacy or Layer("", ""))
    variables = effective(process, layers)
    machine = Machine(process, layers, variables, found, home=home, cwd=cwd)
    try:
        found.ant = ant.look({name: given.text or "" for name, given in variables.items()}, home, cwd)
    except UnusableError as error:
        found.doubts[stored.ANT] = str(error)
    return machine


def effective(process: dict[str, Given], layers: tuple[Layer, ...]) -> dict[str, Given]:
    """The variables once the settings files have had their say: any of them beats the process."""
    variables = dict(process)
    host = process.get(HOST)
    hosted = host is not None and signin.flag_is_on(host.text or "")
    for layer in reversed(layers):
        for name, text in layer.env.items():
            if not (hosted and signin.is_decider(name)):
                variables[name] = Given(name, text, layer.place(name), layer.kind)
    return variables
