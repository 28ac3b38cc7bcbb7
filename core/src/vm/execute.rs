//! Calls and actions: how a callee gets its frame, how a native's [`Action`] is carried out, and where results go.

use super::frame::{CODE, FUNCTION, OWN_REGISTERS, RETURN_BASE, RETURN_PC, Word, drop_frame};
use super::native::{Binding, Function as NativeKind, Native};
use super::{Action, Args, Call, ClassRef, Continuation, Name, Raised, Res, Vm};
use crate::code::isa::HEADER_SLOTS;
use crate::code::prototype::CodeFlags;
use crate::object::class::{CLASS_NOT_CALLABLE, Class};
use crate::object::code::Code;
use crate::object::dict::Dict;
use crate::object::exception::{self, Ex};
use crate::object::function::{BoundMethod, Function, NativeFunction};
use crate::object::header::{Kind, Mut};
use crate::object::instance::Instance;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::{Value, bits};
use crate::vm::frame::ContinuationObject;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What became of something the VM was asked to do.
pub enum Started {
    /// It is done.
    Value(Value),
    /// Frames were pushed (or other py-threads run): the result will be delivered to the instruction that asked.
    Running,
}

/// As [`Started`], before what a native wants next is done.
pub(super) enum Begun {
    Value(Value),
    Running,
    /// The current frame, just entered, is to go on with an exception.
    Raising(Raised),
    Action(Action),
}

impl From<Started> for Begun {
    fn from(started: Started) -> Begun {
        match started {
            Started::Value(value) => Begun::Value(value),
            Started::Running => Begun::Running,
        }
    }
}

impl From<Action> for Begun {
    fn from(action: Action) -> Begun {
        match action {
            Action::Return(value) => Begun::Value(value),
            action => Begun::Action(action),
        }
    }
}

/// How often a callee may stand for another (`__call__` of an instance whose class ...).
const MOST_INDIRECTIONS: usize = 200;

impl Vm {
    /// Carries out what a native wants; the result goes to the current instruction.
    pub fn complete(&mut self, action: Res<Action>) -> Res<()> {
        match action? {
            Action::Return(value) => self.deliver(value),
            action => match self.perform(action)? {
                Started::Value(value) => self.deliver(value),
                Started::Running => Ok(()),
            },
        }
    }

    /// Carries out an action for the current frame.
    pub fn perform(&mut self, action: Action) -> Res<Started> {
        let begun = self.carry_out(action)?;
        Ok(self.started(begun))
    }

    fn started(&mut self, begun: Begun) -> Started {
        match begun {
            Begun::Value(value) => return Started::Value(value),
            Begun::Raising(raised) => {
                if let Some(exit) = self.unwind(raised) {
                    self.exit = Some(exit);
                    self.pause = true;
                }
            }
            _ => {}
        }
        Started::Running
    }

    /// As [`Vm::perform`], but leaves it to the caller to unwind. What natives want next is done here in turn, however many stand
    /// behind one another: no native stack is used for that.
    pub(super) fn carry_out(&mut self, action: Action) -> Res<Begun> {
        // Continuations that were pushed here and wait for the value.
        let mut waiting = 0usize;
        let mut next = Ok(action);
        loop {
            let begun = match next {
                Err(raised) => Err(raised),
                Ok(Action::Return(value)) => Ok(Begun::Value(value)),
                Ok(Action::TailCall(call)) => self.begin(call),
                Ok(Action::Instantiate { class, arguments, names }) => self.instantiate(&class, arguments, names).map(Begun::from),
                Ok(Action::Resume { generator, sent }) => super::ops::generators::resume(self, generator, sent),
                Ok(Action::Call(call, continuation)) => self.push_continuation(continuation).and_then(|()| {
                    waiting += 1;
                    self.begin(call)
                }),
                Ok(Action::Next(generator, continuation)) => self.push_continuation(continuation).and_then(|()| {
                    waiting += 1;
                    super::ops::generators::resume(self, generator, Ok(Value::NONE))
                }),
                Ok(Action::Then(inner, continuation)) => self.push_continuation(continuation).map(|()| {
                    waiting += 1;
                    Begun::Action(*inner)
                }),
                Ok(Action::Park(continuation)) => self.push_continuation(continuation).and_then(|()| {
                    waiting += 1;
                    self.park().map(|()| Begun::Running)
                }),
                Ok(Action::Yield(continuation)) => self.push_continuation(continuation).and_then(|()| {
                    waiting += 1;
                    self.yield_slice().map(|()| Begun::Running)
                }),
            };
            let result = match begun {
                Ok(begun @ (Begun::Running | Begun::Raising(_))) => return Ok(begun),
                Ok(Begun::Action(action)) => {
                    next = Ok(action);
                    continue;
                }
                Ok(Begun::Value(value)) => Ok(value),
                Err(raised) => Err(raised),
            };
            if waiting == 0 {
                return result.map(Begun::Value);
            }
            waiting -= 1;
            next = match self.pop_continuation() {
                Some(continuation) => continuation.resume(self, result),
                None => result.map(Action::Return),
            };
        }
    }

