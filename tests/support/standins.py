"""Small programs that stand in for `claude`, `aws`, `gcloud`, `az` and `ant`: they write down how they were called, and answer."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

# What every stand-in is. Its answers and its records lie in files beside it, so that an answer may change between calls.
_PROGRAM = """\
#!{python} -IS
import json, os, signal, stat, sys, time
folder, name = {folder}, {name}

def kind(number):
    try:
        state = os.fstat(number)
    except OSError:
        return "closed"
    if os.isatty(number):
        return "terminal"
    null = os.stat(os.devnull)
    return "nothing" if (state.st_mode, state.st_rdev) == (null.st_mode, null.st_rdev) else "other"

def text(data):
    return data.decode("utf-8", "surrogateescape")

with open(os.path.join(folder, name + ".answers")) as file:
    answers = json.load(file)
given = list(map(os.fsdecode, sys.argv[1:]))
fitting = [answer for answer in answers if given[: len(answer["when"])] == answer["when"]]
answer = max(fitting, key=lambda one: len(one["when"]))
record = dict(
    argv=given, cwd=os.getcwd(), pid=os.getpid(), group=os.getpgrp(), stdin=kind(0),
    env=dict((text(key), text(value)) for key, value in os.environb.items()),
)
with open(os.path.join(folder, name + ".calls"), "a") as file:
    file.write(json.dumps(record) + "\\n")
if answer["stubborn"]:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
if answer["child"] and os.fork() == 0:
    with open(os.path.join(folder, name + ".child"), "w") as file:
        file.write(str(os.getpid()))
    while True:
        time.sleep(600)
for path, content in answer["writes"].items():
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(content)
for path in answer["deletes"]:
    os.unlink(path)
shown = "".join(text(os.environb.get(os.fsencode(key), b"")) for key in answer["echo"])
for number, output in ((1, answer["stdout"] + shown), (2, answer["stderr"])):
    data = output.encode("utf-8", "surrogateescape")
    while data:
        data = data[os.write(number, data):]
while answer["endless"]:
    os.write(1, b"x" * 65536)
if answer["sleep"]:
    time.sleep(answer["sleep"])
while answer["hangs"]:
    time.sleep(600)
if answer["killed"]:
    os.kill(os.getpid(), answer["killed"])
os._exit(answer["code"])
"""


@dataclass(frozen=True)
class Call:
    """One start of a stand-in. `stdin` is "terminal", "nothing" (the null device), "closed" or "other"."""

    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: str
    stdin: str
    pid: int
    group: int


class Standins:
    """A folder of stand-ins to put on a test's PATH. It is made if it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._notes = folder / ".standins"
        self._answers: dict[str, list[dict[str, object]]] = {}
        self._notes.mkdir(parents=True, exist_ok=True)

    def path(self, rest: str = "") -> str:
        """A PATH with the stand-ins first, and nothing else by default: a test must never start a real `gcloud`."""
        return os.pathsep.join((str(self.folder), rest)) if rest else str(self.folder)

    def program(
        self,
        name: str,
        *,
        when: tuple[str, ...] = (),
        stdout: str | bytes = "",
        stderr: str | bytes = "",
        code: int = 0,
        writes: dict[Path, str] | None = None,
        deletes: tuple[Path, ...] = (),
        echo: tuple[str, ...] = (),
        sleep: float = 0,
        hangs: bool = False,
        stubborn: bool = False,
        endless: bool = False,
        child: bool = False,
        killed: int = 0,
    ) -> Path:
        """Make a program, or change what it answers; gives back where it is.

        `when`: the answer is for calls that begin with these words; the longest one that fits counts. In this order it
        writes the files of `writes` and deletes those of `deletes`, prints `stdout`, the values of the variables in
        `echo`, and `stderr`, then `sleep`s so many seconds and ends with `code`. `endless`: it never stops printing.
        `hangs`: it never ends. `stubborn`: only SIGKILL ends it. `child`: a child process of its own stays and keeps its
        output open. `killed`: the signal that it dies of.
        """
        answers = self._answers.setdefault(name, [])
        answers[:] = [answer for answer in answers if answer["when"] != list(when)]
        answers.append(
            {
                "when": list(when),
                "stdout": _text(stdout),
                "stderr": _text(stderr),
                "code": code,
                "writes": {str(path): content for path, content in (writes or {}).items()},
                "deletes": [str(path) for path in deletes],
                "echo": list(echo),
                "sleep": sleep,
                "hangs": hangs,
                "stubborn": stubborn,
                "endless": endless,
                "child": child,
                "killed": killed,
            }
        )
        # Words that no answer is for get the plain one: nothing, and success.
        plain = [] if any(not answer["when"] for answer in answers) else [{**answers[0], **_PLAIN}]
        (self._notes / f"{name}.answers").write_text(json.dumps([*plain, *answers]))
        file = self.folder / name
        assert " " not in sys.executable
        file.write_text(_PROGRAM.format(python=sys.executable, folder=repr(str(self._notes)), name=repr(name)))
        file.chmod(0o755)
        return file

    def calls(self, name: str) -> list[Call]:
        """How a program was called so far, in order; empty if it never was."""
        notes = self._notes / f"{name}.calls"
        if not notes.exists():
            return []
        found = [json.loads(line) for line in notes.read_text().splitlines()]
        return [Call(**{**one, "argv": tuple(one["argv"])}) for one in found]

    def forget(self, name: str) -> None:
        """Forget the calls of a program so far."""
        (self._notes / f"{name}.calls").unlink(missing_ok=True)

    def child(self, name: str) -> int:
        """The process id of the child that a program left behind (`child`)."""
        return int((self._notes / f"{name}.child").read_text())


_PLAIN: dict[str, object] = {
    "when": [], "stdout": "", "stderr": "", "code": 0, "writes": {}, "deletes": [], "echo": [], "sleep": 0,
    "hangs": False, "stubborn": False, "endless": False, "child": False, "killed": 0,
}  # fmt: skip


def _text(output: str | bytes) -> str:
    return output if isinstance(output, str) else output.decode("utf-8", "surrogateescape")
