"""The two expansions of a literal: a leading `~/` and `${NAME}`. Nothing else is special; `$${` is a literal `${`."""

from __future__ import annotations

from ctx.names import is_variable_name


def references(text: str) -> tuple[str, ...]:
    """Names that `text` refers to with `${NAME}`, in order.

    Raises ValueError, with a sentence, for a `${` that is not closed or does not hold a variable name.
    """
    return tuple(name for name, _ in _pieces(text) if name)


def expand(text: str, home: str, environ: dict[str, str]) -> str:
    """`text` with `~/` and every `${NAME}` replaced, each once: what is put in is not looked at again.

    Raises KeyError with the name of a variable that does not exist, ValueError as `references` does.
    """
    if "$" not in text:
        return f"{home}/{text[2:]}" if text.startswith("~/") else text
    pieces = [environ[name] if name else literal for name, literal in _pieces(text)]
    joined = "".join(pieces)
    return f"{home}/{joined[2:]}" if text.startswith("~/") else joined


def _pieces(text: str) -> list[tuple[str, str]]:
    """Alternating literals and references: ("", literal) or (name, "")."""
    pieces: list[tuple[str, str]] = []
    rest = text
    while rest:
        before, found, rest = rest.partition("${")
        if found and before.endswith("$"):
            pieces.append(("", before[:-1] + "${"))
            continue
        pieces.append(("", before))
        if not found:
            break
        name, closed, rest = rest.partition("}")
        if not closed:
            raise ValueError(f"'${{{name}' is not closed; a literal ${{ is written $${{")
        if not is_variable_name(name):
            raise ValueError(f"'${{{name}}}' does not hold a variable's name; a literal ${{ is written $${{")
        pieces.append((name, ""))
    return pieces
