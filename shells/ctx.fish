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
    set -eg __ctx_nothing CTX_PROMPT (set -ng | string match '__ctx_*')
end

# --- 1. Settings ------------------------------------------------------------------------------------------------------

set -gu __ctx_words __CTX_PROGRAM__
set -gu __ctx_config __CTX_CONFIG__
set -gu __ctx_data __CTX_DATA__
set -gu __ctx_cache __CTX_CACHE__
set -gu __ctx_version __CTX_VERSION__

# What the record and the head of the active plan are made of.
set -gu __ctx_record __ctx_set __ctx_set_to __ctx_set_absent __ctx_set_exported __ctx_set_unexported __ctx_gone_exported \
    __ctx_gone_unexported __ctx_gone_path __ctx_lists __ctx_list_exported __ctx_list_unexported __ctx_applied __ctx_style \
    __ctx_watch __ctx_gone __ctx_watched __ctx_kept __ctx_kept_to __ctx_steady __ctx_plain __ctx_give_exported \
    __ctx_give_unexported

# What a plan or an answer is read into.
set -gu __ctx_its_variables __ctx_plan __ctx_plan_{names,values,clears,gone,patterns,edits,counts} \
    __ctx_head_{style,watch,binding,by,source,text,present,absent,index,default,refuse,keep,denied}

# What fish computes, does not let anybody set, or gives every function anew. Users cannot add to these.
set -gu __ctx_readonly '\b(?:_|FISH_VERSION|PWD|SHLVL|argv|fish_kill_signal|fish_killring|fish_pid|fish_terminal_color_theme|history|hostname|pipestatus|status|status_generation|umask|version)\b'

# --- 2. State ---------------------------------------------------------------------------------------------------------
#
# __ctx_state     "", or: applying (the record is complete, the environment may be half changed), active, undoing
#                 (the decisions are complete, the environment may be half changed back)
# __ctx_profile   the active profile; __ctx_previous the one before; __ctx_applied what it was made from
# __ctx_status    what CTX_STATUS says
# __ctx_style     its colour and whether it is protected; __ctx_watch and __ctx_gone: the names to watch, as the plan gives them;
#                 __ctx_claude "claude" if they are about Claude Code
# __ctx_again     "yes" in a shell that inherited its profile and has not applied it itself yet
# __ctx_ready     set from the first prompt on; __ctx_follows is "yes" in an interactive shell
# __ctx_switching "yes" while a command takes one profile off, for another or for none
# __ctx_mark      "yes" while ctx decides about a directory: a prompt that finds it was preceded by Ctrl-C
#
# What is known about directories has the names that README.md gives, and:
#
# __ctx_question  what a prompt compares with x"$PWD". Where a directory change has to be looked at in any case, there are
#                 more words; the first is "" where nothing was decided. With __ctx_stamp_test (the index) and
#                 __ctx_rest_test (files and records) behind it, it is a test that holds while everything is as it was
# __ctx_unstamped the other words where there is no stamp, for there changes are noticed at directory changes only
# __ctx_line      a directory and all above it, as in __ctx_up: of the last walk that went on from where it began
# __ctx_entries   the same as __ctx_tree, or nothing where that folder is empty
# __ctx_own_absent, __ctx_own_present: what the binding rests on; __ctx_absent has the candidates on the way to it as well
#
# __ctx_understood holds the names of the last plan whose names were found to be such that this shell may set and take away.
#
# The undo record: __ctx_set and, in the same order, __ctx_set_to are what ctx set; __ctx_lists the list variables that
# it added to. Where nothing of what the profile sets and takes away was there before, and it edits no lists, __ctx_plain
# is set and that is all. Else __ctx_{set,gone,list}_{exported,unexported} are the names that it set, took away and added
# to, where there was a global variable before; __ctx_set_absent those set where there was none; __ctx_gone_path those taken
# away that had been declared path variables. __ctx_old_NAME is what was there; of a list __ctx_new_NAME is what ctx made of
# it, __ctx_front_NAME and __ctx_back_NAME what it added.
#
# The decisions, which may be carried out any number of times: __ctx_erase, __ctx_give_exported, __ctx_give_unexported.

# Takes over what the parent process exported. What its variables held before is not known here.
function __ctx_adopt
    set -l IFS \n # an empty one keeps a substitution from being split into lines
    if __ctx_is_profile "$__CTX_PREVIOUS"
        set -g __ctx_previous $__CTX_PREVIOUS
    else
        set -eg __CTX_PREVIOUS
    end
    if __ctx_is_profile "$__CTX_MANUAL"; or test "$__CTX_MANUAL" = -
        set -g __ctx_manual $__CTX_MANUAL
    else
        set -eg __CTX_MANUAL
    end
    if test "$__CTX_PIN" = 1
        set -g __ctx_pin 1
    else
        set -eg __CTX_PIN
    end
    switch "$__CTX_BY"
        case manual directory default
            set -g __ctx_by $__CTX_BY
        case '*'
            set -eg __CTX_BY
    end
    if string match -q '/*' -- "$__CTX_BINDING"
        set -g __ctx_binding $__CTX_BINDING
    else
        set -eg __CTX_BINDING
    end
    if not __ctx_is_profile "$CTX_PROFILE"
        set -eg CTX_PROFILE __CTX_SET __CTX_LISTS (set -ng | string match '__CTX_LIST_*')
        switch "$CTX_STATUS"
            case blocked error
                __ctx_refuse $CTX_STATUS
            case '*'
                set -eg CTX_STATUS __CTX_BY
                # After `ctx off` nothing is active that anybody could have chosen.
                test "$__ctx_manual" = -
                and set -g __ctx_by manual
                or set -g __ctx_by
        end
        return
    end
    if not set -q __CTX_BY
        set -g __ctx_by manual
        set -g __ctx_manual $CTX_PROFILE
        set -gx __CTX_BY manual
        set -gx __CTX_MANUAL $CTX_PROFILE
    end
    set -gx CTX_STATUS active
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
    set -g __ctx_status active
    test -n "$__ctx_follows"
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

# --- 4. Applying ------------------------------------------------------------------------------------------------------

# What plans call: PROFILE SUMMARY. All else they have put into variables before: __ctx_plan_names and __ctx_plan_values are
# what they set, __ctx_plan_clears, __ctx_plan_gone (to be watched) and __ctx_plan_patterns (a regular expression) what they
# take away, __ctx_plan_edits the steps that edit lists (KIND NAME VALUE for each); __ctx_plan_counts what `set -q` answers
# to all these names if none exists, and how many are set; __ctx_head_KIND the rest. Who calls ctx only reads the plan here and
# goes on from there; text that a person evaluates is carried out at once.
function __ctx_apply
    set -g __ctx_plan $argv
    if not set -ql __ctx_reading
        set -l fish_trace
        __ctx_recover
        __ctx_choose
    end
end

# Carries the plan out that was read, as a person's choice.
function __ctx_choose
    __ctx_switch manual
    set -l __ctx__code $status
    __ctx_forget_read
    return $__ctx__code
end

function __ctx_forget_read
    set -eg __ctx_nothing $__ctx_its_variables
    return 0
end

