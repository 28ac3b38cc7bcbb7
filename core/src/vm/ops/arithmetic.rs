//! Operators: `__add__` and its kin, reflected and in place.

use super::super::{Action, Name, Res, Vm};
use super::attribute::{call_method_action, method_action};
use crate::code::isa::{CONSUME_B, CONSUME_C, IN_PLACE, Instr, Op};
use crate::object::class::CLASS_HEAP;
use crate::object::header::Kind;
use crate::object::number::{self, ArithmeticOp};
use crate::object::value::Value;
use alloc::format;

/// A binary operator.
#[derive(Clone, Copy)]
pub struct Operator {
    pub symbol: &'static str,
    pub method: Name,
    pub reflected: Name,
    pub in_place: Name,
    /// The operator between numbers; matrices have one more.
    pub arithmetic: Option<ArithmeticOp>,
}

macro_rules! number_operator {
    () => {
        None
    };
    ($op:ident) => {
        Some(ArithmeticOp::$op)
    };
}

macro_rules! operators {
    ($($constant:ident $symbol:literal $method:ident $reflected:ident $in_place:ident $($arithmetic:ident)?;)+) => {
        impl Operator {
            $(pub const $constant: Operator = Operator {
                symbol: $symbol,
                method: Name::$method,
                reflected: Name::$reflected,
                in_place: Name::$in_place,
                arithmetic: number_operator!($($arithmetic)?),
            };)+
        }
    };
}

operators! {
    ADD "+" Add RAdd IAdd Add;
    SUB "-" Sub RSub ISub Sub;
    MUL "*" Mul RMul IMul Mul;
    TRUE_DIV "/" TrueDiv RTrueDiv ITrueDiv TrueDiv;
    FLOOR_DIV "//" FloorDiv RFloorDiv IFloorDiv FloorDiv;
    MOD "%" Mod RMod IMod Mod;
    POW "** or pow()" Pow RPow IPow Pow;
    MAT_MUL "@" MatMul RMatMul IMatMul;
    L_SHIFT "<<" LShift RLShift ILShift LShift;
    R_SHIFT ">>" RShift RRShift IRShift RShift;
    AND "&" And RAnd IAnd And;
    OR "|" Or ROr IOr Or;
    XOR "^" Xor RXor IXor Xor;
    DIV_MOD "divmod()" DivMod RDivMod DivMod DivMod;
}

impl Operator {
    fn of(op: Op) -> Operator {
        match op {
            Op::Add | Op::AddInt => Operator::ADD,
            Op::Sub | Op::SubInt => Operator::SUB,
            Op::Mul | Op::MulInt => Operator::MUL,
            Op::TrueDiv => Operator::TRUE_DIV,
            Op::FloorDiv | Op::FloorDivInt => Operator::FLOOR_DIV,
            Op::Mod | Op::ModInt => Operator::MOD,
            Op::Pow | Op::PowInt => Operator::POW,
            Op::MatMul => Operator::MAT_MUL,
            Op::LShift | Op::LShiftInt => Operator::L_SHIFT,
            Op::RShift | Op::RShiftInt => Operator::R_SHIFT,
            Op::And | Op::AndInt => Operator::AND,
            Op::Or => Operator::OR,
            _ => Operator::XOR,
        }
    }
}

impl Vm {
    /// `a operator b` (or `a operator= b`).
    pub fn binary(&mut self, operator: Operator, a: &Value, b: &Value, in_place: bool) -> Res<Action> {
        if let Some(op) = operator.arithmetic
            && let Some(result) = number::arithmetic(self, op, a, b)?
        {
            return Ok(Action::Return(result));
        }
        if in_place && let Some(method) = self.lookup_special(a, operator.in_place) {
            let (left, right) = (a.clone(), b.clone());
            return call_method_action(self, method, a, core::slice::from_ref(b), move |vm, result| {
                if result.is_not_implemented() { vm.binary_with(operator, &left, &right, true) } else { Ok(Action::Return(result)) }
            });
        }
        self.binary_with(operator, a, b, in_place)
    }

    fn binary_with(&mut self, operator: Operator, a: &Value, b: &Value, in_place: bool) -> Res<Action> {
        let (left_class, right_class) = (self.class_of(a), self.class_of(b));
        let left = self.class_special(&left_class, operator.method);
        let mut right = if left_class == right_class { None } else { self.class_special(&right_class, operator.reflected) };
        // A subclass's own reflected method goes first.
        if let Some(method) = &right
            && left.is_some()
            && right_class.is_subclass_of(&left_class)
            && !self.class_special(&left_class, operator.reflected).is_some_and(|inherited| inherited.is(method))
        {
            let method = method.clone();
            right = None;
            let (a2, b2) = (a.clone(), b.clone());
            return call_method_action(self, method, b, core::slice::from_ref(a), move |vm, result| {
                if result.is_not_implemented() { vm.binary_attempt(operator, left, right, &a2, &b2, in_place) } else { Ok(Action::Return(result)) }
            });
        }
        self.binary_attempt(operator, left, right, a, b, in_place)
    }

