//! The object heap of one VM: size-class free lists in aligned pages, large blocks, the memory limit, the order of death.
//! It knows headers and layouts, never what an object means.
//!
//! An object finds its heap by masking its address (pages are aligned to their size; large blocks have a prefix), so
//! dropping a value needs no VM at hand. Death is iterative: objects that die while another is being freed wait in
//! `dying`, so a list of a million nested lists uses no native stack. Dropping never runs Python code: an object whose class
//! has `__del__`, and callbacks of weak references, wait in `finalizers` for the next safe point.

mod close;
pub mod collect;
mod interned;
mod poison;
pub mod weak;

use crate::object::class::Class;
use crate::object::header::{FINALIZED, HAS_WEAK_REFERENCES, Header, Kind, LARGE, Layout, Object, SUBCLASS};
use crate::object::instance::Attributes;
use crate::object::value::{Value, bits};
use alloc::alloc::{Layout as Memory, alloc, alloc_zeroed, dealloc};
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ptr::{self, null_mut};

/// Bytes in a page, its alignment too.
pub const PAGE_SIZE: usize = if cfg!(target_pointer_width = "64") { 64 * 1024 } else { 2 * 1024 };
const GRANULE: usize = 16;
/// Largest object that lives in a page.
pub const MAX_SMALL: usize = if cfg!(target_pointer_width = "64") { 1024 } else { 256 };
const SIZE_CLASSES: usize = MAX_SMALL / GRANULE + 1;
/// Most ticks of work that are counted at once.
const MOST_SPENT: i32 = 1 << 28;
/// Bytes of a large object that take as long to fill as a tick.
const BYTES_A_TICK: usize = 256;
/// Heap growth that makes the cycle collector run for the first time.
const FIRST_COLLECTION: usize = if cfg!(target_pointer_width = "64") { 24 * 1024 * 1024 } else { 32 * 1024 };

/// From this size on [`Heap::check`] asks the machine too: a limit may be larger than its memory.
const PROBED: usize = if cfg!(target_pointer_width = "64") { 256 * 1024 * 1024 } else { 64 * 1024 };

/// Would the machine give so many bytes (and a little more, for headers) in one piece?
#[cold]
fn can_allocate(bytes: usize) -> bool {
    let Some(Ok(memory)) = bytes.checked_add(PAGE_SIZE).map(|size| Memory::from_size_align(size, 16)) else { return false };
    // SAFETY: the size is not zero; the memory goes back at once, untouched.
    unsafe {
        // Hidden from the optimizer, which otherwise takes the pair away as if it had succeeded.
        let probe = core::hint::black_box(alloc::alloc::alloc(memory));
        if !probe.is_null() {
            dealloc(probe, memory);
        }
        !probe.is_null()
    }
}

/// Bytes of a page that become free cells at once: memory that no object was in yet is not touched, so the machine need not provide it.
const FRESH: usize = if cfg!(target_pointer_width = "64") { 4096 } else { PAGE_SIZE };
/// Pages that are allocated at once.
const PAGES_IN_BLOCK: usize = if cfg!(target_pointer_width = "64") { 16 } else { 1 };

/// A free cell: kind byte zero (`Kind::Free`), then the link.
#[repr(C)]
struct FreeCell {
    kind: u64,
    next: *mut FreeCell,
}

#[repr(C, align(16))]
pub(crate) struct Page {
    heap: *const Heap,
    next: *mut Page,
    cell_size: u32,
    /// Number of cells that have been on a free list; what lies behind them is no memory of objects yet.
    cells: Cell<u32>,
    /// Finds a cell's index without a division; see [`reciprocal`].
    reciprocal: u32,
    /// The collector's counters, one a cell, while it runs.
    counters: Cell<*mut u32>,
}

const PAGE_HEADER: usize = size_of::<Page>().div_ceil(GRANULE) * GRANULE;

#[repr(C, align(16))]
pub(crate) struct LargeBlock {
    heap: *const Heap,
    next: *mut LargeBlock,
    previous: *mut LargeBlock,
    /// Bytes allocated, this prefix included.
    size: usize,
    counter: Cell<u32>,
}

/// Something to run at the next safe point.
pub enum Finalizer {
    /// Call `__del__` of this object.
    Delete(Value),
    /// Call `callback(reference)`: the target of a weak reference died.
    WeakCallback { callback: Value, reference: Value },
}

/// The memory limit does not allow it (or the machine has no more).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfMemory;

