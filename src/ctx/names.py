"""What a variable, pattern or profile may be called, and which names need care.

A leaf module on the hook path: builtins only. Quoting a value well is not enough: `export RANDOM='a[$(cmd)0]'` runs cmd
in bash and zsh, because they evaluate what is assigned to an integer. So some names are never touched (`protected`),
all others are unset before they are set (`assign_only` is the exception), and some may come from a project's file only
after a consent (`danger`).
"""

from __future__ import annotations

from ctx.names_special import HARMFUL, PREFIXES, SPECIAL, WINDOWS, words

RUNS_CODE = "runs code"
REDIRECTS_TRAFFIC = "redirects traffic"
MOVES_CONFIGURATION = "moves configuration"


def is_variable_name(name: str) -> bool:
    """Whether every shell can hold a variable of this name: `[A-Za-z_][A-Za-z0-9_]*`."""
    return name.isascii() and name.isidentifier()


def is_windows_variable_name(name: str) -> bool:
    """Whether Windows can hold it and PowerShell can quote it: as above, and `(`, `)`, `.`, `-` after the first character.

    `ProgramFiles(x86)` is why. No wildcard, brace, colon or backquote: `${env:NAME}` gives those a meaning.
    """
    return is_variable_name(name[:1]) and is_variable_name(name.translate(_WINDOWS_EXTRAS))


def is_pattern(name: str) -> bool:
    """Whether this names a family of variables, as groups may: a variable name and then exactly one `*`."""
    return name[-1:] == "*" and is_variable_name(name[:-1])


def is_profile_name(name: str) -> bool:
    """Whether a profile, secret or group may have this name: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`."""
    return name.isascii() and len(name) <= 64 and name[:1].isalnum() and name.translate(_PROFILE_EXTRAS).isalnum()


def matches(pattern: str, name: str) -> bool:
    """Whether a group's entry, a name or a name with a trailing `*`, covers a variable.

    A lone `*` covers nothing: a mistake must not clear a whole environment. Case counts.
    """
    if is_pattern(pattern):
        return name.startswith(pattern[:-1])
    return pattern == name


def protected(name: str) -> str | None:
    """Why no profile may set, unset or edit this variable, in a few words; None if it may.

    The same in every shell, whichever one is running: a profile is written once and used in all of them.
    """
    upper = name.upper()
    if upper.startswith(("CTX_", "__CTX_")):
        return "belongs to ctx"
    if name in HARMFUL:
        return HARMFUL[name]
    if upper in WINDOWS:
        return "Windows programs do not start without it"
    shells = [shell for shell, special in SPECIAL.items() if name in special]
    if shells:
        return "special in " + _listed(shells)
    for prefix, reason in PREFIXES.items():
        if name.startswith(prefix):
            return reason
    return None


def assign_only(name: str) -> bool:
    """Whether a variable is assigned without being unset first.

    Every other unprotected name is unset first, because it may have been declared integer (then an assignment is
    evaluated), upper-case or lower-case. None loses its meaning by that: bash, zsh, dash, ksh93, mksh and yash keep a
    special string special across `unset`, and zsh keeps its ties and `typeset -U` too.

    PATH alone is never absent, not for one statement: the user's DEBUG trap runs between the two, and a shell that is
    interrupted there would be left without commands. Were it declared integer, zsh would have refused that and ksh93
    refuses the value; bash and mksh evaluate it, unless `typeset +i PATH` comes first.
    """
    return name == "PATH"


def danger(name: str) -> str | None:
    """What a project's file could do with this variable beyond setting it; None if nothing is known.

    One of RUNS_CODE, REDIRECTS_TRAFFIC, MOVES_CONFIGURATION: what `allow` shows in red and asks about. Case does not
    count: curl reads `http_proxy`, npm `npm_config_registry`, and Windows takes any spelling.
    """
    upper = name.upper()
    for reason, names, prefixes, suffixes in _DANGERS:
        if upper in names or upper.startswith(prefixes) or upper.endswith(suffixes):
            return reason
    if "_ENDPOINT" in upper:
        return REDIRECTS_TRAFFIC
    return None


def _listed(shells: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(shells[:-1]), shells[-1]] if len(shells) > 1 else shells)


# Each extra character stands for one that is fine after the first, so that the plain rule can be asked.
_WINDOWS_EXTRAS = {ord(character): "_" for character in "().-"}
_PROFILE_EXTRAS = {ord(character): "0" for character in "._-"}

