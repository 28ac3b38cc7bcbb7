//! Comparisons and membership.

use super::super::reenter::Comparison;
use super::super::{Action, Name, Res, Vm};
use super::attribute::{call_method_action, method_action};
use crate::code::isa::{CONSUME_A, CONSUME_B, CONSUME_C, Instr, Op};
use crate::object::dict::Dict;
use crate::object::header::Kind;
use crate::object::set::exact_table;
use crate::object::str::Str;
use crate::object::value::Value;
use alloc::format;

fn comparison_of(op: Op) -> Comparison {
    match op {
        Op::Lt | Op::JumpLt | Op::JumpNotLt | Op::JumpLtInt | Op::JumpNotLtInt => Comparison::Lt,
        Op::Le | Op::JumpLe | Op::JumpNotLe | Op::JumpLeInt | Op::JumpNotLeInt => Comparison::Le,
        Op::Eq | Op::JumpEq | Op::JumpNotEq | Op::JumpEqInt | Op::JumpNotEqInt => Comparison::Eq,
        Op::Ne | Op::JumpNe | Op::JumpNotNe | Op::JumpNeInt | Op::JumpNotNeInt => Comparison::Ne,
        Op::Gt | Op::JumpGt | Op::JumpNotGt | Op::JumpGtInt | Op::JumpNotGtInt => Comparison::Gt,
        _ => Comparison::Ge,
    }
}

impl Vm {
    /// `a comparison b`, which may be any value.
    pub fn compare_action(&mut self, comparison: Comparison, a: &Value, b: &Value) -> Res<Action> {
        if let Some(truth) = super::super::protocol::native_compare(comparison, a, b) {
            return Ok(Action::Return(Value::bool(truth)));
        }
        let (left_class, right_class) = (self.class_of(a), self.class_of(b));
        let right_first = left_class != right_class && right_class.is_subclass_of(&left_class);
        if right_first && let Some(method) = self.class_special(&right_class, comparison.reflected().name()) {
            let (left, right) = (a.clone(), b.clone());
            return call_method_action(self, method, b, core::slice::from_ref(a), move |vm, result| {
                if result.is_not_implemented() { vm.compare_left(comparison, &left, &right, true) } else { Ok(Action::Return(result)) }
            });
        }
        self.compare_left(comparison, a, b, right_first)
    }

    fn compare_left(&mut self, comparison: Comparison, a: &Value, b: &Value, right_tried: bool) -> Res<Action> {
        let Some(method) = self.lookup_special(a, comparison.name()) else { return self.compare_right(comparison, a, b, right_tried) };
        let (left, right) = (a.clone(), b.clone());
        call_method_action(self, method, a, core::slice::from_ref(b), move |vm, result| {
            if result.is_not_implemented() { vm.compare_right(comparison, &left, &right, right_tried) } else { Ok(Action::Return(result)) }
        })
    }

    fn compare_right(&mut self, comparison: Comparison, a: &Value, b: &Value, right_tried: bool) -> Res<Action> {
        let method = if right_tried { None } else { self.lookup_special(b, comparison.reflected().name()) };
        let Some(method) = method else { return self.compare_default(comparison, a, b) };
        let (left, right) = (a.clone(), b.clone());
        call_method_action(self, method, b, core::slice::from_ref(a), move |vm, result| {
            if result.is_not_implemented() { vm.compare_default(comparison, &left, &right) } else { Ok(Action::Return(result)) }
        })
    }

    fn compare_default(&mut self, comparison: Comparison, a: &Value, b: &Value) -> Res<Action> {
        if let Some(method) = self.lookup_special(a, Name::Cmp) {
            return call_method_action(self, method, a, core::slice::from_ref(b), move |vm, result| {
                let zero = Value::small_int(0);
                vm.compare_action(comparison, &result, &zero)
            });
        }
        match comparison {
            Comparison::Eq => Ok(Action::Return(Value::bool(a.is(b)))),
            Comparison::Ne => Ok(Action::Return(Value::bool(!a.is(b)))),
            _ => {
                let (left, right) = (self.type_name(a), self.type_name(b));
                Err(self.type_error(&format!("'{}' not supported between instances of '{left}' and '{right}'", comparison.symbol())))
            }
        }
    }

    /// `item in container`, a bool (or what `__contains__` gave, whose truth counts).
    pub fn contains_action(&mut self, container: &Value, item: &Value) -> Res<Action> {
        if let (Some(text), Some(wanted)) = (container.get_exact::<Str>(), item.get::<Str>()) {
            return Ok(Action::Return(Value::bool(crate::object::str::contains(text, wanted))));
        }
        if let Some(found) = crate::object::containers::contains_natively(self, container, item)? {
            return Ok(Action::Return(Value::bool(found)));
        }
        match self.lookup_special(container, Name::Contains) {
            Some(method) if method.is_none() => {
                let name = self.type_name(container);
                Err(self.type_error(&format!("'{name}' object is not a container")))
            }
            Some(method) => method_action(self, method, container, core::slice::from_ref(item)),
            None => super::iteration::contains_by_iteration(self, container, item),
        }
    }
}

fn operands(vm: &mut Vm, i: Instr, first: (u16, u8), second: (u16, u8)) -> (Value, Value) {
    let a = vm.register(first.0).clone();
    let b = vm.register(second.0).clone();
    for (register, flag) in [first, second] {
        if i.x & flag != 0 {
            vm.set_register(register, Value::UNDEFINED);
        }
    }
    (a, b)
}

