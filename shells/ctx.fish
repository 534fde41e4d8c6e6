# ctx for fish 3.6 and later. shells/README.md is the contract that this file keeps.
#
# Names: functions and global variables `__ctx_*`, the latter unexported; variables inside a function `__ctx__*`, for a
# local variable would hide the user's own of the same name. fish reserves `set`, `test`, `string`, `status`, `eval`,
# `read`, `return` and `command`: nobody can define a function called so. What else is a builtin is called as `builtin`.
# Only `command` starts a process. A command substitution of builtins forks nothing either, but costs as much as twenty
# statements, a pipe of builtins as much as six: there are few where a profile is switched.

# --- 1. Settings

set -gu __ctx_program __CTX_PROGRAM__
set -gu __ctx_config __CTX_CONFIG__
set -gu __ctx_data __CTX_DATA__
set -gu __ctx_cache __CTX_CACHE__
set -gu __ctx_version __CTX_VERSION__

# --- 2. State

function __ctx_init --description 'A shell with no profile and nothing to undo'
    set -gu __ctx_state # nothing, `applying`, `active` or `undoing`
    set -gu __ctx_active # the active profile
    set -gu __ctx_previous # the one before
    set -gu __ctx_inherited # 1 until the first prompt has applied an inherited profile again
    set -gu __ctx_fresh # 1 where `__ctx_guard` agreed
    __ctx_forget
    # Where kinds and names stand among the arguments of `__ctx_apply`; `__ctx_reach` makes the lists longer.
    set -gu __ctx_kind_at 3 6 9 12 15 18 21 24 27 30 33 36 39 42 45 48 51 54 57 60 63 66 69 72 75 78 81 84 87 90 93 96
    set -gu __ctx_name_at 4 7 10 13 16 19 22 25 28 31 34 37 40 43 46 49 52 55 58 61 64 67 70 73 76 79 82 85 88 91 94 97
    # Names of variables, or patterns, that fish lets ctx change, each with a space behind it.
    set -gu __ctx_names_free '^(?:(?!(?:_|FISH_VERSION|PWD|SHLVL|argv|fish_kill_signal|fish_killring|fish_pid|fish_terminal_color_theme|history|hostname|pipestatus|status|status_generation|umask|version|(?:__ctx|__CTX|CTX)_[^ ]*)[* ])[A-Za-z_][A-Za-z0-9_]*\*? +)*\z'
end

function __ctx_forget --description 'An empty undo record'
    # Names by what was there before: no global variable, an exported one, an unexported one. Per name there are also
    # __ctx_new_NAME and __ctx_old_NAME; per list __ctx_front_NAME and __ctx_back_NAME, the entries added.
    set -gu __ctx_set_absent
    set -gu __ctx_set_exported
    set -gu __ctx_set_unexported
    set -gu __ctx_gone_exported
    set -gu __ctx_gone_unexported
    set -gu __ctx_gone_path # path variables by declaration, which erasing forgets
    set -gu __ctx_lists
    set -gu __ctx_list_absent
    set -gu __ctx_list_exported
    # What `__ctx_decide` decided.
    set -gu __ctx_erase
    set -gu __ctx_give_exported
    set -gu __ctx_give_unexported
end

function __ctx_adopt --description 'Take over the profile of the process that started this shell'
    if not __ctx_is_profile "$CTX_PROFILE"
        set -eg CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS
        return
    end
    for __ctx__name in (string split -n ' ' -- "$__CTX_SET")
        __ctx_is_free $__ctx__name
        and set -qg $__ctx__name
        or continue
        set -gu __ctx_new_$__ctx__name "$$__ctx__name"
        set -a __ctx_set_absent $__ctx__name
    end
    for __ctx__name in (string split -n ' ' -- "$__CTX_LISTS")
        set -l __ctx__entries __CTX_LIST_$__ctx__name
        __ctx_is_free $__ctx__name
        and set -qg $__ctx__name $__ctx__entries
        or continue
        set -gu --path __ctx_front_$__ctx__name "$$__ctx__entries"
        set -gu __ctx_back_$__ctx__name
        set -gu __ctx_old_$__ctx__name
        set -a __ctx_lists $__ctx__name
        set -a __ctx_list_absent $__ctx__name
    end
    if __ctx_is_profile "$__CTX_PREVIOUS"
        set -g __ctx_previous $__CTX_PREVIOUS
    end
    set -g __ctx_active $CTX_PROFILE
    set -g __ctx_inherited 1
    set -g __ctx_state active
