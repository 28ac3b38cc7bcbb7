//! Far yields: a function that yields values from any depth of calls below it. Its body is a py-thread of its own, so it has a stack of its own;
//! it and its consumer hand the turn to each other, and only one of them can run.
//!
//! ```text
//!   consumer: resume ──▶ Blocked at the body ◀── the value, or how it ended ── producer: faryield, end
//!   producer: Blocked at the body ◀── what is sent or thrown in ── consumer: resume
//! ```
//!
//! Both wait at the same object. Whoever hands over queues the other one first. A consumer that was interrupted while it waited misses nothing: what
//! the producer has to say is kept as the offer, for the next one who asks.

use super::task::TaskTable;
use super::wait::Timeout;
use crate::object;
use crate::object::exception::{self, Ex, Exception};
use crate::object::function::Function;
use crate::object::header::{Header, Kind, Mut};
use crate::object::value::Value;
use crate::vm::{Call, Native, Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

/// The body of a far generator: what producer and consumer share.
#[repr(C)]
pub struct FarBody {
    pub header: Header,
    /// The producer's ident; 0: not started.
    producer: Cell<i64>,
    /// Ident of who waits for its next value, or did.
    consumer: Cell<i64>,
    finished: Cell<bool>,
    /// Nobody will ask for values any more.
    abandoned: Cell<bool>,
    offer: Mut<Option<Offer>>,
    /// What the body is, until it starts: the callable, and its arguments with their names.
    callee: Mut<Value>,
    arguments: Mut<Vec<Value>>,
    names: Mut<Vec<Value>>,
}

/// What nobody was there to take.
enum Offer {
    Value(Value),
    Exception(Value),
}

object!(
    FarBody,
    Kind::Other,
    "thread._far_body",
    |this, visit| {
        visit(this.callee.get());
        this.arguments.get().iter().chain(this.names.get()).for_each(&mut *visit);
        if let Some(Offer::Value(value) | Offer::Exception(value)) = this.offer.get() {
            visit(value);
        }
    },
    |this| {
        drop(this.callee.replace(Value::NONE));
        drop((this.arguments.take(), this.names.take(), this.offer.take()));
    }
);

impl FarBody {
    /// A body that has not begun.
    pub fn new(header: Header, call: Call) -> FarBody {
        FarBody {
            header,
            producer: Cell::new(0),
            consumer: Cell::new(0),
            finished: Cell::new(false),
            abandoned: Cell::new(false),
            offer: Mut::new(None),
            callee: Mut::new(call.callee),
            arguments: Mut::new(call.arguments),
            names: Mut::new(call.names),
        }
    }

    /// The py-thread that runs the body.
    pub(super) fn producer(&self, tasks: &TaskTable) -> Option<u32> {
        tasks.find(self.producer.get())
    }

    /// Whether it has begun and not ended.
    pub fn is_under_way(&self) -> bool {
        self.producer.get() != 0 && !self.finished.get()
    }

    /// Its call, for the py-thread that is to run it.
    pub fn take_call(&self) -> Call {
        Call { callee: self.callee.replace(Value::NONE), arguments: self.arguments.take(), names: self.names.take() }
    }

    fn finish(&self) {
        self.finished.set(true);
        drop(self.take_call());
    }
}

impl Vm {
    /// The index of the py-thread with this ident, if it waits at `body`.
    fn waits_at(&self, ident: i64, body: &Value) -> Option<u32> {
        let tasks = &self.sched.tasks;
        tasks.find(ident).filter(|&task| tasks.at(task).waits_for().is_some_and(|object| object.is(body)))
    }

    /// A py-thread that waits at a body goes on, before all others.
    fn hand_turn(&mut self, task: u32, wake: Value, raises: bool) {
        if self.sched.make_ready(task, wake, raises) {
            self.sched.enqueue_first(task);
            self.bequeath(task);
        }
    }

    /// Runs a body on, with a value or an exception (an instance), until it yields or ends: the value, or an exception that is the end
    /// (StopIteration when it returned). As with [`Vm::wait_for`], the native returns the error at once. `start` is what a producer runs: it gets the
    /// body as its argument.
    ///
    /// # Errors
    /// ValueError when it runs already, TypeError when it cannot take the value, RuntimeError when no py-thread can be had.
    pub fn resume_far(&mut self, object: &Value, body: &FarBody, sent: Result<Value, Value>, start: &'static Native) -> Res<Value> {
        if let Some(offer) = body.offer.take() {
            return match (offer, sent) {
                (Offer::Value(value), Ok(_)) => Ok(value),
                (Offer::Exception(exception), _) => Err(self.raise_value(exception)),
                (Offer::Value(_), Err(exception)) => self.resume_far(object, body, Err(exception), start),
            };
        }
        if body.finished.get() {
            return match sent {
                Ok(_) => Err(self.raise_with(Ex::StopIteration, Vec::new())),
                Err(exception) => Err(self.raise_value(exception)),
            };
        }
        if self.waits_at(body.consumer.get(), object).is_some() || body.producer(&self.sched.tasks) == Some(self.sched.current) {
            return Err(self.value_error("far generator already executing"));
        }
        if body.producer.get() == 0 {
            match sent {
                Ok(value) if value.is_none() => self.start_far(object, body, start)?,
                Ok(_) => return Err(self.type_error("can't send non-None value to a just-started far generator")),
                Err(exception) => {
                    body.finish();
                    return Err(self.raise_value(exception));
                }
            }
        } else if let Some(producer) = self.waits_at(body.producer.get(), object) {
            let (wake, raises) = match sent {
                Ok(value) => (value, false),
                Err(exception) => (exception, true),
            };
            self.hand_turn(producer, wake, raises);
        } else if let (Err(exception), Some(producer)) = (sent, body.producer(&self.sched.tasks)) {
            // Its consumer was interrupted, and it runs.
            self.sched.interrupt(producer, exception, true);
        }
        body.consumer.set(self.sched.tasks.ident(self.sched.current));
        Err(self.wait_for(Some(object), Timeout::Forever))
    }

    fn start_far(&mut self, object: &Value, body: &FarBody, start: &'static Native) -> Res<()> {
        let callee = self.native_function(start, &Value::NONE);
        let name = body.callee.get().get::<Function>().map(|function| function.qualified_name.get().clone());
        let arguments = self.new_tuple(Vec::from([object.clone()]));
        let task = self.new_thread(callee, arguments, Vec::new(), Some(object.clone()), true)?;
        body.producer.set(self.sched.tasks.ident(task));
        self.sched.tasks.at_mut(task).name = name;
        self.sched.enqueue_first(task);
        self.bequeath(task);
        Ok(())
    }

    /// `faryield`: hands a value to the consumer of the body that the running py-thread runs, and waits for what comes back.
    ///
    /// # Errors
    /// RuntimeError outside of a body; see [`Vm::wait_for`].
    pub fn far_yield(&mut self, value: Value) -> Res<Value> {
        let object = self.sched.tasks.at(self.sched.current).handle.clone();
        let Some((object, body)) = object.as_ref().and_then(|object| Some((object, object.get::<FarBody>()?))) else {
            return Err(self.raise(Ex::RuntimeError, "faryield() outside of a far_yield_acceptor"));
        };
        if body.abandoned.get() {
            return Err(self.raise(Ex::RuntimeError, "far generator ignored GeneratorExit"));
        }
        match self.waits_at(body.consumer.get(), object) {
            Some(consumer) => self.hand_turn(consumer, value, false),
            None => body.offer.set(Some(Offer::Value(value))),
        }
        Err(self.wait_for(Some(object), Timeout::Forever))
    }

    /// The body's call has this result: the consumer gets it.
    ///
    /// # Errors
    /// What the producer ends with because there is no consumer any more.
    pub fn finish_far(&mut self, object: &Value, body: &FarBody, result: Res<Value>) -> Res<()> {
        body.finish();
        let exception = match result {
            Ok(value) => exception::create(self, Ex::StopIteration, if value.is_none() { Vec::new() } else { Vec::from([value]) }),
            Err(raised) => {
                let exception = self.take_exception(raised);
                if self.is_instance(&exception, &self.exception_class(Ex::StopIteration)) { self.wrapped_stop(exception) } else { exception }
            }
        };
        if let Some(consumer) = self.waits_at(body.consumer.get(), object) {
            self.hand_turn(consumer, exception, true);
            return Ok(());
        }
        if !body.abandoned.get() {
            body.offer.set(Some(Offer::Exception(exception)));
            return Ok(());
        }
        let expected = [Ex::GeneratorExit, Ex::StopIteration].iter().any(|&class| self.is_instance(&exception, &self.exception_class(class)));
        if expected { Ok(()) } else { Err(self.raise_value(exception)) }
    }

    /// A StopIteration that left the body is no end (PEP 479).
    fn wrapped_stop(&mut self, cause: Value) -> Value {
        let message = self.new_str("far generator raised StopIteration");
        let wrapped = exception::create(self, Ex::RuntimeError, Vec::from([message]));
        if let Some(wrapped) = wrapped.get::<Exception>() {
            wrapped.cause.set(cause.clone());
            wrapped.context.set(cause);
            wrapped.suppress_context.set(true);
        }
        wrapped
    }

    /// A producer's py-thread is over; if it could not even begin, the consumer must hear of it.
    pub(super) fn far_ended(&mut self, object: &Value, body: &FarBody) {
        if body.finished.get() {
            return;
        }
        body.finish();
        if let Some(consumer) = self.waits_at(body.consumer.get(), object) {
            let exception = exception::create(self, Ex::MemoryError, Vec::new());
            self.hand_turn(consumer, exception, true);
        }
    }

    /// Nobody will ask for values any more: the body gets GeneratorExit.
    pub fn abandon_far(&mut self, body: &FarBody) {
        body.abandoned.set(true);
        drop(body.offer.take());
        if !body.is_under_way() {
            return body.finish();
        }
        if let Some(producer) = body.producer(&self.sched.tasks) {
            let exception = exception::create(self, Ex::GeneratorExit, Vec::new());
            self.sched.interrupt(producer, exception, true);
        }
    }
}
