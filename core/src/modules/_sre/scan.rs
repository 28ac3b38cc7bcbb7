//! A search through a text, and how natives wait for it: in slices, so that others run meanwhile.

use super::machine::{Machine, Mode, Narrow, Outcome, Wide};
use super::pattern::Pattern;
use crate::object::bytes;
use crate::object::memoryview;
use crate::object::str::{Str, from_part};
use crate::object::value::Value;
use crate::vm::{Action, Call, Res, Vm};
use alloc::boxed::Box;
use alloc::format;

/// Steps of the matcher in one slice.
const SLICE_STEPS: usize = if cfg!(target_pointer_width = "64") { 20_000 } else { 1_000 };

/// A text that is searched.
#[derive(Clone)]
pub struct Subject {
    /// As it was given.
    pub given: Value,
    /// What is read: the str or bytes; for other buffers a view, which keeps them from changing their size.
    data: Value,
}

impl Subject {
    /// The text given to a pattern.
    ///
    /// # Errors
    /// TypeError: not a text, or of the wrong kind for the pattern.
    pub fn new(vm: &mut Vm, pattern: &Pattern, given: &Value) -> Res<Subject> {
        let is_str = given.get::<Str>().is_some();
        if !is_str && !bytes::is_bytes_like(given) && !bytes::gives_buffer(vm, given) {
            let name = vm.type_name(given);
            return Err(vm.type_error(&format!("expected string or bytes-like object, got '{name}'")));
        }
        match (pattern.is_str, is_str) {
            (Some(true), false) => return Err(vm.type_error("cannot use a string pattern on a bytes-like object")),
            (Some(false), true) => return Err(vm.type_error("cannot use a bytes pattern on a string-like object")),
            _ => {}
        }
        let data = if is_str || given.get::<bytes::Bytes>().is_some() { given.clone() } else { memoryview::new(vm, given)? };
        Ok(Subject { given: given.clone(), data })
    }

    /// Length in characters.
    pub fn length(&self, vm: &mut Vm) -> Res<usize> {
        match self.data.get::<Str>() {
            Some(string) => Ok(string.length),
            None => Ok(bytes::required(vm, &self.data)?.len()),
        }
    }

    pub fn byte_offset(&self, index: usize) -> usize {
        self.data.get::<Str>().map_or(index, |string| string.byte_offset(index))
    }

    /// The text between byte offsets.
    pub fn part(&self, vm: &mut Vm, start: usize, end: usize) -> Res<Value> {
        part(vm, &self.data, start, end)
    }
}

/// Part of a str or a buffer, between byte offsets; all of it is the object itself.
pub fn part(vm: &mut Vm, text: &Value, start: usize, end: usize) -> Res<Value> {
    if let Some(string) = text.get::<Str>() {
        return Ok(if start == 0 && end >= string.size && string.is_exact() {
            text.clone()
        } else {
            from_part(vm, string, start.min(string.size), end.min(string.size))
        });
    }
    let data = bytes::required(vm, text)?;
    if start == 0 && end >= data.len() && text.get_exact::<bytes::Bytes>().is_some() {
        return Ok(text.clone());
    }
    let part = data.get(start.min(data.len())..end.min(data.len())).unwrap_or_default();
    vm.check_memory(Some(part.len()))?;
    Ok(vm.new_bytes(part))
}

/// A search under way.
pub struct Scan {
    pub pattern: Value,
    pub subject: Subject,
    pub machine: Machine,
    /// The part of the text that is searched, in characters.
    pub position: usize,
    pub end_position: usize,
    /// Where the text ends for the search, in bytes.
    pub end: usize,
    /// Where the next match begins, in bytes.
    pub next: usize,
}

impl Scan {
    /// A search of `subject` between two indices, clipped to the text.
    ///
    /// # Errors
    /// ValueError if a buffer was released.
    pub fn new(vm: &mut Vm, pattern: &Value, subject: Subject, position: isize, end_position: isize) -> Res<Box<Scan>> {
        let length = subject.length(vm)?;
        let clip = |index: isize| usize::try_from(index).unwrap_or(0).min(length);
        let (position, end_position) = (clip(position), clip(end_position));
        let groups = pattern.get::<Pattern>().map_or(0, |pattern| pattern.groups);
        vm.check_memory(groups.checked_mul(2 * size_of::<usize>()))?;
        let (start, end) = (subject.byte_offset(position), subject.byte_offset(end_position));
        Ok(Box::new(Scan { pattern: pattern.clone(), machine: Machine::new(groups), position, end_position, end, next: start, subject }))
    }

    /// Begins the next match.
    pub fn begin(&mut self, mode: Mode) {
        self.machine.begin(mode, self.next);
    }

    /// After a match: the next one begins behind it, and is not empty if this one was.
    pub fn advance(&mut self) {
        self.next = self.machine.at;
        if self.machine.at == self.machine.start {
            self.machine.not_empty_at = self.machine.at;
        }
    }

    fn run(&mut self, vm: &mut Vm, steps: &mut usize) -> Res<Outcome> {
        let Some(pattern) = self.pattern.get::<Pattern>() else { return Ok(Outcome::NotFound) };
        let outcome = match self.subject.data.get::<Str>() {
            Some(string) if string.is_ascii() => self.machine.run(&pattern.program, Narrow(string.part(0, self.end)), steps),
            Some(string) => self.machine.run(&pattern.program, Wide(string.part(0, self.end)), steps),
            None => {
                let data = bytes::required(vm, &self.subject.data)?;
                self.machine.run(&pattern.program, Narrow(data.get(..self.end).unwrap_or_default()), steps)
            }
        };
        if outcome == Outcome::Paused {
            vm.check_memory(Some(self.machine.size()))?;
        }
        Ok(outcome)
    }
}

/// What a task wants after a match or a call.
pub enum Next {
    /// Another match, which was begun.
    Match,
    /// This call.
    Call(Call),
    Done(Value),
}

/// What is done with matches.
pub trait Task {
    /// The search; None: there is nothing to do.
    fn scan(&mut self) -> Option<&mut Scan>;
    /// A match ended.
    fn matched(&mut self, vm: &mut Vm, found: bool) -> Res<Next>;
    /// The result of a call it asked for.
    fn called(&mut self, _vm: &mut Vm, _result: Value) -> Res<Next> {
        Ok(Next::Match)
    }
}

/// Runs a task whose first match was begun.
pub fn drive(vm: &mut Vm, mut task: Box<dyn Task>) -> Res<Action> {
    let mut steps = SLICE_STEPS;
    loop {
        let Some(scan) = task.scan() else { return Ok(Action::Return(Value::NONE)) };
        let outcome = scan.run(vm, &mut steps)?;
        if outcome == Outcome::Paused {
            return Ok(Action::Yield(Box::new(move |vm: &mut Vm, result: Res<Value>| result.and_then(|_| drive(vm, task)))));
        }
        match task.matched(vm, outcome == Outcome::Found)? {
            Next::Match => {}
            next => return follow(vm, task, next),
        }
    }
}

fn follow(vm: &mut Vm, mut task: Box<dyn Task>, next: Next) -> Res<Action> {
    match next {
        Next::Match => drive(vm, task),
        Next::Done(value) => Ok(Action::Return(value)),
        Next::Call(call) => Ok(Action::Call(
            call,
            Box::new(move |vm: &mut Vm, result: Res<Value>| {
                let next = task.called(vm, result?)?;
                follow(vm, task, next)
            }),
        )),
    }
}
