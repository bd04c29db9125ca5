"""The whole picture over HTTP: rows as the journal has them, figures that say where they come from, the line itself."""

from __future__ import annotations

import httpx
import orjson
from tests.centre.standing import standing_alarm, walked_in
from tests.house import House, until

from vallum.assets.unit import UnitPositioned
from vallum.centre.night import Night
from vallum.journal.envelope import Draft


async def test_the_picture_has_every_row_of_every_view_as_the_journal_has_it(running: House) -> None:
    await standing_alarm(running.centre)
    await running.post("/api/radio", {"callsign": "EAGLE 2", "text": "radio check"})
    picture = await running.get("/api/picture")
    for view in ("alarms", "incidents", "tasks", "radio", "quarantine", "sensors", "units", "obstacles", "works"):
        rows = [row.model_dump(mode="json") for row in running.centre.journal.rows(view)]
        assert picture[view] == rows, view
    assert picture["alarms"]
    assert picture["obstacles"]


async def test_every_figure_says_where_it_comes_from(running: House) -> None:
    pulse = (await running.get("/api/picture"))["pulse"]
    assert {figure["key"] for figure in pulse["figures"]} >= {"closed", "planned", "not_watched", "alarms_waiting"}
    for figure in pulse["figures"]:
        assert len(figure["source"]) > 20, figure
    assert pulse["simulated"]


async def test_an_approach_that_a_patrol_hides_is_counted_in_the_pulse(running: House) -> None:
    centre, sensor = running.centre, running.sensor()
    frontier = centre.project.frontier
    lon, lat = frontier.point_at(frontier.locate(sensor.lon, sensor.lat).chainage_m, -850.0)
    unit = centre.units()[0]
    here = UnitPositioned(unit_id=unit.unit_id, lon=lon, lat=lat)
    await centre.journal.appended(Draft(type="unit.positioned", actor="watch-1", body=here))
    node = await running.connect(sensor)
    await running.walk_in(node, sensor, 60, lambda: bool(centre.live.held_back()[0]))
    node.hang_up()
    figures = (await running.get("/api/picture"))["pulse"]["figures"]
    (suppressed,) = [figure for figure in figures if figure["key"] == "alarms_suppressed"]
    assert suppressed["value"] == 1
    assert f"near {unit.callsign}. Since the centre started: 1" in suppressed["source"]
    assert not any(alarm.kind == "approach" for alarm in centre.alarms())


async def test_the_line_its_two_lengths_and_its_notice_are_told(running: House) -> None:
    told = await running.get("/api/frontier")
    assert abs(told["map_length_m"] - 598_900) < 100
    assert told["reported_length_m"] == 610_000.0
    assert "legal boundary" in told["notice"]["en"]
    assert told["notice"]["ar"]
    assert told["line"][-1]["chainage_m"] == told["map_length_m"]
    shade = await running.client.get(told["terrain"]["url"])
    assert shade.headers["content-type"] == "image/png"
    assert shade.content.startswith(b"\x89PNG")


async def test_a_track_is_listed_with_where_it_was(running: House) -> None:
    sensor = running.sensor()
    node = await running.connect(sensor)
    await walked_in(running, sensor, node)
    (track,) = await running.get("/api/tracks")
    await until(lambda: len(running.centre.observations.of_track(str(track["track"]))) > 2)
    card = await running.get(f"/api/tracks/{track['track']}")
    assert card["track"]["track"] == track["track"]
    assert [point["at"] for point in card["history"]] == sorted(point["at"] for point in card["history"])
    assert (await running.client.get("/api/tracks/999")).json() == {"detail": "there is no track 999 now"}
    node.hang_up()


async def test_the_journal_is_read_in_pages(running: House) -> None:
    async with running.signed_in("auditor", "audit-1") as auditor:
        first = (await auditor.get("/api/journal", params={"limit": 3})).json()
        then = (await auditor.get("/api/journal", params={"after": first[-1]["seq"], "limit": 2})).json()
    assert [line["seq"] for line in (*first, *then)] == [1, 2, 3, 4, 5]
    assert all(line["hash"] for line in first)


async def test_the_truth_of_a_night_is_told_only_when_it_is_over(running: House) -> None:
    path = running.folder / "truth.json"
    path.write_bytes(orjson.dumps({"actors": [], "crossings": []}))
    over: list[bool] = []
    answer: httpx.Response = await running.client.get("/api/truth")
    assert answer.status_code == 404
    assert (await running.client.post("/api/night/end")).json()["detail"] == "no simulated night runs here"
    running.centre.night = Night(running.centre.clock.now(), path, lambda: over.append(True), lambda: bool(over))
    assert (await running.client.get("/api/truth")).status_code == 404
    assert (await running.get("/api/picture"))["pulse"]["night"] == "running"
    await running.post("/api/night/end")
    assert (await running.get("/api/truth"))["crossed"] == 0
    assert (await running.get("/api/picture"))["pulse"]["night"] == "over"


async def test_who_only_reads_may_not_end_the_night(running: House) -> None:
    async with running.signed_in("auditor", "audit-1") as auditor:
        assert (await auditor.post("/api/night/end")).status_code == 403
