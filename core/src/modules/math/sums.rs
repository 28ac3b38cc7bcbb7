//! `math` over many numbers: fsum, prod, sumprod, dist, hypot. Sums of doubles carry what rounding cuts off.

use super::*;
use crate::object::float_math::two_sum;
use alloc::boxed::Box;

/// Product and rounding error of two doubles, of any size.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, libm::fma(a, b, -product))
}

/// Why a sum has no value.
#[derive(Debug, PartialEq)]
enum SumProblem {
    OppositeInfinities,
    Overflow,
}

/// The correctly rounded sum: partial sums that do not overlap (Shewchuk, "Adaptive precision floating-point arithmetic").
fn exact_sum(numbers: &[f64]) -> Result<f64, SumProblem> {
    let mut partials: Vec<f64> = Vec::new();
    let (mut special, mut infinities) = (0.0f64, 0.0f64);
    for &number in numbers {
        if !number.is_finite() {
            special += number;
            if number.is_infinite() {
                infinities += number;
            }
            continue;
        }
        let mut x = number;
        let mut kept = 0;
        for index in 0..partials.len() {
            let Some(&partial) = partials.get(index) else { break };
            let (large, small) = if x.abs() < partial.abs() { (partial, x) } else { (x, partial) };
            let sum = large + small;
            let rest = small - (sum - large);
            if rest != 0.0 {
                if let Some(place) = partials.get_mut(kept) {
                    *place = rest;
                }
                kept += 1;
            }
            x = sum;
        }
        if x.is_infinite() {
            return Err(SumProblem::Overflow);
        }
        partials.truncate(kept);
        partials.push(x);
    }
    if special != 0.0 || special.is_nan() {
        return if infinities.is_nan() { Err(SumProblem::OppositeInfinities) } else { Ok(special) };
    }
    let Some(mut high) = partials.pop() else { return Ok(0.0) };
    let mut low = 0.0;
    while let Some(partial) = partials.pop() {
        let before = high;
        high = before + partial;
        low = partial - (high - before);
        if low != 0.0 {
            break;
        }
    }
    // Half way between two doubles, the next partial sum decides.
    if let Some(&next) = partials.last()
        && ((low < 0.0 && next < 0.0) || (low > 0.0 && next > 0.0))
    {
        let twice = low * 2.0;
        let up = high + twice;
        if twice == up - high {
            high = up;
        }
    }
    Ok(high)
}

fn doubles(vm: &mut Vm, items: &[Value]) -> Res<Vec<f64>> {
    items.iter().map(|item| from_argument(vm, item)).collect()
}

/// `math.fsum(seq)`
pub fn fsum(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(sequence) = arguments.get(0) else { return Ok(Value::NONE.into()) };
    collect(vm, sequence, |vm, items| {
        let numbers = doubles(vm, &items)?;
        match exact_sum(&numbers) {
            Ok(sum) => Ok(vm.new_float(sum).into()),
            Err(SumProblem::OppositeInfinities) => Err(vm.value_error("-inf + inf in fsum")),
            Err(SumProblem::Overflow) => Err(vm.raise(Ex::OverflowError, "intermediate overflow in fsum")),
        }
    })
}

/// Euclidean length of a vector, within a fraction of a unit in the last place.
fn norm(coordinates: &[f64]) -> f64 {
    let most = coordinates.iter().fold(0.0f64, |most, coordinate| most.max(coordinate.abs()));
    if coordinates.iter().any(|coordinate| coordinate.is_infinite()) {
        return f64::INFINITY;
    }
    if coordinates.iter().any(|coordinate| coordinate.is_nan()) {
        return f64::NAN;
    }
    if most == 0.0 || coordinates.len() <= 1 {
        return most;
    }
    // A power of two brings the largest near 1, so that squares neither overflow nor vanish.
    let exponent = libm::frexp(most).1;
    let (mut sum, mut rest) = (0.0, 0.0);
    for coordinate in coordinates {
        let scaled = libm::ldexp(*coordinate, -exponent);
        let (square, square_rest) = two_product(scaled, scaled);
        let (total, total_rest) = two_sum(sum, square);
        sum = total;
        rest += total_rest + square_rest;
    }
    let root = libm::sqrt(sum + rest);
    // One Newton step on what is left of the sum.
    let (square, square_rest) = two_product(root, root);
    let left = (sum - square) + (rest - square_rest);
    libm::ldexp(root + left / (2.0 * root), exponent)
}

