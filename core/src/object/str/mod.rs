//! `str`: immutable text in UTF-8, in which lone surrogates may stand in their generalized encoding.
//! The bytes follow the fixed part. A string knows its length in code points and whether it is ASCII, so that indexing and
//! slicing ASCII is O(1); long strings of other text have a table of byte offsets behind the bytes, filled at the first index.
//! Byte order of generalized UTF-8 is code point order, and a substring's bytes never match across characters: comparison and
//! search work on bytes.

pub mod builder;
pub mod case;
pub mod construct;
pub mod format;
pub mod iterator;
pub mod methods;
pub mod search;
pub mod template;
pub mod transform;

pub use builder::StrBuilder;
pub use methods::TYPE;

use super::class::Class;
use super::exception::Ex;
use super::header::{Header, Kind, Object, SUBCLASS, TYPE_FLAG_1, TYPE_FLAG_2, TYPE_FLAG_3};
use super::value::Value;
use crate::heap::{Heap, heap_of};
use crate::object;
use crate::vm::{Res, Vm};
use core::cell::Cell;
use core::cmp::Ordering;

/// Header flag: interned. At most one interned string has given contents, so identity decides between interned ones.
pub const INTERNED: u8 = TYPE_FLAG_1;
/// Header flag: contains lone surrogates, so the bytes are not UTF-8.
pub const SURROGATES: u8 = TYPE_FLAG_2;
/// Header flag: the table of offsets behind the bytes is filled.
const OFFSETS_FILLED: u8 = TYPE_FLAG_3;

/// Code points from one entry of the offset table to the next.
const OFFSET_STEP: usize = 64;
/// Non-ASCII strings of at least this many code points have an offset table.
const OFFSETS_FROM: usize = 3 * OFFSET_STEP;
/// Strings of up to this many bytes are made without asking the heap limit first.
const UNCHECKED_SIZE: usize = 4096;

/// A string; `size` bytes follow, then room for the offset table ([`room_behind`]).
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

impl Drop for Str {
    fn drop(&mut self) {
        if self.is_interned() {
            let heap = heap_of(&self.header);
            if !heap.is_closing() {
                heap.interned.remove(self);
            }
        }
    }
}

/// Bytes reserved behind a text for its offset table (`u32` entries, one for each full step).
pub(crate) const fn room_behind(size: usize, length: usize) -> usize {
    if length == size || length < OFFSETS_FROM || size > u32::MAX as usize { 0 } else { (length / OFFSET_STEP + 1) * size_of::<u32>() }
}

