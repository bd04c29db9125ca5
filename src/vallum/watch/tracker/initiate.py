"""When does a measurement begin a track?

A position that belongs to no track begins one; a bearing only where it crosses one of another sensor, because a single
bearing has no place. A beginning is not shown: it becomes a track when enough measurements follow soon enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vallum.watch.detection import Classification
from vallum.watch.tracker.measure import BearingSighting, PositionSighting
from vallum.watch.tracker.motion import VELOCITY_SD_M_S
from vallum.watch.tracker.state import TrackerSettings

Floats = NDArray[np.float64]


def begin(sighting: PositionSighting, classification: Classification) -> tuple[Floats, Floats]:
    """Return mean (4,) and covariance (4, 4) of a track that begins with one position.

    Parameters
    ----------
    sighting
        The position in the plane.
    classification
        What it is thought to be: it says how fast it may move, and how far it went within the error of its time.
    """
    velocity_m2_s2 = VELOCITY_SD_M_S[classification] ** 2
    moved_m2 = velocity_m2_s2 * sighting.detection.clock_sd_s**2
    covariance = np.zeros((4, 4))
    covariance[0, 0] = sighting.xx_m2 + moved_m2
    covariance[1, 1] = sighting.yy_m2 + moved_m2
    covariance[0, 1] = covariance[1, 0] = sighting.xy_m2
    covariance[2, 2] = covariance[3, 3] = velocity_m2_s2
    return np.array([sighting.x_m, sighting.y_m, 0.0, 0.0]), covariance


def crossed_bearing(
    bearing: BearingSighting, waiting: Sequence[BearingSighting], settings: TrackerSettings
) -> tuple[PositionSighting, BearingSighting] | None:
    """Return where a bearing crosses one that waits, and which, or None.

    Of several the one that crosses nearest to a right angle is taken: it places the thing best. The covariance of the
    crossing point follows from the errors across the two rays, `r_i s_i`, with n_i the unit vector across ray i:
    C = A diag((r_i s_i)^2) A^T where A inverts the matrix of rows n_i.

    Parameters
    ----------
    bearing
        The new one.
    waiting
        Earlier ones that belong to no track.
    settings
        Least angle, longest time between the two, reach.
    """
    best: tuple[float, PositionSighting, BearingSighting] | None = None
    for other in waiting:
        sine = abs(math.sin(bearing.bearing_rad - other.bearing_rad))
        if (
            other.detection.sensor_id == bearing.detection.sensor_id
            or abs(other.detection.event_s - bearing.detection.event_s) > settings.crossing_within_s
            or sine < math.sin(math.radians(settings.crossing_angle_deg))
            or (best is not None and sine <= best[0])
        ):
            continue
        point = _crossing(bearing, other, settings)
        if point is not None:
            best = sine, point, other
    return None if best is None else best[1:]


def confirmed(hits_s: Sequence[float], settings: TrackerSettings) -> bool:
    """Tell whether so many measurements came within the time that makes a beginning a track.

    Examples
    --------
    >>> confirmed((0.0, 20.0, 25.0), TrackerSettings()), confirmed((0.0, 20.0, 25.0, 30.0), TrackerSettings())
    (False, True)
    """
    times_s = sorted(hits_s)
    last = settings.start_hits - 1
    return any(
        times_s[index + last] - times_s[index] <= settings.start_within_s for index in range(len(times_s) - last)
    )


def _crossing(first: BearingSighting, second: BearingSighting, settings: TrackerSettings) -> PositionSighting | None:
    along = np.array([[math.sin(ray.bearing_rad), math.cos(ray.bearing_rad)] for ray in (first, second)])
    stands = np.array([[first.x_m, first.y_m], [second.x_m, second.y_m]])
    ranges_m = np.linalg.solve(np.column_stack([along[0], -along[1]]), stands[1] - stands[0])
    if not (np.all(ranges_m > 1.0) and np.all(ranges_m <= settings.bearing_reach_m)):
        return None
    point = stands[0] + ranges_m[0] * along[0]
    across_sd_m = np.hypot(ranges_m * [first.bearing_sd_rad, second.bearing_sd_rad], settings.sensor_position_sd_m)
    # a step across a ray, to its right
    across = np.column_stack([along[:, 1], -along[:, 0]])
    inverse = np.linalg.inv(across)
    covariance = inverse @ np.diag(across_sd_m**2) @ inverse.T
    return PositionSighting(
        first.detection,
        first.north_bearing_rad,
        float(point[0]),
        float(point[1]),
        float(covariance[0, 0]),
        float(covariance[0, 1]),
        float(covariance[1, 1]),
    )
