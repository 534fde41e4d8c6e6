"""A shell's start-up file cut into commands, as bash, zsh and sh do it, without carrying anything out."""

from __future__ import annotations

_SPACE = " \t"
_ENDS_WORD = " \t\n;&|<>()"

_OPENS = ("if", "for", "while", "until", "select", "case", "repeat", "foreach", "{")
_CLOSES = ("fi", "done", "esac", "end", "}")
_BETWEEN = ("then", "else", "elif", "do", "!", "time", "always")


class NotUnderstoodError(Exception):
    """The text is not cut into commands so simply."""


class Command:
    """One simple command: its words as written, and where they stand."""

    __slots__ = ("depth", "end", "joined", "plain", "start", "words")

    def __init__(self, depth: int, *, joined: bool) -> None:
        self.words: list[tuple[str, int]] = []
        self.depth = depth
        self.joined = joined
        self.plain = True
        self.start = self.end = 0


class Reader:
    """Goes through the text once. Every method raises NotUnderstoodError."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = len(text) - len(text.removeprefix("\ufeff"))
        self._depth = 0
        self._cases = 0
        self._documents: list[tuple[str, bool]] = []
        self._found: list[Command] = []
        self._current: Command | None = None
        self._joined = False

    def commands(self) -> list[Command]:
        """All simple commands, in order."""
        while self._at < len(self._text):
            self._step()
        self._end()
        return self._found

    def _peek(self, length: int = 1) -> str:
        return self._text[self._at : self._at + length]

    def _step(self) -> None:
        char = self._peek()
        if char in _SPACE:
            self._at += 1
        elif self._peek(2) == "\\\n":
            self._at += 2
        elif char == "#":
            self._at = self._line_end()
        elif char == "\n":
            self._end()
            self._at += 1
            self._skip_documents()
        elif char in ";&|":
            self._operator()
        elif char in "()":
            self._parenthesis()
        elif char in "<>":
            self._redirection()
        else:
            self._word()

    def _line_end(self) -> int:
        end = self._text.find("\n", self._at)
        return len(self._text) if end < 0 else end

    def _end(self) -> None:
        command, self._current = self._current, None
        if command is not None and command.words:
            self._found.append(command)

    def _operator(self) -> None:
        self._end()
        both = self._peek(2) in ("&&", "||", ";;", "|&", ";&")
        self._joined = self._peek(2) in ("&&", "||", "|&") or self._peek() == "|"
        self._at += 2 if both else 1

    def _parenthesis(self) -> None:
        if self._peek(2) == "((" and self._current is None:
            self._balanced("(", ")")
        elif self._peek() == "(" and self._peek(2) == "()":
            # A function: what follows is its body.
            self._end_header()
            self._at += 2
        elif self._peek() == "(" and self._current is not None:
            self._current.plain = False
            self._balanced("(", ")")
        elif self._peek() == "(":
            # In a `case` it may open a pattern; there neither counts.
            self._depth += not self._cases
            self._at += 1
        else:
            self._end()
            self._at += 1
            if not self._cases:
                self._close()

    def _end_header(self) -> None:
        self._current = None
        self._joined = True

    def _close(self) -> None:
        self._depth -= 1
        if self._depth < 0:
            raise NotUnderstoodError

    def _redirection(self) -> None:
        if self._current is not None:
            self._current.plain = False
        if self._peek(3) == "<<<":
            self._at += 3
        elif self._peek(2) == "<<":
            tabs = self._peek(3) == "<<-"
            self._at += 3 if tabs else 2
            while self._peek() and self._peek() in _SPACE:
                self._at += 1
            begin = self._at
            self._skip_word()
            self._documents.append((self._text[begin : self._at].replace("'", "").replace('"', ""), tabs))
        elif self._peek(2) in ("<(", ">("):
            self._at += 1
            self._balanced("(", ")")
        else:
            self._at += 1

    def _skip_documents(self) -> None:
        for delimiter, tabs in self._documents:
            while self._at < len(self._text):
                end = self._line_end()
                line = self._text[self._at : end]
                self._at = min(end + 1, len(self._text))
                if (line.lstrip("\t") if tabs else line) == delimiter:
                    break
            else:
                raise NotUnderstoodError
        self._documents.clear()

    def _word(self) -> None:
        begin = self._at
        self._skip_word()
        raw = self._text[begin : self._at]
        if self._current is None and self._keyword(raw):
            return
        if self._current is None:
            self._current = Command(self._depth, joined=self._joined)
            self._current.start = begin
            self._joined = False
        self._current.words.append((raw, begin))
        self._current.end = self._at

    def _keyword(self, raw: str) -> bool:
        if raw == "[[":
            self._skip_test()
        elif raw in _OPENS:
            self._depth += 1
            self._cases += raw == "case"
            if raw in ("for", "select", "case", "repeat", "foreach"):
                self._current = Command(self._depth, joined=True)
                self._current.words.append((raw, self._at))
        elif raw in _CLOSES:
            self._cases -= raw == "esac"
            self._close()
        elif raw == "function":
            self._current = Command(self._depth, joined=True)
            self._current.words.append((raw, self._at))
            self._function_name()
        elif raw not in _BETWEEN:
            return False
        return True

    def _function_name(self) -> None:
        while self._peek() and self._peek() in _SPACE:
            self._at += 1
        self._skip_word()
        self._end_header()

    def _skip_test(self) -> None:
        while True:
            while self._peek() and self._peek() in " \t\n&|<>;":
                self._at += 1
            if not self._peek():
                raise NotUnderstoodError
            if self._peek() in "()":
                self._at += 1
                continue
            begin = self._at
            self._skip_word()
            if self._text[begin : self._at] == "]]":
                return

    def _skip_word(self) -> None:
        begin = self._at
        while self._peek() and self._peek() not in _ENDS_WORD:
            self._piece()
        if self._peek() == "(" and self._at > begin and self._peek(2) != "()":
            # An array, or what zsh writes behind a pattern.
            self._balanced("(", ")")
            self._skip_word()

    def _piece(self) -> None:
        """One quoted part, expansion or character."""
        char = self._peek()
        if char == "\\":
            self._at += 2
        elif char in "'\"`":
            self._quoted(char)
        elif self._peek(2) == "$'":
            self._at += 1
            self._escaped("'")
        elif self._peek(2) == "$(":
            self._at += 1
            self._balanced("(", ")")
        elif self._peek(2) == "${":
            self._at += 1
            self._balanced("{", "}")
        else:
            self._at += 1

    def _quoted(self, quote: str) -> None:
        if quote == "'":
            self._at = self._text.find("'", self._at + 1) + 1
            if not self._at:
                raise NotUnderstoodError
            return
        self._escaped(quote)

    def _escaped(self, quote: str) -> None:
        self._at += 1
        while self._peek() != quote:
            if not self._peek():
                raise NotUnderstoodError
            if quote == '"' and self._peek(2) in ("$(", "${"):
                self._piece()
            elif quote == '"' and self._peek() == "`":
                self._escaped("`")
            else:
                self._at += 2 if self._peek() == "\\" else 1
        self._at += 1

    def _balanced(self, opening: str, closing: str) -> None:
        depth = 0
        while True:
            char = self._peek()
            if not char:
                raise NotUnderstoodError
            if char in "\\'\"`$":
                self._piece()
                continue
            self._at += 1
            depth += (char == opening) - (char == closing)
            if not depth:
                return
