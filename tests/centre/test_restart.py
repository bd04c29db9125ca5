"""A centre that starts again goes on where it was: standing alarms, names and positions; nobody is believed unheard."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path

from tests.centre.standing import standing_alarm
from tests.gateways.sapient.frames import frame, point, report
from tests.house import house, until

from vallum.assets.sensor import SensorReturned
from vallum.centre.centre import Centre
from vallum.centre.folder import open_project
from vallum.centre.person import Person
from vallum.gateways.sapient.messages import AssociatedFile, TaskAck
from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft
from vallum.journal.observation_rows import Cursor
from vallum.project import Project


async def test_sensors_that_the_last_run_heard_are_not_heard_now_and_nobody_is_alarmed(
    folder: Path, project: Project, clock: Clock
) -> None:
    centre = Centre.open(folder, project, clock=clock, sight=False)
    names = [sensor.sensor_id for sensor in centre.sensors()[:3]]
    for name in names:
        centre.journal.append(Draft(type="sensor.returned", actor="centre", body=SensorReturned(sensor_id=name)))
    await centre.stop()
    again = Centre.open(folder, project, clock=clock, sight=False)
    assert {sensor.sensor_id for sensor in again.sensors() if sensor.state == "live"} == set(names)
    assert set(again.live.sensing.states().values()) == {"dead"}
    assert all(stretch.state != "watched" for stretch in again.live.watched())
    await again.start()
    await until(lambda: all(sensor.state == "dead" for sensor in again.sensors()))
    silent = again.journal.records(type="sensor.silent")
    assert [record.body["sensor_id"] for record in silent] == names
    assert {record.body["reason"] for record in silent} == {"never heard"}
    assert again.alarms() == ()
    await again.stop()


async def test_an_alarm_that_stands_is_not_raised_again_after_a_restart(tmp_path: Path) -> None:
    async with house(tmp_path / "centre") as running:
        sensor = running.sensor()
        node = await running.connect(sensor)
        node.hang_up()
        await until(lambda: any(alarm.sensor_id == sensor.sensor_id for alarm in running.centre.alarms()), 30)
        standing = running.centre.alarms()
    async with house(tmp_path / "centre") as running:
        node = await running.connect(running.sensor())
        node.hang_up()
        await until(lambda: running.centre.live.sensing.states()[sensor.sensor_id] == "dead", 30)
        await asyncio.sleep(0.3)
        assert [alarm.alarm_id for alarm in running.centre.alarms()] == [alarm.alarm_id for alarm in standing]


async def test_names_go_on_after_those_that_the_journal_knows(folder: Path, project: Project, clock: Clock) -> None:
    officer = Person("watch-1", "watch officer", "national_guard")
    for expected in ("I1", "I2", "I3"):
        centre = Centre.open(folder, project, clock=clock, sight=False)
        opened = await centre.decisions.open_incident(officer, "tunnel", None, "km 1", "")
        assert opened.incident_id == expected
        await centre.stop()


async def test_the_scenario_goes_on_after_the_last_record_instead_of_starting_anew(
    folder: Path, project: Project, clock: Clock
) -> None:
    centre = Centre.open(folder, project, clock=clock, sight=False)
    await standing_alarm(centre)
    last = centre.journal.last()
    assert last is not None
    await centre.stop()
    resumed = Centre.scenario_clock(folder, project, 5.0)
    assert resumed.start > last.times.recorded
    assert resumed.anchor_s > time.time()
    assert Centre.scenario_clock(folder / "empty", project, 5.0).start == project.scenario_start


async def test_a_shelf_time_that_ended_while_nothing_ran_brings_the_alarm_back(
    folder: Path, project: Project, clock: Clock
) -> None:
    centre = Centre.open(folder, project, clock=clock, sight=False)
    await standing_alarm(centre)
    await centre.decisions.shelve(Person("watch-1", "watch officer", "p"), "A1000", "a herd", 1)
    await centre.stop()
    later = Clock(start=clock.start, anchor_s=clock.anchor_s - 600.0, speed=clock.speed)
    again = Centre.open(folder, open_project(folder), clock=later, sight=False)
    await again.start()
    await until(lambda: again.alarms()[0].state == "unacknowledged")
    (record,) = again.journal.records(type="alarm.unshelved")
    assert (record.actor, record.nature) == ("centre", "simulated")
    await again.stop()


async def test_who_asked_a_camera_to_look_and_what_it_showed_is_known_after_a_restart(tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n"
    picture = AssociatedFile(type="image/png", url="data:image/png;base64," + base64.b64encode(png).decode())
    completed = TaskAck.TaskStatus.TASK_STATUS_COMPLETED
    async with house(tmp_path / "centre") as running:
        await standing_alarm(running.centre)
        camera = running.sensor("thermal_camera")
        node = await running.connect(camera)
        path = "/api/alarms/A1000/look"
        tasks = [(await running.post(path, {"sensor_id": camera.sensor_id}))["task_id"] for _ in range(2)]
        done = TaskAck(task_id=tasks[0], task_status=completed, associated_file=picture)
        node.send(frame(running.centre.clock.now_s(), node=camera.node_id, task_ack=done))
        await until(lambda: running.centre.alarms()[0].looks[0].status == "completed")
        node.hang_up()
    async with house(tmp_path / "centre") as running:
        looks = running.centre.alarms()[0].looks
        assert [(look.task_id, look.asked_by, look.status) for look in looks] == [
            (tasks[0], "watch-1", "completed"),
            (tasks[1], "watch-1", "asked"),
        ]
        (still,) = (await running.get("/api/alarms/A1000"))["stills"]
        assert (await running.client.get(still["url"])).content == png


async def test_a_report_that_is_sent_again_after_a_restart_is_on_the_disk_once(tmp_path: Path) -> None:
    said = report()

    async def sent() -> Cursor:
        async with house(tmp_path / "centre") as running:
            centre, sensor = running.centre, running.sensor()
            frontier = centre.project.frontier
            lon, lat = frontier.point_at(frontier.locate(sensor.lon, sensor.lat).chainage_m, -900.0)
            said.location.CopyFrom(point(lon, lat, x_error=2e-5, y_error=2e-5))
            node = await running.connect(sensor)
            node.send(frame(centre.clock.now_s(), node=sensor.node_id, detection_report=said))
            await until(lambda: centre.sapient_counters().detections == 1)
            await asyncio.to_thread(centre.observations.flush)
            node.hang_up()
            assert centre.store_counters().conflicts == 0
            return centre.observations.cursor(sensor.node_id)

    for duplicates in (0, 1):
        cursor = await sent()
        assert (cursor.stored, cursor.duplicates, cursor.last_report_id) == (1, duplicates, said.report_id)