impl Str {
    /// The text as generalized UTF-8.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `size` initialized bytes follow the fixed part.
        unsafe { core::slice::from_raw_parts((self as *const Str).add(1) as *const u8, self.size) }
    }

    /// The text, unless it has lone surrogates.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        if self.has_surrogates() {
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

    #[inline(always)]
    pub fn has_surrogates(&self) -> bool {
        self.header.flags() & SURROGATES != 0
    }

    /// Is it of class `str` itself?
    #[inline(always)]
    pub fn is_exact(&self) -> bool {
        self.header.flags() & SUBCLASS == 0
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
        let hash = hash_bytes(self.bytes());
        self.hash.set(hash);
        hash
    }

    /// Bytes of the whole object: fixed part, text, offset table.
    pub(crate) fn extent(&self) -> usize {
        size_of::<Str>() + self.size + room_behind(self.size, self.length)
    }

    /// The code points.
    #[inline]
    pub fn code_points(&self) -> CodePoints<'_> {
        CodePoints { text: self.bytes(), position: 0 }
    }

    /// The only code point of a string of length 1.
    #[inline]
    pub fn single(&self) -> Option<u32> {
        if self.length == 1 { self.code_points().next() } else { None }
    }

    /// Byte offset of code point `index`; the end if there are not so many.
    #[inline]
    pub fn byte_offset(&self, index: usize) -> usize {
        if self.is_ascii() {
            index.min(self.size)
        } else if index >= self.length {
            self.size
        } else {
            self.find_offset(index)
        }
    }

    fn find_offset(&self, index: usize) -> usize {
        let text = self.bytes();
        match self.offsets() {
            Some(table) => {
                let start = match index / OFFSET_STEP {
                    0 => 0,
                    entry => table.get(entry - 1).map_or(0, |&offset| offset as usize),
                };
                skip_forward(text, start, index % OFFSET_STEP)
            }
            None if index > self.length / 2 => skip_backward(text, text.len(), self.length - index),
            None => skip_forward(text, 0, index),
        }
    }

    /// How many code points lie before a byte offset.
    pub fn index_at(&self, offset: usize) -> usize {
        if self.is_ascii() {
            return offset;
        }
        let (entry, start) = match self.offsets() {
            Some(table) => match table.partition_point(|&known| known as usize <= offset) {
                0 => (0, 0),
                entry => (entry, table.get(entry - 1).map_or(0, |&known| known as usize)),
            },
            None => (0, 0),
        };
        entry * OFFSET_STEP + self.bytes().get(start..offset).map_or(0, count_code_points)
    }

    /// The table of offsets of code points 64, 128, ..; None in strings that have none.
    fn offsets(&self) -> Option<&[u32]> {
        if room_behind(self.size, self.length) == 0 {
            return None;
        }
        let end = (self as *const Str).wrapping_add(1) as usize + self.size;
        let table = end.next_multiple_of(align_of::<u32>()) as *mut u32;
        let entries = self.length / OFFSET_STEP;
        if self.header.flags() & OFFSETS_FILLED == 0 {
            let text = self.bytes();
            let mut offset = 0;
            for entry in 0..entries {
                offset = skip_forward(text, offset, OFFSET_STEP);
                // SAFETY: `room_behind` reserved an entry for each step, and one more for alignment.
                unsafe { table.add(entry).write(offset as u32) };
            }
            self.header.set_flag(OFFSETS_FILLED);
        }
        // SAFETY: filled now or before, and never changed while shared.
        Some(unsafe { core::slice::from_raw_parts(table, entries) })
    }

    /// Part of the text between byte offsets that lie on character boundaries.
    #[inline]
    pub(crate) fn part(&self, start: usize, end: usize) -> &[u8] {
        self.bytes().get(start..end).unwrap_or_default()
    }
}

/// The hash of str and bytes contents.
#[inline]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    use core::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::quality::FixedState::with_seed(crate::config::HASH_BASE ^ crate::sync::hash_seed()).build_hasher();
    hasher.write(bytes);
    let hash = hasher.finish() as i64;
    if hash == 0 || hash == -1 { 1 } else { hash as u64 }
}

/// Code points in generalized UTF-8.
#[inline]
pub fn count_code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| (byte as i8) >= -64).count()
}

