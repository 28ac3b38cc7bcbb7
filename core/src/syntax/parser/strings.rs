//! String atoms: adjacent literals joined, f-strings and t-strings put together from their tokens.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Failure, Parse, Parser, expr, span_of};
use crate::syntax::ast::*;
use crate::syntax::error::SyntaxErrorKind;
use crate::syntax::literal::{self, StringKind};
use crate::syntax::token::{Token, TokenKind};

/// The values of an f-string or t-string, adjacent text merged.
#[derive(Default)]
struct Pieces {
    values: Vec<Expr>,
    text: Vec<u8>,
    text_span: Option<Span>,
    unicode_prefix: bool,
}

impl Pieces {
    /// Notes that text from this span is about to be added.
    fn add_span(&mut self, span: Span) {
        self.text_span = Some(self.text_span.map_or(span, |first| first.to(span)));
    }

    fn flush(&mut self) {
        let span = self.text_span.take().unwrap_or_default();
        let unicode_prefix = core::mem::take(&mut self.unicode_prefix);
        if !self.text.is_empty() {
            let value = Wtf8::from_bytes(core::mem::take(&mut self.text));
            self.values.push(expr(ExprKind::Constant(Constant::Str { value, unicode_prefix }), span));
        }
    }

    fn into_values(mut self) -> Box<[Expr]> {
        self.flush();
        self.values.into()
    }
}

/// The parts of a string token: `rb"…"` is prefix `rb`, quotes of length 1 and what they enclose.
struct StringParts<'a> {
    prefix: &'a str,
    content: &'a str,
    content_start: u32,
}

fn split_string(text: &str) -> StringParts<'_> {
    let prefix_length = text.bytes().take_while(|byte| !matches!(byte, b'"' | b'\'')).count();
    let (prefix, quoted) = text.split_at(prefix_length);
    let triple = quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''"));
    let size = if triple { 3 } else { 1 };
    let content = quoted.get(size..quoted.len().saturating_sub(size)).unwrap_or_default();
    StringParts { prefix, content, content_start: (prefix_length + size) as u32 }
}

fn has_prefix(prefix: &str, letter: u8) -> bool {
    prefix.bytes().any(|byte| byte.to_ascii_lowercase() == letter)
}

