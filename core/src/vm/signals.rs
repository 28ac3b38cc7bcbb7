//! Signals with a handler in Python. The handler runs in a py-thread of its own, whatever the main one waits for, but passes for the main one; what it
//! raises, it raises there.

use super::{Action, Args, Native, Res, Vm};
use crate::object::exception::{self, Ex};
use crate::object::traceback;
use crate::object::value::Value;
use crate::port::SignalHandling;
use crate::port::{MachineError, Stream};
use crate::sched::task::FOR_MAIN;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Number of the signal that Ctrl-C sends.
pub const INTERRUPT: u32 = 2;
/// Number of the signal that Ctrl-\ sends: what all py-threads are doing is printed, and they go on.
pub const QUIT: u32 = 3;

static RUN: Native = Native::full("_run_handler(handler, number, /)", run_handler, "Call a signal handler for the main py-thread.");

fn run_handler(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let [handler, number, ..] = arguments.positional else { return Ok(Action::Return(Value::NONE)) };
    let current = vm.sched.current;
    vm.sched.tasks.at_mut(current).flags |= FOR_MAIN;
    let frame = match vm.sched.tasks.at(vm.sched.main).frame().and_then(|frame| traceback::visible(Some(frame))) {
        Some(frame) => traceback::of_running(vm, frame),
        None => Value::NONE,
    };
    Ok(Action::call(handler.clone(), [number.clone(), frame], |vm, result| {
        match result {
            Ok(_) => vm.sched.end_pause(),
            Err(raised) => {
                let exception = vm.take_exception(raised);
                vm.sched.interrupt(vm.sched.main, exception, true);
            }
        }
        Ok(Action::Return(Value::NONE))
    }))
}

impl Vm {
    /// The Python handler of a signal.
    pub fn signal_handler(&self, number: u32) -> Option<Value> {
        self.signal_handlers.iter().find(|(known, _)| *known == number).map(|(_, handler)| handler.clone())
    }

    /// Sets the Python handler of a signal that the machine reports; None: it has none any more.
    pub fn set_signal_handler(&mut self, number: u32, handler: Option<Value>) {
        let old = self.signal_handlers.iter().position(|(known, _)| *known == number).map(|index| self.signal_handlers.swap_remove(index));
        if let Some(handler) = handler {
            self.signal_handlers.push((number, handler));
        }
        drop(old);
    }

    /// Writes what all py-threads are doing to the machine's standard error: this may be between two turns, when no Python code can run.
    fn write_report(&self) {
        let report = self.threads_report();
        let mut rest = report.as_bytes();
        while !rest.is_empty() {
            match self.platform.write(Stream::Error, rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(MachineError::Interrupted) => {}
                Err(_) => return,
            }
        }
    }

    /// Does what a signal would do, unless it would end the program or be ignored.
    pub fn simulate_signal(&mut self, number: u32) {
        if self.signal_handler(number).is_none()
            && let Ok(handling) = self.platform.handle_signal(number, SignalHandling::Notify)
            && handling != SignalHandling::Notify
        {
            let _ = self.platform.handle_signal(number, handling);
            return;
        }
        self.signal_came(number);
    }

    /// A signal may have come: its handler is let run before the call returns `result`.
    ///
    /// # Errors
    /// What the main py-thread is interrupted with, if it runs.
    pub fn let_handlers_run(&mut self, result: Value) -> Res<Action> {
        self.check_interrupts()?;
        Ok(Action::Yield(Box::new(move |vm: &mut Vm, resumed: Res<Value>| {
            resumed?;
            vm.check_interrupts()?;
            Ok(Action::Return(result))
        })))
    }

    /// A signal has come: starts its handler. Without one an interrupt is KeyboardInterrupt in the main py-thread, and QUIT prints a report.
    pub(crate) fn signal_came(&mut self, number: u32) {
        match self.signal_handler(number) {
            Some(handler) => {
                if let Some((descriptor, notify)) = self.signal_wakeup {
                    notify(descriptor, number);
                }
                let run = self.native_function(&RUN, &Value::NONE);
                let arguments = self.new_tuple(Vec::from([handler, Value::small_int(i64::from(number))]));
                if let Err(raised) = self.start_thread(run, arguments, Vec::new(), None, true) {
                    let exception = self.take_exception(raised);
                    self.sched.interrupt(self.sched.main, exception, true);
                }
            }
            None if number == INTERRUPT => {
                let exception = exception::create(self, Ex::KeyboardInterrupt, Vec::new());
                self.sched.interrupt(self.sched.main, exception, true);
            }
            None if number == QUIT => self.write_report(),
            None => {}
        }
    }
}
