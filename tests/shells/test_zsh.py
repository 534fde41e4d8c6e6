"""The contract in zsh, and what only zsh has: its own prompt hooks and compiled files."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.shells.posixlike import PosixlikeContract
from tests.support.home import Home
from tests.support.shells import clean_command


class TestZsh(PosixlikeContract):
    """zsh as it is installed."""

    shell = "zsh"
    strict = "set -euo pipefail"
    hooks = '"${precmd_functions[*]}"'
    hook_variables = frozenset({"precmd_functions", "zstat", "parameters"})
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
