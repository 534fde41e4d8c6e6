#!/bin/sh
# Installs ctx from this checkout for the user who runs it, or takes it away again. ./install.sh --help says how.
#
# Plain POSIX sh: dash and bash 3.2 run it. What touches the bytes of a start-up file is the small Python program in
# write_helper; everything else is files that belong to ctx alone.
set -eu

# ── Messages ──────────────────────────────────────────────────────────────────────────────────

say() { printf '%s\n' "$*"; }
warn() { printf 'install.sh: %s\n' "$*" >&2; }
die() {
    warn "$*"
    exit 1
}
wrong() {
    warn "$*"
    printf '  ./install.sh --help lists the options\n' >&2
    exit 2
}

usage() {
    cat <<'EOF'
Usage: ./install.sh [options]

Installs ctx from this checkout into an environment of its own (with uv, else pipx, else a virtual environment),
puts the command into ~/.local/bin, writes a hook file for each shell, and makes the start-up files of your shells
load it. It says which lines it would add to which file, and asks first.

  --shell LIST      shells to set up: bash,zsh,fish,pwsh. Without it: your login shell, and every other of the four
                    that is installed and has a start-up file
  --yes             do not ask
  --no-modify-rc    leave every start-up file alone, and print the lines instead
  --cmd NAME        call the command NAME, where another ctx is in the way
  --prefix DIR      use DIR in the place of ~/.local
  --python PATH     use this Python (3.11 or later)
  --uninstall       take ctx away; profiles, trust and secrets stay
  --purge           with --uninstall: delete profiles and trust records too
  --help            this page

Running it again upgrades; profiles and trust stay as they are.

Exit codes: 0 done; 1 failed, and everything is as it was; 2 wrong option; 3 done in part: a start-up file was left
as it is because nobody could be asked (then: --yes) or because it cannot be edited, which is said; 130 interrupted.
EOF
}

# The word of "$2 …" with the fewest edits to $1, unless even that is far off.
nearest() {
    awk 'function min(a, b) { return a < b ? a : b }
    function distance(a, b,    i, j, row, last, old) {
        for (j = 0; j <= length(b); j++) row[j] = j
        for (i = 1; i <= length(a); i++) {
            last = row[0]; row[0] = i
            for (j = 1; j <= length(b); j++) {
                old = row[j]
                row[j] = min(min(row[j], row[j - 1]) + 1, last + (substr(a, i, 1) != substr(b, j, 1)))
                last = old
            }
        }
        return row[length(b)]
    }
    BEGIN {
        word = ARGV[1]; best = 4
        for (k = 2; k < ARGC; k++) {
            d = distance(word, ARGV[k])
            if (d < best && d < length(word) - 1) { best = d; found = ARGV[k] }
        }
        print found
    }' "$@" </dev/null
}

# ── Options ───────────────────────────────────────────────────────────────────────────────────

mode=install
purge='' yes='' modify_rc=1 shells='' command_name='' prefix='' asked_python=''

unknown_option() {
    close=$(nearest "${1%%=*}" --shell --yes --no-modify-rc --cmd --prefix --python --uninstall --purge --help)
    wrong "there is no option '${1%%=*}'${close:+; did you mean $close?}"
}

take_shells() {
    rest=$1,
    while [ -n "$rest" ]; do
        name=${rest%%,*}
        rest=${rest#*,}
        case $name in
            bash | zsh | fish | pwsh) ;;
            powershell) name=pwsh ;;
            '') wrong "--shell wants names: bash,zsh,fish,pwsh" ;;
            *)
                close=$(nearest "$name" bash zsh fish pwsh)
                wrong "there is no hook for the shell '$name'${close:+; did you mean $close?} (bash, zsh, fish, pwsh)"
                ;;
        esac
        case " $shells " in
            *" $name "*) ;;
            *) shells="${shells:+$shells }$name" ;;
        esac
    done
}

while [ $# -gt 0 ]; do
    case $1 in
        --shell=* | --cmd=* | --prefix=* | --python=*)
            option=${1%%=*}
            value=${1#*=}
            ;;
        --shell | --cmd | --prefix | --python)
            option=$1
            [ $# -gt 1 ] || wrong "$1 wants a value"
            value=$2
            shift
            ;;
        *)
            option=$1
            value=-
            ;;
    esac
    [ -n "$value" ] || wrong "$option wants a value"
    case $option in
        --shell) take_shells "$value" ;;
        --cmd) command_name=$value ;;
        --prefix) prefix=$value ;;
        --python) asked_python=$value ;;
        --yes | -y) yes=1 ;;
        --no-modify-rc) modify_rc='' ;;
        --uninstall) mode=uninstall ;;
        --purge) purge=1 ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) unknown_option "$1" ;;
    esac
    shift
done
[ -z "$purge" ] || [ $mode = uninstall ] || wrong "--purge goes with --uninstall"
case $command_name in
    *[!A-Za-z0-9._-]* | [._-]*) wrong "'$command_name' cannot be a command's name: letters, digits, . _ -" ;;
