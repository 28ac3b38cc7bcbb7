//! From source text to code objects: the front end as the VM uses it, syntax errors as exceptions.

use super::{Action, Res, Vm, prelude, syntax_tree};
use crate::compile::{self, Options};
use crate::object::exception::{self, Ex};
use crate::object::value::Value;
use crate::syntax::{self, Mode, ParseOptions, Source, SyntaxError, SyntaxErrorKind};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What `compile()` may be told besides source and mode.
#[derive(Clone, Copy, Default)]
pub struct CompileFlags {
    pub optimize: u8,
    pub future_annotations: bool,
    pub top_level_await: bool,
    /// Input that merely ends too early raises `_IncompleteInputError`.
    pub allow_incomplete_input: bool,
    /// A block of interactive input is complete only with its blank line.
    pub require_dedent: bool,
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
    /// How this VM compiles unless it is told otherwise.
    pub fn compile_flags(&self) -> CompileFlags {
        CompileFlags { optimize: self.host.flags.optimize, ..CompileFlags::default() }
    }

    /// Compiles source to a code object, without a word about what looks strange.
    ///
    /// # Errors
    /// SyntaxError and its kin, MemoryError, RecursionError.
    pub fn compile_source(&mut self, text: &[u8], filename: &str, mode: Mode, flags: CompileFlags) -> Res<Value> {
        self.compile_and_note(&Given::file(text), filename, mode, flags).map(|(code, _)| code)
    }

    /// Compiles source to a code object, gives the warnings, and goes on.
    ///
    /// # Errors
    /// As [`Vm::compile_source`], and SyntaxError for a warning that a filter makes an exception.
    pub fn compile_then(
        &mut self,
        text: &Given<'_>,
        filename: &str,
        mode: Mode,
        flags: CompileFlags,
        then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static,
    ) -> Res<Action> {
        let (code, noted) = self.compile_and_note(text, filename, mode, flags)?;
        self.say(&noted, filename, move |vm| then(vm, code))
    }

    /// Gives the compiler's warnings, and goes on.
    fn say(&mut self, noted: &[SyntaxError], filename: &str, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
        if noted.is_empty() {
            return then(self);
        }
        let number = |number: u32| Value::small_int(i64::from(number));
        let items = noted.iter().map(|warning| {
            let (message, text) = (self.new_str(&warning.message), self.new_str(&warning.text));
            self.new_tuple([message, number(warning.line), number(warning.column), number(warning.end_line), number(warning.end_column), text].into())
        });
        let items: Vec<Value> = items.collect();
        let (items, filename) = (self.new_list(items), self.new_str(filename));
        let callee = prelude::function(self, &prelude::WARNING, "syntax_warnings")?;
        Ok(Action::call(callee, [items, filename], move |vm, result| {
            result?;
            then(vm)
        }))
    }

    fn compile_and_note(&mut self, text: &Given<'_>, filename: &str, mode: Mode, flags: CompileFlags) -> Res<(Value, Vec<SyntaxError>)> {
        let options = ParseOptions {
            max_integer_digits: self.int_max_str_digits as u32,
            allow_incomplete_input: flags.allow_incomplete_input,
            require_dedent: flags.require_dedent,
            ..parse_options()
        };
        let source = match text.read(&options) {
            Ok(source) => source,
            Err(error) => return Err(self.syntax_error(&error, filename)),
        };
        let parsed = match syntax::parse(&source, mode, &options) {
            Ok(parsed) => parsed,
            Err(error) => return Err(self.syntax_error(&error, filename)),
        };
        let options = Options { filename, optimize: flags.optimize, future_annotations: flags.future_annotations, top_level_await: flags.top_level_await };
        match compile::compile(&parsed.module, &source, &options) {
            Ok(compiled) => {
                let noted = parsed.warnings.iter().chain(&compiled.warnings);
                let noted = noted.map(|warning| *source.error(SyntaxErrorKind::SyntaxError, warning.message.clone(), warning.span)).collect();
                Ok((self.load_code(&compiled.code), noted))
            }
            Err(error) => Err(self.syntax_error(&error, filename)),
        }
    }

    /// The syntax tree of source, as an object of the classes in `_ast`, which must have been imported.
    ///
    /// # Errors
    /// SyntaxError and its kin, MemoryError.
    pub fn parse_to_tree(&mut self, text: &Given<'_>, filename: &str, mode: Mode) -> Res<Value> {
        let options = ParseOptions { max_integer_digits: self.int_max_str_digits as u32, ..parse_options() };
        let source = match text.read(&options) {
            Ok(source) => source,
            Err(error) => return Err(self.syntax_error(&error, filename)),
        };
        match syntax::parse(&source, mode, &options) {
            Ok(parsed) => syntax_tree::build(self, &source, &parsed.module),
            Err(error) => Err(self.syntax_error(&error, filename)),
        }
    }

    /// Compiles a syntax tree, as `_ast._plain` has taken it apart.
    ///
    /// # Errors
    /// Those of the compiler.
    pub fn compile_tree(&mut self, plain: &Value, filename: &str, flags: CompileFlags) -> Res<Value> {
        let (module, source) = super::syntax_tree_read::read(self, plain)?;
        let options = Options { filename, optimize: flags.optimize, future_annotations: flags.future_annotations, top_level_await: flags.top_level_await };
        match compile::compile(&module, &source, &options) {
            Ok(compiled) => Ok(self.load_code(&compiled.code)),
            Err(error) => Err(self.syntax_error(&error, filename)),
        }
    }

    /// The exception for a front end's error.
    #[cold]
    pub fn syntax_error(&mut self, error: &SyntaxError, filename: &str) -> super::Raised {
        let kind = match error.kind {
            SyntaxErrorKind::SyntaxError => Ex::SyntaxError,
            SyntaxErrorKind::IncompleteInput => Ex::_IncompleteInputError,
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

/// Source as it was given.
pub struct Given<'a> {
    bytes: Cow<'a, [u8]>,
    /// It was a str: no encoding that it may name counts.
    is_text: bool,
}

impl<'a> Given<'a> {
    /// The bytes of a file.
    pub fn file(bytes: &'a [u8]) -> Given<'a> {
        Given { bytes: Cow::Borrowed(bytes), is_text: false }
    }

    /// The decoded source.
    ///
    /// # Errors
    /// Those of [`Source::from_bytes`].
    pub fn read(&self, options: &ParseOptions) -> Result<Source, Box<SyntaxError>> {
        match core::str::from_utf8(&self.bytes) {
            Ok(text) if self.is_text => Ok(Source::from_text(text)),
            _ => Source::from_bytes(&self.bytes, options),
        }
    }
}

/// Source given as str or bytes; `wrong` is the message for anything else.
///
/// # Errors
/// SyntaxError for null bytes; TypeError.
pub fn given_source(vm: &mut Vm, value: &Value, wrong: &str) -> Res<Given<'static>> {
    if let Some(text) = value.get::<crate::object::str::Str>() {
        if text.bytes().contains(&0) {
            return Err(vm.raise(Ex::SyntaxError, "source code string cannot contain null bytes"));
        }
        return Ok(Given { bytes: Cow::Owned(text.bytes().to_vec()), is_text: true });
    }
    if let Some(bytes) = crate::object::bytes::of(vm, value)? {
        if bytes.contains(&0) {
            return Err(vm.raise(Ex::SyntaxError, "source code string cannot contain null bytes"));
        }
        return Ok(Given { bytes: Cow::Owned(bytes.into_owned()), is_text: false });
    }
    Err(vm.type_error(wrong))
}
