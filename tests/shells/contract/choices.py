"""The last event wins: what a person chooses, and what directories choose."""

from __future__ import annotations

from tests.shells.contract.directories import ACME, OTHER
from tests.shells.contract.language import alone
from tests.shells.contract.session import PROFILES, Interactive, said
from tests.support.home import FILE, Home


class ChoiceContract(Interactive):
    """`use`, `off`, `use -`, `auto`, `--pin` and `reload` between directories."""

    def test_a_manual_choice_comes_back(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user) as session:
            session.do("ctx use max")
            session.enter(folder)
            assert session.active() == "acme"
            assert session.values("__CTX_MANUAL", "__CTX_BY") == ["max", "directory"]
            (line,) = said(session.enter(user.path))
            assert line.startswith("ctx: max · ")
            assert session.active() == "max"
            assert session.values("__CTX_MANUAL", "__CTX_BY") == ["max", "manual"]
            assert session.enter(user.path.parent) == ""

    def test_use_inside_a_directory_lasts_until_the_next_one(self, user: Home) -> None:
        outer, inner = user.project(ACME, "outer"), user.project(OTHER, "outer/inner")
        with self.started(user) as session:
            session.enter(outer)
            session.do("ctx use max")
            assert session.prompt() == ""
            assert session.enter(outer / "..") == session.prompt() == ""
            assert session.active() == "max"
            session.enter(outer)
            assert session.active() == "acme"
            session.do("ctx use max")
            session.enter(inner)
            assert session.active() == "other"
            session.enter(outer)
            assert session.active() == "acme"
            session.enter(user.path)
            assert session.active() == "max"

    def test_off_is_a_choice_of_none(self, user: Home) -> None:
        folder = user.project(ACME)
        user.profiles('default = "max"\n' + PROFILES)
        with self.started(user) as session:
            assert said(alone(session.do("ctx off"))) == ["ctx: off · was max"]
            assert session.prompt() == ""
            assert session.active() is None
            assert session.values("__CTX_MANUAL") == ["-"]
            session.enter(folder)
            assert session.active() == "acme"
            session.do("ctx off")
            assert session.prompt() == ""
            assert session.active() is None
            session.enter(user.path)
            assert session.active() is None
            session.enter(folder)
            assert said(session.enter(user.path)) == ["ctx: off · was acme"]
            assert session.active() is None

    def test_the_profile_before_whoever_chose_it(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user) as session:
            session.do("ctx use max")
            session.enter(folder)
            session.do("ctx use -")
            assert session.active() == "max"
            session.do("ctx use -")
            assert session.active() == "acme"
            session.enter(user.path)
            assert session.active() == "acme"
            assert session.values("__CTX_MANUAL", "__CTX_BY") == ["acme", "manual"]

    def test_auto_hands_the_choice_back(self, user: Home) -> None:
        folder = user.project(ACME)
        user.profiles('default = "other"\n' + PROFILES)
        with self.started(user) as session:
            session.do("ctx use max")
            assert session.active() == "max"
            session.do("ctx auto")
            assert session.active() == "other"
            assert session.values("__CTX_MANUAL", "__CTX_BY") == [None, "default"]
            session.enter(folder)
            session.do("ctx use max", "ctx auto")
            assert session.active() == "acme"
            session.do("ctx off", "ctx auto")
            assert session.active() == "acme"
            session.enter(user.path)
            assert session.active() == "other"

    def test_a_pinned_shell_ignores_directories(self, user: Home) -> None:
        folder = user.project(ACME)
        blocked = user.project(OTHER, "blocked", trusted=False)
        for words in ("use --pin max", "use max --pin"):
            with self.started(user) as session:
                session.do(f"ctx {words}")
                assert session.values("__CTX_PIN") == ["1"]
                for there in (folder, blocked, user.path, folder):
                    assert session.enter(there) == ""
                    assert session.active() == "max"
                session.do("ctx use other")
                assert session.enter(user.path) == session.enter(folder) == ""
                assert session.active() == "other"
                session.do("ctx auto")
                assert session.active() == "acme"
                assert session.values("__CTX_PIN") == [None]
                session.enter(user.path)
                assert session.active() is None

    def test_a_use_that_fails_changes_nothing(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user) as session:
            session.do("ctx use max")
            session.enter(folder)
            assert "typo" in session.do("ctx use typo")
            assert "typo" in session.do("ctx use --pin typo")
            assert session.active() == "acme"
            assert session.values("__CTX_MANUAL", "__CTX_PIN") == ["max", None]
            session.enter(user.path)
            assert session.active() == "max"

    def test_reload_reads_everything_again(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user) as session:
            session.enter(folder)
            session.do(self.export("WHO", "by hand"))
            assert session.values("WHO") == ["by hand"]
            session.do("ctx reload")
            assert session.active() == "acme"
            # The change was the user's own: it is what comes back.
            session.enter(user.path)
            assert session.values("WHO", "CTX_PROFILE") == ["by hand", None]
            session.do(self.export("WHO", "mine"), "ctx use max", self.export("WHO", "by hand"), "ctx reload")
            assert session.active() == "max"
            assert session.values("__CTX_MANUAL", "__CTX_BY") == ["max", "manual"]

    def test_reload_sees_a_secret_that_came_from_elsewhere(self, user: Home) -> None:
        user.profiles(PROFILES + '[profiles.stored.env]\nWHO = "stored"\nFROM_STORE = { secret = "mine" }\n')
        folder = user.project('profile = "stored"\n')
        with self.started(user, self.export("CTX_SECRET_MINE", "one")) as session:
            session.enter(folder)
            assert session.values("WHO", "FROM_STORE") == ["stored", "one"]
            session.do(self.export("CTX_SECRET_MINE", "two"))
            assert session.prompt() == ""
            assert session.values("FROM_STORE") == ["one"]
            session.do("ctx reload")
            assert session.values("WHO", "FROM_STORE") == ["stored", "two"]

    def test_activation_is_all_or_nothing(self, user: Home) -> None:
        user.profiles(PROFILES + '[profiles.stored.env]\nWHO = "stored"\nFROM_STORE = { secret = "nowhere" }\n')
        folder = user.project('profile = "stored"\n')
        acme = user.project(ACME, "acme")
        with self.started(user) as session:
            session.enter(acme)
            printed = session.enter(folder)
            assert "nowhere" in printed
            assert session.active() is None
            assert session.values("CTX_STATUS", "FROM_STORE") == ["error", None]
            assert session.prompt() == ""

    def test_a_directory_never_activates_a_protected_profile(self, user: Home) -> None:
        bound, project = user.project(None, "bound"), user.project('profile = "guarded"\n', trusted=False)
        user.bindings(PROFILES, {bound: "guarded"})
        user.ctx("allow", "--yes", str(project), code=None)
        acme = user.project(ACME, "acme")
        with self.started(user) as session:
            for there in (bound, project):
                session.enter(acme)
                (line,) = said(session.enter(there))
                assert "guarded" in line
                assert session.active() is None
                assert session.values("CTX_STATUS") in (["blocked"], ["error"])
                assert session.prompt() == ""

    def test_a_protected_manual_choice_does_not_come_back_by_itself(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user) as session:
            session.terminal.send("ctx use guarded\n")
            session.terminal.expect("[y/N]")
            session.type_line("y")
            assert session.active() == "guarded"
            session.enter(folder)
            assert session.active() == "acme"
            session.enter(user.path)
            assert session.active() is None
            assert session.prompt() == ""

    def test_a_use_in_a_blocked_directory_works(self, user: Home) -> None:
        folder = user.project(ACME, trusted=False)
        with self.started(user) as session:
            session.enter(folder)
            session.do("ctx use max")
            assert session.active() == "max"
            assert session.prompt() == ""
            assert session.active() == "max"
            session.enter(user.path)
            assert session.active() == "max"

    def test_allow_after_a_manual_choice_brings_the_directorys(self, user: Home) -> None:
        folder = user.project(ACME, trusted=False)
        with self.started(user) as session:
            session.enter(folder)
            session.do("ctx use max")
            session.do("ctx allow --yes")
            assert session.active() == "acme"

    def test_a_directory_that_is_bound_from_inside(self, user: Home) -> None:
        folder = user.project(None)
        with self.started(user) as session:
            session.enter(folder)
            session.do("ctx bind acme")
            assert session.active() == "acme"
            session.do("ctx unbind")
            assert session.active() is None

    def test_a_default_that_changes(self, user: Home) -> None:
        folder = user.project(ACME)
        user.profiles('default = "max"\n' + PROFILES, age=20)
        with self.started(user) as session:
            user.profiles('default = "other"\n' + PROFILES, age=15)
            session.prompt()
            assert session.active() == "other"
            session.do("ctx use max")
            user.profiles('default = "acme"\n' + PROFILES, age=10)
            session.prompt()
            assert session.active() == "max"
            session.enter(folder)
            assert session.active() == "acme"
            (folder / FILE).unlink()
            session.prompt()
            assert session.active() == "max"
