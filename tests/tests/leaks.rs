//! What is left when a VM ends: nothing. A test of its own, because it looks at the memory of the whole process.
#![cfg(target_os = "linux")]

use pyvm_core::embed::{Interpreter, Progress};
use pyvm_core::port::Platform;

/// A machine that can do nothing.
struct Nowhere;

impl Platform for Nowhere {}

/// Resident bytes of this process.
fn resident() -> Result<usize, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    Ok(text.split(' ').nth(1).ok_or("statm")?.parse::<usize>()? * 4096)
}

/// Many VMs, one after the other, each with classes, cycles, generators and py-threads that never end.
#[test]
fn a_vm_leaves_nothing_behind() -> Result<(), Box<dyn std::error::Error>> {
    let source = b"import _thread\nclass A:\n    def __init__(self): self.me = self; self.big = bytearray(100_000); self.d = {i: str(i) for i in range(1000)}\nx = [A() for i in range(20)]\ndef g():\n    y = A()\n    yield y\ngen = g(); next(gen)\nl = _thread.allocate_lock(); l.acquire()\ndef wait(y): l.acquire()\nfor i in range(3): _thread.start_new_thread(wait, (A(),))\nimport thread; thread.sched_yield()\n";
    let machine = &Nowhere;
    let mut before = 0;
    for round in 0..60 {
        let mut python = Interpreter::builder(machine).threads::<8>().build().map_err(|_| "memory")?;
        assert_eq!(python.run_source(source, "<test>"), Progress::Done);
        drop(python);
        if round == 19 {
            before = resident()?;
        }
    }
    let grown = resident()?.saturating_sub(before);
    assert!(grown < 8 << 20, "{grown} bytes more after 40 VMs");
    Ok(())
}
