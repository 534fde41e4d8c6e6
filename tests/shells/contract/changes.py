"""Whatever changes behind an open shell's back is noticed at its next prompt."""

from __future__ import annotations

import os
import stat

import pytest

from tests.shells.contract.directories import ACME, OTHER
from tests.shells.contract.session import PLAIN, PROFILES, Interactive, said
from tests.support.home import FILE, Home


class ChangeContract(Interactive):
    """Files replaced, removed, edited."""

    def test_a_file_moved_back_with_its_old_date(self, user: Home) -> None:
        folder = user.project('profile = "acme"\n[env]\nEXTRA = "1"\n')
        file = folder / FILE
        status = file.stat()
        with self.started(user) as session:
            session.enter(folder)
            (folder / "new").write_text('profile = "acme"\n[env]\nEXTRA = "2"\n')
            os.utime(folder / "new", ns=(status.st_atime_ns, status.st_mtime_ns))
            (folder / "new").rename(file)
            assert "ctx allow" in session.prompt()
            assert session.active() is None
            session.do("ctx allow --yes")
            assert session.values("WHO", "EXTRA") == ["acme", "2"]

    @pytest.mark.parametrize("kind", ["link", "fifo", "directory", "socket", "unreadable"])
    def test_a_file_replaced_by_something_else(self, user: Home, kind: str) -> None:
        folder = user.project(ACME)
        file = folder / FILE
        with self.started(user) as session:
            session.enter(folder)
            file.unlink()
            if kind == "link":
                user.project(ACME, "elsewhere", trusted=False)
                file.symlink_to(folder.with_name("elsewhere") / FILE)
            elif kind == "fifo":
                os.mkfifo(file)
            elif kind == "directory":
                file.mkdir()
            elif kind == "socket":
                os.mknod(file, stat.S_IFSOCK | 0o600)
            elif os.geteuid() == 0:
                file.symlink_to("/proc/1/mem")
            else:
                file.touch(mode=0)
            assert len(said(session.prompt())) == 1
            assert session.active() is None
            assert session.prompt() == ""
            session.enter(user.path)
            session.enter(folder)
            assert session.active() is None
            if not file.is_symlink() and kind == "directory":
                file.rmdir()
            else:
                file.unlink()
            file.write_text(ACME)
            session.prompt()
            assert session.active() == "acme"

    @pytest.mark.parametrize("kind", ["fifo", "directory", "socket"])
    def test_an_empty_file_replaced_by_something_that_has_no_text_either(self, user: Home, kind: str) -> None:
        """It cannot be told by a length, and whoever reads it instead may wait for ever."""
        folder = user.project("")
        file = folder / FILE
        with self.started(user) as session:
            session.enter(folder)
            assert session.prompt() == ""
            assert session.values("CTX_STATUS") == ["active"]
            file.unlink()
            if kind == "directory":
                file.mkdir()
            else:
                os.mknod(file, (stat.S_IFIFO if kind == "fifo" else stat.S_IFSOCK) | 0o600)
            assert len(said(session.prompt())) == 1
            assert session.values("CTX_STATUS") == ["error"]
            assert session.prompt() == ""

    def test_a_link_that_is_turned_to_another_file(self, user: Home) -> None:
        """Each of the two is approved; the texts are equal, and so what counts is which file it is."""
        one, two = user.project(ACME, "one"), user.project(ACME, "two", trusted=False)
        folder = user.project(None, "linked")
        (folder / FILE).symlink_to(one / FILE)
        with self.started(user) as session:
            session.enter(folder)
            assert session.active() == "acme"
            (folder / FILE).unlink()
            (folder / FILE).symlink_to(two / FILE)
            assert "ctx allow" in session.prompt()
            assert session.active() is None
            (folder / FILE).unlink()
            (folder / FILE).symlink_to(one / FILE)
            session.prompt()
            assert session.active() == "acme"

    def test_a_profile_that_is_edited_extended_or_removed(self, user: Home) -> None:
        folder, bound = user.project(ACME), user.project(None, "bound")
        extended = PLAIN.replace(
            "[profiles.acme]", '[profiles.base.env]\nBASE = "1"\n[profiles.acme]\nextends = "base"'
        )
        user.bindings(extended, {bound: "acme"}, age=60)
        with self.started(user) as session:
            for number, there in enumerate((folder, bound)):
                session.enter(there)
                assert session.values("WHO", "BASE") == ["acme", "1"]
                user.bindings(extended.replace('BASE = "1"', 'BASE = "2"'), {bound: "acme"}, age=50 - number * 20)
                assert len(said(session.prompt())) == 1
                assert session.values("WHO", "BASE") == ["acme", "2"]
                assert session.prompt() == ""
                user.bindings(PLAIN, {bound: "acme"}, age=40 - number * 20)
                session.prompt()
                assert session.values("WHO", "BASE") == ["acme", None]
                user.bindings(PLAIN.replace("acme", "gone"), {}, age=35 - number * 20)
                session.prompt()
                assert session.active() is None
                user.bindings(extended, {bound: "acme"}, age=34 - number * 20)
                session.prompt()
                assert session.values("WHO", "BASE") == ["acme", "1"]
                session.enter(user.path)

    def test_an_edit_that_does_not_concern_the_active_profile_leaves_manual_changes(self, user: Home) -> None:
        """What a person changes in the shell stays until something is really due. mise once put it back at every prompt."""
        folder = user.project(ACME)
        user.profiles(PROFILES, age=30)
        with self.started(user) as session:
            session.enter(folder)
            session.do(self.export("WHO", "by hand"))
            user.profiles(PROFILES + '[profiles.more.env]\nWHO = "more"\n', age=20)
            assert session.prompt() == ""
            assert session.values("WHO") == ["by hand"]
            (folder / "sub").mkdir()
            session.enter(folder / "sub")
            assert session.values("WHO") == ["by hand"]
            user.profiles(PROFILES.replace('ONLY_ACME = "1"', 'ONLY_ACME = "2"'), age=10)
            session.prompt()
            assert session.values("WHO", "ONLY_ACME") == ["acme", "2"]

    def test_edits_within_the_same_moment(self, user: Home) -> None:
        """A file that was changed a moment ago is compared with nothing that was made from it."""
        folder = user.project(ACME)
        with self.started(user) as session:
            session.enter(folder)
            for number in range(4):
                text = PROFILES.replace('ONLY_ACME = "1"', f'ONLY_ACME = "{number}"')
                user.profiles(text, age=0)
                session.prompt()
                assert session.values("WHO", "ONLY_ACME") == ["acme", str(number)]

    def test_profiles_that_cannot_be_read_for_a_while(self, user: Home) -> None:
        """What is active stays, for nothing was entered; a directory that is entered then gets nothing."""
        folder, other = user.project(ACME), user.project(OTHER, "other")
        user.profiles(PROFILES, age=30)
        with self.started(user) as session:
            session.enter(folder)
            user.profiles("[profiles.acme\n", age=20)
            (line,) = said(session.prompt())
            assert "profiles.toml" in line
            assert session.active() == "acme"
            assert session.values("CTX_STATUS") == ["error"]
            assert session.prompt() == ""
            session.enter(other)
            assert session.active() is None
            assert session.values("CTX_STATUS") == ["error"]
            assert session.prompt() == ""
            user.profiles(PROFILES, age=10)
            session.prompt()
            assert session.active() == "other"
            assert session.values("CTX_STATUS") == ["active"]

    def test_profiles_that_are_gone(self, user: Home) -> None:
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings(PROFILES, {bound: "acme"}, age=20)
        with self.started(user) as session:
            session.enter(bound)
            assert session.active() == "acme"
            (user.config / "profiles.toml").unlink()
            session.prompt()
            assert session.active() is None
            session.enter(folder)
            assert session.active() is None
            user.bindings(PROFILES, {bound: "acme"})
            session.prompt()
            assert session.active() == "acme"

    def test_a_file_that_is_deleted_and_one_that_appears(self, user: Home) -> None:
        outer, inner = user.project(OTHER, "outer"), user.project(ACME, "outer/inner")
        with self.started(user) as session:
            session.enter(inner)
            (inner / FILE).unlink()
            session.prompt()
            assert session.active() == "other"
            (outer / FILE).unlink()
            assert said(session.prompt()) == ["ctx: off · was other"]
            assert session.active() is None
            (inner / FILE).write_text(ACME)
            session.prompt()
            assert session.active() == "acme"

    def test_a_parent_that_is_renamed(self, user: Home) -> None:
        outer = user.project(None, "outer")
        inner = user.project(ACME, "outer/inner")
        moved = outer.with_name("moved")
        with self.started(user) as session:
            session.enter(inner)
            outer.rename(moved)
            session.prompt()
            assert session.active() is None
            session.enter(moved / "inner")
            assert session.active() is None
            assert session.values("CTX_STATUS") == ["blocked"]
            moved.rename(outer)
            session.enter(inner)
            assert session.active() == "acme"
