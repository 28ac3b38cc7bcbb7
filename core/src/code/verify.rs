//! The checks that make the interpreter's unchecked accesses sound: every code prototype passes here once before it
//! is loaded, whether the compiler made it or an image brought it.
//!
//! What a prototype that passes promises:
//! * operands name registers, constants, sites, children and cells that exist; jumps and handlers lead to instructions;
//!   the last instruction does not fall through;
//! * a register that an instruction takes for a cell holds one: it is one of `cell_registers`, nothing but `MakeCell`
//!   writes to those, the code starts by making all of them, and a `Clear` is followed by a `MakeCell`;
//! * frames suspend only in code that starts with `MakeGenerator`, and a delegating `Yield` sits between its `Send` and the
//!   jump back to that.
//!
//! What registers hold otherwise is not known: instructions check the types of their operands themselves.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::isa::{CONSUME_A, CONSUME_B, CONSUME_C, Common, HEADER_SLOTS, Instr, Intrinsic, Op, Shape, Special};
use super::isa::{FORMAT_SPEC, FUNCTION_ANNOTATE, FUNCTION_DEFAULTS, FUNCTION_KEYWORD_DEFAULTS, YIELD_DELEGATING};
use super::{Capture, CodeFlags, CodePrototype};

/// Why a prototype is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The offending instruction of the (nested) code, if it is one.
    pub instruction: Option<u32>,
    pub reason: &'static str,
}

type Check = Result<(), VerifyError>;

const HEADER: usize = HEADER_SLOTS;

/// Checks a prototype that nothing encloses, and all code nested in it.
pub fn verify(code: &CodePrototype) -> Check {
    if !code.free_names.is_empty() {
        return Err(VerifyError { instruction: None, reason: "a module has no closure" });
    }
    let mut waiting: Vec<(&CodePrototype, Option<&CodePrototype>)> = vec![(code, None)];
    while let Some((code, parent)) = waiting.pop() {
        check(code, parent)?;
        waiting.extend(code.children.iter().map(|child| (child, Some(code))));
    }
    Ok(())
}

fn check(code: &CodePrototype, parent: Option<&CodePrototype>) -> Check {
    header(code, parent)?;
    let verifier = Verifier::new(code)?;
    verifier.prologue()?;
    for (index, instruction) in code.instructions.iter().enumerate() {
        let result = verifier.instruction(index, *instruction);
        result.map_err(|reason| VerifyError { instruction: Some(index as u32), reason })?;
    }
    Ok(())
}

fn require(condition: bool, reason: &'static str) -> Result<(), &'static str> {
    if condition { Ok(()) } else { Err(reason) }
}

/// Everything but the instructions.
fn header(code: &CodePrototype, parent: Option<&CodePrototype>) -> Check {
    let fail = |reason| Err(VerifyError { instruction: None, reason });
    let flags = code.flags;
    let count = |flag: u32| flags.has(flag) as usize;
    let parameters = code.argument_count as usize + code.keyword_only_count as usize + count(CodeFlags::VARARGS) + count(CodeFlags::VARKEYWORDS);
    let locals = code.local_names.len();
    if code.positional_only_count > code.argument_count {
        return fail("more positional-only parameters than parameters");
    }
    if parameters.max(count(CodeFlags::NAMESPACE)) > locals || locals > code.register_count as usize {
        return fail("registers do not hold the parameters and variables");
    }
    if flags.has(CodeFlags::NAMESPACE) && parameters > 0 {
        return fail("module and class code takes no arguments");
    }
    if code.cell_registers.iter().any(|register| *register as usize >= locals) {
        return fail("a cell is not a variable");
    }
    if code.captures.len() != code.free_names.len() {
        return fail("the closure's cells have no origin");
    }
    for capture in &code.captures {
        let exists = parent.is_some_and(|parent| match capture {
            Capture::Register(register) => parent.cell_registers.contains(register),
            Capture::Free(cell) => (*cell as usize) < parent.free_names.len(),
        });
        if !exists {
            return fail("a cell of the closure comes from nowhere");
        }
    }
    let length = code.instructions.len();
    if length == 0 || length > i32::MAX as usize {
        return fail("no instructions, or too many");
    }
    for handler in &code.handlers {
        if handler.start >= handler.end || handler.end as usize > length || handler.target as usize >= length {
            return fail("a handler covers or leads to what is not there");
        }
        if !(locals..code.register_count as usize).contains(&(handler.exception as usize)) {
            return fail("a handler's exception goes to no temporary");
        }
        if !(locals..=code.register_count as usize).contains(&(handler.live_registers as usize)) {
            return fail("a handler drops variables");
        }
    }
    if !code.lines.covers(length) {
        return fail("the line table does not fit");
    }
    Ok(())
}

struct Verifier<'a> {
    code: &'a CodePrototype,
    registers: usize,
    locals: usize,
    /// By local register: whether it holds a cell.
    cells: Vec<bool>,
    /// By instruction: whether control may come from elsewhere than the instruction before.
    entered: Vec<bool>,
    is_generator: bool,
}

