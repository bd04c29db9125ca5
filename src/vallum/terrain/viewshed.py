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
_OCTANTS = 8
# Rows at a time: fewer would jump through memory for every turned cell, more would not stay near.
_BAND = 8
# Indices without a sign are not looked at for being negative.
_ONE = np.uintp(1)


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
    # How many octants there are is told, not written down below: the compiler would undo a loop of eight, and then not
    # take all eight in one step.
    reach_cells_2 = (radius_m / cell_m) ** 2
    return np.asarray(_all_round(heights, row, column, float(mast_m), radius, reach_cells_2, drop_m, _OCTANTS))


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
    ground_m: FloatGrid,
    row: int,
    column: int,
    mast_m: float,
    radius: int,
    reach_cells_2: float,
    drop_m: float,
    octants: int,
) -> FloatGrid:
    """Look into all octants side by side, a band of rows at a time; in each the rays run down its rows.

    What depends on the ray and the row alone is worked out once for the eight, and then one step takes all of them:
    the last axis of the arrays is the octant.
    """
    side = 2 * radius + 1
    eye_m = np.float64(ground_m[row, column]) + mast_m
    seen = np.full((side, side), np.float32(np.nan))
    rays = _HALF_CELLS * radius
    ahead = np.empty((_BAND + 1, radius + 2, octants), np.float32)
    found = np.empty((_BAND, radius + 1, octants), np.float32)
    horizon = np.full((rays + 2, octants), _NO_HORIZON)
    for first in range(1, radius + 1, _BAND):
        end = min(first + _BAND, radius + 1)
        for octant in range(octants):
            _lay_out(ground_m, row, column, octant, first, end, eye_m, drop_m, ahead)
        for i in range(first, end):
            above, before = ahead[i - first + 1], ahead[i - first]
            _hold_against(horizon, above, i, rays, _width(i, reach_cells_2), found[i - first])
            _raise(horizon, above, before, i, rays, reach_cells_2)
            horizon[rays + 1] = horizon[rays]
        for octant in range(octants):
            _put_back(ahead, found, octant, first, end, radius, reach_cells_2, seen)
    seen[radius, radius] = -mast_m
    return seen


@njit(cache=True, nogil=True)
def _lies(octant: int) -> tuple[int, int, bool]:
    """Return where an octant lies: down or up, right or left (1 or -1), and whether it is turned: rows to the side."""
    return 1 - 2 * (octant & 1), 1 - (octant & 2), octant >= 4


@njit(cache=True, nogil=True)
def _lay_out(
    ground_m: FloatGrid,
    row: int,
    column: int,
    octant: int,
    first: int,
    end: int,
    eye_m: float,
    drop_m: float,
    ahead: FloatGrid,
) -> None:
    """Copy a band's heights against the eye, the fall of the earth taken off; a wall where the ground is unknown.

    Row i of an octant lies i cells from the post, to the side or, turned, up and down; j runs away from the axis.
    `ahead` holds the rows first - 1 .. end - 1: a band begins with the last row of the one before.
    """
    rows, columns = ground_m.shape
    down, right, turned = _lies(octant)
    rows_left, columns_left = (rows - 1 - row if down > 0 else row), (columns - 1 - column if right > 0 else column)
    last_i, last_j = (columns_left, rows_left) if turned else (rows_left, columns_left)
    known_i, known_j = min(end - 1, last_i), min(end - 1, last_j)
    if turned:
        for j in range(known_j + 1):
            line = ground_m[row + down * j]
            for i in range(max(first - 1, j), known_i + 1):
                ahead[i - first + 1, j, octant] = _rise(line[column + right * i], eye_m, drop_m * (i * i + j * j))
    else:
        for i in range(first - 1, known_i + 1):
            line = ground_m[row + down * i]
            for j in range(min(i, known_j) + 1):
                ahead[i - first + 1, j, octant] = _rise(line[column + right * j], eye_m, drop_m * (i * i + j * j))
    for i in range(first - 1, end):
        off_grid = known_j + 1 if i <= known_i else 0
        ahead[i - first + 1, off_grid : i + 1, octant] = _WALL_M
        ahead[i - first + 1, i + 1, octant] = ahead[i - first + 1, i, octant]  # met by rounding only


@njit(cache=True, nogil=True)
def _rise(ground_m: np.float32, eye_m: float, drop_m: float) -> np.float32:
    """Return how high ground stands against the eye; a wall where it is unknown."""
    return np.float32(ground_m - eye_m - drop_m) if ground_m == ground_m else _WALL_M


