"""What happens when on a way: where is somebody after how long, what has he met, and when is it too late?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.terrain.stepping import mean_rate, step_time
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going

Grid = NDArray[np.float32]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_ROOT_2 = math.sqrt(2.0)
# Less is no detection that anybody would wait for.
_NO_DETECTION = 0.01
# In MOVES by row and column, from -2 to 2.
_NUMBER_OF: IntArray = np.full((5, 5), -1, np.int64)
for _number, (_down, _right) in enumerate(MOVES):
    _NUMBER_OF[_down + 2, _right + 2] = _number


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A way over the ground, and its clock.

    Attributes
    ----------
    cells
        (n, 2), int32: row and column, in the order in which they are walked, to the first from which no later alarm
        helps.
    clock_s
        (n,), float64: when it is there, seconds from the start.
    exposure
        (states, n), float64: what was met until there, in each state.
    latest_s
        The latest alarm that is in time, seconds from the start.
    """

    cells: NDArray[np.int32]
    clock_s: FloatArray
    exposure: FloatArray
    latest_s: float

    def expected_s(self, state: int = 0) -> float | None:
        """Return when the first timely detection is expected, given that there is one; None if there is none.

        Examples
        --------
        >>> way = Way(np.zeros((3, 2), np.int32), np.array([0.0, 60.0, 120.0]), np.array([[0.0, 0.0, 1.0]]), 120.0)
        >>> round(way.expected_s(), 1)
        85.1
        """
        return _expected_s(self.clock_s, self.exposure[state], self.latest_s)

    def margin_s(self, state: int = 0) -> float:
        """Return the seconds left to whoever responds when the first timely detection is expected; 0 without one."""
        expected_s = self.expected_s(state)
        return 0.0 if expected_s is None else max(0.0, self.latest_s - expected_s)


def _expected_s(clock_s: FloatArray, exposure: FloatArray, latest_s: float) -> float | None:
    """Mean of the moment of the first detection; within a step detections are spread evenly over its exposure."""
    missed = np.exp(-exposure)
    found = missed[:-1] - missed[1:]
    total = float(found.sum())
    if total < _NO_DETECTION:
        return None
    step_m = np.diff(exposure)
    # Of a step that detects with rate m over its time: 1/m - 1/(e^m - 1) of it has passed on average.
    safe = np.maximum(step_m, 1e-9)
    share = np.where(step_m > 1e-4, 1.0 / safe - 1.0 / np.expm1(safe), 0.5 - step_m / 12.0)
    at_s = clock_s[:-1] + share * np.diff(clock_s)
    return min(float((found * at_s).sum() / total), latest_s)


def walked(going: Going, cells: IntArray, rates: list[Grid]) -> tuple[FloatArray, FloatArray]:
    """Return clock and exposure along a way.

    Parameters
    ----------
    going
        The ground and who moves over it.
    cells
        (n, 2): row and column; each is a step from the one before.
    rates
        Detections a second in each cell, one grid for each state.

    Returns
    -------
    tuple of numpy.ndarray
        (n,) seconds and (states, n) exposure, both from 0.

    Examples
    --------
    >>> from vallum.terrain.pace import Pace
    >>> flat = np.zeros((1, 3), np.float32)
    >>> going = Going(flat, np.zeros((1, 3), np.uint8), Pace.constant("a walker", [1.0]), 10.0)
    >>> walked(going, np.array([[0, 0], [0, 1], [0, 2]]), [np.full((1, 3), 0.125, np.float32)])
    (array([ 0., 10., 20.]), array([[0.  , 1.25, 2.5 ]]))
    """
    clock_s, exposure = np.zeros(len(cells)), np.zeros((max(1, len(rates)), len(cells)))
    for state, rate in enumerate(rates or [np.zeros((0, 0), np.float32)]):
        _walk(
            going.heights_m,
            going.ground,
            going.pace.s_per_m,
            going.barrier.index,
            going.barrier.delay_s,
            going.barrier.exposure,
            rate,
            going.cell_m,
            np.ascontiguousarray(cells, np.int64),
            clock_s,
            exposure[state],
        )
    return clock_s, exposure[: len(rates)]


@njit(cache=True, nogil=True)
def _walk(  # type: ignore[no-untyped-def]
    heights_m, ground, s_per_m, index, delay_s, extra, rate, cell_m, cells, clock_s, exposure
):
    for at in range(len(cells) - 1):
        row, column = cells[at, 0], cells[at, 1]
        move = _NUMBER_OF[cells[at + 1, 0] - row + 2, cells[at + 1, 1] - column + 2]
        step_s = np.float64(step_time(heights_m, ground, s_per_m, row, column, move, cell_m, 1.0))
        met = 0.0
        if index.size > 0 and index[row, column] >= 0:
            step_s += np.float64(delay_s[index[row, column], move])
            met = np.float64(extra[index[row, column], move])
        clock_s[at + 1] = clock_s[at] + step_s
        if rate.size > 0:
            met += step_s * mean_rate(rate, row, column, move)
        exposure[at + 1] = exposure[at] + met


@njit(cache=True, nogil=True)
def _interrupted(clock_s, exposure, response_s, spread):  # type: ignore[no-untyped-def]
    total, steps = 0.0, len(clock_s) - 1
    for at in range(steps):
        found = math.exp(-exposure[at]) - math.exp(-exposure[at + 1])
        if found <= 0.0:
            continue
        best = -1e30
        for later in range(at, steps + 1):
            slack = (clock_s[later] - clock_s[at]) / response_s[later] - 1.0
            best = max(best, slack)
        total += found * 0.5 * math.erfc(-best / spread / _ROOT_2)
    return total


def interrupted(clock_s: FloatArray, exposure: FloatArray, response_s: FloatArray, spread: float) -> float:
    """Return how surely somebody on a way is detected and reached, when the time to respond is random.

    All responses are longer or shorter together, by a normal factor of mean 1; a detection counts at the beginning of
    its step (EASI, location B) and is answered wherever on the way that can be done.

    Parameters
    ----------
    clock_s, exposure, response_s
        (n,): when the way is where, what it has met until there, and how long a response takes to there, above 0.
    spread
        Standard deviation of the factor, above 0.

    Examples
    --------
    >>> round(interrupted(np.array([0.0, 100.0]), np.array([0.0, 1.0]), np.array([300.0, 100.0]), 0.3), 4)
    0.3161
    """
    return float(_interrupted(clock_s, exposure, response_s, spread))
