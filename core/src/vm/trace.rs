//! Tracing and profiling: `sys.settrace`, `sys.setprofile`, and the events that their functions get.
//!
//! A py-thread with such a function runs in the loop's second instance (`step::run::<true>`), which comes to [`before`] ahead of every
//! instruction; the first instance knows nothing of this. `Vm::traced` says which of the two the running py-thread belongs to; whoever
//! changes it sets `pause`, so that the loop is left for the other.
//!
//! What a py-thread's tracing needs stands in a [`Record`] beside its own: most have none. It lists the frames that have begun,
//! as [`Activation`]s: a frame that is not among them has just been entered. An event is a call of the function in a frame above the one it
//! is about; while it runs its py-thread is not traced. Then the instruction is come to again, and its next event is due: `due` counts
//! them. Exceptions are under way meanwhile: the hook's continuation raises them once more.

use super::frame::{FrameRef, OWN_REGISTERS};
use super::step::Exit;
use super::{Action, Args, Call, Continuation, Raised, Res, Vm};
use crate::code::CodeFlags;
use crate::code::isa::{HEADER_SLOTS, Instr, Op};
use crate::code::line_table::Mark;
use crate::object::code::Code;
use crate::object::exception::{Ex, Exception};
use crate::object::function::{BoundMethod, NativeFunction};
use crate::object::traceback::{self, FrameObject};
use crate::object::value::Value;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// The records of the py-threads that have one.
#[derive(Default)]
pub struct Tracing {
    /// Of the running py-thread.
    current: Option<Box<Record>>,
    others: HashMap<u32, Box<Record>, foldhash::fast::FixedState>,
    /// By the address of a code object, which the entry keeps alive.
    lines: HashMap<usize, Rc<Lines>, foldhash::fast::FixedState>,
}

impl Tracing {
    /// Has no py-thread a record?
    #[inline(always)]
    pub fn is_idle(&self) -> bool {
        self.current.is_none() && self.others.is_empty()
    }
}

/// A py-thread's tracing.
struct Record {
    task: u32,
    /// The functions, or None.
    trace: Value,
    profile: Value,
    /// One of them runs.
    in_hook: bool,
    /// The frames are not listed yet, or not any more.
    stale: bool,
    /// The frames that have begun, innermost last.
    frames: Vec<Activation>,
}

/// A frame that has begun.
struct Activation {
    base: usize,
    /// Its frame object, once there is one; else None.
    frame: Value,
    /// It has just been entered, and nobody was told.
    entered: bool,
    /// The instruction last executed, if one was, and the line last visited.
    last: Option<usize>,
    line: u32,
    /// Where that is in `co_lines`.
    place: usize,
    /// The instruction whose events are under way (0: none), and the next of them.
    at: usize,
    due: u8,
    /// How many of the lines without instructions before it have been visited, and whether its own has been.
    marks: usize,
    visited: bool,
    /// As `due`, while an exception is under way.
    unwinding: u8,
    /// The exception is new in this frame.
    is_new: bool,
    /// The native that the profile function was told is being called; undefined: none.
    native: Value,
    /// What a generator returned to the instruction that went on with it; undefined: nothing that is told.
    stopped: Value,
}

impl Activation {
    fn new(base: usize) -> Activation {
        Activation {
            base,
            frame: Value::NONE,
            entered: false,
            last: None,
            line: 0,
            place: 0,
            at: 0,
            due: 0,
            marks: 0,
            visited: false,
            unwinding: 0,
            is_new: false,
            native: Value::UNDEFINED,
            stopped: Value::UNDEFINED,
        }
    }
}

/// A code object's lines, decoded.
struct Lines {
    /// Keeps the code alive.
    _code: Value,
    /// By instruction; 0: none of its own.
    of: Vec<u32>,
    /// Lines without instructions: before which one, and when they count.
    marks: Vec<(usize, u32, u32)>,
    /// By instruction, and by mark: where it is in `co_lines`.
    places: Vec<usize>,
    mark_places: Vec<usize>,
}

