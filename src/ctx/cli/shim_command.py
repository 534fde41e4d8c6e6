"""`ctx shim`: the commands below it are modules of their own, one for each program."""

from __future__ import annotations

HELP = """Have a program start in the profile that is due, wherever it is started from."""

PARAMS = ()
