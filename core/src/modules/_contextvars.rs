//! `_contextvars`: values that belong to a context; each py-thread has a current one, and `Context.run` calls in another.

use super::ModuleSpec;
use crate::builtins::pieces::{Piece, join};
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_MAPPING, CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::{self, key_error, receiver};
use crate::object::dict::{self, Dict};
use crate::object::dict_views::{self, What};
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::str::Str;
use crate::object::text_arguments::NONE;
use crate::object::value::Value;
use crate::vm::{Action, Args, Call, Getter, Native, Raised, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[Native::simple("copy_context()", copy_context, "Return a shallow copy of the current Context.")],
    types: &[&CONTEXT, &CONTEXT_VAR, &TOKEN],
    constants: |vm, _| {
        let token = vm.class_from_spec(&TOKEN);
        vm.class_from_spec(&MISSING);
        let missing = vm.new_object(|header| Missing { header });
        let name = vm.intern("MISSING");
        if let Some(class) = token.get::<object::class::Class>() {
            drop(class.namespace().set_interned(&name, missing));
        }
    },
    ..ModuleSpec::new("_contextvars", "Context Variables")
};

/// `Token.MISSING`
#[repr(C)]
struct Missing {
    header: Header,
}

object!(Missing, Kind::Other, "Token.MISSING", |this, visit| {});

static MISSING: TypeSpec = TypeSpec {
    module: "_contextvars",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[Native::simple("__repr__($self, /)", |vm, _| Ok(vm.new_str("<Token.MISSING>")), "Return repr(self).")],
    ..TypeSpec::new("Token.MISSING", Missing::LAYOUT)
};

// ---- contexts

/// `contextvars.Context`
#[repr(C)]
struct Context {
    header: Header,
    /// Variables and their values, in a dict that copies of the context share until one of them changes it.
    values: Mut<Value>,
    shared: Cell<bool>,
    /// A py-thread is in it.
    entered: Cell<bool>,
}

object!(Context, Kind::Other, "_contextvars.Context", |this, visit| visit(this.values.get()), |this| drop(this.values.replace(Value::NONE)));

fn context_with(vm: &mut Vm, values: Value, shared: bool) -> Value {
    vm.class_from_spec(&CONTEXT);
    vm.new_object(|header| Context { header, values: Mut::new(values), shared: Cell::new(shared), entered: Cell::new(false) })
}

/// The current context of the running py-thread, made now if it has none yet.
fn current(vm: &mut Vm) -> Value {
    let index = vm.sched.current;
    if let Some(context) = &vm.sched.tasks.at(index).context {
        return context.clone();
    }
    let values = vm.new_dict();
    let context = context_with(vm, values, false);
    if let Some(context) = context.get::<Context>() {
        context.entered.set(true);
    }
    drop(vm.sched.tasks.at_mut(index).context.replace(context.clone()));
    context
}

impl Context {
    fn get(&self, vm: &mut Vm, variable: &Value) -> Res<Option<Value>> {
        let values = self.values.get().clone();
        match values.get::<Dict>() {
            Some(values) => values.get(vm, variable),
            None => Ok(None),
        }
    }

    /// Sets a variable, or takes it away when given None.
    fn set(&self, vm: &mut Vm, variable: &Value, value: Option<Value>) -> Res<()> {
        if self.shared.get()
            && let Some(values) = self.values.get().get::<Dict>()
        {
            let copy = dict::copy(vm, values)?;
            self.shared.set(false);
            self.values.set(copy);
        }
        let values = self.values.get().clone();
        let Some(values) = values.get::<Dict>() else { return Ok(()) };
        match value {
            Some(value) => values.set(vm, variable.clone(), value),
            None => values.delete(vm, variable).map(drop),
        }
    }

    fn copy(&self, vm: &mut Vm) -> Value {
        self.shared.set(true);
        let values = self.values.get().clone();
        context_with(vm, values, true)
    }
}

fn copy_context(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let context = current(vm);
    Ok(context.get::<Context>().map(|context| context.copy(vm)).unwrap_or(Value::NONE))
}

fn new_context(vm: &mut Vm, args: &Args) -> Res<Action> {
    allocation_class::<Context>(vm, args.positional, "Context")?;
    if args.positional.len() > 1 || !args.names.is_empty() {
        return Err(vm.type_error("Context() does not accept any arguments"));
    }
    let values = vm.new_dict();
    Ok(Action::Return(context_with(vm, values, false)))
}

