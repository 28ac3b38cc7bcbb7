//! `str`: immutable text in UTF-8, in which lone surrogates may stand in their generalized encoding (WTF-8).
//! The bytes follow the fixed part. A string knows its length in code points and whether it is ASCII, so that indexing and
//! slicing ASCII is O(1).

use super::header::{Header, Kind, TYPE_FLAG_1, TYPE_FLAG_2};
use super::value::Value;
use crate::object;
use core::cell::Cell;

/// Header flag: interned. At most one interned string has given contents, so identity decides between interned ones.
pub const INTERNED: u8 = TYPE_FLAG_1;
/// Header flag: contains lone surrogates, so the bytes are not UTF-8.
pub const SURROGATES: u8 = TYPE_FLAG_2;

/// A string; `bytes` bytes follow.
#[repr(C)]
pub struct Str {
    pub header: Header,
    /// 0: not computed yet.
    pub(crate) hash: Cell<u64>,
    /// Length in code points.
    pub length: usize,
    /// Length in bytes.
    pub size: usize,
}

object!(Str, Kind::Str, "str", |this, visit| {});

impl Str {
    /// The text as (W)UTF-8.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `size` initialized bytes follow the fixed part.
        unsafe { core::slice::from_raw_parts((self as *const Str).add(1) as *const u8, self.size) }
    }

    /// The text, unless it has lone surrogates.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        if self.header.flags() & SURROGATES != 0 {
            None
        } else {
            // SAFETY: without surrogates the bytes are UTF-8.
            Some(unsafe { core::str::from_utf8_unchecked(self.bytes()) })
        }
    }

    /// The text with lone surrogates replaced, for messages.
    pub fn to_string_lossy(&self) -> alloc::borrow::Cow<'_, str> {
        alloc::string::String::from_utf8_lossy(self.bytes())
    }

    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.length == self.size
    }

    pub fn is_interned(&self) -> bool {
        self.header.flags() & INTERNED != 0
    }

    /// Is `value` a str with these contents?
    pub fn is(value: &Value, text: &str) -> bool {
        value.get::<Str>().is_some_and(|string| string.bytes() == text.as_bytes())
    }

    /// The hash, computed once.
    #[inline]
    pub fn hash(&self) -> u64 {
        match self.hash.get() {
            0 => self.compute_hash(),
            hash => hash,
        }
    }

    #[cold]
    #[inline(never)]
    fn compute_hash(&self) -> u64 {
        use core::hash::BuildHasher;
        let hash = crate::config::HASHER.hash_one(self.bytes()) as i64;
        let hash = if hash == 0 || hash == -1 { 1 } else { hash as u64 };
        self.hash.set(hash);
        hash
    }
}

/// Code points in WTF-8 bytes.
pub fn count_code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| (byte as i8) >= -64).count()
}
