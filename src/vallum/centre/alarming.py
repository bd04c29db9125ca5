"""Which alarms stand, which are to be raised now, and which come back from the shelf?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from vallum.assets.sensor import SensorRow
from vallum.assets.unit import UnitRow
from vallum.centre.names import Names
from vallum.frontier.line import Frontier
from vallum.journal.envelope import Draft, Nature, Place
from vallum.journal.views import Change
from vallum.watch.alarm import AlarmRaised, AlarmRow, AlarmUnshelved
from vallum.watch.judge import HeldBack, OwnUnit, SensorEvent, Surroundings, held_back, judge
from vallum.watch.rules import AlarmRules
from vallum.watch.situation import Situation

EventKind = Literal["sensor_silent", "sensor_alert", "report_flood"]
ACTOR = "centre"
CAMERAS = frozenset({"thermal_camera", "day_camera"})


class Alarming:
    """The alarms of a centre as the rules see them, kept in step with the journal."""

    def __init__(
        self,
        rules: AlarmRules,
        frontier: Frontier,
        names: Names,
        alarms: Iterable[AlarmRow],
        units: Iterable[UnitRow],
        sensors: Iterable[SensorRow],
    ) -> None:
        self._rules = rules
        self._frontier = frontier
        self._names = names
        self._standing = {alarm.alarm_id: alarm for alarm in alarms}
        self._units = {unit.unit_id: unit for unit in units}
        self._sensors = {sensor.sensor_id: sensor for sensor in sensors}
        self._held_back: tuple[HeldBack, ...] = ()
        # live tracks that are counted already
        self._counted: set[int] = set()
        self._ever_held_back = 0
        self._cameras = frozenset(s.sensor_id for s in self._sensors.values() if s.kind in CAMERAS)

    def written(self, changes: Sequence[Change]) -> None:
        """Take in what the journal now says of alarms and units."""
        for change in changes:
            if isinstance(change.row, AlarmRow):
                self._standing[change.key] = change.row
            elif isinstance(change.row, UnitRow):
                self._units[change.key] = change.row

    def alarms(self) -> tuple[AlarmRow, ...]:
        """Give every alarm."""
        return tuple(self._standing.values())

    def held_back(self) -> tuple[tuple[HeldBack, ...], int]:
        """Give the approaches that an own unit hides now, and of how many tracks that was ever so since the start."""
        return self._held_back, self._ever_held_back

    def event(self, kind: EventKind, sensor_id: str, words: str) -> SensorEvent:
        """Make an event about a sensor, placed where it stands."""
        sensor = self._sensors.get(sensor_id)
        if sensor is None:
            return SensorEvent(kind=kind, sensor_id=sensor_id, words=words)
        located = self._frontier.locate(sensor.lon, sensor.lat)
        return SensorEvent(
            kind=kind,
            sensor_id=sensor_id,
            words=words,
            lon=sensor.lon,
            lat=sensor.lat,
            chainage_m=located.chainage_m,
            offset_m=located.offset_m,
        )

    def judge(
        self,
        situations: Sequence[Situation],
        events: Sequence[SensorEvent],
        sensor_states: dict[str, str],
        simulated_sensors: frozenset[str],
        now: datetime,
    ) -> tuple[Draft, ...]:
        """Give the records of what needs a human now."""
        own = tuple(OwnUnit(u.callsign, u.lon, u.lat) for u in self._units.values())
        around = Surroundings(own_units=own, sensor_states=sensor_states, cameras=self._cameras)
        tracks = {situation.track.number: situation.track for situation in situations}
        self._held_back = held_back(situations, self._rules, self._standing.values(), around, now)
        new = {hidden.track for hidden in self._held_back} - self._counted
        self._ever_held_back += len(new)
        self._counted = (self._counted | new) & tracks.keys()
        drafts = [self._unshelved(alarm) for alarm in self._back_from_shelf(now)]
        for found in judge(situations, events, self._rules, self._standing.values(), around, now):
            track = tracks.get(found.track) if found.track is not None else None
            simulated = track.simulated if track else found.sensor_id in simulated_sensors
            named = found.model_copy(update={"alarm_id": self._names.next("A")})
            # stands at once: the journal needs a moment, and the rules are asked again before it answers
            light = named.model_dump(exclude={"evidence"})
            self._standing[named.alarm_id] = AlarmRow(**light, raised_at=now, record_id="")
            drafts.append(self._raised(named, simulated, track.position_sd_m if track else None))
        return tuple(drafts)

    def _raised(self, alarm: AlarmRaised, simulated: bool, precision_m: float | None) -> Draft:
        place = None
        if alarm.lon is not None and alarm.lat is not None:
            place = Place(
                line_version=self._frontier.version,
                chainage_m=alarm.chainage_m,
                offset_m=alarm.offset_m,
                lon=alarm.lon,
                lat=alarm.lat,
                precision_m=precision_m,
            )
        nature: Nature = "simulated" if simulated else "estimated"
        return Draft(type="alarm.raised", actor=ACTOR, nature=nature, place=place, body=alarm)

    def _back_from_shelf(self, now: datetime) -> list[AlarmRow]:
        back = [
            alarm
            for alarm in self._standing.values()
            if alarm.state == "shelved" and alarm.shelved_until is not None and alarm.shelved_until <= now
        ]
        for alarm in back:
            self._standing[alarm.alarm_id] = alarm.model_copy(update={"state": "unacknowledged"})
        return back

    @staticmethod
    def _unshelved(alarm: AlarmRow) -> Draft:
        nature: Nature = "simulated" if alarm.simulated else "declared"
        body = AlarmUnshelved(alarm_id=alarm.alarm_id)
        return Draft(type="alarm.unshelved", actor=ACTOR, nature=nature, body=body)
