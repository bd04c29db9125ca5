"""Which cells lie so near the line that a crossing passes them, and what is seen of them?

Of a strip that is as wide as sensors see, crossings need the few cells beside the line. They are kept as plain lists,
column by column, and laid out as a grid a window at a time, so that a long line in fine cells needs little memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import geometry_mask
from scipy.ndimage import binary_dilation

from vallum.frontier.strip import Strip
from vallum.plan.band import Band
from vallum.plan.part import Seen
from vallum.terrain.steps import FARTHEST_STEP

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
NumberT = TypeVar("NumberT", bound=np.generic)

_COLUMNS_AT_ONCE = 2_048


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """The cells of a strip that lie within a depth of its line; arrays run over them, column by column.

    Attributes
    ----------
    strip
        The grid.
    half_width_m
        The depth, metres to each side.
    row, column
        int32: where they lie on the strip's grid.
    offset_m, chainage_m
        float32: of their middles, metres. Cells beyond the ends of the line are not among them: nobody crosses it
        there.

    Examples
    --------
    >>> from vallum.frontier import Frontier
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.1, 36.0]]))
    >>> corridor = Corridor.along(Strip(line, 3_000.0, 100.0), 1_000.0)
    >>> len(corridor.row), float(np.abs(corridor.offset_m).max()) <= 1_000.0
    (1800, True)
    """

    strip: Strip
    half_width_m: float
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    offset_m: NDArray[np.float32]
    chainage_m: NDArray[np.float32]

    @classmethod
    def along(cls, strip: Strip, half_width_m: float) -> Corridor:
        """Find the cells.

        Raises
        ------
        ValueError
            If the corridor would leave the strip, or is narrower than a cell.
        """
        cell_m, (rows, columns) = strip.cell_m, strip.shape
        if not cell_m <= half_width_m <= strip.half_width_m - cell_m:
            raise ValueError(
                f"Crossings of {half_width_m:,.0f} m to each side do not fit a strip of {strip.half_width_m:,.0f} m in "
                f"cells of {cell_m:,.0f} m; choose another depth, a wider strip or finer cells."
            )
        vertices = strip.frontier.interval(strip.from_m, _to_m(strip))
        line = shapely.LineString(np.column_stack(strip.to_plane(vertices[:, 0], vertices[:, 1])))
        # Wider than asked for: which cells belong is decided by their offsets.
        near = line.buffer(half_width_m + 3.0 * cell_m)
        parts = []
        for first in range(0, columns, _COLUMNS_AT_ONCE):
            width = min(_COLUMNS_AT_ONCE, columns - first)
            corner = Affine(cell_m, 0.0, strip.transform.c + first * cell_m, 0.0, -cell_m, strip.transform.f)
            column, row = np.nonzero(~geometry_mask([near], out_shape=(rows, width), transform=corner).T)
            column += first
            x_m = np.asarray(strip.transform.c + (column + 0.5) * cell_m, np.float64)
            y_m = np.asarray(strip.transform.f - (row + 0.5) * cell_m, np.float64)
            there = strip.frontier.locate(*strip.to_lonlat(x_m, y_m))
            inside = (np.abs(there.offset_m) <= half_width_m) & (there.chainage_m > strip.from_m)
            inside &= there.chainage_m < _to_m(strip)
            found = (row, column, there.offset_m, there.chainage_m)
            parts.append([values[inside].astype(kind) for values, kind in zip(found, _KINDS, strict=True)])
        return cls(strip, half_width_m, *(np.concatenate(values) for values in zip(*parts, strict=True)))

    def of(self, cells: tuple[int, int, int, int]) -> tuple[slice, tuple[IntArray, IntArray]]:
        """Return which of its cells lie in the columns of a part, and where in the part's grid."""
        first_row, end_row, first_column, end_column = cells
        here = slice(*(int(end) for end in np.searchsorted(self.column, [first_column, end_column])))
        if end_row == first_row:
            here = slice(here.start, here.start)
        row, column = self.row[here].astype(np.int64) - first_row, self.column[here].astype(np.int64) - first_column
        return here, (row, column)


