//! Mistakes in the arguments of calls and the parameters of functions.

use alloc::format;

use crate::syntax::ast::*;
use crate::syntax::parser::arguments::Arguments;
use crate::syntax::parser::{Parse, Parser, span_of};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// Where an argument begins that is not the first.
    pub(in crate::syntax::parser) fn diagnose_keyword_argument(&mut self, after_keyword: bool) -> Parse<()> {
        let token = self.token();
        let equal = self.token_at(self.position + 1);
        let assigns = equal.kind == TokenKind::Equal;
        match token.kind {
            TokenKind::True | TokenKind::False | TokenKind::None if assigns => {
                let message = format!("cannot assign to {}", self.text_of(token));
                Err(self.raise(span_of(token).to(span_of(equal)), message))
            }
            TokenKind::Name if assigns => {
                let comprehension = self.probe(|parser| {
                    parser.advance();
                    parser.advance();
                    parser.expression()?;
                    parser.comprehension_clauses()
                })?;
                if comprehension.is_some() {
                    let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                    return Err(self.raise(span_of(token).to(span_of(equal)), message));
                }
                Ok(())
            }
            TokenKind::Star | TokenKind::DoubleStar => Ok(()),
            _ if after_keyword => {
                let found = self.probe(|parser| Ok((parser.expression()?, parser.position)))?;
                if let Some((value, position)) = found {
                    let start = self.position;
                    self.position = position;
                    self.diagnose_assignment_in_argument(&value)?;
                    self.position = start;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// After an argument that is no name.
    pub(in crate::syntax::parser) fn diagnose_assignment_in_argument(&mut self, value: &Expr) -> Parse<()> {
        if !self.is(TokenKind::Equal) {
            return Ok(());
        }
        let span = value.span.to(span_of(self.token()));
        Err(self.raise(span, "expression cannot contain assignment, perhaps you meant \"==\"?"))
    }

    /// After `*value` or `**value`.
    pub(in crate::syntax::parser) fn diagnose_assignment_to_unpacking(&mut self, start: u32, what: &str) -> Parse<()> {
        if self.is(TokenKind::Equal) {
            let assigned = self.probe(|parser| {
                parser.advance();
                parser.expression()
            })?;
            if let Some(value) = assigned {
                let span = Span::new(start, value.span.end);
                return Err(self.raise(span, format!("cannot assign to {what}")));
            }
        }
        Ok(())
    }

    /// Arguments as far as they are right, up to a comma or what is wrong.
    fn right_arguments(&mut self) -> Parse<Arguments> {
        let mut arguments = Arguments::default();
        self.argument(&mut arguments)?;
        loop {
            let comma = self.position;
            if !self.accept(TokenKind::Comma) {
                return Ok(arguments);
            }
            if self.attempt(|parser| parser.argument(&mut arguments))?.is_none() {
                self.position = comma;
                return Ok(arguments);
            }
        }
    }

    /// At the first of arguments that could not be parsed.
    pub(in crate::syntax::parser) fn diagnose_arguments(&mut self) -> Parse<()> {
        const UNPARENTHESISED: &str = "Generator expression must be parenthesized";
        let first = self.position;
        // `f(x for x in y, 1)`
        let generator = self.probe(|parser| {
            let element = parser.expression()?.span;
            let clauses = parser.comprehension_clauses()?;
            parser.expect(TokenKind::Comma)?;
            Ok(element.to(end_of(&clauses, element)))
        })?;
        if let Some(span) = generator {
            return Err(self.raise(span, UNPARENTHESISED));
        }
        let Some(arguments) = self.attempt(Self::right_arguments)? else {
            self.diagnose_missing_argument_value()?;
            self.position = first;
            return Ok(());
        };
        if self.at_comprehension()
            && let Some(last) = arguments.positional.last().filter(|_| arguments.positional.len() + arguments.keywords.len() > 1 && arguments.keywords.is_empty())
        {
            let element = last.span;
            if let Some(clauses) = self.probe(Self::comprehension_clauses)? {
                return Err(self.raise(element.to(end_of(&clauses, element)), UNPARENTHESISED));
            }
        }
        if self.is(TokenKind::Comma) {
            let comma = self.token();
            self.advance();
            if arguments.unpacked_mapping && self.is(TokenKind::Star) && self.probe(Self::starred_expression)?.is_some() {
                let span = self.span_to_last_token(comma.start);
                let message = "iterable argument unpacking follows keyword argument unpacking";
                return Err(self.raise(span, message));
            }
            self.diagnose_missing_argument_value()?;
            let generator = self.probe(|parser| {
                let element = parser.expression()?.span;
                let clauses = parser.comprehension_clauses()?;
                Ok(element.to(end_of(&clauses, element)))
            })?;
            if let Some(span) = generator {
                return Err(self.raise(span, UNPARENTHESISED));
            }
            if self.attempt(Self::right_arguments)?.is_some() {
                let unpacked = arguments.keywords.iter().any(|keyword| keyword.name.is_none());
                return Err(self.raise_at_last_token(if unpacked {
                    "positional argument follows keyword argument unpacking"
                } else {
                    "positional argument follows keyword argument"
                }));
            }
        }
        self.position = first;
        Ok(())
    }

    fn diagnose_missing_argument_value(&mut self) -> Parse<()> {
        let follows = matches!(self.peek_at(2), TokenKind::Comma | TokenKind::RightParen);
        if self.is(TokenKind::Name) && self.peek_at(1) == TokenKind::Equal && follows {
            let span = span_of(self.token()).to(span_of(self.token_at(self.position + 1)));
            return Err(self.raise(span, "expected argument value expression"));
        }
        Ok(())
    }

    // -----------------------------------------------------------------------------------------------------------
    // Parameters

    /// Where a parameter, `/`, `*` or `**` begins.
    pub(in crate::syntax::parser) fn diagnose_parameter(&mut self, parameters: &Parameters, (slash, star, default_seen): (bool, bool, bool), lambda: bool) -> Parse<()> {
        let close = if lambda { TokenKind::Colon } else { TokenKind::RightParen };
        let next = self.peek_at(1);
        match self.peek() {
            TokenKind::Slash if star => Err(self.raise_at_current("/ must be ahead of *")),
            TokenKind::Slash if slash => Err(self.raise_at_current("/ may appear only once")),
            TokenKind::Slash if parameters.positional.is_empty() && next == TokenKind::Comma => Err(self.raise_at_current("at least one argument must precede /")),
            TokenKind::Slash if next == TokenKind::Star && !parameters.positional.is_empty() => {
                self.advance();
                Err(self.raise_at_current("expected comma between / and *"))
            }
            TokenKind::Star if star && matches!(next, TokenKind::Name | TokenKind::Comma) => Err(self.raise_at_current("* argument may appear only once")),
            TokenKind::Star if !star => {
                let after_comma = self.peek_at(2);
                let bare = next == close || (next == TokenKind::Comma && (after_comma == close || after_comma == TokenKind::DoubleStar));
                if bare && lambda {
                    let looked_at = if next == close { 1 } else { 2 };
                    self.furthest = self.furthest.max(self.position + looked_at);
                    return Err(self.raise_at_last_token("named arguments must follow bare *"));
                }
                if bare {
                    return Err(self.raise_at_current("named arguments must follow bare *"));
                }
                Ok(())
            }
            TokenKind::LeftParen if !slash && !star && !default_seen => self.diagnose_parenthesised_parameters(lambda),
            TokenKind::Name if default_seen && !star => {
                let parameter = self.probe(|parser| {
                    let parameter = parser.parameter(lambda, false, true)?;
                    Ok((parameter.span, parameter.default.is_none(), parser.peek()))
                })?;
                match parameter {
                    Some((span, true, next)) if next == TokenKind::Comma || next == close => {
                        Err(self.raise(span, "parameter without a default follows parameter with a default"))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn diagnose_parenthesised_parameters(&mut self, lambda: bool) -> Parse<()> {
        let open = span_of(self.token());
        let parenthesised = self.probe(|parser| {
            parser.advance();
            loop {
                parser.parameter(lambda, false, false)?;
                if !parser.accept(TokenKind::Comma) || parser.is(TokenKind::RightParen) {
                    return Ok(span_of(parser.expect(TokenKind::RightParen)?));
                }
            }
        })?;
        if let Some(close) = parenthesised {
            let what = if lambda { "Lambda expression" } else { "Function" };
            return Err(self.raise(open.to(close), format!("{what} parameters cannot be parenthesized")));
        }
        Ok(())
    }

    /// After the name of `*args` or `**kwargs`.
    pub(in crate::syntax::parser) fn diagnose_variadic_default(&mut self, kind: &str) -> Parse<()> {
        if self.is(TokenKind::Equal) {
            return Err(self.raise_at_current(format!("{kind} argument cannot have default value")));
        }
        Ok(())
    }

    /// After `**kwargs`.
    pub(in crate::syntax::parser) fn diagnose_after_kwarg(&mut self) -> Parse<()> {
        use TokenKind::*;
        if self.is(Comma) && matches!(self.peek_at(1), Name | Star | DoubleStar | Slash) {
            self.advance();
            return Err(self.raise_at_current("arguments cannot follow var-keyword argument"));
        }
        Ok(())
    }

    /// After the `=` of a parameter.
    pub(in crate::syntax::parser) fn diagnose_missing_default(&mut self) -> Parse<()> {
        if matches!(self.peek(), TokenKind::RightParen | TokenKind::Comma) {
            let span = span_of(self.previous());
            return Err(self.raise(span, "expected default value expression"));
        }
        Ok(())
    }

    /// At a colon after `*Ts` or `**P`.
    pub(in crate::syntax::parser) fn diagnose_type_parameter_bound(&mut self, kind: &TypeParamKind) -> Parse<()> {
        let colon = self.start();
        let bound = self.attempt(|parser| {
            parser.advance();
            parser.expression()
        })?;
        let Some(bound) = bound else { return Ok(()) };
        let what = if matches!(bound.kind, ExprKind::Tuple(_)) { "constraints" } else { "bound" };
        let owner = if matches!(kind, TypeParamKind::ParamSpec) { "ParamSpec" } else { "TypeVarTuple" };
        self.note();
        let span = self.span_to_last_token(colon);
        Err(self.raise(span, format!("cannot use {what} with {owner}")))
    }
}

/// The span that ends where the last clause ends.
fn end_of(clauses: &[Comprehension], fallback: Span) -> Span {
    clauses.last().map_or(fallback, |clause| clause.span)
}