impl Lines {
    /// The lines without instructions before the one at `index`, and where they are in `co_lines`.
    fn marks_at(&self, index: usize) -> impl Iterator<Item = (&(usize, u32, u32), &usize)> + Clone {
        let from = self.marks.partition_point(|(place, ..)| *place < index);
        self.marks.iter().zip(&self.mark_places).skip(from).take_while(move |((place, ..), _)| *place == index)
    }
}

// The events due at an instruction, in their order.
const AT_NATIVE_END: u8 = 0;
const AT_STOP: u8 = 1;
const AT_CALL: u8 = 2;
const AT_CALL_PROFILE: u8 = 3;
const AT_LINE: u8 = 4;
const AT_OPCODE: u8 = 5;
const AT_END: u8 = 6;
const AT_END_PROFILE: u8 = 7;
const AT_GO: u8 = 8;

/// What the loop does after [`before`].
pub(crate) enum Before {
    /// Executes the instruction.
    Go,
    /// Goes on where the VM stands.
    Again,
    Leave(Exit),
}

/// What becomes of an exception in a frame.
pub(super) enum Unwinding {
    /// It passes, or is handled.
    Passes(Raised),
    /// A function runs; the exception is raised again afterwards. Err: it raised one itself.
    Hooked(Res<()>),
}

/// An event's name, what it is about, the line of the frame meanwhile, and which function gets it.
struct Event {
    name: &'static str,
    argument: Value,
    line: u32,
    /// Where that is in `co_lines`.
    place: usize,
    profile: bool,
}

/// Goes on after the function of an event.
struct AfterHook {
    frame: Value,
    profile: bool,
    /// The exception under way.
    exception: Option<Value>,
}

impl Continuation for AfterHook {
    fn resume(self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        if let Some(frame) = self.frame.get::<FrameObject>() {
            frame.line_now.set(0);
        }
        let outcome = match result {
            Ok(value) => {
                if let Some(frame) = self.frame.get::<FrameObject>()
                    && !self.profile
                    && !value.is_none()
                {
                    frame.trace.set(value);
                }
                Ok(Action::Return(Value::NONE))
            }
            Err(raised) => {
                // A function that fails is not called again.
                if let Some(record) = &mut vm.tracing.current {
                    let function = if self.profile { &mut record.profile } else { &mut record.trace };
                    drop(core::mem::replace(function, Value::NONE));
                }
                if let Some(frame) = self.frame.get::<FrameObject>()
                    && !self.profile
                {
                    frame.trace.set(Value::NONE);
                }
                Err(raised)
            }
        };
        if let Some(record) = &mut vm.tracing.current {
            record.in_hook = false;
            record.retire();
        }
        vm.tracing_changed();
        match (outcome, self.exception) {
            (Ok(_), Some(exception)) => {
                vm.reraising = true;
                Err(vm.raise_value(exception))
            }
            (outcome, _) => outcome,
        }
    }
}

/// The events before the instruction that `pc` has just passed.
pub(crate) fn before(vm: &mut Vm) -> Before {
    if !vm.traced {
        vm.pc = vm.pc.wrapping_sub(1);
        return Before::Leave(Exit::Mode);
    }
    let Some(running) = vm.frame() else { return Before::Go };
    let code = running.code();
    // SAFETY: the instruction that was just fetched.
    let unread = unsafe { *vm.pc.wrapping_sub(1) }.op == Op::ReadBody;
    if running.is_own() || code.flags.has(CodeFlags::HIDDEN) || unread {
        return Before::Go;
    }
    let Some(mut record) = vm.tracing.current.take() else { return Before::Go };
    let event = next_event(vm, &mut record, running);
    let (frame, function) = match &event {
        Some(event) => (frame_of(vm, &mut record, running), if event.profile { record.profile.clone() } else { trace_function(&record, event.name) }),
        None => (Value::NONE, Value::NONE),
    };
    vm.tracing.current = Some(record);
    let Some(event) = event else { return Before::Go };
    let outcome = hook(vm, function, frame, event, None);
    match vm.settle(outcome) {
        Some(exit) => Before::Leave(exit),
        None => Before::Again,
    }
}

/// Who is told: the py-thread's function of calls, the frame's own of what happens in it.
fn trace_function(record: &Record, event: &str) -> Value {
    if event == "call" {
        return record.trace.clone();
    }
    record.frames.last().and_then(|top| top.frame.get::<FrameObject>()).map_or(Value::NONE, |frame| frame.trace.get().clone())
}

