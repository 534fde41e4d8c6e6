# ctx for fish 3.6 and later. shells/README.md is the contract that this file keeps.
#
# Names: functions and global variables `__ctx_*`, the latter unexported; variables inside a function `__ctx__*`, for a
# local variable would hide the user's own of the same name. fish reserves `set`, `test`, `string`, `status`, `eval`,
# `read`, `return` and `command`: nobody can define a function called so. What else is a builtin is called as `builtin`.
# Only `command` starts a process. A command substitution of builtins forks nothing either, but costs as much as twenty
# statements, a pipe of builtins as much as six: there are few where a profile is switched.

# --- 1. Settings

set -l fish_trace # tracing would print what goes through here; it comes back at the end of the file
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
    # Where kinds, names and values stand among the arguments of `__ctx_apply`; `__ctx_reach` makes the lists longer.
    set -gu __ctx_kind_at 3 6 9 12 15 18 21 24 27 30 33 36 39 42 45 48 51 54 57 60 63 66 69 72 75 78 81 84 87 90 93 96
    set -gu __ctx_name_at 4 7 10 13 16 19 22 25 28 31 34 37 40 43 46 49 52 55 58 61 64 67 70 73 76 79 82 85 88 91 94 97
    set -gu __ctx_value_at 5 8 11 14 17 20 23 26 29 32 35 38 41 44 47 50 53 56 59 62 65 68 71 74 77 80 83 86 89 92 95 98
    # What fish computes, does not let anybody set, or gives every function anew.
    set -gu __ctx_taken '(?:_|FISH_VERSION|PWD|SHLVL|argv|fish_kill_signal|fish_killring|fish_pid|fish_terminal_color_theme|history|hostname|pipestatus|status|status_generation|umask|version)'
end

function __ctx_forget --description 'An empty undo record, and no decisions about it'
    # What the profile sets and to what; of that, of what it took away (gone) and of the lists it added to, the names by
    # what was there before: no global variable, an exported or an unexported one. What was there is in __ctx_old_NAME.
    # A list has its new value in __ctx_new_NAME, its added entries in __ctx_front_NAME and __ctx_back_NAME.
    set -eg __ctx_set __ctx_set_to __ctx_set_absent __ctx_set_exported __ctx_set_unexported
    set -eg __ctx_gone_exported __ctx_gone_unexported __ctx_gone_path
    set -eg __ctx_lists __ctx_list_absent __ctx_list_exported __ctx_list_unexported
    # What is to be done about it.
    set -eg __ctx_erase __ctx_give_exported __ctx_give_unexported
end

function __ctx_adopt --description 'Take over the profile of the process that started this shell'
    if not __ctx_is_profile "$CTX_PROFILE"
        set -eg CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS
        return
    end
    for __ctx__name in (string split -n ' ' -- "$__CTX_SET")
        __ctx_may_change $__ctx__name
        and set -qg $__ctx__name
        or continue
        set -ga __ctx_set $__ctx__name
        set -ga __ctx_set_absent $__ctx__name
        set -ga __ctx_set_to "$$__ctx__name"
    end
    for __ctx__name in (string split -n ' ' -- "$__CTX_LISTS")
        set -l __ctx__entries __CTX_LIST_$__ctx__name
        __ctx_may_change $__ctx__name
        and set -qg $__ctx__name $__ctx__entries
        or continue
        set -gu --path __ctx_front_$__ctx__name "$$__ctx__entries"
        set -gu __ctx_back_$__ctx__name
        set -ga __ctx_lists $__ctx__name
        set -ga __ctx_list_absent $__ctx__name
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

function __ctx_may_change --description 'Whether all of these are names of variables that fish lets ctx change'
    string match -qr "^(?:(?!(?:$__ctx_taken|(?:__ctx|__CTX|CTX)_[^ ]*) )[A-Za-z_][A-Za-z0-9_]* )*\z" -- "$argv "
end

function __ctx_refuse --description 'Say which of these names cannot be changed'
    for __ctx__name in $argv
        __ctx_may_change $__ctx__name
        or __ctx_complain "$__ctx__name is readonly in this shell: nothing was changed"
        or return
    end
end

function __ctx_reach --description 'Lengthen the index lists until they cover all arguments'
    set -l __ctx__steps 32
    while set -q argv[$__ctx_name_at[-1]]
        set __ctx__steps "$__ctx__steps"0
        set -l __ctx__ruler --(string repeat -n $__ctx__steps knv)
        set -g __ctx_kind_at (string match -ran k -- $__ctx__ruler | string replace ' 1' '')
        set -g __ctx_name_at (string match -ran n -- $__ctx__ruler | string replace ' 1' '')
        set -g __ctx_value_at (string match -ran v -- $__ctx__ruler | string replace ' 1' '')
    end
