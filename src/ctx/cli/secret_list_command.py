"""`ctx secret list`: the secrets at a glance, and with `--verify` whether their stores still have them."""

from __future__ import annotations

from ctx import secrets
from ctx.cli.invocation import Invocation, complain
from ctx.cli.secret_use import Uses, uses
from ctx.cli.spec import FLAG, JSON, Param
from ctx.errors import EXIT_SECRET, SecretError
from ctx.secrets import index as records
from ctx.secrets.base import ENVIRONMENT, Places
from ctx.visible import visible

HELP = """Show the secrets: which store each is in, which profiles use it, and since when it is there. Never a value.

Also those that a profile uses and nobody stored, and what CTX_SECRET_… variables hold."""

PARAMS = (Param(FLAG, "verify", "Ask the stores whether they have them."), JSON)

STORED, MISSING, GONE, UNKNOWN = "stored", "missing", "gone", "unknown"
"""What is known: the index has it; nobody stored it; its store has it no more; its store cannot tell."""

_TOLD = {
    STORED: "",
    MISSING: "nobody stored it: ctx secret set {name}",
    GONE: "gone from there: ctx secret set {name}",
    UNKNOWN: "its store cannot tell",
}


def run(invocation: Invocation, *, verify: bool, json: bool) -> int:
    """Print the table. The exit code, which with `verify` says whether all are there."""
    places = invocation.places(interactive=verify and invocation.is_terminal(0, 2))
    index = records.load(places)
    rows = _rows(index, uses(invocation), invocation.own)
    if verify:
        _verify(rows, places)
    if json:
        invocation.emit_json(rows)
    else:
        invocation.emit(_table(rows, verify=verify))
        _say_stores(invocation, index, places)
    return EXIT_SECRET if verify and any(row["state"] not in (STORED, ENVIRONMENT) for row in rows) else 0


def _rows(index: records.Index, used: Uses, environ: dict[str, str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    names = sorted({*index.entries, *used.names})
    for name in names:
        entry = index.entries.get(name)
        stands_in = bool(environ.get(secrets.variable(name)))
        rows.append(
            {
                "name": name,
                "state": ENVIRONMENT if stands_in and not entry else STORED if entry else MISSING,
                "store": entry.store if entry else None,
                "environment": secrets.variable(name) if stands_in else None,
                "profiles": list(used.profiles(name)),
                "created": entry.created if entry else None,
                "updated": entry.updated if entry else None,
            }
        )
    shown = {secrets.variable(name) for name in names}
    for variable in sorted(environ):
        if variable.startswith(secrets.PREFIX) and environ[variable] and variable not in shown:
            rows.append(
                {"name": None, "state": ENVIRONMENT, "store": None, "environment": variable, "profiles": []}
                | {"created": None, "updated": None}
            )
    return rows


def _verify(rows: list[dict[str, object]], places: Places) -> None:
    """Note for each stored secret what its store says, asking each store once."""
    by_store: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        if row["store"]:
            by_store.setdefault(str(row["store"]), []).append(row)
    for kind, stored in by_store.items():
        names = tuple(str(row["name"]) for row in stored)
        try:
            found = secrets.open_store(kind, places, complain).read(names)
        except SecretError as error:
            complain(str(error))
            for row in stored:
                row["state"] = UNKNOWN
            continue
        for row in stored:
            row["state"] = STORED if row["name"] in found else GONE


def _table(rows: list[dict[str, object]], *, verify: bool) -> str:
    if not rows:
        return "no secrets yet; ctx secret set NAME keeps one\n"
    lines = [("SECRET", "STORE", "CREATED", "USED BY")]
    for row in rows:
        profiles = row["profiles"] if isinstance(row["profiles"], list) else []
        note = _TOLD.get(str(row["state"]), "").format(name=row["name"])
        if row["environment"]:
            note = f"{row['environment']} comes first here" if row["store"] else f"from {row['environment']}"
        elif verify and row["state"] == STORED:
            note = "there"
        cells = (str(row["name"] or "-"), str(row["store"] or "-"), str(row["created"] or "-")[:10])
        lines.append((*cells, f"{', '.join(profiles) or '-'}{f'  ({note})' if note else ''}"))
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    padded = ((*(f"{c:<{w}}" for c, w in zip(line, widths, strict=False)), visible(line[3])) for line in lines)
    return "".join("  ".join(line) + "\n" for line in padded)


def _say_stores(invocation: Invocation, index: records.Index, places: Places) -> None:
    """Which places the stores are, and where a new secret would go."""
    kinds = {entry.store for entry in index.entries.values()} | {secrets.chosen(places, index)}
    for kind in records.KINDS:
        if kind in kinds:
            new = " · new secrets go there" if secrets.chosen(places, index) == kind else ""
            invocation.say(f"{kind}: {secrets.open_store(kind, places).describe()}{new}")
