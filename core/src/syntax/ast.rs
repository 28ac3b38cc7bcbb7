//! The syntax tree: what the parser hands to the compiler. Data only; close to CPython's `ast` node set, with the
//! differences that deep input asks for (flat `elif` chains, operators' left operands that drop without recursion).
//!
//! Whether an expression is loaded, stored to or deleted follows from where it stands: there is no context field.
//! The parser has already checked that everything in a target's place can be one.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Deref;

/// An identifier, NFKC-normalised. Equal names of one module share one allocation.
pub type Ident = Rc<str>;

/// Where a node stands: byte offsets into the decoded source text ([`crate::syntax::Source`]), `end` exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// Of what the compiler adds: belongs to no line of its own.
    pub const NOWHERE: Span = Span { start: u32::MAX, end: u32::MAX };

    pub const fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// From the start of `self` to the end of `other`.
    pub const fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }
}

/// What kind of input is parsed; the second word of Python's `compile(source, filename, mode)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A module: any number of statements.
    Exec,
    /// One expression.
    Eval,
    /// One interactive statement, whose expression values are printed.
    Single,
}

/// A parsed input.
#[derive(Debug)]
pub enum Module {
    Exec(Vec<Stmt>),
    Eval(Box<Expr>),
    Single(Vec<Stmt>),
}

// ---------------------------------------------------------------------------------------------------------------
// Statements

#[derive(Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum StmtKind {
    FunctionDef(Box<FunctionDef>),
    ClassDef(Box<ClassDef>),
    Return(Option<Expr>),
    Delete(Vec<Expr>),
    /// `a = b = value`: the targets from left to right.
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    AugAssign(Box<AugAssign>),
    AnnAssign(Box<AnnAssign>),
    TypeAlias(Box<TypeAlias>),
    For(Box<For>),
    While(Box<While>),
    /// `if`, then each `elif`, in order. Flat, so that thousands of `elif` are no nesting.
    If {
        branches: Vec<IfBranch>,
        orelse: Vec<Stmt>,
    },
    With(Box<With>),
    Match(Box<Match>),
    Raise(Box<Raise>),
    Try(Box<Try>),
    Assert(Box<Assert>),
    Import(Vec<Alias>),
    ImportFrom(Box<ImportFrom>),
    Global(Vec<Ident>),
    Nonlocal(Vec<Ident>),
    Expr(Expr),
    Pass,
    Break,
    Continue,
}

/// `def` or `async def`. The statement's span starts at `def`/`async`, not at the first decorator.
#[derive(Debug)]
pub struct FunctionDef {
    pub name: Ident,
    pub is_async: bool,
    pub decorators: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
    pub parameters: Parameters,
    pub returns: Option<Expr>,
    pub body: Vec<Stmt>,
}

