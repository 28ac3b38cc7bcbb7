//! From source text to code objects: the front end as the VM uses it, syntax errors as exceptions.

use super::{Res, Vm, syntax_tree};
use crate::compile::{self, Options};
use crate::object::exception::{self, Ex};
use crate::object::value::Value;
use crate::syntax::{self, Mode, ParseOptions, Source, SyntaxError, SyntaxErrorKind};
use alloc::vec::Vec;

/// What `compile()` may be told besides source and mode.
#[derive(Clone, Copy, Default)]
pub struct CompileFlags {
    pub optimize: u8,
    pub future_annotations: bool,
    pub top_level_await: bool,
}

/// The parser's options, with the tables that this build has.
pub fn parse_options() -> ParseOptions {
    #[cfg(feature = "unicode-names")]
    let character_by_name: Option<fn(&str) -> Option<char>> = Some(unicode_names2::character);
    #[cfg(not(feature = "unicode-names"))]
    let character_by_name = None;
    ParseOptions { character_by_name, ..ParseOptions::default() }
}

impl Vm {
    /// Compiles source to a code object.
    ///
    /// # Errors
    /// SyntaxError and its kin, MemoryError, RecursionError.
    pub fn compile_source(&mut self, text: &[u8], filename: &str, mode: Mode, flags: CompileFlags) -> Res<Value> {
        let options = ParseOptions { max_integer_digits: self.int_max_str_digits as u32, ..parse_options() };
        let source = match Source::from_bytes(text, &options) {
            Ok(source) => source,
            Err(error) => return Err(self.syntax_error(&error, filename)),
        };
        let parsed = match syntax::parse(&source, mode, &options) {
            Ok(parsed) => parsed,
            Err(error) => return Err(self.syntax_error(&error, filename)),
        };
        let options = Options { filename, optimize: flags.optimize, future_annotations: flags.future_annotations, top_level_await: flags.top_level_await };
        match compile::compile(&parsed.module, &source, &options) {
            Ok(compiled) => Ok(self.load_code(&compiled.code)),
            Err(error) => Err(self.syntax_error(&error, filename)),
        }
    }

    /// The syntax tree of source, as an object of the classes in `_ast`, which must have been imported.
    ///
    /// # Errors
    /// SyntaxError and its kin, MemoryError.
    pub fn parse_to_tree(&mut self, text: &[u8], filename: &str, mode: Mode) -> Res<Value> {
        let options = ParseOptions { max_integer_digits: self.int_max_str_digits as u32, ..parse_options() };
        let source = match Source::from_bytes(text, &options) {
            Ok(source) => source,
            Err(error) => return Err(self.syntax_error(&error, filename)),
        };
        match syntax::parse(&source, mode, &options) {
            Ok(parsed) => syntax_tree::build(self, &source, &parsed.module),
            Err(error) => Err(self.syntax_error(&error, filename)),
        }
    }

    /// The exception for a front end's error.
    #[cold]
    pub fn syntax_error(&mut self, error: &SyntaxError, filename: &str) -> super::Raised {
        let kind = match error.kind {
            SyntaxErrorKind::SyntaxError | SyntaxErrorKind::IncompleteInput => Ex::SyntaxError,
            SyntaxErrorKind::IndentationError => Ex::IndentationError,
            SyntaxErrorKind::TabError => Ex::TabError,
            SyntaxErrorKind::MemoryError => return self.raise(Ex::MemoryError, &error.message),
            SyntaxErrorKind::RecursionError => return self.raise(Ex::RecursionError, &error.message),
        };
        let number = |number: u32| if number == 0 { Value::NONE } else { Value::small_int(number as i64) };
        let message = self.new_str(&error.message);
        let filename = self.new_str(filename);
        let text = if error.text.is_empty() { Value::NONE } else { self.new_str(&error.text) };
        let location = Vec::from([filename, number(error.line), number(error.column), text, number(error.end_line), number(error.end_column)]);
        let location = self.new_tuple(location);
        let exception = exception::create(self, kind, Vec::from([message, location]));
        self.raise_value(exception)
    }
}

/// Source text given as str or bytes, as bytes; `wrong` is the message for anything else.
pub fn source_bytes(vm: &mut Vm, value: &Value, wrong: &str) -> Res<Vec<u8>> {
    if let Some(text) = value.get::<crate::object::str::Str>() {
        if text.bytes().contains(&0) {
            return Err(vm.raise(Ex::SyntaxError, "source code string cannot contain null bytes"));
        }
        // A str has no encoding to declare: a byte order mark says so to the reader.
        let mut bytes = Vec::from("\u{feff}".as_bytes());
        bytes.extend_from_slice(text.bytes());
        return Ok(bytes);
    }
    if let Some(bytes) = crate::object::bytes::of(vm, value)? {
        if bytes.contains(&0) {
            return Err(vm.raise(Ex::SyntaxError, "source code string cannot contain null bytes"));
        }
        return Ok(bytes.into_owned());
    }
    Err(vm.type_error(wrong))
}
