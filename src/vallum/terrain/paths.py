"""What does the cheapest way across the ground cost, and where does it run?

A way goes from the middle of a cell to the middle of one of sixteen others, at the cost that `vallum.terrain.steps`
puts on it. Costs from many starts are found by label setting (Dijkstra, A note on two problems in connexion with
graphs, 1959) and kept in single precision: 4 bytes a cell. No predecessors are kept; the way to a cell is walked back
from the costs, which tell exactly from where each was reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.terrain.queue import cell_of, cost_of, drop_first, entry, push, with_room
from vallum.terrain.steps import DIAGONAL, FARTHEST_STEP, KNIGHT, MOVES, step_cost

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Rate = NDArray[np.float32]

_CELLS_AT_ONCE = 100_000
_MOST_CELLS = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class CostField:
    """Least costs from a set of starts to every cell.

    Attributes
    ----------
    cost
        Shape of the grid, float32; infinite where no way leads, or none cheaper than the limit asked for.
    rate
        What a metre costs, float32, infinite where a cell is blocked. The costs hold for these rates: see `lowered`.
    cell_m
        Side of a cell, metres.
    starts
        Flat numbers of the cells it starts from.
    offsets
        What has been paid at each start, float32.
    """

    cost: NDArray[np.float32]
    rate: Rate
    cell_m: float
    starts: IntArray
    offsets: NDArray[np.float32]

    def way_to(self, row: int, column: int) -> IntArray:
        """Return the cells of a cheapest way, first the start, last the cell asked for.

        Where several ways cost the same, as on ground that costs nothing, stretches of equal cost are crossed by the
        shortest way in metres.

        Returns
        -------
        numpy.ndarray
            (n, 2): row and column.

        Raises
        ------
        ValueError
            If no way leads there, or the rates were changed after the costs were found.

        Examples
        --------
        >>> rate = np.ones((3, 5), dtype=np.float32)
        >>> rate[:2, 2] = np.nan
        >>> least_cost(rate, np.array([[0, 0]]), 10.0).way_to(0, 4).tolist()
        [[0, 0], [1, 1], [2, 2], [1, 3], [0, 4]]
        """
        rows, columns = self.cost.shape
        if not (0 <= row < rows and 0 <= column < columns):
            raise ValueError(f"Cell {row}, {column} is not on the grid of {rows} x {columns} cells.")
        if not np.isfinite(self.cost[row, column]):
            raise ValueError(f"No way leads from the starts to cell {row}, {column}.")
        way = _walk_back(self.rate, self.cost, self.begins, row * columns + column, self.cell_m)
        if not way.size:
            raise ValueError("The costs do not fit the rates: were the rates changed after the costs were found?")
        return np.stack(np.divmod(way[::-1], columns), axis=1)

    @property
    def begins(self) -> NDArray[np.bool_]:
        """At which cells, by flat number, ways begin: the starts that no way from another start reaches cheaper."""
        begins = np.zeros(self.cost.size, dtype=np.bool_)
        begins[self.starts[self.cost.ravel()[self.starts] == self.offsets]] = True
        return begins


def least_cost(
    rate: NDArray[np.floating[Any]],
    starts: IntArray,
    cell_m: float,
    offsets: NDArray[np.floating[Any]] | None = None,
    limit: float = np.inf,
    progress: Callable[[float], object] | None = None,
) -> CostField:
    """Find what it costs at least to reach every cell.

    Parameters
    ----------
    rate
        (rows, columns): what a metre of way costs, 0 or more; NaN or infinite where no way may lead.
    starts
        (n, 2): row and column of the cells ways start from; those on blocked cells are passed over.
    cell_m
        Side of a cell, metres.
    offsets
        What has been paid at each start; nothing unless given.
    limit
        Costs from here on are not looked for: their cells stay infinite.
    progress
        Called between chunks of cells with the share done. What it raises stops the work and is passed on: that is how
        to cancel.

    Returns
    -------
    CostField
        Its rates are the array given when that is float32 without NaN, else a copy.

    Raises
    ------
    ValueError
        If rates, offsets or measures are negative, or a start is off the grid.

    Examples
    --------
    >>> rate = np.ones((3, 4), dtype=np.float32)
    >>> least_cost(rate, np.array([[0, 0]]), 10.0).cost.astype(int).tolist()
    [[0, 10, 20, 30], [10, 14, 22, 32], [20, 22, 28, 36]]
    """
    rate = _sound_rate(rate, cell_m)
    rows, columns = rate.shape
    starts = np.asarray(starts, dtype=np.int64).reshape(-1, 2)
    paid = np.zeros(len(starts)) if offsets is None else np.asarray(offsets, dtype=np.float64).ravel()
    if paid.shape != (len(starts),) or not (paid >= 0.0).all():
        raise ValueError("Every start needs an offset of 0 or more.")
    if not ((starts >= 0) & (starts < (rows, columns))).all():
        raise ValueError(f"A start is not on the grid of {rows} x {columns} cells.")
    flat = starts[:, 0] * columns + starts[:, 1]
    offset = (paid + 0.0).astype(np.float32)
    open_ = np.isfinite(rate.ravel()[flat]) & (offset < limit)
    cost = np.full(rate.shape, np.inf, dtype=np.float32)
    np.minimum.at(cost.ravel(), flat[open_], offset[open_])
    found = CostField(cost, rate, float(cell_m), flat, offset)
    _settle_all(found, np.unique(flat[open_]), limit, progress, logged=False)
    return found


@contextmanager
def lowered(found: CostField, rows: slice, columns: slice, limit: float = np.inf) -> Iterator[IntArray]:
    """Hold costs lowered to rates that have fallen inside a window, and put them back afterwards.

    Only what becomes cheaper is worked on again, inside the window and beyond it; the result is that of finding all
    costs anew. May be used inside itself: the last window is put back first.

    Parameters
    ----------
    found
        Costs, whose `rate` the caller has lowered inside the window, and puts back afterwards.
    rows, columns
        The window, both ends given.
    limit
        Costs from here on are left as they were.

    Yields
    ------
    numpy.ndarray
        Flat numbers of the cells whose cost fell.

    Examples
    --------
    >>> rate = np.ones((1, 9), dtype=np.float32)
    >>> found = least_cost(rate, np.array([[0, 0]]), 10.0)
    >>> rate[0, 4] = 0.0
    >>> with lowered(found, slice(0, 1), slice(4, 5)) as fell:
    ...     fell.tolist(), found.cost[0, 8]
    ([4, 5, 6, 7, 8], np.float32(70.0))
    >>> found.cost[0, 8]
    np.float32(80.0)
    """
    count = found.cost.shape
    first, after = (
        [max(getattr(side, end) + reach, 0) for side in (rows, columns)]
        for end, reach in (("start", -FARTHEST_STEP), ("stop", FARTHEST_STEP))
    )
    beside = found.cost[first[0] : after[0], first[1] : after[1]]
    row, column = np.nonzero(beside < limit)
    cells, costs = _settle_all(found, (row + first[0]) * count[1] + column + first[1], limit, None, logged=True)
    try:
        yield np.unique(cells)
    finally:
        # A cell may be in the log more than once; of repeated numbers NumPy writes the last, here the oldest.
        found.cost.ravel()[cells[::-1]] = costs[::-1]


def _sound_rate(rate: NDArray[np.floating[Any]], cell_m: float) -> Rate:
    if rate.ndim != 2 or not 0 < rate.size < _MOST_CELLS:
        raise ValueError(f"Rates are a grid of rows and columns with 1 to {_MOST_CELLS:,} cells, not {rate.shape}.")
    if not (np.isfinite(cell_m) and cell_m > 0.0):
        raise ValueError(f"cell_m is {cell_m}; give the side of a cell in metres, above 0.")
    sound = np.ascontiguousarray(rate, dtype=np.float32)
    least = sound.min()
    if np.isnan(least):
        sound = np.where(np.isnan(sound), np.float32(np.inf), sound)
        least = sound.min()
    if least < 0.0:
        raise ValueError(f"A rate is {least}; what a metre costs is 0 or more, NaN where no way may lead.")
    return sound


def _settle_all(
    found: CostField, cells: IntArray, limit: float, progress: Callable[[float], object] | None, logged: bool
) -> tuple[IntArray, NDArray[np.float32]]:
    """Spread costs from some cells until nothing falls; return the cells that fell and what they cost before."""
    keys = found.cost.ravel()[cells].view(np.uint32).astype(np.uint64)
    heap = np.sort((keys << np.uint64(32)) | cells.astype(np.uint64))
    size = len(heap)
    heap = np.concatenate([heap, np.empty(1024, dtype=np.uint64)])
    log_cells = np.empty(1024 if logged else 0, dtype=np.int64)
    log_costs = np.empty(len(log_cells), dtype=np.float32)
    log_size, settled = 0, 0
    while size:
        heap, size, log_cells, log_costs, log_size, done = _settle(
            found.rate, found.cost, found.cell_m, limit, heap, size, log_cells, log_costs, log_size, _CELLS_AT_ONCE
        )
        settled += done
        if progress is not None:
            progress(min(1.0, settled / found.cost.size) if size else 1.0)
    return log_cells[:log_size], log_costs[:log_size]


@njit(cache=True, nogil=True)
def _settle(  # type: ignore[no-untyped-def]
    rate, cost, cell_m, limit, heap, size, log_cells, log_costs, log_size, at_most
):
    """Settle cells in order of cost until none waits or enough are done."""
    rows, columns = cost.shape
    logs, done = log_cells.size > 0, 0
    while size > 0 and done < at_most:
        cell, key = cell_of(heap[0]), cost_of(heap[0])
        size = drop_first(heap, size)
        row, column = cell // columns, cell % columns
        if key != cost[row, column]:
            continue
        done += 1
        heap = with_room(heap, size, 16)
        if logs and log_size + 16 > log_cells.size:
            more_cells, more_costs = np.empty(2 * log_size + 16, np.int64), np.empty(2 * log_size + 16, np.float32)
            more_cells[:log_size], more_costs[:log_size] = log_cells[:log_size], log_costs[:log_size]
            log_cells, log_costs = more_cells, more_costs
        paid, here = np.float64(key), np.float64(rate[row, column])
        for move in range(16):
            to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
            if to_row < 0 or to_column < 0 or to_row >= rows or to_column >= columns:
                continue
            before = cost[to_row, to_column]
            if before <= key:
                continue
            there = np.float64(rate[to_row, to_column])
            new = np.float32(paid + step_cost(rate, row, column, move, here, there, cell_m))
            if new < before and new < limit:
                if logs:
                    log_cells[log_size], log_costs[log_size] = to_row * columns + to_column, before
                    log_size += 1
                cost[to_row, to_column] = new
                size = push(heap, size, entry(new, to_row * columns + to_column))
    return heap, size, log_cells, log_costs, log_size, done


@njit(cache=True, nogil=True)
def steps_to(rate, cost, row, column, move, cell_m):  # type: ignore[no-untyped-def]
    """Return the cell from which a move leads here at exactly the cost here, or -1."""
    rows, columns = cost.shape
    from_row, from_column = row - MOVES[move, 0], column - MOVES[move, 1]
    if from_row < 0 or from_column < 0 or from_row >= rows or from_column >= columns:
        return -1
    paid = cost[from_row, from_column]
    if not paid <= cost[row, column]:
        return -1
    here, there = np.float64(rate[from_row, from_column]), np.float64(rate[row, column])
    step = step_cost(rate, from_row, from_column, move, here, there, cell_m)
    if np.float32(np.float64(paid) + step) != cost[row, column]:
        return -1
    return from_row * columns + from_column


@njit(cache=True, nogil=True)
def cheaper_before(rate, cost, cell, cell_m):  # type: ignore[no-untyped-def]
    """Return a cell that costs less and from which one step leads here at the cost here, or -1."""
    columns = cost.shape[1]
    row, column = cell // columns, cell % columns
    for move in range(16):
        before = steps_to(rate, cost, row, column, move, cell_m)
        if before >= 0 and cost[before // columns, before % columns] < cost[row, column]:
            return before
    return -1


@njit(cache=True, nogil=True)
def _walk_back(rate, cost, begins, cell, cell_m):  # type: ignore[no-untyped-def]
    """Return the cells from one back to a start; none when the costs do not fit the rates."""
    columns = cost.shape[1]
    way, size = np.empty(1024, np.int64), 0
    length_m, towards = np.empty(0, np.float32), np.empty(0, np.int32)
    heap, level = np.empty(1024, np.uint64), np.empty(1024, np.int64)
    while True:
        if size + 1 > way.size:
            longer = np.empty(2 * way.size, np.int64)
            longer[:size] = way[:size]
            way = longer
        way[size] = cell
        size += 1
        if begins[cell]:
            return way[:size]
        before = cheaper_before(rate, cost, cell, cell_m)
        if before >= 0:
            cell = before
            continue
        # Nothing cheaper is beside it: over cells of equal cost, by the shortest way, to one that has.
        if length_m.size == 0:
            length_m, towards = np.full(cost.size, np.inf, np.float32), np.empty(cost.size, np.int32)
        length_m[cell], level[0], levels = 0.0, cell, 1
        waiting = push(heap, 0, entry(np.float32(0.0), cell))
        end = -1
        while waiting > 0 and end < 0:
            here, so_far_m = cell_of(heap[0]), cost_of(heap[0])
            waiting = drop_first(heap, waiting)
            if so_far_m != length_m[here]:
                continue
            if here != cell and (begins[here] or cheaper_before(rate, cost, here, cell_m) >= 0):
                end = here
                break
            heap = with_room(heap, waiting, 16)
            if levels + 16 > level.size:
                wider = np.empty(2 * level.size, np.int64)
                wider[:levels] = level[:levels]
                level = wider
            for move in range(16):
                there = steps_to(rate, cost, here // columns, here % columns, move, cell_m)
                if there < 0:
                    continue
                step_m = cell_m * (1.0 if move < 4 else DIAGONAL if move < 8 else KNIGHT)
                new_m = np.float32(so_far_m + step_m)
                if new_m < length_m[there]:
                    if length_m[there] == np.inf:
                        level[levels] = there
                        levels += 1
                    length_m[there], towards[there] = new_m, here
                    waiting = push(heap, waiting, entry(new_m, there))
        length_m[level[:levels]] = np.inf
        if end < 0:
            return way[:0]
        # `towards` leads from the far end back to where we are.
        count, here = 0, end
        while here != cell:
            count, here = count + 1, towards[here]
        if size + count > way.size:
            longer = np.empty(2 * (size + count), np.int64)
            longer[:size] = way[:size]
            way = longer
        here = end
        for place in range(size + count - 1, size - 1, -1):
            way[place], here = here, towards[here]
        # The far end is written again by the next round.
        size, cell = size + count - 1, end
