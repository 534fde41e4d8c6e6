# ctx for fish, 3.6 and later. README.md beside this file is the contract; the other runtimes have the same sections.
#
# Functions and global variables are called __ctx_*, and no variable is exported or universal. Variables inside a
# function are called __ctx__*: a local one hides the global one of its name, and a profile may set any other name.
#
# fish reserves `set`, `test`, `string`, `status`, `eval`, `read`, `return` and `command`: nobody can define a function called
# so. Every other builtin is called as `builtin`. Only `command` starts a process. A command substitution of builtins
# starts none, but costs as much as twenty statements and a pipe of builtins as much as six, so a switch does with few.
# Where `set` succeeds it leaves $status alone.

# Tracing would print what goes through here. Such a local variable stops it until its scope ends; there it comes back
# in whatever function has called, so only what is never called from here has one.
set -l fish_trace

# A reloaded hook keeps its state. What a parent process passed on under these names is none: it comes exported.
if not set -qg __ctx_state; or set -qgx __ctx_state
    set -l IFS \n
    set -eg __ctx_nothing (set -ng | string match '__ctx_*')
end

# --- 1. Settings ------------------------------------------------------------------------------------------------------

set -gu __ctx_words __CTX_PROGRAM__
set -gu __ctx_config __CTX_CONFIG__
set -gu __ctx_data __CTX_DATA__
set -gu __ctx_cache __CTX_CACHE__
set -gu __ctx_version __CTX_VERSION__

# What fish computes, does not let anybody set, or gives every function anew. Users cannot add to these.
set -gu __ctx_readonly '\b(?:_|FISH_VERSION|PWD|SHLVL|argv|fish_kill_signal|fish_killring|fish_pid|fish_terminal_color_theme|history|hostname|pipestatus|status|status_generation|umask|version)\b'

# --- 2. State ---------------------------------------------------------------------------------------------------------
#
# __ctx_state     "", or: applying (the record is complete, the environment may be half changed), active, undoing
#                 (the decisions are complete, the environment may be half changed back)
# __ctx_profile   the active profile; __ctx_previous the one before
# __ctx_again     "yes" in a shell that inherited its profile and has not applied it itself yet
#
# The undo record: __ctx_set and, in the same order, __ctx_set_to are what ctx set; __ctx_lists the list variables that
# it added to. __ctx_{set,gone,list}_{exported,unexported} are the names that it set, took away and added to, where there
# was a global variable before; __ctx_set_absent those set where there was none; __ctx_gone_path those taken away that had
# been declared path variables. __ctx_old_NAME is what was there; of a list __ctx_new_NAME is what ctx made of it,
# __ctx_front_NAME and __ctx_back_NAME what it added.
#
# The decisions, which may be carried out any number of times: __ctx_erase, __ctx_give_exported, __ctx_give_unexported.

function __ctx_new_record
    set -eg __ctx_set __ctx_set_to __ctx_set_absent __ctx_set_exported __ctx_set_unexported
    set -eg __ctx_gone_exported __ctx_gone_unexported __ctx_gone_path
    set -eg __ctx_lists __ctx_list_exported __ctx_list_unexported
end

# Takes over the profile that the parent process exported. What its variables held before is not known here.
function __ctx_adopt
    set -l IFS \n # an empty one keeps a substitution from being split into lines
    if __ctx_is_profile "$__CTX_PREVIOUS"
        set -g __ctx_previous $__CTX_PREVIOUS
    else
        set -eg __CTX_PREVIOUS
    end
    if not __ctx_is_profile "$CTX_PROFILE"
        set -eg CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS (set -ng | string match '__CTX_LIST_*')
        return
    end
    for __ctx__name in (string split -n ' ' -- "$__CTX_SET")
        # A shell without PATH or HOME is of no use.
        builtin contains -- $__ctx__name PATH HOME
        and continue
        __ctx_is_name $__ctx__name
        and set -qgx $__ctx__name
        or continue
        set -ga __ctx_set $__ctx__name
        set -ga __ctx_set_to "$$__ctx__name"
        set -ga __ctx_set_absent $__ctx__name
    end
    for __ctx__name in (string split -n ' ' -- "$__CTX_LISTS")
        __ctx_is_name $__ctx__name
        and set -qgx $__ctx__name
        or continue
        set -l __ctx__entries __CTX_LIST_$__ctx__name
        set -gu --path __ctx_front_$__ctx__name "$$__ctx__entries"
        set -gu __ctx_back_$__ctx__name
        set -ga __ctx_lists $__ctx__name
    end
    set -g __ctx_profile $CTX_PROFILE
    set -g __ctx_state active
    status is-interactive
    and set -g __ctx_again yes
