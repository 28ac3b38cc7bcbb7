//! `select`: which of several descriptors are ready. They are asked without waiting; if none is, the py-thread waits for all of them at the
//! VM's own poller and asks again.

use super::fileno::descriptor;
use super::waiting::{Patience, os_error, wait_until_ready};
use pyvm_core::modules::{_thread::nanoseconds, ModuleSpec, Namespace};
use pyvm_core::object;
use pyvm_core::object::class::{CLASS_NOT_CALLABLE, TypeSpec};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::list::List;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Interest, Source};
use pyvm_core::vm::{Action, Args, Native, Res, Vm, iterate};
use std::io;
use std::os::fd::RawFd;

pub static SELECT: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full(
            "select(rlist, wlist, xlist, timeout=None, /)",
            select,
            "Wait until some of the objects are ready to be read, written, or have something exceptional; return those in three lists.",
        ),
        Native::simple(
            "poll()",
            |vm, _| Ok(vm.new_object(|header| Poll { header, entries: Mut::new(Vec::new()), busy: Mut::new(false) })),
            "An object that waits for registered descriptors.",
        ),
    ],
    #[cfg(target_os = "linux")]
    types: &[&epoll::EPOLL],
    constants,
    ..ModuleSpec::new("select", "Waiting for descriptors.")
};

static NUMBERS: &[(&str, i64)] = numbers! { POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND };

#[cfg(target_os = "linux")]
static LINUX_NUMBERS: &[(&str, i64)] = numbers! {
    POLLRDHUP EPOLLIN EPOLLOUT EPOLLPRI EPOLLERR EPOLLHUP EPOLLRDHUP EPOLLET EPOLLONESHOT EPOLLEXCLUSIVE EPOLLRDNORM EPOLLRDBAND EPOLLWRNORM EPOLLWRBAND
    EPOLLMSG EPOLL_CLOEXEC
};

#[cfg(not(target_os = "linux"))]
static LINUX_NUMBERS: &[(&str, i64)] = &[];

fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, number) in NUMBERS.iter().chain(LINUX_NUMBERS) {
        // Bit 31 of a C unsigned int.
        module.set_int(vm, name, i64::from(*number as u32));
    }
    // Not by its name, which the function has.
    vm.class_from_spec(&POLL);
    module.set_int(vm, "PIPE_BUF", libc::PIPE_BUF as i64);
    let error = vm.exception_class(Ex::OSError).value();
    module.set(vm, "error", error);
}

/// A time-out in seconds or None.
fn patience(vm: &mut Vm, timeout: Option<&Value>) -> Res<Patience> {
    let Some(timeout) = timeout.filter(|timeout| !timeout.is_none()) else { return Ok(Patience::Endless) };
    if !matches!(timeout.kind(), Kind::Int | Kind::Bool | Kind::Float) && pyvm_core::object::float::to_f64(timeout).is_none() {
        return Err(vm.type_error("timeout must be a float or None"));
    }
    match nanoseconds(vm, timeout)? {
        0 => Ok(Patience::None),
        span => match u64::try_from(span) {
            Ok(span) => Ok(Patience::Span(span)),
            Err(_) => Err(vm.value_error("timeout must be non-negative")),
        },
    }
}

/// The descriptors of the objects in lists, in order, with the number of the list. Lists may change while they are asked.
fn descriptors(
    vm: &mut Vm,
    lists: [Value; 3],
    (mut list, mut index): (usize, usize),
    mut found: Vec<(usize, RawFd, Value)>,
    then: impl FnOnce(&mut Vm, Vec<(usize, RawFd, Value)>) -> Res<Action> + 'static,
) -> Res<Action> {
    while let Some(objects) = lists.get(list).and_then(|objects| objects.get::<List>()) {
        let Some(object) = objects.items.get().get(index).cloned() else {
            (list, index) = (list + 1, 0);
            continue;
        };
        index += 1;
        match object.as_small_int().and_then(|number| RawFd::try_from(number).ok()).filter(|&number| number >= 0) {
            Some(number) => found.push((list, number, object)),
            None => {
                let this = object.clone();
                return descriptor(vm, &object, move |vm, number| {
                    found.push((list, number, this));
                    descriptors(vm, lists, (list, index), found, then)
                });
            }
        }
    }
    then(vm, found)
}

