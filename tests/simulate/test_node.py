from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest
from sapient_msg.bsi_flex_335_v2_0 import range_bearing_pb2
from sapient_msg.bsi_flex_335_v2_0.range_bearing_pb2 import LocationOrRangeBearing, RangeBearingCone
from sapient_msg.bsi_flex_335_v2_0.status_report_pb2 import StatusReport
from sapient_msg.bsi_flex_335_v2_0.task_ack_pb2 import TaskAck
from sapient_msg.bsi_flex_335_v2_0.task_pb2 import Task

from vallum.assets.sensor import Sensor
from vallum.journal.clock import Clock
from vallum.simulate.faults import FAST_CLOCK_S, Faults
from vallum.simulate.node import Node
from vallum.simulate.sensing import ulid

SPEED = 60.0
NONE = Faults(None, 0.0, 0.0, None, None, (), ())
Running = Callable[..., contextlib.AbstractAsyncContextManager[Node]]


@pytest.fixture
def clock(dusk: datetime) -> Clock:
    return Clock(dusk, time.time(), SPEED)


@pytest.fixture
def running(clock: Clock, sensors: tuple[Sensor, ...]) -> Running:
    @contextlib.asynccontextmanager
    async def start(
        port: int, *, kind: str = "thermal_camera", faults: Faults = NONE, blind: str | None = None, said: Any = print
    ) -> AsyncIterator[Node]:
        node = Node(
            next(sensor for sensor in sensors if sensor.kind == kind),
            0,
            host="127.0.0.1",
            port=port,
            clock=clock,
            faults=faults,
            blind=lambda index, t_s: blind,
            picture=lambda index, azimuth_deg, distance_m, t_s: b"\x89PNG",
            progress=said,
        )
        life = asyncio.create_task(node.run())
        try:
            yield node
        finally:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    return start


def look(azimuth_deg: float) -> Task:
    return Task(
        task_id=ulid(1.0, "task"),
        control=Task.CONTROL_START,
        command=Task.Command(
            look_at=LocationOrRangeBearing(
                range_bearing=RangeBearingCone(
                    azimuth=azimuth_deg,
                    range=800.0,
                    coordinate_system=range_bearing_pb2.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M,
                    datum=range_bearing_pb2.RANGE_BEARING_DATUM_TRUE,
                )
            )
        ),
    )


async def test_a_node_registers_then_says_it_is_new_then_unchanged(centre: Any, running: Running) -> None:
    async with running(centre.port):
        statuses = await centre.until("status_report", 3)
    assert centre.got[0].WhichOneof("content") == "registration"
    infos = [message.status_report.info for message in statuses[:3]]
    assert infos == [StatusReport.INFO_NEW, StatusReport.INFO_UNCHANGED, StatusReport.INFO_UNCHANGED]
    stamps_s = [message.timestamp.ToSeconds() for message in statuses[:3]]
    assert 9 <= stamps_s[1] - stamps_s[0] <= 60


async def test_a_blind_sensor_says_that_it_is_not_detecting(centre: Any, running: Running) -> None:
    async with running(centre.port, kind="day_camera", blind="dark"):
        (status, *_) = await centre.until("status_report")
    assert status.status_report.status[0].status_type == StatusReport.STATUS_TYPE_NOT_DETECTING
    assert status.status_report.status[0].status_value == "dark"


async def test_a_node_comes_back_when_the_line_was_cut(centre: Any, running: Running) -> None:
    async with running(centre.port) as node:
        await centre.until("status_report")
        await centre.hang_up()
        await centre.listen()
        await centre.until("registration", 2)
        await centre.until("status_report", 2)
        assert node.counts.connections == 2
    after_return = centre.got[centre.got.index(centre.of("registration")[1]) + 1]
    assert after_return.status_report.info == StatusReport.INFO_NEW


async def test_a_node_waits_for_a_centre_that_is_not_there_yet(centre: Any, running: Running) -> None:
    await centre.hang_up()
    async with running(centre.port) as node:
        await asyncio.sleep(0.3)
        assert node.counts.connections == 0
        await centre.listen()
        await centre.until("status_report")


