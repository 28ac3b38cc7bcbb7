//! Code objects: a prototype loaded into a VM: constants as values, inline caches in place.

use super::header::{Header, Kind, Mut};
use super::instance::Shape;
use super::value::Value;
use crate::code::image;
use crate::code::isa::{Instr, Op};
use crate::code::line_table::{LineTable, Position};
use crate::code::prototype::{Capture, CodeFlags, Handler};
use crate::object;
use alloc::boxed::Box;
use alloc::rc::Rc;
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

/// What code needs to run.
#[derive(Default)]
pub struct Body {
    pub instructions: Box<[Instr]>,
    pub constants: Box<[Value]>,
    pub sites: Box<[Site]>,
    pub children: Box<[Value]>,
    pub handlers: Box<[Handler]>,
    pub lines: LineTable,
}

/// The body of code that has not run yet, still in the image that it came in.
pub struct UnreadBody {
    pub image: &'static [u8],
    pub names: Rc<ImageNames>,
}

/// The names of an image, interned when they are first needed. All code of the image shares them.
pub struct ImageNames {
    pub table: image::Names<'static>,
    /// By index; undefined: not interned yet.
    pub interned: Mut<Box<[Value]>>,
}

/// What frames of unread code begin with.
static UNREAD: [Instr; 1] = [Instr::new(Op::ReadBody, 0, 0, 0, 0)];

/// A code object.
#[repr(C)]
pub struct Code {
    pub header: Header,
    /// Read by the interpreter loop; the body owns the memory. In unread code the instruction is one that reads it.
    pub constants: Cell<*const Value>,
    pub sites: Cell<*const Site>,
    pub instructions: Cell<*const Instr>,
    pub register_count: u16,
    pub argument_count: u16,
    pub positional_only_count: u16,
    pub keyword_only_count: u16,
    /// Number of arguments with which a call needs no more than copying: `argument_count` if there are no keyword-only
    /// parameters, `*args` or `**kwargs`; else `u32::MAX`.
    pub simple_arguments: u32,
    pub flags: CodeFlags,
    pub first_line: u32,
    body: Mut<Body>,
    unread: Mut<Option<UnreadBody>>,
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
    let body = this.body.get();
    body.constants.iter().for_each(&mut *visit);
    body.children.iter().for_each(&mut *visit);
    body.sites.iter().for_each(|site| visit(&site.name));
    for names in [&this.local_names, &this.free_names] {
        names.iter().for_each(&mut *visit);
    }
    for value in [this.name.get(), this.qualified_name.get(), &this.filename, &this.docstring] {
        visit(value);
    }
});

/// What is known of code before it runs.
pub struct Outline {
    pub register_count: u16,
    pub argument_count: u16,
    pub positional_only_count: u16,
    pub keyword_only_count: u16,
    pub flags: CodeFlags,
    pub first_line: u32,
    pub name: Value,
    pub qualified_name: Value,
    pub filename: Value,
    pub local_names: Box<[Value]>,
    pub cell_registers: Box<[u16]>,
    pub free_names: Box<[Value]>,
    pub captures: Box<[Capture]>,
    pub docstring: Value,
}

impl Code {
    /// Code with its body.
    pub fn new(header: Header, outline: Outline, body: Body) -> Code {
        let code = Code::unread(header, outline, None);
        code.set_body(body);
        code
    }

    /// Code whose body is read when it first runs, or when somebody asks for it ([`crate::vm::Vm::body_of`]).
    pub fn unread(header: Header, outline: Outline, unread: Option<UnreadBody>) -> Code {
        let Outline { register_count, argument_count, positional_only_count, keyword_only_count, flags, first_line, .. } = outline;
        let simple = keyword_only_count == 0 && !flags.has(CodeFlags::VARARGS) && !flags.has(CodeFlags::VARKEYWORDS);
        Code {
            header,
            constants: Cell::new(core::ptr::dangling()),
            sites: Cell::new(core::ptr::dangling()),
            instructions: Cell::new(UNREAD.as_ptr()),
            register_count,
            argument_count,
            positional_only_count,
            keyword_only_count,
            simple_arguments: if simple { argument_count as u32 } else { u32::MAX },
            flags,
            first_line,
            body: Mut::default(),
            unread: Mut::new(unread),
            name: Mut::new(outline.name),
            qualified_name: Mut::new(outline.qualified_name),
            filename: outline.filename,
            local_names: outline.local_names,
            cell_registers: outline.cell_registers,
            free_names: outline.free_names,
            captures: outline.captures,
            docstring: outline.docstring,
        }
    }

    /// What is there of the body: nothing if the code has not run and nobody has asked for it.
    #[inline]
    pub fn body(&self) -> &Body {
        self.body.get()
    }

    /// The image of the body, if it has not been read.
    pub fn unread_body(&self) -> Option<&UnreadBody> {
        self.unread.get().as_ref()
    }

    /// The body has been read. It never changes after that.
    pub fn set_body(&self, body: Body) {
        self.constants.set(body.constants.as_ptr());
        self.sites.set(body.sites.as_ptr());
        self.instructions.set(body.instructions.as_ptr());
        self.body.set(body);
        self.unread.set(None);
    }

    /// Source position of the instruction at `index`.
    pub fn position(&self, index: usize) -> Position {
        self.body().lines.lookup(index).unwrap_or(Position { line: self.first_line, ..Position::default() })
    }

    /// Index of an instruction of this code. A frame may still stand at what stood in for its first one.
    pub fn index_of(&self, instruction: *const Instr) -> usize {
        let index = (instruction as usize).wrapping_sub(self.instructions.get() as usize) / size_of::<Instr>();
        if index <= self.body().instructions.len() { index } else { 0 }
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
