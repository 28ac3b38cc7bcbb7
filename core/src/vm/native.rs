//! What native code is to the VM: a function that takes values and returns a value, an exception, or an [`Action`] that
//! says what it wants next. Native code never runs the interpreter and never blocks (the few exceptions: `vm::reenter`).

use super::Vm;
use crate::object::value::Value;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// An exception is pending in the VM (`Vm::take_exception` takes it). Made only by raising.
#[derive(Debug)]
#[must_use]
pub struct Raised(pub(crate) ());

/// What fallible natives return: one word, whatever is in it.
pub type Res<T = Value> = Result<T, Raised>;

/// A native that returns its value straight away. The arguments are in the order of the signature; trailing optional ones
/// may be missing, and ones skipped by keywords are undefined: use [`argument`].
pub type Simple = fn(&mut Vm, &[Value]) -> Res<Value>;

/// A native that may want something done before it has its value.
pub type Full = fn(&mut Vm, &Args) -> Res<Action>;

/// The optional argument at `index`.
#[inline(always)]
pub fn argument(arguments: &[Value], index: usize) -> Option<&Value> {
    arguments.get(index).filter(|value| !value.is_undefined())
}

/// Arguments of a [`Full`] native. If the signature has neither `*` nor `**` they are bound to the parameters already and
/// `names` is empty; else they are as the caller gave them.
pub struct Args<'a> {
    pub positional: &'a [Value],
    /// Names of keyword arguments (strs).
    pub names: &'a [Value],
    /// Their values.
    pub values: &'a [Value],
}

impl<'a> Args<'a> {
    /// The positional argument at `index`, if given.
    pub fn get(&self, index: usize) -> Option<&'a Value> {
        argument(self.positional, index)
    }

    /// The keyword argument `name`, if given.
    pub fn keyword(&self, name: &str) -> Option<&'a Value> {
        let position = self.names.iter().position(|given| crate::object::str::Str::is(given, name))?;
        self.values.get(position)
    }
}

/// A call that the VM is to make.
pub struct Call {
    pub callee: Value,
    pub arguments: Vec<Value>,
    /// Names of the last arguments.
    pub names: Vec<Value>,
}

impl Call {
    /// `callee(*arguments)`
    pub fn new(callee: Value, arguments: impl Into<Vec<Value>>) -> Call {
        Call { callee, arguments: arguments.into(), names: Vec::new() }
    }
}

/// What a native wants next.
pub enum Action {
    /// It is done.
    Return(Value),
    /// Make this call; its result (or exception) is the native's own.
    TailCall(Call),
    /// Make this call, then resume the continuation with the result.
    Call(Call, Box<dyn Continuation>),
    /// Do this, then resume the continuation with the result.
    Then(Box<Action>, Box<dyn Continuation>),
    /// `next(iterator)` of a generator, then resume the continuation with the item (or StopIteration).
    Next(Value, Box<dyn Continuation>),
    /// The py-thread has been entered in a wait queue: run others. Whoever wakes it says the result.
    Park(Box<dyn Continuation>),
    /// End the slice; continues with the continuation when its turn comes.
    Yield(Box<dyn Continuation>),
    /// Make an instance as `type.__call__` does: `__new__`, then `__init__`.
    Instantiate { class: Value, arguments: Vec<Value>, names: Vec<Value> },
    /// Resume this generator-like object with a value (or, with Err, throw the pending exception into it); the
    /// result is the native's own.
    Resume { generator: Value, sent: Res<Value> },
}

impl From<Value> for Action {
    fn from(value: Value) -> Action {
        Action::Return(value)
    }
}

impl Action {
    /// Goes on with `then(vm, value)` when this has its value: at once, if it is there. Exceptions pass by.
    pub fn and_then(self, vm: &mut Vm, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
        match self {
            Action::Return(value) => then(vm, value),
            action => Ok(Action::Then(Box::new(action), Box::new(move |vm: &mut Vm, result: Res<Value>| result.and_then(|value| then(vm, value))))),
        }
    }

    /// As [`Action::and_then`], but `then` sees exceptions too.
    pub fn then(self, vm: &mut Vm, then: impl FnOnce(&mut Vm, Res<Value>) -> Res<Action> + 'static) -> Res<Action> {
        match self {
            Action::Return(value) => then(vm, Ok(value)),
            action => Ok(Action::Then(Box::new(action), Box::new(then))),
        }
    }

    /// As [`Action::then`], for an action that may have failed before it began.
    pub fn after(action: Res<Action>, vm: &mut Vm, then: impl FnOnce(&mut Vm, Res<Value>) -> Res<Action> + 'static) -> Res<Action> {
        match action {
            Ok(action) => action.then(vm, then),
            Err(raised) => then(vm, Err(raised)),
        }
    }

