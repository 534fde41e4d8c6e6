"""Which names and values are treated as credentials, for Claude Code and every other tool.

A wrong yes costs one start of Python, because that profile is not kept ready on disk; a wrong
no writes a credential to disk. So every doubt is a yes. Nothing outside the sign-in table is
imported, because the shell hook's fast path loads this module.
"""

from __future__ import annotations

from ctx.signin_variables import variable
from ctx.visible import MASK

# A word that contains one of these names a credential, whatever stands around it.
_ANYWHERE = (
    "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDS", "AUTHORIZATION",
    "APIKEY", "COOKIE", "MNEMONIC", "CONNECTIONSTRING", "CONNECTION_STRING", "CONN_STR",
)  # fmt: skip

# A word (between underscores) that ends in one of these names a credential.
_WORD_ENDS = ("KEY", "KEYS", "TOKEN", "TOKENS", "PWD", "PASS", "DSN")

_WORDS = frozenset((
    "PW", "PIN", "PSK", "PAT", "JWT", "SAS", "OTP", "TOTP", "BEARER", "SALT", "PEPPER",
    "PEM", "PFX", "P12", "HEADER", "HEADERS", "WEBHOOK",
))  # fmt: skip

# Services whose address holds the password, or is one itself: DATABASE_URL, CI_HOOK_URL, …
_DATA_SERVICES = frozenset((
    "DATABASE", "DB", "POSTGRES", "POSTGRESQL", "PG", "MYSQL", "MARIADB", "MONGO", "MONGODB",
    "REDIS", "AMQP", "RABBITMQ", "BROKER", "CELERY", "JDBC", "SMTP", "LDAP", "HOOK",
))  # fmt: skip

# Credentials whose words do not say so.
_NAMES = frozenset(("DOCKER_AUTH_CONFIG",))

# The shells' own directory variables end in PWD and hold a path.
_NOT_SECRET = frozenset(("PWD", "OLDPWD", "NO_PROXY"))


def is_public(name: str) -> bool:
    """Whether the table knows `name` and marks it as not secret: an allow list.

    Only such names may be shown to child shells. The answer is about the name; a URL can
    still hold a password, so ask `value_looks_secret` about the value as well.
    """
    row = variable(name)
    return row is not None and not row.secret


def looks_secret(name: str) -> bool:
    """Whether a variable of this name holds a credential, in any tool.

    The table answers for the names that it knows; every other name is judged by its words.
    """
    row = variable(name)
    if row is not None:
        return row.secret
    upper = name.upper()
    if upper in _NOT_SECRET:
        return False
    if upper in _NAMES or upper.endswith("_PROXY"):
        return True
    for part in _ANYWHERE:
        if part in upper:
            return True
    words = upper.split("_")
    last = words[-1]
    if last.endswith("AUTH"):
        return True
    address = last in ("URL", "URI")
    for word in words:
        bare = word.rstrip("0123456789")
        if word in _WORDS or bare in _WORDS:
            return True
        if bare.endswith(_WORD_ENDS) and not (bare == "TOKENS" and "MAX" in words):
            return True
        if address and bare in _DATA_SERVICES:
            return True
    return False


# Beginnings that token issuers document, each with the least number of characters that must
# follow. They count where no letter or digit stands before them.
_PREFIXES = (
    ("sk-ant-", 1), ("sk-", 16), ("sk_live_", 1), ("sk_test_", 1), ("rk_live_", 1),
    ("rk_test_", 1), ("whsec_", 8), ("AKIA", 12), ("ASIA", 12), ("ABSK", 16),
    ("bedrock-api-key-", 1), ("ghp_", 4), ("gho_", 4), ("ghu_", 4), ("ghs_", 4), ("ghr_", 4),
    ("github_pat_", 1), ("glpat-", 4), ("gldt-", 4), ("glrt-", 4), ("xoxa-", 1),
    ("xoxb-", 1), ("xoxe-", 1), ("xoxp-", 1), ("xoxr-", 1), ("xoxs-", 1), ("xapp-", 1),
    ("AIza", 20), ("ya29.", 8), ("1//0", 16), ("GOCSPX-", 4), ("npm_", 20), ("pypi-", 16),
    ("hf_", 16), ("gsk_", 16), ("xai-", 16), ("r8_", 16), ("SG.", 16), ("hvs.", 8),
    ("dop_v1_", 8), ("dckr_pat_", 4), ("shpat_", 8), ("lin_api_", 8), ("ntn_", 16),
    ("eyJ", 12), ("LS0tLS1CRUdJTi", 1), ("AGE-SECRET-KEY-", 1), ("PuTTY-User-Key", 1),
)  # fmt: skip

