"""`ctx show`: everything a profile does, each value with the place it was written."""

from __future__ import annotations

from ctx import signin
from ctx.cli.invocation import Invocation
from ctx.cli.spec import FLAG, JSON, PROFILE, Param
from ctx.config import find, load
from ctx.errors import ConfigError, RefusedError
from ctx.families import clears, concerned
from ctx.model import (
    CommandOutput,
    Config,
    Environment,
    FileText,
    KeyringItem,
    Literal,
    Profile,
    Secret,
    SecretRef,
    Template,
    Unset,
    Value,
)
from ctx.resolve import builtin, merged, method_of, resolve
from ctx.values import Surroundings, expanded
from ctx.visible import MASK, visible

HELP = """Show what a profile sets and clears, and where each value was written.

Secrets, and values under a credential-like name, are masked."""

PARAMS = (PROFILE, JSON, Param(FLAG, "reveal", "Show secrets; on a terminal only."))


def run(invocation: Invocation, name: str, json: bool, reveal: bool) -> int:
    """Print the profile. The exit code."""
    config, _ = load(invocation.config)
    if reveal and not invocation.is_terminal(1):
        raise RefusedError("secrets are shown on a terminal only", fix=f"ctx exec {name} -- printenv NAME hands one on")
    data = describe(config, find(config, name), invocation.around(), reveal=reveal)
    if json:
        invocation.emit_json(data)
    else:
        invocation.emit(_page(data))
    return 0


def describe(config: Config, profile: Profile, around: Surroundings, *, reveal: bool = False) -> dict[str, object]:
    """The profile as data for people: masked unless `reveal`, which reads its secrets."""
    whole = merged(config, profile)
    resolved = resolve(config, profile.name, around, for_exec=True) if reveal else None
    own = builtin(whole, around)
    cleared = clears(concerned(config, whole, method_of(whole)), (*whole.env, *own))
    variables: list[dict[str, object]] = [
        {
            "name": key,
            "value": _shown(key, value, around, resolved),
            "origin": str(value.origin),
            "exec_only": value.exec_only,
        }
        for key, value in whole.env.items()
    ]
    variables += [
        {"name": key, "value": v.value, "origin": str(v.origin), "exec_only": False} for key, v in own.items()
    ]
    return {
        "name": profile.name,
        "description": whole.description,
        "auth": whole.auth,
        "payer": whole.payer,
        "aliases": list(profile.aliases),
        "extends": list(profile.extends),
        "protected": bool(whole.protect),
        "login": whole.login,
        "origin": str(profile.origin),
        "variables": variables,
        "lists": [
            {"name": key, "prepend": list(v.prepend), "append": list(v.append), "origin": str(v.origin)}
            for key, v in whole.path.items()
        ],
        "clears": [{"name": key, "family": family} for key, family in sorted(cleared.items())],
    }


def _shown(key: str, value: Value, around: Surroundings, resolved: Environment | None) -> str | None:
    """The value as a person may see it; None for a variable that is taken away."""
    if resolved is not None:
        real = resolved.variables[key].value
        return real.reveal() if isinstance(real, Secret) else real
    if isinstance(value, Unset):
        return None
    if isinstance(value, SecretRef):
        return f"{MASK} (secret {value.name})"
    if isinstance(value, KeyringItem):
        return f"{MASK} (keyring {value.service}, {value.username})"
    if isinstance(value, CommandOutput):
        return f"{MASK} (command {' '.join(value.words)})"
    if isinstance(value, FileText):
        return f"{MASK} (file {value.path})"
    if isinstance(value, Template):
        return f"{MASK} (format)"
    if isinstance(value, Literal):
        try:
            text = expanded(value, around)
        except ConfigError:
            text = value.text
        return signin.shown(key, text)
    return MASK


def _page(data: dict[str, object]) -> str:
    lines = [f"{data['name']}" + (f" · {data['description']}" if data["description"] else "")]
    for key in ("auth", "payer", "aliases", "extends", "login"):
        value = data[key]
        if value:
            lines.append(f"  {key}: {', '.join(value) if isinstance(value, list) else value}")
    if data["protected"]:
        lines.append("  protected: asks before use")
    rows = [(_assignment(row), str(row["origin"])) for row in rows_of(data, "variables")]
    for row in rows_of(data, "lists"):
        rows += [
            (f"{row['name']}: {key} {entry}", str(row["origin"]))
            for key in ("prepend", "append")
            for entry in _list(row, key)
        ]
    width = min(max((len(visible(left)) for left, _ in rows), default=0), 60)
    lines += [f"  {visible(left):<{width}}  # {visible(origin)}" for left, origin in rows]
    cleared = rows_of(data, "clears")
    for family in dict.fromkeys(str(row["family"]) for row in cleared):
        names = [str(row["name"]) for row in cleared if row["family"] == family]
        lines.append(f"  clears {len(names)} others of the family {family} (--json lists them)")
    return "\n".join((visible(lines[0]), *lines[1:])) + "\n"


def rows_of(data: dict[str, object], key: str) -> list[dict[str, object]]:
    """One of the lists that `describe` gives."""
    rows = data[key]
    return rows if isinstance(rows, list) else []


def _list(row: dict[str, object], key: str) -> list[object]:
    entries = row[key]
    return entries if isinstance(entries, list) else []


def _assignment(row: dict[str, object]) -> str:
    only = " (ctx exec only)" if row["exec_only"] else ""
    return f"{row['name']} unset" if row["value"] is None else f"{row['name']}={row['value']}{only}"
