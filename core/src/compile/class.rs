//! Class statements.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::symtable::{CLASS_DICT, Role};
use super::unit::Operand;
use super::{Compiler, ParameterNames, Result, UnitShape};
use crate::code::isa::{CONSUME_B, Op};
use crate::code::{Const, HEADER_SLOTS};
use crate::syntax::ast::*;

impl<'a> Compiler<'a> {
    #[inline(never)]
    pub(super) fn class_statement(&mut self, node: &'a ClassDef, span: Span) -> Result<()> {
        let value = self.decorated(&node.decorators, |compiler, register| {
            if node.type_params.is_empty() { compiler.class(node, span, None, register) } else { compiler.generic_class(node, span, register) }
        })?;
        self.store_name(&node.name, span, Operand::temporary(value));
        Ok(())
    }

    /// `destination = __build_class__(body, name, *bases, **keywords)`; `generic_base` follows the bases.
    pub(super) fn class(&mut self, node: &'a ClassDef, span: Span, generic_base: Option<Operand>, destination: u16) -> Result<()> {
        self.check_keywords(&node.keywords)?;
        let mark = self.unit.mark();
        let window = if self.unit.is_top(destination) { destination } else { self.unit.allocate() };
        self.unit.emit(span, Op::LoadBuildClass, 0, window, 0, 0);
        self.unit.allocate_many(HEADER_SLOTS - 1);
        let child = self.class_code(node, span)?;
        let spread = node.arguments.iter().any(|argument| matches!(argument.kind, ExprKind::Starred(_)))
            || node.keywords.iter().any(|keyword| keyword.name.is_none())
            || node.arguments.len() + node.keywords.len() > 100;
        if spread {
            self.spread_class_call(window, node, child, generic_base, span)?;
            self.unit.emit(span, Op::CallEx, 0, destination, window, 0);
            self.unit.release(mark);
            return Ok(());
        }
        let arguments = self.unit.allocate_many(2);
        self.unit.emit(span, Op::MakeFunction, 0, arguments, child, 0);
        self.load_text(&node.name, span, arguments + 1);
        for argument in &node.arguments {
            self.temporary(argument)?;
        }
        let mut count = node.arguments.len() + node.keywords.len() + 2;
        if let Some(base) = generic_base {
            let register = self.unit.allocate();
            self.move_to(span, register, base);
            count += 1;
        }
        for keyword in &node.keywords {
            self.temporary(&keyword.value)?;
        }
        self.keyword_names(&node.keywords, span, window);
        let op = if node.keywords.is_empty() { Op::Call } else { Op::CallKw };
        self.unit.emit(span, op, 0, destination, window, count as u16);
        self.unit.release(mark);
        Ok(())
    }

    /// The arguments of a class call as a list and a dict.
    fn spread_class_call(&mut self, window: u16, node: &'a ClassDef, child: u16, generic_base: Option<Operand>, span: Span) -> Result<()> {
        let positional = self.unit.allocate();
        let pair = self.unit.allocate_many(2);
        self.unit.emit(span, Op::MakeFunction, 0, pair, child, 0);
        self.load_text(&node.name, span, pair + 1);
        self.unit.emit(span, Op::BuildList, 0, positional, pair, 2);
        self.unit.release(pair);
        let bases = self.unit.allocate();
        self.list_into(&node.arguments, span, bases)?;
        if let Some(base) = generic_base {
            let x = if base.temporary { CONSUME_B } else { 0 };
            self.unit.emit(span, Op::ListAppend, x, bases, base.register, 0);
        }
        self.unit.emit(span, Op::ListExtend, CONSUME_B, positional, bases, 0);
        self.unit.release(bases);
        let mapping = self.unit.allocate();
        if node.keywords.is_empty() {
            self.unit.emit(span, Op::Clear, 0, mapping, 0, 0);
            return Ok(());
        }
        self.keyword_mapping(window, &node.keywords, span, mapping)
    }

    /// The body as a function of its namespace.
    fn class_code(&mut self, node: &'a ClassDef, span: Span) -> Result<u16> {
        let scope = self.scope_of(node, Role::Body);
        let start = node.decorators.first().map_or(span, |decorator| decorator.span);
        self.open_unit(scope, &node.name, start, ParameterNames::Fixed(&[]));
        let register = self.unit.allocate();
        let site = self.unit.site(&Rc::from("__name__"));
        self.unit.emit_wide(start, Op::LoadGlobal, 0, register, site);
        self.store_special("__module__", register, start);
        let qualified_name = self.unit.qualified_name.clone();
        self.load_text(&qualified_name, start, register);
        self.store_special("__qualname__", register, start);
        self.load_constant(Const::Int(self.unit.first_line as i64), start, register);
        self.store_special("__firstlineno__", register, start);
        if !node.type_params.is_empty() {
            self.load_mangled(&Rc::from(".type_params"), span, register);
            self.store_special("__type_params__", register, span);
        }
        if let Some(cell) = self.unit.variables.get(CLASS_DICT).copied() {
            self.unit.emit(span, Op::StoreCell, 0, cell.register, 0, 0);
        }
        self.unit.release(register);
        self.begin_class_annotations(span);
        let mut body = &*node.body;
        if let Some((text, at)) = super::stmt::docstring(body) {
            if self.optimize < 2 {
                self.store_docstring(super::function::clean_docstring(text), at);
            }
            body = body.get(1..).unwrap_or_default();
        }
        self.body(body)?;
        self.end_class_annotations(span)?;
        self.store_static_attributes();
        self.return_class_cell();
        self.close_unit(UnitShape::default(), span)
    }

    fn store_special(&mut self, name: &str, register: u16, span: Span) {
        self.store_by_site(Op::StoreName, &Rc::from(name), span, Operand::temporary(register));
    }

    fn store_static_attributes(&mut self) {
        let span = Span::NOWHERE;
        let mut names = core::mem::take(&mut self.unit.static_attributes);
        names.sort();
        let names: Vec<Const> = names.iter().map(|name| Const::Str(name.as_bytes().into())).collect();
        let register = self.unit.allocate();
        self.load_constant(Const::Tuple(names.into()), span, register);
        self.store_special("__static_attributes__", register, span);
        self.unit.release(register);
    }

    /// `__build_class__` gets the `__class__` cell, to fill it when the class is made.
    fn return_class_cell(&mut self) {
        let span = Span::NOWHERE;
        let register = self.unit.allocate();
        if let Some(cell) = self.unit.variables.get(CLASS_DICT).copied() {
            self.unit.emit(span, Op::Move, 0, register, cell.register, 0);
            self.store_special("__classdictcell__", register, span);
        }
        match self.unit.variables.get("__class__").copied() {
            Some(cell) => {
                self.unit.emit(span, Op::Move, 0, register, cell.register, 0);
                self.store_by_site(Op::StoreName, &Rc::from("__classcell__"), span, Operand::local(register));
                self.unit.emit_last(span, Op::Return, register);
            }
            None => self.unit.emit_last(span, Op::ReturnNone, 0),
        }
        self.unit.release(register);
    }
}
