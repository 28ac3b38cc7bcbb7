//! What is known of a C type: kept in the namespace of the class that stands for it.

use super::scalar::Code;
use libffi_sys as ffi;
use pyvm_core::object;
use pyvm_core::object::class::{CLASS_NOT_CALLABLE, Class, TypeSpec};
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Getter, Name, Native, Raised, Res, Vm, argument};
use std::cell::Cell;
use std::ptr;

/// Does this machine put the most significant byte first?
pub const C_BYTE_ORDER_BIG: bool = cfg!(target_endian = "big");

/// The kinds of C types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Simple(Code),
    Structure,
    Union,
    Array,
    Pointer,
    Function,
}

/// Scalars that a value is made of, with their offsets: what the calling conventions look at.
pub type Leaves = Vec<(usize, ffi::ffi_type)>;

/// Larger values than this are passed in memory by every calling convention, whatever they are made of.
const LEAVES_BELOW: usize = 64;

/// A C type.
#[repr(C)]
pub struct Information {
    pub header: Header,
    pub shape: Shape,
    pub size: Cell<usize>,
    pub alignment: Cell<usize>,
    /// Values of the class are plain Python values: it is derived straight from the base of simple types.
    pub plain: bool,
    /// Its bytes are in the order that is not this machine's.
    pub swapped: bool,
    /// The class of an array's items, or of what a pointer points to; None: not known yet.
    pub item: Mut<Value>,
    /// Items of an array.
    pub length: usize,
    /// `(format, itemsize, shape)`
    pub description: Value,
    /// Values hold addresses.
    pub points: bool,
    /// Instances or derived classes exist: fields cannot be set any more.
    pub fixed: Cell<bool>,
    pub leaves: Leaves,
    /// Flags of a function type.
    pub flags: u32,
    native: Box<NativeType>,
}

object!(
    Information,
    Kind::Other,
    "_ctypes.StgInfo",
    |this, visit| {
        visit(this.item.get());
        visit(&this.description);
    },
    |this| drop(this.item.replace(Value::NONE))
);

/// libffi's description of a type; it points to itself, and so does not move.
struct NativeType {
    own: ffi::ffi_type,
    elements: Vec<*mut ffi::ffi_type>,
    scalars: Vec<ffi::ffi_type>,
}

/// The scalar type that libffi calls so.
pub fn scalar_type(code: Code, swapped: bool) -> ffi::ffi_type {
    use pyvm_core::object::scalar::Kind as Sort;
    // SAFETY: libffi's constants, read only.
    unsafe {
        match code {
            Code::Integer(_) if swapped => ffi::ffi_type_pointer,
            Code::Integer(scalar) => match (scalar.size, scalar.kind == Sort::Signed) {
                (1, true) => ffi::ffi_type_sint8,
                (1, false) => ffi::ffi_type_uint8,
                (2, true) => ffi::ffi_type_sint16,
                (2, false) => ffi::ffi_type_uint16,
                (4, true) => ffi::ffi_type_sint32,
                (4, false) => ffi::ffi_type_uint32,
                (_, true) => ffi::ffi_type_sint64,
                (_, false) => ffi::ffi_type_uint64,
            },
            Code::Bool => ffi::ffi_type_uint8,
            Code::VariantBool => ffi::ffi_type_sint16,
            Code::Char => ffi::ffi_type_sint8,
            Code::WideChar => ffi::ffi_type_sint32,
            Code::Float => ffi::ffi_type_float,
            Code::Double => ffi::ffi_type_double,
            Code::LongDouble => ffi::ffi_type_longdouble,
            Code::Text | Code::WideText | Code::Pointer => ffi::ffi_type_pointer,
            Code::Object => ffi::ffi_type_uint64,
        }
    }
}

fn leaves_of_code(code: Code, swapped: bool) -> Leaves {
    vec![(0, scalar_type(code, swapped))]
}

impl NativeType {
    /// A scalar by itself, or a structure of scalars.
    fn new(size: usize, alignment: usize, leaves: &Leaves, aggregate: bool) -> Box<NativeType> {
        let mut native = Box::new(NativeType { own: scalar_type(Code::Pointer, false), elements: Vec::new(), scalars: Vec::new() });
        if !aggregate {
            if let Some((_, scalar)) = leaves.first() {
                native.own = *scalar;
            }
            return native;
        }
        native.scalars = members(size, leaves);
        let first = native.scalars.as_mut_ptr();
        // Addresses within a vector that does not change any more.
        native.elements = (0..native.scalars.len()).map(|index| first.wrapping_add(index)).chain([ptr::null_mut()]).collect();
        let elements = native.elements.as_mut_ptr();
        native.own = ffi::ffi_type { size, alignment: alignment.max(1) as u16, type_: ffi::FFI_TYPE_STRUCT, elements };
        native
    }
}

