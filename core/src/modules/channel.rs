//! `thread.Channel` and `thread.select`: values from thread to thread.

use super::_thread::wait_timeout;
use crate::object::class::{CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::exception::{self, Ex};
use crate::object::header::Object;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::sched::channel::{Channel, ITERATES, Selection};
use crate::sched::wait::Timeout;
use crate::vm::iterate::native_items;
use crate::vm::{Action, Args, Getter, Native, Raised, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

pub static CHANNEL: TypeSpec = TypeSpec {
    module: "thread",
    flags: CLASS_WEAKREFERABLE,
    doc: "Values that go from thread to thread, in order. It holds up to size of them; with 0, a sender waits until its value is received.",
    natives: &[
        Native::simple("__new__($type, /, size=0)", new, "A new channel."),
        Native::waiting(
            "send($self, value, /, timeout=None)",
            send,
            "Send a value, and wait for that if need be: so many seconds, then TimeoutError. ChannelClosed if the channel is closed.",
        ),
        Native::waiting(
            "receive($self, /, timeout=None)",
            receive,
            "The next value; waits for it if need be: so many seconds, then TimeoutError. ChannelClosed if the channel is closed and nothing is left in it.",
        ),
        Native::simple("close($self, /)", close, "Close it: what is in it can still be received. Return whether it was open."),
        Native::simple("__len__($self, /)", |vm, arguments| Ok(vm.new_size(channel(arguments).map_or(0, |(_, channel)| channel.length()))), "How many values it holds."),
        Native::simple("__bool__($self, /)", |_, _| Ok(Value::TRUE), "A channel is true, also without values."),
        Native::simple("__iter__($self, /)", |_, arguments| Ok(arguments.first().cloned().unwrap_or(Value::NONE)), "Implement iter(self)."),
        Native::waiting("__next__($self, /)", next, "The next value; the iteration ends when the channel is closed and nothing is left in it."),
        Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
    ],
    getters: &[
        Getter::read_only("size", |vm, value| Ok(vm.new_size(value.get::<Channel>().map_or(0, |channel| channel.size))), "How many values it holds at most."),
        Getter::read_only("closed", |_, value| Ok(Value::bool(value.get::<Channel>().is_some_and(Channel::is_closed))), "Whether it is closed."),
    ],
    ..TypeSpec::new("Channel", Channel::LAYOUT)
};

pub static SELECTION: TypeSpec = TypeSpec { module: "thread", ..TypeSpec::new("_selection", Selection::LAYOUT) };

pub static SELECT: Native = Native::full(
    "select(cases, timeout=None)",
    select,
    "Wait for the first of several cases: a channel to receive from, or a tuple (channel, value) to send. Return the case's index, and the value received (None for one sent). TimeoutError after so many seconds.",
);

fn new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Channel>(vm, arguments, "Channel")?;
    let size = match argument(arguments, 1) {
        Some(size) => vm.index_i64(size)?,
        None => 0,
    };
    let Ok(size) = usize::try_from(size) else { return Err(vm.value_error("size must be 0 or a positive value")) };
    Ok(vm.heap.new_object(&class, |header| Channel::open(header, size)))
}

fn channel(arguments: &[Value]) -> Option<(&Value, &Channel)> {
    arguments.first().and_then(|object| Some((object, object.get::<Channel>()?)))
}

/// `ChannelClosed()`
fn closed_error(vm: &mut Vm) -> Value {
    super::exception_of(vm, "thread", "ChannelClosed", Ex::Exception, "channel is closed")
}

fn stop_iteration(vm: &mut Vm) -> Value {
    exception::create(vm, Ex::StopIteration, Vec::new())
}

fn is_closed(vm: &mut Vm) -> Raised {
    let exception = closed_error(vm);
    vm.raise_value(exception)
}

/// What the end of the time raises; None: it never ends.
fn late(vm: &mut Vm, timeout: Timeout, doing: &str) -> Option<Value> {
    if timeout == Timeout::Forever {
        return None;
    }
    let message = vm.format(format_args!("{doing} timed out"));
    Some(exception::create(vm, Ex::TimeoutError, Vec::from([message])))
}

/// The running py-thread waits to send (undefined: to receive), unless it is not to wait at all.
fn wait(vm: &mut Vm, object: &Value, channel: &Channel, value: Value, case: u32, timeout: Timeout, doing: &str) -> Raised {
    let late = late(vm, timeout, doing);
    match (timeout, late) {
        (Timeout::None, Some(late)) => vm.raise_value(late),
        (_, late) => vm.wait_at_channel(object, channel, value, case, timeout, late),
    }
}

fn send(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let timeout = wait_timeout(vm, argument(arguments, 2))?;
    let (Some((object, channel)), Some(value)) = (channel(arguments), argument(arguments, 1)) else { return Ok(Value::NONE) };
    if channel.is_closed() {
        return Err(is_closed(vm));
    }
    match vm.try_send(channel, value.clone()) {
        Ok(()) => Ok(Value::NONE),
        Err(value) => Err(wait(vm, object, channel, value, 0, timeout, "send()")),
    }
}

fn receive(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let timeout = wait_timeout(vm, argument(arguments, 1))?;
    let Some((object, channel)) = channel(arguments) else { return Ok(Value::NONE) };
    if let Some(value) = vm.try_receive(channel) {
        return Ok(value);
    }
    if channel.is_closed() {
        return Err(is_closed(vm));
    }
    Err(wait(vm, object, channel, Value::UNDEFINED, 0, timeout, "receive()"))
}

fn next(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some((object, channel)) = channel(arguments) else { return Ok(Value::NONE) };
    if let Some(value) = vm.try_receive(channel) {
        return Ok(value);
    }
    if channel.is_closed() {
        let over = stop_iteration(vm);
        return Err(vm.raise_value(over));
    }
    Err(vm.wait_at_channel(object, channel, Value::UNDEFINED, ITERATES, Timeout::Forever, None))
}

fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some((_, channel)) = channel(arguments) else { return Ok(Value::NONE) };
    Ok(Value::bool(vm.close_channel(channel, closed_error, stop_iteration)))
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some((object, channel)) = channel(arguments) else { return Ok(Value::NONE) };
    let name = vm.type_name(object);
    let closed = if channel.is_closed() { ", closed" } else { "" };
    Ok(vm.format(format_args!("<{name} object at {:#x}: {} of {}{closed}>", object.bits(), channel.length(), channel.size)))
}

