//! `_functools`: `partial`, `reduce`, `cmp_to_key` and the cache behind `lru_cache`.

use super::{ModuleSpec, Namespace};
use crate::builtins::attributes::store;
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_HAS_DICT, CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::containers::{self, Display, Shown, class_argument, receiver};
use crate::object::dict::Dict;
use crate::object::dict_methods;
use crate::object::function::BoundMethod;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::iterator_state::recipe;
use crate::object::iterators_combined::new_of;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::iterate::{Each, Flow, for_each};
use crate::vm::native::{Action, Args, Call, Getter, Native};
use crate::vm::protocol::get_attribute_then;
use crate::vm::reenter::Comparison;
use crate::vm::{Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full(
            "reduce(function, iterable, /, initial=<unrepresentable>)",
            reduce,
            "Apply a function of two arguments cumulatively to the items of an iterable, from left to right, so as to reduce it to a single value.",
        ),
        Native::simple("cmp_to_key(mycmp)", cmp_to_key, "Convert a cmp= function into a key= function."),
    ],
    types: &[&PARTIAL, &LRU_CACHE],
    constants,
    ..ModuleSpec::new("_functools", "Tools that operate on functions.")
};

fn constants(vm: &mut Vm, module: &Namespace) {
    for spec in [&PLACEHOLDER, &KEY] {
        vm.class_from_spec(spec);
    }
    let placeholder = vm.new_object(|header| Placeholder { header });
    module.set(vm, "Placeholder", placeholder);
}

// ---- reduce

fn reduce(vm: &mut Vm, args: &Args) -> Res<Action> {
    let function = args.positional[0].clone();
    let total = args.get(2).cloned();
    for_each(vm, &args.positional[1], Reduce { function, total })
}

struct Reduce {
    function: Value,
    total: Option<Value>,
}

impl Each for Reduce {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        match self.total.take() {
            None => self.total = Some(item),
            Some(total) => {
                let arguments = [total, item];
                match containers::call_natively(vm, &self.function, &arguments) {
                    Some(result) => self.total = Some(result?),
                    None => return Ok(Flow::Call(Box::new(Call::new(self.function.clone(), arguments)))),
                }
            }
        }
        Ok(Flow::Continue)
    }

    fn called(&mut self, _: &mut Vm, result: Value) -> Res<Flow> {
        self.total = Some(result);
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        match self.total {
            Some(total) => Ok(Action::Return(total)),
            None => Err(vm.type_error("reduce() of empty iterable with no initial value")),
        }
    }
}

// ---- partial

/// `functools.Placeholder`: stands for a positional argument to come.
#[repr(C)]
pub struct Placeholder {
    pub header: Header,
}

object!(Placeholder, Kind::Other, "_PlaceholderType", |this, visit| {});

/// The type of `Placeholder`.
pub static PLACEHOLDER: TypeSpec = TypeSpec {
    module: "functools",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    doc: "The type of the Placeholder singleton.",
    natives: &[Native::simple("__repr__($self, /)", |vm, _| Ok(vm.new_str("Placeholder")), "Return repr(self).")],
    ..TypeSpec::new("_PlaceholderType", Placeholder::LAYOUT)
};

/// `functools.partial(function, *args, **keywords)`
#[repr(C)]
pub struct Partial {
    pub header: Header,
    function: Mut<Value>,
    /// A tuple.
    arguments: Mut<Value>,
    /// A dict.
    keywords: Mut<Value>,
    /// How many of the arguments are placeholders.
    placeholders: Cell<usize>,
}

object!(Partial, Kind::Other, "partial", |this, visit| {
    visit(this.function.get());
    visit(this.arguments.get());
    visit(this.keywords.get());
});

