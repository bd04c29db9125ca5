"""What do the sensors of a frontier see, on which ground, and what is that worth?

From a line, its terrain and its sensors to one value that holds the answer in every case: the strip, the ground on it,
how far the terrain's error blurs sight, and the coverage. Everything else - lanes, maps, tables, a tower tried
elsewhere - is read from it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from vallum.assets.parameters import DEFAULT, Parameters
from vallum.assets.performance import performance
from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.plan.case import STANDARD, Case
from vallum.plan.coverage import Coverage, cover
from vallum.plan.lane import Lane, lane
from vallum.plan.mapping import CancelledError, Scheduler
from vallum.plan.part import Box, Fineness, Seen
from vallum.plan.whatif import Trial
from vallum.terrain.ground import Ground
from vallum.terrain.montecarlo import Calibration, SamplePost, calibrated_by_source
from vallum.terrain.mosaic import Mosaic
from vallum.terrain.soft import Softness
from vallum.terrain.source import TerrainSource

# Cells finer than the terrain add nothing that is true; coarser than this, near sensors are drawn as squares.
FINEST_CELL_M, COARSEST_CELL_M = 30.0, 100.0
# Ground beyond the last sensor's reach, so that nothing ends at the edge of the strip.
_MARGIN_M = 500.0
_LEAST_HALF_WIDTH_M = 5_000.0
# How the time is shared between laying out the ground, calibrating and looking, for progress.
_GROUND_DONE, _CALIBRATED = 0.25, 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What sensors see of a frontier.

    Attributes
    ----------
    strip, ground
        The grid and the ground on it.
    calibrations
        What the error of each terrain source does to sight, in the order of the ground's sources; None where a source
        gives no ground or no sensor stands anywhere.
    coverage
        What was found.
    sensors
        As they were declared.
    tests, parameters
        What was known of their performance.
    """

    strip: Strip
    ground: Ground
    calibrations: tuple[Calibration | None, ...]
    coverage: Coverage
    sensors: tuple[Sensor, ...]
    tests: tuple[WalkTest, ...]
    parameters: Parameters

    def lane(self, case: Case, silent: frozenset[str] | set[str] = frozenset()) -> Lane:
        """Return the line's lane in a case, some sensors being silent."""
        found = self.coverage
        return lane(found.of(case), found.crossings.edges_m, found.fineness.watched_at, silent)

    def trial(self) -> Trial:
        """Return what is needed to try a tower elsewhere."""
        return Trial(
            strip=self.strip,
            ground_m=self.ground.heights_m,
            crossings=self.coverage.crossings,
            fineness=self.coverage.fineness,
            parameters=self.parameters,
            tests=self.tests,
            softness_of=softness_on(self.ground, self.calibrations),
        )

    @property
    def opinion_share(self) -> float | None:
        """Share of the cells around posts of which yes or no is an opinion: seen in 10 to 90 % of all errors."""
        known = [found for found in self.calibrations if found is not None]
        cells = sum(found.cells for found in known)
        return sum(found.opinion_share * found.cells for found in known) / cells if cells else None

    def record(self) -> dict[str, Any]:
        """Return what is needed to find this result again: what went in, by hash, the rules and the versions.

        Examples
        --------
        >>> from vallum.project import load
        >>> project = load("iraq-syria")
        >>> seen = see(project.frontier, project.terrain_sources, project.sensors[:4], [Case()], cell_m=500.0)
        >>> sorted(seen.record())
        ['cases', 'cell_m', 'fineness', 'inputs', 'line_version', 'terrain', 'versions']
        """
        return {
            "line_version": self.strip.frontier.version,
            "cell_m": self.strip.cell_m,
            "fineness": asdict(self.coverage.fineness),
            "cases": [case.name for case in self.coverage.cases],
            "terrain": [
                {
                    "name": source.name,
                    "cell_m": round(source.cell_m, 3),
                    "vertical_reference": source.vertical_reference,
                    "error_sd_m": source.error_sd_m,
                    "error_length_m": source.error_length_m,
                    "error_source": source.error_source,
                }
                for source in self.ground.used
            ],
            "inputs": {
                "line": _digest(self.strip.frontier.vertices.tobytes()),
                "ground": _digest(np.ascontiguousarray(self.ground.heights_m).tobytes()),
                "sensors": _digest(_bytes([sensor.model_dump(mode="json") for sensor in self.sensors])),
                "walk_tests": _digest(_bytes([test.model_dump(mode="json") for test in self.tests])),
                "performance": _digest(repr(self.parameters).encode()),
            },
            "versions": {name: version(name) for name in ("vallum", "numpy", "numba", "scipy", "rasterio", "pyproj")},
        }