/// The list itself, or one of what an iterable gives.
fn listed(vm: &mut Vm, given: &Value, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    if given.get::<List>().is_some() {
        return then(vm, given.clone());
    }
    iterate::collect(vm, given, move |vm, items| {
        let list = vm.new_list(items);
        then(vm, list)
    })
}

// ---- asking and waiting

const READING: i16 = libc::POLLIN | libc::POLLPRI | libc::POLLRDNORM | libc::POLLRDBAND;
const WRITING: i16 = libc::POLLOUT | libc::POLLWRNORM | libc::POLLWRBAND;

/// Waits until some of the descriptors are ready, then goes on with all of them, asked.
fn wait(vm: &mut Vm, mut asked: Vec<libc::pollfd>, patience: Patience, then: impl FnOnce(&mut Vm, Vec<libc::pollfd>) -> Res<Action> + 'static) -> Res<Action> {
    loop {
        // SAFETY: the entries and their number; it does not wait.
        let ready = unsafe { libc::poll(asked.as_mut_ptr(), asked.len() as libc::nfds_t, 0) };
        if ready > 0 || ready == 0 && patience == Patience::None {
            return then(vm, asked);
        }
        if ready == 0 {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(os_error(vm, &error));
        }
        vm.check_interrupts()?;
    }
    let patience = patience.begun(vm);
    let sources: Vec<(Source, Interest)> = asked
        .iter()
        .filter_map(|asked| {
            let reads = if asked.events & READING != 0 { Interest::READ } else { Interest::NONE };
            let both = if asked.events & WRITING != 0 { reads.union(Interest::WRITE) } else { reads };
            (!both.is_none()).then_some((Source(asked.fd), both))
        })
        .collect();
    wait_until_ready(vm, &sources, patience, move |vm, ready| wait(vm, asked, if ready { patience } else { Patience::None }, then))
}

fn select(vm: &mut Vm, args: &Args) -> Res<Action> {
    let lists = [0, 1, 2].map(|index| args.get(index).cloned().unwrap_or(Value::NONE));
    let patience = patience(vm, args.get(3))?;
    for list in &lists {
        if !iterate::is_iterable(vm, list) {
            return Err(vm.type_error("arguments 1-3 must be sequences"));
        }
    }
    let [readers, writers, others] = lists;
    listed(vm, &readers, move |vm, readers| {
        listed(vm, &writers, move |vm, writers| {
            listed(vm, &others, move |vm, others| {
                descriptors(vm, [readers, writers, others], (0, 0), Vec::new(), move |vm, found| {
                    let events = [libc::POLLIN, libc::POLLOUT, libc::POLLPRI];
                    let asked = found.iter().map(|&(list, fd, _)| libc::pollfd { fd, events: events.get(list).copied().unwrap_or(0), revents: 0 }).collect();
                    wait(vm, asked, patience, move |vm, asked| selected(vm, &found, &asked))
                })
            })
        })
    })
}

/// The lists that `select` returns.
fn selected(vm: &mut Vm, found: &[(usize, RawFd, Value)], asked: &[libc::pollfd]) -> Res<Action> {
    if asked.iter().any(|asked| asked.revents & libc::POLLNVAL != 0) {
        return Err(vm.machine_error(pyvm_core::port::MachineError::Os(libc::EBADF), None));
    }
    let lists = [(libc::POLLIN, libc::POLLIN | libc::POLLHUP | libc::POLLERR), (libc::POLLOUT, libc::POLLOUT | libc::POLLERR), (libc::POLLPRI, libc::POLLPRI)];
    let lists = lists.map(|(wanted, events)| {
        let ready = found.iter().zip(asked).filter(|(_, asked)| asked.events == wanted && asked.revents & events != 0);
        let ready = ready.map(|((_, _, object), _)| object.clone()).collect();
        vm.new_list(ready)
    });
    Ok(Action::Return(vm.new_tuple(lists.into())))
}

// ---- poll()

