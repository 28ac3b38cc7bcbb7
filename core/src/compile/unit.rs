//! The code unit being written: instructions, labels, registers, constants, exception regions.
//!
//! Nothing here fails. Limits that are exceeded are noted in [`Unit::overflow`] and reported when the unit is done.

use alloc::rc::Rc;
use alloc::vec::Vec;
use hashbrown::HashMap;

use super::symtable::ScopeId;
use crate::code::isa::{CONSUME_A, CONSUME_B, CONSUME_C, Instr, Op};
use crate::code::line_table::Mark;
use crate::code::{CodePrototype, Const};
use crate::syntax::ast::{Ident, Span, Stmt};

/// A place to jump to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Label(pub u32);

pub(super) const UNBOUND: u32 = u32::MAX;

/// A set of registers that surely hold a value.
#[derive(Clone, Default, Debug)]
pub(super) struct Assigned(Vec<u64>);

impl Assigned {
    pub(super) fn contains(&self, register: u16) -> bool {
        self.0.get(register as usize / 64).is_some_and(|word| word >> (register % 64) & 1 != 0)
    }

    pub(super) fn insert(&mut self, register: u16) {
        let index = register as usize / 64;
        if index >= self.0.len() {
            self.0.resize(index + 1, 0);
        }
        if let Some(word) = self.0.get_mut(index) {
            *word |= 1 << (register % 64);
        }
    }

    pub(super) fn remove(&mut self, register: u16) {
        if let Some(word) = self.0.get_mut(register as usize / 64) {
            *word &= !(1 << (register % 64));
        }
    }

    fn intersect(&mut self, other: &Assigned) {
        for (index, word) in self.0.iter_mut().enumerate() {
            *word &= other.0.get(index).copied().unwrap_or(0);
        }
    }
}

pub(super) struct LabelState {
    pub position: u32,
    /// What is assigned at every jump to it so far; none if nothing jumps there.
    assigned: Option<Assigned>,
    /// How many lines without instructions had been noted when it was put in its place: jumps to it do not come to those.
    pub marks: u32,
}

/// A register to read, and whether it is a temporary that the reader must use up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Operand {
    pub register: u16,
    pub temporary: bool,
}

impl Operand {
    pub(super) const fn local(register: u16) -> Operand {
        Operand { register, temporary: false }
    }

    pub(super) const fn temporary(register: u16) -> Operand {
        Operand { register, temporary: true }
    }

    pub(super) fn consume_a(self) -> u8 {
        if self.temporary { CONSUME_A } else { 0 }
    }

    /// CONSUME_B for an operand in `b` of an instruction that writes `destination`.
    pub(super) fn consume_b(self, destination: u16) -> u8 {
        if self.temporary && self.register != destination { CONSUME_B } else { 0 }
    }

    pub(super) fn consume_c(self, destination: u16) -> u8 {
        if self.temporary && self.register != destination { CONSUME_C } else { 0 }
    }
}

/// A variable of the unit that lives in a register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    pub register: u16,
    /// The register holds a cell.
    pub cell: bool,
}

pub(super) type VariableMap = HashMap<Ident, Variable, foldhash::fast::FixedState>;

/// An inlined comprehension being compiled.
pub(super) struct OpenComprehension {
    pub scope: ScopeId,
}

/// A statement around the current one that an exit from it must unwind.
#[derive(Clone)]
pub(super) enum BlockKind<'a> {
    Loop {
        break_label: Label,
        continue_label: Label,
        /// A `for` loop's iterator.
        iterator: Option<u16>,
    },
    /// A `try` body, or its handlers, with regions to leave but nothing to do.
    Protected,
    /// A `try` with this `finally` body to run.
    Finally(&'a [Stmt]),
    /// Exit method and self of a `with` in two registers.
    With { exit: u16, is_async: bool, span: Span },
    /// Inside an exception handler: `saved` goes back into the handled exception; `exception` holds the caught one.
    Handler { saved: u16, exception: Option<u16> },
    /// The variable of `except … as name` to unbind.
    HandlerName(Ident),
    /// The body of an `except*`, which no exit may leave.
    ExceptStar,
}

