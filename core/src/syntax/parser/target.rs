//! What can be assigned to or deleted: expressions are parsed first and looked at afterwards.

use alloc::vec::Vec;

use super::{Parse, Parser, expr};
use crate::syntax::ast::*;
use crate::syntax::token::TokenKind;

/// The place an expression is used as a target in.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum TargetUse {
    Assignment,
    For,
    Deletion,
}

/// The first part of an expression that cannot be a target, if any.
pub(super) fn invalid_target(target: &Expr, target_use: TargetUse) -> Option<&Expr> {
    match &target.kind {
        ExprKind::Name(_) | ExprKind::Attribute(_) | ExprKind::Subscript(_) => None,
        ExprKind::Tuple(elements) | ExprKind::List(elements) => elements.iter().find_map(|element| invalid_target(element, target_use)),
        ExprKind::Starred(value) if target_use != TargetUse::Deletion => invalid_target(value, target_use),
        // `for x in y` reads as a comparison when the target is parsed as an expression.
        ExprKind::Compare(node) if target_use == TargetUse::For => match node.comparisons.first() {
            Some((CompareOperator::In, _)) => invalid_target(&node.left, target_use),
            _ => None,
        },
        _ => Some(target),
    }
}

/// Whether an expression can be the only target of an augmented or annotated assignment.
pub(super) fn is_single_target(target: &Expr) -> bool {
    matches!(target.kind, ExprKind::Name(_) | ExprKind::Attribute(_) | ExprKind::Subscript(_))
}

/// An expression as error messages call it.
pub(super) fn describe(expression: &Expr) -> &'static str {
    match &expression.kind {
        ExprKind::Attribute(_) => "attribute",
        ExprKind::Subscript(_) => "subscript",
        ExprKind::Starred(_) => "starred",
        ExprKind::Name(_) => "name",
        ExprKind::List(_) => "list",
        ExprKind::Tuple(_) => "tuple",
        ExprKind::Lambda(_) => "lambda",
        ExprKind::Call(_) => "function call",
        ExprKind::BoolOp(_) | ExprKind::BinOp(_) | ExprKind::UnaryOp(_) => "expression",
        ExprKind::GeneratorExp(_) => "generator expression",
        ExprKind::Yield(_) | ExprKind::YieldFrom(_) => "yield expression",
        ExprKind::Await(_) => "await expression",
        ExprKind::ListComp(_) => "list comprehension",
        ExprKind::SetComp(_) => "set comprehension",
        ExprKind::DictComp(_) => "dict comprehension",
        ExprKind::Dict(_) => "dict literal",
        ExprKind::Set(_) => "set display",
        ExprKind::JoinedStr(_) | ExprKind::FormattedValue(_) => "f-string expression",
        ExprKind::TemplateStr(_) | ExprKind::Interpolation(_) => "t-string expression",
        ExprKind::Constant(Constant::None) => "None",
        ExprKind::Constant(Constant::True) => "True",
        ExprKind::Constant(Constant::False) => "False",
        ExprKind::Constant(Constant::Ellipsis) => "ellipsis",
        ExprKind::Constant(_) => "literal",
        ExprKind::Compare(_) => "comparison",
        ExprKind::IfExp(_) => "conditional expression",
        ExprKind::NamedExpr(_) => "named expression",
        ExprKind::Slice(_) => "slice",
    }
}

impl Parser<'_> {
    /// The targets of a `for` or a comprehension clause, up to its `in`.
    pub(super) fn for_targets(&mut self) -> Parse<Expr> {
        let start = self.start();
        let first = self.star_target()?;
        if !self.is(TokenKind::Comma) {
            return Ok(first);
        }
        let mut elements = Vec::with_capacity(2);
        elements.push(first);
        while self.accept(TokenKind::Comma) && self.at_element(true) {
            elements.push(self.star_target()?);
        }
        let span = self.span_from(start);
        Ok(expr(ExprKind::Tuple(elements.into()), span))
    }

    fn star_target(&mut self) -> Parse<Expr> {
        if self.is(TokenKind::Star) {
            return self.starred(Self::target);
        }
        self.target()
    }

    /// One target that is not starred.
    pub(super) fn target(&mut self) -> Parse<Expr> {
        let target = self.primary()?;
        if invalid_target(&target, TargetUse::Assignment).is_some() {
            return Err(self.fail());
        }
        Ok(target)
    }

    /// The target after `as` in a `with` statement.
    pub(super) fn with_target(&mut self) -> Parse<Expr> {
        self.star_target()
    }
}
