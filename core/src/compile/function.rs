//! `def` and `lambda`.

use alloc::vec::Vec;

use super::annotations::AnnotatedFunction;
use super::symtable::{Role, ScopeId, ScopeKind};
use super::unit::Operand;
use super::{Compiler, ParameterNames, Result, UnitShape};
use crate::code::isa::{FUNCTION_ANNOTATE, FUNCTION_DEFAULTS, FUNCTION_KEYWORD_DEFAULTS, Op};
use crate::code::{CodeFlags, HEADER_SLOTS};
use crate::syntax::ast::*;

const HEADER: u16 = HEADER_SLOTS as u16;

/// What goes with a new function: consecutive registers from `first` on, as the flags say.
#[derive(Clone, Copy)]
pub(super) struct Attachments {
    pub first: u16,
    pub flags: u8,
}

impl<'a> Compiler<'a> {
    #[inline(never)]
    pub(super) fn function_statement(&mut self, node: &'a FunctionDef, span: Span) -> Result<()> {
        if node.decorators.is_empty()
            && node.type_params.is_empty()
            && !self.future_annotations
            && let Some(register) = self.store_register(&node.name)
        {
            let defaults = self.defaults(&node.parameters, span)?;
            self.function(node, span, defaults, register)?;
            self.note_assigned(register);
            return Ok(());
        }
        let value = self.decorated(&node.decorators, |compiler, register| {
            let defaults = compiler.defaults(&node.parameters, span)?;
            if node.type_params.is_empty() { compiler.function(node, span, defaults, register) } else { compiler.generic_function(node, span, defaults, register) }
        })?;
        self.store_name(&node.name, span, Operand::temporary(value));
        Ok(())
    }

    /// Evaluates decorators, then what they decorate, and applies them. The result's register.
    pub(super) fn decorated(&mut self, decorators: &'a [Expr], decorate: impl FnOnce(&mut Self, u16) -> Result<()>) -> Result<u16> {
        // Each decorator's window starts in the argument slot of the one before.
        let first = self.unit.mark();
        for decorator in decorators {
            let window = self.unit.allocate();
            self.expr(decorator, window)?;
            self.unit.allocate_many(HEADER_SLOTS - 1);
        }
        let value = self.unit.allocate();
        decorate(self, value)?;
        self.unit.release(value + 1);
        for (index, decorator) in decorators.iter().enumerate().rev() {
            let window = first.saturating_add(index as u16 * HEADER);
            self.unit.emit(decorator.span, Op::Call, 0, window, window, 1);
        }
        Ok(first)
    }

    /// Evaluates the default values into new temporaries.
    pub(super) fn defaults(&mut self, parameters: &'a Parameters, span: Span) -> Result<Attachments> {
        let first = self.unit.mark();
        let mut flags = 0;
        let positional = || parameters.positional_only.iter().chain(&parameters.positional);
        let values: Vec<&'a Expr> = positional().filter_map(|parameter| parameter.default.as_ref()).collect();
        if !values.is_empty() {
            let tuple = self.unit.allocate();
            let constants: Option<Vec<_>> = values.iter().map(|value| self.fold(value)).collect();
            match constants {
                Some(constants) => self.load_constant(crate::code::Const::Tuple(constants.into()), span, tuple),
                None => {
                    let start = self.unit.mark();
                    let count = values.len() as u16;
                    for value in values {
                        self.temporary(value)?;
                    }
                    self.unit.emit(span, Op::BuildTuple, 0, tuple, start, count);
                    self.unit.release(start);
                }
            }
            flags |= FUNCTION_DEFAULTS;
        }
        if parameters.keyword_only.iter().any(|parameter| parameter.default.is_some()) {
            let dict = self.unit.allocate();
            let start = self.unit.mark();
            let mut count = 0;
            for parameter in &parameters.keyword_only {
                let Some(value) = &parameter.default else { continue };
                let key = self.unit.allocate();
                let name = self.mangled(&parameter.name);
                self.load_text(&name, parameter.span, key);
                self.temporary(value)?;
                count += 1;
            }
            self.unit.emit(span, Op::BuildMap, 0, dict, start, count);
            self.unit.release(start);
            flags |= FUNCTION_KEYWORD_DEFAULTS;
        }
        Ok(Attachments { first, flags })
    }

    /// Makes the function, its defaults evaluated, in `destination`. The attachments' registers are the last ones.
    pub(super) fn function(&mut self, node: &'a FunctionDef, span: Span, mut attachments: Attachments, destination: u16) -> Result<()> {
        let annotated = AnnotatedFunction { parameters: &node.parameters, returns: node.returns.as_ref() };
        if !self.future_annotations && self.annotate_function(node, annotated, span)? {
            attachments.flags |= FUNCTION_ANNOTATE;
        }
        let child = self.function_code(node, span)?;
        self.unit.emit(span, Op::MakeFunction, attachments.flags, destination, child, attachments.first);
        if self.future_annotations {
            self.attach_text_annotations(annotated, destination, span);
        }
        Ok(())
    }

