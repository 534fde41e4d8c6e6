"""What every place that holds secrets promises (`ctx.secrets.base`), tested the same way for each of them.

A store's test class gives its `opening`. One store may serve several tests: each uses names of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctx.errors import SecretError
from ctx.model import Secret
from ctx.secrets.base import SecretStore
from tests.support import hostile
from tests.support.shells import require_shell

ROOT = Path(__file__).resolve().parents[2]

VALUES = {
    **hostile.VALUES,
    "newline": "\n",
    "lines": "one\ntwo",
    "crlf": "one\r\ntwo\r\n",
    "cr": "one\rtwo\r",
    "trailing newline": "value\n",
    "two trailing newlines": "value\n\n",
    "leading space": "  value",
    "trailing space": "value  ",
    "blank": " ",
    "tab": "\tvalue\t",
    "emoji": "🚒 👩\u200d🚒",
    "not normalised": "e\u0301 \u00e9 \u212b",
    "byte order mark": "\ufeffvalue",
    "last code points": "\uffff\U0010ffff",
    "empty": "",
    "private key": "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQ/+==\n" * 25 + "-----END PRIVATE KEY-----\n",
    "8 KB": "x" * 8 * 1024,
    "64 KB": "é" * 32 * 1024,
}
"""Values that stores, shells and the ways between them have changed, cut off or lost."""

UNFIT = ("s3cr3t\0tail", "\0", "s3cr3t \udcff", "s3cr3t \ud800")
"""What no environment variable can hold, or no text."""

NAMES = ("a", "token", "TOKEN", "acme-db", "a.b_c-D", "0", "x" * 64, "a..b", "con", "items", "v")

PROCESSES = 8
WRITES = 10
ROUNDS = 10

_HEADER = """
import os, random, signal, sys
sys.path[:0] = {path!r}
from ctx.model import Secret
{program}

def fork(work):
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except BaseException as error:
        os.write(2, f"{{type(error).__name__}}: {{error}}\\n".encode())
    os._exit(code)
"""

_TOGETHER = """
def writer(own):
    def work():
        for turn in range({writes}):
            store.write(f"together-{{own}}-{{turn}}", Secret(f"value {{own}} {{turn}}"))
            store.write(f"shared-{{turn % 3}}", Secret(f"value {{own}}"))
    return work

pids = [fork(writer(own)) for own in range({processes})]
sys.exit(any(os.waitpid(pid, 0)[1] for pid in pids))
"""

_KILLED = """
def writer(own, start, pipe):
    def work():
        for turn in range(start, start + 1_000_000):
            name = f"killed-{{own}}-{{turn % 3}}"
            store.write(name, Secret(str(turn)))
            os.write(pipe, f"{{name}} {{turn}}\\n".encode())
    return work

acknowledged = {{}}
for round in range({rounds}):
    reader, pipe = os.pipe()
    pids = [fork(writer(own, round * 1_000_000, pipe)) for own in range({processes})]
    os.close(pipe)
    lines, enough = b"", random.randint(1, 40)
    with open(reader, "rb", buffering=0) as file:
        while lines.count(b"\\n") < enough and (piece := file.read(4096)):
            lines += piece
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        lines += file.read()
    assert all(os.waitpid(pid, 0)[1] == signal.SIGKILL for pid in pids), "a writer failed"
    for line in lines.decode().splitlines():
        name, turn = line.split()
        acknowledged[name] = int(turn)
    kept = store.read(tuple(acknowledged))
    lost = {{n: t for n, t in acknowledged.items() if n not in kept or int(kept[n].reveal()) < t}}
    assert not lost, lost