_AROUND = "-_.=+/"

# `password=…`, `"client_secret": "…"`, `x-api-key: …`, the words of connection strings.
_ASSIGNED = (
    "password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "api_key",
    "api-key", "access_key", "accesskey", "accountkey", "private_key", "authorization",
    "signature", "sig", "_authtoken", "auth",
)  # fmt: skip

_SCHEMES = ("bearer ", "basic ")

# Anthropic's tagged ids are random text, but they name an account and open nothing.
_TAGGED_IDS = ("fdrl_", "svac_", "wrkspc_", "org_")

_PUNCTUATION = str.maketrans(dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~\t\n\r", " "))


def shown(name: str, value: str) -> str:
    """The value as a person may see it: masked where its name or its look says that it is a credential."""
    return MASK if looks_secret(name) or value_looks_secret(value) else value


def value_looks_secret(value: str) -> bool:
    """Whether the value has the shape of a credential.

    That is a known token, a key file's text, an address with a password in it, or a long random word.
    """
    if "PRIVATE KEY" in value or ("@" in value and _has_userinfo(value)):
        return True
    for prefix, least in _PREFIXES:
        if prefix in value and _has_token(value, prefix, least):
            return True
    lower = value.lower()
    if lower.startswith(_SCHEMES):
        return True
    for word in _ASSIGNED:
        if word in lower and _is_assigned(lower, word):
            return True
    return _has_random_word(value)


def _has_token(value: str, prefix: str, least: int) -> bool:
    at = value.find(prefix)
    while at >= 0:
        if at == 0 or not value[at - 1].isalnum():
            end = at + len(prefix)
            stop = min(end + least, len(value))
            while end < stop and (value[end].isalnum() or value[end] in _AROUND):
                end += 1
            if end - at - len(prefix) >= least:
                return True
        at = value.find(prefix, at + 1)
    return False


def _has_userinfo(value: str) -> bool:
    for word in value.split():
        # The first address decides where to look: a later one in the same word, as in
        # https://h1,https://u:p@h2, stands in the rest and has its colon there.
        scheme, found, rest = word.partition("://")
        if not found:
            # `user:password@tcp(host)/db`; with a slash it is a path list such as
            # /usr/bin:/opt/node@20/bin.
            head = word.rpartition("@")[0]
            if ":" in head and "/" not in head:
                return True
        elif ":" in rest.rpartition("@")[0]:
            return True
        elif scheme.lower().endswith(("http", "https")) and "@" in _host(rest):
            # A user without a password in a web address is a token: https://TOKEN@host.
            return True
    return False


def _host(rest: str) -> str:
    return rest.replace("?", "/").replace("#", "/").partition("/")[0]


def _is_assigned(lower: str, word: str) -> bool:
    at = lower.find(word)
    while at >= 0:
        rest = lower[at + len(word) : at + len(word) + 40].lstrip("\\\"' \t")
        starts_word = at == 0 or not lower[at - 1].isalpha() or len(word) > 4
        if starts_word and rest[:1] in ("=", ":") and rest[1:].strip("\"' /"):
            return True
        at = lower.find(word, at + 1)
    return False


def _has_random_word(value: str) -> bool:
    for word in value.translate(_PUNCTUATION).split():
        if len(word) < 20 or word.startswith(_TAGGED_IDS):
            continue
        for run in word.split("_"):
            if len(run) < 20 or run.isdigit() or run.isalpha():
                continue
            if len(run) >= 32 or not (run.islower() or run.isupper()):
                return True
    return False
