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
# __ctx_profile   the active profile; __ctx_previous the one before; __ctx_applied the plan that it was made from
# __ctx_by        who chose it; __ctx_manual, __ctx_pin: what the user chose in this shell
# __ctx_at        and __ctx_binding, __ctx_place, __ctx_file, __ctx_real, __ctx_mode, __ctx_content, __ctx_absent,
#                 __ctx_present, __ctx_tree, __ctx_stamp, __ctx_default, __ctx_refusal, __ctx_told: README.md,
#                 "Directories"
# __ctx_barred    those of the paths in __ctx_absent, and __ctx_needed of __ctx_present, that go with the binding
#                 wherever one is inside it
# __ctx_doubt     "yes" where what was decided may not hold: the next look does not take a binding for the same
# __ctx_busy      "yes" while a look changes something: the mark for Ctrl-C
# __ctx_sealed    "yes" where __ctx_prompt and __ctx_moved have their options before they begin
# __ctx_first     "yes" until the first prompt; __ctx_again "yes" until an inherited profile is applied in this shell
# __ctx_watching  "yes" while there are variables to watch: __ctx_left, NAME=value as the plan set them, and __ctx_gone,
#                 those that it took away; or still __ctx_to_keep and __ctx_to_miss, as the plan gives their names
# __ctx_drifted   one of them that is not as the plan left it; __ctx_claude "claude" if they are about Claude Code
# __ctx_waiting   lines that may not be shown yet
# __ctx_unpublished  "yes" where what is exported may be behind; __ctx_painted what CTX_PROMPT shows
# __ctx_its_*     what was read about a directory last
#
# The undo record: __ctx_fresh, the names that were set together and did not exist, with __ctx_pairs (NAME=value); for
# every other one __ctx_names, and by name __ctx_kind (set, assign, unset, list), __ctx_new (the value ctx gave it),
# __ctx_had (x: was exported, v: was not, "": did not exist), __ctx_old, and for lists the entries in __ctx_front and
# __ctx_back.
#
# The decisions, which may be carried out any number of times: __ctx_do_unset (names), __ctx_do_export (NAME=value),
# __ctx_do_plain (NAME=value, assigned after that, export attribute left alone), __ctx_do_hide (names that lose the
# attribute). With them __ctx_manual and __ctx_by become __ctx_then_manual and __ctx_then_by.

# Declares what is not there yet, empty.
function __ctx_declare {
  \builtin typeset -g __ctx_config __ctx_data __ctx_cache __ctx_version __ctx_stat
  \builtin typeset -g __ctx_state __ctx_profile __ctx_previous __ctx_by __ctx_manual __ctx_pin __ctx_then_manual
  \builtin typeset -g __ctx_then_by __ctx_color __ctx_protected __ctx_drifted __ctx_unpublished __ctx_painted
  \builtin typeset -g __ctx_watching __ctx_to_keep __ctx_to_miss __ctx_claude
  \builtin typeset -g __ctx_at __ctx_binding __ctx_place __ctx_file __ctx_real __ctx_mode __ctx_content __ctx_tree
  \builtin typeset -g __ctx_stamp __ctx_moment __ctx_default __ctx_refusal __ctx_told __ctx_doubt __ctx_busy
  \builtin typeset -g __ctx_first __ctx_again __ctx_sealed
  \builtin typeset -g __ctx_its_binding __ctx_its_place __ctx_its_by __ctx_its_file __ctx_its_real __ctx_its_mode
  \builtin typeset -g __ctx_its_content __ctx_its_default __ctx_its_denied __ctx_its_refusal __ctx_its_keep
  \builtin typeset -g __ctx_its_line
  \builtin typeset -ga __ctx_words __ctx_loaded __ctx_applied __ctx_absent __ctx_present __ctx_barred __ctx_needed
  \builtin typeset -ga __ctx_left __ctx_gone __ctx_waiting __ctx_names __ctx_fresh __ctx_pairs
  \builtin typeset -ga __ctx_do_unset __ctx_do_export __ctx_do_plain __ctx_do_hide
  \builtin typeset -ga __ctx_its_absent __ctx_its_present __ctx_its_index __ctx_times
  \builtin typeset -gA __ctx_kind __ctx_new __ctx_had __ctx_old __ctx_front __ctx_back
}

function __ctx_new_record {
  __ctx_names=() __ctx_fresh=() __ctx_pairs=()
  __ctx_kind=() __ctx_new=() __ctx_had=() __ctx_old=() __ctx_front=() __ctx_back=()
}

# Takes over what the parent process exported. What the variables of its profile held before is not known here.
function __ctx_adopt {
  \builtin local __ctx_n=
  __ctx_new_record
  ! __ctx_is_profile "${__CTX_PREVIOUS-}" || __ctx_previous=$__CTX_PREVIOUS
  if [[ ${__CTX_MANUAL-} == - ]] || __ctx_is_profile "${__CTX_MANUAL-}"; then
    __ctx_manual=$__CTX_MANUAL
  fi
  case ${__CTX_BY-} in
    manual|directory|default) __ctx_by=$__CTX_BY ;;
    *) [[ $__ctx_manual != - ]] || __ctx_by=manual ;;
  esac
  [[ ${__CTX_PIN-} != 1 ]] || __ctx_pin=1
  [[ -n $__ctx_pin ]] || __ctx_binding=${__CTX_BINDING-}
  [[ ! -o interactive ]] || __ctx_first=yes
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
  [[ -n ${__CTX_BY-} && -n $__ctx_by ]] || __ctx_by=manual
  [[ $__ctx_by != manual ]] || __ctx_manual=$__ctx_profile
  [[ ! -o interactive ]] || __ctx_again=yes
}

# --- 3. Primitives ----------------------------------------------------------------------------------------------------

# A line for people. Errors are shown always, other lines unless somebody asked for quiet.
function __ctx_complain {
  [[ -z ${__ctx_mute-} ]] || \builtin return 0
  if __ctx_is_too_early; then
    __ctx_waiting+=("$1")
    \builtin return 0
  fi
  # Behind a widget that changed the directory the line editor draws its line anew.
  [[ -z ${WIDGET-} ]] || \builtin zle -I 2>/dev/null || \builtin :
  \builtin print -r -- "ctx: $1" >&2 || \builtin :
}

function __ctx_say {
  [[ -n ${CTX_QUIET-} || -n ${CLAUDECODE-} || -n ${__ctx_silent-} ]] || __ctx_complain "$1"
}

