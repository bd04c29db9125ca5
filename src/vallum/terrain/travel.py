"""How long does the quickest way across the ground take, and what does the least exposed one cost?

A way steps from the middle of a cell to the middle of one of its neighbours, sixteen unless told otherwise (see
`vallum.terrain.steps`). A step takes, by the class of ground of the cells it crosses and the slope from end to end,

    t = length x sum of the shares of its cells x pace(ground of the cell, slope) + delay of the lines it crosses

and exposes whoever takes it by

    m = t x mean rate of its cells + what the lines it crosses add

Shares are those of `steps`: a half at each end, a quarter each for a knight's four cells, and a king's step across a
corner pays half for the cheaper of the two cells beside the corner where that is dearer than its ends together; not
where both are the ground of one end, which it only leaves or enters. No graph is stored: what a step costs is worked
out when it is looked at. Costs spread from many starts by label setting (Dijkstra 1959)
with the queue of `vallum.terrain.buckets`, in single precision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.terrain.barrier import NO_BARRIER, Barrier
from vallum.terrain.buckets import SETTLED, WAITING, counters, heads
from vallum.terrain.pace import NO_WAY, Pace
from vallum.terrain.quick import NARROWER, alike, spread_quickly, tables
from vallum.terrain.spreading import begin, spread
from vallum.terrain.stepping import CLOSED, DOUBT
from vallum.terrain.steps import MOVES

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Grid = NDArray[np.float32]
Progress = Callable[[float], object]

_CELLS_AT_ONCE = 200_000
# Marked starts begin behind the others by so much exposure, so that they matter only where they do matter.
_LAST = 1e-7
# Rates below it are no detections; buckets are not made for them.
_NOTHING = 1e-9
_MOST_CELLS = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class Going:
    """Ground as somebody moves over it.

    Attributes
    ----------
    heights_m
        Shape (rows, columns), float32; where it is NaN, no way leads.
    ground
        uint8: classes of ground, numbers into the pace's; `NO_WAY` where no way leads.
    pace
        Who moves.
    cell_m
        Side of a cell, metres.
    barrier
        Lines that delay whoever crosses them.
    neighbours
        4, 8 or 16.

    Raises
    ------
    ValueError
        If shapes differ, a class is not the pace's, or a measure is impossible.
    """

    heights_m: Grid
    ground: NDArray[np.uint8]
    pace: Pace
    cell_m: float
    barrier: Barrier = field(default=NO_BARRIER)
    neighbours: int = 16

    def __post_init__(self) -> None:
        heights_m, ground = self.heights_m, self.ground
        if heights_m.ndim != 2 or not 0 < heights_m.size < _MOST_CELLS or ground.shape != heights_m.shape:
            raise ValueError(
                f"Heights and ground are grids of one shape with 1 to {_MOST_CELLS:,} cells, not {heights_m.shape} and "
                f"{ground.shape}."
            )
        if not (np.isfinite(self.cell_m) and self.cell_m > 0.0):
            raise ValueError(f"cell_m is {self.cell_m}; give the side of a cell in metres, above 0.")
        if self.neighbours not in {4, 8, 16}:
            raise ValueError(f"A cell has 4, 8 or 16 neighbours to step to, not {self.neighbours}.")
        unknown = (ground != NO_WAY) & (ground >= len(self.pace.grounds))
        if unknown.any():
            raise ValueError(
                f"Ground of class {ground[unknown][0]} is on the map, and {self.pace.name} has a pace for "
                f"{len(self.pace.grounds)} classes only; name the class, or give it the number {NO_WAY}: no way."
            )
        if self.barrier.shape not in {(0, 0), heights_m.shape}:
            raise ValueError(f"The barrier was laid over {self.barrier.shape} cells, the ground has {heights_m.shape}.")
        unwalkable = ~np.isfinite(heights_m) & (ground != NO_WAY)
        if unwalkable.any():
            object.__setattr__(self, "ground", np.where(unwalkable, np.uint8(NO_WAY), ground))
        object.__setattr__(self, "heights_m", np.ascontiguousarray(heights_m, np.float32))
        object.__setattr__(self, "ground", np.ascontiguousarray(self.ground, np.uint8))

    @property
    def width_s(self) -> float:
        """What the shortest step takes at least, seconds."""
        return self.cell_m * self.pace.fastest_s_per_m


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Least costs of ways from starts, or to them.

    Attributes
    ----------
    cost
        Shape of the grid, float32: seconds or exposure; infinite where no way leads.
    came
        uint8: the number in `MOVES` of the step that was taken last, by one more; 0 at a start; `DOUBT` is added where
        the way begins at a start that was marked. None unless asked for.
    backward
        Whether ways lead to the starts.
    """

    cost: Grid
    came: NDArray[np.uint8] | None
    backward: bool

    def window(self, box: tuple[int, int, int, int]) -> Reached:
        """Return the same of a window: first row, end row, first column, end column; ways are known to its edge.

        Examples
        --------
        >>> Reached(np.eye(3, dtype=np.float32), None, False).window((1, 3, 1, 2)).cost
        array([[1.],
               [0.]], dtype=float32)
        """
        part = slice(box[0], box[1]), slice(box[2], box[3])
        came = None if self.came is None else self.came[part]
        return Reached(self.cost[part], came, self.backward)

    def is_doubtful(self, row: int, column: int) -> bool:
        """Return of a cell whether its cheapest way begins at a start that was marked."""
        return bool(_kept(self.came)[row, column] >= DOUBT)

    def way(self, row: int, column: int) -> IntArray:
        """Return the cells of a cheapest way, in the order in which they are walked.

        Parameters
        ----------
        row, column
            The cell it leads to, or from which it leads to a start.

        Returns
        -------
        numpy.ndarray
            (n, 2): row and column.

        Raises
        ------
        ValueError
            If no way leads there, or steps were not kept.
        """
        came = _kept(self.came)
        if not np.isfinite(self.cost[row, column]):
            raise ValueError(f"No way leads between the starts and cell {row}, {column}.")
        way = _followed(came, row, column)
        return way if self.backward else way[::-1]


