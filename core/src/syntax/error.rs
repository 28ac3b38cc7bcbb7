//! What the front end reports: syntax errors and warnings, with places as CPython shows them.

use alloc::string::String;

/// Which Python exception the error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// The input ended where more could follow; only with [`crate::syntax::ParseOptions::allow_incomplete_input`].
    /// CPython's private `_IncompleteInputError`, a `SyntaxError`.
    IncompleteInput,
    /// The input nests too deeply for the parser.
    MemoryError,
    /// The input nests too deeply for the compiler.
    RecursionError,
}

/// An error in the source. Lines and columns count from 1, columns in characters; 0 means unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub kind: SyntaxErrorKind,
    pub message: String,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    /// Exclusive.
    pub end_column: u32,
    /// The source line, with its newline; empty if it is unknown.
    pub text: String,
}

/// A `SyntaxWarning` that parsing gives rise to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    pub message: String,
    /// From 1.
    pub line: u32,
    pub span: super::ast::Span,
}
