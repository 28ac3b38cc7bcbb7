//! Atoms and what can be appended to them: names, constants, brackets; attributes, calls, subscripts.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::arguments::Arguments;
use super::{Failure, Parse, Parser, expr};
use crate::syntax::ast::*;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// An atom followed by any number of attributes, calls and subscripts.
    pub(super) fn primary(&mut self) -> Parse<Expr> {
        let start = self.start();
        let mut value = self.atom()?;
        while matches!(self.peek(), TokenKind::Dot | TokenKind::LeftParen | TokenKind::LeftBracket) {
            let end = self.position;
            value = self.trailer(value, start)?;
            if self.position == end {
                break;
            }
        }
        Ok(value)
    }

    /// At what is appended to a value that began at `start`. In the second pass, nothing may come of it: then the
    /// position is the same.
    #[inline(never)]
    fn trailer(&mut self, value: Expr, start: u32) -> Parse<Expr> {
        let end = self.position;
        let kind = match self.peek() {
            TokenKind::Dot => {
                self.advance();
                let Some(attr) = self.continuation(end, Self::name)? else { return Ok(value) };
                ExprKind::Attribute(Box::new(Attribute { value: Left(value), attr }))
            }
            TokenKind::LeftParen => {
                let Some(arguments) = self.continuation(end, Self::call)? else {
                    return Ok(value);
                };
                let Arguments { positional: arguments, keywords, .. } = arguments;
                ExprKind::Call(Box::new(Call { function: Left(value), arguments, keywords }))
            }
            _ => {
                let index = self.continuation(end, |parser| parser.bracketed(Self::index))?;
                let Some(index) = index else { return Ok(value) };
                ExprKind::Subscript(Box::new(Subscript { value: Left(value), index }))
            }
        };
        Ok(expr(kind, self.span_from(start)))
    }

    pub(super) fn atom(&mut self) -> Parse<Expr> {
        let token = self.token();
        let kind = match token.kind {
            TokenKind::Name => {
                self.advance();
                ExprKind::Name(self.intern(token))
            }
            TokenKind::Number => {
                self.advance();
                ExprKind::Constant(self.number(token)?)
            }
            TokenKind::String | TokenKind::FStringStart | TokenKind::TStringStart => return self.strings(),
            TokenKind::LeftParen => return self.bracketed(Self::parenthesised),
            TokenKind::LeftBracket => return self.bracketed(Self::list),
            TokenKind::LeftBrace => return self.once(Self::dict_or_set),
            TokenKind::None => self.constant(Constant::None),
            TokenKind::True => self.constant(Constant::True),
            TokenKind::False => self.constant(Constant::False),
            TokenKind::Ellipsis => self.constant(Constant::Ellipsis),
            _ => return Err(self.fail()),
        };
        Ok(expr(kind, super::span_of(token)))
    }

    fn bracketed(&mut self, rule: fn(&mut Self) -> Parse<Expr>) -> Parse<Expr> {
        if self.lenient { self.once(rule) } else { rule(self) }
    }

    fn call(&mut self) -> Parse<Arguments> {
        if self.lenient { self.once(|parser| parser.call_arguments(true)) } else { self.call_arguments(true) }
    }

    fn constant(&mut self, constant: Constant) -> ExprKind {
        self.advance();
        ExprKind::Constant(constant)
    }

    // -----------------------------------------------------------------------------------------------------------
    // Brackets

    /// At `(`: a tuple, a generator expression, or an expression in parentheses.
    #[inline(never)]
    fn parenthesised(&mut self) -> Parse<Expr> {
        let start = self.advance().start;
        if self.is(TokenKind::Yield) {
            let value = self.yield_expression()?;
            self.expect(TokenKind::RightParen)?;
            return Ok(value);
        }
        if self.accept(TokenKind::RightParen) {
            return Ok(expr(ExprKind::Tuple(Box::default()), self.span_from(start)));
        }
        if self.diagnosing {
            self.diagnose_group()?;
        }
        let first = self.star_named_expression()?;
        if self.at_comprehension() {
            return self.comprehension(start, first, TokenKind::RightParen, ExprKind::GeneratorExp);
        }
        if self.is(TokenKind::Comma) {
            let elements = self.elements_after(first)?;
            self.expect(TokenKind::RightParen)?;
            return Ok(expr(ExprKind::Tuple(elements.into()), self.span_from(start)));
        }
        if matches!(first.kind, ExprKind::Starred(_)) {
            if self.diagnosing && self.is(TokenKind::RightParen) {
                return Err(self.raise(first.span, "cannot use starred expression here"));
            }
            return Err(self.fail());
        }
        self.expect(TokenKind::RightParen)?;
        Ok(first)
    }

    /// At `[`.
    #[inline(never)]
    fn list(&mut self) -> Parse<Expr> {
        let start = self.advance().start;
        if self.accept(TokenKind::RightBracket) {
            return Ok(expr(ExprKind::List(Box::default()), self.span_from(start)));
        }
        if self.diagnosing {
            self.diagnose_star()?;
        }
        let first = self.star_named_expression()?;
        if self.at_comprehension() {
            return self.comprehension(start, first, TokenKind::RightBracket, ExprKind::ListComp);
        }
        let elements = self.elements_after(first)?;
        if self.diagnosing {
            self.diagnose_unparenthesised_comprehension(&elements)?;
        }
        self.expect(TokenKind::RightBracket)?;
        Ok(expr(ExprKind::List(elements.into()), self.span_from(start)))
    }

    /// The elements of a display, the first of which is already parsed, and a trailing comma.
    #[inline(never)]
    fn elements_after(&mut self, first: Expr) -> Parse<Vec<Expr>> {
        let mut elements = Vec::with_capacity(2);
        elements.push(first);
        while self.accept(TokenKind::Comma) && self.at_element(true) {
            elements.push(self.star_named_expression()?);
        }
        Ok(elements)
    }

    /// After the element of a comprehension, to its closing bracket.
    #[inline(never)]
    fn comprehension(&mut self, start: u32, element: Expr, close: TokenKind, kind: fn(Box<ElementComp>) -> ExprKind) -> Parse<Expr> {
        if matches!(element.kind, ExprKind::Starred(_)) {
            if self.diagnosing {
                self.comprehension_clauses()?;
                return Err(self.raise(element.span, "iterable unpacking cannot be used in comprehension"));
            }
            return Err(self.fail());
        }
        let generators = self.comprehension_clauses()?;
        self.expect(close)?;
        Ok(expr(kind(Box::new(ElementComp { element, generators })), self.span_from(start)))
    }

    /// At `{`.
    #[inline(never)]
    fn dict_or_set(&mut self) -> Parse<Expr> {
        let brace = self.position;
        let start = self.advance().start;
        match self.peek() {
            TokenKind::RightBrace => {
                self.advance();
                return Ok(expr(ExprKind::Dict(Box::default()), self.span_from(start)));
            }
            TokenKind::DoubleStar => return self.dict(brace, start, None),
            TokenKind::Star if self.diagnosing => self.diagnose_star()?,
            TokenKind::Star => {}
            _ => {
                let first = self.position;
                let key = self.named_expression()?;
                if self.is(TokenKind::Colon) {
                    if matches!(key.kind, ExprKind::NamedExpr(_)) && self.token_at(first).kind == TokenKind::Name {
                        return Err(self.fail());
                    }
                    return self.dict(brace, start, Some(key));
                }
                return self.set(start, key);
            }
        }
        let first = self.star_named_expression()?;
        self.set(start, first)
    }

    #[inline(never)]
    fn set(&mut self, start: u32, first: Expr) -> Parse<Expr> {
        if self.at_comprehension() {
            return self.comprehension(start, first, TokenKind::RightBrace, ExprKind::SetComp);
        }
        let elements = self.elements_after(first)?;
        if self.diagnosing {
            self.diagnose_unparenthesised_comprehension(&elements)?;
        }
        self.expect(TokenKind::RightBrace)?;
        Ok(expr(ExprKind::Set(elements.into()), self.span_from(start)))
    }

    /// A dict whose brace is token `brace`; its first key may have been parsed.
    fn dict(&mut self, brace: usize, start: u32, first_key: Option<Expr>) -> Parse<Expr> {
        let depth = self.depth;
        let dict = self.dict_items(start, first_key);
        if let Err(Failure(None)) = dict {
            // Mistakes here are reported in the first pass already.
            self.note();
            self.depth = depth;
            self.diagnose_dict(brace)?;
        }
        dict
    }

    fn dict_items(&mut self, start: u32, first_key: Option<Expr>) -> Parse<Expr> {
        let mut items = Vec::with_capacity(2);
        let mut parsed_key = first_key;
        loop {
            let item = match parsed_key.take() {
                Some(key) => self.dict_value(key)?,
                None if self.accept(TokenKind::DoubleStar) => DictItem { key: None, value: self.bitwise_or()? },
                None => {
                    let key = self.expression()?;
                    self.dict_value(key)?
                }
            };
            if items.is_empty() && self.at_comprehension() {
                return self.dict_comprehension(start, item);
            }
            items.push(item);
            if !self.accept(TokenKind::Comma) || self.is(TokenKind::RightBrace) {
                break;
            }
        }
        self.expect(TokenKind::RightBrace)?;
        Ok(expr(ExprKind::Dict(items.into()), self.span_from(start)))
    }

    fn dict_value(&mut self, key: Expr) -> Parse<DictItem> {
        self.expect(TokenKind::Colon)?;
        let value = self.expression()?;
        Ok(DictItem { key: Some(key), value })
    }

    #[inline(never)]
    fn dict_comprehension(&mut self, start: u32, item: DictItem) -> Parse<Expr> {
        let Some(key) = item.key else {
            if self.diagnosing {
                self.comprehension_clauses()?;
                if self.is(TokenKind::RightBrace) {
                    let stars = super::span_of(self.token_after(start));
                    return Err(self.raise(stars, "dict unpacking cannot be used in dict comprehension"));
                }
            }
            return Err(self.fail());
        };
        let generators = self.comprehension_clauses()?;
        self.expect(TokenKind::RightBrace)?;
        let comprehension = DictComp { key, value: item.value, generators };
        Ok(expr(ExprKind::DictComp(Box::new(comprehension)), self.span_from(start)))
    }

    // -----------------------------------------------------------------------------------------------------------
    // Subscripts

    /// At `[` after a value: the index, to the closing bracket.
    fn index(&mut self) -> Parse<Expr> {
        self.advance();
        let index = self.slices()?;
        self.expect(TokenKind::RightBracket)?;
        Ok(index)
    }

    fn slices(&mut self) -> Parse<Expr> {
        let start = self.start();
        let first = self.slice()?;
        if !self.is(TokenKind::Comma) && !matches!(first.kind, ExprKind::Starred(_)) {
            return Ok(first);
        }
        let mut elements = Vec::with_capacity(2);
        elements.push(first);
        while self.accept(TokenKind::Comma) && (self.at_element(true) || self.is(TokenKind::Colon)) {
            elements.push(self.slice()?);
        }
        let span = self.span_from(start);
        Ok(expr(ExprKind::Tuple(elements.into()), span))
    }

    fn slice(&mut self) -> Parse<Expr> {
        let start = self.start();
        let lower = match self.peek() {
            TokenKind::Star => return self.starred_expression(),
            TokenKind::Colon => None,
            _ => {
                let lower = self.named_expression()?;
                if !self.is(TokenKind::Colon) {
                    return Ok(lower);
                }
                if lower.span.start == start && matches!(lower.kind, ExprKind::NamedExpr(_)) {
                    return Err(self.fail());
                }
                Some(lower)
            }
        };
        self.expect(TokenKind::Colon)?;
        let upper = self.slice_bound()?;
        let step = if self.accept(TokenKind::Colon) { self.slice_bound()? } else { None };
        let span = self.span_from(start);
        Ok(expr(ExprKind::Slice(Box::new(Slice { lower, upper, step })), span))
    }

    fn slice_bound(&mut self) -> Parse<Option<Expr>> {
        if self.at_element(false) { Ok(Some(self.expression()?)) } else { Ok(None) }
    }
}
