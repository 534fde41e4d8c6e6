# ctx for zsh 5. README.md beside this file is the contract; the other runtimes have the same sections.
#
# Builtins are called as \builtin, so that neither an alias nor a function of the user's comes in between. Every
# variable begins with __ctx_, locals too: scope is dynamic here, and a profile may set any other name. Every function
# sets its own options, which end with it, also after Ctrl-C.

# --- 1. Settings ------------------------------------------------------------------------------------------------------

function __ctx_settings {
  __ctx_words=(__CTX_PROGRAM__)
  __ctx_config=__CTX_CONFIG__
  __ctx_data=__CTX_DATA__
  __ctx_cache=__CTX_CACHE__
  __ctx_version=__CTX_VERSION__
}

# --- 2. State ---------------------------------------------------------------------------------------------------------
#
# __ctx_state     "", or: applying (the record is complete, the environment may be half changed), active, undoing
#                 (the decisions are complete, the environment may be half changed back)
# __ctx_profile   the active profile; __ctx_previous the one before
# __ctx_again     "yes" in a shell that inherited its profile and has not applied it itself yet
#
# The undo record: __ctx_names, and by name __ctx_kind (set, assign, unset, list), __ctx_new (the value ctx gave it),
# __ctx_had (x: was exported, v: was not, "": did not exist), __ctx_old, and for lists the entries in __ctx_front and
# __ctx_back.
#
# The decisions, which may be carried out any number of times: __ctx_do_unset (names), __ctx_do_export (NAME=value),
# __ctx_do_plain (NAME=value, assigned after that, export attribute left alone), __ctx_do_hide (names that lose the
# attribute).

function __ctx_new_record {
  \builtin typeset -ga __ctx_names
  \builtin typeset -gA __ctx_kind __ctx_new __ctx_had __ctx_old __ctx_front __ctx_back
  __ctx_names=() __ctx_kind=() __ctx_new=() __ctx_had=() __ctx_old=() __ctx_front=() __ctx_back=()
}

# Takes over the profile that the parent process exported. What its variables held before is not known here.
function __ctx_adopt {
  \builtin local __ctx_n=
  __ctx_new_record
  if ! __ctx_is_profile "${__CTX_PREVIOUS-}"; then
    \builtin unset __CTX_PREVIOUS
  fi
  __ctx_previous=${__CTX_PREVIOUS-}
  if ! __ctx_is_profile "${CTX_PROFILE-}"; then
    \builtin unset CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS
    \builtin unset -m '__CTX_LIST_*'
    \builtin return 0
  fi
  for __ctx_n in ${(s: :)__CTX_SET-}; do
    # A shell without these two is of no use.
    [[ $__ctx_n != PATH && $__ctx_n != HOME ]] || \builtin continue
    if __ctx_is_name "$__ctx_n" && [[ ${(Pt)__ctx_n} == *export* ]]; then
      __ctx_remember "$__ctx_n" set
      __ctx_new[$__ctx_n]=${(P)__ctx_n} __ctx_had[$__ctx_n]= __ctx_old[$__ctx_n]=
    fi
  done
  for __ctx_n in ${(s: :)__CTX_LISTS-}; do
    if __ctx_is_name "$__ctx_n" && [[ ${(Pt)__ctx_n} == *export* ]]; then
      __ctx_remember "$__ctx_n" list
      \builtin local "__ctx_entries=__CTX_LIST_$__ctx_n"
      __ctx_front[$__ctx_n]=${(P)__ctx_entries-} __ctx_had[$__ctx_n]=
    fi
  done
  __ctx_profile=$CTX_PROFILE
  __ctx_state=active
  [[ ! -o interactive ]] || __ctx_again=yes
}

# --- 3. Primitives ----------------------------------------------------------------------------------------------------

# A line for people. Errors are shown always, other lines unless somebody asked for quiet.
function __ctx_complain {
  \builtin print -r -- "ctx: $1" >&2 || \builtin :
}

