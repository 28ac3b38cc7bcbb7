//! What every object begins with, and how the heap learns an object's layout.

use super::class::Class;
use super::value::Value;
use core::cell::{Cell, UnsafeCell};

/// Layouts the VM tests for often. A class whose instances have another layout uses [`Kind::Other`] and is told by its
/// [`Layout`]. Subclasses in Python of a builtin class keep its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A free heap cell, not an object.
    Free = 0,
    /// A plain instance: nothing but attributes.
    Instance,
    /// A boxed integer of more than 62 bits (or of a subclass of int). Immediate small ones report this kind too.
    Int,
    Float,
    Complex,
    Str,
    Bytes,
    ByteArray,
    List,
    Tuple,
    Dict,
    Set,
    FrozenSet,
    Range,
    Slice,
    Class,
    Function,
    Native,
    BoundMethod,
    Code,
    Cell,
    Module,
    Generator,
    Exception,
    ListIterator,
    TupleIterator,
    RangeIterator,
    DictIterator,
    Property,
    StaticMethod,
    ClassMethod,
    MemberDescriptor,
    /// The heap state of a native that waits for a call's result.
    Continuation,
    /// Any other builtin layout.
    Other,
    Bool,
    None,
    NotImplemented,
    Ellipsis,
    Undefined,
}

/// `Header::flags`: the object's class was made in Python (it may have attributes, `__del__`, overridden methods).
pub const SUBCLASS: u8 = 1;
/// `Header::flags`: weak references to the object exist.
pub const HAS_WEAK_REFERENCES: u8 = 2;
/// `Header::flags`: allocated by itself, not in a page.
pub const LARGE: u8 = 4;
/// `Header::flags`: `__del__` has run already.
pub const FINALIZED: u8 = 8;
/// `Header::flags`: free for the type's own use (str: see `object::str`).
pub const TYPE_FLAG_1: u8 = 16;
pub const TYPE_FLAG_2: u8 = 32;
pub const TYPE_FLAG_3: u8 = 64;

/// The first two words of every object (on 32-bit targets three).
#[repr(C, align(8))]
pub struct Header {
    count: Cell<u32>,
    kind: Cell<u8>,
    flags: Cell<u8>,
    /// Size class of the cell, for the heap.
    pub(crate) size_class: Cell<u16>,
    class: Cell<*const Class>,
}

impl Header {
    /// The header of a new object with one reference. The caller owns the reference to `class` that the header holds from now on.
    #[inline(always)]
    pub(crate) fn new(kind: Kind, flags: u8, size_class: u16, class: *const Class) -> Header {
        Header { count: Cell::new(1), kind: Cell::new(kind as u8), flags: Cell::new(flags), size_class: Cell::new(size_class), class: Cell::new(class) }
    }

    #[inline(always)]
    pub fn retain(&self) {
        self.count.set(self.count.get().wrapping_add(1));
    }

    /// Takes one reference away; true if it was the last.
    #[inline(always)]
    pub fn release(&self) -> bool {
        let count = self.count.get().wrapping_sub(1);
        self.count.set(count);
        count == 0
    }

    /// Number of references.
    #[inline(always)]
    pub fn count(&self) -> u32 {
        self.count.get()
    }

    pub(crate) fn set_count(&self, count: u32) {
        self.count.set(count);
    }

    #[inline(always)]
    pub fn kind(&self) -> Kind {
        // SAFETY: only `Kind as u8` is ever stored.
        unsafe { core::mem::transmute::<u8, Kind>(self.kind.get()) }
    }

    #[inline(always)]
    pub fn flags(&self) -> u8 {
        self.flags.get()
    }

    #[inline(always)]
    pub fn set_flag(&self, flag: u8) {
        self.flags.set(self.flags.get() | flag);
    }

    #[inline(always)]
    pub fn clear_flag(&self, flag: u8) {
        self.flags.set(self.flags.get() & !flag);
    }

    /// The object's class.
    #[inline(always)]
    pub fn class(&self) -> &Class {
        // SAFETY: set at construction to a live class that the object holds a reference to.
        unsafe { &*self.class.get() }
    }

    pub(crate) fn class_cell(&self) -> &Cell<*const Class> {
        &self.class
    }

    #[inline(always)]
    pub fn has_layout<T: Object>(&self) -> bool {
        if T::KIND as u8 == Kind::Other as u8 {
            self.kind.get() == Kind::Other as u8 && core::ptr::eq(self.class().layout, T::LAYOUT)
        } else {
            self.kind.get() == T::KIND as u8
        }
    }

    #[inline(always)]
    pub fn has_exact_layout<T: Object>(&self) -> bool {
        self.has_layout::<T>() && self.flags.get() & SUBCLASS == 0
    }
}

