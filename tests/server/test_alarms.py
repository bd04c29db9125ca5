"""What a person does about an alarm over HTTP: each step answers with the row, each wrong step with words."""

from __future__ import annotations

import asyncio
import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from tests.centre.standing import standing_alarm, walked_in
from tests.gateways.sapient.frames import frame
from tests.house import House, until

from vallum.gateways.sapient.messages import AssociatedFile, SapientMessage, TaskAck
from vallum.watch.alarm import CrossingForecast
from vallum.watch.look import Look

SHELF = {"reason": "herd of the village at km 12", "minutes": 30}
CLOSING = {"disposition": "confirmed", "cause": "three persons on foot"}


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("L", (32, 24), 90).save(drawn, "PNG")
    return drawn.getvalue()


def pictured(png: bytes) -> AssociatedFile:
    return AssociatedFile(type="image/png", url="data:image/png;base64," + base64.b64encode(png).decode())


def looks_of(house: House, alarm_id: str) -> tuple[Look, ...]:
    return next(alarm.looks for alarm in house.centre.alarms() if alarm.alarm_id == alarm_id)


async def pictured_alarm(house: House, png: bytes) -> str:
    """Let a camera report somebody who walks to the line, with pictures, until an alarm is raised."""
    camera = house.sensor("thermal_camera")
    node = await house.connect(camera)
    alarm = await walked_in(house, camera, node, pictured(png))
    node.hang_up()
    return alarm.alarm_id


async def test_an_alarm_is_acknowledged_shelved_taken_back_and_closed_each_with_its_row(running: House) -> None:
    alarm_id = (await standing_alarm(running.centre)).alarm_id
    path = f"/api/alarms/{alarm_id}"
    row = await running.post(f"{path}/acknowledge")
    assert (row["state"], row["acknowledged_by"]) == ("acknowledged", "watch-1")
    row = await running.post(f"{path}/shelve", SHELF)
    assert (row["state"], row["shelved_by"], row["shelf_reason"]) == ("shelved", "watch-1", SHELF["reason"])
    row = await running.post(f"{path}/unshelve")
    assert (row["state"], row["acknowledged_by"]) == ("unacknowledged", None)
    await running.post(f"{path}/acknowledge")
    row = await running.post(f"{path}/close", CLOSING)
    assert (row["state"], row["closed_by"]) == ("closed", "watch-1")
    assert (row["disposition"], row["cause"]) == ("confirmed", CLOSING["cause"])
    assert [line["actor"] for line in row["history"]] == ["centre", *["watch-1"] * 5]
    assert (await running.get(path))["alarm"] == row


@pytest.mark.parametrize(
    ("step", "body", "words"),
    [
        ("close", CLOSING, "is unacknowledged; only an alarm that is acknowledged can be closed"),
        ("unshelve", None, "is unacknowledged; only an alarm that is shelved can be unshelved"),
    ],
)
async def test_a_step_that_the_life_of_an_alarm_does_not_have_is_refused_in_words(
    running: House, step: str, body: dict[str, str] | None, words: str
) -> None:
    alarm_id = (await standing_alarm(running.centre)).alarm_id
    answer = await running.post(f"/api/alarms/{alarm_id}/{step}", body, expect=409)
    assert words in answer["detail"]
    assert alarm_id in answer["detail"]
    assert running.centre.alarms()[0].state == "unacknowledged"


@pytest.mark.parametrize(
    ("step", "body", "field"),
    [
        ("shelve", {"reason": "no", "minutes": 30}, "reason"),
        ("shelve", {"reason": "a reason", "minutes": 721}, "minutes"),
        ("close", {"disposition": "hostile", "cause": "x y"}, "disposition"),
        ("close", {**CLOSING, "more": 1}, "more"),
    ],
)
async def test_a_wrong_value_is_refused_with_the_name_of_its_field(
    running: House, step: str, body: dict[str, Any], field: str
) -> None:
    answer = await running.post(f"/api/alarms/A1/{step}", body, expect=422)
    assert field in answer["detail"]


