"""What lies in the cache for shells to decide alone: deleted, damaged, another's, another version's."""

from __future__ import annotations

import itertools
import os
import shutil

import pytest

from tests.shells.contract.directories import ACME, OTHER
from tests.shells.contract.session import PROFILES, Interactive, said
from tests.support.home import FILE, Home

NOBODY = 65534


class OnDiskContract(Interactive):
    """The cache is never needed and never believed."""

    def test_a_cache_that_is_deleted_is_always_safe(self, user: Home) -> None:
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings('default = "max"\n' + PROFILES, {bound: "other"})
        with self.started(user) as session:
            for there, expected in ((folder, "acme"), (bound, "other"), (user.path, "max"), (folder, "acme")):
                shutil.rmtree(user.cache)
                session.enter(there)
                assert session.active() == expected
                shutil.rmtree(user.cache, ignore_errors=True)
                assert session.prompt() == ""
                assert session.active() == expected

    def test_directories_without_a_cache(self, user: Home) -> None:
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings('default = "max"\n' + PROFILES, {bound: "other"}, age=20)
        shutil.rmtree(user.cache)
        user.cache.write_text("a file in its place")
        with self.started(user) as session:
            for there, expected in ((folder, "acme"), (bound, "other"), (user.path, "max")):
                session.enter(there)
                assert session.active() == expected
                assert session.prompt() == ""
            user.bindings(PROFILES, {bound: "acme"}, age=10)
            session.enter(bound)
            assert session.active() == "acme"

    def test_what_is_not_ours_on_disk_is_not_used(self, user: Home) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root can give a file away")
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings('default = "max"\n' + PROFILES, {bound: "other"})
        for parts, everything in itertools.product((("plans", "projects"), ("bindings",)), (True, False)):
            shutil.rmtree(user.cache)
            with self.started(user) as session:
                for there in (folder, bound):
                    session.enter(there)
            files = [path for part in parts for path in (user.cache / part).rglob("*") if path.is_file()]
            folders = [path for part in parts for path in (user.cache / part, *(user.cache / part).iterdir())]
            assert len(files) > 2
            for path in files:
                status, text = path.stat(), path.read_bytes()
                for name in (b"acme", b"max", b"other"):
                    for between in (b"' '", b"', '"):
                        text = text.replace(b"'WHO" + between + name, b"'WHO" + between + b"evil")
                path.write_bytes(b"evil\n" if "bindings" in parts and path.name == FILE else text)
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            # The files are another user's; or only the folders are, in which somebody else could put other files.
            for path in files if everything else folders:
                os.chown(path, NOBODY, NOBODY)
            with self.started(user) as session:
                for there, expected in ((folder, "acme"), (bound, "other"), (user.path, "max")):
                    session.enter(there)
                    assert session.active() == expected, (parts, everything, there.name)

    @pytest.mark.parametrize("damage", ["cut", "garbage", "empty", "fifo", "directory"])
    def test_damaged_files_on_disk_are_made_again(self, user: Home, damage: str) -> None:
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings('default = "max"\n' + PROFILES, {bound: "other"})
        with self.started(user) as session:
            for there in (folder, bound):
                session.enter(there)
        files = [path for path in user.cache.rglob("*") if path.is_file() and "ops" not in path.parts]
        assert len(files) > 4
        for path in files:
            status, text = path.stat(), path.read_bytes()
            path.unlink()
            if damage == "fifo":
                os.mkfifo(path)
            elif damage == "directory":
                path.mkdir()
            else:
                path.write_bytes(
                    {"cut": text[: len(text) * 2 // 3], "garbage": b"}{ ) if\n\0\xff", "empty": b""}[damage]
                )
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        with self.session(user) as session:
            assert "rror" not in session.terminal.expect()
            for there, expected in ((folder, "acme"), (bound, "other"), (user.path, "max")):
                assert len(said(session.enter(there))) == 1
                assert session.active() == expected

    def test_another_version_of_ctx(self, user: Home) -> None:
        """A hook that is newer than what lies on disk asks; one that is older than ctx itself says what to do."""
        folder = user.project(ACME)
        with self.started(user) as session:
            session.enter(folder)
        for path in (user.cache / "projects").rglob(FILE):
            status, text = path.stat(), path.read_text()
            old = text.replace(self.quote(user.version), self.quote("0.0.1-" + user.version.partition("-")[2]), 1)
            assert old != text
            path.write_text(old.replace("acme'", "stale'", 2))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        with self.started(user) as session:
            session.enter(folder)
            assert session.active() == "acme"
            session.enter(user.path)
        hook = user.runtime(self.shell)
        assert self.quote(user.version) in hook
        with self.session(user, hook=hook.replace(self.quote(user.version), self.quote("9-1:"))) as session:
            session.terminal.expect()
            assert "start a new shell" in session.enter(folder)
            assert session.active() is None
            assert session.prompt() == ""

    def test_two_shells_at_once(self, user: Home) -> None:
        """Each entering of one writes what the other reads."""
        folder, other = user.project(ACME), user.project(OTHER, "other")
        with self.started(user) as one, self.started(user) as two:
            for age in (40, 30, 20):
                user.profiles(PROFILES + f"# {age}\n", age=age)
                for session, there in ((one, folder), (two, other)):
                    session.write(self.change_directory(there))
                for session in (one, two):
                    session.terminal.send(self.syntax.read.format(name="T") + "\n")
                for session, expected in ((one, "acme"), (two, "other")):
                    session.terminal.expect()
                    assert session.active() == expected
                    session.enter(user.path)
                    assert session.active() is None
