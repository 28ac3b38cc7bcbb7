//! `time`: clocks and dates. (`sleep` is in `_thread`.) Local time is what the host says, else UTC.

use super::_thread::SLEEP;
use super::{ModuleSpec, Namespace};
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_HAS_DICT, CLASS_HEAP, CLASS_SEQUENCE, Class, TypeSpec};
use crate::object::containers::receiver;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::scalar;
use crate::object::str::Str;
use crate::object::struct_sequence;
use crate::object::text_arguments::{NONE, c_int, text};
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::port::CpuTimeOf;
use crate::vm::host::LocalTime;
use crate::vm::import::import_by_name;
use crate::vm::iterate::collect;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Getter, Native, Res, Vm, argument};
use alloc::string::String;
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
        Native::simple("localtime(seconds=None, /)", localtime, "The local date and time, of a time or of now."),
        Native::simple("mktime(tuple, /)", mktime, "The time of a date and time."),
        Native::simple("strftime(format, tuple=None, /)", strftime, "A date and time as text."),
        Native::simple("asctime(tuple=None, /)", asctime, "A date and time such as 'Sat Jun 06 16:26:11 1998'."),
        Native::simple("ctime(seconds=None, /)", ctime, "A time such as 'Sat Jun 06 16:26:11 1998'."),
        Native::full("strptime(string, format='%a %b %d %H:%M:%S %Y', /)", strptime, "Parse a string to a time tuple according to a format specification."),
        Native::simple("tzset()", tzset, "Initialize, or reinitialize, the local timezone to the value stored in os.environ['TZ']."),
        Native::simple("get_clock_info(name, /)", clock_info, "Get information of the specified clock."),
        Native::simple("clock_gettime(clk_id, /)", |vm, args| clock(vm, args).map(|time| seconds(vm, time)), "The time of a clock, in seconds."),
        Native::simple("clock_gettime_ns(clk_id, /)", |vm, args| clock(vm, args).map(|time| vm.new_int(time)), "The time of a clock, in nanoseconds."),
        Native::simple("clock_getres(clk_id, /)", |vm, args| clock(vm, args).map(|_| vm.new_float(1e-9)), "The resolution of a clock, in seconds."),
    ],
    types: &[&STRUCT_TIME],
    constants,
    ..ModuleSpec::new("time", "Clocks, dates and sleeping.")
};

macro_rules! fields {
    ($($index:literal $name:literal),+) => {
        &[$(Getter::read_only($name, |_, this| Ok(struct_sequence::item(this, $index)), "")),+]
    };
}

/// `time.struct_time`: a struct sequence with two attributes that are not among its items.
pub static STRUCT_TIME: TypeSpec = TypeSpec {
    module: "time",
    flags: CLASS_FINAL | CLASS_SEQUENCE | CLASS_HEAP | CLASS_HAS_DICT,
    natives: &[
        Native::full("__new__($type, sequence, dict=None, /)", new_struct_time, "Create and return a new object."),
        struct_sequence::REPR,
        Native::simple("__reduce__($self, /)", reduce_struct_time, "Helper for pickle."),
    ],
    getters: fields![0 "tm_year", 1 "tm_mon", 2 "tm_mday", 3 "tm_hour", 4 "tm_min", 5 "tm_sec", 6 "tm_wday", 7 "tm_yday", 8 "tm_isdst"],
    doc: "The time value as returned by gmtime(), localtime(), and strptime(), and accepted by asctime(), mktime() and strftime().",
    ..struct_sequence::spec("struct_time")
};

const ZONE: &str = "tm_zone";
const OFFSET: &str = "tm_gmtoff";

/// Clocks by their numbers on Linux.
static CLOCKS: [(&str, i64); 4] = [("CLOCK_REALTIME", 0), ("CLOCK_MONOTONIC", 1), ("CLOCK_PROCESS_CPUTIME_ID", 2), ("CLOCK_THREAD_CPUTIME_ID", 3)];

