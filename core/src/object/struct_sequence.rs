//! Struct sequences: tuples whose items have names (`sys.version_info`, `time.struct_time`).

use super::class::{Class, TypeSpec};
use super::construct::class_name;
use super::dict::Dict;
use super::header::Object;
use super::str::Str;
use super::tuple::Tuple;
use super::value::Value;
use crate::builtins::pieces::{Piece, join};
use crate::vm::iterate::collect;
use crate::vm::{Action, Args, Native, Res, Vm};
use alloc::format;
use alloc::vec::Vec;

/// The methods of every struct sequence.
pub const NATIVES: &[Native] = &[
    Native::full("__new__($type, sequence, dict=None, /)", sequence_new, "Create and return a new object."),
    REPR,
    Native::simple("__reduce__($self, /)", reduce, "Helper for pickle."),
];

/// `__repr__` of every struct sequence.
pub const REPR: Native = Native::full("__repr__($self, /)", repr, "Return repr(self).");

/// Declares a struct sequence type: `struct_sequence!(pub VERSION_INFO, "sys", "version_info", "doc", 0 "major", 1 "minor");`
#[macro_export]
macro_rules! struct_sequence {
    ($vis:vis $name:ident, $module:literal, $type_name:literal, $doc:literal, $($index:literal $field:literal),+) => {
        $vis static $name: $crate::object::class::TypeSpec = $crate::object::class::TypeSpec {
            module: $module,
            natives: $crate::object::struct_sequence::NATIVES,
            getters: &[$($crate::vm::Getter::read_only($field, |_, this| Ok($crate::object::struct_sequence::item(this, $index)), "")),+],
            doc: $doc,
            ..$crate::object::struct_sequence::spec($type_name)
        };
    };
}

/// Declares a struct sequence type with fields that are no items: `struct_sequence_with_hidden!(pub STAT_RESULT, "os", "stat_result", "doc", 10 items,
/// 0 "st_mode", 1 "st_ino"; 0 "st_atime", 1 "st_blocks");` Items without a name of their own are what the first hidden fields are if nothing else is known.
#[macro_export]
macro_rules! struct_sequence_with_hidden {
    ($vis:vis $name:ident, $module:literal, $type_name:literal, $doc:literal, $items:literal items, $($index:literal $field:literal),+; $($hidden:literal $hidden_field:literal),+) => {
        $vis static $name: $crate::object::class::TypeSpec = $crate::object::class::TypeSpec {
            module: $module,
            natives: &[
                $crate::vm::Native::full(
                    "__new__($type, sequence, dict=None, /)",
                    |vm, args| $crate::object::struct_sequence::new_from_sequence(vm, args, $items, [$($field),+].len()),
                    "Create and return a new object."
                ),
                $crate::object::struct_sequence::REPR,
                $crate::vm::Native::simple(
                    "__reduce__($self, /)",
                    |vm, args| $crate::object::struct_sequence::reduce_with_hidden(vm, args, [$($field),+].len()),
                    "Helper for pickle."
                ),
            ],
            getters: &[
                $($crate::vm::Getter::read_only($field, |_, this| Ok($crate::object::struct_sequence::item(this, $index)), ""),)+
                $($crate::vm::Getter::read_only($hidden_field, |vm, this| Ok($crate::object::struct_sequence::hidden(vm, this, $hidden)), "")),+
            ],
            doc: $doc,
            flags: $crate::object::class::CLASS_FINAL | $crate::object::class::CLASS_SEQUENCE | $crate::object::class::CLASS_HEAP | $crate::object::class::CLASS_HAS_DICT,
            ..$crate::object::struct_sequence::spec($type_name)
        };
    };
}

/// What all struct sequence types have in common.
pub const fn spec(name: &'static str) -> TypeSpec {
    TypeSpec { base: Some(&super::tuple::TYPE), flags: super::class::CLASS_FINAL | super::class::CLASS_SEQUENCE, ..TypeSpec::new(name, Tuple::LAYOUT) }
}

/// The item at `index`.
pub fn item(this: &Value, index: usize) -> Value {
    this.get::<Tuple>().and_then(|tuple| tuple.items().get(index).cloned()).unwrap_or(Value::NONE)
}

/// A struct sequence of the declared type.
pub fn new(vm: &mut Vm, spec: &'static TypeSpec, items: Vec<Value>) -> Value {
    let class = vm.class_from_spec(spec);
    match class.get::<Class>() {
        Some(class) => allocate(vm, class, items),
        None => Value::NONE,
    }
}

/// The attribute that holds a tuple of the fields that are no items.
const HIDDEN: &str = "_hidden";

/// The hidden field with this number.
pub fn hidden(vm: &mut Vm, this: &Value, index: usize) -> Value {
    item(&all_hidden(vm, this), index)
}

fn all_hidden(vm: &mut Vm, this: &Value) -> Value {
    let name = vm.intern(HIDDEN);
    let found = this.header().and_then(|header| header.class().attributes_of(header)?.get(header, &name));
    found.unwrap_or(Value::NONE)
}

/// A struct sequence of the declared type, with fields that are no items.
pub fn new_with_hidden(vm: &mut Vm, spec: &'static TypeSpec, items: Vec<Value>, hidden: Vec<Value>) -> Value {
    let value = new(vm, spec, items);
    hide(vm, &value, hidden);
    value
}

