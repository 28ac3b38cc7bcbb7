//! Annotations: `__annotate__` functions (PEP 649, PEP 749), or their source texts after
//! `from __future__ import annotations`.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::symtable::{CONDITIONAL_ANNOTATIONS, Role, ScopeKind};
use super::unit::Operand;
use super::{Compiler, Result};
use crate::code::Const;
use crate::code::isa::{CONSUME_A, CONSUME_B, Common, Instr, Intrinsic, Op};
use crate::syntax::ast::*;

/// The largest `format` that `__annotate__` functions of the compiler support (`annotationlib.Format`).
const MAX_FORMAT: i16 = 2;

/// The parts of a function that may be annotated.
#[derive(Clone, Copy)]
pub(super) struct AnnotatedFunction<'a> {
    pub parameters: &'a Parameters,
    pub returns: Option<&'a Expr>,
}

impl<'a> AnnotatedFunction<'a> {
    /// Names and annotations, in CPython's order.
    fn annotations(self) -> Vec<(Ident, &'a Expr)> {
        let parameters = self.parameters;
        let positional = parameters.positional_only.iter().chain(&parameters.positional);
        let vararg = parameters.vararg.iter().map(|parameter| &**parameter);
        let kwarg = parameters.kwarg.iter().map(|parameter| &**parameter);
        let all = positional.chain(vararg).chain(&parameters.keyword_only).chain(kwarg);
        let mut list: Vec<(Ident, &'a Expr)> = all.filter_map(|parameter| Some((parameter.name.clone(), parameter.annotation.as_ref()?))).collect();
        list.extend(self.returns.map(|returns| (Rc::from("return"), returns)));
        list
    }
}

impl<'a> Compiler<'a> {
    /// `if format > 2: raise NotImplementedError`
    pub(super) fn refuse_unknown_formats(&mut self, span: Span) {
        let known = self.unit.label();
        self.unit.emit_jump(span, Instr::new(Op::JumpNotGtInt, 0, 0, MAX_FORMAT as u16, 0), known);
        let error = self.unit.allocate();
        self.unit.emit_wide(span, Op::LoadCommon, 0, error, Common::NotImplementedError as i32);
        self.unit.emit_last(span, Op::Raise, error);
        self.unit.release(error);
        self.unit.bind(known);
    }

    /// Makes a function's `__annotate__` in a new temporary, if it has annotations.
    pub(super) fn annotate_function(&mut self, node: &'a FunctionDef, annotated: AnnotatedFunction<'a>, span: Span) -> Result<bool> {
        let annotations = annotated.annotations();
        if annotations.is_empty() {
            return Ok(false);
        }
        let destination = self.unit.allocate();
        let scope = self.scope_of(node, Role::Annotations);
        let child = self.thunk(scope, "__annotate__", span, |compiler| {
            let count = annotations.len() as u16;
            let first = compiler.unit.mark();
            for (name, annotation) in annotations {
                let key = compiler.unit.allocate();
                let name = compiler.mangled(&name);
                compiler.load_text(&name, annotation.span, key);
                let value = compiler.unit.allocate();
                compiler.annotation_value(annotation, value)?;
            }
            compiler.unit.emit(span, Op::BuildMap, 0, first, first, count);
            compiler.unit.emit_last(span, Op::Return, first);
            Ok(())
        })?;
        self.unit.emit(span, Op::MakeFunction, 0, destination, child, 0);
        Ok(true)
    }

    /// `*args: *Ts` unpacks exactly one value.
    fn annotation_value(&mut self, annotation: &'a Expr, destination: u16) -> Result<()> {
        match &annotation.kind {
            ExprKind::Starred(inner) => {
                let value = self.temporary(inner)?.register;
                self.unit.emit(annotation.span, Op::Unpack, CONSUME_B, destination, value, 1);
                self.unit.release(value);
                Ok(())
            }
            _ => self.expr(annotation, destination),
        }
    }

    /// `function.__annotations__ = {name: text, …}`
    pub(super) fn attach_text_annotations(&mut self, annotated: AnnotatedFunction<'a>, function: u16, span: Span) {
        let annotations = annotated.annotations();
        if annotations.is_empty() {
            return;
        }
        let first = self.unit.mark();
        let count = annotations.len() as u16;
        for (name, annotation) in annotations {
            let pair = self.unit.allocate_many(2);
            let name = self.mangled(&name);
            self.load_text(&name, span, pair);
            let text = super::unparse::unparse(annotation);
            self.load_constant(Const::Str(text.into()), annotation.span, pair + 1);
        }
        let dict = self.unit.allocate();
        self.unit.emit(span, Op::BuildMap, 0, dict, first, count);
        let site = self.unit.short_site(&Rc::from("__annotations__"));
        self.unit.emit(span, Op::SetAttr, CONSUME_B, function, dict, site);
        self.unit.release(first);
    }

    // ---- modules and classes

    /// A module's `__annotate__` is there from the start, so that a module still being imported has it.
    pub(super) fn begin_module_annotations(&mut self, span: Span) -> Result<()> {
        if self.scope().annotations.is_empty() {
            return Ok(());
        }
        if self.future_annotations {
            self.setup_text_annotations(span);
            return Ok(());
        }
        let register = self.unit.allocate();
        self.unit.emit(span, Op::BuildSet, 0, register, register, 0);
        let name: Ident = Rc::from(CONDITIONAL_ANNOTATIONS);
        self.store_by_site(Op::StoreName, &name, span, Operand::temporary(register));
        self.unit.release(register);
        self.store_annotate("__annotate__", span)
    }

