"""`ctx claude`: the commands below it are modules of their own, `claude_helper_command.py`."""

from __future__ import annotations

HELP = """Set Claude Code up for a profile, where variables do not do."""

PARAMS = ()
