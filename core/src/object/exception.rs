//! Exceptions: the object, the table of the builtin classes, and what native code does with them.
//! The classes' Python-visible methods are in `exception_types`.

use super::class::{Class, TypeSpec};
use super::exception_types as parts;
use super::function::NativeFunction;
use super::header::{Header, Kind, Mut};
use super::traceback;
use super::tuple::Tuple;
use super::value::Value;
use crate::object;
use crate::vm::{ClassRef, Vm};
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
    /// The function that ran (or a bare code object).
    pub code: Value,
    /// Index of the instruction.
    pub instruction: u32,
    /// Address of the frame's registers.
    pub base: usize,
    /// The variables the frame had when the exception left it: a tuple of registers; undefined: it did not, or had none.
    pub variables: Value,
}

object!(
    Exception,
    Kind::Exception,
    "BaseException",
    |this, visit| {
        visit(this.args.get());
        visit(this.traceback.get());
        visit(this.context.get());
        visit(this.cause.get());
        for entry in this.trace.get() {
            visit(&entry.code);
            visit(&entry.variables);
        }
        this.fields.get().iter().for_each(&mut *visit);
    },
    |this| {
        this.args.set(Value::NONE);
        this.traceback.set(Value::UNDEFINED);
        this.context.set(Value::NONE);
        this.cause.set(Value::NONE);
        drop(this.trace.take());
        drop(this.fields.take());
    }
);

macro_rules! exceptions {
    ($($name:ident $base:ident $(= $part:ident)?;)+) => {
        /// A builtin exception class; `vm.exception_class(Ex::TypeError)`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Ex { BaseException, $($name,)+ }

        impl Ex {
            /// Every kind, in order.
            pub const ALL: &'static [Ex] = &[Ex::BaseException, $(Ex::$name,)+];
            /// Name and base of each, in an order where bases come first. The first is BaseException (its own base).
            /// ExceptionGroup has Exception as second base.
            pub const TABLE: &'static [(&'static str, Ex)] = &[("BaseException", Ex::BaseException), $((stringify!($name), Ex::$base),)+];
        }

        /// What a builtin exception class adds to its base.
        pub fn spec_of(kind: Ex) -> Option<&'static TypeSpec> {
            match kind {
                $($(Ex::$name => Some(&parts::$part),)?)+
                _ => None,
            }
        }
    };
}

/// `BaseException`.
pub use parts::BASE_EXCEPTION;

/// Other names that `builtins` has for some classes.
pub const ALIASES: &[(&str, Ex)] = &[("EnvironmentError", Ex::OSError), ("IOError", Ex::OSError)];

exceptions! {
    Exception BaseException; GeneratorExit BaseException; KeyboardInterrupt BaseException; SystemExit BaseException = SYSTEM_EXIT; BaseExceptionGroup BaseException = GROUP;
    ExceptionGroup BaseExceptionGroup; ArithmeticError Exception; FloatingPointError ArithmeticError; OverflowError ArithmeticError; ZeroDivisionError ArithmeticError;
    AssertionError Exception; AttributeError Exception = ATTRIBUTE_ERROR; BufferError Exception; EOFError Exception;
    ImportError Exception = IMPORT_ERROR; ModuleNotFoundError ImportError; LookupError Exception; IndexError LookupError; KeyError LookupError = KEY_ERROR;
    MemoryError Exception; NameError Exception = NAME_ERROR; UnboundLocalError NameError;
    OSError Exception = OS_ERROR; BlockingIOError OSError; ChildProcessError OSError; ConnectionError OSError; BrokenPipeError ConnectionError;
    ConnectionAbortedError ConnectionError; ConnectionRefusedError ConnectionError; ConnectionResetError ConnectionError;
    FileExistsError OSError; FileNotFoundError OSError; InterruptedError OSError; IsADirectoryError OSError; NotADirectoryError OSError;
    PermissionError OSError; ProcessLookupError OSError; TimeoutError OSError;
    ReferenceError Exception; RuntimeError Exception; NotImplementedError RuntimeError; PythonFinalizationError RuntimeError; RecursionError RuntimeError;
    StopAsyncIteration Exception; StopIteration Exception = STOP_ITERATION; SyntaxError Exception = SYNTAX_ERROR; _IncompleteInputError SyntaxError; IndentationError SyntaxError; TabError IndentationError;
    SystemError Exception; TypeError Exception; ValueError Exception; UnicodeError ValueError; UnicodeDecodeError UnicodeError = UNICODE_DECODE_ERROR;
    UnicodeEncodeError UnicodeError = UNICODE_ENCODE_ERROR; UnicodeTranslateError UnicodeError = UNICODE_TRANSLATE_ERROR;
    Warning Exception; BytesWarning Warning; DeprecationWarning Warning; EncodingWarning Warning; FutureWarning Warning; ImportWarning Warning;
    PendingDeprecationWarning Warning; ResourceWarning Warning; RuntimeWarning Warning; SyntaxWarning Warning; UnicodeWarning Warning; UserWarning Warning;
}

