"""Which steps cross a line on the ground, and what does it cost them?

A trench is no wider than a cell; a step of a way could jump it if only the ground of cells counted. So lines stay
lines: for every step from a cell near them it is found by exact intersection whether it crosses, and what every
crossing costs is added to the step. A piece is crossed when its ends lie on different sides of the step and the step's
ends on different sides of the piece. So that no step slips through where it meets a vertex, or a line runs along the
middles of cells, all is reckoned as if every cell lay by an infinitely small bit further down and, by infinitely less
again, to the right (Edelsbrunner and Muecke, Simulation of Simplicity, 1990): then nothing ever lies on anything, and
whoever gets from one side of a line to the other pays for it. For that to hold whatever is rounded, vertices are taken
to the nearest 1024th of a cell and all is reckoned in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.terrain.steps import FARTHEST_STEP, MOVES

FloatArray = NDArray[np.float64]

_PARTS = 1024
_FARTHEST = 2.0**20


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """A line on the ground, in pieces.

    Attributes
    ----------
    row, column
        Shape (vertices,): places on the grid in cells, the middle of the first cell being 0, 0.
    delay_s
        Shape (vertices - 1,): what crossing each piece takes, seconds.
    exposure
        Shape (vertices - 1,): what crossing each piece adds to the exposure: -ln(1 - p) for a line that detects a
        crossing with probability p.

    Raises
    ------
    ValueError
        If lengths do not fit, or a figure is negative or not finite, or a vertex is beyond a million cells away.
    """

    row: FloatArray
    column: FloatArray
    delay_s: FloatArray
    exposure: FloatArray

    def __post_init__(self) -> None:
        pieces = len(self.row) - 1
        if pieces < 1 or len(self.column) != pieces + 1:
            raise ValueError("A line needs two vertices or more, each with a row and a column.")
        # Whole numbers of this size, multiplied, still fit; NaN fails the comparison.
        if not ((np.abs(self.row) <= _FARTHEST) & (np.abs(self.column) <= _FARTHEST)).all():
            raise ValueError(
                f"A vertex of a line is not on the plane, or beyond {_FARTHEST:,.0f} cells from its beginning; give "
                "finite rows and columns, and cut the line near the grid."
            )
        for what, values in (("delay_s", self.delay_s), ("exposure", self.exposure)):
            if values.shape != (pieces,) or not ((values >= 0.0) & np.isfinite(values)).all():
                raise ValueError(f"Each of the {pieces} pieces of a line needs a finite {what} of 0 or more.")


@dataclass(frozen=True, slots=True, eq=False)
class Barrier:
    """What lines add to the steps from the cells near them.

    Attributes
    ----------
    index
        int32, shape of the grid, -1 where no line is near; else a place in the arrays. (0, 0) when there are no lines.
    delay_s, exposure
        Shape (cells, 16), float32: for every step of `MOVES`.
    """

    index: NDArray[np.int32]
    delay_s: NDArray[np.float32]
    exposure: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the grid it was laid over."""
        return self.index.shape

    @classmethod
    def of(cls, shape: tuple[int, int], lines: Sequence[Crossed], corner: tuple[int, int] = (0, 0)) -> Barrier:
        """Lay lines over a grid.

        Parameters
        ----------
        shape
            Rows and columns.
        lines
            What stands in the way; where a step crosses several, or one again and again, it pays each time.
        corner
            Row and column of the grid's first cell where it is a window of the one that the lines are given on.

        Examples
        --------
        >>> trench = Crossed(np.array([-1.0, 3.0]), np.array([0.5, 0.5]), np.array([60.0]), np.array([0.0]))
        >>> barrier = Barrier.of((3, 3), [trench])
        >>> barrier.delay_s[barrier.index[1, 0], 0], barrier.delay_s[barrier.index[1, 0], 1]  # east, west
        (np.float32(60.0), np.float32(0.0))
        """
        if not lines:
            return NO_BARRIER
        here = [replace(line, row=line.row - corner[0], column=line.column - corner[1]) for line in lines]
        near = np.zeros(shape, np.bool_)
        for line in here:
            _mark(near, line.row, line.column)
        index = np.full(shape, -1, np.int32)
        count = int(near.sum())
        index[near] = np.arange(count, dtype=np.int32)
        delay_s, exposure = np.zeros((count, 16), np.float32), np.zeros((count, 16), np.float32)
        for line in here:
            _add(index, delay_s, exposure, line.row, line.column, line.delay_s, line.exposure)
        return cls(index, delay_s, exposure)


