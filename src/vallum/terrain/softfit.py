"""Which softness foretells best how often cells were seen?

Probit regression by least squares: spread and shift at a few distances, linear between them, so that the probability
foretold for each cell comes as near as can be to the share of looks in which the cell was seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import ndtr

from vallum.terrain.soft import Softness

FloatArray = NDArray[np.float64]

# Knots as shares of the radius: dense near the post, where spread changes most.
_KNOTS = np.array([0.0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1.0])
# Before the fit cells are gathered by distance and by height over what is needed, finest where it matters.
_DISTANCE_BINS = 40
_HEIGHT_BINS = 120  # either side of 0
_FAR_SD = 300.0
# Neighbouring knots are held together this weakly (as a mean square of probability): where cells tell nothing, as
# right under a mast, where all is seen, a knot is as its neighbour. Where no cell tells anything, the spread is the
# error itself.
_SPRING = 1e-4
_ANCHOR = 0.1
_MOST_LOG_SPREAD = 5.0
_STEPS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one post saw at different times, on ground that is a little different each time.

    Attributes
    ----------
    minimum_m, distance_m
        By cell: minimum visible height on the ground as it is given, and distance from the post, metres.
    seen
        By target and cell: whether it is seen on the ground as it is given.
    frequency
        By target and cell: in which share of the looks it was seen.
    flip_share
        Share of cells that change, on average over the looks.
    """

    minimum_m: FloatArray
    distance_m: FloatArray
    seen: NDArray[np.bool_]
    frequency: FloatArray
    flip_share: float


def fitted(looks: Sequence[Look], targets_m: Sequence[float], error_sd_m: float, radius_m: float) -> Softness:
    """Fit spread and shift; every kilometre of distance weighs the same.

    Parameters
    ----------
    looks
        What posts saw.
    targets_m
        Heights of the targets of the looks, metres.
    error_sd_m
        The size of the terrain error, metres: where the search begins.
    radius_m
        How far was looked, metres.

    Examples
    --------
    >>> minimum_m, distance_m = np.tile(np.linspace(-9.0, 9.0, 200), 5), np.repeat(np.linspace(100.0, 900.0, 5), 200)
    >>> often = ndtr((1.0 - minimum_m - 0.5) / 2.0)[None]
    >>> found = fitted([Look(minimum_m, distance_m, often > 0.5, often, 0.0)], (1.0,), 3.0, 1_000.0)
    >>> found.spreads_m[3:6].round(1), found.shifts_m[3:6].round(1)
    (array([2., 2., 2.]), array([0.5, 0.5, 0.5]))
    """
    weight, spare_m, distance_m, frequency = _gathered(looks, targets_m, error_sd_m, radius_m)
    knots_m = _KNOTS * radius_m
    knots = len(knots_m)
    # A value at a distance is this matrix times the values at the knots.
    between = np.stack([np.interp(distance_m, knots_m, one) for one in np.eye(knots)], axis=1)
    roots = np.sqrt(weight / weight.sum()) if weight.size else weight
    spring = math.sqrt(_SPRING) * np.vstack([np.diff(np.eye(knots), axis=0), _ANCHOR * np.eye(knots)[:1]])
    none = np.zeros_like(spring)

    def unpacked(knot_values: FloatArray) -> tuple[FloatArray, FloatArray]:
        log_spread = np.clip(between @ knot_values[:knots], -_MOST_LOG_SPREAD, _MOST_LOG_SPREAD)
        return np.exp(log_spread), between @ knot_values[knots:]

    def differences(knot_values: FloatArray) -> FloatArray:
        spread, shift = unpacked(knot_values)
        foretold = ndtr((spare_m / error_sd_m - shift) / spread)
        return np.concatenate(
            [roots * (foretold - frequency), spring @ knot_values[:knots], spring @ knot_values[knots:]]
        )

    def slopes(knot_values: FloatArray) -> FloatArray:
        spread, shift = unpacked(knot_values)
        z = (spare_m / error_sd_m - shift) / spread
        density = roots * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        by_knot = [(-density * z)[:, None] * between, (-density / spread)[:, None] * between]
        return np.block([by_knot, [spring, none], [none, spring]])

    # MINPACK's, which leaves the machine's other threads in peace.
    found = least_squares(differences, np.zeros(2 * knots), slopes, method="lm", max_nfev=_STEPS).x
    spread = np.exp(np.clip(found[:knots], -_MOST_LOG_SPREAD, _MOST_LOG_SPREAD))
    return Softness(knots_m, spread * error_sd_m, found[knots:] * error_sd_m)


def _gathered(
    looks: Sequence[Look], targets_m: Sequence[float], error_sd_m: float, radius_m: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Gather cells that are alike: their weight, height to spare, distance and how often they were seen."""
    columns = 2 * _HEIGHT_BINS + 1
    finest = _HEIGHT_BINS / math.asinh(_FAR_SD)
    sums = np.zeros((4, _DISTANCE_BINS * columns))
    for look in looks:
        row = np.minimum((look.distance_m / radius_m * _DISTANCE_BINS).astype(np.int64), _DISTANCE_BINS - 1)
        weight = 1.0 / look.distance_m
        for target_m, frequency in zip(targets_m, look.frequency, strict=True):
            spare_m = np.clip(target_m - look.minimum_m, -_FAR_SD * error_sd_m, _FAR_SD * error_sd_m)
            column = np.rint(np.arcsinh(spare_m / error_sd_m) * finest).astype(np.int64) + _HEIGHT_BINS
            for total, each in zip(sums, (1.0, spare_m, look.distance_m, frequency), strict=True):
                total += np.bincount(row * columns + column, weight * each, total.size)
    weight, *means = sums[:, sums[0] > 0.0]
    return weight, means[0] / weight, means[1] / weight, means[2] / weight
