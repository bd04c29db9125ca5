"""What does one sensor bring to one case, from where it stands: as tables by distance, ready for the sweep?

Everything that depends on the distance alone is worked out once for a few hundred distances, so that the sweep over
cells only looks up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from vallum.assets.conditions import LIGHTS, TARGETS, WEATHERS, Conditions
from vallum.assets.parameters import DEFAULT, Parameters
from vallum.assets.performance import Performance, performance
from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.frontier.foot import WGS84
from vallum.frontier.strip import Strip
from vallum.plan.case import Case
from vallum.terrain.soft import PERHAPS, SURE, Softness

FloatArray = NDArray[np.float64]

SoftnessOf = Callable[[int, int, float], Softness]
"""How the terrain's error blurs the sight of a post in a cell (row, column) that looks so far (metres)."""

KNOTS = 512
_ALL_CONDITIONS = tuple(Conditions(*what) for what in product(TARGETS, LIGHTS, WEATHERS))
# So far along a bearing is looked to find how it lies on the plane.
_PROBE_M = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """One sensor in one case.

    Attributes
    ----------
    reach_m
        Beyond it nothing is detected; 0 when the sensor brings nothing to this case.
    needs_sight
        Whether ground may hide its target.
    availability
        Share of the time in which it works.
    assumed
        Whether any of its figures rests on an assumption rather than a walk test.
    by_distance
        Shape (7, knots), float32, at distances 0, spacing, ... reach: the detection of one look; what looks with a free
        view add to the exposure of a target that stays, 1/s; the minimum visible height up to which sight is sure,
        likely (as likely as not) and possible, metres; one over the spread of the terrain's error, 1/m;
        and 1 where a walk test stands behind it.
    looks_per_s
        Looks in a second that count as one each.
    """

    reach_m: float
    needs_sight: bool
    availability: float
    assumed: bool
    by_distance: NDArray[np.float32]
    looks_per_s: float

    @property
    def per_metre(self) -> float:
        """Knots to a metre of distance."""
        return (KNOTS - 1) / self.reach_m if self.reach_m > 0.0 else 0.0

    @classmethod
    def of(cls, known: Performance, case: Case, target_m: float, softness: Softness) -> Outlook:
        """Return the tables of a sensor whose performance in the case is known.

        Parameters
        ----------
        known
            Its performance in the case's conditions.
        case
            The case.
        target_m
            What the target shows above the ground, metres.
        softness
            How the terrain's error blurs sight.

        Examples
        --------
        >>> radar = Performance(3000.0, 4.0, 0.9, 0.98, 1.0, 20.0, 50.0, 5000.0, (), "assumed")
        >>> outlook = Outlook.of(radar, Case(), 1.0, Softness.none())
        >>> outlook.by_distance.shape, round(float(outlook.by_distance[0, 100]), 2), outlook.looks_per_s
        ((7, 512), 0.89, 0.05)
        """
        reach_m = known.reach_m
        if case.proven_only:
            reach_m = max((band.to_m for band in known.proven), default=0.0)
        distance_m = np.linspace(0.0, reach_m, KNOTS)
        look = known.probability(distance_m, proven_only=case.proven_only)
        looks_per_s = known.duty / known.glimpse_s
        walked = np.zeros(KNOTS, dtype=np.bool_)
        for band in known.proven:
            walked |= (distance_m >= band.from_m) & (distance_m <= band.to_m)
        table = np.stack(
            [
                look,
                -np.log1p(-np.minimum(look, 1.0 - 1e-9)) * looks_per_s,
                softness.limits(target_m, distance_m, SURE),
                softness.limits(target_m, distance_m, 0.5),
                softness.limits(target_m, distance_m, PERHAPS),
                1.0 / np.maximum(softness.spread_m(distance_m), 1e-6),
                walked,
            ]
        )
        return cls(
            reach_m=reach_m if look.any() else 0.0,
            needs_sight=known.needs_sight,
            availability=known.availability,
            assumed=bool((look[~walked] > 0.0).any()),
            by_distance=np.ascontiguousarray(table, dtype=np.float32),
            looks_per_s=looks_per_s,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Watcher:
    """A sensor on the strip's grid with its outlook in every case.

    Attributes
    ----------
    sensor_id
        Its name.
    number
        Its place along the line among all sensors, which gives its bit.
    x_m, y_m
        Where it stands on the plane.
    row, column
        The cell it stands in.
    mast_m
        Height of its eye above the ground.
    axis
        Unit vector of the middle of its sector on the plane.
    cos_half
        Cosine of half its sector; -2 where it looks all round.
    outlooks
        One for each case, in their order.
    looks_m
        How far is looked from it, metres: as far as it reaches in any conditions. Sight-lines depend on how far they
        run, if only a little; so what is seen in a case does not depend on which others are asked beside it.
    """

    sensor_id: str
    number: int
    x_m: float
    y_m: float
    row: int
    column: int
    mast_m: float
    axis: tuple[float, float]
    cos_half: float
    outlooks: tuple[Outlook, ...]
    looks_m: float

    @property
    def reach_m(self) -> float:
        """How far it reaches in any case."""
        return max((outlook.reach_m for outlook in self.outlooks), default=0.0)


def watchers(
    strip: Strip,
    sensors: Sequence[Sensor],
    cases: Sequence[Case],
    tests: Sequence[WalkTest] = (),
    parameters: Parameters = DEFAULT,
    softness_of: SoftnessOf | None = None,
) -> tuple[tuple[Watcher, ...], Mapping[str, str]]:
    """Place sensors on the grid of a strip, in order along it.

    Parameters
    ----------
    strip
        The grid.
    sensors
        As they are declared.
    cases
        What is asked.
    tests, parameters
        As for `assets.performance`.
    softness_of
        How the terrain's error blurs the sight of a post in a cell (row, column) that looks so far (metres); no error
        without it.

    Returns
    -------
    watchers
        Ordered along the strip.
    left_out
        Why a sensor could not be placed, by its name; it counts as seeing nothing.

    Examples
    --------
    >>> from vallum.frontier import Frontier
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.0]]))
    >>> radar = Sensor(sensor_id="R-1", kind="ground_radar", node_id="n", lon=42.2, lat=36.01, mast_m=20, bearing_deg=0,
    ...     sector_deg=180, range_person_m=4000, range_vehicle_m=8000, party="guard", performance_source="maker")
    >>> placed, left_out = watchers(Strip(line, 10_000.0, 100.0), [radar], [Case()])
    >>> [round(part, 2) + 0.0 for part in placed[0].axis], left_out
    ([0.0, 1.0], {})
    """
    left_out: dict[str, str] = {}
    placed: list[Watcher] = []
    for sensor in sensors:
        x_m, y_m = (float(part[0]) for part in strip.to_plane(np.array([sensor.lon]), np.array([sensor.lat])))
        column = math.floor((x_m - strip.transform.c) / strip.cell_m)
        row = math.floor((strip.transform.f - y_m) / strip.cell_m)
        away_m = abs(strip.frontier.locate(sensor.lon, sensor.lat).offset_m)
        # The grid is a rectangle round the band; beside the band there may be no ground.
        if not (0 <= row < strip.shape[0] and 0 <= column < strip.shape[1] and away_m <= strip.half_width_m):
            left_out[sensor.sensor_id] = (
                f"stands {away_m / 1000:.1f} km from the line, off the strip of {strip.half_width_m / 1000:g} km to "
                "each side; widen the strip or check its position"
            )
            continue
        outlooks = tuple(_outlook(sensor, row, column, case, tests, parameters, softness_of) for case in cases)
        axis = on_plane(strip, sensor.lon, sensor.lat, sensor.bearing_deg)
        half_rad = math.radians(sensor.sector_deg / 2.0)
        cos_half = -2.0 if sensor.sector_deg >= 360.0 else math.cos(half_rad)
        looks_m = farthest_m(sensor, tests, parameters)
        placed.append(
            Watcher(sensor.sensor_id, 0, x_m, y_m, row, column, sensor.mast_m, axis, cos_half, outlooks, looks_m)
        )
    placed.sort(key=lambda watcher: (watcher.x_m, watcher.y_m, watcher.sensor_id))
    return tuple(replace(watcher, number=number) for number, watcher in enumerate(placed)), left_out


def farthest_m(sensor: Sensor, tests: Sequence[WalkTest] = (), parameters: Parameters = DEFAULT) -> float:
    """Return how far a sensor reaches in any conditions, metres."""
    return max(performance(sensor, conditions, tests, parameters).reach_m for conditions in _ALL_CONDITIONS)


def _outlook(
    sensor: Sensor,
    row: int,
    column: int,
    case: Case,
    tests: Sequence[WalkTest],
    parameters: Parameters,
    softness_of: SoftnessOf | None,
) -> Outlook:
    known = performance(sensor, case.conditions, tests, parameters)
    # By its reach in this case alone: what is asked beside it changes nothing.
    softness = Softness.none() if softness_of is None else softness_of(row, column, known.reach_m)
    return Outlook.of(known, case, parameters.of_target(case.target).height_m.value, softness)


def on_plane(strip: Strip, lon: float, lat: float, bearing_deg: float) -> tuple[float, float]:
    """Return the unit vector of a true bearing on the plane; the plane is conformal, so angles between bearings stay.

    Examples
    --------
    >>> from vallum.frontier import Frontier
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.0]]))
    >>> [round(part, 3) + 0.0 for part in on_plane(Strip(line, 10_000.0, 100.0), 42.25, 36.0, 90.0)]
    [1.0, 0.0]
    """
    ahead_lon, ahead_lat, _ = WGS84.fwd(lon, lat, bearing_deg, _PROBE_M)
    x_m, y_m = strip.to_plane(np.array([lon, ahead_lon]), np.array([lat, ahead_lat]))
    along, up = float(x_m[1] - x_m[0]), float(y_m[1] - y_m[0])
    length = math.hypot(along, up)
    return along / length, up / length
