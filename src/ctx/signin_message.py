"""What one text of the client is made of: the rows of `signin_messages` and `signin_messages_clouds`."""

from __future__ import annotations

ERROR = "error"
WARNING = "warning"

FIELDS = ("profile", "credential", "replace", "aws", "region", "endpoint", "model", "project")
"""What may stand in `{}` in a meaning or fix.

`profile`: ctx's profile. `credential`: the variable, setting or file that decided. `replace`: what to type to give it
another value. `aws`: the AWS profile. `endpoint`: host or address. `project`: the Google Cloud project.
"""


class Message:
    """One text of the client.

    `parts` all stand in it, in this order; `methods` limits it to these ways of signing in, empty means any. `severity` is
    WARNING for what the client says and goes on. `meaning` and `fix` are for people and may name FIELDS.
    """

    __slots__ = ("code", "fix", "meaning", "methods", "parts", "severity")

    def __init__(
        self,
        code: str,
        parts: tuple[str, ...],
        meaning: str,
        fix: str,
        *,
        methods: tuple[str, ...] = (),
        severity: str = ERROR,
    ) -> None:
        self.code = code
        self.parts = parts
        self.meaning = meaning
        self.fix = fix
        self.methods = methods
        self.severity = severity

    def __repr__(self) -> str:
        return f"Message({self.code!r}, {self.parts!r})"

    def fits(self, text: str, method: str) -> bool:
        """Whether a text that `flat` made speaks of this, under this method ("" where it is not known)."""
        if self.methods and method not in self.methods:
            return False
        at = 0
        for part in self.parts:
            found = text.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return True