# Carries the plan out that was read: BY says who chose it, TAIL what the line ends with, - that there is none. Returns 1
# with nothing changed if that is not possible.
function __ctx_switch
    set -l __ctx__target $__ctx_plan[1]
    set -l __ctx__summary $__ctx_plan[2]
    set -l __ctx__lists
    if set -q __ctx_plan_edits[1]
        set -l __ctx__edits $__ctx_plan_edits
        while set -q __ctx__edits[1]
            set -a __ctx__lists $__ctx__edits[2]
            set -e __ctx__edits[1..3]
        end
    end
    # Whether this shell understands the plan, whose names are looked at as __ctx_is_name does it, and may change them.
    set -l __ctx__touched $__ctx_plan_names $__ctx__lists
    if set -q __ctx_plan[3]
        __ctx_complain "the plan of $__ctx_plan[1] is not one that this shell understands: nothing was changed"
        return
    end
    # What depends on these words alone is looked at once for a plan that comes again. An empty name leaves two blanks in a row.
    set -l __ctx__words "$__ctx__touched . $__ctx_plan_clears . $__ctx_plan_gone . $__ctx_plan_patterns"
    if test "$__ctx__words" != "$__ctx_understood"
        if builtin contains -- '' $__ctx__touched
            or not string match -qr '^(?: |(?!__ctx_|__CTX_|CTX_)[A-Za-z_][A-Za-z0-9_]* )*\z' -- "$__ctx__touched $__ctx_plan_clears $__ctx_plan_gone "
            or string match -qr '[^A-Za-z0-9_.*|]' -- $__ctx_plan_patterns ''
            __ctx_complain "the plan of $__ctx_plan[1] is not one that this shell understands: nothing was changed"
            return
        end
        if string match -qr $__ctx_readonly -- $__ctx__words
            set -l __ctx__found (string match -r $__ctx_readonly -- $__ctx__words)
            __ctx_complain "$__ctx__found is readonly in this shell: nothing was changed"
            return
        end
        set -g __ctx_understood $__ctx__words
    end
    set -q __ctx_nothing $__ctx_plan_names $__ctx_plan_clears $__ctx_plan_gone
    set -l __ctx__free $status
    # fish hands an exported universal variable to every program, whatever a session erases or sets unexported.
    if test "$__ctx__free $__ctx_plan_patterns" != "$__ctx_plan_counts[1] "; and set -nUx | string match -q '*'
        set -l IFS \n
        for __ctx__name in (set -nUx | string match -r -- "$(__ctx_print_pattern)")
            builtin contains -- $__ctx__name $__ctx_plan_names $__ctx__lists
            or __ctx_complain "$__ctx__name is a universal variable: nothing was changed"\n"  set -eU $__ctx__name"
            or return
        end
    end

    if set -q __ctx_state[1]
        set -l __ctx__was $__ctx_profile
        set -q __ctx_mark[1]
        or set -g __ctx_switching yes
        __ctx_take_off
        test "$__ctx__was" = "$__ctx__target"
        or set -g __ctx_previous $__ctx__was
        set -q __ctx_nothing $__ctx_plan_names $__ctx_plan_clears $__ctx_plan_gone
        set __ctx__free $status
    else
        # Ctrl-C may have left some of it, from this one on.
        set -q __ctx_set
        and set -eg __ctx_nothing $__ctx_record
    end

    # The record is complete before the first change: whatever happens then can be undone.
    set -g __ctx_set $__ctx_plan_names
    set -g __ctx_set_to $__ctx_plan_values
    set -q __ctx_plan_edits[1]
    and __ctx_remember_lists $__ctx_plan_edits
    if test "$__ctx__free $__ctx_plan_patterns" = "$__ctx_plan_counts[1] "; or begin
            test $__ctx__free = "$__ctx_plan_counts[1]"
            and not set -ngx | string match -qr -- "^(?:$__ctx_plan_patterns)\$"
        end
        set -q __ctx_lists[1]
        and set -g __ctx_set_absent $__ctx_set
        or set -g __ctx_plain yes
    else
        __ctx_remember_existing
    end
    set -g __ctx_profile $__ctx__target
    set -g __ctx_state applying
    set -g __ctx_by $argv[1]
    test "$__ctx_by" = manual
    and set -g __ctx_manual $__ctx__target

    set -eg __ctx_nothing $__ctx_gone_exported $__ctx_gone_unexported
    builtin true
    for __ctx__name in $__ctx_set
        set -gx $__ctx__name $__ctx_plan_values[1]
        set -e __ctx_plan_values[1]
    end
    # Not changed by any `set` that succeeded.
    if test $status -ne 0
        __ctx_decide_by_force
        __ctx_undo
        set -eg __ctx_switching
        __ctx_complain "$__ctx__target could not be applied in this shell: no profile is active"
        return
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
    set -gx __CTX_BY $__ctx_by
    set -q __ctx_manual[1]
    and set -gx __CTX_MANUAL $__ctx_manual
    set -q __ctx_previous[1]
    and set -gx __CTX_PREVIOUS $__ctx_previous
    set -g __ctx_applied "$__ctx__summary" "$__ctx_plan_clears" "$__ctx_plan_gone" "$__ctx_plan_patterns" $__ctx_plan_edits
    set -g __ctx_style $__ctx_head_style
    set -g __ctx_watch $__ctx_head_watch[1]
    set -g __ctx_claude $__ctx_head_watch[2]
    set -g __ctx_gone $__ctx_plan_gone
    set -g __ctx_status active
    set -g __ctx_state active
    set -eg __ctx_nothing __ctx_switching __ctx_again __ctx_refusal __ctx_told
    switch "$__ctx_style"
        case ' '
            set -gu CTX_PROMPT "$__ctx_profile "
        case '*'
            __ctx_show
    end
    if test "$argv[2]" != -
        if test -z "$__ctx__summary"
            # Substitutions are slow.
            if set -q __ctx_plain
                set __ctx__summary $__ctx_plan_counts[2]" set, 0 cleared"
            else
                set __ctx__summary (builtin count $__ctx_set $__ctx_lists)" set, "(builtin count $__ctx_gone_exported $__ctx_gone_unexported)" cleared"
            end
        end
        # As __ctx_say does it.
        set -q CLAUDECODE
        or test -n "$CTX_QUIET"
        or builtin echo "ctx: $__ctx__target · $__ctx__summary$argv[2]" >&2
    end
    return 0
end

# A regular expression for all that the plan sets or takes away. Whatever begins like ctx's own belongs to ctx.
function __ctx_print_pattern
    builtin printf '^(?!__ctx_|__CTX_|CTX_)(?:%s)$' (string join '|' -- $__ctx_plan_names $__ctx_plan_clears $__ctx_plan_gone $__ctx_plan_patterns)
end

# Adds to the record what exists of all that the plan sets or takes away: all names there are, against one pattern.
function __ctx_remember_existing
    set -l __ctx__touched "$(__ctx_print_pattern)"
    set -ng | string match -r -- $__ctx__touched | while read -l __ctx__name
        if builtin contains -- $__ctx__name $__ctx_set
            __ctx_remember $__ctx__name set
        else if not builtin contains -- $__ctx__name $__ctx_lists
            # A pattern is about exported variables only.
            set -qgx $__ctx__name
            or builtin contains -- $__ctx__name $__ctx_plan_clears $__ctx_plan_gone
            and __ctx_remember $__ctx__name gone
        end
    end
    set -l __ctx__displaced $__ctx_set_exported $__ctx_set_unexported
    if set -q __ctx__displaced[1]
        for __ctx__name in $__ctx_set
            builtin contains -- $__ctx__name $__ctx__displaced
            or set -ga __ctx_set_absent $__ctx__name
        end
    else
        set -g __ctx_set_absent $__ctx_set
    end
