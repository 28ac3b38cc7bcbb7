//! Waiting for the machine's sources (sockets, pipes, terminals): the poller wakes the py-thread, and no OS thread waits with it.

use super::executor::Scheduler;
use super::task::State;
use super::wait::Timeout;
use crate::object;
use crate::object::class::{CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::header::{Header, Kind, Object};
use crate::object::value::Value;
use crate::port::{Interest, Ready, Source, Watch};
use crate::vm::native::Continuation;
use crate::vm::{Action, Native, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

/// How often the poller is looked at while py-threads can run, in nanoseconds.
const LOOK_EVERY: u64 = 50_000;

/// What a py-thread waits for at the poller.
#[repr(C)]
pub struct Readiness {
    pub header: Header,
    sources: Box<[(Source, Interest)]>,
}

object!(Readiness, Kind::Other, "readiness", |this, visit| {});

pub static READINESS: TypeSpec = TypeSpec {
    module: "thread",
    flags: CLASS_NOT_CALLABLE,
    doc: "Descriptors that a thread waits for.",
    natives: &[Native::simple(
        "__repr__($self, /)",
        |vm, arguments| {
            let text = arguments.first().and_then(|this| this.get::<Readiness>()).map(Readiness::describe);
            Ok(vm.new_str(&format!("<{}>", text.unwrap_or_default())))
        },
        "Return repr(self).",
    )],
    ..TypeSpec::new("readiness", Readiness::LAYOUT)
};

impl Readiness {
    /// In words: `descriptor 5 to be readable`.
    pub(super) fn describe(&self) -> String {
        match self.sources.as_ref() {
            [(source, interest)] => {
                let what = match (interest.reads(), interest.writes()) {
                    (true, false) => "readable",
                    (false, true) => "writable",
                    _ => "ready",
                };
                format!("descriptor {} to be {what}", source.0)
            }
            sources => format!("one of {} descriptors to be ready", sources.len()),
        }
    }
}

/// What the scheduler knows about the poller.
#[derive(Default)]
pub(super) struct Polling {
    /// How many py-threads wait there.
    pub waiting: usize,
    looked_at: u64,
}

impl Scheduler {
    /// The poller has something for the py-thread that watches with `token`.
    fn became_ready(&mut self, ready: Ready) {
        if let Some(task) = self.tasks.find(ready.token as i64)
            && self.tasks.at(task).state == State::Blocked
            && self.tasks.at(task).waits_for.as_ref().is_some_and(|object| object.get::<Readiness>().is_some())
        {
            self.unblock(task, Value::TRUE, false);
        }
    }

    /// Wakes the main py-thread if it waits for no source in particular: a signal has come.
    pub(crate) fn end_pause(&mut self) {
        let record = self.tasks.at(self.main);
        if record.state == State::Blocked && record.waits_for.as_ref().and_then(|object| object.get::<Readiness>()).is_some_and(|readiness| readiness.sources.is_empty())
        {
            self.unblock(self.main, Value::TRUE, false);
        }
    }

    /// A py-thread waits at the poller no more: what it still watches there is taken out.
    pub(super) fn leave_poller(&mut self, task: u32, readiness: &Readiness) {
        self.polling.waiting -= 1;
        let token = self.tasks.ident(task) as u64;
        for (source, _) in readiness.sources.as_ref() {
            self.platform.unwatch(*source, token);
        }
    }

    /// Sleeps until a source is ready, the machine is woken, or time is over (nanoseconds), and wakes the py-threads whose sources are ready.
    pub(super) fn wait_at_poller(&mut self, timeout: Option<u64>) {
        let platform = self.platform;
        platform.wait(timeout, &mut |ready| self.became_ready(ready));
        if self.polling.waiting != 0 {
            self.polling.looked_at = platform.now();
        }
    }

    /// Looks whether sources are ready, now and then, while py-threads can run.
    pub(super) fn look_at_poller(&mut self) {
        if self.polling.waiting != 0 && (!self.platform.has_clock() || self.platform.now() - self.polling.looked_at >= LOOK_EVERY) {
            self.wait_at_poller(Some(0));
        }
    }
}

impl Vm {
    /// Lets the running py-thread wait until one of `sources` may be ready for what is wanted of it, then goes on with `then`: False when time is over, another
    /// value when it is worth another try.
    ///
    /// # Errors
    /// OSError if the machine cannot watch a source; NotImplementedError if it has none.
    pub fn wait_ready(&mut self, sources: &[(Source, Interest)], timeout: Timeout, then: impl Continuation + 'static) -> Res<Action> {
        let token = self.sched.tasks.ident(self.sched.current) as u64;
        for (index, &(source, interest)) in sources.iter().enumerate() {
            let watch = self.platform.watch(source, interest, token);
            if watch == Ok(Watch::Armed) {
                continue;
            }
            for (source, _) in sources.iter().take(index) {
                self.platform.unwatch(*source, token);
            }
            return match watch {
                Ok(_) => Ok(Action::Yield(Box::new(then))),
                Err(error) => Err(self.machine_error(error, None)),
            };
        }
        self.class_from_spec(&READINESS);
        let readiness = self.new_object(|header| Readiness { header, sources: sources.into() });
        self.sched.polling.waiting += 1;
        self.sched.block(Some(&readiness), timeout);
        Ok(Action::Park(Box::new(then)))
    }
}