/// One VM's objects.
pub struct Heap {
    /// Ticks left in the running slice; zero or less makes the next safe point look around. Here, because a dying object must be able to ask for one.
    pub ticks: Cell<i32>,
    /// What `ticks` was when the slice began, without those that were left when a safe point was asked for.
    granted: Cell<i32>,
    /// Ticks taken away so that the next safe point looks around.
    withheld: Cell<i32>,
    free: [Cell<*mut FreeCell>; SIZE_CLASSES],
    /// The page of each size class that has more room for cells.
    fresh: [Cell<*mut Page>; SIZE_CLASSES],
    pages: Cell<*mut Page>,
    /// Allocated memory in which the pages lie, and what is left of the newest.
    blocks: crate::object::header::Mut<Vec<*mut u8>>,
    unused_pages: Cell<usize>,
    large: Cell<*mut LargeBlock>,
    /// Bytes held by pages and large blocks and charged by objects' buffers.
    used: Cell<usize>,
    peak: Cell<usize>,
    limit: Cell<usize>,
    collect_at: Cell<usize>,
    /// The collector should run at the next safe point.
    pub collection_due: Cell<bool>,
    /// Automatic collections are allowed (`gc.disable()`).
    pub collection_enabled: Cell<bool>,
    /// The limit was passed by small objects: MemoryError at the next safe point.
    pub limit_passed: Cell<bool>,
    draining: Cell<bool>,
    /// The VM is over; see `close`.
    closing: Cell<bool>,
    dying: crate::object::header::Mut<Vec<*mut Header>>,
    /// Free cells and their size class, on no list yet; see `poison`.
    quarantine: crate::object::header::Mut<VecDeque<(*mut FreeCell, usize)>>,
    pub(crate) finalizers: crate::object::header::Mut<Vec<Finalizer>>,
    pub(crate) weak: weak::WeakTable,
    pub(crate) interned: interned::Interned,
}

impl Heap {
    /// An empty heap that may hold `limit` bytes.
    pub fn new(limit: usize) -> Heap {
        Heap {
            ticks: Cell::new(0),
            granted: Cell::new(0),
            withheld: Cell::new(0),
            free: [const { Cell::new(null_mut()) }; SIZE_CLASSES],
            fresh: [const { Cell::new(null_mut()) }; SIZE_CLASSES],
            pages: Cell::new(null_mut()),
            blocks: Default::default(),
            unused_pages: Cell::new(0),
            large: Cell::new(null_mut()),
            used: Cell::new(0),
            peak: Cell::new(0),
            limit: Cell::new(limit),
            collect_at: Cell::new(FIRST_COLLECTION),
            collection_due: Cell::new(false),
            collection_enabled: Cell::new(true),
            limit_passed: Cell::new(false),
            draining: Cell::new(false),
            closing: Cell::new(false),
            dying: Default::default(),
            quarantine: Default::default(),
            finalizers: Default::default(),
            weak: weak::WeakTable::default(),
            interned: interned::Interned::default(),
        }
    }

    /// Bytes in use, free cells of pages included.
    pub fn used(&self) -> usize {
        self.used.get()
    }

    fn page_count(&self) -> usize {
        self.blocks.get().len() * PAGES_IN_BLOCK - self.unused_pages.get()
    }

    /// Most bytes ever in use.
    pub fn peak(&self) -> usize {
        self.peak.get()
    }

    pub fn limit(&self) -> usize {
        self.limit.get()
    }

    pub fn set_limit(&self, limit: usize) {
        self.limit.set(limit);
    }

    /// Makes the next safe point look around.
    #[inline]
    pub fn request_attention(&self) {
        let ticks = self.ticks.get();
        if ticks > 0 {
            self.withheld.set(self.withheld.get() + ticks);
            self.ticks.set(0);
        }
    }

    /// The safe point looks around: gives the ticks back that were taken away for that. Returns whether the slice goes on.
    pub fn give_ticks_back(&self) -> bool {
        self.ticks.set(self.ticks.get() + self.withheld.replace(0));
        self.ticks.get() > 0
    }

    /// Counts work that takes as long as so many ticks: a slice is not to last because natives work in it.
    #[inline]
    pub fn spend(&self, ticks: usize) {
        // The counters stay far from their limits, however much that is.
        self.ticks.set(self.ticks.get().max(-MOST_SPENT) - ticks.min(MOST_SPENT as usize) as i32);
    }

    /// Ticks that the slice has used so far.
    #[inline]
    pub fn ticks_used(&self) -> u32 {
        // What is left is never more than what was granted.
        self.granted.get().wrapping_sub(self.ticks_left()) as u32
    }

