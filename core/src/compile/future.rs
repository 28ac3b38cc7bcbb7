//! `from __future__ import …`.

use alloc::format;

use super::{Result, fail};
use crate::syntax::Source;
use crate::syntax::ast::*;

#[derive(Clone, Copy, Default)]
pub(super) struct Features {
    pub annotations: bool,
    pub barry_as_flufl: bool,
    /// Where the last of the statements ends.
    pub end: u32,
}

/// Features that every program has by now.
const MANDATORY: [&str; 8] = ["nested_scopes", "generators", "division", "absolute_import", "with_statement", "print_function", "unicode_literals", "generator_stop"];

/// The features that a module asks for. They may only stand at its beginning, after the docstring.
pub(super) fn features(module: &Module, source: &Source) -> Result<Features> {
    let mut features = Features::default();
    let (Module::Exec(body) | Module::Single(body)) = module else { return Ok(features) };
    let start = match super::stmt::docstring(body) {
        Some(_) => 1,
        None => 0,
    };
    for statement in body.get(start..).unwrap_or_default() {
        let StmtKind::ImportFrom(node) = &statement.kind else { break };
        if !is_future(node) {
            break;
        }
        features.end = statement.span.end;
        let at = Span::new(statement.span.start, statement.span.start);
        for alias in &node.names {
            match &*alias.name {
                "annotations" => features.annotations = true,
                "barry_as_FLUFL" => features.barry_as_flufl = true,
                "braces" => return Err(fail(source, "not a chance", at)),
                name if MANDATORY.contains(&name) => {}
                name => return Err(fail(source, format!("future feature {name} is not defined"), at)),
            }
        }
    }
    Ok(features)
}

pub(super) fn is_future(node: &ImportFrom) -> bool {
    node.level == 0 && node.module.as_deref() == Some("__future__")
}
