//! `_random`: the Mersenne Twister (Matsumoto and Nishimura, MT19937), drawn from exactly as CPython does, so that a seed gives
//! the same numbers.

use super::ModuleSpec;
use crate::object;
use crate::object::class::TypeSpec;
use crate::object::construct::allocation_class;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::int;
use crate::object::number::Integer;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::{Native, Res, Vm, argument};
use alloc::vec::Vec;
use dashu_int::{IBig, UBig};

pub static MODULE: ModuleSpec = ModuleSpec { types: &[&RANDOM], ..ModuleSpec::new("_random", "Module implements the Mersenne Twister random number generator.") };

const SIZE: usize = 624;
const MIDDLE: usize = 397;

/// The generator's state.
#[derive(Clone)]
struct Twister {
    words: Vec<u32>,
    index: usize,
}

impl Twister {
    fn new(seed: u32) -> Twister {
        let mut words = Vec::with_capacity(SIZE);
        let mut word = seed;
        for position in 1..=SIZE as u32 {
            words.push(word);
            word = (word ^ (word >> 30)).wrapping_mul(1_812_433_253).wrapping_add(position);
        }
        Twister { words, index: SIZE }
    }

    fn word(&self, index: usize) -> u32 {
        self.words.get(index % SIZE).copied().unwrap_or(0)
    }

    fn set(&mut self, index: usize, word: u32) {
        if let Some(place) = self.words.get_mut(index) {
            *place = word;
        }
    }

    fn from_key(key: &[u32]) -> Twister {
        let mut twister = Twister::new(19_650_218);
        let mixed = |twister: &Twister, position: usize, factor: u32| {
            let before = twister.word(position + SIZE - 1);
            twister.word(position) ^ (before ^ (before >> 30)).wrapping_mul(factor)
        };
        let mut position = 1;
        let forward = |twister: &mut Twister, position: &mut usize, word: u32| {
            twister.set(*position, word);
            *position += 1;
            if *position >= SIZE {
                let last = twister.word(SIZE - 1);
                twister.set(0, last);
                *position = 1;
            }
        };
        for round in 0..key.len().max(SIZE) {
            let place = round % key.len().max(1);
            let word = mixed(&twister, position, 1_664_525).wrapping_add(key.get(place).copied().unwrap_or(0)).wrapping_add(place as u32);
            forward(&mut twister, &mut position, word);
        }
        for _ in 1..SIZE {
            let word = mixed(&twister, position, 1_566_083_941).wrapping_sub(position as u32);
            forward(&mut twister, &mut position, word);
        }
        twister.set(0, 0x8000_0000);
        twister
    }

    fn refill(&mut self) {
        for position in 0..SIZE {
            let joined = (self.word(position) & 0x8000_0000) | (self.word(position + 1) & 0x7fff_ffff);
            let odd = if joined & 1 != 0 { 0x9908_b0df } else { 0 };
            let word = self.word(position + MIDDLE) ^ (joined >> 1) ^ odd;
            self.set(position, word);
        }
        self.index = 0;
    }