end

# --- 3. Primitives

function __ctx_is_profile --description 'Whether a profile may be called so'
    string match -qr '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z' -- $argv
end

function __ctx_complain --description 'A line on stderr, and status 1'
    builtin echo "ctx: $argv" >&2
    return 1
end

function __ctx_refuse --description 'Say which of these names cannot be changed'
    for __ctx__name in $argv
        string match -qr $__ctx_names_free -- "$__ctx__name "
        or __ctx_complain "$__ctx__name is readonly in this shell: nothing was changed"
        or return
    end
end

function __ctx_refuse_universal --description 'Say which of these names and patterns is an exported universal variable'
    # fish hands such a variable to every program, whatever a session erases or sets unexported (fish 3 and 4).
    for __ctx__universal in (set -nUx)
        for __ctx__name in $argv
            string match -q -- $__ctx__name $__ctx__universal
            and __ctx_complain "$__ctx__universal is a universal variable: nothing was changed"\n"  set -eU $__ctx__universal"
            or continue
            return 1
        end
    end
end

function __ctx_reach --description 'Lengthen the index lists until they cover all arguments'
    set -l __ctx__steps 32
    while set -q argv[$__ctx_name_at[-1]]
        set __ctx__steps "$__ctx__steps"0
        set -l __ctx__ruler vv(string repeat -n $__ctx__steps knv)
        set -g __ctx_kind_at (string match -ran k $__ctx__ruler | string replace ' 1' '')
        set -g __ctx_name_at (string match -ran n $__ctx__ruler | string replace ' 1' '')
    end
end

function __ctx_note_set --description 'Remember a variable that the plan sets'
    # `NAME=value ctx use …` makes a variable for that one command, which would hide the shell's own.
    set -el $argv[1]
    if not set -qg $argv[1]
        set -a __ctx_set_absent $argv[1]
        return
    end
    set -gu __ctx_old_$argv[1] $$argv[1]
    if set -qgx $argv[1]
        set -a __ctx_set_exported $argv[1]
    else
        set -a __ctx_set_unexported $argv[1]
    end
end

function __ctx_note_gone --description 'Remember a variable that the plan unsets'
    set -el $argv[1]
    set -gu __ctx_old_$argv[1] $$argv[1]
    if set -qgx $argv[1]
        set -a __ctx_gone_exported $argv[1]
    else
        set -a __ctx_gone_unexported $argv[1]
    end
    # A local variable inherits from the global one whether it is a path variable.
    set -l $argv[1] a b
    test "$$argv[1]" = a:b
    and not string match -q '*PATH' $argv[1]
    and set -a __ctx_gone_path $argv[1]
end

function __ctx_note_list --description 'Remember a list variable that the plan adds to'
    set -el $argv[1]
    # Of a universal variable too: entries are added to what shows.
    set -gu __ctx_old_$argv[1] $$argv[1]
    set -gu __ctx_front_$argv[1]
    set -gu __ctx_back_$argv[1]
    set -a __ctx_lists $argv[1]
    if set -qgx $argv[1]
        set -a __ctx_list_exported $argv[1]
    else if not set -qg $argv[1]
        set -a __ctx_list_absent $argv[1]
    end
end

# --- 4. Applying

