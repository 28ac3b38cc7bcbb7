//! The declaration of type `str`, and its special methods.

use super::{Str, compare, concat, construct, equal, exact, format, iterator, join, repeat, search, slice, transform};
use crate::object::class::{CLASS_MATCH_SELF, TypeSpec};
use crate::object::header::Object;
use crate::object::list::List;
use crate::object::percent_format;
use crate::object::slice as bounds;
use crate::object::text_arguments::{self, NONE, Subscript};
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::iterate;
use crate::vm::{Action, Args, Name, Native, Res, Vm};
use core::cmp::Ordering;

/// The str that a method was called on.
#[inline(always)]
pub fn receiver<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a Str> {
    match arguments.first().and_then(|value| value.get::<Str>()) {
        Some(string) => Ok(string),
        None => Err(vm.type_error("descriptor requires a 'str' object")),
    }
}

#[inline(always)]
fn second(arguments: &[Value]) -> &Value {
    arguments.get(1).unwrap_or(NONE)
}

fn length(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    Ok(vm.new_size(string.length))
}

fn hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    Ok(vm.new_int(string.hash() as i64))
}

macro_rules! comparisons {
    ($($name:ident |$left:ident, $right:ident| $holds:expr;)+) => {
        $(fn $name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
            let $left = receiver(vm, arguments)?;
            match second(arguments).get::<Str>() {
                Some($right) => Ok(Value::bool($holds)),
                None => Ok(Value::NOT_IMPLEMENTED),
            }
        })+
    };
}

comparisons! {
    eq |left, right| equal(left, right);
    ne |left, right| !equal(left, right);
    lt |left, right| compare(left, right) == Ordering::Less;
    le |left, right| compare(left, right) != Ordering::Greater;
    gt |left, right| compare(left, right) == Ordering::Greater;
    ge |left, right| compare(left, right) != Ordering::Less;
}

