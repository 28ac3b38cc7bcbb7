//! Builtin functions on numbers: abs, bin, divmod, hex, oct, pow, round.

use crate::object::float;
use crate::object::int;
use crate::object::int_math;
use crate::object::int_text;
use crate::object::number::{Integer, Number};
use crate::object::value::Value;
use crate::vm::ops::arithmetic::Operator;
use crate::vm::{Action, Args, Name, Native, Raised, Res, Vm};
use alloc::format;

/// The functions for module `builtins`.
pub static NATIVES: &[Native] = &[
    Native::full("abs(number, /)", abs, "Return the absolute value of the argument."),
    Native::simple("bin(number, /)", |vm, a| in_radix(vm, a, 2), "Return the binary representation of an integer."),
    Native::full("divmod(x, y, /)", divmod, "Return the tuple (x//y, x%y).  Invariant: div*y + mod == x."),
    Native::simple("hex(number, /)", |vm, a| in_radix(vm, a, 16), "Return the hexadecimal representation of an integer."),
    Native::simple("oct(number, /)", |vm, a| in_radix(vm, a, 8), "Return the octal representation of an integer."),
    Native::full("pow(base, exp, mod=None)", pow, "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments."),
    Native::full("round(number, ndigits=None)", round, "Round a number to a given precision in decimal digits."),
];

fn in_radix(vm: &mut Vm, arguments: &[Value], radix: u32) -> Res<Value> {
    let Some(number) = arguments.first() else { return Ok(Value::NONE) };
    let number = if int::is_int(number) { number.clone() } else { vm.index(number)? };
    let text = int_text::with_prefix(Integer::of(&number).unwrap_or(Integer::Small(0)), radix);
    Ok(vm.new_str(&text))
}

fn abs(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(value) = arguments.get(0) else { return Ok(Value::NONE.into()) };
    match Number::exact(value) {
        Some(Number::Int(integer)) => return Ok(int_math::absolute(vm, integer).into()),
        Some(Number::Float(number)) => return Ok(vm.new_float(number.abs()).into()),
        _ => {}
    }
    match vm.call_special(value, Name::Abs, &[]) {
        Some(action) => action,
        None => {
            let name = vm.type_name(value);
            Err(vm.type_error(&format!("bad operand type for abs(): '{name}'")))
        }
    }
}

fn round(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(value) = arguments.get(0) else { return Ok(Value::NONE.into()) };
    let digits = arguments.get(1).filter(|digits| !digits.is_none());
    if digits.is_none() {
        match Number::exact(value) {
            Some(Number::Float(number)) => return Ok(float::truncate(vm, float::round_half_even(number))?.into()),
            Some(Number::Int(_)) => return Ok(int::exact(vm, value).unwrap_or(Value::NONE).into()),
            _ => {}
        }
    }
    match vm.call_special(value, Name::Round, digits.map_or(&[], core::slice::from_ref)) {
        Some(action) => action,
        None => {
            let name = vm.type_name(value);
            Err(vm.type_error(&format!("type {name} doesn't define __round__ method")))
        }
    }
}

fn divmod(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    match arguments.positional {
        [left, right, ..] => vm.binary(Operator::DIV_MOD, left, right, false),
        _ => Ok(Value::NONE.into()),
    }
}

fn pow(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let [base, exponent, ..] = arguments.positional else { return Ok(Value::NONE.into()) };
    let Some(modulus) = arguments.get(2).filter(|modulus| !modulus.is_none()) else {
        return vm.binary(Operator::POW, base, exponent, false);
    };
    if let (Some(Number::Int(a)), Some(Number::Int(b)), Some(Number::Int(m))) = (Number::exact(base), Number::exact(exponent), Number::exact(modulus)) {
        return Ok(int_math::power_modulo(vm, a, b, m)?.into());
    }
    // The left operand's method, then the right one's.
    let operands = [base.clone(), exponent.clone(), modulus.clone()];
    let reflected = move |vm: &mut Vm, result: Option<Value>| {
        let [base, exponent, modulus] = &operands;
        match result {
            Some(result) if !result.is_not_implemented() => Ok(result.into()),
            _ => match vm.call_special(exponent, Name::RPow, &[base.clone(), modulus.clone()]) {
                Some(action) => action?.and_then(vm, move |vm, result| if result.is_not_implemented() { Err(no_power(vm, &operands)) } else { Ok(result.into()) }),
                None => Err(no_power(vm, &operands)),
            },
        }
    };
    match vm.call_special(base, Name::Pow, &[exponent.clone(), modulus.clone()]) {
        Some(action) => action?.and_then(vm, move |vm, result| reflected(vm, Some(result))),
        None => reflected(vm, None),
    }
}

#[cold]
fn no_power(vm: &mut Vm, operands: &[Value; 3]) -> Raised {
    let [base, exponent, modulus] = operands.each_ref().map(|operand| vm.type_name(operand));
    vm.type_error(&format!("unsupported operand type(s) for ** or pow(): '{base}', '{exponent}', '{modulus}'"))
}
