//! Syntax trees back from Python, for `compile()`: the parser's tree out of the nested tuples that `_ast._plain` makes of an object tree.
//! What nodes must hold has been checked there; a shape that is wrong all the same (somebody replaced that function) is a SystemError.

use super::{Res, Vm};
use crate::object::exception::Ex;
use crate::object::header::Kind;
use crate::object::list::List;
use crate::object::number::{Integer, Number};
use crate::object::set::table_of;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::syntax::Source;
use crate::syntax::ast::*;
use crate::syntax::source::LineIndex;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Deepest nesting that is read: what the compiler takes, and some more, so that it can say where it is too deep.
const MAX_DEPTH: u32 = 210;
/// Lines beyond are taken for this one.
const MAX_LINE: u32 = 1 << 22;

/// Why a tree cannot be read.
enum Wrong {
    Shape,
    TooDeep,
    FrozenSet,
}

type Read<T> = Result<T, Wrong>;

/// The parser's tree and a source without text that knows its lines.
///
/// # Errors
/// SystemError, RecursionError; NotImplementedError for frozensets among the constants.
pub fn read(vm: &mut Vm, plain: &Value) -> Res<(Module, Source)> {
    let mut reader = Reader { lines: lines_of(plain), names: BTreeSet::new(), depth: 0 };
    match reader.module(plain) {
        Ok(module) => Ok((module, Source::without_text(reader.lines))),
        Err(Wrong::Shape) => Err(vm.raise(Ex::SystemError, "a syntax tree of an impossible shape")),
        Err(Wrong::TooDeep) => Err(vm.raise(Ex::RecursionError, "maximum recursion depth exceeded during ast construction")),
        Err(Wrong::FrozenSet) => Err(vm.raise(Ex::NotImplementedError, "frozensets as constants of syntax trees")),
    }
}

/// Lines that are long enough for all places in the tree.
fn lines_of(plain: &Value) -> LineIndex {
    let mut widths: Vec<u32> = Vec::new();
    let mut pending = Vec::from([plain.clone()]);
    while let Some(value) = pending.pop() {
        if let Some(place) = value.get_exact::<Tuple>().and_then(|node| node.items().get(1)).and_then(place_of) {
            for [line, column] in place {
                let index = line as usize - 1;
                if widths.len() <= index {
                    widths.resize(index + 1, 0);
                }
                if let Some(width) = widths.get_mut(index) {
                    *width = (*width).max(column);
                }
            }
        }
        pending.extend(items(&value).into_iter().flatten().filter(|item| matches!(item.kind(), Kind::Tuple | Kind::List)).cloned());
    }
    LineIndex::of_widths(&widths)
}

fn items(value: &Value) -> Option<&[Value]> {
    if let Some(tuple) = value.get_exact::<Tuple>() {
        return Some(tuple.items());
    }
    value.get_exact::<List>().map(|list| list.items.get().as_slice())
}

/// Line (from 1) and column of the start and the end.
fn place_of(value: &Value) -> Option<[[u32; 2]; 2]> {
    let [line, column, end_line, end_column] = value.get_exact::<Tuple>()?.items() else { return None };
    let number = |value: &Value, least: u32, most: u32| Some(value.as_small_int()?.clamp(i64::from(least), i64::from(most)) as u32);
    let point = |line, column| Some([number(line, 1, MAX_LINE)?, number(column, 0, i32::MAX as u32)?]);
    Some([point(line, column)?, point(end_line, end_column)?])
}

/// A node taken apart.
struct Node<'v> {
    name: &'v str,
    span: Span,
    fields: &'v [Value],
}

struct Reader {
    lines: LineIndex,
    /// Equal names share one allocation.
    names: BTreeSet<Ident>,
    depth: u32,
}

