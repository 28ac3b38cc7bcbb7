//! Stand-ins until the rooms of text and numbers land.
use super::*;
use crate::object::int::Int;
use dashu_int::IBig;
pub fn to_i64(v: &Value) -> Option<i64> {
    v.as_small_int().or_else(|| i64::try_from(&v.get::<Int>()?.number).ok())
}
pub fn is_negative(v: &Value) -> bool {
    v.get::<Int>().is_some_and(|n| n.number < IBig::ZERO)
}
pub fn plain(vm: &mut Vm, v: &Value) -> Value {
    match v.get::<Int>() {
        Some(n) => {
            let n = n.number.clone();
            crate::object::int::from_big(vm, n)
        }
        None => v.clone(),
    }
}
pub fn hash_result(v: &Value) -> Option<u64> {
    to_i64(v).map(|n| n as u64)
}
pub fn from_magnitude(vm: &mut Vm, negative: bool, m: &[u8]) -> Value {
    let n = IBig::from(dashu_int::UBig::from_le_bytes(m));
    crate::object::int::from_big(vm, if negative { -n } else { n })
}
pub fn complex(_: &mut Vm, _: f64, _: f64) -> Value {
    Value::NONE
}