NO_BARRIER = Barrier(np.zeros((0, 0), np.int32), np.zeros((0, 16), np.float32), np.zeros((0, 16), np.float32))
"""Nothing in the way."""


@njit(cache=True, nogil=True)
def _rows(one, other, count):  # type: ignore[no-untyped-def]
    """Return the first and the last row from which a step could reach a piece."""
    first = int(np.floor(min(one, other))) - FARTHEST_STEP
    last = int(np.ceil(max(one, other))) + FARTHEST_STEP
    return max(first, 0), min(last, count - 1)


@njit(cache=True, nogil=True)
def _columns(row, a_row, a_column, b_row, b_column, count):  # type: ignore[no-untyped-def]
    """Return the first and the last column of a row from which a step could reach a piece."""
    low, high = a_column, b_column
    if a_row != b_row:
        # Only what of the piece lies within a step's reach of the row.
        share = (row - FARTHEST_STEP - a_row) / (b_row - a_row)
        other = (row + FARTHEST_STEP - a_row) / (b_row - a_row)
        share, other = min(max(share, 0.0), 1.0), min(max(other, 0.0), 1.0)
        low, high = a_column + share * (b_column - a_column), a_column + other * (b_column - a_column)
    first = int(np.floor(min(low, high))) - FARTHEST_STEP - 1
    last = int(np.ceil(max(low, high))) + FARTHEST_STEP + 1
    return max(first, 0), min(last, count - 1)


@njit(cache=True, nogil=True)
def _mark(near, rows, columns):  # type: ignore[no-untyped-def]
    for piece in range(len(rows) - 1):
        a_row, a_column, b_row, b_column = rows[piece], columns[piece], rows[piece + 1], columns[piece + 1]
        first_row, last_row = _rows(a_row, b_row, near.shape[0])
        for row in range(first_row, last_row + 1):
            first, last = _columns(row, a_row, a_column, b_row, b_column, near.shape[1])
            for column in range(first, last + 1):
                near[row, column] = True


@njit(cache=True, nogil=True)
def _is_left(row, column, from_row, from_column, to_row, to_column, moved):  # type: ignore[no-untyped-def]
    """Whether a point is to the left of a line, if it were moved down, then right, by next to nothing, or for -1 up."""
    down, right = to_row - from_row, to_column - from_column
    side = right * (row - from_row) - down * (column - from_column)
    if side == 0:
        side = moved * (right if right != 0 else -down)
    return side > 0


@njit(cache=True, nogil=True)
def _add(index, delay_s, exposure, rows, columns, piece_s, piece_exposure):  # type: ignore[no-untyped-def]
    fine_rows, fine_columns = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    for vertex in range(len(rows)):
        fine_rows[vertex] = np.int64(np.rint(rows[vertex] * _PARTS))
        fine_columns[vertex] = np.int64(np.rint(columns[vertex] * _PARTS))
    for piece in range(len(rows) - 1):
        a_row, a_column, b_row, b_column = rows[piece], columns[piece], rows[piece + 1], columns[piece + 1]
        a = fine_rows[piece], fine_columns[piece]
        b = fine_rows[piece + 1], fine_columns[piece + 1]
        if a == b or (piece_s[piece] == 0.0 and piece_exposure[piece] == 0.0):
            continue
        first_row, last_row = _rows(a_row, b_row, index.shape[0])
        for row in range(first_row, last_row + 1):
            first, last = _columns(row, a_row, a_column, b_row, b_column, index.shape[1])
            for column in range(first, last + 1):
                here_row, here_column = row * _PARTS, column * _PARTS
                here = _is_left(here_row, here_column, a[0], a[1], b[0], b[1], 1)
                for move in range(16):
                    to_row, to_column = here_row + MOVES[move, 0] * _PARTS, here_column + MOVES[move, 1] * _PARTS
                    if _is_left(to_row, to_column, a[0], a[1], b[0], b[1], 1) == here:
                        continue
                    # Cells moved one way are the same as vertices moved the other.
                    one = _is_left(a[0], a[1], here_row, here_column, to_row, to_column, -1)
                    other = _is_left(b[0], b[1], here_row, here_column, to_row, to_column, -1)
                    if one != other:
                        delay_s[index[row, column], move] += piece_s[piece]
                        exposure[index[row, column], move] += piece_exposure[piece]
