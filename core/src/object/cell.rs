//! `types.CellType`: the variable that a function and those nested in it share.

use super::class::{CLASS_FINAL, TypeSpec};
use super::construct::allocation_class;
use super::function::CellObject;
use super::header::{Mut, Object};
use super::value::Value;
use crate::vm::reenter::Comparison;
use crate::vm::{Getter, Native, Res, Vm, argument};

pub static CELL: TypeSpec = TypeSpec {
    doc: "A variable shared by nested functions.",
    flags: CLASS_FINAL,
    natives: &[
        Native::simple("__new__($type, contents=None, /)", cell_new, "Create a new cell object, empty without argument."),
        Native::simple("__repr__($self, /)", cell_repr, "Return repr(self)."),
        Native::simple("__hash__($self, /)", |vm, _| Err(vm.type_error("unhashable type: 'cell'")), "Return hash(self)."),
        crate::comparison!(compare, Lt),
        crate::comparison!(compare, Le),
        crate::comparison!(compare, Eq),
        crate::comparison!(compare, Ne),
        crate::comparison!(compare, Gt),
        crate::comparison!(compare, Ge),
    ],
    getters: &[Getter { name: "cell_contents", get: cell_contents, set: Some(set_cell_contents), doc: "The value of the variable." }],
    ..TypeSpec::new("cell", CellObject::LAYOUT)
};

/// A cell holding `value`, which may be undefined.
pub fn new(vm: &mut Vm, value: Value) -> Value {
    vm.new_object(|header| CellObject { header, content: Mut::new(value) })
}

fn cell_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<CellObject>(vm, arguments, "cell")?;
    let value = argument(arguments, 1).cloned().unwrap_or(Value::UNDEFINED);
    Ok(vm.heap.new_object(&class, |header| CellObject { header, content: Mut::new(value) }))
}

fn cell_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(cell) = arguments.first().and_then(|this| this.get::<CellObject>()) else { return Ok(Value::NONE) };
    let address = cell as *const CellObject as usize;
    let value = cell.content.get().clone();
    if value.is_undefined() {
        return Ok(vm.format(format_args!("<cell at {address:#x}: empty>")));
    }
    let name = vm.type_name(&value);
    let identity = value.bits();
    Ok(vm.format(format_args!("<cell at {address:#x}: {name} object at {identity:#x}>")))
}

fn cell_contents(vm: &mut Vm, this: &Value) -> Res<Value> {
    match this.get::<CellObject>().map(|cell| cell.content.get().clone()) {
        Some(value) if !value.is_undefined() => Ok(value),
        _ => Err(vm.value_error("cell is empty")),
    }
}

fn set_cell_contents(_: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    if let Some(cell) = this.get::<CellObject>() {
        cell.content.set(value.cloned().unwrap_or(Value::UNDEFINED));
    }
    Ok(())
}

/// By what they hold; an empty cell is less than any other.
fn compare(vm: &mut Vm, arguments: &[Value], comparison: Comparison) -> Res<Value> {
    let (Some(a), Some(b)) = (arguments[0].get::<CellObject>(), arguments[1].get::<CellObject>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (a, b) = (a.content.get().clone(), b.content.get().clone());
    if a.is_undefined() || b.is_undefined() {
        return Ok(Value::bool(comparison.holds(b.is_undefined().cmp(&a.is_undefined()))));
    }
    vm.compare(comparison, &a, &b)
}
