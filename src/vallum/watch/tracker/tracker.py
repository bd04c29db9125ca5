"""What moves, now that these detections arrived?

One step: measurements are brought into the plane, split into looks, given to live tracks first, then to beginnings;
what is left begins something new. Then each track's state of life, class and quality are told anew. A step is a pure
function of the state and the detections, in whatever order these are handed in.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from vallum.watch.detection import Detection
from vallum.watch.tracker.associate import Gate, assign, distances, looks
from vallum.watch.tracker.classify import judged
from vallum.watch.tracker.duplicates import duplicates
from vallum.watch.tracker.initiate import crossed_bearing
from vallum.watch.tracker.measure import BearingSighting, Plane, Sighting, sight
from vallum.watch.tracker.motion import positions_at
from vallum.watch.tracker.resume import resumed
from vallum.watch.tracker.state import Step, Track, TrackerSettings, TrackerState, TrackStatus
from vallum.watch.tracker.working import Working

Floats = NDArray[np.float64]

# How far it came is kept for so long (s).
_TRAIL_EVERY_S, _TRAIL_S = 10.0, 120.0
# It is kept from this measurement on: by then a wild first one has worn off.
_TRAIL_FROM_HIT = 6
# Whether it stopped is told by how far it came in this time, not by its velocity, which is known too badly (s).
_STOPPING_S = 40.0
# It stopped when it was surely slower than the first over that time, and goes again when surely faster than the second.
_STOPPED_BELOW_M_S, _MOVING_ABOVE_M_S = 0.6, 0.4
# Quality is half when a track had so many hits in the last minute, and half when it is placed no better than this.
_HALF_HITS = 10.0
_HALF_POSITION_SD_M = 1000.0


@dataclass(frozen=True)
class Tracker:
    """Detections in, tracks out.

    Parameters
    ----------
    plane
        A conformal projection of the ground in metres, for example `frontier.Strip`.
    settings
        How it decides.

    Examples
    --------
    >>> from pyproj import Proj
    >>> from vallum.watch.detection import Detection, PointMeasurement
    >>> class Metres:
    ...     _proj = Proj("+proj=tmerc +lon_0=41 +ellps=WGS84")
    ...     def to_plane(self, lon, lat):
    ...         return self._proj(lon, lat)
    ...     def to_lonlat(self, x, y):
    ...         return self._proj(x, y, inverse=True)
    >>> tracker, state = Tracker(Metres()), TrackerState()
    >>> for second in range(3):
    ...     here = PointMeasurement(41.0, 35.0, 20.0, 20.0)
    ...     seen = Detection("n", 1, str(second), "radar", "o", second, second, second, 0.0, here)
    ...     step = tracker.step(state, [seen], second)
    ...     state = step.state
    >>> [(track.number, track.status, round(track.lon, 3)) for track in step.started]
    [(1, 'maintaining', 41.0)]
    """

    plane: Plane
    settings: TrackerSettings = field(default_factory=TrackerSettings)

    def step(self, state: TrackerState, detections: Sequence[Detection], now_s: float) -> Step:
        """Take in detections and let time go on.

        Parameters
        ----------
        state
            From the last step; `TrackerState()` at the start.
        detections
            In any order; each one once.
        now_s
            The centre's time, unix seconds. To be called at least every second, with or without detections, so that
            what is over is seen to be over.
        """
        usable = [self._in_time(detection, state, now_s) and _has_a_place(detection) for detection in detections]
        set_aside = tuple(detection for detection, use in zip(detections, usable, strict=True) if not use)
        in_time = [detection for detection, use in zip(detections, usable, strict=True) if use]
        working = Working(state.tracks, state.next_number, self.settings)
        sightings = sight([*state.bearings, *in_time], self.plane, self.settings.sensor_position_sd_m)
        waiting = [one for one in sightings[: len(state.bearings)] if isinstance(one, BearingSighting)]
        gate = self._gate()
        for look in looks(sightings[len(state.bearings) :], self.settings.scan_s):
            left = _give(working, look, gate, live=True)
            left = _give(working, left, gate, live=False)
            self._begin(working, left, waiting)
        newest_s = max([state.newest_s, *(min(detection.event_s, now_s) for detection in in_time)])
        still_waiting = tuple(
            one.detection
            for one in waiting
            if one.detection.event_s >= now_s - self.settings.crossing_within_s - self.settings.out_of_order_s
        )
        step = self._told(working, state, now_s)
        return replace(step, state=replace(step.state, bearings=still_waiting, newest_s=newest_s), set_aside=set_aside)

    def _in_time(self, detection: Detection, state: TrackerState, now_s: float) -> bool:
        oldest_s = state.newest_s - self.settings.out_of_order_s
        return not detection.late and oldest_s <= detection.event_s <= now_s + self.settings.out_of_order_s

    def _gate(self) -> Gate:
        return Gate(
            # quantiles of chi squared with two degrees of freedom and with one
            position=-2.0 * math.log1p(-self.settings.gate_probability),
            bearing=float(ndtri((1.0 + self.settings.gate_probability) / 2.0)) ** 2,
            bearing_reach_m=self.settings.bearing_reach_m,
            sensor_position_sd_m=self.settings.sensor_position_sd_m,
        )

    def _begin(self, working: Working, left: Sequence[Sighting], waiting: list[BearingSighting]) -> None:
        for sighting in left:
            if not isinstance(sighting, BearingSighting):
                working.begin(sighting)
                continue
            crossing = crossed_bearing(sighting, waiting, self.settings)
            if crossing is None:
                waiting.append(sighting)
                continue
            point, other = crossing
            waiting.remove(other)
            working.begin(point, (other,))

    def _told(self, working: Working, before: TrackerState, now_s: float) -> Step:
        """Return the step with every track's place, class, quality and state of life as of now."""
        count = len(working.tracks)
        ages_s = np.maximum(now_s - working.times_s, 0.0)
        _, spread = positions_at(working.means, working.covariances, ages_s, working.densities)
        now_sd_m = _largest_sd(spread)
        then_sd_m = _largest_sd(working.covariances[:, :2, :2])
        lon, lat = self.plane.to_lonlat(working.means[:, 0], working.means[:, 1]) if count else ((), ())
        kept, started, updated, ended = [], [], [], []
        lost = [old for old in before.lost if now_s - old.updated_s <= self.settings.resume_within_s]
        over = duplicates(working.tracks, working.means, working.covariances, working.times_s, working.densities)
        for row, track in enumerate(working.tracks):
            told = track
            if row in working.touched:
                told = _described(track, working, row, float(lon[row]), float(lat[row]), float(then_sd_m[row]), now_s)
            status = self._status(told, float(ages_s[row]), float(now_sd_m[row]))
            if row in over:
                status = "terminated"
            if status != told.status:
                told = replace(told, status=status, quality=_quality(told, now_s))
            if status == "terminated":
                # what was never shown ends unseen
                if row < len(before.tracks) and before.tracks[row].live:
                    ended.append(told)
                    if row not in over:
                        lost.append(told)
                continue
            kept.append(told)
            if row in working.started:
                started.append(told)
            elif told.live and told is not before.tracks[row]:
                updated.append(told)
        step = Step(
            state=TrackerState(tracks=tuple(kept), lost=tuple(lost), next_number=working.next_number),
            started=tuple(started),
            updated=tuple(updated),
            ended=tuple(ended),
        )
        for new in started:
            step = self._resumed(step, new)
        return step

    def _resumed(self, step: Step, new: Track) -> Step:
        """Let a new track go on under the number of the one it continues, if it continues one."""
        silent = [track for track in step.state.tracks if track.status == "dropping"]
        old = resumed(new, [*step.state.lost, *silent], self.settings)
        if old is None:
            return step
        trail = (*(point for point in old.trail if new.updated_s - point[0] < _TRAIL_S), *new.trail)
        known = replace(new, number=old.number, started_s=old.started_s, trail=trail)
        tracks = tuple(known if track is new else track for track in step.state.tracks if track is not old)
        lost = tuple(track for track in step.state.lost if track is not old)
        return replace(
            step,
            state=replace(step.state, tracks=tracks, lost=lost),
            started=tuple(known if track is new else track for track in step.started),
            updated=tuple(track for track in step.updated if track is not old),
            ended=tuple(track for track in step.ended if track.number != old.number),
        )

    def _status(self, track: Track, age_s: float, position_sd_m: float) -> TrackStatus:
        settings = self.settings
        if track.status == "initiating":
            return "terminated" if age_s > settings.start_within_s else "initiating"
        stopped = _stopped(track)
        longest_s = settings.stopped_end_after_s if stopped else settings.end_after_s
        if age_s > longest_s or position_sd_m > settings.end_position_sd_m:
            return "terminated"
        if stopped:
            return "stopped"
        return "dropping" if age_s > settings.drop_after_s else "maintaining"


