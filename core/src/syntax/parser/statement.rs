//! Simple statements, and the choice between them and the compound ones.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::target::{TargetUse, invalid_target, is_single_target};
use super::{Parse, Parser};
use crate::syntax::ast::*;
use crate::syntax::token::TokenKind;

/// The operator of an augmented assignment.
pub(super) fn augmented_operator(kind: TokenKind) -> Option<Operator> {
    Some(match kind {
        TokenKind::PlusEqual => Operator::Add,
        TokenKind::MinusEqual => Operator::Sub,
        TokenKind::StarEqual => Operator::Mult,
        TokenKind::AtEqual => Operator::MatMult,
        TokenKind::SlashEqual => Operator::Div,
        TokenKind::PercentEqual => Operator::Mod,
        TokenKind::AmpersandEqual => Operator::BitAnd,
        TokenKind::VerticalBarEqual => Operator::BitOr,
        TokenKind::CaretEqual => Operator::BitXor,
        TokenKind::LeftShiftEqual => Operator::LShift,
        TokenKind::RightShiftEqual => Operator::RShift,
        TokenKind::DoubleStarEqual => Operator::Pow,
        TokenKind::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}

impl Parser<'_> {
    /// One statement, or the simple statements of one line. True if it was a compound statement.
    pub(super) fn statement(&mut self, body: &mut Vec<Stmt>) -> Parse<bool> {
        if let Some(statement) = self.compound_statement()? {
            body.push(statement);
            return Ok(true);
        }
        self.simple_statements(body)?;
        Ok(false)
    }

    /// Statements separated by semicolons, to the end of the line.
    #[inline(never)]
    pub(super) fn simple_statements(&mut self, body: &mut Vec<Stmt>) -> Parse<()> {
        loop {
            let statement = self.simple_statement()?;
            body.push(statement);
            if self.accept(TokenKind::Newline) {
                return Ok(());
            }
            self.expect(TokenKind::Semicolon)?;
            if self.accept(TokenKind::Newline) {
                return Ok(());
            }
        }
    }

    pub(super) fn simple_statement(&mut self) -> Parse<Stmt> {
        let start = self.start();
        let kind = match self.peek() {
            TokenKind::Return => {
                self.advance();
                StmtKind::Return(self.optional_expressions()?)
            }
            TokenKind::Import => self.import()?,
            TokenKind::From => self.import_from()?,
            TokenKind::Raise => self.raise_statement()?,
            TokenKind::Pass => self.keyword_statement(StmtKind::Pass),
            TokenKind::Break => self.keyword_statement(StmtKind::Break),
            TokenKind::Continue => self.keyword_statement(StmtKind::Continue),
            TokenKind::Del => self.delete()?,
            TokenKind::Assert => self.assert()?,
            TokenKind::Global => {
                self.advance();
                StmtKind::Global(self.name_list()?)
            }
            TokenKind::Nonlocal => {
                self.advance();
                StmtKind::Nonlocal(self.name_list()?)
            }
            TokenKind::Name if self.is_soft_keyword(0, "type") && self.peek_at(1) == TokenKind::Name => self.type_alias()?,
            _ => self.expression_statement()?,
        };
        let span = self.span_from(start);
        Ok(Stmt { kind, span })
    }

    fn keyword_statement(&mut self, kind: StmtKind) -> StmtKind {
        self.advance();
        kind
    }

    fn optional_expressions(&mut self) -> Parse<Option<Expr>> {
        self.note();
        if self.at_element(true) { Ok(Some(self.star_expressions()?)) } else { Ok(None) }
    }

    /// An expression, or an assignment of any kind.
    #[inline(never)]
    fn expression_statement(&mut self) -> Parse<StmtKind> {
        let first = self.position;
        let value = self.yield_or_star_expressions()?;
        match self.peek() {
            TokenKind::Newline | TokenKind::Semicolon => Ok(StmtKind::Expr(value)),
            TokenKind::Equal => self.assignment(first, value),
            TokenKind::Colon => self.annotated_assignment(first, value),
            kind => match augmented_operator(kind) {
                Some(op) => self.augmented_assignment(first, value, op),
                None => {
                    if self.diagnosing {
                        let end = self.position;
                        self.diagnose_assignment(first)?;
                        self.position = end;
                    }
                    Ok(StmtKind::Expr(value))
                }
            },
        }
    }

    /// At the first `=`.
    fn assignment(&mut self, first: usize, target: Expr) -> Parse<StmtKind> {
        if !self.diagnosing {
            return self.assignment_chain(target);
        }
        match self.attempt(|parser| parser.assignment_chain(target))? {
            Some(assignment) => Ok(assignment),
            None => {
                self.diagnose_assignment(first)?;
                Err(self.fail())
            }
        }
    }

    fn assignment_chain(&mut self, target: Expr) -> Parse<StmtKind> {
        let mut targets = Vec::with_capacity(1);
        let mut value = target;
        while self.is(TokenKind::Equal) {
            if invalid_target(&value, TargetUse::Assignment).is_some() {
                return Err(self.fail());
            }
            targets.push(value);
            self.advance();
            value = self.yield_or_star_expressions()?;
        }
        Ok(StmtKind::Assign { targets, value })
    }

    fn augmented_assignment(&mut self, first: usize, target: Expr, op: Operator) -> Parse<StmtKind> {
        if !is_single_target(&target) {
            if self.diagnosing {
                self.diagnose_assignment(first)?;
            }
            return Err(self.fail());
        }
        self.advance();
        let value = self.yield_or_star_expressions()?;
        Ok(StmtKind::AugAssign(Box::new(AugAssign { target, op, value })))
    }

    fn annotated_assignment(&mut self, first: usize, target: Expr) -> Parse<StmtKind> {
        if !is_single_target(&target) {
            if self.diagnosing {
                self.diagnose_assignment(first)?;
            }
            return Err(self.fail());
        }
        let simple = matches!(target.kind, ExprKind::Name(_)) && self.token_at(first).kind == TokenKind::Name;
        self.advance();
        let annotation = self.expression()?;
        let value = if self.accept(TokenKind::Equal) { Some(self.yield_or_star_expressions()?) } else { None };
        Ok(StmtKind::AnnAssign(Box::new(AnnAssign { target, annotation, value, simple })))
    }

    #[inline(never)]
    fn delete(&mut self) -> Parse<StmtKind> {
        self.advance();
        let mut targets = Vec::with_capacity(1);
        if !self.diagnosing {
            self.delete_targets(&mut targets)?;
            return Ok(StmtKind::Delete(targets));
        }
        if self.attempt(|parser| parser.delete_targets(&mut targets))?.is_none() {
            self.diagnose_delete()?;
            return Err(self.fail());
        }
        Ok(StmtKind::Delete(targets))
    }

    fn delete_targets(&mut self, targets: &mut Vec<Expr>) -> Parse<()> {
        loop {
            let target = self.primary()?;
            if invalid_target(&target, TargetUse::Deletion).is_some() {
                return Err(self.fail());
            }
            targets.push(target);
            if !self.accept(TokenKind::Comma) || !self.at_element(false) {
                break;
            }
        }
        if matches!(self.peek(), TokenKind::Semicolon | TokenKind::Newline) { Ok(()) } else { Err(self.fail()) }
    }

    #[inline(never)]
    fn raise_statement(&mut self) -> Parse<StmtKind> {
        self.advance();
        self.note();
        let mut node = Raise { exception: None, cause: None };
        if self.at_element(false) {
            node.exception = Some(self.expression()?);
            if self.accept(TokenKind::From) {
                node.cause = Some(self.expression()?);
            }
        }
        Ok(StmtKind::Raise(Box::new(node)))
    }

    #[inline(never)]
    fn assert(&mut self) -> Parse<StmtKind> {
        self.advance();
        let test = self.expression()?;
        let message = if self.accept(TokenKind::Comma) { Some(self.expression()?) } else { None };
        Ok(StmtKind::Assert(Box::new(Assert { test, message })))
    }

    fn name_list(&mut self) -> Parse<Vec<Ident>> {
        let mut names = Vec::with_capacity(1);
        loop {
            names.push(self.name()?);
            if !self.accept(TokenKind::Comma) {
                return Ok(names);
            }
        }
    }

    /// At the soft keyword `type`, a name behind it.
    #[inline(never)]
    fn type_alias(&mut self) -> Parse<StmtKind> {
        self.advance();
        let token = self.token();
        let name = self.name()?;
        let name_span = super::span_of(token);
        let type_params = self.type_parameters()?;
        self.expect(TokenKind::Equal)?;
        let value = self.expression()?;
        Ok(StmtKind::TypeAlias(Box::new(TypeAlias { name, name_span, type_params, value })))
    }

    // -----------------------------------------------------------------------------------------------------------
    // Imports

    #[inline(never)]
    fn import(&mut self) -> Parse<StmtKind> {
        if self.diagnosing {
            self.diagnose_import()?;
        }
        self.advance();
        let mut names = Vec::with_capacity(1);
        loop {
            let start = self.start();
            let name = self.dotted_name()?;
            let asname = self.import_alias()?;
            let span = self.span_from(start);
            names.push(Alias { name, asname, span });
            if !self.accept(TokenKind::Comma) {
                return Ok(StmtKind::Import(names));
            }
        }
    }

    pub(super) fn dotted_name(&mut self) -> Parse<Ident> {
        let first = self.name()?;
        if !self.is(TokenKind::Dot) {
            return Ok(first);
        }
        let mut dotted = String::from(&*first);
        while self.accept(TokenKind::Dot) {
            dotted.push('.');
            dotted.push_str(&self.name()?);
        }
        Ok(dotted.into())
    }

    fn import_alias(&mut self) -> Parse<Option<Ident>> {
        if !self.accept(TokenKind::As) {
            return Ok(None);
        }
        if self.diagnosing {
            self.diagnose_import_target()?;
        }
        self.name().map(Some)
    }

    #[inline(never)]
    fn import_from(&mut self) -> Parse<StmtKind> {
        self.advance();
        let mut level = 0;
        loop {
            match self.peek() {
                TokenKind::Dot => level += 1,
                TokenKind::Ellipsis => level += 3,
                _ => break,
            }
            self.advance();
        }
        let module = if level > 0 && self.is(TokenKind::Import) { None } else { Some(self.dotted_name()?) };
        self.expect(TokenKind::Import)?;
        let start = self.start();
        if self.accept(TokenKind::Star) {
            let names = [Alias { name: "*".into(), asname: None, span: self.span_from(start) }];
            return Ok(StmtKind::ImportFrom(Box::new(ImportFrom { module, names: names.into(), level })));
        }
        if self.diagnosing {
            self.diagnose_empty_import()?;
        }
        let parenthesised = self.accept(TokenKind::LeftParen);
        let mut names = Vec::with_capacity(1);
        loop {
            let start = self.start();
            let name = self.name()?;
            let asname = self.import_alias()?;
            let span = self.span_from(start);
            names.push(Alias { name, asname, span });
            if !self.accept(TokenKind::Comma) || (parenthesised && self.is(TokenKind::RightParen)) {
                break;
            }
            if self.diagnosing && !parenthesised && self.is(TokenKind::Newline) {
                let message = "trailing comma not allowed without surrounding parentheses";
                return Err(self.raise_at_last_token(message));
            }
        }
        if parenthesised {
            self.expect(TokenKind::RightParen)?;
        }
        if level == 0 && module.as_deref() == Some("__future__") {
            self.barry_as_flufl |= names.iter().any(|alias| &*alias.name == "barry_as_FLUFL");
        }
        Ok(StmtKind::ImportFrom(Box::new(ImportFrom { module, names, level })))
    }
}
