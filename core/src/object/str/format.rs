//! `str.format`, `str.format_map` and `str.__format__`. Fields may run Python code (attributes, items, `__str__`,
//! `__format__`): the state then waits on the heap.

use super::methods::receiver;
use super::transform::escape_non_ascii;
use super::{Str, StrBuilder, exact, from_part, template};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::float_text::with_repr;
use crate::object::format_number::{push_float, push_int};
use crate::object::format_spec::{FormatSpec, decimal_number};
use crate::object::int_text::with_decimal;
use crate::object::list::List;
use crate::object::number::Integer;
use crate::object::text_arguments::NONE;
use crate::object::text_arguments::wrong_type;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::protocol::{format_then, get_attribute_then, repr_then, str_then};
use crate::vm::{Action, Args, Continuation, Name, Res, Vm};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// `string.__format__(spec)`
pub fn format_method(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let string = receiver(vm, arguments.positional)?;
    let spec = arguments.get(1).unwrap_or(NONE);
    match spec.get::<Str>() {
        // A subclass may have a `__str__` of its own.
        Some(spec) if spec.size == 0 && !string.is_exact() => str_then(vm, &arguments.positional[0], |_, text| Ok(text.into())),
        Some(spec) => Ok(format_str(vm, string, spec)?.into()),
        None => Err(wrong_type(vm, "__format__() argument", "str", spec)),
    }
}

/// `format(string, spec)`
///
/// # Errors
/// ValueError for a specification that does not fit a str.
pub fn format_str(vm: &mut Vm, string: &Str, spec: &Str) -> Res<Value> {
    if spec.size == 0 {
        return Ok(exact(vm, string));
    }
    let mut out = StrBuilder::in_buffer(vm);
    push_formatted(vm, &mut out, string, spec.bytes())?;
    out.finish(vm)
}

