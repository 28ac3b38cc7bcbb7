"""The tokens of Python source, as `tokenize` wants them. (The compiler's own lexer keeps neither comments nor blank lines.)"""

import re
from token import (
    COMMENT, DEDENT, ENDMARKER, EXACT_TOKEN_TYPES, FSTRING_END, FSTRING_MIDDLE, FSTRING_START, INDENT, NAME, NEWLINE, NL, NUMBER, OP, STRING,
    TSTRING_END, TSTRING_MIDDLE, TSTRING_START,
)

_TAB = 8
_MAX_INDENTS = 100
_MAX_BRACKETS = 200
# What may follow a number at once.
_AFTER_NUMBER = re.compile(r"and|else|for|if|in|is|not|or")
_NUMBER = re.compile(
    r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    r"|(?:[0-9](?:_?[0-9])*\.(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][-+]?[0-9](?:_?[0-9])*)?[jJ]?"
    r"|[0-9](?:_?[0-9])*[eE][-+]?[0-9](?:_?[0-9])*[jJ]?"
    r"|[0-9](?:_?[0-9])*[jJ]?")
_NAME = re.compile(r"[^\W\d]\w*")
_PREFIX = re.compile(r"([bB][rR]?|[rR][bB]?|[uU]|[fFtT][rR]?|[rR][fFtT])?('''|\"\"\"|'|\")")
_OPERATORS = sorted(EXACT_TOKEN_TYPES, key=len, reverse=True)


class _Replacement:
    """The braces of a formatted string that are open."""

    def __init__(self, string, level):
        self.string = string
        # Brackets that were open outside.
        self.level = level
        self.in_format = False


class _String:
    """A formatted string that has begun."""

    def __init__(self, prefix, quote, row, column):
        self.quote = quote
        self.raw = "r" in prefix.lower()
        self.start = row, column
        self.middle, self.end = (TSTRING_MIDDLE, TSTRING_END) if "t" in prefix.lower() else (FSTRING_MIDDLE, FSTRING_END)


