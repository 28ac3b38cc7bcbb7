//! Stand-ins until the rooms of text and numbers land.
use super::*;
use crate::object::int::Int;
use dashu_int::IBig;
pub fn to_i64(v: &Value) -> Option<i64> { v.as_small_int().or_else(|| i64::try_from(&v.get::<Int>()?.number).ok()) }
pub fn is_negative(v: &Value) -> bool { v.get::<Int>().is_some_and(|n| n.number < IBig::ZERO) }
pub fn plain(vm: &mut Vm, v: &Value) -> Value { match v.get::<Int>() { Some(n) => { let n = n.number.clone(); crate::object::int::from_big(vm, n) } None => v.clone() } }
pub fn hash_result(v: &Value) -> Option<u64> { to_i64(v).map(|n| n as u64) }
pub fn from_magnitude(vm: &mut Vm, negative: bool, m: &[u8]) -> Value { let n = IBig::from(dashu_int::UBig::from_le_bytes(m)); crate::object::int::from_big(vm, if negative { -n } else { n }) }
pub fn complex(_: &mut Vm, _: f64, _: f64) -> Value { Value::NONE }

pub fn import_module(vm: &mut Vm, name: &Value) -> Res<Action> {
    let text = execute::text_of(name);
    match crate::modules::import_native(vm, &text)? { Some(m) => Ok(Action::Return(m)), None => Err(vm.raise(Ex::ModuleNotFoundError, &alloc::format!("No module named '{text}'"))) }
}
pub fn run_main(platform: &'static dyn crate::port::Platform, text: &[u8], filename: &str) -> i32 {
    let sched = match crate::sched::executor::Scheduler::with_capacity::<1024>(platform) { Ok(s) => s, Err(_) => return 3 };
    let mut vm = Vm::new_boxed(platform, usize::MAX >> 1, sched);
    let vm = Box::leak(vm);
    let r = (|| -> Res<Value> {
        let builtins = crate::modules::import_native(vm, "builtins")?.unwrap_or(Value::NONE);
        vm.builtins = crate::object::module::namespace(&builtins).map(|d| Value::from_object(d)).unwrap_or(Value::NONE);
        crate::modules::import_native(vm, "sys")?;
        let code = vm.compile_source(text, filename, crate::syntax::Mode::Exec, Default::default())?;
        let globals = vm.new_dict();
        let n = vm.name(Name::Name).clone(); let m = vm.name(Name::Main).clone();
        globals.get::<crate::object::dict::Dict>().map(|d| d.set_interned(&n, m));
        let function = vm.new_function(&code, &globals, Box::default());
        vm.run_action(Action::TailCall(Call::new(function, [globals.clone()])))
    })();
    match r { Ok(_) => {}, Err(r) => { let e = vm.take_exception(r); crate::builtins::report::print_exception(vm, &e); } }
    let _ = crate::builtins::io::flush_standard_streams(vm);
    0
}
