//! Capacities, slice length and limits, in one place.

/// Backward jumps and calls in one slice.
pub const SLICE_TICKS: i32 = 500;
/// Default of `sys.getrecursionlimit()`: Python frames of one py-thread. They lie on the heap, so it may be large.
pub const RECURSION_LIMIT: usize = if cfg!(target_pointer_width = "64") { 250_000 } else { 500 };
/// Most nested interpreter loops (reentries) of one py-thread, long before 256 KiB of native stack end.
pub const REENTRY_LIMIT: usize = if cfg!(debug_assertions) { 30 } else { 40 };
/// Deepest native recursion into nested containers (comparison, hash), which must fit 256 KiB of native stack.
pub const NATIVE_DEPTH_LIMIT: usize = if cfg!(debug_assertions) { 60 } else { 120 };
/// Native recursion into nested objects for their text, before the rest is left to the loop.
pub const NATIVE_TEXT_DEPTH: usize = 12;
/// What the seed of the hashes of str and bytes is combined with.
pub const HASH_BASE: u64 = 0x5079_766d;
/// Words in the first chunk of the main py-thread's stack; others begin with what their function needs.
pub const FIRST_CHUNK: usize = if cfg!(target_pointer_width = "64") { 4096 } else { 128 };
/// Bytes that a console stream holds back before it sends them.
pub const CONSOLE_BUFFER: usize = if cfg!(target_pointer_width = "64") { 8192 } else { 128 };