/// `select.poll()`
#[repr(C)]
struct Poll {
    header: Header,
    /// In the order of registration.
    entries: Mut<Vec<(RawFd, i16)>>,
    busy: Mut<bool>,
}

object!(Poll, Kind::Other, "poll", |this, visit| {});

static POLL: TypeSpec = TypeSpec {
    module: "select",
    flags: CLASS_NOT_CALLABLE,
    doc: "Waits for registered descriptors.",
    natives: &[
        Native::full("register($self, fd, eventmask=7, /)", |vm, args| poll_change(vm, args, true), "Wait for events of a descriptor too."),
        Native::full("modify($self, fd, eventmask, /)", |vm, args| poll_change(vm, args, false), "Wait for other events of a registered descriptor."),
        Native::full("unregister($self, fd, /)", poll_unregister, "Forget a descriptor."),
        Native::full("poll($self, timeout=None, /)", poll, "Wait for events, so many milliseconds at most; return a list of (descriptor, events)."),
    ],
    ..TypeSpec::new("poll", Poll::LAYOUT)
};

/// The events that are waited for.
fn event_mask(vm: &mut Vm, args: &Args, index: usize) -> Res<i16> {
    let Some(mask) = args.get(index) else { return Ok(libc::POLLIN | libc::POLLPRI | libc::POLLOUT) };
    match vm.index_i64(mask)? {
        mask if mask < 0 => Err(vm.value_error("value must be positive")),
        mask => match u16::try_from(mask) {
            Ok(mask) => Ok(mask as i16),
            Err(_) => Err(vm.raise(Ex::OverflowError, "Python int too large for C unsigned short")),
        },
    }
}

fn poll_change(vm: &mut Vm, args: &Args, adds: bool) -> Res<Action> {
    let (this, object) = (args.get(0).cloned().unwrap_or(Value::NONE), args.get(1).cloned().unwrap_or(Value::NONE));
    let mask = event_mask(vm, args, 2)?;
    descriptor(vm, &object, move |vm, descriptor| {
        let Some(poll) = this.get::<Poll>() else { return Ok(Action::Return(Value::NONE)) };
        match poll.entries.get_mut().iter_mut().find(|(known, _)| *known == descriptor) {
            Some((_, events)) => *events = mask,
            None if adds => poll.entries.get_mut().push((descriptor, mask)),
            None => return Err(vm.machine_error(pyvm_core::port::MachineError::Os(libc::ENOENT), None)),
        }
        Ok(Action::Return(Value::NONE))
    })
}

fn poll_unregister(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (this, object) = (args.get(0).cloned().unwrap_or(Value::NONE), args.get(1).cloned().unwrap_or(Value::NONE));
    descriptor(vm, &object, move |vm, descriptor| {
        let Some(poll) = this.get::<Poll>() else { return Ok(Action::Return(Value::NONE)) };
        let before = poll.entries.get().len();
        poll.entries.get_mut().retain(|(known, _)| *known != descriptor);
        if poll.entries.get().len() == before {
            let key = Value::small_int(i64::from(descriptor));
            return Err(vm.raise_with(Ex::KeyError, vec![key]));
        }
        Ok(Action::Return(Value::NONE))
    })
}

/// A time-out in milliseconds; None or negative: no end.
fn milliseconds(vm: &mut Vm, timeout: Option<&Value>) -> Res<Patience> {
    let Some(timeout) = timeout.filter(|timeout| !timeout.is_none()) else { return Ok(Patience::Endless) };
    let number = match pyvm_core::object::float::to_f64(timeout) {
        Some(number) => number,
        None => vm.index_i64(timeout)? as f64,
    };
    if number.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    if number.abs() > f64::from(i32::MAX) {
        return Err(vm.raise(Ex::OverflowError, "timeout is too large"));
    }
    Ok(match number {
        number if number < 0.0 => Patience::Endless,
        0.0 => Patience::None,
        number => Patience::Span((number * 1e6).ceil() as u64),
    })
}

