"""Can this detection be true, given what the sensor's owner declared of it?

What cannot be true is set aside with a reason that a person can act on; it is never silently dropped and never used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pyproj import Geod

from vallum.assets.sensor import Sensor
from vallum.watch.detection import Detection, PointMeasurement, RangeBearingMeasurement

# Declared ranges and sectors are assumptions until a walk test replaces them; so much beyond them is still believed.
RANGE_MARGIN = 0.2
SECTOR_MARGIN = 0.2
# A measurement may lie this many of its own standard deviations outside.
SPREADS = 3.0
# No error that a sensor states may widen its coverage by more than this share: a wild error would excuse any position.
WIDEST_EXCUSE = 1.0
# A stated error beyond this many declared ranges, or beyond a half turn, says nothing about where anything is.
ABSURD_RANGES = 2.0
ABSURD_AZIMUTH_SD_DEG = 180.0
# Nothing on the ground moves faster: 300 km/h.
FASTEST_MS = 83.0

_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a report is not believed: a code to count by, and words that name the value, the place and what to do."""

    code: str
    words: str


def implausible(detection: Detection, sensor: Sensor, previous: Detection | None = None) -> Reason | None:
    """Return why a detection cannot be true, or None when it may be.

    Parameters
    ----------
    detection
        What the sensor reported.
    sensor
        What its owner declared: position, sector and ranges.
    previous
        The last believed detection of the same object by the same sensor; with it a jump faster than anything moves on
        the ground is noticed.

    Examples
    --------
    >>> camera = Sensor(sensor_id="C-1", kind="thermal_camera", node_id="9f1c1d3e-0000-4000-8000-000000000001",
    ...     lon=41.0, lat=36.0, mast_m=20, bearing_deg=270, sector_deg=90, range_person_m=2000, range_vehicle_m=4000,
    ...     party="guard", performance_source="maker")
    >>> seen = Detection(node_id=camera.node_id, session=1, report_id="r", sensor_id="C-1", object_id="o", sent_s=0.0,
    ...     received_s=0.0, event_s=0.0, clock_sd_s=0.1,
    ...     measurement=RangeBearingMeasurement(41.0, 36.0, azimuth_deg=90.0, azimuth_sd_deg=0.1, range_m=1500.0,
    ...                                         range_sd_m=200.0))
    >>> implausible(seen, camera).code
    'outside_sector'
    """
    reason = _absurd_error(detection.measurement, sensor)
    if reason is None and isinstance(detection.measurement, PointMeasurement):
        reason = _point(detection.measurement, sensor)
    elif reason is None and isinstance(detection.measurement, RangeBearingMeasurement):
        reason = _range_bearing(detection.measurement, sensor)
    if reason is None and previous is not None:
        reason = _jump(previous, detection)
    return reason


def _absurd_error(measured: PointMeasurement | RangeBearingMeasurement, sensor: Sensor) -> Reason | None:
    """Refuse an error that nothing could be computed with: it would overflow what is made of it."""
    widest_m = ABSURD_RANGES * _declared_m(sensor)
    if isinstance(measured, PointMeasurement):
        stated = (("east", measured.east_sd_m, widest_m, "m"), ("north", measured.north_sd_m, widest_m, "m"))
    else:
        stated = (
            ("range", measured.range_sd_m or 0.0, widest_m, "m"),
            ("azimuth", measured.azimuth_sd_deg, ABSURD_AZIMUTH_SD_DEG, "°"),
        )
    for name, sd, widest, unit in stated:
        if not 0.0 <= sd <= widest:
            return Reason(
                "error_absurd",
                f"an error of {sd:g} {unit} in {name} from {sensor.sensor_id} cannot be (0 to {widest:g} {unit} can); "
                "check the units in which the sensor states its errors",
            )
    return None


def _point(point: PointMeasurement, sensor: Sensor) -> Reason | None:
    if not (math.isfinite(point.lon) and math.isfinite(point.lat)):
        return Reason(
            "not_a_number",
            f"longitude {point.lon}, latitude {point.lat} from {sensor.sensor_id} is not a number; "
            "the sensor's position output is broken: restart or repair it",
        )
    if abs(point.lat) > 90.0 or abs(point.lon) > 180.0:
        return _swapped(point, sensor) or Reason(
            "off_the_globe",
            f"latitude {point.lat:g}, longitude {point.lon:g} from {sensor.sensor_id} is not on the globe; "
            "check the coordinate system that the sensor is set to send",
        )
    azimuth_deg, _, distance_m = _GEOD.inv(sensor.lon, sensor.lat, point.lon, point.lat)
    spread_m = SPREADS * max(point.east_sd_m, point.north_sd_m)
    reason = _beyond(distance_m, spread_m, sensor)
    if reason is not None:
        return _swapped(point, sensor) or reason
    if distance_m <= spread_m + sensor.range_min_m:
        return None
    return _outside(azimuth_deg % 360.0, math.degrees(math.atan2(spread_m, distance_m)), sensor)


