//! Reentry: native code that needs an answer from Python before it can return. The interpreter loop runs recursively; the
//! py-thread is pinned meanwhile. Allowed only for `__hash__`, `__eq__`, `__lt__` (and `__bool__`, `__index__`) in the middle of native container
//! operations, and for callbacks from C. Everything else returns an [`super::Action`].

use super::execute::Started;
use super::{Action, Call, Name, Res, Vm};
use crate::object::exception::Ex;
use crate::object::header::Kind;
use crate::object::int;
use crate::object::number::{self, Integer};
use crate::object::str::Str;
use crate::object::value::Value;
use crate::sched::executor::Outcome;
use alloc::format;
use core::cmp::Ordering;

/// Which comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl Comparison {
    /// Does it hold for operands in this order?
    #[inline(always)]
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Lt => order.is_lt(),
            Comparison::Le => order.is_le(),
            Comparison::Eq => order.is_eq(),
            Comparison::Ne => order.is_ne(),
            Comparison::Gt => order.is_gt(),
            Comparison::Ge => order.is_ge(),
        }
    }

    /// With the operands exchanged.
    pub fn reflected(self) -> Comparison {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Le => Comparison::Ge,
            Comparison::Gt => Comparison::Lt,
            Comparison::Ge => Comparison::Le,
            same => same,
        }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Eq => "==",
            Comparison::Ne => "!=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        }
    }

    /// The special method.
    pub fn name(self) -> Name {
        match self {
            Comparison::Lt => Name::Lt,
            Comparison::Le => Name::Le,
            Comparison::Eq => Name::Eq,
            Comparison::Ne => Name::Ne,
            Comparison::Gt => Name::Gt,
            Comparison::Ge => Name::Ge,
        }
    }
}

impl Vm {
    /// Calls and waits for the result. Runs the interpreter recursively unless the callee is a simple native.
    ///
    /// # Errors
    /// What the callee raises; RecursionError when reentries are nested too deep.
    pub fn call(&mut self, callee: &Value, arguments: &[Value]) -> Res<Value> {
        self.run_action(Action::TailCall(Call::new(callee.clone(), arguments)))
    }

    /// Carries out an action and waits for its result.
    pub fn run_action(&mut self, action: Action) -> Res<Value> {
        if let Action::Return(value) = action {
            return Ok(value);
        }
        self.check_reentry()?;
        let (level, outer) = self.begin_level(self.sched.current)?;
        if let Err(raised) = self.push_leave(level, Value::UNDEFINED) {
            self.end_level(outer);
            return Err(raised);
        }
        self.reentries += 1;
        let outcome = match self.perform(action) {
            Ok(Started::Value(value)) => {
                self.pop_silently();
                Ok(value)
            }
            Ok(Started::Running) => loop {
                match self.run_level() {
                    Outcome::Returned(value) => break Ok(value),
                    Outcome::Raised(raised) => break Err(raised),
                    // The host waits until its own level is the top one.
                    Outcome::Stopped(_) => {}
                }
            },
            Err(raised) => {
                self.pop_silently();
                Err(raised)
            }
        };
        self.reentries -= 1;
        self.end_level(outer);
        outcome
    }

    /// Truth of a value.
    pub fn truth(&mut self, value: &Value) -> Res<bool> {
        if let Some(truth) = super::protocol::native_truth(value) {
            return Ok(truth);
        }
        let action = self.truth_action(value)?;
        Ok(self.run_action(action)?.as_bool().unwrap_or(true))
    }

    /// `a comparison b`
    pub fn compare(&mut self, comparison: Comparison, a: &Value, b: &Value) -> Res<Value> {
        let action = self.compare_action(comparison, a, b)?;
        self.run_action(action)
    }

    /// `a is b or a == b`, as containers ask.
    #[inline]
    pub fn equal(&mut self, a: &Value, b: &Value) -> Res<bool> {
        if a.is(b) {
            return Ok(true);
        }
        if let Some(truth) = super::protocol::native_compare(Comparison::Eq, a, b) {
            return Ok(truth);
        }
        if let Some(truth) = crate::object::containers::compare_natively(self, Comparison::Eq, a, b)? {
            return Ok(truth);
        }
        let result = self.compare(Comparison::Eq, a, b)?;
        self.truth(&result)
    }

