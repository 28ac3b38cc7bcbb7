//! Struct sequences: tuples whose items have names (`sys.version_info`, `time.struct_time`).

use super::class::{Class, TypeSpec};
use super::construct::class_name;
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
