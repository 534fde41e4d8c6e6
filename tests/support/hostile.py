"""Values and names that have broken tools of this kind. They are what every test uses, not one test's own."""

from __future__ import annotations

DIRECTORY = "-it's a \"home\" $(touch ran) `touch ran`;\n&é♀\\*'"
"""A directory's name: leading dash, space, all quotes, substitutions, newline, non-ASCII, wildcard, trailing quote."""

ONE_LINE = DIRECTORY.replace("\n", " ").replace("\\", "")
"""The same without a newline, which keeps some files that ctx writes for shells from being used at all, and without
what PowerShell takes for a separator."""

PARENT = "--\u202e $test $(touch ran) `touch ran`\n[a] {a,b} %s %F{red} 'it\"s "
"""The name of the directory that projects lie in, unless a test says otherwise. All shells can go there."""

NOT_UTF8 = "caf\udce9 \udcff $test"
"""A name with bytes that are not UTF-8, as Python decodes them."""

DIRECTORIES = (
    *(
        "space dir",
        "$test",
        "${HOME}",
        "-n",
        "`touch ran`",
        "$(touch ran)",
        "it's",
        'quo"te',
        "semi;colon",
        "amp&ersand",
        "new\nline",
    ),
    *("-dash", "--", "é", "a:a", "aaa(bbb)ccc", "♀♂", "back\\slash", "star*", "[a]", "{a,b}", "~", "#x", "=ls", "!!"),
    *("trailing ", " leading", "tab\t", "\u202e", "%s"),
)
"""Names that other tools of this kind have stumbled over, each a working directory somewhere."""

VALUES: dict[str, str] = {
    "H_QUOTES": 'it\'s "quoted" `touch ran` $(touch ran)',
    "H_DOLLAR": "$HOME p$$w $1 $'x' $",
    "H_BACKSLASH": "a\\ b\\\\c\\'\\n\\",
    "H_NEWLINES": "one\ntwo\n\n",
    "H_BLANKS": "  both ends\t ",
    "H_CONTROL": "\x01\x1b[31mred\x7f\r\x08",
    "H_EMPTY": "",
    "H_OPTION": "-n",
    "H_EQUALS": "=ls",
    "H_ASSIGN": "a=b=c",
    "H_TILDE": "~root",
    "H_HISTORY": "!! !x",
    "H_GLOB": "* ? [a] {a,b} ** #x ^y",
    "H_OPERATORS": "; | & && > < () { } # \\",
    "H_UNICODE": "é 日本語 🚒 \u2018\u2019\u201a\u201b \u202e\u200b",
    "H_PERCENT": "%s %d %n %%",
    "H_SUBSCRIPT": "a[$(touch ran)0]",
    "H_FISH": "\\' \\x41 {$HOME}",
    "H_POWERSHELL": "`n $(touch ran) @'x'@ $env:HOME",
    "H_BRACE": "}",
    "H_COLORS": "*.ogg=38;5;45:*.wav=38;5;45",
    "H_LESSOPEN": "||/usr/bin/lesspipe.sh %s",
    "H_BACKSLASHES": "\\\\\\",
    "H_PARENTHESES": "aaa(bbb)ccc",
    "H_PAYLOAD": "complex; echo 'pwned' > ran #",
    "H_JSON": '{"a": ["$HOME", \'b\']}',
    "H_CRLF": "line\r\nline\r\n",
}
"""What a profile sets, by the name of the variable."""


def toml(value: str) -> str:
    """`value` as a TOML basic string."""
    plain = "".join(f"\\u{ord(c):04x}" if c in '"\\' or ord(c) < 32 or ord(c) == 127 else c for c in value)
    return f'"{plain}"'