fn constants(vm: &mut Vm, module: &Namespace) {
    module.functions(vm, &SLEEP);
    for (name, number) in CLOCKS {
        module.set_int(vm, name, number);
    }
    module.set_int(vm, "_STRUCT_TM_ITEMS", 11);
    let class = vm.class_from_spec(&STRUCT_TIME);
    if let Some(class) = class.get::<Class>() {
        for name in [ZONE, OFFSET] {
            let name = vm.intern(name);
            drop(class.namespace().set_interned(&name, Value::NONE));
        }
        for (name, number) in [("n_fields", 11), ("n_sequence_fields", 9), ("n_unnamed_fields", 0)] {
            let name = vm.intern(name);
            drop(class.namespace().set_interned(&name, Value::small_int(number)));
        }
    }
    set_zone(vm, module);
}

/// Defines what the module tells of the time zone.
fn set_zone(vm: &mut Vm, module: &Namespace) {
    let utc = || (0, String::from("UTC"));
    // The zone in winter and in summer of this year, wherever summer is.
    let year = wall_or_zero(vm).div_euclid(1_000_000_000).div_euclid(31_556_952) * 31_556_952;
    let (january, july) = match vm.host.time_zone {
        Some(zone) => {
            let of = |seconds: i64| zone.at(seconds).map(|time| (time.offset, time.zone));
            (of(year + 86_400).unwrap_or_else(utc), of(year + 15_778_476).unwrap_or_else(utc))
        }
        None => (utc(), utc()),
    };
    let (standard, summer) = if january.0 <= july.0 { (january, july) } else { (july, january) };
    module.set_int(vm, "timezone", -standard.0);
    module.set_int(vm, "altzone", -summer.0);
    module.set_int(vm, "daylight", i64::from(standard.0 != summer.0));
    let names = [vm.new_str(&standard.1), vm.new_str(&summer.1)];
    let names = vm.new_tuple(names.into());
    module.set(vm, "tzname", names);
}

fn wall_or_zero(vm: &Vm) -> i64 {
    vm.platform.wall_clock().unwrap_or(0)
}

fn tzset(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    if let Some(zone) = vm.host.time_zone {
        zone.reload();
    }
    if let Some(module) = super::import_native(vm, "time")?
        && let Some(dict) = object::module::namespace(&module)
    {
        set_zone(vm, &Namespace { dict, module: &module });
    }
    Ok(Value::NONE)
}

fn clock(vm: &mut Vm, arguments: &[Value]) -> Res<i64> {
    match c_int(vm, arguments.first().unwrap_or(NONE))? {
        0 => wall(vm),
        1 => Ok(monotonic(vm)),
        2 => cpu(vm, CpuTimeOf::Process),
        3 => cpu(vm, CpuTimeOf::OsThread),
        _ => {
            let arguments = [Value::small_int(22), vm.new_str("Invalid argument")];
            Err(vm.raise_with(Ex::OSError, arguments.into()))
        }
    }
}

fn clock_info(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = text(vm, arguments, 0, "get_clock_info() argument 1")?;
    let (function, monotonic, adjustable) = match name.bytes() {
        b"time" => ("CLOCK_REALTIME", false, true),
        b"monotonic" | b"perf_counter" => ("CLOCK_MONOTONIC", true, false),
        b"process_time" => ("CLOCK_PROCESS_CPUTIME_ID", true, false),
        b"thread_time" => ("CLOCK_THREAD_CPUTIME_ID", true, false),
        _ => return Err(vm.value_error("unknown clock")),
    };
    let implementation = vm.format(format_args!("clock_gettime({function})"));
    let values = [("implementation", implementation), ("monotonic", Value::bool(monotonic)), ("adjustable", Value::bool(adjustable)), ("resolution", vm.new_float(1e-9))];
    let items = values.into_iter().map(|(name, value)| (vm.intern(name), value)).collect();
    Ok(object::simple_namespace::new(vm, items))
}

/// What Lib's `_strptime` makes of the arguments.
fn strptime(vm: &mut Vm, args: &Args) -> Res<Action> {
    let arguments: Vec<Value> = args.positional.iter().filter(|argument| !argument.is_undefined()).cloned().collect();
    let module = vm.new_str("_strptime");
    import_by_name(vm, &module)?.and_then(vm, move |vm, module| {
        let name = vm.intern("_strptime_time");
        get_attribute_then(vm, &module, &name, move |_, function| Ok(Action::tail_call(function?, arguments)))
    })
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
            if seconds.unsigned_abs() > 67_768_036_191_676_799 { Err(vm.raise(Ex::OverflowError, "timestamp out of range for platform time_t")) } else { Ok(seconds) }
        }
    }
}