    /// Pushes a frame in which a continuation waits.
    pub(super) fn push_continuation(&mut self, continuation: Box<dyn Continuation>) -> Res<()> {
        let top = self.reserve(HEADER_SLOTS + OWN_REGISTERS)?;
        let state = self.new_object(|header| ContinuationObject { header, state: Mut::new(Some(continuation)) });
        let code = self.own.continuation;
        // SAFETY: room was reserved.
        unsafe { self.push_own(top, code, state) };
        Ok(())
    }

    /// Pops the current frame, one of the VM's own with a continuation.
    pub(super) fn pop_continuation(&mut self) -> Option<Box<dyn Continuation>> {
        let state = self.take_register(1);
        self.pop_own();
        state.get::<ContinuationObject>().and_then(|object| object.state.take())
    }

    /// Pops the current frame, one of the VM's own, dropping its registers.
    pub(crate) fn pop_own(&mut self) {
        let base = self.base;
        self.pop_to_caller();
        // SAFETY: the frame has the registers of an own frame and is not current any more.
        unsafe { drop_frame(base, OWN_REGISTERS) };
    }

    /// Pops a frame of the VM's own that gives nothing to the one below, and the chunk that was begun for it, if one was. (A chunk's frame that has a
    /// value already was begun for another one, and passes it on.)
    pub(crate) fn pop_silently(&mut self) {
        self.pop_own();
        if !self.base.is_null() && core::ptr::eq(self.code, self.own.chunk) && self.register(0).is_undefined() {
            self.pop_own();
            self.leave_chunk();
        }
    }

    /// Begins a call for the current instruction.
    pub fn begin_call(&mut self, call: Call) -> Res<Started> {
        match self.begin(call)? {
            Begun::Action(action) => self.perform(action),
            begun => Ok(self.started(begun)),
        }
    }

    fn begin(&mut self, call: Call) -> Res<Begun> {
        let Call { mut callee, mut arguments, names } = call;
        for _ in 0..MOST_INDIRECTIONS {
            match callee.kind() {
                Kind::Function => {
                    self.push_function(callee, arguments, &names)?;
                    return Ok(Begun::Running);
                }
                Kind::Native => {
                    // SAFETY: the kind says so.
                    let native = unsafe { callee.get_unchecked::<NativeFunction>() };
                    return self.begin_native(native, arguments, &names);
                }
                Kind::BoundMethod => {
                    // SAFETY: the kind says so.
                    let method = unsafe { callee.get_unchecked::<BoundMethod>() };
                    arguments.insert(0, method.receiver.clone());
                    let function = method.function.clone();
                    callee = function;
                }
                Kind::Class => return self.call_class(&callee, arguments, names).map(Begun::from),
                _ => {
                    let Some(method) = self.lookup_special(&callee, Name::Call) else {
                        let name = self.type_name(&callee);
                        return Err(self.type_error(&format!("'{name}' object is not callable")));
                    };
                    match method.kind() {
                        Kind::Function | Kind::Native => {
                            arguments.insert(0, callee);
                            callee = method;
                        }
                        _ => match super::ops::attribute::bind_special(self, &method, &callee)? {
                            Action::Return(bound) => callee = bound,
                            bound => {
                                let call = move |_: &mut Vm, callee: Res<Value>| Ok(Action::TailCall(Call { callee: callee?, arguments, names }));
                                return Ok(Begun::Action(Action::Then(Box::new(bound), Box::new(call))));
                            }
                        },
                    }
                }
            }
        }
        Err(self.raise(Ex::RecursionError, "maximum recursion depth exceeded"))
    }

    fn begin_native(&mut self, function: &NativeFunction, mut arguments: Vec<Value>, mut names: &[Value]) -> Res<Begun> {
        let native = function.native;
        if !names.is_empty() && native.binding == Binding::New && !takes_keywords(native) && self.has_own_init(&arguments) {
            // They are for `__init__`.
            arguments.truncate(arguments.len() - names.len());
            names = &[];
        }
        match native.binding {
            _ if !function.receiver.is_undefined() && native.binding != Binding::New => arguments.insert(0, function.receiver.clone()),
            Binding::Method => self.check_receiver(function, &arguments)?,
            Binding::Class => {
                // Found through the class without binding: the first argument is the class.
            }
            Binding::New => self.check_new(function, &arguments)?,
            _ => {}
        }
        if native.arity.starred
            && let NativeKind::Full(full) = native.function
        {
            let positional = arguments.len() - names.len();
            self.check_positional(function, positional)?;
            let (positional, values) = arguments.split_at(positional);
            return full(self, &Args { positional, names, values }).map(Begun::from);
        }
        if !names.is_empty() && native.arity.keywords {
            // A simple native takes no notice of `**kwargs`: the `__new__` of types whose `__init__` does.
            arguments.truncate(arguments.len() - names.len());
            self.check_positional(function, arguments.len())?;
        } else if !names.is_empty() {
            arguments = self.bind_native_keywords(function, arguments, names)?;
        } else {
            self.check_positional(function, arguments.len())?;
        }
        match native.function {
            NativeKind::Simple(simple) => match simple(self, &arguments) {
                Ok(value) => Ok(Begun::Value(value)),
                Err(_) if self.take_parking() => {
                    self.park()?;
                    Ok(Begun::Running)
                }
                Err(raised) => Err(raised),
            },
            NativeKind::Full(full) => full(self, &Args { positional: &arguments, names: &[], values: &[] }).map(Begun::from),
        }
    }

