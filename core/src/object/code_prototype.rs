//! From code objects back to prototypes: what `vm::load` does, undone.

use super::code::Code;
use super::set::FrozenSet;
use super::str::Str;
use super::tuple::Tuple;
use super::value::Value;
use super::{bytes::Bytes, complex::Complex, float, int, set};
use crate::code::prototype::{CodePrototype, Const};
use crate::vm::Vm;
use alloc::rc::Rc;
use alloc::vec::Vec;

fn text(value: &Value) -> Rc<str> {
    value.get::<Str>().map(|text| Rc::from(&*text.to_string_lossy())).unwrap_or_default()
}

fn texts(values: &[Value]) -> Vec<Rc<str>> {
    values.iter().map(text).collect()
}

/// A constant of a code object; None for what no compiler makes one of.
fn constant(value: &Value) -> Option<Const> {
    let all = |items: &[Value]| items.iter().map(constant).collect::<Option<Vec<Const>>>().map(Vec::into_boxed_slice);
    if value.is_none() {
        return Some(Const::None);
    }
    if value.is(&Value::ELLIPSIS) {
        return Some(Const::Ellipsis);
    }
    if let Some(truth) = value.as_bool() {
        return Some(if truth { Const::True } else { Const::False });
    }
    if let Some(number) = float::exact_f64(value) {
        return Some(Const::Float(number));
    }
    if let Some(number) = int::to_i64(value) {
        return Some(Const::Int(number));
    }
    if let Some(number) = int::to_big(value) {
        let (sign, magnitude) = number.into_parts();
        return Some(Const::BigInt { negative: sign == dashu_int::Sign::Negative, magnitude: magnitude.to_le_bytes() });
    }
    if let Some(number) = value.get::<Complex>() {
        return Some(Const::Complex(number.real, number.imaginary));
    }
    if let Some(text) = value.get::<Str>() {
        return Some(Const::Str(text.bytes().into()));
    }
    if let Some(bytes) = value.get::<Bytes>() {
        return Some(Const::Bytes(bytes.data().into()));
    }
    if let Some(items) = value.get::<Tuple>() {
        return all(items.items()).map(Const::Tuple);
    }
    value.get::<FrozenSet>().and_then(|_| set::exact_table(value)).and_then(|table| all(&table.keys())).map(Const::FrozenSet)
}

impl Code {
    /// The prototype that this was loaded from, or would have been if it has been changed since; None if it has constants that no image can hold.
    pub fn prototype(&self, vm: &mut Vm) -> Option<CodePrototype> {
        let body = vm.body_of(self);
        Some(CodePrototype {
            name: text(self.name.get()),
            qualified_name: text(self.qualified_name.get()),
            filename: text(&self.filename),
            first_line: self.first_line,
            flags: self.flags,
            argument_count: self.argument_count,
            positional_only_count: self.positional_only_count,
            keyword_only_count: self.keyword_only_count,
            register_count: self.register_count,
            local_names: texts(&self.local_names),
            cell_registers: self.cell_registers.to_vec(),
            free_names: texts(&self.free_names),
            captures: self.captures.to_vec(),
            docstring: self.docstring.get::<Str>().map(|text| text.bytes().into()),
            constants: body.constants.iter().map(constant).collect::<Option<_>>()?,
            sites: body.sites.iter().map(|site| text(&site.name)).collect(),
            children: body.children.iter().map(|child| child.get::<Code>()?.prototype(vm)).collect::<Option<_>>()?,
            instructions: body.instructions.to_vec(),
            handlers: body.handlers.to_vec(),
            lines: body.lines.clone(),
        })
    }
}
