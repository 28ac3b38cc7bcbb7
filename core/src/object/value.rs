//! The value word: 64 bits on every target, owning one reference when it is a pointer.
//!
//! | low bits | meaning |
//! |---|---|
//! | `..1.` | a double, rotated so that the commonest exponents need no allocation |
//! | `..01` | an integer of 62 bits |
//! | `.000` | pointer to an object's [`Header`]; never null |
//! | `.100` | an immediate: undefined, None, False, True, NotImplemented, Ellipsis |
//!
//! Zero is no value, so `Option<Value>` and `Result<Value, Raised>` are one word too. A double is in the word iff bit 1 of
//! `rotl(bits + (3 << 60), 4)` is set: 0, denormals, infinities, NaN, 2^-255 to 2^257 and the far extremes; others are boxed.

use super::header::{Header, Kind, Object};
use crate::heap;
use core::num::NonZeroU64;

/// A Python value. Cloning adds a reference, dropping releases it (and may free the object, never running Python code).
#[repr(transparent)]
pub struct Value(NonZeroU64);

const FLOAT_BIAS: u64 = 3 << 60;

/// Bit patterns of values, for code that keeps the reference count itself (the interpreter loop).
pub mod bits {
    pub const INT_TAG: u64 = 0b01;
    pub const INT_MASK: u64 = 0b11;
    pub const FLOAT_BIT: u64 = 0b10;
    pub const POINTER_MASK: u64 = 0b111;
    pub const UNDEFINED: u64 = 0x04;
    pub const NONE: u64 = 0x0c;
    pub const FALSE: u64 = 0x14;
    pub const TRUE: u64 = 0x1c;
    pub const NOT_IMPLEMENTED: u64 = 0x24;
    pub const ELLIPSIS: u64 = 0x2c;

    /// The word of a double, or None if this double must be boxed.
    #[inline(always)]
    pub fn from_float(number: f64) -> Option<u64> {
        let word = number.to_bits().wrapping_add(super::FLOAT_BIAS).rotate_left(4);
        if word & FLOAT_BIT != 0 { Some(word) } else { None }
    }

    /// The double in a word whose [`FLOAT_BIT`] is set.
    #[inline(always)]
    pub fn to_float(word: u64) -> f64 {
        f64::from_bits(word.rotate_right(4).wrapping_sub(super::FLOAT_BIAS))
    }
}

/// Smallest integer in the word.
pub const SMALL_INT_MIN: i64 = -(1 << 61);
/// Largest integer in the word.
pub const SMALL_INT_MAX: i64 = (1 << 61) - 1;

const fn immediate(word: u64) -> Value {
    match NonZeroU64::new(word) {
        Some(word) => Value(word),
        None => Value(NonZeroU64::MIN),
    }
}

impl Value {
    /// Nothing: an unassigned register, a missing argument. Never visible to Python.
    pub const UNDEFINED: Value = immediate(bits::UNDEFINED);
    pub const NONE: Value = immediate(bits::NONE);
    pub const FALSE: Value = immediate(bits::FALSE);
    pub const TRUE: Value = immediate(bits::TRUE);
    pub const NOT_IMPLEMENTED: Value = immediate(bits::NOT_IMPLEMENTED);
    pub const ELLIPSIS: Value = immediate(bits::ELLIPSIS);

    /// Takes over a word and the reference in it.
    ///
    /// # Safety
    /// `word` is a valid value word, and its reference (if any) is not released by anybody else.
    #[inline(always)]
    pub unsafe fn from_bits(word: u64) -> Value {
        // SAFETY: a valid value word is never zero.
        Value(unsafe { NonZeroU64::new_unchecked(word) })
    }

    /// The word; the reference in it is now the caller's.
    #[inline(always)]
    pub fn into_bits(self) -> u64 {
        let word = self.0.get();
        core::mem::forget(self);
        word
    }

    /// The word, the reference staying here.
    #[inline(always)]
    pub const fn bits(&self) -> u64 {
        self.0.get()
    }

    /// The truth values True and False.
    #[inline(always)]
    pub const fn bool(truth: bool) -> Value {
        if truth { Value::TRUE } else { Value::FALSE }
    }

    /// An integer that is known to fit the word (indices, lengths, small results).
    /// For any `i64` use `Vm::new_int`.
    #[inline(always)]
    pub const fn small_int(number: i64) -> Value {
        debug_assert!(number >= SMALL_INT_MIN && number <= SMALL_INT_MAX);
        immediate(((number as u64) << 2) | bits::INT_TAG)
    }

    /// An integer, if it fits the word.
    #[inline(always)]
    pub const fn try_small_int(number: i64) -> Option<Value> {
        if number >= SMALL_INT_MIN && number <= SMALL_INT_MAX { Some(Value::small_int(number)) } else { None }
    }

    /// A double, if it fits the word. For any `f64` use `Vm::new_float`.
    #[inline(always)]
    pub fn try_small_float(number: f64) -> Option<Value> {
        bits::from_float(number).map(immediate)
    }