    /// A class's cell for the annotations that were reached.
    pub(super) fn begin_class_annotations(&mut self, span: Span) {
        if self.scope().annotations.is_empty() {
            return;
        }
        if self.future_annotations {
            return self.setup_text_annotations(span);
        }
        let name: Ident = Rc::from(CONDITIONAL_ANNOTATIONS);
        if let Some(cell) = self.unit.variables.get(&name).copied() {
            let set = self.unit.allocate();
            self.unit.emit(span, Op::BuildSet, 0, set, set, 0);
            self.unit.emit(span, Op::StoreCell, CONSUME_B, cell.register, set, 0);
            self.unit.release(set);
        }
    }

    pub(super) fn end_class_annotations(&mut self, span: Span) -> Result<()> {
        if self.scope().annotations.is_empty() || self.future_annotations {
            return Ok(());
        }
        self.store_annotate("__annotate_func__", span)
    }

    fn setup_text_annotations(&mut self, span: Span) {
        let register = self.unit.allocate();
        self.unit.emit(span, Op::Move, 0, register, 0, 0);
        self.intrinsic(Intrinsic::SetupAnnotations, register, 1, span, register);
        self.discard(register, span);
        self.unit.release(register);
    }

    fn store_annotate(&mut self, name: &str, span: Span) -> Result<()> {
        let Some(scope) = self.scope().annotation_scope else { return Ok(()) };
        let annotations = self.scope().annotations.clone();
        let function = self.unit.allocate();
        let child = self.thunk(scope, "__annotate__", span, |compiler| {
            let dict = compiler.unit.allocate();
            compiler.unit.emit(span, Op::BuildMap, 0, dict, dict, 0);
            for (index, (node, conditional)) in annotations.into_iter().enumerate() {
                compiler.variable_annotation(node, conditional.then_some(index), dict)?;
            }
            compiler.unit.emit_last(span, Op::Return, dict);
            Ok(())
        })?;
        self.unit.emit(span, Op::MakeFunction, 0, function, child, 0);
        self.store_by_site(Op::StoreName, &Rc::from(name), span, Operand::temporary(function));
        self.unit.release(function);
        Ok(())
    }

    /// `if index in __conditional_annotations__: dict[name] = annotation`
    fn variable_annotation(&mut self, node: &'a AnnAssign, index: Option<usize>, dict: u16) -> Result<()> {
        let ExprKind::Name(name) = &node.target.kind else { return Ok(()) };
        let span = node.annotation.span;
        let mark = self.unit.mark();
        let skip = self.unit.label();
        if let Some(index) = index {
            let pair = self.unit.allocate_many(2);
            self.load_constant(Const::Int(index as i64), span, pair);
            self.load_mangled(&Rc::from(CONDITIONAL_ANNOTATIONS), span, pair + 1);
            self.unit.emit_jump(span, Instr::new(Op::JumpNotIn, CONSUME_A | CONSUME_B, pair, pair + 1, 0), skip);
            self.unit.release(mark);
        }
        let key = self.unit.allocate();
        let mangled = self.mangled(name);
        self.load_text(&mangled, span, key);
        let value = self.unit.allocate();
        self.annotation_value(&node.annotation, value)?;
        self.map_add(dict, Operand::temporary(key), Operand::temporary(value), span);
        self.unit.release(mark);
        self.unit.bind(skip);
        Ok(())
    }

    #[inline(never)]
    pub(super) fn annotated_assignment(&mut self, node: &'a AnnAssign, span: Span) -> Result<()> {
        if let Some(value) = &node.value {
            self.assign_statement(core::slice::from_ref(&node.target), value)?;
        }
        let evaluated = matches!(self.scope().kind, ScopeKind::Module | ScopeKind::Class);
        match &node.target.kind {
            ExprKind::Name(name) if node.simple && evaluated => self.note_annotation(node, name, span),
            ExprKind::Attribute(attribute) if node.value.is_none() => self.effect(&attribute.value)?,
            ExprKind::Subscript(subscript) if node.value.is_none() => {
                self.effect(&subscript.value)?;
                self.effect(&subscript.index)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes at run time that an annotation was reached; or stores its text.
    fn note_annotation(&mut self, node: &'a AnnAssign, name: &Ident, span: Span) {
        let mark = self.unit.mark();
        if self.future_annotations {
            let dict = self.unit.allocate();
            let name = self.mangled(name);
            let site = self.unit.site(&Rc::from("__annotations__"));
            self.unit.emit_wide(span, Op::LoadName, 0, dict, site);
            let pair = self.unit.allocate_many(2);
            self.load_text(&name, span, pair);
            let text = super::unparse::unparse(&node.annotation);
            self.load_constant(Const::Str(text.into()), span, pair + 1);
            let x = CONSUME_A | CONSUME_B | crate::code::isa::CONSUME_C;
            self.unit.emit(span, Op::SetItem, x, dict, pair, pair + 1);
        } else {
            let annotations = &self.scope().annotations;
            let found = annotations.iter().position(|(other, _)| core::ptr::eq(*other, node));
            let Some(index) = found.filter(|index| annotations.get(*index).is_some_and(|(_, conditional)| *conditional)) else {
                return;
            };
            let conditional: Ident = Rc::from(CONDITIONAL_ANNOTATIONS);
            let pair = self.unit.allocate_many(2);
            match self.unit.variables.get(&conditional).copied() {
                Some(cell) => self.unit.emit(span, Op::LoadCell, 0, pair, cell.register, 0),
                None => {
                    let site = self.unit.site(&conditional);
                    self.unit.emit_wide(span, Op::LoadName, 0, pair, site);
                }
            }
            self.load_constant(Const::Int(index as i64), span, pair + 1);
            self.unit.emit(span, Op::SetAdd, CONSUME_B, pair, pair + 1, 0);
            self.discard(pair, span);
        }
        self.unit.release(mark);
    }
}
