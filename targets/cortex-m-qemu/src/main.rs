//! Firmware for the emulated board mps2-an386: compiles a Python source string on the device and runs it.
//!
//! What a board has to give pyvm stands in [`board`]: a console, a clock, a way to idle. The rest of this file is what an
//! embedder writes: a heap, a VM, a source string, and what to do with the program's end.

#![no_std]
#![no_main]

mod board;

use core::mem::MaybeUninit;
use core::panic::PanicInfo;

use board::Board;
use cortex_m_rt::entry;
use embedded_alloc::LlffHeap;
use pyvm_core::builtins::{io, report};
use pyvm_core::embed::{Interpreter, Progress};

/// Bytes of RAM for the VM and everything Python makes.
const HEAP_BYTES: usize = 2 * 1024 * 1024;

/// Of these, what Python's objects may take: over it, MemoryError.
const OBJECT_BYTES: usize = HEAP_BYTES / 2;

/// Three threads count the primes below a thousand, each a third of the numbers, and add up under a lock.
const PROGRAM: &str = r#"
import _thread, time

WORKERS = 3
lock = _thread.allocate_lock()
finished = _thread.allocate_lock()
finished.acquire()
total = 0
running = WORKERS

def is_prime(n):
    return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))

def worker(which):
    global total, running
    for n in range(which, 1000, WORKERS):
        if is_prime(n):
            with lock:
                total += 1
    time.sleep(0.01 * which)
    with lock:
        print(f"worker {which} is done")
        running -= 1
        if running == 0:
            finished.release()

for which in range(WORKERS):
    _thread.start_new_thread(worker, (which,))
finished.acquire()
print("primes below 1000:", total)
assert total == 168
"#;

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

static BOARD: Board = Board;

#[entry]
fn main() -> ! {
    static mut MEMORY: [MaybeUninit<u8>; HEAP_BYTES] = [MaybeUninit::uninit(); HEAP_BYTES];
    // SAFETY: called once, before anything allocates; the entry macro hands out `MEMORY` to this function alone.
    unsafe { HEAP.init(MEMORY.as_mut_ptr() as usize, HEAP_BYTES) };
    BOARD.start();
    BOARD.print("pyvm on a Cortex-M4\n");
    let status = match Interpreter::builder(&BOARD).threads::<16>().heap_limit(OBJECT_BYTES).build() {
        Ok(mut python) => run(&mut python),
        Err(_) => 3,
    };
    board::exit(status)
}

/// Runs the program; the status is 0, 1 after an uncaught exception, 2 if it did not come to its end.
fn run(python: &mut Interpreter) -> u32 {
    let progress = python.run_source(PROGRAM.as_bytes(), "<firmware>");
    python.with(|vm, outcome| {
        if progress == Progress::Raised {
            report::print_exception(vm, &outcome);
        }
        if let Err(raised) = io::flush_standard_streams(vm) {
            drop(vm.take_exception(raised));
        }
    });
    match progress {
        Progress::Done => 0,
        Progress::Raised => 1,
        Progress::OutOfFuel | Progress::Stopped => 2,
    }
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    board::report(info);
    board::exit(101)
}
