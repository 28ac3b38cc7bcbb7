//! Source text to tokens: indentation, line joining, numbers, names, strings, operators, f-string parts.
//!
//! The whole source is lexed before parsing. The first error stops the lexer and leaves a [`TokenKind::Error`] token;
//! a *hard* error is reported whatever the parser thinks of what stands before it, a soft one only if the parser gets there.

mod interpolated;
mod number;
mod string;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use self::interpolated::InterpolatedString;
use super::ast::{Mode, Span};
use super::error::{SyntaxError, SyntaxErrorKind, SyntaxWarning};
use super::source::Source;
use super::token::{Token, TokenKind, keyword};

/// The most brackets that may be open at one place.
pub const MAX_BRACKETS: usize = 200;
/// The most indentation levels, the module's own included.
const MAX_INDENTS: usize = 100;
const TAB_SIZE: u32 = 8;

/// What the lexer made of a source.
pub struct Lexed {
    /// Ends with `EndMarker` or `Error`.
    pub tokens: Vec<Token>,
    pub failure: Option<LexFailure>,
    pub warnings: Vec<SyntaxWarning>,
    /// The bracket left open at the end of the source or at the failure, innermost.
    pub open_bracket: Option<OpenBracket>,
}

pub struct LexFailure {
    pub error: Box<SyntaxError>,
    pub hard: bool,
    /// More input could have prevented it.
    pub incomplete: bool,
}

#[derive(Clone, Copy)]
pub struct OpenBracket {
    pub byte: u8,
    pub offset: u32,
}

/// Stops the lexer; the failure itself is in [`Lexer::failure`].
struct Stop;

type Lex<T> = Result<T, Stop>;

pub struct Lexer<'a> {
    source: &'a Source,
    text: &'a str,
    bytes: &'a [u8],
    mode: Mode,
    require_dedent: bool,
    position: usize,
    tokens: Vec<Token>,
    indents: Vec<Indent>,
    brackets: Vec<OpenBracket>,
    /// The f-strings and t-strings being lexed, outermost first.
    interpolated: Vec<InterpolatedString>,
    failure: Option<LexFailure>,
    warnings: Vec<SyntaxWarning>,
}

/// An indentation measured twice, so that one that depends on the width of a tab is found out.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Indent {
    /// With tab stops at every eighth column.
    column: u32,
    /// With tabs one column wide.
    narrow: u32,
}

/// Lexes a whole source. `require_dedent`: see [`super::ParseOptions`].
pub fn lex(source: &Source, mode: Mode, require_dedent: bool) -> Lexed {
    let text = source.text();
    let mut lexer = Lexer {
        source,
        text,
        bytes: text.as_bytes(),
        mode,
        require_dedent,
        position: 0,
        tokens: Vec::with_capacity(text.len() / 4 + 4),
        indents: Vec::new(),
        brackets: Vec::new(),
        interpolated: Vec::new(),
        failure: None,
        warnings: Vec::new(),
    };
    if lexer.run().is_err() {
        let position = lexer.position;
        lexer.push(TokenKind::Error, position, position);
    }
    // Inside an f-string a bracket may well be closed behind the failure.
    let open_bracket = lexer.brackets.last().copied().filter(|_| lexer.interpolated.is_empty());
    Lexed { tokens: lexer.tokens, failure: lexer.failure, warnings: lexer.warnings, open_bracket }
}

/// Whether CPython would show the character as itself: the tables behind `escape_debug` are those of `str.isprintable`.
pub(super) fn is_printable(character: char) -> bool {
    // A leading letter, because a combining mark at the start of a string is escaped for another reason.
    let text = String::from_iter(['a', character]);
    character == '\\' || character == '"' || character == '\'' || text.escape_debug().count() == 2
}

