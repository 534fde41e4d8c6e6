"""bash, zsh and every other POSIX shell (dash, ksh, mksh, busybox ash).

Quoting is always `'…'`, never "bare where it looks safe": zsh expands a bare `=ls`.
"""

from __future__ import annotations

from ctx.dialects.base import Dialect
from ctx.errors import CtxError
from ctx.model import UNSET, ListEdit, Op, Plan, Transition


class Posix(Dialect):
    """Plain POSIX sh: nothing beyond the standard's own grammar."""

    name = "sh"
    suffix = "sh"

    def quote(self, value: str) -> str:
        r"""`'…'` in which a single quote is written `'\''` (POSIX, Shell Command Language, 2.2.2)."""
        if "\0" in value:
            raise CtxError("a value holds a NUL character, which no environment can carry")
        return "'" + value.replace("'", "'\\''") + "'"

    def call(self, plan: Plan) -> str:
        return "{\n" + self._apply(plan) + "\n}\n"

    def compiled(self, plan: Plan, version: str, home: str) -> str:
        return f"{{\n__ctx_guard {self.quote(version)} {self.quote(home)} &&\n{self._apply(plan)}\n}}\n"

    def _apply(self, plan: Plan) -> str:
        return "__ctx_apply " + " \\\n  ".join(" ".join(words) for words in self.words(_joined(plan)))

    def statements(self, transition: Transition) -> list[str]:
        """Plain statements, one for each change, for a file that a shell reads."""
        steps = [f"unset -v {' '.join(transition.unset)}"] if transition.unset else []
        steps.extend(f"export {name}={self.quote(value)}" for name, value in transition.assign)
        steps.extend(self._edit(edit) for edit in transition.lists)
        return steps

    def script(self, transition: Transition) -> str:
        steps = self.statements(transition)
        if not steps:
            return "{ :; }\n"
        back = f"unset -v {' '.join(transition.undo)}; " if transition.undo else ""
        # The probe has a subshell of its own, so that a readonly name ends neither the script (dash) nor half of the
        # change; nor may it reach the way back, which would trip over the same name.
        probe = f"( unset -v {' '.join(transition.probe)} ) && {{\n"
        return f"{{\n{probe}" + " &&\n".join(steps) + f" ||\n{{ {back}false; }}\n}}\n}}\n"

    def _edit(self, edit: ListEdit) -> str:
        # "${PATH:+…}" leaves no empty entry, which would mean the working directory.
        front = self.quote(":".join(edit.prepend)) if edit.prepend else ""
        back = self.quote(":".join(edit.append)) if edit.append else ""
        glue_front = f"${{{edit.name}:+:}}" if front else ""
        glue_back = ":" if edit.prepend else f"${{{edit.name}:+:}}"
        middle = f'"{glue_front}${{{edit.name}-}}{glue_back if back else ""}"'
        return f"export {edit.name}={front}{middle}{back}"

    def failure(self, message: str) -> str:  # noqa: ARG002 - said on stderr already
        return "false\n"


def _joined(plan: Plan) -> Plan:
    """The plan with all names that it takes away in one step: a shell reads one long word faster than fifty triples."""
    exact = [op.name for op in plan.ops if op.kind == UNSET and not op.name.endswith("*")]
    others = [op for op in plan.ops if op.kind != UNSET or op.name.endswith("*")]
    steps = [Op(UNSET, " ".join(exact)), *others] if exact else others
    return Plan(plan.profile, tuple(steps), plan.summary, plain=plan.plain, head=plan.head)


class Bash(Posix):
    """bash, from 3.2 on."""

    name = "bash"
    suffix = "bash"


class Zsh(Posix):
    """zsh. Options such as CSH_JUNKIE_QUOTES change what a newline inside `'…'` means, so newlines stand outside."""

    name = "zsh"
    suffix = "zsh"

    def quote(self, value: str) -> str:
        r"""As POSIX, with every newline as `$'\n'` between quoted pieces (zshmisc, "Quoting")."""
        return super().quote(value).replace("\n", "'$'\\n''")