/// The statement's span starts at `class`, not at the first decorator.
#[derive(Debug)]
pub struct ClassDef {
    pub name: Ident,
    pub decorators: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
    pub arguments: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct AugAssign {
    /// A name, attribute or subscript.
    pub target: Expr,
    pub op: Operator,
    pub value: Expr,
}

#[derive(Debug)]
pub struct AnnAssign {
    /// A name, attribute or subscript.
    pub target: Expr,
    pub annotation: Expr,
    pub value: Option<Expr>,
    /// The target is a name without parentheses: its annotation is kept in `__annotations__`.
    pub simple: bool,
}

/// `type name[type_params] = value`.
#[derive(Debug)]
pub struct TypeAlias {
    pub name: Ident,
    pub name_span: Span,
    pub type_params: Vec<TypeParam>,
    pub value: Expr,
}

#[derive(Debug)]
pub struct For {
    pub is_async: bool,
    pub target: Expr,
    pub iter: Expr,
    pub body: Vec<Stmt>,
    pub orelse: Vec<Stmt>,
}

#[derive(Debug)]
pub struct While {
    pub test: Expr,
    pub body: Vec<Stmt>,
    pub orelse: Vec<Stmt>,
}

/// The `if` of a chain or one of its `elif`s. The span runs from that keyword to the end of its body.
#[derive(Debug)]
pub struct IfBranch {
    pub test: Expr,
    pub body: Vec<Stmt>,
    pub span: Span,
}

#[derive(Debug)]
pub struct With {
    pub is_async: bool,
    pub items: Vec<WithItem>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct WithItem {
    pub context: Expr,
    pub target: Option<Expr>,
}

#[derive(Debug)]
pub struct Match {
    pub subject: Expr,
    pub cases: Vec<MatchCase>,
}

#[derive(Debug)]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    pub body: Vec<Stmt>,
}

/// `raise`, `raise exception`, `raise exception from cause`.
#[derive(Debug)]
pub struct Raise {
    pub exception: Option<Expr>,
    pub cause: Option<Expr>,
}

#[derive(Debug)]
pub struct Try {
    pub body: Vec<Stmt>,
    pub handlers: Vec<ExceptHandler>,
    pub orelse: Vec<Stmt>,
    pub finalbody: Vec<Stmt>,
    /// The handlers are `except*` (PEP 654).
    pub is_star: bool,
}

#[derive(Debug)]
pub struct ExceptHandler {
    /// `except A, B:` without parentheses (PEP 758) is a tuple here.
    pub exception: Option<Expr>,
    pub name: Option<Ident>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

#[derive(Debug)]
pub struct Assert {
    pub test: Expr,
    pub message: Option<Expr>,
}

/// One name of an `import`. In `import a.b as c` the name is the dotted `a.b`; in `from m import *` it is `*`.
#[derive(Debug)]
pub struct Alias {
    pub name: Ident,
    pub asname: Option<Ident>,
    pub span: Span,
}

#[derive(Debug)]
pub struct ImportFrom {
    /// The dotted name; `None` in `from . import x`.
    pub module: Option<Ident>,
    pub names: Vec<Alias>,
    /// The number of leading dots.
    pub level: u32,
}

/// The parameters of a function or lambda, by kind, each in source order.
#[derive(Debug, Default)]
pub struct Parameters {
    pub positional_only: Vec<Parameter>,
    pub positional: Vec<Parameter>,
    pub vararg: Option<Box<Parameter>>,
    pub keyword_only: Vec<Parameter>,
    pub kwarg: Option<Box<Parameter>>,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: Ident,
    /// `*args: *Ts` gives a [`ExprKind::Starred`] here.
    pub annotation: Option<Expr>,
    /// Never set on `vararg` and `kwarg`.
    pub default: Option<Expr>,
    /// The name and its annotation, without the default.
    pub span: Span,
}

/// A keyword argument; `name` is `None` for `**value`.
#[derive(Debug)]
pub struct Keyword {
    pub name: Option<Ident>,
    pub value: Expr,
    pub span: Span,
}

/// A type parameter (PEP 695), perhaps with a default (PEP 696).
#[derive(Debug)]
pub struct TypeParam {
    pub name: Ident,
    pub kind: TypeParamKind,
    pub default: Option<Expr>,
    pub span: Span,
}

#[derive(Debug)]
pub enum TypeParamKind {
    TypeVar {
        bound: Option<Expr>,
    },
    /// `*name`
    TypeVarTuple,
    /// `**name`
    ParamSpec,
}

// ---------------------------------------------------------------------------------------------------------------
// Patterns

#[derive(Debug)]
pub struct Pattern {
    pub kind: PatternKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum PatternKind {
    /// Compared with `==`: a number (perhaps negative or complex), string, bytes or dotted name.
    Value(Box<Expr>),
    /// Compared with `is`: `None`, `True` or `False`.
    Singleton(Constant),
    Sequence(Vec<Pattern>),
    Mapping(Box<MappingPattern>),
    Class(Box<ClassPattern>),
    /// `*name` or `*_` (`None`) inside a sequence.
    Star(Option<Ident>),
    /// `pattern as name`; a capture `name` when there is no pattern; the wildcard `_` when there is neither.
    As {
        pattern: Option<Box<Pattern>>,
        name: Option<Ident>,
    },
    Or(Vec<Pattern>),
}

#[derive(Debug)]
pub struct MappingPattern {
    pub keys: Vec<Expr>,
    /// As many as `keys`.
    pub patterns: Vec<Pattern>,
    /// `**rest`
    pub rest: Option<Ident>,
}

#[derive(Debug)]
pub struct ClassPattern {
    /// A name or attribute.
    pub class: Expr,
    pub patterns: Vec<Pattern>,
    pub keywords: Vec<KeywordPattern>,
}

#[derive(Debug)]
pub struct KeywordPattern {
    pub name: Ident,
    pub pattern: Pattern,
    pub span: Span,
}

// ---------------------------------------------------------------------------------------------------------------
// Expressions

#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    /// Without the parentheses that may enclose it, except for a tuple.
    pub span: Span,
}

/// Small (24 bytes on a 64-bit machine): the parser moves it a lot.
#[derive(Debug)]
pub enum ExprKind {
    Constant(Constant),
    Name(Ident),
    Attribute(Box<Attribute>),
    Subscript(Box<Subscript>),
    Call(Box<Call>),
    BinOp(Box<BinOp>),
    UnaryOp(Box<UnaryOp>),
    /// Flat: `a or b or c` is one node.
    BoolOp(Box<BoolOp>),
    /// Flat: `a < b < c` is one node.
    Compare(Box<Compare>),
    /// `target := value`, the target being a name.
    NamedExpr(Box<NamedExpr>),
    Lambda(Box<Lambda>),
    IfExp(Box<IfExp>),
    Tuple(Box<[Expr]>),
    List(Box<[Expr]>),
    Set(Box<[Expr]>),
    Dict(Box<[DictItem]>),
    ListComp(Box<ElementComp>),
    SetComp(Box<ElementComp>),
    GeneratorExp(Box<ElementComp>),
    DictComp(Box<DictComp>),
    Await(Box<Expr>),
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
    /// An f-string: string constants and [`ExprKind::FormattedValue`]s. Adjacent literals are already merged.
    JoinedStr(Box<[Expr]>),
    /// Only inside a `JoinedStr`.
    FormattedValue(Box<FormattedValue>),
    /// A t-string (PEP 750): string constants and [`ExprKind::Interpolation`]s.
    TemplateStr(Box<[Expr]>),
    /// Only inside a `TemplateStr`.
    Interpolation(Box<Interpolation>),
    /// `*value` in a call, display, tuple, target or index.
    Starred(Box<Expr>),
    /// Only as an index, or an element of a tuple that is one.
    Slice(Box<Slice>),
}

/// The left operand of a chain (`a+b+c…`, `a.b.c…`, `f()()…`): the one place where a tree can be deep without
/// nesting in the source. Dropped without recursion; a walker must loop here too.
#[derive(Debug)]
pub struct Left(pub Expr);

impl Left {
    fn take_kind(&mut self) -> ExprKind {
        core::mem::replace(&mut self.0.kind, ExprKind::Constant(Constant::None))
    }
}

impl Deref for Left {
    type Target = Expr;