async def test_what_does_not_exist_is_said_so(running: House) -> None:
    for step, body in (("acknowledge", None), ("shelve", SHELF), ("close", CLOSING), ("look", {"sensor_id": "x"})):
        answer = await running.post(f"/api/alarms/A999/{step}", body, expect=404)
        assert answer["detail"] == "there is no alarm A999"
    assert (await running.client.get("/api/alarms/A999")).status_code == 404
    assert (await running.client.get("/api/stills/nothing.png")).status_code == 404


async def test_the_card_says_the_place_in_every_way_who_could_go_and_that_nobody_outside_sees_it(
    running: House,
) -> None:
    alarm_id = (await standing_alarm(running.centre)).alarm_id
    card = await running.get(f"/api/alarms/{alarm_id}")
    assert card["released"] == {"to": [], "words": "released to nobody: the record has no label that names a party"}
    for way in ("mgrs", "utm", "latlon", "chainage"):
        said = (await running.get(f"/api/place?text={card['place'][way].replace('+', '%2B')}"))["chainage_m"]
        assert said == pytest.approx(card["place"]["chainage_m"], abs=30)
    arrivals = [unit["arrival_s"] for unit in card["units"]]
    assert arrivals == sorted(arrivals)
    assert all(unit["assumption"] for unit in card["units"])


async def test_the_card_says_whether_a_unit_would_be_there_before_those_who_are_expected(running: House) -> None:
    alarm_id = (await standing_alarm(running.centre)).alarm_id
    units = (await running.get(f"/api/alarms/{alarm_id}"))["units"]
    assert {unit["in_time"] for unit in units} == {None}
    now = running.centre.clock.now()
    words = {}
    for name, earliest_h, latest_h in (("A1001", 40, 50), ("A1002", -1, 50), ("A1003", -2, -1)):
        earliest, latest = now + timedelta(hours=earliest_h), now + timedelta(hours=latest_h)
        expected = CrossingForecast(
            chainage_m=120_000.0, chainage_sd_m=50.0, at=latest, earliest=earliest, latest=latest, probability=0.8
        )
        await standing_alarm(running.centre, name, forecast=expected)
        words[name] = {unit["in_time"] for unit in (await running.get(f"/api/alarms/{name}"))["units"]}
    assert words == {"A1001": {"before"}, "A1002": {"perhaps"}, "A1003": {"too late"}}


async def test_an_alarm_without_a_picture_says_why_there_is_none(running: House) -> None:
    sensor = running.sensor("ground_radar")
    node = await running.connect(sensor)
    alarm_id = (await walked_in(running, sensor, node)).alarm_id
    card = await running.get(f"/api/alarms/{alarm_id}")
    assert card["stills"] == []
    assert card["still_absent_reason"] == f"no camera contributed; reported by {sensor.sensor_id}"
    node.hang_up()


async def test_a_unit_that_is_busy_is_offered_last(running: House) -> None:
    alarm_id = (await standing_alarm(running.centre)).alarm_id
    nearest, *_ = (await running.get(f"/api/alarms/{alarm_id}"))["units"]
    await running.post("/api/tasks", {"unit_id": nearest["unit_id"], "alarm_id": alarm_id})
    assert (await running.get(f"/api/alarms/{alarm_id}"))["units"][-1]["unit_id"] == nearest["unit_id"]


async def test_the_picture_that_a_camera_gave_is_served_as_it_came(running: House) -> None:
    png = picture()
    alarm_id = await pictured_alarm(running, png)
    card = await running.get(f"/api/alarms/{alarm_id}")
    (still,) = card["stills"]
    assert card["still_absent_reason"] is None
    assert not still["asked_for"]
    answer = await running.client.get(still["url"])
    assert answer.headers["content-type"] == "image/png"
    assert answer.content == png