esac
[ ${#command_name} -le 64 ] || wrong "--cmd: a name has at most 64 characters"

# ── Places ────────────────────────────────────────────────────────────────────────────────────

# The user's PYTHON* variables are meant for other programs than this installer; the pip ones would lead pip out of
# the environment that is being filled.
unset CDPATH PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONUSERBASE PIP_TARGET PIP_PREFIX PIP_USER __PYVENV_LAUNCHER__
umask go-w

absolute() { # NAME VALUE: a directory that this program writes paths of
    case $2 in
        *[[:cntrl:]]*) die "$1 contains a line break or another control character: ctx cannot be installed there" ;;
        /*) ;;
        *) die "$1 is '$2': it must be an absolute path" ;;
    esac
}

# The folder that ctx itself uses: a relative XDG variable is to be ignored.
xdg() {
    case $1 in
        /*) printf '%s/ctx\n' "${1%/}" ;;
        *) printf '%s/ctx\n' "$2" ;;
    esac
}

[ -n "${HOME-}" ] || die "HOME is not set"
while [ "$HOME" != / ] && [ "${HOME%/}" != "$HOME" ]; do HOME=${HOME%/}; done
absolute HOME "$HOME"
[ -d "$HOME" ] || die "HOME is '$HOME', and there is no such directory"
case $(id -u) in
    0)
        if [ -n "$(find "$HOME" -prune ! -user 0)" ]; then
            die "this is root's account with another user's HOME: run it without sudo, ctx needs no rights"
        fi
        ;;
esac

data=$(xdg "${XDG_DATA_HOME-}" "$HOME/.local/share")
cache=$(xdg "${XDG_CACHE_HOME-}" "$HOME/.cache")
config=$(xdg "${XDG_CONFIG_HOME-}" "$HOME/.config")
tools_config=${config%/ctx} # where fish and PowerShell keep theirs
case ${CTX_CONFIG-} in
    '') ;;
    /*) config=$CTX_CONFIG ;;
    *) config=$PWD/$CTX_CONFIG ;;
esac
if [ -n "$prefix" ]; then
    case $prefix in
        /*) ;;
        *) prefix=$PWD/$prefix ;;
    esac
    bin=${prefix%/}/bin
    program=${prefix%/}/share/ctx-program
else
    bin=$HOME/.local/bin
    program=${data%/ctx}/ctx-program
fi
record=$program/record
absolute "the data directory" "$data"
absolute "the cache directory" "$cache"
absolute "the configuration directory" "$config"
absolute "--prefix" "$bin"

# What an earlier run wrote down: a line `key=value` each.
recorded() {
    [ -r "$record" ] || return 0
    sed -n "s/^$1=//p" "$record"
}

earlier_way=$(recorded way)
earlier_environment=$(recorded environment)
earlier_command=$(recorded command)
[ -n "$command_name" ] || command_name=${earlier_command:-ctx}
launcher=$bin/$command_name

# ── The way back ──────────────────────────────────────────────────────────────────────────────

work='' kept=0 finished='' new_environment='' old_environment='' fresh_tool=''

# Everything that failed or was interrupted ends here; `finished` says that there is nothing to take back.
cleanup() {
    status=$?
    trap - EXIT
    trap '' HUP INT TERM
    set +e
    [ -n "$work" ] || exit "$status"
    if [ -z "$finished" ]; then
        number=$kept
        while [ "$number" -gt 0 ]; do
            IFS= read -r path <"$work/kept.$number.path"
            if [ -f "$work/kept.$number" ]; then
                cp -p "$work/kept.$number" "$path.ctx-back" && mv -f "$path.ctx-back" "$path"
            else
                rm -f "$path"
            fi
            number=$((number - 1))
        done
        if [ -n "$old_environment" ]; then
            rm -rf "$program/venv"
            mv "$old_environment" "$program/venv"
        elif [ -n "$fresh_tool" ]; then
            remove_environment "$fresh_tool" "$environment"
        fi
        [ -z "$new_environment" ] || rm -rf "$new_environment"
        for path in "$program/bin" "$program" "$bin" "$data" "$cache"; do rmdir "$path" 2>/dev/null; done
    fi
    rm -rf "$work"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Remember a file as it is, to put it back if this run fails. Links are followed: their targets are what is written.
keep() {
    kept=$((kept + 1))
    real=$1
    [ ! -L "$1" ] || real=$(helper real "$1")
    printf '%s\n' "$real" >"$work/kept.$kept.path"
    [ ! -f "$real" ] || cp -p "$real" "$work/kept.$kept"
}

# Standard input becomes the file $2 with mode $1, whole or not at all.
put() {
    [ ! -d "$2" ] || die "$2 is a directory: move it away"
    keep "$2"
    rm -f "$2.ctx-new"
    if ! { (umask 077 && cat >"$2.ctx-new") && chmod "$1" "$2.ctx-new" && mv -f "$2.ctx-new" "$2"; }; then
        rm -f "$2.ctx-new"
        die "$2 cannot be written"
    fi
}

private_directory() {
    if [ ! -d "$1" ]; then
        (umask 077 && mkdir -p "$1") || die "$1 cannot be made"
    fi
}

# ── Python ────────────────────────────────────────────────────────────────────────────────────

too_old=''

# The path of the real interpreter behind $1, if that is Python 3.11 or later.
interpreter() {
    "$1" -I -c 'import os, sys
if sys.version_info < (3, 11):
    sys.exit("%d.%d" % sys.version_info[:2])
print(os.path.abspath(getattr(sys, "_base_executable", "") or sys.executable))' 2>"$work/answer" </dev/null
}

find_python() {
    if [ -n "$asked_python" ]; then
        python=$(interpreter "$asked_python") || die "--python: $asked_python is not a Python 3.11 or later"
        return 0
    fi
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        command -v "$name" >/dev/null 2>&1 || continue
        if python=$(interpreter "$name"); then return 0; fi
        version=$(tail -n 1 "$work/answer")
        case $version in
            [23].[0-9] | [23].[0-9][0-9]) too_old="${too_old:+$too_old, }$name is $version" ;;
        esac
    done
    python=''
    return 1
}

os_like() { # ID and ID_LIKE of the system
    [ -r /etc/os-release ] || return 0
    sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' /etc/os-release | tr -d '"' | tr '\n' ' '
}

no_python() {
    warn "ctx needs Python 3.11 or later, and there is none on PATH${too_old:+ ($too_old)}"
    case "$(uname -s) $(os_like)" in
        Darwin*) hint='brew install python' ;;
        *debian* | *ubuntu*) hint='sudo apt install python3 python3-venv   (before Debian 12 and Ubuntu 24.04: use uv, below)' ;;
        *fedora* | *rhel* | *centos*) hint='sudo dnf install python3.12' ;;
        *arch*) hint='sudo pacman -S python' ;;
        *suse*) hint='sudo zypper install python312' ;;
        *alpine*) hint='sudo apk add python3' ;;
        *) hint='install it with the package manager of your system' ;;
    esac
    printf '  %s\n  or install uv, which brings a Python along: https://docs.astral.sh/uv/\n' "$hint" >&2
    printf '  or say where one is: ./install.sh --python PATH\n' >&2
    exit 1
}

no_venv() {
    version=$("$python" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    warn "$python has no working venv module, and neither uv nor pipx could be used"
    case $(os_like) in
        *debian* | *ubuntu*) hint="sudo apt install python$version-venv" ;;
        *) hint="install what your system calls Python $version's venv and ensurepip modules" ;;
    esac
    printf '  %s\n  then run this again. Or install uv (https://docs.astral.sh/uv/) or pipx first.\n' "$hint" >&2
    exit 1
}

# ── Start-up files ────────────────────────────────────────────────────────────────────────────

write_helper() {
    cat >"$work/helper.py" <<'PYTHON'
"""What install.sh does to start-up files, byte for byte. Runs under any Python 3.6 or later."""

import os
import re
import stat
import sys

BEGIN = b"# >>> ctx >>>"
END = b"# <<< ctx <<<"
OUTSIDE_ASCII = "‘’‚‛"  # PowerShell ends a string at these as at '


class Damaged(Exception):
    pass


def find(data):
    """Start and end of the block with its markers, or None. One marker without the other is Damaged."""
    begins = list(re.finditer(rb"(?m)^[ \t]*" + re.escape(BEGIN) + rb"[ \t\r]*$", data))
    ends = list(re.finditer(rb"(?m)^[ \t]*" + re.escape(END) + rb"[ \t\r]*$", data))
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or begins[0].start() > ends[0].start():
        raise Damaged
    end = ends[0].end()
    return begins[0].start(), end + (data[end : end + 1] == b"\n")


def with_block(data, block):
    """The file with the block in its old place, or at its end.

    The line break before the block is always ours, the file's last line may have none; only a file that did not
    exist (None) begins with the block. That is what lets without_block give back what was there.
    """
    if data is None:
        return block
    place = find(data)
    if place is None:
        return data + b"\n" + block
    return data[: place[0]] + block + data[place[1] :]


def without_block(data):
    """The file as it was before; None if it did not exist."""
    place = find(data)
    if place is None:
        return data
    before, after = data[: place[0]], data[place[1] :]
    if not before and not after:
        return None
    if before.endswith(b"\n"):
        bare = before[:-1]
        if bare.endswith(b"\r") and data[place[0] : place[1]].endswith(b"\r\n"):
            bare = bare[:-1]  # an editor has converted the whole file since
        # Lines that were written below the block must not join the last one above it.
        if not after or not bare or bare.endswith(b"\n"):
            before = bare
    return before + after


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def state(path):
    """One word: absent, plain, block, or why the file is not to be touched."""
    real = os.path.realpath(path)
    folder = os.path.dirname(real)
    try:
        status = os.stat(real)
    except FileNotFoundError:
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        return "absent" if os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK) else "unwritable"
    except OSError:
        return "special"
    if not stat.S_ISREG(status.st_mode):
        return "special"
    if os.geteuid() not in (0, status.st_uid):
        return "foreign"
    if not os.access(real, os.R_OK | os.W_OK) or not os.access(folder, os.W_OK | os.X_OK):
        return "unwritable"
    data = read(real) or b""
    if b"\0" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "binary"
    try:
        return "plain" if find(data) is None else "block"
    except Damaged:
        return "damaged"


def replace(real, data):
    """Write through a temporary file in the same folder; mode, owner and extended attributes stay."""
    temporary = "%s.ctx-%d" % (real, os.getpid())
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if os.path.exists(real):
                status = os.stat(real)
                if (status.st_uid, status.st_gid) != (os.fstat(descriptor).st_uid, os.fstat(descriptor).st_gid):
                    os.fchown(descriptor, status.st_uid, status.st_gid)
                os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
                for name in os.listxattr(real) if hasattr(os, "listxattr") else ():
                    try:
                        os.setxattr(descriptor, name, os.getxattr(real, name))
                    except OSError:
                        pass  # some belong to the system alone
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, real)
    except BaseException:
        os.unlink(temporary)
        raise


def change(path, make):
    """Apply `make` to the bytes of a file; True if that made a difference."""
    real = os.path.realpath(path)
    data = read(real)
    new = make(data)
    if new == data:
        return False
    if new is None:
        os.unlink(real)
        return True
    os.makedirs(os.path.dirname(real), exist_ok=True)
    replace(real, new)
    return True


def quote(shell, text):
    """`text` as one word of a shell."""
    if shell == "fish":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if shell == "pwsh":
        return "'" + "".join(c * 2 if c == "'" or c in OUTSIDE_ASCII else c for c in text) + "'"
    return "'" + text.replace("'", "'\\''") + "'"


def block(shell, hook, folder, login):
    """The lines for a start-up file. `folder` goes on PATH unless it is empty; `login`: sh reads the file too."""
    hook, path = quote(shell, hook), quote(shell, folder)
    lines = [BEGIN.decode(), "# Written by ctx's install.sh. Its option --uninstall takes these lines out again."]
    if shell == "fish":
        if folder:
            lines.append("contains -- %s $PATH; or set -gx PATH %s $PATH" % (path, path))
        lines.append("if status is-interactive; and test -r %s; source %s; end" % (hook, hook))
    elif shell == "pwsh":
        if folder:
            lines.append("if (($env:PATH -split ':') -cnotcontains %s) { $env:PATH = %s + ':' + $env:PATH }" % (path, path))
        lines.append("if ([IO.File]::Exists(%s)) { . %s }" % (hook, hook))
    else:
        if folder:
            lines.append('case ":$PATH:" in *:%s:*) ;; *) PATH=%s"${PATH:+:$PATH}"; export PATH ;; esac' % (path, path))
        guard = '[ -n "${BASH_VERSION-}" ] && ' if login else ""
        lines.append("if %s[ -r %s ]; then . %s; fi" % (guard, hook, hook))
    return "\n".join([*lines, END.decode(), ""])


def has_path(path):
    """Whether the block in a file puts a folder on PATH: an upgrade keeps it so."""
    data = read(os.path.realpath(path)) or b""
    place = find(data)
    return place is not None and b"PATH" in data[place[0] : place[1]]


def scan(name, paths):
    """Lines that stand in the way of the command, as `file:line kind`."""
    name = re.escape(name.encode())
    word = rb"""['"]?""" + name + rb"""['"]?"""
    kinds = (
        (b"hook", rb"^[^#]*\bctx(-profiles)?['\"]?[ \t]+init\b"),
        (b"alias", rb"(?i)^[ \t]*(?:builtin[ \t]+)?(?:alias[ \t]+(?:-\S+[ \t]+)*" + word + rb"[= \t]|(?:set|new)-alias[ \t]+(?:-name[ \t]+)?" + word + rb"\b)"),
        (b"function", rb"(?i)^[ \t]*(?:function[ \t]+(?:-\S+[ \t]+)*(?:global:)?" + word + rb"(?![-.\w])|" + name + rb"[ \t]*\([ \t]*\))"),
    )
    for path in paths:
        try:
            if not os.path.isfile(path):
                continue
            data = read(path) or b""
            place = find(data)
        except (OSError, Damaged):
            continue
        if place is not None:
            data = data[: place[0]] + b"#\n" * data.count(b"\n", *place) + data[place[1] :]
        for number, line in enumerate(data.split(b"\n"), 1):
            for kind, pattern in kinds:
                if re.search(pattern, line):
                    sys.stdout.buffer.write(b"%s %s:%d\n" % (kind, os.fsencode(path), number))
                    break


def main(action, *words):
    if action == "real":
        sys.stdout.buffer.write(os.fsencode(os.path.realpath(words[0])))
    elif action == "state":
        print(state(words[0]))
    elif action == "path":
        return not has_path(words[0])
    elif action == "quote":
        sys.stdout.buffer.write(os.fsencode(quote(*words)))
    elif action == "block":
        sys.stdout.buffer.write(os.fsencode(block(*words)))
    elif action == "same":
        data = read(os.path.realpath(words[0]))
        return with_block(data, os.fsencode(words[1]) + b"\n") != data
    elif action == "add":
        change(words[0], lambda data: with_block(data, os.fsencode(words[1]) + b"\n"))
    elif action == "remove":
        change(words[0], lambda data: data if data is None else without_block(data))
    elif action == "scan":
        scan(words[0], words[1:])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except OSError as error:
        sys.exit("install.sh: %s: %s" % (error.filename, error.strerror))
PYTHON
}

helper() { "$python" -I -S "$work/helper.py" "$@"; }

zsh_directory() {
    # .zshenv may set ZDOTDIR without exporting it: only zsh knows.
    if [ -z "${ZDOTDIR-}" ] && [ -r "$HOME/.zshenv" ] && command -v zsh >/dev/null 2>&1; then
        ZDOTDIR=$(zsh -c 'printf "\n%s\n" "$ZDOTDIR"' </dev/null 2>/dev/null | tail -n 1)
    fi
    case ${ZDOTDIR-} in
        *[[:cntrl:]]*) die "ZDOTDIR contains a control character" ;;
        /*) printf '%s\n' "${ZDOTDIR%/}" ;;
        *) printf '%s\n' "$HOME" ;;
    esac
}

# The file that a login bash reads, unless that one reads .bashrc.
bash_login_file() {
    for name in .bash_profile .bash_login .profile; do
        [ -r "$HOME/$name" ] || continue
        grep -q 'bashrc' "$HOME/$name" || printf '%s\n' "$HOME/$name"
        return 0
    done
    printf '%s\n' "$HOME/.bash_profile"
}

hook_file() {
    case $1 in
        pwsh) printf '%s\n' "$data/hook.ps1" ;;
        *) printf '%s\n' "$data/hook.$1" ;;
    esac
}

fish_file=$tools_config/fish/conf.d/ctx.fish
pwsh_file=$tools_config/powershell/Microsoft.PowerShell_profile.ps1

# The start-up files of a shell that load its hook, one a line.
startup_files() {
    case $1 in
        bash)
            printf '%s\n' "$HOME/.bashrc"
            # Terminals on macOS start login shells.
            [ "$(uname -s)" != Darwin ] || bash_login_file
            ;;
        zsh) printf '%s\n' "$zsh_folder/.zshrc" ;;
        fish) printf '%s\n' "$fish_file" ;;
        pwsh) printf '%s\n' "$pwsh_file" ;;
    esac
}

in_use() { # whether the user seems to use a shell: it is installed and has a start-up file
    command -v "$1" >/dev/null 2>&1 || return 1
    case $1 in
        bash) [ -e "$HOME/.bashrc" ] || { [ "$(uname -s)" = Darwin ] && [ -e "$HOME/.bash_profile" ]; } ;;
        zsh) [ -e "$zsh_folder/.zshrc" ] ;;
        fish) [ -e "$tools_config/fish/config.fish" ] || [ -e "$fish_file" ] ;;
        pwsh) [ -e "$pwsh_file" ] ;;
    esac
}

choose_shells() {
    [ -z "$shells" ] || return 0
    login=${SHELL-}
    login=${login##*/}
    for name in bash zsh fish pwsh; do
        if [ "$name" = "$login" ] || in_use "$name"; then
            shells="${shells:+$shells }$name"
        fi
    done
    case $login in
        bash | zsh | fish | pwsh | '') ;;
        *) say "Your login shell, $login, has no hook: eval \"\$($command_name use NAME)\" works in it." ;;
    esac
}