/// Bytes of the character that begins with this byte.
#[inline(always)]
pub fn width_of_lead(lead: u8) -> usize {
    match lead {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}

/// The code point at a byte offset, and its width; (0, 0) at the end.
#[inline(always)]
pub fn decode_at(text: &[u8], at: usize) -> (u32, usize) {
    let byte = |index: usize| u32::from(text.get(at + index).copied().unwrap_or(0));
    let lead = byte(0);
    match text.get(at) {
        None => (0, 0),
        Some(0..=0x7f) => (lead, 1),
        Some(0x80..=0xdf) => ((lead & 0x1f) << 6 | byte(1) & 0x3f, 2),
        Some(0xe0..=0xef) => ((lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | byte(2) & 0x3f, 3),
        Some(_) => ((lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | byte(3) & 0x3f, 4),
    }
}

/// Where the character that ends at byte offset `end` begins.
#[inline(always)]
pub fn start_before(text: &[u8], end: usize) -> usize {
    let mut at = end;
    while at > 0 {
        at -= 1;
        if text.get(at).is_none_or(|&byte| (byte as i8) >= -64) {
            break;
        }
    }
    at
}

fn skip_forward(text: &[u8], start: usize, count: usize) -> usize {
    let mut at = start;
    for _ in 0..count {
        at += text.get(at).map_or(0, |&lead| width_of_lead(lead));
    }
    at
}

fn skip_backward(text: &[u8], end: usize, count: usize) -> usize {
    let mut at = end;
    for _ in 0..count {
        at = start_before(text, at);
    }
    at
}

/// Do the bytes hold a lone surrogate?
pub fn contains_surrogate(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0xed, bytes).any(|at| bytes.get(at + 1).is_some_and(|&next| next >= 0xa0))
}

/// Is the code point a surrogate?
#[inline(always)]
pub fn is_surrogate(code_point: u32) -> bool {
    code_point & 0xffff_f800 == 0xd800
}

/// Iterator over code points.
#[derive(Clone)]
pub struct CodePoints<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> CodePoints<'a> {
    /// The code points of generalized UTF-8.
    pub fn of(text: &'a [u8]) -> CodePoints<'a> {
        CodePoints { text, position: 0 }
    }

    /// Byte offset of the next code point.
    pub fn position(&self) -> usize {
        self.position
    }
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (code_point, width) = decode_at(self.text, self.position);
        self.position += width;
        if width == 0 { None } else { Some(code_point) }
    }
}

/// Memory for a str of this class, with `spare` bytes to grow into.
///
/// # Safety
/// The class is `str` or derived from it. The caller writes all `size` bytes, `length` code points of generalized UTF-8, before
/// the string is used; `flags` is right.
#[inline]
pub(crate) unsafe fn allocate(vm: &mut Vm, class: &Class, size: usize, length: usize, flags: u8, spare: usize) -> (Value, *mut u8) {
    // SAFETY: header and fields are written at once, the bytes by the caller.
    unsafe {
        let (cell, header) = vm.heap.new_cell(class, Str::LAYOUT, size_of::<Str>() + size + room_behind(size, length) + spare);
        let string = cell as *mut Str;
        string.write(Str { header, hash: Cell::new(0), length, size });
        if flags != 0 {
            (*string).header.set_flag(flags);
        }
        (Value::from_bits(cell as usize as u64), string.add(1) as *mut u8)
    }
}

/// A str from bytes that should be generalized UTF-8; what is not becomes U+FFFD.
pub fn from_untrusted(vm: &mut Vm, bytes: &[u8]) -> Value {
    if let Ok(text) = core::str::from_utf8(bytes) {
        return vm.new_str(text);
    }
    let mut text = alloc::vec::Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        // A surrogate comes as three invalid pieces of one byte each.
        match chunk.invalid() {
            [0xed] => text.push(0xed),
            [byte] if matches!(text.as_slice(), [.., 0xed]) && (0xa0..=0xbf).contains(byte) => text.push(*byte),
            [byte] if matches!(text.as_slice(), [.., 0xed, 0xa0..=0xbf]) && (0x80..=0xbf).contains(byte) => text.push(*byte),
            [] => {}
            _ => text.extend_from_slice("\u{fffd}".as_bytes()),
        }
    }
    let whole = |text: &[u8]| !text.iter().enumerate().any(|(at, &byte)| byte == 0xed && !matches!(text.get(at + 1..at + 3), Some([0x80..=0xbf, 0x80..=0xbf])));
    if !whole(&text) {
        return vm.new_str(&alloc::string::String::from_utf8_lossy(bytes));
    }
    // SAFETY: valid chunks, and surrogates checked to be whole.
    unsafe { from_text(vm, &text) }
}

/// A str from generalized UTF-8: counts the code points and looks for surrogates.
///
/// # Safety
/// The bytes are generalized UTF-8.
pub unsafe fn from_text(vm: &mut Vm, bytes: &[u8]) -> Value {
    let length = count_code_points(bytes);
    let flags = if length != bytes.len() && contains_surrogate(bytes) { SURROGATES } else { 0 };
    // SAFETY: the caller vouches; length and flags were just found.
    unsafe { vm.new_str_from_parts(bytes, length, flags) }
}

/// A str of the text between byte offsets of `source` (character boundaries).
#[inline]
pub fn from_part(vm: &mut Vm, source: &Str, start: usize, end: usize) -> Value {
    let part = source.part(start, end);
    // SAFETY: part of a str between boundaries is generalized UTF-8.
    unsafe {
        if source.is_ascii() {
            vm.new_str_from_parts(part, part.len(), 0)
        } else if source.has_surrogates() {
            from_text(vm, part)
        } else {
            vm.new_str_from_parts(part, count_code_points(part), 0)
        }
    }
}

