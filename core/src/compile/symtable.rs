//! Which names a module's scopes bind and where each use of a name finds its variable.
//!
//! One pass over the tree collects what every scope does with its names (`symtable_build`), a second resolves them.
//! List, set and dict comprehensions are scopes without a code unit of their own (PEP 709): their variables live in
//! registers of the unit around them.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

use super::mangle::mangle;
use super::symtable_build;
use super::{Result, fail};
use crate::syntax::ast::{AnnAssign, Ident, Module, Span};
use crate::syntax::{Source, SyntaxWarning};

pub(super) type ScopeId = usize;

/// What a scope belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
    Lambda,
    /// A generator expression: a function.
    Generator,
    /// A list, set or dict comprehension: part of the unit around it.
    Comprehension(&'static str),
    /// The `__annotate__` function of a module, class or function (PEP 649).
    Annotations,
    /// Type parameters around a generic function, class or alias (PEP 695).
    TypeParameters,
    /// The lazily evaluated value of a type alias.
    TypeAlias,
    /// The lazily evaluated bound, constraints or default of a type parameter; the text names which.
    TypeVariable(&'static str),
}

impl ScopeKind {
    /// Variables of such a scope live in registers and can be captured.
    pub(super) fn is_function_like(self) -> bool {
        !matches!(self, ScopeKind::Module | ScopeKind::Class)
    }

    /// A comprehension, generator expressions included.
    pub(super) fn is_comprehension(self) -> bool {
        matches!(self, ScopeKind::Comprehension(_) | ScopeKind::Generator)
    }
}

/// Which of the scopes that belong to one tree node is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Role {
    Body,
    TypeParameters,
    Annotations,
    Bound,
    Default,
}

/// What a scope does with a name.
pub(super) mod flag {
    pub const GLOBAL: u16 = 1;
    pub const LOCAL: u16 = 2;
    pub const PARAMETER: u16 = 4;
    pub const NONLOCAL: u16 = 8;
    pub const USE: u16 = 16;
    pub const ANNOTATED: u16 = 32;
    pub const ITERATION_VARIABLE: u16 = 64;
    pub const TYPE_PARAMETER: u16 = 128;
    /// Made unbound somewhere: by `del` or at the end of `except … as name`.
    pub const DELETED: u16 = 256;
    pub const IMPORTED: u16 = 512;
    pub const BOUND: u16 = LOCAL | PARAMETER | TYPE_PARAMETER;
}

/// Where a name leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Resolution {
    /// A register of this scope (a cell if [`Symbol::cell`]).
    Local,
    /// The variable of an enclosing scope: the same unit's register, or a closure cell.
    Enclosing(ScopeId),
    /// Declared `global`.
    GlobalExplicit,
    GlobalImplicit,
    /// The namespace of a module or class, then globals and builtins.
    Name,
    /// The class's namespace, then the closure's cell.
    ClassFree,
    /// An annotation scope in a class: the class's namespace, then globals and builtins.
    ClassDictGlobal,
    /// An annotation scope in a class: the class's namespace, then the closure's cell.
    ClassDictFree,
}

#[derive(Debug)]
pub(super) struct Symbol {
    pub name: Ident,
    pub flags: u16,
    pub resolution: Resolution,
    /// A function uses this variable of an enclosing unit.
    pub cell: bool,
    /// Where it is declared `global` or `nonlocal`.
    pub declared: Span,
}

#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub kind: ScopeKind,
    /// The name of what it belongs to, if that has one.
    pub name: Option<Ident>,
    /// Where what it belongs to begins; None for a module.
    pub start: Option<u32>,
    pub parent: Option<ScopeId>,
    /// The scope whose code unit this one is part of: itself, but for comprehensions.
    pub unit: ScopeId,
    pub symbols: Vec<Symbol>,
    lookup: HashMap<Ident, u32, foldhash::fast::FixedState>,
    pub is_generator: bool,
    pub is_coroutine: bool,
    /// An `async def`.
    pub is_async_function: bool,
    /// Inside a function.
    pub nested: bool,
    /// An annotation scope (or part of one) directly inside a class: sees the class's names.
    pub sees_class: bool,
    /// Part of an annotation that is never evaluated: takes no part in the analysis.
    pub detached: bool,
    /// The class whose private names are mangled here.
    pub private: Option<Ident>,
    /// If set, only these names are mangled (type parameters of a class).
    pub mangle_only: Option<Vec<Ident>>,
    /// The unit's closure, sorted.
    pub free_names: Vec<Ident>,
    /// Names bound by `:=` anywhere in the unit.
    pub walrus_targets: Vec<Ident>,
    /// A class whose methods use `__class__`.
    pub needs_class_cell: bool,
    /// A class whose annotation scopes use its namespace.
    pub needs_class_dict: bool,
    /// Simple annotated names of a module or class, in order, and whether each may be skipped at run time.
    pub annotations: Vec<(&'a AnnAssign, bool)>,
    /// The scope of those annotations.
    pub annotation_scope: Option<ScopeId>,
    /// Comprehension scopes that are part of this unit, in source order.
    pub comprehensions: Vec<ScopeId>,
    /// In the iterable of a comprehension (depth), where `:=` is not allowed.
    pub iterable_depth: u32,
    /// In the target of a comprehension's `for`.
    pub in_iteration_target: bool,
    /// In a block that may not run, or run twice.
    pub conditional_depth: u32,
}

