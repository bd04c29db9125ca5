"""Is what begins here the same thing that was lost a while ago?

A group that walks behind a rise is lost and found again; a new number would be a second alarm about one and the same
group. It is taken for the same when it begins after the other was last measured, somewhere on the way that the other
was going (who walks may also stand for a while), at a velocity that goes with it, and when nothing that sensors say of
the two contradicts. Where the other may be is carried on by `motion.Wander`; once that is no longer known well, nothing
is taken for the same, so that a second group is never hidden behind a first that was lost long ago.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from vallum.watch.tracker.motion import WANDER
from vallum.watch.tracker.state import Track, TrackerSettings

Floats = NDArray[np.float64]

# 95 of 100 pairs that are one thing are no further apart than this, in place and in velocity.
_SAME_D2 = float(chi2.ppf(0.95, 2))
# The lost one may have gone on for these shares of the time since.
_WENT_ON = np.linspace(0.0, 1.0, 9)


def resumed(new: Track, lost: Sequence[Track], settings: TrackerSettings) -> Track | None:
    """Return the one of the lost tracks that a new track continues, or None.

    Parameters
    ----------
    new
        Just confirmed.
    lost
        Tracks that are over or have had no measurement for some time.
    settings
        For how long, and how well placed, something lost may be found again.

    Examples
    --------
    A walker lost at x = 0 is found a minute later, 70 m further on:

    >>> sharp = tuple(tuple((100.0, 100.0, 0.1, 0.1)[row] * (row == column) for column in range(4)) for row in range(4))
    >>> walker = Track(1, "terminated", 0.0, 60.0, (0.0, 0.0, 1.2, 0.0), sharp, 0.0, classification="person")
    >>> found = Track(2, "maintaining", 115.0, 120.0, (70.0, 5.0, 1.1, 0.1), sharp, 0.0)
    >>> resumed(found, [walker], TrackerSettings()).number
    1
    """
    near = [(distance_d2, old.number, old) for old in lost if (distance_d2 := _apart(new, old, settings)) <= _SAME_D2]
    return min(near, key=lambda entry: entry[:2])[2] if near else None


def _apart(new: Track, old: Track, settings: TrackerSettings) -> float:
    """Return the squared Mahalanobis distance of two places; infinite when the two cannot be one thing."""
    elapsed_s = new.updated_s - old.updated_s
    named = {new.classification, old.classification} - {"unknown"}
    if new.started_s < old.updated_s or elapsed_s > settings.resume_within_s or len(named) > 1:
        return math.inf
    wander = WANDER[old.classification]
    old_mean, old_covariance = np.array(old.mean), np.array(old.covariance)
    new_mean, new_covariance = np.array(new.mean), np.array(new.covariance)
    turned_m2_s2 = wander.sd_m_s**2 * -math.expm1(-2.0 * elapsed_s / wander.memory_s)
    velocity = old_covariance[2:, 2:] + new_covariance[2:, 2:] + turned_m2_s2 * np.eye(2)
    if _squared(new_mean[2:] - old_mean[2:], velocity) > _SAME_D2:
        return math.inf
    wandered = float(wander.variance_m2(np.array(elapsed_s))) * np.eye(2)
    nearest = math.inf
    for share in _WENT_ON.tolist():
        gone = np.hstack([np.eye(2), share * elapsed_s * np.eye(2)])
        expected = gone @ old_covariance @ gone.T + wandered
        if float(np.linalg.eigvalsh(expected)[-1]) > settings.resume_position_sd_m**2:
            continue
        place = new_mean[:2] - gone @ old_mean
        nearest = min(nearest, _squared(place, expected + new_covariance[:2, :2]))
    return nearest


def _squared(difference: Floats, covariance: Floats) -> float:
    return float(difference @ np.linalg.solve(covariance, difference))