end

# --- 3. Primitives ----------------------------------------------------------------------------------------------------

# A line for people. Errors are shown always, other lines unless somebody asked for quiet.
function __ctx_complain
    builtin echo "ctx: $argv" >&2
    return 1
end

function __ctx_say
    set -q CLAUDECODE
    or set -ql __ctx_silent
    or test -n "$CTX_QUIET"
    or builtin echo "ctx: $argv" >&2
    return 0
end

# Whether all of these are names that a profile may use. One text instead of many: starting a match is what costs.
function __ctx_is_name
    string match -qr '^(?:(?!__ctx_|__CTX_|CTX_)[A-Za-z_][A-Za-z0-9_]* )* ?\z' -- "$argv "
end

function __ctx_is_profile
    string match -qr '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z' -- "$argv"
end

# Adds a variable to the record, as it is now: NAME KIND, where KIND is what will be done to it, set, gone or list.
function __ctx_remember
    # `NAME=value ctx use …` makes a variable for that one command, which would hide the shell's own.
    set -el $argv[1]
    # Where there is only a universal variable, this is its value: entries are added to what shows.
    set -gu __ctx_old_$argv[1] $$argv[1]
    if set -qgx $argv[1]
        set -ga __ctx_$argv[2]_exported $argv[1]
    else if set -qg $argv[1]
        set -ga __ctx_$argv[2]_unexported $argv[1]
    end
    # An erased variable is no longer declared a path variable. A local one inherits the declaration.
    if test $argv[2] = gone
        set -l $argv[1] a b
        test "$$argv[1]" = a:b
        and not string match -q '*PATH' $argv[1]
        and set -ga __ctx_gone_path $argv[1]
    end
end

# Adds list variables to the record, with what is added to them: KIND NAME VALUE for each.
function __ctx_remember_lists
    while set -q argv[1]
        if not builtin contains -- $argv[2] $__ctx_lists
            set -ga __ctx_lists $argv[2]
            set -gu __ctx_front_$argv[2]
            set -gu __ctx_back_$argv[2]
            __ctx_remember $argv[2] list
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

# Adds the entries in the record to a list variable.
function __ctx_extend
    set -l __ctx__front __ctx_front_$argv[1]
    set -l __ctx__back __ctx_back_$argv[1]
    # Each prepended entry went in front of the one before. An empty list must leave no empty entry.
    set -l --path __ctx__list $$__ctx__front[1][-1..1]
    test -n "$$argv[1]"
    and set -a __ctx__list "$$argv[1]"
    set -a __ctx__list $$__ctx__back
    # One text, joined at colons; what fish knows as a path variable it splits again.
    set -gx $argv[1] "$__ctx__list"
    set -gu __ctx_new_$argv[1] "$$argv[1]"
    set -gx --path __CTX_LIST_$argv[1] $$__ctx__front[1][-1..1] $$__ctx__back
end

