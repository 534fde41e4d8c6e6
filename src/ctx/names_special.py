"""Names that a shell keeps for itself, per shell: the tables behind `names.protected`.

A leaf module: builtins only. The tables were read off running shells (bash 5.2, zsh 5.9, fish 3.6, dash 0.5.12,
ksh93u+m 1.0.4, mksh R59, yash 2.52) and their manuals; tests/test_names.py asks whatever shells it finds again.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """A table is written as running text: lists of quoted names would be three times as long to read."""
    return frozenset(text.split())


# One word list per shell, split once at import. A name stands in the table of every shell that treats it specially.
SPECIAL: dict[str, frozenset[str]] = {
    "bash": words(
        # Integer (an assignment is evaluated as arithmetic, and that runs $(...)), readonly, array or computed.
        "BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_LINENO BASH_SOURCE "
        "BASH_SUBSHELL BASH_VERSINFO COMP_WORDBREAKS DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD "
        "LINENO OPTIND PIPESTATUS PPID RANDOM SECONDS SHELLOPTS SRANDOM UID "
        # What others recognise bash by, or what it fills in itself.
        "BASH BASH_EXECUTION_STRING BASH_LOADABLES_PATH BASH_REMATCH BASH_VERSION COMPREPLY COMP_CWORD COMP_KEY "
        "COMP_LINE COMP_POINT COMP_TYPE COMP_WORDS COPROC COPROC_PID MAPFILE OPTARG OPTERR READLINE_ARGUMENT "
        "READLINE_LINE READLINE_MARK READLINE_POINT REPLY "
        # Assigning changes how the shell itself behaves.
        "BASH_COMPAT BASH_XTRACEFD CHILD_MAX COLUMNS FUNCNEST HISTSIZE IGNOREEOF LINES MAILCHECK PROMPT_COMMAND "
        "PROMPT_DIRTRIM TMOUT histchars "
        # Arrays of bash-preexec.
        "precmd_functions preexec_functions"
    ),
    "zsh": words(
        # Integer and special: an assignment is evaluated, even after `unset`. UID, GID and USERNAME change who you are.
        "COLUMNS EGID EUID FUNCNEST GID HISTSIZE LINES OPTIND RANDOM SAVEHIST SECONDS SHLVL SRANDOM TRY_BLOCK_ERROR "
        "TRY_BLOCK_INTERRUPT UID USERNAME "
        # Evaluated when they are *used*: as plain strings they run $(...) later (a key press, a `pushd`, a prompt).
        "BAUD DIRSTACKSIZE KEYTIMEOUT LISTMAX LOGCHECK MAILCHECK MENUSCROLL PERIOD REPORTMEMORY REPORTTIME TMOUT "
        "ZFTP_TMOUT ZLE_RPROMPT_INDENT "
        # Readonly, or what others recognise zsh by.
        "ARGC EPOCHREALTIME EPOCHSECONDS ERRNO HISTCMD LINENO PPID TTYIDLE ZCURSES_COLORS ZCURSES_COLOR_PAIRS "
        "ZFTP_SESSION ZSH_ARGZERO ZSH_EVAL_CONTEXT ZSH_EXECUTION_STRING ZSH_NAME ZSH_PATCHLEVEL ZSH_SCRIPT ZSH_SUBSHELL "
        "ZSH_VERSION status "
        # Strings that zsh cuts short, or that it fills in itself.
        "HISTCHARS KEYBOARD_HACK MATCH MBEGIN MEND OPTARG REPLY histchars match mbegin mend reply "
        # Arrays tied to an upper-case name, and other arrays: exporting is an error, unsetting loses them.
        "argv cdpath fignore fpath mailpath manpath module_path path pipestatus psvar signals watch zle_bracketed_paste "
        "zle_highlight zsh_eval_context "
        # The lists that hooks live in.
        "chpwd_functions periodic_functions precmd_functions preexec_functions zsh_directory_name_functions "
        "zshaddhistory_functions zshexit_functions "
        # Module parameters (zsh/parameter, zle, system, terminfo, mapfile, sched, curses, db/gdbm).
        "aliases builtins commands dirstack dis_aliases dis_builtins dis_functions dis_functions_source dis_galiases "
        "dis_patchars dis_reswords dis_saliases epochtime errnos funcfiletrace funcsourcetrace funcstack functions "
        "functions_source functrace galiases history historywords jobdirs jobstates jobtexts keymaps langinfo mapfile "
        "modules nameddirs options parameters patchars reswords saliases sysparams termcap terminfo userdirs usergroups "
        "widgets zcurses_attrs zcurses_colors zcurses_keycodes zcurses_windows zgdbm_tied zsh_scheduled_events "
        # Inside a line-editor widget (a key bound to `cd` runs hooks there). PREFIX and SUFFIX are strings that exist
        # only while completing, and everyday names elsewhere: they are not here.
        "BUFFER BUFFERLINES CONTEXT CURRENT CURSOR CUTBUFFER HISTNO IPREFIX ISEARCHMATCH_ACTIVE ISEARCHMATCH_END "
        "ISEARCHMATCH_START ISUFFIX KEYMAP KEYS KEYS_QUEUED_COUNT LASTABORTEDSEARCH LASTSEARCH LASTWIDGET LBUFFER MARK "
        "NUMERIC PENDING POSTDISPLAY PREBUFFER PREDISPLAY QIPREFIX QISUFFIX RBUFFER REGION_ACTIVE SUFFIX_ACTIVE "
        "SUFFIX_END SUFFIX_START UNDO_CHANGE_NO UNDO_LIMIT_NO WIDGET WIDGETFUNC WIDGETSTYLE YANK_ACTIVE YANK_END "
        "YANK_START ZLE_RECURSIVE ZLE_STATE compstate killring redirections region_highlight registers words"
    ),
    "fish": words(
        # Names that begin with fish_ or __fish are covered by PREFIXES.
        "CMD_DURATION COLUMNS EUID FISH_VERSION LINES argv history hostname last_pid pipestatus status "
        "status_generation umask version"
    ),
    "dash": words("LINENO OPTARG OPTIND PPID"),
    "ksh93": words(
        "COLUMNS HISTCMD HISTSIZE JOBMAX KSH_VERSION LINENO LINES MAILCHECK OPTARG OPTIND PPID RANDOM REPLY SECONDS "
        "SHLVL SRANDOM TMOUT histchars"
    ),
    "mksh": words(
        "BASHPID COLUMNS EPOCHREALTIME HISTSIZE KSHEGID KSHGID KSHUID KSH_MATCH KSH_VERSION LINENO LINES OPTARG "
        "OPTIND PATHSEP PGRP PIPESTATUS PPID RANDOM REPLY SECONDS TMOUT USER_ID"
    ),
    "yash": words(
        # The last five are commands that yash evaluates, one of them on every `cd`.
        "COLUMNS DIRSTACK HISTRMDUP HISTSIZE LINENO LINES MAILCHECK OPTARG OPTIND PPID RANDOM YASH_LOADPATH "
        "YASH_VERSION COMMAND_NOT_FOUND_HANDLER POST_PROMPT_COMMAND PROMPT_COMMAND YASH_AFTER_CD YASH_BEFORE_CD"
    ),
}

# Ordinary to assign as far as types go, but not harmless. Each was seen to happen.
HARMFUL: dict[str, str] = {
    "GLOBIGNORE": "setting or unsetting it changes bash's dotglob option",
    "HISTFILESIZE": "bash cuts the history file to that length at once",
    "IFS": "every shell splits words by it",
    "OLDPWD": "every shell keeps it itself",
    "POSIXLY_CORRECT": "switches bash's POSIX mode on, unsetting it off",
    "PWD": "every shell keeps it itself",
    "SHLVL": "every shell keeps it itself",
    "_": "every shell overwrites it",
}

# Without these Windows programs, Python among them, do not start. Windows ignores case in names, so these do too.
WINDOWS: frozenset[str] = words("SYSTEMDRIVE SYSTEMROOT WINDIR")

PREFIXES: dict[str, str] = {
    "fish_": "special in fish",
    "__fish": "special in fish",
}