def travel(
    going: Going,
    starts: IntArray,
    offsets_s: FloatArray | None = None,
    *,
    backward: bool = False,
    part: NDArray[np.uint8] | None = None,
    known: Grid | None = None,
    floor: Grid | None = None,
    with_ways: bool = False,
    progress: Progress | None = None,
) -> Reached:
    """Find how long it takes at least from the starts to every cell, or from every cell to them.

    Parameters
    ----------
    going
        The ground and who moves over it.
    starts
        (n, 2): row and column; those where no way leads are passed over.
    offsets_s
        What has passed at each start, seconds, 0 or more; nothing unless given.
    backward
        Whether ways lead to the starts rather than from them.
    part
        Shape of the grid: `CLOSED`, `END` or `OPEN` for each cell; all are open without it.
    known
        What is known already, by somebody who is nowhere slower: only where this is quicker is it looked on from. So
        the least of several is found in little more than the time of one.
    floor
        Shape of the grid, float32: nobody is in a cell before that many seconds; who comes sooner waits.
    with_ways
        Whether the way to a cell will be asked for; a byte a cell.
    progress
        Called with the share done; what it raises ends the work.

    Raises
    ------
    ValueError
        If a start is off the grid, or an offset is negative.

    Examples
    --------
    >>> flat = np.zeros((1, 4), np.float32)
    >>> going = Going(flat, np.zeros((1, 4), np.uint8), Pace.constant("a walker", [1.0]), 10.0)
    >>> travel(going, np.array([[0, 0]])).cost
    array([[ 0., 10., 20., 30.]], dtype=float32)
    """
    kept = _Kept(with_ways, None, known)
    return _search(going, starts, offsets_s, None, floor, going.width_s, backward, part, kept, progress)