    fn binary_attempt(&mut self, operator: Operator, left: Option<Value>, right: Option<Value>, a: &Value, b: &Value, in_place: bool) -> Res<Action> {
        let Some(method) = left else { return self.binary_reflected(operator, right, a, b, in_place) };
        let (left, other) = (a.clone(), b.clone());
        call_method_action(self, method, a, core::slice::from_ref(b), move |vm, result| {
            if result.is_not_implemented() { vm.binary_reflected(operator, right, &left, &other, in_place) } else { Ok(Action::Return(result)) }
        })
    }

    fn binary_reflected(&mut self, operator: Operator, right: Option<Value>, a: &Value, b: &Value, in_place: bool) -> Res<Action> {
        let Some(method) = right else { return Err(self.unsupported(operator, a, b, in_place)) };
        let (left, other) = (a.clone(), b.clone());
        call_method_action(self, method, b, core::slice::from_ref(a), move |vm, result| {
            if result.is_not_implemented() { Err(vm.unsupported(operator, &left, &other, in_place)) } else { Ok(Action::Return(result)) }
        })
    }

    #[cold]
    fn unsupported(&mut self, operator: Operator, a: &Value, b: &Value, in_place: bool) -> super::super::Raised {
        let (left, right) = (self.type_name(a), self.type_name(b));
        // Sequences say more about what they can be joined with.
        if operator.symbol == "+"
            && let Some(message) = crate::vm::protocol::concatenation_error(self, a, b)
        {
            return self.type_error(&message);
        }
        if operator.symbol == "*"
            && let Some(message) = crate::vm::protocol::repetition_error(self, a, b)
        {
            return self.type_error(&message);
        }
        let symbol = match (in_place, operator.symbol) {
            (true, "** or pow()") => "**=".into(),
            (true, symbol) => format!("{symbol}="),
            (false, symbol) => symbol.into(),
        };
        self.type_error(&format!("unsupported operand type(s) for {symbol}: '{left}' and '{right}'"))
    }
}

/// Which method an operator tries first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    InPlace,
    Left,
    /// The reflected one of the right operand, whose class derives from the left one's.
    Derived,
    /// The reflected one of the right operand: the left one is a number that has refused already.
    Right,
}

impl Vm {
    /// The method tried first, if that is a Python function. Depends on the operands' classes only.
    fn first_method(&mut self, operator: Operator, a: &Value, b: &Value, in_place: bool) -> Option<(Value, First)> {
        let (left, right) = (self.class_of(a), self.class_of(b));
        let (method, first) = if !left.has(CLASS_HEAP) {
            let number = matches!(a.kind(), Kind::Int | Kind::Float | Kind::Bool | Kind::Complex);
            if !number || operator.arithmetic.is_none() || b.kind() != Kind::Instance {
                return None;
            }
            (self.class_special(&right, operator.reflected)?, First::Right)
        } else if in_place && let Some(method) = self.class_special(&left, operator.in_place) {
            (method, First::InPlace)
        } else if left != right && right.has(CLASS_HEAP) && right.is_subclass_of(&left) {
            let method = self.class_special(&right, operator.reflected)?;
            let inherited = self.class_special(&left, operator.reflected).is_some_and(|inherited| inherited.is(&method));
            if inherited || self.class_special(&left, operator.method).is_none() {
                return None;
            }
            (method, First::Derived)
        } else {
            (self.class_special(&left, operator.method)?, First::Left)
        };
        (method.kind() == Kind::Function).then_some((method, first))
    }

    /// Enters the method tried first. No continuation is needed: the operands stay until the result is delivered. False: not one of these cases.
    fn enter_first(&mut self, operator: Operator, a: &Value, b: &Value, in_place: bool) -> Res<bool> {
        match self.first_method(operator, a, b, in_place) {
            Some((method, First::InPlace | First::Left)) => self.enter_with(method, [a.clone(), b.clone()]).map(|()| true),
            Some((method, First::Derived | First::Right)) => self.enter_with(method, [b.clone(), a.clone()]).map(|()| true),
            None => Ok(false),
        }
    }

