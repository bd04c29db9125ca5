"""What does a step across the ground take, and what does it expose whoever takes it to: compiled, one step at a time?

The rules are told in `vallum.terrain.travel`. Compiled functions that call these are cached in files of their own,
which do not notice a change here: after one, delete the `__pycache__` folders.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.terrain.pace import KNOTS, NO_WAY, STEEPEST
from vallum.terrain.steps import MOVES

FloatArray = NDArray[np.float64]

DOUBT = 128
"""Is added to the last step of a way that begins at a marked start."""
CLOSED, END, OPEN = 0, 1, 2
"""What a search may do in a cell: not enter it, enter but not leave it, both."""


LENGTHS: FloatArray = np.hypot(MOVES[:, 0], MOVES[:, 1])
"""Lengths of the sixteen steps, in cells."""


@njit(cache=True, nogil=True, inline="always")
def _pace(s_per_m, ground, knot, part_of_knot):  # type: ignore[no-untyped-def]
    low = s_per_m[ground, knot]
    if part_of_knot == 0.0:
        return low
    high = s_per_m[ground, knot + 1]
    # The difference of two infinite ones is no number.
    return low + part_of_knot * (high - low) if max(low, high) < np.inf else np.float32(np.inf)


@njit(cache=True, nogil=True)
def step_time(heights_m, ground, s_per_m, row, column, move, cell_m, sign):  # type: ignore[no-untyped-def]
    """Return what a step takes, seconds, without delays; infinite where no way leads.

    The step starts, or for `sign` -1 ends, in the cell given; both ends are on the grid and of known ground.
    """
    down, right = MOVES[move, 0], MOVES[move, 1]
    to_row, to_column = row + down, column + right
    length_m = LENGTHS[move] * cell_m
    rise_m = np.float64(heights_m[to_row, to_column]) - np.float64(heights_m[row, column])
    place = (sign * rise_m / length_m / STEEPEST + 1.0) * (0.5 * (KNOTS - 1))
    if not 0.0 <= place <= KNOTS - 1:
        return np.inf
    knot = min(int(place), KNOTS - 2)
    rest = place - knot
    one, other = ground[row, column], ground[to_row, to_column]
    pace = np.float64(_pace(s_per_m, one, knot, rest))
    if other != one:
        pace = 0.5 * (pace + np.float64(_pace(s_per_m, other, knot, rest)))
    if move < 4:
        return pace * length_m
    if move < 8:
        beside, across = ground[to_row, column], ground[row, to_column]
        if (beside != one or across != one) and (beside != other or across != other):
            first = np.inf if beside == NO_WAY else np.float64(_pace(s_per_m, beside, knot, rest))
            second = np.inf if across == NO_WAY else np.float64(_pace(s_per_m, across, knot, rest))
            pace = 0.5 * (pace + max(pace, min(first, second)))
        return pace * length_m
    long_down, long_right = down // 2, right // 2
    passed, next_passed = (
        ground[row + long_down, column + long_right],
        ground[to_row - long_down, to_column - long_right],
    )
    if passed != one or next_passed != one or other != one:
        if passed == NO_WAY or next_passed == NO_WAY:
            return np.inf
        between = np.float64(_pace(s_per_m, passed, knot, rest)) + np.float64(_pace(s_per_m, next_passed, knot, rest))
        pace = 0.5 * pace + 0.25 * between
    return pace * length_m


@njit(cache=True, nogil=True)
def mean_rate(rate, row, column, move):  # type: ignore[no-untyped-def]
    """Return the mean rate of the cells a step crosses."""
    down, right = MOVES[move, 0], MOVES[move, 1]
    ends = np.float64(rate[row, column]) + np.float64(rate[row + down, column + right])
    if move < 8:
        return 0.5 * ends
    long_down, long_right = down // 2, right // 2
    passed = np.float64(rate[row + long_down, column + long_right])
    return 0.25 * (ends + passed + np.float64(rate[row + down - long_down, column + right - long_right]))