async def test_a_camera_that_is_asked_to_look_again_answers_on_the_card(running: House) -> None:
    png = picture()
    alarm_id = await pictured_alarm(running, png)
    camera = running.sensor("thermal_camera")
    node = await running.connect(camera)
    asked = await running.post(f"/api/alarms/{alarm_id}/look", {"sensor_id": camera.sensor_id})
    task: SapientMessage = await node.receive()
    assert task.task.task_id == asked["task_id"]
    assert task.task.command.WhichOneof("command") == "look_at"
    done = TaskAck(
        task_id=asked["task_id"],
        task_status=TaskAck.TaskStatus.TASK_STATUS_COMPLETED,
        associated_file=pictured(png),
    )
    node.send(frame(running.centre.clock.now_s(), node=camera.node_id, task_ack=done))
    await until(lambda: looks_of(running, alarm_id)[0].status == "completed")
    # a camera that says it again adds nothing to the journal
    node.send(frame(running.centre.clock.now_s(), node=camera.node_id, task_ack=done))
    card = await running.get(f"/api/alarms/{alarm_id}")
    (looked,) = [still for still in card["stills"] if still["asked_for"]]
    assert (await running.client.get(looked["url"])).content == png
    told = [(line["type"], line["actor"], line["note"]) for line in card["alarm"]["history"][-2:]]
    assert told == [("look.asked", "watch-1", camera.sensor_id), ("look.answered", camera.sensor_id, "")]
    (record,) = running.centre.journal.records(type="look.answered")
    assert base64.b64decode(record.body["still_png_base64"]) == png
    node.hang_up()


async def test_a_camera_that_will_not_look_says_so_in_the_history_of_the_alarm(running: House) -> None:
    alarm_id = (await standing_alarm(running.centre)).alarm_id
    camera = running.sensor("thermal_camera")
    node = await running.connect(camera)
    asked = await running.post(f"/api/alarms/{alarm_id}/look", {"sensor_id": camera.sensor_id})
    # by the time the camera hears of it, who asked is on the disk
    await node.receive()
    assert [record.actor for record in running.centre.journal.records(type="look.asked")] == ["watch-1"]
    for status in (TaskAck.TaskStatus.TASK_STATUS_ACCEPTED, TaskAck.TaskStatus.TASK_STATUS_REJECTED):
        answer = TaskAck(task_id=asked["task_id"], task_status=status, reason=["out of my sector"])
        node.send(frame(running.centre.clock.now_s(), node=camera.node_id, task_ack=answer))
    await until(lambda: looks_of(running, alarm_id)[0].status == "rejected")
    card = await running.get(f"/api/alarms/{alarm_id}")
    assert card["alarm"]["history"][-1]["note"] == "rejected: out of my sector"
    assert not any(still["asked_for"] for still in card["stills"])
    node.hang_up()


async def test_a_camera_that_is_not_connected_is_not_asked_and_the_person_is_told(running: House) -> None:
    alarm_id = (await standing_alarm(running.centre)).alarm_id
    camera = running.sensor("thermal_camera")
    answer = await running.post(f"/api/alarms/{alarm_id}/look", {"sensor_id": camera.sensor_id}, expect=409)
    assert "is not connected" in answer["detail"]
    assert camera.sensor_id in answer["detail"]
    assert running.centre.journal.records(type="look.asked") == []


async def test_an_unknown_camera_is_said_to_be_unknown(running: House) -> None:
    alarm_id = (await standing_alarm(running.centre)).alarm_id
    answer = await running.post(f"/api/alarms/{alarm_id}/look", {"sensor_id": "T-99-thermal"}, expect=404)
    assert "there is no sensor T-99-thermal" in answer["detail"]


async def test_a_frozen_picture_outlives_the_observations(running: House) -> None:
    png = picture()
    alarm_id = await pictured_alarm(running, png)
    card = await running.get(f"/api/alarms/{alarm_id}")
    await asyncio.to_thread(running.centre.observations.retain, running.centre.clock.now_s() + 1e6)
    assert (await running.client.get(card["stills"][0]["url"])).content == png
