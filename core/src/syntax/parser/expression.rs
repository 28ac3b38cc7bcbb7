//! Expressions made of others: conditional, boolean, comparison and arithmetic operators, lambda, walrus, lists of
//! expressions, comprehension clauses.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Parse, Parser, expr};
use crate::syntax::ast::*;
use crate::syntax::token::TokenKind;

/// How tightly an operator binds; a larger number binds tighter.
pub(super) type Precedence = u8;
pub(super) const OR: Precedence = 1;
const AND: Precedence = 2;
const NOT: Precedence = 3;
const COMPARISON: Precedence = 4;
pub(super) const BIT_OR: Precedence = 5;
const BIT_XOR: Precedence = 6;
const BIT_AND: Precedence = 7;
const SHIFT: Precedence = 8;
const SUM: Precedence = 9;
const TERM: Precedence = 10;
const UNARY: Precedence = 11;
const POWER: Precedence = 12;

/// The binary operator that a token is, and how tightly it binds.
fn binary_operator(kind: TokenKind) -> Option<(Operator, Precedence)> {
    Some(match kind {
        TokenKind::VerticalBar => (Operator::BitOr, BIT_OR),
        TokenKind::Caret => (Operator::BitXor, BIT_XOR),
        TokenKind::Ampersand => (Operator::BitAnd, BIT_AND),
        TokenKind::LeftShift => (Operator::LShift, SHIFT),
        TokenKind::RightShift => (Operator::RShift, SHIFT),
        TokenKind::Plus => (Operator::Add, SUM),
        TokenKind::Minus => (Operator::Sub, SUM),
        TokenKind::Star => (Operator::Mult, TERM),
        TokenKind::Slash => (Operator::Div, TERM),
        TokenKind::DoubleSlash => (Operator::FloorDiv, TERM),
        TokenKind::Percent => (Operator::Mod, TERM),
        TokenKind::At => (Operator::MatMult, TERM),
        TokenKind::DoubleStar => (Operator::Pow, POWER),
        _ => return None,
    })
}

/// Whether an expression can begin with such a token.
pub(super) fn starts_expression(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(
        kind,
        Name | Number
            | String
            | FStringStart
            | TStringStart
            | False
            | None
            | True
            | Await
            | Lambda
            | Not
            | LeftParen
            | LeftBracket
            | LeftBrace
            | Ellipsis
            | Plus
            | Minus
            | Tilde
    )
}