/// The str itself, or (of a subclass) an exact str with its contents.
#[inline]
pub fn exact(vm: &mut Vm, string: &Str) -> Value {
    if string.is_exact() { Value::from_object(string) } else { from_part(vm, string, 0, string.size) }
}

/// The str of one code point (surrogates included).
#[inline]
pub fn from_code_point(vm: &mut Vm, code_point: u32) -> Value {
    let mut buffer = [0; 4];
    let bytes = encode_code_point(code_point, &mut buffer);
    // SAFETY: one encoded code point.
    unsafe { vm.new_str_from_parts(bytes, 1, if is_surrogate(code_point) { SURROGATES } else { 0 }) }
}

/// Encodes a code point below 0x110000 in generalized UTF-8.
#[inline]
pub fn encode_code_point(code_point: u32, buffer: &mut [u8; 4]) -> &[u8] {
    let tail = |shift: u32| 0x80 | (code_point >> shift & 0x3f) as u8;
    let length = match code_point {
        0..=0x7f => {
            buffer[0] = code_point as u8;
            1
        }
        0x80..=0x7ff => {
            buffer[..2].copy_from_slice(&[0xc0 | (code_point >> 6) as u8, tail(0)]);
            2
        }
        0x800..=0xffff => {
            buffer[..3].copy_from_slice(&[0xe0 | (code_point >> 12) as u8, tail(6), tail(0)]);
            3
        }
        _ => {
            *buffer = [0xf0 | (code_point >> 18 & 7) as u8, tail(12), tail(6), tail(0)];
            4
        }
    };
    &buffer[..length]
}

/// `string[index]` for an index from the start.
#[inline]
pub fn get(vm: &mut Vm, string: &Str, index: usize) -> Option<Value> {
    if index >= string.length {
        return None;
    }
    let start = string.byte_offset(index);
    let (code_point, width) = decode_at(string.bytes(), start);
    if width == 1 {
        // SAFETY: one ASCII byte.
        return Some(unsafe { vm.new_str_from_parts(&[code_point as u8], 1, 0) });
    }
    Some(from_code_point(vm, code_point))
}

/// `string[index]`, negative indices counting from the end.
///
/// # Errors
/// IndexError.
#[inline]
pub fn get_item(vm: &mut Vm, string: &Str, index: i64) -> Res<Value> {
    let index = if index < 0 { index + string.length as i64 } else { index };
    let found = if index < 0 { None } else { get(vm, string, index as usize) };
    match found {
        Some(character) => Ok(character),
        None => Err(vm.raise(Ex::IndexError, "string index out of range")),
    }
}

/// `string[start:stop:step]` for bounds already clipped to the length (`slice.indices`), `count` items.
///
/// # Errors
/// MemoryError.
pub fn slice(vm: &mut Vm, string: &Str, start: isize, step: isize, count: usize) -> Res<Value> {
    if count == 0 {
        return Ok(vm.new_str(""));
    }
    let first = start.max(0) as usize;
    if step == 1 {
        if count == string.length {
            return Ok(exact(vm, string));
        }
        if count > UNCHECKED_SIZE {
            vm.check_memory(Some(count))?;
        }
        return Ok(substring(vm, string, first, first + count));
    }
    let mut builder = StrBuilder::with_capacity(count);
    let mut index = start;
    for _ in 0..count {
        let (code_point, _) = decode_at(string.bytes(), string.byte_offset(index.max(0) as usize));
        builder.push_code_point(code_point);
        index = index.wrapping_add(step);
    }
    builder.finish(vm)
}

/// The text between two code point indices.
pub fn substring(vm: &mut Vm, string: &Str, start: usize, end: usize) -> Value {
    let (first, last) = (string.byte_offset(start), string.byte_offset(end));
    let flags = if string.has_surrogates() && contains_surrogate(string.part(first, last)) { SURROGATES } else { 0 };
    // SAFETY: part of a str between boundaries; its length is the difference of the indices.
    unsafe { vm.new_str_from_parts(string.part(first, last), end.min(string.length).saturating_sub(start), flags) }
}

