//! The symbol table as Python's module `symtable` shows it: scopes with their names, flags and scopes inside, numbered as CPython does.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::symtable::{Resolution, Scope, ScopeKind, Symbol, SymbolTable, flag};
use super::{Result, future};
use crate::syntax::Source;
use crate::syntax::ast::{Ident, Module};

/// A scope. Comprehensions that are part of the code around them have none of their own.
#[derive(Debug)]
pub struct ScopeSymbols {
    /// `symtable.SymbolTableType`, as a number.
    pub kind: u8,
    pub name: Ident,
    /// From 1; 0 for the module.
    pub line: u32,
    pub nested: bool,
    /// Names with their flags (`DEF_*`, `USE`, the kind of variable from bit 12 on).
    pub symbols: Vec<(Ident, u32)>,
    /// Names of the parameters, in order.
    pub parameters: Vec<Ident>,
    /// Its place among all scopes.
    pub parent: Option<usize>,
}

/// Bit of the kind of variable in a symbol's flags.
const KIND_SHIFT: u32 = 12;
const LOCAL: u32 = 1;
const GLOBAL_EXPLICIT: u32 = 2;
const GLOBAL_IMPLICIT: u32 = 3;
const FREE: u32 = 4;
const CELL: u32 = 5;
const FREE_IN_CLASS: u32 = 64;

/// Own flags and CPython's.
const FLAGS: [(u16, u32); 9] = [
    (flag::GLOBAL, 1),
    (flag::LOCAL, 2),
    (flag::PARAMETER, 4),
    (flag::NONLOCAL, 8),
    (flag::USE, 16),
    (flag::IMPORTED, 128),
    (flag::ANNOTATED, 256),
    (flag::ITERATION_VARIABLE, 512),
    (flag::TYPE_PARAMETER, 1024),
];

/// The scopes of a module; the module's own comes first, each other one after that around it.
///
/// # Errors
/// Those of CPython's symbol table.
pub fn symbols(module: &Module, source: &Source, future_annotations: bool) -> Result<Vec<ScopeSymbols>> {
    let features = future::features(module, source)?;
    let table = SymbolTable::new(module, source, features.annotations || future_annotations)?;
    let mut shown: Vec<ScopeSymbols> = Vec::new();
    // Where each scope of the table went.
    let mut places: Vec<usize> = Vec::new();
    for scope in &table.scopes {
        let parent = scope.parent.and_then(|parent| places.get(parent).copied());
        if matches!(scope.kind, ScopeKind::Comprehension(_))
            && let Some(parent) = parent
            && let Some(outer) = shown.get_mut(parent)
        {
            // Its variables are those of the code around it.
            for symbol in &scope.symbols {
                if !outer.symbols.iter().any(|(name, _)| *name == symbol.name) {
                    outer.symbols.push((symbol.name.clone(), flags_of(symbol)));
                }
            }
            places.push(parent);
            continue;
        }
        places.push(shown.len());
        // What only functions inside use passes through.
        let passing = scope.free_names.iter().filter(|name| scope.symbol(name).is_none()).map(|name| (name.clone(), FREE << KIND_SHIFT));
        shown.push(ScopeSymbols {
            kind: number(scope.kind),
            name: name_of(scope),
            line: scope.start.map_or(0, |start| source.lines().line(start)),
            nested: scope.nested,
            symbols: scope.symbols.iter().map(|symbol| (symbol.name.clone(), flags_of(symbol))).chain(passing).collect(),
            parameters: scope.symbols.iter().filter(|symbol| symbol.flags & flag::PARAMETER != 0).map(|symbol| symbol.name.clone()).collect(),
            parent,
        });
    }
    Ok(shown)
}

fn flags_of(symbol: &Symbol) -> u32 {
    let flags: u32 = FLAGS.iter().filter(|(own, _)| symbol.flags & own != 0).map(|(_, theirs)| theirs).sum();
    let (kind, more) = match symbol.resolution {
        Resolution::Local if symbol.cell => (CELL, 0),
        Resolution::Local => (LOCAL, 0),
        Resolution::Enclosing(_) => (FREE, 0),
        Resolution::GlobalExplicit => (GLOBAL_EXPLICIT, 0),
        Resolution::GlobalImplicit | Resolution::ClassDictGlobal => (GLOBAL_IMPLICIT, 0),
        Resolution::Name if symbol.flags & flag::BOUND != 0 => (LOCAL, 0),
        Resolution::Name => (GLOBAL_IMPLICIT, 0),
        Resolution::ClassFree => (FREE, FREE_IN_CLASS),
        Resolution::ClassDictFree => (FREE, 0),
    };
    flags | more | kind << KIND_SHIFT
}

fn number(kind: ScopeKind) -> u8 {
    match kind {
        ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Generator | ScopeKind::Comprehension(_) => 0,
        ScopeKind::Class => 1,
        ScopeKind::Module => 2,
        ScopeKind::Annotations => 3,
        ScopeKind::TypeAlias => 4,
        ScopeKind::TypeParameters => 5,
        ScopeKind::TypeVariable(_) => 6,
    }
}

fn name_of(scope: &Scope<'_>) -> Ident {
    match (&scope.name, scope.kind) {
        (Some(name), _) => name.clone(),
        (None, ScopeKind::Lambda) => Rc::from("lambda"),
        (None, ScopeKind::Generator) => Rc::from("genexpr"),
        (None, ScopeKind::Annotations) => Rc::from("__annotate__"),
        _ => Rc::from("top"),
    }
}
