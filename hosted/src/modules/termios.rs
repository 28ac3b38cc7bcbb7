//! `termios`: settings of terminals.

use super::fileno::descriptor;
use super::posix::spawn::sequence;
use super::posix::{Numbers, call as system_call, checked, int_argument, integers, value_argument};
use crate::files::error_text;
use pyvm_core::modules::{ModuleSpec, attribute, exception_class};
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::class::Class;
use pyvm_core::object::exception::{self, Ex};
use pyvm_core::object::header::Kind;
use pyvm_core::object::list::List;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Native, Raised, Res, Vm};
use std::io;

pub static TERMIOS: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full("tcgetattr(fd, /)", tcgetattr, "The settings: [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]."),
        Native::full("tcsetattr(fd, when, attributes, /)", tcsetattr, "Set the settings."),
        Native::full("tcsendbreak(fd, duration, /)", |vm, arguments| with_number(vm, arguments, libc::tcsendbreak), "Send a break."),
        Native::full("tcdrain(fd, /)", tcdrain, "Wait until all that was written has been sent."),
        Native::full("tcflush(fd, queue, /)", |vm, arguments| with_number(vm, arguments, libc::tcflush), "Drop what was not read or not sent yet."),
        Native::full("tcflow(fd, action, /)", |vm, arguments| with_number(vm, arguments, libc::tcflow), "Stop or resume reading or sending."),
        Native::full("tcgetwinsize(fd, /)", tcgetwinsize, "The size of the window: (lines, columns)."),
        Native::full("tcsetwinsize(fd, winsize, /)", tcsetwinsize, "Set the size of the window."),
    ],
    constants: |vm, module| {
        let error = exception_class(vm, "termios", "error", &[Ex::Exception]);
        module.set(vm, "error", error);
        for (name, number) in NUMBERS.iter().chain(LINUX) {
            module.set_int(vm, name, *number);
        }
    },
    ..ModuleSpec::new("termios", "Settings of terminals.")
};

const NUMBERS: Numbers = numbers! {
    B0 B50 B75 B110 B134 B150 B200 B300 B600 B1200 B1800 B2400 B4800 B9600 B19200 B38400 B57600 B115200 B230400 EXTA EXTB
    IGNBRK BRKINT IGNPAR PARMRK INPCK ISTRIP INLCR IGNCR ICRNL IXON IXANY IXOFF IMAXBEL IUTF8
    OPOST ONLCR OCRNL ONOCR ONLRET OFILL OFDEL NLDLY CRDLY TABDLY BSDLY VTDLY FFDLY
    NL0 NL1 CR0 CR1 CR2 CR3 TAB0 TAB1 TAB2 TAB3 BS0 BS1 VT0 VT1 FF0 FF1
    CSIZE CSTOPB CREAD PARENB PARODD HUPCL CLOCAL CRTSCTS CS5 CS6 CS7 CS8
    ISIG ICANON ECHO ECHOE ECHOK ECHOKE ECHONL ECHOCTL ECHOPRT FLUSHO NOFLSH TOSTOP PENDIN IEXTEN EXTPROC
    VEOF VEOL VEOL2 VERASE VINTR VKILL VLNEXT VMIN VQUIT VREPRINT VSTART VSTOP VSUSP VTIME VWERASE VDISCARD NCCS
    TCSANOW TCSADRAIN TCSAFLUSH TCIFLUSH TCOFLUSH TCIOFLUSH TCOOFF TCOON TCIOFF TCION
    FIOASYNC FIOCLEX FIONBIO FIONCLEX FIONREAD
    TIOCGPGRP TIOCSPGRP TIOCGWINSZ TIOCSWINSZ TIOCSCTTY TIOCNOTTY TIOCEXCL TIOCNXCL TIOCOUTQ TIOCSTI TIOCCONS TIOCPKT
    TIOCMBIC TIOCMBIS TIOCMGET TIOCMSET TIOCM_CAR TIOCM_CD TIOCM_CTS TIOCM_DSR TIOCM_DTR TIOCM_LE TIOCM_RI TIOCM_RNG TIOCM_RTS TIOCM_SR TIOCM_ST
};

