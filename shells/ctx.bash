# shellcheck shell=bash
# shellcheck disable=SC2034  # several variables are read in another function, through bash's dynamic scope
#
# ctx for bash, 3.2 to 5.3. README.md beside this file is the contract; the other runtimes have the same sections.
#
# Builtins are called as \builtin, so that neither an alias nor a function of the user's comes in between. Every
# variable begins with __ctx_, locals too: scope is dynamic here, and a profile may set any other name. What \builtin local
# is given stands in quotes, for behind \builtin it is a command like any other, whose words are split.

# A reloaded hook keeps its state; what a parent process exported under these names is none. No environment holds arrays.
[[ -n ${__ctx_loaded[1]-} ]] || \builtin unset -v "${!__ctx_@}"

# Under allexport the functions would be exported too.
case $- in
  *a*) \builtin set +a && __ctx_allexport=(yes yes) ;;
esac

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
# __ctx_flags     options to be given back: those of `set` by their letters, N for nocasematch
#
# The undo record, one index per variable: __ctx_name, __ctx_kind (set, assign, unset, list), __ctx_new (the value ctx
# gave it), __ctx_had (x: was exported, v: was not, "": did not exist), __ctx_old, and for lists the entries in
# __ctx_front and __ctx_back.
#
# The decisions, which may be carried out any number of times: __ctx_do_unset (names), __ctx_do_export (NAME=value),
# __ctx_do_names and __ctx_do_values (assigned after that, export attribute left alone), __ctx_do_hide (names that
# lose the attribute).

# Options that would end the shell, print credentials or export them are off while ctx works. The letters are kept
# before anything is switched off: after Ctrl-C the next prompt gives them back. The status passes through.
function __ctx_begin {
  __ctx_flags=$1${__ctx_flags-}
  \builtin set +aekuvxE
  case $1 in
    *a*) \builtin export -n __ctx_flags ;;
  esac
  if \builtin shopt -q nocasematch; then
    __ctx_flags+=N
    \builtin shopt -u nocasematch
  fi
  \builtin return "$2"
}

function __ctx_end {
  \builtin local __ctx_letter __ctx_on=
  for __ctx_letter in a e k u v E x; do
    [[ $__ctx_flags != *"$__ctx_letter"* ]] || __ctx_on+=$__ctx_letter
  done
  [[ $__ctx_flags != *N* ]] || \builtin shopt -s nocasematch
  [[ -z $__ctx_on ]] || \builtin set -"$__ctx_on"
  \builtin unset -v __ctx_flags
}

function __ctx_new_record {
  __ctx_count=0
  __ctx_name=() __ctx_kind=() __ctx_new=() __ctx_had=() __ctx_old=() __ctx_front=() __ctx_back=()
}

# Takes over the profile that the parent process exported. What its variables held before is not known here.
function __ctx_adopt {
  \builtin local __ctx_n __ctx_todo
  __ctx_new_record
  if ! __ctx_is_profile "${__CTX_PREVIOUS-}"; then
    \builtin unset -v __CTX_PREVIOUS
  fi
  __ctx_previous=${__CTX_PREVIOUS-}
  if ! __ctx_is_profile "${CTX_PROFILE-}"; then
    \builtin unset -v CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS "${!__CTX_LIST_@}"
    \builtin return 0
  fi
  __ctx_todo="${__CTX_SET-} "
  while [[ $__ctx_todo == *' '* ]]; do
    __ctx_n=${__ctx_todo%%' '*} __ctx_todo=${__ctx_todo#*' '}
    case $__ctx_n in
      PATH | HOME) \builtin continue ;; # a shell without them is of no use
    esac
    if __ctx_is_name "$__ctx_n" && __ctx_is_exported "$__ctx_n"; then
      __ctx_remember "$__ctx_n" set
      __ctx_new[__ctx_count - 1]=${!__ctx_n} __ctx_had[__ctx_count - 1]='' __ctx_old[__ctx_count - 1]=''
    fi
  done
  __ctx_todo="${__CTX_LISTS-} "
  while [[ $__ctx_todo == *' '* ]]; do
    __ctx_n=${__ctx_todo%%' '*} __ctx_todo=${__ctx_todo#*' '}
    if __ctx_is_name "$__ctx_n" && __ctx_is_exported "$__ctx_n"; then
      __ctx_remember "$__ctx_n" list
      __ctx_n=__CTX_LIST_$__ctx_n
      __ctx_front[__ctx_count - 1]=${!__ctx_n-} __ctx_had[__ctx_count - 1]=''
    fi
  done
  __ctx_profile=$CTX_PROFILE
  __ctx_state=active
  case $- in
    *i*) __ctx_again=yes ;;
  esac
}