/// Equal contents?
#[inline(always)]
pub fn equal(left: &Str, right: &Str) -> bool {
    core::ptr::eq(left, right) || (left.size == right.size && left.bytes() == right.bytes())
}

/// Order by code points.
#[inline]
pub fn compare(left: &Str, right: &Str) -> Ordering {
    left.bytes().cmp(right.bytes())
}

/// `needle in haystack`
#[inline]
pub fn contains(haystack: &Str, needle: &Str) -> bool {
    super::byte_search::find(haystack.bytes(), needle.bytes()).is_some()
}

/// `left + right`
///
/// # Errors
/// MemoryError.
#[inline]
pub fn concat(vm: &mut Vm, left: &Str, right: &Str) -> Res<Value> {
    if right.size == 0 {
        return Ok(exact(vm, left));
    }
    if left.size == 0 {
        return Ok(exact(vm, right));
    }
    concat_with_spare(vm, left, right, 0)
}

fn concat_with_spare(vm: &mut Vm, left: &Str, right: &Str, spare: usize) -> Res<Value> {
    let size = left.size + right.size;
    if size > UNCHECKED_SIZE {
        vm.check_memory(size.checked_add(spare))?;
    }
    let class = vm.class::<Str>();
    let flags = (left.header.flags() | right.header.flags()) & SURROGATES;
    // SAFETY: the two texts fill the bytes; code points and surrogates add up.
    unsafe {
        let (value, target) = allocate(vm, &class, size, left.length + right.length, flags, spare);
        core::ptr::copy_nonoverlapping(left.bytes().as_ptr(), target, left.size);
        core::ptr::copy_nonoverlapping(right.bytes().as_ptr(), target.add(left.size), right.size);
        Ok(value)
    }
}

/// `left + right` for a left operand that the caller is about to replace by the result (`s += x`): if nobody else
/// refers to it, it grows in place.
///
/// # Errors
/// TypeError unless both are strs; MemoryError.
#[inline]
pub fn concat_in_place(vm: &mut Vm, left: Value, right: &Value) -> Res<Value> {
    let (Some(old), Some(added)) = (left.get::<Str>(), right.get::<Str>()) else {
        return add(vm, &left, right);
    };
    // Subclasses have attributes behind the text, and interned strings are in a table by contents.
    if old.header.count() != 1 || old.header.flags() & (INTERNED | SUBCLASS) != 0 || old.size == 0 || added.size == 0 {
        return concat(vm, old, added);
    }
    let (size, length) = (old.size + added.size, old.length + added.length);
    let needed = size_of::<Str>() + size + room_behind(size, length);
    if needed > Heap::capacity(&old.header) {
        return concat_with_spare(vm, old, added, size / 2);
    }
    let surrogates = added.header.flags() & SURROGATES;
    let (from, count, at) = (added.bytes().as_ptr(), added.size, old.size);
    let string = left.bits() as usize as *mut Str;
    // SAFETY: this is the only reference, so nobody sees the string change; the cell has room for the bytes and the offset
    // table; the hash and the offsets, if there were any, are void.
    unsafe {
        core::ptr::copy_nonoverlapping(from, (string.add(1) as *mut u8).add(at), count);
        (*string).size = size;
        (*string).length = length;
        (*string).hash.set(0);
        (*string).header.clear_flag(OFFSETS_FILLED);
        (*string).header.set_flag(surrogates);
    }
    Ok(left)
}

/// `left + right` for a str on the left.
///
/// # Errors
/// TypeError unless both are strs; MemoryError.
pub fn add(vm: &mut Vm, left: &Value, right: &Value) -> Res<Value> {
    match (left.get::<Str>(), right.get::<Str>()) {
        (Some(left), Some(right)) => concat(vm, left, right),
        _ => {
            let name = vm.type_name(right);
            Err(vm.type_error(&alloc::format!("can only concatenate str (not \"{name}\") to str")))
        }
    }
}