# Whether powerlevel10k shows its instant prompt, which no line may follow. It is gone at the second prompt.
function __ctx_is_too_early {
  [[ -n ${__ctx_starting-} && ${__p9k_instant_prompt_active:-0} != 0 ]]
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

# What plans call: PROFILE SUMMARY [KIND NAME VALUE]... It reads them into __ctx_target, __ctx_summary, __ctx_style,
# __ctx_watched, __ctx_missed and __ctx_concern (what to watch), __ctx_about (triples about the directory), __ctx_clears
# (names, patterns), __ctx_together and __ctx_their (names and NAME=value of what is set together) and __ctx_steps
# (triples), and all but what is about the directory into __ctx_made_from. Who reads a plan declares these and goes on
# from there; text that a person evaluates is carried out at once.
function __ctx_apply {
  if [[ -z ${__ctx_reading-} ]]; then
    {
      \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent
    } 2>/dev/null
    \builtin local __ctx_target= __ctx_summary= __ctx_watched= __ctx_missed= __ctx_concern= __ctx_was=
    \builtin local -a __ctx_made_from __ctx_style __ctx_about __ctx_clears __ctx_together __ctx_their __ctx_steps
    __ctx_recover
    __ctx_was=$__ctx_profile __ctx_then_manual=- __ctx_then_by=manual __ctx_unpublished=yes
  fi
  __ctx_target=$1 __ctx_summary=$2 __ctx_watched= __ctx_missed= __ctx_concern= __ctx_style=() __ctx_about=()
  __ctx_clears=() __ctx_together=() __ctx_their=()
  \builtin shift 2
  while (( $# )); do
    case $1 in
      style) __ctx_style=("$2" "$3") ;;
      watch) __ctx_watched=$2 __ctx_concern=$3 ;;
      binding|by|source|text|present|absent|index|default|refuse|keep|denied) __ctx_about+=("$1" "$2" "$3") ;;
      *) \builtin break ;;
    esac
    \builtin shift 3
  done
  __ctx_made_from=("$__ctx_target" "$__ctx_summary" "${__ctx_style[@]}" "$__ctx_watched" "$@")
  # Most variables that a plan clears do not exist, and the end of the present profile does not bring them back. They
  # are passed over: this loop is the greater part of a switch.
  \builtin local __ctx_n= "__ctx_kept=${(j: :)${(k)__ctx_had[(R)?*]}}"
  while [[ ${1-} == unset || ${1-} == watched ]]; do
    if [[ $1 == watched ]]; then __ctx_missed=$2; fi
    if [[ $2 == *'*' ]]; then
      __ctx_clears+=("$2")
    else
      for __ctx_n in ${(s: :)2}; do
        if [[ -n ${(Pt)__ctx_n} || -n $__ctx_kept && " $__ctx_kept " == *" $__ctx_n "* ]]; then
          __ctx_clears+=("$__ctx_n")
        fi
      done
    fi
    \builtin shift 3
  done
  if [[ ${1-} == export ]]; then
    __ctx_together=(${(s: :)2}) __ctx_their=("${@[4,$3+3]}")
    \builtin shift $(( $3 + 3 ))
  fi
  __ctx_steps=("$@")
  [[ -z ${__ctx_reading-} ]] || \builtin return 0
  __ctx_switch manual && __ctx_publish
}