    /// Ticks left in this slice; not above 0: it is over.
    #[inline]
    pub fn ticks_left(&self) -> i32 {
        self.ticks.get() + self.withheld.get()
    }

    /// Begins a slice of so many ticks.
    #[inline]
    pub fn set_ticks(&self, ticks: i32) {
        self.ticks.set(ticks);
        self.granted.set(ticks);
        self.withheld.set(0);
    }

    /// May `bytes` more be allocated for one object? To be asked before large buffers (`[0] * n`, `bytes(n)`).
    ///
    /// # Errors
    /// OutOfMemory when the limit would be passed.
    pub fn check(&self, bytes: usize) -> Result<(), OutOfMemory> {
        match self.used.get().checked_add(bytes) {
            Some(total) if total <= self.limit.get() && (bytes < PROBED || can_allocate(bytes)) => Ok(()),
            _ => Err(OutOfMemory),
        }
    }

    /// Counts `bytes` of an object's buffer as used. Passing the limit a little is allowed and raises MemoryError at the next safe point.
    #[inline]
    pub fn charge(&self, bytes: usize) {
        let used = self.used.get().wrapping_add(bytes);
        self.used.set(used);
        if used >= self.collect_at.get() || used > self.limit.get() {
            self.pressure();
        }
    }

    /// Gives back what was charged.
    #[inline]
    pub fn discharge(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_sub(bytes));
    }

    #[cold]
    #[inline(never)]
    fn pressure(&self) {
        if self.used.get() > self.limit.get() {
            self.limit_passed.set(true);
            self.request_attention();
        }
        if self.used.get() >= self.collect_at.get() && self.collection_enabled.get() && !self.collection_due.get() {
            self.collection_due.set(true);
            self.request_attention();
        }
    }

    /// Memory for an object of `size` bytes, in which anything may be: the caller writes every field.
    /// Returns the address and the size class.
    #[inline(always)]
    fn allocate(&self, size: usize) -> (*mut Header, u16) {
        let class = size.div_ceil(GRANULE);
        if let Some(list) = self.free.get(class) {
            let cell = list.get();
            if !cell.is_null() {
                poison::unpoison(cell.cast(), class * GRANULE);
                // SAFETY: cells on a free list are free cells of this size class.
                list.set(unsafe { (*cell).next });
                return (cell as *mut Header, class as u16);
            }
        }
        self.allocate_slow(size)
    }

    #[cold]
    #[inline(never)]
    fn allocate_slow(&self, size: usize) -> (*mut Header, u16) {
        let class = size.div_ceil(GRANULE);
        if class < SIZE_CLASSES {
            self.add_cells(class);
            let cell = self.free[class].get();
            poison::unpoison(cell.cast(), class * GRANULE);
            // SAFETY: add_cells put at least one cell on the list, or did not return.
            self.free[class].set(unsafe { (*cell).next });
            return (cell as *mut Header, class as u16);
        }
        let total = size + size_of::<LargeBlock>();
        let memory = large_memory(total);
        // SAFETY: the size is not zero.
        let block = unsafe { alloc_zeroed(memory) } as *mut LargeBlock;
        if block.is_null() {
            alloc::alloc::handle_alloc_error(memory);
        }
        // SAFETY: fresh memory of at least a LargeBlock's size; the list's members are live blocks.
        unsafe {
            block.write(LargeBlock { heap: self, next: self.large.get(), previous: null_mut(), size: total, counter: Cell::new(0) });
            if !self.large.get().is_null() {
                (*self.large.get()).previous = block;
            }
            self.large.set(block);
            self.note_use(total);
            self.spend(total / BYTES_A_TICK);
            (block.add(1) as *mut Header, 0)
        }
    }

    fn note_use(&self, bytes: usize) {
        self.charge(bytes);
        if self.used.get() > self.peak.get() {
            self.peak.set(self.used.get());
        }
    }

    /// More free cells of a size class: the next ones of a page.
    fn add_cells(&self, class: usize) {
        let cell_size = class * GRANULE;
        let page = match self.fresh[class].get() {
            page if page.is_null() => self.add_page(class),
            page => page,
        };
        // SAFETY: a live page with room for at least one more cell; all of them lie inside it.
        unsafe {
            let start = (*page).cells.get() as usize;
            let most = cells_in_page(cell_size);
            // Whole cells up to the end of the piece of memory in which the next one begins.
            let rest = (PAGE_HEADER + start * cell_size) % FRESH;
            let end = (start + ((FRESH - rest) / cell_size).max(1)).min(most);
            let first = (page as *mut u8).add(PAGE_HEADER);
            let mut next = self.free[class].get();
            for index in (start..end).rev() {
                let cell = first.add(index * cell_size) as *mut FreeCell;
                poison::unpoison(cell.cast(), cell_size);
                cell.write(FreeCell { kind: 0, next });
                poison::poison(cell.cast(), cell_size);
                next = cell;
            }
            self.free[class].set(next);
            (*page).cells.set(end as u32);
            self.fresh[class].set(if end == most { null_mut() } else { page });
        }
    }

    fn add_page(&self, class: usize) -> *mut Page {
        let page = self.page_memory() as *mut Page;
        let cell_size = (class * GRANULE) as u32;
        // SAFETY: the page is fresh memory.
        unsafe {
            page.write(Page { heap: self, next: self.pages.get(), cell_size, cells: Cell::new(0), reciprocal: reciprocal(class), counters: Cell::new(null_mut()) });
            poison::poison((page as *mut u8).add(PAGE_HEADER), PAGE_SIZE - PAGE_HEADER);
        }
        self.pages.set(page);
        self.note_use(PAGE_SIZE);
        page
    }

    /// Memory for a page.
    fn page_memory(&self) -> *mut u8 {
        let blocks = self.blocks.get_mut();
        if self.unused_pages.get() == 0 {
            let memory = block_memory();
            // SAFETY: the size is not zero.
            let block = unsafe { alloc(memory) };
            if block.is_null() {
                alloc::alloc::handle_alloc_error(memory);
            }
            blocks.push(block);
            self.unused_pages.set(PAGES_IN_BLOCK);
        }
        let unused = self.unused_pages.get() - 1;
        self.unused_pages.set(unused);
        let block = blocks.last().copied().unwrap_or(null_mut());
        block.wrapping_add((PAGES_IN_BLOCK - 1 - unused) * PAGE_SIZE)
    }

    /// Allocates an object of fixed size with one reference. `build` gets the header and returns the object.
    /// Adds a reference to `class`. Attributes of a subclass instance (after the fixed part) start empty.
    #[inline(always)]
    pub fn new_object<T: Object>(&self, class: &Class, build: impl FnOnce(Header) -> T) -> Value {
        // SAFETY: the memory has the size that the class says, and `write` initializes the fixed part.
        unsafe {
            let (cell, header) = self.new_cell(class, T::LAYOUT, size_of::<T>());
            ptr::write(cell as *mut T, build(header));
            Value::from_bits(cell as usize as u64)
        }
    }

    /// Memory and header for an object with `size` bytes of fixed and inline parts.
    ///
    /// # Safety
    /// The caller writes the header and all fields before anything else happens.
    #[inline(always)]
    pub(crate) unsafe fn new_cell(&self, class: &Class, layout: &Layout, size: usize) -> (*mut Header, Header) {
        let (extra, flags) = if class.attribute_offset.get() != 0 { (class.attribute_bytes(), SUBCLASS) } else { (0, class.instance_flags()) };
        let total = if extra != 0 { size.next_multiple_of(8) + extra } else { size };
        let (cell, size_class) = self.allocate(total);
        class.header.retain();
        let flags = if size_class == 0 { flags | LARGE } else { flags };
        if extra != 0 {
            // SAFETY: `total` leaves room for the attributes behind the fixed part.
            unsafe { Attributes::initialize((cell as *mut u8).add(size.next_multiple_of(8)) as *mut Attributes, class) };
        }
        (cell, Header::new(layout.kind, flags, size_class, class))
    }

    /// Bytes that the object at `header` could hold (its cell's size).
    pub(crate) fn capacity(header: &Header) -> usize {
        if header.flags() & LARGE != 0 {
            // SAFETY: large objects follow their prefix.
            unsafe { (*(header as *const Header as *const LargeBlock).sub(1)).size - size_of::<LargeBlock>() }
        } else {
            header.size_class.get() as usize * GRANULE
        }
    }

    /// Frees the memory of a cell whose fields are dropped already.
    ///
    /// # Safety
    /// The object is dead and its fields are dropped.
    unsafe fn release_cell(&self, header: *mut Header) {
        // SAFETY: the caller vouches; large objects follow their prefix.
        unsafe {
            if (*header).flags() & LARGE != 0 {
                let block = (header as *mut LargeBlock).sub(1);
                let (next, previous, size) = ((*block).next, (*block).previous, (*block).size);
                if previous.is_null() {
                    self.large.set(next)
                } else {
                    (*previous).next = next
                }
                if !next.is_null() {
                    (*next).previous = previous;
                }
                self.discharge(size);
                dealloc(block as *mut u8, large_memory(size));
            } else {
                let class = (*header).size_class.get() as usize;
                if poison::QUARANTINE == 0 {
                    self.put_on_free_list(header as *mut FreeCell, class);
                } else {
                    poison::poison(header.cast(), class * GRANULE);
                    let quarantine = self.quarantine.get_mut();
                    quarantine.push_back((header as *mut FreeCell, class));
                    if quarantine.len() > poison::QUARANTINE
                        && let Some((cell, class)) = quarantine.pop_front()
                    {
                        poison::unpoison(cell.cast(), class * GRANULE);
                        self.put_on_free_list(cell, class);
                        poison::poison(cell.cast(), class * GRANULE);
                    }
                }
            }
        }
    }

    /// # Safety
    /// The cell belongs to this size class, and nobody uses it.
    #[inline(always)]
    unsafe fn put_on_free_list(&self, cell: *mut FreeCell, class: usize) {
        let list = &self.free[class];
        // SAFETY: the caller vouches.
        unsafe { cell.write(FreeCell { kind: 0, next: list.get() }) };
        list.set(cell);
    }

    /// Ends one object: finalizer, weak references, fields, memory.
    ///
    /// # Safety
    /// Its last reference is gone.
    unsafe fn end(&self, header: *mut Header) {
        // SAFETY: the object is valid until its cell is released below.
        unsafe {
            let object = &*header;
            let class = object.class() as *const Class;
            let flags = object.flags();
            let finalizable = flags & SUBCLASS != 0 && (*class).has_finalizer.get()
                || object.kind() == Kind::Generator && crate::vm::ops::generators::needs_closing(&*(header as *const crate::object::generator::Generator));
            if finalizable && flags & FINALIZED == 0 {
                object.set_flag(FINALIZED);
                object.set_count(1);
                self.finalizers.get_mut().push(Finalizer::Delete(Value::from_bits(header as usize as u64)));
                self.request_attention();
                return;
            }
            if flags & HAS_WEAK_REFERENCES != 0 {
                self.weak.target_died(self, object);
            }
            if flags & SUBCLASS != 0
                && let Some(attributes) = (*class).attributes_of(object)
            {
                attributes.drop_in_place(object);
            }
            ((*class).layout.drop)(header);
            self.release_cell(header);
            if (*class).header.release() {
                free_object(&(*class).header as *const Header as *mut Header);
            }
        }
    }
}

