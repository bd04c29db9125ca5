"""What moves now: believed detections go to the store and to the tracker, and tracks get their forecasts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from vallum.frontier.line import Frontier
from vallum.journal.observation_rows import DetectionRow, TrackPointRow
from vallum.journal.observations import Observations
from vallum.watch.alarm import CrossingForecast
from vallum.watch.detection import Detection, PointMeasurement
from vallum.watch.forecast import forecast
from vallum.watch.passage import Passage, follow
from vallum.watch.situation import Situation, situate
from vallum.watch.tracker import Plane, Track, Tracker, TrackerState

# Forecasts look half an hour ahead: once a second is often enough.
FORECAST_EVERY_S = 1.0
KEPT_STILLS = 500
# node, session and the node's own name for what it follows
SeenObject = tuple[str, int, str]


class Tracking:
    """The tracker of a centre and what it knows now."""

    def __init__(
        self, frontier: Frontier, plane: Plane, observations: Observations, next_number: int, horizon_s: float
    ) -> None:
        self._frontier = frontier
        self._observations = observations
        self._horizon_s = horizon_s
        self._tracker = Tracker(plane)
        self._state = TrackerState(next_number=next_number)
        self._waiting: list[Detection] = []
        self._situations: dict[int, Situation] = {}
        self._passages: dict[int, Passage] = {}
        self._ended: dict[int, Situation] = {}
        self._forecasts: dict[int, CrossingForecast | None] = {}
        self._forecast_s = float("-inf")
        # The newest picture of each object a sensor held: it may come before the tracker believes in the object.
        self._stills: OrderedDict[SeenObject, Detection] = OrderedDict()

    def detected(self, detection: Detection, frame: bytes) -> None:
        """Take in one believed detection with the frame it came in."""
        self._observations.detection(_row(detection, frame))
        self._waiting.append(detection)
        if detection.still_png is not None:
            self._stills[_seen_object(detection)] = detection
            while len(self._stills) > KEPT_STILLS:
                self._stills.popitem(last=False)

    def step(self, now_s: float) -> set[int]:
        """Let the tracker take what has come, and time go on; give the tracks that people will see differently."""
        waiting, self._waiting = self._waiting, []
        step = self._tracker.step(self._state, waiting, now_s)
        self._state = step.state
        live = {track.number: track for track in step.state.tracks if track.live}
        moved = [track for track in (*step.started, *step.updated) if track.live]
        if now_s - self._forecast_s >= FORECAST_EVERY_S:
            self._forecast_s = now_s
            self._forecasts = {
                number: forecast(track, self._frontier, now_s, self._horizon_s) for number, track in live.items()
            }
        for track in moved:
            self._situations[track.number] = self._situate(track)
        over = set(self._situations) - set(live)
        # pages are told once that a track is over; by the next step they have been
        self._ended = {number: _terminated(self._situations.pop(number)) for number in over}
        self._passages = {number: passage for number, passage in self._passages.items() if number in live}
        self._observations.track_points([_point(track) for track in moved])
        return {track.number for track in moved} | over

    def situations(self) -> tuple[Situation, ...]:
        """Give every live track at the line."""
        return tuple(self._situations.values())

    def some(self, numbers: Iterable[int]) -> tuple[Situation, ...]:
        """Give the tracks of these numbers, those that have just ended among them."""
        found = (self._situations.get(number) or self._ended.get(number) for number in numbers)
        return tuple(situation for situation in found if situation is not None)

    def _situate(self, track: Track) -> Situation:
        if track.still is None:
            pictured = (self._stills.get(_seen_object(detection)) for detection in reversed(track.detections))
            track = replace(track, still=next((still for still in pictured if still is not None), None))
        expected = self._forecasts.get(track.number)
        here = situate(track, self._frontier, expected, Passage())
        passage = follow(self._passages.get(track.number, Passage()), here.side)
        self._passages[track.number] = passage
        return replace(here, crossed=passage.crossed)


def _seen_object(detection: Detection) -> SeenObject:
    return detection.node_id, detection.session, detection.object_id


def _terminated(situation: Situation) -> Situation:
    return replace(situation, track=replace(situation.track, status="terminated"), forecast=None)


def _row(detection: Detection, frame: bytes) -> DetectionRow:
    measured = detection.measurement
    quality = ("late",) if detection.late else ()
    common: dict[str, Any] = {
        "node_id": detection.node_id,
        "session": str(detection.session),
        "report_id": detection.report_id,
        "sensor_id": detection.sensor_id,
        "sent_s": detection.sent_s,
        "received_s": detection.received_s,
        "event_s": detection.event_s,
        "classification": dict(detection.classes),
        "quality": quality,
        "simulated": detection.simulated,
        "raw": frame,
        "still": detection.still_png,
    }
    if isinstance(measured, PointMeasurement):
        sd_m = max(measured.east_sd_m, measured.north_sd_m)
        return DetectionRow(**common, kind="point", lon=measured.lon, lat=measured.lat, position_sd_m=sd_m)
    return DetectionRow(
        **common,
        kind="bearing" if measured.range_m is None else "range-bearing",
        azimuth_deg=measured.azimuth_deg,
        azimuth_sd_deg=measured.azimuth_sd_deg,
        range_m=measured.range_m,
        range_sd_m=measured.range_sd_m,
    )


def _point(track: Track) -> TrackPointRow:
    east_m_s, north_m_s = track.velocity_m_s
    return TrackPointRow(
        track=str(track.number),
        time_s=track.updated_s,
        lon=track.lon,
        lat=track.lat,
        velocity_east_mps=east_m_s,
        velocity_north_mps=north_m_s,
        covariance=tuple(value for row in track.east_north_covariance for value in row),
        state=track.status,
        classification={track.classification: track.class_probability},
        simulated=track.simulated,
    )