    /// A method called on its class needs an instance first.
    fn check_receiver(&mut self, function: &NativeFunction, arguments: &[Value]) -> Res<()> {
        let Some(owner) = function.owner.get() else { return Ok(()) };
        let owner = ClassRef::of(owner);
        let first = arguments.first();
        // Every call of a builtin method passes here: the words are for the errors alone.
        if first.is_some_and(|receiver| self.is_instance(receiver, &owner)) {
            return Ok(());
        }
        let name = function.native.name();
        let owner_name = class_name(&owner);
        match first {
            None if is_operator(name) => Err(self.type_error(&format!("descriptor '{name}' of '{owner_name}' object needs an argument"))),
            None => Err(self.type_error(&format!("unbound method {owner_name}.{name}() needs an argument"))),
            Some(receiver) => {
                let given = self.type_name(receiver);
                if is_operator(name) {
                    Err(self.type_error(&format!("descriptor '{name}' requires a '{owner_name}' object but received a '{given}'")))
                } else {
                    Err(self.type_error(&format!("descriptor '{name}' for '{owner_name}' objects doesn't apply to a '{given}' object")))
                }
            }
        }
    }

    /// `__new__` called by hand needs a class with the right layout first.
    fn check_new(&mut self, function: &NativeFunction, arguments: &[Value]) -> Res<()> {
        let Some(owner) = function.owner.get() else { return Ok(()) };
        let owner = ClassRef::of(owner);
        let Some(first) = arguments.first() else {
            let owner_name = class_name(&owner);
            return Err(self.type_error(&format!("{owner_name}.__new__(): not enough arguments")));
        };
        let Some(class) = first.get::<Class>() else {
            let (owner_name, given) = (class_name(&owner), self.type_name(first));
            return Err(self.type_error(&format!("{owner_name}.__new__(X): X is not a type object ({given})")));
        };
        if !class.is_subclass_of(&owner) {
            let (owner_name, name) = (class_name(&owner), class_name(class));
            return Err(self.type_error(&format!("{owner_name}.__new__({name}): {name} is not a subtype of {owner_name}")));
        }
        if !core::ptr::eq(class.layout, owner.layout) && owner.layout.kind != Kind::Instance || owner.layout.kind == Kind::Instance && class.layout.kind != Kind::Instance
        {
            let (owner_name, name) = (class_name(&owner), class_name(class));
            return Err(self.type_error(&format!("{owner_name}.__new__({name}) is not safe, use {name}.__new__()")));
        }
        Ok(())
    }

    fn check_positional(&mut self, function: &NativeFunction, count: usize) -> Res<()> {
        let native = function.native;
        let arity = native.arity;
        if count >= arity.least as usize && (count <= arity.most as usize || arity.most == u16::MAX) {
            return Ok(());
        }
        if arity.starred && count < arity.least as usize && native.parameters().contains('*') && arity.most != u16::MAX {
            return Ok(()); // a keyword may supply it: the native checks
        }
        Err(self.arity_error(function, count))
    }

    /// A native's name in messages: its class's for `__new__`; `qualified` ones have their class or module before them.
    fn native_label(&mut self, function: &NativeFunction, qualified: bool) -> String {
        let native = function.native;
        if let Some(owner) = function.owner.get() {
            return match native.binding {
                Binding::New => class_name(owner),
                Binding::Method if native.name() == "__init__" => class_name(owner),
                _ if qualified => format!("{}.{}", class_name(owner), native.name()),
                _ => native.name().into(),
            };
        }
        let name = self.name(Name::Name).clone();
        let module = crate::object::module::namespace(&function.module).and_then(|namespace| namespace.get_interned(&name)).map(|name| text_of(&name));
        match module {
            Some(module) if qualified && module != "builtins" => format!("{module}.{}", native.name()),
            _ => native.name().into(),
        }
    }

    /// Is it a special method that CPython keeps in a slot of its class, not among its methods?
    fn is_slot(&mut self, function: &NativeFunction) -> bool {
        let native = function.native;
        if native.binding != Binding::Method || !is_operator(native.name()) {
            return false;
        }
        let Some(owner) = function.owner.get().map(class_name) else { return true };
        !matches!((native.name(), owner.as_str()), ("__init__", _) | ("__getitem__", "list" | "dict") | ("__contains__", "dict" | "set" | "frozenset"))
    }

    /// Does it belong to a class of numbers?
    fn is_number(&self, function: &NativeFunction) -> bool {
        function.owner.get().is_some_and(|owner| matches!(class_name(owner).as_str(), "int" | "bool" | "float" | "complex"))
    }

