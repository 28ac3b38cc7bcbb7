//! Private names of classes.

use alloc::rc::Rc;
use alloc::string::String;

use crate::syntax::ast::Ident;

/// `__name` in class `Class` is stored as `_Class__name`; names that end in two underscores and dotted names are not.
/// (Python reference, "Private name mangling".)
pub(super) fn mangle(class: &str, name: &Ident) -> Ident {
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return name.clone();
    }
    let class = class.trim_start_matches('_');
    if class.is_empty() {
        return name.clone();
    }
    let mut mangled = String::with_capacity(class.len() + name.len() + 1);
    mangled.push('_');
    mangled.push_str(class);
    mangled.push_str(name);
    Rc::from(mangled)
}
