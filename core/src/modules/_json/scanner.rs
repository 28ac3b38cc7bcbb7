//! Parsing: a scanner that keeps what it is inside of on a stack of its own, and waits for hooks as a continuation.

use crate::object;
use crate::object::class::{CLASS_FINAL, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::{call_natively, receiver};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::float::Float;
use crate::object::float_text;
use crate::object::header::{Header, Kind, Object};
use crate::object::int::Int;
use crate::object::str::{Str, StrBuilder, from_part};
use crate::object::text_arguments::{NONE, fitting_index, wrong_type};
use crate::object::value::Value;
use crate::vm::import::import_by_name;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Call, Continuation, Getter, Native, Raised, Res, Vm};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Why something cannot be read.
enum Problem {
    Raised(Raised),
    /// A `JSONDecodeError` with this message, at a byte offset.
    Bad(&'static str, usize),
    /// No value begins at this byte offset: StopIteration.
    NoValue(usize),
}

impl From<Raised> for Problem {
    fn from(raised: Raised) -> Problem {
        Problem::Raised(raised)
    }
}

/// Raises a problem with a text.
fn report(vm: &mut Vm, text: &Value, problem: Problem) -> Res<Action> {
    let index = |at: usize| text.get::<Str>().map_or(at, |text| text.index_at(at.min(text.size)));
    let (message, position) = match problem {
        Problem::Raised(raised) => return Err(raised),
        Problem::NoValue(at) => {
            let position = vm.new_size(index(at));
            return Err(vm.raise_with(Ex::StopIteration, Vec::from([position])));
        }
        Problem::Bad(message, at) => (vm.new_str(message), vm.new_size(index(at))),
    };
    let (module, text) = (vm.new_str("json.decoder"), text.clone());
    import_by_name(vm, &module)?.and_then(vm, move |vm, module| {
        let name = vm.intern("JSONDecodeError");
        get_attribute_then(vm, &module, &name, move |_, class| {
            Ok(Action::call(class?, [message, text, position], |vm, exception| {
                let exception = exception?;
                if vm.is_instance(&exception, &vm.exception_class(Ex::BaseException)) {
                    return Err(vm.raise_value(exception));
                }
                Err(vm.type_error("exceptions must derive from BaseException"))
            }))
        })
    })
}

// ---- strings

const UNTERMINATED: &str = "Unterminated string starting at";
const BAD_UNICODE: &str = "Invalid \\uXXXX escape";

/// Four hexadecimal digits at `at`.
fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |number, &digit| Some(number << 4 | (digit as char).to_digit(16)?))
}

/// The string that begins at byte offset `at`, behind its quote; and the offset behind the closing quote.
fn string_at(vm: &mut Vm, text: &Str, at: usize, strict: bool) -> Result<(Value, usize), Problem> {
    let begin = at.saturating_sub(1);
    let bytes = text.bytes();
    let mut out: Option<StrBuilder> = None;
    let (mut start, mut at) = (at, at);
    loop {
        let Some(&byte) = bytes.get(at) else { return Err(Problem::Bad(UNTERMINATED, begin)) };
        match byte {
            b'"' => {
                let value = match out {
                    None => from_part(vm, text, start, at),
                    Some(mut out) => {
                        out.push_part(text, start, at);
                        out.finish(vm)?
                    }
                };
                return Ok((value, at + 1));
            }
            b'\\' => {
                let out = out.get_or_insert_default();
                out.push_part(text, start, at);
                let Some(&kind) = bytes.get(at + 1) else { return Err(Problem::Bad(UNTERMINATED, begin)) };
                let meant = match kind {
                    b'"' | b'\\' | b'/' => kind,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'u' => {
                        let bad = Problem::Bad(BAD_UNICODE, at + 1);
                        // The closing quote at least must follow.
                        let Some(mut code_point) = hex(bytes, at + 2).filter(|_| bytes.len() > at + 6) else { return Err(bad) };
                        at += 6;
                        if code_point & 0xfc00 == 0xd800 && bytes.get(at..at + 2) == Some(b"\\u") {
                            match hex(bytes, at + 2) {
                                Some(low) if low & 0xfc00 == 0xdc00 => {
                                    code_point = 0x1_0000 + ((code_point & 0x3ff) << 10 | low & 0x3ff);
                                    at += 6;
                                }
                                _ => {}
                            }
                        }
                        out.push_code_point(code_point);
                        start = at;
                        continue;
                    }
                    _ => return Err(Problem::Bad("Invalid \\escape", at)),
                };
                out.push_ascii(meant);
                at += 2;
                start = at;
            }
            0..=0x1f if strict => return Err(Problem::Bad("Invalid control character at", at)),
            _ => at += 1,
        }
    }
}

