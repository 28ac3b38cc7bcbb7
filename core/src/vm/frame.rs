//! Frames: the words on a py-thread's stack, and the VM's own small frames between those of Python functions.
//!
//! A frame is a four-word header below its registers: the function (owned), the instruction to return to, the
//! registers to return to, and the code object. A stack is a list of chunks that never move. All words from a frame's first register
//! to its last are valid value words at all times, so that writing a register may drop what it held. Words above the top frame own
//! nothing: whoever leaves a frame or moves a value out of one leaves a word there that is no pointer (calls rely on it; checked
//! where debug assertions are on).
//!
//! Whatever is special about a return (a native waits for it, it ends a constructor, a chunk, a generator's run) is a frame of the
//! VM's own in between, running one instruction of [`Resume`]: `Return` itself has no cases.

use super::Vm;
use super::native::Continuation;
use crate::code::isa::{HEADER_SLOTS, Instr, Op};
use crate::code::prototype::CodeFlags;
use crate::object;
use crate::object::code::{Body, Code, Outline};
use crate::object::function::Function;
use crate::object::generator::Generator;
use crate::object::header::{Header, Kind, Mut};
use crate::object::value::{Value, bits};
use alloc::alloc::{Layout, alloc, dealloc};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// One word of a stack: a register or a header word.
pub type Word = u64;

/// What a frame of the VM's own does when its callee has returned into its first register: `x` of [`Op::ResumeNative`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Resume {
    /// Resume the continuation in `R[1]`.
    Continuation = 0,
    /// Drop the value; the interrupted instruction goes on (finalizers).
    Discard = 1,
    /// `__init__` returned: its value must be None, the instance in `R[1]` is the result.
    Construct = 2,
    /// Leave the chunk that begins with this frame.
    Chunk = 3,
    /// The generator in `R[1]` returned.
    Generator = 4,
    /// Leave the interpreter loop.
    Leave = 5,
    /// Go on with the iterator in `R[1]`, which holds `R[2]` (`ops::pull`).
    Pull = 6,
    /// A trace function was called before an instruction, which is come to again (`vm::trace`).
    Hook = 7,
}

/// Registers of the VM's own frames.
pub const OWN_REGISTERS: usize = 3;

/// A continuation waiting on the stack.
#[repr(C)]
pub struct ContinuationObject {
    pub header: Header,
    pub state: Mut<Option<Box<dyn Continuation>>>,
}

object!(ContinuationObject, Kind::Continuation, "continuation", |this, visit| {});

/// Header words by their place below the first register.
pub const FUNCTION: usize = 4;
pub const RETURN_PC: usize = 3;
pub const RETURN_BASE: usize = 2;
pub const CODE: usize = 1;

/// A stretch of stack memory. Its first word is the capacity in words, the second the address of the chunk before it.
const CHUNK_HEADER: usize = 2;

/// A py-thread's stack: the newest chunk.
pub struct Stack {
    /// Null: no chunk.
    pub chunk: *mut Word,
}

impl Stack {
    pub const EMPTY: Stack = Stack { chunk: core::ptr::null_mut() };
}

fn chunk_layout(words: usize) -> Layout {
    // SAFETY: sizes are far below isize::MAX.
    unsafe { Layout::from_size_align_unchecked((words + CHUNK_HEADER) * size_of::<Word>(), 16) }
}

impl Stack {
    /// Appends a chunk for at least `words` words. False if the machine has no memory for it.
    pub fn grow(&mut self, words: usize) -> bool {
        // SAFETY: the layout is not empty; the header words lie in the chunk.
        unsafe {
            let chunk = alloc(chunk_layout(words)) as *mut Word;
            if chunk.is_null() {
                return false;
            }
            *chunk = words as Word;
            *chunk.add(1) = self.chunk as usize as Word;
            for index in 0..words {
                *chunk.add(CHUNK_HEADER + index) = bits::UNDEFINED;
            }
            self.chunk = chunk;
            true
        }
    }

