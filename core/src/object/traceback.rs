//! Traceback objects, and the frame objects that they show: made from where an exception passed, when somebody asks.

use super::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use super::code::Code;
use super::construct::allocation_class;
use super::exception::Ex;
use super::function::Function;
use super::generator::{Generator, GeneratorState};
use super::header::{Header, Kind, Mut, Object};
use super::str::Str;
use super::value::Value;
use crate::code::CodeFlags;
use crate::code::line_table::Position;
use crate::object;
use crate::vm::frame::FrameRef;
use crate::vm::trace;
use crate::vm::{Getter, Native, Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

/// A frame as introspection sees it: a snapshot, not the running frame itself.
#[repr(C)]
pub struct FrameObject {
    pub header: Header,
    /// The [`Function`] that ran, or a bare [`Code`].
    pub function: Value,
    /// Index of the instruction it stood at.
    pub instruction: Cell<u32>,
    /// Address of the frame's registers on the stack it was seen on: while a frame of the same function is there, it is taken for this one.
    pub base: Cell<usize>,
    /// The frame that called it, or None; undefined: nobody asked yet.
    pub back: Mut<Value>,
    /// `f_locals`, a dict; undefined: nobody asked yet.
    pub locals: Mut<Value>,
    /// What was set through `f_locals` and is no variable, a dict; undefined: nothing.
    pub extra: Mut<Value>,
    /// The generator whose frame it is, or None.
    pub generator: Value,
    /// `f_trace`, or None.
    pub trace: Mut<Value>,
    pub trace_lines: Cell<bool>,
    pub trace_opcodes: Cell<bool>,
    /// Its line while a trace function is told about it; else 0.
    pub line_now: Cell<u32>,
    /// Where that is in `co_lines`.
    pub place_now: Cell<u32>,
}

object!(
    FrameObject,
    Kind::Other,
    "frame",
    |this, visit| for value in [&this.function, this.back.get(), this.locals.get(), this.extra.get(), &this.generator, this.trace.get()] {
        visit(value);
    },
    |this| {
        this.trace.set(Value::NONE);
        this.back.set(Value::NONE);
        this.locals.set(Value::UNDEFINED);
        this.extra.set(Value::UNDEFINED);
    }
);

/// A traceback: one frame that an exception passed, and the next one inwards.
#[repr(C)]
pub struct Traceback {
    pub header: Header,
    /// The [`Function`] that ran, or a bare [`Code`]; or a [`FrameObject`] given by Python code.
    pub function: Value,
    pub instruction: u32,
    /// `tb_lineno` as given by Python code; 0: from the instruction.
    pub line: Cell<u32>,
    /// The frame object; undefined: nobody asked yet.
    pub frame: Mut<Value>,
    /// The next traceback, or None.
    pub next: Mut<Value>,
}

object!(
    Traceback,
    Kind::Other,
    "traceback",
    |this, visit| for value in [&this.function, this.frame.get(), this.next.get()] {
        visit(value);
    },
    |this| {
        this.frame.set(Value::UNDEFINED);
        this.next.set(Value::NONE);
    }
);

pub static FRAME: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[
        Native::simple("__repr__($self, /)", frame_repr, "Return repr(self)."),
        Native::simple("clear($self, /)", frame_clear, "Drop the references held by the frame."),
    ],
    getters: &[
        Getter::read_only("f_code", |_, this| Ok(frame(this).map_or(Value::NONE, |frame| code_value(&frame.function))), "The code object."),
        Getter {
            name: "f_lineno",
            get: |vm, this| {
                if let Some(now) = frame(this).map(|frame| frame.line_now.get()).filter(|now| *now != 0) {
                    return Ok(vm.new_int(i64::from(now)));
                }
                let instruction = current_instruction(vm, this);
                line_value(vm, frame(this).map(|frame| (&frame.function, instruction)))
            },
            set: Some(|vm, _, value| match value {
                Some(_) => Err(vm.value_error("f_lineno cannot be set: there are no jumps")),
                None => Err(vm.raise(Ex::AttributeError, "cannot delete attribute")),
            }),
            doc: "The line.",
        },
        Getter::read_only(
            "f_lasti",
            |vm, this| {
                let Some(frame) = frame(this) else { return Ok(Value::NONE) };
                if frame.line_now.get() != 0 {
                    return Ok(vm.new_int(i64::from(frame.place_now.get()) * 2));
                }
                let instruction = current_instruction(vm, this);
                Ok(vm.new_size(place(&frame.function, instruction) * 2))
            },
            "The instruction.",
        ),
        Getter::read_only("f_globals", |vm, this| globals(vm, frame(this).map(|frame| &frame.function)), "The module's namespace."),
        Getter::read_only("f_builtins", |vm, _| Ok(vm.builtins.clone()), "The namespace of the builtins."),
        Getter::read_only("f_locals", super::frame_locals::f_locals, "The local variables."),
        Getter::read_only("f_back", f_back, "The caller's frame."),
        Getter {
            name: "f_trace",
            get: |_, this| Ok(frame(this).map_or(Value::NONE, |frame| frame.trace.get().clone())),
            set: Some(trace::set_frame_trace),
            doc: "The function that is told what happens in the frame.",
        },
        Getter {
            name: "f_trace_lines",
            get: |_, this| Ok(Value::bool(frame(this).is_some_and(|frame| frame.trace_lines.get()))),
            set: Some(|vm, this, value| set_flag(vm, this, value, |frame| &frame.trace_lines)),
            doc: "Whether lines are traced.",
        },
        Getter {
            name: "f_trace_opcodes",
            get: |_, this| Ok(Value::bool(frame(this).is_some_and(|frame| frame.trace_opcodes.get()))),
            set: Some(|vm, this, value| set_flag(vm, this, value, |frame| &frame.trace_opcodes)),
            doc: "Whether instructions are traced.",
        },
        Getter::read_only("f_generator", |_, this| Ok(frame(this).map_or(Value::NONE, |frame| frame.generator.clone())), "The generator that owns the frame."),
    ],
    ..TypeSpec::new("frame", FrameObject::LAYOUT)
};

