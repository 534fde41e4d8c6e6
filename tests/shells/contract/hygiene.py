"""What the hook leaves alone, at the prompt too."""

from __future__ import annotations

from ctx.dialects import dialect
from tests.shells.contract.language import BEFORE, PROFILES, SECRET_NEW, SECRET_OLD, Language, alone, reveals
from tests.support.home import PROGRAM, Home, Result
from tests.support.pty import PROMPT, Terminal
from tests.support.shells import clean_command


class HygieneContract(Language):
    """The user's options, functions, status and secrets."""

    # --- Hygiene ------------------------------------------------------------------------------------------------------

    def test_functions_and_aliases_named_like_builtins(self, compiled: Home) -> None:
        lines: tuple[str, ...] = (
            self.hostile,
            self.source(compiled.hook(self.shell)),
            "ctx use work",
            self.probe(compiled, "in"),
        )
        lines += ("ctx off", self.probe(compiled, "out"), "ctx use lean", *self.idle, "ctx list")
        result = self.run(compiled, *lines, load=False)
        self.assert_work(compiled, result, "in")
        self.assert_before(compiled, result, "out")
        assert "HIJACKED" not in result.stdout + result.stderr

    def test_odd_settings(self, compiled: Home) -> None:
        for setting in self.settings:
            lines: tuple[str, ...] = (self.before(), setting, self.source(compiled.hook(self.shell)), "ctx use work")
            lines += (self.probe(compiled, "in"), *self.idle, "ctx use other", "ctx off", self.probe(compiled, "out"))
            lines += (self.otherwise("ctx use typo", self.probe(compiled, "end", self.status)),)
            result = compiled.run(self.shell, "\n".join((*lines, "")), environ=compiled.environ(CTX_QUIET="1"))
            assert result.stdout == self.failed, setting
            assert result.stderr.startswith("ctx: "), setting
            assert "'typo'" in result.stderr, setting
            self.assert_work(compiled, result, "in")
            self.assert_before(compiled, result, "out")
            assert result.words("end") == ["4"], setting

    def test_options_traps_and_settings_are_kept(self, compiled: Home) -> None:
        lines: tuple[str, ...] = (
            self.keep,
            self.probe(compiled, "first", self.kept),
            self.source(compiled.hook(self.shell)),
            *self.idle,
        )
        lines += ("ctx use work", "ctx use other", "ctx list", "ctx use typo", "ctx off", self.evaluate("ctx use lean"))
        result = self.run(compiled, *lines, self.probe(compiled, "last", self.kept), load=False)
        assert result.own("last")["CTX_PROFILE"] == "lean"
        assert result.words("first") == result.words("last")
        assert len(result.words("first")[0]) > 20

    def secretive(self, home: Home) -> tuple[str, str]:
        home.profiles(PROFILES + f'[profiles.secretive.env]\nMY_TOKEN = "{SECRET_NEW}"\nOLD = "1"\n')
        return self.export("MY_TOKEN", SECRET_OLD), self.source(home.hook(self.shell))

    def test_tracing_shows_no_credential_and_nothing_of_ctx(self, home: Home) -> None:
        export, source = self.secretive(home)
        lines = (
            source,
            self.trace,
            "ctx use secretive",
            *self.idle,
            "ctx list",
            "ctx use -",
            "ctx off",
            "ctx off",
            "ctx use lean",
        )
        result = self.run(home, export, *lines, load=False)
        assert "lean" in result.stderr
        assert SECRET_OLD not in result.stderr + result.stdout
        assert SECRET_NEW not in result.stderr + result.stdout
        assert [line for line in result.stderr.splitlines() if "__ctx_" in line and "__ctx_prompt" not in line] == []

    def test_nothing_of_ctx_itself_is_exported(self, home: Home) -> None:
        export, source = self.secretive(home)
        lines: tuple[str, ...] = (
            self.allexport,
            source,
            "ctx use secretive",
            *self.idle,
            self.probe(home, "in"),
            "ctx use lean",
        )
        lines += (self.probe(home, "other"), "ctx off", self.probe(home, "out"))
        result = self.run(home, export, *lines, load=False)
        assert result.env("in")["MY_TOKEN"] == SECRET_NEW
        assert result.env("out")["MY_TOKEN"] == SECRET_OLD
        for label in ("in", "other", "out"):
            given = result.probes[label]
            assert [name for name in given if "__ctx_" in name] == []
            for name, value in given.items():
                if name != "MY_TOKEN":
                    assert not reveals(value), name

    # --- Prompt -------------------------------------------------------------------------------------------------------

    def test_the_prompt_says_nothing_and_keeps_the_status(self, compiled: Home) -> None:
        lines = ("ctx use work", self.call("echo", "@@@@"), self.failing, self.probe(compiled, "after", self.status))
        quiet = compiled.environ(CTX_QUIET="1")
        result = self.run(compiled, *lines, options=self.interactive, stdin=True, environ=quiet)
        assert result.stdout == "@@@@\n"
        assert "ctx" not in result.stderr.partition("@@@@")[2]
        assert result.words("after") == ["3"]

    def inherited(self, home: Home) -> dict[str, str]:
        """The environment of a child of a shell in which `lean` is active, PATH has an entry, and more is claimed."""
        child = {"OLD": "of lean", "HIDDEN": "of lean", "NEW": "new", "LISTED": "/lean:/a:/b", "BYSTANDER": "stays"}
        state = {"CTX_PROFILE": "lean", "CTX_STATUS": "active", "__CTX_SET": "OLD HIDDEN NEW", "__CTX_LISTS": "LISTED"}
        return home.environ(**child, **state, __CTX_LIST_LISTED="/lean")

    def test_a_child_shell_adopts_the_profile(self, compiled: Home) -> None:
        lines = (
            self.source(compiled.hook(self.shell)),
            self.probe(compiled, "in"),
            "ctx off",
            self.probe(compiled, "out"),
        )
        result = compiled.run(self.shell, "\n".join((*lines, "")), environ=self.inherited(compiled))
        assert result.env("in")["OLD"] == "of lean"
        assert result.own("out") == {"__CTX_PREVIOUS": "lean", "__CTX_MANUAL": "-"}
        assert result.env("out") == {**compiled.environ(), "LISTED": "/a:/b", "BYSTANDER": "stays"}
        assert alone(result.stderr) == "ctx: off · was lean\n"

    def test_what_a_parent_claims_is_only_data(self, compiled: Home) -> None:
        claims = {
            "__CTX_SET": "OLD a[$(touch>ran)0] $(touch>ran) IFS __ctx_state CTX_QUIET x-y 1 * HOME PATH BYSTANDER;touch>ran",
            "__CTX_LISTS": "LISTED a[$(touch>ran)0] -p ;touch>ran",
            "__CTX_LIST_LISTED": "$(touch ran):*:/lean",
            "__CTX_PREVIOUS": "../../evil",
            "__ctx_state": "applying",
            "__ctx_again": "yes",
            "__ctx_loaded": "yes",
            "__ctx_flags": "e",
        }
        for profile in ("lean", "../x", "$(touch ran)", "a" * 65, ""):
            environ = self.inherited(compiled) | claims | {"CTX_PROFILE": profile}
            lines = (
                self.source(compiled.hook(self.shell)),
                self.probe(compiled, "in"),
                *self.idle,
                "ctx use -",
                "ctx off",
            )
            result = compiled.run(self.shell, "\n".join((*lines, self.probe(compiled, "out"), "")), environ=environ)
            env = result.env("out")
            assert result.own("in").get("CTX_PROFILE") == ("lean" if profile == "lean" else None)
            assert "no profile was active before" in result.stderr
            assert (env["BYSTANDER"], env["PATH"]) == ("stays", compiled.environ()["PATH"])
            assert env.get("OLD") == (None if profile == "lean" else "of lean")
            assert env["LISTED"] == ("/a:/b" if profile == "lean" else "/lean:/a:/b")

    def terminal(self, home: Home, environ: dict[str, str], *lines: str) -> Terminal:
        """An interactive shell whose start-up file holds these lines, at its first prompt."""
        rc = home.base / f"rc.{dialect(self.shell).suffix}"
        rc.write_bytes("\n".join((self.prompt(PROMPT), *lines, "")).encode())
        command, extra = self.start(rc)
        return Terminal(command, environ | extra, str(home.path))

    def told(self, home: Home, terminal: Terminal, label: str, *words: str) -> Result:
        """A probe in a terminal."""
        home.report.unlink(missing_ok=True)
        terminal.run(self.probe_here(home, label, *words))
        result = Result(0, "", "")
        home._read(result)
        return result

    def probe_here(self, home: Home, label: str, *words: str) -> str:
        """A probe that can be typed: the hostile path stays out of the line editor."""
        return " ".join((self.invoke(PROGRAM[0], "-I", "-S", str(home.probe_script), str(home.report), label), *words))

    def test_an_inherited_profile_is_applied_again_after_the_start_up_files(self, compiled: Home) -> None:
        rc = (self.source(compiled.hook(self.shell)), self.export("OLD", "of the rc file"))
        with self.terminal(compiled, self.inherited(compiled), *rc) as terminal:
            started = terminal.expect()
            assert "ctx:" not in started
            result = self.told(compiled, terminal, "in")
            assert result.env("in")["OLD"] == "of lean"
            assert result.env("in")["LISTED"] == "/lean:/a:/b"
            assert result.own("in")["CTX_PROFILE"] == "lean"
            assert "ctx: off · was lean" in terminal.run("ctx off")
            result = self.told(compiled, terminal, "out")
            assert result.env("out")["OLD"] == "of the rc file"
            assert result.env("out")["LISTED"] == "/a:/b"

    def test_an_inherited_profile_that_fails_is_taken_off(self, compiled: Home) -> None:
        environ = self.inherited(compiled)
        compiled.profiles("[profiles.left.env]\nA = 1\n", age=5)
        with self.terminal(compiled, environ, self.source(compiled.hook(self.shell))) as terminal:
            assert "lean" in terminal.expect()
            result = self.told(compiled, terminal, "out")
            assert "CTX_PROFILE" not in result.own("out")
            assert "OLD" not in result.env("out")

    def test_ctrl_c_while_the_program_works(self, home: Home) -> None:
        environ = self.standin(home) | {"MISBEHAVE": "hang", "OLD": "old"}
        # Else the first prompt asks already, what is bound where.
        (home.config / "profiles.toml").unlink()
        with self.terminal(home, environ, self.source(home.hook(self.shell))) as terminal:
            terminal.expect()
            terminal.send("ctx use work\n")
            terminal.expect("waiting")
            terminal.interrupt()
            terminal.expect()
            result = self.told(home, terminal, "after")
            assert result.env("after")["OLD"] == "old"
            assert result.own("after") == {}

    def test_the_shell_of_ctx_shell(self, compiled: Home) -> None:
        rc_home = compiled.environ(SHELL=clean_command(self.shell)[0], **BEFORE)
        own_rc = self.user_rc(compiled)
        own_rc.parent.mkdir(parents=True, exist_ok=True)
        own_rc.write_text(self.prompt(PROMPT) + "\n" + self.export("OLD", "of the rc file") + "\n")
        command = [*PROGRAM, "shell", "lean", "--shell", self.shell]
        with Terminal(command, rc_home, str(compiled.base)) as terminal:
            terminal.expect()
            result = self.told(compiled, terminal, "in")
            assert result.env("in")["OLD"] == "of lean"
            assert result.own("in")["CTX_PROFILE"] == "lean"
            assert result.own("in")["__CTX_PIN"] == "1"
