"""The prompt segment for every prompt ctx knows: the only place these texts are written; docs/prompt.md shows them.

None of them starts a process of its own. Plain prompts and powerlevel10k expand `CTX_PROMPT`, which the hook keeps, when
the prompt is drawn; programs that draw prompts are given what is exported: `CTX_PROFILE` and `CTX_STATUS`. So is the
shell that Claude Code starts for its status line.
"""

from __future__ import annotations


class Snippet:
    """Text for one prompt, and where a person puts it."""

    __slots__ = ("place", "text")

    def __init__(self, place: str, text: str) -> None:
        self.place = place
        self.text = text


# For /bin/sh, in builtins alone. What the client sends is read to its end, so that it never writes into a closed pipe. A
# name is shown only if a profile can have it, for a parent process may have put anything into the variable; in the C
# locale ranges hold ASCII alone.
_STATUS_LINE = (
    "LC_ALL=C; while IFS= read -r x; do :; done; "
    "case ${CTX_PROFILE-} in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) exit 0;; esac; "
    "case ${CTX_STATUS-} in drifted) x='*';; blocked | error) x=!$CTX_STATUS;; *) x=;; esac; "
    'printf \'ctx: %.64s%s\' \\"$CTX_PROFILE\\" \\"$x\\"'
)

ALIASES = {"powerlevel10k": "p10k", "ohmyposh": "oh-my-posh", "omp": "oh-my-posh", "powershell": "pwsh"}
"""Other names that people type."""

SNIPPETS = {
    "bash": Snippet(
        "~/.bashrc, below what sets PS1",
        """\
[[ $PS1 == *CTX_PROMPT* ]] || PS1='${CTX_PROMPT-}'$PS1
""",
    ),
    "zsh": Snippet(
        "~/.zshrc, below what sets PROMPT",
        """\
setopt prompt_subst
[[ $PROMPT == *CTX_PROMPT* ]] || PROMPT='${CTX_PROMPT-}'$PROMPT
""",
    ),
    # The old prompt first: it shows the status of the last command, and printf would have replaced that.
    "fish": Snippet(
        "~/.config/fish/config.fish, below what sets the prompt",
        """\
functions -q fish_prompt_without_ctx; or functions -c fish_prompt fish_prompt_without_ctx
function fish_prompt
    set -l shown (fish_prompt_without_ctx | string collect --no-trim-newlines)
    printf '%s%s' "$CTX_PROMPT" "$shown"
end
""",
    ),
    # The same here: also because the old prompt may be the one that the hook lies around.
    "pwsh": Snippet(
        "$PROFILE, below what sets the prompt",
        """\
if (-not (Test-Path Variable:global:promptWithoutCtx)) {
    $global:promptWithoutCtx = $function:prompt
    function global:prompt {
        $shown = & $global:promptWithoutCtx
        "$global:CTX_PROMPT$($shown -join '')"
    }
}
""",
    ),
    "starship": Snippet(
        "~/.config/starship.toml; a format of your own needs ${env_var.CTX_PROFILE}${env_var.CTX_STATUS}",
        """\
[env_var.CTX_PROFILE]
description = "ctx: the active profile"
format = "[$env_value]($style) "
style = "bold yellow"

[env_var.CTX_STATUS]
description = "ctx: active, drifted, blocked or error"
format = "[$env_value]($style) "
style = "dimmed"
""",
    ),
    # -c and -e take text that powerlevel10k expands once, when it draws; what a value holds is not expanded again.
    "p10k": Snippet(
        "~/.p10k.zsh, as its last lines",
        """\
function prompt_ctx() {
  p10k segment -c '$CTX_PROMPT' -e -t '${CTX_PROMPT% }'
}
POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(ctx ${POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS:#ctx})
""",
    ),
    "oh-my-posh": Snippet(
        'the "segments" of a block in your theme',
        """\
{
  "type": "text",
  "style": "plain",
  "foreground": "yellow",
  "foreground_templates": [
    "{{ if or (eq .Env.CTX_STATUS \\"blocked\\") (eq .Env.CTX_STATUS \\"error\\") }}red{{ end }}"
  ],
  "template": "{{ .Env.CTX_PROFILE }}{{ if eq .Env.CTX_STATUS \\"drifted\\" }}*{{ else if eq .Env.CTX_STATUS \\"blocked\\" }}!blocked{{ else if eq .Env.CTX_STATUS \\"error\\" }}!error{{ end }} "
}
""",
    ),
    # tide draws in another fish, which has what is exported and nothing else.
    "tide": Snippet(
        "~/.config/fish/functions/_tide_item_ctx.fish; then type once: set -U tide_ctx_color yellow; "
        "set -U tide_ctx_bg_color normal; set -U tide_right_prompt_items ctx $tide_right_prompt_items; tide reload",
        """\
function _tide_item_ctx
    set -l text "$CTX_PROFILE"
    switch "$CTX_STATUS"
        case drifted
            set text "$text*"
        case blocked error
            set text "$text!$CTX_STATUS"
    end
    test -n "$text"; and _tide_print_item ctx $text
end
""",
    ),
    "claude-code": Snippet(
        "settings.json of Claude Code (~/.claude, or the profile's CLAUDE_CONFIG_DIR), among its other keys",
        f"""\
{{
  "statusLine": {{
    "type": "command",
    "command": "{_STATUS_LINE}"
  }}
}}
""",
    ),
}
"""By the name that `ctx prompt` takes."""