/// An exception of `class` with these `args` and nothing else set. The class has the layout of an exception.
pub fn allocate(vm: &mut Vm, class: &Class, args: Value) -> Value {
    vm.heap.new_object(class, |header| Exception {
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

/// A new instance of a builtin exception class, as `kind(*arguments)` makes it.
#[cold]
pub fn create(vm: &mut Vm, kind: Ex, arguments: Vec<Value>) -> Value {
    let kind = match kind {
        Ex::OSError => arguments.first().filter(|_| arguments.len() > 1).and_then(parts::os_error_kind).unwrap_or(kind),
        kind => kind,
    };
    let class = vm.exception_class(kind);
    create_of(vm, &class, kind, arguments)
}

/// A new instance of a class that a native module derived from `kind`, without methods of its own.
#[cold]
pub fn create_of(vm: &mut Vm, class: &Class, kind: Ex, arguments: Vec<Value>) -> Value {
    let args = vm.new_tuple(arguments);
    let value = allocate(vm, class, args);
    parts::set_fields(vm, kind, &value);
    value
}

/// The instance of an exception class whose `__new__` is BaseException's own, its `args` set: all that this `__new__` does. None: another one.
pub fn new_plain(vm: &mut Vm, class: &Class, new: &Value, arguments: &[Value]) -> Option<Value> {
    if !is_base_method(vm, new) {
        return None;
    }
    let args = vm.new_tuple(arguments.to_vec());
    Some(allocate(vm, class, args))
}

/// Is it a native method of BaseException itself?
pub fn is_base_method(vm: &Vm, method: &Value) -> bool {
    method.get::<NativeFunction>().is_some_and(|native| native.owner.is(&vm.exception_class(Ex::BaseException)))
}

impl Exception {
    /// The class's own field at `index`; None if it was never set.
    pub fn field(&self, index: usize) -> Value {
        match self.fields.get().get(index) {
            Some(value) if !value.is_undefined() => value.clone(),
            _ => Value::NONE,
        }
    }

    /// Sets the class's own field at `index`.
    pub fn set_field(&self, index: usize, value: Value) {
        let fields = self.fields.get_mut();
        while fields.len() <= index {
            fields.push(Value::UNDEFINED);
        }
        let old = match fields.get_mut(index) {
            Some(place) => core::mem::replace(place, value),
            None => value,
        };
        drop(old);
    }

    /// The items of `args`.
    pub fn arguments(&self) -> &[Value] {
        self.args.get().get::<Tuple>().map_or(&[], |tuple| tuple.items())
    }

    /// `__traceback__`, its objects made now if they were not: a traceback or None.
    pub fn traceback(&self, vm: &mut Vm) -> Value {
        let trace = self.trace.take();
        if !trace.is_empty() || self.traceback.get().is_undefined() {
            let mut head = match self.traceback.get() {
                value if value.is_undefined() => Value::NONE,
                value => value.clone(),
            };
            for entry in trace {
                head = traceback::new(vm, entry, head);
            }
            self.traceback.set(head);
        }
        self.traceback.get().clone()
    }

    /// Sets `__traceback__`: a traceback or None.
    pub fn set_traceback(&self, traceback: Value) {
        drop(self.trace.take());
        self.traceback.set(traceback);
    }

    /// Sets `__cause__`, which hides the context when printed.
    pub fn set_cause(&self, cause: Value) {
        self.suppress_context.set(true);
        self.cause.set(cause);
    }
}

/// Sets the `__context__` of a freshly raised exception: `handled` is the one being handled (None: nothing to do). A chain that
/// would come back to the exception is cut there, as in CPython.
pub fn set_context(exception: &Value, handled: &Value) {
    if handled.is_none() || exception.is(handled) {
        return;
    }
    let Some(raised) = exception.get::<Exception>() else { return };
    // Floyd's cycle search, because a chain made by hand may be a cycle already.
    let mut at = handled.clone();
    let mut slow = handled.clone();
    let mut advance_slow = false;
    while let Some(current) = at.get::<Exception>() {
        let next = current.context.get().clone();
        if next.is_none() {
            break;
        }
        if next.is(exception) {
            current.context.set(Value::NONE);
            break;
        }
        at = next;
        if at.is(&slow) {
            break;
        }
        if advance_slow && let Some(context) = slow.get::<Exception>().map(|slow| slow.context.get().clone()) {
            slow = context;
        }
        advance_slow = !advance_slow;
    }
    raised.context.set(handled.clone());
}

/// The class of an exception value or class, for `except` and `raise`: is it a class derived from BaseException?
pub fn is_exception_class(vm: &Vm, value: &Value) -> bool {
    let base: ClassRef = vm.exception_class(Ex::BaseException);
    value.get::<Class>().is_some_and(|class| class.is_subclass_of(&base))
}

/// Sets the fields `name` and `obj` of an AttributeError or NameError.
pub fn set_name_and_object(exception: &Exception, name: Value, object: Value) {
    exception.set_field(0, name);
    if !object.is_undefined() {
        exception.set_field(1, object);
    }
}
