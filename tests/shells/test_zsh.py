"""The contract in zsh, and what only zsh has: its own prompt hooks and compiled files."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.shells.contract import HookContract
from tests.shells.contract.directories import ACME
from tests.shells.contract.session import PLAIN, plain, said
from tests.shells.posixlike import PosixlikeContract
from tests.support.home import FILE, Home
from tests.support.shells import clean_command


class TestZsh(PosixlikeContract, HookContract):
    """zsh as it is installed."""

    shell = "zsh"
    strict = "set -euo pipefail"
    hooks = '"${precmd_functions[*]}"'
    hook_variables = frozenset({"precmd_functions", "chpwd_functions", "zstat", "parameters"})
    idle = ("for test_hook in $precmd_functions; do $test_hook; done",)
    interactive = ("-i", "+Z", "+m")
    names = 'print -l ${(k)parameters} ${(k)functions} | grep -v "^[^a-zA-Z_]"'
    lonely = "unset -fm '__ctx_*'; unset -m '__ctx_*' '__CTX_*'"
    keep = "IFS=:; trap 'echo int' INT; trap : USR1; setopt no_clobber ksh_arrays sh_word_split; unsetopt brace_expand"
    kept = '"$-|$IFS|$(trap)|$(setopt)"'
    hostile = "\n".join(
        (
            "setopt aliases",
            *(
                f"function {name} {{ builtin print HIJACKED {name}; return 7 }}"
                for name in (
                    *("export", "cd", "eval", "test", "unset", "local", "set", "printf", "shift", "declare", "typeset"),
                    *(
                        "source",
                        "exec",
                        "echo",
                        "read",
                        "trap",
                        "true",
                        "false",
                        "exit",
                        "print",
                        "emulate",
                        "zmodload",
                    ),
                    *("zstat", "setopt", "return", "continue"),
                )
            ),
            *(
                f"alias {name}='builtin print HIJACKED'"
                for name in ("break", "print", "ctx_", "cat", "local", "export")
            ),
        )
    )
    settings = (
        "set -euo pipefail",
        "IFS=",
        "IFS=:_abcdefghijklmnopqrstuvwxyz",
        "unset IFS",
        "setopt no_clobber no_glob",
        "setopt ksh_arrays sh_word_split",
        "setopt glob_subst extended_glob null_glob",
        "setopt rc_expand_param magic_equal_subst rc_quotes",
        "setopt csh_junkie_quotes csh_junkie_loops csh_null_glob",
        "setopt sh_glob ksh_glob ignore_braces posix_identifiers",
        "setopt posix_builtins posix_aliases typeset_silent",
        "setopt warn_create_global warn_nested_var",
        "setopt err_return no_unset local_options local_traps",
        "setopt no_equals no_function_argzero bsd_echo no_short_loops",
        "LC_ALL=C",
        "emulate sh",
        "emulate ksh",
    )
    declarations = (
        ("typeset -i {name}=7; export {name}", "7"),
        ("typeset -u {name}=big; export {name}", "BIG"),
        ("typeset -l {name}=SMALL; export {name}", "small"),
        ("typeset -F 2 {name}=7; export {name}", "7.00"),
        ("typeset -i {name}=7", None),
    )
    dump = (
        'test_dump() { echo "@@@@"; export; typeset -p HIDDEN GONE_PLAIN; echo "$-"; }\n'
        'test_count() { echo "@@@@"; echo "$test_n"; }'
    )

    def start(self, rc: Path) -> tuple[list[str], dict[str, str]]:
        folder = rc.parent / "zdotdir"
        folder.mkdir(exist_ok=True)
        (folder / ".zshrc").write_bytes(b"unsetopt zle prompt_cr prompt_sp\nunset ZDOTDIR\n" + rc.read_bytes())
        return [clean_command("zsh")[0], "-d", "-i"], {"ZDOTDIR": str(folder)}

    def user_rc(self, home: Home) -> Path:
        return home.path / ".zshrc"

    def test_first_among_the_prompt_hooks(self, home: Home) -> None:
        lines: tuple[str, ...] = (
            "one() { echo one $? $pipestatus }",
            "precmd_functions=(one)",
            self.source(home.hook("zsh")),
        )
        lines += (self.probe(home, "hooks", "$precmd_functions"), "(exit 4) | (exit 5)", "echo got $? $pipestatus")
        result = self.run(home, *lines, load=False, options=self.interactive, stdin=True)
        assert result.words("hooks") == ["__ctx_prompt", "one"]
        assert "one 5 4 5\n" in result.stdout
        assert "got 5 4 5\n" in result.stdout

    def test_a_compiled_file_beside_a_plan_is_not_read(self, compiled: Home) -> None:
        plan = compiled.plan("zsh", "lean")
        other = compiled.base / "evil"
        other.write_text(plan.read_text().replace("of lean", "evil"))
        command = f"zcompile {self.quote(str(other))}"
        subprocess.run([*clean_command("zsh"), "-c", command], env=compiled.environ(), check=True)
        other.with_name("evil.zwc").rename(plan.with_name("lean.zwc"))
        result = self.run(compiled, "ctx use lean", self.probe(compiled, "in"))
        assert result.env("in")["OLD"] == "of lean"

    def test_a_variable_that_the_user_tied_stays_tied(self, compiled: Home) -> None:
        tie = "unset OLD; typeset -xT OLD old_parts /; OLD=a/b"
        lines = ("ctx use lean", "echo in $OLD $old_parts[1]", "old_parts+=(more)", "echo $OLD", "OLD='of lean'")
        result = self.run(
            compiled, tie, *lines, "ctx off", "echo out $OLD $old_parts[2]", "old_parts+=(c)", "echo $OLD"
        )
        assert result.stdout == "in of lean of lean\nof lean/more\nout a/b b\na/b/c\n"

    # --- Directories --------------------------------------------------------------------------------------------------

    def test_a_change_of_directory_in_a_subshell_counts_there_and_says_nothing(self, user: Home) -> None:
        folder, blocked = user.project(ACME), user.project(ACME, "blocked", trusted=False)
        with self.started(user) as session:
            session.enter(folder)
            session.enter(user.path)
            for there, expected in ((folder, "acme"), (blocked, "mine")):
                change = self.change_directory(there)
                assert session.do(f"(builtin {change} && echo $WHO)") == f"{expected}\n"
                assert session.do(f'test_who=$({change} && echo $WHO); echo "$test_who"') == f"{expected}\n"
            assert session.active() is None
            assert "CTX_STATUS" not in session.look().env

    def test_a_quiet_change_of_directory_is_noticed_at_the_prompt(self, user: Home) -> None:
        folder = user.project(ACME)
        with self.started(user) as session:
            session.do(f"cd -q {self.quote(str(folder))}; test_who=$WHO")
            assert session.look("$test_who").words == ["mine"]
            assert session.active() == "acme"

    def test_first_among_the_hooks_of_a_change(self, user: Home) -> None:
        folder = user.project(ACME)
        first = "test_moved() { echo moved $WHO }; chpwd_functions=(test_moved)"
        with self.session(user, first=(first,)) as session:
            session.terminal.expect()
            assert "moved acme\n" in session.enter(folder)

    def test_errors_wait_while_the_instant_prompt_is_shown(self, user: Home) -> None:
        """powerlevel10k complains about everything that is printed before the first real prompt."""
        blocked = user.project(ACME, "blocked", trusted=False)
        with self.session(user, "typeset -gi __p9k_instant_prompt_active=1", at=blocked) as session:
            assert "ctx" not in plain(session.terminal.expect())
            session.terminal.send("unset __p9k_instant_prompt_active\n")
            (line,) = said(plain(session.terminal.expect()))
            assert "ctx allow" in line
            assert session.prompt() == ""
            assert session.values("CTX_STATUS") == ["blocked"]

    def test_directories_without_modules(self, user: Home) -> None:
        """What no module tells is asked of the program, and changes are noticed all the same."""
        folder = user.project(ACME)
        with self.started(user) as session:
            session.enter(folder)
        with self.session(user, first=("module_path=(/nowhere)",)) as session:
            session.terminal.expect()
            session.enter(folder)
            assert session.active() == "acme"
            (folder / FILE).write_text(ACME + "#")
            assert "ctx allow" in session.prompt()
            assert session.active() is None
            user.profiles(PLAIN, age=5)
            assert session.prompt() == ""
            session.enter(user.path)
            assert session.values("CTX_STATUS") == [None]

    def test_a_widget_that_changes_the_directory(self, user: Home) -> None:
        """The line editor draws its line again behind what is said."""
        folder = user.project(ACME)
        widget = f"test_go() {{ cd {self.quote(str(folder))} }}; zle -N test_go; bindkey '^T' test_go"
        with self.session(user, "setopt zle", widget) as session:
            session.terminal.expect()
            session.terminal.send("\x14")
            session.terminal.expect("ctx: acme · ")
            session.terminal.expect()
            assert session.active() == "acme"
