"""Shells started from shells: panes, nested ones, editors' terminals."""

from __future__ import annotations

from pathlib import Path

from tests.shells.contract.directories import ACME, OTHER
from tests.shells.contract.session import PROFILES, Interactive, Session, said
from tests.support.home import PROGRAM, Home
from tests.support.pty import PROMPT, Terminal
from tests.support.shells import clean_command


class InheritedContract(Interactive):
    """What a new shell makes of a profile it was given. Its start-up file exports WHO over the profile each time."""

    def given(self, home: Home, *lines: str, at: Path | None = None) -> dict[str, str]:
        """The environment of a child of a shell that did these things in this directory."""
        with self.started(home, at=at) as session:
            session.do(*lines)
            return {name: value for name, value in session.look().env.items() if name not in {"PWD", "OLDPWD"}}

    def test_a_pane_in_another_directory_keeps_nothing_of_a_directory(self, user: Home) -> None:
        """tmux gives every pane the environment of the shell it was started from."""
        keyed, other = user.project('profile = "keyed"\n', "keyed"), user.project(OTHER, "other")
        environ = self.given(user, at=keyed)
        with self.session(user, environ=environ) as session:
            session.terminal.expect()
            assert session.active() is None
            assert session.look().env.keys().isdisjoint({"CTX_STATUS", "CTX_PROFILE", "__CTX_SET", "__CTX_BY"})
        with self.started(user, at=other, environ=environ) as session:
            assert session.active() == "other"
            session.enter(user.path)
            assert session.active() is None

    def test_a_pane_in_the_same_directory_has_the_profile_whatever_its_start_up_files_say(self, user: Home) -> None:
        folder = user.project(ACME)
        (folder / "src").mkdir()
        environ = self.given(user, at=folder)
        with self.started(user, at=folder / "src", environ=environ) as session:
            assert session.active() == "acme"
            assert session.look().env["PATH"].split(":").count("/acme/bin") == 1
            session.enter(user.path)
            assert session.active() is None

    def test_manual_choice_and_pin_are_inherited(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user, at=folder, environ=self.given(user, "ctx use max")) as session:
            assert session.active() == "acme"
            session.enter(user.path)
            assert session.active() == "max"
        with self.started(user, environ=self.given(user, "ctx use max")) as session:
            assert session.active() == "max"
            session.enter(folder)
            assert session.active() == "acme"
        with self.started(user, at=folder, environ=self.given(user, "ctx use max --pin")) as session:
            assert session.active() == "max"
            session.enter(user.path)
            assert session.active() == "max"
        with self.started(user, environ=self.given(user, "ctx off")) as session:
            session.enter(folder)
            session.enter(user.path)
            assert session.active() is None
            assert session.values("__CTX_MANUAL") == ["-"]

    def test_a_manual_choice_inside_a_directory(self, user: Home) -> None:
        """The new shell is in the same binding: nothing was entered, so the choice stays; and the start-up file loses."""
        folder = user.project(ACME)
        environ = self.given(user, "ctx use max", at=folder)
        with self.started(user, at=folder, environ=environ) as session:
            assert session.active() == "max"
            session.enter(user.path)
            assert session.active() == "max"
            session.enter(folder)
            assert session.active() == "acme"

    def test_replaced_by_another_of_its_kind(self, user: Home) -> None:
        """`exec zsh` after an edit of the start-up file: direnv loads nothing then."""
        folder = user.project(ACME)
        with self.started(user, at=folder) as session:
            new = self.inside(session, self.export("WHO", "rc"), replace=True)
            assert new.active() == "acme"
            new.enter(user.path)
            assert new.values("WHO", "CTX_PROFILE") == ["rc", None]

    def test_nested(self, user: Home) -> None:
        folder, other = user.project(ACME), user.project(OTHER, "other")
        with self.started(user, at=folder) as session:
            inner = self.inside(session)
            assert inner.active() == "acme"
            inner.enter(other)
            assert inner.active() == "other"
            innermost = self.inside(inner)
            assert innermost.active() == "other"
            innermost.enter(user.path)
            assert innermost.active() is None
            innermost.type_line("exit")
            assert inner.active() == "other"
            inner.type_line("exit")
            assert session.active() == "acme"

    def test_one_shell_into_another(self, user: Home) -> None:
        parent = another(self)
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings(PROFILES, {bound: "other"})
        with parent.session(user, at=folder) as session:
            session.terminal.expect()
            assert session.active() == "acme"
            child = self.inside(session)
            assert child.active() == "acme"
            assert child.prompt() == ""
            child.enter(bound)
            assert child.active() == "other"
            child.enter(user.path)
            assert child.active() is None
            child.type_line("exit")
            assert session.active() == "acme"

    def test_an_editors_terminal(self, user: Home) -> None:
        """Started from a shell in one directory, it opens shells in others, with what it was given long ago."""
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings(PROFILES, {bound: "acme"}, age=20)
        environ = self.given(user, at=bound)
        user.bindings(PROFILES.replace("[profiles.acme", "[profiles.gone"), {bound: "other"}, age=10)
        for there, expected in ((user.path, None), (bound, "other"), (folder, None)):
            with self.started(user, at=there, environ=environ) as session:
                assert session.active() == expected
                assert session.prompt() == ""
                assert session.values("CTX_STATUS") == [
                    {user.path: None, bound: "active", folder: "error"}[there],
                ]

    def test_an_untrusted_directory(self, user: Home) -> None:
        folder = user.project('profile = "keyed"\n')
        environ = self.given(user, at=folder)
        user.ctx("deny", str(folder))
        with self.started(user, at=folder, environ=environ) as session:
            assert session.active() is None

    def test_the_shell_of_ctx_shell_is_pinned(self, user: Home) -> None:
        folder = user.project(ACME)
        rc = self.user_rc(user)
        rc.parent.mkdir(parents=True, exist_ok=True)
        lines = self.new_lines(user)
        let = self.syntax.let.format(name="T", value=self.quote(str(lines)))
        rc.write_text("\n".join((self.prompt(PROMPT), let, self.export("WHO", "mine"), "")))
        environ = user.environ(SHELL=clean_command(self.shell)[0], MY_TOKEN="")
        with Terminal([*PROGRAM, "shell", "max"], environ, str(folder)) as terminal:
            session = Session(self, user, terminal, lines)
            terminal.expect()
            for there in (user.path, folder):
                assert session.values("WHO", "CTX_PROFILE", "__CTX_PIN") == ["max", "max", "1"]
                assert said(session.enter(there)) == []
            session.do("ctx auto")
            assert session.values("WHO", "CTX_PROFILE", "__CTX_PIN") == ["acme", "acme", None]

    def test_what_a_parent_claims_about_directories_is_only_data(self, user: Home) -> None:
        folder = user.project(ACME)
        environ = self.given(user, "ctx use max")
        claims = (
            {"CTX_PROFILE": "$(touch ran)"},
            {"__CTX_BY": "a[$(touch ran)0]", "__CTX_PREVIOUS": "`touch ran`", "CTX_STATUS": "$(touch ran)"},
            {"__CTX_BINDING": "$(touch ran)/\n`touch ran`", "CTX_PROMPT": "$(touch ran)`touch ran`%F{red}"},
            {"__CTX_MANUAL": "../../evil", "__CTX_PIN": "a[$(touch ran)0]"},
        )
        for claim in claims:
            with self.session(user, environ=environ | claim) as session:
                assert all(line.startswith("ctx: max · ") for line in said(session.terminal.expect())), claim
                session.enter(folder)
                assert session.active() == "acme", claim
                session.enter(user.path)
                assert session.prompt() == "", claim

    def test_whatever_a_parent_claims(self, user: Home) -> None:
        """Variables of the hook's own, and of its bookkeeping, set to anything."""
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings(PROFILES, {bound: "other"})
        with self.started(user) as session:
            for there in (folder, bound, user.path):
                session.enter(there)
        evil = f"$(touch ran)`touch ran`;touch ran;a[$(touch ran)0] {user.base}/evil"
        names = "manual pin by binding place at file real mode content absent present tree stamp default refusal told"
        names += " applied state loaded fresh again flags index mark source text watch style"
        claims = {f"__ctx_{name}": evil for name in names.split()}
        claims |= {f"__CTX_{name}": evil for name in "MANUAL BY BINDING PIN SET LISTS PREVIOUS LIST_PATH".split()}
        claims |= {"CTX_STATUS": evil, "CTX_PROMPT": evil, "CTX_PROFILE": "max"}
        with self.session(user, environ=user.environ(**claims)) as session:
            assert said(session.terminal.expect()) in ([], ["ctx: max · 1 set, 0 cleared"])
            session.do("ctx auto")
            for _ in range(2):
                for there, expected in ((folder, "acme"), (bound, "other"), (user.path, None)):
                    session.enter(there)
                    assert session.active() == expected
                    assert session.prompt() == ""
            env = session.look().env
            assert [name for name, value in env.items() if evil in value and not name.startswith("__ctx_")] == []


def another(contract: Interactive) -> Interactive:
    """The contract of another kind of shell."""
    if contract.shell == "bash":
        from tests.shells.test_zsh import TestZsh as Other
    else:
        from tests.shells.test_bash import TestBash as Other  # type: ignore[assignment]
    return Other()
