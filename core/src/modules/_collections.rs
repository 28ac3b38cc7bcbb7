//! `_collections`: `deque`, `defaultdict`, `OrderedDict`, and what helps `Counter` and `namedtuple`.

use super::ModuleSpec;
use crate::object;
use crate::object::class::{CLASS_HAS_DICT, CLASS_HEAP, CLASS_MAPPING, CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::containers::{self, Display, Shown, check_count, key_error, no_keywords, receiver};
use crate::object::deque;
use crate::object::dict::{self, Dict};
use crate::object::dict_methods;
use crate::object::dict_views::{self, What};
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Object};
use crate::object::table::Entry;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::execute::class_name;
use crate::vm::iterate::{Each, Flow, for_each};
use crate::vm::native::{Action, Args, Call, Getter, Native, argument};
use crate::vm::prelude;
use crate::vm::{Name, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[Native::full("_count_elements(mapping, iterable, /)", count_elements, "Count elements in the iterable, updating the mapping")],
    types: &[&deque::TYPE, &DEFAULT_DICT, &ORDERED_DICT, &TUPLE_GETTER, &deque::ITERATOR, &deque::REVERSE_ITERATOR],
    ..ModuleSpec::new("_collections", "High performance data structures.")
};

// ---- defaultdict: a dict whose instances have an attribute for the factory

/// `collections.defaultdict`.
pub static DEFAULT_DICT: TypeSpec = TypeSpec {
    module: "collections",
    base: Some(&dict::TYPE),
    flags: CLASS_HEAP | CLASS_HAS_DICT | CLASS_WEAKREFERABLE | CLASS_MAPPING,
    doc: "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce a new value when a key is not present, in __getitem__ only.",
    natives: &[
        Native::full("__init__($self, *args, **kwargs)", init_default_dict, "Initialize self."),
        Native::full("__missing__($self, key, /)", missing, "Called by __getitem__ for a missing key: the factory's value is inserted and returned."),
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &DEFAULT_DICT_SHOWN), "Return repr(self)."),
        Native::simple("copy($self, /)", copy_default_dict, "A shallow copy of the dict."),
        Native::simple("__copy__($self, /)", copy_default_dict, "A shallow copy of the dict."),
        Native::simple("__or__($self, value, /)", |vm, args| default_dict_union(vm, &args[0], &args[1], &args[0]), "Return self|value."),
        Native::simple("__ror__($self, value, /)", |vm, args| default_dict_union(vm, &args[1], &args[0], &args[0]), "Return value|self."),
        Native::simple("__reduce__($self, /)", reduce_default_dict, "Return state information for pickling."),
    ],
    getters: &[Getter {
        name: FACTORY,
        get: |vm, this| Ok(factory(vm, this)),
        set: Some(|vm, this, factory| {
            set_factory(vm, this, factory.cloned().unwrap_or(Value::NONE));
            Ok(())
        }),
        doc: "Factory for default value called by __missing__().",
    }],
    ..TypeSpec::new("defaultdict", Dict::LAYOUT)
};

const FACTORY: &str = "default_factory";

/// The factory of a defaultdict.
fn factory(vm: &mut Vm, dict: &Value) -> Value {
    let name = vm.intern(FACTORY);
    let found = dict.header().and_then(|header| header.class().attributes_of(header).and_then(|attributes| attributes.get(header, &name)));
    found.unwrap_or(Value::NONE)
}

fn set_factory(vm: &mut Vm, dict: &Value, factory: Value) {
    let name = vm.intern(FACTORY);
    if let Some(header) = dict.header()
        && let Some(attributes) = header.class().attributes_of(header)
    {
        attributes.set(header, &name, factory);
    }
}