function __ctx_say {
  [[ -n ${CTX_QUIET-} || -n ${CLAUDECODE-} || -n ${__ctx_silent-} ]] || __ctx_complain "$1"
}

# The letters are written out: in some locales a range such as a-z holds others as well.
function __ctx_is_name {
  case $1 in
    ""|[0123456789]*|__ctx_*|__CTX_*|CTX_*) \builtin return 1 ;;
    *[^abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_]*) \builtin return 1 ;;
  esac
}

function __ctx_is_profile {
  case $1 in
    ""|[._-]*) \builtin return 1 ;;
    *[^abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-]*) \builtin return 1 ;;
  esac
  (( ${#1} <= 64 ))
}

# Adds variable $1 to the record, as it is now; $2 is what will be done to it. Fields not written read as "".
function __ctx_remember {
  \builtin local "__ctx_type=${(Pt)1}"
  __ctx_names+=("$1")
  __ctx_kind[$1]=$2
  if [[ -n $__ctx_type ]]; then
    __ctx_old[$1]=${(P)1} __ctx_had[$1]=v
    [[ $__ctx_type != *export* ]] || __ctx_had[$1]=x
  fi
}

# Take the first, or the last, occurrence of the entry $1 out of the list __ctx_value.
function __ctx_drop_first {
  case $__ctx_value in
    "$1") __ctx_value= ;;
    "$1:"*) __ctx_value=${__ctx_value#"$1:"} ;;
    *":$1:"*) __ctx_value=${__ctx_value%%":$1:"*}:${__ctx_value#*":$1:"} ;;
    *":$1") __ctx_value=${__ctx_value%":$1"} ;;
  esac
}

function __ctx_drop_last {
  case $__ctx_value in
    "$1") __ctx_value= ;;
    *":$1") __ctx_value=${__ctx_value%":$1"} ;;
    *":$1:"*) __ctx_value=${__ctx_value%":$1:"*}:${__ctx_value##*":$1:"} ;;
    "$1:"*) __ctx_value=${__ctx_value#"$1:"} ;;
  esac
}

# --- 4. Applying ------------------------------------------------------------------------------------------------------

# What plans call: PROFILE SUMMARY [KIND NAME VALUE]... It reads them into __ctx_target, __ctx_summary, __ctx_clears
# (names, patterns) and __ctx_steps (triples). The ctx function declares these and goes on from there; text that a person
# evaluates is carried out at once.
function __ctx_apply {
  { \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent; } 2>/dev/null
  if [[ -z ${__ctx_reading-} ]]; then
    \builtin local __ctx_target= __ctx_summary=
    \builtin local -a __ctx_clears __ctx_steps
    __ctx_recover
  fi
  __ctx_target=$1 __ctx_summary=$2 __ctx_clears=() __ctx_steps=()
  \builtin shift 2
  \builtin local __ctx_k= __ctx_n= __ctx_v= "__ctx_kept=${(j: :)${(k)__ctx_had[(R)?*]}}"
  # Most variables that a plan clears do not exist, and the end of the present profile does not bring them back. They are
  # passed over: this loop is the greater part of a switch.
  for __ctx_k __ctx_n __ctx_v in "$@"; do
    if [[ $__ctx_k != unset ]]; then
      __ctx_steps+=("$__ctx_k" "$__ctx_n" "$__ctx_v")
    elif [[ $__ctx_n == *'*' ]]; then
      __ctx_clears+=("$__ctx_n")
    else
      for __ctx_n in ${(s: :)__ctx_n}; do
        if [[ -n ${(Pt)__ctx_n} || -n $__ctx_kept && " $__ctx_kept " == *" $__ctx_n "* ]]; then
          __ctx_clears+=("$__ctx_n")
        fi
      done
    fi
  done
  [[ -z ${__ctx_reading-} ]] || \builtin return 0
  __ctx_switch
}