#[derive(Clone)]
pub(super) struct Block<'a> {
    pub kind: BlockKind<'a>,
    /// The number of exception regions outside the block.
    pub regions: usize,
}

/// A stretch of code whose exceptions go to a handler; open, possibly with holes.
struct Region {
    fragments: Vec<(u32, u32)>,
    open: Option<u32>,
    target: Label,
    exception: u16,
    live_registers: u16,
}

pub(super) struct RawHandler {
    pub start: u32,
    pub end: u32,
    pub target: Label,
    pub exception: u16,
    pub live_registers: u16,
}

pub(super) struct Unit<'a> {
    pub scope: ScopeId,
    pub name: Rc<str>,
    pub qualified_name: Rc<str>,
    pub first_line: u32,
    pub instructions: Vec<Instr>,
    /// Where each instruction comes from.
    pub spans: Vec<Span>,
    /// Lines without instructions, and before which instruction they come.
    pub line_marks: Vec<(u32, Span, Mark)>,
    /// Jump instructions and their targets, in order of the instructions.
    pub jumps: Vec<(u32, Label)>,
    pub labels: Vec<LabelState>,
    /// Where the last label was bound or region edge set: instructions before it must not be changed.
    fence: u32,
    pub handlers: Vec<RawHandler>,
    regions: Vec<Region>,
    pub constants: Vec<Const>,
    constant_index: HashMap<Vec<u8>, u32, foldhash::fast::FixedState>,
    pub sites: Vec<Rc<str>>,
    low_sites: HashMap<Rc<str>, u16, foldhash::fast::FixedState>,
    pub children: Vec<CodePrototype>,
    next_temporary: u32,
    pub register_count: u32,
    pub variables: VariableMap,
    pub comprehension_variables: HashMap<ScopeId, VariableMap, foldhash::fast::FixedState>,
    pub local_names: Vec<Ident>,
    pub cell_registers: Vec<u16>,
    pub parameter_count: u16,
    pub comprehensions: Vec<OpenComprehension>,
    pub blocks: Vec<Block<'a>>,
    pub assigned: Assigned,
    /// Variables that may become unbound again: not known to be assigned at the head of a loop or in a handler.
    pub deletable: Vec<u16>,
    pub reachable: bool,
    pub docstring: Option<Vec<u8>>,
    /// Attributes that methods of this class assign to `self`.
    pub static_attributes: Vec<Ident>,
    /// What limit the unit exceeds.
    pub overflow: Option<&'static str>,
}

