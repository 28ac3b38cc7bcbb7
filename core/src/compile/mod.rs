//! Front end, second half: syntax tree to code prototype. Knows the instruction set, but no values and no VM.
//!
//! The symbol table decides where every name lives; then one walk over the tree writes instructions into a
//! [`unit::Unit`] for each code object. Variables have fixed registers, temporaries are allocated like a stack above
//! them. An expression is compiled *into* a destination register, or to an [`unit::Operand`]: a local variable is used
//! where it stands, anything else comes in a temporary that its reader consumes.

mod annotations;
mod call;
mod class;
mod comprehension;
mod condition;
mod control;
mod display;
mod exceptions;
mod expr;
mod fold;
mod function;
mod future;
mod layout;
mod loops;
mod mangle;
mod names;
mod pattern;
mod stmt;
mod symbols;
mod symtable;
mod symtable_build;
mod target;
#[cfg(test)]
mod tests;
mod type_params;
mod unit;
mod unparse;
mod warn;

pub use fold::literal;
pub use symbols::{ScopeSymbols, symbols};

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::code::isa::Op;
use crate::code::{CodeFlags, CodePrototype};
use crate::syntax::ast::{Module, Parameters, Span};
use crate::syntax::{Source, SyntaxError, SyntaxErrorKind, SyntaxWarning};
use symtable::{Role, Scope, ScopeId, ScopeKind, SymbolTable};
use unit::{Unit, Variable};

/// What `compile()` may be told.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    pub filename: &'a str,
    /// 0; 1 drops asserts and makes `__debug__` false; 2 drops docstrings too.
    pub optimize: u8,
    /// Annotations as strings, as after `from __future__ import annotations`.
    pub future_annotations: bool,
    /// `await` at the top level makes the module a coroutine (`PyCF_ALLOW_TOP_LEVEL_AWAIT`).
    pub top_level_await: bool,
}

impl<'a> Options<'a> {
    pub fn new(filename: &'a str) -> Options<'a> {
        Options { filename, optimize: 0, future_annotations: false, top_level_await: false }
    }
}

/// A compiled module and what was noticed on the way.
#[derive(Debug)]
pub struct Compiled {
    pub code: CodePrototype,
    pub warnings: Vec<SyntaxWarning>,
    /// `from __future__ import annotations` is in force (input that follows in the same session inherits it).
    pub future_annotations: bool,
    /// `from __future__ import barry_as_FLUFL` was seen.
    pub barry_as_flufl: bool,
}

pub(crate) type Result<T> = core::result::Result<T, Box<SyntaxError>>;

/// Deepest nesting of statements and expressions that is compiled: bounded by a native stack of 256 KiB.
const MAX_DEPTH: u32 = 200;

/// Compiles a parsed module; `source` is what it was parsed from.
///
/// Errors are those of CPython's symbol table and compiler.
pub fn compile(module: &Module, source: &Source, options: &Options<'_>) -> Result<Compiled> {
    let mut features = future::features(module, source)?;
    features.annotations |= options.future_annotations;
    let mut table = SymbolTable::new(module, source, features.annotations)?;
    let warnings = core::mem::take(&mut table.warnings);
    let mut compiler = Compiler {
        source,
        unit: Unit::new(0, Rc::from(""), Rc::from(""), 1),
        outer: Vec::new(),
        table,
        filename: Rc::from(options.filename),
        optimize: options.optimize,
        future_annotations: features.annotations,
        future_end: features.end,
        top_level_await: options.top_level_await,
        interactive: matches!(module, Module::Single(_)),
        depth: 0,
        warnings,
    };
    let code = compiler.module(module)?;
    Ok(Compiled { code, warnings: compiler.warnings, future_annotations: features.annotations, barry_as_flufl: features.barry_as_flufl })
}

/// A syntax error at a place in the source.
pub(crate) fn fail(source: &Source, message: impl Into<String>, span: Span) -> Box<SyntaxError> {
    error_of_kind(source, SyntaxErrorKind::SyntaxError, message.into(), span)
}

fn too_deep(source: &Source, span: Span) -> Box<SyntaxError> {
    let message = String::from("maximum recursion depth exceeded during compilation");
    error_of_kind(source, SyntaxErrorKind::RecursionError, message, span)
}

fn error_of_kind(source: &Source, kind: SyntaxErrorKind, message: String, span: Span) -> Box<SyntaxError> {
    let (line, column) = place(source, span.start);
    let (end_line, end_column) = place(source, span.end);
    let mut text = String::from(source.line_text(line));
    text.push('\n');
    Box::new(SyntaxError { kind, message, line, column, end_line, end_column, text })
}

/// Line and column of an offset, both from 1, the column in characters.
fn place(source: &Source, offset: u32) -> (u32, u32) {
    let (line, bytes) = source.lines().line_column(offset);
    let text = source.line_text(line);
    let before = text.get(..bytes as usize).unwrap_or(text);
    (line, before.chars().count() as u32 + 1)
}

/// The compiler of one module.
pub(crate) struct Compiler<'a> {
    source: &'a Source,
    table: SymbolTable<'a>,
    /// The unit being written.
    unit: Unit<'a>,
    /// The units around it, outermost first.
    outer: Vec<Unit<'a>>,
    filename: Rc<str>,
    optimize: u8,
    future_annotations: bool,
    /// `from __future__` imports must end here.
    future_end: u32,
    top_level_await: bool,
    interactive: bool,
    depth: u32,
    warnings: Vec<SyntaxWarning>,
}