# Where the steps of a plan with this many words have their kinds, names and values.
function __ctx_reach
    set -l IFS \n
    set -g __ctx_kind_at 3 6 9 12 15 18 21 24 27 30 33 36 39 42 45 48 51 54 57 60 63 66 69 72 75 78 81 84 87 90 93 96
    set -g __ctx_name_at 4 7 10 13 16 19 22 25 28 31 34 37 40 43 46 49 52 55 58 61 64 67 70 73 76 79 82 85 88 91 94 97
    set -g __ctx_value_at 5 8 11 14 17 20 23 26 29 32 35 38 41 44 47 50 53 56 59 62 65 68 71 74 77 80 83 86 89 92 95 98
    set -l __ctx__steps 32
    while set -q argv[$__ctx_name_at[-1]]
        set __ctx__steps "$__ctx__steps"0
        # Positions in a text of that pattern are the only arithmetic that takes no loop.
        set -l __ctx__ruler ..(string repeat -n $__ctx__steps knv)
        set -g __ctx_kind_at (string match -ran k -- $__ctx__ruler | string replace ' 1' '')
        set -g __ctx_name_at (string match -ran n -- $__ctx__ruler | string replace ' 1' '')
        set -g __ctx_value_at (string match -ran v -- $__ctx__ruler | string replace ' 1' '')
    end
end

# --- 4. Applying ------------------------------------------------------------------------------------------------------

# What plans call: PROFILE SUMMARY [KIND NAME VALUE]..., with the kinds set and assign, and two variables of the plan's
# block: __ctx_touches holds the names of all that it sets and unsets, as the alternatives of a regular expression,
# __ctx_edits the other steps. The ctx function only reads the plan here and goes on from there; text that a person
# evaluates is carried out at once.
function __ctx_apply
    set -g __ctx_plan $argv
    set -g __ctx_plan_touches "$__ctx_touches"
    set -g __ctx_plan_edits $__ctx_edits
    if not set -ql __ctx_reading
        set -l fish_trace
        __ctx_recover
        __ctx_switch
    end
end

# Carries the plan out that was read. Returns 1 with nothing changed if that is not possible.
function __ctx_switch
    set -q __ctx_plan[99]; or set -q __ctx_plan_edits[97]
    and __ctx_reach $__ctx_plan $__ctx_plan_edits
    set -l __ctx__target $__ctx_plan[1]
    set -l __ctx__summary $__ctx_plan[2]
    set -l __ctx__names $__ctx_plan[$__ctx_name_at]
    set -l __ctx__values $__ctx_plan[$__ctx_value_at]
    set -l __ctx__edits $__ctx_plan_edits
    set -l __ctx__lists
    if set -q __ctx__edits[1]
        # As far from the start as the steps of a plan.
        set -l __ctx__steps '' '' $__ctx__edits
        set __ctx__lists $__ctx__steps[$__ctx_name_at]
    end
    __ctx_check $__ctx__target $__ctx__names $__ctx__lists
    or begin
        set -eg __ctx_plan __ctx_plan_touches __ctx_plan_edits
        return 1
    end
    # Whatever begins like this belongs to ctx, whatever a pattern says.
    set -l __ctx__touched "^(?!__ctx_|__CTX_|CTX_)(?:$__ctx_plan_touches)\$"
    set -eg __ctx_plan __ctx_plan_touches __ctx_plan_edits
    # fish hands an exported universal variable to every program, whatever a session erases or sets unexported.
    if set -nUx | string match -q '*'
        set -l IFS \n
        for __ctx__name in (set -nUx | string match -r -- $__ctx__touched)
            builtin contains -- $__ctx__name $__ctx__names $__ctx__lists
            or __ctx_complain "$__ctx__name is a universal variable: nothing was changed"\n"  set -eU $__ctx__name"
            or return
        end
    end

    set -l __ctx__was $__ctx_profile
    if set -q __ctx_state[1]
        __ctx_take_off
        test "$__ctx__was" = "$__ctx__target"
        or set -g __ctx_previous $__ctx__was
    else
        __ctx_new_record
    end

    # The record is complete before the first change: whatever happens then can be undone. All names there are, against
    # all that are touched: far less work than a hundred questions.
    set -g __ctx_set $__ctx__names
    set -g __ctx_set_to $__ctx__values
    set -q __ctx__edits[1]
    and __ctx_remember_lists $__ctx__edits
    set -ng | string match -r -- $__ctx__touched | while read -l __ctx__name
        if builtin contains -- $__ctx__name $__ctx__names
            __ctx_remember $__ctx__name set
        else if not builtin contains -- $__ctx__name $__ctx__lists
            # A pattern is about exported variables only.
            set -qgx $__ctx__name
            or string match -qr "[:|]$__ctx__name(?:\||\))" -- $__ctx__touched
            and __ctx_remember $__ctx__name gone
        end
    end
    set -l __ctx__displaced $__ctx_set_exported $__ctx_set_unexported
    if set -q __ctx__displaced[1]
        for __ctx__name in $__ctx__names
            builtin contains -- $__ctx__name $__ctx__displaced
            or set -ga __ctx_set_absent $__ctx__name
        end
    else
        set -g __ctx_set_absent $__ctx__names
    end
    set -g __ctx_profile $__ctx__target
    set -g __ctx_again
    set -g __ctx_state applying

    if not __ctx_carry_out
        __ctx_decide_by_force
        __ctx_undo
        __ctx_complain "$__ctx__target could not be applied in this shell: no profile is active"
        return
    end
    set -g __ctx_state active
    if test -z "$__ctx__summary"
        set __ctx__summary (builtin count $__ctx_set $__ctx_lists)" set, "(builtin count $__ctx_gone_exported $__ctx_gone_unexported)" cleared"
    end
    __ctx_say "$__ctx__target · $__ctx__summary"
