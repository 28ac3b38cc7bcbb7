//! Limits and settings of the system, by name: `sysconf`, `pathconf`, `confstr`.

use super::folders::clear_errno;
use super::place::Place;
use super::{Numbers, call, os_text, value_argument};
use pyvm_core::modules::Namespace;
use pyvm_core::object::dict::Dict;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Native, Res, Vm};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("sysconf(name, /)", sysconf, "A limit or setting of the system."),
    Native::simple("pathconf(path, name)", pathconf, "A limit of the file system that holds a path."),
    Native::simple("fpathconf(fd, name, /)", fpathconf, "A limit of the file system that holds an open file."),
    Native::simple("confstr(name, /)", confstr, "A setting of the system that is a text."),
];

/// Names for `sysconf`.
const SYSTEM: Numbers = numbers! {
    _SC_2_CHAR_TERM _SC_2_C_BIND _SC_2_C_DEV _SC_2_FORT_DEV _SC_2_FORT_RUN _SC_2_LOCALEDEF _SC_2_SW_DEV _SC_2_UPE _SC_2_VERSION _SC_AIO_LISTIO_MAX
    _SC_AIO_MAX _SC_AIO_PRIO_DELTA_MAX _SC_ARG_MAX _SC_ASYNCHRONOUS_IO _SC_ATEXIT_MAX _SC_BC_BASE_MAX _SC_BC_DIM_MAX _SC_BC_SCALE_MAX _SC_BC_STRING_MAX
    _SC_CHILD_MAX _SC_CLK_TCK _SC_COLL_WEIGHTS_MAX _SC_DELAYTIMER_MAX _SC_EXPR_NEST_MAX _SC_FSYNC _SC_GETGR_R_SIZE_MAX _SC_GETPW_R_SIZE_MAX _SC_IOV_MAX
    _SC_JOB_CONTROL _SC_LINE_MAX _SC_LOGIN_NAME_MAX _SC_MAPPED_FILES _SC_MEMLOCK _SC_MEMLOCK_RANGE _SC_MEMORY_PROTECTION _SC_MESSAGE_PASSING
    _SC_MQ_OPEN_MAX _SC_MQ_PRIO_MAX _SC_NGROUPS_MAX _SC_NPROCESSORS_CONF _SC_NPROCESSORS_ONLN _SC_OPEN_MAX _SC_PAGESIZE _SC_PAGE_SIZE _SC_PASS_MAX
    _SC_PHYS_PAGES _SC_PRIORITIZED_IO _SC_PRIORITY_SCHEDULING _SC_REALTIME_SIGNALS _SC_RE_DUP_MAX _SC_RTSIG_MAX _SC_SAVED_IDS _SC_SEMAPHORES
    _SC_SEM_NSEMS_MAX _SC_SEM_VALUE_MAX _SC_SHARED_MEMORY_OBJECTS _SC_SIGQUEUE_MAX _SC_STREAM_MAX _SC_SYNCHRONIZED_IO _SC_THREADS
    _SC_THREAD_ATTR_STACKADDR _SC_THREAD_ATTR_STACKSIZE _SC_THREAD_DESTRUCTOR_ITERATIONS _SC_THREAD_KEYS_MAX _SC_THREAD_PRIORITY_SCHEDULING
    _SC_THREAD_PRIO_INHERIT _SC_THREAD_PRIO_PROTECT _SC_THREAD_PROCESS_SHARED _SC_THREAD_SAFE_FUNCTIONS _SC_THREAD_STACK_MIN _SC_THREAD_THREADS_MAX
    _SC_TIMERS _SC_TIMER_MAX _SC_TTY_NAME_MAX _SC_TZNAME_MAX _SC_VERSION _SC_XBS5_ILP32_OFF32 _SC_XBS5_ILP32_OFFBIG _SC_XBS5_LP64_OFF64
    _SC_XBS5_LPBIG_OFFBIG _SC_XOPEN_CRYPT _SC_XOPEN_ENH_I18N _SC_XOPEN_LEGACY _SC_XOPEN_REALTIME _SC_XOPEN_REALTIME_THREADS _SC_XOPEN_SHM _SC_XOPEN_UNIX
    _SC_XOPEN_VERSION _SC_XOPEN_XCU_VERSION
};

/// Names for `sysconf` that only Linux has.
#[cfg(target_os = "linux")]
const SYSTEM_MORE: Numbers = numbers! {
    _SC_2_C_VERSION _SC_AVPHYS_PAGES _SC_CHARCLASS_NAME_MAX _SC_CHAR_BIT _SC_CHAR_MAX _SC_CHAR_MIN _SC_EQUIV_CLASS_MAX _SC_INT_MAX _SC_INT_MIN
    _SC_LONG_BIT _SC_MB_LEN_MAX _SC_NL_ARGMAX _SC_NL_LANGMAX _SC_NL_MSGMAX _SC_NL_NMAX _SC_NL_SETMAX _SC_NL_TEXTMAX _SC_NZERO _SC_PII _SC_PII_INTERNET
    _SC_PII_INTERNET_DGRAM _SC_PII_INTERNET_STREAM _SC_PII_OSI _SC_PII_OSI_CLTS _SC_PII_OSI_COTS _SC_PII_OSI_M _SC_PII_SOCKET _SC_PII_XTI _SC_POLL
    _SC_SCHAR_MAX _SC_SCHAR_MIN _SC_SELECT _SC_SHRT_MAX _SC_SHRT_MIN _SC_SSIZE_MAX _SC_T_IOV_MAX _SC_UCHAR_MAX _SC_UINT_MAX _SC_UIO_MAXIOV _SC_ULONG_MAX
    _SC_USHRT_MAX _SC_WORD_BIT _SC_XOPEN_XPG2 _SC_XOPEN_XPG3 _SC_XOPEN_XPG4
};

