"""What do the sensors of a frontier see, on which ground, and what is that worth?

From a line, its terrain and its sensors to one value that holds the answer in every case: the strip, the ground on it,
how far the terrain's error blurs sight, and the coverage. Everything else - lanes, maps, tables, a tower tried
elsewhere - is read from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import orjson

from vallum.assets.parameters import DEFAULT, Parameters
from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.plan.case import STANDARD, Case
from vallum.plan.coverage import Coverage
from vallum.plan.lane import Lane, lane
from vallum.plan.looks import Looks, looks
from vallum.plan.mapping import Scheduler
from vallum.plan.outlook import on_plane, watchers
from vallum.plan.part import Fineness, Seen
from vallum.plan.scene import (
    COARSEST_CELL_M,
    FINEST_CELL_M,
    Held,
    Progress,
    Read,
    Scene,
    lay_out,
    natural_cell_m,
    natural_fineness,
    opinion_share_of,
    softness_on,
    wide_enough_m,
)
from vallum.plan.whatif import Trial
from vallum.terrain.ground import Ground
from vallum.terrain.montecarlo import Calibration
from vallum.terrain.soft import Softness
from vallum.terrain.source import TerrainSource

__all__ = [
    "COARSEST_CELL_M",
    "FINEST_CELL_M",
    "Held",
    "Read",
    "Sight",
    "natural_cell_m",
    "natural_fineness",
    "see",
    "softness_on",
    "wide_enough_m",
]

# How the time is shared between laying out the scene and looking, for progress.
_LAID_OUT = 0.5


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

    @classmethod
    def of(cls, scene: Scene, coverage: Coverage) -> Sight:
        """Return what was found in a scene."""
        return cls(
            scene.strip,
            scene.ground,
            scene.calibrations,
            coverage,
            scene.sensors,
            scene.tests,
            scene.parameters,
        )

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

    def looks(self, sensor_id: str, case: Case, azimuth_step_deg: float = 1.0) -> Looks:
        """Return what a sensor sees by azimuth and range, all round: sector and performance are for whoever asks.

        Parameters
        ----------
        sensor_id
            One of `sensors`.
        case
            Whose target is looked for, within the sensor's reach in it.
        azimuth_step_deg
            Width of a direction.

        Raises
        ------
        KeyError
            If there is no such sensor.
        ValueError
            If it is off the strip, on unknown ground, or brings nothing to the case.

        Examples
        --------
        >>> from vallum.project import load
        >>> project = load("iraq-syria")
        >>> seen = see(project.frontier, project.terrain_sources, project.sensors[:4], [Case()], cell_m=500.0)
        >>> seen.looks("T-02-radar", Case()).visible.shape[0]
        360
        """
        sensor = next((one for one in self.sensors if one.sensor_id == sensor_id), None)
        if sensor is None:
            raise KeyError(f"there is no sensor {sensor_id}")
        trial = self.trial()
        placed, left_out = watchers(self.strip, [sensor], (case,), self.tests, self.parameters, trial.softness_of)
        if left_out:
            raise ValueError(f"{sensor_id} {left_out[sensor_id]}")
        watcher = placed[0]
        if watcher.reach_m <= 0.0:
            raise ValueError(f"{sensor_id} brings nothing to {case.name}: its performance there is none")
        blur = trial.softness_of or (lambda row, column, reach_m: Softness.none())
        return looks(
            trial.heights_m(watcher),
            self.strip.cell_m,
            on_plane(self.strip, sensor.lon, sensor.lat, 0.0),
            self.parameters.of_target(case.target).height_m.value,
            blur(watcher.row, watcher.column, watcher.reach_m),
            watcher.reach_m,
            azimuth_step_deg,
        )

    @property
    def opinion_share(self) -> float | None:
        """Share of the cells around posts of which yes or no is an opinion: seen in 10 to 90 % of all errors."""
        return opinion_share_of(self.calibrations)

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
    progress: Progress | None = None,
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
    scene = lay_out(
        frontier,
        sources,
        sensors,
        tests=tests,
        parameters=parameters,
        cell_m=cell_m,
        half_width_m=half_width_m,
        fineness=fineness,
        progress=None if progress is None else lambda what, share: progress(what, share * _LAID_OUT),
        cancelled=cancelled,
    )
    coverage = scene.look(
        cases,
        with_sets=with_sets,
        with_rate=with_rate,
        scheduler=scheduler,
        take=take,
        progress=None if progress is None else lambda share: progress("sight", _LAID_OUT + share * (1.0 - _LAID_OUT)),
        cancelled=cancelled,
    )
    return Sight.of(scene, coverage)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bytes(values: Sequence[Mapping[str, Any]]) -> bytes:
    return orjson.dumps(list(values), option=orjson.OPT_SORT_KEYS)
