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
  __ctx_profiles=$__ctx_config/profiles.toml
}

# --- 2. State ---------------------------------------------------------------------------------------------------------
#
# __ctx_state     "", or: applying (the record is complete, the environment may be half changed), active, undoing
#                 (the decisions are complete, the environment may be half changed back)
# __ctx_profile   the active profile; __ctx_previous the one before
# __ctx_applied   what it was made from; __ctx_color and __ctx_lock: how the prompt shows it
# __ctx_watched   and __ctx_gone: variables that decide how it signs in, which it set or took away; __ctx_drifted the one that
#                 was changed since; __ctx_steady "yes" once there is a test for all of them; __ctx_claude "claude" if they
#                 are about Claude Code
# __ctx_first     before the first prompt: "inherited" if the active profile is the parent's, else "new"
# __ctx_switching the profile from which a person is just switching, "-" for none; __ctx_looking the same where a
#                 directory asks for it. A prompt that finds them knows that Ctrl-C came in between
# __ctx_unpublished  "yes" while what prompts and children are to know is being exported
# __ctx_flags     options to be given back: those of `set` by their letters, N for nocasematch
#
# What is due here, and what that rests on, as README.md lists it under "Directories": __ctx_manual, __ctx_pin, __ctx_by,
# __ctx_binding, __ctx_place, __ctx_refusal, __ctx_told; __ctx_at, __ctx_file, __ctx_real, __ctx_mode, __ctx_content,
# __ctx_absent, __ctx_present, __ctx_tree, __ctx_stamp, __ctx_default. In __ctx_barred and __ctx_needed stand those of the
# absent and present paths that belong to the binding and not to the way there; in __ctx_passed, the records that let
# the way pass by denied files.
#
# __ctx_its_*     what the plan or answer that was read last says in its head
#
# The undo record: __ctx_fresh, the names that were set together and did not exist, with __ctx_pairs (NAME=value); for every
# other variable one index: __ctx_name, __ctx_kind (set, assign, unset, list), __ctx_new (the value ctx
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
  # shellcheck disable=SC2050  # a constant only without that option
  if [[ a == A ]]; then
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
  __ctx_count=0 __ctx_fresh='' __ctx_pairs=()
  __ctx_name=() __ctx_kind=() __ctx_new=() __ctx_had=() __ctx_old=() __ctx_front=() __ctx_back=()
}