/// Calls the function for an event, in a frame of the VM's own above the current one.
fn hook(vm: &mut Vm, function: Value, frame: Value, event: Event, exception: Option<Value>) -> Res<()> {
    let Event { name, argument, line, place, profile } = event;
    let top = vm.reserve(HEADER_SLOTS + OWN_REGISTERS)?;
    let code = vm.own.hook;
    // SAFETY: room was reserved.
    unsafe { vm.push_own(top, code, Value::UNDEFINED) };
    if let Some(frame) = frame.get::<FrameObject>() {
        frame.line_now.set(line);
        frame.place_now.set(place as u32);
    }
    if let Some(record) = &mut vm.tracing.current {
        record.in_hook = true;
    }
    vm.tracing_changed();
    let text = vm.intern(name);
    let call = Call::new(function, [frame.clone(), text, argument]);
    vm.complete(Ok(Action::Call(call, Box::new(AfterHook { frame, profile, exception }))))
}

/// The frame object of the innermost activation.
fn frame_of(vm: &mut Vm, record: &mut Record, running: FrameRef) -> Value {
    let Some(top) = record.frames.last_mut() else { return Value::NONE };
    if top.frame.is_none() {
        top.frame = traceback::of_running(vm, running);
    }
    top.frame.clone()
}

/// Is the frame a generator's whose code is only about to make the generator?
fn makes_generator(vm: &Vm, running: FrameRef) -> bool {
    let is_generator = running.code().flags.0 & (CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR) != 0;
    is_generator && !running.caller().is_some_and(|below| core::ptr::eq(below.code(), vm.own.generator))
}

/// Lists the frames there are: none of them has just been entered.
fn list_frames(vm: &Vm, record: &mut Record, innermost: Option<FrameRef>) {
    record.frames.clear();
    let mut at = innermost;
    while let Some(running) = at {
        if !running.is_own() && !running.code().flags.has(CodeFlags::HIDDEN) && !makes_generator(vm, running) {
            let mut activation = Activation::new(running.base as usize);
            activation.last = Some(running.instruction());
            activation.line = running.code().position(running.instruction()).line;
            activation.place = running.code().body().lines.place(running.instruction());
            record.frames.push(activation);
        }
        at = running.caller();
    }
    record.frames.reverse();
    record.stale = false;
}

/// Where the running frame's activation is in the list: at its end. `index` is the instruction that comes next in it. None: it is only about to make
/// a generator.
fn arrive(vm: &Vm, record: &mut Record, running: FrameRef, index: usize) -> Option<usize> {
    let base = running.base as usize;
    if record.stale {
        list_frames(vm, record, Some(running));
        if let Some(top) = record.frames.last_mut().filter(|top| top.base == base) {
            top.last = index.checked_sub(1);
            top.line = top.last.map_or(0, |last| running.code().position(last).line);
            top.place = top.last.map_or(0, |last| running.code().body().lines.place(last));
        }
    }
    if let Some(found) = record.frames.iter().rposition(|activation| activation.base == base) {
        let activation = &mut record.frames[found];
        if activation.frame.is_none() {
            activation.frame = traceback::known(running).unwrap_or(Value::NONE);
        }
        record.frames.truncate(found + 1);
        return Some(found);
    }
    if makes_generator(vm, running) {
        return None;
    }
    let mut activation = Activation::new(base);
    activation.entered = true;
    if index > 0 {
        // A generator goes on; the first time, behind what made it.
        let before = index - 1;
        if running.code().body().instructions.get(before).is_some_and(|before| before.op != Op::MakeGenerator) {
            activation.last = Some(before);
            activation.line = running.code().position(before).line;
            activation.place = running.code().body().lines.place(before);
        }
        activation.frame = traceback::known(running).unwrap_or(Value::NONE);
    }
    record.frames.push(activation);
    Some(record.frames.len() - 1)
}

/// The innermost frame is left: if that is its end, its object shows what it was then.
fn leave(record: &mut Record, running: FrameRef, suspends: bool) {
    if let Some(gone) = record.frames.pop()
        && !suspends
        && let Some(object) = gone.frame.get::<FrameObject>()
    {
        object.instruction.set(running.instruction() as u32);
    }
}

