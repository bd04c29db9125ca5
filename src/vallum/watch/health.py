"""Is a sensor still watching, and which ground is watched, no longer watched, or never was?

Silence is never taken for calm: ground counts as watched only while a live sensor covers it. Here that means its
registered sector, terrain not asked: what stands in until sight lines are worked out, and where they cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from vallum.assets.sensor import Sensor, SensorState
from vallum.frontier.line import Frontier

LATE_AFTER_INTERVALS = 1.5
DEAD_AFTER_INTERVALS = 3.0
DEAD_AFTER_AT_LEAST_S = 30.0
DEFAULT_STATUS_INTERVAL_S = 10.0

WatchState = Literal["watched", "lost", "unwatched"]

_GEOD = Geod(ellps="WGS84")
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class SensorHealth:
    """What is known of one sensor's working, and the state that follows; unix seconds of the centre's clock."""

    sensor_id: str
    status_interval_s: float = DEFAULT_STATUS_INTERVAL_S
    last_heard_s: float | None = None
    goodbye: bool = False
    not_detecting: bool = False
    state: SensorState = "dead"
    since_s: float = 0.0
    reason: str = "never heard"


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A sensor went from one state to another, when and why."""

    sensor_id: str
    before: SensorState
    after: SensorState
    at_s: float
    last_heard_s: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the line in one state; `sensors` names those whose silence is why it is lost."""

    from_m: float
    to_m: float
    state: WatchState
    sensors: tuple[str, ...] = ()


def heard(
    health: SensorHealth,
    at_s: float,
    *,
    status_interval_s: float | None = None,
    goodbye: bool = False,
    not_detecting: bool | None = None,
) -> SensorHealth:
    """Return the health after a sensor was heard.

    Parameters
    ----------
    at_s
        When it was heard, on the centre's clock.
    status_interval_s
        The interval it promises, when it registered anew.
    goodbye
        Whether it took its leave; the next thing heard ends that.
    not_detecting
        Whether its status says that it sees nothing; None (as from a detection) leaves that as it was.

    Examples
    --------
    >>> heard(SensorHealth("C-1"), 100.0, status_interval_s=10.0).state
    'live'
    """
    latest_s = at_s if health.last_heard_s is None else max(at_s, health.last_heard_s)
    taken = replace(
        health,
        last_heard_s=latest_s,
        status_interval_s=health.status_interval_s if status_interval_s is None else status_interval_s,
        goodbye=goodbye,
        not_detecting=health.not_detecting if not_detecting is None else not_detecting,
    )
    return judged(taken, latest_s)


def judged(health: SensorHealth, now_s: float) -> SensorHealth:
    """Return the health as it has to be seen at a time.

    Late after 1.5 promised intervals without a word, dead after 3 of them and at least 30 s. A sensor that took its
    leave stays so until it is heard again; one that says it sees nothing is not live however often it says so.

    Examples
    --------
    >>> camera = heard(SensorHealth("C-1"), 100.0, status_interval_s=20.0)
    >>> [judged(camera, now_s).state for now_s in (130.0, 131.0, 160.0, 161.0)]
    ['live', 'late', 'late', 'dead']
    """
    state, reason = _state(health, now_s)
    if state == health.state:
        return health
    return replace(health, state=state, since_s=now_s, reason=reason)


def changes(before: Mapping[str, SensorHealth], after: Mapping[str, SensorHealth]) -> tuple[HealthChange, ...]:
    """Return what changed between two sets of health by sensor id, in the order of `after`.

    A sensor that was not there before counts as dead before.

    Examples
    --------
    >>> first = {"C-1": SensorHealth("C-1")}
    >>> then = {"C-1": heard(first["C-1"], 100.0)}
    >>> [(change.before, change.after) for change in changes(first, then)]
    [('dead', 'live')]
    """
    found = []
    for sensor_id, now in after.items():
        was: SensorState = before[sensor_id].state if sensor_id in before else "dead"
        if now.state != was:
            found.append(HealthChange(sensor_id, was, now.state, now.since_s, now.last_heard_s, now.reason))
    return tuple(found)


def _state(health: SensorHealth, now_s: float) -> tuple[SensorState, str]:
    if health.last_heard_s is None:
        return "dead", "never heard"
    if health.goodbye:
        return "goodbye", "it took its leave"
    silent_s = now_s - health.last_heard_s
    words = f"silent for {silent_s:.0f} s; it promised a status every {health.status_interval_s:.0f} s"
    if silent_s > max(DEAD_AFTER_INTERVALS * health.status_interval_s, DEAD_AFTER_AT_LEAST_S):
        return "dead", words
    if silent_s > LATE_AFTER_INTERVALS * health.status_interval_s:
        return "late", words
    if health.not_detecting:
        return "not detecting", "it says that it sees nothing"
    return "live", "heard"


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """Which sensors' registered sectors cover which points of the line; made once, asked at each change of state.

    Attributes
    ----------
    chainages_m
        Points of the line, ascending, shape (points,); the last is the end of the line.
    sensor_ids
        One for each row of `covers`.
    covers
        Shape (sensors, points), True where the point lies in the sensor's registered sector.
    """

    chainages_m: NDArray[np.float64]
    sensor_ids: tuple[str, ...]
    covers: NDArray[np.bool_]

    @classmethod
    def of(cls, sensors: Sequence[Sensor], frontier: Frontier, step_m: float = 250.0) -> Footprint:
        """Lay the sectors of the sensors (range against a person) on points of the line every `step_m` or less.

        Raises
        ------
        ValueError
            When `step_m` is not above 0.

        Examples
        --------
        >>> line = Frontier.from_geojson({"type": "LineString", "coordinates": [[41.0, 36.0], [41.1, 36.0]]},
        ...     name="short", version="1", home_side="left", lateral_uncertainty_m=100.0)
        >>> radar = Sensor(sensor_id="R-1", kind="ground_radar", node_id="9f1c1d3e-0000-4000-8000-000000000001",
        ...     lon=41.0, lat=36.0, mast_m=20, bearing_deg=0, sector_deg=360, range_person_m=4000, range_vehicle_m=8000,
        ...     party="guard", performance_source="maker")
        >>> footprint = Footprint.of([radar], line, step_m=1000.0)
        >>> [(one.state, one.sensors) for one in footprint.watched({"R-1": "dead"})]
        [('lost', ('R-1',)), ('unwatched', ())]
        """
        if not step_m > 0.0:
            raise ValueError(f"the step along the line must be above 0 m, not {step_m}")
        pieces = max(1, int(np.ceil(frontier.map_length_m / step_m)))
        chainages_m = np.linspace(0.0, frontier.map_length_m, pieces + 1)
        lon, lat = frontier.point_at(chainages_m)
        covers = np.zeros((len(sensors), pieces + 1), dtype=np.bool_)
        for row, sensor in enumerate(sensors):
            covers[row] = covered(sensor, np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        return cls(chainages_m, tuple(sensor.sensor_id for sensor in sensors), covers)

    def watched(self, states: Mapping[str, SensorState]) -> tuple[Stretch, ...]:
        """Return the whole line as stretches, each with its state, in order and without gaps.

        A piece between two points is as badly off as the worse of them. A point is watched when a live sensor covers
        it, lost when only silent ones do (they are named), unwatched when none ever did. A sensor without a state is
        dead.
        """
        live = np.array([states.get(sensor_id, "dead") == "live" for sensor_id in self.sensor_ids], dtype=np.bool_)
        seen: NDArray[np.bool_] = np.any(self.covers[live], axis=0)
        ever: NDArray[np.bool_] = np.any(self.covers, axis=0)
        is_watched = seen[:-1] & seen[1:]
        is_lost = ever[:-1] & ever[1:] & ~is_watched
        # Who covers an end that nobody sees now; shape (sensors, pieces).
        missed = self.covers & ~seen
        missing = (missed[:, :-1] | missed[:, 1:]) & is_lost
        turns = (np.diff(is_watched) | np.diff(is_lost) | np.any(np.diff(missing, axis=1), axis=0)).nonzero()[0] + 1
        stretches = []
        for first, after in pairwise([0, *turns.tolist(), len(is_watched)]):
            state: WatchState = "watched" if is_watched[first] else "lost" if is_lost[first] else "unwatched"
            silent = tuple(self.sensor_ids[row] for row in missing[:, first].nonzero()[0])
            stretches.append(Stretch(float(self.chainages_m[first]), float(self.chainages_m[after]), state, silent))
        return tuple(stretches)


def watched(
    sensors: Sequence[Sensor], states: Mapping[str, SensorState], frontier: Frontier, step_m: float = 250.0
) -> tuple[Stretch, ...]:
    """Return the line as stretches that are watched, lost or unwatched; makes a new `Footprint` each time."""
    return Footprint.of(sensors, frontier, step_m).watched(states)


def covered(sensor: Sensor, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which positions (degrees, any equal shapes) lie in a sensor's registered sector (range against a person).

    Terrain is not asked: this is what the owner registered, not what can be seen.

    Examples
    --------
    >>> radar = Sensor(sensor_id="R-1", kind="ground_radar", node_id="9f1c1d3e-0000-4000-8000-000000000001",
    ...     lon=41.0, lat=36.0, mast_m=20, bearing_deg=90, sector_deg=120, range_person_m=4000, range_vehicle_m=8000,
    ...     party="guard", performance_source="maker")
    >>> covered(radar, np.array([41.02, 40.98]), np.array([36.0, 36.0])).tolist()
    [True, False]
    """
    inside = np.zeros(lon.shape, dtype=np.bool_)
    # Geodesics are dear: ask only for what is near in degrees.
    reach_deg = 1.1 * sensor.range_person_m / _METRES_PER_DEGREE
    across_deg = reach_deg / max(0.01, float(np.cos(np.radians(min(89.0, abs(sensor.lat) + reach_deg)))))
    apart_deg = np.abs((lon - sensor.lon + 180.0) % 360.0 - 180.0)
    near = (np.abs(lat - sensor.lat) <= reach_deg) & (apart_deg <= across_deg)
    if not near.any():
        return inside
    count = int(near.sum())
    azimuth_deg, _, distance_m = _GEOD.inv(np.full(count, sensor.lon), np.full(count, sensor.lat), lon[near], lat[near])
    off_deg = np.abs((np.asarray(azimuth_deg) - sensor.bearing_deg + 180.0) % 360.0 - 180.0)
    distance = np.asarray(distance_m)
    inside[near] = (
        (distance <= sensor.range_person_m) & (distance >= sensor.range_min_m) & (off_deg <= sensor.sector_deg / 2.0)
    )
    return inside
