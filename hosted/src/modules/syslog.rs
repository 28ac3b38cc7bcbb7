//! `syslog`: messages to the system's log.

use super::posix::{Numbers, int_argument, value_argument};
use crate::paths::system_text;
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::list::List;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Native, Res, Vm, argument};
use std::ffi::CString;
use std::sync::Mutex;

pub static SYSLOG: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("openlog(ident=None, logoption=0, facility=8)", openlog, "Set what messages are sent with."),
        Native::simple("syslog(*args)", syslog, "Send a message, with a priority before it if it is not LOG_INFO."),
        Native::simple("closelog()", closelog, "Forget what messages are sent with."),
        Native::simple("setlogmask(maskpri, /)", setlogmask, "Set which priorities are sent at all; returns what was set."),
        Native::simple("LOG_MASK(pri, /)", |vm, arguments| mask(vm, arguments, |bit| bit), "The mask of one priority."),
        Native::simple("LOG_UPTO(pri, /)", |vm, arguments| mask(vm, arguments, |bit| (bit << 1) - 1), "The mask of all priorities up to one."),
    ],
    constants: |vm, module| {
        for (name, number) in NUMBERS.iter().chain(MORE) {
            module.set_int(vm, name, *number);
        }
    },
    ..ModuleSpec::new("syslog", "Messages to the system's log.")
};

const NUMBERS: Numbers = numbers! {
    LOG_EMERG LOG_ALERT LOG_CRIT LOG_ERR LOG_WARNING LOG_NOTICE LOG_INFO LOG_DEBUG
    LOG_KERN LOG_USER LOG_MAIL LOG_DAEMON LOG_AUTH LOG_SYSLOG LOG_LPR LOG_NEWS LOG_UUCP
    LOG_LOCAL0 LOG_LOCAL1 LOG_LOCAL2 LOG_LOCAL3 LOG_LOCAL4 LOG_LOCAL5 LOG_LOCAL6 LOG_LOCAL7
    LOG_PID LOG_CONS LOG_ODELAY LOG_NDELAY LOG_NOWAIT LOG_PERROR
};

#[cfg(target_os = "linux")]
const MORE: Numbers = numbers! { LOG_CRON LOG_AUTHPRIV LOG_FTP };
#[cfg(not(target_os = "linux"))]
const MORE: Numbers = &[];

/// The name that messages are sent with: the C library keeps the pointer.
static NAME: Mutex<Option<CString>> = Mutex::new(None);

fn open(name: Option<CString>, options: i32, facility: i32) {
    if let Ok(mut kept) = NAME.lock() {
        // SAFETY: the name ends with a zero byte and is kept until another one, or none, is set.
        unsafe { libc::openlog(name.as_ref().map_or(std::ptr::null(), |name| name.as_ptr()), options, facility) };
        *kept = name;
    }
}

/// The last part of the program's name.
fn program_name(vm: &mut Vm) -> Option<CString> {
    let arguments = pyvm_core::modules::attribute(vm, "sys", "argv")?;
    let first = arguments.get::<List>()?.at(0)?;
    let path = first.get::<Str>()?.to_string_lossy();
    CString::new(path.rsplit('/').next().unwrap_or_default()).ok()
}

fn openlog(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = match argument(arguments, 0).filter(|name| !name.is_none()) {
        Some(name) if name.get::<Str>().is_some() => Some(system_text(vm, name)?),
        Some(name) => {
            let given = vm.type_name(name);
            return Err(vm.type_error(&format!("openlog() argument 'ident' must be str, not {given}")));
        }
        None => program_name(vm),
    };
    let (options, facility) = (int_argument(vm, arguments, 1, 0)?, int_argument(vm, arguments, 2, libc::LOG_USER)?);
    open(name, options, facility);
    Ok(Value::NONE)
}

fn syslog(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (priority, message) = match arguments {
        [message] => (libc::LOG_INFO, message),
        [_, message] => (int_argument(vm, arguments, 0, 0)?, message),
        _ => return Err(vm.type_error("syslog.syslog requires 1 to 2 arguments")),
    };
    if message.get::<Str>().is_none() {
        let (position, given) = (arguments.len(), vm.type_name(message));
        return Err(vm.type_error(&format!("syslog() argument {position} must be str, not {given}")));
    }
    let message = system_text(vm, message)?;
    if NAME.lock().is_ok_and(|name| name.is_none()) {
        let name = program_name(vm);
        open(name, 0, libc::LOG_USER);
    }
    // SAFETY: both texts end with zero bytes.
    vm.blocking(|| unsafe { libc::syslog(priority, c"%s".as_ptr(), message.as_ptr()) });
    Ok(Value::NONE)
}

fn closelog(_: &mut Vm, _: &[Value]) -> Res<Value> {
    if let Ok(mut name) = NAME.lock() {
        // SAFETY: takes nothing.
        unsafe { libc::closelog() };
        *name = None;
    }
    Ok(Value::NONE)
}

fn setlogmask(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let mask = int_argument(vm, arguments, 0, 0)?;
    // SAFETY: takes a number.
    Ok(vm.new_int(i64::from(unsafe { libc::setlogmask(mask) })))
}

fn mask(vm: &mut Vm, arguments: &[Value], of: fn(i64) -> i64) -> Res<Value> {
    let priority = vm.index_i64(value_argument(arguments, 0))?;
    match u32::try_from(priority).ok().and_then(|priority| 1i64.checked_shl(priority)) {
        Some(bit) if priority < 62 => Ok(vm.new_int(of(bit))),
        _ => Err(vm.value_error("priority out of range")),
    }
}
