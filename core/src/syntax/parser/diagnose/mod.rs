//! Well-known mistakes, recognised in the second pass only (see the parent module). Each function looks at the place
//! where its caller stands, reports the mistake if it is there, and otherwise leaves the parser as it was.

mod call;
mod expression;
mod statement;

use alloc::format;
use alloc::string::String;

use super::target::{TargetUse, describe, invalid_target};
use super::{Failure, Parse, Parser, span_of};
use crate::syntax::ast::Expr;

impl Parser<'_> {
    /// Runs a rule without looking for mistakes inside, and goes back.
    pub(super) fn look<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<Option<T>> {
        let (position, diagnosing) = (self.position, self.diagnosing);
        self.diagnosing = false;
        let found = self.attempt(rule);
        self.diagnosing = diagnosing;
        self.note();
        self.position = position;
        found
    }

    /// Runs a rule, looking for mistakes inside, and goes back.
    pub(super) fn probe<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<Option<T>> {
        let position = self.position;
        let found = self.attempt(rule);
        self.note();
        self.position = position;
        found
    }

    pub(super) fn raise_at_current(&mut self, message: impl Into<String>) -> Failure {
        let span = span_of(self.token());
        self.raise(span, message)
    }

    pub(super) fn raise_invalid_target(&mut self, target: &Expr, target_use: TargetUse) -> Parse<()> {
        let Some(part) = invalid_target(target, target_use) else { return Ok(()) };
        let verb = if target_use == TargetUse::Deletion { "delete" } else { "assign to" };
        let message = format!("cannot {verb} {}", describe(part));
        let span = part.span;
        Err(self.raise(span, message))
    }
}
