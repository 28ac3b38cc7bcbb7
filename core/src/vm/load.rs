//! From prototypes and images to code objects: constants become values, names are interned, sites get their caches.

use super::Vm;
use super::host::VerifiedImage;
use crate::code::image;
use crate::code::isa::{Instr, Op};
use crate::code::prototype::{CodeFlags, CodePrototype, Const};
use crate::object::code::{Body, Code, ImageNames, Outline, Site, UnreadBody};
use crate::object::header::Mut;
use crate::object::value::Value;
use crate::object::{complex, int};
use alloc::boxed::Box;
use alloc::rc::Rc;
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
                let identifier = bytes.len() <= 64 && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
                match core::str::from_utf8(bytes) {
                    Ok(text) if identifier => self.intern(text),
                    _ => crate::object::str::from_untrusted(self, bytes),
                }
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
        let children = prototype.children.iter().map(|child| self.load_code_in(child, filename)).collect();
        let body = Body {
            instructions: finished(prototype.instructions.clone(), prototype.register_count),
            constants: prototype.constants.iter().map(|constant| self.constant(constant)).collect(),
            sites: prototype.sites.iter().map(|name| Site::new(self.intern(name))).collect(),
            children,
            handlers: prototype.handlers.clone().into_boxed_slice(),
            lines: prototype.lines.clone(),
        };
        let outline = Outline {
            register_count: prototype.register_count,
            argument_count: prototype.argument_count,
            positional_only_count: prototype.positional_only_count,
            keyword_only_count: prototype.keyword_only_count,
            flags: prototype.flags,
            first_line: prototype.first_line,
            name: self.intern(&prototype.name),
            qualified_name: self.intern(&prototype.qualified_name),
            filename: filename.clone(),
            local_names: self.intern_all(&prototype.local_names),
            cell_registers: prototype.cell_registers.clone().into_boxed_slice(),
            free_names: self.intern_all(&prototype.free_names),
            captures: prototype.captures.clone().into_boxed_slice(),
            docstring: self.docstring(prototype.docstring.as_deref()),
        };
        self.new_object(|header| Code::new(header, outline, body))
    }

    fn docstring(&mut self, text: Option<&[u8]>) -> Value {
        text.map_or(Value::NONE, |text| crate::object::str::from_untrusted(self, text))
    }

    /// The code object of a whole and verified image. Bodies are read when they are needed. None: the bytes are no such image.
    pub fn open_code(&mut self, image: VerifiedImage) -> Option<Value> {
        let (table, outline) = image::open(image.bytes()).ok()?;
        let interned = (0..table.count()).map(|_| Value::UNDEFINED).collect();
        let names = Rc::new(ImageNames { table, interned: Mut::new(interned) });
        Some(self.load_outline(outline, &names))
    }

    fn load_outline(&mut self, outline: image::Outline<'static>, names: &Rc<ImageNames>) -> Value {
        let unread = UnreadBody { image: outline.body, names: names.clone() };
        let outline = Outline {
            register_count: outline.register_count,
            argument_count: outline.argument_count,
            positional_only_count: outline.positional_only_count,
            keyword_only_count: outline.keyword_only_count,
            flags: outline.flags,
            first_line: outline.first_line,
            name: self.image_name(names, outline.name),
            qualified_name: self.image_name(names, outline.qualified_name),
            filename: self.image_name(names, outline.filename),
            local_names: self.image_names(names, &outline.local_names),
            cell_registers: outline.cell_registers.into_boxed_slice(),
            free_names: self.image_names(names, &outline.free_names),
            captures: outline.captures.into_boxed_slice(),
            docstring: self.docstring(outline.docstring),
        };
        self.new_object(|header| Code::unread(header, outline, Some(unread)))
    }

    fn image_names(&mut self, names: &ImageNames, indices: &[usize]) -> Box<[Value]> {
        indices.iter().map(|&index| self.image_name(names, index)).collect()
    }

    fn image_name(&mut self, names: &ImageNames, index: usize) -> Value {
        match names.interned.get().get(index) {
            Some(name) if !name.is_undefined() => return name.clone(),
            _ => {}
        }
        let name = self.intern(names.table.get(index).unwrap_or_default());
        if let Some(place) = names.interned.get_mut().get_mut(index) {
            *place = name.clone();
        }
        name
    }

    /// What code needs to run, read from its image if it has not been yet.
    pub fn body_of<'a>(&mut self, code: &'a Code) -> &'a Body {
        if let Some(UnreadBody { image, names }) = code.unread_body() {
            let (image, names) = (*image, names.clone());
            // The image was verified: what cannot be read is not there.
            if let Ok(body) = image::Body::read(image) {
                let body = Body {
                    instructions: finished(body.instructions, code.register_count),
                    constants: body.constants.iter().map(|constant| self.constant(constant)).collect(),
                    sites: body.sites.iter().map(|&name| Site::new(self.image_name(&names, name))).collect(),
                    children: body.children.into_iter().map(|child| self.load_outline(child, &names)).collect(),
                    handlers: body.handlers.into_boxed_slice(),
                    lines: body.lines,
                };
                code.set_body(body);
            }
        }
        code.body()
    }

    /// A copy of a code object, with empty caches.
    pub fn copy_code(&mut self, code: &Code, changes: CodeChanges) -> Value {
        let CodeChanges { flags, first_line, positional_only, children, texts: [name, qualified_name, filename] } = changes;
        let body = self.body_of(code);
        let body = Body {
            instructions: body.instructions.clone(),
            constants: body.constants.clone(),
            sites: body.sites.iter().map(|site| Site::new(site.name.clone())).collect(),
            children,
            handlers: body.handlers.clone(),
            lines: body.lines.clone(),
        };
        let outline = Outline {
            register_count: code.register_count,
            argument_count: code.argument_count,
            positional_only_count: positional_only,
            keyword_only_count: code.keyword_only_count,
            flags,
            first_line,
            name,
            qualified_name,
            filename,
            local_names: code.local_names.clone(),
            cell_registers: code.cell_registers.clone(),
            free_names: code.free_names.clone(),
            captures: code.captures.clone(),
            docstring: code.docstring.clone(),
        };
        self.new_object(|header| Code::new(header, outline, body))
    }
}

/// Instructions as they run: what a return has to clear is all of a frame, unless the compiler knew better.
fn finished(mut instructions: Vec<Instr>, register_count: u16) -> Box<[Instr]> {
    for instruction in instructions.iter_mut().filter(|instruction| matches!(instruction.op, Op::Return | Op::ReturnNone) && instruction.b == 0) {
        instruction.b = register_count;
    }
    instructions.into_boxed_slice()
}
