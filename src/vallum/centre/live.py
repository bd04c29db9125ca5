"""What is live in a centre: heard by the gateway, believed, tracked, judged, and asked for by pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vallum.assets.sensor import SensorRow
from vallum.assets.unit import UnitRow
from vallum.centre.alarming import Alarming
from vallum.centre.decisions import UnknownThingError
from vallum.centre.looks import Looks
from vallum.centre.names import Names
from vallum.centre.sensing import Sensing, SensorPulse
from vallum.centre.tracking import Tracking
from vallum.centre.tracks import TrackNow, track_now
from vallum.frontier.strip import Strip
from vallum.gateways.sapient import Folding, NodeAlert, Quarantined, TaskAnswer, fault
from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Nature
from vallum.journal.journal import Journal
from vallum.journal.observations import Conflict, Observations
from vallum.journal.views import Change
from vallum.project import Project
from vallum.watch.alarm import AlarmRaised, AlarmRow
from vallum.watch.alarm_rule import AlarmRuleRow, in_force
from vallum.watch.detection import Detection
from vallum.watch.health import HealthChange, Stretch
from vallum.watch.judge import HeldBack, SensorEvent
from vallum.watch.quarantine import ReportQuarantined
from vallum.watch.rates import Rates

ACTOR = "centre"
# Ground either side that the tracker's plane is fitted to, and the size of its cells (none are made here).
STRIP_HALF_WIDTH_M = 30_000.0
STRIP_CELL_M = 1_000.0
JUDGE_EVERY_S = 1.0


class Live:
    """Everything of a centre that is not in the journal."""

    def __init__(
        self,
        project: Project,
        clock: Clock,
        journal: Journal,
        observations: Observations,
        names: Names,
    ) -> None:
        self.rules = in_force(row for row in journal.rows("alarm_rules") if isinstance(row, AlarmRuleRow))
        self._clock = clock
        self._journal = journal
        self._names = names
        frontier = project.frontier
        sensors = [row for row in journal.rows("sensors") if isinstance(row, SensorRow)]
        units = [row for row in journal.rows("units") if isinstance(row, UnitRow)]
        alarms = [row for row in journal.rows("alarms") if isinstance(row, AlarmRow)]
        self.sensing = Sensing(sensors, frontier)
        plane = Strip(frontier, STRIP_HALF_WIDTH_M, STRIP_CELL_M)
        # points of old tracks are deleted in time, but an alarm goes on naming its track
        known_tracks = (observations.highest_track(), *(alarm.track or 0 for alarm in alarms))
        horizon_s = self.rules.approach.horizon_s
        self._tracking = Tracking(frontier, plane, observations, max(known_tracks) + 1, horizon_s, self.unusable)
        self._alarming = Alarming(self.rules, frontier, names, alarms, units, sensors)
        self.looks = Looks(alarms)
        self._folding = Folding(known=lambda node_id: node_id in self.sensing.by_node)
        self._rates = Rates(self.rules.report_flood.per_minute)
        self._events: list[SensorEvent] = []
        # sensors whose last word since the rules were asked carried the mark, whatever their files say
        self._marked: set[str] = set()
        self._drafts: list[Draft] = []
        self._judged_s = float("-inf")
        self._first = True

    # --- told by the gateway and the stores

    def detected(self, detection: Detection, frame: bytes) -> None:
        """Take in a believed detection."""
        self.sensing.detected(detection.sensor_id, detection.received_s)
        self._tracking.detected(detection, frame)
        per_minute = self._rates.count(detection.sensor_id, detection.received_s)
        if per_minute is not None:
            if detection.simulated:
                self._marked.add(detection.sensor_id)
            words = (
                f"{detection.sensor_id} sends {per_minute:.0f} detections a minute, more than anything real could cause"
            )
            self._events.append(self._alarming.event("report_flood", detection.sensor_id, words))

    def alerted(self, told: NodeAlert) -> None:
        """Take in that a sensor asks for attention."""
        if told.status == "active":
            if told.simulated:
                self._marked.add(told.sensor_id)
            self._events.append(self._alarming.event("sensor_alert", told.sensor_id, told.description or told.kind))

    def quarantined(self, told: Quarantined) -> None:
        """Take in a report that was not believed."""
        body = told.report.model_copy(update={"quarantine_id": self._names.next("Q")})
        nature: Nature = "simulated" if told.simulated else "observed"
        self._drafts.append(Draft(type="report.quarantined", actor=ACTOR, nature=nature, body=body))

    def conflicted(self, conflict: Conflict) -> None:
        """Take in that a known report came again with other content."""
        sensor = self.sensing.by_node.get(conflict.refused.node_id)
        body = ReportQuarantined(
            quarantine_id=self._names.next("Q"),
            node_id=conflict.refused.node_id,
            sensor_id=sensor.sensor_id if sensor else None,
            report_id=conflict.refused.report_id,
            reason_code="conflicting_report",
            reason="this report id came before with other content; the first one stands, ask the sensor's owner why",
        )
        nature: Nature = "simulated" if conflict.refused.simulated else "observed"
        self._drafts.append(Draft(type="report.quarantined", actor=ACTOR, nature=nature, body=body))

    def unusable(self, detection: Detection) -> None:
        """Take in that the tracker failed on a detection that was believed and stored."""
        words = "the tracker failed on this detection, a fault of ours; it is stored and used for nothing else"
        for told in self._folding.told(fault(detection, "not usable", words)):
            self.quarantined(told)

    def answered(self, told: TaskAnswer) -> None:
        """Take in a camera's answer."""
        draft = self.looks.answered(told)
        if draft is not None:
            self._drafts.append(draft)

    def written(self, changes: Sequence[Change]) -> None:
        """Take in what the journal now says."""
        self._alarming.written(changes)

    # --- the beat

    def tick(self, now_s: float) -> tuple[tuple[Draft, ...], set[int], bool]:
        """Let time go on.

        Returns
        -------
        tuple
            Records to be written, tracks that moved, and whether the watched ground changed.
        """
        moved = self._tracking.step(now_s)
        for told in self._folding.due(now_s):
            self.quarantined(told)
        watched_changed = False
        if now_s - self._judged_s >= JUDGE_EVERY_S:
            self._judged_s = now_s
            drafts, found, watched_changed = self.sensing.judge(now_s)
            self._drafts.extend(drafts)
            self._events.extend(self._silences(found))
            self._drafts.extend(self._raised())
        drafts_now, self._drafts = tuple(self._drafts), []
        return drafts_now, moved, watched_changed

    def _silences(self, found: Sequence[HealthChange]) -> list[SensorEvent]:
        after = self.rules.sensor_silent.after
        states = {"late", "dead"} if after == "late" else {"dead"}
        # what the journal believed of the last run is corrected without an alarm: nobody fell silent just now
        first, self._first = self._first, False
        if first:
            return []
        return [
            self._alarming.event("sensor_silent", change.sensor_id, f"{change.sensor_id} {change.reason}")
            for change in found
            if change.after in states
        ]

    def _raised(self) -> tuple[Draft, ...]:
        events, self._events = self._events, []
        marked, self._marked = self._marked, set()
        drafts = self._alarming.judge(
            self._tracking.situations(),
            events,
            dict(self.sensing.states()),
            self.sensing.simulated() | marked,
            self._clock.now(),
        )
        for draft in drafts:
            if isinstance(draft.body, AlarmRaised) and draft.body.kind == "crossed" and draft.body.track is not None:
                self._tracking.crossing_told(draft.body.track)
        return drafts

    def rest(self) -> tuple[Draft, ...]:
        """Give what is still to be written when the centre stops."""
        drafts, self._drafts = tuple(self._drafts), []
        return drafts

    # --- asked by pages

    def watched(self) -> tuple[Stretch, ...]:
        """Give the line as stretches that registered sectors cover, no longer cover, or never covered."""
        return self.sensing.watched()

    def sensor_pulses(self) -> tuple[SensorPulse, ...]:
        """Give what changes about sensors from second to second."""
        return self.sensing.pulses()

    def tracks(self) -> tuple[TrackNow, ...]:
        """Give every live track."""
        return tuple(track_now(situation) for situation in self._tracking.situations())

    def some_tracks(self, numbers: Iterable[int]) -> tuple[TrackNow, ...]:
        """Give the tracks of these numbers, those that have just ended among them."""
        return tuple(track_now(situation) for situation in self._tracking.some(numbers))

    def track(self, number: int) -> TrackNow | None:
        """Give one live track."""
        return next(iter(self.some_tracks((number,))), None)

    def alarms(self) -> tuple[AlarmRow, ...]:
        """Give every alarm, without asking the disk."""
        return self._alarming.alarms()

    def held_back(self) -> tuple[tuple[HeldBack, ...], int]:
        """Give the approaches that an own unit hides now, and of how many tracks that was ever so since the start."""
        return self._alarming.held_back()

    def where_to_look(self, alarm_id: str, sensor_id: str) -> tuple[AlarmRow, SensorRow, float, float]:
        """Give an alarm, a camera, and the place the alarm is about as it is now.

        Raises
        ------
        UnknownThingError
            When there is no such alarm or sensor.
        ValueError
            When the alarm has no place.
        """
        alarm = self._journal.row("alarms", alarm_id)
        sensor = self._journal.row("sensors", sensor_id)
        if not isinstance(alarm, AlarmRow):
            raise UnknownThingError(f"there is no alarm {alarm_id}")
        if not isinstance(sensor, SensorRow):
            raise UnknownThingError(f"there is no sensor {sensor_id}")
        track = self.track(alarm.track) if alarm.track is not None else None
        lon, lat = (track.lon, track.lat) if track else (alarm.lon, alarm.lat)
        if lon is None or lat is None:
            raise ValueError(f"alarm {alarm_id} has no place to look at")
        return alarm, sensor, lon, lat