    fn deref(&self) -> &Expr {
        &self.0
    }
}

impl Expr {
    /// The left operand, if this node is a link of a chain (see [`Left`]).
    pub fn left(&self) -> Option<&Expr> {
        match &self.kind {
            ExprKind::BinOp(node) => Some(&node.left),
            ExprKind::Attribute(node) => Some(&node.value),
            ExprKind::Subscript(node) => Some(&node.value),
            ExprKind::Call(node) => Some(&node.function),
            _ => None,
        }
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        if self.0.left().is_none() {
            return;
        }
        let mut kind = self.take_kind();
        loop {
            let next = match &mut kind {
                ExprKind::BinOp(node) => node.left.take_kind(),
                ExprKind::Attribute(node) => node.value.take_kind(),
                ExprKind::Subscript(node) => node.value.take_kind(),
                ExprKind::Call(node) => node.function.take_kind(),
                _ => return,
            };
            // Dropping the old node here finds its left operand already emptied.
            kind = next;
        }
    }
}

#[derive(Debug)]
pub struct Attribute {
    pub value: Left,
    pub attr: Ident,
}

#[derive(Debug)]
pub struct Subscript {
    pub value: Left,
    /// A slice, a tuple (perhaps of slices) or any expression.
    pub index: Expr,
}

#[derive(Debug)]
pub struct Call {
    pub function: Left,
    /// Positional arguments, [`ExprKind::Starred`] among them, in source order.
    pub arguments: Vec<Expr>,
    /// Keyword arguments and `**mappings`, in source order.
    pub keywords: Vec<Keyword>,
}

#[derive(Debug)]
pub struct BinOp {
    pub left: Left,
    pub op: Operator,
    pub right: Expr,
}

#[derive(Debug)]
pub struct UnaryOp {
    pub op: UnaryOperator,
    pub operand: Expr,
}

#[derive(Debug)]
pub struct BoolOp {
    pub op: BoolOperator,
    /// At least two.
    pub values: Vec<Expr>,
}

#[derive(Debug)]
pub struct Compare {
    pub left: Expr,
    /// At least one.
    pub comparisons: Vec<(CompareOperator, Expr)>,
}

#[derive(Debug)]
pub struct NamedExpr {
    pub target: Ident,
    pub target_span: Span,
    pub value: Expr,
}

#[derive(Debug)]
pub struct Lambda {
    pub parameters: Parameters,
    pub body: Expr,
}

#[derive(Debug)]
pub struct IfExp {
    pub test: Expr,
    pub body: Expr,
    pub orelse: Expr,
}

/// `key: value`, or `**value` when there is no key.
#[derive(Debug)]
pub struct DictItem {
    pub key: Option<Expr>,
    pub value: Expr,
}

/// The body of a list or set comprehension or of a generator expression.
#[derive(Debug)]
pub struct ElementComp {
    pub element: Expr,
    /// At least one.
    pub generators: Vec<Comprehension>,
}

#[derive(Debug)]
pub struct DictComp {
    pub key: Expr,
    pub value: Expr,
    /// At least one.
    pub generators: Vec<Comprehension>,
}

/// One `for target in iter if … if …` of a comprehension.
#[derive(Debug)]
pub struct Comprehension {
    pub is_async: bool,
    pub target: Expr,
    pub iter: Expr,
    pub conditions: Vec<Expr>,
    pub span: Span,
}

/// `{value!conversion:format_spec}` of an f-string.
#[derive(Debug)]
pub struct FormattedValue {
    pub value: Expr,
    /// `s`, `r` or `a`. Already `r` for a bare `{value=}`.
    pub conversion: Option<char>,
    /// A [`ExprKind::JoinedStr`].
    pub format_spec: Option<Expr>,
}

/// `{value!conversion:format_spec}` of a t-string.
#[derive(Debug)]
pub struct Interpolation {
    pub value: Expr,
    /// The source text of the expression.
    pub text: Wtf8,
    pub conversion: Option<char>,
    /// A [`ExprKind::JoinedStr`].
    pub format_spec: Option<Expr>,
}

#[derive(Debug)]
pub struct Slice {
    pub lower: Option<Expr>,
    pub upper: Option<Expr>,
    pub step: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    Int(i64),
    /// An integer that does not fit `i64`.
    BigInt(Box<BigIntLiteral>),
    Float(f64),
    /// The imaginary part of a complex constant whose real part is zero.
    Imaginary(f64),
    /// `unicode_prefix`: the (first) literal is written with a `u` prefix.
    Str {
        value: Wtf8,
        unicode_prefix: bool,
    },
    Bytes(Box<[u8]>),
}

/// An integer too large for `i64`: the digits, in ASCII and without underscores or prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigIntLiteral {
    /// 2, 8, 10 or 16.
    pub radix: u32,
    pub digits: Box<str>,
}

/// The value of a string constant: UTF-8, generalised so that lone surrogates (`"\ud800"`) have their three-byte
/// form too (WTF-8, except that two adjacent surrogates stay two).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Wtf8(Box<[u8]>);

impl Wtf8 {
    /// `bytes` must be UTF-8 but for encoded surrogates.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Wtf8 {
        Wtf8(bytes.into_boxed_slice())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if it holds no surrogate.
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }
}

impl core::fmt::Debug for Wtf8 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.as_str() {
            Some(text) => text.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    Invert,
    Not,
    Plus,
    Minus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOperator {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOperator {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}