# Carries out the plan that was read: $1 chose it, $2 goes behind the line about it. Returns 1 with nothing changed if
# that is not possible. __ctx_was is the profile to switch from.
function __ctx_switch {
  \builtin local -a __ctx_displaced
  \builtin local "__ctx_chooser=$1" "__ctx_choice=$__ctx_manual"
  __ctx_check || \builtin return 1
  if [[ -n $__ctx_state ]]; then
    __ctx_decide fairly
    __ctx_undo
    if (( ${#__ctx_clears} )); then
      __ctx_find_displaced
    fi
  fi
  if [[ -n $__ctx_was && $__ctx_was != "$__ctx_target" ]]; then
    __ctx_previous=$__ctx_was
  fi
  [[ $1 != manual ]] || __ctx_choice=$__ctx_target
  __ctx_write_record
  __ctx_state=applying
  if ! __ctx_carry_out; then
    __ctx_decide "by force"
    __ctx_undo
    __ctx_complain "$__ctx_target could not be applied in this shell: no profile is active"
    \builtin return 1
  fi
  __ctx_profile=$__ctx_target __ctx_by=$__ctx_chooser __ctx_manual=$__ctx_choice \
    __ctx_applied=("${__ctx_made_from[@]}") __ctx_left=() __ctx_gone=() __ctx_to_keep=$__ctx_watched \
    __ctx_to_miss=$__ctx_missed __ctx_watching=${${__ctx_watched:-$__ctx_missed}:+yes} __ctx_claude=$__ctx_concern \
    __ctx_color=${__ctx_style[1]-} __ctx_protected=${__ctx_style[2]-} __ctx_refusal= __ctx_drifted= __ctx_again= \
    __ctx_unpublished=yes __ctx_state=active
  if [[ -z $__ctx_summary ]]; then
    __ctx_summary="$(( ${#__ctx_names} + ${#__ctx_fresh} - ${#__ctx_displaced} )) set, ${#__ctx_displaced} cleared"
  fi
  __ctx_say "$__ctx_target · $__ctx_summary${2:+ · $2}"
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
  __ctx_displaced=("${(@)__ctx_displaced:|__ctx_together}")
}

# Whether everything that the plan and the end of the present profile touch can be written.
function __ctx_check {
  \builtin local __ctx_k= __ctx_n= __ctx_v= __ctx_type= __ctx_bad=
  \builtin local -a __ctx_touched __ctx_exports
  __ctx_exports=(CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS __CTX_PREVIOUS __CTX_MANUAL __CTX_BY __CTX_BINDING)
  if (( ${#__ctx_clears} )); then
    __ctx_find_displaced
  fi
  __ctx_touched=("${__ctx_together[@]}" "${__ctx_displaced[@]}")
  for __ctx_k __ctx_n __ctx_v in "${__ctx_steps[@]}"; do
    case $__ctx_k in
      set|assign|prepend|append) __ctx_touched+=("$__ctx_n") ;;
      *) __ctx_touched+=('?') ;;
    esac
  done
  # One test for all names, as __ctx_is_name makes it, for it is slow.
  case "${(j: :)__ctx_touched} " in
    [0-9]*|*[^\ 0-9A-Za-z_]*|*" "[0-9]*|*"  "*|*__ctx_*|*CTX_*)
      __ctx_type="the plan of $__ctx_target is not one that this shell understands"
      __ctx_complain "$__ctx_type: ${__ctx_outcome:-nothing was changed}"
      \builtin return 1
      ;;
  esac
  for __ctx_n in $__ctx_exports $__ctx_touched $__ctx_names $__ctx_fresh; do
    __ctx_type=${(Pt)__ctx_n}
    if [[ $__ctx_type == *readonly* || $__ctx_type == a* ]]; then
      __ctx_bad=${__ctx_bad:-$__ctx_n}
    fi
  done
  if [[ -n $__ctx_bad ]]; then
    __ctx_type="an array"
    [[ ${(Pt)__ctx_bad} != *readonly* ]] || __ctx_type=readonly
    __ctx_complain "$__ctx_bad is $__ctx_type in this shell: ${__ctx_outcome:-nothing was changed}"
    \builtin return 1
  fi
}

# The undo record and, from it, the decisions that carry the plan out.
function __ctx_write_record {
  \builtin local __ctx_k= __ctx_n= __ctx_v= __ctx_existing=
  \builtin local -a __ctx_set __ctx_lists
  __ctx_new_record
  __ctx_do_unset=("${__ctx_displaced[@]}") __ctx_do_export=() __ctx_do_plain=() __ctx_do_hide=()
  for __ctx_n in "${__ctx_displaced[@]}"; do
    __ctx_remember "$__ctx_n" unset
  done
  for __ctx_n in $__ctx_together; do
    if [[ -n ${(Pt)__ctx_n} ]]; then __ctx_existing=yes; fi
  done
  if [[ -n $__ctx_existing ]]; then
    for __ctx_v in "${(Oa)__ctx_their[@]}"; do
      __ctx_steps[1,0]=(set "${__ctx_v%%=*}" "${__ctx_v#*=}")
    done
  else
    __ctx_fresh=($__ctx_together) __ctx_set=($__ctx_together) __ctx_pairs=("${__ctx_their[@]}")
    __ctx_do_unset+=($__ctx_together) __ctx_do_export=("${__ctx_their[@]}")
  fi
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
  __ctx_do_export+=("__CTX_BY=$__ctx_chooser")
  [[ -z $__ctx_choice ]] || __ctx_do_export+=("__CTX_MANUAL=$__ctx_choice")
  [[ -z $__ctx_previous ]] || __ctx_do_export+=("__CTX_PREVIOUS=$__ctx_previous")
  (( ! ${#__ctx_set} )) || __ctx_do_export+=("__CTX_SET=${(j: :)__ctx_set}")
  (( ! ${#__ctx_lists} )) || __ctx_do_export+=("__CTX_LISTS=${(j: :)__ctx_lists}")
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
  __ctx_do_unset=(CTX_PROFILE CTX_STATUS __CTX_SET __CTX_LISTS) __ctx_do_export=() __ctx_do_plain=() __ctx_do_hide=()
  if (( ${#__ctx_fresh} )); then
    for __ctx_value in "${__ctx_pairs[@]}"; do
      __ctx_n=${__ctx_value%%=*}
      if [[ $1 == fairly && ( -z ${(Pt)__ctx_n} || "$__ctx_n=${(P)__ctx_n}" != "$__ctx_value" ) ||
        ${(Pt)__ctx_n} == *readonly* ]]; then
        __ctx_type=$__ctx_n
      fi
    done
    if [[ -z $__ctx_type ]]; then
      __ctx_do_unset+=($__ctx_fresh)
    else
      # Each of these variables gets an entry of its own.
      for __ctx_value in "${__ctx_pairs[@]}"; do
        __ctx_n=${__ctx_value%%=*}
        __ctx_names+=($__ctx_n)
        __ctx_kind[$__ctx_n]=set __ctx_new[$__ctx_n]=${__ctx_value#*=}
      done
      __ctx_fresh=()
    fi
  fi
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
  __ctx_state=undoing __ctx_manual=$__ctx_then_manual __ctx_by=$__ctx_then_by __ctx_unpublished=yes
  __ctx_carry_out
  __ctx_profile= __ctx_applied=() __ctx_color= __ctx_protected= __ctx_drifted= __ctx_again= __ctx_state=
  # Nobody else needs the old values any more.
  __ctx_new_record
  __ctx_do_export=() __ctx_do_plain=() __ctx_left=() __ctx_gone=() __ctx_to_keep= __ctx_to_miss= __ctx_watching=
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
  case $__ctx_state$__ctx_busy in
    applying*)
      __ctx_decide "by force"
      __ctx_undo
      ;;
    undoing*) __ctx_undo ;;
    *yes) __ctx_take_off ;;
    *) \builtin return 0 ;;
  esac
  if [[ -n $__ctx_busy ]]; then
    __ctx_settle_unanswered
    __ctx_complain "interrupted: no profile is active"
  else
    __ctx_say "interrupted: no profile is active"
  fi
}

# Whether the variables to watch are what the plan left: sets __ctx_drifted, and says it when it begins. An `if` with
# nothing but an assignment in it costs no system call.
function __ctx_notice_drift {
  \builtin local __ctx_n= __ctx_pair= __ctx_other=
  if [[ -n $__ctx_to_keep$__ctx_to_miss ]]; then
    # Not in the switch itself: this takes as long as the test.
    __ctx_gone=(${(s: :)__ctx_to_miss})
    for __ctx_pair in "${__ctx_pairs[@]}"; do
      if [[ " $__ctx_to_keep " == *" ${__ctx_pair%%=*} "* ]]; then __ctx_left+=("$__ctx_pair"); fi
    done
    for __ctx_n in $__ctx_names; do
      if [[ " $__ctx_to_keep " == *" $__ctx_n "* ]]; then __ctx_left+=("$__ctx_n=${__ctx_new[$__ctx_n]}"); fi
    done
    __ctx_to_keep= __ctx_to_miss=
  fi
  for __ctx_n in $__ctx_gone; do
    if [[ -n ${(Pt)__ctx_n} ]]; then
      if [[ ${(Pt)__ctx_n} == *export* ]]; then __ctx_other=$__ctx_n; fi
    fi
  done
  for __ctx_pair in "${__ctx_left[@]}"; do
    __ctx_n=${__ctx_pair%%=*}
    if [[ "$__ctx_n=${(P)__ctx_n}" != "$__ctx_pair" || ${(Pt)__ctx_n} != *export* ]]; then __ctx_other=$__ctx_n; fi
  done
  if [[ $__ctx_other != "$__ctx_drifted" ]]; then
    if [[ -z $__ctx_drifted ]]; then
      __ctx_say "$__ctx_profile drifted · $__ctx_other was changed in this shell · ctx reload takes it back"
    fi
    __ctx_drifted=$__ctx_other __ctx_unpublished=yes
  fi
}

# Exports what prompts and children need, and keeps the prompt segment up to date.
function __ctx_publish {
  \builtin local __ctx_n= __ctx_v= __ctx_status= "__ctx_chooser=$__ctx_by"
  \builtin local -a __ctx_more __ctx_less
  if [[ -n $__ctx_profile ]]; then
    __ctx_status=active
    [[ -z $__ctx_drifted ]] || __ctx_status=drifted
  elif [[ $__ctx_by == manual ]]; then
    __ctx_chooser=
  fi
  [[ -z $__ctx_refusal ]] || __ctx_status=$__ctx_refusal
  if [[ ${CTX_STATUS-} != "$__ctx_status" || ${__CTX_PREVIOUS-} != "$__ctx_previous" ||
    ${__CTX_MANUAL-} != "$__ctx_manual" || ${__CTX_BY-} != "$__ctx_chooser" ||
    ${__CTX_BINDING-} != "$__ctx_binding" || ${__CTX_PIN-} != "$__ctx_pin" ]]; then
    for __ctx_n __ctx_v in CTX_STATUS "$__ctx_status" __CTX_PREVIOUS "$__ctx_previous" __CTX_MANUAL "$__ctx_manual" \
      __CTX_BY "$__ctx_chooser" __CTX_BINDING "$__ctx_binding" __CTX_PIN "$__ctx_pin"; do
      if [[ -n $__ctx_v ]]; then
        [[ ${(P)__ctx_n-} == "$__ctx_v" ]] || __ctx_more+=("$__ctx_n=$__ctx_v")
      else
        [[ -z ${(Pt)__ctx_n} ]] || __ctx_less+=("$__ctx_n")
      fi
    done
    (( ! ${#__ctx_less} )) || \builtin unset "${__ctx_less[@]}" 2>/dev/null
    (( ! ${#__ctx_more} )) || \builtin export "${__ctx_more[@]}" 2>/dev/null
  fi
  [[ $__ctx_painted == "$__ctx_profile $__ctx_color $__ctx_protected $__ctx_status" ]] || __ctx_paint "$__ctx_status"
  __ctx_unpublished=
}

# --- 5. Plans on disk -------------------------------------------------------------------------------------------------

# The first half of a plan on disk: whether it was made by this version, for this home.
function __ctx_guard {
  [[ $1 == "$__ctx_version" && $2 == "${HOME-}" ]] && __ctx_fresh=1
}

# Whether both files are there and equally old. -nt and -ot compare whole seconds. Callers throw errors away.
function __ctx_is_as_old {
  [[ -n $__ctx_stat ]] || { \builtin zmodload -F zsh/stat b:zstat && __ctx_stat=yes || __ctx_stat=no; }
  if [[ $__ctx_stat == yes ]]; then
    \builtin zstat -A __ctx_times -F '%s.%N' +mtime -- "$1" "$2" && [[ $__ctx_times[1] == "$__ctx_times[2]" ]]
  else
    [[ -e $1 && -e $2 && ! $1 -nt $2 && ! $1 -ot $2 ]]
  fi
}

# Whether $1 is a regular file of the user's, in the user's directory $2, made from profiles.toml as it is.
function __ctx_is_usable {
  [[ -f $1 && -r $1 && -O $1 && -O $2 && -f $__ctx_config/profiles.toml ]] || \builtin return 1
  __ctx_is_as_old "$1" "$__ctx_config/profiles.toml"
}

# Reads the plan in file $1, in directory $2. Returns 1 unless it can be used.
function __ctx_read_file {
  \builtin local __ctx_reading=yes __ctx_fresh= __ctx_text=
  # As __ctx_is_usable does it, without the calls.
  if [[ $__ctx_stat != yes ]]; then
    __ctx_is_usable "$1" "$2" || \builtin return 1
  else
    [[ -f $1 && -r $1 && -O $1 && -O $2 && -f $__ctx_config/profiles.toml ]] || \builtin return 1
    \builtin zstat -A __ctx_times -F '%s.%N' +mtime -- "$1" "$__ctx_config/profiles.toml" || \builtin return 1
    [[ $__ctx_times[1] == "$__ctx_times[2]" ]] || \builtin return 1
  fi
  # Not `source`, which would prefer a compiled file beside it. Neither of these starts a process; for bytes `read` is
  # faster, for $(<...) takes 64 at a time.
  \builtin setopt no_multibyte
  \builtin read -r -u 0 -k 65536 __ctx_text <"$1"
  (( ${#__ctx_text} < 65536 )) || __ctx_text=$(<"$1")
  \builtin setopt multibyte
  \builtin eval "$__ctx_text" && [[ -n $__ctx_fresh ]]
} 2>/dev/null

# Reads the plan on disk for profile $1.
function __ctx_read_compiled {
  __ctx_is_profile "$1" || \builtin return 1
  __ctx_read_file "$__ctx_cache/plans/zsh/$1" "$__ctx_cache/plans/zsh" && [[ -n $__ctx_target ]]
}

# Reads the answer on disk for the project file $1. Returns 1 unless it is one, about this file as it is.
function __ctx_read_answer {
  __ctx_read_file "$__ctx_cache/projects/zsh$1" "$__ctx_cache/projects/zsh" || \builtin return 1
  __ctx_read_about
  [[ $__ctx_its_file == "$1" ]] || \builtin return 1
  __ctx_holds __ctx_its_absent __ctx_its_present || \builtin return 1
  __ctx_is_as_it_was "$1" "$__ctx_its_real" "$__ctx_its_mode" "$__ctx_its_content"
} 2>/dev/null

# Reads the plan in $1, which the program printed. Whatever is cut off is a syntax error and reads as no plan at all.
function __ctx_read_text {
  \builtin local __ctx_reading=yes
  __ctx_made_from=()
  \builtin eval "$1" 2>/dev/null && (( ${#__ctx_made_from} ))
}

# Whether the index in use is of profiles.toml as it is. Without a stamp nobody knows: then $1 is the answer.
function __ctx_is_stamped {
  if [[ $__ctx_stamp == /* ]]; then
    __ctx_is_as_old "$__ctx_stamp" "$__ctx_config/profiles.toml" || \builtin return 1
    # The stamp keeps its time, so from now on it is enough to look at that of profiles.toml.
    if [[ $__ctx_stat == yes ]]; then __ctx_moment=$__ctx_times[1]; fi
  elif [[ $__ctx_stamp == - ]]; then
    [[ ! -e $__ctx_config/profiles.toml ]]
  else
    [[ -z $__ctx_stamp && -n $1 ]]
  fi
}

# Takes the index on disk into use. Returns 1 with nothing changed if it cannot be used.
function __ctx_load_index {
  \builtin local "__ctx_folder=$__ctx_cache/bindings" __ctx_text=
  \builtin local -a __ctx_lines
  if [[ ! -e $__ctx_config/profiles.toml ]]; then
    __ctx_tree= __ctx_stamp=- __ctx_moment= __ctx_default=
    \builtin return 0
  fi
  __ctx_is_usable "$__ctx_folder/current" "$__ctx_folder" && __ctx_text=$(<"$__ctx_folder/current") || \builtin return 1
  __ctx_lines=("${(@f)__ctx_text}")
  [[ ${#__ctx_lines} -eq 5 && $__ctx_lines[5] == end && -n $__ctx_lines[3] ]] || \builtin return 1
  [[ $__ctx_lines[1] == "$__ctx_version" && $__ctx_lines[2] == "${HOME-}" ]] || \builtin return 1
  [[ $__ctx_lines[3] != */* && $__ctx_lines[3] != .* ]] || \builtin return 1
  __ctx_folder+=/$__ctx_lines[3]
  __ctx_is_as_old "$__ctx_folder.stamp" "$__ctx_config/profiles.toml" || \builtin return 1
  __ctx_tree=$__ctx_folder __ctx_stamp=$__ctx_folder.stamp __ctx_moment= __ctx_default=$__ctx_lines[4]
} 2>/dev/null

# --- 6. Calling ctx ---------------------------------------------------------------------------------------------------

# Becomes the program, so this must be a subshell. The program sees the user's own environment; for a command that
# compares what is there with what ctx left, the shell's as it is.
function __ctx_start {
  \builtin local "__ctx_active=$__ctx_profile" "__ctx_chosen=$__ctx_manual"
  if [[ ! -x $__ctx_words[1] ]]; then
    __ctx_complain "$__ctx_words[1] is gone, so ctx cannot start: install it again, then start a new shell"
    \builtin exit 127
  fi
  case ${1-} in
    status|doctor|list) ;;
    *)
      __ctx_take_off 2>/dev/null
      \builtin unset CTX_PROFILE CTX_STATUS
      \builtin unset -m '__CTX_*'
      ;;
  esac
  \builtin exec "${__ctx_words[@]}" @hook "$__ctx_version" zsh "$__ctx_config" "$__ctx_data" "$__ctx_cache" \
    "$__ctx_active" "$__ctx_previous" "$__ctx_chosen" "$@"
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
  if [[ $__ctx_code -ne 0 || -z $__ctx_text ]]; then
    \builtin print -r -- false
    [[ $__ctx_code -ne 0 ]] || __ctx_code=1
  elif [[ -n $__ctx_pinning ]]; then
    \builtin print -r -- "{"$'\n'"$__ctx_text && __ctx_run pin"$'\n'"}"
  else
    \builtin print -r -- "$__ctx_text"
  fi
  \builtin return "$__ctx_code"
}

# --- 7. Directories ---------------------------------------------------------------------------------------------------

# Whether no path of the array named $1 exists, and every path of the one named $2.
function __ctx_holds {
  \builtin local __ctx_path=
  for __ctx_path in "${(@P)1}"; do
    [[ ! -e $__ctx_path ]] || \builtin return 1
  done
  for __ctx_path in "${(@P)2}"; do
    [[ -e $__ctx_path ]] || \builtin return 1
  done
}

# Whether project file $1 is as it was: the file $2, and by mode $3 its text, or the beginning of it, $4.
function __ctx_is_as_it_was {
  \builtin local __ctx_text= __ctx_length=
  case $3 in
    odd)
      [[ -e $1 ]] && ! __ctx_is_readable "$1"
      \builtin return
      ;;
    "")
      [[ ${1:A} == "$2" ]]
      \builtin return
      ;;
  esac
  [[ -f $1 && -r $1 && ${1:A} == "$2" ]] || \builtin return 1
  # Bytes: no module is needed to read them exactly, and no more of them than one too many.
  \builtin setopt no_multibyte
  __ctx_length=${#4}
  [[ $3 == prefix ]] || (( ++__ctx_length ))
  (( ! __ctx_length )) || \builtin read -r -u 0 -k "$__ctx_length" __ctx_text <"$1"
  [[ $__ctx_text == "$4" ]]
}

# Whether $1 is a regular file that can be read. That a file says so is not enough in /proc.
function __ctx_is_readable {
  \builtin local __ctx_text=
  [[ -f $1 && -r $1 ]] || \builtin return 1
  [[ ! -s $1 ]] && \builtin zmodload -F zsh/system b:sysread 2>/dev/null || \builtin return 0
  \builtin sysread -i 0 -s 1 __ctx_text <"$1" 2>/dev/null
  [[ $? -ne 2 ]]
}

# Follows the shell to a directory that the same binding covers, or likewise none; __ctx_is_unchanged has to agree. Only
# directories that are not above the last one have to be looked at. Returns 1 where that is not enough.
function __ctx_follow {
  \builtin local "__ctx_here=$PWD" __ctx_path= __ctx_d=
  \builtin local -a __ctx_way __ctx_added
  [[ $__ctx_here == /* && $__ctx_here/ != */../* ]] || __ctx_here=/
  if [[ -z $__ctx_pin ]]; then
    [[ -n $__ctx_stamp ]] || \builtin return 1
    __ctx_d=${__ctx_here%/}
    [[ $__ctx_d/ == "${__ctx_binding%/}"/* ]] || \builtin return 1
    while [[ ${__ctx_at%/}/ != "$__ctx_d"/* && ! -e $__ctx_d/.ctx.toml ]]; do
      if [[ -n $__ctx_tree && -f $__ctx_tree$__ctx_d/.ctx.toml ]]; then \builtin return 1; fi
      __ctx_added=($__ctx_d/.ctx.toml $__ctx_added) __ctx_d=${__ctx_d%/*}
    done
    [[ ${__ctx_at%/}/ == "$__ctx_d"/* && $__ctx_d/ == "${__ctx_binding%/}"/* ]] || \builtin return 1
    for __ctx_path in $__ctx_absent; do
      if [[ $__ctx_path != */.ctx.toml || ${__ctx_here%/}/ == "${__ctx_path%.ctx.toml}"* ]]; then
        __ctx_way+=($__ctx_path)
      fi
    done
  fi
  __ctx_absent=($__ctx_way $__ctx_added) __ctx_at=$__ctx_here
}

# Finds the binding that covers the directory __ctx_here: sets __ctx_dir and, where that is a project, __ctx_project.
# __ctx_way and __ctx_passed are the paths on the way that must not, and must, exist. __ctx_same is "yes" if it is
# the present binding, as it was; else the answer for a project was read if __ctx_answered is "yes".
function __ctx_walk {
  \builtin local "__ctx_d=$__ctx_here" __ctx_f=
  __ctx_dir= __ctx_project= __ctx_way=() __ctx_passed=() __ctx_same= __ctx_answered=
  [[ -z $__ctx_pin ]] || __ctx_d=
  while [[ $__ctx_d == ?*/ ]]; do
    __ctx_d=${__ctx_d%/}
  done
  while [[ -n $__ctx_d ]]; do
    # Up to something: a bound directory, a file, or the top.
    __ctx_f=${__ctx_d%/}/.ctx.toml
    while [[ ! -e $__ctx_f && ( -z $__ctx_tree || ! -f $__ctx_tree$__ctx_f ) && -n $__ctx_d ]]; do
      __ctx_way=($__ctx_f $__ctx_way)
      if [[ $__ctx_d == / ]]; then __ctx_d=; else __ctx_d=${__ctx_d%/*} __ctx_d=${__ctx_d:-/}; fi
      __ctx_f=${__ctx_d%/}/.ctx.toml
    done
    if [[ -z $__ctx_d || -n $__ctx_tree && -f $__ctx_tree$__ctx_f ]]; then
      __ctx_dir=$__ctx_d
      \builtin break
    elif [[ $__ctx_f == "$__ctx_file" ]] && __ctx_is_same; then
      __ctx_dir=$__ctx_d __ctx_project=$__ctx_f __ctx_same=yes
      \builtin return 0
    elif ! __ctx_read_answer "$__ctx_f"; then
      __ctx_dir=$__ctx_d __ctx_project=$__ctx_f
      \builtin return 0
    elif [[ -z $__ctx_its_denied ]]; then
      __ctx_dir=$__ctx_d __ctx_project=$__ctx_f __ctx_answered=yes
      \builtin return 0
    fi
    __ctx_passed+=($__ctx_its_present)
    if [[ $__ctx_d == / ]]; then __ctx_d=; else __ctx_d=${__ctx_d%/*} __ctx_d=${__ctx_d:-/}; fi
  done
  [[ -z $__ctx_file && $__ctx_dir == "$__ctx_binding" ]] && __ctx_is_same && __ctx_same=yes
}

# Whether the present binding is as it was, but for the index.
function __ctx_is_same {
  \builtin local __ctx_path= "__ctx_other=$__ctx_doubt"
  for __ctx_path in $__ctx_barred; do
    if [[ -e $__ctx_path ]]; then __ctx_other=yes; fi
  done
  for __ctx_path in $__ctx_needed; do
    if [[ ! -e $__ctx_path ]]; then __ctx_other=yes; fi
  done
  [[ -z $__ctx_other ]] || \builtin return 1
  [[ -z $__ctx_file ]] || __ctx_is_as_it_was "$__ctx_file" "$__ctx_real" "$__ctx_mode" "$__ctx_content"
} 2>/dev/null

# Takes what was read about the directory apart.
function __ctx_read_about {
  \builtin local __ctx_k= __ctx_n= __ctx_v=
  __ctx_its_binding= __ctx_its_place= __ctx_its_by= __ctx_its_file= __ctx_its_real= __ctx_its_mode= __ctx_its_content=
  __ctx_its_absent=() __ctx_its_present=() __ctx_its_index=() __ctx_its_default= __ctx_its_denied=
  __ctx_its_refusal= __ctx_its_keep= __ctx_its_line=
  for __ctx_k __ctx_n __ctx_v in "${__ctx_about[@]}"; do
    case $__ctx_k in
      binding) __ctx_its_binding=$__ctx_n __ctx_its_place=$__ctx_v ;;
      by) __ctx_its_by=$__ctx_n ;;
      source) __ctx_its_file=$__ctx_n __ctx_its_real=$__ctx_v ;;
      text) __ctx_its_mode=$__ctx_n __ctx_its_content=$__ctx_v ;;
      absent) __ctx_its_absent+=("$__ctx_n") ;;
      present) __ctx_its_present+=("$__ctx_n") ;;
      index) __ctx_its_index=("$__ctx_n" "$__ctx_v") ;;
      default) __ctx_its_default=$__ctx_n ;;
      denied) __ctx_its_denied=yes ;;
      refuse) __ctx_its_refusal=$__ctx_n __ctx_its_line=$__ctx_v ;;
      keep) __ctx_its_keep=$__ctx_n __ctx_its_line=$__ctx_v ;;
    esac
  done
}

# Decides what is due in the working directory, and does it. $1: force (what is due is applied even if it is active),
# enter (force, as if the directory had just been entered) or reload (force, and nothing on disk counts). Returns 1, or
# the program's exit code, where what is due could not be done.
function __ctx_look {
  \builtin local "__ctx_force=$1" "__ctx_here=$PWD" __ctx_index=kept __ctx_dir= __ctx_project= __ctx_same=
  \builtin local __ctx_answered=
  \builtin local __ctx_target= __ctx_summary= __ctx_watched= __ctx_missed= __ctx_concern= "__ctx_was=$__ctx_profile"
  \builtin local -a __ctx_way __ctx_passed __ctx_made_from __ctx_style __ctx_about __ctx_clears __ctx_together
  \builtin local -a __ctx_their __ctx_steps
  [[ $__ctx_here == /* && $__ctx_here/ != */../* ]] || __ctx_here=/
  # As __ctx_is_stamped does it, without the calls, where that is possible.
  if [[ $__ctx_stamp == /* && -n $__ctx_moment && -e $__ctx_stamp && -e $__ctx_config/profiles.toml ]]; then
    \builtin zstat -A __ctx_times -F '%s.%N' +mtime -- "$__ctx_config/profiles.toml"
  else
    __ctx_times=()
  fi
  if [[ $__ctx_times != "$__ctx_moment" || -z $__ctx_moment ]] && ! __ctx_is_stamped "" 2>/dev/null; then
    # Whatever interrupts this, the next look does not take the binding for the same.
    __ctx_at= __ctx_doubt=yes __ctx_index=new
    __ctx_load_index || __ctx_index=none
  fi
  __ctx_walk
  if [[ -z $__ctx_force && -n $__ctx_same && $__ctx_index == kept && $__ctx_dir == "$__ctx_binding" ]]; then
    __ctx_absent=($__ctx_barred $__ctx_way) __ctx_present=($__ctx_needed $__ctx_passed) __ctx_at=$__ctx_here
    \builtin return 0
  fi
  \builtin local "__ctx_was_by=$__ctx_by" __ctx_entered= __ctx_outcome= __ctx_code=0
  \builtin local -a __ctx_was_made_from
  __ctx_was_made_from=("${__ctx_applied[@]}")
  if [[ $__ctx_force == enter || $__ctx_dir != "$__ctx_binding" ]]; then
    __ctx_entered=yes __ctx_outcome="no profile is active"
  fi
  __ctx_at= __ctx_doubt=yes __ctx_busy=yes __ctx_unpublished=yes __ctx_then_manual=$__ctx_manual __ctx_then_by=
  if [[ $__ctx_index == none || $__ctx_force == reload ]] || ! __ctx_find_due; then
    if ! __ctx_ask; then
      [[ -z $__ctx_again ]] || __ctx_take_off
      __ctx_remember_previous
      __ctx_refusal=error
      __ctx_settle_unanswered
      \builtin return "$__ctx_code"
    fi
  fi
  __ctx_do_due || __ctx_code=1
  __ctx_settle
  \builtin return "$__ctx_code"
}

# Reads what is due from disk. Returns 1 if only the program knows.
function __ctx_find_due {
  \builtin local __ctx_name= __ctx_by_hand=
  \builtin local -a __ctx_entry
  [[ -n $__ctx_entered || -n $__ctx_refusal || $__ctx_by != manual ]] || __ctx_by_hand=yes
  if [[ -n $__ctx_project ]]; then
    if [[ -z $__ctx_answered ]]; then
      [[ -n $__ctx_same ]] || \builtin return 1
      if [[ -n $__ctx_by_hand ]]; then
        __ctx_keep_binding
      else
        __ctx_read_answer "$__ctx_project" || \builtin return 1
      fi
    fi
    __ctx_its_by=directory
    [[ -n $__ctx_by_hand ]] || \builtin return 0
  else
    __ctx_about=()
    __ctx_read_about
    if [[ -n $__ctx_dir ]]; then
      { __ctx_entry=("${(@f)$(<"$__ctx_tree${__ctx_dir%/}/.ctx.toml")}"); } 2>/dev/null
      __ctx_its_binding=$__ctx_dir __ctx_its_by=directory
      __ctx_name=${__ctx_entry[1]-} __ctx_its_place=${__ctx_entry[2]-}
      [[ -n $__ctx_name ]] || \builtin return 1
    elif [[ -n $__ctx_manual ]]; then
      __ctx_its_by=manual
      [[ $__ctx_manual == - ]] || __ctx_name=$__ctx_manual
    elif [[ -n $__ctx_default ]]; then
      __ctx_its_by=default __ctx_name=$__ctx_default
    fi
  fi
  if [[ -n $__ctx_by_hand ]]; then
    __ctx_its_by=manual __ctx_name=$__ctx_profile
  fi
  if [[ -n $__ctx_name ]]; then
    __ctx_read_compiled "$__ctx_name"
  else
    __ctx_target= __ctx_made_from=()
  fi
}

# What is known about the present binding, for it stays.
function __ctx_keep_binding {
  __ctx_its_binding=$__ctx_binding __ctx_its_place=$__ctx_place __ctx_its_file=$__ctx_file __ctx_its_real=$__ctx_real
  __ctx_its_mode=$__ctx_mode __ctx_its_content=$__ctx_content
  __ctx_its_absent=("${__ctx_barred[@]}") __ctx_its_present=("${__ctx_needed[@]}")
}

# Asks the program what is due, with no profile active where a binding was entered.
function __ctx_ask {
  \builtin local __ctx_text= "__ctx_asked=$__ctx_here" "__ctx_unseen=${__ctx_mute-}"
  \builtin local -a __ctx_question
  # A pinned shell asks as from where there is no binding.
  [[ -z $__ctx_pin ]] || __ctx_asked=
  [[ -z $__ctx_entered ]] || __ctx_take_off
  if __ctx_is_too_early; then
    __ctx_unseen=yes
  fi
  __ctx_question=(@enter "$__ctx_asked" "$__ctx_was_by" "$__ctx_binding" "${__ctx_force:+yes}")
  if [[ -n $__ctx_unseen ]]; then
    __ctx_text=$(__ctx_start "${__ctx_question[@]}" 2>/dev/null) || __ctx_code=$?
  else
    __ctx_text=$(__ctx_start "${__ctx_question[@]}") || __ctx_code=$?
  fi
  if [[ $__ctx_code -ne 0 ]]; then
    [[ -z $__ctx_unseen ]] || __ctx_complain "the program failed: ctx reload shows why"
    \builtin return 1
  elif ! __ctx_read_text "$__ctx_text"; then
    __ctx_complain "the program did not say what to do here"
    __ctx_code=1
    \builtin return 1
  fi
  __ctx_read_about
  [[ -z $__ctx_pin ]] || __ctx_its_absent=()
  __ctx_dir=$__ctx_its_binding
  if [[ $__ctx_dir != "$__ctx_binding" ]]; then
    __ctx_entered=yes __ctx_outcome="no profile is active"
  fi
  __ctx_index=asked
}

# Does what is due. Returns 1 if that is refused or not possible.
function __ctx_do_due {
  \builtin local "__ctx_before=$__ctx_told" __ctx_shown= "__ctx_silent=${__ctx_silent-}"
  [[ -z $__ctx_entered$__ctx_force ]] || __ctx_before=
  __ctx_told=
  if [[ -n $__ctx_its_keep || -n $__ctx_its_refusal ]]; then
    # What was inherited may not be whole.
    if [[ -n $__ctx_its_refusal || -n $__ctx_again ]]; then
      __ctx_take_off
      __ctx_by=directory
    fi
    __ctx_refusal=$__ctx_its_refusal$__ctx_its_keep __ctx_told=$__ctx_its_line
    [[ $__ctx_told == "$__ctx_before" || -n ${CLAUDECODE-} ]] || __ctx_complain "$__ctx_told"
    __ctx_remember_previous
    \builtin return 1
  fi
  if [[ -z $__ctx_target ]]; then
    # As __ctx_take_off and __ctx_remember_previous do it.
    if [[ $__ctx_state == active ]]; then
      __ctx_decide fairly
      __ctx_undo
    fi
    __ctx_by=$__ctx_its_by __ctx_refusal= __ctx_previous=${__ctx_was:-$__ctx_previous}
    [[ -z $__ctx_was ]] || __ctx_say "off · was $__ctx_was${__ctx_claude:+ · ctx status tells what claude uses now}"
    \builtin return 0
  fi
  if [[ ${(pj:\0:)__ctx_made_from} == "${(pj:\0:)__ctx_was_made_from}" ]]; then
    if [[ -z $__ctx_entered$__ctx_force && $__ctx_state == active ]]; then
      __ctx_by=$__ctx_its_by __ctx_refusal=
      \builtin return 0
    fi
    # Somebody who typed auto or reload gets an answer.
    [[ $__ctx_force == enter || $__ctx_force == reload ]] || __ctx_silent=yes
  fi
  [[ $__ctx_its_by != directory ]] || __ctx_shown=$__ctx_its_place
  if ! __ctx_switch "$__ctx_its_by" "$__ctx_shown"; then
    [[ -z $__ctx_entered$__ctx_again ]] || __ctx_take_off
    [[ $__ctx_state == active ]] || __ctx_by=$__ctx_its_by
    __ctx_refusal=error
    __ctx_remember_previous
    \builtin return 1
  fi
}

# For `use -`: the profile that is no longer active.
function __ctx_remember_previous {
  [[ -z $__ctx_was || -n $__ctx_profile ]] || __ctx_previous=$__ctx_was
}

# The decision is made: from here on it is compared with what is there.
function __ctx_settle {
  __ctx_binding=$__ctx_its_binding __ctx_place=$__ctx_its_place __ctx_file=$__ctx_its_file __ctx_real=$__ctx_its_real
  __ctx_mode=$__ctx_its_mode __ctx_content=$__ctx_its_content
  __ctx_needed=("${__ctx_its_present[@]}") __ctx_present=("${__ctx_its_present[@]}")
  if [[ $__ctx_index == asked ]]; then
    # The program walked; whoever moves on walks again.
    __ctx_barred=("${(@)__ctx_its_absent:#*/.ctx.toml}") __ctx_absent=("${__ctx_its_absent[@]}")
    __ctx_tree=${__ctx_its_index[1]-} __ctx_stamp=${__ctx_its_index[2]-} __ctx_moment= __ctx_default=$__ctx_its_default
  else
    __ctx_barred=("${__ctx_its_absent[@]}") __ctx_absent=("${__ctx_its_absent[@]}" "${__ctx_way[@]}")
    __ctx_present+=("${__ctx_passed[@]}")
  fi
  __ctx_again= __ctx_doubt= __ctx_busy= __ctx_at=$__ctx_here
}

# There is no decision: the program failed, or Ctrl-C came first. That is so until something changes.
function __ctx_settle_unanswered {
  \builtin local "__ctx_here=$PWD" __ctx_dir= __ctx_project= __ctx_same= __ctx_answered=
  \builtin local __ctx_target= __ctx_summary= __ctx_watched= __ctx_missed= __ctx_concern=
  \builtin local -a __ctx_way __ctx_passed __ctx_made_from __ctx_style __ctx_about __ctx_clears __ctx_together
  \builtin local -a __ctx_their __ctx_steps
  __ctx_doubt=yes
  [[ $__ctx_here == /* && $__ctx_here/ != */../* ]] || __ctx_here=/
  __ctx_is_stamped yes 2>/dev/null || __ctx_stamp= __ctx_moment=
  __ctx_walk
  __ctx_binding=$__ctx_dir __ctx_place= __ctx_file=$__ctx_project __ctx_real=${__ctx_project:A} __ctx_mode=
  __ctx_content=
  [[ -n $__ctx_profile ]] || __ctx_by=${__ctx_dir:+directory}
  if [[ -n $__ctx_file ]]; then
    __ctx_take_snapshot
  fi
  __ctx_barred=() __ctx_needed=() __ctx_absent=("${__ctx_way[@]}") __ctx_present=("${__ctx_passed[@]}")
  __ctx_unpublished=yes __ctx_again= __ctx_doubt= __ctx_busy= __ctx_at=$__ctx_here
}

# Notes the project file as it is now: only a change of it counts.
function __ctx_take_snapshot {
  __ctx_mode=odd
  __ctx_is_readable "$__ctx_file" || \builtin return 0
  \builtin setopt no_multibyte
  \builtin read -r -u 0 -k 65537 __ctx_content <"$__ctx_file" 2>/dev/null
  __ctx_mode=text
  (( ${#__ctx_content} <= 65536 )) || __ctx_mode=prefix
}

# --- 8. Prompt --------------------------------------------------------------------------------------------------------

# First in precmd_functions. zsh itself keeps the status of the user's command. Whether everything that the last
# decision rests on is as it was stands here itself: a call costs more than ten tests, and a command in a loop more than
# an assignment.
function __ctx_prompt {
  [[ -n $__ctx_sealed ]] || {
    \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent \
      -o no_multibyte
  } 2>/dev/null
  \builtin local __ctx_path= __ctx_other= __ctx_text=
  if [[ -z $__ctx_at || -n $__ctx_busy$__ctx_waiting || ( -n $__ctx_state && $__ctx_state != active ) ]]; then
    __ctx_other=yes
  elif [[ $PWD != "$__ctx_at" ]]; then
    __ctx_follow 2>/dev/null || __ctx_other=yes
  fi
  for __ctx_path in $__ctx_absent; do
    if [[ -e $__ctx_path ]]; then __ctx_other=yes; fi
  done
  for __ctx_path in $__ctx_present; do
    if [[ ! -e $__ctx_path ]]; then __ctx_other=yes; fi
  done
  if [[ $__ctx_stamp == /* && -n $__ctx_moment && -e $__ctx_stamp && -e $__ctx_config/profiles.toml ]]; then
    \builtin zstat -A __ctx_times -F '%s.%N' +mtime -- "$__ctx_config/profiles.toml" || __ctx_other=yes
    if [[ $__ctx_times != "$__ctx_moment" ]]; then __ctx_other=yes; fi
  else
    __ctx_is_stamped yes 2>/dev/null || __ctx_other=yes
  fi
  if [[ $__ctx_mode != text || ! -f $__ctx_file || ! -r $__ctx_file || ${__ctx_file:A} != "$__ctx_real" ]]; then
    if [[ -z $__ctx_other && -n $__ctx_file ]]; then
      __ctx_is_as_it_was "$__ctx_file" "$__ctx_real" "$__ctx_mode" "$__ctx_content" 2>/dev/null || __ctx_other=yes
    fi
  elif [[ -z $__ctx_other ]]; then
    # As __ctx_is_as_it_was does it.
    \builtin read -r -u 0 -k $(( ${#__ctx_content} + 1 )) __ctx_text <"$__ctx_file"
    if [[ $__ctx_text != "$__ctx_content" ]]; then __ctx_other=yes; fi
  fi
  [[ -n $__ctx_other$__ctx_watching$__ctx_unpublished ]] || \builtin return 0
  \builtin setopt multibyte
  [[ -z $__ctx_other ]] || __ctx_attend
  [[ -z $__ctx_watching || -n $__ctx_refusal ]] || __ctx_notice_drift
  [[ -z $__ctx_unpublished ]] || __ctx_publish
  \builtin return 0
}

# What a prompt does where not everything is as it was.
function __ctx_attend {
  \builtin local "__ctx_starting=$__ctx_first" "__ctx_silent=$__ctx_first" __ctx_line=
  __ctx_first=
  if [[ -z $__ctx_starting ]]; then
    for __ctx_line in "${__ctx_waiting[@]}"; do
      __ctx_complain "$__ctx_line"
    done
    __ctx_waiting=()
  fi
  __ctx_recover
  if [[ ! -o interactive ]]; then
    \builtin return 0
  elif [[ -n $__ctx_again ]]; then
    __ctx_look force
  else
    __ctx_look ""
  fi
}

# First in chpwd_functions: what follows `cd` in the same line sees the new environment. Inside a binding only the way
# is looked at, for the rest there is the prompt. $(cd x && pwd) changes nothing here, but there.
function __ctx_moved {
  [[ -n $__ctx_sealed ]] || {
    \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent
  } 2>/dev/null
  # Most moves are one directory down or aside: there one candidate is new, and one may be gone.
  if [[ -n $__ctx_at && -n $__ctx_stamp && -z $__ctx_first$__ctx_busy$__ctx_pin && -o interactive &&
    ( -z $__ctx_state || $__ctx_state == active ) && $PWD == /?* && $PWD/ != */../* && ! -e $PWD/.ctx.toml &&
    ( -z $__ctx_tree || ! -f $__ctx_tree$PWD/.ctx.toml ) ]]; then
    if [[ ${PWD%/*} == "$__ctx_at" ]]; then
      __ctx_absent+=($PWD/.ctx.toml) __ctx_at=$PWD
      \builtin return 0
    elif [[ ${PWD%/*} == "${__ctx_at%/*}" && $__ctx_absent[-1] == "$__ctx_at/.ctx.toml" ]]; then
      __ctx_absent[-1]=$PWD/.ctx.toml __ctx_at=$PWD
      \builtin return 0
    fi
  fi
  [[ -z $__ctx_first$__ctx_busy && -o interactive ]] || \builtin return 0
  if [[ -n $__ctx_at && ( -z $__ctx_state || $__ctx_state == active ) ]]; then
    __ctx_follow 2>/dev/null && \builtin return 0
  fi
  \builtin local __ctx_mute=
  if (( ${ZSH_SUBSHELL-0} )); then __ctx_mute=yes; fi
  [[ -z $__ctx_busy && ( -z $__ctx_state || $__ctx_state == active ) ]] || __ctx_recover
  __ctx_look ""
  [[ -z $__ctx_watching || -n $__ctx_refusal ]] || __ctx_notice_drift
  [[ -z $__ctx_unpublished ]] || __ctx_publish
  \builtin return 0
}

# Defines both again, as functions whose options are set while they are entered: before xtrace can show anything of them,
# and for less than `emulate` and a redirection cost in them. A zsh without the module does without.
function __ctx_seal {
  __ctx_sealed=
  \builtin zmodload zsh/parameter && [[ ${(t)functions} == association*special ]] || \builtin return 0
  \builtin emulate zsh -o no_aliases -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent \
    -c 'functions[__ctx_moved]=$functions[__ctx_moved]' || \builtin return 0
  \builtin emulate zsh -o no_aliases -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent \
    -o no_multibyte -c 'functions[__ctx_prompt]=$functions[__ctx_prompt]' && __ctx_sealed=yes
}

# Keeps CTX_PROMPT up to date. $1 is the status.
function __ctx_paint {
  \builtin local __ctx_text= __ctx_lock='#' __ctx_on= __ctx_red= __ctx_off=
  \builtin local "__ctx_locale=${LC_ALL:-${LC_CTYPE:-${LANG-}}}"
  if [[ -z ${NO_COLOR-} && ${TERM-} != dumb ]]; then
    __ctx_red='%F{red}'
    case $__ctx_color in
      black|red|green|yellow|blue|magenta|cyan|white) __ctx_on="%F{$__ctx_color}" __ctx_off=%f ;;
    esac
  fi
  if [[ -n $__ctx_profile ]]; then
    [[ $__ctx_locale != *[Uu][Tt][Ff]8* && $__ctx_locale != *[Uu][Tt][Ff]-8* ]] || __ctx_lock=🔒
    __ctx_text=$__ctx_on$__ctx_profile${__ctx_protected:+$__ctx_lock}${__ctx_drifted:+*}$__ctx_off
  fi
  if [[ -n $__ctx_refusal ]]; then
    __ctx_text+=$__ctx_red!$__ctx_refusal${__ctx_red:+%f}
  fi
  \builtin typeset -g +x "CTX_PROMPT=$__ctx_text${__ctx_text:+ }" 2>/dev/null
  __ctx_painted="$__ctx_profile $__ctx_color $__ctx_protected $1"
}

function __ctx_hook {
  \builtin typeset -ga precmd_functions chpwd_functions
  __ctx_seal 2>/dev/null
  if (( ! ${precmd_functions[(Ie)__ctx_prompt]} )); then
    if [[ ${(t)precmd_functions} == *readonly* ]]; then
      __ctx_complain "precmd_functions is readonly in this shell: ctx does nothing at the prompt"
    else
      precmd_functions=(__ctx_prompt "${precmd_functions[@]}")
    fi
  fi
  if (( ! ${chpwd_functions[(Ie)__ctx_moved]} )); then
    if [[ ${(t)chpwd_functions} == *readonly* ]]; then
      __ctx_complain "chpwd_functions is readonly in this shell: a directory change counts at the next prompt"
    else
      chpwd_functions=(__ctx_moved "${chpwd_functions[@]}")
    fi
  fi
}

# --- 9. Command -------------------------------------------------------------------------------------------------------

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
  \builtin local __ctx_code=0
  [[ -z $__ctx_busy && ( -z $__ctx_state || $__ctx_state == active ) ]] || __ctx_recover
  case ${1-} in
    use)
      \builtin shift
      __ctx_use "$@" || __ctx_code=$?
      ;;
    off|auto|reload)
      if (( $# > 1 )); then
        __ctx_program "$@" || __ctx_code=$?
      elif __ctx_is_piped; then
        \builtin print -r -- "__ctx_run $1"
      else
        "__ctx_$1" || __ctx_code=$?
      fi
      ;;
    allow) __ctx_program "$@" && __ctx_allowed "$@" || __ctx_code=$? ;;
    *) __ctx_program "$@" || __ctx_code=$? ;;
  esac
  [[ -z $__ctx_unpublished ]] || __ctx_publish
  \builtin return "$__ctx_code"
}

function __ctx_use {
  \builtin local __ctx_target= __ctx_summary= __ctx_watched= __ctx_missed= __ctx_concern= __ctx_text= __ctx_word=
  \builtin local __ctx_pinning=
  \builtin local "__ctx_was=$__ctx_profile"
  \builtin local -a __ctx_made_from __ctx_style __ctx_about __ctx_clears __ctx_together __ctx_their __ctx_steps
  for __ctx_word in "$@"; do
    case $__ctx_word in
      -h|--help|--shell|--shell=*|--json)
        __ctx_program use "$@"
        \builtin return
        ;;
      --pin) __ctx_pinning=yes ;;
    esac
  done
  \builtin set -- "${(@)@:#--pin}"
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
    if ! __ctx_read_text "$__ctx_text" || [[ -z $__ctx_target ]]; then
      __ctx_complain "the program did not say what to do: nothing was changed"
      \builtin return 1
    fi
  fi
  __ctx_then_manual=- __ctx_then_by=manual
  __ctx_switch manual || \builtin return
  [[ -z $__ctx_pinning ]] || __ctx_pin_here
}

# From here on this shell ignores directories.
function __ctx_pin_here {
  __ctx_pin=1 __ctx_binding= __ctx_place= __ctx_file= __ctx_real= __ctx_mode= __ctx_content= __ctx_unpublished=yes
  __ctx_barred=() __ctx_needed=() __ctx_absent=() __ctx_present=()
}

# Takes the active profile off, which is the user's choice then, and says so.
function __ctx_off {
  \builtin local "__ctx_was=$__ctx_profile" "__ctx_line=no profile is active" __ctx_code=0
  __ctx_then_manual=- __ctx_then_by=manual
  if [[ -n $__ctx_was ]]; then
    __ctx_take_off || __ctx_code=1
    __ctx_remember_previous
    __ctx_line="off · was $__ctx_was"
  else
    __ctx_manual=- __ctx_by=manual
  fi
  __ctx_refusal=
  __ctx_publish
  __ctx_say_fallback "$__ctx_line"
  \builtin return "$__ctx_code"
}

# A line for people, and behind it what claude uses without a profile, which the program knows. If it does not, the line
# alone has to do.
function __ctx_say_fallback {
  \builtin local __ctx_text=
  [[ -z ${CTX_QUIET-}${CLAUDECODE-} ]] || \builtin return 0
  __ctx_text=$(__ctx_start off 2>/dev/null) && [[ $__ctx_text == "claude "* && $__ctx_text != *$'\n'* ]] || __ctx_text=
  __ctx_say "$1${__ctx_text:+ · $__ctx_text}"
}

# Hands the choice back to the directories.
function __ctx_auto {
  __ctx_manual= __ctx_pin= __ctx_by= __ctx_doubt=yes __ctx_at= __ctx_unpublished=yes
  __ctx_look enter
}

# Reads everything again.
function __ctx_reload {
  __ctx_look reload
}

# A file that is trusted from now on has its say, also where a profile was chosen by hand inside its directory.
function __ctx_allowed {
  \builtin set -- "${(@)@:#-*}"
  if [[ $# -eq 1 && -n $__ctx_binding && $__ctx_by == manual ]]; then
    __ctx_by= __ctx_doubt=yes __ctx_at= __ctx_unpublished=yes
  fi
  \builtin return 0
}

# What `ctx off` and others pass on through a pipe.
function __ctx_run {
  { \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent; } 2>/dev/null
  \builtin local __ctx_code=0
  __ctx_recover
  case ${1-} in
    off|auto|reload) "__ctx_$1" || __ctx_code=$? ;;
    pin) __ctx_pin_here ;;
  esac
  __ctx_publish
  \builtin return "$__ctx_code"
}

# --- Loading ----------------------------------------------------------------------------------------------------------

function __ctx_load {
  { \builtin emulate -L zsh -o no_xtrace -o no_verbose -o no_err_exit -o no_err_return -o typeset_silent; } 2>/dev/null
  # A reloaded hook keeps its state; what a parent process exported under these names is none. No environment holds
  # arrays.
  if [[ ${(t)__ctx_loaded-} != array* ]]; then
    \builtin unset -m '__ctx_*'
    __ctx_declare
    __ctx_adopt
    __ctx_loaded=(yes)
  fi
  __ctx_declare
  __ctx_settings
  __ctx_hook
  __ctx_publish
}

__ctx_load
