"""`ctx secret`: the commands below it are modules of their own, `secret_set_command.py` and so on."""

from __future__ import annotations

HELP = """Keep secrets in the OS keyring, or in an encrypted file where there is none.

A profile asks for one as { secret = "NAME" }. CTX_SECRET_<NAME> in the environment comes before any store."""

PARAMS = ()
