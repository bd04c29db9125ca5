"""How surely is a crossing detected, whichever way it takes?

Exposure m along a way is the integral of the detection rate over the time on it (Koopman, Search and Screening, 1946):
with a rate lambda per second and a speed v, a metre of way adds lambda / v, sensors add to each other, and the way is
detected with probability 1 - exp(-m). Barrier coverage (Kumar, Lai and Arora, Barrier coverage with wireless sensors,
MobiCom 2005) asks it of crossings:

- *strong*: of every way whatever from the outer edge of the band to its home edge, told by where it first crosses the
  line. Two fields of least exposure meet there: from the outer edge over ground on the outer side, and from the home
  edge over all ground; at each step of chainage the least sum over the steps across the line is that of the
  least-detected way. This is the figure to publish: whoever crosses follows wadis, not normals.
- *weak*: of straight crossings, square to the line. Never below the strong one; to be shown only labelled as weak.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vallum.plan.band import Band, Gap, Way
from vallum.terrain.met import met_on_the_way
from vallum.terrain.paths import CostField, least_cost
from vallum.terrain.steps import MOVES, Rate, straight_costs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class StrongBarrier:
    """The least exposure of any crossing, by where it first crosses.

    Attributes
    ----------
    band
        The ground it was found on.
    from_outer
        Least exposure from the outer edge of the band to every cell before the line, over such cells.
    from_home
        Least exposure from every cell to the home edge, over any.
    exposure
        One for each step of chainage: the least of any way that first crosses the line there. Infinite where the ground
        lets no way cross; NaN where the grid has no step across the line, as off the band.
    through
        Which of the band's steps across the line that way takes; -1 where there is none.
    """

    band: Band
    from_outer: CostField
    from_home: CostField
    exposure: FloatArray
    through: IntArray

    @property
    def rate(self) -> Rate:
        """Exposure per metre, infinite where no way may lead."""
        return self.from_home.rate

    @property
    def probability(self) -> FloatArray:
        """Of detecting the least-detected crossing at each step of chainage."""
        return np.asarray(-np.expm1(-self.exposure))

    def gaps(self, required: float) -> tuple[Gap, ...]:
        """Return the stretches where some crossing is detected less surely than required."""
        return self.band.gaps(self.probability, required)

    def way(self, chainage_m: float | None = None) -> Way:
        """Return the least-detected way across the line, at one chainage or anywhere.

        Parameters
        ----------
        chainage_m
            The way that first crosses in the step of this chainage; without it the least detected of all.

        Raises
        ------
        ValueError
            If no way crosses there.
        """
        over, columns = self.band.over, self.rate.shape[1]
        passable = np.isfinite(self.exposure)
        step = int(np.argmin(np.where(passable, self.exposure, np.inf)))
        if chainage_m is not None:
            step = self.band.step_of(chainage_m)
        if not passable[step]:
            where = "anywhere" if chainage_m is None else f"at {chainage_m:,.0f} m"
            raise ValueError(f"No way crosses the line {where}: the ground is blocked or not on the grid.")
        least = int(self.through[step])
        there = self.from_outer.way_to(*divmod(int(over.start[least]), columns))
        back = self.from_home.way_to(*divmod(int(over.end[least]), columns))
        return Way.along(self.band, self.rate, np.concatenate([there, back[::-1]]))

    def sensors_met(self, sets: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Count the sensors that see some cell of the least-detected way, for each step of chainage.

        Parameters
        ----------
        sets
            (rows, columns, words): who sees each cell, as `vallum.terrain.whosees` keeps it.

        Returns
        -------
        numpy.ndarray
            How many different ones; where ways cost the same it is one of them that is counted. -1 where none crosses.
        """
        band, words = self.band, sets.shape[2]
        crossed = np.flatnonzero(np.isfinite(self.exposure))
        through = self.through[crossed]
        start, end = band.over.start[through], band.over.end[through]
        met = met_on_the_way(self.from_outer, sets).reshape(-1, words)[start]
        met |= met_on_the_way(self.from_home, sets).reshape(-1, words)[end]
        # The step over the line may pass two more cells: one along the long way of a knight's move, from either end.
        passed = (MOVES[band.over.move[through]] / 2).astype(np.int64) @ [sets.shape[1], 1]
        met |= sets.reshape(-1, words)[start + passed] | sets.reshape(-1, words)[end - passed]
        counts = np.full(band.steps, -1, dtype=np.int64)
        counts[crossed] = np.bitwise_count(met).sum(axis=1)
        return counts


@dataclass(frozen=True, slots=True, eq=False)
class WeakBarrier:
    """The exposure of straight crossings only: weak barrier coverage, to be labelled as such wherever shown.

    Attributes
    ----------
    band
        The ground it was found on.
    exposure
        One for each step of chainage: of the crossing nearest to its middle, as straight and square as the sixteen
        moves allow. Infinite where the ground blocks every one; NaN where the grid has no step across the line.
    """

    band: Band
    exposure: FloatArray

    @property
    def probability(self) -> FloatArray:
        """Of detecting the straight crossing at each step of chainage."""
        return np.asarray(-np.expm1(-self.exposure))