/// The next event before the current instruction. None: it is to be executed.
fn next_event(vm: &mut Vm, record: &mut Record, running: FrameRef) -> Option<Event> {
    let code = running.code();
    let index = running.instruction();
    let place = arrive(vm, record, running, index)?;
    let instruction = vm.current_instruction();
    let is_call = (Op::Call as u8..=Op::CallEx as u8).contains(&(instruction.op as u8));
    let ends = matches!(instruction.op, Op::Return | Op::ReturnNone | Op::Yield);
    let (profiles, traces) = (!record.profile.is_none(), !record.trace.is_none());
    let top = record.frames.get_mut(place)?;
    let at = vm.pc as usize;
    if top.at != at {
        if is_call && top.last == Some(index) {
            // It looked around before the call.
            return None;
        }
        top.at = at;
        top.due = AT_NATIVE_END;
        top.marks = 0;
        top.visited = false;
        top.unwinding = 0;
    }
    let object = top.frame.clone();
    let local = object.get::<FrameObject>().filter(|frame| traces && !frame.trace.get().is_none());
    loop {
        let due = top.due;
        if due != AT_LINE {
            top.due = due + 1;
        }
        let line = if top.line == 0 { code.first_line } else { top.line };
        let place = top.place;
        let event = |name, argument, profile| Some(Event { name, argument, line, place, profile });
        match due {
            AT_NATIVE_END => {
                let native = core::mem::replace(&mut top.native, Value::UNDEFINED);
                if !native.is_undefined() && profiles {
                    return event("c_return", native, true);
                }
            }
            AT_STOP => {
                let value = core::mem::replace(&mut top.stopped, Value::UNDEFINED);
                if !value.is_undefined() && local.is_some() {
                    let raised = vm.raise_with(Ex::StopIteration, Vec::from([value]));
                    let exception = vm.take_exception(raised);
                    let class = vm.class_of(&exception).value();
                    let argument = vm.new_tuple(Vec::from([class, exception, Value::NONE]));
                    return event("exception", argument, false);
                }
            }
            AT_CALL if top.entered && traces => return event("call", Value::NONE, false),
            AT_CALL_PROFILE if top.entered && profiles => return event("call", Value::NONE, true),
            AT_LINE => {
                top.entered = false;
                let lines = vm.lines_of(code);
                match top.next_line(&lines, code, index) {
                    Some(line) if local.is_some_and(|frame| frame.trace_lines.get()) => {
                        return Some(Event { name: "line", argument: Value::NONE, line, place: top.place, profile: false });
                    }
                    Some(_) => {}
                    None => {
                        if lines.of.get(index).is_some_and(|line| *line != 0) {
                            top.place = lines.places.get(index).copied().unwrap_or(0);
                        }
                        top.due = AT_OPCODE;
                    }
                }
            }
            AT_OPCODE if local.is_some_and(|frame| frame.trace_opcodes.get()) => return event("opcode", Value::NONE, false),
            AT_END if ends && local.is_some() => return event("return", result_of(vm, instruction), false),
            AT_END_PROFILE if ends && profiles => return event("return", result_of(vm, instruction), true),
            AT_GO if is_call && profiles => {
                if let Some(native) = called_native(vm, instruction) {
                    top.native = native.clone();
                    return event("c_call", native, true);
                }
            }
            due if due > AT_GO => {
                top.at = 0;
                top.last = Some(index);
                if ends {
                    leave(record, running, instruction.op == Op::Yield);
                }
                return None;
            }
            _ => {}
        }
    }
}