impl<'a> Scope<'a> {
    pub(super) fn new(kind: ScopeKind, id: ScopeId, parent: Option<(ScopeId, &Scope<'a>)>) -> Scope<'a> {
        let unit = match (kind, parent) {
            (ScopeKind::Comprehension(_), Some((_, outer))) => outer.unit,
            _ => id,
        };
        let outer = parent.map(|(_, outer)| outer);
        Scope {
            kind,
            name: None,
            start: None,
            parent: parent.map(|(outer, _)| outer),
            unit,
            symbols: Vec::new(),
            lookup: HashMap::with_hasher(foldhash::fast::FixedState::default()),
            is_generator: false,
            is_coroutine: false,
            is_async_function: false,
            nested: outer.is_some_and(|outer| outer.nested || outer.kind.is_function_like()),
            sees_class: false,
            detached: outer.is_some_and(|outer| outer.detached),
            private: outer.and_then(|outer| outer.private.clone()),
            mangle_only: None,
            free_names: Vec::new(),
            walrus_targets: Vec::new(),
            needs_class_cell: false,
            needs_class_dict: false,
            annotations: Vec::new(),
            annotation_scope: None,
            comprehensions: Vec::new(),
            iterable_depth: outer.map_or(0, |outer| outer.iterable_depth),
            in_iteration_target: false,
            conditional_depth: 0,
        }
    }

    pub(super) fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.symbols.get(*self.lookup.get(name)? as usize)
    }

    /// The symbol of a name, made if it is new.
    pub(super) fn symbol_mut(&mut self, name: &Ident) -> &mut Symbol {
        let next = self.symbols.len() as u32;
        let index = *self.lookup.entry(name.clone()).or_insert(next) as usize;
        if index == self.symbols.len() {
            self.symbols.push(Symbol { name: name.clone(), flags: 0, resolution: Resolution::GlobalImplicit, cell: false, declared: Span::default() });
        }
        &mut self.symbols[index]
    }

    /// Whether the name is a variable of this scope.
    fn binds(&self, name: &str) -> bool {
        self.symbol(name).is_some_and(|symbol| symbol.flags & flag::BOUND != 0 && symbol.flags & (flag::GLOBAL | flag::NONLOCAL) == 0)
    }

    /// The name as it is stored here: private names of a class are prefixed with it.
    pub(super) fn mangle(&self, name: &Ident) -> Ident {
        match &self.private {
            Some(class) if name.starts_with("__") => {
                if self.mangle_only.as_ref().is_some_and(|names| !names.contains(name)) {
                    return name.clone();
                }
                mangle(class, name)
            }
            _ => name.clone(),
        }
    }

    /// Some annotation of this module or class may not be executed.
    pub(super) fn has_conditional_annotations(&self) -> bool {
        self.annotations.iter().any(|(_, conditional)| *conditional)
    }
}

/// The scopes of a module, and where each belongs in the tree.
pub(super) struct SymbolTable<'a> {
    pub scopes: Vec<Scope<'a>>,
    /// By the address of the tree node, which stays where it is while the table lives.
    pub index: HashMap<(usize, Role), ScopeId, foldhash::fast::FixedState>,
    pub warnings: Vec<SyntaxWarning>,
}

/// The name under which a class keeps its namespace for annotation scopes.
pub(super) const CLASS_DICT: &str = "__classdict__";
/// The name of the set of annotations that were reached.
pub(super) const CONDITIONAL_ANNOTATIONS: &str = "__conditional_annotations__";

