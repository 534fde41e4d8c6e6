"""`ctx secret adopt`: what it finds, what it leaves alone, and what is left on disk of what it moved."""

from __future__ import annotations

import itertools
import os
import shlex
import stat
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.cli import adopt_dotenv, adopt_fish, adopt_posix, adopt_powershell, adopt_profiles
from ctx.cli.adopt_files import BACKUP, Source, usual
from ctx.cli.adopt_found import Assignment, described, whole_line
from ctx.config import parse
from ctx.errors import EXIT_REFUSED, EXIT_USAGE
from tests.support.home import PROGRAM, Home
from tests.support.hostile import VALUES
from tests.support.pty import Terminal
from tests.support.shells import clean_command, require_shell

Parser = Callable[[str], list[Assignment]]

KEY = "sk-ant-api03-" + "k" * 20
GITHUB = "ghp_" + "g" * 36


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, "home")


def adopt(home: Home, *words: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, "secret", "adopt", *words],
        cwd=cwd or home.path,
        env=home.environ(**environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def stored(home: Home, name: str) -> str:
    done = home.ctx("secret", "get", name)
    return done.stdout.removesuffix("\n")


def values(parser: Parser, text: str) -> dict[str, str | None]:
    return {assignment.variable: assignment.value for assignment in parser(text)}


def reason(parser: Parser, text: str, variable: str = "A") -> str:
    found = [assignment for assignment in parser(text) if assignment.variable == variable]
    assert all(assignment.value is None for assignment in found)
    return found[0].reason if found else ""


# Parsing: what is taken.


@pytest.mark.parametrize(
    ("parser", "line", "value"),
    [
        (adopt_posix, "export A=b", "b"),
        (adopt_posix, "A=b", "b"),
        (adopt_posix, "  export  A=b  # note", "b"),
        (adopt_posix, "export A=b;", "b"),
        (adopt_posix, "export A='it is $x `y` \\n'", "it is $x `y` \\n"),
        (adopt_posix, 'export A="a \\"b\\" \\$c \\\\ \\d"', 'a "b" $c \\ \\d'),
        (adopt_posix, "export A='a'\"b\"c=", "abc="),
        (adopt_posix, "export A='one\ntwo'", "one\ntwo"),
        (adopt_posix, "export \\\nA=b", "b"),
        (adopt_fish, "set -gx A b", "b"),
        (adopt_fish, "set --global --export A 'it\\'s \\n'", "it's \\n"),
        (adopt_fish, 'set -x A "a\\"b \\$c"', 'a"b $c'),
        (adopt_powershell, "$env:A = 'it''s `n $x'", "it's `n $x"),
        (adopt_powershell, '${env:A}="b"', "b"),
        (adopt_powershell, '$Env:A = "b" # c', "b"),
        (adopt_powershell, '\ufeff$env:A = "b";', "b"),
        (adopt_dotenv, "A=b", "b"),
        (adopt_dotenv, "export A = b # c", "b"),
        (adopt_dotenv, "A='b c # d'", "b c # d"),
        (adopt_dotenv, 'A="b c"\r', "b c"),
        (adopt_dotenv, "A=postgres://u:p@h/d?x=1", "postgres://u:p@h/d?x=1"),
    ],
)
def test_a_plain_assignment_is_understood(parser: Parser, line: str, value: str) -> None:
    text = f"# first\n{line}\n# last\n" if not line.startswith("\ufeff") else f"{line}\n# last\n"
    (found,) = parser.assignments(text)  # type: ignore[attr-defined]

    assert found.value == value
    span = whole_line(text, found.start, found.end)
    assert span is not None
    rest = text[: span[0]] + text[span[1] :]
    assert rest == ("\ufeff# last\n" if line.startswith("\ufeff") else "# first\n# last\n")


# Parsing: what is left alone.


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("if x; then\nexport A=b\nfi", "block"),
        ("f() {\nexport A=b\n}", "block"),
        ("function f {\nexport A=b\n}", "block"),
        ("function f() { export A=b; }", "block"),
        ("for x in 1; do\nA=b\ndone", "block"),
        ("while read x\ndo\nA=b\ndone", "block"),
        ("case x in\ny) A=b ;;\nesac", "block"),
        ("case x in\n(y)\nA=b\n;;\nesac", "block"),
        ("(\nA=b\n)", "block"),
        ("{\nA=b\n}", "block"),
        ("[[ -f x && ( -f y ) ]] &&\nexport A=b", "longer"),
        ("true || export A=b", "longer"),
        ("A=b >x", "longer"),
        ("A=b | cat", "shares"),
        ("A=b && x", "shares"),
        ("x; A=b", "shares"),
        ("export A=b; x", "shares"),
        ("A=b x", "more"),
        ("export A=b C=d", "more"),
        ("export -n A=b", "more"),
        ("typeset -x A=b", "more"),
        ("export A=$x", "plainly"),
        ("export A=$(x)", "plainly"),
        ("export A=`x`", "plainly"),
        ('export A="${x:-"y"}"', "plainly"),
        ("export A=$'x'", "plainly"),
        ("export A=~/x", "plainly"),
        ("export A=a*", "plainly"),
        ("export A={a,b}", "plainly"),
        ("export A==ls", "plainly"),
        ("export A='a''b'", "plainly"),
        ("A=(b c)", "plainly"),
        ("A+=b", "plainly"),
        ("export A=b\r", "plainly"),
        ("export A=b\nexport C=$A", "line 2 refers"),
        ('export A=b\nx "${A:-}"', "line 2 refers"),
        ("export A=b\nx '", "does not understand"),
        ("export A=b\nx $(", "does not understand"),
        ("export A=b\nfi", "does not understand"),
        ("export A=b\ncat <<E\n", "does not understand"),
    ],
)
def test_what_is_more_than_that_is_left_alone_in_a_shells_file(text: str, part: str) -> None:
    assert part in reason(adopt_posix.assignments, text)


