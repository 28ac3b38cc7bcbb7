//! Constant folding: what CPython's optimizer computes at compile time, within the same limits of size.

use alloc::boxed::Box;
use alloc::vec::Vec;
use dashu_int::UBig;

use super::Compiler;
use crate::code::Const;
use crate::syntax::ast::*;

/// Most bits of an integer that a multiplication, power or shift makes.
const MAX_INTEGER_BITS: u32 = 127;
/// Longest text or bytes that a multiplication makes.
const MAX_TEXT: usize = 4096;
/// Longest tuple that a multiplication makes.
const MAX_TUPLE: usize = 256;
/// Longest tuple, all parts counted, that is made a constant at all.
const MAX_DEPTH: u32 = 64;

/// The constant of a literal; `None` for digits that are none.
pub fn literal(literal: &Constant) -> Option<Const> {
    Some(match literal {
        Constant::None => Const::None,
        Constant::True => Const::True,
        Constant::False => Const::False,
        Constant::Ellipsis => Const::Ellipsis,
        Constant::Int(value) => Const::Int(*value),
        Constant::BigInt(number) => {
            let magnitude = UBig::from_str_radix(&number.digits, number.radix).ok()?;
            Const::BigInt { negative: false, magnitude: magnitude.to_le_bytes() }
        }
        Constant::Float(value) => Const::Float(*value),
        Constant::Imaginary(value) => Const::Complex(0.0, *value),
        Constant::Str { value, .. } => Const::Str(value.as_bytes().into()),
        Constant::Bytes(bytes) => Const::Bytes(bytes.clone()),
    })
}

impl Compiler<'_> {
    /// The value of a constant expression.
    pub(super) fn fold(&self, expression: &Expr) -> Option<Const> {
        self.fold_at(expression, MAX_DEPTH)
    }

    fn fold_at(&self, expression: &Expr, depth: u32) -> Option<Const> {
        let depth = depth.checked_sub(1)?;
        match &expression.kind {
            ExprKind::Constant(value) => literal(value),
            ExprKind::Name(name) if &**name == "__debug__" => Some(boolean(self.optimize == 0)),
            ExprKind::UnaryOp(node) => unary(node.op, self.fold_at(&node.operand, depth)?),
            ExprKind::BinOp(_) => self.fold_chain(expression, depth),
            ExprKind::Tuple(items) => self.fold_all(items, depth).map(Const::Tuple),
            _ => None,
        }
    }

    fn fold_all(&self, items: &[Expr], depth: u32) -> Option<Box<[Const]>> {
        items.iter().map(|item| self.fold_at(item, depth)).collect::<Option<Vec<Const>>>().map(Vec::into_boxed_slice)
    }

    /// The values of items that are all constant.
    pub(super) fn fold_items(&self, items: &[Expr]) -> Option<Box<[Const]>> {
        self.fold_all(items, MAX_DEPTH)
    }

    fn fold_chain(&self, expression: &Expr, depth: u32) -> Option<Const> {
        let mut links = Vec::new();
        let mut first = expression;
        while let ExprKind::BinOp(node) = &first.kind {
            links.push(node);
            first = &node.left;
        }
        let mut value = self.fold_at(first, depth)?;
        for link in links.into_iter().rev() {
            value = binary(link.op, &value, &self.fold_at(&link.right, depth)?)?;
        }
        Some(value)
    }

    /// The constant that a link of a chain makes of the constant before it.
    pub(super) fn fold_link(&self, left: &Const, link: &Expr) -> Option<Const> {
        match &link.kind {
            ExprKind::BinOp(node) => binary(node.op, left, &self.fold(&node.right)?),
            _ => None,
        }
    }

    /// What a list or set display becomes where it is only searched or iterated.
    pub(super) fn fold_searched(&self, expression: &Expr) -> Option<Const> {
        match &expression.kind {
            ExprKind::List(items) => self.fold_items(items).map(Const::Tuple),
            ExprKind::Set(items) => self.fold_items(items).map(Const::FrozenSet),
            _ => None,
        }
    }
}

fn boolean(value: bool) -> Const {
    if value { Const::True } else { Const::False }
}

fn unary(op: UnaryOperator, value: Const) -> Option<Const> {
    if op == UnaryOperator::Not {
        return super::condition::truth(&value).map(|truth| boolean(!truth));
    }
    match (op, value) {
        (UnaryOperator::Minus, Const::Int(value)) => Some(integer(-(value as i128))),
        (UnaryOperator::Minus, Const::BigInt { negative, magnitude }) => {
            // -9223372036854775808 fits the short form, its magnitude does not.
            if !negative && *magnitude == (1u64 << 63).to_le_bytes() {
                return Some(Const::Int(i64::MIN));
            }
            Some(Const::BigInt { negative: !negative, magnitude })
        }
        (UnaryOperator::Minus, Const::Float(value)) => Some(Const::Float(-value)),
        (UnaryOperator::Minus, Const::Complex(real, imaginary)) => Some(Const::Complex(-real, -imaginary)),
        (UnaryOperator::Plus, value @ (Const::Int(_) | Const::BigInt { .. } | Const::Float(_) | Const::Complex(..))) => Some(value),
        (UnaryOperator::Invert, Const::Int(value)) => Some(Const::Int(!value)),
        _ => None,
    }
}

/// The shortest constant for an integer.
fn integer(value: i128) -> Const {
    match i64::try_from(value) {
        Ok(value) => Const::Int(value),
        Err(_) => {
            let bytes = value.unsigned_abs().to_le_bytes();
            let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            Const::BigInt { negative: value < 0, magnitude: bytes.get(..length).unwrap_or_default().into() }
        }
    }
}

