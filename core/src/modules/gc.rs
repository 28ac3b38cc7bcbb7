//! `gc`: the cycle collector's controls.

use super::{ModuleSpec, Namespace};
use crate::object::dict::Dict;
use crate::object::list::List;
use crate::object::value::Value;
use crate::vm::{Action, Args, Native, Res, Vm, argument, prelude};
use alloc::vec::Vec;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full("collect(generation=2)", collect, "Collect cycles now; return how many objects were found unreachable."),
        Native::simple("enable()", |vm, _| set_enabled(vm, true), "Collect automatically."),
        Native::simple("disable()", |vm, _| set_enabled(vm, false), "Do not collect automatically."),
        Native::simple("isenabled()", |vm, _| Ok(Value::bool(vm.heap.collection_enabled.get())), "Whether cycles are collected automatically."),
        Native::simple("get_count()", |vm, _| Ok(triple(vm, 0, 0, 0)), "Counters of the generations; there are none."),
        Native::simple("get_threshold()", |vm, _| Ok(triple(vm, 2000, 10, 0)), "Thresholds of the generations; the heap's growth decides instead."),
        Native::simple("set_threshold(threshold0, threshold1=0, threshold2=0, /)", |_, _| Ok(Value::NONE), "Accepted: the heap's growth decides."),
        Native::simple("get_debug()", |_, _| Ok(Value::small_int(0)), "Debugging flags."),
        Native::simple("set_debug(flags, /)", |_, _| Ok(Value::NONE), "Accepted and ignored."),
        Native::simple("get_objects(generation=None)", get_objects, "All objects that may be part of a cycle."),
        Native::simple("get_referents(*objs)", get_referents, "The objects that these refer to."),
        Native::simple("get_referrers(*objs)", get_referrers, "The objects that refer to these."),
        Native::simple("get_stats()", get_stats, "Statistics of the generations."),
        Native::simple("is_tracked(obj, /)", |_, arguments| Ok(Value::bool(arguments.first().is_some_and(is_container))), "Whether the object may be part of a cycle."),
        Native::simple(
            "is_finalized(obj, /)",
            |_, arguments| Ok(Value::bool(arguments.first().and_then(Value::header).is_some_and(|header| header.flags() & crate::object::header::FINALIZED != 0))),
            "Whether __del__ has run.",
        ),
        Native::simple("freeze()", |_, _| Ok(Value::NONE), "Accepted and ignored."),
        Native::simple("unfreeze()", |_, _| Ok(Value::NONE), "Accepted and ignored."),
        Native::simple("get_freeze_count()", |_, _| Ok(Value::small_int(0)), "Always 0."),
    ],
    constants,
    ..ModuleSpec::new("gc", "The cycle collector's controls.")
};

fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, flag) in [("DEBUG_STATS", 1), ("DEBUG_COLLECTABLE", 2), ("DEBUG_UNCOLLECTABLE", 4), ("DEBUG_SAVEALL", 32), ("DEBUG_LEAK", 38)] {
        module.set_int(vm, name, flag);
    }
    for name in ["garbage", "callbacks"] {
        let list = vm.new_list(Vec::new());
        module.set(vm, name, list);
    }
}

/// The argument that names a generation. There is but one, under three names.
fn generation(vm: &mut Vm, argument: Option<&Value>) -> Res<usize> {
    let number = match argument {
        Some(number) => vm.index_i64(number)?,
        None => 2,
    };
    usize::try_from(number).ok().filter(|number| *number <= 2).ok_or_else(|| vm.value_error("invalid generation"))
}

fn collect(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let number = generation(vm, arguments.get(0))?;
    let name = vm.intern("callbacks");
    let gc = vm.intern("gc");
    let module = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&gc));
    let callbacks = module.as_ref().and_then(|module| crate::object::module::namespace(module)?.get_interned(&name));
    let Some(callbacks) = callbacks.filter(|callbacks| callbacks.get::<List>().is_some_and(|list| !list.items.get().is_empty())) else {
        return collect_now(vm, number);
    };
    let call_all = prelude::function(vm, &prelude::COLLECTING, "call_all")?;
    let number_value = Value::small_int(number as i64);
    Ok(Action::call(call_all.clone(), [callbacks.clone(), Value::TRUE, number_value.clone(), Value::small_int(0)], move |vm, result| {
        result?;
        collect_now(vm, number)?.and_then(vm, move |_, found| {
            let arguments = [callbacks, Value::FALSE, number_value, found.clone()];
            Ok(Action::call(call_all, arguments, |_, result| result.map(|_| Action::Return(found))))
        })
    }))
}