pub static TRACEBACK: TypeSpec = TypeSpec {
    flags: CLASS_FINAL,
    doc: "Where an exception passed: one frame, and the next one inwards.",
    natives: &[
        Native::simple("__new__($type, /, tb_next, tb_frame, tb_lasti, tb_lineno)", traceback_new, "Create a new traceback object."),
        Native::simple("__dir__($self, /)", traceback_dir, "The names of the attributes."),
    ],
    getters: &[
        Getter {
            name: "tb_next",
            get: |_, this| Ok(traceback(this).map_or(Value::NONE, |traceback| traceback.next.get().clone())),
            set: Some(set_next),
            doc: "The next traceback inwards.",
        },
        Getter::read_only("tb_frame", tb_frame, "The frame."),
        Getter::read_only(
            "tb_lineno",
            |vm, this| {
                let line = traceback(this).map_or(0, Traceback::position_line);
                Ok(vm.new_int(i64::from(line)))
            },
            "The line.",
        ),
        Getter::read_only(
            "tb_lasti",
            |vm, this| Ok(vm.new_size(traceback(this).map_or(0, |traceback| place(&traceback.function, traceback.instruction) * 2))),
            "The instruction.",
        ),
    ],
    ..TypeSpec::new("traceback", Traceback::LAYOUT)
};

fn frame(value: &Value) -> Option<&FrameObject> {
    value.get::<FrameObject>()
}

fn traceback(value: &Value) -> Option<&Traceback> {
    value.get::<Traceback>()
}

/// What is left of a traceback without its outermost frames, as long as their files are these.
pub fn without_outer(traceback: Value, unwanted: impl Fn(&str) -> bool) -> Value {
    let mut head = traceback;
    while let Some(this) = head.get::<Traceback>() {
        let filename = code_of(&this.function).and_then(|code| code.filename.get::<Str>());
        if !filename.is_some_and(|filename| unwanted(&filename.to_string_lossy())) {
            break;
        }
        let next = this.next.get().clone();
        head = next;
    }
    head
}

/// The code of what ran: a function, a code object, or a frame object.
pub fn code_of(running: &Value) -> Option<&Code> {
    match (running.get::<Function>(), running.get::<FrameObject>()) {
        (Some(function), _) => Some(function.code()),
        (_, Some(frame)) => code_of(&frame.function),
        _ => running.get::<Code>(),
    }
}

/// Where an instruction is in `co_lines`.
fn place(running: &Value, instruction: u32) -> usize {
    code_of(running).map_or(0, |code| code.lines.place(instruction as usize))
}

fn code_value(running: &Value) -> Value {
    code_of(running).map_or(Value::NONE, Value::from_object)
}

fn line_value(vm: &mut Vm, place: Option<(&Value, u32)>) -> Res<Value> {
    let line = place.and_then(|(running, instruction)| Some(code_of(running)?.position(instruction as usize).line)).unwrap_or(0);
    Ok(vm.new_int(i64::from(line)))
}

/// The globals of what ran, if it is known.
pub fn globals_of(running: &Value) -> Option<Value> {
    match (running.get::<Function>(), running.get::<FrameObject>()) {
        (Some(function), _) => Some(function.globals.clone()),
        (_, Some(frame)) => globals_of(&frame.function),
        _ => None,
    }
}

fn globals(vm: &mut Vm, running: Option<&Value>) -> Res<Value> {
    Ok(running.and_then(globals_of).unwrap_or_else(|| vm.new_dict()))
}

