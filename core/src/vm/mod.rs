//! The virtual machine: its state, and the vocabulary that native code uses to make values and raise exceptions.

pub mod build_class;
pub mod classes;
pub mod code_cache;
pub mod execute;
pub mod frame;
pub mod host;
pub mod import;
pub mod iterate;
pub mod load;
pub mod names;
pub mod native;
pub mod ops;
pub mod prelude;
pub mod protocol;
pub mod reenter;
pub mod signals;
#[cfg(feature = "compiler")]
pub mod source;
pub mod step;
#[cfg(feature = "compiler")]
pub mod syntax_tree;
#[cfg(feature = "compiler")]
pub mod syntax_tree_read;
pub(crate) mod trace;
pub mod unwind;

use crate::code::Instr;
use crate::heap::Heap;
use crate::object::class::{CLASS_HEAP, Class, TypeSpec};
use crate::object::code::Code;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Object};
use crate::object::list::List;
use crate::object::str::{Str, count_code_points, hash_bytes};
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use core::ops::Deref;
use core::ptr::NonNull;
use frame::{Resume, Stack, Word};
use hashbrown::HashMap;
pub use names::Name;
pub use native::{Action, Again, Args, Call, Continuation, Getter, Native, NativeNext, Raised, Res, Simple, Step, argument};

/// A class that somebody else keeps alive (an instance, the VM). Valid as long as that is so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClassRef(NonNull<Class>);

impl ClassRef {
    pub fn of(class: &Class) -> ClassRef {
        ClassRef(NonNull::from(class))
    }

    /// The class as a value.
    pub fn value(self) -> Value {
        Value::from_object(&*self)
    }
}

impl Deref for ClassRef {
    type Target = Class;

    #[inline(always)]
    fn deref(&self) -> &Class {
        // SAFETY: the type's rule.
        unsafe { self.0.as_ref() }
    }
}

/// Interned strings that the table has room for at once: those of the builtin types fill most of it.
const FIRST_NAMES: usize = 1792;

const KINDS: usize = Kind::Undefined as usize + 1;

/// A virtual machine. Everything that can change lives here or in objects of its heap; the GIL guards it.
pub struct Vm {
    /// Builtin classes by kind.
    kinds: [Option<Value>; KINDS],
    /// Builtin classes of `Kind::Other`, by layout.
    layouts: HashMap<usize, Value, foldhash::fast::FixedState>,
    /// Builtin classes by the address of their declaration.
    specs: HashMap<usize, Value, foldhash::fast::FixedState>,
    exceptions: Vec<Value>,
    names: Vec<Value>,
    /// The exception being raised.
    pending: Option<Value>,
    next_version: u64,
    /// The one-character strings of Latin-1, and the empty string and tuple.
    characters: Vec<Value>,
    empty_tuple: Option<Value>,
    /// Native calls nested in one another right now (comparison, hash and repr of containers in containers).
    pub native_depth: usize,
    /// Where texts are put together ([`crate::object::str::StrBuilder::in_buffer`]); empty while one is.
    pub(crate) spare_text: Vec<u8>,
    /// Addresses of the containers whose `repr` is under way: met again, they show as `[...]`.
    pub active_reprs: alloc::rc::Rc<crate::object::header::Mut<Vec<u64>>>,
    // The running py-thread's state; its record keeps it while others run.
    /// Where the interpreter loop goes on.
    pub(crate) pc: *const Instr,
    pub(crate) base: *mut Word,
    pub(crate) code: *const Code,
    pub(crate) stack: Stack,
    /// The newest chunk's first word and its end: what calls compare with. See `stack_changed`.
    pub(crate) stack_start: *const Word,
    pub(crate) stack_end: *const Word,
    /// How many more Python frames the stack may hold; below zero when the limit was lowered under a py-thread that has more.
    pub(crate) frames_left: isize,
    /// Most of them (`sys.setrecursionlimit`).
    pub depth_limit: usize,
    /// The exception being handled (`sys.exception()`), or None.
    pub handled: Value,
    /// Interpreter loops that this py-thread has on native stacks.
    pub(crate) reentries: usize,