impl<'a> Verifier<'a> {
    fn new(code: &'a CodePrototype) -> Result<Verifier<'a>, VerifyError> {
        let length = code.instructions.len();
        let mut cells = vec![false; code.local_names.len()];
        for register in &code.cell_registers {
            if let Some(cell) = cells.get_mut(*register as usize) {
                *cell = true;
            }
        }
        let mut entered = vec![false; length];
        for (index, instruction) in code.instructions.iter().enumerate() {
            let Some(offset) = jump_offset(*instruction) else { continue };
            let target = usize::try_from(index as i64 + 1 + offset).ok();
            match target.and_then(|target| entered.get_mut(target)) {
                Some(entered) => *entered = true,
                None => {
                    let reason = "a jump leads out of the code";
                    return Err(VerifyError { instruction: Some(index as u32), reason });
                }
            }
        }
        for handler in &code.handlers {
            if let Some(entered) = entered.get_mut(handler.target as usize) {
                *entered = true;
            }
        }
        let is_generator = code.instructions.first().is_some_and(|first| first.op == Op::MakeGenerator);
        let registers = code.register_count as usize;
        Ok(Verifier { code, registers, locals: cells.len(), cells, entered, is_generator })
    }

    fn is_cell(&self, register: usize) -> bool {
        self.cells.get(register).copied().unwrap_or(false)
    }

    /// The code starts by making all its cells, before anything can use them.
    fn prologue(&self) -> Check {
        let mut missing = self.cells.clone();
        let start = self.is_generator as usize;
        for instruction in self.code.instructions.iter().skip(start) {
            if instruction.op != Op::MakeCell {
                break;
            }
            if let Some(cell) = missing.get_mut(instruction.a as usize) {
                *cell = false;
            }
        }
        if missing.contains(&true) {
            return Err(VerifyError { instruction: None, reason: "a cell is not made at the start" });
        }
        Ok(())
    }

    // ---- operands

    fn read(&self, register: u16) -> Result<(), &'static str> {
        require((register as usize) < self.registers, "a register that does not exist")
    }

