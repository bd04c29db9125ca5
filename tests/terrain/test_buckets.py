from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.terrain.buckets import (
    AT,
    BUCKETS,
    FREE,
    USED,
    WAITING,
    bucket_of,
    counters,
    heads,
    put,
    sort_rest,
    take,
)

ROOM = 500


class Queue:
    """The arrays together, as the search holds them."""

    def __init__(self, base: float, width: float) -> None:
        self.heads, self.counted = heads(), counters()
        self.cells = np.empty(ROOM, np.int32)
        self.keys = np.empty(ROOM, np.float32)
        self.nexts = np.empty(ROOM, np.int32)
        self.base, self.width = base, width

    def put(self, cell: int, key: np.float32) -> None:
        bucket = bucket_of(key, self.base, self.width)
        put(self.heads, self.cells, self.keys, self.nexts, self.counted, bucket, cell, key)

    def next_bucket(self, cost: np.ndarray) -> list[tuple[int, np.float32]]:
        """Take all that waits in the first bucket that is not empty."""
        while self.counted[WAITING]:
            at = int(self.counted[AT])
            if at == BUCKETS:
                self.base = sort_rest(self.heads, self.cells, self.keys, self.nexts, self.counted, cost, self.width)
            elif self.heads[at] < 0:
                self.counted[AT] += 1
            else:
                found = []
                while self.heads[at] >= 0:
                    place = take(self.heads, self.nexts, self.counted, at)
                    found.append((int(self.cells[place]), self.keys[place]))
                return found
        return []


def costs(seed: int, count: int, widest: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    # Some alike, some far beyond the last bucket, some within one.
    return np.asarray(rng.choice([0.0, rng.random(), 1.0, 17.0, widest], count) * rng.random(count), np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 60), st.sampled_from([1.0, 1e5, 1e8]))
def test_whatever_is_put_in_comes_out_once_and_bucket_after_bucket(seed: int, count: int, widest: float) -> None:
    cost = costs(seed, count, widest)
    queue = Queue(0.0, 0.5)
    for cell, key in enumerate(cost):
        queue.put(cell, key)
    taken: list[int] = []
    most = -np.inf
    while found := queue.next_bucket(cost):
        keys = [float(key) for _, key in found]
        assert max(keys) - min(keys) <= queue.width
        assert min(keys) >= most
        most = max(keys)
        taken += [cell for cell, _ in found]
    assert sorted(taken) == list(range(count))
    assert queue.counted[WAITING] == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 60))
def test_of_the_unsorted_rest_only_what_is_still_true_is_kept(seed: int, count: int) -> None:
    late = costs(seed, count, 1e6) + np.float32(BUCKETS)
    queue = Queue(0.0, 1.0)
    for cell, key in enumerate(late):
        queue.put(cell, key)
    cost = late.copy()
    fallen = np.random.default_rng(seed).random(count) < 0.5
    cost[fallen] *= np.float32(0.5)
    for one in np.flatnonzero(fallen):
        queue.put(int(one), cost[one])
    taken: dict[int, list[np.float32]] = {}
    while found := queue.next_bucket(cost):
        for cell, key in found:
            taken.setdefault(cell, []).append(key)
    # One that fell far enough to leave the rest may have left an old entry behind, which the search passes over.
    assert all(sum(key == cost[cell] for key in taken[cell]) == 1 for cell in range(count))


def test_room_that_was_taken_from_is_used_again() -> None:
    queue = Queue(0.0, 1.0)
    for turn in range(200):
        for cell in range(3):
            queue.put(cell, np.float32(0.25 * cell))
        found = queue.next_bucket(np.zeros(3, np.float32))
        assert [cell for cell, _ in found] == [2, 1, 0], f"the last in is the first out, in turn {turn}"
    assert queue.counted[USED] == 3
    assert queue.counted[FREE] >= 0


def test_a_cost_beyond_the_last_bucket_waits_in_the_rest() -> None:
    assert bucket_of(np.float32(BUCKETS - 1), 0.0, 1.0) == BUCKETS - 1
    assert bucket_of(np.float32(BUCKETS), 0.0, 1.0) == BUCKETS
    assert bucket_of(np.float32(1e30), 0.0, 1e-7) == BUCKETS
    assert bucket_of(np.float32(7.9), 5.0, 1.0) == 2