def _has_a_place(detection: Detection) -> bool:
    # belief is decided before the tracker; this only keeps one broken number from spreading to every track
    return all(math.isfinite(value) for value in dataclasses.astuple(detection.measurement) if value is not None)


def _give(working: Working, look: Sequence[Sighting], gate: Gate, *, live: bool) -> tuple[Sighting, ...]:
    """Give a look's measurements to the tracks they are of; return what is left."""
    rows = working.rows(live=live)
    if rows.size == 0 or not look:
        return tuple(look)
    times_s = np.array([sighting.detection.event_s for sighting in look])
    d2, log_s = distances(
        working.means[rows],
        working.covariances[rows],
        times_s[None, :] - working.times_s[rows][:, None],
        working.densities[rows],
        look,
        gate,
    )
    pairs = assign(d2, log_s, gate.bearing if isinstance(look[0], BearingSighting) else gate.position)
    for row, column in pairs:
        working.take(int(rows[row]), look[column])
    given = {column for _, column in pairs}
    return tuple(sighting for column, sighting in enumerate(look) if column not in given)


def _described(
    track: Track, working: Working, row: int, lon: float, lat: float, position_sd_m: float, now_s: float
) -> Track:
    mean, covariance = working.frozen(row)
    x_speed, y_speed = mean[2:]
    told = replace(
        track,
        mean=mean,
        covariance=covariance,
        trail=_trail(track, mean[0], mean[1]),
        lon=lon,
        lat=lat,
        position_sd_m=position_sd_m,
        speed_m_s=math.hypot(x_speed, y_speed),
        course_deg=(math.degrees(math.atan2(x_speed, y_speed)) - track.north_bearing_deg) % 360.0,
    )
    classification, probability = judged(told.class_evidence, told.speed_m_s, _speed_sd_m_s(told))
    lows = [seen.count_low for seen in told.detections if seen.count_low is not None]
    highs = [seen.count_high for seen in told.detections if seen.count_high is not None]
    return replace(
        told,
        classification=classification,
        class_probability=probability,
        count_low=max(lows, default=None),
        count_high=max(highs, default=None),
        quality=_quality(told, now_s),
    )