why_not() {
    case $1 in
        damaged) say "has one of ctx's two marker lines without the other, or several; put that right by hand first" ;;
        special) say "is not a regular file" ;;
        foreign) say "belongs to another user" ;;
        binary) say "is not text that lines can be added to (UTF-16, or a NUL byte)" ;;
        *) say "cannot be written" ;;
    esac
}

# ── What is in the way ────────────────────────────────────────────────────────────────────────

is_our_launcher() {
    [ -f "$1" ] && [ ! -L "$1" ] && head -n 2 "$1" | grep -q '^# ctx, started by the Python of its own environment'
}

# A link that `uv tool` or `pipx` has put there for this very program.
is_our_link() {
    [ -L "$1" ] || return 1
    case $(ls -l "$1") in
        *" -> "*/ctx-profiles/bin/ctx) return 0 ;;
    esac
    return 1
}

check_launcher() {
    if [ -d "$launcher" ] && [ ! -L "$launcher" ]; then
        die "$launcher is a directory: move it away, or give the command another name with --cmd NAME"
    fi
    if [ -e "$launcher" ] || [ -L "$launcher" ]; then
        is_our_launcher "$launcher" || is_our_link "$launcher" ||
            die "$launcher is another program: move it away, or give the command another name with --cmd NAME"
    fi
}

