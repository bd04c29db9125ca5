"""Which sensors are heard, and which sectors do they cover: the gateway's word turned into states and records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vallum.assets.sensor import Sensor, SensorReturned, SensorRow, SensorSilent, SensorState
from vallum.frontier.line import Frontier
from vallum.gateways.sapient import NodeRegistered, NodeStatus
from vallum.journal.envelope import Draft, Nature
from vallum.journal.observation_rows import Cursor
from vallum.watch.health import Footprint, HealthChange, SensorHealth, Stretch, changes, heard, judged

ACTOR = "centre"


@dataclass(frozen=True, slots=True)
class SensorPulse:
    """What changes about a sensor from second to second."""

    sensor_id: str
    state: SensorState
    last_heard_s: float | None
    stored: int
    last_report_id: str
    clock_offset_s: float | None


class Sensing:
    """The health of all sensors of a centre and the sectors they cover."""

    def __init__(self, rows: Sequence[SensorRow], frontier: Frontier) -> None:
        self.by_node: dict[str, Sensor] = {row.node_id: row for row in rows}
        self._simulated = {row.sensor_id: row.simulated for row in rows}
        self._footprint = Footprint.of(rows, frontier)
        # Whatever the journal says of the last run: now, nothing has been heard yet.
        self._health = {row.sensor_id: SensorHealth(row.sensor_id) for row in rows}
        self._recorded: Mapping[str, SensorHealth] = {
            row.sensor_id: SensorHealth(row.sensor_id, state=row.state) for row in rows
        }
        self._offsets: dict[str, float] = {}
        self._cursors: dict[str, Cursor] = {}
        self._watched = self._footprint.watched(self.states())

    def registered(self, told: NodeRegistered) -> None:
        """Take in that a node came."""
        self._hear(told.sensor_id, told.received_s, interval_s=told.status_interval_s)
        self._simulated[told.sensor_id] = self._simulated.get(told.sensor_id, False) or told.simulated

    def status(self, told: NodeStatus) -> None:
        """Take in what a node says of itself."""
        self._hear(told.sensor_id, told.received_s, goodbye=told.goodbye, not_detecting=told.not_detecting)
        self._offsets[told.sensor_id] = told.clock.offset_s
        self._simulated[told.sensor_id] = self._simulated.get(told.sensor_id, False) or told.simulated

    def detected(self, sensor_id: str, received_s: float) -> None:
        """Take in that a sensor reported something: it is alive."""
        self._hear(sensor_id, received_s)

    def stored(self, cursors: Sequence[Cursor]) -> None:
        """Take in how far reports are safely stored."""
        for cursor in cursors:
            sensor = self.by_node.get(cursor.node_id)
            if sensor is not None:
                self._cursors[sensor.sensor_id] = cursor

    def states(self) -> dict[str, SensorState]:
        """Give the state of every sensor."""
        return {sensor_id: health.state for sensor_id, health in self._health.items()}

    def watched(self) -> tuple[Stretch, ...]:
        """Give the line as stretches that registered sectors cover, no longer cover, or never covered."""
        return self._watched

    def pulses(self) -> tuple[SensorPulse, ...]:
        """Give what changes from second to second."""
        return tuple(
            SensorPulse(
                sensor_id=sensor_id,
                state=health.state,
                last_heard_s=health.last_heard_s,
                stored=self._cursors[sensor_id].stored if sensor_id in self._cursors else 0,
                last_report_id=(self._cursors[sensor_id].last_report_id or "") if sensor_id in self._cursors else "",
                clock_offset_s=self._offsets.get(sensor_id),
            )
            for sensor_id, health in self._health.items()
        )

    def judge(self, now_s: float) -> tuple[tuple[Draft, ...], tuple[HealthChange, ...], bool]:
        """Look at the clock: who is late or dead now.

        Returns
        -------
        tuple
            Records to be written, what changed, and whether the watched ground changed.
        """
        self._health = {sensor_id: judged(health, now_s) for sensor_id, health in self._health.items()}
        found = changes(self._recorded, self._health)
        if not found:
            return (), (), False
        self._recorded = dict(self._health)
        watched = self._footprint.watched(self.states())
        moved = watched != self._watched
        self._watched = watched
        return tuple(self._draft(change) for change in found), found, moved

    def simulated(self) -> frozenset[str]:
        """Give the sensors that carry the mark, by the centre's files or by their own word."""
        return frozenset(sensor_id for sensor_id, marked in self._simulated.items() if marked)

    def all_simulated(self) -> bool:
        """Tell whether no real sensor is declared: then the whole watch is an exercise."""
        return bool(self._simulated) and all(self._simulated.values())

    def _hear(
        self,
        sensor_id: str,
        at_s: float,
        interval_s: float | None = None,
        goodbye: bool = False,
        not_detecting: bool | None = None,
    ) -> None:
        health = self._health.get(sensor_id)
        if health is not None:
            self._health[sensor_id] = heard(
                health, at_s, status_interval_s=interval_s, goodbye=goodbye, not_detecting=not_detecting
            )

    def _draft(self, change: HealthChange) -> Draft:
        nature: Nature = "simulated" if self._simulated.get(change.sensor_id) else "observed"
        occurred = datetime.fromtimestamp(change.at_s, UTC)
        if change.after == "live":
            returned = SensorReturned(sensor_id=change.sensor_id, reason=change.reason)
            return Draft(type="sensor.returned", actor=ACTOR, nature=nature, occurred=occurred, body=returned)
        last = None if change.last_heard_s is None else datetime.fromtimestamp(change.last_heard_s, UTC)
        body = SensorSilent(sensor_id=change.sensor_id, state=change.after, last_heard=last, reason=change.reason)
        return Draft(type="sensor.silent", actor=ACTOR, nature=nature, occurred=occurred, body=body)