/// Most cells of a size that a page can have.
fn cells_in_page(cell_size: usize) -> usize {
    (PAGE_SIZE - PAGE_HEADER) / cell_size
}

/// What the distance of a cell from its page's first one, in granules, is multiplied by to get its index in the upper bits: rounded up, which makes no
/// difference for whole cells as there are fewer than `1 << RECIPROCAL_BITS` granules in a page.
const fn reciprocal(class: usize) -> u32 {
    (1 << RECIPROCAL_BITS) / class as u32 + 1
}

const RECIPROCAL_BITS: u32 = 19;

/// The index of a cell in its page.
///
/// # Safety
/// The object lies in a page.
#[inline(always)]
unsafe fn cell_index(header: *const Header) -> (*const Page, usize) {
    let page = (header as usize & !(PAGE_SIZE - 1)) as *const Page;
    let granules = (header as usize - page as usize - PAGE_HEADER) / GRANULE;
    // SAFETY: the caller vouches.
    (page, ((granules as u32 * unsafe { (*page).reciprocal }) >> RECIPROCAL_BITS) as usize)
}

fn block_memory() -> Memory {
    // SAFETY: the alignment is a power of two and the size does not overflow.
    unsafe { Memory::from_size_align_unchecked(PAGES_IN_BLOCK * PAGE_SIZE, PAGE_SIZE) }
}

