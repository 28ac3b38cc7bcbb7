//! What the characters are and how their case changes: the Unicode side of str's methods. Functions take code points;
//! surrogates are in no class and change to nothing else.
//!
//! Letters, numbers and letter case come from core's tables, categories from `unicode-properties`, names from
//! `unicode-ident`. Full case folding and title case follow from upper and lower case but for the exceptions written here.

use super::{Str, StrBuilder, decode_at, start_before};
use crate::object::byte_search;
use crate::object::value::Value;
use crate::vm::{Res, Vm};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

fn category(code_point: u32) -> GeneralCategory {
    char::from_u32(code_point).map_or(GeneralCategory::Surrogate, |character| character.general_category())
}

/// A letter (categories L*).
pub fn is_alphabetic(code_point: u32) -> bool {
    match code_point {
        0..=0x7f => (code_point as u8).is_ascii_alphabetic(),
        _ => char::from_u32(code_point).is_some_and(|character| character.general_category_group() == GeneralCategoryGroup::Letter),
    }
}

/// A decimal digit (category Nd).
pub fn is_decimal(code_point: u32) -> bool {
    match code_point {
        0..=0x7f => (code_point as u8).is_ascii_digit(),
        _ => category(code_point) == GeneralCategory::DecimalNumber,
    }
}

/// The value of a decimal digit. The digits of one script are ten in a row, from zero.
pub fn decimal_value(code_point: u32) -> Option<u32> {
    match code_point {
        0..=0x7f => (code_point as u8).is_ascii_digit().then(|| code_point - b'0' as u32),
        _ if !is_decimal(code_point) => None,
        _ => {
            let mut first = code_point;
            while is_decimal(first - 1) {
                first -= 1;
            }
            Some((code_point - first) % 10)
        }
    }
}

/// Digits that are not decimal: superscripts, circled digits and the like.
static OTHER_DIGITS: &[(u32, u32)] = &[
    (0xb2, 0xb3),
    (0xb9, 0xb9),
    (0x1369, 0x1371),
    (0x19da, 0x19da),
    (0x2070, 0x2070),
    (0x2074, 0x2079),
    (0x2080, 0x2089),
    (0x2460, 0x2468),
    (0x2474, 0x247c),
    (0x2488, 0x2490),
    (0x24ea, 0x24ea),
    (0x24f5, 0x24fd),
    (0x24ff, 0x24ff),
    (0x2776, 0x277e),
    (0x2780, 0x2788),
    (0x278a, 0x2792),
    (0x10a40, 0x10a43),
    (0x10e60, 0x10e68),
    (0x11052, 0x1105a),
    (0x1f100, 0x1f10a),
];

/// Ideographs with a numeric value.
static NUMERIC_LETTERS: &[(u32, u32)] = &[
    (0x3405, 0x3405),
    (0x3483, 0x3483),
    (0x382a, 0x382a),
    (0x3b4d, 0x3b4d),
    (0x4e00, 0x4e00),
    (0x4e03, 0x4e03),
    (0x4e07, 0x4e07),
    (0x4e09, 0x4e09),
    (0x4e24, 0x4e24),
    (0x4e5d, 0x4e5d),
    (0x4e8c, 0x4e8c),
    (0x4e94, 0x4e94),
    (0x4e96, 0x4e96),
    (0x4eac, 0x4eac),
    (0x4ebf, 0x4ec0),
    (0x4edf, 0x4edf),
    (0x4ee8, 0x4ee8),
    (0x4f0d, 0x4f0d),
    (0x4f70, 0x4f70),
    (0x4fe9, 0x4fe9),
    (0x5006, 0x5006),
    (0x5104, 0x5104),
    (0x5146, 0x5146),
    (0x5169, 0x5169),
    (0x516b, 0x516b),
    (0x516d, 0x516d),
    (0x5341, 0x5341),
    (0x5343, 0x5345),
    (0x534c, 0x534c),
    (0x53c1, 0x53c4),
    (0x56db, 0x56db),
    (0x58f1, 0x58f1),
    (0x58f9, 0x58f9),
    (0x5e7a, 0x5e7a),
    (0x5efe, 0x5eff),
    (0x5f0c, 0x5f0e),
    (0x5f10, 0x5f10),
    (0x62d0, 0x62d0),
    (0x62fe, 0x62fe),
    (0x634c, 0x634c),
    (0x67d2, 0x67d2),
    (0x6d1e, 0x6d1e),
    (0x6f06, 0x6f06),
    (0x7396, 0x7396),
    (0x767e, 0x767e),
    (0x7695, 0x7695),
    (0x79ed, 0x79ed),
    (0x8086, 0x8086),
    (0x842c, 0x842c),
    (0x8cae, 0x8cae),
    (0x8cb3, 0x8cb3),
    (0x8d30, 0x8d30),
    (0x920e, 0x920e),
    (0x94a9, 0x94a9),
    (0x9621, 0x9621),
    (0x9646, 0x9646),
    (0x964c, 0x964c),
    (0x9678, 0x9678),
    (0x96f6, 0x96f6),
    (0xf96b, 0xf96b),
    (0xf973, 0xf973),
    (0xf978, 0xf978),
    (0xf9b2, 0xf9b2),
    (0xf9d1, 0xf9d1),
    (0xf9d3, 0xf9d3),
    (0xf9fd, 0xf9fd),
    (0x20001, 0x20001),
    (0x20064, 0x20064),
    (0x200e2, 0x200e2),
    (0x20121, 0x20121),
    (0x2092a, 0x2092a),
    (0x20983, 0x20983),
    (0x2098c, 0x2098c),
    (0x2099c, 0x2099c),
    (0x20aea, 0x20aea),
    (0x20afd, 0x20afd),
    (0x20b19, 0x20b19),
    (0x22390, 0x22390),
    (0x22998, 0x22998),
    (0x23b1b, 0x23b1b),
    (0x2626d, 0x2626d),
    (0x2f890, 0x2f890),
];

