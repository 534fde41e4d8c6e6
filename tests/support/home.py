"""A user with a home directory, profiles and a shell, apart from everything on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from ctx import __version__, compiled
from ctx.dialects import dialect
from ctx.dialects.runtime import Settings, runtime
from tests.support.hostile import DIRECTORY, PARENT, toml
from tests.support.shells import clean_command

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = (sys.executable, "-I", "-S", str(ROOT / "src" / "ctx" / "__main__.py"))

FILE = ".ctx.toml"
"""What a project's file is called."""

# Claude Code, AWS and ctx itself must not reach the tests from outside; nor must anything that shells read.
_KEPT = ("PATH", "TMPDIR", "SYSTEMROOT")

# Set by shells themselves, differently from one process to the next.
_SHELLS_OWN = ("_", "SHLVL", "PWD", "OLDPWD", "LINES", "COLUMNS", "PSModulePath", "POWERSHELL_TELEMETRY_OPTOUT")

# Writes what a child process is given to a file: {"label": ..., "words": [...], "env": {...}}.
_PROBE = """\
import json, os, sys
env = {os.fsdecode(k): os.fsdecode(v) for k, v in os.environb.items()}
with open(sys.argv[1], "a") as file:
    file.write(json.dumps({"label": sys.argv[2], "words": sys.argv[3:], "env": env}) + "\\n")
"""


@dataclass
class Result:
    """What came of a script: its output, and what each probe in it saw."""

    code: int
    stdout: str
    stderr: str
    probes: dict[str, dict[str, str]] = field(default_factory=dict)
    arguments: dict[str, list[str]] = field(default_factory=dict)

    def env(self, label: str) -> dict[str, str]:
        """The environment of a child started at that probe, without what is the shell's and ctx's own."""
        found = self.probes[label]
        return {key: value for key, value in found.items() if key not in _SHELLS_OWN and "CTX_" not in key}

    def own(self, label: str) -> dict[str, str]:
        """What ctx exports at that probe about itself."""
        found = self.probes[label]
        return {key: value for key, value in found.items() if "CTX_" in key and key != "CTX_QUIET"}

    def words(self, label: str) -> list[str]:
        """The further arguments of that probe."""
        return self.arguments[label]


class Home:
    """A temporary home directory with ctx's three directories in it, all under a hostile name."""

    def __init__(self, base: Path, name: str = DIRECTORY) -> None:
        self.base = base
        self.path = base / name
        self.config = self.path / ".config" / "ctx"
        self.data = self.path / ".local" / "share" / "ctx"
        self.cache = self.path / ".cache" / "ctx"
        self.report = base / "report"
        self.probe_script = base / "probe.py"
        self.program: tuple[str, ...] = PROGRAM
        # The last one keeps fish from reading all manual pages of the machine in its first interactive session.
        fish = self.data.parent / "fish" / "generated_completions"
        for folder in (self.config, self.data, self.cache, fish):
            folder.mkdir(parents=True, mode=0o700)
        self.probe_script.write_text(_PROBE)

    def environ(self, **extra: str) -> dict[str, str]:
        """A clean environment in which this is the home directory."""
        given = {key: os.environ[key] for key in _KEPT if key in os.environ}
        given.update(HOME=str(self.path), LANG="C.UTF-8", TERM="dumb", USER="somebody", LOGNAME="somebody")
        return {**given, **extra}

    def profiles(self, text: str, *, age: float = 10) -> Path:
        """Write `profiles.toml`, by default long enough ago for plans to be put on disk."""
        path = self.config / "profiles.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        then = time.time_ns() - int(age * 1_000_000_000)
        os.utime(path, ns=(then, then))
        return path

    def bindings(self, text: str, bound: dict[Path, str], *, age: float = 10) -> Path:
        """Write `profiles.toml` with these directories bound to profiles."""
        entries = (f"[[directories]]\npath = {toml(str(at))}\nprofile = {toml(name)}\n" for at, name in bound.items())
        return self.profiles("\n".join((text, *entries)), age=age)

    def project(self, text: str | bytes | None, name: str = "project", *, trusted: bool = True) -> Path:
        """A directory with this `.ctx.toml` (None: without one), inside one with a hostile name."""
        folder = self.path / PARENT / name
        folder.mkdir(parents=True, exist_ok=True)
        if text is not None:
            (folder / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
            if trusted:
                self.ctx("allow", "--yes", str(folder))
        return folder

    def ctx(self, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run ctx as a process of its own, as in another terminal. It must end with `code` unless that is None."""
        command = [*PROGRAM, *words]
        done = subprocess.run(
            command, cwd=self.path, env=self.environ(), capture_output=True, text=True, timeout=180, check=False
        )
        assert code in {None, done.returncode}, (words, done)
        return done

    def plan(self, shell: str, name: str) -> Path:
        """Where the compiled plan of a profile lies."""
        return self.cache / "plans" / shell / name

    def compile(self, shell: str, *names: str) -> None:
        """Have ctx put the plans of these profiles on disk."""
        for name in names:
            command = [*self.program, *self.header(shell), "use", name]
            subprocess.run(command, env=self.environ(), check=True, capture_output=True)
            assert self.plan(shell, name).exists()

    @property
    def version(self) -> str:
        """What plans on disk must carry."""
        return compiled.version(__version__, str(self.config), str(self.data))

    def header(self, shell: str, active: str = "", previous: str = "", manual: str = "") -> list[str]:
        """The words with which a hook starts the program."""
        folders = (str(self.config), str(self.data), str(self.cache))
        return ["@hook", self.version, shell, *folders, active, previous, manual]

    def runtime(self, shell: str, name: str = "ctx") -> str:
        """The hook's text, as `ctx init` prints it."""
        settings = Settings(
            name=name,
            program=self.program,
            config=str(self.config),
            data=str(self.data),
            cache=str(self.cache),
            version=self.version,
        )
        return runtime(dialect(shell), settings)

    def hook(self, shell: str, text: str | None = None) -> Path:
        """The hook as a file."""
        path = self.base / f"hook.{dialect(shell).suffix}"
        path.write_bytes((text or self.runtime(shell)).encode())
        return path

    def standin(self, source: str) -> None:
        """Replace the program by a Python script."""
        path = self.base / "standin.py"
        path.write_text(source)
        self.program = (sys.executable, "-I", "-S", str(path))

    def run(
        self,
        shell: str,
        script: str,
        *,
        options: tuple[str, ...] = (),
        stdin: bool = False,
        environ: dict[str, str] | None = None,
        prefix: tuple[str, ...] = (),
    ) -> Result:
        """Run a script in a shell without start-up files: as a file, or line by line on standard input."""
        file = self.base / f"script.{dialect(shell).suffix}"
        file.write_bytes(script.encode("utf-8", "surrogateescape"))
        self.report.unlink(missing_ok=True)
        command = [*prefix, *clean_command(shell), *options]
        done = subprocess.run(
            command if stdin else [*command, str(file)],
            cwd=self.path,
            env=self.environ() if environ is None else environ,
            input=file.read_bytes() if stdin else b"",
            capture_output=True,
            timeout=180,
            check=False,
        )
        result = Result(
            done.returncode,
            done.stdout.decode("utf-8", "surrogateescape"),
            done.stderr.decode("utf-8", "surrogateescape"),
        )
        self._read(result)
        return result

    def _read(self, result: Result) -> None:
        if self.report.exists():
            for line in self.report.read_text().splitlines():
                seen = json.loads(line)
                result.probes[seen["label"]] = seen["env"]
                result.arguments[seen["label"]] = seen["words"]