end

# Whether this shell understands the plan and may change all that it touches: PROFILE [NAME]...
function __ctx_check
    if string match -qvr '^(?:set|assign)$' -- $__ctx_plan[$__ctx_kind_at]
        or builtin contains -- '' $argv
        or not __ctx_is_name $argv[2..]
        or string match -qr '[^A-Za-z0-9_.*|]' -- $__ctx_plan_touches
        __ctx_complain "the plan of $argv[1] is not one that this shell understands: nothing was changed"
        return
    end
    if string match -qr $__ctx_readonly -- "$__ctx_plan_touches $argv[2..]"
        set -l __ctx__found (string match -r $__ctx_readonly -- "$__ctx_plan_touches $argv[2..]")
        __ctx_complain "$__ctx__found is readonly in this shell: nothing was changed"
        return
    end
    return 0
end

# Makes the changes that the record is about.
function __ctx_carry_out
    set -eg __ctx_nothing $__ctx_gone_exported $__ctx_gone_unexported
    set -l __ctx__to $__ctx_set_to
    builtin true
    for __ctx__name in $__ctx_set
        set -gx $__ctx__name $__ctx__to[1]
        or return
        set -e __ctx__to[1]
    end
    for __ctx__name in $__ctx_lists
        __ctx_extend $__ctx__name
    end
    set -gx CTX_PROFILE $__ctx_profile
    set -gx CTX_STATUS active
    set -q __ctx_set[1]
    and set -gx __CTX_SET "$__ctx_set"
    set -q __ctx_lists[1]
    and set -gx __CTX_LISTS "$__ctx_lists"
    set -q __ctx_previous[1]
    and set -gx __CTX_PREVIOUS $__ctx_previous
    return 0
end

# Decides what every variable of the record goes back to. What the user changed since stays as it is.
function __ctx_decide
    # All values at once, each behind a mark; one by one only where that finds a difference.
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

function __ctx_decide_each
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
            if builtin contains -- $__ctx__name $__ctx_set_exported
                set -a __ctx_give_exported $__ctx__name
            else if builtin contains -- $__ctx__name $__ctx_set_unexported
                set -a __ctx_give_unexported $__ctx__name
            else
                set -a __ctx_erase $__ctx__name
            end
        end
        set -e __ctx__to[1]
    end
end