fn large_memory(size: usize) -> Memory {
    // SAFETY: the alignment is a power of two; sizes were checked against isize::MAX when the block was asked for.
    unsafe { Memory::from_size_align_unchecked(size, 16) }
}

/// The heap that an object lives in.
#[inline]
pub fn heap_of(header: &Header) -> &Heap {
    // SAFETY: every object lies in a page or behind a large block's prefix, and both know their heap.
    unsafe {
        if header.flags() & LARGE != 0 {
            &*(*(header as *const Header as *const LargeBlock).sub(1)).heap
        } else {
            &*(*((header as *const Header as usize & !(PAGE_SIZE - 1)) as *const Page)).heap
        }
    }
}

/// Frees an object whose last reference is gone, and whatever dies with it.
///
/// # Safety
/// Its reference count just became zero.
#[cold]
#[inline(never)]
pub unsafe fn free_object(header: *mut Header) {
    // SAFETY: the caller vouches for a dead object; objects in `dying` are dead and wait for just this.
    unsafe {
        let heap = heap_of(&*header) as *const Heap;
        if (*heap).draining.get() {
            (*heap).dying.get_mut().push(header);
            return;
        }
        (*heap).draining.set(true);
        let mut next = Some(header);
        while let Some(header) = next {
            // What dies with it dies in the order in which it was held; lists and tuples give up their last item first.
            let last_first = matches!((*header).kind(), Kind::List | Kind::Tuple);
            let waiting = (*heap).dying.get().len();
            (*heap).end(header);
            let dying = (*heap).dying.get_mut();
            if !last_first && dying.len() > waiting + 1 {
                dying[waiting..].reverse();
            }
            next = dying.pop();
        }
        (*heap).draining.set(false);
    }
}

