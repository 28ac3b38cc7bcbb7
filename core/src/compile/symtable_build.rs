//! The first pass of the symbol table: walks the tree and notes what each scope does with its names.
//!
//! Visits in the order of CPython's symbol table, because "used prior to global declaration" depends on it.

use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;
use hashbrown::HashMap;

use super::symtable::{CLASS_DICT, CONDITIONAL_ANNOTATIONS, Role, Scope, ScopeId, ScopeKind, SymbolTable, flag};
use super::{MAX_DEPTH, Result, fail, too_deep};
use crate::syntax::ast::*;
use crate::syntax::{Source, SyntaxWarning};

struct Builder<'a, 's> {
    source: &'s Source,
    table: SymbolTable<'a>,
    current: ScopeId,
    depth: u32,
    future_annotations: bool,
    finally: Finally,
}

/// Where in a `finally` body the current statement stands, as far as exits from it go.
#[derive(Clone, Copy, Default)]
struct Finally {
    inside: bool,
    /// In a loop that is itself inside.
    in_loop: bool,
}

/// The scopes of a module with what they do with their names, not yet resolved.
pub(super) fn build<'a>(module: &'a Module, source: &Source, future_annotations: bool) -> Result<SymbolTable<'a>> {
    let table = SymbolTable {
        scopes: alloc::vec![Scope::new(ScopeKind::Module, 0, None)],
        index: HashMap::with_hasher(foldhash::fast::FixedState::default()),
        warnings: Vec::new(),
    };
    let mut builder = Builder { source, table, current: 0, depth: 0, future_annotations, finally: Finally::default() };
    match module {
        Module::Exec(body) | Module::Single(body) => builder.body(body)?,
        Module::Eval(expression) => builder.expr(expression)?,
    }
    Ok(builder.table)
}

