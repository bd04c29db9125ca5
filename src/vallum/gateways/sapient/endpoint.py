"""Where do sensors dial in, and who is told what they say?"""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from vallum.assets.sensor import Sensor
from vallum.gateways.sapient.clock_offset import UNCORRECTED_UP_TO_S
from vallum.gateways.sapient.folding import Folding
from vallum.gateways.sapient.framing import FRAME_LIMIT_BYTES, FrameCutError, FrameTooLongError, framed, read_frame
from vallum.gateways.sapient.reports import (
    Counters,
    NodeAlert,
    NodeCounters,
    NodeRegistered,
    NodeStatus,
    Quarantined,
    TaskAnswer,
    fault,
)
from vallum.gateways.sapient.session import Outcome, Session, Told
from vallum.gateways.sapient.writing import Writer
from vallum.watch.detection import Detection

_log = logging.getLogger(__name__)
_Value = TypeVar("_Value")
_REMEMBERED_TASKS = 4096
HANGS_UP_WITHIN_S = 0.2
_NOT_TAKEN_IN = "the centre failed on this detection, a fault of ours; its frame is kept here and used for nothing"


class ScenarioClock(Protocol):
    """The part of a centre's clock that the endpoint needs."""

    @property
    def speed(self) -> float:
        """Return scenario seconds per machine second."""

    def now_s(self) -> float:
        """Return the scenario time, unix seconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the endpoint takes from anybody; seconds are those of the centre's clock."""

    connections: int = 512
    frame_bytes: int = FRAME_LIMIT_BYTES
    registration_within_s: float = 30.0
    silent_after_s: float = 60.0
    write_within_s: float = 10.0


class NodeNotConnectedError(LookupError):
    """A task cannot be given because its node is not connected."""


@dataclass(slots=True, eq=False)
class _Connection:
    writer: asyncio.StreamWriter
    session: Session
    task: asyncio.Task[None] | None = None