# Takes over what the parent process exported. What the profile's variables held before is not known here.
function __ctx_adopt {
  \builtin local __ctx_n __ctx_todo
  __ctx_new_record
  __ctx_is_profile "${__CTX_PREVIOUS-}" || \builtin unset -v __CTX_PREVIOUS
  [[ ${__CTX_MANUAL-} == - ]] || __ctx_is_profile "${__CTX_MANUAL-}" || \builtin unset -v __CTX_MANUAL
  case ${__CTX_BY-} in
    manual | directory | default) ;;
    *) \builtin unset -v __CTX_BY ;;
  esac
  [[ ${__CTX_BINDING-} == /* ]] || \builtin unset -v __CTX_BINDING
  [[ ${__CTX_PIN-} == 1 ]] || \builtin unset -v __CTX_PIN
  __ctx_previous=${__CTX_PREVIOUS-} __ctx_manual=${__CTX_MANUAL-} __ctx_by=${__CTX_BY-}
  __ctx_binding=${__CTX_BINDING-} __ctx_pin=${__CTX_PIN-}
  if ! __ctx_is_profile "${CTX_PROFILE-}"; then
    case ${CTX_STATUS-} in
      blocked | error) __ctx_refusal=$CTX_STATUS ;;
      *)
        \builtin unset -v CTX_STATUS __CTX_BY
        __ctx_by=
        [[ $__ctx_manual != - ]] || __ctx_by=manual
        ;;
    esac
    \builtin unset -v CTX_PROFILE __CTX_SET __CTX_LISTS "${!__CTX_LIST_@}"
    \builtin return 0
  fi
  if [[ -z $__ctx_by ]]; then
    __ctx_by=manual __ctx_manual=$CTX_PROFILE
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
  __ctx_profile=$CTX_PROFILE __ctx_state=active __ctx_first=inherited
}

# Exports what prompts and children are to know of the present state.
function __ctx_publish {
  \builtin local "__ctx_shown_status=$__ctx_refusal" "__ctx_n=$__ctx_by" "__ctx_text=$__ctx_profile${__ctx_profile:+ }"
  if [[ -z $__ctx_shown_status && -n $__ctx_profile ]]; then
    __ctx_shown_status=${__ctx_drifted:+drifted}
    __ctx_shown_status=${__ctx_shown_status:-active}
  fi
  # Where nothing is chosen, the manual choice says enough.
  [[ -n $__ctx_shown_status ]] || __ctx_n=
  if [[ -n $__ctx_refusal || -n $__ctx_profile && -n $__ctx_color$__ctx_lock$__ctx_drifted ]]; then
    __ctx_paint
  fi
  __ctx_unpublished=yes
  {
    \builtin unset -v CTX_STATUS __CTX_BY __CTX_MANUAL __CTX_BINDING __CTX_PIN __CTX_PREVIOUS
    # Without arguments it would print everything exported.
    [[ -z $__ctx_shown_status$__ctx_manual$__ctx_binding$__ctx_pin$__ctx_previous ]] ||
      \builtin export ${__ctx_shown_status:+"CTX_STATUS=$__ctx_shown_status"} ${__ctx_n:+"__CTX_BY=$__ctx_n"} \
        ${__ctx_manual:+"__CTX_MANUAL=$__ctx_manual"} ${__ctx_binding:+"__CTX_BINDING=$__ctx_binding"} \
        ${__ctx_pin:+"__CTX_PIN=$__ctx_pin"} ${__ctx_previous:+"__CTX_PREVIOUS=$__ctx_previous"}
    [[ ${CTX_PROMPT-} == "$__ctx_text" ]] || \builtin printf -v CTX_PROMPT %s "$__ctx_text"
  } 2>/dev/null
  __ctx_unpublished=
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

  # Whether there may be an array among these variables. They are names: they become code.
  function __ctx_are_arrays {
    \builtin local __ctx_n
    # shellcheck disable=SC2016  # expanded by eval
    \builtin printf -v __ctx_n '${%s@a}' "$@"
    \builtin eval "[[ $__ctx_n == *[aA]* ]]"
  }

  # Whether variable $1, which should not exist, does for programs.
  function __ctx_reappeared {
    __ctx_is_exported "$1"
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

  function __ctx_are_arrays {
    \builtin :
  }

  # A fork at every prompt is too much for the difference.
  function __ctx_reappeared {
    [[ -n ${!1+x} ]]
  }
fi

# Sets __ctx_found to the exported variables whose names begin with $1.
function __ctx_match {
  \builtin local __ctx_n
  \builtin local IFS=' ' # bash 3.2 does not keep the words of a quoted "${!prefix@}" apart
  __ctx_found=()
  # Seldom are there any.
  \builtin eval "__ctx_n=\${!$1*}"
  [[ -n $__ctx_n ]] || \builtin return 0
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

# What plans call: PROFILE SUMMARY [KIND NAME VALUE]... It reads them into __ctx_target, __ctx_summary, __ctx_its_* (the
# head), __ctx_clears (names, patterns), __ctx_its_names and __ctx_its_pairs (what is set together) and __ctx_steps
# (triples). The ctx function declares these and goes on from there; text that a person evaluates is carried out at once.
function __ctx_apply {
  if [[ -z ${__ctx_reading-} ]]; then
    __ctx_apply_at_once "$@"
    \builtin return
  fi
  __ctx_target=$1 __ctx_summary=$2 __ctx_clears=() __ctx_its_names='' __ctx_its_pairs=() __ctx_its_color='' \
    __ctx_its_lock='' __ctx_its_watched='' __ctx_its_gone='' __ctx_its_claude=''
  \builtin shift 2
  if [[ "${1-} ${4-}" == 'style watch' ]]; then
    __ctx_its_color=$2 __ctx_its_lock=$3 __ctx_its_watched=$5 __ctx_its_claude=$6
    \builtin shift 6
  fi
  case ${1-} in
    unset | watched | export | set | assign | prepend | append | '') ;;
    *)
      __ctx_read_head "$@"
      \builtin shift "$__ctx_read"
      ;;
  esac
  # What makes one plan differ from another.
  __ctx_its_plan="$__ctx_target/$__ctx_summary/$__ctx_its_color/$__ctx_its_lock/$__ctx_its_watched"
  while [[ ${1-} == unset || ${1-} == watched ]]; do
    __ctx_its_plan+=/$1/$2
    [[ $1 == unset ]] || __ctx_its_gone=$2
    # Where the names are many, `case` takes half the time of [[.
    case $2 in
      *' '*) [[ -z $3 && ${__ctx_had[*]} != *[xv]* ]] || __ctx_read_clears "$2" "$3" ;;
      *'*') __ctx_clears+=("$2") ;;
      *) [[ -z $3 && ${__ctx_had[*]} != *[xv]* ]] || __ctx_clears+=("$2") ;;
    esac
    \builtin shift 3
  done
  # No value holds this character unless somebody takes pains.
  \builtin local IFS=$'\037'
  __ctx_its_plan+="/$#/$*"
  if [[ ${1-} == export ]]; then
    __ctx_its_names=$2 __ctx_its_pairs=("${@:4:$3}")
    \builtin shift $((3 + $3))
  fi
  __ctx_steps=("$@")
}

function __ctx_apply_at_once {
  {
    __ctx_begin "$-" 0
    \builtin local IFS=$' \t\n' __ctx_reading=yes __ctx_code=0 __ctx_target __ctx_summary __ctx_clears __ctx_steps \
      __ctx_its_names __ctx_its_pairs
    __ctx_recover
  } 2>/dev/null
  __ctx_apply "$@"
  __ctx_choose || __ctx_code=1
  { __ctx_end && \builtin return "$__ctx_code"; } 2>/dev/null
}

# The head of an answer, and any other. Sets __ctx_read to the number of words it took.
function __ctx_read_head {
  __ctx_read=$#
  while [[ $# -ge 3 ]]; do
    case $1 in
      source) __ctx_its_file=$2 __ctx_its_real=$3 ;;
      text) __ctx_its_mode=$2 __ctx_its_content=$3 ;;
      present) __ctx_its_present+=("$2") ;;
      absent) __ctx_its_absent+=("$2") ;;
      binding) __ctx_its_binding=$2 __ctx_its_place=$3 ;;
      by) __ctx_its_by=$2 ;;
      style) __ctx_its_color=$2 __ctx_its_lock=$3 ;;
      watch) __ctx_its_watched=$2 __ctx_its_claude=$3 ;;
      index) __ctx_its_tree=$2 __ctx_its_stamp=$3 ;;
      default) __ctx_its_default=$2 ;;
      refuse) __ctx_its_refusal=$2 __ctx_its_line=$3 ;;
      keep) __ctx_its_refusal=$2 __ctx_its_line=$3 __ctx_its_keep=yes ;;
      denied) __ctx_its_denied=yes ;;
      *) \builtin break ;;
    esac
    \builtin shift 3
  done
  __ctx_read=$((__ctx_read - $#))
}

# Adds those of the names in $1 to __ctx_clears that exist, for each of which there is an x in $2, or that the end of the
# present profile brings back. Most of what exists that profile has set: looking at every name takes five times as long.
function __ctx_read_clears {
  \builtin local __ctx_n "__ctx_all= $1 " __ctx_existing='' __ctx_kept
  __ctx_kept=()
  for __ctx_n in "${__ctx_pairs[@]%%=*}" "${__ctx_name[@]}"; do
    case $__ctx_all in
      *" $__ctx_n "*)
        __ctx_kept+=("$__ctx_n") __ctx_existing+=${!__ctx_n+x}
        ;;
    esac
  done
  __ctx_clears+=("${__ctx_kept[@]}")
  if [[ $__ctx_existing != "$2" ]]; then
    __ctx_all=" ${__ctx_kept[*]} "
    for __ctx_n in $1; do
      [[ -z ${!__ctx_n+x} || $__ctx_all == *" $__ctx_n "* ]] || __ctx_clears+=("$__ctx_n")
    done
  fi
}

# Carries the plan out that was read, as a person's choice.
function __ctx_choose {
  \builtin local __ctx_who=manual __ctx_hand=$__ctx_target
  __ctx_switching=${__ctx_profile:--}
  if __ctx_switch; then
    __ctx_publish
    \builtin return 0
  elif [[ -z $__ctx_state && $__ctx_switching != - ]]; then
    __ctx_manual=- __ctx_by=manual
  fi
  __ctx_publish
  __ctx_switching=
  \builtin return 1
}

# Carries the plan out that was read; __ctx_who chose it, and __ctx_hand is the manual choice from then on. Returns 1 with
# nothing changed if that is not possible.
function __ctx_switch {
  \builtin local __ctx_displaced __ctx_found __ctx_existing __ctx_exports __ctx_readonly __ctx_n \
    "__ctx_was=${__ctx_left:-$__ctx_profile}"
  __ctx_check || \builtin return 1
  [[ -z $__ctx_state ]] || __ctx_make_room
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
  __ctx_profile=$__ctx_target __ctx_state=active __ctx_by=$__ctx_who __ctx_manual=$__ctx_hand __ctx_refusal='' \
    __ctx_applied=$__ctx_its_plan __ctx_color=$__ctx_its_color __ctx_lock=$__ctx_its_lock __ctx_claude=$__ctx_its_claude \
    __ctx_watched=$__ctx_its_watched __ctx_gone=$__ctx_its_gone __ctx_drifted='' __ctx_steady='' __ctx_switching='' \
    __ctx_first=${__ctx_first:+new} __ctx_unpublished=yes
  if [[ -z $__ctx_summary ]]; then
    __ctx_n=$((__ctx_count + ${#__ctx_pairs[@]} - ${#__ctx_displaced[@]}))
    __ctx_summary="$__ctx_n set, ${#__ctx_displaced[@]} cleared"
  fi
  __ctx_say "$__ctx_target · $__ctx_summary${__ctx_where:+ · $__ctx_where}"
}

# Takes the present profile off for the one that was read.
function __ctx_make_room {
  \builtin local __ctx_gave __ctx_n
  __ctx_decide fairly writable
  __ctx_gave=${__ctx_had[*]}
  __ctx_undo
  __ctx_exports=
  if [[ $__ctx_gave == *[xv]* ]]; then
    __ctx_find_displaced
  else
    # Nothing came back, so there is nothing new to displace.
    __ctx_found=()
    for __ctx_n in "${__ctx_displaced[@]}"; do
      [[ -z ${!__ctx_n+x} ]] || __ctx_found+=("$__ctx_n")
    done
    __ctx_displaced=("${__ctx_found[@]}")
  fi
  # shellcheck disable=SC2086  # a word for each name
  [[ -z $__ctx_its_names || -z $__ctx_existing && $__ctx_gave != *[xv]* ]] || __ctx_find_existing $__ctx_its_names
}

# Sets __ctx_displaced to the existing variables that the plan takes away for good.
function __ctx_find_displaced {
  \builtin local __ctx_i __ctx_n "__ctx_set= $__ctx_its_names "
  __ctx_displaced=()
  for ((__ctx_i = 0; __ctx_i < ${#__ctx_steps[@]}; __ctx_i += 3)); do
    [[ ${__ctx_steps[__ctx_i]} == *pend ]] || __ctx_set+="${__ctx_steps[__ctx_i + 1]} "
  done
  for __ctx_n in "${__ctx_clears[@]}"; do
    if [[ $__ctx_n == *'*' ]]; then
      __ctx_match "${__ctx_n%'*'}"
      for __ctx_i in "${__ctx_found[@]}"; do
        [[ $__ctx_set == *" $__ctx_i "* ]] || __ctx_displaced+=("$__ctx_i")
      done
    elif [[ -n ${!__ctx_n+x} && $__ctx_set != *" $__ctx_n "* ]]; then
      __ctx_displaced+=("$__ctx_n")
    fi
  done
}

# Whether everything that the plan and the end of the present profile touch can be written.
function __ctx_check {
  \builtin local __ctx_n __ctx_i __ctx_names
  __ctx_displaced=()
  [[ ${#__ctx_clears[@]} -eq 0 ]] || __ctx_find_displaced
  # shellcheck disable=SC2206  # a word for each name
  __ctx_names=($__ctx_its_names)
  for ((__ctx_i = 0; __ctx_i < ${#__ctx_steps[@]}; __ctx_i += 3)); do
    case ${__ctx_steps[__ctx_i]} in
      set | assign | prepend | append) __ctx_names+=("${__ctx_steps[__ctx_i + 1]}") ;;
      *) __ctx_names+=('?') ;;
    esac
  done
  # One test for all names, as __ctx_is_name makes it, for it is slow.
  case "${__ctx_names[*]}${__ctx_displaced[*]+ ${__ctx_displaced[*]}} " in
    [0-9]* | *[!\ 0-9A-Za-z_]* | *' '[0-9]* | *'  '* | *__ctx_* | *CTX_*)
      __ctx_complain "the plan of $__ctx_target is not one that this shell understands: nothing was changed"
      \builtin return 1
      ;;
  esac
  __ctx_find_existing "${__ctx_names[@]}"
  __ctx_names+=("${__ctx_displaced[@]}")
  if [[ -n $__ctx_existing || ${#__ctx_displaced[@]} -gt 0 ]]; then
    __ctx_find_array "${__ctx_names[@]}" || \builtin return 1
  fi
  # shellcheck disable=SC2086  # a word for each name
  __ctx_find_readonly CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS __CTX_MANUAL __CTX_BY \
    "${__ctx_names[@]}" "${__ctx_name[@]}" $__ctx_fresh
  if [[ -n $__ctx_readonly ]]; then
    __ctx_complain "$__ctx_readonly is readonly in this shell: nothing was changed"
    \builtin return 1
  fi
}

# Sets __ctx_existing to something if there is any of these variables, be it an array. They are names: they become code.
function __ctx_find_existing {
  \builtin local __ctx_n
  __ctx_existing=
  if [[ $# -gt 0 ]]; then
    # shellcheck disable=SC2016  # expanded by eval
    \builtin printf -v __ctx_n '${%s[@]+x}' "$@"
    \builtin eval "__ctx_existing=$__ctx_n"
  fi
}

# Returns 1 where one of these variables is an array, and says so.
function __ctx_find_array {
  __ctx_are_arrays "$@" || \builtin return 0
  \builtin local __ctx_n __ctx_i
  for __ctx_n in "$@"; do
    __ctx_i="${__ctx_n}[@]"
    if [[ -n ${!__ctx_i+x} ]] && __ctx_is_array "$__ctx_n"; then
      __ctx_complain "$__ctx_n is an array in this shell: nothing was changed"
      \builtin return 1
    fi
  done
}

# The undo record and, from it, the decisions that carry the plan out. What is set together and did not exist is one entry:
# __ctx_fresh, the names, and __ctx_pairs.
function __ctx_write_record {
  \builtin local __ctx_n __ctx_set='' __ctx_lists=''
  # What Ctrl-C left of one that was not completed is no part of this one.
  [[ -z ${__ctx_name[*]}$__ctx_fresh${__ctx_pairs[*]} ]] || __ctx_new_record
  __ctx_do_unset=("${__ctx_displaced[@]}") __ctx_do_export=() __ctx_do_names=() __ctx_do_values=() __ctx_do_hide=()
  for __ctx_n in "${__ctx_displaced[@]}"; do
    __ctx_remember "$__ctx_n" unset
  done
  if [[ -n $__ctx_existing ]]; then
    __ctx_take_pairs_apart
  elif [[ -n $__ctx_its_names ]]; then
    __ctx_fresh=$__ctx_its_names __ctx_set=" $__ctx_its_names" __ctx_pairs=("${__ctx_its_pairs[@]}")
    # shellcheck disable=SC2206  # a word for each name
    __ctx_do_unset+=($__ctx_its_names)
    __ctx_do_export=("${__ctx_its_pairs[@]}")
  fi
  [[ ${#__ctx_steps[@]} -eq 0 ]] || __ctx_record_steps
  # The rest of what children are to know is published once the profile is active.
  __ctx_do_export+=("CTX_PROFILE=$__ctx_target" ${__ctx_set:+"__CTX_SET=${__ctx_set# }"} \
    ${__ctx_lists:+"__CTX_LISTS=${__ctx_lists# }"})
}

# Makes steps of what would have been set together.
function __ctx_take_pairs_apart {
  \builtin local __ctx_n __ctx_triples
  __ctx_triples=()
  for __ctx_n in "${__ctx_its_pairs[@]}"; do
    __ctx_triples+=(set "${__ctx_n%%=*}" "${__ctx_n#*=}")
  done
  __ctx_steps=("${__ctx_triples[@]}" "${__ctx_steps[@]}")
}

# Adds the steps to the record, one index for every variable.
function __ctx_record_steps {
  \builtin local __ctx_i __ctx_j __ctx_n __ctx_k __ctx_v "__ctx_first=$__ctx_count"
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
}

function __ctx_carry_out {
  \builtin local __ctx_code=0
  \builtin unset -v "${__ctx_do_unset[@]}" || __ctx_code=1
  # Without arguments it would print everything exported.
  [[ ${#__ctx_do_export[@]} -eq 0 ]] || \builtin export "${__ctx_do_export[@]}" || __ctx_code=1
  [[ ${#__ctx_do_names[@]} -eq 0 ]] || __ctx_carry_out_hidden || __ctx_code=1
  \builtin return "$__ctx_code"
}

function __ctx_carry_out_hidden {
  \builtin local __ctx_i __ctx_code=0
  for ((__ctx_i = 0; __ctx_i < ${#__ctx_do_names[@]}; __ctx_i++)); do
    \builtin printf -v "${__ctx_do_names[__ctx_i]}" %s "${__ctx_do_values[__ctx_i]}" || __ctx_code=1
  done
  [[ ${#__ctx_do_hide[@]} -eq 0 ]] || \builtin export -n "${__ctx_do_hide[@]}" || __ctx_code=1
  \builtin return "$__ctx_code"
}

# Decides what every variable of the record goes back to. Fairly: what the user changed since stays as it is. By force:
# the profile was never finished, so nobody but ctx has changed anything. A readonly variable keeps its value: 1. There is
# none if $2 says "writable".
function __ctx_decide {
  \builtin local __ctx_readonly='' __ctx_code=0
  __ctx_do_unset=(CTX_PROFILE CTX_STATUS __CTX_BY __CTX_SET __CTX_LISTS)
  __ctx_do_export=() __ctx_do_names=() __ctx_do_values=() __ctx_do_hide=()
  # shellcheck disable=SC2086  # a word for each name
  [[ -n ${2-} ]] || __ctx_find_readonly "${__ctx_name[@]}" $__ctx_fresh
  if [[ -n $__ctx_fresh ]]; then
    if [[ -n $__ctx_readonly || $1 == fairly ]] && ! __ctx_is_as_set; then
      __ctx_record_pairs
    else
      # shellcheck disable=SC2206  # a word for each name
      __ctx_do_unset+=($__ctx_fresh)
    fi
  fi
  [[ $__ctx_count -eq 0 ]] || __ctx_decide_each "$1" || __ctx_code=1
  \builtin return "$__ctx_code"
}

# Whether all that was set together is as it was set, and can be written. The names become code: __ctx_check has seen them.
function __ctx_is_as_set {
  [[ -z $__ctx_readonly ]] || \builtin return 1
  \builtin local __ctx_n __ctx_v IFS=$' \t\n'
  # shellcheck disable=SC2016,SC2086  # expanded by eval; a word for each name
  \builtin printf -v __ctx_n '${%s-\036}\037' $__ctx_fresh
  IFS=$'\037'
  \builtin eval "__ctx_v=\"$__ctx_n\""
  \builtin test "$__ctx_v" = "${__ctx_pairs[*]#*=}"$'\037'
}

# Gives each of these variables an entry of its own.
function __ctx_record_pairs {
  \builtin local __ctx_n
  for __ctx_n in "${__ctx_pairs[@]}"; do
    __ctx_name[__ctx_count]=${__ctx_n%%=*} __ctx_kind[__ctx_count]=set __ctx_new[__ctx_count++]=${__ctx_n#*=}
  done
  __ctx_fresh=
}

function __ctx_decide_each {
  \builtin local __ctx_i __ctx_n __ctx_value "__ctx_any_readonly=$__ctx_readonly" __ctx_code=0
  for ((__ctx_i = 0; __ctx_i < __ctx_count; __ctx_i++)); do
    __ctx_n=${__ctx_name[__ctx_i]} __ctx_value=${__ctx_old[__ctx_i]}
    [[ ${__ctx_kind[__ctx_i]} != list ]] || __ctx_do_unset+=("__CTX_LIST_$__ctx_n")
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
      list) __ctx_decide_list "$1" ;;
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

# The same for the list variable that __ctx_decide_each is at.
function __ctx_decide_list {
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
}

# Carries the decisions of __ctx_decide out.
function __ctx_undo {
  __ctx_state=undoing
  __ctx_carry_out
  __ctx_profile='' __ctx_applied='' __ctx_watched='' __ctx_gone='' __ctx_drifted='' __ctx_steady='' __ctx_state=''
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

# What Ctrl-C left unfinished is taken off. Every step may be repeated; the marks go last.
function __ctx_recover {
  [[ -n $__ctx_switching$__ctx_looking ]] || \builtin return 0
  \builtin local IFS=$' \t\n' "__ctx_was=$__ctx_state"
  case $__ctx_state in
    applying) __ctx_decide "by force" ;;
    active)
      if [[ -z $__ctx_looking ]]; then
        __ctx_switching= # nothing had been changed yet
        \builtin return 0
      fi
      __ctx_decide fairly
      ;;
  esac
  [[ -z $__ctx_state ]] || __ctx_undo
  if [[ -n $__ctx_looking ]]; then
    [[ $__ctx_looking == - ]] || __ctx_previous=$__ctx_looking
    __ctx_complain "interrupted: no profile is active"
    __ctx_settle_unanswered
  else
    [[ $__ctx_switching == - ]] || __ctx_previous=$__ctx_switching __ctx_manual=- __ctx_by=manual
    __ctx_publish
    __ctx_switching=
    [[ -z $__ctx_was ]] || __ctx_say "interrupted: no profile is active"
  fi
}

# --- 5. Plans on disk -------------------------------------------------------------------------------------------------

# The first half of a plan on disk: whether it was made by this version, for this home.
function __ctx_guard {
  [[ $1 == "$__ctx_version" && $2 == "${HOME-}" ]] && __ctx_fresh=1
}

# Whether file $1 of the cache, in its folder $2, can be used. Equal times mean that it is up to date.
function __ctx_is_usable {
  [[ -f $1 && -r $1 && -O $1 && -O $2 && -f $__ctx_profiles && ! $1 -nt $__ctx_profiles && ! $1 -ot $__ctx_profiles ]]
}

# Nothing was read yet. A plan on disk says nothing of what is forgotten here.
function __ctx_forget_head {
  __ctx_its_binding='' __ctx_its_place='' __ctx_its_by='' __ctx_its_file='' __ctx_its_real='' __ctx_its_mode='' \
    __ctx_its_content='' __ctx_its_present=() __ctx_its_absent=() __ctx_its_tree='' __ctx_its_stamp='' __ctx_its_default='' \
    __ctx_its_refusal='' __ctx_its_line='' __ctx_its_keep='' __ctx_its_denied='' __ctx_its_plan=''
}

# Reads a plan or an answer. Returns 1 unless it is whole, and made by this version for this home.
function __ctx_read_file {
  \builtin local __ctx_reading=yes __ctx_fresh=''
  # `command` keeps a syntax error from ending the shell in POSIX mode.
  # shellcheck disable=SC1090  # written by ctx itself
  \builtin command source "$1" 2>/dev/null && [[ -n $__ctx_fresh ]]
}

# Reads the plan on disk for profile $1. Returns 1 unless it can be used.
function __ctx_read_compiled {
  __ctx_is_profile "$1" && __ctx_is_usable "$__ctx_cache/plans/bash/$1" "$__ctx_cache/plans/bash" &&
    __ctx_read_file "$__ctx_cache/plans/bash/$1"
}

# Reads the answer on disk for the project file $1. Returns 1 unless it can be used.
function __ctx_read_answer {
  \builtin local __ctx_n
  __ctx_forget_head
  __ctx_is_usable "$__ctx_cache/projects/bash$1" "$__ctx_cache/projects/bash" &&
    __ctx_read_file "$__ctx_cache/projects/bash$1" && [[ $__ctx_its_file == "$1" ]] || \builtin return 1
  for __ctx_n in "${__ctx_its_present[@]}"; do
    [[ -e $__ctx_n ]] || \builtin return 1
  done
  for __ctx_n in "${__ctx_its_absent[@]}"; do
    [[ ! -e $__ctx_n ]] || \builtin return 1
  done
  if [[ -n $__ctx_its_denied ]]; then
    [[ $1 -ef $__ctx_its_real ]]
  else
    __ctx_is_as_it_was "$1" "$__ctx_its_real" "$__ctx_its_mode" "$__ctx_its_content"
  fi
}

# Takes the index on disk into use. Returns 1 with nothing changed if it cannot be used.
function __ctx_load_index {
  \builtin local __ctx_current __ctx_made_by __ctx_made_for __ctx_folder __ctx_one __ctx_end=
  __ctx_current=$__ctx_cache/bindings/current
  if [[ ! -e $__ctx_profiles ]]; then
    __ctx_tree='' __ctx_stamp=- __ctx_default=''
    \builtin return 0
  fi
  __ctx_is_usable "$__ctx_current" "${__ctx_current%/*}" || \builtin return 1
  {
    IFS='' \builtin read -r __ctx_made_by && IFS='' \builtin read -r __ctx_made_for && IFS='' \builtin read -r __ctx_folder &&
      IFS='' \builtin read -r __ctx_one && IFS='' \builtin read -r __ctx_end
  } <"$__ctx_current"
  [[ $__ctx_end == end && $__ctx_made_by == "$__ctx_version" && $__ctx_made_for == "${HOME-}" ]] || \builtin return 1
  [[ $__ctx_folder != */* && $__ctx_folder != .* && -n $__ctx_folder ]] || \builtin return 1
  [[ -z $__ctx_one ]] || __ctx_is_profile "$__ctx_one" || \builtin return 1
  __ctx_folder=$__ctx_cache/bindings/$__ctx_folder
  [[ -e $__ctx_folder.stamp ]] || \builtin return 1
  __ctx_tree=$__ctx_folder __ctx_stamp=$__ctx_folder.stamp __ctx_default=$__ctx_one
}

