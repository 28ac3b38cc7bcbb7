//! Objects: the value word, the header, classes and instances, and one file a builtin type.

pub mod array;
pub mod async_generator;
pub mod bool;
pub mod byte_methods;
pub mod byte_search;
pub mod byte_stream;
pub mod bytearray;
pub mod bytes;
pub mod cell;
pub mod class;
pub mod code;
pub mod code_prototype;
pub mod codec;
pub mod complex;
pub mod construct;
pub mod containers;
pub mod deque;
pub mod descriptor;
pub mod descriptor_types;
pub mod dict;
pub mod dict_methods;
pub mod dict_views;
pub mod exception;
pub mod exception_group;
pub mod exception_types;
pub mod float;
pub mod float_math;
mod float_tables;
pub mod float_text;
pub mod foreign_memory;
pub mod format_number;
pub mod format_spec;
pub mod frame_locals;
pub mod function;
pub mod function_types;
pub mod generator;
pub mod generic_alias;
pub mod header;
pub mod instance;
pub mod int;
pub mod int_math;
pub mod int_text;
pub mod iterator_state;
pub mod iterators;
pub mod iterators_combined;
pub mod keywords;
pub mod lazy;
pub mod list;
pub mod list_methods;
pub mod mapping_proxy;
pub mod memoryview;
pub mod module;
pub mod none;
pub mod number;
pub mod object_type;
pub mod percent_format;
pub mod property;
pub mod range;
pub mod scalar;
pub mod set;
pub mod set_methods;
pub mod set_table;
pub mod simple_namespace;
pub mod slice;
pub mod sort;
pub mod str;
pub mod struct_sequence;
pub mod super_object;
pub mod table;
pub mod text_arguments;
pub mod text_buffer;
pub mod text_stream;
pub mod traceback;
pub mod tuple;
pub mod union_type;
pub mod value;
pub mod weak_reference;

/// Every builtin type with a declaration of its own, bases first. The VM makes their classes when it starts.
pub mod types {
    use super::class::TypeSpec;

    pub static TYPES: &[&TypeSpec] = &[
        &super::object_type::SUPER,
        &super::descriptor_types::GETSET_DESCRIPTOR,
        &super::descriptor_types::MEMBER_DESCRIPTOR,
        &super::function_types::NATIVE_FUNCTION,
        &super::function_types::FUNCTION,
        &super::function_types::BOUND_METHOD,
        &super::function_types::CODE,
        &super::async_generator::ASYNC_YIELD,
        &super::async_generator::ASYNC_GENERATOR_CALL,
        &super::async_generator::ASYNC_GENERATOR_THROW,
        &super::generator::GENERATOR,
        &super::generator::COROUTINE,
        &super::generator::COROUTINE_WRAPPER,
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
        &super::iterators_combined::ENUMERATE,
        &super::iterators_combined::ZIP,
        &super::iterators_combined::MAP,
        &super::iterators_combined::FILTER,
        &super::range::ITERATOR_TYPE,
        &super::range::LONG_ITERATOR_TYPE,
        &super::cell::CELL,
        &super::generic_alias::GENERIC_ALIAS,
        &super::mapping_proxy::MAPPING_PROXY,
        &super::module::MODULE,
        &super::property::CLASS_METHOD,
        &super::property::PROPERTY,
        &super::property::STATIC_METHOD,
        &super::simple_namespace::SIMPLE_NAMESPACE,
        &super::text_stream::TEXT_STREAM,
        &super::traceback::FRAME,
        &super::traceback::TRACEBACK,
        &super::union_type::UNION_TYPE,
        &crate::modules::weakref::PROXY,
        &crate::modules::weakref::REFERENCE,
        &super::none::NONE,
        &super::none::NOT_IMPLEMENTED,
        &super::none::ELLIPSIS,
        &super::int::INT,
        &super::bool::BOOL,
        &super::float::FLOAT,
        &super::complex::COMPLEX,
        &super::bytearray::TYPE,
        &super::bytes::BYTEARRAY_ITERATOR,
        &super::bytes::ITERATOR,
        &super::bytes::TYPE,
        &super::memoryview::TYPE,
        &super::str::TYPE,
        &super::str::iterator::ASCII_TYPE,
        &super::str::iterator::TYPE,
    ];
}