class SapientEndpoint:
    """A fusion node of BSI Flex 335 v2 to which sensor nodes connect over TCP.

    Every callback but `room` is a plain function, is called on the event loop and should return at once. One that
    raises is logged and counted; a detection that it raised on is quarantined; the connection goes on.

    Parameters
    ----------
    host, port
        Where to listen; port 0 takes a free one, see `port`.
    clock
        The centre's clock; times in messages are on it, and time limits run at its speed.
    nodes
        The centre's sensors by node id. Nobody else may register. It may be a view that grows as sensors are declared.
    centre_node_id
        The centre's own UUID in the protocol.
    on_registration, on_status, on_detection, on_alert, on_task_ack
        Told what a registered node says. `on_detection` also gets the frame as it came. A detection has been believed:
        it can be true by what the sensor's owner declared; repeats within a session are not told again.
    on_quarantine
        Told what was not believed and why, folded when many are alike.
    room
        Awaited before each frame of a registered node: while it does not return, nothing more is read from the node,
        and TCP holds it back. At most one frame of each connection is read after that.
    limits
        How much is taken from anybody.

    Examples
    --------
    >>> from vallum.journal.clock import Clock
    >>> async def example() -> int:
    ...     endpoint = SapientEndpoint("127.0.0.1", 0, clock=Clock.machine(), nodes={},
    ...         centre_node_id="b60a2b6c-6a34-4b55-a2ae-3a3a3c2d3e4f", on_registration=print, on_status=print,
    ...         on_detection=print, on_alert=print, on_quarantine=print, on_task_ack=print)
    ...     await endpoint.start()
    ...     await endpoint.stop()
    ...     return endpoint.counters.detections
    >>> asyncio.run(example())
    0
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        clock: ScenarioClock,
        nodes: Mapping[str, Sensor],
        centre_node_id: str,
        on_registration: Callable[[NodeRegistered], object],
        on_status: Callable[[NodeStatus], object],
        on_detection: Callable[[Detection, bytes], object],
        on_alert: Callable[[NodeAlert], object],
        on_quarantine: Callable[[Quarantined], object],
        on_task_ack: Callable[[TaskAnswer], object],
        room: Callable[[], Awaitable[None]] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._nodes = nodes
        self._writer = Writer(centre_node_id)
        self._on_registration = on_registration
        self._on_status = on_status
        self._on_detection = on_detection
        self._on_alert = on_alert
        self._on_quarantine = on_quarantine
        self._on_task_ack = on_task_ack
        self._room = room
        self._limits = Limits() if limits is None else limits
        self._folding = Folding(known=lambda node_id: node_id in self._nodes)
        self._open: set[_Connection] = set()
        self._live: dict[str, _Connection] = {}
        self._last_session = 0
        self._tasks: OrderedDict[str, str] = OrderedDict()
        # By node, the last reports that came, over its connections: who connects again sends again what was under way.
        self._reports: dict[str, OrderedDict[str, int]] = {}
        self._counted: Counter[str] = Counter()
        self._by_node: dict[str, Counter[str]] = {}
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen.

        Raises
        ------
        OSError
            When the address is taken or not one of this machine's.
        """
        self._server = await asyncio.start_server(
            self._opened, self._host, self._port, backlog=self._limits.connections
        )
        self._sweeper = asyncio.create_task(self._sweep(), name="sapient quarantine summaries")

    async def stop(self) -> None:
        """Close every connection and stop listening; what was folded is told."""
        if self._server is None or self._sweeper is None:
            return
        self._server.close()
        self._sweeper.cancel()
        connections = tuple(self._open)
        tasks = [connection.task for connection in connections if connection.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(self._sweeper, *tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(HANGS_UP_WITHIN_S):
                await self._server.wait_closed()
        except TimeoutError:
            # a node that does not read what it was told last is not waited for
            for connection in connections:
                connection.writer.transport.abort()
        self._server = self._sweeper = None
        self._tell_summaries(float("inf"))

    @property
    def port(self) -> int:
        """The port on which the endpoint listens."""
        if self._server is None:
            return self._port
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def counters(self) -> Counters:
        """What has been counted since the endpoint was made."""
        count = self._counted
        return Counters(
            connections=len(self._open),
            nodes_connected=tuple(sorted(self._live)),
            accepted_connections=count["accepted_connections"],
            refused_connections=count["refused_connections"],
            silent_connections=count["silent_connections"],
            frames=count["frames"],
            registrations=count["registrations"],
            refused_registrations=count["refused_registrations"],
            statuses=count["statuses"],
            detections=count["detections"],
            duplicates=count["duplicates"],
            quarantined=count["quarantined"],
            alerts=count["alerts"],
            task_answers=count["task_answers"],
            node_errors=count["node_errors"],
            dropped_stills=count["dropped_stills"],
            failed_callbacks=count["failed_callbacks"],
            by_node={
                node_id: NodeCounters(
                    registrations=counted["registrations"],
                    detections=counted["detections"],
                    duplicates=counted["duplicates"],
                    quarantined=counted["quarantined"],
                )
                for node_id, counted in self._by_node.items()
            },
        )

    async def look_at(
        self, node_id: str, lon: float, lat: float, first: Callable[[str], Awaitable[object]] | None = None
    ) -> str:
        """Ask a sensor to look at a place (degrees) and return the id of the task; its answer comes to `on_task_ack`.

        Parameters
        ----------
        node_id, lon, lat
            The sensor and the place.
        first
            Called with the id of the task and waited for before anything goes out, so that it can be written down
            who asked; what it raises is raised here, and the sensor is not asked.

        Raises
        ------
        NodeNotConnectedError
            When the node is not connected, or went away before it could be asked.
        """
        return await self._give(node_id, *self._writer.look_at(node_id, self._clock.now_s(), lon, lat), first)

    async def request(self, node_id: str, what: str) -> str:
        """Ask a node for something by name ("Status", "Registration", "Snapshot") and return the id of the task.

        Raises
        ------
        NodeNotConnectedError
            When the node is not connected.
        """
        return await self._give(node_id, *self._writer.request(node_id, self._clock.now_s(), what))

    async def _give(
        self, node_id: str, task_id: str, message: bytes, first: Callable[[str], Awaitable[object]] | None = None
    ) -> str:
        connection = self._live.get(node_id)
        if connection is None:
            sensor = self._nodes.get(node_id)
            name = node_id if sensor is None else sensor.sensor_id
            raise NodeNotConnectedError(f"{name} is not connected; ask another sensor that sees the place")
        if first is not None:
            await first(task_id)
        self._tasks[task_id] = node_id
        if len(self._tasks) > _REMEMBERED_TASKS:
            self._tasks.popitem(last=False)
        try:
            await self._send(connection.writer, (message,))
        except ConnectionError as error:
            raise NodeNotConnectedError(f"{node_id} went away as it was asked; ask another sensor") from error
        return task_id

    def _opened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a new connection, or close it at once when there are too many."""
        if len(self._open) >= self._limits.connections:
            self._counted["refused_connections"] += 1
            writer.transport.abort()
            return
        self._counted["accepted_connections"] += 1
        peer = writer.get_extra_info("peername")
        connection = _Connection(
            writer=writer,
            session=Session(
                nodes=self._nodes,
                writer=self._writer,
                claim=lambda node_id: self._claim(node_id, connection),
                asked=lambda node_id, task_id: self._tasks.get(task_id) == node_id,
                reports=lambda node_id: self._reports.setdefault(node_id, OrderedDict()),
                peer=str(peer[0]) if peer else "an unknown address",
                # A busy machine delays by machine seconds, which are longer on a faster clock.
                uncorrected_up_to_s=UNCORRECTED_UP_TO_S * max(1.0, self._clock.speed),
            ),
        )
        self._open.add(connection)
        connection.task = asyncio.create_task(self._converse(reader, connection), name=f"sapient {peer}")

    async def _converse(self, reader: asyncio.StreamReader, connection: _Connection) -> None:
        """Read and answer until the node leaves, is silent too long or can no longer be understood."""
        loop = asyncio.get_running_loop()
        registered_by = loop.time() + self._limits.registration_within_s / self._clock.speed
        try:
            while True:
                if self._room is not None and connection.session.node_id:
                    await self._room()
                silent_at = loop.time() + self._limits.silent_after_s / self._clock.speed
                async with asyncio.timeout_at(silent_at if connection.session.node_id else registered_by):
                    frame = await read_frame(reader, self._limits.frame_bytes)
                if frame is None:
                    return
                self._counted["frames"] += 1
                outcome = connection.session.receive(frame, self._clock.now_s())
                self._tell(outcome, frame, connection)
                if outcome.replies:
                    await self._send(connection.writer, outcome.replies)
                if outcome.close:
                    return
        except FrameTooLongError as error:
            outcome = connection.session.too_long(str(error), self._clock.now_s())
            self._tell(outcome, b"", connection)
            await self._say_last(connection.writer, outcome.replies)
        except TimeoutError:
            self._counted["silent_connections"] += 1
        except (FrameCutError, ConnectionError):
            _log.debug("a connection of node %s was cut", connection.session.node_id or "(not registered)")
        except Exception:
            _log.exception("the connection of node %s was closed by a fault of ours", connection.session.node_id)
        finally:
            self._forget(connection)

    async def _send(self, writer: asyncio.StreamWriter, messages: tuple[bytes, ...]) -> None:
        """Write messages; a node that does not read in time loses its connection, because its answers pile up here.

        Raises
        ------
        ConnectionError
            When the node has gone or does not read.
        """
        writer.writelines([framed(message) for message in messages])
        try:
            async with asyncio.timeout(self._limits.write_within_s / self._clock.speed):
                await writer.drain()
        except TimeoutError as error:
            writer.transport.abort()
            raise ConnectionAbortedError("the node does not read what it is sent") from error

    async def _say_last(self, writer: asyncio.StreamWriter, messages: tuple[bytes, ...]) -> None:
        try:
            await self._send(writer, messages)
        except ConnectionError:
            _log.debug("a node was gone before it could be told why its connection closes")

    def _forget(self, connection: _Connection) -> None:
        self._open.discard(connection)
        node_id = connection.session.node_id
        if self._live.get(node_id) is connection:
            del self._live[node_id]
        connection.writer.close()

    def _claim(self, node_id: str, connection: _Connection) -> int | None:
        """Give a node to a connection and return the number of its new session, or None when another holds it."""
        if self._live.get(node_id, connection) is not connection:
            return None
        self._live[node_id] = connection
        # By the clock, so that numbers grow over restarts of the centre; in milliseconds, so that they are whole.
        self._last_session = max(self._last_session + 1, int(self._clock.now_s() * 1000.0))
        return self._last_session

    def _tell(self, outcome: Outcome, frame: bytes, connection: _Connection) -> None:
        node_id = connection.session.node_id
        for name in outcome.counted:
            self._count(name, node_id)
        for told in outcome.told:
            self._tell_one(told, frame)

    def _tell_one(self, told: Told, frame: bytes) -> None:
        if isinstance(told, Detection):
            self._count("detections", told.node_id)
            if not self._call(lambda detection: self._on_detection(detection, frame), told):
                # it is nowhere: when the node sends it again, it is new
                self._reports.get(told.node_id, OrderedDict()).pop(told.report_id, None)
                self._tell_one(fault(told, "fault of ours", _NOT_TAKEN_IN, frame), frame)
        elif isinstance(told, NodeStatus):
            self._count("statuses", told.node_id)
            self._call(self._on_status, told)
        elif isinstance(told, NodeRegistered):
            self._count("registrations", told.node_id)
            self._call(self._on_registration, told)
        elif isinstance(told, NodeAlert):
            self._count("alerts", told.node_id)
            self._call(self._on_alert, told)
        elif isinstance(told, TaskAnswer):
            self._count("task_answers", told.node_id)
            self._call(self._on_task_ack, told)
        else:
            self._count("quarantined", told.report.node_id)
            for line in self._folding.told(told):
                self._call(self._on_quarantine, line)

    def _call(self, callback: Callable[[_Value], object], value: _Value) -> bool:
        try:
            callback(value)
        except Exception:
            self._counted["failed_callbacks"] += 1
            _log.exception("what a sensor said could not be taken in: %.300r", value)
            return False
        return True

    def _count(self, name: str, node_id: str) -> None:
        self._counted[name] += 1
        # Only the centre's own nodes: names that anybody can invent must not take memory.
        if node_id in self._nodes:
            self._by_node.setdefault(node_id, Counter())[name] += 1

    async def _sweep(self) -> None:
        """Tell what was folded as soon as its fold has ended."""
        while True:
            await asyncio.sleep(1.0 / max(1.0, self._clock.speed))
            self._tell_summaries(self._clock.now_s())

    def _tell_summaries(self, now_s: float) -> None:
        for line in self._folding.due(now_s):
            self._call(self._on_quarantine, line)