# (reason, exact names, prefixes, suffixes), in upper case; the first that fits is the reason given.
_DANGERS: tuple[tuple[str, frozenset[str], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        RUNS_CODE,
        words(
            # Shells: start-up files, prompts, text that is expanded (bash expands the messages in MAILPATH).
            "BASH_ENV COMSPEC ENV EXECSHELL FCEDIT HISTEDIT INPUTRC MAILPATH MODULE_PATH NULLCMD PATH PATHEXT POSTEDIT "
            "PROMPT PROMPT2 PROMPT3 PROMPT4 PROMPT_EOL_MARK PS0 PS1 PS2 PS3 PS4 PSMODULEPATH READNULLCMD RPROMPT "
            "RPROMPT2 RPS1 RPS2 SHELL SPROMPT "
            # Programs that other programs start.
            "BROWSER EDITOR HGEDITOR LESS LESSCLOSE LESSKEY LESSKEYIN LESSOPEN MANPAGER PAGER RIPGREP_CONFIG_PATH "
            "RSYNC_CONNECT_PROG SVN_SSH TAR_OPTIONS VISUAL XTERM_SHELL ZIPOPT "
            # Interpreters: options, start-up files and search paths.
            "CLASSPATH CLAUDE_CODE_GIT_BASH_PATH CLAUDE_CODE_SHELL CLAUDE_CODE_SHELL_PREFIX CLOUDSDK_PYTHON "
            "DOTNET_ADDITIONAL_DEPS DOTNET_STARTUP_HOOKS EMACSLOADPATH ERL_AFLAGS ERL_FLAGS ERL_LIBS ERL_ZFLAGS EXINIT "
            "GUILE_LOAD_PATH GVIMINIT JAVA_OPTIONS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS JULIA_LOAD_PATH MYVIMRC NODE_OPTIONS "
            "NODE_PATH NODE_REPL_EXTERNAL_MODULE PERLLIB PHPRC PHP_INI_SCAN_DIR TCLLIBPATH VIMINIT _JAVA_OPTIONS "
            # Libraries that load others.
            "GCONV_PATH GETCONF_DIR GIO_EXTRA_MODULES GIO_MODULE_DIR GTK_MODULES GTK_PATH OPENSSL_CONF OPENSSL_ENGINES "
            "OPENSSL_MODULES QT_PLUGIN_PATH VK_ADD_LAYER_PATH VK_LAYER_PATH "
            # Build tools.
            "CC CXX GNUMAKEFLAGS GOFLAGS GOROOT GOTOOLCHAIN MAKEFILES MAKEFLAGS RUSTC RUSTC_WRAPPER RUSTDOCFLAGS "
            "RUSTFLAGS"
        ),
        (
            "ANSIBLE_",
            "BASH_FUNC_",
            "BUNDLE_",
            "CARGO_",
            "CORECLR_",
            "COR_",
            "DYLD_",
            "GEM_",
            "GIT_",
            "LD_",
            "LUA_",
            "NPM_CONFIG_",
            "PERL5",
            "PYTHON",
            "RUBY",
            "R_PROFILE",
            "R_ENVIRON",
            "R_LIBS",
            "TF_CLI_",
        ),
        ("_ASKPASS", "_BROWSER", "_COMMAND", "_EDITOR", "_JAVA_OPTIONS", "_OPTS", "_PAGER", "_RSH"),
    ),
    (
        REDIRECTS_TRAFFIC,
        words(
            "ANTHROPIC_CUSTOM_HEADERS AWS_CA_BUNDLE AWS_CONTAINER_CREDENTIALS_FULL_URI "
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AZURE_AUTHORITY_HOST CLAUDE_CODE_CERT_STORE "
            "CLAUDE_CODE_CLIENT_CERT CLAUDE_CODE_CLIENT_KEY CONSUL_HTTP_ADDR CURL_CA_BUNDLE DATABRICKS_HOST "
            "DEBUGINFOD_URLS DOCKER_CONTEXT DOCKER_HOST DOCKER_TLS_VERIFY GH_HOST GITLAB_HOST GONOSUMDB GOPROXY "
            "GOSUMDB HOSTALIASES KRB5_CONFIG KUBERNETES_MASTER KUBERNETES_SERVICE_HOST LOCALDOMAIN "
            "NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NOMAD_ADDR OLLAMA_HOST PGHOST PGHOSTADDR "
            "REQUESTS_CA_BUNDLE RES_OPTIONS SSH_AUTH_SOCK SSLKEYLOGFILE VAULT_ADDR VAULT_CACERT VAULT_SKIP_VERIFY"
        ),
        ("PIP_", "SSL_CERT_", "UV_"),
        ("_API_BASE", "_API_HOST", "_API_URL", "_BASE_URL", "_INDEX_URL", "_PROXY", "_REGISTRY"),
    ),
    (
        MOVES_CONFIGURATION,
        words(
            "ANTHROPIC_CONFIG_DIR APPDATA AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AZURE_CONFIG_DIR BOTO_CONFIG "
            "CDPATH CLAUDE_CONFIG_DIR CLOUDSDK_CONFIG CURL_HOME DOCKER_CERT_PATH DOCKER_CONFIG FPATH GNUPGHOME GOENV "
            "GOOGLE_APPLICATION_CREDENTIALS GOPATH HOME HOMEDRIVE HOMEPATH IPYTHONDIR JULIA_DEPOT_PATH "
            "JUPYTER_CONFIG_DIR JUPYTER_PATH KRB5CCNAME KUBECONFIG LOCALAPPDATA LOCPATH NETRC NLSPATH PGPASSFILE "
            "PGSERVICEFILE PGSYSCONFDIR PROGRAMDATA RUSTUP_HOME SCREENRC TERMCAP TERMINFO TERMINFO_DIRS TMUX_TMPDIR "
            "USERPROFILE WGETRC ZDOTDIR"
        ),
        ("DIRENV_", "HELM_", "MISE_", "XDG_"),
        ("_CONFIG_DIR", "_CONFIG_FILE"),
    ),
)