    /// Frees the newest chunk, whose words nobody uses any more.
    pub fn shrink(&mut self) {
        if self.chunk.is_null() {
            return;
        }
        // SAFETY: the header words were written by `grow`.
        unsafe {
            let (words, previous) = (*self.chunk as usize, *self.chunk.add(1) as usize as *mut Word);
            dealloc(self.chunk as *mut u8, chunk_layout(words));
            self.chunk = previous;
        }
    }

    /// First usable word of the newest chunk.
    pub fn start(&self) -> *mut Word {
        if self.chunk.is_null() { core::ptr::null_mut() } else { self.chunk.wrapping_add(CHUNK_HEADER) }
    }

    /// End of the newest chunk.
    pub fn limit(&self) -> *mut Word {
        if self.chunk.is_null() {
            return core::ptr::null_mut();
        }
        // SAFETY: the first word is the capacity.
        self.start().wrapping_add(unsafe { *self.chunk } as usize)
    }

    /// Whether the word lies in one of the chunks.
    pub fn holds(&self, word: *const Word) -> bool {
        let mut chunk = self.chunk;
        while !chunk.is_null() {
            // SAFETY: chunks on the list are live, and their header words lie in them.
            unsafe {
                let start = chunk.wrapping_add(CHUNK_HEADER) as usize;
                if (start..start + *chunk as usize * size_of::<Word>()).contains(&(word as usize)) {
                    return true;
                }
                chunk = *chunk.add(1) as usize as *mut Word;
            }
        }
        false
    }

    /// Bytes of all chunks.
    pub fn bytes(&self) -> usize {
        let (mut total, mut chunk) = (0, self.chunk);
        while !chunk.is_null() {
            // SAFETY: chunks on the list are live.
            unsafe {
                total += (*chunk as usize + CHUNK_HEADER) * size_of::<Word>();
                chunk = *chunk.add(1) as usize as *mut Word;
            }
        }
        total
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        while !self.chunk.is_null() {
            self.shrink();
        }
    }
}

/// The code object of one of the VM's own frames.
pub(super) fn own_code(vm: &mut Vm, resume: Resume) -> Value {
    let last = if resume == Resume::Leave { Op::Leave } else { Op::ResumeNative };
    let instructions: Box<[Instr]> = Box::new([Instr::new(Op::Call, 0, 0, 0, 0), Instr::new(last, resume as u8, 0, 0, 0)]);
    let name = vm.intern("<native>");
    let outline = Outline {
        register_count: OWN_REGISTERS as u16,
        argument_count: 0,
        positional_only_count: 0,
        keyword_only_count: 0,
        flags: CodeFlags(CodeFlags::HIDDEN),
        first_line: 0,
        name: name.clone(),
        qualified_name: name.clone(),
        filename: name,
        local_names: Box::default(),
        cell_registers: Box::default(),
        free_names: Box::default(),
        captures: Box::default(),
        docstring: Value::NONE,
    };
    vm.new_object(|header| Code::new(header, outline, Body { instructions, ..Body::default() }))
}

/// A frame on the current py-thread's stack, for those who look at it.
#[derive(Clone, Copy)]
pub struct FrameRef {
    pub base: *mut Word,
    /// The instruction after the one being executed.
    pub pc: *const Instr,
}

impl FrameRef {
    pub fn code(&self) -> &Code {
        // SAFETY: a frame's header holds its code, kept alive by its function or the VM.
        unsafe { &*(*self.base.sub(CODE) as usize as *const Code) }
    }

    /// The function, unless it is a frame of the VM's own.
    pub fn function(&self) -> Option<&Function> {
        // SAFETY: the header's first word is a valid value word.
        unsafe { (*(self.base.sub(FUNCTION) as *const Value)).get::<Function>() }
    }

    /// Another function with the same code and variables takes the place of the frame's own.
    pub fn set_function(&self, function: Value) {
        // SAFETY: the header's first word is a value.
        drop(unsafe { core::mem::replace(&mut *(self.base.sub(FUNCTION) as *mut Value), function) });
    }