function __ctx_apply --description 'Make a profile active: PROFILE SUMMARY, then KIND NAME VALUE for each step'
    # Plans hand the plain names that they unset over in a variable of their block: a third of the text to read.
    set -l __ctx__clears
    set -ql __ctx_clears
    and set __ctx__clears $__ctx_clears
    set -q argv[99]
    and __ctx_reach $argv
    # One index finds a step's kind in argv, its name and its value.
    set -l __ctx__names $argv[2..]
    set -l __ctx__values $argv[3..]

    # Nothing is touched before all of it is known to be possible.
    set -l __ctx__all $argv[$__ctx_name_at] $__ctx__clears
    string match -qr $__ctx_names_free -- "$__ctx__all "
    or __ctx_refuse $__ctx__all
    or return
    if set -nUx | string match -q '*'
        set -l __ctx__hidden $__ctx__clears
        for __ctx__i in $__ctx_kind_at
            test "$argv[$__ctx__i]" = unset
            and set -a __ctx__hidden $__ctx__names[$__ctx__i]
        end
        __ctx_refuse_universal $__ctx__hidden
        or return
    end

    set -l __ctx__previous $__ctx_previous
    if set -q __ctx_state[1]
        test "$__ctx_active" = "$argv[1]"
        or set __ctx__previous $__ctx_active
        __ctx_take_off
    end

    # The record is complete before the first change: whatever happens then can be undone.
    set -l __ctx__patterns
    for __ctx__i in $__ctx_kind_at
        switch "$argv[$__ctx__i]"
            case set assign
                set -gu __ctx_new_$__ctx__names[$__ctx__i] $__ctx__values[$__ctx__i]
                __ctx_note_set $__ctx__names[$__ctx__i]
            case unset
                switch $__ctx__names[$__ctx__i]
                    case '*\*'
                        set -a __ctx__patterns $__ctx__names[$__ctx__i]
                    case '*'
                        set -a __ctx__clears $__ctx__names[$__ctx__i]
                end
            case prepend
                builtin contains -- $__ctx__names[$__ctx__i] $__ctx_lists
                or __ctx_note_list $__ctx__names[$__ctx__i]
                set -a __ctx_front_$__ctx__names[$__ctx__i] $__ctx__values[$__ctx__i]
            case append
                builtin contains -- $__ctx__names[$__ctx__i] $__ctx_lists
                or __ctx_note_list $__ctx__names[$__ctx__i]
                set -a __ctx_back_$__ctx__names[$__ctx__i] $__ctx__values[$__ctx__i]
            case ''
                break
        end
    end
    for __ctx__name in $__ctx__clears
        set -qg $__ctx__name
        and __ctx_note_gone $__ctx__name
    end
    for __ctx__pattern in $__ctx__patterns
        set -ngx | string match -- $__ctx__pattern | while read -l __ctx__name
            builtin contains -- $__ctx__name $__ctx_set_exported $__ctx_gone_exported
            or __ctx_note_gone $__ctx__name
        end
    end
    set -g __ctx_active $argv[1]
    set -g __ctx_state applying

    # From here an interruption leaves a state that the next prompt undoes.
    set -eg __ctx_nothing $__ctx_gone_exported $__ctx_gone_unexported
    for __ctx__i in $__ctx_kind_at
        switch "$argv[$__ctx__i]"
            case set assign
                set -gx $__ctx__names[$__ctx__i] $__ctx__values[$__ctx__i]
                or break
            case ''
                break
        end
    end
    or begin
        __ctx_undo_by_force
        __ctx_complain "a variable cannot be set in this shell: no profile is active"
        return
    end
    for __ctx__name in $__ctx_lists
        __ctx_add $__ctx__name
    end
    __ctx_export $__ctx__previous
    set -g __ctx_state active
    set -q CLAUDECODE
    or test -n "$CTX_QUIET"
    or __ctx_tell "$argv[1]" "$argv[2]"
    return 0
end