# Other programs of that name on PATH.
check_path() {
    before=1
    rest=${PATH-}:
    while [ -n "$rest" ]; do
        folder=${rest%%:*}
        rest=${rest#*:}
        [ -n "$folder" ] || continue
        other=${folder%/}/$command_name
        if [ "${folder%/}" = "$bin" ]; then
            before=''
        elif [ -f "$other" ] && [ -x "$other" ] && ! is_our_link "$other"; then
            if [ -n "$before" ]; then
                warn "$other is another program called $command_name, and PATH finds it first in scripts"
            else
                warn "$other is another program called $command_name; ctx comes before it on PATH"
            fi
            printf '  Keep it under that name? Then run this again with --cmd NAME, and call ctx that.\n' >&2
            return 0
        fi
    done
}

check_startup_files() {
    found=$(helper scan "$command_name" "$HOME/.bashrc" "$HOME/.bash_aliases" "$HOME/.bash_profile" \
        "$HOME/.bash_login" "$HOME/.profile" "$zsh_folder/.zshrc" "$HOME/.zshenv" "$zsh_folder/.zprofile" \
        "$zsh_folder/.zlogin" "$tools_config/fish/config.fish" "$tools_config"/fish/conf.d/*.fish \
        "$tools_config/fish/functions/$command_name.fish" "$pwsh_file" "${pwsh_file%/*}/profile.ps1")
    while IFS=' ' read -r kind place; do
        case $kind in
            hook)
                warn "$place loads a ctx hook already, by starting a process"
                printf '  Take that line out: the hook file replaces it.\n' >&2
                ;;
            alias | function)
                warn "$place has $kind $command_name, which hides the command"
                printf '  Take it out, or run this again with --cmd NAME.\n' >&2
                ;;
        esac
    done <<EOF
$found
EOF
}

# An active profile may have changed where everything lies.
check_profile() {
    for name in HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_CONFIG_HOME CTX_CONFIG ZDOTDIR; do
        case " ${__CTX_SET-} " in
            *" $name "*) die "the active profile ${CTX_PROFILE-} sets $name: type '$command_name off' first" ;;
        esac
    done
}

# ── Asking ────────────────────────────────────────────────────────────────────────────────────

can_ask() { [ -t 0 ] && [ -t 1 ]; }

# ask QUESTION DEFAULT: true for yes.
ask() {
    printf '%s ' "$1"
    answer=''
    IFS= read -r answer || answer=n
    case ${answer:-$2} in
        [Yy] | [Yy][Ee][Ss]) return 0 ;;
    esac
    return 1
}

# ── The environment ───────────────────────────────────────────────────────────────────────────

has_uv() { command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; }
has_pipx() { command -v pipx >/dev/null 2>&1 && pipx --version >/dev/null 2>&1; }

# uv and pipx keep their own books, so that `uv tool list` and `pipx list` show ctx; what they would put on PATH goes
# to a folder of ours, for the launcher there starts faster than theirs. With --prefix everything stays inside it.
tool_settings() {
    UV_TOOL_BIN_DIR=$program/bin
    PIPX_BIN_DIR=$program/bin
    PIPX_MAN_DIR=$program/man
    export UV_TOOL_BIN_DIR PIPX_BIN_DIR PIPX_MAN_DIR
    if [ -n "$prefix" ]; then
        UV_TOOL_DIR=$program/uv
        PIPX_HOME=$program/pipx
        export UV_TOOL_DIR PIPX_HOME
    fi
}

uv_environment() { printf '%s/ctx-profiles\n' "$(uv tool dir 2>/dev/null)"; }
pipx_environment() {
    folder=$(pipx environment --value PIPX_LOCAL_VENVS 2>/dev/null) || folder=${PIPX_HOME:-$HOME/.local/pipx}/venvs
    printf '%s/ctx-profiles\n' "$folder"
}

# Each way runs in the checkout and installs `.`: a path would be read as a requirement, brackets and all.
with_uv() {
    environment=$(uv_environment)
    [ -e "$environment" ] || fresh_tool=uv
    (cd "$checkout" && uv --no-progress tool install --force --reinstall-package ctx-profiles --python "$python" .)
}

with_pipx() {
    environment=$(pipx_environment)
    if [ -e "$environment" ] && ! "$environment/bin/python" -I -c '' 2>/dev/null; then
        pipx uninstall ctx-profiles || return 1
    fi
    [ -e "$environment" ] || fresh_tool=pipx
    if [ -n "$fresh_tool" ]; then
        (cd "$checkout" && pipx install --python "$python" .)
    else
        (cd "$checkout" && pipx install --force .)
    fi
}

with_venv() {
    environment=$program/venv
    new_environment=$program/venv.new
    rm -rf "$new_environment"
    "$python" -I -m venv "$new_environment" || return 1
    (cd "$checkout" && "$new_environment/bin/python" -I -m pip install --no-input --disable-pip-version-check \
        --no-compile --no-warn-script-location .) || return 1
    # Their first lines name the folder before it moved; ctx needs none of them.
    for path in "$new_environment"/bin/*; do
        case ${path##*/} in
            python*) ;;
            *) rm -rf "$path" ;;
        esac
    done
    if [ -e "$environment" ]; then
        rm -rf "$program/venv.old"
        mv "$environment" "$program/venv.old" || return 1
        old_environment=$program/venv.old
    else
        fresh_tool=venv
    fi
    mv "$new_environment" "$environment" || return 1
    new_environment=''
}

