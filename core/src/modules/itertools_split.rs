//! `itertools`: iterators that share a source with others: `groupby` and its groups, `tee`.

use super::itertools::{Slot, ask, class_of, make, slot, visit_slot};
use crate::lazy_type;
use crate::object;
use crate::object::class::{CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::containers::receiver;
use crate::object::dict_views::pair;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::lazy::{Lazy, Progress, State};
use crate::object::value::Value;
use crate::vm::iterate::get_iter_then;
use crate::vm::native::{Action, Args, Call, Native};
use crate::vm::{Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

// ---- groupby

struct GroupBy {
    source: Value,
    key: Option<Value>,
    /// Key of the group given last.
    group_key: Slot,
    /// The item read last and its key.
    current_key: Slot,
    current: Slot,
    /// Numbers the groups: only the latest one may read.
    group: Cell<u64>,
    /// The object itself, not counted: groups refer to it.
    own: Cell<u64>,
}

lazy_type!(
    GroupBy,
    GROUP_BY,
    "groupby",
    "itertools",
    "make an iterator that returns consecutive keys and groups from the iterable",
    [Native::full(
        "__new__($type, iterable, key=None)",
        |vm, args| {
            let class = class_of::<GroupBy>(vm, args)?;
            let key = args.get(2).filter(|key| !key.is_none()).cloned();
            get_iter_then(vm, &args.positional[1], move |vm, source| {
                let action = make(
                    vm,
                    &class,
                    GroupBy { source, key, group_key: Mut::new(None), current_key: Mut::new(None), current: Mut::new(None), group: Cell::new(0), own: Cell::new(0) },
                )?;
                if let Action::Return(value) = &action
                    && let Some(this) = value.get::<Lazy<GroupBy>>()
                {
                    this.state.own.set(value.bits());
                }
                Ok(action)
            })
        },
        "Create and return a new object."
    ),]
);

impl GroupBy {
    /// An item was read: its key is needed.
    fn read(&self, item: Value) -> Result<Progress, Value> {
        match &self.key {
            None => Err(item),
            Some(key) => {
                let call = Call::new(key.clone(), [item.clone()]);
                drop(self.current.replace(Some(item)));
                Ok(Progress::Call(call))
            }
        }
    }

    /// The key of the item read last is known.
    fn keyed(&self, key: Value) {
        if self.key.is_none() {
            drop(self.current.replace(Some(key.clone())));
        }
        drop(self.current_key.replace(Some(key)));
    }

    /// Is the item read last still of the group given last?
    fn same_group(&self, vm: &mut Vm) -> Res<bool> {
        match (self.group_key.get().clone(), self.current_key.get().clone()) {
            (Some(group), Some(current)) => vm.equal(&group, &current),
            (None, None) => Ok(true),
            (None, Some(_)) => Ok(false),
            (Some(_), None) => Ok(true),
        }
    }

    /// The item read last begins a group, unless it belongs to the old one.
    fn begin(&self, vm: &mut Vm) -> Res<Progress> {
        if self.current_key.get().is_none() || self.same_group(vm)? {
            return Ok(Progress::Next(self.source.clone()));
        }
        let Some(key) = self.current_key.get().clone() else { return Ok(Progress::Done) };
        drop(self.group_key.replace(Some(key.clone())));
        let number = self.group.get();
        // SAFETY: the object that holds this state is alive while its methods run.
        let parent = unsafe { Value::from_header(self.own.get() as usize as *const Header) };
        let class = vm.class_from_spec(&GROUPER);
        let group = crate::object::iterators_combined::new_of(vm, &class, |header| Lazy::new(header, Grouper { parent, key: key.clone(), number }));
        Ok(Progress::Item(pair(vm, key, group)))
    }
}

impl State for GroupBy {
    fn step(&self, vm: &mut Vm) -> Res<Progress> {
        self.group.set(self.group.get() + 1);
        self.begin(vm)
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let Some(item) = item else { return Ok(Progress::Done) };
        match self.read(item) {
            Ok(progress) => Ok(progress),
            Err(key) => self.value(vm, key),
        }
    }

    fn value(&self, vm: &mut Vm, value: Value) -> Res<Progress> {
        self.keyed(value);
        self.begin(vm)
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.source);
        self.key.iter().for_each(&mut *visit);
        for slot in [&self.group_key, &self.current_key, &self.current] {
            visit_slot(slot, visit);
        }
    }
}

/// One group.
struct Grouper {
    /// The groupby object.
    parent: Value,
    key: Value,
    number: u64,
}

lazy_type!(Grouper, GROUPER, "_grouper", "itertools", "", []);

impl Grouper {
    fn group_by(&self) -> Option<&GroupBy> {
        self.parent.get::<Lazy<GroupBy>>().map(|parent| &parent.state).filter(|parent| parent.group.get() == self.number)
    }

    fn give(&self, vm: &mut Vm) -> Res<Progress> {
        let Some(parent) = self.group_by() else { return Ok(Progress::Done) };
        let Some(current) = parent.current_key.get().clone() else { return Ok(Progress::Done) };
        if !vm.equal(&self.key, &current)? {
            return Ok(Progress::Done);
        }
        Ok(self.group_by().and_then(|parent| parent.current.take()).map_or(Progress::Done, Progress::Item))
    }
}

impl State for Grouper {
    fn step(&self, vm: &mut Vm) -> Res<Progress> {
        match self.group_by() {
            None => Ok(Progress::Done),
            Some(parent) if parent.current.get().is_some() => self.give(vm),
            Some(parent) => Ok(Progress::Next(parent.source.clone())),
        }
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let (Some(item), Some(parent)) = (item, self.group_by()) else { return Ok(Progress::Done) };
        match parent.read(item) {
            Ok(progress) => Ok(progress),
            Err(key) => self.value(vm, key),
        }
    }

    fn value(&self, vm: &mut Vm, value: Value) -> Res<Progress> {
        let Some(parent) = self.group_by() else { return Ok(Progress::Done) };
        parent.keyed(value);
        self.give(vm)
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.parent);
        visit(&self.key);
    }
}

