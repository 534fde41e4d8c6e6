"""The environment follows the directory."""

from __future__ import annotations

import os
from pathlib import Path

from tests.shells.contract.session import PROFILES, Interactive, said
from tests.support.home import FILE, Home
from tests.support.hostile import DIRECTORIES, NOT_UTF8
from tests.support.pty import PROMPT

ACME = 'profile = "acme"\n'
OTHER = 'profile = "other"\n'


class DirectoryContract(Interactive):
    """Entering, leaving, moving inside; which of several bindings wins."""

    def test_a_directory_brings_its_profile_and_takes_it_away(self, user: Home) -> None:
        folder = user.project(ACME)
        (folder / "src" / "deep").mkdir(parents=True)
        with self.started(user) as session:
            for _ in range(2):
                (line,) = said(session.enter(folder))
                assert line.startswith("ctx: acme · 3 set, 0 cleared · ")
                assert session.active() == "acme"
                own = {name: value for name, value in session.look().env.items() if "CTX_" in name}
                assert (own["CTX_STATUS"], own["__CTX_BY"]) == ("active", "directory")
                assert "__CTX_MANUAL" not in own
                assert session.enter(folder / "src" / "deep") == ""
                assert session.enter(folder / "src") == ""
                assert session.prompt() == ""
                assert session.active() == "acme"
                assert said(session.enter(user.path)) == ["ctx: off · was acme"]
                assert session.active() is None
                assert session.look().env.keys().isdisjoint({"CTX_STATUS", "__CTX_BY", "__CTX_SET", "__CTX_LISTS"})

    def test_a_directory_of_claudes_says_where_to_look_when_it_is_left(self, user: Home) -> None:
        """What claude uses then only the program knows, and leaving starts nothing."""
        folder, plain = user.project('profile = "signed"\n'), user.project(ACME, "plain")
        with self.started(user) as session:
            session.enter(folder)
            hint = "ctx: off · was signed · ctx status tells what claude uses now"
            assert said(session.enter(user.path)) == [hint]
            session.enter(folder)
            assert said(session.enter(plain))[0].startswith("ctx: acme · ")
            assert said(session.enter(user.path)) == ["ctx: off · was acme"]

    def test_moves_down_aside_and_up_look_at_what_is_on_the_way(self, user: Home) -> None:
        folder = user.project(ACME)
        one, two, bound = folder / "src" / "one", folder / "src" / "two", folder / "src" / "bound"
        for there in (one / "deep", one / "other", two, bound):
            there.mkdir(parents=True)
        user.bindings(PROFILES, {bound: "other"})
        with self.started(user) as session:
            session.enter(folder)
            moves = (folder / "src", one, two, one, one / "deep", one / "other", one, folder / "src", folder, one, two)
            for there in moves:
                assert session.enter(there) == "", there
            (one / FILE).write_text(OTHER)
            assert session.prompt() == ""
            assert session.active() == "acme"
            for place in (two, folder / "src"):
                (place / FILE).write_text(OTHER)
                (line,) = said(session.prompt())
                assert "ctx allow" in line
                assert session.active() is None
                (place / FILE).unlink()
                session.prompt()
                assert session.active() == "acme"
            (line,) = said(session.enter(one))
            assert "ctx allow" in line
            session.enter(two)
            assert session.active() == "acme"
            session.enter(bound)
            assert session.active() == "other"
            session.enter(one / "deep")
            assert session.values("CTX_STATUS") == ["blocked"]
            (one / FILE).unlink()
            session.prompt()
            assert session.active() == "acme"

    def test_a_shell_that_starts_in_a_directory(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.session(user, at=folder) as session:
            session.terminal.expect()
            assert session.active() == "acme"
            session.enter(user.path)
            assert session.active() is None

    def test_what_follows_a_change_of_directory_in_the_same_line_sees_the_new_environment(self, user: Home) -> None:
        """Asked of direnv and mise for years: `cd x && make`."""
        folder = user.project(ACME)
        with self.started(user, self.syntax.at_once) as session:
            for there, expected in ((folder, "acme"), (user.path, "mine"), (folder, "acme")):
                look = self.probe(user, "now")
                printed = session.do(self.both(self.change_directory(there), look))
                assert session.last().env["WHO"] == expected
                assert len(said(printed)) == 1
            assert session.active() == "acme"

    def test_each_way_of_changing_directory(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user, self.syntax.at_once) as session:
            look = self.probe(user, "now")
            for there, back in self.syntax.ways:
                session.do(self.both(there.format(path=self.quote(str(folder))), look))
                assert session.last().env["WHO"] == "acme"
                session.do(self.both(back, look))
                assert session.last().env["WHO"] == "mine"
            session.do(self.otherwise(f"cd {self.quote(str(folder / 'nowhere'))}", self.call("true")))
            assert session.active() is None

    def test_bindings_of_the_users_own_file(self, user: Home) -> None:
        outer, inner = user.project(None, "outer"), user.project(None, "outer/in ner")
        beside = user.project(None, "outer-evil")
        user.bindings(PROFILES, {outer: "acme", inner: "other"})
        with self.started(user) as session:
            for _ in range(2):
                assert len(said(session.enter(outer))) == 1
                assert session.active() == "acme"
                (line,) = said(session.enter(inner))
                assert line.startswith("ctx: other · ")
                assert session.active() == "other"
                (line,) = said(session.enter(outer))
                assert line.startswith("ctx: acme · ")
                assert session.active() == "acme"
                assert said(session.enter(beside)) == ["ctx: off · was acme"]
                assert session.active() is None

    def test_the_deepest_binding_wins_and_at_the_same_depth_the_users_own(self, user: Home) -> None:
        outer, same = user.project(ACME, "outer"), user.project(OTHER, "outer/same")
        deeper = user.project(ACME, "outer/same/deeper")
        user.bindings(PROFILES, {outer: "other", same: "max"})
        with self.started(user) as session:
            for there, expected in ((outer, "other"), (same, "max"), (deeper, "acme"), (same, "max")):
                session.enter(there)
                assert session.active() == expected

    def test_nested_projects(self, user: Home) -> None:
        outer, inner = user.project(ACME, "outer"), user.project(OTHER, "outer/inner")
        with self.started(user) as session:
            for there, expected in ((inner, "other"), (outer, "acme"), (inner, "other"), (user.path, None)):
                session.enter(there)
                assert session.active() == expected

    def test_two_directories_with_one_profile(self, user: Home) -> None:
        """Every binding is an activation of its own, but what changes nothing is not told."""
        first, second = user.project(ACME, "first"), user.project(ACME, "second")
        with self.started(user) as session:
            session.enter(first)
            session.enter(second)
            session.enter(first)
            assert session.active() == "acme"
            assert said(session.enter(second)) == []
            session.enter(user.path)
            assert session.active() is None

    def test_a_project_adds_to_its_profile(self, user: Home) -> None:
        text = 'profile = "acme"\nunset = ["WHO_ELSE"]\n[env]\nEXTRA = "it\'s $(touch ran)"\n[path]\nDIRS = { append = ["/x"] }\n'
        folder = user.project(text)
        with self.started(user, self.export("WHO_ELSE", "somebody")) as session:
            for _ in range(2):
                session.enter(folder)
                assert session.active() == "acme"
                assert session.values("EXTRA", "DIRS", "WHO_ELSE") == ["it's $(touch ran)", "/x", None]
                session.enter(user.path)
                assert session.values("EXTRA", "DIRS", "WHO_ELSE") == [None, None, "somebody"]

    def test_another_name_that_a_profile_answers_to(self, user: Home) -> None:
        folder = user.project('profile = "client"\n')
        with self.started(user) as session:
            session.enter(folder)
            assert session.active() == "acme"

    def test_a_profile_with_a_credential(self, user: Home) -> None:
        folder = user.project('profile = "keyed"\n')
        with self.started(user) as session:
            for _ in range(2):
                session.enter(folder)
                assert session.active() == "keyed"
                assert session.prompt() == ""
                session.enter(user.path)
                assert session.active() is None
        assert [path for path in user.cache.rglob("*") if path.is_file() and "s3cr3t" in path.read_text()] == []

    def test_the_default(self, user: Home) -> None:
        folder = user.project(ACME)
        user.profiles('default = "max"\n' + PROFILES)
        for _ in range(2):
            with self.session(user) as session:
                assert "ctx:" not in session.terminal.expect()
                assert session.active() == "max"
                assert session.values("__CTX_BY") == ["default"]
                session.enter(folder)
                assert session.active() == "acme"
                (line,) = said(session.enter(user.path))
                assert line.startswith("ctx: max · ")
                assert session.active() == "max"
                assert session.enter(user.path.parent) == ""

    def test_a_link_is_decided_by_the_name_it_was_entered_by(self, user: Home) -> None:
        target, holder = user.project(ACME, "target"), user.project(OTHER, "holder")
        (holder / "link").symlink_to(target)
        (holder / "inside").mkdir()
        (user.path / "way").symlink_to(holder / "inside")
        with self.started(user) as session:
            session.enter(holder / "link")
            assert session.active() == "acme"
            session.enter(user.path / "way")
            assert session.active() is None
            assert "CTX_STATUS" not in session.look().env

    def test_odd_directories_as_bindings(self, user: Home) -> None:
        names = [name for name in DIRECTORIES if self.shell != "pwsh" or "\\" not in name]
        folders = [user.project(None, name) for name in names]
        projects = [user.project(ACME, f"{name}/{name}") for name in names[::5]]
        user.bindings(PROFILES, {folder: ("other", "max")[index % 2] for index, folder in enumerate(folders)})
        with self.started(user) as session:
            for index, folder in enumerate(folders):
                session.enter(folder)
                assert session.active() == ("other", "max")[index % 2], folder.name
            for folder in projects:
                session.enter(folder)
                assert session.active() == "acme", folder.name

    def test_a_home_with_a_newline_in_its_name(self, user: Home) -> None:
        user = Home(user.base, "new\nline $(touch ran)")
        user.profiles('default = "max"\n' + PROFILES)
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings('default = "max"\n' + PROFILES, {bound: "other"})
        with self.started(user) as session:
            for there, expected in ((folder, "acme"), (bound, "other"), (user.path, "max"), (folder, "acme")):
                session.enter(there)
                assert session.active() == expected
            assert session.prompt() == ""

    def test_a_directory_whose_name_is_not_utf_8(self, user: Home) -> None:
        if not self.syntax.bytes:
            return
        folder = user.project(ACME, NOT_UTF8)
        (folder / NOT_UTF8).mkdir()
        with self.started(user) as session:
            for _ in range(2):
                session.enter(folder)
                assert session.active() == "acme"
                assert session.enter(folder / NOT_UTF8) == ""
                session.enter(user.path)
                assert session.active() is None

    def test_the_root_and_double_slashes(self, user: Home) -> None:
        folder = user.project(ACME)
        to = self.syntax.ways[1][0]
        with self.started(user) as session:
            assert session.do(self.change_directory(Path("/"))) == ""
            assert session.active() is None
            session.do(to.format(path=self.quote(f"/{folder}//")))
            assert session.active() == "acme"
            assert session.do(to.format(path=self.quote(f"/{folder}/./."))) == ""

    def test_nothing_happens_in_a_script(self, user: Home) -> None:
        folder = user.project(ACME)
        lines = (self.change_directory(folder), *self.idle, self.probe(user, "in"))
        result = self.run(user, *lines)
        assert "WHO" not in result.env("in")
        assert result.stderr == ""

    def test_quiet_inside_claude_code_and_where_asked_for(self, user: Home) -> None:
        folder = user.project(ACME)
        for name in ("CTX_QUIET", "CLAUDECODE"):
            with self.started(user, environ=user.environ(**{name: "1"})) as session:
                assert session.enter(folder) == ""
                assert session.active() == "acme"
                assert session.enter(user.path) == ""

    def test_the_prompt_comes_back_where_nothing_is_set_up(self, user: Home) -> None:
        (user.config / "profiles.toml").unlink()
        os.rmdir(user.config)
        with self.session(user) as session:
            assert "ctx" not in session.terminal.expect(PROMPT)
            assert session.prompt() == ""
            assert session.enter(user.path.parent) == ""
            assert not user.config.exists()

    def test_a_project_file_above_everything_is_looked_for_in_every_directory(self, user: Home) -> None:
        """It may appear in any of them at any time."""
        folder = user.project(None, "a/b/c/d")
        with self.started(user) as session:
            session.enter(folder)
            for above in (folder.parents[2], folder.parents[1], folder):
                (above / FILE).write_text(ACME)
                assert len(said(session.prompt())) == 1
                assert session.values("CTX_STATUS") == ["blocked"]
            user.ctx("allow", "--yes", str(folder))
            assert session.prompt() != ""
            assert session.active() == "acme"