end

function __ctx_note --description 'Remember a variable before it changes: NAME KIND, where KIND is set, gone or list'
    # `NAME=value ctx use …` makes a variable for that one command, which would hide the shell's own.
    set -el $argv[1]
    # Without a global one, this is what shows of a universal variable.
    set -gu __ctx_old_$argv[1] $$argv[1]
    if set -qgx $argv[1]
        set -ga __ctx_$argv[2]_exported $argv[1]
    else if set -qg $argv[1]
        set -ga __ctx_$argv[2]_unexported $argv[1]
    else
        set -ga __ctx_$argv[2]_absent $argv[1]
    end
end

function __ctx_note_gone --description 'Remember a variable that is erased'
    __ctx_note $argv[1] gone
    # Being a path variable by declaration is forgotten with it. A local variable inherits that.
    set -l $argv[1] a b
    test "$$argv[1]" = a:b
    and not string match -q '*PATH' $argv[1]
    and set -ga __ctx_gone_path $argv[1]
end

function __ctx_note_lists --description 'Remember list variables and what is added to them: KIND NAME VALUE for each'
    while set -q argv[1]
        if not builtin contains -- $argv[2] $__ctx_lists
            set -ga __ctx_lists $argv[2]
            set -gu __ctx_front_$argv[2]
            set -gu __ctx_back_$argv[2]
            __ctx_note $argv[2] list
        end
        switch $argv[1]
            case prepend
                set -a __ctx_front_$argv[2] $argv[3]
            case append
                set -a __ctx_back_$argv[2] $argv[3]
        end
        set -e argv[1..3]
    end
end

function __ctx_extend --description 'Add the remembered entries to a list variable'
    set -l __ctx__front __ctx_front_$argv[1]
    set -l __ctx__back __ctx_back_$argv[1]
    # Each prepended entry went in front of the one before. An empty list must leave no empty entry.
    set -l --path __ctx__list $$__ctx__front[1][-1..1]
    test -n "$$argv[1]"
    and set -a __ctx__list "$$argv[1]"
    set -a __ctx__list $$__ctx__back
    # One text, joined at `:`; what fish knows as a path variable it splits again.
    set -gx $argv[1] "$__ctx__list"
    set -gu __ctx_new_$argv[1] "$$argv[1]"
    set -gx --path __CTX_LIST_$argv[1] $$__ctx__front[1][-1..1] $$__ctx__back
end

# --- 4. Applying

