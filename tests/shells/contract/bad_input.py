"""Project files that cannot be used: the old profile is off first, one line says what to do, and that is all."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.shells.contract.directories import ACME
from tests.shells.contract.session import PROFILES, Interactive, said
from tests.support.home import FILE, PROGRAM, Home

NOBODY = 65534
# The program, or what the file MODE says instead; every start leaves a mark.
WRAPPER = """\
import os, sys
with open({tries!r}, "a") as file:
    file.write("x")
mode = open({mode!r}).read()
if mode:
    exec(mode)
else:
    os.execv({program[0]!r}, [*{program!r}, *sys.argv[1:]])
"""

SECRET_LINE = 'profile = "acme"\n[env]\nFROM = { secret = "nowhere" }\n'


class BadInputContract(Interactive):
    """Every kind of file that a directory may hold under that name."""

    def refused(self, home: Home, folder: Path, *parts: str, status: str) -> str:
        """Go there from a directory with a credential. Gives back the one line that is said."""
        keyed = home.project('profile = "keyed"\n', "keyed")
        with self.started(home) as session:
            session.enter(keyed)
            assert session.active() == "keyed"
            printed = session.enter(folder)
            assert session.active() is None
            assert session.values("CTX_STATUS") == [status]
            assert session.prompt() == ""
            (line,) = printed.strip("\n").splitlines()
            assert line.startswith("ctx: ")
            for part in parts:
                assert part in line
            assert "\x1b" not in line
            assert "\u202e" not in line
            # Once: not at the next prompt, not inside, and the shell works.
            assert session.enter(folder) == ""
            session.enter(keyed)
            assert session.active() == "keyed"
            assert said(session.enter(folder)) == [line]
            session.do("ctx use max")
            assert session.active() == "max"
            assert session.prompt() == ""
            return line

    def test_untrusted(self, user: Home) -> None:
        self.refused(user, user.project(ACME, trusted=False), "ctx allow", status="blocked")

    def test_denied(self, user: Home) -> None:
        folder, keyed = user.project(ACME, trusted=False), user.project('profile = "keyed"\n', "keyed")
        user.ctx("deny", str(folder))
        with self.started(user) as session:
            session.enter(keyed)
            assert said(session.enter(folder)) == ["ctx: off · was keyed"]
            assert session.active() is None
            assert session.prompt() == ""

    def test_broken_toml(self, user: Home) -> None:
        folder = user.project("profile = \x1b[31m\u202e", trusted=False)
        self.refused(user, folder, "ctx allow", status="blocked")
        assert user.ctx("allow", "--yes", str(folder), code=None).returncode != 0

    def test_a_missing_profile_prints_the_command_that_makes_it(self, user: Home) -> None:
        folder = user.project('profile = "nowhere-yet"\n', trusted=False)
        user.ctx("allow", "--yes", str(folder), code=None)
        line = self.refused(user, folder, "ctx new nowhere-yet", status="error")
        assert "aliases" in line

    def test_a_missing_secret(self, user: Home) -> None:
        folder = user.project(SECRET_LINE)
        self.refused(user, folder, "nowhere", status="error")

    def test_a_missing_profile_of_the_users_own(self, user: Home) -> None:
        bound = user.project(None, "bound")
        keyed = user.project('profile = "keyed"\n', "keyed")
        user.bindings(PROFILES, {bound: "nowhere"})
        with self.started(user) as session:
            session.enter(keyed)
            assert len(said(session.enter(bound))) <= 1
            assert session.active() is None
            assert session.prompt() == ""

    @pytest.mark.parametrize("kind", ["fifo", "directory", "socket", "device", "loop", "dangling", "unreadable"])
    def test_no_readable_regular_file(self, user: Home, kind: str) -> None:
        folder = user.project(None)
        file = folder / FILE
        if kind == "fifo":
            os.mkfifo(file)
        elif kind == "directory":
            file.mkdir()
        elif kind == "socket":
            with socket.socket(socket.AF_UNIX) as server:
                os.chdir(folder)
                server.bind(FILE)
                os.chdir("/")
        elif kind == "device":
            file.symlink_to("/dev/zero")
        elif kind == "loop":
            file.symlink_to(FILE)
        elif kind == "dangling":
            file.symlink_to("nowhere")
        elif os.geteuid() == 0:
            # Nothing is unreadable for root but what the kernel refuses.
            file.symlink_to("/proc/1/mem")
        else:
            file.touch(mode=0)
        if kind in {"loop", "dangling"}:
            # Such a link does not exist for the shell's own tests: the directory is not bound.
            with self.started(user) as session:
                assert session.enter(folder) == ""
                assert session.active() is None
            return
        self.refused(user, folder, status="error")

    def test_a_very_long_file(self, user: Home) -> None:
        folder = user.project(ACME.encode() + b"#" * 10_000_000, trusted=False)
        self.refused(user, folder, status="error")

    def test_binary_files(self, user: Home) -> None:
        with self.started(user) as session:
            for number, text in enumerate((b'profile = "acme"\0', b"\xff\xfe", b"\xef\xbb\xbf" + ACME.encode(), b"")):
                folder = user.project(text, f"binary {number}", trusted=False)
                (line,) = said(session.enter(folder))
                assert line.startswith("ctx: ")
                assert session.active() is None
                assert session.prompt() == ""
                (folder / FILE).write_bytes(text + b" ")
                session.prompt()
                assert session.active() is None

    def test_a_file_of_another_user_is_refused_even_to_allow(self, user: Home) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root can give a file away")
        folder = user.project(ACME)
        os.chown(folder / FILE, NOBODY, NOBODY)
        self.refused(user, folder, status="error")
        assert user.ctx("allow", "--yes", str(folder), code=None).returncode != 0

    def test_a_working_directory_that_is_deleted(self, user: Home) -> None:
        folder = user.project('profile = "keyed"\n')
        (folder / "deep").mkdir()
        with self.started(user) as session:
            for there in (folder / "deep", folder):
                session.enter(there)
                assert session.active() == "keyed"
                user_file = there / FILE
                user_file.unlink(missing_ok=True)
                there.rmdir()
                for _ in range(2):
                    assert "rror" not in session.prompt()
            assert session.active() is None
            session.do("ctx use max")
            assert session.active() == "max"
            session.do("ctx off")
            folder.mkdir()
            (folder / FILE).write_text('profile = "keyed"\n')
            session.enter(folder)
            assert session.active() == "keyed"

    def test_a_directory_that_may_not_be_searched(self, user: Home) -> None:
        """For root every directory may be; then this shows only that nothing goes wrong."""
        folder = user.project(ACME)
        (folder / "inside").mkdir()
        with self.started(user) as session:
            session.enter(folder / "inside")
            folder.chmod(0)
            assert len(said(session.prompt())) <= 1
            assert session.prompt() == ""
            folder.chmod(0o755)
            session.prompt()
            assert session.active() == "acme"

    def test_a_program_that_is_gone_fails_or_says_nothing(self, user: Home) -> None:
        """The environment of the directory before is off, status says error, and nothing is tried again."""
        keyed = user.project('profile = "keyed"\n', "keyed")
        folder = user.project(ACME)
        mode, tries = user.base / "mode", user.base / "tries"
        mode.write_text("")
        user.standin(WRAPPER.format(mode=str(mode), tries=str(tries), program=PROGRAM))
        with self.started(user) as session:
            for source in ("raise SystemExit(3)", "print('}{ (')", "os.kill(os.getpid(), 9)", "", None):
                mode.write_text("")
                session.enter(keyed)
                assert session.active() == "keyed"
                if source is None:
                    mode.unlink()
                else:
                    mode.write_text(source or "pass")
                session.enter(folder)
                assert session.active() is None
                assert session.values("CTX_STATUS") == ["error"]
                count = tries.read_text()
                assert session.prompt() == session.enter(folder) == ""
                assert tries.read_text() == count
            mode.write_text("")
            session.do("ctx reload")
            assert session.active() == "acme"
