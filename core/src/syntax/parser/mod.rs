//! Tokens to tree: recursive descent for statements, precedence climbing for expressions.
//!
//! Parsing runs twice at most. The first pass only wants to know whether the source is right; it is fast and its
//! failures carry no message, but for the few that CPython reports at once. If it fails, a second pass runs with
//! `diagnosing` set: the same functions then look at what they could not parse for well-known mistakes and report
//! those in CPython's words (compared with CPython 3.13 over its library, its tests and mutations of both; what 3.14
//! changed follows 3.14). If none is recognised, the error is "invalid syntax" at the furthest token that the first
//! pass looked at. An error of the lexer behind the error of the parser hides it, as in CPython, unless it is soft.
//!
//! Native stack: every nesting of expressions or blocks counts against [`MAX_DEPTH`] and measures the native stack
//! that parsing has taken against [`ParseOptions::stack_budget`]; brackets and indentation have limits of their own
//! in the lexer. Chains of operators, calls, `elif` and comparisons are loops. What is rare is kept out of the
//! functions that recurse (`inline(never)`), so that a level takes less than a kilobyte.

mod arguments;
mod atom;
mod compound;
mod diagnose;
mod expression;
mod parameters;
mod pattern;
mod statement;
mod strings;
mod target;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

use super::ast::{Constant, Expr, ExprKind, Ident, Mode, Module, Span};
use super::error::{SyntaxError, SyntaxErrorKind, SyntaxWarning};
use super::lexer::{self, Lexed};
use super::literal;
use super::source::{Source, check_null_bytes, error_without_place};
use super::token::{Token, TokenKind};
use super::{ParseOptions, Parsed};

/// How deep operands and blocks may nest in one another: the depth of the tree, for those who walk it.
const MAX_DEPTH: u32 = 500;

/// Why a rule did not match: with an error to report, or because something else stands there.
pub(super) struct Failure(Option<Box<SyntaxError>>);

type Parse<T> = Result<T, Failure>;

pub(super) struct Parser<'a> {
    source: &'a Source,
    lexed: &'a Lexed,
    tokens: &'a [Token],
    options: &'a ParseOptions,
    mode: Mode,
    /// Index of the current token.
    position: usize,
    /// The furthest token that any rule has looked at.
    furthest: usize,
    depth: u32,
    /// Where the native stack stood when parsing began.
    stack_base: usize,
    diagnosing: bool,
    /// In the second pass: a rule that cannot go on ends where it last could. Mistakes are then recognised by what
    /// follows, as a PEG parser does.
    lenient: bool,
    /// A token that is always asked for was missing. The second pass may know better.
    forced: bool,
    /// Brackets that could not be parsed, by token and by whether mistakes were looked for: trying each of them once
    /// keeps deep nesting from taking exponential time.
    failed_brackets: HashSet<(usize, bool), foldhash::fast::FixedState>,
    /// How many names in a row are being looked at as statements of Python 2.
    row: u32,
    barry_as_flufl: bool,
    names: HashMap<&'a str, Ident, foldhash::fast::FixedState>,
    warnings: Vec<SyntaxWarning>,
}

/// Parses a source; see [`super::parse`].
pub(super) fn parse(source: &Source, mode: Mode, options: &ParseOptions) -> Result<Parsed, Box<SyntaxError>> {
    check_null_bytes(source.text().as_bytes())?;
    if u32::try_from(source.text().len()).is_err() {
        return Err(error_without_place("source code is too long".into()));
    }
    let lexed = lexer::lex(source, mode, options.require_dedent);
    let mut parser = Parser::new(source, &lexed, mode, options);
    let failure = match parser.module() {
        Ok(module) => {
            let mut warnings = parser.warnings;
            warnings.extend_from_slice(&lexed.warnings);
            warnings.sort_by_key(|warning| warning.span.start);
            warnings.dedup();
            return Ok(Parsed { module, warnings });
        }
        Err(failure) => failure,
    };
    parser.note();
    if options.allow_incomplete_input && parser.stopped_at_end() {
        let message = "incomplete input".to_string();
        return Err(parser.error_at_last_token(SyntaxErrorKind::IncompleteInput, message));
    }
    Err(parser.explain(failure))
}