fn as_integer(value: &Const) -> Option<i128> {
    Some(match value {
        Const::Int(value) => *value as i128,
        Const::True => 1,
        Const::False => 0,
        Const::BigInt { negative, magnitude } if magnitude.len() < 16 => {
            let mut bytes = [0; 16];
            bytes.get_mut(..magnitude.len())?.copy_from_slice(magnitude);
            let value = i128::from_le_bytes(bytes);
            if *negative { -value } else { value }
        }
        _ => return None,
    })
}

fn as_float(value: &Const) -> Option<f64> {
    match value {
        Const::Float(value) => Some(*value),
        Const::Int(value) => Some(*value as f64),
        Const::True => Some(1.0),
        Const::False => Some(0.0),
        _ => None,
    }
}

fn binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    if let (Const::True | Const::False, Const::True | Const::False) = (left, right) {
        let (left, right) = (*left == Const::True, *right == Const::True);
        match op {
            Operator::BitAnd => return Some(boolean(left & right)),
            Operator::BitOr => return Some(boolean(left | right)),
            Operator::BitXor => return Some(boolean(left ^ right)),
            _ => {}
        }
    }
    if let (Some(left), Some(right)) = (as_integer(left), as_integer(right)) {
        return integers(op, left, right);
    }
    match (left, right) {
        (Const::Str(left), Const::Str(right)) if op == Operator::Add => concatenate(left, right).map(Const::Str),
        (Const::Bytes(left), Const::Bytes(right)) if op == Operator::Add => concatenate(left, right).map(Const::Bytes),
        (Const::Tuple(left), Const::Tuple(right)) if op == Operator::Add => concatenate(left, right).map(Const::Tuple),
        (Const::Str(text), Const::Int(count)) | (Const::Int(count), Const::Str(text)) if op == Operator::Mult => repeat(text, *count, MAX_TEXT).map(Const::Str),
        (Const::Bytes(text), Const::Int(count)) | (Const::Int(count), Const::Bytes(text)) if op == Operator::Mult => repeat(text, *count, MAX_TEXT).map(Const::Bytes),
        (Const::Tuple(items), Const::Int(count)) | (Const::Int(count), Const::Tuple(items)) if op == Operator::Mult => repeat(items, *count, MAX_TUPLE).map(Const::Tuple),
        (Const::Complex(real, imaginary), other) => {
            let (real, imaginary) = (*real, *imaginary);
            match (op, other) {
                (Operator::Add, Const::Complex(r, i)) => Some(Const::Complex(real + r, imaginary + i)),
                (Operator::Sub, Const::Complex(r, i)) => Some(Const::Complex(real - r, imaginary - i)),
                (Operator::Add, other) => Some(Const::Complex(real + as_float(other)?, imaginary)),
                (Operator::Sub, other) => Some(Const::Complex(real - as_float(other)?, imaginary)),
                _ => None,
            }
        }
        (other, Const::Complex(real, imaginary)) => match op {
            Operator::Add => Some(Const::Complex(as_float(other)? + real, *imaginary)),
            Operator::Sub => Some(Const::Complex(as_float(other)? - real, -imaginary)),
            _ => None,
        },
        _ => floats(op, as_float(left)?, as_float(right)?),
    }
}

fn integers(op: Operator, left: i128, right: i128) -> Option<Const> {
    let bits = |value: i128| 128 - value.unsigned_abs().leading_zeros();
    let value = match op {
        Operator::Add => left.checked_add(right)?,
        Operator::Sub => left.checked_sub(right)?,
        Operator::Mult if bits(left) + bits(right) <= MAX_INTEGER_BITS => left.checked_mul(right)?,
        Operator::Div => {
            // Exact only while both fit a double.
            let exact = |value: i128| (bits(value) <= 53).then_some(value as f64);
            let (left, right) = (exact(left)?, exact(right)?);
            return (right != 0.0).then(|| Const::Float(left / right));
        }
        Operator::FloorDiv if right != 0 => floor_division(left, right)?.0,
        Operator::Mod if right != 0 => floor_division(left, right)?.1,
        Operator::Pow if right >= 0 => {
            let exponent = u32::try_from(right).ok()?;
            if bits(left).checked_mul(exponent)? > MAX_INTEGER_BITS {
                return None;
            }
            left.checked_pow(exponent)?
        }
        Operator::LShift if (0..MAX_INTEGER_BITS as i128).contains(&right) => {
            if bits(left) + right as u32 > MAX_INTEGER_BITS {
                return None;
            }
            left << right
        }
        Operator::RShift if right >= 0 => left >> right.min(127),
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::BitAnd => left & right,
        _ => return None,
    };
    Some(integer(value))
}

/// Quotient and remainder as Python rounds them: towards minus infinity.
fn floor_division(left: i128, right: i128) -> Option<(i128, i128)> {
    let (quotient, remainder) = (left.checked_div(right)?, left.checked_rem(right)?);
    if remainder != 0 && (remainder < 0) != (right < 0) {
        return Some((quotient - 1, remainder + right));
    }
    Some((quotient, remainder))
}

fn floats(op: Operator, left: f64, right: f64) -> Option<Const> {
    Some(Const::Float(match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div if right != 0.0 => left / right,
        _ => return None,
    }))
}

fn concatenate<T: Clone>(left: &[T], right: &[T]) -> Option<Box<[T]>> {
    // Adding up a long sum must not take quadratic time.
    (left.len() + right.len() <= MAX_TEXT).then(|| left.iter().chain(right).cloned().collect())
}

fn repeat<T: Clone>(items: &[T], count: i64, limit: usize) -> Option<Box<[T]>> {
    let count = usize::try_from(count.max(0)).ok()?;
    if items.len().checked_mul(count)? > limit {
        return None;
    }
    Some(items.iter().cycle().take(items.len() * count).cloned().collect())
}
