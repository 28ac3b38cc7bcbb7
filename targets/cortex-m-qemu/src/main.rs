//! Firmware for the emulated board mps2-an386: compiles a Python source string on the device and runs it.
//!
//! What a board has to give pyvm stands in [`board`]: a console, a clock, a way to idle. The rest of this file is what an embedder
//! writes: a heap, a VM, a source string, and what to do with the program's end.

#![no_std]
#![no_main]

mod board;

use core::mem::MaybeUninit;
use core::panic::PanicInfo;

use board::Board;
use cortex_m_rt::entry;
use embedded_alloc::LlffHeap;

/// Bytes of RAM for the VM and everything Python makes.
const HEAP_BYTES: usize = 512 * 1024;

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

#[entry]
fn main() -> ! {
    static mut MEMORY: [MaybeUninit<u8>; HEAP_BYTES] = [MaybeUninit::uninit(); HEAP_BYTES];
    // SAFETY: called once, before anything allocates; the entry macro hands out `MEMORY` to this function alone.
    unsafe { HEAP.init(MEMORY.as_mut_ptr() as usize, HEAP_BYTES) };

    let board = Board::start();
    board.print("pyvm on a Cortex-M4\n");
    board.exit(0)
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    board::report(info);
    board::exit(101)
}
