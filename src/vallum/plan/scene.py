"""On which ground do the sensors of a frontier stand, and what does its error do to sight: what all cases share?

The strip, the heights on it and the calibration of their error take as long as a case does, and are the same for each.
Laid out once, cases are looked at together or one after the other with the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.assets.conditions import TARGETS
from vallum.assets.parameters import DEFAULT, Parameters
from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.plan.case import Case
from vallum.plan.coverage import Coverage, cover
from vallum.plan.crossing import Crossings
from vallum.plan.mapping import CancelledError, Scheduler
from vallum.plan.outlook import SoftnessOf, farthest_m
from vallum.plan.part import Box, Fineness, Seen
from vallum.plan.whatif import Trial
from vallum.terrain.ground import Ground
from vallum.terrain.montecarlo import Calibration, SamplePost, calibrated_by_source
from vallum.terrain.mosaic import Mosaic
from vallum.terrain.soft import Softness
from vallum.terrain.source import TerrainSource

Progress = Callable[[str, float], object]
"""Called with what is being done, in a word, and the share of it that is done, 0 to 1."""

# Cells finer than the terrain add nothing that is true; coarser than this, near sensors are drawn as squares.
FINEST_CELL_M, COARSEST_CELL_M = 30.0, 100.0
# Ground beyond the last sensor's reach, so that nothing ends at the edge of the strip.
_MARGIN_M = 500.0
_LEAST_HALF_WIDTH_M = 5_000.0
# How the time is shared between laying out the ground and calibrating, for progress.
_GROUND_DONE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What all cases share.

    Attributes
    ----------
    strip, ground
        The grid and the ground on it.
    calibrations
        What the error of each terrain source does to sight, in the order of the ground's sources; None where a source
        gives no ground or no sensor stands anywhere.
    fineness
        The rules.
    sensors
        As they were declared.
    tests, parameters
        What is known of their performance.
    """

    strip: Strip
    ground: Ground
    calibrations: tuple[Calibration | None, ...]
    fineness: Fineness
    sensors: tuple[Sensor, ...]
    tests: tuple[WalkTest, ...] = ()
    parameters: Parameters = DEFAULT

    @property
    def softness_of(self) -> SoftnessOf | None:
        """How the terrain's error blurs the sight of a post; None where there is no error."""
        return softness_on(self.ground, self.calibrations)

    def look(
        self,
        cases: Sequence[Case],
        *,
        crossings: Crossings | None = None,
        with_sets: bool = True,
        with_rate: bool = False,
        scheduler: Scheduler = "threads",
        take: Callable[[Seen], Seen] | None = None,
        progress: Callable[[float], object] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Coverage:
        """Return what the sensors see; everything as for `coverage.cover`."""
        sources = self.ground.sources
        return cover(
            self.strip,
            self.sensors,
            cases,
            Held(self.ground.heights_m) if scheduler == "threads" else Read(self.strip, sources),
            tests=self.tests,
            parameters=self.parameters,
            softness_of=self.softness_of,
            fineness=self.fineness,
            crossings=crossings,
            with_sets=with_sets,
            with_rate=with_rate,
            scheduler=scheduler,
            take=take,
            progress=progress,
            cancelled=cancelled,
        )

    def trial(self) -> Trial:
        """Return what is needed to try a tower elsewhere."""
        return Trial(
            strip=self.strip,
            ground_m=self.ground.heights_m,
            crossings=Crossings.over(self.strip, self.fineness.step_m, self.fineness.half_depth_m),
            fineness=self.fineness,
            parameters=self.parameters,
            tests=self.tests,
            softness_of=self.softness_of,
            sensors=self.sensors,
        )

    @property
    def opinion_share(self) -> float | None:
        """Share of the cells around posts of which yes or no is an opinion: seen in 10 to 90 % of all errors."""
        return opinion_share_of(self.calibrations)


def lay_out(
    frontier: Frontier,
    sources: Sequence[TerrainSource],
    sensors: Sequence[Sensor],
    *,
    tests: Sequence[WalkTest] = (),
    parameters: Parameters = DEFAULT,
    cell_m: float | None = None,
    half_width_m: float | None = None,
    fineness: Fineness | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Scene:
    """Lay out a scene wide enough for every case: what is found in one does not depend on the others.

    Parameters
    ----------
    frontier, sources, sensors, tests, parameters, cell_m, half_width_m, fineness
        As for `sight.see`.
    progress
        Called with what is being done, in a word, and the share of all of it that is done, 0 to 1.
    cancelled
        Asked again and again.

    Raises
    ------
    ValueError
        If there is no terrain, or it cannot be used; says what to do.
    CancelledError
        When asked to stop.

    Examples
    --------
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> scene = lay_out(project.frontier, project.terrain_sources, project.sensors[:4], cell_m=500.0)
    >>> scene.look([Case()]).cases == (Case(),), scene.ground.grade
    (True, 'indicative')
    """
    if not sources:
        raise ValueError(
            f"{frontier.name} brings no terrain; nothing can be said of sight. Add some: vallum terrain add, or fetch."
        )
    told = _Told(progress, cancelled)
    rules = natural_fineness(frontier) if fineness is None else fineness
    width_m = half_width_m or wide_enough_m(frontier, sensors, tests, parameters, rules)
    strip = Strip(frontier, width_m, cell_m or natural_cell_m(sources))
    ground = Mosaic(sources).onto(strip, progress=lambda share: told("ground", share * _GROUND_DONE))
    reach_m = max((farthest_m(sensor, tests, parameters) for sensor in sensors), default=0.0)
    posts = _posts(strip, ground, sensors)
    calibrations: tuple[Calibration | None, ...] = tuple(None for _ in ground.sources)
    if posts and reach_m > strip.cell_m:
        calibrations = calibrated_by_source(
            ground,
            posts,
            reach_m,
            targets_m=sorted({parameters.of_target(target).height_m.value for target in TARGETS}),
            refraction_k=rules.refraction_k,
            progress=lambda share: told("terrain error", _GROUND_DONE + share * (1.0 - _GROUND_DONE)),
        )
    return Scene(strip, ground, calibrations, rules, tuple(sensors), tuple(tests), parameters)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Ground that is held in memory."""

    heights_m: NDArray[np.float32]

    def __call__(self, box: Box) -> NDArray[np.float32]:
        """Return a window of it."""
        return self.heights_m[box[0] : box[1], box[2] : box[3]]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Ground that whoever works on a part reads for it, in another process or on another machine."""

    strip: Strip
    sources: tuple[TerrainSource, ...]

    def __call__(self, box: Box) -> NDArray[np.float32]:
        """Return a window of it."""
        return Mosaic(self.sources).onto(self.strip, (slice(box[0], box[1]), slice(box[2], box[3]))).heights_m


def natural_fineness(frontier: Frontier) -> Fineness:
    """Return the rules unless somebody gives others: as deep as the line is uncertain, and 2 km at least."""
    return Fineness(half_depth_m=max(Fineness().half_depth_m, frontier.lateral_uncertainty_m))


def natural_cell_m(sources: Sequence[TerrainSource]) -> float:
    """Return the cell on which sight is worked out unless somebody asks for another, metres.

    Examples
    --------
    >>> natural_cell_m(())
    100.0
    """
    finest_m = min((source.cell_m for source in sources), default=COARSEST_CELL_M)
    return float(min(max(round(finest_m), FINEST_CELL_M), COARSEST_CELL_M))


def wide_enough_m(
    frontier: Frontier,
    sensors: Sequence[Sensor],
    tests: Sequence[WalkTest],
    parameters: Parameters,
    fineness: Fineness,
) -> float:
    """Return how far a strip must reach to hold all that sensors see, whole kilometres in metres.

    A sensor that stands further off than it sees, and could not see the line, does not widen the strip.
    """
    wide_m = max(_LEAST_HALF_WIDTH_M, fineness.half_depth_m + _MARGIN_M)
    for sensor in sensors:
        reach_m = farthest_m(sensor, tests, parameters)
        away_m = abs(frontier.locate(sensor.lon, sensor.lat).offset_m)
        if away_m <= reach_m + fineness.half_depth_m:
            wide_m = max(wide_m, away_m + reach_m + _MARGIN_M)
    return math.ceil(wide_m / 1000.0) * 1000.0


def softness_on(ground: Ground, calibrations: Sequence[Calibration | None]) -> SoftnessOf | None:
    """Return how the terrain's error blurs the sight of a post: by the worst source of those it looks over.

    Parameters
    ----------
    ground
        The ground with its sources.
    calibrations
        One for each source, or None.
    """
    if all(found is None for found in calibrations):
        return None

    def softness_of(row: int, column: int, reach_m: float) -> Softness:
        radius = int(reach_m / ground.cell_m) + 1
        window = ground.source_of[
            max(0, row - radius) : row + radius + 1, max(0, column - radius) : column + radius + 1
        ]
        near = [calibrations[index] for index in np.unique(window) if index < len(calibrations)]
        known = [found for found in near if found is not None]
        return max(known, key=lambda found: found.error_sd_m).softness if known else Softness.none()

    return softness_of


def opinion_share_of(calibrations: Sequence[Calibration | None]) -> float | None:
    """Return the share of the cells around posts of which yes or no is an opinion; None where nothing is known of it.

    Examples
    --------
    >>> opinion_share_of((None,)) is None
    True
    """
    known = [found for found in calibrations if found is not None]
    cells = sum(found.cells for found in known)
    return sum(found.opinion_share * found.cells for found in known) / cells if cells else None


class _Told:
    """Tells how far the work is, and ends it when asked."""

    def __init__(self, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self._progress, self._cancelled = progress, cancelled

    def __call__(self, what: str, share: float) -> None:
        if self._progress is not None:
            self._progress(what, share)
        if self._cancelled is not None and self._cancelled():
            raise CancelledError("stopped as asked; nothing was kept")


def _posts(strip: Strip, ground: Ground, sensors: Sequence[Sensor]) -> list[SamplePost]:
    """Return where sensors that need sight stand, on known ground; in whatever order sensors come, the same posts."""
    seeing = [sensor for sensor in sensors if sensor.kind != "ground_sensor"]
    rows, columns = strip.cells(np.array([s.lon for s in seeing]), np.array([s.lat for s in seeing]))
    posts = {
        SamplePost(int(row), int(column), sensor.mast_m)
        for sensor, row, column in zip(seeing, rows, columns, strict=True)
        if row >= 0 and np.isfinite(ground.heights_m[row, column])
    }
    return sorted(posts, key=lambda post: (post.column, post.row, post.mast_m))