fn init_default_dict(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver::<Dict>(vm, args.positional)?;
    let given = args.positional.get(1..).unwrap_or_default();
    check_count(vm, "defaultdict", given.len(), 0, 2)?;
    let factory = given.first().cloned().unwrap_or(Value::NONE);
    if !factory.is_none() && factory.kind() != Kind::Function && vm.lookup_special(&factory, Name::Call).is_none() {
        return Err(vm.type_error("first argument must be callable or None"));
    }
    set_factory(vm, &args.positional[0], factory);
    let keywords: Vec<(Value, Value)> = args.names.iter().cloned().zip(args.values.iter().cloned()).collect();
    let finish = move |vm: &mut Vm, target: &Value| {
        if let Some(dict) = target.get::<Dict>() {
            for (name, value) in keywords {
                dict.set(vm, name, value)?;
            }
        }
        Ok(Action::Return(Value::NONE))
    };
    match given.get(1) {
        Some(source) => dict_methods::update_from(vm, &args.positional[0], source, finish),
        None => finish(vm, &args.positional[0]),
    }
}

fn missing(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [this, key] = args.positional else { return Ok(Action::Return(Value::NONE)) };
    let factory = factory(vm, this);
    if factory.is_none() {
        return Err(key_error(vm, key));
    }
    let (this, key) = (this.clone(), key.clone());
    Ok(Action::call(factory, [], move |vm, made| {
        let made = made?;
        match vm.lookup_special(&this, Name::SetItem) {
            Some(method) if method.kind() == Kind::Function => Ok(Action::call(method, [this, key, made.clone()], move |_, result| result.map(|_| Action::Return(made)))),
            _ => {
                if let Some(dict) = this.get::<Dict>() {
                    dict.set(vm, key, made.clone())?;
                }
                Ok(Action::Return(made))
            }
        }
    }))
}

static DEFAULT_DICT_SHOWN: Shown = Shown { display: display_default_dict, recursive: "defaultdict(...)" };

fn display_default_dict(vm: &mut Vm, value: &Value) -> Res<Display> {
    let factory = factory(vm, value);
    let plain = match value.get::<Dict>() {
        Some(dict) => dict::copy(vm, dict)?,
        None => Value::NONE,
    };
    let name = class_name(&vm.class_of(value));
    Ok(Display::owned(format!("{name}("), Vec::from([factory, plain]), ")"))
}

fn copy_default_dict(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    let class = vm.class_of(&args[0]);
    let copy = vm.heap.new_object(&class, Dict::empty);
    if let Some(target) = copy.get::<Dict>() {
        target.merge(vm, dict, true)?;
    }
    let factory = factory(vm, &args[0]);
    set_factory(vm, &copy, factory);
    Ok(copy)
}