// ---- select

/// A case of `select`: undefined to receive.
struct Case {
    object: Value,
    value: Value,
}

fn case_of(vm: &mut Vm, index: usize, case: Value) -> Res<Case> {
    if case.get::<Channel>().is_some() {
        return Ok(Case { object: case, value: Value::UNDEFINED });
    }
    if let Some([object, value]) = case.get::<Tuple>().map(Tuple::items)
        && object.get::<Channel>().is_some()
    {
        return Ok(Case { object: object.clone(), value: value.clone() });
    }
    let given: String = vm.type_name(&case);
    Err(vm.type_error(&format!("case {index} must be a Channel or a tuple (Channel, value), not {given}")))
}

fn answer(vm: &mut Vm, index: usize, value: Value) -> Value {
    let index = vm.new_size(index);
    vm.new_tuple(Vec::from([index, value]))
}

fn select(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let timeout = wait_timeout(vm, arguments.get(1))?;
    let Some(given) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let Some(items) = native_items(vm, given)? else {
        let given = vm.type_name(given);
        return Err(vm.type_error(&format!("cases must be a list or a tuple, not {given}")));
    };
    if items.is_empty() {
        return Err(vm.value_error("select() needs a case"));
    }
    let cases: Vec<Case> = items.into_iter().enumerate().map(|(index, case)| case_of(vm, index, case)).collect::<Res<_>>()?;
    // Each time another case is the first to be looked at.
    let turn = vm.sched.next_selection() % cases.len();
    for index in (turn..cases.len()).chain(0..turn) {
        let Some(Case { object, value }) = cases.get(index) else { continue };
        let Some(channel) = object.get::<Channel>() else { continue };
        if value.is_undefined() {
            if let Some(value) = vm.try_receive(channel) {
                return Ok(Action::Return(answer(vm, index, value)));
            }
            if channel.is_closed() {
                return Err(is_closed(vm));
            }
        } else {
            if channel.is_closed() {
                return Err(is_closed(vm));
            }
            if vm.try_send(channel, value.clone()).is_ok() {
                return Ok(Action::Return(answer(vm, index, Value::NONE)));
            }
        }
    }
    let late = late(vm, timeout, "select()");
    if let (Timeout::None, Some(late)) = (timeout, &late) {
        return Err(vm.raise_value(late.clone()));
    }
    vm.class_from_spec(&SELECTION);
    let selection = vm.new_object(|header| Selection { header, chosen: Cell::new(0) });
    let mut place = 0;
    for (number, Case { object, value }) in (0u32..).zip(cases) {
        if let Some(channel) = object.get::<Channel>() {
            place = vm.stand_in_line(&object, channel, value, number, place);
        }
    }
    vm.block_at_channels(&selection, place, timeout, late);
    Ok(Action::Park(Box::new(move |vm: &mut Vm, result: Res<Value>| {
        let value = result?;
        let chosen = selection.get::<Selection>().map_or(0, |selection| selection.chosen.get());
        Ok(Action::Return(answer(vm, chosen as usize, value)))
    })))
}