impl Heap {
    /// Calls back for every live object.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&Header)) {
        let mut page = self.pages.get();
        while !page.is_null() {
            // SAFETY: pages on the list are live; every cell starts with a header or a free cell, told apart by the kind byte.
            unsafe {
                let first = (page as *mut u8).add(PAGE_HEADER);
                for index in 0..(*page).cells.get() as usize {
                    let cell = first.add(index * (*page).cell_size as usize);
                    if !poison::is_poisoned(cell) && (*(cell as *const Header)).kind() != Kind::Free {
                        visit(&*(cell as *const Header));
                    }
                }
                page = (*page).next;
            }
        }
        let mut block = self.large.get();
        while !block.is_null() {
            // SAFETY: blocks on the list are live and hold an object behind the prefix.
            unsafe {
                visit(&*(block.add(1) as *const Header));
                block = (*block).next;
            }
        }
    }

    /// The value whose word this is, if it is one: for words that were outside of the VM. An object must be alive.
    pub fn find(&self, word: u64) -> Option<Value> {
        if word & bits::POINTER_MASK != 0 {
            let known = word & (bits::FLOAT_BIT | bits::INT_MASK) == bits::INT_TAG
                || word & bits::FLOAT_BIT != 0
                || matches!(word, bits::NONE | bits::FALSE | bits::TRUE | bits::NOT_IMPLEMENTED | bits::ELLIPSIS);
            // SAFETY: these words hold no reference.
            return known.then(|| unsafe { Value::from_bits(word) });
        }
        let address = usize::try_from(word).ok()?;
        let live = |cell: *const Header| {
            // SAFETY: the caller found a cell that is no free one.
            let header = unsafe { &*cell };
            // SAFETY: a live object of this heap.
            (header.count() > 0).then(|| unsafe { Value::from_header(header) })
        };
        let mut page = self.pages.get();
        while !page.is_null() {
            // SAFETY: as in `for_each`.
            unsafe {
                let first = (page as usize) + PAGE_HEADER;
                let size = (*page).cell_size as usize;
                if address >= first && address < first + (*page).cells.get() as usize * size {
                    let cell = address as *mut u8;
                    let is_object = (address - first).is_multiple_of(size) && !poison::is_poisoned(cell) && (*(cell as *const Header)).kind() != Kind::Free;
                    return if is_object { live(cell as *const Header) } else { None };
                }
                page = (*page).next;
            }
        }
        let mut block = self.large.get();
        while !block.is_null() {
            // SAFETY: as in `for_each`.
            unsafe {
                if block.add(1) as usize == address {
                    return live(block.add(1) as *const Header);
                }
                block = (*block).next;
            }
        }
        None
    }

    /// Gives all memory back without looking at the objects: the VM is gone.
    pub(crate) fn release_all(&self) {
        self.pages.set(null_mut());
        self.unused_pages.set(0);
        for block in self.blocks.take() {
            // SAFETY: nobody refers to the objects any more.
            unsafe { dealloc(block, block_memory()) };
        }
        let mut block = self.large.replace(null_mut());
        while !block.is_null() {
            // SAFETY: nobody refers to the objects any more.
            unsafe {
                let next = (*block).next;
                dealloc(block as *mut u8, large_memory((*block).size));
                block = next;
            }
        }
    }
}
