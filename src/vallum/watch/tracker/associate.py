"""Which measurement is of which track?

A look (what one sensor measures at about one time) gives each track one measurement at most. Those outside a track's
gate are out; among the rest the assignment is chosen that uses the most measurements and then has the least sum of
d^2 + ln |S|, with d the Mahalanobis distance and S the covariance of the innovation (global nearest neighbour;
Blackman and Popoli, Design and Analysis of Modern Tracking Systems, 1999, section 6.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from vallum.watch.tracker.measure import BearingSighting, PositionSighting, Sighting
from vallum.watch.tracker.motion import positions_at

Floats = NDArray[np.float64]

# More than any gated cost, so that using one measurement more always wins.
_UNUSED = 1e6
# A bearing says something linear about a position only if the position is known better than this share of its range.
_LINEAR_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Gate:
    """How far is too far: squared Mahalanobis distances for a position and for a bearing, and a bearing's reach."""

    position: float
    bearing: float
    bearing_reach_m: float
    sensor_position_sd_m: float


def looks(sightings: Sequence[Sighting], scan_s: float) -> Iterator[tuple[Sighting, ...]]:
    """Split measurements into looks, by sensor and time; an object a sensor names twice begins a new look.

    The looks come in order of their first measurement, whatever the order of `sightings`.

    Parameters
    ----------
    sightings
        In any order.
    scan_s
        The longest a look lasts.
    """
    begun: dict[tuple[str, bool], list[Sighting]] = {}
    done: list[list[Sighting]] = []
    for sighting in sorted(sightings, key=_order):
        detection = sighting.detection
        # positions and bearings of one sensor are weighed on different scales, so they are different looks
        key = (detection.sensor_id, isinstance(sighting, BearingSighting))
        look = begun.get(key)
        if look is not None and (
            detection.event_s - look[0].detection.event_s > scan_s
            or any(detection.object_id == other.detection.object_id for other in look)
        ):
            look = None
        if look is None:
            look = begun[key] = []
            done.append(look)
        look.append(sighting)
    return (tuple(look) for look in done)


def distances(
    means: Floats, covariances: Floats, dt_s: Floats, densities_m2_s3: Floats, look: Sequence[Sighting], gate: Gate
) -> tuple[Floats, Floats]:
    """Return d^2 and ln |S| between every track and every measurement of a look.

    Parameters
    ----------
    means, covariances, densities_m2_s3
        Shapes (n, 4), (n, 4, 4), (n,).
    dt_s
        Shape (n, m): the time of each measurement minus that of each state.
    look
        m measurements, all positions or all bearings.

    Returns
    -------
    Two arrays (n, m); d^2 is infinite where a bearing cannot be compared with a position.
    """
    d2, log_s = np.empty(dt_s.shape), np.empty(dt_s.shape)
    for column, sighting in enumerate(look):
        dt = dt_s[:, column]
        position, covariance = positions_at(means, covariances, dt, densities_m2_s3)
        spread = sighting.detection.clock_sd_s**2
        covariance += spread * means[:, 2:, None] * means[:, None, 2:]
        if isinstance(sighting, PositionSighting):
            d2[:, column], log_s[:, column] = _to_position(position, covariance, sighting)
        else:
            d2[:, column], log_s[:, column] = _to_bearing(position, covariance, sighting, gate)
    return d2, log_s


def assign(d2: Floats, log_s: Floats, gate_d2: float) -> tuple[tuple[int, int], ...]:
    """Return the pairs (track, measurement) of the best assignment inside the gate, by track.

    Parameters
    ----------
    d2, log_s
        Shape (n, m), from `distances`.
    gate_d2
        The largest d^2 that is believed.

    Examples
    --------
    >>> assign(np.array([[1.0, 4.0], [2.0, 99.0]]), np.zeros((2, 2)), 13.8)
    ((0, 1), (1, 0))
    """
    inside = d2 <= gate_d2
    rows = np.flatnonzero(inside.any(axis=1))
    columns = np.flatnonzero(inside.any(axis=0))
    if rows.size == 0:
        return ()
    # Only what is inside some gate is left, a few tracks and measurements: splitting it further would cost more
    # than the assignment itself.
    cut = np.ix_(rows, columns)
    cost = np.where(inside[cut], d2[cut] + log_s[cut], _UNUSED)
    chosen = zip(*linear_sum_assignment(cost), strict=True)
    return tuple((int(rows[i]), int(columns[j])) for i, j in chosen if cost[i, j] < _UNUSED)


def _order(sighting: Sighting) -> tuple[float, str, str, str, int]:
    detection = sighting.detection
    return detection.event_s, detection.sensor_id, detection.report_id, detection.node_id, detection.session


def _to_position(position: Floats, covariance: Floats, sighting: PositionSighting) -> tuple[Floats, Floats]:
    xx = covariance[:, 0, 0] + sighting.xx_m2
    xy = covariance[:, 0, 1] + sighting.xy_m2
    yy = covariance[:, 1, 1] + sighting.yy_m2
    east, north = sighting.x_m - position[:, 0], sighting.y_m - position[:, 1]
    determinant = xx * yy - xy**2
    d2 = (yy * east**2 - 2.0 * xy * east * north + xx * north**2) / determinant
    return d2, np.log(determinant)


def _to_bearing(position: Floats, covariance: Floats, sighting: BearingSighting, gate: Gate) -> tuple[Floats, Floats]:
    east, north = position[:, 0] - sighting.x_m, position[:, 1] - sighting.y_m
    # one metre at least: a track on top of the sensor has no bearing, and the last test takes it out
    square_m2 = np.maximum(east**2 + north**2, 1.0)
    spread_m2 = np.maximum(covariance[:, 0, 0], covariance[:, 1, 1])
    across_m2 = (
        covariance[:, 0, 0] * north**2 - 2.0 * covariance[:, 0, 1] * east * north + covariance[:, 1, 1] * east**2
    ) / square_m2
    s = (across_m2 + gate.sensor_position_sd_m**2) / square_m2 + sighting.bearing_sd_rad**2
    off = np.remainder(sighting.bearing_rad - np.arctan2(east, north) + np.pi, 2.0 * np.pi) - np.pi
    usable = (square_m2 <= gate.bearing_reach_m**2) & (spread_m2 <= _LINEAR_SHARE**2 * square_m2)
    return np.where(usable, off**2 / s, np.inf), np.log(s)