/// `scanstring(string, end, strict=True)`
pub fn scan_string(vm: &mut Vm, args: &Args) -> Res<Action> {
    let end = fitting_index(vm, args.get(1).unwrap_or(NONE), Ex::OverflowError, "Python int too large to convert to C ssize_t")?;
    let value = args.get(0).unwrap_or(NONE);
    let Some(text) = value.get::<Str>() else {
        let name = vm.type_name(value);
        return Err(vm.type_error(&alloc::format!("first argument must be a string, not {name}")));
    };
    let strict = match args.get(2) {
        Some(strict) => vm.truth(strict)?,
        None => true,
    };
    let Some(end) = usize::try_from(end).ok().filter(|&end| end <= text.length) else { return Err(vm.value_error("end is out of bounds")) };
    match string_at(vm, text, text.byte_offset(end), strict) {
        Ok((string, after)) => {
            let items = [string, vm.new_size(text.index_at(after))];
            Ok(Action::Return(vm.new_tuple(items.into())))
        }
        Err(problem) => report(vm, value, problem),
    }
}

// ---- the scanner

/// `_json.Scanner`: parses as its context says.
#[repr(C)]
pub struct Scanner {
    header: Header,
    strict: bool,
    /// In the order of [`HOOKS`].
    hooks: [Value; HOOKS.len()],
}

object!(Scanner, Kind::Other, "_json.Scanner", |this, visit| this.hooks.iter().for_each(visit));

const HOOKS: [&str; 5] = ["object_hook", "object_pairs_hook", "parse_float", "parse_int", "parse_constant"];

fn new_scanner(vm: &mut Vm, args: &Args) -> Res<Action> {
    allocation_class::<Scanner>(vm, args.positional, "make_scanner")?;
    let context = args.get(1).unwrap_or(NONE).clone();
    let name = vm.intern("strict");
    get_attribute_then(vm, &context.clone(), &name, move |vm, strict| {
        let strict = strict?;
        let strict = vm.truth(&strict)?;
        hooks_then(vm, context, strict, Vec::new())
    })
}

/// Takes the hooks from the context, one after the other.
fn hooks_then(vm: &mut Vm, context: Value, strict: bool, mut found: Vec<Value>) -> Res<Action> {
    let Some(name) = HOOKS.get(found.len()) else {
        let Ok(hooks) = <[Value; HOOKS.len()]>::try_from(found) else { return Ok(Action::Return(Value::NONE)) };
        return Ok(Action::Return(vm.new_object(|header| Scanner { header, strict, hooks })));
    };
    let name = vm.intern(name);
    get_attribute_then(vm, &context.clone(), &name, move |vm, hook| {
        found.push(hook?);
        hooks_then(vm, context, strict, found)
    })
}

enum Level {
    Array(Vec<Value>),
    /// Pairs, and the key whose value is awaited.
    Object(Vec<(Value, Value)>, Value),
}

/// A parse under way.
struct Parse {
    scanner: Value,
    text: Value,
    /// Byte offset.
    at: usize,
    levels: Vec<Level>,
    /// Keys met, so that equal ones are the same object.
    keys: Value,
}

/// What was parsed.
enum Parsed {
    Value(Value),
    /// A level was opened: its first value is next.
    Opened,
    /// A value that a call gives.
    Call(Call),
}