@pytest.mark.parametrize(
    "text",
    [
        "cat <<E\nexport A=b\nE\n",
        "cat <<-'E'\n\tA=b\n\tE\n",
        "x '\nA=b\n'",
        "# export A=b",
        "echo A=b",
        "alias x='A=b'",
        "x $(\nA=b\n)",
    ],
)
def test_what_is_no_assignment_is_none(text: str) -> None:
    assert values(adopt_posix.assignments, text) == {}


@pytest.mark.parametrize(
    "before",
    [
        "if [ -f x ]; then . x; fi", "[[ a =~ ^(b|c)$ ]] && x", "x() { y; }", "x ()\n{\n y\n}", "plugins=(a b\n c)",
        "for x in *(N); do y; done", "case x in a|b) y ;; (c) z ;; esac", "cat <<E\n'\nE", "x <<< 'y'", "(( x = 1 << 2 ))",
        'x="${y:-$(z "a")}"', "x &", "x && y || z", "echo \\' \\\" # it's", "alias x='y'", "x >y 2>&1", "source <(x)",
        "while read x; do y; done < z", "if x; then\ny\nelse\nz\nfi", "[ $# -gt 0 ] && x", "echo ${#x} ${x#y}",
        "autoload -Uz compinit && compinit", "bindkey '^[[A' up", "PS1='$ '", "until x; do y; done", "! x",
    ],
)  # fmt: skip
def test_the_usual_lines_in_front_do_not_keep_one_from_being_found(before: str) -> None:
    assert values(adopt_posix.assignments, f"{before}\nexport A=b\n")["A"] == "b"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("if x\nset -gx A b\nend", "block"),
        ("and begin\nset -gx A b\nend", "block"),
        ("if not begin; x; end\nset -gx A b\nend", "block"),
        ("function f\nset -gx A b\nend", "block"),
        ("set -Ux A b", "universal"),
        ("set -gx A b c", "list"),
        ("set -gxp A b", "more"),
        ("set -gx A $x", "plainly"),
        ("set -gx A (x)", "plainly"),
        ('set -gx A "(x)"', "plainly"),
        ("set -gx A ~/x", "plainly"),
        ("set -gx A a\\x41", "plainly"),
        ("set -gx A b; x", "shares"),
        ("x; set -gx A b", "shares"),
        ("x; and set -gx A b", "more"),
        ("x && set -gx A b", "more"),
        ("set -gx A b\nx $A", "line 2 refers"),
        ("set -gx A b\nx '", "does not understand"),
    ],
)
def test_what_is_more_than_that_is_left_alone_in_fish(text: str, part: str) -> None:
    assert part in reason(adopt_fish.assignments, text)


