//! The seed of the hashes of str and bytes. Hashing knows no VM, so there is one seed for all: a host may set it before it makes the first VM.

use core::sync::atomic::{AtomicUsize, Ordering};

static SEED: AtomicUsize = AtomicUsize::new(0);

/// The seed; 0 unless it was set.
#[inline]
pub fn hash_seed() -> u64 {
    SEED.load(Ordering::Relaxed) as u64
}

/// Sets the seed. Strings that have been hashed already keep their hashes: to be called before the first VM is made.
pub fn set_hash_seed(seed: usize) {
    SEED.store(seed, Ordering::Relaxed);
}