impl<'a> Parser<'a> {
    fn new(source: &'a Source, lexed: &'a Lexed, mode: Mode, options: &'a ParseOptions) -> Parser<'a> {
        Parser {
            source,
            lexed,
            tokens: &lexed.tokens,
            options,
            mode,
            position: 0,
            furthest: 0,
            depth: 0,
            stack_base: stack_address(),
            diagnosing: false,
            lenient: false,
            forced: false,
            failed_brackets: HashSet::default(),
            row: 0,
            barry_as_flufl: options.barry_as_flufl,
            names: HashMap::default(),
            warnings: Vec::new(),
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // Tokens

    fn token_at(&self, index: usize) -> Token {
        let last = Token { start: 0, end: 0, kind: TokenKind::EndMarker, level: 0 };
        self.tokens.get(index).or(self.tokens.last()).copied().unwrap_or(last)
    }

    fn token(&self) -> Token {
        self.token_at(self.position)
    }

    /// The kind of the current token.
    fn peek(&self) -> TokenKind {
        self.token().kind
    }

    fn peek_at(&self, ahead: usize) -> TokenKind {
        self.token_at(self.position + ahead).kind
    }

    fn is(&self, kind: TokenKind) -> bool {
        self.peek() == kind
    }

    fn advance(&mut self) -> Token {
        let token = self.token();
        if self.position + 1 < self.tokens.len() {
            self.position += 1;
        }
        token
    }

    /// Takes the current token if it is of that kind.
    fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.is(kind);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, kind: TokenKind) -> Parse<Token> {
        if self.is(kind) { Ok(self.advance()) } else { Err(self.fail()) }
    }

    /// A token whose absence is always reported as such.
    fn expect_forced(&mut self, kind: TokenKind) -> Parse<Token> {
        if self.is(kind) {
            return Ok(self.advance());
        }
        let token = self.token();
        self.note();
        if token.kind == TokenKind::Error {
            return Err(Failure(None));
        }
        self.forced = true;
        let message = alloc::format!("expected '{}'", kind.spelling());
        Err(self.raise(span_of(token), message))
    }

    /// The first token that starts after an offset.
    fn token_after(&self, offset: u32) -> Token {
        self.token_at(self.tokens.partition_point(|token| token.start <= offset))
    }

    /// The value of a number token.
    #[inline(never)]
    fn number(&mut self, token: Token) -> Parse<Constant> {
        literal::number(self.text_of(token), self.options.max_integer_digits).map_err(|message| self.raise(span_of(token), message))
    }

    /// The start of the current token.
    fn start(&self) -> u32 {
        self.token().start
    }

    fn previous(&self) -> Token {
        self.token_at(self.position.saturating_sub(1))
    }

    /// From `start` to the end of the last token taken.
    fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.previous().end)
    }