#[cfg(not(target_os = "linux"))]
const LINUX: Numbers = &[];

#[cfg(target_os = "linux")]
const LINUX: Numbers = numbers! {
    B460800 B500000 B576000 B921600 B1000000 B1152000 B1500000 B2000000 B2500000 B3000000 B3500000 B4000000
    CBAUD CBAUDEX CIBAUD IUCLC OLCUC XCASE XTABS VSWTC
    TCFLSH TCGETA TCGETS TCSBRK TCSBRKP TCSETA TCSETAF TCSETAW TCSETS TCSETSF TCSETSW TCXONC
    TIOCGETD TIOCSETD TIOCGICOUNT TIOCGLCKTRMIOS TIOCSLCKTRMIOS TIOCGSERIAL TIOCSSERIAL TIOCGSOFTCAR TIOCSSOFTCAR TIOCINQ TIOCLINUX TIOCMIWAIT
    TIOCSERCONFIG TIOCSERGETLSR TIOCSERGETMULTI TIOCSERSETMULTI TIOCSERGSTRUCT TIOCSERGWILD TIOCSERSWILD
};

/// The error of a call that returned -1, as `termios.error`.
fn call<R: Send>(vm: &mut Vm, mut call: impl FnMut() -> io::Result<R> + Send) -> Res<R> {
    let result = system_call(vm, &[], || match call() {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
        result => Ok(result),
    })?;
    result.map_err(|error| termios_error(vm, error.raw_os_error().unwrap_or(0)))
}

fn termios_error(vm: &mut Vm, number: i32) -> Raised {
    let text = vm.new_str(&error_text(number));
    let arguments = vm.new_tuple(vec![Value::small_int(i64::from(number)), text]);
    match attribute(vm, "termios", "error") {
        Some(class) if class.get::<Class>().is_some() => {
            let exception = class.get::<Class>().map_or(Value::NONE, |class| exception::allocate(vm, class, arguments));
            vm.raise_value(exception)
        }
        _ => super::posix::error_number(vm, number),
    }
}

fn first<'a>(arguments: &Args<'a>) -> &'a Value {
    value_argument(arguments.positional, 0)
}

fn with_number(vm: &mut Vm, arguments: &Args, function: unsafe extern "C" fn(i32, i32) -> i32) -> Res<Action> {
    let number = int_argument(vm, arguments.positional, 1, 0)?;
    descriptor(vm, first(arguments), move |vm, descriptor| {
        // SAFETY: takes numbers.
        call(vm, || checked(unsafe { function(descriptor, number) }))?;
        Ok(Action::Return(Value::NONE))
    })
}

fn tcdrain(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    descriptor(vm, first(arguments), |vm, descriptor| {
        // SAFETY: takes a number.
        call(vm, || checked(unsafe { libc::tcdrain(descriptor) }))?;
        Ok(Action::Return(Value::NONE))
    })
}

fn settings(vm: &mut Vm, descriptor: i32) -> Res<libc::termios> {
    // SAFETY: zero is a value of every field; the call fills them.
    call(vm, || unsafe {
        let mut settings: libc::termios = std::mem::zeroed();
        checked(libc::tcgetattr(descriptor, &mut settings))?;
        Ok(settings)
    })
}

fn tcgetattr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    descriptor(vm, first(arguments), |vm, descriptor| {
        let settings = settings(vm, descriptor)?;
        // SAFETY: reads the settings.
        let (input, output) = unsafe { (libc::cfgetispeed(&settings), libc::cfgetospeed(&settings)) };
        // Without lines, two of the characters are numbers.
        let numbers = settings.c_lflag & libc::ICANON == 0;
        let mut characters = Vec::new();
        for (index, &character) in settings.c_cc.iter().enumerate() {
            let is_number = numbers && (index == libc::VMIN || index == libc::VTIME);
            characters.push(if is_number { Value::small_int(i64::from(character)) } else { vm.new_bytes(&[character]) });
        }
        let flags = [settings.c_iflag as i64, settings.c_oflag as i64, settings.c_cflag as i64, settings.c_lflag as i64, input as i64, output as i64];
        let mut items = integers(vm, flags);
        items.push(vm.new_list(characters));
        Ok(Action::Return(vm.new_list(items)))
    })
}

