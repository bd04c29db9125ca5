"""What does a track become when a measurement of it arrives?

A position updates by the Kalman filter, a bearing by its first-order extension (Bar-Shalom, Li and Kirubarajan 2001,
sections 5.2 and 10.3); the covariance by Joseph's form, which stays symmetric and positive definite. A measurement
older than the state is taken as one of where the state was, see `motion.positions_at`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vallum.watch.tracker.measure import BearingSighting, PositionSighting
from vallum.watch.tracker.motion import predict

Floats = NDArray[np.float64]


def update(
    mean: Floats,
    covariance: Floats,
    dt_s: float,
    density_m2_s3: float,
    sighting: PositionSighting | BearingSighting,
    time_sd_s: float,
    sensor_position_sd_m: float,
) -> tuple[Floats, Floats]:
    """Return mean and covariance after a measurement.

    Parameters
    ----------
    mean, covariance
        Shapes (4,) and (4, 4), at the time of the state.
    dt_s
        Time of the measurement minus that of the state, seconds; negative for one that comes late. The result is at
        the later of the two times.
    density_m2_s3
        q of the class, see `motion`.
    sighting
        The measurement in the plane.
    time_sd_s
        How sure its time is; together with the speed it widens the measurement along the way of the track.
    sensor_position_sd_m
        How well the sensor of a bearing knows where it stands (a position sighting has this in it already).
    """
    late_s = min(dt_s, 0.0)
    if dt_s > 0.0:
        mean, covariance = predict(mean, covariance, dt_s, density_m2_s3)
    velocity = mean[2:]
    position = mean[:2] + late_s * velocity
    noise = time_sd_s**2 * np.outer(velocity, velocity)
    noise[0, 0] += density_m2_s3 * abs(late_s) ** 3 / 3.0
    noise[1, 1] += density_m2_s3 * abs(late_s) ** 3 / 3.0
    if isinstance(sighting, PositionSighting):
        innovation = np.array([sighting.x_m - position[0], sighting.y_m - position[1]])
        noise[0, 0] += sighting.xx_m2
        noise[0, 1] += sighting.xy_m2
        noise[1, 0] += sighting.xy_m2
        noise[1, 1] += sighting.yy_m2
        slope = np.eye(2)
    else:
        east_m, north_m = position[0] - sighting.x_m, position[1] - sighting.y_m
        square_m2 = east_m**2 + north_m**2
        innovation = np.array([wrapped(sighting.bearing_rad - math.atan2(east_m, north_m))])
        slope = np.array([[north_m, -east_m]]) / square_m2
        own = sensor_position_sd_m**2 / square_m2
        noise = slope @ noise @ slope.T + sighting.bearing_sd_rad**2 + own
    h = np.hstack([slope, late_s * slope])
    gain = np.linalg.solve(h @ covariance @ h.T + noise, h @ covariance).T
    keep = np.eye(4) - gain @ h
    updated = keep @ covariance @ keep.T + gain @ noise @ gain.T
    return mean + gain @ innovation, (updated + updated.T) / 2.0


def wrapped(angle_rad: float) -> float:
    """Return an angle between -pi and pi.

    Examples
    --------
    >>> round(wrapped(3 * math.pi / 2), 6) == round(-math.pi / 2, 6)
    True
    """
    return math.remainder(angle_rad, math.tau)
