//! Questions about one character: categories, sets, and what it becomes when case does not count.

use crate::object::str::case::{is_alphanumeric, is_decimal, is_space};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What characters are compared as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    None,
    Ascii,
    /// The C locale: as ASCII.
    Locale,
    Unicode,
}

impl Fold {
    #[inline]
    pub fn apply(self, code_point: u32) -> u32 {
        match self {
            Fold::None => code_point,
            Fold::Ascii | Fold::Locale => lower_ascii(code_point),
            Fold::Unicode => lower_unicode(code_point),
        }
    }
}

pub fn lower_ascii(code_point: u32) -> u32 {
    if code_point < 0x80 { u32::from((code_point as u8).to_ascii_lowercase()) } else { code_point }
}

/// The first character of the lower case, which is all of it but for one character.
pub fn lower_unicode(code_point: u32) -> u32 {
    if code_point < 0x80 {
        return lower_ascii(code_point);
    }
    char::from_u32(code_point).and_then(|character| character.to_lowercase().next()).map_or(code_point, u32::from)
}

/// The first character of the upper case.
pub fn upper_unicode(code_point: u32) -> u32 {
    char::from_u32(code_point).and_then(|character| character.to_uppercase().next()).map_or(code_point, u32::from)
}

fn is_word(code_point: u32) -> bool {
    code_point < 0x80 && ((code_point as u8).is_ascii_alphanumeric() || code_point == b'_' as u32)
}

fn is_unicode_word(code_point: u32) -> bool {
    code_point == b'_' as u32 || is_alphanumeric(code_point)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Digit,
    Space,
    Word,
    LineBreak,
    UnicodeDigit,
    UnicodeSpace,
    UnicodeWord,
    UnicodeLineBreak,
}

/// A class of characters, or what is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    class: Class,
    not: bool,
}

impl Category {
    pub const WORD: Category = Category { class: Class::Word, not: false };
    pub const UNICODE_WORD: Category = Category { class: Class::UnicodeWord, not: false };

    /// By its place in `_constants.CHCODES`.
    pub fn from_code(code: u32) -> Option<Category> {
        // With the flag LOCALE: words of the C locale are ASCII.
        const CLASSES: [Class; 9] = [
            Class::Digit,
            Class::Space,
            Class::Word,
            Class::LineBreak,
            Class::Word,
            Class::UnicodeDigit,
            Class::UnicodeSpace,
            Class::UnicodeWord,
            Class::UnicodeLineBreak,
        ];
        CLASSES.get(code as usize / 2).map(|&class| Category { class, not: code % 2 == 1 })
    }

    #[inline]
    pub fn contains(self, code_point: u32) -> bool {
        let ascii = code_point < 0x80;
        let found = match self.class {
            Class::Digit => ascii && (code_point as u8).is_ascii_digit(),
            Class::Space => matches!(code_point, 9..=13 | 32),
            Class::Word => is_word(code_point),
            Class::LineBreak => code_point == 10,
            Class::UnicodeDigit => is_decimal(code_point),
            Class::UnicodeSpace => is_space(code_point),
            Class::UnicodeWord => is_unicode_word(code_point),
            Class::UnicodeLineBreak => matches!(code_point, 10..=13 | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029),
        };
        found != self.not
    }
}

pub enum SetItem {
    Range(u32, u32),
    /// Contains the character or its upper case.
    UpperRange(u32, u32),
    Category(Category),
    /// A bit for each of the first 256 characters.
    Bits(Box<[u32]>),
    /// For each block of 256 characters below 0x10000, the number of its bits.
    Blocks(Box<[u8]>, Box<[u32]>),
}

impl SetItem {
    fn contains(&self, code_point: u32) -> bool {
        match self {
            SetItem::Range(low, high) => (*low..=*high).contains(&code_point),
            SetItem::UpperRange(low, high) => (*low..=*high).contains(&code_point) || (*low..=*high).contains(&upper_unicode(code_point)),
            SetItem::Category(category) => category.contains(code_point),
            SetItem::Bits(bits) => code_point < 256 && bit(bits, code_point as usize),
            SetItem::Blocks(index, bits) => index.get(code_point as usize >> 8).is_some_and(|&block| bit(bits, block as usize * 256 + (code_point as usize & 255))),
        }
    }
}

fn bit(bits: &[u32], index: usize) -> bool {
    bits.get(index >> 5).is_some_and(|word| word >> (index & 31) & 1 != 0)
}

/// A set of characters.
pub struct Set {
    /// The answers for the first 256.
    latin: [u32; 8],
    items: Vec<SetItem>,
    negated: bool,
    fold: Fold,
}

impl Set {
    pub fn new(items: Vec<SetItem>, negated: bool, fold: Fold) -> Set {
        let mut set = Set { latin: [0; 8], items, negated, fold };
        for code_point in 0..256usize {
            let found = set.look_up(code_point as u32);
            if let Some(word) = set.latin.get_mut(code_point >> 5) {
                *word |= u32::from(found) << (code_point & 31);
            }
        }
        set
    }

    fn look_up(&self, code_point: u32) -> bool {
        let folded = self.fold.apply(code_point);
        let mut found = self.items.iter().any(|item| item.contains(folded)) != self.negated;
        if self.fold == Fold::Locale && !found && code_point < 0x80 {
            let upper = u32::from((code_point as u8).to_ascii_uppercase());
            found = self.items.iter().any(|item| item.contains(upper)) != self.negated;
        }
        found
    }

    #[inline]
    pub fn contains(&self, code_point: u32) -> bool {
        if code_point < 256 { bit(&self.latin, code_point as usize) } else { self.look_up(code_point) }
    }
}