    /// Codes of the VM's own frames.
    pub(crate) own: OwnCodes,
    /// The words and signs that the loop hands to slow paths.
    pub(crate) delivered: Word,
    pub(crate) dead: Word,
    pub(crate) raised: Option<Raised>,
    /// The exception under way is raised again: its trace has this frame already.
    pub(crate) reraising: bool,
    /// The loop must leave, or run another py-thread.
    pub(crate) pause: bool,
    /// The running py-thread belongs to the loop's second instance (`vm::trace`).
    pub(crate) traced: bool,
    /// The instance that runs.
    pub(crate) traced_loop: bool,
    pub(crate) tracing: trace::Tracing,
    pub(crate) exit: Option<step::Exit>,
    /// Finalizers are running.
    pub(crate) finalizing: bool,
    /// The program has ended: its modules go.
    pub(crate) ending: bool,
    /// What `sys.set_asyncgen_hooks` set, by the ident of the py-thread: for the first iteration, and for the end.
    pub(crate) async_generator_hooks: Vec<(i64, [Value; 2])>,
    /// What was being done, and with what, when an exception that nobody can handle was raised.
    pub(crate) unraisable: (&'static str, Value),
    /// The class of `f_locals` of functions; None: not made yet.
    pub(crate) frame_proxy: Value,
    /// Code objects tell columns, not lines alone.
    pub debug_ranges: bool,
    /// How often `gc.collect()` was called for each generation, and what it found.
    pub(crate) collections: [[usize; 2]; 3],
    /// How many frames of their makers coroutines remember.
    pub(crate) origin_depth: usize,
    /// What the embedding program supplies.
    pub host: host::Host,
    /// Who runs when.
    pub sched: crate::sched::executor::Scheduler,
    /// The machine below.
    pub platform: &'static dyn crate::port::Platform,
    /// Signals that have a handler in Python.
    pub(crate) signal_handlers: Vec<(u32, Value)>,
    /// A descriptor, and what writes a signal's number to it (`signal.set_wakeup_fd`).
    pub signal_wakeup: Option<(i32, fn(i32, u32))>,
    /// Modules whose bodies are running.
    pub(crate) importing: Vec<import::Importing>,
    pub(crate) prelude: prelude::Prelude,
    /// Most digits converted between int and str; 0: no limit.
    pub int_max_str_digits: usize,
    /// `sys.modules`.
    pub modules: Value,
    /// The dict of module `builtins`.
    pub builtins: Value,
    /// Last, so that it is dropped after everything that refers to its objects.
    pub heap: Heap,
}

impl Drop for Vm {
    fn drop(&mut self) {
        self.drop_stacks();
        self.heap.close();
    }
}

/// Codes of the VM's own frames, kept alive by the VM.
pub(crate) struct OwnCodes {
    pub continuation: *const Code,
    pub discard: *const Code,
    pub construct: *const Code,
    pub chunk: *const Code,
    pub generator: *const Code,
    pub leave: *const Code,
    pub pull: *const Code,
    pub hook: *const Code,
    keep: Vec<Value>,
}

impl Vm {
    /// A VM without modules; boxed, because its heap's pages point back to it.
    pub(crate) fn new_boxed(platform: &'static dyn crate::port::Platform, heap_limit: usize, sched: crate::sched::executor::Scheduler) -> Box<Vm> {
        let mut vm = Box::new(Vm {
            heap: Heap::new(heap_limit),
            kinds: [const { None }; KINDS],
            layouts: HashMap::default(),
            specs: HashMap::default(),
            exceptions: Vec::new(),
            names: Vec::new(),
            pending: None,
            next_version: 0,
            characters: Vec::new(),
            empty_tuple: None,
            native_depth: 0,
            spare_text: Vec::new(),
            active_reprs: Default::default(),
            pc: core::ptr::null(),
            base: core::ptr::null_mut(),
            code: core::ptr::null(),
            stack: Stack::EMPTY,
            stack_start: core::ptr::null(),
            stack_end: core::ptr::null(),
            frames_left: crate::config::RECURSION_LIMIT as isize,
            depth_limit: crate::config::RECURSION_LIMIT,
            handled: Value::NONE,
            reentries: 0,
            own: OwnCodes {
                continuation: core::ptr::null(),
                discard: core::ptr::null(),
                construct: core::ptr::null(),
                chunk: core::ptr::null(),
                generator: core::ptr::null(),
                leave: core::ptr::null(),
                pull: core::ptr::null(),
                hook: core::ptr::null(),
                keep: Vec::new(),
            },
            delivered: crate::object::value::bits::UNDEFINED,
            dead: crate::object::value::bits::UNDEFINED,
            raised: None,
            reraising: false,
            pause: false,
            traced: false,
            traced_loop: false,
            tracing: Default::default(),
            exit: None,
            finalizing: false,
            ending: false,
            async_generator_hooks: Vec::new(),
            unraisable: ("", Value::NONE),
            frame_proxy: Value::NONE,
            debug_ranges: true,
            collections: [[0; 2]; 3],
            origin_depth: 0,
            host: host::Host::default(),
            sched,
            platform,
            signal_handlers: Vec::new(),
            signal_wakeup: None,
            importing: Vec::new(),
            prelude: Default::default(),
            int_max_str_digits: 4300,
            modules: Value::NONE,
            builtins: Value::NONE,
        });
        vm.heap.interned.reserve(FIRST_NAMES);
        vm.bootstrap();
        vm.modules = vm.new_dict();
        vm.builtins = vm.new_dict();
        let mut own = |resume| {
            let code = frame::own_code(&mut vm, resume);
            let pointer = code.bits() as usize as *const Code;
            vm.own.keep.push(code);
            pointer
        };
        let (continuation, discard, construct) = (own(Resume::Continuation), own(Resume::Discard), own(Resume::Construct));
        let (chunk, generator, leave) = (own(Resume::Chunk), own(Resume::Generator), own(Resume::Leave));
        let (pull, hook) = (own(Resume::Pull), own(Resume::Hook));
        let keep = core::mem::take(&mut vm.own.keep);
        vm.own = OwnCodes { continuation, discard, construct, chunk, generator, leave, pull, hook, keep };
        vm.heap.set_ticks(crate::config::SLICE_TICKS);
        vm
    }

