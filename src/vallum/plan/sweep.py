"""How does what one sensor sees add to cells and to ways across the line?

Exposure is additive: lambda = -ln(1 - p) per look, looks per second, seconds per metre. A target that meets the
exposure m is detected with the probability 1 - exp(-m). Three values run side by side through everything: nominal by
the probability of sight; low, of that, where ground is surely seen (P >= 0.9 over the terrain's error); high where
perhaps seen ground (P >= 0.1) counts as seen. So low <= nominal <= high everywhere.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

LOW, NOMINAL, HIGH = 0, 1, 2
BANDS = ("low", "nominal", "high")

_ROOT_2 = math.sqrt(2.0)


@njit(cache=True, nogil=True)
def _met(
    seen_at_m: float,
    knot: int,
    by_distance: NDArray[np.float32],
    needs_sight: bool,
    looks_per_s: float,
) -> tuple[float, float, float, int]:
    """Return low, nominal and high exposure a second, and how sure sight is: 3 sure, 2 likely, 1 perhaps, 0 no."""
    look, rate = by_distance[0, knot], by_distance[1, knot]
    if look <= 0.0:
        return 0.0, 0.0, 0.0, 0
    if not needs_sight:
        return rate, rate, rate, 3
    if not seen_at_m <= by_distance[4, knot]:
        # Less than possible; NaN, unknown, is here too.
        return 0.0, 0.0, 0.0, 0
    sight = 0.5 * math.erfc(-(by_distance[3, knot] - seen_at_m) * by_distance[5, knot] / _ROOT_2)
    nominal = min(-math.log1p(-min(sight * look, 1.0 - 1e-9)) * looks_per_s, rate)
    if seen_at_m <= by_distance[2, knot]:
        # Sure is 90 % and more, not certain: the low figure is never above the nominal one.
        return nominal, nominal, rate, 3
    return 0.0, nominal, rate, 2 if seen_at_m <= by_distance[3, knot] else 1


@njit(cache=True, nogil=True)
def over_cells(
    seen_at_m: NDArray[np.float32],
    row: int,
    column: int,
    x_cells: float,
    y_cells: float,
    axis_x: float,
    axis_y: float,
    cos_half: float,
    cell_m: float,
    reach_m: float,
    per_metre: float,
    by_distance: NDArray[np.float32],
    needs_sight: bool,
    looks_per_s: float,
    counts_from: float,
    seconds_per_m: float,
    word: int,
    bit: int,
    sets: NDArray[np.uint64],
    rate: NDArray[np.float32],
    lowest_m: NDArray[np.float32],
) -> None:
    """Add one sensor to the cells of a part.

    Parameters
    ----------
    seen_at_m
        Minimum visible heights around its cell.
    row, column
        Its cell on the part's grid, or beside it.
    x_cells, y_cells
        Where it stands from the middle of its cell, cells to the right and up.
    axis_x, axis_y, cos_half
        Its sector.
    cell_m, reach_m, per_metre, by_distance, needs_sight, looks_per_s
        As in `outlook`.
    counts_from
        Least detection of one look with which it counts as seeing a cell.
    seconds_per_m
        How slow the target is.
    word, bit
        Its place in the sets.
    sets
        Shape (3, rows, columns, words), uint64, changed in place.
    rate
        Shape (3, rows, columns), float32, or of no cells when not wanted: exposure by metre of way, changed in place.
    lowest_m
        Shape (rows, columns), float32, changed in place: the least height that is seen.
    """
    radius = seen_at_m.shape[0] // 2
    rows, columns = sets.shape[1], sets.shape[2]
    mask = np.uint64(1) << np.uint64(bit)
    wants_rate = rate.shape[1] == rows
    for i in range(max(0, radius - row), min(2 * radius + 1, rows - row + radius)):
        up = np.float64(radius - i) - y_cells
        for j in range(max(0, radius - column), min(2 * radius + 1, columns - column + radius)):
            right = np.float64(j - radius) - x_cells
            away = math.sqrt(right * right + up * up)
            away_m = away * cell_m
            if away_m > reach_m:
                continue
            ahead = right * axis_x + up * axis_y
            if ahead < cos_half * away - 1e-9:
                continue
            knot = int(away_m * per_metre + 0.5)
            low, nominal, high, sure = _met(seen_at_m[i, j], knot, by_distance, needs_sight, looks_per_s)
            r, c = row - radius + i, column - radius + j
            if by_distance[0, knot] > 0.0 and seen_at_m[i, j] < lowest_m[r, c]:
                lowest_m[r, c] = seen_at_m[i, j]
            if wants_rate:
                rate[0, r, c] += np.float32(low * seconds_per_m)
                rate[1, r, c] += np.float32(nominal * seconds_per_m)
                rate[2, r, c] += np.float32(high * seconds_per_m)
            if sure >= 1 and by_distance[0, knot] >= counts_from:
                sets[2, r, c, word] |= mask
                if sure >= 2:
                    sets[1, r, c, word] |= mask
                if sure >= 3:
                    sets[0, r, c, word] |= mask


@njit(cache=True, nogil=True)
def over_ways(
    seen_at_m: NDArray[np.float32],
    row: int,
    column: int,
    x_m: float,
    y_m: float,
    axis_x: float,
    axis_y: float,
    cos_half: float,
    left_m: float,
    top_m: float,
    cell_m: float,
    reach_m: float,
    per_metre: float,
    by_distance: NDArray[np.float32],
    needs_sight: bool,
    looks_per_s: float,
    seconds: float,
    ways_x_m: NDArray[np.float64],
    ways_y_m: NDArray[np.float64],
    exposure: NDArray[np.float64],
) -> None:
    """Add one sensor to straight ways across the line.

    Parameters
    ----------
    seen_at_m, row, column
        As for `over_cells`; row and column on the strip's grid.
    x_m, y_m
        Where it stands on the plane.
    axis_x, axis_y, cos_half, cell_m, reach_m, per_metre, by_distance, needs_sight, looks_per_s
        As for `over_cells`.
    left_m, top_m
        Upper left corner of the strip's grid.
    seconds
        How long the target takes for one sample.
    ways_x_m, ways_y_m
        Shape (ways, samples).
    exposure
        Shape (4, ways), changed in place: low, nominal and high, and what of the low stands on walk tests.
    """
    radius = seen_at_m.shape[0] // 2
    for way in range(ways_x_m.shape[0]):
        for sample in range(ways_x_m.shape[1]):
            right, up = ways_x_m[way, sample] - x_m, ways_y_m[way, sample] - y_m
            away_m = math.sqrt(right * right + up * up)
            if away_m > reach_m:
                continue
            ahead = right * axis_x + up * axis_y
            if ahead < cos_half * away_m - 1e-6:
                continue
            i = math.floor((top_m - ways_y_m[way, sample]) / cell_m) - row + radius
            j = math.floor((ways_x_m[way, sample] - left_m) / cell_m) - column + radius
            # The cell at the very end of the reach may lie just past the window.
            i, j = min(max(i, 0), 2 * radius), min(max(j, 0), 2 * radius)
            knot = int(away_m * per_metre + 0.5)
            low, nominal, high, _ = _met(seen_at_m[i, j], knot, by_distance, needs_sight, looks_per_s)
            exposure[0, way] += low * seconds
            exposure[1, way] += nominal * seconds
            exposure[2, way] += high * seconds
            if by_distance[6, knot] > 0.0:
                exposure[3, way] += low * seconds
