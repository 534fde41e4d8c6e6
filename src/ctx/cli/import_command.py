"""`ctx import`: the commands below it are modules of their own, one for each format."""

from __future__ import annotations

HELP = """Make a profile of what another program keeps."""

PARAMS = ()