/// NotImplemented for other operands: `__radd__` of the right one has its chance before the operator raises.
fn add(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    match second(arguments).get::<Str>() {
        Some(other) => concat(vm, string, other),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn multiply(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    match text_arguments::factor(vm, second(arguments))? {
        Some(factor) => repeat(vm, string, factor),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn remainder(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    receiver(vm, arguments.positional)?;
    match arguments.positional {
        [template, values, ..] => percent_format::format(vm, template, values),
        _ => Ok(Value::NOT_IMPLEMENTED.into()),
    }
}

fn reflected_remainder(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    receiver(vm, arguments.positional)?;
    match arguments.positional {
        [values, template, ..] if template.get::<Str>().is_some() => percent_format::format(vm, template, values),
        _ => Ok(Value::NOT_IMPLEMENTED.into()),
    }
}

/// `string[key]`
///
/// # Errors
/// IndexError, TypeError.
pub fn subscript(vm: &mut Vm, string: &Str, key: &Value) -> Res<Value> {
    if let Some(index) = key.as_small_int() {
        return super::get_item(vm, string, index);
    }
    let wanted = text_arguments::subscript(vm, key, string.length, |vm, key| {
        let name = vm.type_name(key);
        vm.type_error(&alloc::format!("string indices must be integers, not '{name}'"))
    })?;
    match wanted {
        // Below zero now is out of range; get_item must not count from the end again.
        Subscript::Item(index) => super::get_item(vm, string, if index < 0 { i64::MAX } else { index }),
        Subscript::Slice { start, step, count } => slice(vm, string, start, step, count),
    }
}

/// `string[start:stop]`
///
/// # Errors
/// TypeError for bounds that are no integers.
pub fn slice_between(vm: &mut Vm, string: &Str, start: &Value, stop: &Value) -> Res<Value> {
    let (start, stop, step) = bounds::unpack(vm, start, stop, &Value::NONE)?;
    let bounds = bounds::adjust(start, stop, step, string.length);
    slice(vm, string, bounds.start as isize, 1, bounds.count)
}

fn get_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    subscript(vm, string, second(arguments))
}

fn iter(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    receiver(vm, arguments)?;
    Ok(iterator::new(vm, &arguments[0]))
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    transform::repr(vm, string)
}

fn str(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    Ok(exact(vm, string))
}

fn size_of(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    Ok(vm.new_size(string.extent()))
}

fn join_method(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let separator = receiver(vm, arguments.positional)?;
    let iterable = second(arguments.positional);
    if let Some(list) = iterable.get_exact::<List>() {
        return Ok(join(vm, separator, list.items.get())?.into());
    }
    if let Some(tuple) = iterable.get_exact::<Tuple>() {
        return Ok(join(vm, separator, tuple.items())?.into());
    }
    if vm.lookup_special(iterable, Name::Iter).is_none() && vm.lookup_special(iterable, Name::GetItem).is_none() {
        return Err(vm.type_error("can only join an iterable"));
    }
    let separator = exact(vm, separator);
    iterate::collect(vm, iterable, move |vm, items| match separator.get::<Str>() {
        Some(separator) => Ok(join(vm, separator, &items)?.into()),
        None => Ok(Value::NONE.into()),
    })
}

/// `str`
pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_MATCH_SELF,
    doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nText made of an object, as print shows it, or decoded from bytes.",
    natives: &[
        Native::full("__new__($type, object='', encoding='utf-8', errors='strict')", construct::new, "Create and return a new object."),
        Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple("__str__($self, /)", str, "Return str(self)."),
        Native::full("__format__($self, format_spec, /)", format::format_method, "The text fitted as the format specification says."),
        Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
        Native::simple("__len__($self, /)", length, "Return len(self)."),
        Native::simple("__getitem__($self, key, /)", get_item, "Return self[key]."),
        Native::simple("__contains__($self, key, /)", search::contains, "Return bool(key in self)."),
        Native::simple("__iter__($self, /)", iter, "Implement iter(self)."),
        Native::simple("__eq__($self, value, /)", eq, "Return self==value."),
        Native::simple("__ne__($self, value, /)", ne, "Return self!=value."),
        Native::simple("__lt__($self, value, /)", lt, "Return self<value."),
        Native::simple("__le__($self, value, /)", le, "Return self<=value."),
        Native::simple("__gt__($self, value, /)", gt, "Return self>value."),
        Native::simple("__ge__($self, value, /)", ge, "Return self>=value."),
        Native::simple("__add__($self, value, /)", add, "Return self+value."),
        Native::simple("__mul__($self, value, /)", multiply, "Return self*value."),
        Native::simple("__rmul__($self, value, /)", multiply, "Return value*self."),
        Native::full("__mod__($self, value, /)", remainder, "Return self%value."),
        Native::full("__rmod__($self, value, /)", reflected_remainder, "Return value%self."),
        Native::simple("__getnewargs__($self, /)", construct::getnewargs, "What __new__ needs to make an equal str."),
        Native::simple("__sizeof__($self, /)", size_of, "Bytes in memory."),
        Native::simple("capitalize($self, /)", transform::capitalize, "The first character in title case, the others in lower case."),
        Native::simple("casefold($self, /)", transform::casefold, "The text for comparison regardless of case."),
        Native::simple("center($self, width, fillchar=' ', /)", transform::center, "The text in the middle of so many characters."),
        Native::simple("count($self, sub, start=None, end=None, /)", search::count, "How often a text occurs, not overlapping."),
        Native::full("encode($self, /, encoding='utf-8', errors='strict')", construct::encode, "The text as bytes."),
        Native::simple("endswith($self, suffix, start=None, end=None, /)", search::endswith, "Does the text end with the suffix, or with one of a tuple of them?"),
        Native::simple("expandtabs($self, /, tabsize=8)", transform::expandtabs, "Tabs replaced by spaces up to the next column."),
        Native::simple("find($self, sub, start=None, end=None, /)", search::find, "Index of the first occurrence, or -1."),
        Native::full("format($self, /, *args, **kwargs)", format::format, "Replacement fields in braces replaced by the arguments."),
        Native::full("format_map($self, mapping, /)", format::format_map, "Replacement fields in braces replaced by items of a mapping."),
        Native::simple("index($self, sub, start=None, end=None, /)", search::index, "Index of the first occurrence; ValueError if there is none."),
        Native::simple("isalnum($self, /)", transform::isalnum, "Are all characters letters or numbers, and is there one?"),
        Native::simple("isalpha($self, /)", transform::isalpha, "Are all characters letters, and is there one?"),
        Native::simple("isascii($self, /)", transform::isascii, "Are all characters ASCII?"),
        Native::simple("isdecimal($self, /)", transform::isdecimal, "Are all characters decimal digits, and is there one?"),
        Native::simple("isdigit($self, /)", transform::isdigit, "Are all characters digits, and is there one?"),
        Native::simple("isidentifier($self, /)", transform::isidentifier, "Could it be a Python name?"),
        Native::simple("islower($self, /)", transform::islower, "Are all letters lower case, and is there one?"),
        Native::simple("isnumeric($self, /)", transform::isnumeric, "Have all characters a numeric value, and is there one?"),
        Native::simple("isprintable($self, /)", transform::isprintable, "Does repr() show all characters as they are?"),
        Native::simple("isspace($self, /)", transform::isspace, "Are all characters blank, and is there one?"),
        Native::simple("istitle($self, /)", transform::istitle, "Do words begin in upper case and go on in lower case?"),
        Native::simple("isupper($self, /)", transform::isupper, "Are all letters upper case, and is there one?"),
        Native::full("join($self, iterable, /)", join_method, "The texts of an iterable, with this one between them."),
        Native::simple("ljust($self, width, fillchar=' ', /)", transform::ljust, "The text at the left of so many characters."),
        Native::simple("lower($self, /)", transform::lower, "The text in lower case."),
        Native::simple("lstrip($self, chars=None, /)", search::lstrip, "The text without blanks, or the given characters, at its beginning."),
        Native::simple("maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)", transform::maketrans, "A table for translate().").fixed(),
        Native::simple("partition($self, sep, /)", search::partition, "What is before the first separator, the separator, what is after."),
        Native::simple("removeprefix($self, prefix, /)", search::removeprefix, "The text without the prefix, if it has it."),
        Native::simple("removesuffix($self, suffix, /)", search::removesuffix, "The text without the suffix, if it has it."),
        Native::simple("replace($self, old, new, /, count=-1)", search::replace, "The text with occurrences of old replaced by new."),
        Native::simple("rfind($self, sub, start=None, end=None, /)", search::rfind, "Index of the last occurrence, or -1."),
        Native::simple("rindex($self, sub, start=None, end=None, /)", search::rindex, "Index of the last occurrence; ValueError if there is none."),
        Native::simple("rjust($self, width, fillchar=' ', /)", transform::rjust, "The text at the right of so many characters."),
        Native::simple("rpartition($self, sep, /)", search::rpartition, "What is before the last separator, the separator, what is after."),
        Native::simple("rsplit($self, /, sep=None, maxsplit=-1)", search::rsplit, "The parts between separators, counted from the end."),
        Native::simple("rstrip($self, chars=None, /)", search::rstrip, "The text without blanks, or the given characters, at its end."),
        Native::simple("split($self, /, sep=None, maxsplit=-1)", search::split, "The parts between separators, or between runs of blanks."),
        Native::simple("splitlines($self, /, keepends=False)", search::splitlines, "The lines."),
        Native::simple("startswith($self, prefix, start=None, end=None, /)", search::startswith, "Does the text begin with the prefix, or with one of a tuple of them?"),
        Native::simple("strip($self, chars=None, /)", search::strip, "The text without blanks, or the given characters, at both ends."),
        Native::simple("swapcase($self, /)", transform::swapcase, "Upper case in lower case, and the reverse."),
        Native::simple("title($self, /)", transform::title, "Words with the first letter in title case, the others in lower case."),
        Native::full("translate($self, table, /)", transform::translate, "Each character replaced by what the table says: a code point, a text, or None."),
        Native::simple("upper($self, /)", transform::upper, "The text in upper case."),
        Native::simple("zfill($self, width, /)", transform::zfill, "The text filled up with zeros after its sign."),
    ],
    ..TypeSpec::new("str", Str::LAYOUT)
};
