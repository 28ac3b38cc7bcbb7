//! f-strings and t-strings (PEP 701, PEP 750): their literal parts are tokens, their expressions are lexed like any.

use alloc::format;

use super::{Lex, Lexer, Stop};
use crate::syntax::ast::Mode;
use crate::syntax::token::TokenKind;

/// The deepest nesting of expressions inside the format specifications of one string.
const MAX_EXPRESSION_NESTING: i32 = 3;
/// The deepest nesting of such strings in one another.
const MAX_STRINGS: usize = 150;

/// One f-string or t-string that is not closed yet.
pub(super) struct InterpolatedString {
    pub quote: u8,
    /// 1 or 3.
    pub quote_size: u8,
    raw: bool,
    template: bool,
    /// Offset of the prefix.
    start: usize,
    /// Brackets open inside this string.
    pub bracket_depth: i32,
    /// The `bracket_depth` outside the innermost replacement field, -1 if there is none.
    pub expression_depth: i32,
    /// In the literal text, rather than in an expression.
    pub in_literal: bool,
    pub in_format_spec: bool,
}

impl InterpolatedString {
    pub fn new(quote: u8, quote_size: u8, raw: bool, template: bool, start: usize) -> InterpolatedString {
        InterpolatedString { quote, quote_size, raw, template, start, bracket_depth: 0, expression_depth: -1, in_literal: true, in_format_spec: false }
    }

    /// As error messages call it.
    pub fn name(&self) -> &'static str {
        if self.template { "t-string" } else { "f-string" }
    }
}

impl Lexer<'_> {
    /// After the opening quotes.
    pub(super) fn open_interpolated(&mut self, string: InterpolatedString) -> Lex<()> {
        if self.interpolated.len() + 1 >= MAX_STRINGS {
            let message = format!("too many nested {}s", string.name());
            return Err(self.error(message));
        }
        let kind = if string.template { TokenKind::TStringStart } else { TokenKind::FStringStart };
        self.push(kind, string.start, self.position);
        self.interpolated.push(string);
        Ok(())
    }

    /// At a colon: whether it starts the format specification of the innermost replacement field. Enters it if so.
    pub(super) fn starts_format_spec(&mut self) -> bool {
        match self.interpolated.last_mut() {
            Some(string) if string.bracket_depth - 1 == string.expression_depth => {
                string.in_literal = true;
                string.in_format_spec = true;
                true
            }
            _ => false,
        }
    }

    /// Lexes literal text up to the next replacement field or the end of the string.
    pub(super) fn interpolated_part(&mut self) -> Lex<()> {
        let Some(string) = self.interpolated.last() else { return Ok(()) };
        let (quote, size, raw) = (string.quote, usize::from(string.quote_size), string.raw);
        let (bracket_depth, template) = (string.bracket_depth, string.template);
        // Between the end of a nested field's specification and the end of the outer one.
        let in_field = string.expression_depth >= 0;
        let in_format_spec = string.in_format_spec && in_field;
        let (middle, end) = if template { (TokenKind::TStringMiddle, TokenKind::TStringEnd) } else { (TokenKind::FStringMiddle, TokenKind::FStringEnd) };
        let start = self.position;
        let mut in_character_name = false;
        loop {
            let byte = self.peek();
            if (byte == 0 && self.at_end()) || (byte == b'\n' && size == 1) {
                return Err(self.unterminated_interpolated(in_format_spec));
            }
            if byte == quote && (size == 1 || (self.peek_at(1) == quote && self.peek_at(2) == quote)) {
                if self.position > start {
                    self.push(middle, start, self.position);
                }
                self.push(end, self.position, self.position + size);
                self.position += size;
                self.interpolated.pop();
                return Ok(());
            }
            match byte {
                b'{' => {
                    if self.peek_at(1) == b'{' && !in_format_spec {
                        self.push(middle, start, self.position + 1);
                        self.position += 2;
                        return Ok(());
                    }
                    if self.position > start {
                        self.push(middle, start, self.position);
                    }
                    return self.open_field();
                }
                b'}' if in_character_name => {
                    in_character_name = false;
                    self.position += 1;
                }
                b'}' => {
                    if self.peek_at(1) == b'}' && !in_format_spec && bracket_depth == 0 {
                        self.push(middle, start, self.position + 1);
                        self.position += 2;
                        return Ok(());
                    }
                    self.push(middle, start, self.position);
                    // The bracket ends the field, or is one too many: the ordinary rules for brackets tell.
                    if let Some(string) = self.interpolated.last_mut() {
                        string.in_literal = false;
                    }
                    return Ok(());
                }
                b'\\' => {
                    self.position += 1;
                    let next = self.peek();
                    if next == b'{' || next == b'}' {
                        // The backslash stands for itself. The parser warns about it.
                    } else if !raw && next == b'N' && self.peek_at(1) == b'{' {
                        in_character_name = true;
                        self.position += 2;
                    } else if !self.at_end() {
                        self.position += 1;
                    }
                }
                _ => self.position += 1,
            }
        }
    }

    /// At the brace that opens a replacement field; the brace itself is lexed as a bracket.
    fn open_field(&mut self) -> Lex<()> {
        let Some(string) = self.interpolated.last_mut() else { return Ok(()) };
        string.expression_depth += 1;
        string.in_literal = false;
        if string.expression_depth >= MAX_EXPRESSION_NESTING {
            let message = format!("{}: expressions nested too deeply", string.name());
            return Err(self.error(message));
        }
        Ok(())
    }

    fn unterminated_interpolated(&mut self, in_format_spec: bool) -> Stop {
        let Some(string) = self.interpolated.last() else { return Stop };
        let (name, size, start) = (string.name(), string.quote_size, string.start);
        let at_end = self.at_end();
        if in_format_spec && !at_end {
            let message = format!("{name}: newlines are not allowed in format specifiers for single quoted {name}s");
            self.position += 1;
            return self.error(message);
        }
        let last = if at_end && self.bytes.last() == Some(&b'\n') { self.position - 1 } else { self.position };
        let line = self.line_of(last);
        let message = if size == 3 {
            format!("unterminated triple-quoted {name} literal (detected at line {line})")
        } else {
            format!("unterminated {name} literal (detected at line {line})")
        };
        let stop = self.error_at(start, start, message);
        if let Some(failure) = &mut self.failure {
            failure.incomplete = at_end && (size == 3 || self.mode != Mode::Exec);
        }
        stop
    }
}
