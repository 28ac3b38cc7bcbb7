//! `time`: clocks. (`sleep` is in `_thread`.)

use super::_thread::SLEEP;
use super::{ModuleSpec, Namespace};
use crate::object::exception::Ex;
use crate::object::value::Value;
use crate::port::CpuTimeOf;
use crate::struct_sequence;
use crate::vm::{Native, Res, Vm, argument};
use alloc::vec::Vec;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("time()", |vm, _| wall(vm).map(|time| seconds(vm, time)), "Seconds since 1970-01-01 UTC."),
        Native::simple("time_ns()", |vm, _| wall(vm).map(|time| vm.new_int(time)), "Nanoseconds since 1970-01-01 UTC."),
        Native::simple("monotonic()", |vm, _| Ok(monotonic(vm)).map(|time| seconds(vm, time)), "Seconds of a clock that never goes back."),
        Native::simple("monotonic_ns()", |vm, _| Ok(monotonic(vm)).map(|time| vm.new_int(time)), "Nanoseconds of a clock that never goes back."),
        Native::simple("perf_counter()", |vm, _| Ok(monotonic(vm)).map(|time| seconds(vm, time)), "Seconds, for measuring."),
        Native::simple("perf_counter_ns()", |vm, _| Ok(monotonic(vm)).map(|time| vm.new_int(time)), "Nanoseconds, for measuring."),
        Native::simple("process_time()", |vm, _| cpu(vm, CpuTimeOf::Process).map(|time| seconds(vm, time)), "Seconds of processor time of the process."),
        Native::simple("process_time_ns()", |vm, _| cpu(vm, CpuTimeOf::Process).map(|time| vm.new_int(time)), "Nanoseconds of processor time of the process."),
        Native::simple("thread_time()", |vm, _| cpu(vm, CpuTimeOf::OsThread).map(|time| seconds(vm, time)), "Seconds of processor time of the OS thread."),
        Native::simple("thread_time_ns()", |vm, _| cpu(vm, CpuTimeOf::OsThread).map(|time| vm.new_int(time)), "Nanoseconds of processor time of the OS thread."),
        Native::simple("gmtime(seconds=None, /)", gmtime, "The date and time in UTC, of a time or of now."),
        Native::simple("localtime(seconds=None, /)", gmtime, "As gmtime: the VM knows no time zones."),
        Native::simple("mktime(tuple, /)", mktime, "The time of a date and time."),
        Native::simple("strftime(format, tuple=None, /)", strftime, "A date and time as text."),
        Native::simple("asctime(tuple=None, /)", asctime, "A date and time such as 'Sat Jun 06 16:26:11 1998'."),
        Native::simple("ctime(seconds=None, /)", ctime, "A time such as 'Sat Jun 06 16:26:11 1998'."),
    ],
    types: &[&STRUCT_TIME],
    constants,
    ..ModuleSpec::new("time", "Clocks, dates and sleeping.")
};

struct_sequence!(pub STRUCT_TIME, "time", "struct_time", "A date and time.", 0 "tm_year", 1 "tm_mon", 2 "tm_mday", 3 "tm_hour", 4 "tm_min", 5 "tm_sec",
    6 "tm_wday", 7 "tm_yday", 8 "tm_isdst");

fn constants(vm: &mut Vm, module: &Namespace) {
    module.functions(vm, &SLEEP);
    module.set_int(vm, "timezone", 0);
    module.set_int(vm, "altzone", 0);
    module.set_int(vm, "daylight", 0);
    let (utc, other) = (vm.new_str("UTC"), vm.new_str("UTC"));
    let names = vm.new_tuple(Vec::from([utc, other]));
    module.set(vm, "tzname", names);
}

fn seconds(vm: &mut Vm, nanoseconds: i64) -> Value {
    vm.new_float(nanoseconds as f64 / 1e9)
}

fn wall(vm: &mut Vm) -> Res<i64> {
    match vm.platform.wall_clock() {
        Some(time) => Ok(time),
        None => Err(vm.raise(Ex::OSError, "this machine does not know the date")),
    }
}

fn monotonic(vm: &Vm) -> i64 {
    vm.platform.now() as i64
}