/// Names for `pathconf`.
const PATH: Numbers = numbers! {
    _PC_ALLOC_SIZE_MIN _PC_ASYNC_IO _PC_CHOWN_RESTRICTED _PC_FILESIZEBITS _PC_LINK_MAX _PC_MAX_CANON _PC_MAX_INPUT _PC_NAME_MAX _PC_NO_TRUNC _PC_PATH_MAX
    _PC_PIPE_BUF _PC_PRIO_IO _PC_REC_INCR_XFER_SIZE _PC_REC_MAX_XFER_SIZE _PC_REC_MIN_XFER_SIZE _PC_REC_XFER_ALIGN _PC_SYMLINK_MAX _PC_SYNC_IO
    _PC_VDISABLE
};

/// Names for `pathconf` that only Linux has.
#[cfg(target_os = "linux")]
const PATH_MORE: Numbers = numbers! {
    _PC_SOCK_MAXBUF
};

/// Names for `confstr`.
const TEXT: Numbers = numbers! {
    _CS_PATH
};

/// Names for `confstr` that only Linux has.
#[cfg(target_os = "linux")]
const TEXT_MORE: Numbers = numbers! {
    _CS_GNU_LIBC_VERSION _CS_GNU_LIBPTHREAD_VERSION
};

#[cfg(not(target_os = "linux"))]
const SYSTEM_MORE: Numbers = &[];
#[cfg(not(target_os = "linux"))]
const PATH_MORE: Numbers = &[];
#[cfg(not(target_os = "linux"))]
const TEXT_MORE: Numbers = &[];

/// The tables, by the name that Python has for them.
const TABLES: [(&str, [Numbers; 2]); 3] = [("sysconf_names", [SYSTEM, SYSTEM_MORE]), ("pathconf_names", [PATH, PATH_MORE]), ("confstr_names", [TEXT, TEXT_MORE])];

/// The tables of names.
pub fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, parts) in TABLES {
        let table = vm.new_dict();
        for (key, number) in parts.into_iter().flatten() {
            let (key, number) = (vm.intern(key.trim_start_matches('_')), vm.new_int(*number));
            if let Some(table) = table.get::<Dict>() {
                drop(table.set_interned(&key, number));
            }
        }
        module.set(vm, name, table);
    }
}

/// What a name, or a number itself, stands for.
fn number(vm: &mut Vm, value: &Value, table: usize) -> Res<i32> {
    if let Some(name) = value.get::<Str>() {
        let name = name.to_string_lossy();
        let parts = TABLES.get(table).map(|(_, parts)| parts).into_iter().flatten();
        return match parts.copied().flatten().find(|(known, _)| known.trim_start_matches('_') == name) {
            Some((_, number)) => Ok(*number as i32),
            None => Err(vm.value_error("unrecognized configuration name")),
        };
    }
    match value.as_small_int() {
        Some(number) => Ok(i32::try_from(number).unwrap_or(-1)),
        None => Err(vm.type_error("configuration names must be strings or integers")),
    }
}

/// A limit: -1 is an answer too, unless the error number is set.
fn limit(vm: &mut Vm, about: &[&Value], mut ask: impl FnMut() -> libc::c_long + Send) -> Res<Value> {
    let limit = call(vm, about, || {
        clear_errno();
        match ask() {
            -1 => match io::Error::last_os_error() {
                error if error.raw_os_error() == Some(0) => Ok(-1),
                error => Err(error),
            },
            limit => Ok(limit),
        }
    })?;
    Ok(vm.new_int(limit))
}

fn sysconf(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = number(vm, value_argument(arguments, 0), 0)?;
    // SAFETY: takes a number.
    limit(vm, &[], || unsafe { libc::sysconf(name) })
}

fn pathconf(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, name) = (Place::any(vm, arguments, "pathconf")?, number(vm, value_argument(arguments, 1), 1)?);
    // SAFETY: the path ends with a zero byte.
    limit(vm, &[&place.given], || match place.descriptor {
        Some(descriptor) => unsafe { libc::fpathconf(descriptor, name) },
        None => unsafe { libc::pathconf(place.pointer(), name) },
    })
}

fn fpathconf(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, name) = (super::int_argument(vm, arguments, 0, -1)?, number(vm, value_argument(arguments, 1), 1)?);
    // SAFETY: takes numbers.
    limit(vm, &[], || unsafe { libc::fpathconf(descriptor, name) })
}

fn confstr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = number(vm, value_argument(arguments, 0), 2)?;
    let text = call(vm, &[], || {
        clear_errno();
        // SAFETY: without a buffer it only says how large one must be.
        let size = unsafe { libc::confstr(name, std::ptr::null_mut(), 0) };
        let error = io::Error::last_os_error();
        if size == 0 {
            return if error.raw_os_error() == Some(0) { Ok(None) } else { Err(error) };
        }
        let mut text = vec![0u8; size];
        // SAFETY: writes to the buffer, as much as fits.
        unsafe { libc::confstr(name, text.as_mut_ptr().cast(), text.len()) };
        text.pop();
        Ok(Some(text))
    })?;
    match text {
        Some(text) => os_text(vm, OsStr::from_bytes(&text), false),
        None => Ok(Value::NONE),
    }
}
