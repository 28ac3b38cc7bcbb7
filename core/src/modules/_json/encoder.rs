//! Serializing: an encoder that keeps what it is inside of on a stack of its own, and waits for Python code as a continuation.

use super::text::push;
use crate::object;
use crate::object::class::{CLASS_FINAL, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::receiver;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::exception_types::append_note;
use crate::object::float::exact_f64;
use crate::object::float_text;
use crate::object::function::NativeFunction;
use crate::object::header::{Header, Kind, Object};
use crate::object::int;
use crate::object::list::List;
use crate::object::number::Integer;
use crate::object::sort::sort_then;
use crate::object::str::{Str, StrBuilder};
use crate::object::text_arguments::{NONE, wrong_type};
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::iterate::collect;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Call, Continuation, Getter, Native, Raised, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use hashbrown::HashSet;

/// `_json.Encoder`
#[repr(C)]
pub struct Encoder {
    header: Header,
    /// None: circles are not looked for.
    markers: Value,
    default: Value,
    encoder: Value,
    /// One level of indentation, or None.
    indent: Value,
    key_separator: Value,
    item_separator: Value,
    sort_keys: bool,
    skip_keys: bool,
    allow_nan: bool,
    /// The encoder is one of this module's own.
    native: Option<Text>,
}

/// How strings are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Ascii,
    Any,
}

object!(Encoder, Kind::Other, "_json.Encoder", |this, visit| {
    for value in [&this.markers, &this.default, &this.encoder, &this.indent, &this.key_separator, &this.item_separator] {
        visit(value);
    }
});

fn new_encoder(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Encoder>(vm, arguments, "make_encoder")?;
    let value = |index: usize| arguments.get(index).unwrap_or(NONE).clone();
    let (markers, default, encoder, indent, key_separator, item_separator) = (value(1), value(2), value(3), value(4), value(5), value(6));
    if !markers.is_none() && markers.get::<Dict>().is_none() {
        let name = vm.type_name(&markers);
        return Err(vm.type_error(&format!("make_encoder() argument 1 must be dict or None, not {name}")));
    }
    for (index, separator) in [(6, &key_separator), (7, &item_separator)] {
        if separator.get::<Str>().is_none() {
            return Err(wrong_type(vm, &format!("make_encoder() argument {}", index - 1), "str", separator));
        }
    }
    if !indent.is_none() && indent.get::<Str>().is_none() {
        return Err(wrong_type(vm, "make_encoder() argument 4", "str or None", &indent));
    }
    let flags = [7, 8, 9].map(|index| vm.truth(&value(index)));
    let [sort_keys, skip_keys, allow_nan] = flags;
    let (sort_keys, skip_keys, allow_nan) = (sort_keys?, skip_keys?, allow_nan?);
    let native = encoder.get_exact::<NativeFunction>().and_then(|function| match function.native.name() {
        "encode_basestring_ascii" => Some(Text::Ascii),
        "encode_basestring" => Some(Text::Any),
        _ => None,
    });
    Ok(vm.heap.new_object(&class, |header| Encoder { header, markers, default, encoder, indent, key_separator, item_separator, sort_keys, skip_keys, allow_nan, native }))
}

/// A container under way.
enum Level {
    List {
        object: Value,
        items: Vec<Value>,
        next: usize,
    },
    Dict {
        object: Value,
        items: Vec<(Value, Value)>,
        next: usize,
        written: bool,
    },
    /// What `default` made of an object.
    Default(Value),
}

/// What the awaited result is.
enum Awaited {
    Nothing,
    /// The text of a value, or of a key.
    Text,
    Key,
    /// What `default` made of an object.
    Default(Value),
    /// The pairs of a dict, and the same sorted.
    Pairs(Value),
    Sorted(Value),
}

struct Encode {
    encoder: Value,
    out: StrBuilder,
    levels: Vec<Level>,
    /// Containers under way.
    active: HashSet<u64, foldhash::fast::FixedState>,
    awaited: Awaited,
    /// Levels of indentation that the whole stands at.
    indented: usize,
}

/// What to do next.
enum Next {
    Value(Value),
    /// A value is written: on with the innermost container.
    Written,
    Do(Action),
    Done,
}

impl Encode {
    fn settings(&self) -> Option<&Encoder> {
        self.encoder.get::<Encoder>()
    }

    /// Begins a container: it must not be inside itself.
    fn enter(&mut self, vm: &mut Vm, object: &Value, level: Option<Level>) -> Res<()> {
        let checks = self.settings().is_some_and(|encoder| !encoder.markers.is_none());
        if checks && !self.active.insert(object.bits()) {
            return Err(vm.value_error("Circular reference detected"));
        }
        if self.levels.len() >= vm.depth_limit {
            return Err(vm.raise(Ex::RecursionError, "maximum recursion depth exceeded while encoding a JSON object"));
        }
        if let Some(level) = level {
            self.levels.push(level);
        }
        Ok(())
    }