/// The names of a unit's first registers.
#[derive(Clone, Copy)]
enum ParameterNames<'a> {
    Of(&'a Parameters),
    Fixed(&'static [&'static str]),
}

/// What kind of code a unit is, beyond its scope.
#[derive(Default)]
struct UnitShape {
    argument_count: u16,
    positional_only_count: u16,
    keyword_only_count: u16,
    flags: u32,
}

impl<'a> Compiler<'a> {
    fn fail<T>(&self, message: impl Into<String>, span: Span) -> Result<T> {
        Err(fail(self.source, message, span))
    }

    fn descend(&mut self, span: Span) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(too_deep(self.source, span)) } else { Ok(()) }
    }

    fn line(&self, span: Span) -> u32 {
        self.source.lines().line(span.start)
    }

    fn scope(&self) -> &Scope<'a> {
        &self.table.scopes[self.unit.scope]
    }

    /// The scope that names are looked up in: an inlined comprehension's, or the unit's.
    fn current_scope(&self) -> ScopeId {
        self.unit.comprehensions.last().map_or(self.unit.scope, |open| open.scope)
    }

    fn scope_of<T>(&self, node: &T, role: Role) -> ScopeId {
        self.table.scope_of(node, role).unwrap_or(0)
    }

    /// Starts a new unit inside the current one: lays out its registers and emits its first instructions.
    fn open_unit(&mut self, scope: ScopeId, name: &str, span: Span, parameters: ParameterNames<'a>) {
        let qualified_name = self.qualified_name(scope, name);
        let unit = Unit::new(scope, Rc::from(name), qualified_name, self.line(span));
        self.outer.push(core::mem::replace(&mut self.unit, unit));
        self.lay_out_registers(parameters);
        self.emit_prologue(span);
    }

    /// Ends the current unit. The index among the children of the one around it.
    fn close_unit(&mut self, shape: UnitShape, span: Span) -> Result<u16> {
        let Some(around) = self.outer.pop() else { return Ok(0) };
        let inner = core::mem::replace(&mut self.unit, around);
        let reachable = self.unit.reachable;
        let captures = if reachable { self.captures(inner.scope) } else { Vec::new() };
        let code = self.finish(inner, shape, captures, span)?;
        if !reachable {
            return Ok(0);
        }
        self.unit.children.push(code);
        Ok((self.unit.children.len() - 1).min(u16::MAX as usize) as u16)
    }

    fn finish(&mut self, mut unit: Unit<'a>, shape: UnitShape, captures: Vec<crate::code::Capture>, span: Span) -> Result<CodePrototype> {
        if unit.reachable {
            unit.emit_last(Span::NOWHERE, Op::ReturnNone, 0);
        }
        if unit.instructions.is_empty() {
            unit.reachable = true;
            unit.emit_last(Span::NOWHERE, Op::ReturnNone, 0);
        }
        let scope = &self.table.scopes[unit.scope];
        let mut flags = shape.flags;
        if scope.kind.is_function_like() {
            flags |= CodeFlags::OPTIMIZED | CodeFlags::NEWLOCALS;
        } else {
            flags |= CodeFlags::NAMESPACE;
        }
        if scope.nested && scope.kind.is_function_like() {
            flags |= CodeFlags::NESTED;
        }
        flags |= match (scope.is_generator, scope.is_coroutine) {
            (true, true) => CodeFlags::ASYNC_GENERATOR,
            (true, false) => CodeFlags::GENERATOR,
            (false, true) => CodeFlags::COROUTINE,
            (false, false) => 0,
        };
        if self.future_annotations {
            flags |= CodeFlags::FUTURE_ANNOTATIONS;
        }
        if unit.docstring.is_some() && scope.kind == ScopeKind::Function {
            flags |= CodeFlags::HAS_DOCSTRING;
        }
        let header = layout::Header {
            filename: self.filename.clone(),
            flags: CodeFlags(flags),
            argument_count: shape.argument_count,
            positional_only_count: shape.positional_only_count,
            keyword_only_count: shape.keyword_only_count,
            free_names: scope.free_names.clone(),
            captures,
        };
        layout::finish(unit, header, self.source.lines()).or_else(|limit| self.fail(limit, span))
    }

    fn qualified_name(&self, scope: ScopeId, name: &str) -> Rc<str> {
        let mut parent = &self.unit;
        let mut around = self.outer.iter().rev();
        while self.table.scopes[parent.scope].kind == ScopeKind::TypeParameters {
            match around.next() {
                Some(unit) if !unit.name.is_empty() => parent = unit,
                _ => return Rc::from(name),
            }
        }
        let parent_scope = &self.table.scopes[parent.scope];
        let kind = self.table.scopes[scope].kind;
        let declared_global = matches!(kind, ScopeKind::Function | ScopeKind::Class)
            && parent_scope.symbol(&parent_scope.mangle(&Rc::from(name))).is_some_and(|symbol| symbol.flags & symtable::flag::GLOBAL != 0);
        if parent_scope.kind == ScopeKind::Module || declared_global || parent.name.is_empty() {
            return Rc::from(name);
        }
        let infix = if parent_scope.kind.is_function_like() { ".<locals>." } else { "." };
        let mut qualified = String::from(&*parent.qualified_name);
        qualified.push_str(infix);
        qualified.push_str(name);
        Rc::from(qualified)
    }

    /// Gives every variable of the unit its register.
    fn lay_out_registers(&mut self, parameters: ParameterNames<'a>) {
        let id = self.unit.scope;
        let scope = &self.table.scopes[id];
        let unit = &mut self.unit;
        if scope.kind.is_function_like() {
            if let ParameterNames::Of(parameters) = parameters {
                let positional = parameters.positional_only.iter().chain(&parameters.positional);
                let starred = parameters.vararg.iter().chain(&parameters.kwarg).map(|parameter| &**parameter);
                for parameter in positional.chain(&parameters.keyword_only).chain(starred) {
                    let name = scope.mangle(&parameter.name);
                    let cell = scope.symbol(&name).is_some_and(|symbol| symbol.cell);
                    unit.add_variable(name, cell);
                }
            }
            if let ParameterNames::Fixed(names) = parameters {
                names.iter().for_each(|name| unit.add_variable(Rc::from(*name), false));
            }
            unit.parameter_count = unit.local_names.len() as u16;
            for symbol in &scope.symbols {
                if symbol.resolution == symtable::Resolution::Local && !unit.variables.contains_key(&symbol.name) {
                    unit.add_variable(symbol.name.clone(), symbol.cell);
                }
            }
        } else {
            unit.add_variable(Rc::from(".namespace"), false);
            unit.parameter_count = 1;
            unit.variables.clear();
            if scope.kind == ScopeKind::Class {
                for name in symtable::class_cells(scope) {
                    unit.add_variable(name, true);
                }
            }
        }
        for symbol in &scope.symbols {
            if symbol.flags & symtable::flag::DELETED != 0
                && let Some(Variable { register, cell: false }) = unit.variables.get(&symbol.name).copied()
            {
                unit.deletable.push(register);
            }
        }
        for register in 0..unit.parameter_count {
            unit.assigned.insert(register);
        }
        self.lay_out_comprehensions();
        self.unit.seal_locals();
    }

    /// Comprehensions that are not inside each other share registers for variables of equal names.
    fn lay_out_comprehensions(&mut self) {
        let unit = &mut self.unit;
        let first = unit.local_names.len() as u16;
        for &id in &self.table.scopes[unit.scope].comprehensions {
            let mut taken: Vec<u16> = Vec::new();
            let mut outer = self.table.scopes[id].parent;
            while let Some(scope) = outer.filter(|scope| *scope != unit.scope) {
                if let Some(map) = unit.comprehension_variables.get(&scope) {
                    taken.extend(map.values().map(|variable| variable.register));
                }
                outer = self.table.scopes[scope].parent;
            }
            let mut map = unit::VariableMap::with_hasher(foldhash::fast::FixedState::default());
            for symbol in &self.table.scopes[id].symbols {
                if symbol.resolution != symtable::Resolution::Local {
                    continue;
                }
                let reusable = (first..unit.local_names.len() as u16).find(|register| {
                    unit.local_names.get(*register as usize) == Some(&symbol.name) && unit.cell_registers.contains(register) == symbol.cell && !taken.contains(register)
                });
                let register = reusable.unwrap_or_else(|| unit.add_register(symbol.name.clone(), symbol.cell));
                map.insert(symbol.name.clone(), Variable { register, cell: symbol.cell });
            }
            unit.comprehension_variables.insert(id, map);
        }
    }

    /// The generator's first instruction, then the unit's cells.
    fn emit_prologue(&mut self, span: Span) {
        let scope = &self.table.scopes[self.unit.scope];
        if scope.is_generator || scope.is_coroutine {
            let x = match (scope.is_generator, scope.is_coroutine) {
                (true, true) => 2,
                (false, _) => 1,
                _ => 0,
            };
            self.unit.emit(span, Op::MakeGenerator, x, 0, 0, 0);
        }
        // Those of comprehensions too: the verifier wants a cell in every cell's register at any time.
        for index in 0..self.unit.cell_registers.len() {
            let register = self.unit.cell_registers.get(index).copied().unwrap_or_default();
            self.unit.emit(span, Op::MakeCell, 0, register, 0, 0);
        }
    }
}
