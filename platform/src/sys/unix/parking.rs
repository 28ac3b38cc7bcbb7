//! Each OS thread's parking place.
//!
//! A place is made when its OS thread first asks, kept in a thread-specific slot, and given to another OS thread when the
//! first has ended. It is never freed: whoever still has its number may unpark it, which at worst wakes somebody too early.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use pyvm_core::port::{MachineError, Parker};

use super::super::os::Place;
use super::mutex::Mutex;

/// The thread-specific slot, plus one; 0 before there is one.
static SLOT: AtomicUsize = AtomicUsize::new(0);

/// Places of OS threads that have ended.
static VACANT: Mutex<Vec<&'static Place>> = Mutex::new(Vec::new());

/// Gets ready.
///
/// # Errors
/// When the process has no thread-specific slot left.
pub(super) fn prepare() -> Result<(), MachineError> {
    if SLOT.load(Ordering::Acquire) != 0 {
        return Ok(());
    }
    let mut slot = 0;
    // SAFETY: it fills the number; the destructor has the right type.
    match unsafe { libc::pthread_key_create(&mut slot, Some(vacate)) } {
        0 => {}
        error => return Err(MachineError::Os(error)),
    }
    if SLOT.compare_exchange(0, slot as usize + 1, Ordering::AcqRel, Ordering::Acquire).is_err() {
        // Another OS thread was faster.
        // SAFETY: made above and used by nobody.
        unsafe { libc::pthread_key_delete(slot) };
    }
    Ok(())
}

/// The calling OS thread's place.
fn my_place() -> &'static Place {
    let slot = SLOT.load(Ordering::Relaxed).wrapping_sub(1) as libc::pthread_key_t;
    // SAFETY: `prepare` made the slot before there was a machine to come here through.
    let place = unsafe { libc::pthread_getspecific(slot) }.cast::<Place>();
    // SAFETY: the slot holds only what is put there below, a place that lives for ever.
    if let Some(place) = unsafe { place.as_ref() } {
        return place;
    }
    let place = VACANT.with(Vec::pop).unwrap_or_else(|| Box::leak(Box::new(Place::new())));
    // SAFETY: as above.
    unsafe { libc::pthread_setspecific(slot, core::ptr::from_ref(place).cast()) };
    place
}

/// Makes a copy of the process with `fork`, while no other OS thread is at the list of vacant places.
pub(super) fn across_fork(fork: impl FnOnce() -> i32) -> i32 {
    VACANT.with(|_| fork())
}

/// Called with the place of an OS thread that ends.
extern "C" fn vacate(place: *mut libc::c_void) {
    // SAFETY: from `my_place`.
    if let Some(place) = unsafe { place.cast::<Place>().as_ref() } {
        VACANT.with(|vacant| {
            // Without memory for the list the place is lost, which does no harm.
            if vacant.try_reserve(1).is_ok() {
                vacant.push(place);
            }
        });
    }
}

/// The calling OS thread's parking place.
pub(super) fn mine() -> Parker {
    // A place is aligned, so the number is even and not 0.
    Parker::new(core::ptr::from_ref(my_place()) as usize).unwrap_or(Parker::ONLY)
}

/// Blocks the calling OS thread, as `Platform::park` says.
pub(super) fn park(timeout_ns: Option<u64>) {
    my_place().park(timeout_ns);
}

/// Wakes the OS thread that owns `parker`, as `Platform::unpark` says.
pub(super) fn unpark(parker: Parker) {
    if parker == Parker::ONLY {
        return;
    }
    let place = parker.number() as *const Place;
    // SAFETY: the number of a parker made here is the address of a place, which lives for ever; parkers of other machines
    // than this one's do not come here (one machine serves one VM).
    unsafe { (*place).unpark() };
}