# Reads the text in $1, which the program printed. Whatever is cut off is a syntax error and reads as nothing at all.
function __ctx_read_text {
  \builtin local __ctx_reading=yes
  __ctx_forget_head
  \builtin command eval "$1" 2>/dev/null && [[ -n $__ctx_its_plan ]]
}

# --- 6. Calling ctx ---------------------------------------------------------------------------------------------------

# Becomes the program, so this must be a subshell. The program sees the user's own environment; for a command that compares
# what is there with what ctx left, the shell's as it is.
function __ctx_start {
  \builtin local __ctx_active
  __ctx_active=$__ctx_profile
  if [[ ! -x ${__ctx_words[0]} ]]; then
    __ctx_complain "${__ctx_words[0]} is gone, so ctx cannot start: install it again, then start a new shell"
    \builtin exit 127
  fi
  case ${1-} in
    status | doctor | list) ;;
    *)
      __ctx_take_off 2>/dev/null
      \builtin unset -v CTX_PROFILE CTX_STATUS "${!__CTX_@}"
      ;;
  esac
  \builtin exec "${__ctx_words[@]}" @hook "$__ctx_version" bash "$__ctx_config" "$__ctx_data" "$__ctx_cache" \
    "$__ctx_active" "$__ctx_previous" "$__ctx_manual" "$@"
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
  if [[ $__ctx_code -ne 0 || -z $__ctx_text ]]; then
    \builtin printf 'false\n'
    [[ $__ctx_code -ne 0 ]] || __ctx_code=1
  elif [[ -n $__ctx_pinning ]]; then
    \builtin printf '{\n%s && __ctx_run pin\n}\n' "$__ctx_text"
  else
    \builtin printf '%s\n' "$__ctx_text"
  fi
  \builtin return "$__ctx_code"
}