def outrun(
    going: Going, exits: IntArray, response_s: Grid, *, part: NDArray[np.uint8] | None = None,
    with_ways: bool = False, progress: Progress | None = None,
) -> Reached:  # fmt: skip
    """Return at every cell the latest moment of alarm with which whoever is there at moment 0 still gets away.

    It is what is left of the response where he is, or where he can get to, when he gets there:

        E = A at the exits, E(v) = min(A(v), max over steps of (E(u) - t(v, u)))

    Parameters
    ----------
    going
        The ground and who moves over it.
    exits
        (n, 2): where he is gone.
    response_s
        Float32: from an alarm until somebody is in the cell, finite.
    part, with_ways, progress
        As for `travel`.

    Returns
    -------
    Reached
        Its costs are those seconds: above 0 where no later alarm helps; minus infinity where no exit can be reached.
        Its ways lead to the exits.

    Examples
    --------
    >>> flat = np.zeros((1, 4), np.float32)
    >>> going = Going(flat, np.zeros((1, 4), np.uint8), Pace.constant("a walker", [1.0]), 10.0)
    >>> outrun(going, np.array([[0, 3]]), np.full((1, 4), 15.0, np.float32)).cost
    array([[-15.,  -5.,   5.,  15.]], dtype=float32)
    """
    if response_s.shape != going.heights_m.shape or not np.isfinite(response_s).all():
        raise ValueError("The response needs a finite number of seconds in every cell; cap those that nobody reaches.")
    exits = _on_grid(exits, going)
    longest_s = np.float32(response_s.max(initial=0.0))
    left_s = np.ascontiguousarray(longest_s - response_s.astype(np.float32))
    begun_s = left_s[exits[:, 0], exits[:, 1]].astype(np.float64)
    found = travel(
        going, exits, begun_s, backward=True, part=part, floor=left_s, with_ways=with_ways, progress=progress
    )  # fmt: skip
    # In place: the grid may be large.
    np.subtract(longest_s, found.cost, out=found.cost)
    return found