impl Activation {
    /// The next line to visit before the instruction at `index`.
    fn next_line(&mut self, lines: &Lines, code: &Code, index: usize) -> Option<u32> {
        let before = self.last.and_then(|last| code.body().instructions.get(last)).map(|before| before.op);
        let jumped = self.last.filter(|last| index != last + 1);
        let passed = match before {
            Some(Op::Jump | Op::Loop) => false,
            // It jumps to the body only.
            Some(Op::ForIter) => jumped.is_some(),
            _ => jumped.is_none(),
        };
        let is = |mark: u32, kind: Mark| mark == kind as u32;
        let here = lines.marks_at(index).filter(|((_, _, mark), _)| is(*mark, Mark::Reached) || is(*mark, Mark::Passed) && passed);
        let there = jumped.into_iter().flat_map(|last| lines.marks_at(last + 1)).filter(|((_, _, mark), _)| is(*mark, Mark::Jumped));
        let due = there.chain(here);
        while let Some(((_, line, _), place)) = due.clone().nth(self.marks) {
            self.marks += 1;
            if *line == self.line && (self.marks > 1 || jumped.is_none()) {
                continue;
            }
            self.line = *line;
            self.place = *place;
            return Some(*line);
        }
        let line = lines.of.get(index).copied().unwrap_or(0);
        let goes_back = self.marks == 0 && self.last.is_some_and(|last| index <= last);
        if line == 0 || self.visited || line == self.line && !goes_back {
            return None;
        }
        self.visited = true;
        self.line = line;
        self.place = lines.places.get(index).copied().unwrap_or(0);
        Some(line)
    }
}

/// What a frame gives to its caller by this instruction.
fn result_of(vm: &Vm, instruction: Instr) -> Value {
    match instruction.op {
        Op::Return => vm.register(instruction.a).clone(),
        Op::Yield => vm.register(instruction.b).clone(),
        _ => Value::NONE,
    }
}

/// The native that a call is about to call, bound to its object.
fn called_native(vm: &mut Vm, instruction: Instr) -> Option<Value> {
    let mut callee = vm.register(instruction.b).clone();
    if let Some(method) = callee.get::<BoundMethod>() {
        callee = method.function.clone();
    }
    let native = callee.get::<NativeFunction>()?;
    if matches!(instruction.op, Op::CallMethod | Op::CallMethodKw) {
        let receiver = vm.register(instruction.b + HEADER_SLOTS as u16).clone();
        if !receiver.is_undefined() {
            return Some(vm.bind_native(native, receiver));
        }
    }
    Some(callee)
}

/// An exception has come to the current frame, whose code handles it or does not. `is_new`: it was not there before.
pub(super) fn unwinding(vm: &mut Vm, raised: Raised, is_new: bool, handled: bool) -> Unwinding {
    let Some((running, mut record)) = vm.frame().and_then(|running| Some((running, vm.tracing.current.take()?))) else { return Unwinding::Passes(raised) };
    let event = next_unwinding(vm, &mut record, running, is_new, handled);
    let Some(mut event) = event else {
        vm.tracing.current = Some(record);
        return Unwinding::Passes(raised);
    };
    let frame = frame_of(vm, &mut record, running);
    let function = if event.profile { record.profile.clone() } else { trace_function(&record, event.name) };
    vm.tracing.current = Some(record);
    let exception = vm.take_exception(raised);
    if event.name == "exception" {
        let traceback = exception.get::<Exception>().map_or(Value::NONE, |object| object.traceback(vm));
        let class = vm.class_of(&exception).value();
        event.argument = vm.new_tuple(Vec::from([class, exception.clone(), traceback]));
    }
    Unwinding::Hooked(hook(vm, function, frame, event, Some(exception)))
}

fn next_unwinding(vm: &mut Vm, record: &mut Record, running: FrameRef, is_new: bool, handled: bool) -> Option<Event> {
    let code = running.code();
    let index = code.index_of(running.pc);
    let place = arrive(vm, record, running, index)?;
    let lines = vm.lines_of(code);
    let (profiles, traces) = (!record.profile.is_none(), !record.trace.is_none());
    let top = record.frames.get_mut(place)?;
    if top.unwinding == 0 {
        top.is_new = is_new;
    }
    let local = top.frame.get::<FrameObject>().is_some_and(|frame| traces && !frame.trace.get().is_none());
    loop {
        let due = top.unwinding;
        top.unwinding += 1;
        let at = index.saturating_sub(1);
        let own = lines.of.get(at).copied().unwrap_or(0);
        let (line, place) = if own == 0 { (top.line, top.place) } else { (own, lines.places.get(at).copied().unwrap_or(0)) };
        let event = |name, argument, profile| Some(Event { name, argument, line, place, profile });
        match due {
            0 if top.entered && traces => return event("call", Value::NONE, false),
            1 if top.entered && profiles => return event("call", Value::NONE, true),
            2 => {
                top.entered = false;
                let native = core::mem::replace(&mut top.native, Value::UNDEFINED);
                if !native.is_undefined() && profiles {
                    return event("c_exception", native, true);
                }
            }
            3 if top.is_new && local => return event("exception", Value::NONE, false),
            4 if handled => {
                top.unwinding = 0;
                top.at = 0;
                return None;
            }
            5 if local => return event("return", Value::NONE, false),
            6 if profiles => return event("return", Value::NONE, true),
            due if due > 6 => {
                leave(record, running, false);
                return None;
            }
            _ => {}
        }
    }
}

