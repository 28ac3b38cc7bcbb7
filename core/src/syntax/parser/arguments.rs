//! The arguments of a call or class statement.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Parse, Parser, expr};
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
    /// At `(`: the arguments, to the closing parenthesis.
    pub(super) fn call_arguments(&mut self) -> Parse<(Vec<Expr>, Vec<Keyword>)> {
        let open = self.advance();
        let first = self.position;
        if self.accept(TokenKind::RightParen) {
            return Ok((Vec::new(), Vec::new()));
        }
        if !self.diagnosing {
            return self.arguments_to_close(open.start);
        }
        if let Some(found) = self.attempt(|parser| parser.arguments_to_close(open.start))? {
            return Ok(found);
        }
        self.position = first;
        self.diagnose_arguments()?;
        Err(self.fail())
    }

    fn arguments_to_close(&mut self, open: u32) -> Parse<(Vec<Expr>, Vec<Keyword>)> {
        let mut arguments = Arguments::default();
        loop {
            self.argument(&mut arguments)?;
            if self.at_comprehension() && arguments.positional.len() == 1 && arguments.keywords.is_empty() {
                self.generator_argument(&mut arguments, open)?;
                return Ok((arguments.positional, arguments.keywords));
            }
            if !self.accept(TokenKind::Comma) {
                self.expect(TokenKind::RightParen)?;
                break;
            }
            if self.accept(TokenKind::RightParen) {
                break;
            }
        }
        Ok((arguments.positional, arguments.keywords))
    }

    /// Turns the only argument into a generator expression, which shares the call's parentheses.
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

    /// One argument, if it may follow those before it.
    pub(super) fn argument(&mut self, arguments: &mut Arguments) -> Parse<()> {
        let start = self.start();
        if self.diagnosing {
            self.diagnose_keyword_argument(!arguments.keywords.is_empty())?;
        }
        match self.peek() {
            TokenKind::Star if !arguments.unpacked_mapping => {
                let starred = self.starred(Self::expression)?;
                if self.diagnosing {
                    self.diagnose_assignment_to_unpacking(start, "iterable argument unpacking")?;
                }
                arguments.positional.push(starred);
            }
            TokenKind::DoubleStar => {
                self.advance();
                let value = self.expression()?;
                if self.diagnosing {
                    self.diagnose_assignment_to_unpacking(start, "keyword argument unpacking")?;
                }
                let span = self.span_from(start);
                arguments.keywords.push(Keyword { name: None, value, span });
                arguments.unpacked_mapping = true;
            }
            TokenKind::Name if self.peek_at(1) == TokenKind::Equal => {
                let name = Some(self.name()?);
                self.advance();
                let value = self.expression()?;
                let span = self.span_from(start);
                arguments.keywords.push(Keyword { name, value, span });
            }
            _ if !arguments.keywords.is_empty() => return Err(self.fail()),
            TokenKind::Name if self.peek_at(1) == TokenKind::ColonEqual => {
                let value = self.walrus()?;
                arguments.positional.push(value);
            }
            _ => {
                let value = self.expression()?;
                if self.diagnosing {
                    self.diagnose_assignment_in_argument(&value)?;
                }
                if matches!(self.peek(), TokenKind::ColonEqual | TokenKind::Equal) {
                    return Err(self.fail());
                }
                arguments.positional.push(value);
            }
        }
        Ok(())
    }
}
