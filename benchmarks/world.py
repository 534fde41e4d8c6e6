"""The isolated place in which everything is measured: a home directory, twelve profiles, an installed ctx."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

PATH = "/usr/local/bin:/usr/bin:/bin"

COUNT = 11
"""Variables that ctx and every peer set."""

VARIABLES = {f"APP_SETTING_{number:02}": f"value {number} of it" for number in range(1, COUNT + 1)}

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


def profiles_text() -> str:
    """A `profiles.toml` with twelve profiles."""
    lines: list[str] = ['default = "max"', ""]
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
    """Where things lie. `folder` holds all of it and can be removed afterwards."""

    folder: str

    @property
    def home(self) -> str:
        """The home directory of everything that is measured."""
        return os.path.join(self.folder, "home")

    @property
    def empty(self) -> str:
        """A working directory that no tool knows anything about."""
        return os.path.join(self.folder, "empty")

    @property
    def main(self) -> str:
        """The script that an installed launcher starts."""
        return os.path.join(self.folder, "site", "ctx", "__main__.py")

    @property
    def has_click(self) -> bool:
        """Whether click lies beside ctx, as an installer puts it there."""
        return os.path.isdir(os.path.join(self.folder, "site", "click"))

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
        _write(os.path.join(folder, file), text)
        return folder


def build(folder: str) -> World:
    """Fill an empty folder: directories, profiles, and ctx as an installer would leave it, compiled."""
    world = World(folder)
    os.makedirs(world.home, mode=0o700)
    os.makedirs(world.empty)
    config = world.directories[0]
    os.makedirs(config, mode=0o700)
    file = os.path.join(config, "profiles.toml")
    _write(file, profiles_text())
    # A file changed less than two seconds ago is not compiled into a plan yet.
    os.utime(file, (1_700_000_000, 1_700_000_000))
    _install(os.path.join(folder, "site"))
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
    subprocess.run([sys.executable, "-I", "-m", "compileall", "-q", site], check=True, stdout=subprocess.DEVNULL)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
