"""How many sensors does a crossing meet at least, and how many must fail before one meets none?

*Thickness* is the least number of times a way enters what some sensor sees, a sensor met again after it was left being
counted again; *resilience* is the least number of sensors whose loss opens a way that nobody sees, which is the least
number of different sensors on a way. For discs thickness / 3 <= resilience <= thickness (Bereg and Kirkpatrick,
Approximating barrier resilience in wireless sensor networks, 2009). What sensors see of real ground are not discs:
there the upper bound holds, the lower is a guide, and a lower bound that always holds is how many at once see every way
somewhere.

Both are found on sets of bits, a bit for each sensor (`vallum.terrain.whosees`): stepping into a cell costs one for
every bit that the cell before did not have. Ways step to the four neighbours only, so that a wall of cells that touch
by their corners is not slipped through. Counts are exact because sensors that share a bit see no cells next to each
other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.plan.band import Band
from vallum.terrain.queue import drop_first, push, with_room
from vallum.terrain.whosees import Posts

IntArray = NDArray[np.int64]
Bits = NDArray[np.uint64]
Labels = NDArray[np.uint32]

# A label is a count and, below it, how many cells the way has so far: of equal counts the shorter way comes first.
_CELLS_OF_A_WAY = np.uint32(20)
_UNREACHED = np.uint32(0xFFFFFFFF)
_MOST = 4_000
_FOUR = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Resilience:
    """How many sensors must be lost, at least, before some way meets none.

    Attributes
    ----------
    at_least
        So many see every way at once at some place of it.
    at_least_of_discs
        A third of the thickness, rounded up: proven where every sensor sees a disc, elsewhere a guide.
    at_most
        So many different sensors meet the thinnest way: without them it is open.
    sensors
        Those, by their places along the line.
    """

    at_least: int
    at_least_of_discs: int
    at_most: int
    sensors: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Thickness:
    """The fewest sensors that crossings meet, for each step of chainage; -1 where no way crosses.

    Attributes
    ----------
    band
        The ground it was found on.
    sets
        Who sees each cell.
    entered
        Least number of entries into what a sensor sees, of any way that first crosses there.
    at_once
        Every way that first crosses there is somewhere seen by at least so many at once: the line is so many times
        covered against crossings whatever (strong k-barrier coverage with k no less than this).
    """

    band: Band
    sets: Bits
    entered: IntArray
    at_once: IntArray
    _from_outer: Labels
    _from_home: Labels
    _through: IntArray

    @property
    def thickness(self) -> int:
        """The least number of entries of any crossing; -1 where none is possible."""
        return int(self.entered[self._thinnest()]) if (self.entered >= 0).any() else -1

    def way(self, chainage_m: float | None = None) -> IntArray:
        """Return the cells of a thinnest way, (n, 2), from the outer edge.

        With a chainage, one of those that first cross the line there.

        Raises
        ------
        ValueError
            If no way crosses there.
        """
        step = self._thinnest() if chainage_m is None else self.band.step_of(chainage_m)
        if self.entered[step] < 0:
            raise ValueError("No way crosses the line there: the ground is blocked or not on the grid.")
        over = self.band.over
        there = _back(self._from_outer, self.sets, int(over.start[self._through[step]]))
        back = _back(self._from_home, self.sets, int(over.end[self._through[step]]))
        return np.array(there[::-1] + back, dtype=np.int64)

    def resilience(self, posts: Posts) -> Resilience:
        """Return bounds of the resilience of the whole stretch.

        Parameters
        ----------
        posts
            Whose bits the sets hold.

        Raises
        ------
        ValueError
            If no way crosses at all.
        """
        met = {post for row, column in self.way() for post in posts.who(self.sets, int(row), int(column))}
        crossed = self.at_once[self.at_once >= 0]
        return Resilience(int(crossed.min()), ceil(self.thickness / 3), len(met), tuple(sorted(met)))

    def _thinnest(self) -> int:
        return int(np.argmin(np.where(self.entered >= 0, self.entered, _MOST + 1)))


def thickness(band: Band, sets: Bits, blocked: NDArray[np.bool_] | None = None) -> Thickness:
    """Find the fewest sensors that crossings meet.

    Parameters
    ----------
    band
        The ground.
    sets
        (rows, columns, words), uint64: who sees each cell.
    blocked
        Cells where nobody can go.

    Raises
    ------
    ValueError
        If the arrays are not of the band's grid.

    Examples
    --------
    Two sensors see discs that do not quite meet; a third stands behind the gap.

    >>> band = Band.straight(rows=24, columns=40, cell_m=50.0, step_m=500.0)
    >>> row, column = np.indices((24, 40))
    >>> sets = np.zeros((24, 40, 1), dtype=np.uint64)
    >>> for sensor, (at_row, at_column) in enumerate([(8, 8), (8, 28), (16, 18)]):
    ...     sets[np.hypot(row - at_row, column - at_column) < 9.0] |= np.uint64(1 << sensor)
    >>> found = thickness(band, sets)
    >>> found.entered.tolist(), found.at_once.tolist(), found.thickness
    ([1, 1, 1, 0], [1, 1, 1, 0], 0)
    """
    if sets.ndim != 3 or sets.shape[:2] != band.offset_m.shape or sets.dtype != np.uint64:
        raise ValueError(f"Sets {sets.dtype} {sets.shape} are not uint64 of the band's grid, {band.offset_m.shape}.")
    open_ = band.inside.copy() if blocked is None else band.inside & ~blocked
    columns, over = sets.shape[1], band.over
    outer, home = (edge[open_[edge[:, 0], edge[:, 1]]] @ np.array([columns, 1]) for edge in (band.outer, band.home))
    labels = {
        (side, at_once): _fewest(sets, ground, starts, at_once)
        for side, starts, ground in (("outer", outer, open_ & (band.offset_m < 0.0)), ("home", home, open_))
        for at_once in (False, True)
    }
    # The king's four moves along rows and columns are the first of the sixteen.
    near = np.flatnonzero((over.move < 4) & open_.ravel()[over.start] & open_.ravel()[over.end])
    start, end, step = over.start[near], over.end[near], over.step[near]
    flat = sets.reshape(-1, sets.shape[2])
    both = np.bitwise_count(flat[start] & flat[end]).sum(axis=1).astype(np.int64)
    there, back = (labels[side, False].ravel()[cell] for side, cell in (("outer", start), ("home", end)))
    reached = (there != _UNREACHED) & (back != _UNREACHED)
    sums = _count(there) + _count(back) - both
    most = np.maximum(*(_count(labels[side, True].ravel()[cell]) for side, cell in (("outer", start), ("home", end))))
    entered, at_once, through = (np.full(band.steps, -1, dtype=np.int64) for _ in range(3))
    for values, into in ((sums, entered), (most, at_once)):
        order = np.flatnonzero(reached)
        order = order[np.lexsort((_cells(there[order]) + _cells(back[order]), values[order], step[order]))]
        steps, first = np.unique(step[order], return_index=True)
        into[steps] = values[order[first]]
        if into is entered:
            through[steps] = near[order[first]]
    return Thickness(band, sets, entered, at_once, labels["outer", False], labels["home", False], through)


def _count(labels: Labels) -> IntArray:
    return (labels >> _CELLS_OF_A_WAY).astype(np.int64)


def _cells(labels: Labels) -> IntArray:
    return (labels & np.uint32((1 << 20) - 1)).astype(np.int64)


def _back(labels: Labels, sets: Bits, cell: int) -> list[tuple[int, int]]:
    """Return the cells from one back to the edge, along a way of the fewest entries."""
    rows, columns = labels.shape
    row, column = divmod(cell, columns)
    way = [(row, column)]
    while _cells(labels[row, column]) > 0:
        for down, right in _FOUR.tolist():
            before = (row + down, column + right)
            if not (0 <= before[0] < rows and 0 <= before[1] < columns) or labels[before] >= labels[row, column]:
                continue
            new = int(np.bitwise_count(sets[row, column] & ~sets[before]).sum())
            if int(labels[before]) + (new << 20) + 1 == int(labels[row, column]):
                row, column = before
                break
        else:
            raise ValueError(f"No way is told from more than {_MOST} entries: are the sets of this ground?")
        way.append((row, column))
    return way


@njit(cache=True, nogil=True)
def _ones(bits):  # type: ignore[no-untyped-def]
    """Count the bits of a word: in pairs, in fours, in eights, then all at once (Warren, Hacker's Delight, 5-1)."""
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def _fewest(sets, open_, starts, at_once):  # type: ignore[no-untyped-def]
    """Return the label of every cell: the least count from the starts, of entries or of the most at once."""
    rows, columns, words = sets.shape
    labels = np.full((rows, columns), _UNREACHED, np.uint32)
    heap, size = np.empty(1024, np.uint64), 0
    for start in starts:
        row, column, met = start // columns, start % columns, 0
        for word in range(words):
            met += _ones(sets[row, column, word])
        labels[row, column] = np.uint32(min(met, _MOST)) << _CELLS_OF_A_WAY
        heap = with_room(heap, size, 1)
        size = push(heap, size, (np.uint64(labels[row, column]) << np.uint64(32)) | np.uint64(start))
    while size > 0:
        label, cell = np.uint32(heap[0] >> np.uint64(32)), np.int64(heap[0] & np.uint64(0xFFFFFFFF))
        size = drop_first(heap, size)
        row, column = cell // columns, cell % columns
        if label != labels[row, column]:
            continue
        heap = with_room(heap, size, 4)
        so_far, cells = np.int64(label >> _CELLS_OF_A_WAY), np.int64(label & np.uint32((1 << 20) - 1))
        for move in range(4):
            to_row, to_column = row + _FOUR[move, 0], column + _FOUR[move, 1]
            if to_row < 0 or to_column < 0 or to_row >= rows or to_column >= columns or not open_[to_row, to_column]:
                continue
            count = 0 if at_once else so_far
            for word in range(words):
                there = sets[to_row, to_column, word]
                count += _ones(there if at_once else there & ~sets[row, column, word])
            if at_once:
                count = max(count, so_far)
            new = np.uint32((np.int64(min(count, _MOST)) << np.int64(20)) + cells + 1)
            if new < labels[to_row, to_column]:
                labels[to_row, to_column] = new
                to_cell = np.uint64(to_row * columns + to_column)
                size = push(heap, size, (np.uint64(new) << np.uint64(32)) | to_cell)
    return labels
