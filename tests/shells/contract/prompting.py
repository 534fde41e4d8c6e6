"""What the hook leaves alone at prompts, what it shows there, and what never leaves it."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

import pytest

from tests.shells.contract.directories import ACME, OTHER
from tests.shells.contract.language import SECRET_NEW, SECRET_OLD, reveals
from tests.shells.contract.session import PROFILES, Interactive, Session, said
from tests.support.home import Home


class PromptContract(Interactive):
    """The user's own settings, changes and secrets, the segment and the status."""

    # --- The user's own -----------------------------------------------------------------------------------------------

    def test_the_users_interrupt_trap_is_kept(self, user: Home) -> None:
        """direnv, mise and fnox take the user's INT trap away at the first prompt."""
        if not self.syntax.on_interrupt:
            pytest.skip("there are no traps")
        folder, blocked = user.project(ACME), user.project(OTHER, "blocked", trusted=False)
        with self.started(user, self.syntax.on_interrupt) as session:
            before = session.look(self.syntax.show_interrupt).words
            assert "mine" in before[0]
            for there in (folder, blocked, user.path):
                session.enter(there)
                assert session.look(self.syntax.show_interrupt).words == before
            assert "mine" in session.do(self.syntax.interrupt)

    def test_the_users_own_change_survives_leaving(self, user: Home) -> None:
        """direnv and mise once put back what was there before, whatever a person did in between."""
        folder = user.project('profile = "acme"\n[env]\nEXTRA = "1"\nGONE = "here"\n')
        with self.started(user) as session:
            for _ in range(2):
                session.enter(folder)
                session.do(self.export("EXTRA", "by hand"), self.unset("GONE"), self.surround("PATH", "/mine:", ""))
                session.prompt()
                assert session.values("EXTRA", "GONE") == ["by hand", None]
                session.enter(user.path)
                assert session.values("EXTRA", "GONE", "WHO") == ["by hand", None, "mine"]
                assert session.look().env["PATH"].startswith("/mine:")
                assert "/acme/bin" not in session.look().env["PATH"]
                session.do(self.unset("EXTRA"))

    def test_exit_statuses_survive_every_kind_of_prompt(self, user: Home) -> None:
        folder, blocked = user.project(ACME), user.project(OTHER, "blocked", trusted=False)
        with self.started(user, first=(self.syntax.later,)) as session:
            for there in (folder, user.path, blocked, folder, folder):
                printed = session.do(self.change_directory(there), self.failing)
                if self.syntax.later:
                    assert "later 3" in printed
                assert session.look(self.status).words == ["3"]
                if self.syntax.pipeline:
                    session.write(self.change_directory(there))
                    printed = session.type_line(self.syntax.pipeline)
                    assert "later 5" in printed
                    session.terminal.send(f"{self.call('echo')} {self.status} {self.syntax.statuses}\n")
                    assert "5 4 5" in session.terminal.expect()

    def test_options_and_settings_are_kept(self, user: Home) -> None:
        folder, blocked = user.project(ACME), user.project(OTHER, "blocked", trusted=False)
        with self.started(user) as session:
            session.do(self.keep)
            before = session.look(self.kept).words
            for there in (folder, blocked, user.path, folder):
                session.enter(there)
                if self.shell != "pwsh":
                    assert session.look(self.kept).words == before
                assert session.active() == {folder: "acme"}.get(there)

    def test_directories_among_functions_and_aliases_named_like_builtins(self, user: Home) -> None:
        folder, blocked = user.project(ACME), user.project(OTHER, "blocked", trusted=False)
        with self.started(user) as session:
            session.do(self.hostile)
            # What a shell runs of its own at a prompt is its own affair.
            without = set(session.prompt().splitlines())
            for there, expected in ((folder, "acme"), (blocked, None), (user.path, None), (folder, "acme")):
                printed = session.do(self.syntax.change.format(path=self.quote(str(there))))
                assert "HIJACKED" not in "".join(set(printed.splitlines()) - without)
                assert session.active() == expected

    def test_directories_under_odd_settings(self, user: Home) -> None:
        folder, blocked = user.project(ACME), user.project(OTHER, "blocked", trusted=False)
        for setting in self.settings:
            with self.started(user, setting) as session:
                for there, expected in ((folder, "acme"), (blocked, None), (user.path, None), (folder, "acme")):
                    printed = session.enter(there)
                    assert len(printed.strip().splitlines()) <= 1, (setting, printed)
                    assert session.active() == expected, setting
                assert session.prompt() == "", setting

    # --- Secrets ------------------------------------------------------------------------------------------------------

    def test_nothing_exported_holds_a_credential(self, user: Home) -> None:
        """Decoded in every way: not the profile's, and not what it displaced. direnv and mise export both."""
        folder = user.project('profile = "keyed"\n')
        with self.started(user, self.allexport) as session:
            session.enter(folder)
            inside = session.look().env
            session.do(self.export("CTX_NOTE", "x"))
            session.enter(user.path)
            outside = session.look().env
            assert (inside["MY_TOKEN"], outside["MY_TOKEN"]) == (SECRET_NEW, SECRET_OLD)
            for env in (inside, outside):
                assert [name for name in env if name.startswith("__ctx_")] == []
                for name, value in env.items():
                    if name != "MY_TOKEN":
                        assert not any(reveals(text) for text in decoded(value)), name

    def test_tracing_shows_no_credential(self, user: Home) -> None:
        folder, blocked = user.project('profile = "keyed"\n'), user.project(OTHER, "blocked", trusted=False)
        with self.started(user) as session:
            printed = session.do(self.trace)
            for there in (folder, user.path, folder, blocked, user.path):
                printed += session.enter(there) + session.prompt()
            printed += session.do("ctx use keyed", "ctx reload", "ctx auto", "ctx off")
            assert not reveals(printed)
            assert "keyed" in printed
            traced = [line for line in printed.splitlines() if "__ctx_" in line]
            assert [line for line in traced if not re.search(r"__ctx_(prompt|cd|moved|events?|chpwd)", line)] == []

    # --- What is shown ------------------------------------------------------------------------------------------------

    def test_drifted(self, user: Home) -> None:
        folder = user.project('profile = "signed"\n')
        with self.started(user) as session:
            for _ in range(2):
                session.enter(folder)
                assert session.values("CTX_STATUS") == ["active"]
                for change in (self.export("ANTHROPIC_API_KEY", "sk-x"), self.export("CLAUDE_CODE_USE_BEDROCK", "0")):
                    (line,) = said(session.do(change))
                    assert line.startswith("ctx: signed drifted · ")
                    assert line.endswith(" was changed in this shell · ctx reload takes it back")
                    assert "sk-x" not in line
                    assert session.values("CTX_STATUS") == ["drifted"]
                    assert session.prompt() == ""
                    session.do("ctx reload")
                    assert session.values("CTX_STATUS") == ["active"]
                    assert session.values("ANTHROPIC_API_KEY", "CLAUDE_CODE_USE_BEDROCK") == [None, "1"]
                assert said(session.do(self.unset("CLAUDE_CODE_USE_BEDROCK"))) != []
                assert said(session.do(self.export("CLAUDE_CODE_USE_BEDROCK", "1"))) == []
                assert session.values("CTX_STATUS") == ["active"]
                session.enter(user.path)
                assert session.values("CTX_STATUS") == [None]

    def segment(self, session: Session) -> str:
        return session.look(self.syntax.segment).words[0]

    def test_the_segment(self, user: Home) -> None:
        text = PROFILES.replace("protect = true\n", 'protect = true\ncolor = "red"\n')
        user.profiles(text)
        folder, blocked = user.project('profile = "signed"\n'), user.project(OTHER, "blocked", trusted=False)
        broken = user.project('profile = "nowhere"\n', "broken", trusted=False)
        user.ctx("allow", "--yes", str(broken), code=None)
        colour, end = self.syntax.colour
        for environ, lock in (({"TERM": "dumb"}, "🔒"), ({"TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C"}, "#")):
            with self.started(user, environ=user.environ(**environ)) as session:
                assert self.segment(session) == ""
                session.enter(folder)
                assert self.segment(session) == "signed "
                session.do(self.export("ANTHROPIC_API_KEY", "sk-x"))
                assert self.segment(session) == "signed* "
                session.enter(blocked)
                assert self.segment(session) == "!blocked "
                session.enter(broken)
                assert self.segment(session) == "!error "
                session.terminal.send("ctx use guarded\n")
                session.terminal.expect("[y/N]")
                session.type_line("y")
                assert self.segment(session) == f"guarded{lock} "
                session.enter(user.path)
                session.do("ctx off")
                assert self.segment(session) == ""
                assert "CTX_PROMPT" not in session.look().env
        with self.started(user, environ=user.environ(TERM="xterm")) as session:
            session.enter(folder)
            assert self.segment(session) == colour.format(code=33, name="yellow") + "signed" + end + " "
            session.enter(blocked)
            assert self.segment(session) == colour.format(code=31, name="red") + "!blocked" + end + " "

    def test_a_hostile_profile_executes_nothing_in_a_prompt(self, user: Home) -> None:
        folder = user.project(ACME)
        claims = {
            "CTX_PROFILE": "$(touch ran)`touch ran`%F{red}\x1b[31m",
            "CTX_STATUS": "$(touch ran)",
            "__CTX_BY": "x",
        }
        with self.started(user, first=self.syntax.prompted, environ=user.environ(**claims)) as session:
            assert self.segment(session) == ""
            session.enter(folder)
            session.do(self.export("CTX_PROFILE", "$(touch ran)`touch ran`"), self.export("CTX_STATUS", "$(touch ran)"))
            session.prompt()
            assert "touch" not in self.segment(session)

    def test_the_segment_in_a_prompt(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user, first=self.syntax.prompted) as session:
            session.enter(folder)
            session.terminal.send("\n")
            assert "[acme ]" in session.terminal.expect()
            session.enter(user.path)
            session.terminal.send("\n")
            assert "[]" in session.terminal.expect()

    def test_one_line_for_every_change_and_nothing_else(self, user: Home) -> None:
        folder, other = user.project(ACME), user.project(OTHER, "other")
        with self.started(user) as session:
            printed = [session.enter(there).strip("\n") for there in (folder, other, user.path, folder)]
            assert all(len(lines.splitlines()) == 1 and lines.startswith("ctx: ") for lines in printed), printed


def decoded(value: str) -> Iterator[str]:
    """The text itself, and what it is as hexadecimal, base64, and each of these compressed; its parts too."""
    for part in {value, *re.split(r"[^A-Za-z0-9+/=_-]+", value)}:
        yield part
        padded = part + "=" * (-len(part) % 4)
        data = [part.encode("utf-8", "surrogateescape")]
        for decode, text in ((base64.b64decode, padded), (base64.urlsafe_b64decode, padded), (bytes.fromhex, part)):
            try:
                data.append(decode(text))
            except ValueError:
                pass
        for each in data:
            yield each.decode("latin-1")
            for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
                try:
                    yield zlib.decompress(each, bits).decode("latin-1")
                except zlib.error:
                    pass