    /// Calls, and goes on with `then(vm, result)`.
    pub fn call(callee: Value, arguments: impl Into<Vec<Value>>, then: impl FnOnce(&mut Vm, Res<Value>) -> Res<Action> + 'static) -> Action {
        Action::Call(Call::new(callee, arguments), Box::new(then))
    }

    /// Calls; its result is the native's own.
    pub fn tail_call(callee: Value, arguments: impl Into<Vec<Value>>) -> Action {
        Action::TailCall(Call::new(callee, arguments))
    }
}

/// The rest of a native that waits. Boxed state: a loop that calls many times returns itself again
/// (`Action::Call(call, self)`) without allocating.
pub trait Continuation {
    /// Goes on with the result; `Err` means the awaited call raised, and the exception is pending.
    fn resume(self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action>;

    /// Goes on with a value where it stands, if it wants the like of what it waited for once more: cheaper than [`Continuation::resume`] for
    /// what walks over many items.
    ///
    /// # Errors
    /// What `resume` would raise; the continuation is over.
    fn again(&mut self, _vm: &mut Vm, value: Value) -> Res<Again> {
        Ok(Again::Leave(value))
    }
}

/// What a continuation wants next ([`Continuation::again`]).
pub enum Again {
    /// The generator's next value.
    Next(Value),
    Call(Box<Call>),
    /// The first called with the second.
    CallWith(Value, Value),
    /// The first called with these, a Python function.
    CallWithTwo(Value, [Value; 2]),
    /// To be resumed with this value: it cannot go on where it stands.
    Leave(Value),
}

impl<F: FnOnce(&mut Vm, Res<Value>) -> Res<Action>> Continuation for F {
    fn resume(self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        self(vm, result)
    }
}

/// One step of a native iteration.
pub enum Step {
    Item(Value),
    Done,
    /// Python code must run: call `__next__` through an [`Action`].
    Call,
}

/// Takes the next item from an iterator without an Action, or says that it takes one.
pub type NativeNext = fn(&mut Vm, &Value) -> Res<Step>;

/// What an iterator gets ([`Advance`]).
pub enum Given {
    /// Its next item is wanted.
    Nothing,
    /// The next item of the iterator it asked for.
    Item(Value),
    /// That iterator has no more.
    End,
    /// The value of what it had done (`ops::pull::call`, `ops::pull::act`); `ops::pull::held` is what it left for it.
    Result(Value),
    /// What it asked for raised.
    Raised(Raised),
}

/// What an iterator wants ([`Advance`]).
pub enum Progress {
    /// Here is its item.
    Item(Value),
    /// It has no more.
    Done,
    /// The next item of this iterator.
    Next(Value),
    /// What it wants done is on its way.
    Running,
    /// It is done already, with this value.
    Ready(Value),
    /// The frame just entered is to go on with an exception.
    Raising(Raised),
}

/// How an iterator whose next item takes Python code gets it, step by step.
pub type Advance = fn(&mut Vm, &Value, Given) -> Res<Progress>;

/// `__next__` of an iterator with an [`Advance`].
pub const ADVANCE_NEXT: Native = Native::full(
    "__next__($self, /)",
    |_, args| Ok(Action::Resume { generator: args.positional.first().cloned().unwrap_or(Value::NONE), sent: Ok(Value::NONE) }),
    "Implement next(self).",
);

#[derive(Clone, Copy)]
pub enum Function {
    Simple(Simple),
    Full(Full),
}

/// How a native binds in a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// A module's function.
    Function,
    /// A method: `$self` first. Called on the class, checks that the first argument is an instance.
    Method,
    /// A class method: `$type` first.
    Class,
    Static,
    /// `__new__`: static, `$type` first.
    New,
}

/// Parameters as parsed from a signature text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// Fewest arguments, self included.
    pub least: u16,
    /// Most positional ones; `u16::MAX` with `*args`.
    pub most: u16,
    /// Has `*`, `*args`, keyword-only parameters or `**kwargs`.
    pub starred: bool,
    /// Has `**kwargs`.
    pub keywords: bool,
}

impl Arity {
    /// Can a native be called with so many positional arguments as they stand? With keywords only one that looks at them itself.
    #[inline]
    pub fn takes(self, positional: usize, keywords: bool) -> bool {
        positional >= self.least as usize && (positional <= self.most as usize || self.most == u16::MAX) && (self.starred || !keywords)
    }
}

/// A native function as declared: name and signature (CPython's text signature form), doc, code.
/// `Native::simple("append($self, object, /)", list_append, "Append object to the end of the list.")`
pub struct Native {
    /// `name(parameters)`: `$self` or `$type` first in methods, `/` and `*` as in Python, `=text` marks optional parameters.
    pub signature: &'static str,
    pub doc: &'static str,
    pub function: Function,
    pub binding: Binding,
    pub arity: Arity,
    /// Bytes of the signature that are the name.
    name_length: u16,
    /// A simple one that may make its py-thread wait ([`Vm::wait_for`]): only an instruction, or an [`Action`], can call it, for whose value nobody
    /// waits in native code.
    pub waits: bool,
}

