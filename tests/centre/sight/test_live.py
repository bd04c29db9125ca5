"""The live lane comes of sight lines once they are there, follows sensors, sun and weather, and never flatters."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from tests.house import SIGHT_CELL_M, question, until

from vallum.assets.sensor import SensorInstalled, SensorTested
from vallum.centre.centre import Centre
from vallum.centre.folder import open_project, prepare
from vallum.centre.headline import headline
from vallum.centre.person import Person
from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft
from vallum.plan.case import STANDARD, Case
from vallum.plan.lane import LaneStretch
from vallum.plan.sight import see
from vallum.watch.health import Stretch

DUSK = datetime(2021, 3, 17, 15, 50, tzinfo=UTC)
OFFICER = Person("watch-1", "watch officer", "national_guard")


@asynccontextmanager
async def running(folder: Path, start: datetime = DUSK, speed: float = 10.0) -> AsyncIterator[Centre]:
    """Run a centre without its server."""
    centre = Centre.open(
        folder,
        open_project(folder),
        clock=Clock(start=start, anchor_s=time.time(), speed=speed),
        sight_cell_m=SIGHT_CELL_M,
    )
    await centre.start()
    try:
        yield centre
    finally:
        await centre.stop()


async def sees(centre: Centre) -> None:
    await until(lambda: centre.sight.standing.lane is not None, 60.0)


def source_of_figure(centre: Centre) -> str:
    return next(figure.source for figure in headline(centre) if figure.key == "not_watched")


# --- what is kept


async def test_a_second_start_works_nothing_out_and_sees_within_a_second(seeing_folder: Path) -> None:
    async with running(seeing_folder) as centre:
        began_s = time.monotonic()
        await sees(centre)
        assert time.monotonic() - began_s < 1.0
        assert centre.sight.standing.state == "ready"
        children = [child.cmdline() for child in psutil.Process().children()]
        assert not [words for words in children if "vallum.centre.sight.worker" in words]


async def test_a_first_start_shows_registered_sectors_and_then_sight_lines(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    prepare(tmp_path / "centre", "iraq-syria")
    told = 0

    def count() -> None:
        nonlocal told
        told += 1

    async with running(tmp_path / "centre") as centre:
        centre.on_watched = count
        standing = centre.sight.standing
        assert (standing.state, standing.lane) == ("computing", None)
        assert all(isinstance(stretch, Stretch) for stretch in centre.watched())
        assert "terrain is not asked" in source_of_figure(centre)
        await sees(centre)
        assert all(isinstance(stretch, LaneStretch) for stretch in centre.watched())
        assert "by sight lines over the ground" in source_of_figure(centre)
        await until(lambda: {one.name for one in STANDARD} <= centre.sight.standing.found.cases.keys(), 60.0)  # type: ignore[union-attr]
    assert told > len(STANDARD), "pages hear of every case that is there"


async def test_what_is_damaged_is_worked_out_anew_and_said_so_in_the_log(
    seeing_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    at = seeing_folder / "sight" / question(seeing_folder).digest()
    whole = np.load(at / "night-person.npy")[:3]
    (at / "night-person.npy").write_bytes(b"\0" * 1000)
    with caplog.at_level(logging.WARNING):
        async with running(seeing_folder) as centre:
            await sees(centre)
            found = centre.sight.standing.found
            assert found is not None
            assert np.array_equal(found.cases["night-person"].exposures.added, whole)
    assert "night-person is damaged and is worked out anew" in caplog.text


async def test_a_centre_stops_within_a_second_while_sight_is_being_worked_out(tmp_path: Path) -> None:
    prepare(tmp_path / "centre", "iraq-syria")
    async with running(tmp_path / "centre") as centre:
        await until(lambda: "laid out" in (centre.sight.standing.reason or ""), 60.0)
        began_s = time.monotonic()
        await centre.sight.stop()
        assert time.monotonic() - began_s < 1.0
        children = [child.cmdline() for child in psutil.Process().children()]
        assert not [words for words in children if "vallum.centre.sight.worker" in words]


# --- what cannot be


async def test_without_terrain_sectors_stand_in_and_it_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    prepare(folder, "iraq-syria")
    for name in ("terrain.tif", "terrain.toml"):
        (folder / name).unlink(missing_ok=True)
    async with running(folder) as centre:
        centre.sight.heed({"T-01-thermal": "live"}, Case(light="day"))
        await asyncio.sleep(0.3)
        standing = centre.sight.standing
        assert (standing.state, standing.lane) == ("none", None)
        assert "brings no terrain" in (standing.reason or "")
        assert all(isinstance(stretch, Stretch) for stretch in centre.watched())
        assert "brings no terrain" in source_of_figure(centre)


async def test_terrain_that_is_gone_leaves_the_sectors_and_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    prepare(folder, "iraq-syria")
    project = open_project(folder)
    clock = Clock(start=DUSK, anchor_s=time.time(), speed=10.0)
    centre = Centre.open(folder, project, clock=clock, sight_cell_m=SIGHT_CELL_M)
    project.terrain_sources[0].paths[0].unlink()
    await centre.start()
    try:
        await until(lambda: centre.sight.standing.state == "failed")
        assert "terrain.tif" in (centre.sight.standing.reason or "")
        assert centre.watched() == centre.live.watched()
    finally:
        await centre.stop()


# --- what it follows


async def test_the_live_lane_is_that_of_the_plan_without_the_silent_sensors(seeing_folder: Path) -> None:
    asked = question(seeing_folder)
    plan = see(asked.frontier, asked.sources, asked.sensors, parameters=asked.parameters, cell_m=asked.cell_m)
    alive = {sensor.sensor_id for sensor in asked.sensors[::2]}
    silent = {sensor.sensor_id for sensor in asked.sensors} - alive
    async with running(seeing_folder) as centre:
        await sees(centre)
        states: dict[str, Any] = {**dict.fromkeys(silent, "late"), **dict.fromkeys(alive, "live")}
        centre.live.sensing.states = lambda: states  # type: ignore[method-assign]
        await until(lambda: centre.sight.standing.silent == silent)
        standing = centre.sight.standing
        assert standing.lane is not None
        expected = plan.lane(Case(), silent)
        assert np.array_equal(standing.lane.detected, expected.detected)
        assert standing.lane.stretches == expected.stretches == centre.watched()
        assert {"watched", "lost"} <= {stretch.state for stretch in expected.stretches}, "a test of nothing else"
        found = standing.found
        assert found is not None
        for case in STANDARD:
            added = centre.sight.lane_of(standing, found.cases[case.name])
            assert added.stretches == plan.lane(case, silent).stretches


async def test_a_sensor_that_falls_silent_is_out_of_the_lane_at_once_and_the_version_grows(seeing_folder: Path) -> None:
    async with running(seeing_folder) as centre:
        await sees(centre)
        states: dict[str, Any] = dict.fromkeys(centre.live.sensing.states(), "live")
        centre.live.sensing.states = lambda: dict(states)  # type: ignore[method-assign]
        await until(lambda: not centre.sight.standing.silent)
        before = centre.sight.standing
        states["T-02-radar"] = "dead"
        began_s = time.monotonic()
        await until(lambda: centre.sight.standing.silent == {"T-02-radar"})
        assert time.monotonic() - began_s < 2.0
        after = centre.sight.standing
        assert after.version > before.version
        assert before.lane is not None
        assert after.lane is not None
        assert [s for s in after.lane.stretches if s.state == "lost" and "T-02-radar" in s.sensors]
        assert not [s for s in before.lane.stretches if s.state == "lost"]


async def test_what_is_installed_and_walked_while_the_centre_runs_counts_soon(seeing_folder: Path) -> None:
    async with running(seeing_folder) as centre:
        await sees(centre)
        first = next(row for row in centre.sensors() if row.sensor_id == "T-02-radar")
        declared = first.model_dump(include=set(SensorInstalled.model_fields))
        beside = {"sensor_id": "NEW-1", "node_id": "9f1c1d3e-0000-4000-8000-00000000beef"}
        walked = SensorTested(
            sensor_id="T-02-radar",
            target="person",
            light="night",
            weather="clear",
            from_m=100.0,
            to_m=2500.0,
            walked=50,
            detected=49,
            on=date(2021, 3, 17),
            by="engineer",
            source="a test",
        )
        await centre.journal.appended(
            Draft(type="sensor.installed", actor="engineer", body=SensorInstalled(**{**declared, **beside})),
            Draft(type="sensor.tested", actor="engineer", body=walked),
        )

        def counts() -> bool:
            found = centre.sight.standing.found
            kept = None if found is None else found.cases.get("night-person-proven-only")
            return kept is not None and "NEW-1" in kept.exposures.sensor_ids

        assert not counts()
        await until(counts, 60.0)
        found = centre.sight.standing.found
        assert found is not None
        proven = found.cases["night-person-proven-only"].exposures
        adds = [sensor_id for row, sensor_id in enumerate(proven.sensor_ids) if proven.added[:, row].any()]
        assert adds == ["T-02-radar"]
        assert "NEW-1" in centre.sight.standing.silent, "nobody has heard it yet"
        await until(lambda: len(list((seeing_folder / "sight").iterdir())) <= 2, 60.0)


async def test_the_case_of_the_lane_goes_with_the_sun(seeing_folder: Path) -> None:
    async with running(seeing_folder, start=datetime(2021, 3, 17, 15, 19, tzinfo=UTC), speed=120.0) as centre:
        await until(lambda: centre.sight.standing.lane is not None and centre.sight.standing.case == Case(light="day"))
        await until(lambda: centre.sight.standing.case == Case())
        assert centre.conditions().light == "night"


async def test_weather_that_is_stated_is_the_case_of_the_lane_until_it_expires(seeing_folder: Path) -> None:
    async with running(seeing_folder) as centre:
        await sees(centre)
        until_when = centre.clock.now() + timedelta(seconds=20)
        row = await centre.decisions.state_weather(OFFICER, "dust", until_when)
        assert (row.weather, row.stated_by, row.simulated) == ("dust", "watch-1", True)
        await until(lambda: centre.sight.standing.case == Case(weather="dust"))
        assert "night, dust as watch-1 stated" in source_of_figure(centre)
        await until(lambda: centre.sight.standing.case == Case())
        assert centre.conditions().stated is None
        assert "weather not stated and taken for clear" in source_of_figure(centre)


async def test_weather_of_no_standard_case_is_worked_out_and_the_lane_says_what_it_shows_meanwhile(
    seeing_folder: Path,
) -> None:
    async with running(seeing_folder) as centre:
        await sees(centre)
        await centre.decisions.state_weather(OFFICER, "haze", centre.clock.now() + timedelta(hours=8))
        await until(lambda: centre.sight.standing.state == "computing")
        assert centre.sight.standing.case == Case()
        assert "the lane shows night-person" in (centre.sight.standing.reason or "")
        await until(lambda: centre.sight.standing.case == Case(weather="haze"), 60.0)
        assert centre.sight.standing.state == "ready"


async def test_what_was_stated_holds_over_a_restart(seeing_folder: Path) -> None:
    async with running(seeing_folder) as centre:
        await centre.decisions.state_weather(OFFICER, "dust", centre.clock.now() + timedelta(hours=8))
    async with running(seeing_folder, start=DUSK + timedelta(hours=1)) as again:
        assert again.conditions().weather == "dust"
        await until(lambda: again.sight.standing.lane is not None and again.sight.standing.case.weather == "dust")