impl Parser<'_> {
    /// `expression`: a conditional expression, a lambda, or anything that binds tighter.
    pub(super) fn expression(&mut self) -> Parse<Expr> {
        if self.is(TokenKind::Lambda) {
            return self.lambda();
        }
        if self.diagnosing {
            return self.diagnosed_expression();
        }
        let start = self.start();
        let body = self.operators(OR)?;
        if self.is(TokenKind::If) { self.conditional(start, body) } else { Ok(body) }
    }

    #[inline(never)]
    fn diagnosed_expression(&mut self) -> Parse<Expr> {
        let first = self.position;
        self.diagnose_statement_as_expression()?;
        let body = self.operators(OR)?;
        self.diagnose_after_operand(first, &body)?;
        if self.is(TokenKind::If) { self.conditional(self.token_at(first).start, body) } else { Ok(body) }
    }

    #[inline(never)]
    pub(super) fn conditional(&mut self, start: u32, body: Expr) -> Parse<Expr> {
        let end = self.position;
        let Some((test, orelse)) = self.continuation(end, |parser| parser.condition(body.span))? else {
            return Ok(body);
        };
        let span = self.span_from(start);
        Ok(expr(ExprKind::IfExp(Box::new(IfExp { test, body, orelse })), span))
    }

    /// `if test else orelse`, after the body of a conditional expression.
    fn condition(&mut self, body: Span) -> Parse<(Expr, Expr)> {
        self.enter()?;
        self.advance();
        let test = self.operators(OR)?;
        if self.diagnosing {
            self.diagnose_missing_else(body, test.span)?;
        }
        self.expect(TokenKind::Else)?;
        let orelse = self.expression()?;
        self.leave();
        Ok((test, orelse))
    }

    #[inline(never)]
    fn lambda(&mut self) -> Parse<Expr> {
        self.enter()?;
        let start = self.advance().start;
        let parameters = self.parameters(true)?;
        if self.diagnosing {
            self.diagnose_lambda_in_string(start)?;
        }
        self.expect(TokenKind::Colon)?;
        let body = self.expression()?;
        self.leave();
        let span = self.span_from(start);
        Ok(expr(ExprKind::Lambda(Box::new(Lambda { parameters, body })), span))
    }

    /// `named_expression`: an expression or `name := expression`.
    pub(super) fn named_expression(&mut self) -> Parse<Expr> {
        if self.is(TokenKind::Name) && self.peek_at(1) == TokenKind::ColonEqual {
            return self.walrus();
        }
        if self.diagnosing {
            return self.diagnosed_named_expression();
        }
        let value = self.expression()?;
        if self.is(TokenKind::ColonEqual) { Err(self.fail()) } else { Ok(value) }
    }

    #[inline(never)]
    fn diagnosed_named_expression(&mut self) -> Parse<Expr> {
        let first = self.position;
        let value = self.expression()?;
        self.diagnose_named_expression(first, &value)?;
        if self.is(TokenKind::ColonEqual) { Err(self.fail()) } else { Ok(value) }
    }

    /// At `name :=`.
    #[inline(never)]
    pub(super) fn walrus(&mut self) -> Parse<Expr> {
        let name = self.advance();
        let target = self.intern(name);
        self.advance();
        let value = self.expression()?;
        let span = self.span_from(name.start);
        let target_span = Span::new(name.start, name.end);
        Ok(expr(ExprKind::NamedExpr(Box::new(NamedExpr { target, target_span, value })), span))
    }

    /// Operators that bind at least as tightly as `minimum`, by precedence climbing.
    pub(super) fn operators(&mut self, minimum: Precedence) -> Parse<Expr> {
        self.enter()?;
        let start = self.start();
        let mut left = match self.peek() {
            TokenKind::Not | TokenKind::Plus | TokenKind::Minus | TokenKind::Tilde | TokenKind::Await => self.prefixed(minimum)?,
            _ => self.primary()?,
        };
        while self.at_operator(minimum) {
            let end = self.position;
            left = self.operation(left, start)?;
            if self.position == end {
                break;
            }
        }
        self.leave();
        Ok(left)
    }

    /// Whether an operator that binds at least as tightly as `minimum` stands here.
    fn at_operator(&self, minimum: Precedence) -> bool {
        use TokenKind::*;
        let kind = self.peek();
        if let Some((_, precedence)) = binary_operator(kind) {
            return precedence >= minimum;
        }
        match kind {
            And => minimum <= AND,
            Or => minimum <= OR,
            EqualEqual | NotEqual | LessGreater | Less | LessEqual | Greater | GreaterEqual | In | Is | Not => minimum <= COMPARISON,
            _ => false,
        }
    }

    /// At an operator behind its left operand, which began at `start`: takes all it can of one precedence. In the
    /// second pass, nothing may come of it: then the position is the same.
    #[inline(never)]
    fn operation(&mut self, left: Expr, start: u32) -> Parse<Expr> {
        let kind = self.peek();
        let kind = match kind {
            TokenKind::And => match self.boolean_operands(kind, NOT)? {
                Some(operands) => return Ok(self.boolean(left, operands, start, BoolOperator::And)),
                None => return Ok(left),
            },
            TokenKind::Or => match self.boolean_operands(kind, AND)? {
                Some(operands) => return Ok(self.boolean(left, operands, start, BoolOperator::Or)),
                None => return Ok(left),
            },
            _ => match binary_operator(kind) {
                Some((op, precedence)) => match self.right_operand(op, precedence)? {
                    Some(right) => ExprKind::BinOp(Box::new(BinOp { left: Left(left), op, right })),
                    None => return Ok(left),
                },
                None => {
                    let comparisons = self.comparisons()?;
                    if comparisons.is_empty() {
                        return Ok(left);
                    }
                    ExprKind::Compare(Box::new(Compare { left, comparisons }))
                }
            },
        };
        Ok(expr(kind, self.span_from(start)))
    }

    /// At a binary operator: its right operand.
    fn right_operand(&mut self, op: Operator, precedence: Precedence) -> Parse<Option<Expr>> {
        let end = self.position;
        self.advance();
        if self.diagnosing {
            self.diagnose_not_after_operator()?;
        }
        // Only the power operator groups to the right, where it admits a sign.
        let next = if op == Operator::Pow { UNARY } else { precedence + 1 };
        self.continuation(end, |parser| parser.operators(next))
    }

    /// A prefix operator and its operand.
    #[inline(never)]
    fn prefixed(&mut self, minimum: Precedence) -> Parse<Expr> {
        let token = self.token();
        let (op, precedence) = match token.kind {
            TokenKind::Not if minimum <= NOT => (UnaryOperator::Not, NOT),
            TokenKind::Plus if minimum <= UNARY => (UnaryOperator::Plus, UNARY),
            TokenKind::Minus if minimum <= UNARY => (UnaryOperator::Minus, UNARY),
            TokenKind::Tilde if minimum <= UNARY => (UnaryOperator::Invert, UNARY),
            TokenKind::Await => {
                self.advance();
                let operand = self.primary()?;
                let span = self.span_from(token.start);
                return Ok(expr(ExprKind::Await(Box::new(operand)), span));
            }
            _ => return Err(self.fail()),
        };
        self.advance();
        if self.diagnosing && op != UnaryOperator::Not {
            self.diagnose_not_after_operator()?;
        }
        let operand = self.operators(precedence)?;
        let span = self.span_from(token.start);
        Ok(expr(ExprKind::UnaryOp(Box::new(UnaryOp { op, operand })), span))
    }

    /// The operands after the first of a chain of `and` or `or`, at the first of these keywords. `None` if there
    /// are none (in the second pass).
    #[inline(never)]
    fn boolean_operands(&mut self, keyword: TokenKind, precedence: Precedence) -> Parse<Option<Vec<Expr>>> {
        let mut values = Vec::with_capacity(2);
        while self.is(keyword) {
            let end = self.position;
            self.advance();
            match self.continuation(end, |parser| parser.operators(precedence))? {
                Some(value) => values.push(value),
                None => break,
            }
        }
        Ok(if values.is_empty() { None } else { Some(values) })
    }

    #[inline(never)]
    fn boolean(&mut self, left: Expr, mut values: Vec<Expr>, start: u32, op: BoolOperator) -> Expr {
        values.insert(0, left);
        let span = self.span_from(start);
        expr(ExprKind::BoolOp(Box::new(BoolOp { op, values })), span)
    }

    /// Any number of comparison operators with their right operands.
    #[inline(never)]
    fn comparisons(&mut self) -> Parse<Vec<(CompareOperator, Expr)>> {
        let mut comparisons = Vec::new();
        loop {
            let end = self.position;
            let Some(operator) = self.comparison_operator()? else { break };
            match self.continuation(end, |parser| parser.operators(BIT_OR))? {
                Some(operand) => comparisons.push((operator, operand)),
                None => break,
            }
        }
        Ok(comparisons)
    }

    /// Takes a comparison operator, of one token or two.
    fn comparison_operator(&mut self) -> Parse<Option<CompareOperator>> {
        let next = self.peek_at(1);
        let (op, tokens) = match self.peek() {
            TokenKind::EqualEqual => (CompareOperator::Eq, 1),
            TokenKind::NotEqual if !self.barry_as_flufl => (CompareOperator::NotEq, 1),
            TokenKind::LessGreater if self.barry_as_flufl => (CompareOperator::NotEq, 1),
            TokenKind::NotEqual => {
                let span = super::span_of(self.token());
                return Err(self.raise(span, "with Barry as BDFL, use '<>' instead of '!='"));
            }
            TokenKind::Less => (CompareOperator::Lt, 1),
            TokenKind::LessEqual => (CompareOperator::LtE, 1),
            TokenKind::Greater => (CompareOperator::Gt, 1),
            TokenKind::GreaterEqual => (CompareOperator::GtE, 1),
            TokenKind::In => (CompareOperator::In, 1),
            TokenKind::Is if next == TokenKind::Not => (CompareOperator::IsNot, 2),
            TokenKind::Is => (CompareOperator::Is, 1),
            TokenKind::Not if next == TokenKind::In => (CompareOperator::NotIn, 2),
            TokenKind::Not => {
                self.furthest = self.furthest.max(self.position + 1);
                return Ok(None);
            }
            _ => return Ok(None),
        };
        for _ in 0..tokens {
            self.advance();
        }
        Ok(Some(op))
    }

    // -----------------------------------------------------------------------------------------------------------
    // Lists of expressions

    /// `star_expressions`: expressions and starred ones; with a comma, a tuple.
    pub(super) fn star_expressions(&mut self) -> Parse<Expr> {
        self.tuple_of(true, Self::star_expression)
    }

    /// `expressions`, none of them starred; with a comma, a tuple.
    pub(super) fn expressions(&mut self) -> Parse<Expr> {
        self.tuple_of(false, Self::expression)
    }

    /// A subject of `match` or the like: elements that may be starred or named; with a comma, a tuple.
    pub(super) fn star_named_expressions(&mut self) -> Parse<Expr> {
        self.tuple_of(true, Self::star_named_expression)
    }

    fn tuple_of(&mut self, starred: bool, element: fn(&mut Self) -> Parse<Expr>) -> Parse<Expr> {
        let start = self.start();
        let first = element(self)?;
        if !self.is(TokenKind::Comma) {
            return Ok(first);
        }
        let mut elements = Vec::with_capacity(2);
        elements.push(first);
        while self.accept(TokenKind::Comma) && self.at_element(starred) {
            let end = self.position;
            match self.continuation(end, element)? {
                Some(next) => elements.push(next),
                None => break,
            }
        }
        self.note();
        let span = self.span_from(start);
        Ok(expr(ExprKind::Tuple(elements.into()), span))
    }

    /// Whether an element of a list of expressions can begin here.
    pub(super) fn at_element(&self, starred: bool) -> bool {
        let kind = self.peek();
        starts_expression(kind) || (starred && kind == TokenKind::Star)
    }

    pub(super) fn star_expression(&mut self) -> Parse<Expr> {
        if self.is(TokenKind::Star) { self.starred(Self::bitwise_or) } else { self.expression() }
    }

    pub(super) fn star_named_expression(&mut self) -> Parse<Expr> {
        if self.is(TokenKind::Star) { self.starred(Self::bitwise_or) } else { self.named_expression() }
    }

    pub(super) fn bitwise_or(&mut self) -> Parse<Expr> {
        self.operators(BIT_OR)
    }

    /// At a star: the starred value.
    pub(super) fn starred(&mut self, value: fn(&mut Self) -> Parse<Expr>) -> Parse<Expr> {
        let start = self.advance().start;
        let value = value(self)?;
        let span = self.span_from(start);
        Ok(expr(ExprKind::Starred(Box::new(value)), span))
    }

    /// `yield_expr` or `star_expressions`: the right side of an assignment, and more.
    pub(super) fn yield_or_star_expressions(&mut self) -> Parse<Expr> {
        if self.is(TokenKind::Yield) { self.yield_expression() } else { self.star_expressions() }
    }

    /// At `yield`.
    pub(super) fn yield_expression(&mut self) -> Parse<Expr> {
        let start = self.advance().start;
        if self.accept(TokenKind::From) {
            let value = self.expression()?;
            let span = self.span_from(start);
            return Ok(expr(ExprKind::YieldFrom(Box::new(value)), span));
        }
        let value = if self.at_element(true) { Some(Box::new(self.star_expressions()?)) } else { None };
        self.note();
        let span = self.span_from(start);
        Ok(expr(ExprKind::Yield(value), span))
    }

    // -----------------------------------------------------------------------------------------------------------
    // Comprehensions

    /// Whether `for` or `async for` stands here.
    pub(super) fn at_comprehension(&mut self) -> bool {
        match self.peek() {
            TokenKind::For => true,
            TokenKind::Async => {
                self.furthest = self.furthest.max(self.position + 1);
                self.peek_at(1) == TokenKind::For
            }
            _ => false,
        }
    }

    /// One or more `for target in iter if …`.
    pub(super) fn comprehension_clauses(&mut self) -> Parse<Vec<Comprehension>> {
        let mut clauses = Vec::with_capacity(1);
        while self.at_comprehension() {
            let start = self.start();
            let is_async = self.accept(TokenKind::Async);
            self.expect(TokenKind::For)?;
            let target = self.comprehension_target()?;
            self.expect(TokenKind::In)?;
            let iter = self.operators(OR)?;
            let mut conditions = Vec::new();
            while self.accept(TokenKind::If) {
                conditions.push(self.operators(OR)?);
            }
            let span = self.span_from(start);
            clauses.push(Comprehension { is_async, target, iter, conditions, span });
        }
        if clauses.is_empty() {
            return Err(self.fail());
        }
        Ok(clauses)
    }
}
