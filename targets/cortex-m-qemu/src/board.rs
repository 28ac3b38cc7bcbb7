//! The board as the VM sees it: a console over semihosting, a clock from the cycle timer, idling by waiting for an
//! interrupt.

use core::fmt::Write;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use cortex_m_semihosting::{hio, syscall1};
use pyvm_core::port::{MachineError, Platform, Ready, Stream};

/// The processor clock of the mps2-an386 in QEMU.
const CLOCK_HZ: u32 = 25_000_000;

/// Interrupts of the system timer each second: how exact `sleep` is.
const INTERRUPTS_PER_SECOND: u32 = 1000;

/// Timer interrupts since the start; wraps after seven weeks.
static INTERRUPTS: AtomicU32 = AtomicU32::new(0);

#[exception]
fn SysTick() {
    // One writer, so load and store do; there are Cortex-M without atomic addition.
    INTERRUPTS.store(INTERRUPTS.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

/// The running board. Its one duty for pyvm is [`Platform`].
pub struct Board;

impl Board {
    /// Starts the system timer.
    pub fn start(&self) {
        if let Some(mut core) = cortex_m::Peripherals::take() {
            start_timer(&mut core.SYST);
        }
    }

    /// Prints to the host's standard output.
    pub fn print(&self, text: &str) {
        // The console over semihosting cannot be missing on this board, and there is no other place to tell.
        let _told = self.write(Stream::Output, text.as_bytes());
    }
}

fn start_timer(timer: &mut SYST) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(CLOCK_HZ / INTERRUPTS_PER_SECOND - 1);
    timer.clear_current();
    timer.enable_counter();
    timer.enable_interrupt();
}

impl Platform for Board {
    fn now(&self) -> u64 {
        u64::from(INTERRUPTS.load(Ordering::Relaxed)) * u64::from(1_000_000_000 / INTERRUPTS_PER_SECOND)
    }

    fn has_clock(&self) -> bool {
        true
    }

    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<usize, MachineError> {
        let console = match stream {
            Stream::Output => hio::hstdout(),
            Stream::Error => hio::hstderr(),
        };
        let mut console = console.map_err(|()| MachineError::Unsupported)?;
        console.write_all(bytes).map_err(|()| MachineError::Unsupported)?;
        Ok(bytes.len())
    }

    fn wait(&self, timeout_ns: Option<u64>, _ready: &mut dyn FnMut(Ready)) {
        // The next interrupt is at most a millisecond away; the VM looks at the clock again and comes back.
        if timeout_ns != Some(0) {
            cortex_m::asm::wfi();
        }
    }
}

/// Prints what went wrong in the firmware itself.
pub fn report(info: &PanicInfo) {
    if let Ok(mut console) = hio::hstderr() {
        // There is no other place to tell that the console failed.
        let _told = writeln!(console, "{info}");
    }
}

/// Ends the emulator with `status` as its exit status.
pub fn exit(status: u32) -> ! {
    /// Semihosting's SYS_EXIT_EXTENDED, and the reason "the application ended".
    const EXIT_EXTENDED: usize = 0x20;
    const APPLICATION_EXIT: usize = 0x20026;
    let block = [APPLICATION_EXIT, status as usize];
    // SAFETY: the operation reads the two words of `block`, which live until it returns (it does not).
    unsafe { syscall1(EXIT_EXTENDED, block.as_ptr() as usize) };
    loop {
        cortex_m::asm::wfi();
    }
}