# try WAY NAME: install in that way; what it printed is shown only where it failed.
try() {
    fresh_tool=''
    say "Installing with $2 …"
    if "with_$1" >"$work/log" 2>&1 </dev/null; then
        way=$1
        return 0
    fi
    warn "$2 could not install ctx:"
    tail -n 15 "$work/log" | LC_ALL=C tr -d '\000-\010\013-\037\177' | sed 's/^/    /' >&2
    return 1
}

install_environment() {
    way=''
    if has_uv && try uv uv; then return 0; fi
    if has_pipx && try pipx pipx; then return 0; fi
    "$python" -I -c 'import ensurepip, venv' 2>/dev/null || no_venv
    try venv "a virtual environment" ||
        die "nothing was installed. If the package index cannot be reached: pip's settings (PIP_INDEX_URL, PIP_PROXY, PIP_CERT) are respected"
}

# remove_environment WAY FOLDER
remove_environment() {
    case $1 in
        uv) ! has_uv || uv tool uninstall ctx-profiles >/dev/null 2>&1 || : ;;
        pipx) ! has_pipx || pipx uninstall ctx-profiles >/dev/null 2>&1 || : ;;
    esac
    # Where the tool is gone, its folder is not; the name guards against a record that says something else.
    case $2 in
        */ctx-profiles | */ctx-program/venv) rm -rf "$2" ;;
    esac
}