# A list that was changed since loses one occurrence of each entry; any other one goes back to what it was.
function __ctx_decide_list
    set -el $argv[1]
    set -qg $argv[1]
    or return
    set -l __ctx__new __ctx_new_$argv[1]
    if set -q $__ctx__new; and test x"$$argv[1]" = x"$$__ctx__new"
        if builtin contains -- $argv[1] $__ctx_list_exported
            set -a __ctx_give_exported $argv[1]
        else if builtin contains -- $argv[1] $__ctx_list_unexported
            set -a __ctx_give_unexported $argv[1]
        else
            set -a __ctx_erase $argv[1]
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
    if test -z "$__ctx__rest"; and not builtin contains -- $argv[1] $__ctx_list_exported $__ctx_list_unexported
        set -a __ctx_erase $argv[1]
        return
    end
    set -gu __ctx_old_$argv[1] "$__ctx__rest"
    if set -qgx $argv[1]
        set -a __ctx_give_exported $argv[1]
    else
        set -a __ctx_give_unexported $argv[1]
    end
end

# The profile was never finished, so nobody but ctx has changed anything.
function __ctx_decide_by_force
    set -g __ctx_erase $__ctx_set_absent
    set -g __ctx_give_exported $__ctx_set_exported $__ctx_gone_exported $__ctx_list_exported
    set -g __ctx_give_unexported $__ctx_set_unexported $__ctx_gone_unexported $__ctx_list_unexported
    for __ctx__name in $__ctx_lists
        builtin contains -- $__ctx__name $__ctx_list_exported $__ctx_list_unexported
        or set -a __ctx_erase $__ctx__name
    end
end

# Carries the decisions out.
function __ctx_undo
    set -g __ctx_state undoing
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
    set -eg CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_LIST_$__ctx_lists
    set -g __ctx_profile
    set -g __ctx_again
    set -g __ctx_state
    # Nobody else needs the old values any more.
    set -eg __ctx_nothing __ctx_old_$__ctx_set_exported __ctx_old_$__ctx_set_unexported
    set -eg __ctx_nothing __ctx_old_$__ctx_gone_exported __ctx_old_$__ctx_gone_unexported
    set -eg __ctx_nothing __ctx_{old,new,front,back}_$__ctx_lists
    __ctx_new_record
end

function __ctx_take_off
    __ctx_decide
    __ctx_undo
end

# What Ctrl-C left unfinished is taken off.
function __ctx_recover
    switch "$__ctx_state"
        case applying
            __ctx_decide_by_force
        case undoing
        case '*'
            return
    end
    __ctx_undo
    __ctx_say "interrupted: no profile is active"
end

# --- 5. Plans on disk -------------------------------------------------------------------------------------------------

# The first half of a plan on disk: whether it was made by this version, for this home.
function __ctx_guard
    test "$argv[1]" = "$__ctx_version" -a "$argv[2]" = "$HOME"
end

# Reads the plan on disk for a profile. Returns 1 unless it can be used; equal times mean that it is up to date.
function __ctx_read_compiled
    __ctx_is_profile "$argv"
    or return
    set -l __ctx__folder $__ctx_cache/plans/fish
    set -l __ctx__plan $__ctx__folder/$argv
    set -l __ctx__source $__ctx_config/profiles.toml
    test -f $__ctx__plan -a -O $__ctx__plan -a -O $__ctx__folder -a -f $__ctx__source -a ! $__ctx__plan -nt $__ctx__source -a ! $__ctx__plan -ot $__ctx__source
    or return
    read -lz __ctx__text <$__ctx__plan
    and __ctx_read_text $__ctx__text
end

# Reads a plan. Its first and last line are looked at first: what fish says about text that was cut off goes past every
# redirection, and would show what stands there.
function __ctx_read_text
    set -eg __ctx_plan
    set -lx __ctx_reading yes
    switch "$argv"
        case begin\n'*'\nend begin\n'*'\nend\n
            eval $argv
    end
    set -q __ctx_plan[1]
