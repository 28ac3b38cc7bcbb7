//! `match` statements and their patterns.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::expression::starts_expression;
use super::{Parse, Parser, expr};
use crate::syntax::ast::*;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// Whether the name here could be the soft keyword `match`, by the token behind it.
    pub(super) fn may_be_match(&self) -> bool {
        self.is_soft_keyword(0, "match") && (starts_expression(self.peek_at(1)) || self.peek_at(1) == TokenKind::Star)
    }

    /// `match subject:` and the start of a block; gives the subject. Fails if `match` turns out to be an ordinary name.
    #[inline(never)]
    pub(super) fn match_head(&mut self) -> Parse<Expr> {
        let keyword = self.advance();
        let subject = self.star_named_expressions()?;
        if matches!(subject.kind, ExprKind::Starred(_)) {
            return Err(self.fail());
        }
        if self.diagnosing && self.is(TokenKind::Newline) {
            return Err(self.raise_at_last_token("expected ':'"));
        }
        self.expect(TokenKind::Colon)?;
        self.expect(TokenKind::Newline)?;
        if !self.is(TokenKind::Indent) && self.diagnosing {
            let line = self.line_of(keyword.start);
            let message = alloc::format!("expected an indented block after 'match' statement on line {line}");
            return Err(self.raise_indentation(message));
        }
        self.expect(TokenKind::Indent)?;
        if !self.is_soft_keyword(0, "case") {
            return Err(self.fail());
        }
        Ok(subject)
    }

    #[inline(never)]
    pub(super) fn match_cases(&mut self, subject: Expr) -> Parse<StmtKind> {
        self.enter()?;
        let mut cases = Vec::with_capacity(2);
        while self.is_soft_keyword(0, "case") {
            cases.push(self.match_case()?);
        }
        self.expect(TokenKind::Dedent)?;
        self.leave();
        Ok(StmtKind::Match(Box::new(Match { subject, cases })))
    }

    fn match_case(&mut self) -> Parse<MatchCase> {
        let keyword = self.advance();
        let pattern = self.open_sequence()?;
        let guard = if self.accept(TokenKind::If) { Some(self.named_expression()?) } else { None };
        let body = self.colon_and_block("'case' statement", keyword)?;
        Ok(MatchCase { pattern, guard, body })
    }

    /// The patterns of a `case`: with a comma, a sequence.
    fn open_sequence(&mut self) -> Parse<Pattern> {
        let start = self.start();
        let first = self.maybe_star_pattern()?;
        if !self.is(TokenKind::Comma) {
            if matches!(first.kind, PatternKind::Star(_)) {
                return Err(self.fail());
            }
            return Ok(first);
        }
        let patterns = self.patterns_after(first, &[TokenKind::Colon, TokenKind::If])?;
        Ok(Pattern { kind: PatternKind::Sequence(patterns), span: self.span_from(start) })
    }

    /// The rest of a sequence, to one of the tokens that can end it.
    fn patterns_after(&mut self, first: Pattern, ends: &[TokenKind]) -> Parse<Vec<Pattern>> {
        let mut patterns = Vec::with_capacity(2);
        patterns.push(first);
        while self.accept(TokenKind::Comma) && !ends.contains(&self.peek()) {
            patterns.push(self.maybe_star_pattern()?);
        }
        Ok(patterns)
    }

    fn maybe_star_pattern(&mut self) -> Parse<Pattern> {
        if !self.is(TokenKind::Star) {
            return self.pattern();
        }
        let start = self.advance().start;
        let name = self.capture_name()?;
        Ok(Pattern { kind: PatternKind::Star(name), span: self.span_from(start) })
    }

    /// A name to bind, `None` for the wildcard.
    fn capture_name(&mut self) -> Parse<Option<Ident>> {
        let name = self.name()?;
        Ok((&*name != "_").then_some(name))
    }

    /// Alternatives, perhaps bound with `as`.
    pub(super) fn pattern(&mut self) -> Parse<Pattern> {
        self.enter()?;
        let start = self.start();
        let first = self.closed_pattern()?;
        let mut pattern = first;
        if self.is(TokenKind::VerticalBar) {
            let mut alternatives = Vec::with_capacity(2);
            alternatives.push(pattern);
            while self.accept(TokenKind::VerticalBar) {
                alternatives.push(self.closed_pattern()?);
            }
            pattern = Pattern { kind: PatternKind::Or(alternatives), span: self.span_from(start) };
        }
        if self.accept(TokenKind::As) {
            if self.diagnosing {
                self.diagnose_as_pattern()?;
            }
            if self.is_soft_keyword(0, "_") {
                return Err(self.fail());
            }
            let kind = PatternKind::As { pattern: Some(Box::new(pattern)), name: Some(self.name()?) };
            pattern = Pattern { kind, span: self.span_from(start) };
        }
        self.leave();
        Ok(pattern)
    }

    fn closed_pattern(&mut self) -> Parse<Pattern> {
        let token = self.token();
        let kind = match token.kind {
            TokenKind::None => self.singleton(Constant::None),
            TokenKind::True => self.singleton(Constant::True),
            TokenKind::False => self.singleton(Constant::False),
            TokenKind::Number | TokenKind::Minus => PatternKind::Value(Box::new(self.signed_number()?)),
            // An f-string too: the compiler rejects it.
            TokenKind::String | TokenKind::FStringStart | TokenKind::TStringStart => PatternKind::Value(Box::new(self.strings()?)),
            TokenKind::Name => return self.name_pattern(),
            TokenKind::LeftParen => return self.group_or_sequence(),
            TokenKind::LeftBracket => {
                self.advance();
                let patterns = self.sequence_to(TokenKind::RightBracket)?;
                PatternKind::Sequence(patterns)
            }
            TokenKind::LeftBrace => self.mapping_pattern()?,
            _ => return Err(self.fail()),
        };
        Ok(Pattern { kind, span: self.span_from(token.start) })
    }

    fn singleton(&mut self, constant: Constant) -> PatternKind {
        self.advance();
        PatternKind::Singleton(constant)
    }

    /// A number, perhaps negative, or complex as in `1 + 2j`.
    fn signed_number(&mut self) -> Parse<Expr> {
        let start = self.start();
        let minus = self.accept(TokenKind::Minus);
        let mut number = self.plain_number()?;
        if minus {
            let node = UnaryOp { op: UnaryOperator::Minus, operand: number };
            number = expr(ExprKind::UnaryOp(Box::new(node)), self.span_from(start));
        }
        let op = match self.peek() {
            TokenKind::Plus => Operator::Add,
            TokenKind::Minus => Operator::Sub,
            _ => return Ok(number),
        };
        if is_imaginary(&number) {
            return Err(self.raise(number.span, "real number required in complex literal"));
        }
        self.advance();
        let imaginary = self.plain_number()?;
        if !is_imaginary(&imaginary) {
            return Err(self.raise(imaginary.span, "imaginary number required in complex literal"));
        }
        let node = BinOp { left: Left(number), op, right: imaginary };
        Ok(expr(ExprKind::BinOp(Box::new(node)), self.span_from(start)))
    }

    fn plain_number(&mut self) -> Parse<Expr> {
        let token = self.expect(TokenKind::Number)?;
        let constant = self.number(token)?;
        Ok(expr(ExprKind::Constant(constant), super::span_of(token)))
    }

    /// A capture, the wildcard, a dotted name to compare with, or a class pattern.
    fn name_pattern(&mut self) -> Parse<Pattern> {
        let token = self.token();
        let start = token.start;
        if !matches!(self.peek_at(1), TokenKind::Dot | TokenKind::LeftParen) {
            self.note();
            let name = self.capture_name()?;
            return Ok(Pattern { kind: PatternKind::As { pattern: None, name }, span: self.span_from(start) });
        }
        let name = self.dotted_expression()?;
        let kind = if self.is(TokenKind::LeftParen) { self.class_pattern(name)? } else { PatternKind::Value(Box::new(name)) };
        Ok(Pattern { kind, span: self.span_from(start) })
    }

    fn dotted_expression(&mut self) -> Parse<Expr> {
        let token = self.token();
        let name = self.name()?;
        let mut value = expr(ExprKind::Name(name), super::span_of(token));
        while self.accept(TokenKind::Dot) {
            let attr = self.name()?;
            let node = Attribute { value: Left(value), attr };
            value = expr(ExprKind::Attribute(Box::new(node)), self.span_from(token.start));
        }
        Ok(value)
    }

    /// At `(` after the class.
    fn class_pattern(&mut self, class: Expr) -> Parse<PatternKind> {
        self.advance();
        let mut patterns = Vec::new();
        let mut keywords: Vec<KeywordPattern> = Vec::new();
        while !self.is(TokenKind::RightParen) {
            let start = self.start();
            if self.is(TokenKind::Name) && self.peek_at(1) == TokenKind::Equal {
                let name = self.name()?;
                self.advance();
                let pattern = self.pattern()?;
                keywords.push(KeywordPattern { name, pattern, span: self.span_from(start) });
            } else if keywords.is_empty() {
                patterns.push(self.pattern()?);
            } else {
                if self.diagnosing {
                    self.diagnose_positional_pattern()?;
                }
                return Err(self.fail());
            }
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParen)?;
        Ok(PatternKind::Class(Box::new(ClassPattern { class, patterns, keywords })))
    }

    /// At `(`: a pattern in parentheses, or with a comma a sequence.
    fn group_or_sequence(&mut self) -> Parse<Pattern> {
        let start = self.advance().start;
        if self.accept(TokenKind::RightParen) {
            return Ok(Pattern { kind: PatternKind::Sequence(Vec::new()), span: self.span_from(start) });
        }
        let first = self.maybe_star_pattern()?;
        if !self.is(TokenKind::Comma) && !matches!(first.kind, PatternKind::Star(_)) {
            self.expect(TokenKind::RightParen)?;
            return Ok(first);
        }
        if !self.is(TokenKind::Comma) {
            return Err(self.fail());
        }
        let patterns = self.patterns_after(first, &[TokenKind::RightParen])?;
        self.expect(TokenKind::RightParen)?;
        Ok(Pattern { kind: PatternKind::Sequence(patterns), span: self.span_from(start) })
    }

    fn sequence_to(&mut self, close: TokenKind) -> Parse<Vec<Pattern>> {
        if self.accept(close) {
            return Ok(Vec::new());
        }
        let first = self.maybe_star_pattern()?;
        let patterns = self.patterns_after(first, &[close])?;
        self.expect(close)?;
        Ok(patterns)
    }

    /// At `{`.
    fn mapping_pattern(&mut self) -> Parse<PatternKind> {
        self.advance();
        let mut mapping = MappingPattern { keys: Vec::new(), patterns: Vec::new(), rest: None };
        while !self.is(TokenKind::RightBrace) {
            if self.accept(TokenKind::DoubleStar) {
                if self.is_soft_keyword(0, "_") {
                    return Err(self.fail());
                }
                mapping.rest = Some(self.name()?);
                self.accept(TokenKind::Comma);
                break;
            }
            mapping.keys.push(self.mapping_key()?);
            self.expect(TokenKind::Colon)?;
            mapping.patterns.push(self.pattern()?);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightBrace)?;
        Ok(PatternKind::Mapping(Box::new(mapping)))
    }

    fn mapping_key(&mut self) -> Parse<Expr> {
        let token = self.token();
        let constant = match token.kind {
            TokenKind::Number | TokenKind::Minus => return self.signed_number(),
            TokenKind::String | TokenKind::FStringStart | TokenKind::TStringStart => return self.strings(),
            TokenKind::Name if self.peek_at(1) == TokenKind::Dot => return self.dotted_expression(),
            TokenKind::None => Constant::None,
            TokenKind::True => Constant::True,
            TokenKind::False => Constant::False,
            _ => return Err(self.fail()),
        };
        self.advance();
        Ok(expr(ExprKind::Constant(constant), super::span_of(token)))
    }
}

fn is_imaginary(number: &Expr) -> bool {
    matches!(number.kind, ExprKind::Constant(Constant::Imaginary(_)))
}