    fn leave(&mut self) {
        let object = match self.levels.pop() {
            Some(Level::List { object, .. } | Level::Dict { object, .. } | Level::Default(object)) => object,
            None => return,
        };
        self.active.remove(&object.bits());
    }

    /// A new line for what stands inside `depth` containers.
    fn new_line(&mut self, depth: usize) {
        let indent = self.settings().map_or(Value::NONE, |encoder| encoder.indent.clone());
        if let Some(indent) = indent.get::<Str>() {
            self.out.push_ascii(b'\n');
            for _ in 0..self.indented + depth {
                self.out.push(indent);
            }
        }
    }

    /// Containers under way; what `default` made is not one more.
    fn depth(&self) -> usize {
        self.levels.iter().filter(|level| !matches!(level, Level::Default(_))).count()
    }

    fn separator(&mut self, key: bool) {
        let separator = self.settings().map(|encoder| if key { encoder.key_separator.clone() } else { encoder.item_separator.clone() });
        if let Some(separator) = separator.as_ref().and_then(|separator| separator.get::<Str>()) {
            self.out.push(separator);
        }
    }

    /// Writes a string; the action, if Python code has to.
    fn string(&mut self, text: &Value, awaited: Awaited) -> Option<Action> {
        let encoder = self.settings()?;
        match (encoder.native, text.get::<Str>()) {
            (Some(how), Some(string)) => {
                push(&mut self.out, string, how == Text::Ascii);
                None
            }
            _ => {
                let callee = encoder.encoder.clone();
                self.awaited = awaited;
                Some(Action::TailCall(Call::new(callee, [text.clone()])))
            }
        }
    }

    fn float(&self, vm: &mut Vm, number: f64) -> Res<alloc::string::String> {
        if number.is_finite() {
            return Ok(float_text::repr(number));
        }
        if !self.settings().is_none_or(|encoder| encoder.allow_nan) {
            let message = format!("Out of range float values are not JSON compliant: {}", float_text::repr(number));
            return Err(vm.value_error(&message));
        }
        Ok(match number {
            _ if number.is_nan() => "NaN",
            _ if number > 0.0 => "Infinity",
            _ => "-Infinity",
        }
        .into())
    }

    /// The text of None, a bool or a number; None for others.
    fn simple(&self, vm: &mut Vm, value: &Value) -> Res<Option<alloc::string::String>> {
        if value.is_none() {
            return Ok(Some("null".into()));
        }
        if let Some(truth) = value.as_bool() {
            return Ok(Some(if truth { "true" } else { "false" }.into()));
        }
        if let Some(number) = Integer::of(value) {
            return int::to_decimal(vm, number).map(Some);
        }
        match exact_f64(value).or_else(|| value.get::<object::float::Float>().map(|float| float.number)) {
            Some(number) => self.float(vm, number).map(Some),
            None => Ok(None),
        }
    }

    fn value(&mut self, vm: &mut Vm, value: Value) -> Res<Next> {
        if value.get::<Str>().is_some() {
            return Ok(self.string(&value, Awaited::Text).map_or(Next::Written, Next::Do));
        }
        if let Some(text) = self.simple(vm, &value)? {
            self.out.push_str(&text);
            return Ok(Next::Written);
        }
        if value.get::<List>().is_some() || value.get::<Tuple>().is_some() {
            let items = match (value.get::<List>(), value.get::<Tuple>()) {
                (Some(list), _) => list.items.get().clone(),
                (_, Some(tuple)) => tuple.items().to_vec(),
                _ => Vec::new(),
            };
            if items.is_empty() {
                self.out.push_str("[]");
                return Ok(Next::Written);
            }
            self.enter(vm, &value, Some(Level::List { object: value.clone(), items, next: 0 }))?;
            self.out.push_ascii(b'[');
            return Ok(Next::Written);
        }
        if let Some(dict) = value.get::<Dict>() {
            if dict.length.get() == 0 {
                self.out.push_str("{}");
                return Ok(Next::Written);
            }
            if value.get_exact::<Dict>().is_some() {
                let items = dict.items();
                return self.pairs(vm, value, items);
            }
            // A subclass may have pairs of its own.
            let name = vm.intern("items");
            self.awaited = Awaited::Pairs(value.clone());
            let action = get_attribute_then(vm, &value, &name, |_, items| {
                Ok(Action::call(items?, [], |vm, items| {
                    let items = items?;
                    collect(vm, &items, |vm, items| Ok(Action::Return(vm.new_list(items))))
                }))
            })?;
            return Ok(Next::Do(action));
        }
        let default = self.settings().map_or(Value::NONE, |encoder| encoder.default.clone());
        self.enter(vm, &value, None)?;
        self.awaited = Awaited::Default(value.clone());
        Ok(Next::Do(Action::TailCall(Call::new(default, [value]))))
    }