end

# Decides what every variable of the record goes back to. What the user changed since stays as it is.
function __ctx_decide
    # All values at once, each behind a mark; one by one only where that finds a difference.
    set -el __ctx_nothing $__ctx_set
    set -l __ctx__now \x1f$$__ctx_set
    set -l __ctx__then \x1f$__ctx_set_to
    if set -qg __ctx_state $__ctx_set; and test "$__ctx__now" = "$__ctx__then"
        if set -q __ctx_plain
            set -g __ctx_erase $__ctx_set
            return
        end
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
    set -q __ctx_plain
    and set -g __ctx_erase $__ctx_set
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
    if set -q __ctx_plain
        # Nothing has to be given back, and the record has no more than this.
        set -eg CTX_PROFILE CTX_STATUS __CTX_BY __CTX_SET $__ctx_erase
        set -g __ctx_state
        set -eg __ctx_profile __ctx_status __ctx_again __ctx_plain __ctx_set __ctx_set_to __ctx_applied __ctx_style \
            __ctx_watch __ctx_gone __ctx_watched __ctx_kept __ctx_kept_to __ctx_steady
        return
    end
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
    set -eg CTX_PROFILE CTX_STATUS __CTX_BY __CTX_SET __CTX_LISTS __CTX_LIST_$__ctx_lists
    set -g __ctx_state
    # Nobody else needs the old values any more.
    set -eg __ctx_profile __ctx_status __ctx_again __ctx_old_$__ctx_set_exported __ctx_old_$__ctx_set_unexported \
        __ctx_old_$__ctx_gone_exported __ctx_old_$__ctx_gone_unexported __ctx_{old,new,front,back}_$__ctx_lists $__ctx_record
end

function __ctx_take_off
    __ctx_decide
    __ctx_undo
end

# What Ctrl-C left unfinished is taken off. A command that was interrupted has chosen no profile.
function __ctx_recover
    if set -q __ctx_mark[1]
        set -eg __ctx_switching
        switch "$__ctx_state"
            case applying
                __ctx_decide_by_force
                __ctx_undo
            case undoing
                __ctx_undo
            case active
                __ctx_leave
        end
        __ctx_walk yes
        __ctx_forget_read
        __ctx_snapshot
        __ctx_use_head
        set -g __ctx_by
        set -g __ctx_refusal
        __ctx_set_status ''
        __ctx_complain "interrupted: no profile is active"
        __ctx_settle
        return
    end
    switch "$__ctx_state$__ctx_switching"
        case '' active
            return
        case activeyes
            # Nothing had been changed yet, or everything.
            set -eg __ctx_switching
            return
        case 'applying*'
            __ctx_decide_by_force
    end
    set -g __ctx_by manual
    set -g __ctx_manual -
    set -gx __CTX_MANUAL -
    set -q __ctx_state[1]
    and __ctx_undo
    set -eg __ctx_switching
    __ctx_show
    __ctx_say "interrupted: no profile is active"
end

# --- 5. Plans on disk -------------------------------------------------------------------------------------------------

# The first half of a plan on disk: whether it was made by this version, for this home.
function __ctx_guard
    test "$argv[1]" = "$__ctx_version" -a "$argv[2]" = "$HOME"
end

# Reads the plan on disk for a profile. Returns 1 unless it can be used.
function __ctx_read_compiled
    __ctx_is_profile "$argv"
    and __ctx_read_owned $__ctx_cache/plans/fish /$argv
end

# Reads a file of Python's, FOLDER NAME, that calls __ctx_apply; equal times mean that it is up to date.
function __ctx_read_owned
    set -l __ctx__plan $argv[1]$argv[2]
    set -l __ctx__source $__ctx_config/profiles.toml
    test -f $__ctx__plan -a -O $__ctx__plan -a -O $argv[1] -a ! $__ctx__plan -nt $__ctx__source -a ! $__ctx__plan -ot $__ctx__source
    or return
    read -lz __ctx__text <$__ctx__plan
    or return
    # As __ctx_read_text does it.
    set -q __ctx_plan
    and __ctx_forget_read
    set -lx __ctx_reading yes
    switch "$__ctx__text"
        case begin\n'*'\nend\n
            eval $__ctx__text
    end
    set -q __ctx_plan[1]
end

# Reads a plan. Its first and last line are looked at first: what fish says about text that was cut off goes past every
# redirection, and would show what stands there.
function __ctx_read_text
    set -q __ctx_plan
    and __ctx_forget_read
    set -lx __ctx_reading yes
    switch "$argv"
        case begin\n'*'\nend\n begin\n'*'\nend
            eval $argv
    end
    set -q __ctx_plan[1]
end

# Reads the answer on disk for a project's file. Returns 1 unless it is about that file as it is now.
function __ctx_read_answer
    __ctx_read_owned $__ctx_cache/projects/fish $argv[1]
    and test "$__ctx_head_source[1]" = "$argv[1]"
    and not builtin path filter -vq -- / $__ctx_head_present
    or return
    if set -q __ctx_head_denied[1]
        test $argv[1] -ef "$__ctx_head_source[2]"
    else
        # As __ctx_is_file and __ctx_is_text do it; in an answer on disk no other mode is of use.
        test "$__ctx_head_text[1]" = text -a -f $argv[1] -a -r $argv[1] -a $argv[1] -ef "$__ctx_head_source[2]" -a ! -L "$__ctx_head_source[2]"
        or return
        set -l fish_read_limit 65536
        begin
            read -fz __ctx__text
            and read -fz __ctx__more
        end <$argv[1]
        test x"$__ctx__text" = x"$__ctx_head_text[2]" -a -z "$__ctx__more"
        and test -n "$__ctx__text" -o ! -s $argv[1]
    end
end

# Loads the index. Returns 1 if it cannot be used.
function __ctx_load_index
    set -l __ctx__source $__ctx_config/profiles.toml
    set -l __ctx__folder $__ctx_cache/bindings
    if not test -e $__ctx__source
        __ctx_use_index '' -
        return 0
    end
    set -l __ctx__index $__ctx__folder/current
    test -f $__ctx__index -a -r $__ctx__index -a -O $__ctx__index -a -O $__ctx__folder -a -f $__ctx__source -a ! $__ctx__index -nt $__ctx__source -a ! $__ctx__index -ot $__ctx__source
    or return
    read -lL __ctx__version __ctx__home __ctx__name __ctx__default __ctx__end <$__ctx__index
    test "$__ctx__version" = "$__ctx_version" -a "$__ctx__home" = "$HOME" -a "$__ctx__end" = end
    and string match -qr '^[^/.][^/]*\z' -- "$__ctx__name"
    or return
    __ctx_use_index $__ctx__folder/$__ctx__name $__ctx__folder/$__ctx__name.stamp $__ctx__default
    __ctx_index_holds
