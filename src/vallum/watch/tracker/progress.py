"""How fast did it really come forward?

The velocity of a track is that of the last seconds: what grazes, or was measured badly, is fast now and then and gets
nowhere. Over its trail the median of the slopes between any two points tells better, and one wild point does not matter
(Theil 1950; Sen 1968). Its error is taken as that of the least-squares slope, s / sqrt(sum (t - mean t)^2).
"""

from __future__ import annotations

import math

import numpy as np

from vallum.watch.tracker.state import Track

# Points nearer in time err alike: their slope says nothing.
_APART_S = 8.0
_FEWEST_POINTS = 3
# One-sided, 95 %.
_SURE_SD = 1.645


def surely_came_m_s(track: Track) -> float:
    """Return how fast a track surely (95 %) came forward along its present course, on average over its trail.

    Parameters
    ----------
    track
        Its trail reaches back two minutes at most.

    Returns
    -------
    m/s; 0 when that cannot be told yet, negative when it came back.

    Examples
    --------
    >>> still = ((0.0,) * 4,) * 4
    >>> trail = ((0.0, 0.0, 0.0), (10.0, 90.0, 0.0), (20.0, 24.0, 0.0), (30.0, 36.0, 0.0))  # one of them wild
    >>> walked = Track(
    ...     1, "maintaining", 0.0, 40.0, (48.0, 0.0, 1.3, 0.0), still, 0.0, position_sd_m=5.0, trail=trail
    ... )
    >>> round(surely_came_m_s(walked), 2)
    0.94
    """
    points = np.array([*track.trail, (track.updated_s, *track.mean[:2])], dtype=np.float64)
    speed_m_s = math.hypot(track.mean[2], track.mean[3])
    if len(points) < _FEWEST_POINTS or speed_m_s <= 0.0:
        return 0.0
    times_s = points[:, 0]
    forward_m = (points[:, 1:] - points[-1, 1:]) @ np.array(track.mean[2:]) / speed_m_s
    one, other = np.triu_indices(len(points), 1)
    apart_s = times_s[other] - times_s[one]
    usable = apart_s >= _APART_S
    if not usable.any():
        return 0.0
    slope_m_s = float(np.median((forward_m[other] - forward_m[one])[usable] / apart_s[usable]))
    return slope_m_s - _SURE_SD * track.position_sd_m / math.sqrt(float(((times_s - times_s.mean()) ** 2).sum()))