/// Scalars that follow each other without overlapping, and are passed like those given.
fn members(size: usize, leaves: &Leaves) -> Vec<ffi::ffi_type> {
    let plain = !leaves.is_empty() && leaves.windows(2).all(|pair| matches!(pair, [(first, scalar), (second, _)] if first + scalar.size <= *second));
    if plain && size < LEAVES_BELOW {
        return leaves.iter().map(|(_, scalar)| *scalar).collect();
    }
    // Members that lie over each other: each eight bytes are a float if all in them is, else an integer.
    let is_float = |scalar: &ffi::ffi_type| matches!(scalar.type_, ffi::FFI_TYPE_FLOAT | ffi::FFI_TYPE_DOUBLE);
    let mut scalars = Vec::new();
    for start in (0..size.max(1)).step_by(8) {
        let mut here = leaves.iter().filter(|(offset, scalar)| *offset < start + 8 && offset + scalar.size > start).peekable();
        let floats = here.peek().is_some() && here.all(|(_, scalar)| is_float(scalar));
        let rest = (size - start.min(size)).min(8);
        // SAFETY: libffi's constants, read only.
        unsafe {
            match (floats, rest) {
                (true, 8) => scalars.push(ffi::ffi_type_double),
                (true, 4) => scalars.push(ffi::ffi_type_float),
                (_, 8) => scalars.push(ffi::ffi_type_uint64),
                _ => scalars.extend(std::iter::repeat_n(ffi::ffi_type_uint8, rest.max(1))),
            }
        }
        if size >= LEAVES_BELOW {
            break;
        }
    }
    scalars
}

impl Information {
    /// libffi's type of a value.
    pub fn native(&self) -> *mut ffi::ffi_type {
        ptr::from_ref(&self.native.own).cast_mut()
    }

    /// Is a value an aggregate for the calling conventions?
    pub fn is_aggregate(&self) -> bool {
        self.native.own.type_ == ffi::FFI_TYPE_STRUCT
    }

    pub fn code(&self) -> Option<Code> {
        match self.shape {
            Shape::Simple(code) => Some(code),
            _ => None,
        }
    }
}

/// The information of a class or the nearest of its ancestors that has one.
pub fn of_class<'a>(vm: &mut Vm, class: &'a Class) -> Option<&'a Information> {
    let value = vm.class_special(class, Name::ForeignType)?;
    let information: *const Information = value.get::<Information>()?;
    // SAFETY: the class, or an ancestor that it keeps, has it in its namespace for all its life: nothing takes it out but another information, and
    // then it is kept with that (see `set`).
    Some(unsafe { &*information })
}

/// As [`of_class`], of a value that may be a class.
pub fn of_type<'a>(vm: &mut Vm, value: &'a Value) -> Option<(&'a Class, &'a Information)> {
    let class = value.get::<Class>()?;
    Some((class, of_class(vm, class)?))
}

/// As [`of_type`].
///
/// # Errors
/// TypeError.
pub fn required<'a>(vm: &mut Vm, value: &'a Value) -> Res<(&'a Class, &'a Information)> {
    match of_type(vm, value) {
        Some(found) => Ok(found),
        None => Err(no_information(vm)),
    }
}

#[cold]
fn no_information(vm: &mut Vm) -> Raised {
    vm.type_error("this type has no size")
}

const KEPT: &str = "__ctypes_information_before__";

fn set(vm: &mut Vm, class: &Class, information: Value) {
    let (name, kept) = (vm.name(Name::ForeignType).clone(), vm.intern(KEPT));
    // Somebody may be reading the one before: it stays as long as the class.
    let before = class.namespace().set_interned(&name, information).filter(|before| before.get::<Information>().is_some());
    if let Some(before) = before {
        let others = class.namespace().get_interned(&kept).unwrap_or(Value::NONE);
        let all = vm.new_tuple(vec![before, others]);
        drop(class.namespace().set_interned(&kept, all));
    }
    vm.class_changed(class);
}

fn text_tuple(vm: &mut Vm, format: &Value, size: usize, shape: Vec<Value>) -> Value {
    let (size, shape) = (vm.new_size(size), vm.new_tuple(shape));
    vm.new_tuple(vec![format.clone(), size, shape])
}

struct Parts {
    shape: Shape,
    plain: bool,
    size: usize,
    alignment: usize,
    swapped: bool,
    item: Value,
    length: usize,
    description: Value,
    points: bool,
    leaves: Leaves,
    flags: u32,
}

