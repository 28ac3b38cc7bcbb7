//! Objects: the value word, the header, classes and instances, and one file a builtin type.

pub mod cell;
pub mod class;
pub mod code;
pub mod construct;
pub mod containers;
pub mod descriptor;
pub mod dict;
pub mod dict_methods;
pub mod dict_views;
pub mod exception;
pub mod float;
pub mod function;
pub mod generator;
pub mod header;
pub mod instance;
pub mod int;
pub mod iterators;
pub mod list;
pub mod list_methods;
pub mod module;
pub mod object_type;
pub mod range;
pub mod set;
pub mod set_methods;
pub mod slice;
pub mod sort;
pub mod str;
pub mod table;
pub mod tuple;
pub mod value;
pub mod weak_reference;

/// Every builtin type with a declaration of its own, bases first. The VM makes their classes when it starts.
pub mod types {
    use super::class::TypeSpec;

    pub static TYPES: &[&TypeSpec] = &[
        &super::tuple::TYPE,
        &super::dict::TYPE,
        &super::list::TYPE,
        &super::set::TYPE,
        &super::set::FROZEN_TYPE,
        &super::range::TYPE,
        &super::slice::TYPE,
        &super::dict_views::KEYS_TYPE,
        &super::dict_views::VALUES_TYPE,
        &super::dict_views::ITEMS_TYPE,
        &super::dict_views::KEY_ITERATOR,
        &super::dict_views::VALUE_ITERATOR,
        &super::dict_views::ITEM_ITERATOR,
        &super::dict_views::REVERSE_KEY_ITERATOR,
        &super::dict_views::REVERSE_VALUE_ITERATOR,
        &super::dict_views::REVERSE_ITEM_ITERATOR,
        &super::iterators::LIST_ITERATOR,
        &super::iterators::LIST_REVERSE_ITERATOR,
        &super::iterators::TUPLE_ITERATOR,
        &super::iterators::SET_ITERATOR,
        &super::iterators::SEQUENCE_ITERATOR,
        &super::iterators::CALLABLE_ITERATOR,
        &super::iterators::REVERSED,
        &super::range::ITERATOR_TYPE,
        &super::range::LONG_ITERATOR_TYPE,
        &super::cell::CELL,
        &super::module::MODULE,
    ];
}
