"""How does one simulated sensor keep its line to the centre: connect, register, say how it is, answer, come back?

An ordinary SAPIENT node over a TCP connection of its own. Losing the line loses what was to be sent meanwhile, as with
a real sensor without a memory, and the loss is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError
from sapient_msg.bsi_flex_335_v2_0.range_bearing_pb2 import LocationOrRangeBearing
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage
from sapient_msg.bsi_flex_335_v2_0.task_ack_pb2 import TaskAck
from sapient_msg.bsi_flex_335_v2_0.task_pb2 import Task

from vallum.assets.sensor import Sensor
from vallum.journal.clock import Clock
from vallum.simulate import messages
from vallum.simulate.faults import Faults
from vallum.simulate.posts import GEOD
from vallum.simulate.sensing import ulid

FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 10.0  # machine seconds between attempts to connect
SETTLE_S = 3.0  # scenario seconds until a camera has turned and looked
LARGEST_FRAME = 1 << 20
FULL_BYTES = 1 << 20  # the centre does not read any more


class RegistrationRefusedError(Exception):
    """The centre did not accept the registration; the words are its reasons."""


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """What became of a node's messages so far."""

    connections: int = 0
    sent: int = 0
    lost: int = 0


class Node:
    """One sensor's line to the centre.

    Parameters
    ----------
    sensor, index
        Which sensor, and its place in the world's order.
    host, port
        Where the centre listens.
    clock
        The centre's clock; the node's own may be wrong by its fault.
    faults
        What goes wrong tonight.
    blind
        Returns why the sensor detects nothing at an instant (unix seconds), or None when it works.
    picture
        Returns the still (PNG) of a look along an azimuth (degrees true) to a distance (metres) at an instant.
    progress
        Takes a line of words for whoever started the night.

    Examples
    --------
    See `vallum.simulate.night.run`.
    """

    def __init__(
        self,
        sensor: Sensor,
        index: int,
        *,
        host: str,
        port: int,
        clock: Clock,
        faults: Faults,
        blind: Callable[[int, float], str | None],
        picture: Callable[[int, float, float, float], bytes],
        progress: Callable[[str], None],
    ) -> None:
        self.sensor = sensor
        self.index = index
        self.counts = NodeCounts()
        self._host, self._port = host, port
        self._clock, self._faults = clock, faults
        self._blind, self._picture, self._progress = blind, picture, progress
        self._writer: asyncio.StreamWriter | None = None
        self._refusal = ""
        self._answers: set[asyncio.Task[None]] = set()

    def own_time_s(self, t_s: float) -> float:
        """Return what the sensor's own clock shows at an instant, unix seconds.

        Examples
        --------
        See `Node`.
        """
        return t_s + self._faults.clock_error_s(self.index)

    def send(self, content: SapientMessage) -> bool:
        """Send a message if the line is up and the sensor not silent; return whether it went out.

        Examples
        --------
        See `Node`.
        """
        writer = self._writer
        silent = self._faults.is_silent(self.index, self._clock.now_s())
        full = writer is not None and writer.transport.get_write_buffer_size() > FULL_BYTES
        if writer is None or writer.is_closing() or silent or full:
            self.counts = NodeCounts(self.counts.connections, self.counts.sent, self.counts.lost + 1)
            return False
        writer.write(messages.framed(content))
        self.counts = NodeCounts(self.counts.connections, self.counts.sent + 1, self.counts.lost)
        return True

    async def run(self) -> None:
        """Keep the line up until cancelled; wait longer after each failure.

        Examples
        --------
        See `Node`.
        """
        wait_s = FIRST_WAIT_S
        while True:
            if not self._faults.is_silent(self.index, self._clock.now_s()):
                connected_before = self.counts.connections
                try:
                    await self._one_connection()
                except RegistrationRefusedError as refusal:
                    wait_s = LONGEST_WAIT_S
                    if str(refusal) != self._refusal:
                        self._refusal = str(refusal)
                        self._progress(f"{self.sensor.sensor_id}: the centre refused the registration: {refusal}")
                except (OSError, asyncio.IncompleteReadError, DecodeError):
                    wait_s = min(wait_s * 2.0, LONGEST_WAIT_S)
                if self.counts.connections > connected_before:
                    wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s)

    async def _one_connection(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(messages.framed(messages.registration(self.sensor, self._own_now_s())))
            await writer.drain()
            await self._accepted(reader)
            self._writer = writer
            self.counts = NodeCounts(self.counts.connections + 1, self.counts.sent, self.counts.lost)
            await self._until_either_ends(self._say_how_it_is(), self._listen(reader))
        finally:
            self._writer = None
            for answer in self._answers:
                answer.cancel()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _until_either_ends(self, *jobs: Coroutine[Any, Any, None]) -> None:
        running = [asyncio.ensure_future(job) for job in jobs]
        try:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for job in running:
                job.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        for job in done:
            job.result()

    async def _accepted(self, reader: asyncio.StreamReader) -> None:
        while True:
            content = await _read(reader)
            if content.HasField("registration_ack"):
                if content.registration_ack.acceptance:
                    return
                raise RegistrationRefusedError(
                    "; ".join(content.registration_ack.ack_response_reason) or "no reason given"
                )

    async def _say_how_it_is(self) -> None:
        """Say it every interval; end when the sensor comes back from silence, for it starts anew like any machine."""
        said: str | None = None
        first = True
        while True:
            now_s = self._clock.now_s()
            silent = self._faults.is_silent(self.index, now_s)
            if not silent:
                blind = self._blind(self.index, now_s)
                report_id = ulid(self.own_time_s(now_s), self.sensor.node_id, self.counts, "status")
                new = first or blind != said
                self.send(
                    messages.status(self.sensor, self.own_time_s(now_s), report_id=report_id, new=new, blind=blind)
                )
                said, first = blind, False
            await asyncio.sleep(messages.STATUS_INTERVAL_S / self._clock.speed)
            if silent and not self._faults.is_silent(self.index, self._clock.now_s()):
                return

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            content = await _read(reader)
            if content.HasField("task") and not self._faults.is_silent(self.index, self._clock.now_s()):
                answer = asyncio.create_task(self._answer(content.task))
                self._answers.add(answer)
                answer.add_done_callback(self._answers.discard)

    async def _answer(self, task: Task) -> None:
        """Look again where asked, or say why not. Only thermal cameras can; nothing else is done on request."""
        aim = self._aim(task)
        if isinstance(aim, str):
            self._acknowledge(task, TaskAck.TASK_STATUS_REJECTED, aim)
            return
        self._acknowledge(task, TaskAck.TASK_STATUS_ACCEPTED)
        await asyncio.sleep(SETTLE_S / self._clock.speed)
        blind = self._blind(self.index, self._clock.now_s())
        if blind is not None:
            self._acknowledge(task, TaskAck.TASK_STATUS_FAILED, f"the camera sees nothing now: {blind}")
            return
        azimuth_deg, distance_m = aim
        still_png = self._picture(self.index, azimuth_deg, distance_m, self._clock.now_s())
        self._acknowledge(task, TaskAck.TASK_STATUS_COMPLETED, still_png=still_png)

    def _aim(self, task: Task) -> tuple[float, float] | str:
        """Return azimuth (degrees true) and distance (metres) to look at, or the reason why it cannot be done."""
        if task.command.WhichOneof("command") != "look_at" or task.control != Task.CONTROL_START:
            return "this sensor only looks where asked (look_at, START); it does nothing else on request"
        if self.sensor.kind != "thermal_camera":
            return "this sensor takes no pictures"
        target = _target(self.sensor, task.command.look_at)
        if target is None:
            return "look_at needs one place in degrees (LAT_LNG_DEG_M) or an azimuth and range in degrees and metres"
        off_axis_deg = abs((target[0] - self.sensor.bearing_deg + 180.0) % 360.0 - 180.0)
        if off_axis_deg > self.sensor.sector_deg / 2.0 and self.sensor.sector_deg < 360.0:
            return f"azimuth {target[0]:.0f} degrees is outside the camera's sector"
        return target

    def _acknowledge(
        self, task: Task, outcome: TaskAck.TaskStatus, reason: str = "", *, still_png: bytes | None = None
    ) -> None:
        self.send(
            messages.task_ack(
                self.sensor,
                self._own_now_s(),
                task_id=task.task_id,
                outcome=outcome,
                reason=reason,
                still_png=still_png,
            )
        )

    def _own_now_s(self) -> float:
        return self.own_time_s(self._clock.now_s())


async def _read(reader: asyncio.StreamReader) -> SapientMessage:
    (length,) = messages.LENGTH.unpack(await reader.readexactly(messages.LENGTH.size))
    if length > LARGEST_FRAME:
        raise ConnectionError(f"the centre announced a message of {length} bytes; at most {LARGEST_FRAME} are read")
    return SapientMessage.FromString(await reader.readexactly(length))


def _target(sensor: Sensor, where: LocationOrRangeBearing) -> tuple[float, float] | None:
    polar = where.range_bearing
    if where.HasField("range_bearing") and polar.coordinate_system == messages.DEGREES_M:
        return polar.azimuth % 360.0, max(polar.range, 1.0)
    places = where.location_list.locations
    if len(places) != 1 or places[0].coordinate_system != messages.LAT_LNG:
        return None
    azimuth_deg, _, distance_m = GEOD.inv(sensor.lon, sensor.lat, places[0].x, places[0].y)
    return float(azimuth_deg) % 360.0, max(float(distance_m), 1.0)