# Carries the plan out that was read. Returns 1 with nothing changed if that is not possible.
function __ctx_switch {
  \builtin local -a __ctx_displaced
  \builtin local "__ctx_was=$__ctx_profile"
  __ctx_check || \builtin return 1
  if [[ -n $__ctx_state ]]; then
    __ctx_decide fairly
    __ctx_undo
    __ctx_find_displaced
  fi
  if [[ -n $__ctx_was && $__ctx_was != "$__ctx_target" ]]; then
    __ctx_previous=$__ctx_was
  fi
  __ctx_write_record
  __ctx_state=applying
  if ! __ctx_carry_out; then
    __ctx_decide "by force"
    __ctx_undo
    __ctx_complain "$__ctx_target could not be applied in this shell: no profile is active"
    \builtin return 1
  fi
  __ctx_profile=$__ctx_target
  __ctx_again=
  __ctx_state=active
  if [[ -z $__ctx_summary ]]; then
    __ctx_summary="$(( ${#__ctx_names} - ${#__ctx_displaced} )) set, ${#__ctx_displaced} cleared"
  fi
  __ctx_say "$__ctx_target · $__ctx_summary"
}

# Sets __ctx_displaced to the existing variables that the plan takes away for good.
function __ctx_find_displaced {
  \builtin local __ctx_k= __ctx_n= __ctx_v=
  \builtin local -a __ctx_exported
  __ctx_displaced=()
  for __ctx_n in "${__ctx_clears[@]}"; do
    if [[ $__ctx_n == *'*' ]]; then
      (( ${#__ctx_exported} )) || __ctx_exported=(${(k)parameters[(R)*export*]})
      __ctx_n=${__ctx_n%'*'}
      __ctx_displaced+=(${(M)__ctx_exported:#"$__ctx_n"*})
    elif [[ -n ${(Pt)__ctx_n} ]]; then
      __ctx_displaced+=("$__ctx_n")
    fi
  done
  for __ctx_k __ctx_n __ctx_v in "${__ctx_steps[@]}"; do
    [[ $__ctx_k == prepend || $__ctx_k == append ]] || __ctx_displaced=("${(@)__ctx_displaced:#$__ctx_n}")
  done
}

# Whether everything that the plan and the end of the present profile touch can be written.
function __ctx_check {
  \builtin local __ctx_k= __ctx_n= __ctx_v= __ctx_type=
  \builtin local -a __ctx_touched
  __ctx_find_displaced
  __ctx_touched=("${__ctx_displaced[@]}")
  for __ctx_k __ctx_n __ctx_v in "${__ctx_steps[@]}"; do
    case $__ctx_k in
      set|assign|prepend|append) __ctx_touched+=("$__ctx_n") ;;
      *) __ctx_touched+=('?') ;;
    esac
  done
  # One test for all names, as __ctx_is_name makes it, for it is slow.
  case "${(j: :)__ctx_touched} " in
    [0-9]*|*[^\ 0-9A-Za-z_]*|*" "[0-9]*|*"  "*|*__ctx_*|*CTX_*)
      __ctx_complain "the plan of $__ctx_target is not one that this shell understands: nothing was changed"
      \builtin return 1
      ;;
  esac
  for __ctx_n in CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS "${__ctx_touched[@]}" "${__ctx_names[@]}"; do
    __ctx_type=${(Pt)__ctx_n}
    if [[ $__ctx_type == *readonly* ]]; then
      __ctx_complain "$__ctx_n is readonly in this shell: nothing was changed"
      \builtin return 1
    fi
    if [[ $__ctx_type == array* || $__ctx_type == association* ]]; then
      __ctx_complain "$__ctx_n is an array in this shell: nothing was changed"
      \builtin return 1
    fi
  done
}

# The undo record and, from it, the decisions that carry the plan out.
function __ctx_write_record {
  \builtin local __ctx_k= __ctx_n= __ctx_v=
  \builtin local -a __ctx_set __ctx_lists
  __ctx_new_record
  \builtin typeset -ga __ctx_do_unset __ctx_do_export __ctx_do_plain __ctx_do_hide
  __ctx_do_unset=("${__ctx_displaced[@]}") __ctx_do_export=() __ctx_do_plain=() __ctx_do_hide=()
  for __ctx_n in "${__ctx_displaced[@]}"; do
    __ctx_remember "$__ctx_n" unset
  done
  for __ctx_k __ctx_n __ctx_v in "${__ctx_steps[@]}"; do
    if (( ! ${__ctx_set[(Ie)$__ctx_n]} && ! ${__ctx_lists[(Ie)$__ctx_n]} )); then
      case $__ctx_k in
        set)
          __ctx_set+=("$__ctx_n")
          # A tie of the user's (typeset -T) would end with the variable. What is tied is no integer.
          if [[ ${(Pt)__ctx_n} == *tied* ]]; then
            __ctx_k=assign
          else
            __ctx_do_unset+=("$__ctx_n")
          fi
          ;;
        assign) __ctx_set+=("$__ctx_n") ;;
        *) __ctx_lists+=("$__ctx_n") ;;
      esac
      if (( ${__ctx_displaced[(Ie)$__ctx_n]} )); then
        # A list that is cleared first begins empty. What it was before is in the record already.
        __ctx_kind[$__ctx_n]=set
      elif [[ $__ctx_k == set || $__ctx_k == assign ]]; then
        __ctx_remember "$__ctx_n" "$__ctx_k"
      else
        __ctx_remember "$__ctx_n" list
        __ctx_new[$__ctx_n]=${__ctx_old[$__ctx_n]}
      fi
    fi
    case $__ctx_k in
      prepend)
        __ctx_front[$__ctx_n]=$__ctx_v${__ctx_front[$__ctx_n]:+:${__ctx_front[$__ctx_n]}}
        __ctx_v+=${__ctx_new[$__ctx_n]:+:${__ctx_new[$__ctx_n]}}
        ;;
      append)
        __ctx_back[$__ctx_n]=${__ctx_back[$__ctx_n]:+${__ctx_back[$__ctx_n]}:}$__ctx_v
        __ctx_v=${__ctx_new[$__ctx_n]:+${__ctx_new[$__ctx_n]}:}$__ctx_v
        ;;
    esac
    __ctx_new[$__ctx_n]=$__ctx_v
    # Of several values for one name the last one stays.
    __ctx_do_export+=("$__ctx_n=$__ctx_v")
  done
  for __ctx_n in "${__ctx_lists[@]}"; do
    __ctx_v=${__ctx_front[$__ctx_n]}
    __ctx_v+=${__ctx_v:+${__ctx_back[$__ctx_n]:+:}}${__ctx_back[$__ctx_n]}
    __ctx_do_export+=("__CTX_LIST_$__ctx_n=$__ctx_v")
  done
  __ctx_do_export+=("CTX_PROFILE=$__ctx_target" CTX_STATUS=active)
  (( ! ${#__ctx_set} )) || __ctx_do_export+=("__CTX_SET=${(j: :)__ctx_set}")
  (( ! ${#__ctx_lists} )) || __ctx_do_export+=("__CTX_LISTS=${(j: :)__ctx_lists}")
  [[ -z $__ctx_previous ]] || __ctx_do_export+=("__CTX_PREVIOUS=$__ctx_previous")
}

function __ctx_carry_out {
  \builtin local __ctx_code=0
  # Without arguments these would complain, or print everything exported.
  (( ! ${#__ctx_do_unset} )) || \builtin unset "${__ctx_do_unset[@]}" || __ctx_code=1
  (( ! ${#__ctx_do_export} )) || \builtin export "${__ctx_do_export[@]}" || __ctx_code=1
  (( ! ${#__ctx_do_plain} )) || \builtin typeset -g "${__ctx_do_plain[@]}" || __ctx_code=1
  (( ! ${#__ctx_do_hide} )) || \builtin typeset -g +x "${__ctx_do_hide[@]}" || __ctx_code=1
  \builtin return "$__ctx_code"
}

# Decides what every variable of the record goes back to. Fairly: what the user changed since stays as it is. By force:
# the profile was never finished, so nobody but ctx has changed anything. A readonly variable keeps its value: 1.
function __ctx_decide {
  \builtin local __ctx_n= __ctx_value= __ctx_type= __ctx_entry= __ctx_code=0
  \builtin typeset -ga __ctx_do_unset __ctx_do_export __ctx_do_plain __ctx_do_hide
  __ctx_do_unset=(CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS) __ctx_do_export=() __ctx_do_plain=() __ctx_do_hide=()
  for __ctx_n in "${__ctx_names[@]}"; do
    __ctx_value=${__ctx_old[$__ctx_n]} __ctx_type=${(Pt)__ctx_n}
    if [[ $1 == fairly ]]; then
      case ${__ctx_kind[$__ctx_n]} in
        unset) [[ -z $__ctx_type ]] || \builtin continue ;;
        list) [[ -n $__ctx_type ]] || \builtin continue ;;
        *) [[ -n $__ctx_type && ${(P)__ctx_n} == "${__ctx_new[$__ctx_n]}" ]] || \builtin continue ;;
      esac
    fi
    if [[ $__ctx_type == *readonly* ]]; then
      __ctx_complain "$__ctx_n is readonly in this shell: it keeps the value that $__ctx_profile gave it"
      __ctx_code=1
      \builtin continue
    fi
    case ${__ctx_kind[$__ctx_n]} in
      list)
        __ctx_do_unset+=("__CTX_LIST_$__ctx_n")
        if [[ $1 == fairly ]]; then
          __ctx_value=${(P)__ctx_n}
          for __ctx_entry in ${(s.:.)__ctx_front[$__ctx_n]}; do
            __ctx_drop_first "$__ctx_entry"
          done
          for __ctx_entry in ${(s.:.)__ctx_back[$__ctx_n]}; do
            __ctx_drop_last "$__ctx_entry"
          done
        fi
        if [[ -z ${__ctx_had[$__ctx_n]} && ( -z $__ctx_value || $1 != fairly ) ]]; then
          __ctx_do_unset+=("$__ctx_n")
        else
          __ctx_do_plain+=("$__ctx_n=$__ctx_value")
          [[ ${__ctx_had[$__ctx_n]} != v ]] || __ctx_do_hide+=("$__ctx_n")
        fi
        ;;
      *)
        # A variable that was assigned to is one that loses its meaning when unset.
        if [[ ${__ctx_kind[$__ctx_n]} != assign || -z ${__ctx_had[$__ctx_n]} ]]; then
          __ctx_do_unset+=("$__ctx_n")
        fi
        case ${__ctx_had[$__ctx_n]} in
          x) __ctx_do_export+=("$__ctx_n=$__ctx_value") ;;
          v) __ctx_do_plain+=("$__ctx_n=$__ctx_value") __ctx_do_hide+=("$__ctx_n") ;;
        esac
        ;;
    esac
  done
  \builtin return "$__ctx_code"
}

# Carries the decisions of __ctx_decide out.
function __ctx_undo {
  __ctx_state=undoing
  __ctx_carry_out
  __ctx_profile=
  __ctx_again=
  __ctx_state=
  # Nobody else needs the old values any more.
  __ctx_new_record
  __ctx_do_export=() __ctx_do_plain=()
}

# Takes the active profile off. Returns 1 if something readonly stayed.
function __ctx_take_off {
  \builtin local __ctx_code=0
  [[ $__ctx_state == active ]] || \builtin return 0
  __ctx_decide fairly || __ctx_code=1
  __ctx_undo
  \builtin return "$__ctx_code"
}

# What Ctrl-C left unfinished is taken off.
function __ctx_recover {
  case $__ctx_state in
    applying) __ctx_decide "by force" ;;
    undoing) ;;
    *) \builtin return 0 ;;
  esac
  __ctx_undo
  __ctx_say "interrupted: no profile is active"
}

# --- 5. Plans on disk -------------------------------------------------------------------------------------------------

# The first half of a plan on disk: whether it was made by this version, for this home.
function __ctx_guard {
  [[ $1 == "$__ctx_version" && $2 == "${HOME-}" ]] && __ctx_fresh=1
}

# Reads the plan on disk for profile $1. Returns 1 unless it can be used; equal times mean that it is up to date.
function __ctx_read_compiled {
  \builtin local __ctx_reading=yes __ctx_fresh= __ctx_text=
  \builtin local "__ctx_plan=$__ctx_cache/plans/zsh/$1" "__ctx_source=$__ctx_config/profiles.toml"
  \builtin local -a __ctx_made __ctx_changed
  __ctx_is_profile "$1" || \builtin return 1
  [[ -f $__ctx_plan && -r $__ctx_plan && -O $__ctx_plan && -O ${__ctx_plan%/*} && -f $__ctx_source ]] || \builtin return 1
  # -nt and -ot compare whole seconds.
  \builtin zmodload -F zsh/stat b:zstat 2>/dev/null || \builtin return 1
  \builtin zstat -A __ctx_made -F '%s.%N' +mtime -- "$__ctx_plan" 2>/dev/null || \builtin return 1
  \builtin zstat -A __ctx_changed -F '%s.%N' +mtime -- "$__ctx_source" 2>/dev/null || \builtin return 1
  [[ $__ctx_made[1] == "$__ctx_changed[1]" ]] || \builtin return 1
  # Not `source`, which would prefer a compiled file beside it. No process: zsh reads the file itself.
  { __ctx_text=$(<"$__ctx_plan"); } 2>/dev/null || \builtin return 1
  \builtin eval "$__ctx_text" 2>/dev/null && [[ -n $__ctx_fresh ]]
}

# Reads the plan in $1, which the program printed. Whatever is cut off is a syntax error and reads as no plan at all.
function __ctx_read_text {
  \builtin local __ctx_reading=yes
  __ctx_target=
  \builtin eval "$1" 2>/dev/null && [[ -n $__ctx_target ]]
}

# --- 6. Calling ctx ---------------------------------------------------------------------------------------------------

# Becomes the program, so this must be a subshell. The program sees the user's own environment.
function __ctx_start {
  \builtin local "__ctx_active=$__ctx_profile"
  if [[ ! -x $__ctx_words[1] ]]; then
    __ctx_complain "$__ctx_words[1] is gone, so ctx cannot start: install it again, then start a new shell"
    \builtin exit 127
  fi
  __ctx_take_off 2>/dev/null
  \builtin unset CTX_PROFILE CTX_STATUS
  \builtin unset -m '__CTX_*'
  \builtin exec "${__ctx_words[@]}" @hook zsh "$__ctx_config" "$__ctx_data" "$__ctx_cache" \
    "$__ctx_active" "$__ctx_previous" "$@"
}

function __ctx_program {
  ( __ctx_start "$@" )
}

# Whether this is $(ctx ...) or `ctx ... | ...`: a change here would be lost, so the text to evaluate is passed on.
function __ctx_is_piped {
  [[ ${ZSH_SUBSHELL-0} -gt 0 && -p /dev/fd/1 ]]
}

# Prints what the program says, or a statement that fails, so that `eval "$(ctx use typo)" && claude` stops there.
function __ctx_pass_on {
  \builtin local __ctx_text= __ctx_code=0
  __ctx_text=$(__ctx_start "$@") || __ctx_code=$?
  if [[ $__ctx_code -eq 0 && -n $__ctx_text ]]; then
    \builtin print -r -- "$__ctx_text"
  else
    \builtin print -r -- false
    [[ $__ctx_code -ne 0 ]] || __ctx_code=1
  fi
  \builtin return "$__ctx_code"
}

# --- 7. Prompt --------------------------------------------------------------------------------------------------------

# First in precmd_functions. zsh itself keeps the status of the user's command.
function __ctx_prompt {
  { \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent; } 2>/dev/null
  __ctx_recover
  case $__ctx_again in
    yes)
      __ctx_again=trying
      __ctx_reapply
      ;;
    trying)
      # Interrupted. The start-up files may have exported over the profile, so it does not count as active.
      __ctx_take_off
      __ctx_complain "interrupted: no profile is active"
      ;;
  esac
  \builtin return 0
}

# Applies the inherited profile in this shell, silently; takes it off if that fails.
function __ctx_reapply {
  \builtin local __ctx_silent=yes
  __ctx_use "$__ctx_profile" || __ctx_take_off
}

function __ctx_hook {
  \builtin typeset -ga precmd_functions
  if (( ${precmd_functions[(Ie)__ctx_prompt]} )); then
    \builtin return 0
  fi
  if [[ ${(t)precmd_functions} == *readonly* ]]; then
    __ctx_complain "precmd_functions is readonly in this shell: ctx does nothing at the prompt"
  else
    precmd_functions=(__ctx_prompt "${precmd_functions[@]}")
  fi
}

# --- 8. Command -------------------------------------------------------------------------------------------------------

function __CTX_NAME__ {
  { \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent; } 2>/dev/null
  # Where only this function was copied, ctx works as without the hook.
  if ! \builtin typeset -f __ctx_command >/dev/null; then
    __CTX_PROGRAM__ "$@"
    \builtin return
  fi
  __ctx_command "$@"
}

function __ctx_command {
  __ctx_recover
  case ${1-} in
    use)
      \builtin shift
      __ctx_use "$@"
      ;;
    off)
      if (( $# > 1 )); then
        __ctx_program "$@"
      elif __ctx_is_piped; then
        \builtin print -r -- __ctx_off
      else
        __ctx_leave
      fi
      ;;
    *) __ctx_program "$@" ;;
  esac
}

function __ctx_use {
  \builtin local __ctx_target= __ctx_summary= __ctx_text= __ctx_word=
  \builtin local -a __ctx_clears __ctx_steps
  for __ctx_word in "$@"; do
    case $__ctx_word in
      -h|--help|--shell|--shell=*|--json)
        __ctx_program use "$@"
        \builtin return
        ;;
    esac
  done
  if [[ $# -eq 1 && $1 == - ]]; then
    if [[ -z $__ctx_previous ]]; then
      __ctx_complain "no profile was active before"
      ! __ctx_is_piped || \builtin print -r -- false
      \builtin return 1
    fi
    \builtin set -- "$__ctx_previous"
  fi
  if __ctx_is_piped; then
    __ctx_pass_on use "$@"
    \builtin return
  fi
  if ! { [[ $# -eq 1 ]] && __ctx_read_compiled "$1"; }; then
    __ctx_text=$(__ctx_start use "$@") || \builtin return
    if ! __ctx_read_text "$__ctx_text"; then
      __ctx_complain "the program did not say what to do: nothing was changed"
      \builtin return 1
    fi
  fi
  __ctx_switch
}

# Takes the active profile off and says so.
function __ctx_leave {
  \builtin local "__ctx_was=$__ctx_profile" __ctx_code=0
  if [[ -z $__ctx_was ]]; then
    __ctx_say "no profile is active"
    \builtin return 0
  fi
  __ctx_take_off || __ctx_code=1
  __ctx_previous=$__ctx_was
  \builtin export "__CTX_PREVIOUS=$__ctx_previous"
  __ctx_say "off · was $__ctx_was"
  \builtin return "$__ctx_code"
}

# What `ctx off` passes on through a pipe.
function __ctx_off {
  { \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent; } 2>/dev/null
  __ctx_recover
  __ctx_leave
}

# --- Loading ----------------------------------------------------------------------------------------------------------

function __ctx_load {
  { \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent; } 2>/dev/null
  # A reloaded hook keeps its state; what a parent process exported under these names is none. No environment holds arrays.
  if [[ ${(t)__ctx_loaded-} != array* ]]; then
    \builtin unset -m '__ctx_*'
    \builtin typeset -g __ctx_state= __ctx_profile= __ctx_previous= __ctx_again=
    \builtin typeset -g __ctx_config= __ctx_data= __ctx_cache= __ctx_version=
    \builtin typeset -ga __ctx_words __ctx_loaded
    __ctx_adopt
    __ctx_loaded=(yes)
  fi
  __ctx_settings
  __ctx_hook
}

__ctx_load
