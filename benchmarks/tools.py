"""What follows the directory: ctx, direnv, mise and fnox, each with the same variables in a project of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from benchmarks.hooks import without_program
from benchmarks.timing import LeftOutError, run
from benchmarks.world import LAST, PLAIN, World, profiles_text, settings, write

PROJECT = "project"
ELSEWHERE = "elsewhere"
BELOW = ("one", "two")
"""Two directories in each of them."""


def env_table(values: Mapping[str, str]) -> str:
    """What both ctx and mise read."""
    return "[env]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items())


def exports(values: Mapping[str, str]) -> str:
    """What direnv reads: plain exports."""
    return "".join(f"export {name}='{value}'\n" for name, value in values.items())


def secrets_table(values: Mapping[str, str]) -> str:
    """What fnox reads: plain default values, so that no provider is asked."""
    return "[secrets]\n" + "".join(f'{name} = {{ default = "{value}" }}\n' for name, value in values.items())


class Tool:
    """A tool that has been set up for one shell, in a home directory of its own. Without a program: the shell alone."""

    name = "none"
    file = ""
    """The project's file."""

    def __init__(self, world: World, program: str, shell: str) -> None:
        self.world = world
        self.program = program
        self.shell = shell
        self.edition = 0
        self.seen = [PROJECT]
        """Directories with something in them."""
        for place in (PROJECT, ELSEWHERE):
            for below in BELOW:
                os.makedirs(os.path.join(world.home, place, below))
        self.change_project(0)

    def place(self, *names: str) -> str:
        """A directory of the tool's home."""
        return os.path.join(self.world.home, *names)

    def load(self) -> str:
        """What its documentation puts into the shell's start-up file."""
        return ""

    def text(self, values: Mapping[str, str]) -> str:
        """A project's file that sets these variables."""
        raise NotImplementedError

    def trust(self, folder: str) -> None:
        """Approve the project's file as it is."""

    def project(self, folder: str, text: str) -> None:
        """Write a project's file, approved."""
        os.makedirs(folder, exist_ok=True)
        write(os.path.join(folder, self.file), text)
        self.trust(folder)

    def change_project(self, edition: int) -> None:
        """The project's file with one other value, approved."""
        self.edition = edition
        if self.file:
            self.project(self.place(PROJECT), self.text(settings(edition)))

    def change_own(self, edition: int) -> None:
        """Change the user's own file, which holds for all projects."""

    def restore_own(self) -> None:
        """Put the user's own file back as it was."""

    def set_default(self) -> None:
        """Have the same variables hold where there is no project. Raises LeftOutError."""
        raise LeftOutError(f"{self.name} has nothing for directories outside of projects")

    def forget(self) -> None:
        """Remove what the tool keeps in its cache."""
        if self.name != Tool.name:
            shutil.rmtree(self.place(".cache", self.name), ignore_errors=True)

    def value(self, *, inside: bool) -> str:
        """What the variable that is looked at must hold."""
        return settings(self.edition)[LAST] if inside and self.file else ""


class Ctx(Tool):
    """ctx with its hook as the installer leaves it: a file that the start-up file reads.

    `sealed`: the interpreter has been replaced by a program that fails and leaves a mark. Whatever is measured then
    starts no interpreter.
    """

    name = "ctx"
    file = ".ctx.toml"

    def __init__(self, world: World, program: str, shell: str, profiles: str | None = None) -> None:
        self.profiles = profiles_text(default=False) if profiles is None else profiles
        self.mark = os.path.join(world.folder, f"{world.name}-asked")
        self.hook = os.path.join(world.folder, f"{world.name}-hook.{'ps1' if shell == 'pwsh' else shell}")
        world.profiles(self.profiles)
        super().__init__(world, program, shell)
        self._text = run((*world.ctx, "init", shell), world.environ(), world.empty)
        write(self.hook, self._text)

    def load(self) -> str:
        return f"{'source' if self.shell == 'fish' else '.'} '{self.hook}'"

    def text(self, values: Mapping[str, str]) -> str:
        return env_table(values)

    def trust(self, folder: str) -> None:
        run((*self.world.ctx, "allow", "--yes", folder), self.world.environ(), folder)

    def seal(self) -> None:
        """From now on its hook starts no interpreter."""
        guard = os.path.join(self.world.folder, f"{self.world.name}-guard")
        write(guard, f"#!/bin/sh\n: >'{self.mark}'\nexit 1\n")
        os.chmod(guard, 0o700)
        write(self.hook, without_program(self._text, guard))

    def asked(self) -> bool:
        """Whether a sealed hook tried to start an interpreter."""
        return os.path.exists(self.mark)

    def change_own(self, edition: int) -> None:
        self.world.profiles(f"{self.profiles}\n# edition {edition}\n", edition)

    def set_default(self) -> None:
        self.world.profiles(f'default = "{PLAIN}"\n\n{self.profiles}', 1)


class _Peer(Tool):
    """A peer, whose program prints its hook."""

    verb = "activate"
    own = ""
    """The user's own file, below the configuration directory."""
    has_default = True

    def __init__(self, world: World, program: str, shell: str) -> None:
        super().__init__(world, program, shell)
        if not run((program, self.verb, shell), world.environ(), world.empty):
            raise LeftOutError(f"{self.name} prints no hook for {shell}")

    def load(self) -> str:
        command = f"'{self.program}' {self.verb} {self.shell}"
        if self.shell == "fish":
            return f"{command} | source"
        if self.shell == "pwsh":
            return f"& {command} | Out-String | Invoke-Expression"
        return f'eval "$({command})"'

    def change_own(self, edition: int) -> None:
        self._write_own({"MY_SETTING": f"edition {edition}"})

    def _write_own(self, values: Mapping[str, str]) -> None:
        path = self.place(".config", self.own)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, self.text(values))

    def restore_own(self) -> None:
        os.unlink(self.place(".config", self.own))

    def set_default(self) -> None:
        if not self.has_default:
            super().set_default()
        self._write_own(settings())


class Direnv(_Peer):
    """direnv with an allowed `.envrc` of plain exports."""

    name = "direnv"
    file = ".envrc"
    verb = "hook"
    own = "direnv/direnvrc"
    has_default = False

    def text(self, values: Mapping[str, str]) -> str:
        return exports(values)

    def trust(self, folder: str) -> None:
        run((self.program, "allow", folder), self.world.environ(), folder)


class Mise(_Peer):
    """mise with a trusted `mise.toml`: an `[env]` table and no tools."""

    name = "mise"
    file = "mise.toml"
    own = "mise/config.toml"

    def text(self, values: Mapping[str, str]) -> str:
        return env_table(values)

    def trust(self, folder: str) -> None:
        run((self.program, "trust", os.path.join(folder, self.file)), self.world.environ(), folder)


class Fnox(_Peer):
    """fnox with a `fnox.toml` of plain default values: no provider is asked. fnox knows no trust."""

    name = "fnox"
    file = "fnox.toml"
    own = "fnox/config.toml"

    def text(self, values: Mapping[str, str]) -> str:
        return secrets_table(values)


TOOLS: dict[str, type[Tool]] = {tool.name: tool for tool in (Ctx, Direnv, Mise, Fnox, Tool)}
"""In the order of the table's columns."""