/// The running frame that a frame object shows, if it is still on this py-thread's stack.
pub fn live(vm: &Vm, this: &FrameObject) -> Option<FrameRef> {
    if let Some(generator) = this.generator.get::<Generator>()
        && matches!(generator.state.get(), GeneratorState::Created | GeneratorState::Suspended)
    {
        return Some(FrameRef { base: generator.registers(), pc: generator.pc.get() });
    }
    let mut at = if this.base.get() == 0 { None } else { vm.frame() };
    while let Some(current) = at {
        if current.base as usize == this.base.get() {
            return current.function().filter(|function| Value::from_object(*function).is(&this.function)).map(|_| current);
        }
        at = current.caller();
    }
    None
}

fn current_instruction(vm: &Vm, this: &Value) -> u32 {
    match frame(this) {
        Some(frame) => live(vm, frame).map_or(frame.instruction.get(), |live| live.instruction() as u32),
        None => 0,
    }
}

fn f_back(vm: &mut Vm, this: &Value) -> Res<Value> {
    let Some(frame) = frame(this) else { return Ok(Value::NONE) };
    if frame.back.get().is_undefined() {
        let back = match live(vm, frame).and_then(|live| visible(live.caller())) {
            Some(caller) => of_running(vm, caller),
            None => Value::NONE,
        };
        frame.back.set(back);
    }
    Ok(frame.back.get().clone())
}

/// The first frame from here on, outwards, that shows in tracebacks.
pub fn visible(mut at: Option<FrameRef>) -> Option<FrameRef> {
    while let Some(current) = at {
        if !current.is_own() && !current.code().flags.has(CodeFlags::HIDDEN) {
            return at;
        }
        at = current.caller();
    }
    None
}

/// The frame object that shows a running frame: another one each time, unless it is traced.
pub fn of_running(vm: &mut Vm, running: FrameRef) -> Value {
    if let Some(known) = vm.known_frame(running) {
        return known;
    }
    let object = new_of_running(vm, running);
    vm.know_frame(running.base as usize, &object);
    object
}

/// A frame object that shows a running frame.
pub fn new_of_running(vm: &mut Vm, running: FrameRef) -> Value {
    let Some(function) = running.function().map(Value::from_object) else { return Value::NONE };
    let generator = generator_of(vm, running);
    make(vm, function, running.instruction() as u32, running.base as usize, Value::UNDEFINED, generator)
}

fn make(vm: &mut Vm, function: Value, instruction: u32, base: usize, back: Value, generator: Value) -> Value {
    let unknown = || Mut::new(Value::UNDEFINED);
    vm.new_object(|header| FrameObject {
        header,
        function,
        instruction: Cell::new(instruction),
        base: Cell::new(base),
        back: Mut::new(back),
        locals: unknown(),
        extra: unknown(),
        generator,
        trace: Mut::new(Value::NONE),
        trace_lines: Cell::new(true),
        trace_opcodes: Cell::new(false),
        line_now: Cell::new(0),
        place_now: Cell::new(0),
    })
}

/// Sets `f_trace_lines` or `f_trace_opcodes`.
fn set_flag(vm: &mut Vm, this: &Value, value: Option<&Value>, flag: fn(&FrameObject) -> &Cell<bool>) -> Res<()> {
    match value.map(|value| value.as_bool()) {
        Some(Some(value)) => {
            if let Some(frame) = frame(this) {
                flag(frame).set(value);
            }
            Ok(())
        }
        Some(None) => Err(vm.type_error("attribute value type must be bool")),
        None => Err(vm.type_error("cannot delete attribute")),
    }
}

/// The generator that runs in a frame, or None: the frame of the VM's own below holds it.
fn generator_of(vm: &Vm, running: FrameRef) -> Value {
    match running.caller() {
        Some(below) if core::ptr::eq(below.code(), vm.own.generator) => below.register(1).clone(),
        _ => Value::NONE,
    }
}

/// A frame object that shows a generator's frame.
pub fn of_generator(vm: &mut Vm, value: &Value) -> Value {
    let Some(generator) = value.get::<Generator>() else { return Value::NONE };
    let Some(function) = generator.function() else { return Value::NONE };
    let instruction = function.code().index_of(generator.pc.get()).saturating_sub(1) as u32;
    let (function, base, generator) = (Value::from_object(function), generator.registers() as usize, value.clone());
    make(vm, function, instruction, base, Value::NONE, generator)
}

