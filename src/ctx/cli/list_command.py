"""`ctx list`: the profiles at a glance."""

from __future__ import annotations

from ctx import signin
from ctx.cli.invocation import Invocation
from ctx.cli.spec import JSON
from ctx.config import load
from ctx.model import Config, Profile
from ctx.resolve import merged, method_of
from ctx.visible import visible

HELP = """Show the profiles: how Claude Code signs in there, who pays, and where they are bound. * is the active one."""

PARAMS = (JSON,)


def run(invocation: Invocation, json: bool) -> int:
    """Print the table. The exit code."""
    config, _ = load(invocation.config)
    rows = [_row(config, profile, invocation) for profile in config.profiles.values()]
    if json:
        invocation.emit_json(rows)
        return 0
    invocation.emit(_table(rows))
    return 0


def _row(config: Config, profile: Profile, invocation: Invocation) -> dict[str, object]:
    whole = merged(config, profile)
    auth = method_of(whole)
    method = signin.METHODS[auth] if auth else None
    return {
        "name": profile.name,
        "active": profile.name == invocation.active,
        "default": profile.name == config.default,
        "protected": bool(whole.protect),
        "method": method.name if method else None,
        "label": method.label if method else "",
        "payer": whole.payer or (method.pays if method else ""),
        "description": whole.description,
        "aliases": list(profile.aliases),
        "directories": [binding.path for binding in config.directories if binding.profile == profile.name],
    }


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "no profiles yet; ctx new NAME makes the first\n"
    lines: list[tuple[str, ...]] = [("", "PROFILE", "METHOD", "WHO PAYS", "WHERE")]
    for row in rows:
        directories = row["directories"] if isinstance(row["directories"], list) else []
        where = ", ".join(["default"] * bool(row["default"]) + directories)
        name = f"{row['name']}{' (protected)' if row['protected'] else ''}"
        cells = (name, str(row["label"]) or "-", str(row["payer"]) or "-", where or "-")
        lines.append(("*" if row["active"] else "", *map(visible, cells)))
    widths = [1, *(max(len(line[column]) for line in lines) for column in range(1, 5))]
    return "".join("  ".join(f"{c:<{w}}" for c, w in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines)
