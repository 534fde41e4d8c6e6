"""Secrets from a store: into the shell byte for byte, and again when they change."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ctx.model import Secret
from ctx.secrets.base import Places
from ctx.secrets.keeping import Keeper
from tests.secrets.contract import VALUES
from tests.shells.contract.session import Interactive
from tests.support.home import PROGRAM, Home
from tests.support.hostile import toml

# Bounded, so that all of them fit into the environment of one program.
KEPT = {f"V_{number}": value for number, value in enumerate(VALUES.values()) if value and len(value) < 10_000}

VAULT = '[profiles.vault.env]\nWHO = { secret = "who" }\n'


class StoredContract(Interactive):
    """Profiles whose values ctx keeps."""

    def test_values_from_a_store_arrive_byte_for_byte(self, home: Home) -> None:
        places = Places(str(home.data), str(home.path / ".local" / "state" / "ctx"), home.environ())
        keeper = Keeper(places, lambda _line: None)
        for name, value in KEPT.items():
            keeper.put(name, Secret(value), "file")
        lines = (f"{name} = {{ secret = {toml(name)} }}" for name in KEPT)
        home.profiles("\n".join(("[profiles.vault.env]", *lines, "")))
        result = self.run(home, "ctx use vault", self.probe(home, "in"))

        found = result.env("in")
        assert {name: found.get(name) for name in KEPT} == KEPT
        assert not [path for path in home.cache.rglob("*") if path.is_file() and "vault" in path.name]

    def test_a_changed_secret_reaches_open_shells_at_their_next_prompt(self, user: Home) -> None:
        user.profiles(VAULT)
        keep(user, "first")
        with self.started(user) as session:
            session.do("ctx use vault")
            assert session.values("WHO") == ["first"]
            keep(user, "second")
            session.prompt()
            assert session.values("WHO") == ["second"]
            folder = user.project('profile = "vault"\n')
            session.enter(folder)
            keep(user, "third")
            session.prompt()
            assert session.values("WHO", "__CTX_BY") == ["third", "directory"]

    def test_what_is_for_exec_only_is_in_no_shell(self, user: Home) -> None:
        user.profiles(
            '[profiles.gateway]\npayer = "Acme"\n[profiles.gateway.env]\nANTHROPIC_BASE_URL = "https://x.example"\n'
            'ANTHROPIC_AUTH_TOKEN = { secret = "who", exec_only = true }\nSTAGE = "x"\n'
        )
        with self.started(user, self.export("ANTHROPIC_API_KEY", "left over")) as session:
            said = session.do("ctx use gateway")
            assert "claude: only through ctx exec · Acme pays there" in said
            names = ("STAGE", "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY")
            assert session.values(*names) == ["x", None, None, None]


def keep(home: Home, value: str) -> None:
    """Store the secret in another process, as a person does in another terminal."""
    command = [*PROGRAM, "secret", "set", "who", "--stdin", "--to", "file"]
    subprocess.run(command, env=home.environ(), cwd=Path("/"), input=value.encode(), check=True, capture_output=True)
