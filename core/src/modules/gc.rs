//! `gc`: the cycle collector's controls.

use super::{ModuleSpec, Namespace};
use crate::object::value::Value;
use crate::vm::{Native, Res, Vm};
use alloc::vec::Vec;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple(
            "collect(generation=2)",
            |vm, _| {
                let found = vm.collect_garbage();
                Ok(vm.new_size(found))
            },
            "Collect cycles now; return how many objects were found unreachable.",
        ),
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

fn set_enabled(vm: &mut Vm, enabled: bool) -> Res<Value> {
    vm.heap.collection_enabled.set(enabled);
    Ok(Value::NONE)
}

fn triple(vm: &mut Vm, first: i64, second: i64, third: i64) -> Value {
    vm.new_tuple([first, second, third].iter().map(|&number| Value::small_int(number)).collect())
}

fn is_container(value: &Value) -> bool {
    use crate::object::header::Kind;
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

fn get_objects(vm: &mut Vm, _: &[Value]) -> Res<Value> {
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
            if value.is_object() {
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
    for _ in 0..3 {
        let dict = vm.new_dict();
        if let Some(stats) = dict.get::<crate::object::dict::Dict>() {
            for name in ["collections", "collected", "uncollectable"] {
                let name = vm.intern(name);
                drop(stats.set_interned(&name, Value::small_int(0)));
            }
        }
        generations.push(dict);
    }
    Ok(vm.new_list(generations))
}