@njit(cache=True, nogil=True)
def _put_back(
    ahead: FloatGrid,
    found: FloatGrid,
    octant: int,
    first: int,
    end: int,
    radius: int,
    reach_cells_2: float,
    seen: FloatGrid,
) -> None:
    """Copy what was found in a band to where it belongs; the diagonals belong to the octants that are not turned."""
    down, right, turned = _lies(octant)
    if turned:
        for j in range(end - 1):
            line = seen[radius + down * j]
            for i in range(max(first, j + 1), end):
                if i * i + j * j <= reach_cells_2:
                    line[radius + right * i] = _told(found[i - first, j, octant], ahead[i - first + 1, j, octant])
    else:
        for i in range(first, end):
            line = seen[radius + down * i]
            for j in range(_width(i, reach_cells_2) + 1):
                line[radius + right * j] = _told(found[i - first, j, octant], ahead[i - first + 1, j, octant])


@njit(cache=True, nogil=True)
def _told(height_m: np.float32, ahead_m: np.float32) -> np.float32:
    """Return a height as it is told: nobody knows what is on unknown ground, nor what is seen behind it."""
    if ahead_m == _WALL_M:
        return np.float32(np.nan)
    return np.float32(np.inf) if height_m > _UNKNOWN_FROM_M else height_m


@njit(cache=True, nogil=True, error_model="numpy")
def _hold_against(horizon: FloatGrid, row: FloatGrid, i: int, rays: int, width: int, found: FloatGrid) -> None:
    """Find how far the horizon of the rows before stands above each cell of row i.

    `horizon` holds for each ray the steepest slope so far, rise for each cell ahead: all points of one ray have the
    same ratio of way to cells ahead, so slopes need no root.
    """
    cells_ahead, turn = np.float32(i), np.float32(rays / i)
    for j in range(width + 1):
        at = np.float32(j) * turn
        m = np.uintp(at)
        share = at - np.float32(m)
        steepest, beside, told, height = horizon[m], horizon[m + _ONE], found[j], row[j]
        for octant in range(row.shape[1]):
            slope = steepest[octant] + (beside[octant] - steepest[octant]) * share
            told[octant] = slope * cells_ahead - height[octant]
    if i == 1:
        # Nothing can hide the cells beside the post: all of the eye's height over them is to spare.
        found[:2] = np.minimum(row[:2], np.float32(0.0))


@njit(cache=True, nogil=True, error_model="numpy")
def _raise(horizon: FloatGrid, row: FloatGrid, before: FloatGrid, i: int, rays: int, reach_cells_2: float) -> None:
    """Raise the horizon by row i, as far as rays still are within reach.

    Ray m passes row i at m i / rays cells sideways, and on its way there from the row before it may cross one column.
    """
    cells_ahead, step, inverse = np.float32(i), np.float32(i / rays), np.float32(1.0 / i)
    stretch = (math.sqrt(reach_cells_2) + 1.0) ** 2 / (i * i) - 1.0
    last = rays if stretch >= 1.0 else int(rays * math.sqrt(max(stretch, 0.0)))
    for m in range(last + 1):
        sideways = np.float32(m) * step
        j = np.uintp(sideways)
        past = sideways - np.float32(j)
        # How many rows ago the ray crossed the column of middles j: less than one if it did so after the row before.
        ago = past * np.float32(rays / max(m, 1))
        crosses = ago < np.float32(1.0) and i > 1
        inverse_then = np.float32(1.0) / (cells_ahead - ago)
        here, beside, behind, steepest = row[j], row[j + _ONE], before[j], horizon[np.uintp(m)]
        for octant in range(row.shape[1]):
            height = here[octant]
            slope = (height + past * (beside[octant] - height)) * inverse
            crossing = (height + ago * (behind[octant] - height)) * inverse_then
            crossing = crossing if crosses else slope
            slope = crossing if crossing > slope else slope
            steepest[octant] = slope if slope > steepest[octant] else steepest[octant]


@njit(cache=True, nogil=True)
def _width(i: int, reach_cells_2: float) -> int:
    """Return how many cells sideways an octant goes at i cells ahead, within the radius."""
    left = reach_cells_2 - i * i
    return -1 if left < 0.0 else min(i, int(math.sqrt(left)))
