"""What is one measurement by one sensor, in the terms the watch works with?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Classification = Literal["person", "vehicle", "animal", "unknown"]
CLASSIFICATIONS: tuple[Classification, ...] = ("unknown", "person", "vehicle", "animal")


@dataclass(frozen=True, slots=True)
class PointMeasurement:
    """A position with its standard deviations along east and north, metres."""

    lon: float
    lat: float
    east_sd_m: float
    north_sd_m: float


@dataclass(frozen=True, slots=True)
class RangeBearingMeasurement:
    """Azimuth (degrees true) and range from where the sensor stands; `range_m` is None for a bearing alone."""

    sensor_lon: float
    sensor_lat: float
    azimuth_deg: float
    azimuth_sd_deg: float
    range_m: float | None
    range_sd_m: float | None


@dataclass(frozen=True, slots=True)
class Detection:
    """One measurement by one sensor.

    The key is (node_id, session, report_id): the same key again is the same detection. `event_s` is when it happened on
    the centre's clock, corrected for the node's estimated clock offset; `clock_sd_s` says how sure that is.
    """

    node_id: str
    session: int
    report_id: str
    sensor_id: str
    object_id: str
    sent_s: float
    received_s: float
    event_s: float
    clock_sd_s: float
    measurement: PointMeasurement | RangeBearingMeasurement
    classes: tuple[tuple[Classification, float], ...] = field(default=())
    confidence: float | None = None
    count_low: int | None = None
    count_high: int | None = None
    still_png: bytes | None = None
    simulated: bool = False
    late: bool = False
