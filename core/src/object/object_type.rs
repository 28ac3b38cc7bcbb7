//! `object` and `type`, and the types of natives that classes hold.

use super::class::{CLASS_HAS_DICT, CLASS_WEAKREFERABLE, Class, TypeSpec};
use super::function::NativeFunction;
use super::header::Object;
use super::instance::Instance;

pub static OBJECT: TypeSpec = TypeSpec { doc: "The base class of the class hierarchy.", ..TypeSpec::new("object", Instance::LAYOUT) };

pub static TYPE: TypeSpec = TypeSpec { flags: CLASS_HAS_DICT | CLASS_WEAKREFERABLE, doc: "type(object) -> the object's type", ..TypeSpec::new("type", Class::LAYOUT) };

pub static WRAPPER_DESCRIPTOR: TypeSpec = TypeSpec::new("wrapper_descriptor", NativeFunction::LAYOUT);
pub static METHOD_DESCRIPTOR: TypeSpec = TypeSpec::new("method_descriptor", NativeFunction::LAYOUT);
pub static CLASS_METHOD_DESCRIPTOR: TypeSpec = TypeSpec::new("classmethod_descriptor", NativeFunction::LAYOUT);