    /// A new reference to an object.
    ///
    /// # Safety
    /// `header` points to a live object of this VM.
    #[inline(always)]
    pub unsafe fn from_header(header: *const Header) -> Value {
        // SAFETY: the caller vouches for a live object, so the count may be raised and the address is not null.
        unsafe {
            (*header).retain();
            Value(NonZeroU64::new_unchecked(header as usize as u64))
        }
    }

    /// A new reference to an object.
    #[inline(always)]
    pub fn from_object<T: Object>(object: &T) -> Value {
        // SAFETY: a reference to an object is a live object; every Object begins with its header.
        unsafe { Value::from_header(object as *const T as *const Header) }
    }

    #[inline(always)]
    pub const fn is_undefined(&self) -> bool {
        self.bits() == bits::UNDEFINED
    }

    #[inline(always)]
    pub const fn is_none(&self) -> bool {
        self.bits() == bits::NONE
    }

    #[inline(always)]
    pub const fn is_not_implemented(&self) -> bool {
        self.bits() == bits::NOT_IMPLEMENTED
    }

    /// True or False?
    #[inline(always)]
    pub const fn as_bool(&self) -> Option<bool> {
        match self.bits() {
            bits::TRUE => Some(true),
            bits::FALSE => Some(false),
            _ => None,
        }
    }

    /// An integer held in the word (exact `int`; not `bool`, not big).
    #[inline(always)]
    pub const fn as_small_int(&self) -> Option<i64> {
        if self.bits() & bits::INT_MASK == bits::INT_TAG { Some(self.bits() as i64 >> 2) } else { None }
    }

    /// A double held in the word (exact `float`; boxed doubles: see `object::float`).
    #[inline(always)]
    pub fn as_small_float(&self) -> Option<f64> {
        if self.bits() & bits::FLOAT_BIT != 0 { Some(bits::to_float(self.bits())) } else { None }
    }

    #[inline(always)]
    pub const fn is_object(&self) -> bool {
        self.bits() & bits::POINTER_MASK == 0
    }

    /// The object's header, if this is a pointer.
    #[inline(always)]
    pub fn header(&self) -> Option<&Header> {
        if self.is_object() {
            // SAFETY: a pointer word holds a reference to a live object.
            Some(unsafe { &*(self.bits() as usize as *const Header) })
        } else {
            None
        }
    }

    /// The layout of what this is, immediates included.
    #[inline]
    pub fn kind(&self) -> Kind {
        match self.header() {
            Some(header) => header.kind(),
            None => self.immediate_kind(),
        }
    }

    fn immediate_kind(&self) -> Kind {
        let word = self.bits();
        if word & bits::FLOAT_BIT != 0 {
            Kind::Float
        } else if word & bits::INT_MASK == bits::INT_TAG {
            Kind::Int
        } else {
            match word {
                bits::TRUE | bits::FALSE => Kind::Bool,
                bits::NONE => Kind::None,
                bits::NOT_IMPLEMENTED => Kind::NotImplemented,
                bits::ELLIPSIS => Kind::Ellipsis,
                _ => Kind::Undefined,
            }
        }
    }

    /// The object as a `T`, if it has T's layout: exact type or subclass.
    #[inline(always)]
    pub fn get<T: Object>(&self) -> Option<&T> {
        let header = self.header()?;
        // SAFETY: equal layouts; T begins with its header and lives as long as this reference.
        if header.has_layout::<T>() { Some(unsafe { &*(header as *const Header as *const T) }) } else { None }
    }

    /// The object as a `T`, if its class is T's builtin class itself, not a subclass.
    #[inline(always)]
    pub fn get_exact<T: Object>(&self) -> Option<&T> {
        let header = self.header()?;
        // SAFETY: as in `get`.
        if header.has_exact_layout::<T>() { Some(unsafe { &*(header as *const Header as *const T) }) } else { None }
    }

    /// The object as a `T`.
    ///
    /// # Safety
    /// It is a pointer to an object with T's layout.
    #[inline(always)]
    pub unsafe fn get_unchecked<T: Object>(&self) -> &T {
        // SAFETY: the caller vouches for the layout.
        unsafe { &*(self.bits() as usize as *const T) }
    }

    /// `a is b`: the same object, or equal immediates.
    #[inline(always)]
    pub fn is(&self, other: &Value) -> bool {
        self.bits() == other.bits()
    }
}

impl Clone for Value {
    #[inline(always)]
    fn clone(&self) -> Value {
        if let Some(header) = self.header() {
            header.retain();
        }
        Value(self.0)
    }
}

impl Drop for Value {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(header) = self.header()
            && header.release()
        {
            // SAFETY: the last reference is gone, and nobody else knows the object.
            unsafe { heap::free_object(header as *const Header as *mut Header) }
        }
    }
}

impl core::fmt::Debug for Value {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if let Some(number) = self.as_small_int() {
            write!(formatter, "{number}")
        } else if let Some(number) = self.as_small_float() {
            write!(formatter, "{number:?}")
        } else {
            write!(formatter, "<{:?} {:#x}>", self.kind(), self.bits())
        }
    }
}

const _: () = assert!(size_of::<Value>() == 8 && size_of::<Option<Value>>() == 8);
