//! Building a str piece by piece.

use super::{Str, UNCHECKED_SIZE, contains_surrogate, count_code_points, encode_code_point, is_surrogate};
use crate::object::value::Value;
use crate::vm::{Res, Vm};
use alloc::vec::Vec;

/// Text being put together, in generalized UTF-8.
#[derive(Default)]
pub struct StrBuilder {
    text: Vec<u8>,
    /// Lone surrogates may be in it.
    surrogates: bool,
}

impl StrBuilder {
    pub fn new() -> StrBuilder {
        StrBuilder::default()
    }

    /// With room for so many bytes.
    pub fn with_capacity(bytes: usize) -> StrBuilder {
        StrBuilder { text: Vec::with_capacity(bytes), surrogates: false }
    }

    /// In the VM's buffer, which [`StrBuilder::finish`] gives back: for texts that are done soon.
    pub fn in_buffer(vm: &mut Vm) -> StrBuilder {
        StrBuilder { text: core::mem::take(&mut vm.spare_text), surrogates: false }
    }

    #[inline]
    pub fn push_str(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// An ASCII character.
    #[inline(always)]
    pub fn push_ascii(&mut self, character: u8) {
        debug_assert!(character.is_ascii());
        self.text.push(character & 0x7f);
    }

    #[inline]
    pub fn push_char(&mut self, character: char) {
        self.push_code_point(character as u32);
    }

    /// A code point below 0x110000, surrogates included.
    #[inline]
    pub fn push_code_point(&mut self, code_point: u32) {
        if code_point < 0x80 {
            self.text.push(code_point as u8);
            return;
        }
        let mut buffer = [0; 4];
        self.text.extend_from_slice(encode_code_point(code_point, &mut buffer));
        self.surrogates |= is_surrogate(code_point);
    }

    /// A whole str.
    #[inline]
    pub fn push(&mut self, string: &Str) {
        self.text.extend_from_slice(string.bytes());
        self.surrogates |= string.has_surrogates();
    }

    /// What another one has so far.
    pub fn push_builder(&mut self, other: &StrBuilder) {
        self.text.extend_from_slice(&other.text);
        self.surrogates |= other.surrogates;
    }

    /// Part of a str between byte offsets on character boundaries.
    #[inline]
    pub fn push_part(&mut self, string: &Str, start: usize, end: usize) {
        self.text.extend_from_slice(string.part(start, end));
        self.surrogates |= string.has_surrogates();
    }

    /// A code point several times.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn push_repeated(&mut self, vm: &mut Vm, code_point: u32, count: usize) -> Res<()> {
        if count == 0 { Ok(()) } else { self.push_run(vm, code_point, count) }
    }

    fn push_run(&mut self, vm: &mut Vm, code_point: u32, count: usize) -> Res<()> {
        let mut buffer = [0; 4];
        let encoded = encode_code_point(code_point, &mut buffer);
        if count > UNCHECKED_SIZE {
            vm.check_memory(encoded.len().checked_mul(count))?;
        }
        if let [byte] = encoded {
            self.text.resize(self.text.len() + count, *byte);
        } else {
            self.text.reserve(encoded.len() * count);
            for _ in 0..count {
                self.text.extend_from_slice(encoded);
            }
            self.surrogates |= is_surrogate(code_point);
        }
        Ok(())
    }

    /// Bytes so far.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// Code points so far.
    pub fn length(&self) -> usize {
        count_code_points(&self.text)
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What is built so far.
    pub fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// The str.
    ///
    /// # Errors
    /// MemoryError.
    pub fn finish(mut self, vm: &mut Vm) -> Res<Value> {
        if self.text.len() > UNCHECKED_SIZE {
            vm.check_memory(Some(self.text.len()))?;
        }
        let length = self.length();
        let flags = if self.surrogates && contains_surrogate(&self.text) { super::SURROGATES } else { 0 };
        // SAFETY: only whole characters were pushed.
        let value = unsafe { vm.new_str_from_parts(&self.text, length, flags) };
        if (vm.spare_text.capacity() + 1..=UNCHECKED_SIZE).contains(&self.text.capacity()) {
            self.text.clear();
            vm.spare_text = self.text;
        }
        Ok(value)
    }
}

impl core::fmt::Write for StrBuilder {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.push_str(text);
        Ok(())
    }
}