/// `functools.partial`.
pub static PARTIAL: TypeSpec = TypeSpec {
    module: "functools",
    flags: CLASS_HAS_DICT | CLASS_WEAKREFERABLE,
    doc: "Create a new function with partial application of the given arguments and keywords.",
    natives: &[
        containers::CLASS_GET_ITEM,
        Native::full("__new__($type, /, *args, **kwargs)", new_partial, "Create and return a new object."),
        Native::full("__call__($self, /, *args, **kwargs)", call_partial, "Call self as a function."),
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &PARTIAL_SHOWN), "Return repr(self)."),
        Native::simple("__get__($self, instance, owner=None, /)", bind, "Return an attribute of instance, which is of type owner."),
        Native::simple("__reduce__($self, /)", reduce_partial, ""),
        Native::full("__setstate__($self, state, /)", set_partial_state, ""),
    ],
    getters: &[
        Getter::read_only(
            "func",
            |_, partial| Ok(partial.get::<Partial>().map_or(Value::NONE, |partial| partial.function.get().clone())),
            "function object to use in future partial calls",
        ),
        Getter::read_only(
            "args",
            |_, partial| Ok(partial.get::<Partial>().map_or(Value::NONE, |partial| partial.arguments.get().clone())),
            "tuple of arguments to future partial calls",
        ),
        Getter::read_only(
            "keywords",
            |_, partial| Ok(partial.get::<Partial>().map_or(Value::NONE, |partial| partial.keywords.get().clone())),
            "dictionary of keyword arguments to future partial calls",
        ),
    ],
    ..TypeSpec::new("partial", Partial::LAYOUT)
};

static PARTIAL_SHOWN: Shown = Shown { display: display_partial, recursive: "..." };

fn display_partial(vm: &mut Vm, value: &Value) -> Res<Display> {
    let mut items = Vec::new();
    let mut names = Vec::new();
    if let Some(partial) = value.get::<Partial>() {
        items.push(partial.function.get().clone());
        items.extend(partial.arguments.get().get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default());
        for (name, item) in partial.keywords.get().get::<Dict>().map(|dict| dict.items()).unwrap_or_default() {
            names.push((items.len(), name));
            items.push(item);
        }
    }
    let class = vm.class_of(value);
    let prefix = format!("{}{}(", vm.module_prefix(&class), class.qualified_name.get().get::<Str>().map(Str::to_string_lossy).unwrap_or_default());
    let mut labels = Vec::new();
    for (index, name) in names {
        let label = match name.get::<Str>() {
            Some(name) => Some(name.to_string_lossy().into_owned()),
            None => vm.native_repr(&name)?.and_then(|shown| Some(shown.get::<Str>()?.to_string_lossy().into_owned())),
        };
        labels.extend(label.map(|label| (index, label)));
    }
    Ok(Display { labels, ..Display::owned(prefix, items, ")") })
}

fn is_placeholder(value: &Value) -> bool {
    value.kind() == Kind::Other && value.get::<Placeholder>().is_some()
}

fn new_partial(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<Partial>(vm, args.positional)?.value();
    let [_, function, arguments @ ..] = args.positional else { return Err(vm.type_error("type 'partial' takes at least one argument")) };
    if function.kind() != Kind::Function && vm.lookup_special(function, crate::vm::Name::Call).is_none() {
        return Err(vm.type_error("the first argument must be callable"));
    }
    if arguments.last().is_some_and(is_placeholder) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    if args.values.iter().any(is_placeholder) {
        return Err(vm.type_error("Placeholder cannot be passed as a keyword argument"));
    }
    let keywords = dict_methods::from_keywords(vm, args.names, args.values)?;
    let (function, arguments, keywords) = match function.get::<Partial>() {
        // A partial of a partial is one partial.
        Some(inner) if vm.class_of(function).value().is(&class) => {
            let own = inner.arguments.get().get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
            let merged = match inner.keywords.get().get::<Dict>() {
                Some(dict) => object::dict::copy(vm, dict)?,
                None => vm.new_dict(),
            };
            if let (Some(target), Some(source)) = (merged.get::<Dict>(), keywords.get::<Dict>()) {
                target.merge(vm, source, true)?;
            }
            (inner.function.get().clone(), filled(own, arguments), merged)
        }
        _ => (function.clone(), arguments.to_vec(), keywords),
    };
    let placeholders = arguments.iter().filter(|argument| is_placeholder(argument)).count();
    let arguments = vm.new_tuple(arguments);
    let (function, arguments, keywords, placeholders) = (Mut::new(function), Mut::new(arguments), Mut::new(keywords), Cell::new(placeholders));
    Ok(Action::Return(new_of(vm, &class, |header| Partial { header, function, arguments, keywords, placeholders })))
}