    /// Runs the interpreter loop from where the VM stands, until it must be left.
    pub(crate) fn run_loop(&mut self) -> step::Exit {
        let outer = self.traced_loop;
        let exit = loop {
            self.traced_loop = self.traced;
            match self.run_instance() {
                step::Exit::Mode => {}
                exit => break exit,
            }
        };
        self.traced_loop = outer;
        self.pause |= self.traced != outer;
        exit
    }

    fn run_instance(&mut self) -> step::Exit {
        let mut exit = self.settle(Ok(()));
        if exit.is_none() && self.heap.ticks.get() <= 0 {
            // The py-thread that was switched in has been interrupted, or frozen.
            let outcome = self.look_around();
            exit = self.settle(outcome);
        }
        match exit {
            Some(exit) => exit,
            None if self.traced_loop => step::run::<true>(self),
            None => step::run::<false>(self),
        }
    }

    /// Frees garbage cycles; returns how many unreachable objects there were.
    pub fn collect_garbage(&mut self) -> usize {
        self.heap.collect()
    }

    /// Room for a py-thread's first frame.
    pub(crate) fn first_words(&mut self) -> Res<*mut Word> {
        if self.stack.chunk.is_null() && !self.stack.grow(crate::config::FIRST_CHUNK) {
            return Err(self.memory_error());
        }
        self.stack_changed();
        Ok(self.stack.start())
    }

    /// Python frames on the stack.
    pub(crate) fn depth(&self) -> usize {
        (self.depth_limit as isize - self.frames_left) as usize
    }

    /// The class of coroutines.
    pub(crate) fn coroutine_class(&mut self) -> ClassRef {
        let class = self.class_from_spec(&crate::object::generator::COROUTINE);
        // SAFETY: a class, which the VM keeps.
        ClassRef::of(unsafe { class.get_unchecked::<Class>() })
    }