end

# Uses an index: TREE STAMP [DEFAULT].
function __ctx_use_index
    set -l __ctx__source $__ctx_config/profiles.toml
    # Below a file there is none.
    set -g __ctx_tree /dev/null
    set -g __ctx_stamp "$argv[2]"
    set -g __ctx_default "$argv[3]"
    set -g __ctx_unstamped
    switch $__ctx_stamp
        case ''
            set -g __ctx_stamp_test
            set -g __ctx_unstamped -a x
        case -
            set -g __ctx_stamp_test -a ! -e $__ctx__source
        case '/*'
            set -g __ctx_stamp_test -a -e $__ctx_stamp -a ! $__ctx__source -nt $__ctx_stamp -a ! $__ctx__source -ot $__ctx_stamp
        case '*'
            set -g __ctx_stamp_test -a x = y
    end
    set -g __ctx_entries
    if test -n "$argv[1]"
        set -g __ctx_tree $argv[1]
        # A folder never changes once it is in use, and most are empty: then its files need not be looked for.
        set -l __ctx__inside $__ctx_tree/* $__ctx_tree/.*
        test -z "$__ctx__inside" -a -d $__ctx_tree -a -r $__ctx_tree
        or set -g __ctx_entries $__ctx_tree
    end
end

# Whether the index in use still has its stamp.
function __ctx_index_holds
    test -n "$__ctx_stamp"
    and test x = x $__ctx_stamp_test
end

# --- 6. Calling ctx ---------------------------------------------------------------------------------------------------

# Starts the program, which sees the user's own environment: variables of this function hide those of the profile. A command
# that compares what is there with what ctx left sees the shell's as it is.
function __ctx_program
    if not test -x $__ctx_words[1]
        __ctx_complain "$__ctx_words[1] is gone, so ctx cannot start: install it again, then start a new shell"
        return 127
    end
    if not builtin contains -- "$argv[1]" status doctor list
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
        for __ctx__name in CTX_PROFILE CTX_STATUS __CTX_{SET,LISTS,PREVIOUS,MANUAL,BY,BINDING,PIN}
            set -fu $__ctx__name
        end
    end
    command $__ctx_words @hook $__ctx_version fish $__ctx_config $__ctx_data $__ctx_cache "$__ctx_profile" "$__ctx_previous" "$__ctx_manual" $argv
end

# --- 7. Directories ---------------------------------------------------------------------------------------------------
#
# A walk leaves __ctx_found, the directory whose binding covers the working directory, with either __ctx_found_entry, its
# file in the index, or __ctx_found_file, its project file; __ctx_holds, if that is the binding in use and unchanged;
# __ctx_answered, if the answer on disk for the file was read and can be used; and __ctx_way_absent and __ctx_way_present.

# Whether the file's text is as expected: FILE MODE CONTENT. No more is read than a project may have.
function __ctx_is_text
    set -l fish_read_limit 65536
    set -l __ctx__text
    set -l __ctx__more
    if test $argv[2] = text
        begin
            read -z __ctx__text
            and read -z __ctx__more
        end <$argv[1]
        # What was too long, or goes on behind a NUL, is not the text, not even an empty one.
        test x"$__ctx__text" = x"$argv[3]" -a -z "$__ctx__more"
        and test -n "$argv[3]" -o ! -s $argv[1]
        return
    end
    read -z __ctx__text <$argv[1]
    # Still too long.
    test $status -eq 122
    and return
    set -l __ctx__pattern "$(string escape --style=regex -- "$argv[3]")"
    string match -qr "^$__ctx__pattern" -- "$__ctx__text"
end

# Whether a project's file is as expected: FILE REAL MODE CONTENT.
function __ctx_is_file
    switch $argv[3]
        case odd
            # Some files look readable and are not, and fish would not fail to read them without a word. They are empty.
            test -e $argv[1] -a \( ! -f $argv[1] -o ! -r $argv[1] -o ! -s $argv[1] \)
        case '*'
            # A link in the place of the resolved path is another file.
            test -f $argv[1] -a -r $argv[1] -a $argv[1] -ef $argv[2] -a ! -L $argv[2]
            and __ctx_is_text $argv[1] $argv[3..]
    end
end

# Whether what the binding in use rests on is as it was.
function __ctx_binding_holds
    builtin path filter -q -- '' $__ctx_own_absent
    and return 1
    builtin path filter -vq -- / $__ctx_own_present
    and return 1
    test -z "$__ctx_file"
    or __ctx_is_file $__ctx_file $__ctx_real $__ctx_mode $__ctx_content
end

# Walks up to the nearest binding: CHANGED says that the one in use counts for nothing.
function __ctx_walk
    set -eg __ctx_found __ctx_found_entry __ctx_found_file __ctx_holds __ctx_answered __ctx_way_absent __ctx_way_present __ctx_up
    # Below folders of ctx's own a name with `..` would lead out again.
    set -g __ctx_here $PWD
    switch $PWD
        case '*/..' '*/../*'
            set -g __ctx_here /
        case '/*'
        case '*'
            set -g __ctx_here /
    end
    set -q __ctx_pin[1]
    and return
    # Most walks end where they begin, or nowhere: the shorter test comes first.
    if test -e $__ctx_here/.ctx.toml; and test $__ctx_here != / -a ! -e $__ctx_tree$__ctx_here/.ctx.toml
        if __ctx_meet $__ctx_here/.ctx.toml "$argv[1]"
            set -g __ctx_found $__ctx_here
            set -g __ctx_up $__ctx_here
            return
        end
        set -eg __ctx_way_present
    end
    # The directory and all above it, nearest first; the root is "". Most leave a project for where they came from.
    if test "$__ctx_here" = "$__ctx_line[1]"
        set -g __ctx_up $__ctx_line
    else
        set -g __ctx_up ''
        set -l __ctx__part
        string match -raq '(?<__ctx__part>/[^/]+)' -- $__ctx_here
        for __ctx__name in $__ctx__part
            set -p __ctx_up $__ctx_up[1]$__ctx__name
        end
        set -g __ctx_line $__ctx_up
    end
    if not builtin path filter -q -- $__ctx_up/.ctx.toml $__ctx_entries$__ctx_up/.ctx.toml
        set -g __ctx_way_absent $__ctx_up/.ctx.toml
        return
    end
    set -l __ctx__way
    for __ctx__there in $__ctx_up
        set -a __ctx__way $__ctx__there
        if not test -e $__ctx__there/.ctx.toml -o -f $__ctx_tree$__ctx__there/.ctx.toml
            set -ga __ctx_way_absent $__ctx__there/.ctx.toml
        else if test -f $__ctx_tree$__ctx__there/.ctx.toml
            set -g __ctx_found_entry $__ctx_tree$__ctx__there/.ctx.toml
            set -g __ctx_found $__ctx__there
            break
        else if __ctx_meet $__ctx__there/.ctx.toml "$argv[1]"
            set -g __ctx_found $__ctx__there
            break
        end
    end
    if set -q __ctx_found
        test -n "$__ctx_found"
        or set -g __ctx_found /
        set -g __ctx_up $__ctx__way
    end
end

# There is a project file: FILE CHANGED. Returns 1 where it is denied and the walk goes on.
function __ctx_meet
    if test -z "$argv[2]" -a "$argv[1]" = "$__ctx_file"; and __ctx_binding_holds
        set -g __ctx_holds yes
    else if __ctx_read_answer $argv[1]
        if set -q __ctx_head_denied[1]
            set -ga __ctx_way_present $__ctx_head_present
            return 1
        end
        set -g __ctx_answered yes
    end
    set -g __ctx_found_file $argv[1]
    return 0
end

# Looks at the directory and does what is due. HOW is empty, or first, inherited (by force: start-up files may have exported
# over the profile), auto (as if just entered, by force), reload (by force, and nothing on disk counts).
function __ctx_look
    set -g __ctx_question '' -a x
    set -l __ctx__changed $argv[1]
    set -l __ctx__ask
    if set -q argv[1]; and test $argv[1] = reload
        set __ctx__ask yes
    else if not test -n "$__ctx_stamp" $__ctx_stamp_test
        set __ctx__changed yes
        __ctx_load_index
        or set __ctx__ask yes
    end
    __ctx_walk $__ctx__changed
    set -l __ctx__entered yes
    if test "$__ctx_found" = "$__ctx_binding"
        if test -z "$__ctx__changed" -a -n "$__ctx_at" -a "$__ctx_found_file" = "$__ctx_file"
            if test -n "$__ctx_holds"; or begin
                    test -z "$__ctx_file"
                    and __ctx_binding_holds
                end
                __ctx_settle
                return 0
            end
        end
        test "$argv[1]" = auto
        or set __ctx__entered
    end

    set -g __ctx_at
    set -g __ctx_mark yes
    # Most bindings are entered with their answer on disk, and left for none.
    if set -q __ctx_answered; and test -n "$__ctx__entered" -a -z "$__ctx__ask"
        set -g __ctx_head_by directory
        if test -z "$argv[1]$__ctx_profile$__ctx_again" -a -n "$__ctx_plan[1]" -a -n "$__ctx_head_binding[1]"
            # What is on disk is never refused, and has no index. As __ctx_use_head does it.
            set -g __ctx_binding "$__ctx_head_binding[1]"
            set -g __ctx_place "$__ctx_head_binding[2]"
            set -gx __CTX_BINDING $__ctx_binding
            set -g __ctx_file $__ctx_head_source[1]
            set -g __ctx_real $__ctx_head_source[2]
            set -g __ctx_mode $__ctx_head_text[1]
            set -g __ctx_content $__ctx_head_text[2]
            set -g __ctx_own_present $__ctx_head_present
            set -g __ctx_own_absent $__ctx_head_absent
            set -l __ctx__code 0
            __ctx_switch directory " · $__ctx_place"
            or begin
                set -g __ctx_told
                __ctx_fail yes
                set __ctx__code 1
            end
            __ctx_settle
            return $__ctx__code
        end
        set -g __ctx_left_previous $__ctx_previous
    else if test "$__ctx__entered $__ctx__ask$__ctx_found$__ctx_manual$__ctx_default" = 'yes '
        # What __ctx_leave, __ctx_do and __ctx_settle do with nothing read.
        if set -q __ctx_state[1]
            set -g __ctx_previous $__ctx_profile
            set -gx __CTX_PREVIOUS $__ctx_profile
            __ctx_decide
            __ctx_undo
            set -gu CTX_PROMPT ''
            # As __ctx_say does it.
            set -q CLAUDECODE
            or test -n "$CTX_QUIET"
            or builtin echo "ctx: off · was $__ctx_previous" "· ctx status tells what "$__ctx_claude" uses now" >&2
        else if test -n "$CTX_PROMPT"
            set -gu CTX_PROMPT ''
        end
        set -eg __CTX_BINDING CTX_STATUS __ctx_status __ctx_by __ctx_refusal __ctx_told __ctx_binding __ctx_place \
            __ctx_file __ctx_real __ctx_mode __ctx_content __ctx_own_present __ctx_own_absent __ctx_present \
            __ctx_rest_test
        # A file that is denied was read on the way.
        if set -q __ctx_plan
            __ctx_settle
            return 0
        end
        set -g __ctx_absent '' $__ctx_way_absent
        set -g __ctx_at $__ctx_here
        set -g __ctx_question x"$PWD" $__ctx_unstamped
        set -eg __ctx_mark
        return 0
    else if begin
            set -g __ctx_left_previous $__ctx_previous
            test -n "$__ctx__ask"
            or not __ctx_find_due $__ctx__entered
        end
        test -n "$__ctx__entered"
        and __ctx_leave yes
        __ctx_ask $argv[1]
        or begin
            set -l __ctx__code $status
            __ctx_index_holds
            or __ctx_use_index "$__ctx_tree" '' $__ctx_default
            __ctx_forget_read
            __ctx_snapshot
            __ctx_use_head
            __ctx_fail "$__ctx__entered$__ctx_again"
            __ctx_settle
            return $__ctx__code
        end
    end
    __ctx_do "$argv[1]" "$__ctx__entered"
    set -l __ctx__code $status
    __ctx_settle
    return $__ctx__code
end

# Finds what is due on disk, and leaves it like an answer: ENTERED. Returns 1 if Python has to be asked.
function __ctx_find_due
    set -l __ctx__due
    set -l __ctx__place
    set -l __ctx__by directory
    if test -n "$argv[1]$__ctx_refusal"; or builtin contains -- "$__ctx_by" '' directory
        if test -n "$__ctx_found_entry"
            read -lL __ctx__line __ctx__shown <$__ctx_found_entry
            set __ctx__due $__ctx__line
            set __ctx__place $__ctx__shown
            test -n "$__ctx__due"
            or return
        else if test -n "$__ctx_found_file"
            set -g __ctx_head_by directory
            test -n "$__ctx_answered"
            return
        else if set -q __ctx_manual[1]
            set __ctx__by manual
            set __ctx__due $__ctx_manual
        else
            set __ctx__due $__ctx_default
            set __ctx__by default
        end
    else
        set __ctx__by $__ctx_by
        set __ctx__due $__ctx_profile
        test "$__ctx__by" = default
        and set __ctx__due $__ctx_default
    end
    switch "$__ctx__due"
        case '' -
            # What was read of denied files counts no more.
            __ctx_forget_read
            test "$__ctx__due$__ctx__by" = default
            and set __ctx__by
        case '*'
            __ctx_read_compiled $__ctx__due
            or return
    end
    # A choice of a person's has a project around it all the same.
    __ctx_snapshot
    set -g __ctx_head_binding "$__ctx_found" "$__ctx__place"
    set -g __ctx_head_by "$__ctx__by"
    return 0
end
# Asks Python: HOW.
function __ctx_ask
    set -l __ctx__directory $__ctx_here
    set -q __ctx_pin[1]
    and set __ctx__directory ''
    set -l __ctx__force
    builtin contains -- "$argv[1]" inherited auto reload
    and set __ctx__force yes
    set -l __ctx__text "$(__ctx_program @enter $__ctx__directory "$__ctx_by" "$__ctx_binding" "$__ctx__force")"
    or return
    __ctx_read_text $__ctx__text
    or __ctx_complain "the program did not say what to do here"
    or return
    # Which candidates it found missing counts: it may have passed over a file that this shell could not.
    set -g __ctx_way_absent
    set -g __ctx_way_present
    set -l __ctx__absent $__ctx_head_absent
    set -g __ctx_head_absent
    for __ctx__path in $__ctx__absent
        if string match -q '*/.ctx.toml' -- $__ctx__path
            set -ga __ctx_way_absent $__ctx__path
        else
            set -ga __ctx_head_absent $__ctx__path
        end
    end
    return 0
