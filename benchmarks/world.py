"""The isolated place in which everything is measured: a home directory, twelve profiles, an installed ctx."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata

from benchmarks.timing import LeftOutError

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

PATH = "/usr/local/bin:/usr/bin:/bin"

COUNT = 11
"""Variables that ctx and every peer set."""

LAST = "APP_SETTING_10"
"""The variable that is looked at where one will do."""


def settings(edition: int = 0, count: int = COUNT) -> dict[str, str]:
    """The variables; each edition has another value in LAST, so that a change can be seen."""
    values = {f"APP_SETTING_{number:02}": f"value {number} of it" for number in range(1, count + 1)}
    return values | {LAST: f"{values[LAST]}, edition {edition}"} if edition else values


VARIABLES = settings()

LONG_AGO = 1_700_000_000
"""When `profiles.toml` was last changed, in seconds since 1970."""

SECRETS = {"deploy-token": "CTX_SECRET_DEPLOY_TOKEN", "database": "CTX_SECRET_DATABASE"}

PLAIN = "work"
WITH_SECRETS = "deploy"
CLAUDE = ("bedrock", "vertex")
"""Two profiles of three variables that also clear everything else that Claude Code's sign-in looks at."""
TEN = ("left", "right")
"""Two profiles of ten variables and no family."""

_OTHERS = """
[profiles.max]
description = "The subscription"
auth = "subscription"
payer = "me"

[profiles.max.env]
CLAUDE_CONFIG_DIR = "~/.claude-max"

[profiles.bedrock]
description = "Acme, through Amazon Bedrock"
auth = "bedrock"
payer = "Acme"
aliases = ["acme"]

[profiles.bedrock.env]
CLAUDE_CODE_USE_BEDROCK = 1
AWS_REGION = "us-west-2"
AWS_PROFILE = "acme"

[profiles.vertex]
description = "Initech, through Google Vertex AI"
auth = "vertex"
payer = "Initech"

[profiles.vertex.env]
CLAUDE_CODE_USE_VERTEX = 1
CLOUD_ML_REGION = "global"
ANTHROPIC_VERTEX_PROJECT_ID = "initech-ai"

[profiles.gateway]
description = "The team's gateway"
payer = "Acme"

[profiles.gateway.env]
ANTHROPIC_BASE_URL = "https://gateway.example.com"
ANTHROPIC_AUTH_TOKEN = { secret = "gateway" }

[profiles.staging]
description = "The staging cluster"
unset = ["HTTP_PROXY"]

[profiles.staging.env]
KUBECONFIG = "~/.kube/staging"
CLUSTER = "staging"

[profiles.staging.path]
PATH = { prepend = ["~/staging/bin"] }

[profiles.production]
description = "The live cluster"
extends = "staging"
protect = true
color = "red"

[profiles.production.env]
CLUSTER = "production"

[profiles.database]
description = "A value put together from a secret"

[profiles.database.env]
DATABASE_URL = { format = "postgres://app:{pw}@db.example.com/app", pw = { secret = "database" } }

[profiles.plain]
description = "Next to nothing"

[profiles.plain.env]
LOG_LEVEL = "debug"
"""


def profiles_text(*, default: bool = True) -> str:
    """A `profiles.toml` with twelve profiles."""
    lines: list[str] = ['default = "max"', ""] if default else []
    secrets = dict(zip(list(VARIABLES)[: len(SECRETS)], SECRETS, strict=True))
    for name in (PLAIN, WITH_SECRETS, *TEN):
        lines += [f"[profiles.{name}]", f'description = "The {name} profile"', "", f"[profiles.{name}.env]"]
        for variable, value in list(VARIABLES.items())[: 10 if name in TEN else COUNT]:
            if name == WITH_SECRETS and variable in secrets:
                lines.append(f'{variable} = {{ secret = "{secrets[variable]}" }}')
            else:
                lines.append(f'{variable} = "{f"{value}, {name}" if name in TEN else value}"')
        lines.append("")
    return "\n".join(lines) + _OTHERS