/// A list of `(descriptor, events)`.
fn event_list(vm: &mut Vm, events: impl Iterator<Item = (RawFd, u32)>) -> Value {
    let events = events.map(|(descriptor, events)| vm.new_tuple(vec![Value::small_int(i64::from(descriptor)), Value::small_int(i64::from(events))])).collect();
    vm.new_list(events)
}

fn poll(vm: &mut Vm, args: &Args) -> Res<Action> {
    let patience = milliseconds(vm, args.get(1))?;
    let this = args.get(0).cloned().unwrap_or(Value::NONE);
    let Some(poll) = this.get::<Poll>() else { return Ok(Action::Return(Value::NONE)) };
    if poll.busy.replace(true) {
        return Err(vm.raise(Ex::RuntimeError, "concurrent poll() invocation"));
    }
    let asked = poll.entries.get().iter().map(|&(fd, events)| libc::pollfd { fd, events, revents: 0 }).collect();
    let waited = wait(vm, asked, patience, |vm, asked| {
        let ready = asked.iter().filter(|asked| asked.revents != 0).map(|asked| (asked.fd, u32::from(asked.revents as u16)));
        Ok(Action::Return(event_list(vm, ready)))
    });
    Action::after(waited, vm, move |_, result| {
        if let Some(poll) = this.get::<Poll>() {
            poll.busy.set(false);
        }
        result.map(Action::Return)
    })
}

// ---- epoll()

#[cfg(target_os = "linux")]
mod epoll {
    use super::*;
    use crate::modules::posix::int_argument;
    use pyvm_core::object::construct::allocation_class;
    use pyvm_core::vm::Getter;
    use std::cell::Cell;

    /// `select.epoll()`
    #[repr(C)]
    pub struct Epoll {
        header: Header,
        /// Negative: closed.
        descriptor: Cell<RawFd>,
    }

    object!(Epoll, Kind::Other, "epoll", |this, visit| {});

    impl Drop for Epoll {
        fn drop(&mut self) {
            if self.descriptor.get() >= 0 {
                // SAFETY: the object's own descriptor.
                unsafe { libc::close(self.descriptor.get()) };
            }
        }
    }

    pub static EPOLL: TypeSpec = TypeSpec {
        module: "select",
        doc: "epoll(sizehint=-1, flags=0)\n--\n\nThe operating system's set of descriptors to wait for.",
        natives: &[
            Native::simple("__new__($type, /, sizehint=-1, flags=0)", new, "A new set."),
            Native::simple(
                "fromfd($type, fd, /)",
                |vm, arguments| {
                    let descriptor = int_argument(vm, arguments, 1, -1)?;
                    make(vm, arguments, descriptor)
                },
                "A set that has a descriptor already.",
            ),
            Native::simple("close($self, /)", close, "Close it."),
            Native::simple("fileno($self, /)", |vm, arguments| open(vm, arguments).map(|descriptor| Value::small_int(i64::from(descriptor))), "Its descriptor."),
            Native::full("register($self, fd, eventmask=7, /)", |vm, args| control(vm, args, libc::EPOLL_CTL_ADD), "Wait for events of a descriptor too."),
            Native::full("modify($self, fd, eventmask, /)", |vm, args| control(vm, args, libc::EPOLL_CTL_MOD), "Wait for other events of a registered descriptor."),
            Native::full("unregister($self, fd, /)", |vm, args| control(vm, args, libc::EPOLL_CTL_DEL), "Forget a descriptor."),
            Native::full("poll($self, timeout=None, maxevents=-1)", poll, "Wait for events, so many seconds at most; return a list of (descriptor, events)."),
            Native::simple(
                "__enter__($self, /)",
                |vm, arguments| {
                    open(vm, arguments)?;
                    Ok(arguments.first().cloned().unwrap_or(Value::NONE))
                },
                "Enter a with statement.",
            ),
            Native::simple("__exit__($self, /, *args)", close, "Leave a with statement: close."),
        ],
        getters: &[Getter::read_only("closed", |_, this| Ok(Value::bool(this.get::<Epoll>().is_none_or(|this| this.descriptor.get() < 0))), "Whether it is closed.")],
        ..TypeSpec::new("epoll", Epoll::LAYOUT)
    };

