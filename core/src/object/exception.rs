//! Exceptions: the object, and the table of the builtin classes.

use super::class::TypeSpec;
use super::header::{Header, Kind, Mut, Object};
use super::value::Value;
use crate::object;
use alloc::vec::Vec;
use core::cell::Cell;

/// An exception instance. Attributes beyond these live in the instance's attributes (`__notes__`, subclasses' own).
#[repr(C)]
pub struct Exception {
    pub header: Header,
    /// `args`, a tuple.
    pub args: Mut<Value>,
    /// `__traceback__` from `__traceback__ = x`; undefined: as `trace` says.
    pub traceback: Mut<Value>,
    /// Where the exception passed, innermost first; made into traceback objects when asked for.
    pub trace: Mut<Vec<TraceEntry>>,
    /// `__context__`; None if there is none.
    pub context: Mut<Value>,
    /// `__cause__`; None if there is none.
    pub cause: Mut<Value>,
    pub suppress_context: Cell<bool>,
    /// Fields of the class: StopIteration's value, OSError's errno, .., SyntaxError's location, ExceptionGroup's parts.
    pub fields: Mut<Vec<Value>>,
}

/// A frame that an exception passed.
pub struct TraceEntry {
    /// The code object.
    pub code: Value,
    /// Index of the instruction.
    pub instruction: u32,
}

object!(Exception, Kind::Exception, "BaseException", |this, visit| {
    visit(this.args.get());
    visit(this.traceback.get());
    visit(this.context.get());
    visit(this.cause.get());
    this.trace.get().iter().for_each(|entry| visit(&entry.code));
    this.fields.get().iter().for_each(&mut *visit);
}, |this| {
    this.args.set(Value::NONE);
    this.traceback.set(Value::UNDEFINED);
    this.context.set(Value::NONE);
    this.cause.set(Value::NONE);
    drop(this.trace.take());
    drop(this.fields.take());
});

macro_rules! exceptions {
    ($($name:ident $base:ident;)+) => {
        /// A builtin exception class; `vm.exception_class(Ex::TypeError)`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Ex { BaseException, $($name,)+ }

        impl Ex {
            /// Every kind, in order.
            pub const ALL: &'static [Ex] = &[Ex::BaseException, $(Ex::$name,)+];
            /// Name and base of each, in an order where bases come first. The first is BaseException (its own base).
            pub const TABLE: &'static [(&'static str, Ex)] = &[("BaseException", Ex::BaseException), $((stringify!($name), Ex::$base),)+];
        }
    };
}

exceptions! {
    Exception BaseException; GeneratorExit BaseException; KeyboardInterrupt BaseException; SystemExit BaseException; BaseExceptionGroup BaseException;
    ArithmeticError Exception; FloatingPointError ArithmeticError; OverflowError ArithmeticError; ZeroDivisionError ArithmeticError;
    AssertionError Exception; AttributeError Exception; BufferError Exception; EOFError Exception;
    ImportError Exception; ModuleNotFoundError ImportError; LookupError Exception; IndexError LookupError; KeyError LookupError;
    MemoryError Exception; NameError Exception; UnboundLocalError NameError;
    OSError Exception; BlockingIOError OSError; ChildProcessError OSError; ConnectionError OSError; BrokenPipeError ConnectionError;
    ConnectionAbortedError ConnectionError; ConnectionRefusedError ConnectionError; ConnectionResetError ConnectionError;
    FileExistsError OSError; FileNotFoundError OSError; InterruptedError OSError; IsADirectoryError OSError; NotADirectoryError OSError;
    PermissionError OSError; ProcessLookupError OSError; TimeoutError OSError;
    ReferenceError Exception; RuntimeError Exception; NotImplementedError RuntimeError; PythonFinalizationError RuntimeError; RecursionError RuntimeError;
    StopAsyncIteration Exception; StopIteration Exception; SyntaxError Exception; IndentationError SyntaxError; TabError IndentationError;
    SystemError Exception; TypeError Exception; ValueError Exception; UnicodeError ValueError; UnicodeDecodeError UnicodeError;
    UnicodeEncodeError UnicodeError; UnicodeTranslateError UnicodeError;
    Warning Exception; BytesWarning Warning; DeprecationWarning Warning; EncodingWarning Warning; FutureWarning Warning; ImportWarning Warning;
    PendingDeprecationWarning Warning; ResourceWarning Warning; RuntimeWarning Warning; SyntaxWarning Warning; UnicodeWarning Warning; UserWarning Warning;
}

/// A new instance of a builtin exception class.
pub fn create(vm: &mut crate::vm::Vm, kind: Ex, arguments: Vec<Value>) -> Value {
    let args = vm.new_tuple(arguments);
    let class = vm.exception_class(kind);
    vm.heap.new_object(&class, |header| Exception {
        header,
        args: Mut::new(args),
        traceback: Mut::new(Value::UNDEFINED),
        trace: Mut::default(),
        context: Mut::new(Value::NONE),
        cause: Mut::new(Value::NONE),
        suppress_context: Cell::new(false),
        fields: Mut::default(),
    })
}

/// `BaseException`.
pub static BASE_EXCEPTION: TypeSpec = TypeSpec::new("BaseException", Exception::LAYOUT);

/// What a builtin exception class adds to its base.
pub fn spec_of(_kind: Ex) -> Option<&'static TypeSpec> {
    None
}
