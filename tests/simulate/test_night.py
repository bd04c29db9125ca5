from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson

from vallum.journal.clock import Clock
from vallum.simulate.night import faults_of, run


def clock_of(world: Any, speed: float) -> Clock:
    from datetime import UTC, datetime

    return Clock(datetime.fromtimestamp(world.start_s, tz=UTC), time.time() + 0.5, speed)


async def test_the_first_minute_reaches_the_centre_and_its_truth_is_told(
    world_of: Any, centre: Any, tmp_path: Path
) -> None:
    world = world_of(1)
    said: list[str] = []
    truth = tmp_path / "truth.json"
    await run(
        world,
        host="127.0.0.1",
        port=centre.port,
        clock=clock_of(world, 20.0),
        end_s=world.start_s + 60.0,
        truth_path=truth,
        progress=said.append,
    )
    assert centre.registrations == len(world.posts.sensors)
    told = orjson.loads(truth.read_bytes())
    opening = next(actor for actor in told["actors"] if actor["id"] == "A01")
    shown = sum(line["reports"] for line in opening["seen_by"].values())
    detections = centre.of("detection_report")
    assert len(detections) >= shown > 5
    assert any(message.detection_report.associated_file for message in detections)
    assert all(message.additional_information == '{"simulated": true}' for message in centre.got)
    assert "messages sent" in said[-1]
    # Nobody can read in the truth who will come.
    assert opening["purpose"] == "under way"
    assert told["crossings"] == []
    assert max(point[0] for actor in told["actors"] for point in actor["way"]) <= world.start_s + 60.0


async def test_a_night_stops_cleanly_when_it_is_cancelled(world_of: Any, centre: Any, tmp_path: Path) -> None:
    world = world_of(1)
    truth = tmp_path / "truth.json"
    night = asyncio.create_task(
        run(world, host="127.0.0.1", port=centre.port, clock=clock_of(world, 1.0), truth_path=truth)
    )
    await centre.until("status_report", len(world.posts.sensors))
    night.cancel()
    await asyncio.gather(night, return_exceptions=True)
    assert night.cancelled()
    assert orjson.loads(truth.read_bytes())["seed"] == 1
    assert not [task for task in asyncio.all_tasks() if "Node." in repr(task)]


async def test_a_night_without_a_centre_goes_on_and_tells_the_truth(world_of: Any, tmp_path: Path, centre: Any) -> None:
    await centre.hang_up()
    world = world_of(2)
    truth = tmp_path / "truth.json"
    await run(
        world,
        host="127.0.0.1",
        port=centre.port,
        clock=clock_of(world, 60.0),
        end_s=world.start_s + 30.0,
        truth_path=truth,
    )
    assert orjson.loads(truth.read_bytes())["actors"]


def test_sensors_that_see_the_opening_stay_well(real_world_of: Any) -> None:
    for seed in range(1, 6):
        world = real_world_of(seed)
        faults = faults_of(world)
        first = world.journeys[0].at(world.start_s)
        assert first is not None
        seeing = set(world.posts.pairs((first,)).sensor.tolist())
        assert not seeing & {faults.silent_index, faults.fast_index, faults.swapping_index}