/// A generator returned a value to the loop or delegation in the current frame, which goes on.
#[cold]
pub(super) fn stopped(vm: &mut Vm, value: &Value) {
    let Some(base) = vm.frame().map(|frame| frame.base as usize) else { return };
    if let Some(record) = &mut vm.tracing.current
        && let Some(activation) = record.frames.iter_mut().rfind(|activation| activation.base == base)
    {
        activation.stopped = value.clone();
    }
}

impl Vm {
    /// To be called whenever it may have changed which instance of the loop the running py-thread belongs to.
    fn tracing_changed(&mut self) {
        let is_on = |record: &Record| !record.in_hook && (!record.trace.is_none() || !record.profile.is_none());
        self.traced = self.tracing.current.as_deref().is_some_and(is_on);
        if self.traced != self.traced_loop {
            self.pause = true;
        }
    }

    /// Another py-thread runs now.
    #[cold]
    #[inline(never)]
    pub(crate) fn switch_tracing(&mut self, task: u32) {
        if let Some(record) = self.tracing.current.take() {
            self.tracing.others.insert(record.task, record);
        }
        self.tracing.current = self.tracing.others.remove(&task);
        self.tracing_changed();
    }

    /// A py-thread is over.
    #[cold]
    pub(crate) fn forget_tracing(&mut self, task: u32) {
        self.tracing.others.remove(&task);
        if self.tracing.current.as_ref().is_some_and(|record| record.task == task) {
            self.tracing.current = None;
        }
        self.tracing_changed();
    }

    fn lines_of(&mut self, code: &Code) -> Rc<Lines> {
        const MOST: usize = 1000;
        let key = code as *const Code as usize;
        if let Some(lines) = self.tracing.lines.get(&key) {
            return lines.clone();
        }
        let mut lines = Lines { _code: Value::from_object(code), of: Vec::new(), marks: Vec::new(), places: Vec::new(), mark_places: Vec::new() };
        let mut place = 1;
        for (count, position) in code.body().lines.runs().flatten() {
            if count == 0 {
                lines.marks.push((lines.of.len(), position.line, position.column));
                lines.mark_places.push(place);
                place += 1;
            }
            lines.places.extend(place..place + count as usize);
            place += count as usize;
            lines.of.extend((0..count).map(|_| position.line));
        }
        if self.tracing.lines.len() >= MOST {
            self.tracing.lines.clear();
        }
        let lines = Rc::new(lines);
        self.tracing.lines.insert(key, lines.clone());
        lines
    }

    /// The running py-thread's record, made if there is none.
    fn tracing_record(&mut self) -> &mut Record {
        let task = self.sched.current;
        self.tracing.current.get_or_insert_with(|| Box::new(Record::new(task)))
    }

    /// Sets the running py-thread's trace or profile function.
    fn set_hook(&mut self, function: Value, profile: bool) {
        if function.is_none() && self.tracing.current.is_none() {
            return;
        }
        self.tracing_record().set(function, profile);
        if self.tracing.current.as_ref().is_some_and(|record| record.is_over()) {
            self.tracing.current = None;
            self.tracing.lines.clear();
        }
        self.tracing_changed();
    }

