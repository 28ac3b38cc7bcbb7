//! The interpreter loop: dispatch and the fast paths, nothing else. What an opcode means in general lives in `vm/ops`.
//!
//! The loop keeps pc, register base and code in locals. Every arm fetches the next instruction itself, so that rustc (with
//! the flags in `.cargo/config.toml`) duplicates the dispatch into each. Slow paths get the state through the VM and it is
//! reloaded afterwards; they are cold calls. Registers are raw words here: counts change on copy and overwrite only.

use super::frame::{CODE, FUNCTION, RETURN_BASE, RETURN_PC, Resume, Word};
use super::native::Function as NativeKind;
use super::ops;
use super::trace::Before;
use super::{Raised, Res, Vm};
use crate::code::isa::{CONSUME_A, CONSUME_B, CONSUME_C, HEADER_SLOTS, Instr, Op};
use crate::object::class::Class;
use crate::object::code::{Code, Site};
use crate::object::dict::Dict;
use crate::object::function::{CellObject, Function, NativeFunction};
use crate::object::header::{Header, Kind};
use crate::object::instance::{Attributes, Shape};
use crate::object::value::{SMALL_INT_MAX, SMALL_INT_MIN, Value, bits};

/// Why the loop ended.
#[derive(Debug)]
pub enum Exit {
    /// The frame that the loop was entered with has its result.
    Returned(Value),
    /// It was left by an exception, which is pending.
    Raised(Raised),
    /// The host's business: nothing can run, fuel is used up, or the GIL is wanted.
    Pause,
    /// The other instance's business: the running py-thread is traced, or not any more.
    Mode,
}

/// State of an inline cache, by instruction.
pub mod site_state {
    /// An instance's inline slot.
    pub const SLOT: u32 = 1;
    /// An entry of a module's dict.
    pub const MODULE: u32 = 2;
    /// A plain function of the class, to be called with the object as self.
    pub const METHOD: u32 = 3;
    /// A class attribute that is no descriptor, or another value that stands for itself.
    pub const CLASS_VALUE: u32 = 4;
    /// Assignment that adds an attribute: `value` is the next shape.
    pub const ADD: u32 = 5;
    /// A property of the class (in `value`).
    pub const PROPERTY: u32 = 6;
    /// As METHOD, of instances that have their attributes behind what a native class needs.
    pub const METHOD_BEHIND: u32 = 7;
}

#[inline(always)]
fn is_pointer(word: Word) -> bool {
    word & bits::POINTER_MASK == 0
}

#[inline(always)]
unsafe fn retain(word: Word) {
    if is_pointer(word) {
        // SAFETY: a pointer word refers to a live object.
        unsafe { (*(word as usize as *const Header)).retain() }
    }
}

/// Releases one reference.
#[inline(always)]
unsafe fn release(word: Word) {
    // SAFETY: the caller gives its reference away.
    drop(unsafe { Value::from_bits(word) });
}