fn hide(vm: &mut Vm, value: &Value, hidden: Vec<Value>) {
    let (name, hidden) = (vm.intern(HIDDEN), vm.new_tuple(hidden));
    if let Some(header) = value.header()
        && let Some(attributes) = header.class().attributes_of(header)
    {
        attributes.set(header, &name, hidden);
    }
}

/// `type(sequence, dict)`: of so many items, the first `named` of which have names of their own; the sequence or the dict may have hidden ones too.
///
/// # Errors
/// TypeError.
pub fn new_from_sequence(vm: &mut Vm, arguments: &Args, visible: usize, named: usize) -> Res<Action> {
    let (Some(class), Some(sequence)) = (arguments.get(0).cloned(), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let more = arguments.get(2).cloned();
    collect(vm, sequence, move |vm, mut items| {
        let Some(class) = class.get::<Class>().filter(|class| core::ptr::eq(class.layout, Tuple::LAYOUT)) else {
            return Err(vm.type_error("not a struct sequence type"));
        };
        let names = field_names(class);
        let names = names.get(named..).unwrap_or_default();
        let (given, most) = (items.len(), visible + names.len());
        if !(visible..=most).contains(&given) {
            let bound = if given < visible { format!("at least {visible}") } else { format!("at most {most}") };
            let name = format!("{}{}", vm.module_prefix(class), class_name(class));
            return Err(vm.type_error(&format!("{name}() takes an {bound}-sequence ({given}-sequence given)")));
        }
        let mut rest = items.split_off(visible).into_iter();
        let mut hidden = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let known = match more.as_ref().and_then(|more| more.get::<Dict>()) {
                Some(more) => more.get(vm, name)?,
                None => None,
            };
            let unnamed = || items.get(named + index).cloned();
            hidden.push(rest.next().or(known).or_else(unnamed).unwrap_or(Value::NONE));
        }
        let value = allocate(vm, class, items);
        hide(vm, &value, hidden);
        Ok(Action::Return(value))
    })
}

/// `__reduce__`: the items, and a dict of the hidden fields.
///
/// # Errors
/// MemoryError.
pub fn reduce_with_hidden(vm: &mut Vm, arguments: &[Value], named: usize) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let class = vm.class_of(this);
    let items = this.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
    let (items, hidden) = (vm.new_tuple(items), all_hidden(vm, this));
    let more = vm.new_dict();
    for (index, name) in field_names(&class).into_iter().skip(named).enumerate() {
        if let Some(more) = more.get::<Dict>() {
            more.set(vm, name, item(&hidden, index))?;
        }
    }
    let arguments = vm.new_tuple(Vec::from([items, more]));
    Ok(vm.new_tuple(Vec::from([class.value(), arguments])))
}

fn allocate(vm: &mut Vm, class: &Class, items: Vec<Value>) -> Value {
    let length = items.len();
    let mut items = core::mem::ManuallyDrop::new(items);
    // SAFETY: the cell has room for the items, which are moved into it; the vector's memory is then freed without dropping them.
    unsafe {
        let (cell, header) = vm.heap.new_cell(class, Tuple::LAYOUT, size_of::<Tuple>() + length * size_of::<Value>());
        let tuple = cell as *mut Tuple;
        tuple.write(Tuple { header, length });
        core::ptr::copy_nonoverlapping(items.as_ptr(), tuple.add(1) as *mut Value, length);
        items.set_len(0);
        core::mem::ManuallyDrop::drop(&mut items);
        Value::from_bits(cell as usize as u64)
    }
}

/// The names of a class's fields, in order: its computed attributes, `__dict__` left out.
fn field_names(class: &Class) -> Vec<Value> {
    let items = class.namespace().items();
    items
        .into_iter()
        .filter(|(_, value)| value.get::<super::descriptor::GetSetDescriptor>().is_some_and(|field| !field.getter.name.starts_with('_')))
        .map(|(name, _)| name)
        .collect()
}

fn sequence_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(class), Some(sequence)) = (arguments.get(0).cloned(), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    if !class.get::<Class>().is_some_and(|class| core::ptr::eq(class.layout, Tuple::LAYOUT)) {
        return Err(vm.type_error("not a struct sequence type"));
    }
    collect(vm, sequence, move |vm, items| {
        let Some(class) = class.get::<Class>() else { return Ok(Action::Return(Value::NONE)) };
        let expected = field_names(class).len();
        if items.len() != expected {
            let (name, given) = (class_name(class), items.len());
            return Err(vm.type_error(&format!("{name}() takes a {expected}-sequence ({given}-sequence given)")));
        }
        Ok(Action::Return(allocate(vm, class, items)))
    })
}

fn repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let class = vm.class_of(this);
    let mut pieces = Vec::from([Piece::Text(format!("{}{}(", vm.module_prefix(&class), class_name(&class)).into())]);
    let items = this.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
    for (index, (name, item)) in field_names(&class).iter().zip(items).enumerate() {
        if index > 0 {
            pieces.push(", ".into());
        }
        pieces.push(Piece::Text(format!("{}=", name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()).into()));
        pieces.push(Piece::Repr(item));
    }
    pieces.push(")".into());
    join(vm, pieces)
}

fn reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let class = vm.class_of(this).value();
    let items = this.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
    let items = vm.new_tuple(items);
    let empty = vm.new_dict();
    let arguments = vm.new_tuple(Vec::from([items, empty]));
    Ok(vm.new_tuple(Vec::from([class, arguments])))
}