impl<'a> Builder<'a, '_> {
    fn scope(&mut self) -> &mut Scope<'a> {
        &mut self.table.scopes[self.current]
    }

    fn fail<T>(&self, message: impl Into<alloc::string::String>, span: Span) -> Result<T> {
        Err(fail(self.source, message, span))
    }

    fn enter(&mut self, kind: ScopeKind, node: usize, role: Role) -> ScopeId {
        let outer = self.current;
        let id = self.table.scopes.len();
        let scope = Scope::new(kind, id, Some((outer, &self.table.scopes[outer])));
        if scope.unit != id {
            let unit = scope.unit;
            self.table.scopes[unit].comprehensions.push(id);
        }
        self.table.scopes.push(scope);
        self.table.index.insert((node, role), id);
        self.current = id;
        outer
    }

    /// Says what the current scope belongs to.
    fn belongs_to(&mut self, name: Option<&Ident>, span: Span) {
        let scope = self.scope();
        scope.name = name.cloned();
        scope.start = Some(span.start);
    }

    /// Whether an annotation scope that starts here sees a class's names.
    fn in_class(&self) -> bool {
        let scope = &self.table.scopes[self.current];
        scope.kind == ScopeKind::Class || scope.sees_class
    }

    fn add(&mut self, name: &Ident, flags: u16, span: Span) -> Result<()> {
        let name = self.scope().mangle(name);
        self.add_mangled(&name, flags, span)
    }

    fn add_mangled(&mut self, name: &Ident, flags: u16, span: Span) -> Result<()> {
        let in_target = self.scope().in_iteration_target;
        let symbol = self.scope().symbol_mut(name);
        let old = symbol.flags;
        symbol.flags |= flags;
        let both = old & flags;
        if both & flag::PARAMETER != 0 {
            return self.fail(format!("duplicate argument '{name}' in function definition"), span);
        }
        if both & flag::TYPE_PARAMETER != 0 {
            return self.fail(format!("duplicate type parameter '{name}'"), span);
        }
        if in_target {
            if old & (flag::GLOBAL | flag::NONLOCAL) != 0 {
                let message = format!("comprehension inner loop cannot rebind assignment expression target '{name}'");
                return self.fail(message, span);
            }
            self.scope().symbol_mut(name).flags |= flag::ITERATION_VARIABLE;
        }
        if flags & flag::GLOBAL != 0 {
            self.table.scopes[0].symbol_mut(name).flags |= flag::GLOBAL;
        }
        Ok(())
    }

    fn flags_of(&mut self, name: &Ident) -> u16 {
        let scope = self.scope();
        let name = scope.mangle(name);
        scope.symbol(&name).map_or(0, |symbol| symbol.flags)
    }

    /// A name that is assigned to.
    fn bind(&mut self, name: &Ident, span: Span) -> Result<()> {
        self.check_debug(name, span)?;
        self.add(name, flag::LOCAL, span)
    }

    fn check_debug(&self, name: &str, span: Span) -> Result<()> {
        if name == "__debug__" { self.fail("cannot assign to __debug__", span) } else { Ok(()) }
    }

    fn descend(&mut self, span: Span) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(too_deep(self.source, span)) } else { Ok(()) }
    }

    // ---- statements

    fn body(&mut self, body: &'a [Stmt]) -> Result<()> {
        for statement in body {
            self.descend(statement.span)?;
            self.stmt(statement)?;
            self.depth -= 1;
        }
        Ok(())
    }

    /// A block that may run never or many times.
    fn conditional(&mut self, body: &'a [Stmt]) -> Result<()> {
        self.scope().conditional_depth += 1;
        self.body(body)?;
        self.scope().conditional_depth -= 1;
        Ok(())
    }

    /// A loop's body.
    fn looped(&mut self, body: &'a [Stmt]) -> Result<()> {
        let outer = self.finally;
        self.finally.in_loop = true;
        self.conditional(body)?;
        self.finally = outer;
        Ok(())
    }

    /// Exits from a `finally` swallow exceptions (PEP 765).
    fn check_finally(&mut self, word: &str, span: Span) {
        let Finally { inside, in_loop } = self.finally;
        if inside && (word == "return" || !in_loop) {
            let line = self.source.lines().line(span.start);
            let message = format!("'{word}' in a 'finally' block");
            self.table.warnings.push(SyntaxWarning { message, line, span });
        }
    }

    fn exprs(&mut self, list: &'a [Expr]) -> Result<()> {
        list.iter().try_for_each(|expression| self.expr(expression))
    }

    fn optional(&mut self, expression: &'a Option<Expr>) -> Result<()> {
        expression.as_ref().map_or(Ok(()), |expression| self.expr(expression))
    }

    fn stmt(&mut self, statement: &'a Stmt) -> Result<()> {
        let span = statement.span;
        match &statement.kind {
            StmtKind::FunctionDef(node) => self.function(node, span),
            StmtKind::ClassDef(node) => self.class(node, span),
            StmtKind::TypeAlias(node) => self.type_alias(node),
            StmtKind::Return(value) => {
                self.check_finally("return", span);
                self.optional(value)
            }
            StmtKind::Delete(targets) => targets.iter().try_for_each(|target| self.delete(target)),
            StmtKind::Assign { targets, value } => {
                targets.iter().try_for_each(|target| self.target(target))?;
                self.expr(value)
            }
            StmtKind::AugAssign(node) => {
                self.target(&node.target)?;
                self.expr(&node.value)
            }
            StmtKind::AnnAssign(node) => self.annotated_assignment(node, span),
            StmtKind::For(node) => {
                self.target(&node.target)?;
                self.expr(&node.iter)?;
                self.looped(&node.body)?;
                self.conditional(&node.orelse)
            }
            StmtKind::While(node) => {
                self.expr(&node.test)?;
                self.looped(&node.body)?;
                self.conditional(&node.orelse)
            }
            StmtKind::If { branches, orelse } => {
                for branch in branches {
                    self.expr(&branch.test)?;
                    self.conditional(&branch.body)?;
                }
                self.conditional(orelse)
            }
            StmtKind::With(node) => {
                for item in &node.items {
                    self.expr(&item.context)?;
                    if let Some(target) = &item.target {
                        self.target(target)?;
                    }
                }
                self.conditional(&node.body)
            }
            StmtKind::Match(node) => {
                self.expr(&node.subject)?;
                for case in &node.cases {
                    self.pattern(&case.pattern)?;
                    self.optional(&case.guard)?;
                    self.conditional(&case.body)?;
                }
                Ok(())
            }
            StmtKind::Raise(node) => {
                self.optional(&node.exception)?;
                self.optional(&node.cause)
            }
            StmtKind::Try(node) => {
                self.conditional(&node.body)?;
                for handler in &node.handlers {
                    self.optional(&handler.exception)?;
                    if let Some(name) = &handler.name {
                        self.bind(name, handler.span)?;
                        self.add(name, flag::DELETED, handler.span)?;
                    }
                    self.conditional(&handler.body)?;
                }
                self.conditional(&node.orelse)?;
                let outer = core::mem::replace(&mut self.finally, Finally { inside: true, in_loop: false });
                self.conditional(&node.finalbody)?;
                self.finally = outer;
                Ok(())
            }
            StmtKind::Assert(node) => {
                self.expr(&node.test)?;
                self.optional(&node.message)
            }
            StmtKind::Import(names) => names.iter().try_for_each(|alias| self.alias(alias)),
            StmtKind::ImportFrom(node) => node.names.iter().try_for_each(|alias| self.alias(alias)),
            StmtKind::Global(names) => names.iter().try_for_each(|name| self.declare(name, flag::GLOBAL, span)),
            StmtKind::Nonlocal(names) => names.iter().try_for_each(|name| self.declare(name, flag::NONLOCAL, span)),
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Break => {
                self.check_finally("break", span);
                Ok(())
            }
            StmtKind::Continue => {
                self.check_finally("continue", span);
                Ok(())
            }
            StmtKind::Pass => Ok(()),
        }
    }

    #[inline(never)]
    fn alias(&mut self, alias: &'a Alias) -> Result<()> {
        if &*alias.name == "*" {
            if self.scope().kind != ScopeKind::Module {
                return self.fail("import * only allowed at module level", alias.span);
            }
            return Ok(());
        }
        let name = match &alias.asname {
            Some(name) => name.clone(),
            None => match alias.name.split_once('.') {
                Some((first, _)) => Rc::from(first),
                None => alias.name.clone(),
            },
        };
        self.bind(&name, alias.span)?;
        self.add(&name, flag::IMPORTED, alias.span)
    }

    #[inline(never)]
    fn declare(&mut self, name: &Ident, declaration: u16, span: Span) -> Result<()> {
        let word = if declaration == flag::GLOBAL { "global" } else { "nonlocal" };
        let flags = self.flags_of(name);
        let message = if flags & flag::PARAMETER != 0 {
            format!("name '{name}' is parameter and {word}")
        } else if flags & flag::USE != 0 {
            format!("name '{name}' is used prior to {word} declaration")
        } else if flags & flag::ANNOTATED != 0 {
            format!("annotated name '{name}' can't be {word}")
        } else if flags & flag::LOCAL != 0 {
            format!("name '{name}' is assigned to before {word} declaration")
        } else {
            self.add(name, declaration, span)?;
            let scope = self.scope();
            let name = scope.mangle(name);
            let symbol = scope.symbol_mut(&name);
            if symbol.declared == Span::default() {
                symbol.declared = span;
            }
            return Ok(());
        };
        self.fail(message, span)
    }

    #[inline(never)]
    fn function(&mut self, node: &'a FunctionDef, span: Span) -> Result<()> {
        self.bind(&node.name, span)?;
        self.defaults(&node.parameters)?;
        self.exprs(&node.decorators)?;
        let address = node as *const FunctionDef as usize;
        let outer = self.current;
        if !node.type_params.is_empty() {
            self.type_params(&node.type_params, address, None)?;
            self.belongs_to(Some(&node.name), span);
        }
        self.function_annotations(&node.parameters, node.returns.as_ref(), address)?;
        self.enter(ScopeKind::Function, address, Role::Body);
        self.belongs_to(Some(&node.name), span);
        self.scope().is_coroutine = node.is_async;
        self.scope().is_async_function = node.is_async;
        self.parameters(&node.parameters)?;
        let finally = core::mem::take(&mut self.finally);
        self.body(&node.body)?;
        self.finally = finally;
        self.current = outer;
        Ok(())
    }

    fn defaults(&mut self, parameters: &'a Parameters) -> Result<()> {
        let positional = parameters.positional_only.iter().chain(&parameters.positional);
        for parameter in positional.chain(&parameters.keyword_only) {
            self.optional(&parameter.default)?;
        }
        Ok(())
    }

    fn parameters(&mut self, parameters: &'a Parameters) -> Result<()> {
        let positional = parameters.positional_only.iter().chain(&parameters.positional);
        let starred = parameters.vararg.iter().chain(&parameters.kwarg).map(|parameter| &**parameter);
        for parameter in positional.chain(&parameters.keyword_only).chain(starred) {
            self.check_debug(&parameter.name, parameter.span)?;
            self.add(&parameter.name, flag::PARAMETER, parameter.span)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn function_annotations(&mut self, parameters: &'a Parameters, returns: Option<&'a Expr>, address: usize) -> Result<()> {
        let positional = parameters.positional_only.iter().chain(&parameters.positional);
        let starred = parameters.vararg.iter().chain(&parameters.kwarg).map(|parameter| &**parameter);
        let all = positional.chain(starred).chain(&parameters.keyword_only);
        let annotations: Vec<&'a Expr> = all.filter_map(|parameter| parameter.annotation.as_ref()).chain(returns).collect();
        if annotations.is_empty() {
            return Ok(());
        }
        let outer = self.enter_annotation_scope(ScopeKind::Annotations, address, Role::Annotations);
        let span = annotations.first().map(|annotation| annotation.span).unwrap_or_default();
        self.belongs_to(None, span);
        self.scope().detached |= self.future_annotations;
        annotations.into_iter().try_for_each(|annotation| self.expr(annotation))?;
        self.current = outer;
        Ok(())
    }

    fn enter_annotation_scope(&mut self, kind: ScopeKind, address: usize, role: Role) -> ScopeId {
        let sees_class = self.in_class();
        let outer = self.enter(kind, address, role);
        self.scope().sees_class = sees_class;
        outer
    }

    /// Enters the scope of type parameters and visits them.
    #[inline(never)]
    fn type_params(&mut self, list: &'a [TypeParam], address: usize, class: Option<&Ident>) -> Result<()> {
        self.enter_annotation_scope(ScopeKind::TypeParameters, address, Role::TypeParameters);
        if let Some(class) = class {
            let scope = self.scope();
            scope.private = Some(class.clone());
            scope.mangle_only = Some(list.iter().map(|parameter| parameter.name.clone()).collect());
            let name: Ident = Rc::from(".type_params");
            self.add_mangled(&name, flag::LOCAL, Span::default())?;
        }
        for parameter in list {
            self.check_debug(&parameter.name, parameter.span)?;
            if &*parameter.name == CLASS_DICT {
                let message = format!("reserved name '{CLASS_DICT}' cannot be used for type parameter");
                return self.fail(message, parameter.span);
            }
            self.add(&parameter.name, flag::TYPE_PARAMETER, parameter.span)?;
            let (bound_text, default_text) = match &parameter.kind {
                TypeParamKind::TypeVar { bound: Some(bound) } if matches!(bound.kind, ExprKind::Tuple(_)) => ("a TypeVar constraint", "a TypeVar default"),
                TypeParamKind::TypeVar { .. } => ("a TypeVar bound", "a TypeVar default"),
                TypeParamKind::TypeVarTuple => ("", "a TypeVarTuple default"),
                TypeParamKind::ParamSpec => ("", "a ParamSpec default"),
            };
            let address = parameter as *const TypeParam as usize;
            if let TypeParamKind::TypeVar { bound: Some(bound) } = &parameter.kind {
                self.type_variable_part(bound, bound_text, address, Role::Bound, parameter)?;
            }
            if let Some(default) = &parameter.default {
                self.type_variable_part(default, default_text, address, Role::Default, parameter)?;
            }
        }
        Ok(())
    }

    fn type_variable_part(&mut self, part: &'a Expr, text: &'static str, address: usize, role: Role, parameter: &'a TypeParam) -> Result<()> {
        let outer = self.enter_annotation_scope(ScopeKind::TypeVariable(text), address, role);
        self.belongs_to(Some(&parameter.name), parameter.span);
        self.expr(part)?;
        self.current = outer;
        Ok(())
    }

    #[inline(never)]
    fn class(&mut self, node: &'a ClassDef, span: Span) -> Result<()> {
        self.bind(&node.name, span)?;
        self.exprs(&node.decorators)?;
        let address = node as *const ClassDef as usize;
        let outer = self.current;
        let generic = !node.type_params.is_empty();
        if generic {
            self.type_params(&node.type_params, address, Some(&node.name))?;
            self.belongs_to(Some(&node.name), span);
        }
        self.exprs(&node.arguments)?;
        self.keywords(&node.keywords)?;
        self.enter(ScopeKind::Class, address, Role::Body);
        self.belongs_to(Some(&node.name), span);
        let scope = self.scope();
        scope.private = Some(node.name.clone());
        scope.mangle_only = None;
        if generic {
            let name: Ident = Rc::from("__type_params__");
            self.add_mangled(&name, flag::LOCAL, span)?;
            let name: Ident = Rc::from(".type_params");
            self.add_mangled(&name, flag::USE, span)?;
        }
        let finally = core::mem::take(&mut self.finally);
        self.body(&node.body)?;
        self.finally = finally;
        self.current = outer;
        Ok(())
    }

    fn keywords(&mut self, keywords: &'a [Keyword]) -> Result<()> {
        for keyword in keywords {
            if let Some(name) = &keyword.name {
                self.check_debug(name, keyword.span)?;
            }
            self.expr(&keyword.value)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn type_alias(&mut self, node: &'a TypeAlias) -> Result<()> {
        self.bind(&node.name, node.name_span)?;
        let address = node as *const TypeAlias as usize;
        let outer = self.current;
        if !node.type_params.is_empty() {
            self.type_params(&node.type_params, address, None)?;
            self.belongs_to(Some(&node.name), node.name_span);
        }
        self.enter_annotation_scope(ScopeKind::TypeAlias, address, Role::Body);
        self.belongs_to(Some(&node.name), node.name_span);
        self.expr(&node.value)?;
        self.current = outer;
        Ok(())
    }

    #[inline(never)]
    fn annotated_assignment(&mut self, node: &'a AnnAssign, span: Span) -> Result<()> {
        if let ExprKind::Name(name) = &node.target.kind {
            let flags = self.flags_of(name);
            if flags & (flag::GLOBAL | flag::NONLOCAL) != 0 && node.simple && self.current != 0 {
                let word = if flags & flag::GLOBAL != 0 { "global" } else { "nonlocal" };
                return self.fail(format!("annotated name '{name}' can't be {word}"), span);
            }
            self.check_debug(name, node.target.span)?;
            if node.simple {
                self.add(name, flag::ANNOTATED | flag::LOCAL, node.target.span)?;
            } else if node.value.is_some() {
                self.add(name, flag::LOCAL, node.target.span)?;
            }
        } else {
            self.target(&node.target)?;
        }
        self.variable_annotation(node)?;
        self.optional(&node.value)
    }

    /// Annotations of variables of a module or class share one scope; those of functions are never evaluated.
    fn variable_annotation(&mut self, node: &'a AnnAssign) -> Result<()> {
        let outer = self.current;
        let kind = self.scope().kind;
        let evaluated = matches!(kind, ScopeKind::Module | ScopeKind::Class);
        if evaluated && node.simple {
            let conditional = !self.future_annotations && (kind == ScopeKind::Module || self.scope().conditional_depth > 0);
            self.scope().annotations.push((node, conditional));
        }
        match self.scope().annotation_scope {
            Some(scope) if evaluated && node.simple => self.current = scope,
            _ => {
                self.enter_annotation_scope(ScopeKind::Annotations, node as *const AnnAssign as usize, Role::Annotations);
                self.belongs_to(None, node.annotation.span);
                let id = self.current;
                if evaluated && node.simple {
                    self.table.scopes[outer].annotation_scope = Some(id);
                    self.scope().detached |= self.future_annotations;
                    let name: Ident = Rc::from(CONDITIONAL_ANNOTATIONS);
                    self.add_mangled(&name, flag::USE, Span::default())?;
                } else {
                    self.scope().detached = true;
                }
            }
        }
        self.expr(&node.annotation)?;
        self.current = outer;
        Ok(())
    }

    // ---- targets and patterns

    fn target(&mut self, target: &'a Expr) -> Result<()> {
        self.descend(target.span)?;
        match &target.kind {
            ExprKind::Name(name) => self.bind(name, target.span)?,
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().try_for_each(|item| self.target(item))?;
            }
            ExprKind::Starred(item) => self.target(item)?,
            ExprKind::Attribute(node) => {
                self.check_debug(&node.attr, target.span)?;
                self.expr(target)?;
            }
            _ => self.expr(target)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn delete(&mut self, target: &'a Expr) -> Result<()> {
        self.descend(target.span)?;
        match &target.kind {
            ExprKind::Name(name) => {
                if &**name == "__debug__" {
                    return self.fail("cannot delete __debug__", target.span);
                }
                self.add(name, flag::LOCAL | flag::DELETED, target.span)?;
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().try_for_each(|item| self.delete(item))?;
            }
            ExprKind::Attribute(node) if &*node.attr == "__debug__" => {
                return self.fail("cannot delete __debug__", target.span);
            }
            _ => self.expr(target)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn pattern(&mut self, pattern: &'a Pattern) -> Result<()> {
        self.descend(pattern.span)?;
        match &pattern.kind {
            PatternKind::Value(value) => self.expr(value)?,
            PatternKind::Singleton(_) => {}
            PatternKind::Sequence(items) | PatternKind::Or(items) => {
                items.iter().try_for_each(|item| self.pattern(item))?;
            }
            PatternKind::Mapping(node) => {
                self.exprs(&node.keys)?;
                node.patterns.iter().try_for_each(|item| self.pattern(item))?;
                if let Some(rest) = &node.rest {
                    self.bind(rest, pattern.span)?;
                }
            }
            PatternKind::Class(node) => {
                self.expr(&node.class)?;
                node.patterns.iter().try_for_each(|item| self.pattern(item))?;
                for keyword in &node.keywords {
                    self.check_debug(&keyword.name, keyword.span)?;
                    self.pattern(&keyword.pattern)?;
                }
            }
            PatternKind::Star(name) => {
                if let Some(name) = name {
                    self.bind(name, pattern.span)?;
                }
            }
            PatternKind::As { pattern: inner, name } => {
                if let Some(inner) = inner {
                    self.pattern(inner)?;
                }
                if let Some(name) = name {
                    self.bind(name, pattern.span)?;
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    // ---- expressions

    fn expr(&mut self, expression: &'a Expr) -> Result<()> {
        self.descend(expression.span)?;
        if expression.left().is_some() {
            self.chain(expression)?;
        } else {
            self.node(expression)?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// A chain of operators, attributes, subscripts and calls, which may be long: from its left end on.
    #[inline(never)]
    fn chain(&mut self, expression: &'a Expr) -> Result<()> {
        let mut links = Vec::new();
        let mut first = expression;
        while let Some(left) = first.left() {
            links.push(first);
            first = left;
        }
        self.node(first)?;
        for link in links.into_iter().rev() {
            match &link.kind {
                ExprKind::BinOp(node) => self.expr(&node.right)?,
                ExprKind::Subscript(node) => self.expr(&node.index)?,
                ExprKind::Call(node) => {
                    self.exprs(&node.arguments)?;
                    self.keywords(&node.keywords)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn node(&mut self, expression: &'a Expr) -> Result<()> {
        match &expression.kind {
            ExprKind::Constant(_) | ExprKind::Attribute(_) | ExprKind::Subscript(_) | ExprKind::Call(_) | ExprKind::BinOp(_) => Ok(()),
            ExprKind::Name(name) => self.name(name, expression.span),
            ExprKind::UnaryOp(node) => self.expr(&node.operand),
            ExprKind::BoolOp(node) => self.exprs(&node.values),
            ExprKind::Compare(node) => {
                self.expr(&node.left)?;
                node.comparisons.iter().try_for_each(|(_, right)| self.expr(right))
            }
            ExprKind::NamedExpr(node) => self.named(node, expression.span),
            ExprKind::Lambda(node) => self.lambda(node),
            ExprKind::IfExp(node) => {
                // A chain of these nests to the right without parentheses.
                let mut node = node;
                loop {
                    self.expr(&node.test)?;
                    self.expr(&node.body)?;
                    match &node.orelse.kind {
                        ExprKind::IfExp(next) => node = next,
                        _ => return self.expr(&node.orelse),
                    }
                }
            }
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => self.exprs(items),
            ExprKind::JoinedStr(items) | ExprKind::TemplateStr(items) => self.exprs(items),
            ExprKind::Dict(items) => {
                for item in items {
                    self.optional(&item.key)?;
                    self.expr(&item.value)?;
                }
                Ok(())
            }
            ExprKind::ListComp(node) => {
                let kind = ScopeKind::Comprehension("list comprehension");
                self.comprehension(kind, &**node as *const _ as usize, &node.generators, None, &node.element)
            }
            ExprKind::SetComp(node) => {
                let kind = ScopeKind::Comprehension("set comprehension");
                self.comprehension(kind, &**node as *const _ as usize, &node.generators, None, &node.element)
            }
            ExprKind::GeneratorExp(node) => {
                let address = &**node as *const _ as usize;
                self.comprehension(ScopeKind::Generator, address, &node.generators, None, &node.element)
            }
            ExprKind::DictComp(node) => {
                let kind = ScopeKind::Comprehension("dict comprehension");
                self.comprehension(kind, &**node as *const _ as usize, &node.generators, Some(&node.value), &node.key)
            }
            ExprKind::Await(value) => {
                self.check_annotation_scope("await expression", expression.span)?;
                self.expr(value)?;
                self.scope().is_coroutine = true;
                Ok(())
            }
            ExprKind::Yield(value) => {
                self.check_annotation_scope("yield expression", expression.span)?;
                if let Some(value) = value {
                    self.expr(value)?;
                }
                self.note_yield(expression.span)
            }
            ExprKind::YieldFrom(value) => {
                self.check_annotation_scope("yield expression", expression.span)?;
                self.expr(value)?;
                self.note_yield(expression.span)
            }
            ExprKind::FormattedValue(node) => {
                self.expr(&node.value)?;
                self.optional(&node.format_spec)
            }
            ExprKind::Interpolation(node) => {
                self.expr(&node.value)?;
                self.optional(&node.format_spec)
            }
            ExprKind::Starred(value) => self.expr(value),
            ExprKind::Slice(node) => {
                self.optional(&node.lower)?;
                self.optional(&node.upper)?;
                self.optional(&node.step)
            }
        }
    }

    fn name(&mut self, name: &Ident, span: Span) -> Result<()> {
        self.add(name, flag::USE, span)?;
        if &**name == "super" && self.scope().kind.is_function_like() {
            let class: Ident = Rc::from("__class__");
            self.add_mangled(&class, flag::USE, span)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn lambda(&mut self, node: &'a Lambda) -> Result<()> {
        self.defaults(&node.parameters)?;
        let outer = self.enter(ScopeKind::Lambda, node as *const Lambda as usize, Role::Body);
        self.belongs_to(None, node.body.span);
        self.parameters(&node.parameters)?;
        self.expr(&node.body)?;
        self.current = outer;
        Ok(())
    }

    #[inline(never)]
    fn note_yield(&mut self, span: Span) -> Result<()> {
        let message = match self.scope().kind {
            ScopeKind::Comprehension(text) => format!("'yield' inside {text}"),
            ScopeKind::Generator => "'yield' inside generator expression".into(),
            _ => {
                self.scope().is_generator = true;
                return Ok(());
            }
        };
        self.fail(message, span)
    }

    #[inline(never)]
    fn check_annotation_scope(&mut self, what: &str, span: Span) -> Result<()> {
        let message = match self.scope().kind {
            ScopeKind::Annotations => format!("{what} cannot be used within an annotation"),
            ScopeKind::TypeVariable(part) => format!("{what} cannot be used within {part}"),
            ScopeKind::TypeAlias => format!("{what} cannot be used within a type alias"),
            ScopeKind::TypeParameters => format!("{what} cannot be used within the definition of a generic"),
            _ => return Ok(()),
        };
        self.fail(message, span)
    }

    #[inline(never)]
    fn named(&mut self, node: &'a NamedExpr, span: Span) -> Result<()> {
        self.check_annotation_scope("named expression", span)?;
        if self.scope().iterable_depth > 0 {
            let message = "assignment expression cannot be used in a comprehension iterable expression";
            return self.fail(message, span);
        }
        if self.scope().kind.is_comprehension() {
            self.named_in_comprehension(node)?;
        } else {
            let target = self.scope().mangle(&node.target);
            let unit = self.scope().unit;
            self.table.scopes[unit].walrus_targets.push(target);
        }
        self.expr(&node.value)?;
        self.bind(&node.target, node.target_span)
    }

    /// `:=` in a comprehension binds in the scope around it (PEP 572).
    fn named_in_comprehension(&mut self, node: &'a NamedExpr) -> Result<()> {
        let (name, span) = (&node.target, node.target_span);
        let inner = self.current;
        let mangled = self.scope().mangle(name);
        let mut scope = Some(inner);
        while let Some(id) = scope {
            match self.table.scopes[id].kind {
                ScopeKind::Comprehension(_) | ScopeKind::Generator => {
                    let flags = self.table.scopes[id].symbol(&mangled).map_or(0, |symbol| symbol.flags);
                    if flags & flag::ITERATION_VARIABLE != 0 {
                        let message = format!("assignment expression cannot rebind comprehension iteration variable '{name}'");
                        return self.fail(message, span);
                    }
                    scope = self.table.scopes[id].parent;
                    continue;
                }
                ScopeKind::Function | ScopeKind::Lambda => {
                    let flags = self.table.scopes[id].symbol(&mangled).map_or(0, |symbol| symbol.flags);
                    let declaration = if flags & flag::GLOBAL != 0 { flag::GLOBAL } else { flag::NONLOCAL };
                    self.add_mangled(&mangled, declaration, span)?;
                    self.current = id;
                    self.add_mangled(&mangled, flag::LOCAL, span)?;
                }
                ScopeKind::Module => {
                    self.add_mangled(&mangled, flag::GLOBAL, span)?;
                    self.current = id;
                    self.add_mangled(&mangled, flag::GLOBAL, span)?;
                }
                ScopeKind::Class => {
                    let message = "assignment expression within a comprehension cannot be used in a class body";
                    return self.fail(message, span);
                }
                ScopeKind::TypeParameters => {
                    let message = "assignment expression within a comprehension cannot be used within the definition of a generic";
                    return self.fail(message, span);
                }
                ScopeKind::TypeAlias => {
                    let message = "assignment expression within a comprehension cannot be used in a type alias";
                    return self.fail(message, span);
                }
                ScopeKind::TypeVariable(_) => {
                    let message = "assignment expression within a comprehension cannot be used in a TypeVar bound";
                    return self.fail(message, span);
                }
                ScopeKind::Annotations => {
                    return self.fail("named expression cannot be used within an annotation", span);
                }
            }
            let unit = self.table.scopes[self.current].unit;
            self.table.scopes[unit].walrus_targets.push(mangled);
            self.current = inner;
            return Ok(());
        }
        Ok(())
    }

    #[inline(never)]
    fn comprehension(&mut self, kind: ScopeKind, address: usize, generators: &'a [Comprehension], value: Option<&'a Expr>, element: &'a Expr) -> Result<()> {
        let Some((first, others)) = generators.split_first() else { return Ok(()) };
        self.iterable(&first.iter)?;
        let sees_class = self.scope().sees_class;
        let outer = self.enter(kind, address, Role::Body);
        self.belongs_to(None, element.span);
        self.scope().sees_class = sees_class;
        if kind == ScopeKind::Generator {
            let name: Ident = Rc::from(".0");
            self.add_mangled(&name, flag::PARAMETER, Span::default())?;
            self.scope().is_generator = true;
        }
        self.scope().is_coroutine |= first.is_async;
        self.comprehension_target(&first.target)?;
        self.exprs(&first.conditions)?;
        for generator in others {
            self.comprehension_target(&generator.target)?;
            self.iterable(&generator.iter)?;
            self.exprs(&generator.conditions)?;
            self.scope().is_coroutine |= generator.is_async;
        }
        if let Some(value) = value {
            self.expr(value)?;
        }
        self.expr(element)?;
        let is_async = self.scope().is_coroutine;
        self.current = outer;
        if is_async && kind != ScopeKind::Generator {
            self.scope().is_coroutine = true;
        }
        Ok(())
    }

    fn iterable(&mut self, iterable: &'a Expr) -> Result<()> {
        self.scope().iterable_depth += 1;
        self.expr(iterable)?;
        self.scope().iterable_depth -= 1;
        Ok(())
    }

    fn comprehension_target(&mut self, target: &'a Expr) -> Result<()> {
        self.scope().in_iteration_target = true;
        self.target(target)?;
        self.scope().in_iteration_target = false;
        Ok(())
    }
}
