"""The processes that a directory costs: none, where nothing changed."""

from __future__ import annotations

from tests.shells.contract.directories import ACME, OTHER
from tests.shells.contract.session import PROFILES, Interactive
from tests.support.home import Home
from tests.support.strace import Counts, Strace

NONE = Counts(0, 0)
ONE = Counts(1, 1)


class ProcessContract(Interactive):
    """Forks, subshells included, and programs, counted by strace in interactive shells."""

    def test_no_process_where_nothing_changed(self, user: Home) -> None:
        folder, other = user.project(ACME), user.project(OTHER, "other")
        bound = user.project(None, "bound")
        (folder / "a" / "b" / "c").mkdir(parents=True)
        user.bindings('default = "max"\n' + PROFILES, {bound: "acme"})
        strace = Strace(user.base / "strace")
        with self.session(user, prefix=strace.prefix) as session:
            session.terminal.expect()
            before = strace.counts()
            for there in (folder, other, bound, user.path):
                session.enter(there)
            # Once each: what is then on disk is all that shells need.
            first = strace.counts() - before
            assert first.programs <= 4
            assert first.programs > 0
            before = strace.counts()
            for there in (folder, folder / "a" / "b" / "c", folder, other, bound, user.path, user.path.parent, other):
                session.enter(there)
                assert strace.counts() - before == NONE, there
                session.prompt()
                assert strace.counts() - before == NONE, there
            session.do("ctx use max")
            session.prompt()
            assert strace.counts() - before == NONE
            session.do("ctx off")
            # Only the program knows what claude uses now.
            assert strace.counts() - before == ONE
            before = strace.counts()
            session.enter(user.path)
            assert strace.counts() - before == NONE
            session.look()
            assert strace.counts() - before == ONE

    def test_no_process_in_a_new_shell(self, user: Home) -> None:
        folder, bound = user.project(ACME), user.project(None, "bound")
        user.bindings('default = "max"\n' + PROFILES, {bound: "other"})
        with self.started(user) as session:
            for there in (folder, bound, user.path):
                session.enter(there)
            environ = session.look().env
        plain = user.environ()
        strace = Strace(user.base / "strace")
        with self.session(user, prefix=strace.prefix, hook="\n") as session:
            session.terminal.expect()
            session.prompt()
            without_hook = strace.counts()
        for number, (given, at) in enumerate(((plain, folder), (plain, bound), (environ, user.path))):
            strace = Strace(user.base / f"strace{number}")
            with self.session(user, at=at, environ=given, prefix=strace.prefix) as session:
                session.terminal.expect()
                assert strace.counts() - without_hook == NONE, number
                session.prompt()
                assert strace.counts() - without_hook == NONE, number

    def test_one_process_for_what_changed(self, user: Home) -> None:
        folder, keyed = user.project(ACME), user.project('profile = "keyed"\n', "keyed")
        blocked = user.project(OTHER, "blocked", trusted=False)
        strace = Strace(user.base / "strace")
        with self.session(user, prefix=strace.prefix) as session:
            session.terminal.expect()
            session.enter(keyed)
            session.enter(user.path)
            for there in (folder, keyed, blocked):
                before = strace.counts()
                session.enter(there)
                assert strace.counts() - before == ONE, there
                session.enter(there)
                session.prompt()
                assert strace.counts() - before == ONE, there

    def test_drift_and_the_segment_cost_no_process(self, user: Home) -> None:
        folder = user.project('profile = "signed"\n')
        strace = Strace(user.base / "strace")
        with self.session(user, prefix=strace.prefix) as session:
            session.terminal.expect()
            session.enter(folder)
            session.enter(user.path)
            before = strace.counts()
            session.enter(folder)
            session.do(self.export("ANTHROPIC_API_KEY", "sk-x"))
            session.prompt()
            session.enter(user.path)
            assert strace.counts() - before == NONE