def see(
    frontier: Frontier,
    sources: Sequence[TerrainSource],
    sensors: Sequence[Sensor],
    cases: Sequence[Case] = STANDARD,
    *,
    tests: Sequence[WalkTest] = (),
    parameters: Parameters = DEFAULT,
    cell_m: float | None = None,
    half_width_m: float | None = None,
    fineness: Fineness | None = None,
    with_sets: bool = True,
    with_rate: bool = False,
    scheduler: Scheduler = "threads",
    take: Callable[[Seen], Seen] | None = None,
    progress: Callable[[str, float], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Sight:
    """Work out what sensors see of a frontier.

    Parameters
    ----------
    frontier
        The line, up to about 1,000 km of it.
    sources
        Terrain, at least one.
    sensors
        Those that count.
    cases
        What is asked.
    tests, parameters
        What is known of their performance.
    cell_m
        Side of a cell, metres; as fine as the terrain unless told otherwise, from 30 to 100 m.
    half_width_m
        How far the strip reaches to each side; as far as any sensor sees unless told otherwise.
    fineness
        The rules; as deep as the line is uncertain, and 2 km at least, unless told otherwise.
    with_sets, with_rate, scheduler, take
        As for `coverage.cover`.
    progress
        Called with what is being done, in a word, and the share of all that is done, 0 to 1.
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
    >>> seen = see(project.frontier, project.terrain_sources, project.sensors[:4], [Case()], cell_m=500.0)
    >>> seen.lane(Case()).length_m("unwatched") > 500_000.0
    True
    """
    if not sources:
        raise ValueError(
            f"{frontier.name} brings no terrain; nothing can be said of sight. Add some: vallum terrain add, or fetch."
        )
    told = _Told(progress, cancelled)
    depth_m = max(Fineness().half_depth_m, frontier.lateral_uncertainty_m)
    rules = Fineness(half_depth_m=depth_m) if fineness is None else fineness
    width_m = half_width_m or wide_enough_m(frontier, sensors, cases, tests, parameters, rules)
    strip = Strip(frontier, width_m, cell_m or natural_cell_m(sources))
    ground = Mosaic(sources).onto(strip, progress=lambda share: told("ground", share * _GROUND_DONE))
    reach_m = max(
        (performance(sensor, case.conditions, tests, parameters).reach_m for sensor in sensors for case in cases),
        default=0.0,
    )
    posts = _posts(strip, ground, sensors)
    calibrations: tuple[Calibration | None, ...] = tuple(None for _ in ground.sources)
    if posts and reach_m > strip.cell_m:
        calibrations = calibrated_by_source(
            ground,
            posts,
            reach_m,
            targets_m=sorted({parameters.of_target(case.target).height_m.value for case in cases}),
            refraction_k=rules.refraction_k,
            progress=lambda share: told("terrain error", _GROUND_DONE + share * (_CALIBRATED - _GROUND_DONE)),
        )
    held = scheduler == "threads"
    coverage = cover(
        strip,
        sensors,
        cases,
        Held(ground.heights_m) if held else Read(strip, tuple(sources)),
        tests=tests,
        parameters=parameters,
        softness_of=softness_on(ground, calibrations),
        fineness=rules,
        with_sets=with_sets,
        with_rate=with_rate,
        scheduler=scheduler,
        take=take,
        progress=lambda share: told("sight", _CALIBRATED + share * (1.0 - _CALIBRATED)),
        cancelled=cancelled,
    )
    return Sight(strip, ground, calibrations, coverage, tuple(sensors), tuple(tests), parameters)


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
    cases: Sequence[Case],
    tests: Sequence[WalkTest],
    parameters: Parameters,
    fineness: Fineness,
) -> float:
    """Return how far a strip must reach to hold all that sensors see, whole kilometres in metres.

    A sensor that stands further off than it sees, and could not see the line, does not widen the strip.
    """
    wide_m = max(_LEAST_HALF_WIDTH_M, fineness.half_depth_m + _MARGIN_M)
    for sensor in sensors:
        reach_m = max(performance(sensor, case.conditions, tests, parameters).reach_m for case in cases)
        away_m = abs(frontier.locate(sensor.lon, sensor.lat).offset_m)
        if away_m <= reach_m + fineness.half_depth_m:
            wide_m = max(wide_m, away_m + reach_m + _MARGIN_M)
    return math.ceil(wide_m / 1000.0) * 1000.0


def softness_on(
    ground: Ground, calibrations: Sequence[Calibration | None]
) -> Callable[[int, int, float], Softness] | None:
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


class _Told:
    """Tells how far the work is, and ends it when asked."""

    def __init__(self, progress: Callable[[str, float], object] | None, cancelled: Callable[[], bool] | None) -> None:
        self._progress, self._cancelled = progress, cancelled

    def __call__(self, what: str, share: float) -> None:
        if self._progress is not None:
            self._progress(what, share)
        if self._cancelled is not None and self._cancelled():
            raise CancelledError("stopped as asked; nothing was kept")


def _posts(strip: Strip, ground: Ground, sensors: Sequence[Sensor]) -> list[SamplePost]:
    """Return where sensors that need sight stand, on known ground."""
    seeing = [sensor for sensor in sensors if sensor.kind != "ground_sensor"]
    rows, columns = strip.cells(np.array([s.lon for s in seeing]), np.array([s.lat for s in seeing]))
    return [
        SamplePost(int(row), int(column), sensor.mast_m)
        for sensor, row, column in zip(seeing, rows, columns, strict=True)
        if row >= 0 and np.isfinite(ground.heights_m[row, column])
    ]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bytes(values: Sequence[Mapping[str, Any]]) -> bytes:
    return orjson.dumps(list(values), option=orjson.OPT_SORT_KEYS)