fn in_ranges(ranges: &[(u32, u32)], code_point: u32) -> bool {
    let after = ranges.partition_point(|&(first, _)| first <= code_point);
    after.checked_sub(1).and_then(|index| ranges.get(index)).is_some_and(|&(_, last)| code_point <= last)
}

/// A digit: decimal or other.
pub fn is_digit(code_point: u32) -> bool {
    is_decimal(code_point) || (code_point > 0x7f && in_ranges(OTHER_DIGITS, code_point))
}

/// Has a numeric value.
pub fn is_numeric(code_point: u32) -> bool {
    match code_point {
        0..=0x7f => (code_point as u8).is_ascii_digit(),
        _ => char::from_u32(code_point).is_some_and(char::is_numeric) || in_ranges(NUMERIC_LETTERS, code_point),
    }
}

/// Letter or number.
pub fn is_alphanumeric(code_point: u32) -> bool {
    match code_point {
        0..=0x7f => (code_point as u8).is_ascii_alphanumeric(),
        _ => is_alphabetic(code_point) || is_numeric(code_point) || in_ranges(OTHER_DIGITS, code_point),
    }
}

pub fn is_lower(code_point: u32) -> bool {
    char::from_u32(code_point).is_some_and(char::is_lowercase)
}

pub fn is_upper(code_point: u32) -> bool {
    char::from_u32(code_point).is_some_and(char::is_uppercase)
}

/// A title case letter (category Lt).
pub fn is_title(code_point: u32) -> bool {
    code_point > 0x7f && category(code_point) == GeneralCategory::TitlecaseLetter
}

fn is_cased(code_point: u32) -> bool {
    match code_point {
        0..=0x7f => (code_point as u8).is_ascii_alphabetic(),
        _ => is_lower(code_point) || is_upper(code_point) || is_title(code_point),
    }
}

/// Does `repr` show it as it is?
pub fn is_printable(code_point: u32) -> bool {
    use GeneralCategory::*;
    match code_point {
        0..=0x7f => (0x20..0x7f).contains(&code_point),
        _ => !matches!(category(code_point), Control | Format | Surrogate | PrivateUse | Unassigned | LineSeparator | ParagraphSeparator | SpaceSeparator),
    }
}

/// Does the whole string hold only code points of this class? False if empty.
pub fn all(string: &Str, class: fn(u32) -> bool) -> bool {
    string.size != 0 && string.code_points().all(class)
}

/// `isidentifier`
pub fn is_identifier(string: &Str) -> bool {
    let Some(text) = string.as_str() else { return false };
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first)) && characters.all(unicode_ident::is_xid_continue)
}

/// `islower`: no upper or title case, and something that has case.
pub fn all_lower(string: &Str) -> bool {
    one_case(string, is_lower, |code_point| is_upper(code_point) || is_title(code_point))
}

