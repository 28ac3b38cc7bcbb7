//! Mistakes in expressions, displays, comprehensions and f-strings.

use alloc::format;

use crate::syntax::ast::*;
use crate::syntax::parser::expression::{OR, starts_expression};
use crate::syntax::parser::strings::string_name;
use crate::syntax::parser::target::{TargetUse, describe};
use crate::syntax::parser::{Parse, Parser, span_of};
use crate::syntax::token::TokenKind;

const SOFT_KEYWORDS: [&str; 4] = ["_", "case", "match", "type"];

/// How many names in a row are looked at.
const MAX_ROW: u32 = 16;

/// Statements of Python 2 that became functions.
const LEGACY_STATEMENTS: [&str; 2] = ["print", "exec"];

impl Parser<'_> {
    /// `pass if …` and the like, where an expression begins.
    pub(in crate::syntax::parser) fn diagnose_statement_as_expression(&mut self) -> Parse<()> {
        if !matches!(self.peek(), TokenKind::Pass | TokenKind::Break | TokenKind::Continue) {
            return Ok(());
        }
        let conditional = self.look(|parser| {
            parser.advance();
            parser.expect(TokenKind::If)?;
            parser.operators(OR)?;
            parser.expect(TokenKind::Else)
        })?;
        if conditional.is_some() {
            return Err(self.raise_at_current("expected expression before 'if', but statement is given"));
        }
        Ok(())
    }

    /// After an operand that began at token `first`, where something else than an operator may stand.
    pub(in crate::syntax::parser) fn diagnose_after_operand(&mut self, first: usize, operand: &Expr) -> Parse<()> {
        let first_token = self.token_at(first);
        if starts_expression(self.peek()) {
            if first_token.kind == TokenKind::String {
                self.diagnose_quotes_in_string(first)?;
            }
            let name_before_string = first_token.kind == TokenKind::Name && self.token_at(first + 1).kind == TokenKind::String;
            let soft_keyword = first_token.kind == TokenKind::Name && SOFT_KEYWORDS.contains(&self.text_of(first_token));
            if !name_before_string && !soft_keyword {
                let next = self.look(|parser| {
                    let next = parser.expression()?;
                    Ok((next.span, parser.previous().level))
                })?;
                if let Some((span, level)) = next
                    && level != 0
                    && !self.is_legacy_statement(operand)
                {
                    let message = "invalid syntax. Perhaps you forgot a comma?";
                    return Err(self.raise(operand.span.to(span), message));
                }
            }
        }
        self.diagnose_legacy_statement(first)
    }

    fn is_legacy_statement(&self, operand: &Expr) -> bool {
        matches!(&operand.kind, ExprKind::Name(name) if LEGACY_STATEMENTS.contains(&&**name))
    }

    fn diagnose_legacy_statement(&mut self, first: usize) -> Parse<()> {
        let token = self.token_at(first);
        let name = self.text_of(token);
        let is_legacy = LEGACY_STATEMENTS.contains(&name);
        // Whatever the name is, what follows is looked at: a mistake further on in a row of names comes first.
        if token.kind != TokenKind::Name || !(is_legacy || self.position == first + 1) || self.row >= MAX_ROW {
            return Ok(());
        }
        self.row += 1;
        let value = self.probe(|parser| {
            parser.position = first + 1;
            if parser.is(TokenKind::LeftParen) { Err(parser.fail()) } else { parser.expressions_in_row() }
        })?;
        self.row -= 1;
        let Some(span) = value.filter(|_| is_legacy) else { return Ok(()) };
        let message = format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?");
        Err(self.raise(span_of(token).to(span), message))
    }

    /// `star_expressions` behind a name. Mistakes inside the operands have been looked for already.
    fn expressions_in_row(&mut self) -> Parse<Span> {
        let start = self.start();
        loop {
            let first = self.position;
            let is_operand = starts_expression(self.peek()) && !self.is(TokenKind::Lambda);
            self.diagnosing = !is_operand;
            let element = if is_operand { self.operators(OR) } else { self.star_expression() };
            self.diagnosing = true;
            let element = element?;
            if is_operand {
                self.diagnose_after_operand(first, &element)?;
                if self.is(TokenKind::If) {
                    self.conditional(self.token_at(first).start, element)?;
                }
            }
            if !self.accept(TokenKind::Comma) || !self.at_element(true) {
                return Ok(self.span_from(start));
            }
        }
    }

    /// `"a "quoted" word"`: a string, what should be in it, and another string.
    fn diagnose_quotes_in_string(&mut self, first: usize) -> Parse<()> {
        let found = self.look(|parser| {
            parser.position = first + 1;
            let inside = parser.expression()?.span;
            let mut last = inside;
            while !parser.is(TokenKind::String) {
                last = parser.expression()?.span;
            }
            Ok(inside.to(last))
        })?;
        match found {
            Some(span) if self.token_at(first + 1).kind != TokenKind::String => Err(self.raise(span, "invalid syntax. Is this intended to be part of the string?")),
            _ => Ok(()),
        }
    }

    /// After the condition of a conditional expression.
    pub(in crate::syntax::parser) fn diagnose_missing_else(&mut self, body: Span, test: Span) -> Parse<()> {
        use TokenKind::*;
        match self.peek() {
            Colon => Ok(()),
            Else => match self.peek_at(1) {
                Pass | Break | Continue | Return | Raise | Del | Import | From | Global | Nonlocal | Assert => {
                    self.advance();
                    Err(self.raise_at_current("expected expression after 'else', but statement is given"))
                }
                _ => Ok(()),
            },
            _ => Err(self.raise(body.to(test), "expected 'else' after 'if' expression")),
        }
    }

    /// At the colon of a lambda, which in an f-string may be that of the format specification.
    pub(in crate::syntax::parser) fn diagnose_lambda_in_string(&mut self, start: u32) -> Parse<()> {
        let template = match self.peek_at(1) {
            TokenKind::FStringMiddle => false,
            TokenKind::TStringMiddle => true,
            _ => return Ok(()),
        };
        if !self.is(TokenKind::Colon) {
            return Ok(());
        }
        let name = string_name(template);
        let span = Span::new(start, self.token().end);
        Err(self.raise(span, format!("{name}: lambda expressions are not allowed without parentheses")))
    }

    /// After an operator or sign.
    pub(in crate::syntax::parser) fn diagnose_not_after_operator(&mut self) -> Parse<()> {
        use TokenKind::*;
        let after = self.previous().kind;
        if !self.is(Not) || !matches!(after, Plus | Minus | Tilde | Star | Slash | Percent | DoubleSlash | At) {
            return Ok(());
        }
        let Some(operand) = self.probe(|parser| parser.operators(OR))? else { return Ok(()) };
        let span = span_of(self.token()).to(operand.span);
        Err(self.raise(span, "'not' after an operator must be parenthesized"))
    }

    /// After an expression that began at token `first` where a walrus would be allowed.
    pub(in crate::syntax::parser) fn diagnose_named_expression(&mut self, first: usize, value: &Expr) -> Parse<()> {
        if self.is(TokenKind::ColonEqual) {
            let assigned = self.probe(|parser| {
                parser.advance();
                parser.expression()
            })?;
            if assigned.is_some() {
                let message = format!("cannot use assignment expressions with {}", describe(value));
                return Err(self.raise(value.span, message));
            }
            return Ok(());
        }
        if !self.is(TokenKind::Equal) || !self.is_operand(first, value) {
            return Ok(());
        }
        let assigned = self.probe(|parser| {
            parser.advance();
            let assigned = parser.bitwise_or()?;
            Ok((assigned.span, parser.peek()))
        })?;
        let Some((span, next)) = assigned else { return Ok(()) };
        if matches!(next, TokenKind::Equal | TokenKind::ColonEqual) {
            return Ok(());
        }
        if self.token_at(first).kind == TokenKind::Name && self.position == first + 1 {
            let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
            return Err(self.raise(value.span.to(span), message));
        }
        if self.begins_with_target_like(first)? {
            return Ok(());
        }
        let message = format!("cannot assign to {} here. Maybe you meant '==' instead of '='?", describe(value));
        Err(self.raise(value.span, message))
    }

    /// Whether the expression binds as tightly as `|`, or stands in parentheses.
    fn is_operand(&self, first: usize, value: &Expr) -> bool {
        if value.span.start != self.token_at(first).start {
            return true;
        }
        match &value.kind {
            ExprKind::BoolOp(_) | ExprKind::Compare(_) | ExprKind::IfExp(_) | ExprKind::Lambda(_) => false,
            ExprKind::NamedExpr(_) => false,
            ExprKind::UnaryOp(node) => node.op != UnaryOperator::Not,
            _ => true,
        }
    }

    /// Whether a list, tuple, generator expression or one of the constant keywords stands at token `first`.
    fn begins_with_target_like(&mut self, first: usize) -> Parse<bool> {
        match self.token_at(first).kind {
            TokenKind::True | TokenKind::False | TokenKind::None => Ok(true),
            TokenKind::LeftParen | TokenKind::LeftBracket => {
                let atom = self.look(|parser| {
                    parser.position = first;
                    parser.atom()
                })?;
                Ok(atom.is_some_and(|atom| {
                    let at_start = atom.span.start == self.token_at(first).start;
                    at_start && matches!(atom.kind, ExprKind::List(_) | ExprKind::Tuple(_) | ExprKind::GeneratorExp(_))
                }))
            }
            _ => Ok(false),
        }
    }

    /// After an opening bracket.
    pub(in crate::syntax::parser) fn diagnose_star(&mut self) -> Parse<()> {
        if self.is(TokenKind::Star) {
            self.probe(Self::starred_expression)?;
        }
        Ok(())
    }

    /// After an opening parenthesis.
    pub(in crate::syntax::parser) fn diagnose_group(&mut self) -> Parse<()> {
        self.diagnose_star()?;
        if !self.is(TokenKind::DoubleStar) {
            return Ok(());
        }
        let group = self.probe(|parser| {
            parser.advance();
            parser.expression()?;
            parser.expect(TokenKind::RightParen)
        })?;
        if group.is_some() {
            return Err(self.raise_at_current("cannot use double starred expression here"));
        }
        Ok(())
    }

    /// `[x, y for …]`, after the elements.
    pub(in crate::syntax::parser) fn diagnose_unparenthesised_comprehension(&mut self, elements: &[Expr]) -> Parse<()> {
        let trailing_comma = self.previous().kind == TokenKind::Comma;
        let (Some(first), Some(last)) = (elements.first(), elements.last()) else { return Ok(()) };
        if !self.at_comprehension() {
            return Ok(());
        }
        let span = if trailing_comma && elements.len() == 1 { first.span.to(span_of(self.previous())) } else { first.span.to(last.span) };
        if self.probe(Self::comprehension_clauses)?.is_some() {
            return Err(self.raise(span, "did you forget parentheses around the comprehension target?"));
        }
        Ok(())
    }

    /// The target of a comprehension clause. A missing `in` is reported in the first pass already.
    pub(in crate::syntax::parser) fn comprehension_target(&mut self) -> Parse<Expr> {
        if let Some(target) = self.attempt(Self::targets_before_in)? {
            return Ok(target);
        }
        let without_in = self.attempt(|parser| {
            loop {
                parser.bitwise_or()?;
                if !parser.accept(TokenKind::Comma) || !starts_expression(parser.peek()) {
                    break;
                }
            }
            if parser.is(TokenKind::In) { Err(parser.fail()) } else { Ok(()) }
        })?;
        if without_in.is_some() {
            return Err(self.raise_at_last_token("'in' expected after for-loop variables"));
        }
        if self.diagnosing { self.diagnose_bad_for_target() } else { Err(self.fail()) }
    }

    /// The target of a `for` statement.
    pub(in crate::syntax::parser) fn diagnose_for_target(&mut self) -> Parse<Expr> {
        match self.attempt(Self::targets_before_in)? {
            Some(target) => Ok(target),
            None => self.diagnose_bad_for_target(),
        }
    }

    fn targets_before_in(&mut self) -> Parse<Expr> {
        let targets = self.for_targets()?;
        if self.is(TokenKind::In) { Ok(targets) } else { Err(self.fail()) }
    }

    fn diagnose_bad_for_target(&mut self) -> Parse<Expr> {
        if let Some(target) = self.attempt(Self::star_expressions)? {
            self.raise_invalid_target(&target, TargetUse::For)?;
        }
        Err(self.fail())
    }

    /// A dict that could not be parsed, whose brace is token `brace`.
    pub(in crate::syntax::parser) fn diagnose_dict(&mut self, brace: usize) -> Parse<()> {
        self.position = brace + 1;
        self.diagnose_dict_value()?;
        self.position = brace + 1;
        loop {
            let item = self.attempt(|parser| {
                if parser.accept(TokenKind::DoubleStar) {
                    parser.bitwise_or()?;
                } else {
                    parser.expression()?;
                    parser.expect(TokenKind::Colon)?;
                    parser.expression()?;
                }
                Ok(())
            })?;
            if item.is_none() || !self.accept(TokenKind::Comma) {
                break;
            }
        }
        if self.position == brace + 1 || self.previous().kind != TokenKind::Comma {
            return Ok(());
        }
        if let Some((key, next)) = self.probe(|parser| Ok((parser.expression()?.span, parser.peek())))?
            && next != TokenKind::Colon
        {
            let span = Span::new(key.end.saturating_sub(1).max(key.start), key.end);
            return Err(self.raise(span, "':' expected after dictionary key"));
        }
        self.diagnose_dict_value()
    }

    /// At a key: what stands in the place of its value.
    fn diagnose_dict_value(&mut self) -> Parse<()> {
        let start = self.position;
        let key = self.attempt(|parser| {
            parser.expression()?;
            parser.expect(TokenKind::Colon)
        })?;
        if key.is_some() {
            let colon = span_of(self.previous());
            let star = self.token();
            let message = match star.kind {
                TokenKind::RightBrace | TokenKind::Comma => {
                    return Err(self.raise(colon, "expression expected after dictionary key and ':'"));
                }
                TokenKind::Star => "cannot use a starred expression in a dictionary value",
                TokenKind::DoubleStar => "cannot use dict unpacking in a dictionary value",
                _ => "",
            };
            if !message.is_empty() {
                self.advance();
                if self.attempt(Self::bitwise_or)?.is_some() {
                    let span = self.span_to_last_token(star.start);
                    return Err(self.raise(span, message));
                }
            }
        }
        self.position = start;
        Ok(())
    }

    // -----------------------------------------------------------------------------------------------------------
    // f-strings and t-strings

    /// The expression of a replacement field, after its brace.
    pub(in crate::syntax::parser) fn diagnose_field_value(&mut self, template: bool) -> Parse<Expr> {
        let name = string_name(template);
        let kind = self.peek();
        if matches!(kind, TokenKind::Equal | TokenKind::Exclamation | TokenKind::Colon | TokenKind::RightBrace) {
            let message = format!("{name}: valid expression required before '{}'", kind.spelling());
            return Err(self.raise_at_current(message));
        }
        match self.attempt(Self::yield_or_star_expressions)? {
            Some(value) => Ok(value),
            None => Err(self.raise_at_current(format!("{name}: expecting a valid expression after '{{'"))),
        }
    }

    /// Reports anything but one of the expected tokens; `expected` names them.
    pub(in crate::syntax::parser) fn diagnose_field(&mut self, template: bool, tokens: &[TokenKind], expected: &str) -> Parse<()> {
        if tokens.contains(&self.peek()) {
            return Ok(());
        }
        let message = format!("{}: expecting {expected}", string_name(template));
        Err(self.raise_at_current(message))
    }

    /// After the exclamation mark.
    pub(in crate::syntax::parser) fn diagnose_conversion(&mut self, template: bool) -> Parse<()> {
        let problem = match self.peek() {
            TokenKind::Name => return Ok(()),
            TokenKind::Colon | TokenKind::RightBrace => "missing",
            _ => "invalid",
        };
        let message = format!("{}: {problem} conversion character", string_name(template));
        Err(self.raise_at_current(message))
    }
}