end

# --- 6. Calling ctx ---------------------------------------------------------------------------------------------------

# Starts the program, which sees the user's own environment: variables of this function hide those of the profile.
function __ctx_program
    if not test -x $__ctx_words[1]
        __ctx_complain "$__ctx_words[1] is gone, so ctx cannot start: install it again, then start a new shell"
        return 127
    end
    if set -q __ctx_state[1]
        __ctx_decide
        for __ctx__name in $__ctx_erase __CTX_LIST_$__ctx_lists
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
    for __ctx__name in CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS __CTX_PIN
        set -fu $__ctx__name
    end
    command $__ctx_words @hook fish $__ctx_config $__ctx_data $__ctx_cache "$__ctx_profile" "$__ctx_previous" $argv
end

# --- 7. Prompt --------------------------------------------------------------------------------------------------------

# fish keeps $status and $pipestatus around what runs on an event.
function __ctx_prompt --on-event fish_prompt
    set -l fish_trace
    switch "$__ctx_state$__ctx_again"
        case '' active
            return
    end
    __ctx_recover
    switch "$__ctx_again"
        case yes
            set -g __ctx_again trying
            __ctx_reapply
        case trying
            # Interrupted. The start-up files may have exported over the profile, so it does not count as active.
            __ctx_take_off
            __ctx_complain "interrupted: no profile is active"
    end
end

# Applies the inherited profile in this shell, silently; takes it off if that fails.
function __ctx_reapply
    set -lx __ctx_silent yes
    __ctx_use $__ctx_profile
    or begin
        set -q __ctx_state[1]
        and __ctx_take_off
    end
end

# --- 8. Command -------------------------------------------------------------------------------------------------------

function __CTX_NAME__ --description 'Switch the environment of this shell between profiles'
    set -l fish_trace
    # Where only this function was copied, ctx works as without the hook.
    if builtin functions --query __ctx_command
        __ctx_command $argv
    else
        command __CTX_PROGRAM__ $argv
    end
end

# A pipe and a substitution run in this shell too: `ctx use work | source` and `eval (ctx use work)` have switched it
# before there is anything to evaluate. They get to know of a failure by a statement that fails.
function __ctx_command
    test "$__ctx_state" = active
    or __ctx_recover
    switch "$argv[1]"
        case use
            if string match -qr '^(?:-h|--help|--json|--shell|--shell=.*)$' -- $argv
                __ctx_program $argv
                return
            end
            __ctx_use $argv[2..]
            or begin
                set -l __ctx__code $status
                test -t 1
                or builtin echo false
                return $__ctx__code
            end
        case off
            if set -q argv[2]
                __ctx_program $argv
            else
                __ctx_off
            end
        case '*'
            __ctx_program $argv
    end
end

function __ctx_use
    if test "$argv" = -
        set -q __ctx_previous[1]
        or __ctx_complain "no profile was active before"
        or return
        set argv $__ctx_previous
    end
    if not __ctx_read_compiled $argv
        set -l __ctx__text "$(__ctx_program use $argv)"
        or return
        __ctx_read_text $__ctx__text
        or __ctx_complain "the program did not say what to do: nothing was changed"
        or return
    end
    __ctx_switch
end

# Takes the active profile off and says so.
function __ctx_off
    if not set -q __ctx_state[1]
        __ctx_say "no profile is active"
        return
    end
    set -g __ctx_previous $__ctx_profile
    set -gx __CTX_PREVIOUS $__ctx_profile
    __ctx_take_off
    __ctx_say "off · was $__ctx_previous"
end

# --- Loading ----------------------------------------------------------------------------------------------------------

if not set -qg __ctx_state
    set -gu __ctx_state
    set -gu __ctx_profile
    set -gu __ctx_previous
    set -gu __ctx_again
    __ctx_reach
    if set -q CTX_PROFILE; or set -q __CTX_PREVIOUS
        __ctx_adopt
    end
end