/// A `struct_time` of nine items.
fn new_time(vm: &mut Vm, items: Vec<Value>, zone: Value, offset: Value) -> Value {
    let value = struct_sequence::new(vm, &STRUCT_TIME, items);
    let names = [vm.intern(ZONE), vm.intern(OFFSET)];
    if let Some(header) = value.header()
        && let Some(attributes) = header.class().attributes_of(header)
    {
        for (name, value) in names.iter().zip([zone, offset]) {
            attributes.set(header, name, value);
        }
    }
    value
}

/// `struct_time(sequence, dict=None)`: nine items or up to eleven; the dict may have those that are attributes only.
fn new_struct_time(vm: &mut Vm, args: &Args) -> Res<Action> {
    let sequence = args.get(1).unwrap_or(NONE).clone();
    let more = args.get(2).cloned();
    collect(vm, &sequence, move |vm, mut items| {
        let given = items.len();
        if !(9..=11).contains(&given) {
            let bound = if given < 9 { "at least 9" } else { "at most 11" };
            return Err(vm.type_error(&alloc::format!("time.struct_time() takes an {bound}-sequence ({given}-sequence given)")));
        }
        let mut rest = items.split_off(9).into_iter();
        let mut hidden = |vm: &mut Vm, name: &str| {
            let name = vm.intern(name);
            let found = match more.as_ref().and_then(|more| more.get::<Dict>()) {
                Some(more) => more.get(vm, &name)?,
                None => None,
            };
            Ok(rest.next().or(found).unwrap_or(Value::NONE))
        };
        let (zone, offset) = (hidden(vm, ZONE)?, hidden(vm, OFFSET)?);
        Ok(Action::Return(new_time(vm, items, zone, offset)))
    })
}

fn reduce_struct_time(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Tuple>(vm, arguments)?;
    let class = vm.class_of(&arguments[0]).value();
    let items = vm.new_tuple(this.items().to_vec());
    let hidden = vm.new_dict();
    for name in [ZONE, OFFSET] {
        let name = vm.intern(name);
        let value = arguments[0].header().and_then(|header| header.class().attributes_of(header)?.get(header, &name));
        if let Some(dict) = hidden.get::<Dict>() {
            dict.set(vm, name, value.unwrap_or(Value::NONE))?;
        }
    }
    let parts = vm.new_tuple([items, hidden].into());
    Ok(vm.new_tuple([class, parts].into()))
}

fn gmtime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let seconds = seconds_argument(vm, argument(arguments, 0))?;
    let zone = vm.new_str("GMT");
    Ok(new_time(vm, fields_of(seconds).map(Value::small_int).into(), zone, Value::small_int(0)))
}

/// Local time.
fn local(vm: &mut Vm, seconds: i64) -> Res<LocalTime> {
    match vm.host.time_zone {
        None => Ok(LocalTime { fields: fields_of(seconds), offset: 0, zone: "UTC".into() }),
        Some(zone) => match zone.at(seconds) {
            Some(time) => Ok(time),
            None => Err(vm.raise(Ex::OverflowError, "timestamp out of range for platform time_t")),
        },
    }
}

fn localtime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let seconds = seconds_argument(vm, argument(arguments, 0))?;
    let time = local(vm, seconds)?;
    let (zone, offset) = (vm.new_str(&time.zone), vm.new_int(time.offset));
    Ok(new_time(vm, time.fields.map(Value::small_int).into(), zone, offset))
}

