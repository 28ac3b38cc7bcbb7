//! `unicodedata`: properties of characters, from the crates of unicode-rs and tables of our own (`tables`).

mod tables;

use super::ModuleSpec;
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
#[cfg(feature = "unicode-names")]
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Object};
use crate::object::str::case::decimal_value;
use crate::object::str::{Str, StrBuilder};
use crate::object::text_arguments::{NONE, text, wrong_type};
use crate::object::value::Value;
use crate::vm::{Getter, Native, Raised, Res, Vm, argument};
#[cfg(feature = "unicode-names")]
use alloc::format;
use unicode_bidi::{BidiClass, bidi_class};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Each function, as one of the module and as a method.
macro_rules! functions {
    ($($(#[$condition:meta])? $name:literal ($parameters:literal) $function:expr, $doc:literal;)+) => {
        const FUNCTIONS: &[Native] = &[$($(#[$condition])? Native::simple(concat!($name, "(", $parameters, ")"), $function, $doc),)+];
        const METHODS: &[Native] = &[$($(#[$condition])? Native::simple(concat!($name, "($self, ", $parameters, ")"), |vm, arguments| $function(vm, arguments.get(1..).unwrap_or_default()), $doc),)+];
    };
}

functions! {
    "bidirectional" ("chr, /") bidirectional, "Returns the bidirectional class assigned to the character chr as string.";
    "category" ("chr, /") category, "Returns the general category assigned to the character chr as string.";
    "combining" ("chr, /") combining, "Returns the canonical combining class assigned to the character chr as integer.";
    "decimal" ("chr, default=<unrepresentable>, /") decimal, "Converts a Unicode character into its equivalent decimal value.";
    "digit" ("chr, default=<unrepresentable>, /") digit, "Converts a Unicode character into its equivalent digit value.";
    "east_asian_width" ("chr, /") east_asian_width, "Returns the east asian width assigned to the character chr as string.";
    "is_normalized" ("form, unistr, /") is_normalized, "Return whether the Unicode string unistr is in the normal form 'form'.";
    #[cfg(feature = "unicode-names")] "lookup" ("name, /") lookup, "Look up character by name.";
    "mirrored" ("chr, /") mirrored, "Returns the mirrored property assigned to the character chr as integer.";
    #[cfg(feature = "unicode-names")] "name" ("chr, default=<unrepresentable>, /") name, "Returns the name assigned to the character chr as a string.";
    "normalize" ("form, unistr, /") normalize, "Return the normal form 'form' for the Unicode string unistr.";
    "numeric" ("chr, default=<unrepresentable>, /") numeric, "Converts a Unicode character into its equivalent numeric value.";
}

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: FUNCTIONS,
    types: &[&DATABASE],
    constants: |vm, module| {
        let version = version(vm);
        module.set(vm, "unidata_version", version);
        vm.class_from_spec(&DATABASE);
        let database = vm.new_object(|header| Database { header });
        module.set(vm, "ucd_3_2_0", database);
    },
    ..ModuleSpec::new("unicodedata", "This module provides access to the Unicode Character Database which defines character properties for all Unicode characters.")
};

fn version(vm: &mut Vm) -> Value {
    let (major, minor, update) = unicode_properties::UNICODE_VERSION;
    vm.format(format_args!("{major}.{minor}.{update}"))
}

/// `unicodedata.UCD`: the same functions as methods. There is one, `ucd_3_2_0`, with the data of today.
#[repr(C)]
struct Database {
    header: Header,
}

object!(Database, Kind::Other, "unicodedata.UCD", |this, visit| {});

static DATABASE: TypeSpec = TypeSpec {
    module: "unicodedata",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: METHODS,
    // What IDNA (RFC 3490) asks for; it is also the only thing that is of that version.
    getters: &[Getter::read_only("unidata_version", |vm, _| Ok(vm.new_str("3.2.0")), "")],
    ..TypeSpec::new("UCD", Database::LAYOUT)
};

/// The character given to a function; None: a surrogate.
fn character(vm: &mut Vm, arguments: &[Value], what: &str) -> Res<Option<char>> {
    let value = arguments.first().unwrap_or(NONE);
    match value.get::<Str>().and_then(Str::single) {
        Some(code_point) => Ok(char::from_u32(code_point)),
        None => Err(wrong_type(vm, what, "a unicode character", value)),
    }
}

/// The default given, or ValueError.
fn default_or(vm: &mut Vm, arguments: &[Value], message: &str) -> Res<Value> {
    match argument(arguments, 1) {
        Some(default) => Ok(default.clone()),
        None => Err(vm.value_error(message)),
    }
}

/// What a table of ranges has for a code point.
fn find<T>(table: &[T], code_point: u32, range: impl Fn(&T) -> (u32, u32)) -> Option<&T> {
    let index = table.partition_point(|entry| range(entry).1 < code_point);
    table.get(index).filter(|entry| range(entry).0 <= code_point)
}

fn category(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let character = character(vm, arguments, "category() argument")?;
    let name = match character.map_or(GeneralCategory::Surrogate, |character| character.general_category()) {
        GeneralCategory::UppercaseLetter => "Lu",
        GeneralCategory::LowercaseLetter => "Ll",
        GeneralCategory::TitlecaseLetter => "Lt",
        GeneralCategory::ModifierLetter => "Lm",
        GeneralCategory::OtherLetter => "Lo",
        GeneralCategory::NonspacingMark => "Mn",
        GeneralCategory::SpacingMark => "Mc",
        GeneralCategory::EnclosingMark => "Me",
        GeneralCategory::DecimalNumber => "Nd",
        GeneralCategory::LetterNumber => "Nl",
        GeneralCategory::OtherNumber => "No",
        GeneralCategory::ConnectorPunctuation => "Pc",
        GeneralCategory::DashPunctuation => "Pd",
        GeneralCategory::OpenPunctuation => "Ps",
        GeneralCategory::ClosePunctuation => "Pe",
        GeneralCategory::InitialPunctuation => "Pi",
        GeneralCategory::FinalPunctuation => "Pf",
        GeneralCategory::OtherPunctuation => "Po",
        GeneralCategory::MathSymbol => "Sm",
        GeneralCategory::CurrencySymbol => "Sc",
        GeneralCategory::ModifierSymbol => "Sk",
        GeneralCategory::OtherSymbol => "So",
        GeneralCategory::SpaceSeparator => "Zs",
        GeneralCategory::LineSeparator => "Zl",
        GeneralCategory::ParagraphSeparator => "Zp",
        GeneralCategory::Control => "Cc",
        GeneralCategory::Format => "Cf",
        GeneralCategory::Surrogate => "Cs",
        GeneralCategory::PrivateUse => "Co",
        GeneralCategory::Unassigned => "Cn",
    };
    Ok(vm.new_str(name))
}

fn bidirectional(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = match character(vm, arguments, "bidirectional() argument")? {
        Some(character) if character.general_category() == GeneralCategory::Unassigned => "",
        Some(character) => match bidi_class(character) {
            BidiClass::AL => "AL",
            BidiClass::AN => "AN",
            BidiClass::B => "B",
            BidiClass::BN => "BN",
            BidiClass::CS => "CS",
            BidiClass::EN => "EN",
            BidiClass::ES => "ES",
            BidiClass::ET => "ET",
            BidiClass::FSI => "FSI",
            BidiClass::L => "L",
            BidiClass::LRE => "LRE",
            BidiClass::LRI => "LRI",
            BidiClass::LRO => "LRO",
            BidiClass::NSM => "NSM",
            BidiClass::ON => "ON",
            BidiClass::PDF => "PDF",
            BidiClass::PDI => "PDI",
            BidiClass::R => "R",
            BidiClass::RLE => "RLE",
            BidiClass::RLI => "RLI",
            BidiClass::RLO => "RLO",
            BidiClass::S => "S",
            BidiClass::WS => "WS",
        },
        None => "L",
    };
    Ok(vm.new_str(name))
}

fn combining(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = character(vm, arguments, "combining() argument")?.map_or(0, canonical_combining_class);
    Ok(Value::small_int(class.into()))
}

fn mirrored(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let character = character(vm, arguments, "mirrored() argument")?;
    let found = character.and_then(|character| find(tables::MIRRORED, character.into(), |&range| range));
    Ok(Value::small_int(found.is_some().into()))
}

fn east_asian_width(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let character = character(vm, arguments, "east_asian_width() argument")?;
    let found = character.and_then(|character| find(tables::EAST_ASIAN_WIDTH, character.into(), |&(low, high, _)| (low, high)));
    Ok(vm.new_str(found.map_or("N", |&(_, _, width)| width)))
}

fn decimal(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match character(vm, arguments, "decimal() argument 1")?.and_then(|character| decimal_value(character.into())) {
        Some(value) => Ok(Value::small_int(value.into())),
        None => default_or(vm, arguments, "not a decimal"),
    }
}

fn digit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let character = character(vm, arguments, "digit() argument 1")?.map_or(0, u32::from);
    if let Some(value) = decimal_value(character) {
        return Ok(Value::small_int(value.into()));
    }
    match number(character) {
        Some((value, 1)) if object::str::case::is_digit(character) => Ok(vm.new_int(value)),
        _ => default_or(vm, arguments, "not a digit"),
    }
}

/// The value of a number that is no decimal digit.
fn number(code_point: u32) -> Option<(i64, i64)> {
    let &(low, _, numerator, denominator) = find(tables::NUMBERS, code_point, |&(low, high, _, _)| (low, high))?;
    Some((numerator + i64::from(code_point - low), denominator))
}

fn numeric(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let character = character(vm, arguments, "numeric() argument 1")?.map_or(0, u32::from);
    let value = match decimal_value(character) {
        Some(value) => Some(f64::from(value)),
        None => number(character).map(|(numerator, denominator)| numerator as f64 / denominator as f64),
    };
    match value {
        Some(value) => Ok(vm.new_float(value)),
        None => default_or(vm, arguments, "not a numeric character"),
    }
}

#[cfg(feature = "unicode-names")]
fn name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match character(vm, arguments, "name() argument 1")?.and_then(unicode_names2::name) {
        Some(name) => Ok(vm.format(format_args!("{name}"))),
        None => default_or(vm, arguments, "no such name"),
    }
}

#[cfg(feature = "unicode-names")]
fn lookup(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = text(vm, arguments, 0, "lookup() argument")?;
    match name.as_str().and_then(unicode_names2::character) {
        Some(character) => Ok(object::str::from_code_point(vm, character.into())),
        None => {
            let message = format!("undefined character name '{}'", name.to_string_lossy());
            Err(vm.raise(Ex::KeyError, &message))
        }
    }
}

/// Appends a text without surrogates in a normal form; false if there is no such form.
fn push_normalized(out: &mut StrBuilder, form: &[u8], text: &str) -> bool {
    match form {
        b"NFC" => text.nfc().for_each(|character| out.push_char(character)),
        b"NFD" => text.nfd().for_each(|character| out.push_char(character)),
        b"NFKC" => text.nfkc().for_each(|character| out.push_char(character)),
        b"NFKD" => text.nfkd().for_each(|character| out.push_char(character)),
        _ => return false,
    }
    true
}

#[cold]
fn wrong_form(vm: &mut Vm) -> Raised {
    vm.value_error("invalid normalization form")
}

fn normalize(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let form = text(vm, arguments, 0, "normalize() argument 1")?.bytes();
    let string = text(vm, arguments, 1, "normalize() argument 2")?;
    if string.size > 0 && !matches!(form, b"NFC" | b"NFD" | b"NFKC" | b"NFKD") {
        return Err(wrong_form(vm));
    }
    if string.is_ascii() {
        return Ok(object::str::exact(vm, string));
    }
    // One character becomes eighteen at most.
    vm.check_memory(string.size.checked_mul(if string.size < 4096 { 18 } else { 3 }))?;
    let mut out = StrBuilder::with_capacity(string.size);
    if let Some(text) = string.as_str() {
        push_normalized(&mut out, form, text);
        return out.finish(vm);
    }
    // Surrogates stay as they are and nothing composes with them: the pieces between them are texts.
    let mut piece = alloc::string::String::new();
    for code_point in string.code_points() {
        match char::from_u32(code_point) {
            Some(character) => piece.push(character),
            None => {
                push_normalized(&mut out, form, &piece);
                piece.clear();
                out.push_code_point(code_point);
            }
        }
    }
    push_normalized(&mut out, form, &piece);
    out.finish(vm)
}

fn is_normalized(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    text(vm, arguments, 0, "is_normalized() argument 1")?;
    let string = text(vm, arguments, 1, "is_normalized() argument 2")?;
    let normal = normalize(vm, arguments)?;
    Ok(Value::bool(normal.get::<Str>().is_some_and(|normal| object::str::equal(normal, string))))
}