/// Arguments in the place of placeholders, the rest behind.
fn filled(own: Vec<Value>, given: &[Value]) -> Vec<Value> {
    let mut given = given.iter();
    let mut all: Vec<Value> = own.into_iter().map(|argument| if is_placeholder(&argument) { given.next().cloned().unwrap_or(argument) } else { argument }).collect();
    all.extend(given.cloned());
    all
}

fn call_partial(vm: &mut Vm, args: &Args) -> Res<Action> {
    let partial = receiver::<Partial>(vm, args.positional)?;
    let given = args.positional.get(1..).unwrap_or_default();
    if given.len() < partial.placeholders.get() {
        let message = format!("missing positional arguments in 'partial' call; expected at least {}, got {}", partial.placeholders.get(), given.len());
        return Err(vm.type_error(&message));
    }
    let own = partial.arguments.get().get::<Tuple>().map(Tuple::items).unwrap_or_default();
    let mut arguments = if partial.placeholders.get() > 0 {
        filled(own.to_vec(), given)
    } else {
        let mut all = Vec::with_capacity(own.len() + given.len() + args.values.len());
        all.extend_from_slice(own);
        all.extend_from_slice(given);
        all
    };
    let mut names = Vec::new();
    if let Some(dict) = partial.keywords.get().get::<Dict>() {
        for (name, value) in dict.items() {
            // Given ones win.
            let Some(text) = name.get::<Str>().map(Str::bytes) else { return Err(vm.type_error("keywords must be strings")) };
            if !args.names.iter().any(|given| given.get::<Str>().is_some_and(|given| given.bytes() == text)) {
                names.push(name);
                arguments.push(value);
            }
        }
    }
    names.extend_from_slice(args.names);
    arguments.extend_from_slice(args.values);
    Ok(Action::TailCall(Call { callee: partial.function.get().clone(), arguments, names }))
}

fn bind(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    if args[1].is_none() {
        return Ok(args[0].clone());
    }
    let (function, receiver) = (args[0].clone(), args[1].clone());
    Ok(vm.new_object(|header| BoundMethod { header, function, receiver }))
}

fn reduce_partial(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let partial = receiver::<Partial>(vm, args)?;
    let class = vm.class_of(&args[0]).value();
    let function = partial.function.get().clone();
    let attributes = vm.instance_dict(&args[0])?.filter(|dict| dict.get::<Dict>().is_some_and(|dict| dict.length.get() > 0)).unwrap_or(Value::NONE);
    let state = vm.new_tuple(Vec::from([function.clone(), partial.arguments.get().clone(), partial.keywords.get().clone(), attributes]));
    Ok(recipe(vm, class, Vec::from([function]), Some(state)))
}

/// `partial.__setstate__((function, arguments, keywords, attributes))`
fn set_partial_state(vm: &mut Vm, args: &Args) -> Res<Action> {
    let partial = receiver::<Partial>(vm, args.positional)?;
    let state = args.positional[1].get::<Tuple>().map(Tuple::items).unwrap_or_default();
    let [function, arguments, keywords, attributes] = state else { return Err(vm.type_error("invalid partial state")) };
    let callable = function.kind() == Kind::Function || vm.lookup_special(function, crate::vm::Name::Call).is_some();
    let Some(items) = arguments.get::<Tuple>().map(Tuple::items).filter(|_| callable && (keywords.is_none() || keywords.get::<Dict>().is_some())) else {
        return Err(vm.type_error("invalid partial state"));
    };
    if items.last().is_some_and(is_placeholder) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    partial.placeholders.set(items.iter().filter(|argument| is_placeholder(argument)).count());
    // Subclasses of tuple and dict might do anything when asked later.
    let arguments = if arguments.get_exact::<Tuple>().is_some() { arguments.clone() } else { vm.new_tuple(items.to_vec()) };
    let keywords = match keywords.get::<Dict>() {
        Some(dict) if keywords.get_exact::<Dict>().is_none() => object::dict::copy(vm, dict)?,
        Some(_) => keywords.clone(),
        None => vm.new_dict(),
    };
    partial.function.set(function.clone());
    partial.arguments.set(arguments);
    partial.keywords.set(keywords);
    let name = vm.name(crate::vm::Name::Dict).clone();
    let attributes = if attributes.is_none() { vm.new_dict() } else { attributes.clone() };
    store(vm, &args.positional[0], &name, Some(&attributes))
}

// ---- cmp_to_key

