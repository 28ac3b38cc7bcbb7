//! Local time, as the C library knows it.

use pyvm_core::vm::host::{LocalTime, TimeZone};
use std::ffi::CStr;

/// The zone of the process: `TZ`, else the machine's.
pub struct SystemZone;

unsafe extern "C" {
    fn tzset();
}

/// No date; the C functions fill it in.
fn empty() -> libc::tm {
    // SAFETY: integers, and a pointer that may be null.
    unsafe { std::mem::zeroed() }
}

impl TimeZone for SystemZone {
    fn at(&self, seconds: i64) -> Option<LocalTime> {
        let seconds = libc::time_t::try_from(seconds).ok()?;
        let mut date = empty();
        // SAFETY: both point to valid memory; null says that the time is out of range.
        if unsafe { libc::localtime_r(&seconds, &mut date) }.is_null() {
            return None;
        }
        let zone = if date.tm_zone.is_null() {
            String::new()
        } else {
            // SAFETY: the C library's name of the zone, which ends with a zero; it is copied at once.
            unsafe { CStr::from_ptr(date.tm_zone) }.to_string_lossy().into_owned()
        };
        let fields = [
            i64::from(date.tm_year) + 1900,
            i64::from(date.tm_mon) + 1,
            i64::from(date.tm_mday),
            i64::from(date.tm_hour),
            i64::from(date.tm_min),
            i64::from(date.tm_sec),
            (i64::from(date.tm_wday) + 6) % 7,
            i64::from(date.tm_yday) + 1,
            i64::from(date.tm_isdst),
        ];
        #[allow(clippy::unnecessary_cast)] // c_long has another size on other machines
        let offset = date.tm_gmtoff as i64;
        Some(LocalTime { fields, offset, zone })
    }

    fn seconds(&self, fields: &[i64; 9]) -> Option<i64> {
        let [year, month, day, hour, minute, second, _, _, daylight] = *fields;
        let mut date = empty();
        let int = |number: i64| libc::c_int::try_from(number).ok();
        date.tm_year = int(year.checked_sub(1900)?)?;
        date.tm_mon = int(month.checked_sub(1)?)?;
        date.tm_mday = int(day)?;
        date.tm_hour = int(hour)?;
        date.tm_min = int(minute)?;
        date.tm_sec = int(second)?;
        date.tm_isdst = int(daylight)?;
        // What tells an error from the last second of 1969.
        date.tm_wday = -1;
        // SAFETY: a valid date to read and to normalize.
        let seconds = unsafe { libc::mktime(&mut date) };
        if seconds == -1 && date.tm_wday == -1 { None } else { Some(seconds) }
    }

    fn reload(&self) {
        // SAFETY: it reads the environment, which only the holder of the GIL changes.
        unsafe { tzset() }
    }
}
