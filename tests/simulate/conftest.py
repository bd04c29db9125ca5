"""A small piece of invented ground with towers on it, and the worked example's nights."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from affine import Affine
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage
from sapient_msg.bsi_flex_335_v2_0.task_pb2 import Task

from vallum.assets.sensor import Sensor, SensorKind
from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.project import load
from vallum.simulate.messages import framed
from vallum.simulate.world import World
from vallum.terrain.elevation import Elevation

WorldOf = Callable[[int], World]
DUSK = datetime(2021, 3, 17, 15, 50, tzinfo=UTC)
NIGHT = timedelta(hours=12)


def sensor_at(frontier: Frontier, name: str, kind: SensorKind, chainage_m: float, offset_m: float) -> Sensor:
    lon, lat = frontier.point_at(chainage_m, offset_m)
    radar = kind == "ground_radar"
    return Sensor(
        sensor_id=name,
        kind=kind,
        node_id=str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        lon=lon,
        lat=lat,
        mast_m=0.0 if kind == "ground_sensor" else 25.0,
        bearing_deg=270.0,
        sector_deg=360.0 if kind == "ground_sensor" else 180.0 if radar else 120.0,
        range_person_m=30.0 if kind == "ground_sensor" else 4_000.0 if radar else 2_200.0,
        range_vehicle_m=60.0 if kind == "ground_sensor" else 8_000.0 if radar else 6_700.0,
        range_min_m=0.0 if kind == "ground_sensor" else 50.0,
        party="national_guard",
        simulated=True,
        performance_source="invented for the test",
    )


class ListeningCentre:
    """The centre's end of the line, as plain as can be: reads frames, accepts or refuses, can ask and hang up."""

    def __init__(self, *, accepts: bool = True) -> None:
        self.accepts = accepts
        self.port = 0
        self.got: list[SapientMessage] = []
        self.registrations = 0
        self.writers: dict[str, asyncio.StreamWriter] = {}
        self._heard = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> ListeningCentre:
        await self.listen()
        return self

    async def __aexit__(self, *of_error: object) -> None:
        await self.hang_up()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def hang_up(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self.writers.values():
            writer.close()
        self.writers.clear()
        await self._server.wait_closed()
        await asyncio.gather(*self._serving)

    def of(self, content: str) -> list[SapientMessage]:
        return [message for message in self.got if message.WhichOneof("content") == content]

    def ask(self, node_id: str, task: Task) -> None:
        self.writers[node_id].write(framed(SapientMessage(task=task)))

    async def until(self, content: str, number: int = 1) -> list[SapientMessage]:
        async with asyncio.timeout(20.0):
            while len(self.of(content)) < number:
                self._heard.clear()
                await self._heard.wait()
        return self.of(content)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.add(serving)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int.from_bytes(await reader.readexactly(4), "little")
                message = SapientMessage.FromString(await reader.readexactly(length))
                self.got.append(message)
                if message.HasField("registration"):
                    self.registrations += 1
                    self.writers[message.node_id] = writer
                    answer = SapientMessage()
                    answer.registration_ack.acceptance = self.accepts
                    if not self.accepts:
                        answer.registration_ack.ack_response_reason.append("not in this centre's sensors.csv")
                    writer.write(framed(answer))
                self._heard.set()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def centre() -> AsyncIterator[ListeningCentre]:
    async with ListeningCentre() as listening:
        yield listening


@pytest.fixture
async def refusing_centre() -> AsyncIterator[ListeningCentre]:
    async with ListeningCentre(accepts=False) as listening:
        yield listening


@pytest.fixture(scope="session")
def dusk() -> datetime:
    return DUSK


@pytest.fixture(scope="session")
def frontier() -> Frontier:
    """A line straight to the south; the home side is the east."""
    line = {"type": "LineString", "coordinates": [[41.0, 36.6], [41.0, 35.7]]}
    return Frontier.from_geojson(line, name="invented", version="test/1", home_side="left", lateral_uncertainty_m=500.0)


@pytest.fixture(scope="session")
def flat() -> Elevation:
    return Elevation(np.zeros((130, 100), dtype=np.float32), Affine(0.01, 0, 40.5, 0, -0.01, 36.8), "invented plain")


@pytest.fixture(scope="session")
def walled() -> Elevation:
    """A plain with a ridge of 300 m along the line itself, between the towers and everybody beyond."""
    heights = np.zeros((650, 1_000), dtype=np.float32)
    heights[:, 495:505] = 300.0
    return Elevation(heights, Affine(0.001, 0, 40.5, 0, -0.002, 36.8), "invented ridge")


@pytest.fixture(scope="session")
def sensors(frontier: Frontier) -> tuple[Sensor, ...]:
    kinds: tuple[SensorKind, ...] = ("thermal_camera", "ground_radar", "day_camera", "ground_sensor")
    return tuple(
        sensor_at(frontier, f"T-{number:02d}-{kind}", kind, 15_000.0 + 10_000.0 * number, 900.0)
        for number in range(1, 6)
        for kind in kinds
    )


@pytest.fixture(scope="session")
def units(frontier: Frontier) -> tuple[Unit, ...]:
    def unit(name: str, kind: str, chainage_m: float) -> Unit:
        lon, lat = frontier.point_at(chainage_m, 1_800.0)
        return Unit.model_validate(
            {
                "unit_id": name,
                "callsign": name,
                "kind": kind,
                "party": "national_guard",
                "section_id": "A",
                "lon": lon,
                "lat": lat,
                "readiness_s": 90,
                "speed_m_s": 8,
                "sidc": "1" * 20,
                "simulated": True,
                "source": "invented",
            }
        )

    return (
        unit("U-1", "foot_patrol", 12_000.0),
        unit("U-2", "vehicle_patrol", 30_000.0),
        unit("U-3", "reaction_force", 60_000.0),
    )


@pytest.fixture(scope="session")
def world_of(frontier: Frontier, flat: Elevation, sensors: tuple[Sensor, ...], units: tuple[Unit, ...]) -> WorldOf:
    @cache
    def made(seed: int) -> World:
        return World.drawn(frontier, flat, sensors, units, seed=seed, start=DUSK, end=DUSK + NIGHT)

    return made


@pytest.fixture(scope="session")
def real_world_of() -> WorldOf:
    """Nights of the worked example, on its own terrain."""
    project = load("iraq-syria")
    assert project.terrain_path is not None
    assert project.scenario_start is not None
    elevation, start = Elevation.read(project.terrain_path), project.scenario_start

    @cache
    def made(seed: int) -> World:
        return World.drawn(
            project.frontier, elevation, project.sensors, project.units, seed=seed, start=start, end=start + NIGHT
        )

    return made
