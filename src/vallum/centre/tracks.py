"""What does a track mean at the line: the tracker's belief with its chainage, its side and its forecast, for people."""

from __future__ import annotations

from dataclasses import dataclass

from vallum.watch.alarm import CrossingForecast, Side
from vallum.watch.detection import Classification
from vallum.watch.situation import Situation
from vallum.watch.tracker import TrackStatus


@dataclass(frozen=True, slots=True)
class TrackNow:
    """A track as people see it; times in unix seconds of the centre's clock."""

    track: int
    state: TrackStatus
    classification: Classification
    class_probability: float
    count_low: int | None
    count_high: int | None
    lon: float
    lat: float
    chainage_m: float
    offset_m: float
    side: Side
    speed_m_s: float
    course_deg: float
    sd_m: float
    quality: float
    simulated: bool
    sensors: tuple[str, ...]
    started_s: float
    updated_s: float
    forecast: CrossingForecast | None


def track_now(situation: Situation) -> TrackNow:
    """Say where a track is at the line."""
    track = situation.track
    return TrackNow(
        track=track.number,
        state=track.status,
        classification=track.classification,
        class_probability=track.class_probability,
        count_low=track.count_low,
        count_high=track.count_high,
        lon=track.lon,
        lat=track.lat,
        chainage_m=situation.chainage_m,
        offset_m=situation.offset_m,
        side=situation.side,
        speed_m_s=track.speed_m_s,
        course_deg=track.course_deg,
        sd_m=track.position_sd_m,
        quality=track.quality,
        simulated=track.simulated,
        sensors=track.sensors,
        started_s=track.started_s,
        updated_s=track.updated_s,
        forecast=situation.forecast,
    )