/// `math.hypot(*coordinates)`
pub fn hypot(vm: &mut Vm, args: &Args) -> Res<Action> {
    if !args.names.is_empty() {
        return Err(vm.type_error("math.hypot() takes no keyword arguments"));
    }
    let coordinates = doubles(vm, args.positional)?;
    let length = norm(&coordinates);
    Ok(vm.new_float(length).into())
}

/// `math.dist(p, q)`
pub fn dist(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let [p, q, ..] = arguments.positional else { return Ok(Value::NONE.into()) };
    let q = q.clone();
    point(vm, p, move |vm, p| {
        point(vm, &q, move |vm, q| {
            if p.len() != q.len() {
                return Err(vm.value_error("both points must have the same number of dimensions"));
            }
            let differences: Vec<f64> = p.iter().zip(&q).map(|(a, b)| (a - b).abs()).collect();
            let length = norm(&differences);
            Ok(vm.new_float(length).into())
        })
    })
}

fn point(vm: &mut Vm, value: &Value, then: impl FnOnce(&mut Vm, Vec<f64>) -> Res<Action> + 'static) -> Res<Action> {
    if let Some(tuple) = value.get::<Tuple>() {
        let numbers = doubles(vm, tuple.items())?;
        return then(vm, numbers);
    }
    collect(vm, value, |vm, items| {
        let numbers = doubles(vm, &items)?;
        then(vm, numbers)
    })
}

/// `math.prod(iterable, *, start=1)`
pub fn prod(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [iterable, start] = bind(vm, "prod", args, ["", "start"], 1)?;
    let Some(iterable) = iterable else {
        return Err(vm.type_error("prod() takes exactly 1 positional argument (0 given)"));
    };
    let start = start.unwrap_or(Value::small_int(1));
    collect(vm, &iterable, move |vm, items| multiply_all(vm, start, items.into_iter()))
}

fn multiply_all(vm: &mut Vm, mut product: Value, mut rest: alloc::vec::IntoIter<Value>) -> Res<Action> {
    while let Some(item) = rest.next() {
        match vm.binary(Operator::MUL, &product, &item, false)? {
            Action::Return(result) => product = result,
            action => return action.and_then(vm, move |vm, product| multiply_all(vm, product, rest)),
        }
    }
    Ok(product.into())
}

/// A sum of products in three doubles (Ogita, Rump, Oishi: "Accurate sum and dot product").
#[derive(Clone, Copy, Default)]
struct TripleSum {
    high: f64,
    low: f64,
    tiny: f64,
}

impl TripleSum {
    fn add_product(self, a: f64, b: f64) -> TripleSum {
        let (product, product_rest) = two_product(a, b);
        let (high, high_rest) = two_sum(self.high, product);
        let (rest, rest_rest) = two_sum(self.low, product_rest);
        let (low, low_rest) = two_sum(rest, high_rest);
        TripleSum { high, low, tiny: self.tiny + rest_rest + low_rest }
    }

    fn total(self) -> f64 {
        let (last, _) = two_sum(self.low, self.tiny);
        two_sum(self.high, last).0
    }
}

/// What `sumprod` adds up, in the order that keeps exactness longest: integers, then doubles, then anything.
struct SumOfProducts {
    pairs: Box<dyn Iterator<Item = (Value, Value)>>,
    integers_only: bool,
    doubles: Option<TripleSum>,
    doubles_only: bool,
    total: Value,
}

/// `math.sumprod(p, q)`
pub fn sumprod(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let [p, q, ..] = arguments.positional else { return Ok(Value::NONE.into()) };
    let q = q.clone();
    collect(vm, p, move |vm, p| {
        collect(vm, &q, move |vm, q| {
            if p.len() != q.len() {
                return Err(vm.value_error("Inputs are not the same length"));
            }
            let pairs = Box::new(p.into_iter().zip(q));
            Box::new(SumOfProducts { pairs, integers_only: true, doubles: None, doubles_only: true, total: Value::small_int(0) }).run(vm)
        })
    })
}