    /// Index of the instruction being executed.
    pub fn instruction(&self) -> usize {
        self.code().index_of(self.pc).saturating_sub(1)
    }

    /// The frame that this one returns to.
    pub fn caller(&self) -> Option<FrameRef> {
        // SAFETY: header words of a live frame.
        unsafe {
            let base = *self.base.sub(RETURN_BASE) as usize as *mut Word;
            if base.is_null() { None } else { Some(FrameRef { base, pc: *self.base.sub(RETURN_PC) as usize as *const Instr }) }
        }
    }

    /// The register's value.
    pub fn register(&self, index: usize) -> &Value {
        // SAFETY: callers ask for registers of the frame.
        unsafe { &*(self.base.add(index) as *const Value) }
    }

    /// Sets a register that holds a variable, from outside.
    pub fn set_register(&self, index: usize, value: Value) {
        // SAFETY: callers name registers of the frame, which are values.
        drop(unsafe { core::mem::replace(&mut *(self.base.add(index) as *mut Value), value) });
    }

    /// Is it one of the VM's own?
    pub fn is_own(&self) -> bool {
        self.function().is_none()
    }
}

impl Vm {
    /// The innermost frame.
    pub fn frame(&self) -> Option<FrameRef> {
        if self.base.is_null() { None } else { Some(FrameRef { base: self.base, pc: self.pc }) }
    }

    /// The innermost frame of a Python function that shows in tracebacks.
    pub fn python_frame(&self) -> Option<FrameRef> {
        let mut frame = self.frame();
        while let Some(current) = frame {
            if !current.is_own() && !current.code().flags.has(CodeFlags::HIDDEN) {
                return frame;
            }
            frame = current.caller();
        }
        None
    }

    /// First word above the current frame.
    #[inline]
    pub(crate) fn frame_top(&self) -> *mut Word {
        // SAFETY: header words of the current frame.
        unsafe {
            let code = &*self.code;
            if code.flags.0 & (CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR) != 0 {
                let below = *self.base.sub(RETURN_BASE) as usize as *mut Word;
                if !below.is_null() && *below.sub(CODE) as usize as *const Code == self.own.generator {
                    let generator = *below.add(1);
                    // The frame lies in the generator itself: the stack goes on above the frame that resumed it.
                    let generator = &*(generator as usize as *const Generator);
                    if generator.registers() == self.base {
                        return below.add(OWN_REGISTERS);
                    }
                }
            }
            self.base.add(code.register_count as usize)
        }
    }

    /// Room for `words` words above the current frame. In a new chunk (begun by a frame of the VM's own) if need be.
    /// Sets the current frame to the one that the new frame returns to.
    ///
    /// # Errors
    /// MemoryError, RecursionError.
    pub(crate) fn reserve(&mut self, words: usize) -> super::Res<*mut Word> {
        let top = self.frame_top();
        let limit = self.stack.limit();
        if (top as usize) + words * size_of::<Word>() <= limit as usize && top as usize >= self.stack.start() as usize {
            return Ok(top);
        }
        self.new_chunk(words)
    }

    #[cold]
    fn new_chunk(&mut self, words: usize) -> super::Res<*mut Word> {
        const FRAME: usize = HEADER_SLOTS + OWN_REGISTERS;
        let last = (self.stack.limit() as usize - self.stack.start() as usize) / size_of::<Word>();
        let capacity = (words + FRAME).max((last * 2).clamp(64, 64 * 1024));
        if self.heap.check(capacity * size_of::<Word>()).is_err() || !self.stack.grow(capacity) {
            return Err(self.memory_error());
        }
        self.heap.charge(capacity * size_of::<Word>());
        self.stack_changed();
        let start = self.stack.start();
        let code = self.own.chunk;
        // SAFETY: the chunk has room for the frame and what follows.
        unsafe { self.push_own(start, code, Value::UNDEFINED) };
        Ok(self.frame_top())
    }