end

# Does what an answer says, whoever gave it: HOW ENTERED.
function __ctx_do
    __ctx_use_head
    if set -q __ctx_head_keep[1]; and test "$argv[1]" != inherited
        __ctx_set_status $__ctx_head_keep[1]
        __ctx_tell $__ctx_head_keep[2]
        return 1
    else if set -q __ctx_head_refuse[1]; or set -q __ctx_head_keep[1]
        set -l __ctx__refusal $__ctx_head_refuse $__ctx_head_keep
        __ctx_leave
        __ctx_refuse $__ctx__refusal[1]
        __ctx_tell $__ctx__refusal[2]
        return 1
    end

    set -l __ctx__by "$__ctx_head_by[1]"
    set -l __ctx__target $__ctx_plan[1]
    set -l __ctx__was $__ctx_profile $__ctx_left
    if test -z "$__ctx__target"
        __ctx_leave
        set -g __ctx_by $__ctx__by
        set -g __ctx_refusal
        set -g __ctx_told
        __ctx_set_status ''
        # Without a last word there is none of the words around it.
        test -z "$__ctx__was"
        or __ctx_say "off · was $__ctx__was" "· ctx status tells what "$__ctx_claude" uses now"
        return 0
    end
    set -l __ctx__same
    if test "$__ctx__was" = "$__ctx__target"
        if test "$argv[1]" = inherited
            set __ctx__same yes
        else
            set -l __ctx__now \x1f$__ctx_plan_names \x1f$__ctx_plan_values \x1f$__ctx_plan[2] \x1f"$__ctx_plan_clears" \x1f"$__ctx_plan_gone" \x1f"$__ctx_plan_patterns" \x1f$__ctx_plan_edits \x1f$__ctx_head_style \x1f$__ctx_head_watch[1]
            set -q __ctx_left[1]
            or __ctx_note_left
            test "$__ctx__now" = "$__ctx_left_from"
            and set __ctx__same yes
        end
    end
    if test "$__ctx_state $__ctx__same $argv[2]" = "active yes "; and builtin contains -- "$argv[1]" '' first
        set -g __ctx_by $__ctx__by
        set -gx __CTX_BY $__ctx__by
        set -g __ctx_refusal
        set -g __ctx_told
        __ctx_set_status active
        return 0
    end
    set -l __ctx__tail
    test "$__ctx__by" = directory
    and set __ctx__tail " · $__ctx_place"
    switch "$__ctx__same $__ctx__by $argv[1]"
        case 'yes * auto' 'yes * reload'
            # Somebody who typed these gets an answer.
        case 'yes *' ' default first' ' default inherited'
            set __ctx__tail -
    end
    if test "$__ctx_left" = "$__ctx__target"
        set -g __ctx_previous $__ctx_left_previous
        set -q __ctx_previous[1]
        or set -eg __CTX_PREVIOUS
    end
    __ctx_switch $__ctx__by "$__ctx__tail"
    or begin
        __ctx_fail "$argv[2]$__ctx_again"
        return 1
    end