impl<'a> Unit<'a> {
    pub(super) fn new(scope: ScopeId, name: Rc<str>, qualified_name: Rc<str>, first_line: u32) -> Unit<'a> {
        let hasher = foldhash::fast::FixedState::default;
        Unit {
            scope,
            name,
            qualified_name,
            first_line,
            instructions: Vec::new(),
            spans: Vec::new(),
            line_marks: Vec::new(),
            jumps: Vec::new(),
            labels: Vec::new(),
            fence: 0,
            handlers: Vec::new(),
            regions: Vec::new(),
            constants: Vec::new(),
            constant_index: HashMap::with_hasher(hasher()),
            sites: Vec::new(),
            low_sites: HashMap::with_hasher(hasher()),
            children: Vec::new(),
            next_temporary: 0,
            register_count: 0,
            variables: HashMap::with_hasher(hasher()),
            comprehension_variables: HashMap::with_hasher(hasher()),
            local_names: Vec::new(),
            cell_registers: Vec::new(),
            parameter_count: 0,
            comprehensions: Vec::new(),
            blocks: Vec::new(),
            assigned: Assigned::default(),
            deletable: Vec::new(),
            reachable: true,
            docstring: None,
            static_attributes: Vec::new(),
            overflow: None,
        }
    }

    // ---- registers

    /// Ends the allocation of variables; temporaries follow.
    pub(super) fn seal_locals(&mut self) {
        self.next_temporary = self.local_names.len() as u32;
        self.register_count = self.register_count.max(self.next_temporary);
    }

    pub(super) fn is_temporary(&self, register: u16) -> bool {
        register as usize >= self.local_names.len()
    }

    pub(super) fn allocate(&mut self) -> u16 {
        self.allocate_many(1)
    }

    /// Consecutive new temporaries; the first of them.
    pub(super) fn allocate_many(&mut self, count: usize) -> u16 {
        let first = self.next_temporary;
        let next = first.saturating_add(count.min(u16::MAX as usize) as u32);
        if next > u16::MAX as u32 {
            self.overflow = Some("too many registers");
            return first.min(u16::MAX as u32) as u16;
        }
        self.next_temporary = next;
        self.register_count = self.register_count.max(next);
        first as u16
    }

    /// Makes sure that the registers up to `end` exist without allocating them.
    pub(super) fn reserve(&mut self, end: u32) {
        if end > u16::MAX as u32 {
            self.overflow = Some("too many registers");
        }
        self.register_count = self.register_count.max(end);
    }

    /// The next temporary to be allocated.
    pub(super) fn mark(&self) -> u16 {
        self.next_temporary.min(u16::MAX as u32) as u16
    }

    /// Frees the temporaries from `mark` on.
    pub(super) fn release(&mut self, mark: u16) {
        self.next_temporary = mark as u32;
    }

    /// Whether `register` is the temporary allocated last.
    pub(super) fn is_top(&self, register: u16) -> bool {
        self.is_temporary(register) && register as u32 + 1 == self.next_temporary
    }

    // ---- instructions

    pub(super) fn position(&self) -> u32 {
        self.instructions.len() as u32
    }

    pub(super) fn push(&mut self, span: Span, instruction: Instr) {
        if self.reachable {
            self.instructions.push(instruction);
            self.spans.push(span);
        }
    }

    pub(super) fn emit(&mut self, span: Span, op: Op, x: u8, a: u16, b: u16, c: u16) {
        self.push(span, Instr::new(op, x, a, b, c));
    }

    pub(super) fn emit_wide(&mut self, span: Span, op: Op, x: u8, a: u16, operand: i32) {
        self.push(span, Instr::wide(op, x, a, operand));
    }

    /// An instruction after which control does not go on.
    pub(super) fn emit_last(&mut self, span: Span, op: Op, a: u16) {
        self.emit(span, op, 0, a, 0, 0);
        self.reachable = false;
    }

    // ---- lines

    /// Notes a line that has no instructions of its own.
    pub(super) fn note_line(&mut self, span: Span) {
        if self.reachable {
            self.line_marks.push((self.position(), span, Mark::Passed));
        }
    }

    /// Notes the line of what the jumps to `target` from the `first` one on stand for.
    pub(super) fn note_jumps(&mut self, first: usize, target: Label, span: Span) {
        for (at, label) in self.jumps.get(first..).unwrap_or_default() {
            if *label == target {
                self.line_marks.push((at + 1, span, Mark::Jumped));
            }
        }
    }

    // ---- labels

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(LabelState { position: UNBOUND, assigned: None, marks: 0 });
        Label(self.labels.len() as u32 - 1)
    }

    /// Emits a jumping instruction whose offset is filled in at the end.
    pub(super) fn emit_jump(&mut self, span: Span, instruction: Instr, target: Label) {
        if !self.reachable {
            return;
        }
        self.jumps.push((self.position(), target));
        self.push(span, instruction);
        self.note_edge(target);
    }

    pub(super) fn jump(&mut self, span: Span, target: Label) {
        self.emit_jump(span, Instr::wide(Op::Jump, 0, 0, 0), target);
        self.reachable = false;
    }

    /// What is assigned here is assigned at the label, unless something else that leads there says no.
    fn note_edge(&mut self, target: Label) {
        let Some(state) = self.labels.get_mut(target.0 as usize) else { return };
        match &mut state.assigned {
            Some(known) => known.intersect(&self.assigned),
            None => state.assigned = Some(self.assigned.clone()),
        }
    }

    /// Puts the label here.
    pub(super) fn bind(&mut self, label: Label) {
        self.drop_jump_to_next(label);
        let (position, marks) = (self.position(), self.line_marks.len() as u32);
        let Some(state) = self.labels.get_mut(label.0 as usize) else { return };
        state.position = position;
        state.marks = marks;
        self.fence = position;
        if let Some(known) = state.assigned.take() {
            if self.reachable {
                self.assigned.intersect(&known);
            } else {
                self.assigned = known;
            }
            self.reachable = true;
        }
    }

    /// Puts the label of a loop here, to which control comes back.
    pub(super) fn bind_loop(&mut self, label: Label) {
        self.bind(label);
        self.forget_deletable();
    }

    /// Puts a label here that is only reached from instructions still to come, in the given state.
    pub(super) fn bind_backward(&mut self, label: Label, assigned: Assigned, reachable: bool) {
        self.bind(label);
        self.assigned = assigned;
        self.reachable = reachable;
        self.forget_deletable();
    }

    pub(super) fn forget_deletable(&mut self) {
        for register in &self.deletable {
            self.assigned.remove(*register);
        }
    }

    /// A jump to the instruction after it is no jump.
    fn drop_jump_to_next(&mut self, label: Label) {
        let Some(last) = self.instructions.last() else { return };
        let position = self.position();
        if self.reachable || last.op != Op::Jump || self.fence >= position {
            return;
        }
        if self.jumps.last() == Some(&(position - 1, label)) {
            self.jumps.pop();
            self.instructions.pop();
            if let Some(span) = self.spans.pop().filter(|span| *span != Span::NOWHERE) {
                self.line_marks.push((position - 1, span, Mark::Passed));
            }
        }
    }

    // ---- exception regions

    pub(super) fn region_count(&self) -> usize {
        self.regions.len()
    }

    /// From here on exceptions go to `target`, in register `exception`, with temporaries from there on dropped.
    pub(super) fn begin_region(&mut self, target: Label, exception: u16) {
        let open = Some(self.position());
        self.fence = self.position();
        self.regions.push(Region { fragments: Vec::new(), open, target, exception, live_registers: exception });
    }

    /// Ends the innermost region. Whether it covers any instruction.
    pub(super) fn end_region(&mut self) -> bool {
        let end = self.position();
        self.fence = end;
        let Some(mut region) = self.regions.pop() else { return false };
        if let Some(start) = region.open {
            region.fragments.push((start, end));
        }
        let before = self.handlers.len();
        for (start, end) in region.fragments {
            if start < end {
                let Region { target, exception, live_registers, .. } = region;
                self.handlers.push(RawHandler { start, end, target, exception, live_registers });
            }
        }
        self.handlers.len() > before
    }

    /// Leaves the regions from number `from` on for a while; those that were open.
    pub(super) fn suspend_regions(&mut self, from: usize) -> Vec<usize> {
        let end = self.position();
        self.fence = end;
        let mut suspended = Vec::new();
        for (index, region) in self.regions.iter_mut().enumerate().skip(from) {
            if let Some(start) = region.open.take() {
                region.fragments.push((start, end));
                suspended.push(index);
            }
        }
        suspended
    }

    pub(super) fn resume_regions(&mut self, suspended: &[usize]) {
        let start = self.position();
        self.fence = start;
        for &index in suspended {
            if let Some(region) = self.regions.get_mut(index) {
                region.open = Some(start);
            }
        }
    }

    /// Puts a handler's label here: reached from its region only, where at least `assigned` held.
    pub(super) fn bind_handler(&mut self, label: Label, assigned: Assigned, reachable: bool) {
        self.bind(label);
        self.assigned = assigned;
        self.reachable = reachable;
        self.forget_deletable();
    }

    // ---- tables

    /// The index of a constant. Equal constants of equal types share one.
    pub(super) fn constant(&mut self, value: Const) -> i32 {
        if !self.reachable {
            return 0;
        }
        let mut key = Vec::new();
        constant_key(&value, &mut key);
        let next = self.constants.len() as u32;
        let index = *self.constant_index.entry(key).or_insert(next);
        if index == next {
            self.constants.push(value);
        }
        index as i32
    }

    /// A new site for a 32-bit operand.
    pub(super) fn site(&mut self, name: &Rc<str>) -> i32 {
        if !self.reachable {
            return 0;
        }
        self.sites.push(name.clone());
        self.sites.len() as i32 - 1
    }

    /// A site for a 16-bit operand. When they run out, equal names share one.
    pub(super) fn short_site(&mut self, name: &Rc<str>) -> u16 {
        if !self.reachable {
            return 0;
        }
        let limit = u16::MAX as usize;
        if self.sites.len() < limit {
            self.sites.push(name.clone());
            return (self.sites.len() - 1) as u16;
        }
        if self.low_sites.is_empty() {
            for (index, name) in self.sites.iter().take(limit).enumerate() {
                self.low_sites.insert(name.clone(), index as u16);
            }
        }
        match self.low_sites.get(name) {
            Some(index) => *index,
            None => {
                self.overflow = Some("too many names");
                0
            }
        }
    }
}

