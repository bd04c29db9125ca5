"""Which sensor, or which two, must not be lost?

A crossing is open when its exposure, and with it its detection, is below what is required. Exposure adds up over
sensors, so a lost sensor is a subtraction inside its own window, and the two fields of least exposure need work only
where they fall, and only below the exposure required: everything else is as it was. Singles and pairs are gone through
one and all. Two sensors can open a crossing that neither opens alone only where one changes costs within the other's
window, or where they change the same crossing; other pairs are passed over without loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.plan.band import Gap, Way
from vallum.plan.barrier import StrongBarrier, crossing_sums
from vallum.terrain.paths import lowered
from vallum.terrain.steps import FARTHEST_STEP

IntArray = NDArray[np.int64]
Grid = NDArray[np.bool_]

# What is left of a rate in single precision when its only part is taken away.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """What one sensor adds to the exposure.

    Attributes
    ----------
    row, column
        Upper left cell of its window on the band's grid.
    rate
        (rows, columns) of the window, which lies on the grid: exposure per metre, finite, 0 where it sees nothing.
    """

    row: int
    column: int
    rate: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """What the loss of one or two sensors opens.

    Attributes
    ----------
    sensors
        Those lost, by number.
    gaps
        Stretches of chainage that are open without them, and are not with all, nor with only one of the two lost.
    way
        The least-detected way across them.
    """

    sensors: tuple[int, ...]
    gaps: tuple[Gap, ...]
    way: Way


@dataclass(frozen=True, slots=True)
class Losses:
    """What single and double losses open.

    Attributes
    ----------
    required
        Detection required of every crossing.
    already
        Stretches that are open with every sensor at work; they are not told again below.
    singles, pairs
        In order of sensors.
    pairs_tried
        How many pairs had to be worked out.
    """

    required: float
    already: tuple[Gap, ...]
    singles: tuple[Opening, ...]
    pairs: tuple[Opening, ...]
    pairs_tried: int


def losses(
    barrier: StrongBarrier,
    sensors: int,
    footprint: Callable[[int], Footprint],
    required: float,
    pairs: bool = True,
    progress: Callable[[float], object] | None = None,
) -> Losses:
    """Find the single sensors and the pairs whose loss opens a crossing.

    Parameters
    ----------
    barrier
        With every sensor at work; its rates are the sum of the footprints.
    sensors
        How many there are.
    footprint
        Gives that of a sensor by number; asked for more than once, and held one or two at a time.
    required
        Least detection of a crossing that counts as closed, above 0 and below 1.
    pairs
        Whether pairs are asked about.
    progress
        Called with the share done; what it raises stops the work, and the barrier is as before.

    Raises
    ------
    ValueError
        If the required detection is out of range, or a footprint does not lie on the grid.

    Examples
    --------
    >>> from vallum.plan.band import Band
    >>> from vallum.plan.barrier import strong_barrier
    >>> band = Band.straight(rows=12, columns=40, cell_m=50.0, step_m=500.0)
    >>> windows = [Footprint(4, first, np.full((4, 20), 0.01, np.float32)) for first in (0, 10, 20)]
    >>> rate = np.zeros((12, 40), np.float32)
    >>> for window in windows:
    ...     rate[4:8, window.column : window.column + 20] += window.rate
    >>> found = losses(strong_barrier(band, rate), 3, windows.__getitem__, required=0.7)
    >>> [(one.sensors, one.gaps[0].from_m, one.gaps[0].to_m) for one in found.singles]
    [((0,), 0.0, 1000.0), ((2,), 1000.0, 2000.0)]
    >>> [two.sensors for two in found.pairs]
    [(0, 1), (1, 2)]
    """
    if not 0.0 < required < 1.0:
        raise ValueError(f"The detection required of a crossing is above 0 and below 1, not {required}.")
    work = _Work.on(barrier, footprint, -float(np.log1p(-required)))
    already = barrier.exposure < work.limit
    singles: list[Opening] = []
    opened = np.zeros((sensors, barrier.band.steps), dtype=np.bool_)
    windows = np.array([_window(footprint(one)) for one in range(sensors)], dtype=np.int64).reshape(-1, 4)
    changes = []
    # Pairs are most of the work by far; nobody knows beforehand how many there are.
    singles_share = 0.1 if pairs else 1.0
    for one in range(sensors):
        with work.lost(one) as changed:
            changes.append(changed.marks(barrier, windows))
            opened[one], opening = work.opening((one,), changed, already)
        if opening is not None:
            singles.append(opening)
        if progress is not None:
            progress(singles_share * (one + 1) / sensors)
    doubles: list[Opening] = []
    tried = 0
    for one in range(sensors) if pairs else ():
        near = [other for other in range(one + 1, sensors) if changes[one].meets(changes[other], one, other)]
        tried += len(near)
        if near:
            with work.lost(one):
                for other in near:
                    with work.lost(other) as changed:
                        known = already | opened[one] | opened[other]
                        _, opening = work.opening((one, other), changed, known)
                    if opening is not None:
                        doubles.append(opening)
        if progress is not None:
            progress(singles_share + (1.0 - singles_share) * (one + 1) / sensors)
    return Losses(required, barrier.gaps(required), tuple(singles), tuple(doubles), tried)


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """Where a lost sensor changes what others might: kept for every sensor, so small.

    Attributes
    ----------
    windows
        For each sensor, whether costs fell in its window or the windows touch, a step's reach included.
    before, behind
        For each step across the line, packed: whether the cost fell from the outer edge to it, or from it home.
    """

    windows: Grid
    before: NDArray[np.uint8]
    behind: NDArray[np.uint8]

    def meets(self, other: _Marks, one_number: int, other_number: int) -> bool:
        """Say whether the loss of both can open more than the losses of each."""
        if self.windows[other_number] or other.windows[one_number]:
            return True
        return bool((self.before & other.behind).any() or (self.behind & other.before).any())


@dataclass(frozen=True, slots=True, eq=False)
class _Changed:
    """The window of a lost sensor and the cells whose costs fell, from the outer edge and from the home edge."""

    window: IntArray
    before: IntArray
    behind: IntArray

    def marks(self, barrier: StrongBarrier, windows: IntArray) -> _Marks:
        """Return what is to be kept of it."""
        cells, over, width = np.concatenate([self.before, self.behind]), barrier.band.over, barrier.rate.shape[1]
        inside = np.zeros(len(windows), dtype=np.bool_)
        if cells.size:
            row, column = np.divmod(cells, width)
            top, side = int(row.min()), int(column.min())
            # Summed up and along, the cells in any window are four look-ups.
            sums = np.zeros((int(row.max()) - top + 2, int(column.max()) - side + 2), dtype=np.int32)
            sums[row - top + 1, column - side + 1] = 1
            sums = sums.cumsum(axis=0).cumsum(axis=1)
            first, end = (np.clip(windows[:, part] - top, 0, sums.shape[0] - 1) for part in (0, 1))
            left, right = (np.clip(windows[:, part] - side, 0, sums.shape[1] - 1) for part in (2, 3))
            inside = sums[end, right] - sums[first, right] - sums[end, left] + sums[first, left] > 0
        mine = self.window
        touch = (windows[:, 0] < mine[1]) & (mine[0] < windows[:, 1])
        touch &= (windows[:, 2] < mine[3]) & (mine[2] < windows[:, 3])
        before, behind = np.isin(over.start, self.before), np.isin(over.end, self.behind)
        return _Marks(inside | touch, np.packbits(before), np.packbits(behind))


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """The barrier's own fields, in which sensors are lost for a while."""

    barrier: StrongBarrier
    footprint: Callable[[int], Footprint]
    limit: float
    # Of every step across the line: where it begins, and what both fields say of its ends with every sensor at work.
    row: IntArray
    column: IntArray
    before: NDArray[np.float32]
    behind: NDArray[np.float32]

    @classmethod
    def on(cls, barrier: StrongBarrier, footprint: Callable[[int], Footprint], limit: float) -> _Work:
        over = barrier.band.over
        row, column = np.divmod(over.start, barrier.rate.shape[1])
        before, behind = barrier.from_outer.cost.ravel()[over.start], barrier.from_home.cost.ravel()[over.end]
        return cls(barrier, footprint, limit, row, column, before, behind)

    @contextmanager
    def lost(self, sensor: int) -> Iterator[_Changed]:
        """Hold rates and fields without a sensor, and put them back."""
        seen = self.footprint(sensor)
        rows = slice(seen.row, seen.row + seen.rate.shape[0])
        columns = slice(seen.column, seen.column + seen.rate.shape[1])
        grid = self.barrier.rate.shape
        if seen.row < 0 or seen.column < 0 or rows.stop > grid[0] or columns.stop > grid[1]:
            raise ValueError(
                f"Sensor {sensor}: its window of {seen.rate.shape} cells at {seen.row}, {seen.column} leaves the grid "
                f"of {grid}; cut it to the grid."
            )
        if not seen.rate.min(initial=0.0) >= 0.0:
            raise ValueError(f"Sensor {sensor}: its exposure is negative or not a number in some cell; give 0 or more.")
        fell: list[IntArray] = []
        with ExitStack() as stack:
            for found in (self.barrier.from_outer, self.barrier.from_home):
                rate = found.rate[rows, columns]
                before = rate.copy()
                left = before - seen.rate
                left[(left <= _ROUNDING * before) & np.isfinite(before)] = 0.0
                rate[:] = left
                stack.callback(np.copyto, rate, before)
                fell.append(stack.enter_context(lowered(found, rows, columns, self.limit)))
            yield _Changed(_window(seen), *fell)

    def opening(self, lost: tuple[int, ...], changed: _Changed, known: Grid) -> tuple[Grid, Opening | None]:
        """Return which steps of chainage are open by what changed, and what of it was not known."""
        barrier, band, over = self.barrier, self.barrier.band, self.barrier.band.over
        first, end, left, right = changed.window
        touched = (self.row >= first) & (self.row < end) & (self.column >= left) & (self.column < right)
        touched |= barrier.from_outer.cost.ravel()[over.start] < self.before
        touched |= barrier.from_home.cost.ravel()[over.end] < self.behind
        part = np.flatnonzero(touched)
        sums = crossing_sums(band, barrier.from_outer, barrier.from_home, part)
        low = np.flatnonzero(sums < self.limit)
        open_ = np.zeros(band.steps, dtype=np.bool_)
        open_[over.step[part[low]]] = True
        new = open_ & ~known
        if not new.any():
            return open_, None
        exposure, through = np.full(band.steps, np.nan), np.full(band.steps, -1, dtype=np.int64)
        step, least = over.least(sums, part)
        exposure[step], through[step] = np.where(new[step], sums[least], np.nan), part[least]
        now = StrongBarrier(band, barrier.from_outer, barrier.from_home, exposure, through)
        return open_, Opening(lost, band.gaps(now.probability, 1.0), now.way())


def _window(seen: Footprint) -> IntArray:
    """Return first and end row and column of a window and the cells from which a step may touch it."""
    high, wide = seen.rate.shape
    return np.array(
        [
            seen.row - FARTHEST_STEP,
            seen.row + high + FARTHEST_STEP,
            seen.column - FARTHEST_STEP,
            seen.column + wide + FARTHEST_STEP,
        ]
    )