/// The texts of `parts` (strs) one after the other.
///
/// # Errors
/// TypeError for a part that is no str; MemoryError.
pub fn build(vm: &mut Vm, parts: &[Value]) -> Res<Value> {
    join_with(vm, None, parts, |vm, _, part| {
        let name = vm.type_name(part);
        vm.type_error(&alloc::format!("expected str instance, {name} found"))
    })
}

/// `separator.join(items)`
///
/// # Errors
/// TypeError for an item that is no str; MemoryError.
pub fn join(vm: &mut Vm, separator: &Str, items: &[Value]) -> Res<Value> {
    join_with(vm, Some(separator), items, |vm, index, item| {
        let name = vm.type_name(item);
        vm.type_error(&alloc::format!("sequence item {index}: expected str instance, {name} found"))
    })
}

#[inline]
fn join_with(vm: &mut Vm, separator: Option<&Str>, items: &[Value], wrong: fn(&mut Vm, usize, &Value) -> crate::vm::Raised) -> Res<Value> {
    let (gap, gap_length, mut flags) = match separator {
        Some(separator) if items.len() > 1 => (separator.bytes(), separator.length, separator.header.flags()),
        _ => (&[][..], 0, 0),
    };
    let gaps = items.len().saturating_sub(1);
    let mut size = gap.len().checked_mul(gaps);
    let mut length = gap_length.wrapping_mul(gaps);
    for (index, item) in items.iter().enumerate() {
        let Some(part) = item.get::<Str>() else { return Err(wrong(vm, index, item)) };
        size = size.and_then(|size| size.checked_add(part.size));
        length = length.wrapping_add(part.length);
        flags |= part.header.flags();
    }
    let size = size.unwrap_or(usize::MAX);
    if let [only] = items
        && only.get_exact::<Str>().is_some()
    {
        return Ok(only.clone());
    }
    if size <= 1 {
        let first = items.iter().filter_map(|item| item.get::<Str>()).find(|part| part.size != 0);
        // SAFETY: empty, or one ASCII byte.
        return Ok(unsafe { vm.new_str_from_parts(first.map_or(gap, Str::bytes), size, 0) });
    }
    if size > UNCHECKED_SIZE {
        vm.check_memory(Some(size))?;
    }
    let class = vm.class::<Str>();
    // SAFETY: sizes and lengths were summed above, and no Python code runs until the bytes are copied.
    unsafe {
        let (value, mut target) = allocate(vm, &class, size, length, flags & SURROGATES, 0);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                target = append(target, gap);
            }
            target = append(target, item.get_unchecked::<Str>().bytes());
        }
        Ok(value)
    }
}

/// Copies a text to `target` and returns where the next one goes. Short texts, the usual ones, go without a call.
///
/// # Safety
/// There is room.
#[inline(always)]
unsafe fn append(target: *mut u8, text: &[u8]) -> *mut u8 {
    // SAFETY: the caller vouches.
    unsafe {
        match text {
            [] => {}
            [byte] => target.write(*byte),
            _ => core::ptr::copy_nonoverlapping(text.as_ptr(), target, text.len()),
        }
        target.add(text.len())
    }
}

/// `string * count`
///
/// # Errors
/// MemoryError.
pub fn repeat(vm: &mut Vm, string: &Str, count: isize) -> Res<Value> {
    let count = count.max(0) as usize;
    if count == 1 {
        return Ok(exact(vm, string));
    }
    if count == 0 || string.size == 0 {
        return Ok(vm.new_str(""));
    }
    let size = string.size.checked_mul(count);
    vm.check_memory(size)?;
    let size = size.unwrap_or(0);
    let class = vm.class::<Str>();
    // SAFETY: the loop writes `size` bytes by doubling what is written already.
    unsafe {
        let (value, target) = allocate(vm, &class, size, string.length * count, string.header.flags() & SURROGATES, 0);
        if let [byte] = string.bytes() {
            target.write_bytes(*byte, size);
            return Ok(value);
        }
        core::ptr::copy_nonoverlapping(string.bytes().as_ptr(), target, string.size);
        let mut done = string.size;
        while done < size {
            let more = done.min(size - done);
            core::ptr::copy_nonoverlapping(target, target.add(done), more);
            done += more;
        }
        Ok(value)
    }
}