fn run(vm: &mut Vm, args: &Args) -> Res<Action> {
    let context = receiver::<Context>(vm, args.positional)?;
    let Some((callable, rest)) = args.positional.get(1..).and_then(<[Value]>::split_first) else {
        return Err(vm.type_error("run() missing 1 required positional argument"));
    };
    let this = args.positional[0].clone();
    if context.entered.get() {
        let message = format!("cannot enter context: <_contextvars.Context object at {:#x}> is already entered", this.bits());
        return Err(vm.raise(Ex::RuntimeError, &message));
    }
    let outer = current(vm);
    context.entered.set(true);
    let index = vm.sched.current;
    drop(vm.sched.tasks.at_mut(index).context.replace(this.clone()));
    let mut arguments = rest.to_vec();
    arguments.extend_from_slice(args.values);
    let call = Call { callee: callable.clone(), arguments, names: args.names.to_vec() };
    Ok(Action::Call(
        call,
        Box::new(move |vm: &mut Vm, result: Res<Value>| {
            if let Some(context) = this.get::<Context>() {
                context.entered.set(false);
            }
            let index = vm.sched.current;
            drop(vm.sched.tasks.at_mut(index).context.replace(outer));
            result.map(Action::Return)
        }),
    ))
}

/// The receiver's variables and values.
fn values_of(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(receiver::<Context>(vm, arguments)?.values.get().clone())
}

/// The argument, which must be a variable.
fn variable<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a Value> {
    let key = arguments.get(1).unwrap_or(NONE);
    if key.get::<ContextVar>().is_some() {
        return Ok(key);
    }
    let shown = vm.native_repr(key)?.and_then(|shown| shown.get::<Str>().map(|shown| shown.to_string_lossy().into_owned()));
    Err(vm.type_error(&format!("a ContextVar key was expected, got {}", shown.unwrap_or_default())))
}

fn get_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let key = variable(vm, arguments)?;
    match receiver::<Context>(vm, arguments)?.get(vm, key)? {
        Some(value) => Ok(value),
        None => Err(key_error(vm, key)),
    }
}

fn get(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let key = variable(vm, arguments)?;
    let found = receiver::<Context>(vm, arguments)?.get(vm, key)?;
    Ok(found.or_else(|| argument(arguments, 2).cloned()).unwrap_or(Value::NONE))
}

fn contains(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let key = variable(vm, arguments)?;
    Ok(Value::bool(receiver::<Context>(vm, arguments)?.get(vm, key)?.is_some()))
}

fn length(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let values = values_of(vm, arguments)?;
    Ok(vm.new_size(values.get::<Dict>().map_or(0, |values| values.length.get())))
}