/// How the heap handles objects of one builtin type.
pub struct Layout {
    /// Name for diagnostics.
    pub name: &'static str,
    pub kind: Kind,
    /// Bytes of the fixed part, header included; attributes of subclass instances follow it.
    pub size: usize,
    /// Drops the fields (not the header).
    pub drop: unsafe fn(*mut Header),
    /// Calls back for each value that the object owns (for the cycle collector).
    pub traverse: unsafe fn(*const Header, &mut dyn FnMut(&Value)),
    /// Drops what may be part of a cycle, leaving the object valid but empty. The collector calls it on garbage.
    pub clear: unsafe fn(*const Header),
}

/// A builtin object type: a `#[repr(C)]` struct whose first field is its [`Header`].
///
/// Implement with [`object!`](crate::object!). Fields that change are wrapped in [`Mut`] or `Cell`.
///
/// # Safety
/// The struct is `repr(C)` and begins with a `Header`; `LAYOUT` describes this type.
pub unsafe trait Object: Sized + 'static {
    const KIND: Kind;
    const LAYOUT: &'static Layout;
    /// Calls `visit` for each [`Value`] that the object owns.
    fn traverse(&self, visit: &mut dyn FnMut(&Value));
    /// Drops the values that may be part of a cycle (immutable types: nothing).
    fn clear(&self) {}
    #[inline(always)]
    fn header(&self) -> &Header {
        // SAFETY: the first field is the header.
        unsafe { &*(self as *const Self as *const Header) }
    }
}

/// Makes a struct an [`Object`]: `object!(List, Kind::List, "list", |this, visit| { .. }, |this| { .. });`
/// The closures are the type's `traverse` and `clear`; the second may be left out.
#[macro_export]
macro_rules! object {
    ($type:ty, $kind:expr, $name:literal, |$this:ident, $visit:ident| $traverse:expr $(, |$cleared:ident| $clear:expr)?) => {
        // SAFETY: the struct is repr(C) with its header first (checked below), and the layout is made from the type itself.
        unsafe impl $crate::object::header::Object for $type {
            const KIND: $crate::object::header::Kind = $kind;
            const LAYOUT: &'static $crate::object::header::Layout = {
                static LAYOUT: $crate::object::header::Layout = $crate::object::header::Layout {
                    name: $name,
                    kind: $kind,
                    size: size_of::<$type>(),
                    drop: |header| {
                        // SAFETY: the heap calls this once, on an object of this type whose last reference is gone.
                        unsafe { core::ptr::drop_in_place(header as *mut $type) }
                    },
                    traverse: |header, visit| {
                        // SAFETY: the heap calls this on live objects of this type.
                        <$type as $crate::object::header::Object>::traverse(unsafe { &*(header as *const $type) }, visit)
                    },
                    clear: |header| {
                        // SAFETY: the heap calls this on live objects of this type.
                        <$type as $crate::object::header::Object>::clear(unsafe { &*(header as *const $type) })
                    },
                };
                &LAYOUT
            };
            #[allow(unused_variables)] // leaf types own no values
            fn traverse(&self, $visit: &mut dyn FnMut(&$crate::object::value::Value)) {
                let $this = self;
                $traverse
            }
            $(fn clear(&self) {
                let $cleared = self;
                $clear
            })?
        }
        const _: () = assert!(core::mem::offset_of!($type, header) == 0);
    };
}

/// A field that changes while others hold references to its object. The GIL keeps other OS threads out; what remains is
/// the rule that a reference from [`Mut::get_mut`] (or `get`) must not live across anything that may run Python code,
/// drop a value, or reach the same field again.
#[repr(transparent)]
pub struct Mut<T>(UnsafeCell<T>);

impl<T> Mut<T> {
    pub const fn new(value: T) -> Mut<T> {
        Mut(UnsafeCell::new(value))
    }

    #[inline(always)]
    pub fn get(&self) -> &T {
        // SAFETY: see the type's rule.
        unsafe { &*self.0.get() }
    }

    #[inline(always)]
    #[allow(clippy::mut_from_ref)] // the type's purpose
    pub fn get_mut(&self) -> &mut T {
        // SAFETY: see the type's rule.
        unsafe { &mut *self.0.get() }
    }

    /// Stores `value` and returns what was there, to be dropped after the field is consistent again.
    #[inline(always)]
    pub fn replace(&self, value: T) -> T {
        core::mem::replace(self.get_mut(), value)
    }

    #[inline(always)]
    pub fn set(&self, value: T) {
        drop(self.replace(value));
    }
}

impl<T: Default> Mut<T> {
    pub fn take(&self) -> T {
        self.replace(T::default())
    }
}
