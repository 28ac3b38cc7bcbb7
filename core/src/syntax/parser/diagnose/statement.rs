//! Mistakes in assignments, imports, handlers and patterns.

use alloc::format;
use alloc::vec::Vec;

use crate::syntax::ast::*;
use crate::syntax::parser::statement::augmented_operator;
use crate::syntax::parser::target::{TargetUse, describe};
use crate::syntax::parser::{Parse, Parser};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// A statement with `=`, `:=`, `:` or an augmented assignment that could not be parsed; its first token is `first`.
    pub(in crate::syntax::parser) fn diagnose_assignment(&mut self, first: usize) -> Parse<()> {
        self.position = first;
        let annotated = self.attempt(|parser| {
            let target = parser.annotation_target()?;
            parser.expect(TokenKind::Colon)?;
            parser.expression()?;
            Ok(target)
        })?;
        if let Some(target) = annotated {
            let message = format!("only single target (not {}) can be annotated", describe(&target));
            return Err(self.raise(target.span, message));
        }
        let annotated = self.attempt(|parser| {
            let target = parser.star_named_expression()?;
            parser.expect(TokenKind::Comma)?;
            while parser.at_element(true) {
                parser.star_named_expression()?;
                parser.accept(TokenKind::Comma);
            }
            parser.expect(TokenKind::Colon)?;
            parser.expression()?;
            Ok(target.span)
        })?;
        if let Some(span) = annotated {
            return Err(self.raise(span, "only single target (not tuple) can be annotated"));
        }
        self.position = first;
        let annotated = self.attempt(|parser| {
            let target = parser.expression()?;
            parser.expect(TokenKind::Colon)?;
            parser.expression()?;
            Ok(target.span)
        })?;
        if let Some(span) = annotated {
            return Err(self.raise(span, "illegal target for annotation"));
        }
        self.position = first;
        self.diagnose_chained_assignment()?;
        self.position = first;
        let augmented = self.attempt(|parser| {
            let target = parser.star_expressions()?;
            if augmented_operator(parser.peek()).is_none() {
                return Err(parser.fail());
            }
            parser.advance();
            parser.yield_or_star_expressions()?;
            Ok(target)
        })?;
        if let Some(target) = augmented {
            let message = format!("'{}' is an illegal expression for augmented assignment", describe(&target));
            return Err(self.raise(target.span, message));
        }
        self.position = first;
        Ok(())
    }

    /// A list or tuple, perhaps in parentheses.
    fn annotation_target(&mut self) -> Parse<Expr> {
        let target = self.atom()?;
        if matches!(target.kind, ExprKind::List(_) | ExprKind::Tuple(_)) { Ok(target) } else { Err(self.fail()) }
    }

    fn diagnose_chained_assignment(&mut self) -> Parse<()> {
        loop {
            let start = self.position;
            let target = self.attempt(|parser| {
                let target = parser.star_expressions()?;
                parser.expect(TokenKind::Equal)?;
                Ok(target)
            })?;
            if let Some(target) = target {
                self.raise_invalid_target(&target, TargetUse::Assignment)?;
                continue;
            }
            self.position = start;
            if self.is(TokenKind::Yield) {
                let value = self.attempt(|parser| {
                    let value = parser.yield_expression()?;
                    parser.expect(TokenKind::Equal)?;
                    Ok(value.span)
                })?;
                if let Some(span) = value {
                    return Err(self.raise(span, "assignment to yield expression not possible"));
                }
            }
            return Ok(());
        }
    }

    /// After `del`, the targets of which could not be parsed.
    pub(in crate::syntax::parser) fn diagnose_delete(&mut self) -> Parse<()> {
        if let Some(target) = self.attempt(Self::star_expressions)? {
            self.raise_invalid_target(&target, TargetUse::Deletion)?;
        }
        Ok(())
    }

    // -----------------------------------------------------------------------------------------------------------
    // Other statements

    /// At `import`.
    pub(in crate::syntax::parser) fn diagnose_import(&mut self) -> Parse<()> {
        let start = self.start();
        let reversed = self.probe(|parser| {
            parser.advance();
            loop {
                parser.dotted_name()?;
                if !parser.accept(TokenKind::Comma) {
                    break;
                }
            }
            parser.expect(TokenKind::From)?;
            parser.dotted_name()?;
            Ok(parser.previous().end)
        })?;
        if let Some(end) = reversed {
            return Err(self.raise(Span::new(start, end), "Did you mean to use 'from ... import ...' instead?"));
        }
        if self.peek_at(1) == TokenKind::Newline {
            self.advance();
            return self.diagnose_empty_import();
        }
        Ok(())
    }

    /// Where the names of an import begin.
    pub(in crate::syntax::parser) fn diagnose_empty_import(&mut self) -> Parse<()> {
        if self.is(TokenKind::Newline) {
            return Err(self.raise_at_current("Expected one or more names after 'import'"));
        }
        Ok(())
    }

    /// After the `as` of an import.
    pub(in crate::syntax::parser) fn diagnose_import_target(&mut self) -> Parse<()> {
        use TokenKind::*;
        if self.is(Name) && matches!(self.peek_at(1), Comma | RightParen | Newline | Semicolon) {
            return Ok(());
        }
        if let Some(target) = self.probe(Self::expression)? {
            return Err(self.raise(target.span, format!("cannot use {} as import target", describe(&target))));
        }
        Ok(())
    }

    /// The target after the `as` of a `with` item.
    pub(in crate::syntax::parser) fn diagnose_with_target(&mut self) -> Parse<Expr> {
        use TokenKind::*;
        let target = self.attempt(|parser| {
            let target = parser.with_target()?;
            if matches!(parser.peek(), Comma | RightParen | Colon | Newline) { Ok(target) } else { Err(parser.fail()) }
        })?;
        if let Some(target) = target {
            return Ok(target);
        }
        if let Some(target) = self.attempt(Self::expression)?
            && matches!(self.peek(), Comma | RightParen | Colon)
        {
            self.raise_invalid_target(&target, TargetUse::Assignment)?;
        }
        Err(self.fail())
    }

    /// At an `except*` after `except`s or an `except` after `except*`s.
    pub(in crate::syntax::parser) fn diagnose_mixed_handler(&mut self, is_star: bool) -> Parse<()> {
        let start = self.start();
        let end = self.token_at(self.position + usize::from(!is_star)).end;
        if self.probe(|parser| parser.except_handler(!is_star))?.is_some() {
            let message = "cannot have both 'except' and 'except*' on the same 'try'";
            return Err(self.raise(Span::new(start, end), message));
        }
        Ok(())
    }

    /// After the `as` of an `except`.
    pub(in crate::syntax::parser) fn diagnose_except_target(&mut self, is_star: bool) -> Parse<()> {
        if self.is(TokenKind::Name) && matches!(self.peek_at(1), TokenKind::Colon | TokenKind::Newline) {
            return Ok(());
        }
        let keyword = self.token();
        let target = self.probe(|parser| {
            let target = parser.expression()?;
            parser.colon_and_block("'except' statement", keyword)?;
            Ok(target)
        })?;
        if let Some(target) = target {
            let star = if is_star { "*" } else { "" };
            let message = format!("cannot use except{star} statement with {}", describe(&target));
            return Err(self.raise(target.span, message));
        }
        Ok(())
    }

    /// At `as` after exceptions without parentheses, which begin at `start`.
    pub(in crate::syntax::parser) fn diagnose_unparenthesised_exceptions(&mut self, start: u32) -> Parse<()> {
        if self.peek_at(1) == TokenKind::Name && self.peek_at(2) == TokenKind::Colon {
            let span = Span::new(start, self.token_at(self.position + 2).end);
            return Err(self.raise(span, "multiple exception types must be parenthesized when using 'as'"));
        }
        Ok(())
    }

    /// After the `as` of a pattern.
    pub(in crate::syntax::parser) fn diagnose_as_pattern(&mut self) -> Parse<()> {
        use TokenKind::*;
        if self.is_soft_keyword(0, "_") {
            return Err(self.raise_at_current("cannot use '_' as a target"));
        }
        if self.is(Name) && !matches!(self.peek_at(1), Dot | LeftParen | Equal) {
            return Ok(());
        }
        if let Some(target) = self.probe(Self::expression)? {
            return Err(self.raise(target.span, format!("cannot use {} as pattern target", describe(&target))));
        }
        Ok(())
    }

    /// At a positional pattern that follows keyword patterns.
    pub(in crate::syntax::parser) fn diagnose_positional_pattern(&mut self) -> Parse<()> {
        let patterns = self.probe(|parser| {
            let mut spans = Vec::new();
            loop {
                if parser.is(TokenKind::Name) && parser.peek_at(1) == TokenKind::Equal {
                    break;
                }
                spans.push(parser.pattern()?.span);
                if !parser.accept(TokenKind::Comma) || parser.is(TokenKind::RightParen) {
                    break;
                }
            }
            Ok(spans)
        })?;
        if let Some([first, .., last] | [first @ last]) = patterns.as_deref() {
            let span = first.to(*last);
            return Err(self.raise(span, "positional patterns follow keyword patterns"));
        }
        Ok(())
    }
}