fn equality(vm: &mut Vm, arguments: &[Value], wanted: bool) -> Res<Value> {
    let mine = values_of(vm, arguments)?;
    let Some(theirs) = arguments.get(1).and_then(|other| other.get::<Context>()).map(|other| other.values.get().clone()) else { return Ok(Value::NOT_IMPLEMENTED) };
    match (mine.get::<Dict>(), theirs.get::<Dict>()) {
        (Some(mine), Some(theirs)) => Ok(Value::bool(mine.equals(vm, theirs)? == wanted)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// An iterator over a copy: the context may change meanwhile.
fn iterate(vm: &mut Vm, arguments: &[Value], what: What) -> Res<Value> {
    let values = values_of(vm, arguments)?;
    let Some(dict) = values.get::<Dict>() else { return Ok(Value::NONE) };
    let copy = dict::copy(vm, dict)?;
    Ok(dict_views::iterator(vm, &copy, what))
}

static CONTEXT: TypeSpec = TypeSpec {
    module: "_contextvars",
    flags: CLASS_FINAL | CLASS_MAPPING | CLASS_WEAKREFERABLE,
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", new_context, "Create and return a new object."),
        Native::full("run($self, callable, /, *args, **kwargs)", run, "Call the callable in this context.").counting(),
        Native::simple("copy($self, /)", |vm, arguments| Ok(receiver::<Context>(vm, arguments)?.copy(vm)), "Return a shallow copy of the context object."),
        Native::simple("get($self, key, default=None, /)", get, "Return the value for `key` if `key` has the value in the context object; default otherwise."),
        Native::simple("keys($self, /)", |vm, arguments| iterate(vm, arguments, What::Keys), "Return a list of all variables in the context object."),
        Native::simple("values($self, /)", |vm, arguments| iterate(vm, arguments, What::Values), "Return a list of all variables' values in the context object."),
        Native::simple("items($self, /)", |vm, arguments| iterate(vm, arguments, What::Items), "Return all variables and their values in the context object."),
        Native::simple("__iter__($self, /)", |vm, arguments| iterate(vm, arguments, What::Keys), "Implement iter(self)."),
        Native::simple("__len__($self, /)", length, "Return len(self)."),
        Native::simple("__getitem__($self, key, /)", get_item, "Return self[key]."),
        Native::simple("__contains__($self, key, /)", contains, "Return bool(key in self)."),
        Native::simple("__eq__($self, value, /)", |vm, arguments| equality(vm, arguments, true), "Return self==value."),
        Native::simple("__ne__($self, value, /)", |vm, arguments| equality(vm, arguments, false), "Return self!=value."),
    ],
    ..TypeSpec::new("Context", Context::LAYOUT)
};

// ---- variables

/// `contextvars.ContextVar`
#[repr(C)]
struct ContextVar {
    header: Header,
    name: Value,
    default: Mut<Option<Value>>,
}

object!(
    ContextVar,
    Kind::Other,
    "_contextvars.ContextVar",
    |this, visit| {
        visit(&this.name);
        if let Some(default) = this.default.get() {
            visit(default);
        }
    },
    |this| drop(this.default.take())
);

fn new_variable(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<ContextVar>(vm, arguments, "ContextVar")?;
    let name = arguments.get(1).unwrap_or(NONE).clone();
    if name.get::<Str>().is_none() {
        return Err(vm.type_error("context variable name must be a str"));
    }
    let default = argument(arguments, 2).cloned();
    Ok(vm.heap.new_object(&class, |header| ContextVar { header, name, default: Mut::new(default) }))
}

fn variable_get(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<ContextVar>(vm, arguments)?;
    let context = vm.sched.tasks.at(vm.sched.current).context.clone();
    if let Some(context) = context.as_ref().and_then(|context| context.get::<Context>())
        && let Some(value) = context.get(vm, &arguments[0])?
    {
        return Ok(value);
    }
    match argument(arguments, 1).cloned().or_else(|| this.default.get().clone()) {
        Some(default) => Ok(default),
        None => Err(vm.raise_with(Ex::LookupError, Vec::from([arguments[0].clone()]))),
    }
}

fn variable_set(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    receiver::<ContextVar>(vm, arguments)?;
    let (variable, context) = (arguments[0].clone(), current(vm));
    let Some(here) = context.get::<Context>() else { return Ok(Value::NONE) };
    let old = here.get(vm, &variable)?;
    here.set(vm, &variable, Some(arguments.get(1).unwrap_or(NONE).clone()))?;
    Ok(vm.new_object(|header| Token { header, context: Mut::new(context), variable, old: Mut::new(old), used: Cell::new(false) }))
}

fn variable_reset(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    receiver::<ContextVar>(vm, arguments)?;
    let given = arguments.get(1).unwrap_or(NONE);
    let Some(token) = given.get::<Token>() else {
        let shown = vm.native_repr(given)?.and_then(|shown| shown.get::<Str>().map(|shown| shown.to_string_lossy().into_owned()));
        return Err(vm.type_error(&format!("expected an instance of Token, got {}", shown.unwrap_or_default())));
    };
    reset(vm, &arguments[0], given, token)
}

/// An exception about a token, which it shows.
#[cold]
fn about_token(vm: &mut Vm, kind: Ex, token: &Value, what: &str) -> Raised {
    let shown = vm.native_repr(token).ok().flatten().and_then(|shown| shown.get::<Str>().map(|shown| shown.to_string_lossy().into_owned()));
    vm.raise(kind, &format!("{} {what}", shown.unwrap_or_default()))
}

fn reset(vm: &mut Vm, variable: &Value, token_value: &Value, token: &Token) -> Res<Value> {
    if token.used.get() {
        return Err(about_token(vm, Ex::RuntimeError, token_value, "has already been used once"));
    }
    if !token.variable.is(variable) {
        return Err(about_token(vm, Ex::ValueError, token_value, "was created by a different ContextVar"));
    }
    let context = current(vm);
    if !token.context.get().is(&context) {
        return Err(about_token(vm, Ex::ValueError, token_value, "was created in a different Context"));
    }
    token.used.set(true);
    if let Some(context) = context.get::<Context>() {
        let old = token.old.get().clone();
        context.set(vm, variable, old)?;
    }
    Ok(Value::NONE)
}

fn variable_repr(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<ContextVar>(vm, args.positional)?;
    let mut pieces = Vec::from([Piece::from("<ContextVar name="), Piece::Repr(this.name.clone())]);
    if let Some(default) = this.default.get() {
        pieces.extend([Piece::from(" default="), Piece::Repr(default.clone())]);
    }
    pieces.push(Piece::Text(format!(" at {:#x}>", args.positional[0].bits()).into()));
    join(vm, pieces)
}

static CONTEXT_VAR: TypeSpec = TypeSpec {
    module: "_contextvars",
    flags: CLASS_FINAL | CLASS_WEAKREFERABLE,
    natives: &[
        Native::simple("__new__($type, name, /, *, default=<unrepresentable>)", new_variable, "Create and return a new object."),
        Native::full("__repr__($self, /)", variable_repr, "Return repr(self)."),
        Native::simple("get($self, default=<unrepresentable>, /)", variable_get, "Return a value for the context variable for the current context."),
        Native::simple("set($self, value, /)", variable_set, "Call to set a new value for the context variable in the current context."),
        Native::simple("reset($self, token, /)", variable_reset, "Reset the context variable to the value it had before the set() that created the token."),
        containers::CLASS_GET_ITEM,
    ],
    getters: &[Getter::read_only("name", |_, this| Ok(this.get::<ContextVar>().map_or(Value::NONE, |variable| variable.name.clone())), "")],
    ..TypeSpec::new("ContextVar", ContextVar::LAYOUT)
};

// ---- tokens

/// `contextvars.Token`
#[repr(C)]
struct Token {
    header: Header,
    context: Mut<Value>,
    variable: Value,
    old: Mut<Option<Value>>,
    used: Cell<bool>,
}

object!(
    Token,
    Kind::Other,
    "_contextvars.Token",
    |this, visit| {
        visit(this.context.get());
        visit(&this.variable);
        if let Some(old) = this.old.get() {
            visit(old);
        }
    },
    |this| {
        drop(this.old.take());
        drop(this.context.replace(Value::NONE));
    }
);

fn new_token(vm: &mut Vm, _: &Args) -> Res<Action> {
    Err(vm.raise(Ex::RuntimeError, "Tokens can only be created by ContextVars"))
}

fn token_repr(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<Token>(vm, args.positional)?;
    let used = if this.used.get() { " used" } else { "" };
    let end = format!(" at {:#x}>", args.positional[0].bits());
    join(vm, Vec::from([Piece::Text(format!("<Token{used} var=").into()), Piece::Repr(this.variable.clone()), Piece::Text(end.into())]))
}

fn token_exit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let token = receiver::<Token>(vm, arguments)?;
    let variable = token.variable.clone();
    reset(vm, &variable, &arguments[0], token)
}

static TOKEN: TypeSpec = TypeSpec {
    module: "_contextvars",
    flags: CLASS_FINAL,
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", new_token, "Create and return a new object."),
        Native::full("__repr__($self, /)", token_repr, "Return repr(self)."),
        Native::simple("__enter__($self, /)", |_, arguments| Ok(arguments.first().cloned().unwrap_or(Value::NONE)), "Enter into Token context manager."),
        Native::simple("__exit__($self, type, value, traceback, /)", token_exit, "Exit from Token context manager, restore the linked ContextVar."),
        containers::CLASS_GET_ITEM,
    ],
    getters: &[
        Getter::read_only("var", |_, this| Ok(this.get::<Token>().map_or(Value::NONE, |token| token.variable.clone())), ""),
        Getter::read_only(
            "old_value",
            |vm, this| {
                let old = this.get::<Token>().and_then(|token| token.old.get().clone());
                let name = vm.intern("MISSING");
                Ok(old.or_else(|| vm.class_of(this).lookup(&name)).unwrap_or(Value::NONE))
            },
            "",
        ),
    ],
    ..TypeSpec::new("Token", Token::LAYOUT)
};
