"""From a post, how high must something stand to be seen, in every cell around it?

Rays go out from the post to every half cell of the perimeter (R2: Franklin and Ray, Higher isn't necessarily better:
visibility algorithms and experiments, 1994). Along a ray the ground is linear between the middles of neighbouring
cells, and it is asked wherever the ray crosses a row or a column of middles. The horizon in the direction of a cell is
linear between the two rays beside it: that halves the errors of taking the nearer ray. The earth falls away from the
post by its curvature less the refraction of light, d^2 (1 - k) / 2R.

What comes out is a height, not yes or no, so that one run answers for a person, a vehicle and an animal.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

FloatGrid = NDArray[np.float32]
FloatRow = NDArray[np.float32]

REFRACTION_K = 0.13
EARTH_RADIUS_M = 6_371_000.0

# Unknown ground stops every ray: nobody knows what is seen beyond it. Finite, because nothing may become NaN midway.
_WALL_M = np.float32(1e7)
_NO_HORIZON = np.float32(-1e30)
_UNKNOWN_FROM_M = np.float32(1e6)
_HALF_CELLS = 2
_SQUARE = 32
_MANY_RAYS_TO_A_CELL = 2


def minimum_visible_height(
    ground_m: FloatGrid,
    row: int,
    column: int,
    mast_m: float,
    radius_m: float,
    cell_m: float,
    refraction_k: float = REFRACTION_K,
    earth_radius_m: float = EARTH_RADIUS_M,
) -> FloatGrid:
    """Return how high above the ground something must stand to be seen from a post, cell by cell.

    Parameters
    ----------
    ground_m
        Shape (rows, columns), float32: heights of the middles of square cells, metres; NaN where unknown.
    row, column
        The post's cell; the eye stands over its middle.
    mast_m
        Height of the eye above the ground, metres.
    radius_m
        How far is looked, metres: cells whose middle lies within it.
    cell_m
        Side of a cell, metres.
    refraction_k
        Coefficient of refraction, below 1: 0.13 for light by day, 0 for straight rays.
    earth_radius_m
        Radius of the earth, metres.

    Returns
    -------
    numpy.ndarray
        Shape (2 r + 1, 2 r + 1), float32, r whole cells of the radius, the post in the middle: metres above the ground.
        Negative where the ground itself is seen: the sight-line could pass that much lower. Infinite behind unknown
        ground; NaN beyond the radius, off the grid and on unknown ground.

    Raises
    ------
    ValueError
        If the post is off the grid, on unknown ground or below it, or the radius is less than a cell.

    Examples
    --------
    >>> plain = np.zeros((201, 201), np.float32)
    >>> seen = minimum_visible_height(plain, 100, 100, mast_m=2.0, radius_m=10_000.0, cell_m=100.0)
    >>> seen.shape, bool(seen[100, 130] < 0), round(float(seen[100, 200]), 1)  # 10 km away, past the horizon of 2 m
    ((201, 201), True, 1.4)
    """
    radius = _checked(ground_m, row, column, mast_m, radius_m, cell_m, refraction_k)
    heights = np.ascontiguousarray(ground_m, dtype=np.float32)
    drop_m = (1.0 - refraction_k) * cell_m * cell_m / (2.0 * earth_radius_m)
    return np.asarray(_all_round(heights, row, column, float(mast_m), radius, (radius_m / cell_m) ** 2, drop_m))


def _checked(
    ground_m: FloatGrid, row: int, column: int, mast_m: float, radius_m: float, cell_m: float, refraction_k: float
) -> int:
    rows, columns = ground_m.shape
    if not (0 <= row < rows and 0 <= column < columns):
        raise ValueError(
            f"The post in row {row}, column {column} is off the terrain, which has {rows} x {columns} cells. "
            "Give terrain that covers it, or move it."
        )
    if not math.isfinite(float(ground_m[row, column])):
        raise ValueError(
            f"The ground under the post in row {row}, column {column} is unknown (a void of the terrain model). "
            "Fill it from another source, or move the post."
        )
    if not mast_m >= 0.0:
        raise ValueError(f"The eye of a post stands 0 m or more above the ground, not {mast_m} m.")
    if not refraction_k < 1.0:
        raise ValueError(f"A coefficient of refraction is below 1 (0.13 for light), not {refraction_k}.")
    if not (cell_m > 0.0 and radius_m >= cell_m):
        raise ValueError(f"A radius of {radius_m} m is less than one cell of {cell_m} m; nothing would be looked at.")
    return int(radius_m / cell_m)


@njit(cache=True, nogil=True)
def _all_round(
    ground_m: FloatGrid, row: int, column: int, mast_m: float, radius: int, reach_cells_2: float, drop_m: float
) -> FloatGrid:
    """Look into eight octants; each is laid out so that the rays run down its rows."""
    side = 2 * radius + 1
    eye_m = np.float64(ground_m[row, column]) + mast_m
    seen = np.full((side, side), np.float32(np.nan))
    ahead = np.empty((radius + 1, radius + 2), np.float32)
    found = np.empty((radius + 1, radius + 2), np.float32)
    horizon = np.empty(_HALF_CELLS * radius + 2, np.float32)
    for octant in range(8):
        down, right = 1 - 2 * (octant & 1), 1 - (octant & 2)
        turned = octant >= 4
        _lay_out(ground_m, row, column, down, right, turned, radius, eye_m, drop_m, ahead)
        _sweep(ahead, radius, reach_cells_2, found, horizon)
        _put_back(ahead, found, down, right, turned, radius, reach_cells_2, seen)
    seen[radius, radius] = -mast_m
    return seen


@njit(cache=True, nogil=True)
def _lay_out(
    ground_m: FloatGrid,
    row: int,
    column: int,
    down: int,
    right: int,
    turned: bool,
    radius: int,
    eye_m: float,
    drop_m: float,
    ahead: FloatGrid,
) -> None:
    """Copy an octant's heights against the eye, the fall of the earth taken off; a wall where the ground is unknown.

    Row i of `ahead` lies i cells from the post, to the side or, turned, up and down; j runs away from the axis.
    """
    rows, columns = ground_m.shape
    rows_left, columns_left = (rows - 1 - row if down > 0 else row), (columns - 1 - column if right > 0 else column)
    last_i, last_j = (columns_left, rows_left) if turned else (rows_left, columns_left)
    # Square by square, so that turning does not jump through memory for every cell.
    for first_i in range(0, radius + 1, _SQUARE):
        end_i = min(first_i + _SQUARE, radius + 1)
        for first_j in range(0, end_i, _SQUARE):
            for i in range(first_i, end_i):
                for j in range(first_j, min(first_j + _SQUARE, i + 1)):
                    height = _WALL_M
                    if i <= last_i and j <= last_j:
                        if turned:
                            ground = ground_m[row + down * j, column + right * i]
                        else:
                            ground = ground_m[row + down * i, column + right * j]
                        if ground == ground:
                            height = np.float32(ground - eye_m - drop_m * (i * i + j * j))
                    ahead[i, j] = height
    for i in range(radius + 1):
        ahead[i, i + 1] = ahead[i, i]  # met by rounding only


@njit(cache=True, nogil=True)
def _put_back(
    ahead: FloatGrid,
    found: FloatGrid,
    down: int,
    right: int,
    turned: bool,
    radius: int,
    reach_cells_2: float,
    seen: FloatGrid,
) -> None:
    """Copy what was found in an octant to where it belongs; the diagonals belong to the octants that are not turned."""
    for first_i in range(0, radius + 1, _SQUARE):
        end_i = min(first_i + _SQUARE, radius + 1)
        for first_j in range(0, end_i, _SQUARE):
            for i in range(max(first_i, 1), end_i):
                last = _width(i, reach_cells_2)
                if turned:
                    last = min(last, i - 1)
                for j in range(first_j, min(first_j + _SQUARE, last + 1)):
                    height = found[i, j]
                    if ahead[i, j] == _WALL_M:
                        height = np.float32(np.nan)
                    elif height > _UNKNOWN_FROM_M:
                        height = np.float32(np.inf)
                    if turned:
                        seen[radius + down * j, radius + right * i] = height
                    else:
                        seen[radius + down * i, radius + right * j] = height


@njit(cache=True, nogil=True, error_model="numpy")
def _sweep(ahead: FloatGrid, radius: int, reach_cells_2: float, found: FloatGrid, horizon: FloatGrid) -> None:
    """Sweep rays m = 0 .. 2 radius, sideways m i / (2 radius) cells at i cells ahead.

    `horizon` holds for each ray the steepest slope so far, rise for each cell ahead: all points of one ray have the
    same ratio of way to cells ahead, so slopes need no root.
    """
    rays = _HALF_CELLS * radius
    horizon[:] = _NO_HORIZON
    for i in range(1, radius + 1):
        cells_ahead = np.float32(i)
        row, before = ahead[i], ahead[i - 1]
        # Cells of this row, against the horizon of the rows before.
        turn = np.float32(rays / i)
        for j in range(_width(i, reach_cells_2) + 1):
            at = np.float32(j) * turn
            m = int(at)
            share = at - np.float32(m)
            slope = horizon[m] + (horizon[m + 1] - horizon[m]) * share
            # Nothing can hide the cells beside the post: all of the eye's height over them is to spare.
            found[i, j] = slope * cells_ahead - row[j] if i > 1 else min(row[j], np.float32(0.0))
        # Then the row becomes part of the horizon, as far as rays still are within reach.
        stretch = (math.sqrt(reach_cells_2) + 1.0) ** 2 / (i * i) - 1.0
        last = rays if stretch >= 1.0 else int(rays * math.sqrt(max(stretch, 0.0)))
        if 1 < i <= radius // _MANY_RAYS_TO_A_CELL:
            _raise_by_cells(row, before, i, rays, horizon)
        else:
            _raise_by_rays(row, before, i, rays, last, horizon)
        horizon[rays + 1] = horizon[rays]


@njit(cache=True, nogil=True, error_model="numpy")
def _raise_by_rays(row: FloatRow, before: FloatRow, i: int, rays: int, last: int, horizon: FloatRow) -> None:
    """Raise the horizon by row i, ray by ray."""
    inverse, step, step_before = np.float32(1.0 / i), np.float32(i / rays), np.float32((i - 1) / rays)
    for m in range(last + 1):
        sideways, sideways_before = np.float32(m) * step, np.float32(m) * step_before
        j = int(sideways)
        height = row[j]
        slope = (height + (sideways - np.float32(j)) * (row[j + 1] - height)) * inverse
        if i > 1 and int(sideways_before) != j:
            # On the way here the ray crossed the column of middles j.
            share = (np.float32(j) - sideways_before) / (sideways - sideways_before)
            crossing = (before[j] + share * (height - before[j])) / (np.float32(i - 1) + share)
            slope = crossing if crossing > slope else slope
        horizon[m] = slope if slope > horizon[m] else horizon[m]


@njit(cache=True, nogil=True, error_model="numpy")
def _raise_by_cells(row: FloatRow, before: FloatRow, i: int, rays: int, horizon: FloatRow) -> None:
    """Do the same cell by cell: near the post many rays pass one cell, and run through its loops without a branch."""
    inverse, step, step_before = np.float32(1.0 / i), np.float32(i / rays), np.float32((i - 1) / rays)
    for j in range(i + 1):
        first, end = (j * rays + i - 1) // i, min(((j + 1) * rays + i - 1) // i, rays + 1)
        crossed = min((j * rays + i - 2) // (i - 1), end)  # rays before this one cross the column of middles j
        at, height, rise = np.float32(j), row[j], row[j + 1] - row[j]
        low, climb = before[j], row[j] - before[j]
        for m in range(first, crossed):
            share = (at - np.float32(m) * step_before) * np.float32(rays) / np.float32(m)
            crossing = (low + share * climb) / (np.float32(i - 1) + share)
            slope = (height + (np.float32(m) * step - at) * rise) * inverse
            slope = crossing if crossing > slope else slope
            horizon[m] = slope if slope > horizon[m] else horizon[m]
        for m in range(crossed, end):
            slope = (height + (np.float32(m) * step - at) * rise) * inverse
            horizon[m] = slope if slope > horizon[m] else horizon[m]


@njit(cache=True, nogil=True)
def _width(i: int, reach_cells_2: float) -> int:
    """Return how many cells sideways an octant goes at i cells ahead, within the radius."""
    left = reach_cells_2 - i * i
    return -1 if left < 0.0 else min(i, int(math.sqrt(left)))