impl Parse {
    fn skip_blanks(&mut self, text: &Str) -> Option<u8> {
        loop {
            match text.bytes().get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                byte => return byte.copied(),
            }
        }
    }

    fn hook(&self, index: usize) -> Value {
        self.scanner.get::<Scanner>().and_then(|scanner| scanner.hooks.get(index)).cloned().unwrap_or(Value::NONE)
    }

    /// The key of the next pair, whose opening quote is next, and the colon.
    fn key(&mut self, vm: &mut Vm, text: &Str) -> Result<Value, Problem> {
        if self.skip_blanks(text) != Some(b'"') {
            return Err(Problem::Bad("Expecting property name enclosed in double quotes", self.at));
        }
        let strict = self.scanner.get::<Scanner>().is_none_or(|scanner| scanner.strict);
        let (key, after) = string_at(vm, text, self.at + 1, strict)?;
        self.at = after;
        let key = match self.keys.get::<Dict>() {
            Some(keys) => keys.set_default(vm, &key, key.clone())?,
            None => key,
        };
        if self.skip_blanks(text) != Some(b':') {
            return Err(Problem::Bad("Expecting ':' delimiter", self.at));
        }
        self.at += 1;
        self.skip_blanks(text);
        Ok(key)
    }

    /// Parses the value that begins here.
    fn value(&mut self, vm: &mut Vm, text: &Str) -> Result<Parsed, Problem> {
        let bytes = text.bytes();
        let start = self.at;
        let word = |word: &[u8]| bytes.get(start..).is_some_and(|rest| rest.starts_with(word));
        match bytes.get(start) {
            Some(b'"') => {
                let strict = self.scanner.get::<Scanner>().is_none_or(|scanner| scanner.strict);
                let (string, after) = string_at(vm, text, start + 1, strict)?;
                self.at = after;
                Ok(Parsed::Value(string))
            }
            Some(b'{') => {
                self.at += 1;
                if self.skip_blanks(text) == Some(b'}') {
                    self.at += 1;
                    return self.object(vm, Vec::new());
                }
                let key = self.key(vm, text)?;
                self.open(vm, Level::Object(Vec::new(), key))
            }
            Some(b'[') => {
                self.at += 1;
                if self.skip_blanks(text) == Some(b']') {
                    self.at += 1;
                    return Ok(Parsed::Value(vm.new_list(Vec::new())));
                }
                self.open(vm, Level::Array(Vec::new()))
            }
            Some(b'n') if word(b"null") => {
                self.at += 4;
                Ok(Parsed::Value(Value::NONE))
            }
            Some(b't') if word(b"true") => {
                self.at += 4;
                Ok(Parsed::Value(Value::TRUE))
            }
            Some(b'f') if word(b"false") => {
                self.at += 5;
                Ok(Parsed::Value(Value::FALSE))
            }
            Some(b'N') if word(b"NaN") => self.constant(vm, "NaN"),
            Some(b'I') if word(b"Infinity") => self.constant(vm, "Infinity"),
            Some(b'-') if word(b"-Infinity") => self.constant(vm, "-Infinity"),
            Some(b'-' | b'0'..=b'9') => self.number(vm, text),
            _ => Err(Problem::NoValue(start)),
        }
    }

    fn open(&mut self, vm: &mut Vm, level: Level) -> Result<Parsed, Problem> {
        if self.levels.len() == self.levels.capacity() {
            vm.check_memory(self.levels.len().checked_mul(2 * size_of::<Level>()))?;
        }
        self.levels.push(level);
        Ok(Parsed::Opened)
    }

    fn constant(&mut self, vm: &mut Vm, name: &str) -> Result<Parsed, Problem> {
        self.at += name.len();
        let (hook, name) = (self.hook(4), vm.new_str(name));
        Ok(self.call(vm, hook, name)?)
    }

    /// Calls a hook, at once if it is native.
    fn call(&mut self, vm: &mut Vm, hook: Value, argument: Value) -> Res<Parsed> {
        match call_natively(vm, &hook, core::slice::from_ref(&argument)) {
            Some(result) => result.map(Parsed::Value),
            None => Ok(Parsed::Call(Call::new(hook, [argument]))),
        }
    }

    fn number(&mut self, vm: &mut Vm, text: &Str) -> Result<Parsed, Problem> {
        let (bytes, start) = (text.bytes(), self.at);
        let digits = |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
        match bytes.get(at) {
            Some(b'0') => at += 1,
            Some(b'1'..=b'9') => at += digits(at),
            _ => return Err(Problem::NoValue(start)),
        }
        let mut whole = true;
        if bytes.get(at) == Some(&b'.') && digits(at + 1) > 0 {
            at += 1 + digits(at + 1);
            whole = false;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let count = digits(at + 1 + sign);
            if count > 0 {
                at += 1 + sign + count;
                whole = false;
            }
        }
        self.at = at;
        let part = core::str::from_utf8(text.part(start, at)).unwrap_or_default();
        let hook = self.hook(if whole { 3 } else { 2 });
        let class = if whole { vm.class::<Int>() } else { vm.class::<Float>() };
        if hook.is(&class.value()) {
            let native = if whole { part.parse::<i64>().ok().map(|number| vm.new_int(number)) } else { float_text::parse(part).map(|number| vm.new_float(number)) };
            if let Some(number) = native {
                return Ok(Parsed::Value(number));
            }
        }
        let digits = vm.new_str(part);
        Ok(self.call(vm, hook, digits)?)
    }

    /// An object with all its pairs, as the hooks want it.
    fn object(&mut self, vm: &mut Vm, pairs: Vec<(Value, Value)>) -> Result<Parsed, Problem> {
        let pairs_hook = self.hook(1);
        if !pairs_hook.is_none() {
            let pairs = pairs.into_iter().map(|(key, value)| vm.new_tuple(Vec::from([key, value]))).collect();
            let pairs = vm.new_list(pairs);
            return Ok(self.call(vm, pairs_hook, pairs)?);
        }
        let result = vm.new_dict();
        if let Some(dict) = result.get::<Dict>() {
            for (key, value) in pairs {
                dict.set(vm, key, value)?;
            }
        }
        let hook = self.hook(0);
        if hook.is_none() { Ok(Parsed::Value(result)) } else { Ok(self.call(vm, hook, result)?) }
    }

    /// Puts a value where it belongs; then what comes next, or None if it is the whole.
    fn place(&mut self, vm: &mut Vm, text: &Str, value: Value) -> Result<Result<Parsed, Value>, Problem> {
        let Some(level) = self.levels.last_mut() else { return Ok(Err(value)) };
        let (items, size) = match level {
            Level::Array(items) => {
                items.push(value);
                (items.len(), size_of::<Value>())
            }
            Level::Object(pairs, key) => {
                pairs.push((core::mem::replace(key, Value::NONE), value));
                (pairs.len(), 2 * size_of::<Value>())
            }
        };
        if items.is_power_of_two() && items >= 1024 {
            vm.check_memory(items.checked_mul(size))?;
        }
        let array = matches!(self.levels.last(), Some(Level::Array(_)));
        let close = if array { b']' } else { b'}' };
        let next = self.skip_blanks(text);
        if next == Some(close) {
            self.at += 1;
            return match self.levels.pop() {
                Some(Level::Array(items)) => Ok(Ok(Parsed::Value(vm.new_list(items)))),
                Some(Level::Object(pairs, _)) => self.object(vm, pairs).map(Ok),
                None => Ok(Err(Value::NONE)),
            };
        }
        if next != Some(b',') {
            return Err(Problem::Bad("Expecting ',' delimiter", self.at));
        }
        let comma = self.at;
        self.at += 1;
        if self.skip_blanks(text) == Some(close) {
            let message = if array { "Illegal trailing comma before end of array" } else { "Illegal trailing comma before end of object" };
            return Err(Problem::Bad(message, comma));
        }
        if !array {
            let next_key = self.key(vm, text)?;
            if let Some(Level::Object(_, key)) = self.levels.last_mut() {
                *key = next_key;
            }
        }
        Ok(Ok(Parsed::Opened))
    }

    fn run(mut self: Box<Self>, vm: &mut Vm, mut parsed: Parsed) -> Res<Action> {
        let text_value = self.text.clone();
        let Some(text) = text_value.get::<Str>() else { return Ok(Action::Return(Value::NONE)) };
        loop {
            let next = match parsed {
                Parsed::Opened => self.value(vm, text).map(Ok),
                Parsed::Value(value) => self.place(vm, text, value),
                Parsed::Call(call) => return Ok(Action::Call(call, self)),
            };
            parsed = match next {
                Ok(Ok(parsed)) => parsed,
                Ok(Err(whole)) => {
                    let items = [whole, vm.new_size(text.index_at(self.at))];
                    return Ok(Action::Return(vm.new_tuple(items.into())));
                }
                Err(problem) => return report(vm, &text_value, problem),
            };
        }
    }
}