def _range_bearing(measured: RangeBearingMeasurement, sensor: Sensor) -> Reason | None:
    if not (math.isfinite(measured.azimuth_deg) and math.isfinite(measured.range_m or 0.0)):
        return Reason(
            "not_a_number",
            f"azimuth {measured.azimuth_deg}, range {measured.range_m} from {sensor.sensor_id} is not a number; "
            "restart or repair the sensor",
        )
    if measured.range_m is not None:
        reason = _beyond(measured.range_m, SPREADS * (measured.range_sd_m or 0.0), sensor)
        if reason is not None:
            return reason
    return _outside(measured.azimuth_deg % 360.0, SPREADS * measured.azimuth_sd_deg, sensor)


def _declared_m(sensor: Sensor) -> float:
    return max(sensor.range_person_m, sensor.range_vehicle_m)


def _beyond(distance_m: float, spread_m: float, sensor: Sensor) -> Reason | None:
    declared_m = _declared_m(sensor)
    limit_m = declared_m * (1.0 + RANGE_MARGIN) + min(spread_m, WIDEST_EXCUSE * declared_m)
    if distance_m <= limit_m:
        return None
    return Reason(
        "outside_range",
        f"{distance_m:.0f} m from {sensor.sensor_id}, which is declared to see {declared_m:.0f} m; "
        "check the sensor's position output, or correct its range in sensors.csv",
    )


def _outside(azimuth_deg: float, spread_deg: float, sensor: Sensor) -> Reason | None:
    half_deg = sensor.sector_deg / 2.0
    off_deg = abs((azimuth_deg - sensor.bearing_deg + 180.0) % 360.0 - 180.0)
    if off_deg <= half_deg * (1.0 + SECTOR_MARGIN) + min(spread_deg, WIDEST_EXCUSE * half_deg):
        return None
    return Reason(
        "outside_sector",
        f"bearing {azimuth_deg:.1f}° from {sensor.sensor_id}, which is declared to look {sensor.bearing_deg:.0f}° "
        f"with a sector of {sensor.sector_deg:.0f}°; check where it points, or correct sensors.csv",
    )


def _swapped(point: PointMeasurement, sensor: Sensor) -> Reason | None:
    """Say so when the position would be believed with its axes exchanged."""
    if abs(point.lon) > 90.0 or abs(point.lat) > 180.0:
        return None
    _, _, distance_m = _GEOD.inv(sensor.lon, sensor.lat, point.lat, point.lon)
    spread_m = SPREADS * max(point.east_sd_m, point.north_sd_m)
    if _beyond(distance_m, spread_m, sensor) is not None:
        return None
    return Reason(
        "swapped_axes",
        f"longitude {point.lon:.4f}, latitude {point.lat:.4f} from {sensor.sensor_id} fits with the two exchanged; "
        "set the sensor to send x = longitude, y = latitude",
    )


def _jump(previous: Detection, detection: Detection) -> Reason | None:
    before, now = previous.measurement, detection.measurement
    if not (isinstance(before, PointMeasurement) and isinstance(now, PointMeasurement)):
        return None
    _, _, distance_m = _GEOD.inv(before.lon, before.lat, now.lon, now.lat)
    spread_m = SPREADS * (max(before.east_sd_m, before.north_sd_m) + max(now.east_sd_m, now.north_sd_m))
    elapsed_s = abs(detection.event_s - previous.event_s) + SPREADS * max(previous.clock_sd_s, detection.clock_sd_s)
    if distance_m <= spread_m + FASTEST_MS * elapsed_s:
        return None
    return Reason(
        "impossible_speed",
        f"the same object is {distance_m:.0f} m from where {detection.sensor_id} saw it "
        f"{abs(detection.event_s - previous.event_s):.1f} s before; the sensor mixes up objects or its position jumps",
    )