impl<'a> Lexer<'a> {
    fn run(&mut self) -> Lex<()> {
        self.indentation()?;
        loop {
            match self.interpolated.last() {
                Some(string) if string.in_literal => self.interpolated_part()?,
                _ => {
                    if self.token()? {
                        return Ok(());
                    }
                }
            }
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // The characters

    /// The byte at `position + ahead`; 0, which no source contains, past the end.
    fn peek_at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    fn at_end(&self) -> bool {
        self.position >= self.bytes.len()
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        // At most MAX_BRACKETS, which fits.
        let level = self.brackets.len() as u8;
        self.tokens.push(Token { start: start as u32, end: end as u32, kind, level });
    }

    // -----------------------------------------------------------------------------------------------------------
    // Failures

    /// An error shown at the last character before `position`, where the lexer stood when it found out.
    fn error(&mut self, message: String) -> Stop {
        let before = self.text.get(..self.position).and_then(|text| text.chars().next_back());
        let start = self.position - before.map_or(0, char::len_utf8);
        self.error_at(start, start, message)
    }

    /// An error shown from `start` to `end`; hard, unless an f-string is open.
    fn error_at(&mut self, start: usize, end: usize, message: String) -> Stop {
        let span = Span::new(start as u32, end as u32);
        let error = self.source.error(SyntaxErrorKind::SyntaxError, message, span);
        let hard = self.interpolated.is_empty();
        self.failure = Some(LexFailure { error, hard, incomplete: false });
        Stop
    }

    /// A soft error, shown on the line of `position` from character `column` (from 1).
    fn soft_error(&mut self, kind: SyntaxErrorKind, message: &str, line: u32, column: u32, incomplete: bool) -> Stop {
        let error = self.source.error_in_line(kind, message.into(), line, column);
        self.failure = Some(LexFailure { error, hard: false, incomplete });
        Stop
    }

    fn warn(&mut self, start: usize, end: usize, message: String) {
        let line = self.source.lines().line(start as u32);
        self.warnings.push(SyntaxWarning { message, line, span: Span::new(start as u32, end as u32) });
    }

    fn line_of(&self, position: usize) -> u32 {
        self.source.lines().line(position as u32)
    }

    // -----------------------------------------------------------------------------------------------------------
    // Lines

    /// At the start of a line: skips blank lines, then compares the indentation of the next one with the one before.
    fn indentation(&mut self) -> Lex<()> {
        loop {
            let line_start = self.position;
            let mut indent = Indent::default();
            // The indentation before a backslash counts for the lines it joins.
            let mut joined: Option<Indent> = None;
            loop {
                match self.peek() {
                    b' ' => {
                        indent.column += 1;
                        indent.narrow += 1;
                    }
                    b'\t' => {
                        indent.column = (indent.column / TAB_SIZE + 1) * TAB_SIZE;
                        indent.narrow += 1;
                    }
                    b'\x0c' => indent = Indent::default(),
                    b'\\' => {
                        joined = joined.or(Some(indent).filter(|indent| indent.column > 0));
                        self.continue_line()?;
                        continue;
                    }
                    _ => break,
                }
                self.position += 1;
            }
            match self.peek() {
                b'#' => {
                    self.skip_comment();
                    if !self.at_end() {
                        self.position += 1;
                        continue;
                    }
                    return Ok(());
                }
                b'\n' => {
                    self.position += 1;
                    continue;
                }
                0 if self.at_end() && self.position > line_start && self.mode == Mode::Exec => return Ok(()),
                _ => return self.indent_to(joined.unwrap_or(indent)),
            }
        }
    }

    fn indent_to(&mut self, indent: Indent) -> Lex<()> {
        let current = self.indents.last().copied().unwrap_or_default();
        let position = self.position;
        if indent.column == current.column {
            if indent.narrow != current.narrow {
                return Err(self.tab_error());
            }
        } else if indent.column > current.column {
            if self.indents.len() + 1 >= MAX_INDENTS {
                let line = self.line_of(position);
                let kind = SyntaxErrorKind::IndentationError;
                return Err(self.soft_error(kind, "too many levels of indentation", line, 1, false));
            }
            if indent.narrow <= current.narrow {
                return Err(self.tab_error());
            }
            self.indents.push(indent);
            self.push(TokenKind::Indent, position, position);
        } else {
            let depth = self.indents.partition_point(|outer| outer.column <= indent.column);
            let closed = self.indents.len() - depth;
            self.indents.truncate(depth);
            let reached = self.indents.last().copied().unwrap_or_default();
            if indent.column != reached.column {
                let line = self.line_of(position);
                let column = self.source.line_text(line).chars().count() as u32 + 1;
                let message = "unindent does not match any outer indentation level";
                return Err(self.soft_error(SyntaxErrorKind::IndentationError, message, line, column, false));
            }
            if indent.narrow != reached.narrow {
                return Err(self.tab_error());
            }
            for _ in 0..closed {
                self.push(TokenKind::Dedent, position, position);
            }
        }
        Ok(())
    }

    fn tab_error(&mut self) -> Stop {
        let line = self.line_of(self.position);
        self.soft_error(SyntaxErrorKind::TabError, "inconsistent use of tabs and spaces in indentation", line, 1, false)
    }

    /// At a backslash: joins the next line to this one.
    fn continue_line(&mut self) -> Lex<()> {
        let next = self.position + 1;
        let at_end = next >= self.bytes.len();
        if !(self.peek_at(1) == b'\n' || (at_end && self.mode == Mode::Exec)) {
            let (line, column) = self.source.line_and_character(next as u32);
            let message = "unexpected character after line continuation character";
            return Err(self.soft_error(SyntaxErrorKind::SyntaxError, message, line, column, false));
        }
        if next + 1 >= self.bytes.len() {
            self.check_brackets()?;
            let (line, column) = self.source.line_and_character(next as u32);
            let kind = SyntaxErrorKind::SyntaxError;
            return Err(self.soft_error(kind, "unexpected EOF while parsing", line, column, true));
        }
        self.position = next + 1;
        Ok(())
    }

    fn skip_comment(&mut self) {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        self.position += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    }

    /// At the end of the source: no bracket may be open.
    fn check_brackets(&mut self) -> Lex<()> {
        let Some(open) = self.brackets.last().copied() else { return Ok(()) };
        let span = Span::new(open.offset, open.offset + 1);
        let message = format!("'{}' was never closed", char::from(open.byte));
        let error = self.source.error(SyntaxErrorKind::SyntaxError, message, span);
        self.failure = Some(LexFailure { error, hard: false, incomplete: true });
        Err(Stop)
    }

    /// The end of the source: closes the line and the blocks.
    fn end(&mut self) -> Lex<()> {
        self.check_brackets()?;
        let position = self.position;
        let last = self.tokens.last().map(|token| token.kind);
        let mid_line = !matches!(last, None | Some(TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent));
        match self.mode {
            // CPython adds the newline that a module lacks at its end.
            Mode::Exec => {
                if mid_line {
                    self.push(TokenKind::Newline, position, position);
                }
                self.close_blocks();
            }
            Mode::Eval => self.close_blocks(),
            // The end of interactive input counts as one more newline, which ends a compound statement.
            Mode::Single => {
                if last.is_some() {
                    self.push(TokenKind::Newline, position, position);
                }
                if !self.require_dedent && !self.indents.is_empty() {
                    self.close_blocks();
                    self.push(TokenKind::Newline, position, position);
                }
            }
        }
        self.push(TokenKind::EndMarker, position, position);
        Ok(())
    }

    fn close_blocks(&mut self) {
        let position = self.position;
        while self.indents.pop().is_some() {
            self.push(TokenKind::Dedent, position, position);
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // Tokens

    /// Lexes one token outside a string. True at the end of the source.
    fn token(&mut self) -> Lex<bool> {
        use TokenKind::*;
        loop {
            match self.peek() {
                b' ' | b'\t' | b'\x0c' => self.position += 1,
                b'#' => self.skip_comment(),
                b'\\' => self.continue_line()?,
                b'\n' if !self.brackets.is_empty() => self.position += 1,
                _ => break,
            }
        }
        let start = self.position;
        let byte = self.peek();
        let (kind, length) = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.name_or_string()?;
                return Ok(false);
            }
            b'\n' => {
                self.push(Newline, start, start + 1);
                self.position += 1;
                self.indentation()?;
                return Ok(false);
            }
            b'0'..=b'9' => {
                self.number()?;
                return Ok(false);
            }
            b'\'' | b'"' => {
                self.string(start)?;
                return Ok(false);
            }
            b'.' => match (self.peek_at(1), self.peek_at(2)) {
                (b'0'..=b'9', _) => {
                    self.number()?;
                    return Ok(false);
                }
                (b'.', b'.') => (Ellipsis, 3),
                _ => (Dot, 1),
            },
            b'(' | b'[' | b'{' => {
                self.open_bracket(byte)?;
                return Ok(false);
            }
            b')' | b']' | b'}' => {
                self.close_bracket(byte)?;
                return Ok(false);
            }
            b',' => (Comma, 1),
            b':' => {
                if self.starts_format_spec() {
                    self.position += 1;
                    self.push(Colon, start, start + 1);
                    return Ok(false);
                }
                if self.peek_at(1) == b'=' { (ColonEqual, 2) } else { (Colon, 1) }
            }
            b';' => (Semicolon, 1),
            b'~' => (Tilde, 1),
            b'=' => self.with_equal(Equal, EqualEqual),
            b'!' => self.with_equal(Exclamation, NotEqual),
            b'+' => self.with_equal(Plus, PlusEqual),
            b'-' if self.peek_at(1) == b'>' => (Arrow, 2),
            b'-' => self.with_equal(Minus, MinusEqual),
            b'*' => self.doubled(byte, [Star, StarEqual, DoubleStar, DoubleStarEqual]),
            b'/' => self.doubled(byte, [Slash, SlashEqual, DoubleSlash, DoubleSlashEqual]),
            b'<' if self.peek_at(1) == b'>' => (LessGreater, 2),
            b'<' => self.doubled(byte, [Less, LessEqual, LeftShift, LeftShiftEqual]),
            b'>' => self.doubled(byte, [Greater, GreaterEqual, RightShift, RightShiftEqual]),
            b'%' => self.with_equal(Percent, PercentEqual),
            b'@' => self.with_equal(At, AtEqual),
            b'|' => self.with_equal(VerticalBar, VerticalBarEqual),
            b'&' => self.with_equal(Ampersand, AmpersandEqual),
            b'^' => self.with_equal(Caret, CaretEqual),
            0 if self.at_end() => {
                self.end()?;
                return Ok(true);
            }
            0x80.. => {
                self.name_or_string()?;
                return Ok(false);
            }
            b'$' | b'?' | b'`' => (Unknown, 1),
            _ => {
                self.position += 1;
                return Err(self.error(format!("invalid non-printable character U+{byte:04X}")));
            }
        };
        self.position += length;
        self.push(kind, start, start + length);
        Ok(false)
    }

    fn with_equal(&self, plain: TokenKind, with_equal: TokenKind) -> (TokenKind, usize) {
        if self.peek_at(1) == b'=' { (with_equal, 2) } else { (plain, 1) }
    }

    /// An operator that can be doubled, be followed by `=`, or both.
    fn doubled(&self, byte: u8, [single, equal, double, double_equal]: [TokenKind; 4]) -> (TokenKind, usize) {
        match (self.peek_at(1), self.peek_at(2)) {
            (next, b'=') if next == byte => (double_equal, 3),
            (next, _) if next == byte => (double, 2),
            (b'=', _) => (equal, 2),
            _ => (single, 1),
        }
    }

    fn open_bracket(&mut self, byte: u8) -> Lex<()> {
        let start = self.position;
        self.position += 1;
        if self.brackets.len() >= MAX_BRACKETS {
            return Err(self.error("too many nested parentheses".into()));
        }
        self.brackets.push(OpenBracket { byte, offset: start as u32 });
        if let Some(string) = self.interpolated.last_mut() {
            string.bracket_depth += 1;
        }
        let kind = match byte {
            b'(' => TokenKind::LeftParen,
            b'[' => TokenKind::LeftBracket,
            _ => TokenKind::LeftBrace,
        };
        self.push(kind, start, start + 1);
        Ok(())
    }

    fn close_bracket(&mut self, byte: u8) -> Lex<()> {
        let start = self.position;
        self.position += 1;
        let character = char::from(byte);
        if let Some(string) = self.interpolated.last()
            && string.bracket_depth == 0
            && byte == b'}'
        {
            let message = format!("{}: single '}}' is not allowed", string.name());
            return Err(self.error(message));
        }
        let Some(open) = self.brackets.pop() else {
            return Err(self.error(format!("unmatched '{character}'")));
        };
        if !matches!((open.byte, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            if let Some(string) = self.interpolated.last()
                && open.byte == b'{'
                && string.bracket_depth - 1 == string.expression_depth
            {
                let message = format!("{}: unmatched '{character}'", string.name());
                return Err(self.error(message));
            }
            let mut message = format!("closing parenthesis '{character}' does not match opening parenthesis '{}'", char::from(open.byte));
            let open_line = self.line_of(open.offset as usize);
            if open_line != self.line_of(start) {
                message.push_str(&format!(" on line {open_line}"));
            }
            return Err(self.error(message));
        }
        if let Some(string) = self.interpolated.last_mut() {
            string.bracket_depth -= 1;
            if string.bracket_depth < 0 {
                let message = format!("{}: unmatched '{character}'", string.name());
                return Err(self.error(message));
            }
            if byte == b'}' && string.bracket_depth == string.expression_depth {
                string.expression_depth -= 1;
                string.in_literal = true;
                string.in_format_spec = false;
            }
        }
        let kind = match byte {
            b')' => TokenKind::RightParen,
            b']' => TokenKind::RightBracket,
            _ => TokenKind::RightBrace,
        };
        self.push(kind, start, start + 1);
        Ok(())
    }

    /// A name, a keyword, or the prefix of a string and the string.
    fn name_or_string(&mut self) -> Lex<()> {
        let start = self.position;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(rest.len());
        self.position = start + length;
        let next = self.peek();
        if length <= 5 && (next == b'"' || next == b'\'') && self.string_prefix(start, length)? {
            return self.string(start);
        }
        if next >= 0x80 {
            self.check_identifier(start)?;
            self.push(TokenKind::Name, start, self.position);
            return Ok(());
        }
        let word = self.text.get(start..self.position).unwrap_or_default();
        let kind = if length <= 8 { keyword(word).unwrap_or(TokenKind::Name) } else { TokenKind::Name };
        self.push(kind, start, self.position);
        Ok(())
    }

    /// Takes in a name with non-ASCII characters.
    fn check_identifier(&mut self, start: usize) -> Lex<()> {
        let rest = self.text.get(start..).unwrap_or_default();
        for (offset, character) in rest.char_indices() {
            if character.is_ascii() && !(character.is_ascii_alphanumeric() || character == '_') {
                self.position = start + offset;
                return Ok(());
            }
            let valid = character == '_' || if offset == 0 { unicode_ident::is_xid_start(character) } else { unicode_ident::is_xid_continue(character) };
            if !valid {
                self.position = start + offset + character.len_utf8();
                let code = character as u32;
                return Err(self.error(if is_printable(character) {
                    format!("invalid character '{character}' (U+{code:04X})")
                } else {
                    format!("invalid non-printable character U+{code:04X}")
                }));
            }
        }
        self.position = self.bytes.len();
        Ok(())
    }
}