    /// The class of async generators.
    pub(crate) fn async_generator_class(&mut self) -> ClassRef {
        let class = self.class_from_spec(&crate::object::generator::ASYNC_GENERATOR);
        // SAFETY: a class, which the VM keeps.
        ClassRef::of(unsafe { class.get_unchecked::<Class>() })
    }

    // ---- values

    /// An `int`.
    #[inline(always)]
    pub fn new_int(&mut self, number: i64) -> Value {
        match Value::try_small_int(number) {
            Some(value) => value,
            None => crate::object::int::from_big(self, number.into()),
        }
    }

    /// An `int` from a count or size.
    pub fn new_size(&mut self, number: usize) -> Value {
        self.new_int(number as i64)
    }

    /// A `float`.
    #[inline(always)]
    pub fn new_float(&mut self, number: f64) -> Value {
        match Value::try_small_float(number) {
            Some(value) => value,
            None => crate::object::float::boxed(self, number),
        }
    }

    /// A `str`.
    pub fn new_str(&mut self, text: &str) -> Value {
        // SAFETY: a &str is UTF-8 without surrogates.
        unsafe { self.new_str_from_parts(text.as_bytes(), count_code_points(text.as_bytes()), 0) }
    }

    /// A `str` of bytes that are known to be WTF-8, with their number of code points, and `SURROGATES` in `flags` if there are any.
    /// Single Latin-1 characters and the empty string are shared.
    ///
    /// # Safety
    /// The bytes are WTF-8, `length` and `flags` are right.
    pub unsafe fn new_str_from_parts(&mut self, bytes: &[u8], length: usize, flags: u8) -> Value {
        if length <= 1 && bytes.len() <= 1 {
            let index = bytes.first().map_or(128, |&byte| byte as usize);
            if let Some(value) = self.characters.get(index) {
                return value.clone();
            }
        }
        // SAFETY: the text is copied into the room asked for.
        unsafe {
            let (value, target) = self.new_str_uninitialized(bytes.len(), length, flags);
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len());
            value
        }
    }

    /// A `str` whose `size` bytes the caller writes next, at the pointer returned. Large sizes must have been checked against
    /// the heap limit (`heap.check`).
    ///
    /// # Safety
    /// The caller writes all the bytes, WTF-8 of `length` code points, before the string is used.
    pub unsafe fn new_str_uninitialized(&mut self, size: usize, length: usize, flags: u8) -> (Value, *mut u8) {
        let class = self.class::<Str>();
        // SAFETY: the caller vouches.
        unsafe { crate::object::str::allocate(self, &class, size, length, flags, 0) }
    }

    /// A `str` from formatted text: `vm.format(format_args!("{x}"))`.
    pub fn format(&mut self, text: core::fmt::Arguments<'_>) -> Value {
        match text.as_str() {
            Some(text) => self.new_str(text),
            None => {
                let mut buffer = String::new();
                let _ = buffer.write_fmt(text);
                self.new_str(&buffer)
            }
        }
    }

    /// A `tuple`. The items are moved.
    pub fn new_tuple(&mut self, items: Vec<Value>) -> Value {
        if items.is_empty()
            && let Some(empty) = &self.empty_tuple
        {
            return empty.clone();
        }
        let mut items = core::mem::ManuallyDrop::new(items);
        // SAFETY: the items are moved into the tuple; the vector's memory is then freed without dropping them.
        unsafe {
            let value = self.new_tuple_from_raw(items.as_ptr(), items.len());
            items.set_len(0);
            core::mem::ManuallyDrop::drop(&mut items);
            value
        }
    }

    /// A tuple of `length` values moved from `items`.
    ///
    /// # Safety
    /// The values are owned by the caller, who forgets them.
    pub unsafe fn new_tuple_from_raw(&mut self, items: *const Value, length: usize) -> Value {
        let class = self.class::<Tuple>();
        // SAFETY: the cell has room for the items, which the caller gives away.
        unsafe {
            let (cell, header) = self.heap.new_cell(&class, Tuple::LAYOUT, size_of::<Tuple>() + length * size_of::<Value>());
            let tuple = cell as *mut Tuple;
            tuple.write(Tuple { header, length });
            core::ptr::copy_nonoverlapping(items, tuple.add(1) as *mut Value, length);
            Value::from_bits(cell as usize as u64)
        }
    }