    fn read_range(&self, first: u16, count: usize) -> Result<(), &'static str> {
        require(first as usize + count <= self.registers, "registers that do not exist")
    }

    /// A register whose content the instruction replaces or takes away: no cell.
    fn change(&self, register: u16) -> Result<(), &'static str> {
        self.change_range(register, 1)
    }

    fn change_range(&self, first: u16, count: usize) -> Result<(), &'static str> {
        self.read_range(first, count)?;
        let range: Range<usize> = first as usize..(first as usize + count).min(self.locals);
        require(!range.into_iter().any(|register| self.is_cell(register)), "a cell's register is overwritten")
    }

    /// A call's window: temporaries only, because the callee's frame takes them.
    fn window(&self, first: u16, count: usize) -> Result<(), &'static str> {
        self.read_range(first, count)?;
        require(first as usize >= self.locals, "a call's window holds variables")
    }

    fn cell(&self, register: u16) -> Result<(), &'static str> {
        require(self.is_cell(register as usize), "a register that holds no cell")
    }

    fn site(&self, index: i64) -> Result<(), &'static str> {
        require((0..self.code.sites.len() as i64).contains(&index), "a site that does not exist")
    }

    fn free(&self, index: i32) -> Result<(), &'static str> {
        require((0..self.code.free_names.len() as i64).contains(&(index as i64)), "a closure cell that does not exist")
    }

    fn consumed(&self, instruction: Instr) -> Result<(), &'static str> {
        let Instr { op, x, a, b, c } = instruction;
        // Flags of other meanings share the byte in some instructions.
        let flags = match op.shape() {
            Shape::Intrinsic | Shape::MakeFunction | Shape::UnpackEx => 0,
            Shape::WRPair if op == Op::MatchClass => 0,
            _ if matches!(op, Op::LoadBool | Op::MakeGenerator | Op::Yield) => 0,
            _ => x,
        };
        let reads_a = matches!(
            op.shape(),
            Shape::R | Shape::RR | Shape::RRR | Shape::RJ32 | Shape::RRJ16 | Shape::RI16J16 | Shape::RSite | Shape::RRSite | Shape::RSiteC | Shape::RFree
        );
        if flags & CONSUME_A != 0 && reads_a {
            self.change(a)?;
        }
        let reads_b = !matches!(op.shape(), Shape::RI16J16 | Shape::RJ32 | Shape::RSite | Shape::RSiteC | Shape::RFree) && !is_wide(op.shape());
        if flags & CONSUME_B != 0 && reads_b {
            self.change(b)?;
        }
        let reads_c = matches!(op.shape(), Shape::WRR | Shape::RRR | Shape::PairRR);
        if flags & CONSUME_C != 0 && reads_c {
            self.change(c)?;
        }
        Ok(())
    }

    // ---- instructions

    fn instruction(&self, index: usize, instruction: Instr) -> Result<(), &'static str> {
        let Instr { op, x, a, b, c } = instruction;
        let operand = instruction.operand();
        if index + 1 == self.code.instructions.len() {
            require(is_final(op), "the last instruction falls through")?;
        }
        match op.shape() {
            Shape::None | Shape::J32 => {}
            Shape::W => match op {
                Op::MakeCell => self.cell(a)?,
                Op::Clear if self.is_cell(a as usize) => self.cleared_cell(index, a)?,
                _ => self.change(a)?,
            },
            Shape::R => self.read(a)?,
            Shape::WR => {
                self.change(a)?;
                self.read(b)?;
            }
            Shape::WRR => {
                self.change(a)?;
                self.read(b)?;
                let reads_c = match op {
                    Op::Format => x & FORMAT_SPEC != 0,
                    Op::Yield => x & YIELD_DELEGATING != 0,
                    _ => true,
                };
                if reads_c {
                    self.read(c)?;
                }
            }
            Shape::RR => {
                self.read(a)?;
                self.read(b)?;
            }
            Shape::RRR => {
                self.read(a)?;
                self.read(b)?;
                self.read(c)?;
            }
            Shape::WRI16 => {
                self.change(a)?;
                self.read(b)?;
            }
            Shape::WConst => {
                self.change(a)?;
                let count = self.code.constants.len() as i64;
                require((0..count).contains(&(operand as i64)), "a constant that does not exist")?;
            }
            Shape::WI32 => self.change(a)?,
            Shape::RJ32 | Shape::RI16J16 => self.read(a)?,
            Shape::RRJ16 => {
                self.read(a)?;
                self.read(b)?;
            }
            Shape::WRJ16 => {
                self.change(a)?;
                self.change(b)?;
            }
            Shape::WSite => {
                self.change(a)?;
                self.site(operand as i64)?;
            }
            Shape::RSite => {
                self.read(a)?;
                self.site(operand as i64)?;
            }
            Shape::Site => self.site(operand as i64)?,
            Shape::WRSite => {
                self.change(a)?;
                self.read(b)?;
                self.site(c as i64)?;
            }
            Shape::RRSite => {
                self.read(a)?;
                self.read(b)?;
                self.site(c as i64)?;
            }
            Shape::RSiteC => {
                self.read(a)?;
                self.site(c as i64)?;
            }
            Shape::WindowRSite => {
                self.window(a, HEADER + 1)?;
                self.read(b)?;
                self.site(c as i64)?;
            }
            Shape::Call => {
                self.change(a)?;
                self.window(b, HEADER + c as usize)?;
            }
            Shape::CallMethod => {
                self.change(a)?;
                self.window(b, HEADER + 1 + c as usize)?;
            }
            Shape::CallEx => {
                self.change(a)?;
                self.window(b, HEADER + 2)?;
            }
            Shape::WRange => {
                self.change(a)?;
                self.change_range(b, c as usize)?;
            }
            Shape::WRange2 => {
                self.change(a)?;
                self.change_range(b, c as usize * 2)?;
            }
            Shape::WRange3 => {
                self.change(a)?;
                self.change_range(b, 3)?;
            }
            Shape::Intrinsic => {
                self.change(a)?;
                self.change_range(b, x as usize)?;
                require(intrinsic_arguments(c) == Some(x), "an intrinsic that does not exist")?;
            }
            Shape::MakeFunction => {
                self.change(a)?;
                let known = FUNCTION_DEFAULTS | FUNCTION_KEYWORD_DEFAULTS | FUNCTION_ANNOTATE;
                require(x & !known == 0, "unknown flags")?;
                self.change_range(c, x.count_ones() as usize)?;
                require((b as usize) < self.code.children.len(), "a function that does not exist")?;
            }
            Shape::WFree => {
                self.change(a)?;
                self.free(operand)?;
            }
            Shape::RFree => {
                if op != Op::DeleteFree {
                    self.read(a)?;
                }
                self.free(operand)?;
            }
            Shape::Unpack => {
                self.change_range(a, c as usize)?;
                self.read(b)?;
            }
            Shape::UnpackEx => {
                self.change_range(a, x as usize + 1 + c as usize)?;
                self.read(b)?;
            }
            Shape::PairRNumber => {
                self.change_range(a, 2)?;
                self.read(b)?;
            }
            Shape::PairRR => {
                self.change_range(a, 2)?;
                self.read(b)?;
                self.read(c)?;
            }
            Shape::WNumber => self.change(a)?,
            Shape::WRPair => {
                self.change(a)?;
                self.read(b)?;
                if op == Op::GetSlice { self.change_range(c, 2)? } else { self.read_range(c, 2)? }
            }
        }
        self.consumed(instruction)?;
        self.special(index, instruction)
    }

    /// What the shapes do not say.
    fn special(&self, index: usize, instruction: Instr) -> Result<(), &'static str> {
        let Instr { op, a, b, c, .. } = instruction;
        match op {
            Op::Invalid | Op::ReadBody | Op::ResumeNative | Op::Leave => Err("an instruction of the VM's own"),
            Op::MoveTemp | Op::Raise | Op::PopHandled | Op::Reraise => self.change(if op == Op::MoveTemp { b } else { a }),
            Op::Return => {
                self.change(a)?;
                self.kept(b)
            }
            Op::ReturnNone => self.kept(b),
            Op::CheckBound => require((a as usize) < self.locals, "a register that is no variable"),
            Op::LoadCommon => require(instruction.operand() as u32 <= Common::Super as u32, "no such object"),
            Op::LoadSpecial => require(c <= Special::AsyncExit as u16, "no such special method"),
            Op::ExceptionInfo => require(c == 3, "an exception has three parts"),
            Op::LoadCell => self.cell(b),
            Op::StoreCell | Op::DeleteCell => self.cell(a),
            Op::LoadClassCell => self.fetched_cell(index, b),
            Op::LoadNameFromCell => {
                self.change_range(b, 2)?;
                self.fetched_cell(index, b.saturating_add(1))
            }
            Op::LoadName | Op::StoreName | Op::DeleteName | Op::ImportStar => require(self.code.flags.has(CodeFlags::NAMESPACE), "code without a namespace"),
            Op::ImportName => self.change_range(b, 2),
            Op::MakeGenerator => require(index == 0 && instruction.x <= 2, "a generator is made at the start"),
            Op::Send => require(self.is_generator, "only generators can suspend"),
            Op::Yield => self.suspension(index, instruction),
            _ => Ok(()),
        }
    }

    /// What a return says about temporaries that hold nothing may not speak of variables.
    fn kept(&self, from: u16) -> Result<(), &'static str> {
        require(from == 0 || from as usize >= self.locals, "a return that forgets variables")
    }

    /// A cell that is dropped is replaced at once.
    fn cleared_cell(&self, index: usize, register: u16) -> Result<(), &'static str> {
        let next = self.code.instructions.get(index + 1);
        require(next.is_some_and(|next| next.op == Op::MakeCell && next.a == register), "a cell's register is left empty")
    }

    /// The register was filled with a cell of the closure by the instruction before, and no other way leads here.
    fn fetched_cell(&self, index: usize, register: u16) -> Result<(), &'static str> {
        let before = index.checked_sub(1).and_then(|before| self.code.instructions.get(before));
        let fetched = before.is_some_and(|before| before.op == Op::LoadFreeCell && before.a == register);
        let entered = self.entered.get(index).copied().unwrap_or(true);
        require(fetched && !entered, "a register that holds no cell")
    }

    fn suspension(&self, index: usize, instruction: Instr) -> Result<(), &'static str> {
        require(self.is_generator, "only generators can suspend")?;
        if instruction.x & YIELD_DELEGATING == 0 {
            return Ok(());
        }
        let send = index.checked_sub(1).and_then(|before| self.code.instructions.get(before));
        let back = self.code.instructions.get(index + 1);
        let sends = send.is_some_and(|send| send.op == Op::Send && send.a == instruction.a && send.b == instruction.c);
        let jumps = back.is_some_and(|back| back.op == Op::Loop && back.operand() == -3);
        require(sends && jumps, "a delegating yield without its send")
    }
}

