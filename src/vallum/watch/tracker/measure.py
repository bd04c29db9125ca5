"""What does a detection say about a position in the plane, and how sure is it?

A point keeps its own standard deviations, turned into the plane. Range and bearing become a position without bias
(Longbin, Xiaoquan, Yiyu, Kang and Bar-Shalom, Unbiased converted measurements for tracking, IEEE Transactions on
Aerospace and Electronic Systems 34(3), 1998): with s the standard deviation of the bearing and L = exp(-s^2/2) the
position lies at range r/L, its variance is (L^-2 - 2) r^2 + (r^2 + sr^2)(1 + L^4)/2 along the ray and
(r^2 + sr^2)(1 - L^4)/2 across. A bearing alone stays a bearing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vallum.watch.detection import Detection, PointMeasurement, RangeBearingMeasurement

Floats = NDArray[np.float64]

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.006694379990141317
# Far enough that rounding does not matter, near enough that the plane is straight.
_NORTH_STEP_DEG = 1e-3


class Plane(Protocol):
    """A conformal projection of the ground that the tracker works in, for example `frontier.Strip`."""

    def to_plane(self, lon: Any, lat: Any, /) -> Any:
        """Return x and y, metres."""

    def to_lonlat(self, x: Any, y: Any, /) -> Any:
        """Return longitude and latitude, degrees."""


@dataclass(frozen=True, slots=True)
class PositionSighting:
    """A detection as a position: (x, y) with covariance xx, xy, yy, metres of the plane."""

    detection: Detection
    north_bearing_rad: float
    x_m: float
    y_m: float
    xx_m2: float
    xy_m2: float
    yy_m2: float


@dataclass(frozen=True, slots=True)
class BearingSighting:
    """A detection as a bearing in the plane, clockwise from its y axis, seen from (x, y)."""

    detection: Detection
    north_bearing_rad: float
    x_m: float
    y_m: float
    bearing_rad: float
    bearing_sd_rad: float


Sighting = PositionSighting | BearingSighting


@dataclass(frozen=True, slots=True)
class Frame:
    """How the plane lies at some places: the position there, where true north points, plane metres for one metre."""

    x_m: Floats
    y_m: Floats
    north_bearing_rad: Floats
    scale: Floats


def frame_at(plane: Plane, lon: Floats, lat: Floats) -> Frame:
    """Return how the plane lies at many places, from a small step north at each.

    Parameters
    ----------
    plane
        Conformal, so that its scale at a place is the same in all directions.
    lon, lat
        Shape (n,), degrees.

    Examples
    --------
    >>> from pyproj import Proj
    >>> class Metres:
    ...     _proj = Proj("+proj=tmerc +lon_0=41 +ellps=WGS84")
    ...     def to_plane(self, lon, lat):
    ...         return self._proj(lon, lat)
    ...     def to_lonlat(self, x, y):
    ...         return self._proj(x, y, inverse=True)
    >>> frame = frame_at(Metres(), np.array([41.0]), np.array([35.0]))
    >>> round(float(frame.scale[0]), 6), round(abs(float(frame.north_bearing_rad[0])), 6)
    (1.0, 0.0)
    """
    x_m, y_m = (np.asarray(value, dtype=np.float64) for value in plane.to_plane(lon, lat))
    # the step goes south in the far north, so that it never passes the pole
    step_deg = np.where(lat > 0.0, -_NORTH_STEP_DEG, _NORTH_STEP_DEG)
    step_x_m, step_y_m = (np.asarray(value, dtype=np.float64) for value in plane.to_plane(lon, lat + step_deg))
    turn = np.sign(step_deg)
    east_m, north_m = (step_x_m - x_m) * turn, (step_y_m - y_m) * turn
    middle = np.sin(np.radians(lat + step_deg / 2.0))
    meridian_radius_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (1.0 - _ECCENTRICITY_SQUARED * middle**2) ** 1.5
    length_m = meridian_radius_m * math.radians(_NORTH_STEP_DEG)
    return Frame(
        x_m=x_m,
        y_m=y_m,
        north_bearing_rad=np.arctan2(east_m, north_m),
        scale=np.hypot(east_m, north_m) / length_m,
    )


def sight(detections: Sequence[Detection], plane: Plane, sensor_position_sd_m: float) -> tuple[Sighting, ...]:
    """Bring detections into the plane, in the order given.

    Parameters
    ----------
    detections
        Any mixture of points, ranges with bearings, and bearings. A range without a stated error is not used.
    plane
        The projection.
    sensor_position_sd_m
        How well a sensor knows its own position, along each axis.
    """
    if not detections:
        return ()
    places = [_reference(detection) for detection in detections]
    lon, lat = np.array(places, dtype=np.float64).T
    frame = frame_at(plane, lon, lat)
    columns = zip(
        detections,
        frame.x_m.tolist(),
        frame.y_m.tolist(),
        frame.north_bearing_rad.tolist(),
        frame.scale.tolist(),
        strict=True,
    )
    return tuple(_sighting(*column, sensor_position_sd_m) for column in columns)


def converted(range_m: float, range_sd_m: float, bearing_sd_rad: float) -> tuple[float, float, float]:
    """Return the unbiased range, and the variances along and across the ray (see the module).

    Examples
    --------
    >>> distance_m, along_m2, across_m2 = converted(1000.0, 10.0, 0.01)
    >>> round(distance_m, 2), round(along_m2 ** 0.5, 1), round(across_m2 ** 0.5, 1)
    (1000.05, 10.0, 10.0)
    """
    shrink = math.exp(-(bearing_sd_rad**2) / 2.0)
    square_m2 = range_m**2 + range_sd_m**2
    along_m2 = (shrink**-2 - 2.0) * range_m**2 + square_m2 * (1.0 + shrink**4) / 2.0
    # expm1 keeps the digits where the bearing is sharp
    across_m2 = square_m2 * -math.expm1(-2.0 * bearing_sd_rad**2) / 2.0
    return range_m / shrink, along_m2, across_m2


def _reference(detection: Detection) -> tuple[float, float]:
    measurement = detection.measurement
    if isinstance(measurement, PointMeasurement):
        return measurement.lon, measurement.lat
    return measurement.sensor_lon, measurement.sensor_lat


def _sighting(
    detection: Detection, x_m: float, y_m: float, north_rad: float, scale: float, sensor_sd_m: float
) -> Sighting:
    measurement = detection.measurement
    own_m2 = sensor_sd_m**2
    if isinstance(measurement, PointMeasurement):
        east_m2 = measurement.east_sd_m**2 + own_m2
        north_m2 = measurement.north_sd_m**2 + own_m2
        covariance = _turned(north_m2, east_m2, north_rad)
        return PositionSighting(detection, north_rad, x_m, y_m, *covariance)
    return _polar(detection, measurement, x_m, y_m, north_rad, scale, own_m2)


def _polar(
    detection: Detection,
    measurement: RangeBearingMeasurement,
    x_m: float,
    y_m: float,
    north_rad: float,
    scale: float,
    own_m2: float,
) -> Sighting:
    bearing_rad = math.radians(measurement.azimuth_deg) + north_rad
    bearing_sd_rad = math.radians(measurement.azimuth_sd_deg)
    if measurement.range_m is None or measurement.range_sd_m is None:
        return BearingSighting(detection, north_rad, x_m, y_m, bearing_rad, bearing_sd_rad)
    distance_m, along_m2, across_m2 = converted(
        measurement.range_m * scale, measurement.range_sd_m * scale, bearing_sd_rad
    )
    covariance = _turned(along_m2 + own_m2, across_m2 + own_m2, bearing_rad)
    return PositionSighting(
        detection,
        north_rad,
        x_m + distance_m * math.sin(bearing_rad),
        y_m + distance_m * math.cos(bearing_rad),
        *covariance,
    )


def _turned(along_m2: float, across_m2: float, bearing_rad: float) -> tuple[float, float, float]:
    """Return xx, xy, yy of a covariance given along and across a direction of the plane."""
    sine, cosine = math.sin(bearing_rad), math.cos(bearing_rad)
    return (
        along_m2 * sine**2 + across_m2 * cosine**2,
        (along_m2 - across_m2) * sine * cosine,
        along_m2 * cosine**2 + across_m2 * sine**2,
    )
