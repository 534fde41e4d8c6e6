"""Finding what goes against the user's intention before Claude Code starts: the catalogue of `signin_conflicts`, applied."""

from __future__ import annotations

from ctx.claude import conflicts_clouds, conflicts_credentials, conflicts_settings, conflicts_values
from ctx.claude.conflicts_view import View
from ctx.signin_conflicts import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.claude.model import Conflict, Machine
    from ctx.model import Environment

_FINDERS = (
    *conflicts_settings.FINDERS,
    *conflicts_credentials.FINDERS,
    *conflicts_values.FINDERS,
    *conflicts_clouds.FINDERS,
)
_PLACES = {code: number for number, code in enumerate(RULES)}
_SEVERITIES = {"error": 0, "warning": 1, "info": 2}


def find(machine: Machine, profile_environment: Environment | None, shell: str = "") -> list[Conflict]:
    """Everything in the catalogue that holds for this machine, the gravest first.

    `profile_environment` is the profile that the user means to be in, None for none. A value that ctx does not know (None
    in the machine, an empty Secret in the profile) is not judged. Fixes are written for `shell`, any that speaks POSIX by
    default. Reads nothing but the state of a few files, and starts no program.
    """
    view = View(machine, profile_environment, shell)
    found = [conflict for finder in _FINDERS for conflict in finder(view)]
    unique = {(conflict.code, conflict.where, conflict.message): conflict for conflict in found}
    return sorted(unique.values(), key=lambda c: (_SEVERITIES[c.severity], _PLACES[c.code]))
