"""What does the tracker believe, and what does it remember between two steps?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vallum.watch.detection import Classification, Detection

TrackStatus = Literal["initiating", "maintaining", "stopped", "dropping", "terminated"]
Mean = tuple[float, float, float, float]
Covariance = tuple[Mean, Mean, Mean, Mean]


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """How the tracker decides; every default is an assumption that a person may change.

    Attributes
    ----------
    gate_probability
        A measurement further from a track than this share of true ones would be is not of that track.
    start_hits, start_within_s
        So many measurements within so many seconds make a track of a first sighting.
    drop_after_s, end_after_s, stopped_end_after_s
        Without a measurement for so long a track is dropping, then terminated; one that stopped is kept longer,
        because a person who lies still is the case that matters.
    end_position_sd_m
        A track whose position is less sure than this is terminated.
    out_of_order_s
        Measurements up to this much older than the newest one still change live tracks.
    scan_s
        What one sensor measures within this time is one look: one measurement for each thing.
    sensor_position_sd_m
        How well sensors know where they stand, for each axis.
    bearing_reach_m
        A bearing without range is believed to concern something this near at most.
    crossing_angle_deg, crossing_within_s
        Two bearings may start a track when they cross at no less than this angle and are this close in time.
    resume_within_s, resume_position_sd_m
        A track that begins where one was lost this recently is the same thing and goes on under its number, as long as
        the place where it would be is known this well; after that it may be anybody.
    kept_detections
        So many of the last detections stay with a track as evidence.
    """

    gate_probability: float = 0.999
    start_hits: int = 3
    start_within_s: float = 15.0
    drop_after_s: float = 20.0
    end_after_s: float = 60.0
    stopped_end_after_s: float = 180.0
    end_position_sd_m: float = 2000.0
    out_of_order_s: float = 2.0
    scan_s: float = 0.25
    sensor_position_sd_m: float = 5.0
    bearing_reach_m: float = 15_000.0
    crossing_angle_deg: float = 15.0
    crossing_within_s: float = 3.0
    resume_within_s: float = 300.0
    resume_position_sd_m: float = 150.0
    kept_detections: int = 8


@dataclass(frozen=True, slots=True)
class Track:
    """Something that moves, as the tracker believes it at `updated_s`.

    Attributes
    ----------
    mean
        x, y (metres) and their speeds (m/s) in the tracker's plane.
    covariance
        Of `mean`, symmetric, positive definite.
    north_bearing_deg
        Where true north points in the plane here, clockwise from its y axis: true = plane minus this.
    lon, lat, position_sd_m, speed_m_s, course_deg
        The same belief in the terms of a map; `position_sd_m` is the larger axis, `course_deg` is true.
    number
        Given when it is confirmed, counting up; 0 while it is initiating.
    class_evidence
        Natural logarithms of what sensors reported for person, vehicle and animal.
    classification, class_probability
        The likeliest class, or unknown, and how likely it is (speed counted in).
    quality
        0 to 1: how much has supported this track lately, and how sharply it is placed.
    hits_s
        Times of the measurements of the last minute.
    trail
        Time, x and y every ten seconds or so, for the last two minutes: enough to see that it stopped, or how far it
        really came.
    sensors
        Every sensor that contributed, the first one first.
    detections
        The last ones, without pictures; the newest picture is in `still`.
    simulated
        True when anything in it was.
    """

    number: int
    status: TrackStatus
    started_s: float
    updated_s: float
    mean: Mean
    covariance: Covariance
    north_bearing_deg: float
    lon: float = 0.0
    lat: float = 0.0
    position_sd_m: float = 0.0
    speed_m_s: float = 0.0
    course_deg: float = 0.0
    class_evidence: tuple[float, float, float] = (0.0, 0.0, 0.0)
    classification: Classification = "unknown"
    class_probability: float = 0.0
    count_low: int | None = None
    count_high: int | None = None
    quality: float = 0.0
    hits_s: tuple[float, ...] = ()
    trail: tuple[tuple[float, float, float], ...] = ()
    sensors: tuple[str, ...] = ()
    detections: tuple[Detection, ...] = ()
    still: Detection | None = None
    simulated: bool = False

    @property
    def live(self) -> bool:
        """Tell whether it is shown: neither still initiating nor over."""
        return self.status in ("maintaining", "stopped", "dropping")

    @property
    def velocity_m_s(self) -> tuple[float, float]:
        """Return the speeds to true east and true north (those in `mean` follow the plane's own axes)."""
        course_rad = math.radians(self.course_deg)
        return self.speed_m_s * math.sin(course_rad), self.speed_m_s * math.cos(course_rad)

    @property
    def followed_s(self) -> float:
        """Return for how long its way is known, seconds, two minutes at most."""
        return self.updated_s - self.trail[0][0] if self.trail else 0.0

    @property
    def east_north_covariance(self) -> Covariance:
        """Return the covariance along true east and true north: east, north, speed east, speed north."""
        north_rad = math.radians(self.north_bearing_deg)
        sine, cosine = math.sin(north_rad), math.cos(north_rad)
        turn = np.kron(np.eye(2), np.array([[cosine, -sine], [sine, cosine]]))
        first, second, third, fourth = (turn @ np.array(self.covariance) @ turn.T).tolist()
        return tuple(first), tuple(second), tuple(third), tuple(fourth)


@dataclass(frozen=True, slots=True)
class TrackerState:
    """All tracks, the bearings that wait for another to cross them, what was lost lately, and how far time has come.

    Examples
    --------
    >>> TrackerState().tracks
    ()
    """

    tracks: tuple[Track, ...] = ()
    bearings: tuple[Detection, ...] = ()
    lost: tuple[Track, ...] = ()
    next_number: int = 1
    newest_s: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step changed.

    A live track is in `started` in the step that confirms it and in `updated` in later ones that change it; `ended` are
    the live ones that are over. `set_aside` are detections too old, or from too far in the future, to be used.
    """

    state: TrackerState
    started: tuple[Track, ...] = ()
    updated: tuple[Track, ...] = ()
    ended: tuple[Track, ...] = ()
    set_aside: tuple[Detection, ...] = ()
