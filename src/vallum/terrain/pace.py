"""How long does a metre of way take, on which ground and at which slope?

Whoever moves - on foot, in a vehicle - is a table: seconds for a horizontal metre by class of ground and by slope in
the direction of travel. Formulas for people stand in `walking`, those for vehicles in `driving`; which figures go into
them is data of `vallum.assets.mobility`. The kernels that find ways only look up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STEEPEST = 1.2
"""Slopes beyond this, about 50 degrees, are climbed, not walked: no way leads there."""
KNOTS = 241
NO_WAY = 255
"""The class of ground where no way leads."""


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """Seconds for a horizontal metre.

    Attributes
    ----------
    name
        Who moves, and when: 'person at night'.
    grounds
        The classes of ground, in the order of the numbers that a grid of classes holds.
    s_per_m
        Shape (grounds, knots), float32: at slopes (rise by run, in the direction of travel) from -`STEEPEST` to
        `STEEPEST`; infinite where no way leads.

    Raises
    ------
    ValueError
        If the table does not fit its grounds, or a metre takes no time.

    Examples
    --------
    >>> level = Pace.of("a ball", ["board"], [lambda slope: np.where(slope > 0.0, 0.0, 2.0)])
    >>> level.at(0, -0.1), level.at(0, 0.3)
    (0.5, inf)
    """

    name: str
    grounds: tuple[str, ...]
    s_per_m: NDArray[np.float32]

    def __post_init__(self) -> None:
        shape = (len(self.grounds), KNOTS)
        if self.s_per_m.shape != shape or not self.grounds:
            raise ValueError(f"{self.name}: the table is {self.s_per_m.shape}, not {shape}: a row for each ground.")
        if not (self.s_per_m > 0.0).all():
            raise ValueError(f"{self.name}: every metre takes time; a pace of 0 s or less, or none, is in the table.")

    @classmethod
    def of(cls, name: str, grounds: Sequence[str], speeds_m_s: Sequence[Callable[[FloatArray], Any]]) -> Pace:
        """Tabulate speeds.

        Parameters
        ----------
        name, grounds
            As in the class.
        speeds_m_s
            For each ground a function of the slope, m/s over the horizontal; 0 where no way leads.
        """
        slopes = np.linspace(-STEEPEST, STEEPEST, KNOTS)
        with np.errstate(divide="ignore"):
            rows = [1.0 / np.broadcast_to(np.asarray(speed(slopes), np.float64), slopes.shape) for speed in speeds_m_s]
        return cls(name, tuple(grounds), np.asarray(rows, np.float32).reshape(-1, KNOTS))

    @classmethod
    def constant(cls, name: str, s_per_m: Sequence[float]) -> Pace:
        """Return a pace that slopes do not change, one for each of as many grounds.

        Examples
        --------
        >>> Pace.constant("a test", [60.0, 90.0]).at(1, 0.7)
        90.0
        """
        rows = np.repeat(np.asarray(s_per_m, np.float32)[:, None], KNOTS, axis=1)
        return cls(name, tuple(f"ground {number}" for number in range(len(rows))), rows)

    def at(self, ground: int, slope: float) -> float:
        """Return the pace on a ground at a slope, s/m, as the kernels interpolate it; infinite beyond the steepest."""
        place = (slope / STEEPEST + 1.0) / 2.0 * (KNOTS - 1)
        if not 0.0 <= place <= KNOTS - 1:
            return float("inf")
        knot = min(int(place), KNOTS - 2)
        low, high = float(self.s_per_m[ground, knot]), float(self.s_per_m[ground, knot + 1])
        if place == knot:
            return low
        # The difference of two infinite ones is no number.
        return low + (place - knot) * (high - low) if max(low, high) < float("inf") else float("inf")

    @property
    def fastest_s_per_m(self) -> float:
        """The least that a metre takes anywhere."""
        return float(self.s_per_m.min())

    @property
    def slowest_s_per_m(self) -> float:
        """The most that a metre takes where a way leads at all; raises ValueError if it leads nowhere."""
        return float(self.s_per_m[np.isfinite(self.s_per_m)].max())
