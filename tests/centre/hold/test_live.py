"""What a centre knows of holding is of the sensors that are installed now, and its process goes with the centre."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.house import until

from vallum.assets.sensor import SensorRow
from vallum.centre.folder import open_project, prepare
from vallum.centre.hold.live import LiveHold
from vallum.centre.sight.live import NO_TERRAIN
from vallum.project import Project

CELL_M = 2_000.0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    prepare(tmp_path / "centre", "iraq-syria")
    return open_project(tmp_path / "centre")


def rows(project: Project) -> list[SensorRow]:
    now = datetime(2021, 3, 17, tzinfo=UTC)
    return [SensorRow(**sensor.model_dump(), state_since=now) for sensor in project.sensors]


@pytest.fixture
async def live(project: Project, tmp_path: Path) -> AsyncIterator[LiveHold]:
    found = LiveHold(project, tmp_path / "centre", rows(project), CELL_M)
    yield found
    await found.stop()


async def test_a_sensor_that_is_installed_while_it_is_worked_out_gives_another_answer(
    live: LiveHold, project: Project
) -> None:
    live.wanted()
    await until(lambda: live.standing.can_try, 90.0)
    before = live.standing
    new = rows(project)[0].model_copy(update={"sensor_id": "S-new", "mast_m": 40.0})
    live.installed([new])
    assert (live.standing.state, live.standing.can_try, live.standing.cases) == ("computing", False, ())
    await until(lambda: live.standing.can_try, 90.0)
    assert live.standing.version != before.version
    assert live.standing.at != before.at
    assert (await live.try_out({"case": "night-foot"}))["p"]


async def test_while_nobody_asks_it_is_forgotten_and_nothing_is_begun(live: LiveHold, project: Project) -> None:
    live.wanted()
    await until(lambda: live.standing.can_try, 90.0)
    await live.stop()
    assert live.answer("night-foot") is not None
    live.installed([rows(project)[0].model_copy(update={"mast_m": 40.0})])
    assert (live.standing.state, live.answer("night-foot")) == ("none", None)
    same = live.standing
    live.installed(list(live._rows.values()))
    assert live.standing is same


async def test_without_terrain_it_says_so_and_begins_nothing(project: Project, tmp_path: Path) -> None:
    flat = replace(project, terrain_sources=())
    live = LiveHold(flat, tmp_path / "centre", rows(project), CELL_M)
    live.wanted()
    live.again()
    live.installed([rows(project)[0].model_copy(update={"mast_m": 40.0})])
    await asyncio.sleep(0)
    assert (live.standing.state, live.standing.reason) == ("none", NO_TERRAIN)
