//! The compiler's `SyntaxWarning`s.

use alloc::format;
use alloc::string::String;

use super::{Compiler, Result};
use crate::syntax::SyntaxWarning;
use crate::syntax::ast::*;

impl<'a> Compiler<'a> {
    pub(super) fn warn(&mut self, message: String, span: Span) {
        let line = self.line(span);
        let warning = SyntaxWarning { message, line, span };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(super) fn warn_about_comparisons(&mut self, node: &'a Compare, span: Span) -> Result<()> {
        let mut left = &node.left;
        for (op, right) in &node.comparisons {
            self.warn_about_comparison(left, *op, right, span)?;
            left = right;
        }
        Ok(())
    }

    /// `is` with a literal.
    pub(super) fn warn_about_comparison(&mut self, left: &'a Expr, op: CompareOperator, right: &'a Expr, span: Span) -> Result<()> {
        let (word, instead) = match op {
            CompareOperator::Is => ("is", "=="),
            CompareOperator::IsNot => ("is not", "!="),
            _ => return Ok(()),
        };
        if let Some(kind) = compared_literal(left).or_else(|| compared_literal(right)) {
            self.warn(format!("\"{word}\" with '{kind}' literal. Did you mean \"{instead}\"?"), span);
        }
        Ok(())
    }

    /// A literal that is called or subscripted: most likely a forgotten comma.
    pub(super) fn warn_about_operand(&mut self, operand: &'a Expr, link: &'a Expr) -> Result<()> {
        match &link.kind {
            ExprKind::Call(_) => {
                if let Some(kind) = uncallable(operand) {
                    let message = format!("'{kind}' object is not callable; perhaps you missed a comma?");
                    self.warn(message, link.span);
                }
            }
            ExprKind::Subscript(node) => {
                if let Some(kind) = unsubscriptable(operand) {
                    let message = format!("'{kind}' object is not subscriptable; perhaps you missed a comma?");
                    self.warn(message, link.span);
                } else if let (Some(kind), Some(index)) = (sequence(operand), not_an_index(&node.index)) {
                    let message = format!("{kind} indices must be integers or slices, not {index}; perhaps you missed a comma?");
                    self.warn(message, link.span);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The type of a literal.
fn literal_type(constant: &Constant) -> &'static str {
    match constant {
        Constant::None => "NoneType",
        Constant::True | Constant::False => "bool",
        Constant::Ellipsis => "ellipsis",
        Constant::Int(_) | Constant::BigInt(_) => "int",
        Constant::Float(_) => "float",
        Constant::Imaginary(_) => "complex",
        Constant::Str { .. } => "str",
        Constant::Bytes(_) => "bytes",
    }
}

fn compared_literal(expression: &Expr) -> Option<&'static str> {
    match &expression.kind {
        ExprKind::Constant(Constant::None | Constant::True | Constant::False | Constant::Ellipsis) => None,
        ExprKind::Constant(constant) => Some(literal_type(constant)),
        ExprKind::Tuple(items) if items.iter().all(|item| matches!(item.kind, ExprKind::Constant(_))) => Some("tuple"),
        _ => None,
    }
}

fn container_type(kind: &ExprKind) -> Option<&'static str> {
    Some(match kind {
        ExprKind::Tuple(_) => "tuple",
        ExprKind::List(_) | ExprKind::ListComp(_) => "list",
        ExprKind::Dict(_) | ExprKind::DictComp(_) => "dict",
        ExprKind::Set(_) | ExprKind::SetComp(_) => "set",
        ExprKind::GeneratorExp(_) => "generator",
        ExprKind::Lambda(_) => "function",
        ExprKind::JoinedStr(_) => "str",
        ExprKind::TemplateStr(_) => "string.templatelib.Template",
        _ => return None,
    })
}

fn uncallable(expression: &Expr) -> Option<&'static str> {
    match &expression.kind {
        ExprKind::Constant(constant) => Some(literal_type(constant)),
        ExprKind::Lambda(_) => None,
        kind => container_type(kind),
    }
}

fn unsubscriptable(expression: &Expr) -> Option<&'static str> {
    match &expression.kind {
        ExprKind::Constant(Constant::Str { .. } | Constant::Bytes(_)) => None,
        ExprKind::Constant(constant) => Some(literal_type(constant)),
        kind @ (ExprKind::Set(_) | ExprKind::SetComp(_) | ExprKind::GeneratorExp(_) | ExprKind::TemplateStr(_) | ExprKind::Lambda(_)) => container_type(kind),
        _ => None,
    }
}

fn sequence(expression: &Expr) -> Option<&'static str> {
    match &expression.kind {
        ExprKind::Constant(constant @ (Constant::Str { .. } | Constant::Bytes(_))) => Some(literal_type(constant)),
        kind @ (ExprKind::Tuple(_) | ExprKind::List(_) | ExprKind::ListComp(_) | ExprKind::JoinedStr(_)) => container_type(kind),
        _ => None,
    }
}

fn not_an_index(index: &Expr) -> Option<&'static str> {
    match &index.kind {
        ExprKind::Constant(Constant::Int(_) | Constant::BigInt(_) | Constant::True | Constant::False) => None,
        ExprKind::Constant(constant) => Some(literal_type(constant)),
        kind => container_type(kind),
    }
}
