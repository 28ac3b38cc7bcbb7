//! `_pattern_kinds`: what registering a class with an abstract one means for patterns. For `_py_abc`.

use super::ModuleSpec;
use crate::object::class::Class;
use crate::object::value::Value;
use crate::vm::classes::take_pattern_kind;
use crate::vm::{Native, Res, Vm};

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[Native::simple("take(model, cls, /)", take, "Instances of the class match as sequences or mappings if those of the model do.")],
    ..ModuleSpec::new("_pattern_kinds", "Which classes match as sequences and mappings.")
};

fn take(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let [model, class, ..] = arguments
        && let (Some(model), Some(class)) = (model.get::<Class>(), class.get::<Class>())
    {
        take_pattern_kind(model, class);
    }
    Ok(Value::NONE)
}
