"""A machine to judge: a home, a working directory and an administrator's folder, filled with the client's own files."""

from __future__ import annotations

import json
from pathlib import Path

from ctx.claude import machine
from ctx.claude.model import Machine
from ctx.claude.settings import ManagedPlaces
from tests.support.hostile import DIRECTORY, PARENT

KEY = "sk-ant-api03-0123456789abcdefghijklmnop-KEY4"
CONSOLE_KEY = "sk-ant-api03-zyxwvutsrqponmlkjihgfedcba-CON9"
HELPER = "/bin/echo helper-key"
EMAIL = "ada@acme.example"


class Box:
    """Everything below one temporary directory; names are hostile."""

    def __init__(self, base: Path) -> None:
        self.home = base / DIRECTORY
        self.cwd = self.home / PARENT / "project"
        self.managed = base / "etc"
        self.config = self.home / ".claude"
        self.state_file = self.home / ".claude.json"
        self.ant_folder = self.home / ".config" / "anthropic"
        for folder in (self.cwd, self.managed):
            folder.mkdir(parents=True)

    def write(self, path: Path, content: object) -> Path:
        """Put JSON, or a text as it is, into a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")
        return path

    def settings(self, layer: str, content: object) -> Path:
        """One settings file: managed, local, project, user or legacy."""
        return self.write(self.path(layer), content)

    def path(self, layer: str) -> Path:
        """Where the settings file of a layer lies."""
        return {
            "managed": self.managed / "managed-settings.json",
            "local": self.cwd / ".claude" / "settings.local.json",
            "project": self.cwd / ".claude" / "settings.json",
            "user": self.config / "settings.json",
            "legacy": self.state_file,
        }[layer]

    def state(self, **content: object) -> None:
        """Add to `.claude.json`."""
        before = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}
        self.write(self.state_file, {**before, **content})

    def login(self, folder: Path | None = None) -> None:
        """A login token, whose text nobody may read."""
        self.write((folder or self.config) / ".credentials.json", "a token that is not to be parsed")
        self.state(oauthAccount={"emailAddress": EMAIL, "organizationName": "Acme"})

    def console(self) -> None:
        """A stored Console key."""
        self.state(primaryApiKey=CONSOLE_KEY)

    def ant(self, name: str, kind: str, *, active: str = "", credentials: bool = True, **more: str) -> None:
        """A profile of the ant CLI; `active` is what `active_config` says."""
        content = {"organization_id": "org_1", "workspace_id": "wrkspc_1", "authentication": {"type": kind}, **more}
        self.write(self.ant_folder / "configs" / f"{name}.json", content)
        if active:
            self.write(self.ant_folder / "active_config", f"{active}\n")
        if credentials and kind == "user_oauth":
            path = self.write(self.ant_folder / "credentials" / f"{name}.json", "a token that is not to be parsed")
            path.chmod(0o600)

    def look(self, **environ: str | None) -> Machine:
        """The machine as a process with this environment finds it, on Linux."""
        return self.look_on("linux", **environ)

    def look_on(self, system: str, /, **environ: str | None) -> Machine:
        """The same on another system, by its name in `sys.platform`."""
        return machine.look(
            {"HOME": str(self.home), **environ},
            {},
            str(self.home),
            str(self.cwd),
            managed=ManagedPlaces(str(self.managed)),
            platform=system,
        )