/// The truth of a comparison between strings or numbers; the operands are consumed if there is one.
#[inline]
fn natively(vm: &mut Vm, i: Instr, first: (u16, u8), second: (u16, u8)) -> Option<bool> {
    let truth = super::super::protocol::native_compare(comparison_of(i.op), vm.register(first.0), vm.register(second.0))?;
    for (register, flag) in [first, second] {
        if i.x & flag != 0 {
            vm.set_register(register, Value::UNDEFINED);
        }
    }
    Some(truth)
}

/// Jumps if the truth is what the fused comparison jumps on.
fn take_jump(vm: &mut Vm, i: Instr, truth: bool) -> Res<()> {
    if truth == super::control::jump_sense(i.op) {
        super::control::branch(vm, i.c as i16 as isize);
    }
    Ok(())
}

/// Calls the Python method that compares two instances of one class, the operands staying where they are: the result comes to
/// `delivered`, or as the condition of a jump. False: another case.
fn same_class(vm: &mut Vm, comparison: Comparison, a: u16, b: u16) -> Res<bool> {
    let (a, b) = (vm.register(a), vm.register(b));
    if a.kind() != Kind::Instance || b.kind() != Kind::Instance {
        return Ok(false);
    }
    let (a, b) = (a.clone(), b.clone());
    let class = vm.class_of(&a);
    if class != vm.class_of(&b) {
        return Ok(false);
    }
    match vm.class_special(&class, comparison.name()) {
        Some(method) if method.kind() == Kind::Function => vm.enter_with(method, [a, b]).map(|()| true),
        _ => Ok(false),
    }
}

/// The method said NotImplemented: the reflected one, then the default.
pub fn refused(vm: &mut Vm, i: Instr, first: (u16, u8), second: (u16, u8)) -> Res<()> {
    let (a, b) = operands(vm, i, first, second);
    let action = vm.compare_right(comparison_of(i.op), &a, &b, false);
    vm.complete(action)
}

/// The result for Lt to Ge.
pub fn delivered(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    if value.is_not_implemented() {
        return refused(vm, i, (i.b, CONSUME_B), (i.c, CONSUME_C));
    }
    drop(operands(vm, i, (i.b, CONSUME_B), (i.c, CONSUME_C)));
    vm.set_register(i.a, value);
    Ok(())
}

/// Lt to Ge beyond the loop's fast paths.
pub fn value(vm: &mut Vm, i: Instr) -> Res<()> {
    if let Some(truth) = natively(vm, i, (i.b, CONSUME_B), (i.c, CONSUME_C)) {
        vm.set_register(i.a, Value::bool(truth));
        return Ok(());
    }
    if same_class(vm, comparison_of(i.op), i.b, i.c)? {
        return Ok(());
    }
    let (a, b) = operands(vm, i, (i.b, CONSUME_B), (i.c, CONSUME_C));
    match vm.compare_action(comparison_of(i.op), &a, &b)? {
        Action::Return(value) => {
            drop((a, b));
            vm.set_register(i.a, value);
            Ok(())
        }
        action => {
            drop((a, b));
            vm.complete(Ok(action))
        }
    }
}

/// Fused comparisons of two registers.
pub fn jump(vm: &mut Vm, i: Instr) -> Res<()> {
    if let Some(truth) = natively(vm, i, (i.a, CONSUME_A), (i.b, CONSUME_B)) {
        return take_jump(vm, i, truth);
    }
    if same_class(vm, comparison_of(i.op), i.a, i.b)? {
        return Ok(());
    }
    let (a, b) = operands(vm, i, (i.a, CONSUME_A), (i.b, CONSUME_B));
    let action = vm.compare_action(comparison_of(i.op), &a, &b);
    drop((a, b));
    vm.complete(action)
}

/// Fused comparisons with an immediate.
pub fn int_jump(vm: &mut Vm, i: Instr) -> Res<()> {
    let a = vm.register(i.a).clone();
    if i.x & CONSUME_A != 0 {
        vm.set_register(i.a, Value::UNDEFINED);
    }
    let action = vm.compare_action(comparison_of(i.op), &a, &Value::small_int(i.b as i16 as i64));
    drop(a);
    vm.complete(action)
}

/// `item in container` for a str or small int in a dict or set, if that needs no Python code.
fn contains_plainly(container: &Value, item: &Value) -> Option<bool> {
    let found = match container.get_exact::<Dict>() {
        Some(dict) => dict.find_plain(item),
        None => exact_table(container)?.find_plain(item),
    };
    found.map(|found| found.is_some())
}

/// In, NotIn.
pub fn contains(vm: &mut Vm, i: Instr) -> Res<()> {
    let (item, container) = operands(vm, i, (i.b, CONSUME_B), (i.c, CONSUME_C));
    let action = vm.contains_action(&container, &item);
    drop((item, container));
    vm.complete(action)
}

/// JumpIn, JumpNotIn.
pub fn contains_jump(vm: &mut Vm, i: Instr) -> Res<()> {
    if let Some(found) = contains_plainly(vm.register(i.b), vm.register(i.a)) {
        drop(operands(vm, i, (i.a, CONSUME_A), (i.b, CONSUME_B)));
        if found == (i.op == Op::JumpIn) {
            super::control::branch(vm, i.c as i16 as isize);
        }
        return Ok(());
    }
    let (item, container) = operands(vm, i, (i.a, CONSUME_A), (i.b, CONSUME_B));
    let action = vm.contains_action(&container, &item);
    drop((item, container));
    match action? {
        Action::Return(value) if value.as_bool().is_some() => {
            if value.as_bool() == Some(i.op == Op::JumpIn) {
                super::control::branch(vm, i.c as i16 as isize);
            }
            Ok(())
        }
        action => vm.complete(Ok(action)),
    }
}
