//! Objects: the value word, the header, classes and instances, and one file a builtin type.

pub mod cell;
pub mod class;
pub mod code;
pub mod construct;
pub mod descriptor;
pub mod dict;
pub mod exception;
pub mod float;
pub mod function;
pub mod generator;
pub mod header;
pub mod instance;
pub mod int;
pub mod list;
pub mod module;
pub mod object_type;
pub mod str;
pub mod tuple;
pub mod value;
pub mod weak_reference;

/// Every builtin type with a declaration of its own, bases first. The VM makes their classes when it starts.
pub mod types {
    use super::class::TypeSpec;

    pub static TYPES: &[&TypeSpec] = &[
        &super::cell::CELL,
        &super::module::MODULE,
    ];
}