    fn make(vm: &mut Vm, arguments: &[Value], descriptor: RawFd) -> Res<Value> {
        let class = allocation_class::<Epoll>(vm, arguments, "epoll")?;
        Ok(vm.heap.new_object(&class, |header| Epoll { header, descriptor: Cell::new(descriptor) }))
    }

    fn new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
        if !matches!(int_argument(vm, arguments, 1, -1)?, -1 | 1..) {
            return Err(vm.value_error("negative sizehint"));
        }
        if !matches!(int_argument(vm, arguments, 2, 0)?, 0 | libc::EPOLL_CLOEXEC) {
            return Err(vm.raise(Ex::OSError, "invalid flags"));
        }
        // SAFETY: takes a number.
        let descriptor = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if descriptor < 0 {
            return Err(os_error(vm, &io::Error::last_os_error()));
        }
        make(vm, arguments, descriptor)
    }

    /// The descriptor, open.
    fn open(vm: &mut Vm, arguments: &[Value]) -> Res<RawFd> {
        match arguments.first().and_then(|this| this.get::<Epoll>()).map(|this| this.descriptor.get()) {
            Some(descriptor) if descriptor >= 0 => Ok(descriptor),
            _ => Err(vm.value_error("I/O operation on closed epoll object")),
        }
    }

    fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
        if let Some(this) = arguments.first().and_then(|this| this.get::<Epoll>()) {
            let descriptor = this.descriptor.replace(-1);
            if descriptor >= 0 {
                vm.platform.forget(Source(descriptor));
                // SAFETY: the object's own descriptor.
                unsafe { libc::close(descriptor) };
            }
        }
        Ok(Value::NONE)
    }

    fn control(vm: &mut Vm, args: &Args, operation: i32) -> Res<Action> {
        let own = open(vm, args.positional)?;
        let events = match args.get(2) {
            Some(events) => match u32::try_from(vm.index_i64(events)?) {
                Ok(events) => events,
                Err(_) => return Err(vm.raise(Ex::OverflowError, "can't convert negative int to unsigned")),
            },
            None => (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32,
        };
        let object = args.get(1).cloned().unwrap_or(Value::NONE);
        descriptor(vm, &object, move |vm, descriptor| {
            let mut event = libc::epoll_event { events, u64: descriptor as u64 };
            // SAFETY: an event.
            if unsafe { libc::epoll_ctl(own, operation, descriptor, &raw mut event) } < 0 {
                return Err(os_error(vm, &io::Error::last_os_error()));
            }
            Ok(Action::Return(Value::NONE))
        })
    }

    fn poll(vm: &mut Vm, args: &Args) -> Res<Action> {
        let own = open(vm, args.positional)?;
        let patience = match args.get(1).filter(|timeout| !timeout.is_none()) {
            Some(timeout) => match nanoseconds(vm, timeout)? {
                0 => Patience::None,
                span => u64::try_from(span).map_or(Patience::Endless, Patience::Span),
            },
            None => Patience::Endless,
        };
        let most = match int_argument(vm, args.positional, 2, -1)? {
            -1 => 1023,
            most @ 1.. => most,
            most => return Err(vm.value_error(&format!("maxevents must be greater than 0, got {most}"))),
        };
        ask(vm, own, most, patience)
    }

    fn ask(vm: &mut Vm, own: RawFd, most: i32, patience: Patience) -> Res<Action> {
        let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; most as usize];
        // SAFETY: the events and their number; it does not wait.
        let count = unsafe { libc::epoll_wait(own, events.as_mut_ptr(), most, 0) };
        if count < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(os_error(vm, &error));
            }
            vm.check_interrupts()?;
        }
        if count > 0 || patience == Patience::None {
            events.truncate(count.max(0) as usize);
            let ready = events.iter().map(|event| (event.u64 as RawFd, event.events));
            return Ok(Action::Return(event_list(vm, ready)));
        }
        // A set is readable when one of its descriptors is ready.
        let patience = patience.begun(vm);
        wait_until_ready(vm, &[(Source(own), Interest::READ)], patience, move |vm, ready| ask(vm, own, most, if ready { patience } else { Patience::None }))
    }
}
