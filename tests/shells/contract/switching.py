"""Loading the hook; applying a profile and taking it off."""

from __future__ import annotations

import subprocess

import pytest

from tests.shells.contract.language import BEFORE, PROFILES, UNSET, Language, alone
from tests.support.home import PROGRAM, Home
from tests.support.hostile import VALUES, toml


class SwitchingContract(Language):
    """What `ctx use` and `ctx off` do to the environment."""

    # --- Loading ------------------------------------------------------------------------------------------------------

    def test_loads_and_switches_in_the_strictest_mode(self, home: Home) -> None:
        lines = ("ctx use work", self.probe(home, "in"), "ctx off", self.probe(home, "out"))
        result = home.run(
            self.shell,
            "\n".join((self.strict, self.before(), self.source(home.hook(self.shell)), *lines, "")),
            environ=home.environ(CTX_QUIET="1"),
        )
        assert (result.code, result.stdout, result.stderr) == (0, "", "")
        self.assert_work(home, result, "in")
        self.assert_before(home, result, "out")

    def test_init_prints_this_runtime(self, home: Home) -> None:
        done = subprocess.run([*PROGRAM, "init", self.shell], env=home.environ(), check=True, capture_output=True)
        assert done.stdout.decode() == home.runtime(self.shell)

    def test_another_name_for_the_command(self, home: Home) -> None:
        hook = home.hook(self.shell, home.runtime(self.shell, "cx"))
        result = self.run(home, self.source(hook), "cx use work", self.probe(home, "in"), load=False)
        self.assert_work(home, result, "in")

    def test_sourced_twice_is_sourced_once(self, home: Home) -> None:
        again = self.source(home.hook(self.shell))
        result = self.run(home, again, "ctx use work", again, "ctx off", self.probe(home, "out", self.hooks))
        self.assert_before(home, result, "out")
        assert result.words("out")[0].count("__ctx_prompt") <= 1

    def test_only_names_of_its_own(self, home: Home) -> None:
        mark = self.call("echo", "@@@@")
        lines = (self.names, mark, self.source(home.hook(self.shell)), "ctx use lean", "ctx off", mark, self.names)
        result = self.run(home, *lines, load=False, environ=home.environ(CTX_QUIET="1"))
        first, _, rest = result.stdout.partition("@@@@\n")
        new = set(rest.partition("@@@@\n")[2].split()) - set(first.split())
        strange = {name for name in new if not name.startswith(("__ctx_", "__CTX_", "CTX_"))}
        assert strange - {"ctx", *self.hook_variables} == set()

    # --- Applying and taking off --------------------------------------------------------------------------------------

    def test_use_and_off(self, home: Home) -> None:
        lines = ("ctx use work", self.probe(home, "in", self.status), "ctx off", self.probe(home, "out", self.status))
        result = self.run(home, *lines)
        self.assert_work(home, result, "in")
        self.assert_before(home, result, "out")
        assert result.words("in") == result.words("out") == ["0"]
        assert alone(result.stderr) == "ctx: work · Acme pays\nctx: off · was work\n"
        assert result.stdout == ""

    def test_use_and_off_from_a_plan_on_disk(self, compiled: Home) -> None:
        compiled.standin("raise SystemExit('not this time')")
        result = self.run(compiled, "ctx use work", self.probe(compiled, "in"), "ctx off", self.probe(compiled, "out"))
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "out")

    def test_what_was_not_exported_comes_back_unexported(self, home: Home) -> None:
        if not self.unexported:
            pytest.skip("the language exports every environment variable")
        words = (self.expand("HIDDEN"), self.expand("GONE_PLAIN"))
        result = self.run(
            home, "ctx use work", self.probe(home, "in", *words), "ctx off", self.probe(home, "out", *words)
        )
        assert result.words("in") == ["of work", UNSET]
        assert result.words("out") == ["was hidden", "hidden too"]
        self.assert_before(home, result, "out")

    def test_switching_from_one_to_another(self, compiled: Home) -> None:
        lines = ("ctx use work", "ctx use other", self.probe(compiled, "other"), "ctx use work")
        result = self.run(compiled, *lines, self.probe(compiled, "work"), "ctx off", self.probe(compiled, "out"))
        own = result.own("other")
        assert (own["CTX_PROFILE"], own["__CTX_PREVIOUS"]) == ("other", "work")
        assert own["__CTX_LIST_PATH"] == "/other/bin"
        path = home_path = compiled.environ()["PATH"]
        expected = {**compiled.environ(), **BEFORE, "OLD": "of other", "ONLY_OTHER": "1", "PATH": f"/other/bin:{path}"}
        assert result.env("other") == expected
        assert result.env("out")["PATH"] == home_path
        self.assert_work(compiled, result, "work")
        self.assert_before(compiled, result, "out")

    def test_the_same_profile_again(self, compiled: Home) -> None:
        result = self.run(
            compiled, "ctx use work", "ctx use work", self.probe(compiled, "in"), "ctx off", self.probe(compiled, "out")
        )
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "out")
        assert "__CTX_PREVIOUS" not in result.own("in")

    def test_what_the_user_changed_since_stays(self, compiled: Home) -> None:
        changes = (self.export("OLD", "mine"), self.unset("NEW"), self.export("GONE", "mine"), self.export("SAME", ""))
        result = self.run(compiled, "ctx use work", *changes, "ctx off", self.probe(compiled, "out"))
        assert result.env("out") == {**compiled.environ(), **BEFORE, "OLD": "mine", "GONE": "mine", "SAME": ""}

    def test_variables_that_are_all_new(self, home: Home) -> None:
        """Then they are set together, and taken away together unless one of them was changed."""
        values = VALUES | {"F_EMPTY": "", "F_ONE": "1", "F_TWO": "2", "F_THREE": "=a=b\x1fc"}
        table = "".join(f"{name} = {toml(value)}\n" for name, value in values.items())
        home.profiles(f'{PROFILES}\n[profiles.fresh]\nunset = ["NEVER_THERE", "GONE"]\n[profiles.fresh.env]\n{table}')
        home.compile(self.shell, "fresh", "other")
        changes = (self.export("F_ONE", "mine"), self.unset("F_TWO"), self.export("F_EMPTY", "no longer"))
        lines: tuple[str, ...] = ("ctx use fresh", self.probe(home, "in"), "ctx off", self.probe(home, "out"))
        lines += ("ctx use fresh", *changes, "ctx use other", self.probe(home, "other"), "ctx off")
        result = self.run(home, *lines, self.probe(home, "changed"))
        expected = {**home.environ(), **BEFORE, **values}
        assert result.env("in") == {name: value for name, value in expected.items() if name != "GONE"}
        assert set(result.own("in")["__CTX_SET"].split()) == set(values)
        self.assert_before(home, result, "out")
        kept = {"F_ONE": "mine", "F_EMPTY": "no longer"}
        assert result.env("changed") == {**home.environ(), **BEFORE, **kept}
        assert {name for name in result.env("other") if name in values} == set(kept)
        assert f"ctx: fresh · {len(values)} set, 1 cleared\n" in result.stderr

    def test_the_users_own_list_entries_stay(self, compiled: Home) -> None:
        lines = (self.surround("PATH", "/mine:", ":/mine too"), self.surround("FRESH_LIST", "/x:", ""))
        result = self.run(compiled, "ctx use work", *lines, "ctx off", self.probe(compiled, "out"))
        assert result.env("out")["PATH"] == f"/mine:{compiled.environ()['PATH']}:/mine too"
        assert result.env("out")["FRESH_LIST"] == "/x"

    def test_lists_with_duplicates_come_back_exactly(self, compiled: Home) -> None:
        path = f"/work/end:/work/bin:{compiled.environ()['PATH']}:/work/end:/work/front"
        lines = (
            self.export("PATH", path),
            "ctx use work",
            self.probe(compiled, "in"),
            "ctx off",
            self.probe(compiled, "out"),
        )
        result = self.run(compiled, *lines)
        assert result.env("in")["PATH"] == f"/work/bin:/work/front:{path}:/work/end"
        assert result.env("out")["PATH"] == path

    def test_a_list_that_the_user_took_apart(self, compiled: Home) -> None:
        lines = (self.export("PATH", "/work/front:/elsewhere"), self.unset("FRESH_LIST"))
        result = self.run(compiled, "ctx use work", *lines, "ctx off", self.probe(compiled, "out"))
        assert result.env("out")["PATH"] == "/elsewhere"
        assert "FRESH_LIST" not in result.env("out")

    def test_a_list_that_was_empty(self, compiled: Home) -> None:
        lines = (
            self.export("LISTED", ""),
            "ctx use lean",
            self.probe(compiled, "in"),
            "ctx off",
            self.probe(compiled, "out"),
        )
        result = self.run(compiled, *lines)
        assert result.env("in")["LISTED"] == "/lean"
        assert result.env("out")["LISTED"] == ""

    def test_a_list_that_was_not_exported(self, compiled: Home) -> None:
        if not self.unexported:
            pytest.skip("the language exports every environment variable")
        lines = (self.unset("LISTED"), self.assign("LISTED", "/h"), "ctx use lean", self.probe(compiled, "in"))
        result = self.run(compiled, *lines, "ctx off", self.probe(compiled, "out", self.expand("LISTED")))
        assert result.env("in")["LISTED"] == "/lean:/h"
        assert "LISTED" not in result.env("out")
        assert result.words("out") == ["/h"]

    def test_names_declared_to_change_their_values(self, compiled: Home) -> None:
        for declaration, given in self.declarations:
            lines = (self.unset("OLD"), declaration.format(name="OLD"), self.probe(compiled, "before"), "ctx use lean")
            result = self.run(compiled, *lines, self.probe(compiled, "in"), "ctx off", self.probe(compiled, "out"))
            assert result.env("before").get("OLD") == given, declaration
            assert result.env("in")["OLD"] == "of lean", declaration
            assert result.env("out").get("OLD") == given, declaration

    @pytest.mark.parametrize("name", ["OLD", "GONE", "LISTED"])
    def test_a_readonly_variable_stops_everything(self, compiled: Home, name: str) -> None:
        result = self.run(compiled, self.readonly(name), "ctx use lean", self.probe(compiled, "after", self.status))
        assert result.words("after") == ["1"]
        assert result.stderr == f"ctx: {name} is readonly in this shell: nothing was changed\n"
        self.assert_before(compiled, result, "after")
        assert result.own("after") == {}

    def test_what_became_readonly_stops_a_switch_and_outlives_off(self, compiled: Home) -> None:
        lines = ("ctx use lean", self.readonly("HIDDEN"), "ctx use other", self.probe(compiled, "refused", self.status))
        result = self.run(compiled, *lines, "ctx off", self.probe(compiled, "out", self.status))
        assert result.words("refused") == ["1"]
        assert result.own("refused")["CTX_PROFILE"] == "lean"
        assert result.env("refused")["OLD"] == "of lean"
        assert "ctx: HIDDEN is readonly in this shell: nothing was changed\n" in result.stderr
        assert "ctx: HIDDEN is readonly in this shell: it keeps the value that lean gave it\n" in result.stderr
        assert result.words("out") == ["1"]
        assert result.env("out") == {**compiled.environ(), **BEFORE, "HIDDEN": "of lean"}

    @pytest.mark.parametrize("name", ["NEW", "GONE", "LISTED"])
    def test_an_array_stops_everything(self, compiled: Home, name: str) -> None:
        if not self.arrays:
            pytest.skip("environment variables cannot be arrays here")
        lines = (self.unset(name), self.array(name), "ctx use lean", self.probe(compiled, "after", self.status))
        result = self.run(compiled, *lines)
        assert result.words("after") == ["1"]
        assert result.stderr == f"ctx: {name} is an array in this shell: nothing was changed\n"
        assert result.own("after") == {}
        assert result.env("after")["OLD"] == "old"
