"""Will this track cross the line, where and when, and how sure is that?

The mean path goes straight on from the track's position at its velocity; at each moment the distance to the line is
taken as normal around the path's own. Its variance is that of position and velocity, and of what people and drivers do
on the way: the velocity wanders (`tracker.motion.Wander`), and whoever is under way gives up at a constant rate. The
probability to have crossed by t is that of being beyond the line at t, never falling with t. White-noise acceleration,
right for the seconds between two measurements, would be far too wild for half an hour.

All of this is relative to the line as drawn on the map. How far the line on the ground may lie from that is another
matter, and the words of an alarm say it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from vallum.frontier.line import Frontier
from vallum.watch.alarm import CrossingForecast
from vallum.watch.tracker.motion import WANDER, predict
from vallum.watch.tracker.state import Track

Floats = NDArray[np.float64]

HORIZON_S = 1800.0

# The mean time after which somebody under way stops or turns for good: an assumption.
GIVES_UP_AFTER_S = 5400.0
# A velocity must point to the line this surely before anything is said: before, the track has no direction yet.
_DIRECTION_PROBABILITY = 0.95
# Whoever stopped may go on; until then little is to be expected.
_STOPPED_SHARE = 0.1
_MOMENTS = 60
_LEAST_PROBABILITY = 0.01
_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.006694379990141317


def forecast(track: Track, frontier: Frontier, now_s: float, horizon_s: float = HORIZON_S) -> CrossingForecast | None:
    """Say where and when a track is expected at the line.

    Parameters
    ----------
    track
        Live; its belief is carried to `now_s` first.
    frontier
        The line.
    now_s
        The centre's time, unix seconds.
    horizon_s
        How far to look ahead, seconds.

    Returns
    -------
    None when the track is not surely moving towards the line or is very unlikely to reach it in time. Otherwise the
    mean time and the times before which 5 % and 95 % of the crossings within the horizon are expected, the chainage at
    the mean time, and the probability of a crossing within the horizon.

    Examples
    --------
    A person 600 m east of a line that runs north, walking west:

    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]))
    >>> sure = tuple(tuple(0.01 * (row == column) for column in range(4)) for row in range(4))
    >>> lon, lat = line.point_at(5000.0, -600.0)
    >>> walker = Track(1, "maintaining", 0.0, 60.0, (0.0, 0.0, -1.2, 0.0), sure, 0.0, lon, lat, classification="person")
    >>> expected = forecast(walker, line, 60.0)
    >>> round(expected.chainage_m, -1), expected.at.strftime("%H:%M"), expected.probability > 0.8
    (5000.0, '00:09', True)
    """
    age_s = max(now_s - track.updated_s, 0.0)
    mean, covariance = predict(np.array(track.mean), np.array(track.covariance), age_s, 0.0)
    east_m_s, north_m_s = _true(mean[2:], track.north_bearing_deg)
    here_lon, here_lat = _along_path(track, east_m_s, north_m_s, age_s)
    here = frontier.locate(float(here_lon), float(here_lat))
    towards = 1.0 if here.offset_m < 0.0 else -1.0
    along, across = _line_axes(frontier, here.chainage_m, track.north_bearing_deg)
    if not _closes_in(mean, covariance, towards * across):
        return None
    moments_s = np.linspace(0.0, horizon_s, _MOMENTS)
    place = frontier.locate(*_along_path(track, east_m_s, north_m_s, age_s + moments_s))
    wander_m2 = WANDER[track.classification].variance_m2(age_s + moments_s)
    sd_m = np.sqrt(_variance(covariance, across, moments_s) + wander_m2)
    # who walks round an end of the line does not cross it
    at_line = (place.chainage_m > 0.0) & (place.chainage_m < frontier.map_length_m)
    beyond = np.maximum.accumulate(np.where(at_line, ndtr(place.offset_m * towards / sd_m), 0.0))
    crossing = np.diff(beyond, prepend=0.0) * np.exp(-moments_s / GIVES_UP_AFTER_S)
    probability = float(crossing.sum()) * (_STOPPED_SHARE if track.status == "stopped" else 1.0)
    if probability < _LEAST_PROBABILITY:
        return None
    share = np.cumsum(crossing) / crossing.sum()
    mean_s = float((moments_s * crossing).sum() / crossing.sum())
    spread_s = math.sqrt(float(((moments_s - mean_s) ** 2 * crossing).sum() / crossing.sum()))
    earliest_s, latest_s = (float(np.interp(part, share, moments_s)) for part in (0.05, 0.95))
    chainage_sd_m = math.sqrt(
        float(np.interp(mean_s, moments_s, _variance(covariance, along, moments_s) + wander_m2))
        + (float(along @ mean[2:]) * spread_s) ** 2
    )
    return CrossingForecast(
        chainage_m=float(np.interp(mean_s, moments_s, place.chainage_m)),
        chainage_sd_m=chainage_sd_m,
        at=_instant(now_s + mean_s),
        earliest=_instant(now_s + min(earliest_s, mean_s)),
        latest=_instant(now_s + max(latest_s, mean_s)),
        probability=min(probability, 1.0),
    )


def _line_axes(frontier: Frontier, chainage_m: float, north_bearing_deg: float) -> tuple[Floats, Floats]:
    """Return the directions along the line and across it to the home side, as unit vectors of the tracker's plane."""
    bearing_rad = math.radians(frontier.bearing_at(chainage_m) + north_bearing_deg)
    home_rad = bearing_rad + math.radians(-90.0 if frontier.home_side == "left" else 90.0)
    along = np.array([math.sin(bearing_rad), math.cos(bearing_rad)])
    return along, np.array([math.sin(home_rad), math.cos(home_rad)])