# --- 7. Directories ---------------------------------------------------------------------------------------------------

# Sets __ctx_here to the working directory as the shell names it.
function __ctx_find_here {
  __ctx_here=${PWD-}
  [[ $__ctx_here == /* && $__ctx_here/ != */../* ]] || __ctx_here=/
}

# Whether profiles.toml is still what the index in use was made from.
function __ctx_is_stamped {
  case $__ctx_stamp in
    /*) [[ ! $__ctx_stamp -nt $__ctx_profiles && ! $__ctx_stamp -ot $__ctx_profiles && -e $__ctx_stamp ]] ;;
    -) [[ ! -e $__ctx_profiles ]] ;;
    '') ;; # no stamp could be made
    *) \builtin return 1 ;;
  esac
}

# Whether project file $1 is still the file $2 and, as far as $3 says, has the text $4. A FIFO is never opened, and no
# more read than decides: into REPLY, which is fastest.
function __ctx_is_as_it_was {
  \builtin local REPLY=
  if [[ $3 == odd ]]; then
    # Some files look readable and are not.
    [[ -e $1 ]] && ! { [[ -f $1 && -r $1 ]] && \builtin read -r -d '' -n 1 <"$1"; } 2>/dev/null
  elif [[ ! (-f $1 && -r $1 && $1 -ef $2) || -L $2 ]]; then
    \builtin return 1
  elif \builtin read -r -d '' -n "$((${#4} + 1))" <"$1"; then
    # It goes on, be it with a NUL.
    [[ $3 == prefix && $REPLY == "$4"* ]]
  else
    # For `test` these are bytes, and not a pattern, which takes ten times as long where they are not ASCII.
    \builtin test "$REPLY" = "$4"
  fi
}

# Whether everything that the last decision rests on is as it was, but for the working directory. This runs at every prompt.
# bash copies a function whenever it calls it: what is short is fast.
function __ctx_is_unchanged {
  for __ctx_n in "${__ctx_absent[@]}"; do
    [[ ! -e $__ctx_n ]] || \builtin return 1
  done
  for __ctx_n in "${__ctx_present[@]}"; do
    [[ -e $__ctx_n ]] || \builtin return 1
  done
  [[ $__ctx_stamp == /* && -e $__ctx_stamp && ! $__ctx_stamp -nt $__ctx_profiles && ! $__ctx_stamp -ot $__ctx_profiles ]] ||
    __ctx_is_stamped || \builtin return 1
  if [[ $__ctx_mode == text && -f $__ctx_file && -r $__ctx_file && $__ctx_file == "$__ctx_real" && ! -L $__ctx_file ]]; then
    # As __ctx_is_as_it_was does it, without a call.
    \builtin local REPLY=
    ! \builtin read -r -d '' -n "$__ctx_most" <"$__ctx_file" && \builtin test "$REPLY" = "$__ctx_content"
  elif [[ -n $__ctx_file ]]; then
    __ctx_is_as_it_was "$__ctx_file" "$__ctx_real" "$__ctx_mode" "$__ctx_content"
  fi
}

# Follows the shell to a directory that the same binding covers, or likewise none; __ctx_is_unchanged has to agree. Only
# directories that are not above the last one have to be looked at. Returns 1 where that is not enough.
function __ctx_follow {
  [[ -n $__ctx_stamp && -z $__ctx_pin && ${PWD-} == /?* && $PWD/ != */../* ]] || \builtin return 1
  # Most moves are one directory down, aside or up. The last candidate is that of the directory left, unless it is bound.
  __ctx_n=${#__ctx_absent[@]} __ctx_f=$PWD/.ctx.toml
  if [[ ${PWD%/*} != "$__ctx_at" ]]; then
    if [[ $__ctx_n -eq 0 || ${__ctx_absent[--__ctx_n]} != "$__ctx_at/.ctx.toml" ]]; then
      __ctx_follow_far
      \builtin return
    elif [[ ${__ctx_at%/*} != "${PWD%/*}" ]]; then
      if [[ ${__ctx_at%/*} == "$PWD" ]]; then
        \builtin unset -v "__ctx_absent[__ctx_n]"
        __ctx_at=$PWD
      else
        __ctx_follow_far
      fi
      \builtin return
    fi
  fi
  [[ ! -e $__ctx_f && (-z $__ctx_tree || ! -f $__ctx_tree$__ctx_f) ]] || \builtin return 1
  __ctx_absent[__ctx_n]=$__ctx_f __ctx_at=$PWD
}

# The same for every other move.
function __ctx_follow_far {
  \builtin local "__ctx_d=${__ctx_at%/}" "__ctx_n=${#__ctx_absent[@]}" __ctx_rest='' __ctx_way
  [[ $PWD/ == "${__ctx_binding%/}"/* ]] || \builtin return 1
  while [[ $PWD/ != "$__ctx_d"/* ]]; do
    __ctx_rest=$__ctx_d __ctx_d=${__ctx_d%/*} __ctx_n=$((__ctx_n - 1))
  done
  [[ $__ctx_d/ == "${__ctx_binding%/}"/* ]] || \builtin return 1
  # Denied files on the way are not in the list.
  [[ -z $__ctx_rest || ${__ctx_absent[__ctx_n]-} == "$__ctx_rest/.ctx.toml" ]] || \builtin return 1
  __ctx_rest=${PWD#"$__ctx_d"} __ctx_rest=${__ctx_rest#/} __ctx_way=()
  while [[ -n $__ctx_rest ]]; do
    __ctx_d+=/${__ctx_rest%%/*}
    [[ ! -e $__ctx_d/.ctx.toml && (-z $__ctx_tree || ! -f $__ctx_tree$__ctx_d/.ctx.toml) ]] || \builtin return 1
    __ctx_way+=("$__ctx_d/.ctx.toml")
    [[ $__ctx_rest == */* ]] || \builtin break
    __ctx_rest=${__ctx_rest#*/}
  done
  __ctx_absent=("${__ctx_absent[@]:0:__ctx_n}" "${__ctx_way[@]}") __ctx_at=$PWD
}

# Walks up from __ctx_here to the binding that covers it. Sets __ctx_dir to the directory bound, and: for a binding of
# profiles.toml __ctx_bound (the profile) and __ctx_shown; for a project file __ctx_project, __ctx_same if it is the present
# one, unchanged, __ctx_answered if its answer on disk was read. __ctx_way are the candidates passed that do not exist, the
# nearest last, where __ctx_follow takes it away and adds others; __ctx_passed are the records of denied ones.
function __ctx_walk {
  \builtin local "__ctx_d=${__ctx_here%/}" __ctx_i=9999
  \builtin local "__ctx_f=$__ctx_d/.ctx.toml"
  __ctx_dir='' __ctx_bound='' __ctx_shown='' __ctx_project='' __ctx_same='' __ctx_answered='' __ctx_way=() __ctx_passed=()
  [[ -z $__ctx_pin ]] || \builtin return 0
  while [[ ! -e $__ctx_f && (-z $__ctx_tree || ! -f $__ctx_tree$__ctx_f) ]] || ! __ctx_meet; do
    [[ -z $__ctx_f ]] || __ctx_way[__ctx_i--]=$__ctx_f
    [[ -n $__ctx_d ]] || \builtin return 0
    __ctx_d=${__ctx_d%/*}
    __ctx_f=$__ctx_d/.ctx.toml
  done
}

# Something is at __ctx_f. Returns 1, with that empty, where it is denied and the walk goes on.
function __ctx_meet {
  if [[ -n $__ctx_tree && -f $__ctx_tree$__ctx_f ]]; then
    __ctx_dir=${__ctx_d:-/}
    { IFS='' \builtin read -r __ctx_bound && IFS='' \builtin read -r __ctx_shown; } <"$__ctx_tree$__ctx_f"
    __ctx_is_profile "$__ctx_bound" || __ctx_bound='?'
    \builtin return 0
  elif [[ $__ctx_f == "$__ctx_file" ]] && __ctx_holds &&
    __ctx_is_as_it_was "$__ctx_file" "$__ctx_real" "$__ctx_mode" "$__ctx_content"; then
    __ctx_same=yes
  elif __ctx_read_answer "$__ctx_f"; then
    if [[ -n $__ctx_its_denied ]]; then
      __ctx_passed+=("${__ctx_its_present[@]}") __ctx_f=
      \builtin return 1
    fi
    __ctx_answered=yes
  fi
  __ctx_dir=${__ctx_d:-/} __ctx_project=$__ctx_f
}

# Whether the records that the binding rests on are as they were.
function __ctx_holds {
  \builtin local __ctx_n
  for __ctx_n in "${__ctx_needed[@]}"; do
    [[ -e $__ctx_n ]] || \builtin return 1
  done
  for __ctx_n in "${__ctx_barred[@]}"; do
    [[ ! -e $__ctx_n ]] || \builtin return 1
  done
}

# Finds out what is due in the working directory, and does it. $1: "", or by force: "again" (what is due is applied even if it
# is active), "auto" (as if the directory had just been entered), "reload" (nothing on disk is believed). Returns 1, or the
# program's exit code, where what is due could not be done.
function __ctx_look {
  \builtin local "__ctx_force=$1" "__ctx_left=$__ctx_profile" __ctx_left_plan "__ctx_hand=$__ctx_manual" __ctx_index=kept \
    __ctx_entered='' __ctx_ready='' __ctx_code=0 __ctx_due='' __ctx_who='' "__ctx_here=${PWD-}" __ctx_dir \
    __ctx_bound __ctx_shown __ctx_project __ctx_same __ctx_answered __ctx_way __ctx_passed __ctx_target __ctx_summary \
    __ctx_clears __ctx_steps __ctx_its_names __ctx_its_pairs IFS=$' \t\n'
  __ctx_left_plan=$__ctx_applied
  [[ $__ctx_here == /* && $__ctx_here/ != */../* ]] || __ctx_here=/
  # As in __ctx_is_unchanged: mostly that is enough.
  [[ $__ctx_stamp == /* && -e $__ctx_stamp && ! $__ctx_stamp -nt $__ctx_profiles && ! $__ctx_stamp -ot $__ctx_profiles ]] ||
    { [[ -n $__ctx_stamp ]] && __ctx_is_stamped; } || {
    __ctx_index=unknown
    ! __ctx_load_index || __ctx_index=loaded
  }
  __ctx_walk
  if [[ $__ctx_dir != "$__ctx_binding" || $__ctx_force == auto ]]; then
    __ctx_entered=yes
  elif [[ $__ctx_index == kept && -z $__ctx_force && -n $__ctx_at &&
    $__ctx_project == "$__ctx_file" && (-z $__ctx_project || -n $__ctx_same) ]] && __ctx_holds; then
    __ctx_absent=("${__ctx_barred[@]}" "${__ctx_way[@]}") __ctx_present=("${__ctx_needed[@]}" "${__ctx_passed[@]}") \
      __ctx_at=$__ctx_here
    \builtin return 0
  fi
  if [[ -z $__ctx_entered || $__ctx_index == unknown || $__ctx_force == reload ]]; then
    __ctx_find_due
  elif [[ -n $__ctx_answered ]]; then
    __ctx_who=directory __ctx_ready=answer
  elif [[ -z $__ctx_dir$__ctx_manual$__ctx_default ]]; then
    __ctx_target='' __ctx_ready=none
  else
    __ctx_find_due
  fi
  __ctx_at='' __ctx_looking=${__ctx_profile:--}
  if [[ -z $__ctx_ready ]]; then
    __ctx_ask && __ctx_ready=program || __ctx_code=$?
  fi
  __ctx_do_due
  \builtin return "$__ctx_code"
}

# Sets __ctx_who to who chooses here, __ctx_due to the profile unless a project file says it, and __ctx_ready to what is
# known without the program: "none" (no profile), "plan" or "answer" (it was read), "" (nothing).
function __ctx_find_due {
  if [[ -n $__ctx_entered || -z $__ctx_by || $__ctx_by == directory || (-n $__ctx_refusal && -z $__ctx_profile) ]]; then
    if [[ -n $__ctx_dir ]]; then
      __ctx_who=directory __ctx_due=$__ctx_bound
    elif [[ -n $__ctx_manual ]]; then
      __ctx_who=manual __ctx_due=${__ctx_manual#-}
    elif [[ -n $__ctx_default ]]; then
      __ctx_who=default __ctx_due=$__ctx_default
    fi
  elif [[ $__ctx_by == default ]]; then
    __ctx_who=${__ctx_default:+default} __ctx_due=$__ctx_default
  else
    __ctx_who=manual __ctx_due=$__ctx_profile
  fi
  if [[ $__ctx_index == unknown || $__ctx_force == reload ]]; then
    \builtin return 0
  elif [[ $__ctx_who == directory && -n $__ctx_project ]]; then
    [[ -z $__ctx_same ]] || ! __ctx_read_answer "$__ctx_project" || [[ -n $__ctx_its_denied ]] || __ctx_answered=yes
    __ctx_ready=${__ctx_answered:+answer}
  elif [[ -z $__ctx_due ]]; then
    __ctx_target='' __ctx_ready=none
  elif __ctx_read_compiled "$__ctx_due"; then
    __ctx_ready=plan
  fi
}

# Asks the program, and reads its answer. Nothing of the present profile is carried into a binding that is entered.
function __ctx_ask {
  \builtin local __ctx_text "__ctx_asked=$__ctx_here" __ctx_code=0
  # A pinned shell has no binding.
  [[ -z $__ctx_pin ]] || __ctx_asked=
  if [[ -n $__ctx_entered && -n $__ctx_state ]]; then
    __ctx_decide fairly
    __ctx_undo
  fi
  __ctx_text=$(__ctx_start @enter "$__ctx_asked" "$__ctx_by" "$__ctx_binding" "${__ctx_force:+yes}") || \builtin return
  if ! __ctx_read_text "$__ctx_text"; then
    __ctx_complain "the program did not say what to do here"
    \builtin return 1
  fi
  if [[ -n $__ctx_pin ]]; then
    __ctx_its_absent=()
  fi
  __ctx_tree=$__ctx_its_tree __ctx_stamp=$__ctx_its_stamp __ctx_default=$__ctx_its_default
  __ctx_dir=$__ctx_its_binding __ctx_shown=$__ctx_its_place __ctx_who=$__ctx_its_by
  [[ $__ctx_dir == "$__ctx_binding" ]] || __ctx_entered=yes
  # It walked itself, and may know of more denied files.
  __ctx_way=() __ctx_passed=()
}

# Does what is due, and settles on it.
function __ctx_do_due {
  [[ $__ctx_dir == "$__ctx_binding" ]] || __ctx_told=
  case $__ctx_ready in
    answer) __ctx_shown=$__ctx_its_place ;;
    none | plan | '') __ctx_take_snapshot ;;
  esac
  if [[ -z $__ctx_ready ]]; then
    __ctx_fail
  elif [[ -n $__ctx_its_refusal ]]; then
    __ctx_refuse
  elif [[ -z $__ctx_target ]]; then
    __ctx_told=
    __ctx_give_up
    [[ -z $__ctx_left ]] || __ctx_say "off · was $__ctx_left${__ctx_claude:+ · ctx status tells what claude uses now}"
    __ctx_settle ""
  elif [[ $__ctx_state == active && -z $__ctx_entered$__ctx_force ]] &&
    \builtin test "$__ctx_its_plan" = "$__ctx_applied" || __ctx_switch_silently_or_not; then
    __ctx_told=
    __ctx_settle ""
  else
    __ctx_code=1
    __ctx_fail
  fi
}

# Takes the active profile off, unless all stays as it is, and says why.
function __ctx_refuse {
  __ctx_code=1
  if [[ -n $__ctx_its_keep && $__ctx_first != inherited ]]; then
    __ctx_who=$__ctx_by
  else
    __ctx_who=directory
    __ctx_give_up
  fi
  if [[ $__ctx_its_line != "$__ctx_told" ]]; then
    __ctx_told=$__ctx_its_line
    [[ -n ${CLAUDECODE-} ]] || __ctx_complain "$__ctx_told"
  fi
  __ctx_settle "$__ctx_its_refusal"
}

# Carries out the plan that is due, without a line where it is no news.
function __ctx_switch_silently_or_not {
  \builtin local "__ctx_silent=${__ctx_silent-}" __ctx_where=
  # Somebody who typed auto or reload gets an answer.
  if { [[ -n $__ctx_left && $__ctx_force != auto && $__ctx_force != reload ]] &&
    \builtin test "$__ctx_its_plan" = "$__ctx_left_plan"; } ||
    [[ -n $__ctx_first && $__ctx_who == default ]] ||
    [[ $__ctx_first == inherited && $__ctx_left == "$__ctx_target" ]]; then
    __ctx_silent=yes
  fi
  [[ $__ctx_who != directory ]] || __ctx_where=$__ctx_shown
  __ctx_switch
}

# What is due cannot be had, and why was said. The old profile stays where nothing was entered.
function __ctx_fail {
  if [[ -n $__ctx_entered || $__ctx_first == inherited || -z $__ctx_state ]]; then
    __ctx_who=
    __ctx_give_up
  else
    __ctx_who=$__ctx_by
  fi
  # Who reads no index is told by no stamp.
  [[ $__ctx_index != unknown ]] || __ctx_is_stamped || __ctx_stamp=
  __ctx_settle error
}

# Takes the active profile off, unless that has happened already.
function __ctx_give_up {
  if [[ -n $__ctx_state ]]; then
    __ctx_decide fairly || __ctx_code=1
    __ctx_undo
  fi
  __ctx_previous=${__ctx_left:-$__ctx_previous}
}

# Sets __ctx_its_* as if an answer were about the project file found: to what the file is now.
function __ctx_take_snapshot {
  __ctx_its_file=$__ctx_project __ctx_its_real=$__ctx_project __ctx_its_mode='' __ctx_its_content='' \
    __ctx_its_present=() __ctx_its_absent=() __ctx_its_refusal=''
  [[ -z $__ctx_project ]] || __ctx_read_project
}

function __ctx_read_project {
  __ctx_its_mode=odd
  [[ -f $__ctx_project && -r $__ctx_project ]] || \builtin return 0
  __ctx_its_mode=text
  if IFS='' \builtin read -r -d '' -n 65537 __ctx_its_content <"$__ctx_project"; then
    __ctx_its_mode=prefix __ctx_its_content=${__ctx_its_content:0:1024}
  fi
}

# From here on the decision that was made holds; $1 is blocked, error or empty.
function __ctx_settle {
  \builtin local __ctx_n __ctx_records __ctx_i=9999
  __ctx_records=()
  for __ctx_n in "${__ctx_its_absent[@]}"; do
    if [[ $__ctx_n == */.ctx.toml ]]; then
      __ctx_way[__ctx_i--]=$__ctx_n
    else
      __ctx_records+=("$__ctx_n")
    fi
  done
  __ctx_binding=$__ctx_dir __ctx_place=$__ctx_shown __ctx_by=$__ctx_who __ctx_refusal=$1 __ctx_file=$__ctx_its_file \
    __ctx_real=$__ctx_its_real __ctx_mode=$__ctx_its_mode __ctx_content=$__ctx_its_content \
    __ctx_barred=("${__ctx_records[@]}") __ctx_absent=("${__ctx_records[@]}" "${__ctx_way[@]}") \
    __ctx_most=$((${#__ctx_its_content} + 1)) __ctx_needed=("${__ctx_its_present[@]}") __ctx_present=("${__ctx_its_present[@]}" "${__ctx_passed[@]}")
  __ctx_publish
  __ctx_at=$__ctx_here __ctx_looking='' __ctx_first=''
}

# After Ctrl-C: settles on no profile, until something changes.
function __ctx_settle_unanswered {
  \builtin local __ctx_who='' __ctx_here __ctx_dir __ctx_bound __ctx_shown __ctx_project __ctx_same __ctx_answered __ctx_way \
    __ctx_passed __ctx_target __ctx_summary __ctx_clears __ctx_steps __ctx_its_names __ctx_its_pairs
  __ctx_find_here
  [[ -n $__ctx_stamp ]] && __ctx_is_stamped || __ctx_load_index || __ctx_stamp=
  __ctx_walk
  __ctx_take_snapshot
  __ctx_settle ""
}

# Looks if anything is not as it was. Returns 1 where that applied a profile.
function __ctx_attend {
  { [[ -n $__ctx_at ]] && { [[ ${PWD-} == "$__ctx_at" ]] || __ctx_follow; } && __ctx_is_unchanged; } || __ctx_change
}

# Looks, in a subshell without saying anything. Returns 1 where that applied a profile.
function __ctx_change {
  \builtin local __ctx_how=
  [[ $__ctx_first != inherited ]] || __ctx_how=again
  if [[ ${BASH_SUBSHELL-0} -gt 0 ]]; then
    __ctx_look "$__ctx_how" 2>/dev/null
  else
    __ctx_look "$__ctx_how"
  fi
  [[ -n $__ctx_steady ]]
}

# Notices that what decides how the active profile signs in was changed by hand, or is again as it was.
function __ctx_notice_drift {
  [[ -n $__ctx_watched$__ctx_gone && -z $__ctx_refusal ]] || \builtin return 0
  \builtin local __ctx_n IFS=$' \t\n'
  [[ -n $__ctx_steady ]] || __ctx_write_test
  if __ctx_is_steady; then
    [[ -n $__ctx_drifted ]] || \builtin return 0
  fi
  for __ctx_n in $__ctx_drifted $__ctx_watched $__ctx_gone ''; do
    if [[ -z $__ctx_n ]] || __ctx_has_drifted "$__ctx_n"; then
      \builtin break
    fi
  done
  [[ $__ctx_n != "$__ctx_drifted" ]] || \builtin return 0
  if [[ -n $__ctx_n && -z $__ctx_drifted ]]; then
    __ctx_say "$__ctx_profile drifted · $__ctx_n was changed in this shell · ctx reload takes it back"
  fi
  __ctx_drifted=$__ctx_n
  __ctx_publish
}

# Defines __ctx_is_steady: whether no watched variable is other than the plan left it, but for those that exist without
# being exported. Forty names in one expression take no longer than three in a loop.
function __ctx_write_test {
  \builtin local __ctx_test='' __ctx_n='' __ctx_i
  # What becomes code is looked at first, as __ctx_check does it.
  case "$__ctx_watched $__ctx_gone " in
    *' '[0-9]* | [0-9]* | *[!\ 0-9A-Za-z_]*) __ctx_watched='' __ctx_gone='' ;;
  esac
  for ((__ctx_i = 0; __ctx_i < __ctx_count; __ctx_i++)); do
    __ctx_n=${__ctx_name[__ctx_i]}
    if [[ " $__ctx_watched " == *" $__ctx_n "* && ${__ctx_kind[__ctx_i]} != unset ]]; then
      __ctx_test+=" && -n \${$__ctx_n+x} && \${$__ctx_n-} == \"\${__ctx_new[$__ctx_i]}\""
    fi
  done
  if [[ -n $__ctx_fresh ]]; then
    for ((__ctx_i = 0; __ctx_i < ${#__ctx_pairs[@]}; __ctx_i++)); do
      __ctx_n=${__ctx_pairs[__ctx_i]%%=*}
      [[ " $__ctx_watched " != *" $__ctx_n "* ]] ||
        __ctx_test+=" && -n \${$__ctx_n+x} && $__ctx_n=\${$__ctx_n-} == \"\${__ctx_pairs[$__ctx_i]}\""
    done
  fi
  __ctx_n=
  # shellcheck disable=SC2016,SC2086  # expanded when the test runs; a word for each name
  [[ -z $__ctx_gone ]] || \builtin printf -v __ctx_n '${%s+x}' $__ctx_gone
  \builtin eval "function __ctx_is_steady { [[ -z ${__ctx_n:-\'\'}$__ctx_test ]]; }"
  __ctx_steady=yes
}

# Whether the watched variable $1 is other than the plan left it.
function __ctx_has_drifted {
  \builtin local __ctx_i
  if [[ " $__ctx_watched " != *" $1 "* ]]; then
    [[ -n ${!1+x} ]] && __ctx_reappeared "$1"
    \builtin return
  fi
  [[ -n ${!1+x} ]] || \builtin return 0
  if [[ " $__ctx_fresh " == *" $1 "* ]]; then
    for __ctx_i in "${__ctx_pairs[@]}"; do
      [[ $__ctx_i != "$1=${!1}" ]] || \builtin return 1
    done
    \builtin return 0
  fi
  for ((__ctx_i = 0; __ctx_i < __ctx_count; __ctx_i++)); do
    [[ ${__ctx_name[__ctx_i]} != "$1" || ${__ctx_kind[__ctx_i]} == unset ]] || \builtin break
  done
  [[ ${!1} != "${__ctx_new[__ctx_i]}" ]]
}

# --- 8. Prompt --------------------------------------------------------------------------------------------------------

# First in PROMPT_COMMAND. Those after it see the status of the user's command. Most shells have no option set that ctx would
# have to switch off, which takes longer than many a look at a file.
function __ctx_prompt {
  case $- in
    *[aekuvxE]*)
      __ctx_prompt_carefully "$?"
      \builtin return
      ;;
    *) __ctx_status=$? ;;
  esac
  # shellcheck disable=SC2050  # a constant only without nocasematch
  if [[ a == A || -z $__ctx_at || -n $__ctx_flags$__ctx_switching$__ctx_looking$__ctx_unpublished ]]; then
    __ctx_prompt_carefully 0
  elif { { [[ $PWD == "$__ctx_at" ]] || __ctx_follow; } && __ctx_is_unchanged; } || __ctx_change; then
    [[ -z $__ctx_watched$__ctx_gone ]] || { [[ $__ctx_steady$__ctx_drifted == yes ]] && __ctx_is_steady; } ||
      __ctx_notice_drift
  fi
  \builtin return "$__ctx_status"
}

# The same where options have to be switched off, and where nothing was decided yet. $1 is the status.
function __ctx_prompt_carefully {
  {
    __ctx_begin "$-" "$1" || \builtin local "__ctx_code=$1"
  } 2>/dev/null
  [[ -z $__ctx_switching$__ctx_looking ]] || __ctx_recover
  [[ -z ${__ctx_unpublished-} ]] || __ctx_publish
  # What was applied just now is as the plan left it.
  if [[ $- == *i* ]] && __ctx_attend; then
    __ctx_notice_drift
  fi
  { __ctx_end && \builtin return "${__ctx_code-0}"; } 2>/dev/null
}

# What `ctx init bash --cd` adds: the directory is looked at as soon as it changes, not only at the next prompt.
function __ctx_wrap_cd {
  {
    __ctx_begin "$-" 0
    \builtin local IFS=$' \t\n' __ctx_n __ctx_taken=
  } 2>/dev/null
  if [[ -z ${__ctx_wrapped-} ]]; then
    for __ctx_n in cd pushd popd; do
      if \builtin declare -F "$__ctx_n" || \builtin alias "$__ctx_n"; then
        __ctx_taken=${__ctx_taken:-$__ctx_n}
      fi
    done >/dev/null 2>&1
    if [[ -n $__ctx_taken ]]; then
      __ctx_complain "$__ctx_taken is a function or an alias of yours: directories count from the next prompt on"
    else
      __ctx_wrapped=yes
      # Where somebody copies functions and drops those that begin with _, these still work.
      # shellcheck disable=SC2317
      function cd {
        \builtin cd "$@" || \builtin return
        ! \builtin declare -F __ctx_moved >/dev/null || __ctx_moved
      }
      # shellcheck disable=SC2317
      function pushd {
        \builtin pushd "$@" || \builtin return
        ! \builtin declare -F __ctx_moved >/dev/null || __ctx_moved
      }
      # shellcheck disable=SC2317
      function popd {
        \builtin popd "$@" || \builtin return
        ! \builtin declare -F __ctx_moved >/dev/null || __ctx_moved
      }
    fi
  fi
  { __ctx_end && \builtin return 0; } 2>/dev/null
}

# The shell has changed its directory. What it does before its first prompt, that prompt sees.
function __ctx_moved {
  {
    __ctx_begin "$-" 0
  } 2>/dev/null
  [[ -n $__ctx_first || $- != *i* ]] || __ctx_attend || \builtin :
  { __ctx_end && \builtin return 0; } 2>/dev/null
}

# Adds to __ctx_text, what CTX_PROMPT is to hold, marks and colours. Nothing but names of profiles ever gets there.
function __ctx_paint {
  \builtin local __ctx_number='' __ctx_before
  __ctx_text=$__ctx_profile
  if [[ -n $__ctx_profile ]]; then
    if [[ -n $__ctx_lock ]]; then
      case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
        *[uU][tT][fF]8* | *[uU][tT][fF]-8*) __ctx_text+=🔒 ;;
        *) __ctx_text+='#' ;;
      esac
    fi
    [[ -z $__ctx_drifted ]] || __ctx_text+='*'
    case $__ctx_color in
      black) __ctx_number=30 ;;
      red) __ctx_number=31 ;;
      green) __ctx_number=32 ;;
      yellow) __ctx_number=33 ;;
      blue) __ctx_number=34 ;;
      magenta) __ctx_number=35 ;;
      cyan) __ctx_number=36 ;;
      white) __ctx_number=37 ;;
    esac
    [[ -z $__ctx_number ]] || __ctx_paint_in "$__ctx_number" "$__ctx_text"
  fi
  if [[ -n $__ctx_refusal ]]; then
    __ctx_before=$__ctx_text
    __ctx_paint_in 31 "!$__ctx_refusal"
    __ctx_text=$__ctx_before$__ctx_text
  fi
  __ctx_text+=' '
}