/// `isupper`
pub fn all_upper(string: &Str) -> bool {
    one_case(string, is_upper, |code_point| is_lower(code_point) || is_title(code_point))
}

fn one_case(string: &Str, wanted: fn(u32) -> bool, other: fn(u32) -> bool) -> bool {
    let mut found = false;
    for code_point in string.code_points() {
        if other(code_point) {
            return false;
        }
        found = found || wanted(code_point);
    }
    found
}

/// `istitle`: upper case only after what has no case, lower case only after what has.
pub fn all_title(string: &Str) -> bool {
    let (mut found, mut after_cased) = (false, false);
    for code_point in string.code_points() {
        let (upper, lower) = (is_upper(code_point) || is_title(code_point), is_lower(code_point));
        if (upper && after_cased) || (lower && !after_cased) {
            return false;
        }
        after_cased = upper || lower;
        found |= after_cased;
    }
    found
}

/// Does the case of letters not depend on it? (Unicode's Case_Ignorable.)
fn is_case_ignorable(code_point: u32) -> bool {
    use GeneralCategory::*;
    matches!(code_point, 0x27 | 0x2e | 0x3a | 0xb7 | 0x387 | 0x55f | 0x5f4 | 0x2018 | 0x2019 | 0x2024 | 0x2027 | 0xfe13 | 0xfe52 | 0xfe55 | 0xff07 | 0xff0e | 0xff1a)
        || matches!(category(code_point), NonspacingMark | EnclosingMark | Format | ModifierLetter | ModifierSymbol)
}

/// Is the sigma at `at` the last letter of a word?
fn is_final_sigma(text: &[u8], at: usize) -> bool {
    let mut before = at;
    let preceded = loop {
        if before == 0 {
            break false;
        }
        before = start_before(text, before);
        let (code_point, _) = decode_at(text, before);
        if !is_case_ignorable(code_point) {
            break is_cased(code_point);
        }
    };
    let mut after = at + 2;
    let followed = loop {
        let (code_point, width) = decode_at(text, after);
        if width == 0 {
            break false;
        }
        if !is_case_ignorable(code_point) {
            break is_cased(code_point);
        }
        after += width;
    };
    preceded && !followed
}

const CAPITAL_SIGMA: u32 = 0x3a3;

fn push_lower(out: &mut StrBuilder, text: &[u8], at: usize, code_point: u32) {
    if code_point == CAPITAL_SIGMA {
        out.push_code_point(if is_final_sigma(text, at) { 0x3c2 } else { 0x3c3 });
        return;
    }
    match char::from_u32(code_point) {
        Some(character) => character.to_lowercase().for_each(|lower| out.push_char(lower)),
        None => out.push_code_point(code_point),
    }
}

fn push_upper(out: &mut StrBuilder, code_point: u32) {
    match char::from_u32(code_point) {
        Some(character) => character.to_uppercase().for_each(|upper| out.push_char(upper)),
        None => out.push_code_point(code_point),
    }
}

/// Title case: the digraphs have forms of their own, Georgian has none, Greek keeps its subscript iota; else the
/// upper case, lowered after its first letter.
fn push_title(out: &mut StrBuilder, code_point: u32) {
    let single = match code_point {
        0x1c4..=0x1c6 => 0x1c5,
        0x1c7..=0x1c9 => 0x1c8,
        0x1ca..=0x1cc => 0x1cb,
        0x1f1..=0x1f3 => 0x1f2,
        0x10d0..=0x10fa | 0x10fd..=0x10ff => code_point,
        0x1f80..=0x1faf => code_point | 8,
        0x1fb3 | 0x1fbc => 0x1fbc,
        0x1fc3 | 0x1fcc => 0x1fcc,
        0x1ff3 | 0x1ffc => 0x1ffc,
        _ => 0,
    };
    if single != 0 {
        return out.push_code_point(single);
    }
    let Some(character) = char::from_u32(code_point) else { return out.push_code_point(code_point) };
    for (index, upper) in character.to_uppercase().enumerate() {
        match (index, upper) {
            (0, _) => out.push_char(upper),
            (_, '\u{399}') if code_point > 0x1f7f => out.push_code_point(0x345),
            _ if code_point == 0x149 => out.push_char(upper),
            _ => upper.to_lowercase().for_each(|lower| out.push_char(lower)),
        }
    }
}