    /// The method tried first said NotImplemented: what comes next.
    #[cold]
    fn after_refusal(&mut self, operator: Operator, a: &Value, b: &Value, in_place: bool) -> Res<Action> {
        let (left, right) = (self.class_of(a), self.class_of(b));
        match self.first_method(operator, a, b, in_place) {
            Some((_, First::InPlace)) => self.binary_with(operator, a, b, true),
            Some((_, First::Derived)) => {
                let method = self.class_special(&left, operator.method);
                self.binary_attempt(operator, method, None, a, b, in_place)
            }
            Some((_, First::Left)) => {
                let method = if left == right { None } else { self.class_special(&right, operator.reflected) };
                self.binary_reflected(operator, method, a, b, in_place)
            }
            Some((_, First::Right)) | None => Err(self.unsupported(operator, a, b, in_place)),
        }
    }
}

/// The result of a Python method for Add to Xor, and AddInt to AndInt.
pub fn delivered(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    let immediate = (i.op as u8) >= Op::AddInt as u8 && (i.op as u8) <= Op::AndInt as u8;
    if value.is_not_implemented() {
        let a = vm.register(i.b).clone();
        let b = if immediate { Value::small_int(i.c as i16 as i64) } else { vm.register(i.c).clone() };
        consume_operands(vm, i, immediate);
        let action = vm.after_refusal(Operator::of(i.op), &a, &b, i.x & IN_PLACE != 0);
        return vm.complete(action);
    }
    consume_operands(vm, i, immediate);
    vm.set_register(i.a, value);
    Ok(())
}

fn consume_operands(vm: &mut Vm, i: Instr, immediate: bool) {
    if i.x & CONSUME_B != 0 {
        vm.set_register(i.b, Value::UNDEFINED);
    }
    if i.x & CONSUME_C != 0 && !immediate {
        vm.set_register(i.c, Value::UNDEFINED);
    }
}

/// Add to Xor beyond the loop's fast paths.
pub fn binary(vm: &mut Vm, i: Instr) -> Res<()> {
    let operator = Operator::of(i.op);
    let in_place = i.x & IN_PLACE != 0;
    let a = vm.register(i.b).clone();
    let b = vm.register(i.c).clone();
    if i.op == Op::Add && a.kind() == Kind::Str && i.a == i.b {
        // `s += t`: the register's own reference goes, so that the string can grow in place.
        if b.kind() == Kind::Str {
            vm.set_register(i.b, Value::UNDEFINED);
            let sum = crate::vm::protocol::concatenate(vm, a, &b)?;
            if i.x & CONSUME_C != 0 {
                vm.set_register(i.c, Value::UNDEFINED);
            }
            vm.set_register(i.a, sum);
            return Ok(());
        }
    }
    if vm.enter_first(operator, &a, &b, in_place)? {
        return Ok(());
    }
    consume_operands(vm, i, false);
    match vm.binary(operator, &a, &b, in_place)? {
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

/// AddInt to AndInt beyond the loop's fast paths.
pub fn immediate(vm: &mut Vm, i: Instr) -> Res<()> {
    let operator = Operator::of(i.op);
    let (a, b) = (vm.register(i.b).clone(), Value::small_int(i.c as i16 as i64));
    let in_place = i.x & IN_PLACE != 0;
    if vm.enter_first(operator, &a, &b, in_place)? {
        return Ok(());
    }
    consume_operands(vm, i, true);
    let action = vm.binary(operator, &a, &b, in_place);
    drop(a);
    vm.complete(action)
}

/// Neg, Pos, Invert.
pub fn unary(vm: &mut Vm, i: Instr) -> Res<()> {
    let (name, symbol) = match i.op {
        Op::Neg => (Name::Neg, "-"),
        Op::Pos => (Name::Pos, "+"),
        _ => (Name::Invert, "~"),
    };
    let value = vm.register(i.b).clone();
    super::control::consume_b(vm, i);
    let result = match i.op {
        Op::Neg => number::negate(vm, &value),
        Op::Pos => number::positive(&value),
        _ => number::invert(vm, &value),
    };
    if let Some(result) = result {
        return vm.complete(Ok(Action::Return(result)));
    }
    let Some(method) = vm.lookup_special(&value, name) else {
        let class = vm.type_name(&value);
        return Err(vm.type_error(&format!("bad operand type for unary {symbol}: '{class}'")));
    };
    if method.kind() == Kind::Function {
        return vm.enter_with(method, [value]);
    }
    let action = method_action(vm, method, &value, &[]);
    drop(value);
    vm.complete(action)
}