    /// Begins a dict, sorted if that is wanted.
    fn pairs(&mut self, vm: &mut Vm, object: Value, items: Vec<(Value, Value)>) -> Res<Next> {
        if !self.settings().is_some_and(|encoder| encoder.sort_keys) {
            return self.begin_dict(vm, object, items);
        }
        let pairs = items.into_iter().map(|(key, value)| vm.new_tuple(Vec::from([key, value]))).collect();
        self.awaited = Awaited::Sorted(object);
        let action = sort_then(vm, pairs, None, false, |vm, pairs, sorted| {
            sorted?;
            Ok(Action::Return(vm.new_list(pairs)))
        })?;
        Ok(Next::Do(action))
    }

    fn begin_dict(&mut self, vm: &mut Vm, object: Value, items: Vec<(Value, Value)>) -> Res<Next> {
        if items.is_empty() {
            self.out.push_str("{}");
            return Ok(Next::Written);
        }
        self.enter(vm, &object, Some(Level::Dict { object: object.clone(), items, next: 0, written: false }))?;
        self.out.push_ascii(b'{');
        Ok(Next::Written)
    }

    /// Goes on with the innermost container.
    fn on(&mut self, vm: &mut Vm) -> Res<Next> {
        if self.out.size() > 4096 {
            vm.check_memory(Some(self.out.size()))?;
        }
        let depth = self.depth();
        match self.levels.last_mut() {
            None => Ok(Next::Done),
            Some(Level::Default(_)) => {
                self.leave();
                Ok(Next::Written)
            }
            Some(Level::List { items, next, .. }) => {
                let (item, first) = (items.get(*next).cloned(), *next == 0);
                *next += 1;
                match item {
                    Some(item) => {
                        if !first {
                            self.separator(false);
                        }
                        self.new_line(depth);
                        Ok(Next::Value(item))
                    }
                    None => {
                        self.leave();
                        self.new_line(depth - 1);
                        self.out.push_ascii(b']');
                        Ok(Next::Written)
                    }
                }
            }
            Some(Level::Dict { items, next, written, .. }) => {
                let (item, first) = (items.get(*next).cloned(), !*written);
                *next += 1;
                match item {
                    Some((key, value)) => self.pair(vm, key, value, first, depth),
                    None => {
                        self.leave();
                        if !first {
                            self.new_line(depth - 1);
                        }
                        self.out.push_ascii(b'}');
                        Ok(Next::Written)
                    }
                }
            }
        }
    }

    fn pair(&mut self, vm: &mut Vm, key: Value, value: Value, first: bool, depth: usize) -> Res<Next> {
        let key = if key.get::<Str>().is_some() {
            key
        } else {
            match self.simple(vm, &key)? {
                Some(text) => vm.new_str(&text),
                None if self.settings().is_some_and(|encoder| encoder.skip_keys) => return Ok(Next::Written),
                None => {
                    let name = vm.type_name(&key);
                    return Err(vm.type_error(&format!("keys must be str, int, float, bool or None, not {name}")));
                }
            }
        };
        if let Some(Level::Dict { written, .. }) = self.levels.last_mut() {
            *written = true;
        }
        if !first {
            self.separator(false);
        }
        self.new_line(depth);
        if let Some(action) = self.string(&key, Awaited::Key) {
            return Ok(Next::Do(action));
        }
        self.separator(true);
        Ok(Next::Value(value))
    }

    /// The value whose key was just written.
    fn value_of_key(&mut self) -> Next {
        self.separator(true);
        match self.levels.last() {
            Some(Level::Dict { items, next, .. }) => items.get(next.saturating_sub(1)).map_or(Next::Written, |(_, value)| Next::Value(value.clone())),
            _ => Next::Written,
        }
    }

    fn run(mut self: Box<Self>, vm: &mut Vm, mut next: Res<Next>) -> Res<Action> {
        loop {
            next = match next {
                Ok(Next::Value(value)) => self.value(vm, value),
                Ok(Next::Written) => self.on(vm),
                Ok(Next::Do(Action::Return(value))) => self.got(vm, Ok(value)),
                Ok(Next::Do(action)) => return Ok(Action::Then(Box::new(action), self)),
                Ok(Next::Done) => {
                    let text = self.out.finish(vm)?;
                    return Ok(Action::Return(vm.new_tuple(Vec::from([text]))));
                }
                Err(raised) => return Err(self.explain(vm, raised)),
            };
        }
    }