fn is_wide(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::WConst
            | Shape::WI32
            | Shape::J32
            | Shape::RJ32
            | Shape::WSite
            | Shape::RSite
            | Shape::Site
            | Shape::WFree
            | Shape::RFree
            | Shape::WNumber
            | Shape::W
            | Shape::R
            | Shape::None
    )
}

fn jump_offset(instruction: Instr) -> Option<i64> {
    match instruction.op.shape() {
        Shape::J32 | Shape::RJ32 => Some(instruction.operand() as i64),
        Shape::RRJ16 | Shape::RI16J16 | Shape::WRJ16 => Some(instruction.c as i16 as i64),
        _ => None,
    }
}

/// Whether control never goes on to the next instruction.
fn is_final(op: Op) -> bool {
    matches!(op, Op::Jump | Op::Loop | Op::Return | Op::ReturnNone | Op::Raise | Op::RaiseFrom | Op::Reraise | Op::RaiseCurrent)
}

/// How many arguments an intrinsic takes.
fn intrinsic_arguments(number: u16) -> Option<u8> {
    const COUNTS: [(Intrinsic, u8); 15] = [
        (Intrinsic::Display, 1),
        (Intrinsic::TypeVar, 1),
        (Intrinsic::TypeVarWithBound, 2),
        (Intrinsic::TypeVarWithConstraints, 2),
        (Intrinsic::ParamSpec, 1),
        (Intrinsic::TypeVarTuple, 1),
        (Intrinsic::SetTypeParamDefault, 2),
        (Intrinsic::SetTypeParams, 2),
        (Intrinsic::SubscriptGeneric, 1),
        (Intrinsic::TypeAlias, 3),
        (Intrinsic::Interpolation, 4),
        (Intrinsic::Template, 2),
        (Intrinsic::StopIterationError, 1),
        (Intrinsic::Locals, 0),
        (Intrinsic::SetupAnnotations, 1),
    ];
    COUNTS.iter().find(|(intrinsic, _)| *intrinsic as u16 == number).map(|(_, count)| *count)
}