fn cpu(vm: &mut Vm, of: CpuTimeOf) -> Res<i64> {
    match vm.platform.cpu_time(of) {
        Some(time) => Ok(time as i64),
        None => Err(vm.raise(Ex::OSError, "this machine does not count processor time")),
    }
}

// ---- dates

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * month_index + 2) / 5 + 1)
}

/// The nine fields of `struct_time` for seconds since 1970.
fn fields_of(seconds: i64) -> [i64; 9] {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    [year, month, day, rest / 3600, rest / 60 % 60, rest % 60, (days + 3).rem_euclid(7), days - days_from_civil(year, 1, 1) + 1, 0]
}

/// Whole seconds from an optional argument, or now.
fn seconds_argument(vm: &mut Vm, value: Option<&Value>) -> Res<i64> {
    match value {
        None => Ok(wall(vm)?.div_euclid(1_000_000_000)),
        Some(value) if value.is_none() => Ok(wall(vm)?.div_euclid(1_000_000_000)),
        Some(value) => {
            let seconds = match value.as_small_float().or_else(|| value.get::<crate::object::float::Float>().map(|float| float.number)) {
                Some(number) if number.is_nan() => return Err(vm.value_error("Invalid value NaN (not a number)")),
                Some(number) => libm::floor(number) as i64,
                None => vm.index_i64(value)?,
            };
            // Years of more than four digits by far: what CPython's C library accepts.
            if seconds.abs() > 67_768_036_191_676_799 { Err(vm.raise(Ex::OverflowError, "timestamp out of range for platform time_t")) } else { Ok(seconds) }
        }
    }
}

fn gmtime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let seconds = seconds_argument(vm, argument(arguments, 0))?;
    let items = fields_of(seconds).iter().map(|&field| Value::small_int(field)).collect();
    Ok(crate::object::struct_sequence::new(vm, &STRUCT_TIME, items))
}

/// The nine fields from a tuple argument, or now.
fn fields_argument(vm: &mut Vm, value: Option<&Value>) -> Res<[i64; 9]> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(fields_of(seconds_argument(vm, None)?)) };
    let Some(items) = value.get::<crate::object::tuple::Tuple>().map(|tuple| tuple.items().to_vec()) else {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    };
    let mut fields = [0i64; 9];
    if items.len() != fields.len() {
        return Err(vm.type_error("function takes exactly 9 arguments"));
    }
    for (field, item) in fields.iter_mut().zip(&items) {
        *field = vm.index_i64(item)?;
    }
    Ok(fields)
}

/// Checks the ranges that text needs.
fn check_ranges(vm: &mut Vm, fields: &mut [i64; 9]) -> Res<()> {
    let [_, month, day, hour, minute, second, weekday, year_day, _] = fields;
    // Zero stands for the first, as in CPython.
    for field in [&mut *month, &mut *day, &mut *year_day] {
        if *field == 0 {
            *field = 1;
        }
    }
    *weekday = weekday.rem_euclid(7);
    let checks = [
        ((1..=12).contains(month), "month"),
        ((1..=31).contains(day), "day of month"),
        ((0..=23).contains(hour), "hour"),
        ((0..=59).contains(minute), "minute"),
        ((0..=61).contains(second), "seconds"),
        ((1..=366).contains(year_day), "day of year"),
    ];
    match checks.iter().find(|(valid, _)| !valid) {
        Some((_, what)) => Err(vm.value_error(&alloc::format!("{what} out of range"))),
        None => Ok(()),
    }
}

fn mktime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [year, month, day, hour, minute, second, ..] = fields_argument(vm, argument(arguments, 0))?;
    if year.abs() > 1_000_000_000 || [month, day, hour, minute, second].iter().any(|field| field.abs() > 1 << 40) {
        return Err(vm.raise(Ex::OverflowError, "mktime argument out of range"));
    }
    let months = year * 12 + month - 1;
    let days = days_from_civil(months.div_euclid(12), months.rem_euclid(12) + 1, 1) + day - 1;
    Ok(vm.new_float((days as f64) * 86_400.0 + (hour * 3600 + minute * 60 + second) as f64))
}

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

fn name_of(names: &'static [&'static str], index: i64, length: usize) -> &'static str {
    let name = usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("?");
    name.get(..length).unwrap_or(name)
}

