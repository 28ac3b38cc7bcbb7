//! Code objects: a prototype loaded into a VM: constants as values, inline caches in place.

use super::header::{Header, Kind, Mut};
use super::instance::Shape;
use super::value::Value;
use crate::code::isa::Instr;
use crate::code::line_table::{LineTable, Position};
use crate::code::prototype::{Capture, CodeFlags, Handler};
use crate::object;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;

/// The inline cache of one instruction that names something.
pub struct Site {
    /// The interned name.
    pub name: Value,
    /// Version of the class (attributes) or of the namespace's keys (globals) for which the rest holds.
    pub version: Cell<u64>,
    /// Attributes: the instance's shape. Globals: version of the builtins' keys when the name was found there, else 0.
    pub guard: Cell<u64>,
    /// Slot or entry index.
    pub index: Cell<u32>,
    /// How to use the entry; its meaning is the instruction's.
    pub state: Cell<u32>,
    /// A class attribute (a function, mostly), borrowed: the class holds it as long as the version matches.
    pub value: Cell<u64>,
}

impl Site {
    /// The version that nothing has.
    pub const EMPTY: u64 = u64::MAX;

    pub fn new(name: Value) -> Site {
        Site { name, version: Cell::new(Site::EMPTY), guard: Cell::new(0), index: Cell::new(0), state: Cell::new(0), value: Cell::new(0) }
    }

    /// The guard for instances of this shape.
    #[inline(always)]
    pub fn shape_guard(shape: *const Shape) -> u64 {
        shape as usize as u64
    }
}

/// A code object.
#[repr(C)]
pub struct Code {
    pub header: Header,
    /// Read by the interpreter loop; the boxes below own the memory.
    pub constants: *const Value,
    pub sites: *const Site,
    pub instructions: *const Instr,
    pub register_count: u16,
    pub argument_count: u16,
    pub positional_only_count: u16,
    pub keyword_only_count: u16,
    /// Number of arguments with which a call needs no more than copying: `argument_count` if there are no keyword-only
    /// parameters, `*args` or `**kwargs`; else `u32::MAX`.
    pub simple_arguments: u32,
    pub flags: CodeFlags,
    pub first_line: u32,
    pub instruction_box: Box<[Instr]>,
    pub constant_box: Box<[Value]>,
    pub site_box: Box<[Site]>,
    pub children: Box<[Value]>,
    pub handlers: Box<[Handler]>,
    pub lines: LineTable,
    pub name: Mut<Value>,
    pub qualified_name: Mut<Value>,
    pub filename: Value,
    /// Names of the registers that are variables.
    pub local_names: Box<[Value]>,
    pub cell_registers: Box<[u16]>,
    pub free_names: Box<[Value]>,
    pub captures: Box<[Capture]>,
    pub docstring: Value,
}

object!(Code, Kind::Code, "code", |this, visit| {
    this.constant_box.iter().for_each(&mut *visit);
    this.children.iter().for_each(&mut *visit);
    this.site_box.iter().for_each(|site| visit(&site.name));
    for names in [&this.local_names, &this.free_names] {
        names.iter().for_each(&mut *visit);
    }
    for value in [this.name.get(), this.qualified_name.get(), &this.filename, &this.docstring] {
        visit(value);
    }
});

impl Code {
    /// Source position of the instruction at `index`.
    pub fn position(&self, index: usize) -> Position {
        self.lines.lookup(index).unwrap_or(Position { line: self.first_line, ..Position::default() })
    }

    /// Index of an instruction of this code.
    pub fn index_of(&self, instruction: *const Instr) -> usize {
        (instruction as usize).wrapping_sub(self.instructions as usize) / size_of::<Instr>()
    }

    /// Parameters, `*args` and `**kwargs` included: the first registers.
    pub fn parameter_count(&self) -> usize {
        self.argument_count as usize + self.keyword_only_count as usize + self.flags.has(CodeFlags::VARARGS) as usize + self.flags.has(CodeFlags::VARKEYWORDS) as usize
    }

    /// Variable names in CPython's sense: locals that are not cells, cells, free variables.
    pub fn variable_names(&self) -> (Vec<Value>, Vec<Value>, Vec<Value>) {
        let mut locals = Vec::new();
        let mut cells = Vec::new();
        for (register, name) in self.local_names.iter().enumerate() {
            let is_cell = self.cell_registers.contains(&(register as u16));
            if is_cell {
                cells.push(name.clone());
            }
            if !is_cell || register < self.parameter_count() {
                locals.push(name.clone());
            }
        }
        (locals, cells, self.free_names.to_vec())
    }
}
