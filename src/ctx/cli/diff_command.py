"""`ctx diff`: how two profiles differ."""

from __future__ import annotations

from ctx.cli.invocation import Invocation
from ctx.cli.show_command import describe, rows_of
from ctx.cli.spec import ARGUMENT, JSON, Param
from ctx.config import find, load
from ctx.visible import visible

HELP = """Show how two profiles differ: - only or otherwise in the first, + in the second. Secrets are masked."""

PARAMS = (Param(ARGUMENT, "first"), Param(ARGUMENT, "second"), JSON)


def run(invocation: Invocation, first: str, second: str, json: bool) -> int:
    """Print the differences. The exit code: 0 also where there are some."""
    config, _ = load(invocation.config)
    around = invocation.around()
    sides = [_flat(describe(config, find(config, name), around)) for name in (first, second)]
    changes = [
        {"name": key, "first": sides[0].get(key), "second": sides[1].get(key)}
        for key in sorted({*sides[0], *sides[1]})
        if sides[0].get(key) != sides[1].get(key)
    ]
    if json:
        invocation.emit_json(changes)
        return 0
    if not changes:
        invocation.say(f"{first} and {second} do the same")
    for change in changes:
        for mark, side in (("-", "first"), ("+", "second")):
            if change[side] is not None:
                invocation.emit(f"{mark} {visible(str(change['name']))} {visible(str(change[side]))}\n")
    return 0


def _flat(data: dict[str, object]) -> dict[str, str]:
    """One line of text per thing that a profile does."""
    flat: dict[str, str] = {}
    for key in ("auth", "payer"):
        if data[key]:
            flat[key] = str(data[key])
    for row in rows_of(data, "variables"):
        flat[str(row["name"])] = "unset" if row["value"] is None else f"= {row['value']}"
    for row in rows_of(data, "lists"):
        flat[f"{row['name']} (list)"] = f"prepend {row['prepend']} append {row['append']}"
    for row in rows_of(data, "clears"):
        flat.setdefault(str(row["name"]), f"cleared with the family {row['family']}")
    return flat