def exposed(
    going: Going,
    starts: IntArray,
    rate_per_s: Grid,
    *,
    backward: bool = False,
    part: NDArray[np.uint8] | None = None,
    with_ways: bool = False,
    marked: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> Reached:
    """Find the least exposure of ways from the starts to every cell, or from every cell to them.

    Parameters
    ----------
    going
        The ground and who moves over it.
    starts, backward, part, with_ways, progress
        As for `travel`.
    rate_per_s
        Float32: detections in a second in each cell, 0 or more and finite.
    marked
        Shape of the grid: starts of which it should be known where they matter; see `Reached.is_doubtful`.

    Examples
    --------
    >>> flat = np.zeros((1, 4), np.float32)
    >>> going = Going(flat, np.zeros((1, 4), np.uint8), Pace.constant("a walker", [1.0]), 10.0)
    >>> seen = np.array([[0.0, 0.0, 0.1, 0.1]], np.float32)
    >>> exposed(going, np.array([[0, 0]]), seen).cost
    array([[0. , 0. , 0.5, 1.5]], dtype=float32)
    """
    if rate_per_s.shape != going.heights_m.shape or not (rate_per_s >= 0.0).all() or np.isinf(rate_per_s).any():
        raise ValueError("Every cell needs a rate of 0 or more detections a second, and a finite one.")
    positive = rate_per_s[rate_per_s > _NOTHING]
    typical = float(np.median(positive)) if positive.size else 1.0
    width = max(0.25 * typical * going.width_s, 1e-7)
    rate = np.ascontiguousarray(rate_per_s, np.float32)
    starts = np.asarray(starts, np.int64).reshape(-1, 2)
    behind = None if marked is None else np.where(marked[starts[:, 0], starts[:, 1]], _LAST, 0.0)
    return _search(going, starts, behind, rate, None, width, backward, part, _Kept(with_ways, marked, None), progress)


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """What is asked of a search beside costs, and what is known before it."""

    ways: bool
    marked: NDArray[np.bool_] | None
    known: Grid | None


def _on_grid(cells: IntArray, going: Going) -> IntArray:
    cells, (rows, columns) = np.asarray(cells, np.int64).reshape(-1, 2), going.heights_m.shape
    if not ((cells >= 0) & (cells < (rows, columns))).all():
        raise ValueError(f"A start or exit is not on the grid of {rows} x {columns} cells.")
    return cells


def _kept(came: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    if came is None:
        raise ValueError("Steps were not kept; search with_ways.")
    return came


def _search(
    going: Going,
    starts: IntArray,
    offsets: FloatArray | None,
    rate: Grid | None,
    floor: Grid | None,
    width: float,
    backward: bool,
    part: NDArray[np.uint8] | None,
    kept: _Kept,
    progress: Progress | None,
) -> Reached:
    columns = going.heights_m.shape[1]
    width = width * NARROWER if rate is None else width
    starts = _on_grid(starts, going)
    begun = np.zeros(len(starts)) if offsets is None else np.asarray(offsets, np.float64).ravel()
    if begun.shape != (len(starts),) or not (begun >= 0.0).all():
        raise ValueError("Every start needs an offset of 0 or more.")
    if part is not None and part.shape != going.heights_m.shape:
        raise ValueError(f"The part searched is {part.shape} cells, the ground {going.heights_m.shape}.")
    flat = starts[:, 0] * columns + starts[:, 1]
    usable = (going.ground.ravel()[flat] != NO_WAY) & np.isfinite(begun)
    if part is not None:
        usable &= part.ravel()[flat] != CLOSED
    cost = np.full(going.heights_m.shape, np.inf, np.float32) if kept.known is None else kept.known.copy()
    usable &= begun < cost.ravel()[flat]
    np.minimum.at(cost.ravel(), flat[usable], begun[usable].astype(np.float32))
    came = np.zeros(cost.shape if kept.ways else (0, 0), np.uint8)
    if kept.ways and kept.marked is not None:
        came.ravel()[flat[kept.marked.ravel()[flat]]] = DOUBT
    waiting = np.unique(flat[usable])
    base = float(cost.ravel()[waiting].min()) if waiting.size else 0.0
    queue, counted = heads(), counters()
    size = max(2 * len(waiting), 4096)
    cells, keys, nexts = np.empty(size, np.int32), np.empty(size, np.float32), np.empty(size, np.int32)
    begin(queue, cells, keys, nexts, counted, waiting, cost.ravel(), base, width)
    none_f, none_u = np.zeros((0, 0), np.float32), np.zeros((0, 0), np.uint8)
    parts = none_u if part is None else np.ascontiguousarray(part, np.uint8)
    sign, barrier = -1.0 if backward else 1.0, going.barrier
    # What exposure needs beside: the cells of the bucket that is being emptied, for a step may stay within it.
    heap, waits = np.empty(1024 if rate is not None else 0, np.uint64), 0
    low, more = tables(going.pace.s_per_m)
    plain = alike(going.ground, parts, barrier.index)
    while counted[WAITING] or waits:
        if rate is None:
            cells, nexts, base = spread_quickly(
                going.heights_m, going.ground, going.pace.s_per_m, low, more, plain, barrier.index, barrier.delay_s,
                none_f if floor is None else floor, parts, cost, came, kept.known is not None, queue, cells, nexts,
                counted, base, width, going.cell_m, sign, going.neighbours, _CELLS_AT_ONCE,
            )  # fmt: skip
        else:
            cells, keys, nexts, base, heap, waits = spread(
                going.heights_m, going.ground, going.pace.s_per_m, low, more, plain, barrier.index, barrier.delay_s,
                barrier.exposure, rate, parts, cost, came, queue, cells, keys, nexts, counted, base, width, heap,
                waits, going.cell_m, sign, going.neighbours, _CELLS_AT_ONCE,
            )  # fmt: skip
        if progress is not None:
            progress(min(1.0, counted[SETTLED] / cost.size) if counted[WAITING] or waits else 1.0)
    return Reached(cost, came if kept.ways else None, backward)


@njit(cache=True, nogil=True)
def _walk(came, row, column, way):  # type: ignore[no-untyped-def]
    """Write the cells from one back to its start; return how many there are, whether or not they fit.

    On a window of what was searched they are followed to its edge.
    """
    rows, columns = came.shape
    count = 0
    while 0 <= row < rows and 0 <= column < columns:
        if count < len(way):
            way[count, 0], way[count, 1] = row, column
        count += 1
        move = np.int64(came[row, column] & (DOUBT - 1))
        if move == 0:
            return count
        row, column = row - MOVES[move - 1, 0], column - MOVES[move - 1, 1]
    return count


def _followed(came: NDArray[np.uint8], row: int, column: int) -> IntArray:
    way = np.empty((4096, 2), np.int64)
    count = _walk(came, row, column, way)
    if count > len(way):
        way = np.empty((count, 2), np.int64)
        _walk(came, row, column, way)
    return way[:count]