# Sets __ctx_text to $2 in the colour with the number $1, between marks that tell readline what takes no room.
function __ctx_paint_in {
  __ctx_text=$2
  [[ -n ${NO_COLOR-} || ${TERM-} == dumb ]] || __ctx_text=$'\001\e['$1$'m\002'$2$'\001\e[0m\002'
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

# --- 9. Command -------------------------------------------------------------------------------------------------------

function __CTX_NAME__ {
  # As at the prompt: most shells have no option set that ctx would have to switch off.
  # shellcheck disable=SC2050  # a constant only without nocasematch
  case $- in
    *[aekuvxE]*) ;;
    *)
      if [[ a != A && -z ${__ctx_flags-} ]] && \builtin declare -F __ctx_command >/dev/null; then
        \builtin local IFS=$' \t\n'
        __ctx_command "$@"
        \builtin return "$?"
      fi
      ;;
  esac
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
  [[ -z $__ctx_switching$__ctx_looking ]] || __ctx_recover
  case ${1-} in
    use)
      \builtin shift
      __ctx_use "$@"
      ;;
    off | auto | reload)
      if [[ $# -gt 1 ]]; then
        __ctx_program "$@"
      elif __ctx_is_piped; then
        \builtin printf '__ctx_run %s\n' "$1"
      else
        "__ctx_$1"
      fi
      ;;
    allow) __ctx_program "$@" && __ctx_allowed "$@" ;;
    *) __ctx_program "$@" ;;
  esac
}

