"""What a new profile is to be: from options, else asked at the terminal, else an error that names the option."""

from __future__ import annotations

from ctx.cli.choose import answer
from ctx.cli.invocation import Invocation, complain
from ctx.errors import RefusedError, UsageError
from ctx.secrets.values import is_text
from ctx.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[str], str]
    """What is wrong with an answer, as it is said of it, with the fix in a second line; "" for nothing."""


class Row:
    """One line of a list to choose from: `value` is what choosing it gives."""

    __slots__ = ("detail", "label", "value")

    def __init__(self, value: str, label: str = "", detail: str = "") -> None:
        self.value = value
        self.label = label or value
        self.detail = detail


class Answers:
    """The options of one run, and a person to ask where one is there (`asks`)."""

    def __init__(self, invocation: Invocation, options: dict[str, object]) -> None:
        self.invocation = invocation
        self.asks = invocation.is_terminal(0, 2)
        self._options = options
        self._taken: set[str] = set()

    def given(self, option: str) -> str | None:
        """What was given for an option. Raises UsageError for what is empty or no text."""
        self._taken.add(option)
        value = self._options.get(option)
        if value is None or value is False:
            return None
        text = str(value).strip()
        if not text:
            raise UsageError(f"{_dashed(option)} is empty", fix="leave it out, or give it a value")
        if not is_text(text):
            raise UsageError(f"{_dashed(option)} is not UTF-8", fix="profiles.toml can hold nothing else")
        return text

    def flag(self, option: str) -> bool:
        """Whether a flag was given."""
        self._taken.add(option)
        return bool(self._options.get(option))

    def left_over(self) -> list[str]:
        """Options that were given and that nothing asked for."""
        return [_dashed(name) for name, value in self._options.items() if value and name not in self._taken]

    def text(
        self, option: str, question: str, *, default: str = "", proposal: str = "", check: Check | None = None
    ) -> str:
        """An answer in words; Enter takes the default, or the proposal, which nobody gets without seeing it.

        Raises UsageError, RefusedError.
        """
        found = self.given(option)
        if found is not None:
            return _insist(option, found, check)
        if not self.asks:
            return default or self._missing(option, question)
        default = default or proposal
        while True:
            typed = self._line(f"{question}{f' [{visible(default)}]' if default else ''}: ") or default
            wrong = check(typed) if check and typed else ""
            if typed and not wrong:
                return typed
            complain(f"that {wrong}" if wrong else "this cannot be left out")

    def optional(self, option: str, question: str = "", *, check: Check | None = None) -> str:
        """As `text`, but there need be no answer; without a question nobody is asked."""
        found = self.given(option)
        if found is not None:
            return _insist(option, found, check)
        while self.asks and question:
            typed = self._line(f"{question} (Enter: none): ")
            wrong = check(typed) if check and typed else ""
            if not wrong:
                return typed
            complain(f"that {wrong}")
        return ""

    def choice(
        self,
        option: str,
        question: str,
        rows: list[Row],
        *,
        default: str = "",
        free: str = "",
        check: Check | None = None,
    ) -> str:
        """One of the rows by number or value; with `free`, which says what, any other answer too.

        Raises UsageError, RefusedError.
        """
        known = [row.value for row in rows]

        def wrong(value: str) -> str:
            if value in known:
                return ""
            if free:
                return check(value) if check else ""
            return f"is none of these: {', '.join(known)}"

        found = self.given(option)
        if found is not None:
            return _insist(option, found, wrong)
        if not self.asks:
            return default or self._missing(option, question, "" if free else ", ".join(known))
        width = max(len(visible(row.label)) for row in rows)
        lines = [f"{n:>4}  {visible(r.label):<{width}}  {visible(r.detail)}".rstrip() for n, r in enumerate(rows, 1)]
        shown = f" [{known.index(default) + 1 if default in known else visible(default)}]" if default else ""
        prompt = "\n".join((question, *lines, f"which one{f', or {free}' if free else ''}{shown}? "))
        while True:
            typed = self._line(prompt) or default
            if typed.isdecimal() and 1 <= int(typed) <= len(rows):
                return known[int(typed) - 1]
            complaint = wrong(typed)
            if typed and not complaint:
                return typed
            complain(f"that {complaint}" if typed else f"a number from 1 to {len(rows)}")
            prompt = prompt.rpartition("\n")[2]

    def _line(self, prompt: str) -> str:
        line = answer(prompt)
        if not line:
            raise RefusedError("nothing more was typed: nothing was written")
        if not is_text(line):
            complain("that was not UTF-8")
            return self._line(prompt)
        return line.strip()

    def _missing(self, option: str, question: str, known: str = "") -> str:
        subject = question.rstrip("?")
        raise UsageError(
            f"there is no terminal to ask at: {subject[:1].lower()}{subject[1:]}",
            fix=f"{_dashed(option)} says it{f': {known}' if known else ''}",
        )


def _insist(option: str, value: str, check: Check | None) -> str:
    wrong = check(value) if check else ""
    if wrong:
        what, _, fix = wrong.partition("\n")
        raise UsageError(f"{_dashed(option)} {what}", fix=fix.strip())
    return value


def _dashed(option: str) -> str:
    return f"--{option.replace('_', '-')}"
