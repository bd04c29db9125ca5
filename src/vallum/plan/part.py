"""What do the sensors near one part of the strip see of it?

The unit of work and of memory: a run of columns of the strip's grid with the ground that sight-lines into it need.
Parts share nothing and write nothing in common, so they run in threads, in processes or on a cluster without locks, and
however the strip is cut the numbers are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vallum.plan.outlook import Watcher
from vallum.plan.sweep import over_cells, over_ways
from vallum.terrain.viewshed import REFRACTION_K, minimum_visible_height

FloatArray = NDArray[np.float64]
Box = tuple[int, int, int, int]  # first row, end row, first column, end column of the strip's grid

# A window reaches so much further than the sensor, so that a sample at the end of its reach lies in it.
MARGIN_CELLS = 2


class GroundIn(Protocol):
    """Gives the heights of a window of the strip's grid, metres, float32, NaN where unknown."""

    def __call__(self, box: Box) -> NDArray[np.float32]:
        """Return the heights of rows box[0] to box[1] and columns box[2] to box[3]."""
        ...


@dataclass(frozen=True, slots=True)
class Fineness:
    """With what step, how deep and by which rules coverage is worked out.

    Attributes
    ----------
    step_m
        Chainage from one way across the line to the next.
    half_depth_m
        How deep a crossing is looked at, metres to each side of the line.
    counts_from
        A sensor counts as seeing a cell from this detection of a single look on.
    watched_at
        A way is watched when a crossing on it is detected with at least this probability.
    refraction_k
        Coefficient of refraction of light.
    """

    step_m: float = 250.0
    half_depth_m: float = 2_000.0
    counts_from: float = 0.1
    watched_at: float = 0.5
    refraction_k: float = REFRACTION_K


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A piece of work.

    Attributes
    ----------
    number
        Its place along the strip.
    cells
        The cells it answers for.
    ground
        The window of ground it needs.
    ways
        Which straight ways it answers for, ascending.
    ways_x_m, ways_y_m
        Their samples, shape (ways, samples).
    watchers
        The sensors that reach any of it, in their order.
    """

    number: int
    cells: Box
    ground: Box
    ways: NDArray[np.int64]
    ways_x_m: NDArray[np.float64]
    ways_y_m: NDArray[np.float64]
    watchers: tuple[Watcher, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was found in one part.

    Attributes
    ----------
    number, cells, ways
        As in the part.
    sets
        By case, shape (3, rows, columns, words), uint64: who surely, likely, perhaps sees each cell; None if not asked.
    rate
        By case, shape (3, rows, columns), float32: exposure of a target by metre of way; None if not asked.
    exposure
        Shape (cases, 4, watchers of the part, ways of the part), float64, before the sensors' availability: low,
        nominal, high, and what of the low stands on walk tests.
    lowest_m
        By case, shape (rows, columns), float32: the least height above ground that any sensor sees inside its sector
        and reach, negative where the ground itself is seen; infinite where none does; None if not asked.
    left_out
        Why a sensor of the part sees nothing, by name.
    """

    number: int
    cells: Box
    ways: NDArray[np.int64]
    watchers: tuple[int, ...]
    exposure: NDArray[np.float64]
    sets: tuple[NDArray[np.uint64], ...] | None
    rate: tuple[NDArray[np.float32], ...] | None
    lowest_m: tuple[NDArray[np.float32], ...] | None
    left_out: dict[str, str]

    def forgotten(self) -> Seen:
        """Return it without its cells: the ways stay."""
        return replace(self, sets=None, rate=None, lowest_m=None)


@dataclass(frozen=True, slots=True)
class Plane:
    """The strip's grid as numbers: the upper left corner and the side of a cell, metres."""

    left_m: float
    top_m: float
    cell_m: float