function __ctx_use {
  \builtin local __ctx_target __ctx_summary __ctx_clears __ctx_steps __ctx_its_names __ctx_its_pairs __ctx_text __ctx_word \
    __ctx_pinning='' __ctx_words_left
  for __ctx_word in "$@"; do
    case $__ctx_word in
      -h | --help | --shell | --shell=* | --json)
        __ctx_program use "$@"
        \builtin return
        ;;
      --pin) __ctx_pinning=yes ;;
    esac
  done
  if [[ -n $__ctx_pinning ]]; then
    __ctx_words_left=()
    for __ctx_word in "$@"; do
      [[ $__ctx_word == --pin ]] || __ctx_words_left+=("$__ctx_word")
    done
    \builtin set -- "${__ctx_words_left[@]}"
  fi
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
    if ! __ctx_read_text "$__ctx_text" || [[ -z $__ctx_target ]]; then
      __ctx_complain "the program did not say what to do: nothing was changed"
      \builtin return 1
    fi
  fi
  __ctx_choose || \builtin return
  [[ -z $__ctx_pinning ]] || __ctx_pin_here
}

# From here on this shell ignores directories.
function __ctx_pin_here {
  __ctx_pin=1 __ctx_binding='' __ctx_place='' __ctx_file='' __ctx_absent=() __ctx_present=() __ctx_needed=() __ctx_barred=()
  __ctx_publish
}

