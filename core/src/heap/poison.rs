//! What AddressSanitizer cannot see by itself: the heap's cells. Built with `--cfg asan` (`.ci/asan` does), free cells are
//! poisoned, so that whoever touches a dead object is reported, and wait a while before they are used again. Else nothing here
//! does anything.

/// A free cell that may not be touched.
#[cfg(asan)]
mod machine {
    use core::ffi::{c_int, c_void};

    unsafe extern "C" {
        fn __asan_poison_memory_region(first: *const c_void, size: usize);
        fn __asan_unpoison_memory_region(first: *const c_void, size: usize);
        fn __asan_address_is_poisoned(address: *const c_void) -> c_int;
    }

    pub fn poison(first: *const u8, size: usize) {
        // SAFETY: marks memory, and does not read it.
        unsafe { __asan_poison_memory_region(first.cast(), size) }
    }

    pub fn unpoison(first: *const u8, size: usize) {
        // SAFETY: as above.
        unsafe { __asan_unpoison_memory_region(first.cast(), size) }
    }

    pub fn is_poisoned(address: *const u8) -> bool {
        // SAFETY: as above.
        unsafe { __asan_address_is_poisoned(address.cast()) != 0 }
    }
}

#[cfg(not(asan))]
mod machine {
    #[inline(always)]
    pub fn poison(_: *const u8, _: usize) {}

    #[inline(always)]
    pub fn unpoison(_: *const u8, _: usize) {}

    #[inline(always)]
    pub fn is_poisoned(_: *const u8) -> bool {
        false
    }
}

pub use machine::{is_poisoned, poison, unpoison};

/// Cells that wait before they are used again.
pub const QUARANTINE: usize = if cfg!(asan) { 4096 } else { 0 };
