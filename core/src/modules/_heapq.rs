//! `_heapq`: a list as a priority queue, smallest (or largest) item first.

use super::ModuleSpec;
use crate::object::exception::Ex;
use crate::object::list::{self, List};
use crate::object::value::Value;
use crate::vm::native::Native;
use crate::vm::{Res, Vm};

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("heappush(heap, item, /)", |vm, args| push(vm, args, less), "Push item onto heap, maintaining the heap invariant."),
        Native::simple("heappop(heap, /)", |vm, args| pop(vm, args, less), "Pop the smallest item off the heap, maintaining the heap invariant."),
        Native::simple("heapreplace(heap, item, /)", |vm, args| replace(vm, args, less), "Pop and return the current smallest value, and add the new item."),
        Native::simple("heappushpop(heap, item, /)", |vm, args| push_pop(vm, args, less), "Push item on the heap, then pop and return the smallest item from the heap."),
        Native::simple("heapify(heap, /)", |vm, args| heapify(vm, args, less), "Transform list into a heap, in-place, in O(len(heap)) time."),
        Native::simple("heappush_max(heap, item, /)", |vm, args| push(vm, args, greater), "Push item onto max heap, maintaining the heap invariant."),
        Native::simple("heappop_max(heap, /)", |vm, args| pop(vm, args, greater), "Maxheap variant of heappop."),
        Native::simple("heapreplace_max(heap, item, /)", |vm, args| replace(vm, args, greater), "Maxheap variant of heapreplace."),
        Native::simple("heappushpop_max(heap, item, /)", |vm, args| push_pop(vm, args, greater), "Maxheap variant of heappushpop."),
        Native::simple("heapify_max(heap, /)", |vm, args| heapify(vm, args, greater), "Maxheap variant of heapify."),
        Native::simple("_heappop_max(heap, /)", |vm, args| pop(vm, args, greater), "Maxheap variant of heappop."),
        Native::simple("_heapreplace_max(heap, item, /)", |vm, args| replace(vm, args, greater), "Maxheap variant of heapreplace."),
        Native::simple("_heapify_max(heap, /)", |vm, args| heapify(vm, args, greater), "Maxheap variant of heapify."),
    ],
    ..ModuleSpec::new("_heapq", "Heap queue algorithm (a.k.a. priority queue).")
};

/// Does the first belong nearer to the top?
type Before = fn(&mut Vm, &Value, &Value) -> Res<bool>;

fn less(vm: &mut Vm, one: &Value, other: &Value) -> Res<bool> {
    vm.less(one, other)
}

fn greater(vm: &mut Vm, one: &Value, other: &Value) -> Res<bool> {
    vm.less(other, one)
}

fn heap<'a>(vm: &mut Vm, args: &'a [Value]) -> Res<&'a List> {
    match args.first().and_then(|heap| heap.get::<List>()) {
        Some(heap) => Ok(heap),
        None => {
            let name = args.first().map(|heap| vm.type_name(heap)).unwrap_or_default();
            Err(vm.type_error(&alloc::format!("heap argument must be a list, not {name}")))
        }
    }
}

/// The item at a place that a comparison may have taken away meanwhile.
fn at(vm: &mut Vm, heap: &List, place: usize) -> Res<Value> {
    heap.at(place).ok_or(()).map_err(|()| vm.raise(Ex::RuntimeError, "list changed size during iteration"))
}

/// Compares two items of the heap; RuntimeError if that changes its length.
fn ordered(vm: &mut Vm, heap: &List, before: Before, one: &Value, other: &Value) -> Res<bool> {
    let length = heap.len();
    let answer = before(vm, one, other)?;
    if heap.len() != length {
        return Err(vm.raise(Ex::RuntimeError, "list changed size during iteration"));
    }
    Ok(answer)
}

fn swap(heap: &List, one: usize, other: usize) {
    let items = heap.items.get_mut();
    if one < items.len() && other < items.len() {
        items.swap(one, other);
    }
}

/// Moves the item at `place` up to where it belongs, not above `top`.
fn rise(vm: &mut Vm, heap: &List, before: Before, top: usize, mut place: usize) -> Res<()> {
    while place > top {
        let parent = (place - 1) / 2;
        let (item, above) = (at(vm, heap, place)?, at(vm, heap, parent)?);
        if !ordered(vm, heap, before, &item, &above)? {
            break;
        }
        swap(heap, place, parent);
        place = parent;
    }
    Ok(())
}

/// Moves the item at `top` down to the bottom, the better child up each time, then up again to where it belongs: fewer comparisons.
fn sink(vm: &mut Vm, heap: &List, before: Before, top: usize) -> Res<()> {
    let end = heap.len();
    let mut place = top;
    while 2 * place + 1 < end {
        let (left, right) = (2 * place + 1, 2 * place + 2);
        let mut child = left;
        if right < end {
            let (one, other) = (at(vm, heap, left)?, at(vm, heap, right)?);
            if !ordered(vm, heap, before, &one, &other)? {
                child = right;
            }
        }
        swap(heap, place, child);
        place = child;
    }
    rise(vm, heap, before, top, place)
}

fn push(vm: &mut Vm, args: &[Value], before: Before) -> Res<Value> {
    let heap = heap(vm, args)?;
    list::append(vm, heap, args[1].clone())?;
    rise(vm, heap, before, 0, heap.len() - 1)?;
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: &[Value], before: Before) -> Res<Value> {
    let heap = heap(vm, args)?;
    let Some(last) = heap.items.get_mut().pop() else { return Err(vm.raise(Ex::IndexError, "index out of range")) };
    let Some(top) = heap.items.get_mut().first_mut() else { return Ok(last) };
    let top = core::mem::replace(top, last);
    sink(vm, heap, before, 0)?;
    Ok(top)
}

fn replace(vm: &mut Vm, args: &[Value], before: Before) -> Res<Value> {
    let heap = heap(vm, args)?;
    let Some(top) = heap.items.get_mut().first_mut() else { return Err(vm.raise(Ex::IndexError, "index out of range")) };
    let top = core::mem::replace(top, args[1].clone());
    sink(vm, heap, before, 0)?;
    Ok(top)
}

fn push_pop(vm: &mut Vm, args: &[Value], before: Before) -> Res<Value> {
    let heap = heap(vm, args)?;
    let Some(top) = heap.at(0) else { return Ok(args[1].clone()) };
    if !before(vm, &top, &args[1])? {
        return Ok(args[1].clone());
    }
    if heap.is_empty() {
        return Err(vm.raise(Ex::IndexError, "index out of range"));
    }
    replace(vm, args, before)
}

fn heapify(vm: &mut Vm, args: &[Value], before: Before) -> Res<Value> {
    let heap = heap(vm, args)?;
    for place in (0..heap.len() / 2).rev() {
        sink(vm, heap, before, place)?;
    }
    Ok(Value::NONE)
}
