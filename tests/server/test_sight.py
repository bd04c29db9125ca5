"""What pages ask about sight is answered from what the centre knows now: lane, place, profile, moved tower."""

from __future__ import annotations

import asyncio
import io
import math
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.gateways.sapient.frames import Node, frame, status
from tests.house import SIGHT_CELL_M, House, until

from vallum.assets.sensor import SensorRow
from vallum.plan.case import STANDARD, Case
from vallum.server.sight import Trials
from vallum.server.sightshapes import LONGEST_PROFILE_M
from vallum.server.veil import LOST, WATCHED, empty_png
from vallum.terrain.profile import Standpoint, profile


def tower(house: House, tower_id: str = "T-02") -> dict[str, Any]:
    """Give where a tower stands, as a trial is asked."""
    found = next(one for one in house.centre.project.towers if one.tower_id == tower_id)
    mast_m = max(row.mast_m for row in house.centre.sensors() if row.tower_id == tower_id)
    return {"tower_id": tower_id, "lon": found.lon, "lat": found.lat, "mast_m": mast_m, "case": "night-person"}


def tile_over(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """Give the tile that holds a place."""
    x = int((lon + 180.0) / 360.0 * 2**z)
    y = int((1.0 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2.0 * 2**z)
    return z, x, y


async def speak(house: House, node: Node, sensor: SensorRow) -> None:
    """Let a sensor say that it is well until it is silenced."""
    while True:
        node.send(frame(house.centre.clock.now_s(), node=sensor.node_id, status_report=status()))
        await asyncio.sleep(0.2)


def colours(answer: httpx.Response) -> set[tuple[int, int, int]]:
    """Give the colours of a picture that are not transparent."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    drawn = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))
    assert drawn.shape == (256, 256, 4)
    return {(int(r), int(g), int(b)) for r, g, b in drawn[drawn[..., 3] > 0][:, :3]}


# --- how it stands


async def test_how_it_stands_says_on_which_ground_and_what_can_be_asked(seeing: House) -> None:
    said = await seeing.get("/api/sight")
    assert (said["state"], said["reason"], said["lane_from"]) == ("ready", None, "sight lines")
    assert said["cell_m"] == SIGHT_CELL_M
    assert said["live_case"] == "night-person"
    assert {case["name"] for case in said["cases"]} >= {case.name for case in STANDARD}
    assert said["terrain"]["grade"] == "indicative"
    assert said["terrain"]["error_sd_m"] > 0
    assert said["terrain"]["error_source"]
    assert 0 < said["opinion_share"] < 1
    assert said["left_out"] == []


async def test_without_sight_lines_it_is_said_that_sectors_stand_in(running: House) -> None:
    said = await running.get("/api/sight")
    assert (said["state"], said["lane_from"], said["terrain"]) == ("none", "registered sectors", None)
    assert said["reason"]
    for path in ("lane?case=night-person", "tiles/night-person/0/0/0.png", "at?lon=42&lat=36&case=night-person"):
        answer = await running.client.get(f"/api/sight/{path}")
        assert (answer.status_code, answer.json()["detail"]) == (409, said["reason"])


# --- the lane


async def test_the_lane_of_the_api_is_the_live_lane(seeing: House) -> None:
    node = await seeing.connect(seeing.sensor())
    await until(lambda: any(stretch.state == "watched" for stretch in seeing.centre.watched()))
    standing = seeing.centre.sight.standing
    said = await seeing.get("/api/sight/lane?case=night-person")
    assert standing.lane is not None
    assert said["version"] == standing.version
    assert np.array_equal([said[name] for name in ("p_low", "p_nominal", "p_high")], standing.lane.detected.round(4))
    assert said["sensors_live"] == standing.lane.watching.tolist()
    assert len(said["p_low"]) == len(standing.lane.edges_m) - 1
    picture = await seeing.get("/api/picture")
    assert said["stretches"] == picture["watched"]
    assert {stretch["state"] for stretch in picture["watched"]} >= {"watched", "lost", "unwatched"}
    node.hang_up()


async def test_a_case_that_is_not_there_is_refused_in_words(seeing: House) -> None:
    for name, code, words in (
        ("rain-animal", 404, "night-rain-animal is not worked out here"),
        ("night-dragon", 422, "'dragon' is none of"),
        ("night-day-person", 422, "cannot both be"),
        ("x" * 61, 422, "at most 60"),
    ):
        answer = await seeing.client.get("/api/sight/lane", params={"case": name})
        assert (answer.status_code, words in answer.json()["detail"]) == (code, True), answer.text


async def test_a_dead_sensor_changes_lane_and_tiles_within_two_seconds(seeing: House) -> None:
    sensor = seeing.sensor()
    node = await seeing.connect(sensor)
    alive = asyncio.create_task(speak(seeing, node, sensor))
    await until(lambda: sensor.sensor_id not in seeing.centre.sight.standing.silent)
    before = await seeing.get("/api/sight")
    z, x, y = tile_over(sensor.lon, sensor.lat, 10)
    path = f"/api/sight/tiles/night-person/{z}/{x}/{y}.png"
    watched = await seeing.client.get(path, params={"v": before["version"]})
    assert WATCHED in colours(watched)
    assert "immutable" in watched.headers["cache-control"]
    again = await seeing.client.get(path, headers={"If-None-Match": watched.headers["etag"]})
    assert again.status_code == 304

    alive.cancel()
    node.hang_up()
    await until(lambda: seeing.centre.live.sensing.states()[sensor.sensor_id] != "live", 30.0)
    began_s = time.monotonic()
    await until(lambda: seeing.centre.sight.standing.version > before["version"])
    # what is asked from now on is answered by it
    assert time.monotonic() - began_s < 2.0
    after = await seeing.get("/api/sight")
    lost = await seeing.client.get(path, params={"v": after["version"]})
    stretches = (await seeing.get("/api/sight/lane?case=night-person"))["stretches"]
    assert colours(lost) == {LOST}, "nothing else lives here"
    assert [s for s in stretches if s["state"] == "lost" and sensor.sensor_id in s["sensors"]]
    assert lost.headers["etag"] != watched.headers["etag"]
    old = await seeing.client.get(
        path, params={"v": before["version"]}, headers={"If-None-Match": watched.headers["etag"]}
    )
    assert old.status_code == 200, "what was seen before is not drawn again"
    assert "no-cache" in old.headers["cache-control"]


# --- pictures


async def test_ground_that_no_sensor_reaches_is_an_empty_picture(seeing: House) -> None:
    for z, x, y in ((0, 0, 0), tile_over(2.35, 48.85, 10)):
        answer = await seeing.client.get(f"/api/sight/tiles/night-person/{z}/{x}/{y}.png")
        assert colours(answer) <= {WATCHED, LOST}
    assert answer.content == empty_png()


async def test_a_tile_that_cannot_be_is_refused_in_words(seeing: House) -> None:
    for tile in ("-1/0/0", "19/0/0", "3/8/0", "3/0/-1", "18/0/99999999999999999999"):
        for path in (f"tiles/night-person/{tile}", f"towers/T-02/tiles/night-person/{tile}"):
            answer = await seeing.client.get(f"/api/sight/{path}.png")
            assert (answer.status_code, answer.json()["detail"][:16]) == (404, "there is no tile")


async def test_a_tower_shows_from_which_height_it_sees_and_only_within_its_reach(seeing: House) -> None:
    asked = tower(seeing)
    z, x, y = tile_over(asked["lon"], asked["lat"], 9)
    answer = await seeing.client.get(f"/api/sight/towers/T-02/tiles/night-person/{z}/{x}/{y}.png")
    assert colours(answer)
    far = await seeing.client.get(f"/api/sight/towers/T-02/tiles/night-person/9/{x + 3}/{y}.png")
    assert far.content == empty_png()
    nobody = await seeing.client.get(f"/api/sight/towers/T-99/tiles/night-person/{z}/{x}/{y}.png")
    assert (nobody.status_code, nobody.json()["detail"]) == (404, "no sensor stands on a tower T-99")


# --- what would be


async def test_a_tower_tried_where_it_stands_changes_nothing(seeing: House) -> None:
    sensor = seeing.sensor()
    node = await seeing.connect(sensor)
    alive = asyncio.create_task(speak(seeing, node, sensor))
    await until(lambda: any(stretch.state == "watched" for stretch in seeing.centre.watched()))
    for case in ("night-person", "day-vehicle"):
        lane = await seeing.get(f"/api/sight/lane?case={case}")
        tried = await seeing.post("/api/sight/try", {**tower(seeing), "case": case})
        assert {name: tried[name] for name in ("p_low", "p_nominal", "p_high", "stretches")} == {
            name: lane[name] for name in ("p_low", "p_nominal", "p_high", "stretches")
        }
        assert (tried["from_m"], tried["to_m"]) == (0.0, lane["stretches"][-1]["to_m"])
        assert any(p > 0.5 for p in tried["p_low"])
    alive.cancel()
    node.hang_up()


async def test_a_tower_tried_elsewhere_changes_the_trial_and_nothing_else(seeing: House) -> None:
    lane = await seeing.get("/api/sight/lane?case=night-person")
    frontier = seeing.centre.project.frontier
    lon, lat = frontier.point_at(300_000.0, 500.0)
    tried = await seeing.post("/api/sight/try", {**tower(seeing), "lon": float(lon), "lat": float(lat)})
    lost = [
        (s["from_m"], s["to_m"]) for s in tried["stretches"] if s["state"] == "lost" and "T-02-radar" in s["sensors"]
    ]
    assert lost
    assert all(abs(middle - 300_000.0) < 10_000.0 for middle in map(np.mean, lost))
    assert await seeing.get("/api/sight/lane?case=night-person") == lane
    records = seeing.centre.journal.records(after_seq=0, limit=500)
    assert not [record for record in records if record.actor == "watch-1" and record.type.startswith("sensor")]


async def test_a_trial_that_cannot_be_is_refused_in_words(seeing: House) -> None:
    refused: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"lon": 10.0}, 422, "off the strip"),
        ({"mast_m": -1.0}, 422, "mast_m"),
        ({"mast_m": 201.0}, 422, "mast_m"),
        ({"lat": 86.0}, 422, "lat"),
        ({"tower_id": "T-99"}, 404, "there is no tower T-99"),
        ({"case": "rain-animal"}, 404, "not worked out"),
    )
    for change, code, words in refused:
        answer = await seeing.client.post("/api/sight/try", json={**tower(seeing), **change})
        assert (answer.status_code, words in answer.json()["detail"]) == (code, True), answer.text


async def test_of_many_trials_of_one_session_the_latest_is_answered_and_others_may_give_way(seeing: House) -> None:
    asked = tower(seeing)
    posts = [
        seeing.client.post("/api/sight/try", json={**asked, "lat": asked["lat"] + step / 1000.0}) for step in range(8)
    ]
    answers = await asyncio.gather(*posts)
    codes = [answer.status_code for answer in answers]
    # which of them came last only the server knows
    assert 200 in codes
    assert set(codes) <= {200, 409}
    assert all("a later trial of yours" in answer.json()["detail"] for answer in answers if answer.status_code == 409)


def test_only_the_last_trial_of_a_session_goes_on() -> None:
    trials = Trials()
    mine, theirs = [trials.begin("mine") for _ in range(3)], trials.begin("theirs")
    assert [trials.is_last("mine", number) for number in mine] == [False, False, True]
    trials.end("mine", mine[0])
    assert trials.is_last("mine", mine[2]), "one that gave way ends nobody else's"
    trials.end("mine", mine[2])
    assert trials.is_last("theirs", theirs)


# --- one place, one line


async def test_who_sees_a_place_is_told_with_how_surely_and_from_which_height(seeing: House) -> None:
    sensor = seeing.sensor("thermal_camera")
    frontier = seeing.centre.project.frontier
    where = frontier.locate(sensor.lon, sensor.lat)
    lon, lat = map(float, frontier.point_at(where.chainage_m, 0.0))
    said = await seeing.get(f"/api/sight/at?lon={lon}&lat={lat}&case=night-person")
    assert said["chainage_m"] == pytest.approx(where.chainage_m, abs=1.0)
    assert said["ground_m"] is not None
    found = {look["sensor_id"]: look for look in said["seen_by"]}
    assert {row.tower_id for row in seeing.centre.sensors() if row.sensor_id in found} == {sensor.tower_id}
    standing = seeing.centre.sight.standing
    assert standing.found is not None
    exposures = standing.found.cases["night-person"].exposures
    step = int(where.chainage_m // standing.found.scene.fineness.step_m)
    for sensor_id, look in found.items():
        assert 0.0 < look["probability"] < 1.0
        assert look["band"] in {"sure", "likely", "possible"}
        assert look["state"] == "dead"
        assert exposures.added[2, exposures.sensor_ids.index(sensor_id), step] > 0.0, (
            "who sees the place adds to its way"
        )
    order = [("sure", "likely", "possible").index(look["band"]) for look in said["seen_by"]]
    assert order == sorted(order)


async def test_a_place_that_nobody_sees_has_no_one_and_one_far_away_no_ground(seeing: House) -> None:
    frontier = seeing.centre.project.frontier
    lon, lat = map(float, frontier.point_at(frontier.map_length_m, -11_000.0))
    said = await seeing.get(f"/api/sight/at?lon={lon}&lat={lat}&case=night-person")
    assert said["seen_by"] == []
    far = await seeing.get("/api/sight/at?lon=2.35&lat=48.85&case=night-person")
    assert (far["ground_m"], far["seen_by"]) == (None, [])
    for bad in ("lon=nan&lat=36", "lon=181&lat=36", "lon=42&lat=-91", "lon=inf&lat=36"):
        assert (await seeing.client.get(f"/api/sight/at?{bad}&case=night-person")).status_code == 422


def ends(lon: float, lat: float, to_lon: float, to_lat: float, height_m: float = 18.0) -> dict[str, float]:
    eye = {"from_lon": lon, "from_lat": lat, "from_height_m": height_m}
    return {**eye, "to_lon": to_lon, "to_lat": to_lat, "to_height_m": 1.0}


async def test_the_profile_is_that_of_the_terrain(seeing: House) -> None:
    sensor = seeing.sensor()
    frontier = seeing.centre.project.frontier
    lon, lat = map(float, frontier.point_at(frontier.locate(sensor.lon, sensor.lat).chainage_m + 6_000.0, -1_000.0))
    answer = await seeing.client.get("/api/sight/profile", params=ends(sensor.lon, sensor.lat, lon, lat))
    said = answer.json()
    assert answer.status_code == 200, said
    standing = seeing.centre.sight.standing
    assert standing.found is not None
    scene = standing.found.scene
    x_m, y_m = scene.strip.to_plane(np.array([sensor.lon, lon]), np.array([sensor.lat, lat]))
    eye, target = (Standpoint(float(x), float(y), h) for x, y, h in zip(x_m, y_m, (18.0, 1.0), strict=True))
    assert scene.softness_of is not None
    length_m = math.hypot(target.x_m - eye.x_m, target.y_m - eye.y_m)
    softness = scene.softness_of(*scene.ground.cell_of(eye.x_m, eye.y_m), length_m)
    found = profile(scene.ground, eye, target, softness)
    for name in ("distance_m", "ground_m", "apparent_ground_m", "line_m", "sd_m"):
        assert np.allclose(said[name], getattr(found, name), atol=1e-3), name
    assert said["clearance_m"] == pytest.approx(found.clearance_m)
    assert (said["at_m"], said["visible"]) == (pytest.approx(found.at_m), found.visible)
    assert said["probability_visible"] == pytest.approx(found.probability_visible)
    assert said["terrain_source"].startswith("GLOBE")


async def test_a_profile_that_cannot_be_is_refused_in_words(seeing: House) -> None:
    sensor = seeing.sensor()
    frontier = seeing.centre.project.frontier
    away = frontier.point_at(frontier.locate(sensor.lon, sensor.lat).chainage_m + 90_000.0)
    far, here = (float(away[0]), float(away[1])), (sensor.lon, sensor.lat)
    standing = seeing.centre.sight.standing
    assert standing.found is not None
    strip, ending = standing.found.scene.strip, frontier.point_at(frontier.map_length_m)
    end = (float(ending[0]), float(ending[1]))
    x_m, y_m = strip.to_plane(np.array([end[0]]), np.array([end[1]]))
    beyond_lon, beyond_lat = strip.to_lonlat(x_m + 30_000.0, y_m)
    beyond = (float(beyond_lon[0]), float(beyond_lat[0]))
    for params, words in (
        (ends(*here, *far), f"at most {LONGEST_PROFILE_M / 1000:g} km apart"),
        (ends(*here, *here), "give two different ones"),
        (ends(*here, -120.0, 10.0), ""),
        (ends(*end, *beyond), "is off the terrain"),
        (ends(*here, *far, height_m=-1.0), "from_height_m"),
        (ends(*here, *far, height_m=1e9), "from_height_m"),
    ):
        answer = await seeing.client.get("/api/sight/profile", params=params)
        assert (answer.status_code, words in answer.json()["detail"]) == (422, True), answer.text


# --- the weather


async def test_stated_weather_is_in_the_pulse_and_gone_when_it_expires(seeing: House) -> None:
    clock = seeing.centre.clock
    row = await seeing.post(
        "/api/weather", {"weather": "dust", "valid_until": (clock.now() + timedelta(seconds=15)).isoformat()}
    )
    assert (row["weather"], row["stated_by"]) == ("dust", "watch-1")
    await until(lambda: seeing.centre.sight.standing.case == Case(weather="dust"))
    assert (await seeing.get("/api/sight"))["live_case"] == "night-dust-person"
    said = (await seeing.get("/api/picture"))["pulse"]["conditions"]
    assert (said["light"], said["weather"], said["weather_stated_by"]) == ("night", "dust", "watch-1")
    assert datetime.fromisoformat(said["weather_valid_until"]) == datetime.fromisoformat(row["valid_until"])
    await until(lambda: seeing.centre.sight.standing.case == Case())
    said = (await seeing.get("/api/picture"))["pulse"]["conditions"]
    assert (said["weather"], said["weather_stated_by"], said["weather_valid_until"]) == ("clear", None, None)


async def test_weather_that_cannot_be_is_refused_and_not_everybody_states_it(running: House) -> None:
    now = running.centre.clock.now()
    for until_when, words in (
        (now - timedelta(minutes=1), "is over already"),
        (now + timedelta(hours=25), "more than 24 hours"),
    ):
        body = {"weather": "haze", "valid_until": until_when.isoformat()}
        answer = await running.client.post("/api/weather", json=body)
        assert (answer.status_code, words in answer.json()["detail"]) == (422, True)
    body = {"weather": "haze", "valid_until": (now + timedelta(hours=2)).isoformat()}
    assert (await running.client.post("/api/weather", json={**body, "weather": "sleet"})).status_code == 422
    async with running.signed_in("planner", "planner-1") as planner:
        assert (await planner.post("/api/weather", json=body)).status_code == 200
    async with running.signed_in("patrol leader", "leader-1") as leader:
        refused = await leader.post("/api/weather", json=body)
    assert (refused.status_code, "may not state weather" in refused.json()["detail"]) == (403, True)