function __ctx_apply --description 'Make a profile active: PROFILE SUMMARY, then KIND NAME VALUE for each step'
    set -q argv[99]
    and __ctx_reach $argv
    set -l __ctx__kinds $argv[$__ctx_kind_at]
    set -l __ctx__set $argv[$__ctx_name_at]
    set -l __ctx__to $argv[$__ctx_value_at]
    set -l __ctx__lists
    set -l __ctx__edits
    # What is to go, as the alternatives of a regular expression: so a plan hands it over, in a variable of its block.
    set -l __ctx__clears
    set -ql __ctx_clears
    and set __ctx__clears $__ctx_clears
    if string match -qvr '^(?:set|assign)$' -- $__ctx__kinds
        set -l __ctx__names $__ctx__set
        set -l __ctx__values $__ctx__to
        set __ctx__set
        set __ctx__to
        for __ctx__kind in $__ctx__kinds
            switch $__ctx__kind
                case set assign
                    set -a __ctx__set $__ctx__names[1]
                    set -a __ctx__to $__ctx__values[1]
                case unset
                    set __ctx__clears "$__ctx__clears|"(string replace -r '\*\z' '.*' -- $__ctx__names[1])
                case prepend append
                    set -a __ctx__lists $__ctx__names[1]
                    set -a __ctx__edits $__ctx__kind $__ctx__names[1] $__ctx__values[1]
                case '*'
                    __ctx_complain "$__ctx__kind is not a step of a plan: nothing was changed"
                    return
            end
            set -e __ctx__names[1]
            set -e __ctx__values[1]
        end
    end

    # Nothing is touched before all of it is known to be possible.
    __ctx_may_change $__ctx__set $__ctx__lists
    or __ctx_refuse $__ctx__set $__ctx__lists
    or return
    if string match -qr "\b$__ctx_taken\b" -- "$__ctx__clears"
        __ctx_refuse (string split '|' -- $__ctx__clears)
        return
    end
    # fish hands an exported universal variable to every program, whatever a session erases or sets unexported.
    if set -nUx | string match -q '*'
        for __ctx__name in (set -nUx | string match -r "^(?:$__ctx__clears)\$")
            builtin contains -- $__ctx__name $__ctx__set $__ctx__lists
            or __ctx_complain "$__ctx__name is a universal variable: nothing was changed"\n"  set -eU $__ctx__name"
            or return
        end
    end

    set -l __ctx__previous $__ctx_previous
    if set -q __ctx_state[1]
        test "$__ctx_active" = "$argv[1]"
        or set __ctx__previous $__ctx_active
        __ctx_take_off
    else
        __ctx_forget
    end

    # The record is complete before the first change: whatever happens then can be undone.
    set -g __ctx_set $__ctx__set
    set -g __ctx_set_to $__ctx__to
    set -q __ctx__edits[1]
    and __ctx_note_lists $__ctx__edits
    for __ctx__name in $__ctx__set
        if set -qg $__ctx__name
            __ctx_note $__ctx__name set
        else
            set -ga __ctx_set_absent $__ctx__name
        end
    end
    set -ng | string match -r "^(?!__ctx|__CTX|CTX_)(?:$__ctx__clears)\$" | while read -l __ctx__name
        builtin contains -- $__ctx__name $__ctx__set $__ctx__lists
        or __ctx_note_gone $__ctx__name
    end
    set -g __ctx_active $argv[1]
    set -g __ctx_state applying

    # From here on, what an interruption leaves behind is undone at the next prompt.
    set -eg __ctx_nothing $__ctx_gone_exported $__ctx_gone_unexported
    for __ctx__name in $__ctx__set
        builtin true # where it succeeds, `set` leaves the status alone
        set -gx $__ctx__name $__ctx__to[1]
        or begin
            __ctx_undo_by_force
            __ctx_complain "$__ctx__name cannot be set in this shell: no profile is active"
            return
        end
        set -e __ctx__to[1]
    end
    for __ctx__name in $__ctx_lists
        __ctx_extend $__ctx__name
    end
    set -g __ctx_previous $__ctx__previous
    # Names and list entries, for prompts and children; never a value.
    set -gx CTX_PROFILE $argv[1]
    set -gx CTX_STATUS active
    set -q __ctx__set[1]
    and set -gx __CTX_SET "$__ctx__set"
    set -q __ctx_lists[1]
    and set -gx __CTX_LISTS "$__ctx_lists"
    set -q __ctx_previous[1]
    and set -gx __CTX_PREVIOUS $__ctx_previous
    set -g __ctx_state active
    set -q CLAUDECODE
    or test -n "$CTX_QUIET"
    or __ctx_tell $argv[1..2]
    return 0
end

function __ctx_tell --description 'The one line about a switch: NAME SUMMARY'
    if test -n "$argv[2]"
        builtin echo "ctx: $argv[1] · $argv[2]" >&2
    else
        set -l __ctx__set (builtin count $__ctx_set $__ctx_lists)
        set -l __ctx__gone (builtin count $__ctx_gone_exported $__ctx_gone_unexported)
        builtin echo "ctx: $argv[1] · $__ctx__set set, $__ctx__gone cleared" >&2
    end
end

function __ctx_take_off --description 'Give back what was there before the active profile'
    __ctx_decide
    set -g __ctx_state undoing
    __ctx_undo
end

function __ctx_decide --description 'Write down what to give back: all that is still as ctx left it'
    # All at once, with a mark in front of each value; one by one only where that finds a difference.
    set -el __ctx_nothing $__ctx_set
    set -l __ctx__now \x1f$$__ctx_set
    set -l __ctx__then \x1f$__ctx_set_to
    if set -qg __ctx_state $__ctx_set; and test "$__ctx__now" = "$__ctx__then"
        set -g __ctx_erase $__ctx_set_absent
        set -g __ctx_give_exported $__ctx_set_exported
        set -g __ctx_give_unexported $__ctx_set_unexported
    else
        __ctx_decide_each
    end
    for __ctx__name in $__ctx_gone_exported
        set -qg $__ctx__name
        or set -a __ctx_give_exported $__ctx__name
    end
    for __ctx__name in $__ctx_gone_unexported
        set -qg $__ctx__name
        or set -a __ctx_give_unexported $__ctx__name
    end
    for __ctx__name in $__ctx_lists
        __ctx_decide_list $__ctx__name
    end
end