    /// The wrong number of positional arguments: worded as CPython's ways of taking arguments do.
    #[cold]
    fn arity_error(&mut self, function: &NativeFunction, count: usize) -> super::Raised {
        let native = function.native;
        // `self` and the class are not counted.
        let hidden = matches!(native.binding, Binding::Method | Binding::Class | Binding::New) as usize;
        let shown = |number: usize| number.saturating_sub(hidden);
        let (least, most, count) = (shown(native.arity.least as usize), shown(native.arity.most as usize), shown(count));
        let plural = |number: usize| if number == 1 { "" } else { "s" };
        let parameters: Vec<&str> = split_parameters(native.parameters()).filter(|parameter| !parameter.starts_with('*')).collect();
        let positional_only = parameters.iter().position(|parameter| *parameter == "/").map_or(0, shown);
        let name = self.native_label(function, false);
        // These two are constructed by a call convention of their own.
        let plain = native.binding == Binding::New && matches!(name.as_str(), "int" | "str");
        let message = if native.arity.starred && native.arity.most != u16::MAX && count > most {
            let all = shown(parameters.iter().filter(|parameter| **parameter != "/").count());
            match most {
                _ if count > all && !native.arity.keywords => format!("{name}() takes at most {all} argument{} ({count} given)", plural(all)),
                0 => format!("{name}() takes no positional arguments"),
                _ => {
                    let bound = if least == most { "exactly" } else { "at most" };
                    format!("{name}() takes {bound} {most} positional argument{} ({count} given)", plural(most))
                }
            }
        } else if !native.arity.starred && positional_only < most && !plain {
            let required = least.min(positional_only);
            if count > most {
                let bound = if least == most { "exactly" } else { "at most" };
                format!("{name}() takes {bound} {most} argument{} ({count} given)", plural(most))
            } else if count < required {
                let bound = if required < most { "at least" } else { "exactly" };
                format!("{name}() takes {bound} {required} positional argument{} ({count} given)", plural(required))
            } else {
                let missing = parameters.iter().filter(|parameter| **parameter != "/").nth(count + hidden).copied().unwrap_or_default();
                format!("{name}() missing required argument '{missing}' (pos {})", count + 1)
            }
        } else if self.is_slot(function) && is_unpacked(native.name(), self.is_number(function)) {
            // These slots take a tuple apart that has no name.
            match count < least {
                _ if least == most => format!(" expected {least} argument{}, got {count}", plural(least)),
                true => format!(" expected at least {least} argument{}, got {count}", plural(least)),
                false => format!(" expected at most {most} argument{}, got {count}", plural(most)),
            }
        } else if self.is_slot(function) && least == most {
            format!("expected {least} argument{}, got {count}", plural(least))
        } else if native.arity.starred && most == 0 {
            format!("{}() takes no positional arguments", native.name())
        } else if least == most && least <= 1 && native.binding != Binding::New && !native.arity.starred && native.name() != "__init__" {
            let name = self.native_label(function, true);
            let wanted = if least == 0 { "no arguments" } else { "exactly one argument" };
            format!("{name}() takes {wanted} ({count} given)")
        } else if least == most {
            format!("{name} expected {least} argument{}, got {count}", plural(least))
        } else if count < least {
            format!("{name} expected at least {least} argument{}, got {count}", plural(least))
        } else {
            format!("{name} expected at most {most} argument{}, got {count}", plural(most))
        };
        self.type_error(&message)
    }

    /// Is the first argument a class whose `__init__` is Python code?
    fn has_own_init(&mut self, arguments: &[Value]) -> bool {
        let Some(class) = arguments.first().and_then(Value::get::<Class>) else { return false };
        self.class_special(class, Name::Init).is_some_and(|init| init.get::<NativeFunction>().is_none())
    }

    /// Puts keyword arguments in their places (a [`super::Simple`] native may have keyword-only ones); gaps are undefined.
    fn bind_native_keywords(&mut self, function: &NativeFunction, arguments: Vec<Value>, names: &[Value]) -> Res<Vec<Value>> {
        let native = function.native;
        let positional = arguments.len() - names.len();
        let name = self.native_label(function, false);
        let mut parameters: Vec<(&str, bool)> = Vec::new();
        let mut positional_only = 0;
        let mut most_positional = None;
        for parameter in split_parameters(native.parameters()) {
            if parameter == "/" {
                positional_only = parameters.len();
            } else if parameter == "*" {
                most_positional = Some(parameters.len());
            } else {
                let (parameter, optional) = match parameter.split_once('=') {
                    Some((parameter, _)) => (parameter.trim(), true),
                    None => (parameter, false),
                };
                parameters.push((parameter, optional));
            }
        }
        if positional_only == parameters.len() {
            let label = self.native_label(function, true);
            let label = if self.is_slot(function) { format!("wrapper {}", native.name()) } else { label };
            return Err(self.type_error(&format!("{label}() takes no keyword arguments")));
        }
        let hidden = matches!(native.binding, Binding::Method | Binding::Class | Binding::New) as usize;
        if arguments.len() > parameters.len() {
            let (most, given) = (parameters.len() - hidden, arguments.len() - hidden);
            let bound = if parameters.iter().all(|(_, optional)| !optional) && native.binding != Binding::New { "exactly" } else { "at most" };
            let plural = if most == 1 { "" } else { "s" };
            return Err(self.type_error(&format!("{name}() takes {bound} {most} argument{plural} ({given} given)")));
        }
        if positional > most_positional.unwrap_or(parameters.len()) {
            return Err(self.arity_error(function, positional));
        }
        let missing = parameters.get(positional..positional_only).unwrap_or_default().iter().filter(|(_, optional)| !optional).count();
        if missing > 0 {
            return Err(self.arity_error(function, positional));
        }
        let mut bound: Vec<Value> = arguments;
        let given: Vec<Value> = bound.drain(positional..).collect();
        bound.resize(parameters.len(), Value::UNDEFINED);
        let mut wrong = None;
        for (keyword, value) in names.iter().zip(given) {
            let text = keyword.get::<Str>().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
            match parameters.iter().enumerate().skip(positional_only).find(|(_, (parameter, _))| *parameter == text) {
                None => wrong = wrong.or_else(|| Some(format!("{name}() got an unexpected keyword argument '{text}'"))),
                Some((index, _)) => match bound.get_mut(index) {
                    Some(place) if place.is_undefined() => *place = value,
                    _ => wrong = wrong.or_else(|| Some(format!("argument for {name}() given by name ('{text}') and position ({})", index + 1 - hidden))),
                },
            }
        }
        for (index, (parameter, optional)) in parameters.iter().enumerate() {
            if !optional && bound.get(index).is_none_or(Value::is_undefined) {
                return Err(self.type_error(&format!("{name}() missing required argument '{parameter}' (pos {})", index + 1 - hidden)));
            }
        }
        if let Some(message) = wrong {
            return Err(self.type_error(&message));
        }
        while bound.last().is_some_and(Value::is_undefined) {
            bound.pop();
        }
        Ok(bound)
    }

