//! The embedding API: fuel, the heap limit, calls from and to the host, and what is left when a VM ends.

use pyvm_core::embed::{Interpreter, Progress};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::port::{MachineError, Platform, Stream};
use pyvm_core::vm::{Native, Res, Vm};
use std::sync::Mutex;

/// A machine that keeps what is printed.
#[derive(Default)]
struct Printer(Mutex<Vec<u8>>);

impl Platform for Printer {
    fn write(&self, _: Stream, bytes: &[u8]) -> Result<usize, MachineError> {
        self.0.lock().map_err(|_| MachineError::Unsupported)?.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

impl Printer {
    fn leaked() -> &'static Printer {
        Box::leak(Box::default())
    }

    fn text(&self) -> String {
        self.0.lock().map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
    }
}

fn flush(python: &mut Interpreter) {
    python.with(|vm, _| {
        if let Err(raised) = pyvm_core::builtins::io::flush_standard_streams(vm) {
            drop(vm.take_exception(raised));
        }
    });
}

fn integer(python: &mut Interpreter, name: &str) -> Option<i64> {
    python.global(name, |_, value| value.and_then(|value| value.as_small_int()))
}

fn raised(python: &mut Interpreter, kind: Ex) -> bool {
    python.with(|vm, exception| vm.is_instance(&exception, &vm.exception_class(kind)))
}

#[test]
fn fuel_gives_the_host_control_back() -> Result<(), Box<dyn std::error::Error>> {
    let mut python = Interpreter::builder(Printer::leaked()).threads::<8>().fuel(10_000).build().map_err(|_| "memory")?;
    let mut progress = python.run_source(b"n = 0\nwhile n < 100_000:\n    n += 1\n", "<test>");
    let mut pauses = 0;
    while progress == Progress::OutOfFuel {
        pauses += 1;
        let so_far = integer(&mut python, "n").ok_or("no n")?;
        assert!(so_far < 100_000 && so_far <= (pauses + 1) * 10_000, "{so_far} after {pauses}");
        progress = python.resume(10_000);
    }
    assert_eq!(progress, Progress::Done);
    assert_eq!(integer(&mut python, "n"), Some(100_000));
    assert!(pauses >= 9, "{pauses}");
    Ok(())
}

#[test]
fn fuel_counts_threads_that_only_yield() -> Result<(), Box<dyn std::error::Error>> {
    let mut python = Interpreter::builder(Printer::leaked()).threads::<8>().fuel(20_000).build().map_err(|_| "memory")?;
    let source = b"import _thread, thread\ndef spin():\n    while True: thread.sched_yield()\n_thread.start_new_thread(spin, ())\nspin()\n";
    let mut progress = python.run_source(source, "<test>");
    for _ in 0..3 {
        assert_eq!(progress, Progress::OutOfFuel);
        progress = python.resume(20_000);
    }
    Ok(())
}

/// The run queue has as many entries as there can be threads: whatever is done to them, nobody is in it twice, and nobody is lost.
#[test]
fn a_full_run_queue_loses_nobody() -> Result<(), Box<dyn std::error::Error>> {
    let mut python = Interpreter::builder(Printer::leaked()).threads::<8>().slice(20).build().map_err(|_| "memory")?;
    let source = b"
import _thread, thread
counts = [0] * 7
stop = False
def body(index):
    while not stop:
        counts[index] += 1
        if index % 2: thread.sched_yield()
idents = [_thread.start_new_thread(body, (index,)) for index in range(7)]
me = thread.get_ident()
seed = 1
for _ in range(20_000):
    seed = (seed * 1_664_525 + 1_013_904_223) % 2**32
    ident, what = idents[(seed >> 8) % 7], (seed >> 20) % 6
    if what == 0: thread.freeze(ident)
    elif what == 1: thread.thaw(ident)
    elif what == 2: thread.setpriority(ident, (seed >> 16) % 4)
    elif what == 3: thread.setpriority(me, (seed >> 16) % 4)
    elif what == 4: thread.sched_yield(ident)
    else: thread.sched_yield()
for ident in idents: thread.thaw(ident); thread.setpriority(ident, 2)
thread.setpriority(me, 2)
before = counts[:]
for _ in range(10): thread.sched_yield()
progress = [after - count for after, count in zip(counts, before)]
runnable = thread.stats()['runnable']
stop = True
while len(thread.all()) > 1: thread.sched_yield()
result = int(all(count > 0 for count in progress)) + (runnable == 7)
";
    assert_eq!(python.run_source(source, "<test>"), Progress::Done);
    assert_eq!(integer(&mut python, "result"), Some(2));
    Ok(())
}

#[test]
fn the_heap_limit_raises_memory_error() -> Result<(), Box<dyn std::error::Error>> {
    let mut python = Interpreter::builder(Printer::leaked()).threads::<8>().heap_limit(16 << 20).build().map_err(|_| "memory")?;
    assert_eq!(python.run_source(b"x = [0] * 100_000_000", "<test>"), Progress::Raised);
    assert!(raised(&mut python, Ex::MemoryError));
    assert_eq!(python.run_source(b"x = []\nwhile True: x.append([1, 2, 3])", "<test>"), Progress::Raised);
    assert!(raised(&mut python, Ex::MemoryError));
    assert_eq!(python.run_source(b"x = None\ny = 6 * 7", "<test>"), Progress::Done);
    assert_eq!(integer(&mut python, "y"), Some(42));
    Ok(())
}

/// What a list's items take is counted when the list grows and given back when it shrinks or dies, whoever fills it.
#[test]
fn the_heap_limit_counts_lists_exactly() -> Result<(), Box<dyn std::error::Error>> {
    for statement in [
        "[n for n in range(100)]",
        "[0, *range(100)]",
        "a, *b = range(100)",
        "a, *b = pair",
        "a, b = pair",
        "match pair:\n        case [1, *rest]: pass",
        "pair.append(3); pair.pop()",
    ] {
        // The first rounds fill pages and caches.
        let mut python = Interpreter::builder(Printer::leaked()).threads::<8>().build().map_err(|_| "memory")?;
        let source = format!(
            "import sys\npair = [1, 2]\ndef f():\n    {statement}\nfor i in range(5000): f()\nbefore = sys.getallocatedblocks()\n\
             for i in range(1000): f()\nchange = sys.getallocatedblocks() - before"
        );
        assert_eq!(python.run_source(source.as_bytes(), "<test>"), Progress::Done, "{statement}");
        let change = integer(&mut python, "change").ok_or("no change")?;
        assert!(change.abs() < 20, "{statement}: {change}");
    }
    Ok(())
}

#[test]
fn a_full_table_of_threads_is_an_error() -> Result<(), Box<dyn std::error::Error>> {
    let printer = Printer::leaked();
    let mut python = Interpreter::builder(printer).threads::<4>().build().map_err(|_| "memory")?;
    let source = b"import _thread\nl = _thread.allocate_lock(); l.acquire()\nn = 0\ntry:\n    while True: _thread.start_new_thread(l.acquire, ()); n += 1\nexcept RuntimeError as e: print(n, e)\n";
    assert_eq!(python.run_source(source, "<test>"), Progress::Done);
    flush(&mut python);
    assert_eq!(printer.text(), "3 can't start new thread\n");
    Ok(())
}

fn twice(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first().and_then(Value::as_small_int) {
        Some(number) => Ok(vm.new_int(number * 2)),
        None => Err(vm.type_error("a small integer, please")),
    }
}

static NATIVES: [Native; 1] = [Native::simple("twice(number, /)", twice, "Twice the number.")];

#[test]
fn host_and_python_call_each_other() -> Result<(), Box<dyn std::error::Error>> {
    let mut python = Interpreter::builder(Printer::leaked()).threads::<8>().build().map_err(|_| "memory")?;
    python.define_natives(&NATIVES);
    python.define("greeting", |vm| vm.new_str("hello"));
    assert_eq!(python.run_source(b"def f(x): return greeting + str(twice(x))", "<test>"), Progress::Done);
    assert_eq!(python.call("f", |_| vec![Value::small_int(21)]), Progress::Done);
    assert!(python.with(|_, value| Str::is(&value, "hello42")));
    assert_eq!(python.call("f", |vm| vec![vm.new_str("no")]), Progress::Raised);
    assert!(raised(&mut python, Ex::TypeError));
    assert_eq!(python.call("missing", |_| Vec::new()), Progress::Raised);
    assert!(raised(&mut python, Ex::NameError));
    Ok(())
}

#[test]
fn threads_go_on_between_calls_from_the_host() -> Result<(), Box<dyn std::error::Error>> {
    let mut python = Interpreter::builder(Printer::leaked()).threads::<8>().build().map_err(|_| "memory")?;
    let source = b"import _thread\nl = _thread.allocate_lock(); l.acquire()\nn = 0\ndef work():\n    global n\n    l.acquire(); n += 1\n_thread.start_new_thread(work, ())\nimport thread\nthread.sched_yield()\n";
    assert_eq!(python.run_source(source, "<test>"), Progress::Done);
    assert_eq!(integer(&mut python, "n"), Some(0));
    assert_eq!(python.run_source(b"l.release(); thread.sched_yield()", "<test>"), Progress::Done);
    assert_eq!(integer(&mut python, "n"), Some(1));
    Ok(())
}

#[test]
fn a_deadlock_is_an_exception() -> Result<(), Box<dyn std::error::Error>> {
    let mut python = Interpreter::builder(Printer::leaked()).threads::<8>().build().map_err(|_| "memory")?;
    assert_eq!(python.run_source(b"import _thread\nl = _thread.allocate_lock(); l.acquire(); l.acquire()", "<test>"), Progress::Raised);
    assert!(raised(&mut python, Ex::RuntimeError));
    Ok(())
}