/// Bytes that differ for constants that must not be merged.
fn constant_key(value: &Const, key: &mut Vec<u8>) {
    let mut tagged = |tag: u8, bytes: &[u8]| {
        key.push(tag);
        key.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        key.extend_from_slice(bytes);
    };
    match value {
        Const::None => tagged(0, &[]),
        Const::True => tagged(1, &[]),
        Const::False => tagged(2, &[]),
        Const::Ellipsis => tagged(3, &[]),
        Const::Int(value) => tagged(4, &value.to_le_bytes()),
        Const::BigInt { negative, magnitude } => tagged(5 + *negative as u8, magnitude),
        Const::Float(value) => tagged(7, &value.to_bits().to_le_bytes()),
        Const::Complex(real, imaginary) => {
            tagged(8, &real.to_bits().to_le_bytes());
            tagged(8, &imaginary.to_bits().to_le_bytes());
        }
        Const::Str(text) => tagged(9, text),
        Const::Bytes(bytes) => tagged(10, bytes),
        Const::Tuple(items) | Const::FrozenSet(items) => {
            tagged(if matches!(value, Const::Tuple(_)) { 11 } else { 12 }, &(items.len() as u32).to_le_bytes());
            items.iter().for_each(|item| constant_key(item, key));
        }
    }
}

impl Unit<'_> {
    /// A new register for a variable.
    pub(super) fn add_register(&mut self, name: Ident, cell: bool) -> u16 {
        let register = self.local_names.len().min(u16::MAX as usize) as u16;
        self.local_names.push(name);
        if cell {
            self.cell_registers.push(register);
        }
        register
    }

    /// A new variable of the unit's own scope.
    pub(super) fn add_variable(&mut self, name: Ident, cell: bool) {
        let register = self.add_register(name.clone(), cell);
        self.variables.insert(name, Variable { register, cell });
    }
}

impl Unit<'_> {
    /// Whether something that runs has jumped to the label.
    pub(super) fn leads_to(&self, label: Label) -> bool {
        self.labels.get(label.0 as usize).is_some_and(|state| state.assigned.is_some())
    }
}
