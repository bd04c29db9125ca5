"""How are times spread over a grid so large that it is searched in windows?

A band round a bent line fills little of the grid on which it lies. It is searched in windows of columns, each no higher
than the band is there; neighbours share some columns. Where one finds that a shared cell is reached sooner than was
known, the other looks on from there, and so on until none finds anything: what comes out is what one search of the
whole grid would find, to the rounding of single precision. Every other window is worked on at once; two of them share
no cell.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vallum.terrain.steps import FARTHEST_STEP
from vallum.terrain.travel import Reached

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Grid = NDArray[np.float32]
Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""First row, end row, first column, end column."""

# A search of so many cells takes a tenth of a second.
_CELLS_OF_A_WINDOW = 700_000
# A step from what two windows share ends in one of them.
_SHARED = 2 * FARTHEST_STEP
# What differs by less is one and the same, in single precision over hours.
_SAME_S = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """Cells of a window from which is looked on.

    Attributes
    ----------
    cells
        (n, 2), int64: row and column in the window.
    seconds
        (n,), float64: when somebody is there.
    known
        Shape of the window, float32: what is known of its cells; infinite at those from which is looked on.
    """

    cells: IntArray
    seconds: FloatArray
    known: Grid


Search = Callable[[Box, Begun], Reached]
Took = Callable[[Box, Begun, Reached, Mask], object]


def windowed(grid: NDArray[Any], box: Box) -> NDArray[Any]:
    """Return the window of a grid, a view.

    Examples
    --------
    >>> windowed(np.eye(3), (1, 3, 1, 2))
    array([[1.],
           [0.]])
    """
    return grid[box[0] : box[1], box[2] : box[3]]


def windows_over(band: NDArray[np.generic], cells: int = _CELLS_OF_A_WINDOW) -> tuple[Box, ...]:
    """Cut a grid into windows of columns that hold the band and share some columns, each with its neighbours.

    Parameters
    ----------
    band
        Shape of the grid: other than 0 where there is something to search.
    cells
        About how many cells of the band a window holds.

    Examples
    --------
    >>> windows_over(np.eye(40), cells=20)
    ((0, 21, 0, 21), (17, 40, 17, 40))
    """
    inside = np.count_nonzero(band, axis=0)
    count = max(1, round(int(inside.sum()) / cells))
    so_far = np.cumsum(inside)
    cuts = [0, *np.searchsorted(so_far, so_far[-1] * np.arange(1, count) / count).tolist(), band.shape[1]]
    # Each is wider than what it shares to both sides, so that no two but neighbours share a cell.
    ends = [0]
    for cut in cuts[1:-1]:
        if cut - ends[-1] >= 2 * _SHARED and band.shape[1] - cut >= 2 * _SHARED:
            ends.append(cut)
    ends.append(band.shape[1])
    found = []
    for first, end in pairwise(ends):
        left, right = max(0, first - FARTHEST_STEP), min(band.shape[1], end + FARTHEST_STEP)
        rows = np.flatnonzero((band[:, left:right] != 0).any(axis=1))
        top, bottom = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, 1)
        found.append((top, bottom, left, right))
    return tuple(found)


def spread_in_windows(
    boxes: Sequence[Box],
    seconds: Grid,
    starts: IntArray,
    begun_s: FloatArray,
    search: Search,
    took: Took | None = None,
    progress: Callable[[float], object] | None = None,
) -> None:
    """Lower the times of a grid by searches from starts, window by window, until nothing is sooner.

    Parameters
    ----------
    boxes
        Windows in order of columns, as `windows_over` cuts them.
    seconds
        Shape of the grid: what is known of each cell; written to.
    starts, begun_s
        (n, 2) and (n,): cells of the grid, and what has passed there.
    search
        Searches a window: `travel` with what is begun there.
    took
        Called with what a search found and the mask of cells that are sooner, before they are written.
    progress
        Called now and then with about the share done; what it raises ends the work.

    Examples
    --------
    >>> from vallum.terrain.pace import Pace
    >>> from vallum.terrain.travel import Going, travel
    >>> pace, seconds = Pace.constant("a walker", [1.0]), np.full((1, 60), np.inf, np.float32)
    >>> def search(box, begun):
    ...     flat = np.zeros((1, box[3] - box[2]), np.float32)
    ...     going = Going(flat, np.zeros(flat.shape, np.uint8), pace, 10.0)
    ...     return travel(going, begun.cells, begun.seconds, known=begun.known)
    >>> boxes = windows_over(seconds, cells=20)
    >>> spread_in_windows(boxes, seconds, np.array([[0, 2]]), np.array([0.0]), search)
    >>> len(boxes), seconds[0, [0, 30, 59]]
    (3, array([ 20., 280., 570.], dtype=float32))
    """
    waiting: list[list[tuple[IntArray, FloatArray]]] = [[] for _ in boxes]
    for box, handed in zip(boxes, waiting, strict=True):
        inside = (starts[:, 0] >= box[0]) & (starts[:, 0] < box[1])
        inside &= (starts[:, 1] >= box[2]) & (starts[:, 1] < box[3])
        if inside.any():
            handed.append((starts[inside], begun_s[inside]))

    def one(number: int) -> None:
        handed, waiting[number] = waiting[number], []
        box = boxes[number]
        here = windowed(seconds, box)
        begun = _begun(box, here, handed)
        found = search(box, begun)
        sooner = found.cost < here
        if took is not None:
            took(box, begun, found, sooner)
        much = found.cost < here - np.float32(_SAME_S)
        here[sooner] = found.cost[sooner]
        for beside in (number - 1, number + 1):
            if 0 <= beside < len(boxes):
                cells = _shared(box, boxes[beside], much)
                if cells.size:
                    waiting[beside].append((cells, seconds[cells[:, 0], cells[:, 1]].astype(np.float64)))

    done, turn = 0, 0
    with ThreadPoolExecutor(min(len(boxes), os.cpu_count() or 1)) as pool:
        while any(waiting):
            working = [pool.submit(one, number) for number in range(turn, len(boxes), 2) if waiting[number]]
            turn = 1 - turn
            try:
                for future in as_completed(working):
                    future.result()
                    done += 1
                    if progress is not None:
                        progress(-math.expm1(-2.0 * done / len(boxes)))
            except BaseException:
                for future in working:
                    future.cancel()
                raise
    if progress is not None:
        progress(1.0)


def _begun(box: Box, here: Grid, handed: Sequence[tuple[IntArray, FloatArray]]) -> Begun:
    cells: IntArray = np.concatenate([cells for cells, _ in handed]) - np.array([box[0], box[2]])
    begun_s: FloatArray = np.concatenate([begun_s for _, begun_s in handed])
    known = here.copy()
    # What a neighbour found stands here already; from there is looked on all the same.
    again = begun_s == here[cells[:, 0], cells[:, 1]]
    known[cells[again, 0], cells[again, 1]] = np.inf
    return Begun(cells, begun_s, known)


def _shared(box: Box, beside: Box, much: Mask) -> IntArray:
    """Return the cells that are much sooner and lie in the window beside as well, on the grid."""
    first, end = max(box[2], beside[2]), min(box[3], beside[3])
    top, bottom = max(box[0], beside[0]), min(box[1], beside[1])
    cells = np.argwhere(much[top - box[0] : bottom - box[0], first - box[2] : end - box[2]])
    return np.asarray(cells + np.array([top, first]), np.int64)