impl<'a> SymbolTable<'a> {
    /// Collects and resolves the scopes of a module; the module's own scope is number 0.
    pub(super) fn new(module: &'a Module, source: &Source, future_annotations: bool) -> Result<SymbolTable<'a>> {
        let mut table = symtable_build::build(module, source, future_annotations)?;
        for scope in 0..table.scopes.len() {
            if !table.scopes[scope].detached {
                table.resolve_scope(scope, source)?;
            }
        }
        for scope in &mut table.scopes {
            scope.free_names.sort();
        }
        Ok(table)
    }

    pub(super) fn scope_of<T>(&self, node: &T, role: Role) -> Option<ScopeId> {
        self.index.get(&(node as *const T as usize, role)).copied()
    }

    fn resolve_scope(&mut self, id: ScopeId, source: &Source) -> Result<()> {
        let mut index = 0;
        while let Some(symbol) = self.scopes[id].symbols.get(index) {
            let (name, flags, declared) = (symbol.name.clone(), symbol.flags, symbol.declared);
            let resolution = self.resolve(id, &name, flags).map_err(|message| fail(source, message, declared))?;
            self.scopes[id].symbols[index].resolution = resolution;
            index += 1;
        }
        Ok(())
    }

    fn resolve(&mut self, id: ScopeId, name: &Ident, flags: u16) -> core::result::Result<Resolution, String> {
        let kind = self.scopes[id].kind;
        if flags & flag::GLOBAL != 0 {
            if flags & flag::NONLOCAL != 0 {
                return Err(format!("name '{name}' is nonlocal and global"));
            }
            return Ok(Resolution::GlobalExplicit);
        }
        if flags & flag::NONLOCAL != 0 {
            if kind == ScopeKind::Module {
                return Err("nonlocal declaration not allowed at module level".into());
            }
            let Some(binder) = self.find_binder(id, name) else {
                return Err(format!("no binding for nonlocal '{name}' found"));
            };
            if self.scopes[binder].symbol(name).is_some_and(|symbol| symbol.flags & flag::TYPE_PARAMETER != 0) {
                return Err(format!("nonlocal binding not allowed for type parameter '{name}'"));
            }
            self.capture(id, binder, name);
            return Ok(if kind == ScopeKind::Class { Resolution::ClassFree } else { Resolution::Enclosing(binder) });
        }
        if flags & flag::BOUND != 0 {
            return Ok(if kind.is_function_like() { Resolution::Local } else { Resolution::Name });
        }
        if self.scopes[id].sees_class
            && let Some(resolution) = self.resolve_in_class(id, name)
        {
            return Ok(resolution);
        }
        match self.find_binder(id, name) {
            Some(binder) => {
                self.capture(id, binder, name);
                Ok(if kind == ScopeKind::Class { Resolution::ClassFree } else { Resolution::Enclosing(binder) })
            }
            None if kind.is_function_like() => Ok(Resolution::GlobalImplicit),
            None => Ok(Resolution::Name),
        }
    }

    /// A name in an annotation scope inside a class, which the class's namespace may hold when it is evaluated.
    fn resolve_in_class(&mut self, id: ScopeId, name: &Ident) -> Option<Resolution> {
        if matches!(&**name, CLASS_DICT | CONDITIONAL_ANNOTATIONS) {
            return None;
        }
        let mut inner = id;
        // Variables of the annotation scopes in between (type parameters) hide the class's.
        let class = loop {
            let outer = self.scopes[inner].parent?;
            if self.scopes[outer].kind == ScopeKind::Class {
                break outer;
            }
            if self.scopes[outer].binds(name) {
                return None;
            }
            inner = outer;
        };
        let class_flags = self.scopes[class].symbol(name).map_or(0, |symbol| symbol.flags);
        if class_flags & flag::GLOBAL != 0 {
            return Some(Resolution::GlobalExplicit);
        }
        let class_dict: Ident = Rc::from(CLASS_DICT);
        self.scopes[class].needs_class_dict = true;
        self.capture(id, class, &class_dict);
        if (class_flags & flag::BOUND == 0 || class_flags & flag::NONLOCAL != 0)
            && let Some(binder) = self.find_binder(id, name)
        {
            self.capture(id, binder, name);
            return Some(Resolution::ClassDictFree);
        }
        Some(Resolution::ClassDictGlobal)
    }

    /// The enclosing scope whose variable a free name of `id` is.
    fn find_binder(&mut self, id: ScopeId, name: &str) -> Option<ScopeId> {
        let mut next = self.scopes[id].parent;
        while let Some(outer) = next {
            let scope = &mut self.scopes[outer];
            match scope.kind {
                ScopeKind::Module => return None,
                ScopeKind::Class => match name {
                    "__class__" => {
                        scope.needs_class_cell = true;
                        return Some(outer);
                    }
                    CONDITIONAL_ANNOTATIONS if scope.has_conditional_annotations() => return Some(outer),
                    _ => {}
                },
                _ => {
                    if let Some(symbol) = scope.symbol(name) {
                        if symbol.flags & flag::GLOBAL != 0 {
                            return None;
                        }
                        if scope.binds(name) {
                            return Some(outer);
                        }
                    }
                }
            }
            next = scope.parent;
        }
        None
    }

    /// Makes the variable of `binder` reach `id`: a cell, and an entry in the closure of every unit in between.
    pub(super) fn capture(&mut self, id: ScopeId, binder: ScopeId, name: &Ident) {
        let owner = self.scopes[binder].unit;
        let mut unit = self.scopes[id].unit;
        if unit == owner {
            return;
        }
        if self.scopes[binder].kind != ScopeKind::Class {
            self.scopes[binder].symbol_mut(name).cell = true;
        }
        while unit != owner {
            let scope = &mut self.scopes[unit];
            if !scope.free_names.contains(name) {
                scope.free_names.push(name.clone());
            }
            let Some(outer) = scope.parent else { return };
            unit = self.scopes[outer].unit;
        }
    }
}

/// What the builder and the compiler share for class bodies: cells that no name in the source binds.
pub(super) fn class_cells(scope: &Scope<'_>) -> Vec<Ident> {
    let wanted = [(scope.needs_class_cell, "__class__"), (scope.needs_class_dict, CLASS_DICT), (scope.has_conditional_annotations(), CONDITIONAL_ANNOTATIONS)];
    wanted.into_iter().filter(|(needed, _)| *needed).map(|(_, name)| Rc::from(name)).collect()
}