# ── What is written ───────────────────────────────────────────────────────────────────────────

run_ctx() { "$environment_python" -I -S "$site/ctx/__main__.py" "$@"; }

write_launcher() {
    sign='# ctx, started by the Python of its own environment. Written by install.sh.'
    case $environment_python$site in
        *[!A-Za-z0-9/._+-]*) plain='' ;;
        *) plain=1 ;;
    esac
    # The kernel cuts a first line at 127 characters or knows no quotes in it: then a shell starts Python.
    if [ -n "$plain" ] && [ ${#environment_python} -le 110 ]; then
        printf '#!%s -IS\n%s\nimport sys\n\nsys.path.insert(0, "%s")\nfrom ctx.cli.main import main\n\nmain()\n' \
            "$environment_python" "$sign" "$site"
    else
        printf '#!/bin/sh\n%s\nexec %s -I -S %s "$@"\n' "$sign" \
            "$(helper quote sh "$environment_python")" "$(helper quote sh "$site/ctx/__main__.py")"
    fi >"$work/new"
    put 755 "$launcher" <"$work/new"
}

write_hooks() {
    for name in bash zsh fish pwsh; do
        if run_ctx init "$name" --cmd "$command_name" >"$work/hook.$name" 2>"$work/log"; then continue; fi
        rm -f "$work/hook.$name"
        case " $shells " in
            *" $name "*) die "the hook for $name could not be made: $(cat "$work/log")" ;;
        esac
    done
    private_directory "$data"
    for name in bash zsh fish pwsh; do
        [ ! -f "$work/hook.$name" ] || put 600 "$(hook_file "$name")" <"$work/hook.$name"
    done
}

write_profiles() {
    private_directory "$config"
    for kind in profiles project; do
        run_ctx example --schema "$kind" >"$work/new" || die "the JSON schemas could not be made"
        put 600 "$config/$kind.schema.json" <"$work/new"
    done
    if [ ! -e "$config/profiles.toml" ] && [ ! -L "$config/profiles.toml" ]; then
        run_ctx example >"$work/new" || die "the example profiles could not be made"
        put 600 "$config/profiles.toml" <"$work/new"
        new_profiles=1
    fi
}

write_record() {
    {
        printf 'way=%s\nenvironment=%s\ncommand=%s\n' "$way" "$environment" "$command_name"
        { recorded startup && printf '%s' "$edited"; } | awk 'NF && !seen[$0]++ { print "startup=" $0 }'
    } >"$work/new"
    put 600 "$record" <"$work/new"
}

# ── Installing ────────────────────────────────────────────────────────────────────────────────

# Fills `wanted` with lines "shell file" that are to be edited and sets `left_alone` where one cannot be.
plan_startup_files() {
    wanted='' left_alone='' loaded=''
    for name in $shells; do
        files=$(startup_files "$name")
        while IFS= read -r file; do
            [ -n "$file" ] || continue
            state=$(helper state "$file")
            case $state in
                absent | plain | block) ;;
                *)
                    warn "$file $(why_not "$state"): it is left as it is. What it would have got:"
                    helper block "$name" "$(hook_file "$name")" '' '' | sed 's/^/    /' >&2
                    left_alone=1
                    continue
                    ;;
            esac
            make_block "$name" "$file" ''
            if [ "$state" = block ] && helper same "$file" "$block"; then
                loaded=1
                continue
            fi
            wanted="$wanted$name $file
"
        done <<EOF
$files
EOF
    done
}

# make_block SHELL FILE FOLDER: `block` becomes the lines for that file, a folder for PATH that is there stays there.
make_block() {
    folder=$3
    if [ -z "$folder" ] && helper path "$2"; then folder=$bin; fi
    login=''
    case $2 in
        "$HOME/.bash_profile" | "$HOME/.bash_login" | "$HOME/.profile") login=1 ;;
    esac
    block=$(helper block "$1" "$(hook_file "$1")" "$folder" "$login")
}

