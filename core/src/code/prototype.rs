//! Code as the compiler leaves it: plain Rust data, without values of any VM. An image is a serialized prototype; a VM
//! turns a prototype into a code object (`object::code`) when it loads it.

use super::isa::Instr;
use super::line_table::LineTable;
use alloc::{boxed::Box, rc::Rc, vec::Vec};

/// A compile-time constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    None,
    True,
    False,
    Ellipsis,
    Int(i64),
    /// Magnitude in little-endian bytes, and whether it is negative.
    BigInt {
        negative: bool,
        magnitude: Box<[u8]>,
    },
    Float(f64),
    Complex(f64, f64),
    /// UTF-8, in which lone surrogates may stand in their generalized encoding (WTF-8).
    Str(Box<[u8]>),
    Bytes(Box<[u8]>),
    Tuple(Box<[Const]>),
    FrozenSet(Box<[Const]>),
}

/// Where a new function finds a cell of its closure: in the frame that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// The register that holds the cell.
    Register(u16),
    /// The making function's own closure.
    Free(u16),
}

/// Properties of a code object; the low bits are those of CPython's `co_flags`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeFlags(pub u32);

impl CodeFlags {
    pub const OPTIMIZED: u32 = 0x1;
    pub const NEWLOCALS: u32 = 0x2;
    pub const VARARGS: u32 = 0x4;
    pub const VARKEYWORDS: u32 = 0x8;
    pub const NESTED: u32 = 0x10;
    pub const GENERATOR: u32 = 0x20;
    pub const COROUTINE: u32 = 0x80;
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    pub const ASYNC_GENERATOR: u32 = 0x200;
    pub const FUTURE_ANNOTATIONS: u32 = 0x1000000;
    pub const HAS_DOCSTRING: u32 = 0x4000000;
    pub const METHOD: u32 = 0x8000000;
    /// Ours: the namespace of module or class code is in `R[0]`.
    pub const NAMESPACE: u32 = 0x1_0000;
    /// Ours: frames of this code do not show in tracebacks (the prelude).
    pub const HIDDEN: u32 = 0x2_0000;

    pub fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }
}

/// A region of instructions and where an exception raised in it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First instruction covered.
    pub start: u32,
    /// First instruction no longer covered.
    pub end: u32,
    /// Where control goes.
    pub target: u32,
    /// The register that receives the exception.
    pub exception: u16,
    /// Temporaries from here on are dropped before (never locals: at least the number of locals).
    pub live_registers: u16,
}

/// One code unit: a module, class body, function, lambda, generator expression, annotation scope.
/// Entries of `handlers` are ordered innermost first: the first that covers an instruction counts.
#[derive(Clone, Debug, PartialEq)]
pub struct CodePrototype {
    pub name: Rc<str>,
    pub qualified_name: Rc<str>,
    pub filename: Rc<str>,
    pub first_line: u32,
    pub flags: CodeFlags,
    /// Positional parameters, positional-only ones included.
    pub argument_count: u16,
    pub positional_only_count: u16,
    pub keyword_only_count: u16,
    /// Registers of a frame: locals and the most temporaries (call windows included).
    pub register_count: u16,
    /// Names of the registers that are variables, from `R[0]` on: parameters first. A cell variable's register counts too.
    /// Registers of inlined comprehensions' variables may repeat names.
    pub local_names: Vec<Rc<str>>,
    /// Which of `local_names` hold cells (indices).
    pub cell_registers: Vec<u16>,
    /// Names of the closure's cells, in order.
    pub free_names: Vec<Rc<str>>,
    /// Where the cells of `free_names` come from when the function is made.
    pub captures: Vec<Capture>,
    pub docstring: Option<Box<[u8]>>,
    pub constants: Vec<Const>,
    /// A name for every global, name, attribute, method and import instruction: instructions with equal names have
    /// sites of their own, because the VM keeps its inline cache there.
    pub sites: Vec<Rc<str>>,
    pub children: Vec<CodePrototype>,
    pub instructions: Vec<Instr>,
    pub handlers: Vec<Handler>,
    pub lines: LineTable,
}
