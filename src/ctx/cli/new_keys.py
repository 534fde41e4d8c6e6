"""The credentials of a new profile: which secrets they are kept as, where their values come from, and how that is undone."""

from __future__ import annotations

from ctx import secrets
from ctx.cli import secret_values as values
from ctx.cli.invocation import complain
from ctx.cli.new_answers import Answers
from ctx.cli.new_draft import Draft, Key
from ctx.cli.secret_use import changed, checked_name, checked_store, keeper
from ctx.errors import CtxError, RefusedError, SecretError, UsageError, typed
from ctx.model import Secret
from ctx.secrets import index as records
from ctx.secrets.keeping import title, unknown
from ctx.signin_values import value_problem
from ctx.visible import visible

ATTEMPTS = 3
"""How often a person is asked for one value."""

SHOWN = 8
"""So many names of secrets are shown where one may be named."""

HELPERS_KEY = "ANTHROPIC_API_KEY"
"""What a helper's key must look like, which no variable gets."""


class Keys:
    """Finds names for the credentials of a draft, and puts their values into the store."""

    def __init__(self, answers: Answers, draft: Draft) -> None:
        self._answers = answers
        self._invocation = answers.invocation
        self._draft = draft
        self._named = [name.strip() for name in (answers.given("secret") or "").split(",") if name.strip()]
        self._from_env = [name.strip() for name in (answers.given("key_from_env") or "").split(",") if name.strip()]
        self._stdin = answers.flag("key_stdin")
        self._force = answers.flag("force")
        self._to = checked_store(answers.given("to"))
        self._entries = self._stored()
        self._put: list[str] = []
        if self._stdin and self._from_env:
            raise UsageError("the key comes from one place", fix="either --key-stdin or --key-from-env")

    @property
    def any_given(self) -> bool:
        """Whether an option says where a credential comes from."""
        return bool(self._named or self._from_env or self._stdin)

    def add(self, variable: str, suffix: str, what: str, why: str) -> None:
        """One more credential. `suffix` is the end of its secret's name; `why` its comment. Raises UsageError, SecretError."""
        at = len(self._draft.keys)
        given = self._from_env or self._stdin
        if self._named:
            if at >= len(self._named):
                raise UsageError(f"--secret names no secret for {what}", fix="name one for each, with commas between")
            name = checked_name(self._named[at])
            if given and self._is_kept(name):
                fix = f"leave --key-… out to use it; {typed('ctx', 'secret', 'set', name)} replaces it"
                raise UsageError(f"there is a secret {name} already", fix=fix)
            if not given and not self._is_kept(name):
                raise unknown(name, self._entries)
            self._draft.refer(Key(variable, name, what, kept=not given), why)
            return
        name = self._free(f"{self._draft.name[:50]}-{suffix}")
        kept = not given and bool(self._invocation.own.get(secrets.variable(name)))
        if not (given or kept) and self._answers.asks and self._entries:
            chosen = self._choose(what)
            name, kept = chosen or name, bool(chosen)
        self._draft.refer(Key(variable, name, what, kept=kept), why)

    def _choose(self, what: str) -> str:
        known = ", ".join(self._entries[:SHOWN]) + (", …" if len(self._entries) > SHOWN else "")
        complain(f"secrets that are kept already: {known}")

        def check(name: str) -> str:
            return "" if self._is_kept(name) else "is no secret that is kept"

        return self._answers.optional("", f"{what}: one of these, or Enter to type a new one", check=check)

    def _stored(self) -> tuple[str, ...]:
        return tuple(records.load(self._invocation.places(interactive=False)).entries)

    def _is_kept(self, name: str) -> bool:
        return name in self._entries or bool(self._invocation.own.get(secrets.variable(name)))

    def _free(self, base: str) -> str:
        taken = {*self._entries, *(key.secret for key in self._draft.keys)}
        names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    def read(self) -> dict[str, Secret]:
        """The values of all secrets that are not kept yet, each looked at. Raises UsageError, RefusedError, SecretError."""
        wanted = [key for key in self._draft.keys if not key.kept]
        if not wanted:
            if self._stdin or self._from_env:
                raise UsageError("this profile takes no key", fix="leave --key-stdin and --key-from-env out")
            return {}
        if self._stdin:
            found = self._lines(wanted)
        elif self._from_env:
            found = self._variables(wanted)
        elif self._answers.asks:
            return {key.secret: self._ask(key) for key in wanted}
        else:
            raise UsageError(
                f"there is no terminal to ask at: {wanted[0].what}",
                fix="--key-stdin, --key-from-env VARIABLE, or --secret NAME for one that is kept already",
            )
        for key in wanted:
            self._check(key, found[key.secret])
        return found

    def _lines(self, wanted: list[Key]) -> dict[str, Secret]:
        whole = values.from_stdin(self._invocation, wanted[0].secret)
        if len(wanted) == 1:
            return {wanted[0].secret: whole}
        lines = [line.removesuffix("\r") for line in whole.reveal().split("\n")]
        if len(lines) != len(wanted):
            what = f"standard input has {len(lines)} lines, and {len(wanted)} credentials are wanted"
            raise UsageError(what, fix=f"one line each: {', '.join(key.what for key in wanted)}")
        return {key.secret: Secret(line) for key, line in zip(wanted, lines, strict=True)}

    def _variables(self, wanted: list[Key]) -> dict[str, Secret]:
        if len(self._from_env) != len(wanted):
            what = f"--key-from-env names {len(self._from_env)} variables, and {len(wanted)} credentials are wanted"
            raise UsageError(what, fix=f"with commas between: {', '.join(key.what for key in wanted)}")
        for name in self._from_env:
            if not self._invocation.own.get(name):
                raise UsageError(
                    f"{visible(name)} is not set", fix="--key-from-env names a variable that holds the key"
                )
        pairs = zip(wanted, self._from_env, strict=True)
        return {key.secret: values.from_variable(self._invocation, name) for key, name in pairs}

    def _ask(self, key: Key) -> Secret:
        complain(f"{key.what}, which will be kept as the secret {key.secret}")
        for attempt in range(ATTEMPTS):
            try:
                secret = values.from_person(self._invocation, key.secret)
                self._check(key, secret)
            except (UsageError, RefusedError) as error:
                if attempt == ATTEMPTS - 1 or not error.fix:
                    raise
                complain(str(error))
            else:
                return secret
        raise RefusedError("no value was given: nothing was written")

    def _check(self, key: Key, secret: Secret) -> None:
        variable = key.variable or HELPERS_KEY
        values.check(key.secret, secret, (variable,), force=self._force)
        wrong = None if self._force else value_problem(variable, secret.reveal(), self._invocation.home, shape=False)
        if wrong is not None:
            raise UsageError(f"the value of {key.secret} {wrong.what}", fix=wrong.fix)

    def keep(self, found: dict[str, Secret]) -> None:
        """Put the values into the store. Raises SecretError."""
        where = keeper(self._invocation)
        for name, secret in found.items():
            if name in self._stored():
                raise SecretError(
                    f"another program kept a secret {name} just now: nothing was written", fix="try again"
                )
            self._put.append(name)
            kind = where.put(name, secret, self._to)
            self._invocation.say(f"{name} is in the {title(kind)}")
        if found:
            changed(self._invocation)

    def undo(self) -> None:
        """Take what was kept out again, because the profile was not written. What cannot be taken out is said."""
        where = keeper(self._invocation)
        for name in self._put:
            try:
                if where.drop(name):
                    complain(f"{name} was taken out of the store again")
            except CtxError as error:
                complain(
                    f"{name} may have stayed in the store: {error.what}\n  {typed('ctx', 'secret', 'remove', name)}"
                )