fn default_dict_union(vm: &mut Vm, left: &Value, right: &Value, model: &Value) -> Res<Value> {
    let (Some(first), Some(second)) = (left.get::<Dict>(), right.get::<Dict>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let class = vm.class_of(model);
    let result = vm.heap.new_object(&class, Dict::empty);
    if let Some(target) = result.get::<Dict>() {
        target.merge(vm, first, true)?;
        target.merge(vm, second, true)?;
    }
    let factory = factory(vm, model);
    set_factory(vm, &result, factory);
    Ok(result)
}

fn reduce_default_dict(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<Dict>(vm, args)?;
    let factory = factory(vm, &args[0]);
    let arguments = if factory.is_none() { Vec::new() } else { Vec::from([factory]) };
    let arguments = vm.new_tuple(arguments);
    let class = vm.class_of(&args[0]).value();
    let items = dict_views::view(vm, &args[0], What::Items);
    let items = dict_items_iterator(vm, &items);
    Ok(vm.new_tuple(Vec::from([class, arguments, Value::NONE, Value::NONE, items])))
}

fn dict_items_iterator(vm: &mut Vm, view: &Value) -> Value {
    match dict_views::viewed(view) {
        Some((dict, what)) => {
            let dict = dict.clone();
            dict_views::iterator(vm, &dict, what)
        }
        None => Value::NONE,
    }
}

// ---- OrderedDict: a dict that can reorder

/// `collections.OrderedDict`.
pub static ORDERED_DICT: TypeSpec = TypeSpec {
    module: "collections",
    base: Some(&dict::TYPE),
    flags: CLASS_HEAP | CLASS_HAS_DICT | CLASS_WEAKREFERABLE | CLASS_MAPPING,
    doc: "Dictionary that remembers insertion order",
    natives: &[
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &ORDERED_DICT_SHOWN), "Return repr(self)."),
        Native::simple("__eq__($self, value, /)", |vm, args| ordered_equality(vm, args, true), "Return self==value."),
        Native::simple("__ne__($self, value, /)", |vm, args| ordered_equality(vm, args, false), "Return self!=value."),
        Native::simple("move_to_end($self, /, key, last=True)", move_to_end, "Move an existing element to the end (or beginning if last is false)."),
        Native::simple("popitem($self, /, last=True)", pop_item, "Remove and return a (key, value) pair: the last one if last is true, else the first."),
        Native::full(
            "pop($self, /, key, default=<unrepresentable>)",
            pop,
            "Remove specified key and return the corresponding value; default (or KeyError) if there is none.",
        ),
        Native::full("__reduce__($self, /)", |vm, args| prelude::call(vm, &prelude::PICKLING, "reduce_ordered", args.positional), "Helper for pickle."),
        Native::simple("copy($self, /)", copy_ordered, "A shallow copy of the dict."),
        Native::simple("__copy__($self, /)", copy_ordered, "A shallow copy of the dict."),
        Native::simple("__or__($self, value, /)", |vm, args| ordered_union(vm, &args[0], &args[1], &args[0]), "Return self|value."),
        Native::simple("__ror__($self, value, /)", |vm, args| ordered_union(vm, &args[1], &args[0], &args[0]), "Return value|self."),
    ],
    ..TypeSpec::new("OrderedDict", Dict::LAYOUT)
};

static ORDERED_DICT_SHOWN: Shown = Shown { display: display_ordered, recursive: "..." };

fn display_ordered(vm: &mut Vm, value: &Value) -> Res<Display> {
    let name = class_name(&vm.class_of(value));
    match value.get::<Dict>() {
        Some(dict) if dict.length.get() > 0 => {
            let items = dict.items().into_iter().flat_map(|(key, value)| [key, value]).collect();
            Ok(Display { pairs: true, ..Display::owned(format!("{name}({{"), items, "})") })
        }
        _ => Ok(Display::owned(format!("{name}()"), Vec::new(), "")),
    }
}

fn ordered_equality(vm: &mut Vm, args: &[Value], wanted: bool) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    let Some(other) = args[1].get::<Dict>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let mut equal = dict.equals(vm, other)?;
    let ordered = vm.class_from_spec(&ORDERED_DICT);
    if equal
        && let Some(class) = ordered.get::<object::class::Class>()
        && vm.is_instance(&args[1], class)
    {
        for (mine, theirs) in dict.keys().iter().zip(other.keys()) {
            if !vm.equal(mine, &theirs)? {
                equal = false;
                break;
            }
        }
    }
    Ok(Value::bool(equal == wanted))
}

fn move_to_end(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    let last = match argument(args, 2) {
        Some(last) => vm.truth(last)?,
        None => true,
    };
    let hash = dict::hash_key(vm, &args[1])?;
    let Some(place) = dict.find(vm, hash, &args[1])? else { return Err(key_error(vm, &args[1])) };
    if last {
        if place + 1 != dict.entries.get().len() {
            let entry = dict.remove_at(place);
            dict.insert_absent(vm, hash, entry.key, entry.value)?;
        }
        return Ok(Value::NONE);
    }
    if dict.next_place(0) == Some(place) {
        return Ok(Value::NONE);
    }
    // To the front: everything else moves back by one.
    let entry = dict.remove_at(place);
    let mut entries: Vec<Entry<Value>> = Vec::with_capacity(dict.length.get() + 1);
    entries.push(Entry { hash, key: entry.key, value: entry.value });
    entries.extend(dict.take_entries().into_iter().filter(|entry| !entry.key.is_undefined()));
    dict.adopt_entries(vm, entries)?;
    Ok(Value::NONE)
}

