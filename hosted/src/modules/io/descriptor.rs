//! Reading and writing descriptors: what may never end waits at the poller, files of the file system are read on this OS thread or another.

use crate::modules::waiting::{is_ready, os_error};
use pyvm_core::port::{Interest, Source};
use pyvm_core::vm::{Res, Vm};
use std::io;

/// Must the py-thread wait at the poller before it makes a call? A descriptor that never waits says so itself, and so does the last py-thread.
pub fn must_wait(vm: &Vm, descriptor: i32, interest: Interest) -> bool {
    // SAFETY: takes numbers.
    vm.sched.has_others() && !is_ready(Source(descriptor), interest) && unsafe { libc::fcntl(descriptor, libc::F_GETFL) } & libc::O_NONBLOCK == 0
}

/// A system call that returns how much was done; None: it would have to wait.
fn transfer(vm: &mut Vm, mut call: impl FnMut() -> isize) -> Res<Option<usize>> {
    loop {
        let result = vm.blocking(|| match call() {
            -1 => Err(io::Error::last_os_error()),
            count => Ok(count as usize),
        });
        match result {
            Ok(count) => return Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => vm.check_interrupts()?,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(os_error(vm, &error)),
        }
    }
}

/// Appends up to `size` bytes; returns how many. None: it would have to wait.
///
/// # Errors
/// OSError, MemoryError.
pub fn read(vm: &mut Vm, descriptor: i32, data: &mut Vec<u8>, size: usize) -> Res<Option<usize>> {
    let size = size.min(isize::MAX as usize / 2);
    vm.check_memory(data.len().checked_add(size))?;
    data.reserve(size);
    let place = data.spare_capacity_mut().as_mut_ptr();
    // SAFETY: writes to the room just reserved, as much as fits.
    let count = transfer(vm, || unsafe { libc::read(descriptor, place.cast(), size) })?;
    // SAFETY: so many bytes were written.
    unsafe { data.set_len(data.len() + count.unwrap_or(0)) };
    Ok(count)
}

/// Writes; returns how many bytes. None: it would have to wait.
///
/// # Errors
/// OSError.
pub fn write(vm: &mut Vm, descriptor: i32, data: &[u8]) -> Res<Option<usize>> {
    // SAFETY: reads the data.
    transfer(vm, || unsafe { libc::write(descriptor, data.as_ptr().cast(), data.len()) })
}

/// Sets the position; returns it.
///
/// # Errors
/// OSError.
pub fn seek(vm: &mut Vm, descriptor: i32, offset: i64, whence: i32) -> Res<i64> {
    // SAFETY: takes numbers.
    match unsafe { libc::lseek(descriptor, offset, whence) } {
        -1 => Err(os_error(vm, &io::Error::last_os_error())),
        position => Ok(position),
    }
}

/// What a descriptor leads to.
pub fn status(descriptor: i32) -> io::Result<libc::stat> {
    // SAFETY: all zeros are a value of this struct, which the call fills.
    unsafe {
        let mut status: libc::stat = std::mem::zeroed();
        if libc::fstat(descriptor, &raw mut status) < 0 { Err(io::Error::last_os_error()) } else { Ok(status) }
    }
}

/// How many bytes a file has from its position on, if that can be told.
pub fn rest(descriptor: i32) -> Option<usize> {
    let size = status(descriptor).ok().filter(|status| status.st_mode & libc::S_IFMT == libc::S_IFREG)?.st_size;
    // SAFETY: takes numbers.
    let position = unsafe { libc::lseek(descriptor, 0, libc::SEEK_CUR) };
    usize::try_from(size - position.max(0)).ok()
}
