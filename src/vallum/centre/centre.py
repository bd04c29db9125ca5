"""One party's centre: everything wired together, one way through the house.

A sensor's word comes in by the gateway, becomes a detection, a track, an alarm, a record, a change on the page; a
person's decision becomes a record and takes the same last steps. There is no second way.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import os
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from pydantic import BaseModel

from vallum.access.access import Access, Entered
from vallum.access.records import SessionEnded, SessionStarted, UserInvited, UserRow
from vallum.assets.sensor import SensorRow
from vallum.assets.unit import UnitRow
from vallum.centre.bus import Bus
from vallum.centre.conditions import Now, conditions
from vallum.centre.decisions import Decisions, NotNowError, UnknownThingError, WrongValueError
from vallum.centre.declare import declarations
from vallum.centre.hold.live import LiveHold
from vallum.centre.live import Live
from vallum.centre.messages import changed_message
from vallum.centre.names import Names
from vallum.centre.night import Night
from vallum.centre.own_records import OwnRecords
from vallum.centre.person import Person, UnknownPartyError
from vallum.centre.presence import Presence
from vallum.centre.registry import registry
from vallum.centre.sight.live import LiveSight
from vallum.centre.sky import Sky, sky
from vallum.gateways.sapient import Counters, NodeNotConnectedError, SapientEndpoint, same_report
from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Record
from vallum.journal.journal import Journal, JournalWriteError
from vallum.journal.observations import Counters as StoreCounters
from vallum.journal.observations import Observations, ObservationsError
from vallum.journal.store import last_recorded
from vallum.journal.views import Change
from vallum.plan.lane import LaneStretch
from vallum.project import Project
from vallum.watch.alarm import AlarmRow
from vallum.watch.health import Stretch
from vallum.watch.load import Load, load
from vallum.watch.task import TaskRow
from vallum.watch.weather import WeatherRow

TICK_S = 0.2
SETTING_UP_S = 4.0
# How long a centre takes at most to close: what a disk has not taken by then is told to the log.
STOPS_WITHIN_S = 1.8
PULSE_S = 1.0
TIDY_S = 600.0
# How long detections and track points are kept, in the centre's time. What an alarm stands on is in its record.
RETENTION = timedelta(days=30)
# These views go to open pages; the others are asked for.
SHOWN_VIEWS = frozenset(
    {"alarms", "incidents", "tasks", "radio", "quarantine", "sensors", "units", "obstacles", "works"}
)
# These change what the centre itself does.
HEEDED_VIEWS = SHOWN_VIEWS | {"weather"}
RowT = TypeVar("RowT", bound=BaseModel)
_log = logging.getLogger(__name__)


class Centre:
    """A running centre. Make it with `Centre.open`, then `await start()`; `await stop()` closes everything."""

    def __init__(
        self,
        project: Project,
        *,
        clock: Clock,
        party: str,
        journal: Journal,
        observations: Observations,
        access: Access,
        sapient_address: tuple[str, int],
        sight_folder: Path | None = None,
        sight_cell_m: float | None = None,
    ) -> None:
        self.project = project
        self.clock = clock
        self.party = party
        self.journal = journal
        self.observations = observations
        self.access = access
        self._presence = Presence(access)
        self.bus = Bus()
        self.night: Night | None = None
        # set by the server: what else a page is told with each pulse
        self.on_pulse: Callable[[], None] = lambda: None
        self.on_watched: Callable[[], None] = lambda: None
        # set by the server, called in a thread: what it needs to draw what is seen
        self.get_ready_to_draw: Callable[[], None] = lambda: None
        names = Names.after(journal)
        self.live = Live(project, clock, journal, observations, names)
        self.decisions = Decisions(journal, project.frontier, clock, names, exercise=self.live.sensing.all_simulated())
        said = journal.row("weather", "line")
        self._weather = said if isinstance(said, WeatherRow) else None
        self._middle = project.frontier.point_at(project.frontier.map_length_m / 2)
        self.sight = LiveSight(project, sight_folder, self.sensors(), self.conditions().case, sight_cell_m)
        self.hold = LiveHold(project, sight_folder, self.sensors(), sight_cell_m)
        self._own = OwnRecords(journal)
        self._sapient_address = sapient_address
        self._sapient = SapientEndpoint(
            *sapient_address,
            clock=clock,
            nodes=self.live.sensing.by_node,
            centre_node_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"vallum:{project.name}:{party}")),
            on_registration=self.live.sensing.registered,
            on_status=self.live.sensing.status,
            on_detection=self.live.detected,
            on_alert=self.live.alerted,
            on_quarantine=self.live.quarantined,
            on_task_ack=self.live.answered,
            room=observations.room,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._writing: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: asyncio.Future[None] | None = None

    # --- opening and closing

    @classmethod
    def open(
        cls,
        folder: Path,
        project: Project,
        *,
        clock: Clock,
        party: str | None = None,
        sapient_host: str = "127.0.0.1",
        sapient_port: int = 0,
        sight: bool = True,
        sight_cell_m: float | None = None,
    ) -> Self:
        """Open a centre's folder and write down what the project's files say that the journal does not know.

        Parameters
        ----------
        folder, project, clock
            Where it is, what was read there, and its time.
        party
            Whose centre it is; the first of the home side without it.
        sapient_host, sapient_port
            Where sensors connect; 0 takes a free port.
        sight
            Whether sight lines are worked out; without them registered sectors stand for what is watched.
        sight_cell_m
            Side of the cells for that and for holding, metres; as fine as is useful without it.

        Raises
        ------
        UnknownPartyError
            When the party is none of the project's.
        JournalFileError
            When another centre runs here, or the journal is damaged.
        """
        known = [p.id for p in project.parties]
        home = next((p.id for p in project.parties if p.side == "home"), known[0])
        chosen = home if party is None else party
        if chosen not in known:
            raise UnknownPartyError(f"{chosen} is not a party of {project.name}; choose one of: {', '.join(known)}")
        journal = Journal.open(folder, registry(), clock=clock, originator=chosen)
        with contextlib.ExitStack() as opened:
            opened.callback(journal.close)
            journal.append(*declarations(project, journal))
            observations = opened.enter_context(Observations.open(folder, same=same_report))
            access = opened.enter_context(Access.open(folder))
            centre = cls(
                project,
                clock=clock,
                party=chosen,
                journal=journal,
                observations=observations,
                access=access,
                sapient_address=(sapient_host, sapient_port),
                sight_folder=folder if sight else None,
                sight_cell_m=sight_cell_m,
            )
            opened.pop_all()  # from here on `stop` closes them
        return centre

    @staticmethod
    def scenario_clock(folder: Path, project: Project, speed: float) -> Clock:
        """Give the clock of a scenario: from its start, or on from the journal's last record."""
        last = last_recorded(folder)
        if last is not None:
            # so far ahead that the clock, now, already stands after the last record
            return Clock.resume(
                last + timedelta(seconds=SETTING_UP_S * speed), speed=speed, anchor_s=time.time() + SETTING_UP_S
            )
        start = project.scenario_start or datetime.now(UTC)
        # dusk falls when everybody has taken their place, not while the programs still start
        return Clock(start=start, anchor_s=time.time() + SETTING_UP_S, speed=speed)

    async def start(self) -> None:
        """Listen to sensors and begin to watch; raise OSError, naming the port, when it is taken."""
        self._loop = asyncio.get_running_loop()
        self._failure = self._loop.create_future()
        self.journal.subscribe(self._written)
        self.observations.on_stored(lambda cursors: self._on_loop(lambda: self.live.sensing.stored(cursors)))
        self.observations.on_conflict(lambda conflict: self._on_loop(lambda: self.live.conflicted(conflict)))
        try:
            await self._sapient.start()
        except OSError as error:
            host, port = self._sapient_address
            why = os.strerror(error.errno) if error.errno else error
            raise OSError(
                f"port {port} on {host} cannot be used ({why}); choose another with --sapient-port"
            ) from error
        self._writing = self._watched_over(self._own.write())
        self._tasks = [self._watched_over(work()) for work in (self._tick, self._pulse, self._tidy)]
        self.sight.start(lambda: self.on_watched(), lambda: self.get_ready_to_draw())

    async def failure(self) -> None:
        """Wait until the watch itself fails, which should never happen; raise what made it fail."""
        if self._failure is None:
            raise RuntimeError("the centre has not been started")
        await self._failure

    async def stop(self, within_s: float = STOPS_WITHIN_S) -> None:
        """Stop listening, write what waits, close the files.

        Parameters
        ----------
        within_s
            So long it takes at most, machine seconds. The last observations get half of it, so that a disk that hangs
            with them leaves time for the last records; what is not written then is told to the log.
        """
        by_s = time.monotonic() + within_s

        def left(share: float = 1.0) -> float:
            return share * max(by_s - time.monotonic(), 0.0)

        for task in self._tasks:
            task.cancel()
        # nothing of the watch waits for plans: they end beside the rest
        plans = [asyncio.ensure_future(one.stop()) for one in (self.sight, self.hold)]
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._sapient.stop()
        try:
            await asyncio.to_thread(self.observations.close, left(0.5))
        except ObservationsError:
            _log.exception("the centre stops without its last observations")
        # what the gateway and the store told last is on its way through the loop
        await asyncio.sleep(0)
        self._own.put(self.live.rest())
        if self._writing is not None:
            await self._own.drained(left(0.8))
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        try:
            await asyncio.to_thread(self.journal.close, left())
        except JournalWriteError:
            _log.exception("the centre stops without its last records")
        self.access.close()
        await asyncio.wait(plans, timeout=left())

    # --- what pages and commands ask

    @property
    def sapient_port(self) -> int:
        """The port to which sensors connect."""
        return self._sapient.port

    @property
    def simulated(self) -> bool:
        """Whether any sensor of this centre is simulated: then the whole page says so."""
        return bool(self.live.sensing.simulated())

    @property
    def sky(self) -> Sky:
        """Sun and moon at the middle of the line."""
        return sky(*self._middle, self.clock.now())

    def conditions(self) -> Now:
        """Tell the light and the weather of now."""
        return conditions(*self._middle, self.clock.now(), self._weather)

    def watched(self) -> tuple[LaneStretch, ...] | tuple[Stretch, ...]:
        """Give the line as stretches: by sight lines, or by registered sectors until those are worked out."""
        lane = self.sight.standing.lane
        return self.live.watched() if lane is None else lane.stretches

    def sapient_counters(self) -> Counters:
        """Give what the sensors' door has counted."""
        return self._sapient.counters

    def store_counters(self) -> StoreCounters:
        """Give what the store of observations has counted."""
        return self.observations.counters

    def rows(self, view: str, kind: type[RowT]) -> tuple[RowT, ...]:
        """Give all rows of a view."""
        return cast(tuple[RowT, ...], tuple(self.journal.rows(view)))

    def alarms(self) -> tuple[AlarmRow, ...]:
        """Give every alarm."""
        return self.rows("alarms", AlarmRow)

    def tasks(self) -> tuple[TaskRow, ...]:
        """Give every task."""
        return self.rows("tasks", TaskRow)

    def units(self) -> tuple[UnitRow, ...]:
        """Give every unit."""
        return self.rows("units", UnitRow)

    def sensors(self) -> tuple[SensorRow, ...]:
        """Give every sensor."""
        return self.rows("sensors", SensorRow)

    def load(self) -> Load:
        """Tell how the alarms weigh on those who answer them."""
        return load(self.live.alarms(), self.clock.now(), self.operators())

    def operators(self) -> int:
        """Count the watch officers whose sessions are open, at least one: somebody must answer."""
        return max(1, self._presence.operators(time.time()))

    def still(self, name: str) -> bytes | None:
        """Give a picture: of an alarm by "alarm.report" or "alarm.look", of a detection by "node.report"."""
        owner, _, report_id = name.partition(".")
        return self._frozen_still(owner, report_id) or self.observations.still(owner, report_id)

    def truth(self) -> Mapping[str, Any] | None:
        """Give what the simulator says happened, once its night is over."""
        return None if self.night is None else self.night.truth()

    def end_night(self) -> None:
        """Ask the simulator to end its night.

        Raises
        ------
        UnknownThingError
            When no simulated night runs here.
        """
        if self.night is None:
            raise UnknownThingError("no simulated night runs here")
        self.night.ask_to_end()

    def has_users(self) -> bool:
        """Tell whether anybody ever signed in here."""
        return bool(self.journal.rows("users"))

    # --- what people do that is no decision of the watch

    async def let_in(self, token: str) -> tuple[Person, str] | str:
        """Trade a one-time token for a session; the reason when it is refused."""
        entered = self.access.enter(token, time.time())
        if not isinstance(entered, Entered):
            return entered.reason
        session = entered.session
        known = self.journal.row("users", session.name)
        drafts = []
        if not isinstance(known, UserRow) or session.role not in known.roles or known.state == "disabled":
            invited = UserInvited(name=session.name, role=session.role)
            drafts.append(Draft(type="user.invited", actor=entered.invited_by, body=invited))
        started = SessionStarted(session_id=session.session_id, name=session.name, role=session.role)
        drafts.append(Draft(type="session.started", actor=session.name, body=started))
        await self.journal.appended(*drafts)
        return Person(session.name, session.role, self.party), entered.token

    async def let_out(self, token: str) -> None:
        """End a session."""
        ended = self.access.end(token)
        if ended is not None:
            body = SessionEnded(session_id=ended.session_id, why="signed out")
            await self.journal.appended(Draft(type="session.ended", actor=ended.name, body=body))

    async def look_again(self, person: Person, alarm_id: str, sensor_id: str) -> str:
        """Ask a camera to look at where an alarm is now.

        Raises
        ------
        NotNowError
            When the camera is not connected.
        WrongValueError
            When the alarm has no place.
        """
        person.require("look")
        try:
            alarm, sensor, lon, lat = self.live.where_to_look(alarm_id, sensor_id)
        except ValueError as error:
            raise WrongValueError(str(error)) from error
        written = ""

        async def write_down(task_id: str) -> None:
            nonlocal written
            await self.decisions.ask_to_look(person, alarm, task_id, sensor, lon, lat)
            self.live.looks.asked(task_id, alarm)
            written = task_id

        try:
            return await self._sapient.look_at(sensor.node_id, lon, lat, write_down)
        except NodeNotConnectedError as error:
            gone = self.live.looks.went_away(written, str(error))
            if gone is not None:
                self._own.put((gone,))
            raise NotNowError(str(error)) from error

    # --- the beat

    async def _tick(self) -> None:
        """Five times a second: what was heard becomes tracks, tracks become alarms."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            drafts, moved, watched_changed = self.live.tick(self.clock.now_s())
            if moved:
                self.bus.move(moved)
            self.sight.heed(self.live.sensing.states(), self.conditions().case)
            if watched_changed and self.sight.standing.lane is None:
                self.on_watched()
            self._own.put(drafts)
            due = max(due + TICK_S, loop.time())
            await asyncio.sleep(due - loop.time())

    async def _pulse(self) -> None:
        while True:
            self.on_pulse()
            await asyncio.sleep(PULSE_S)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_S)
            await self.tidy()

    async def tidy(self) -> None:
        """Forget what is over; what cannot be forgotten now is tried again next time, and the watch goes on."""
        try:
            self._own.put(self._presence.expired(time.time()))
            await asyncio.to_thread(self.observations.retain, (self.clock.now() - RETENTION).timestamp())
        except Exception:
            _log.exception("sessions and observations that are over were not cleared; next try in %.0f s", TIDY_S)

    def _frozen_still(self, alarm_id: str, name: str) -> bytes | None:
        """Give a picture that a record holds: the evidence of an alarm, or what came back from a look."""
        alarm = self.journal.row("alarms", alarm_id)
        if not isinstance(alarm, AlarmRow):
            return None
        looked = next((look.still_record_id for look in alarm.looks if look.task_id == name), None)
        if looked is None and alarm.evidence.still_report_id != name:
            return None
        record = self.journal.record(looked or alarm.record_id)
        if record is None:
            return None
        encoded = (record.body if looked else record.body["evidence"])["still_png_base64"]
        return base64.b64decode(encoded) if encoded else None

    def _written(self, records: Sequence[Record], changes: Sequence[Change]) -> None:
        """Take in what was committed; the journal's own thread calls this."""
        heeded = [change for change in changes if change.view in HEEDED_VIEWS]
        if heeded:
            messages = [changed_message(change) for change in heeded if change.view in SHOWN_VIEWS]
            self._on_loop(lambda: self._publish(heeded, messages))

    def _publish(self, changes: Sequence[Change], messages: Sequence[bytes]) -> None:
        self.live.written(changes)
        for change in changes:
            if isinstance(change.row, WeatherRow):
                self._weather = change.row
        installed = [change.row for change in changes if isinstance(change.row, SensorRow)]
        if installed:
            self.sight.installed(installed)
            self.hold.installed(installed)
        for message in messages:
            self.bus.publish(message)

    def _on_loop(self, call: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _watched_over(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._watch_over)
        return task

    def _watch_over(self, task: asyncio.Task[None]) -> None:
        """Let a beat that fails stop the centre: a page that looks alive over a dead watch would be a lie."""
        if task.cancelled() or self._failure is None or self._failure.done():
            return
        error = task.exception()
        if error is not None:
            self._failure.set_exception(error)