fn pop_item(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    let last = match argument(args, 1) {
        Some(last) => vm.truth(last)?,
        None => true,
    };
    let place = if last { dict.previous(usize::MAX) } else { dict.next_place(0) };
    match place {
        Some(place) => {
            let entry = dict.remove_at(place);
            Ok(dict_views::pair(vm, entry.key, entry.value))
        }
        None => Err(vm.raise(Ex::KeyError, "dictionary is empty")),
    }
}

fn pop(vm: &mut Vm, args: &Args) -> Res<Action> {
    let dict = receiver::<Dict>(vm, args.positional)?;
    let key = &args.positional[1];
    match dict.delete(vm, key)? {
        Some(value) => Ok(Action::Return(value)),
        None => match args.get(2) {
            Some(default) => Ok(Action::Return(default.clone())),
            None => match vm.lookup_special(&args.positional[0], Name::Missing) {
                Some(method) => Ok(Action::tail_call(method, [args.positional[0].clone(), key.clone()])),
                None => Err(key_error(vm, key)),
            },
        },
    }
}

fn copy_ordered(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    let class = vm.class_of(&args[0]);
    let copy = vm.heap.new_object(&class, Dict::empty);
    if let Some(target) = copy.get::<Dict>() {
        target.merge(vm, dict, true)?;
    }
    Ok(copy)
}

fn ordered_union(vm: &mut Vm, left: &Value, right: &Value, model: &Value) -> Res<Value> {
    let (Some(first), Some(second)) = (left.get::<Dict>(), right.get::<Dict>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let class = vm.class_of(model);
    let result = vm.heap.new_object(&class, Dict::empty);
    if let Some(target) = result.get::<Dict>() {
        target.merge(vm, first, true)?;
        target.merge(vm, second, true)?;
    }
    Ok(result)
}

// ---- for Counter

fn count_elements(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "_count_elements", args)?;
    let mapping = args.positional[0].clone();
    let native = mapping.get::<Dict>().is_some() && {
        let builtin = vm.class::<Dict>();
        let class = vm.class_of(&mapping);
        let get = vm.intern("get");
        let owner_is_dict = |name: &Value| class.lookup_with_owner(name).is_some_and(|(_, owner)| core::ptr::eq(owner, &*builtin));
        owner_is_dict(&get) && owner_is_dict(vm.name(Name::SetItem))
    };
    if native {
        return for_each(vm, &args.positional[1], Count { mapping });
    }
    let get = vm.intern("get");
    let Some(getter) = vm.class_of(&mapping).lookup(&get) else { return Err(vm.type_error("_count_elements() needs a mapping")) };
    let Some(setter) = vm.lookup_special(&mapping, Name::SetItem) else { return Err(vm.type_error("_count_elements() needs a mapping")) };
    for_each(vm, &args.positional[1], CountSlowly { mapping, getter, setter, key: None })
}

struct Count {
    mapping: Value,
}

impl Each for Count {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        let Some(dict) = self.mapping.get::<Dict>() else { return Ok(Flow::Continue) };
        let hash = dict::hash_key(vm, &item)?;
        match dict.find(vm, hash, &item)? {
            None => dict.insert_absent(vm, hash, item, Value::small_int(1))?,
            Some(place) => {
                // SAFETY: just found, and nothing ran since.
                let count = unsafe { dict.value_at(place) }.clone();
                let next = match count.as_small_int() {
                    Some(count) => vm.new_int(count + 1),
                    None => {
                        let action = vm.binary(crate::vm::ops::arithmetic::Operator::ADD, &count, &Value::small_int(1), false)?;
                        vm.run_action(action)?
                    }
                };
                dict.set_hashed(vm, hash, item, next)?;
            }
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, _: &mut Vm) -> Res<Action> {
        Ok(Action::Return(Value::NONE))
    }
}

/// As [`Count`] for mappings with methods of their own: `mapping[key] = mapping.get(key, 0) + 1`.
struct CountSlowly {
    mapping: Value,
    getter: Value,
    setter: Value,
    /// Whose count is awaited.
    key: Option<Value>,
}

