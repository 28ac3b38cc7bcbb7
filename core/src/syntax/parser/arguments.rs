//! The arguments of a call or class statement.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::expression::starts_expression;
use super::{Failure, Parse, Parser, expr};
use crate::syntax::ast::*;
use crate::syntax::token::TokenKind;

/// Arguments as far as they could be parsed.
#[derive(Default)]
pub(super) struct Arguments {
    pub positional: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    /// A `**mapping` has been seen.
    pub unpacked_mapping: bool,
}

impl Parser<'_> {
    /// At `(`: the arguments, to the closing parenthesis. `generator`: a generator expression may be the only one,
    /// as in a call but not in a class statement.
    pub(super) fn call_arguments(&mut self, generator: bool) -> Parse<Arguments> {
        let open = self.advance().start;
        let mut arguments = Arguments::default();
        if !self.accept(TokenKind::RightParen) {
            if self.diagnosing {
                self.diagnosed_arguments(&mut arguments, open, generator)?;
            } else {
                self.arguments_to_close(&mut arguments, open, generator)?;
            }
        }
        Ok(arguments)
    }

    #[inline(never)]
    fn diagnosed_arguments(&mut self, arguments: &mut Arguments, open: u32, generator: bool) -> Parse<()> {
        let first = self.position;
        if self.attempt(|parser| parser.arguments_to_close(arguments, open, generator))?.is_some() {
            return Ok(());
        }
        self.position = first;
        self.diagnose_arguments()?;
        Err(self.fail())
    }

    fn arguments_to_close(&mut self, arguments: &mut Arguments, open: u32, generator: bool) -> Parse<()> {
        loop {
            self.argument(arguments)?;
            let only = arguments.positional.len() == 1 && arguments.keywords.is_empty();
            if generator && only && self.at_comprehension() {
                return self.generator_argument(arguments, open);
            }
            if !self.accept(TokenKind::Comma) {
                self.expect(TokenKind::RightParen)?;
                return Ok(());
            }
            if self.accept(TokenKind::RightParen) {
                return Ok(());
            }
        }
    }

    /// Turns the only argument into a generator expression, which shares the call's parentheses.
    #[inline(never)]
    fn generator_argument(&mut self, arguments: &mut Arguments, open: u32) -> Parse<()> {
        let Some(element) = arguments.positional.pop() else { return Err(self.fail()) };
        if matches!(element.kind, ExprKind::Starred(_)) {
            if self.diagnosing {
                self.comprehension_clauses()?;
                return Err(self.raise(element.span, "iterable unpacking cannot be used in comprehension"));
            }
            return Err(self.fail());
        }
        let generators = self.comprehension_clauses()?;
        self.expect(TokenKind::RightParen)?;
        let span = self.span_from(open);
        let generator = ExprKind::GeneratorExp(Box::new(ElementComp { element, generators }));
        arguments.positional.push(expr(generator, span));
        Ok(())
    }

    /// At the star of an argument or index.
    pub(super) fn starred_expression(&mut self) -> Parse<Expr> {
        let begins = starts_expression(self.peek_at(1));
        match self.starred(Self::expression) {
            // In the first pass an expression fails for anything wrong in it.
            Err(Failure(None)) if self.lenient || !begins => Err(self.raise_at_last_token("Invalid star expression")),
            other => other,
        }
    }

    /// One argument, if it may follow those before it.
    pub(super) fn argument(&mut self, arguments: &mut Arguments) -> Parse<()> {
        let start = self.start();
        if self.diagnosing {
            self.diagnose_keyword_argument(!arguments.keywords.is_empty())?;
        }
        let value = match self.peek() {
            TokenKind::Star if !arguments.unpacked_mapping => {
                let starred = self.starred_expression()?;
                if self.diagnosing {
                    self.diagnose_assignment_to_unpacking(start, "iterable argument unpacking")?;
                }
                starred
            }
            TokenKind::DoubleStar => return self.keyword_argument(arguments),
            TokenKind::Name if self.peek_at(1) == TokenKind::Equal => return self.keyword_argument(arguments),
            _ if !arguments.keywords.is_empty() => return Err(self.fail()),
            TokenKind::Name if self.peek_at(1) == TokenKind::ColonEqual => {
                let value = self.walrus()?;
                if self.is(TokenKind::Equal) {
                    return Err(self.fail());
                }
                value
            }
            _ => {
                let value = self.expression()?;
                if self.diagnosing {
                    self.diagnose_assignment_in_argument(&value)?;
                }
                if matches!(self.peek(), TokenKind::ColonEqual | TokenKind::Equal) {
                    return Err(self.fail());
                }
                value
            }
        };
        arguments.positional.push(value);
        Ok(())
    }

    /// `name=value` or `**value`.
    #[inline(never)]
    fn keyword_argument(&mut self, arguments: &mut Arguments) -> Parse<()> {
        let first = self.advance();
        let mut name = None;
        if first.kind == TokenKind::Name {
            name = Some(self.intern(first));
            self.advance();
        }
        let value = self.expression()?;
        if name.is_none() {
            arguments.unpacked_mapping = true;
            if self.diagnosing {
                self.diagnose_assignment_to_unpacking(first.start, "keyword argument unpacking")?;
            }
        }
        let span = self.span_from(first.start);
        arguments.keywords.push(Keyword { name, value, span });
        Ok(())
    }
}