end

# Notes what the active profile was made from.
function __ctx_note_left
    set -g __ctx_left_from \x1f$__ctx_set \x1f$__ctx_set_to \x1f$__ctx_applied \x1f$__ctx_style \x1f$__ctx_watch
end

# Takes the active profile off before something else, and remembers what it was: with an argument, also what it was made from.
function __ctx_leave
    set -q __ctx_state[1]
    or return 0
    set -g __ctx_left $__ctx_profile
    test -z "$argv"
    or __ctx_note_left
    set -g __ctx_previous $__ctx_profile
    set -gx __CTX_PREVIOUS $__ctx_profile
    __ctx_decide
    __ctx_undo
end

# No profile is active because the binding may not, or cannot, have its own: STATUS.
function __ctx_refuse
    set -g __ctx_by directory
    set -gx __CTX_BY directory
    set -g __ctx_refusal $argv
    __ctx_set_status $argv
end

# Shows a line unless it is the one that was shown last.
function __ctx_tell
    test "$__ctx_told" = "$argv"; or set -q CLAUDECODE
    or __ctx_complain $argv
    set -g __ctx_told $argv
end

# The program, or the plan, failed, and has shown why. Nothing is tried again until something changes: ENTERED.
function __ctx_fail
    if test -n "$argv"
        __ctx_leave
        __ctx_refuse error
    else
        __ctx_set_status error
    end
end

# Leaves the binding that the walk found, with its project file as it is now, like the head of an answer.
function __ctx_snapshot
    set -g __ctx_head_binding "$__ctx_found" ''
    test -n "$__ctx_found_file"
    or return
    set -l __ctx__mode odd
    set -l __ctx__text
    if test -f $__ctx_found_file -a -r $__ctx_found_file -a -s $__ctx_found_file
        set -l fish_read_limit 65536
        read -z __ctx__text <$__ctx_found_file
        set __ctx__mode text
        __ctx_is_text $__ctx_found_file text "$__ctx__text"
        or set __ctx__mode prefix
    end
    set -g __ctx_head_source $__ctx_found_file $__ctx_found_file
    set -g __ctx_head_text $__ctx__mode "$__ctx__text"
end

# What the head says about the binding holds from now on.
function __ctx_use_head
    test "$__ctx_head_binding[1]" = "$__ctx_binding"
    or set -g __ctx_told
    set -g __ctx_binding "$__ctx_head_binding[1]"
    set -g __ctx_place "$__ctx_head_binding[2]"
    if test -n "$__ctx_binding"
        set -gx __CTX_BINDING $__ctx_binding
    else
        set -eg __CTX_BINDING
    end
    set -g __ctx_file $__ctx_head_source[1]
    set -g __ctx_real $__ctx_head_source[2]
    set -g __ctx_mode $__ctx_head_text[1]
    set -g __ctx_content $__ctx_head_text[2]
    set -g __ctx_own_present $__ctx_head_present
    set -g __ctx_own_absent $__ctx_head_absent
    set -q __ctx_head_index[1]
    and __ctx_use_index $__ctx_head_index $__ctx_head_default[1]
end