@dataclass(frozen=True)
class World:
    """Where things lie. `folder` holds all of it and can be removed afterwards; `name` is the home directory's."""

    folder: str
    name: str = "home"

    @property
    def home(self) -> str:
        """The home directory of everything that is measured."""
        return os.path.join(self.folder, self.name)

    def another(self, name: str) -> World:
        """The same installation with a home directory of its own, made now."""
        world = World(self.folder, name)
        os.makedirs(world.home, mode=0o700)
        return world

    @property
    def empty(self) -> str:
        """A working directory that no tool knows anything about."""
        return os.path.join(self.folder, "empty")

    @property
    def site(self) -> str:
        """Where ctx and its packages are installed."""
        return os.path.join(self.folder, "site")

    @property
    def main(self) -> str:
        """The script that an installed launcher starts."""
        return os.path.join(self.site, "ctx", "__main__.py")

    @property
    def has_click(self) -> bool:
        """Whether click lies beside ctx, as an installer puts it there."""
        return os.path.isdir(os.path.join(self.site, "click"))

    @property
    def ctx(self) -> tuple[str, ...]:
        """The words that an installed launcher and the hooks start ctx with."""
        return (sys.executable, "-I", "-S", self.main)

    @property
    def directories(self) -> tuple[str, str, str]:
        """What ctx's hooks hand over: configuration, data, cache."""
        return (
            os.path.join(self.home, ".config", "ctx"),
            os.path.join(self.home, ".local", "share", "ctx"),
            self.cache(),
        )

    def cache(self, name: str = ".cache") -> str:
        """The cache directory of ctx below the XDG folder of that name."""
        return os.path.join(self.home, name, "ctx")

    def environ(self, **more: str) -> dict[str, str]:
        """The whole environment of what is measured, the same for all of it."""
        return {
            "HOME": self.home,
            "PATH": PATH,
            "LANG": "C.UTF-8",
            "XDG_CONFIG_HOME": os.path.join(self.home, ".config"),
            "XDG_DATA_HOME": os.path.join(self.home, ".local", "share"),
            "XDG_STATE_HOME": os.path.join(self.home, ".local", "state"),
            "XDG_CACHE_HOME": os.path.join(self.home, ".cache"),
            **more,
        }

    def project(self, name: str, file: str, text: str) -> str:
        """A directory of a peer's, with its file in it."""
        folder = os.path.join(self.home, name)
        os.makedirs(folder)
        write(os.path.join(folder, file), text)
        return folder

    def add(self, packages: Iterable[str]) -> None:
        """Put packages, with all that they need, beside ctx, as an installer does. Raises LeftOutError."""
        for found in _distributions(packages).values():
            for file in found.files or ():
                source, target = found.locate_file(file), os.path.join(self.site, *file.parts)
                if ".." not in file.parts and os.path.isfile(str(source)) and not os.path.exists(target):
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    shutil.copy2(str(source), target)
        _compile(self.site)

    def profiles(self, text: str, edition: int = 0) -> None:
        """Write `profiles.toml`; every edition looks as if it had been changed at another time."""
        config = self.directories[0]
        os.makedirs(config, mode=0o700, exist_ok=True)
        file = os.path.join(config, "profiles.toml")
        write(file, text)
        # A file changed less than two seconds ago is not compiled into a plan yet.
        os.utime(file, (LONG_AGO + edition, LONG_AGO + edition))


def build(folder: str) -> World:
    """Fill an empty folder: directories, profiles, and ctx as an installer would leave it, compiled."""
    world = World(folder)
    os.makedirs(world.home, mode=0o700)
    os.makedirs(world.empty)
    world.profiles(profiles_text())
    _install(world.site)
    return world


def _install(site: str) -> None:
    """A copy: colleagues may edit the sources, and the measurement must not leave byte code in them."""
    package = os.path.join(site, "ctx")
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(os.path.join(ROOT, "src", "ctx"), package, ignore=leave)
    shutil.copytree(os.path.join(ROOT, "shells"), os.path.join(package, "shells"))
    shutil.copy(os.path.join(ROOT, "profiles.example.toml"), package)
    click = importlib.util.find_spec("click")
    if click is not None and click.origin is not None:
        shutil.copytree(os.path.dirname(click.origin), os.path.join(site, "click"), ignore=leave)
    _compile(site)


def _compile(site: str) -> None:
    subprocess.run([sys.executable, "-I", "-m", "compileall", "-q", site], check=True, stdout=subprocess.DEVNULL)


def _distributions(names: Iterable[str]) -> dict[str, metadata.Distribution]:
    """These packages and whatever they need that is installed here. Raises LeftOutError."""
    found: dict[str, metadata.Distribution] = {}
    wanted = [(name, True) for name in names]
    while wanted:
        name, insisted = wanted.pop()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if insisted:
                python = os.path.basename(sys.executable)
                raise LeftOutError(f"this Python has no {name}: {python} -m pip install {name}") from None
            continue
        lines = [line for line in found[name].requires or () if "extra ==" not in line]
        wanted += [(re.split(r"[^\w.-]", line, maxsplit=1)[0], False) for line in lines]
    return found


def write(path: str, text: str) -> None:
    """Put a text into a file of ours, over what it held."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
