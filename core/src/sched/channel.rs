//! Channels: values that go from py-thread to py-thread, in order. A channel of size 0 is a rendezvous: the sender waits until somebody has
//! its value.
//!
//! A lock has its waiters linked through their records, but whoever selects waits at several channels at once. So a waiter has a *place* in the
//! line of each channel it waits at. Places lie in one table; those of a py-thread hang together, the first in its record's `next`. Entering
//! a line may make the table grow; waking takes all the waiter's places back and allocates nothing.
//!
//! Invariants: while somebody waits to receive, nothing is in the buffer and nobody waits to send; while somebody waits to send, the buffer is full;
//! nobody waits at a closed channel.

use super::executor::Scheduler;
use super::task::TIMED;
use super::wait::Timeout;
use crate::heap::heap_of;
use crate::object;
use crate::object::header::{Header, Kind, Mut};
use crate::object::value::Value;
use crate::vm::{Raised, Vm};
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::cell::Cell;

/// `thread.Channel`
#[repr(C)]
pub struct Channel {
    pub header: Header,
    /// Values that it holds without a receiver.
    pub size: usize,
    closed: Cell<bool>,
    /// Its memory is charged to the heap by the value.
    buffer: Mut<VecDeque<Value>>,
    receivers: Line,
    senders: Line,
}

object!(Channel, Kind::Other, "thread.Channel", |this, visit| this.buffer.get().iter().for_each(&mut *visit), |this| this.forget());

impl Drop for Channel {
    fn drop(&mut self) {
        self.forget();
    }
}

/// What a py-thread waits for that selects.
#[repr(C)]
pub struct Selection {
    pub header: Header,
    /// Number of the case that came true.
    pub chosen: Cell<u32>,
}

object!(Selection, Kind::Other, "thread._selection", |this, visit| {});

/// The ends of a channel's line: indices of places plus one.
#[derive(Default)]
struct Line {
    first: Cell<u32>,
    last: Cell<u32>,
}

/// `Place::case` of whoever iterates over the channel: when it is closed, the iteration is over.
pub const ITERATES: u32 = u32::MAX;

/// A py-thread's place in the line of one channel.
struct Place {
    /// Undefined: the place is free.
    channel: Value,
    /// What it sends; undefined: it receives.
    value: Value,
    task: u32,
    /// Which of its cases this is.
    case: u32,
    /// Neighbours in the line, plus one.
    next: u32,
    previous: u32,
    /// The py-thread's next place, plus one; of a free place: the next free one.
    sibling: u32,
}

/// All places.
#[derive(Default)]
pub struct Places {
    places: Vec<Place>,
    /// The free place used last, plus one.
    free: u32,
}

/// Who was first in a line.
struct First {
    task: u32,
    case: u32,
    value: Value,
}

/// Is this what a py-thread waits for that has places in lines?
pub(super) fn waits_at_channels(object: &Value) -> bool {
    object.get::<Channel>().is_some() || object.get::<Selection>().is_some()
}

impl Places {
    fn at(&self, number: u32) -> Option<&Place> {
        self.places.get(number.checked_sub(1)? as usize)
    }

    fn at_mut(&mut self, number: u32) -> Option<&mut Place> {
        self.places.get_mut(number.checked_sub(1)? as usize)
    }

    /// A new place at the end of the channel's line; returns its number.
    fn enter(&mut self, object: &Value, channel: &Channel, mut place: Place) -> u32 {
        place.channel = object.clone();
        let line = channel.line(&place);
        let last = line.last.get();
        place.previous = last;
        let number = match self.at_mut(self.free) {
            Some(free) => {
                let next = free.sibling;
                *free = place;
                core::mem::replace(&mut self.free, next)
            }
            None => {
                self.places.push(place);
                // As many as there are cases in all selections: far fewer than memory has words.
                self.places.len() as u32
            }
        };
        match self.at_mut(last) {
            Some(last) => last.next = number,
            None => line.first.set(number),
        }
        line.last.set(number);
        number
    }

    /// Takes a place out of its line and frees it. Returns the py-thread's next place and what the place held.
    fn leave(&mut self, number: u32) -> Option<(u32, Value, Value)> {
        let free = self.free;
        let place = self.at_mut(number)?;
        let (next, previous) = (place.next, place.previous);
        let value = core::mem::replace(&mut place.value, Value::UNDEFINED);
        let object = core::mem::replace(&mut place.channel, Value::UNDEFINED);
        let sibling = core::mem::replace(&mut place.sibling, free);
        self.free = number;
        let channel = object.get::<Channel>()?;
        let line = if value.is_undefined() { &channel.receivers } else { &channel.senders };
        match self.at_mut(previous) {
            Some(previous) => previous.next = next,
            None => line.first.set(next),
        }
        match self.at_mut(next) {
            Some(next) => next.previous = previous,
            None => line.last.set(previous),
        }
        Some((sibling, object, value))
    }
}

impl Channel {
    /// An empty channel.
    pub fn open(header: Header, size: usize) -> Channel {
        Channel { header, size, closed: Cell::new(false), buffer: Mut::default(), receivers: Line::default(), senders: Line::default() }
    }

