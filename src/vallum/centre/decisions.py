"""What do people decide here: each decision checks the role, becomes a record by a named actor, and gives the row back.

The journal's reducers refuse a step that a thing's life cycle does not have; nothing is checked twice here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from vallum.assets.conditions import Weather
from vallum.assets.sensor import SensorRow
from vallum.assets.unit import UnitRow
from vallum.centre.names import Names
from vallum.centre.person import Person
from vallum.frontier.line import Frontier
from vallum.frontier.place import parse
from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Link, Place, to_millisecond
from vallum.journal.journal import Journal
from vallum.watch.alarm import AlarmAcknowledged, AlarmClosed, AlarmRow, AlarmShelved, AlarmUnshelved, Disposition
from vallum.watch.dispatch import offers
from vallum.watch.incident import IncidentClosed, IncidentKind, IncidentOpened, IncidentRow, IncidentUpdated
from vallum.watch.look import LookAsked
from vallum.watch.radio_log import RadioLogged, RadioRow, refuse_untold
from vallum.watch.task import TaskMoved, TaskRow, TaskSent
from vallum.watch.weather import WeatherRow, WeatherStated, refuse_no_time

RowT = TypeVar("RowT", bound=BaseModel)


class UnknownThingError(LookupError):
    """There is no alarm, incident, unit or task of that name."""


class NotNowError(RuntimeError):
    """What was asked for is known but cannot be done now; the words say what to do instead."""


class WrongValueError(ValueError):
    """What a person entered is not what is expected; the words say what is."""


def place_entered(text: str, frontier: Frontier) -> tuple[float, float]:
    """Read a place that a person entered; longitude and latitude in degrees.

    Raises
    ------
    WrongValueError
        When it is no place.

    Examples
    --------
    >>> import numpy as np
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[41.2, 36.0], [41.2, 37.0]]))
    >>> place_entered("36.3, 41.2", line)
    (41.2, 36.3)
    """
    try:
        return parse(text, frontier)
    except ValueError as error:
        raise WrongValueError(str(error)) from error


class Decisions:
    """The decisions of a watch, on one journal. In an exercise everything that people do is part of the simulation."""

    def __init__(
        self, journal: Journal, frontier: Frontier, clock: Clock, names: Names, *, exercise: bool = False
    ) -> None:
        self._exercise = exercise
        self._names = names
        self._journal = journal
        self._frontier = frontier
        self._clock = clock

    # --- alarms

    async def acknowledge(self, person: Person, alarm_id: str) -> AlarmRow:
        """Make an alarm this person's."""
        person.require("acknowledge")
        alarm = self._alarm(alarm_id)
        return await self._write(person, "alarm.acknowledged", AlarmAcknowledged(alarm_id=alarm_id), AlarmRow, alarm)

    async def shelve(self, person: Person, alarm_id: str, reason: str, minutes: int) -> AlarmRow:
        """Put an alarm aside for a reason and a time in scenario minutes."""
        person.require("shelve")
        alarm = self._alarm(alarm_id)
        until = to_millisecond(self._clock.now() + timedelta(minutes=minutes))
        body = AlarmShelved(alarm_id=alarm_id, reason=reason, until=until)
        return await self._write(person, "alarm.shelved", body, AlarmRow, alarm)

    async def unshelve(self, person: Person, alarm_id: str) -> AlarmRow:
        """Take an alarm back from the shelf."""
        person.require("shelve")
        alarm = self._alarm(alarm_id)
        return await self._write(person, "alarm.unshelved", AlarmUnshelved(alarm_id=alarm_id), AlarmRow, alarm)

    async def close(self, person: Person, alarm_id: str, disposition: Disposition, cause: str) -> AlarmRow:
        """Say what an alarm was and end it."""
        person.require("close")
        alarm = self._alarm(alarm_id)
        body = AlarmClosed(alarm_id=alarm_id, disposition=disposition, cause=cause)
        return await self._write(person, "alarm.closed", body, AlarmRow, alarm)

    async def ask_to_look(
        self, person: Person, alarm: AlarmRow, task_id: str, sensor: SensorRow, lon: float, lat: float
    ) -> AlarmRow:
        """Write down who asks which camera to look at a place in degrees, before the camera is asked."""
        person.require("look")
        body = LookAsked(
            alarm_id=alarm.alarm_id,
            task_id=task_id,
            sensor_id=sensor.sensor_id,
            lon=lon,
            lat=lat,
            chainage_m=float(self._frontier.locate(lon, lat).chainage_m),
        )
        return await self._write(person, "look.asked", body, AlarmRow, alarm, sensor)

    # --- incidents

    async def open_incident(
        self, person: Person, kind: IncidentKind, alarm_id: str | None, place: str | None, note: str
    ) -> IncidentRow:
        """Open an incident on an alarm, at a place, or at no known place."""
        person.require("open_incident")
        alarm = self._alarm(alarm_id) if alarm_id else None
        lon, lat, chainage_m = self._where(place, alarm)
        body = IncidentOpened(
            incident_id=self._names.next("I"),
            kind=kind,
            alarm_id=alarm_id,
            lon=lon,
            lat=lat,
            chainage_m=chainage_m,
            note=note,
        )
        return await self._write(person, "incident.opened", body, IncidentRow, alarm)

    async def update_incident(
        self, person: Person, incident_id: str, kind: IncidentKind | None, note: str
    ) -> IncidentRow:
        """Add what is known now."""
        person.require("update_incident")
        incident = self._incident(incident_id)
        body = IncidentUpdated(incident_id=incident_id, kind=kind, note=note)
        return await self._write(person, "incident.updated", body, IncidentRow, incident)

    async def close_incident(self, person: Person, incident_id: str, outcome: str) -> IncidentRow:
        """End an incident with its outcome."""
        person.require("update_incident")
        incident = self._incident(incident_id)
        body = IncidentClosed(incident_id=incident_id, outcome=outcome)
        return await self._write(person, "incident.closed", body, IncidentRow, incident)

    # --- tasks

    async def send(
        self,
        person: Person,
        unit_id: str,
        alarm_id: str | None,
        incident_id: str | None,
        place: str | None,
        instruction: str,
    ) -> TaskRow:
        """Ask a unit to go to a place, or to where the alarm or the incident is."""
        person.require("task")
        unit = self._row("units", unit_id, UnitRow, "unit")
        alarm = self._alarm(alarm_id) if alarm_id else None
        incident = self._incident(incident_id) if incident_id else None
        lon, lat, chainage_m = self._where(place, incident or alarm)
        if lon is None or lat is None:
            raise WrongValueError("a task needs a place: give one as MGRS, UTM, lat/lon or chainage")
        found = offers([unit], lon, lat)
        arrival = to_millisecond(self._clock.now() + timedelta(seconds=found[0].arrival_s)) if found else None
        body = TaskSent(
            task_id=self._names.next("T"),
            unit_id=unit_id,
            callsign=unit.callsign,
            alarm_id=alarm_id,
            incident_id=incident_id,
            lon=lon,
            lat=lat,
            chainage_m=chainage_m,
            instruction=instruction,
            arrival_estimate=arrival,
        )
        return await self._write(person, "task.sent", body, TaskRow, alarm, incident, unit)

    async def move_task(self, person: Person, task_id: str, step: str, by_radio: bool, note: str) -> TaskRow:
        """Take one step of a task's life; cancelling is for those who may send."""
        person.require("task" if step == "cancelled" else "answer_task")
        task = self._row("tasks", task_id, TaskRow, "task")
        body = TaskMoved(task_id=task_id, by_radio=by_radio, note=note)
        return await self._write(person, f"task.{step}", body, TaskRow, task)

    # --- radio

    async def log_radio(
        self,
        person: Person,
        callsign: str,
        place: str,
        text: str,
        entered_for_unit: str | None,
        said_at: datetime | None = None,
    ) -> RadioRow:
        """Write down one line of what was said, and when: now, unless another time is given."""
        person.require("log")
        now = self._clock.now()
        try:
            said = to_millisecond((said_at or now).astimezone(UTC))
            refuse_untold(said, now)
        except (ValueError, OverflowError) as error:
            raise WrongValueError(str(error)) from error
        lon, lat, chainage_m = self._where(place or None, None)
        body = RadioLogged(
            line_id=self._names.next("R"),
            callsign=callsign,
            said_at=said,
            place_words=place,
            lon=lon,
            lat=lat,
            chainage_m=chainage_m,
            text=text,
            entered_for_unit=entered_for_unit,
        )
        return await self._write(person, "radio.logged", body, RadioRow, occurred=said)

    # --- weather

    async def state_weather(self, person: Person, weather: Weather, valid_until: datetime) -> WeatherRow:
        """Say what the weather at the line is, until a time at most a day ahead."""
        person.require("state_weather")
        try:
            until = to_millisecond(valid_until.astimezone(UTC))
            refuse_no_time(until, self._clock.now())
        except (ValueError, OverflowError) as error:
            raise WrongValueError(str(error)) from error
        body = WeatherStated(weather=weather, valid_until=until)
        return await self._write(person, "weather.stated", body, WeatherRow)

    # --- how a decision becomes a record

    async def _write(
        self,
        person: Person,
        record_type: str,
        body: BaseModel,
        row_type: type[RowT],
        *about: BaseModel | None,
        occurred: datetime | None = None,
    ) -> RowT:
        lon, lat = getattr(body, "lon", None), getattr(body, "lat", None)
        place = None
        if lon is not None and lat is not None:
            chainage_m = getattr(body, "chainage_m", None)
            place = Place(line_version=self._frontier.version, chainage_m=chainage_m, lon=lon, lat=lat)
        records = [record_id for thing in about if (record_id := getattr(thing, "record_id", None))]
        simulated = self._exercise or any(getattr(thing, "simulated", False) for thing in about)
        draft = Draft(
            type=record_type,
            actor=person.name,
            # what is decided about anything simulated is itself part of the simulation
            nature="simulated" if simulated else "declared",
            place=place,
            links=tuple(Link(relation="about", record=record_id) for record_id in records),
            body=body,
            occurred=occurred,
        )
        (record,) = await self._journal.appended(draft)
        view = self._journal.registry.types[record_type].view
        key = self._journal.registry.views[cast(str, view)].key
        return cast(RowT, self._journal.row(cast(str, view), str(record.body[key])))

    def _where(self, place: str | None, about: Any) -> tuple[float | None, float | None, float | None]:
        if place:
            lon, lat = place_entered(place, self._frontier)
            return lon, lat, float(self._frontier.locate(lon, lat).chainage_m)
        if about is not None and about.lon is not None:
            return about.lon, about.lat, about.chainage_m
        return None, None, None

    def _alarm(self, alarm_id: str) -> AlarmRow:
        return self._row("alarms", alarm_id, AlarmRow, "alarm")

    def _incident(self, incident_id: str) -> IncidentRow:
        return self._row("incidents", incident_id, IncidentRow, "incident")

    def _row(self, view: str, key: str, row_type: type[RowT], word: str) -> RowT:
        row = self._journal.row(view, key)
        if row is None:
            raise UnknownThingError(f"there is no {word} {key}")
        return cast(RowT, row)