impl Native {
    /// A [`Simple`] native; a method if the signature begins with `$self`, a class method with `$type`, `__new__` if so named.
    pub const fn simple(signature: &'static str, function: Simple, doc: &'static str) -> Native {
        Native::declared(signature, Function::Simple(function), doc)
    }

    /// A [`Full`] native.
    pub const fn full(signature: &'static str, function: Full, doc: &'static str) -> Native {
        Native::declared(signature, Function::Full(function), doc)
    }

    const fn declared(signature: &'static str, function: Function, doc: &'static str) -> Native {
        let name_length = open_parenthesis(signature.as_bytes()) as u16;
        Native { signature, doc, function, binding: binding(signature), arity: arity(signature), name_length, waits: false }
    }

    /// Counts its positional arguments itself, to say it in words of its own.
    pub const fn counting(self) -> Native {
        Native { arity: Arity { least: 0, most: u16::MAX, ..self.arity }, ..self }
    }

    /// A [`Simple`] native that may make its py-thread wait.
    pub const fn waiting(signature: &'static str, function: Simple, doc: &'static str) -> Native {
        Native { waits: true, ..Native::simple(signature, function, doc) }
    }

    /// A static method.
    pub const fn fixed(self) -> Native {
        Native { binding: Binding::Static, ..self }
    }

    pub fn name(&self) -> &'static str {
        self.signature.get(..self.name_length as usize).unwrap_or(self.signature)
    }

    /// The parameter list, without the parentheses.
    pub fn parameters(&self) -> &'static str {
        self.signature.split_once('(').map_or("", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest))
    }
}

const fn starts_with(text: &[u8], at: usize, prefix: &[u8]) -> bool {
    let mut index = 0;
    while index < prefix.len() {
        if at + index >= text.len() || text[at + index] != prefix[index] {
            return false;
        }
        index += 1;
    }
    true
}

const fn open_parenthesis(text: &[u8]) -> usize {
    let mut index = 0;
    while index < text.len() && text[index] != b'(' {
        index += 1;
    }
    index
}

const fn binding(signature: &str) -> Binding {
    let text = signature.as_bytes();
    let open = open_parenthesis(text);
    if starts_with(text, 0, b"__new__(") {
        Binding::New
    } else if starts_with(text, open, b"($self") {
        Binding::Method
    } else if starts_with(text, open, b"($type") {
        Binding::Class
    } else {
        Binding::Function
    }
}

const fn arity(signature: &str) -> Arity {
    let text = signature.as_bytes();
    let mut index = open_parenthesis(text) + 1;
    let mut arity = Arity { least: 0, most: 0, starred: false, keywords: false };
    let mut keyword_only = false;
    while index < text.len() && text[index] != b')' {
        // One parameter up to a comma outside quotes and brackets.
        let start = index;
        let mut optional = false;
        let mut depth = 0;
        let mut quote = 0u8;
        while index < text.len() {
            let byte = text[index];
            if quote != 0 {
                if byte == quote {
                    quote = 0;
                }
            } else if byte == b'\'' || byte == b'"' {
                quote = byte;
            } else if byte == b'(' || byte == b'[' {
                depth += 1;
            } else if depth > 0 && (byte == b')' || byte == b']') {
                depth -= 1;
            } else if depth == 0 && (byte == b',' || byte == b')') {
                break;
            } else if byte == b'=' {
                optional = true;
            }
            index += 1;
        }
        if text[start] == b'/' {
            // positional-only marker
        } else if text[start] == b'*' {
            arity.starred = true;
            if starts_with(text, start, b"**") {
                arity.keywords = true;
            } else {
                keyword_only = true;
                if index > start + 1 {
                    arity.most = u16::MAX;
                }
            }
        } else if !keyword_only {
            arity.most += 1;
            if !optional {
                arity.least += 1;
            }
        }
        while index < text.len() && (text[index] == b',' || text[index] == b' ') {
            index += 1;
        }
    }
    arity
}

/// Sets an attribute of an object, or deletes it when given None.
pub type Setter = fn(&mut Vm, &Value, Option<&Value>) -> Res<()>;

/// An attribute that is computed: `getset_descriptor`.
pub struct Getter {
    pub name: &'static str,
    pub get: fn(&mut Vm, &Value) -> Res<Value>,
    /// Sets, or deletes when given None.
    pub set: Option<Setter>,
    pub doc: &'static str,
}

impl Getter {
    pub const fn read_only(name: &'static str, get: fn(&mut Vm, &Value) -> Res<Value>, doc: &'static str) -> Getter {
        Getter { name, get, set: None, doc }
    }
}