// ---- tee

/// A link of the chain of items that some `tee` iterators share.
#[repr(C)]
pub struct TeeNode {
    pub header: Header,
    /// Item and next link, once read.
    content: Mut<Option<(Value, Value)>>,
}

object!(
    TeeNode,
    Kind::Other,
    "_tee_dataobject",
    |this, visit| if let Some((item, next)) = this.content.get() {
        visit(item);
        visit(next);
    },
    |this| drop(this.content.take())
);

/// `itertools._tee_dataobject`
pub static TEE_NODE: TypeSpec = TypeSpec { module: "itertools", flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("_tee_dataobject", TeeNode::LAYOUT) };

struct Tee {
    source: Slot,
    /// The link that holds (or will hold) the next item.
    node: Mut<Value>,
}

lazy_type!(
    Tee,
    TEE,
    "_tee",
    "itertools",
    "Iterator wrapped to make it copyable.",
    [
        Native::full(
            "__new__($type, iterable, /)",
            |vm, args| {
                let class = class_of::<Tee>(vm, args)?;
                get_iter_then(vm, &args.positional[1], move |vm, source| {
                    let state = new_tee(vm, source);
                    make(vm, &class, state)
                })
            },
            "Create and return a new object."
        ),
        Native::simple(
            "__copy__($self, /)",
            |vm, args| {
                receiver::<Lazy<Tee>>(vm, args)?;
                Ok(copy_tee(vm, &args[0]))
            },
            "Returns an independent iterator."
        ),
    ]
);

fn new_node(vm: &mut Vm) -> Value {
    vm.class_from_spec(&TEE_NODE);
    vm.new_object(|header| TeeNode { header, content: Mut::new(None) })
}

/// The state for a new chain of items; a tee iterator is continued by its own chain.
fn new_tee(vm: &mut Vm, source: Value) -> Tee {
    match source.get::<Lazy<Tee>>() {
        Some(other) => Tee { source: Mut::new(other.state.source.get().clone()), node: Mut::new(other.state.node.get().clone()) },
        None => Tee { node: Mut::new(new_node(vm)), source: slot(source) },
    }
}

fn copy_tee(vm: &mut Vm, tee: &Value) -> Value {
    let state = new_tee(vm, tee.clone());
    let class = vm.class_from_spec(&TEE);
    crate::object::iterators_combined::new_of(vm, &class, |header| Lazy::new(header, state))
}

/// `itertools.tee(iterable, n)`
///
/// # Errors
/// ValueError; whatever `iter()` raises.
pub fn tee(vm: &mut Vm, args: &Args) -> Res<Action> {
    let count = match args.get(1) {
        Some(count) => vm.index_i64(count)?,
        None => 2,
    };
    if count < 0 {
        return Err(vm.value_error("n must be >= 0"));
    }
    vm.check_memory((count as usize).checked_mul(64))?;
    get_iter_then(vm, &args.positional[0], move |vm, source| {
        let state = new_tee(vm, source);
        let class = vm.class_from_spec(&TEE);
        let first = crate::object::iterators_combined::new_of(vm, &class, |header| Lazy::new(header, state));
        let mut all = Vec::with_capacity(count as usize);
        for index in 0..count {
            let next = if index == 0 { first.clone() } else { copy_tee(vm, &first) };
            all.push(next);
        }
        Ok(Action::Return(vm.new_tuple(all)))
    })
}

impl Tee {
    /// The item of the present link, if it was read; moves on.
    fn give(&self) -> Option<Value> {
        let (item, next) = self.node.get().get::<TeeNode>()?.content.get().clone()?;
        drop(self.node.replace(next));
        Some(item)
    }
}

impl State for Tee {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        match self.give() {
            Some(item) => Ok(Progress::Item(item)),
            None => ask(&self.source),
        }
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let Some(item) = item else { return Ok(Progress::Done) };
        // Another one may have read on meanwhile: the new item goes to the end of the chain.
        let mut node = self.node.get().clone();
        while let Some((_, next)) = node.get::<TeeNode>().and_then(|node| node.content.get().clone()) {
            node = next;
        }
        let next = new_node(vm);
        if let Some(node) = node.get::<TeeNode>() {
            drop(node.content.replace(Some((item, next))));
        }
        Ok(self.give().map_or(Progress::Done, Progress::Item))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit_slot(&self.source, visit);
        visit(self.node.get());
    }

    fn clear(&self) {
        drop(self.source.take());
    }
}