impl Parser<'_> {
    /// One or more adjacent string literals.
    #[inline(never)]
    pub(super) fn strings(&mut self) -> Parse<Expr> {
        let start = self.start();
        let first = self.position;
        let mut pieces = Pieces::default();
        let mut bytes = Vec::new();
        let (mut any_bytes, mut any_text, mut any_formatted, mut any_template) = (false, false, false, false);
        let mut first_unicode_prefix = false;
        loop {
            let token = self.token();
            match token.kind {
                TokenKind::String => {
                    let parts = split_string(self.text_of(token));
                    let is_bytes = has_prefix(parts.prefix, b'b');
                    let unicode_prefix = parts.prefix == "u";
                    if self.position == first {
                        first_unicode_prefix = unicode_prefix;
                    }
                    if is_bytes {
                        any_bytes = true;
                        self.decode_string(token, &mut bytes)?;
                    } else {
                        any_text = true;
                        if pieces.text_span.is_none() {
                            pieces.unicode_prefix = unicode_prefix;
                        }
                        pieces.add_span(span_of(token));
                        self.decode_string(token, &mut pieces.text)?;
                    }
                    self.advance();
                }
                TokenKind::FStringStart => {
                    any_text = true;
                    any_formatted = true;
                    self.interpolated_string(&mut pieces)?;
                }
                TokenKind::TStringStart => {
                    any_template = true;
                    self.interpolated_string(&mut pieces)?;
                }
                _ => break,
            }
            if any_template && (any_bytes || any_text) {
                let span = self.span_from(token.start);
                let message = "cannot mix t-string literals with string or bytes literals";
                return Err(self.raise(span, message));
            }
        }
        if any_bytes && any_text {
            return Err(self.raise_at_last_token("cannot mix bytes and nonbytes literals"));
        }
        let span = self.span_from(start);
        let kind = if any_bytes {
            ExprKind::Constant(Constant::Bytes(bytes.into()))
        } else if any_template {
            ExprKind::TemplateStr(pieces.into_values())
        } else if any_formatted {
            ExprKind::JoinedStr(pieces.into_values())
        } else {
            let value = Wtf8::from_bytes(pieces.text);
            ExprKind::Constant(Constant::Str { value, unicode_prefix: first_unicode_prefix })
        };
        Ok(expr(kind, span))
    }

    /// The value of a string token, appended to `out`.
    fn decode_string(&mut self, token: Token, out: &mut Vec<u8>) -> Parse<()> {
        let parts = split_string(self.text_of(token));
        let is_bytes = has_prefix(parts.prefix, b'b');
        if is_bytes && !parts.content.is_ascii() {
            return Err(self.raise(span_of(token), "bytes can only contain ASCII literal characters"));
        }
        if has_prefix(parts.prefix, b'r') {
            out.extend_from_slice(parts.content.as_bytes());
            return Ok(());
        }
        let kind = if is_bytes { StringKind::Bytes } else { StringKind::Text };
        let content_start = token.start + parts.content_start;
        self.decode_escapes(parts.content, content_start, kind, token, out)
    }

    /// Decodes escapes; errors are shown at `error_token`.
    fn decode_escapes(&mut self, content: &str, content_start: u32, kind: StringKind, error_token: Token, out: &mut Vec<u8>) -> Parse<()> {
        let decoded = literal::decode_escapes(content, kind, self.options.character_by_name, out);
        match decoded {
            Ok(None) => Ok(()),
            Ok(Some(dubious)) => {
                let start = content_start + dubious.offset;
                let escape = dubious.escape;
                let octal = if dubious.is_octal { "octal " } else { "" };
                let message = format!(
                    "\"{escape}\" is an invalid {octal}escape sequence. Such sequences will not work in the future. \
                     Did you mean \"\\{escape}\"? A raw string is also an option."
                );
                self.warn(Span::new(start, start + escape.len() as u32), message);
                Ok(())
            }
            Err(message) => Err(self.raise(span_of(error_token), message)),
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // f-strings and t-strings

    /// At the start of an f-string or t-string: to its end.
    fn interpolated_string(&mut self, pieces: &mut Pieces) -> Parse<()> {
        let start = self.advance();
        let template = start.kind == TokenKind::TStringStart;
        let raw = has_prefix(split_string(self.text_of(start)).prefix, b'r');
        loop {
            let token = self.token();
            match token.kind {
                TokenKind::FStringMiddle | TokenKind::TStringMiddle => self.literal_part(token, raw, pieces)?,
                TokenKind::LeftBrace => self.replacement_field(template, false, raw, pieces)?,
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    self.advance();
                    return Ok(());
                }
                _ => return Err(self.fail()),
            }
        }
    }

    fn literal_part(&mut self, token: Token, raw: bool, pieces: &mut Pieces) -> Parse<()> {
        self.advance();
        // The second of two braces is in no token.
        pieces.add_span(Span::new(token.start, self.start().max(token.end)));
        let content = self.text_of(token);
        if raw {
            pieces.text.extend_from_slice(content.as_bytes());
            return Ok(());
        }
        let error_token = self.token();
        self.decode_escapes(content, token.start, StringKind::Text, error_token, &mut pieces.text)
    }

    /// At the brace that opens a replacement field: to the one that closes it. A field of a format specification
    /// is formatted at once, in a t-string too.
    fn replacement_field(&mut self, template: bool, in_spec: bool, raw: bool, pieces: &mut Pieces) -> Parse<()> {
        use TokenKind::{Colon, Equal, Exclamation, RightBrace};
        self.enter()?;
        let brace = self.position;
        let start = self.advance().start;
        let value = if self.diagnosing { self.diagnose_field_value(template)? } else { self.yield_or_star_expressions()? };
        if self.diagnosing {
            self.diagnose_field(template, &[Equal, Exclamation, Colon, RightBrace], "'=', or '!', or ':', or '}'")?;
        }
        let equal = self.position;
        let debug = self.accept(Equal);
        if self.diagnosing && debug {
            self.diagnose_field(template, &[Exclamation, Colon, RightBrace], "'!', or ':', or '}'")?;
        }
        let text_end = self.position;
        let conversion = if self.is(Exclamation) { Some(self.conversion(template)?) } else { None };
        if self.diagnosing {
            self.diagnose_field(template, &[Colon, RightBrace], "':' or '}'")?;
        }
        let mut format_spec = None;
        if self.is(Colon) {
            format_spec = Some(self.format_spec(template, raw)?);
        }
        if self.diagnosing {
            self.diagnose_field(template, &[RightBrace], "'}', or format specs")?;
        }
        self.expect(RightBrace)?;
        let mut conversion = match conversion {
            Some(token) => Some(self.conversion_letter(token, template)?),
            None => None,
        };
        self.leave();
        let span = self.span_from(start);
        if debug {
            let text = self.text_without_comments(brace, text_end);
            pieces.add_span(Span::new(start + 1, self.token_at(text_end).start));
            pieces.text.extend_from_slice(text.as_bytes());
            if conversion.is_none() && format_spec.is_none() {
                conversion = Some('r');
            }
        }
        pieces.flush();
        let kind = if template && !in_spec {
            let end = if debug { equal } else { text_end };
            let mut text = self.text_without_comments(brace, end);
            text.truncate(text.trim_end().len());
            let text = Wtf8::from_bytes(text.into_bytes());
            ExprKind::Interpolation(Box::new(Interpolation { value, text, conversion, format_spec }))
        } else {
            ExprKind::FormattedValue(Box::new(FormattedValue { value, conversion, format_spec }))
        };
        pieces.values.push(expr(kind, span));
        Ok(())
    }

    /// At `!`: the name behind it.
    fn conversion(&mut self, template: bool) -> Parse<Token> {
        let mark = self.advance();
        if self.diagnosing {
            self.diagnose_conversion(template)?;
        }
        let token = self.expect(TokenKind::Name)?;
        let prefix = string_name(template);
        if mark.end != token.start {
            let message = format!("{prefix}: conversion type must come right after the exclamation mark");
            let span = Span::new(mark.start, token.end);
            return Err(Failure(Some(self.source.error(SyntaxErrorKind::SyntaxError, message, span))));
        }
        Ok(token)
    }

    fn conversion_letter(&mut self, token: Token, template: bool) -> Parse<char> {
        let prefix = string_name(template);
        let name = self.text_of(token);
        match name {
            "s" => Ok('s'),
            "r" => Ok('r'),
            "a" => Ok('a'),
            _ => {
                let message = format!("{prefix}: invalid conversion character '{name}': expected 's', 'r', or 'a'");
                Err(self.raise(span_of(token), message))
            }
        }
    }

    /// At the colon of a format specification: up to the brace that closes the field.
    fn format_spec(&mut self, template: bool, raw: bool) -> Parse<Expr> {
        let start = self.advance().start;
        let mut pieces = Pieces::default();
        loop {
            let token = self.token();
            match token.kind {
                TokenKind::FStringMiddle | TokenKind::TStringMiddle => self.literal_part(token, raw, &mut pieces)?,
                TokenKind::LeftBrace => self.replacement_field(template, true, raw, &mut pieces)?,
                _ => break,
            }
        }
        self.note();
        let span = self.span_from(start);
        Ok(expr(ExprKind::JoinedStr(pieces.into_values()), span))
    }

    /// The source text from after token `first` to the start of token `last`, comments left out.
    fn text_without_comments(&self, first: usize, last: usize) -> String {
        let mut text = String::new();
        for index in first..last {
            let token = self.token_at(index);
            if index > first {
                text.push_str(self.text_of(token));
            }
            let mut in_comment = false;
            for character in self.source.slice(Span::new(token.end, self.token_at(index + 1).start)).chars() {
                in_comment = (in_comment && character != '\n') || character == '#';
                if !in_comment {
                    text.push(character);
                }
            }
        }
        text
    }
}

/// As error messages call it.
pub(super) fn string_name(template: bool) -> &'static str {
    if template { "t-string" } else { "f-string" }
}
