"""A list as a priority queue: heap[0] is the smallest item."""

__all__ = [
    "heappush", "heappop", "heapify", "heapreplace", "merge", "nlargest", "nsmallest", "heappushpop",
    "heappush_max", "heappop_max", "heapify_max", "heapreplace_max", "heappushpop_max",
]

from _heapq import (
    heapify, heapify_max, heappop, heappop_max, heappush, heappush_max, heappushpop, heappushpop_max, heapreplace, heapreplace_max,
    _heapify_max, _heappop_max, _heapreplace_max,
)


def merge(*iterables, key=None, reverse=False):
    """The items of several sorted iterables, sorted, as a generator."""
    push_first, take_first, change_first = (heapify_max, heappop_max, heapreplace_max) if reverse else (heapify, heappop, heapreplace)
    sign = -1 if reverse else 1
    heap = []
    for order, iterable in enumerate(iterables):
        step = iter(iterable).__next__
        try:
            item = step()
        except StopIteration:
            continue
        heap.append([item if key is None else key(item), order * sign, item, step])
    push_first(heap)
    while len(heap) > 1:
        try:
            while True:
                entry = heap[0]
                yield entry[2]
                item = entry[3]()
                entry[0] = item if key is None else key(item)
                entry[2] = item
                change_first(heap, entry)
        except StopIteration:
            take_first(heap)
    if heap:
        _, _, item, step = heap[0]
        yield item
        yield from step.__self__


def nsmallest(n, iterable, key=None):
    """The n smallest items, sorted: as sorted(iterable, key=key)[:n]."""
    if n == 1:
        missing = object()
        result = min(iterable, default=missing, key=key)
        return [] if result is missing else [result]
    return sorted(iterable, key=key)[:n] if n > 0 else []


def nlargest(n, iterable, key=None):
    """The n largest items, largest first: as sorted(iterable, key=key, reverse=True)[:n]."""
    if n == 1:
        missing = object()
        result = max(iterable, default=missing, key=key)
        return [] if result is missing else [result]
    return sorted(iterable, key=key, reverse=True)[:n] if n > 0 else []