    // ---- Python functions

    /// Pushes the frame of a Python function with its arguments bound.
    pub(super) fn push_function(&mut self, callee: Value, arguments: Vec<Value>, names: &[Value]) -> Res<()> {
        // SAFETY: callers checked the kind.
        let function = unsafe { callee.get_unchecked::<Function>() };
        let code = function.code() as *const Code;
        // SAFETY: the function keeps its code alive.
        let registers = unsafe { (*code).register_count } as usize;
        if self.frames_left <= 0 {
            return Err(self.recursion_error());
        }
        let top = self.reserve(HEADER_SLOTS + registers)?;
        // SAFETY: room was reserved; every word is written before the frame is used.
        unsafe {
            let base = top.add(HEADER_SLOTS);
            for index in 0..registers {
                *base.add(index) = bits::UNDEFINED;
            }
            let slots = core::slice::from_raw_parts_mut(base as *mut Value, registers);
            if (*code).simple_arguments as usize == arguments.len() && names.is_empty() {
                for (slot, argument) in slots.iter_mut().zip(arguments) {
                    *slot = argument;
                }
            } else if let Err(raised) = self.bind_arguments(function, slots, arguments, names) {
                for slot in slots {
                    *slot = Value::UNDEFINED;
                }
                return Err(raised);
            }
            *base.sub(FUNCTION) = callee.into_bits();
            *base.sub(RETURN_PC) = self.pc as usize as Word;
            *base.sub(RETURN_BASE) = self.base as usize as Word;
            *base.sub(CODE) = code as usize as Word;
            self.base = base;
            self.code = code;
            self.pc = (*code).instructions.get();
        }
        self.frames_left -= 1;
        Ok(())
    }

    /// Pushes the frame of a Python function for a few positional arguments.
    #[inline]
    pub(super) fn enter_with<const COUNT: usize>(&mut self, callee: Value, arguments: [Value; COUNT]) -> Res<()> {
        self.enter_counted(callee, COUNT, arguments.into_iter())
    }

    /// Pushes the frame of a Python function for `count` positional arguments.
    #[inline]
    pub(crate) fn enter_counted(&mut self, callee: Value, count: usize, arguments: impl Iterator<Item = Value>) -> Res<()> {
        // SAFETY: callers checked the kind.
        let function = unsafe { callee.get_unchecked::<Function>() };
        let code = function.code() as *const Code;
        // SAFETY: the function keeps its code alive.
        let (simple, registers) = unsafe { ((*code).simple_arguments, (*code).register_count as usize) };
        if simple != count as u32 || self.frames_left <= 0 {
            return self.push_function(callee, arguments.collect(), &[]);
        }
        let top = self.reserve(HEADER_SLOTS + registers)?;
        // SAFETY: room was reserved; every word is written.
        unsafe {
            let base = top.add(HEADER_SLOTS);
            for (index, argument) in arguments.take(count).enumerate() {
                *base.add(index) = argument.into_bits();
            }
            for index in count..registers {
                *base.add(index) = bits::UNDEFINED;
            }
            *base.sub(FUNCTION) = callee.into_bits();
            *base.sub(RETURN_PC) = self.pc as usize as Word;
            *base.sub(RETURN_BASE) = self.base as usize as Word;
            *base.sub(CODE) = code as usize as Word;
            self.base = base;
            self.code = code;
            self.pc = (*code).instructions.get();
        }
        self.frames_left -= 1;
        Ok(())
    }

    /// RecursionError.
    #[cold]
    pub(super) fn recursion_error(&mut self) -> super::Raised {
        self.raise(Ex::RecursionError, "maximum recursion depth exceeded")
    }