# Remembers how to tell that everything is as it is now.
function __ctx_settle
    set -g __ctx_rest_test
    for __ctx__path in $__ctx_way_present $__ctx_own_present
        set -ga __ctx_rest_test -a -e $__ctx__path
    end
    switch "$__ctx_mode"
        case text prefix
            set -ga __ctx_rest_test -a -f $__ctx_file -a -r $__ctx_file -a ! -L $__ctx_real
            test $__ctx_file = $__ctx_real
            or set -ga __ctx_rest_test -a $__ctx_file -ef $__ctx_real
            test -n "$__ctx_content"
            or set -ga __ctx_rest_test -a ! -s $__ctx_file
        case odd
            set -ga __ctx_rest_test -a -e $__ctx_file -a \( ! -f $__ctx_file -o ! -r $__ctx_file -o ! -s $__ctx_file \)
    end
    # Not an empty list, for which paths would be read from standard input.
    set -g __ctx_absent '' $__ctx_way_absent $__ctx_own_absent
    set -g __ctx_present $__ctx_way_present $__ctx_own_present
    set -g __ctx_at $__ctx_here
    set -g __ctx_question x"$PWD" $__ctx_unstamped
    set -eg __ctx_mark __ctx_left __ctx_left_from __ctx_left_previous
    set -q __ctx_head_binding
    and set -eg __ctx_nothing $__ctx_its_variables
end

# Prepares the watch over the names in __ctx_watch, which the profile set (then __ctx_kept), and in __ctx_gone; __ctx_steady
# begins with what `set -q` answers while none of the latter exists. It counts to 255.
function __ctx_start_watching
    set -l IFS \n
    set -g __ctx_kept (string split -n ' ' -- $__ctx_watch)
    set -g __ctx_kept_to
    for __ctx__name in $__ctx_kept
        set -l __ctx__at (builtin contains -i -- $__ctx__name $__ctx_set)
        set -ga __ctx_kept_to $__ctx_set_to[$__ctx__at]
    end
    set -g __ctx_watched $__ctx_gone
    set -q __ctx_watched[251]
    and set -e __ctx_watched[251..-1]
    set -l __ctx__values \x1f$__ctx_kept_to
    set -q __ctx_nothing __ctx_nothing_$__ctx_watched
    set -g __ctx_steady "$status active $__ctx__values"
end

# Says so where a watched variable is no longer as the profile left it.
function __ctx_notice_drift
    if set -q __ctx_steady[1]
        set -l __ctx__values \x1f$$__ctx_kept
        set -qx __ctx_nothing $__ctx_watched
        test "$status $__ctx_status$__ctx_refusal $__ctx__values" = $__ctx_steady
        and set -qx PWD $__ctx_kept
        and return
    end
    test -n "$__ctx_watch$__ctx_gone" -a "$__ctx_state$__ctx_refusal" = active -a "$__ctx_status" != error
    or return
    if not set -q __ctx_steady[1]
        __ctx_start_watching
        __ctx_notice_drift
        return
    end
    set -l __ctx__values \x1f$$__ctx_kept
    set -qx __ctx_nothing $__ctx_watched
    if test "$status active $__ctx__values" = $__ctx_steady; and set -qx PWD $__ctx_kept
        __ctx_set_status active
        return
    end
    test $__ctx_status = active
    or return
    set -l __ctx__to $__ctx_kept_to
    set -l __ctx__same
    for __ctx__name in $__ctx_kept
        # A path variable is split and joined again: it must be compared as a program sees it.
        set -qx $__ctx__name; and test x"$$__ctx__name" = x"$__ctx__to[1]"
        and set -a __ctx__same $__ctx__name
        set -e __ctx__to[1]
    end
    for __ctx__name in $__ctx_kept $__ctx_watched
        if builtin contains -- $__ctx__name $__ctx_kept
            builtin contains -- $__ctx__name $__ctx__same
            and continue
        else if not set -qx $__ctx__name
            continue
        end
        __ctx_set_status drifted
        __ctx_say "$__ctx_profile drifted · $__ctx__name was changed in this shell · ctx reload takes it back"
        return
    end
end

# --- 8. Prompt --------------------------------------------------------------------------------------------------------

# fish keeps $status and $pipestatus around what runs on an event. Whether everything is as it was when this shell last looked
# stands here itself: this is what an idle prompt costs.
function __ctx_prompt --on-event fish_prompt
    set -l fish_trace
    switch "$__ctx_mark$__ctx_switching$__ctx_state"
        case '' active
        case '*'
            __ctx_recover
    end
    if set -q __ctx_ready
        if not test x"$PWD" = $__ctx_question $__ctx_stamp_test $__ctx_rest_test; or builtin path filter -q -- $__ctx_absent
            __ctx_look
        else
            switch "$__ctx_mode"
                case text
                    # As __ctx_is_text does it.
                    set -l fish_read_limit 65536
                    begin
                        read -fz __ctx__text
                        and read -fz __ctx__more
                    end <$__ctx_file
                    test x"$__ctx__text" = x"$__ctx_content" -a -z "$__ctx__more"
                    or __ctx_look
                case prefix
                    __ctx_is_text $__ctx_file prefix $__ctx_content
                    or __ctx_look
            end
        end
    else if test -n "$__ctx_follows"
        set -g __ctx_ready yes
        if test -n "$__ctx_again"
            __ctx_look inherited
        else
            __ctx_look first
        end
    end
    test -z "$__ctx_watch$__ctx_gone"
    or __ctx_notice_drift
    return 0
end

# What follows a `cd` in the same line sees the new environment. This runs in command substitutions too, whose `cd` is the
# shell's own. A move to a directory that the same binding covers, or likewise none, is followed without a look; the prompt
# asks whether all else is as it was. Only directories that are not above the last one have to be looked at.
function __ctx_moved --on-variable PWD
    set -q __ctx_ready
    or return
    set -l fish_trace
    switch "$__ctx_mark$__ctx_switching$__ctx_state"
        case '' active
        case '*'
            __ctx_recover
    end
    # Most ways out of a binding are seen at once. What is special in a pattern only makes a move look like one.
    switch $PWD/
        case "$__ctx_binding"/'*'
            if set -q __ctx_question[2]
                __ctx_look
                return
            end
        case '*'
            __ctx_look
            return
    end
    set -l __ctx__new
    set -l __ctx__there $PWD
    while not builtin contains -- "$__ctx__there" $__ctx_up
        set -a __ctx__new $__ctx__there
        # A whole walk takes no longer than a third one.
        if set -q __ctx__new[3]; or builtin path filter -q -- $__ctx__there/.ctx.toml $__ctx_entries$__ctx__there/.ctx.toml
            or not string match -rq '(?s)^(?<__ctx__there>.*)/(?!\.\.\z)[^/]*\z' -- $__ctx__there
            __ctx_look
            return
        end
    end
    while test "$__ctx_up[1]" != "$__ctx__there"
        test "$__ctx_way_absent[1]" = $__ctx_up[1]/.ctx.toml
        and set -e __ctx_way_absent[1]
        set -e __ctx_up[1]
    end
    if set -q __ctx__new[1]
        set -p __ctx_up $__ctx__new
        set -p __ctx_way_absent $__ctx__new/.ctx.toml
    end
    set -g __ctx_absent '' $__ctx_way_absent $__ctx_own_absent
    set -g __ctx_at $PWD
    set -g __ctx_question x"$PWD"
end

# Sets what CTX_STATUS says: STATUS, or "" for none.
function __ctx_set_status
    set -g __ctx_status $argv[1]
    if test -n "$argv[1]"
        set -gx CTX_STATUS $argv[1]
    else
        set -eg CTX_STATUS
    end
    __ctx_show
end