    fn text_of(&self, token: Token) -> &'a str {
        self.source.slice(span_of(token))
    }

    /// Whether the token at `position + ahead` is that soft keyword.
    fn is_soft_keyword(&self, ahead: usize, word: &str) -> bool {
        let token = self.token_at(self.position + ahead);
        token.kind == TokenKind::Name && self.text_of(token) == word
    }

    fn name(&mut self) -> Parse<Ident> {
        let token = self.expect(TokenKind::Name)?;
        Ok(self.intern(token))
    }

    #[inline(never)]
    fn intern(&mut self, token: Token) -> Ident {
        let text = self.text_of(token);
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name: Ident = if text.is_ascii() { text.into() } else { text.nfkc().collect::<String>().into() };
        self.names.insert(text, name.clone());
        name
    }

    fn line_of(&self, offset: u32) -> u32 {
        self.source.lines().line(offset)
    }

    // -----------------------------------------------------------------------------------------------------------
    // Failing and trying

    /// Remembers that the current token has been looked at.
    fn note(&mut self) {
        self.furthest = self.furthest.max(self.position);
    }

    fn fail(&mut self) -> Failure {
        self.note();
        Failure(None)
    }

    /// Runs a rule; if it does not match, goes back to where it started.
    fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<Option<T>> {
        let (position, depth) = (self.position, self.depth);
        match rule(self) {
            Ok(found) => Ok(Some(found)),
            Err(Failure(None)) => {
                self.note();
                self.position = position;
                self.depth = depth;
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Runs a rule that continues what has been parsed up to token `end`. In the second pass, if it does not match,
    /// goes back there.
    fn continuation<T>(&mut self, end: usize, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<Option<T>> {
        if !self.lenient {
            return rule(self).map(Some);
        }
        let found = self.attempt(rule)?;
        if found.is_none() {
            self.position = end;
        }
        Ok(found)
    }

    /// Runs a rule that begins at a bracket; if it does not match, never again. Only what was tried in the second
    /// pass, and dicts, can be tried again at all.
    fn once<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        let key = (self.position, self.diagnosing);
        if self.failed_brackets.contains(&key) {
            return Err(self.fail());
        }
        let found = rule(self);
        if let Err(Failure(None)) = found {
            self.failed_brackets.insert(key);
        }
        found
    }

    /// Counts one level of nesting, to be uncounted with [`Parser::leave`]; a rule that fails need not.
    fn enter(&mut self) -> Parse<()> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH && stack_address().abs_diff(self.stack_base) <= self.options.stack_budget {
            return Ok(());
        }
        Err(self.too_complex())
    }

    #[cold]
    fn too_complex(&self) -> Failure {
        let message = "Parser stack overflowed - Python source too complex to parse".to_string();
        Failure(Some(self.source.error(SyntaxErrorKind::MemoryError, message, span_of(self.token()))))
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn raise_kind(&mut self, kind: SyntaxErrorKind, span: Span, message: impl Into<String>) -> Failure {
        self.note();
        if let Some(error) = self.lexer_error_reached() {
            return Failure(Some(error));
        }
        Failure(Some(self.source.error(kind, message.into(), span)))
    }

    /// A syntax error that covers a span.
    fn raise(&mut self, span: Span, message: impl Into<String>) -> Failure {
        self.raise_kind(SyntaxErrorKind::SyntaxError, span, message)
    }

    /// A syntax error at the furthest token seen so far.
    fn raise_at_last_token(&mut self, message: impl Into<String>) -> Failure {
        self.note();
        match self.lexer_error_reached() {
            Some(error) => Failure(Some(error)),
            None => Failure(Some(self.error_at_last_token(SyntaxErrorKind::SyntaxError, message.into()))),
        }
    }

    fn raise_indentation(&mut self, message: String) -> Failure {
        self.note();
        match self.lexer_error_reached() {
            Some(error) => Failure(Some(error)),
            None => Failure(Some(self.error_at_last_token(SyntaxErrorKind::IndentationError, message))),
        }
    }

    /// From a token's start to the furthest token's end.
    fn span_to_last_token(&self, start: u32) -> Span {
        Span::new(start, self.token_at(self.furthest.max(self.position)).end.max(start))
    }

    // -----------------------------------------------------------------------------------------------------------
    // The error of the whole parse

    fn lexer_error_reached(&self) -> Option<Box<SyntaxError>> {
        if self.token_at(self.furthest).kind != TokenKind::Error {
            return None;
        }
        self.lexed.failure.as_ref().map(|failure| failure.error.clone())
    }

    /// Whether the furthest token looked at is where the input ends.
    fn stopped_at_end(&self) -> bool {
        let token = self.token_at(self.furthest);
        match token.kind {
            TokenKind::EndMarker | TokenKind::Dedent => token.end as usize >= self.source.text().len(),
            TokenKind::Error => self.lexed.failure.as_ref().is_some_and(|failure| failure.incomplete),
            // The lexer does not look behind these.
            TokenKind::String | TokenKind::FStringEnd | TokenKind::TStringEnd => false,
            TokenKind::Newline if token.start < token.end => false,
            _ => self.mode != Mode::Exec && token.end as usize >= self.source.text().len(),
        }
    }

    /// The error to report after the first pass failed.
    fn explain(mut self, failure: Failure) -> Box<SyntaxError> {
        let last_token = self.furthest;
        let error = match failure.0 {
            Some(error) if !self.forced || error.kind == SyntaxErrorKind::MemoryError => error,
            provisional => {
                if let Some(error) = self.lexer_error_reached() {
                    return error;
                }
                let found = self.second_pass();
                self.note();
                if let Some(error) = self.lexer_error_reached() {
                    return error;
                }
                match (found, provisional) {
                    // Looking for mistakes takes more stack than parsing, and must not hide that there is one.
                    (Err(Failure(Some(error))), _) if error.kind != SyntaxErrorKind::MemoryError => error,
                    (_, Some(error)) => error,
                    _ => {
                        let error = self.generic_error(last_token);
                        if error.kind == SyntaxErrorKind::IndentationError {
                            return error;
                        }
                        error
                    }
                }
            }
        };
        if let Some(failure) = self.lexed.failure.as_ref().filter(|failure| failure.hard) {
            return failure.error.clone();
        }
        if error.kind == SyntaxErrorKind::MemoryError {
            return error;
        }
        // An open bracket swallows the lines below it, so that an error there is only a consequence.
        if let Some(open) = self.lexed.open_bracket {
            let last = self.token_at(self.furthest);
            if self.line_of(last.start) > self.line_of(open.offset) {
                let message = alloc::format!("'{}' was never closed", char::from(open.byte));
                let span = Span::new(open.offset, open.offset + 1);
                return self.source.error(SyntaxErrorKind::SyntaxError, message, span);
            }
        }
        error
    }

    fn second_pass(&mut self) -> Parse<Module> {
        self.diagnosing = true;
        self.lenient = true;
        self.position = 0;
        self.depth = 0;
        self.failed_brackets.clear();
        self.module()
    }

    fn generic_error(&self, index: usize) -> Box<SyntaxError> {
        let token = self.token_at(index);
        let (kind, message) = match token.kind {
            TokenKind::Indent => (SyntaxErrorKind::IndentationError, "unexpected indent"),
            TokenKind::Dedent => (SyntaxErrorKind::IndentationError, "unexpected unindent"),
            _ => (SyntaxErrorKind::SyntaxError, "invalid syntax"),
        };
        self.error_at_token(kind, message.into(), token)
    }

    fn error_at_last_token(&self, kind: SyntaxErrorKind, message: String) -> Box<SyntaxError> {
        self.error_at_token(kind, message, self.token_at(self.furthest))
    }

    fn error_at_token(&self, kind: SyntaxErrorKind, message: String, token: Token) -> Box<SyntaxError> {
        match token.kind {
            // These stand between characters: CPython shows the one before.
            TokenKind::Indent | TokenKind::Dedent | TokenKind::EndMarker | TokenKind::Newline if token.start == token.end => {
                let at_end = token.start as usize >= self.source.text().len();
                let after_newline = self.source.text().ends_with('\n');
                let offset = token.start - u32::from(at_end && after_newline);
                let (line, column) = self.source.line_and_character(offset);
                let implied_newline = self.mode == Mode::Exec || after_newline;
                let column = if at_end && implied_newline { column } else { column.saturating_sub(1) };
                self.source.error_in_line(kind, message, line, column)
            }
            _ => self.source.error(kind, message, span_of(token)),
        }
    }

    fn warn(&mut self, span: Span, message: String) {
        if !self.diagnosing {
            let line = self.line_of(span.start);
            self.warnings.push(SyntaxWarning { message, line, span });
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // The whole input

    fn module(&mut self) -> Parse<Module> {
        match self.mode {
            Mode::Exec => {
                let mut body = Vec::new();
                while !self.is(TokenKind::EndMarker) {
                    self.statement(&mut body)?;
                }
                Ok(Module::Exec(body))
            }
            Mode::Eval => {
                let value = self.expressions()?;
                while self.accept(TokenKind::Newline) {}
                self.expect(TokenKind::EndMarker)?;
                Ok(Module::Eval(Box::new(value)))
            }
            Mode::Single => self.interactive(),
        }
    }

    fn interactive(&mut self) -> Parse<Module> {
        let mut body = Vec::new();
        if self.is(TokenKind::EndMarker) {
            return Err(self.fail());
        }
        if !self.accept(TokenKind::Newline) {
            if self.statement(&mut body)? {
                self.expect(TokenKind::Newline)?;
            }
            let last = self.previous();
            if !is_blank(self.source.text().get(last.end as usize..).unwrap_or_default()) {
                let message = "multiple statements found while compiling a single statement";
                return Err(Failure(Some(self.source.error(SyntaxErrorKind::SyntaxError, message.into(), span_of(last)))));
            }
        }
        Ok(Module::Single(body))
    }
}

/// About where the native stack ends now.
fn stack_address() -> usize {
    let marker = 0u8;
    core::ptr::from_ref(core::hint::black_box(&marker)).addr()
}

/// Whether there are only blank lines and comments.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| {
        let line = line.trim_start_matches([' ', '\t', '\x0c']);
        line.is_empty() || line.starts_with('#')
    })
}

fn span_of(token: Token) -> Span {
    Span::new(token.start, token.end)
}

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}