@pytest.mark.parametrize(
    "text",
    ["set A b", "set -g A b", "set -e A", "set -q A", "echo set -gx A b", "# set -gx A b", "x '\nset -gx A b\n'"],
)
def test_what_fish_does_not_export_is_none(text: str) -> None:
    assert values(adopt_fish.assignments, text) == {}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("if ($x) {\n$env:A = 'b'\n}", "block"),
        ("x |\n$env:A = 'b'", "longer"),
        ('$env:A = "b$x"', "plainly"),
        ('$env:A = "b`n"', "plainly"),
        ("$env:A = 'b' + 'c'", "plainly"),
        ("$env:A = b", "plainly"),
        ("$env:A += 'b'", "plainly"),
        ("$env:A = \u2018b\u2019", "plainly"),
        ("$env:A = 'b'; x", "shares"),
        ("$env:A = 'b'\nx $env:A", "line 2 refers"),
    ],
)
def test_what_is_more_than_that_is_left_alone_in_powershell(text: str, part: str) -> None:
    assert part in reason(adopt_powershell.assignments, text) or part == "shares"
    assert values(adopt_powershell.assignments, text)["A"] is None


@pytest.mark.parametrize(
    "text", ["# $env:A = 'b'", "<#\n$env:A = 'b'\n#>", "@'\n$env:A = 'b'\n'@", "x '\n$env:A = 'b", "$x = $env:A"]
)
def test_what_powershell_does_not_carry_out_is_none(text: str) -> None:
    assert values(adopt_powershell.assignments, text) == {}


@pytest.mark.parametrize("line", ["A=$B", 'A="a\\nb"', "A='a", 'A="one\ntwo"', "A=a b", "A=`x`", "A=a'b'", "A='a' b"])
def test_what_programs_read_differently_is_left_alone_in_dotenv(line: str) -> None:
    assert "programs" in reason(adopt_dotenv.assignments, f"X=1\n{line}\nB_KEY=c\n")


def test_a_value_of_several_lines_hides_no_others_and_shows_none() -> None:
    assert values(adopt_dotenv.assignments, 'A="x\nB=no\nC=no"\nD=yes\n') == {"A": None, "D": "yes"}
    assert values(adopt_dotenv.assignments, "A=yes\nB=no'\nCOPY=${A}\n")["A"] is None


# Parsing, held against the shells.

PIECES = [
    "a",
    "B9",
    "_-+./:@%,",
    "=",
    "'q r'",
    "'$x'",
    '"d e"',
    '"\\$"',
    '"\\""',
    '"\\\\"',
    '"\\n"',
    "\\ ",
    "~",
    "*",
    "!",
    "'",
    "^",
    "#",
    "é",
    "''",
]