show_plan() {
    if has_uv; then
        say "ctx goes to    uv's tools"
    elif has_pipx; then
        say "ctx goes to    pipx's environments"
    else
        say "ctx goes to    $program"
    fi
    say "the command    $launcher"
    say "hook files     $data"
    if [ -e "$config/profiles.toml" ]; then
        say "your profiles  $config/profiles.toml (kept as they are)"
    else
        say "your profiles  $config/profiles.toml (from the example)"
    fi
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        name=${line%% *}
        file=${line#* }
        make_block "$name" "$file" ''
        if [ -n "$modify_rc" ]; then
            say "
$file gets at its end:"
        else
            say "
For $name, put into $file:"
        fi
        printf '%s\n' "$block" | sed 's/^/    /'
    done <<EOF
$wanted
EOF
    say
}

path_hint() {
    case ":${PATH-}:" in
        *":$bin:"*) return 1 ;;
    esac
    case $bin in
        *:*) return 1 ;;
    esac
    return 0
}

# Decide what happens to start-up files: `consent` and `path_folder`.
ask_for_consent() {
    consent='' path_folder='' refused=''
    [ -n "$modify_rc" ] || return 0
    if [ -n "$yes" ]; then
        consent=1
        ! path_hint || path_folder=$bin
    elif [ -z "$wanted" ]; then
        return 0
    elif can_ask; then
        if ask "Add these lines? [Y/n]" y; then
            consent=1
            if path_hint && ask "$bin is not on PATH. Put it there with the same lines? [Y/n]" y; then path_folder=$bin; fi
        else
            say "No start-up file is changed."
        fi
    else
        refused=1
    fi
}

edit_startup_files() {
    edited=''
    [ -n "$consent" ] || return 0
    for name in $shells; do
        files=$(startup_files "$name")
        while IFS= read -r file; do
            [ -n "$file" ] || continue
            case $(helper state "$file") in
                absent | plain | block) ;;
                *) continue ;;
            esac
            make_block "$name" "$file" "$path_folder"
            keep "$file"
            helper add "$file" "$block" || die "$file could not be changed"
            edited="$edited$file
"
        done <<EOF
$files
EOF
    done
}

next_line() {
    login=${SHELL-}
    login=${login##*/}
    case " $shells " in
        *" $login "*) name=$login ;;
        *) name=${shells%% *} ;;
    esac
    say
    if [ -z "$name" ]; then
        say "Next, type:"
        say "  $(helper quote sh "$launcher") list"
        return 0
    fi
    hook=$(helper quote "$name" "$(hook_file "$name")")
    case $name in
        bash | zsh) say "New shells have it. In this $name, type:
  . $hook && $command_name list" ;;
        fish) say "New shells have it. In this fish, type:
  source $hook; and $command_name list" ;;
        pwsh) say "New shells have it. In this PowerShell, type:
  . $hook; $command_name list" ;;
    esac | if [ -n "$edited$loaded" ]; then cat; else sed 's/^New shells have it\. //; s/^in this/In this/'; fi
}

install() {
    checkout=$(cd "$(dirname "$0")" && pwd -P)
    absolute "the path of this checkout" "$checkout"
    if [ ! -f "$checkout/pyproject.toml" ] || [ ! -d "$checkout/src/ctx" ]; then
        die "$checkout is not a checkout of ctx: run the install.sh of a whole one"
    fi
    check_profile
    if ! find_python; then
        # uv can bring a Python of its own.
        if has_uv; then
            python=$(uv python find '>=3.11' 2>/dev/null) || {
                say "No Python 3.11 on PATH: uv fetches one …"
                uv python install 3.13 && python=$(uv python find '>=3.11')
            } || no_python
        else
            no_python
        fi
    fi
    zsh_folder=$(zsh_directory)
    choose_shells
    check_launcher
    check_path
    check_startup_files
    plan_startup_files
    show_plan
    ask_for_consent

    mkdir -p "$program" "$bin" || die "$program and $bin cannot be made"
    tool_settings
    install_environment
    environment_python=$environment/bin/python
    site=$("$environment_python" -I -c 'import ctx, os; print(os.path.dirname(os.path.dirname(ctx.__file__)))') ||
        die "the new environment does not work"
    absolute "the new environment" "$site"
    # Compiled now, ctx starts as fast from a folder that nobody may write.
    "$environment_python" -I -m compileall -q -x 'site-packages/(pip|setuptools|pkg_resources|_distutils_hack)/' "$site" \
        >/dev/null 2>&1 || :
    version=$(run_ctx --version) || die "the new ctx does not start"

    private_directory "$cache"
    write_hooks
    new_profiles=''
    write_profiles
    write_launcher
    edit_startup_files
    [ -n "$edited" ] || path_folder=''
    write_record
    finished=1

    [ -z "$old_environment" ] || rm -rf "$old_environment"
    if [ -n "$earlier_way" ] && [ "$earlier_way" != "$way" ]; then
        remove_environment "$earlier_way" "$earlier_environment"
    fi
    if [ -n "$earlier_command" ] && [ "$earlier_command" != "$command_name" ] && is_our_launcher "$bin/$earlier_command"; then
        rm -f "$bin/$earlier_command"
    fi

    say "$version is installed."
    [ -z "$new_profiles" ] || say "Your profiles start from the example: edit $config/profiles.toml"
    if path_hint && [ -z "$path_folder" ]; then
        say "$bin is not on PATH: the hook does without, scripts do not. For them, put into ~/.profile:"
        say "  PATH=$(helper quote sh "$bin"):\$PATH"
    fi
    if [ -n "$refused" ]; then
        warn "the start-up files above are as they were: nobody can be asked here. To change them: ./install.sh --yes"
    fi
    next_line
    if [ -n "$refused$left_alone" ] && [ -n "$modify_rc" ]; then exit 3; fi
}

