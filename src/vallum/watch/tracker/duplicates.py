"""Which tracks are a second track of the same thing?

Sensors that place things a little differently, or one wild measurement, can feed two tracks of one person for a while,
and a second track would be a second alarm. Of two live tracks whose states agree the younger one goes, unless one
sensor tells them apart. Also when the states do not agree: where what a sensor follows under one name goes now to the
one and now to the other, they are one thing, unless a sensor sees two at once (then it has only mixed up its names).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from vallum.watch.tracker.motion import predict
from vallum.watch.tracker.state import Track

Floats = NDArray[np.float64]

# Half of all pairs of tracks of one thing are nearer to each other than this.
_AGREEING_D2 = float(chi2.ppf(0.5, 4))
_NEAR_M = 500.0
# One sensor that has named two objects within this time sees two things.
_TOLD_APART_S = 10.0
# Two objects within this time are seen at once; one name within the longer time is one object.
_AT_ONCE_S = 1.0
_ONE_NAME_S = 15.0


def duplicates(
    tracks: Sequence[Track], means: Floats, covariances: Floats, times_s: Floats, densities: Floats
) -> frozenset[int]:
    """Return the rows of the younger of each two live tracks of the same thing.

    Parameters
    ----------
    tracks
        n tracks with their hits.
    means, covariances, times_s, densities
        Their states: shapes (n, 4), (n, 4, 4), (n,), (n,).
    """
    rows = [row for row, track in enumerate(tracks) if track.live]
    by_age = sorted(rows, key=lambda row: tracks[row].number)
    gone: set[int] = set()
    for place, elder in enumerate(by_age):
        rest = np.array([row for row in by_age[place + 1 :] if row not in gone], dtype=np.intp)
        if elder in gone or rest.size == 0:
            continue
        near = np.abs(means[rest, :2] - means[elder, :2]).max(axis=1) < _NEAR_M
        for younger in rest[near].tolist():
            pair = tracks[elder], tracks[younger]
            if _one_name(*pair):
                same = not _told_apart(*pair, _AT_ONCE_S)
            else:
                same = _agree(means, covariances, times_s, densities, elder, younger) and not _told_apart(
                    *pair, _TOLD_APART_S
                )
            if same:
                gone.add(younger)
    return frozenset(gone)


def _agree(means: Floats, covariances: Floats, times_s: Floats, densities: Floats, one: int, other: int) -> bool:
    latest_s = max(times_s[one], times_s[other])
    mean, covariance = zip(
        *(
            predict(means[row], covariances[row], float(latest_s - times_s[row]), float(densities[row]))
            for row in (one, other)
        ),
        strict=True,
    )
    difference = mean[0] - mean[1]
    return float(difference @ np.linalg.solve(covariance[0] + covariance[1], difference)) < _AGREEING_D2


def _one_name(one: Track, other: Track) -> bool:
    return any(
        (first.node_id, first.session, first.sensor_id, first.object_id)
        == (second.node_id, second.session, second.sensor_id, second.object_id)
        and abs(first.event_s - second.event_s) < _ONE_NAME_S
        for first in one.detections
        for second in other.detections
    )


def _told_apart(one: Track, other: Track, within_s: float) -> bool:
    return any(
        first.sensor_id == second.sensor_id
        and first.object_id != second.object_id
        and abs(first.event_s - second.event_s) < within_s
        for first in one.detections
        for second in other.detections
    )
