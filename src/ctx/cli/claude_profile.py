"""A profile as Claude Code would meet it, without reading a single secret; and which profile is due in a directory."""

from __future__ import annotations

from ctx import names, trust
from ctx.cli.automatic import NotTrustedError, Profiles, covering
from ctx.cli.invocation import Invocation
from ctx.discover import Found, only_profile, working_directory
from ctx.errors import UnknownProfileError
from ctx.families import check_project, clears, concerned
from ctx.model import Config, Environment, Literal, Profile, Secret, Unset, Variable
from ctx.resolve import builtin, check_method, merged, method_of
from ctx.state import BY_DEFAULT, BY_DIRECTORY, BY_HAND, NO_PROFILE
from ctx.trust_store import ALLOWED
from ctx.values import Surroundings, expanded

UNREAD = Secret("")
"""What stands for a value that has to be fetched from a store, a program or a file."""


class Choice:
    """A profile that is due: `whole` is it with everything it extends, None for none; `by` who chose, "" for nobody.

    `found` is the binding that covers the directory, where one was looked for.
    """

    __slots__ = ("by", "found", "whole")

    def __init__(self, by: str, whole: Profile | None, found: Found | None = None) -> None:
        self.by = by
        self.whole = whole
        self.found = found


def sketch(config: Config, whole: Profile, around: Surroundings) -> Environment:
    """The environment of a merged profile with UNREAD for what is not written out.

    What is for `ctx exec` only is in it too. Raises ConfigError where activation would.
    """
    check_method(whole, around)
    environment = Environment(whole, method_of(whole))
    environment.families = concerned(config, whole, environment.auth)
    for key, value in whole.env.items():
        text: str | Secret | None = UNREAD
        if isinstance(value, Literal):
            text = expanded(value, around)
        elif isinstance(value, Unset):
            text = None
        environment.variables[key] = Variable(key, text, value.origin, plain=isinstance(value, (Literal, Unset)))
    environment.variables.update(builtin(whole, around))
    environment.clears = clears(environment.families, environment.variables)
    return environment


def over(own: dict[str, str], environment: Environment) -> dict[str, str | None]:
    """The user's own environment with a sketch carried out; None for a value that is not read."""
    result: dict[str, str | None] = {
        name: text
        for name, text in own.items()
        if name not in environment.clears
        and not any(pattern.endswith("*") and names.matches(pattern, name) for pattern in environment.clears)
    }
    for name, variable in environment.variables.items():
        if variable.value is None:
            result.pop(name, None)
        else:
            result[name] = None if isinstance(variable.value, Secret) else variable.value
    return result


def by_name(config: Config, name: str) -> Profile:
    """The merged profile that answers to `name`.

    Raises UnknownProfileError.
    """
    from ctx.config import find

    return merged(config, find(config, name))


def due(invocation: Invocation, profiles: Profiles) -> Choice:
    """What `--auto` means: the shell's manual choice if there is one, else the directory's, else the default.

    Raises what entering the directory would be refused for.
    """
    if invocation.manual == NO_PROFILE:
        return Choice(BY_HAND, None)
    config, _ = profiles.load()
    if invocation.manual:
        return Choice(BY_HAND, by_name(config, invocation.manual))
    return of_directory(invocation, profiles, config)


def of_directory(invocation: Invocation, profiles: Profiles, config: Config) -> Choice:
    """What entering the working directory would activate.

    Raises as `due` does.
    """
    index = profiles.index()
    found = covering(invocation, index, working_directory(invocation.environ))
    name, by = (found.profile, BY_DIRECTORY) if found.profile else (index.default, BY_DEFAULT)
    if found.file:
        return Choice(BY_DIRECTORY, of_project(invocation, profiles, config, found.file), found)
    if not name:
        return Choice("", None, found)
    profiles.check(config, name, asked_for=False, place="")
    return Choice(by, by_name(config, name), found)


def of_project(invocation: Invocation, profiles: Profiles, config: Config, path: str) -> Profile:
    """The merged profile of a project's approved file.

    Raises NotTrustedError, and what loading it would.
    """
    try:
        file = trust.read(path)
    except FileNotFoundError:
        raise UnknownProfileError("is gone", where=path, fix="ctx reload") from None
    if trust.verdict(invocation.data, file).state != ALLOWED:
        raise NotTrustedError(f"{path} is not trusted", fix="ctx allow shows what it sets")
    name = only_profile(file.data)
    if name:
        profiles.check(config, name, asked_for=False, place=path)
        return by_name(config, name)
    from ctx.project import parse

    project = parse(file.text(), file.real)
    base = None
    if project.profile:
        profiles.check(config, project.profile, asked_for=False, place=path)
        base = by_name(config, project.profile)
        project.content.extends = (base.name,)
    check_project(config, base, project.content, method_of(base) if base else None)
    whole = merged(config, project.content)
    if base is not None:
        whole.name, whole.origin, whole.description = base.name, base.origin, base.description
    return whole
