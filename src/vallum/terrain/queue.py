"""Which of the cells that wait comes next?

A heap with four children to the parent, in one array of whole numbers: the upper half of an entry is the bit pattern of
a cost of 0 or more (which sorts as the cost does), the lower half is the cell. Entries are never moved when a cost
falls; a new one is pushed, and whoever pops an entry that is no longer true drops it.

Compiled functions that call these are cached in files of their own, which do not notice a change here: after one,
delete the `__pycache__` folders.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Heap = NDArray[np.uint64]

_CELL_BITS = np.uint64(32)
_CELL_MASK = np.uint64(0xFFFFFFFF)


@njit(cache=True, nogil=True)
def entry(cost: np.float32, cell: int) -> np.uint64:
    """Return the heap's entry for a cell (below 2**32) that can be reached at a cost."""
    return np.uint64((np.uint64(np.float32(cost).view(np.uint32)) << _CELL_BITS) | np.uint64(cell))


@njit(cache=True, nogil=True)
def cost_of(found: np.uint64) -> np.float32:
    """Return the cost in an entry."""
    return np.uint32(found >> _CELL_BITS).view(np.float32)


@njit(cache=True, nogil=True)
def cell_of(found: np.uint64) -> int:
    """Return the cell in an entry."""
    return np.int64(found & _CELL_MASK)  # type: ignore[return-value]  # signed, or sums become floats


@njit(cache=True, nogil=True)
def with_room(heap: Heap, size: int, more: int) -> Heap:
    """Return the heap, or one twice as large with the same entries when it cannot take so many more."""
    if size + more <= heap.size:
        return heap
    larger = np.empty(2 * heap.size + more, dtype=np.uint64)
    larger[:size] = heap[:size]
    return larger


@njit(cache=True, nogil=True)
def push(heap: Heap, size: int, new: np.uint64) -> int:
    """Add an entry to a heap that has room; return how many there are then."""
    place = size
    while place > 0:
        parent = (place - 1) >> 2
        if heap[parent] <= new:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = new
    return size + 1


@njit(cache=True, nogil=True)
def drop_first(heap: Heap, size: int) -> int:
    """Remove the least entry, `heap[0]`, of a heap that is not empty; return how many are left."""
    size -= 1
    last = heap[size]
    place = 0
    while True:
        child = 4 * place + 1
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + 4, size)):
            if heap[other] < heap[least]:
                least = other
        if heap[least] >= last:
            break
        heap[place] = heap[least]
        place = least
    heap[place] = last
    return size
