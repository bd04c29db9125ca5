"""Which sensors stand on the ground, where they look, and what state each is in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field

from vallum.assets.walktest import WalkTest

SensorKind = Literal["thermal_camera", "day_camera", "ground_radar", "ground_sensor", "patrol_observation"]
SensorState = Literal["live", "late", "dead", "goodbye", "not detecting"]

SENSOR_KINDS: tuple[SensorKind, ...] = get_args(SensorKind)
SENSOR_STATES: tuple[SensorState, ...] = ("live", "late", "dead", "goodbye", "not detecting")

# What a walk test was made of: where one of these changes, the sensor that was walked is no longer there.
_PLACE = ("kind", "lon", "lat", "mast_m", "bearing_deg", "sector_deg")


class Sensor(BaseModel, frozen=True, extra="forbid"):
    """One sensor as its owner declares it.

    Ranges are the distances at which the stated source expects detection of each kind of target, with the probability
    `range_probability`; they are assumptions until a walk test replaces them.
    """

    sensor_id: str = Field(min_length=1, max_length=40)
    kind: SensorKind
    tower_id: str | None = None
    node_id: str = Field(description="UUID (version 4, lower case) under which it speaks the sensor protocol")
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    mast_m: float = Field(ge=0, le=200, description="height of the sensor above ground")
    bearing_deg: float = Field(ge=0, lt=360, description="middle of its sector, true")
    sector_deg: float = Field(gt=0, le=360, description="full width of its sector")
    range_person_m: float = Field(gt=0)
    range_vehicle_m: float = Field(gt=0)
    range_min_m: float = Field(ge=0, default=0.0)
    range_probability: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="the probability for which the source gives the ranges (a table by Johnson's criteria: 0.5); "
        "without it, as performance.toml says",
    )
    party: str
    simulated: bool = False
    performance_source: str


class SensorInstalled(Sensor, frozen=True):
    """A sensor was declared or its declaration changed."""


class SensorTested(WalkTest, frozen=True):
    """Somebody walked to see how surely a sensor detects: n passes, m detected. It replaces the assumption there."""


class SensorSilent(BaseModel, frozen=True, extra="forbid"):
    """A sensor stopped doing its work, and how that was noticed."""

    sensor_id: str
    state: Literal["late", "dead", "goodbye", "not detecting"]
    last_heard: datetime | None
    reason: str


class SensorReturned(BaseModel, frozen=True, extra="forbid"):
    """A sensor works again."""

    sensor_id: str
    reason: str = ""


class SensorRow(Sensor, frozen=True):
    """A sensor as the centre knows it. Until it is first heard it is dead: nobody has reason to believe otherwise."""

    state: SensorState = "dead"
    state_since: datetime
    state_reason: str = "never heard"
    last_heard: datetime | None = None
    walk_tests: tuple[WalkTest, ...] = ()
    moved_at: datetime | None = Field(
        default=None, description="when it was last put elsewhere or turned; a walk test before that day does not count"
    )

    def lacks(self, test: WalkTest) -> bool:
        """Return whether a walk test would change what is known: it is new, and later than the sensor's last move."""
        known = test.model_dump() in (held.model_dump() for held in self.walk_tests)
        return not known and (self.moved_at is None or test.on >= self.moved_at.date())


def installed(row: SensorRow | None, body: SensorInstalled, header: Mapping[str, Any]) -> SensorRow:
    """Take the declaration; keep what is known of the sensor's state, and its walk tests while it stays in place."""
    if row is None:
        return SensorRow(**body.model_dump(), state_since=header["occurred"])
    said = body.model_dump()
    if any(said[name] != getattr(row, name) for name in _PLACE):
        said |= {"walk_tests": (), "moved_at": header["occurred"]}
    return row.model_copy(update=said)


def tested(row: SensorRow | None, body: SensorTested, header: Mapping[str, Any]) -> SensorRow:
    """Keep the walk test with the sensor; one that was made before the sensor was moved changes nothing."""
    known, test = _known(row, body.sensor_id), WalkTest(**body.model_dump())
    return known.model_copy(update={"walk_tests": (*known.walk_tests, test)}) if known.lacks(test) else known


def silent(row: SensorRow | None, body: SensorSilent, header: Mapping[str, Any]) -> SensorRow:
    """Remember why the sensor is not watching."""
    return _known(row, body.sensor_id).model_copy(
        update={
            "state": body.state,
            "state_since": header["occurred"],
            "state_reason": body.reason,
            "last_heard": body.last_heard,
        }
    )


def returned(row: SensorRow | None, body: SensorReturned, header: Mapping[str, Any]) -> SensorRow:
    """Believe the sensor again."""
    update = {"state": "live", "state_since": header["occurred"], "state_reason": body.reason}
    return _known(row, body.sensor_id).model_copy(update={**update, "last_heard": header["occurred"]})


def _known(row: SensorRow | None, sensor_id: str) -> SensorRow:
    if row is None:
        raise ValueError(f"sensor {sensor_id} is not installed; declare it in the project's sensors.csv first")
    return row
