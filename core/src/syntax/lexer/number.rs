//! Numeric literals: their extent and form. Their value is the parser's affair.

use alloc::format;

use super::{Lex, Lexer};
use crate::syntax::token::TokenKind;

/// Keywords that may follow a number without a space, with a warning. What stands behind the short ones is not
/// looked at, as in CPython.
const KEYWORDS_AFTER_NUMBER: [&[u8]; 8] = [b"and", b"else", b"for", b"if", b"in", b"is", b"or", b"not"];

fn starts_with_keyword(text: &[u8]) -> bool {
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    KEYWORDS_AFTER_NUMBER.iter().any(|keyword| {
        let behind = text.strip_prefix(*keyword);
        behind.is_some_and(|rest| keyword.starts_with(b"i") || !rest.first().is_some_and(in_name))
    })
}

impl Lexer<'_> {
    /// At a digit, or at a dot before one.
    pub(super) fn number(&mut self) -> Lex<()> {
        let start = self.position;
        if self.peek() == b'0' {
            match self.peek_at(1) {
                b'x' | b'X' => return self.prefixed(start, 16, "hexadecimal"),
                b'o' | b'O' => return self.prefixed(start, 8, "octal"),
                b'b' | b'B' => return self.prefixed(start, 2, "binary"),
                _ => {}
            }
        }
        let mut leading_zeros_end = None;
        if self.peek() == b'0' {
            self.zeros()?;
            if self.peek().is_ascii_digit() {
                leading_zeros_end = Some(self.position);
                self.decimal_digits()?;
            }
        } else if self.peek() != b'.' {
            self.decimal_digits()?;
        }
        let mut kind = "decimal";
        let mut is_integer = true;
        if self.peek() == b'.' {
            is_integer = false;
            self.position += 1;
            if self.peek().is_ascii_digit() {
                self.decimal_digits()?;
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek_at(1), b'+' | b'-'));
            if self.peek_at(1 + sign).is_ascii_digit() {
                is_integer = false;
                self.position += 1 + sign;
                self.decimal_digits()?;
            } else if sign == 1 {
                self.position += 2;
                return Err(self.error("invalid decimal literal".into()));
            } else {
                // Perhaps the `e` of a keyword.
                return self.end_of_number(start, kind);
            }
        }
        if matches!(self.peek(), b'j' | b'J') {
            is_integer = false;
            kind = "imaginary";
            self.position += 1;
        }
        if let (Some(zeros_end), true) = (leading_zeros_end, is_integer) {
            let message = "leading zeros in decimal integer literals are not permitted; \
                           use an 0o prefix for octal integers";
            return Err(self.error_at(start, zeros_end, message.into()));
        }
        self.end_of_number(start, kind)
    }

    fn zeros(&mut self) -> Lex<()> {
        loop {
            if self.peek() == b'_' {
                self.position += 1;
                if !self.peek().is_ascii_digit() {
                    return Err(self.error("invalid decimal literal".into()));
                }
            }
            if self.peek() != b'0' {
                return Ok(());
            }
            self.position += 1;
        }
    }

    fn decimal_digits(&mut self) -> Lex<()> {
        loop {
            while self.peek().is_ascii_digit() {
                self.position += 1;
            }
            if self.peek() != b'_' {
                return Ok(());
            }
            self.position += 1;
            if !self.peek().is_ascii_digit() {
                return Err(self.error("invalid decimal literal".into()));
            }
        }
    }

    /// `0x…`, `0o…`, `0b…`: each group of digits may be preceded by one underscore.
    fn prefixed(&mut self, start: usize, radix: u32, kind: &str) -> Lex<()> {
        self.position += 2;
        loop {
            if self.peek() == b'_' {
                self.position += 1;
            }
            let digits = self.position;
            while char::from(self.peek()).is_digit(radix) {
                self.position += 1;
            }
            let byte = self.peek();
            if byte.is_ascii_digit() {
                self.position += 1;
                let digit = char::from(byte);
                return Err(self.error(format!("invalid digit '{digit}' in {kind} literal")));
            }
            if digits == self.position {
                return Err(self.error(format!("invalid {kind} literal")));
            }
            if byte != b'_' {
                return self.end_of_number(start, kind);
            }
        }
    }

    fn end_of_number(&mut self, start: usize, kind: &str) -> Lex<()> {
        let end = self.position;
        let next = self.peek();
        if next.is_ascii_alphabetic() || next == b'_' {
            let rest = self.bytes.get(end..).unwrap_or_default();
            if !starts_with_keyword(rest) {
                return Err(self.error(format!("invalid {kind} literal")));
            }
            self.warn(start, end, format!("invalid {kind} literal"));
        }
        self.push(TokenKind::Number, start, end);
        Ok(())
    }
}