    /// Binds arguments to parameters, CPython's rules and messages.
    fn bind_arguments(&mut self, function: &Function, slots: &mut [Value], arguments: Vec<Value>, names: &[Value]) -> Res<()> {
        let code = function.code();
        let positional_parameters = code.argument_count as usize;
        let keyword_only = code.keyword_only_count as usize;
        let given = arguments.len() - names.len();
        let mut arguments = arguments.into_iter();
        if code.flags.has(CodeFlags::NAMESPACE) {
            // Module and class bodies: the namespace is the one argument.
            if let (Some(slot), Some(namespace)) = (slots.first_mut(), arguments.next()) {
                *slot = namespace;
            }
            return Ok(());
        }
        for slot in slots.iter_mut().take(given.min(positional_parameters)) {
            if let Some(value) = arguments.next() {
                *slot = value;
            }
        }
        let var_positional = code.flags.has(CodeFlags::VARARGS);
        let extra: Vec<Value> = arguments.by_ref().take(given.saturating_sub(positional_parameters)).collect();
        let named = positional_parameters + keyword_only;
        if var_positional {
            let rest = self.new_tuple(extra);
            if let Some(slot) = slots.get_mut(named) {
                *slot = rest;
            }
        } else if given > positional_parameters {
            return Err(self.too_many_positional(function, names, given));
        }
        let rest_index = named + var_positional as usize;
        if code.flags.has(CodeFlags::VARKEYWORDS) {
            let rest = self.new_dict();
            if let Some(slot) = slots.get_mut(rest_index) {
                *slot = rest;
            }
        }
        let mut positional_only_names: Vec<String> = Vec::new();
        for (name, value) in names.iter().zip(arguments) {
            let parameters = code.local_names.get(..named).unwrap_or_default();
            let found = parameters.iter().position(|parameter| parameter.is(name)).or_else(|| {
                let text = name.get::<Str>()?;
                parameters.iter().position(|parameter| parameter.get::<Str>().is_some_and(|parameter| parameter.bytes() == text.bytes()))
            });
            match found {
                Some(index) if index >= code.positional_only_count as usize => match slots.get_mut(index) {
                    Some(slot) if slot.is_undefined() => *slot = value,
                    _ => {
                        let (function_name, text) = (function_name(function), text_of(name));
                        return Err(self.type_error(&format!("{function_name}() got multiple values for argument '{text}'")));
                    }
                },
                found => {
                    if code.flags.has(CodeFlags::VARKEYWORDS) {
                        if let Some(dict) = slots.get(rest_index).and_then(|slot| slot.get::<Dict>()) {
                            let name = self.intern_value(name);
                            dict.set_interned(&name, value);
                        }
                    } else if found.is_some() {
                        positional_only_names.push(text_of(name));
                    } else {
                        let (function_name, text) = (function_name(function), text_of(name));
                        return Err(self.type_error(&format!("{function_name}() got an unexpected keyword argument '{text}'")));
                    }
                }
            }
        }
        if !positional_only_names.is_empty() {
            let function_name = function_name(function);
            return Err(
                self.type_error(&format!("{function_name}() got some positional-only arguments passed as keyword arguments: '{}'", positional_only_names.join(", ")))
            );
        }
        // Defaults of positional parameters.
        if given < positional_parameters {
            let defaults = function.defaults.get().clone();
            let defaults = defaults.get::<Tuple>().map(Tuple::items).unwrap_or_default();
            let first = positional_parameters.saturating_sub(defaults.len());
            let mut missing: Vec<usize> = Vec::new();
            for index in 0..positional_parameters {
                if let Some(slot) = slots.get_mut(index)
                    && slot.is_undefined()
                {
                    match index.checked_sub(first).and_then(|index| defaults.get(index)) {
                        Some(value) => *slot = value.clone(),
                        None => missing.push(index),
                    }
                }
            }
            if !missing.is_empty() {
                return Err(self.missing_arguments(function, &missing, "positional"));
            }
        }
        if keyword_only > 0 {
            let defaults = function.keyword_defaults.get().clone();
            let mut missing: Vec<usize> = Vec::new();
            for index in positional_parameters..named {
                if let Some(slot) = slots.get_mut(index)
                    && slot.is_undefined()
                {
                    match code.local_names.get(index).and_then(|name| defaults.get::<Dict>()?.get_interned(name)) {
                        Some(value) => *slot = value,
                        None => missing.push(index),
                    }
                }
            }
            if !missing.is_empty() {
                return Err(self.missing_arguments(function, &missing, "keyword-only"));
            }
        }
        Ok(())
    }