    /// A `list`.
    pub fn new_list(&mut self, items: Vec<Value>) -> Value {
        self.heap.charge(items.capacity() * size_of::<Value>());
        self.new_object(|header| List { header, items: crate::object::header::Mut::new(items) })
    }

    /// An empty `dict`.
    pub fn new_dict(&mut self) -> Value {
        self.new_object(crate::object::dict::Dict::empty)
    }

    /// An object of a builtin type's own class.
    #[inline]
    pub fn new_object<T: Object>(&mut self, build: impl FnOnce(Header) -> T) -> Value {
        let class = self.class::<T>();
        self.heap.new_object(&class, build)
    }

    // ---- strings that are names

    /// The interned str with these contents: equal names are then the same object.
    pub fn intern(&mut self, text: &str) -> Value {
        let hash = hash_bytes(text.as_bytes());
        if let Some(known) = self.heap.interned.find(text.as_bytes(), hash) {
            return known;
        }
        let value = self.new_str(text);
        if let Some(string) = value.get::<Str>() {
            self.heap.interned.insert(string, hash);
        }
        value
    }

    /// The interned str equal to `value` (an exact str).
    pub fn intern_value(&mut self, value: &Value) -> Value {
        let Some(string) = value.get::<Str>() else { return value.clone() };
        if string.is_interned() {
            return value.clone();
        }
        let hash = string.hash();
        if let Some(known) = self.heap.interned.find(string.bytes(), hash) {
            return known;
        }
        let value = if value.get_exact::<Str>().is_some() {
            value.clone()
        } else {
            // SAFETY: the parts of a str make a str.
            unsafe { self.new_str_from_parts(string.bytes(), string.length, string.header.flags() & crate::object::str::SURROGATES) }
        };
        if let Some(string) = value.get::<Str>() {
            self.heap.interned.insert(string, hash);
        }
        value
    }

    /// The interned str of a well-known name.
    #[inline(always)]
    pub fn name(&self, name: Name) -> &Value {
        // SAFETY: the table has an entry for every name from the start.
        unsafe { self.names.get_unchecked(name as usize) }
    }

    // ---- classes

    /// The class of a value.
    #[inline]
    pub fn class_of(&self, value: &Value) -> ClassRef {
        match value.header() {
            Some(header) => ClassRef::of(header.class()),
            None => self.class_of_kind(value.kind()),
        }
    }

    fn class_of_kind(&self, kind: Kind) -> ClassRef {
        match self.kinds[kind as usize].as_ref().or(self.kinds[Kind::Instance as usize].as_ref()) {
            // SAFETY: the table holds classes; kinds are registered before values of them can exist.
            Some(class) => ClassRef::of(unsafe { class.get_unchecked::<Class>() }),
            None => ClassRef(NonNull::dangling()),
        }
    }

    /// The builtin class of layout `T`.
    #[inline]
    pub fn class<T: Object>(&self) -> ClassRef {
        if T::KIND as u8 != Kind::Other as u8 {
            self.class_of_kind(T::KIND)
        } else {
            match self.layouts.get(&(T::LAYOUT as *const _ as usize)) {
                // SAFETY: the table holds classes.
                Some(class) => ClassRef::of(unsafe { class.get_unchecked::<Class>() }),
                None => self.class_of_kind(Kind::Instance),
            }
        }
    }

    /// The class made from a declaration, made now if it was not yet.
    pub fn class_from_spec(&mut self, spec: &'static TypeSpec) -> Value {
        match self.specs.get(&(spec as *const TypeSpec as usize)) {
            Some(class) => class.clone(),
            None => self.add_type(spec),
        }
    }

    /// A builtin exception class.
    pub fn exception_class(&self, kind: Ex) -> ClassRef {
        // SAFETY: the table is filled when the VM starts, with classes.
        ClassRef::of(unsafe { self.exceptions.get_unchecked(kind as usize).get_unchecked::<Class>() })
    }

