"""Where will something be that keeps its velocity, and how sure is that?

Nearly constant velocity: acceleration is white noise of spectral density q (m^2/s^3), the same along both axes
(Bar-Shalom, Li and Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, section 6.2.2):
x' = F x, P' = F P F^T + Q with Q = q [[dt^3/3, dt^2/2], [dt^2/2, dt]] for each axis. The state is x, y, vx, vy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from vallum.watch.detection import Classification

Floats = NDArray[np.float64]

# How restless each class moves: q, m^2/s^3. In 60 s a person's speed changes by about 1 m/s, in 10 s a vehicle's by 5.
ACCELERATION_DENSITY_M2_S3: Mapping[Classification, float] = MappingProxyType(
    {"person": 0.02, "animal": 0.03, "unknown": 0.1, "vehicle": 2.5}
)
# What is known of a velocity before it was measured: its standard deviation along each axis, m/s.
VELOCITY_SD_M_S: Mapping[Classification, float] = MappingProxyType(
    {"person": 1.3, "animal": 1.3, "unknown": 3.0, "vehicle": 9.0}
)


@dataclass(frozen=True, slots=True)
class Wander:
    """How the velocity of a class changes on a longer way.

    White-noise acceleration is right for the seconds between two measurements and far too wild for minutes. Then the
    velocity wanders around the one it had, with standard deviation w along each axis, remembered for T (an
    Ornstein-Uhlenbeck process; Uhlenbeck and Ornstein 1930, equation 13).
    """

    sd_m_s: float
    memory_s: float

    def variance_m2(self, time_s: Floats) -> Floats:
        """Return the variance of a position along each axis from wandering: 2 w^2 T (t - T (1 - exp(-t/T))), m^2.

        Examples
        --------
        >>> bool(Wander(0.4, 120.0).variance_m2(np.array(300.0)) ** 0.5 < 90.0)
        True
        """
        memory_s = self.memory_s
        return 2.0 * self.sd_m_s**2 * memory_s * (time_s + memory_s * np.expm1(-time_s / memory_s))


# Assumptions, to be replaced by what the centre's own history shows.
WANDER: Mapping[Classification, Wander] = MappingProxyType(
    {
        "person": Wander(0.4, 120.0),
        "animal": Wander(0.6, 120.0),
        "unknown": Wander(0.8, 120.0),
        "vehicle": Wander(4.0, 60.0),
    }
)


def transition(dt_s: float) -> Floats:
    """Return F, 4 x 4.

    Examples
    --------
    >>> (transition(2.0) @ [0.0, 0.0, 1.0, 3.0]).tolist()
    [2.0, 6.0, 1.0, 3.0]
    """
    f = np.eye(4)
    f[0, 2] = f[1, 3] = dt_s
    return f


def process_noise(dt_s: float, density_m2_s3: float) -> Floats:
    """Return Q, 4 x 4.

    Examples
    --------
    >>> float(process_noise(3.0, 0.1)[2, 2])
    0.30000000000000004
    """
    position, cross, velocity = dt_s**3 / 3.0, dt_s**2 / 2.0, dt_s
    q = np.zeros((4, 4))
    q[0, 0] = q[1, 1] = position
    q[0, 2] = q[2, 0] = q[1, 3] = q[3, 1] = cross
    q[2, 2] = q[3, 3] = velocity
    return q * density_m2_s3


def predict(mean: Floats, covariance: Floats, dt_s: float, density_m2_s3: float) -> tuple[Floats, Floats]:
    """Carry one state forward.

    Parameters
    ----------
    mean, covariance
        Shapes (4,) and (4, 4).
    dt_s
        Seconds, 0 or more.
    density_m2_s3
        q of the class.

    Examples
    --------
    >>> mean, covariance = predict(np.zeros(4), np.eye(4), 1.0, 0.0)
    >>> float(covariance[0, 0])
    2.0
    """
    f = transition(dt_s)
    return f @ mean, f @ covariance @ f.T + process_noise(dt_s, density_m2_s3)


def positions_at(means: Floats, covariances: Floats, dt_s: Floats, densities_m2_s3: Floats) -> tuple[Floats, Floats]:
    """Return the positions of many states at other times, without the rest of the prediction.

    A negative time looks back from a state to a measurement that came late; what the motion may have done since then
    counts as noise there too, which is cautious (the exact answer would know which part of it the state has seen).

    Parameters
    ----------
    means, covariances, dt_s, densities_m2_s3
        Shapes (n, 4), (n, 4, 4), (n,), (n,).

    Returns
    -------
    Positions (n, 2) and their covariances (n, 2, 2).

    Examples
    --------
    >>> position, covariance = positions_at(np.ones((1, 4)), np.eye(4)[None], np.array([2.0]), np.array([0.0]))
    >>> position.tolist(), float(covariance[0, 0, 0])
    ([[3.0, 3.0]], 5.0)
    """
    dt = dt_s[:, None, None]
    position = means[:, :2] + dt_s[:, None] * means[:, 2:]
    cross = covariances[:, :2, 2:]
    covariance = covariances[:, :2, :2] + dt * (cross + cross.transpose(0, 2, 1)) + dt**2 * covariances[:, 2:, 2:]
    drift = densities_m2_s3 * np.abs(dt_s) ** 3 / 3.0
    covariance[:, 0, 0] += drift
    covariance[:, 1, 1] += drift
    return position, covariance
