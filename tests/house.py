"""A whole centre on the packaged frontier, its server, a person signed in: what the tests of the upper floors use."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from tests.gateways.sapient.frames import Node, frame, point, registration, report, status

from vallum.access.roles import Role
from vallum.assets.sensor import SensorRow
from vallum.centre.centre import Centre
from vallum.centre.folder import open_project, prepare
from vallum.centre.hold.live import HoldStanding
from vallum.centre.hold.question import HoldQuestion
from vallum.centre.sight.live import Standing
from vallum.centre.sight.question import Question
from vallum.journal.clock import Clock
from vallum.project import Project
from vallum.server.doors import COOKIE
from vallum.server.run import listen, run

HOUR_S = 3600.0
# Coarse enough for a test to work sight out in a moment.
SIGHT_CELL_M = 500.0


def question(folder: Path) -> Question:
    """Put the question that a centre in a folder puts, whose sensors are as the project's files have them."""
    project = open_project(folder)
    return Question.of(project.frontier, project.terrain_sources, _rows(project), project.performance, SIGHT_CELL_M)


def hold_question(folder: Path) -> HoldQuestion:
    """Put the question about holding that such a centre puts."""
    project = open_project(folder)
    return HoldQuestion.of(project, _rows(project), SIGHT_CELL_M)


def _rows(project: Project) -> list[SensorRow]:
    now = datetime(2021, 3, 17, tzinfo=UTC)
    return [SensorRow(**sensor.model_dump(), state_since=now) for sensor in project.sensors]


@dataclass
class House:
    """A running centre and how to reach it."""

    centre: Centre
    folder: Path
    address: str
    client: httpx.AsyncClient

    @property
    def cookie(self) -> str:
        """The name of this centre's session cookie."""
        return f"{COOKIE}_{urlsplit(self.address).port}"

    def link(self, role: Role = "watch officer", name: str = "watch-1") -> str:
        """Give a fresh one-time token."""
        return self.centre.access.invite(name, role, HOUR_S, time.time())

    @contextlib.asynccontextmanager
    async def signed_in(self, role: Role, name: str) -> AsyncIterator[httpx.AsyncClient]:
        """Give a client in which somebody else is signed in."""
        async with httpx.AsyncClient(base_url=self.address) as client:
            answer = await client.post("/api/enter", json={"token": self.link(role, name)})
            assert answer.status_code == 200, answer.text
            yield client

    async def get(self, path: str) -> Any:
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any | None = None, expect: int = 200) -> Any:
        answer = await self.client.post(path, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def sees(self) -> Standing:
        """Wait until the live lane is one of sight lines; give how it stands."""
        await until(lambda: self.centre.sight.standing.lane is not None, 60.0)
        return self.centre.sight.standing

    async def holds(self) -> HoldStanding:
        """Have holding worked out, and wait until what-if can be asked; give how it stands."""
        self.centre.hold.wanted()
        await until(lambda: self.centre.hold.standing.can_try or self.centre.hold.standing.state == "failed", 120.0)
        return self.centre.hold.standing

    def sensor(self, kind: str = "ground_radar", number: int = 0) -> SensorRow:
        """Give one of the frontier's sensors."""
        return [row for row in self.centre.sensors() if row.kind == kind][number]

    async def connect(self, sensor: SensorRow, interval_s: float = 10.0) -> Node:
        """Connect a node that speaks for a sensor, and promises to do so at that interval."""
        node = Node(*await asyncio.open_connection("127.0.0.1", self.centre.sapient_port))
        now_s = self.centre.clock.now_s()
        node.send(frame(now_s, node=sensor.node_id, registration=registration(interval_s=interval_s)))
        assert (await node.receive()).registration_ack.acceptance
        node.send(frame(now_s, node=sensor.node_id, status_report=status()))
        await until(lambda: self.centre.live.sensing.states()[sensor.sensor_id] == "live")
        return node

    async def walk_in(
        self, node: Node, sensor: SensorRow, seconds: int = 25, until_seen: Callable[[], bool] = lambda: False
    ) -> None:
        """Report somebody who walks straight to the line, once a second, at the sensor's own stretch."""
        frontier = self.centre.project.frontier
        chainage_m = frontier.locate(sensor.lon, sensor.lat).chainage_m
        start_s = self.centre.clock.now_s()
        for second in range(seconds):
            lon, lat = frontier.point_at(chainage_m, -900.0 + 1.4 * second)
            node.send(
                frame(
                    start_s + second,
                    node=sensor.node_id,
                    detection_report=report(
                        location=point(lon, lat, x_error=2e-5, y_error=2e-5),
                        classification=[{"type": "Human", "confidence": 0.9}],
                    ),
                )
            )
            await asyncio.sleep(1.0 / self.centre.clock.speed)
            if until_seen():
                return

    async def alarm(self) -> dict[str, Any]:
        """Let somebody walk to the line until an alarm asks for a person; give its row."""
        sensor = self.sensor()
        node = await self.connect(sensor)
        await self.walk_in(node, sensor, 300, lambda: any(a.kind == "approach" for a in self.centre.alarms()))
        node.hang_up()
        alarms = (await self.get("/api/picture"))["alarms"]
        return dict(next(alarm for alarm in alarms if alarm["kind"] == "approach"))


@contextlib.asynccontextmanager
async def house(folder: Path, speed: float = 10.0, sight_cell_m: float | None = None) -> AsyncIterator[House]:
    """Run a centre with its server on this loop; with sight lines only where cells for them are given."""
    prepare(folder, "iraq-syria")
    project = open_project(folder)
    start = project.scenario_start
    assert start is not None
    clock = Clock(start=start, anchor_s=time.time(), speed=speed)
    centre = Centre.open(folder, project, clock=clock, sight=sight_cell_m is not None, sight_cell_m=sight_cell_m)
    bound = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    ready, stop = asyncio.Event(), asyncio.Event()

    async def started() -> None:
        ready.set()

    running = asyncio.create_task(run(centre, bound, started, stop))
    try:
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        async with httpx.AsyncClient(base_url=address) as client:
            found = House(centre, folder, address, client)
            answer = await client.post("/api/enter", json={"token": found.link()})
            assert answer.status_code == 200, answer.text
            yield found
    finally:
        stop.set()
        await running


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until a condition holds; the test fails by this deadline if it never does."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for changes in code that knows no tests
            await asyncio.sleep(0.01)
