//! What can be called: functions made in Python, natives, methods bound to an object. Also cells.

use super::class::ClassRefCell;
use super::code::Code;
use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::object;
use crate::vm::native::Native;
use alloc::boxed::Box;

/// A variable shared between a function and the functions inside it; undefined while unassigned.
#[repr(C)]
pub struct CellObject {
    pub header: Header,
    pub content: Mut<Value>,
}

object!(CellObject, Kind::Cell, "cell", |this, visit| visit(this.content.get()), |this| this.content.set(Value::UNDEFINED));

/// A function made by `def` or `lambda` (or the body of a module or class while it runs).
#[repr(C)]
pub struct Function {
    pub header: Header,
    /// A [`Code`].
    pub code: Mut<Value>,
    /// The dict of the module.
    pub globals: Value,
    /// The dict of builtins.
    pub builtins: Value,
    /// Cells.
    pub closure: Mut<Box<[Value]>>,
    /// `__defaults__`: a tuple, or None.
    pub defaults: Mut<Value>,
    /// `__kwdefaults__`: a dict, or None.
    pub keyword_defaults: Mut<Value>,
    pub name: Mut<Value>,
    pub qualified_name: Mut<Value>,
    pub module: Mut<Value>,
    pub doc: Mut<Value>,
    /// `__annotate__`: a function, or None.
    pub annotate: Mut<Value>,
    /// `__annotations__`, once computed or set; undefined before.
    pub annotations: Mut<Value>,
    /// `__type_params__`, a tuple.
    pub type_params: Mut<Value>,
    /// `__dict__`, once there are attributes; undefined before.
    pub attributes: Mut<Value>,
}

object!(
    Function,
    Kind::Function,
    "function",
    |this, visit| {
        visit(&this.globals);
        visit(&this.builtins);
        this.closure.get().iter().for_each(&mut *visit);
        for value in [
            &this.code,
            &this.defaults,
            &this.keyword_defaults,
            &this.name,
            &this.qualified_name,
            &this.module,
            &this.doc,
            &this.annotate,
            &this.annotations,
            &this.type_params,
            &this.attributes,
        ] {
            visit(value.get());
        }
    },
    |this| {
        drop(this.closure.take());
        for value in [&this.defaults, &this.keyword_defaults, &this.annotate, &this.annotations, &this.attributes] {
            value.set(Value::NONE);
        }
    }
);

impl Function {
    #[inline(always)]
    pub fn code(&self) -> &Code {
        // SAFETY: `code` is only ever set to a code object.
        unsafe { self.code.get().get_unchecked::<Code>() }
    }

    /// The same function for one running frame, with what is known of the frame as its `attributes`.
    pub fn for_frame(&self, header: Header, frame: Value) -> Function {
        let again = |value: &Mut<Value>| Mut::new(value.get().clone());
        Function {
            header,
            code: again(&self.code),
            globals: self.globals.clone(),
            builtins: self.builtins.clone(),
            closure: Mut::new(self.closure.get().clone()),
            defaults: again(&self.defaults),
            keyword_defaults: again(&self.keyword_defaults),
            name: again(&self.name),
            qualified_name: again(&self.qualified_name),
            module: again(&self.module),
            doc: again(&self.doc),
            annotate: again(&self.annotate),
            annotations: again(&self.annotations),
            type_params: again(&self.type_params),
            attributes: Mut::new(frame),
        }
    }
}

/// A native function as a value: a module's function, a type's method (unbound), or either bound to `receiver`.
#[repr(C)]
pub struct NativeFunction {
    pub header: Header,
    pub native: &'static Native,
    /// What it is bound to: self, a class for class methods; undefined if not bound.
    pub receiver: Value,
    /// The class a method belongs to.
    pub owner: ClassRefCell,
    /// `__module__` of module functions.
    pub module: Value,
}

object!(NativeFunction, Kind::Native, "builtin_function_or_method", |this, visit| {
    visit(&this.receiver);
    visit(&this.module);
});

/// A function (or any callable) bound to the object that becomes its first argument.
#[repr(C)]
pub struct BoundMethod {
    pub header: Header,
    pub function: Value,
    pub receiver: Value,
}

object!(BoundMethod, Kind::BoundMethod, "method", |this, visit| {
    visit(&this.function);
    visit(&this.receiver);
});