def look_over(
    part: Part,
    plane: Plane,
    ground_in: GroundIn,
    fineness: Fineness,
    seconds_per_m: tuple[float, ...],
    words: int,
    with_sets: bool = True,
    with_rate: bool = True,
    looked: Callable[[], object] | None = None,
) -> Seen:
    """Look from every sensor of a part, in every case.

    Parameters
    ----------
    part
        The work.
    plane
        The grid.
    ground_in
        Gives heights; asked once.
    fineness
        The rules.
    seconds_per_m
        For each case how slow its target is.
    words
        Words of the sets.
    with_sets, with_rate
        Whether cells are wanted beside ways.
    looked
        Called after every sensor; what it raises ends the work.

    Returns
    -------
    Seen
        A sensor that cannot look, on unknown ground for instance, is left out there with its reason.
    """
    first_row, end_row, first_column, end_column = part.cells
    shape = (end_row - first_row, end_column - first_column)
    cases = len(seconds_per_m)
    set_shape = (3, *shape, words) if with_sets or with_rate else (3, 0, 0, words)
    sets = tuple(np.zeros(set_shape, np.uint64) for _ in range(cases))
    rate = tuple(np.zeros((3, *shape) if with_rate else (3, 0, 0), np.float32) for _ in range(cases))
    lowest_m = tuple(np.full(set_shape[1:3], np.inf, np.float32) for _ in range(cases))
    exposure = np.zeros((cases, 4, len(part.watchers), len(part.ways)))
    left_out: dict[str, str] = {}
    ground_m = ground_in(part.ground)
    for place, watcher in enumerate(part.watchers):
        try:
            seen_at_m = minimum_visible_height(
                ground_m,
                watcher.row - part.ground[0],
                watcher.column - part.ground[2],
                watcher.mast_m,
                window_m(watcher.looks_m, plane.cell_m),
                plane.cell_m,
                fineness.refraction_k,
            )
        except ValueError as error:
            left_out[watcher.sensor_id] = str(error)
            continue
        _take_in(part, plane, fineness, seconds_per_m, place, seen_at_m, sets, rate, lowest_m, exposure)
        if looked is not None:
            looked()
    return Seen(
        number=part.number,
        cells=part.cells,
        ways=part.ways,
        watchers=tuple(watcher.number for watcher in part.watchers),
        exposure=exposure,
        sets=sets if with_sets else None,
        rate=rate if with_rate else None,
        lowest_m=lowest_m if with_sets else None,
        left_out=left_out,
    )


def window_m(reach_m: float, cell_m: float) -> float:
    """Return how far a sensor's window reaches, metres: as far as it detects and a little more.

    Examples
    --------
    >>> window_m(1000.0, 30.0)
    1060.0
    """
    return reach_m + MARGIN_CELLS * cell_m


def _take_in(
    part: Part,
    plane: Plane,
    fineness: Fineness,
    seconds_per_m: tuple[float, ...],
    place: int,
    seen_at_m: NDArray[np.float32],
    sets: tuple[NDArray[np.uint64], ...],
    rate: tuple[NDArray[np.float32], ...],
    lowest_m: tuple[NDArray[np.float32], ...],
    exposure: NDArray[np.float64],
) -> None:
    watcher = part.watchers[place]
    cell_m = plane.cell_m
    middle_x_m = plane.left_m + (watcher.column + 0.5) * cell_m
    middle_y_m = plane.top_m - (watcher.row + 0.5) * cell_m
    for case, outlook in enumerate(watcher.outlooks):
        if outlook.reach_m <= 0.0:
            continue
        if sets[case].shape[1]:
            words = sets[case].shape[3]
            bit = watcher.number % (64 * words)
            over_cells(
                seen_at_m,
                watcher.row - part.cells[0],
                watcher.column - part.cells[2],
                (watcher.x_m - middle_x_m) / cell_m,
                (watcher.y_m - middle_y_m) / cell_m,
                *watcher.axis,
                watcher.cos_half,
                cell_m,
                outlook.reach_m,
                outlook.per_metre,
                outlook.by_distance,
                outlook.needs_sight,
                outlook.looks_per_s,
                fineness.counts_from,
                seconds_per_m[case],
                bit // 64,
                bit % 64,
                sets[case],
                rate[case],
                lowest_m[case],
            )
        if len(part.ways):
            near = ways_near(part.ways_x_m, part.ways_y_m, watcher, outlook.reach_m)
            met = np.zeros((4, len(near)))
            over_ways(
                seen_at_m,
                watcher.row,
                watcher.column,
                watcher.x_m,
                watcher.y_m,
                *watcher.axis,
                watcher.cos_half,
                plane.left_m,
                plane.top_m,
                cell_m,
                outlook.reach_m,
                outlook.per_metre,
                outlook.by_distance,
                outlook.needs_sight,
                outlook.looks_per_s,
                2.0 * fineness.half_depth_m / part.ways_x_m.shape[1] * seconds_per_m[case],
                part.ways_x_m[near],
                part.ways_y_m[near],
                met,
            )
            exposure[case, :, place, near] = met.T


def ways_near(ways_x_m: FloatArray, ways_y_m: FloatArray, watcher: Watcher, reach_m: float) -> NDArray[np.int64]:
    """Return which straight ways come within reach of a sensor.

    Parameters
    ----------
    ways_x_m, ways_y_m
        Shape (ways, samples).
    watcher, reach_m
        Where it stands, and how far it reaches.
    """
    middle = ways_x_m.shape[1] // 2
    half_m = np.hypot(ways_x_m[:, 0] - ways_x_m[:, middle], ways_y_m[:, 0] - ways_y_m[:, middle])
    away_m = np.hypot(ways_x_m[:, middle] - watcher.x_m, ways_y_m[:, middle] - watcher.y_m)
    return np.flatnonzero(away_m <= reach_m + 1.01 * half_m + 1.0)