/// What `cmp_to_key(f)` returns, and what that makes of an object.
#[repr(C)]
pub struct Key {
    pub header: Header,
    compare: Value,
    /// Undefined: this is the key function itself.
    object: Value,
}

object!(Key, Kind::Other, "KeyWrapper", |this, visit| {
    visit(&this.compare);
    visit(&this.object);
});

/// `functools.KeyWrapper`
pub static KEY: TypeSpec = TypeSpec {
    module: "functools",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[
        Native::simple("__call__($self, /, obj)", make_key, "Call self as a function."),
        Native::full("__lt__($self, value, /)", |vm, args| compare_keys(vm, args, Comparison::Lt), "Return self<value."),
        Native::full("__le__($self, value, /)", |vm, args| compare_keys(vm, args, Comparison::Le), "Return self<=value."),
        Native::full("__eq__($self, value, /)", |vm, args| compare_keys(vm, args, Comparison::Eq), "Return self==value."),
        Native::full("__ne__($self, value, /)", |vm, args| compare_keys(vm, args, Comparison::Ne), "Return self!=value."),
        Native::full("__gt__($self, value, /)", |vm, args| compare_keys(vm, args, Comparison::Gt), "Return self>value."),
        Native::full("__ge__($self, value, /)", |vm, args| compare_keys(vm, args, Comparison::Ge), "Return self>=value."),
    ],
    getters: &[Getter::read_only("obj", |_, key| Ok(key.get::<Key>().map_or(Value::NONE, |key| key.object.clone())), "Value wrapped by a key function.")],
    ..TypeSpec::new("KeyWrapper", Key::LAYOUT)
};

fn cmp_to_key(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let compare = args[0].clone();
    Ok(vm.new_object(|header| Key { header, compare, object: Value::UNDEFINED }))
}

fn make_key(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let compare = receiver::<Key>(vm, args)?.compare.clone();
    let object = args[1].clone();
    Ok(vm.new_object(|header| Key { header, compare, object }))
}

fn compare_keys(vm: &mut Vm, args: &Args, comparison: Comparison) -> Res<Action> {
    let this = receiver::<Key>(vm, args.positional)?;
    let Some(other) = args.positional[1].get::<Key>() else { return Err(vm.type_error("other argument must be K instance")) };
    Ok(Action::call(this.compare.clone(), [this.object.clone(), other.object.clone()], move |vm, result| vm.compare_action(comparison, &result?, &Value::small_int(0))))
}

// ---- lru_cache

/// The callable behind `functools.lru_cache`.
#[repr(C)]
pub struct LruCache {
    pub header: Header,
    function: Value,
    /// A dict, oldest use first.
    cache: Value,
    /// None: unbounded.
    most: Option<usize>,
    typed: bool,
    hits: Cell<i64>,
    misses: Cell<i64>,
    info: Mut<Value>,
}

object!(LruCache, Kind::Other, "_lru_cache_wrapper", |this, visit| {
    visit(&this.function);
    visit(&this.cache);
    visit(this.info.get());
});

/// `functools._lru_cache_wrapper`
pub static LRU_CACHE: TypeSpec = TypeSpec {
    module: "functools",
    flags: CLASS_HAS_DICT | CLASS_WEAKREFERABLE,
    doc: "Create a cached callable that wraps another function.",
    natives: &[
        Native::full("__new__($type, /, user_function, maxsize, typed, cache_info_type)", new_cache, "Create and return a new object."),
        Native::full("__call__($self, /, *args, **kwargs)", call_cached, "Call self as a function."),
        Native::simple("__get__($self, instance, owner=None, /)", bind, "Return an attribute of instance, which is of type owner."),
        Native::full("cache_info($self, /)", cache_info, "Report cache statistics"),
        Native::simple("cache_clear($self, /)", cache_clear, "Clear the cache and cache statistics"),
        Native::simple("__copy__($self, /)", |_, args| Ok(args[0].clone()), ""),
        Native::simple("__deepcopy__($self, memo, /)", |_, args| Ok(args[0].clone()), ""),
        Native::full(
            "__reduce__($self, /)",
            |vm, args| {
                // Found again by its name.
                let name = vm.intern("__qualname__");
                get_attribute_then(vm, &args.positional[0], &name, |_, name| Ok(Action::Return(name?)))
            },
            "",
        ),
    ],
    ..TypeSpec::new("_lru_cache_wrapper", LruCache::LAYOUT)
};