fn make(vm: &mut Vm, class: &Class, parts: Parts) {
    let aggregate = matches!(parts.shape, Shape::Structure | Shape::Union | Shape::Array);
    let native = NativeType::new(parts.size, parts.alignment, &parts.leaves, aggregate);
    vm.class_from_spec(&SPEC);
    let information = vm.new_object(|header| Information {
        header,
        shape: parts.shape,
        plain: parts.plain,
        size: Cell::new(parts.size),
        alignment: Cell::new(parts.alignment),
        swapped: parts.swapped,
        item: Mut::new(parts.item),
        length: parts.length,
        description: parts.description,
        points: parts.points,
        fixed: Cell::new(false),
        leaves: parts.leaves,
        flags: parts.flags,
        native,
    });
    set(vm, class, information);
}

fn class_argument<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a Class> {
    match arguments.first().and_then(|class| class.get::<Class>()) {
        Some(class) => Ok(class),
        None => Err(vm.type_error("a class is required")),
    }
}

fn given(arguments: &[Value], index: usize) -> Value {
    argument(arguments, index).cloned().unwrap_or(Value::NONE)
}

/// `simple(class, code, swapped, format, plain)`
fn simple(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = class_argument(vm, arguments)?;
    let code = argument(arguments, 1).and_then(|code| code.as_small_int()).and_then(|code| u8::try_from(code).ok()).and_then(Code::of);
    let Some(code) = code else { return Ok(Value::FALSE) };
    let swapped = given(arguments, 2).as_bool() == Some(true);
    if swapped && !code.swaps() {
        return Ok(Value::FALSE);
    }
    let description = text_tuple(vm, &given(arguments, 3), code.size(), Vec::new());
    let plain = given(arguments, 4).as_bool() == Some(true);
    make(
        vm,
        class,
        Parts {
            shape: Shape::Simple(code),
            plain,
            size: code.size(),
            alignment: code.alignment(),
            swapped,
            item: Value::NONE,
            length: 1,
            description,
            points: code.points(),
            leaves: leaves_of_code(code, swapped),
            flags: 0,
        },
    );
    Ok(Value::TRUE)
}

/// `pointer(class, item, format)`
fn pointer(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = class_argument(vm, arguments)?;
    let description = text_tuple(vm, &given(arguments, 2), size_of::<usize>(), Vec::new());
    let leaves = leaves_of_code(Code::Pointer, false);
    make(
        vm,
        class,
        Parts {
            shape: Shape::Pointer,
            plain: false,
            size: size_of::<usize>(),
            alignment: align_of::<usize>(),
            swapped: false,
            item: given(arguments, 1),
            length: 1,
            description,
            points: true,
            leaves,
            flags: 0,
        },
    );
    Ok(Value::NONE)
}

/// `function(class, flags)`
fn function(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = class_argument(vm, arguments)?;
    let flags = vm.index_i64(&given(arguments, 1))? as u32;
    let format = vm.new_str("X{}");
    let description = text_tuple(vm, &format, size_of::<usize>(), Vec::new());
    let leaves = leaves_of_code(Code::Pointer, false);
    make(
        vm,
        class,
        Parts {
            shape: Shape::Function,
            plain: false,
            size: size_of::<usize>(),
            alignment: align_of::<usize>(),
            swapped: false,
            item: Value::NONE,
            length: 1,
            description,
            points: true,
            leaves,
            flags,
        },
    );
    Ok(Value::NONE)
}

/// `array(class, item, length)`
fn array(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = class_argument(vm, arguments)?;
    let item = given(arguments, 1);
    let Some((_, of)) = of_type(vm, &item) else { return Err(vm.type_error("_type_ must have storage info")) };
    let length = usize::try_from(vm.index_i64(&given(arguments, 2))?).unwrap_or(0);
    let Some(size) = of.size.get().checked_mul(length).filter(|&size| isize::try_from(size).is_ok()) else {
        return Err(vm.raise(pyvm_core::object::exception::Ex::OverflowError, "array too large"));
    };
    let mut lengths = vec![vm.new_size(length)];
    let (mut format, mut item_size) = (Value::NONE, Value::small_int(1));
    if let Some([of_format, of_size, of_shape]) = of.description.get::<Tuple>().map(Tuple::items) {
        (format, item_size) = (of_format.clone(), of_size.clone());
        lengths.extend(of_shape.get::<Tuple>().map(Tuple::items).unwrap_or_default().iter().cloned());
    }
    let shape = vm.new_tuple(lengths);
    let description = vm.new_tuple(vec![format, item_size, shape]);
    let mut leaves = Vec::new();
    if size < LEAVES_BELOW {
        for index in 0..length {
            leaves.extend(of.leaves.iter().map(|(offset, scalar)| (offset + index * of.size.get(), *scalar)));
        }
    }
    let (alignment, points) = (of.alignment.get(), of.points);
    of.fixed.set(true);
    make(vm, class, Parts { shape: Shape::Array, plain: false, size, alignment, swapped: false, item: item.clone(), length, description, points, leaves, flags: 0 });
    Ok(Value::NONE)
}