# Keeps CTX_PROMPT up to date.
function __ctx_show
    if test "$__ctx_status$__ctx_style" = 'active '
        set -gu CTX_PROMPT "$__ctx_profile "
        return
    end
    set -l __ctx__mark
    switch "$__ctx_status"
        case drifted
            set __ctx__mark '*'
        case blocked error
            set __ctx__mark !$__ctx_status
    end
    if test -z "$__ctx_profile$__ctx__mark"
        test -z "$CTX_PROMPT"
        or set -gu CTX_PROMPT ''
        return
    end
    set -l __ctx__paint ''
    set -l __ctx__red ''
    set -l __ctx__plain ''
    if not test -n "$NO_COLOR" -o "$TERM" = dumb
        set __ctx__red \e'[31m'
        set __ctx__plain \e'[0m'
        set -l __ctx__colours black red green yellow blue magenta cyan white
        if builtin contains -- "$__ctx_style[1]" $__ctx__colours
            set -l __ctx__at (builtin contains -i -- $__ctx_style[1] $__ctx__colours)
            set __ctx__paint \e"[3"(math $__ctx__at - 1)m
        end
    end
    set -l __ctx__text
    if test -n "$__ctx_profile"
        set __ctx__text $__ctx_profile
        if test -n "$__ctx_style[2]"
            set -l __ctx__locale $LC_ALL $LC_CTYPE $LANG
            if string match -qir 'utf-?8' -- "$__ctx__locale[1]"
                set __ctx__text $__ctx__text🔒
            else
                set __ctx__text $__ctx__text'#'
            end
        end
    end
    switch "$__ctx__mark"
        case '!*'
            set __ctx__mark $__ctx__red$__ctx__mark$__ctx__plain
        case '*'
            set __ctx__text "$__ctx__text$__ctx__mark"
            set __ctx__mark
    end
    test -n "$__ctx__paint"
    and set __ctx__text $__ctx__paint$__ctx__text$__ctx__plain
    set __ctx__text "$__ctx__text$__ctx__mark "
    test "$CTX_PROMPT" = "$__ctx__text"
    or set -gu CTX_PROMPT $__ctx__text
end

# --- 9. Command -------------------------------------------------------------------------------------------------------

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
    switch "$__ctx_mark$__ctx_switching$__ctx_state"
        case '' active
        case '*'
            __ctx_recover
    end
    switch "$argv[1]"
        case use
            if string match -qr '^(?:-h|--help|--json|--shell|--shell=.*)$' -- $argv
                __ctx_program $argv
            else if builtin contains -- --pin $argv
                __ctx_use_pinned $argv[2..]
                or __ctx_print_failure
            else
                __ctx_use $argv[2..]
                or __ctx_print_failure
            end
        case off auto reload
            if set -q argv[2]
                __ctx_program $argv
            else
                __ctx_$argv[1]
                or __ctx_print_failure
            end
        case allow
            __ctx_program $argv
            and __ctx_allowed $argv[2..]
        case '*'
            __ctx_program $argv
    end
end

function __ctx_print_failure
    set -l __ctx__code $status
    test -t 1
    or builtin echo false
    return $__ctx__code
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
    __ctx_choose
end

# The same, and directories count for nothing until `ctx auto`.
function __ctx_use_pinned
    set -l __ctx__words
    for __ctx__word in $argv
        test "$__ctx__word" = --pin
        or set -a __ctx__words $__ctx__word
    end
    __ctx_use $__ctx__words
    or return
    set -g __ctx_pin 1
    set -gx __CTX_PIN 1
    set -g __ctx_binding ''
    set -g __ctx_place ''
    set -eg __CTX_BINDING
    set -g __ctx_question '' -a x
    set -g __ctx_file
    set -g __ctx_mode
    set -g __ctx_own_present
    set -g __ctx_own_absent
    return 0
end

# Takes the active profile off and says so. From now on none is this shell's choice.
function __ctx_off
    set -l __ctx__was $__ctx_profile
    if set -q __ctx_state[1]
        set -g __ctx_switching yes
        set -g __ctx_previous $__ctx_profile
        set -gx __CTX_PREVIOUS $__ctx_profile
        __ctx_take_off
    end
    set -g __ctx_manual -
    set -gx __CTX_MANUAL -
    set -g __ctx_by manual
    set -eg __CTX_BY __ctx_switching
    set -g __ctx_refusal
    set -g __ctx_told
    __ctx_set_status ''
    if set -q __ctx__was[1]
        __ctx_say_fallback "off · was $__ctx__was"
    else
        __ctx_say_fallback "no profile is active"
    end
end

# A line for people, and behind it what claude uses without a profile, which the program knows. If it does not, the line
# alone has to do.
function __ctx_say_fallback
    set -q CLAUDECODE; or test -n "$CTX_QUIET"
    and return 0
    set -l IFS \n
    set -l __ctx__text (__ctx_program off 2>/dev/null)
    and test (builtin count $__ctx__text) = 1
    and string match -q 'claude *' -- $__ctx__text
    and set argv "$argv · $__ctx__text"
    __ctx_say $argv
end

# Hands the choice back to the directories.
function __ctx_auto
    set -g __ctx_manual
    set -g __ctx_pin
    set -g __ctx_by
    set -eg __ctx_nothing __CTX_MANUAL __CTX_PIN
    __ctx_look auto
end

function __ctx_reload
    __ctx_look reload
end

# After `ctx allow` the directory's choice replaces a manual one made inside it.
function __ctx_allowed
    for __ctx__word in $argv
        string match -q -- '-*' $__ctx__word
        or return 0
    end
    set -g __ctx_by
    set -g __ctx_at
    set -g __ctx_question '' -a x
    return 0
end

# What `off`, `auto` and `reload` are called where text is evaluated.
function __ctx_run
    __ctx_command $argv
end

# --- Loading ----------------------------------------------------------------------------------------------------------

set -l __ctx__name

# At every call fish counts the lines from the beginning of the text that a function was read from, which would be a third
# of what an idle prompt costs. What a prompt, a directory change and a switch call is read again, each from a text of its own.
for __ctx__name in prompt notice_drift moved look walk find_due do use_head leave settle meet show \
    is_{text,file} read_{answer,owned} apply switch decide undo command use
    eval "$(builtin functions __ctx_$__ctx__name)"
end

if not set -qg __ctx_state
    for __ctx__name in state status profile previous again applied
        set -gu __ctx_$__ctx__name
    end
    for __ctx__name in manual pin by binding place at file real mode content absent present default refusal told
        set -gu __ctx_$__ctx__name
    end
    set -gu __ctx_tree /dev/null
    set -gu __ctx_stamp '?'
    set -gu __ctx_stamp_test -a x = y
    set -gu __ctx_unstamped
    set -gu __ctx_question '' -a x
    set -gu __ctx_follows
    status is-interactive
    and set -gu __ctx_follows yes
    set -gu CTX_PROMPT ''
    set -qgx CTX_PROFILE CTX_STATUS __CTX_{SET,LISTS,PREVIOUS,MANUAL,BY,BINDING,PIN}
    test $status -eq 9
    or __ctx_adopt
end
# A hook of another release that was here before has none.
set -qg __ctx_entries
or set -gu __ctx_entries $__ctx_tree
set -qg __ctx_unstamped
or set -gu __ctx_question '' -a x