class TokenizerIter:
    """An iterator of (type, string, start, end, line)."""

    def __init__(self, readline, *, encoding=None, extra_tokens=False):
        self._readline = readline
        self._encoding = encoding
        self._extra = extra_tokens
        self._row = 0
        self._line = ""
        self._brackets = []
        self._modes = []
        self._tokens = self._all()

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._tokens)

    def _read(self):
        try:
            line = self._readline()
        except StopIteration:
            line = ""
        if self._encoding is None:
            if not isinstance(line, str):
                raise TypeError("readline() returned a non-string object")
        elif line != "":
            if not isinstance(line, bytes):
                raise TypeError("readline() returned a non-bytes object")
            line = line.decode(self._encoding)
        if line:
            self._row += 1
        self._line = line
        return line

    def _error(self, message, column, kind=SyntaxError, row=None):
        line = self._line
        row = self._row if row is None else row
        return kind(message, ("<string>", row, column + 1, line, row, column + 1))

    def _token(self, kind, text, start, end, row=None, line=None):
        row = self._row if row is None else row
        if kind == OP and not self._extra:
            kind = EXACT_TOKEN_TYPES[text]
        return kind, text, (row, start), (self._row, end), self._line if line is None else line

    def _all(self):
        indents = [0]
        last_line = ""
        while line := self._read():
            last_line = line
            position = 0
            if not self._brackets and not self._modes:
                column = 0
                while position < len(line) and line[position] in " \t\f":
                    column = 0 if line[position] == "\f" else (column // _TAB + 1) * _TAB if line[position] == "\t" else column + 1
                    position += 1
                # A line that holds nothing but its continuation says how far the next one is indented.
                while line[position:position + 1] == "\\" and line[position + 1:] and not line[position + 1:].strip("\r\n"):
                    last_line = line = self._read()
                    position = len(line) - len(line.lstrip(" \t\f"))
                rest = line[position:]
                if not rest.strip("\r\n") or rest[0] == "#":
                    yield from self._blank(line, position)
                    continue
                if column > indents[-1]:
                    indents.append(column)
                    if len(indents) > _MAX_INDENTS:
                        raise self._error("too many levels of indentation", position, IndentationError)
                    yield self._token(INDENT, line[:position], 0, position) if self._extra else self._token(INDENT, "", -1, -1)
                while column < indents[-1]:
                    if column not in indents:
                        message = "unindent does not match any outer indentation level"
                        raise IndentationError(message, ("<string>", self._row, len(line), line))
                    indents.pop()
                    place = position if self._extra else -1
                    yield self._token(DEDENT, "", place, place)
            yield from self._statement(position)
        if self._modes:
            raise self._unterminated(self._modes[-1].string if isinstance(self._modes[-1], _Replacement) else self._modes[-1])
        if self._brackets:
            raise self._error("unexpected EOF in multi-line statement", 0, row=self._row + 1)
        if last_line and not last_line.endswith(("\n", "\r")) and not last_line.strip().startswith("#"):
            kind = NEWLINE if last_line.strip() or not self._extra else NL
            yield kind, "", (self._row, len(last_line)), (self._row, len(last_line) + 1), last_line
        self._row += 1
        place = (self._row, 0) if self._extra else (self._row - 1, -1)
        for _ in indents[1:]:
            yield DEDENT, "", place, place, ""
        yield ENDMARKER, "", (self._row, 0), (self._row, 0), ""

    def _blank(self, line, position):
        end = len(line.rstrip("\r\n"))
        if not self._extra:
            return
        if line[position:end]:
            yield self._token(COMMENT, line[position:end], position, end)
        if end < len(line) or line[position:end]:
            yield self._token(NL, line[end:], end, end + max(1, len(line) - end))

    def _unterminated(self, string):
        letter = "t" if string.middle == TSTRING_MIDDLE else "f"
        kind = "triple-quoted " if len(string.quote) == 3 else ""
        row, column = string.start
        return self._error(f"unterminated {kind}{letter}-string literal (detected at line {self._row})", column, row=row)

    def _statement(self, position):
        """The tokens up to the end of the logical line, which may take more lines."""
        while True:
            if self._modes and isinstance(self._modes[-1], _String):
                position = yield from self._middle(position)
                continue
            line = self._line
            while position < len(line) and line[position] in " \t\f":
                position += 1
            if position >= len(line) or line[position] in "\r\n":
                end = len(line.rstrip("\r\n"))
                if self._brackets or self._modes:
                    if self._extra and position < len(line):
                        yield self._token(NL, line[end:], end, len(line))
                    if not self._read():
                        return
                    position = 0
                    continue
                if position < len(line):
                    yield self._token(NEWLINE, line[end:], end, len(line)) if self._extra else self._token(NEWLINE, "", end, end)
                return
            if line[position] == "#":
                end = len(line.rstrip("\r\n"))
                if self._extra:
                    yield self._token(COMMENT, line[position:end], position, end)
                position = end
                continue
            if line[position] == "\\" and line[position + 1:].strip("\r\n") == "" and line[position + 1:]:
                if not self._read():
                    raise self._error("unexpected EOF while parsing", 0)
                position = 0
                continue
            position = yield from self._one(position)

    def _check_number(self, match):
        text, end = match[0], match.end()
        following = self._line[end:end + 1]
        digits = text.replace("_", "")
        leading_zero = digits.isdigit() and digits[0] == "0" and digits.strip("0")
        if leading_zero:
            raise self._error("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers", match.start())
        if following.isalnum() or following == "_":
            if following.isdigit() or not _AFTER_NUMBER.match(self._line, end) or text == "0" and following in "xXoObB":
                kinds = {"x": "hexadecimal", "o": "octal", "b": "binary"}
                prefix = self._line[match.start() + 1:match.start() + 2].lower() if text[0] == "0" else ""
                raise self._error(f"invalid {kinds.get(prefix, 'decimal')} literal", end)

    def _one(self, position):
        line = self._line
        if match := _PREFIX.match(line, position):
            prefix, quote = match[1] or "", match[2]
            if prefix.lower().strip("r") in ("f", "t"):
                string = _String(prefix, quote, self._row, position)
                start = FSTRING_START if string.middle == FSTRING_MIDDLE else TSTRING_START
                yield self._token(start, match[0], position, match.end())
                self._modes.append(string)
                return match.end()
            return (yield from self._string(position, match.end(), quote))
        if match := _NUMBER.match(line, position):
            if not self._extra:
                self._check_number(match)
            yield self._token(NUMBER, match[0], position, match.end())
            return match.end()
        if match := _NAME.match(line, position):
            yield self._token(NAME, match[0], position, match.end())
            return match.end()
        mode = self._modes[-1] if self._modes else None
        if mode is not None and mode.level == len(self._brackets):
            if line[position] == "}":
                yield self._token(OP, "}", position, position + 1)
                self._modes.pop()
                self._modes.append(mode.string)
                return position + 1
            if line[position] == ":":
                yield self._token(OP, ":", position, position + 1)
                mode.in_format = True
                self._modes.append(mode.string)
                return position + 1
            if line[position] == "!" and line[position:position + 2] != "!=":
                yield self._token(OP, "!", position, position + 1)
                return position + 1
        for operator in _OPERATORS:
            if line.startswith(operator, position):
                break
        else:
            if not self._extra or line[position] not in "$?`!":
                raise self._error("invalid non-printable character U+%04X" % ord(line[position]) if not line[position].isprintable() else "invalid syntax", position)
            yield self._token(OP, line[position], position, position + 1)
            return position + 1
        if operator in "([{":
            self._brackets.append((operator, self._row, position))
            if len(self._brackets) > _MAX_BRACKETS:
                raise self._error("too many nested parentheses", position)
        elif operator in ")]}":
            if not self._brackets and not self._extra:
                raise self._error(f"unmatched '{operator}'", position)
            opening, row, _ = self._brackets.pop() if self._brackets else (operator, 0, 0)
            if not self._extra and opening + operator not in ("()", "[]", "{}"):
                where = f" on line {row}" if row != self._row else ""
                raise self._error(f"closing parenthesis '{operator}' does not match opening parenthesis '{opening}'{where}", position)
        yield self._token(OP, operator, position, position + len(operator))
        return position + len(operator)

    def _string(self, start, position, quote):
        """A string that is not formatted; it may take more lines."""
        row, lines, begin = self._row, [self._line], start
        text = self._line[start:position]
        while True:
            line = self._line
            place = position
            while place < len(line) and not line.startswith(quote, place):
                if line[place] == "\\":
                    place += 1
                elif len(quote) == 1 and line[place] in "\r\n":
                    raise self._error(f"unterminated string literal (detected at line {self._row})", begin, row=row)
                place += 1
            if place < len(line):
                place += len(quote)
                text += line[position:place]
                yield self._token(STRING, text, begin, place, row, "".join(lines))
                return place
            text += line[position:]
            position = 0
            if not self._read():
                kind = "triple-quoted " if len(quote) == 3 else ""
                raise self._error(f"unterminated {kind}string literal (detected at line {self._row})", begin, row=row)
            lines.append(self._line)

    def _middle(self, position):
        """The text of a formatted string up to a replacement field or its end."""
        string = self._modes[-1]
        in_format = len(self._modes) > 1 and isinstance(self._modes[-2], _Replacement) and self._modes[-2].string is string and self._modes[-2].in_format
        row, start, lines, parts = self._row, position, [self._line], []
        while True:
            line = self._line
            place = position
            stop = None
            while place < len(line):
                character = line[place]
                if line.startswith(string.quote, place):
                    stop = "quote"
                    break
                if character == "{":
                    if line.startswith("{{", place) and not in_format:
                        parts.append(line[position:place + 1])
                        yield self._token(string.middle, "".join(parts), start, place + 1, row, "".join(lines))
                        parts, row, lines = [], self._row, [line]
                        place += 2
                        position = start = place
                        continue
                    stop = "{"
                    break
                if character == "}":
                    if in_format:
                        stop = "}"
                        break
                    if line.startswith("}}", place):
                        parts.append(line[position:place + 1])
                        yield self._token(string.middle, "".join(parts), start, place + 1, row, "".join(lines))
                        parts, row, lines = [], self._row, [line]
                        place += 2
                        position = start = place
                        continue
                    raise self._error("f-string: single '}' is not allowed", place)
                if character == "\\" and not (in_format and line[place + 1:place + 2] in "{}"):
                    if line.startswith("\\N{", place) and not string.raw and "}" in line[place:]:
                        place = line.index("}", place)
                    elif line[place + 1:place + 2] not in ("{", "}"):
                        place += 1
                elif character in "\r\n" and len(string.quote) == 1:
                    raise self._unterminated(string)
                place += 1
            parts.append(line[position:place])
            if stop is not None:
                break
            position = 0
            if not self._read():
                raise self._unterminated(string)
            lines.append(self._line)
        text = "".join(parts)
        if text or in_format and stop == "}":
            yield self._token(string.middle, text, start, place, row, "".join(lines))
        if stop == "quote":
            self._modes.pop()
            yield self._token(string.end, string.quote, place, place + len(string.quote))
            return place + len(string.quote)
        yield self._token(OP, stop, place, place + 1)
        self._modes.pop()
        if stop == "{":
            self._modes.append(_Replacement(string, len(self._brackets)))
        else:
            # The replacement field whose format this was.
            self._modes.pop()
            self._modes.append(string)
        return place + 1