def _trail(track: Track, x_m: float, y_m: float) -> tuple[tuple[float, float, float], ...]:
    if not track.trail and len(track.hits_s) < _TRAIL_FROM_HIT:
        return ()
    if track.trail and track.updated_s - track.trail[-1][0] < _TRAIL_EVERY_S:
        return track.trail
    recent = tuple(point for point in track.trail if track.updated_s - point[0] < _TRAIL_S + _TRAIL_EVERY_S)
    return (*recent, (track.updated_s, x_m, y_m))


def _stopped(track: Track) -> bool:
    was = track.status == "stopped"
    long_ago = [point for point in track.trail if track.updated_s - point[0] >= _STOPPING_S]
    if not long_ago:
        return was
    then_s, x_m, y_m = long_ago[-1]
    duration_s = track.updated_s - then_s
    speed_m_s = math.hypot(track.mean[0] - x_m, track.mean[1] - y_m) / duration_s
    sd_m_s = math.sqrt(2.0) * track.position_sd_m / duration_s
    return speed_m_s - sd_m_s < _MOVING_ABOVE_M_S if was else speed_m_s + sd_m_s < _STOPPED_BELOW_M_S


def _quality(track: Track, now_s: float) -> float:
    hits = sum(hit_s > now_s - 60.0 for hit_s in track.hits_s)
    return hits / (hits + _HALF_HITS) / (1.0 + (track.position_sd_m / _HALF_POSITION_SD_M) ** 2)


def _speed_sd_m_s(track: Track) -> float:
    return math.sqrt((track.covariance[2][2] + track.covariance[3][3]) / 2.0)


def _largest_sd(covariance: Floats) -> Floats:
    """Return the square root of the larger eigenvalue of each 2 x 2 covariance."""
    half_trace = (covariance[:, 0, 0] + covariance[:, 1, 1]) / 2.0
    half_difference = (covariance[:, 0, 0] - covariance[:, 1, 1]) / 2.0
    largest: Floats = np.sqrt(half_trace + np.hypot(half_difference, covariance[:, 0, 1]))
    return largest