# ── Uninstalling ──────────────────────────────────────────────────────────────────────────────

uninstall_python() {
    for python in "$earlier_environment/bin/python" "$program/venv/bin/python"; do
        # The interpreter behind it: the environment is about to go.
        if [ -x "$python" ] && python=$(interpreter "$python"); then return 0; fi
    done
    if find_python; then return 0; fi
    # Any Python 3 is enough to edit a file.
    for python in python3 python; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1; then return 0; fi
    done
    die "no Python was found to edit start-up files with: delete the lines from '# >>> ctx >>>' to '# <<< ctx <<<' there by hand, then $program and $launcher"
}

# traces ACTION: what ctx knows of the settings files of Claude Code that it wrote into, by the code of this checkout,
# which works even where the installed one does not. ACTION is `listed` or `undo`.
traces() {
    "$python" -X utf8 -B -I -S -c 'import sys
if sys.version_info < (3, 11):
    sys.exit("that takes Python 3.11 or later")
sys.path.insert(0, sys.argv[1])
from ctx.claude import traces
from ctx.errors import CtxError
try:
    for line in getattr(traces, sys.argv[2])(sys.argv[3]):
        print(line)
except CtxError as error:
    sys.exit(str(error))' "$(dirname "$0")/src" "$1" "$data"
}

# What lies outside of ctx's own folders and calls ctx: without it Claude Code would find no key there.
undo_traces() {
    [ -e "$data/claude-settings.json" ] || return 0
    if ! lines=$(traces listed); then
        warn "what ctx wrote into settings files of Claude Code cannot be looked up: $data/claude-settings.json names them"
        left_alone=1
        return 0
    fi
    [ -n "$lines" ] || return 0
    say "ctx wrote these settings of Claude Code, which do not work without it:"
    printf '%s\n' "$lines" | sed 's/^/    /'
    if [ -n "$yes" ] || { can_ask && ask "Take them out? [Y/n]" y; }; then
        traces undo || left_alone=1
    elif can_ask; then
        say "They stay. To take them out later: ./install.sh --uninstall --yes"
    else
        warn "they stay, for nobody can be asked here. To take them out: ./install.sh --uninstall --yes"
        left_alone=1
    fi
}

remove_shim() {
    shim=$data/shims/claude
    { [ -f "$shim" ] && sed -n 2p "$shim" | grep -q '^# ctx: '; } || return 0
    rm -f "$shim"
    rmdir "$data/shims" 2>/dev/null || :
    say "$shim is removed: the line that puts its folder on PATH may go too"
}

uninstall() {
    uninstall_python
    if [ -n "$purge" ] && [ -z "$yes" ]; then
        can_ask || {
            warn "--purge deletes $config/profiles.toml, and nobody can be asked here: say --yes. Nothing was done"
            exit 3
        }
        ask "Delete $config/profiles.toml and everything in $data too? [y/N]" n || purge=''
    fi
    zsh_folder=$(zsh_directory)
    files=$({
        recorded startup
        for name in .bashrc .bash_profile .bash_login .profile; do printf '%s\n' "$HOME/$name"; done
        printf '%s\n' "$zsh_folder/.zshrc" "$fish_file" "$pwsh_file"
    } | awk 'NF && !seen[$0]++')
    finished=1
    left_alone=''
    undo_traces
    remove_shim
    while IFS= read -r file; do
        state=$(helper state "$file")
        case $state in
            absent | plain) ;;
            block)
                helper remove "$file" || die "$file could not be changed"
                say "$file is as it was before ctx"
                ;;
            damaged)
                warn "$file $(why_not damaged): it is left as it is"
                left_alone=1
                ;;
            *)
                # Whether ctx is in there cannot be told from here, or not be changed.
                if grep -q '^# >>> ctx >>>' "$file" 2>/dev/null; then
                    warn "$file $(why_not "$state"): take the lines between ctx's markers out by hand"
                    left_alone=1
                fi
                ;;
        esac
    done <<EOF
$files
EOF
    rmdir "${fish_file%/*}" "${fish_file%/conf.d/*}" "${pwsh_file%/*}" 2>/dev/null || :

    tool_settings
    for name in $(recorded command) ctx; do
        if is_our_launcher "$bin/$name"; then rm -f "$bin/$name"; fi
    done
    [ -z "$earlier_way" ] || remove_environment "$earlier_way" "$earlier_environment"
    # Only names that install.sh itself makes.
    for name in record venv venv.new venv.old bin man uv pipx; do rm -rf "${program:?}/$name"; done
    for name in bash zsh fish ps1; do rm -f "$data/hook.$name"; done
    rm -f "$config/profiles.schema.json" "$config/project.schema.json"
    # Whatever else an XDG variable makes of this folder: plans and start are ctx's own.
    rm -rf "$cache/plans" "$cache/start"
    case "$data/:$config/" in
        "$cache"/* | *:"$cache"/*) ;;
        *) rm -rf "$cache" ;;
    esac
    if [ -n "$purge" ]; then
        rm -f "$config/profiles.toml"
        [ "$data" = "$config" ] || rm -rf "$data"
    fi
    for path in "$program" "$data" "$config" "$bin" ${prefix:+"${prefix%/}/share" "${prefix%/}"}; do
        rmdir "$path" 2>/dev/null || :
    done

    say "ctx is uninstalled."
    for path in "$config" "$data"; do
        if [ -e "$path" ]; then say "Left: $path"; fi
    done
    if [ -n "$purge" ]; then
        say "Secrets that you stored in the system's keyring are still there, under the service names ctx:NAME."
    elif [ -e "$config" ] || [ -e "$data" ]; then
        say "  (./install.sh --uninstall --purge deletes profiles and trust records too)"
    fi
    if [ -n "$left_alone" ]; then exit 3; fi
}

work=$(mktemp -d "${TMPDIR:-/tmp}/ctx-install.XXXXXX") || die "no temporary directory can be made in ${TMPDIR:-/tmp}"
write_helper
$mode