impl Reader {
    fn node<'v>(&self, value: &'v Value) -> Read<Node<'v>> {
        let [name, place, fields @ ..] = value.get_exact::<Tuple>().map(Tuple::items).unwrap_or_default() else { return Err(Wrong::Shape) };
        let name = name.get::<Str>().and_then(|name| core::str::from_utf8(name.bytes()).ok()).ok_or(Wrong::Shape)?;
        let span = match place_of(place) {
            Some([[line, column], [end_line, end_column]]) => Span::new(self.offset(line, column), self.offset(end_line, end_column)),
            None => Span::default(),
        };
        Ok(Node { name, span, fields })
    }

    fn offset(&self, line: u32, column: u32) -> u32 {
        let start = self.lines.start(line);
        start.saturating_add(column).min(self.lines.start(line + 1).saturating_sub(1).max(start))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Wrong::TooDeep);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn identifier(&mut self, value: &Value) -> Read<Ident> {
        let text = value.get::<Str>().ok_or(Wrong::Shape)?.to_string_lossy();
        if let Some(known) = self.names.get(&*text) {
            return Ok(known.clone());
        }
        let name: Ident = Rc::from(&*text);
        self.names.insert(name.clone());
        Ok(name)
    }

    fn optional_identifier(&mut self, value: &Value) -> Read<Option<Ident>> {
        if value.is_none() { Ok(None) } else { self.identifier(value).map(Some) }
    }

    fn list<T>(&mut self, value: &Value, mut each: impl FnMut(&mut Self, &Value) -> Read<T>) -> Read<Vec<T>> {
        items(value).ok_or(Wrong::Shape)?.iter().map(|item| each(self, item)).collect()
    }

    // ---- statements

    fn module(&mut self, value: &Value) -> Read<Module> {
        let node = self.node(value)?;
        match (node.name, node.fields) {
            ("Module", [body, _]) => self.statements(body).map(Module::Exec),
            ("Interactive", [body]) => self.statements(body).map(Module::Single),
            ("Expression", [body]) => Ok(Module::Eval(Box::new(self.expression(body)?))),
            _ => Err(Wrong::Shape),
        }
    }

    fn statements(&mut self, value: &Value) -> Read<Vec<Stmt>> {
        self.list(value, Self::statement)
    }

    fn statement(&mut self, value: &Value) -> Read<Stmt> {
        let node = self.node(value)?;
        let span = node.span;
        let kind = self.deeper(|this| this.statement_kind(node))?;
        Ok(Stmt { kind, span })
    }

    fn statement_kind(&mut self, node: Node<'_>) -> Read<StmtKind> {
        Ok(match (node.name, node.fields) {
            (name @ ("FunctionDef" | "AsyncFunctionDef"), [function, parameters, body, decorators, returns, _, type_params]) => {
                StmtKind::FunctionDef(Box::new(FunctionDef {
                    name: self.identifier(function)?,
                    is_async: name == "AsyncFunctionDef",
                    decorators: self.expressions(decorators)?,
                    type_params: self.type_params(type_params)?,
                    parameters: self.parameters(parameters)?,
                    returns: self.optional(returns)?,
                    body: self.statements(body)?,
                }))
            }
            ("ClassDef", [name, bases, keywords, body, decorators, type_params]) => StmtKind::ClassDef(Box::new(ClassDef {
                name: self.identifier(name)?,
                decorators: self.expressions(decorators)?,
                type_params: self.type_params(type_params)?,
                arguments: self.expressions(bases)?,
                keywords: self.keywords(keywords)?,
                body: self.statements(body)?,
            })),
            ("Return", [value]) => StmtKind::Return(self.optional(value)?),
            ("Delete", [targets]) => StmtKind::Delete(self.expressions(targets)?),
            ("Assign", [targets, value, _]) => StmtKind::Assign { targets: self.expressions(targets)?, value: self.expression(value)? },
            ("AugAssign", [target, op, value]) => {
                StmtKind::AugAssign(Box::new(AugAssign { target: self.expression(target)?, op: operator(op)?, value: self.expression(value)? }))
            }
            ("AnnAssign", [target, annotation, value, simple]) => StmtKind::AnnAssign(Box::new(AnnAssign {
                target: self.expression(target)?,
                annotation: self.expression(annotation)?,
                value: self.optional(value)?,
                simple: number(simple)? != 0,
            })),
            ("TypeAlias", [name, type_params, value]) => {
                let (name, name_span) = self.plain_name(name)?;
                StmtKind::TypeAlias(Box::new(TypeAlias { name, name_span, type_params: self.type_params(type_params)?, value: self.expression(value)? }))
            }
            (name @ ("For" | "AsyncFor"), [target, iter, body, orelse, _]) => StmtKind::For(Box::new(For {
                is_async: name == "AsyncFor",
                target: self.expression(target)?,
                iter: self.expression(iter)?,
                body: self.statements(body)?,
                orelse: self.statements(orelse)?,
            })),
            ("While", [test, body, orelse]) => {
                StmtKind::While(Box::new(While { test: self.expression(test)?, body: self.statements(body)?, orelse: self.statements(orelse)? }))
            }
            ("If", [..]) => return self.chain_of_ifs(node),
            (name @ ("With" | "AsyncWith"), [items, body, _]) => {
                let items = self.list(items, |this, item| match this.node(item)?.fields {
                    [context, target] => Ok(WithItem { context: this.expression(context)?, target: this.optional(target)? }),
                    _ => Err(Wrong::Shape),
                })?;
                StmtKind::With(Box::new(With { is_async: name == "AsyncWith", items, body: self.statements(body)? }))
            }
            ("Match", [subject, cases]) => {
                let subject = self.expression(subject)?;
                let cases = self.list(cases, |this, case| match this.node(case)?.fields {
                    [pattern, guard, body] => Ok(MatchCase { pattern: this.pattern(pattern)?, guard: this.optional(guard)?, body: this.statements(body)? }),
                    _ => Err(Wrong::Shape),
                })?;
                StmtKind::Match(Box::new(Match { subject, cases }))
            }
            ("Raise", [exception, cause]) => StmtKind::Raise(Box::new(Raise { exception: self.optional(exception)?, cause: self.optional(cause)? })),
            (name @ ("Try" | "TryStar"), [body, handlers, orelse, last]) => StmtKind::Try(Box::new(Try {
                body: self.statements(body)?,
                handlers: self.list(handlers, Self::handler)?,
                orelse: self.statements(orelse)?,
                finalbody: self.statements(last)?,
                is_star: name == "TryStar",
            })),
            ("Assert", [test, message]) => StmtKind::Assert(Box::new(Assert { test: self.expression(test)?, message: self.optional(message)? })),
            ("Import", [names]) => StmtKind::Import(self.list(names, Self::alias)?),
            ("ImportFrom", [module, names, level]) => StmtKind::ImportFrom(Box::new(ImportFrom {
                module: self.optional_identifier(module)?,
                names: self.list(names, Self::alias)?,
                level: u32::try_from(number(level)?).map_err(|_| Wrong::Shape)?,
            })),
            ("Global", [names]) => StmtKind::Global(self.list(names, Self::identifier)?),
            ("Nonlocal", [names]) => StmtKind::Nonlocal(self.list(names, Self::identifier)?),
            ("Expr", [value]) => StmtKind::Expr(self.expression(value)?),
            ("Pass", []) => StmtKind::Pass,
            ("Break", []) => StmtKind::Break,
            ("Continue", []) => StmtKind::Continue,
            _ => return Err(Wrong::Shape),
        })
    }

    /// An `if` whose only alternative is another one is its `elif`.
    fn chain_of_ifs(&mut self, mut node: Node<'_>) -> Read<StmtKind> {
        let mut branches = Vec::new();
        loop {
            let [test, body, orelse] = node.fields else { return Err(Wrong::Shape) };
            let span = node.span;
            branches.push(IfBranch { test: self.expression(test)?, body: self.statements(body)?, span });
            if let Some([only]) = items(orelse) {
                let next = self.node(only)?;
                if next.name == "If" {
                    node = next;
                    continue;
                }
            }
            return Ok(StmtKind::If { branches, orelse: self.statements(orelse)? });
        }
    }

    fn handler(&mut self, value: &Value) -> Read<ExceptHandler> {
        let node = self.node(value)?;
        let [exception, name, body] = node.fields else { return Err(Wrong::Shape) };
        Ok(ExceptHandler { exception: self.optional(exception)?, name: self.optional_identifier(name)?, body: self.statements(body)?, span: node.span })
    }

    fn alias(&mut self, value: &Value) -> Read<Alias> {
        let node = self.node(value)?;
        let [name, asname] = node.fields else { return Err(Wrong::Shape) };
        Ok(Alias { name: self.identifier(name)?, asname: self.optional_identifier(asname)?, span: node.span })
    }

    fn parameters(&mut self, value: &Value) -> Read<Parameters> {
        let node = self.node(value)?;
        let [positional_only, positional, vararg, keyword_only, keyword_defaults, kwarg, defaults] = node.fields else { return Err(Wrong::Shape) };
        let mut parameters = Parameters {
            positional_only: self.list(positional_only, Self::parameter)?,
            positional: self.list(positional, Self::parameter)?,
            vararg: self.optional_parameter(vararg)?,
            keyword_only: self.list(keyword_only, Self::parameter)?,
            kwarg: self.optional_parameter(kwarg)?,
        };
        let defaults = self.expressions(defaults)?;
        let last_first = parameters.positional_only.iter_mut().chain(&mut parameters.positional).rev();
        for (parameter, default) in last_first.zip(defaults.into_iter().rev()) {
            parameter.default = Some(default);
        }
        let keyword_defaults = self.list(keyword_defaults, Self::optional)?;
        for (parameter, default) in parameters.keyword_only.iter_mut().zip(keyword_defaults) {
            parameter.default = default;
        }
        Ok(parameters)
    }

    fn parameter(&mut self, value: &Value) -> Read<Parameter> {
        let node = self.node(value)?;
        let [name, annotation, _] = node.fields else { return Err(Wrong::Shape) };
        Ok(Parameter { name: self.identifier(name)?, annotation: self.optional(annotation)?, default: None, span: node.span })
    }

    fn optional_parameter(&mut self, value: &Value) -> Read<Option<Box<Parameter>>> {
        if value.is_none() { Ok(None) } else { Ok(Some(Box::new(self.parameter(value)?))) }
    }

    fn keywords(&mut self, value: &Value) -> Read<Vec<Keyword>> {
        self.list(value, |this, keyword| {
            let node = this.node(keyword)?;
            let [name, value] = node.fields else { return Err(Wrong::Shape) };
            Ok(Keyword { name: this.optional_identifier(name)?, value: this.expression(value)?, span: node.span })
        })
    }

    fn type_params(&mut self, value: &Value) -> Read<Vec<TypeParam>> {
        self.list(value, |this, parameter| {
            let node = this.node(parameter)?;
            let (name, kind, default) = match (node.name, node.fields) {
                ("TypeVar", [name, bound, default]) => (name, TypeParamKind::TypeVar { bound: this.optional(bound)? }, default),
                ("TypeVarTuple", [name, default]) => (name, TypeParamKind::TypeVarTuple, default),
                ("ParamSpec", [name, default]) => (name, TypeParamKind::ParamSpec, default),
                _ => return Err(Wrong::Shape),
            };
            Ok(TypeParam { name: this.identifier(name)?, kind, default: this.optional(default)?, span: node.span })
        })
    }

    // ---- patterns

    fn patterns(&mut self, value: &Value) -> Read<Vec<Pattern>> {
        self.list(value, Self::pattern)
    }

    fn pattern(&mut self, value: &Value) -> Read<Pattern> {
        let node = self.node(value)?;
        let span = node.span;
        let kind = self.deeper(|this| {
            Ok(match (node.name, node.fields) {
                ("MatchValue", [value]) => PatternKind::Value(Box::new(this.expression(value)?)),
                ("MatchSingleton", [value]) => PatternKind::Singleton(match (value.is_none(), value.as_bool()) {
                    (true, _) => Constant::None,
                    (_, Some(true)) => Constant::True,
                    (_, Some(false)) => Constant::False,
                    _ => return Err(Wrong::Shape),
                }),
                ("MatchSequence", [patterns]) => PatternKind::Sequence(this.patterns(patterns)?),
                ("MatchMapping", [keys, patterns, rest]) => PatternKind::Mapping(Box::new(MappingPattern {
                    keys: this.expressions(keys)?,
                    patterns: this.patterns(patterns)?,
                    rest: this.optional_identifier(rest)?,
                })),
                ("MatchClass", [class, patterns, names, named]) => {
                    let (class, patterns) = (this.expression(class)?, this.patterns(patterns)?);
                    let (names, named) = (this.list(names, Self::identifier)?, this.patterns(named)?);
                    let keywords = names.into_iter().zip(named).map(|(name, pattern)| KeywordPattern { name, span: pattern.span, pattern }).collect();
                    PatternKind::Class(Box::new(ClassPattern { class, patterns, keywords }))
                }
                ("MatchStar", [name]) => PatternKind::Star(this.optional_identifier(name)?),
                ("MatchAs", [pattern, name]) => {
                    let pattern = if pattern.is_none() { None } else { Some(Box::new(this.pattern(pattern)?)) };
                    PatternKind::As { pattern, name: this.optional_identifier(name)? }
                }
                ("MatchOr", [patterns]) => PatternKind::Or(this.patterns(patterns)?),
                _ => return Err(Wrong::Shape),
            })
        })?;
        Ok(Pattern { kind, span })
    }

    // ---- expressions

    fn expressions(&mut self, value: &Value) -> Read<Vec<Expr>> {
        self.list(value, Self::expression)
    }

    fn boxed_expressions(&mut self, value: &Value) -> Read<Box<[Expr]>> {
        self.expressions(value).map(Vec::into_boxed_slice)
    }

    fn optional(&mut self, value: &Value) -> Read<Option<Expr>> {
        if value.is_none() { Ok(None) } else { self.expression(value).map(Some) }
    }

    fn optional_box(&mut self, value: &Value) -> Read<Option<Box<Expr>>> {
        Ok(self.optional(value)?.map(Box::new))
    }

    /// An expression. Left operands may be chained without end, so they are no recursion.
    fn expression(&mut self, value: &Value) -> Read<Expr> {
        let mut links = Vec::new();
        let mut node = self.node(value)?;
        while matches!(node.name, "BinOp" | "Attribute" | "Subscript" | "Call") {
            let left = node.fields.first().ok_or(Wrong::Shape)?;
            let next = self.node(left)?;
            links.push(core::mem::replace(&mut node, next));
        }
        let span = node.span;
        let kind = self.deeper(|this| this.expression_kind(node))?;
        let mut expression = Expr { kind, span };
        while let Some(link) = links.pop() {
            let span = link.span;
            let left = Left(expression);
            let kind = self.deeper(|this| this.link(link, left))?;
            expression = Expr { kind, span };
        }
        Ok(expression)
    }

    fn link(&mut self, node: Node<'_>, left: Left) -> Read<ExprKind> {
        Ok(match (node.name, node.fields) {
            ("BinOp", [_, op, right]) => ExprKind::BinOp(Box::new(BinOp { left, op: operator(op)?, right: self.expression(right)? })),
            ("Attribute", [_, name, _]) => ExprKind::Attribute(Box::new(Attribute { value: left, attr: self.identifier(name)? })),
            ("Subscript", [_, index, _]) => ExprKind::Subscript(Box::new(Subscript { value: left, index: self.expression(index)? })),
            ("Call", [_, arguments, keywords]) => {
                ExprKind::Call(Box::new(Call { function: left, arguments: self.expressions(arguments)?, keywords: self.keywords(keywords)? }))
            }
            _ => return Err(Wrong::Shape),
        })
    }

    fn expression_kind(&mut self, node: Node<'_>) -> Read<ExprKind> {
        Ok(match (node.name, node.fields) {
            ("Constant", [value, kind]) => return self.constant(value, kind, node.span),
            ("Name", [name, _]) => ExprKind::Name(self.identifier(name)?),
            ("UnaryOp", [op, operand]) => {
                let op = match word(op)? {
                    "Invert" => UnaryOperator::Invert,
                    "Not" => UnaryOperator::Not,
                    "UAdd" => UnaryOperator::Plus,
                    "USub" => UnaryOperator::Minus,
                    _ => return Err(Wrong::Shape),
                };
                ExprKind::UnaryOp(Box::new(UnaryOp { op, operand: self.expression(operand)? }))
            }
            ("BoolOp", [op, values]) => {
                let op = match word(op)? {
                    "And" => BoolOperator::And,
                    "Or" => BoolOperator::Or,
                    _ => return Err(Wrong::Shape),
                };
                ExprKind::BoolOp(Box::new(BoolOp { op, values: self.expressions(values)? }))
            }
            ("Compare", [left, ops, comparators]) => {
                let left = self.expression(left)?;
                let ops = self.list(ops, |_, op| comparison(op))?;
                ExprKind::Compare(Box::new(Compare { left, comparisons: ops.into_iter().zip(self.expressions(comparators)?).collect() }))
            }
            ("NamedExpr", [target, value]) => {
                let (target, target_span) = self.plain_name(target)?;
                ExprKind::NamedExpr(Box::new(NamedExpr { target, target_span, value: self.expression(value)? }))
            }
            ("Lambda", [parameters, body]) => ExprKind::Lambda(Box::new(Lambda { parameters: self.parameters(parameters)?, body: self.expression(body)? })),
            ("IfExp", [test, body, orelse]) => {
                ExprKind::IfExp(Box::new(IfExp { test: self.expression(test)?, body: self.expression(body)?, orelse: self.expression(orelse)? }))
            }
            ("Tuple", [values, _]) => ExprKind::Tuple(self.boxed_expressions(values)?),
            ("List", [values, _]) => ExprKind::List(self.boxed_expressions(values)?),
            ("Set", [values]) => ExprKind::Set(self.boxed_expressions(values)?),
            ("Dict", [keys, values]) => {
                let keys = self.list(keys, Self::optional)?;
                ExprKind::Dict(keys.into_iter().zip(self.expressions(values)?).map(|(key, value)| DictItem { key, value }).collect())
            }
            ("ListComp", [element, generators]) => ExprKind::ListComp(self.comprehension(element, generators)?),
            ("SetComp", [element, generators]) => ExprKind::SetComp(self.comprehension(element, generators)?),
            ("GeneratorExp", [element, generators]) => ExprKind::GeneratorExp(self.comprehension(element, generators)?),
            ("DictComp", [key, value, generators]) => {
                ExprKind::DictComp(Box::new(DictComp { key: self.expression(key)?, value: self.expression(value)?, generators: self.generators(generators)? }))
            }
            ("Await", [value]) => ExprKind::Await(Box::new(self.expression(value)?)),
            ("Yield", [value]) => ExprKind::Yield(self.optional_box(value)?),
            ("YieldFrom", [value]) => ExprKind::YieldFrom(Box::new(self.expression(value)?)),
            ("JoinedStr", [values]) => ExprKind::JoinedStr(self.boxed_expressions(values)?),
            ("TemplateStr", [values]) => ExprKind::TemplateStr(self.boxed_expressions(values)?),
            ("FormattedValue", [value, conversion, spec]) => ExprKind::FormattedValue(Box::new(FormattedValue {
                value: self.expression(value)?,
                conversion: conversion_of(conversion)?,
                format_spec: self.optional(spec)?,
            })),
            ("Interpolation", [value, text, conversion, spec]) => ExprKind::Interpolation(Box::new(Interpolation {
                value: self.expression(value)?,
                text: wtf8(text)?,
                conversion: conversion_of(conversion)?,
                format_spec: self.optional(spec)?,
            })),
            ("Starred", [value, _]) => ExprKind::Starred(Box::new(self.expression(value)?)),
            ("Slice", [lower, upper, step]) => {
                ExprKind::Slice(Box::new(Slice { lower: self.optional(lower)?, upper: self.optional(upper)?, step: self.optional(step)? }))
            }
            _ => return Err(Wrong::Shape),
        })
    }

    fn comprehension(&mut self, element: &Value, generators: &Value) -> Read<Box<ElementComp>> {
        Ok(Box::new(ElementComp { element: self.expression(element)?, generators: self.generators(generators)? }))
    }

    fn generators(&mut self, value: &Value) -> Read<Vec<Comprehension>> {
        self.list(value, |this, generator| match this.node(generator)?.fields {
            [target, iter, conditions, is_async] => {
                let (target, iter) = (this.expression(target)?, this.expression(iter)?);
                let span = target.span.to(iter.span);
                Ok(Comprehension { is_async: number(is_async)? != 0, target, iter, conditions: this.expressions(conditions)?, span })
            }
            _ => Err(Wrong::Shape),
        })
    }

    /// The name and place of a `Name`.
    fn plain_name(&mut self, value: &Value) -> Read<(Ident, Span)> {
        let node = self.node(value)?;
        match (node.name, node.fields) {
            ("Name", [name, _]) => Ok((self.identifier(name)?, node.span)),
            _ => Err(Wrong::Shape),
        }
    }

    /// A constant. What has no literal of its own becomes the expression that the compiler folds to it.
    fn constant(&mut self, value: &Value, kind: &Value, span: Span) -> Read<ExprKind> {
        if let Some(items) = value.get_exact::<Tuple>().map(Tuple::items) {
            let items = items.iter().map(|item| self.deeper(|this| Ok(Expr { kind: this.constant(item, &Value::NONE, span)?, span })));
            return Ok(ExprKind::Tuple(items.collect::<Read<Vec<Expr>>>()?.into_boxed_slice()));
        }
        let constant = if value.is_none() {
            Constant::None
        } else if let Some(truth) = value.as_bool() {
            if truth { Constant::True } else { Constant::False }
        } else if value.kind() == Kind::Ellipsis {
            Constant::Ellipsis
        } else if value.get::<Str>().is_some() {
            Constant::Str { value: wtf8(value)?, unicode_prefix: kind.get::<Str>().is_some_and(|kind| kind.bytes() == b"u") }
        } else if let Some(bytes) = value.get::<crate::object::bytes::Bytes>() {
            Constant::Bytes(bytes.data().into())
        } else {
            match Number::of(value) {
                Some(Number::Int(number)) => return Ok(integer(number, span)),
                Some(Number::Float(number)) => Constant::Float(number),
                Some(Number::Complex(0.0, imaginary)) => Constant::Imaginary(imaginary),
                Some(Number::Complex(real, imaginary)) => {
                    let part = |constant| Expr { kind: ExprKind::Constant(constant), span };
                    return Ok(ExprKind::BinOp(Box::new(BinOp {
                        left: Left(part(Constant::Float(real))),
                        op: Operator::Add,
                        right: part(Constant::Imaginary(imaginary)),
                    })));
                }
                None if table_of(value).is_some() => return Err(Wrong::FrozenSet),
                None => return Err(Wrong::Shape),
            }
        };
        Ok(ExprKind::Constant(constant))
    }
}

