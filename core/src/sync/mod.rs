//! What several OS threads, or an interrupt handler and the VM, may touch together. The only room that names
//! `core::sync::atomic`.
//!
//! Three worlds, chosen here and nowhere else:
//! * ordinary targets: the processor's atomics, `spin` for locks;
//! * targets without compare-and-swap (Cortex-M0): loads and stores are still atomic there and there is one context
//!   plus interrupt handlers. What a handler may call ([`WakeQueue::push`], [`Attention::raise`]) uses loads and stores
//!   only; [`Word`] and [`Lock`] are for the one context alone;
//! * under `--cfg loom`, loom's doubles, so that the models in this room and in `sched::gil` explore every
//!   interleaving. The command is in `docs/platform.md`.

mod attention;
mod hash_seed;
mod lock;
mod wake_queue;
mod word;

pub use attention::Attention;
pub use hash_seed::{hash_seed, set_hash_seed};
pub use lock::Lock;
pub use wake_queue::WakeQueue;
pub use word::Word;

#[cfg(not(loom))]
pub(crate) use core::sync::atomic;
#[cfg(loom)]
pub(crate) use loom::sync::atomic;

use alloc::boxed::Box;
use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::slice_from_raw_parts_mut;

/// The memory for a table of fixed capacity could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// A type of which all-zero bytes are a valid value.
///
/// # Safety
/// As the name says.
pub(crate) unsafe trait ValidWhenZero {}

// SAFETY: an integer.
unsafe impl ValidWhenZero for u32 {}
// SAFETY: an integer.
unsafe impl ValidWhenZero for u64 {}
#[cfg(not(loom))]
// SAFETY: laid out as the integer.
unsafe impl ValidWhenZero for atomic::AtomicU32 {}

/// A table of `count` zeroes. Untouched pages of a large one cost no physical memory.
pub(crate) fn zeroed<T: ValidWhenZero>(count: usize) -> Result<Box<[T]>, OutOfMemory> {
    let layout = Layout::array::<T>(count).map_err(|_| OutOfMemory)?;
    if layout.size() == 0 {
        return Ok(Box::new([]));
    }
    // SAFETY: the layout is not empty.
    let memory = unsafe { alloc::alloc::alloc_zeroed(layout) }.cast::<MaybeUninit<T>>();
    if memory.is_null() {
        return Err(OutOfMemory);
    }
    // SAFETY: just allocated for exactly this slice by the global allocator, and zeroed, which is valid.
    Ok(unsafe { Box::from_raw(slice_from_raw_parts_mut(memory, count)).assume_init() })
}

/// A table of `count` counters that start at 0.
fn zeroed_counters(count: usize) -> Result<Box<[atomic::AtomicU32]>, OutOfMemory> {
    #[cfg(not(loom))]
    return zeroed(count);
    // Loom's doubles know their creator.
    #[cfg(loom)]
    return Ok((0..count).map(|_| atomic::AtomicU32::new(0)).collect());
}
