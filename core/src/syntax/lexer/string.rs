//! String literals: prefixes and extent. Escapes are the parser's affair.

use alloc::format;

use super::interpolated::InterpolatedString;
use super::{Lex, Lexer, Stop};
use crate::syntax::ast::Mode;
use crate::syntax::token::TokenKind;

/// Pairs of prefix letters that exclude each other, in the order CPython names them.
const INCOMPATIBLE: [(u8, u8); 7] = [(b'u', b'b'), (b'u', b'r'), (b'u', b'f'), (b'u', b't'), (b'b', b'f'), (b'b', b't'), (b'f', b't')];

impl Lexer<'_> {
    /// Whether the `length` letters at `start`, which stand before a quote, are a string prefix.
    pub(super) fn string_prefix(&mut self, start: usize, length: usize) -> Lex<bool> {
        let prefix = self.bytes.get(start..start + length).unwrap_or_default();
        let has = |letter: u8| prefix.iter().any(|byte| byte.to_ascii_lowercase() == letter);
        let known = prefix.iter().all(|byte| matches!(byte.to_ascii_lowercase(), b'b' | b'f' | b'r' | b't' | b'u'));
        let repeated = prefix.iter().enumerate().any(|(index, letter)| prefix.iter().skip(index + 1).any(|other| other.eq_ignore_ascii_case(letter)));
        if !known || repeated {
            return Ok(false);
        }
        if let Some(&(first, second)) = INCOMPATIBLE.iter().find(|(first, second)| has(*first) && has(*second)) {
            let message = format!("'{}' and '{}' prefixes are incompatible", char::from(first), char::from(second));
            return Err(self.error_at(start, start + length, message));
        }
        Ok(true)
    }

    /// At the opening quote of a string whose prefix starts at `start`.
    pub(super) fn string(&mut self, start: usize) -> Lex<()> {
        let prefix = self.bytes.get(start..self.position).unwrap_or_default();
        let has = |letter: u8| prefix.iter().any(|byte| byte.to_ascii_lowercase() == letter);
        let (formatted, template, raw) = (has(b'f'), has(b't'), has(b'r'));
        let quote = self.peek();
        let size: u8 = if self.peek_at(1) == quote && self.peek_at(2) == quote { 3 } else { 1 };
        self.position += usize::from(size);
        if formatted || template {
            let string = InterpolatedString::new(quote, size, raw, template, start);
            return self.open_interpolated(string);
        }
        let mut escaped_quote = false;
        loop {
            // Everything else in a string is passed over.
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            let Some(skip) = rest.iter().position(|&byte| byte == quote || byte == b'\\' || byte == b'\n') else {
                self.position = self.bytes.len();
                return Err(self.unterminated(start, quote, size, escaped_quote));
            };
            self.position += skip;
            match self.peek() {
                b'\\' => {
                    escaped_quote |= self.peek_at(1) == quote;
                    self.position = (self.position + 2).min(self.bytes.len());
                    // The byte skipped may be the first of several; the others are passed over like any.
                }
                b'\n' => {
                    if size == 1 {
                        return Err(self.unterminated(start, quote, size, escaped_quote));
                    }
                    self.position += 1;
                }
                _ => {
                    if size == 1 {
                        self.position += 1;
                        break;
                    }
                    if self.peek_at(1) == quote && self.peek_at(2) == quote {
                        self.position += 3;
                        break;
                    }
                    self.position += 1;
                }
            }
        }
        self.push(TokenKind::String, start, self.position);
        Ok(())
    }

    fn unterminated(&mut self, start: usize, quote: u8, size: u8, escaped_quote: bool) -> Stop {
        // In an f-string with the same quotes, that "string" is the f-string's end and a `}` is missing.
        if let Some(outer) = self.interpolated.last()
            && outer.quote == quote
            && outer.quote_size == size
        {
            let message = format!("{}: expecting '}}'", outer.name());
            self.position = start + 1;
            return self.error(message);
        }
        let at_end = self.at_end();
        let last = if at_end && self.bytes.last() == Some(&b'\n') { self.position - 1 } else { self.position };
        let line = self.line_of(last);
        let message = if size == 3 {
            format!("unterminated triple-quoted string literal (detected at line {line})")
        } else if escaped_quote {
            format!("unterminated string literal (detected at line {line}); perhaps you escaped the end quote?")
        } else {
            format!("unterminated string literal (detected at line {line})")
        };
        let stop = self.error_at(start, start, message);
        if let Some(failure) = &mut self.failure {
            failure.incomplete = at_end && (size == 3 || self.mode != Mode::Exec);
        }
        stop
    }
}
