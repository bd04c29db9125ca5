"""A disk that is slow or refuses holds sensors back; it neither stops nor freezes the centre, and nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from tests.gateways.sapient.frames import Node, frame, point, registration, report, status
from tests.house import until

from vallum.access.access import Access
from vallum.assets.sensor import SensorRow
from vallum.centre.centre import Centre
from vallum.centre.registry import registry
from vallum.gateways.sapient import Quarantined
from vallum.journal import Clock, Journal, Observations
from vallum.project import Project
from vallum.watch.quarantine import QuarantineRow, ReportQuarantined

WAITING = 16
SENT = 60


@pytest.fixture
async def centre(folder: Path, project: Project, clock: Clock) -> AsyncIterator[Centre]:
    """A centre in whose store few rows may wait; a test stops it itself or leaves that to this."""
    first = Centre.open(folder, project, clock=clock, sight=False)
    await first.stop()
    centre = Centre(
        project,
        clock=clock,
        party=first.party,
        journal=Journal.open(folder, registry(), clock=clock, originator=first.party),
        observations=Observations.open(folder, waiting_rows=WAITING),
        access=Access.open(folder),
        sapient_address=("127.0.0.1", 0),
    )
    await centre.start()
    yield centre
    await centre.stop()


def block_commits(store: Observations | Journal) -> threading.Event:
    """Let every commit hang until the event is set."""
    released = threading.Event()
    event.listen(store._engine, "commit", lambda connection: released.wait(60.0))
    return released


async def flooded(centre: Centre) -> tuple[Node, SensorRow]:
    """Connect a node that sends more detections than may wait, and wait until it is held back."""
    sensor = next(row for row in centre.sensors() if row.kind == "ground_radar")
    node = Node(*await asyncio.open_connection("127.0.0.1", centre.sapient_port))
    now_s = centre.clock.now_s()
    node.send(frame(now_s, node=sensor.node_id, registration=registration()))
    assert (await node.receive()).registration_ack.acceptance
    node.send(frame(now_s, node=sensor.node_id, status_report=status()))
    frontier = centre.project.frontier
    lon, lat = frontier.point_at(frontier.locate(sensor.lon, sensor.lat).chainage_m, -900.0)
    for _ in range(SENT):
        seen = report(location=point(lon, lat, x_error=1e-4, y_error=1e-4))
        node.send(frame(now_s, node=sensor.node_id, detection_report=seen))
    await until(lambda: centre.store_counters().waits > 0)
    return node, sensor


async def test_a_slow_disk_holds_the_node_back_and_every_detection_is_stored_in_the_end(centre: Centre) -> None:
    released = block_commits(centre.observations)
    node, sensor = await flooded(centre)
    assert centre.sapient_counters().detections < SENT
    # the centre itself goes on: this loop runs and its beats do not fail
    watching = asyncio.ensure_future(centre.failure())
    await asyncio.sleep(1.0)
    assert not watching.done()
    released.set()
    await until(lambda: centre.observations.cursor(sensor.node_id).stored == SENT, 30.0)
    assert centre.sapient_counters().failed_callbacks == 0
    assert centre.rows("quarantine", QuarantineRow) == ()
    watching.cancel()
    node.hang_up()


async def test_a_centre_whose_disk_hangs_stops_all_the_same(centre: Centre, caplog: pytest.LogCaptureFixture) -> None:
    released = block_commits(centre.observations)
    node, sensor = await flooded(centre)
    journal_released = block_commits(centre.journal)
    centre.live.quarantined(
        Quarantined(
            report=ReportQuarantined(quarantine_id="", node_id=sensor.node_id, reason_code="x", reason="set aside"),
            at_s=centre.clock.now_s(),
            simulated=True,
        )
    )
    tidying = asyncio.ensure_future(centre.tidy())
    # its own limit is below two seconds; what a busy machine adds to that must not fail this
    async with asyncio.timeout(10.0):
        await centre.stop()
        await tidying
    assert "stops without its last observations" in caplog.text
    assert "stops without its last records" in caplog.text
    node.hang_up()
    for hung in (released, journal_released):
        hung.set()
    await asyncio.to_thread(centre.observations._writer.join)
    await asyncio.to_thread(centre.journal._writer.join)


async def test_a_centre_whose_disk_refuses_stops_all_the_same_and_says_what_is_lost(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(connection: object) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    event.listen(centre.observations._engine, "commit", refuse)
    node, _ = await flooded(centre)
    await until(lambda: centre.store_counters().failed_writes > 0)
    async with asyncio.timeout(10.0):
        await centre.stop()
    assert "were not stored because the disk refused them" in caplog.text
    node.hang_up()
