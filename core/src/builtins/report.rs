//! Exceptions that nobody caught, as text: traceback, causes and contexts, notes, groups. The layout is CPython's.

use super::report_frames::format_traceback;
use super::suggest::suggestion;
use crate::object::construct::class_name;
use crate::object::exception::{Ex, Exception};
use crate::object::exception_group;
use crate::object::exception_types::{attributes, fields::*};
use crate::object::list::List;
use crate::object::str::Str;
use crate::object::text_stream::{self, TextStream};
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::port::Stream;
use crate::vm::{Name, Res, Vm};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
/// Exceptions of a group that are shown.
const GROUP_WIDTH: usize = 15;
/// Groups in groups that are shown.
const GROUP_DEPTH: usize = 10;

/// The text that CPython prints for an uncaught exception, its newline included.
pub fn format_exception(vm: &mut Vm, exception: &Value) -> String {
    let mut report = Report { output: String::new(), group_depth: 0, need_close: false, seen: Vec::new() };
    report.chain(vm, exception);
    report.output
}

/// The last lines of that: class and message, notes.
pub fn format_exception_only(vm: &mut Vm, exception: &Value) -> String {
    exception_lines(vm, exception).concat()
}

struct Report {
    output: String,
    group_depth: usize,
    need_close: bool,
    seen: Vec<u64>,
}

impl Report {
    fn indent(&self) -> String {
        " ".repeat(2 * self.group_depth)
    }

    /// Adds text, each line behind the margin of the group it belongs to.
    fn emit(&mut self, text: &str, margin: char) {
        if self.group_depth == 0 {
            self.output.push_str(text);
            return;
        }
        let indent = self.indent();
        for line in text.split_inclusive('\n') {
            self.output.push_str(&format!("{indent}{margin} {line}"));
        }
    }

    fn first_time(&mut self, exception: &Value) -> bool {
        let new = !self.seen.contains(&exception.bits());
        if new {
            self.seen.push(exception.bits());
        }
        new
    }