/// `record(class, union, size, alignment, members, format)`, a member being `(class, offset)`.
fn record(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = class_argument(vm, arguments)?;
    let union = given(arguments, 1).as_bool() == Some(true);
    let (size, alignment) = (vm.index_i64(&given(arguments, 2))?, vm.index_i64(&given(arguments, 3))?);
    let (size, alignment) = (usize::try_from(size).unwrap_or(0), usize::try_from(alignment).unwrap_or(1).max(1));
    let mut leaves: Leaves = Vec::new();
    let mut points = false;
    let members = given(arguments, 4);
    for member in members.get::<Tuple>().map(Tuple::items).unwrap_or_default() {
        let Some([of, offset]) = member.get::<Tuple>().map(Tuple::items) else { continue };
        let offset = usize::try_from(vm.index_i64(offset)?).unwrap_or(0);
        let Some((_, of)) = of_type(vm, of) else { continue };
        points |= of.points;
        if size < LEAVES_BELOW {
            leaves.extend(of.leaves.iter().map(|(inner, scalar)| (offset + inner, *scalar)));
        }
    }
    leaves.sort_by_key(|(offset, _)| *offset);
    let description = text_tuple(vm, &given(arguments, 5), size, Vec::new());
    let shape = if union { Shape::Union } else { Shape::Structure };
    make(vm, class, Parts { shape, plain: false, size, alignment, swapped: false, item: Value::NONE, length: 0, description, points, leaves, flags: 0 });
    Ok(Value::NONE)
}

/// `information(class)`, or None.
fn information(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = given(arguments, 0);
    Ok(of_type(vm, &class).map_or(Value::NONE, |(_, information)| Value::from_object(information)))
}

macro_rules! getters {
    ($($name:literal |$vm:ident, $this:ident| $value:expr, $doc:literal;)+) => {
        &[$(Getter::read_only($name, |$vm, value| match value.get::<Information>() {
            Some($this) => Ok($value),
            None => Ok(Value::NONE),
        }, $doc)),+]
    };
}

static GETTERS: &[Getter] = getters! {
    "size" |vm, this| vm.new_size(this.size.get()), "Bytes of a value.";
    "alignment" |vm, this| vm.new_size(this.alignment.get()), "Alignment of a value.";
    "description" |_vm, this| this.description.clone(), "Format, size of an item, lengths.";
    "item" |_vm, this| this.item.get().clone(), "The type of items, or of what is pointed to.";
    "length" |vm, this| vm.new_size(this.length), "Items of an array.";
    "points" |_vm, this| Value::bool(this.points), "Do values hold addresses?";
    "fixed" |_vm, this| Value::bool(this.fixed.get()), "Are the fields final?";
    "takes_bits" |_vm, this| Value::bool(this.code().is_some_and(Code::takes_bits)), "Can a bit field be of it?";
    "flags" |vm, this| vm.new_int(this.flags.into()), "Flags of a function type.";
};

/// `fix(class)`: its fields are final.
fn fix(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = given(arguments, 0);
    if let Some((_, information)) = of_type(vm, &class) {
        information.fixed.set(true);
    }
    Ok(Value::NONE)
}

pub static SPEC: TypeSpec =
    TypeSpec { module: "_ctypes", flags: CLASS_NOT_CALLABLE, doc: "What is known of a C type.", getters: GETTERS, ..TypeSpec::new("StgInfo", Information::LAYOUT) };

pub static NATIVES: [Native; 7] = [
    Native::simple("simple(cls, code, swapped, format, plain, /)", simple, "Make a class stand for a single value."),
    Native::simple("pointer(cls, item, format, /)", pointer, "Make a class stand for pointers."),
    Native::simple("function(cls, flags, /)", function, "Make a class stand for functions."),
    Native::simple("array(cls, item, length, /)", array, "Make a class stand for arrays."),
    Native::simple("record(cls, union, size, alignment, members, format, /)", record, "Make a class stand for structures or unions."),
    Native::simple("information(cls, /)", information, "What is known of a class's values."),
    Native::simple("fix(cls, /)", fix, "The fields of a class are final."),
];