/// `frame.clear()`: what a frame that has ended still shows is forgotten.
fn frame_clear(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first().and_then(frame) else { return Ok(Value::NONE) };
    let generator = this.generator.clone();
    if let Some(generator) = generator.get::<Generator>() {
        match generator.state.get() {
            GeneratorState::Running => return Err(vm.raise(Ex::RuntimeError, "cannot clear an executing frame")),
            GeneratorState::Suspended => return Err(vm.raise(Ex::RuntimeError, "cannot clear a suspended frame")),
            GeneratorState::Created => generator.finish(),
            GeneratorState::Finished => {}
        }
    } else if live(vm, this).is_some() {
        return Err(vm.raise(Ex::RuntimeError, "cannot clear an executing frame"));
    }
    this.locals.set(Value::UNDEFINED);
    this.extra.set(Value::UNDEFINED);
    Ok(Value::NONE)
}

fn frame_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some((frame, code)) = arguments.first().and_then(frame).and_then(|frame| Some((frame, code_of(&frame.function)?))) else {
        return Ok(vm.new_str("<frame>"));
    };
    let text = |value: &Value| value.get::<super::str::Str>().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
    let (address, file, name) = (frame as *const FrameObject as usize, text(&code.filename), text(code.name.get()));
    let instruction = live(vm, frame).map_or(frame.instruction.get(), |live| live.instruction() as u32);
    let line = code.position(instruction as usize).line;
    Ok(vm.format(format_args!("<frame at {address:#x}, file '{file}', line {line}, code {name}>")))
}

/// A frame object: `function` ran (or a code object), standing at `instruction`, called from `back` (a frame object or None).
pub fn new_frame(vm: &mut Vm, function: Value, instruction: u32, back: Value) -> Value {
    make(vm, function, instruction, 0, back, Value::NONE)
}

/// A traceback object: `function` (or a code object) at `instruction`, with `next` inwards (a traceback or None).
pub fn new(vm: &mut Vm, function: Value, instruction: u32, next: Value) -> Value {
    vm.new_object(|header| Traceback { header, function, instruction, line: Cell::new(0), frame: Mut::new(Value::UNDEFINED), next: Mut::new(next) })
}

impl Traceback {
    /// Where the frame stood; only the line is known of one made by Python code.
    pub fn position(&self) -> Position {
        match self.line.get() {
            0 => code_of(&self.function).map(|code| code.position(self.instruction as usize)).unwrap_or_default(),
            line => Position { line, column: 0, end_line: line, end_column: 0 },
        }
    }

    fn position_line(&self) -> u32 {
        self.position().line
    }
}

fn tb_frame(vm: &mut Vm, this: &Value) -> Res<Value> {
    let Some(traceback) = traceback(this) else { return Ok(Value::NONE) };
    if traceback.frame.get().is_undefined() {
        let frame = match frame(&traceback.function) {
            Some(_) => traceback.function.clone(),
            None => new_frame(vm, traceback.function.clone(), traceback.instruction, Value::NONE),
        };
        traceback.frame.set(frame);
    }
    Ok(traceback.frame.get().clone())
}

fn traceback_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Traceback>(vm, arguments, "traceback")?;
    let [_, next, frame_value, instruction, line, ..] = arguments else { return Ok(Value::NONE) };
    check_next(vm, next)?;
    if frame(frame_value).is_none() {
        let given = vm.type_name(frame_value);
        return Err(vm.type_error(&alloc::format!("traceback() argument 'tb_frame' must be frame, not {given}")));
    }
    let place = usize::try_from(vm.index_i64(instruction)? / 2).unwrap_or(0);
    let instruction = code_of(frame_value).map_or(0, |code| code.lines.instruction_at(place));
    let line = vm.index_i64(line)?;
    let line = Cell::new(u32::try_from(line).unwrap_or(0));
    let (function, frame, next) = (frame_value.clone(), Mut::new(frame_value.clone()), Mut::new(next.clone()));
    Ok(vm.heap.new_object(&class, |header| Traceback { header, function, instruction: u32::try_from(instruction).unwrap_or(0), line, frame, next }))
}

fn check_next(vm: &mut Vm, next: &Value) -> Res<()> {
    if next.is_none() || traceback(next).is_some() {
        return Ok(());
    }
    let given = vm.type_name(next);
    Err(vm.type_error(&alloc::format!("expected traceback object, got '{given}'")))
}

fn set_next(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let Some(value) = value else { return Err(vm.type_error("can't delete tb_next attribute")) };
    check_next(vm, value)?;
    let mut at = value.clone();
    while let Some(next) = traceback(&at).map(|traceback| traceback.next.get().clone()) {
        if at.is(this) {
            return Err(vm.raise(Ex::ValueError, "traceback loop detected"));
        }
        at = next;
    }
    if let Some(traceback) = traceback(this) {
        traceback.next.set(value.clone());
    }
    Ok(())
}

fn traceback_dir(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let names: Vec<Value> = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"].iter().map(|name| vm.intern(name)).collect();
    Ok(vm.new_list(names))
}
