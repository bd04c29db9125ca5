"""What pages ask about holding is answered from what the centre worked out, and what-if changes nothing."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Any

import pytest
from tests.house import House, until

from vallum.centre.hold import live as live_hold
from vallum.plan.adversary import USUAL

CASE = "night-vehicle"


async def asked(house: House, *changes: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    answer = await house.post("/api/hold/try", {"case": CASE, "changes": list(changes)}, expect)
    return dict(answer)


def towers(house: House) -> list[str]:
    known = {sensor.tower_id for sensor in house.centre.sensors()}
    return [tower.tower_id for tower in house.centre.project.towers if tower.tower_id in known]


async def test_nothing_is_worked_out_before_somebody_asks_and_a_second_asking_begins_nothing(holding: House) -> None:
    said = await holding.post("/api/hold/work")
    assert (said["state"], said["can_try"], said["reason"]) == ("ready", True, None)
    assert said["cases"] == said["wanted"] == [case.name for case in USUAL]
    assert (said["cell_m"], said["required"]) == (500.0, 0.8)
    assert "Not for release" in said["marking"]
    assert {one["name"] for one in said["assumptions"]} >= {"required", "communication"}


async def test_a_centre_without_sight_lines_says_why_it_holds_no_answer(running: House) -> None:
    said = await running.post("/api/hold/work")
    assert (said["state"], said["can_try"], said["cases"]) == ("none", False, [])
    answer = await running.client.get("/api/hold/case", params={"case": CASE})
    assert (answer.status_code, answer.json()["detail"]) == (409, said["reason"])
    assert (await running.client.get("/api/hold/archive")).status_code == 409
    assert (await running.client.get("/api/hold/case", params={"case": "noon-swimmer"})).status_code == 404


async def test_the_figures_of_a_case_follow_from_its_steps(holding: House) -> None:
    case = await holding.get(f"/api/hold/case?case={CASE}")
    edges_m, p = case["edges_m"], case["p"]
    assert len(edges_m) == len(p) + 1 == len(case["margin_s"]) + 1 == len(case["ceiling"]) + 1
    held_m = sum(end - first for first, end, value in zip(edges_m, edges_m[1:], p, strict=False) if value >= 0.8)
    assert case["held_km"] == pytest.approx(held_m / 1000.0, abs=0.6)
    assert case["p_interruption_min"] == pytest.approx(min(p), abs=1e-3)
    in_gaps = [
        any(gap["from_km"] * 1000.0 <= first < gap["to_km"] * 1000.0 for gap in case["gaps"]) for first in edges_m[:-1]
    ]
    assert all(inside for inside, value in zip(in_gaps, p, strict=True) if value < 0.7999)
    with_ways = [gap for gap in case["gaps"] if gap["way"] is not None]
    assert with_ways
    for gap in with_ways:
        assert gap["way"]["clock_s"] == sorted(gap["way"]["clock_s"])
        assert gap["way"]["detected"] == sorted(gap["way"]["detected"])
        assert len(gap["way"]["lon"]) == len(gap["way"]["clock_s"])
        assert [event["clock_s"] for event in gap["course"]] == sorted(event["clock_s"] for event in gap["course"])


async def test_the_archive_holds_what_other_programs_read(holding: House) -> None:
    answer = await holding.client.get("/api/hold/archive")
    assert answer.headers["content-type"] == "application/zip"
    names = set(zipfile.ZipFile(io.BytesIO(answer.content)).namelist())
    assert names >= {
        "hold/hold.gpkg", "hold/chainage.csv", "hold/night-foot.response.tif", "hold/figures.json", "hold/MARKING.txt",
        "hold/record.json",
    }  # fmt: skip


async def test_silencing_sensors_lowers_and_building_raises_and_nothing_is_changed(holding: House) -> None:
    before = await holding.get(f"/api/hold/case?case={CASE}")
    all_sensors = [sensor.sensor_id for sensor in holding.centre.sensors()]
    blind = await asked(holding, {"what": "silence", "sensor_ids": all_sensors})
    assert max(blind["p"]) == 0.0 or blind["held_km"] < before["held_km"]
    built = await asked(holding, {"what": "build", "element": "trench", "from_km": 0, "to_km": 590})
    assert all(after >= was - 1e-6 for after, was in zip(built["p"], before["p"], strict=True))
    assert built["held_km"] > before["held_km"]
    assert built["own_obstacles_delay_us_s"]["mean"] >= before["own_obstacles_delay_us_s"]["mean"]
    assert await holding.get(f"/api/hold/case?case={CASE}") == before


async def test_a_tower_or_a_unit_elsewhere_is_worked_out_again_only_near_it(holding: House) -> None:
    tower = towers(holding)[0]
    lon, lat = holding.centre.project.frontier.point_at(300_000.0, 600.0)
    place = {"lon": float(lon), "lat": float(lat)}
    added = await asked(holding, {"what": "add_tower", "like": tower, "mast_m": 30, **place})
    assert added["again"]
    worked_km = sum(span["to_km"] - span["from_km"] for span in added["again"])
    assert worked_km < 300.0
    assert any(span["from_km"] < 300.0 < span["to_km"] for span in added["again"])
    moved = await asked(holding, {"what": "move_tower", "tower_id": tower, **place})
    assert len(moved["again"]) >= 1
    unit = holding.centre.project.units[0].unit_id
    assert (await asked(holding, {"what": "move_unit", "unit_id": unit, **place}))["again"]


async def test_what_cannot_be_tried_is_refused_in_words(holding: House) -> None:
    nowhere = {"lon": 10.0, "lat": 10.0}
    tower = towers(holding)[0]
    refused = await asked(holding, {"what": "add_tower", "like": tower, **nowhere}, expect=422)
    assert "off the strip" in refused["detail"]
    beyond = {"what": "build", "element": "trench", "from_km": 590, "to_km": 900}
    assert "line's end" in (await asked(holding, beyond, expect=422))["detail"]
    unknown = await asked(holding, {"what": "silence", "sensor_ids": ["S-none"]}, expect=404)
    assert "S-none" in unknown["detail"]
    await asked(holding, {"what": "move_tower", "tower_id": "T-none", **nowhere}, expect=404)
    backwards = {"what": "build", "element": "trench", "from_km": 9, "to_km": 3}
    assert "has no length" in str(await asked(holding, backwards, expect=422))
    unit = holding.centre.project.units[0].unit_id
    await asked(holding, {"what": "move_unit", "unit_id": unit, **nowhere})


async def test_of_trials_that_come_together_the_latest_is_answered(holding: House) -> None:
    tower = towers(holding)[0]
    lon, lat = holding.centre.project.frontier.point_at(200_000.0, 600.0)
    change = {"what": "add_tower", "like": tower, "lon": float(lon), "lat": float(lat)}
    body = {"case": CASE, "changes": [change]}
    answers = await asyncio.gather(*[holding.client.post("/api/hold/try", json=body) for _ in range(6)])
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {200, 409}
    assert codes.count(200) >= 1


async def test_the_process_goes_when_nobody_asks_and_comes_again_when_somebody_does(
    holding: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await holding.centre.hold.stop()
    assert not holding.centre.hold.standing.can_try
    assert (await asked(holding, {"what": "silence", "sensor_ids": ["G-01"]}, expect=409))["detail"]
    monkeypatch.setattr(live_hold, "IDLE_S", 0.4)
    holding.centre.hold.wanted()
    await until(lambda: holding.centre.hold.standing.can_try, 60.0)
    await until(lambda: not holding.centre.hold.standing.can_try, 60.0)
    assert (await holding.get(f"/api/hold/case?case={CASE}"))["name"] == CASE