    fn next(&mut self) -> u32 {
        if self.index >= SIZE {
            self.refill();
        }
        let mut word = self.word(self.index);
        self.index += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// A double in [0, 1) with 53 random bits.
    fn double(&mut self) -> f64 {
        let (high, low) = (self.next() >> 5, self.next() >> 6);
        (high as f64 * 67_108_864.0 + low as f64) / 9_007_199_254_740_992.0
    }

    /// An integer of so many random bits.
    fn bits(&mut self, count: usize) -> UBig {
        if count == 0 {
            return UBig::ZERO;
        }
        if count <= 32 {
            return UBig::from(self.next() >> (32 - count));
        }
        let mut bytes = Vec::with_capacity(count.div_ceil(32) * 4);
        let mut left = count;
        while left > 0 {
            let mut word = self.next();
            if left < 32 {
                word >>= 32 - left;
            }
            bytes.extend_from_slice(&word.to_le_bytes());
            left = left.saturating_sub(32);
        }
        UBig::from_le_bytes(&bytes)
    }
}

/// A generator.
#[repr(C)]
pub struct Random {
    header: Header,
    twister: Mut<Twister>,
}

object!(Random, Kind::Other, "Random", |this, visit| {});

pub static RANDOM: TypeSpec = TypeSpec {
    module: "_random",
    doc: "Random() -> create a random number generator with its own internal state.",
    natives: &[
        Native::simple("__new__($type, seed=None, /)", random_new, "Create and return a new object."),
        Native::simple("seed($self, n=None, /)", seed, "Initializes the internal state from an integer, the hash of another object, or the machine's entropy."),
        Native::simple("random($self, /)", random, "random() -> x in the interval [0, 1)."),
        Native::simple("getrandbits($self, k, /)", getrandbits, "getrandbits(k) -> x.  Generates an int with k random bits."),
        Native::simple("getstate($self, /)", getstate, "getstate() -> tuple containing the current state."),
        Native::simple("setstate($self, state, /)", setstate, "setstate(state) -> None.  Restores generator state."),
    ],
    ..TypeSpec::new("Random", Random::LAYOUT)
};

/// The state that a seed gives.
fn seeded(vm: &mut Vm, seed: Option<&Value>) -> Res<Twister> {
    let Some(seed) = seed.filter(|seed| !seed.is_none()) else {
        let mut bytes = [0u8; SIZE * 4];
        if vm.platform.random(&mut bytes) {
            let key: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|&word| u32::from_le_bytes(word)).collect();
            return Ok(Twister::from_key(&key));
        }
        let now = vm.platform.wall_clock().unwrap_or(0) as u64;
        return Ok(Twister::from_key(&[now as u32, (now >> 32) as u32]));
    };
    let magnitude: UBig = match Integer::of(seed) {
        Some(integer) => integer.with_big(|number| dashu_int::ops::UnsignedAbs::unsigned_abs(number)),
        None => UBig::from(vm.hash(seed)?),
    };
    let mut bytes = magnitude.to_le_bytes().into_vec();
    bytes.resize(bytes.len().next_multiple_of(4).max(4), 0);
    let key: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|&word| u32::from_le_bytes(word)).collect();
    Ok(Twister::from_key(&key))
}

fn random_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Random>(vm, arguments, "Random")?;
    let twister = seeded(vm, argument(arguments, 1))?;
    Ok(vm.heap.new_object(&class, |header| Random { header, twister: Mut::new(twister) }))
}

fn receiver(arguments: &[Value]) -> Option<&mut Twister> {
    Some(arguments.first()?.get::<Random>()?.twister.get_mut())
}

fn seed(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let twister = seeded(vm, argument(arguments, 1))?;
    if let Some(place) = receiver(arguments) {
        *place = twister;
    }
    Ok(Value::NONE)
}

fn random(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = receiver(arguments).map_or(0.0, Twister::double);
    Ok(vm.new_float(number))
}

fn getrandbits(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let count = match arguments.get(1) {
        Some(count) => int::clamped_index(vm, count)?,
        None => 0,
    };
    let Ok(count) = usize::try_from(count) else { return Err(vm.value_error("Cannot convert negative int")) };
    vm.check_memory(Some(count / 8))?;
    let Some(twister) = receiver(arguments) else { return Ok(Value::NONE) };
    let number = twister.bits(count);
    Ok(int::from_big(vm, IBig::from(number)))
}

fn getstate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(twister) = receiver(arguments) else { return Ok(Value::NONE) };
    let mut items: Vec<Value> = twister.words.iter().map(|&word| Value::small_int(word as i64)).collect();
    items.push(Value::small_int(twister.index as i64));
    Ok(vm.new_tuple(items))
}

fn setstate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(state) = arguments.get(1).and_then(|state| state.get::<Tuple>()) else {
        return Err(vm.type_error("state vector must be a tuple"));
    };
    if state.length != SIZE + 1 {
        return Err(vm.value_error("state vector is the wrong size"));
    }
    let numbers: Option<Vec<u32>> = state.items().iter().map(|item| u32::try_from(int::to_i64(item)?).ok()).collect();
    let Some(mut words) = numbers else { return Err(vm.value_error("invalid state")) };
    let index = words.pop().unwrap_or(0) as usize;
    if index > SIZE {
        return Err(vm.value_error("invalid state"));
    }
    if let Some(twister) = receiver(arguments) {
        *twister = Twister { words, index };
    }
    Ok(Value::NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cpythons() {
        let mut twister = Twister::from_key(&[42]);
        assert_eq!(twister.double(), 0.6394267984578837);
        assert_eq!(twister.double(), 0.025010755222666936);
        let mut twister = Twister::from_key(&[0]);
        assert_eq!(twister.bits(64), UBig::from(7106521602475165645u64));
    }
}