@pytest.mark.parametrize("shell", ["bash", "zsh", "sh", "fish", "pwsh"])
def test_what_is_taken_is_what_the_shell_would_set(shell: str, tmp_path: Path) -> None:
    parser, template = {
        "fish": (adopt_fish.assignments, "set -gx V{} {}"),
        "pwsh": (adopt_powershell.assignments, "$env:V{} = {}"),
    }.get(shell, (adopt_posix.assignments, "export V{}={}"))
    words = ["".join(pair) for pair in itertools.product(PIECES, repeat=2)]
    words += [shlex.quote(value) for value in VALUES.values() if value]
    taken: dict[str, str] = {}
    lines = []
    for number, word in enumerate(words):
        line = template.format(number, word)
        found = parser(f"{line}\n")
        if found and found[0].value is not None and found[0].value:
            taken[f"V{number}"] = found[0].value
            lines.append(line)
    assert len(taken) > (5 if shell == "pwsh" else 40)
    script = tmp_path / "script"
    report = tmp_path / "report"
    script = script.with_suffix(".ps1" if shell == "pwsh" else ".x")
    script.write_text("\n".join([*lines, f"env -0 > '{report}'"]) + "\n")
    command = clean_command(shell) if shell != "sh" else [require_shell("dash")]
    subprocess.run(
        [*command, str(script)], env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(tmp_path)}, check=True
    )

    environment = dict(line.split("=", 1) for line in report.read_bytes().decode().split("\0") if "=" in line)
    assert {name: environment.get(name) for name in taken} == taken


STARTUP = """\
# mine
[[ -o interactive ]] && setopt no_beep
export PATH="$HOME/bin:$PATH"
if [ -z "$LANG" ]; then
  export LANG=C
fi
export ANTHROPIC_API_KEY="{key}"   # for work
plugins=(git docker)
export EDITOR=vi GREETING='it'"'"'s'
case $TERM in (dumb) ;; *) ;; esac
greet() {{ export INNER_TOKEN=abcdefgh; }}
export GITHUB_TOKEN={github}
# an old one: {key}
"""


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_is_left_does_what_it_did(shell: str, home: Home) -> None:
    file = home.path / f".{shell}rc"
    file.write_text(
        STARTUP.format(key=KEY, github=GITHUB).replace(
            "[[ -o interactive ]] && setopt no_beep\n",
            "" if shell == "bash" else "[[ -o interactive ]] && setopt no_beep\n",
        )
    )

    def environment() -> dict[str, str]:
        script = f". {shlex.quote(str(file))}; env -0"
        done = subprocess.run(
            [*clean_command(shell), "-c", script], env=home.environ(), capture_output=True, text=True, check=True
        )
        return {k: v for k, _, v in (line.partition("=") for line in done.stdout.split("\0")) if k != "_"}

    before = environment()
    assert adopt(home, "--yes").returncode == 0
    after = environment()

    assert {name for name in before if after.get(name) != before[name]} == {"ANTHROPIC_API_KEY", "GITHUB_TOKEN"}
    assert stored(home, "anthropic-api-key") == KEY
    assert stored(home, "github-token") == GITHUB


# The command.


