//! Front end, first half: source text to syntax tree. Knows nothing of values, code objects or the VM.

pub mod ast;
pub mod error;
mod lexer;
mod literal;
mod parser;
pub mod source;
#[cfg(test)]
mod tests;
mod token;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

pub use ast::{Mode, Module};
pub use error::{SyntaxError, SyntaxErrorKind, SyntaxWarning};
pub use source::{LineIndex, Source};

/// Decodes source: `None` for an unknown encoding, else the text or the message of the error.
pub type Decode = fn(encoding: &str, source: &[u8]) -> Option<Result<String, String>>;

/// What the parser may be told.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions {
    /// The character named in `\N{name}`. Without it every name is unknown.
    pub character_by_name: Option<fn(&str) -> Option<char>>,
    /// Decodes source in an encoding other than UTF-8, Latin-1, ASCII, CP1252 and KOI8-R, which are built in.
    pub decode: Option<Decode>,
    /// The most digits a decimal integer literal may have; 0 for no limit (`sys.set_int_max_str_digits`).
    pub max_integer_digits: u32,
    /// Report input that merely ends too early as [`SyntaxErrorKind::IncompleteInput`] (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub allow_incomplete_input: bool,
    /// In [`Mode::Single`], a block is complete only with its blank line (`PyCF_DONT_IMPLY_DEDENT`).
    pub require_dedent: bool,
    /// How many bytes of native stack parsing may take; input that needs more is a [`SyntaxErrorKind::MemoryError`].
    pub stack_budget: usize,
    /// `<>` instead of `!=` (`from __future__ import barry_as_FLUFL`).
    pub barry_as_flufl: bool,
}

impl Default for ParseOptions {
    fn default() -> ParseOptions {
        ParseOptions {
            character_by_name: None,
            decode: None,
            max_integer_digits: 4300,
            allow_incomplete_input: false,
            require_dedent: false,
            stack_budget: 160 * 1024,
            barry_as_flufl: false,
        }
    }
}

/// A parsed module and what was noticed on the way.
#[derive(Debug)]
pub struct Parsed {
    pub module: Module,
    pub warnings: Vec<SyntaxWarning>,
}

/// Parses decoded source ([`Source::from_text`], [`Source::from_bytes`]).
///
/// Errors are those of CPython's parser; what CPython finds in its symbol table and compiler passes
/// (`return` outside a function, duplicate parameters…) is left to the compiler.
pub fn parse(source: &Source, mode: Mode, options: &ParseOptions) -> Result<Parsed, Box<SyntaxError>> {
    parser::parse(source, mode, options)
}
