//! Variables: loading, storing and deleting by name, wherever the symbol table says they live.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::Compiler;
use super::symtable::{CLASS_DICT, Resolution, ScopeId};
use super::unit::{Operand, Variable};
use crate::code::Capture;
use crate::code::isa::{CONSUME_B, Op};
use crate::syntax::ast::{Ident, Span};

/// Where a name leads in the current unit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    Register(u16),
    /// The register holds a cell.
    Cell(u16),
    /// A cell of the closure.
    Free(u16),
    Global,
    Name,
    /// Class body: its namespace, then a cell of the closure.
    ClassFree(u16),
    /// Annotation scope in a class: the class's namespace, then globals.
    ClassDictGlobal,
    /// Annotation scope in a class: the class's namespace, then a cell of the closure.
    ClassDictFree(u16),
}

impl From<Variable> for Access {
    fn from(variable: Variable) -> Access {
        if variable.cell { Access::Cell(variable.register) } else { Access::Register(variable.register) }
    }
}

impl Compiler<'_> {
    pub(super) fn mangled(&self, name: &Ident) -> Ident {
        self.table.scopes[self.current_scope()].mangle(name)
    }

    /// The variable of one of the unit's scopes.
    fn variable_of(&self, scope: ScopeId, name: &Ident) -> Option<Variable> {
        if scope == self.unit.scope {
            return self.unit.variables.get(name).copied();
        }
        self.unit.comprehension_variables.get(&scope)?.get(name).copied()
    }

    fn free_index(&self, name: &Ident) -> u16 {
        self.scope().free_names.iter().position(|free| free == name).unwrap_or(0) as u16
    }

    /// Where a (mangled) name leads.
    pub(super) fn access(&self, name: &Ident) -> Access {
        let scope = self.current_scope();
        let resolution = self.table.scopes[scope].symbol(name).map_or(Resolution::GlobalImplicit, |symbol| symbol.resolution);
        match resolution {
            Resolution::Local => self.variable_of(scope, name).map_or(Access::Global, Access::from),
            Resolution::Enclosing(binder) if self.table.scopes[binder].unit == self.unit.scope => self.variable_of(binder, name).map_or(Access::Global, Access::from),
            Resolution::Enclosing(_) => Access::Free(self.free_index(name)),
            Resolution::GlobalExplicit | Resolution::GlobalImplicit => Access::Global,
            Resolution::Name => Access::Name,
            Resolution::ClassFree => Access::ClassFree(self.free_index(name)),
            Resolution::ClassDictGlobal => Access::ClassDictGlobal,
            Resolution::ClassDictFree => Access::ClassDictFree(self.free_index(name)),
        }
    }

    /// Where the cells of a new function's closure are in this unit.
    pub(super) fn captures(&self, child: ScopeId) -> Vec<Capture> {
        let names = &self.table.scopes[child].free_names;
        names.iter().map(|name| self.capture_of(name)).collect()
    }

    fn capture_of(&self, name: &Ident) -> Capture {
        let comprehensions = self.unit.comprehensions.iter().rev().map(|open| open.scope);
        for scope in comprehensions.chain([self.unit.scope]) {
            if let Some(Variable { register, cell: true }) = self.variable_of(scope, name) {
                return Capture::Register(register);
            }
        }
        Capture::Free(self.free_index(name))
    }

    // ---- loading

    /// The register of a plain local variable, checked to be bound.
    pub(super) fn local_operand(&mut self, name: &Ident, span: Span) -> Option<u16> {
        let name = self.mangled(name);
        match self.access(&name) {
            Access::Register(register) => {
                self.check_bound(register, span);
                Some(register)
            }
            _ => None,
        }
    }

    pub(super) fn check_bound(&mut self, register: u16, span: Span) {
        if self.unit.reachable && !self.unit.assigned.contains(register) {
            self.unit.emit(span, Op::CheckBound, 0, register, 0, 0);
            self.unit.assigned.insert(register);
        }
    }

    /// Whether a later operand may assign the variable before it is used.
    pub(super) fn may_be_reassigned(&self, name: &Ident) -> bool {
        let targets = &self.scope().walrus_targets;
        !targets.is_empty() && targets.contains(&self.mangled(name))
    }

    /// Loads a name as it stands in the source.
    pub(super) fn load_name(&mut self, name: &Ident, span: Span, destination: u16) {
        let name = self.mangled(name);
        self.load_mangled(&name, span, destination);
    }

    pub(super) fn load_mangled(&mut self, name: &Ident, span: Span, destination: u16) {
        match self.access(name) {
            Access::Register(register) => {
                self.check_bound(register, span);
                if register != destination {
                    self.unit.emit(span, Op::Move, 0, destination, register, 0);
                }
            }
            Access::Cell(register) => self.unit.emit(span, Op::LoadCell, 0, destination, register, 0),
            Access::Free(index) => self.unit.emit_wide(span, Op::LoadFree, 0, destination, index as i32),
            Access::Global => self.load_by_site(Op::LoadGlobal, name, span, destination),
            Access::Name => self.load_by_site(Op::LoadName, name, span, destination),
            Access::ClassFree(index) => {
                let mark = self.unit.mark();
                let cell = self.unit.allocate();
                self.unit.emit_wide(span, Op::LoadFreeCell, 0, cell, index as i32);
                let site = self.unit.short_site(name);
                self.unit.emit(span, Op::LoadClassCell, CONSUME_B, destination, cell, site);
                self.unit.release(mark);
            }
            Access::ClassDictGlobal | Access::ClassDictFree(_) => self.load_from_class_dict(name, span, destination),
        }
    }

    fn load_by_site(&mut self, op: Op, name: &Ident, span: Span, destination: u16) {
        let site = self.unit.site(name);
        self.unit.emit_wide(span, op, 0, destination, site);
    }

    fn load_from_class_dict(&mut self, name: &Ident, span: Span, destination: u16) {
        let mark = self.unit.mark();
        let pair = self.unit.allocate_many(2);
        let class_dict = self.free_index(&Rc::from(CLASS_DICT));
        self.unit.emit_wide(span, Op::LoadFree, 0, pair, class_dict as i32);
        let site = self.unit.short_site(name);
        if let Access::ClassDictFree(index) = self.access(name) {
            self.unit.emit_wide(span, Op::LoadFreeCell, 0, pair + 1, index as i32);
            self.unit.emit(span, Op::LoadNameFromCell, 0, destination, pair, site);
        } else {
            self.unit.emit(span, Op::LoadNameFrom, CONSUME_B, destination, pair, site);
        }
        self.unit.release(mark);
    }

    // ---- storing

    /// The register into which a value for this name may be computed directly.
    pub(super) fn store_register(&self, name: &Ident) -> Option<u16> {
        match self.access(&self.mangled(name)) {
            Access::Register(register) => Some(register),
            _ => None,
        }
    }

    pub(super) fn store_name(&mut self, name: &Ident, span: Span, value: Operand) {
        let name = self.mangled(name);
        self.store_mangled(&name, span, value);
    }

    pub(super) fn store_mangled(&mut self, name: &Ident, span: Span, value: Operand) {
        match self.access(name) {
            Access::Register(register) => self.move_to(span, register, value),
            Access::Cell(register) => {
                let x = if value.temporary { CONSUME_B } else { 0 };
                self.unit.emit(span, Op::StoreCell, x, register, value.register, 0);
            }
            Access::Free(index) | Access::ClassFree(index) | Access::ClassDictFree(index) => {
                self.unit.emit_wide(span, Op::StoreFree, value.consume_a(), value.register, index as i32);
            }
            Access::Global | Access::ClassDictGlobal => self.store_by_site(Op::StoreGlobal, name, span, value),
            Access::Name => self.store_by_site(Op::StoreName, name, span, value),
        }
    }

    pub(super) fn store_by_site(&mut self, op: Op, name: &Ident, span: Span, value: Operand) {
        let site = self.unit.site(name);
        self.unit.emit_wide(span, op, value.consume_a(), value.register, site);
    }

    /// Moves a value into a register; a local variable is then assigned.
    pub(super) fn move_to(&mut self, span: Span, register: u16, value: Operand) {
        if value.register != register {
            let op = if value.temporary { Op::MoveTemp } else { Op::Move };
            self.unit.emit(span, op, 0, register, value.register, 0);
        }
        self.note_assigned(register);
    }

    pub(super) fn note_assigned(&mut self, register: u16) {
        if !self.unit.is_temporary(register) {
            self.unit.assigned.insert(register);
        }
    }

    // ---- deleting

    pub(super) fn delete_name(&mut self, name: &Ident, span: Span) {
        let name = self.mangled(name);
        match self.access(&name) {
            Access::Register(register) => {
                self.check_bound(register, span);
                self.unbind_register(register, span);
            }
            Access::Cell(register) => self.unit.emit(span, Op::DeleteCell, 0, register, 0, 0),
            Access::Free(index) | Access::ClassFree(index) | Access::ClassDictFree(index) => {
                self.unit.emit_wide(span, Op::DeleteFree, 0, 0, index as i32);
            }
            Access::Global | Access::ClassDictGlobal => {
                let site = self.unit.site(&name);
                self.unit.emit_wide(span, Op::DeleteGlobal, 0, 0, site);
            }
            Access::Name => {
                let site = self.unit.site(&name);
                self.unit.emit_wide(span, Op::DeleteName, 0, 0, site);
            }
        }
    }

    fn unbind_register(&mut self, register: u16, span: Span) {
        self.unit.emit(span, Op::Clear, 0, register, 0, 0);
        self.unit.assigned.remove(register);
    }

    /// Unbinds the variable of an `except … as name`, which the body may have unbound itself.
    pub(super) fn unbind_handler_name(&mut self, name: &Ident, span: Span) {
        if let Access::Register(register) = self.access(&self.mangled(name)) {
            return self.unbind_register(register, span);
        }
        let mark = self.unit.mark();
        let none = self.unit.allocate();
        self.unit.emit(span, Op::LoadNone, 0, none, 0, 0);
        self.store_name(name, span, Operand::local(none));
        self.delete_name(name, span);
        self.unit.release(mark);
    }
}