    /// The same for all of them.
    fn set_all_hooks(&mut self, function: &Value, profile: bool) {
        let tasks: Vec<u32> = self.sched.tasks.indices().filter(|task| *task != self.sched.current).collect();
        for task in tasks {
            if function.is_none() && !self.tracing.others.contains_key(&task) {
                continue;
            }
            let record = self.tracing.others.entry(task).or_insert_with(|| Box::new(Record::new(task)));
            record.set(function.clone(), profile);
            // One that has not run has no frames.
            record.stale &= self.sched.tasks.at(task).frame().is_some();
        }
        self.set_hook(function.clone(), profile);
    }
}

impl Record {
    fn new(task: u32) -> Record {
        Record { task, trace: Value::NONE, profile: Value::NONE, in_hook: false, stale: true, frames: Vec::new() }
    }

    fn set(&mut self, function: Value, profile: bool) {
        let was_off = self.trace.is_none() && self.profile.is_none();
        let place = if profile { &mut self.profile } else { &mut self.trace };
        drop(core::mem::replace(place, function));
        if self.in_hook {
            return;
        }
        self.stale |= was_off;
        self.retire();
    }

    /// Without functions no frames are listed.
    fn retire(&mut self) {
        if self.trace.is_none() && self.profile.is_none() {
            self.stale = true;
            self.frames.clear();
        }
    }

    /// Does nobody need it any more?
    fn is_over(&self) -> bool {
        self.trace.is_none() && self.profile.is_none() && !self.in_hook
    }
}

/// `frame.f_trace = function`
///
/// # Errors
/// None.
pub fn set_frame_trace(_: &mut Vm, this: &Value, function: Option<&Value>) -> Res<()> {
    if let Some(frame) = this.get::<FrameObject>() {
        frame.trace.set(function.cloned().unwrap_or(Value::NONE));
    }
    Ok(())
}

/// `sys.settrace(function)`
pub fn set_trace(vm: &mut Vm, args: &Args) -> Res<Action> {
    vm.set_hook(args.get(0).cloned().unwrap_or(Value::NONE), false);
    Ok(Action::Return(Value::NONE))
}

/// `sys.setprofile(function)`
pub fn set_profile(vm: &mut Vm, args: &Args) -> Res<Action> {
    vm.set_hook(args.get(0).cloned().unwrap_or(Value::NONE), true);
    Ok(Action::Return(Value::NONE))
}

/// `sys._settraceallthreads(function)`
pub fn set_trace_everywhere(vm: &mut Vm, args: &Args) -> Res<Action> {
    vm.set_all_hooks(args.get(0).unwrap_or(&Value::NONE), false);
    Ok(Action::Return(Value::NONE))
}

/// `sys._setprofileallthreads(function)`
pub fn set_profile_everywhere(vm: &mut Vm, args: &Args) -> Res<Action> {
    vm.set_all_hooks(args.get(0).unwrap_or(&Value::NONE), true);
    Ok(Action::Return(Value::NONE))
}

/// `sys.gettrace()`
pub fn get_trace(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    Ok(vm.tracing.current.as_ref().map_or(Value::NONE, |record| record.trace.clone()))
}

/// `sys.getprofile()`
pub fn get_profile(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    Ok(vm.tracing.current.as_ref().map_or(Value::NONE, |record| record.profile.clone()))
}

/// `sys.call_tracing(function, arguments)`: a call that is traced though it is made while a trace function runs.
pub fn call_tracing(vm: &mut Vm, args: &Args) -> Res<Action> {
    let function = args.get(0).cloned().unwrap_or(Value::NONE);
    let Some(arguments) = args.get(1).and_then(|arguments| arguments.get::<crate::object::tuple::Tuple>()).map(|tuple| tuple.items().to_vec()) else {
        return Err(vm.type_error("call_tracing() argument 2 must be tuple"));
    };
    let enter = |vm: &mut Vm, in_hook: bool| {
        let was = vm.tracing.current.as_mut().is_some_and(|record| core::mem::replace(&mut record.in_hook, in_hook));
        vm.tracing_changed();
        was
    };
    // Its frames are above those of the function that runs, which are in no list.
    let frame = vm.frame();
    if let Some(mut record) = vm.tracing.current.take() {
        list_frames(vm, &mut record, frame);
        vm.tracing.current = Some(record);
    }
    let was = enter(vm, false);
    Ok(Action::call(function, arguments, move |vm, result| {
        enter(vm, was);
        result.map(Action::Return)
    }))
}