_KINDS = (np.int32, np.int32, np.float32, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What is seen of the corridor's cells in one case.

    Attributes
    ----------
    rate
        Shape (3, cells), float32: exposure by metre of way: low, nominal, high.
    sets
        Shape (3, cells, words), uint64: who sees them surely, likely, perhaps.
    """

    rate: NDArray[np.float32]
    sets: NDArray[np.uint64]


class Gathering:
    """Takes what is seen of the corridor out of parts, in whatever order they come.

    Parameters
    ----------
    corridor
        The cells.
    cases
        How many.
    """

    def __init__(self, corridor: Corridor, cases: int) -> None:
        self.corridor = corridor
        self._cases = cases
        self._shown: tuple[Shown, ...] = ()

    def take(self, seen: Seen) -> None:
        """Take from one part.

        Raises
        ------
        ValueError
            If the part was worked out without sets or rates.
        """
        if seen.sets is None or seen.rate is None:
            raise ValueError("Strong coverage needs what is seen of cells; work it out with_sets and with_rate.")
        if not self._shown:
            count, words = len(self.corridor.row), seen.sets[0].shape[3]
            self._shown = tuple(
                Shown(np.zeros((3, count), np.float32), np.zeros((3, count, words), np.uint64))
                for _ in range(self._cases)
            )
        here, (row, column) = self.corridor.of(seen.cells)
        for shown, rate, sets in zip(self._shown, seen.rate, seen.sets, strict=True):
            shown.rate[:, here] = rate[:, row, column]
            shown.sets[:, here] = sets[:, row, column]

    def shown(self) -> tuple[Shown, ...]:
        """Return what was taken, by case."""
        return self._shown


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A stretch of the corridor laid out as a grid.

    Attributes
    ----------
    corridor
        Of which it is a window.
    steps
        The steps of chainage it answers for.
    cells
        Which of the corridor's cells lie in it: those of its stretch, and of a halo before and after.
    box
        First row, end row, first column, end column on the strip's grid.
    band
        The ground of the window, asked about the steps it answers for.
    open_ends
        (n, 2): rows and columns of its cells that have neighbours in the corridor beyond it.
    """

    corridor: Corridor
    steps: slice
    cells: IntArray
    box: tuple[int, int, int, int]
    band: Band
    open_ends: IntArray

    @classmethod
    def of(cls, corridor: Corridor, edges_m: FloatArray, steps: slice, step_m: float, halo_m: float) -> Window:
        """Lay out a stretch with so much of the line before and after it.

        Parameters
        ----------
        corridor
            The cells.
        edges_m
            Where all steps of the line begin and end, metres of chainage.
        steps, step_m
            Those that it answers for, and their length.
        halo_m
            Metres of chainage.
        """
        from_m, to_m = float(edges_m[steps.start]), float(edges_m[steps.stop])
        cells = np.flatnonzero((corridor.chainage_m >= from_m - halo_m) & (corridor.chainage_m <= to_m + halo_m))
        row, column = corridor.row[cells], corridor.column[cells]
        box = int(row.min()), int(row.max()) + 1, int(column.min()), int(column.max()) + 1
        grid = box[1] - box[0], box[3] - box[2]
        at = row - box[0], column - box[2]
        offset_m, chainage_m = (np.full(grid, np.nan, np.float32) for _ in range(2))
        offset_m[at], chainage_m[at] = corridor.offset_m[cells], corridor.chainage_m[cells]
        band = Band(offset_m, chainage_m, corridor.strip.cell_m, corridor.half_width_m, from_m, to_m, step_m)
        return cls(corridor, steps, cells, box, band, _open_ends(corridor, cells, box))

    @property
    def whole(self) -> bool:
        """Whether nothing of the corridor lies beyond it."""
        return len(self.open_ends) == 0

    def laid_out(self, values: NDArray[NumberT]) -> NDArray[NumberT]:
        """Return values of the corridor's cells, shape (cells, ...), on the window's grid; 0 beside the corridor."""
        grid = np.zeros((self.box[1] - self.box[0], self.box[3] - self.box[2], *values.shape[1:]), values.dtype)
        row, column = self.corridor.row[self.cells], self.corridor.column[self.cells]
        grid[row - self.box[0], column - self.box[2]] = values[self.cells]
        return grid


def cut(edges_m: FloatArray, windows: int) -> list[slice]:
    """Return the steps of so many windows of equal numbers of steps.

    Examples
    --------
    >>> cut(np.arange(6.0), 2)
    [slice(0, 2, None), slice(2, 5, None)]
    """
    steps = len(edges_m) - 1
    ends = [round(steps * share / windows) for share in range(windows + 1)]
    return [slice(first, end) for first, end in pairwise(ends) if end > first]


def _open_ends(corridor: Corridor, cells: IntArray, box: tuple[int, int, int, int]) -> IntArray:
    reach = FARTHEST_STEP
    first, left = box[0] - reach, box[2] - reach
    grid = box[1] - box[0] + 2 * reach, box[3] - box[2] + 2 * reach
    row, column = corridor.row - first, corridor.column - left
    near = np.flatnonzero((row >= 0) & (row < grid[0]) & (column >= 0) & (column < grid[1]))
    beyond = np.zeros(grid, dtype=np.bool_)
    beyond[row[near], column[near]] = True
    beyond[row[cells], column[cells]] = False
    if not beyond.any():
        return np.zeros((0, 2), dtype=np.int64)
    beside = binary_dilation(beyond, np.ones((2 * reach + 1, 2 * reach + 1), dtype=np.bool_))
    ends = beside[row[cells], column[cells]]
    return np.column_stack([row[cells][ends], column[cells][ends]]).astype(np.int64) - reach


def _to_m(strip: Strip) -> float:
    return strip.frontier.map_length_m if strip.to_m is None else strip.to_m


def gathered(corridor: Corridor, parts: Sequence[Seen], cases: int) -> tuple[Shown, ...]:
    """Return what is seen of the corridor's cells, by case, from parts that are all there.

    Raises
    ------
    ValueError
        If the parts were worked out without sets or rates.
    """
    gathering = Gathering(corridor, cases)
    for seen in parts:
        gathering.take(seen)
    return gathering.shown()