    /// Leaves the chunk that begins with the current frame (which is popped already).
    pub(super) fn leave_chunk(&mut self) {
        let bytes = (self.stack.limit() as usize) - (self.stack.start() as usize);
        self.heap.discharge(bytes);
        self.stack.shrink();
        self.stack_changed();
    }

    /// Makes a frame of the VM's own the current one, returning to what was current.
    ///
    /// # Safety
    /// There is room at `at` for header and registers.
    #[inline]
    pub(crate) unsafe fn push_own(&mut self, at: *mut Word, code: *const Code, second: Value) {
        // SAFETY: the caller vouches for the room.
        unsafe {
            *at = bits::NONE;
            *at.add(1) = self.pc as usize as Word;
            *at.add(2) = self.base as usize as Word;
            *at.add(3) = code as usize as Word;
            *at.add(4) = bits::UNDEFINED;
            *at.add(5) = second.into_bits();
            *at.add(6) = bits::UNDEFINED;
            self.base = at.add(HEADER_SLOTS);
            self.code = code;
            self.pc = (*code).instructions.get().add(1);
        }
    }

    /// Makes the frame below the current one current; registers are not looked at.
    #[inline]
    pub(super) fn pop_to_caller(&mut self) {
        // SAFETY: header words of the current frame.
        unsafe {
            let base = self.base;
            self.pc = *base.sub(RETURN_PC) as usize as *const Instr;
            self.base = *base.sub(RETURN_BASE) as usize as *mut Word;
            self.code = if self.base.is_null() { core::ptr::null() } else { *self.base.sub(CODE) as usize as *const Code };
        }
    }

    /// To be called whenever `stack` has another newest chunk.
    #[inline]
    pub(crate) fn stack_changed(&mut self) {
        self.stack_start = self.stack.start();
        self.stack_end = self.stack.limit();
    }

    /// Whether words from `first` up to `end` lie in the newest chunk. A generator's frame lies elsewhere (it may end where the chunk
    /// begins): what it calls cannot follow it.
    #[inline(always)]
    pub(crate) fn fits(&self, first: *const Word, end: *const Word) -> bool {
        first >= self.stack_start && end <= self.stack_end
    }

    /// A register of the current frame.
    #[inline(always)]
    pub(super) fn register(&self, index: u16) -> &Value {
        // SAFETY: verified code names registers of its frame.
        unsafe { &*(self.base.add(index as usize) as *const Value) }
    }

    /// Stores into a register of the current frame.
    #[inline(always)]
    pub(crate) fn set_register(&mut self, index: u16, value: Value) {
        // SAFETY: verified code names registers of its frame; the old word is a valid value.
        drop(unsafe { core::mem::replace(&mut *(self.base.add(index as usize) as *mut Value), value) });
    }

    /// Moves a register's value out, leaving it undefined.
    #[inline(always)]
    pub(crate) fn take_register(&mut self, index: u16) -> Value {
        // SAFETY: verified code names registers of its frame.
        unsafe { core::mem::replace(&mut *(self.base.add(index as usize) as *mut Value), Value::UNDEFINED) }
    }

    /// Moves `count` values from `index` on out.
    pub(super) fn take_registers(&mut self, index: u16, count: usize) -> Vec<Value> {
        (0..count).map(|offset| self.take_register(index.wrapping_add(offset as u16))).collect()
    }
}

/// Drops the values in a dead frame's registers and its function, leaving undefined words.
///
/// # Safety
/// `base` begins a frame with `registers` valid registers, which nobody uses any more.
pub(crate) unsafe fn drop_frame(base: *mut Word, registers: usize) {
    // SAFETY: the caller vouches.
    unsafe {
        for index in 0..registers {
            let word = base.add(index);
            let value = Value::from_bits(*word);
            *word = bits::UNDEFINED;
            drop(value);
        }
        let function = Value::from_bits(*base.sub(FUNCTION));
        for index in 1..=HEADER_SLOTS {
            *base.sub(index) = bits::UNDEFINED;
        }
        drop(function);
    }
}
