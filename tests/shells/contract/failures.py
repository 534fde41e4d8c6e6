"""A program that misbehaves, and plans on disk that may not be used."""

from __future__ import annotations

import os

import pytest

from ctx.dialects import dialect
from ctx.model import Op, Plan
from tests.shells.contract.language import PROFILES, Language, pieces
from tests.support.home import Home
from tests.support.strace import Strace


class FailureContract(Language):
    """Whatever goes wrong, nothing is set by halves."""

    # --- A program that misbehaves ------------------------------------------------------------------------------------

    @pytest.mark.parametrize(("how", "code"), [("die", "137"), ("fail 3", "3"), ("cut 0", "1"), ("gone", "127")])
    def test_a_program_that_fails_changes_nothing(self, home: Home, how: str, code: str) -> None:
        environ = self.standin(home) | {"MISBEHAVE": how}
        if how == "gone":
            home.program = (str(home.base / "nowhere" / "python"), "x")
        result = self.run(home, "ctx use work", self.probe(home, "after", self.status), environ=environ)
        assert result.words("after") == [code]
        assert result.own("after") == {}
        assert result.env("after")["OLD"] == "old"
        assert result.stderr.count("\n") <= 1

    def test_output_cut_at_every_line_changes_nothing(self, home: Home) -> None:
        environ = self.standin(home)
        count = len(pieces((home.base / "plan").read_bytes()))
        lines = []
        for length in range(1, count + 1):
            lines += [
                self.export("MISBEHAVE", f"cut {length}"),
                "ctx use work",
                self.probe(home, str(length), self.status),
            ]
        result = self.run(home, *lines, environ=environ)
        for length in range(1, count):
            assert result.words(str(length)) == ["1"], length
            assert result.own(str(length)) == {}
            assert result.env(str(length))["OLD"] == "old"
        assert result.words(str(count)) == ["0"]
        assert result.env(str(count))["OLD"] == "of work"

    @pytest.mark.parametrize("step", [("melt", "A"), ("set", "a[$(touch ran)0]"), ("set", ""), ("set", "CTX_PROFILE")])
    def test_a_plan_that_the_shell_does_not_understand(self, home: Home, step: tuple[str, str]) -> None:
        environ = self.standin(home)
        plan = Plan("work", (Op("set", "NEW", "1"), Op(step[0], step[1], "x")), "", plain=True)
        (home.base / "plan").write_text(dialect(self.shell).call(plan))
        result = self.run(home, "ctx use work", self.probe(home, "after", self.status), environ=environ)
        assert result.words("after") == ["1"]
        assert result.own("after") == {}
        assert "NEW" not in result.env("after")
        assert result.stderr.endswith("nothing was changed\n")

    # --- Plans on disk ------------------------------------------------------------------------------------------------

    def test_no_process(self, compiled: Home) -> None:
        strace = Strace(compiled.base / "strace")
        lines = ("ctx use work", "ctx use other", "ctx use -", *self.idle, "ctx use lean", *self.idle)
        result = self.run(compiled, *lines, prefix=strace.prefix)
        assert "ctx: lean" in result.stderr
        counts = strace.counts()
        assert (counts.forks, counts.programs) == (0, 0)

    def test_one_process_where_a_plan_has_to_be_made(self, home: Home) -> None:
        strace = Strace(home.base / "strace")
        self.run(home, "ctx use work", prefix=strace.prefix)
        counts = strace.counts()
        assert (counts.forks, counts.programs) == (1, 1)

    @pytest.mark.parametrize("shift", [1, -1, 2_000_000_000, -2_000_000_000])
    def test_a_plan_from_another_moment_is_not_used(self, compiled: Home, shift: int) -> None:
        file = compiled.config / "profiles.toml"
        then = file.stat().st_mtime_ns + shift
        file.write_text(PROFILES.replace("of work", "edited"))
        os.utime(file, ns=(then, then))
        result = self.run(compiled, "ctx use work", self.probe(compiled, "in"))
        assert result.env("in")["OLD"] == "edited"

    def test_a_plan_for_another_home_or_version_is_not_used(self, compiled: Home) -> None:
        file = compiled.plan(self.shell, "work")
        stamp = file.stat().st_mtime_ns
        text = file.read_text().replace("of work", "stale")
        for old in (str(compiled.path), "0."):
            quoted = self.quote(old).strip("'") if old == "0." else self.quote(old)
            assert quoted in text
            file.write_text(text.replace(quoted, quoted[:-1] + "9" + quoted[-1], 1))
            os.utime(file, ns=(stamp, stamp))
            result = self.run(compiled, "ctx use work", self.probe(compiled, "in"))
            assert result.env("in")["OLD"] == "of work"

    @pytest.mark.parametrize(
        "kind", ["cut", "garbage", "empty", "fifo", "directory", "foreign", "foreign directory", "no source"]
    )
    def test_a_plan_that_cannot_be_trusted_is_not_used(self, compiled: Home, kind: str) -> None:
        file = compiled.plan(self.shell, "work")
        stamp = file.stat().st_mtime_ns
        text = file.read_text().replace("of work", "tampered")
        file.write_text(text)
        if kind == "cut":
            file.write_text("\n".join(text.splitlines()[:-3]))
        elif kind == "garbage":
            file.write_text("}{ ) if\n")
        elif kind == "empty":
            file.write_text("")
        elif kind in {"fifo", "directory"}:
            file.unlink()
            os.mkfifo(file) if kind == "fifo" else file.mkdir()
        elif kind.startswith("foreign"):
            if os.geteuid() != 0:
                pytest.skip("only root can give a file away")
            os.chown(file if kind == "foreign" else file.parent, 65534, 65534)
        os.utime(file, ns=(stamp, stamp))
        if kind == "no source":
            (compiled.config / "profiles.toml").unlink()
        result = self.run(compiled, "ctx use work", self.probe(compiled, "after", self.status))
        if kind == "no source":
            assert result.words("after") != ["0"]
            self.assert_before(compiled, result, "after")
        else:
            self.assert_work(compiled, result, "after")
            assert result.stderr == "ctx: work · Acme pays\n"

    def test_a_cache_that_cannot_be_written(self, home: Home) -> None:
        home.cache.rmdir()
        home.cache.write_text("a file in its place")
        result = self.run(home, "ctx use work", self.probe(home, "in"), "ctx off", self.probe(home, "out"))
        self.assert_work(home, result, "in")
        self.assert_before(home, result, "out")
