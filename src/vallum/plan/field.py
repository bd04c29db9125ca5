"""What does the holding analysis work on: from what a project declares to one value that all cases share?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from vallum.assets.conditions import Light
from vallum.assets.delay import DEFAULT as DELAYS
from vallum.assets.delay import Delays
from vallum.assets.mobility import DEFAULT as MOBILITY
from vallum.assets.mobility import Mobility, Mover, pace_of, unit_pace
from vallum.assets.obstacle import Obstacle
from vallum.assets.parameters import Parameters
from vallum.assets.sensor import Sensor
from vallum.assets.unit import Unit
from vallum.assets.walktest import WalkTest
from vallum.plan.assumptions import ASSUMED, Assumptions
from vallum.plan.crossing import Crossings
from vallum.plan.grounds import Grounds
from vallum.plan.obstruction import Stretch, crossed, stretches
from vallum.plan.outlook import farthest_m, watchers
from vallum.plan.part import Fineness
from vallum.plan.scene import Scene
from vallum.plan.unknown import filled, refuse_out_of_reach
from vallum.plan.whatif import stays
from vallum.plan.zones import BEYOND, Direction, Zones
from vallum.terrain.barrier import Crossed
from vallum.terrain.pace import Pace

FloatArray = NDArray[np.float64]
Grid = NDArray[np.float32]

HALF_WIDTH_M = 20_000.0
"""How far the band reaches to each side unless told otherwise: whoever is through it is gone."""
STEP_M = 250.0


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """What all cases share.

    Attributes
    ----------
    scene
        Strip, ground and the sensors that count.
    zones
        The band, its sides, and the steps across the line.
    ground, classes
        uint8, shape of the grid: classes of ground; their names by number.
    units, obstacles
        Who responds, and what stands in the way.
    mobility, delays, assumed
        How fast who moves, how long obstacles hold somebody up, what else is assumed.
    neighbours
        To how many cells a step leads: 16, or 8 or 4 to compare.
    crossings
        The straight ways across the line, laid once.
    heights_m, unknown_share
        Heights as whoever moves finds them, with voids filled from around them; the share of the band that they are.
    """

    scene: Scene
    zones: Zones
    ground: NDArray[np.uint8]
    classes: tuple[str, ...]
    units: tuple[Unit, ...]
    obstacles: tuple[Obstacle, ...]
    heights_m: Grid
    unknown_share: float
    mobility: Mobility = MOBILITY
    delays: Delays = DELAYS
    assumed: Assumptions = ASSUMED
    neighbours: int = 16
    crossings: Crossings | None = None

    @classmethod
    def of(
        cls,
        scene: Scene,
        units: Sequence[Unit],
        obstacles: Sequence[Obstacle],
        *,
        grounds: Grounds | None = None,
        water: Sequence[shapely.Geometry] = (),
        mobility: Mobility = MOBILITY,
        delays: Delays = DELAYS,
        assumed: Assumptions = ASSUMED,
        direction: Direction = "inward",
    ) -> Field:
        """Lay out a field over a scene; its steps are those of the scene's rules.

        Parameters
        ----------
        scene
            Of a strip as wide as whoever crosses is looked at.
        units, obstacles
            As declared.
        grounds, water
            Classes of ground and exits; polygons on longitude and latitude where no way leads.
        mobility, delays, assumed
            The figures.
        direction
            In which direction the line is crossed.

        Raises
        ------
        ValueError
            If an obstacle, an exit or a raster of classes does not lie on this line's ground.

        Examples
        --------
        >>> from vallum.plan.scene import lay_out
        >>> from vallum.project import load
        >>> project = load("iraq-syria")
        >>> scene = lay_out(project.frontier, project.terrain_sources, (), cell_m=500.0, half_width_m=20_000.0)
        >>> Field.of(scene, project.units, project.obstacles).steps
        2396
        """
        brought = Grounds() if grounds is None else grounds
        strip = scene.strip
        stretches(obstacles, strip.frontier.map_length_m, "foot", delays)
        zones = Zones.of(strip, scene.fineness.step_m, direction=direction, exits=brought.exits)
        ground = brought.onto(strip, water)
        refuse_out_of_reach(zones, ground, brought.exits)
        heights_m, unknown = filled(scene.ground.heights_m, zones.zone != BEYOND)
        ways = Crossings.over(strip, scene.fineness.step_m, scene.fineness.half_depth_m)
        return cls(
            scene, zones, ground, brought.classes, tuple(units), tuple(obstacles), heights_m, unknown, mobility,
            delays, assumed, crossings=ways,
        )  # fmt: skip

    def with_(
        self,
        *,
        sensors: Sequence[Sensor] | None = None,
        units: Sequence[Unit] | None = None,
        obstacles: Sequence[Obstacle] | None = None,
    ) -> Field:
        """Return the field with other sensors, units or obstacles on the same ground, by the same rules.

        A walk test is of a place, a mast and a sector: a sensor that stands or looks otherwise has none.

        Raises
        ------
        ValueError
            If an obstacle goes on beyond the line's end, or a sensor stands off the strip.
        """
        scene = self.scene
        if sensors is not None:
            known = {sensor.sensor_id: sensor for sensor in scene.sensors}
            moved = [sensor for sensor in sensors if not stays(sensor, known.get(sensor.sensor_id))]
            for sensor_id, why in watchers(scene.strip, moved, (), (), scene.parameters)[1].items():
                raise ValueError(f"{sensor_id} {why}")
            unwalked = {sensor.sensor_id for sensor in moved}
            tests = tuple(test for test in scene.tests if test.sensor_id not in unwalked)
            scene = replace(scene, sensors=tuple(sensors), tests=tests)
        standing_in = self.obstacles if obstacles is None else tuple(obstacles)
        if obstacles is not None:
            stretches(standing_in, scene.strip.frontier.map_length_m, "foot", self.delays)
        return replace(self, scene=scene, units=self.units if units is None else tuple(units), obstacles=standing_in)

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said with every figure: unknown ground, and who does not count."""
        said = list(self.scene.ground.notes)
        if self.unknown_share > 0.0:
            said.append(
                f"{self.unknown_share:.1%} of the band has no terrain: whoever crosses it is taken to find it like the "
                "ground around. Bring terrain that lies there: vallum terrain fetch, or vallum terrain add."
            )
        scene = self.scene
        off = watchers(scene.strip, scene.sensors, (), (), scene.parameters)[1]
        return (*said, *(f"{sensor_id} {why}." for sensor_id, why in off.items()))

    @property
    def steps(self) -> int:
        """How many steps the line has."""
        return len(self.zones.edges_m) - 1

    def pace(self, mover: Mover, light: Light) -> Pace:
        """Return how an adversary moves in a light."""
        return pace_of(mover, light, self.classes, self.mobility)

    def unit_pace(self, unit: Unit, light: Light) -> Pace:
        """Return how a unit moves in a light."""
        return unit_pace(unit, light, self.classes, self.mobility)

    def stretches(self, mover: Mover) -> tuple[Stretch, ...]:
        """Return what stands in the way of an adversary, by chainage."""
        return stretches(self.obstacles, self.scene.strip.frontier.map_length_m, mover, self.delays)

    def lines(self, mover: Mover) -> tuple[Crossed, ...]:
        """Return the same as lines on the grid."""
        return crossed(self.scene.strip, self.stretches(mover))

    @property
    def frontier_line(self) -> tuple[FloatArray, FloatArray]:
        """Row and column of the line's own vertices, in cells of the grid."""
        strip = self.scene.strip
        vertices = strip.frontier.interval(strip.from_m, float(self.zones.edges_m[-1]))
        x_m, y_m = strip.to_plane(vertices[:, 0], vertices[:, 1])
        return (strip.transform.f - y_m) / strip.cell_m - 0.5, (x_m - strip.transform.c) / strip.cell_m - 0.5

    def own_lines(self, mover: Mover) -> tuple[Crossed, ...]:
        """Return what obstacles do to our own units, as lines on the grid."""
        own_s = (self.delays.own.vehicle_s if mover == "vehicle" else self.delays.own.foot_s).value
        cut = self.stretches(mover)
        return crossed(self.scene.strip, cut, own=[own_s if one.delay.most_s > 0.0 else 0.0 for one in cut])


def rules_for(
    sensors: Sequence[Sensor],
    tests: Sequence[WalkTest],
    parameters: Parameters,
    *,
    cell_m: float,
    half_width_m: float = HALF_WIDTH_M,
    step_m: float | None = None,
) -> Fineness:
    """Return the rules of a scene for holding: straight ways as deep as any sensor sees.

    Parameters
    ----------
    sensors, tests, parameters
        Those that count, and what is known of them.
    cell_m, half_width_m
        Side of a cell, and width of the band to each side.
    step_m
        Of chainage; 250 m, or two cells where these are longer, unless given.

    Examples
    --------
    >>> from vallum.assets.parameters import DEFAULT
    >>> rules_for((), (), DEFAULT, cell_m=90.0)
    Fineness(step_m=250.0, half_depth_m=2000.0, counts_from=0.1, watched_at=0.5, refraction_k=0.13)
    """
    deepest_m = max((farthest_m(one, tests, parameters) for one in sensors), default=0.0)
    usual = Fineness()
    half_depth_m = min(max(deepest_m, usual.half_depth_m), half_width_m - 2.0 * cell_m)
    return replace(usual, step_m=step_m or max(STEP_M, 2.0 * cell_m), half_depth_m=half_depth_m)