/// Appends `format(value, spec)` of a number in a word or an exact str; false for other values.
fn push_plain(vm: &mut Vm, out: &mut StrBuilder, value: &Value, spec: &[u8]) -> Res<bool> {
    if let Some(text) = value.get_exact::<Str>() {
        push_formatted(vm, out, text, spec)?;
    } else if let Some(number) = value.as_small_int() {
        if spec.is_empty() {
            with_decimal(number, |digits| out.push_str(digits));
        } else {
            push_int(vm, out, value, Integer::Small(number), spec)?;
        }
    } else if let Some(number) = value.as_small_float() {
        if spec.is_empty() {
            with_repr(number, |digits| out.push_str(digits));
        } else {
            push_float(vm, out, value, number, spec)?;
        }
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Appends `format(string, spec)`.
fn push_formatted(vm: &mut Vm, out: &mut StrBuilder, string: &Str, spec: &[u8]) -> Res<()> {
    if spec.is_empty() {
        out.push(string);
        return Ok(());
    }
    let value = Value::from_object(string);
    let parsed = FormatSpec::parse(vm, spec, &value, b's', b'<')?;
    if parsed.kind != b's' as u32 {
        return Err(parsed.unknown_kind(vm, &value));
    }
    let refused = [
        (parsed.sign == b' ', "Space not allowed in string format specifier"),
        (parsed.sign != 0, "Sign not allowed in string format specifier"),
        (parsed.no_negative_zero, "Negative zero coercion (z) not allowed in string format specifier"),
        (parsed.alternate, "Alternate form (#) not allowed in string format specifier"),
        (parsed.align == b'=', "'=' alignment not allowed in string format specifier"),
    ];
    if let Some((_, message)) = refused.iter().find(|(given, _)| *given) {
        return Err(vm.value_error(message));
    }
    let length = parsed.precision.map_or(string.length, |precision| precision.min(string.length));
    let missing = parsed.width.unwrap_or(0).saturating_sub(length);
    let left = match parsed.align {
        b'>' => missing,
        b'^' => missing / 2,
        _ => 0,
    };
    out.push_repeated(vm, parsed.fill, left)?;
    out.push_part(string, 0, string.byte_offset(length));
    out.push_repeated(vm, parsed.fill, missing - left)
}

/// `string.format(*args, **kwargs)`
pub fn format(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let string = receiver(vm, arguments.positional)?;
    let positional = arguments.positional.get(1..).unwrap_or_default();
    let values = Source::Arguments { all: [positional, arguments.names, arguments.values].concat(), positional: positional.len(), named: arguments.names.len() };
    start(vm, string, values)
}

/// `string.format_map(mapping)`
pub fn format_map(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let string = receiver(vm, arguments.positional)?;
    let mapping = arguments.get(1).cloned().unwrap_or(Value::NONE);
    start(vm, string, Source::Mapping(mapping))
}

fn start(vm: &mut Vm, string: &Str, source: Source) -> Res<Action> {
    let level = Level { position: 0, end: string.size, out: StrBuilder::in_buffer(vm), field: None };
    let levels = heapless::Vec::from_iter([level]);
    Formatter { template: Value::from_object(string), source, numbering: Numbering::Undecided, levels, stage: Stage::Text }.run(vm)
}

/// Where the objects that fields begin with come from.
enum Source {
    /// Positional arguments, then the names of the keyword arguments, then their values.
    Arguments {
        all: Vec<Value>,
        positional: usize,
        named: usize,
    },
    Mapping(Value),
}

impl Source {
    /// The positional argument; None if the index is too large.
    fn positional(&self, index: usize) -> Option<&Value> {
        match self {
            Source::Arguments { all, positional, .. } => all.get(..*positional)?.get(index),
            Source::Mapping(_) => None,
        }
    }

    /// The value of the keyword argument with this name.
    fn keyword(&self, name: &[u8]) -> Option<&Value> {
        let Source::Arguments { all, positional, named } = self else { return None };
        let place = all.iter().skip(*positional).take(*named).position(|given| given.get::<Str>().is_some_and(|given| given.bytes() == name))?;
        all.get(positional + named + place)
    }
}

#[derive(PartialEq, Clone, Copy)]
enum Numbering {
    Undecided,
    /// `{}`; the number of the next one.
    Automatic(usize),
    Manual,
}

/// What the formatter does next, and what a result that it waited for is.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Stage {
    Text,
    /// Attributes and items of the field's object.
    Access,
    /// The object's conversion; the flag: the result is a repr that `ascii` must escape.
    Convert(bool),
    Format,
}

/// A field being replaced. Offsets are into the template.
struct Field {
    object: Value,
    /// What remains of `.name[item]..`
    access: (usize, usize),
    conversion: Option<u32>,
    spec: (usize, usize),
    /// The specification has fields itself.
    nested: bool,
}

/// The template, or a specification inside it.
struct Level {
    position: usize,
    end: usize,
    out: StrBuilder,
    field: Option<Field>,
}

/// Deepest nesting: fields, and fields in their specifications.
const DEEPEST: usize = 2;

struct Formatter {
    /// A str.
    template: Value,
    source: Source,
    numbering: Numbering,
    /// The last one is being worked on.
    levels: heapless::Vec<Level, DEEPEST>,
    stage: Stage,
}

/// Goes on at once, or waits.
enum Progress {
    On,
    Wait(Action),
    Done(Value),
}

impl Formatter {
    fn run(mut self, vm: &mut Vm) -> Res<Action> {
        loop {
            let progress = match self.stage {
                Stage::Text => self.text(vm)?,
                Stage::Access => self.access(vm)?,
                Stage::Convert(_) => match self.convert(vm)? {
                    Some(object) => return self.convert_later(vm, object),
                    None => Progress::On,
                },
                Stage::Format => self.format(vm)?,
            };
            match progress {
                Progress::On => {}
                Progress::Done(text) => return Ok(text.into()),
                Progress::Wait(action) => return Ok(Action::Then(Box::new(action), Box::new(self))),
            }
        }
    }

    /// The last level and the template. The levels are never empty while the formatter runs.
    fn parts(&mut self) -> Option<(&mut Level, &Str)> {
        Some((self.levels.last_mut()?, self.template.get::<Str>()?))
    }

    /// Takes the object that an action gives, or waits for it.
    fn take_object(&mut self, action: Action) -> Progress {
        match action {
            Action::Return(object) => self.set_object(object),
            action => Progress::Wait(action),
        }
    }

    /// Copies text up to the next field and reads the field; at the end finishes the level.
    fn text(&mut self, vm: &mut Vm) -> Res<Progress> {
        let Some((level, template)) = self.parts() else { return Ok(Progress::Done(Value::NONE)) };
        let text = template.part(0, level.end);
        if level.position >= level.end {
            return self.finish_level(vm);
        }
        let piece = match template::piece(text, level.position) {
            Ok(piece) => piece,
            Err(message) => return Err(vm.value_error(message)),
        };
        level.out.push_part(template, piece.literal.0, piece.literal.1);
        level.position = piece.next;
        let Some(field) = piece.field else { return Ok(Progress::On) };
        let first_end = template::first_end(text, field.name);
        level.field = Some(Field { object: Value::UNDEFINED, access: (first_end, field.name.1), conversion: field.conversion, spec: field.spec, nested: field.nested });
        self.first(vm, field.name.0, first_end)
    }

    fn finish_level(&mut self, vm: &mut Vm) -> Res<Progress> {
        let Some(level) = self.levels.pop() else { return Ok(Progress::Done(Value::NONE)) };
        let text = level.out.finish(vm)?;
        match self.levels.last_mut().and_then(|outer| outer.field.as_mut()) {
            None => Ok(Progress::Done(text)),
            Some(_) => self.format_with(vm, text),
        }
    }

    /// Finds the object that a field's name begins with.
    fn first(&mut self, vm: &mut Vm, start: usize, end: usize) -> Res<Progress> {
        let template = self.template.clone();
        let Some(string) = template.get::<Str>() else { return Ok(Progress::Done(Value::NONE)) };
        let name = string.part(start, end);
        let number = match decimal_number(name) {
            Some(None) => return Err(vm.value_error("Too many decimal digits in format string")),
            Some(number) => number,
            None => None,
        };
        self.stage = Stage::Access;
        if number.is_none() && !name.is_empty() {
            if let Some(object) = self.source.keyword(name).cloned() {
                return Ok(self.set_object(object));
            }
            let key = from_part(vm, string, start, end);
            return self.named(vm, key);
        }
        let index = match (self.numbering, number) {
            (Numbering::Manual, None) => {
                return Err(vm.value_error("cannot switch from manual field specification to automatic field numbering"));
            }
            (Numbering::Automatic(_), Some(_)) => {
                return Err(vm.value_error("cannot switch from automatic field numbering to manual field specification"));
            }
            (_, Some(number)) => {
                self.numbering = Numbering::Manual;
                number
            }
            (numbering, None) => {
                let next = if let Numbering::Automatic(next) = numbering { next } else { 0 };
                self.numbering = Numbering::Automatic(next + 1);
                next
            }
        };
        match self.source.positional(index).cloned() {
            Some(object) => Ok(self.set_object(object)),
            None if matches!(self.source, Source::Mapping(_)) => Err(vm.value_error("Format string contains positional fields")),
            None => Err(vm.raise(Ex::IndexError, &alloc::format!("Replacement index {index} out of range for positional args tuple"))),
        }
    }

    /// Looks up the name that a field begins with, which is no keyword argument's.
    fn named(&mut self, vm: &mut Vm, key: Value) -> Res<Progress> {
        match &self.source {
            Source::Arguments { .. } => Err(vm.raise_with(Ex::KeyError, Vec::from([key]))),
            Source::Mapping(mapping) => {
                let mapping = mapping.clone();
                self.item(vm, &mapping, key)
            }
        }
    }

    fn set_object(&mut self, object: Value) -> Progress {
        if let Some(field) = self.levels.last_mut().and_then(|level| level.field.as_mut()) {
            field.object = object;
        }
        Progress::On
    }

    /// `container[key]`
    fn item(&mut self, vm: &mut Vm, container: &Value, key: Value) -> Res<Progress> {
        if let Some(dict) = container.get_exact::<Dict>() {
            return match dict.get(vm, &key)? {
                Some(object) => Ok(self.set_object(object)),
                None => Err(vm.raise_with(Ex::KeyError, Vec::from([key]))),
            };
        }
        if let Some(index) = key.as_small_int().and_then(|index| usize::try_from(index).ok()) {
            let found = match (container.get_exact::<List>(), container.get_exact::<Tuple>()) {
                (Some(list), _) => list.items.get().get(index).cloned(),
                (_, Some(tuple)) => tuple.items().get(index).cloned(),
                _ => None,
            };
            if let Some(object) = found {
                return Ok(self.set_object(object));
            }
        }
        match vm.call_special(container, Name::GetItem, &[key]) {
            Some(action) => Ok(self.take_object(action?)),
            None => {
                let name = vm.type_name(container);
                Err(vm.type_error(&alloc::format!("'{name}' object is not subscriptable")))
            }
        }
    }

    /// Takes the next attribute or item of the field's object, if there is one.
    fn access(&mut self, vm: &mut Vm) -> Res<Progress> {
        let Some(field) = self.levels.last_mut().and_then(|level| level.field.as_mut()) else { return Ok(Progress::Done(Value::NONE)) };
        let (start, end) = field.access;
        if start == end {
            self.stage = if field.conversion.is_none() { Stage::Format } else { Stage::Convert(false) };
            return Ok(Progress::On);
        }
        let template = self.template.clone();
        let Some(string) = template.get::<Str>() else { return Ok(Progress::Done(Value::NONE)) };
        let access = match template::access(string.part(0, end), start) {
            Ok(Some(access)) => access,
            Ok(None) => {
                self.stage = Stage::Convert(false);
                return Ok(Progress::On);
            }
            Err(message) => return Err(vm.value_error(message)),
        };
        field.access = (access.next, end);
        let object = field.object.clone();
        let name = from_part(vm, string, access.name.0, access.name.1);
        if access.is_attribute {
            let action = get_attribute_then(vm, &object, &name, |_, result| Ok(result?.into()))?;
            return Ok(self.take_object(action));
        }
        let key = match decimal_number(string.part(access.name.0, access.name.1)) {
            Some(None) => return Err(vm.value_error("Too many decimal digits in format string")),
            Some(Some(number)) => vm.new_size(number),
            None => name,
        };
        self.item(vm, &object, key)
    }

    /// Applies the conversion natively; gives the object back if Python code must run for it.
    fn convert(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        let Some(field) = self.levels.last_mut().and_then(|level| level.field.as_mut()) else { return Ok(None) };
        let object = field.object.clone();
        let converted = match field.conversion {
            None => Some(object.clone()),
            Some(conversion) => match char::from_u32(conversion) {
                Some('s') => vm.native_str(&object)?,
                Some('r') => vm.native_repr(&object)?,
                Some('a') => {
                    self.stage = Stage::Convert(true);
                    vm.native_repr(&object)?
                }
                Some(other @ '!'..='~') => return Err(vm.value_error(&alloc::format!("Unknown conversion specifier {other}"))),
                _ => return Err(vm.value_error(&alloc::format!("Unknown conversion specifier \\x{conversion:x}"))),
            },
        };
        match converted {
            None => Ok(Some(object)),
            Some(text) => {
                self.converted(vm, text)?;
                Ok(None)
            }
        }
    }

    fn convert_later(self, vm: &mut Vm, object: Value) -> Res<Action> {
        let as_str = self.levels.last().and_then(|level| level.field.as_ref()).is_some_and(|field| field.conversion == Some('s' as u32));
        let then = move |vm: &mut Vm, text: Value| self.go_on(vm, text);
        if as_str { str_then(vm, &object, then) } else { repr_then(vm, &object, then) }
    }

    fn converted(&mut self, vm: &mut Vm, text: Value) -> Res<()> {
        let text = match (self.stage, text.get::<Str>()) {
            (Stage::Convert(true), Some(string)) => escape_non_ascii(vm, string)?,
            _ => text,
        };
        self.set_object(text);
        self.stage = Stage::Format;
        Ok(())
    }

    /// Formats the field's object; a specification with fields is put together first.
    fn format(&mut self, vm: &mut Vm) -> Res<Progress> {
        let depth = self.levels.len();
        let Some((level, template)) = self.parts() else { return Ok(Progress::Done(Value::NONE)) };
        let Some(field) = level.field.as_ref() else { return Ok(Progress::Done(Value::NONE)) };
        let (start, end) = field.spec;
        if !field.nested && push_plain(vm, &mut level.out, &field.object, template.part(start, end))? {
            return self.next(vm);
        }
        if field.nested {
            if depth >= DEEPEST {
                return Err(vm.value_error("Max string recursion exceeded"));
            }
            drop(self.levels.push(Level { position: start, end, out: StrBuilder::new(), field: None }));
            self.stage = Stage::Text;
            return Ok(Progress::On);
        }
        let spec = from_part(vm, template, start, end);
        self.format_with(vm, spec)
    }

    fn format_with(&mut self, vm: &mut Vm, spec: Value) -> Res<Progress> {
        self.stage = Stage::Format;
        let Some(level) = self.levels.last_mut() else { return Ok(Progress::Done(Value::NONE)) };
        let Some(object) = level.field.as_ref().map(|field| field.object.clone()) else { return Ok(Progress::Done(Value::NONE)) };
        if let Some(spec) = spec.get::<Str>()
            && push_plain(vm, &mut level.out, &object, spec.bytes())?
        {
            return self.next(vm);
        }
        match format_then(vm, &object, &spec, |_, text| Ok(text.into()))? {
            Action::Return(text) => self.formatted(vm, &text),
            action => Ok(Progress::Wait(action)),
        }
    }

    fn formatted(&mut self, vm: &mut Vm, text: &Value) -> Res<Progress> {
        let Some(level) = self.levels.last_mut() else { return Ok(Progress::On) };
        match text.get::<Str>() {
            Some(text) => level.out.push(text),
            None => return Err(wrong_type(vm, "__format__", "str", text)),
        }
        self.next(vm)
    }

    /// The field is done.
    fn next(&mut self, vm: &mut Vm) -> Res<Progress> {
        let Some(level) = self.levels.last_mut() else { return Ok(Progress::On) };
        if level.out.size() > super::UNCHECKED_SIZE {
            vm.check_memory(Some(level.out.size()))?;
        }
        level.field = None;
        self.stage = Stage::Text;
        Ok(Progress::On)
    }

    /// Goes on with what was waited for.
    fn go_on(mut self, vm: &mut Vm, value: Value) -> Res<Action> {
        match self.stage {
            Stage::Convert(_) => self.converted(vm, value)?,
            Stage::Format => drop(self.formatted(vm, &value)?),
            Stage::Access | Stage::Text => drop(self.set_object(value)),
        }
        self.run(vm)
    }
}

impl Continuation for Formatter {
    fn resume(self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        let value = result?;
        self.go_on(vm, value)
    }
}