    fn function_code(&mut self, node: &'a FunctionDef, span: Span) -> Result<u16> {
        let scope = self.scope_of(node, Role::Body);
        let is_method = self.scope().kind == ScopeKind::Class;
        let start = node.decorators.first().map_or(span, |decorator| decorator.span);
        self.open_unit(scope, &node.name, start, ParameterNames::Of(&node.parameters));
        let mut body = &*node.body;
        if let Some((text, _)) = super::stmt::docstring(body) {
            if self.optimize < 2 {
                self.unit.docstring = Some(clean_docstring(text));
            }
            body = body.get(1..).unwrap_or_default();
        }
        self.body(body)?;
        let flags = if is_method { CodeFlags::METHOD } else { 0 };
        self.close_unit(parameter_shape(&node.parameters, flags), span)
    }

    #[inline(never)]
    pub(super) fn lambda(&mut self, node: &'a Lambda, span: Span, destination: u16) -> Result<()> {
        let mark = self.unit.mark();
        let attachments = self.defaults(&node.parameters, span)?;
        let scope = self.scope_of(node, Role::Body);
        let is_method = self.scope().kind == ScopeKind::Class;
        self.open_unit(scope, "<lambda>", span, ParameterNames::Of(&node.parameters));
        let inner_mark = self.unit.mark();
        let value = self.operand(&node.body)?;
        self.emit_return(Op::Return, value.register, inner_mark, node.body.span);
        let flags = if is_method { CodeFlags::METHOD } else { 0 };
        let child = self.close_unit(parameter_shape(&node.parameters, flags), span)?;
        self.unit.emit(span, Op::MakeFunction, attachments.flags, destination, child, attachments.first);
        self.unit.release(mark);
        Ok(())
    }

    /// Compiles a function of fixed parameters that evaluates one expression.
    pub(super) fn thunk(&mut self, scope: ScopeId, name: &str, span: Span, body: impl FnOnce(&mut Self) -> Result<()>) -> Result<u16> {
        self.open_unit(scope, name, span, ParameterNames::Fixed(&["format"]));
        self.refuse_unknown_formats(span);
        body(self)?;
        let shape = UnitShape { argument_count: 1, positional_only_count: 1, ..UnitShape::default() };
        self.close_unit(shape, span)
    }
}

pub(super) fn parameter_shape(parameters: &Parameters, flags: u32) -> UnitShape {
    let positional_only = parameters.positional_only.len();
    UnitShape {
        argument_count: (positional_only + parameters.positional.len()) as u16,
        positional_only_count: positional_only as u16,
        keyword_only_count: parameters.keyword_only.len() as u16,
        flags: flags | if parameters.vararg.is_some() { CodeFlags::VARARGS } else { 0 } | if parameters.kwarg.is_some() { CodeFlags::VARKEYWORDS } else { 0 },
    }
}

/// A docstring without the indentation that all its lines but the first share (as `inspect.cleandoc`, but blank lines
/// at the ends stay).
pub(super) fn clean_docstring(text: &[u8]) -> Vec<u8> {
    let expanded = expand_tabs(text);
    let mut lines = expanded.split(|byte| *byte == b'\n');
    let indent = |line: &[u8]| line.iter().take_while(|byte| **byte == b' ').count();
    let margin = lines.clone().skip(1).filter(|line| indent(line) < line.len()).map(indent).min().unwrap_or(0);
    let mut cleaned = Vec::with_capacity(expanded.len());
    if let Some(first) = lines.next() {
        cleaned.extend_from_slice(first.get(indent(first)..).unwrap_or_default());
    }
    for line in lines {
        cleaned.push(b'\n');
        cleaned.extend_from_slice(line.get(margin.min(indent(line))..).unwrap_or_default());
    }
    cleaned
}

fn expand_tabs(text: &[u8]) -> Vec<u8> {
    const TAB: usize = 8;
    let mut expanded = Vec::with_capacity(text.len());
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let width = TAB - column % TAB;
                expanded.extend(core::iter::repeat_n(b' ', width));
                column += width;
            }
            b'\n' | b'\r' => {
                expanded.push(byte);
                column = 0;
            }
            // Continuation bytes of UTF-8 are no columns.
            0x80..=0xbf => expanded.push(byte),
            _ => {
                expanded.push(byte);
                column += 1;
            }
        }
    }
    expanded
}
