"""What would the lane be if this tower stood elsewhere, or higher?

Exposure adds up sensor by sensor, so a moved tower costs one look from each of its sensors and a sum: hundredths of a
second, fast enough to drag it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.assets.parameters import DEFAULT, Parameters
from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.frontier.strip import Strip
from vallum.plan.case import Case
from vallum.plan.coverage import Exposures
from vallum.plan.crossing import Crossings
from vallum.plan.outlook import SoftnessOf, Watcher, watchers
from vallum.plan.part import Fineness, ways_near, window_m
from vallum.plan.sweep import over_ways
from vallum.terrain.viewshed import minimum_visible_height


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Everything that stays the same while a tower is tried elsewhere.

    Attributes
    ----------
    strip, ground_m
        The grid and the heights on all of it, float32.
    crossings, fineness
        The straight ways and the rules.
    parameters, tests, softness_of
        As for `coverage.cover`.
    sensors
        As they stand. A walk test is of a place, a mast and a sector: a sensor that is tried otherwise has none.
    """

    strip: Strip
    ground_m: NDArray[np.float32]
    crossings: Crossings
    fineness: Fineness
    parameters: Parameters = DEFAULT
    tests: tuple[WalkTest, ...] = ()
    softness_of: SoftnessOf | None = None
    sensors: tuple[Sensor, ...] = ()

    def with_sensors(self, exposures: Exposures, case: Case, sensors: Sequence[Sensor]) -> Exposures:
        """Return the exposures of a case as they would be if some sensors were as given here.

        Parameters
        ----------
        exposures
            As they are, or as an earlier trial made them.
        case
            Their case.
        sensors
            Those that change: known ones replace themselves, new ones are added.

        Raises
        ------
        ValueError
            If one would stand off the strip or on unknown ground; nothing is changed then.
        """
        standing = {sensor.sensor_id: sensor for sensor in self.sensors}
        as_walked = {sensor.sensor_id for sensor in sensors if stays(sensor, standing.get(sensor.sensor_id))}
        tests = [test for test in self.tests if test.sensor_id in as_walked]
        placed, left_out = watchers(self.strip, sensors, (case,), tests, self.parameters, self.softness_of)
        for sensor_id, why in left_out.items():
            raise ValueError(f"{sensor_id} {why}")
        sensor_ids = list(exposures.sensor_ids)
        new = [watcher.sensor_id for watcher in placed if watcher.sensor_id not in exposures.sensor_ids]
        ways = exposures.added.shape[2]
        added = np.concatenate([exposures.added, np.zeros((3, len(new), ways))], axis=1)
        proven = np.concatenate([exposures.proven, np.zeros((len(new), ways))])
        sensor_ids += new
        for watcher in placed:
            row = sensor_ids.index(watcher.sensor_id)
            met = self._met(watcher, case)
            added[:, row], proven[row] = met[:3], met[3]
        return Exposures(tuple(sensor_ids), added, proven)

    def heights_m(self, watcher: Watcher) -> NDArray[np.float32]:
        """Return the minimum visible heights around a sensor, as `viewshed` gives them."""
        cell_m = self.strip.cell_m
        return minimum_visible_height(
            self.ground_m,
            watcher.row,
            watcher.column,
            watcher.mast_m,
            window_m(watcher.looks_m, cell_m),
            cell_m,
            self.fineness.refraction_k,
        )

    def _met(self, watcher: Watcher, case: Case) -> NDArray[np.float64]:
        outlook, ways = watcher.outlooks[0], self.crossings
        added = np.zeros((4, len(ways)))
        if outlook.reach_m <= 0.0:
            return added
        near = ways_near(ways.x_m, ways.y_m, watcher, outlook.reach_m)
        met = np.zeros((4, len(near)))
        over_ways(
            self.heights_m(watcher),
            watcher.row,
            watcher.column,
            watcher.x_m,
            watcher.y_m,
            *watcher.axis,
            watcher.cos_half,
            self.strip.transform.c,
            self.strip.transform.f,
            self.strip.cell_m,
            outlook.reach_m,
            outlook.per_metre,
            outlook.by_distance,
            outlook.needs_sight,
            outlook.looks_per_s,
            ways.sample_m / self.parameters.of_target(case.target).speed_m_s.value,
            ways.x_m[near],
            ways.y_m[near],
            met,
        )
        added[:, near] = -np.log1p(np.expm1(-met) * outlook.availability)
        return added


def stays(tried: Sensor, standing: Sensor | None) -> bool:
    """Return whether a sensor stands and looks as it did when it was walked."""
    if standing is None:
        return False
    what = ("kind", "lon", "lat", "mast_m", "bearing_deg", "sector_deg")
    return all(getattr(tried, name) == getattr(standing, name) for name in what)
