"""Nothing of a project file counts before a person has allowed it."""

from __future__ import annotations

import os
import shutil

from tests.shells.contract.directories import ACME, OTHER
from tests.shells.contract.session import PROFILES, Interactive, said
from tests.support.home import FILE, Home
from tests.support.strace import Counts, Strace

HOSTILE = 'profile = "acme"\n[env]\nPATH = "/evil"\nBASH_ENV = "/evil"\n'


class ApprovalContract(Interactive):
    """Untrusted, allowed, changed, denied; in this shell and in those already open."""

    def test_an_untrusted_directory_sets_nothing_and_says_so_once(self, user: Home) -> None:
        folder = user.project(HOSTILE, trusted=False)
        (folder / "src").mkdir()
        with self.started(user) as session:
            before = session.look().env
            (line,) = said(session.enter(folder))
            assert "ctx allow" in line
            assert session.values("CTX_STATUS", "CTX_PROFILE") == ["blocked", None]
            assert session.prompt() == session.enter(folder / "src") == session.enter(folder) == ""
            after = session.look().env
            same = before.keys() - {"PWD", "OLDPWD", "_"}
            assert {name: after[name] for name in same} == {name: before[name] for name in same}
            assert session.enter(user.path) == ""
            assert "CTX_STATUS" not in session.look().env

    def test_old_secrets_are_gone_in_an_untrusted_directory(self, user: Home) -> None:
        """mise and fnox keep the project before, secrets included."""
        keyed = user.project('profile = "keyed"\n', "keyed")
        broken = user.project("profile = ", "broken", trusted=False)
        blocked = user.project(ACME, "blocked", trusted=False)
        with self.started(user) as session:
            for there in (blocked, broken):
                session.enter(keyed)
                assert session.active() == "keyed"
                session.enter(there)
                assert session.active() is None
                assert session.values("CTX_STATUS") == ["blocked"]

    def test_the_same_second_edit_is_noticed(self, user: Home) -> None:
        """direnv compares whole seconds. One byte asks again, however the file's times look; the old bytes do not."""
        folder = user.project('profile = "acme"\n[env]\nEXTRA = "1"\n')
        file = folder / FILE
        text, status = file.read_bytes(), file.stat()
        with self.started(user) as session:
            session.enter(folder)
            assert session.active() == "acme"
            file.write_bytes(text.replace(b"1", b"2"))
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
            (line,) = said(session.prompt())
            assert "ctx allow" in line
            assert session.active() is None
            assert session.values("EXTRA", "CTX_STATUS") == [None, "blocked"]
            assert session.prompt() == ""
            file.write_bytes(text)
            session.prompt()
            assert session.active() == "acme"

    def test_allow_reaches_every_open_shell_and_so_does_deny(self, user: Home) -> None:
        outer = user.project(OTHER, "outer")
        folder = user.project(ACME, "outer/inner", trusted=False)
        with self.started(user) as one, self.started(user) as two:
            for session in (one, two):
                assert "ctx allow" in session.enter(folder)
                assert session.active() is None
            one.do("ctx allow --yes")
            assert one.active() == "acme"
            (line,) = said(two.prompt())
            assert line.startswith("ctx: acme · ")
            assert two.active() == "acme"
            # A denied file counts as absent: the search goes on upward.
            two.do("ctx deny")
            assert two.active() == "other"
            (line,) = said(one.prompt())
            assert line.startswith("ctx: other · ")
            assert one.active() == "other"
            for session in (one, two):
                session.enter(outer)
                assert session.enter(folder) == ""
                assert session.active() == "other"
            one.do("ctx allow --yes")
            two.prompt()
            assert (one.active(), two.active()) == ("acme", "acme")

    def test_a_denied_directory_is_silent(self, user: Home) -> None:
        folder = user.project(ACME, trusted=False)
        user.ctx("deny", str(folder))
        with self.started(user) as session:
            assert session.enter(folder) == ""
            assert session.active() is None
            assert "CTX_STATUS" not in session.look().env
            # Permanently: by path, whatever becomes of the file.
            (folder / FILE).write_text(OTHER)
            assert session.prompt() == ""
            assert session.active() is None

    def test_a_denied_file_that_was_passed_on_the_way_out_has_its_say_once_it_is_allowed(self, user: Home) -> None:
        """Leaving an active project for below a denied file is decided without the program from the second time on."""
        good = user.project(ACME, "good")
        denied = user.project(OTHER, "denied", trusted=False)
        below = denied / "a" / "b"
        below.mkdir(parents=True)
        user.ctx("deny", str(denied))
        with self.started(user) as session:
            for _ in range(3):
                session.enter(good)
                assert session.active() == "acme"
                session.enter(below)
                assert session.active() is None
                assert session.prompt() == ""
            user.ctx("allow", "--yes", str(denied))
            (line,) = said(session.prompt())
            assert line.startswith("ctx: other · ")
            assert session.active() == "other"

    def test_allowing_one_project_does_not_allow_a_name_that_begins_like_it(self, user: Home) -> None:
        """direnv's whitelist and others' compare strings: `project-a` is no prefix of `project-a-evil`."""
        good = user.project(ACME, "project-a")
        evil = user.project(ACME, "project-a-evil", trusted=False)
        with self.started(user) as session:
            session.enter(good)
            assert session.active() == "acme"
            assert "ctx allow" in session.enter(evil)
            assert session.active() is None

    def test_a_copy_elsewhere_is_not_allowed(self, user: Home) -> None:
        good = user.project(ACME, "good")
        with self.started(user) as session:
            session.enter(good)
            moved = good.with_name("moved")
            shutil.copytree(good, moved)
            assert "ctx allow" in session.enter(moved)
            assert session.active() is None

    def test_allowing_through_a_link_is_allowing_its_target(self, user: Home) -> None:
        target = user.project(ACME, "target", trusted=False)
        link = target.with_name("link")
        link.symlink_to(target)
        user.ctx("allow", "--yes", str(link))
        with self.started(user) as session:
            for there in (target, link):
                session.enter(there)
                assert session.active() == "acme"
                session.enter(user.path)
            user.ctx("deny", str(target))
            assert session.enter(link) == ""
            assert session.active() is None

    def test_withdrawn_trust_is_noticed_at_the_next_prompt(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user) as session:
            session.enter(folder)
            shutil.rmtree(user.data)
            assert "ctx allow" in session.prompt()
            assert session.active() is None
            session.enter(user.path)
            session.enter(folder)
            assert session.active() is None

    def test_every_content_is_told_once(self, user: Home) -> None:
        folder = user.project(ACME, trusted=False)
        file = folder / FILE
        with self.started(user) as session:
            assert len(said(session.enter(folder))) == 1
            for text in (OTHER, ACME + "#", "profile = "):
                file.write_text(text)
                session.prompt()
                assert session.active() is None
                assert session.prompt() == session.prompt() == ""
            # Nor again because something else changed, which makes the shell look again.
            user.profiles(PROFILES + "# edited", age=5)
            assert session.prompt() == ""
            assert session.values("CTX_STATUS") == ["blocked"]
            file.unlink()
            assert session.prompt() == ""
            assert "CTX_STATUS" not in session.look().env

    def test_what_failed_is_not_tried_again_at_an_idle_prompt(self, user: Home) -> None:
        """No process at all, in whatever way the directory failed."""
        places = [
            user.project(ACME, "untrusted", trusted=False),
            user.project("profile = ", "broken", trusted=False),
            user.project('profile = "missing"\n', "missing"),
            user.project(b"#" * 70000, "long", trusted=False),
            user.project(ACME, "denied", trusted=False),
        ]
        os.mkdir(user.project(None, "odd") / FILE)
        places.append(places[0].with_name("odd"))
        user.ctx("deny", str(places[4]))
        strace = Strace(user.base / "strace")
        with self.session(user, prefix=strace.prefix) as session:
            session.terminal.expect()
            for there in places:
                session.enter(there)
                before = strace.counts()
                session.prompt()
                session.prompt()
                assert strace.counts() - before == Counts(0, 0), there.name
