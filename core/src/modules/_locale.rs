//! `_locale`: the locale "C", the only one there is: its names, formats and order. Text is UTF-8 in it.

use super::{ModuleSpec, exception_class, raise_of};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::str::{Str, compare};
use crate::object::text_arguments::{NONE, c_int, text};
use crate::object::value::Value;
use crate::vm::{Native, Res, Vm, argument};

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("setlocale(category, locale=None, /)", set_locale, "Activates/queries locale processing."),
        Native::simple("localeconv()", conventions, "Returns numeric and monetary locale-specific parameters."),
        Native::simple("strcoll(os1, os2, /)", collate, "Compares two strings according to the locale."),
        Native::simple("strxfrm(string, /)", transform, "Return a string that can be used as a key for locale-aware comparisons."),
        Native::simple("nl_langinfo(key, /)", language_info, "Return the value for the locale information associated with key."),
        Native::simple("getencoding()", |vm, _| Ok(vm.new_str(ENCODING)), "Get the current locale encoding."),
    ],
    constants: |vm, module| {
        let error = exception_class(vm, "locale", "Error", &[Ex::Exception]);
        module.set(vm, "Error", error);
        module.set_int(vm, "CHAR_MAX", UNSPECIFIED);
        for (number, name) in CATEGORIES.into_iter().enumerate() {
            module.set_int(vm, name, number as i64);
        }
        for (name, number, _) in INFORMATION {
            module.set_int(vm, name, *number);
        }
    },
    ..ModuleSpec::new("_locale", "Support for POSIX locales.")
};

const ENCODING: &str = "UTF-8";
const NAME: &str = "C";
/// What numbers of a locale are that say nothing.
const UNSPECIFIED: i64 = 127;
const CATEGORIES: [&str; 7] = ["LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES", "LC_ALL"];

/// Names, numbers and texts of what `nl_langinfo` tells; numbers as on Linux.
static INFORMATION: &[(&str, i64, &str)] = &[
    ("CODESET", 14, ENCODING),
    ("RADIXCHAR", 65536, "."),
    ("THOUSEP", 65537, ""),
    ("YESEXPR", 327680, "^[yY]"),
    ("NOEXPR", 327681, "^[nN]"),
    ("CRNCYSTR", 262159, "-"),
    ("AM_STR", 131110, "AM"),
    ("PM_STR", 131111, "PM"),
    ("D_T_FMT", 131112, "%a %b %e %H:%M:%S %Y"),
    ("D_FMT", 131113, "%m/%d/%y"),
    ("T_FMT", 131114, "%H:%M:%S"),
    ("T_FMT_AMPM", 131115, "%I:%M:%S %p"),
    ("ERA", 131116, ""),
    ("ERA_D_FMT", 131118, ""),
    ("ALT_DIGITS", 131119, ""),
    ("ERA_D_T_FMT", 131120, ""),
    ("ERA_T_FMT", 131121, ""),
    ("ABDAY_1", 131072, "Sun"),
    ("ABDAY_2", 131073, "Mon"),
    ("ABDAY_3", 131074, "Tue"),
    ("ABDAY_4", 131075, "Wed"),
    ("ABDAY_5", 131076, "Thu"),
    ("ABDAY_6", 131077, "Fri"),
    ("ABDAY_7", 131078, "Sat"),
    ("DAY_1", 131079, "Sunday"),
    ("DAY_2", 131080, "Monday"),
    ("DAY_3", 131081, "Tuesday"),
    ("DAY_4", 131082, "Wednesday"),
    ("DAY_5", 131083, "Thursday"),
    ("DAY_6", 131084, "Friday"),
    ("DAY_7", 131085, "Saturday"),
    ("ABMON_1", 131086, "Jan"),
    ("ABMON_2", 131087, "Feb"),
    ("ABMON_3", 131088, "Mar"),
    ("ABMON_4", 131089, "Apr"),
    ("ABMON_5", 131090, "May"),
    ("ABMON_6", 131091, "Jun"),
    ("ABMON_7", 131092, "Jul"),
    ("ABMON_8", 131093, "Aug"),
    ("ABMON_9", 131094, "Sep"),
    ("ABMON_10", 131095, "Oct"),
    ("ABMON_11", 131096, "Nov"),
    ("ABMON_12", 131097, "Dec"),
    ("MON_1", 131098, "January"),
    ("MON_2", 131099, "February"),
    ("MON_3", 131100, "March"),
    ("MON_4", 131101, "April"),
    ("MON_5", 131102, "May"),
    ("MON_6", 131103, "June"),
    ("MON_7", 131104, "July"),
    ("MON_8", 131105, "August"),
    ("MON_9", 131106, "September"),
    ("MON_10", 131107, "October"),
    ("MON_11", 131108, "November"),
    ("MON_12", 131109, "December"),
];

fn set_locale(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let category = c_int(vm, arguments.first().unwrap_or(NONE))?;
    let known = usize::try_from(category).is_ok_and(|category| category < CATEGORIES.len());
    let wanted = argument(arguments, 1).filter(|locale| !locale.is_none());
    match wanted {
        None if !known => return Err(raise_of(vm, "_locale", "Error", "locale query failed")),
        None => {}
        Some(_) => {
            let wanted = text(vm, arguments, 1, "setlocale() argument 2")?;
            if !known || !matches!(wanted.bytes(), b"" | b"C" | b"POSIX") {
                return Err(raise_of(vm, "_locale", "Error", "unsupported locale setting"));
            }
        }
    }
    Ok(vm.new_str(NAME))
}

fn conventions(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let result = vm.new_dict();
    let Some(dict) = result.get::<Dict>() else { return Ok(result) };
    let set = |vm: &mut Vm, name: &str, value: Value| {
        let name = vm.new_str(name);
        dict.set(vm, name, value)
    };
    for name in ["int_curr_symbol", "currency_symbol", "mon_decimal_point", "mon_thousands_sep", "positive_sign", "negative_sign", "thousands_sep"] {
        let empty = vm.new_str("");
        set(vm, name, empty)?;
    }
    for name in ["mon_grouping", "grouping"] {
        let empty = vm.new_list(alloc::vec::Vec::new());
        set(vm, name, empty)?;
    }
    for name in ["int_frac_digits", "frac_digits", "p_cs_precedes", "p_sep_by_space", "n_cs_precedes", "n_sep_by_space", "p_sign_posn", "n_sign_posn"] {
        set(vm, name, Value::small_int(UNSPECIFIED))?;
    }
    let point = vm.new_str(".");
    set(vm, "decimal_point", point)?;
    Ok(result)
}

fn collate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let left = text(vm, arguments, 0, "strcoll() argument 1")?;
    let right = text(vm, arguments, 1, "strcoll() argument 2")?;
    Ok(Value::small_int(compare(left, right) as i64))
}

fn transform(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string: &Str = text(vm, arguments, 0, "strxfrm() argument")?;
    if string.bytes().contains(&0) {
        return Err(vm.value_error("embedded null character"));
    }
    Ok(crate::object::str::exact(vm, string))
}

fn language_info(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let key = c_int(vm, arguments.first().unwrap_or(NONE))?;
    match INFORMATION.iter().find(|(_, number, _)| *number == i64::from(key)) {
        Some((_, _, text)) => Ok(vm.new_str(text)),
        None => Err(vm.value_error("unsupported langinfo constant")),
    }
}
