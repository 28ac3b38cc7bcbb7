//! What a machine must give the VM: time, entropy, a console, idling, readiness of its handles, OS threads.
//!
//! This is the whole contract with the world outside. `pyvm-platform` implements it for desktops; firmware
//! implements the few methods it has something to say about and takes the defaults for the rest. The room imports
//! nothing from the VM, and no implementation may call back into it except through a [`Duty`] or the closure
//! given to [`Platform::wait`].
//!
//! One machine serves one VM.

use core::num::NonZeroUsize;

/// The machine below one VM. Every method may be called from any OS thread that the machine itself has made known;
/// [`wake`](Platform::wake) and [`unpark`](Platform::unpark) also from interrupt and signal handlers.
///
/// The smallest useful implementation is `now`, `write` and `wait`; an empty `impl Platform for Board {}` runs
/// programs that neither sleep nor print.
pub trait Platform: Send + Sync {
    // ---- time ----

    /// Nanoseconds since some fixed point, never going back; always 0 on a machine without a clock
    /// (then `sleep` and lock timeouts are not available and slices end by ticks alone).
    fn now(&self) -> u64 {
        0
    }

    /// Whether [`now`](Platform::now) tells the time.
    fn has_clock(&self) -> bool {
        false
    }

    /// Nanoseconds since 1970-01-01 UTC, without leap seconds, if the machine knows the date.
    fn wall_clock(&self) -> Option<i64> {
        None
    }

    /// Nanoseconds of processor time used, if the machine counts it.
    fn cpu_time(&self, _of: CpuTimeOf) -> Option<u64> {
        None
    }

    // ---- entropy ----

    /// Fills `bytes` with unpredictable bytes and returns true, or returns false (the VM then seeds itself from
    /// the clock, which is good enough for `random` but not against an attacker who chooses dict keys).
    fn random(&self, _bytes: &mut [u8]) -> bool {
        false
    }

    // ---- console ----

    /// Writes some of `bytes` and returns how many were taken; 0 only for an empty slice. May block the OS thread.
    fn write(&self, _stream: Stream, bytes: &[u8]) -> Result<usize, MachineError> {
        Ok(bytes.len())
    }

    /// Reads into `buffer` until it is full, a line feed came, or no more is there for now; returns how many bytes;
    /// 0 is the end of input. May block the OS thread, so it is called as a blocking call.
    fn read_console(&self, _buffer: &mut [u8]) -> Result<usize, MachineError> {
        Ok(0)
    }

    // ---- idling and readiness ----

    /// Idles until `timeout_ns` passed (`None`: for ever), a watched source became ready, or [`wake`](Platform::wake)
    /// was called; calls `ready` for each source found ready. A `wake` that came since the last `wait` makes this one
    /// return at once. With `Some(0)` it only looks. May return early for no reason. Only the carrier calls it.
    ///
    /// The default returns at once, so an idle VM spins.
    fn wait(&self, _timeout_ns: Option<u64>, _ready: &mut dyn FnMut(Ready)) {
        core::hint::spin_loop();
    }

    /// Ends the current or else the next [`wait`](Platform::wait). Callable from any OS thread, interrupt handler or
    /// signal handler; cheap when nobody waits.
    fn wake(&self) {}

    /// Reports `source` once through [`wait`](Platform::wait), with `token`, when it is ready for `interest`; then
    /// the watch is over. Several watches of one source, with different tokens, stand side by side.
    /// [`Watch::Ready`] means that the source never blocks (a regular file): nothing was registered.
    fn watch(&self, _source: Source, _interest: Interest, _token: u64) -> Result<Watch, MachineError> {
        Err(MachineError::Unsupported)
    }

    /// Ends the watch of `source` made with `token`, if it is still there.
    fn unwatch(&self, _source: Source, _token: u64) {}

    /// Tells that `source` is about to be closed: its watches are over, and the next [`wait`](Platform::wait) reports
    /// them as ready (the py-threads then see the error that using a closed source gives).
    fn forget(&self, _source: Source) {}