    fn line(&self, place: &Place) -> &Line {
        if place.value.is_undefined() { &self.receivers } else { &self.senders }
    }

    /// How many values it holds.
    pub fn length(&self) -> usize {
        self.buffer.get().len()
    }

    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    fn hold(&self, value: Value) {
        heap_of(&self.header).charge(size_of::<Value>());
        self.buffer.get_mut().push_back(value);
    }

    fn forget(&self) {
        let held = self.buffer.take();
        heap_of(&self.header).discharge(held.len() * size_of::<Value>());
    }
}

impl Scheduler {
    /// Takes a py-thread out of all the lines it stands in.
    pub(super) fn leave_channels(&mut self, task: u32) {
        let mut number = core::mem::take(&mut self.tasks.at_mut(task).next);
        while let Some((sibling, _channel, _value)) = self.places.leave(number) {
            number = sibling;
        }
    }

    /// The first one in a line, who is in no line from now on.
    fn first_in(&mut self, line: &Line) -> Option<First> {
        let place = self.places.at_mut(line.first.get())?;
        let first = First { task: place.task, case: place.case, value: core::mem::replace(&mut place.value, Value::NONE) };
        if first.value.is_undefined() {
            // Which line it stands in shows by this.
            place.value = Value::UNDEFINED;
        }
        self.leave_channels(first.task);
        let waits_for = self.tasks.at(first.task).waits_for();
        if let Some(selection) = waits_for.and_then(|object| object.get::<Selection>()) {
            selection.chosen.set(first.case);
        }
        Some(first)
    }

    /// Whether a blocked py-thread waits to send.
    pub(super) fn sends(&self, task: u32) -> bool {
        self.places.at(self.tasks.at(task).next).is_some_and(|place| !place.value.is_undefined())
    }
}

impl Vm {
    /// Sends a value if it need not wait for that; else gives it back. The channel is not closed.
    ///
    /// # Errors
    /// The value, when the channel is full and nobody waits for it.
    pub fn try_send(&mut self, channel: &Channel, value: Value) -> Result<(), Value> {
        if let Some(receiver) = self.sched.first_in(&channel.receivers) {
            self.sched.make_runnable(receiver.task, value, false);
            return Ok(());
        }
        if channel.length() >= channel.size {
            return Err(value);
        }
        channel.hold(value);
        Ok(())
    }

    /// The next value, if there is one.
    pub fn try_receive(&mut self, channel: &Channel) -> Option<Value> {
        let held = channel.buffer.get_mut().pop_front();
        let sender = self.sched.first_in(&channel.senders);
        if held.is_some() {
            heap_of(&channel.header).discharge(size_of::<Value>());
        }
        let sent = sender.map(|sender| {
            self.sched.make_runnable(sender.task, Value::NONE, false);
            sender.value
        });
        match (held, sent) {
            (Some(held), Some(sent)) => {
                channel.hold(sent);
                Some(held)
            }
            (held, sent) => held.or(sent),
        }
    }

    /// Closes a channel: whoever waits at it gets what `closed` makes, those who iterate what `over` makes. False: it was closed.
    pub fn close_channel(&mut self, channel: &Channel, closed: fn(&mut Vm) -> Value, over: fn(&mut Vm) -> Value) -> bool {
        if channel.closed.replace(true) {
            return false;
        }
        for line in [&channel.receivers, &channel.senders] {
            while let Some(First { task, case, .. }) = self.sched.first_in(line) {
                let exception = if case == ITERATES { over(self) } else { closed(self) };
                self.sched.make_runnable(task, exception, true);
            }
        }
        true
    }

    /// The running py-thread waits at a channel, to send a value (undefined: to receive one). As with [`Vm::wait_for`], the native returns the
    /// error at once. `late`: what the end of the time raises.
    pub fn wait_at_channel(&mut self, object: &Value, channel: &Channel, value: Value, case: u32, timeout: Timeout, late: Option<Value>) -> Raised {
        let place = self.stand_in_line(object, channel, value, case, 0);
        self.block_at_channels(object, place, timeout, late);
        self.sched.parking = true;
        Raised(())
    }

    /// The running py-thread, which is about to wait, stands in a line. `sibling` is its place in another one, or 0. Returns the place.
    pub fn stand_in_line(&mut self, object: &Value, channel: &Channel, value: Value, case: u32, sibling: u32) -> u32 {
        let place = Place { channel: Value::UNDEFINED, value, task: self.sched.current, case, next: 0, previous: 0, sibling };
        self.sched.places.enter(object, channel, place)
    }

    /// The running py-thread stands in all the lines, in the last one at `place`, and blocks. To be followed by a switch.
    pub fn block_at_channels(&mut self, object: &Value, place: u32, timeout: Timeout, late: Option<Value>) {
        let task = self.sched.current;
        self.sched.block(Some(object), timeout);
        let record = self.sched.tasks.at_mut(task);
        record.next = place;
        if record.has(TIMED) {
            record.wake = late;
        }
    }
}
