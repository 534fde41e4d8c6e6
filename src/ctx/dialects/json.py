"""JSON for programs: the same plan as data, on one line per document."""

from __future__ import annotations

import json

from ctx.dialects.base import Dialect
from ctx.model import UNSET, Plan, Transition


class Json(Dialect):
    """`ctx use NAME --json`: what the profile sets, unsets and adds to lists."""

    name = "json"

    def quote(self, value: str) -> str:
        """A JSON string; undecodable bytes become U+FFFD, for JSON has no other way."""
        return json.dumps(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), ensure_ascii=False)

    def call(self, plan: Plan) -> str:
        unset = ", ".join(self.quote(op.name) for op in plan.ops if op.kind == UNSET)
        steps = (
            f'{{"kind": "{op.kind}", "name": {self.quote(op.name)}, "value": {self.quote(op.value)}}}'
            for op in plan.ops
            if op.kind != UNSET
        )
        return f'{{"profile": {self.quote(plan.profile)}, "unset": [{unset}], "steps": [{", ".join(steps)}]}}\n'

    def script(self, transition: Transition) -> str:
        raise NotImplementedError

    def failure(self, message: str) -> str:
        return f'{{"error": {self.quote(message)}}}\n'
