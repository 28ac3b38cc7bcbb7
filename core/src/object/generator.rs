//! Generators, coroutines and async generators: a frame of its own, kept in the object.

use super::function::Function;
use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::code::isa::{HEADER_SLOTS, Instr};
use crate::object;
use crate::vm::frame::{CODE, FUNCTION, Word};
use core::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GeneratorState {
    /// Not begun.
    Created,
    Suspended,
    Running,
    Finished,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GeneratorKind {
    Generator,
    Coroutine,
    AsyncGenerator,
}

/// A generator, coroutine or async generator.
#[repr(C)]
pub struct Generator {
    pub header: Header,
    pub kind: GeneratorKind,
    pub state: Cell<GeneratorState>,
    /// An async generator is between `asend`/`athrow` calls of one consumer.
    pub async_running: Cell<bool>,
    pub async_closed: Cell<bool>,
    /// Where it goes on.
    pub pc: Cell<*const Instr>,
    /// The exception that it was handling when it yielded; None if none.
    pub handled: Mut<Value>,
    pub name: Mut<Value>,
    pub qualified_name: Mut<Value>,
    /// Frame header and registers; empty once finished.
    pub frame: Mut<alloc::boxed::Box<[Word]>>,
}

object!(Generator, Kind::Generator, "generator", |this, visit| {
    visit(this.handled.get());
    visit(this.name.get());
    visit(this.qualified_name.get());
    if this.state.get() != GeneratorState::Finished && this.state.get() != GeneratorState::Running {
        // SAFETY: the words from the first register on are values, and so is the function.
        unsafe {
            let frame = this.frame.get();
            if frame.len() >= HEADER_SLOTS {
                visit(&*(frame.as_ptr() as *const Value));
                for word in &frame[HEADER_SLOTS..] { visit(&*(word as *const Word as *const Value)); }
            }
        }
    }
}, |this| this.finish());

impl Generator {
    /// First register of its frame.
    #[inline(always)]
    pub fn registers(&self) -> *mut Word {
        // SAFETY: the frame has a header before the registers (or is empty, and then nobody reads through this).
        self.frame.get_mut().as_mut_ptr().wrapping_add(HEADER_SLOTS)
    }

    /// The function whose frame this is, until it finished.
    pub fn function(&self) -> Option<&Function> {
        if self.frame.get().is_empty() {
            return None;
        }
        // SAFETY: the header's first word is a value.
        unsafe { (*(self.registers().sub(FUNCTION) as *const Value)).get::<Function>() }
    }

    /// Ends it: drops the frame's values.
    pub fn finish(&self) {
        self.state.set(GeneratorState::Finished);
        let mut frame = self.frame.take();
        if frame.len() >= HEADER_SLOTS {
            frame[HEADER_SLOTS - CODE] = super::value::bits::UNDEFINED;
            // SAFETY: header and registers of a frame that nobody runs.
            unsafe { crate::vm::frame::drop_frame(frame.as_mut_ptr().add(HEADER_SLOTS), frame.len() - HEADER_SLOTS) };
        }
        self.handled.set(Value::NONE);
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.finish();
    }
}
