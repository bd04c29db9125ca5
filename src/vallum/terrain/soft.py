"""How surely is ground seen, when the terrain itself may be wrong?

A line of sight is yes or no only on ground that is known exactly. On ground known to a standard deviation, something
that stands target_m high at distance d is seen with probability

    V = Phi((target_m - h_min - shift(d)) / spread(d)),

where h_min is the minimum visible height of `viewshed` on the ground as it is given, and Phi the normal distribution
function. Spread and shift, both in metres, belong to a terrain source at a kind of ground: `vallum.terrain.montecarlo`
finds them. The shift is above 0 where errors hide more than they open, which on a plain they do: one bump in the way
is enough.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

FloatArray = NDArray[np.float64]
FloatGrid = NDArray[np.float32]

# Bands of every figure of coverage: ground counts as seen for sure from here, as perhaps seen down to there.
SURE = 0.9
PERHAPS = 0.1

_EXACT_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Softness:
    """How far terrain error blurs what is seen, by distance.

    Attributes
    ----------
    knots_m
        Distances from the post, rising, metres; between them spread and shift are linear, beyond them constant.
    spreads_m
        By knot, metres above 0: the standard deviation of the height from which something is seen.
    shifts_m
        By knot, metres: how much higher than without error something must stand to be seen in half of all cases.

    Raises
    ------
    ValueError
        If the arrays differ in length or are empty, knots do not rise, or a spread is not above 0.

    Examples
    --------
    >>> soft = Softness(np.array([0.0, 10_000.0]), np.array([1.0, 3.0]), np.array([0.0, 2.0]))
    >>> soft.probability(np.array([-20.0, 0.0, 0.0, np.inf]), 1.0, np.array([100.0, 0.0, 5_000.0, 100.0])).round(2)
    array([1.  , 0.84, 0.5 , 0.  ])
    """

    knots_m: FloatArray
    spreads_m: FloatArray
    shifts_m: FloatArray

    def __post_init__(self) -> None:
        knots, spread, shift = (np.array(a, np.float64) for a in (self.knots_m, self.spreads_m, self.shifts_m))
        if knots.ndim != 1 or knots.size == 0 or not knots.shape == spread.shape == shift.shape:
            raise ValueError(
                f"Softness: {knots.size} distances, {spread.size} spreads, {shift.size} shifts; give one of each by "
                "knot."
            )
        if not (np.isfinite(knots).all() and np.isfinite(shift).all() and (np.diff(knots) > 0.0).all()):
            raise ValueError("Softness: distances must rise from knot to knot, and distances and shifts be finite.")
        if not ((spread > 0.0) & np.isfinite(spread)).all():
            raise ValueError(f"Softness: a spread of {spread.min()} m; give metres above 0.")
        for name, values in (("knots_m", knots), ("spreads_m", spread), ("shifts_m", shift)):
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @classmethod
    def none(cls) -> Softness:
        """Return that of ground that is known exactly: yes or no.

        Examples
        --------
        >>> Softness.none().probability(np.array([0.9, 1.1]), 1.0, 500.0)
        array([1., 0.])
        """
        return cls(np.zeros(1), np.full(1, _EXACT_M), np.zeros(1))

    def spread_m(self, distance_m: float | FloatArray | FloatGrid) -> FloatArray:
        """Return the spread at distances from the post, metres."""
        return np.asarray(np.interp(distance_m, self.knots_m, self.spreads_m))

    def shift_m(self, distance_m: float | FloatArray | FloatGrid) -> FloatArray:
        """Return the shift at distances from the post, metres."""
        return np.asarray(np.interp(distance_m, self.knots_m, self.shifts_m))

    @overload
    def probability(self, minimum_visible_height_m: float, target_m: float, distance_m: float) -> float: ...
    @overload
    def probability(
        self,
        minimum_visible_height_m: FloatArray | FloatGrid,
        target_m: float | FloatArray | FloatGrid,
        distance_m: float | FloatArray | FloatGrid,
    ) -> FloatArray: ...
    def probability(
        self,
        minimum_visible_height_m: float | FloatArray | FloatGrid,
        target_m: float | FloatArray | FloatGrid,
        distance_m: float | FloatArray | FloatGrid,
    ) -> float | FloatArray:
        """Return how probable it is that the ground lets a post see something.

        Parameters
        ----------
        minimum_visible_height_m
            From `viewshed`, metres above the ground.
        target_m
            How high it stands above the ground, metres.
        distance_m
            From the post, metres. All three broadcast.

        Returns
        -------
        float or numpy.ndarray
            0 to 1; 0 behind unknown ground, NaN where the height is NaN.
        """
        spare_m = np.asarray(target_m, np.float64) - minimum_visible_height_m - self.shift_m(distance_m)
        seen = np.asarray(ndtr(spare_m / self.spread_m(distance_m)))
        return float(seen) if seen.ndim == 0 else seen

    @overload
    def limits(self, target_m: float, distance_m: float, probability: float) -> float: ...
    @overload
    def limits(self, target_m: float, distance_m: FloatArray | FloatGrid, probability: float) -> FloatArray: ...
    def limits(
        self, target_m: float, distance_m: float | FloatArray | FloatGrid, probability: float
    ) -> float | FloatArray:
        """Return the largest minimum visible height that still has at least a probability.

        So a band is a threshold: what is surely seen is `h_min <= limits(target_m, distance_m, SURE)`.

        Parameters
        ----------
        target_m
            How high it stands above the ground, metres.
        distance_m
            From the post, metres.
        probability
            Between 0 and 1, both excluded.

        Raises
        ------
        ValueError
            If the probability is 0, 1 or outside.

        Examples
        --------
        >>> soft = Softness(np.array([0.0]), np.array([2.0]), np.array([1.0]))
        >>> [round(soft.limits(1.7, 500.0, p), 2) for p in (SURE, 0.5, PERHAPS)]
        [-1.86, 0.7, 3.26]
        """
        if not 0.0 < probability < 1.0:
            raise ValueError(f"No height has a probability of {probability} for sure; give one between 0 and 1.")
        limit_m = np.asarray(target_m - self.shift_m(distance_m) - self.spread_m(distance_m) * ndtri(probability))
        return float(limit_m) if limit_m.ndim == 0 else limit_m


def opinion_share(probability: FloatArray | FloatGrid) -> float:
    """Return the share of cells of which a yes or a no would be an opinion: seen in 10 to 90 % of all cases.

    Parameters
    ----------
    probability
        0 to 1, any shape; NaN is not counted.

    Returns
    -------
    float
        0 to 1; NaN where nothing is counted.

    Examples
    --------
    >>> opinion_share(np.array([0.0, 0.5, 0.95, 0.89, np.nan]))
    0.5
    """
    known = np.isfinite(probability)
    between = (probability > PERHAPS) & (probability < SURE)
    counted = int(np.count_nonzero(known))
    return int(np.count_nonzero(between)) / counted if counted else math.nan
