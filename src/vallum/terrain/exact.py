"""What would the slow and exact answer be?

R3 (Franklin and Ray 1994): one straight sight-line from the eye to the middle of every cell; the ground is linear
between the middles of neighbouring cells and is asked at every row and every column of middles that the line crosses,
in double precision. Exact for that model of the ground, nothing more. It is the yardstick of `viewshed`, more than
a hundred times slower.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.terrain.viewshed import EARTH_RADIUS_M, REFRACTION_K

FloatGrid = NDArray[np.float32]


def exact_minimum_visible_height(
    ground_m: FloatGrid,
    row: int,
    column: int,
    mast_m: float,
    radius_m: float,
    cell_m: float,
    refraction_k: float = REFRACTION_K,
    earth_radius_m: float = EARTH_RADIUS_M,
) -> NDArray[np.float64]:
    """Return what `viewshed.minimum_visible_height` approximates, float64; parameters and shape as there.

    Examples
    --------
    >>> plain = np.zeros((41, 41), np.float32)
    >>> seen = exact_minimum_visible_height(plain, 20, 20, mast_m=2.0, radius_m=2_000.0, cell_m=100.0)
    >>> bool(seen[20, 30] < 0), bool(np.isnan(seen[0, 0]))
    (True, True)
    """
    drop_m = (1.0 - refraction_k) * cell_m * cell_m / (2.0 * earth_radius_m)
    ground = np.ascontiguousarray(ground_m, dtype=np.float32)
    radius = int(radius_m / cell_m)
    return np.asarray(_cells(ground, row, column, float(mast_m), radius, (radius_m / cell_m) ** 2, drop_m))


@njit(cache=True, nogil=True)
def _cells(
    ground_m: FloatGrid, row: int, column: int, mast_m: float, radius: int, reach_cells_2: float, drop_m: float
) -> NDArray[np.float64]:
    rows, columns = ground_m.shape
    side = 2 * radius + 1
    seen = np.full((side, side), np.nan)
    eye_m = np.float64(ground_m[row, column]) + mast_m
    for down in range(-radius, radius + 1):
        for across in range(-radius, radius + 1):
            away = down * down + across * across
            inside = 0 <= row + down < rows and 0 <= column + across < columns
            if away > reach_cells_2 or not inside or not math.isfinite(ground_m[row + down, column + across]):
                continue
            if away == 0:
                seen[radius, radius] = -mast_m
                continue
            rise = max(
                _steepest(ground_m, row, column, down, across, eye_m, drop_m, False),
                _steepest(ground_m, column, row, across, down, eye_m, drop_m, True),
            )
            apparent_m = ground_m[row + down, column + across] - eye_m - drop_m * away
            seen[down + radius, across + radius] = rise - apparent_m if rise > -np.inf else min(apparent_m, 0.0)
    return seen


@njit(cache=True, nogil=True)
def _steepest(
    ground_m: FloatGrid, at: int, beside: int, ahead: int, across: int, eye_m: float, drop_m: float, turned: bool
) -> float:
    """Return the rise to the target over the highest crossing of the lines of middles across the way `ahead`."""
    steepest = -np.inf
    sense = 1 if ahead > 0 else -1
    away = ahead * ahead + across * across
    for crossed in range(1, abs(ahead)):
        share = crossed / abs(ahead)
        sideways = across * share
        low = math.floor(sideways)
        weight = sideways - low
        line, place = at + sense * crossed, beside + int(low)
        first = ground_m[place, line] if turned else ground_m[line, place]
        height_m = np.float64(first)
        if weight > 0.0:
            second = ground_m[place + 1, line] if turned else ground_m[line, place + 1]
            height_m = first * (1.0 - weight) + second * weight
        if not math.isfinite(height_m):
            return np.inf
        steepest = max(steepest, (height_m - eye_m - drop_m * away * share * share) / share)
    return steepest