    /// Takes an awaited result.
    fn got(&mut self, vm: &mut Vm, result: Res<Value>) -> Res<Next> {
        let awaited = core::mem::replace(&mut self.awaited, Awaited::Nothing);
        if let (Awaited::Default(object), Err(_)) = (&awaited, &result) {
            self.levels.push(Level::Default(object.clone()));
        }
        let value = result?;
        match awaited {
            Awaited::Nothing => Ok(Next::Written),
            Awaited::Text | Awaited::Key => {
                let Some(text) = value.get::<Str>() else {
                    let name = vm.type_name(&value);
                    return Err(vm.type_error(&format!("encoder() must return a string, not {name}")));
                };
                self.out.push(text);
                Ok(if matches!(awaited, Awaited::Key) { self.value_of_key() } else { Next::Written })
            }
            Awaited::Default(object) => {
                self.levels.push(Level::Default(object));
                Ok(Next::Value(value))
            }
            Awaited::Pairs(object) => {
                let items = pairs_of(vm, &value)?;
                self.pairs(vm, object, items)
            }
            Awaited::Sorted(object) => {
                let items = pairs_of(vm, &value)?;
                self.begin_dict(vm, object, items)
            }
        }
    }

    /// Notes at the exception where it happened, from the inside out.
    fn explain(&mut self, vm: &mut Vm, raised: Raised) -> Raised {
        let exception = vm.take_exception(raised);
        if !vm.is_instance(&exception, &vm.exception_class(Ex::Exception)) {
            return vm.raise_value(exception);
        }
        while let Some(level) = self.levels.pop() {
            let note = match level {
                Level::List { object, next, .. } => format!("when serializing {} item {}", vm.type_name(&object), next.saturating_sub(1)),
                Level::Dict { object, items, next, .. } => {
                    let key = items.get(next.saturating_sub(1)).map_or(Value::NONE, |(key, _)| key.clone());
                    let shown = match vm.native_repr(&key) {
                        Ok(shown) => shown,
                        Err(raised) => {
                            drop(vm.take_exception(raised));
                            None
                        }
                    };
                    let shown = shown.and_then(|shown| shown.get::<Str>().map(|shown| shown.to_string_lossy().into_owned())).unwrap_or_default();
                    format!("when serializing {} item {shown}", vm.type_name(&object))
                }
                Level::Default(object) => format!("when serializing {} object", vm.type_name(&object)),
            };
            let note = vm.new_str(&note);
            if let Err(raised) = append_note(vm, &exception, &note) {
                drop(vm.take_exception(raised));
            }
        }
        vm.raise_value(exception)
    }
}

/// The pairs in a list of tuples.
fn pairs_of(vm: &mut Vm, list: &Value) -> Res<Vec<(Value, Value)>> {
    let pairs = list.get::<List>().map(|list| list.items.get().clone()).unwrap_or_default();
    let mut items = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        match pair.get::<Tuple>().map(Tuple::items) {
            Some([key, value]) => items.push((key.clone(), value.clone())),
            _ => return Err(vm.value_error("items must return 2-tuples")),
        }
    }
    Ok(items)
}

impl Continuation for Encode {
    fn resume(mut self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        let next = self.got(vm, result);
        self.run(vm, next)
    }
}

fn call_encoder(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver::<Encoder>(vm, args.positional)?;
    let indented = match argument(args.positional, 2) {
        Some(level) => usize::try_from(vm.index_i64(level)?).unwrap_or(0),
        None => 0,
    };
    let encode =
        Encode { encoder: args.positional[0].clone(), out: StrBuilder::new(), levels: Vec::new(), active: HashSet::default(), awaited: Awaited::Nothing, indented };
    let object = args.get(1).unwrap_or(NONE).clone();
    Box::new(encode).run(vm, Ok(Next::Value(object)))
}

macro_rules! setting {
    ($name:literal, |$encoder:ident| $value:expr) => {
        Getter::read_only($name, |_, this| Ok(this.get::<Encoder>().map_or(Value::NONE, |$encoder| $value)), "")
    };
}

pub static ENCODER: TypeSpec = TypeSpec {
    module: "_json",
    flags: CLASS_FINAL,
    doc: "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    natives: &[
        Native::simple(
            "__new__($type, markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
            new_encoder,
            "Create and return a new object.",
        ),
        Native::full("__call__($self, obj, _current_indent_level=0)", call_encoder, "Call self as a function."),
    ],
    getters: &[
        setting!("markers", |encoder| encoder.markers.clone()),
        setting!("default", |encoder| encoder.default.clone()),
        setting!("encoder", |encoder| encoder.encoder.clone()),
        setting!("indent", |encoder| encoder.indent.clone()),
        setting!("key_separator", |encoder| encoder.key_separator.clone()),
        setting!("item_separator", |encoder| encoder.item_separator.clone()),
        setting!("sort_keys", |encoder| Value::bool(encoder.sort_keys)),
        setting!("skipkeys", |encoder| Value::bool(encoder.skip_keys)),
    ],
    ..TypeSpec::new("Encoder", Encoder::LAYOUT)
};
