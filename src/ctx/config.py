"""`profiles.toml` to the model. Strict: the whole file loads, or one error says what, where and what next."""

from __future__ import annotations

import os

from ctx import names, plain_toml, schema, signin
from ctx.config_values import FloatText, Table, check_entry, kind, parse_value
from ctx.errors import ConfigError, UnknownProfileError, typed
from ctx.files import PROFILES, Source, read_config
from ctx.model import Binding, Config, Origin, PathList, Profile, Unset

FEW = 8
"""So many profiles an error names; of more it says where they are listed."""


def load(directory: str) -> tuple[Config, Source]:
    """Read and check `profiles.toml` in `directory`.

    Raises ConfigError.
    """
    path = os.path.join(directory, PROFILES)
    try:
        source = read_config(path)
    except FileNotFoundError:
        raise ConfigError(
            "there are no profiles yet",
            where=path,
            fix="ctx new NAME makes the first; ctx example shows one for each way to sign in",
        ) from None
    return parse(source.text, path), source


def parse(text: str, path: str) -> Config:
    """Check the text of a `profiles.toml`; `path` is what errors and origins name.

    Raises ConfigError.
    """
    return Loader(path).config(parse_toml(text, path))


def parse_toml(text: str, path: str) -> Table:
    """The tables of a TOML file, floats as their text.

    Raises ConfigError with line and column.
    """
    quick = plain_toml.loads(text, FloatText)
    if quick is not None:
        return quick
    import tomllib  # takes longer to load than everything else here together

    try:
        return tomllib.loads(text, parse_float=FloatText)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), path) from None


def _syntax_error(message: str, path: str) -> ConfigError:
    """Move "(at line 3, column 5)", which tomllib puts behind its sentence, to where editors look for it."""
    sentence, _, place = message.rpartition(" (at ")
    sentence = sentence or message
    digits = "".join(char if char.isdigit() else " " for char in place).split()
    line, where = (
        (digits[0], f"{path}:{digits[0]}:{digits[1]}") if len(digits) == 2 else ("999999", f"{path}: at its end")
    )
    return ConfigError(
        f"is not valid TOML: {sentence[0].lower()}{sentence[1:]}",
        where=where,
        fix=f"${{EDITOR:-vi}} +{line} {typed(path)}",
    )


def nearest(word: str, known: object) -> tuple[str, ...]:
    """The known words that `word` may have meant, best first."""
    import difflib

    words = [str(name) for name in known]  # type: ignore[attr-defined]
    return tuple(difflib.get_close_matches(word, words, n=3, cutoff=0.5))