fn push_folded(out: &mut StrBuilder, code_point: u32) {
    match code_point {
        0x131 | 0x13a0..=0x13f5 => out.push_code_point(code_point),
        0x1e9e => out.push_str("ss"),
        0x13f8..=0x13fd => out.push_code_point(code_point - 8),
        0xab70..=0xabbf => out.push_code_point(code_point - 0xab70 + 0x13a0),
        _ => match char::from_u32(code_point) {
            Some(character) => character.to_uppercase().flat_map(char::to_lowercase).for_each(|folded| out.push_char(folded)),
            None => out.push_code_point(code_point),
        },
    }
}

/// A change of case of a whole string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Lower,
    Upper,
    Title,
    Capitalize,
    Swap,
    Fold,
}

/// The string in another case.
///
/// # Errors
/// MemoryError.
pub fn change(vm: &mut Vm, string: &Str, case: Case) -> Res<Value> {
    if string.is_ascii() {
        return change_ascii(vm, string, case);
    }
    let text = string.bytes();
    let mut out = StrBuilder::with_capacity(text.len() + text.len() / 8);
    let mut inside = false;
    let mut at = 0;
    while at < text.len() {
        let (code_point, width) = decode_at(text, at);
        match case {
            Case::Lower => push_lower(&mut out, text, at, code_point),
            Case::Upper => push_upper(&mut out, code_point),
            Case::Fold => push_folded(&mut out, code_point),
            Case::Capitalize if at == 0 => push_title(&mut out, code_point),
            Case::Capitalize => push_lower(&mut out, text, at, code_point),
            Case::Swap if is_upper(code_point) => push_lower(&mut out, text, at, code_point),
            Case::Swap if is_lower(code_point) => push_upper(&mut out, code_point),
            Case::Swap => out.push_code_point(code_point),
            Case::Title => {
                if inside {
                    push_lower(&mut out, text, at, code_point);
                } else {
                    push_title(&mut out, code_point);
                }
                inside = is_cased(code_point);
            }
        }
        at += width;
    }
    out.finish(vm)
}

fn change_ascii(vm: &mut Vm, string: &Str, case: Case) -> Res<Value> {
    let text = string.bytes();
    if text.len() <= 1 {
        let byte = text.first().copied().unwrap_or(0);
        let changed = [change_byte(byte, case, &mut false)];
        // SAFETY: at most one ASCII byte.
        return Ok(unsafe { vm.new_str_from_parts(changed.get(..text.len()).unwrap_or_default(), text.len(), 0) });
    }
    let class = vm.class::<Str>();
    // SAFETY: every byte is written, with ASCII.
    unsafe {
        let (value, target) = super::allocate(vm, &class, text.len(), text.len(), 0, 0);
        change_bytes(
            text,
            core::slice::from_raw_parts_mut(target, {
                target.write_bytes(0, text.len());
                text.len()
            }),
            case,
        );
        Ok(value)
    }
}

#[inline(always)]
fn change_byte(byte: u8, case: Case, inside: &mut bool) -> u8 {
    match case {
        Case::Lower | Case::Fold => byte.to_ascii_lowercase(),
        Case::Upper => byte.to_ascii_uppercase(),
        Case::Swap if byte.is_ascii_alphabetic() => byte ^ 0x20,
        Case::Swap => byte,
        Case::Title => {
            let changed = if *inside { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() };
            *inside = byte.is_ascii_alphabetic();
            changed
        }
        Case::Capitalize => {
            let changed = if *inside { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() };
            *inside = true;
            changed
        }
    }
}

/// Changes the case of ASCII letters; other bytes stay. Both slices have the same length.
pub fn change_bytes(from: &[u8], to: &mut [u8], case: Case) {
    let mut inside = false;
    // One loop for each case, so that the simple ones are vectorized.
    match case {
        Case::Lower | Case::Fold => from.iter().zip(to).for_each(|(byte, out)| *out = byte.to_ascii_lowercase()),
        Case::Upper => from.iter().zip(to).for_each(|(byte, out)| *out = byte.to_ascii_uppercase()),
        _ => from.iter().zip(to).for_each(|(&byte, out)| *out = change_byte(byte, case, &mut inside)),
    }
}

/// Is the code point blank? (`isspace`)
pub fn is_space(code_point: u32) -> bool {
    byte_search::is_blank(code_point)
}