/// Digits have no sign: a large negative number is the negation of a positive one.
fn integer(number: Integer<'_>, span: Span) -> ExprKind {
    if let Some(small) = number.to_i64() {
        return ExprKind::Constant(Constant::Int(small));
    }
    let text = number.to_big().to_string();
    let digits = Box::from(text.trim_start_matches('-'));
    let magnitude = ExprKind::Constant(Constant::BigInt(Box::new(BigIntLiteral { radix: 10, digits })));
    if !number.is_negative() {
        return magnitude;
    }
    ExprKind::UnaryOp(Box::new(UnaryOp { op: UnaryOperator::Minus, operand: Expr { kind: magnitude, span } }))
}

fn number(value: &Value) -> Read<i64> {
    value.as_small_int().ok_or(Wrong::Shape)
}

fn word(value: &Value) -> Read<&str> {
    value.get::<Str>().and_then(|word| core::str::from_utf8(word.bytes()).ok()).ok_or(Wrong::Shape)
}

fn wtf8(value: &Value) -> Read<Wtf8> {
    value.get::<Str>().map(|text| Wtf8::from_bytes(text.bytes().to_vec())).ok_or(Wrong::Shape)
}

fn conversion_of(value: &Value) -> Read<Option<char>> {
    match number(value)? {
        -1 => Ok(None),
        code => u32::try_from(code).ok().and_then(char::from_u32).filter(|code| matches!(code, 's' | 'r' | 'a')).map(Some).ok_or(Wrong::Shape),
    }
}