class Loader:
    """Walks the tables of one file; every method raises ConfigError naming file, table and key."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.result = Config(path)

    def config(self, data: Table) -> Config:
        self._known(data, schema.FILE_FIELDS, "")
        for name, table in self._table(data.get("profiles", {}), "profiles", "").items():
            self._profile(name, table)
        for name, members in self._table(data.get("groups", {}), "groups", "").items():
            self._group(name, members)
        self._extends()
        if "default" in data:
            self.result.default = self._default(data["default"])
        self._directories(data.get("directories", []))
        return self.result

    def _error(self, what: str, table: str, key: str, fix: str = "") -> ConfigError:
        place = f"[{table}] {key}".strip() if table else key
        return ConfigError(what, where=f"{self.path}: {place}" if place else self.path, fix=fix)

    def _known(self, table: Table, fields: dict[str, schema.Field], where: str) -> None:
        for key in table:
            if key not in fields:
                close = nearest(key, fields)
                fix = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(fields)}"
                raise self._error("is not a key that ctx knows here", where, key, fix)

    def _table(self, value: object, key: str, where: str) -> Table:
        if not isinstance(value, dict):
            raise self._error(f"must be a table, not {kind(value)}", where, key)
        return value

    def _text(self, value: object, where: str, key: str) -> str:
        if isinstance(value, str) and not isinstance(value, FloatText):
            return value
        raise self._error(f"must be a string, not {kind(value)}", where, key, f'{key} = "…"')

    def _texts(self, value: object, where: str, key: str, *, single: bool) -> tuple[str, ...]:
        if isinstance(value, list):
            return tuple(self._text(item, where, key) for item in value)
        if single:
            return (self._text(value, where, key),)
        raise self._error(f"must be a list of strings, not {kind(value)}", where, key, f'{key} = ["…"]')

    def _profile_name(self, name: str, where: str, key: str) -> str:
        if names.is_profile_name(name):
            return name
        raise self._error(
            f"{name!r} cannot be a name",
            where,
            key,
            "names begin with a letter or digit, then letters, digits, . _ - (64 at most)",
        )

    def _profile(self, name: str, content: object) -> None:
        where = f"profiles.{self._profile_name(name, 'profiles', name)}"
        table = self._table(content, name, "profiles")
        self._known(table, schema.PROFILE_FIELDS, where)
        profile = Profile(name, Origin(self.path, "profiles", name))
        for key in ("description", "payer", "login"):
            if key in table:
                setattr(profile, key, self._text(table[key], where, key))
        if "protect" in table:
            if not isinstance(table["protect"], bool):
                raise self._error(f"must be true or false, not {kind(table['protect'])}", where, "protect")
            profile.protect = table["protect"]
        profile.auth = self._choice(table, "auth", where, tuple(signin.METHODS)) or None
        profile.color = self._choice(table, "color", where, schema.COLORS)
        profile.extends = self._texts(table.get("extends", []), where, "extends", single=True)
        profile.aliases = self._texts(table.get("aliases", []), where, "aliases", single=True)
        self._variables(profile, table, where)
        self._claim(profile)

    def _choice(self, table: Table, key: str, where: str, choices: tuple[str, ...]) -> str:
        if key not in table:
            return ""
        value = self._text(table[key], where, key)
        if value in choices:
            return value
        close = nearest(value, choices)
        fix = f"did you mean {close[0]!r}?" if close else f"one of: {', '.join(choices)}"
        raise self._error(f"{value!r} is not known", where, key, fix)

    def _claim(self, profile: Profile) -> None:
        """Enter the profile's name and aliases, each of which may stand for one profile only."""
        for name in (profile.name, *profile.aliases):
            self._profile_name(name, f"profiles.{profile.name}", "aliases")
            owner = self.result.aliases.get(name)
            if owner is not None and owner != profile.name:
                key = "" if name == profile.name else "aliases"
                raise self._error(f"{name!r} is already a name of [profiles.{owner}]", f"profiles.{profile.name}", key)
            self.result.aliases[name] = profile.name
        self.result.profiles[profile.name] = profile

    def _variables(self, profile: Profile, table: Table, where: str) -> None:
        for name in self._texts(table.get("unset", []), where, "unset", single=False):
            self._variable_name(name, where, "unset")
            profile.env[name] = Unset(Origin(self.path, where, "unset"))
        env = f"{where}.env" if where else "env"
        for name, content in self._table(table.get("env", {}), "env", where).items():
            self._variable_name(name, env, name)
            if isinstance(profile.env.get(name), Unset):
                raise self._error("is also in unset", env, name, "keep one of the two")
            profile.env[name] = parse_value(content, Origin(self.path, env, name))
        path = f"{where}.path" if where else "path"
        for name, lists in self._table(table.get("path", {}), "path", where).items():
            profile.path[name] = self._lists(name, lists, path)

    def _variable_name(self, name: str, where: str, key: str) -> None:
        if not (names.is_variable_name(name) or (os.name == "nt" and names.is_windows_variable_name(name))):
            raise self._error(
                f"{name!r} cannot be a variable's name", where, key, "letters, digits and _, not beginning with a digit"
            )
        reason = names.protected(name)
        if reason:
            raise self._error(f"{name} cannot be changed by a profile: {reason}", where, key)

    def _lists(self, variable: str, content: object, where: str) -> PathList:
        self._variable_name(variable, where, variable)
        table = self._table(content, variable, where)
        self._known(table, schema.LIST_FIELDS, f"{where}.{variable}")
        found: dict[str, tuple[str, ...]] = {}
        for key in schema.LIST_FIELDS:
            found[key] = self._texts(table.get(key, []), f"{where}.{variable}", key, single=True)
            for entry in found[key]:
                check_entry(entry, Origin(self.path, f"{where}.{variable}", key))
        return PathList(Origin(self.path, where, variable), found["prepend"], found["append"])

    def _group(self, name: str, content: object) -> None:
        self._profile_name(name, "groups", name)
        if name == "claude":
            raise self._error("is built in", "groups", name, "choose another name")
        members = self._texts(content, "groups", name, single=False)
        for member in members:
            if not names.is_pattern(member):
                self._variable_name(member, "groups", name)
        self.result.groups[name] = members

    def _extends(self) -> None:
        for profile in self.result.profiles.values():
            resolved = tuple(
                self._reference(parent, f"profiles.{profile.name}", "extends") for parent in profile.extends
            )
            profile.extends = resolved
        for profile in self.result.profiles.values():
            self._no_cycle(profile.name, ())

    def _no_cycle(self, name: str, above: tuple[str, ...]) -> None:
        if name in above:
            loop = (*above[above.index(name) :], name)
            places = " and ".join(f"[profiles.{member}]" for member in dict.fromkeys(loop))
            raise self._error(
                f"{' -> '.join(loop)} is a cycle", f"profiles.{above[-1]}", "extends", f"look at {places}"
            )
        for parent in self.result.profiles[name].extends:
            self._no_cycle(parent, (*above, name))

    def _reference(self, value: object, where: str, key: str) -> str:
        name = self._text(value, where, key)
        if name in self.result.aliases:
            return self.result.aliases[name]
        close = nearest(name, self.result.aliases)
        fix = f"did you mean {close[0]!r}?" if close else f"there is no [profiles.{name}] in this file"
        raise self._error(f"profile {name!r} does not exist", where, key, fix)

    def _default(self, value: object) -> str:
        name = self._reference(value, "", "default")
        if self._protect(name):
            raise self._error(
                f"{name!r} is protected, and a shell that starts cannot ask",
                "",
                "default",
                f"name another profile, or write protect = false in [profiles.{name}]",
            )
        return name

    def _protect(self, name: str) -> bool | None:
        """What the profile says of `protect`, else the last of those it extends that says anything."""
        profile = self.result.profiles[name]
        found = profile.protect
        for parent in reversed(profile.extends):
            found = self._protect(parent) if found is None else found
        return found

    def _directories(self, content: object) -> None:
        if not isinstance(content, list):
            raise self._error(f"must be an array of tables, not {kind(content)}", "", "directories", "[[directories]]")
        bindings: list[Binding] = []
        seen: dict[str, Binding] = {}
        for entry in content:
            table = self._table(entry, "directories", "")
            self._known(table, schema.DIRECTORY_FIELDS, "[directories]")
            for key in schema.DIRECTORY_FIELDS:
                if key not in table:
                    raise self._error(f"needs {key}", "[directories]", key)
            path = self._text(table["path"], "[directories]", "path")
            if not (path.startswith("~/") or path == "~" or os.path.isabs(path)):
                raise self._error(f"{path!r} is neither absolute nor begins with ~/", "[directories]", "path")
            profile = self._reference(table["profile"], "[directories]", "profile")
            bindings.append(Binding(Origin(self.path, "[directories]", path), path, profile))
            other = seen.setdefault(os.path.normpath(path), bindings[-1])
            if other is not bindings[-1]:
                raise self._error(
                    f"{path!r} and {other.path!r} are one directory, bound to {profile} and to {other.profile}",
                    "[directories]",
                    "path",
                    "keep one of the two entries",
                )
        self.result.directories = tuple(bindings)


def find(config: Config, name: str) -> Profile:
    """The profile that answers to `name`, by its name or an alias.

    Raises UnknownProfileError with the near matches.
    """
    if name in config.aliases:
        return config.profiles[config.aliases[name]]
    close = nearest(name, config.aliases)
    few = f"profiles: {', '.join(config.profiles) or 'none'}"
    fix = few if len(config.profiles) <= FEW else f"ctx list shows all {len(config.profiles)} profiles"
    if close:
        fix = f"did you mean {' or '.join(close)}?"
    raise UnknownProfileError(f"there is no profile {name!r}", where=config.file, fix=fix)