    // ---- OS threads ----

    /// The parking place of the calling OS thread: the same for all its life.
    fn os_thread(&self) -> Parker {
        Parker::ONLY
    }

    /// Blocks the calling OS thread until somebody calls [`unpark`](Platform::unpark) with its parking place (an
    /// `unpark` that came before counts), or `timeout_ns` passed. May return early for no reason.
    fn park(&self, _timeout_ns: Option<u64>) {
        core::hint::spin_loop();
    }

    /// Ends the current or else the next [`park`](Platform::park) of the OS thread that owns `parker`. Harmless when
    /// that OS thread has ended.
    fn unpark(&self, _parker: Parker) {}

    /// Tells the machine how a standby becomes the carrier. Returns false when there is no other OS thread, ever:
    /// then the three methods below are not used, and a blocking call blocks the whole VM. Called once.
    fn enlist(&self, _duty: Duty) -> bool {
        false
    }

    /// The GIL is about to be free while there is work: if it stays so for some tens of microseconds, a standby is to
    /// perform the duty with [`Call::Offered`]. Only the holder of the GIL may call it. A few nanoseconds.
    fn offer(&self) {}

    /// Somebody holds the GIL again: the offer is over. Only the holder of the GIL may call it. A few nanoseconds.
    /// A duty that got the GIL calls it too.
    fn withdraw(&self) {}

    /// The calling OS thread enters a call for the main py-thread that signals are to cut short (EINTR), whichever OS thread gets them; false: the
    /// call is over. A few nanoseconds.
    fn call_for_main(&self, _begins: bool) {}

    /// Cuts that call short now.
    fn cut_call(&self) {}

    /// A standby is to perform the duty with [`Call::Summoned`] at once. False when there is none and no OS thread
    /// could be made: the caller must then help itself.
    fn summon(&self) -> bool {
        false
    }

    /// Sends the standbys home: from now on nobody begins the duty. Waits for those inside it for `grace_ns`, and
    /// returns how many are still there; what the duty's argument points to must then never be freed. Not to be called
    /// with the GIL held.
    fn dismiss(&self, _grace_ns: u64) -> usize {
        0
    }

    /// How many OS threads there are, for `thread.status()`.
    fn os_threads(&self) -> OsThreads {
        OsThreads::default()
    }

    /// The lowest address that the calling OS thread's native stack may reach, or 0 when unknown.
    fn stack_limit(&self) -> usize {
        0
    }

    /// Makes a copy of the process, in which there is only the calling OS thread: the standbys, and whoever waited for something, are
    /// gone, and nothing is watched. Returns 0 in the copy, its number in this process.
    fn fork(&self) -> Result<i32, MachineError> {
        Err(MachineError::Unsupported)
    }

    // ---- signals ----

    /// From now on `notify` is performed, inside the signal handler, when a signal that the VM handles has come
    /// (so it may do nothing but set flags); an interactive interrupt (Ctrl-C) is one of them from the start.
    fn connect_signals(&self, _notify: Duty) {}

    /// A signal that came since the last call, the lowest number first.
    fn take_signal(&self) -> Option<u32> {
        None
    }

    /// Chooses what happens when `signal` comes; returns what happened until now.
    fn handle_signal(&self, _signal: u32, _handling: SignalHandling) -> Result<SignalHandling, MachineError> {
        Err(MachineError::Unsupported)
    }
}

/// Whose processor time is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuTimeOf {
    /// The whole process.
    Process,
    /// The calling OS thread.
    OsThread,
}

/// An output of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// Why the machine could not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineError {
    /// This machine has no such thing.
    Unsupported,
    /// A signal came first; nothing was done.
    Interrupted,
    /// It would have to wait, and the source is set not to.
    WouldBlock,
    /// No memory for it.
    OutOfMemory,
    /// The operating system's error number.
    Os(i32),
}

