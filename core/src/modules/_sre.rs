//! `_sre`: the engine behind Lib's `re`, which compiles patterns to words that are read and checked here (`program`) and run by a
//! backtracking matcher of our own (`machine`): it takes no native stack and can be interrupted in the middle of a match.

pub mod charset;
pub mod machine;
pub mod matched;
pub mod pattern;
pub mod program;
pub mod scan;
pub mod substitute;

use super::ModuleSpec;
use crate::object::exception::Ex;
use crate::object::text_arguments::{NONE, fitting_index};
use crate::object::value::Value;
use crate::vm::{Native, Res, Vm};
use charset::{lower_ascii, lower_unicode, upper_unicode};

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("compile(pattern, flags, code, groups, groupindex, indexgroup)", pattern::compile, "A pattern made of its code."),
        Native::simple("template(pattern, template, /)", substitute::template, "A replacement made of literals and group numbers."),
        Native::simple("getcodesize()", |_, _| Ok(Value::small_int(CODE_SIZE)), "Bytes of a word of code."),
        Native::simple("ascii_iscased(character, /)", |vm, args| character(vm, args).map(|c| Value::bool(is_ascii_letter(c))), "Has the character a case in ASCII?"),
        Native::simple(
            "unicode_iscased(character, /)",
            |vm, args| character(vm, args).map(|c| Value::bool(lower_unicode(c) != c || upper_unicode(c) != c)),
            "Has the character a case?",
        ),
        Native::simple("ascii_tolower(character, /)", |vm, args| character(vm, args).map(|c| Value::small_int(lower_ascii(c).into())), "Its lower case in ASCII."),
        Native::simple("unicode_tolower(character, /)", |vm, args| character(vm, args).map(|c| Value::small_int(lower_unicode(c).into())), "Its lower case."),
    ],
    types: &[],
    constants: |vm, module| {
        for spec in [&pattern::PATTERN, &pattern::SCANNER, &matched::MATCH, &substitute::TEMPLATE] {
            vm.class_from_spec(spec);
        }
        module.set_int(vm, "MAGIC", program::MAGIC);
        module.set_int(vm, "CODESIZE", CODE_SIZE);
        module.set_int(vm, "MAXREPEAT", program::FOREVER.into());
        module.set_int(vm, "MAXGROUPS", program::MAX_GROUPS as i64);
    },
    ..ModuleSpec::new("_sre", "")
};

/// Bytes of a word.
const CODE_SIZE: i64 = 4;

fn is_ascii_letter(code_point: u32) -> bool {
    u8::try_from(code_point).is_ok_and(|byte| byte.is_ascii_alphabetic())
}

fn character(vm: &mut Vm, arguments: &[Value]) -> Res<u32> {
    let code_point = fitting_index(vm, arguments.first().unwrap_or(NONE), Ex::OverflowError, "Python int too large to convert to C int")?;
    Ok(u32::try_from(code_point).unwrap_or(u32::MAX))
}