/// The nine fields from a tuple argument, or now.
fn fields_argument(vm: &mut Vm, function: &str, value: Option<&Value>) -> Res<[i64; 9]> {
    let Some(value) = value.filter(|value| !value.is_none()) else {
        let seconds = seconds_argument(vm, None)?;
        return Ok(local(vm, seconds)?.fields);
    };
    let Some(items) = value.get::<crate::object::tuple::Tuple>().map(|tuple| tuple.items().to_vec()) else {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    };
    let mut fields = [0i64; 9];
    if items.len() != fields.len() {
        return Err(vm.type_error(&alloc::format!("{function}(): illegal time tuple argument")));
    }
    for (field, item) in fields.iter_mut().zip(&items) {
        *field = match i64::try_from(scalar::integer(vm, item)?) {
            Ok(number) if i32::try_from(number).is_ok() => number,
            Ok(number) if number < 0 => return Err(vm.raise(Ex::OverflowError, "signed integer is less than minimum")),
            Ok(_) => return Err(vm.raise(Ex::OverflowError, "signed integer is greater than maximum")),
            Err(_) => return Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C long")),
        };
    }
    // C counts years from 1900, in an int.
    if fields[0] < i64::from(i32::MIN) + 1900 {
        return Err(vm.raise(Ex::OverflowError, "year out of range"));
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
    // As CPython has it: the remainder of a negative number, once Sunday is the first day, is out of range.
    let day_of_week = (*weekday + 1) % 7 >= 0;
    *weekday = weekday.rem_euclid(7);
    let checks = [
        ((1..=12).contains(month), "month"),
        ((1..=31).contains(day), "day of month"),
        ((0..=23).contains(hour), "hour"),
        ((0..=59).contains(minute), "minute"),
        ((0..=61).contains(second), "seconds"),
        (day_of_week, "day of week"),
        ((1..=366).contains(year_day), "day of year"),
    ];
    match checks.iter().find(|(valid, _)| !valid) {
        Some((_, what)) => Err(vm.value_error(&alloc::format!("{what} out of range"))),
        None => Ok(()),
    }
}

fn mktime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let fields = fields_argument(vm, "mktime", argument(arguments, 0))?;
    if let Some(zone) = vm.host.time_zone {
        return match zone.seconds(&fields) {
            Some(seconds) => Ok(vm.new_float(seconds as f64)),
            None => Err(vm.raise(Ex::OverflowError, "mktime argument out of range")),
        };
    }
    let [year, month, day, hour, minute, second, ..] = fields;
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
    let format = text(vm, arguments, 0, "strftime() argument 1")?.to_string_lossy().into_owned();
    let mut fields = fields_argument(vm, "strftime", argument(arguments, 1))?;
    check_ranges(vm, &mut fields)?;
    let mut out = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some(directive @ ('z' | 'Z')) => out.push_str(&zone_text(vm, directive, argument(arguments, 1), &fields)),
            Some(directive) => out.push_str(&directive_text(directive, &fields)),
            None => out.push('%'),
        }
    }
    Ok(vm.new_str(&out))
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
        '%' => "%".into(),
        other => format!("%{other}"),
    }
}

/// The zone of a date and time: as its `struct_time` says, else the local one.
fn zone_text(vm: &mut Vm, directive: char, given: Option<&Value>, fields: &[i64; 9]) -> String {
    let attribute = |vm: &mut Vm, name: &str| {
        let name = vm.intern(name);
        let header = given?.header()?;
        header.class().attributes_of(header)?.get(header, &name)
    };
    let (zone, offset) = (attribute(vm, ZONE), attribute(vm, OFFSET));
    let (zone, offset) = match (zone.as_ref().and_then(|zone| zone.get::<Str>()), offset.and_then(|offset| offset.as_small_int())) {
        (Some(zone), Some(offset)) => (zone.to_string_lossy().into_owned(), offset),
        _ => {
            let time = vm.host.time_zone.and_then(|zone| zone.at(zone.seconds(fields)?));
            time.map_or_else(|| (String::from("UTC"), 0), |time| (time.zone, time.offset))
        }
    };
    if directive == 'Z' {
        return zone;
    }
    let minutes = offset.abs() / 60;
    alloc::format!("{}{:02}{:02}", if offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
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
    let mut fields = fields_argument(vm, "asctime", argument(arguments, 0))?;
    check_ranges(vm, &mut fields)?;
    Ok(vm.new_str(&text_of(&fields)))
}

fn ctime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let seconds = seconds_argument(vm, argument(arguments, 0))?;
    let time = local(vm, seconds)?;
    Ok(vm.new_str(&text_of(&time.fields)))
}
