"""An independent node, on another package's classes and framing, speaks with the endpoint."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.gateways.sapient.frames import CENTRE_ID, Heard, Serving, camera, node_id, until

from vallum.gateways.sapient import SapientEndpoint
from vallum.journal.clock import Clock
from vallum.watch.detection import PointMeasurement, RangeBearingMeasurement

PEER = Path(__file__).parents[2] / "peers" / "sapient_peer.py"


class Peer:
    """A running peer: orders go in as lines, what it received comes out as messages."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def order(self, *words: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, words)).encode() + b"\n")

    async def received(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            line = await self._process.stdout.readline()
        message: dict[str, Any] = json.loads(line)
        return message


@asynccontextmanager
async def meeting(python: Path, endpoint: SapientEndpoint, fast_s: float = 0.0) -> AsyncIterator[Peer]:
    process = await asyncio.create_subprocess_exec(
        python,
        str(PEER),
        "127.0.0.1",
        str(endpoint.port),
        node_id(),
        str(fast_s),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Peer(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        assert await process.wait() == 0


async def test_an_independent_node_registers_reports_and_answers(
    serving: Serving, heard: Heard, peer_python: Path
) -> None:
    endpoint = await serving(camera(), clock=Clock.machine())
    async with meeting(peer_python, endpoint) as peer:
        peer.order("register")
        answer = await peer.received()
        assert answer["registration_ack"] == {"acceptance": True}
        assert (answer["node_id"], answer["destination_id"]) == (CENTRE_ID, node_id())
        peer.order("status", "NEW", "OK", "NOT_DETECTING")
        peer.order("status", "UNCHANGED")
        peer.order("point", 40.99, 36.0)
        peer.order("bearing", 270, 1500, 100)
        peer.order("bearing", 270, 1000, 900, 3)
        peer.order("alert")
        assert (await peer.received())["alert_ack"]["alert_ack_status"] == "ALERT_ACK_STATUS_ACCEPTED"
        task_id = await endpoint.look_at(node_id(), 40.99, 36.0)
        assert (await peer.received())["task"]["task_id"] == task_id
        await until(lambda: len(heard.answers) == 2)
        peer.order("status", "NEW", "GOODBYE")
        await until(lambda: len(heard.statuses) == 3)
    assert [one.status for one in heard.answers] == ["accepted", "completed"]
    assert heard.answers[1].still_png is not None
    assert [one.not_detecting for one in heard.statuses] == [True, True, False]
    assert heard.statuses[-1].goodbye
    first, second, third = (one.measurement for one in heard.detections)
    assert isinstance(first, PointMeasurement)
    assert isinstance(second, RangeBearingMeasurement)
    assert isinstance(third, RangeBearingMeasurement)
    assert (first.lon, first.lat) == (40.99, 36.0)
    assert (second.azimuth_deg, second.range_m, second.range_sd_m) == (270.0, 1500.0, 100.0)
    assert (third.azimuth_deg, third.range_m) == (270.0, None)
    assert endpoint.counters.duplicates == 2
    assert {one.classes for one in heard.detections} == {(("person", 0.5),)}
    assert not heard.quarantined


async def test_an_independent_effector_is_refused_and_told_why(
    serving: Serving, heard: Heard, peer_python: Path
) -> None:
    endpoint = await serving(camera(), clock=Clock.machine())
    async with meeting(peer_python, endpoint) as peer:
        peer.order("register", "NODE_TYPE_JAMMER")
        answer = (await peer.received())["registration_ack"]
        assert not answer["acceptance"]
        assert "effector" in answer["ack_response_reason"][0]
        peer.order("bearing", 270, 1500, 100)
        assert "register first" in (await peer.received())["error"]["error_message"][0]
    assert not heard.detections


async def test_an_independent_node_is_told_what_was_wrong_and_cut_off_when_it_shouts(
    serving: Serving, heard: Heard, peer_python: Path
) -> None:
    endpoint = await serving(camera(), clock=Clock.machine())
    async with meeting(peer_python, endpoint) as peer:
        peer.order("register")
        await peer.received()
        peer.order("status", "UNCHANGED")
        assert "must be NEW" in (await peer.received())["error"]["error_message"][0]
        peer.order("point", 36.0, 40.99)
        assert "exchanged" in (await peer.received())["error"]["error_message"][0]
        peer.order("raw", "ffffffff")
        assert "4294967295" in (await peer.received())["error"]["error_message"][0]
        assert await peer.received() == {"closed": True}
    assert heard.codes() == ["status_not_new", "swapped_axes", "frame_too_long"]


async def test_an_independent_node_with_a_fast_clock_is_corrected(
    serving: Serving, heard: Heard, peer_python: Path
) -> None:
    endpoint = await serving(camera(), clock=Clock.machine())
    async with meeting(peer_python, endpoint, fast_s=20.0) as peer:
        peer.order("register")
        await peer.received()
        peer.order("status")
        peer.order("bearing", 270, 1500, 100)
        await until(lambda: bool(heard.detections))
    (seen,) = heard.detections
    assert heard.statuses[0].clock.offset_s == pytest.approx(-20.0, abs=2.0)
    assert seen.event_s == pytest.approx(seen.sent_s - 20.0, abs=2.0)