    /// `a < b`
    #[inline]
    pub fn less(&mut self, a: &Value, b: &Value) -> Res<bool> {
        if let Some(truth) = super::protocol::native_compare(Comparison::Lt, a, b) {
            return Ok(truth);
        }
        if let Some(truth) = crate::object::containers::compare_natively(self, Comparison::Lt, a, b)? {
            return Ok(truth);
        }
        let result = self.compare(Comparison::Lt, a, b)?;
        self.truth(&result)
    }

    /// `hash(value)`, as the bits of a signed number.
    #[inline]
    pub fn hash(&mut self, value: &Value) -> Res<u64> {
        if let Some(text) = value.get_exact::<Str>() {
            return Ok(text.hash());
        }
        if let Some(number) = value.as_small_int()
            && number.unsigned_abs() < (1 << 61) - 1
        {
            return Ok(if number == -1 { -2i64 as u64 } else { number as u64 });
        }
        self.hash_slow(value)
    }

    fn hash_slow(&mut self, value: &Value) -> Res<u64> {
        if let Some(hash) = number::hash(value) {
            return Ok(hash);
        }
        if let Some(tuple) = value.get_exact::<crate::object::tuple::Tuple>() {
            return crate::object::tuple::hash(self, tuple);
        }
        if let Some(set) = value.get_exact::<crate::object::set::FrozenSet>() {
            return Ok(set.hash());
        }
        let method = self.lookup_special(value, Name::Hash).filter(|method| !method.is_none());
        let Some(method) = method else {
            let name = self.type_name(value);
            return Err(self.type_error(&format!("unhashable type: '{name}'")));
        };
        let action = super::ops::attribute::method_action(self, method, value, &[])?;
        let result = self.run_action(action)?;
        self.hash_given(&result)
    }

    /// The hash that a `__hash__` method returned.
    ///
    /// # Errors
    /// TypeError if it is no integer.
    pub fn hash_given(&mut self, result: &Value) -> Res<u64> {
        match Integer::of(result) {
            // Larger numbers than a hash are hashed themselves.
            Some(integer) => Ok(integer.to_i64().map_or_else(|| number::hash_integer(integer), |hash| if hash == -1 { -2i64 as u64 } else { hash as u64 })),
            None => Err(self.type_error("__hash__ method should return an integer")),
        }
    }

    /// The integer that `__index__` gives.
    ///
    /// # Errors
    /// TypeError: "'x' object cannot be interpreted as an integer".
    pub fn index(&mut self, value: &Value) -> Res<Value> {
        match value.kind() {
            Kind::Int | Kind::Bool => return Ok(int::exact(self, value).unwrap_or(Value::NONE)),
            _ => {}
        }
        let Some(method) = self.lookup_special(value, Name::Index) else {
            let name = self.type_name(value);
            return Err(self.type_error(&format!("'{name}' object cannot be interpreted as an integer")));
        };
        let action = super::ops::attribute::method_action(self, method, value, &[])?;
        let result = self.run_action(action)?;
        match result.kind() {
            Kind::Int | Kind::Bool => Ok(int::exact(self, &result).unwrap_or(Value::NONE)),
            _ => {
                let name = self.type_name(&result);
                Err(self.type_error(&format!("__index__ returned non-int (type {name})")))
            }
        }
    }

    /// [`Vm::index`] as an `i64`.
    ///
    /// # Errors
    /// OverflowError: "cannot fit 'x' into an index-sized integer".
    pub fn index_i64(&mut self, value: &Value) -> Res<i64> {
        if let Some(number) = value.as_small_int() {
            return Ok(number);
        }
        let number = self.index(value)?;
        match int::to_i64(&number) {
            Some(number) => Ok(number),
            None => {
                let name = self.type_name(value);
                Err(self.raise(Ex::OverflowError, &format!("cannot fit '{name}' into an index-sized integer")))
            }
        }
    }

    /// [`Vm::index`] for slice bounds: numbers beyond the range of sizes become the nearest in it.
    pub fn size_argument(&mut self, value: &Value) -> Res<isize> {
        let number = self.index(value)?;
        Ok(match int::to_i64(&number) {
            Some(number) => number.clamp(isize::MIN as i64, isize::MAX as i64) as isize,
            None if Integer::of(&number).is_some_and(Integer::is_negative) => isize::MIN,
            None => isize::MAX,
        })
    }
}