    #[cold]
    fn missing_arguments(&mut self, function: &Function, missing: &[usize], what: &str) -> super::Raised {
        let code = function.code();
        let names: Vec<String> = missing.iter().filter_map(|&index| code.local_names.get(index)).map(|name| format!("'{}'", text_of(name))).collect();
        let list = match names.as_slice() {
            [only] => only.clone(),
            [first, second] => format!("{first} and {second}"),
            [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
            [] => String::new(),
        };
        let plural = if names.len() == 1 { "" } else { "s" };
        let name = function_name(function);
        self.type_error(&format!("{name}() missing {} required {what} argument{plural}: {list}", names.len()))
    }

    #[cold]
    fn too_many_positional(&mut self, function: &Function, names: &[Value], given: usize) -> super::Raised {
        let code = function.code();
        let most = code.argument_count as usize;
        let defaults = function.defaults.get().get::<Tuple>().map_or(0, |defaults| defaults.length);
        let keyword_only = code.local_names.get(most..most + code.keyword_only_count as usize).unwrap_or_default();
        let keyword_given = names.iter().filter(|name| keyword_only.iter().any(|parameter| parameter.is(name))).count();
        let takes = if defaults > 0 { format!("from {} to {most}", most - defaults.min(most)) } else { format!("{most}") };
        let plural = if most == 1 && defaults == 0 { "" } else { "s" };
        let given_text = if keyword_given > 0 {
            let plural = if given == 1 { "" } else { "s" };
            let keyword_plural = if keyword_given == 1 { "" } else { "s" };
            format!("{given} positional argument{plural} (and {keyword_given} keyword-only argument{keyword_plural}) were")
        } else if given == 1 {
            format!("{given} was")
        } else {
            format!("{given} were")
        };
        let name = function_name(function);
        self.type_error(&format!("{name}() takes {takes} positional argument{plural} but {given_text} given"))
    }

    // ---- classes

    /// `Class(*arguments)`
    fn call_class(&mut self, callee: &Value, arguments: Vec<Value>, names: Vec<Value>) -> Res<Started> {
        // SAFETY: callers checked the kind.
        let class = unsafe { callee.get_unchecked::<Class>() };
        let metaclass = self.class_of(callee);
        let type_class = self.class::<Class>();
        if metaclass != type_class {
            if let Some(method) = self.class_special(&metaclass, Name::Call) {
                let own = method.get::<NativeFunction>().is_some_and(|native| native.owner.is(&type_class));
                if !own {
                    let mut all = Vec::with_capacity(arguments.len() + 1);
                    all.push(callee.clone());
                    all.extend(arguments);
                    return self.begin_call(Call { callee: method, arguments: all, names });
                }
            }
        } else if core::ptr::eq(class, &*type_class) && arguments.len() == 1 && names.is_empty() {
            let value = self.class_of(&arguments[0]).value();
            return Ok(Started::Value(value));
        }
        self.instantiate(callee, arguments, names)
    }

    /// What `type.__call__` does: `__new__`, then `__init__`.
    pub fn instantiate(&mut self, callee: &Value, arguments: Vec<Value>, names: Vec<Value>) -> Res<Started> {
        let Some(class) = callee.get::<Class>() else {
            return Err(self.type_error("descriptor '__call__' requires a 'type' object"));
        };
        if class.has(CLASS_NOT_CALLABLE) {
            let (module, name) = (self.module_prefix(class), class_name(class));
            return Err(self.type_error(&format!("cannot create '{module}{name}' instances")));
        }
        let object = self.class::<Instance>();
        let new = self.class_special(class, Name::New);
        let init = self.class_special(class, Name::Init);
        let is_object_native = |method: &Option<Value>| method.as_ref().and_then(|method| method.get::<NativeFunction>()).is_some_and(|native| native.owner.is(&object));
        let (plain_new, plain_init) = (is_object_native(&new), is_object_native(&init));
        if plain_new && class.layout.kind == Kind::Instance {
            if plain_init && !arguments.is_empty() {
                let name = class_name(class);
                return Err(self.type_error(&format!("{name}() takes no arguments")));
            }
            self.check_instantiable(class)?;
            let instance = self.heap.new_object(class, |header| Instance { header });
            if plain_init {
                return Ok(Started::Value(instance));
            }
            return match init {
                Some(init) => self.initialize(instance, init, arguments, names),
                None => Ok(Started::Value(instance)),
            };
        }
        let Some(new) = new else {
            let name = class_name(class);
            return Err(self.type_error(&format!("cannot create '{name}' instances")));
        };
        if class.layout.kind == Kind::Exception
            && names.is_empty()
            && let Some(instance) = exception::new_plain(self, class, &new, &arguments)
        {
            return match init {
                // BaseException's own has nothing left to do.
                Some(init) if !exception::is_base_method(self, &init) => self.initialize(instance, init, arguments, names),
                _ => Ok(Started::Value(instance)),
            };
        }
        let mut new_arguments = Vec::with_capacity(arguments.len() + 1);
        new_arguments.push(callee.clone());
        new_arguments.extend(arguments.iter().cloned());
        let new = super::ops::attribute::unwrap_new(self, &new, callee);
        if let Some(native) = new.get::<NativeFunction>() {
            return match self.begin_native(native, new_arguments, &names)? {
                Begun::Value(instance) => self.initialize_made(callee, instance, arguments, names),
                Begun::Action(action) => {
                    let class = callee.clone();
                    let made = move |vm: &mut Vm, result: Res<Value>| vm.initialize_made_action(&class, result?, arguments, names);
                    self.perform(Action::Then(Box::new(action), Box::new(made)))
                }
                begun => Ok(self.started(begun)),
            };
        }
        let class = callee.clone();
        let call = Call { callee: new, arguments: new_arguments, names: names.clone() };
        self.perform(Action::Call(call, Box::new(move |vm: &mut Vm, result: Res<Value>| vm.initialize_made_action(&class, result?, arguments, names))))
    }

    /// The `__init__` of what `__new__` has made, if that is an instance of the class and has one of its own.
    fn init_of_made(&mut self, class: &Value, instance: &Value) -> Option<Value> {
        if !class.get::<Class>().is_some_and(|class| self.is_instance(instance, class)) {
            return None;
        }
        let object = self.class::<Instance>();
        self.lookup_special(instance, Name::Init).filter(|init| !init.get::<NativeFunction>().is_some_and(|native| native.owner.is(&object)))
    }

    /// After `__new__`: `__init__`, if it is to be called.
    fn initialize_made(&mut self, class: &Value, instance: Value, arguments: Vec<Value>, names: Vec<Value>) -> Res<Started> {
        match self.init_of_made(class, &instance) {
            Some(init) => self.initialize(instance, init, arguments, names),
            None => Ok(Started::Value(instance)),
        }
    }

    /// As [`Vm::initialize_made`], to be done later.
    pub(super) fn initialize_made_action(&mut self, class: &Value, instance: Value, arguments: Vec<Value>, names: Vec<Value>) -> Res<Action> {
        Ok(match self.init_of_made(class, &instance) {
            Some(init) => Self::initialize_action(instance, init, arguments, names),
            None => Action::Return(instance),
        })
    }

    fn initialize_action(instance: Value, init: Value, arguments: Vec<Value>, names: Vec<Value>) -> Action {
        let call = Call { callee: init, arguments: with_receiver(&instance, arguments), names };
        Action::Call(call, initialized(instance))
    }

    /// Calls `__init__`; the instance is the result.
    fn initialize(&mut self, instance: Value, init: Value, arguments: Vec<Value>, names: Vec<Value>) -> Res<Started> {
        if let Kind::Function = init.kind() {
            let all = with_receiver(&instance, arguments);
            let top = self.reserve(HEADER_SLOTS + OWN_REGISTERS)?;
            let code = self.own.construct;
            // SAFETY: room was reserved.
            unsafe { self.push_own(top, code, instance) };
            if let Err(raised) = self.push_function(init, all, &names) {
                self.pop_own();
                return Err(raised);
            }
            return Ok(Started::Running);
        }
        if let Some(native) = init.get::<NativeFunction>() {
            return match self.begin_native(native, with_receiver(&instance, arguments), &names)? {
                Begun::Value(value) => {
                    self.check_init_result(&value)?;
                    Ok(Started::Value(instance))
                }
                Begun::Action(action) => self.perform(Action::Then(Box::new(action), initialized(instance))),
                begun => Ok(self.started(begun)),
            };
        }
        self.perform(Self::initialize_action(instance, init, arguments, names))
    }

    /// TypeError unless `__init__` returned None.
    pub(super) fn check_init_result(&mut self, value: &Value) -> Res<()> {
        if value.is_none() {
            return Ok(());
        }
        let name = self.type_name(value);
        Err(self.type_error(&format!("__init__() should return None, not '{name}'")))
    }

    /// `module.` for messages that name classes outside builtins.
    pub fn module_prefix(&self, class: &Class) -> String {
        match class.namespace().get_interned(self.name(Name::Module)) {
            Some(module) if module.get::<Str>().is_some() && !Str::is(&module, "builtins") => format!("{}.", text_of(&module)),
            _ => String::new(),
        }
    }
}

/// Slots whose arguments are unpacked, with a count of them that may vary.
fn is_unpacked(name: &str, of_number: bool) -> bool {
    matches!(name, "__pow__" | "__rpow__" | "__setitem__" | "__get__" | "__set__" | "__setattr__") || matches!(name, "__mul__" | "__rmul__" | "__imul__") && !of_number
}

/// Is it a special method that CPython keeps in a slot, not among the methods?
fn is_operator(name: &str) -> bool {
    const METHODS: [&str; 20] = [
        "__alloc__",
        "__bytes__",
        "__complex__",
        "__instancecheck__",
        "__set_name__",
        "__subclasscheck__",
        "__format__",
        "__sizeof__",
        "__reduce__",
        "__reduce_ex__",
        "__dir__",
        "__getnewargs__",
        "__round__",
        "__trunc__",
        "__ceil__",
        "__floor__",
        "__enter__",
        "__exit__",
        "__class_getitem__",
        "__reversed__",
    ];
    name.starts_with("__") && !METHODS.contains(&name)
}

/// Has it parameters that can be given by name?
fn takes_keywords(native: &Native) -> bool {
    let mut named = false;
    for (index, parameter) in split_parameters(native.parameters()).enumerate() {
        match parameter {
            "/" => named = false,
            _ => named |= native.arity.keywords || index > 0 && !parameter.starts_with('*'),
        }
    }
    named
}

/// Parameters of a signature's text, separated.
fn split_parameters(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let mut quote = None;
    text.split(move |character| match (quote, character) {
        (Some(open), _) => {
            if character == open {
                quote = None;
            }
            false
        }
        (None, '\'' | '"') => {
            quote = Some(character);
            false
        }
        (None, '(' | '[') => {
            depth += 1;
            false
        }
        (None, ')' | ']') => {
            depth -= 1;
            false
        }
        (None, ',') => depth == 0,
        _ => false,
    })
    .map(str::trim)
    .filter(|parameter| !parameter.is_empty())
}

/// The contents of a str value, for messages.
pub fn text_of(value: &Value) -> String {
    value.get::<Str>().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

/// `__name__` of a class, for messages.
pub fn class_name(class: &Class) -> String {
    text_of(class.name.get())
}

/// `__qualname__` of a function, for messages.
pub fn function_name(function: &Function) -> String {
    text_of(function.qualified_name.get())
}

fn with_receiver(receiver: &Value, arguments: Vec<Value>) -> Vec<Value> {
    let mut all = Vec::with_capacity(arguments.len() + 1);
    all.push(receiver.clone());
    all.extend(arguments);
    all
}

/// What follows `__init__`: the instance.
fn initialized(instance: Value) -> Box<dyn Continuation> {
    Box::new(move |vm: &mut Vm, result: Res<Value>| {
        let value = result?;
        vm.check_init_result(&value)?;
        Ok(Action::Return(instance))
    })
}