fn strftime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(format) = arguments.first().and_then(|format| format.get::<crate::object::str::Str>()).map(|format| format.to_string_lossy().into_owned()) else {
        return Err(vm.type_error("strftime() argument 1 must be str"));
    };
    let mut fields = fields_argument(vm, argument(arguments, 1))?;
    check_ranges(vm, &mut fields)?;
    let mut text = alloc::string::String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some(directive) => text.push_str(&directive_text(directive, &fields)),
            None => text.push('%'),
        }
    }
    Ok(vm.new_str(&text))
}

fn directive_text(directive: char, fields: &[i64; 9]) -> alloc::string::String {
    use alloc::format;
    let [year, month, day, hour, minute, second, weekday, year_day, _] = *fields;
    let half_hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    let sunday_based = (weekday + 1) % 7;
    match directive {
        'a' => name_of(&WEEKDAYS, weekday, 3).into(),
        'A' => name_of(&WEEKDAYS, weekday, 9).into(),
        'b' | 'h' => name_of(&MONTHS, month - 1, 3).into(),
        'B' => name_of(&MONTHS, month - 1, 9).into(),
        'c' => format!("{} {} {day:2} {hour:02}:{minute:02}:{second:02} {year}", name_of(&WEEKDAYS, weekday, 3), name_of(&MONTHS, month - 1, 3)),
        'C' => format!("{:02}", year.div_euclid(100)),
        'd' => format!("{day:02}"),
        'D' | 'x' => format!("{month:02}/{day:02}/{:02}", year.rem_euclid(100)),
        'e' => format!("{day:2}"),
        'F' => format!("{year}-{month:02}-{day:02}"),
        'H' => format!("{hour:02}"),
        'I' => format!("{half_hour:02}"),
        'j' => format!("{year_day:03}"),
        'm' => format!("{month:02}"),
        'M' => format!("{minute:02}"),
        'n' => "\n".into(),
        'p' => if hour < 12 { "AM" } else { "PM" }.into(),
        'r' => format!("{half_hour:02}:{minute:02}:{second:02} {}", if hour < 12 { "AM" } else { "PM" }),
        'R' => format!("{hour:02}:{minute:02}"),
        's' => format!("{}", days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second),
        'S' => format!("{second:02}"),
        't' => "\t".into(),
        'T' | 'X' => format!("{hour:02}:{minute:02}:{second:02}"),
        'u' => format!("{}", weekday + 1),
        'U' => format!("{:02}", (year_day + 6 - sunday_based) / 7),
        'w' => format!("{sunday_based}"),
        'W' => format!("{:02}", (year_day + 6 - weekday) / 7),
        'G' => format!("{}", iso_week(fields).0),
        'V' => format!("{:02}", iso_week(fields).1),
        'y' => format!("{:02}", year.rem_euclid(100)),
        'Y' => format!("{year}"),
        'z' => "+0000".into(),
        'Z' => "UTC".into(),
        '%' => "%".into(),
        other => format!("%{other}"),
    }
}

/// Year and number of the ISO 8601 week.
fn iso_week(fields: &[i64; 9]) -> (i64, i64) {
    let [year, month, day, .., weekday, _, _] = *fields;
    // The Thursday of the week decides the year.
    let thursday = days_from_civil(year, month, day) - weekday + 3;
    let (iso_year, ..) = civil_from_days(thursday);
    (iso_year, (thursday - days_from_civil(iso_year, 1, 1)) / 7 + 1)
}

fn text_of(fields: &[i64; 9]) -> alloc::string::String {
    let [year, month, day, hour, minute, second, weekday, ..] = *fields;
    alloc::format!("{} {} {day:2} {hour:02}:{minute:02}:{second:02} {year}", name_of(&WEEKDAYS, weekday, 3), name_of(&MONTHS, month - 1, 3))
}

fn asctime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let mut fields = fields_argument(vm, argument(arguments, 0))?;
    check_ranges(vm, &mut fields)?;
    Ok(vm.new_str(&text_of(&fields)))
}

fn ctime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let seconds = seconds_argument(vm, argument(arguments, 0))?;
    Ok(vm.new_str(&text_of(&fields_of(seconds))))
}