fn exact_double(value: &Value) -> Option<f64> {
    match Number::exact(value)? {
        Number::Float(number) => Some(number),
        Number::Int(integer) if value.as_bool().is_none() => integer.to_f64(),
        _ => None,
    }
}

impl SumOfProducts {
    fn run(mut self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        while let Some((a, b)) = self.pairs.next() {
            if self.integers_only {
                if let Some(sum) = self.add_integers(&a, &b) {
                    self.total = vm.new_int(sum);
                    continue;
                }
                self.integers_only = false;
            }
            if self.doubles_only {
                let either_float = float::exact_f64(&a).is_some() || float::exact_f64(&b).is_some();
                if let (true, Some(x), Some(y)) = (either_float, exact_double(&a), exact_double(&b)) {
                    let sum = self.doubles.unwrap_or_default().add_product(x, y);
                    if sum.total().is_finite() {
                        self.doubles = Some(sum);
                        continue;
                    }
                }
                self.doubles_only = false;
                self.add_doubles(vm)?;
            }
            let product = match vm.binary(Operator::MUL, &a, &b, false)? {
                Action::Return(product) => product,
                action => return action.and_then(vm, move |vm, product| self.add(vm, product)),
            };
            match vm.binary(Operator::ADD, &self.total, &product, false)? {
                Action::Return(total) => self.total = total,
                action => return action.and_then(vm, move |vm, total| self.go_on(vm, total)),
            }
        }
        self.add_doubles(vm)?;
        Ok(self.total.into())
    }

    /// The total and the product of two integers, while all of that is small.
    fn add_integers(&self, a: &Value, b: &Value) -> Option<i64> {
        let small = |value: &Value| match Number::exact(value)? {
            Number::Int(integer) if value.as_bool().is_none() => integer.to_i64(),
            _ => None,
        };
        small(&self.total)?.checked_add(small(a)?.checked_mul(small(b)?)?)
    }

    /// Adds what the doubles come to; the total is an int until then.
    fn add_doubles(&mut self, vm: &mut Vm) -> Res<()> {
        if let Some(sum) = self.doubles.take() {
            let sum = vm.new_float(sum.total());
            if let Some(total) = arithmetic(vm, ArithmeticOp::Add, &self.total, &sum)? {
                self.total = total;
            }
        }
        Ok(())
    }

    /// `total += product`, then goes on.
    fn add(self: Box<Self>, vm: &mut Vm, product: Value) -> Res<Action> {
        vm.binary(Operator::ADD, &self.total, &product, false)?.and_then(vm, move |vm, total| self.go_on(vm, total))
    }

    fn go_on(mut self: Box<Self>, vm: &mut Vm, total: Value) -> Res<Action> {
        self.total = total;
        self.run(vm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_correctly_rounded() {
        assert_eq!(exact_sum(&[0.1; 10]), Ok(1.0));
        assert_eq!(exact_sum(&[1e308, 1.0, 1e-300, -1e308]), Ok(1.0));
        assert_eq!(exact_sum(&[1e16, 1.0, 1e-16]), Ok(10000000000000002.0));
        assert_eq!(exact_sum(&[f64::INFINITY, f64::NEG_INFINITY]), Err(SumProblem::OppositeInfinities));
        assert_eq!(exact_sum(&[1e308, 1e308]), Err(SumProblem::Overflow));
        assert_eq!(exact_sum(&[]), Ok(0.0));
    }

    #[test]
    fn lengths() {
        assert_eq!(norm(&[3.0, 4.0]), 5.0);
        assert_eq!(norm(&[1e200, 1e200]), 1.414213562373095e200);
        assert_eq!(norm(&[5e-324, 5e-324]), 5e-324);
        assert_eq!(norm(&[f64::NAN, f64::INFINITY]), f64::INFINITY);
        assert_eq!(norm(&[1.0, 1.0, 1.0]), 1.7320508075688772);
    }
}