async def test_a_refused_node_says_why_once(refusing_centre: Any, running: Running) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    async with running(refusing_centre.port, said=said.put_nowait) as node:
        words = await asyncio.wait_for(said.get(), 10.0)
        assert node.counts.connections == 0
    assert said.empty()
    assert "not in this centre's sensors.csv" in words
    assert refusing_centre.of("status_report") == []


async def test_a_camera_asked_to_look_again_sends_a_picture(centre: Any, running: Running) -> None:
    async with running(centre.port) as node:
        await centre.until("status_report")
        centre.ask(node.sensor.node_id, look(280.0))
        accepted, completed = (await centre.until("task_ack", 2))[:2]
    assert accepted.task_ack.task_status == TaskAck.TASK_STATUS_ACCEPTED
    assert completed.task_ack.task_status == TaskAck.TASK_STATUS_COMPLETED
    assert completed.task_ack.associated_file.url.startswith("data:image/png;base64,")


async def test_a_camera_does_not_look_outside_its_sector(centre: Any, running: Running) -> None:
    async with running(centre.port) as node:
        await centre.until("status_report")
        centre.ask(node.sensor.node_id, look(90.0))
        (answer, *_) = await centre.until("task_ack")
    assert answer.task_ack.task_status == TaskAck.TASK_STATUS_REJECTED
    assert "outside the camera's sector" in answer.task_ack.reason[0]


async def test_a_blind_camera_says_that_it_failed(centre: Any, running: Running) -> None:
    async with running(centre.port, blind="dust") as node:
        await centre.until("status_report")
        centre.ask(node.sensor.node_id, look(280.0))
        answers = await centre.until("task_ack", 2)
    assert answers[1].task_ack.task_status == TaskAck.TASK_STATUS_FAILED


async def test_a_radar_takes_no_pictures_and_nothing_ever_moves(centre: Any, running: Running) -> None:
    async with running(centre.port, kind="ground_radar") as node:
        await centre.until("status_report")
        centre.ask(node.sensor.node_id, look(280.0))
        follow = Task(task_id=ulid(2.0, "task"), control=Task.CONTROL_START)
        follow.command.follow.follow_object_id = ulid(2.0, "object")
        centre.ask(node.sensor.node_id, follow)
        answers = await centre.until("task_ack", 2)
    assert {answer.task_ack.task_status for answer in answers} == {TaskAck.TASK_STATUS_REJECTED}


async def test_a_silent_sensor_sends_nothing_and_says_no_goodbye(centre: Any, running: Running, clock: Clock) -> None:
    # A minute and a half of silence, soon after the start.
    from_s = clock.start.timestamp() + 60.0
    faults = Faults(0, from_s, from_s + 90.0, None, None, (), ())
    async with running(centre.port, faults=faults):
        await centre.until("registration", 2)
        await centre.until("status_report", 2)
    stamps_s = [message.timestamp.ToMicroseconds() / 1e6 for message in centre.got]
    assert not [stamp_s for stamp_s in stamps_s if from_s + 1.0 < stamp_s < from_s + 89.0]
    assert StatusReport.SYSTEM_GOODBYE not in {message.status_report.system for message in centre.of("status_report")}


async def test_a_fast_clock_shows_in_every_message(centre: Any, running: Running, clock: Clock) -> None:
    async with running(centre.port, faults=Faults(None, 0.0, 0.0, 0, None, (), ())):
        (status, *_) = await centre.until("status_report")
        ahead_s = status.timestamp.ToMicroseconds() / 1e6 - clock.now_s()
    assert FAST_CLOCK_S - 10.0 < ahead_s <= FAST_CLOCK_S


async def test_what_cannot_be_sent_is_counted_as_lost(centre: Any, running: Running) -> None:
    await centre.hang_up()
    async with running(centre.port) as node:
        assert not node.send(centre_message(node.sensor))
        assert (node.counts.sent, node.counts.lost) == (0, 1)


def centre_message(sensor: Sensor) -> Any:
    from vallum.simulate import messages

    return messages.status(sensor, 0.0, report_id=ulid(0.0), new=True, blind=None)
