//! From prototypes to code objects: constants become values, names are interned, sites get their caches.

use super::Vm;
use crate::code::isa::Op;
use crate::code::prototype::{CodeFlags, CodePrototype, Const};
use crate::object::code::{Code, Site};
use crate::object::header::Mut;
use crate::object::value::Value;
use crate::object::{complex, int};
use alloc::boxed::Box;
use alloc::vec::Vec;
use dashu_int::{IBig, Sign, UBig};

/// What a copy of a code object has for its own.
pub struct CodeChanges {
    pub flags: CodeFlags,
    pub first_line: u32,
    pub positional_only: u16,
    /// Code of the functions inside, which find their variables where those of the original do.
    pub children: Box<[Value]>,
    /// Name, qualified name, file name.
    pub texts: [Value; 3],
}

impl Vm {
    /// The value of a compile-time constant.
    pub fn constant(&mut self, constant: &Const) -> Value {
        match constant {
            Const::None => Value::NONE,
            Const::True => Value::TRUE,
            Const::False => Value::FALSE,
            Const::Ellipsis => Value::ELLIPSIS,
            Const::Int(number) => self.new_int(*number),
            Const::BigInt { negative, magnitude } => {
                let number = IBig::from_parts(if *negative { Sign::Negative } else { Sign::Positive }, UBig::from_le_bytes(magnitude));
                int::from_big(self, number)
            }
            Const::Float(number) => self.new_float(*number),
            Const::Complex(real, imaginary) => complex::new(self, *real, *imaginary),
            Const::Str(bytes) => {
                let value = crate::object::str::from_untrusted(self, bytes);
                let identifier = bytes.len() <= 64 && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
                if identifier { self.intern_value(&value) } else { value }
            }
            Const::Bytes(bytes) => self.new_bytes(bytes),
            Const::Tuple(items) => {
                let items: Vec<Value> = items.iter().map(|item| self.constant(item)).collect();
                self.new_tuple(items)
            }
            Const::FrozenSet(items) => {
                let items: Vec<Value> = items.iter().map(|item| self.constant(item)).collect();
                match crate::object::set::frozen_from_values(self, items) {
                    Ok(set) => set,
                    Err(raised) => {
                        // Constants are hashable; a hostile image gets an empty set.
                        drop(self.take_exception(raised));
                        Value::NONE
                    }
                }
            }
        }
    }

    fn intern_all(&mut self, names: &[alloc::rc::Rc<str>]) -> Box<[Value]> {
        names.iter().map(|name| self.intern(name)).collect()
    }

    /// Makes a code object of a verified prototype.
    pub fn load_code(&mut self, prototype: &CodePrototype) -> Value {
        let filename = self.intern(&prototype.filename);
        self.load_code_in(prototype, &filename)
    }

    fn load_code_in(&mut self, prototype: &CodePrototype, filename: &Value) -> Value {
        let children: Box<[Value]> = prototype.children.iter().map(|child| self.load_code_in(child, filename)).collect();
        let constant_box: Box<[Value]> = prototype.constants.iter().map(|constant| self.constant(constant)).collect();
        let site_box: Box<[Site]> = prototype.sites.iter().map(|name| Site::new(self.intern(name))).collect();
        let mut instruction_box: Box<[crate::code::Instr]> = prototype.instructions.clone().into_boxed_slice();
        for instruction in instruction_box.iter_mut().filter(|instruction| matches!(instruction.op, Op::Return | Op::ReturnNone) && instruction.b == 0) {
            instruction.b = prototype.register_count;
        }
        let name = self.intern(&prototype.name);
        let qualified_name = self.intern(&prototype.qualified_name);
        let local_names = self.intern_all(&prototype.local_names);
        let free_names = self.intern_all(&prototype.free_names);
        let docstring = match &prototype.docstring {
            Some(text) => crate::object::str::from_untrusted(self, text),
            None => Value::NONE,
        };
        let flags = prototype.flags;
        let simple = prototype.keyword_only_count == 0 && !flags.has(CodeFlags::VARARGS) && !flags.has(CodeFlags::VARKEYWORDS);
        self.new_object(|header| Code {
            header,
            constants: constant_box.as_ptr(),
            sites: site_box.as_ptr(),
            instructions: instruction_box.as_ptr(),
            register_count: prototype.register_count,
            argument_count: prototype.argument_count,
            positional_only_count: prototype.positional_only_count,
            keyword_only_count: prototype.keyword_only_count,
            simple_arguments: if simple { prototype.argument_count as u32 } else { u32::MAX },
            flags,
            first_line: prototype.first_line,
            instruction_box,
            constant_box,
            site_box,
            children,
            handlers: prototype.handlers.clone().into_boxed_slice(),
            lines: prototype.lines.clone(),
            name: Mut::new(name),
            qualified_name: Mut::new(qualified_name),
            filename: filename.clone(),
            local_names,
            cell_registers: prototype.cell_registers.clone().into_boxed_slice(),
            free_names,
            captures: prototype.captures.clone().into_boxed_slice(),
            docstring,
        })
    }

    /// A copy of a code object, with empty caches.
    pub fn copy_code(&mut self, code: &Code, changes: CodeChanges) -> Value {
        let CodeChanges { flags, first_line, positional_only, children, texts: [name, qualified_name, filename] } = changes;
        let constant_box = code.constant_box.clone();
        let site_box: Box<[Site]> = code.site_box.iter().map(|site| Site::new(site.name.clone())).collect();
        let instruction_box = code.instruction_box.clone();
        self.new_object(|header| Code {
            header,
            constants: constant_box.as_ptr(),
            sites: site_box.as_ptr(),
            instructions: instruction_box.as_ptr(),
            register_count: code.register_count,
            argument_count: code.argument_count,
            positional_only_count: positional_only,
            keyword_only_count: code.keyword_only_count,
            simple_arguments: code.simple_arguments,
            flags,
            first_line,
            instruction_box,
            constant_box,
            site_box,
            children,
            handlers: code.handlers.clone(),
            lines: code.lines.clone(),
            name: Mut::new(name),
            qualified_name: Mut::new(qualified_name),
            filename,
            local_names: code.local_names.clone(),
            cell_registers: code.cell_registers.clone(),
            free_names: code.free_names.clone(),
            captures: code.captures.clone(),
            docstring: code.docstring.clone(),
        })
    }
}