    /// An exception after those that led to it.
    fn chain(&mut self, vm: &mut Vm, exception: &Value) {
        self.first_time(exception);
        let mut chain: Vec<(&'static str, Value)> = Vec::new();
        let mut current = exception.clone();
        while let Some(object) = current.get::<Exception>() {
            let (cause, context) = (object.cause.get().clone(), object.context.get().clone());
            let (message, next) = if !cause.is_none() && self.first_time(&cause) {
                (CAUSE, cause)
            } else if !context.is_none() && !object.suppress_context.get() && self.first_time(&context) {
                (CONTEXT, context)
            } else {
                ("", Value::NONE)
            };
            chain.push((message, current));
            current = next;
        }
        for (message, exception) in chain.into_iter().rev() {
            if !message.is_empty() {
                self.emit(message, '|');
            }
            match exception_group::members(vm, &exception) {
                None => self.single(vm, &exception, "Traceback (most recent call last):\n", '|'),
                Some(_) if self.group_depth > GROUP_DEPTH => self.emit(&format!("... (max_group_depth is {GROUP_DEPTH})\n"), '|'),
                Some(members) => self.group(vm, &exception, &members),
            }
        }
    }

    fn single(&mut self, vm: &mut Vm, exception: &Value, title: &str, margin: char) {
        let traceback = exception.get::<Exception>().map_or(Value::NONE, |exception| exception.traceback(vm));
        if !traceback.is_none() {
            self.emit(title, margin);
            for frame in format_traceback(vm, &traceback) {
                self.emit(&frame, '|');
            }
        }
        for line in exception_lines(vm, exception) {
            self.emit(&line, '|');
        }
    }

    fn group(&mut self, vm: &mut Vm, exception: &Value, members: &[Value]) {
        let outermost = self.group_depth == 0;
        if outermost {
            self.group_depth = 1;
        }
        self.single(vm, exception, "Exception Group Traceback (most recent call last):\n", if outermost { '+' } else { '|' });
        let shown = members.len().min(GROUP_WIDTH + 1);
        self.need_close = false;
        for (index, member) in members.iter().take(shown).enumerate() {
            let last = index + 1 == shown;
            if last {
                self.need_close = true;
            }
            let truncated = index >= GROUP_WIDTH;
            let title = if truncated { String::from("...") } else { format!("{}", index + 1) };
            let corner = if index == 0 { "+-" } else { "  " };
            let indent = self.indent();
            self.output.push_str(&format!("{indent}{corner}+---------------- {title} ----------------\n"));
            self.group_depth += 1;
            if truncated {
                let remaining = members.len() - GROUP_WIDTH;
                let plural = if remaining > 1 { "s" } else { "" };
                self.emit(&format!("and {remaining} more exception{plural}\n"), '|');
            } else {
                self.chain(vm, member);
            }
            if last && self.need_close {
                let indent = self.indent();
                self.output.push_str(&format!("{indent}+------------------------------------\n"));
                self.need_close = false;
            }
            self.group_depth -= 1;
        }
        if outermost {
            self.group_depth = 0;
        }
    }
}

/// Text for a terminal: lone surrogates as escapes.
fn plain(text: &Str) -> String {
    match text.as_str() {
        Some(text) => text.into(),
        None => {
            let mut escaped = String::new();
            for code in super::evaluate::code_points(text.bytes()) {
                match char::from_u32(code) {
                    Some(character) => escaped.push(character),
                    None => escaped.push_str(&format!("\\u{code:04x}")),
                }
            }
            escaped
        }
    }
}

/// `str(value)` or `repr(value)`, whatever happens: Python code runs by reentry, and what it raises is dropped.
fn safe_text(vm: &mut Vm, value: &Value, what: &str, method: Name) -> String {
    let native = if method == Name::Repr { vm.native_repr(value) } else { vm.native_str(value) };
    let text = match native {
        Ok(Some(text)) => Ok(text),
        Ok(None) => match vm.lookup_special(value, method) {
            Some(function) => vm.call(&function, core::slice::from_ref(value)),
            None => Ok(Value::NONE),
        },
        Err(raised) => Err(raised),
    };
    let name = if method == Name::Repr { "repr" } else { "str" };
    match text {
        Ok(text) => match text.get::<Str>() {
            Some(text) => plain(text),
            None => format!("<{what} {name}() failed>"),
        },
        Err(raised) => {
            drop(vm.take_exception(raised));
            format!("<{what} {name}() failed>")
        }
    }
}

/// `module.Class`, the module left out for builtins and the main program.
fn qualified_type(vm: &Vm, exception: &Value) -> String {
    let class = vm.class_of(exception);
    let name = class.qualified_name.get().get::<Str>().map_or_else(|| class_name(&class), plain);
    match class.lookup(vm.name(Name::Module)) {
        Some(module) => match module.get::<Str>().map(plain).as_deref() {
            Some("builtins" | "__main__") => name,
            Some(module) => format!("{module}.{name}"),
            None => format!("<unknown>.{name}"),
        },
        None => name,
    }
}

/// The lines after the frames.
fn exception_lines(vm: &mut Vm, exception: &Value) -> Vec<String> {
    let type_name = qualified_type(vm, exception);
    let mut lines = if vm.is_instance(exception, &vm.exception_class(Ex::SyntaxError)) {
        syntax_error_lines(vm, exception, &type_name)
    } else {
        let mut message = safe_text(vm, exception, "exception", Name::Str);
        message.push_str(&suggestion(vm, exception));
        Vec::from([if message.is_empty() { format!("{type_name}\n") } else { format!("{type_name}: {message}\n") }])
    };
    let notes = attributes(exception).and_then(|(object, attributes)| attributes.get(object, vm.name(Name::Notes)));
    let Some(notes) = notes else { return lines };
    let items = notes.get::<List>().map(|list| list.items.get().clone()).or_else(|| notes.get::<Tuple>().map(|tuple| tuple.items().to_vec()));
    match items {
        Some(items) => {
            for note in items {
                let note = safe_text(vm, &note, "note", Name::Str);
                lines.extend(note.split('\n').map(|line| format!("{line}\n")));
            }
        }
        None if notes.is_none() => {}
        None => lines.push(format!("{}\n", safe_text(vm, &notes, "__notes__", Name::Repr))),
    }
    lines
}

fn syntax_error_lines(vm: &mut Vm, exception: &Value, type_name: &str) -> Vec<String> {
    let Some(error) = exception.get::<Exception>() else { return Vec::new() };
    let field = |index: usize| error.field(index);
    let mut lines = Vec::new();
    let mut suffix = String::new();
    let filename = field(SYNTAX_FILENAME).get::<Str>().map(plain);
    let line = field(SYNTAX_LINE);
    if !line.is_none() {
        let line = safe_text(vm, &line, "line", Name::Str);
        lines.push(format!("  File \"{}\", line {line}\n", filename.as_deref().filter(|name| !name.is_empty()).unwrap_or("<string>")));
    } else if let Some(filename) = &filename {
        suffix = format!(" ({filename})");
    }
    if let Some(text) = field(SYNTAX_TEXT).get::<Str>().map(plain) {
        let same_line = field(SYNTAX_LINE).as_small_int() == field(SYNTAX_END_LINE).as_small_int();
        lines.extend(marked_text(&text, field(SYNTAX_OFFSET).as_small_int(), field(SYNTAX_END_OFFSET).as_small_int(), same_line));
    }
    let message = field(SYNTAX_MESSAGE);
    let message = if message.is_none() { String::from("<no detail available>") } else { safe_text(vm, &message, "message", Name::Str) };
    lines.push(format!("{type_name}: {message}{suffix}\n"));
    lines
}

/// The offending line with carets; offsets count from 1.
fn marked_text(text: &str, offset: Option<i64>, end_offset: Option<i64>, same_line: bool) -> Vec<String> {
    let right: Vec<char> = text.trim_end_matches('\n').chars().collect();
    let spaces = right.iter().take_while(|character| matches!(character, ' ' | '\n' | '\x0c')).count();
    let left: Vec<char> = right.get(spaces..).unwrap_or_default().to_vec();
    let shown: String = left.iter().collect();
    let mut lines = Vec::from([format!("    {shown}\n")]);
    let Some(mut offset) = offset else { return lines };
    let length = text.chars().count() as i64;
    let past = right.len() as i64 + 1;
    let mut end = if same_line { end_offset.filter(|&end| end != 0).unwrap_or(offset) } else { past };
    if !text.is_empty() && offset > length {
        offset = past;
    }
    if !text.is_empty() && end > length {
        end = past;
    }
    if offset >= end || end < 0 {
        end = offset + 1;
    }
    let column = offset - 1 - spaces as i64;
    let width = end - offset;
    if let Ok(column) = usize::try_from(column) {
        let padding: String = left.iter().take(column).map(|&character| if character.is_whitespace() { character } else { ' ' }).collect();
        lines.push(format!("    {padding}{}\n", "^".repeat(usize::try_from(width).unwrap_or(1).min(1 << 16))));
    }
    lines
}

// ---- where it goes

/// Writes to `sys.stderr`, or to the console when that does not work.
pub fn write_error(vm: &mut Vm, text: &str) {
    if let Some(file) = super::io::sys_attribute(vm, Name::StdErr) {
        if file.is_none() {
            return;
        }
        let value = vm.new_str(text);
        let written = match (file.get_exact::<TextStream>(), value.get::<Str>()) {
            (Some(stream), Some(text)) => text_stream::write(vm, stream, text).and_then(|()| text_stream::flush(vm, stream)),
            _ => write_through_method(vm, &file, value),
        };
        match written {
            Ok(()) => return,
            Err(raised) => drop(vm.take_exception(raised)),
        }
    }
    if let Err(raised) = text_stream::send(vm, Stream::Error, text.as_bytes()) {
        drop(vm.take_exception(raised));
    }
}

fn write_through_method(vm: &mut Vm, file: &Value, text: Value) -> Res<()> {
    let name = vm.name(Name::Write).clone();
    let class = vm.class_of(file);
    match class.lookup(&name) {
        Some(method) => vm.call(&method, &[file.clone(), text]).map(drop),
        None => Err(vm.type_error("sys.stderr has no write method")),
    }
}

/// What `sys.excepthook` does when nobody replaced it: prints the exception on standard error.
pub fn print_exception(vm: &mut Vm, exception: &Value) {
    let text = format_exception(vm, exception);
    write_error(vm, &text);
}

/// An exception that could not be raised (in `__del__`, in a callback): `sys.unraisablehook` gets it. `doing` says what `object` was needed for.
pub fn unraisable(vm: &mut Vm, exception: &Value, doing: &str, object: &Value) {
    let shown = if object.is_none() || object.is_undefined() { String::new() } else { safe_text(vm, object, " object", Name::Repr) };
    let message = format!("Exception ignored {doing}{}{shown}", if shown.is_empty() { "" } else { " " });
    let name = vm.intern("unraisablehook");
    let hook = crate::modules::sys::attribute(vm, &name).filter(|hook| hook.get::<crate::object::function::NativeFunction>().is_none());
    let Some(hook) = hook.filter(|hook| !hook.is_none()) else {
        print_unraisable(vm, exception, Some(&message), &Value::NONE);
        return;
    };
    let (class, message) = (vm.class_of(exception).value(), vm.new_str(&message));
    let traceback = exception.get::<Exception>().map_or(Value::NONE, |exception| exception.traceback(vm));
    let arguments = crate::modules::sys::unraisable_arguments(vm, [class, exception.clone(), traceback, message, Value::NONE]);
    if let Err(raised) = vm.call(&hook, &[arguments]) {
        let second = vm.take_exception(raised);
        print_unraisable(vm, &second, Some("Exception ignored in sys.unraisablehook"), &hook);
    }
}

/// What `sys.unraisablehook` does when nobody replaced it.
pub fn print_unraisable(vm: &mut Vm, exception: &Value, message: Option<&str>, object: &Value) {
    let mut text = String::new();
    let shown = if object.is_none() { None } else { Some(safe_text(vm, object, " object", Name::Repr)) };
    match (message, shown) {
        (Some(message), Some(shown)) => text.push_str(&format!("{message}: {shown}\n")),
        (Some(message), None) => text.push_str(&format!("{message}:\n")),
        (None, Some(shown)) => text.push_str(&format!("Exception ignored in: {shown}\n")),
        (None, None) => {}
    }
    let mut report = Report { output: String::new(), group_depth: 0, need_close: false, seen: Vec::new() };
    report.single(vm, exception, "Traceback (most recent call last):\n", '|');
    text.push_str(&report.output);
    write_error(vm, &text);
}

/// A py-thread ended by an exception that nobody caught: prints it. `function` is what the py-thread was started with.
pub fn uncaught_in_thread(vm: &mut Vm, exception: &Value, function: &Value) {
    unraisable(vm, exception, "in thread started by", function);
}

/// Ends the program because of an exception that nobody caught: prints it (through `sys.excepthook` if it was replaced) and
/// returns the exit status. `SystemExit` prints nothing but its message.
pub fn uncaught(vm: &mut Vm, exception: &Value) -> i32 {
    if let Err(raised) = super::io::flush_standard_streams(vm) {
        drop(vm.take_exception(raised));
    }
    if vm.is_instance(exception, &vm.exception_class(Ex::SystemExit)) {
        let code = exception.get::<Exception>().map_or(Value::NONE, |exception| exception.field(EXIT_CODE));
        if code.is_none() {
            return 0;
        }
        if let Some(truth) = code.as_bool() {
            return i32::from(truth);
        }
        if let Some(number) = code.as_small_int() {
            return number as i32;
        }
        let mut text = safe_text(vm, &code, "exit code", Name::Str);
        text.push('\n');
        write_error(vm, &text);
        return 1;
    }
    let hook = vm.intern("excepthook");
    let hook = crate::modules::sys::attribute(vm, &hook).filter(|hook| hook.get::<crate::object::function::NativeFunction>().is_none());
    match hook {
        Some(hook) => call_hook(vm, &hook, exception),
        None => print_exception(vm, exception),
    }
    if vm.is_instance(exception, &vm.exception_class(Ex::KeyboardInterrupt)) { 130 } else { 1 }
}

fn call_hook(vm: &mut Vm, hook: &Value, exception: &Value) {
    let class = vm.class_of(exception).value();
    let traceback = exception.get::<Exception>().map_or(Value::NONE, |exception| exception.traceback(vm));
    if let Err(raised) = vm.call(hook, &[class, exception.clone(), traceback]) {
        let second = vm.take_exception(raised);
        write_error(vm, "Error in sys.excepthook:\n");
        print_exception(vm, &second);
        write_error(vm, "\nOriginal exception was:\n");
        print_exception(vm, exception);
    }
}