/// Something that can become ready: a file descriptor, or the board's own numbering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(pub i32);

/// What a watch waits for: a set of [`READ`](Interest::READ) and [`WRITE`](Interest::WRITE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest(u8);

impl Interest {
    /// Reading (or accepting) will not block: data, end of data, or an error is there.
    pub const READ: Interest = Interest(1);
    /// Writing (or completing a connect) will not block, or fails at once.
    pub const WRITE: Interest = Interest(2);
    /// Nothing.
    pub const NONE: Interest = Interest(0);

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }

    /// What the two sets share.
    #[must_use]
    pub const fn intersection(self, other: Interest) -> Interest {
        Interest(self.0 & other.0)
    }

    /// Whether reading is in the set.
    #[must_use]
    pub const fn reads(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether writing is in the set.
    #[must_use]
    pub const fn writes(self) -> bool {
        self.0 & 2 != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// A watched source that became ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The token of the watch, which is over now.
    pub token: u64,
    /// What the source is ready for, out of what was asked.
    pub interest: Interest,
}

/// What became of a request to watch a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// [`Platform::wait`] will report it.
    Armed,
    /// It is ready now and always will be; nothing was registered.
    Ready,
}

/// The parking place of one OS thread: an even number other than 0 (the GIL keeps a flag in the lowest bit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parker(NonZeroUsize);

impl Parker {
    /// The parking place of the only OS thread of a machine that has one.
    pub const ONLY: Parker = match Parker::new(2) {
        Some(parker) => parker,
        None => Parker(NonZeroUsize::MAX),
    };

    /// The parking place with this number, usually an address; `None` when it is 0 or odd.
    #[must_use]
    pub const fn new(number: usize) -> Option<Parker> {
        match NonZeroUsize::new(number) {
            Some(number) if number.get() & 1 == 0 => Some(Parker(number)),
            _ => None,
        }
    }

    /// The number given to [`Parker::new`].
    #[must_use]
    pub const fn number(self) -> usize {
        self.0.get()
    }
}

/// Why a duty is performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// An offer stood for a while: take the GIL if it is still free, else return at once.
    Offered,
    /// Summoned: wait for the GIL, the caller is about to give it up.
    Summoned,
    /// A signal came, and this is its handler (only for the duty given to [`Platform::connect_signals`]).
    Signalled,
}

/// Something that the machine does for the VM, on an OS thread or in a handler of its own choosing.
#[derive(Clone, Copy)]
pub struct Duty {
    run: unsafe fn(*mut (), Call),
    argument: *mut (),
}

// SAFETY: whoever made the duty promised that `run` may be called with `argument` on any OS thread.
unsafe impl Send for Duty {}
// SAFETY: as above, also from several at once.
unsafe impl Sync for Duty {}

impl Duty {
    /// A duty that calls `run(argument, …)`.
    ///
    /// # Safety
    /// `run` may be called with `argument` on any OS thread, on several at once, until the machine has given its word
    /// that it is over: [`Platform::dismiss`] returned 0, or the machine was dropped.
    #[must_use]
    pub const unsafe fn new(run: unsafe fn(*mut (), Call), argument: *mut ()) -> Duty {
        Duty { run, argument }
    }

    /// Performs it. For implementations of [`Platform`].
    pub fn perform(self, call: Call) {
        // SAFETY: promised by whoever called `Duty::new`.
        unsafe { (self.run)(self.argument, call) }
    }
}

/// A count of the machine's OS threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OsThreads {
    /// In the pool, without work.
    pub standing_by: usize,
    /// Performing the duty: the carrier, and those inside blocking calls.
    pub on_duty: usize,
    /// The most that the pool will ever have.
    pub limit: usize,
}

/// What happens when a signal comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalHandling {
    /// What the operating system does by itself.
    Default,
    /// Nothing.
    Ignore,
    /// The VM is told; see [`Platform::connect_signals`].
    Notify,
    /// A handler that the host's own code installed.
    Foreign,
}