fn operator(value: &Value) -> Read<Operator> {
    Ok(match word(value)? {
        "Add" => Operator::Add,
        "Sub" => Operator::Sub,
        "Mult" => Operator::Mult,
        "MatMult" => Operator::MatMult,
        "Div" => Operator::Div,
        "Mod" => Operator::Mod,
        "Pow" => Operator::Pow,
        "LShift" => Operator::LShift,
        "RShift" => Operator::RShift,
        "BitOr" => Operator::BitOr,
        "BitXor" => Operator::BitXor,
        "BitAnd" => Operator::BitAnd,
        "FloorDiv" => Operator::FloorDiv,
        _ => return Err(Wrong::Shape),
    })
}

fn comparison(value: &Value) -> Read<CompareOperator> {
    Ok(match word(value)? {
        "Eq" => CompareOperator::Eq,
        "NotEq" => CompareOperator::NotEq,
        "Lt" => CompareOperator::Lt,
        "LtE" => CompareOperator::LtE,
        "Gt" => CompareOperator::Gt,
        "GtE" => CompareOperator::GtE,
        "Is" => CompareOperator::Is,
        "IsNot" => CompareOperator::IsNot,
        "In" => CompareOperator::In,
        "NotIn" => CompareOperator::NotIn,
        _ => return Err(Wrong::Shape),
    })
}
