//! Well-known mistakes, recognised in the second pass only (see the parent module). Each function looks at the place
//! where its caller stands, reports the mistake if it is there, and otherwise leaves the parser as it was.

use alloc::format;
use alloc::vec::Vec;

use super::arguments::Arguments;
use super::expression::{OR, starts_expression};
use super::statement::augmented_operator;
use super::strings::string_name;
use super::target::{TargetUse, describe, invalid_target};
use super::{Failure, Parse, Parser, span_of};
use crate::syntax::ast::*;
use crate::syntax::token::TokenKind;

const SOFT_KEYWORDS: [&str; 4] = ["_", "case", "match", "type"];

/// How many names in a row are looked at.
const MAX_ROW: u32 = 16;

/// Statements of Python 2 that became functions.
const LEGACY_STATEMENTS: [&str; 2] = ["print", "exec"];

impl Parser<'_> {
    /// Runs a rule without looking for mistakes inside, and goes back.
    fn look<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<Option<T>> {
        let (position, diagnosing) = (self.position, self.diagnosing);
        self.diagnosing = false;
        let found = self.attempt(rule);
        self.diagnosing = diagnosing;
        self.note();
        self.position = position;
        found
    }

    /// Runs a rule, looking for mistakes inside, and goes back.
    fn probe<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<Option<T>> {
        let position = self.position;
        let found = self.attempt(rule);
        self.note();
        self.position = position;
        found
    }

    fn raise_at_current(&mut self, message: impl Into<alloc::string::String>) -> Failure {
        let span = span_of(self.token());
        self.raise(span, message)
    }

    fn raise_invalid_target(&mut self, target: &Expr, target_use: TargetUse) -> Parse<()> {
        let Some(part) = invalid_target(target, target_use) else { return Ok(()) };
        let verb = if target_use == TargetUse::Deletion { "delete" } else { "assign to" };
        let message = format!("cannot {verb} {}", describe(part));
        let span = part.span;
        Err(self.raise(span, message))
    }

    // -----------------------------------------------------------------------------------------------------------
    // Expressions

    /// `pass if …` and the like, where an expression begins.
    pub(super) fn diagnose_statement_as_expression(&mut self) -> Parse<()> {
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
    pub(super) fn diagnose_after_operand(&mut self, first: usize, operand: &Expr) -> Parse<()> {
        let first_token = self.token_at(first);
        if starts_expression(self.peek()) {
            if first_token.kind == TokenKind::String {
                self.diagnose_quotes_in_string(first)?;
            }
            let name_before_string =
                first_token.kind == TokenKind::Name && self.token_at(first + 1).kind == TokenKind::String;
            let soft_keyword =
                first_token.kind == TokenKind::Name && SOFT_KEYWORDS.contains(&self.text_of(first_token));
            if !name_before_string && !soft_keyword {
                let next = self.look(|parser| {
                    let next = parser.expression()?;
                    Ok((next.span, parser.previous().level))
                })?;
                if let Some((span, level)) = next {
                    if level != 0 && !self.is_legacy_statement(operand) {
                        let message = "invalid syntax. Perhaps you forgot a comma?";
                        return Err(self.raise(operand.span.to(span), message));
                    }
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
            Some(span) if self.token_at(first + 1).kind != TokenKind::String => {
                Err(self.raise(span, "invalid syntax. Is this intended to be part of the string?"))
            }
            _ => Ok(()),
        }
    }

    /// After the condition of a conditional expression.
    pub(super) fn diagnose_missing_else(&mut self, body: Span, test: Span) -> Parse<()> {
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
    pub(super) fn diagnose_lambda_in_string(&mut self, start: u32) -> Parse<()> {
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
    pub(super) fn diagnose_not_after_operator(&mut self) -> Parse<()> {
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
    pub(super) fn diagnose_named_expression(&mut self, first: usize, value: &Expr) -> Parse<()> {
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
    pub(super) fn diagnose_star(&mut self) -> Parse<()> {
        if self.is(TokenKind::Star) {
            self.probe(Self::starred_expression)?;
        }
        Ok(())
    }

    /// After an opening parenthesis.
    pub(super) fn diagnose_group(&mut self) -> Parse<()> {
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
    pub(super) fn diagnose_unparenthesised_comprehension(&mut self, elements: &[Expr]) -> Parse<()> {
        let trailing_comma = self.previous().kind == TokenKind::Comma;
        let (Some(first), Some(last)) = (elements.first(), elements.last()) else { return Ok(()) };
        if !self.at_comprehension() {
            return Ok(());
        }
        let span = if trailing_comma && elements.len() == 1 {
            first.span.to(span_of(self.previous()))
        } else {
            first.span.to(last.span)
        };
        if self.probe(Self::comprehension_clauses)?.is_some() {
            return Err(self.raise(span, "did you forget parentheses around the comprehension target?"));
        }
        Ok(())
    }

    /// The target of a comprehension clause. A missing `in` is reported in the first pass already.
    pub(super) fn comprehension_target(&mut self) -> Parse<Expr> {
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
    pub(super) fn diagnose_for_target(&mut self) -> Parse<Expr> {
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
    pub(super) fn diagnose_dict(&mut self, brace: usize) -> Parse<()> {
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
        if let Some((key, next)) = self.probe(|parser| Ok((parser.expression()?.span, parser.peek())))? {
            if next != TokenKind::Colon {
                let span = Span::new(key.end.saturating_sub(1).max(key.start), key.end);
                return Err(self.raise(span, "':' expected after dictionary key"));
            }
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
    // Calls

    /// Where an argument begins that is not the first.
    pub(super) fn diagnose_keyword_argument(&mut self, after_keyword: bool) -> Parse<()> {
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
    pub(super) fn diagnose_assignment_in_argument(&mut self, value: &Expr) -> Parse<()> {
        if !self.is(TokenKind::Equal) {
            return Ok(());
        }
        let span = value.span.to(span_of(self.token()));
        Err(self.raise(span, "expression cannot contain assignment, perhaps you meant \"==\"?"))
    }

    /// After `*value` or `**value`.
    pub(super) fn diagnose_assignment_to_unpacking(&mut self, start: u32, what: &str) -> Parse<()> {
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
    pub(super) fn diagnose_arguments(&mut self) -> Parse<()> {
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
        if self.at_comprehension() {
            if let Some(last) = arguments
                .positional
                .last()
                .filter(|_| arguments.positional.len() + arguments.keywords.len() > 1 && arguments.keywords.is_empty())
            {
                let element = last.span;
                if let Some(clauses) = self.probe(Self::comprehension_clauses)? {
                    return Err(self.raise(element.to(end_of(&clauses, element)), UNPARENTHESISED));
                }
            }
        }
        if self.is(TokenKind::Comma) {
            let comma = self.token();
            self.advance();
            if arguments.unpacked_mapping && self.is(TokenKind::Star) && self.probe(Self::starred_expression)?.is_some()
            {
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
    pub(super) fn diagnose_parameter(
        &mut self,
        parameters: &Parameters,
        (slash, star, default_seen): (bool, bool, bool),
        lambda: bool,
    ) -> Parse<()> {
        let close = if lambda { TokenKind::Colon } else { TokenKind::RightParen };
        let next = self.peek_at(1);
        match self.peek() {
            TokenKind::Slash if star => Err(self.raise_at_current("/ must be ahead of *")),
            TokenKind::Slash if slash => Err(self.raise_at_current("/ may appear only once")),
            TokenKind::Slash if parameters.positional.is_empty() && next == TokenKind::Comma => {
                Err(self.raise_at_current("at least one argument must precede /"))
            }
            TokenKind::Slash if next == TokenKind::Star && !parameters.positional.is_empty() => {
                self.advance();
                Err(self.raise_at_current("expected comma between / and *"))
            }
            TokenKind::Star if star && matches!(next, TokenKind::Name | TokenKind::Comma) => {
                Err(self.raise_at_current("* argument may appear only once"))
            }
            TokenKind::Star if !star => {
                let after_comma = self.peek_at(2);
                let bare = next == close
                    || (next == TokenKind::Comma && (after_comma == close || after_comma == TokenKind::DoubleStar));
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
    pub(super) fn diagnose_variadic_default(&mut self, kind: &str) -> Parse<()> {
        if self.is(TokenKind::Equal) {
            return Err(self.raise_at_current(format!("{kind} argument cannot have default value")));
        }
        Ok(())
    }

    /// After `**kwargs`.
    pub(super) fn diagnose_after_kwarg(&mut self) -> Parse<()> {
        use TokenKind::*;
        if self.is(Comma) && matches!(self.peek_at(1), Name | Star | DoubleStar | Slash) {
            self.advance();
            return Err(self.raise_at_current("arguments cannot follow var-keyword argument"));
        }
        Ok(())
    }

    /// After the `=` of a parameter.
    pub(super) fn diagnose_missing_default(&mut self) -> Parse<()> {
        if matches!(self.peek(), TokenKind::RightParen | TokenKind::Comma) {
            let span = span_of(self.previous());
            return Err(self.raise(span, "expected default value expression"));
        }
        Ok(())
    }

    /// At a colon after `*Ts` or `**P`.
    pub(super) fn diagnose_type_parameter_bound(&mut self, kind: &TypeParamKind) -> Parse<()> {
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

    // -----------------------------------------------------------------------------------------------------------
    // f-strings and t-strings

    /// The expression of a replacement field, after its brace.
    pub(super) fn diagnose_field_value(&mut self, template: bool) -> Parse<Expr> {
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
    pub(super) fn diagnose_field(&mut self, template: bool, tokens: &[TokenKind], expected: &str) -> Parse<()> {
        if tokens.contains(&self.peek()) {
            return Ok(());
        }
        let message = format!("{}: expecting {expected}", string_name(template));
        Err(self.raise_at_current(message))
    }

    /// After the exclamation mark.
    pub(super) fn diagnose_conversion(&mut self, template: bool) -> Parse<()> {
        let problem = match self.peek() {
            TokenKind::Name => return Ok(()),
            TokenKind::Colon | TokenKind::RightBrace => "missing",
            _ => "invalid",
        };
        let message = format!("{}: {problem} conversion character", string_name(template));
        Err(self.raise_at_current(message))
    }

    // -----------------------------------------------------------------------------------------------------------
    // Assignments

    /// A statement with `=`, `:=`, `:` or an augmented assignment that could not be parsed; its first token is `first`.
    pub(super) fn diagnose_assignment(&mut self, first: usize) -> Parse<()> {
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
    pub(super) fn diagnose_delete(&mut self) -> Parse<()> {
        if let Some(target) = self.attempt(Self::star_expressions)? {
            self.raise_invalid_target(&target, TargetUse::Deletion)?;
        }
        Ok(())
    }

    // -----------------------------------------------------------------------------------------------------------
    // Other statements

    /// At `import`.
    pub(super) fn diagnose_import(&mut self) -> Parse<()> {
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
    pub(super) fn diagnose_empty_import(&mut self) -> Parse<()> {
        if self.is(TokenKind::Newline) {
            return Err(self.raise_at_current("Expected one or more names after 'import'"));
        }
        Ok(())
    }

    /// After the `as` of an import.
    pub(super) fn diagnose_import_target(&mut self) -> Parse<()> {
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
    pub(super) fn diagnose_with_target(&mut self) -> Parse<Expr> {
        use TokenKind::*;
        let target = self.attempt(|parser| {
            let target = parser.with_target()?;
            if matches!(parser.peek(), Comma | RightParen | Colon | Newline) { Ok(target) } else { Err(parser.fail()) }
        })?;
        if let Some(target) = target {
            return Ok(target);
        }
        if let Some(target) = self.attempt(Self::expression)? {
            if matches!(self.peek(), Comma | RightParen | Colon) {
                self.raise_invalid_target(&target, TargetUse::Assignment)?;
            }
        }
        Err(self.fail())
    }

    /// At an `except*` after `except`s or an `except` after `except*`s.
    pub(super) fn diagnose_mixed_handler(&mut self, is_star: bool) -> Parse<()> {
        let start = self.start();
        let end = self.token_at(self.position + usize::from(!is_star)).end;
        if self.probe(|parser| parser.except_handler(!is_star))?.is_some() {
            let message = "cannot have both 'except' and 'except*' on the same 'try'";
            return Err(self.raise(Span::new(start, end), message));
        }
        Ok(())
    }

    /// After the `as` of an `except`.
    pub(super) fn diagnose_except_target(&mut self, is_star: bool) -> Parse<()> {
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
    pub(super) fn diagnose_unparenthesised_exceptions(&mut self, start: u32) -> Parse<()> {
        if self.peek_at(1) == TokenKind::Name && self.peek_at(2) == TokenKind::Colon {
            let span = Span::new(start, self.token_at(self.position + 2).end);
            return Err(self.raise(span, "multiple exception types must be parenthesized when using 'as'"));
        }
        Ok(())
    }

    /// After the `as` of a pattern.
    pub(super) fn diagnose_as_pattern(&mut self) -> Parse<()> {
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
    pub(super) fn diagnose_positional_pattern(&mut self) -> Parse<()> {
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

/// The span that ends where the last clause ends.
fn end_of(clauses: &[Comprehension], fallback: Span) -> Span {
    clauses.last().map_or(fallback, |clause| clause.span)
}
