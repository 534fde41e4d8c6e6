"""What every dialect can do."""

from __future__ import annotations

from ctx.model import Plan, Transition


class Dialect:
    """One shell language. `name` is what `--shell` takes; `suffix` ends the name of its runtime in `shells/`."""

    name = ""
    suffix = ""

    def quote(self, value: str) -> str:
        """`value` as one word of the language, exactly. Undecodable bytes arrive as surrogate escapes.

        Raises CtxError for what the language cannot hold.
        """
        raise NotImplementedError

    def call(self, plan: Plan) -> str:
        """One compound command that hands the plan to the shell's runtime, `__ctx_apply`."""
        raise NotImplementedError

    def compiled(self, plan: Plan, version: str, home: str) -> str:
        """The text of a plan on disk: `call` behind `__ctx_guard VERSION HOME`."""
        raise NotImplementedError

    def script(self, transition: Transition) -> str:
        """One self-contained compound command for a shell without the hook. It fails as a whole or not at all."""
        raise NotImplementedError

    def failure(self, message: str) -> str:
        """A statement that makes the evaluation fail with status 1 and changes nothing."""
        raise NotImplementedError

    def words(self, plan: Plan) -> list[tuple[str, ...]]:
        """The arguments of `__ctx_apply`: the profile and its summary, then one quoted triple per op of head and steps."""
        first = (self.quote(plan.profile), self.quote(plan.summary))
        ops = (*plan.head, *plan.ops)
        return [first, *((op.kind, self.quote(op.name), self.quote(op.value)) for op in ops)]