impl Each for CountSlowly {
    fn item(&mut self, _: &mut Vm, item: Value) -> Res<Flow> {
        self.key = Some(item.clone());
        Ok(Flow::Call(Box::new(Call::new(self.getter.clone(), [self.mapping.clone(), item, Value::small_int(0)]))))
    }

    fn called(&mut self, vm: &mut Vm, result: Value) -> Res<Flow> {
        let Some(key) = self.key.take() else { return Ok(Flow::Continue) };
        let action = vm.binary(crate::vm::ops::arithmetic::Operator::ADD, &result, &Value::small_int(1), false)?;
        let next = vm.run_action(action)?;
        Ok(Flow::Call(Box::new(Call::new(self.setter.clone(), [self.mapping.clone(), key, next]))))
    }

    fn finish(self: Box<Self>, _: &mut Vm) -> Res<Action> {
        Ok(Action::Return(Value::NONE))
    }
}

// ---- for namedtuple

/// A descriptor for one field of a named tuple.
#[repr(C)]
pub struct TupleGetter {
    pub header: Header,
    index: usize,
    doc: crate::object::header::Mut<Value>,
}

object!(TupleGetter, Kind::Other, "_tuplegetter", |this, visit| visit(this.doc.get()));

/// `collections._tuplegetter`
pub static TUPLE_GETTER: TypeSpec = TypeSpec {
    module: "collections",
    natives: &[
        Native::simple("__new__($type, index, doc, /)", new_getter, "Create and return a new object."),
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &TUPLE_GETTER_SHOWN), "Return repr(self)."),
        Native::simple("__get__($self, instance, owner=None, /)", get_field, "Return an attribute of instance, which is of type owner."),
        Native::simple("__set__($self, instance, value, /)", |vm, _| Err(vm.raise(Ex::AttributeError, "can't set attribute")), "Set an attribute of instance to value."),
        Native::simple("__delete__($self, instance, /)", |vm, _| Err(vm.raise(Ex::AttributeError, "can't delete attribute")), "Delete an attribute of instance."),
    ],
    getters: &[Getter {
        name: "__doc__",
        get: |_, getter| Ok(getter.get::<TupleGetter>().map_or(Value::NONE, |getter| getter.doc.get().clone())),
        set: Some(|_, getter, value| {
            if let Some(getter) = getter.get::<TupleGetter>() {
                getter.doc.set(value.cloned().unwrap_or(Value::NONE));
            }
            Ok(())
        }),
        doc: "",
    }],
    ..TypeSpec::new("_tuplegetter", TupleGetter::LAYOUT)
};

static TUPLE_GETTER_SHOWN: Shown = Shown {
    display: |_, value| {
        let items = value.get::<TupleGetter>().map(|getter| Vec::from([Value::small_int(getter.index as i64), getter.doc.get().clone()])).unwrap_or_default();
        Ok(Display::new("_tuplegetter(", items, ")"))
    },
    recursive: "_tuplegetter(...)",
};

fn new_getter(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let class = containers::class_argument::<TupleGetter>(vm, args)?;
    let index = vm.index_i64(&args[1])?.max(0) as usize;
    let doc = crate::object::header::Mut::new(args[2].clone());
    Ok(vm.heap.new_object(&class, |header| TupleGetter { header, index, doc }))
}

fn get_field(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let getter = receiver::<TupleGetter>(vm, args)?;
    if args[1].is_none() {
        return Ok(args[0].clone());
    }
    let Some(tuple) = args[1].get::<Tuple>() else {
        let name = vm.type_name(&args[1]);
        return Err(vm.type_error(&format!("descriptor for index '{}' for tuple subclasses doesn't apply to '{name}' object", getter.index)));
    };
    match tuple.items().get(getter.index) {
        Some(item) => Ok(item.clone()),
        None => Err(vm.raise(Ex::IndexError, "tuple index out of range")),
    }
}
