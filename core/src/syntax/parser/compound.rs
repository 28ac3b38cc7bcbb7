//! Compound statements: those with blocks.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::arguments::Arguments;
use super::{Parse, Parser, expr};
use crate::syntax::ast::*;
use crate::syntax::token::{Token, TokenKind};

impl Parser<'_> {
    /// The compound statement that starts here, if one does.
    #[inline(never)]
    pub(super) fn compound_statement(&mut self) -> Parse<Option<Stmt>> {
        let start = self.start();
        let kind = match self.peek() {
            TokenKind::If => self.if_statement()?,
            TokenKind::While => self.while_statement()?,
            TokenKind::For => self.for_statement(start, false)?,
            TokenKind::Try => self.try_statement()?,
            TokenKind::With => self.with_statement(false)?,
            TokenKind::Def => self.function(Vec::new(), false)?,
            TokenKind::Class => self.class(Vec::new())?,
            TokenKind::At => return self.decorated().map(Some),
            TokenKind::Async => {
                let next = self.peek_at(1);
                match next {
                    TokenKind::Def | TokenKind::For | TokenKind::With => self.advance(),
                    _ => {
                        self.furthest = self.furthest.max(self.position + 1);
                        return Err(self.fail());
                    }
                };
                match next {
                    TokenKind::Def => self.function(Vec::new(), true)?,
                    TokenKind::For => self.for_statement(start, true)?,
                    _ => self.with_statement(true)?,
                }
            }
            TokenKind::Name if self.may_be_match() => match self.attempt(Self::match_head)? {
                Some(subject) => self.match_cases(subject)?,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let span = self.block_span(start);
        Ok(Some(Stmt { kind, span }))
    }

    /// From `start` to the end of the last statement: the newline and dedent tokens behind it do not count.
    fn block_span(&self, start: u32) -> Span {
        let mut index = self.position.saturating_sub(1);
        while index > 0 && matches!(self.token_at(index).kind, TokenKind::Newline | TokenKind::Dedent) {
            index -= 1;
        }
        Span::new(start, self.token_at(index).end)
    }

    // -----------------------------------------------------------------------------------------------------------
    // Blocks

    /// The colon of a header and its block. `owner`: how messages call the statement, at token `keyword`.
    pub(super) fn colon_and_block(&mut self, owner: &str, keyword: Token) -> Parse<Vec<Stmt>> {
        if self.diagnosing && self.is(TokenKind::Newline) {
            return Err(self.raise_at_last_token("expected ':'"));
        }
        self.expect(TokenKind::Colon)?;
        self.block(owner, keyword)
    }

    /// Like [`Parser::colon_and_block`], where a missing colon is always reported.
    fn forced_colon_and_block(&mut self, owner: &str, keyword: Token) -> Parse<Vec<Stmt>> {
        self.expect_forced(TokenKind::Colon)?;
        self.block(owner, keyword)
    }

    /// An indented block, or simple statements on the same line.
    fn block(&mut self, owner: &str, keyword: Token) -> Parse<Vec<Stmt>> {
        let mut body = Vec::new();
        if !self.accept(TokenKind::Newline) {
            self.simple_statements(&mut body)?;
            return Ok(body);
        }
        if !self.is(TokenKind::Indent) {
            if self.diagnosing {
                let line = self.line_of(keyword.start);
                let message = format!("expected an indented block after {owner} on line {line}");
                return Err(self.raise_indentation(message));
            }
            return Err(self.fail());
        }
        self.enter()?;
        self.advance();
        loop {
            self.statement(&mut body)?;
            if self.accept(TokenKind::Dedent) {
                break;
            }
            if self.is(TokenKind::EndMarker) {
                return Err(self.fail());
            }
        }
        self.leave();
        Ok(body)
    }

    /// `else:` and its block, if it is there.
    fn else_block(&mut self) -> Parse<Vec<Stmt>> {
        if !self.is(TokenKind::Else) {
            return Ok(Vec::new());
        }
        let keyword = self.advance();
        let body = self.forced_colon_and_block("'else' statement", keyword)?;
        if self.diagnosing && self.is(TokenKind::Elif) {
            return Err(self.raise_at_last_token("'elif' block follows an 'else' block"));
        }
        Ok(body)
    }

    // -----------------------------------------------------------------------------------------------------------
    // Branches and loops

    #[inline(never)]
    fn if_statement(&mut self) -> Parse<StmtKind> {
        let mut branches = Vec::with_capacity(1);
        loop {
            let keyword = self.advance();
            let owner = if branches.is_empty() { "'if' statement" } else { "'elif' statement" };
            let test = self.named_expression()?;
            let body = self.colon_and_block(owner, keyword)?;
            branches.push(IfBranch { test, body, span: self.block_span(keyword.start) });
            if !self.is(TokenKind::Elif) {
                break;
            }
        }
        let orelse = self.else_block()?;
        Ok(StmtKind::If { branches, orelse })
    }

    #[inline(never)]
    fn while_statement(&mut self) -> Parse<StmtKind> {
        let keyword = self.advance();
        let test = self.named_expression()?;
        let body = self.colon_and_block("'while' statement", keyword)?;
        let orelse = self.else_block()?;
        Ok(StmtKind::While(Box::new(While { test, body, orelse })))
    }

    /// At `for`; the statement starts at `start`, where `async` may stand.
    #[inline(never)]
    fn for_statement(&mut self, start: u32, is_async: bool) -> Parse<StmtKind> {
        let mut keyword = self.advance();
        keyword.start = start;
        let target = if self.diagnosing { self.diagnose_for_target()? } else { self.for_targets()? };
        self.expect(TokenKind::In)?;
        let iter = self.star_expressions()?;
        let body = self.colon_and_block("'for' statement", keyword)?;
        let orelse = self.else_block()?;
        Ok(StmtKind::For(Box::new(For { is_async, target, iter, body, orelse })))
    }

    // -----------------------------------------------------------------------------------------------------------
    // with

    #[inline(never)]
    fn with_statement(&mut self, is_async: bool) -> Parse<StmtKind> {
        let keyword = self.advance();
        if self.is(TokenKind::LeftParen)
            && let Some(items) = self.attempt(Self::parenthesised_with_items)?
        {
            let body = self.colon_and_block("'with' statement", keyword)?;
            return Ok(StmtKind::With(Box::new(With { is_async, items, body })));
        }
        let mut items = Vec::with_capacity(1);
        loop {
            items.push(self.with_item()?);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        let body = self.colon_and_block("'with' statement", keyword)?;
        Ok(StmtKind::With(Box::new(With { is_async, items, body })))
    }

    /// `(a as b, c)` before the colon. Fails if the parentheses turn out to be part of an expression.
    fn parenthesised_with_items(&mut self) -> Parse<Vec<WithItem>> {
        self.advance();
        let mut items = Vec::with_capacity(1);
        loop {
            items.push(self.with_item()?);
            if !self.accept(TokenKind::Comma) || self.is(TokenKind::RightParen) {
                break;
            }
        }
        self.expect(TokenKind::RightParen)?;
        if self.is(TokenKind::Colon) || (self.diagnosing && self.is(TokenKind::Newline)) {
            return Ok(items);
        }
        Err(self.fail())
    }

    fn with_item(&mut self) -> Parse<WithItem> {
        let context = self.expression()?;
        if !self.is(TokenKind::As) {
            return Ok(WithItem { context, target: None });
        }
        self.advance();
        let target = if self.diagnosing {
            self.diagnose_with_target()?
        } else {
            let target = self.with_target()?;
            if !matches!(self.peek(), TokenKind::Comma | TokenKind::RightParen | TokenKind::Colon) {
                return Err(self.fail());
            }
            target
        };
        Ok(WithItem { context, target: Some(target) })
    }

    // -----------------------------------------------------------------------------------------------------------
    // try

    #[inline(never)]
    fn try_statement(&mut self) -> Parse<StmtKind> {
        let keyword = self.advance();
        let body = self.forced_colon_and_block("'try' statement", keyword)?;
        if !matches!(self.peek(), TokenKind::Except | TokenKind::Finally) {
            if self.diagnosing {
                return Err(self.raise_at_last_token("expected 'except' or 'finally' block"));
            }
            return Err(self.fail());
        }
        let mut handlers = Vec::new();
        let is_star = self.peek_at(1) == TokenKind::Star;
        while self.is(TokenKind::Except) {
            if (self.peek_at(1) == TokenKind::Star) != is_star {
                if self.diagnosing {
                    self.diagnose_mixed_handler(is_star)?;
                }
                self.furthest = self.furthest.max(self.position + 1);
                return Err(self.fail());
            }
            handlers.push(self.except_handler(is_star)?);
        }
        let orelse = if handlers.is_empty() { Vec::new() } else { self.else_block()? };
        let mut finalbody = Vec::new();
        if self.is(TokenKind::Finally) {
            let keyword = self.advance();
            finalbody = self.forced_colon_and_block("'finally' statement", keyword)?;
        }
        Ok(StmtKind::Try(Box::new(Try { body, handlers, orelse, finalbody, is_star })))
    }

    pub(super) fn except_handler(&mut self, is_star: bool) -> Parse<ExceptHandler> {
        let keyword = self.advance();
        if is_star {
            self.advance();
        }
        let owner = if is_star { "'except*' statement" } else { "'except' statement" };
        let mut exception = None;
        let mut name = None;
        if is_star && self.diagnosing && matches!(self.peek(), TokenKind::Newline | TokenKind::Colon) {
            return Err(self.raise_at_last_token("expected one or more exception types"));
        }
        if is_star || !matches!(self.peek(), TokenKind::Colon | TokenKind::Newline) {
            let start = self.start();
            let first = self.expression()?;
            if self.is(TokenKind::Comma) {
                exception = Some(self.unparenthesised_exceptions(start, first)?);
            } else {
                exception = Some(first);
                if self.accept(TokenKind::As) {
                    if self.diagnosing {
                        self.diagnose_except_target(is_star)?;
                    }
                    name = Some(self.name()?);
                }
            }
        }
        let body = self.colon_and_block(owner, keyword)?;
        Ok(ExceptHandler { exception, name, body, span: self.block_span(keyword.start) })
    }

    /// `except A, B:` (PEP 758), after the first exception.
    fn unparenthesised_exceptions(&mut self, start: u32, first: Expr) -> Parse<Expr> {
        let mut exceptions = Vec::with_capacity(2);
        exceptions.push(first);
        while self.accept(TokenKind::Comma) && self.at_element(false) {
            exceptions.push(self.expression()?);
        }
        let span = self.span_from(start);
        if self.is(TokenKind::As) {
            if self.diagnosing {
                self.diagnose_unparenthesised_exceptions(start)?;
            }
            return Err(self.fail());
        }
        Ok(expr(ExprKind::Tuple(exceptions.into()), span))
    }

    // -----------------------------------------------------------------------------------------------------------
    // Definitions

    #[inline(never)]
    fn decorated(&mut self) -> Parse<Stmt> {
        let mut decorators = Vec::with_capacity(1);
        while self.accept(TokenKind::At) {
            decorators.push(self.named_expression()?);
            self.expect(TokenKind::Newline)?;
        }
        let start = self.start();
        let kind = match self.peek() {
            TokenKind::Class => self.class(decorators)?,
            TokenKind::Def => self.function(decorators, false)?,
            TokenKind::Async if self.peek_at(1) == TokenKind::Def => {
                self.advance();
                self.function(decorators, true)?
            }
            _ => return Err(self.fail()),
        };
        let span = self.block_span(start);
        Ok(Stmt { kind, span })
    }

    /// At `def`.
    #[inline(never)]
    fn function(&mut self, decorators: Vec<Expr>, is_async: bool) -> Parse<StmtKind> {
        let keyword = self.advance();
        let name = self.name()?;
        let type_params = self.attempt(Self::type_parameters)?.unwrap_or_default();
        self.expect_forced(TokenKind::LeftParen)?;
        let parameters = self.parameters(false)?;
        self.expect(TokenKind::RightParen)?;
        let returns = self.attempt(|parser| {
            parser.expect(TokenKind::Arrow)?;
            parser.expression()
        })?;
        let body = self.forced_colon_and_block("function definition", keyword)?;
        Ok(StmtKind::FunctionDef(Box::new(FunctionDef { name, is_async, decorators, type_params, parameters, returns, body })))
    }

    #[inline(never)]
    fn class(&mut self, decorators: Vec<Expr>) -> Parse<StmtKind> {
        let keyword = self.advance();
        let name = self.name()?;
        let type_params = self.type_parameters()?;
        let arguments = if self.is(TokenKind::LeftParen) { self.call_arguments(false)? } else { Arguments::default() };
        let body = self.colon_and_block("class definition", keyword)?;
        Ok(StmtKind::ClassDef(Box::new(ClassDef { name, decorators, type_params, arguments: arguments.positional, keywords: arguments.keywords, body })))
    }
}