function __ctx_decide_each --description 'The same for what was set, where something of it was changed'
    set -g __ctx_erase
    set -g __ctx_give_exported
    set -g __ctx_give_unexported
    set -el __ctx_nothing $__ctx_set
    set -l __ctx__to $__ctx_set_to
    for __ctx__name in $__ctx_set
        set -l __ctx__now "$$__ctx__name"
        switch $__ctx__name
            case PATH CDPATH
                # fish writes an empty entry as `.`, in a local variable too.
                set -l $__ctx__name $__ctx__to[1]
                set __ctx__to[1] "$$__ctx__name"
        end
        if set -qg $__ctx__name; and test x"$__ctx__now" = x"$__ctx__to[1]"
            if builtin contains -- $__ctx__name $__ctx_set_absent
                set -a __ctx_erase $__ctx__name
            else if builtin contains -- $__ctx__name $__ctx_set_exported
                set -a __ctx_give_exported $__ctx__name
            else
                set -a __ctx_give_unexported $__ctx__name
            end
        end
        set -e __ctx__to[1]
    end
end

function __ctx_decide_list --description 'The same for a list variable; one that was changed loses the entries of ctx'
    set -el $argv[1]
    set -qg $argv[1]
    or return
    set -l __ctx__new __ctx_new_$argv[1]
    if set -q $__ctx__new; and test x"$$argv[1]" = x"$$__ctx__new"
        if builtin contains -- $argv[1] $__ctx_list_absent
            set -ga __ctx_erase $argv[1]
        else if builtin contains -- $argv[1] $__ctx_list_exported
            set -ga __ctx_give_exported $argv[1]
        else
            set -ga __ctx_give_unexported $argv[1]
        end
        return
    end
    set -l __ctx__front __ctx_front_$argv[1]
    set -l __ctx__back __ctx_back_$argv[1]
    set -l --path __ctx__rest "$$argv[1]"
    for __ctx__entry in $$__ctx__front
        set -l __ctx__at (builtin contains -i -- $__ctx__entry $__ctx__rest)
        and set -e __ctx__rest[$__ctx__at]
    end
    set __ctx__rest $__ctx__rest[-1..1]
    for __ctx__entry in $$__ctx__back
        set -l __ctx__at (builtin contains -i -- $__ctx__entry $__ctx__rest)
        and set -e __ctx__rest[$__ctx__at]
    end
    set __ctx__rest $__ctx__rest[-1..1]
    if test -z "$__ctx__rest"; and builtin contains -- $argv[1] $__ctx_list_absent
        set -ga __ctx_erase $argv[1]
        return
    end
    set -gu __ctx_old_$argv[1] "$__ctx__rest"
    if set -qgx $argv[1]
        set -ga __ctx_give_exported $argv[1]
    else
        set -ga __ctx_give_unexported $argv[1]
    end
end

function __ctx_undo --description 'Carry out what was decided; may be repeated until the state is cleared'
    set -eg __ctx_nothing $__ctx_erase
    for __ctx__name in $__ctx_give_exported
        set -l __ctx__old __ctx_old_$__ctx__name
        set -gx $__ctx__name $$__ctx__old
    end
    for __ctx__name in $__ctx_give_unexported
        set -l __ctx__old __ctx_old_$__ctx__name
        set -gu $__ctx__name $$__ctx__old
    end
    for __ctx__name in $__ctx_gone_path
        set -qg $__ctx__name
        and set -g --path $__ctx__name $$__ctx__name
    end
    set -eg CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS __CTX_LIST_$__ctx_lists
    set -g __ctx_active
    set -g __ctx_state
    set -eg __ctx_nothing __ctx_old_$__ctx_set_exported __ctx_old_$__ctx_set_unexported
    set -eg __ctx_nothing __ctx_old_$__ctx_gone_exported __ctx_old_$__ctx_gone_unexported
    set -eg __ctx_nothing __ctx_{old,new,front,back}_$__ctx_lists
    __ctx_forget
end

function __ctx_undo_by_force --description 'Undo a half-applied profile: nobody but ctx can have changed anything'
    set -g __ctx_erase $__ctx_set_absent $__ctx_list_absent
    set -g __ctx_give_exported $__ctx_set_exported $__ctx_gone_exported $__ctx_list_exported
    set -g __ctx_give_unexported $__ctx_set_unexported $__ctx_gone_unexported $__ctx_list_unexported
    set -g __ctx_state undoing
    __ctx_undo
end

# --- 5. Plans on disk

function __ctx_guard --description 'Whether a plan on disk was made for this ctx and this home: VERSION HOME'
    test "$argv[1]" = "$__ctx_version" -a "$argv[2]" = "$HOME"
    and set -g __ctx_fresh 1
end