fn new_cache(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<LruCache>(vm, args.positional)?.value();
    let [_, function, most, typed, info] = args.positional else { return Err(vm.type_error("_lru_cache_wrapper() takes 4 arguments")) };
    if function.kind() != Kind::Function && vm.lookup_special(function, crate::vm::Name::Call).is_none() {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let most = if most.is_none() { None } else { Some(vm.index_i64(most)?.max(0) as usize) };
    let typed = vm.truth(typed)?;
    let cache = vm.new_dict();
    let (function, info) = (function.clone(), Mut::new(info.clone()));
    Ok(Action::Return(new_of(vm, &class, |header| LruCache { header, function, cache, most, typed, hits: Cell::new(0), misses: Cell::new(0), info })))
}

/// What calls with these arguments have in common.
fn cache_key(vm: &mut Vm, typed: bool, args: &Args) -> Value {
    let given = args.positional.get(1..).unwrap_or_default();
    if let [only] = given
        && args.names.is_empty()
        && !typed
        && (only.as_small_int().is_some() || only.get_exact::<Str>().is_some())
    {
        return only.clone();
    }
    let mut parts = given.to_vec();
    if !args.names.is_empty() {
        // Something that no argument is, before names and values.
        parts.push(vm.class::<LruCache>().value());
        for (name, value) in args.names.iter().zip(args.values) {
            parts.push(name.clone());
            parts.push(value.clone());
        }
    }
    if typed {
        for value in given.iter().chain(args.values) {
            parts.push(vm.class_of(value).value());
        }
    }
    vm.new_tuple(parts)
}

fn call_cached(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<LruCache>(vm, args.positional)?;
    let mut arguments = args.positional.get(1..).unwrap_or_default().to_vec();
    arguments.extend_from_slice(args.values);
    let call = Call { callee: this.function.clone(), arguments, names: args.names.to_vec() };
    if this.most == Some(0) {
        this.misses.set(this.misses.get() + 1);
        return Ok(Action::TailCall(call));
    }
    let Some(cache) = this.cache.get::<Dict>() else { return Ok(Action::TailCall(call)) };
    let key = cache_key(vm, this.typed, args);
    let hash = vm.hash(&key)?;
    if let Some(place) = cache.find(vm, hash, &key)? {
        this.hits.set(this.hits.get() + 1);
        // SAFETY: just found, and nothing ran since.
        let value = unsafe { cache.value_at(place) }.clone();
        if this.most.is_some() && place + 1 != cache.entries.get().len() {
            // The latest use goes last.
            let entry = cache.remove_at(place);
            cache.insert_new(hash, entry.key, entry.value);
        }
        return Ok(Action::Return(value));
    }
    this.misses.set(this.misses.get() + 1);
    let object = args.positional[0].clone();
    Ok(Action::Call(
        call,
        Box::new(move |vm: &mut Vm, result: Res<Value>| {
            let value = result?;
            let Some((this, cache)) = object.get::<LruCache>().and_then(|this| Some((this, this.cache.get::<Dict>()?))) else { return Ok(Action::Return(value)) };
            // A call inside may have entered it meanwhile.
            if cache.find(vm, hash, &key)?.is_none() {
                if let Some(most) = this.most
                    && cache.length.get() >= most
                    && let Some(oldest) = cache.next_place(0)
                {
                    let entry = cache.remove_at(oldest);
                    drop(entry);
                }
                cache.insert_absent(vm, hash, key, value.clone())?;
            }
            Ok(Action::Return(value))
        }),
    ))
}

fn cache_info(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<LruCache>(vm, args.positional)?;
    let size = this.cache.get::<Dict>().map_or(0, |cache| cache.length.get());
    let most = match this.most {
        Some(most) => vm.new_size(most),
        None => Value::NONE,
    };
    let counts = [vm.new_int(this.hits.get()), vm.new_int(this.misses.get()), most, vm.new_size(size)];
    Ok(Action::tail_call(this.info.get().clone(), counts))
}

fn cache_clear(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<LruCache>(vm, args)?;
    this.hits.set(0);
    this.misses.set(0);
    if let Some(cache) = this.cache.get::<Dict>() {
        cache.clear_items();
    }
    Ok(Value::NONE)
}