/// Collects; what had to be finalized first, once that is done.
fn collect_now(vm: &mut Vm, generation: usize) -> Res<Action> {
    let found = vm.collect_garbage();
    if vm.heap.finalizers.get().is_empty() {
        return count(vm, generation, found);
    }
    let pause = prelude::function(vm, &prelude::COLLECTING, "let_finalizers_run")?;
    Ok(Action::call(pause, [], move |vm, result| {
        result?;
        let more = vm.collect_garbage();
        count(vm, generation, found + more)
    }))
}

fn count(vm: &mut Vm, generation: usize, found: usize) -> Res<Action> {
    if let Some([collections, collected]) = vm.collections.get_mut(generation) {
        *collections += 1;
        *collected += found;
    }
    Ok(Action::Return(vm.new_size(found)))
}

fn set_enabled(vm: &mut Vm, enabled: bool) -> Res<Value> {
    vm.heap.collection_enabled.set(enabled);
    Ok(Value::NONE)
}

fn triple(vm: &mut Vm, first: i64, second: i64, third: i64) -> Value {
    vm.new_tuple([first, second, third].iter().map(|&number| Value::small_int(number)).collect())
}

fn is_container(value: &Value) -> bool {
    use crate::object::class::CLASS_HAS_DICT;
    use crate::object::header::Kind;
    if value.kind() == Kind::Instance
        && let Some(class) = value.header().map(|header| header.class())
        && !class.has(CLASS_HAS_DICT)
        && class.root_shape.get().as_ref().is_none_or(|shape| shape.slot_names == 0)
    {
        return false;
    }
    !matches!(
        value.kind(),
        Kind::Int
            | Kind::Float
            | Kind::Complex
            | Kind::Str
            | Kind::Bytes
            | Kind::ByteArray
            | Kind::Range
            | Kind::Bool
            | Kind::None
            | Kind::NotImplemented
            | Kind::Ellipsis
            | Kind::Undefined
    )
}

/// The live objects that may be part of a cycle. Internal ones (waiting natives, code) are left out.
fn containers(vm: &Vm) -> Vec<Value> {
    use crate::object::header::Kind;
    let mut found = Vec::new();
    vm.heap.for_each(|header| {
        if header.count() > 0 && !matches!(header.kind(), Kind::Free | Kind::Continuation | Kind::Code) {
            // SAFETY: a live object: its count is not zero.
            let value = unsafe { Value::from_header(header) };
            if is_container(&value) {
                found.push(value);
            }
        }
    });
    found
}

fn get_objects(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(number) = argument(arguments, 0).filter(|number| !number.is_none()) {
        if vm.index_i64(number)? < 0 {
            return Err(vm.value_error("generation parameter cannot be negative"));
        }
        if vm.index_i64(number)? > 2 {
            return Err(vm.value_error("generation parameter must be less than the number of available generations (3)"));
        }
    }
    let bytes = vm.heap.used() / 4;
    vm.check_memory(Some(bytes))?;
    let objects = containers(vm);
    Ok(vm.new_list(objects))
}

/// The values that an object owns.
fn referents(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    if let Some(header) = value.header() {
        let class = header.class();
        let mut visit = |value: &Value| {
            if !value.is_undefined() {
                found.push(value.clone());
            }
        };
        // SAFETY: the layout is the object's own.
        unsafe { (class.layout.traverse)(header, &mut visit) };
        if let Some(attributes) = class.attributes_of(header) {
            attributes.traverse(header, &mut visit);
        }
    }
    found
}

fn get_referents(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let found = arguments.iter().flat_map(referents).collect();
    Ok(vm.new_list(found))
}

fn get_referrers(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let objects = containers(vm);
    let refers = |object: &Value| referents(object).iter().any(|referent| arguments.iter().any(|asked| asked.is(referent)));
    let found = objects.into_iter().filter(refers).collect();
    Ok(vm.new_list(found))
}

fn get_stats(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let mut generations = Vec::new();
    for [collections, collected] in vm.collections {
        let dict = vm.new_dict();
        if let Some(stats) = dict.get::<Dict>() {
            for (name, number) in [("collections", collections), ("collected", collected), ("uncollectable", 0)] {
                let (name, number) = (vm.intern(name), vm.new_size(number));
                drop(stats.set_interned(&name, number));
            }
        }
        generations.push(dict);
    }
    Ok(vm.new_list(generations))
}