# --- 3. Primitives ----------------------------------------------------------------------------------------------------

# A line for people. Errors are shown always, other lines unless somebody asked for quiet.
function __ctx_complain {
  \builtin printf 'ctx: %s\n' "$1" >&2 || \builtin :
}

function __ctx_say {
  [[ -n ${CTX_QUIET-} || -n ${CLAUDECODE-} || -n ${__ctx_silent-} ]] || __ctx_complain "$1"
}

# The letters are written out: in some locales a range such as a-z holds others as well.
function __ctx_is_name {
  case $1 in
    '' | [0123456789]* | __ctx_* | __CTX_* | CTX_*) \builtin return 1 ;;
    *[!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_]*) \builtin return 1 ;;
  esac
}

function __ctx_is_profile {
  case $1 in
    '' | [._-]*) \builtin return 1 ;;
    *[!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-]*) \builtin return 1 ;;
  esac
  [[ ${#1} -le 64 ]]
}

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then
  function __ctx_is_exported {
    [[ -n ${!1+x} && ${!1@a} == *x* ]]
  }

  function __ctx_is_array {
    [[ ${!1@a} == *[aA]* ]]
  }
else
  # Older versions tell what is exported only by printing it. Names are enough, and one fork serves a whole plan.
  function __ctx_is_exported {
    if [[ -z ${__ctx_exports-} ]]; then
      __ctx_exports=$'\n'$(\builtin compgen -e)$'\n'
    fi
    [[ $__ctx_exports == *$'\n'"$1"$'\n'* ]]
  }

  # An array that holds nothing but an element 0 passes for a plain variable, and comes back as one.
  function __ctx_is_array {
    \builtin local __ctx_keys
    \builtin eval "__ctx_keys=(\"\${!$1[@]}\")"
    [[ ${__ctx_keys[*]-} != '' && ${__ctx_keys[*]-} != 0 ]]
  }
fi

# Sets __ctx_found to the exported variables whose names begin with $1.
function __ctx_match {
  \builtin local __ctx_n
  \builtin local IFS=' ' # bash 3.2 does not keep the words of a quoted "${!prefix@}" apart
  __ctx_found=()
  \builtin eval "for __ctx_n in \${!$1@}; do __ctx_is_exported \"\$__ctx_n\" && __ctx_found+=(\"\$__ctx_n\"); done"
  \builtin :
}

# Sets __ctx_readonly to the first of these names that cannot be written. Making it local is the one test that changes
# nothing; it has an effect until this function returns.
function __ctx_find_readonly {
  __ctx_readonly=
  \builtin local "$@" && \builtin return 0
  \builtin local __ctx_n
  for __ctx_n in "$@"; do
    \builtin local "$__ctx_n" || {
      __ctx_readonly=$__ctx_n
      \builtin return 0
    }
  done
} 2>/dev/null

# Adds variable $1 to the record, as it is now; $2 is what will be done to it. Fields not written read as "".
function __ctx_remember {
  __ctx_name[__ctx_count]=$1 __ctx_kind[__ctx_count]=$2
  if [[ -n ${!1+x} ]]; then
    __ctx_old[__ctx_count]=${!1} __ctx_had[__ctx_count]=v
    ! __ctx_is_exported "$1" || __ctx_had[__ctx_count]=x
  fi
  __ctx_count=$((__ctx_count + 1))
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

# Calls $1 with each of the entries joined in $2.
function __ctx_each_entry {
  \builtin local "__ctx_rest=$2:"
  while [[ -n $__ctx_rest ]]; do
    [[ $__ctx_rest == :* ]] || "$1" "${__ctx_rest%%:*}"
    __ctx_rest=${__ctx_rest#*:}
  done
}

# --- 4. Applying ------------------------------------------------------------------------------------------------------

# What plans call: PROFILE SUMMARY [KIND NAME VALUE]... It reads them into __ctx_target, __ctx_summary, __ctx_clears
# (names, patterns) and __ctx_steps (triples). The ctx function declares these and goes on from there; text that a person
# evaluates is carried out at once.
function __ctx_apply {
  {
    if [[ -z ${__ctx_reading-} ]]; then
      __ctx_begin "$-" 0
      \builtin local IFS=$' \t\n' __ctx_code=0 __ctx_target __ctx_summary __ctx_clears __ctx_steps
      __ctx_recover
    fi
    \builtin local __ctx_n __ctx_kept=
  } 2>/dev/null
  __ctx_target=$1 __ctx_summary=$2 __ctx_clears=() __ctx_steps=()
  \builtin shift 2
  [[ ${__ctx_had[*]} != *[xv]* ]] || __ctx_kept=" ${__ctx_name[*]} "
  # Most variables that a plan clears do not exist, and the end of the present profile does not bring them back. They are
  # passed over: this loop is the greater part of a switch.
  while [[ $1 == unset ]]; do
    case $2 in
      *'*') __ctx_clears+=("$2") ;;
      *)
        for __ctx_n in $2; do
          if [[ -n ${!__ctx_n+x} || -n $__ctx_kept && $__ctx_kept == *" $__ctx_n "* ]]; then
            __ctx_clears+=("$__ctx_n")
          fi
        done
        ;;
    esac
    \builtin shift 3
  done
  __ctx_steps=("$@")
  [[ -z ${__ctx_reading-} ]] || \builtin return 0
  __ctx_switch || __ctx_code=1
  { __ctx_end && \builtin return "$__ctx_code"; } 2>/dev/null
}

# Carries the plan out that was read. Returns 1 with nothing changed if that is not possible.
function __ctx_switch {
  \builtin local __ctx_displaced __ctx_found __ctx_readonly __ctx_exports "__ctx_was=$__ctx_profile"
  __ctx_check || \builtin return 1
  if [[ -n $__ctx_state ]]; then
    __ctx_decide fairly
    __ctx_undo
    __ctx_exports=
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
    __ctx_summary="$((__ctx_count - ${#__ctx_displaced[@]})) set, ${#__ctx_displaced[@]} cleared"
  fi
  __ctx_say "$__ctx_target · $__ctx_summary"
}

# Sets __ctx_displaced to the existing variables that the plan takes away for good.
function __ctx_find_displaced {
  \builtin local __ctx_i __ctx_n __ctx_set=' '
  __ctx_displaced=()
  [[ ${#__ctx_clears[@]} -gt 0 ]] || \builtin return 0
  for ((__ctx_i = 0; __ctx_i < ${#__ctx_steps[@]}; __ctx_i += 3)); do
    [[ ${__ctx_steps[__ctx_i]} == *pend ]] || __ctx_set+="${__ctx_steps[__ctx_i + 1]} "
  done
  for __ctx_n in "${__ctx_clears[@]}"; do
    __ctx_found=()
    if [[ $__ctx_n == *'*' ]]; then
      __ctx_match "${__ctx_n%'*'}"
    elif [[ -n ${!__ctx_n+x} ]]; then
      __ctx_found=("$__ctx_n")
    fi
    for __ctx_i in "${__ctx_found[@]}"; do
      [[ $__ctx_set == *" $__ctx_i "* ]] || __ctx_displaced+=("$__ctx_i")
    done
  done
}

# Whether everything that the plan and the end of the present profile touch can be written.
function __ctx_check {
  \builtin local __ctx_n __ctx_i __ctx_names
  __ctx_find_displaced
  __ctx_names=("${__ctx_displaced[@]}")
  for ((__ctx_i = 0; __ctx_i < ${#__ctx_steps[@]}; __ctx_i += 3)); do
    case ${__ctx_steps[__ctx_i]} in
      set | assign | prepend | append) __ctx_names+=("${__ctx_steps[__ctx_i + 1]}") ;;
      *) __ctx_names+=('?') ;;
    esac
  done
  # One test for all names, as __ctx_is_name makes it, for it is slow.
  case "${__ctx_names[*]} " in
    [0-9]* | *[!\ 0-9A-Za-z_]* | *' '[0-9]* | *'  '* | *__ctx_* | *CTX_*)
      __ctx_complain "the plan of $__ctx_target is not one that this shell understands: nothing was changed"
      \builtin return 1
      ;;
  esac
  for __ctx_n in "${__ctx_names[@]}"; do
    __ctx_i="${__ctx_n}[@]"
    if [[ -n ${!__ctx_i+x} ]] && __ctx_is_array "$__ctx_n"; then
      __ctx_complain "$__ctx_n is an array in this shell: nothing was changed"
      \builtin return 1
    fi
  done
  __ctx_find_readonly CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS "${__ctx_names[@]}" "${__ctx_name[@]}"
  if [[ -n $__ctx_readonly ]]; then
    __ctx_complain "$__ctx_readonly is readonly in this shell: nothing was changed"
    \builtin return 1
  fi
}

# The undo record and, from it, the decisions that carry the plan out.
function __ctx_write_record {
  \builtin local __ctx_i __ctx_j __ctx_n __ctx_k __ctx_v __ctx_set='' __ctx_lists='' __ctx_first=${#__ctx_displaced[@]}
  __ctx_new_record
  __ctx_do_unset=("${__ctx_displaced[@]}") __ctx_do_export=() __ctx_do_names=() __ctx_do_values=() __ctx_do_hide=()
  for __ctx_n in "${__ctx_displaced[@]}"; do
    __ctx_remember "$__ctx_n" unset
  done
  for ((__ctx_i = 0; __ctx_i < ${#__ctx_steps[@]}; __ctx_i += 3)); do
    __ctx_k=${__ctx_steps[__ctx_i]} __ctx_n=${__ctx_steps[__ctx_i + 1]} __ctx_v=${__ctx_steps[__ctx_i + 2]}
    __ctx_j=$__ctx_count
    if [[ "$__ctx_set$__ctx_lists " == *" $__ctx_n "* ]]; then
      for ((__ctx_j = __ctx_first; __ctx_j < __ctx_count; __ctx_j++)); do
        [[ ${__ctx_name[__ctx_j]} != "$__ctx_n" ]] || \builtin break
      done
    else
      case $__ctx_k in
        set) __ctx_set+=\ $__ctx_n __ctx_do_unset+=("$__ctx_n") ;;
        assign) __ctx_set+=\ $__ctx_n ;;
        *) __ctx_k=list __ctx_lists+=\ $__ctx_n ;;
      esac
      if [[ -z ${!__ctx_n+x} ]]; then
        # As __ctx_remember does it, without what a call costs: most variables that a profile sets are new.
        __ctx_name[__ctx_count]=$__ctx_n __ctx_kind[__ctx_count++]=$__ctx_k
      else
        __ctx_remember "$__ctx_n" "$__ctx_k"
        if [[ $__ctx_k == list && " ${__ctx_displaced[*]} " != *" $__ctx_n "* ]]; then
          __ctx_new[__ctx_j]=${__ctx_old[__ctx_j]}
        fi
      fi
    fi
    case ${__ctx_steps[__ctx_i]} in
      prepend)
        __ctx_front[__ctx_j]=$__ctx_v${__ctx_front[__ctx_j]:+:${__ctx_front[__ctx_j]}}
        __ctx_v+=${__ctx_new[__ctx_j]:+:${__ctx_new[__ctx_j]}}
        ;;
      append)
        __ctx_back[__ctx_j]=${__ctx_back[__ctx_j]:+${__ctx_back[__ctx_j]}:}$__ctx_v
        __ctx_v=${__ctx_new[__ctx_j]:+${__ctx_new[__ctx_j]}:}$__ctx_v
        ;;
    esac
    __ctx_new[__ctx_j]=$__ctx_v
    # Of several values for one name the last one stays.
    __ctx_do_export+=("$__ctx_n=$__ctx_v")
  done
  for ((__ctx_i = __ctx_first; __ctx_i < __ctx_count && ${#__ctx_lists} > 0; __ctx_i++)); do
    if [[ ${__ctx_kind[__ctx_i]} == list ]]; then
      __ctx_v=${__ctx_front[__ctx_i]}
      __ctx_v+=${__ctx_v:+${__ctx_back[__ctx_i]:+:}}${__ctx_back[__ctx_i]}
      __ctx_do_export+=("__CTX_LIST_${__ctx_name[__ctx_i]}=$__ctx_v")
    fi
  done
  __ctx_do_export+=("CTX_PROFILE=$__ctx_target" CTX_STATUS=active)
  [[ -z $__ctx_set ]] || __ctx_do_export+=("__CTX_SET=${__ctx_set# }")
  [[ -z $__ctx_lists ]] || __ctx_do_export+=("__CTX_LISTS=${__ctx_lists# }")
  [[ -z $__ctx_previous ]] || __ctx_do_export+=("__CTX_PREVIOUS=$__ctx_previous")
}

function __ctx_carry_out {
  \builtin local __ctx_i __ctx_code=0
  \builtin unset -v "${__ctx_do_unset[@]}" || __ctx_code=1
  # Without arguments both would print everything exported.
  [[ ${#__ctx_do_export[@]} -eq 0 ]] || \builtin export "${__ctx_do_export[@]}" || __ctx_code=1
  for ((__ctx_i = 0; __ctx_i < ${#__ctx_do_names[@]}; __ctx_i++)); do
    \builtin printf -v "${__ctx_do_names[__ctx_i]}" %s "${__ctx_do_values[__ctx_i]}" || __ctx_code=1
  done
  [[ ${#__ctx_do_hide[@]} -eq 0 ]] || \builtin export -n "${__ctx_do_hide[@]}" || __ctx_code=1
  \builtin return "$__ctx_code"
}

# Decides what every variable of the record goes back to. Fairly: what the user changed since stays as it is. By force:
# the profile was never finished, so nobody but ctx has changed anything. A readonly variable keeps its value: 1.
function __ctx_decide {
  \builtin local __ctx_i __ctx_n __ctx_value __ctx_readonly __ctx_any_readonly __ctx_code=0
  __ctx_do_unset=(CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS "${!__CTX_LIST_@}")
  __ctx_do_export=() __ctx_do_names=() __ctx_do_values=() __ctx_do_hide=()
  __ctx_find_readonly "${__ctx_name[@]}"
  __ctx_any_readonly=$__ctx_readonly
  for ((__ctx_i = 0; __ctx_i < __ctx_count; __ctx_i++)); do
    __ctx_n=${__ctx_name[__ctx_i]} __ctx_value=${__ctx_old[__ctx_i]}
    if [[ $1 == fairly ]]; then
      case ${__ctx_kind[__ctx_i]} in
        unset) [[ -z ${!__ctx_n+x} ]] || \builtin continue ;;
        list) [[ -n ${!__ctx_n+x} ]] || \builtin continue ;;
        *) [[ -n ${!__ctx_n+x} && ${!__ctx_n} == "${__ctx_new[__ctx_i]}" ]] || \builtin continue ;;
      esac
    fi
    if [[ -n $__ctx_any_readonly ]]; then
      __ctx_find_readonly "$__ctx_n"
      if [[ -n $__ctx_readonly ]]; then
        __ctx_complain "$__ctx_n is readonly in this shell: it keeps the value that $__ctx_profile gave it"
        __ctx_code=1
        \builtin continue
      fi
    fi
    case ${__ctx_kind[__ctx_i]} in
      list)
        if [[ $1 == fairly ]]; then
          __ctx_value=${!__ctx_n}
          __ctx_each_entry __ctx_drop_first "${__ctx_front[__ctx_i]}"
          __ctx_each_entry __ctx_drop_last "${__ctx_back[__ctx_i]}"
        fi
        if [[ -z ${__ctx_had[__ctx_i]} && (-z $__ctx_value || $1 != fairly) ]]; then
          __ctx_do_unset+=("$__ctx_n")
        else
          __ctx_do_names+=("$__ctx_n") __ctx_do_values+=("$__ctx_value")
          [[ ${__ctx_had[__ctx_i]} != v ]] || __ctx_do_hide+=("$__ctx_n")
        fi
        ;;
      *)
        # A variable that was assigned to is one that loses its meaning when unset.
        if [[ ${__ctx_kind[__ctx_i]} != assign || -z ${__ctx_had[__ctx_i]} ]]; then
          __ctx_do_unset+=("$__ctx_n")
        fi
        case ${__ctx_had[__ctx_i]} in
          x) __ctx_do_export+=("$__ctx_n=$__ctx_value") ;;
          v) __ctx_do_names+=("$__ctx_n") __ctx_do_values+=("$__ctx_value") __ctx_do_hide+=("$__ctx_n") ;;
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
  __ctx_do_export=() __ctx_do_values=()
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
  \builtin local __ctx_reading=yes __ctx_fresh='' __ctx_plan __ctx_source
  __ctx_is_profile "$1" || \builtin return 1
  __ctx_plan=$__ctx_cache/plans/bash/$1 __ctx_source=$__ctx_config/profiles.toml
  [[ -f $__ctx_plan && -r $__ctx_plan && -O $__ctx_plan && -O ${__ctx_plan%/*} ]] || \builtin return 1
  [[ -f $__ctx_source && ! $__ctx_plan -nt $__ctx_source && ! $__ctx_plan -ot $__ctx_source ]] || \builtin return 1
  # `command` keeps a syntax error from ending the shell in POSIX mode.
  # shellcheck disable=SC1090  # written by ctx itself
  \builtin command source "$__ctx_plan" 2>/dev/null && [[ -n $__ctx_fresh ]]
}

# Reads the plan in $1, which the program printed. Whatever is cut off is a syntax error and reads as no plan at all.
function __ctx_read_text {
  \builtin local __ctx_reading=yes
  __ctx_target=
  \builtin command eval "$1" 2>/dev/null && [[ -n $__ctx_target ]]
}

# --- 6. Calling ctx ---------------------------------------------------------------------------------------------------

# Becomes the program, so this must be a subshell. The program sees the user's own environment.
function __ctx_start {
  \builtin local __ctx_active
  __ctx_active=$__ctx_profile
  if [[ ! -x ${__ctx_words[0]} ]]; then
    __ctx_complain "${__ctx_words[0]} is gone, so ctx cannot start: install it again, then start a new shell"
    \builtin exit 127
  fi
  __ctx_take_off 2>/dev/null
  \builtin unset -v CTX_PROFILE CTX_STATUS "${!__CTX_@}"
  \builtin exec "${__ctx_words[@]}" @hook bash "$__ctx_config" "$__ctx_data" "$__ctx_cache" \
    "$__ctx_active" "$__ctx_previous" "$@"
  # shellcheck disable=SC2317  # reached under execfail
  \builtin exit 126
}

function __ctx_program {
  (__ctx_start "$@")
}

# Whether this is $(ctx ...) or `ctx ... | ...`: a change here would be lost, so the text to evaluate is passed on.
function __ctx_is_piped {
  [[ ${BASH_SUBSHELL-0} -gt 0 && -p /dev/fd/1 ]]
}

# Prints what the program says, or a statement that fails, so that `eval "$(ctx use typo)" && claude` stops there.
function __ctx_pass_on {
  \builtin local __ctx_text __ctx_code=0
  __ctx_text=$(__ctx_start "$@") || __ctx_code=$?
  if [[ $__ctx_code -eq 0 && -n $__ctx_text ]]; then
    \builtin printf '%s\n' "$__ctx_text"
  else
    \builtin printf 'false\n'
    [[ $__ctx_code -ne 0 ]] || __ctx_code=1
  fi
  \builtin return "$__ctx_code"
}

# --- 7. Prompt --------------------------------------------------------------------------------------------------------

# First in PROMPT_COMMAND. Those after it see the status of the user's command.
function __ctx_prompt {
  {
    __ctx_begin "$-" "$?" || \builtin local __ctx_code=$?
    \builtin local IFS=$' \t\n'
  } 2>/dev/null
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
  { __ctx_end && \builtin return "${__ctx_code-0}"; } 2>/dev/null
}

# Applies the inherited profile in this shell, silently; takes it off if that fails.
function __ctx_reapply {
  \builtin local __ctx_silent=yes
  __ctx_use "$__ctx_profile" || __ctx_take_off
}

# `&& :` keeps a status other than 0 from setting off errexit or an ERR trap.
function __ctx_hook {
  \builtin local __ctx_readonly __ctx_entry='__ctx_prompt && \builtin :'
  case ${PROMPT_COMMAND[*]-} in
    *__ctx_prompt*) \builtin return 0 ;;
  esac
  __ctx_find_readonly PROMPT_COMMAND
  if [[ -n $__ctx_readonly ]]; then
    __ctx_complain "PROMPT_COMMAND is readonly in this shell: ctx does nothing at the prompt"
  elif ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) && __ctx_is_array PROMPT_COMMAND; then
    PROMPT_COMMAND=("$__ctx_entry" "${PROMPT_COMMAND[@]}")
  else
    # shellcheck disable=SC2128,SC2178  # before 5.1 only element 0 of an array is ever run
    PROMPT_COMMAND=$__ctx_entry${PROMPT_COMMAND:+; $PROMPT_COMMAND}
  fi
}

# --- 8. Command -------------------------------------------------------------------------------------------------------

function __CTX_NAME__ {
  {
    if \builtin declare -F __ctx_begin >/dev/null; then
      __ctx_begin "$-" 0
      \builtin local __ctx_code=0
      \builtin local IFS=$' \t\n'
    fi
  } 2>/dev/null
  if [[ -z ${__ctx_code-} ]]; then
    # Only this function was copied: ctx works as without the hook.
    __CTX_PROGRAM__ "$@"
    \builtin return
  fi
  __ctx_command "$@" || __ctx_code=$?
  { __ctx_end && \builtin return "$__ctx_code"; } 2>/dev/null
}

function __ctx_command {
  __ctx_recover
  case ${1-} in
    use)
      \builtin shift
      __ctx_use "$@"
      ;;
    off)
      if [[ $# -gt 1 ]]; then
        __ctx_program "$@"
      elif __ctx_is_piped; then
        \builtin printf '__ctx_off\n'
      else
        __ctx_leave
      fi
      ;;
    *) __ctx_program "$@" ;;
  esac
}

function __ctx_use {
  \builtin local __ctx_target __ctx_summary __ctx_clears __ctx_steps __ctx_text __ctx_word
  for __ctx_word in "$@"; do
    case $__ctx_word in
      -h | --help | --shell | --shell=* | --json)
        __ctx_program use "$@"
        \builtin return
        ;;
    esac
  done
  if [[ $# -eq 1 && $1 == - ]]; then
    if [[ -z $__ctx_previous ]]; then
      __ctx_complain "no profile was active before"
      ! __ctx_is_piped || \builtin printf 'false\n'
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
  {
    __ctx_begin "$-" 0
    \builtin local IFS=$' \t\n'
  } 2>/dev/null
  \builtin local __ctx_code=0
  { __ctx_recover && __ctx_leave; } || __ctx_code=1
  { __ctx_end && \builtin return "$__ctx_code"; } 2>/dev/null
}

# --- Loading ----------------------------------------------------------------------------------------------------------

function __ctx_load {
  {
    __ctx_begin "$-" 0
    \builtin local IFS=$' \t\n'
  } 2>/dev/null
  __ctx_settings
  if [[ -z ${__ctx_loaded[1]-} ]]; then
    __ctx_state='' __ctx_profile='' __ctx_previous='' __ctx_again=''
    __ctx_adopt
    __ctx_loaded=(yes yes)
  fi
  __ctx_hook
  { __ctx_end && \builtin return 0; } 2>/dev/null
}

__ctx_load

case ${__ctx_allexport[1]-} in
  yes) \builtin unset -v __ctx_allexport && \builtin set -a ;;
esac