def test_a_start_up_file_loses_the_line_and_the_store_has_the_value(home: Home) -> None:
    file = home.path / ".zshrc"
    file.write_text(STARTUP.format(key=KEY, github=GITHUB))
    file.chmod(0o640)
    before = file.read_text().splitlines()
    done = adopt(home, "--yes")

    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert [line for line in before if line not in file.read_text().splitlines()] == [
        f'export ANTHROPIC_API_KEY="{KEY}"   # for work',
        f"export GITHUB_TOKEN={GITHUB}",
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert f"~/.zshrc:7: ANTHROPIC_API_KEY (API key of the Claude Console, {len(KEY)} characters)" in done.stderr
    assert "~/.zshrc:11: holds one of the values too" in done.stderr
    assert 'ANTHROPIC_API_KEY = { secret = "anthropic-api-key" }' in done.stderr
    assert KEY not in done.stderr
    assert GITHUB not in done.stderr


def test_no_backup_holds_a_secret(home: Home, tmp_path: Path) -> None:
    file = home.path / ".bashrc"
    file.write_text(
        STARTUP.format(key=KEY, github=GITHUB)
        + "#export OLD=sk-ant-api03-oldoldoldoldold\nexport DB_PASSWORD=hunter22; x\nexport X_TOKEN=$(echo hidden)\n"
    )
    adopt(home, "--yes")
    backup = file.with_name(f".bashrc{BACKUP}")
    text = backup.read_text()

    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert "ANTHROPIC_API_KEY=***   # for work" in text
    assert len(text.splitlines()) == len(STARTUP.splitlines()) + 3
    assert 'export PATH="$HOME/bin:$PATH"' in text
    for word in (KEY, GITHUB, "oldold", "hunter22", "hidden", "abcdefgh"):
        assert word not in text
    holding = [path for path in tmp_path.rglob("*") if path.is_file() and GITHUB.encode() in path.read_bytes()]
    assert holding == []

    file.write_text(f"export NPM_TOKEN={GITHUB}x\n")
    adopt(home, "--yes")
    assert "ANTHROPIC" in backup.read_text()
    assert file.with_name(f".bashrc{BACKUP}-2").exists()


def test_without_terminal_or_yes_nothing_happens(home: Home) -> None:
    file = home.path / ".profile"
    file.write_text(f"export GITHUB_TOKEN={GITHUB}\n")
    done = adopt(home)

    assert done.returncode == EXIT_REFUSED
    assert "GITHUB_TOKEN (GitHub token, 40 characters)" in done.stderr
    assert GITHUB not in done.stderr
    assert "ctx secret adopt --yes" in done.stderr
    assert file.read_text() == f"export GITHUB_TOKEN={GITHUB}\n"
    assert not (home.data / "secrets").exists()


def test_each_is_asked_about(home: Home) -> None:
    file = home.path / ".bashrc"
    file.write_text(f"export GITHUB_TOKEN={GITHUB}\nexport ANTHROPIC_API_KEY={KEY}\n")
    with Terminal([*PROGRAM, "secret", "adopt"], home.environ(), str(home.path)) as screen:
        screen.expect("GITHUB_TOKEN (GitHub token, 40 characters)")
        screen.expect("keep it as the secret github-token, and take the line out? [y/N] ")
        screen.send("n\n")
        screen.expect("ANTHROPIC_API_KEY (API key")
        screen.expect("[y/N] ")
        screen.send("y\n")
        screen.expect("1 line taken out")
        screen.expect("copies may remain")
        assert KEY not in screen.screen
        assert GITHUB not in screen.screen

    assert file.read_text() == f"export GITHUB_TOKEN={GITHUB}\n"
    assert stored(home, "anthropic-api-key") == KEY
    assert GITHUB not in file.with_name(f".bashrc{BACKUP}").read_text()


def test_line_ends_links_and_byte_order_marks_stay(home: Home) -> None:
    dotfiles = home.path / "dotfiles"
    dotfiles.mkdir()
    real = dotfiles / "profile.ps1"
    real.write_bytes(f"\ufeff$env:GITHUB_TOKEN = \"{GITHUB}\"\r\n$x = 1\r\n$env:B_KEY = 'abcdefgh'\r\n# end".encode())
    link = home.path / ".config" / "powershell" / "profile.ps1"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    env = home.path / ".env"
    env.write_bytes(b"A=1\r\nSTRIPE_KEY=sk_live_abcdef\r\nB=2")

    assert adopt(home, "--yes").returncode == 0
    assert real.read_bytes() == "\ufeff$x = 1\r\n# end".encode()
    assert link.is_symlink()
    assert env.read_bytes() == b"A=1\r\nB=2"
    assert stored(home, "stripe-key") == "sk_live_abcdef"


def test_profiles_get_references_and_keep_all_else(home: Home) -> None:
    path = home.profiles(
        f"""# mine
[profiles.work]
payer = "Acme"
[profiles.work.env]
ANTHROPIC_API_KEY = "{KEY}" # the key
PLAIN = "x"
LATER_TOKEN = "x${{OTHER}}"
SSH_KEY = "~/.ssh/id"
[profiles.inline]
env = {{ GITHUB_TOKEN = "{GITHUB}", B = "c" }}
[profiles.dotted]
env.ANTHROPIC_API_KEY = '{KEY}'
"""
    )
    done = adopt(home, "--yes")

    assert done.returncode == 0, done.stderr
    text = path.read_text()
    assert 'ANTHROPIC_API_KEY = { secret = "work-anthropic-api-key" } # the key\n' in text
    found = tomllib.loads(text)["profiles"]
    assert found["dotted"]["env"]["ANTHROPIC_API_KEY"] == {"secret": "work-anthropic-api-key"}
    assert found["inline"]["env"] == {"GITHUB_TOKEN": {"secret": "inline-github-token"}, "B": "c"}
    assert found["work"]["env"]["LATER_TOKEN"] == "x${OTHER}"
    assert found["work"]["env"]["SSH_KEY"] == "~/.ssh/id"
    assert "worked out from other variables" in done.stderr
    assert "profiles.toml:5: work: ANTHROPIC_API_KEY" in done.stderr
    assert "profiles.toml:10: inline: GITHUB_TOKEN" in done.stderr
    assert "profiles.toml:12: dotted: ANTHROPIC_API_KEY" in done.stderr
    assert stored(home, "work-anthropic-api-key") == KEY
    assert not list(home.config.glob(f"*{BACKUP}*"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_value_in_several_places_is_one_secret(home: Home) -> None:
    (home.path / ".zshrc").write_text(f"export ANTHROPIC_API_KEY={KEY}\n")
    (home.path / ".bashrc").write_text(f"export ANTHROPIC_API_KEY='{KEY}'\n")
    home.profiles(f'[profiles.a.env]\nANTHROPIC_API_KEY = "{KEY}"\n')
    adopt(home, "--yes")

    assert '{ secret = "anthropic-api-key" }' in (home.config / "profiles.toml").read_text()
    assert home.ctx("secret", "list").stdout.count("\n") == 2


def test_a_name_that_is_taken_by_another_value_is_left_to_it(home: Home) -> None:
    for value in (GITHUB, f"{GITHUB}2", GITHUB):
        (home.path / ".zshrc").write_text(f"export GITHUB_TOKEN={value}\n")
        assert adopt(home, "--yes").returncode == 0
    assert stored(home, "github-token") == GITHUB
    assert stored(home, "github-token-2") == f"{GITHUB}2"
    assert home.ctx("secret", "get", "github-token-3", code=None).returncode != 0


def test_the_usual_files_are_those_of_all_shells_and_env_files_up_to_home(home: Home) -> None:
    below = home.path / "a" / "b"
    fish = home.path / ".config" / "fish" / "conf.d"
    for folder in (below, fish):
        folder.mkdir(parents=True)
    wanted = [
        home.path / ".zshrc", home.path / ".bash_profile", fish.parent / "config.fish", fish / "x.fish",
        below / ".env", below.parent / ".env.local", home.path / ".env",
    ]  # fmt: skip
    others = [
        below / ".env.example",
        below / "env",
        fish / "x.txt",
        home.path.parent / ".env",
        fish / f"x.fish{BACKUP}",
    ]
    for path in (*wanted, *others):
        path.write_text("")
    (home.path / ".bashrc").symlink_to(home.path / ".bash_profile")

    found = usual(str(home.path), {}, str(below))
    assert {os.path.realpath(path) for path in found} == {str(path) for path in wanted}
    assert len(found) == len(wanted)
    assert usual(str(home.path), {}, "/") == [
        path for path in found if "/a/" not in path and not path.endswith("/.env")
    ]


def test_files_that_are_named_and_cannot_be_used_are_errors(home: Home) -> None:
    (home.path / "latin").write_bytes(b"export A_TOKEN=caf\xe9")
    (home.path / "x.toml").write_text("")
    for name in ("not-there", "x.toml"):
        assert adopt(home, "--yes", name).returncode == EXIT_USAGE
    assert adopt(home, "--yes", "latin").returncode != 0
    assert adopt(home, "--yes", ".").returncode != 0


def test_a_named_file_is_looked_through_and_no_other(home: Home) -> None:
    (home.path / ".zshrc").write_text(f"export GITHUB_TOKEN={GITHUB}\n")
    (home.path / "more.sh").write_text(f"export NPM_TOKEN={GITHUB}\n")

    assert adopt(home, "--yes", "more.sh").returncode == 0
    assert (home.path / "more.sh").read_text() == ""
    assert GITHUB in (home.path / ".zshrc").read_text()


def test_a_file_that_cannot_be_written_moves_nothing(home: Home) -> None:
    file = home.path / ".zshrc"
    file.write_text(f"export GITHUB_TOKEN={GITHUB}\n")
    file.chmod(0o400)
    done = adopt(home, "--yes")

    assert done.returncode != 0
    assert "read-only" in done.stderr
    assert not (home.data / "secrets" / "index.json").exists()


def test_a_file_that_changes_meanwhile_is_left_alone(home: Home) -> None:
    from ctx.errors import CtxError

    file = home.path / ".zshrc"
    file.write_text(f"export GITHUB_TOKEN={GITHUB}\n")
    source = Source(str(file))
    file.write_text(f"# new\nexport GITHUB_TOKEN={GITHUB}\n")

    with pytest.raises(CtxError, match="changed by another program"):
        source.rewrite(source.credentials)
    assert file.read_text() == f"# new\nexport GITHUB_TOKEN={GITHUB}\n"


def test_what_is_no_credential_is_not_found(home: Home) -> None:
    (home.path / ".zshrc").write_text(
        "export EDITOR=vi\nexport KEYTIMEOUT=1\nexport GPG_KEY=/home/ada/key\nexport USE_TOKEN=true\nexport PIN=1\nexport A_TOKEN=\n"
    )
    done = adopt(home, "--yes")

    assert done.returncode == 0
    assert "no credential in plain text" in done.stderr


def test_a_description_tells_kind_and_length_only() -> None:
    assert described(KEY) == f"API key of the Claude Console, {len(KEY)} characters"
    assert described("hunter2") == "value, 7 characters"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab='\"$\\\n;&|<>(){}# `~!*[]-x", max_size=60))
def test_any_text_is_cut_up_without_an_accident(text: str) -> None:
    for parser in (adopt_posix, adopt_fish, adopt_powershell, adopt_dotenv):
        for assignment in parser.assignments(f"export A=b\nset -gx A b\n$env:A = 'b'\n{text}"):
            assert (assignment.value is None) == bool(assignment.reason)


def test_a_credential_inside_a_format_is_said_and_left_alone() -> None:
    text = '[profiles.a.env]\nURL = { format = "pg://a:{pw}@h/{db}", pw = "hunter22", db = "x" }\nOK = { format = "{a}", a = "x" }\n'
    found = adopt_profiles.findings(parse(text, "p"), text)

    assert [(place, a.value, a.line) for place, a in found.items()] == [(("a", "URL"), None, 2)]
    assert "part of a format" in found["a", "URL"].reason


def test_every_layout_of_a_profile_is_found() -> None:
    for text in (
        f'[profiles.a]\nenv = {{ "X_TOKEN" = "{KEY}" }}\n',
        f'profiles.a.env.X_TOKEN = "{KEY}"\n',
        f'[profiles]\na = {{ env = {{ X_TOKEN = "{KEY}" }} }}\n',
        f'[profiles."a"."env"]\n"X_TOKEN"="""{KEY}"""\n',
    ):
        found = adopt_profiles.findings(parse(text, "p"), text)
        assert [(place, a.value) for place, a in found.items()] == [(("a", "X_TOKEN"), KEY)]
