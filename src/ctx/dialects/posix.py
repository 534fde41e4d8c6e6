"""bash, zsh and every other POSIX shell (dash, ksh, mksh, busybox ash).

Quoting is always `'…'`, never "bare where it looks safe": zsh expands a bare `=ls`.
"""

from __future__ import annotations

from ctx.dialects.base import Dialect
from ctx.errors import CtxError
from ctx.model import SET, UNSET, WATCH, ListEdit, Plan, Transition
from ctx.names import is_variable_name


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
        """A shell reads a few long words faster than a hundred triples: most steps are taken together."""
        unset = [op for op in plan.ops if op.kind == UNSET]
        others = [op for op in plan.ops if op.kind != UNSET]
        # A name that more than one step is about needs them in their order.
        last = {op.name: index for index, op in enumerate(others)}
        first = {op.name: index for index, op in reversed([*enumerate(others)])}
        joined = {name for name in last if last[name] == first[name] and is_variable_name(name)}
        together = [op for op in others if op.kind == SET and op.name in joined]
        alone = [op for op in others if op.kind != SET or op.name not in joined]
        lines = self.words(Plan(plan.profile, (), plan.summary, plain=plan.plain, head=plan.head))
        for kind, mark in ((UNSET, ""), ("watched", WATCH)):
            exact = [op.name for op in unset if op.value == mark and not op.name.endswith("*")]
            if exact:
                lines.append((kind, self.quote(" ".join(exact)), self._existing(exact)))
        lines.extend((UNSET, self.quote(op.name), self.quote("")) for op in unset if op.name.endswith("*"))
        if together:
            pairs = (self.quote(f"{op.name}={op.value}") for op in together)
            listed = self.quote(" ".join(op.name for op in together))
            lines.append(("export", listed, str(len(together)), *pairs))
        lines.extend((op.kind, self.quote(op.name), self.quote(op.value)) for op in alone)
        return "__ctx_apply " + " \\\n  ".join(" ".join(words) for words in lines)

    def _existing(self, names: list[str]) -> str:  # noqa: ARG002 - see Bash
        """A word that is empty if the shell has none of these variables; one that is not says nothing."""
        return self.quote("?")

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


class Bash(Posix):
    """bash, from 3.2 on."""

    name = "bash"
    suffix = "bash"

    def _existing(self, names: list[str]) -> str:
        """Expanded as the plan is read, which takes a third of the time of a loop over the names.

        Raises CtxError for what is no name, for it would be code.
        """
        for name in names:
            if not is_variable_name(name):
                raise CtxError(f"{name!r} cannot be the name of a variable")
        return f'"{"".join(f"${{{name}+x}}" for name in names)}"'


class Zsh(Posix):
    """zsh. Options such as CSH_JUNKIE_QUOTES change what a newline inside `'…'` means, so newlines stand outside."""

    name = "zsh"
    suffix = "zsh"

    def quote(self, value: str) -> str:
        r"""As POSIX, with every newline as `$'\n'` between quoted pieces (zshmisc, "Quoting")."""
        return super().quote(value).replace("\n", "'$'\\n''")
