//! What is left when a VM ends: nothing. A test of its own, because it counts what the whole process allocates.

use pyvm_core::embed::{Interpreter, Progress};
use pyvm_core::port::Platform;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, which counts the bytes that live.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does the work; counting does not touch the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are the system allocator's.
        let memory = unsafe { System.alloc(layout) };
        if !memory.is_null() {
            LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        }
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) };
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A machine that can do nothing.
struct Nowhere;

impl Platform for Nowhere {}

/// Many VMs, one after the other, each with classes, cycles, generators and py-threads that never end.
#[test]
fn a_vm_leaves_nothing_behind() -> Result<(), Box<dyn std::error::Error>> {
    let source = b"import _thread\nclass A:\n    def __init__(self): self.me = self; self.big = bytearray(100_000); self.d = {i: str(i) for i in range(1000)}\nx = [A() for i in range(20)]\ndef g():\n    y = A()\n    yield y\ngen = g(); next(gen)\nl = _thread.allocate_lock(); l.acquire()\ndef wait(y): l.acquire()\nfor i in range(3): _thread.start_new_thread(wait, (A(),))\nimport thread; thread.sched_yield()\n";
    let machine = &Nowhere;
    let mut before = 0;
    for round in 0..20 {
        let mut python = Interpreter::builder(machine).threads::<8>().build().map_err(|_| "memory")?;
        assert_eq!(python.run_source(source, "<test>"), Progress::Done);
        drop(python);
        if round == 0 {
            before = LIVE.load(Ordering::Relaxed);
        }
    }
    let grown = LIVE.load(Ordering::Relaxed).saturating_sub(before);
    assert_eq!(grown, 0, "bytes more after 19 VMs");
    Ok(())
}