impl Continuation for Parse {
    fn resume(self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        let value = result?;
        self.run(vm, Parsed::Value(value))
    }
}

fn call_scanner(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver::<Scanner>(vm, args.positional)?;
    let text = args.get(1).unwrap_or(NONE);
    let Some(string) = text.get::<Str>() else { return Err(wrong_type(vm, "first argument", "a string", text)) };
    let index = fitting_index(vm, args.get(2).unwrap_or(NONE), Ex::OverflowError, "Python int too large to convert to C ssize_t")?;
    let Ok(index) = usize::try_from(index) else { return Err(vm.value_error("idx cannot be negative")) };
    if index >= string.length {
        let index = vm.new_size(index);
        return Err(vm.raise_with(Ex::StopIteration, Vec::from([index])));
    }
    let keys = vm.new_dict();
    let parse = Parse { scanner: args.positional[0].clone(), text: text.clone(), at: string.byte_offset(index), levels: Vec::new(), keys };
    Box::new(parse).run(vm, Parsed::Opened)
}

macro_rules! hook {
    ($index:literal, $name:literal) => {
        Getter::read_only($name, |_, this| Ok(this.get::<Scanner>().and_then(|scanner| scanner.hooks.get($index)).cloned().unwrap_or(Value::NONE)), "")
    };
}

pub static SCANNER: TypeSpec = TypeSpec {
    module: "_json",
    flags: CLASS_FINAL,
    doc: "JSON scanner object",
    natives: &[
        Native::full("__new__($type, context)", new_scanner, "Create and return a new object."),
        Native::full("__call__($self, string, idx)", call_scanner, "Call self as a function."),
    ],
    getters: &[
        Getter::read_only("strict", |_, this| Ok(Value::bool(this.get::<Scanner>().is_some_and(|scanner| scanner.strict))), "strict"),
        hook!(0, "object_hook"),
        hook!(1, "object_pairs_hook"),
        hook!(2, "parse_float"),
        hook!(3, "parse_int"),
        hook!(4, "parse_constant"),
    ],
    ..TypeSpec::new("Scanner", Scanner::LAYOUT)
};