fn tcsetattr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (when, given) = (int_argument(vm, arguments.positional, 1, 0)?, arguments.get(2).cloned().unwrap_or(Value::NONE));
    descriptor(vm, first(arguments), move |vm, descriptor| {
        let items = given.get::<List>().map(|list| list.items.get().clone()).unwrap_or_default();
        let [input, output, control, local, input_speed, output_speed, characters] = &items[..] else {
            return Err(vm.type_error("tcsetattr, arg 3: must be 7 element list"));
        };
        // What is not among the seven stays as it is.
        let mut settings = settings(vm, descriptor)?;
        settings.c_iflag = vm.index_i64(input)? as _;
        settings.c_oflag = vm.index_i64(output)? as _;
        settings.c_cflag = vm.index_i64(control)? as _;
        settings.c_lflag = vm.index_i64(local)? as _;
        let speeds = (vm.index_i64(input_speed)?, vm.index_i64(output_speed)?);
        let characters = characters.get::<List>().map(|list| list.items.get().clone()).unwrap_or_default();
        let count = settings.c_cc.len();
        if characters.len() != count {
            return Err(vm.type_error(&format!("tcsetattr: attributes[6] must be {count} element list")));
        }
        for (place, character) in settings.c_cc.iter_mut().zip(&characters) {
            *place = match character.get::<Bytes>().map(Bytes::data) {
                Some([byte]) => *byte,
                None if matches!(character.kind(), Kind::Int | Kind::Bool) => match u8::try_from(vm.index_i64(character)?) {
                    Ok(number) => number,
                    Err(_) => return Err(vm.raise(Ex::OverflowError, "integer out of range for a character")),
                },
                _ => return Err(vm.type_error("tcsetattr: elements of attributes must be characters or integers")),
            };
        }
        // SAFETY: changes the settings.
        call(vm, || checked(unsafe { libc::cfsetispeed(&mut settings, speeds.0 as _) }))?;
        // SAFETY: as above.
        call(vm, || checked(unsafe { libc::cfsetospeed(&mut settings, speeds.1 as _) }))?;
        // SAFETY: reads the settings.
        call(vm, || checked(unsafe { libc::tcsetattr(descriptor, when, &settings) }))?;
        Ok(Action::Return(Value::NONE))
    })
}

fn window(vm: &mut Vm, descriptor: i32) -> Res<libc::winsize> {
    // SAFETY: zero is a value of every field; the call fills them.
    call(vm, || unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        checked(libc::ioctl(descriptor, libc::TIOCGWINSZ, &mut size))?;
        Ok(size)
    })
}

fn tcgetwinsize(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    descriptor(vm, first(arguments), |vm, descriptor| {
        let size = window(vm, descriptor)?;
        let items = integers(vm, [i64::from(size.ws_row), i64::from(size.ws_col)]);
        Ok(Action::Return(vm.new_tuple(items)))
    })
}

fn tcsetwinsize(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let given = arguments.get(1).cloned().unwrap_or(Value::NONE);
    descriptor(vm, first(arguments), move |vm, descriptor| {
        let items = sequence(&given).unwrap_or_default();
        let [lines, columns] = &items[..] else {
            return Err(vm.type_error("tcsetwinsize, arg 2: must be a two-item sequence"));
        };
        let mut numbers = [0; 2];
        for (place, item) in numbers.iter_mut().zip([lines, columns]) {
            *place = u16::try_from(vm.index_i64(item)?).map_err(|_| vm.raise(Ex::OverflowError, "winsize value(s) out of range."))?;
        }
        // The size in pixels stays as it is.
        let mut size = window(vm, descriptor)?;
        [size.ws_row, size.ws_col] = numbers;
        // SAFETY: reads the size.
        call(vm, || checked(unsafe { libc::ioctl(descriptor, libc::TIOCSWINSZ, &size) }))?;
        Ok(Action::Return(Value::NONE))
    })
}