print(len(acknowledged))
"""

_QUIET = """
import logging
logging.basicConfig(level=0, stream=sys.stderr)
value = sys.stdin.buffer.read().decode()
store.write("quiet", Secret(value))
store.write("quiet", Secret(value + value))
assert store.read(("quiet", "quiet-not-set"))["quiet"].reveal() == value + value
assert store.remove("quiet")
"""


@dataclass
class Opening:
    """A store, and how another process opens the same one: Python that makes `store`, and that process's environment."""

    store: SecretStore
    program: str
    environ: dict[str, str] = field(default_factory=dict)

    def command(self, text: str) -> list[str]:
        """What runs `text`, in which `store` and `Secret` are there."""
        header = _HEADER.format(path=[path for path in sys.path if path], program=self.program)
        return [sys.executable, "-B", "-c", header + text]

    def run(self, text: str, *prefix: str, value: str = "") -> subprocess.CompletedProcess[str]:
        """Run `text` in a process of its own, with `value` on its standard input."""
        done = subprocess.run(
            [*prefix, *self.command(text)],
            env=self.environ,
            input=value,
            capture_output=True,
            encoding="utf-8",
            cwd="/",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done


class SecretStoreContract:
    """The contract. `durable` stores have a write on disk before they say that it is done."""

    durable = False

    @pytest.fixture
    def opening(self) -> Opening:
        raise NotImplementedError

    @pytest.fixture
    def store(self, opening: Opening) -> SecretStore:
        return opening.store

    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    def test_a_value_comes_back_as_it_was(self, store: SecretStore, value: str) -> None:
        store.write("value", Secret(value))

        assert value_of(store, "value") == value

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
    def test_any_text_comes_back_as_it_was(self, store: SecretStore, value: str) -> None:
        store.write("text", Secret(value))

        assert value_of(store, "text") == value

    def test_absent_names_are_left_out(self, store: SecretStore) -> None:
        store.write("there", Secret("value"))

        assert list(store.read(("not-there", "there", "nor-there"))) == ["there"]
        assert store.read(("not-there",)) == {}

    def test_no_names_are_no_secrets(self, store: SecretStore) -> None:
        assert store.read(()) == {}

    def test_many_names_in_one_read(self, store: SecretStore) -> None:
        names = tuple(f"many-{number}" for number in range(30))
        for name in names:
            store.write(name, Secret(f"value of {name}"))

        found = store.read(("many-not-set", *reversed(names)))

        assert {name: secret.reveal() for name, secret in found.items()} == {n: f"value of {n}" for n in names}

    def test_names_are_kept_apart(self, store: SecretStore) -> None:
        for name in NAMES:
            store.write(name, Secret(f"value of {name}"))

        assert {name: secret.reveal() for name, secret in store.read(NAMES).items()} == {
            name: f"value of {name}" for name in NAMES
        }

    def test_a_new_value_takes_the_place_of_the_old(self, store: SecretStore) -> None:
        store.write("replaced", Secret("a long old value"))
        store.write("replaced", Secret("new"))

        assert value_of(store, "replaced") == "new"

    def test_what_was_removed_is_gone_and_nothing_else(self, store: SecretStore) -> None:
        for name in ("removed", "removed-not"):
            store.write(name, Secret(f"value of {name}"))

        assert store.remove("removed")
        assert not store.remove("removed")
        assert list(store.read(("removed", "removed-not"))) == ["removed-not"]

        store.write("removed", Secret("again"))
        assert value_of(store, "removed") == "again"

    def test_removing_what_is_not_there_says_so(self, store: SecretStore) -> None:
        assert not store.remove("never-set")

    @pytest.mark.parametrize("value", UNFIT, ids=ascii)
    def test_a_value_that_no_variable_can_hold_is_refused(self, store: SecretStore, value: str) -> None:
        store.write("refused", Secret("before"))

        with pytest.raises(SecretError) as caught:
            store.write("refused", Secret(value))

        assert "refused" in caught.value.what
        assert caught.value.fix
        shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.args)
        assert "s3cr3t" not in shown
        assert value_of(store, "refused") == "before"

    def test_a_value_is_never_shown(self, store: SecretStore) -> None:
        store.write("shown", Secret("s3cr3t"))

        assert "s3cr3t" not in repr(store.read(("shown",))) + repr(store) + repr(getattr(store, "__dict__", ""))

    def test_another_process_finds_it(self, opening: Opening) -> None:
        value = VALUES["H_QUOTES"] + VALUES["lines"] + VALUES["emoji"]
        opening.store.write("shared", Secret(value))

        done = opening.run("import json; print(json.dumps(store.read(('shared',))['shared'].reveal()))")

        assert json.loads(done.stdout) == value

    def test_what_several_processes_write_at_once_all_survives(self, opening: Opening) -> None:
        opening.store.write("together-before", Secret("value before"))

        opening.run(_TOGETHER.format(processes=PROCESSES, writes=WRITES))

        expected = {f"together-{own}-{n}": f"value {own} {n}" for own in range(PROCESSES) for n in range(WRITES)}
        expected["together-before"] = "value before"
        found = {name: secret.reveal() for name, secret in opening.store.read(tuple(expected)).items()}
        assert found == expected
        shared = opening.store.read(("shared-0", "shared-1", "shared-2"))
        assert {secret.reveal() for secret in shared.values()} <= {f"value {own}" for own in range(PROCESSES)}
        assert len(shared) == 3

    def test_a_write_that_was_acknowledged_outlives_being_killed(self, opening: Opening) -> None:
        if not self.durable:
            pytest.skip("this store does not say when a write is on disk")
        opening.store.write("killed-before", Secret("value before"))

        done = opening.run(_KILLED.format(processes=PROCESSES, rounds=ROUNDS))

        assert int(done.stdout) > 0
        assert value_of(opening.store, "killed-before") == "value before"
        self.check_litter(opening)

    def check_litter(self, opening: Opening) -> None:
        """For stores that can tell: killed writers left nothing behind that stays."""

    def test_no_value_is_in_arguments_environments_or_logs(self, opening: Opening, tmp_path: Path) -> None:
        value = "s3cr3t-" + "v" * 40
        trace = tmp_path / "trace"

        strace = (require_shell("strace"), "-f", "-v", "-qq", "-s", "100000", "-e", "trace=execve", "-o", str(trace))
        done = opening.run(_QUIET, *strace, value=value)

        assert "execve(" in trace.read_text()
        assert "s3cr3t" not in trace.read_text() + done.stdout + done.stderr


def value_of(store: SecretStore, name: str) -> str:
    """The one secret under a name."""
    (found,) = store.read((name,)).values()
    return found.reveal()