# Takes the active profile off and says so.
function __ctx_off {
  \builtin local "__ctx_was=$__ctx_profile" __ctx_code=0
  if [[ -n $__ctx_was ]]; then
    __ctx_switching=$__ctx_was
    __ctx_decide fairly || __ctx_code=1
    __ctx_undo
    __ctx_previous=$__ctx_was
  fi
  __ctx_manual=- __ctx_by=manual __ctx_refusal=''
  __ctx_publish
  __ctx_switching=
  if [[ -n $__ctx_was ]]; then
    __ctx_say_fallback "off · was $__ctx_was"
  else
    __ctx_say_fallback "no profile is active"
  fi
  \builtin return "$__ctx_code"
}

# A line for people, and behind it what claude uses without a profile, which the program knows. If it does not, the line
# alone has to do.
function __ctx_say_fallback {
  \builtin local __ctx_text=
  [[ -z ${CTX_QUIET-}${CLAUDECODE-} ]] || \builtin return 0
  __ctx_text=$(__ctx_start off 2>/dev/null) && [[ $__ctx_text == 'claude '* && $__ctx_text != *$'\n'* ]] || __ctx_text=
  __ctx_say "$1${__ctx_text:+ · $__ctx_text}"
}

# Hands the choice back to the directories.
function __ctx_auto {
  __ctx_manual='' __ctx_pin='' __ctx_by='' __ctx_at=''
  __ctx_look auto
}

# Reads everything again.
function __ctx_reload {
  __ctx_look reload
}

# A file that is trusted from now on has its say, also where a profile was chosen by hand meanwhile.
function __ctx_allowed {
  \builtin local __ctx_word
  for __ctx_word in "${@:2}"; do
    [[ $__ctx_word == --yes ]] || \builtin return 0
  done
  __ctx_by='' __ctx_at=''
}

# What `ctx off` and others pass on through a pipe.
function __ctx_run {
  {
    __ctx_begin "$-" 0
    \builtin local IFS=$' \t\n' __ctx_code=0
  } 2>/dev/null
  __ctx_recover
  case $1 in
    off | auto | reload) "__ctx_$1" || __ctx_code=$? ;;
    pin) __ctx_pin_here ;;
  esac
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
    \builtin unset -v CTX_PROMPT 2>/dev/null
    __ctx_first=new
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
