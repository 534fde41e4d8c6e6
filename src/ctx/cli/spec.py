"""What a command takes, as data: the quick parser of the hook path and click's commands are built from it."""

from __future__ import annotations

ARGUMENT = "argument"
OPTIONAL = "optional argument"
REST = "rest"
MANY = "one or more arguments"
ANY = "any number of arguments"
FLAG = "flag"
OPTION = "option"


class Param:
    """One argument or option. `name` is the keyword that the command's `run` gets."""

    __slots__ = ("help", "kind", "name", "short")

    def __init__(self, kind: str, name: str, help: str = "", short: str = "") -> None:  # noqa: A002 - click's word
        self.kind = kind
        self.name = name
        self.help = help
        self.short = short

    @property
    def option(self) -> str:
        """How an option is typed: `--name`, with dashes."""
        return f"--{self.name.replace('_', '-')}"


SHELL = Param(OPTION, "shell", "Write for this shell instead of the one that runs ctx.")
JSON = Param(FLAG, "json", "Print JSON.")
YES = Param(FLAG, "yes", "Do not ask.", short="y")
AUTO = Param(FLAG, "auto", "The profile that is due here: manual choice, else the directory's, else the default.")
PIN = Param(FLAG, "pin", "Ignore directories in this shell until ctx auto.")
PROFILE = Param(ARGUMENT, "name", "A profile's name or alias.")


def quick_parse(params: tuple[Param, ...], words: list[str]) -> dict[str, object] | None:
    """Keywords for `run`, or None where only click can say what is meant (help, errors, abbreviations).

    A property test holds it against click's own answer.
    """
    defaults = {REST: (), FLAG: False}
    values: dict[str, object] = {param.name: defaults.get(param.kind) for param in params}
    slots = [p for p in params if p.kind in (ARGUMENT, OPTIONAL)]
    rest = next((p for p in params if p.kind == REST), None)
    options = {p.option: p for p in params if p.kind in (FLAG, OPTION)}
    options.update({f"-{p.short}": p for p in params if p.short})
    index, literal = 0, False
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--" and not literal:
            literal = True
        elif word.startswith("-") and word != "-" and not literal:
            option = options.get(word)
            if option is None:
                return None
            if option.kind == FLAG:
                values[option.name] = True
            elif index < len(words):
                values[option.name] = words[index]
                index += 1
            else:
                return None
        elif slots:
            values[slots.pop(0).name] = word
            if not slots and rest is not None:
                values[rest.name] = tuple(words[index:])
                return values
        else:
            return None
    return None if any(slot.kind == ARGUMENT for slot in slots) else values