/// Keeps a branch that does nothing a block of its own. LLVM duplicates the dispatch into blocks that run on to it, not into conditional
/// jumps: without this, all arms that end by a store share one dispatch.
#[inline(always)]
fn own_block() {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: no instruction at all.
    unsafe {
        core::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}

/// Stores a word, releasing the old one.
#[inline(always)]
unsafe fn store(place: *mut Word, word: Word) {
    // SAFETY: registers hold valid words.
    unsafe {
        let old = *place;
        *place = word;
        if is_pointer(old) {
            release(old);
        } else {
            own_block();
        }
    }
}

#[inline(always)]
fn both_small_ints(a: Word, b: Word) -> bool {
    (a.wrapping_sub(bits::INT_TAG) | b.wrapping_sub(bits::INT_TAG)) & bits::INT_MASK == 0
}

#[inline(always)]
fn is_small_int(word: Word) -> bool {
    word & bits::INT_MASK == bits::INT_TAG
}

#[inline(always)]
fn both_small_floats(a: Word, b: Word) -> bool {
    a & b & bits::FLOAT_BIT != 0
}

#[inline(always)]
fn int_of(word: Word) -> i64 {
    word as i64 >> 2
}

#[inline(always)]
fn int_word(number: i64) -> Word {
    ((number as u64) << 2) | bits::INT_TAG
}

#[inline(always)]
fn number_of(word: Word) -> Option<f64> {
    if word & bits::FLOAT_BIT != 0 {
        Some(bits::to_float(word))
    } else if is_small_int(word) {
        let number = int_of(word);
        if number.unsigned_abs() <= 1 << 53 { Some(number as f64) } else { None }
    } else {
        None
    }
}

#[inline(always)]
fn kind_of(word: Word) -> Option<Kind> {
    // SAFETY: a pointer word refers to a live object.
    if is_pointer(word) { Some(unsafe { (*(word as usize as *const Header)).kind() }) } else { None }
}

/// Whether nobody has to release these words: neither those above a frame, nor those where a call's header is written.
///
/// # Safety
/// The words lie in a chunk or a generator's frame.
unsafe fn owns_nothing(first: *const Word, count: usize) -> bool {
    // SAFETY: the caller vouches.
    (0..count).all(|index| !is_pointer(unsafe { *first.add(index) }))
}

/// An instruction as the loop holds it: one word, whose fields each arm takes apart for itself. (As a struct, its fields
/// become six state words that every dispatch has to compute.)
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Fetched(u64);

impl Fetched {
    #[inline(always)]
    fn whole(self) -> Instr {
        // SAFETY: the word was read from an instruction.
        unsafe { core::mem::transmute::<u64, Instr>(self.0) }
    }

    #[inline(always)]
    fn field(self, byte: u32) -> u64 {
        u64::from_le(self.0) >> (byte * 8)
    }

    #[inline(always)]
    fn op(self) -> Op {
        self.whole().op
    }

    #[inline(always)]
    fn x(self) -> u8 {
        self.field(1) as u8
    }

    // On big-endian machines a field's own bytes are swapped too.
    #[inline(always)]
    fn a(self) -> u16 {
        (self.field(2) as u16).to_le()
    }

    #[inline(always)]
    fn b(self) -> u16 {
        (self.field(4) as u16).to_le()
    }

    #[inline(always)]
    fn c(self) -> u16 {
        (self.field(6) as u16).to_le()
    }

    #[inline(always)]
    fn operand(self) -> i32 {
        if cfg!(target_endian = "little") { self.field(4) as u32 as i32 } else { self.whole().operand() }
    }
}

/// Runs until something makes the loop leave. Entered with the VM's frame state set. The instance for py-threads that are traced looks for
/// events before every instruction.
pub(crate) fn run<const TRACED: bool>(vm: &mut Vm) -> Exit {
    let mut pc: *const Instr = vm.pc;
    let mut base: *mut Word = vm.base;
    let mut code: *const Code = vm.code;
    // SAFETY: the VM stands in verified code.
    let mut fetched = unsafe { Fetched(*(pc as *const u64)) };
    pc = pc.wrapping_add(1);

    macro_rules! reg {
        ($index:expr) => {
            base.add($index as usize)
        };
    }
    macro_rules! next {
        () => {{
            fetched = Fetched(*(pc as *const u64));
            pc = pc.add(1);
            continue;
        }};
    }
    // A cold function does the instruction; it may push or pop frames, raise, switch.
    macro_rules! slow {
        ($function:expr, $i:expr) => {{
            vm.pc = pc;
            vm.base = base;
            vm.code = code;
            if let Some(exit) = outlined(vm, $i.whole(), $function) {
                return exit;
            }
            pc = vm.pc;
            base = vm.base;
            code = vm.code;
            next!()
        }};
    }
    macro_rules! tick {
        ($i:expr) => {{
            let ticks = vm.heap.ticks.get() - 1;
            vm.heap.ticks.set(ticks);
            if ticks < 0 {
                slow!(ops::control::safe_point, $i);
            }
        }};
    }
    macro_rules! jump {
        ($i:expr, $offset:expr) => {{
            let offset = $offset as isize;
            pc = pc.offset(offset);
            if offset < 0 {
                // The jump is taken already: the safe point only looks around.
                let ticks = vm.heap.ticks.get() - 1;
                vm.heap.ticks.set(ticks);
                if ticks < 0 {
                    slow!(ops::control::safe_point_after, $i);
                }
            }
            next!()
        }};
    }
    macro_rules! arithmetic {
        ($i:expr, $int:expr, $float:expr) => {{
            let i: Fetched = $i;
            let (x, y) = (*reg!(i.b()), *reg!(i.c()));
            if both_small_ints(x, y) {
                if let Some(word) = $int(x, y) {
                    store(reg!(i.a()), word);
                    next!()
                }
            } else if both_small_floats(x, y) {
                if let Some(word) = $float(bits::to_float(x), bits::to_float(y)) {
                    store(reg!(i.a()), word);
                    next!()
                }
            } else if let (Some(x), Some(y)) = (number_of(x), number_of(y)) {
                if let Some(word) = $float(x, y) {
                    store(reg!(i.a()), word);
                    next!()
                }
            }
            slow!(ops::arithmetic::binary, i)
        }};
    }
    macro_rules! int_only {
        ($i:expr, $int:expr) => {{
            let i: Fetched = $i;
            let (x, y) = (*reg!(i.b()), *reg!(i.c()));
            if both_small_ints(x, y) {
                if let Some(word) = $int(x, y) {
                    store(reg!(i.a()), word);
                    next!()
                }
            }
            slow!(ops::arithmetic::binary, i)
        }};
    }
    macro_rules! immediate {
        ($i:expr, $int:expr, $float:expr) => {{
            let i: Fetched = $i;
            let x = *reg!(i.b());
            let number = i.c() as i16 as i64;
            if is_small_int(x) {
                if let Some(word) = $int(x, number) {
                    store(reg!(i.a()), word);
                    next!()
                }
            } else if x & bits::FLOAT_BIT != 0 {
                if let Some(word) = $float(bits::to_float(x), number as f64) {
                    store(reg!(i.a()), word);
                    next!()
                }
            }
            slow!(ops::arithmetic::immediate, i)
        }};
    }
    macro_rules! compare {
        ($i:expr, $op:tt) => {{
            let i: Fetched = $i;
            let (x, y) = (*reg!(i.b()), *reg!(i.c()));
            let truth = if both_small_ints(x, y) {
                (x as i64) $op (y as i64)
            } else if both_small_floats(x, y) {
                bits::to_float(x) $op bits::to_float(y)
            } else {
                slow!(ops::compare::value, i)
            };
            store(reg!(i.a()), if truth { bits::TRUE } else { bits::FALSE });
            next!()
        }};
    }
    macro_rules! compare_jump {
        ($i:expr, $op:tt, $sense:literal) => {{
            let i: Fetched = $i;
            let (x, y) = (*reg!(i.a()), *reg!(i.b()));
            let truth = if both_small_ints(x, y) {
                (x as i64) $op (y as i64)
            } else if both_small_floats(x, y) {
                bits::to_float(x) $op bits::to_float(y)
            } else {
                slow!(ops::compare::jump, i)
            };
            if truth == $sense {
                jump!(i, i.c() as i16)
            }
            next!()
        }};
    }
    macro_rules! compare_int_jump {
        ($i:expr, $op:tt, $sense:literal) => {{
            let i: Fetched = $i;
            let x = *reg!(i.a());
            let truth = if is_small_int(x) {
                int_of(x) $op (i.b() as i16 as i64)
            } else if x & bits::FLOAT_BIT != 0 {
                bits::to_float(x) $op (i.b() as i16 as f64)
            } else {
                slow!(ops::compare::int_jump, i)
            };
            if truth == $sense {
                jump!(i, i.c() as i16)
            }
            next!()
        }};
    }
    // Leaves a frame with `value`.
    macro_rules! return_value {
        ($i:expr, $value:expr) => {{
            let value: Word = $value;
            for index in 0..$i.b() as usize {
                let place = base.add(index);
                let word = *place;
                *place = bits::UNDEFINED;
                release(word);
            }
            vm.frames_left += 1;
            leave_frame!(value)
        }};
    }
    // Leaves a frame whose registers own nothing.
    macro_rules! leave_frame {
        ($value:expr) => {{
            let value: Word = $value;
            let function = *base.sub(FUNCTION);
            pc = *base.sub(RETURN_PC) as usize as *const Instr;
            let caller = *base.sub(RETURN_BASE) as usize as *mut Word;
            *base.sub(FUNCTION) = bits::UNDEFINED;
            *base.sub(RETURN_PC) = bits::UNDEFINED;
            *base.sub(RETURN_BASE) = bits::UNDEFINED;
            *base.sub(CODE) = bits::UNDEFINED;
            base = caller;
            code = *base.sub(CODE) as usize as *const Code;
            release(function);
            let call = Fetched(*(pc.sub(1) as *const u64));
            if (call.op() as u8).wrapping_sub(Op::Call as u8) <= Op::CallEx as u8 - Op::Call as u8 {
                store(reg!(call.a()), value);
                // What the frame held may have finalizers.
                if vm.heap.ticks.get() <= 0 {
                    slow!(ops::control::safe_point_after, call)
                }
                next!()
            }
            vm.delivered = value;
            slow!(ops::control::deliver_word, call)
        }};
    }

    loop {
        // SAFETY: verified bytecode: opcodes, registers, constants, sites and jump targets are in range, so pc stays inside the
        // code object, and register indices inside the frame; words in registers are valid values at every instruction.
        unsafe {
            let i = fetched;
            if TRACED {
                vm.pc = pc;
                vm.base = base;
                vm.code = code;
                match super::trace::before(vm) {
                    Before::Go => {}
                    Before::Again => {
                        pc = vm.pc;
                        base = vm.base;
                        code = vm.code;
                        next!()
                    }
                    Before::Leave(exit) => return exit,
                }
            }
            match i.op() {
                Op::Invalid => slow!(ops::control::invalid, i),
                Op::Move => {
                    let word = *reg!(i.b());
                    retain(word);
                    store(reg!(i.a()), word);
                    next!()
                }
                Op::MoveTemp => {
                    let word = *reg!(i.b());
                    *reg!(i.b()) = bits::UNDEFINED;
                    store(reg!(i.a()), word);
                    next!()
                }
                Op::LoadConst => {
                    let word = (*(*code).constants.get().add(i.operand() as u32 as usize)).bits();
                    retain(word);
                    store(reg!(i.a()), word);
                    next!()
                }
                Op::LoadInt => {
                    store(reg!(i.a()), int_word(i.operand() as i64));
                    next!()
                }
                Op::LoadNone => {
                    store(reg!(i.a()), bits::NONE);
                    next!()
                }
                Op::LoadBool => {
                    store(reg!(i.a()), if i.x() != 0 { bits::TRUE } else { bits::FALSE });
                    next!()
                }
                Op::Clear => {
                    let word = *reg!(i.a());
                    *reg!(i.a()) = bits::UNDEFINED;
                    if is_pointer(word) && (*(word as usize as *const Header)).release() {
                        vm.dead = word;
                        slow!(ops::control::free_and_look, i)
                    }
                    next!()
                }
                Op::CheckBound => {
                    if *reg!(i.a()) == bits::UNDEFINED {
                        slow!(ops::names::unbound_local, i)
                    }
                    next!()
                }
                Op::LoadCommon => slow!(ops::names::load_common, i),

                Op::MakeCell => slow!(ops::names::make_cell, i),
                Op::LoadCell => {
                    let cell = *reg!(i.b()) as usize as *const CellObject;
                    let word = (*cell).content.get().bits();
                    if word == bits::UNDEFINED {
                        slow!(ops::names::empty_cell, i)
                    }
                    retain(word);
                    store(reg!(i.a()), word);
                    next!()
                }
                Op::StoreCell => {
                    let word = *reg!(i.b());
                    if i.x() & CONSUME_B != 0 {
                        *reg!(i.b()) = bits::UNDEFINED;
                    } else {
                        retain(word);
                    }
                    let cell = *reg!(i.a()) as usize as *const CellObject;
                    store((*cell).content.get_mut() as *mut Value as *mut Word, word);
                    next!()
                }
                Op::DeleteCell => slow!(ops::names::delete_cell, i),
                Op::LoadFree => {
                    let function = *base.sub(FUNCTION) as usize as *const Function;
                    let cell = (*function).closure.get().get_unchecked(i.operand() as u32 as usize).get_unchecked::<CellObject>();
                    let word = cell.content.get().bits();
                    if word == bits::UNDEFINED {
                        slow!(ops::names::empty_free, i)
                    }
                    retain(word);
                    store(reg!(i.a()), word);
                    next!()
                }
                Op::StoreFree => {
                    let function = *base.sub(FUNCTION) as usize as *const Function;
                    let cell = (*function).closure.get().get_unchecked(i.operand() as u32 as usize).get_unchecked::<CellObject>();
                    let word = *reg!(i.a());
                    if i.x() & CONSUME_A != 0 {
                        *reg!(i.a()) = bits::UNDEFINED;
                    } else {
                        retain(word);
                    }
                    store(cell.content.get_mut() as *mut Value as *mut Word, word);
                    next!()
                }
                Op::DeleteFree => slow!(ops::names::delete_free, i),
                Op::LoadFreeCell => slow!(ops::names::load_free_cell, i),
                Op::LoadGlobal => {
                    let site = &*(*code).sites.get().add(i.operand() as u32 as usize);
                    let function = *base.sub(FUNCTION) as usize as *const Function;
                    let globals = (*function).globals.get_unchecked::<Dict>();
                    if globals.keys_version() == site.version.get() {
                        let dict = if site.guard.get() == 0 {
                            globals
                        } else {
                            let builtins = (*function).builtins.get_unchecked::<Dict>();
                            if builtins.keys_version() != site.guard.get() {
                                slow!(ops::names::load_global, i)
                            }
                            builtins
                        };
                        let word = dict.value_at(site.index.get() as usize).bits();
                        retain(word);
                        store(reg!(i.a()), word);
                        next!()
                    }
                    slow!(ops::names::load_global, i)
                }
                Op::StoreGlobal => {
                    let site = &*(*code).sites.get().add(i.operand() as u32 as usize);
                    let function = *base.sub(FUNCTION) as usize as *const Function;
                    let globals = (*function).globals.get_unchecked::<Dict>();
                    if globals.keys_version() == site.version.get() {
                        let word = *reg!(i.a());
                        if i.x() & CONSUME_A != 0 {
                            *reg!(i.a()) = bits::UNDEFINED;
                        } else {
                            retain(word);
                        }
                        store(globals.value_at(site.index.get() as usize) as *mut Value as *mut Word, word);
                        next!()
                    }
                    slow!(ops::names::store_global, i)
                }
                Op::DeleteGlobal => slow!(ops::names::delete_global, i),
                Op::LoadName => {
                    let site = &*(*code).sites.get().add(i.operand() as u32 as usize);
                    let space = *reg!(0);
                    if kind_of(space) == Some(Kind::Dict) {
                        let dict = &*(space as usize as *const Dict);
                        if dict.keys_version() == site.version.get() {
                            if site.guard.get() == 0 {
                                let word = dict.value_at(site.index.get() as usize).bits();
                                retain(word);
                                store(reg!(i.a()), word);
                                next!()
                            }
                            let function = *base.sub(FUNCTION) as usize as *const Function;
                            let builtins = (*function).builtins.get_unchecked::<Dict>();
                            if builtins.keys_version() == site.guard.get() && (*function).globals.bits() == space {
                                let word = builtins.value_at(site.index.get() as usize).bits();
                                retain(word);
                                store(reg!(i.a()), word);
                                next!()
                            }
                        }
                    }
                    slow!(ops::names::load_name, i)
                }
                Op::StoreName => {
                    let site = &*(*code).sites.get().add(i.operand() as u32 as usize);
                    let space = *reg!(0);
                    if kind_of(space) == Some(Kind::Dict) {
                        let dict = &*(space as usize as *const Dict);
                        if dict.keys_version() == site.version.get() {
                            let word = *reg!(i.a());
                            if i.x() & CONSUME_A != 0 {
                                *reg!(i.a()) = bits::UNDEFINED;
                            } else {
                                retain(word);
                            }
                            store(dict.value_at(site.index.get() as usize) as *mut Value as *mut Word, word);
                            next!()
                        }
                    }
                    slow!(ops::names::store_name, i)
                }
                Op::DeleteName => slow!(ops::names::delete_name, i),
                Op::LoadClassCell => slow!(ops::names::load_class_cell, i),
                Op::LoadNameFrom => slow!(ops::names::load_name_from, i),
                Op::LoadNameFromCell => slow!(ops::names::load_name_from_cell, i),

                Op::Add => arithmetic!(i, add_ints, |x: f64, y: f64| bits::from_float(x + y)),
                Op::Sub => arithmetic!(i, sub_ints, |x: f64, y: f64| bits::from_float(x - y)),
                Op::Mul => arithmetic!(i, mul_ints, |x: f64, y: f64| bits::from_float(x * y)),
                Op::TrueDiv => arithmetic!(i, div_ints, |x: f64, y: f64| if y == 0.0 { None } else { bits::from_float(x / y) }),
                Op::FloorDiv => arithmetic!(i, floor_div_ints, |_: f64, _: f64| None),
                Op::Mod => arithmetic!(i, mod_ints, |_: f64, _: f64| None),
                Op::Pow => slow!(ops::arithmetic::binary, i),
                Op::MatMul => slow!(ops::arithmetic::binary, i),
                Op::LShift => int_only!(i, |x: Word, y: Word| shift_left(x, int_of(y))),
                Op::RShift => int_only!(i, |x: Word, y: Word| shift_right(x, int_of(y))),
                Op::And => int_only!(i, |x: Word, y: Word| Some(x & y)),
                Op::Or => int_only!(i, |x: Word, y: Word| Some(x | y)),
                Op::Xor => int_only!(i, |x: Word, y: Word| Some((x ^ y) | bits::INT_TAG)),
                Op::AddInt => immediate!(i, |x: Word, y: i64| add_ints(x, int_word(y)), |x: f64, y: f64| bits::from_float(x + y)),
                Op::SubInt => immediate!(i, |x: Word, y: i64| sub_ints(x, int_word(y)), |x: f64, y: f64| bits::from_float(x - y)),
                Op::MulInt => immediate!(i, |x: Word, y: i64| mul_ints(x, int_word(y)), |x: f64, y: f64| bits::from_float(x * y)),
                Op::FloorDivInt => immediate!(i, |x: Word, y: i64| floor_div_ints(x, int_word(y)), |_: f64, _: f64| None),
                Op::ModInt => immediate!(i, |x: Word, y: i64| mod_ints(x, int_word(y)), |_: f64, _: f64| None),
                Op::PowInt => immediate!(i, |x: Word, y: i64| if y == 2 { mul_ints(x, x) } else { None }, |x: f64, y: f64| if y == 2.0 {
                    bits::from_float(x * x).filter(|_| (x * x).is_finite())
                } else {
                    None
                }),
                Op::LShiftInt => immediate!(i, shift_left, |_: f64, _: f64| None),
                Op::RShiftInt => immediate!(i, shift_right, |_: f64, _: f64| None),
                Op::AndInt => immediate!(i, |x: Word, y: i64| Some(x & int_word(y)), |_: f64, _: f64| None),
                Op::Neg => {
                    let x = *reg!(i.b());
                    if is_small_int(x) && int_of(x) != SMALL_INT_MIN {
                        store(reg!(i.a()), int_word(-int_of(x)));
                        next!()
                    }
                    if x & bits::FLOAT_BIT != 0
                        && let Some(word) = bits::from_float(-bits::to_float(x))
                    {
                        store(reg!(i.a()), word);
                        next!()
                    }
                    slow!(ops::arithmetic::unary, i)
                }
                Op::Pos | Op::Invert => {
                    let x = *reg!(i.b());
                    if is_small_int(x) {
                        store(reg!(i.a()), if i.op() == Op::Pos { x } else { int_word(!int_of(x)) });
                        next!()
                    }
                    slow!(ops::arithmetic::unary, i)
                }
                Op::Not => {
                    let x = *reg!(i.b());
                    if x == bits::TRUE || x == bits::FALSE {
                        store(reg!(i.a()), bits::TRUE ^ bits::FALSE ^ x);
                        next!()
                    }
                    slow!(ops::control::not, i)
                }

                Op::Lt => compare!(i, <),
                Op::Le => compare!(i, <=),
                Op::Eq => compare!(i, ==),
                Op::Ne => compare!(i, !=),
                Op::Gt => compare!(i, >),
                Op::Ge => compare!(i, >=),
                Op::Is => {
                    let truth = same(*reg!(i.b()), *reg!(i.c()));
                    consume_two(base, i);
                    store(reg!(i.a()), if truth { bits::TRUE } else { bits::FALSE });
                    next!()
                }
                Op::IsNot => {
                    let truth = same(*reg!(i.b()), *reg!(i.c()));
                    consume_two(base, i);
                    store(reg!(i.a()), if truth { bits::FALSE } else { bits::TRUE });
                    next!()
                }
                Op::In | Op::NotIn => slow!(ops::compare::contains, i),

                Op::Jump => {
                    pc = pc.offset(i.operand() as isize);
                    next!()
                }
                Op::Loop => jump!(i, i.operand()),
                Op::JumpTrue => {
                    let x = *reg!(i.a());
                    if x == bits::TRUE {
                        jump!(i, i.operand())
                    }
                    if x == bits::FALSE || x == bits::NONE {
                        next!()
                    }
                    if is_small_int(x) {
                        if int_of(x) != 0 {
                            jump!(i, i.operand())
                        }
                        next!()
                    }
                    slow!(ops::control::jump_truth, i)
                }
                Op::JumpFalse => {
                    let x = *reg!(i.a());
                    if x == bits::TRUE {
                        next!()
                    }
                    if x == bits::FALSE || x == bits::NONE {
                        jump!(i, i.operand())
                    }
                    if is_small_int(x) {
                        if int_of(x) == 0 {
                            jump!(i, i.operand())
                        }
                        next!()
                    }
                    slow!(ops::control::jump_truth, i)
                }
                Op::JumpNone => {
                    let none = *reg!(i.a()) == bits::NONE;
                    consume(base, i, CONSUME_A, i.a());
                    if none {
                        jump!(i, i.operand())
                    }
                    next!()
                }
                Op::JumpNotNone => {
                    let none = *reg!(i.a()) == bits::NONE;
                    consume(base, i, CONSUME_A, i.a());
                    if !none {
                        jump!(i, i.operand())
                    }
                    next!()
                }
                Op::JumpLt => compare_jump!(i, <, true),
                Op::JumpNotLt => compare_jump!(i, <, false),
                Op::JumpLe => compare_jump!(i, <=, true),
                Op::JumpNotLe => compare_jump!(i, <=, false),
                Op::JumpEq => compare_jump!(i, ==, true),
                Op::JumpNotEq => compare_jump!(i, ==, false),
                Op::JumpNe => compare_jump!(i, !=, true),
                Op::JumpNotNe => compare_jump!(i, !=, false),
                Op::JumpGt => compare_jump!(i, >, true),
                Op::JumpNotGt => compare_jump!(i, >, false),
                Op::JumpGe => compare_jump!(i, >=, true),
                Op::JumpNotGe => compare_jump!(i, >=, false),
                Op::JumpLtInt => compare_int_jump!(i, <, true),
                Op::JumpNotLtInt => compare_int_jump!(i, <, false),
                Op::JumpLeInt => compare_int_jump!(i, <=, true),
                Op::JumpNotLeInt => compare_int_jump!(i, <=, false),
                Op::JumpEqInt => compare_int_jump!(i, ==, true),
                Op::JumpNotEqInt => compare_int_jump!(i, ==, false),
                Op::JumpNeInt => compare_int_jump!(i, !=, true),
                Op::JumpNotNeInt => compare_int_jump!(i, !=, false),
                Op::JumpGtInt => compare_int_jump!(i, >, true),
                Op::JumpNotGtInt => compare_int_jump!(i, >, false),
                Op::JumpGeInt => compare_int_jump!(i, >=, true),
                Op::JumpNotGeInt => compare_int_jump!(i, >=, false),
                Op::JumpIs | Op::JumpIsNot => {
                    let truth = same(*reg!(i.a()), *reg!(i.b()));
                    consume(base, i, CONSUME_A, i.a());
                    consume(base, i, CONSUME_B, i.b());
                    if truth == (i.op() == Op::JumpIs) {
                        jump!(i, i.c() as i16)
                    }
                    next!()
                }
                Op::JumpIn | Op::JumpNotIn => slow!(ops::compare::contains_jump, i),

                Op::GetIter => slow!(ops::iteration::get_iter, i),
                Op::ForIter => {
                    let iterator = *reg!(i.b());
                    match kind_of(iterator) {
                        Some(Kind::RangeIterator) => {
                            if let Some(word) = ops::iteration::range_step(iterator) {
                                store(reg!(i.a()), word);
                                jump!(i, i.c() as i16)
                            }
                        }
                        Some(Kind::ListIterator) => {
                            if let Some(word) = ops::iteration::list_step(iterator) {
                                store(reg!(i.a()), word);
                                jump!(i, i.c() as i16)
                            }
                        }
                        Some(Kind::Generator) => slow!(ops::generators::for_iter, i),
                        _ => {}
                    }
                    slow!(ops::iteration::for_iter, i)
                }

                Op::BuildList => slow!(ops::build::list, i),
                Op::BuildTuple => slow!(ops::build::tuple, i),
                Op::BuildSet => slow!(ops::build::set, i),
                Op::BuildMap => slow!(ops::build::map, i),
                Op::BuildString => slow!(ops::build::string, i),
                Op::BuildSlice => slow!(ops::build::slice, i),
                Op::ListAppend => slow!(ops::build::list_append, i),
                Op::SetAdd => slow!(ops::build::set_add, i),
                Op::MapAdd => slow!(ops::build::map_add, i),
                Op::ListExtend => slow!(ops::build::list_extend, i),
                Op::SetUpdate => slow!(ops::build::set_update, i),
                Op::MapUpdate => slow!(ops::build::map_update, i),
                Op::MapMerge => slow!(ops::build::map_merge, i),
                Op::ListToTuple => slow!(ops::build::list_to_tuple, i),
                Op::StarArgs => slow!(ops::build::star_args, i),
                Op::Unpack => slow!(ops::build::unpack, i),
                Op::UnpackEx => slow!(ops::build::unpack_ex, i),
                Op::ExceptionInfo => slow!(ops::exceptions::exception_info, i),

                Op::GetItem => {
                    let (object, key) = (*reg!(i.b()), *reg!(i.c()));
                    if is_small_int(key)
                        && is_pointer(object)
                        && let Some(word) = ops::subscript::fast_index(object, int_of(key))
                    {
                        retain(word);
                        consume(base, i, CONSUME_B, i.b());
                        store(reg!(i.a()), word);
                        next!()
                    }
                    slow!(ops::subscript::get_item, i)
                }
                Op::GetItemInt => {
                    let object = *reg!(i.b());
                    if is_pointer(object)
                        && let Some(word) = ops::subscript::fast_index(object, i.c() as i16 as i64)
                    {
                        retain(word);
                        consume(base, i, CONSUME_B, i.b());
                        store(reg!(i.a()), word);
                        next!()
                    }
                    slow!(ops::subscript::get_item_int, i)
                }
                Op::GetSlice => slow!(ops::subscript::get_slice, i),
                Op::SetItem => {
                    let (object, key) = (*reg!(i.a()), *reg!(i.b()));
                    if is_small_int(key)
                        && is_pointer(object)
                        && i.x() & CONSUME_A == 0
                        && let Some(place) = ops::subscript::fast_place(object, int_of(key))
                    {
                        let word = *reg!(i.c());
                        if i.x() & CONSUME_C != 0 {
                            *reg!(i.c()) = bits::UNDEFINED;
                        } else {
                            retain(word);
                        }
                        store(place, word);
                        next!()
                    }
                    slow!(ops::subscript::set_item, i)
                }
                Op::DeleteItem => slow!(ops::subscript::delete_item, i),
                Op::GetAttr => {
                    let object = *reg!(i.b());
                    if kind_of(object) == Some(Kind::Instance) {
                        let site = &*(*code).sites.get().add(i.c() as usize);
                        let header = &*(object as usize as *const Header);
                        if header.class().version.get() == site.version.get() && site.state.get() == site_state::SLOT {
                            let attributes = &*((header as *const Header).add(1) as *const Attributes);
                            if Site::shape_guard(attributes.shape.get()) == site.guard.get() {
                                let word = (*attributes.inline_slot_unchecked(site.index.get() as usize)).bits();
                                if word != bits::UNDEFINED {
                                    retain(word);
                                    if i.x() & CONSUME_B != 0 {
                                        consume(base, i, CONSUME_B, i.b());
                                    }
                                    store(reg!(i.a()), word);
                                    next!()
                                }
                            }
                        }
                    }
                    slow!(ops::attribute::get, i)
                }
                Op::SetAttr => {
                    let object = *reg!(i.a());
                    if kind_of(object) == Some(Kind::Instance) && i.x() & CONSUME_A == 0 {
                        let site = &*(*code).sites.get().add(i.c() as usize);
                        let header = &*(object as usize as *const Header);
                        if header.class().version.get() == site.version.get() && site.state.get() == site_state::ADD {
                            let attributes = &*((header as *const Header).add(1) as *const Attributes);
                            if Site::shape_guard(attributes.shape.get()) == site.guard.get() {
                                let word = *reg!(i.b());
                                if i.x() & CONSUME_B != 0 {
                                    *reg!(i.b()) = bits::UNDEFINED;
                                } else {
                                    retain(word);
                                }
                                attributes.push(header, &*(site.value.get() as usize as *const Shape), Value::from_bits(word));
                                next!()
                            }
                        }
                        if header.class().version.get() == site.version.get() && site.state.get() == site_state::SLOT {
                            let attributes = &*((header as *const Header).add(1) as *const Attributes);
                            if Site::shape_guard(attributes.shape.get()) == site.guard.get() {
                                let word = *reg!(i.b());
                                if i.x() & CONSUME_B != 0 {
                                    *reg!(i.b()) = bits::UNDEFINED;
                                } else {
                                    retain(word);
                                }
                                store(attributes.inline_slot_unchecked(site.index.get() as usize) as *mut Word, word);
                                next!()
                            }
                        }
                    }
                    slow!(ops::attribute::set, i)
                }
                Op::DeleteAttr => slow!(ops::attribute::delete, i),

                Op::LoadMethod => {
                    let object = *reg!(i.b());
                    let site = &*(*code).sites.get().add(i.c() as usize);
                    if is_pointer(object) && site.state.get() == site_state::METHOD {
                        let header = &*(object as usize as *const Header);
                        let class: &Class = header.class();
                        if class.version.get() == site.version.get()
                            && (site.guard.get() == 0 || Site::shape_guard((*((header as *const Header).add(1) as *const Attributes)).shape.get()) == site.guard.get())
                        {
                            let word = site.value.get();
                            (*(word as usize as *const Header)).retain();
                            if i.x() & CONSUME_B != 0 {
                                *reg!(i.b()) = bits::UNDEFINED;
                            } else {
                                header.retain();
                            }
                            store(reg!(i.a()), word);
                            store(reg!(i.a() as usize + HEADER_SLOTS), object);
                            next!()
                        }
                    }
                    slow!(ops::attribute::load_method, i)
                }
                Op::Call => {
                    let window = reg!(i.b());
                    debug_assert!(owns_nothing(window.add(1), HEADER_SLOTS - 1));
                    let callee = *window;
                    match kind_of(callee) {
                        Some(Kind::Function) => {
                            let function = callee as usize as *const Function;
                            let callee_code = (*function).code() as *const Code;
                            let count = i.c() as usize;
                            let new_base = window.add(HEADER_SLOTS);
                            let registers = (*callee_code).register_count as usize;
                            if (*callee_code).simple_arguments == count as u32 && vm.fits(window, new_base.add(registers)) && vm.frames_left > 0 {
                                tick!(i);
                                vm.frames_left -= 1;
                                *window.add(1) = pc as usize as Word;
                                *window.add(2) = base as usize as Word;
                                *window.add(3) = callee_code as usize as Word;
                                debug_assert!(owns_nothing(new_base.add(count), registers - count));
                                // Temporaries need not be undefined, only own nothing, as all words above a frame do.
                                for index in count..(&*callee_code).local_names.len() {
                                    *new_base.add(index) = bits::UNDEFINED;
                                }
                                base = new_base;
                                code = callee_code;
                                pc = (*callee_code).instructions.get();
                                next!()
                            }
                        }
                        Some(Kind::Native) => {
                            let native = &*(callee as usize as *const NativeFunction);
                            let count = i.c() as usize;
                            let arity = native.native.arity;
                            if let NativeKind::Simple(simple) = native.native.function
                                && native.receiver.is_undefined()
                                && native.owner.get().is_none()
                                && count >= arity.least as usize
                                && count <= arity.most as usize
                                && vm.heap.ticks.get() > 0
                            {
                                vm.pc = pc;
                                vm.base = base;
                                vm.code = code;
                                let arguments = core::slice::from_raw_parts(window.add(HEADER_SLOTS) as *const Value, count);
                                match simple(vm, arguments) {
                                    Ok(value) => {
                                        for index in 0..count {
                                            let place = window.add(HEADER_SLOTS + index);
                                            let word = *place;
                                            *place = bits::UNDEFINED;
                                            release(word);
                                        }
                                        *window = bits::UNDEFINED;
                                        release(callee);
                                        store(reg!(i.a()), value.into_bits());
                                        next!()
                                    }
                                    Err(raised) => {
                                        vm.raised = Some(raised);
                                        slow!(ops::control::raised, i)
                                    }
                                }
                            }
                        }
                        _ => {}
                    }
                    slow!(ops::call::call, i)
                }
                Op::CallMethod => {
                    let window = reg!(i.b());
                    debug_assert!(owns_nothing(window.add(1), HEADER_SLOTS - 1));
                    let callee = *window;
                    let receiver = *window.add(HEADER_SLOTS);
                    match kind_of(callee) {
                        Some(Kind::Function) if receiver != bits::UNDEFINED => {
                            let function = callee as usize as *const Function;
                            let callee_code = (*function).code() as *const Code;
                            let count = i.c() as usize + 1;
                            let new_base = window.add(HEADER_SLOTS);
                            let registers = (*callee_code).register_count as usize;
                            if (*callee_code).simple_arguments == count as u32 && vm.fits(window, new_base.add(registers)) && vm.frames_left > 0 {
                                tick!(i);
                                vm.frames_left -= 1;
                                *window.add(1) = pc as usize as Word;
                                *window.add(2) = base as usize as Word;
                                *window.add(3) = callee_code as usize as Word;
                                debug_assert!(owns_nothing(new_base.add(count), registers - count));
                                // Temporaries need not be undefined, only own nothing, as all words above a frame do.
                                for index in count..(&*callee_code).local_names.len() {
                                    *new_base.add(index) = bits::UNDEFINED;
                                }
                                base = new_base;
                                code = callee_code;
                                pc = (*callee_code).instructions.get();
                                next!()
                            }
                        }
                        Some(Kind::Native) if receiver != bits::UNDEFINED => {
                            let native = &*(callee as usize as *const NativeFunction);
                            let count = i.c() as usize + 1;
                            let arity = native.native.arity;
                            if let NativeKind::Simple(simple) = native.native.function
                                && native.native.binding as u8 == super::native::Binding::Method as u8
                                && count >= arity.least as usize
                                && count <= arity.most as usize
                                && vm.heap.ticks.get() > 0
                            {
                                vm.pc = pc;
                                vm.base = base;
                                vm.code = code;
                                let arguments = core::slice::from_raw_parts(window.add(HEADER_SLOTS) as *const Value, count);
                                match simple(vm, arguments) {
                                    Ok(value) => {
                                        for index in 0..count {
                                            let place = window.add(HEADER_SLOTS + index);
                                            let word = *place;
                                            *place = bits::UNDEFINED;
                                            release(word);
                                        }
                                        *window = bits::UNDEFINED;
                                        release(callee);
                                        store(reg!(i.a()), value.into_bits());
                                        next!()
                                    }
                                    Err(raised) => {
                                        vm.raised = Some(raised);
                                        slow!(ops::control::raised, i)
                                    }
                                }
                            }
                        }
                        _ => {}
                    }
                    slow!(ops::call::call_method, i)
                }
                Op::CallKw => slow!(ops::call::call_keywords, i),
                Op::CallMethodKw => slow!(ops::call::call_method_keywords, i),
                Op::CallEx => slow!(ops::call::call_expanded, i),
                Op::Return => {
                    let value = *reg!(i.a());
                    *reg!(i.a()) = bits::UNDEFINED;
                    return_value!(i, value)
                }
                Op::ReturnNone => return_value!(i, bits::NONE),
                Op::MakeFunction => slow!(ops::call::make_function, i),
                Op::LoadBuildClass => slow!(ops::names::load_build_class, i),

                Op::MakeGenerator => slow!(ops::generators::make, i),
                Op::Yield => slow!(ops::generators::yield_value, i),
                Op::GetYieldFromIter => slow!(ops::generators::get_yield_from_iter, i),
                Op::GetAwaitable => slow!(ops::generators::get_awaitable, i),
                Op::Send => slow!(ops::generators::send, i),
                Op::GetAIter => slow!(ops::generators::get_aiter, i),
                Op::GetANext => slow!(ops::generators::get_anext, i),

                Op::PushHandled => slow!(ops::exceptions::push_handled, i),
                Op::PopHandled => slow!(ops::exceptions::pop_handled, i),
                Op::Raise => slow!(ops::exceptions::raise, i),
                Op::RaiseFrom => slow!(ops::exceptions::raise_from, i),
                Op::Reraise => slow!(ops::exceptions::reraise, i),
                Op::RaiseCurrent => slow!(ops::exceptions::raise_current, i),
                Op::ExceptionMatch => slow!(ops::exceptions::exception_match, i),
                Op::ExceptionGroupMatch => slow!(ops::exceptions::group_match, i),
                Op::PrepareReraiseStar => slow!(ops::exceptions::prepare_reraise_star, i),
                Op::LoadSpecial => slow!(ops::attribute::load_special, i),

                Op::Format => slow!(ops::build::format, i),
                Op::MatchClass => slow!(ops::patterns::match_class, i),
                Op::MatchMapping => slow!(ops::patterns::match_mapping, i),
                Op::MatchSequence => slow!(ops::patterns::match_sequence, i),
                Op::MatchKeys => slow!(ops::patterns::match_keys, i),
                Op::MatchRest => slow!(ops::patterns::match_rest, i),
                Op::GetLen => slow!(ops::subscript::get_len, i),
                Op::ImportName => slow!(ops::imports::import_name, i),
                Op::ImportFrom => slow!(ops::imports::import_from, i),
                Op::ImportStar => slow!(ops::imports::import_star, i),
                Op::Intrinsic => slow!(ops::intrinsics::intrinsic, i),
                Op::ReadBody => slow!(ops::enter::read_body, i),
                Op::ResumeNative => {
                    // `__init__` returned: the instance is the result.
                    if i.x() == Resume::Construct as u8 && *reg!(0) == bits::NONE {
                        let instance = *reg!(1);
                        *reg!(1) = bits::UNDEFINED;
                        leave_frame!(instance)
                    }
                    slow!(ops::control::resume_native, i)
                }
                Op::Leave => {
                    vm.pc = pc;
                    vm.base = base;
                    vm.code = code;
                    if let Some(exit) = ops::control::leave(vm) {
                        return exit;
                    }
                    pc = vm.pc;
                    base = vm.base;
                    code = vm.code;
                    next!()
                }
            }
        }
    }
}

/// Calls a slow path; unwinds if it raised. Some: the loop must leave.
#[cold]
#[inline(never)]
fn outlined(vm: &mut Vm, instruction: Instr, function: fn(&mut Vm, Instr) -> Res<()>) -> Option<Exit> {
    let outcome = function(vm, instruction);
    let exit = vm.settle(outcome);
    // Finalizers wait, or the slice is over: loops that jump back in slow paths only come to no other safe point.
    if exit.is_none() && vm.heap.ticks.get() <= 0 {
        let outcome = vm.look_around();
        return vm.settle(outcome);
    }
    exit
}

#[inline(always)]
unsafe fn consume(base: *mut Word, i: Fetched, flag: u8, register: u16) {
    if i.x() & flag != 0 {
        // SAFETY: verified register.
        unsafe {
            let place = base.add(register as usize);
            let word = *place;
            *place = bits::UNDEFINED;
            release(word);
        }
    }
}

#[inline(always)]
unsafe fn consume_two(base: *mut Word, i: Fetched) {
    // SAFETY: verified registers.
    unsafe {
        consume(base, i, CONSUME_B, i.b());
        consume(base, i, CONSUME_C, i.c());
    }
}

#[inline(always)]
fn same(x: Word, y: Word) -> bool {
    x == y
}

#[inline(always)]
fn add_ints(x: Word, y: Word) -> Option<Word> {
    (x as i64).checked_add((y - bits::INT_TAG) as i64).map(|word| word as Word)
}

#[inline(always)]
fn sub_ints(x: Word, y: Word) -> Option<Word> {
    (x as i64).checked_sub((y - bits::INT_TAG) as i64).map(|word| word as Word)
}

#[inline(always)]
fn mul_ints(x: Word, y: Word) -> Option<Word> {
    ((x - bits::INT_TAG) as i64).checked_mul(int_of(y)).map(|word| word as Word | bits::INT_TAG)
}

#[inline(always)]
fn div_ints(x: Word, y: Word) -> Option<Word> {
    let (x, y) = (int_of(x), int_of(y));
    if y == 0 || x.unsigned_abs() > 1 << 53 || y.unsigned_abs() > 1 << 53 { None } else { bits::from_float(x as f64 / y as f64) }
}

#[inline(always)]
fn floor_div_ints(x: Word, y: Word) -> Option<Word> {
    let (x, y) = (int_of(x), int_of(y));
    if y == 0 {
        return None;
    }
    let quotient = x / y;
    let floor = if (x % y != 0) && ((x < 0) != (y < 0)) { quotient - 1 } else { quotient };
    if floor > SMALL_INT_MAX { None } else { Some(int_word(floor)) }
}

#[inline(always)]
fn mod_ints(x: Word, y: Word) -> Option<Word> {
    let (x, y) = (int_of(x), int_of(y));
    if y == 0 {
        return None;
    }
    let rest = x % y;
    Some(int_word(if rest != 0 && ((rest < 0) != (y < 0)) { rest + y } else { rest }))
}

#[inline(always)]
fn shift_left(x: Word, count: i64) -> Option<Word> {
    if !(0..62).contains(&count) {
        return None;
    }
    let number = int_of(x);
    let shifted = number << count;
    if shifted >> count == number && (SMALL_INT_MIN..=SMALL_INT_MAX).contains(&shifted) { Some(int_word(shifted)) } else { None }
}

#[inline(always)]
fn shift_right(x: Word, count: i64) -> Option<Word> {
    if count < 0 { None } else { Some(int_word(int_of(x) >> count.min(63))) }
}