def strong_barrier(
    band: Band, rate: NDArray[np.floating[Any]], progress: Callable[[float], object] | None = None
) -> StrongBarrier:
    """Find the least exposure of any crossing, for each step of chainage.

    Parameters
    ----------
    band
        The ground.
    rate
        (rows, columns): exposure per metre of way, lambda / speed, over all sensors; 0 or more and finite. NaN where
        nobody can go. Ground whose height is unknown is not such: what no sensor is known to see has the rate 0.
    progress
        Called with the share done; what it raises stops the work.

    Raises
    ------
    ValueError
        If the rates are not of the band's grid, negative or infinite.

    Examples
    --------
    Two rows of ground are watched along the line, but for a hole of two cells:

    >>> band = Band.straight(rows=20, columns=60, cell_m=50.0, step_m=500.0)
    >>> rate = np.zeros((20, 60))
    >>> rate[9:11] = 0.02
    >>> rate[9:11, 34:36] = 0.002
    >>> strong = strong_barrier(band, rate)
    >>> strong.probability.round(2)
    array([0.86, 0.86, 0.86, 0.18, 0.86, 0.86])
    >>> way = strong.way()
    >>> round(way.crosses_at_m), round(way.probability, 2), strong.gaps(0.5)[0].from_m
    (1725, 0.18, 1500.0)
    """
    walked = exposure_rate(band, rate)
    first, second = (None, None) if progress is None else (_part(progress, 0.0), _part(progress, 0.5))
    before = np.where(band.offset_m < 0.0, walked, np.float32(np.inf))
    from_outer = least_cost(before, band.outer, band.cell_m, progress=first)
    from_home = least_cost(walked, band.home, band.cell_m, progress=second)
    part = band.over.part(0, band.steps - 1)
    sums = crossing_sums(band, from_outer, from_home, part)
    step, least = band.over.least(sums, part)
    exposure, through = np.full(band.steps, np.nan), np.full(band.steps, -1, dtype=np.int64)
    exposure[step], through[step] = sums[least], part.start + least
    return StrongBarrier(band, from_outer, from_home, exposure, through)


def weak_barrier(band: Band, rate: NDArray[np.floating[Any]]) -> WeakBarrier:
    """Find the exposure of straight crossings, one for each step of chainage.

    They are priced by the same moves as the strong barrier's, and are never below it.

    Parameters
    ----------
    band, rate
        As for `strong_barrier`.

    Examples
    --------
    >>> band = Band.straight(rows=20, columns=60, cell_m=50.0, step_m=500.0)
    >>> rate = np.zeros((20, 60))
    >>> rate[9:11] = 0.02
    >>> weak_barrier(band, rate).probability.round(2)
    array([0.86, 0.86, 0.86, 0.86, 0.86, 0.86])
    """
    walked, over = exposure_rate(band, rate), band.over
    chainage_m = band.chainage_m.ravel().astype(np.float64)
    # The steps across that are nearest to the middle of the step of chainage and squarest to the line come first.
    slant_m = np.abs(chainage_m[over.end] - chainage_m[over.start])
    middle_m = band.from_m + (over.step + 0.5) * band.step_m
    order = np.lexsort((np.abs(over.at_m - middle_m) + slant_m, over.step))
    exposure = np.full(band.steps, np.nan)
    step, first = np.unique(over.step[order], return_index=True)
    exposure[step] = _straight(band, walked, order[first])
    # The others are looked at only where the first cannot be walked: the first of them that can.
    others = order[np.isinf(exposure[over.step[order]])]
    walks = _straight(band, walked, others)
    others, walks = others[np.isfinite(walks)], walks[np.isfinite(walks)]
    step, first = np.unique(over.step[others], return_index=True)
    exposure[step] = walks[first]
    return WeakBarrier(band, exposure)


def exposure_rate(band: Band, rate: NDArray[np.floating[Any]]) -> Rate:
    """Return an own copy of exposure per metre, infinite outside the band and where nobody can go.

    Raises
    ------
    ValueError
        If the rates are not of the band's grid, negative or infinite.
    """
    if rate.shape != band.offset_m.shape:
        raise ValueError(f"Rates {rate.shape} are not of the band's grid, {band.offset_m.shape}.")
    if np.isinf(rate).any():
        raise ValueError("A rate is infinite: no sensor is sure. Give NaN where nobody can go.")
    return np.where(band.inside & ~np.isnan(rate), rate, np.inf).astype(np.float32)


def crossing_sums(band: Band, from_outer: CostField, from_home: CostField, part: slice | IntArray) -> FloatArray:
    """Return the least exposure of the ways over each of some of the steps across the line."""
    over = band.over
    there, back = from_outer.cost.ravel()[over.start[part]], from_home.cost.ravel()[over.end[part]]
    return there + over.costs(from_home.rate, band.cell_m, part) + back


def _straight(band: Band, rate: Rate, steps_over: IntArray) -> FloatArray:
    """Return the exposure of crossings that lead straight to and from some of the steps across the line."""
    over, columns = band.over, rate.shape[1]
    chainage_m = band.chainage_m.ravel().astype(np.float64)
    exposure = over.costs(rate, band.cell_m, steps_over)
    for cells, edge in ((over.start[steps_over], band.outer), (over.end[steps_over], band.home)):
        far = edge[_nearest(chainage_m[edge @ np.array([columns, 1])], chainage_m[cells])]
        exposure += straight_costs(rate, far, np.stack(np.divmod(cells, columns), axis=1), band.cell_m)
    return exposure


def _nearest(values: FloatArray, wanted: FloatArray) -> IntArray:
    """Return which of some values is nearest to each wanted."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    above = np.clip(np.searchsorted(ordered, wanted), 1, max(len(ordered) - 1, 1))
    above = np.minimum(above, len(ordered) - 1)
    below = np.maximum(above - 1, 0)
    return np.asarray(order[np.where(wanted - ordered[below] <= ordered[above] - wanted, below, above)])


def _part(progress: Callable[[float], object], done: float) -> Callable[[float], object]:
    return lambda share: progress(done + share / 2.0)
