//! Traceback objects, and the frame objects that they show: made from where an exception passed, when somebody asks.

use super::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use super::code::Code;
use super::construct::allocation_class;
use super::exception::{Ex, TraceEntry};
use super::function::Function;
use super::generator::{Generator, GeneratorState};
use super::header::{Header, Kind, Mut, Object};
use super::str::Str;
use super::value::Value;
use super::weak_reference::WeakReference;
use crate::code::CodeFlags;
use crate::code::line_table::Position;
use crate::object;
use crate::vm::frame::FrameRef;
use crate::vm::trace;
use crate::vm::{Getter, Native, Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

/// A frame as introspection sees it.
///
/// While the frame runs it holds its frame object: its function is exchanged for a copy of its own, whose `attributes` are the frame object.
/// So frames that nobody looks at know nothing of it, and one that is looked at twice is the same object.
#[repr(C)]
pub struct FrameObject {
    pub header: Header,
    /// The [`Function`] that ran, or a bare [`Code`].
    pub function: Value,
    /// Index of the instruction it stood at when it ended or was looked at first.
    pub instruction: Cell<u32>,
    /// Address of the frame's registers.
    pub base: usize,
    /// The frame that called it, or None, as it was when last asked.
    pub back: Mut<Value>,
    /// `f_locals`, a dict, as it was when last asked; undefined: nobody asked yet.
    pub locals: Mut<Value>,
    /// What was set through `f_locals` and is no variable, a dict; undefined: nothing.
    pub extra: Mut<Value>,
    /// The variables when an exception ended the frame, a tuple of registers; undefined: none did.
    pub variables: Mut<Value>,
    /// A weak reference to the generator whose frame it is, or None.
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
    |this, visit| for value in [&this.function, this.back.get(), this.locals.get(), this.extra.get(), this.variables.get(), &this.generator, this.trace.get()] {
        visit(value);
    },
    |this| {
        this.trace.set(Value::NONE);
        this.back.set(Value::NONE);
        this.variables.set(Value::UNDEFINED);
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
    /// Address of the frame's registers; 0: not known.
    pub base: usize,
    /// As in [`FrameObject`].
    pub variables: Mut<Value>,
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
    |this, visit| for value in [&this.function, this.frame.get(), this.next.get(), this.variables.get()] {
        visit(value);
    },
    |this| {
        this.variables.set(Value::UNDEFINED);
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
        Getter::read_only("f_generator", |_, this| Ok(frame(this).and_then(owner).unwrap_or(Value::NONE)), "The generator that owns the frame."),
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
    code_of(running).map_or(0, |code| code.body().lines.place(instruction as usize))
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
    if let Some(owner) = owner(this)
        && let Some(generator) = owner.get::<Generator>()
        && matches!(generator.state.get(), GeneratorState::Created | GeneratorState::Suspended)
    {
        return Some(FrameRef { base: generator.registers(), pc: generator.pc.get() });
    }
    running_at(vm, this.base).filter(|running| known(*running).is_some_and(|known| known.is(&Value::from_object(this))))
}

/// The frame of this py-thread whose registers are there.
fn running_at(vm: &Vm, base: usize) -> Option<FrameRef> {
    let mut at = if base == 0 { None } else { vm.frame() };
    while let Some(current) = at {
        if current.base as usize == base {
            return at;
        }
        at = current.caller();
    }
    None
}

/// The frame object of a frame that somebody looked at.
pub fn known(running: FrameRef) -> Option<Value> {
    frame_object_of(running.function()?)
}

fn frame_object_of(function: &Function) -> Option<Value> {
    function.attributes.get().get::<FrameObject>().map(Value::from_object)
}

/// The generator whose frame it is, while it lives.
fn owner(this: &FrameObject) -> Option<Value> {
    this.generator.get::<WeakReference>()?.target()
}

/// An exception ended the frame at this instruction, with these variables.
pub fn end(frame_object: &Value, instruction: u32, variables: Value) {
    if let Some(this) = frame(frame_object) {
        this.instruction.set(instruction);
        this.locals.set(Value::UNDEFINED);
        this.variables.set(variables);
    }
}

/// Is it a traceback whose first frame has its registers there?
pub fn has_base(value: &Value, base: usize) -> bool {
    traceback(value).is_some_and(|traceback| traceback.base == base)
}

/// The traceback's first frame is this one.
pub fn set_frame(value: &Value, frame_object: &Value) {
    if let Some(traceback) = traceback(value) {
        traceback.frame.set(frame_object.clone());
    }
}

/// The traceback's first frame ended with these variables.
pub fn keep_variables(value: &Value, variables: Value) {
    if let Some(traceback) = traceback(value) {
        traceback.variables.set(variables);
    }
}

fn current_instruction(vm: &Vm, this: &Value) -> u32 {
    match frame(this) {
        Some(frame) => live(vm, frame).map_or(frame.instruction.get(), |live| live.instruction() as u32),
        None => 0,
    }
}

fn f_back(vm: &mut Vm, this: &Value) -> Res<Value> {
    let Some(frame) = frame(this) else { return Ok(Value::NONE) };
    // That of a generator's frame is who runs it now.
    let suspended = owner(frame).is_some_and(|owner| owner.get::<Generator>().is_some_and(|generator| generator.state.get() != GeneratorState::Running));
    if suspended {
        return Ok(Value::NONE);
    }
    if let Some(running) = live(vm, frame) {
        let back = match visible(running.caller()) {
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

/// The frame object that shows a running frame.
pub fn of_running(vm: &mut Vm, running: FrameRef) -> Value {
    match known(running) {
        Some(known) => known,
        None => {
            let (instruction, generator) = (running.instruction() as u32, generator_of(vm, running));
            look_at(vm, running, instruction, &generator)
        }
    }
}

/// Makes the frame object of a frame, which holds it from now on.
fn look_at(vm: &mut Vm, running: FrameRef, instruction: u32, generator: &Value) -> Value {
    let Some(function) = running.function().map(Value::from_object) else { return Value::NONE };
    // Without memory for the reference, it is a frame like any other.
    let generator = if generator.is_none() { Value::NONE } else { crate::modules::weakref::new_reference(vm, generator).unwrap_or(Value::NONE) };
    let value = new_frame_object(vm, function.clone(), instruction, running.base as usize, generator);
    if let Some(function) = function.get::<Function>() {
        let frame = value.clone();
        let own = vm.new_object(|header| function.for_frame(header, frame));
        running.set_function(own);
    }
    value
}

fn new_frame_object(vm: &mut Vm, function: Value, instruction: u32, base: usize, generator: Value) -> Value {
    let unknown = || Mut::new(Value::UNDEFINED);
    vm.new_object(|header| FrameObject {
        header,
        function,
        instruction: Cell::new(instruction),
        base,
        back: Mut::new(Value::NONE),
        locals: unknown(),
        extra: unknown(),
        variables: unknown(),
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
    if let Some(known) = frame_object_of(function) {
        return known;
    }
    let instruction = function.code().index_of(generator.pc.get()).saturating_sub(1) as u32;
    look_at(vm, FrameRef { base: generator.registers(), pc: generator.pc.get() }, instruction, value)
}

/// `frame.clear()`: what a frame that has ended still shows is forgotten.
fn frame_clear(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first().and_then(frame) else { return Ok(Value::NONE) };
    let owner = owner(this);
    if let Some(generator) = owner.as_ref().and_then(|owner| owner.get::<Generator>()) {
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
    this.variables.set(Value::UNDEFINED);
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

/// A traceback object of a frame that an exception passed, with `next` inwards (a traceback or None).
pub fn new(vm: &mut Vm, entry: TraceEntry, next: Value) -> Value {
    let TraceEntry { code: function, instruction, base, variables } = entry;
    let (line, frame, next, variables) = (Cell::new(0), Mut::new(Value::UNDEFINED), Mut::new(next), Mut::new(variables));
    vm.new_object(|header| Traceback { header, function, instruction, base, variables, line, frame, next })
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
        let frame = frame_of(vm, traceback);
        traceback.frame.set(frame);
    }
    Ok(traceback.frame.get().clone())
}

/// The frame object of a traceback: of the frame that runs, or one that shows how it ended.
fn frame_of(vm: &mut Vm, traceback: &Traceback) -> Value {
    if let Some(known) = traceback.function.get::<Function>().and_then(frame_object_of) {
        return known;
    }
    let is_it = |running: &FrameRef| {
        let function = known(*running).and_then(|known| Some(frame(&known)?.function.clone())).or_else(|| running.function().map(Value::from_object));
        function.is_some_and(|function| function.is(&traceback.function))
    };
    // A frame that caught the exception and goes on; where the same function runs again at the same place, that is taken for it.
    if let Some(running) = running_at(vm, traceback.base).filter(|_| traceback.variables.get().is_undefined()).filter(is_it) {
        return of_running(vm, running);
    }
    let value = new_frame_object(vm, traceback.function.clone(), traceback.instruction, 0, Value::NONE);
    if let Some(frame) = frame(&value) {
        // The frame alone has them now: clearing it drops them.
        frame.variables.set(traceback.variables.replace(Value::UNDEFINED));
    }
    value
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
    let instruction = code_of(frame_value).map_or(0, |code| code.body().lines.instruction_at(place));
    let line = vm.index_i64(line)?;
    let line = Cell::new(u32::try_from(line).unwrap_or(0));
    let (function, frame, next) = (frame_value.clone(), Mut::new(frame_value.clone()), Mut::new(next.clone()));
    let (instruction, variables) = (u32::try_from(instruction).unwrap_or(0), Mut::new(Value::UNDEFINED));
    Ok(vm.heap.new_object(&class, |header| Traceback { header, function, instruction, base: 0, variables, line, frame, next }))
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
