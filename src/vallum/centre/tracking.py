"""What moves now: believed detections go to the store and to the tracker, and tracks get their forecasts.

A detection that the tracker fails on must not stop the watch: it is found, handed back, and the rest goes on.
"""

from __future__ import annotations

import logging
import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from vallum.frontier.line import Frontier
from vallum.journal.observation_rows import DetectionRow, TrackPointRow
from vallum.journal.observations import Observations, ObservationsError
from vallum.watch.alarm import CrossingForecast
from vallum.watch.detection import Detection, PointMeasurement
from vallum.watch.forecast import forecast
from vallum.watch.passage import Direction, Passage, follow
from vallum.watch.situation import Situation, situate
from vallum.watch.tracker import Plane, Step, Track, Tracker, TrackerState

# Forecasts look half an hour ahead: once a second is often enough.
FORECAST_EVERY_S = 1.0
KEPT_STILLS = 500
# node, session and the node's own name for what it follows
SeenObject = tuple[str, int, str]
_log = logging.getLogger(__name__)


class Tracking:
    """The tracker of a centre and what it knows now.

    `unusable` is told each believed detection that the tracker failed on.
    """

    def __init__(
        self,
        frontier: Frontier,
        plane: Plane,
        observations: Observations,
        next_number: int,
        horizon_s: float,
        unusable: Callable[[Detection], None],
    ) -> None:
        self._frontier = frontier
        self._observations = observations
        self._horizon_s = horizon_s
        self._unusable = unusable
        self._tracker = Tracker(plane)
        self._state = TrackerState(next_number=next_number)
        self._waiting: list[Detection] = []
        self._situations: dict[int, Situation] = {}
        self._passages: dict[int, Passage] = {}
        # A crossing stands until the rules have spoken of it: they are asked less often than tracks move.
        self._crossings: dict[int, Direction] = {}
        self._ended: dict[int, Situation] = {}
        self._forecasts: dict[int, CrossingForecast | None] = {}
        self._forecast_s = float("-inf")
        self._unforeseen: set[int] = set()
        # The newest picture of each object a sensor held: it may come before the tracker believes in the object.
        self._stills: OrderedDict[SeenObject, Detection] = OrderedDict()

    def detected(self, detection: Detection, frame: bytes) -> None:
        """Take in one believed detection with the frame it came in.

        Raises
        ------
        ObservationsError
            When it cannot be stored; then it is used for nothing.
        """
        if not self._observations.offer(_row(detection, frame)):
            raise ObservationsError("there is no room for a detection: the disk is slow or refuses to write")
        self._waiting.append(detection)
        if detection.still_png is not None:
            self._stills[_seen_object(detection)] = detection
            while len(self._stills) > KEPT_STILLS:
                self._stills.popitem(last=False)

    def step(self, now_s: float) -> set[int]:
        """Let the tracker take what has come, and time go on; give the tracks that people will see differently."""
        waiting, self._waiting = self._waiting, []
        newest = {
            track.number: track for step in self._steps(waiting, now_s) for track in (*step.started, *step.updated)
        }
        live = {track.number: track for track in self._state.tracks if track.live}
        moved = [track for number, track in newest.items() if number in live]
        if now_s - self._forecast_s >= FORECAST_EVERY_S:
            self._forecast_s = now_s
            self._unforeseen &= live.keys()
            self._forecasts = {number: self._forecast(track, now_s) for number, track in live.items()}
        for track in moved:
            self._situations[track.number] = self._situate(track)
        over = set(self._situations) - set(live)
        # pages are told once that a track is over; by the next step they have been
        self._ended = {number: _terminated(self._situations.pop(number)) for number in over}
        self._passages = {number: passage for number, passage in self._passages.items() if number in live}
        self._crossings = {number: crossed for number, crossed in self._crossings.items() if number in live}
        for track in moved:
            # what is shed is counted by the store; where things were is in the detections, too
            self._observations.offer(_point(track))
        return {track.number for track in moved} | over

    def situations(self) -> tuple[Situation, ...]:
        """Give every live track at the line; a crossing stays with its track until `crossing_told`."""
        crossings = self._crossings
        return tuple(
            replace(situation, crossed=crossings[number]) if number in crossings else situation
            for number, situation in self._situations.items()
        )

    def crossing_told(self, number: int) -> None:
        """Take in that an alarm has told a track's crossing."""
        self._crossings.pop(number, None)

    def some(self, numbers: Iterable[int]) -> tuple[Situation, ...]:
        """Give the tracks of these numbers, those that have just ended among them."""
        found = (self._situations.get(number) or self._ended.get(number) for number in numbers)
        return tuple(situation for situation in found if situation is not None)

    def _steps(self, detections: Sequence[Detection], now_s: float) -> list[Step]:
        """Let the tracker take detections, in one step, or one by one to find those that it fails on."""
        step = self._stepped(self._state, detections, now_s)
        if isinstance(step, Step):
            self._state = step.state
            return [step]
        _log.error("the tracker failed on %d detections; each is tried for itself", len(detections), exc_info=step)
        if not isinstance(self._stepped(self._state, (), now_s), Step):
            self._state = self._without_broken(now_s)
        taken = []
        for detection in sorted(detections, key=lambda one: one.event_s):
            step = self._stepped(self._state, (detection,), now_s)
            if isinstance(step, Step):
                self._state = step.state
                taken.append(step)
            else:
                self._unusable(detection)
        return taken

    def _stepped(self, state: TrackerState, detections: Sequence[Detection], now_s: float) -> Step | Exception:
        try:
            step = self._tracker.step(state, detections, now_s)
            _refuse_nowhere(step)
        except Exception as failure:
            return failure
        return step

    def _without_broken(self, now_s: float) -> TrackerState:
        """Give up the tracks that cannot be carried on: one broken track must not end all others."""
        next_number = self._state.next_number
        each = [(track, TrackerState(tracks=(track,), next_number=next_number)) for track in self._state.tracks]
        sound = tuple(track for track, alone in each if isinstance(self._stepped(alone, (), now_s), Step))
        state = TrackerState(tracks=sound, next_number=next_number)
        if not isinstance(self._stepped(state, (), now_s), Step):
            state = TrackerState(next_number=next_number)
        _log.error("%d of %d tracks were given up", len(each) - len(state.tracks), len(each))
        return state

    def _forecast(self, track: Track, now_s: float) -> CrossingForecast | None:
        try:
            return forecast(track, self._frontier, now_s, self._horizon_s)
        except Exception:
            if track.number not in self._unforeseen:
                _log.exception("track %d has no forecast because of a fault of ours", track.number)
            self._unforeseen.add(track.number)
            return None

    def _situate(self, track: Track) -> Situation:
        if track.still is None:
            pictured = (self._stills.get(_seen_object(detection)) for detection in reversed(track.detections))
            track = replace(track, still=next((still for still in pictured if still is not None), None))
        expected = self._forecasts.get(track.number)
        here = situate(track, self._frontier, expected, Passage())
        passage = follow(self._passages.get(track.number, Passage()), here.side)
        self._passages[track.number] = passage
        if passage.crossed is not None:
            self._crossings[track.number] = passage.crossed
        return here


def _refuse_nowhere(step: Step) -> None:
    for track in (*step.started, *step.updated):
        if not all(map(math.isfinite, (track.lon, track.lat, track.position_sd_m, *track.mean))):
            raise ArithmeticError(f"track {track.number} would be nowhere")


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
