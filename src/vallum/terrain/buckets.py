"""Which of the cells that wait comes next, when they are sorted only as finely as needed?

Cells wait in buckets of equal width of cost (Dial, Algorithm 360: shortest-path forest with topological ordering,
1969). Where every step costs at least a bucket's width, whatever is taken from the bucket in turn is final whatever its
order within (Dinitz 1978); where steps may cost less, nothing included, a cell whose cost falls again is put back into
the same bucket and taken out again. What is beyond the last bucket waits unsorted until the others are empty.

A queue is three arrays and a few counters, so that compiled code can hand it back between chunks of work. Compiled
functions that call these are cached in files of their own, which do not notice a change here: after one, delete the
`__pycache__` folders.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

BUCKETS = 4096
_NOBODY = -1

# The places of the counters.
AT, FREE, USED, WAITING, SETTLED = 0, 1, 2, 3, 4
COUNTERS = 5


def heads() -> NDArray[np.int32]:
    """Return the first entry of each bucket, and of the unsorted rest behind them: nobody."""
    return np.full(BUCKETS + 1, _NOBODY, dtype=np.int32)


def counters() -> IntArray:
    """Return the counters of an empty queue."""
    fresh = np.zeros(COUNTERS, dtype=np.int64)
    fresh[FREE] = _NOBODY
    return fresh


@njit(cache=True, nogil=True)
def bucket_of(cost: np.float32, base: float, width: float) -> int:
    """Return the bucket of a cost, the last one for all that is beyond."""
    place = (np.float64(cost) - base) / width
    return int(place) if place < BUCKETS else BUCKETS


@njit(cache=True, nogil=True)
def put(heads, cells, keys, nexts, counters, bucket, cell, key):  # type: ignore[no-untyped-def]
    """Add an entry; the arrays must have room for it."""
    entry = counters[FREE]
    if entry >= 0:
        counters[FREE] = nexts[entry]
    else:
        entry = counters[USED]
        counters[USED] += 1
    cells[entry], keys[entry], nexts[entry] = cell, key, heads[bucket]
    heads[bucket] = entry
    counters[WAITING] += 1


@njit(cache=True, nogil=True)
def take(heads, nexts, counters, bucket):  # type: ignore[no-untyped-def]
    """Remove the last entry put into a bucket that is not empty; return its place, which is free from now on."""
    entry = heads[bucket]
    heads[bucket] = nexts[entry]
    nexts[entry] = counters[FREE]
    counters[FREE] = entry
    counters[WAITING] -= 1
    return entry


@njit(cache=True, nogil=True)
def sort_rest(heads, cells, keys, nexts, counters, cost, width):  # type: ignore[no-untyped-def]
    """Sort the rest into the buckets, all of which are empty; entries that are no longer true are dropped.

    Returns
    -------
    float
        The cost at which the first bucket now begins.
    """
    base = np.inf
    entry = heads[BUCKETS]
    while entry >= 0:
        if keys[entry] == cost[cells[entry]] and keys[entry] < base:
            base = np.float64(keys[entry])
        entry = nexts[entry]
    entry = heads[BUCKETS]
    heads[BUCKETS] = _NOBODY
    while entry >= 0:
        after = nexts[entry]
        if keys[entry] == cost[cells[entry]]:
            bucket = bucket_of(keys[entry], base, width)
            nexts[entry] = heads[bucket]
            heads[bucket] = entry
        else:
            nexts[entry] = counters[FREE]
            counters[FREE] = entry
            counters[WAITING] -= 1
        entry = after
    counters[AT] = 0
    return base