    /// The class of a value, for messages: builtin ones outside `builtins` have their module before their name.
    pub fn type_name(&self, value: &Value) -> String {
        let class = self.class_of(value);
        let name = execute::class_name(&class);
        if class.has(CLASS_HEAP) { name } else { format!("{}{name}", self.module_prefix(&class)) }
    }

    /// Is the value an instance of the class, by its real type? (`isinstance` without hooks.)
    pub fn is_instance(&self, value: &Value, class: &Class) -> bool {
        self.class_of(value).is_subclass_of(class)
    }

    /// A number never handed out before, for versions.
    pub fn fresh_version(&mut self) -> u64 {
        self.next_version += 1;
        self.next_version
    }

    // ---- native recursion

    /// To be called where native code recurses into contained values; [`Vm::leave_native`] ends it, unless this fails.
    /// `doing` ends the message: " in comparison".
    ///
    /// # Errors
    /// RecursionError, long before the native stack ends.
    #[inline(always)]
    pub fn enter_native(&mut self, doing: &str) -> Res<()> {
        if self.native_depth >= crate::config::NATIVE_DEPTH_LIMIT {
            return Err(self.too_deep(doing));
        }
        self.native_depth += 1;
        Ok(())
    }

    /// Ends what [`Vm::enter_native`] began.
    #[inline(always)]
    pub fn leave_native(&mut self) {
        self.native_depth -= 1;
    }

    #[cold]
    fn too_deep(&mut self, doing: &str) -> Raised {
        let message = self.format(format_args!("maximum recursion depth exceeded{doing}"));
        self.raise_with(Ex::RecursionError, Vec::from([message]))
    }

    // ---- exceptions

    /// Makes `exception` (an instance) the pending one.
    pub fn raise_value(&mut self, exception: Value) -> Raised {
        self.pending = Some(exception);
        Raised(())
    }

    /// Raises a builtin exception with a message.
    #[cold]
    #[inline(never)]
    pub fn raise(&mut self, kind: Ex, message: &str) -> Raised {
        let message = self.new_str(message);
        self.raise_with(kind, Vec::from([message]))
    }

    /// Raises a builtin exception with these `args`.
    #[cold]
    #[inline(never)]
    pub fn raise_with(&mut self, kind: Ex, arguments: Vec<Value>) -> Raised {
        let exception = crate::object::exception::create(self, kind, arguments);
        self.raise_value(exception)
    }

    /// `TypeError(message)`
    #[cold]
    pub fn type_error(&mut self, message: &str) -> Raised {
        self.raise(Ex::TypeError, message)
    }

    /// `ValueError(message)`
    #[cold]
    pub fn value_error(&mut self, message: &str) -> Raised {
        self.raise(Ex::ValueError, message)
    }

    /// `MemoryError()`
    #[cold]
    pub fn memory_error(&mut self) -> Raised {
        self.raise_with(Ex::MemoryError, Vec::new())
    }

    /// Checks that `bytes` more may be allocated for one object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn check_memory(&mut self, bytes: Option<usize>) -> Res<()> {
        match bytes.map(|bytes| self.heap.check(bytes)) {
            Some(Ok(())) => Ok(()),
            _ => Err(self.memory_error()),
        }
    }

    /// Takes the pending exception: the `Raised` that told of it is dealt with.
    pub fn take_exception(&mut self, raised: Raised) -> Value {
        let Raised(()) = raised;
        self.pending.take().unwrap_or(Value::NONE)
    }

    /// The pending exception.
    pub fn pending_exception(&self) -> Option<&Value> {
        self.pending.as_ref()
    }

    /// Is the pending exception an instance of this builtin class?
    pub fn pending_is(&self, kind: Ex) -> bool {
        self.pending.as_ref().is_some_and(|exception| self.is_instance(exception, &self.exception_class(kind)))
    }

    /// If the pending exception is of this class, takes it and gives None; passes other ones on.
    pub fn catch<T>(&mut self, result: Res<T>, kind: Ex) -> Res<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(raised) if self.pending_is(kind) => {
                drop(self.take_exception(raised));
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }
}