def _closes_in(mean: Floats, covariance: Floats, closing: Floats) -> bool:
    speed_sd_m_s = math.sqrt(float(closing @ covariance[2:, 2:] @ closing))
    return float(ndtr(float(closing @ mean[2:]) / speed_sd_m_s)) >= _DIRECTION_PROBABILITY


def _variance(covariance: Floats, axis: Floats, time_s: Floats) -> Floats:
    """Return the variance of a position along an axis after times at constant velocity, m^2."""
    position = float(axis @ covariance[:2, :2] @ axis)
    cross = float(axis @ covariance[:2, 2:] @ axis)
    velocity = float(axis @ covariance[2:, 2:] @ axis)
    return position + 2.0 * time_s * cross + time_s**2 * velocity


def _true(velocity: Floats, north_bearing_deg: float) -> tuple[float, float]:
    """Return a velocity of the plane along true east and true north."""
    speed_m_s = math.hypot(velocity[0], velocity[1])
    course_rad = math.atan2(velocity[0], velocity[1]) - math.radians(north_bearing_deg)
    return speed_m_s * math.sin(course_rad), speed_m_s * math.cos(course_rad)


def _along_path(track: Track, east_m_s: float, north_m_s: float, time_s: Floats | float) -> tuple[Floats, Floats]:
    """Return where a straight path over the ground leads, by the two radii of the ellipsoid at its start."""
    latitude_rad = math.radians(track.lat)
    flattened = 1.0 - _ECCENTRICITY_SQUARED * math.sin(latitude_rad) ** 2
    prime_m = _SEMI_MAJOR_M / math.sqrt(flattened)
    meridian_m = prime_m * (1.0 - _ECCENTRICITY_SQUARED) / flattened
    times_s = np.asarray(time_s, dtype=np.float64)
    return (
        track.lon + np.degrees(east_m_s * times_s / (prime_m * math.cos(latitude_rad))),
        track.lat + np.degrees(north_m_s * times_s / meridian_m),
    )


def _instant(time_s: float) -> datetime:
    return datetime.fromtimestamp(round(time_s, 3), tz=UTC)