function __ctx_apply_stored --description 'Apply the plan on disk for PROFILE; status 2 if there is none that is fresh'
    set -l __ctx__folder $__ctx_cache/plans/fish
    set -l __ctx__plan $__ctx__folder/$argv[1]
    set -l __ctx__source $__ctx_config/profiles.toml
    set -g __ctx_fresh
    test -f $__ctx__plan -a -O $__ctx__plan -a -O $__ctx__folder -a ! $__ctx__plan -nt $__ctx__source -a ! $__ctx__plan -ot $__ctx__source
    or return 2
    builtin source $__ctx__plan
    and return
    set -q __ctx_fresh[1]
    and return 1
    return 2
end

# --- 6. Calling ctx

function __ctx_run --description 'Start ctx with the active profile taken off, in this function only'
    if not test -x $__ctx_program[1]
        __ctx_complain "$__ctx_program[1] is gone: install ctx again"
        return 127
    end
    if set -q __ctx_state[1]
        __ctx_decide
        for __ctx__name in $__ctx_erase CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS __CTX_LIST_$__ctx_lists
            set -fu $__ctx__name
        end
        for __ctx__name in $__ctx_give_exported
            set -l __ctx__old __ctx_old_$__ctx__name
            set -fx $__ctx__name $$__ctx__old
        end
        for __ctx__name in $__ctx_give_unexported
            set -l __ctx__old __ctx_old_$__ctx__name
            set -fu $__ctx__name $$__ctx__old
        end
    end
    set -fu __CTX_PIN
    command $__ctx_program @hook fish $__ctx_config $__ctx_data $__ctx_cache "$__ctx_active" "$__ctx_previous" $argv
end

# --- 7. Prompt

function __ctx_prompt --on-event fish_prompt --description 'Undo what was interrupted; give an inherited profile the last word'
    switch "$__ctx_state$__ctx_inherited"
        case '' active
            return
    end
    set -l fish_trace
    switch "$__ctx_state"
        case applying
            __ctx_undo_by_force
        case undoing
            __ctx_undo
        case active
            set -g __ctx_inherited
            CTX_QUIET=1 __ctx_use $__ctx_active
            or begin
                set -q __ctx_state[1]
                and __ctx_take_off
            end
    end
end

# --- 8. Command

function __ctx_use --description 'Switch to a profile: by its plan on disk, else by asking ctx'
    if test "$argv" = -
        set -q __ctx_previous[1]
        or __ctx_complain 'no profile was active before'
        or return
        set argv $__ctx_previous
    end
    if not set -q argv[2]; and __ctx_is_profile "$argv[1]"
        __ctx_apply_stored $argv[1]
        and return
        test $status = 2
        or return 1
    end
    set -l __ctx__text "$(__ctx_run use $argv)"
    or return
    if test -z "$__ctx__text"
        __ctx_complain 'the program said nothing: nothing was changed'
        return
    end
    eval $__ctx__text
end

function __ctx_off --description 'Take the profile off'
    if not set -q __ctx_state[1]
        test -n "$CTX_QUIET"
        or __ctx_complain 'no profile is active'
        return 0
    end
    set -l __ctx__was $__ctx_active
    __ctx_take_off
    set -g __ctx_previous $__ctx__was
    set -g __ctx_inherited
    set -q CLAUDECODE
    or test -n "$CTX_QUIET"
    or __ctx_complain "off · was $__ctx__was"
    return 0
end

function __ctx_main --description 'What the command does'
    switch "$argv[1]"
        case use
            for __ctx__word in $argv[2..]
                switch $__ctx__word
                    case -h --help --json --shell '--shell=*'
                        __ctx_run $argv
                        return
                end
            end
            __ctx_use $argv[2..]
            or begin
                # In a pipe or a substitution the failure must reach what evaluates the output.
                set -l __ctx__status $status
                test -t 1
                or builtin echo false
                return $__ctx__status
            end
        case off
            if set -q argv[2]
                __ctx_run $argv
            else
                __ctx_off
            end
        case '*'
            __ctx_run $argv
    end
end

function __CTX_NAME__ --description 'Switch the environment of this shell between profiles'
    # Where only this function was carried over from another shell, the program answers for itself.
    if builtin functions --query __ctx_main
        set -l fish_trace
        __ctx_main $argv
    else
        command __CTX_PROGRAM__ $argv
    end
end

# A parent can pass exported variables on, and nothing else: what is global and unexported is of this shell's own making.
if not set -qg __ctx_state; or set -qgx __ctx_state
    __ctx_init
    set -q CTX_PROFILE
    and __ctx_adopt
end
