"""How fast does a vehicle go on a slope, and where does it not get through?

Its speed is the least of what traction, power and sight allow, and no more than what the ground allows its class
(simplified from the structure of the NATO Reference Mobility Model; the physics is that of textbooks). Whatever a
calibration from own patrols says of a class is better than any of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

GRAVITY_M_S2 = 9.81


def holds(slope: ArrayLike, friction: float, rolling: float) -> NDArray[np.bool_]:
    """Return whether tyres hold: going up, tan(theta) <= friction - rolling; going down, tan(theta) <= friction.

    Examples
    --------
    >>> holds([-0.5, 0.0, 0.4], friction=0.45, rolling=0.1)
    array([False,  True, False])
    """
    rise = np.asarray(slope, np.float64)
    return (rise <= friction - rolling) & (-rise <= friction)


def by_power(slope: ArrayLike, watts_per_kg: float, rolling: float) -> FloatArray:
    """Return the speed that power allows: P / (m g (sin(theta) + rolling cos(theta))), m/s; infinite downhill.

    Parameters
    ----------
    slope
        Rise by run.
    watts_per_kg
        Power at the wheels by mass.
    rolling
        Resistance to rolling, as a share of the weight.

    Examples
    --------
    >>> by_power([0.0, 0.3], watts_per_kg=15.0, rolling=0.1).round(1)
    array([15.3,  4. ])
    """
    angle = np.arctan(np.asarray(slope, np.float64))
    needed = np.sin(angle) + rolling * np.cos(angle)
    return np.where(needed > 1e-9, watts_per_kg / (GRAVITY_M_S2 * np.maximum(needed, 1e-9)), np.inf)


def by_sight(visible_m: float, friction: float, reaction_s: float) -> float:
    """Return the speed at which one can stop within sight: -a t + sqrt((a t)^2 + 2 a d), a = friction g, m/s.

    Examples
    --------
    >>> round(by_sight(30.0, friction=0.5, reaction_s=1.5), 1)
    11.3
    """
    braking = friction * GRAVITY_M_S2
    return float(-braking * reaction_s + np.sqrt((braking * reaction_s) ** 2 + 2.0 * braking * visible_m))


def by_bend(radius_m: float, friction: float) -> float:
    """Return the speed at which tyres hold in a bend: sqrt(friction g r), m/s.

    Examples
    --------
    >>> round(by_bend(20.0, friction=0.5), 1)
    9.9
    """
    return float(np.sqrt(friction * GRAVITY_M_S2 * radius_m))


def driving(
    slope: ArrayLike,
    *,
    cap_m_s: float,
    friction: float,
    rolling: float,
    watts_per_kg: float,
    visible_m: float,
    reaction_s: float,
) -> FloatArray:
    """Return a vehicle's speed over the horizontal, m/s: the least limit; 0 where its tyres do not hold.

    Parameters
    ----------
    slope
        Rise by run in the direction of travel.
    cap_m_s
        What the class of ground allows: bumps, ruts, turns.
    friction, rolling
        Of the ground.
    watts_per_kg
        Power at the wheels by mass.
    visible_m, reaction_s
        How far the driver sees and how long he takes to brake.

    Examples
    --------
    >>> driving([0.0, 0.25, 0.6], cap_m_s=8.0, friction=0.5, rolling=0.08, watts_per_kg=15.0, visible_m=100.0,
    ...         reaction_s=1.5).round(1)
    array([8. , 4.6, 0. ])
    """
    rise = np.asarray(slope, np.float64)
    along = np.minimum(by_power(rise, watts_per_kg, rolling), min(cap_m_s, by_sight(visible_m, friction, reaction_s)))
    return np.where(holds(rise, friction, rolling), along / np.hypot(1.0, rise), 0.0)
