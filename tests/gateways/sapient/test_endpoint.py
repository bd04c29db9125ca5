"""Sensors dial in over TCP: what is told, what is refused, and that nothing stops the rest."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import resource
import struct
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.gateways.sapient.frames import (
    START,
    START_S,
    Heard,
    Node,
    Serving,
    bearing,
    camera,
    frame,
    node_id,
    point,
    registration,
    report,
    status,
    until,
)

from vallum.gateways.sapient import Limits, NodeNotConnectedError, SapientEndpoint
from vallum.gateways.sapient.framing import FRAME_LIMIT_BYTES
from vallum.gateways.sapient.messages import Registration, TaskAck
from vallum.journal.clock import Clock
from vallum.watch.detection import Detection


async def dialled(endpoint: SapientEndpoint, number: int = 1) -> Node:
    """Connect and register a node that has given its first status."""
    node = await Node.dial(endpoint)
    node.send(frame(node=node_id(number), registration=registration()))
    assert (await node.receive()).registration_ack.acceptance
    node.send(frame(node=node_id(number), status_report=status()))
    return node


async def test_a_node_registers_reports_and_is_counted(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    sent = [frame(detection_report=report()) for _ in range(5)]
    node.send(*sent)
    await until(lambda: len(heard.detections) == 5)
    assert heard.frames == sent
    assert [one.sensor_id for one in heard.statuses] == ["C-1"]
    counters = endpoint.counters
    assert (counters.connections, counters.nodes_connected, counters.frames) == (1, (node_id(),), 7)
    assert (counters.detections, counters.by_node[node_id()].detections, counters.quarantined) == (5, 5, 0)


async def test_sessions_of_a_node_grow_from_connection_to_connection(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    for _ in range(3):
        node = await dialled(endpoint)
        node.hang_up()
        await until(lambda: not endpoint.counters.nodes_connected)
    numbers = [one.session for one in heard.registrations]
    assert numbers == sorted(set(numbers))


async def test_an_effector_is_refused_and_none_of_its_reports_reach_anybody(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    node = await Node.dial(endpoint)
    node.send(
        frame(registration=registration(Registration.NodeType.NODE_TYPE_KINETIC)),
        frame(status_report=status()),
        frame(detection_report=report()),
    )
    answer = await node.receive()
    assert not answer.registration_ack.acceptance
    assert "effector" in answer.registration_ack.ack_response_reason[0]
    assert [(await node.receive()).WhichOneof("content") for _ in range(2)] == ["error", "error"]
    assert [heard.registrations, heard.statuses, heard.detections] == [[], [], []]
    assert heard.codes()[0] == "effector"
    assert endpoint.counters.refused_registrations == 1
    with pytest.raises(NodeNotConnectedError, match="C-1"):
        await endpoint.look_at(node_id(), 41.0, 36.0)


async def test_a_live_node_is_not_taken_over(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    first = await dialled(endpoint)
    second = await Node.dial(endpoint)
    second.send(frame(registration=registration()), frame(status_report=status()), frame(detection_report=report()))
    assert not (await second.receive()).registration_ack.acceptance
    first.send(frame(detection_report=report()))
    await until(lambda: bool(heard.detections))
    assert len(heard.detections) == 1
    first.hang_up()
    await until(lambda: not endpoint.counters.nodes_connected)
    second.send(frame(registration=registration()))
    while not (said := await second.receive()).HasField("registration_ack"):
        assert said.HasField("error")
    assert said.registration_ack.acceptance


async def test_a_bad_frame_is_answered_and_the_rest_goes_on(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    node.send(b"\xff\xff not a message", frame(detection_report=report()))
    answer = await node.receive()
    assert "BSI Flex 335" in answer.error.error_message[0]
    assert answer.error.packet.startswith(b"\xff\xff not")
    await until(lambda: len(heard.detections) == 1)
    assert heard.codes() == ["bad_protobuf"]


async def test_a_frame_over_the_limit_closes_its_connection_and_no_other(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera(), camera(2))
    bad, good = await dialled(endpoint), await dialled(endpoint, 2)
    bad.writer.write(struct.pack("<I", FRAME_LIMIT_BYTES + 1))
    assert str(FRAME_LIMIT_BYTES) in (await bad.receive()).error.error_message[0]
    assert await bad.closed()
    good.send(frame(node=node_id(2), detection_report=report()))
    await until(lambda: len(heard.detections) == 1)
    assert heard.codes() == ["frame_too_long"]
    assert endpoint.counters.nodes_connected == (node_id(2),)


async def test_a_frame_of_just_the_limit_is_read(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera(), limits=Limits(frame_bytes=500))
    node = await Node.dial(endpoint)
    node.send(b"\xff" * 500)
    assert (await node.receive()).HasField("error")
    assert heard.codes() == ["bad_protobuf"]


async def test_implausible_reports_are_quarantined_and_shown_but_not_passed_on(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    node.send(
        frame(detection_report=report(location=point(41.0, 95.0))),
        frame(detection_report=report(location=point(float("nan"), 36.0))),
        frame(detection_report=report(location=point(36.0, 40.99))),
        frame(detection_report=report(range_bearing=bearing(90.0))),
        frame(START_S - 9000.0, detection_report=report()),
    )
    await until(lambda: endpoint.counters.quarantined == 5)
    assert heard.codes() == ["off_the_globe", "not_a_number", "swapped_axes", "outside_sector", "absurd_time"]
    assert not heard.detections


async def test_a_flood_of_bad_reports_becomes_few_lines_with_a_count(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    node.send(*[frame(detection_report=report(location=point(41.0, 95.0))) for _ in range(200)])
    await until(lambda: endpoint.counters.quarantined == 200)
    assert len(heard.quarantined) == 1
    await endpoint.stop()
    assert [one.report.repeats for one in heard.quarantined] == [1, 199]


async def test_a_folded_flood_is_told_when_its_ten_seconds_are_over(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(clock=Clock(start=START, anchor_s=time.time(), speed=20.0))
    node = await Node.dial(endpoint)
    node.send(b"\xff", b"\xff", b"\xff")
    await until(lambda: len(heard.quarantined) == 2)
    assert [one.report.repeats for one in heard.quarantined] == [1, 2]


async def test_duplicates_are_counted_and_told_once(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    node.send(*[frame(detection_report=report())] * 4)
    await until(lambda: endpoint.counters.duplicates == 3)
    assert len(heard.detections) == 1
    assert endpoint.counters.by_node[node_id()].duplicates == 3


async def test_who_connects_again_and_sends_again_what_was_under_way_is_heard_once(
    serving: Serving, heard: Heard
) -> None:
    endpoint = await serving(camera())
    first, second = report(), report()
    node = await dialled(endpoint)
    node.send(frame(detection_report=first))
    await until(lambda: len(heard.detections) == 1)
    node.hang_up()
    await until(lambda: not endpoint.counters.nodes_connected)
    node = await dialled(endpoint)
    # the same report in a message of now, and one that never arrived
    node.send(frame(START_S + 5.0, detection_report=first), frame(START_S + 5.0, detection_report=second))
    await until(lambda: len(heard.detections) == 2)
    assert [one.report_id for one in heard.detections] == [first.report_id, second.report_id]
    assert endpoint.counters.duplicates == 1
    changed = report(report_id=first.report_id, object_id=first.object_id, range_bearing=bearing(271.0))
    node.send(frame(START_S + 6.0, detection_report=changed))
    await until(lambda: heard.codes() == ["conflicting_report"])


async def test_a_report_that_the_centre_failed_on_is_new_when_it_comes_again(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    said = report()
    heard.failing = True
    node.send(frame(detection_report=said))
    await until(lambda: heard.codes() == ["fault of ours"])
    heard.failing = False
    node.send(frame(detection_report=said))
    await until(lambda: [one.report_id for one in heard.detections] == [said.report_id])


async def test_a_connection_that_never_registers_is_closed(serving: Serving) -> None:
    endpoint = await serving(limits=Limits(registration_within_s=0.05))
    assert await (await Node.dial(endpoint)).closed()
    assert endpoint.counters.silent_connections == 1


async def test_a_registered_node_that_falls_silent_in_half_a_frame_is_closed(serving: Serving) -> None:
    endpoint = await serving(camera(), limits=Limits(silent_after_s=0.1))
    node = await dialled(endpoint)
    node.writer.write(struct.pack("<I", 100) + b"half")
    assert await node.closed()
    await until(lambda: not endpoint.counters.connections)
    assert endpoint.counters.silent_connections == 1


async def test_silence_is_measured_on_the_centres_clock(serving: Serving) -> None:
    fast = Clock(start=START, anchor_s=time.time(), speed=1000.0)
    endpoint = await serving(clock=fast)
    # 30 s of the scenario are 30 ms here; on the machine's clock this test would run into its deadline.
    assert await (await Node.dial(endpoint)).closed()


async def test_a_node_that_does_not_read_its_answers_is_cut_off(serving: Serving) -> None:
    endpoint = await serving(camera(), limits=Limits(write_within_s=0.05))
    node = await Node.dial(endpoint)
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(30):
            while endpoint.counters.connections:
                node.send(*[b"\xff" * 2000] * 50)
                await asyncio.wait_for(node.writer.drain(), 0.5)
    await until(lambda: not endpoint.counters.connections)


async def test_connections_over_the_cap_are_refused_and_counted(serving: Serving) -> None:
    endpoint = await serving(camera(), limits=Limits(connections=3))
    kept = [await Node.dial(endpoint) for _ in range(3)]
    over = [await Node.dial(endpoint) for _ in range(4)]
    assert all([await node.closed() for node in over])
    assert (endpoint.counters.connections, endpoint.counters.refused_connections) == (3, 4)
    kept[0].send(frame(registration=registration()))
    assert (await kept[0].receive()).registration_ack.acceptance
    kept[1].hang_up()
    await until(lambda: endpoint.counters.connections == 2)
    again = await Node.dial(endpoint)
    again.send(b"")
    assert (await again.receive()).HasField("error")


async def test_of_six_hundred_connections_512_are_served(serving: Serving) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    endpoint = await serving(camera())
    nodes = [await Node.dial(endpoint) for _ in range(600)]
    await until(lambda: endpoint.counters.accepted_connections + endpoint.counters.refused_connections == 600)
    assert (endpoint.counters.connections, endpoint.counters.refused_connections) == (512, 88)
    nodes[0].send(frame(registration=registration()))
    assert (await nodes[0].receive()).registration_ack.acceptance


async def test_a_sensor_is_asked_to_look_and_its_answer_told(serving: Serving, heard: Heard) -> None:
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    task_id = await endpoint.look_at(node_id(), 40.99, 36.01)
    asked = (await node.receive()).task
    place = asked.command.look_at.location_list.locations[0]
    assert (asked.task_id, place.x, place.y) == (task_id, 40.99, 36.01)
    node.send(
        frame(task_ack=TaskAck(task_id=task_id, task_status=TaskAck.TaskStatus.TASK_STATUS_REJECTED, reason=["wind"]))
    )
    await until(lambda: bool(heard.answers))
    assert (heard.answers[0].task_id, heard.answers[0].status, heard.answers[0].reasons) == (
        task_id,
        "rejected",
        ("wind",),
    )
    assert (await endpoint.request(node_id(), "Status")) != task_id
    assert (await node.receive()).task.command.request == "Status"


async def test_a_callback_that_fails_is_logged_and_the_node_goes_on(
    serving: Serving, heard: Heard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(detection: Detection, as_it_came: bytes) -> None:
        heard.frames.append(as_it_came)
        raise OSError("no room left")

    monkeypatch.setattr(heard, "detection", failing)
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    node.send(frame(detection_report=report()), frame(detection_report=report()))
    await until(lambda: len(heard.frames) == 2)
    assert endpoint.counters.failed_callbacks == 2
    assert "no room left" in caplog.text


async def test_stopping_closes_what_is_open(serving: Serving) -> None:
    endpoint = await serving(camera())
    node = await dialled(endpoint)
    await endpoint.stop()
    assert await node.closed()
    with pytest.raises(ConnectionError):
        await Node.dial(endpoint)


@given(junk=st.lists(st.binary(max_size=120), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_never_stop_the_endpoint(junk: list[bytes]) -> None:
    heard = Heard()

    async def attack() -> None:
        endpoint = heard.endpoint(Clock(start=START, anchor_s=time.time()), camera())
        await endpoint.start()
        framed, bare = await Node.dial(endpoint), await Node.dial(endpoint)
        framed.send(*junk)
        bare.writer.write(b"".join(junk))
        good = await dialled(endpoint)
        good.send(frame(detection_report=report()))
        await until(lambda: len(heard.detections) == 1)
        await endpoint.stop()
        await Node.hang_up_all()

    asyncio.run(attack())


async def test_a_detection_that_the_centre_fails_on_is_quarantined_with_its_frame_and_the_node_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class FailsOnce(Heard):
        def detection(self, detection: Detection, as_it_came: bytes) -> None:
            super().detection(detection, as_it_came)
            if len(self.detections) == 1:
                raise RuntimeError("a fault of ours")

    heard = FailsOnce()
    endpoint = heard.endpoint(Clock(start=START, anchor_s=time.time(), speed=1.0), camera())
    await endpoint.start()
    node = await dialled(endpoint)
    lost = frame(detection_report=report())
    node.send(lost, frame(detection_report=report()))
    await until(lambda: len(heard.detections) == 2)
    (line,) = heard.quarantined
    assert (line.report.reason_code, line.report.sensor_id) == ("fault of ours", "C-1")
    assert line.report.report_id == heard.detections[0].report_id
    assert base64.b64decode(line.report.frame_base64) == lost
    counters = endpoint.counters
    assert (counters.failed_callbacks, counters.quarantined, counters.connections) == (1, 1, 1)
    assert "could not be taken in" in caplog.text
    await Node.hang_up_all()
    await endpoint.stop()


async def test_without_room_nothing_is_read_from_a_registered_node_and_with_it_nothing_is_missing(
    heard: Heard,
) -> None:
    room = asyncio.Event()
    room.set()
    asked = 0

    async def wait_for_room() -> None:
        nonlocal asked
        asked += 1
        await room.wait()

    endpoint = heard.endpoint(Clock(start=START, anchor_s=time.time(), speed=1.0), camera(), room=wait_for_room)
    await endpoint.start()
    node = await dialled(endpoint)
    await until(lambda: bool(heard.statuses))
    room.clear()
    node.send(*[frame(detection_report=report()) for _ in range(20)])
    await until(lambda: len(heard.detections) == 1)
    before = asked
    await asyncio.sleep(0.1)
    assert (len(heard.detections), asked) == (1, before)
    room.set()
    await until(lambda: len(heard.detections) == 20)
    room.clear()
    node.send(*[frame(detection_report=report()) for _ in range(2)])
    await until(lambda: len(heard.detections) == 21)
    # a node that is held back does not hold up the stop
    async with asyncio.timeout(3.0):
        await endpoint.stop()
    await Node.hang_up_all()
